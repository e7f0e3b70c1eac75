"""The way of one request through the relay, up to where something would be sent."""

from typing import NamedTuple

from relay import history, sources
from relay.config import Config, Source
from relay.errors import Ignored, NotConfigured, RequestError
from relay.events import Event
from relay.routing import Decision, select
from relay.stores.memory import MemoryStore
from workbench.preview import event_of
from workbench.samples import Sample


class Explained(NamedTuple):
    """What becomes of one request, as far as it gets.

    Without *decision* there is *refusal*, the answer to a request that is not accepted, or
    *ignored*, for an event that is never sent. *source* is the one that would have to verify it,
    *has_secret* whether its secret can be had here.
    """

    sample: str
    source: Source | None = None
    has_secret: bool = True
    event: Event | None = None
    refusal: RequestError | None = None
    ignored: Ignored | None = None
    decision: Decision | None = None

    @property
    def receivers(self) -> tuple[str, ...]:
        """Return the names of the receivers that get the event."""
        chosen = self.decision.selected if self.decision else ()
        return tuple(one.receiver.name for one in chosen)


def _first(config: Config, hook: str, forge: str) -> Source:
    """Return the first source that a request may be from.

    Where none has its secret here it is the first all the same: the function may well have it.
    """
    try:
        return sources.candidates(config, hook, (forge,))[0]
    except NotConfigured:
        named = (one for one in config.sources if one.name == hook or not hook)
        return next(one for one in named if one.type == forge or hook)


def explained(sample: Sample, config: Config, hook: str, now_s: float) -> Explained:
    """Go the way of the request *sample*, up to where it would be sent; pure.

    *hook* is the source's name in the address, ``""`` for the bare one. *now_s* is Unix seconds. No
    earlier pipeline is known: a failed one counts as the first to fail.
    """
    found = Explained(sample.name)
    try:
        source = _first(config, hook, sample.source)
        found = found._replace(source=source)
        event = event_of(sample)
        found = found._replace(event=event)
        source = sources.speaking((source,), event)
    except RequestError as error:
        return found._replace(refusal=error)
    except Ignored as error:
        return found._replace(ignored=error)
    event = history.told(event, MemoryStore(), source=source.name, now_s=now_s)
    decision = select(event, config, source=source.name, now_s=now_s)
    return found._replace(event=event, decision=decision)
