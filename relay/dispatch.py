"""From a delivery to its outcome: rendered, signed, posted, repeated where that helps, judged.

`deliver` is the one function that posts a delivery, whoever calls it: the webhook's own call, the
queue's, a person's command. It logs nothing of what became of it: its callers do, with `tell`.
"""

import random
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import requests

from relay import log
from relay.config import Receiver, Secret
from relay.delivery import Outcome, Post, deliver_all, send, unstarted
from relay.errors import (
    NOTHING,
    BadAnswer,
    DeliveryError,
    Misconfigured,
    Rejected,
    Throttled,
    TimedOut,
    TokenRefused,
    Unreachable,
    Unsuitable,
)
from relay.notifications import Delivery, Notification
from relay.pacing import Pace, is_paced, robot_id
from relay.parallel import NO_TIME, Late
from relay.platforms import Formatter, Rendered
from relay.tokens import Tokens, key_of
from relay.words import Phrase

FIRST_PAUSE_S = 0.2  # the longest before the first repeat; twice as long before the next
_NO_SECRET = Secret("")
_REPORT_S = 0.05  # for a time-out to be told before the budget ends
_LEAST_BLOCK_S = 60.0  # where the vendor's code names no time
AFTER_BLOCK_S = 5.0  # limits are lifted a little late (`reference/wecom.md` A.4)
_LEAST_S = 0.15  # with less time left, a post is not begun
_PARTS = re.compile(r"[A-Za-z0-9]{4,}")
_NOT_MENTIONED = Phrase(
    "消息已送达，但随后补发的 @ 提醒没有送达（{code}，见日志）",
    "the message arrived, but not the @ mentions sent after it ({code}, see the log)",
)
_SHORTENED = Phrase(
    "平台不接受全文（{code}），只发了标题和链接",
    "the platform refused the text ({code}): only title and link were sent",
)
_NO_TOKEN = Phrase("没有 token：{why}", "no token: {why}")
_NOTHING_SENT = Phrase(
    "什么也没有发出：检查两者之间的网络，再重发这个事件",
    "nothing was sent; look at the network between, then send the event again",
)

OWN_BUG = Rejected(
    "E599",
    Phrase(
        "程序自己的错误，日志里有跟踪信息", "an error of the relay itself; the log has its trace"
    ),
)


class Run(NamedTuple):
    """What the deliveries of one call share.

    *deadline* is in seconds of the monotonic clock; *clock* gives Unix seconds, to sign with.
    *rendered* is filled on the way: receivers that look the same share one message. *tokens* are
    those of the process; without them every delivery to an application fetches its own. *retries*
    is how often at most a post is repeated, *attempt_s* how long one may take (None: all the time
    that is left); *pace* counts the posts; *late* keeps the threads of mentions. *sleep* and
    *chance* (0 to 1) make the pauses.
    """

    session: requests.Session
    deadline: float
    clock: Callable[[], float]
    rendered: dict[tuple[Notification, Receiver], Rendered]
    tokens: Tokens | None = None
    retries: int = 0
    attempt_s: float | None = None
    pace: Pace | None = None
    late: Late | None = None
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


def deliver(
    delivery: Delivery,
    receiver: Receiver,
    formatter: Formatter,
    run: Run,
    *,
    is_summary: bool = False,
) -> Outcome:
    """Render, sign, post and judge one delivery; never raises.

    Words that the platform's moderation refuses are sent once more as title and link only, but for
    a summary: its title tells of no event.
    """
    began = time.monotonic()
    caller = _Caller(receiver, formatter, run)
    size = 0

    def work(notification: Notification) -> Phrase:
        nonlocal size
        rendered = _render(notification, receiver, formatter, run)
        size = rendered.size
        remark = caller.post(rendered.body)
        if rendered.follow_up:
            remark = _mentioned(delivery, rendered.follow_up, caller, run, remark)
        return remark

    def work_or_less() -> Phrase:
        try:
            return work(delivery.notification)
        except Unsuitable as refusal:
            if is_summary:
                raise
            work(_least(delivery.notification))
            return _SHORTENED.filled(code=refusal.vendor_code)

    remark, error = _tried(work_or_less, delivery)
    return Outcome(
        delivery,
        caller.cleaned_error(error) if error else None,
        size,
        int((time.monotonic() - began) * 1000),
        remark=caller.cleaned(remark),
        tries=caller.tries,
        doubtful=caller.doubtful and error is not None,
    )


