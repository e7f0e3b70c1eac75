"""What an update changed: the ``changes`` object (`reference/gitlab.md` section 6.5)."""

from collections.abc import Callable
from typing import NamedTuple

from adapters.fields import Fields, as_number, as_text
from adapters.gitlab.shared import day, people, shown
from relay.events import Change, Person


class Sides(NamedTuple):
    before: object
    after: object


def sides(changes: Fields, key: str) -> Sides | None:
    """Return both values of *key*, ``None`` if they are the same or both nothing (null, 0, "").

    Old bodies hold a list of two instead of ``{previous, current}``.
    """
    raw = changes.raw(key)
    if isinstance(raw, dict):
        found = Sides(raw.get("previous"), raw.get("current"))
    elif isinstance(raw, list) and len(raw) == 2:
        found = Sides(*raw)
    else:
        return None
    return None if _same(found) else found


def visible(payload: Fields) -> tuple[Change, ...]:
    """Return what a person would see of the changes, in a fixed order; ``()`` for noise only.

    Both sides stay empty where there is no word to show: for ``description milestone draft
    confidential auto_merge threads``.
    """
    changes = payload.sub("changes")
    found: dict[str, Change | None] = {}
    for key, (field, read) in _FIELDS.items():
        if key in changes and field not in found:
            values = sides(changes, key)
            found[field] = read(field, values) if values else None
    return tuple(change for change in found.values() if change)


def listed_people(value: object) -> list[Fields]:
    return Fields({"people": value}).objects("people")


def joined(who: tuple[Person, ...]) -> str:
    return ", ".join(map(shown, who))


def _same(values: Sides) -> bool:
    """Compare single values; lists and objects are compared by what is read from them."""
    if any(isinstance(value, list | dict) for value in values):
        return False
    return values.before == values.after or not (values.before or values.after)


def _change(field: str, before: str, after: str) -> Change | None:
    return Change(field, before, after) if before != after else None


def _words(field: str, values: Sides) -> Change | None:
    return _change(field, as_text(values.before), as_text(values.after))


def _only_that(field: str, _values: Sides) -> Change | None:
    """Keep back both sides: a description is too long to show, a milestone is only an id."""
    return Change(field)


def _switch(field: str, values: Sides) -> Change | None:
    return Change(field) if (values.before is True) != (values.after is True) else None


def _resolved(field: str, values: Sides) -> Change | None:
    """Threads: only that all are resolved is worth telling."""
    return _switch(field, values) if values.after is True else None


def _day(field: str, values: Sides) -> Change | None:
    return _change(field, day(as_text(values.before)), day(as_text(values.after)))


def _named(field: str, values: Sides) -> Change | None:
    """A work item's status: an object with a name."""
    before, after = (Fields(value).text("name") or as_text(value) for value in values)
    return _change(field, before, after)


def _titles(field: str, values: Sides) -> Change | None:
    before, after = (
        [title for label in listed_people(value) if (title := label.text("title"))]
        for value in values
    )
    return _difference(field, before, after)


def _names(field: str, values: Sides) -> Change | None:
    before, after = ([shown(one) for one in people(listed_people(value))] for value in values)
    return _difference(field, before, after)


def _difference(field: str, before: list[str], after: list[str]) -> Change | None:
    old, new = set(before), set(after)
    removed = ", ".join(one for one in before if one not in new)
    added = ", ".join(one for one in after if one not in old)
    return _change(field, removed, added)


def _number(field: str, values: Sides) -> Change | None:
    before, after = (as_text(value) if as_number(value) is not None else "" for value in values)
    return _change(field, before, after)


# Attribute of `changes` → our field and how to read it; what is not named here is noise. Of the
# keys for one field the first that is there counts: ids stand behind what has names.
_FIELDS: dict[str, tuple[str, Callable[[str, Sides], Change | None]]] = {
    "title": ("title", _words),
    "description": ("description", _only_that),
    "labels": ("labels", _titles),
    "milestone_id": ("milestone", _only_that),
    "assignees": ("assignees", _names),
    "assignee_id": ("assignees", _only_that),
    "reviewers": ("reviewers", _names),
    "due_date": ("due", _day),
    "target_branch": ("target_branch", _words),
    "draft": ("draft", _switch),
    "weight": ("weight", _number),
    "severity": ("severity", _words),
    "confidential": ("confidential", _switch),
    "type": ("type", _words),
    "status": ("state", _named),
    "merge_when_pipeline_succeeds": ("auto_merge", _switch),
    "blocking_discussions_resolved": ("threads", _resolved),
    "human_time_estimate": ("time", _words),
    "human_total_time_spent": ("time", _words),
    "time_estimate": ("time", _only_that),
    "total_time_spent": ("time", _only_that),
}
