"""When a robot may be posted to, and what waits for it meanwhile."""

import math
import threading

import pytest
from formatter_cases import dingtalk, wecom, wecom_app
from hypothesis import given
from hypothesis import strategies as st

from relay.config import Secret
from relay.notifications import Delivery, Notification, Span
from relay.pacing import (
    LONGEST_BLOCK_S,
    MOST_A_MINUTE,
    MOST_ROBOTS,
    MOST_WAITING,
    MOST_WAITING_HERE,
    WINDOW_S,
    Pace,
    Waiting,
    is_paced,
    robot_id,
)

NOW = 1_795_170_600.25
R = "robot"


def used(*, posts: int = MOST_A_MINUTE, now_s: float = NOW) -> Pace:
    pace = Pace()
    for _ in range(posts):
        assert pace.take(R, now_s=now_s)
    return pace


def test_same_address_is_the_same_robot() -> None:
    """C18: the name does not matter, the address does."""
    other = wecom()._replace(name="other", lang="en", message="text")

    assert robot_id(wecom()) == robot_id(other)
    assert len({robot_id(one) for one in (wecom(), dingtalk(), wecom_app())}) == 3


def test_application_is_known_by_its_ids() -> None:
    """All applications have one address: corporation and agent tell them apart."""
    app = wecom_app()
    others = (app._replace(agent_id="1000003"), app._replace(corp_id="ww-other"))

    assert robot_id(app) == robot_id(app._replace(name="x", to=("a",), secret=None))
    assert len({robot_id(one) for one in (app, *others)}) == 3


def test_id_shows_no_part_of_the_address() -> None:
    """G1: 16 hexadecimal digits, in which no key can be read."""
    found = robot_id(wecom()._replace(url=Secret("https://example.com/?key=abcd")))

    assert (16, True) == (len(found), set(found) <= set("0123456789abcdef"))
    assert "abcd" not in found


def test_only_robots_are_paced() -> None:
    """Applications have no limit of 20 a minute."""
    assert [True, True, False] == [is_paced(one) for one in (wecom(), dingtalk(), wecom_app())]


def test_budget_of_a_minute() -> None:
    """C8: 18 posts may start within a minute, the next one not."""
    pace = used(posts=MOST_A_MINUTE - 1)

    assert 1 == pace.free(R, now_s=NOW)
    assert pace.take(R, now_s=NOW)
    assert (0, False) == (pace.free(R, now_s=NOW), pace.take(R, now_s=NOW))
    assert MOST_A_MINUTE == pace.free("another", now_s=NOW)


def test_window_slides() -> None:
    """Each post counts for 60 seconds of its own."""
    pace = used(posts=10, now_s=NOW)
    for _ in range(8):
        pace.take(R, now_s=NOW + 20)

    free = [pace.free(R, now_s=NOW + later) for later in (20, 59.9, 60, 79.9, 80)]

    assert [0, 0, 10, 10, 18] == free


def test_post_beyond_the_reservations_counts() -> None:
    """A retry or a mention is one of the minute's posts, also where there is none left."""
    pace = used()
    for later in range(5):
        pace.count(R, now_s=NOW + 1 + later)

    free = [pace.free(R, now_s=NOW + later) for later in (10, 60, 61, 65)]

    assert [0, 13, 14, 18] == free


def test_more_than_the_budget_counts_until_enough_of_it_is_past() -> None:
    """With 20 posts in the window two must have left it, and one more, before the next may go."""
    pace = Pace()
    for at in range(20):
        pace.count(R, now_s=NOW + at)

    assert NOW + 62 == pace.opens_at(R, now_s=NOW + 30)
    assert not pace.take(R, now_s=NOW + 61.9)
    assert pace.take(R, now_s=NOW + 62)


def test_vendors_word_opens_the_circuit() -> None:
    """C7: blocked means no post at all, whatever our own count says."""
    pace = Pace()
    pace.block(R, until_s=NOW + 605)

    assert (0, False) == (pace.free(R, now_s=NOW), pace.take(R, now_s=NOW))
    assert pace.blocked(R, now_s=NOW + 604.9)
    assert NOW + 605 == pace.opens_at(R, now_s=NOW)
    assert not pace.blocked(R, now_s=NOW + 605)
    assert pace.take(R, now_s=NOW + 605)


def test_own_count_is_no_circuit() -> None:
    """A robot whose budget is used up is not blocked by its vendor."""
    assert not used().blocked(R, now_s=NOW)


def test_longest_block_counts() -> None:
    """A later, shorter word does not close the circuit early."""
    pace = Pace()
    pace.block(R, until_s=NOW + 605)
    pace.block(R, until_s=NOW + 65)
    pace.block(R, until_s=math.nan)

    assert NOW + 605 == pace.opens_at(R, now_s=NOW)


def test_opens_when_block_and_window_are_over() -> None:
    """The later of both decides."""
    pace = used(now_s=NOW)
    pace.block(R, until_s=NOW + 30)

    assert NOW + 60 == pace.opens_at(R, now_s=NOW + 1)
    assert not pace.take(R, now_s=NOW + 30)
    assert pace.take(R, now_s=NOW + 60)


