"""Whom one event still has to reach: every address, and every person of an application, once."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from relay.config import EVERYONE, WECOM_APP, Config, Receiver, Route
from relay.events import Event
from relay.people import Resolved, resolve
from relay.policy import most_specific
from relay.reasons import Reason, reason

_NOBODY = Resolved()


class Addressed(NamedTuple):
    """*people* None: nothing is to be sent. *reasons* say why not, or who is left out."""

    people: Resolved | None
    reasons: tuple[Reason, ...] = ()


class Addressees:
    """What the routes of one event have in common; they are asked in their order."""

    def __init__(self, event: Event, config: Config, routes: Iterable[Route]) -> None:
        self._event = event
        self._config = config
        self._receivers = _by_name(config.receivers)
        self._had: dict[object, str] = {}  # an address, or an application's person → route
        self._resolved: dict[tuple[tuple[str, ...], str], Resolved] = {}
        self._everyone = dict(self._writes_to_everyone(routes))

    def receivers(self, route: Route) -> tuple[Receiver, ...]:
        """Return the receivers that *route* names, each once; ``name`` means ``name#2`` … too."""
        named = (one for name in route.receivers for one in self._receivers.get(name, ()))
        return tuple({one.name: one for one in named}.values())

    def address(self, receiver: Receiver, route: Route, *, quiet: bool) -> Addressed:
        """Return whom *route*'s message at *receiver* is for; from then on they have had it."""
        if receiver.type == WECOM_APP:
            return self._application(receiver, route)
        if earlier := self._had.get(receiver.url):
            return _again(receiver, earlier)
        self._had[receiver.url] = route.name
        names = () if quiet else most_specific(route.mention, self._event)
        people = self._people(names, receiver.type) if names else _NOBODY
        return Addressed(people, people.reasons)

    def _application(self, receiver: Receiver, route: Route) -> Addressed:
        """Address people: an application's message needs them when it is quiet, too."""
        application = _application_of(receiver)
        whole = self._everyone.get(application)
        if whole and whole[0] != receiver.name:
            return _again(receiver, whole[1])
        people = self._people(receiver.to, receiver.type)
        keys = {one: (application, one.wecom.casefold()) for one in people.mentions}
        left = tuple(one for one, key in keys.items() if key not in self._had)
        if keys and not left:
            return _again(receiver, self._had[next(iter(keys.values()))])
        if not left:
            return Addressed(None, people.reasons or (reason("R30", name=receiver.name),))
        self._had.update((keys[one], route.name) for one in left)
        return Addressed(people._replace(mentions=left), people.reasons)

    def _people(self, names: tuple[str, ...], receiver_type: str) -> Resolved:
        key = (names, receiver_type)
        if key not in self._resolved:
            people = self._config.people
            self._resolved[key] = resolve(self._event, names, people, receiver_type)
        return self._resolved[key]

    def _writes_to_everyone(
        self, routes: Iterable[Route]
    ) -> Iterator[tuple[object, tuple[str, str]]]:
        """Yield applications with the receiver and route that write to ``@all``, the first last.

        Nobody else then gets that application's message: they would have it twice.
        """
        if not any(receiver.type == WECOM_APP for receiver in self._config.receivers):
            return
        found = []
        for route in routes:
            for receiver in self.receivers(route):
                if receiver.type == WECOM_APP and EVERYONE in receiver.to:
                    found.append((_application_of(receiver), (receiver.name, route.name)))
        yield from reversed(found)


def _by_name(receivers: Iterable[Receiver]) -> dict[str, list[Receiver]]:
    found: dict[str, list[Receiver]] = {}
    for receiver in receivers:
        found.setdefault(receiver.name, []).append(receiver)
        base, number, _ = receiver.name.partition("#")
        if number:
            found.setdefault(base, []).append(receiver)
    return found


def _application_of(receiver: Receiver) -> object:
    return (receiver.url, receiver.corp_id, receiver.agent_id)


def _again(receiver: Receiver, route: str) -> Addressed:
    return _had_by(receiver.name, route)


@lru_cache(maxsize=1024)  # names of the configuration, none of a payload
def _had_by(name: str, route: str) -> Addressed:
    return Addressed(None, (reason("R36", name=name, value=route),))
