"""Group E of `design/faults.md` with the queue of AWS, from the webhook to the robots.

A case's number stands in the test's name. Time is one clock that is moved: the relay's, the
robots' (20 a minute, DingTalk's ten minutes) and SQS's. Real are only the waits for what hangs.
"""

import contextlib
import copy
import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber
from killing import Mortal
from lambdas import CREDENTIALS, QUEUE, STATE, VISIBILITY_S, Lambda, aws, served
from patience import BUSY_S
from queues import NAME, REGION, lambda_event
from relays import (
    NOW,
    ROBOT_SECRET,
    SECRET,
    WITH_FALLBACK,
    Answer,
    Relay,
    configured,
    request,
)
from verbs import run

import handler
from relay.queues.items import read, write
from relay.queues.sqs import SqsQueue
from relay.signing import timestamp_signature
from relay.warm import Warm
from workbench import dead_letter_queue, dead_letters, robot_rules, samples
from workbench.robot_terms import WECOM, Message, RefusedError
from workbench.robots import RobotServer

pytestmark = [  # the SDK's own: one calls what Python 3.12 deprecates, one counts old Pythons out
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]

EVENTS = 100
MARK = re.compile(r"mark-(\d+)\b")
ADDRESS = f"https://sqs.{REGION}.amazonaws.com.cn/123456789012/{NAME}"
SECRETS = (SECRET, ROBOT_SECRET, "wecom-key-0", "dingtalk-token-0", "webhook/send?")
MINUTE_S, BLOCK_S, HOUR_S = 60, 600, 3600
KEYS = {"wecom": "wecom-key-0", "dingtalk": "dingtalk-token-0"}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    """An account with both queues and a table, at the samples' time."""
    with aws(monkeypatch) as found:
        yield found


@pytest.fixture
def group(cloud: Lambda) -> Iterator[RobotServer]:
    """Stand-in robots on the clock of the account."""
    with RobotServer(clock=cloud.clock) as server:
        yield server


def queued(
    group: RobotServer, cloud: Lambda, wecom: int = 1, dingtalk: int = 0, **environ: str
) -> Relay:
    """Return a relay with the real memory of a process, whose deliveries wait in the queue."""
    known = {"RELAY_QUEUE": QUEUE, "AWS_REGION": REGION, **environ}
    return Relay(group, wecom, dingtalk, clock=cloud.clock, warm=Warm(), **known)


def another(relay: Relay, cloud: Lambda) -> handler.Handle:
    """Return a second instance of *relay*: the same configuration, no memory."""
    return handler.build(relay.environ, clock=cloud.clock, warm=Warm())


def push(number: int) -> dict[str, Any]:
    """Return a push to a branch called after *number*, for `told` to find."""
    body: dict[str, Any] = copy.deepcopy(samples.load("gitlab/push.pushed").body)
    body["ref"] = f"refs/heads/mark-{number}"
    return body


def send(relay: Relay, number: int) -> Answer:
    key = f"key-{number}"
    return relay.gitlab(push(number), X_Gitlab_Event="Push Hook", Idempotency_Key=key)


def hook(number: int) -> dict[str, Any]:
    """Return the event of `send`, for a process that is not ours."""
    token = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": SECRET}
    return request(push(number), {**token, "Idempotency-Key": f"key-{number}"})


def told(group: RobotServer, key: str = "wecom-key-0") -> list[int]:
    """Return the pushes of which the group of the robot *key* was told, in the order of reading."""
    texts = (message.text for message in group.received if message.key == key)
    return [int(number) for text in texts for number in MARK.findall(text)]


def refusals(group: RobotServer) -> list[int]:
    """Return the codes other than 0 that the robots answered."""
    codes = (attempt.answer.get("errcode", -999) for attempt in group.attempts)
    return [code for code in codes if code]


