"""Nothing twice: who sends a delivery, and which are sent, in the store (`design/delivery.md` 5).

A delivery, that is one event for one receiver, is *claimed* before it is posted and *settled* when
the robot took it. Whoever claims and dies loses the claim when its lease ends.
"""

import hashlib

from relay.errors import Ignored
from relay.reasons import Reason, reason
from relay.state import Store

KEPT_S = 86400.0  # how long a repeat is known
SAME_BODY_S = 10.0  # the same event through a project's hook and a group's: two ids, one body
_BUSY, _SENT = "busy", "sent"
SENT_BEFORE = reason("R28")


class Claims:
    """Claims in *store*; one that is not settled or released ends after *lease_s*.

    *owner* is this process: nobody releases another's.
    """

    def __init__(self, store: Store, lease_s: float, owner: str = "") -> None:
        self.store = store
        self._lease_s = lease_s
        self._mine = f"{_BUSY} {owner}"

    def take(self, delivery_id: str, now_s: float) -> Reason | None:
        """Claim a delivery. Return None when it is ours, else why not (R28)."""
        key, until_s = _key(delivery_id), now_s + self._lease_s
        found = self.store.add(key, self._mine, until_s=until_s, now_s=now_s)
        if not found:
            return None
        if found.startswith(_BUSY):
            return reason("R28", "busy")
        if found == _SENT:
            return SENT_BEFORE
        self.store.put(key, self._mine, until_s=until_s)  # nothing that this relay writes
        return None

    def is_sent(self, delivery_id: str, now_s: float) -> bool:
        """Tell whether somebody has sent it."""
        return self.store.get(_key(delivery_id), now_s=now_s) == _SENT

    def is_known(self, delivery_id: str, now_s: float) -> bool:
        """Tell whether somebody has sent it, is at it, or lets it wait."""
        return self.store.get(_key(delivery_id), now_s=now_s) != ""

    def settle(self, delivery_id: str, now_s: float) -> None:
        """It was sent: repeats are known for a day."""
        self.store.put(_key(delivery_id), _SENT, until_s=now_s + KEPT_S)

    def extend(self, delivery_id: str, until_s: float) -> None:
        """Hold the claim until then: it waits for the robot's limit."""
        self.store.put(_key(delivery_id), self._mine, until_s=until_s)

    def release(self, delivery_id: str, now_s: float) -> None:
        """It was not sent: whoever sends it again may. Another's claim or note stays."""
        key = _key(delivery_id)
        if self.store.get(key, now_s=now_s) == self._mine:
            self.store.remove(key)


def is_settled(found: Reason) -> bool:
    """Tell whether *found*, which `Claims.take` returned, says that the delivery was sent."""
    return found == SENT_BEFORE


def refuse_same_body(store: Store, source: str, body: bytes, event_id: str, now_s: float) -> None:
    """Raise Ignored (R28) if another delivery of *source* had the same *body* just now.

    The same delivery again is for `Claims` to judge: it is a repeat only if the first one was sent.
    """
    until_s = now_s + SAME_BODY_S
    earlier = store.add(_body_key(source, body), event_id, until_s=until_s, now_s=now_s)
    if earlier not in ("", event_id):
        found = reason("R28", "body", value=earlier)
        raise Ignored(found.code, found.text)


def forget_body(store: Store, source: str, body: bytes) -> None:
    """Let the same *body* come again: it was not sent to everybody."""
    store.remove(_body_key(source, body))


def _body_key(source: str, body: bytes) -> str:
    digest = hashlib.sha256(source.encode() + b"\n" + body).hexdigest()
    return f"body:{digest}"


def refuse_finished(finished: Store, event_id: str, now_s: float) -> None:
    """Raise Ignored (R28) if this process has seen to all of the event's deliveries."""
    if finished.get(_event_key(event_id), now_s=now_s):
        raise Ignored(SENT_BEFORE.code, SENT_BEFORE.text)


def finish(finished: Store, event_id: str, now_s: float) -> None:
    """Note that all of the event's deliveries were sent."""
    finished.put(_event_key(event_id), _SENT, until_s=now_s + KEPT_S)


def _event_key(event_id: str) -> str:
    return f"event:{event_id}"


def _key(delivery_id: str) -> str:
    return f"delivery:{delivery_id}"
