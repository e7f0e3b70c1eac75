"""Pushes, branches and tags (`reference/gitlab.md` sections 7.1, 7.2)."""

from collections.abc import Iterable
from itertools import chain, islice
from typing import TypeAlias

from adapters.commits import is_zero
from adapters.fields import Fields
from adapters.gitlab.hooks import Hook, foreign_body
from adapters.gitlab.shared import (
    Pages,
    bare_commit,
    commit,
    flat_person,
    pages,
    project,
)
from relay.errors import Ignored
from relay.events import Branch, Commit, Event, Push, Tag
from relay.words import Phrase

# Kind, action, subject, page: the project's own where there is no other any more.
_Told: TypeAlias = tuple[str, str, Push | Branch | Tag, str]

MAX_COMMITS = 100  # read of one push; GitLab sends 20
MAX_PATHS = 2000  # changed files kept for filters
_DID_NOT_MOVE = Phrase("分支没有移动", "the branch did not move")
_BRANCHES, _TAGS = "refs/heads/", "refs/tags/"


def push(hook: Hook) -> Event:
    """Tell branches from tags by ``ref``: old test buttons send a push as a tag push."""
    payload = hook.payload
    ref = payload.text("ref")
    if not ref or not payload.text("before", "after"):
        raise foreign_body()
    place = project(payload)
    of = pages(place, _first_link(payload))
    if ref.startswith(_TAGS) or (hook.kind == "tag_push" and not ref.startswith(_BRANCHES)):
        kind, action, subject, url = _tag(payload, ref.removeprefix(_TAGS), of)
    else:
        kind, action, subject, url = _branch(payload, ref.removeprefix(_BRANCHES), of)
    return Event(
        source="gitlab",
        kind=kind,
        action=action,
        subject=subject,
        project=place,
        actor=flat_person(payload),
        url=url,
    )


def _branch(payload: Fields, name: str, of: Pages) -> _Told:
    before, after = payload.text("before"), payload.text("after")
    if is_zero(after):
        return "branch", "deleted", Branch(name, bare_commit(before, of)), of.base
    subject = _push(payload, name, of)
    page = of.link("tree", name)
    if subject.total:
        return "push", "pushed", subject, page
    if subject.new_branch:
        return "branch", "created", Branch(name, bare_commit(after, of)), page
    if before == after:
        raise Ignored("R32", _DID_NOT_MOVE)
    return "push", "reset", subject, page


def _push(payload: Fields, branch: str, of: Pages) -> Push:
    before, after = payload.text("before"), payload.text("after")
    every = payload.objects("commits")
    listed = every[: -MAX_COMMITS - 1 : -1]
    commits = tuple(one for entry in listed if (one := commit(entry, of)))
    new = is_zero(before)
    return Push(
        branch=branch,
        before=None if new else bare_commit(before, of),
        after=bare_commit(after, of),
        commits=commits,
        total=max(payload.integer("total_commits_count") or 0, len(every)),
        new_branch=new,
        compare_url="" if new or not before else of.link("compare", f"{before}...{after}"),
        paths=_paths(listed),
    )


def _paths(listed: list[Fields]) -> tuple[str, ...]:
    every: Iterable[str] = chain.from_iterable(
        entry.texts(key) for entry in listed for key in ("added", "modified", "removed")
    )
    return tuple(islice(dict.fromkeys(islice(every, MAX_PATHS * 4)), MAX_PATHS))


def _tag(payload: Fields, name: str, of: Pages) -> _Told:
    if _tag_is_gone(payload):
        return "tag", "deleted", Tag(name), of.base
    action = "created" if is_zero(payload.text("before")) else "moved"
    subject = Tag(name, _tagged(payload, of), payload.text("message"))
    return "tag", action, subject, of.link("tags", name)


def _tag_is_gone(payload: Fields) -> bool:
    """Apply section 7.2: GitLab 8 has the ids of a deletion the wrong way round.

    A ``checkout_sha`` of null holds in every version; a missing key says nothing.
    """
    no_checkout = "checkout_sha" in payload.keys() and not payload.text("checkout_sha")  # noqa: SIM118
    return no_checkout or is_zero(payload.text("after"))


def _tagged(payload: Fields, of: Pages) -> Commit | None:
    """Return the commit, which for an annotated tag is not ``after`` but ``checkout_sha``."""
    sha = payload.text("checkout_sha", "after")
    listed = (commit(entry, of) for entry in payload.objects("commits"))
    return next((one for one in listed if one and one.sha == sha), None) or bare_commit(sha, of)


def _first_link(payload: Fields) -> str:
    links = (entry.text("url") for entry in payload.objects("commits"))
    return next(filter(None, links), "")
