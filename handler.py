"""Entry point on AWS Lambda and Tencent SCF: one webhook request in, messages out, one answer.

The only module that knows adapters, formatters and what lies between. Nothing happens at import;
the configuration is read at the first call and kept while the process is warm, like the
connections. Nothing of one request is kept for the next.
"""

import functools
import os
import time
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

import requests

import adapters
import formatters
from relay import clouds, dispatch, log, sources, wording
from relay.config import Config, Receiver, Source
from relay.configuration.live import Live
from relay.delivery import Outcome, deliver_all, new_session
from relay.errors import (
    ConfigError,
    Ignored,
    MethodNotAllowed,
    NotConfigured,
    NotFound,
    RequestError,
    Unauthorized,
)
from relay.events import Event, Notice
from relay.notifications import Delivery
from relay.reports import delivered, ignored, refused
from relay.routing import Decision, select
from relay.text import cut_bytes
from relay.tokens import Tokens
from relay.version import VERSION
from relay.words import Phrase

_SERVICE = "git-chat-relay"
_POST_ONLY = Phrase("Webhook 用 POST 发送", "webhooks are sent with POST")
_HEALTH_AT = Phrase(
    "健康检查在 /；Webhook 用 POST 发送", "the health answer is at /; webhooks are sent with POST"
)
_PLATFORM_MARGIN_S = 0.2  # between our answer and the platform's time-out

Handle = Callable[[object, object], dict[str, Any]]


def handler(event: object, context: object) -> dict[str, Any]:
    """Answer one call of the cloud function; never raises.

    *event* is any of the shapes of `reference/platforms.md` sections 1.1 and 2.2.
    """
    return _of_this_process()(event, context)


def build(
    environ: Mapping[str, str],
    *,
    clock: Callable[[], float] = time.time,
    live: Live | None = None,
) -> Handle:
    """Return a handler for the configuration that *environ* holds or names, apart from any other.

    *clock* gives Unix seconds: for signatures, and to tell how old an event is. *live* gives
    another configuration than the one of *environ*, for local trials.
    """
    return Application(live or Live(environ), clock)


@functools.cache
def _of_this_process() -> Handle:
    log.configure(os.environ.get("LOG_LEVEL", "INFO"))
    return build(os.environ)


class Application:
    """A configured relay; callable as the cloud calls it, from several threads at once."""

    def __init__(self, live: Live, clock: Callable[[], float]) -> None:
        self._live = live
        self._clock = clock
        self._tokens = Tokens()
        self._told_clock = False

    def __call__(self, event: object, context: object) -> dict[str, Any]:
        started = time.monotonic()
        method = request_id = ""
        try:
            request = clouds.read_request(event, context)
            method, request_id = request.method, request.request_id
            status, body = self._respond(request, context, started)
        except RequestError as error:
            self._tell_refusal(error, request_id)
            status, body = error.status, refused(error, self._live.lang)
        except Exception as error:  # noqa: BLE001 - the last line of defence: an answer, and a trace
            log.error("request.broken", failure=error)
            status, body = 500, {"ok": False, "reason": "internal_error", "code": "E399"}
        return clouds.write_response(status, body, method=method)

    def _respond(
        self, request: clouds.Request, context: object, started: float
    ) -> tuple[int, dict[str, Any]]:
        if request.method in ("GET", "HEAD"):
            return self._health(request.path)
        if request.method != "POST":
            raise MethodNotAllowed(_POST_ONLY)
        config = self._configuration()
        name, forges = clouds.hook_name(request.path), adapters.forges(request.headers)

        def verify(source: Source) -> None:
            adapters.verify(request.headers, request.body, source, self._clock())

        proven = sources.verified(sources.candidates(config, name, forges), verify)
        budget_s = config.delivery.timeout_s
        left_s = clouds.remaining_s(context, started, time.monotonic())
        if left_s is not None:
            budget_s = min(budget_s, left_s - _PLATFORM_MARGIN_S)
        report = self._receive(request, proven, config, started + budget_s)
        failed = not report["ok"] and config.delivery.on_error == "fail"
        return 502 if failed else 200, report

    def _receive(
        self,
        request: clouds.Request,
        proven: tuple[Source, ...],
        config: Config,
        deadline: float,
    ) -> dict[str, Any]:
        """Read a request of *proven* sources, send what is to be sent, say what became of it."""
        source = proven[0]  # they are of one forge, and one delivery has one id
        key = adapters.delivery_key(source.type, request.headers, request.body)
        event_id = sources.event_id(source, key)
        try:
            event = _read(source.type, request)
        except Ignored as error:
            told = {"reason": error.reason, "detail": error.detail.en}
            log.info("event.ignored", id=event_id, source=source.name, **told)
            return ignored(event_id, error, config.lang)
        source = sources.speaking(proven, event)
        now_s = self._clock()
        decision = select(event, config, source=source.name, now_s=now_s)
        _tell_decision(decision, event, event_id)
        outcomes: list[Outcome] = []
        if decision.selected:
            found = wording.deliveries(event, event_id, decision.selected, config, now_s=now_s)
            receivers = {one.receiver.name: one.receiver for one in decision.selected}
            outcomes = self._deliver(found, receivers, deadline)
        return delivered(event_id, event, outcomes, decision, config)

    def _deliver(
        self, found: list[Delivery], receivers: Mapping[str, Receiver], deadline: float
    ) -> list[Outcome]:
        run = dispatch.Run(self._session, deadline, self._clock, {}, self._tokens)

        def deliver(delivery: Delivery) -> Outcome:
            receiver = receivers[delivery.receiver]
            return dispatch.deliver(delivery, receiver, formatters.formatter(receiver), run)

        outcomes = deliver_all(found, deliver, deadline)
        for outcome in outcomes:
            if outcome.abandoned:
                dispatch.tell(outcome, receivers[outcome.delivery.receiver])
        return outcomes

    def _health(self, path: str) -> tuple[int, dict[str, Any]]:
        """Answer a person or a monitor: does it run, is it configured; nothing else."""
        if path.strip("/"):
            raise NotFound(_HEALTH_AT)
        report: dict[str, Any] = {"ok": True, "service": _SERVICE, "version": VERSION}
        try:
            report["receivers"] = len(self._configuration().receivers)
        except NotConfigured as error:
            return error.status, {**report, **refused(error, self._live.lang)}
        return 200, report

    def _configuration(self) -> Config:
        """Return the configuration; raises NotConfigured with the codes and the first fix."""
        try:
            return self._live.current()
        except ConfigError as error:
            raise _not_configured(error) from None

    @functools.cached_property
    def _session(self) -> requests.Session:
        return new_session()

    def _tell_refusal(self, error: RequestError, request_id: str) -> None:
        """Log a refused request, which has only the cloud's own id; a wrong clock is told once."""
        told = error.log if isinstance(error, Unauthorized) else error.fix.en
        if isinstance(error, Unauthorized) and error.wrong_clock:
            if self._told_clock:
                return
            self._told_clock = True
        fields = {"code": error.code, "status": error.status, "detail": told}
        log.warning("request.refused", **fields, request_id=request_id)


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
