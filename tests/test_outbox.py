"""What becomes of an event's deliveries within one call, and of those that wait."""

import copy
import json
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import requests
from fake_chat import OK, FakeChat, Posted, Robots
from marked import reasons, sent, tell, written
from relays import NOW, Clock, Relay, configured

from relay.notifications import Delivery
from relay.pacing import MOST_A_MINUTE, MOST_WAITING_HERE
from relay.queues.items import read
from relay.warm import Warm
from workbench import samples

KEY, OTHER = "wecom-key-0", "dingtalk-token-0"
THROTTLED = {"errcode": 45009, "errmsg": "api freq out of limit"}
BAD_KEY = {"errcode": 93000, "errmsg": "invalid webhook url"}
TEXT = """\
version: 1
lang: en
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  ops: { type: dingtalk_robot, url: "${DINGTALK_WEBHOOK_URL}", secret: "${DINGTALK_SECRET}" }
routes:
  - { name: all, receivers: [dev] }
delivery: { fallback: ops }
"""


class House:
    """A process whose robots answer as *reply* says; *text* is its configuration."""

    def __init__(
        self,
        reply: Callable[[Posted], Any] = lambda posted: OK,
        text: str = "",
        warm: Warm | None = None,
        **options: Any,
    ) -> None:
        self.chat = FakeChat(reply)
        self.clock = Clock(NOW)
        self.warm = warm or Warm()
        self.warm.session = self.chat.session()
        robots: Any = Robots(self.chat)
        known = {"clock": self.clock, "warm": self.warm, **options}
        self.relay = configured(robots, text, **known) if text else Relay(robots, **known)

    def tell(self, number: int, **headers: str | None) -> Any:
        return tell(self.relay, number, **headers)

    def fill(self, events: int = MOST_A_MINUTE) -> None:
        """Use up the minute of every robot."""
        for number in range(1000, 1000 + events):
            self.tell(number)

    def told(self, key: str = KEY, since: int = 0) -> list[int]:
        """Return which events below 1000 the posts to *key* told of, one number for each line."""
        bodies = [json.loads(one.text) for one in self.chat.posted[since:] if one.key == key]
        texts = [body["markdown"].get("text") or body["markdown"]["content"] for body in bodies]
        found = [int(number) for text in texts for number in re.findall(r"mark-(\d+)\.", text)]
        return [number for number in found if number < 1000]

    def forget_claims(self) -> None:
        """Let the time pass in which a delivery that waits is held, and no robot is used."""
        self.clock.now += 200


def test_record_of_a_failure_is_all_that_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    """The log has the delivery as it can be sent again, without the robot's key."""
    house = House(lambda posted: BAD_KEY, dingtalk=0)
    house.tell(1)
    [record] = written(capsys, "delivery.failed")
    item = read(record["delivery"])

    assert ("E501", "93000", "wecom") == (
        record["code"],
        record["vendor_code"],
        record["receiver"],
    )
    assert (record["delivery_id"], "wecom", NOW) == (
        item.delivery.id,
        item.delivery.receiver,
        item.since_s,
    )
    assert "mark-1." in record["delivery"]
    assert KEY not in json.dumps(record)


