"""What WeCom's answers mean (`reference/wecom.md` A.5, developer.work.weixin.qq.com path/90313)."""

from collections.abc import Mapping
from typing import Any

from formatters.verdicts import Verdict, errcode, no_errcode, wording
from relay.errors import Busy, Misconfigured, Rejected, Throttled

_BUSY = Verdict(
    Busy,
    "E505",
    "WeCom is busy",
    "Nothing to mend: send the event again from the forge if it matters.",
)
_CONCURRENT = Verdict(
    Busy,
    "E505",
    "too many calls to WeCom at once",
    "If it stays, lower the function's concurrency.",
)
_TOO_FAST = Verdict(
    Throttled,
    "E502",
    "more than 20 messages a minute for this robot",
    "A robot takes 20 messages a minute: wait a minute, send it fewer kinds of events, or add a "
    "second robot for some of them.",
    wait_s=60.0,
)
_BAD_KEY = Verdict(
    Misconfigured,
    "E501",
    "WeCom does not know this webhook address",
    "The key is wrong or the robot was removed: copy the address again from the robot's card in "
    "the group.",
)
_DISABLED = Verdict(
    Misconfigured,
    "E507",
    "the robot is disabled",
    "Enable the robot in the group's settings, or add a new one and configure its address.",
)
_NOT_IN_GROUP = Verdict(
    Misconfigured,
    "E507",
    "the robot is no longer in the group",
    "Add a robot to the group again and configure its address.",
)
_NO_GROUP = Verdict(
    Misconfigured,
    "E507",
    "the group was dissolved",
    "Add a robot to another group and configure its address, or remove this receiver.",
)
_TOO_LONG = Verdict(
    Rejected,
    "E503",
    "a parameter is invalid, usually because the message is too long",
    "Built-in messages always fit: report it with the event's name.",
)
_BAD_TYPE = Verdict(
    Rejected,
    "E504",
    "WeCom does not take this message type",
    "Set message: markdown for this receiver.",
)
_BAD_REQUEST = Verdict(
    Rejected,
    "E506",
    "WeCom refused the request",
    "No setting causes this: report it with the errcode and the event's name.",
)
_BAD_MEDIA = Verdict(
    Rejected,
    "E506",
    "WeCom refused a file or picture",
    "This relay sends none: check whether something between changes the request.",
)
_FORBIDDEN = Verdict(
    Rejected,
    "E508",
    "WeCom found forbidden words in the message",
    "Look at the event's titles and texts; what they say cannot be sent to this group.",
)
_UNKNOWN = Verdict(
    Rejected,
    "E506",
    "WeCom refused the message",
    "Look the errcode up at https://open.work.weixin.qq.com/devtool/query",
)

CODES: Mapping[int, Verdict] = {
    -1: _BUSY,
    6000: _BUSY,
    301070: _BUSY,
    45033: _CONCURRENT,
    45009: _TOO_FAST,
    93000: _BAD_KEY,
    93004: _DISABLED,
    93008: _NOT_IN_GROUP,
    49008: _NO_GROUP,
    40058: _TOO_LONG,
    45002: _TOO_LONG,
    40008: _BAD_TYPE,
    40033: _BAD_REQUEST,
    40035: _BAD_REQUEST,
    40063: _BAD_REQUEST,
    44004: _BAD_REQUEST,
    45034: _BAD_REQUEST,
    40006: _BAD_MEDIA,
    40007: _BAD_MEDIA,
    40009: _BAD_MEDIA,
    45001: _BAD_MEDIA,
    45007: _BAD_MEDIA,
    45008: _BAD_MEDIA,
    301016: _BAD_MEDIA,
    301017: _BAD_MEDIA,
    301019: _UNKNOWN,  # in no table consulted; seen in the wild
    85002: _FORBIDDEN,
}
_PARAMETER_MISSING = range(41000, 42000)  # 41xxx: one code per parameter


def check(answer: Mapping[str, Any]) -> None:
    """Return if *answer* has errcode 0; else raise what it stands for, BadAnswer without one."""
    found = errcode(answer)
    if found == 0:
        return
    if found is None:
        raise no_errcode("E505")
    raise _verdict(found, wording(answer)).refused(answer)


def _verdict(found: int, text: str) -> Verdict:
    if "exceed max length" in text:  # In 2019 it came with 93000.
        return _TOO_LONG
    if found in _PARAMETER_MISSING:
        return _BAD_REQUEST
    return CODES.get(found, _UNKNOWN)
