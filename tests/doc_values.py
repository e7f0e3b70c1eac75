"""Values that a reader copies: addresses, variables, names; by the code that reads them."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from doc_code import names, queues

from relay.configuration.environment import configuration
from relay.configuration.fields import MESSAGES
from relay.configuration.variables import NAMES, form_fault
from relay.errors import ConfigError
from workbench.asking_url import whole_address
from workbench.faults import FaultError, parse

_SAMPLE_HOSTS = re.compile(
    r"(.+\.)?example\.(com|org)|localhost|127\.0\.0\.1|<.*>|\$\{?\w+\}?|"
    r"[\w-]+\.lambda-url\.[\w-]+\.on\.aws|[\w-]+\.[\w-]+\.tencentscf\.com"
)
_LEAST = {"WECOM_WEBHOOK_URL": "key", "DINGTALK_WEBHOOK_URL": "token", "WEBHOOK_SECRET": "x"}
_OPEN = re.compile(r"…|<.*>|\$|^[A-Z]+$|[一-鿿]")  # what a reader is to put in; URL, SECRET


def check_address(address: str) -> None:
    """Assert that *address* is one of HTTP, of a host that a page may name."""
    whole = address if "://" in address or address.startswith(":") else f"http://{address}"
    host = urlsplit(whole).hostname or ""
    known = address.startswith(":") or _SAMPLE_HOSTS.fullmatch(host or whole)

    assert _is_open(address) or whole_address(whole), f"{address}: no address"
    assert known, f"{address}: not an example"


def _is_open(value: str) -> bool:
    return bool(_OPEN.search(value))


def check_setting(name: str, value: str) -> None:
    """Assert that *value* is one that a variable called *name* takes."""
    if not value or _is_open(value):
        return
    if name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        assert value in regions(), f"AWS has no region {value}"
    if name in NAMES and name != "RELAY_SECRETS":
        check_settings({name: value})


def check_settings(given: Mapping[str, str]) -> None:
    """Assert that the relay takes what is *given*; the least that it needs may be missing."""
    closed = {name: value for name, value in given.items() if value and not _is_open(value)}
    try:
        configuration({**_LEAST, **{name: closed[name] for name in closed if name in NAMES}})
    except ConfigError as error:
        told = [f"{one.where}: {one.told('en')}" for one in error.problems]
        raise AssertionError("; ".join(told)) from None


@cache
def regions() -> frozenset[str]:
    session = botocore.session.get_session()
    return frozenset(
        region
        for partition in ("aws", "aws-cn")
        for region in session.get_available_regions("sqs", partition)
    )


# What a command's options and arguments take that click itself does not look at.


def check_parameters(given: Mapping[str, Any], page: str) -> None:
    """Assert that each of a command's parameters names what is there, for a reader of *page*."""
    for name, value in given.items():
        check = _PARAMETERS.get(name)
        if check and value and not (isinstance(value, str) and _is_open(value)):
            check(value, page)


def check_queue(queue: str, page: str) -> None:
    fault = form_fault("queue", queue)

    assert not fault, f"{queue}: {fault}"
    assert queue.startswith("scf") or queue.removeprefix("sqs://") in queues(page), (
        f"nothing makes the queue {queue}"
    )


def _check_url(url: str, page: str) -> None:
    check_address(url)


def _check_receivers(value: str, page: str) -> None:
    for name in value.split(","):
        assert name in names(page, "receivers"), f"no configuration has a receiver {name}"


def _check_source(name: str, page: str) -> None:
    assert name in names(page, "sources"), f"no configuration has a source {name}"


def _check_message(message: str, page: str) -> None:
    known = {one for of_type in MESSAGES.values() for one in of_type}

    assert message in known, f"no message is of type {message}"


def _check_moment(text: str, page: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise AssertionError(str(error)) from None


def _check_faults(text: str, page: str) -> None:
    for robot, _, faults in re.findall(r"(?:^|,)((\w+)=)([^=]*)(?=,\w+=|$)", text):
        assert robot[:-1] in ("wecom", "dingtalk"), f"no stand-in is called {robot}"
        try:
            parse(faults)
        except FaultError as error:
            raise AssertionError(str(error)) from None


def _check_ids(ids: tuple[str, ...], page: str) -> None:
    for one in ids:
        assert re.fullmatch(r"ID|(gl|ge)-[0-9a-f]+(\.[\w#-]+)?", one), f"no id of ours: {one}"


_PARAMETERS: Mapping[str, Callable[[Any, str], None]] = {
    "url": _check_url,
    "receiver": _check_receivers,
    "expect": _check_receivers,
    "source": _check_source,
    "source_name": _check_source,
    "hook": _check_source,
    "message": _check_message,
    "at": _check_moment,
    "queue": check_queue,
    "robot_faults": _check_faults,
    "ids": _check_ids,
}
