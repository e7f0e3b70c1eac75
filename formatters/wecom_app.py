"""WeCom (企业微信) self-built applications: ``markdown`` and ``text`` messages to individuals.

`reference/wecom.md` part B. A message reads as a robot's does, in half the bytes; whom a robot
would mention is whom an application writes to.
"""

import json
from collections.abc import Mapping
from typing import Any

from formatters import escaping, wecom_codes
from formatters.markdown import usable_id
from formatters.spans import Style
from formatters.wecom_layout import COLOURS, MAX_TEXT_BYTES, Kind, write_sheet
from relay.config import EVERYONE, Receiver
from relay.delivery import Post
from relay.notifications import Notification
from relay.platforms import Rendered
from relay.words import Phrase

MAX_MARKDOWN_BYTES = 2048  # https://developer.work.weixin.qq.com/document/path/90236
MAX_USERS = 1000  # the same page

# WeCom delivers the same body once within these seconds, so a second attempt after a time-out
# cannot double a message. Longer than all attempts of one delivery take; short enough for an event
# that really happens twice (a job that fails again) to be told twice.
_SAME_MESSAGE_S = 600

_KINDS = {
    "markdown": Kind(Style(escaping.wecom, COLOURS), MAX_MARKDOWN_BYTES, names=False),
    "text": Kind(
        Style(escaping.app_text, markup=False), MAX_TEXT_BYTES, rule="\n", gap="\n", names=False
    ),
}


def render(notification: Notification, receiver: Receiver) -> Rendered:
    """Turn words into the receiver's message type; the limit counts the bytes of the content.

    Goes to `Notification.mentions`, also in the quiet form: the first 1000 userids, or everybody in
    the application's range. ``touser`` is empty when nobody has a userid, which WeCom refuses; so
    is ``agentid`` 0, which stands for one that is not known where a message is only looked at.
    The body holds nothing that changes from one attempt to the next.
    """
    name = receiver.message if receiver.message in _KINDS else "markdown"
    kind = _KINDS[name]
    sheet = write_sheet(notification, kind)
    body = {
        "touser": _users(notification),
        "msgtype": name,
        "agentid": int(receiver.agent_id) if receiver.agent_id.isdigit() else 0,
        name: {"content": sheet.text},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": _SAME_MESSAGE_S,
    }
    return Rendered("", sheet.text, body, sheet.size, kind.limit, sheet.cut)


def prepare(body: Mapping[str, Any], receiver: Receiver, now_ms: int, token: str = "") -> Post:
    """Make the request, with the application's access token as a parameter; nothing is signed."""
    encoded = json.dumps(body, ensure_ascii=False).encode()
    return Post(_api(receiver, "message/send"), {"access_token": token}, encoded)


def check(answer: Mapping[str, Any]) -> Phrase:
    """Return NOTHING, or a remark about whom the message did not reach.

    Raises the error that `wecom_codes` names unless WeCom took the message.
    """
    return wecom_codes.check_app(answer)


def token_request(receiver: Receiver) -> Post | None:
    """Make the request that fetches an access token; corporation and secret are parameters."""
    secret = receiver.secret.reveal() if receiver.secret else ""
    params = {"corpid": receiver.corp_id, "corpsecret": secret}
    return Post(_api(receiver, "gettoken"), params, b"", method="GET")


def read_token(answer: Mapping[str, Any]) -> tuple[str, float]:
    """Return the token and its lifetime in seconds; raises the error that `wecom_codes` names."""
    return wecom_codes.read_token(answer)


def _api(receiver: Receiver, path: str) -> str:
    return f"{receiver.url.reveal().rstrip('/')}/cgi-bin/{path}"


def _users(notification: Notification) -> str:
    people = notification.mentions
    if any(one.everyone for one in people):
        return EVERYONE
    ids = dict.fromkeys(one.wecom for one in people if usable_id(one.wecom))
    return "|".join(list(ids)[:MAX_USERS])
