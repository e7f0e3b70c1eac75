"""From an event and who gets it to what each is told: words, the user's own text, deliveries."""

from collections.abc import Iterable
from typing import Any

from relay import log
from relay.config import Config
from relay.describe import describe
from relay.events import Event, Notice
from relay.notifications import Delivery, Notification
from relay.routing import Selected


def deliveries(
    event: Event,
    event_id: str,
    selected: Iterable[Selected],
    config: Config,
    *,
    now_s: float,
) -> list[Delivery]:
    """Return one delivery per selected receiver; each language and form is worded once.

    *now_s* is Unix seconds.
    """
    worded: dict[tuple[str, bool], Notification] = {}
    found = []
    for one in selected:
        form = (one.lang, one.quiet)
        if form not in worded:
            worded[form] = words(event, config, form, now_s)
        found.append(
            Delivery(
                id=f"{event_id}.{one.receiver.name}",
                receiver=one.receiver.name,
                event=event.name,
                received_at=now_s,
                notification=worded[form],
            )
        )
    return found


def words(event: Event, config: Config, form: tuple[str, bool], now_s: float) -> Notification:
    """Return the words for *form* (language, quiet); a bare notice if our own code fails."""
    lang, quiet = form
    options: dict[str, Any] = {
        "lang": lang,
        "quiet": quiet,
        "now_s": now_s,
        "timezone": config.timezone,
        "max_commits": config.delivery.max_commits,
    }
    try:
        return describe(event, **options)
    except Exception as error:  # noqa: BLE001 - a fault of ours must not lose the event
        log.error("event.undescribed", failure=error, what=event.name)
        return describe(event._replace(subject=Notice(event.name)), **options)
