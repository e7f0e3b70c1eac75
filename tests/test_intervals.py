"""Time intervals: weekdays, hours, midnight, time zones, the hours of a route."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from relay.config import Config, Route, TimeInterval, Times
from relay.intervals import Hours, holds
from relay.zones import zone

SHANGHAI = "Asia/Shanghai"
MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
WORKDAYS = (0, 1, 2, 3, 4)
DAY = (Times(9 * 60, 21 * 60),)
NIGHT = (Times(22 * 60, 6 * 60),)


def at(text: str, place: str = SHANGHAI) -> float:
    """Return Unix seconds of ``11-20 18:30`` in 2026; that day is a Friday."""
    found = datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M")
    return found.replace(tzinfo=ZoneInfo(place)).timestamp()


@pytest.mark.parametrize(
    ("interval", "now", "expected"),
    [
        (TimeInterval("always"), "11-20 03:00", True),
        (TimeInterval("day", times=DAY), "11-20 09:00", True),
        (TimeInterval("day", times=DAY), "11-20 08:59", False),
        (TimeInterval("day", times=DAY), "11-20 20:59", True),
        (TimeInterval("day", times=DAY), "11-20 21:00", False),
        (TimeInterval("work", WORKDAYS, DAY), "11-20 12:00", True),
        (TimeInterval("work", WORKDAYS, DAY), "11-21 12:00", False),
        (TimeInterval("week-end", (SATURDAY, SUNDAY)), "11-22 23:59", True),
        (TimeInterval("week-end", (SATURDAY, SUNDAY)), "11-23 00:00", False),
        (TimeInterval("whole", (FRIDAY,), (Times(0, 1440),)), "11-20 23:59", True),
        (TimeInterval("night", times=NIGHT), "11-20 23:00", True),
        (TimeInterval("night", times=NIGHT), "11-20 05:59", True),
        (TimeInterval("night", times=NIGHT), "11-20 06:00", False),
        (TimeInterval("night", times=NIGHT), "11-20 12:00", False),
        (TimeInterval("friday night", (FRIDAY,), NIGHT), "11-20 23:00", True),
        (TimeInterval("friday night", (FRIDAY,), NIGHT), "11-21 05:00", True),
        (TimeInterval("friday night", (FRIDAY,), NIGHT), "11-20 05:00", False),
        (TimeInterval("friday night", (FRIDAY,), NIGHT), "11-21 23:00", False),
        (TimeInterval("sunday night", (SUNDAY,), NIGHT), "11-23 05:00", True),
        (TimeInterval("monday night", (MONDAY,), NIGHT), "11-23 05:00", False),
        (TimeInterval("a day from eight", (FRIDAY,), (Times(480, 480),)), "11-21 07:59", True),
        (TimeInterval("a day from eight", (FRIDAY,), (Times(480, 480),)), "11-21 08:00", False),
        (TimeInterval("two spans", times=(Times(60, 120), Times(180, 240))), "11-20 03:30", True),
        (TimeInterval("two spans", times=(Times(60, 120), Times(180, 240))), "11-20 02:30", False),
    ],
)
def test_when_an_interval_holds(interval: TimeInterval, now: str, expected: bool) -> None:
    """Ends are exclusive, and a span over midnight is of the day on which it begins."""
    assert holds(interval, at(now), SHANGHAI) is expected


@pytest.mark.parametrize(
    ("location", "timezone", "expected"),
    [
        ("", SHANGHAI, True),
        ("", "Europe/Berlin", False),
        ("Europe/Berlin", SHANGHAI, False),
        (SHANGHAI, "Europe/Berlin", True),
        ("America/New_York", SHANGHAI, False),
    ],
)
def test_whose_clock_counts(location: str, timezone: str, expected: bool) -> None:
    """The interval's own location, else the configuration's time zone: 09:30 in Shanghai."""
    morning = TimeInterval("morning", (FRIDAY,), (Times(9 * 60, 10 * 60),), location)

    assert holds(morning, at("11-20 09:30"), timezone) is expected


@pytest.mark.parametrize(("now", "expected"), [("03-27 09:30", True), ("03-30 09:30", True)])
def test_the_clock_on_the_wall_counts(now: str, expected: bool) -> None:
    """Half past nine is half past nine before and after the clocks change (29 March)."""
    morning = TimeInterval("morning", times=(Times(9 * 60, 10 * 60),))

    assert holds(morning, at(now, "Europe/Berlin"), "Europe/Berlin") is expected


@pytest.mark.parametrize(
    ("route", "now", "expected"),
    [
        (Route("r", ()), "11-21 12:00", ""),
        (Route("r", (), active=("work",)), "11-20 12:00", ""),
        (Route("r", (), active=("work",)), "11-21 12:00", "outside the sending hours [work]"),
        (Route("r", (), active=("work", "week-end")), "11-21 12:00", ""),
        (Route("r", (), mute=("week-end",)), "11-21 12:00", "in the muted hours [week-end]"),
        (Route("r", (), mute=("week-end", "work")), "11-19 22:00", ""),
        (Route("r", (), active=("work",), mute=("lunch",)), "11-20 12:30",
         "in the muted hours [lunch]"),
        (Route("r", (), active=("work",), mute=("lunch",)), "11-20 13:30", ""),
    ],
)  # fmt: skip
def test_hours_of_a_route(route: Route, now: str, expected: str) -> None:
    """Any active interval is enough, any muted one silences."""
    intervals = (
        TimeInterval("work", WORKDAYS, DAY),
        TimeInterval("week-end", (SATURDAY, SUNDAY)),
        TimeInterval("lunch", times=(Times(12 * 60, 13 * 60),)),
    )
    found = Hours(Config((), (), (), time_intervals=intervals), at(now)).refusal(route)

    assert (found.text.en if found else "") == expected
    assert found is None or found.code == "R26"


@pytest.mark.parametrize(
    ("name", "hours"), [("No/Where", 0), ("../../etc/passwd", 0), ("", 0), (SHANGHAI, 8)]
)
def test_a_zone_nobody_knows_is_utc(name: str, hours: int) -> None:
    """The loader refuses such names; a system without the data base must not fail on them."""
    offset = datetime.fromtimestamp(0, zone(name)).utcoffset()

    assert offset is not None
    assert offset.total_seconds() == hours * 3600
