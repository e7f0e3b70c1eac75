"""What `serve` shows while it runs: two lines for each event, then what the groups received."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.text import Text

from relay.words import Phrase
from relay.wsgi import Handle
from workbench import bubbles
from workbench.hiding import Hiding
from workbench.robot_book import Received
from workbench.terminal import single_line

_COUNTS = {
    "sent": Phrase("发送 {count}", "{count} sent"),
    "failed": Phrase("失败 {count}", "{count} failed"),
    "skipped": Phrase("跳过 {count}", "{count} skipped"),
}
_GOOD, _BAD, _DIM = Style(color="green"), Style(color="red", bold=True), Style(dim=True)


class Screen:
    """Prints from several threads, one event at a time.

    *named*: a robot's key is the name of its group, and is shown. *hiding* gives what hides the
    secrets and mobiles of the moment; it may be set later.
    """

    def __init__(
        self,
        console: Console,
        clock: Callable[[], float] = time.time,
        *,
        named: bool = False,
        lang: str = "en",
    ) -> None:
        self.hiding: Callable[[], Hiding] = Hiding
        self._lang = lang
        self._named = named
        self._console = console
        self._clock = clock
        self._lock = threading.Lock()
        self._running = 0
        self._waiting: list[Received] = []

    def watch(self, handle: Handle) -> Handle:
        """Return *handle* with its events printed."""

        def watched(event: dict[str, Any], context: object) -> Mapping[str, Any]:
            began = self._clock()
            with self._lock:
                self._running += 1
            try:
                answer = handle(event, context)
            finally:
                with self._lock:
                    self._running -= 1
            with suppress(OSError, ValueError):  # a screen that is gone changes no answer
                self._show(event, answer, began)
            return answer

        return watched

    def message(self, received: Received) -> None:
        """Show what a stand-in robot took: after its event's lines, or now if none is running."""
        with self._lock:
            self._waiting.append(received)
            if not self._running:
                self._flush()

    def _show(self, event: Mapping[str, Any], answer: Mapping[str, Any], began: float) -> None:
        hiding = self.hiding()
        body = hiding.value(_body(answer))
        status = int(answer["statusCode"])
        with self._lock:
            self._line(began, "-->", _arrived(event, body, hiding), _id(body))
            self._line(self._clock(), "<--", *answered(status, body, self._lang))
            self._flush()

    def _line(self, at: float, arrow: str, text: Text, end: str) -> None:
        line = Text.assemble((time.strftime("%H:%M:%S", time.localtime(at)), _DIM), f"  {arrow} ")
        line.append_text(text)
        if end:
            line.append(f"   {single_line(end)}", _DIM)
        self._console.print(line)

    def _flush(self) -> None:
        for message in self._waiting:
            name = message.key if self._named else ""
            bubble = self.hiding().bubble(bubbles.of_received(message))
            bubbles.show(bubble._replace(name=name), self._console, self._lang)
        self._waiting.clear()


def _arrived(event: Mapping[str, Any], body: Mapping[str, Any], hiding: Hiding) -> Text:
    """Return what came: the event with its project, else the forge's word, else the request."""
    headers = event["headers"]
    forge = headers.get("x-gitlab-event") or headers.get("x-gitee-event")
    request = f"{event['requestContext']['http']['method']} {event['rawPath']}"
    name = str(body.get("event") or hiding.text(forge or request))
    where = " ".join(str(body[key]) for key in ("project", "ref") if body.get(key))
    return Text.assemble((single_line(name), Style(bold=True)), single_line(f"  {where}".rstrip()))


def answered(status: int, body: Mapping[str, Any], lang: str) -> tuple[Text, str]:
    """Return what became of it, receiver by receiver, and the count."""
    parts = [Text(single_line(_success(one)), _GOOD) for one in body.get("sent", ())]
    parts += [Text(single_line(_failure(one)), _BAD) for one in body.get("failed", ())]
    if not parts:
        why = [f"{one.get('reason')} {one.get('detail', '')}" for one in body.get("skipped", ())]
        text = "; ".join(why) or _refusal(body)
        parts = [Text(single_line(f"{status} {text}".rstrip()), _GOOD if status < 400 else _BAD)]
    counts = [
        phrase.filled(count=len(body[name])).of(lang)
        for name, phrase in _COUNTS.items()
        if body.get(name)
    ]
    return Text(" · ").join(parts), ("，" if lang != "en" else ", ").join(counts)


def _refusal(body: Mapping[str, Any]) -> str:
    """Return the reason of a request that was refused, and what to do."""
    return ": ".join(str(body[key]) for key in ("reason", "fix") if body.get(key))


def _success(one: Mapping[str, Any]) -> str:
    return f"{one['receiver']} {one['status']} {one['bytes']} B {one['ms']} ms"


def _failure(one: Mapping[str, Any]) -> str:
    words = (one.get(key) for key in ("receiver", "status", "vendor_code", "code"))
    head = " ".join(str(word) for word in words if word)
    return f"{head}: {one['detail']}" if one.get("detail") else head


def _id(body: Mapping[str, Any]) -> str:
    return f"[{body['id']}]" if body.get("id") else ""


def _body(answer: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(answer.get("body") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
