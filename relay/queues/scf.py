"""Deliveries handed to Tencent SCF, which calls this function again for each: no queue to set up.

`design/delivery.md` section 2, ``queue: scf-async``; `reference/platforms.md` sections 2.3 and 2.6.
When the function raises, the platform calls it again after one minute and after two, and no more.
The function's role needs the permission ``scf:InvokeFunction``.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from relay import log
from relay.notifications import Delivery
from relay.parallel import Late, Missing, at_once
from relay.queues.items import Item, write
from relay.tencent_api import KEY_NAMES, SDK, Answer, Call, caller

MAX_EVENT_BYTES = 128_000  # "128 KB", whichever KB the vendor means
MOST_S = 2.5  # of the 3 s that a function has unless somebody gives it more

_VERSION = 1
_DENIED = ("AuthFailure", "UnauthorizedOperation")
_PERMISSION = "give the function's role the permission scf:InvokeFunction"
_UNSURE = "no answer that tells; the platform may have taken it"


class _Function(NamedTuple):
    """This function, as the platform's context names it."""

    name: str
    namespace: str
    version: str
    region: str


class _Refusal(NamedTuple):
    """Why the platform did not take an invocation, for the log; *code* is the vendor's."""

    detail: str
    code: str = ""
    hint: str = ""


def invocation(event: object) -> str | None:
    """Return the item's text if *event* is an invocation that `ScfQueue` asked for, else None.

    Such an event has one key, so nothing that comes over HTTP is one: there the platform writes the
    keys, and the caller what is in them.
    """
    if not isinstance(event, dict) or set(event) != {"relay"}:
        return None
    envelope = event["relay"]
    if not isinstance(envelope, dict) or envelope.get("version") != _VERSION:
        return None
    text = envelope.get("item")
    return text if isinstance(text, str) else None


class ScfQueue:
    """Asks the platform to call this function once for each delivery; usable from several threads.

    *environ* is the function's own: the role's credentials are read from it each time, for they
    expire. *endpoint*, ``host:port``, and *protocol* are for tests.
    """

    def __init__(
        self, environ: Mapping[str, str], *, endpoint: str = "", protocol: str = "https"
    ) -> None:
        self._environ = environ
        self._endpoint = endpoint
        self._protocol = protocol
        self._late = Late()

    def put(
        self,
        deliveries: Sequence[Delivery],
        context: object,
        *,
        now_s: float,
        within_s: float = MOST_S,
    ) -> tuple[Delivery, ...]:
        """Hand over all *deliveries* at once; return those that the platform did not take.

        *context* is the platform's, and names the function. Returns after *within_s* at the latest,
        never raises, and logs E540 for what it returns; some of that may have been taken after all,
        where the log says so.
        """
        deadline = time.monotonic() + within_s
        function = _function(context, self._environ)
        call, why = self._connected(function)
        if call is None or not deliveries:
            return _none_taken(deliveries, why)
        results = at_once(
            [Item(delivery, now_s) for delivery in deliveries],
            lambda item: _handed_over(item, function, call),
            deadline,
            late=self._late,
            key=lambda item: item.delivery.receiver,
        )
        pairs = zip(deliveries, results, strict=True)
        return tuple(delivery for delivery, result in pairs if not _taken(delivery, result))

    def _connected(self, function: _Function) -> tuple[Call | None, str]:
        """Return what calls the platform's API; or None, and why nothing can."""
        if missing := _missing(function, self._environ):
            return None, f"{', '.join(missing)} missing"
        options = {"endpoint": self._endpoint, "protocol": self._protocol}
        try:
            return caller("scf", "2018-04-16", self._environ, function.region, **options), ""
        except ImportError:
            return None, f"{SDK} is not installed; add it to requirements.txt"
        except Exception as error:  # noqa: BLE001 - of the SDK; its text may hold a credential
            return None, f"the SDK does not accept the credentials ({type(error).__name__})"


def _function(context: object, environ: Mapping[str, str]) -> _Function:
    """Return what *context* says, with empty texts for what it does not say."""
    fields = context if isinstance(context, dict) else {}

    def text(name: str) -> str:
        value = fields.get(name)
        return value.strip() if isinstance(value, str) else ""

    region = environ.get("TENCENTCLOUD_REGION", "").strip() or text("tencentcloud_region")
    return _Function(text("function_name"), text("namespace"), text("function_version"), region)


def _missing(function: _Function, environ: Mapping[str, str]) -> list[str]:
    """Name what is not there and has to be: a function without a role has no keys."""
    needed = {
        "function_name in the context": function.name,
        "namespace in the context": function.namespace,
        "function_version in the context": function.version,
        "TENCENTCLOUD_REGION": function.region,
        **{f"{name} (no role?)": environ.get(name, "").strip() for name in KEY_NAMES},
    }
    return [name for name, value in needed.items() if not value]


def _none_taken(deliveries: Sequence[Delivery], why: str) -> tuple[Delivery, ...]:
    if deliveries:
        detail = f"no invocation was asked for: {why}"
        ids = [delivery.id for delivery in deliveries]
        log.error("queue.unusable", code="E540", detail=detail, delivery_ids=ids)
    return tuple(deliveries)


def _handed_over(item: Item, function: _Function, call: Call) -> _Refusal | None:
    """Ask for one invocation; return None if the platform took it. Never raises."""
    try:
        request = {
            "FunctionName": function.name,
            "Namespace": function.namespace,
            "Qualifier": function.version,  # else $LATEST would run, whichever version this is
            "InvocationType": "Event",
            "ClientContext": _event(item),
        }
        return _judged(call("Invoke", request))
    except Exception as bug:  # noqa: BLE001 - one delivery's trouble must not reach the others
        log.error("queue.broken", failure=bug, delivery_id=item.delivery.id)
        return _Refusal("an error of the relay itself")


def _event(item: Item) -> str:
    """Write the event of an invocation: JSON in which the item's JSON is a text.

    The item gets half of the bytes, which hold any ordinary one whole. Only its quotes and
    backslashes are escaped once more, and that can no more than double it.
    """
    room = MAX_EVENT_BYTES - len(_enveloped(""))
    return _enveloped(write(item, room // 2))


def _enveloped(text: str) -> str:
    envelope = {"relay": {"version": _VERSION, "item": text}}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))


def _judged(answer: Answer) -> _Refusal | None:
    """Return what is wrong with an *answer*; a taken invocation has a result.

    Of an asynchronous one it holds no more than ``FunctionRequestId``; the vendor advises against
    ``InvokeResult``.
    """
    if isinstance(answer.fields.get("Result"), dict):
        return None
    if answer.unsure or not answer.code:
        return _Refusal(_UNSURE, answer.code)
    hint = _PERMISSION if answer.code.startswith(_DENIED) else ""
    return _Refusal("the platform did not take it", answer.code, hint)


def _taken(delivery: Delivery, result: _Refusal | Missing | None) -> bool:
    """Tell whether the platform took a delivery; log it if not."""
    if result is None:
        return True
    if isinstance(result, Missing):
        result = _Refusal(f"not asked for: {result.why.en}" if result.why else _UNSURE)
    log.error(
        "queue.refused",
        code="E540",
        delivery_id=delivery.id,
        what=delivery.event,
        receiver=delivery.receiver,
        vendor_code=result.code,
        detail=result.detail,
        hint=result.hint,
    )
    return False