def test_record_of_what_waits_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Should the process end first, the message can still be sent from the log."""
    house = House(dingtalk=0)
    house.fill()
    capsys.readouterr()
    answer = house.tell(1)
    [record] = written(capsys, "delivery.waiting", "delivery.failed")

    assert {"wecom": "R29"} == reasons(answer)
    assert ("delivery.waiting", "WARNING", "E544") == (
        record["event"],
        record["level"],
        record["code"],
    )
    assert "mark-1." in str(read(record["delivery"]).delivery)


def test_what_waits_goes_out_with_the_next_event_of_its_robot() -> None:
    """Oldest first, and then nothing waits any more."""
    house = House(dingtalk=0)
    house.fill()
    for number in (1, 2, 3):
        house.tell(number)
    before = len(house.chat.posted)
    house.clock.now += 61
    answer = house.tell(4)

    assert ["wecom"] == sent(answer)
    assert [1, 2, 3, 4] == house.told(since=before)
    assert () == house.warm.waiting.robots()


def test_resend_of_what_waits_is_being_sent() -> None:
    """R28, and one line in the group."""
    house = House(dingtalk=0)
    house.fill()
    house.tell(1)
    again = house.tell(1)
    house.clock.now += 61
    house.tell(2)

    assert {"wecom": "R28"} == reasons(again)
    assert "正在发送" in again.report["skipped"][0]["detail"]
    assert [1, 2] == house.told()


def test_resend_of_what_has_waited_for_long_is_one_line() -> None:
    """No event came for minutes, the claim has ended, and a person sends it again."""
    house = House(dingtalk=0)
    house.fill()
    house.tell(1)
    house.forget_claims()
    answer = house.tell(1)

    assert (["wecom"], [1]) == (sent(answer), house.told())


def test_resend_of_what_waits_on_is_one_line() -> None:
    """The same while the robot still asks for its pause: it waits once, whoever sends it again."""
    answers: list[Any] = [{"errcode": 130101, "errmsg": "send too fast"}]
    house = House(lambda posted: answers.pop() if answers else OK, wecom=0)
    house.tell(1)
    waiting = house.tell(2)
    house.warm.store("", {}).remove(f"delivery:{waiting.report['id']}.dingtalk")  # its claim ended
    again = house.tell(2)
    house.clock.now += 606
    house.tell(3)

    assert [{"dingtalk": "R29"}] * 2 == [reasons(waiting), reasons(again)]
    assert [1, 1, 2, 3] == house.told(OTHER)  # the first post was refused


def test_what_waits_for_another_robot_goes_out_with_any_event() -> None:
    """The first event that is posted anywhere takes it along."""
    text = TEXT.replace("delivery: { fallback: ops }", "").replace(
        "receivers: [dev] }",
        "receivers: [dev], events: [issue] }\n  - { name: b, receivers: [ops], events: [push] }",
    )
    house = House(text=text)
    house.fill()
    house.tell(1)
    house.clock.now += 61
    house.relay.sample("gitlab/push.pushed")

    assert [1] == house.told()


def test_what_waits_may_not_get_lost_with_its_time() -> None:
    """E10: the next event has no time left: all that waited is told as failed, or waits on."""
    text = TEXT.replace("delivery: { fallback: ops }", "").replace(
        "receivers: [dev] }",
        "receivers: [dev], events: [issue] }\n  - { name: b, receivers: [ops], events: [push] }",
    )
    house = House(text=text)
    house.fill()
    for number in (1, 2, 3):
        house.tell(number)
    house.clock.now += 61
    event = {"time_limit_in_ms": 190}
    push = samples.load("gitlab/push.pushed").body
    house.relay.gitlab(push, event, X_Gitlab_Event="Push Hook", Idempotency_Key="push-1")
    house.clock.now += 11
    house.relay.sample("gitlab/push.pushed", Idempotency_Key="push-2")

    assert [1, 2, 3] == house.told()


def test_what_waits_goes_out_without_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    """A server that lives on looks now and then: not before the minute is over, and once."""
    house = House()
    house.fill()
    for number in (1, 2, 3):
        house.tell(number)
    house.relay.handle.send_waiting()
    too_soon = house.told()
    house.clock.now += 61
    capsys.readouterr()
    for _ in range(2):
        house.relay.handle.send_waiting()

    assert ([], [1, 2, 3]) == (too_soon, house.told())
    assert {"wecom", "dingtalk"} == {one["receiver"] for one in written(capsys, "delivery.sent")}
    assert (0, 0) == (len(house.warm.waiting.robots()), len(written(capsys, "delivery.failed")))


def test_fault_while_what_waits_is_sent_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server looks again later: nothing is raised, and what waits waits on."""
    house = House(dingtalk=0)
    house.fill()
    house.tell(1)
    house.clock.now += 61
    with monkeypatch.context() as broken:
        broken.setattr("handler.Outbox.send", lambda *_: 1 / 0)
        house.relay.handle.send_waiting()
    [line] = written(capsys, "waiting.broken")
    house.relay.handle.send_waiting()

    assert ("ERROR", [1]) == (line["level"], house.told())


