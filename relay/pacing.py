"""When a robot may be posted to, and what waits for it (`design/delivery.md` section 4).

Bookkeeping only: nothing here sends, sleeps or asks for the time. All times are Unix seconds.
"""

import hashlib
import threading
from collections.abc import Callable
from typing import NamedTuple

from relay.config import WECOM_APP, Receiver
from relay.notifications import Delivery, is_failure

# Both vendors allow 20; a budget of exactly that was refused now and then, and on DingTalk one
# post too many silences the robot for ten minutes (wecom.md A.4, dingtalk.md section 4).
MOST_A_MINUTE = 18
WINDOW_S = 60.0
LONGEST_BLOCK_S = 3600.0  # more than any limit met in a chat; only a clock that jumps asks for more
MOST_ROBOTS = 1000
MOST_WAITING, MOST_WAITING_HERE = 1000, 100  # in all, and for one robot
_MOST_DIGITS = 15  # of milliseconds since 1970
_MOST_CHARACTERS = (MOST_A_MINUTE + 1) * (_MOST_DIGITS + 1)


def robot_id(receiver: Receiver) -> str:
    """Return the same short text for the same robot, whatever its name; it gives no key away."""
    parts = [receiver.url.reveal().strip()]
    if receiver.type == WECOM_APP:
        parts += [receiver.corp_id, receiver.agent_id]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def is_paced(receiver: Receiver) -> bool:
    """Tell whether *receiver* has a limit of posts a minute; applications have none."""
    return receiver.type != WECOM_APP


class _Use(NamedTuple):
    """When a robot was posted to, oldest first, and until when the vendor wants no more."""

    times: tuple[float, ...] = ()
    until_s: float = 0.0

    def at(self, now_s: float) -> "_Use":
        """Return what of it still counts; what lies too far ahead a clock's jump has left."""
        return _Use(
            tuple(one for one in self.times if one + WINDOW_S > now_s >= one - WINDOW_S),
            min(self.until_s, now_s + LONGEST_BLOCK_S) if self.until_s > now_s else 0.0,
        )

    def plus(self, now_s: float) -> "_Use":
        return self._replace(times=tuple(sorted((*self.times, now_s))[-MOST_A_MINUTE:]))

    @property
    def free(self) -> int:
        return 0 if self.until_s else MOST_A_MINUTE - len(self.times)


_UNUSED = _Use()


