"""The queue on AWS: real messages in moto, refusals through botocore's stub.

Of the cases in `design/faults.md`: E1 (within five minutes), E5, E6 (the queue's part), E7, G1.
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.config import Config
from botocore.stub import ANY, Stubber
from moto import mock_aws
from queues import ARN, NAME, REGION, Queues, lambda_event, make_queues, received, settle

from relay.config import Person
from relay.notifications import Delivery, Line, Mention, Notification, Span
from relay.queues import items, sqs
from relay.queues.sqs import Record, SqsQueue, failures, legal_id, records

MARK = "pl4nted-mark"
MOBILE = "13800001111"
ADDRESS = f"https://sqs.{REGION}.amazonaws.com.cn/123456789012/{NAME}"
DEAD_ADDRESS = ADDRESS.replace(NAME, "dead.fifo")
ENVIRON = {"AWS_REGION": REGION}
NOW = 1_790_000_000.0
RECORD = Record("m-1", "receipt-1", "dev", 1, "text")

pytestmark = [  # the SDK's own: one calls what Python 3.12 deprecates, one counts old Pythons out
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]


@pytest.fixture(autouse=True)
def aws_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are none, and no files or metadata service to find others in."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL_SQS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"test-{MARK}")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")


@pytest.fixture
def aws() -> Iterator[Any]:
    """A client of an empty account."""
    with mock_aws():
        yield boto3.client("sqs", region_name=REGION)


@pytest.fixture
def queues(aws: Any) -> Queues:
    return make_queues(aws)


def delivery(number: int = 1, receiver: str = "dev", text: str = "标题") -> Delivery:
    words = Notification((Span(text),))
    return Delivery(f"gl-{number}.{receiver}", receiver, "push.pushed", NOW - 1, words)


def ids(messages: list[Mapping[str, Any]]) -> list[str]:
    return [items.read(message["Body"]).delivery.id for message in messages]


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["event"].startswith("queue.")]


# --- what Lambda hands over


def test_record_of_a_real_message_is_read(aws: Any, queues: Queues) -> None:
    """A message that was put comes out of Lambda's event as it went in, with its group."""
    SqsQueue(queues.address, ENVIRON).put([delivery()], now_s=NOW)
    [message] = received(aws, queues.address)
    [record] = records(lambda_event([message])) or ()

    assert record[:4] == (message["MessageId"], message["ReceiptHandle"], "dev", 1)
    assert items.read(record.text) == items.Item(delivery(), NOW)


@pytest.mark.parametrize(
    "event",
    [
        None, [], "x", 1, {}, {"Records": None}, {"Records": "x"}, {"Records": []},
        {"Records": [None, 1, "x", []]}, {"Records": [{}]}, {"Records": {"eventSource": "aws:sqs"}},
        {"Records": [{"eventSource": "aws:sns"}]}, {"Records": [{"EventSource": "aws:sqs"}]},
        {"version": "2.0", "body": "{}"},
    ],
)  # fmt: skip
def test_other_events_are_none(event: object) -> None:
    """A12: what is no event of SQS is told apart and never an error."""
    assert records(event) is None


ODD: list[Any] = [None, 1.5, "x", [], {}, True, 10**5000, -1, "１", "-1", "9" * 5000]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_odd_records_are_read_as_far_as_they_go(odd: Any) -> None:
    """Missing keys, nulls and wrong types are empty texts and one receive; others keep order."""
    whole = lambda_event([{"MessageId": "m-1", "Body": "b", "Attributes": {}}])["Records"][0]
    broken = {
        "eventSource": "aws:sqs", "messageId": odd, "receiptHandle": odd, "body": odd,
        "attributes": {"MessageGroupId": odd, "ApproximateReceiveCount": odd},
    }  # fmt: skip
    found = records({"Records": [broken, None, {**broken, "attributes": odd}, whole]})
    text = odd if isinstance(odd, str) else ""

    assert found == (
        Record(text, text, text, 1, text),
        Record(text, text, "", 1, text),
        Record("m-1", "", "", 1, "b"),
    )


