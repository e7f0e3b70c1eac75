"""What a process keeps from one call to the next while it is warm; nothing of it has to survive."""

import functools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import requests

from relay import log
from relay.delivery import new_session
from relay.notifications import Delivery
from relay.pacing import Pace, Waiting
from relay.parallel import Late, Missing, at_once
from relay.state import Store
from relay.stores import store
from relay.stores.memory import MemoryStore
from relay.tokens import Tokens

SCF_ASYNC = "scf-async"
MOST_FINISHED = 1_250  # events whose repeats are known without asking the store
_QUEUE_S = 2.5


class Warm:
    """Connections, tokens, the robots' pace, what waits for it, and what is remembered.

    *pace* and *remembered* replace the usual ones, for local trials.
    """

    def __init__(self, *, pace: Pace | None = None, remembered: Store | None = None) -> None:
        self.tokens = Tokens()
        self.owner = os.urandom(6).hex()
        self.pace = pace or Pace()
        self.waiting = Waiting()
        self.late = Late()
        self._remembered = remembered
        self.finished = remembered or MemoryStore(MOST_FINISHED)  # the quick way for repeats
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    @functools.cached_property
    def session(self) -> requests.Session:
        return new_session()

    def store(self, state: str, environ: Mapping[str, str]) -> Store:
        """Return the store that the configuration's *state* names."""
        if self._remembered is not None:
            return self._remembered
        found: Store = self._once(f"state {state}", lambda: store(state, environ))
        return found

    def queue(self, address: str, environ: Mapping[str, str]) -> Any:
        """Return the SqsQueue or ScfQueue at *address*, None without one."""
        if not address:
            return None
        if address == SCF_ASYNC:
            from relay.queues.scf import ScfQueue

            return self._once(address, lambda: ScfQueue(environ))
        from relay.queues.sqs import SqsQueue

        return self._once(address, lambda: SqsQueue(address, environ))

    def put(
        self,
        deliveries: Sequence[Delivery],
        address: str,
        environ: Mapping[str, str],
        context: object,
        clock: Callable[[], float],
        within_s: float,
    ) -> Sequence[Delivery]:
        """Put *deliveries* into the queue at *address*; return what it did not take in time.

        It has *within_s*, and not too much of them: Gitee waits 5 s for the answer.
        """
        within_s = min(within_s, _QUEUE_S)
        queue = self.queue(address, environ)
        if address == SCF_ASYNC:  # it keeps its own time, delivery by delivery
            taken_by_none: Sequence[Delivery] = queue.put(
                deliveries, context, now_s=clock(), within_s=within_s
            )
            return taken_by_none
        (left,) = at_once(
            [deliveries],
            lambda found: queue.put(found, now_s=clock()),
            time.monotonic() + within_s,
            late=self.late,
            key=lambda found: "queue",
        )
        if isinstance(left, Missing):
            ids = [one.id for one in deliveries]
            log.error("queue.refused", code="E540", failure_code="timeout", delivery_ids=ids)
            return deliveries
        found: Sequence[Delivery] = left
        return found

    def _once(self, key: str, make: Any) -> Any:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]
