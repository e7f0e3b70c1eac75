"""Which receivers get an event, in which form, and why the others do not."""

from typing import NamedTuple

from relay.config import Config, Receiver
from relay.events import Event
from relay.policy import decide


class Selected(NamedTuple):
    receiver: Receiver
    lang: str
    quiet: bool


class Skipped(NamedTuple):
    """*reason* is a code of `design/config.md` section 8."""

    route: str
    reason: str
    detail: str


def select(event: Event, config: Config) -> tuple[list[Selected], list[Skipped]]:
    """Return who gets *event*, and the routes that do not send it.

    Every matching route sends; one receiver, and one address, gets an event at most once. The first
    route that names a receiver decides the form.
    """
    receivers = {receiver.name: receiver for receiver in config.receivers}
    selected: list[Selected] = []
    skipped: list[Skipped] = []
    seen: set[str] = set()
    for route in config.routes:
        decision = decide(event, route.events)
        if not decision.send:
            skipped.append(Skipped(route.name, decision.reason, decision.detail))
            continue
        for receiver in (receivers[name] for name in route.receivers):
            if receiver.url.reveal() not in seen:
                seen.add(receiver.url.reveal())
                lang = receiver.lang or route.lang or config.lang
                selected.append(Selected(receiver, lang, decision.quiet))
    return selected, skipped
