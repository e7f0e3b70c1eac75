"""What a summary of several notifications says (`design/messages.md` section 3.19)."""

import math
import re
from collections.abc import Iterable, Sequence
from itertools import chain, takewhile
from typing import NamedTuple, TypeAlias, TypeVar

from relay.notifications import Action, Delivery, Line, More, Notification, Span, is_failure
from relay.text import clean
from relay.words import Phrase, Words

_LONG_MINUTES = 120
_MINUTES = Phrase("{count} 分钟", "{count} minutes", "minute")
_HOURS = Phrase("{count} 小时", "{count} hours")
_MERGED = Phrase("过去 {time}合并了 {count} 条通知", "{count} notifications of the last {time}")
_MORE = Phrase("… 还有 {count} 条", "… and {count} more")
_NO_WORDS = Phrase("通知", "Notification")
_SIGN = "🔔 "
_BRANCH = Span("└ ")  # no platform shows spaces at the start of a line
_FACTS = ("subject", "fact")
# The ranks of a summary's lines, for when less fits than it was made for (another receiver): then
# facts go first, routine events next, which `More` counts, and failures last.
_FAILURE, _ROUTINE, _FACT = "subject", "commit", "note"
_DOT = "·"
_REFERENCE = re.compile(r"(?<!\S)[#!][0-9A-Za-z]+")  # !42, #231, #I8K2QF
_EMOJI = re.compile(r"\W+\s")

_Spans: TypeAlias = tuple[Span, ...]
_T = TypeVar("_T")


class Told(NamedTuple):
    """A delivery in a summary: its *line*, the *short* one without the place, *facts* below it.

    *place* is the word before the project or group (``·``, ``· group``) and its name, or empty.
    """

    delivery: Delivery
    place: tuple[str, str]
    line: Line
    short: Line
    facts: tuple[Line, ...]


class _Head(NamedTuple):
    """A first line in its parts, as `relay.describe` puts them together.

    *status* is what happened, to what; *word* and *place* are those of `Told`; *behind* is the rest
    (``main``, ``· 张三``).
    """

    status: _Spans
    word: str
    place: _Spans
    behind: _Spans


def told(delivery: Delivery, lang: str) -> Told:
    """Return how *delivery* is told in a summary; a failure with all its facts.

    The user's own message and the one-line form have none: nobody wants to see them of it.
    """
    said = delivery.notification
    head = _head(said)
    place = (Span(f"{head.word} ", tone=head.place[0].tone), *head.place) if head.place else ()
    has_facts = is_failure(said) and not said.quiet and not said.whole
    return Told(
        delivery,
        (head.word, _text(head.place)),
        _line(said, head.status, (*place, *head.behind), lang),
        _line(said, head.status, _without_place(head), lang),
        tuple(_fact(line) for line in said.lines if has_facts and _is_fact(line)),
    )


def summary(run: Sequence[Told], *, lang: str, now_s: float, emoji: bool = True) -> Notification:
    """Return one notification that tells all of *run*, in its order; *now_s* is Unix seconds."""
    words = Words(lang, "")
    places = {one.place for one in run}
    word, name = places.pop() if len(places) == 1 else ("", "")
    lines = ((one.short if name else one.line, *one.facts) for one in run)
    sign = _SIGN if emoji else ""
    time = _time(now_s - oldest_s(run), words)
    first = Span(sign + words.say(_MERGED, time=time, count=len(run)))
    calling = [one.delivery.notification for one in run if not one.delivery.notification.quiet]
    return Notification(
        headline=(first, Span(f" {word} "), Span(name, bold=True)) if name else (first,),
        lines=tuple(chain.from_iterable(lines)),
        more=More(words.template(_MORE)),
        mentions=_once(one.mentions for one in calling),
        lang=words.lang,
        unresolved=_once(one.unresolved for one in calling),
    )


def oldest_s(run: Iterable[Told]) -> float:
    """Return when the oldest of *run* was received, in Unix seconds."""
    return min(one.delivery.received_at for one in run)


