"""One delivery to one robot: how often it is posted, with what pauses, and what is said of it."""

import json
import threading
import time
from typing import Any

import pytest
import requests
import urllib3
from fake_chat import OK, FakeChat, Posted, in_turn
from formatter_cases import dingtalk, wecom
from relays import NOW, Clock

from formatters import formatter
from relay.config import Receiver, Secret
from relay.delivery import Outcome
from relay.dispatch import FIRST_PAUSE_S, Run, deliver
from relay.errors import DeliveryError
from relay.notifications import Action, Delivery, Line, Mention, Notification, Span
from relay.pacing import MOST_A_MINUTE, Pace, robot_id
from relay.parallel import Late

NOTE = Notification(
    (Span("✅ "), Span("流水线成功", "https://git.example.com/p/1")),
    (Line((Span("a line of words"),)),),
    (Action("查看", "https://git.example.com/p/1"), Action("日志", "https://git.example.com/l")),
)
BUSY = {"errcode": -1, "errmsg": "system busy"}
LIMIT = {"errcode": 45009, "errmsg": "api freq out of limit"}
READ_TIMEOUT = requests.exceptions.ReadTimeout("read")
REFUSED = requests.exceptions.ConnectionError(
    urllib3.exceptions.MaxRetryError(
        None,  # type: ignore[arg-type]
        "/",
        urllib3.exceptions.NewConnectionError(None, "refused"),  # type: ignore[arg-type]
    )
)
RESET = requests.exceptions.ConnectionError("reset")


class Try:
    """One delivery to a robot that answers as *chat* says, with made-up pauses and chance."""

    def __init__(
        self,
        *answers: Any,
        receiver: Receiver | None = None,
        said: Notification = NOTE,
        chance: float = 0.5,
        **options: Any,
    ) -> None:
        self.chat = FakeChat(in_turn(*answers))
        self.paused: list[float] = []
        self.receiver = receiver or wecom()
        self.clock = Clock(NOW)
        run = Run(
            self.chat.session(),
            options.pop("deadline", time.monotonic() + 60),
            self.clock,
            {},
            retries=options.pop("retries", 2),
            sleep=self._sleep,
            chance=lambda: chance,
            **options,
        )
        delivery = Delivery("gl-1.group", "group", "push.pushed", NOW, said)
        self.outcome: Outcome = deliver(delivery, self.receiver, formatter(self.receiver), run)

    def _sleep(self, pause_s: float) -> None:
        self.paused.append(pause_s)
        self.clock.now += pause_s

    @property
    def error(self) -> DeliveryError:
        assert self.outcome.error
        return self.outcome.error

    @property
    def posts(self) -> int:
        return len(self.chat.posted)


def test_good_robot_is_posted_to_once() -> None:
    """No pause, no second try."""
    one = Try(OK)

    assert (None, 1, 1, []) == (one.outcome.error, one.posts, one.outcome.tries, one.paused)


@pytest.mark.parametrize("chance", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("retries", [1, 2, 5])
def test_pauses_are_full_jitter(chance: float, retries: int) -> None:
    """Before the n-th repeat: any time between none and 0.2 s, doubled each time."""
    one = Try(BUSY, chance=chance, retries=retries)

    assert [chance * FIRST_PAUSE_S * 2**n for n in range(retries)] == one.paused
    assert (retries + 1, retries + 1) == (one.posts, one.outcome.tries)
    assert ("E505", "busy") == (one.error.code, one.error.status)


def test_no_retries_means_none() -> None:
    """With ``delivery.retries: 0`` every robot is posted to once."""
    found = [Try(answer, retries=0) for answer in (BUSY, READ_TIMEOUT, REFUSED, RESET, {})]

    assert [(1, [])] * 5 == [(one.posts, one.paused) for one in found]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(REFUSED, "E530", id="refused"),
        pytest.param(RESET, "E537", id="reset"),
        pytest.param({"nothing": 1}, "E528", id="gateway"),
        pytest.param(READ_TIMEOUT, "E531", id="read-time-out"),
    ],
)
def test_these_are_repeated_once(answer: Any, code: str) -> None:
    """However many repeats are allowed: a dead robot stays dead, and doubt must not multiply."""
    receiver = dingtalk()
    one = Try(answer, receiver=receiver, retries=5)

    assert (2, 2, code) == (one.posts, one.outcome.tries, one.error.code)
    assert [0.5 * FIRST_PAUSE_S] == one.paused


