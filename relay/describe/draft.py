"""What every describer makes, and the small parts it makes it of.

Texts are cleaned and cut here, at the last place that knows what they are; nothing is escaped.
A part that has nothing to say is empty, and empty parts leave no trace.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from relay.events import Commit, Event, Person
from relay.notifications import MAX_URL_BYTES, Action, Line, More, Span
from relay.text import clean, cut_cells
from relay.words import Phrase, Words

TITLE_CELLS = 80
REF_CELLS = 48
SHA_LENGTH = 7

Part: TypeAlias = str | Span | tuple[Span, ...]


class Head(NamedTuple):
    """The first line: ``{emoji} {status} {what} · {place} {ref} · {who}``.

    *tone* colours emoji and status only. *place* replaces the project (a group), *place_word* says
    what it is. *who* replaces the actor's name; None leaves the actor.
    """

    emoji: str
    status: str
    tone: str = ""
    what: str = ""
    ref: str = ""
    place: str = ""
    place_word: str = ""
    who: str | None = None


class View(NamedTuple):
    """For whom it is described: the language, and what year the reader has."""

    words: Words
    year: int
    max_commits: int = 5

    def day(self, date: str) -> str:
        """Return ``2026-11-25`` as people write it, without this year's number."""
        return self.words.day(date, self.year)


class Draft(NamedTuple):
    """*actions* without a link are left out; the first that stays is the primary one."""

    head: Head
    lines: tuple[Line, ...] = ()
    actions: tuple[Action, ...] = ()
    more: More | None = None


# A fact is made from the event, its subject and the view: words on one line, or whole lines.
Fact: TypeAlias = Callable[[Event, Any, View], Part | list[Line]]
Facts: TypeAlias = Mapping[str, Fact]


def lines_of(found: Part | list[Line]) -> tuple[Line, ...]:
    """Return a fact as lines of its own."""
    return tuple(found) if isinstance(found, list) else (facts(found),)


def subject(title: str, url: str = "") -> Line:
    """Return the line that names the thing: its title, linked."""
    return Line(linked(cut_cells(clean(title), TITLE_CELLS), url), "subject")


def facts(*parts: Part) -> Line:
    """Return one line of facts, joined by " · "."""
    return Line(joined(" · ", *parts))


def muted(*parts: Part) -> Line:
    """Return one grey line of facts."""
    return Line(grey(joined(" · ", *parts)))


def note(text: str) -> Line:
    """Return a grey line of prose, the first to go when a message is too long."""
    return Line((Span(text, tone="muted"),) if text else (), "note")


def joined(separator: str, *parts: Part) -> tuple[Span, ...]:
    """Return the non-empty *parts* as spans with *separator* between them."""
    found = [spans for spans in map(spans_of, parts) if spans]
    result: list[Span] = []
    for spans in found:
        result += [Span(separator), *spans] if result else spans
    return tuple(result)


def spans_of(part: Part) -> tuple[Span, ...]:
    if isinstance(part, str):
        return (Span(part),) if part else ()
    if isinstance(part, Span):
        return (part,) if part.text else ()
    return part


def grey(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(span._replace(tone="muted") for span in spans)


def linked(text: str, url: str = "") -> tuple[Span, ...]:
    """Return *text* as a link, as plain text without a usable *url*, as nothing without text."""
    if not text:
        return ()
    return (Span(text, url=usable(url)),)


def usable(url: str) -> str:
    """Return *url* if it is http(s) and short enough to be shown, else ``""``."""
    fits = url.startswith(("https://", "http://")) and len(url.encode()) <= MAX_URL_BYTES
    return url if fits else ""


def labelled(words: Words, label: Phrase, *parts: Part) -> tuple[Span, ...]:
    """Return ``label：parts`` with the parts run together, or nothing without parts."""
    found = joined("", *parts)
    return (Span(words.say(label) + words.colon), *found) if found else ()


def value(text: str, cells: int = TITLE_CELLS) -> str:
    """Return user text as one bounded line."""
    return cut_cells(clean(text), cells)


def action(words: Words, label: Phrase, url: str, **values: object) -> Action:
    """Return a link for the foot of the message; its url is empty when there is no usable one."""
    return Action(words.say(label, **values), usable(url))


def either(first: Action, second: Action) -> Action:
    """Return the first of the two that has a link."""
    return first if first.url else second


def short_sha(sha: str) -> str:
    return clean(sha)[:SHA_LENGTH]


def commit(found: Commit | None) -> tuple[Span, ...]:
    """Return ``a1b2c3d title`` with the sha linked, or nothing."""
    if found is None or not found.sha:
        return ()
    title = value(found.title)
    return (*linked(short_sha(found.sha), found.url), *((Span(f" {title}"),) if title else ()))


def same_person(one: Person | None, other: Person | None) -> bool:
    """Tell whether both are known and the same, by user name, else by name or e-mail."""
    if one is None or other is None:
        return False
    if one.username and other.username:
        return one.username == other.username
    by_name = bool(one.name) and one.name == other.name
    return by_name or (bool(one.email) and one.email == other.email)
