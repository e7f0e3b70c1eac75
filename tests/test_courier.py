"""One receiver's deliveries in order: at the robot's pace, merged where they are too many."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from fake_chat import OK, FakeChat, Posted
from formatter_cases import wecom, wecom_app
from relays import NOW, Clock

from relay.config import Config, Policy, Receiver
from relay.courier import Courier, can_post, in_order
from relay.delivery import Outcome, Post
from relay.dispatch import Run
from relay.errors import (
    NOTHING,
    Busy,
    DeliveryError,
    Misconfigured,
    Rejected,
    Throttled,
    Unsuitable,
)
from relay.notifications import Delivery, Notification, Span
from relay.pacing import MOST_A_MINUTE, Pace, robot_id
from relay.platforms import Rendered
from relay.words import Phrase

SAID = Phrase("不行", "no")
FAULTS: dict[str, DeliveryError] = {
    "busy": Busy("E505", SAID),
    "throttled": Throttled("E510", SAID, wait_s=60.0),
    "throttled-without-a-time": Throttled("E510", SAID),
    "rejected": Rejected("E512", SAID),
    "unsuitable": Unsuitable("E513", SAID, vendor_code="85002"),
    "misconfigured": Misconfigured("E501", SAID),
}


class PlainFormatter:
    """Writes titles and lines as they are; the robot's answer names the fault to raise."""

    limit = 10**6

    def render(self, notification: Notification, receiver: Receiver) -> Rendered:
        lines = ["".join(span.text for span in line.spans) for line in notification.lines]
        text = "\n".join([notification.title, *lines])
        return Rendered("", text, {"text": text}, len(text), self.limit, len(text) > self.limit)

    def prepare(
        self, body: Mapping[str, Any], receiver: Receiver, now_ms: int, token: str = ""
    ) -> Post:
        return Post(receiver.url.reveal(), {}, json.dumps(body, ensure_ascii=False).encode())

    def check(self, answer: Mapping[str, Any]) -> Phrase:
        if answer.get("fault"):
            raise FAULTS[answer["fault"]]
        return NOTHING

    def token_request(self, receiver: Receiver) -> Post | None:
        return None

    def read_token(self, answer: Mapping[str, Any]) -> tuple[str, float]:
        raise AssertionError("no tokens here")


class Group:
    """A receiver with a pace; *fault* names the fault for a text, or nothing."""

    def __init__(
        self,
        fault: Callable[[str], str] = lambda text: "",
        receiver: Receiver | None = None,
        **policy: Any,
    ) -> None:
        def reply(posted: Posted) -> Any:
            found = fault(json.loads(posted.text)["text"])
            return {"fault": found} if found else OK

        self.chat = FakeChat(reply)
        self.clock = Clock(NOW)
        self.pace = Pace()
        self.receiver = receiver or wecom()
        self.formatter = PlainFormatter()
        config = Config((), (self.receiver,), (), delivery=Policy(**policy))
        run = Run(
            self.chat.session(),
            time.monotonic() + 60,
            self.clock,
            {},
            pace=self.pace,
            sleep=lambda pause_s: None,
        )
        self.courier = Courier(run, config, self.pace, lambda receiver: self.formatter)

    def post(self, *names: str) -> list[Outcome]:
        return list(in_order([delivery(name) for name in names], self.receiver, self.courier))

    def use(self, posts: int) -> None:
        for _ in range(posts):
            self.pace.count(robot_id(self.receiver), now_s=self.clock.now)

    @property
    def texts(self) -> list[str]:
        return [json.loads(posted.text)["text"] for posted in self.chat.posted]


def delivery(name: str) -> Delivery:
    return Delivery(f"gl-1.{name}", "group", "push.pushed", NOW, Notification((Span(name),)))


def told(outcomes: list[Outcome]) -> list[tuple[str, str, int, int]]:
    """Return of each its name, the code of its error, how many it was merged with, its tries."""
    return [
        (
            one.delivery.id.rpartition(".")[2],
            one.error.code if one.error else "",
            one.merged,
            one.tries,
        )
        for one in outcomes
    ]


def test_few_are_posted_one_by_one() -> None:
    """Within the pace each event has its own message, in order."""
    group = Group()

    assert [("a", "", 1, 1), ("b", "", 1, 1), ("c", "", 1, 1)] == told(group.post("a", "b", "c"))
    assert ["a", "b", "c"] == group.texts


def test_nothing_is_nothing() -> None:
    """No delivery, no post."""
    assert [] == Group().post()


def test_more_than_the_pace_allows_are_merged() -> None:
    """Three events and two posts left: one summary, an outcome for each of its events."""
    group = Group()
    group.use(MOST_A_MINUTE - 2)

    assert [("a", "", 3, 1), ("b", "", 3, 1), ("c", "", 3, 1)] == told(group.post("a", "b", "c"))
    [text] = group.texts
    assert ["a", "b", "c"] == text.splitlines()[1:]
    assert 1 == group.pace.free(robot_id(group.receiver), now_s=NOW)


def test_a_summary_that_does_not_fit_becomes_two() -> None:
    """What a message holds decides how many it takes; the order stays."""
    group = Group()
    group.use(MOST_A_MINUTE - 2)
    group.formatter.limit = 34
    names = [letter * 6 for letter in "abc"]
    found = group.post(*names)

    assert [(name, "") for name in names] == [one[:2] for one in told(found)]
    lines = [line for text in group.texts for line in text.splitlines() if line in names]
    assert (names, 2) == (lines, len(group.texts))


