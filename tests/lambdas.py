"""AWS on a clock that is moved instead of waited for: SQS and DynamoDB in moto, Lambda's poller.

`served` also serves moto on loopback, for processes that a test starts and kills.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any, NamedTuple

import boto3
import pytest
import requests
from moto import mock_aws
from moto.sqs.models import sqs_backends
from patience import be_patient
from queues import ACCOUNT, DEAD_NAME, NAME, REGION, lambda_event, make_queues, received, settle
from relays import NOW, Clock

QUEUE, STATE = f"sqs://{NAME}", "dynamodb://relay-state"
VISIBILITY_S = 60
MOST_RECEIVES = 5
CREDENTIALS = {
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test-id",
    "AWS_SECRET_ACCESS_KEY": "test-key",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}

Handle = Callable[[object, object], Mapping[str, Any]]


class Letter(NamedTuple):
    """What lies in the dead-letter queue: its *text*, and the reason *told* beside it."""

    text: str
    told: dict[str, str]


class Lambda:
    """The queue, its dead letters and what polls it; *clock* is the time of all of them."""

    def __init__(self, sqs: Any, clock: Clock) -> None:
        self.sqs = sqs
        self.clock = clock
        self.queues = make_queues(sqs, most_receives=MOST_RECEIVES, visibility_s=VISIBILITY_S)

    def batch(self) -> list[Mapping[str, Any]]:
        """Receive up to ten messages, as many of a group as there are, in their order."""
        for name in (NAME, DEAD_NAME):
            _end_visibility(name)
        return received(self.sqs, self.queues.address)

    def call(
        self, handle: Handle, messages: Sequence[Mapping[str, Any]], context: object = None
    ) -> list[str]:
        """Hand *messages* to *handle*, delete those that are done; return the ids of the others."""
        answer = handle(lambda_event(messages), context)
        settle(self.sqs, self.queues.address, messages, answer)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def poll(self, *handles: Handle, until_s: float) -> None:
        """Hand out batches, to *handles* in turn, until the queue is empty or it is *until_s*."""
        turns = 0
        while self.waiting() and self.clock.now < until_s:
            messages = self.batch()
            if messages:
                self.call(handles[turns % len(handles)], messages)
                turns += 1
            else:
                self.clock.now = _next_s() + 0.001

    def waiting(self) -> int:
        """Return how many messages the queue holds, seen and unseen."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        answer = self.sqs.get_queue_attributes(
            QueueUrl=self.queues.address, AttributeNames=list(names)
        )
        return sum(int(answer["Attributes"][name]) for name in names)

    def dead(self) -> list[Letter]:
        """Return the dead letters; they stay where they are."""
        return [
            Letter(
                one.body,
                {name: value["StringValue"] for name, value in one.message_attributes.items()},
            )
            for one in _queue(DEAD_NAME)._messages
        ]


def _queue(name: str) -> Any:
    return sqs_backends[ACCOUNT][REGION].queues[name]


def _next_s() -> float:
    """Return when the next of the messages that are out is visible again."""
    return float(min(one.visible_at for one in _queue(NAME)._pending_messages)) / 1000


def _end_visibility(name: str) -> None:
    """Take messages that are visible again out of moto's list of those that are not.

    Left to itself moto does so one by one while it looks for messages, and then gives the last of a
    group first.
    """
    pending = _queue(name)._pending_messages
    for message in [one for one in pending if one.visible]:
        pending.remove(message)


@contextlib.contextmanager
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    """Give an account with the two queues and a table, whose time is the returned clock's."""
    clock = Clock(NOW)
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("moto.sqs.models.unix_time", clock)
    ticks = count()  # without any time between two calls moto hides what was just released
    monkeypatch.setattr(
        "moto.sqs.models.unix_time_millis", lambda: clock() * 1000 + next(ticks) / 1000
    )
    monkeypatch.setattr("relay.dispatch.FIRST_PAUSE_S", 0.0)
    be_patient(monkeypatch)
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(
            TableName=STATE.partition("://")[2],
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield Lambda(boto3.client("sqs", region_name=REGION), clock)


class _Door(BaseHTTPRequestHandler):
    """Hands a call of the SDK to moto, which answers what `requests` sends to AWS."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        service = "dynamodb" if "Dynamo" in self.headers["X-Amz-Target"] else "sqs"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        address = f"https://{service}.{REGION}.amazonaws.com.cn/"
        answer = requests.post(address, body, headers=headers, timeout=10)
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that was killed is no error here."""


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Give the address on loopback at which moto answers; inside `aws` only."""
    with _Server(("127.0.0.1", 0), _Door) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
