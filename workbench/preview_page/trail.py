"""What arrived at the local server: the last requests, with what the stand-in robots got."""

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from relay.config import Config
from relay.wsgi import Handle
from workbench.preview_page import attribution
from workbench.preview_page.attribution import Words
from workbench.preview_page.cards import key
from workbench.robot_book import Received

_MOST = 50
_MOST_CODES = 3
_MOST_BYTES = 32 * 1024 * 1024  # of bodies


class Arrival(NamedTuple):
    """One POST: *event* as the function got it, *answer* its body, *messages* what groups got.

    *number* counts from 1, *at* is Unix seconds. *replayed*: the number of the one it repeats.
    *unsure* names receivers whose message cannot be told from those of requests beside it.
    """

    number: int
    at: float
    event: Mapping[str, Any]
    status: int
    answer: Mapping[str, Any] = {}
    messages: tuple[Received, ...] = ()
    replayed: int = 0
    unsure: tuple[str, ...] = ()

    @property
    def body(self) -> bytes:
        text = str(self.event.get("body", ""))
        return base64.b64decode(text) if self.event.get("isBase64Encoded") else text.encode()

    @property
    def clock(self) -> str:
        return time.strftime("%H:%M:%S", time.localtime(self.at))

    @property
    def codes(self) -> tuple[str, ...]:
        """Return why not everybody got it: codes of the answer, each once."""
        is_sent = bool(self.answer.get("sent"))  # then what other routes say is no news
        skipped = (
            one for one in self.answer.get("skipped", ()) if not (is_sent and "route" in one)
        )
        found = [one.get("code") for one in (*self.answer.get("failed", ()), self.answer)]
        found += [one.get("reason") for one in skipped]
        return tuple(dict.fromkeys(str(one) for one in found if one))[:_MOST_CODES]

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.event["headers"])


class Trail:
    """Keeps the last arrivals, oldest first; safe to use from several threads.

    *config* gives the configuration of the moment, which tells which robot is whose, *taken* what
    the stand-ins took since they started.
    """

    def __init__(
        self,
        config: Callable[[], Config],
        taken: Callable[[], Sequence[Received]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._taken = taken
        self._clock = clock
        self._claimed: set[int] = set()  # places in what was taken
        self._lock = threading.Lock()
        self._arrivals: deque[Arrival] = deque()
        self._count = 0

    @property
    def count(self) -> int:
        """Return how many have arrived since the start."""
        return self._count

    def arrivals(self) -> list[Arrival]:
        with self._lock:
            return list(self._arrivals)

    def arrival(self, number: str) -> Arrival | None:
        return next((one for one in self.arrivals() if str(one.number) == number), None)

    def watch(self, handle: Handle, replayed: int = 0) -> Handle:
        """Return *handle* with its POST requests kept; *replayed* as in `Arrival`."""

        def watched(event: dict[str, Any], context: object) -> Mapping[str, Any]:
            at, before = self._clock(), len(self._taken())
            answer = handle(event, context)
            if event["requestContext"]["http"]["method"] == "POST":
                status = int(answer["statusCode"])
                self._keep(Arrival(0, at, event, status, replayed=replayed), answer, before)
            return answer

        return watched

    def _keep(self, arrival: Arrival, answer: Mapping[str, Any], before: int) -> None:
        """Keep *arrival* with what it sent; the stand-ins had taken *before* when it came."""
        body = _object(answer.get("body"))
        is_to_look = bool(body.get("sent")) and len(self._taken()) > before
        config = self._config() if is_to_look else None
        words = attribution.words(arrival.event, config, arrival.at) if config else {}
        with self._lock:
            self._count += 1
            arrival = arrival._replace(number=self._count, answer=body)
            if config:
                arrival = self._with_messages(arrival, config, words, before)
            self._arrivals.append(arrival)
            while len(self._arrivals) > _MOST or self._size() > _MOST_BYTES:
                self._arrivals.popleft()

    def _with_messages(
        self, arrival: Arrival, config: Config, words: Mapping[str, Words], before: int
    ) -> Arrival:
        """Return *arrival* with its messages, in the receivers' order; nobody else gets them."""
        taken = self._taken()
        free = {place: taken[place] for place in range(before, len(taken))}
        for place in self._claimed.intersection(free):
            del free[place]
        found = attribution.attributed(attribution.sent(arrival.answer, config), free, words)
        self._claimed.update(found.places)
        order = [key(one) for one in config.receivers]
        messages = sorted(
            (taken[one] for one in found.places), key=lambda one: order.index(one.key)
        )
        return arrival._replace(messages=tuple(messages), unsure=found.unsure)

    def _size(self) -> int:
        return sum(len(one.event.get("body", "")) for one in self._arrivals)


def _object(text: object) -> dict[str, Any]:
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
