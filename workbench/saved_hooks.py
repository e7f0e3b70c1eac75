"""A webhook request that was kept: a sample, headers and body, a cloud's event, or a bare body."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

import adapters
from relay import clouds
from relay.config import GITEE, GITLAB
from relay.errors import RequestError
from relay.words import Phrase
from workbench.samples import Sample

# What is kept of the headers: no cookie and no proof of the sender, which is made anew.
_KEPT = ("x-gitlab-", "x-gitee-", "x-git-oschina-", "content-type", "user-agent",
         "idempotency-key", "webhook-id")  # fmt: skip
_PROOFS = ("x-gitlab-token", "x-gitee-token", "x-gitee-timestamp")
_EVENT_HEADERS = {GITLAB: "x-gitlab-event", GITEE: "x-gitee-event"}

_NO_OBJECT = Phrase("{name} 的请求体不是 JSON 对象", "the body in {name} is no JSON object")
_NO_FORGE = Phrase(
    "{name} 里没有 X-Gitlab-Event 或 X-Gitee-Event 请求头：用 --event 和 --source 补上",
    "{name} has no X-Gitlab-Event or X-Gitee-Event header: add it with --event and --source",
)


class HookError(ValueError):
    """What was kept cannot be sent; *phrase* says why."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase


class Hook(NamedTuple):
    """*sample* is the request without any proof of its sender.

    *delivery_id* is the forge's, so that a repeat is known as one; *source* the name in its
    address, if that had one.
    """

    sample: Sample
    delivery_id: str
    source: str = ""


def hook(value: object, name: str, *, event: str = "", forge: str = "") -> Hook | None:
    """Return the request in *value*, the JSON of the file *name*; None if it is none.

    *event* and *forge* stand for the header that is missing. Raises HookError.
    """
    if not isinstance(value, dict):
        return None
    if "requestContext" in value or "httpMethod" in value:
        return _of_cloud(value, name, event, forge)
    headers, body = value.get("headers"), value.get("body")
    if isinstance(headers, dict) and body is not None:
        return _hook({str(key): str(one) for key, one in headers.items()}, body, name, event, forge)
    return _hook({}, value, name, event, forge) if event else None


def _of_cloud(value: dict[str, Any], name: str, event: str, forge: str) -> Hook:
    try:
        request = clouds.read_request(value, None)
    except RequestError as error:
        raise HookError(Phrase(f"{name}：{error.fix.zh}", f"{name}: {error.fix.en}")) from None
    found = _hook(request.headers, request.body, name, event, forge)
    return found._replace(source=clouds.hook_name(request.path))


def _hook(headers: Mapping[str, str], body: object, name: str, event: str, forge: str) -> Hook:
    given = {key.lower(): text for key, text in headers.items()}
    kept = {
        key: text for key, text in given.items() if key.startswith(_KEPT) and key not in _PROOFS
    }
    payload = _object(body, name)
    found = (forge,) if forge else adapters.forges(given) or _guessed(payload, event)
    if len(found) != 1:
        raise HookError(_NO_FORGE.filled(name=name))
    if event:
        kept[_EVENT_HEADERS[found[0]]] = event
    elif not any(header in kept for header in ("x-git-oschina-event", _EVENT_HEADERS[found[0]])):
        raise HookError(_NO_FORGE.filled(name=name))
    delivery_id = kept.get("webhook-id") or kept.get("idempotency-key") or str(uuid.uuid4())
    return Hook(Sample(name, found[0], "", {}, kept, payload), delivery_id)


def _guessed(payload: Mapping[str, Any], event: str) -> tuple[str, ...]:
    """Return the forge of a bare body whose *event* somebody named: only Gitee's names its hook."""
    return ((GITEE if "hook_name" in payload else GITLAB),) if event else ()


def _object(body: object, name: str) -> dict[str, Any]:
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            body = None
    if not isinstance(body, dict):
        raise HookError(_NO_OBJECT.filled(name=name))
    return body
