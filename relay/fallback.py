"""Telling the `fallback` receiver that another one refuses messages (`design/delivery.md` 3)."""

import re

from relay.config import WECOM_APP, Config, Receiver
from relay.delivery import Outcome
from relay.errors import DeliveryError
from relay.events import Event, Notice
from relay.notifications import Delivery, Line, Mention, Notification, Span
from relay.pacing import robot_id
from relay.people import resolve
from relay.state import Store
from relay.words import Phrase, Words

QUIET_S = 600.0  # one robot is told about once in that time

_SIGN = "⚠️ "
_INSTEAD = Phrase("代 {name} 转发", "in place of {name}")
_VENDOR_WORDS = re.compile(r" ?[（(]errcode.*", re.DOTALL)  # the log has them
_REFUSES = Phrase("消息发不出去", "Messages are refused")
_CAUSE = Phrase("原因", "Reason")
_REMEDY = Phrase("怎么办", "What to do")
_FIRST = Phrase("没有送达", "Not delivered")


def fallback_of(receiver: Receiver, config: Config) -> Receiver | None:
    """Return the receiver that stands in for *receiver*; None without one, and for itself."""
    name = config.delivery.fallback
    if not name or receiver.name.partition("#")[0] == name:
        return None
    found = (one for one in config.receivers if one.name.partition("#")[0] == name)
    return next((one for one in found if robot_id(one) != robot_id(receiver)), None)


def instead(delivery: Delivery, fallback: Receiver, config: Config) -> Delivery:
    """Return *delivery* for *fallback*; in a group nobody is mentioned there."""
    said = delivery.notification
    told = _INSTEAD.filled(name=delivery.receiver).of(said.lang)
    lines = said.lines if said.quiet else (*said.lines, Line((Span(told, tone="muted"),)))
    people = _addressed(fallback, config)
    said = said._replace(lines=lines, mentions=people, unresolved=())
    return delivery._replace(
        id=f"{delivery.id}>{fallback.name}", receiver=fallback.name, notification=said
    )


def notice(
    outcome: Outcome, receiver: Receiver, config: Config, store: Store, now_s: float
) -> tuple[Receiver, Delivery] | None:
    """Return what to tell whom about *outcome*, None if nobody or lately done."""
    fallback = fallback_of(receiver, config)
    error = outcome.error
    if fallback is None or error is None or error.retryable:
        return None
    until_s = now_s + QUIET_S
    if store.add(_key(receiver), error.code, until_s=until_s, now_s=now_s):
        return None
    sign = "" if config.delivery.style == "plain" else _SIGN
    words = Words(fallback.lang or config.lang, "")
    said = _said(outcome.delivery, error, Span(receiver.name, bold=True), words, sign)
    said = said._replace(mentions=_addressed(fallback, config))
    told = Delivery(f"{outcome.delivery.id}!", fallback.name, "refusal", now_s, said)
    return fallback, told


def forget(receiver: Receiver, store: Store) -> None:
    """Let the next refusal be told: this one could not be."""
    store.remove(_key(receiver))


def _key(receiver: Receiver) -> str:
    return f"told:{receiver.name}"


def _addressed(fallback: Receiver, config: Config) -> tuple[Mention, ...]:
    """Return whom an application writes to: those it names, for the event's own people are not."""
    if fallback.type != WECOM_APP:
        return ()
    nobody = Event("", "other", "received", Notice(""))
    return resolve(nobody, fallback.to, config.people, fallback.type).mentions


def _said(
    delivery: Delivery, error: DeliveryError, name: Span, words: Words, sign: str
) -> Notification:
    codes = words.listed([error.vendor_code, error.code])
    facts = (
        (_CAUSE, f"{_VENDOR_WORDS.sub('', error.message.of(words.lang))}{words.bracketed(codes)}"),
        (_REMEDY, error.hint.of(words.lang)),
        (_FIRST, delivery.notification.title),
    )
    lines = [Line((Span(words.labelled(label, text)),)) for label, text in facts if text]
    return Notification(
        (Span(sign + words.say(_REFUSES), tone="danger"), Span(" · "), name),
        tuple(lines),
        delivery.notification.actions[:1],
        lang=words.lang,
    )
