"""Comments on issues, pull requests, commits and the repository (section 10)."""

from collections.abc import Callable

from adapters.fields import Fields
from adapters.gitee.issues import issue_number
from adapters.gitee.merge_requests import merge_request_number
from adapters.gitee.objects import (
    below,
    first_person,
    is_confidential,
    page,
    people,
    person,
    project,
)
from adapters.links import web_url
from adapters.mentions import mentioned
from adapters.times import timestamp
from relay.events import Comment, Event, Project

_ACTIONS = {"comment": "created", "edited": "edited", "deleted": "deleted"}

_TIMES = {"created": "created_at", "edited": "updated_at"}


def comment(payload: Fields) -> Event | None:
    """Return the event of a comment, or None for an action that is not known.

    A deleted comment has no page and no time any more; who deleted another person's comment is not
    in the body.
    """
    action = _ACTIONS.get(payload.text("action"))
    if not action:
        return None
    found = payload.sub("comment")
    place = project(payload)
    return Event(
        source="gitee",
        kind="comment",
        action=action,
        subject=_comment(payload, found, place),
        project=place,
        actor=first_person(payload, "sender", "author") or person(found.sub("user")),
        url="" if action == "deleted" else page(found) or web_url(payload.text("url")),
        confidential=is_confidential(payload),
        occurred_at=timestamp(found.text(_TIMES[action])) if action in _TIMES else None,
    )


def _comment(payload: Fields, found: Fields, place: Project) -> Comment:
    text = found.text("body") or payload.text("note")
    subject = _TARGETS[_target(payload)](payload, found, place)
    return subject._replace(text=text, mentioned=mentioned(text))


def _target(payload: Fields) -> str:
    told = payload.text("noteable_type")
    if told and told in _TARGETS:
        return told
    if payload.sub("pull_request"):
        return "PullRequest"
    return "Issue" if payload.sub("issue") else ""


def _on_issue(payload: Fields, found: Fields, place: Project) -> Comment:
    issue, number = payload.sub("issue"), issue_number(payload)
    return Comment(
        target="issue",
        number=number,
        title=issue.text("title") or payload.text("title"),
        target_url=page(issue) or below(place, "issues", number.lstrip("#")),
        target_author=person(issue.sub("user")),
        assignees=tuple(filter(None, [person(issue.sub("assignee"))])),
    )


def _on_merge_request(payload: Fields, found: Fields, place: Project) -> Comment:
    pull_request, number = payload.sub("pull_request"), merge_request_number(payload)
    return Comment(
        target="merge_request",
        number=number,
        title=pull_request.text("title") or payload.text("title"),
        target_url=page(pull_request) or below(place, "pulls", number.lstrip("!")),
        target_author=person(pull_request.sub("user")),
        reviewers=people(pull_request, "assignees"),
        testers=people(pull_request, "testers"),
        branch=pull_request.sub("base").text("ref") or payload.text("target_branch"),
    )


def _on_commit(payload: Fields, found: Fields, place: Project) -> Comment:
    """Read a comment on a commit; its ``position`` holds line numbers but no file name."""
    sha, short = found.text("commit_id"), payload.text("short_commit_id")
    return Comment(
        target="commit",
        number=short or sha[:7],
        title=payload.text("title"),
        target_url=below(place, "commit", sha or short),
    )


def _on_repository(payload: Fields, found: Fields, place: Project) -> Comment:
    return Comment(target="repository", title=payload.text("title"), target_url=place.url)


def _on_other(payload: Fields, found: Fields, place: Project) -> Comment:
    return Comment(target="other", title=payload.text("title"), target_url=place.url)


_TARGETS: dict[str, Callable[[Fields, Fields, Project], Comment]] = {
    "Issue": _on_issue,
    "PullRequest": _on_merge_request,
    "Commit": _on_commit,
    "Comment": _on_repository,
    "": _on_other,
}