def test_what_waited_is_not_told_twice_to_the_fallback() -> None:
    """It has the event already, or will have it: the other one waits on."""
    ill = False
    text = TEXT.replace("receivers: [dev] }", "receivers: [dev, ops] }")
    house = House(lambda posted: THROTTLED if ill and posted.key == KEY else OK, text)
    house.fill(MOST_A_MINUTE - 1)
    ill = True
    house.tell(1)
    house.tell(2)
    for _ in range(3):
        house.clock.now += 70
        house.relay.handle.send_waiting()
    ill = False
    house.clock.now += 70
    house.relay.handle.send_waiting()

    assert [1, 2] == house.told(OTHER)
    assert [1, 2] == sorted(set(house.told()))


def test_what_waits_goes_where_its_own_receiver_is_now() -> None:
    """Two receivers shared a robot; then one of them got another: nobody reads the other's."""
    text = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  sec: { type: wecom_robot, url: "${SEC_URL}" }
routes:
  - { name: a, receivers: [dev], events: [issue] }
  - { name: b, receivers: [sec], events: [push] }
"""
    own = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
    house = House(text=text, SEC_URL=f"{own}{KEY}")
    house.fill()
    house.tell(1)
    house.relay.sample("gitlab/push.pushed")
    moved = House(text=text, warm=house.warm, SEC_URL=f"{own}other-key")
    moved.clock.now = house.clock.now + 61
    moved.relay.handle.send_waiting()

    assert (["other-key", KEY], [1]) == (
        sorted(one.key for one in moved.chat.posted),
        moved.told(),
    )
    assert [] == moved.told("other-key")


def test_a_bad_moment_costs_only_what_was_posted_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    """What was not begun waits on, without another record."""
    broken = False
    error = requests.exceptions.ConnectionError("reset")
    house = House(lambda posted: error if broken else OK, dingtalk=0)
    house.fill()
    for number in range(1, 61):
        house.tell(number)
    house.clock.now += 61
    capsys.readouterr()
    broken = True
    house.relay.handle.send_waiting()
    failed = written(capsys, "delivery.failed", "delivery.waiting")
    broken, before = False, len(house.chat.posted)
    house.clock.now += 61
    house.relay.handle.send_waiting()
    lost = [
        int(number) for line in failed for number in re.findall(r"mark-(\d+)", line["delivery"])
    ]

    assert {("delivery.failed", 2)} == {(line["event"], line["tries"]) for line in failed}
    assert 0 < len(failed) < 60
    assert [*range(1, 61)] == sorted([*lost, *house.told(since=before)])


def test_a_limit_that_lasts_is_recorded_once(capsys: pytest.CaptureFixture[str]) -> None:
    """However often the server tries again: one record for each that waits."""
    house = House(lambda posted: THROTTLED, dingtalk=0)
    for number in (1, 2, 3):
        house.tell(number)
    for _ in range(5):
        house.clock.now += 70
        house.relay.handle.send_waiting()

    assert 3 == len(written(capsys, "delivery.waiting", "delivery.failed"))
    assert 3 == house.warm.waiting.count(house.warm.waiting.robots()[0])


def test_what_is_crowded_out_when_others_are_handed_back_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A thread hangs, so what waited goes back, where others came meanwhile."""
    house = House(dingtalk=0)
    house.fill()
    for number in range(1, MOST_WAITING_HERE + 1):
        house.tell(number)
    house.clock.now += 61
    capsys.readouterr()
    waiting = house.warm.waiting
    [robot] = waiting.robots()
    late = waiting._all[0][1]._replace(id="gl-late.wecom")

    def hangs(key: str) -> bool:
        waiting.add(robot, late)
        return True

    monkeypatch.setattr(house.warm.late, "hangs", hangs)
    house.relay.handle.send_waiting()
    [line] = written(capsys, "delivery.failed")

    assert ("E538", "gl-late.wecom") == (line["code"], line["delivery_id"])
    assert MOST_WAITING_HERE == waiting.count(robot)


