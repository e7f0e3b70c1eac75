"""What DingTalk's answers mean (`reference/dingtalk.md` sections 2, 4 and 5)."""

from collections.abc import Mapping
from typing import Any

from formatters.verdicts import Verdict, errcode, no_errcode, wording
from relay.errors import Busy, DeliveryError, Misconfigured, Rejected, Throttled

_BUSY = Verdict(
    Busy,
    "E528",
    "DingTalk is busy",
    "Nothing to mend: send the event again from the forge if it matters.",
)
_TOO_FAST = Verdict(
    Throttled,
    "E524",
    "more than 20 messages a minute: DingTalk silences this robot for ten minutes",
    "Nothing gets through until then: send it fewer kinds of events, or add a second robot for "
    "some of them.",
    wait_s=600.0,
)
_QUOTA = Verdict(
    Misconfigured,
    "E524",
    "the organisation's monthly quota is used up",
    "Ask the DingTalk administrator to raise the quota, or wait for the next month.",
)
_BLOCKED = Verdict(
    Throttled,
    "E528",
    "DingTalk blocks this function's network address for a while",
    "Shared addresses of cloud functions cause this; it ends by itself after five minutes.",
    wait_s=300.0,
)
_SECURITY = Verdict(
    Misconfigured,
    "E520",
    "the robot's security settings refuse the message",
    "Open the robot's security settings: use 加签 and put its secret (SEC…) into secret "
    "(DINGTALK_SECRET), or the keyword into keywords (DINGTALK_KEYWORDS); remove IP ranges.",
)
_KEYWORD = Verdict(
    Misconfigured,
    "E521",
    "the message holds none of the robot's keywords",
    "Put one of the robot's 自定义关键词 into keywords (DINGTALK_KEYWORDS), or let the robot use "
    "加签.",
)
_SIGN = Verdict(
    Misconfigured,
    "E522",
    "the signature does not match",
    "Copy the 加签 secret (SEC…) of this very robot into secret (DINGTALK_SECRET).",
)
_TIMESTAMP = Verdict(
    Misconfigured,
    "E522",
    "the signature's timestamp is not accepted",
    "The clock is off by more than an hour: set the time of the machine this runs on.",
)
_IP = Verdict(
    Misconfigured,
    "E523",
    "the robot takes messages from certain IP addresses only",
    "Remove the IP ranges from the robot's security settings and use 加签: a cloud function's "
    "address changes.",
)
_BAD_TOKEN = Verdict(
    Misconfigured,
    "E525",
    "DingTalk does not know this robot",
    "The access_token is wrong or the robot was deleted: copy the webhook address again.",
)
_STOPPED = Verdict(
    Misconfigured, "E526", "the robot is stopped", "Enable the robot in the group's settings."
)
_NO_GROUP = Verdict(
    Misconfigured,
    "E526",
    "the group was dissolved",
    "Add a robot to another group and configure its address, or remove this receiver.",
)
_UNSAFE_LINK = Verdict(
    Rejected,
    "E527",
    "DingTalk holds a link in the message to be unsafe",
    "Ask the DingTalk administrator to trust the forge's domain, or try open_links: browser.",
)
_UNSAFE_TEXT = Verdict(
    Rejected,
    "E527",
    "DingTalk refused the content of the message",
    "Look at the event's titles and texts; what they say cannot be sent to this group.",
)
_TOO_LONG = Verdict(
    Rejected,
    "E529",
    "the message is longer than 20 000 bytes",
    "Built-in messages always fit: report it with the event's name.",
)
_BAD_TYPE = Verdict(
    Rejected,
    "E529",
    "DingTalk does not take this message type",
    "Set message: markdown for this receiver.",
)
_BAD_REQUEST = Verdict(
    Rejected,
    "E529",
    "DingTalk refused the request",
    "No setting causes this: report it with the errcode and the event's name.",
)

SECURITY_CODE = 310000
CODES: Mapping[int, Verdict] = {
    -1: _BUSY,
    90002: _BUSY,
    90018: _BUSY,
    130101: _TOO_FAST,
    410100: _TOO_FAST,
    660026: _TOO_FAST,
    90020: _QUOTA,
    90030: _QUOTA,
    SECURITY_CODE: _SECURITY,
    88: _BAD_TOKEN,
    300001: _BAD_TOKEN,
    300005: _BAD_TOKEN,
    400101: _BAD_TOKEN,
    400106: _BAD_TOKEN,
    400102: _STOPPED,
    400013: _NO_GROUP,
    430101: _UNSAFE_LINK,
    430102: _UNSAFE_TEXT,
    430103: _UNSAFE_TEXT,
    430104: _UNSAFE_TEXT,
    460101: _TOO_LONG,
    400105: _BAD_TYPE,
    400401: _BAD_REQUEST,
    40035: _BAD_REQUEST,
    43002: _BAD_REQUEST,
    43004: _BAD_REQUEST,
}
# The four causes of 310000 by words of its errmsg, in lower case. A keyword message may speak of
# nothing else; that about the timestamp mentions the signature, so it comes first.
_WORDINGS = (
    (_KEYWORD, ("keyword", "关键词", "关键字")),
    (_IP, ("whitelist", "white list", "白名单", "ip地址", "ip段", "ip 地址")),
    (_TIMESTAMP, ("timestamp", "时间戳")),
    (_SIGN, ("sign", "签名", "加签")),
)
_BLOCK_STATUS = ("1111", "status 1111")


def check(answer: Mapping[str, Any]) -> None:
    """Return if *answer* has errcode 0; else raise what it stands for.

    Without an errcode: Throttled if the gateway says that it blocks this address, else BadAnswer.
    """
    found = errcode(answer)
    if found == 0:
        return
    if found is None:
        raise _gateway(answer)
    verdict = CODES.get(found, _BAD_REQUEST)
    if found == SECURITY_CODE:
        verdict = _security(wording(answer))
    raise verdict.refused(answer)


def _gateway(answer: Mapping[str, Any]) -> DeliveryError:
    status = answer.get("status") if isinstance(answer, Mapping) else None
    if str(status) == _BLOCK_STATUS[0]:
        return _BLOCKED.raised(*_BLOCK_STATUS)
    return no_errcode("E528")


def _security(text: str) -> Verdict:
    """Tell the causes of 310000 apart; its newer wording goes on with advice about all of them."""
    described = text.partition("solution")[0]
    for verdict, words in _WORDINGS:
        if any(word in described for word in words):
            return verdict
    return _SECURITY
