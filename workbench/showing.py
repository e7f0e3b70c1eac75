"""The effective configuration as YAML: defaults filled in, secrets masked (`show`)."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import yaml

from relay.config import (
    GITEE,
    GITLAB,
    WECOM_APP,
    Config,
    Person,
    Policy,
    Receiver,
    Route,
    Secret,
    Source,
    TimeInterval,
)
from relay.configuration.snippets import masked

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_USUAL_SIGNATURE = {GITLAB: ("", "required"), GITEE: ("any",)}
_LINE = 100
_TIME = re.compile(r"\d\d:\d\d")  # YAML 1.1 takes some of them for numbers


class _Dumper(yaml.SafeDumper):
    """Writes short lists of words on one line, long texts as blocks."""


def _listed(dumper: _Dumper, found: list[Any]) -> yaml.Node:
    flow = all(isinstance(item, str | int) for item in found)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", found, flow_style=flow)


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else "'" if _TIME.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(list, _listed)
_Dumper.add_representer(str, _text)


def shown(config: Config) -> str:
    """Return *config* as a file that stands for the same.

    Secrets are their references, ``***`` where they were written out; phone numbers are masked.
    """
    return yaml.dump(
        as_document(config), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_LINE
    )


def as_document(config: Config) -> dict[str, Any]:
    """Return *config* as the mapping that the file would hold."""
    found = {
        "version": 1,
        "lang": config.lang,
        "timezone": config.timezone,
        "sources": {source.name: _source(source) for source in config.sources},
        "receivers": dict(_receivers(config.receivers)),
        "routes": [_route(route) for route in config.routes],
        "people": {person.username: _person(person) for person in config.people},
        "templates": dict(config.templates),
        "time_intervals": {one.name: _interval(one) for one in config.time_intervals},
        "delivery": _policy(config.delivery),
        "allow_hosts": list(config.allow_hosts),
        "queue": config.queue,
        "state": config.state,
        "unmatched": config.unmatched,
    }
    return _without_empty(found)


def _source(source: Source) -> dict[str, Any]:
    usual = source.signature in _USUAL_SIGNATURE.get(source.type, ())
    return _without_empty(
        {
            "type": source.type,
            "secret": _one_or_list(map(_secret, source.secrets)),
            "signing_token": _one_or_list(map(_secret, source.signing_tokens)),
            "signature": "" if usual else source.signature,
            "projects": list(source.projects),
            "allow_unsigned": source.allow_unsigned or None,
        }
    )


def _receivers(receivers: tuple[Receiver, ...]) -> Iterable[tuple[str, dict[str, Any]]]:
    for name, group in groupby(receivers, lambda one: one.name.partition("#")[0]):
        yield name, _receiver(list(group))


def _receiver(copies: list[Receiver]) -> dict[str, Any]:
    first = copies[0]
    is_app = first.type == WECOM_APP
    return _without_empty(
        {
            "type": first.type,
            "description": first.description,
            "url": "" if is_app else _one_or_list(_secret(one.url) for one in copies),
            "corp_id": first.corp_id,
            "agent_id": first.agent_id,
            "secret": _one_or_list(_secret(one.secret) for one in copies),
            "to": list(first.to),
            "keywords": list(first.keywords),
            "message": first.message,
            "open_links": first.open_links if first.open_links != "sidebar" else "",
            "lang": first.lang,
            "api_base": first.url.reveal() if is_app else "",
        }
    )


def _route(route: Route) -> dict[str, Any]:
    found = route._asdict()
    for name in ("place", "active", "mute", "continues", "confidential", "drafts", "outside"):
        del found[name]
    found = {key: _plain(value) for key, value in found.items()}
    found["receivers"] = list(dict.fromkeys(one.partition("#")[0] for one in route.receivers))
    for name in ("mention", "show", "append"):
        found[name] = {event: _plain(value) for event, value in getattr(route, name)}
    timed = bool(route.active or route.mute)
    return _without_empty(
        {
            **found,
            "confidential": route.confidential or None,
            "drafts": None if route.drafts else False,
            "active_time_intervals": list(route.active),
            "mute_time_intervals": list(route.mute),
            "outside": route.outside if timed else "",
            "continue": None if route.continues else False,
        }
    )


def _person(person: Person) -> dict[str, Any]:
    mobile = f"{person.mobile[:3]}****{person.mobile[-4:]}" if person.mobile else ""
    found = {key: _plain(value) for key, value in person._asdict().items() if key != "username"}
    return _without_empty({**found, "mobile": mobile, "mute": person.mute or None})


def _interval(interval: TimeInterval) -> dict[str, Any]:
    return _without_empty(
        {
            "weekdays": [_DAYS[day] for day in interval.weekdays],
            "times": [
                {"start_time": _clock(one.start), "end_time": _clock(one.end)}
                for one in interval.times
            ],
            "location": interval.location,
        }
    )


def _policy(policy: Policy) -> dict[str, Any]:
    found = {**policy._asdict(), "timeout": f"{policy.timeout_s:g}s"}
    del found["timeout_s"]
    return _without_empty({"timeout": found.pop("timeout"), **found})


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _secret(secret: Secret | None) -> str:
    return (secret.reference or masked(secret.reveal())) if secret else ""


def _one_or_list(found: Iterable[str]) -> str | list[str]:
    """Return a single value as it is; several with one reference are that reference.

    What is empty has no place of its own in a file: its reference has it.
    """
    texts = [text for text in found if text]
    distinct = list(dict.fromkeys(texts))
    return distinct[0] if len(distinct) == 1 else texts


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _without_empty(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value not in ("", None, [], {})}
