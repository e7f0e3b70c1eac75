"""WeCom (企业微信) group robots: ``markdown``, ``markdown_v2`` and ``text`` messages.

`reference/wecom.md` part A; the layout is that of `design/messages.md` section 3.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from formatters import escaping, wecom_codes
from formatters.fitting import Paper, fit
from formatters.markdown import (
    DOT,
    Pen,
    Style,
    body_lines,
    headline,
    links,
    pinged,
    plain_message,
    quiet_line,
    usable_id,
    usable_mobile,
    within,
)
from relay.config import Receiver
from relay.delivery import Post
from relay.notifications import Line, Notification
from relay.platforms import Rendered

MAX_MARKDOWN_BYTES = 4096  # https://developer.work.weixin.qq.com/document/path/91770
MAX_TEXT_BYTES = 2048  # the same page
_MENTION_BYTES = 1024  # so that mentions leave room for a first line and a link

_COLOURS = {"success": "info", "danger": "warning", "muted": "comment"}


class _Kind(NamedTuple):
    """One message type: *rule* divides lines below the first, *gap* these from the first."""

    style: Style
    limit: int
    rule: str
    gap: str
    mentions: bool = False


# A single line break is a break in `markdown`. `markdown_v2` has the paragraph rules of ordinary
# markdown, where it takes two spaces, which do no harm should a client break there anyway.
_KINDS = {
    "markdown": _Kind(
        Style(escaping.wecom, _COLOURS), MAX_MARKDOWN_BYTES, "\n> ", "\n> ", mentions=True
    ),
    "markdown_v2": _Kind(Style(escaping.wecom_v2), MAX_MARKDOWN_BYTES, "  \n> ", "\n\n> "),
    "text": _Kind(Style(escaping.plain_text, markup=False), MAX_TEXT_BYTES, "\n", "\n"),
}


def render(notification: Notification, receiver: Receiver) -> Rendered:
    """Turn words into the receiver's message type; the limit counts the bytes of the content."""
    name = receiver.message if receiver.message in _KINDS else "markdown"
    kind = _KINDS[name]
    pen = Pen(kind.style)

    def line(line: Line) -> str:
        written = pen.write(line.spans)
        return kind.rule + written if written else ""

    paper = Paper(lambda words: _content(words, kind, pen), line, _bytes, kind.limit)
    fitted, cut = fit(notification, paper)
    text = _content(fitted, kind, pen)
    part: dict[str, Any] = {"content": text}
    if name == "text":
        part |= _mention_lists(fitted)
    body = {"msgtype": name, name: part}
    return Rendered("", text, body, _bytes(text), kind.limit, cut)


def prepare(rendered: Rendered, receiver: Receiver, now_ms: int) -> Post:
    """Make the request. The address is the whole credential; nothing is signed.

    The body is not ASCII-escaped: the code table refuses some ``\\u`` sequences (40033).
    """
    body = json.dumps(rendered.body, ensure_ascii=False).encode()
    return Post(receiver.url.reveal(), {}, body)


def check(answer: Mapping[str, Any]) -> None:
    """Return if WeCom took the message; else raise the DeliveryError that `wecom_codes` names."""
    wecom_codes.check(answer)


def _content(notification: Notification, kind: _Kind, pen: Pen) -> str:
    if not kind.style.markup:
        return plain_message(notification, pen)
    foot = DOT.join(links(notification, pen))
    if notification.quiet:
        return f"{pen.write(quiet_line(notification))} {foot}".rstrip()
    if kind.mentions:
        foot = " ".join(filter(None, [foot, *_pings(notification)]))
    below = [pen.write(line.spans) for line in body_lines(notification)]
    quoted = kind.rule.join(filter(None, [*below, foot]))
    first = pen.write(headline(notification))
    return f"{first}{kind.gap}{quoted}" if quoted else first


def _pings(notification: Notification) -> list[str]:
    """Return ``<@userid>`` for everybody with a userid, the only mention that markdown knows."""
    people = [one.wecom for one in pinged(notification) if usable_id(one.wecom)]
    return within([f"<@{userid}>" for userid in people], _MENTION_BYTES)


def _mention_lists(notification: Notification) -> dict[str, list[str]]:
    people = pinged(notification)
    ids = ["@all"] if any(one.everyone for one in people) else []
    ids += [one.wecom for one in people if usable_id(one.wecom)]
    mobiles = [
        one.mobile for one in people if not usable_id(one.wecom) and usable_mobile(one.mobile)
    ]
    found = {
        "mentioned_list": within(ids, _MENTION_BYTES),
        "mentioned_mobile_list": within(mobiles, _MENTION_BYTES),
    }
    return {name: values for name, values in found.items() if values}


def _bytes(text: str) -> int:
    return len(text.encode())
