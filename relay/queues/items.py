"""A delivery as it waits: in a queue, in a dead-letter queue, in a log record.

JSON text without any credential and without phone numbers; these are looked up again by name when
it is read. `design/delivery.md` sections 3 and 5.
"""

from typing import NamedTuple

from relay.notifications import Delivery


class Item(NamedTuple):
    """A waiting delivery.

    *since_s*: when it was put there, Unix seconds; a person who sends it again from a dead-letter
    queue makes that new, while ``delivery.received_at`` stays.
    """

    delivery: Delivery
    since_s: float
