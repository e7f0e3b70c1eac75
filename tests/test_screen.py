"""What `serve` prints of events, and of its own log."""

import io
import json
import logging
import re
from typing import Any

import pytest

from relay import log
from workbench import own_log, samples
from workbench.screen import Screen
from workbench.terminal import console

FORGED = "a\nT <-- fine\u2028\u202eb\x1b[2J"


def screen_of(answer: dict[str, Any], status: int = 200, **event: Any) -> str:
    """Return what the screen prints for one event and its answer, on one line."""
    return " ".join(printed(answer, status, **event).split())


def printed(answer: dict[str, Any], status: int = 200, **event: Any) -> str:
    """Return what the screen prints, with ``T`` for the time of day."""
    stream = io.StringIO()
    given: dict[str, Any] = {
        "headers": {},
        "rawPath": "/",
        "requestContext": {"http": {"method": "POST"}},
        **event,
    }
    reply = {"statusCode": status, "body": json.dumps(answer)}
    screen = Screen(console(stream), clock=lambda: samples.NOW)
    screen.watch(lambda event, context: reply)(given, None)
    return re.sub(r"\d\d:\d\d:\d\d", "T", stream.getvalue())


def test_a_refused_request_has_its_reason() -> None:
    """The word that the table of answers has, then what to do."""
    answer = {"ok": False, "reason": "project_not_allowed", "code": "E401", "fix": "add it"}

    assert screen_of(answer, 403).endswith("T <-- 403 project_not_allowed: add it")


def test_an_event_is_two_lines() -> None:
    """What came and what became of it, with counts, as in the document."""
    answer = {
        "id": "gl-7f3a",
        "event": "pipeline.failed",
        "project": "platform/api",
        "ref": "main",
        "sent": [{"receiver": "wecom", "status": "ok", "bytes": 473, "ms": 141}],
        "failed": [{"receiver": "dingtalk", "status": "busy", "vendor_code": "-1", "code": "E505"}],
        "skipped": [{"route": "x", "reason": "R11", "detail": "off"}],
    }

    assert screen_of(answer) == (
        "T --> pipeline.failed platform/api main [gl-7f3a] "
        "T <-- wecom ok 473 B 141 ms · dingtalk busy -1 E505 1 sent, 1 failed, 1 skipped"
    )


def test_refusals_and_silence_are_two_lines() -> None:
    """Without an event the forge's word stands there; the reason or the fix is shown."""
    refused = screen_of(
        {"ok": False, "fix": "wrong secret"}, 401, headers={"x-gitlab-event": "Push Hook"}
    )
    silent = screen_of({"sent": [], "skipped": [{"reason": "R32", "detail": "nothing"}]})

    assert refused == "T --> Push Hook T <-- 401 wrong secret"
    assert silent == "T --> POST / T <-- 200 R32 nothing 1 skipped"


FORGERIES = {
    "header": ({}, {"headers": {"x-gitlab-event": FORGED}}),
    "path": ({}, {"rawPath": FORGED}),
    "project": ({"event": "push", "project": FORGED}, {}),
    "ref": ({"event": "push", "ref": FORGED}, {}),
    "id": ({"id": FORGED}, {}),
    "fix": ({"fix": FORGED}, {"status": 400}),
    "sent": ({"sent": [{"receiver": FORGED, "status": "ok", "bytes": 1, "ms": 1}]}, {}),
    "failed": ({"failed": [{"receiver": "x", "detail": FORGED}]}, {}),
    "skipped": ({"skipped": [{"reason": "R22", "detail": FORGED}]}, {}),
}  # fmt: skip


@pytest.mark.parametrize("answer, event", FORGERIES.values(), ids=FORGERIES)
def test_g3_no_text_begins_another_line(answer: dict[str, Any], event: dict[str, Any]) -> None:
    """Line ends, escapes and bidirectional controls in any text are shown, not obeyed."""
    output = printed(answer, **event)

    assert [line[:5] for line in output.splitlines()] == ["T  --", "T  <-"]
    assert "a\ufffdT <-- fine\ufffd\ufffdb\ufffd[2J" in output


@pytest.mark.parametrize("code", ["E601", "E302"])
def test_g3_a_note_of_the_log_is_one_line(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a template or a request says of itself begins no other line, either."""
    monkeypatch.setattr(logging.getLogger("relay"), "handlers", [])
    stream = io.StringIO()
    own_log.configure({}, console(stream), "en")
    log.error("template.failed" if code == "E601" else "request.refused", code=code, detail=FORGED)

    assert len(stream.getvalue().splitlines()) == 1
    assert "a\ufffdT <-- fine\ufffd\ufffdb\ufffd[2J" in stream.getvalue()


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError("no screen")


def test_a_screen_that_is_gone_changes_no_answer() -> None:
    """The forge gets what the function said."""
    screen = Screen(console(Gone()), clock=lambda: samples.NOW)
    answer = {"statusCode": 200, "body": "{}"}
    http = {"http": {"method": "POST"}}
    handle = screen.watch(lambda event, context: answer)

    assert handle({"headers": {}, "rawPath": "/", "requestContext": http}, None) == answer
