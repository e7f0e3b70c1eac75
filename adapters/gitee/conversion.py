"""Which event a request is about, and which converter reads it (sections 1.1 and 15)."""

from collections.abc import Callable, Mapping

from adapters.fields import Fields, as_text
from adapters.gitee.notices import is_canned, notice, ping
from relay.events import Event
from relay.on_demand import on_demand

# Which function of which module reads a body of that family.
FAMILIES = {
    "push": "pushes.push",
    "tag push": "pushes.tag",
    "issue": "issues.issue",
    "merge request": "merge_requests.merge_request",
    "note": "comments.comment",
    "pipeline": "jobs.job",
}


def convert(headers: Mapping[str, str], payload: Fields) -> Event:
    """Return what happened; raises Ignored (R10, R32) for what is understood and not to be sent.

    An event or action that is not known makes one generic ``other.received``.
    """
    names = (
        as_text(headers.get("x-gitee-event")),
        as_text(headers.get("x-git-oschina-event")),
        payload.text("hook_name"),
    )
    known = next((name for name in names if _family(name) in FAMILIES), "")
    if _is_ping(headers, payload):
        return ping(payload, known or next(filter(None, names), ""))
    family = _by_body(payload, _family(known))
    if not family and not any(names):
        family = _by_shape(payload)
    return (_converted(family, payload) if family else None) or notice(payload, names)


def _converted(family: str, payload: Fields) -> Event | None:
    """Return None for an action or a body of a known family that there is no design for."""
    found: Callable[[Fields], Event | None] = on_demand("adapters.gitee", FAMILIES[family])
    return found(payload)


def delivery_key(headers: Mapping[str, str], body: bytes) -> bytes:
    """Return time and *body*: Gitee names no delivery, and the time alone is too coarse."""
    stamp = headers.get("x-gitee-timestamp", "").strip().encode("utf-8", "replace")
    return stamp + b"\n" + body if stamp else b""


def _family(name: str) -> str:
    """Return ``push`` for both spellings of a header, ``Push Hook`` and ``push_hooks``."""
    words = name.lower().replace("_", " ").removesuffix("s")
    return words.removesuffix(" hook") if words.endswith(" hook") else ""


def _is_ping(headers: Mapping[str, str], payload: Fields) -> bool:
    """Take the header's word; guess only when something on the way has removed or spoilt it."""
    told = headers.get("x-gitee-ping", "").strip().lower()
    return told == "true" if told in ("true", "false") else is_canned(payload)


def _by_body(payload: Fields, family: str) -> str:
    """Correct *family* where the body knows better than the name of the event."""
    task = payload.sub("job")
    if "pipelineId" in task or "statusCode" in task:
        return "pipeline"
    if family in ("push", "tag push"):
        return _of_ref(payload.text("ref")) or family
    return family


def _of_ref(ref: str) -> str:
    if ref.startswith("refs/tags/"):
        return "tag push"
    return "push" if ref.startswith("refs/heads/") else ""


def _by_shape(payload: Fields) -> str:
    if "comment" in payload and "noteable_type" in payload:
        return "note"
    if "comment" in payload:
        return ""
    if payload.sub("pull_request"):
        return "merge request"
    if payload.sub("issue"):
        return "issue"
    ref = payload.text("ref")
    return _of_ref(ref) or ("push" if ref else "")