@pytest.mark.parametrize("answer", [REFUSED, RESET, READ_TIMEOUT, BUSY])
def test_second_try_that_is_taken_is_a_success(answer: Any) -> None:
    """It is reported as sent, with two tries."""
    one = Try(answer, OK)

    assert (None, 2) == (one.outcome.error, one.outcome.tries)


def test_doubt_ends_the_repeats() -> None:
    """After a read time-out once more at most, whatever came before it or comes after."""
    mixed = Try(BUSY, READ_TIMEOUT, BUSY, OK, retries=9)
    late = Try(READ_TIMEOUT, BUSY, OK, retries=9)

    assert (3, "E505") == (mixed.posts, mixed.error.code)
    assert (2, "E505") == (late.posts, late.error.code)


@pytest.mark.parametrize("attempt_s", [0.7, 3.0])
def test_attempt_has_its_own_time(attempt_s: float) -> None:
    """One read may take that long and no longer; without it, all that is left of the budget."""
    one, whole = Try(READ_TIMEOUT, attempt_s=attempt_s), Try(OK)

    assert [attempt_s] * 2 == [posted.timeout_s for posted in one.chat.posted]
    assert 50 < whole.chat.posted[0].timeout_s < 60


def test_attempt_never_outlives_the_budget() -> None:
    """With less left than an attempt may take, it has what is left."""
    one = Try(OK, attempt_s=20.0, deadline=time.monotonic() + 10)

    assert one.chat.posted[0].timeout_s < 10


def test_no_repeat_past_the_deadline() -> None:
    """A pause after which there is no time left is not begun."""
    one = Try(BUSY, chance=1000.0)

    assert (1, [], "E505") == (one.posts, one.paused, one.error.code)


def test_no_time_at_all_posts_nothing() -> None:
    """What was not begun is told as such: it cannot have arrived."""
    one = Try(OK, deadline=time.monotonic() + 0.1)

    assert (0, 0, "E538", False) == (
        one.posts,
        one.outcome.tries,
        one.error.code,
        one.error.ambiguous,
    )


def test_every_attempt_is_signed_anew() -> None:
    """DingTalk's time and signature are those of the attempt, not of the first one."""
    one = Try(BUSY, receiver=dingtalk(secret=Secret("SECmade-up")), chance=1.0)
    stamps = [posted.query["timestamp"] for posted in one.chat.posted]

    assert [str(int((NOW + later) * 1000)) for later in (0, 0.2, 0.6)] == stamps
    assert 3 == len({posted.query["sign"] for posted in one.chat.posted})


@pytest.mark.parametrize(
    ("vendor", "code"),
    [
        *(("wecom", code) for code in (93000, 40058, 45009)),
        *(("dingtalk", code) for code in (310000, 300001, 300005, 400101, 130101, 410100)),
    ],
)
def test_clear_refusals_are_not_repeated(vendor: str, code: int) -> None:
    """Neither what a person has to mend nor what asks for a pause."""
    receiver = {"wecom": wecom, "dingtalk": dingtalk}[vendor]()
    one = Try({"errcode": code, "errmsg": "no"}, receiver=receiver, retries=5)

    assert (1, [], str(code)) == (one.posts, one.paused, one.error.vendor_code)


UNSUITABLE = [("wecom", 85002), *(("dingtalk", code) for code in range(430101, 430105))]


@pytest.mark.parametrize(("vendor", "code"), UNSUITABLE)
def test_words_that_are_refused_are_left_out(vendor: str, code: int) -> None:
    """Once more with title and link only; the report says so, in both languages."""
    receiver = {"wecom": wecom, "dingtalk": dingtalk}[vendor]()
    one = Try({"errcode": code, "errmsg": "no"}, OK, receiver=receiver)
    whole, least = (posted.text for posted in one.chat.posted)

    assert (None, 2, []) == (one.outcome.error, one.posts, one.paused)
    assert ("a line of words" in whole, "/l" in whole) == (True, True)
    assert ("a line of words" in least, "example.com/l" in least) == (False, False)
    assert "流水线成功" in least
    assert "https://git.example.com/p/1" in least
    assert one.outcome.remark.zh == f"平台不接受全文（{code}），只发了标题和链接"
    assert one.outcome.remark.en == (
        f"the platform refused the text ({code}): only title and link were sent"
    )