def _least(notification: Notification) -> Notification:
    """Return title and link only."""
    first = notification.actions[:1]
    return Notification(notification.headline, actions=first, lang=notification.lang)


def _tried(work: Callable[[], Phrase], delivery: Delivery) -> tuple[Phrase, DeliveryError | None]:
    """Return what *work* returns, or the error it ends with; never raise."""
    try:
        return work(), None
    except DeliveryError as refusal:
        return NOTHING, refusal
    except Exception as bug:  # noqa: BLE001 - one robot's trouble must not reach the others
        log.error("delivery.broken", failure=bug, delivery_id=delivery.id)
        return NOTHING, OWN_BUG


def _mentioned(
    delivery: Delivery, body: Mapping[str, Any], caller: "_Caller", run: Run, remark: Phrase
) -> Phrase:
    """Post the mentions of a message that was taken; return *remark*, or that they failed.

    A thread of its own makes sure that the message is reported as sent before the budget ends.
    """

    def work(delivery: Delivery) -> Outcome:
        _, error = _tried(lambda: caller.post(body, follows=True), delivery)
        return Outcome(delivery, error)

    late, key = run.late, f"{delivery.receiver} @"
    error = deliver_all([delivery], work, caller.deadline, late=late, key=lambda _: key)[0].error
    if error is None:
        return remark
    log.warning(
        "delivery.mention_failed",
        delivery_id=delivery.id,
        receiver=delivery.receiver,
        **told_of(caller.cleaned_error(error)),
    )
    return _NOT_MENTIONED.filled(code=error.code)


class _Caller:
    """Posts to one receiver; *tokens* are those it used, which no text may show.

    *deadline* is a little before the one of the event, for a time-out to be told. *tries* is how
    often the last body was posted. The first post of all is reserved with the pace already.
    """

    def __init__(self, receiver: Receiver, formatter: Formatter, run: Run) -> None:
        self._receiver = receiver
        self._formatter = formatter
        self._run = run
        self._kept = run.tokens or Tokens()
        self._robot = robot_id(receiver) if run.pace and is_paced(receiver) else ""
        self.deadline = run.deadline - _REPORT_S
        self.tokens: tuple[str, ...] = ()
        self.tries = 0
        self.doubtful = False
        self._posts = 0

    def post(self, body: Mapping[str, Any], *, follows: bool = False) -> Phrase:
        """Post *body*, again where the error says that this may help; raises a DeliveryError.

        *follows*: a message was taken already, and its tries are what is told. Pauses grow, and are
        random between none and the longest (`design/delivery.md` section 3).
        """
        tries, allowed = 0, 1 + self._run.retries
        while True:
            self._begin()
            tries += 1
            self.tries = self.tries if follows else tries
            try:
                return self._accepted(body)
            except DeliveryError as error:
                self.doubtful = self.doubtful or error.ambiguous
                allowed = min(allowed, tries + error.repeats)
                pause_s = self._run.chance() * FIRST_PAUSE_S * 2 ** (tries - 1)
                if tries >= allowed or self._left_s() - pause_s < _LEAST_S:
                    self._note_limit(error)
                    raise
            self._run.sleep(pause_s)

    def _note_limit(self, error: DeliveryError) -> None:
        """Let the pace know for how long the vendor takes no more."""
        if isinstance(error, Throttled) and self._run.pace:
            wait_s = (error.wait_s or _LEAST_BLOCK_S) + AFTER_BLOCK_S
            until_s = self._run.clock() + wait_s
            self._run.pace.block(robot_id(self._receiver), until_s=until_s)

    def cleaned(self, phrase: Phrase) -> Phrase:
        """Return *phrase* without the receiver's secrets."""
        zh, en, one = (without_secrets(text, self._receiver, self.tokens) for text in phrase)
        return Phrase(zh, en, one)

    def cleaned_error(self, error: DeliveryError) -> DeliveryError:
        return type(error)(
            error.code,
            self.cleaned(error.message),
            vendor_code=error.vendor_code,
            hint=error.hint,
            wait_s=error.wait_s,
        )

    def _begin(self) -> None:
        """Count an attempt; raises Unreachable when there is no time for it."""
        if self._left_s() < _LEAST_S:
            raise unstarted(NO_TIME)
        self._posts += 1
        if self._run.pace and self._robot and self._posts > 1:
            self._run.pace.count(self._robot, now_s=self._run.clock())

    def _accepted(self, body: Mapping[str, Any]) -> Phrase:
        """Post once; a refused token is replaced once, for it may be withdrawn at any time."""
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
        return self._formatter.check(send(self._run.session, post, self._attempt_s()))

    def _fetched(self, request: Post) -> tuple[str, float]:
        """Fetch a token. Whatever fails here, no message was sent: the error must not doubt it."""
        try:
            return self._formatter.read_token(send(self._run.session, request, self._attempt_s()))
        except (TimedOut, BadAnswer) as error:
            why = error.message
            told = Phrase(_NO_TOKEN.zh.format(why=why.zh), _NO_TOKEN.en.format(why=why.en))
            raise Unreachable(
                error.code, told, vendor_code=error.vendor_code, hint=_NOTHING_SENT
            ) from None

    def _left_s(self) -> float:
        return self.deadline - time.monotonic()

    def _attempt_s(self) -> float:
        longest = self._run.attempt_s
        return self._left_s() if longest is None else min(longest, self._left_s())


