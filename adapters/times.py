"""Times as the forges write them (`reference/gitlab.md` section 6.6)."""

import re
from datetime import datetime, timezone

from adapters.fields import Fields

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?"
    r" ?(Z|UTC|[+-][01][0-9]:?[0-5][0-9])?)?"
)


def timestamp(text: str) -> float | None:
    """Return Unix seconds, or ``None`` for what is no time; never raises.

    A date alone is its midnight in UTC; a time without a zone counts as UTC. Times before 1970 are
    ``None``: they stand for "never" (``0001-01-01T00:00:00Z``).
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    numbers = map(int, found.groups("0")[:6])
    try:
        moment = datetime(*numbers, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    seconds = moment.timestamp() + float(found[7] or 0) - _offset_s(found[8] or "")
    return seconds if seconds >= 0 else None


def first_time(found: Fields, *keys: str) -> float | None:
    """Return the first of *keys* that holds a time, in Unix seconds."""
    for key in keys:
        if (time := timestamp(found.text(key))) is not None:
            return time
    return None


def _offset_s(zone: str) -> int:
    """Return how many seconds *zone* (``+08:00``, ``-0330``, ``UTC``) is ahead of UTC."""
    if zone in ("", "Z", "UTC"):
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return -seconds if zone[0] == "-" else seconds
