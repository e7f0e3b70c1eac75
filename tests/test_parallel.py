"""Threads that nobody can stop: what is waited for, and what is never begun again."""

import threading
import time

import pytest
from relays import Clock

from relay.parallel import FORGOTTEN_S, MOST_LATE, NO_TIME, Late, Missing, at_once

SOON_S = 5.0


def deadline(within_s: float = SOON_S) -> float:
    return time.monotonic() + within_s


def test_results_stand_as_the_tasks_stood() -> None:
    """Whoever is ready first: results have the order of the tasks."""
    turn = {name: threading.Event() for name in "abc"}
    turn["c"].set()
    after = {"c": "b", "b": "a"}

    def work(name: str) -> str:
        turn[name].wait(SOON_S)
        if name in after:
            turn[after[name]].set()
        return name.upper()

    assert ["A", "B", "C"] == at_once(["a", "b", "c"], work, deadline())


def test_all_run_at_the_same_time() -> None:
    """Three tasks that wait for each other all come to their end."""
    together = threading.Barrier(3)

    def work(number: int) -> int:
        together.wait(SOON_S)
        return number

    assert [1, 2, 3] == at_once([1, 2, 3], work, deadline())


def test_no_task_is_no_work() -> None:
    """Nothing to do is done."""
    assert [] == at_once([], str, deadline())


@pytest.mark.parametrize("left_s", [0.0, -5.0])
def test_past_the_deadline_nothing_is_begun(left_s: float) -> None:
    """Each task is told to have had no time, and none was called."""
    called: list[int] = []

    found = at_once([1, 2], called.append, 100.0 + left_s, clock=lambda: 100.0)

    assert ([Missing(NO_TIME)] * 2, []) == (found, called)


def test_one_that_hangs_holds_nobody() -> None:
    """The others' results are there, of its own nothing is known but that it was begun."""
    gate, late = threading.Event(), Late()

    def work(name: str) -> str:
        if name == "hangs":
            gate.wait(SOON_S)
        return name

    found = at_once(["hangs", "well"], work, deadline(0.5), late=late)
    hung = late.hangs("hangs"), late.hangs("well")
    gate.set()

    assert [Missing(), "well"] == found
    assert Missing().why is None
    assert (True, False) == hung


def test_what_hangs_is_not_begun_again_until_it_ended() -> None:
    """One thread for each key: later calls give up at once, with the reason."""
    gate, late = threading.Event(), Late()
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        gate.wait(SOON_S)
        return number

    def once(number: int) -> int | Missing:
        return at_once([number], work, deadline(0.1), late=late, key=lambda _: "robot")[0]

    first, later = once(0), [once(number) for number in range(1, 50)]
    gate.set()
    while late.hangs("robot"):  # the thread is about to end
        threading.Event().wait(0.001)
    last = once(50)

    assert Missing() == first
    assert {"an earlier post to this robot has not ended yet"} == {
        one.why.en for one in later if isinstance(one, Missing) and one.why
    }
    assert (50, [0, 50]) == (last, begun)


def test_another_key_is_begun() -> None:
    """A robot that hangs is no reason to leave another one out."""
    gate, late = threading.Event(), Late()
    at_once(["a"], lambda _: gate.wait(SOON_S), deadline(0.05), late=late)

    found = at_once(["a", "b"], str.upper, deadline(), late=late)
    gate.set()

    assert (False, "B") == (found[0] == "A", found[1])


def test_no_thread_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine at its limit is told, not raised."""

    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    [found] = at_once([1], str, deadline())

    assert isinstance(found, Missing)
    assert found.why
    assert ("no thread could be started", "无法启动线程") == (found.why.en, found.why.zh)


def test_what_hangs_is_forgotten_but_never_more_than_a_few() -> None:
    """A new try each time the last has hung for long, until `MOST_LATE` hang; then none."""
    gate, passed, begun = threading.Event(), Clock(), []
    late = Late(passed)

    def work(number: int) -> None:
        begun.append(number)
        gate.wait(SOON_S)

    for number in range(2 * (MOST_LATE + 3)):
        at_once([number], work, deadline(0.05), late=late, key=lambda _: "robot")
        passed.now += FORGOTTEN_S / 2
    gate.set()

    assert [0, 2, 4] == begun
    assert MOST_LATE == len(begun)