class Queue:
    """Takes everything, or nothing."""

    def __init__(self) -> None:
        self.takes = True
        self.taken: list[Delivery] = []

    def put(self, found: Sequence[Delivery], *, now_s: float) -> Sequence[Delivery]:
        if not self.takes:
            return found
        self.taken += found
        return ()


class Queued(Warm):
    """A process with `Queue`."""

    def __init__(self) -> None:
        super().__init__()
        self.fake = Queue()

    def queue(self, address: str, environ: Any) -> Any:
        return self.fake if address else None


def test_nothing_waits_in_memory_beside_a_queue(capsys: pytest.CaptureFixture[str]) -> None:
    """The queue is down and the robot's minute used up: told as failed, 502, recorded, resent."""
    warm = Queued()
    warm.fake.takes = False
    house = House(warm=warm, dingtalk=0, RELAY_QUEUE="sqs://notify.fifo")
    house.fill()
    capsys.readouterr()
    failed = house.tell(1)
    [record] = written(capsys, "delivery.failed")
    warm.fake.takes = True
    again = house.tell(1)

    assert (502, {"wecom": "R31"}) == (failed.status, reasons(failed))
    assert ("E544", True) == (record["code"], "mark-1." in record["delivery"])
    assert (202, ["wecom"]) == (again.status, again.report["queued"])
    assert ([], 1, ()) == (house.told(), len(warm.fake.taken), warm.waiting.robots())


def test_one_queue_refusal_is_one_post() -> None:
    """What the queue does not take goes out at once, and only that."""
    warm = Queued()
    warm.fake.takes = False
    house = House(warm=warm, RELAY_QUEUE="sqs://notify.fifo")
    direct = house.tell(1)
    warm.fake.takes = True
    queued = house.tell(2)

    assert (200, ["wecom", "dingtalk"]) == (direct.status, sent(direct))
    assert (202, ["wecom", "dingtalk"]) == (queued.status, queued.report["queued"])
    assert ([1], [1]) == (house.told(), house.told(OTHER))


def test_more_than_a_hundred_waiting(capsys: pytest.CaptureFixture[str]) -> None:
    """The one that is crowded out is recorded as failed, and a person may send it again."""
    house = House(dingtalk=0)
    house.fill()
    capsys.readouterr()
    for number in range(MOST_WAITING_HERE + 2):
        house.tell(number)
    failures = written(capsys, "delivery.failed")
    house.clock.now += 61
    house.tell(900)
    house.tell(0)
    house.tell(1)

    assert ["E544", "E544"] == [line["code"] for line in failures]
    assert ["mark-0.", "mark-1."] == [
        mark for line in failures for mark in ("mark-0.", "mark-1.") if mark in line["delivery"]
    ]
    assert [*range(2, MOST_WAITING_HERE + 2), 900, 0, 1] == house.told()


def test_failures_are_crowded_out_last(capsys: pytest.CaptureFixture[str]) -> None:
    """A routine message makes room for a failed pipeline, whichever came first."""
    house = House(dingtalk=0)
    house.fill()
    house.relay.sample("gitlab/pipeline.failed")
    capsys.readouterr()
    for number in range(MOST_WAITING_HERE):
        house.tell(number)
    [gone] = written(capsys, "delivery.failed")
    house.clock.now += 61
    before = len(house.chat.posted)
    house.tell(900)

    assert "mark-0." in gone["delivery"]
    assert "流水线失败" in house.chat.posted[before].text
    assert [*range(1, MOST_WAITING_HERE), 900] == house.told()


def test_routine_message_that_finds_no_room_has_failed(capsys: pytest.CaptureFixture[str]) -> None:
    """Among a hundred failures there is none for it: the answer says so at once."""
    house = House(dingtalk=0)
    house.fill()
    for number in range(MOST_WAITING_HERE):
        failed: dict[str, Any] = copy.deepcopy(samples.load("gitlab/pipeline.failed").body)
        failed["object_attributes"]["id"] = 10_000 + number
        house.relay.gitlab(failed, Idempotency_Key=f"pipeline-{number}")
    capsys.readouterr()
    answer = house.tell(1)
    [record] = written(capsys, "delivery.failed")

    assert ({"wecom": "R31"}, "E544") == (reasons(answer), record["code"])
    assert "mark-1." in record["delivery"]