def lines(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    found = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    return [line for line in found if line["event"] == event]


# --- a hundred events in two seconds


def burst(relay: Relay, cloud: Lambda, *handles: handler.Handle, count: int = EVENTS) -> list[int]:
    """Send 100 events within 2 s, polling after each if there are *handles*; return the answers."""
    answers = []
    for number in range(count):
        cloud.clock.now += 2 / count
        answers.append(send(relay, number).status)
        if handles and (messages := cloud.batch()):
            cloud.call(handles[number % len(handles)], messages)
    return answers


@pytest.mark.parametrize("meanwhile", [False, True], ids=["afterwards", "meanwhile"])
@pytest.mark.parametrize("vendor", ["wecom", "dingtalk"])
def test_c8_hundred_events_in_two_seconds_all_arrive(
    vendor: str, meanwhile: bool, group: RobotServer, cloud: Lambda
) -> None:
    """All in order, once, within three minutes, and without one refusal by the robot.

    Whether the queue is read only when all are there or while they come.
    """
    relay = queued(group, cloud, vendor == "wecom", vendor == "dingtalk")
    answers = burst(relay, cloud, *([relay.handle] if meanwhile else []))
    cloud.poll(relay.handle, until_s=NOW + 180)

    assert answers == [202] * EVENTS
    assert told(group, KEYS[vendor]) == list(range(EVENTS))
    assert refusals(group) == []
    assert len(group.attempts) == (36 if meanwhile else 28)
    assert (cloud.waiting(), cloud.dead()) == (0, [])
    assert cloud.clock.now <= NOW + 180


def test_c8_budget_is_exact_across_instances(group: RobotServer, cloud: Lambda) -> None:
    """Two instances that take turns post no more than one would, for the table has the count."""
    relay = queued(group, cloud, RELAY_STATE=STATE)
    burst(relay, cloud, count=60)
    cloud.poll(relay.handle, another(relay, cloud), until_s=NOW + 180)

    assert told(group) == list(range(60))
    assert (refusals(group), len(group.attempts)) == ([], 10 + 5)
    assert (cloud.waiting(), cloud.dead()) == (0, [])


def foreign_posts(relay: Relay, vendor: str, count: int, at_s: float) -> None:
    """Post as somebody else who has the robot's address."""
    stamp = str(int(at_s * 1000))
    signed = {"timestamp": stamp, "sign": timestamp_signature(ROBOT_SECRET, stamp)}
    url, params = (relay.dingtalk[0], signed) if vendor == "dingtalk" else (relay.wecom[0], {})
    for _ in range(count):
        body = {"msgtype": "text", "text": {"content": "x"}}
        answer = requests.post(url, json=body, params=params, timeout=5).json()
        assert answer["errcode"] == 0


@pytest.mark.parametrize(
    ("vendor", "code", "least_s"), [("wecom", 45009, MINUTE_S), ("dingtalk", 130101, BLOCK_S)]
)
def test_c7_refused_robot_is_left_alone_as_long_as_it_says(
    vendor: str, code: int, least_s: int, group: RobotServer, cloud: Lambda
) -> None:
    """Somebody else used the minute up: one refused try, a pause, then all of them in order."""
    relay = queued(group, cloud, vendor == "wecom", vendor == "dingtalk")
    foreign_posts(relay, vendor, 19, NOW)
    burst(relay, cloud, count=40)
    cloud.poll(relay.handle, until_s=NOW + least_s + 180)
    refused = [attempt.time for attempt in group.attempts if attempt.answer["errcode"]]
    later = [attempt.time for attempt in group.attempts if attempt.time > refused[0]]

    assert refusals(group) == [code]
    assert least_s < later[0] - refused[0] <= least_s + 15
    assert told(group, KEYS[vendor]) == list(range(40))
    assert len(group.attempts) == 19 + 1 + 1 + 10 + 3  # ten alone, the others in tens
    assert (cloud.waiting(), cloud.dead()) == (0, [])


# --- batches


def test_e4_only_the_failed_one_of_ten_comes_again(group: RobotServer, cloud: Lambda) -> None:
    """One event for ten robots, one of which is down: nine are done, and not sent again."""
    relay = queued(group, cloud, wecom=10)
    group.set_faults("wecom-key-3", "http:500")
    send(relay, 1)
    messages = cloud.batch()
    names = {one["MessageId"]: read(one["Body"]).delivery.receiver for one in messages}
    kept = cloud.call(relay.handle, messages)
    group.set_faults("wecom-key-3", "")
    cloud.poll(relay.handle, until_s=NOW + 300)

    assert [names[one] for one in kept] == ["wecom#4"]
    assert Counter(one.key for one in group.received) == Counter(
        f"wecom-key-{n}" for n in range(10)
    )
    assert cloud.dead() == []


def test_e4_an_unreadable_message_costs_no_other(group: RobotServer, cloud: Lambda) -> None:
    """Nine are delivered; the tenth, which no version of the relay wrote, is a dead letter."""
    relay = queued(group, cloud, wecom=9)
    send(relay, 1)
    put(cloud, "not a delivery", "wecom")
    kept = cloud.call(relay.handle, cloud.batch())
    [letter] = cloud.dead()

    assert (kept, cloud.waiting(), len(group.received)) == ([], 0, 9)
    assert (letter.text, letter.told["code"]) == ("not a delivery", "E542")


def put(cloud: Lambda, text: str, receiver: str) -> None:
    cloud.sqs.send_message(
        QueueUrl=cloud.queues.address,
        MessageBody=text,
        MessageGroupId=receiver,
        MessageDeduplicationId=f"{hash(text)}",
    )


def test_e4_message_that_is_refused_holds_up_nobody(group: RobotServer, cloud: Lambda) -> None:
    """What is refused for good leaves its group at once; those behind it follow in order."""
    relay = queued(group, cloud)
    for number in range(5):
        send(relay, number)
    group.set_faults("wecom-key-0", "http:404*1")
    kept = cloud.call(relay.handle, cloud.batch())

    assert [one.told["code"] for one in cloud.dead()] == ["E533"]
    assert (kept, told(group), len(group.attempts)) == ([], [1, 2, 3, 4], 5)


def test_e4_hanging_robot_holds_up_no_other_group(group: RobotServer, cloud: Lambda) -> None:
    """Three receivers in one batch: two are delivered and done in time, the third one's stay."""
    relay = queued(group, cloud, wecom=3)
    group.set_faults("wecom-key-1", "hang")
    for number in range(3):
        send(relay, number)
    messages = cloud.batch()
    began = time.monotonic()
    kept = cloud.call(relay.handle, messages, Ending(3.0))
    took_s = time.monotonic() - began
    stay = [one["MessageId"] for one in messages if is_for(one, "wecom#2")]

    assert (len(messages), sorted(kept), took_s < 3.0 + BUSY_S) == (9, sorted(stay), True)
    assert told(group, "wecom-key-0") == told(group, "wecom-key-2") == [0, 1, 2]
    group.set_faults("wecom-key-1", "")
    time_to_end(relay, "wecom#2")
    cloud.poll(relay.handle, until_s=NOW + 900)
    assert told(group, "wecom-key-1") == [0, 1, 2]
    assert cloud.dead() == []


class Ending:
    """A context of Lambda with *left_s* from now."""

    def __init__(self, left_s: float) -> None:
        self._ends = time.monotonic() + left_s

    def get_remaining_time_in_millis(self) -> int:
        return int((self._ends - time.monotonic()) * 1000)


def is_for(message: Mapping[str, Any], receiver: str) -> bool:
    return bool(read(message["Body"]).delivery.receiver == receiver)


def time_to_end(relay: Relay, receiver: str) -> None:
    """Wait for the thread of the group that hung: its post ends with the call's budget."""
    for thread, _ in relay.warm.late._threads.get(f"group {receiver}", ()):
        thread.join(5)


# --- what does not succeed


def test_e5_message_that_always_fails_ends_as_a_dead_letter(
    group: RobotServer, cloud: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    """After five receives it lies there with the reason, and no secret is beside it or in a log."""
    relay = queued(group, cloud)
    group.set_faults("wecom-key-0", "http:500")
    identity = send(relay, 1).report["id"]
    cloud.poll(relay.handle, until_s=NOW + HOUR_S)
    [letter] = cloud.dead()
    out = capsys.readouterr().out
    kept = [json.loads(text) for text in out.splitlines() if "delivery.kept" in text]

    assert (told(group), cloud.waiting()) == ([], 0)
    assert [line["receives"] for line in kept] == [1, 2, 3, 4]
    assert letter.told == {
        "code": "E505",
        "vendor_code": "500",
        "detail": "answered HTTP 500",
        "receiver": "wecom",
        "delivery_id": f"{identity}.wecom",
    }
    assert MARK.findall(read(letter.text).delivery.notification.title) == ["1"]
    assert [mark for mark in (*SECRETS, group.host) if mark in out + str(letter)] == []


def test_e5_those_behind_it_are_not_lost(group: RobotServer, cloud: Lambda) -> None:
    """A robot that is down for hours: each message is a dead letter that says why."""
    relay = queued(group, cloud)
    group.set_faults("wecom-key-0", "http:500")
    for number in range(12):
        send(relay, number)
    cloud.poll(relay.handle, until_s=NOW + 5 * HOUR_S)
    letters = cloud.dead()
    found = [read(one.text).delivery.notification.title for one in letters]

    assert [int(number) for text in found for number in MARK.findall(text)] == list(range(12))
    assert {one.told["code"] for one in letters} == {"E505", "E546"}
    assert (told(group), cloud.waiting()) == ([], 0)


def test_e5_refusal_for_good_is_a_dead_letter_at_once(
    group: RobotServer, cloud: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    """One post, the vendor's code beside each message, and the fallback is told once."""
    relay = with_fallback(group, cloud)
    group.set_faults("dev", "badkey")
    for number in range(3):
        send(relay, number)
    cloud.poll(relay.handle, until_s=NOW + 1)
    letters = cloud.dead()
    out = capsys.readouterr().out
    [notice] = [one.text for one in group.received]

    assert refusals(group) == [93000]
    assert [(one.told["code"], one.told["vendor_code"]) for one in letters] == [
        ("E501", "93000")
    ] * 3
    assert ("dev" in notice, "E501" in notice, MARK.findall(notice)) == (True, True, ["0"])
    assert [mark for mark in (*SECRETS, group.host) if mark in out + str(letters) + notice] == []


def test_e5_fallback_is_told_once_in_ten_minutes(group: RobotServer, cloud: Lambda) -> None:
    """However many messages a robot refuses; the next notice names the event of its own time."""
    relay = with_fallback(group, cloud)
    group.set_faults("dev", "badkey")
    for number, pause_s in enumerate((0, 60, BLOCK_S - 61, 2)):
        cloud.clock.now += pause_s
        send(relay, number)
        cloud.poll(relay.handle, until_s=cloud.clock.now + 1)

    assert (refusals(group), len(cloud.dead())) == ([93000] * 4, 4)
    assert told(group, "ops") == [0, 3]


def with_fallback(group: RobotServer, cloud: Lambda) -> Relay:
    urls = {"DEV_URL": group.add_wecom("dev"), "OPS_URL": group.add_wecom("ops")}
    known = {"RELAY_QUEUE": QUEUE, "AWS_REGION": REGION, **urls}
    return configured(group, WITH_FALLBACK, clock=cloud.clock, warm=Warm(), **known)


@pytest.mark.parametrize(
    ("forbidden", "posts", "shown", "dead"),
    [("修复", 2, [1], []), ("推送", 2, [], ["E508"])],
    ids=["in the text", "in the title"],
)
def test_e5_forbidden_words_leave_title_and_link(
    forbidden: str,
    posts: int,
    shown: list[int],
    dead: list[str],
    group: RobotServer,
    cloud: Lambda,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """85002 is met once with title and link only; refused again it is a dead letter."""
    monkeypatch.setitem(robot_rules._READERS, WECOM, moderated(forbidden))
    relay = queued(group, cloud)
    send(relay, 1)
    cloud.poll(relay.handle, until_s=NOW + 300)

    assert (len(group.attempts), told(group)) == (posts, shown)
    assert refusals(group) == [85002] * (posts - len(shown))
    assert [one.told["code"] for one in cloud.dead()] == dead
    assert all("compare" in one.text and forbidden not in one.text for one in group.received)


def moderated(forbidden: str) -> Any:
    """Return how WeCom reads messages, if it does not like one word."""
    usual = robot_rules._READERS[WECOM]

    def read_message(robot: Any, asked: Any, now: float) -> Message:
        message = usual(robot, asked, now)
        if forbidden in message.text:
            raise RefusedError(85002, "contains forbidden words")
        return message

    return read_message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"later_s": 6 * HOUR_S + 1}, "E541", id="stale"),
        pytest.param({"robots": "other"}, "E543", id="unknown receiver"),
    ],
)
def test_e9_what_cannot_be_sent_any_more_is_a_dead_letter(
    change: dict[str, Any], code: str, group: RobotServer, cloud: Lambda
) -> None:
    """Older than six hours, or for a receiver that is gone: nothing is posted, nothing lost."""
    relay = queued(group, cloud)
    identity = send(relay, 1).report["id"]
    cloud.clock.now += change.get("later_s", 0)
    reader = Relay(group, 0, 1, clock=cloud.clock, **relay_queue()) if "robots" in change else relay
    cloud.poll(reader.handle, until_s=cloud.clock.now + 60)
    [letter] = cloud.dead()

    assert (group.attempts, cloud.waiting()) == ([], 0)
    assert (letter.told["code"], letter.told["delivery_id"]) == (code, f"{identity}.wecom")


