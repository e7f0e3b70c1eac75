"""What templates can hold: texts on one line, numbers, addresses, records, lists, formatted words.

Values are plain: a record shows its fields and nothing of Python, a missing value is empty instead
of undefined, so that a template fails only over names that do not exist.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, SupportsIndex, TypeGuard

from relay.hosts import has_host
from relay.notifications import Span
from relay.templating.faults import NO_FIELD, failed, unknown
from relay.words import Words

MOST_ITEMS = 100
MOST_TEXT = 4000  # characters of one text
_NO_FIELDS = "text"
_WHOLE_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'\\]+\Z", re.IGNORECASE)
_STEP_UP = re.compile(r"/(?:\.|%2e){1,2}(?:[/?#]|\Z)", re.IGNORECASE)


class Address(str):
    """An address of the event, or one the author wrote out; it may stand as a link's target.

    Empty: there is none.
    """

    __slots__ = ()


class NoNumber(int):
    """A number the event does not have: compares as 0, shows as nothing."""

    def __str__(self) -> str:
        return ""


class Record:
    """Named fields; false when all of them are empty. Shown, it is the field *shown*."""

    __slots__ = ("shown", "values", "what")

    def __init__(self, what: str, values: Mapping[str, object], shown: str = "") -> None:
        self.what = what
        self.values = values
        self.shown = shown

    def __bool__(self) -> bool:
        return any(self.values.values())

    def __str__(self) -> str:
        return str(self.values.get(self.shown, ""))


class Items(list[Any]):
    """A list of at most `MOST_ITEMS`; *blank* stands for an item that is not there."""

    def __init__(self, items: Sequence[object] = (), blank: object = "") -> None:
        super().__init__(items[:MOST_ITEMS])
        self.blank = blank

    def __getitem__(self, at: Any) -> Any:
        return Items(super().__getitem__(at), self.blank) if isinstance(at, slice) else self.at(at)

    def at(self, index: SupportsIndex) -> Any:
        try:
            return super().__getitem__(index)
        except IndexError:
            return self.blank


class Rich:
    """Words with a link, weight or colour."""

    __slots__ = ("spans",)

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self.spans = spans

    def __bool__(self) -> bool:
        return bool(str(self))

    def __str__(self) -> str:
        return "".join(span.text for span in self.spans)


NO_NUMBER = NoNumber()


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether *value* is a number that the event has."""
    return isinstance(value, int | float) and not isinstance(value, NoNumber)


def member(value: object, name: str) -> object:
    """Return the field *name* of a record; raises TemplateFault when there is none."""
    if isinstance(value, Record):
        if name in value.values:
            return value.values[name]
        raise unknown(NO_FIELD, name, value.values, of=value.what)
    raise unknown(NO_FIELD, name, (), of="list" if isinstance(value, list) else _NO_FIELDS)


def item(value: object, key: object) -> object:
    """Return ``value[key]``: a field by name, an item or character by number, else empty."""
    if isinstance(value, Record) and isinstance(key, str):
        return member(value, key)
    if isinstance(value, Items) and isinstance(key, int):
        return value.at(key)
    if isinstance(value, str) and isinstance(key, int):
        return value[key : key + 1 or None]
    raise failed(TypeError(f"[{type(key).__name__}]"))


def text_of(value: object, words: Words) -> str:
    """Return *value* as words on one line; of a list no more than `MOST_TEXT` characters."""
    if isinstance(value, list):
        return words.listed(_first_texts(value, words), most=MOST_ITEMS)[:MOST_TEXT]
    if value is None or isinstance(value, bool):
        return "" if value is not True else "true"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.2f}"
    return str(value)


def _first_texts(values: Sequence[object], words: Words) -> list[str]:
    """Return the texts of the first *values*, those that make `MOST_TEXT` characters."""
    texts: list[str] = []
    room = MOST_TEXT
    for value in values:
        if room <= 0:
            break
        texts.append(text_of(value, words))
        room -= len(texts[-1])
    return texts


def size_of(value: object) -> int:
    """Return how much there is to look at in *value*: characters, items, spans.

    Of a list no more is counted than its text may have, about `MOST_TEXT`.
    """
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Rich):
        return sum(1 + len(span.text) for span in value.spans)
    if isinstance(value, Record):
        return len(str(value))
    total = 0
    for one in value if isinstance(value, list) else ():
        total += 1 + size_of(one)
        if total > MOST_TEXT:
            break
    return total


def addressed(start: str, rest: str) -> str:
    """Return *start* and *rest* as one text; an `Address` when *rest* only goes on in one.

    A host is never put together: it would be a payload's word that says where a link leads.
    """
    whole = start + rest
    is_safe = _WHOLE_ADDRESS.match(whole) and not _STEP_UP.search(whole)
    if isinstance(start, Address) and start and has_host(start + (rest or "/")[0]) and is_safe:
        return Address(whole)
    return whole


def literal(text: str) -> str:
    """Return *text*, which the author wrote, as an `Address` where it is a whole one."""
    return Address(text) if _WHOLE_ADDRESS.match(text) else text


def spans_of(value: object, words: Words) -> tuple[Span, ...]:
    """Return *value* as spans: user words, an address, or what already has its form."""
    if isinstance(value, Rich):
        return value.spans
    if isinstance(value, Address):
        return (Span(value, form="address"),)
    if isinstance(value, list) and any(isinstance(one, Rich) for one in value):
        return joined(value, "、" if words.chinese else ", ", words)
    text = text_of(value, words)[:MOST_TEXT]
    return (Span(" ".join(text.split("\n"))),) if text else ()


def joined(items: Sequence[object], separator: str, words: Words) -> tuple[Span, ...]:
    """Return the spans of those *items* that show something, with *separator* between them.

    The items after `MOST_TEXT` characters are left out: who must know sees that it is more.
    """
    found: list[Span] = []
    size = 0
    for one in items:
        spans = [span for span in spans_of(one, words) if span.text]
        if spans and found and separator:
            spans.insert(0, Span(separator))
        found += spans
        size += sum(len(span.text) for span in spans)
        if size > MOST_TEXT:
            break
    return tuple(found)
