"""Whom a role means in one event: people of the forge, before anybody's chat identities."""

from collections.abc import Callable, Iterable

from relay.events import (
    Comment,
    Deployment,
    Event,
    Issue,
    Job,
    MergeRequest,
    Person,
    Pipeline,
    Push,
    Subject,
)

# What becomes of them is nobody's own doing: who broke a pipeline by a push is to be told.
_RUNS = (Pipeline, Job, Deployment)
_STOPPED = ("canceled", "canceling")
_JUDGED = ("approved", "rejected")
_SENT_BY_ACTOR = ("push", "branch", "tag", "pipeline", "job", "deployment")


def meant(event: Event, role: str) -> tuple[Person, ...]:
    """Return whom *role*, one of `relay.config.ROLES`, means; somebody may be there twice.

    A fact the event lacks means nobody, with one exception: where the commit's author is not told,
    who pushed or triggered is the author. A word after ``@`` that is the name of nobody else in
    the event comes as a user name alone, and may be anything that people write behind an ``@``.
    """
    return tuple(one for one in _ROLES[role](event) if one and any(one))


def doer(event: Event) -> Person | None:
    """Return whose own action the event is, None when it is nobody's: those are not mentioned."""
    subject = event.subject
    if isinstance(subject, Deployment) and event.action in _JUDGED:
        return subject.approver
    if isinstance(subject, _RUNS) and event.action not in _STOPPED:
        return None
    if isinstance(subject, MergeRequest) and subject.by_system:
        return None
    return event.actor


_People = Iterable[Person | None]


def _authors(event: Event) -> _People:
    subject = event.subject
    if isinstance(subject, Push):
        return [commit.author for commit in subject.commits]
    if isinstance(subject, Comment):
        return [subject.target_author]
    if isinstance(subject, Issue | MergeRequest):
        return [subject.author]
    commit = getattr(subject, "commit", None)
    return [commit.author if commit and any(commit.author) else event.actor]


def _committers(event: Event) -> _People:
    return [event.actor] if event.kind in _SENT_BY_ACTOR else _authors(event)


def _assignees(event: Event) -> _People:
    return _field(event.subject, "assignees")


def _reviewers(event: Event) -> _People:
    """Return whom this event asks to review or test; else all who do."""
    subject = event.subject
    asked = _field(subject, "requested")
    return asked or (*_field(subject, "reviewers"), *_field(subject, "testers"))


def _mentioned(event: Event) -> _People:
    """Read the words after ``@`` in a comment, or in the description of what was just opened."""
    if not isinstance(event.subject, Comment) and event.action != "opened":
        return []
    words: tuple[str, ...] = getattr(event.subject, "mentioned", ())
    if not words:
        return []
    around = [event.actor, *_authors(event), *_assignees(event), *_reviewers(event)]
    known = {one.name.casefold(): one for one in around if one}
    known |= {one.username.casefold(): one for one in around if one}
    return [known.get(word.casefold()) or Person(username=word) for word in words]


def _field(subject: Subject, name: str) -> tuple[Person, ...]:
    found: tuple[Person, ...] = getattr(subject, name, ())
    return found


_ROLES: dict[str, Callable[[Event], _People]] = {
    "author": _authors,
    "committer": _committers,
    "assignees": _assignees,
    "reviewers": _reviewers,
    "mentioned": _mentioned,
}
