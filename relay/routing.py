"""Which receivers get an event, in which form, and why the others do not."""

from typing import NamedTuple

from relay.config import Config, Receiver
from relay.events import Event
from relay.notifications import Mention
from relay.reasons import Reason


class Selected(NamedTuple):
    """One receiver that gets the event, and in which form.

    *mentions* are the people to ping, of an application those it goes to; *unresolved* the names of
    people who should be and have no id there. *show* None is the designed set of facts; *append*
    the user's own lines, still with their variables.
    """

    receiver: Receiver
    lang: str
    quiet: bool = False
    mentions: tuple[Mention, ...] = ()
    unresolved: tuple[str, ...] = ()
    show: tuple[str, ...] | None = None
    append: str = ""
    route: str = ""


class Step(NamedTuple):
    """What one route says: *sent* to these receivers, and the *reasons* why not, or why less.

    A step that did not match has one reason and nothing sent. *place* is ``config.yml:21``.
    """

    route: str
    place: str = ""
    matched: bool = False
    sent: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


class Decision(NamedTuple):
    """Everything that was decided about one event: shown by `explain`, the answer and the log."""

    steps: tuple[Step, ...]
    selected: tuple[Selected, ...]


def select(event: Event, config: Config, *, source: str, now_s: float) -> Decision:
    """Return who gets *event*, route by route.

    Every matching route sends; one receiver, and one address, gets an event at most once, in the
    form of the first route that names it. *source* is the name of the source that was verified,
    *now_s* Unix seconds.
    """
    raise NotImplementedError
