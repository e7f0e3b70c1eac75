"""Log lines: one JSON object each, whatever is put into them."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from relay import log
from relay.config import Receiver, Secret
from relay.errors import BadRequest
from relay.words import Phrase

MARK = "s3cret-mark"


class Lines:
    """What was written, as text and read back as strict JSON."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        def refuse(constant: str) -> None:
            raise AssertionError(constant)

        lines = self.text.split("\n")
        assert lines.pop() == ""
        return [json.loads(line, parse_constant=refuse) for line in lines]

    @property
    def only(self) -> dict[str, Any]:
        [line] = self.all
        return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The relay's logger writing to memory, and back as it was."""
    loggers = [logging.getLogger(name) for name in ("relay", "urllib3", "requests")]
    before = [(one, one.handlers[:], one.level, one.propagate) for one in loggers]
    stream = io.StringIO()
    log.configure("DEBUG", stream)
    yield Lines(stream)
    for one, handlers, level, propagate in before:
        one.handlers[:] = handlers
        one.setLevel(level)
        one.propagate = propagate


def raised(error: Exception) -> Exception:
    def inner() -> None:
        raise error

    try:
        inner()
    except Exception as caught:  # noqa: BLE001  whatever the test gives
        return caught
    raise AssertionError


class TestLine:
    def test_fields_stand_on_the_first_level(self, lines: Lines) -> None:
        """A line has its time, level and dotted name, and the fields beside them."""
        log.info("delivery.sent", receiver="wecom", ms=12.5, attempts=1, ok=True, none=None)

        line = lines.only
        assert line.pop("ts")
        assert line == {
            "level": "INFO",
            "event": "delivery.sent",
            "receiver": "wecom",
            "ms": 12.5,
            "attempts": 1,
            "ok": True,
            "none": None,
        }

    def test_time_is_utc_with_milliseconds(self, lines: Lines) -> None:
        """The time is ISO 8601, independent of the machine's zone."""
        record = logging.LogRecord("relay", logging.INFO, "", 0, "test.time", None, None)
        record.created = 1795170600.0625

        logging.getLogger("relay").handle(record)

        assert lines.only["ts"] == "2026-11-20T10:30:00.062Z"

    @pytest.mark.parametrize(
        ("write", "level"),
        [
            (log.debug, "DEBUG"),
            (log.info, "INFO"),
            (log.warning, "WARNING"),
            (log.error, "ERROR"),
        ],
    )
    def test_levels(self, lines: Lines, write: Any, level: str) -> None:
        """Each function writes its level."""
        write("test.level", n=1)

        assert (lines.only["level"], lines.only["n"]) == (level, 1)

    def test_structures_are_bounded(self, lines: Lines) -> None:
        """Lists and objects stay JSON, with few entries and few levels."""
        deep: Any = "bottom"
        for _ in range(50):
            deep = [deep]

        log.info("test.structures", many=list(range(1000)), deep=deep, map={"a": (1, {"b": None})})

        line = lines.only
        assert line["many"] == list(range(20))
        assert line["deep"] == [[["<list>"]]]
        assert line["map"] == {"a": [1, {"b": None}]}

    def test_a_field_does_not_replace_the_lines_own(self, lines: Lines) -> None:
        """A field named like one of the line's own gets another name."""
        log.info("test.names", level="x", ts="y", dropped="z")

        line = lines.only
        assert (line["event"], line["level"]) == ("test.names", "INFO")
        assert (line["level_"], line["ts_"], line["dropped_"]) == ("x", "y", "z")


