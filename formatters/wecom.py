"""WeCom (企业微信) group robots: ``markdown``, ``markdown_v2`` and ``text`` messages.

`reference/wecom.md` part A; the layout is that of `design/messages.md` section 3.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from formatters import escaping, wecom_codes
from formatters.markdown import all_within, pinged, title, usable_id, usable_mobile, within
from formatters.spans import Style
from formatters.wecom_layout import (
    COLOURS,
    MAX_TEXT_BYTES,
    MENTION_BYTES,
    Kind,
    is_pinged,
    write_sheet,
)
from relay.config import Receiver
from relay.delivery import Post
from relay.errors import NOTHING
from relay.notifications import Mention, Notification
from relay.platforms import Rendered
from relay.words import Phrase

MAX_MARKDOWN_BYTES = 4096  # https://developer.work.weixin.qq.com/document/path/91770

# A single line break is a break in `markdown`. `markdown_v2` has the paragraph rules of ordinary
# markdown, where it takes two spaces, which do no harm should a client break there anyway.
_KINDS = {
    "markdown": Kind(Style(escaping.wecom, COLOURS), MAX_MARKDOWN_BYTES, pings=True),
    "markdown_v2": Kind(
        Style(escaping.wecom_v2),
        MAX_MARKDOWN_BYTES,
        rule="  \n> ",
        gap="\n\n> ",
        line_break="  \n",
        paragraph="\n\n",
        foot="\n\n",
    ),
    "text": Kind(Style(escaping.plain_text, markup=False), MAX_TEXT_BYTES, rule="\n", gap="\n"),
}


def render(notification: Notification, receiver: Receiver) -> Rendered:
    """Turn words into the receiver's message type; the limit counts the bytes of the content.

    Whom markdown cannot mention is mentioned by `Rendered.follow_up`, a ``text`` message, which
    costs the robot one more of its 20 a minute.
    """
    name = receiver.message if receiver.message in _KINDS else "markdown"
    kind = _KINDS[name]
    sheet = write_sheet(notification, kind)
    called = _called(one for one in pinged(sheet.words) if not (kind.pings and is_pinged(one)))
    lists = {field: within(ids, MENTION_BYTES) for field, ids in called.items()}
    cut = sheet.cut or not all(all_within(ids, MENTION_BYTES) for ids in called.values())
    is_text = not kind.style.markup
    body = {"msgtype": name, name: {"content": sheet.text, **(lists if is_text else {})}}
    follow_up = _follow_up(notification, lists) if lists and not is_text else None
    return Rendered("", sheet.text, body, sheet.size, kind.limit, cut, follow_up)


def prepare(body: Mapping[str, Any], receiver: Receiver, now_ms: int, token: str = "") -> Post:
    """Make the request. The address is the whole credential; nothing is signed.

    The body is not ASCII-escaped: the code table refuses some ``\\u`` sequences (40033).
    """
    return Post(receiver.url.reveal(), {}, json.dumps(body, ensure_ascii=False).encode())


def check(answer: Mapping[str, Any]) -> Phrase:
    """Return NOTHING if WeCom took the message; else raise the error that `wecom_codes` names."""
    wecom_codes.check(answer)
    return NOTHING


def token_request(receiver: Receiver) -> Post | None:
    """Return None: a robot's address is all it takes."""
    return None


def read_token(answer: Mapping[str, Any]) -> tuple[str, float]:
    """Return no token, for no robot asks for one."""
    return "", 0.0


def _follow_up(notification: Notification, lists: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return a message that mentions and makes sense alone: the first line in plain words."""
    content = escaping.plain_text(title(notification))
    return {"msgtype": "text", "text": {"content": content, **lists}}


def _called(people: Iterable[Mention]) -> dict[str, list[str]]:
    """Return the fields of a ``text`` message that mention *people*; empty for nobody."""
    found = list(people)
    ids = ["@all"] if any(one.everyone for one in found) else []
    ids += [one.wecom for one in found if usable_id(one.wecom)]
    mobiles = [
        one.mobile for one in found if not usable_id(one.wecom) and usable_mobile(one.mobile)
    ]
    lists = {"mentioned_list": ids, "mentioned_mobile_list": mobiles}
    return {field: values for field, values in lists.items() if values}
