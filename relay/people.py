"""From roles and names to people and their ids on a chat platform."""

from collections.abc import Sequence
from typing import NamedTuple

from relay.config import Person
from relay.events import Event
from relay.notifications import Mention
from relay.reasons import Reason


class Resolved(NamedTuple):
    """*mentions* have an id on the platform; *unresolved* are the names of those who have none."""

    mentions: tuple[Mention, ...] = ()
    unresolved: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


def resolve(
    event: Event, names: Sequence[str], people: Sequence[Person], receiver_type: str
) -> Resolved:
    """Return whom *names* (roles, keys of `people`, ``@all``) mean, for one kind of receiver."""
    raise NotImplementedError
