"""Making a message fit: whole lines go, in the order of `design/messages.md` rule 6.

Works on words, before they are markup, so that no link, colour or bold is ever cut in half. Lines
are taken in, the most important first, until the room is used up; what lies beyond is not even
looked at, so a message with thousands of lines costs hardly more than one that fits. The user's own
message (`Notification.whole`) loses its last lines instead.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from formatters.escaping import GAP
from formatters.markdown import headline, more_line
from formatters.spans import plain
from relay.notifications import OWN, Line, More, Notification, Span, by_importance
from relay.text import ELLIPSIS, cut_bytes

_SHORTEST_NOTE_BYTES = 24  # below it a description says nothing
_HEADLINE_SPAN_BYTES = (300, 100)
_HEADLINE_BYTES = (120, 60)
_ELLIPSIS_LINE = Line((Span(ELLIPSIS),))
# A line of these alone shows nothing, or only a frame without a picture.
_NO_WORDS = f" \t\n{GAP}>#*+_~`|=.:-[]()"


class Paper(NamedTuple):
    """What a message is written on.

    *write* makes the whole text, *line* one line with all that divides it from the one above,
    *count* the bytes of a text as the platform counts them; *room* is how many it may have.
    """

    write: Callable[[Notification], str]
    line: Callable[[Line], str]
    count: Callable[[str], int]
    room: int

    def excess(self, notification: Notification) -> int:
        """Return how many bytes too long *notification* is; 0 or less if it fits."""
        return self.count(self.write(notification)) - self.room

    def cost(self, line: Line | None) -> int:
        return self.count(self.line(line)) if line else 0

    def shows(self, lines: tuple[Line, ...]) -> bool:
        """Tell whether one of *lines* has something to read."""
        return any(self.line(line).strip(_NO_WORDS) for line in lines)


def fit(notification: Notification, paper: Paper) -> tuple[Notification, bool]:
    """Return what of *notification* fits on *paper*, and whether anything was left out.

    The first line, the first action and the mentions always stay. The user's own message comes back
    without `whole` when it says nothing or not even its first line fits: then these are what is
    sent, with the user's lines under the message.
    """
    wanted = _wanted(notification, paper)
    if _may_fit(wanted, paper) and paper.excess(wanted) <= 0:
        return wanted, False
    fitted = _fewer_whole_lines(wanted, paper)
    if not fitted.whole:
        fitted = _fewer_lines(fitted, paper)
    for step in (_one_action, _no_more, _no_names):
        if paper.excess(fitted) <= 0:
            break
        fitted = step(fitted)
    fitted = _short_headline(fitted, paper)
    return fitted, fitted != wanted


def once(write: Callable[[Notification], str]) -> Callable[[Notification], str]:
    """Return *write*, which then does not write the same words twice in a row."""
    last: tuple[Notification, str] | None = None

    def written(words: Notification) -> str:
        nonlocal last
        if last is None or last[0] is not words:
            last = (words, write(words))
        return last[1]

    return written


def _may_fit(notification: Notification, paper: Paper) -> bool:
    """Tell whether it is worth writing in full: not when the bare lines are too many already."""
    lines = len(notification.lines) + len(notification.own) + len(notification.whole)
    return lines < paper.room // 8


def _wanted(notification: Notification, paper: Paper) -> Notification:
    """Return what is to be said, if there is room for it all."""
    if notification.quiet:
        return notification._replace(lines=(), more=None, own=(), whole=(), unresolved=())
    own = tuple(line._replace(rank=OWN) for line in notification.own)
    if not notification.whole:
        return notification._replace(own=own)
    whole = notification.whole if paper.shows(notification.whole) else ()
    return notification._replace(lines=(), more=None, own=own, whole=whole)


def _fewer_whole_lines(notification: Notification, paper: Paper) -> Notification:
    """Leave out the last lines of the user's own message, with an ellipsis in their place."""
    if not notification.whole or paper.excess(notification) <= 0:
        return notification
    lines = len(notification.whole) + len(notification.own)
    most = range(1, min(lines, paper.room))
    count = bisect_right(most, 0, key=lambda count: paper.excess(_first(notification, count)))
    fitted = _first(notification, count)
    is_message = paper.shows(notification.whole[:count]) and paper.excess(fitted) <= 0
    return fitted if is_message else notification._replace(whole=())


def _first(notification: Notification, count: int) -> Notification:
    """Return the first *count* of the user's lines, the template's before those under it."""
    under = count - len(notification.whole)
    if under > 0:
        return notification._replace(own=(*notification.own[:under], _ELLIPSIS_LINE))
    return notification._replace(whole=(*notification.whole[:count], _ELLIPSIS_LINE), own=())


def _fewer_lines(notification: Notification, paper: Paper) -> Notification:
    """Leave out the lines for which there is no room; commits left out are counted in *more*."""
    more, lines = notification.more, (*notification.lines, *notification.own)
    frame = paper.excess(notification._replace(lines=(), more=None, own=()))
    kept = _within(lines, paper, -frame - paper.cost(more_line(more)))
    commits = sum(line.rank == "commit" for line in lines)
    if more and commits > _commits(kept):
        most = More(more.template, more.hidden + commits)
        kept = _within(lines, paper, -frame - paper.cost(more_line(most)))
        more = most._replace(hidden=most.hidden - _commits(kept))
    found = [kept[at] for at in sorted(kept)]
    return notification._replace(
        lines=tuple(line for line in found if line.rank != OWN),
        more=more,
        own=tuple(line for line in found if line.rank == OWN),
    )


def _within(lines: tuple[Line, ...], paper: Paper, room: int) -> dict[int, Line]:
    """Return the most important *lines* that take up to *room* bytes, by their places.

    A note for which there is not enough room is shortened.
    """
    kept: dict[int, Line] = {}
    for at in by_importance(lines):
        cost = paper.cost(lines[at])
        if cost > room:
            short = _shortened(lines[at], room, paper)
            return kept | ({at: short} if short else {})
        kept[at] = lines[at]
        room -= cost
    return kept


def _commits(kept: dict[int, Line]) -> int:
    return sum(line.rank == "commit" for line in kept.values())


def _shortened(line: Line, most: int, paper: Paper) -> Line | None:
    """Return a note with its last words cut so that it takes *most* bytes.

    Returns None if too few words stay, and for a line that is no note.
    """
    if line.rank != "note" or not line.spans:
        return None
    *others, last = line.spans
    shorter, room = line, len(last.text.encode())
    while (over := paper.cost(shorter) - most) > 0:
        room -= over
        if room < _SHORTEST_NOTE_BYTES:
            return None
        shorter = line._replace(
            spans=(*others, last._replace(text=cut_bytes(last.text, room))),
        )
    return shorter


def _one_action(notification: Notification) -> Notification:
    return notification._replace(actions=notification.actions[:1])


def _no_more(notification: Notification) -> Notification:
    return notification._replace(more=None)


def _no_names(notification: Notification) -> Notification:
    return notification._replace(unresolved=())


def _short_headline(notification: Notification, paper: Paper) -> Notification:
    """Shorten the first line where all else was not enough: its longest spans, then the whole."""
    for short in _shorter(headline(notification)):
        if paper.excess(notification) <= 0:
            break
        notification = notification._replace(headline=short)
    return notification


def _shorter(spans: tuple[Span, ...]) -> Iterator[tuple[Span, ...]]:
    for most in _HEADLINE_SPAN_BYTES:
        yield tuple(span._replace(text=cut_bytes(span.text, most)) for span in spans)
    for most in _HEADLINE_BYTES:
        yield (Span(cut_bytes(plain(spans), most)),)
