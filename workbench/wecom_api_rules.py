"""What WeCom answers an application: ``gettoken`` and ``message/send`` (`reference/wecom.md` B).

Pure: what changes, the tokens given out and the messages lately taken, is a `Memory`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from workbench.robot_terms import App, Message, Refusal, RefusedError, Request, strict_object

GET_TOKEN, SEND = "/cgi-bin/gettoken", "/cgi-bin/message/send"
TOKEN_LIFETIME_S = 7200
CONTENT_LIMITS = {"text": 2048, "markdown": 2048}
MOST_USERS = 1000
EVERYONE = "@all"
BAD_CREDENTIAL = Refusal(40001, "invalid credential, access_token is invalid or not latest")
THROTTLED = Refusal(45009, "api freq out of limit")
EXPIRED = 42001
_LONGEST_INTERVAL_S = 4 * 3600
_USUAL_INTERVAL_S = 1800


class Memory(NamedTuple):
    """*token* is valid until *until*; *refused* are former ones with the errcode they get.

    *taken* are the messages not to be delivered twice: their hash and until when.
    """

    token: str = ""
    until: float = 0.0
    refused: tuple[tuple[str, int], ...] = ()
    taken: tuple[tuple[str, float], ...] = ()


class Verdict(NamedTuple):
    """The JSON object to answer, the message if one is delivered, and the memory after it."""

    answer: dict[str, Any]
    message: Message | None
    memory: Memory


def judge(app: App, request: Request, memory: Memory, *, now: float) -> Verdict:
    """Decide as WeCom does about a request that `owns` finds to be *app*'s; raises RefusedError."""
    return (_token if request.path == GET_TOKEN else _send)(app, request, memory, now)


def expire(memory: Memory, code: int = EXPIRED) -> Memory:
    """Withdraw the token: from now on it is answered with *code*."""
    if not memory.token:
        return memory
    return memory._replace(token="", refused=(*memory.refused, (memory.token, code)))


def owns(app: App, path: str, query: Mapping[str, str], memory: Memory) -> bool:
    """Tell whether a request is *app*'s: by corp id and secret, or by a token it was given."""
    if path == GET_TOKEN:
        return (query.get("corpid"), query.get("corpsecret")) == (app.corp_id, app.secret)
    token = query.get("access_token")
    return bool(token) and token in (memory.token, *(old for old, _ in memory.refused))


def stranger(path: str, query: Mapping[str, str], corp_ids: set[str]) -> Refusal:
    """Return what is said to a request that is no application's."""
    if path == GET_TOKEN:
        known = query.get("corpid") in corp_ids
        return Refusal(40001, "invalid credential") if known else Refusal(40013, "invalid corpid")
    if not query.get("access_token"):
        return Refusal(41001, "access_token missing")
    return Refusal(40014, "invalid access_token")


def _token(app: App, request: Request, memory: Memory, now: float) -> Verdict:
    if request.method != "GET":
        raise RefusedError(43001, "require GET method")
    if not memory.token or now >= memory.until:
        memory = expire(memory)
        named = f"{app.corp_id} {app.agent_id} {len(memory.refused)}"
        token = hashlib.sha512(named.encode()).hexdigest()
        memory = memory._replace(token=token, until=now + TOKEN_LIFETIME_S)
    answer = {
        "errcode": 0,
        "errmsg": "ok",
        "access_token": memory.token,
        "expires_in": int(memory.until - now),
    }
    return Verdict(answer, None, memory)


def _send(app: App, request: Request, memory: Memory, now: float) -> Verdict:
    if request.method != "POST":
        raise RefusedError(43002, "require POST method")
    _check_token(request.query.get("access_token", ""), memory, now)
    if not app.trusted_ip:
        raise RefusedError(60020, "not allow to access from your ip")
    try:
        raw = strict_object(request.body)
    except ValueError:
        raise RefusedError(40008, "Warning: wrong json format. invalid message type") from None
    _check_agent(raw.get("agentid"), app)
    text = _content(raw)
    missed = _invalid_users(raw, app)
    answer = {"errcode": 0, "errmsg": "ok", "msgid": f"{now:.0f}-{len(memory.taken)}"}
    if missed:
        answer["invaliduser"] = "|".join(missed)
    if _repeats(raw, memory, now):
        return Verdict(answer, None, memory)
    return Verdict(answer, Message("", text, raw), _remembered(raw, memory, now))


def _check_token(token: str, memory: Memory, now: float) -> None:
    refused = dict(memory.refused)
    if token in refused:
        raise RefusedError(refused[token], "access_token expired or withdrawn")
    if now >= memory.until:
        raise RefusedError(EXPIRED, "access_token expired")


def _check_agent(agent_id: object, app: App) -> None:
    if agent_id is None:
        raise RefusedError(41011, "missing agentid")
    if not isinstance(agent_id, int) or isinstance(agent_id, bool):
        raise RefusedError(40056, "invalid agentid")
    if str(agent_id) != app.agent_id:
        raise RefusedError(301002, "not allow operate another agent with this accesstoken")


def _content(raw: dict[str, Any]) -> str:
    """Return the text that people see: too long a `text` is cut, too long a `markdown` refused."""
    kind = raw.get("msgtype")
    if not isinstance(kind, str) or kind not in CONTENT_LIMITS:
        raise RefusedError(40008, "invalid message type")
    part = raw.get(kind)
    content = part.get("content") if isinstance(part, dict) else None
    if not isinstance(content, str):
        raise RefusedError(40058, f"{kind}.content is missing. invalid Request Parameter")
    if not content.strip():
        raise RefusedError(44004, "empty content")
    limit = CONTENT_LIMITS[kind]
    if kind == "text":
        return content.encode()[:limit].decode(errors="ignore")
    if len(content.encode()) > limit:
        raise RefusedError(
            40058, f"{kind}.content exceed max length {limit}. invalid Request Parameter"
        )
    return content


def _invalid_users(raw: dict[str, Any], app: App) -> list[str]:
    """Return those in ``touser`` who get nothing, in lower case; raises if nobody is left."""
    wanted = raw.get("touser")
    if not isinstance(wanted, str) or not wanted:
        raise RefusedError(82001, "All touser & toparty & totag invalid")
    names = wanted.lower().split("|")
    if len(names) > MOST_USERS:
        raise RefusedError(40032, "invalid userid list size")
    if EVERYONE in names:
        return []
    known = {user.lower() for user in app.users}
    missed = [name for name in names if name not in known]
    if len(missed) == len(names):
        raise RefusedError(81013, "user & party & tag all invalid")
    return missed


def _repeats(raw: dict[str, Any], memory: Memory, now: float) -> bool:
    digest = _digest(raw)
    return _interval_s(raw) > 0 and any(
        digest == old and now < until for old, until in memory.taken
    )


def _remembered(raw: dict[str, Any], memory: Memory, now: float) -> Memory:
    taken = tuple(one for one in memory.taken if now < one[1])
    return memory._replace(taken=(*taken, (_digest(raw), now + _interval_s(raw))))


def _interval_s(raw: dict[str, Any]) -> float:
    """Return for how long *raw* is not to be delivered again; 0 without the check."""
    if raw.get("enable_duplicate_check") != 1:
        return 0.0
    interval_s = raw.get("duplicate_check_interval", _USUAL_INTERVAL_S)
    usable = isinstance(interval_s, int) and 0 < interval_s <= _LONGEST_INTERVAL_S
    return float(interval_s if usable else _USUAL_INTERVAL_S)


def _digest(raw: dict[str, Any]) -> str:
    return hashlib.sha256(repr(raw).encode()).hexdigest()
