"""Comments and emoji reactions (`reference/gitlab.md` sections 7.4, 7.12)."""

from adapters.fields import Fields
from adapters.gitlab.hooks import Hook, foreign_body, unknown_action
from adapters.gitlab.shared import assignees, author, numbered, people, person, project
from adapters.links import web_url
from adapters.mentions import mentioned
from adapters.times import first_time
from relay.errors import Ignored
from relay.events import Comment, Emoji, Event, Person
from relay.text import first_line
from relay.words import Phrase

SHORT_SHA = 7
_ACTIONS = {"": "created", "create": "created", "update": "edited"}
_TARGETS = {
    "MergeRequest": "merge_request",
    "Issue": "issue",
    "WorkItem": "issue",
    "Commit": "commit",
    "Snippet": "snippet",
    "ProjectSnippet": "snippet",
    "Note": "comment",
}
_KEYS = {
    "merge_request": ("merge_request",),
    "issue": ("issue", "work_item"),
    "commit": ("commit",),
    "snippet": ("snippet", "project_snippet"),
}
_SYSTEM_NOTE = Phrase("系统自动生成的评论", "a system note")
_SIGNS = {"merge_request": "!", "issue": "#"}


def note(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if not attributes:
        raise foreign_body()
    action = _ACTIONS.get(attributes.text("action"), "")
    if not action:
        raise unknown_action()
    if attributes.flag("system"):
        raise Ignored("R10", _SYSTEM_NOTE)
    edited = ("updated_at",) if action == "edited" else ()
    url = web_url(attributes.text("url"))
    return Event(
        source="gitlab",
        kind="comment",
        action=action,
        subject=_comment(payload, attributes),
        project=project(payload, url),
        actor=person(payload.sub("user")),
        url=url,
        occurred_at=first_time(attributes, *edited, "created_at"),
    )


def emoji(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if not attributes:
        raise foreign_body()
    given = attributes.text("action") or payload.text("event_type")
    target = _target(payload, attributes.text("awardable_type"))
    around = _target(payload, "") if target == "comment" else target
    found = _target_object(payload, around)
    url = web_url(attributes.text("awarded_on_url"))
    return Event(
        source="gitlab",
        kind="emoji",
        action="revoked" if given == "revoke" else "awarded",
        subject=Emoji(attributes.text("name"), target, _number(around, found), _title(found)),
        project=project(payload, url),
        actor=person(payload.sub("user")),
        url=url,
    )


def _comment(payload: Fields, attributes: Fields) -> Comment:
    target = _target(payload, attributes.text("noteable_type"))
    found = _target_object(payload, target)
    text = attributes.text("note", "description")
    path, line = _place(attributes)
    return Comment(
        target=target,
        text=text,
        number=_number(target, found),
        title=_title(found),
        target_url=web_url(found.text("url")) or web_url(attributes.text("url").split("#")[0]),
        target_author=_target_author(payload, found),
        path=path,
        line=line,
        mentioned=mentioned(text),
        assignees=people(assignees(found)),
        reviewers=people(found.objects("reviewers")),
        branch=found.text("target_branch") if target == "merge_request" else "",
    )


def _target(payload: Fields, noteable: str) -> str:
    """Return the target by its type's name, or without one by the object that is there."""
    if noteable:
        return _TARGETS.get(noteable, "other")
    return next((target for target, keys in _KEYS.items() if payload.sub(*keys)), "other")


def _target_object(payload: Fields, target: str) -> Fields:
    return payload.sub(*_KEYS.get(target, ()))


def _number(target: str, found: Fields) -> str:
    if target == "commit":
        return found.text("id")[:SHORT_SHA]
    if target == "snippet":
        return numbered("$", found, "id")
    return numbered(_SIGNS.get(target, "#"), found)


def _title(found: Fields) -> str:
    return found.text("title") or first_line(found.text("message"))


def _target_author(payload: Fields, found: Fields) -> Person | None:
    """Return a commit's author, or the one of the people at hand whom ``author_id`` names."""
    known = [payload.sub("user"), found.sub("assignee"), *found.objects("assignees")]
    return person(found.sub("author")) or author(found, known)


def _place(attributes: Fields) -> tuple[str, int | None]:
    """Return file and line of a diff note, in the new version where it has them."""
    place = attributes.sub("position", "original_position", "st_diff")
    new, old = place.integer("new_line"), place.integer("old_line")
    if new is None and old is not None:
        return place.text("old_path", "new_path"), old
    return place.text("new_path", "old_path"), new
