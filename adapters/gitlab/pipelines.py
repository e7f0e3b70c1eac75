"""Pipelines and jobs (`reference/gitlab.md` sections 7.6, 7.7)."""

from adapters.fields import Fields
from adapters.gitlab.hooks import Hook, foreign_body
from adapters.gitlab.shared import (
    NOBODY,
    Pages,
    bare_commit,
    commit,
    numbered,
    pages,
    person,
    project,
)
from adapters.links import web_url
from adapters.times import first_time
from relay.events import Commit, Event, Job, JobSummary, Pipeline
from relay.kinds import KINDS
from relay.text import first_line

_STATUSES = frozenset(KINDS["job"])
# `detailed_status` is text of the user interface: "passed with warnings", "已通过但有警告".
_WARNINGS = ("warning", "警告")


def pipeline(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if not attributes:
        raise foreign_body()
    place = project(payload)
    of = pages(place, payload.sub("commit").text("url"))
    return Event(
        source="gitlab",
        kind="pipeline",
        action=_action(attributes.text("status")),
        subject=_pipeline(payload, attributes, of),
        project=place,
        actor=person(payload.sub("user")),
        url=web_url(attributes.text("url")) or of.link("pipelines", attributes.text("id")),
        occurred_at=first_time(attributes, "finished_at"),
    )


def job(hook: Hook) -> Event:
    payload = hook.payload
    if not payload.text("build_status", "build_id", "build_name"):
        raise foreign_body()
    place = project(payload)
    of = pages(place)
    action = _action(payload.text("build_status"))
    return Event(
        source="gitlab",
        kind="job",
        action=action,
        subject=_job(payload, action, of),
        project=place,
        actor=person(payload.sub("user")),
        url=of.link("jobs", payload.text("build_id")),
        occurred_at=first_time(payload, "build_finished_at", "build_finished_at_iso"),
    )


def _action(status: str) -> str:
    return status if status in _STATUSES else "unknown"


def _pipeline(payload: Fields, attributes: Fields, of: Pages) -> Pipeline:
    request = payload.sub("merge_request")
    stages = tuple(attributes.texts("stages"))
    return Pipeline(
        number=numbered("#", attributes, "id"),
        ref=attributes.text("ref"),
        tag=attributes.flag("tag"),
        name=attributes.text("name"),
        commit=commit(payload.sub("commit"), of) or bare_commit(attributes.text("sha"), of),
        failed_jobs=_failed_jobs(payload, stages, of),
        stages=stages,
        warning=_has_warning(payload, attributes),
        trigger=attributes.text("source"),
        duration_s=attributes.number("duration"),
        queued_s=attributes.number("queued_duration"),
        merge_request=numbered("!", request),
        merge_request_url=web_url(request.text("url")),
    )


def _has_warning(payload: Fields, attributes: Fields) -> bool:
    if attributes.text("status") != "success":
        return False
    shown = attributes.text("detailed_status").lower()
    if any(word in shown for word in _WARNINGS):
        return True
    return any(build.flag("allow_failure") for build in _failed(payload))


def _failed(payload: Fields) -> list[Fields]:
    return [build for build in payload.objects("builds") if build.text("status") == "failed"]


def _failed_jobs(payload: Fields, stages: tuple[str, ...], of: Pages) -> tuple[JobSummary, ...]:
    """Return the jobs that made it fail, as they ran: ``builds`` is in no such order."""
    order = {stage: at for at, stage in enumerate(dict.fromkeys(stages))}

    def ran(build: Fields) -> tuple[int, int]:
        return order.get(build.text("stage"), len(order)), build.integer("id") or 0

    found = [build for build in _failed(payload) if not build.flag("allow_failure")]
    return tuple(
        JobSummary(one.text("name"), one.text("stage"), of.link("jobs", one.text("id")))
        for one in sorted(found, key=ran)
    )


def _job(payload: Fields, action: str, of: Pages) -> Job:
    pipeline_id = payload.text("pipeline_id")
    return Job(
        name=payload.text("build_name"),
        stage=payload.text("build_stage"),
        ref=payload.text("ref"),
        tag=payload.flag("tag"),
        pipeline=numbered("#", payload, "pipeline_id"),
        pipeline_url=of.link("pipelines", pipeline_id),
        commit=_job_commit(payload, of),
        # Jobs that are fine say "unknown_failure".
        reason=payload.text("build_failure_reason") if action == "failed" else "",
        duration_s=payload.number("build_duration"),
        queued_s=payload.number("build_queued_duration"),
        runner=payload.sub("runner").text("description"),
        allow_failure=payload.flag("build_allow_failure"),
        retries=payload.integer("retries_count") or 0,
    )


def _job_commit(payload: Fields, of: Pages) -> Commit | None:
    """Read the ``commit`` of a job, whose ``id`` is the pipeline's."""
    found = payload.sub("commit")
    bare = bare_commit(found.text("sha") or payload.text("sha"), of)
    if bare is None:
        return None
    flat = Fields({"name": found.raw("author_name"), "email": found.raw("author_email")})
    return bare._replace(title=first_line(found.text("message")), author=person(flat) or NOBODY)
