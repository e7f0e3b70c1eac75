"""What an answer says: one body per ending of a request (`design/config.md` section 8).

No address, no key, no person in it: forges show it to everybody who may see the webhook.
"""

from collections.abc import Sequence
from typing import Any

from relay.delivery import Outcome
from relay.errors import DeliveryError, Ignored, RequestError
from relay.events import Event
from relay.routing import Skipped
from relay.text import clean, cut_cells
from relay.version import VERSION

_VALUE_CELLS = 100


def refused(error: RequestError) -> dict[str, Any]:
    """Report a request that was not accepted; the same for every cause of a 401."""
    return {"ok": False, "reason": error.why, "code": error.code, "fix": error.fix}


def ignored(event_id: str, error: Ignored) -> dict[str, Any]:
    """Report an event that was understood and is not to be sent."""
    skipped = [{"reason": error.reason, "detail": error.detail}]
    return {"ok": True, "id": event_id, "sent": [], "skipped": skipped, "version": VERSION}


def delivered(
    event_id: str, event: Event, outcomes: Sequence[Outcome], skipped: Sequence[Skipped]
) -> dict[str, Any]:
    """Report what each receiver got, and which routes sent nothing."""
    sent = [_sent(outcome) for outcome in outcomes if outcome.error is None]
    failed = [
        _failed(outcome.delivery.receiver, outcome.error) for outcome in outcomes if outcome.error
    ]
    report = {
        "ok": not failed,
        "id": event_id,
        "event": event.name,
        "project": _short(event.project.path),
        "ref": _short(event.ref),
        "sent": sent,
        "failed": failed,
        "skipped": [route._asdict() for route in skipped],
        "version": VERSION,
    }
    return {key: value for key, value in report.items() if value or key in ("ok", "sent")}


def _sent(outcome: Outcome) -> dict[str, Any]:
    return {
        "receiver": outcome.delivery.receiver,
        "status": "ok",
        "bytes": outcome.bytes,
        "ms": outcome.ms,
    }


def _failed(receiver: str, error: DeliveryError) -> dict[str, Any]:
    """Report a refusal: R31 with our code and the vendor's, and what to do about it."""
    report = {
        "receiver": receiver,
        "status": error.status,
        "reason": "R31",
        "code": error.code,
        "vendor_code": error.vendor_code,
        "detail": error.hint or error.message,
    }
    return {key: value for key, value in report.items() if value}


def _short(text: str) -> str:
    return cut_cells(clean(text), _VALUE_CELLS)
