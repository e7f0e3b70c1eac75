"""Tokens about to expire, vulnerabilities (`reference/gitlab.md` sections 7.14, 7.15)."""

from adapters.gitlab.hooks import Hook, foreign_body
from adapters.gitlab.shared import day, group, pages, project
from adapters.links import web_url
from adapters.times import first_time
from relay.events import AccessToken, Event, Vulnerability

# Where a project's or group's tokens are made anew.
_SETTINGS = {"access": "access_tokens", "deploy": "repository"}
_STATES = ("detected", "confirmed", "dismissed", "resolved")


def access_token(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if not attributes:
        raise foreign_body()
    kind = "deploy" if "deploy_token" in hook.kind else "access"
    owner = payload.sub("group")
    group_path = owner.text("full_path", "group_path")
    place = group(hook.instance, group_path) if owner else project(payload)
    return Event(
        source="gitlab",
        kind="access_token",
        action="expiring",
        subject=AccessToken(
            name=attributes.text("name"),
            expires=day(attributes.text("expires_at")),
            token_kind=kind,
            place=group_path,
            last_used=day(attributes.text("last_used_at")),
        ),
        project=place,
        url=pages(place).link("settings", _SETTINGS[kind]),
    )


def vulnerability(hook: Hook) -> Event:
    attributes = hook.attributes
    if not attributes:
        raise foreign_body()
    url = web_url(attributes.text("url"))
    state = attributes.text("state")
    known = state in _STATES
    return Event(
        source="gitlab",
        kind="vulnerability",
        action=state if known else "updated",
        subject=Vulnerability(
            title=attributes.text("title"),
            severity=attributes.text("severity"),
            report=attributes.text("report_type"),
            identifiers=tuple(
                name for one in attributes.objects("identifiers") if (name := one.text("name"))
            ),
        ),
        project=project(hook.payload, url),
        url=url,
        occurred_at=first_time(attributes, f"{state}_at") if known else None,
    )
