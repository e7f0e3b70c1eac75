"""What an answer says: one body per ending of a request (`design/config.md` section 8).

No address, no key, no phone number in it: forges show it to everybody who may see the webhook.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from relay.config import Config
from relay.delivery import Outcome
from relay.errors import DeliveryError, Ignored, RequestError
from relay.events import Event
from relay.reasons import reason
from relay.routing import Decision, Step
from relay.text import clean, cut_cells
from relay.version import VERSION

_VALUE_CELLS = 100


class Sent(NamedTuple):
    """What became of an event's deliveries: posted at once, or *queued*, by receivers' names."""

    outcomes: tuple[Outcome, ...] = ()
    queued: tuple[str, ...] = ()


def refused(error: RequestError, lang: str = "en") -> dict[str, Any]:
    """Report a request that was not accepted; the same for every cause of a 401."""
    return {"ok": False, "reason": error.why, "code": error.code, "fix": error.fix.of(lang)}


def ignored(event_id: str, error: Ignored, lang: str) -> dict[str, Any]:
    """Report an event that was understood and is not to be sent, in *lang*."""
    skipped = [{"reason": error.reason, "detail": error.detail.of(lang)}]
    return {"ok": True, "id": event_id, "sent": [], "skipped": skipped, "version": VERSION}


def delivered(
    event_id: str, event: Event, sent: Sent, decision: Decision, config: Config
) -> dict[str, Any]:
    """Report what each receiver got, which routes sent nothing, and which sent less (``notes``).

    Details are in the configuration's language. Empty parts are left out, but ``sent``.
    """
    lang = config.lang
    skipped = [_not_now(outcome, lang) for outcome in sent.outcomes if _is_skipped(outcome)]
    failed = [
        _failed(outcome.delivery.receiver, outcome.error, lang)
        for outcome in sent.outcomes
        if outcome.error and not outcome.waits
    ]
    report = {
        "ok": not failed,
        "id": event_id,
        "event": event.name,
        "project": _short(event.project.path),
        "ref": _short(event.ref),
        "sent": [_sent(one, lang) for one in sent.outcomes if not (one.error or one.repeat)],
        "queued": list(sent.queued),
        "failed": failed,
        "skipped": [
            *skipped,
            *_told((step for step in decision.steps if not step.sent), lang),
        ],
        "notes": _told((step for step in decision.steps if step.sent), lang),
        "config": config.digest,
        "version": VERSION,
    }
    return {key: value for key, value in report.items() if value or key in ("ok", "sent")}


def _sent(outcome: Outcome, lang: str) -> dict[str, Any]:
    report = {
        "receiver": outcome.delivery.receiver,
        "status": "ok",
        "bytes": outcome.bytes,
        "ms": outcome.ms,
        "via": outcome.via,
        "merged": outcome.merged if outcome.merged > 1 else 0,
        "detail": outcome.remark.of(lang),
    }
    return {key: value for key, value in report.items() if value or key in ("bytes", "ms")}


def _is_skipped(outcome: Outcome) -> bool:
    return bool(outcome.repeat) or outcome.waits


def _not_now(outcome: Outcome, lang: str) -> dict[str, Any]:
    """Report a repeat (R28), or what waits in memory for the robot's limit (R29)."""
    receiver = outcome.delivery.receiver
    why = outcome.repeat or reason("R29", name=receiver)
    told = {"receiver": receiver, "reason": why.code, "detail": why.text.of(lang)}
    if outcome.error:
        told |= {"code": outcome.error.code, "vendor_code": outcome.error.vendor_code}
    return {key: value for key, value in told.items() if value}


def _failed(receiver: str, error: DeliveryError, lang: str) -> dict[str, Any]:
    """Report a refusal: R31 with our code and the vendor's, and what to do about it."""
    report = {
        "receiver": receiver,
        "status": error.status,
        "reason": "R31",
        "code": error.code,
        "vendor_code": error.vendor_code,
        "detail": error.hint.of(lang) or error.message.of(lang),
    }
    return {key: value for key, value in report.items() if value}


def _told(steps: Iterable[Step], lang: str) -> list[dict[str, str]]:
    """Return one entry for each reason of *steps*."""
    return [
        {"route": step.route, "reason": reason.code, "detail": reason.text.of(lang)}
        for step in steps
        for reason in step.reasons
    ]


def _short(text: str) -> str:
    return cut_cells(clean(text), _VALUE_CELLS)
