"""Making a waiting delivery small enough: what a message can spare most easily goes first.

The order is that of `design/messages.md` rule 6, as where a message is fitted into a platform's
limit, but what counts here is the size of the written item.
"""

from bisect import bisect_right
from collections.abc import Callable

from relay.notifications import (
    MAX_URL_BYTES,
    OWN,
    Action,
    Line,
    Notification,
    Span,
    by_importance,
)
from relay.text import ELLIPSIS, cut_bytes

# How many bytes too long the item is with this notification; 0 or less if it fits.
Excess = Callable[[Notification], int]
_HEADLINE_SPAN_BYTES = (300, 100)
_HEADLINE_BYTES = (120, 60)
_LABEL_BYTES = 90
_ELLIPSIS_LINE = Line((Span(ELLIPSIS),))


def shortened(notification: Notification, excess: Excess) -> Notification:
    """Return *notification* with as much left out as *excess* asks for.

    Headline and first action stay, cut where nothing else helps. The mentions go after all lines,
    the last first: of an application they are whom it writes to.
    """
    for step in _STEPS:
        if excess(notification) <= 0:
            break
        notification = step(notification, excess)
    return notification


def _only_shown(notification: Notification, _: Excess) -> Notification:
    """Leave out what is not shown anyway: beside a user's own message, in the quiet form."""
    if notification.quiet:
        return notification._replace(lines=(), more=None, own=(), whole=(), unresolved=())
    return notification._replace(lines=(), more=None) if notification.whole else notification


def _fewer_lines(notification: Notification, excess: Excess) -> Notification:
    cut = _first_lines if notification.whole else _important_lines
    lines = notification.whole or notification.lines
    count = _most(len(lines) + len(notification.own), lambda n: excess(cut(notification, n)))
    return cut(notification, count)


def _most(count: int, excess: Callable[[int], int]) -> int:
    """Return the greatest number below *count* that is not in *excess*, else 0."""
    return max(bisect_right(range(count), 0, key=excess) - 1, 0)


def _first_lines(notification: Notification, count: int) -> Notification:
    """Keep the first *count* of the user's lines: the template's, then those under it."""
    under = count - len(notification.whole)
    if under >= 0:
        return notification._replace(own=(*notification.own[:under], _ELLIPSIS_LINE))
    mark = (_ELLIPSIS_LINE,) if count else ()  # alone it would be the whole message
    return notification._replace(whole=(*notification.whole[:count], *mark), own=())


def _important_lines(notification: Notification, count: int) -> Notification:
    """Keep the *count* most important lines; commits left out are counted in *more*."""
    lines, own, more = notification.lines, notification.own, notification.more
    order = by_importance((*lines, *(line._replace(rank=OWN) for line in own)))
    kept, gone = set(order[:count]), order[count:]
    counted = sum(at < len(lines) and lines[at].rank == "commit" for at in gone) if more else 0
    if more and counted:
        more = more._replace(hidden=more.hidden + counted, detail="")
    mark = (_ELLIPSIS_LINE,) if len(gone) > counted else ()
    return notification._replace(
        lines=(*(line for at, line in enumerate(lines) if at in kept), *mark),
        more=more,
        own=tuple(line for at, line in enumerate(own, len(lines)) if at in kept),
    )


def _one_action(notification: Notification, _: Excess) -> Notification:
    return notification._replace(actions=notification.actions[:1])


def _no_more(notification: Notification, _: Excess) -> Notification:
    return notification._replace(more=None, unresolved=())


def _short_spans(notification: Notification, excess: Excess) -> Notification:
    for most in _HEADLINE_SPAN_BYTES:
        if excess(notification) > 0:
            spans = (span._replace(text=_cut(span.text, most)) for span in notification.headline)
            notification = notification._replace(headline=tuple(spans))
    return notification


def _fewer_mentions(notification: Notification, excess: Excess) -> Notification:
    """Keep the first mentions; the one of everybody before all others."""
    found = sorted(notification.mentions, key=lambda mention: not mention.everyone)

    def first(count: int) -> Notification:
        return notification._replace(mentions=tuple(found[:count]))

    return first(_most(len(found), lambda count: excess(first(count))))


def _short_headline(notification: Notification, excess: Excess) -> Notification:
    title = notification.title
    for most in _HEADLINE_BYTES:
        if excess(notification) > 0:
            notification = notification._replace(headline=(Span(_cut(title, most)),))
    return notification


def _short_action(notification: Notification, _: Excess) -> Notification:
    return notification._replace(
        actions=tuple(
            Action(_cut(label, _LABEL_BYTES), "" if _cut(url, MAX_URL_BYTES) != url else url)
            for label, url in notification.actions
        )
    )


def _cut(text: str, most: int) -> str:
    return cut_bytes(text.encode("utf-8", "replace").decode(), most)


_STEPS: tuple[Callable[[Notification, Excess], Notification], ...] = (
    _only_shown,
    _fewer_lines,
    _one_action,
    _no_more,
    _short_spans,
    _fewer_mentions,
    _short_headline,
    _short_action,
)