def _time(age_s: float, words: Words) -> str:
    minutes = max(math.ceil(age_s / 60), 1)
    if minutes > _LONG_MINUTES:
        return words.say(_HOURS, count=math.ceil(minutes / 60))
    return words.say(_MINUTES, count=minutes)


def _head(said: Notification) -> _Head:
    """Take a first line apart; one of another make is all status. A quiet one is grey."""
    status = tuple(takewhile(lambda span: not _has_dot(span), said.headline))
    behind = said.headline[len(status) :]
    has_place = len(behind) > 1 and behind[1].bold and bool(behind[1].text.strip())
    word = behind[0].text.strip() if has_place else ""
    place = behind[1:2] if has_place else ()
    behind = behind[2:] if has_place else behind
    if said.quiet:
        return _Head(_grey(status), word, _grey(place), _grey(behind))
    return _Head(status, word, place, behind)


def _grey(spans: _Spans) -> _Spans:
    return tuple(span._replace(tone="muted", bold=False) for span in spans)


def _has_dot(span: Span) -> bool:
    return span.text.lstrip().startswith(_DOT)


def _without_place(head: _Head) -> _Spans:
    """Return what stands behind the place; a branch must not look like a part of a name."""
    behind = head.behind
    if len(head.status) < 2 or not behind or _has_dot(behind[0]):
        return behind
    return (behind[0]._replace(text=f"{_DOT} {behind[0].text.lstrip()}"), *behind[1:])


def _line(said: Notification, status: _Spans, rest: _Spans, lang: str) -> Line:
    action = next((one for one in said.actions if one.url), None)
    spans = _linked(status, rest, action) if action else _followed(status, rest)
    if not clean(_text(spans)):
        spans = (Span(_NO_WORDS.of(lang)),)
    return Line(spans, _FAILURE if is_failure(said) else _ROUTINE)


def _linked(status: _Spans, rest: _Spans, action: Action) -> _Spans:
    """Return the line with *action*'s address where a person would tap, else its label behind."""
    tapped = _tapped(status, action)
    if tapped:
        return _followed(tapped, rest)
    return (*_followed(status, rest), Span(f" {action.label}", action.url))


def _tapped(status: _Spans, action: Action) -> _Spans:
    """Link the number, or the name of what it is about, or the words; empty if none of them can be.

    The number of a pipeline stands in the action only. Words in a colour stay without a link, which
    has a colour of its own.
    """
    for at, span in enumerate(status):
        if found := _REFERENCE.search(span.text):
            return (*status[:at], *_around(span, *found.span(), action.url), *status[at + 1 :])
    if len(status) > 1:
        return (*status[:-1], status[-1]._replace(url=action.url))
    if status and (found := _REFERENCE.search(action.label)):
        return _followed(status, (Span(found[0], action.url),))
    if status and status[0].tone in ("", "muted"):
        sign = _EMOJI.match(status[0].text)
        words = status[0].text
        return _around(status[0], sign.end() if sign else 0, len(words), action.url)
    return ()


def _around(span: Span, start: int, end: int, url: str) -> _Spans:
    """Return *span* with a link from *start* to *end* of its text."""
    texts = ((span.text[:start], ""), (span.text[start:end], url), (span.text[end:], ""))
    return tuple(span._replace(text=text, url=address) for text, address in texts if text)


def _followed(status: _Spans, rest: _Spans) -> _Spans:
    """Return both with a space between them; a full-width bracket brings its own."""
    if not status or not rest:
        return (*status, *rest)
    gap = "" if status[-1].text.endswith("）") else " "
    return (*status, rest[0]._replace(text=gap + rest[0].text.lstrip()), *rest[1:])


def _is_fact(line: Line) -> bool:
    return line.rank in _FACTS and bool(clean(_text(line.spans)))


def _fact(line: Line) -> Line:
    return Line((_BRANCH, *line.spans), _FACT)


def _text(spans: _Spans) -> str:
    return "".join(span.text for span in spans)


def _once(found: Iterable[tuple[_T, ...]]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(found)))