def test_receives_are_counted() -> None:
    """`ApproximateReceiveCount` is a text; a number does as well."""
    counts: tuple[Any, ...] = ("5", 7, "0")
    event = lambda_event([{"Attributes": {"ApproximateReceiveCount": count}} for count in counts])

    assert [record.receives for record in records(event) or ()] == [5, 7, 0]


def test_answer_names_what_stays() -> None:
    """The answer of a partial batch, each message once; an empty one is success."""
    assert failures([]) == {"batchItemFailures": []}
    assert failures(iter(["b", "a", "b"])) == {
        "batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "a"}]
    }


# --- put


def test_order_in_a_group_is_kept(aws: Any, queues: Queues) -> None:
    """Messages of one receiver come in their order; while one is out the others of it wait."""
    queue = SqsQueue(queues.address, ENVIRON)
    left = queue.put([delivery(n) for n in range(25)], now_s=NOW)
    first = received(aws, queues.address)
    blocked = received(aws, queues.address)
    settle(aws, queues.address, first, failures([]))
    second = received(aws, queues.address)

    assert (left, blocked) == ((), [])
    assert ids([*first, *second]) == [f"gl-{n}.dev" for n in range(20)]


def test_case_e04_only_the_failed_message_comes_back(aws: Any) -> None:
    """E4: of a batch of ten with one failure nine are deleted, the one is received again."""
    queues = make_queues(aws, visibility_s=0)
    SqsQueue(queues.address, ENVIRON).put([delivery(n, f"r{n}") for n in range(10)], now_s=NOW)
    batch = received(aws, queues.address)
    found = records(lambda_event(batch)) or ()
    settle(aws, queues.address, batch, failures([found[3].message_id]))

    assert len(batch) == 10
    assert ids(received(aws, queues.address)) == ["gl-3.r3"]


def test_case_e01_repeat_is_dropped_by_the_queue(aws: Any, queues: Queues) -> None:
    """E1: the same delivery put twice within five minutes is there once, and counts as taken."""
    queue = SqsQueue(queues.address, ENVIRON)
    left = (queue.put([delivery()], now_s=NOW), queue.put([delivery()], now_s=NOW + 9))

    assert (left, ids(received(aws, queues.address))) == (((), ()), ["gl-1.dev"])


@pytest.mark.parametrize(
    "name",
    ["dev", "dev#2", "开发群", "两 字", "", "a" * 128, "a" * 129, "群" * 200, "é", "\t", "\ud800"],
)  # fmt: skip
def test_every_name_makes_a_legal_id(name: str) -> None:
    """A group's name has 1 to 128 printable ASCII characters; a name that has them stays."""
    found = legal_id(name)

    assert re.fullmatch(r"[!-~]{1,128}", found)
    assert (found == name) == bool(re.fullmatch(r"[!-~]{1,128}", name))


def test_two_names_never_share_a_group() -> None:
    """Not even a name that looks like what was made of another one."""
    names = ["开发群", "测试群", "dev 群", "dev群", "dev ", " dev", "dev", "", "a" * 129, "a" * 130]
    names += [legal_id(name) for name in names]

    assert len({legal_id(name) for name in names}) == len(set(names))


def test_any_name_goes_through_the_queue(aws: Any, queues: Queues) -> None:
    """Receivers named in Chinese, with spaces or very long have their own groups and ids."""
    names = ["开发群", "测试群", "dev#2", "两 字", "群" * 200]
    left = SqsQueue(queues.address, ENVIRON).put([delivery(1, name) for name in names], now_s=NOW)
    found = received(aws, queues.address)

    assert left == ()
    assert [items.read(message["Body"]).delivery.receiver for message in found] == names
    assert len({message["Attributes"]["MessageGroupId"] for message in found}) == len(names)


def test_characters_that_sqs_refuses_go_through(aws: Any, queues: Queues) -> None:
    """A title with U+FFFF or a control character costs neither itself nor its neighbours."""
    odd = delivery(text="a\uffff\ufffe\x00\x1b\x7fb")
    left = SqsQueue(queues.address, ENVIRON).put([odd, delivery(2)], now_s=NOW)
    bodies = [message["Body"] for message in received(aws, queues.address)]

    assert (left, items.read(bodies[0]).delivery) == ((), odd)
    assert not any(sqs._ILLEGAL_IN_TEXT.search(body) for body in bodies)


