"""The filters of a route: what an event has to say to each, and the first that keeps it out.

A filter for which an event has no value does not apply to it. Labels are the exception: an issue or
merge request without labels has none of those that are asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from relay.config import Route
from relay.events import Deployment, Event, Issue, MergeRequest, Push, Release, Tag
from relay.globs import matches
from relay.reasons import Reason, reason

_MOST_PATHS = 2000
_MOST_PATH_CHARACTERS = 64 * 1024  # of all paths together: matching must stay quick
_LABELS_SHOWN = 5


class Fact(NamedTuple):
    """What one event has for the filter *field* of routes, and how a refusal is told."""

    field: str
    code: str
    texts: tuple[str, ...]
    about: str = ""
    shown: str = ""
    default_branch: str = ""
    ignore_case: bool = False
    one_thing: bool = True

    def refusal(self, route: Route) -> Reason | None:
        """Return why *route* does not take the event, None when this fact does not matter."""
        patterns = getattr(route, self.field)
        if not patterns or matches(
            patterns,
            self.texts,
            default_branch=self.default_branch,
            ignore_case=self.ignore_case,
            one_thing=self.one_thing,
        ):
            return None
        return reason(self.code, self.about, value=self.shown, patterns=patterns)


class Facts(NamedTuple):
    """*origin* is looked at before an event's kind, *content* after it."""

    origin: tuple[Fact, ...]
    content: tuple[Fact, ...]


def facts(event: Event, source: str) -> Facts:
    """Return what *event* of the source named *source* has for filters, in the order they count.

    A test message passes every filter but that of the sources: the button of one tenant's forge is
    no concern of another's group.
    """
    where = Fact("sources", "R20", (source,), shown=source)
    if event.kind == "test":
        return Facts((where,), ())
    found = (read(event) for read in _CONTENT)
    project = _project(event)
    return Facts((where, project) if project else (where,), tuple(filter(None, found)))


def first_refusal(found: Iterable[Fact], route: Route) -> Reason | None:
    for fact in found:
        if why := fact.refusal(route):
            return why
    return None


def draft_refusal(event: Event, route: Route) -> Reason | None:
    is_draft = isinstance(event.subject, MergeRequest) and event.subject.draft
    return reason("R35") if is_draft and not route.drafts else None


def _project(event: Event) -> Fact | None:
    """A group's own events have the group as project; what takes all below it takes them too."""
    path = event.project.path
    if not path:
        return None
    return Fact("projects", "R21", (path, f"{path}/"), shown=path, ignore_case=True)


def _tag(event: Event) -> str:
    """Return the tag it is about: its own, or that of a pipeline or job."""
    subject = event.subject
    if isinstance(subject, Tag):
        return subject.name
    if isinstance(subject, Release):
        return subject.tag
    return event.ref if getattr(subject, "tag", False) else ""


def _ref(event: Event) -> Fact | None:
    if tag := _tag(event):
        return Fact("tags", "R22", (tag,), "tag", tag)
    if not event.ref:
        return None
    default = event.project.default_branch
    return Fact("branches", "R22", (event.ref,), shown=event.ref, default_branch=default)


def _author(event: Event) -> Fact | None:
    actor = event.actor
    texts = tuple(filter(None, (actor.username, actor.name, actor.email))) if actor else ()
    if not texts:
        return None
    shown = (actor.username or actor.name or "?") if actor else ""  # addresses are not shown
    return Fact("authors", "R23", texts, shown=shown, ignore_case=True)


def _labels(event: Event) -> Fact | None:
    if not isinstance(event.subject, Issue | MergeRequest):
        return None
    labels = event.subject.labels
    shown = ", ".join(labels[:_LABELS_SHOWN])
    return Fact("labels", "R24", labels, "" if labels else "none", shown)


def _paths(event: Event) -> Fact | None:
    if not isinstance(event.subject, Push) or not event.subject.paths:
        return None
    return Fact("paths", "R25", _bounded(event.subject.paths), one_thing=False)


def _bounded(paths: Sequence[str]) -> tuple[str, ...]:
    found, left = [], _MOST_PATH_CHARACTERS
    for path in paths[:_MOST_PATHS]:
        left -= len(path)
        if left < 0:
            break
        found.append(path)
    return tuple(found)


def _environment(event: Event) -> Fact | None:
    subject = event.subject
    if not isinstance(subject, Deployment):
        return None
    texts = tuple(filter(None, (subject.environment, subject.tier)))
    return Fact("environments", "R34", texts, shown=texts[0]) if texts else None


_CONTENT: tuple[Callable[[Event], Fact | None], ...] = (
    _ref,
    _author,
    _labels,
    _paths,
    _environment,
)
