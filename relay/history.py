"""How the pipelines of a branch went before: which one is the first to fail, which one mends it.

As GitLab itself tells a pipeline that is fixed: per branch, by the newest pipeline that has
finished. Pipelines of tags and of merge requests are not about the state of a branch, child
pipelines and scans are part of another one's result; all these are left as they are. Gitee reports
single tasks (`job.*`) and never how a pipeline ended: it has no history.
"""

import json
import math
from typing import Any, NamedTuple

from relay.events import Event, Pipeline
from relay.state import Store

KEPT_S = 30 * 86400.0  # after the newest pipeline of a branch
_FINISHED = ("success", "failed")
_MOST_FAILURES = 1_000_000
_MOST_TEXT = 300
_MOST_DIGITS = 18
# The forge's words for what starts a pipeline that says nothing about its branch.
_APART = frozenset(
    {
        "merge_request_event",
        "external_pull_request_event",
        "parent_pipeline",
        "webide",
        "ondemand_dast_scan",
        "ondemand_dast_validation",
        "security_orchestration_policy",
    }
)


class _Record(NamedTuple):
    """The newest pipeline of a branch that has finished, at *at_s*.

    *failures*: how many in a row, this one included, have failed; of a success, how many failed
    before it. *since_s*: when the first of them did.
    """

    number: int
    status: str
    failures: int
    since_s: float
    at_s: float


def told(event: Event, store: Store, *, source: str, now_s: float) -> Event:
    """Return *event* with what *store* knows of its branch, which then knows this one too.

    *source* is the name of the source that was verified. A success after failures becomes
    ``pipeline.fixed``; *failures*, *failing_s* and *changed* of the pipeline are filled in. The
    same result of the same pipeline again gives the same event; an older pipeline's changes
    nothing. What is no finished pipeline of a branch is returned as it is, and nothing is asked.
    Two that finish in the same moment in two instances may count as one.
    """
    subject = event.subject
    if not isinstance(subject, Pipeline) or not _is_of_a_branch(event, subject):
        return event
    number = _number(subject.number)
    if not number:
        return event
    at_s = now_s if event.occurred_at is None else min(event.occurred_at, now_s)
    key = f"pipeline:{json.dumps([source, event.project.path, subject.ref], ensure_ascii=False)}"
    old = _read(store.get(key, now_s=now_s))
    new = _next(old, number, event.action, at_s)
    if new is None:
        return event
    if new != old:
        store.put(key, json.dumps(new), until_s=now_s + KEPT_S)
    return _filled(event, subject, new)


def _is_of_a_branch(event: Event, found: Pipeline) -> bool:
    is_apart = found.tag or bool(found.merge_request) or found.trigger in _APART
    return event.action in _FINISHED and bool(event.project.path and found.ref) and not is_apart


def _number(text: str) -> int:
    """Return ``#4521`` as a number, 0 for what is none; later pipelines have greater ones."""
    digits = text.removeprefix("#")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) if is_number else 0


def _next(old: _Record | None, number: int, status: str, at_s: float) -> _Record | None:
    """Return what is known after this result: *old* for a repeat, None for one that is late."""
    if old is None or number > old.number:
        before = old if old and old.status == "failed" else None
        return _after(before, number, status, at_s)
    if number < old.number:
        return None
    if status == old.status:
        return old
    if at_s < old.at_s:  # of one pipeline, that was retried meanwhile
        return None
    return _after(old if old.status == "failed" else None, number, status, at_s)


def _after(broken: _Record | None, number: int, status: str, at_s: float) -> _Record:
    """Return the record of a result after *broken*, the failure before it if there is one."""
    failures = (broken.failures if broken else 0) + (status == "failed")
    return _Record(number, status, failures, broken.since_s if broken else at_s, at_s)


def _filled(event: Event, found: Pipeline, record: _Record) -> Event:
    failures, is_failed = record.failures, record.status == "failed"
    if not failures:
        return event
    subject = found._replace(
        failures=failures,
        failing_s=max(record.at_s - record.since_s, 0.0),
        changed=failures == 1 or not is_failed,
    )
    return event._replace(action="failed" if is_failed else "fixed", subject=subject)


def _read(text: str) -> _Record | None:
    """Return the record in *text*, None for anything else."""
    try:
        found = json.loads(text) if len(text) <= _MOST_TEXT else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or len(found) != len(_Record._fields):
        return None
    record = _Record(*found)
    return record if _is_sound(record) else None


def _is_sound(record: _Record) -> bool:
    whole: tuple[Any, ...] = (record.number, record.failures)
    times: tuple[Any, ...] = (record.since_s, record.at_s)
    return (
        record.status in _FINISHED
        and all(type(value) is int for value in whole)
        and all(type(value) in (int, float) and math.isfinite(value) for value in times)
        and record.number > 0
        and (record.status == "failed") <= record.failures <= _MOST_FAILURES
    )
