"""Deliveries posted from a person's machine as the function posts them: `relay.courier`.

One after the other for each robot and at its pace; what is more than that is merged.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import requests

import formatters
from relay.config import Config, Receiver
from relay.courier import Courier, in_order
from relay.delivery import Outcome
from relay.dispatch import Run
from relay.notifications import Delivery
from relay.pacing import Pace, is_paced, robot_id
from relay.tokens import Tokens
from workbench.saved_logs import SENT

_PACED = "E544"  # waits for the pace
_MOST_WAIT_S = 60.0  # what is longer is the vendor's block


class Sender(NamedTuple):
    """What the posts of one command share. *clock* gives Unix seconds.

    *waits* is told a receiver and for how many seconds it waits, before *sleep*.
    """

    config: Config
    session: requests.Session
    pace: Pace
    tokens: Tokens
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    waits: Callable[[str, float], None] = lambda receiver, seconds: None


def post(deliveries: Sequence[Delivery], receiver: Receiver, sender: Sender) -> Iterator[Outcome]:
    """Post *deliveries* to *receiver* and yield their outcomes in order, as they come.

    Waits where the robot's messages of the minute are used up, and never for the vendor's block.
    """
    left = list(deliveries)
    while left:
        waiting = []
        for outcome in in_order(left, receiver, _courier(sender, len(left))):
            error = outcome.error
            if error and error.code == _PACED and error.wait_s <= _MOST_WAIT_S:
                waiting.append(outcome)
            else:
                yield outcome
        left = [outcome.delivery for outcome in waiting]
        if left:
            wait_s = max(outcome.error.wait_s for outcome in waiting if outcome.error)
            sender.waits(receiver.name, wait_s)
            sender.sleep(wait_s)


def is_crowded(count: int, receiver: Receiver, sender: Sender) -> bool:
    """Tell whether *count* messages are more than *receiver* may get now."""
    room = sender.pace.free(robot_id(receiver), now_s=sender.clock())
    return is_paced(receiver) and count > room


def by_receiver(deliveries: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.receiver, []).append(delivery)
    return found


class Journal:
    """Remembers beside a log what was sent from it, in the log's own form: nothing goes twice.

    Without a *log* (standard input) it remembers nothing.
    """

    def __init__(self, log: Path | None) -> None:
        self.path = log.with_name(f"{log.name}.sent") if log else None

    def text(self) -> str:
        if self.path is None or not self.path.is_file():
            return ""
        with suppress(OSError):
            return self.path.read_text(encoding="utf-8")
        return ""

    def add(self, delivery_id: str, now_s: float) -> bool:
        """Write down that a delivery was sent; return whether that worked."""
        if self.path is None:
            return True
        at = datetime.fromtimestamp(now_s, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = json.dumps({"ts": at, "event": SENT, "delivery_id": delivery_id})
        with suppress(OSError), self.path.open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")
            return True
        return False


def _courier(sender: Sender, posts: int) -> Courier:
    policy = sender.config.delivery
    run = Run(
        sender.session,
        time.monotonic() + policy.timeout_s * (1 + policy.retries) * (posts + 1),
        sender.clock,
        {},
        sender.tokens,
        retries=policy.retries,
        attempt_s=policy.timeout_s,
        sleep=sender.sleep,
    )
    # whatever the function does, a pile of old messages is no reason to be refused
    config = sender.config._replace(delivery=policy._replace(on_rate_limit="summary"))
    return Courier(run, config, sender.pace, formatters.formatter)