def test_opens_now_while_there_is_room() -> None:
    """Nothing to wait for is now, not some earlier time."""
    assert NOW == Pace().opens_at(R, now_s=NOW)
    assert NOW + 5 == used(posts=17).opens_at(R, now_s=NOW + 5)


moments = st.floats(-200, 200).map(lambda later_s: NOW + later_s)
uses = st.lists(st.tuples(st.sampled_from(["take", "count", "block"]), moments), max_size=60)


@given(uses, moments)
def test_post_can_start_when_it_was_promised(steps: list[tuple[str, float]], now_s: float) -> None:
    """Whatever the clock did: `take` succeeds exactly at `opens_at`, within a bounded time."""
    pace = Pace()
    for step, at in steps:
        if step == "block":
            pace.block(R, until_s=at + 60)
        else:
            getattr(pace, step)(R, now_s=at)
    opens = pace.opens_at(R, now_s=now_s)

    assert (opens == now_s) == (pace.free(R, now_s=now_s) > 0)
    assert now_s <= opens <= max(now_s + 2 * WINDOW_S, NOW + 260)
    assert pace.take(R, now_s=opens)


@given(st.lists(st.floats(0, 5), max_size=200))
def test_never_more_than_the_budget_in_any_window(gaps: list[float]) -> None:
    """Of the posts that were granted no 60 seconds hold more than 18."""
    pace, now_s, granted = Pace(), NOW, []
    for gap in gaps:
        now_s += gap
        if pace.take(R, now_s=now_s):
            granted.append(now_s)

    assert all(
        later - earlier >= WINDOW_S - 0.001
        for earlier, later in zip(granted, granted[MOST_A_MINUTE:], strict=False)
    )


def test_clock_that_jumps_back_does_not_stop_a_robot() -> None:
    """Posts counted at a time that lies far ahead are forgotten."""
    pace = used(now_s=NOW + 86_400)

    assert MOST_A_MINUTE == pace.free(R, now_s=NOW)


def test_small_jump_back_keeps_the_count() -> None:
    """A clock set right by some seconds does not give the budget away twice."""
    pace = used(now_s=NOW + 10)

    assert 0 == pace.free(R, now_s=NOW)
    assert MOST_A_MINUTE == pace.free(R, now_s=NOW + 70)


@pytest.mark.parametrize("until_s", [NOW + 86_400 * 365, math.inf], ids=["a-year", "for-ever"])
def test_no_block_lasts_for_ever(until_s: float) -> None:
    """A block from before the clock jumped back ends an hour after it is asked for."""
    pace = Pace()
    pace.block(R, until_s=until_s)

    assert NOW + LONGEST_BLOCK_S == pace.opens_at(R, now_s=NOW)
    assert pace.take(R, now_s=NOW + LONGEST_BLOCK_S)


def test_what_is_written_can_be_read() -> None:
    """Another instance goes on where this one stopped, to the millisecond."""
    pace, other = used(posts=15, now_s=NOW), Pace()
    for later in range(3):
        pace.take(R, now_s=NOW + later)
    pace.block(R, until_s=NOW + 30)
    other.read(R, pace.written(R, now_s=NOW + 3))

    for later in (3, 30, 59, 60, 61, 62):
        expected = pace.free(R, now_s=NOW + later)
        assert expected == other.free(R, now_s=NOW + later)


def test_reading_replaces_the_count() -> None:
    """What another instance wrote is the whole truth about the posts, not an addition to ours."""
    pace = used(posts=10)
    text = pace.written(R, now_s=NOW)
    pace.read(R, text)
    pace.read(R, text)

    assert MOST_A_MINUTE - 10 == pace.free(R, now_s=NOW)


def test_reading_closes_no_circuit() -> None:
    """What was written before the vendor's refusal does not undo it."""
    pace = used(posts=1)
    text = pace.written(R, now_s=NOW)
    pace.block(R, until_s=NOW + 605)
    pace.read(R, text)

    assert pace.blocked(R, now_s=NOW + 1)


def test_nothing_to_say_is_an_empty_text() -> None:
    """An unused robot, or one whose minute is over, needs no record."""
    assert "" == Pace().written(R, now_s=NOW)
    assert "" == used().written(R, now_s=NOW + WINDOW_S)


def test_text_is_short_and_plain() -> None:
    """At most 304 bytes of digits and spaces, whatever was counted."""
    pace = Pace()
    for at in range(100):
        pace.count(R, now_s=NOW + at / 100)
    pace.block(R, until_s=math.inf)
    text = pace.written(R, now_s=NOW + 1)

    assert len(text.encode()) <= 304
    assert set(text) <= set("0123456789 ")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "x", "1 x", "-1", "1.5", "nan", "1e9", "１２", "1  2", "1\n2", "{}", "null"),
        pytest.param("9" * 5000, id="huge-number"),
        pytest.param("1 " * 500 + "1", id="many"),
        pytest.param("1" * 16, id="16-digits"),
    ],
)
def test_garbage_is_ignored(text: str) -> None:
    """What is no written pace changes nothing: an empty store does not give the budget back."""
    pace = used()
    pace.read(R, text)

    assert 0 == pace.free(R, now_s=NOW)


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    """No text raises, and none stops a robot for more than an hour."""
    pace = Pace()
    pace.read(R, text)

    assert pace.opens_at(R, now_s=NOW) <= NOW + LONGEST_BLOCK_S


