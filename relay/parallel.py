"""Work at the same time, up to a deadline, in threads that nothing can stop from outside."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from relay.words import Phrase

NO_TIME = Phrase("时间用完了", "no time was left")
_NO_THREAD = Phrase("无法启动线程", "no thread could be started")
_HANGS = Phrase("上一次发送还没有结束", "an earlier post to this robot has not ended yet")

FORGOTTEN_S = 300.0
MOST_LATE = 3
Task = TypeVar("Task")
Result = TypeVar("Result")


_Found: TypeAlias = "queue.SimpleQueue[tuple[int, Result | Missing]]"


class Missing(NamedTuple):
    """No result. *why* it was not even begun; None: it was, and its time ran out."""

    why: Phrase | None = None


class Late:
    """Threads that went on after their time, by key; safe to use from several.

    After `FORGOTTEN_S` one counts no more, for what hung may answer on a new connection by then;
    but `MOST_LATE` of them always do.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._threads: dict[str, list[tuple[threading.Thread, float]]] = {}

    def add(self, key: str, thread: threading.Thread) -> None:
        with self._lock:
            self._threads.setdefault(key, []).append((thread, self._clock()))

    def hangs(self, key: str) -> bool:
        """Tell whether a thread of *key* still runs."""
        oldest = self._clock() - FORGOTTEN_S
        with self._lock:
            found = self._threads.pop(key, [])
            running = [one for one in found if one[0].is_alive()]
            if running:
                self._threads[key] = running
            return len(running) >= MOST_LATE or any(since > oldest for _, since in running)


def at_once(
    tasks: Sequence[Task],
    work: Callable[[Task], Result],
    deadline: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    late: Late | None = None,
    key: Callable[[Task], str] = str,
) -> list[Result | Missing]:
    """Run *work* for every task at the same time; return the results in the same order.

    Returns at *deadline* (by *clock*) at the latest. One thread for each task, because neither name
    resolution nor a peer that sends a byte now and then can be stopped. *late* keeps the threads
    that did not end: while one of them runs, no task with its *key* is begun.
    """
    if clock() >= deadline:
        return [Missing(NO_TIME) for _ in tasks]
    late = late or Late()
    found: _Found[Result] = queue.SimpleQueue()
    threads: dict[int, threading.Thread] = {}
    for index, task in enumerate(tasks):
        thread = _began(index, task, work, found) if not late.hangs(key(task)) else None
        if thread is None:
            found.put((index, Missing(_HANGS if late.hangs(key(task)) else _NO_THREAD)))
        else:
            threads[index] = thread
    results = _collected(found, len(tasks), lambda: deadline - clock())
    for index, thread in threads.items():
        if index not in results:
            late.add(key(tasks[index]), thread)
    return [results.get(index, Missing()) for index in range(len(tasks))]


def _began(
    index: int, task: Task, work: Callable[[Task], Result], found: "_Found[Result]"
) -> threading.Thread | None:
    """Return the thread that does the work, None if the machine has none to give."""
    thread = threading.Thread(target=lambda: found.put((index, work(task))), daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread


def _collected(
    found: "_Found[Result]", count: int, left_s: Callable[[], float]
) -> dict[int, Result | Missing]:
    """Return up to *count* results by their places, as long as time is left."""
    results: dict[int, Result | Missing] = {}
    while len(results) < count:
        try:
            index, result = found.get(timeout=max(left_s(), 0.001))
        except queue.Empty:
            break
        results[index] = result
    return results
