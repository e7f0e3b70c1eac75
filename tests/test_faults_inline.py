"""Cases C7, C8, C20 and promise 4 of `design/faults.md` over many events, posted at once.

The stand-in robots enforce their 20 a minute by the same clock as the relay.
"""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from leftovers import descriptors, let_end, others
from marked import issue, marks, reasons, sent, tell, tries, written
from patience import BUSY_S
from relays import NOW, SECRET, Answer, Clock, Relay, carefree, configured, request

from relay import dispatch
from relay.notifications import Delivery
from relay.pacing import MOST_A_MINUTE
from relay.queues.items import read
from relay.warm import Warm
from workbench.robots import RobotServer

KEY, SECOND, OTHER = "wecom-key-0", "wecom-key-1", "dingtalk-token-0"
PAUSE_S = 11  # so that no robot gets 20 a minute, even from several calls at once
HEALTHY_MS = 3500  # some 5 in fact; less than the budget, which the ill one uses up


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


def waiting(capsys: pytest.CaptureFixture[str]) -> list[Delivery]:
    """Return the deliveries that the log says wait, as they would be sent from it."""
    return [read(line["delivery"]).delivery for line in written(capsys, "delivery.waiting")]


# --- the robots' limits


def test_c8_25_events_in_a_minute(
    robots: RobotServer, relay: Relay, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """18 go out, 7 are named in the answer and in the log, and come with the next event's post."""
    found = {}
    for number in range(25):
        clock.now += 1
        found[number] = tell(relay, number)
    records = waiting(capsys)
    now_shown = marks(robots, KEY)
    clock.now += 61
    last = tell(relay, 25)

    assert {200} == {answer.status for answer in found.values()}
    assert list(range(MOST_A_MINUTE)) == now_shown
    late = list(range(MOST_A_MINUTE, 25))
    assert late == [number for number, answer in found.items() if reasons(answer)]
    assert {"R29"} == {reasons(found[number])["wecom"] for number in late}
    assert [f"mark-{number}." in str(one) for number, one in zip(late, records, strict=True)]
    assert ["wecom"] == sent(last)
    assert list(range(26)) == marks(robots, KEY)  # every line once, in order
    assert {0} == {one.answer["errcode"] for one in robots.attempts}


def test_c8_burst_comes_as_a_few_posts(robots: RobotServer, relay: Relay, clock: Clock) -> None:
    """100 events at once: 18 posts, then three summaries; each line once, in order."""
    for number in range(100):
        tell(relay, number)
    before = len(robots.received)
    clock.now += 61
    tell(relay, 100)

    assert (MOST_A_MINUTE, 3) == (before, len(robots.received) - before)
    assert list(range(101)) == marks(robots, KEY)
    assert "合并了" in robots.received[-1].text


def test_c8_answer_tells_what_it_stands_for(relay: Relay, clock: Clock) -> None:
    """The event that takes others along is reported as merged with them."""
    for number in range(MOST_A_MINUTE + 30):
        tell(relay, number)
    clock.now += 61
    [entry] = tell(relay, 99).report["sent"]

    assert ("wecom", 31) == (entry["receiver"], entry["merged"])


@pytest.mark.parametrize(
    ("wecom", "key", "code", "least_s"),
    [
        pytest.param(1, KEY, 45009, 60, id="wecom"),
        pytest.param(0, OTHER, 130101, 600, id="dingtalk"),
    ],
)
def test_c7_robot_that_refuses_is_left_alone(
    wecom: int,
    key: str,
    code: int,
    least_s: int,
    robots: RobotServer,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Someone else has used up its minute: exactly one try, then none until the time is over."""
    relay = Relay(robots, wecom, 1 - wecom, clock=clock, warm=Warm())
    robots.set_faults(key, "throttle")
    first = tell(relay, 0)
    for number in range(1, 6):
        clock.now += least_s / 6
        tell(relay, number)
    robots.set_faults(key, "")
    meanwhile = tries(robots)
    records = written(capsys, "delivery.waiting")
    clock.now += least_s / 6 + 6
    tell(relay, 6)

    assert {key: 1} == meanwhile
    assert ["R29"] == list(reasons(first).values())
    assert str(code) == first.report["skipped"][0]["vendor_code"]
    assert [str(code)] + [""] * 5 == [record["vendor_code"] for record in records]
    assert list(range(7)) == marks(robots, key)


def test_c7_dingtalks_ten_minutes_are_kept(robots: RobotServer, clock: Clock) -> None:
    """One that refuses by its own count for ten minutes gets one post too many, and no second."""
    mine = Relay(robots, 0, 1, clock=clock, warm=Warm())
    others = Relay(robots, 0, 1, clock=clock, warm=Warm())
    for number in range(100, 100 + MOST_A_MINUTE):
        tell(others, number)
    for number in range(20):
        clock.now += 20
        tell(mine, number)
    clock.now += 610
    tell(mine, 20)
    codes = [one.answer["errcode"] for one in robots.attempts]

    assert codes.count(130101) <= 1
    assert list(range(21)) == [number for number in marks(robots, OTHER) if number < 100]


def test_c7_other_robots_go_on(robots: RobotServer, clock: Clock) -> None:
    """One robot's limit is its own."""
    relay = Relay(robots, 1, 1, clock=clock, warm=Warm())
    robots.set_faults(KEY, "throttle")
    found = [tell(relay, number) for number in range(5)]

    assert [["dingtalk"]] * 5 == [sent(answer) for answer in found]
    assert list(range(5)) == marks(robots, OTHER)


def test_c8_mixed_limits_lose_no_line(robots: RobotServer, clock: Clock) -> None:
    """An hour of bursts to two robots: every event once in each group, in order, no refusal."""
    relay = Relay(robots, 1, 1, clock=clock, warm=Warm())
    number = 0
    for burst in (30, 5, 60, 1, 19, 40, 90):
        for _ in range(burst):
            number += 1
            clock.now += 0.01
            tell(relay, number)
        clock.now += 61
    tell(relay, 0)

    assert [*range(1, number + 1), 0] == marks(robots, KEY)
    assert [*range(1, number + 1), 0] == marks(robots, OTHER)
    assert {0} == {one.answer["errcode"] for one in robots.attempts}


FALLBACK = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  ops: { type: dingtalk_robot, url: "${DINGTALK_WEBHOOK_URL}", secret: "${DINGTALK_SECRET}" }
routes:
  - { name: all, receivers: [dev] }
delivery: { fallback: ops }
"""


def test_c8_fallback_takes_what_is_too_much(robots: RobotServer, clock: Clock) -> None:
    """18 to the robot, the next 18 to the fallback, what is more waits for the robot."""
    relay = configured(robots, FALLBACK, clock=clock, warm=Warm())
    found = [tell(relay, number) for number in range(40)]
    via = [entry.get("via", "") for answer in found for entry in answer.report["sent"]]
    clock.now += 61
    tell(relay, 40)

    assert [""] * 18 + ["ops"] * 18 == via
    assert [{"dev": "R29"}] * 4 == [reasons(answer) for answer in found[36:]]
    assert [*range(18), *range(36, 41)] == marks(robots, KEY)
    assert list(range(18, 36)) == marks(robots, OTHER)


def test_c9_fallback_is_told_what_to_mend(robots: RobotServer, clock: Clock) -> None:
    """The robot was removed from its group: the other group is told once in ten minutes."""
    relay = configured(robots, FALLBACK, clock=clock, warm=Warm())
    robots.set_faults(KEY, "badkey")
    for number in range(12):
        tell(relay, number)
        clock.now += 60
    told = [message.text for message in robots.received if message.key == OTHER]

    assert (12, 2) == (tries(robots)[KEY], len(told))
    assert "消息发不出去" in told[0]
    assert "E501" in told[0]


# --- isolation


class Crowd:
    """Events for three robots, one of which has a fault; `PAUSE_S` pass between two events."""

    def __init__(self, robots: RobotServer, clock: Clock, fault: str) -> None:
        self.relay = Relay(robots, wecom=2, dingtalk=1, clock=clock, warm=carefree())
        tell(self.relay, 0)  # connections are there, modules are imported
        robots.set_faults(SECOND, fault)
        self._clock = clock
        self._lock = threading.Lock()

    def send(self, number: int, context: object = None) -> Answer:
        with self._lock:
            self._clock.now += PAUSE_S
        headers = {"X-Gitlab-Event": "Issue Hook", "X-Gitlab-Token": SECRET}
        answer = self.relay.handle(request(issue(number), headers), context)
        return Answer(answer["statusCode"], json.loads(answer["body"]), [])


def check(found: list[Answer]) -> None:
    """Every answer has the two healthy robots, and the third one as not sent."""
    healthy = {tuple(sent(answer)) for answer in found}
    ill = {tuple(reasons(answer)) for answer in found}
    slowest = max(entry["ms"] for answer in found for entry in answer.report["sent"])

    assert {("wecom", "dingtalk")} == healthy
    assert {("wecom#2",)} == ill
    assert slowest < HEALTHY_MS


def test_c20_thousand_events_beside_a_robot_with_faults(
    robots: RobotServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other two have every message within a second; nothing grows."""
    monkeypatch.setattr(dispatch, "FIRST_PAUSE_S", 0.0)  # repeats are made, nobody waits for them
    crowd = Crowd(robots, clock, "")
    before = others(), descriptors()
    for fault in ("refuse", "reset", "nonjson", "throttle"):
        robots.set_faults(SECOND, fault)
        check([crowd.send(number) for number in range(250)])
    let_end(before[0])

    assert [1001, 1001] == [tries(robots)[key] for key in (KEY, OTHER)]
    assert set() == others() - before[0]
    assert descriptors() - before[1] < 10


def test_c20_thousand_events_beside_a_robot_that_never_ends_its_answer(
    robots: RobotServer, clock: Clock
) -> None:
    """Its first message costs the budget; while that thread hangs, no other is begun for it."""
    crowd = Crowd(robots, clock, "trickle:0.3")  # some 45 seconds for its answer
    first = crowd.send(1, {"time_limit_in_ms": 4000})
    before = others(), descriptors()
    found = [crowd.send(number) for number in range(2, 1001)]

    check([first, *found])
    assert {"E531"} == {entry["code"] for entry in first.report["failed"]}
    assert {"E538"} == {entry["code"] for answer in found for entry in answer.report["failed"]}
    assert (2, 1001) == (tries(robots)[SECOND], tries(robots)[KEY])
    assert (True, True) == (len(others() - before[0]) < 5, descriptors() - before[1] < 10)


def test_c20_robot_that_hangs_beside_many_calls_at_once(robots: RobotServer, clock: Clock) -> None:
    """16 events, 8 at a time: each waits for its budget and no longer, and nothing stays."""
    crowd = Crowd(robots, clock, "hang")
    context = {"time_limit_in_ms": 3000}
    before = others(), descriptors()
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: crowd.send(number, context), range(1, 17)))
    took_s = time.monotonic() - began
    let_end(before[0])

    assert {("wecom", "dingtalk")} == {tuple(sent(answer)) for answer in found}
    told = {entry["code"] for one in found for entry in one.report["failed"]}
    assert {"E531"} <= told <= {"E531", "E538"}  # or the thread of one before has not ended yet
    assert took_s < 2 * 3.0 + BUSY_S
    assert set() == others() - before[0]
    # Both ends of the connections that 8 calls at once may keep to three robots; 16 would have 96.
    assert descriptors() - before[1] <= 2 * 3 * 8