def test_robots_are_forgotten_after_their_minute() -> None:
    """Asking about a robot, or using another one, drops what does not count any more."""
    pace = used()
    assert 0 == pace.free(R, now_s=NOW)

    pace.take("another", now_s=NOW + WINDOW_S)

    assert "Pace(1)" == repr(pace)


def test_memory_is_bounded() -> None:
    """Of more than 1000 robots the one not used for longest is forgotten."""
    pace = used()
    for at in range(MOST_ROBOTS):
        pace.take(f"robot-{at}", now_s=NOW + 1)

    assert f"Pace({MOST_ROBOTS})" == repr(pace)
    assert MOST_A_MINUTE == pace.free(R, now_s=NOW + 1)
    assert MOST_A_MINUTE - 1 == pace.free("robot-0", now_s=NOW + 1)


def test_threads_share_one_budget() -> None:
    """Of many threads that ask at once 18 get a post."""
    pace, granted = Pace(), []
    start = threading.Barrier(8)

    def post() -> None:
        start.wait()
        granted.extend(pace.take(R, now_s=NOW) for _ in range(10))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (MOST_A_MINUTE, 80) == (sum(granted), len(granted))


def delivery(name: str, *, failed: bool = False, at: float = NOW) -> Delivery:
    said = Notification((Span(name, tone="danger" if failed else ""),))
    return Delivery(name, "group", "push", at, said)


def names(found: tuple[Delivery, ...]) -> list[str]:
    return [one.id for one in found]


def test_waiting_are_taken_once_oldest_first() -> None:
    """All of one robot come out together, by when they were received, and are gone then."""
    waiting = Waiting()
    waiting.add(R, delivery("b", at=NOW + 1))
    waiting.add("other", delivery("x"))
    waiting.add(R, delivery("c", at=NOW + 1))
    waiting.add(R, delivery("a", at=NOW))

    assert (3, 1) == (waiting.count(R), waiting.count("other"))
    assert (R, "other") == waiting.robots()
    assert ["a", "b", "c"] == names(waiting.take(R))
    assert ((), 0, ("other",)) == (waiting.take(R), waiting.count(R), waiting.robots())


def test_oldest_goes_when_too_many_wait() -> None:
    """The 101st for one robot takes the place of the first; other robots lose nothing."""
    waiting = Waiting()
    waiting.add("other", delivery("x"))
    kept = [waiting.add(R, delivery(str(at))) for at in range(MOST_WAITING_HERE)]
    gone = waiting.add(R, delivery("last"))

    assert [None] * MOST_WAITING_HERE == kept
    assert "0" == (gone and gone.id)
    assert (MOST_WAITING_HERE, 1) == (waiting.count(R), waiting.count("other"))


def test_routine_goes_before_a_failure() -> None:
    """The oldest routine delivery goes, however many older failures there are."""
    waiting = Waiting()
    for at in range(MOST_WAITING_HERE):
        waiting.add(R, delivery(str(at), failed=at != 50))

    first = waiting.add(R, delivery("failure", failed=True))
    routine = waiting.add(R, delivery("routine"))
    second = waiting.add(R, delivery("another failure", failed=True))

    assert ["50", "routine", "0"] == [one.id if one else "" for one in (first, routine, second)]


def test_all_robots_together_are_bounded() -> None:
    """Of 1000 deliveries in all the oldest routine one goes, whoever it is for."""
    waiting = Waiting()
    waiting.add("first", delivery("failure", failed=True))
    waiting.add("first", delivery("routine"))
    for at in range(MOST_WAITING - 2):
        assert waiting.add(f"robot-{at // 50}", delivery(str(at))) is None

    gone = waiting.add("new", delivery("new"))

    assert "routine" == (gone and gone.id)
    assert (1, 1) == (waiting.count("first"), waiting.count("new"))


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=400),
)
def test_nothing_that_waits_is_lost(added: list[tuple[str, bool]]) -> None:
    """Each delivery that was added is either returned as crowded out or taken later, once."""
    waiting, gone = Waiting(), []
    for at, (robot, failed) in enumerate(added):
        crowded_out = waiting.add(robot, delivery(str(at), failed=failed))
        gone += [crowded_out.id] if crowded_out else []
    taken = [one for robot in waiting.robots() for one in names(waiting.take(robot))]

    assert sorted(map(str, range(len(added)))) == sorted([*gone, *taken])


def test_threads_lose_nothing() -> None:
    """Adding and taking at once, every delivery comes out exactly once."""
    waiting, found = Waiting(), []
    start = threading.Barrier(4)

    def add(first: int) -> None:
        start.wait()
        for at in range(first, first + 40):
            waiting.add(R, delivery(str(at)))
            found.extend(names(waiting.take(R)))

    threads = [threading.Thread(target=add, args=(first,)) for first in (0, 40, 80, 120)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, range(160))) == sorted(found)