class Pace:
    """The use of a process's robots, safe to use from several threads.

    A robot is forgotten when nothing of it counts any more; of more than `MOST_ROBOTS` the one
    not used for longest is.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: dict[str, _Use] = {}

    def free(self, robot: str, *, now_s: float) -> int:
        """Return how many posts may start now; 0 while its circuit is open."""
        with self._lock:
            return self._use(robot, now_s).free

    def take(self, robot: str, *, now_s: float) -> bool:
        """Reserve one of them; False when there is none."""
        with self._lock:
            use = self._use(robot, now_s)
            if use.free < 1:
                return False
            self._add(robot, use.plus(now_s), now_s)
            return True

    def count(self, robot: str, *, now_s: float) -> None:
        """Count a post beyond the reserved ones: a retry, a mention."""
        with self._lock:
            self._add(robot, self._use(robot, now_s).plus(now_s), now_s)

    def block(self, robot: str, *, until_s: float) -> None:
        """Open the circuit: the vendor said not before *until_s*. The longest time counts."""
        with self._lock:
            use = self._uses.get(robot, _UNUSED)
            self._keep(robot, use._replace(until_s=max(use.until_s, until_s)))

    def opens_at(self, robot: str, *, now_s: float) -> float:
        """Return when `take` can succeed next; *now_s* if now."""
        with self._lock:
            use = self._use(robot, now_s)
        is_full = len(use.times) >= MOST_A_MINUTE
        return max(now_s, use.until_s, use.times[0] + WINDOW_S if is_full else now_s)

    def blocked(self, robot: str, *, now_s: float) -> bool:
        """Tell whether the circuit is open: by the vendor's word, not by our own count."""
        with self._lock:
            return self._use(robot, now_s).until_s > 0

    def written(self, robot: str, *, now_s: float) -> str:
        """Return what is known as text for a shared store (at most 304 bytes); maybe ``""``."""
        with self._lock:
            use = self._use(robot, now_s)
        if use == _UNUSED:
            return ""
        return " ".join(str(round(one * 1000)) for one in (use.until_s, *use.times))

    def read(self, robot: str, text: str) -> None:
        """Replace the posts by those another instance wrote; what is no such text is ignored.

        A circuit that is open stays open: only time closes one.
        """
        use = _read(text)
        if use is None:
            return
        with self._lock:
            known = self._uses.get(robot, _UNUSED)
            self._keep(robot, use._replace(until_s=max(use.until_s, known.until_s)))

    def __repr__(self) -> str:
        return f"Pace({len(self._uses)})"

    def _use(self, robot: str, now_s: float) -> _Use:
        """Return what counts now, and forget the rest."""
        known = self._uses.get(robot)
        if known is None:
            return _UNUSED
        use = known.at(now_s)
        if use == _UNUSED:
            del self._uses[robot]
        else:
            self._uses[robot] = use
        return use

    def _add(self, robot: str, use: _Use, now_s: float) -> None:
        if robot not in self._uses:
            for known in list(self._uses):
                self._use(known, now_s)
        self._keep(robot, use)

    def _keep(self, robot: str, use: _Use) -> None:
        self._uses.pop(robot, None)
        while len(self._uses) >= MOST_ROBOTS:
            del self._uses[next(iter(self._uses))]
        self._uses[robot] = use


def _read(text: str) -> _Use | None:
    words = text.split(" ") if len(text) <= _MOST_CHARACTERS else []
    if not words or not all(
        word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS for word in words
    ):
        return None
    until_s, *times = (int(word) / 1000 for word in words)
    return _Use(tuple(sorted(times)[-MOST_A_MINUTE:]), until_s)


class Waiting:
    """Deliveries that wait in memory for their robots, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[tuple[str, Delivery]] = []

    def add(self, robot: str, delivery: Delivery) -> Delivery | None:
        """Keep *delivery*; return the one for which there is no room any more, if there is one.

        It is the oldest that is no failure, *delivery* included, else the oldest: of those for the
        same robot when these are too many, else of all. One that waits already waits once.
        """
        with self._lock:
            if any(known.id == delivery.id for _, known in self._all):
                return None
            self._all.append((robot, delivery))
            here = [entry for entry in self._all if entry[0] == robot]
            if len(here) <= MOST_WAITING_HERE:
                here = self._all
                if len(here) <= MOST_WAITING:
                    return None
            routine = (entry for entry in here if not is_failure(entry[1].notification))
            gone = next(routine, here[0])
            self._all.remove(gone)
            return gone[1]

    def take(self, robot: str) -> tuple[Delivery, ...]:
        """Return all that waits for *robot*, the oldest first; it no longer waits here."""
        with self._lock:
            found = [delivery for name, delivery in self._all if name == robot]
            self._all = [entry for entry in self._all if entry[0] != robot]
        return tuple(sorted(found, key=lambda delivery: delivery.received_at))

    def move(self, robot_of: Callable[[Delivery], str]) -> None:
        """Let each delivery wait for the robot that *robot_of* gives: addresses may have changed.

        With ``""`` it goes on waiting where it is.
        """
        with self._lock:
            self._all = [(robot_of(delivery) or robot, delivery) for robot, delivery in self._all]

    def has(self, delivery_id: str) -> bool:
        with self._lock:
            return any(delivery.id == delivery_id for _, delivery in self._all)

    def count(self, robot: str) -> int:
        with self._lock:
            return sum(name == robot for name, _ in self._all)

    def robots(self) -> tuple[str, ...]:
        """Return for which robots something waits, the one that waits longest first."""
        with self._lock:
            return tuple(dict.fromkeys(name for name, _ in self._all))
