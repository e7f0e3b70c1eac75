"""Entry point on AWS Lambda and Tencent SCF: webhook requests in, messages out, one answer each.

The only module that knows adapters, formatters and what lies between. The same function takes what
it put into a queue before. At import only the CA bundle is read (`relay.starting`); the
configuration is read at the first call and kept while the process is warm, like the connections;
`relay.warm` says what else is.
"""

from relay import starting  # isort: skip  # first of all: it shortens the imports below

import functools
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

import adapters
import formatters
from relay import claims, clouds, dispatch, log, sources, wording
from relay.config import Config, Receiver, Source
from relay.configuration.live import Live
from relay.courier import Courier
from relay.delivery import Outcome
from relay.errors import (
    ConfigError,
    Ignored,
    MethodNotAllowed,
    NotConfigured,
    NotDelivered,
    NotFound,
    RequestError,
    Unauthorized,
)
from relay.events import Event, Notice
from relay.notifications import Delivery
from relay.outbox import Outbox
from relay.reports import Sent, delivered, ignored, refused
from relay.routing import Decision, select
from relay.state import Store
from relay.text import cut_bytes
from relay.version import VERSION
from relay.warm import Warm
from relay.words import Phrase

starting.done()

_SERVICE = "git-chat-relay"
_POST_ONLY = Phrase("Webhook 用 POST 发送", "webhooks are sent with POST")
_HEALTH_AT = Phrase(
    "健康检查在 /；Webhook 用 POST 发送", "the health answer is at /; webhooks are sent with POST"
)
_PLATFORM_MARGIN_S = 0.2  # between our answer and the platform's time-out
_LEAST_S = 2.0  # for posting, however long it took to fetch the configuration
_LEASE_MARGIN_S = 5.0  # a call that was killed holds its claims a little longer than it may run
_STORE_S = 1.5  # what a store that hangs can cost, and a little for the message itself
_TABLE = "dynamodb://"  # a store that is asked over the network
_QUEUE_SHARE = 0.6  # of the time, for the queue; the rest is for posting what it does not take
_BATCH_S = 25.0  # for a batch, where the platform does not tell how long it may take

Handle = Callable[[object, object], dict[str, Any]]


def handler(event: object, context: object) -> dict[str, Any]:
    """Answer one call of the cloud function.

    *event* is any of the shapes of `reference/platforms.md` sections 1.1, 1.6 and 2.2, or this
    function's own asynchronous invocation on Tencent. Raises NotDelivered for the latter, so that
    the platform calls again, and when a batch of a queue cannot be looked at; else never.
    """
    return _of_this_process()(event, context)


def send_waiting() -> None:
    """Post what waits for its robot's limit, if that has passed: for a server, between events."""
    _of_this_process().send_waiting()


def build(
    environ: Mapping[str, str],
    *,
    clock: Callable[[], float] = time.time,
    live: Live | None = None,
    warm: Warm | None = None,
) -> "Application":
    """Return a handler for the configuration that *environ* holds or names, apart from any other.

    *clock* gives Unix seconds: for signatures, limits, and to tell how old an event is. *live*
    gives another configuration than the one of *environ*, and *warm* another memory than that of a
    fresh process, for local trials.
    """
    return Application(live or Live(environ), clock, environ, warm or Warm())


@functools.cache
def _of_this_process() -> "Application":
    log.configure(os.environ.get("LOG_LEVEL", "INFO"))
    return build(os.environ)


class Call(NamedTuple):
    """One call of the function: the platform's *context*, and when it *began* (monotonic)."""

    context: object
    began: float

    def deadline(self, most_s: float) -> float:
        """Return when to have answered: *most_s* after *began*, and before the platform's end.

        Not sooner than two seconds from now (or *most_s*): an event that came while the secrets
        were fetched is better answered late than not sent.
        """
        now = time.monotonic()
        until = max(self.began + most_s, now + min(most_s, _LEAST_S))
        return min(until, now + self.left_s() - _PLATFORM_MARGIN_S)

    def left_s(self) -> float:
        """Return the seconds that the platform still gives, without end where it does not tell."""
        left_s = clouds.remaining_s(self.context, self.began, time.monotonic())
        return math.inf if left_s is None else left_s


