"""A delivery as it waits: in a queue, in a dead-letter queue, in a log record.

JSON text without any credential and without phone numbers; these are looked up again by name when
it is read. `design/delivery.md` sections 2 and 5.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from relay.config import Person
from relay.notifications import Action, Delivery, Line, Mention, More, Notification, Span
from relay.people import shown_name
from relay.queues.shortening import shortened

# Texts of another version are refused. A key that older readers may ignore makes no new version.
VERSION = 1
_MOST_NUMBER = 10**12
_MOST_DIGITS = 20
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: no UTF-8
_NOT_IN_SQS = re.compile("[\ufffe\uffff]")  # SQS refuses a message that has one
_HAD_NUMBER = "?"  # in place of a phone number until it is looked up

_Reader = Callable[[Any], Any]


class Item(NamedTuple):
    """A waiting delivery.

    *since_s*: when it was put there, Unix seconds; a person who sends it again from a dead-letter
    queue makes that new, while ``delivery.received_at`` stays.
    """

    delivery: Delivery
    since_s: float


def write(item: Item, most_bytes: int) -> str:
    """Return *item* as compact JSON in at most *most_bytes* of UTF-8.

    What does not fit is left out in the order of `relay.queues.shortening`. Raises ValueError only
    if not even id, receiver, first line and first link fit; 4096 bytes hold them when the names
    have up to 200 characters. A surrogate becomes U+FFFD; a phone number only a mark that there was
    one.
    """

    def text(notification: Notification) -> str:
        return _json(item._replace(delivery=item.delivery._replace(notification=notification)))

    def excess(notification: Notification) -> int:
        return len(text(notification).encode()) - most_bytes

    notification = shortened(item.delivery.notification, excess)
    if excess(notification) > 0:
        raise ValueError(f"a delivery needs more than {most_bytes} bytes")
    return text(notification)


def read(text: str, people: Iterable[Person] = ()) -> Item:
    """Return the item that `write` made *text* of; keys that are not known are ignored.

    The phone number of a mention is that of the one of *people* with its name and ids; without one,
    or with several different ones, the mention has none. Raises ValueError for everything that is
    no such text, without showing any of it.
    """
    try:
        written = json.loads(text, parse_int=_whole)
    except (ValueError, TypeError, RecursionError):
        raise _wrong("no JSON") from None
    if not isinstance(written, dict) or _count(written.get("version")) != VERSION:
        raise _wrong(f"not of version {VERSION}")
    delivery: Delivery = _delivery(written)
    mentions = _with_numbers(delivery.notification.mentions, people)
    notification = delivery.notification._replace(mentions=mentions)
    return Item(delivery._replace(notification=notification), _time(written.get("since_s")))


def _json(item: Item) -> str:
    plain = {"version": VERSION, "since_s": _bounded(item.since_s), **_plain(item.delivery)}
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    text = _SURROGATE.sub("\ufffd", text)
    return _NOT_IN_SQS.sub(lambda found: f"\\u{ord(found[0]):x}", text)


def _plain(value: Any) -> Any:
    """Return *value* as dictionaries and lists, without what is as it would be anyway."""
    if isinstance(value, Mention) and value.mobile:
        return {**_plain(value._replace(mobile="")), "mobile": True}
    if hasattr(value, "_asdict"):
        usual = value._field_defaults
        pairs = value._asdict().items()
        return {key: _plain(item) for key, item in pairs if key not in usual or item != usual[key]}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return _bounded(value) if is_number else value


def _bounded(number: float) -> float:
    """Return *number* as `read` takes it: whatever a payload counted, the message comes through."""
    return max(-_MOST_NUMBER, min(_MOST_NUMBER, number))


def _wrong(what: str) -> ValueError:
    return ValueError(f"not a waiting delivery: {what}")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:  # reading a million digits takes minutes
        raise _wrong("a huge number")
    return int(digits)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _wrong("something else where a text should be")
    return _SURROGATE.sub("\ufffd", value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong("something else where true or false should be")
    return value


def _time(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and -_MOST_NUMBER <= value <= _MOST_NUMBER:
        return float(value)
    raise _wrong("something else where a time should be")


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST_NUMBER:
        raise _wrong("something else where a count should be")
    return value


def _number(value: object) -> str:
    return _HAD_NUMBER if _flag(value) else ""


def _each(reader: _Reader, values: object) -> tuple[Any, ...]:
    if not isinstance(values, list):
        raise _wrong("something else where a list should be")
    return tuple(reader(value) for value in values)


def _many(reader: _Reader) -> _Reader:
    return partial(_each, reader)


def _read(kind: Any, readers: dict[str, _Reader], value: object) -> Any:
    if not isinstance(value, dict):
        raise _wrong("something else where an object should be")
    if missing := sorted(readers.keys() - value.keys() - kind._field_defaults.keys()):
        raise _wrong(f"{missing[0]} is missing")
    return kind(**{key: reader(value[key]) for key, reader in readers.items() if key in value})


def _record(kind: Any, **readers: _Reader) -> _Reader:
    return partial(_read, kind, readers)


_span = _record(Span, text=_text, url=_text, tone=_text, bold=_flag, form=_text)
_lines = _many(_record(Line, spans=_many(_span), rank=_text))
_mention = _record(Mention, name=_text, wecom=_text, dingtalk=_text, mobile=_number, everyone=_flag)
_notification = _record(
    Notification,
    headline=_many(_span),
    lines=_lines,
    actions=_many(_record(Action, label=_text, url=_text)),
    more=_record(More, template=_text, hidden=_count, detail=_text),
    mentions=_many(_mention),
    quiet=_flag,
    lang=_text,
    own=_lines,
    whole=_lines,
    unresolved=_many(_text),
)
_delivery = _record(
    Delivery,
    id=_text,
    receiver=_text,
    event=_text,
    received_at=_time,
    notification=_notification,
)


def _with_numbers(mentions: tuple[Mention, ...], people: Iterable[Person]) -> tuple[Mention, ...]:
    """Put the phone numbers in where there was one."""
    if not any(mention.mobile for mention in mentions):
        return mentions
    named: dict[str, list[Person]] = {}
    for person in people:
        if person.mobile and not person.mute:
            named.setdefault(shown_name(person.name or person.username), []).append(person)
    return tuple(
        mention._replace(mobile=_mobile(mention, named.get(mention.name, ())))
        for mention in mentions
    )


def _mobile(mention: Mention, namesakes: Iterable[Person]) -> str:
    """Return the number of the one who is meant; of two who may be, neither is called."""
    if not mention.mobile:
        return ""
    found = {
        one.mobile
        for one in namesakes
        if mention.wecom in ("", one.wecom) and mention.dingtalk in ("", one.dingtalk)
    }
    return found.pop() if len(found) == 1 else ""