def test_large_deliveries_are_cut_and_spread(aws: Any, queues: Queues) -> None:
    """An item has at most 200 KB and a call less than SQS's limit, however much there is."""
    lines = tuple(Line((Span(f"{n} " + "长" * 400),)) for n in range(400))
    words = Notification((Span("x"),), lines)
    large = [delivery(n)._replace(notification=words) for n in range(7)]
    sizes: list[list[int]] = []

    def note(params: Mapping[str, Any], **_: Any) -> None:
        sizes.append([len(entry["MessageBody"].encode()) for entry in params["Entries"]])

    aws.meta.events.register("provide-client-params.sqs.SendMessageBatch", note)
    left = SqsQueue(queues.address, ENVIRON, aws).put([*large, delivery(7)], now_s=NOW)

    assert left == ()
    assert [len(call) for call in sizes] == [1, 1, 1, 1, 1, 1, 2]
    assert all(sum(call) <= 256 * 1024 and max(call) <= 200_000 for call in sizes)
    assert sizes[0][0] > 190_000


def test_queue_is_found_by_name(aws: Any, queues: Queues) -> None:
    """`sqs://name.fifo` is asked for once, and not before it is needed."""
    asked: list[str] = []
    aws.meta.events.register("before-call.sqs", lambda model, **_: asked.append(model.name))
    queue = SqsQueue(f"sqs://{NAME}", ENVIRON, aws)
    before = list(asked)
    left = [queue.put([delivery(n)], now_s=NOW) for n in range(2)]

    assert (before, left) == ([], [(), ()])
    assert asked == ["GetQueueUrl", "SendMessageBatch", "SendMessageBatch"]
    assert ids(received(aws, queues.address)) == ["gl-0.dev", "gl-1.dev"]