class Application:
    """A configured relay; callable as the cloud calls it, from several threads at once."""

    def __init__(
        self, live: Live, clock: Callable[[], float], environ: Mapping[str, str], warm: Warm
    ) -> None:
        self._live = live
        self._clock = clock
        self._environ = environ
        self._warm = warm
        self._told_clock = False

    def __call__(self, event: object, context: object) -> dict[str, Any]:
        call = Call(context, time.monotonic())
        if clouds.is_batch(event):
            return self._consume_batch(event, call)
        if clouds.is_invocation(event):
            return self._consume_invocation(event, call)
        return self._answer(event, call)

    def send_waiting(self) -> None:
        """Post what waits in memory for robots whose limit has passed; never raises.

        A function does this with its next event. A server that lives on need not wait for one.
        """
        if not self._warm.waiting.robots():
            return
        try:
            config, call = self._live.current(), Call(None, time.monotonic())
            self._post((), {}, config, call, call.deadline(config.delivery.timeout_s))
        except Exception as error:  # noqa: BLE001 - the next event may still find what waits
            log.error("waiting.broken", failure=error)

    def _answer(self, event: object, call: Call) -> dict[str, Any]:
        """Answer an HTTP request; never raises."""
        method = request_id = ""
        try:
            request = clouds.read_request(event, call.context)
            method, request_id = request.method, request.request_id
            status, body = self._respond(request, call)
        except RequestError as error:
            self._tell_refusal(error, request_id)
            status, body = error.status, refused(error, self._live.lang)
        except Exception as error:  # noqa: BLE001 - the last line of defence: an answer, and a trace
            log.error("request.broken", failure=error)
            status, body = 500, {"ok": False, "reason": "internal_error", "code": "E399"}
        return clouds.write_response(status, body, method=method)

    def _respond(self, request: clouds.Request, call: Call) -> tuple[int, dict[str, Any]]:
        if request.method in ("GET", "HEAD"):
            return self._health(request.path)
        if request.method != "POST":
            raise MethodNotAllowed(_POST_ONLY)
        config = self._configuration()
        name, forges = clouds.hook_name(request.path), adapters.forges(request.headers)

        def verify(source: Source) -> None:
            adapters.verify(request.headers, request.body, source, self._clock())

        proven = sources.verified(sources.candidates(config, name, forges), verify)
        return self._receive(request, proven, config, call)

    def _receive(
        self, request: clouds.Request, proven: tuple[Source, ...], config: Config, call: Call
    ) -> tuple[int, dict[str, Any]]:
        """Read a request of *proven* sources, send what is to be sent, say what became of it."""
        source, now_s = proven[0], self._clock()  # of one forge, and one delivery has one id
        key = adapters.delivery_key(source.type, request.headers, request.body, now_s)
        event_id = sources.event_id(source, key)
        known_as = f"{event_id} {config.digest}"  # another configuration may have more receivers
        store = self._store(config, call)
        try:
            claims.refuse_finished(self._warm.finished, known_as, now_s)
            event = _read(source.type, request)
            source = sources.speaking(proven, event)
            if event.kind != "test":  # a test button is meant each time
                claims.refuse_same_body(store, source.name, request.body, event_id, now_s)
        except Ignored as error:
            told = {"reason": error.reason, "detail": error.detail.en}
            log.info("event.ignored", id=event_id, source=source.name, **told)
            return 200, ignored(event_id, error, config.lang)
        if event.kind == "pipeline":
            from relay.history import told as with_history

            event = with_history(event, store, source=source.name, now_s=now_s)
        decision = select(event, config, source=source.name, now_s=now_s)
        _tell_decision(decision, event, event_id)
        sent = Sent()
        if decision.selected:
            found = wording.deliveries(event, event_id, decision.selected, config, now_s=now_s)
            receivers = {one.receiver.name: one.receiver for one in decision.selected}
            sent = self._send(found, receivers, config, call)
            if not sent.queued and all(map(_is_done, sent.outcomes)):
                claims.finish(self._warm.finished, known_as, now_s)
            if any(outcome.error and not outcome.waits for outcome in sent.outcomes):
                claims.forget_body(store, source.name, request.body)
        return _status(sent, config), delivered(event_id, event, sent, decision, config)

    def _store(self, config: Config, call: Call) -> Store:
        """Return the store, or only this process's memory where there is no time to ask it."""
        if config.state.startswith(_TABLE) and call.left_s() < _STORE_S:
            return self._warm.finished
        return self._warm.store(config.state, self._environ)

    def _send(
        self,
        found: Sequence[Delivery],
        receivers: Mapping[str, Receiver],
        config: Config,
        call: Call,
    ) -> Sent:
        """Put *found* into the queue if there is one; post what it does not take at once."""
        deadline = call.deadline(config.delivery.timeout_s)
        left = found
        if config.queue:
            within_s = (deadline - time.monotonic()) * _QUEUE_SHARE
            left = self._warm.put(
                found, config.queue, self._environ, call.context, self._clock, within_s
            )
        queued = tuple(one.receiver for one in found if one not in left)
        outcomes = self._post(left, receivers, config, call, deadline) if left else []
        return Sent(tuple(outcomes), queued)

    def _post(
        self,
        found: Sequence[Delivery],
        receivers: Mapping[str, Receiver],
        config: Config,
        call: Call,
        deadline: float,
    ) -> Sequence[Outcome]:
        """Post *found*, of *receivers*, and what waits; return the outcomes of *found*."""
        known = {**{one.name: one for one in config.receivers}, **receivers}
        ours = claims.Claims(self._store(config, call), _lease_s(deadline), self._warm.owner)
        return Outbox(self._courier(config, deadline), ours, self._warm, known).send(found)

    def _consume_batch(self, event: object, call: Call) -> dict[str, Any]:
        """Deliver a batch of SQS; return what it is to keep. Raises when nothing can be decided."""
        from relay.queues import sqs

        records = sqs.records(event) or ()
        config = self._live.current()
        queue = self._warm.queue(sqs.address(event, config.queue), self._environ)
        kept = self._consumer(config, queue, call).consume(records)
        return sqs.failures(kept)

    def _consume_invocation(self, event: object, call: Call) -> dict[str, Any]:
        """Deliver what this function handed to itself; raises NotDelivered to be called again."""
        from relay.consumer import Platform, read_invocation
        from relay.queues.scf import invocation

        record = read_invocation(invocation(event) or "")
        config = self._live.current()
        if self._consumer(config, Platform(), call).consume([record]):
            raise NotDelivered
        return {"ok": True}

    def _consumer(self, config: Config, queue: Any, call: Call) -> Any:
        from relay.consumer import Consumer

        deadline = call.deadline(_BATCH_S)
        courier = self._courier(config, deadline, config.delivery.timeout_s)
        store = self._warm.store(config.state, self._environ)
        return Consumer(
            courier,
            claims.Claims(store, _lease_s(deadline), self._warm.owner),
            queue,
            {one.name: one for one in config.receivers},
            self._warm.late,
            is_shared=config.state.startswith("dynamodb:"),
        )

    def _courier(self, config: Config, deadline: float, attempt_s: float | None = None) -> Courier:
        run = dispatch.Run(
            self._warm.session,
            deadline,
            self._clock,
            {},
            self._warm.tokens,
            config.delivery.retries,
            attempt_s,
            late=self._warm.late,
        )
        return Courier(run, config, self._warm.pace, formatters.formatter)

    def _health(self, path: str) -> tuple[int, dict[str, Any]]:
        """Answer a person or a monitor: does it run, is it configured and how; nothing else."""
        if path.strip("/"):
            raise NotFound(_HEALTH_AT)
        report: dict[str, Any] = {"ok": True, "service": _SERVICE, "version": VERSION}
        try:
            config = self._configuration()
        except NotConfigured as error:
            return error.status, {**report, **refused(error, self._live.lang)}
        return 200, {**report, "receivers": len(config.receivers), "config": config.digest}

    def _configuration(self) -> Config:
        """Return the configuration; raises NotConfigured with the codes and the first fix."""
        try:
            return self._live.current()
        except ConfigError as error:
            raise _not_configured(error) from None

    def _tell_refusal(self, error: RequestError, request_id: str) -> None:
        """Log a refused request, which has only the cloud's own id; a wrong clock is told once."""
        told = error.log if isinstance(error, Unauthorized) else error.fix.en
        if isinstance(error, Unauthorized) and error.wrong_clock:
            if self._told_clock:
                return
            self._told_clock = True
        fields = {"code": error.code, "status": error.status, "detail": told}
        log.warning("request.refused", **fields, request_id=request_id)


