"""What a sample would become, without sending it: the function's own steps, one after another."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import adapters
import formatters
from formatters import Rendered
from relay import history, policy
from relay.config import DINGTALK_ROBOT, WECOM_APP, WECOM_ROBOT, Config, Receiver, Secret
from relay.configuration.fields import MESSAGES as MESSAGES_OF_TYPES
from relay.describe import describe
from relay.errors import Ignored
from relay.events import Event
from relay.notifications import Notification
from relay.reasons import Reason
from relay.routing import Decision, Selected, select
from relay.stores.memory import MemoryStore
from relay.wording import deliveries
from relay.words import Phrase
from workbench import robot_terms
from workbench.configured import alone, base
from workbench.robot_terms import DINGTALK, WECOM
from workbench.samples import Sample

RECEIVER_TYPES = {
    WECOM: WECOM_ROBOT,
    DINGTALK: DINGTALK_ROBOT,
    robot_terms.WECOM_APP: WECOM_APP,
}
VENDORS = {kind: vendor for vendor, kind in RECEIVER_TYPES.items()}
MESSAGES = {vendor: MESSAGES_OF_TYPES[RECEIVER_TYPES[vendor]] for vendor in (WECOM, DINGTALK)}
_NO_ROUTE = Reason("", Phrase("没有路由发给它", "no route sends it there"))
_SOMEBODY = "userid"  # stands for whom an application would write to, where that is nobody


class Shown(NamedTuple):
    """One message. *reason* says why the configuration would not send it, if it would not.

    *hidden* counts what the words themselves leave out, like commits beyond the fifth.
    """

    vendor: str
    rendered: Rendered
    reason: Reason | None = None
    mentioned: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    hidden: int = 0


class Preview(NamedTuple):
    """*event* is ``None`` when the adapter ignored it: then *decision* has its reason.

    *messages* are by vendor, or by the receiver's name in a configuration.
    """

    event: Event | None
    decision: policy.Decision
    messages: dict[str, Shown]


def event_of(sample: Sample) -> Event:
    """Return the event in *sample*; raises BadRequest, FormBody, Ignored."""
    headers = {name.lower(): value for name, value in sample.headers.items()}
    return adapters.parse(sample.source, headers, encoded(sample.body))


def preview(
    sample: Sample, receivers: Mapping[str, str], *, lang: str, now_s: float | None = None
) -> Preview:
    """Render *sample* for *receivers* (vendor → message type); raises BadRequest, FormBody.

    *lang* is ``zh-CN`` or ``en``. An event that is not sent by default is shown as it would be if
    it were asked for.
    """
    try:
        event = event_of(sample)
    except Ignored as error:
        return _ignored(error)
    decision = policy.decide(event, ())
    quiet = (decision if decision.send else policy.decide(event, (f"{event.kind}.*",))).quiet
    notification = describe(event, lang=lang, quiet=quiet, now_s=now_s)
    messages = {}
    for vendor, message in receivers.items():
        receiver = Receiver(vendor, RECEIVER_TYPES[vendor], Secret(""), message=message)
        rendered = formatters.formatter(receiver).render(notification, receiver)
        messages[vendor] = Shown(vendor, rendered)
    return Preview(event, decision, messages)


def configured_preview(
    sample: Sample,
    config: Config,
    receivers: Iterable[Receiver],
    *,
    now_s: float,
    quiet: bool | None = None,
) -> Preview:
    """Render *sample* for each of *receivers* as *config* words it; raises BadRequest, FormBody.

    What would not be sent is shown in the form it would have, with the reason. No earlier pipeline
    is known: a failed one counts as the first to fail. *quiet* asks for one line, or for the full
    message, whatever the configuration says.
    """
    try:
        event = event_of(sample)
    except Ignored as error:
        return _ignored(error)
    source = next((one.name for one in config.sources if one.type == sample.source), "")
    event = history.told(event, MemoryStore(), source=source, now_s=now_s)
    decision = select(event, config, source=source, now_s=now_s)
    chosen = {one.receiver.name: one for one in decision.selected}
    messages = {}
    for one in receivers:
        reason = None if one.name in chosen else _why_not(one, config, decision)
        selected = chosen.get(one.name) or _as_if_sent(event, config, one, now_s)
        if quiet is not None:
            selected = selected._replace(quiet=quiet)
        (delivery,) = deliveries(event, "preview", [selected], config, now_s=now_s)
        messages[one.name] = _shown(delivery.notification, one, reason)
    send = any(shown.reason is None for shown in messages.values())
    why = next((shown.reason for shown in messages.values() if shown.reason), None)
    return Preview(event, policy.Decision(send, reason=None if send else why), messages)


def _shown(notification: Notification, receiver: Receiver, reason: Reason | None) -> Shown:
    mentioned = tuple("all" if to.everyone else to.name for to in notification.mentions)
    return Shown(
        VENDORS[receiver.type],
        formatters.formatter(receiver).render(notification, receiver),
        reason,
        mentioned=() if notification.quiet else mentioned,
        unresolved=notification.unresolved,
        hidden=notification.more.hidden if notification.more else 0,
    )


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return *body* as the forges write it: UTF-8, without spaces.

    Escaped is only what UTF-8 has no bytes for: half of a surrogate pair, which came in as an
    escape, too. Python writes it as JSON does.
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def _ignored(error: Ignored) -> Preview:
    why = Reason(error.reason, error.detail)
    return Preview(None, policy.Decision(False, reason=why), {})


def _as_if_sent(event: Event, config: Config, receiver: Receiver, now_s: float) -> Selected:
    """Return the form in which *receiver* would get *event* if its filters let it through."""
    for to in (receiver.to, (_SOMEBODY,)):
        only = alone(config, receiver._replace(to=to), event)
        if selected := select(event, only, source="", now_s=now_s).selected:
            break
    return selected[0]


def _why_not(receiver: Receiver, config: Config, decision: Decision) -> Reason:
    """Return the first reason of a route that names *receiver*."""
    pairs = zip(config.routes, decision.steps, strict=False)
    names = {receiver.name, base(receiver.name)}
    own = [step for route, step in pairs if names.intersection(route.receivers)]
    return next((reason for step in own for reason in step.reasons), _NO_ROUTE)
