"""Merge requests (`reference/gitlab.md` section 7.5)."""

from adapters.fields import Fields
from adapters.gitlab.hooks import Hook, foreign_body, unknown_action
from adapters.gitlab.review import Decision, decide_update, is_draft
from adapters.gitlab.shared import (
    Pages,
    assignees,
    author,
    bare_commit,
    commit,
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
from relay.events import Commit, Event, MergeRequest

_ACTIONS = {
    "open": "opened",
    "merge": "merged",
    "close": "closed",
    "reopen": "reopened",
    "approved": "approved",
    "approval": "approved",
    "unapproved": "unapproved",
    "unapproval": "unapproved",
}
# Bodies without an action: the test button of old versions.
_BY_STATE = {
    "opened": "opened",
    "reopened": "reopened",
    "closed": "closed",
    "locked": "opened",
    "merged": "merged",
}
# An approval does not touch `updated_at`.
_TIMES = {
    "approved": ("actioned_at",),
    "unapproved": ("actioned_at",),
    "merged": ("merged_at", "actioned_at", "updated_at"),
}
_OTHER_TIMES = ("actioned_at", "updated_at", "created_at")


def merge_request(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if not attributes:
        raise foreign_body()
    decision = _decide(payload, attributes)
    url = web_url(attributes.text("url"))
    place = project(payload, url)
    of = pages(place, url)
    url = url or of.link("merge_requests", attributes.text("iid"))
    return Event(
        source="gitlab",
        kind="merge_request",
        action=decision.action,
        subject=_subject(payload, decision, of)._replace(diff_url=web_url(f"{url}/diffs")),
        project=place,
        actor=person(payload.sub("user")),
        url=url,
        occurred_at=_occurred_at(attributes, decision.action),
    )


def _decide(payload: Fields, attributes: Fields) -> Decision:
    given = attributes.text("action")
    if given == "update":
        return decide_update(payload)
    found = _ACTIONS.get(given, "") if given else _BY_STATE.get(attributes.text("state"), "")
    if not found:
        raise unknown_action()
    return Decision(found)


def _subject(payload: Fields, decision: Decision, of: Pages) -> MergeRequest:
    attributes = payload.sub("object_attributes")
    assigned, reviewers = assignees(payload), payload.objects("reviewers")
    last = commit(attributes.sub("last_commit"), of)
    return MergeRequest(
        number=numbered("!", attributes),
        title=attributes.text("title"),
        description=attributes.text("description"),
        source_branch=_source_branch(attributes),
        target_branch=attributes.text("target_branch"),
        author=author(attributes, [payload.sub("user"), *assigned, *reviewers]),
        assignees=people(assigned),
        reviewers=people(reviewers),
        requested=decision.requested,
        labels=labels(payload),
        draft=is_draft(attributes),
        age_s=_age_s(attributes, decision.action),
        pushed=decision.pushed,
        last_commit=last,
        merge_commit=_merge_commit(attributes, decision.action, of),
        compare_url=_compare_url(attributes, last, of) if decision.pushed else "",
        approvals_pending=attributes.text("action") == "approval",
        by_system=attributes.flag("system"),
        changes=decision.changes,
        mentioned=mentioned(attributes.text("description")),
    )


def _source_branch(attributes: Fields) -> str:
    """Put the fork's namespace in front: ``zhaoliu:fix``; a fork that is gone has none."""
    branch = attributes.text("source_branch")
    if attributes.integer("source_project_id") == attributes.integer("target_project_id"):
        return branch
    namespace, slash, _ = attributes.sub("source").text("path_with_namespace").rpartition("/")
    return f"{namespace}:{branch}" if slash and branch else branch


def _compare_url(attributes: Fields, last: Commit | None, of: Pages) -> str:
    return of.link("compare", f"{attributes.text('oldrev')}...{last.sha}") if last else ""


def _merge_commit(attributes: Fields, action: str, of: Pages) -> Commit | None:
    """A fast-forward merge has neither of the two ids."""
    sha = attributes.text("merge_commit_sha", "squash_commit_sha")
    return bare_commit(sha, of) if action == "merged" else None


def _age_s(attributes: Fields, action: str) -> float | None:
    if action not in ("merged", "closed"):
        return None
    start = first_time(attributes, "created_at")
    end = first_time(attributes, "merged_at", "updated_at")
    return end - start if start is not None and end is not None and end >= start else None


def _occurred_at(attributes: Fields, action: str) -> float | None:
    return first_time(attributes, *_TIMES.get(action, _OTHER_TIMES))
