"""One real message to receivers of a configuration, whatever its routes say.

The verb `send` and the page's test button are this.
"""

import time
import uuid
from collections.abc import Iterable
from typing import NamedTuple

import formatters
from relay import dispatch
from relay.config import Config, Receiver
from relay.courier import Courier, in_order
from relay.delivery import Outcome, deliver_all, new_session
from relay.errors import DeliveryError
from relay.events import Event, Ping, Project
from relay.notifications import Delivery
from relay.pacing import Pace
from relay.routing import Decision, select
from relay.tokens import Tokens
from relay.wording import deliveries
from relay.words import Phrase
from workbench.configured import alone

_PROJECT = "example/hello"
_HOOK = "python -m relay send"


class Posted(NamedTuple):
    """What became of one event: *outcomes* are in the order of what *decision* selected."""

    event_id: str
    decision: Decision
    outcomes: list[Outcome]


class Refusal(NamedTuple):
    """Why a receiver did not take a message, without any secret.

    *vendor_code* is ``""`` where none came; *remedy* is empty where there is nothing to do.
    """

    vendor_code: str
    code: str
    means: Phrase
    remedy: Phrase

    @property
    def codes(self) -> str:
        """Return the vendor's code, if there is one, and ours."""
        return " ".join(filter(None, (self.vendor_code, self.code)))


def ping() -> Event:
    """Return the event of a test message; no forge takes part in it."""
    return Event("", "test", "ping", Ping(_HOOK), Project(_PROJECT))


def decided(event: Event, config: Config, receivers: Iterable[Receiver], now_s: float) -> Decision:
    """Return the decision to send *event* to each of *receivers*, with the forms of their routes.

    An application that has nobody to write to is not among the selected ones.
    """
    found = [select(event, alone(config, one, event), source="", now_s=now_s) for one in receivers]
    steps = [step for one in found for step in one.steps]
    return Decision(tuple(steps), tuple(chosen for one in found for chosen in one.selected))


def posted(
    event: Event,
    config: Config,
    receivers: Iterable[Receiver],
    now_s: float,
    pace: Pace | None = None,
) -> Posted:
    """Send *event* to *receivers* as the function does, within the configured budget.

    *now_s* is Unix seconds. *pace* is what this process has posted to the robots already. Nothing
    is raised for a refusal: the outcome has it.
    """
    decision = decided(event, config, receivers, now_s)
    event_id = f"send-{uuid.uuid4().hex[:12]}"
    found = deliveries(event, event_id, decision.selected, config, now_s=now_s)
    return Posted(event_id, decision, _outcomes(found, decision, config, pace or Pace()))


def refusal(error: DeliveryError, receiver: Receiver) -> Refusal:
    """Return what *error* says, with all that is secret of *receiver* left out."""
    means = Phrase(*(dispatch.without_secrets(text, receiver) for text in error.message[:2]))
    return Refusal(error.vendor_code, error.code, means, error.hint)


def _outcomes(
    found: list[Delivery], decision: Decision, config: Config, pace: Pace
) -> list[Outcome]:
    receivers = {one.receiver.name: one.receiver for one in decision.selected}
    deadline = time.monotonic() + config.delivery.timeout_s
    with new_session() as session:
        retries = config.delivery.retries
        run = dispatch.Run(session, deadline, time.time, {}, Tokens(), retries)
        courier = Courier(run, config, pace, formatters.formatter)

        def deliver(delivery: Delivery) -> Outcome:
            return next(in_order([delivery], receivers[delivery.receiver], courier))

        return deliver_all(found, deliver, deadline)
