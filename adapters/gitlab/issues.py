"""Issues and work items, epics among them (`reference/gitlab.md` section 7.3)."""

from adapters.fields import Fields, as_number
from adapters.gitlab.changes import Sides, joined, sides, visible
from adapters.gitlab.hooks import Hook, foreign_body, nothing_visible, unknown_action
from adapters.gitlab.shared import (
    assignees,
    author,
    day,
    labels,
    numbered,
    pages,
    people,
    person,
    project,
)
from adapters.links import web_url
from adapters.mentions import mentioned
from adapters.times import first_time
from relay.events import Change, Event, Issue

_ACTIONS = {"open": "opened", "close": "closed", "reopen": "reopened"}
# `opened` and `closed` of a body without an action: the test button of old versions.
_BY_STATE = {"opened": "opened", "closed": "closed", "reopened": "reopened"}
_BY_STATE_ID = {(1.0, 2.0): "closed", (2.0, 1.0): "reopened"}
_TYPES = (
    "issue",
    "task",
    "incident",
    "epic",
    "test_case",
    "objective",
    "key_result",
    "requirement",
    "ticket",
)


def issue(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if not attributes:
        raise foreign_body()
    action, changes = _decide(payload, attributes)
    url = web_url(attributes.text("url"))
    place = project(payload, url)
    of = pages(place, url)
    return Event(
        source="gitlab",
        kind="issue",
        action=action,
        subject=_issue(payload, changes),
        project=place,
        actor=person(payload.sub("user")),
        url=url or of.link("issues", attributes.text("iid")),
        occurred_at=first_time(attributes, "updated_at", "created_at"),
    )


def _issue(payload: Fields, changes: tuple[Change, ...]) -> Issue:
    attributes = payload.sub("object_attributes")
    assigned = assignees(payload)
    severity = attributes.text("severity")
    description = attributes.text("description")
    return Issue(
        number=numbered("#", attributes),
        title=attributes.text("title"),
        type=_type(attributes),
        description=description,
        state=attributes.text("state"),
        author=author(attributes, [payload.sub("user"), *assigned]),
        assignees=people(assigned),
        labels=labels(payload),
        milestone=attributes.sub("milestone").text("title"),
        due=day(attributes.text("due_date")),
        severity="" if severity == "unknown" else severity,
        changes=changes,
        mentioned=mentioned(description),
    )


def _type(attributes: Fields) -> str:
    name = attributes.text("type", "issue_type").lower().replace(" ", "_")
    return name if name in _TYPES else "issue"


def _decide(payload: Fields, attributes: Fields) -> tuple[str, tuple[Change, ...]]:
    """Return our action, and for updates what changed."""
    given = attributes.text("action")
    if given == "update":
        return _decide_update(payload)
    found = _ACTIONS.get(given, "") if given else _BY_STATE.get(attributes.text("state"), "")
    if not found:
        raise unknown_action()
    return found, ()


def _decide_update(payload: Fields) -> tuple[str, tuple[Change, ...]]:
    """Requirements are closed and opened again by an update of ``state_id``."""
    state = sides(payload.sub("changes"), "state_id")
    changes = visible(payload)
    if state and (moved := _BY_STATE_ID.get(_numbers(state))):
        return moved, changes
    if not changes:
        raise nothing_visible()
    if [change.field for change in changes] == ["assignees"]:
        return _assignment(payload, changes[0])
    return "updated", changes


def _numbers(state: Sides) -> tuple[float, float]:
    return as_number(state.before) or 0.0, as_number(state.after) or 0.0


def _assignment(payload: Fields, change: Change) -> tuple[str, tuple[Change, ...]]:
    """Old bodies tell only ``assignee_id``: who is assigned now was added."""
    if not change.before and not change.after:
        change = change._replace(after=joined(people(assignees(payload))))
    return ("assigned" if change.after else "unassigned"), (change,)
