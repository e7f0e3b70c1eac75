"""Members, groups, projects and accounts: the flat events (sections 7.16 and 8)."""

from adapters.fields import Fields
from adapters.gitlab.hooks import Hook
from adapters.gitlab.shared import (
    NOBODY,
    day,
    flat_person,
    group,
    pages,
    person,
    placed,
)
from adapters.links import quoted, web_url
from adapters.times import first_time
from relay.errors import Ignored
from relay.events import Account, Event, Member, Notice, Person, Place, Project
from relay.words import Phrase

_UNKNOWN_EVENT = Phrase("不认识的事件", "an event we do not know")

_MEMBERS = {
    "user_add_to_group": ("group", "added"),
    "user_update_for_group": ("group", "updated"),
    "user_remove_from_group": ("group", "removed"),
    "user_access_request_to_group": ("group", "requested"),
    "user_access_request_denied_for_group": ("group", "request_denied"),
    "user_access_request_revoked_for_group": ("group", "request_denied"),
    "user_add_to_team": ("project", "added"),
    "user_update_for_team": ("project", "updated"),
    "user_remove_from_team": ("project", "removed"),
    "user_access_request_to_project": ("project", "requested"),
    "user_access_request_denied_for_project": ("project", "request_denied"),
    "user_access_request_revoked_for_project": ("project", "request_denied"),
}
_PLACES = {
    "subgroup_create": ("group", "created"),
    "subgroup_destroy": ("group", "deleted"),
    "group_create": ("group", "created"),
    "group_destroy": ("group", "deleted"),
    "group_rename": ("group", "renamed"),
    "project_create": ("project", "created"),
    "project_destroy": ("project", "deleted"),
    "project_rename": ("project", "renamed"),
    "project_transfer": ("project", "transferred"),
    "project_update": ("project", "updated"),
}
_ACCOUNTS = {
    "user_create": "created",
    "user_destroy": "deleted",
    "user_rename": "renamed",
    "user_failed_login": "login_failed",
    "key_create": "key_added",
    "key_destroy": "key_removed",
}
_NOTICES = ("gitlab_subscription_member_approval", "gitlab_subscription_member_approvals")
_MEMBER_PAGES = {"group": "group_members", "project": "project_members"}
# When it happened, for the actions that come with a time of their own.
_TIMES = {"added": "created_at", "requested": "created_at", "created": "created_at"}


def flat(hook: Hook) -> Event:
    """Return any of these events; raises Ignored (R10) for what none of ours is."""
    found = ADMIN.get(hook.kind)
    if found is None:
        raise Ignored("R10", _UNKNOWN_EVENT)
    return found(hook)


def member(hook: Hook) -> Event:
    payload = hook.payload
    place_kind, action = _MEMBERS[hook.kind]
    place = _member_place(hook, place_kind)
    return Event(
        source="gitlab",
        kind="member",
        action=action,
        subject=Member(
            person=flat_person(payload) or NOBODY,
            place_kind=place_kind,
            place=place.path or payload.text(f"{place_kind}_name"),
            role=payload.text("group_access", "project_access", "access_level"),
            expires=day(payload.text("expires_at")),
        ),
        project=place,
        url=pages(place).link(_MEMBER_PAGES[place_kind]),
        occurred_at=first_time(payload, _TIMES.get(action, "")),
    )


def place(hook: Hook) -> Event:
    payload = hook.payload
    kind, action = _PLACES[hook.kind]
    path = payload.text("path_with_namespace", "full_path", "path")
    where = group(hook.instance, path) if kind == "group" else placed(hook.instance, path)
    return Event(
        source="gitlab",
        kind=kind,
        action=action,
        subject=Place(
            path=path,
            old_path=payload.text("old_path_with_namespace", "old_full_path", "old_path"),
            visibility=payload.text("project_visibility").rpartition("|")[2],
            owner=_owner(payload),
        ),
        project=where,
        url="" if action == "deleted" else where.url,
        occurred_at=first_time(payload, _TIMES.get(action, "")),
    )


def account(hook: Hook) -> Event:
    payload = hook.payload
    action = _ACCOUNTS[hook.kind]
    who = person(payload) or flat_person(payload) or NOBODY
    page = f"{hook.instance}/{quoted(who.username)}" if hook.instance and who.username else ""
    return Event(
        source="gitlab",
        kind="user",
        action=action,
        subject=Account(
            person=who,
            old_username=payload.text("old_username"),
            state=payload.text("state"),
            key_title=payload.text("title"),
        ),
        url="" if action == "deleted" else web_url(page),
        occurred_at=first_time(payload, _TIMES.get(action, "")),
    )


def notice(hook: Hook) -> Event:
    what = f"{hook.kind} {hook.payload.text('action')}".strip()
    return Event(source="gitlab", kind="other", action="received", subject=Notice(what))


def _member_place(hook: Hook, place_kind: str) -> Project:
    payload = hook.payload
    if place_kind == "group":
        return group(hook.instance, payload.text("group_path"))
    return placed(hook.instance, payload.text("project_path_with_namespace", "project_path"))


def _owner(payload: Fields) -> Person | None:
    """Return the owner, or the first of several, of a project or group."""
    flat = Fields({"name": payload.raw("owner_name"), "email": payload.raw("owner_email")})
    return person(flat) or next(filter(None, map(person, payload.objects("owners"))), None)


ADMIN = {
    **dict.fromkeys(_MEMBERS, member),
    **dict.fromkeys(_PLACES, place),
    **dict.fromkeys(_ACCOUNTS, account),
    **dict.fromkeys(_NOTICES, notice),
}
