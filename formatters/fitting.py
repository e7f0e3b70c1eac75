"""Making a message fit: whole lines go, in the order of `design/messages.md` rule 6.

Works on words, before they are markup, so that no link, colour or bold is ever cut in half. Lines
are taken in, the most important first, until the room is used up; what lies beyond is not even
looked at, so a message with thousands of lines costs hardly more than one that fits.
"""

from collections.abc import Callable
from typing import NamedTuple

from formatters.markdown import headline, more_line, plain
from relay.notifications import Line, More, Notification, Span
from relay.text import cut_bytes

_COMMITS_KEPT_LONG = 3
_SHORTEST_NOTE_BYTES = 24  # below it a description says nothing
_HEADLINE_SPAN_BYTES = (300, 100)
_HEADLINE_BYTES = 120


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


def fit(notification: Notification, paper: Paper) -> tuple[Notification, bool]:
    """Return what of *notification* fits on *paper*, and whether anything was left out.

    The first line, the first action and the mentions always stay.
    """
    if notification.quiet:
        notification = notification._replace(lines=(), more=None)
    fitted = _fewer_lines(notification, paper)
    for step in (_one_action, _no_more):
        if paper.excess(fitted) <= 0:
            break
        fitted = step(fitted)
    fitted = _short_headline(fitted, paper)
    return fitted, fitted != notification


def _fewer_lines(notification: Notification, paper: Paper) -> Notification:
    """Leave out the lines for which there is no room; commits left out are counted in *more*."""
    lines, more = notification.lines, notification.more
    frame = paper.excess(notification._replace(lines=(), more=None))
    kept = _within(lines, paper, -frame - paper.cost(more_line(more)))
    commits = sum(line.rank == "commit" for line in lines)
    if more and commits > _commits(kept):
        most = More(more.template, more.hidden + commits)
        kept = _within(lines, paper, -frame - paper.cost(more_line(most)))
        more = most._replace(hidden=most.hidden - _commits(kept))
    return notification._replace(lines=tuple(kept[at] for at in sorted(kept)), more=more)


def _within(lines: tuple[Line, ...], paper: Paper, room: int) -> dict[int, Line]:
    """Return the most important *lines* that take up to *room* bytes, by their places.

    A note for which there is not enough room is shortened.
    """
    kept: dict[int, Line] = {}
    for at in _by_importance(lines):
        cost = paper.cost(lines[at])
        if cost > room:
            short = _shortened(lines[at], room, paper)
            return kept | ({at: short} if short else {})
        kept[at] = lines[at]
        room -= cost
    return kept


def _by_importance(lines: tuple[Line, ...]) -> list[int]:
    places: dict[str, list[int]] = {"subject": [], "commit": [], "fact": [], "note": []}
    for at, line in enumerate(lines):
        places.get(line.rank, places["fact"]).append(at)
    commits = places["commit"]
    return [
        *places["subject"],
        *commits[:_COMMITS_KEPT_LONG],
        *places["fact"],
        *commits[_COMMITS_KEPT_LONG:],
        *places["note"],
    ]


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


def _short_headline(notification: Notification, paper: Paper) -> Notification:
    """Shorten the first line where all else was not enough: its longest spans, then the whole."""
    spans = headline(notification)
    for most in _HEADLINE_SPAN_BYTES:
        if paper.excess(notification) <= 0:
            return notification
        short = tuple(span._replace(text=cut_bytes(span.text, most)) for span in spans)
        notification = notification._replace(headline=short)
    if paper.excess(notification) <= 0:
        return notification
    return notification._replace(headline=(Span(cut_bytes(plain(spans), _HEADLINE_BYTES)),))
