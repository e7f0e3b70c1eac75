"""Times a reader sees; the time zone data base is opened only when one is needed."""

from datetime import datetime, timedelta, timezone, tzinfo

from relay.words import MONTHS

_OLD_S = 300  # younger events carry no time: the chat shows it (rule 10)
_SHANGHAI = timezone(timedelta(hours=8))
_LAST_S = 253_402_300_000  # the year 9999


def happened_at(then_s: float | None, now_s: float | None, zone: str, *, chinese: bool) -> str:
    """Return ``发生于 11-20 18:30（GMT+8）`` for an event over five minutes old, else ``""``."""
    if then_s is None or now_s is None or not 0 < then_s < now_s - _OLD_S:
        return ""
    then = datetime.fromtimestamp(then_s, _zone(zone))
    now = datetime.fromtimestamp(now_s, then.tzinfo)
    clock, offset = then.strftime("%H:%M"), _offset(then)
    year = "" if then.year == now.year else f"{then.year}"
    if chinese:
        day = then.strftime("%m-%d")
        return f"发生于 {year + '-' if year else ''}{day} {clock}（{offset}）"
    day = f"{MONTHS[then.month - 1]} {then.day}"
    return f"happened {day}{', ' + year if year else ''} {clock} ({offset})"


def year_at(at_s: float | None) -> int:
    """Return the year of *at_s* (Unix seconds) in Shanghai, 0 when it is not known."""
    if at_s is None or not 0 <= at_s < _LAST_S:
        return 0
    return datetime.fromtimestamp(at_s, _SHANGHAI).year


def _zone(name: str) -> tzinfo:
    """Return the zone *name*; without a data base (slim images) only Shanghai and UTC are known."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return _SHANGHAI if name == "Asia/Shanghai" else timezone.utc


def _offset(then: datetime) -> str:
    minutes = int((then.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"GMT{sign}{hours}" + (f":{rest:02d}" if rest else "")
