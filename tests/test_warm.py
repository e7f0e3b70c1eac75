"""What a process keeps from one call to the next."""

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from marked import written

from relay.notifications import Delivery, Notification, Span
from relay.pacing import Pace
from relay.stores.memory import MemoryStore
from relay.warm import Warm

NOW = 1_795_170_600.0
ADDRESS = "sqs://notify.fifo"
FOUND = [
    Delivery(f"gl-1.{name}", name, "push.pushed", NOW, Notification((Span("x"),)))
    for name in ("dev", "ops")
]


class Fake(Warm):
    """A process whose queue does what *put* does."""

    def __init__(self, put: Callable[..., Sequence[Delivery]]) -> None:
        super().__init__()
        self.asked: list[Any] = []
        self._put = put

    def queue(self, address: str, environ: Any) -> Any:
        return self

    def put(self, *arguments: Any, **options: Any) -> Sequence[Delivery]:
        if "now_s" in options:  # as the queue
            self.asked.append(options["now_s"])
            return self._put(*arguments)
        return super().put(*arguments, **options)


def test_nothing_is_made_before_it_is_needed() -> None:
    """A cold start pays for no connection and no queue."""
    warm = Warm()

    assert "session" not in vars(warm)
    assert warm.session is warm.session
    assert warm.queue("", {}) is None


def test_each_state_has_one_store() -> None:
    """Calls of one process share what they remember; another state is another store."""
    warm = Warm()
    memory, table = warm.store("", {}), warm.store("dynamodb://relay", {})

    assert (memory is warm.store("", {}), table is warm.store("dynamodb://relay", {})) == (
        True,
        True,
    )
    assert memory is not table


def test_threads_get_the_same_one() -> None:
    """Two first calls at once make one store."""
    warm, together = Warm(), threading.Barrier(8)
    found: list[Any] = []

    def work() -> None:
        together.wait(10)
        found.append(warm.store("memory", {}))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len({id(store) for store in found})


def test_local_trials_bring_their_own() -> None:
    """Pace and memory can be given."""
    pace, store = Pace(), MemoryStore()
    warm = Warm(pace=pace, remembered=store)

    assert warm.pace is pace
    assert warm.store("dynamodb://relay", {}) is store


@pytest.mark.parametrize("left", [[], FOUND[1:], FOUND])
def test_queue_takes_all_some_or_none(left: list[Delivery]) -> None:
    """What it does not take comes back, for the caller to send."""
    warm = Fake(lambda found: left)

    assert left == list(warm.put(FOUND, ADDRESS, {}, None, lambda: NOW, 2.5))
    assert [NOW] == warm.asked


def test_queue_that_hangs_is_left_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its time is bounded; then all is sent directly, and it is not asked while it hangs."""
    gate = threading.Event()
    monkeypatch.setattr("relay.warm._QUEUE_S", 0.2)
    warm = Fake(lambda found: gate.wait(20) and ())
    first = warm.put(FOUND, ADDRESS, {}, None, lambda: NOW, 2.5)
    second = warm.put(FOUND, ADDRESS, {}, None, lambda: NOW, 2.5)
    gate.set()
    lines = written(capsys, "queue.refused")

    assert (FOUND, FOUND, [NOW]) == (list(first), list(second), warm.asked)
    assert [["gl-1.dev", "gl-1.ops"]] * 2 == [line["delivery_ids"] for line in lines]
    assert {"E540"} == {line["code"] for line in lines}
    assert "notify" not in json.dumps(lines)
