"""From a delivery to its outcome: rendered, signed, posted, judged, logged.

`deliver` is the one function that sends a delivery, whoever calls it: the webhook's own call now,
a queue later.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import requests

from relay import log
from relay.config import Receiver, Secret
from relay.delivery import Outcome, Post, deliver_all, send
from relay.errors import (
    NOTHING,
    BadAnswer,
    DeliveryError,
    Misconfigured,
    Rejected,
    TimedOut,
    TokenRefused,
    Unreachable,
)
from relay.notifications import Delivery, Notification
from relay.platforms import Formatter, Rendered
from relay.tokens import Tokens, key_of
from relay.words import Phrase

_NO_SECRET = Secret("")
_REPORT_S = 0.05  # for a time-out to be told before the budget ends
_PARTS = re.compile(r"[A-Za-z0-9]{4,}")
_NOT_MENTIONED = Phrase(
    "消息已送达，但随后补发的 @ 提醒没有送达（{code}，见日志）",
    "the message arrived, but not the @ mentions sent after it ({code}, see the log)",
)


class Run(NamedTuple):
    """What the deliveries of one event share.

    *deadline* is in seconds of the monotonic clock; *clock* gives Unix seconds, to sign with.
    *rendered* is filled on the way: receivers that look the same share one message. *tokens* are
    those of the process; without them every delivery to an application fetches its own.
    """

    session: requests.Session
    deadline: float
    clock: Callable[[], float]
    rendered: dict[tuple[Notification, Receiver], Rendered]
    tokens: Tokens | None = None


def deliver(delivery: Delivery, receiver: Receiver, formatter: Formatter, run: Run) -> Outcome:
    """Render, sign, post and judge one delivery, log what became of it, and never raise.

    An outcome after the deadline is logged as late: by then it has been reported as timed out.
    """
    began = time.monotonic()
    caller = _Caller(receiver, formatter, run)
    size = 0

    def work() -> Phrase:
        nonlocal size
        rendered = _render(delivery.notification, receiver, formatter, run)
        size = rendered.size
        remark = caller.post(rendered.body)
        if rendered.follow_up:
            remark = _mentioned(delivery, rendered.follow_up, caller, remark)
        return remark

    remark, error = _tried(work, delivery)
    ms = int((time.monotonic() - began) * 1000)
    outcome = Outcome(delivery, error, size, ms, remark=caller.cleaned(remark))
    if time.monotonic() < run.deadline:
        tell(outcome, receiver, caller.tokens)
    else:
        status = error.status if error else "ok"
        log.warning("delivery.late", delivery_id=delivery.id, status=status, ms=outcome.ms)
    return outcome


def _tried(work: Callable[[], Phrase], delivery: Delivery) -> tuple[Phrase, DeliveryError | None]:
    """Return what *work* returns, or the error it ends with; never raise."""
    try:
        return work(), None
    except DeliveryError as refusal:
        return NOTHING, refusal
    except Exception as bug:  # noqa: BLE001 - one robot's trouble must not reach the others
        log.error("delivery.broken", failure=bug, delivery_id=delivery.id)
        return NOTHING, Rejected("E599", "an error of the relay itself; the log has its trace")


def _mentioned(
    delivery: Delivery, body: Mapping[str, Any], caller: "_Caller", remark: Phrase
) -> Phrase:
    """Post the mentions of a message that was taken; return *remark*, or that they failed.

    A thread of its own makes sure that the message is reported as sent before the budget ends.
    """

    def work(delivery: Delivery) -> Outcome:
        _, error = _tried(lambda: caller.post(body), delivery)
        return Outcome(delivery, error)

    error = deliver_all([delivery], work, caller.deadline)[0].error
    if error is None:
        return remark
    log.warning(
        "delivery.mention_failed",
        delivery_id=delivery.id,
        receiver=delivery.receiver,
        **caller.told(error),
    )
    return _NOT_MENTIONED.filled(code=error.code)


class _Caller:
    """Posts to one receiver; *tokens* are those it used, which no text may show.

    *deadline* is a little before the one of the event, for a time-out to be told.
    """

    def __init__(self, receiver: Receiver, formatter: Formatter, run: Run) -> None:
        self._receiver = receiver
        self._formatter = formatter
        self._run = run
        self._kept = run.tokens or Tokens()
        self.deadline = run.deadline - _REPORT_S
        self.tokens: tuple[str, ...] = ()

    def post(self, body: Mapping[str, Any]) -> Phrase:
        """Post *body* and return the formatter's remark; raises a DeliveryError.

        A refused token is replaced once, for it may be withdrawn at any time.
        """
        request = self._formatter.token_request(self._receiver)
        if request is None:
            return self._post(body, "")
        try:
            return self._post_with_token(body, request)
        except TokenRefused:
            pass
        try:
            return self._post_with_token(body, request)
        except TokenRefused as again:
            raise Misconfigured(
                again.code, again.message, vendor_code=again.vendor_code, hint=again.hint
            ) from None

    def told(self, error: DeliveryError) -> dict[str, Any]:
        """Return what the log says about *error*."""
        return _told(error, self._receiver, self.tokens)

    def cleaned(self, phrase: Phrase) -> Phrase:
        zh, en, one = (without_secrets(text, self._receiver, self.tokens) for text in phrase)
        return Phrase(zh, en, one)

    def _post_with_token(self, body: Mapping[str, Any], request: Post) -> Phrase:
        """Post with the token that is kept, or a new one; a refused one is not kept."""
        key = key_of(request)
        token = self._kept.get(key, lambda: self._fetched(request), self._left_s())
        self.tokens += (token,)
        try:
            return self._post(body, token)
        except TokenRefused:
            self._kept.drop(key, token)
            raise

    def _post(self, body: Mapping[str, Any], token: str) -> Phrase:
        now_ms = int(self._run.clock() * 1000)
        post = self._formatter.prepare(body, self._receiver, now_ms, token)
        return self._formatter.check(send(self._run.session, post, self._left_s()))

    def _fetched(self, request: Post) -> tuple[str, float]:
        """Fetch a token. Whatever fails here, no message was sent: the error must not doubt it."""
        try:
            return self._formatter.read_token(send(self._run.session, request, self._left_s()))
        except (TimedOut, BadAnswer) as error:
            raise Unreachable(
                error.code,
                f"no token: {error.message}",
                vendor_code=error.vendor_code,
                hint="nothing was sent; look at the network between, then send the event again",
            ) from None

    def _left_s(self) -> float:
        return self.deadline - time.monotonic()


def _render(
    notification: Notification, receiver: Receiver, formatter: Formatter, run: Run
) -> Rendered:
    """Render once for all receivers that differ only in name, address and secret."""
    look = receiver._replace(name="", url=_NO_SECRET, secret=None, lang="", description="")
    key = (notification, look)
    if key not in run.rendered:  # two threads may both do it, to the same end
        run.rendered[key] = formatter.render(notification, look)
    return run.rendered[key]


def tell(outcome: Outcome, receiver: Receiver, tokens: tuple[str, ...] = ()) -> None:
    """Log what became of a delivery, without any part of *receiver*'s secrets or of *tokens*."""
    fields: dict[str, Any] = {
        "delivery_id": outcome.delivery.id,
        "what": outcome.delivery.event,
        "receiver": outcome.delivery.receiver,
        "bytes": outcome.bytes,
        "ms": outcome.ms,
    }
    error = outcome.error
    if error is None:
        remark = {"remark": outcome.remark.en} if outcome.remark.en else {}
        log.info("delivery.sent", **fields, **remark)
        return
    log.error("delivery.failed", **fields, status=error.status, **_told(error, receiver, tokens))


def _told(error: DeliveryError, receiver: Receiver, tokens: tuple[str, ...]) -> dict[str, Any]:
    return {
        "code": error.code,
        "vendor_code": error.vendor_code,
        "detail": without_secrets(error.message, receiver, tokens),
        "hint": error.hint,
    }


def without_secrets(text: str, receiver: Receiver, tokens: tuple[str, ...] = ()) -> str:
    """Return *text*, a vendor's words, without any part of *receiver*'s keys or of *tokens*.

    Parts are the runs of four and more letters and digits: a key is not safer in pieces.
    """
    secret = receiver.secret.reveal() if receiver.secret else ""
    query = receiver.url.reveal().partition("?")[2].partition("=")[2]
    for part in _PARTS.findall(" ".join((query, secret, receiver.corp_id, *tokens))):
        text = text.replace(part, "…")
    return text
