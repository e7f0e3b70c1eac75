"""The short mark of a configuration."""

import subprocess
import sys
from typing import Any

import pytest
from conftest import ROOT

from relay.config import Config, Person, Policy, Receiver, Route, Secret, Source
from relay.configuration.digest import digest

URL = Secret("https://example.com/?key=k3y", "${URL}")
CONFIG = Config(
    sources=(Source("gitlab", "gitlab", (Secret("s3cret", "${SECRET}"),)),),
    receivers=(Receiver("dev", "wecom_robot", URL),),
    routes=(Route("all", ("dev",), events=("push",), place="config.yml:9"),),
)


def test_it_is_four_digits() -> None:
    """Short enough to be read aloud."""
    assert len(digest(CONFIG)) == 4
    assert int(digest(CONFIG), 16) >= 0


def test_it_is_the_same_in_another_process() -> None:
    """Neither hash seeds nor addresses of objects play a part."""
    code = (
        "from relay.configuration.environment import configuration\n"
        "print(configuration({'WECOM_WEBHOOK_URL': 'a', 'WEBHOOK_SECRET': 'b'}).digest)"
    )
    found = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=20,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(found) == 1
    assert len(found.pop().strip()) == 4


def receiver(**changes: Any) -> dict[str, Any]:
    return {"receivers": (CONFIG.receivers[0]._replace(**changes),)}


def route(**changes: Any) -> dict[str, Any]:
    return {"routes": (CONFIG.routes[0]._replace(**changes),)}


@pytest.mark.parametrize(
    "changes",
    [
        {"lang": "en"},
        {"delivery": Policy(retries=1)},
        {"people": (Person("zhangsan"),)},
        {"allow_hosts": ("a",)},
        {"sources": ()},
        route(events=("push", "tag")),
        route(events=("pu", "sh")),
        route(name="al"),
        route(continues=False),
        receiver(name="de"),
        receiver(url=Secret(URL.reveal(), "${OTHER}")),
        receiver(url=Secret("", "${URL}")),
        receiver(secret=Secret("SECx")),
        receiver(keywords=("a,b",)),
        receiver(keywords=("a", "b")),
    ],
    ids=str,
)
def test_it_changes_with_what_is_configured(changes: dict[str, Any]) -> None:
    """Every value counts, and of a secret whether it is there and its reference."""
    assert digest(CONFIG._replace(**changes)) != digest(CONFIG)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "config.yml"},
        {"digest": "1234"},
        {"queue": "sqs://relay.fifo"},
        {"state": "dynamodb://relay"},
        route(place="config.yml:10"),
        receiver(url=Secret("https://example.com/?key=another", "${URL}")),
    ],
    ids=str,
)
def test_it_does_not_change_with_places_and_secrets(changes: dict[str, Any]) -> None:
    """Where something stands is not what it says; nor has a secret's value a part in it."""
    assert digest(CONFIG._replace(**changes)) == digest(CONFIG)