def test_fallback_gets_what_may_not_be_sent_now() -> None:
    """It has the message, nobody is mentioned, the answer says ``via``, and nothing waits."""
    house = House(text=TEXT)
    house.fill()
    answer = house.tell(1)
    [entry] = answer.report["sent"]

    assert ("dev", "ops") == (entry["receiver"], entry["via"])
    assert ([1], [], ()) == (house.told(OTHER), house.told(), house.warm.waiting.robots())


def test_fallback_is_not_sent_the_same_twice() -> None:
    """What the fallback took is sent: a Resend is a repeat."""
    house = House(text=TEXT)
    house.fill()
    house.tell(1)

    assert {"": "R28"} == reasons(house.tell(1))
    assert [1] == house.told(OTHER)


def test_fallback_that_is_full_as_well_leaves_it_waiting() -> None:
    """No loop: once both have used up their minute, it waits for its own robot."""
    house = House(text=TEXT)
    house.fill(2 * MOST_A_MINUTE)
    answer = house.tell(1)
    before = len(house.chat.posted)
    house.clock.now += 61
    house.tell(2)

    assert {"dev": "R29"} == reasons(answer)
    assert ([1, 2], []) == (house.told(KEY, before), house.told(OTHER, before))


def test_fallback_is_told_about_a_refusal_once() -> None:
    """In ten minutes; a refusal is one post to the robot and one to the fallback."""

    def reply(posted: Posted) -> Any:
        return BAD_KEY if posted.key == KEY else OK

    house = House(reply, TEXT)
    for pause_s in (0, 1, 598, 2):
        house.clock.now += pause_s
        house.tell(house.clock.now)  # type: ignore[arg-type]
    notices = [posted.text for posted in house.chat.posted if posted.key == OTHER]

    assert [True, True] == ["Messages are refused" in text for text in notices]
    assert "E501" in notices[0]


