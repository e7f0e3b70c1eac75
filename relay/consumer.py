"""The queue's side: a batch of waiting deliveries in, what the queue is to keep out.

`design/delivery.md` sections 2, 3 and 5. A group holds the messages of one receiver in their order.
Once one of them cannot be delivered now, it and all behind it go back and come again after a pause.
"""

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from relay import log
from relay.claims import Claims, is_settled
from relay.config import Receiver
from relay.courier import Courier, in_order
from relay.delivery import Outcome, timed_out, unstarted
from relay.dispatch import AFTER_BLOCK_S, named, tell
from relay.errors import DeliveryError
from relay.notifications import Delivery
from relay.outbox import GONE, MOST_RECORD_BYTES, tell_fallback
from relay.pacing import robot_id
from relay.parallel import Late, Missing, at_once
from relay.queues.items import Item, read, write

STALE_S = 6 * 3600.0  # older news would only be a storm after an outage (`design/faults.md` E9)
FIRST_PAUSE_S = 30.0  # after a failure; twice as long after each further one
_LONGEST_PAUSE_S = 600.0
_CLAIMED_PAUSE_S = 30.0  # another call is sending it, or died while it did
_PACE_KEPT_S = 900.0
_DETAIL = {
    "E541": "older than its limit: not sent after all this time",
    "E542": "this message is no delivery of this relay",
    "E543": GONE.message.en,
    "E546": "returned too often behind a message that failed",
}