def _lease_s(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.0) + _LEASE_MARGIN_S


def _is_done(outcome: Outcome) -> bool:
    """Tell whether the receiver has it: another call's attempt under way may still fail."""
    return not outcome.error and (outcome.repeat is None or claims.is_settled(outcome.repeat))


def _status(sent: Sent, config: Config) -> int:
    """Return 202 once all is stored, 502 when something was neither stored nor sent."""
    failed = any(outcome.error for outcome in sent.outcomes if not outcome.waits)
    lost = any(outcome.error for outcome in sent.outcomes) and bool(config.queue)
    if lost or (failed and config.delivery.on_error == "fail"):
        return 502
    return 202 if sent.queued else 200


def _tell_decision(decision: Decision, event: Event, event_id: str) -> None:
    """Log what each route said, one line for each reason; phone numbers are not among it."""
    for step in decision.steps:
        for reason in step.reasons:
            log.info(
                "event.noted" if step.sent else "event.skipped",
                id=event_id,
                what=event.name,
                route=step.route,
                reason=reason.code,
                detail=reason.text.en,
            )


def _read(forge: str, request: clouds.Request) -> Event:
    """Return the event in a verified request, a bare notice if our own code fails on it.

    Raises Ignored, BadRequest, FormBody. A notice is worth more than silence: the event happened.
    """
    try:
        return adapters.parse(forge, request.headers, request.body)
    except (Ignored, RequestError):
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours must not lose the event
        log.error("event.unreadable", failure=error, source=forge)
        name = request.headers.get(f"x-{forge}-event", forge)
        return Event(forge, "other", "received", Notice(name))


def _not_configured(error: ConfigError) -> NotConfigured:
    """Return the first error with its hint and the codes of the others, within 240 bytes."""
    found = [problem for problem in error.problems if problem.is_error]
    codes = ", ".join(dict.fromkeys(problem.code for problem in found[1:]))
    more = f" (+{len(found) - 1}: {cut_bytes(codes, 40)})" if codes else ""
    first = found[0]._replace(file=PurePath(found[0].file).name)  # strangers read it

    def told(lang: str) -> str:
        parts = filter(None, (first.told(lang), first.hint.of(lang)))
        return cut_bytes(("; " if lang == "en" else "；").join(parts), 180) + more

    return NotConfigured(Phrase(told("zh-CN"), told("en")), code=first.code)
