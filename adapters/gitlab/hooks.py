"""One GitLab webhook request, told apart (`reference/gitlab.md` section 5)."""

from collections.abc import Mapping
from typing import NamedTuple

from adapters.fields import Fields
from adapters.links import web_url
from relay.errors import Ignored
from relay.words import Phrase

_FOREIGN = Phrase(
    "请求正文不是 GitLab 自己的格式（用了自定义 webhook 模板？）",
    "the body is not GitLab's own (a custom webhook template?)",
)
_UNKNOWN_ACTION = Phrase("不认识的动作", "an action we do not know")
_NOTHING_VISIBLE = Phrase("没有看得见的变化", "nothing changed that a person would see")
# Only for bodies that do not say what they are; "System Hook", "Service Hook", "Member Hook",
# "Subgroup Hook" and "Project Hook" carry several kinds and always say it.
_BY_HEADER = {
    "push hook": "push",
    "test hook": "push",
    "tag push hook": "tag_push",
    "issue hook": "issue",
    "confidential issue hook": "issue",
    "note hook": "note",
    "confidential note hook": "note",
    "merge request hook": "merge_request",
    "job hook": "build",
    "build hook": "build",
    "pipeline hook": "pipeline",
    "wiki page hook": "wiki_page",
    "deployment hook": "deployment",
    "release hook": "release",
    "feature flag hook": "feature_flag",
    "emoji hook": "emoji",
    "resource access token hook": "access_token",
    "resource deploy token hook": "deploy_token",
    "milestone hook": "milestone",
    "vulnerability hook": "vulnerability",
}
# Where rule 5 looks: an internal note's emoji counts, and what stands on a confidential item.
_CONFIDENTIAL = (
    ("object_attributes", "confidential"),
    ("object_attributes", "internal"),
    ("note", "confidential"),
    ("note", "internal"),
    ("issue", "confidential"),
    ("work_item", "confidential"),
    ("epic", "confidential"),
)


class Hook(NamedTuple):
    """*kind* as GitLab names it; *instance* is the sender's base URL, empty before 14.10."""

    kind: str
    payload: Fields
    instance: str = ""
    confidential: bool = False

    @property
    def attributes(self) -> Fields:
        return self.payload.sub("object_attributes")


def read_hook(headers: Mapping[str, str], payload: Fields) -> Hook:
    header = headers.get("x-gitlab-event", "").strip().lower()
    return Hook(
        kind=_kind(header, payload),
        payload=payload,
        instance=web_url(headers.get("x-gitlab-instance", "").strip()).rstrip("/"),
        confidential=_is_confidential(header, payload),
    )


def foreign_body() -> Ignored:
    """Return the refusal of a body without the fields GitLab itself always sends."""
    return Ignored("R10", _FOREIGN)


def unknown_action() -> Ignored:
    return Ignored("R10", _UNKNOWN_ACTION)


def nothing_visible() -> Ignored:
    return Ignored("R32", _NOTHING_VISIBLE)


def _kind(header: str, payload: Fields) -> str:
    """Return the body's own word for its kind, else what the header means, else ``""``."""
    for key in ("object_kind", "event_name"):
        value = payload.raw(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return _BY_HEADER.get(header, "")


def _is_confidential(header: str, payload: Fields) -> bool:
    return (
        header.startswith("confidential")
        or payload.text("event_type").startswith("confidential")
        or any(_says_yes(payload.sub(holder).raw(key)) for holder, key in _CONFIDENTIAL)
    )


def _says_yes(value: object) -> bool:
    """Tell whether *value* is true; custom templates turn it into text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")