def _render(
    notification: Notification, receiver: Receiver, formatter: Formatter, run: Run
) -> Rendered:
    """Render once for all receivers that differ only in name, address and secret."""
    look = receiver._replace(name="", url=_NO_SECRET, secret=None, lang="", description="")
    key = (notification, look)
    if key not in run.rendered:  # two threads may both do it, to the same end
        run.rendered[key] = formatter.render(notification, look)
    return run.rendered[key]


def tell(outcome: Outcome, *, late: bool = False, **fields: object) -> None:
    """Log what became of a delivery, *fields* last; *late*: its report had gone out before."""
    known: dict[str, Any] = {
        **named(outcome.delivery),
        "bytes": outcome.bytes,
        "ms": outcome.ms,
        "tries": outcome.tries,
        "merged": outcome.merged if outcome.merged > 1 else None,
        "via": outcome.via or None,
        "late": late or None,
    }
    told = {name: value for name, value in known.items() if value is not None}
    last = {name: value for name, value in fields.items() if value is not None}
    error = outcome.error
    if error is None:
        remark = {"remark": outcome.remark.en} if outcome.remark.en else {}
        log.info("delivery.sent", **told, **remark, **last)
    else:
        log.error("delivery.failed", **told, status=error.status, **told_of(error), **last)


def named(delivery: Delivery) -> dict[str, str]:
    """Return how the log names *delivery*."""
    return {"delivery_id": delivery.id, "what": delivery.event, "receiver": delivery.receiver}


def told_of(error: DeliveryError) -> dict[str, Any]:
    """Return what the log says about *error*."""
    told = {
        "code": error.code,
        "vendor_code": error.vendor_code,
        "detail": error.message.en,
        "hint": error.hint.en,
    }
    return {**told, "ambiguous": True} if error.ambiguous else told


def without_secrets(text: str, receiver: Receiver, tokens: tuple[str, ...] = ()) -> str:
    """Return *text*, a vendor's words, without any part of *receiver*'s keys or of *tokens*.

    Parts are the runs of four and more letters and digits: a key is not safer in pieces.
    """
    secret = receiver.secret.reveal() if receiver.secret else ""
    query = receiver.url.reveal().partition("?")[2].partition("=")[2]
    for part in _PARTS.findall(" ".join((query, secret, receiver.corp_id, *tokens))):
        text = text.replace(part, "…")
    return text
