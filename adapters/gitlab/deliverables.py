"""Deployments and releases (`reference/gitlab.md` sections 7.8, 7.9)."""

from adapters.fields import Fields
from adapters.gitlab.hooks import Hook, foreign_body, unknown_action
from adapters.gitlab.shared import commit, pages, person, project
from adapters.links import web_url
from adapters.times import first_time
from relay.events import Commit, Deployment, Event, Release
from relay.kinds import KINDS
from relay.text import first_line

UPCOMING_AFTER_S = 60  # a release is dated seconds after it is made; a planned one, much later
_RELEASE_ACTIONS = {
    "": "created",
    "create": "created",
    "update": "updated",
    "delete": "deleted",
}


def deployment(hook: Hook) -> Event:
    payload = hook.payload
    status = payload.text("status")
    if not status and "environment" not in payload:
        raise foreign_body()
    place = project(payload)
    job_url = web_url(payload.text("deployable_url"))
    return Event(
        source="gitlab",
        kind="deployment",
        action=status if status in KINDS["deployment"] else "unknown",
        subject=_deployment(payload),
        project=place,
        actor=person(payload.sub("user")),
        url=job_url or pages(place).link("environments"),
        occurred_at=first_time(payload, "status_changed_at"),
    )


def release(hook: Hook) -> Event:
    payload = hook.payload
    if not payload.text("tag", "name"):
        raise foreign_body()
    given = payload.text("action") or hook.attributes.text("action")
    action = _RELEASE_ACTIONS.get(given, "")
    if not action:
        raise unknown_action()
    url = web_url(payload.text("url"))
    place = project(payload, url)
    return Event(
        source="gitlab",
        kind="release",
        action=action,
        subject=_release(payload),
        project=place,
        url=url or pages(place).link("releases", payload.text("tag")),
        occurred_at=first_time(payload, "created_at") if action == "created" else None,
    )


def _deployment(payload: Fields) -> Deployment:
    return Deployment(
        environment=payload.text("environment") or payload.sub("environment").text("name"),
        ref=payload.text("ref"),
        commit=_deployed(payload),
        environment_url=web_url(payload.text("environment_external_url")),
        job_url=web_url(payload.text("deployable_url")),
        tier=payload.text("environment_tier"),
        approver=person(payload.sub("approver")),
        comment=payload.sub("approval").text("comment"),
    )


def _deployed(payload: Fields) -> Commit | None:
    sha = payload.text("short_sha")
    if not sha:
        return None
    title = first_line(payload.text("commit_title"))
    return Commit(sha, title=title, url=web_url(payload.text("commit_url")))


def _release(payload: Fields) -> Release:
    assets = payload.sub("assets")
    sources = assets.objects("sources")
    archive = next((one for one in sources if one.text("format") == "zip"), None)
    archive = archive or next(iter(sources), Fields(None))
    download = web_url(archive.text("url"))
    return Release(
        tag=payload.text("tag"),
        name=payload.text("name"),
        notes=payload.text("description"),
        commit=commit(payload.sub("commit"), pages(project(payload))),
        download_url=download,
        download_format=archive.text("format") if download else "",
        assets=assets.integer("count") or 0,
        upcoming=_is_upcoming(payload),
    )


def _is_upcoming(payload: Fields) -> bool:
    made, dated = first_time(payload, "created_at"), first_time(payload, "released_at")
    return made is not None and dated is not None and dated - made > UPCOMING_AFTER_S
