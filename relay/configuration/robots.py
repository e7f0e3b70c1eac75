"""The robots that environment variables name, as receivers."""

from collections.abc import Collection

from relay.config import DINGTALK_ROBOT, WECOM_ROBOT, Receiver, Secret
from relay.configuration.addresses import DINGTALK, WECOM, Service, robot_address
from relay.configuration.variables import Variables

_LONGEST_KEYWORD = 40
_MARKUP = frozenset("<>&[]*`\\")
_COPY_SECRET = "copy it from the robot's security settings (加签): it begins with SEC"


def robots(variables: Variables, allowed: Collection[str]) -> tuple[Receiver, ...]:
    """Return one receiver for each robot, named ``wecom``, ``wecom-2`` … and ``dingtalk`` ….

    A robot given twice counts once. *allowed* as in `robot_address`. Problems go to *variables*.
    """
    found = _wecom_robots(variables, allowed) + _dingtalk_robots(variables, allowed)
    names = (WECOM.variable, DINGTALK.variable)
    if not any(map(variables.items, names)):
        message = f"there is no robot to send to: {variables.absence(*names)}"
        hint = variables.misspelt(*names) or "set one of them"
        variables.wrong("E201", WECOM.variable, message, hint)
    return found


def _wecom_robots(variables: Variables, allowed: Collection[str]) -> tuple[Receiver, ...]:
    words = ("markdown", "markdown_v2", "text")
    message = variables.choice("WECOM_MESSAGE", words, "markdown")
    return tuple(
        Receiver(_numbered("wecom", at), WECOM_ROBOT, Secret(url), message=message)
        for at, url in enumerate(dict.fromkeys(_addresses(variables, WECOM, allowed)))
    )


def _dingtalk_robots(variables: Variables, allowed: Collection[str]) -> tuple[Receiver, ...]:
    words = ("markdown", "action_card", "text")
    message = variables.choice("DINGTALK_MESSAGE", words, "markdown")
    open_links = variables.choice("DINGTALK_OPEN_LINKS", ("sidebar", "browser"), "sidebar")
    keywords = _keywords(variables)
    addresses = _addresses(variables, DINGTALK, allowed)
    secrets: dict[str, str] = {}
    for url, secret in zip(addresses, _secrets(variables, len(addresses)), strict=True):
        secrets[url] = secrets.get(url) or secret
    return tuple(
        Receiver(
            _numbered("dingtalk", at),
            DINGTALK_ROBOT,
            Secret(url),
            secret=Secret(secret) if secret else None,
            keywords=keywords,
            message=message,
            open_links=open_links,
        )
        for at, (url, secret) in enumerate(secrets.items())
    )


def _addresses(variables: Variables, service: Service, allowed: Collection[str]) -> list[str]:
    """Return one address for each given, ``""`` where it was refused."""
    found = []
    for number, text in enumerate(variables.items(service.variable), 1):
        try:
            found.append(robot_address(text, service, allowed))
        except ValueError as fault:
            found.append("")
            hint = f"copy the robot's whole webhook address from {service.name}"
            variables.wrong("E203", service.variable, f"address {number} {fault}", hint)
    return found


def _secrets(variables: Variables, count: int) -> list[str]:
    """Return *count* secrets, ``""`` for a robot without one; they belong together by position."""
    given = variables.places("DINGTALK_SECRET")
    for number, secret in enumerate(given, 1):
        if secret and not _is_secret(secret):
            message = f"secret {number} is none of a DingTalk robot"
            variables.wrong("E204", "DINGTALK_SECRET", message, _COPY_SECRET)
    if not given or len(given) == count:
        return given or [""] * count
    if count:
        message = f"{len(given)} given for {count} robots in {DINGTALK.variable}"
        hint = "write one for each robot in the same order, and nothing between the commas for none"
        variables.wrong("E205", "DINGTALK_SECRET", message, hint)
    else:
        message = f"DINGTALK_SECRET is set and {variables.absence(DINGTALK.variable)}"
        hint = variables.misspelt(DINGTALK.variable)
        variables.wrong("E201", DINGTALK.variable, message, hint)
    return [""] * count


def _keywords(variables: Variables) -> tuple[str, ...]:
    """Return the keywords, which stand in messages as they are: none may be a secret or markup."""
    found = variables.items("DINGTALK_KEYWORDS")
    secret = set(variables.places("DINGTALK_SECRET")) | {variables.text("WEBHOOK_SECRET")}
    for number, keyword in enumerate(found, 1):
        if keyword in secret or _is_secret(keyword):
            message = f"keyword {number} is a secret: it would be shown in every message"
            variables.wrong("E204", "DINGTALK_KEYWORDS", message, "write the robot's 自定义关键词")
        elif len(keyword) > _LONGEST_KEYWORD or not keyword.isprintable() or set(keyword) & _MARKUP:
            message = f"keyword {number} is too long or holds a character that means markup"
            hint = f"at most {_LONGEST_KEYWORD} characters, none of {' '.join(sorted(_MARKUP))}"
            variables.wrong("E106", "DINGTALK_KEYWORDS", message, hint)
    return tuple(found)


def _is_secret(text: str) -> bool:
    return text.startswith("SEC") and text.isascii() and text.isalnum()


def _numbered(name: str, at: int) -> str:
    return f"{name}-{at + 1}" if at else name
