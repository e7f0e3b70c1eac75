"""From the sections under `routes` to the routes; notes those that can never send."""

from __future__ import annotations

from typing import Any

from relay.config import Config, Receiver, Route
from relay.configuration.notes import Notes
from relay.configuration.robots import everything
from relay.configuration.spots import Section, Spot
from relay.words import Phrase

_TO_NOBODY = Phrase("{place} 没有接收者，什么也不会发", "{place} has no receiver and sends nothing")
_NAME_ONE = Phrase("在 receivers 里写上接收者", "name receivers in it")
_NEEDS_STATE = Phrase(
    "{event} 要知道分支上一次的结果，而它只记在内存里：换了实例就忘了",
    "{event} needs the branch's last result, which only memory keeps: another instance has none",
)
_STATE_HINT = Phrase(
    "设置 state: dynamodb://表名（或 RELAY_STATE）；没有的话，把 pipeline.success 也写上",
    "set state: dynamodb://table (or RELAY_STATE); without one, name pipeline.success as well",
)
_AFTER_STOP = Phrase(
    "前面的路由 {name} 匹配一切并且 continue: false，这条永远用不到",
    "the route {name} above matches everything and stops: this one is never reached",
)
_MOVE_UP = Phrase("把它移到 {name} 前面，或删掉它", "move it above {name}, or remove it")
_UNUSED = Phrase("没有路由用到接收者 {name}", "no route uses the receiver {name}")
_USE_IT = Phrase("在某条路由的 receivers 里写上它，或删掉它", "name it in a route, or remove it")

_NEED_STATE = ("pipeline.fixed", "pipeline.status_changed")
_FILTERS = (
    "sources",
    "projects",
    "branches",
    "tags",
    "authors",
    "labels",
    "paths",
    "environments",
)


def built_routes(top: Section, receivers: tuple[Receiver, ...], notes: Notes) -> tuple[Route, ...]:
    """Return the routes, or the one that sends everything where the document has none.

    *notes* gets what sends nothing (W105, W107).
    """
    if "routes" not in top.nodes:
        return (everything(receivers),)
    sections = [one for one in top.get("routes", ()) if isinstance(one, Section)]
    routes = tuple(_route(at, section, notes) for at, section in enumerate(sections))
    _note_unreachable(sections, routes, notes)
    return routes


def note_unused(top: Section, config: Config, notes: Notes) -> None:
    """Note what may never happen: receivers without a route (W106), events without state (W104)."""
    if "routes" not in top.nodes:
        return  # every receiver gets everything
    if not config.state.startswith("dynamodb://"):
        _note_stateless(top, notes)
    if any(one.is_error and one.where.startswith("routes") for one in notes.problems):
        return  # what is wrong there may be the very name
    used = {name for route in config.routes for name in route.receivers}
    used |= {config.unmatched, config.delivery.fallback}
    for name, section in top.get("receivers", {}).items():
        if name not in used:
            notes.wrong_in("W106", section, _UNUSED.filled(name=name), _USE_IT)


def _route(at: int, section: Section, notes: Notes) -> Route:
    get = section.get
    if section.values.get("receivers") == ():
        message = _TO_NOBODY.filled(place=section.spot)
        notes.wrong_in("W107", section, message, _NAME_ONE, key="receivers")
    return Route(
        name=get("name", f"route-{at + 1}"),
        receivers=get("receivers", ()),
        events=get("events", ()),
        lang=get("lang", ""),
        **{name: get(name, ()) for name in _FILTERS},
        confidential=get("confidential", False),
        drafts=get("drafts", True),
        quiet=get("quiet", ()),
        mention=tuple(get("mention", {}).items()),
        show=tuple(get("show", {}).items()),
        append=tuple(get("append", {}).items()),
        active=get("active_time_intervals", ()),
        mute=get("mute_time_intervals", ()),
        outside=get("outside", "drop"),
        continues=get("continue", True),
        place=f"{notes.file}:{section.node.start_mark.line + 1}",
    )


def _note_stateless(top: Section, notes: Notes) -> None:
    """Note the events that need a state which outlives an instance, each where it stands."""
    for section in top.get("routes", ()):
        found = _events(section) if isinstance(section, Section) else []
        for one in found:
            event = str(getattr(one, "value", "")).lower().strip()
            if event in _NEED_STATE:
                spot, message = Spot("events", section.spot), _NEEDS_STATE.filled(event=event)
                notes.wrong("W104", spot, message, _STATE_HINT, node=one)


def _events(section: Section) -> list[Any]:
    """Return the nodes of the events that *section* lists, or of the one it names."""
    node = section.nodes.get("events")
    return list(node.value) if node is not None and node.id == "sequence" else [node]


def _note_unreachable(sections: list[Section], routes: tuple[Route, ...], notes: Notes) -> None:
    """Note the routes below one that takes everything and stops."""
    stop = next((route for route in routes if _takes_everything(route)), None)
    if stop is None:
        return
    first = next(at for at, route in enumerate(routes) if route is stop) + 1
    for section, route in zip(sections[first:], routes[first:], strict=True):
        if not (route.confidential and not stop.confidential):
            message, hint = (one.filled(name=stop.name) for one in (_AFTER_STOP, _MOVE_UP))
            notes.wrong_in("W105", section, message, hint)


def _takes_everything(route: Route) -> bool:
    narrowed = any(getattr(route, name) for name in (*_FILTERS, "active", "mute"))
    return not route.continues and route.events == ("*",) and route.drafts and not narrowed
