"""What an update of a merge request was (`reference/gitlab.md` section 7.5, eight steps)."""

from typing import NamedTuple

from adapters.fields import Fields
from adapters.gitlab.changes import Sides, joined, listed_people, sides, visible
from adapters.gitlab.hooks import nothing_visible
from adapters.gitlab.shared import assignees, people
from relay.events import Change, Person

_DRAFT_MARKS = ("draft:", "wip:", "[draft]", "[wip]", "(draft)")


class Decision(NamedTuple):
    """*requested* are those whom this event asks to review; *pushed* means new commits."""

    action: str
    changes: tuple[Change, ...] = ()
    requested: tuple[Person, ...] = ()
    pushed: bool = False


def decide_update(payload: Fields) -> Decision:
    """Return the first match of the eight steps; raises Ignored R32 for noise."""
    if payload.sub("object_attributes").text("oldrev"):
        return Decision("updated", pushed=True)
    for step in (_draft, _reviewers, _assignees, _others):
        if found := step(payload):
            return found
    raise nothing_visible()


def is_draft(attributes: Fields) -> bool:
    """Read the three places of section 11.23."""
    marked = attributes.flag("draft") or attributes.flag("work_in_progress")
    return marked or _is_marked(attributes.text("title"))


def _draft(payload: Fields) -> Decision | None:
    changes = payload.sub("changes")
    flags = sides(changes, "draft")
    if flags:
        return Decision("draft" if flags.after is True else "ready")
    title = Fields(dict(zip(("old", "new"), sides(changes, "title") or (), strict=False)))
    old, new = title.text("old"), title.text("new")
    if _is_marked(old) == _is_marked(new) or _unmarked(old) != _unmarked(new):
        return None
    return Decision("draft" if _is_marked(new) else "ready")


def _is_marked(title: str) -> bool:
    return title.lower().startswith(_DRAFT_MARKS)


def _unmarked(title: str) -> str:
    mark = next((mark for mark in _DRAFT_MARKS if title.lower().startswith(mark)), "")
    return title[len(mark) :].strip()


def _reviewers(payload: Fields) -> Decision | None:
    """Tell requests, demands for changes and removals apart.

    Any other state of a reviewer (approved, reviewed …) is no news: approvals have their own event.
    """
    values = sides(payload.sub("changes"), "reviewers")
    if values is None:
        return None
    before, after = _by_id(values.before), _by_id(values.after)
    asked = [now for key, now in after.items() if _is_asked(before.get(key), now)]
    if asked:
        return Decision("review_requested", requested=people(asked))
    if any(_demands_changes(before.get(key), now) for key, now in after.items()):
        return Decision("changes_requested")
    gone = before.keys() - after.keys()
    return Decision("review_removed", _visible_of(payload, "reviewers")) if gone else None


def _by_id(value: object) -> dict[str, Fields]:
    found = ((one.text("username", "id", "name"), one) for one in listed_people(value))
    return {key: one for key, one in found if key}


def _is_asked(before: Fields | None, now: Fields) -> bool:
    return before is None or (now.flag("re_requested") and not before.flag("re_requested"))


def _demands_changes(before: Fields | None, now: Fields) -> bool:
    demanded = "requested_changes"
    return now.text("state") == demanded and (before is None or before.text("state") != demanded)


def _assignees(payload: Fields) -> Decision | None:
    changes = payload.sub("changes")
    if values := sides(changes, "assignees"):
        return _assigned_by_name(payload, values)
    values = sides(changes, "assignee_id")
    if values is None:
        return None
    who = joined(people(assignees(payload))) if values.after else ""
    return Decision("assigned" if values.after else "unassigned", (Change("assignees", "", who),))


def _assigned_by_name(payload: Fields, values: Sides) -> Decision | None:
    before, after = _by_id(values.before), _by_id(values.after)
    if before.keys() == after.keys():
        return None
    action = "assigned" if after.keys() - before.keys() else "unassigned"
    return Decision(action, _visible_of(payload, "assignees"))


def _visible_of(payload: Fields, field: str) -> tuple[Change, ...]:
    return tuple(change for change in visible(payload) if change.field == field)


def _others(payload: Fields) -> Decision | None:
    changes = tuple(change for change in visible(payload) if change.field != "reviewers")
    return Decision("updated", changes) if changes else None
