"""Pushes, branches and tags (sections 6 and 7): one body for all three."""

from adapters.commits import is_zero
from adapters.fields import Fields
from adapters.gitee.objects import (
    bare_commit,
    below,
    commit,
    first_person,
    project,
)
from adapters.links import web_url
from relay.events import Branch, Commit, Event, Person, Project, Push, Subject, Tag

_TEN = 10  # what ``commits_more_than_ten`` promises when no total is sent


def push(payload: Fields) -> Event | None:
    """Return ``push.pushed``, ``push.reset``, ``branch.created`` or ``branch.deleted``.

    A created branch is never a push: its commits are history and the count is theirs. A force push
    cannot be told from the body. No time: the commits' times are not the push's.
    """
    name = payload.text("ref").removeprefix("refs/heads/")
    if not name:
        return None
    place = project(payload)
    move = _move(payload)
    if move == "deleted":
        head = bare_commit(payload.text("before"), place)
        return _event(payload, "branch", move, Branch(name, head))
    if move == "created":
        subject = Branch(name, _head(payload, place))
        return _event(payload, "branch", move, subject, url=below(place, "tree", name))
    found = _push(payload, name, place)
    action = "pushed" if found.commits or found.total else "reset"
    url = found.compare_url or below(place, "tree", name)
    return _event(payload, "push", action, found, url=url)


def tag(payload: Fields) -> Event | None:
    """Return ``tag.created``, ``tag.deleted`` or ``tag.moved``; a deleted tag has no page.

    The annotation of a tag is not in the body.
    """
    name = payload.text("ref").removeprefix("refs/tags/")
    if not name:
        return None
    place = project(payload)
    move = _move(payload) or "moved"
    if move == "deleted":
        return _event(payload, "tag", move, Tag(name, bare_commit(payload.text("before"), place)))
    subject = Tag(name, _head(payload, place))
    return _event(payload, "tag", move, subject, url=below(place, "tree", name))


def _event(payload: Fields, kind: str, action: str, subject: Subject, *, url: str = "") -> Event:
    actor = first_person(payload, "sender", "user", "pusher")
    nickname = payload.text("user_name")
    return Event(
        source="gitee",
        kind=kind,
        action=action,
        subject=subject,
        project=project(payload),
        actor=actor or (Person(nickname) if nickname else None),
        url=url,
    )


def _move(payload: Fields) -> str:
    """Return ``created``, ``deleted`` or ``""``; old bodies say it by zeros alone."""
    if payload.flag("deleted") or is_zero(payload.text("after")):
        return "deleted"
    if payload.flag("created") or is_zero(payload.text("before")):
        return "created"
    return ""


def _head(payload: Fields, place: Project) -> Commit | None:
    return commit(payload.sub("head_commit"), place) or bare_commit(payload.text("after"), place)


def _push(payload: Fields, branch: str, place: Project) -> Push:
    before, after = payload.text("before"), payload.text("after")
    listed = payload.objects("commits")
    commits = _newest_first(payload, place)
    total = payload.integer("total_commits_count")
    more = payload.flag("commits_more_than_ten") and total is None
    if total and not commits and (head := commit(payload.sub("head_commit"), place)):
        commits = (head,)
    between = f"{before}...{after}" if before and after else ""
    return Push(
        branch=branch,
        before=bare_commit(before, place),
        after=bare_commit(after, place),
        commits=commits,
        total=max(total or 0, len(commits), _TEN if more else 0),
        at_least=more,
        compare_url=web_url(payload.text("compare")) or below(place, "compare", between),
        paths=_paths(listed),
    )


def _newest_first(payload: Fields, place: Project) -> tuple[Commit, ...]:
    """Return the listed commits, the head first.

    No recording tells in which order Gitee lists several, so the head decides: found at the end,
    the list is turned round.
    """
    found = [one for one in (commit(item, place) for item in payload.objects("commits")) if one]
    head = payload.sub("head_commit").text("id") or payload.text("after")
    if found and found[-1].sha == head:
        found.reverse()
    found.sort(key=lambda one: one.sha != head)  # stable: moves nothing but the head
    return tuple(found)


def _paths(commits: list[Fields]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            path
            for one in commits
            for key in ("added", "removed", "modified")
            for path in one.texts(key)
        )
    )
