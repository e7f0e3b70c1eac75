"""Whether a moment lies in one of the configuration's time intervals, and in a route's hours."""

from datetime import datetime

from relay.config import Config, Route, TimeInterval, Times
from relay.reasons import Reason, reason
from relay.zones import zone

_WHOLE_DAY = (Times(0, 1440),)
_DAYS = 7
_EVERY_DAY = tuple(range(_DAYS))


def holds(interval: TimeInterval, now_s: float, timezone: str) -> bool:
    """Tell whether *now_s* (Unix seconds) lies in *interval*, by the clock on the wall there.

    Its place is *location*, else *timezone*. A span over midnight belongs to the weekday on which
    it begins: Friday 22:00 to 06:00 still holds on Saturday at five, and not on Friday at five.
    """
    now = datetime.fromtimestamp(now_s, zone(interval.location or timezone))
    minute, today = now.hour * 60 + now.minute, now.weekday()
    weekdays = interval.weekdays or _EVERY_DAY
    return any(
        (today - days_ago) % _DAYS in weekdays
        for span in interval.times or _WHOLE_DAY
        for days_ago in _began(span, minute)
    )


class Hours:
    """The hours of routes at one moment, *now_s* in Unix seconds; each interval is read once."""

    def __init__(self, config: Config, now_s: float) -> None:
        self._config = config
        self._now_s = now_s
        self._known: dict[str, bool] = {}

    def refusal(self, route: Route) -> Reason | None:
        """Return why now is outside *route*'s hours: in no active interval, or in a muted one."""
        if route.active and not any(map(self._holds, route.active)):
            return reason("R26", patterns=route.active)
        muted = tuple(filter(self._holds, route.mute))
        return reason("R26", "muted", patterns=muted) if muted else None

    def _holds(self, name: str) -> bool:
        if name not in self._known:
            found = next(one for one in self._config.time_intervals if one.name == name)
            self._known[name] = holds(found, self._now_s, self._config.timezone)
        return self._known[name]


def _began(span: Times, minute: int) -> tuple[int, ...]:
    """Return how many days ago a *span* began that holds at *minute* of a day; none: ``()``."""
    if span.end > span.start:
        return (0,) if span.start <= minute < span.end else ()
    return ((0,) if minute >= span.start else ()) + ((1,) if minute < span.end else ())
