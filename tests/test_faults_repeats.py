"""Cases E1 to E3, E8, E10 and B7 of `design/faults.md`: an event that comes twice, or whose process
dies, or whose store does not answer, posted at once.

What a queue makes of them is in `test_faults_queue`.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from conftest import ROOT
from fake_chat import FakeChat, Posted
from marked import ALL_REPEATED, issue, marks, reasons, sent, tell, tries, written
from moto import mock_aws
from patience import BUSY_S
from relays import (
    NOW,
    SECRET,
    SIGNING_TOKEN,
    Answer,
    Clock,
    Relay,
    request,
    signed_by_gitee,
    signed_by_gitlab,
)

import handler
from handler import Call
from relay.claims import KEPT_S, SAME_BODY_S
from relay.state import Store
from relay.stores.asking import Asking
from relay.stores.dynamodb import DynamoStore
from relay.stores.memory import MemoryStore
from relay.stores.table import Table
from relay.warm import Warm
from workbench import samples
from workbench.robots import RobotServer

pytestmark = [  # the SDK's own: it calls what Python 3.12 deprecates, and counts old Pythons out
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]

KEY, OTHER = "wecom-key-0", "dingtalk-token-0"
REGION = "cn-north-1"
LEASE_S = 9.0  # a budget of 4 s and the 5 s that a claim outlives it


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def robots(clock: Clock) -> Iterator[RobotServer]:
    with RobotServer(clock=clock) as server:
        yield server


@pytest.fixture
def relay(robots: RobotServer, clock: Clock) -> Relay:
    """One WeCom robot and the usual memory."""
    return Relay(robots, wecom=1, dingtalk=0, clock=clock, warm=Warm())


def details(answer: Answer) -> list[tuple[str, str]]:
    return [(entry["reason"], entry["detail"]) for entry in answer.report.get("skipped", ())]


# --- E1


@pytest.mark.parametrize("header", ["Idempotency_Key", "webhook_id"])
def test_e1_same_key_twice_is_one_message(header: str, robots: RobotServer, relay: Relay) -> None:
    """The second is answered 200 with R28, and the robot has one message."""
    one = {"Idempotency_Key": None, header: "k-1"}
    first, second = (tell(relay, 1, **one) for _ in range(2))

    assert (200, ["wecom"]) == (first.status, sent(first))
    assert (200, True, []) == (second.status, second.report["ok"], sent(second))
    assert [("R28", "重复的投递，已经发过")] == details(second)
    assert ([1], {KEY: 1}) == (marks(robots, KEY), tries(robots))


def test_e1_repeat_is_in_the_log(relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, with the id of the event and the reason."""
    tell(relay, 1)
    capsys.readouterr()
    answer = tell(relay, 1)
    [line] = written(capsys)

    assert ("event.ignored", answer.report["id"], "R28") == (
        line["event"],
        line["id"],
        line["reason"],
    )