@pytest.mark.parametrize("answer", [BAD_KEY, {"errcode": 310000, "errmsg": "no"}, {}])
def test_fallback_that_refuses_as_well_is_no_loop(
    answer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """One notice is tried and logged; the failure is recorded as any other."""
    house = House(lambda posted: answer if posted.key == OTHER else BAD_KEY, TEXT)
    report = house.tell(1)
    lines = written(capsys, "delivery.failed", "fallback.told")

    assert {"dev": "R31"} == reasons(report)
    assert ["delivery.failed", "fallback.told"] == [line["event"] for line in lines]
    assert "WARNING" == lines[1]["level"]
    assert [KEY] == [posted.key for posted in house.chat.posted if posted.key == KEY]
    assert len(house.chat.posted) <= 2 + 2  # a broken answer is repeated once


def test_fallback_is_not_told_about_itself() -> None:
    """Its own refusal is in the answer and in the log only."""
    house = House(lambda posted: BAD_KEY, TEXT.replace("[dev]", "[ops]"))
    answer = house.tell(1)

    assert ({"ops": "R31"}, 1) == (reasons(answer), len(house.chat.posted))


def test_fallback_that_hangs_costs_neither_reason_nor_record(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The refusal is reported as what it is, once, though telling about it takes for ever."""
    gate = threading.Event()

    def reply(posted: Posted) -> Any:
        if posted.key == OTHER:
            gate.wait(20)
        return BAD_KEY if posted.key == KEY else OK

    house = House(reply, TEXT.replace("fallback: ops", "fallback: ops, timeout: 2s"))
    answer = house.tell(1)
    records = written(capsys, "delivery.failed")
    gate.set()

    assert ["E501"] == [entry["code"] for entry in answer.report["failed"]]
    assert ["E501"] == [record["code"] for record in records]


def test_fallback_that_hangs_leaves_it_waiting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may not be sent now waits for its own robot then, and is told once."""
    monkeypatch.setattr("relay.outbox._REPORT_S", 2.0)  # a busy machine may need it
    gate = threading.Event()

    def reply(posted: Posted) -> Any:
        if posted.key == OTHER:
            gate.wait(20)
        return OK

    house = House(reply, TEXT.replace("fallback: ops", "fallback: ops, timeout: 3s"))
    house.fill()
    capsys.readouterr()
    answer = house.tell(1)
    events = [line["event"] for line in written(capsys) if "delivery" in line["event"]]
    gate.set()

    assert {"dev": "R29"} == reasons(answer)
    assert ["delivery.waiting"] == events


def test_everything_is_sent_where_that_is_wanted() -> None:
    """``on_rate_limit: send`` switches the budget off."""
    text = TEXT.replace("fallback: ops", "on_rate_limit: send")
    house = House(text=text)
    answers = [house.tell(number) for number in range(25)]

    assert [["dev"]] * 25 == [sent(answer) for answer in answers]
    assert list(range(25)) == house.told()


def test_refusal_where_everything_is_sent_is_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing waits there, so the answer must not say so; the robot is left alone for its time."""
    text = TEXT.replace("fallback: ops", "on_rate_limit: send")
    house = House(lambda posted: THROTTLED, text)
    first, second = house.tell(1), house.tell(2)
    codes = [line["code"] for line in written(capsys, "delivery.failed")]
    house.clock.now += 70
    third = house.tell(3)

    assert [{"dev": "R31"}] * 3 == [reasons(answer) for answer in (first, second, third)]
    assert ["E544"] == codes[1:]
    assert ((), 2) == (house.warm.waiting.robots(), len(house.chat.posted))


def test_receiver_that_is_gone_from_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    """What waited for it is told as failed, with its record."""
    house = House(dingtalk=0)
    house.fill()
    house.tell(1)
    other = House(warm=house.warm, wecom=0, dingtalk=1)
    other.clock.now = house.clock.now + 61
    capsys.readouterr()
    other.tell(2)
    [record] = written(capsys, "delivery.failed")

    assert ("E543", "wecom") == (record["code"], record["receiver"])
    assert "mark-1." in record["delivery"]


def test_http_errors_never_show_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    """G1: the library's exceptions hold the whole address."""
    error = requests.exceptions.ConnectionError(f"https://example.com/?key={KEY}")
    house = House(lambda posted: error, dingtalk=0)
    answer = house.tell(1)

    assert KEY not in capsys.readouterr().out + json.dumps(answer.report)


@pytest.mark.parametrize("trouble", [THROTTLED, {}], ids=["throttled", "gateway"])
def test_notice_that_did_not_arrive_is_told_at_the_next_refusal(trouble: Any) -> None:
    """And once it has arrived, not again."""
    ill = True

    def reply(posted: Posted) -> Any:
        if posted.key == KEY:
            return BAD_KEY
        return trouble if ill else OK

    house = House(reply, TEXT)
    house.tell(1)
    ill, before = False, len(house.chat.posted)
    for number in (2, 3):
        house.clock.now += 100
        house.tell(number)
    notices = [one.text for one in house.chat.posted[before:] if one.key == OTHER]

    assert [True] == ["mark-2." in text for text in notices]


def test_fallback_that_has_the_event_itself_is_not_sent_a_copy() -> None:
    """Routed to both: what the one may not be sent now waits for it."""
    refusals = [THROTTLED]

    def reply(posted: Posted) -> Any:
        return refusals.pop() if posted.key == KEY and refusals else OK

    house = House(reply, TEXT.replace("[dev]", "[dev, ops]"))
    answer = house.tell(1)
    told = house.told()[1:], house.told(OTHER)  # the refused post is none
    house.clock.now += 70
    house.tell(2)

    assert (["ops"], {"dev": "R29"}) == (sent(answer), reasons(answer))
    assert (([], [1]), [1, 2], [1, 2]) == (told, house.told()[1:], house.told(OTHER))