@pytest.mark.parametrize(
    "address",
    [
        "sqs://deliveries", ADDRESS.removesuffix(".fifo"), f"http://x/1/{NAME}", "", "sqs://", NAME,
        "sqs://a/b.fifo", "sqs://.fifo", "https://x/name.fifo?x=1", f"https://u@h/1/{NAME}",
        f"https:///{NAME}", "sqs://name.fifo\n",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Only a FIFO queue keeps order: for any other address nothing is called, all comes back."""
    queue = SqsQueue(address, ENVIRON, object())
    left = queue.put([delivery(1), delivery(2)], now_s=NOW)
    lines = logged(capsys)

    assert left == (delivery(1), delivery(2))
    assert [line["event"] for line in lines] == ["queue.unusable", "queue.refused"]
    assert ".fifo" in lines[0]["detail"]
    assert (lines[1]["code"], lines[1]["delivery_ids"]) == ("E540", ["gl-1.dev", "gl-2.dev"])
    assert (queue.most_receives, queue.bury(RECORD, code="E541", detail="x")) == (0, False)


def test_nothing_to_put_calls_nobody() -> None:
    """No deliveries, no call."""
    assert SqsQueue(ADDRESS, ENVIRON, object()).put([], now_s=NOW) == ()


# --- refusals


def stubbed(*answers: tuple[str, Any]) -> tuple[Any, Stubber]:
    """Return a client that gives *answers* in turn: an operation with an error code or a result."""
    options = Config(retries={"total_max_attempts": 1})
    client = boto3.client("sqs", region_name=REGION, config=options)
    stubber = Stubber(client)
    for operation, answer in answers:
        if isinstance(answer, str):
            stubber.add_client_error(operation, answer, MARK)
        else:
            stubber.add_response(operation, answer)
    stubber.activate()
    return client, stubber


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("ThrottlingException", "ThrottlingException"),
        ("AccessDeniedException", "AccessDeniedException"),
        ("AWS.SimpleQueueService.NonExistentQueue", "AWS.SimpleQueueService.NonExistentQueue"),
        ("RequestThrottled", "RequestThrottled"),
        (f"{MARK} !", "?"),
    ],
)
def test_case_e07_refused_deliveries_come_back(
    code: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """E7: a refused call leaves all of its deliveries to the caller; the log has code and ids."""
    client, _ = stubbed(("send_message_batch", code))
    left = SqsQueue(ADDRESS, ENVIRON, client).put([delivery(1), delivery(2)], now_s=NOW)
    out = capsys.readouterr().out
    line = json.loads(out)

    assert left == (delivery(1), delivery(2))
    assert (line["level"], line["event"], line["code"]) == ("ERROR", "queue.refused", "E540")
    assert line["vendor_code"] == told
    assert line["error"] in ("ClientError", told)  # some codes have a class of their own
    assert (line["delivery_ids"], MARK in out) == (["gl-1.dev", "gl-2.dev"], False)


class Raising:
    """A client whose every call raises *error*; counts them."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.calls = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            self.calls += 1
            raise self.error

        return call


TROUBLES = [
    exceptions.ConnectTimeoutError(endpoint_url=MARK),
    exceptions.ReadTimeoutError(endpoint_url=MARK),
    exceptions.EndpointConnectionError(endpoint_url=MARK),
    exceptions.NoCredentialsError(),
    exceptions.NoRegionError(),
    exceptions.ParamValidationError(report=MARK),
    ImportError(MARK),
    ValueError(MARK),
]


@pytest.mark.parametrize("error", TROUBLES, ids=lambda error: type(error).__name__)
def test_no_error_leaves_the_queue(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the SDK raises, the answer says what was not done, and no text of it is shown."""
    client = Raising(error)
    queue = SqsQueue(ADDRESS, ENVIRON, client)
    many = [delivery(n) for n in range(12)]
    left = queue.put(many, now_s=NOW)
    calls = client.calls
    queue.hold([RECORD], 60)
    done = (queue.bury(RECORD, code="E541", detail="x"), queue.most_receives)
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]

    assert (left, calls, done) == (tuple(many), 1, (False, 0))  # the second ten are not tried
    assert [line["event"] for line in lines[:3]] == ["queue.refused"] * 2 + ["queue.not_held"]
    assert (lines[0]["error"], lines[1]["vendor_code"]) == (type(error).__name__, "not_tried")
    assert len(lines[0]["delivery_ids"] + lines[1]["delivery_ids"]) == 12
    assert MARK not in out


def test_part_of_a_batch_may_be_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not among the successful comes back, whoever is to blame, in its order."""
    failed = [
        {"Id": "0", "SenderFault": True, "Code": "InvalidMessageContents", "Message": MARK},
        {"Id": "2", "SenderFault": False, "Code": "ThrottlingException", "Message": MARK},
    ]
    taken = {"Id": "1", "MessageId": "m", "MD5OfMessageBody": "d"}
    client, _ = stubbed(("send_message_batch", {"Successful": [taken], "Failed": failed}))
    many = [delivery(n) for n in range(4)]
    left = SqsQueue(ADDRESS, ENVIRON, client).put(many, now_s=NOW)
    lines = logged(capsys)

    assert left == (many[0], many[2], many[3])
    assert [(line["code"], line["delivery_ids"], line["vendor_code"]) for line in lines] == [
        ("E540", ["gl-0.dev"], "InvalidMessageContents"),
        ("E540", ["gl-2.dev"], "ThrottlingException"),
        ("E540", ["gl-3.dev"], "?"),
    ]
    assert MARK not in str(lines)


def test_delivery_that_cannot_be_written_costs_no_other(
    aws: Any, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    """One too large for any message comes back; its neighbour is taken."""
    huge = delivery(1, "x" * 300_000)
    left = SqsQueue(queues.address, ENVIRON).put([huge, delivery(2)], now_s=NOW)

    assert (left, ids(received(aws, queues.address))) == ((huge,), ["gl-2.dev"])
    assert [line["code"] for line in logged(capsys)] == ["E540"]


# --- hold


def test_held_message_stays_away(aws: Any, queues: Queues) -> None:
    """0 s: it is there again at once, and its group with it; else it stays away."""
    queue = SqsQueue(queues.address, ENVIRON)
    queue.put([delivery(1), delivery(2)], now_s=NOW)
    found = records(lambda_event(received(aws, queues.address))) or ()
    queue.hold(found, 0)
    again = records(lambda_event(received(aws, queues.address))) or ()
    queue.hold(again, 600)

    assert [record.message_id for record in again] == [record.message_id for record in found]
    assert [record.receives for record in again] == [2, 2]
    assert received(aws, queues.address) == []


@pytest.mark.parametrize(
    ("delay_s", "timeout_s"),
    [(60, 60), (0.2, 1), (-5, 0), (10**9, 43200), (float("inf"), 43200), (float("nan"), 0)],
)
def test_delay_is_bounded_and_batched(delay_s: float, timeout_s: int) -> None:
    """Whole seconds, 0 to 12 hours; ten messages a call."""
    client, stubber = stubbed()
    for size in (10, 2):
        entries = [
            {"Id": str(n), "ReceiptHandle": "receipt-1", "VisibilityTimeout": timeout_s}
            for n in range(size)
        ]
        stubber.add_response(
            "change_message_visibility_batch",
            {"Successful": [], "Failed": []},
            {"QueueUrl": ADDRESS, "Entries": entries},
        )
    SqsQueue(ADDRESS, ENVIRON, client).hold([RECORD] * 12, delay_s)

    stubber.assert_no_pending_responses()


def test_message_that_is_not_held_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """A receipt that is not valid any more costs a line, and nothing else."""
    failed = {"Id": "1", "SenderFault": True, "Code": "ReceiptHandleIsInvalid", "Message": MARK}
    client, _ = stubbed(("change_message_visibility_batch", {"Successful": [], "Failed": [failed]}))
    pair = [RECORD, RECORD._replace(message_id="m-2")]
    SqsQueue(ADDRESS, ENVIRON, client).hold(pair, 60)
    [line] = logged(capsys)

    assert (line["event"], line["vendor_code"]) == ("queue.not_held", "ReceiptHandleIsInvalid")
    assert line["message_ids"] == ["m-2"]


# --- dead letters


def test_case_e05_queue_buries_after_the_last_receive(aws: Any) -> None:
    """E5: a message that is never deleted moves to the dead-letter queue, and its group goes on."""
    queues = make_queues(aws, most_receives=3, visibility_s=0)
    queue = SqsQueue(queues.address, ENVIRON)
    queue.put([delivery(1)], now_s=NOW)
    counts = [
        records(lambda_event(received(aws, queues.address)))[0].receives  # type: ignore[index]
        for _ in range(queue.most_receives)
    ]
    queue.put([delivery(2)], now_s=NOW)
    after = received(aws, queues.address)
    dead = received(aws, queues.dead)

    assert (counts, ids(after), ids(dead)) == ([1, 2, 3], ["gl-2.dev"], ["gl-1.dev"])
    assert dead[0]["Attributes"]["MessageGroupId"] == "dev"


def test_buried_message_has_its_reason(aws: Any, queues: Queues) -> None:
    """E5: text and group stay; the attributes say why, those without a value are left out."""
    queue = SqsQueue(queues.address, ENVIRON)
    one = delivery(1, "开发群")
    queue.put([one], now_s=NOW)
    [record] = records(lambda_event(received(aws, queues.address))) or ()
    is_there = queue.bury(
        record, code="E511", detail="gone\uffff" + "x" * 300, delivery=one, vendor_code="93000"
    )
    unread = record._replace(message_id="m-2", text="{", group="")
    is_there = is_there and queue.bury(unread, code="E542", detail="no JSON")
    first, second = received(aws, queues.dead)
    told = {
        name: value["stringValue"]
        for name, value in lambda_event([first])["Records"][0]["messageAttributes"].items()
    }

    assert is_there
    assert (first["Body"], first["Attributes"]["MessageGroupId"]) == (record.text, record.group)
    assert told == {
        "code": "E511",
        "detail": "gone\ufffd" + "x" * 195,
        "receiver": "开发群",
        "delivery_id": "gl-1.开发群",
        "vendor_code": "93000",
    }
    assert second["Body"] == "{"
    assert set(second["MessageAttributes"]) == {"code", "detail"}


def test_same_message_is_buried_once(aws: Any, queues: Queues) -> None:
    """Buried twice it is there once; the same delivery sent again and failed again, twice."""
    queue = SqsQueue(queues.address, ENVIRON)
    results = [
        queue.bury(record, code="E511", detail="x", delivery=delivery())
        for record in (RECORD, RECORD, RECORD._replace(message_id="m-2"))
    ]
    letters = [RECORD._replace(message_id="", text=text) for text in ("a", "b", "")]
    results += [queue.bury(letter, code="E542", detail="x") for letter in letters]

    assert results == [True] * 6
    assert [m["Body"] for m in received(aws, queues.dead)] == ["text", "text", "a", "b", "-"]


def test_policy_is_read_once(aws: Any, queues: Queues) -> None:
    """The redrive policy is asked for when it is needed, and remembered."""
    asked: list[str] = []
    aws.meta.events.register("before-call.sqs", lambda model, **_: asked.append(model.name))
    queue = SqsQueue(queues.address, ENVIRON, aws)
    before = list(asked)
    found = [queue.most_receives, queue.most_receives]
    queue.bury(RECORD, code="E541", detail="x")

    assert (before, found, asked) == ([], [5, 5], ["GetQueueAttributes", "SendMessage"])


POLICY = {"deadLetterTargetArn": ARN.replace(NAME, "dead.fifo"), "maxReceiveCount": "4"}


@pytest.mark.parametrize(
    ("policy", "most", "is_buried"),
    [
        pytest.param(json.dumps(POLICY), 4, True, id="count-as-text"),
        pytest.param(json.dumps(POLICY | {"maxReceiveCount": 7}), 7, True, id="count"),
        pytest.param(json.dumps(POLICY | {"maxReceiveCount": None}), 0, True, id="no-count"),
        pytest.param(json.dumps(POLICY | {"deadLetterTargetArn": None}), 4, False, id="no-arn"),
        pytest.param(json.dumps(POLICY | {"deadLetterTargetArn": "x/../"}), 4, False, id="odd-arn"),
        pytest.param("{", 0, False, id="no-json"),
        pytest.param("[]", 0, False, id="list"),
        pytest.param("[" * 100_000, 0, False, id="deep"),
        pytest.param(None, 0, False, id="none"),
    ],
)  # fmt: skip
def test_policy_may_be_odd(policy: str | None, most: int, is_buried: bool) -> None:
    """Without a readable dead-letter queue nothing is buried, so that nothing is acknowledged."""
    attributes = {"Attributes": {"RedrivePolicy": policy}} if policy is not None else {}
    client, stubber = stubbed(("get_queue_attributes", attributes))
    if is_buried:
        stubber.add_response("send_message", {"MessageId": "m"}, {**PUT_TO_DEAD, **ANY_OTHERS})
    queue = SqsQueue(ADDRESS, ENVIRON, client)

    assert (queue.most_receives, queue.bury(RECORD, code="E541", detail="x")) == (most, is_buried)


PUT_TO_DEAD = {"QueueUrl": DEAD_ADDRESS, "MessageBody": "text", "MessageGroupId": "dev"}
ANY_OTHERS = {"MessageDeduplicationId": "m-1", "MessageAttributes": ANY}


def test_dead_letter_queue_may_refuse(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not buried is told, and may not be acknowledged; the next time it is tried again."""
    policy = {"Attributes": {"RedrivePolicy": json.dumps(POLICY)}}
    client, stubber = stubbed(
        ("get_queue_attributes", "ThrottlingException"),
        ("get_queue_attributes", policy),
        ("send_message", "AccessDeniedException"),
        ("send_message", {"MessageId": "m"}),
    )
    queue = SqsQueue(ADDRESS, ENVIRON, client)
    results = [queue.bury(RECORD, code="E541", detail=MARK) for _ in range(3)]
    lines = logged(capsys)

    assert results == [False, False, True]
    assert [(line["event"], line["vendor_code"]) for line in lines] == [
        ("queue.not_read", "ThrottlingException"),
        ("queue.not_buried", "unread"),
        ("queue.not_buried", "AccessDeniedException"),
    ]
    assert MARK not in str(lines)
    stubber.assert_no_pending_responses()


# --- the client


@pytest.mark.parametrize(
    ("address", "environ", "region"),
    [
        (ADDRESS, {}, REGION),
        (ADDRESS, {"AWS_REGION": "us-east-1"}, REGION),
        (f"https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/1/{NAME}", {}, "eu-west-1"),
        (f"https://sqs.example.com/1/{NAME}", {"AWS_REGION": "us-east-1"}, "us-east-1"),
        (f"sqs://{NAME}", {"AWS_REGION": "us-east-1"}, "us-east-1"),
        (f"sqs://{NAME}", {"AWS_DEFAULT_REGION": "us-east-2", "AWS_REGION": ""}, "us-east-2"),
    ],
)
def test_region_is_the_queues(address: str, environ: Mapping[str, str], region: str) -> None:
    """An https address names its region; for a name the environment does."""
    client = SqsQueue(address, environ)._connected()
    options = client.meta.config

    assert client.meta.region_name == region
    assert (options.connect_timeout, options.read_timeout) == (1, 2)
    assert options.retries == {"total_max_attempts": 2, "mode": "standard"}


class _Refusing(BaseHTTPRequestHandler):
    """An endpoint on loopback that answers 400 and remembers what was sent."""

    seen: list[bytes]

    def do_POST(self) -> None:
        self.seen.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing on the screen."""


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"])
def test_endpoint_of_the_environment_is_used(name: str) -> None:
    """`AWS_ENDPOINT_URL` decides where calls go; the queue's own address stays what is named."""
    handler = type("Handler", (_Refusing,), {"seen": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        environ = {"AWS_REGION": REGION, name: f"http://127.0.0.1:{server.server_port}"}
        left = SqsQueue(ADDRESS, environ).put([delivery()], now_s=NOW)
        server.shutdown()
        thread.join()

    assert (left, len(handler.seen)) == ((delivery(),), 1)
    assert ADDRESS.encode() in handler.seen[0]


def test_one_client_serves_all_threads(aws: Any, queues: Queues) -> None:
    """Threads that come at once share one client, and every delivery arrives."""
    queue = SqsQueue(queues.address, ENVIRON)
    clients: list[Any] = []
    left: list[Any] = []

    def work(number: int) -> None:
        left.append(queue.put([delivery(number, f"r{number}")], now_s=NOW))
        clients.append(queue._connected())

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (left, len(set(map(id, clients)))) == ([()] * 8, 1)
    assert len(received(aws, queues.address)) == 8


# --- leaks


def test_case_g01_no_secret_and_no_number_in_any_message(
    aws: Any, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    """G1: a delivery whose mentions have phone numbers, put and buried: none is in any message."""
    mentions = (Mention("李四", mobile=MOBILE), Mention("张三", wecom="ZhangSan", mobile=MOBILE))
    words = Notification((Span("标题"),), mentions=mentions)
    one = delivery()._replace(notification=words)
    queue = SqsQueue(queues.address, ENVIRON)
    queue.put([one], now_s=NOW)
    messages = received(aws, queues.address)
    [record] = records(lambda_event(messages)) or ()
    queue.bury(record, code="E511", detail="x", delivery=one)
    everything = io.StringIO()
    print(messages, received(aws, queues.dead), capsys.readouterr(), file=everything)
    people = [
        Person("lisi", "李四", mobile=MOBILE),
        Person("zs", "张三", "ZhangSan", mobile=MOBILE),
    ]

    assert MOBILE not in everything.getvalue()
    assert MARK not in everything.getvalue()
    assert items.read(record.text, people).delivery == one
