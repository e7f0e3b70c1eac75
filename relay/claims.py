"""Nothing twice: who sends a delivery, and which are sent, in the store (`design/delivery.md` 5).

A delivery, that is one event for one receiver, is *claimed* before it is posted and *settled* when
the robot took it. Whoever claims and dies loses the claim when its lease ends.
"""

import hashlib
from typing import NamedTuple

from relay.errors import Ignored
from relay.reasons import Reason, reason
from relay.state import Store

KEPT_S = 86400.0  # how long a repeat is known
SAME_BODY_S = 10.0  # the same event through a project's hook and a group's: two ids, one body
_BUSY, _SENT = "busy", "sent"


class Claims(NamedTuple):
    """Claims in *store*; one that is not settled or released ends after *lease_s*."""

    store: Store
    lease_s: float

    def take(self, delivery_id: str, now_s: float) -> Reason | None:
        """Claim a delivery. Return None when it is ours, else why not (R28)."""
        until_s = now_s + self.lease_s
        found = self.store.add(_key(delivery_id), _BUSY, until_s=until_s, now_s=now_s)
        if not found:
            return None
        return reason("R28") if found == _SENT else reason("R28", "busy")

    def settle(self, delivery_id: str, now_s: float) -> None:
        """It was sent: repeats are known for a day."""
        self.store.put(_key(delivery_id), _SENT, until_s=now_s + KEPT_S)

    def extend(self, delivery_id: str, until_s: float) -> None:
        """Hold the claim until then: it waits for the robot's limit."""
        self.store.put(_key(delivery_id), _BUSY, until_s=until_s)

    def release(self, delivery_id: str) -> None:
        """It was not sent: whoever sends it again may."""
        self.store.remove(_key(delivery_id))


def is_settled(found: Reason) -> bool:
    """Tell whether *found*, which `Claims.take` returned, says that the delivery was sent."""
    return found == reason("R28")


def refuse_same_body(store: Store, source: str, body: bytes, event_id: str, now_s: float) -> None:
    """Raise Ignored (R28) if another delivery of *source* had the same *body* just now.

    The same delivery again is for `Claims` to judge: it is a repeat only if the first one was sent.
    """
    digest = hashlib.sha256(source.encode() + b"\n" + body).hexdigest()
    earlier = store.add(f"body:{digest}", event_id, until_s=now_s + SAME_BODY_S, now_s=now_s)
    if earlier not in ("", event_id):
        found = reason("R28", "body", value=earlier)
        raise Ignored(found.code, found.text)


def refuse_finished(finished: Store, event_id: str, now_s: float) -> None:
    """Raise Ignored (R28) if this process has seen to all of the event's deliveries."""
    if finished.get(_event_key(event_id), now_s=now_s):
        found = reason("R28")
        raise Ignored(found.code, found.text)


def finish(finished: Store, event_id: str, now_s: float) -> None:
    """Note that all of the event's deliveries were sent."""
    finished.put(_event_key(event_id), _SENT, until_s=now_s + KEPT_S)


def _event_key(event_id: str) -> str:
    return f"event:{event_id}"


def _key(delivery_id: str) -> str:
    return f"delivery:{delivery_id}"