def test_e1_repeat_for_one_receiver_is_in_the_log(
    robots: RobotServer, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where only some have the message, the line names the delivery."""
    relay = Relay(robots, clock=clock, warm=Warm())
    robots.set_faults(KEY, "badkey*1")
    tell(relay, 1)
    answer = tell(relay, 1)
    [line] = written(capsys, "delivery.repeated")

    assert (f"{answer.report['id']}.dingtalk", "R28") == (line["delivery_id"], line["reason"])


def test_e1_both_headers_and_one_key(robots: RobotServer, relay: Relay) -> None:
    """GitLab 19 sends the same id under both names; an older repeat has only one of them."""
    tell(relay, 1, webhook_id="key-1")
    second = tell(relay, 1)

    assert (ALL_REPEATED, [1]) == (reasons(second), marks(robots, KEY))


def test_e1_new_webhook_uuid_does_not_make_it_new(robots: RobotServer, relay: Relay) -> None:
    """GitLab changes that header on a resend."""
    first = tell(relay, 1, X_Gitlab_Webhook_UUID="11111111-1111-4111-8111-111111111111")
    second = tell(relay, 1, X_Gitlab_Webhook_UUID="22222222-2222-4222-8222-222222222222")

    assert (["wecom"], ALL_REPEATED) == (sent(first), reasons(second))
    assert [1] == marks(robots, KEY)


def test_e1_same_event_uuid_does_not_make_it_old(robots: RobotServer, relay: Relay) -> None:
    """Two hooks of one action have it in common: each tells something else."""
    found = [
        tell(relay, number, X_Gitlab_Event_UUID="33333333-3333-4333-8333-333333333333")
        for number in (1, 2)
    ]

    assert [["wecom"], ["wecom"]] == [sent(answer) for answer in found]
    assert [1, 2] == marks(robots, KEY)


def test_e1_same_body_of_two_hooks(robots: RobotServer, relay: Relay, clock: Clock) -> None:
    """A project's hook and its group's: two ids, one body, one message; R28 names the first."""
    first = tell(relay, 1, Idempotency_Key="of-the-project")
    clock.now += SAME_BODY_S - 1
    second = tell(relay, 1, Idempotency_Key="of-the-group")

    assert first.report["id"] != second.report["id"]
    assert (200, True, []) == (second.status, second.report["ok"], sent(second))
    assert [("R28", f"和刚才的投递 {first.report['id']} 内容完全相同")] == details(second)
    assert [1] == marks(robots, KEY)


def test_e1_same_body_later_is_a_new_event(robots: RobotServer, relay: Relay, clock: Clock) -> None:
    """After the window the same words may have been said again."""
    tell(relay, 1, Idempotency_Key="first")
    clock.now += SAME_BODY_S
    second = tell(relay, 1, Idempotency_Key="second")

    assert (["wecom"], [1, 1]) == (sent(second), marks(robots, KEY))


def test_e1_key_is_known_for_a_day(robots: RobotServer, relay: Relay, clock: Clock) -> None:
    """A repeat hours later is one; a day later it is sent."""
    tell(relay, 1)
    found = []
    for later in (KEPT_S / 2, KEPT_S / 2 - 1, 1):
        clock.now += later
        found.append(sent(tell(relay, 1)))

    assert [[], [], ["wecom"]] == found
    assert [1, 1] == marks(robots, KEY)


def test_e1_test_button_is_meant_each_time(robots: RobotServer, relay: Relay) -> None:
    """Its body is always the same; who presses it wants to see something."""
    found = [relay.sample("gitee/test.ping", X_Gitee_Timestamp=str(stamp)) for stamp in (1, 2)]

    assert [["wecom"], ["wecom"]] == [sent(answer) for answer in found]


def test_e1_resend_after_a_failure_is_delivered(robots: RobotServer, clock: Clock) -> None:
    """Only to the receiver that had failed; then it is a repeat for both."""
    relay = Relay(robots, clock=clock, warm=Warm())
    robots.set_faults(KEY, "badkey*1")
    found = [tell(relay, 1) for _ in range(3)]

    assert [["dingtalk"], ["wecom"], []] == [sent(answer) for answer in found]
    assert [{"wecom": "R31"}, {"dingtalk": "R28"}, ALL_REPEATED] == [
        reasons(answer) for answer in found
    ]
    assert ([1], [1]) == (marks(robots, KEY), marks(robots, OTHER))
    assert {KEY: 2, OTHER: 1} == tries(robots)


def test_e1_resend_while_all_fail_tries_each_time(robots: RobotServer, relay: Relay) -> None:
    """What was never delivered is never a repeat."""
    robots.set_faults(KEY, "badkey*3")
    found = [sent(tell(relay, 1)) for _ in range(4)]

    assert [[], [], [], ["wecom"]] == found


def test_e1_old_gitlab_without_an_id(robots: RobotServer, relay: Relay, clock: Clock) -> None:
    """The same body within seconds is a repeat, also across a boundary of the clock; later not."""
    clock.now = (NOW // 10 + 1) * 10 - 0.5
    found = []
    for pause_s in (0, 0.2, 1, SAME_BODY_S):
        clock.now += pause_s
        found.append(sent(tell(relay, 1, Idempotency_Key=None)))

    assert [["wecom"], [], [], ["wecom"]] == found
    assert [1, 1] == marks(robots, KEY)


def test_e1_old_gitlab_sent_again_after_a_failure(robots: RobotServer, relay: Relay) -> None:
    """Without an id, too, a failure is no delivery."""
    robots.set_faults(KEY, "badkey*1")
    found = [sent(tell(relay, 1, Idempotency_Key=None)) for _ in range(2)]

    assert [[], ["wecom"]] == found


def test_e1_gitee_is_known_by_time_and_body(
    robots: RobotServer, relay: Relay, clock: Clock
) -> None:
    """A repeat has the timestamp of the first; the same body under another is another event."""

    def push(at_s: float) -> Answer:
        signed = signed_by_gitee(at_s=at_s)
        found = samples.load("gitee/push.pushed")
        return relay.call(request(found.body, {**found.headers, **signed}))

    first, repeat = push(NOW), push(NOW)
    clock.now += 60
    late_repeat, another = push(NOW), push(NOW + 60)

    assert [["wecom"], [], [], ["wecom"]] == [
        sent(answer) for answer in (first, repeat, late_repeat, another)
    ]
    assert ALL_REPEATED == reasons(late_repeat)


def test_e1_memory_of_one_process_is_not_anothers(robots: RobotServer, clock: Clock) -> None:
    """Without a shared store a cold start knows nothing: at least once, and that is documented."""
    one, two = (Relay(robots, 1, 0, clock=clock, warm=Warm()) for _ in range(2))

    assert [["wecom"], ["wecom"]] == [sent(tell(relay, 1)) for relay in (one, two)]


# --- B7


def test_b7_signed_request_sent_again(robots: RobotServer, clock: Clock) -> None:
    """Whoever got hold of a signed request cannot post it to the group a second time."""
    relay = Relay(robots, 1, 0, clock=clock, warm=Warm(), GITLAB_SIGNING_TOKEN=SIGNING_TOKEN)
    event = request(None, signed_by_gitlab(json.dumps(samples.load(PIPELINE).body)))
    first = relay.call(event)
    clock.now += 250
    second = relay.call(event)

    assert (200, ["wecom"]) == (first.status, sent(first))
    assert (200, [], ALL_REPEATED) == (second.status, sent(second), reasons(second))
    assert {KEY: 1} == tries(robots)


PIPELINE = "gitlab/pipeline.failed"


# --- E2, E3: several instances


@pytest.fixture
def aws_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are none, and no files or metadata service to find others in."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")


@pytest.fixture
def table(aws_account: None) -> Iterator[Any]:
    """A client of an account that has the table ``notify``."""
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION)
        client.create_table(
            TableName="notify",
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


class Sharing(Warm):
    """A process whose store is *found*, whatever the configuration says."""

    def __init__(self, found: Store) -> None:
        super().__init__()
        self._found = found

    def store(self, state: str, environ: Mapping[str, str]) -> Store:
        return self._found


def shared(client: Any, **options: Any) -> DynamoStore:
    """Return one process's view of the table; *client* may take its time, machines are busy."""
    patient = {"bound_s": 20.0, "clock": lambda: 0.0, **options}
    return DynamoStore(Table("notify", Asking("notify", {}, lambda environ: client, **patient)))


def instance(table: Any, robots: RobotServer, clock: Clock, wecom: int = 1) -> Relay:
    """Return another process of the same deployment, with DynamoDB as its state."""
    return Relay(robots, wecom, 0, clock=clock, warm=Sharing(shared(table)))


def test_e2_twice_at_once_in_two_instances(table: Any, clock: Clock) -> None:
    """While one instance posts, the other is told so; afterwards that it is done."""
    meanwhile: list[Answer] = []

    def arrived(_: object) -> None:  # the first instance waits for its robot's answer
        if not meanwhile:
            meanwhile.append(tell(two, 1))

    with RobotServer(clock=clock, on_message=arrived) as robots:
        one, two = (instance(table, robots, clock) for _ in range(2))
        first, afterwards = tell(one, 1), tell(two, 1)

        assert (200, ["wecom"]) == (first.status, sent(first))
        assert (200, []) == (meanwhile[0].status, sent(meanwhile[0]))
        assert [("R28", "重复的投递，正在发送")] == details(meanwhile[0])
        assert [("R28", "重复的投递，已经发过")] == details(afterwards)
        assert ([1], {KEY: 1}) == (marks(robots, KEY), tries(robots))


def test_e2_two_hooks_in_two_instances(table: Any, robots: RobotServer, clock: Clock) -> None:
    """The same body under two ids is seen across instances as well."""
    one, two = (instance(table, robots, clock) for _ in range(2))
    first, second = tell(one, 1), tell(two, 1, Idempotency_Key="of-the-group")

    assert (["wecom"], []) == (sent(first), sent(second))
    assert "R28" == details(second)[0][0]
    assert [1] == marks(robots, KEY)


class Mortal:
    """The store of a process that dies: after *notes* of "sent" nothing is written any more."""

    def __init__(self, found: Store, notes: int) -> None:
        self._found = found
        self._notes = notes
        self.add, self.get = found.add, found.get

    def put(self, key: str, text: str, *, until_s: float) -> None:
        self._notes -= 1
        if self._notes >= 0:
            self._found.put(key, text, until_s=until_s)

    def remove(self, key: str) -> None:
        """Never come to it."""


def mortal(table: Any, robots: RobotServer, clock: Clock, notes: int, wecom: int = 1) -> Relay:
    """Return a process beside `instance` that dies after *notes* receivers."""
    return Relay(robots, wecom, 0, clock=clock, warm=Sharing(Mortal(shared(table), notes)))


def test_e2_claim_of_a_dead_owner_expires(table: Any, robots: RobotServer, clock: Clock) -> None:
    """A call that was killed holds its claim for its budget and five seconds, no longer."""
    one, two = mortal(table, robots, clock, notes=0), instance(table, robots, clock)
    tell(one, 1)
    early = tell(two, 1)
    clock.now += LEASE_S + 1
    late = tell(two, 1)

    assert [("R28", "重复的投递，正在发送")] == details(early)
    assert ["wecom"] == sent(late)


def test_e1_resend_reaches_a_receiver_that_is_new(robots: RobotServer, relay: Relay) -> None:
    """Somebody adds a group and presses *Resend*: the new one has it, the old one not again."""
    tell(relay, 1)
    added = {"DINGTALK_WEBHOOK_URL": robots.add_dingtalk("added")}
    relay.handle = handler.build({**relay.environ, **added}, clock=relay.clock, warm=relay.warm)
    again = tell(relay, 1)

    assert (["dingtalk"], {"wecom": "R28"}) == (sent(again), reasons(again))


def test_e3_killed_between_two_robots(table: Any, robots: RobotServer, clock: Clock) -> None:
    """With a store: robot 1 has the message once, 2 and 3 have it once after the resend."""
    one, two = (
        mortal(table, robots, clock, notes=1, wecom=3),
        instance(table, robots, clock, wecom=3),
    )
    for key in ("wecom-key-1", "wecom-key-2"):
        robots.set_faults(key, "refuse*2")
    tell(one, 1)
    early = tell(two, 1)
    clock.now += LEASE_S + 1
    late = tell(two, 1)

    assert {"wecom": "R28", "wecom#2": "R28", "wecom#3": "R28"} == reasons(early)
    assert (["wecom#2", "wecom#3"], {"wecom": "R28"}) == (sent(late), reasons(late))
    assert [[1]] * 3 == [marks(robots, f"wecom-key-{n}") for n in range(3)]


KILLED = """
import json, sys, handler
environ, event = json.load(sys.stdin)
handler.build(environ, clock=lambda: {now})(event, None)
print("not killed")
"""


def test_e3_killed_process_without_a_store(clock: Clock) -> None:
    """SIGKILL after robot 1 of 3: the resend reaches all three; robot 1 twice, as documented."""
    killed = threading.Event()
    processes: list[subprocess.Popen[str]] = []

    def arrived(message: Any) -> None:
        if message.key == KEY and processes and not killed.is_set():
            for _ in range(1000):  # until the other two have read theirs, and keep quiet about it
                if len(robots.attempts) >= 3 or killed.wait(0.01):
                    break
            processes[0].kill()
            killed.set()

    with RobotServer(clock=clock, on_message=arrived) as robots:
        relay = Relay(robots, 3, 0, clock=clock, warm=Warm())
        for key in ("wecom-key-1", "wecom-key-2"):
            robots.set_faults(key, "hang")
        usual = {"X-Gitlab-Event": "Issue Hook", "X-Gitlab-Token": SECRET}
        event = request(issue(1), {**usual, "Idempotency-Key": "key-1"})
        command = [sys.executable, "-c", KILLED.format(now=NOW)]
        pipe = subprocess.PIPE
        processes.append(
            subprocess.Popen(  # noqa: S603 - our own interpreter
                command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True
            )
        )
        out, _ = processes[0].communicate(json.dumps([relay.environ, event]), timeout=30)
        for key in ("wecom-key-1", "wecom-key-2"):
            robots.set_faults(key, "")
        answer = relay.call(event)

        assert (-9, False) == (processes[0].returncode, "not killed" in out)
        assert ["wecom", "wecom#2", "wecom#3"] == sent(answer)
        counts = [len(marks(robots, f"wecom-key-{n}")) for n in range(3)]
        assert [2, 1, 1] == counts


# --- E8


class Broken:
    """A client of DynamoDB whose every call is *call*."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.calls = 0
        self._call = call

    def _ask(self, **_: Any) -> Any:
        self.calls += 1
        return self._call()

    put_item = get_item = delete_item = _ask


def refuse(code: str) -> Any:
    raise ClientError({"Error": {"Code": code, "Message": "no"}}, "PutItem")


@pytest.mark.parametrize(
    "code", ["InternalServerError", "ThrottlingException", "AccessDeniedException"]
)
def test_e8_store_is_down(
    code: str, robots: RobotServer, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """All messages are sent, one line in the log says why repeats may come, one call is made."""
    client = Broken(lambda: refuse(code))
    relay = Relay(robots, clock=clock, warm=Sharing(shared(client)))
    found = [tell(relay, number) for number in (1, 2, 3)]
    lines = written(capsys, "state.failed")

    assert [(200, ["wecom", "dingtalk"])] * 3 == [(one.status, sent(one)) for one in found]
    assert [("E545", "WARNING", code)] == [
        (line["code"], line["level"], line["vendor_code"]) for line in lines
    ]
    assert 1 == client.calls


def test_e8_own_repeats_are_known_while_the_store_is_down(
    robots: RobotServer, clock: Clock
) -> None:
    """What this process sent it remembers itself."""
    found = shared(Broken(lambda: refuse("InternalServerError")))
    relay = Relay(robots, 1, 0, clock=clock, warm=Sharing(found))
    tell(relay, 1)

    assert ALL_REPEATED == reasons(tell(relay, 1))


def test_e8_store_that_hangs_leaves_time(
    robots: RobotServer, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bounded wait, not one for each call of an event, and none for the next event."""
    gate = threading.Event()
    client = Broken(lambda: gate.wait(20) and {})
    relay = Relay(robots, 2, 1, clock=clock, warm=Sharing(shared(client, bound_s=0.3)))
    began = time.monotonic()
    first, middle = tell(relay, 1), time.monotonic()
    second, end = tell(relay, 2), time.monotonic()
    gate.set()

    names = ["wecom", "wecom#2", "dingtalk"]
    assert (names, names) == (sent(first), sent(second))
    assert 0.3 <= middle - began < 0.3 + BUSY_S
    assert end - middle < BUSY_S
    assert (1, 1) == (client.calls, len(written(capsys, "state.failed")))


@pytest.mark.hurried
def test_e8_slow_store_is_left_alone(
    robots: RobotServer, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its first answer counts; it is not asked again for a while."""
    times = iter([0.0, 0.6])
    client = Broken(dict)
    found = shared(client, clock=lambda: next(times))
    relay = Relay(robots, 2, 0, clock=clock, warm=Sharing(found))

    assert ["wecom", "wecom#2"] == sent(tell(relay, 1))
    [line] = written(capsys, "state.failed")
    assert ("SlowError", 1) == (line["vendor_code"], client.calls)


def test_e8_table_is_missing(
    table: Any, robots: RobotServer, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real SDK and an account without that table: sent, and the line names it."""
    table.delete_table(TableName="notify")
    environ = {"RELAY_STATE": "dynamodb://notify", "AWS_REGION": REGION}
    relay = Relay(robots, 1, 0, clock=clock, warm=Warm(), AWS_ACCESS_KEY_ID="test-id", **environ)
    answer = tell(relay, 1)
    [line] = written(capsys, "state.failed")

    assert (200, ["wecom"]) == (answer.status, sent(answer))
    assert ("E545", "ResourceNotFoundException") == (line["code"], line["vendor_code"])
    assert "there is no table notify" in line["detail"]


# --- E10


class AwsContext:
    def __init__(self, left_ms: int) -> None:
        self._left_ms = left_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._left_ms


@pytest.mark.parametrize(
    ("context", "budget_s"),
    [
        pytest.param(None, 4.0, id="absent"),
        pytest.param(object(), 4.0, id="odd"),
        pytest.param(AwsContext(30_000), 4.0, id="30s"),
        pytest.param(AwsContext(3000), 2.8, id="3s"),
        pytest.param({"time_limit_in_ms": 3000}, 2.8, id="3s-tencent"),
        pytest.param(AwsContext(1000), 0.8, id="1s"),
        pytest.param(AwsContext(300), 0.1, id="0.3s"),
        pytest.param(AwsContext(0), -0.2, id="none-left"),
    ],
)
def test_e10_budget_is_what_the_platform_leaves(
    context: object, budget_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0.2 s less than the platform's time, and never more than is configured."""
    monkeypatch.setattr("time.monotonic", Clock(1000.0))
    found = Call(context, 1000.0).deadline(4.0) - 1000.0

    assert budget_s == pytest.approx(found)


@pytest.mark.parametrize("context", [AwsContext(3000), AwsContext(2000), None])
def test_e10_with_time_left_it_is_sent(context: object, robots: RobotServer, relay: Relay) -> None:
    """A robot that is well needs none of it."""
    answer = relay.gitlab(context=context)

    assert (200, ["wecom"]) == (answer.status, sent(answer))


def test_e10_answer_comes_before_the_platform_ends_the_call(
    robots: RobotServer, clock: Clock
) -> None:
    """Little time left and a robot that hangs: the other has the message, the answer is there."""
    relay = Relay(robots, clock=clock, warm=Warm())
    robots.set_faults(KEY, "hang")
    began = time.monotonic()
    answer = relay.gitlab(context=AwsContext(2000))

    assert (["dingtalk"], {"wecom": "R31"}) == (sent(answer), reasons(answer))
    assert time.monotonic() - began < 2.0 + BUSY_S


def test_e10_with_no_time_nothing_is_begun_and_all_is_recorded(
    robots: RobotServer, relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    """At 0.3 s: no post whose fate nobody would know, a record to send it from, and a Resend."""
    headers = {"X_Gitlab_Event": "Issue Hook", "Idempotency_Key": "key-1"}
    answer = relay.gitlab(issue(1), AwsContext(300), **headers)
    [record] = written(capsys, "delivery.failed")

    assert (200, []) == (answer.status, sent(answer))
    assert ["E538"] == [entry["code"] for entry in answer.report["failed"]]
    assert {} == tries(robots)
    assert ("E538", "mark-1." in record["delivery"]) == (record["code"], True)
    assert "ambiguous" not in record
    assert ["wecom"] == sent(tell(relay, 1))


def test_memory_is_shared_by_the_calls_of_a_process() -> None:
    """The store of a process is made once."""
    warm = Warm()

    assert isinstance(warm.store("", {}), MemoryStore)
    assert warm.store("", {}) is warm.store("", {})


# --- what one process does to another's deliveries, and time


def test_e10_time_that_has_passed_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """2 s of a call's 10 are over: 8 less the margin are left, and of a budget of 4 s there are 2.

    Lambda tells what is left now, Tencent the whole.
    """
    now = 1000.0
    monkeypatch.setattr("time.monotonic", Clock(now))
    contexts = [AwsContext(1000), {"time_limit_in_ms": 3000}]
    found = [Call(context, now - 2.0).deadline(4.0) - now for context in contexts]
    plenty = [Call(context, now - 2.0).deadline(4.0) - now for context in (AwsContext(8000), None)]

    assert [0.8, 0.8] == pytest.approx(found)
    assert [2.0, 2.0] == pytest.approx(plenty)


@pytest.mark.parametrize(("left_ms", "received"), [(4900, ["wecom"]), (300, [])])
def test_e10_store_that_hangs_is_not_asked_at_the_end(
    left_ms: int,
    received: list[str],
    robots: RobotServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What time there is is for the robot; with none, nothing was begun, and nobody is in doubt."""
    monkeypatch.setattr("handler._STORE_S", 5.0)
    gate = threading.Event()
    client = Broken(lambda: gate.wait(20) and {})
    state = {"RELAY_STATE": "dynamodb://notify", "AWS_REGION": REGION}
    relay = Relay(robots, 1, 0, clock=clock, warm=Sharing(shared(client)), **state)
    answer = relay.gitlab(context=AwsContext(left_ms))
    gate.set()

    assert (received, 0) == (sent(answer), client.calls)
    assert {"E538"} >= {entry["code"] for entry in answer.report.get("failed", ())}


def test_e1_same_body_under_another_id_after_a_failure_is_sent(
    robots: RobotServer, relay: Relay, clock: Clock
) -> None:
    """Somebody mended the robot and tests the hook again within ten seconds."""
    robots.set_faults(KEY, "badkey*1")
    first = tell(relay, 1)
    clock.now += 3
    second = tell(relay, 1, Idempotency_Key="another")

    assert ([], ["wecom"], [1]) == (sent(first), sent(second), marks(robots, KEY))


def instances(robots: RobotServer, clock: Clock, count: int = 2) -> list[Relay]:
    """Return processes that share what is remembered, and nothing else."""
    store = MemoryStore()
    return [Relay(robots, 1, 0, clock=clock, warm=Sharing(store)) for _ in range(count)]


def test_e2_what_waited_and_another_instance_sent_is_not_sent_again(
    robots: RobotServer, clock: Clock
) -> None:
    """Its claim had ended; the resend went elsewhere; then the first instance has its turn."""
    one, two = instances(robots, clock)
    robots.set_faults(KEY, "throttle*1")
    waits = tell(one, 1)
    clock.now += 200
    elsewhere = tell(two, 1)
    clock.now += 20
    tell(one, 2)

    assert ({"wecom": "R29"}, ["wecom"]) == (reasons(waits), sent(elsewhere))
    assert [1, 2] == marks(robots, KEY)


def test_e1_what_waits_for_an_old_address_and_comes_again_is_sent_once(
    robots: RobotServer, clock: Clock
) -> None:
    """The receiver has another robot by then: that one has it, and the old one nothing."""
    both = Relay(robots, 2, 0, clock=clock)
    warm, second = Warm(), "wecom-key-1"
    old, new = (
        handler.build({**both.environ, "WECOM_WEBHOOK_URL": url}, clock=clock, warm=warm)
        for url in both.wecom
    )
    headers = {"X-Gitlab-Event": "Issue Hook", "X-Gitlab-Token": SECRET, "Idempotency-Key": "one"}
    robots.set_faults(KEY, "throttle*1")
    old(request(issue(1), headers), None)
    robots.set_faults(second, "slow:0.2")  # so that two posts would be under way at once
    clock.now += 300
    new(request(issue(1), headers), None)

    assert ([], [1]) == (marks(robots, KEY), marks(robots, second))


def test_e2_late_failure_leaves_what_another_instance_noted(
    robots: RobotServer, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """One gives up and another sends it; the first one's end comes later: still sent, once more."""
    one, two, three = instances(robots, clock, 3)
    tell(three, 0)  # modules are imported
    gate = threading.Event()

    def break_off(_: Posted) -> Exception:
        gate.wait(10)
        return requests.exceptions.ConnectionError("reset")

    one.warm.session = FakeChat(break_off).session()
    headers = {"X_Gitlab_Event": "Issue Hook", "Idempotency_Key": "key-1"}
    first = one.gitlab(issue(1), AwsContext(1500), **headers)
    clock.now += 60
    second = tell(two, 1)
    hanging = [thread for found in one.warm.late._threads.values() for thread, _ in found]
    gate.set()
    for thread in hanging:
        thread.join(5)
    third = tell(three, 1)

    assert ({"wecom": "R31"}, ["wecom"]) == (reasons(first), sent(second))
    assert [None, True] == [line.get("late") for line in written(capsys, "delivery.failed")]
    assert ({"wecom": "R28"}, [0, 1]) == (reasons(third), marks(robots, KEY))
