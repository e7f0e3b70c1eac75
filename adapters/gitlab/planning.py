"""Wiki pages, milestones, feature flags (`reference/gitlab.md` sections 7.10, 7.11, 7.13)."""

from adapters.gitlab.hooks import Hook, foreign_body, unknown_action
from adapters.gitlab.shared import day, pages, person, project
from adapters.links import web_url
from adapters.times import first_time
from relay.events import Event, FeatureFlag, Milestone, WikiPage

_WIKI_ACTIONS = {"": "updated", "create": "created", "update": "updated", "delete": "deleted"}
_MILESTONE_ACTIONS = {
    "create": "created",
    "close": "closed",
    "reopen": "reopened",
    "activate": "reopened",
    "delete": "deleted",
    "destroy": "deleted",
    "update": "updated",
}


def wiki(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if not attributes:
        raise foreign_body()
    action = _WIKI_ACTIONS.get(attributes.text("action"), "")
    if not action:
        raise unknown_action()
    page = web_url(attributes.text("url"))
    diff_url = web_url(attributes.text("diff_url"))
    deleted = action == "deleted"
    return Event(
        source="gitlab",
        kind="wiki",
        action=action,
        subject=WikiPage(
            title=attributes.text("title", "slug"),
            message=attributes.text("message"),
            diff_url="" if deleted else diff_url,
        ),
        project=project(payload, page),
        actor=person(payload.sub("user")),
        url=web_url(payload.sub("wiki").text("web_url")) if deleted else page,
    )


def milestone(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if not attributes:
        raise foreign_body()
    given = payload.text("action") or attributes.text("action")
    closed = attributes.text("state") == "closed"
    given = given or ("close" if closed else "create")
    action = _MILESTONE_ACTIONS.get(given, "")
    if not action:
        raise unknown_action()
    place = project(payload)
    page = pages(place).link("milestones", attributes.text("iid"))
    return Event(
        source="gitlab",
        kind="milestone",
        action=action,
        subject=Milestone(
            title=attributes.text("title"),
            description=attributes.text("description"),
            start=day(attributes.text("start_date")),
            due=day(attributes.text("due_date")),
        ),
        project=place,
        url=place.url if action == "deleted" else page,
        occurred_at=first_time(attributes, "updated_at"),
    )


def feature_flag(hook: Hook) -> Event:
    payload, attributes = hook.payload, hook.attributes
    if "active" not in attributes:
        raise foreign_body()
    place = project(payload)
    return Event(
        source="gitlab",
        kind="feature_flag",
        action="enabled" if attributes.flag("active") else "disabled",
        subject=FeatureFlag(attributes.text("name"), attributes.text("description")),
        project=place,
        actor=person(payload.sub("user")),
        url=pages(place).link("feature_flags"),
    )
