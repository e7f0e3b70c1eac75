"""Which of the messages that the stand-in robots took one request has sent.

Its answer tells the robot and the size of each. Messages of requests that ran at the same time may
have both in common: then the words decide, those that the request gives here. Where they do not
either (an earlier pipeline, a fallback), it stays open: no message is given to a stranger.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import formatters
from relay.config import Config, Receiver
from workbench import bubbles
from workbench.preview import Shown, configured_preview
from workbench.preview_page.cards import key
from workbench.robot_book import Received
from workbench.saved_hooks import hook


class Sent(NamedTuple):
    """A message of an answer: the robot's *key*, its *size*, and who got it."""

    key: str
    size: int
    name: str


class Words(NamedTuple):
    """What is posted for one receiver; *follow_up* is the small message of mentions, if any."""

    body: bytes
    follow_up: bytes = b""


class Found(NamedTuple):
    """The *places* of a request's messages; *unsure* names whose message could not be told."""

    places: tuple[int, ...] = ()
    unsure: tuple[str, ...] = ()


def sent(answer: Mapping[str, Any], config: Config) -> list[Sent]:
    """Return what *answer* says was sent, sorted."""
    keys = {one.name: key(one) for one in config.receivers}
    found = ((str(one.get("via") or one["receiver"]), one) for one in answer.get("sent", ()))
    return sorted(Sent(keys.get(name, ""), one["bytes"], name) for name, one in found)


def words(event: Mapping[str, Any], config: Config, now_s: float) -> dict[str, Words]:
    """Return what *event*, a request, is worded as for each receiver; empty if it has no words."""
    try:
        found = hook(dict(event), "")
        if found is None:
            return {}
        shown = configured_preview(found.sample, config, config.receivers, now_s=now_s).messages
    except Exception:  # noqa: BLE001 - it was sent, as a notice: looking at it must not break that
        return {}
    return {
        one.name: _posted(shown[one.name], one) for one in config.receivers if one.name in shown
    }


def attributed(
    sent: Iterable[Sent], free: Mapping[int, Received], worded: Mapping[str, Words]
) -> Found:
    """Return which of *free*, the messages by their places, are those in *sent* (sorted).

    All that the request has sent must be among *free*, and nothing from before it began.
    """
    told = {place: (one.key, bubbles.of_received(one).size) for place, one in free.items()}
    owned: dict[str, int] = {}
    unsure: list[str] = []
    for wanted, group in groupby(sent, lambda one: (one.key, one.size)):
        names = [one.name for one in group]
        fitting = [place for place in free if told[place] == wanted]
        own = _own(names, fitting, free, worded)
        owned.update(own)
        if len(own) < min(len(names), len(fitting)):
            unsure += [name for name in names if name not in own]
    mentions = _mentions(owned, free, worded)
    return Found(tuple(sorted({*owned.values(), *mentions})), tuple(unsure))


def _own(
    names: Sequence[str],
    fitting: Sequence[int],
    free: Mapping[int, Received],
    worded: Mapping[str, Words],
) -> dict[str, int]:
    """Return whose message stands where: all of *fitting* if there is no choice, else by words."""
    if len(fitting) <= len(names) or len({free[place].body for place in fitting}) == 1:
        return dict(zip(names, fitting, strict=False))
    own: dict[str, int] = {}
    for name in names:
        said = worded.get(name, Words(b"")).body
        same = (p for p in fitting if free[p].body == said and p not in own.values())
        if (place := next(same, None)) is not None:
            own[name] = place
    return own


def _mentions(
    owned: Mapping[str, int], free: Mapping[int, Received], worded: Mapping[str, Words]
) -> Iterator[int]:
    """Yield where the small messages stand that were posted after those in *owned*."""
    used = set(owned.values())
    for name, first in owned.items():
        said = worded.get(name, Words(b"")).follow_up
        for place, one in free.items():
            after = place > first and place not in used
            if said and after and (one.key, one.body) == (free[first].key, said):
                used.add(place)
                yield place
                break


def _posted(shown: Shown, receiver: Receiver) -> Words:
    def body(given: Mapping[str, Any]) -> bytes:
        return formatters.formatter(receiver).prepare(given, receiver, 0, "").body

    rendered = shown.rendered
    return Words(body(rendered.body), body(rendered.follow_up) if rendered.follow_up else b"")
