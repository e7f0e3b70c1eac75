"""One event's deliveries, posted to all robots at once within the call's budget.

What may not be sent now waits in memory for the next event, or goes to the `fallback` receiver;
what is not sent leaves a log record with everything needed to send it (`relay replay`).
"""

from collections.abc import Iterator, Mapping, Sequence

from relay import log
from relay.claims import SENT_BEFORE, Claims
from relay.config import Receiver
from relay.courier import Courier, can_post, in_order
from relay.delivery import Outcome, deliver_all
from relay.dispatch import OWN_BUG, named, tell, told_of
from relay.errors import DeliveryError, Rejected, Throttled, Unreachable
from relay.notifications import Delivery
from relay.pacing import robot_id
from relay.parallel import Late
from relay.warm import Warm
from relay.words import Phrase

MOST_RECORD_BYTES = 12_000  # of a delivery in a log record; escaped it is at most twice as long
_WAIT_MARGIN_S = 60.0
_REPORT_S = 0.1  # for the outcome to be told after the fallback's time has ended
GONE = Rejected(
    "E543",
    Phrase("配置里已经没有这个接收者", "this receiver is not in the configuration any more"),
    hint=Phrase("改回名称，再用 relay replay 发送", "bring the name back, then use relay replay"),
)


class Outbox:
    """Of one event. *claims* keep repeats out; *receivers* by name."""

    def __init__(
        self, courier: Courier, claims: Claims, warm: Warm, receivers: Mapping[str, Receiver]
    ) -> None:
        self.courier = courier
        self.claims = claims
        self.warm = warm
        self.receivers = receivers
        self._having: set[str] = set()  # robots that get the event themselves
        self._waited: set[str] = set()  # deliveries that had to wait before
        self._tellers: dict[str, str] = {}  # by delivery

    def send(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Return an outcome for each of *deliveries* in the same order, at the deadline at last.

        What waits for robots whose limit has passed goes out with it.
        """
        self._having = {self._robot(one) for one in deliveries}
        self.warm.waiting.move(self._robot)
        overdue = self._overdue({one.id for one in deliveries})
        found = deliver_all(
            [*deliveries, *(waiting[-1] for waiting in overdue.values())],
            lambda delivery: self._deliver(delivery, overdue.get(delivery.id, ())),
            self.courier.run.deadline,
            late=self.warm.late,
            key=self._robot,
        )
        for outcome in found:
            if outcome.abandoned:
                self._give_up(outcome, overdue.get(outcome.delivery.id, ()))
        return found[: len(deliveries)]

    def _give_up(self, outcome: Outcome, overdue: Sequence[Delivery]) -> None:
        """Tell what has no result; what waited and was not even begun waits on."""
        for one in overdue or [outcome.delivery]:
            if not self._tells(one, "call"):
                continue  # its thread was the first after all
            error = outcome.error
            if overdue and isinstance(error, Unreachable) and self._keeps(one, error):
                continue
            tell(outcome._replace(delivery=one), delivery=_record(one, self.courier.now_s))

    def _tells(self, delivery: Delivery, teller: str) -> bool:
        """Tell whether *teller* is the first to tell what became of *delivery*; atomic."""
        return self._tellers.setdefault(delivery.id, teller) == teller

    def _overdue(self, ids: set[str]) -> dict[str, tuple[Delivery, ...]]:
        """Take what waits for other robots than the event's, by the id of each one's last delivery.

        What is among *ids* is being sent anyway: its receiver's address has changed.
        """
        found = {}
        for robot in self.warm.waiting.robots():
            if robot in self._having or self.courier.pace.free(robot, now_s=self.courier.now_s) < 1:
                continue
            waiting = (one for one in self._taken(robot) if one.id not in ids)
            known = [one for one in waiting if self._is_known(one)]
            if known:
                found[known[-1].id] = tuple(known)
        return found

    def _taken(self, robot: str) -> tuple[Delivery, ...]:
        found = self.warm.waiting.take(robot)
        self._waited.update(one.id for one in found)
        return found

    def _robot(self, delivery: Delivery) -> str:
        """Return the id of its robot as it is configured now, ``""`` for one that is not."""
        receiver = self.receivers.get(delivery.receiver)
        return robot_id(receiver) if receiver else ""

    def _is_known(self, delivery: Delivery) -> bool:
        if delivery.receiver in self.receivers:
            return True
        tell(Outcome(delivery, GONE), delivery=_record(delivery, self.courier.now_s))
        return False

    def _deliver(self, delivery: Delivery, overdue: Sequence[Delivery]) -> Outcome:
        """Deliver *overdue*, or else what waits for its robot and *delivery*; never raise."""
        receiver = self.receivers[delivery.receiver]
        found = Outcome(delivery, OWN_BUG, abandoned=True)
        try:
            for outcome in self._posted(delivery, overdue, receiver):
                done = self._concluded(outcome, receiver)
                if done.delivery.id == delivery.id:
                    found = done
        except Exception as bug:  # noqa: BLE001 - one robot's trouble must not reach the others
            log.error("delivery.broken", failure=bug, delivery_id=delivery.id)
        return found

    def _posted(
        self, delivery: Delivery, overdue: Sequence[Delivery], receiver: Receiver
    ) -> Iterator[Outcome]:
        now_s = self.courier.now_s
        waiting: Sequence[Delivery] = overdue
        new: tuple[Delivery, ...] = ()
        if not overdue:
            repeat = self.claims.take(delivery.id, now_s)
            if repeat:
                yield Outcome(delivery, repeat=repeat)
                return
            new = (delivery,)
            if can_post(receiver, self.courier):
                waiting = self._taken(robot_id(receiver))
        # the claim of what waited may have ended, and another call have sent it
        ids = {one.id for one in new}
        unsent = []
        for one in waiting:
            if self.claims.is_sent(one.id, now_s):
                yield Outcome(one, repeat=SENT_BEFORE)
            elif one.id not in ids:
                unsent.append(one)
        yield from in_order((*unsent, *new), receiver, self.courier)

    def _concluded(self, outcome: Outcome, receiver: Receiver) -> Outcome:
        """Log *outcome* and remember it; try the fallback where that may help."""
        if outcome.repeat:
            code = outcome.repeat.code
            log.info("delivery.repeated", delivery_id=outcome.delivery.id, reason=code)
            return outcome
        if isinstance(outcome.error, Throttled):
            outcome = self._instead(outcome, receiver)
        late = not self._tells(outcome.delivery, "thread")  # it was given up already
        error = outcome.error
        if error and not late and self._waits(outcome, error):
            return outcome._replace(waits=True)
        if outcome.error is None:
            self.claims.settle(outcome.delivery.id, self.courier.now_s)
            tell(outcome, late=late)
        else:
            self.claims.release(outcome.delivery.id, self.courier.now_s)
            record = None if late else _record(outcome.delivery, self.courier.now_s)
            tell(outcome, late=late, delivery=record)  # a late one has left its record already
            tell_fallback(outcome, receiver, self.courier, self.claims, self.warm.late)
        return outcome

    def _waits(self, outcome: Outcome, error: DeliveryError) -> bool:
        """Keep a delivery for a later event of this process, and its record in the log.

        Tell whether it is kept: for its robot's limit, or because it was not begun after it had
        waited. Not where everything is to be sent as it comes, nor when too much waits already, nor
        for a queue that refused it: memory is not what its owner relies on.
        """
        delivery, now_s = outcome.delivery, self.courier.now_s
        waited = delivery.id in self._waited
        not_begun = waited and outcome.tries == 0 and error.retryable
        if not (isinstance(error, Throttled) or not_begun):
            return False
        if self.courier.config.queue or self.courier.config.delivery.on_rate_limit == "send":
            return False
        if not self._keeps(delivery, error):
            return False
        self.claims.extend(delivery.id, now_s + error.wait_s + _WAIT_MARGIN_S)
        if not waited:  # else the log has its record already
            record = _record(delivery, now_s)
            log.warning("delivery.waiting", **named(delivery), **told_of(error), delivery=record)
        return True

    def _keeps(self, delivery: Delivery, error: DeliveryError) -> bool:
        """Let *delivery* wait, and tell of the one for which there is no room any more.

        Tell whether it waits: it may be that one itself.
        """
        crowded_out = self.warm.waiting.add(self._robot(delivery), delivery)
        if crowded_out and crowded_out.id != delivery.id:
            now_s = self.courier.now_s
            self.claims.release(crowded_out.id, now_s)
            tell(Outcome(crowded_out, error), delivery=_record(crowded_out, now_s))
        return crowded_out is None or crowded_out.id != delivery.id

    def _instead(self, outcome: Outcome, receiver: Receiver) -> Outcome:
        """Return the outcome at the fallback, if there is one and it took the delivery."""
        if not self.courier.config.delivery.fallback:
            return outcome
        from relay import fallback

        stand_in = fallback.fallback_of(receiver, self.courier.config)
        if stand_in is None or self._gets_it(robot_id(stand_in), outcome.delivery):
            return outcome
        if not can_post(stand_in, self.courier):
            return outcome
        moved = fallback.instead(outcome.delivery, stand_in, self.courier.config)
        found = _posted_apart(moved, stand_in, self.courier, self.warm.late)
        if found.error:
            return outcome
        return found._replace(delivery=outcome.delivery, via=stand_in.name)

    def _gets_it(self, robot: str, delivery: Delivery) -> bool:
        """Tell whether the group of *robot* has the event of *delivery*, or will have it."""
        if robot in self._having:
            return True
        event = delivery.id.removesuffix(delivery.receiver)
        ids = [event + name for name, one in self.receivers.items() if robot_id(one) == robot]
        now_s, waiting = self.courier.now_s, self.warm.waiting
        return any(
            one in self._waited or waiting.has(one) or self.claims.is_known(one, now_s)
            for one in ids
        )


def tell_fallback(
    outcome: Outcome, receiver: Receiver, courier: Courier, claims: Claims, late: Late
) -> None:
    """Tell the fallback receiver about a final refusal, once per robot and ten minutes."""
    if not courier.config.delivery.fallback:
        return
    from relay import fallback

    found = fallback.notice(outcome, receiver, courier.config, claims.store, courier.now_s)
    if not found:
        return
    stand_in, told = found
    result = _posted_apart(told, stand_in, courier, late)
    if result.error:
        fallback.forget(receiver, claims.store)
    code = result.error.code if result.error else None
    say = log.warning if result.error else log.info
    say("fallback.told", receiver=receiver.name, fallback=stand_in.name, code=code)


def _posted_apart(delivery: Delivery, stand_in: Receiver, courier: Courier, late: Late) -> Outcome:
    """Post to the fallback on a thread of its own: if it hangs, the other's outcome is still told.

    Its time ends a little before that of the event.
    """
    return deliver_all(
        [delivery],
        lambda one: next(in_order([one], stand_in, courier)),
        courier.run.deadline - _REPORT_S,
        late=late,
        key=lambda _: robot_id(stand_in),
    )[0]


def _record(delivery: Delivery, now_s: float) -> str:
    from relay.queues.items import Item, write

    return write(Item(delivery, now_s), MOST_RECORD_BYTES)
