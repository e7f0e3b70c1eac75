"""What the real robots would answer; pure.

`reference/wecom.md` and `reference/dingtalk.md`. Every answer goes out with HTTP 200. What is said
to applications is in `workbench.wecom_api_rules`.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from workbench import dingtalk_rules, wecom_api_rules, wecom_rules
from workbench.robot_terms import (
    DINGTALK,
    WECOM,
    WECOM_APP,
    Message,
    Refusal,
    RefusedError,
    Request,
    Robot,
)

PATHS = {
    "/cgi-bin/webhook/send": WECOM,
    "/robot/send": DINGTALK,
    wecom_api_rules.GET_TOKEN: WECOM_APP,
    wecom_api_rules.SEND: WECOM_APP,
}
KEY_NAMES = {WECOM: "key", DINGTALK: "access_token"}

MOST_PER_MINUTE = 20
WINDOW_S = 60.0
BLOCK_S = {WECOM: 0.0, DINGTALK: 600.0}  # DingTalk: refused for ten minutes afterwards

_READERS: dict[str, Callable[[Robot | None, Request, float], Message]] = {
    WECOM: wecom_rules.read,
    DINGTALK: dingtalk_rules.read,
}
_THROTTLED = {
    WECOM: Refusal(45009, "api freq out of limit"),
    WECOM_APP: wecom_api_rules.THROTTLED,
    DINGTALK: Refusal(130101, "send too fast, exceed 20 times per minute"),
}


class Usage(NamedTuple):
    """When a robot took messages within the last minute; all times in Unix seconds."""

    taken: tuple[float, ...] = ()
    blocked_until: float = 0.0


class Verdict(NamedTuple):
    """The JSON object to answer, the message if it was taken, and the robot's usage after it."""

    answer: dict[str, Any]
    message: Message | None
    usage: Usage


# The answers a person can ask for by name (`design/faults.md` section 2).
CANNED: Mapping[str, Mapping[str, Refusal]] = {
    "busy": {
        WECOM: Refusal(-1, "system busy"),
        WECOM_APP: Refusal(-1, "system busy"),
        DINGTALK: Refusal(-1, "系统繁忙"),
    },
    "badkey": {
        WECOM: wecom_rules.UNKNOWN_KEY,
        WECOM_APP: wecom_api_rules.BAD_CREDENTIAL,
        DINGTALK: dingtalk_rules.UNKNOWN_TOKEN,
    },
    "throttle": _THROTTLED,
    "sign": dict.fromkeys((WECOM, WECOM_APP, DINGTALK), dingtalk_rules.BAD_SIGN),
    "keyword": dict.fromkeys((WECOM, WECOM_APP, DINGTALK), dingtalk_rules.NO_KEYWORD),
}


def judge(
    vendor: str, robot: Robot | None, request: Request, usage: Usage, *, now: float
) -> Verdict:
    """Decide as *vendor* does; *robot* is ``None`` when no robot has the request's key.

    Only messages that were taken count towards the limit: whether refused ones do is not known
    (`reference/wecom.md` A.4).
    """
    try:
        message = _READERS[vendor](robot, request, now)
        usage = _counted(vendor, usage, now)
    except RefusedError as refused:
        refusal = refused.refusal
        return Verdict(refusal_json(vendor, refusal, now), None, _usage_after(refusal, usage, now))
    return Verdict({"errcode": 0, "errmsg": "ok"}, message, usage)


def refusal_json(vendor: str, refusal: Refusal, now: float) -> dict[str, Any]:
    """Return the answer's JSON; WeCom adds a hint, the caller's address and a link."""
    text = refusal.text
    if vendor != DINGTALK:
        text += (
            f", hint: [{int(now)}_1_stand-in], from ip: 127.0.0.1, more info at "
            f"https://open.work.weixin.qq.com/devtool/query?e={refusal.code}"
        )
    return {"errcode": refusal.code, "errmsg": text}


def _counted(vendor: str, usage: Usage, now: float) -> Usage:
    if now < usage.blocked_until:
        raise RefusedError(*_THROTTLED[vendor])
    taken = tuple(at for at in usage.taken if now - at < WINDOW_S)
    if len(taken) >= MOST_PER_MINUTE:
        raise RefusedError(*_THROTTLED[vendor])
    return Usage((*taken, now))


def _usage_after(refusal: Refusal, usage: Usage, now: float) -> Usage:
    """Start DingTalk's block at the first message over the limit; trying on does not extend it."""
    if refusal == _THROTTLED[DINGTALK] and now >= usage.blocked_until:
        return usage._replace(blocked_until=now + BLOCK_S[DINGTALK])
    return usage
