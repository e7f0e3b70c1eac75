"""From the sections of a checked document to the `Config`; checks what only shows together.

Sources, receivers and routes have modules of their own; what is small is built here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from relay.config import Config, Person, Policy, Source, TimeInterval, Times
from relay.configuration.forms import FormError, span
from relay.configuration.notes import Notes
from relay.configuration.reader import Reader
from relay.configuration.receivers import built_receivers
from relay.configuration.routes import built_routes, note_unused
from relay.configuration.sources import built_sources
from relay.configuration.spots import Section
from relay.errors import Problem
from relay.words import Phrase

_NO_LENGTH = Phrase("{place} 没有长度", "{place} has no length")


class Builder:
    """Builds from what *reader* has read; problems go to the reader.

    *allowed* hosts as in `robot_address`; *default_sources* are those of a document without any.
    """

    def __init__(
        self, reader: Reader, *, allowed: Iterable[str], default_sources: tuple[Source, ...]
    ) -> None:
        self._notes = reader.notes
        self._allowed = tuple(allowed)
        self._default_sources = default_sources

    def build(self, top: Section, *, origin: str, queue: str, state: str) -> Config:
        """Return the configuration; only of use when the reader has no error."""
        notes = self._notes
        allowed = tuple(dict.fromkeys((*self._allowed, *top.get("allow_hosts", ()))))
        receivers = built_receivers(top.get("receivers", {}), notes, allowed)
        config = Config(
            sources=self._sources(top),
            receivers=receivers,
            routes=built_routes(top, receivers, notes),
            lang=top.get("lang", "zh-CN"),
            timezone=top.get("timezone", "Asia/Shanghai"),
            people=tuple(_person(*pair) for pair in top.get("people", {}).items()),
            templates=tuple(top.get("templates", {}).items()),
            time_intervals=tuple(_intervals(top.get("time_intervals", {}), notes)),
            delivery=_policy(top.get("delivery")),
            allow_hosts=allowed,
            queue=top.get("queue", queue),
            state=top.get("state", state),
            unmatched=top.get("unmatched", "drop"),
            origin=origin,
        )
        note_unused(top, config, notes)
        return config

    def _sources(self, top: Section) -> tuple[Source, ...]:
        if "sources" not in top.nodes:
            return self._default_sources
        return built_sources(top.get("sources", {}), self._notes)


def errors(problems: Iterable[Problem]) -> bool:
    """Tell whether any of *problems* is more than a warning."""
    return any(problem.is_error for problem in problems)


def _person(username: str, section: Section) -> Person:
    get: Any = section.get
    return Person(
        username,
        name=get("name", ""),
        wecom=get("wecom", ""),
        dingtalk=get("dingtalk", ""),
        mobile=get("mobile", ""),
        aliases=get("aliases", ()),
        mute=get("mute", False),
    )


def _intervals(sections: Mapping[str, Section], notes: Notes) -> Iterator[TimeInterval]:
    for name, section in sections.items():
        times = tuple(_times(section, notes))
        days = sorted({day for days in section.get("weekdays", ()) for day in days})
        yield TimeInterval(name, tuple(days), times, section.get("location", ""))


def _times(section: Section, notes: Notes) -> Iterator[Times]:
    for one in section.get("times", ()):
        start, end = one.get("start_time"), one.get("end_time")
        if start is None or end is None:
            continue
        try:
            yield span(start, end)
        except FormError as fault:
            message = _NO_LENGTH.filled(place=one.spot)
            notes.wrong_in("E106", one, message, fault.expected, key="end_time")


def _policy(section: Section | None) -> Policy:
    plain = Policy()
    if section is None:
        return plain
    return Policy(
        timeout_s=section.get("timeout", plain.timeout_s),
        retries=section.get("retries", plain.retries),
        on_rate_limit=section.get("on_rate_limit", plain.on_rate_limit),
        on_error=section.get("on_error", plain.on_error),
        max_commits=section.get("max_commits", plain.max_commits),
        style=section.get("style", plain.style),
        fallback=section.get("fallback", ""),
    )
