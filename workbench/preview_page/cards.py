"""One message as the page shows it: the bubble, what it costs, and what is posted for it."""

import math
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import formatters
from formatters.dingtalk import MAX_BODY_BYTES
from relay.config import DINGTALK_ROBOT, WECOM_APP, WECOM_ROBOT, Config, Receiver, Secret
from workbench import bubbles, markup
from workbench.bubbles import Bubble, pretty_json
from workbench.decision_tree import PLATFORMS
from workbench.preview import Shown
from workbench.robot_book import Received
from workbench.robot_rules import MOST_PER_MINUTE
from workbench.terminal import printable

_KEYS = re.compile(r"((?:key|access_token|sign|corpsecret)=)[^&\s]+")
_AMBER, _RED = 0.5, 0.9  # of the limit
_SECRET = "***"
_MASKED = r"\g<1>***"
# Stands for a platform that has no receiver.
_SPARE = {
    WECOM_ROBOT: Receiver(
        "wecom", WECOM_ROBOT, Secret("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=***")
    ),
    DINGTALK_ROBOT: Receiver(
        "dingtalk",
        DINGTALK_ROBOT,
        Secret("https://oapi.dingtalk.com/robot/send?access_token=***"),
    ),
}


class Card(NamedTuple):
    """*mark* names the platform's look; *reason* says why the message would not be sent.

    *used* counts the robot's posts of the last minute, where there is a stand-in.
    """

    name: str
    mark: str
    platform: str
    kind: str
    notification: str
    rows: list[markup.Row]
    buttons: list[str]
    source: str
    request: str
    size: int
    limit: int
    lines: int
    cut: bool = False
    hidden: int = 0
    mentioned: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    posts: int = 1
    used: int | None = None
    most: int = MOST_PER_MINUTE
    reason: str = ""

    @property
    def low(self) -> int:
        return math.ceil(self.limit * _AMBER)

    @property
    def high(self) -> int:
        return math.ceil(self.limit * _RED)


def of_shown(shown: Shown, receiver: Receiver, lang: str, used: int | None) -> Card:
    """Return the card of a message that *receiver* would get; nothing in it is hidden here."""
    rendered = shown.rendered
    reason = shown.reason
    card = _card(bubbles.of_rendered(shown.vendor, rendered), receiver, lang, used)
    return card._replace(
        cut=rendered.cut,
        hidden=shown.hidden,
        mentioned=shown.mentioned,
        unresolved=shown.unresolved,
        posts=1 if rendered.follow_up is None else 2,
        reason=f"{reason.code} {reason.text.of(lang)}".strip() if reason else "",
    )


def of_received(message: Received, receiver: Receiver, lang: str, used: int | None) -> Card:
    """Return the card of a message that a stand-in took; nothing in it is hidden here."""
    bubble = bubbles.of_received(message)
    if receiver.type == DINGTALK_ROBOT:  # the stand-in takes a little more than we send
        bubble = bubble._replace(limit=MAX_BODY_BYTES)
    return _card(bubble, receiver, lang, used)


def key(receiver: Receiver) -> str:
    """Return what the stand-in of *receiver* is known by: its key, token or agent id."""
    if receiver.type == WECOM_APP:
        return receiver.agent_id
    query = dict(parse_qsl(urlsplit(receiver.url.reveal()).query))
    return query.get("key") or query.get("access_token", "")


def _card(bubble: Bubble, receiver: Receiver, lang: str, used: int | None) -> Card:
    rows = bubbles.rows(bubble)
    return Card(
        receiver.name,
        bubble.vendor,
        PLATFORMS[receiver.type].of(lang),
        str(bubble.raw.get("msgtype")),
        bubbles.notification(bubble),
        rows,
        bubbles.buttons(bubble),
        printable(bubble.text),
        _request(receiver, bubble.raw),
        bubble.size,
        bubble.limit,
        len(rows),
        used=used,
    )


def _request(receiver: Receiver, body: Mapping[str, Any]) -> str:
    """Return what is posted, readable, without any key in it."""
    post = formatters.formatter(receiver).prepare(body, receiver, int(time.time() * 1000), _SECRET)
    query = "&".join(f"{name}={value}" for name, value in post.params.items())
    address = f"{post.url}{'&' if '?' in post.url else '?'}{query}" if query else post.url
    head = f"{post.method} {_KEYS.sub(_MASKED, address)}"
    return printable(f"{head}\nContent-Type: application/json\n\n{pretty_json(body)}")


def as_chosen(
    config: Config, *, lang: str, both: bool, messages: Mapping[str, str]
) -> tuple[Config, Sequence[Receiver]]:
    """Return *config* with what was chosen on the page, and its receivers.

    *lang* and *messages* (receiver's type → message type) count more than what is configured; both
    may be empty. *both*: one robot of each platform stands for all receivers.
    """
    receivers = _pair(config) if both else config.receivers
    changed = tuple(
        one._replace(lang=lang or one.lang, message=messages.get(one.type) or one.message)
        for one in receivers
    )
    routes = () if both else config.routes
    return config._replace(receivers=changed, routes=routes), changed


def _pair(config: Config) -> tuple[Receiver, ...]:
    """Return a receiver of each robot type: the first configured one, or one without an address."""
    found = {one.type: one for one in reversed(config.receivers)}
    return tuple(found.get(kind, spare) for kind, spare in _SPARE.items())
