"""From the sections under `receivers` to the receivers: robots and applications."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from relay.config import DINGTALK_ROBOT, WECOM_APP, WECOM_ROBOT, Receiver, Secret
from relay.configuration import fields
from relay.configuration.addresses import (
    DINGTALK,
    WECOM,
    AddressError,
    api_base,
    robot_address,
)
from relay.configuration.messages import MISSING
from relay.configuration.notes import Notes
from relay.configuration.pasted import items, places
from relay.configuration.robots import (
    PairingError,
    keyword_fault,
    numbered,
    paired,
    secret_fault,
)
from relay.configuration.secret_lists import each
from relay.configuration.spots import Section, Spot
from relay.errors import NOTHING
from relay.words import Phrase

_VENDORS = {WECOM_ROBOT: WECOM, DINGTALK_ROBOT: DINGTALK}
_ROBOTS = {service: kind for kind, service in _VENDORS.items()}

_NEEDED_FOR = Phrase("{type} 需要它：{zh}", "{type} needs it: {en}")
_ADDRESS = Phrase("{place} 的地址{zh}", "{place}: the address {en}")
_COPY_ADDRESS = Phrase(
    "从机器人的设置里重新复制整个 Webhook 地址", "copy the robot's whole webhook address again"
)
_CHANGE_TYPE = Phrase("改成 type: {type}，或换一个地址", "write type: {type}, or another address")
_ALLOW = Phrase(
    "私有部署的主机写进 allow_hosts", "a private deployment's host belongs in allow_hosts"
)
_AGENT = Phrase("{place} 应该是一串数字", "{place} should be digits")
_AGENT_HINT = Phrase("在 应用管理 里复制 AgentId", "copy the AgentId from the application's page")


def built_receivers(
    sections: Mapping[str, Section], notes: Notes, allowed: Collection[str]
) -> tuple[Receiver, ...]:
    """Return one receiver per address or application; *allowed* as in `robot_address`.

    What is wrong with them goes to *notes* (E102, E103, E106, E203, E204, E205).
    """
    found: list[Receiver] = []
    for name, section in sections.items():
        found += _receiver(name, section, notes, allowed)
    return tuple(found)


def _receiver(
    name: str, section: Section, notes: Notes, allowed: Collection[str]
) -> list[Receiver]:
    kind = section.get("type", "")
    has_all = _has_all(section, kind, notes)
    notes.check_word(section, "message", fields.MESSAGES.get(kind, ()))
    if not has_all:
        return []
    plain = Receiver(
        name,
        kind,
        Secret(""),
        keywords=section.get("keywords", ()),
        message=section.get("message", "markdown"),
        open_links=section.get("open_links", "sidebar"),
        lang=section.get("lang", ""),
        description=section.get("description", ""),
    )
    return (_application if kind == WECOM_APP else _robots)(plain, section, notes, allowed)


def _has_all(section: Section, kind: str, notes: Notes) -> bool:
    """Note each key that receivers of this type need and *section* lacks."""
    needed = fields.NEEDED.get(kind, ())
    missing = [key for key in needed if key not in section.nodes]
    for key in missing:
        about = fields.RECEIVER[key].about
        hint = _NEEDED_FOR.filled(type=kind, zh=about.zh, en=about.en)
        notes.wrong_in("E102", section, MISSING.filled(place=section.spot, key=key), hint)
    return bool(needed) and not missing


# Robots


def _robots(
    plain: Receiver, section: Section, notes: Notes, allowed: Collection[str]
) -> list[Receiver]:
    """Return one receiver per address; secrets belong to addresses by their place."""
    urls = _addresses(plain, section, notes, allowed)
    secrets = list(each(section.get("secret", ()), places))
    for secret in secrets:
        if fault := secret_fault(secret.reveal()):
            notes.wrong_in("E204", section, *fault, key="secret")
    for keyword in plain.keywords:
        if fault := keyword_fault(keyword, [secret.reveal() for secret in secrets]):
            notes.wrong_in("E204", section, *fault, key="keywords")
    try:
        pairs = paired(urls, secrets)
    except PairingError as error:
        notes.wrong_in("E205", section, *error.args, key="secret")
        return []
    return [
        plain._replace(name=numbered(plain.name, at), url=url, secret=secret)
        for at, (url, secret) in enumerate(pairs)
    ]


def _addresses(
    plain: Receiver, section: Section, notes: Notes, allowed: Collection[str]
) -> list[Secret]:
    """Return the address of each robot, an empty one in place of each that cannot be used."""
    found: list[Secret] = []
    for one in each(section.get("url", ()), items):
        try:
            address = robot_address(one.reveal(), _VENDORS[plain.type], allowed)
        except AddressError as fault:
            _refuse(section, "url", fault, notes)
            address = ""
        found.append(Secret(address, one.reference))
    return found


def _refuse(section: Section, key: str, fault: AddressError, notes: Notes) -> None:
    place, said = Spot(key, section.spot), fault.phrase
    message = _ADDRESS.filled(place=place, zh=said.zh, en=said.en)
    hint = NOTHING if key == "api_base" else _COPY_ADDRESS
    if fault.belongs and key == "url":
        hint = _CHANGE_TYPE.filled(type=_ROBOTS[fault.belongs])
    elif fault.foreign:
        hint = _ALLOW
    notes.wrong_in("E203", section, message, hint, key=key)


# Applications


def _application(
    plain: Receiver, section: Section, notes: Notes, allowed: Collection[str]
) -> list[Receiver]:
    agent_id = _agent_id(section, notes)
    try:
        base = api_base(section.get("api_base", ""), allowed)
    except AddressError as fault:
        _refuse(section, "api_base", fault, notes)
        return []
    secrets = section.get("secret", ())
    return [
        plain._replace(
            url=Secret(base),
            secret=secrets[0] if secrets else None,
            corp_id=section.get("corp_id", Secret("")).reveal(),
            agent_id=agent_id,
            to=section.get("to", ()),
        )
    ]


def _agent_id(section: Section, notes: Notes) -> str:
    """Return the AgentId; note one that is no number and no stand-in either."""
    found = section.get("agent_id", Secret(""))
    agent_id: str = found.reveal()
    is_stand_in = agent_id == found.reference
    if not (is_stand_in or (agent_id.isascii() and agent_id.isdigit())):
        message = _AGENT.filled(place=Spot("agent_id", section.spot))
        notes.wrong_in("E106", section, message, _AGENT_HINT, key="agent_id")
    return agent_id