@pytest.mark.parametrize(("vendor", "code"), UNSUITABLE)
def test_title_that_is_refused_as_well_is_the_end(vendor: str, code: int) -> None:
    """Two posts, then it has failed for good."""
    receiver = {"wecom": wecom, "dingtalk": dingtalk}[vendor]()
    one = Try({"errcode": code, "errmsg": "no"}, receiver=receiver, retries=5)

    assert (2, "rejected", str(code)) == (one.posts, one.error.status, one.error.vendor_code)
    assert not one.error.retryable


def test_every_attempt_is_one_of_the_minutes() -> None:
    """The first one was reserved; each repeat is counted with the robot's pace."""
    pace = Pace()
    one = Try(BUSY, pace=pace)

    assert MOST_A_MINUTE - 2 == pace.free(robot_id(one.receiver), now_s=NOW + 1)


def test_mentions_that_follow_are_counted() -> None:
    """The second, small post is one of the minute's, and so are its repeats."""
    called = NOTE._replace(mentions=(Mention("张三", mobile="13800001111"),))
    pace, again = Pace(), Pace()
    Try(OK, said=called, pace=pace)
    mixed = Try(OK, BUSY, OK, said=called, pace=again)

    assert MOST_A_MINUTE - 1 == pace.free(robot_id(wecom()), now_s=NOW)
    assert MOST_A_MINUTE - 2 == again.free(robot_id(wecom()), now_s=NOW)
    assert (3, None, 1) == (mixed.posts, mixed.outcome.error, mixed.outcome.tries)


def test_mentions_that_fail_leave_the_message_sent() -> None:
    """A remark tells; the message is not sent again."""
    called = NOTE._replace(mentions=(Mention("张三", mobile="13800001111"),))
    one = Try(OK, {"errcode": 40058, "errmsg": "no"}, said=called)

    assert (None, 2) == (one.outcome.error, one.posts)
    assert "the message arrived, but not the @ mentions" in one.outcome.remark.en


def test_own_fault_is_told_and_costs_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """An error in our own code is an outcome like others, with a trace in the log."""
    one = Try(RuntimeError("never shown"))

    assert "E599" == one.error.code
    assert "never shown" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "free"), [(LIMIT, 0), ({"errcode": 40058, "errmsg": "no"}, MOST_A_MINUTE - 1)]
)
def test_mentions_that_are_throttled_stop_the_next_post(answer: Any, free: int) -> None:
    """The message was sent, and the vendor has said all the same that it takes no more."""
    called = NOTE._replace(mentions=(Mention("张三", mobile="13800001111"),))
    pace = Pace()
    one = Try(OK, answer, said=called, pace=pace)

    assert (None, free) == (one.outcome.error, pace.free(robot_id(one.receiver), now_s=NOW + 1))


def test_mentions_whose_answer_never_ends_are_one_thread() -> None:
    """While the one to this robot hangs, no other is begun; the messages are sent."""
    called = NOTE._replace(mentions=(Mention("张三", mobile="13800001111"),))
    gate, late, begun = threading.Event(), Late(), []

    def drip(posted: Posted) -> Any:
        if json.loads(posted.text)["msgtype"] == "text":
            begun.append(threading.current_thread())
            gate.wait(10)
        return OK

    def once() -> Outcome:
        run = Run(FakeChat(drip).session(), time.monotonic() + 1.0, Clock(NOW), {}, late=late)
        delivery = Delivery("gl-1.group", "group", "push.pushed", NOW, called)
        return deliver(delivery, wecom(), formatter(wecom()), run)

    found = [once() for _ in range(5)]
    gate.set()
    for thread in begun:
        thread.join(5)

    assert ([None] * 5, 1) == ([one.error for one in found], len(begun))
