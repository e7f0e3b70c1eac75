"""What a DingTalk custom robot takes (`reference/dingtalk.md` sections 1 to 5)."""

from collections.abc import Callable
from typing import Any

from relay.signing import same_secret, timestamp_signature
from workbench.robot_terms import Message, Refusal, RefusedError, Request, Robot, strict_object

MAX_BODY_BYTES = 20_000
MAX_SKEW_MS = 3_600_000

_MORE = "more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]"
UNKNOWN_TOKEN = Refusal(300005, "token is not exist")
BAD_SIGN = Refusal(310000, f"sign not match, {_MORE}")
STALE = Refusal(310000, f"invalid timestamp, {_MORE}")
NO_KEYWORD = Refusal(310000, f"keywords not in content, {_MORE}")


def read(robot: Robot | None, request: Request, now: float) -> Message:
    """Return the message; raises RefusedError with DingTalk's code. *now* in Unix seconds."""
    if request.method != "POST":
        raise RefusedError(43002, "require POST method")
    if not request.query.get("access_token"):
        raise RefusedError(40035, "缺少参数 access_token")
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(43004, "无效的HTTP HEADER Content-Type")
    if robot is None:
        raise RefusedError(*UNKNOWN_TOKEN)
    _check_signature(robot, request, now)
    if len(request.body) > MAX_BODY_BYTES:
        raise RefusedError(460101, f"message too long, exceed {MAX_BODY_BYTES} bytes")
    message = _message(request.body)
    # Text only: that keywords in the title count as well is not certain (section 2).
    if robot.keywords and not any(word in message.text for word in robot.keywords):
        raise RefusedError(*NO_KEYWORD)
    return message


def _check_signature(robot: Robot, request: Request, now: float) -> None:
    if not robot.secret:
        return
    timestamp, sign = request.query.get("timestamp", ""), request.query.get("sign", "")
    if not timestamp or not sign:
        raise RefusedError(*BAD_SIGN)
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        raise RefusedError(*STALE)
    if abs(now * 1000 - int(timestamp)) > MAX_SKEW_MS:
        raise RefusedError(*STALE)
    if not same_secret(sign, timestamp_signature(robot.secret, timestamp)):
        raise RefusedError(*BAD_SIGN)


def _message(body: bytes) -> Message:
    try:
        raw = strict_object(body)
    except ValueError:
        raise RefusedError(40035, "缺少参数 json") from None
    kind = raw.get("msgtype")
    if not isinstance(kind, str) or kind not in _TEXTS:
        raise RefusedError(400105, f"unsupported msgtype: {kind}"[:80])
    part = raw.get(kind)
    if not isinstance(part, dict):
        raise _missing(kind)
    title, text = _TEXTS[kind](part)
    return Message(title, text, raw)


def _text(part: dict[str, Any]) -> tuple[str, str]:
    return "", _required(part, "content")


def _markdown(part: dict[str, Any]) -> tuple[str, str]:
    return _required(part, "title"), _required(part, "text")


def _link(part: dict[str, Any]) -> tuple[str, str]:
    _required(part, "messageUrl")
    return _markdown(part)


def _action_card(part: dict[str, Any]) -> tuple[str, str]:
    """One whole-card link, or several buttons: ``singleTitle`` and ``singleURL`` win."""
    title, text = _markdown(part)
    if "singleTitle" in part or "singleURL" in part:
        _required(part, "singleTitle")
        _required(part, "singleURL")
        return title, text
    buttons = part.get("btns")
    if not isinstance(buttons, list) or not buttons:
        raise _missing("btns")
    for button in buttons:
        _required(button, "title")
        _required(button, "actionURL")
    return title, text


def _feed_card(part: dict[str, Any]) -> tuple[str, str]:
    links = part.get("links")
    if not isinstance(links, list) or not links:
        raise _missing("links")
    titles = [_required(link, "title") for link in links]
    for link in links:
        _required(link, "messageURL")
    return titles[0], "\n".join(titles)


def _required(part: object, name: str) -> str:
    value = part.get(name) if isinstance(part, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise _missing(name)
    return value


def _missing(what: str) -> RefusedError:
    return RefusedError(400401, f"miss param : {what}")


_TEXTS: dict[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "text": _text,
    "link": _link,
    "markdown": _markdown,
    "actionCard": _action_card,
    "feedCard": _feed_card,
}
