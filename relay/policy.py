"""Which events go out, and which of them as one grey line (`design/messages.md` section 4)."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeVar

from relay.config import Patterns
from relay.events import Event, Job, Pipeline
from relay.kinds import KINDS
from relay.reasons import Reason, reason

_T = TypeVar("_T")
ALIASES = {"pull_request": "merge_request"}

# The forge's check boxes are the user's first filter, so only noise is missing here.
SENT: dict[str, tuple[str, ...]] = {
    "push": ("pushed", "reset"),
    "branch": ("deleted",),
    "tag": ("created", "deleted", "moved"),
    "issue": ("opened", "closed", "reopened", "deleted", "assigned", "started"),
    "merge_request": (
        "opened",
        "merged",
        "closed",
        "reopened",
        "approved",
        "unapproved",
        "changes_requested",
        "review_requested",
        "test_requested",
        "tested",
        "assigned",
        "ready",
    ),
    "comment": ("created",),
    "pipeline": ("failed", "fixed", "canceled"),
    "job": ("failed",),
    "deployment": ("success", "failed", "canceled", "blocked", "approved", "rejected"),
    "release": ("created", "deleted"),
    "wiki": ("created", "updated", "deleted"),
    "milestone": ("created", "closed", "reopened", "deleted"),
    "member": ("added", "updated", "removed", "requested", "request_denied"),
    "feature_flag": ("enabled", "disabled"),
    "access_token": ("expiring",),
    "vulnerability": ("detected", "confirmed", "dismissed", "resolved"),
    "project": ("created", "deleted", "renamed", "transferred"),
    "group": ("created", "deleted", "renamed"),
    "test": ("ping",),
}
QUIET: dict[str, tuple[str, ...]] = {
    "branch": ("created",),
    "issue": ("unassigned", "updated"),
    "merge_request": ("review_removed", "test_removed", "unassigned", "draft", "updated"),
    "pipeline": ("success",),
    "release": ("updated",),
    "milestone": ("updated",),
    "vulnerability": ("updated",),
    "user": ("created", "deleted", "renamed", "login_failed", "key_added", "key_removed"),
    "other": ("received",),
}


class _Pattern(NamedTuple):
    """*kind* may be ``*``, *action* too, or empty."""

    kind: str
    action: str


class Decision(NamedTuple):
    """*quiet* only with *send*; *reason* says why not (R11, R33), or why quiet (R27)."""

    send: bool
    quiet: bool = False
    reason: Reason | None = None


def decide(
    event: Event,
    patterns: Patterns,
    quiet: Patterns = (),
    *,
    confidential: bool = False,
    in_full: bool = False,
) -> Decision:
    """Say whether *event* goes out under *patterns* (``()``: the default set), and how.

    Patterns: ``*`` everything, ``kind`` what is sent of it by default (everything, where that is
    nothing), ``kind.action``, ``kind.*`` everything of it; ``!`` in front excludes, whatever the
    order. Only exclusions: the default set without them. Events that are silent by default go out
    as one grey line when a pattern asks for them, and so do those that *quiet* names; it selects
    nothing, and a bare ``kind`` in it is everything of that kind. ``pipeline.status_changed`` is
    the first failure and the success that ends it (`relay.history`), by whatever name; to ask for
    ``pipeline.success`` is to ask for ``pipeline.fixed`` too, to exclude it is not. *in_full*: no
    other event is a grey line. *confidential* lets confidential items through. A test message goes
    out whatever all of them say.
    """
    if event.kind == "test":  # somebody pressed a button and waits for the message
        return Decision(send=True)
    if not _selected(event, patterns):
        about = "" if patterns else "default"
        return Decision(False, reason=reason("R11", about, value=event.name, patterns=patterns))
    if event.confidential and not confidential:
        return Decision(False, reason=reason("R33"))
    if quiet and _named(event, quiet):
        return Decision(True, quiet=True, reason=reason("R27", value=event.name))
    if not (in_full or is_loud(event)):
        return Decision(True, quiet=True, reason=reason("R27", "default", value=event.name))
    return Decision(send=True)


def most_specific(pairs: Iterable[tuple[str, _T]], event: Event) -> _T | None:
    """Return what the nearest pattern gives for *event*, or None when no pattern covers it.

    ``kind.action`` is nearer than ``kind`` or ``kind.*``, these nearer than ``*``; of equally near
    ones the first counts. Between the two stands what an action also means, as in `decide`.
    """
    found, nearest = None, 0
    for pattern, value in pairs:
        near = _nearness(pattern, event)
        if near > nearest:
            found, nearest = value, near
    return found


def _nearness(written: str, event: Event) -> int:
    pattern = _read(written)
    if not _covers(pattern, event, asked_for=True):
        return 0
    kind, action = pattern
    return 1 + (kind != "*") + (action not in ("", "*")) + (action == event.action)


def _selected(event: Event, patterns: Patterns) -> bool:
    wanted, unwanted = _parted(patterns)
    for pattern in unwanted:
        if _covers(pattern, event):
            return False
    for pattern in wanted:  # a generator takes twice as long, and each route asks
        if _covers(pattern, event, bare_means_default=True, asked_for=True):
            return True
    return not wanted and _is_default(event)


def _named(event: Event, patterns: Patterns) -> bool:
    wanted, unwanted = _parted(patterns)
    named = any(_covers(pattern, event) for pattern in wanted)
    return named and not any(_covers(pattern, event) for pattern in unwanted)


@lru_cache(maxsize=512)
def _parted(patterns: Patterns) -> tuple[tuple[_Pattern, ...], tuple[_Pattern, ...]]:
    """Return the patterns without ``!`` and, without their ``!``, those with it."""
    wanted = tuple(_read(pattern) for pattern in patterns if not pattern.startswith("!"))
    return wanted, tuple(_read(pattern[1:]) for pattern in patterns if pattern.startswith("!"))


def _read(pattern: str) -> _Pattern:
    kind, _, action = pattern.partition(".")
    return _Pattern(ALIASES.get(kind, kind), action)


def _covers(
    pattern: _Pattern, event: Event, *, bare_means_default: bool = False, asked_for: bool = False
) -> bool:
    kind, action = pattern
    if kind not in ("*", event.kind):
        return False
    if kind != "*" and not action and bare_means_default:
        return _is_default(event) or not (event.kind in SENT or event.kind in QUIET)
    return action in ("", "*", event.action) or _also_means(action, event, asked_for=asked_for)


def _also_means(action: str, event: Event, *, asked_for: bool) -> bool:
    """Tell whether *action* stands for what happened to a pipeline under another name."""
    if not isinstance(event.subject, Pipeline):
        return False
    if action == "status_changed":
        return event.subject.changed
    return asked_for and action == "success" and event.action == "fixed"


def _is_default(event: Event) -> bool:
    return is_loud(event) or event.action in QUIET.get(event.kind, ())


def is_loud(event: Event) -> bool:
    """Tell whether *event* is sent by default, and not as one grey line."""
    if isinstance(event.subject, Job) and event.subject.allow_failure:
        return False
    return event.action in SENT.get(event.kind, ())


def known_patterns() -> list[str]:
    """Return every word `decide` understands without ``!``, for checks and suggestions."""
    named = [f"{kind}.{action}" for kind, actions in KINDS.items() for action in actions]
    return ["*", *KINDS, *ALIASES, *(f"{kind}.*" for kind in (*KINDS, *ALIASES)), *named]
