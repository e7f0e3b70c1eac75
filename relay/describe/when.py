"""Times a reader sees."""

from datetime import datetime, timedelta

from relay.words import MONTHS
from relay.zones import SHANGHAI, zone

_OLD_S = 300  # younger events carry no time: the chat shows it (rule 10)
_LAST_S = 253_402_300_000  # the year 9999


def happened_at(then_s: float | None, now_s: float | None, place: str, *, chinese: bool) -> str:
    """Return ``发生于 11-20 18:30（GMT+8）`` for an event over five minutes old, else ``""``."""
    if then_s is None or now_s is None or not 0 < then_s < now_s - _OLD_S:
        return ""
    then = datetime.fromtimestamp(then_s, zone(place))
    now = datetime.fromtimestamp(now_s, then.tzinfo)
    clock, offset = then.strftime("%H:%M"), _offset(then)
    year = "" if then.year == now.year else f"{then.year}"
    if chinese:
        day = then.strftime("%m-%d")
        return f"发生于 {year + '-' if year else ''}{day} {clock}（{offset}）"
    day = f"{MONTHS[then.month - 1]} {then.day}"
    return f"happened {day}{', ' + year if year else ''} {clock} ({offset})"


def moment(at_s: float | None, place: str, *, chinese: bool) -> str:
    """Return ``11-20 18:30`` in the zone *place*, ``""`` when it is not known."""
    if at_s is None or not 0 < at_s < _LAST_S:
        return ""
    at = datetime.fromtimestamp(at_s, zone(place))
    day = at.strftime("%m-%d") if chinese else f"{MONTHS[at.month - 1]} {at.day}"
    return f"{day} {at.strftime('%H:%M')}"


def year_at(at_s: float | None) -> int:
    """Return the year of *at_s* (Unix seconds) in Shanghai, 0 when it is not known."""
    if at_s is None or not 0 <= at_s < _LAST_S:
        return 0
    return datetime.fromtimestamp(at_s, SHANGHAI).year


def _offset(then: datetime) -> str:
    minutes = int((then.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"GMT{sign}{hours}" + (f":{rest:02d}" if rest else "")
