"""What `docs/delivery.md` shows, as it happens: answers and log lines, a cloud's commands."""

import contextlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import botocore.session
from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from queues import lambda_event, received, settle
from relays import BODY, Answer, Clock, Relay

from relay.warm import Warm
from workbench.robots import RobotServer

REGION, ACCOUNT = "ap-southeast-1", "123456789012"  # moto's
QUEUE = "relay-deliveries.fifo"
CONFIG = """\
version: 1
lang: en
receivers:
  backend-group: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
"""
AWS = {
    "AWS_ACCESS_KEY_ID": "test-id",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
_ROBOT = "wecom-key-0"
_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{QUEUE}"
# What differs from run to run, and what it is on the page.
_VARYING = (
    (r'("ts": ?)"[^"]*"', r'\1"2026-11-20T10:30:00.500Z"'),
    (r'("ms": ?)\d+', r"\g<1>212"),
    (r'("config": ?)"[^"]*"', r'\1"1c0b"'),
    (r'("trace": ?)\[[^]]*\]', r'\1["…"]'),
    (r'("delivery": ?)"(?:[^"\\]|\\.)*"', r'\1"{…}"'),
)


def play(robots: RobotServer, clock: Clock) -> dict[str, Answer]:
    """Let everything happen that the page shows; return the answers by the names used there.

    *robots* go by *clock*. The queue is `QUEUE`, in moto.
    """
    answers = {}
    inline = _relay(robots, clock)
    for number in range(19):
        answers["waiting"] = _event(inline, number)
    answers["repeat"] = _event(inline, 0)
    clock.now += 61
    answers["failed"] = _failing(inline, 30, "badkey")

    queued = _relay(robots, clock, RELAY_QUEUE=f"sqs://{QUEUE}")
    for number, fault in ((40, "badkey"), (41, "throttle")):
        answers["queued"] = _event(queued, number)
        robots.set_faults(_ROBOT, fault)
        _consume(queued)
        robots.set_faults(_ROBOT, "")

    clock.now += 120
    broken = _relay(robots, clock, RELAY_QUEUE="sqs://gone.fifo", RELAY_STATE="dynamodb://gone")
    answers["lost"] = _failing(broken, 50, "badkey")
    return answers


class Served(NamedTuple):
    """A running ``serve``: the lines it began with, as with port 9000, and its real *port*."""

    welcome: str
    port: str


@contextlib.contextmanager
def serving(command: str, root: Path, folder: Path) -> Iterator[Served]:
    """Run *command*, ``$ NAME=VALUE … relay serve … 2> FILE``, in *folder*, on a free port.

    It sees no variables but those of *command*.
    """
    words = shlex.split(command.removeprefix("$ "))
    python = words.index(".venv/bin/python")
    *arguments, redirection, log = words[python + 1 :]
    assert redirection == "2>"
    environ = dict(word.split("=", 1) for word in words[:python])
    known = {"PYTHONPATH": str(root), "PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore"}
    with (
        (folder / log).open("w", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments, "--port", "0", "--lang", "en"],
            cwd=folder,
            env={**known, **environ},
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        ) as running,
    ):
        try:
            assert running.stdout
            lines = [running.stdout.readline() for _ in range(4)]
            port = re.findall(r":(\d+)/", lines[0])[0]
            text = "".join(lines).rstrip()
            yield Served(text.replace(f":{port}", ":9000"), port)
        finally:
            running.terminate()
            running.communicate(timeout=20)


def settled(text: str) -> str:
    """Return *text*, JSON, with what differs from run to run as it is on the page."""
    for pattern, instead in _VARYING:
        text = re.sub(pattern, instead, text)
    return text


def _relay(robots: RobotServer, clock: Clock, **environ: str) -> Relay:
    known = {"CONFIG_YAML": CONFIG, **AWS, **environ}
    return Relay(robots, 1, 0, clock=clock, warm=Warm(), **known)


def _event(relay: Relay, number: int) -> Answer:
    """Send the failed pipeline as an event of its own."""
    return relay.gitlab({**BODY, "count": number}, Idempotency_Key=f"delivery-{number}")


def _failing(relay: Relay, number: int, fault: str) -> Answer:
    relay.robots.set_faults(_ROBOT, fault)
    answer = _event(relay, number)
    relay.robots.set_faults(_ROBOT, "")
    return answer


def _consume(relay: Relay) -> None:
    """Hand what is in the queue to the function, as Lambda does."""
    sqs = boto3.client("sqs", region_name=REGION)
    address = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    found = received(sqs, address)
    settle(sqs, address, found, relay.handle(lambda_event(found, arn=_ARN), None))


def run_cloud_commands(block: str, *, only_check: tuple[str, ...] = ()) -> list[str]:
    """Run the ``aws`` commands of *block*; return their operations.

    Parameters that AWS does not know are refused by its SDK. Those of the services *only_check* go
    no further.
    """
    lines = block.replace("\\\n", " ").splitlines()
    return [_run(shlex.split(line), only_check) for line in lines if line.strip()]


def _run(words: list[str], only_check: tuple[str, ...]) -> str:
    program, service, operation, *options = words
    model = botocore.session.get_session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    members = {f"--{xform_name(name, '-')}": name for name in shape.members}
    given: dict[str, list[str]] = {}
    for word in options:
        if word.startswith("--"):
            values = given.setdefault(members[word], [])
        else:
            values.append(word)
    parameters = {name: _value(shape.members[name], texts) for name, texts in given.items()}
    client = boto3.client(service, region_name=REGION)
    if service in only_check:
        client.meta.events.register("before-call", lambda **_: (_Fine(), {}))
    getattr(client, operation.replace("-", "_"))(**parameters)
    return f"{program} {service} {operation}"


class _Fine:
    status_code = 200


def _value(shape: Shape, texts: list[str]) -> Any:
    """Return *texts* as the command line of AWS reads them: JSON, its shorthand, or as they are."""
    if isinstance(shape, ListShape):
        return [_value(shape.member, [text]) for text in texts]
    (text,) = texts
    if isinstance(shape, StructureShape | MapShape):
        if text.startswith("{"):
            return json.loads(text)
        pairs = (pair.partition("=") for pair in text.split(","))
        return {name: _scalar(_member(shape, name), value) for name, _, value in pairs}
    return _scalar(shape, text)


def _member(shape: StructureShape | MapShape, name: str) -> Shape:
    return shape.value if isinstance(shape, MapShape) else shape.members[name]


def _scalar(shape: Shape, text: str) -> Any:
    return text if isinstance(shape, StringShape) else json.loads(text)
