"""Issues (section 8): Gitee's work items of every type."""

from adapters.fields import Fields
from adapters.gitee.objects import (
    below,
    first_person,
    is_confidential,
    labels,
    page,
    person,
    project,
)
from adapters.mentions import mentioned
from adapters.times import timestamp
from relay.events import Change, Event, Issue, Person, Project

_ACTIONS = {
    "open": "opened",
    "close": "closed",
    "reopen": "reopened",
    "delete": "deleted",
    "assign": "assigned",
    "unassign": "unassigned",
}

# Gitee sends one action for every move; the state tells which. The top-level ``state`` does not:
# it calls a rejected issue closed.
_MOVES = {
    "closed": "closed",
    "rejected": "closed",
    "open": "reopened",
    "progressing": "started",
}


def issue(payload: Fields) -> Event | None:
    """Return the event of an issue, or None for an action that is not known.

    The body of a deletion is the last snapshot: it has no page and no time any more.
    """
    found = payload.sub("issue")
    action = _action(payload, found)
    if not action:
        return None
    place = project(payload)
    gone = action == "deleted"
    return Event(
        source="gitee",
        kind="issue",
        action=action,
        subject=_issue(payload, found, action),
        project=place,
        actor=_actor(payload, action),
        url="" if gone else issue_url(payload, place),
        confidential=is_confidential(payload),
        occurred_at=None if gone else timestamp(found.text("updated_at", "created_at")),
    )


def issue_number(payload: Fields) -> str:
    """Return ``#I4CYEO``; the number is text, and a note's ``per_iid`` has its ``#`` already."""
    number = payload.sub("issue").text("number") or payload.text("iid", "per_iid")
    number = number.lstrip("#")
    return f"#{number}" if number else ""


def issue_url(payload: Fields, place: Project) -> str:
    number = issue_number(payload).lstrip("#")
    return page(payload.sub("issue")) or page(payload) or below(place, "issues", number)


def _action(payload: Fields, found: Fields) -> str:
    told = payload.text("action")
    if told == "state_change":
        return _MOVES.get(_state(payload, found), "updated")
    if told == "assign" and not first_person(found, "assignee"):
        return "assigned" if first_person(payload, "assignee") else "unassigned"
    return _ACTIONS.get(told, "")


def _state(payload: Fields, found: Fields) -> str:
    return found.text("state") or payload.text("state")


def _actor(payload: Fields, action: str) -> Person | None:
    """Return who did it; ``user`` is the creator, so it speaks only for the creation."""
    keys = ("sender", "updated_by") + (("user",) if action == "opened" else ())
    return first_person(payload, *keys)


def _issue(payload: Fields, found: Fields, action: str) -> Issue:
    state = _state(payload, found)
    state_name = found.text("state_name")
    assignee = first_person(found, "assignee") or first_person(payload, "assignee")
    description = found.text("body") or payload.text("description")
    return Issue(
        number=issue_number(payload),
        title=found.text("title") or payload.text("title"),
        type_name=_type_name(found),
        description=description,
        state=state,
        state_name=state_name,
        author=person(found.sub("user")) or person(payload.sub("user")),
        assignees=(assignee,) if assignee and action != "unassigned" else (),
        labels=labels(found),
        milestone=found.sub("milestone").text("title") or _text(payload, "milestone"),
        due=_day(found.text("deadline")),
        changes=_changes(state_name or state) if action == "updated" else (),
        mentioned=mentioned(description),
    )


def _changes(state: str) -> tuple[Change, ...]:
    """Return the move to a state of the enterprise's own; the one before is not in the payload."""
    return (Change("state", "", state),) if state else ()


def _type_name(found: Fields) -> str:
    return _text(found, "type_name") or _text(found, "issue_type")


def _text(holder: Fields, key: str) -> str:
    """Return the text at *key*, a number not being one here."""
    return holder.text(key) if isinstance(holder.raw(key), str) else ""


def _day(time: str) -> str:
    """Return the date in front of *time*, as the forge's own zone has it; ``""`` if it is none."""
    return time[:10] if timestamp(time[:10]) is not None else ""