class TestFailures:
    @pytest.mark.parametrize("name", ["error", "failure"])
    def test_an_exception_shows_its_class_and_where(self, lines: Lines, name: str) -> None:
        """The class and the calls are told, in the order they were made."""
        log.error("request.broken", **{name: raised(KeyError("x"))})

        line = lines.only
        assert line["error"] == "KeyError"
        assert [call.split(" ")[1] for call in line["trace"]] == ["raised", "inner"]
        assert line["trace"][0].startswith("tests/test_log.py:")
        assert "failure" not in line

    def test_g1_never_its_text(self, lines: Lines) -> None:
        """Neither the text of an exception nor that of its cause is written."""
        error = raised(ValueError(f"https://example.com/?key={MARK}"))
        error.__cause__ = KeyError(MARK)

        log.error("request.broken", error=error)
        log.error("request.broken", errors=[error], others={"a": error})

        assert MARK not in lines.text
        assert lines.all[1]["errors"] == ["ValueError"]

    def test_standard_logging_is_formatted_alike(self, lines: Lines) -> None:
        """A plain logger call with exc_info gives no text either."""
        try:
            raise BadRequest(Phrase(MARK, MARK))
        except BadRequest:
            logging.getLogger("relay").exception("request.broken")

        assert lines.only["error"] == "BadRequest"
        assert MARK not in lines.text

    def test_a_very_deep_trace_is_bounded(self, lines: Lines) -> None:
        """Of a recursion only the innermost calls are kept."""

        def down(n: int) -> None:
            if not n:
                raise ValueError
            down(n - 1)

        try:
            down(500)
        except ValueError as error:
            log.error("request.broken", error=error)

        assert len(lines.only["trace"]) == 12


class Odd:
    def __str__(self) -> str:
        raise RuntimeError(MARK)

    __repr__ = __str__


class Named(NamedTuple):
    token: str = MARK


class BadText(str):
    def __len__(self) -> int:
        raise RuntimeError(MARK)


CIRCLE: list[object] = []
CIRCLE.append(CIRCLE)
HOSTILE = {
    "newline": 'a\nb\r\n{"level":"ERROR"}\n',
    "ansi": "\x1b[31mred\x1b[0m \x9b31m \x07 \x7f \x00",
    "separators": "\u2028\u2029\x85\x0b\x0c",
    "bidi": "\u202egnp.exe",
    "surrogate": "\ud800 \udfff",
    "quotes": "\"\\'",
    "megabyte": "x" * 1_000_000,
    "megabyte-wide": "🎉" * 250_000,
    "bytes": MARK.encode(),
    "secret": Secret(MARK),
    "receiver": Receiver("a", "wecom_robot", Secret(MARK)),
    "named-tuple": Named(),
    "odd": Odd(),
    "bad-text": BadText("x"),
    "class": Odd,
    "nan": float("nan"),
    "infinity": float("inf"),
    "huge-number": 10**5000,
    "circle": CIRCLE,
    "odd-keys": {1: "a", None: "b", Odd(): "c", "\n": "d", ("x",): "e"},
    "big-map": {str(n): "y" * 1000 for n in range(10_000)},
    "generator": (n for n in range(3)),
    "set": {1, 2},
}