def relay_queue() -> dict[str, str]:
    return {"RELAY_QUEUE": QUEUE, "AWS_REGION": REGION}


def test_e9_no_storm_after_an_outage(group: RobotServer, cloud: Lambda) -> None:
    """What waited for seven hours is not sent any more; what came since is."""
    relay = queued(group, cloud)
    for number in range(30):
        send(relay, number)
    cloud.clock.now += 7 * HOUR_S
    send(relay, 30)
    cloud.poll(relay.handle, until_s=cloud.clock.now + 300)

    assert (told(group), len(group.attempts)) == ([30], 1)
    assert [one.told["code"] for one in cloud.dead()] == ["E541"] * 30


# --- dead letters sent again


@pytest.fixture
def at_the_keyboard(
    cloud: Lambda, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """A person whose clock is the account's, in an empty folder."""
    monkeypatch.setattr(dead_letter_queue, "WAIT_S", 0)
    monkeypatch.setattr(dead_letters, "_clock", cloud.clock)
    monkeypatch.chdir(tmp_path)
    return


@pytest.mark.usefixtures("at_the_keyboard")
def test_e6_dead_letter_arrives_after_the_fix(group: RobotServer, cloud: Lambda) -> None:
    """`dead-letters resend`: the original id and time, told in the text, and once."""
    relay = queued(group, cloud, RELAY_STATE=STATE)
    group.set_faults("wecom-key-0", "badkey")
    identity = send(relay, 1).report["id"]
    cloud.poll(relay.handle, until_s=NOW + 60)
    cloud.clock.now += 7 * HOUR_S
    group.set_faults("wecom-key-0", "")
    resent = run("dead-letters", "resend", "--all", RELAY_QUEUE=QUEUE)
    [message] = cloud.batch()
    item = read(message["Body"])
    cloud.call(relay.handle, [message])
    [shown] = group.received

    assert (resent.exit_code, cloud.dead()) == (0, [])
    assert (item.delivery.id, item.delivery.received_at) == (f"{identity}.wecom", NOW)
    assert (item.since_s, MARK.findall(shown.text)) == (cloud.clock.now, ["1"])
    assert "发生于 " in shown.text
    assert cloud.waiting() == 0


@pytest.mark.parametrize("state", [STATE, "memory"])
def test_e6_sent_again_twice_arrives_once(state: str, group: RobotServer, cloud: Lambda) -> None:
    """The same delivery put back twice, by two people: the second is a repeat."""
    relay = queued(group, cloud, RELAY_STATE=state)
    group.set_faults("wecom-key-0", "badkey")
    send(relay, 1)
    cloud.poll(relay.handle, until_s=NOW + 60)
    group.set_faults("wecom-key-0", "")
    [letter] = cloud.dead()
    item = read(letter.text)
    for pause_s in (10, 10, 400):
        cloud.clock.now += pause_s
        cloud.sqs.send_message(
            QueueUrl=cloud.queues.address,
            MessageBody=write(item._replace(since_s=cloud.clock.now), 200_000),
            MessageGroupId=item.delivery.receiver,
            MessageDeduplicationId=f"person-{cloud.clock.now}",
        )
    waiting = cloud.waiting()
    reader = another(relay, cloud) if state == STATE else relay.handle
    cloud.poll(relay.handle, reader, until_s=cloud.clock.now + 60)

    assert (waiting, told(group), len(group.attempts)) == (3, [1], 2)
    assert (cloud.waiting(), len(cloud.dead())) == (0, 1)


# --- a queue that does not take


class WithQueue(Warm):
    """The memory of a process whose queue is *found*, whatever the configuration says."""

    def __init__(self, found: Any) -> None:
        super().__init__()
        self._found = found

    def queue(self, address: str, environ: Mapping[str, str]) -> Any:
        return self._found if address else None


def refusing(code: str) -> SqsQueue:
    client = boto3.client("sqs", region_name=REGION)
    stubber = Stubber(client)
    for _ in range(3):
        stubber.add_client_error("send_message_batch", code, "a text with an address in it")
    stubber.activate()
    return SqsQueue(ADDRESS, {}, client)


CODES = ["ThrottlingException", "AccessDeniedException"]


@pytest.mark.parametrize("code", CODES)
def test_e7_queue_that_refuses_is_gone_around(
    code: str, group: RobotServer, cloud: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    """Throttled or without permission: the robots have it all the same, and the log says so."""
    relay = queued(group, cloud, wecom=2)
    handle = handler.build(relay.environ, clock=cloud.clock, warm=WithQueue(refusing(code)))
    answer = handle(hook(1), None)
    report = json.loads(answer["body"])
    [line] = lines(capsys, "queue.refused")

    assert (answer["statusCode"], len(report["sent"])) == (200, 2)
    assert told(group) == told(group, "wecom-key-1") == [1]
    assert (line["level"], line["code"], line["vendor_code"]) == ("ERROR", "E540", code)
    assert line["delivery_ids"] == [f"{report['id']}.wecom", f"{report['id']}.wecom#2"]


@pytest.mark.parametrize("code", CODES)
def test_e7_neither_stored_nor_sent_is_502(
    code: str, group: RobotServer, cloud: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    """With one robot down as well the forge is told, and a record has all that is needed.

    When the forge sends it again, only that robot is posted to.
    """
    relay = queued(group, cloud, wecom=2)
    group.set_faults("wecom-key-1", "http:500")
    handle = handler.build(relay.environ, clock=cloud.clock, warm=WithQueue(refusing(code)))
    answer = handle(hook(1), None)
    identity = json.loads(answer["body"])["id"]
    [record] = lines(capsys, "delivery.failed")
    group.set_faults("wecom-key-1", "")
    cloud.clock.now += MINUTE_S
    again = handle(hook(1), None)

    assert (answer["statusCode"], again["statusCode"]) == (502, 200)
    assert (record["level"], record["delivery_id"]) == ("ERROR", f"{identity}.wecom#2")
    assert MARK.findall(read(record["delivery"]).delivery.notification.title) == ["1"]
    assert told(group) == told(group, "wecom-key-1") == [1]


def test_e7_queue_that_hangs_is_not_waited_for(
    group: RobotServer,
    cloud: Lambda,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No answer within the time for the queue: the robots have it within the event's budget."""
    monkeypatch.setattr("relay.warm._QUEUE_S", 0.3)
    with silent() as address:
        relay = queued(group, cloud, AWS_ENDPOINT_URL=address)
        began = time.monotonic()
        answer = send(relay, 1)
        took_s = time.monotonic() - began
    [line] = lines(capsys, "queue.refused")

    assert (answer.status, told(group), took_s < 4) == (200, [1], True)
    assert (line["failure_code"], line["delivery_ids"]) == (
        "timeout",
        [f"{answer.report['id']}.wecom"],
    )


@contextlib.contextmanager
def silent() -> Iterator[str]:
    """Give the address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_e7_stored_although_no_answer_came_arrives_once(group: RobotServer, cloud: Lambda) -> None:
    """The queue took it and the answer was lost: sent directly, and known when it comes again."""
    relay = queued(group, cloud, RELAY_STATE=STATE)
    client = boto3.client("sqs", region_name=REGION)

    def lose(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="x")

    client.meta.events.register("after-call.sqs.SendMessageBatch", lose)
    warm = WithQueue(SqsQueue(QUEUE, relay.environ, client))
    answer = handler.build(relay.environ, clock=cloud.clock, warm=warm)(hook(1), None)
    waiting = cloud.waiting()
    cloud.poll(another(relay, cloud), until_s=NOW + 60)

    assert (answer["statusCode"], waiting, told(group)) == (200, 1, [1])
    assert (cloud.waiting(), cloud.dead()) == (0, [])


# --- killed


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    """What makes processes that die."""
    with Mortal() as found:
        yield found


class Doomed:
    """*relay* in processes that die."""

    def __init__(self, mortal: Mortal, cloud: Lambda) -> None:
        self._mortal = mortal
        self._cloud = cloud

    def __call__(self, step: str, relay: Relay, event: object, *, only: str = "") -> None:
        """Let one handle *event* with the configuration of *relay* up to *step*."""
        with served() as address:
            environ = {**relay.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": address}
            self._mortal.killed_at(step, environ, event, self._cloud.clock.now, only=only)


@pytest.fixture
def killed(mortal: Mortal, cloud: Lambda) -> Doomed:
    return Doomed(mortal, cloud)


# what the robot was told twice, with the table and without
IN_A_BATCH = {
    "before the claim": ([], []),
    "after the claim": ([], []),
    "before the post": ([], []),
    "after the post": ([0], [0]),
    "before the second post": ([], [0]),
    "after the second post": ([1], [0, 1]),
    "after the last settle": ([], [0, 1, 2]),
}


@pytest.mark.parametrize("state", [STATE, "memory"], ids=["table", "memory"])
@pytest.mark.parametrize("step", IN_A_BATCH)
def test_e3_killed_while_it_delivers_a_batch(
    step: str, state: str, group: RobotServer, cloud: Lambda, killed: Doomed
) -> None:
    """Nothing is lost wherever it happens; with a table only what the robot just took comes twice.

    A process that forgets sends again what had not been acknowledged.
    """
    relay = queued(group, cloud, RELAY_STATE=state)
    for number in range(3):
        send(relay, number)
    killed(step, relay, lambda_event(cloud.batch()))
    cloud.clock.now += VISIBILITY_S + 1
    before = len(group.received)
    cloud.poll(relay.handle, until_s=NOW + 300)
    twice = sorted(number for number, count in Counter(told(group)).items() if count > 1)

    assert set(told(group)) == {0, 1, 2}
    assert twice == IN_A_BATCH[step][state == "memory"]
    assert max(Counter(told(group)).values()) <= 2
    assert sorted(told(group)[before:]) == told(group)[before:]
    assert (cloud.waiting(), cloud.dead()) == (0, [])


def test_e3_killed_after_one_robot_of_three(
    group: RobotServer, cloud: Lambda, killed: Doomed
) -> None:
    """The first robot has its message, the two others hang at death: each ends up with one."""
    relay = queued(group, cloud, wecom=3, RELAY_STATE=STATE)
    send(relay, 1)
    batch = lambda_event(cloud.batch())
    killed("after the first settle", relay, batch, only="wecom-key-0")
    at_death = [message.key for message in group.received]
    cloud.clock.now += VISIBILITY_S + 1
    cloud.poll(relay.handle, until_s=NOW + 300)

    assert at_death == ["wecom-key-0"]
    assert sorted(message.key for message in group.received) == [f"wecom-key-{n}" for n in range(3)]
    assert (cloud.waiting(), cloud.dead()) == (0, [])


@pytest.mark.parametrize(("state", "first"), [(STATE, 1), ("memory", 2)], ids=["table", "memory"])
def test_e3_killed_after_one_robot_of_three_without_a_queue(
    state: str, first: int, group: RobotServer, cloud: Lambda, killed: Doomed
) -> None:
    """The forge had no answer and sends again: a table knows which robot has the message."""
    relay = queued(group, cloud, wecom=3, RELAY_STATE=state, RELAY_QUEUE="")
    killed("after the first settle", relay, hook(1), only="wecom-key-0")
    cloud.clock.now += MINUTE_S
    answer = send(relay, 1)
    counts = Counter(message.key for message in group.received)

    assert answer.status == 200
    assert counts == {"wecom-key-0": first, "wecom-key-1": 1, "wecom-key-2": 1}


def test_e3_what_a_dead_process_claimed_waits_for_the_end_of_its_lease(
    group: RobotServer, cloud: Lambda, killed: Doomed
) -> None:
    """A message that is there again at once is not sent beside one that may still be sending."""
    relay = queued(group, cloud, RELAY_STATE=STATE)
    send(relay, 1)
    [message] = cloud.batch()
    killed("before the post", relay, lambda_event([message]))
    cloud.sqs.change_message_visibility(
        QueueUrl=cloud.queues.address, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )
    cloud.clock.now += 1
    kept = cloud.call(relay.handle, cloud.batch())
    at_once = list(group.attempts)
    cloud.poll(relay.handle, until_s=NOW + 120)

    assert (kept, at_once) == ([message["MessageId"]], [])
    assert (told(group), cloud.waiting()) == ([1], 0)
    assert NOW + 30 < group.received[0].time < NOW + 60


def test_e3_killed_after_the_burial(group: RobotServer, cloud: Lambda, killed: Doomed) -> None:
    """What was refused is a dead letter once, however often its message comes."""
    relay = queued(group, cloud, RELAY_STATE=STATE)
    group.set_faults("wecom-key-0", "badkey")
    send(relay, 1)
    killed("after the burial", relay, lambda_event(cloud.batch()))
    at_death = (len(cloud.dead()), cloud.waiting())
    cloud.clock.now += VISIBILITY_S + 1
    cloud.poll(relay.handle, until_s=NOW + 120)

    assert (at_death, len(cloud.dead()), cloud.waiting()) == ((1, 1), 1, 0)
    assert (told(group), refusals(group)) == ([], [93000, 93000])


@pytest.mark.parametrize("pause_s", [10, 400], ids=["soon", "after SQS forgot"])
@pytest.mark.parametrize("step", ["before the queue", "after the queue"])
def test_e1_e3_killed_before_the_answer_to_the_forge(
    step: str, pause_s: float, group: RobotServer, cloud: Lambda, killed: Doomed
) -> None:
    """The forge had no answer and sends again with the same key: delivered once."""
    relay = queued(group, cloud, wecom=2, RELAY_STATE=STATE)
    killed(step, relay, hook(1))
    at_death = cloud.waiting()
    cloud.clock.now += pause_s
    answer = send(relay, 1)
    waiting = cloud.waiting()
    cloud.poll(relay.handle, until_s=cloud.clock.now + 60)

    stored = 2 if step == "after the queue" else 0
    assert (at_death, answer.status) == (stored, 202)
    assert waiting == 2 + (stored if pause_s > 300 else 0)
    assert told(group) == told(group, "wecom-key-1") == [1]
    assert (cloud.waiting(), cloud.dead()) == (0, [])


# --- what does not end, or leaves in doubt


def test_e4_robot_that_never_ends_its_answer_is_posted_to_twice(
    group: RobotServer, cloud: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    """Held and told at the first receive, a dead letter at the second: it may have arrived."""
    relay = queued(group, cloud)
    send(relay, 1)
    group.set_faults("wecom-key-0", "trickle:0.3")
    first = cloud.call(another(relay, cloud), cloud.batch(), Ending(2.0))
    [told_of] = lines(capsys, "delivery.kept")
    again_at_once = cloud.batch()
    cloud.clock.now += HOUR_S
    second = cloud.call(another(relay, cloud), cloud.batch(), Ending(2.0))

    assert (len(first), again_at_once, second) == (1, [], [])
    assert (told_of["code"], told_of["tries"], told_of["receives"]) == ("E531", 1, 1)
    assert [one.told["code"] for one in cloud.dead()] == ["E531"]
    assert (told(group), cloud.waiting()) == ([1, 1], 0)


def test_e4_group_that_does_not_end_is_held(group: RobotServer, cloud: Lambda) -> None:
    """Its messages come again after a pause, not as soon as the queue's own time has passed."""
    relay = queued(group, cloud)
    send(relay, 1)
    group.set_faults("wecom-key-0", "trickle:0.3")
    held: list[float] = []
    queue = SqsQueue(cloud.queues.address, {}, cloud.sqs)
    queue.hold = lambda records, delay_s: held.append(delay_s)  # type: ignore[method-assign]
    handle = handler.build(relay.environ, clock=cloud.clock, warm=WithQueue(queue))
    cloud.call(handle, cloud.batch(), Ending(0.6))

    assert [True] == [15 <= delay_s <= 30 for delay_s in held]


def test_e5_doubt_is_remembered_beyond_the_next_try(group: RobotServer, cloud: Lambda) -> None:
    """Taken but not answered, then HTTP 500: it may have arrived, and is not posted for ever."""
    relay = queued(group, cloud)
    send(relay, 1)
    for _ in range(5):
        if messages := cloud.batch():
            group.set_faults("wecom-key-0", "accepted_then_reset*1,http:500")
            cloud.call(another(relay, cloud), messages, Ending(10))
        cloud.clock.now += BLOCK_S

    assert told(group) in ([1], [1, 1])
    assert (cloud.waiting(), len(cloud.dead())) == (0, 1)


def test_e5_fallback_that_hangs_holds_up_nobody(group: RobotServer, cloud: Lambda) -> None:
    """The refused robot's other messages are delivered before anybody is told of the refusal."""
    relay = with_fallback(group, cloud)
    for number in range(4):
        send(relay, number)
    group.set_faults("dev", "http:404*1")
    group.set_faults("ops", "hang")
    kept = cloud.call(relay.handle, cloud.batch(), Ending(3.0))

    assert (kept, told(group, "dev")) == ([], [1, 2, 3])
    assert [one.told["code"] for one in cloud.dead()] == ["E533"]


class Hanging:
    """A queue that answers nobody until *gate* is open."""

    def __init__(self) -> None:
        self.gate = threading.Event()

    def put(self, deliveries: Any, *, now_s: float) -> Any:
        self.gate.wait(10)
        return ()


def test_e7_queue_that_hangs_leaves_time_for_posting(group: RobotServer, cloud: Lambda) -> None:
    """With little time left: the robot has it, and the answer comes before the platform's end."""
    relay, queue = queued(group, cloud), Hanging()
    handle = handler.build(relay.environ, clock=cloud.clock, warm=WithQueue(queue))
    context = Ending(4.0)
    answer = handle(hook(1), context)
    left_ms = context.get_remaining_time_in_millis()
    queue.gate.set()

    assert (answer["statusCode"], told(group), left_ms > 0) == (200, [1], True)
