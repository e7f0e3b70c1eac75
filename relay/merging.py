"""Several waiting notifications of one receiver become one post (`design/delivery.md` section 4).

A summary has a line for every event. What does not fit into one becomes several: no event is left
out, and failures keep their facts where there is room.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from relay.notifications import Delivery, Notification, Parcel
from relay.summaries import Told, oldest_s, summary, told

SUMMARY = "summary"
MOST = 40  # events in one summary: a few screens of a phone


def parcels(
    deliveries: Sequence[Delivery],
    fits: Callable[[Notification], bool],
    *,
    lang: str,
    now_s: float,
    most: int = MOST,
    emoji: bool = True,
) -> list[Parcel]:
    """Return *deliveries* to one robot, oldest first, in as few posts as hold them.

    *fits* tells whether a notification is shown in full; it is asked about a dozen times per post.
    A delivery that stays alone is the one that was given, and so is a summary made earlier. Others
    become a summary of at most *most* events, in *lang* (``zh-CN`` or ``en``), with `SUMMARY` as
    event; *now_s* is Unix seconds. Not for an application, whose messages go to different people.
    """

    def draw(run: Sequence[Told]) -> Notification:
        return summary(run, lang=lang, now_s=now_s, emoji=emoji)

    def holds(run: Sequence[Told]) -> bool:
        return len(run) == 1 or fits(draw(run))

    found = []
    for _, apart in groupby(deliveries, lambda one: one.id if one.event == SUMMARY else ""):
        events = [told(delivery, lang) for delivery in apart]
        start = 0
        for size in _sizes([one._replace(facts=()) for one in events], holds, max(most, 1)):
            run = _with_facts(events[start : start + size], holds)
            found.append(_parcel(run, draw(run)))
            start += size
    return found


def _parcel(run: Sequence[Told], said: Notification) -> Parcel:
    members = tuple(one.delivery for one in run)
    first = members[0]
    if len(members) == 1:
        return Parcel(first, members)
    made = Delivery(
        id=f"{first.id}+{len(members) - 1}",
        receiver=first.receiver,
        event=SUMMARY,
        received_at=oldest_s(run),
        notification=said,
    )
    return Parcel(made, members)


def _sizes(events: Sequence[Told], holds: Callable[[Sequence[Told]], bool], most: int) -> list[int]:
    """Return how many of *events* go into each post: as few posts as possible.

    Posts of the same size are preferred where they fit, for each then has room for facts.
    """
    sizes: list[int] = []
    while (start := sum(sizes)) < len(events):
        sizes.append(_longest(events[start : start + most], holds))
    even = [len(events[at :: len(sizes)]) for at in range(len(sizes))]
    if len(sizes) > 1 and all(map(holds, _runs(events, even))):
        return even
    return sizes


def _longest(events: Sequence[Told], holds: Callable[[Sequence[Told]], bool]) -> int:
    """Return how many of *events*, from the first on, one post holds; at least 1."""
    if holds(events):
        return len(events)
    sizes = range(2, len(events))
    return 1 + bisect_right(sizes, False, key=lambda size: not holds(events[:size]))


def _runs(events: Sequence[Told], sizes: Sequence[int]) -> Iterator[Sequence[Told]]:
    start = 0
    for size in sizes:
        yield events[start : start + size]
        start += size


def _with_facts(run: Sequence[Told], holds: Callable[[Sequence[Told]], bool]) -> Sequence[Told]:
    """Return *run*, which fits without facts, with as many as fit: first those that come first."""
    if holds(run):
        return run
    order = sorted((depth, at) for at, one in enumerate(run) for depth in range(len(one.facts)))

    def first(count: int) -> list[Told]:
        kept = Counter(at for _, at in order[:count])
        return [one._replace(facts=one.facts[: kept[at]]) for at, one in enumerate(run)]

    counts = range(1, len(order))
    return first(bisect_right(counts, False, key=lambda count: not holds(first(count))))