def test_full_minute_posts_nothing() -> None:
    """Each of them is told to wait, and for how long, and there is no try."""
    group = Group()
    group.use(MOST_A_MINUTE)
    group.clock.now += 18
    found = group.post("a", "b")

    assert [("a", "E544", 2, 0), ("b", "E544", 2, 0)] == told(found)
    assert ([], 42.0) == (group.texts, found[0].error and found[0].error.wait_s)
    assert found[0].error
    assert "机器人每分钟的条数用完了，42 秒后可以再发" == found[0].error.message.zh
    assert "used up: the next may go out in 42 s" in found[0].error.message.en


@pytest.mark.parametrize(
    ("fault", "wait_s"), [("throttled", 65.0), ("throttled-without-a-time", 65.0)]
)
def test_vendors_refusal_opens_the_circuit(fault: str, wait_s: float) -> None:
    """One try for all of them; none until its time and a little more has passed."""
    group = Group(lambda text: fault if text == "a" else "")
    found = group.post("a", "b", "c")
    before = group.post("d")
    group.clock.now += wait_s - 1
    early = can_post(group.receiver, group.courier), group.post("e")
    group.clock.now += 1
    after = group.post("f")

    assert [("a", "E510", 1, 1), ("b", "E510", 1, 0), ("c", "E510", 1, 0)] == told(found)
    assert [("d", "E544", 1, 0)] == told(before)
    assert (False, [("e", "E544", 1, 0)]) == (early[0], told(early[1]))
    assert ([("f", "", 1, 1)], ["a", "f"]) == (told(after), group.texts)


@pytest.mark.parametrize(("fault", "tries"), [("busy", 1), ("misconfigured", 1)])
def test_what_the_next_would_meet_as_well_ends_it(fault: str, tries: int) -> None:
    """The rest has the same error and no try."""
    group = Group(lambda text: fault if text == "b" else "")
    code = FAULTS[fault].code

    assert [("a", "", 1, 1), ("b", code, 1, tries), ("c", code, 1, 0)] == told(
        group.post("a", "b", "c")
    )


def test_one_bad_message_does_not_stop_the_others() -> None:
    """A refusal that is about this message only is its own."""
    group = Group(lambda text: "rejected" if text == "b" else "")

    assert [("a", "", 1, 1), ("b", "E512", 1, 1), ("c", "", 1, 1)] == told(
        group.post("a", "b", "c")
    )


def test_refused_summary_is_taken_apart() -> None:
    """One of its events may have spoilt it: the others arrive."""
    group = Group(lambda text: "rejected" if "bad" in text else "")
    group.use(MOST_A_MINUTE - 5)
    names = ["a", "bad", "c", "d", "e", "f"]
    found = told(group.post(*names))

    assert [("a", "", 1, 1), ("bad", "E512", 1, 1), ("c", "", 1, 1), ("d", "", 1, 1)] == found[:4]
    assert [("e", "E544", 1, 0), ("f", "E544", 1, 0)] == found[4:]  # the minute is over


def test_summary_whose_words_are_refused_is_taken_apart() -> None:
    """Its title alone would tell of no event: each is sent, the one with those words shortened."""
    group = Group(lambda text: "unsuitable" if "bad" in text and "\n" in text else "")
    group.use(MOST_A_MINUTE - 5)
    names = ["a", "bad", "c", "d", "e", "f"]
    group.post(*names)

    assert names[:4] == group.texts[1:5]


def test_busy_summary_is_not_taken_apart() -> None:
    """All of its events have the error: more posts would not help."""
    group = Group(lambda text: "busy")
    group.use(MOST_A_MINUTE - 2)

    assert [("a", "E505", 3, 1), ("b", "E505", 3, 1), ("c", "E505", 3, 1)] == told(
        group.post("a", "b", "c")
    )


def test_no_budget_where_all_is_to_be_sent() -> None:
    """``on_rate_limit: send``: nothing is merged or held back by our own count."""
    group = Group(on_rate_limit="send")
    group.use(MOST_A_MINUTE)
    names = [str(number) for number in range(25)]

    assert can_post(group.receiver, group.courier)
    assert [(name, "", 1, 1) for name in names] == told(group.post(*names))


def test_vendors_word_counts_in_any_case() -> None:
    """Nor is a robot posted to that has asked for a pause."""
    group = Group(lambda text: "throttled", on_rate_limit="send")
    group.post("a")

    assert not can_post(group.receiver, group.courier)
    assert [("b", "E544", 1, 0)] == told(group.post("b"))


def test_application_has_no_minute() -> None:
    """More than 18 messages go out to people one by one."""
    group = Group(receiver=wecom_app())
    names = [str(number) for number in range(30)]

    assert [(name, "", 1, 1) for name in names] == told(group.post(*names))


def test_what_waited_for_long_says_when_it_happened() -> None:
    """Over five minutes old: the message has the time; a fresh one has not."""
    group = Group()
    group.post("a")
    group.clock.now += 1000
    group.post("b")

    assert "a" == group.texts[0]
    assert "发生于" in group.texts[1]
