"""What arrived at the local server: the last requests, with what the stand-in robots got."""

import base64
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from relay.config import Config
from relay.wsgi import Handle
from workbench import bubbles
from workbench.preview_page.cards import key
from workbench.robot_book import Received

_MOST = 50
_MOST_BYTES = 32 * 1024 * 1024  # of bodies


class Arrival(NamedTuple):
    """One POST: *event* as the function got it, *answer* its body, *messages* what groups got.

    *number* counts from 1, *at* is Unix seconds. *replayed*: the number of the one it repeats.
    """

    number: int
    at: float
    event: Mapping[str, Any]
    status: int
    answer: Mapping[str, Any]
    messages: tuple[Received, ...] = ()
    replayed: int = 0

    @property
    def body(self) -> bytes:
        text = str(self.event.get("body", ""))
        return base64.b64decode(text) if self.event.get("isBase64Encoded") else text.encode()

    @property
    def clock(self) -> str:
        return time.strftime("%H:%M:%S", time.localtime(self.at))

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.event["headers"])


class Trail:
    """Keeps the last arrivals, oldest first; safe to use from several threads.

    *config* gives the configuration of the moment, which tells which robot is whose, *taken* what
    the stand-ins took since they started.
    """

    def __init__(
        self,
        config: Callable[[], Config],
        taken: Callable[[], Sequence[Received]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._taken = taken
        self._clock = clock
        self._looked = 0  # at so many of what was taken
        self._lock = threading.Lock()
        self._arrivals: deque[Arrival] = deque()
        self._unclaimed: list[Received] = []
        self._count = 0

    @property
    def count(self) -> int:
        """Return how many have arrived since the start."""
        return self._count

    def arrivals(self) -> list[Arrival]:
        with self._lock:
            return list(self._arrivals)

    def arrival(self, number: str) -> Arrival | None:
        return next((one for one in self.arrivals() if str(one.number) == number), None)

    def watch(self, handle: Handle, replayed: int = 0) -> Handle:
        """Return *handle* with its POST requests kept; *replayed* as in `Arrival`."""

        def watched(event: dict[str, Any], context: object) -> Mapping[str, Any]:
            at = self._clock()
            answer = handle(event, context)
            if event["requestContext"]["http"]["method"] == "POST":
                self._keep(event, answer, at, replayed)
            return answer

        return watched

    def _keep(
        self, event: Mapping[str, Any], answer: Mapping[str, Any], at: float, replayed: int
    ) -> None:
        body = _object(answer.get("body"))
        keys = {one.name: key(one) for one in self._config().receivers} if body.get("sent") else {}
        with self._lock:
            self._count += 1
            messages = self._claimed(body, keys)
            self._arrivals.append(
                Arrival(self._count, at, event, int(answer["statusCode"]), body, messages, replayed)
            )
            while len(self._arrivals) > _MOST or self._size() > _MOST_BYTES:
                self._arrivals.popleft()

    def _claimed(self, answer: Mapping[str, Any], keys: Mapping[str, str]) -> tuple[Received, ...]:
        """Take out the messages that *answer* says were sent: by robot and size.

        Requests at the same moment whose messages have the same size may get each other's.
        """
        sent = Counter(
            (keys.get(str(one.get("via") or one["receiver"]), ""), one["bytes"])
            for one in answer.get("sent", ())
        )
        taken = self._taken()
        new, self._looked = taken[self._looked :], len(taken)
        claimed, left = [], []
        before: Received | None = None  # what was claimed of the same robot just before
        for one in (*self._unclaimed, *new):
            told = one.key, bubbles.of_received(one).size
            if sent[told]:
                sent[told] -= 1
                claimed.append(one)
                before = one
            elif before and one.key == before.key and one.raw.get("msgtype") == "text":
                claimed.append(one)  # the second, small message of mentions
                before = None
            else:
                left.append(one)
        self._unclaimed = left[-_MOST:]
        order = list(keys.values())
        return tuple(sorted(claimed, key=lambda one: order.index(one.key)))

    def _size(self) -> int:
        return sum(len(one.event.get("body", "")) for one in self._arrivals)


def _object(text: object) -> dict[str, Any]:
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
