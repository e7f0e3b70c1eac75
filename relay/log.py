"""One JSON object per line, read the same by CloudWatch and by Tencent's CLS.

Modules write ``log.info("delivery.sent", receiver=…, delivery_id=…)``: a dotted name and fields,
which stand on the first level because CLS splits only that. Whatever the fields hold, writing never
raises, a line is ASCII, has at most `MAX_LINE_BYTES` and holds no line break, escape sequence or
text of an exception.
"""

import json
import logging
import sys
import time
from contextlib import suppress
from itertools import islice
from types import TracebackType
from typing import Any, TextIO

MAX_LINE_BYTES = 40_000  # far below what both clouds take; only a `delivery` makes a line long
MAX_TEXT = 300  # characters of one text

_LOGGER = logging.getLogger("relay")
_LIBRARIES = (
    "urllib3",
    "requests",
    "botocore",
    "tencentcloud_sdk_common",
)  # even their warnings hold addresses with their keys
_LEVELS = {
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "WARN": logging.WARNING,
    "WARNING": logging.WARNING,
    "ERROR": logging.ERROR,
}
_MAX_TEXT_OF = {"delivery": 12_000}  # what is needed to send a failed delivery again
_MAX_NAME = 60
_MAX_EVENT = 100
_MAX_ITEMS = 20
_MAX_DEPTH = 3
_MAX_FRAMES = 12
_MAX_FRAME = 80
_MAX_NUMBER = 10**18
_ROOM_FOR_DROPPED = len(',"dropped":9999999}')
_ENCODER = json.JSONEncoder(separators=(",", ":"))  # ASCII


def configure(level_name: str | None, stream: TextIO | None = None) -> None:
    """Let the relay's logger write to *stream* (default: standard output) from this level on.

    For entry points; a further call replaces the former. An unknown level counts as INFO.
    """
    handler = _Handler(stream or sys.stdout)
    handler.setFormatter(_Formatter())
    _LOGGER.handlers[:] = [handler]
    _LOGGER.propagate = False
    _LOGGER.setLevel(_LEVELS.get(str(level_name).strip().upper(), logging.INFO))
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def debug(event: str, /, **fields: object) -> None:
    _LOGGER.debug(event, extra={"fields": fields})


def info(event: str, /, **fields: object) -> None:
    _LOGGER.info(event, extra={"fields": fields})


def warning(event: str, /, **fields: object) -> None:
    """A field that holds an exception shows its class, and ``trace`` where it came from."""
    _LOGGER.warning(event, extra={"fields": fields})


def error(event: str, /, **fields: object) -> None:
    """As `warning`: an exception's own text is never written, it may hold a robot's address."""
    _LOGGER.error(event, extra={"fields": fields})


class _Handler(logging.Handler):
    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        # Nobody reads any more: there is nowhere to tell that.
        with suppress(OSError, ValueError, RuntimeError):
            self._stream.write(f"{self.format(record)}\n")
            self._stream.flush()


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        try:
            return _line(_own(record), _fields(record))
        except Exception:  # noqa: BLE001  a line about an event must not cost the event
            return '{"level":"ERROR","event":"log.failed"}'


def _own(record: logging.LogRecord) -> dict[str, Any]:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    own: dict[str, Any] = {
        "ts": f"{seconds}.{int(record.created % 1 * 1000):03d}Z",
        "level": record.levelname,
        "event": _plain(record.msg, _MAX_EVENT),
    }
    failure = _failure(record)
    if failure:
        own["error"] = _name(type(failure).__name__)
        own["trace"] = _frames(failure.__traceback__)
    return own


def _failure(record: logging.LogRecord) -> BaseException | None:
    if record.exc_info:
        return record.exc_info[1]
    fields = _fields(record)
    return next((value for value in fields.values() if isinstance(value, BaseException)), None)


def _fields(record: logging.LogRecord) -> dict[Any, Any]:
    fields = getattr(record, "fields", None)
    return fields if isinstance(fields, dict) else {}


def _frames(trace: TracebackType | None) -> list[str]:
    """Return ``file:line function`` of the innermost calls, the outermost of them first."""
    found = []
    while trace:
        code = trace.tb_frame.f_code
        file = "/".join(code.co_filename.replace("\\", "/").split("/")[-2:])
        found.append(f"{file}:{trace.tb_lineno} {code.co_name}"[-_MAX_FRAME:])
        trace = trace.tb_next
    return found[-_MAX_FRAMES:]


def _line(own: dict[str, Any], fields: dict[Any, Any]) -> str:
    """Join *own* and *fields*; a field that does not fit is left out and counted."""
    named = {}
    for key, value in fields.items():
        name = _name(key)
        if isinstance(value, BaseException):
            continue
        most = _MAX_TEXT_OF.get(name, MAX_TEXT)
        named[f"{name}_" if name in own or name == "dropped" else name] = _plain(value, most)
    line = _json({**own, **named})
    return line if len(line) <= MAX_LINE_BYTES else _shortened(own, named)


def _shortened(own: dict[str, Any], named: dict[str, object]) -> str:
    line = _json(own)[:-1]
    dropped = 0
    for name, value in named.items():
        part = f",{_json({name: value})[1:-1]}"
        if len(line) + len(part) + _ROOM_FOR_DROPPED > MAX_LINE_BYTES:
            dropped += 1
        else:
            line += part
    return f'{line},"dropped":{dropped}}}'


def _json(value: object) -> str:
    return _ENCODER.encode(value).replace("\x7f", "\\u007f")  # the control character that it leaves


def _name(key: object) -> str:
    return _cut(key, _MAX_NAME) if isinstance(key, str) else f"<{type(key).__name__}>"


def _cut(text: str, most: int) -> str:
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return cut.encode("utf-8", "replace").decode()  # lone surrogates are no JSON to some readers


def _plain(value: object, most: int, depth: int = 0) -> object:
    """Return *value* as bounded JSON; an object that is none shows only its type.

    Its text might hold a secret, so named tuples, bytes and our own types are not looked into.
    """
    if isinstance(value, BaseException):
        return _name(type(value).__name__)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _cut(value, most)
    if isinstance(value, int | float):
        return value if abs(value) < _MAX_NUMBER else "<number>"  # also infinite, or none at all
    if depth < _MAX_DEPTH and type(value) in (list, tuple):
        items: Any = value
        return [_plain(item, most, depth + 1) for item in items[:_MAX_ITEMS]]
    if depth < _MAX_DEPTH and type(value) is dict:
        pairs = islice(value.items(), _MAX_ITEMS)
        return {_name(key): _plain(item, most, depth + 1) for key, item in pairs}
    return f"<{type(value).__name__}>"
