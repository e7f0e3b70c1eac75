"""From a delivery to its outcome: rendered, signed, posted, judged, logged.

`deliver` is the one function that sends a delivery, whoever calls it: the webhook's own call now,
a queue later.
"""

import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import requests

from relay import log
from relay.config import Receiver, Secret
from relay.delivery import Outcome, send
from relay.errors import DeliveryError, Rejected
from relay.notifications import Delivery, Notification
from relay.platforms import Formatter, Rendered

_NO_SECRET = Secret("")
_REPORT_S = 0.05  # for a time-out to be told before the budget ends


class Run(NamedTuple):
    """What the deliveries of one event share.

    *deadline* is in seconds of the monotonic clock; *clock* gives Unix seconds, to sign with.
    *rendered* is filled on the way: receivers that look the same share one message.
    """

    session: requests.Session
    deadline: float
    clock: Callable[[], float]
    rendered: dict[tuple[Notification, Receiver], Rendered]


def deliver(delivery: Delivery, receiver: Receiver, formatter: Formatter, run: Run) -> Outcome:
    """Render, sign, post and judge one delivery, log what became of it, and never raise.

    An outcome after the deadline is logged as late: by then it has been reported as timed out.
    """
    began = time.monotonic()
    error: DeliveryError | None = None
    size = 0
    try:
        rendered = _render(delivery.notification, receiver, formatter, run)
        post = formatter.prepare(rendered, receiver, int(run.clock() * 1000))
        size = rendered.size
        timeout_s = run.deadline - time.monotonic() - _REPORT_S
        formatter.check(send(run.session, post, timeout_s))
    except DeliveryError as refusal:
        error = refusal
    except Exception as bug:  # noqa: BLE001 - one robot's trouble must not reach the others
        log.error("delivery.broken", failure=bug, delivery_id=delivery.id)
        error = Rejected("E599", "an error of the relay itself; the log has its trace")
    outcome = Outcome(delivery, error, size, int((time.monotonic() - began) * 1000))
    if time.monotonic() < run.deadline:
        tell(outcome, receiver)
    else:
        status = error.status if error else "ok"
        log.warning("delivery.late", delivery_id=delivery.id, status=status, ms=outcome.ms)
    return outcome


def _render(
    notification: Notification, receiver: Receiver, formatter: Formatter, run: Run
) -> Rendered:
    """Render once for all receivers that differ only in name, address and secret."""
    look = receiver._replace(name="", url=_NO_SECRET, secret=None, lang="")
    key = (notification, look)
    if key not in run.rendered:  # two threads may both do it, to the same end
        run.rendered[key] = formatter.render(notification, look)
    return run.rendered[key]


def tell(outcome: Outcome, receiver: Receiver) -> None:
    """Log what became of a delivery, without any part of *receiver*'s secrets."""
    fields: dict[str, Any] = {
        "delivery_id": outcome.delivery.id,
        "what": outcome.delivery.event,
        "receiver": outcome.delivery.receiver,
        "bytes": outcome.bytes,
        "ms": outcome.ms,
    }
    error = outcome.error
    if error is None:
        log.info("delivery.sent", **fields)
        return
    log.error(
        "delivery.failed",
        **fields,
        status=error.status,
        code=error.code,
        vendor_code=error.vendor_code,
        detail=without_secrets(error.message, receiver),
        hint=error.hint,
    )


def without_secrets(text: str, receiver: Receiver) -> str:
    """Return *text*, a vendor's words, without any part of *receiver*'s key or secret.

    Parts are the runs of four and more letters and digits: a key is not safer in pieces.
    """
    secret = receiver.secret.reveal() if receiver.secret else ""
    query = receiver.url.reveal().partition("?")[2].partition("=")[2]
    for part in re.findall(r"[A-Za-z0-9]{4,}", f"{query} {secret}"):
        text = text.replace(part, "…")
    return text