class TestHostile:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_g3_any_value_is_one_bounded_ascii_line(self, lines: Lines, name: str) -> None:
        """No value breaks the line, escapes it, makes it long or stops the caller."""
        log.warning("test.hostile", value=HOSTILE[name], other=1)

        assert lines.only["level"] in ("WARNING", "ERROR")
        line = lines.text.removesuffix("\n")
        assert line.isascii() and line.isprintable()
        assert len(line) <= log.MAX_LINE_BYTES
        assert MARK not in line

    @pytest.mark.parametrize("text", ["x" * 301, "项" * 301, "🎉" * 400], ids=["a", "zh", "emoji"])
    def test_g3_a_long_text_is_cut(self, lines: Lines, text: str) -> None:
        """A text has at most 300 characters, the mark of omission included."""
        log.info("test.long", value=text)

        assert lines.only["value"] == text[:299] + "…"

    def test_g3_300_characters_stay(self, lines: Lines) -> None:
        """A text at the limit is whole."""
        log.info("test.long", value="x" * 300)

        assert lines.only["value"] == "x" * 300

    def test_a_delivery_may_be_long(self, lines: Lines) -> None:
        """What is needed to send a failed delivery again is not cut."""
        text = json.dumps({"id": "gl-7f3a", "lines": ["x" * 500] * 10})

        log.error("delivery.failed", delivery=text)

        assert lines.only["delivery"] == text

    def test_g3_many_fields_are_dropped_and_counted(self, lines: Lines) -> None:
        """What does not fit into a line is left out, and the line says how much."""
        log.info("test.many", **{f"f{n}": "项" * 300 for n in range(100)}, last="here")

        line = lines.only
        kept = [name for name in line if name.startswith("f")]
        assert len(lines.text) <= log.MAX_LINE_BYTES + 1
        assert line["dropped"] == 100 - len(kept)
        assert line["last"] == "here"

    def test_g3_hostile_names(self, lines: Lines) -> None:
        """Names of events and fields are bounded and escaped as well."""
        log.info("e\n" * 1000, **{"\n\x1b" * 100: 1})

        line = lines.only
        assert len(line["event"]) == 100
        assert [len(name) for name in line if name not in ("ts", "level", "event")] == [60]

    @pytest.mark.parametrize(
        "fields", [None, 5, [1], {1: 2}, Odd()], ids=["none", "int", "list", "keys", "odd"]
    )
    def test_fields_that_are_no_mapping(self, lines: Lines, fields: object) -> None:
        """A caller of plain logging may pass anything as fields."""
        logging.getLogger("relay").info("test.fields", extra={"fields": fields})

        assert lines.only["event"] == "test.fields"

    @pytest.mark.parametrize("message", [None, 5, Odd(), "%s %d"], ids=["none", "int", "odd", "%"])
    def test_messages_that_are_no_names(self, lines: Lines, message: object) -> None:
        """A message is never formatted with arguments, nor made text by force."""
        record = logging.LogRecord("relay", logging.INFO, "", 0, message, (1,), None)

        logging.getLogger("relay").handlers[0].handle(record)

        assert lines.only["level"] == "INFO"

    def test_a_closed_stream_is_no_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        """When nobody reads the log any more, the event goes on in silence."""
        stream = io.StringIO()
        before = logging.getLogger("relay").handlers[:]
        try:
            log.configure("INFO", stream)
            stream.close()
            log.error("test.closed", value=MARK)
        finally:
            logging.getLogger("relay").handlers[:] = before

        assert capsys.readouterr() == ("", "")


class TestConfigure:
    def test_twice_writes_once(self, lines: Lines) -> None:
        """A second call replaces the first."""
        stream = io.StringIO()
        log.configure("INFO", stream)
        log.configure("INFO", stream)

        log.info("test.once")

        assert stream.getvalue().count("\n") == 1
        assert lines.text == ""

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("DEBUG", 10),
            (" warning ", 30),
            ("warn", 30),
            ("error", 40),
            ("loud", 20),
            ("", 20),
            (None, 20),
        ],
    )
    def test_level_names(self, lines: Lines, name: str | None, expected: int) -> None:
        """Level names in any case; an unknown one counts as INFO."""
        log.configure(name, io.StringIO())

        assert logging.getLogger("relay").level == expected

    def test_only_the_relays_logger(self, lines: Lines) -> None:
        """Lines do not reach the platform's own handlers, and libraries keep their addresses."""
        assert logging.getLogger("relay").propagate is False
        assert logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.INFO) is False
        assert logging.getLogger("requests").isEnabledFor(logging.INFO) is False

    def test_standard_output_is_the_default(
        self, lines: Lines, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Without a stream, lines go where both clouds collect them."""
        log.configure("INFO")

        log.info("test.stdout")

        assert json.loads(capsys.readouterr().out)["event"] == "test.stdout"

    def test_f6_locale_c(self) -> None:
        """A process without locale, home or assertions writes Chinese all the same."""
        code = (
            "from relay import log; log.configure(None); log.info('test.c', text='\\u9879\\u76ee')"
        )
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-OO", "-X", "utf8=0", "-c", code],
            cwd=Path(__file__).parent.parent,
            env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PATH": os.defpath},
            capture_output=True,
            check=True,
            timeout=20,
        )

        assert json.loads(done.stdout)["text"] == "项目"
