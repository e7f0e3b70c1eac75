"""What an update of a pull request changed (section 9, ``action_desc``)."""

from collections.abc import Callable
from typing import NamedTuple

from adapters.fields import Fields
from adapters.gitee.objects import are_lists, labels
from relay.errors import Ignored
from relay.events import Change
from relay.words import Phrase

_UNCHANGED = {
    "labels": Phrase("标签没有变化", "the labels are what they were"),
    "issues": Phrase("关联的 Issue 没有变化", "the issues are what they were"),
}


class Changes(NamedTuple):
    """*pushed*: the source branch has new commits. Nothing listed and not pushed: not known."""

    pushed: bool = False
    listed: tuple[Change, ...] = ()


def changes(payload: Fields, found: Fields) -> Changes:
    """Return what changed in the pull request *found*.

    A title, a description or a milestone that was edited has no name in the payload: such an update
    is sent without saying what it was. Raises Ignored (R32) when both sides of a list are there and
    equal.
    """
    reader = _READERS.get(payload.text("action_desc"))
    return reader(payload, found) if reader else Changes()


def _source_branch(payload: Fields, found: Fields) -> Changes:
    return Changes(pushed=True)


def _target_branch(payload: Fields, found: Fields) -> Changes:
    branch = payload.text("target_branch") or found.sub("base").text("ref")
    return Changes(listed=(Change("target_branch", "", branch),) if branch else ())


def _labels(payload: Fields, found: Fields) -> Changes:
    if not are_lists(found, "labels", "stale_labels"):  # bodies before 2022
        return Changes(listed=(Change("labels"),))
    return _difference("labels", labels(found, "stale_labels"), labels(found))


def _issues(payload: Fields, found: Fields) -> Changes:
    if not are_lists(found, "issues", "stale_issues"):
        return Changes(listed=(Change("issues"),))
    return _difference("issues", _numbers(found, "stale_issues"), _numbers(found, "issues"))


def _difference(field: str, before: tuple[str, ...], after: tuple[str, ...]) -> Changes:
    if set(before) == set(after):
        raise Ignored("R32", _UNCHANGED[field])
    removed, added = set(before) - set(after), set(after) - set(before)
    return Changes(
        listed=(
            Change(
                field,
                ", ".join(one for one in before if one in removed),
                ", ".join(one for one in after if one in added),
            ),
        )
    )


def _numbers(found: Fields, key: str) -> tuple[str, ...]:
    numbers = (one.text("number", "iid", "title").lstrip("#") for one in found.objects(key))
    return tuple(dict.fromkeys(f"#{number}" for number in numbers if number))


_READERS: dict[str, Callable[[Fields, Fields], Changes]] = {
    "source_branch_changed": _source_branch,
    "target_branch_changed": _target_branch,
    "update_label": _labels,
    "update_link_issue": _issues,
}
