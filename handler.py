"""Entry point on AWS Lambda and Tencent SCF: one webhook request in, messages out, one answer.

The only module that knows adapters, formatters and what lies between. Nothing happens at import;
the configuration is read at the first call and kept while the process is warm, like the
connections. Nothing of one request is kept for the next.
"""

import functools
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

import adapters
import formatters
from relay import clouds, dispatch, log, sources, wording
from relay.config import Config, Source
from relay.configuration.environment import configuration
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
from relay.routing import Selected, select
from relay.text import cut_bytes
from relay.version import VERSION

_SERVICE = "git-chat-relay"
_PLATFORM_MARGIN_S = 0.2  # between our answer and the platform's time-out

Handle = Callable[[object, object], dict[str, Any]]


def handler(event: object, context: object) -> dict[str, Any]:
    """Answer one call of the cloud function; never raises.

    *event* is any of the shapes of `reference/platforms.md` sections 1.1 and 2.2.
    """
    return _of_this_process()(event, context)


def build(environ: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> Handle:
    """Return a handler for the configuration in *environ*, independent of any other.

    *clock* gives Unix seconds: for signatures, and to tell how old an event is.
    """
    return Application(environ, clock)


@functools.cache
def _of_this_process() -> Handle:
    log.configure(os.environ.get("LOG_LEVEL", "INFO"))
    return build(os.environ)


class Application:
    """A configured relay; callable as the cloud calls it, from several threads at once."""

    def __init__(self, environ: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._environ = environ
        self._clock = clock
        self._config: Config | None = None
        self._told: set[str] = set()

    def __call__(self, event: object, context: object) -> dict[str, Any]:
        started = time.monotonic()
        method = request_id = ""
        try:
            request = clouds.read_request(event, context)
            method, request_id = request.method, request.request_id
            status, body = self._respond(request, context, started)
        except RequestError as error:
            self._tell_refusal(error, request_id)
            status, body = error.status, refused(error)
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
            raise MethodNotAllowed("webhooks are sent with POST")
        config = self._configuration()
        name = clouds.hook_name(request.path)
        source = sources.find_source(config, name, adapters.forges(request.headers))
        adapters.verify(request.headers, request.body, source, self._clock())
        budget_s = config.delivery.timeout_s
        left_s = clouds.remaining_s(context, started, time.monotonic())
        if left_s is not None:
            budget_s = min(budget_s, left_s - _PLATFORM_MARGIN_S)
        return 200, self._receive(request, source, started + budget_s)

    def _receive(self, request: clouds.Request, source: Source, deadline: float) -> dict[str, Any]:
        """Read a verified request, send what is to be sent, and say what became of it."""
        key = adapters.delivery_key(source.type, request.headers, request.body)
        event_id = sources.event_id(source, key)
        try:
            event = _read(source.type, request)
        except Ignored as error:
            told = {"reason": error.reason, "detail": error.detail}
            log.info("event.ignored", id=event_id, source=source.name, **told)
            return ignored(event_id, error)
        selected, skipped = select(event, self._configuration())
        for route in skipped:
            log.info("event.skipped", id=event_id, what=event.name, **route._asdict())
        outcomes = self._deliver(event, event_id, selected, deadline) if selected else []
        return delivered(event_id, event, outcomes, skipped)

    def _deliver(
        self, event: Event, event_id: str, selected: list[Selected], deadline: float
    ) -> list[Outcome]:
        run = dispatch.Run(self._session, deadline, self._clock, {})
        receivers = {one.receiver.name: one.receiver for one in selected}

        def deliver(delivery: Delivery) -> Outcome:
            receiver = receivers[delivery.receiver]
            return dispatch.deliver(delivery, receiver, formatters.formatter(receiver), run)

        config = self._configuration()
        found = wording.deliveries(event, event_id, selected, config, now_s=self._clock())
        outcomes = deliver_all(found, deliver, deadline)
        for outcome in outcomes:
            if outcome.abandoned:
                dispatch.tell(outcome, receivers[outcome.delivery.receiver])
        return outcomes

    def _health(self, path: str) -> tuple[int, dict[str, Any]]:
        """Answer a person or a monitor: does it run, is it configured; nothing else."""
        if path.strip("/"):
            raise NotFound("the health answer is at /; webhooks are sent with POST")
        report: dict[str, Any] = {"ok": True, "service": _SERVICE, "version": VERSION}
        try:
            report["receivers"] = len(self._configuration().receivers)
        except NotConfigured as error:
            return error.status, {**report, **refused(error)}
        return 200, report

    def _configuration(self) -> Config:
        """Return the configuration; raises NotConfigured with the codes and the first fix."""
        if self._config is None:
            try:
                self._config = configuration(self._environ)
            except ConfigError as error:
                self._tell_problems(error)
                raise NotConfigured(_summary(error)) from None
            log.info("config.loaded", origin="environment", receivers=len(self._config.receivers))
        return self._config

    @functools.cached_property
    def _session(self) -> requests.Session:
        return new_session()

    def _tell_problems(self, error: ConfigError) -> None:
        """Log every problem, once per process."""
        for problem in error.problems:
            key = f"{problem.code} {problem.where}"
            if key not in self._told:
                self._told.add(key)
                log.error("config.problem", code=problem.code, detail=problem.told("en"))

    def _tell_refusal(self, error: RequestError, request_id: str) -> None:
        """Log a refused request, which has only the cloud's own id; a wrong clock is told once."""
        told = error.log if isinstance(error, Unauthorized) else error.fix
        if isinstance(error, Unauthorized) and error.wrong_clock:
            if "clock" in self._told:
                return
            self._told.add("clock")
        fields = {"code": error.code, "status": error.status, "detail": told}
        log.warning("request.refused", **fields, request_id=request_id)


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


def _summary(error: ConfigError) -> str:
    """Return the first problem with its hint, and how many more there are, within 240 bytes."""
    first = error.problems[0]
    more = len(error.problems) - 1
    text = f"{first.told('en')}; {first.hint.en}".rstrip("; ")
    return cut_bytes(text, 200) + (f" (+{more} more in the log)" if more else "")