class Record(Protocol):
    """A message of a queue: *text* is an `Item`'s, *receives* counts from 1."""

    @property
    def message_id(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def receives(self) -> int: ...
    @property
    def text(self) -> str: ...


class Queue(Protocol):
    """Where the messages came from; no method raises."""

    @property
    def most_receives(self) -> int:
        """After how many receives the queue itself gives a message up; 0: not known."""

    def hold(self, records: Sequence[Any], delay_s: float) -> None:
        """Let *records*, which are returned, come again after *delay_s*."""

    def bury(
        self,
        record: Any,
        *,
        code: str,
        detail: str,
        delivery: Delivery | None = None,
        vendor_code: str = "",
    ) -> bool:
        """Move *record* to the dead letters with the reason; tell whether it is there."""


class Invocation(NamedTuple):
    """The one message of an asynchronous invocation."""

    text: str
    group: str = ""
    message_id: str = "invocation"
    receives: int = 1


def read_invocation(text: str) -> Invocation:
    """Return the message with *text*; its receiver is its group."""
    try:
        return Invocation(text, group=read(text).delivery.receiver)
    except ValueError:
        return Invocation(text)


class Platform:
    """Tencent SCF as the queue: it calls again twice, and drops what failed then.

    `reference/platforms.md` section 2.6. Nobody tells which call is the last, so each failure
    leaves a log record with the delivery, for `relay replay`.
    """

    most_receives = 0

    def hold(self, records: Sequence[Invocation], delay_s: float) -> None:
        for record in records:
            _log_record(record, code="")

    def bury(
        self,
        record: Invocation,
        *,
        code: str,
        detail: str,
        delivery: Delivery | None = None,
        vendor_code: str = "",
    ) -> bool:
        _log_record(record, code=code)
        return True


class _Letter(NamedTuple):
    """A message that was read."""

    record: Record
    item: Item


class Consumer(NamedTuple):
    """*receivers* by name; *is_shared*: the claims' store is seen by other instances, too."""

    courier: Courier
    claims: Claims
    queue: Queue
    receivers: Mapping[str, Receiver]
    late: Late
    is_shared: bool = False

    def consume(self, records: Sequence[Record]) -> list[str]:
        """Deliver *records*; return the ids of those that the queue is to keep.

        Groups at the same time, each in its order. What is not done at the deadline is kept.
        """
        groups: dict[str, list[Record]] = {}
        for record in records:
            groups.setdefault(record.group, []).append(record)
        done: set[str] = set()
        results = at_once(
            list(groups.values()),
            lambda group: self._group(group, done),
            self.courier.run.deadline,
            late=self.late,
            key=lambda group: f"group {group[0].group}",
        )
        for group, result in zip(groups.values(), results, strict=True):
            if isinstance(result, Missing):
                self._unfinished([one for one in group if one.message_id not in done], result, done)
        return [one.message_id for one in records if one.message_id not in done]

    def _unfinished(self, left: Sequence[Record], missing: Missing, done: set[str]) -> None:
        """See to a group that did not end in time, or was not begun: its first was being posted."""
        error = unstarted(missing.why) if missing.why else timed_out()
        tries = 0 if missing.why else 1
        kept: list[Record] = []
        for record in left:
            letter = self._opened(record, done)
            outcome = letter and Outcome(
                letter.item.delivery, error, tries=tries, doubtful=bool(tries)
            )
            if letter and outcome and not self._ended(letter, outcome, error, done):
                kept.append(record)
            tries = 0
        if kept:
            self.queue.hold(kept, _pause_s(error, kept[0]))

    def _group(self, records: Sequence[Record], done: set[str]) -> None:
        """Deliver one group; put the ids of what need not come again into *done*. Never raises."""
        try:
            self._work(records, done)
        except Exception as bug:  # noqa: BLE001 - what is not done stays in the queue
            log.error("delivery.broken", failure=bug)

    def _work(self, records: Sequence[Record], done: set[str]) -> None:
        letters: list[_Letter] = []
        for record in records:
            letter = self._opened(record, done)
            if letter is None:
                continue
            if letters and letter.item.delivery.receiver != letters[0].item.delivery.receiver:
                break  # a group is one receiver's; what is not is left for the next time
            letters.append(letter)
        if letters:
            self._deliver(letters, done)

    def _opened(self, record: Record, done: set[str]) -> _Letter | None:
        """Read *record*; one that can never be delivered goes to the dead letters."""
        try:
            item = read(record.text, self.courier.config.people)
        except ValueError:
            if self.queue.bury(record, code="E542", detail=_DETAIL["E542"]):
                log.error("delivery.dead", code="E542", detail=_DETAIL["E542"])
                done.add(record.message_id)
            return None
        code = ""
        if item.delivery.receiver not in self.receivers:
            code = "E543"
        elif self.courier.now_s - item.since_s > STALE_S:
            code = "E541"
        if not code:
            return _Letter(record, item)
        self._bury(_Letter(record, item), code, _DETAIL[code], done)
        return None

    def _deliver(self, letters: Sequence[_Letter], done: set[str]) -> None:
        """Post the messages of one receiver; return what is left, from the first on."""
        receiver = self.receivers[letters[0].item.delivery.receiver]
        claimed, busy = self._claimed(letters, done)
        robot = robot_id(receiver)
        self._read_pace(robot)
        kept: list[Record] = []
        refused: list[Outcome] = []
        pauses_s = [_CLAIMED_PAUSE_S] if busy else [0.0]
        posted = in_order([one.item.delivery for one in claimed], receiver, self.courier)
        for letter, outcome in zip(claimed, posted, strict=True):
            if outcome.error is None:
                self.claims.settle(outcome.delivery.id, self.courier.now_s)
                done.add(letter.record.message_id)
                tell(outcome)
                continue
            self.claims.release(outcome.delivery.id, self.courier.now_s)
            if time.monotonic() >= self.courier.run.deadline:
                continue  # nobody waits for this thread any more: it is seen to
            if not outcome.error.retryable:
                refused.append(outcome)
            if not self._ended(letter, outcome, outcome.error, done):
                pauses_s.append(_pause_s(outcome.error, letter.record))
                kept.append(letter.record)
        self._write_pace(robot)
        kept += [letter.record for letter in busy]
        if kept:
            self.queue.hold(kept, max(pauses_s))
        for outcome in refused[:1]:  # last, for it may take all the time that is left
            tell_fallback(outcome, receiver, self.courier, self.claims, self.late)

    def _claimed(
        self, letters: Sequence[_Letter], done: set[str]
    ) -> tuple[list[_Letter], Sequence[_Letter]]:
        """Return the messages that are ours to send, and those from the first on that are not."""
        mine: list[_Letter] = []
        for at, letter in enumerate(letters):
            delivery_id = letter.item.delivery.id
            repeat = self.claims.take(delivery_id, self.courier.now_s)
            if repeat is None:
                mine.append(letter)
            elif is_settled(repeat):
                log.info("delivery.repeated", delivery_id=delivery_id, reason=repeat.code)
                done.add(letter.record.message_id)
            else:
                return mine, letters[at:]
        return mine, ()

    def _ended(
        self, letter: _Letter, outcome: Outcome, error: DeliveryError, done: set[str]
    ) -> bool:
        """Move what is not to be tried again to the dead letters; tell whether it is there."""
        last = 0 < self.queue.most_receives <= letter.record.receives
        if _comes_again(error, outcome, letter.record.receives) and not last:
            self._tell_kept(letter, outcome, error)
            return False
        code, detail = error.code, error.message.en
        if outcome.tries == 0 and error.retryable and code != "E544":
            code, detail = "E546", _DETAIL["E546"]
        return self._bury(letter, code, detail, done, error.vendor_code)

    def _tell_kept(self, letter: _Letter, outcome: Outcome, error: DeliveryError) -> None:
        log.warning(
            "delivery.kept",
            **named(letter.item.delivery),
            code=error.code,
            vendor_code=error.vendor_code,
            detail=error.message.en,
            tries=outcome.tries,
            receives=letter.record.receives,
        )

    def _bury(
        self, letter: _Letter, code: str, detail: str, done: set[str], vendor_code: str = ""
    ) -> bool:
        told = {"code": code, "detail": detail, "vendor_code": vendor_code}
        if not self.queue.bury(letter.record, delivery=letter.item.delivery, **told):
            return False
        log.error("delivery.dead", **named(letter.item.delivery), **told)
        done.add(letter.record.message_id)
        return True

    def _read_pace(self, robot: str) -> None:
        """Take over what other instances posted: a robot has one consumer at a time."""
        if self.is_shared:
            text = self.claims.store.get(f"pace:{robot}", now_s=self.courier.now_s)
            if text:
                self.courier.pace.read(robot, text)

    def _write_pace(self, robot: str) -> None:
        if self.is_shared:
            now_s = self.courier.now_s
            text = self.courier.pace.written(robot, now_s=now_s)
            self.claims.store.put(f"pace:{robot}", text, until_s=now_s + _PACE_KEPT_S)


def _log_record(record: Invocation, *, code: str) -> None:
    try:
        item = read(record.text)
    except ValueError:  # the platform keeps nothing: what there is stands in the log
        log.error("delivery.failed", code=code, delivery=record.text)
        return
    written = write(item, MOST_RECORD_BYTES)
    log.error("delivery.failed", **named(item.delivery), code=code, delivery=written)


def _comes_again(error: DeliveryError, outcome: Outcome, receives: int) -> bool:
    """Tell whether a message is tried again after *receives*.

    One that may have arrived is repeated once only, at once or on a later receive.
    """
    again = outcome.doubtful and (outcome.tries > 1 or receives > 1)
    return error.retryable and not again


def _pause_s(error: DeliveryError, record: Record) -> float:
    """Return the wait before the next receive: what the vendor asks for, else growing, random."""
    if error.wait_s:
        return float(error.wait_s + AFTER_BLOCK_S)
    longest: float = min(FIRST_PAUSE_S * 2.0 ** (min(record.receives, 10) - 1), _LONGEST_PAUSE_S)
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, hides nothing
