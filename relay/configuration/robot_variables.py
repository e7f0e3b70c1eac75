"""The robots that environment variables name, as receivers."""

from collections.abc import Collection

from relay.config import DINGTALK_ROBOT, WECOM_ROBOT, Receiver, Secret
from relay.configuration.addresses import DINGTALK, WECOM, AddressError, Service, robot_address
from relay.configuration.robots import (
    PairingError,
    keyword_fault,
    numbered,
    paired,
    secret_fault,
)
from relay.configuration.variables import Variables, form_fault
from relay.words import Phrase

_WECOM_URL, _DINGTALK_URL = "WECOM_WEBHOOK_URL", "DINGTALK_WEBHOOK_URL"
_DINGTALK_SECRET, _KEYWORDS = "DINGTALK_SECRET", "DINGTALK_KEYWORDS"
_VARIABLES = {WECOM: _WECOM_URL, DINGTALK: _DINGTALK_URL}

_NO_ROBOT = Phrase("没有可以发送的机器人：{zh}", "there is no robot to send to: {en}")
_SET_ONE = Phrase("设置其中一个", "set one of them")
_ADDRESS = Phrase("地址{zh}", "the address {en}")
_COPY_ADDRESS = Phrase(
    "从{zh}里复制机器人的整个 Webhook 地址", "copy the robot's whole webhook address from {en}"
)
_BELONGS = Phrase("应该写在 {name} 里", "it belongs in {name}")
_ALLOW = Phrase(
    "其他主机要写在 RELAY_ALLOW_HOSTS 里", "RELAY_ALLOW_HOSTS names other hosts that may be used"
)
_ALONE = Phrase("设置了 DINGTALK_SECRET，但 {zh}", "DINGTALK_SECRET is set and {en}")

_SET_BOTH = Phrase("两个都设置，或都不设置", "set both of them, or neither")


def robots(variables: Variables, allowed: Collection[str]) -> tuple[Receiver, ...]:
    """Return one receiver for each robot, named ``wecom``, ``wecom#2`` … and ``dingtalk`` ….

    A robot given twice counts once. *allowed* as in `robot_address`. Problems go to *variables*.
    """
    found = _wecom_robots(variables, allowed) + _dingtalk_robots(variables, allowed)
    if not any(map(variables.items, _VARIABLES.values())):
        absence = variables.absence(*_VARIABLES.values())
        hint = variables.misspelt(*_VARIABLES.values(), otherwise=_SET_ONE)
        message = _NO_ROBOT.filled(**absence._asdict())
        variables.wrong("E201", _WECOM_URL, message, hint)
    return found


def _wecom_robots(variables: Variables, allowed: Collection[str]) -> tuple[Receiver, ...]:
    words = ("markdown", "markdown_v2", "text")
    message = variables.choice("WECOM_MESSAGE", words, "markdown")
    urls = _addresses(variables, WECOM, allowed)
    return tuple(
        Receiver(numbered("wecom", at), WECOM_ROBOT, url, message=message)
        for at, (url, _) in enumerate(paired(urls, ()))
    )


def _dingtalk_robots(variables: Variables, allowed: Collection[str]) -> tuple[Receiver, ...]:
    words = ("markdown", "action_card", "text")
    message = variables.choice("DINGTALK_MESSAGE", words, "markdown")
    open_links = variables.choice("DINGTALK_OPEN_LINKS", ("sidebar", "browser"), "sidebar")
    keywords = _keywords(variables)
    urls = _addresses(variables, DINGTALK, allowed)
    return tuple(
        Receiver(
            numbered("dingtalk", at),
            DINGTALK_ROBOT,
            url,
            secret=secret,
            keywords=keywords,
            message=message,
            open_links=open_links,
        )
        for at, (url, secret) in enumerate(_with_secrets(variables, urls))
    )


def _addresses(variables: Variables, service: Service, allowed: Collection[str]) -> list[Secret]:
    """Return one address for each given, an empty one where it was refused."""
    name = _VARIABLES[service]
    found, faults = [], []
    for text in variables.items(name):
        address, fault = "", None
        try:
            address = robot_address(text, service, allowed)
        except AddressError as error:
            message = _ADDRESS.filled(zh=error.phrase.zh, en=error.phrase.en)
            fault = (message, _remedy(error, service))
        found.append(Secret(address, f"${{{name}}}"))
        faults.append(fault)
    variables.wrong_entries("E203", name, faults)
    return found


def _remedy(fault: AddressError, service: Service) -> Phrase:
    if fault.belongs:
        return _BELONGS.filled(name=_VARIABLES[fault.belongs])
    copy = _COPY_ADDRESS.filled(zh=service.name.zh, en=service.name.en)
    if fault.foreign:
        return Phrase(f"{copy.zh}；{_ALLOW.zh}", f"{copy.en}; {_ALLOW.en}")
    return copy


def _with_secrets(
    variables: Variables, urls: list[Secret]
) -> tuple[tuple[Secret, Secret | None], ...]:
    """Return every robot with its secret; they belong together by position."""
    given = variables.places(_DINGTALK_SECRET)
    variables.wrong_entries("E204", _DINGTALK_SECRET, map(secret_fault, given))
    if given and not urls:
        hint = variables.misspelt(_DINGTALK_URL, otherwise=_SET_BOTH)
        message = _ALONE.filled(**variables.absence(_DINGTALK_URL)._asdict())
        variables.wrong("E201", _DINGTALK_URL, message, hint)
        return ()
    try:
        return paired(urls, [Secret(text, f"${{{_DINGTALK_SECRET}}}") for text in given])
    except PairingError as error:
        variables.wrong("E205", _DINGTALK_SECRET, *error.args)
    return paired(urls, ())


def _keywords(variables: Variables) -> tuple[str, ...]:
    """Return the keywords, which stand in messages as they are: none may be a secret or markup."""
    found = variables.items(_KEYWORDS)
    secrets = {*variables.places(_DINGTALK_SECRET), variables.text("WEBHOOK_SECRET")}
    shown = [keyword_fault(keyword, secrets) for keyword in found]
    variables.wrong_entries("E204", _KEYWORDS, shown)
    unfit = [
        None if fault else form_fault("keyword", keyword)
        for keyword, fault in zip(found, shown, strict=True)
    ]
    variables.wrong_entries("E106", _KEYWORDS, unfit)
    return tuple(found)
