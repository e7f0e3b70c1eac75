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
# `webhook-id` belongs to the signature, but names the delivery as well.
PROOFS = ("x-gitlab-token", "x-gitee-token", "x-gitee-timestamp", "webhook-signature",
          "webhook-timestamp")  # fmt: skip
_BOM = "\ufeff"
_EVENT_HEADERS = {GITLAB: "x-gitlab-event", GITEE: "x-gitee-event"}

_NO_OBJECT = Phrase("{name} 的请求体不是 JSON 对象", "the body in {name} is no JSON object")
_NO_FORGE = Phrase(
    "{name} 里没有 X-Gitlab-Event 或 X-Gitee-Event 请求头：用 --event 和 --source 补上",
    "{name} has no X-Gitlab-Event or X-Gitee-Event header: add it with --event and --source",
)
_BOTH = Phrase(
    "{name} 里既有 GitLab 的请求头，又有 Gitee 的：用 --source 说明是哪个",
    "{name} has headers of GitLab and of Gitee: say which it is with --source",
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

    *event* and *forge* stand for the header that is missing. Raises HookError where neither they
    nor the request tell the forge: nothing else is needed, as the function needs nothing else.
    """
    if not isinstance(value, dict):
        return None
    if "requestContext" in value or "httpMethod" in value:
        return _of_cloud(value, name, event, forge)
    headers, body = value.get("headers"), value.get("body")
    if isinstance(headers, dict) and body is not None:
        return _hook({str(key): str(one) for key, one in headers.items()}, body, name, event, forge)
    return _hook({}, value, name, event, forge) if event or _is_task(value) else None


def forges(headers: Mapping[str, str], payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the forges that a request speaks of: by *headers*, else by what only one writes.

    What was kept has lost its proof, and with it the only header of its forge's that a task of a
    Gitee pipeline may have (`reference/gitee.md` section 13).
    """
    found = adapters.forges({name.lower(): text for name, text in headers.items()})
    if found:
        return found
    if "hook_name" in payload or _is_task(payload):
        return (GITEE,)
    return (GITLAB,) if "object_kind" in payload else ()


def _is_task(payload: Mapping[str, Any]) -> bool:
    """Tell whether it is about a task of a Gitee pipeline, which names no event."""
    task = payload.get("job")
    return isinstance(task, dict) and ("pipelineId" in task or "statusCode" in task)


def _of_cloud(value: dict[str, Any], name: str, event: str, forge: str) -> Hook:
    try:
        request = clouds.read_request(value, None)
    except RequestError as error:
        raise HookError(Phrase(f"{name}：{error.fix.zh}", f"{name}: {error.fix.en}")) from None
    found = _hook(request.headers, request.body, name, event, forge)
    return found._replace(source=clouds.hook_name(request.path))


def _hook(headers: Mapping[str, str], body: object, name: str, event: str, forge: str) -> Hook:
    given = {key.lower(): text for key, text in headers.items()}
    kept = {key: text for key, text in given.items() if key.startswith(_KEPT) and key not in PROOFS}
    payload = _object(body, name)
    found = (forge,) if forge else forges(given, payload) or ((GITLAB,) if event else ())
    if len(found) != 1:
        raise HookError((_BOTH if found else _NO_FORGE).filled(name=name))
    if event:
        kept[_EVENT_HEADERS[found[0]]] = event
    delivery_id = kept.get("webhook-id") or kept.get("idempotency-key") or str(uuid.uuid4())
    return Hook(Sample(name, found[0], "", {}, kept, payload), delivery_id)


def _object(body: object, name: str) -> dict[str, Any]:
    """Return the object in *body*, as the function reads it: bytes are UTF-8 and nothing else."""
    try:
        text = body.decode() if isinstance(body, bytes) else body
        body = json.loads(text.removeprefix(_BOM)) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise HookError(_NO_OBJECT.filled(name=name))
    return body
