"""Time zones by name; the data base is opened only when one is needed."""

from datetime import timedelta, timezone, tzinfo

SHANGHAI = timezone(timedelta(hours=8))


def zone(name: str) -> tzinfo:
    """Return the zone *name*; without a data base (slim images) only Shanghai and UTC are known."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return SHANGHAI if name == "Asia/Shanghai" else timezone.utc
