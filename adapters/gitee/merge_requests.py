"""Pull requests (section 9), called merge requests behind the adapter."""

from adapters.fields import Fields
from adapters.gitee.changes import changes
from adapters.gitee.objects import (
    bare_commit,
    below,
    first_person,
    is_confidential,
    labels,
    page,
    people,
    person,
    project,
)
from adapters.links import web_url
from adapters.mentions import mentioned
from adapters.times import first_time
from relay.events import Event, MergeRequest, Person, Project

_ACTIONS = {
    "open": "opened",
    "update": "updated",
    "merge": "merged",
    "close": "closed",
    "reopen": "reopened",
    "assign": "review_requested",
    "unassign": "review_removed",
    "test": "test_requested",
    "untest": "test_removed",
    "approved": "approved",
    "tested": "tested",
    "set_draft": "draft",
    "cancel_draft": "ready",
}

# A pull request that is opened with reviewers and testers fires these beside its own ``open``.
_OPENED_WITH = {"assign": "review_requested", "test": "test_requested"}

_REQUESTED = {"review_requested": "assignees", "test_requested": "testers"}

# Which time of the payload is the event's own. A push to the source branch leaves ``updated_at`` as
# it was, and no recording shows what reviews and tests do to it.
_TIMES: dict[str, tuple[str, ...]] = {
    "opened": ("created_at",),
    "merged": ("merged_at", "updated_at"),
    "closed": ("closed_at", "updated_at"),
    "reopened": ("updated_at",),
}


def merge_request(payload: Fields) -> Event | None:
    """Return the event of a pull request, or None for an action that is not known.

    Raises Ignored (R32) for an update that changed nothing.
    """
    action = _action(payload)
    if not action:
        return None
    found = payload.sub("pull_request")
    place = project(payload)
    url = merge_request_url(payload, place)
    occurred_at = first_time(found, *_TIMES.get(action, ()))
    return Event(
        source="gitee",
        kind="merge_request",
        action=action,
        subject=_merge_request(payload, action, place=place, url=url, at=occurred_at),
        project=place,
        actor=_actor(payload, action),
        url=url,
        confidential=is_confidential(payload),
        occurred_at=occurred_at,
    )


def merge_request_number(payload: Fields) -> str:
    """Return ``!7``; a note's ``per_iid`` has its ``!`` already."""
    number = payload.sub("pull_request").text("number")
    number = (number or payload.text("number", "iid", "per_iid")).lstrip("!")
    return f"!{number}" if number else ""


def merge_request_url(payload: Fields, place: Project) -> str:
    number = merge_request_number(payload).lstrip("!")
    return page(payload.sub("pull_request")) or page(payload) or below(place, "pulls", number)


def _action(payload: Fields) -> str:
    """Return our name of the action.

    ``action_desc`` is stale outside ``update``; beside ``open`` it tells the extra requests only.
    """
    action = payload.text("action")
    if action == "open":
        return _OPENED_WITH.get(payload.text("action_desc"), "opened")
    return _ACTIONS.get(action, "")


def _actor(payload: Fields, action: str) -> Person | None:
    keys = ("sender", "updated_by") + (("author",) if action == "opened" else ())
    return first_person(payload, *keys)


def _merge_request(
    payload: Fields, action: str, *, place: Project, url: str, at: float | None
) -> MergeRequest:
    found = payload.sub("pull_request")
    reviewers, testers = people(found, "assignees"), people(found, "testers")
    what_changed = changes(payload, found) if action == "updated" else None
    description = found.text("body") or payload.text("body")
    merge_sha = found.text("merge_commit_sha") or payload.text("merge_commit_sha")
    return MergeRequest(
        number=merge_request_number(payload),
        title=found.text("title") or payload.text("title"),
        description=description,
        source_branch=_source_branch(payload, found),
        target_branch=payload.text("target_branch") or found.sub("base").text("ref"),
        author=person(found.sub("user")) or first_person(payload, "author"),
        reviewers=reviewers,
        testers=testers,
        requested=people(found, _REQUESTED[action]) if action in _REQUESTED else (),
        labels=labels(found),
        milestone=found.sub("milestone").text("title"),
        draft=action == "draft" or (found.flag("draft") and action != "ready"),
        age_s=_age_s(found, at),
        pushed=what_changed is not None and what_changed.pushed,
        last_commit=bare_commit(found.sub("head").text("sha"), place),
        # A trial merge fills it long before the real one.
        merge_commit=bare_commit(merge_sha, place) if action == "merged" else None,
        # The page's own tab; ``diff_url`` of the payload is a text file.
        diff_url=web_url(f"{url}/files"),
        additions=found.integer("additions"),
        deletions=found.integer("deletions"),
        changed_files=found.integer("changed_files"),
        changes=what_changed.listed if what_changed else (),
        mentioned=mentioned(description),
    )


def _source_branch(payload: Fields, found: Fields) -> str:
    """Return the source branch, with the fork's namespace in front when it is one.

    ``head`` is null once the source is gone.
    """
    head = found.sub("head")
    branch = payload.text("source_branch") or head.text("ref")
    fork, origin = head.sub("repo").text("id"), found.sub("base").sub("repo").text("id")
    namespace, colon, _ = head.text("label").partition(":")
    if branch and fork and origin and fork != origin and colon:
        return f"{namespace}:{branch}"
    return branch


def _age_s(found: Fields, at: float | None) -> float | None:
    created = first_time(found, "created_at")
    return at - created if at is not None and created is not None and at >= created else None
