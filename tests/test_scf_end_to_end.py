"""`queue: scf-async` on Tencent SCF, from the webhook over the platform's calls to the robots.

The platform is `workbench.tencent_functions`: it calls again twice what raised, and drops it then.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from relays import ROBOT_SECRET, SECRET, WITH_FALLBACK, Clock, Relay, configured

from handler import NotDelivered
from relay.queues.items import read
from relay.queues.scf import ScfQueue
from relay.warm import Warm
from workbench import samples
from workbench.robots import RobotServer
from workbench.tencent_functions import Functions
from workbench.tencent_stand_in import ENVIRON, SECRET_KEY, TOKEN

pytestmark = [  # the SDK's own: it calls what Python 3.12 deprecates
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]

ASYNC = {**ENVIRON, "RELAY_QUEUE": "scf-async"}
SECRETS = (SECRET, ROBOT_SECRET, SECRET_KEY, TOKEN, "wecom-key-0", "dingtalk-token-0")


class OnStandIn(Warm):
    """The memory of a process for which the platform's API is at *host* on loopback."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def queue(self, address: str, environ: Mapping[str, str]) -> Any:
        assert address in ("", "scf-async")
        return ScfQueue(environ, endpoint=self._host, protocol="http") if address else None


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A post is repeated at once, and a busy machine has time for the platform's API."""
    monkeypatch.setattr("relay.dispatch.FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr("relay.warm._QUEUE_S", 30.0)


@pytest.fixture
def clock() -> Clock:
    return Clock(samples.NOW + 0.5)


@pytest.fixture
def cloud() -> Iterator[Functions]:
    with Functions() as functions:
        yield functions


@pytest.fixture
def group(clock: Clock) -> Iterator[RobotServer]:
    with RobotServer(clock=clock) as server:
        yield server


@pytest.fixture
def relay(group: RobotServer, cloud: Functions, clock: Clock) -> Relay:
    """A function with two WeCom robots and one of DingTalk."""
    return Relay(group, 2, 1, clock=clock, warm=OnStandIn(cloud.host), **ASYNC)


def push(relay: Relay, context: object, key: str = "one") -> tuple[int, dict[str, Any]]:
    """Send a push as GitLab does; return the status and the report."""
    answer = relay.gitlab(
        samples.load("gitlab/push.pushed").body,
        context,
        X_Gitlab_Event="Push Hook",
        Idempotency_Key=key,
    )
    return answer.status, answer.report


def records(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in found if line["event"] == event]


def taken(group: RobotServer) -> dict[str, int]:
    return dict(Counter(message.key for message in group.received))


EACH_ONCE = {"wecom-key-0": 1, "wecom-key-1": 1, "dingtalk-token-0": 1}


def test_every_robot_has_it_once(relay: Relay, group: RobotServer, cloud: Functions) -> None:
    """The webhook's answer is 202 before anything is posted; one invocation for each robot."""
    status, report = push(relay, cloud.context)
    before, waiting = taken(group), len(cloud.invocations)
    dropped = cloud.deliver(relay.handle, cloud.context)

    assert (status, sorted(report["queued"])) == (202, ["dingtalk", "wecom", "wecom#2"])
    assert (before, waiting, dropped) == ({}, 3, [])
    assert (taken(group), len(group.attempts)) == (EACH_ONCE, 3)


def test_e1_invocation_that_comes_twice_is_a_repeat(
    relay: Relay, group: RobotServer, cloud: Functions
) -> None:
    """The platform promises at least once: what was sent is not sent again, and nothing raises."""
    push(relay, cloud.context)
    cloud.invocations *= 2
    dropped = cloud.deliver(relay.handle, cloud.context)

    assert (dropped, taken(group)) == ([], EACH_ONCE)


def test_e1_webhook_that_comes_twice_is_a_repeat(
    relay: Relay, group: RobotServer, cloud: Functions, clock: Clock
) -> None:
    """The forge sends again with the same key: both are taken, and delivered once."""
    first, _ = push(relay, cloud.context)
    clock.now += 30
    again, _ = push(relay, cloud.context)
    dropped = cloud.deliver(relay.handle, cloud.context)

    assert (first, again, dropped, taken(group)) == (202, 202, [], EACH_ONCE)


def test_busy_robot_has_it_at_the_second_call(
    relay: Relay, group: RobotServer, cloud: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three tries of the first call fail; the platform calls again, the others are left alone."""
    group.set_faults("wecom-key-1", "busy*3")
    push(relay, cloud.context)
    dropped = cloud.deliver(relay.handle, cloud.context)
    [kept] = records(capsys, "delivery.kept")

    assert (dropped, taken(group)) == ([], EACH_ONCE)
    assert Counter(attempt.key for attempt in group.attempts) == {**EACH_ONCE, "wecom-key-1": 4}
    assert (kept["receiver"], kept["code"], kept["tries"]) == ("wecom#2", "E505", 3)


def test_e5_refusal_for_good_is_not_called_for_again(
    group: RobotServer, cloud: Functions, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """One post, a record to send it again with once the robot is mended, the fallback told."""
    urls = {"DEV_URL": group.add_wecom("dev", faults="badkey"), "OPS_URL": group.add_wecom("ops")}
    warm = OnStandIn(cloud.host)
    relay = configured(group, WITH_FALLBACK, clock=clock, warm=warm, **ASYNC, **urls)
    push(relay, cloud.context)
    dropped = cloud.deliver(relay.handle, cloud.context)
    [record] = records(capsys, "delivery.failed")

    assert (dropped, [attempt.key for attempt in group.attempts]) == ([], ["dev", "ops"])
    assert (record["level"], record["code"], record["receiver"]) == ("ERROR", "E501", "dev")
    assert read(record["delivery"]).delivery.id == record["delivery_id"]


def test_e5_robot_that_stays_down_is_tried_three_times_and_told(
    relay: Relay, group: RobotServer, cloud: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody tells the last call from the others: each leaves a record, and one is dropped."""
    group.set_faults("wecom-key-0", "http:500")
    _, report = push(relay, cloud.context)
    dropped = cloud.deliver(relay.handle, cloud.context)
    out = capsys.readouterr().out
    found = [json.loads(line) for line in out.splitlines() if "delivery.failed" in line]

    assert [read(one["relay"]["item"]).delivery.receiver for one in dropped] == ["wecom"]
    assert taken(group) == {"wecom-key-1": 1, "dingtalk-token-0": 1}
    assert Counter(attempt.key for attempt in group.attempts)["wecom-key-0"] == 3 * 3
    assert [(line["level"], line["delivery_id"]) for line in found] == [
        ("ERROR", f"{report['id']}.wecom")
    ] * 3
    assert {read(line["delivery"]).delivery.receiver for line in found} == {"wecom"}
    assert [mark for mark in (*SECRETS, group.host) if mark in out + str(dropped)] == []


def test_e6_record_of_what_was_dropped_can_be_delivered(
    relay: Relay,
    group: RobotServer,
    cloud: Functions,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the log kept is a whole delivery: once the robot is well, it has the message, once."""
    group.set_faults("wecom-key-0", "http:500")
    push(relay, cloud.context)
    dropped = cloud.deliver(relay.handle, cloud.context)
    record = records(capsys, "delivery.failed")[-1]
    group.set_faults("wecom-key-0", "")
    clock.now += 3600
    again = read(record["delivery"]).delivery
    for _ in range(2):
        relay.warm.queue("scf-async", ASYNC).put([again], cloud.context, now_s=clock.now)
    dropped_again = cloud.deliver(relay.handle, cloud.context)

    assert (len(dropped), dropped_again, taken(group)) == (1, [], EACH_ONCE)
    assert re.search("发生于 ", group.received[-1].text)


@pytest.mark.parametrize("lacking", ["context", "role"])
def test_e7_without_the_platform_it_is_sent_directly(
    lacking: str,
    group: RobotServer,
    cloud: Functions,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No context or no role: 200, everything sent, and a line that says what is missing."""
    found = {**ASYNC, "TENCENTCLOUD_SECRETID": ""} if lacking == "role" else ASYNC
    relay = Relay(group, 2, 1, clock=clock, warm=OnStandIn(cloud.host), **found)
    status, report = push(relay, None if lacking == "context" else cloud.context)
    [line] = records(capsys, "queue.unusable")

    assert (status, len(report["sent"]), cloud.calls) == (200, 3, [])
    assert taken(group) == EACH_ONCE
    assert (line["level"], line["code"], len(line["delivery_ids"])) == ("ERROR", "E540", 3)
    assert ("no role?" if lacking == "role" else "function_name") in line["detail"]


def test_e7_what_the_platform_refuses_is_sent_directly(
    relay: Relay, group: RobotServer, cloud: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of three is refused: sent at once, while the others wait for the platform's call."""
    cloud.only, cloud.refuse = "wecom#2", "RequestLimitExceeded"
    status, report = push(relay, cloud.context)
    at_once = taken(group)
    dropped = cloud.deliver(relay.handle, cloud.context)
    [line] = records(capsys, "queue.refused")

    assert (status, at_once) == (202, {"wecom-key-1": 1})
    assert sorted(report["queued"]) == ["dingtalk", "wecom"]
    assert (line["code"], line["delivery_id"]) == ("E540", f"{report['id']}.wecom#2")
    assert (dropped, taken(group)) == ([], EACH_ONCE)


def test_e7_neither_taken_nor_sent_is_502(
    relay: Relay, group: RobotServer, cloud: Functions, clock: Clock
) -> None:
    """The platform and a robot are down: the forge is told, sends again, and nothing is doubled."""
    cloud.only, cloud.refuse = "wecom#2", "InternalError"
    group.set_faults("wecom-key-1", "http:500")
    status, _ = push(relay, cloud.context)
    cloud.deliver(relay.handle, cloud.context)
    cloud.refuse = ""
    group.set_faults("wecom-key-1", "")
    clock.now += 60
    again, _ = push(relay, cloud.context)
    cloud.deliver(relay.handle, cloud.context)

    assert (status, again, taken(group)) == (502, 202, EACH_ONCE)


def receiver_of(event: Mapping[str, Any]) -> str:
    return read(event["relay"]["item"]).delivery.receiver


def test_robot_that_never_ends_its_answer_costs_no_other(
    relay: Relay, group: RobotServer, cloud: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each call for it raises and leaves a record; the same process delivers the other two."""
    group.set_faults("wecom-key-0", "trickle:0.3")
    push(relay, cloud.context)
    cloud.invocations.sort(key=lambda one: receiver_of(one) != "wecom")  # it is called for first
    dropped = cloud.deliver(relay.handle, {**cloud.context, "time_limit_in_ms": 2000})
    failed = records(capsys, "delivery.failed")

    assert [receiver_of(one) for one in dropped] == ["wecom"]
    assert taken(group) == EACH_ONCE
    assert [line["level"] for line in failed] == ["ERROR"] * 3
    assert {read(line["delivery"]).delivery.receiver for line in failed} == {"wecom"}


def test_robot_that_never_ends_its_answer_makes_the_call_fail(
    group: RobotServer, cloud: Functions, clock: Clock
) -> None:
    """A call that ends with the time of its robot is an error, for the platform to call again."""
    relay = Relay(group, 1, 0, clock=clock, warm=OnStandIn(cloud.host), **ASYNC)
    group.set_faults("wecom-key-0", "trickle:0.3")
    push(relay, cloud.context)
    context = {**cloud.context, "time_limit_in_ms": 1200}

    with pytest.raises(NotDelivered):
        relay.handle(cloud.invocations[0], context)


@pytest.mark.parametrize("text", ["mark-7, once a delivery", '{"version": 99, "id": "mark-7"}'])
def test_item_that_cannot_be_read_stands_in_the_log(
    text: str, relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    """The platform keeps nothing of it: the record has the text as it came."""
    relay.handle({"relay": {"version": 1, "item": text}}, None)
    [line] = records(capsys, "delivery.failed")

    assert (line["level"], line["code"], line["delivery"]) == ("ERROR", "E542", text)
