"""The texts of WeCom messages, those of robots and those of applications.

The layout is that of `design/messages.md` section 3.
"""

from typing import NamedTuple

from formatters.fitting import Paper, fit, once
from formatters.markdown import (
    DOT,
    Pen,
    all_within,
    body_lines,
    headline,
    links,
    names,
    pinged,
    plain_message,
    quiet_line,
    usable_id,
    whole_message,
    within,
)
from formatters.spans import Style
from relay.notifications import Line, Mention, Notification

MAX_TEXT_BYTES = 2048  # https://developer.work.weixin.qq.com/document/path/91770, path/90236
COLOURS = {"success": "info", "danger": "warning", "muted": "comment"}
MENTION_BYTES = 1024  # so that mentions leave room for a first line and a link


class Kind(NamedTuple):
    """One message type: its *limit* in bytes of the content, and what divides its parts.

    *rule* divides the lines below the first, *gap* these from the first. In the user's own message
    *line_break* divides the lines, *paragraph* the template's from those under it, *foot* all these
    from the mentions. *pings*: ``<@userid>`` in the text mentions; *names*: people without an id
    are named.
    """

    style: Style
    limit: int
    rule: str = "\n> "
    gap: str = "\n> "
    line_break: str = "\n"
    paragraph: str = "\n"
    foot: str = " "
    pings: bool = False
    names: bool = True


class Sheet(NamedTuple):
    """A written message: what fitted of the *words*, as *text*.

    *cut* tells whether words, or mentions in the text, were left out.
    """

    words: Notification
    text: str
    size: int
    cut: bool


def write_sheet(notification: Notification, kind: Kind) -> Sheet:
    """Write what of *notification* fits into a message of *kind*."""
    pen = Pen(kind.style)

    def line(line: Line) -> str:
        written = pen.write(line.spans)
        return kind.rule + written if written else ""

    write = once(lambda words: _content(words, kind, pen))
    fitted, cut = fit(notification, Paper(write, line, _bytes, kind.limit))
    text = write(fitted)
    cut = cut or not all_within(_called(notification, kind), MENTION_BYTES)
    return Sheet(fitted, text, _bytes(text), cut)


def is_pinged(mention: Mention) -> bool:
    """Tell whether ``<@userid>`` reaches *mention*; it knows neither ``@all`` nor phone numbers."""
    return usable_id(mention.wecom) and not mention.everyone


def _content(notification: Notification, kind: Kind, pen: Pen) -> str:
    named = names(notification, pen) if kind.names else ""
    if not kind.style.markup:
        return plain_message(notification, pen, (named,))
    if notification.quiet:
        return _quiet(notification, pen)
    mentioned = " ".join(filter(None, [*_pings(notification, kind), named]))
    if notification.whole:
        whole = whole_message(notification, pen, kind.line_break, kind.paragraph)
        return kind.foot.join(filter(None, [whole, mentioned]))
    below = [pen.write(line.spans) for line in body_lines(notification)]
    foot = " ".join(filter(None, [DOT.join(links(notification, pen)), mentioned]))
    quoted = kind.rule.join(filter(None, [*below, foot]))
    first = pen.write(headline(notification))
    return f"{first}{kind.gap}{quoted}" if quoted else first


def _quiet(notification: Notification, pen: Pen) -> str:
    foot = DOT.join(links(notification, pen))
    return f"{pen.write(quiet_line(notification))} {foot}".rstrip()


def _pings(notification: Notification, kind: Kind) -> list[str]:
    """Return the mentions in the text: as many as leave room for the rest."""
    return within(_called(notification, kind), MENTION_BYTES)


def _called(notification: Notification, kind: Kind) -> list[str]:
    """Return ``<@userid>`` for everybody with a userid, the only mention that markdown knows."""
    people = [one.wecom for one in pinged(notification) if kind.pings and is_pinged(one)]
    return [f"<@{userid}>" for userid in people]


def _bytes(text: str) -> int:
    return len(text.encode())
