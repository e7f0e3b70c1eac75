"""Recorded webhook bodies, whole and damaged, through the handler to the stand-in robots.

The bodies stay in the shared folder; without it these tests say so and do nothing.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PAYLOADS
from damage import paths, without
from relays import ROBOT_SECRET, Answer, Relay, now

import adapters
import formatters
from relay.config import WECOM_ROBOT, Receiver, Secret
from relay.describe import describe
from relay.errors import Ignored
from workbench.robots import RobotServer

MUTATIONS = 20
VALUES: tuple[Any, ...] = (None, 7, ["x"], "text", {"k": "v"}, -1.5, True, "", [], {})
FALLBACKS = ("event.unreadable", "event.undescribed", "delivery.broken", "request.broken")
HOLES = re.compile(r"\bNone\b|\bnull\b|\{\}|\[\]|\(\)|（）|\]\(\s*\)")


def recorded() -> Iterator[tuple[str, str, str, bytes]]:
    """Yield forge, file, event header and body of every recorded body."""
    for forge in ("gitlab", "gitee"):
        manifest = PAYLOADS / forge / "manifest.json"
        for entry in json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else ():
            body = (PAYLOADS / forge / entry["file"]).read_bytes()
            yield forge, entry["file"], entry["event_header"] or "", body


BODIES = list(recorded())
needs_payloads = pytest.mark.skipif(not BODIES, reason=f"no recorded bodies at ../{PAYLOADS.name}")


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with RobotServer(clock=now) as robots:
        yield Relay(robots, NOTIFY_EVENTS="*")


def send(relay: Relay, forge: str, header: str, body: bytes) -> Answer:
    """Send *body* to robots that have their whole minute before them."""
    relay.robots.add_wecom(key="wecom-key-0")
    relay.robots.add_dingtalk(token="dingtalk-token-0", secret=ROBOT_SECRET)
    if forge == "gitlab":
        return relay.gitlab(body.decode(), X_Gitlab_Event=header)
    return relay.gitee(body.decode(), X_Gitee_Event=header)


@needs_payloads
@pytest.mark.parametrize(
    ("forge", "header", "body"),
    [pytest.param(one[0], one[2], one[3], id=f"{one[0]}-{one[1]}") for one in BODIES],
)
def test_recorded_body_becomes_a_message_or_a_reason(
    forge: str,
    header: str,
    body: bytes,
    relay: Relay,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A real body is answered 200 and shown by both robots without holes, or a reason is given."""
    answer = send(relay, forge, header, body)

    assert (answer.status, answer.report.get("failed")) == (200, None)
    assert [message.text for message in answer.shown if HOLES.search(message.text)] == []
    assert [word for word in FALLBACKS if word in capsys.readouterr().out] == []
    if answer.report["sent"]:
        assert len(answer.shown) == 2
    else:
        assert answer.report["skipped"][0]["reason"].startswith("R")


def damaged(body: bytes, seed: str) -> Iterator[bytes]:
    """Yield the body with one random value removed or replaced by one of another type."""
    chance = random.Random(seed)  # noqa: S311 - repeatable damage, no secret
    places = list(paths(json.loads(body)))
    for _ in range(MUTATIONS):
        document = json.loads(body)
        *way, last = chance.choice(places)
        parent = document
        for key in way:
            parent = parent[key]
        if chance.random() < 1 / 6:
            del parent[last]
        else:
            parent[last] = chance.choice(VALUES)
        yield json.dumps(document).encode()


@needs_payloads
@pytest.mark.parametrize(
    ("forge", "file", "header", "body"),
    [pytest.param(*row, id=f"{row[0]}-{row[1]}") for row in BODIES],
)
def test_damaged_body_never_hurts(
    forge: str,
    file: str,
    header: str,
    body: bytes,
    relay: Relay,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever one value of a real body becomes, the answer is 200 and no robot refuses."""
    for changed in damaged(body, file):
        answer = send(relay, forge, header, changed)

        assert (answer.status, answer.report.get("failed")) == (200, None), changed
        assert [message.text for message in answer.shown if HOLES.search(message.text)] == []
    assert [word for word in FALLBACKS if word in capsys.readouterr().out] == []


@needs_payloads
@pytest.mark.parametrize(
    ("forge", "header", "body"),
    [pytest.param(one[0], one[2], one[3], id=f"{one[0]}-{one[1]}") for one in BODIES],
)
def test_d7_each_single_key_may_be_missing_or_null(forge: str, header: str, body: bytes) -> None:
    """Every recorded body, each key in turn removed or null, is a message or ignored by name."""
    platform = Receiver("wecom", WECOM_ROBOT, Secret("https://wecom.example.com"))
    document = json.loads(body)
    for path in paths(document):
        for removed in (True, False):
            changed = json.dumps(without(document, path, removed=removed)).encode()
            try:
                event = adapters.parse(forge, {f"x-{forge}-event": header}, changed)
            except Ignored as ignored:
                assert ignored.reason in ("R10", "R32")
                continue
            rendered = formatters.formatter(platform).render(describe(event), platform)

            assert rendered.text.strip()
            assert not HOLES.search(rendered.text), (path, rendered.text)


def test_recorded_bodies_are_where_expected() -> None:
    """Say plainly when the recorded bodies were not there to be tested."""
    if not BODIES:
        pytest.skip("the folder of recorded bodies is not beside this checkout")

    assert len(BODIES) >= 100
    assert Path(PAYLOADS / "gitlab").is_dir()
