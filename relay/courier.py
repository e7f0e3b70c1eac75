"""Deliveries of one receiver, in their order, at the robot's pace.

What the webhook's own call and the queue's have in common: how many posts may be made, what is
merged into one, when to stop.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from relay import dispatch
from relay.config import Config, Receiver
from relay.delivery import Outcome
from relay.errors import Misconfigured, Rejected, Throttled
from relay.notifications import Delivery, Notification, Parcel
from relay.pacing import Pace, is_paced, robot_id
from relay.platforms import Formatter
from relay.wording import aged
from relay.words import Phrase

_FULL = Phrase(
    "机器人每分钟的条数用完了，{wait} 秒后可以再发",
    "the robot's messages of this minute are used up: the next may go out in {wait} s",
)


class Courier(NamedTuple):
    """What posting needs, the same for all deliveries of one call.

    *run* has the deadline; its pace is *pace*, whatever it came with.
    """

    run: dispatch.Run
    config: Config
    pace: Pace
    formatter: Callable[[Receiver], Formatter]

    @property
    def now_s(self) -> float:
        return self.run.clock()


def in_order(
    deliveries: Sequence[Delivery], receiver: Receiver, courier: Courier
) -> Iterator[Outcome]:
    """Post *deliveries* to *receiver* and yield an outcome for each, in order, as they come.

    More of them than may be posted now are merged. After a refusal that the next would meet as well
    nothing more is posted: the rest has the same error, with ``tries`` 0. A refused summary is
    taken apart, for one of its events may have spoilt it.
    """
    zone, now_s = courier.config.timezone, courier.now_s
    told = [aged(delivery, now_s, zone) for delivery in deliveries]
    left = deque(_planned(told, receiver, courier))
    while left:
        parcel = left.popleft()
        outcome = _post(parcel, receiver, courier)
        refusal = outcome.error
        if len(parcel.members) > 1 and isinstance(refusal, Rejected):
            left.extendleft(Parcel(one, (one,)) for one in reversed(parcel.members))
            continue
        for member in parcel.members:
            yield outcome._replace(delivery=member, merged=len(parcel.members))
        if refusal and (refusal.retryable or isinstance(refusal, Misconfigured)):
            yield from (
                Outcome(member, refusal, tries=0) for behind in left for member in behind.members
            )
            return


def can_post(receiver: Receiver, courier: Courier) -> bool:
    """Tell whether the pace allows *receiver* a post now."""
    if not _is_budgeted(receiver, courier):
        return not _blocked(receiver, courier)
    return courier.pace.free(robot_id(receiver), now_s=courier.now_s) > 0


def _planned(
    deliveries: Sequence[Delivery], receiver: Receiver, courier: Courier
) -> Sequence[Parcel]:
    free = courier.pace.free(robot_id(receiver), now_s=courier.now_s)
    if len(deliveries) <= max(free, 1) or not _is_budgeted(receiver, courier):
        return [Parcel(one, (one,)) for one in deliveries]
    from relay.merging import parcels

    formatter = courier.formatter(receiver)

    def fits(notification: Notification) -> bool:
        return not formatter.render(notification, receiver).cut

    lang = deliveries[0].notification.lang
    emoji = courier.config.delivery.style != "plain"
    return parcels(deliveries, fits, lang=lang, now_s=courier.now_s, emoji=emoji)


def _post(parcel: Parcel, receiver: Receiver, courier: Courier) -> Outcome:
    """Post *parcel* if the pace allows it."""
    robot, now_s = robot_id(receiver), courier.now_s
    if not _admitted(receiver, courier):
        wait_s = max(courier.pace.opens_at(robot, now_s=now_s) - now_s, 1.0)
        full = Throttled("E544", _FULL.filled(wait=round(wait_s)), wait_s=wait_s)
        return Outcome(parcel.delivery, full, tries=0)
    return dispatch.deliver(
        parcel.delivery,
        receiver,
        courier.formatter(receiver),
        courier.run._replace(pace=courier.pace),
        is_summary=len(parcel.members) > 1,
    )


def _admitted(receiver: Receiver, courier: Courier) -> bool:
    """Reserve a post; without a budget only the vendor's own word counts."""
    if _is_budgeted(receiver, courier):
        return courier.pace.take(robot_id(receiver), now_s=courier.now_s)
    return not _blocked(receiver, courier)


def _blocked(receiver: Receiver, courier: Courier) -> bool:
    return courier.pace.blocked(robot_id(receiver), now_s=courier.now_s)


def _is_budgeted(receiver: Receiver, courier: Courier) -> bool:
    return is_paced(receiver) and courier.config.delivery.on_rate_limit != "send"
