"""The deliveries in a log that were not sent, however the log was exported.

Records are the lines of `relay.log`. Those that hold a field ``delivery`` (an item's text) tell of
a delivery that was not sent; ``delivery.sent`` tells that it was (`design/delivery.md` section 5).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from relay.config import Person
from relay.queues.items import Item, read
from relay.words import Phrase

Record = Mapping[str, Any]

SENT = "delivery.sent"
_UNSENT = ("delivery.failed", "delivery.waiting", "delivery.dead")
# Under which keys exports wrap the line that was written: CloudWatch, Logs Insights, CLS, Docker.
_WRAPPERS = (
    "message",
    "@message",
    "events",
    "results",
    "value",
    "SCF_Message",
    "__CONTENT__",
    "content",
    "log",
    "_source",
)
_MOST_WRAPPED = 5
_MOST_BRACES = 4  # of what stands before the JSON on a line
_DECODER = json.JSONDecoder()

_WAS_SENT = Phrase("后来已经发送成功", "it was sent later")
_CUT = Phrase(
    "日志里的内容不完整或无法解析，没法发送",
    "its text in the log is cut or cannot be read, so it cannot be sent",
)


class Skipped(NamedTuple):
    """A delivery that is left out. *is_lost*: it should be sent and cannot be."""

    id: str
    why: Phrase
    is_lost: bool = False


class Unsent(NamedTuple):
    """What was not sent, the oldest event first, and what is left out."""

    items: tuple[Item, ...]
    skipped: tuple[Skipped, ...]


def records(text: str) -> list[Record]:
    """Return the relay's records in *text*, in their order; lines that are none are passed over.

    Each line may have something before its JSON, or wrap the line that was written as a text; the
    whole may be one JSON value.
    """
    try:
        return list(_unwrapped(json.loads(text)))
    except (ValueError, RecursionError):
        return [one for line in text.split("\n") for one in _of_line(line)]


def unsent(found: Iterable[Record], people: Iterable[Person] = ()) -> Unsent:
    """Return each delivery that *found* tells of once, as its last record says.

    Where all records have a time it decides what is last, else their order. Mentions get their
    phone numbers from *people*.
    """
    known: dict[str, Record] = {}
    for record in _by_time([one for one in found if _tells(one)]):
        known[str(record["delivery_id"])] = record
    items, skipped = [], []
    for delivery_id, record in known.items():
        item = _item(record.get("delivery"), people)
        if record["event"] == SENT:
            skipped.append(Skipped(delivery_id, _WAS_SENT))
        elif item is None:
            skipped.append(Skipped(delivery_id, _CUT, is_lost=True))
        else:
            items.append(item)
    failed = {str(one["delivery_id"]) for one in found if "delivery" in one and _tells(one)}
    told = tuple(one for one in skipped if one.id in failed or one.is_lost)
    return Unsent(tuple(sorted(items, key=lambda one: one.delivery.received_at)), told)


def _tells(record: Record) -> bool:
    """Tell whether *record* says what became of a delivery that may have to be sent.

    A field that did not fit into the line is counted in ``dropped``.
    """
    event = record["event"]
    is_cut = event in _UNSENT and "dropped" in record
    return bool(record.get("delivery_id")) and (event == SENT or "delivery" in record or is_cut)


def _by_time(found: list[Record]) -> list[Record]:
    if not all(isinstance(one.get("ts"), str) for one in found):
        return found
    return sorted(found, key=lambda one: str(one["ts"]))


def _item(written: object, people: Iterable[Person]) -> Item | None:
    try:
        return read(written if isinstance(written, str) else json.dumps(written), people)
    except (ValueError, RecursionError):
        return None


def _of_line(line: str) -> Iterator[Record]:
    """Yield the records of one line; its JSON may follow other text."""
    at = line.find("{")
    for _ in range(_MOST_BRACES):
        if at < 0:
            return
        try:
            value, _end = _DECODER.raw_decode(line, at)
        except (ValueError, RecursionError):
            at = line.find("{", at + 1)
        else:
            yield from _unwrapped(value)
            return


def _unwrapped(value: object, depth: int = 0) -> Iterator[Record]:
    """Yield the records in *value*, JSON of an export."""
    if isinstance(value, str):
        for line in value.split("\n"):
            yield from _of_line(line)
    elif isinstance(value, dict) and _is_record(value):
        yield value
    elif depth < _MOST_WRAPPED:
        for one in _wrapped(value):
            yield from _unwrapped(one, depth + 1)


def _wrapped(value: object) -> list[object]:
    if isinstance(value, dict):
        return [value[key] for key in _WRAPPERS if key in value]
    return value if isinstance(value, list) else []


def _is_record(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("event"), str) and bool({"level", "ts"} & value.keys())
