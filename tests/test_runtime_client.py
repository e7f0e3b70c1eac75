"""The handler under AWS's own runtime client, in a process of its own, as Lambda runs it.

On the other side stands `workbench.runtime_api`. The process has the machine's clock, and so have
the robots here.
"""

import importlib.util
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from lambdas import CREDENTIALS, QUEUE, aws, served
from queues import REGION, lambda_event
from relays import SECRET, Relay, request

from workbench import samples
from workbench.robots import RobotServer
from workbench.runtime_api import Ran, run

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("awslambdaric") is None,
        reason="awslambdaric is not installed: pip install -r requirements-dev.txt",
    ),
    # The SDK's own: one calls what Python 3.12 deprecates, one counts old Pythons out.
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]

CLEAN = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
PUSH = samples.load("gitlab/push.pushed")

EVENTS = ["config.loaded", "request.refused", "delivery.sent"]


@pytest.fixture
def group() -> Iterator[RobotServer]:
    with RobotServer() as server:
        yield server


def hook(token: str = SECRET) -> dict[str, Any]:
    return request(PUSH.body, {**PUSH.headers, "X-Gitlab-Token": token})


def logged(ran: Ran) -> list[dict[str, Any]]:
    """Return the relay's own log lines; those of the runtime client have no ``event``."""
    lines = [json.loads(line) for line in ran.output.splitlines()]
    return [line for line in lines if "event" in line]


def test_a_webhook_is_answered_and_delivered(group: RobotServer) -> None:
    """One process takes several events; the answer is the one of the handler, body and all."""
    relay = Relay(group, wecom=1, dingtalk=0)
    ran = run(ROOT, [hook(), hook("wrong")], {**CLEAN, **relay.environ})
    first, second = ran.answers

    assert [one.kind for one in ran.answers] == ["response", "response"]
    assert [one.event_id for one in ran.answers] == ["event-0", "event-1"]
    assert [first.body["statusCode"], second.body["statusCode"]] == [200, 401]
    assert [one["receiver"] for one in json.loads(first.body["body"])["sent"]] == ["wecom"]
    assert len(group.received) == 1
    assert ran.init_s > 0


def test_log_lines_are_left_alone(group: RobotServer) -> None:
    """With Lambda's JSON format each line is still ours: one object, our fields, nothing around."""
    relay = Relay(group, wecom=1, dingtalk=0)
    ran = run(ROOT, [hook("wrong"), hook()], {**CLEAN, **relay.environ})
    lines = [json.loads(line) for line in ran.output.splitlines()]

    assert [line["event"] for line in lines] == EVENTS
    assert [line.keys() & {"ts", "timestamp", "message"} for line in lines] == [{"ts"}] * len(lines)
    assert lines[1]["request_id"] == "event-0"  # as AWS's own lines call it


def test_a_batch_names_what_comes_again(
    group: RobotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two messages one is delivered; the answer names the other, and only that."""
    with aws(monkeypatch) as cloud, served() as address:
        queue = {"RELAY_QUEUE": QUEUE, "AWS_REGION": REGION}
        relay = Relay(group, wecom=1, dingtalk=1, clock=time.time, **queue)
        assert relay.gitlab().status == 202
        group.set_faults("wecom-key-0", "throttle")
        messages = cloud.batch()
        environ = {**CLEAN, **CREDENTIALS, **relay.environ, "AWS_ENDPOINT_URL_SQS": address}
        ran = run(ROOT, [lambda_event(messages)], environ)
    kept = [one for one in messages if one["Attributes"]["MessageGroupId"] == "wecom"]

    assert len(messages) == 2
    assert [one.vendor for one in group.received] == ["dingtalk"]
    assert [(one.kind, one.body) for one in ran.answers] == [
        ("response", {"batchItemFailures": [{"itemIdentifier": kept[0]["MessageId"]}]})
    ]
    assert {"delivery.kept", "delivery.sent"} <= {line["event"] for line in logged(ran)}


def test_an_error_is_told_as_one() -> None:
    """A batch that cannot be looked at is an error for Lambda, which then keeps all of it."""
    event = lambda_event([{"MessageId": "m-1", "Body": "{}"}])
    ran = run(ROOT, [event, hook()], {**CLEAN, "CONFIG_FILE": ""})
    failed, answered = ran.answers

    assert (failed.kind, failed.body["errorType"]) == ("error", "ConfigError")
    assert failed.body["errorMessage"].startswith("E201 WECOM_WEBHOOK_URL: ")
    assert (answered.kind, answered.body["statusCode"]) == ("response", 503)  # it goes on


def test_an_import_that_fails_is_told_at_once(tmp_path: Path) -> None:
    """A bundle without one of its packages never asks for an event, and says which it is."""
    shutil.copy(ROOT / "handler.py", tmp_path)
    ran = run(tmp_path, [hook()], CLEAN)
    (failed,) = ran.answers

    assert (failed.kind, failed.event_id) == ("error", "")
    assert failed.error_type == failed.body["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'relay'" in failed.body["errorMessage"]
    assert ran.init_s == 0
