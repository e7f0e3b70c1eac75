"""From an event and who gets it to what each is told: words, the user's own text, deliveries."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from relay import log
from relay.config import Config
from relay.describe import describe
from relay.describe.draft import muted
from relay.describe.when import happened_at
from relay.events import Event, Notice
from relay.notifications import Delivery, Line, Notification
from relay.policy import most_specific
from relay.routing import Selected


class Form(NamedTuple):
    """What words depend on: receivers of the same form are told the same."""

    lang: str
    quiet: bool = False
    show: tuple[str, ...] | None = None
    append: str = ""


def deliveries(
    event: Event,
    event_id: str,
    selected: Iterable[Selected],
    config: Config,
    *,
    now_s: float,
) -> list[Delivery]:
    """Return one delivery per selected receiver; each form is worded once.

    *now_s* is Unix seconds.
    """
    worded: dict[Form, Notification] = {}
    found = []
    for one in selected:
        form = _form(one)
        if form not in worded:
            worded[form] = words(event, config, form, now_s)
        to = worded[form]._replace(mentions=one.mentions, unresolved=one.unresolved)
        found.append(
            Delivery(
                id=f"{event_id}.{one.receiver.name}",
                receiver=one.receiver.name,
                event=event.name,
                received_at=now_s,
                notification=to,
            )
        )
    return found


def aged(delivery: Delivery, now_s: float, timezone: str) -> Delivery:
    """Return *delivery* with the time at which it happened, if it waited for over five minutes.

    Not in the one-line form, in the user's own message, and where the words tell it already.
    """
    said = delivery.notification
    chinese = said.lang != "en"
    told = happened_at(delivery.received_at, now_s, timezone, chinese=chinese)
    begin = "发生于 " if chinese else "happened "
    if not told or said.quiet or said.whole:
        return delivery
    if any(span.text.startswith(begin) for line in said.lines for span in line.spans):
        return delivery
    return delivery._replace(notification=said._replace(lines=(*said.lines, muted(told))))


def words(event: Event, config: Config, form: Form, now_s: float) -> Notification:
    """Return the words for *form*; a bare notice if our own code fails.

    A template or own line that fails on this event is logged and left out: the built-in words are
    there in any case.
    """
    built_in = _built_in(event, config, form, now_s)
    if form.quiet:
        return built_in
    template = most_specific(config.templates, event) or ""
    return built_in._replace(
        whole=_own(template, event, config, form, now_s),
        own=_own(form.append, event, config, form, now_s),
    )


def _form(one: Selected) -> Form:
    """Return the form of *one*; the quiet line shows neither facts nor own lines."""
    return Form(one.lang, quiet=True) if one.quiet else Form(one.lang, False, one.show, one.append)


def _built_in(event: Event, config: Config, form: Form, now_s: float) -> Notification:
    options: dict[str, Any] = {
        "lang": form.lang,
        "quiet": form.quiet,
        "now_s": now_s,
        "timezone": config.timezone,
        "max_commits": config.delivery.max_commits,
        "emoji": config.delivery.style != "plain",
    }
    try:
        return describe(event, **options, show=form.show)
    except Exception as error:  # noqa: BLE001 - a fault of ours must not lose the event
        log.error("event.undescribed", failure=error, what=event.name)
        return describe(event._replace(subject=Notice(event.name)), **options)


def _own(template: str, event: Event, config: Config, form: Form, now_s: float) -> tuple[Line, ...]:
    """Return the lines of the user's own *template*; none without one, or when it fails."""
    if not template:
        return ()
    from relay.templates import TemplateFault, lines

    try:
        return lines(
            template,
            event,
            lang=form.lang,
            people=config.people,
            now_s=now_s,
            timezone=config.timezone,
        )
    except TemplateFault as fault:
        log.error(
            "template.failed",
            code=fault.code,
            what=event.name,
            line=fault.line,
            detail=fault.message.en,
        )
    except Exception as error:  # noqa: BLE001 - nor may a fault of ours in the template's way
        log.error("template.failed", failure=error, code="E605", what=event.name)
    return ()
