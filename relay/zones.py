"""Time zones by name; the data base is opened only when one is needed."""

from datetime import timedelta, timezone, tzinfo

SHANGHAI = timezone(timedelta(hours=8))
_SHANGHAI = "Asia/Shanghai"  # the usual one, eight hours ahead since 1991: it needs no data base


def zone(name: str) -> tzinfo:
    """Return the zone *name*; without a data base (slim images) only Shanghai and UTC are known."""
    if name == _SHANGHAI:
        return SHANGHAI
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timezone.utc
