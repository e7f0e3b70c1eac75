"""Whether a time zone is known here, and what was probably meant by one that is not."""

from relay.errors import NOTHING
from relay.words import Phrase

DEFAULT = "Asia/Shanghai"
_WORDS = frozenset(
    ("asia/beijing", "beijing", "china", "cst", "gmt+8", "utc+8", "utc+08:00", "+08:00", "prc")
)
_MEANT_DEFAULT = Phrase(f"你是不是想写 {DEFAULT}？", f"did you mean {DEFAULT}?")
_NO_DATA = Phrase(
    f"这个系统没有时区数据；删掉它就用 {DEFAULT}",
    f"this system has no time zone data; without it the zone is {DEFAULT}",
)
_WRITE = Phrase(f"写 {DEFAULT} 这样的名字", f"write a name such as {DEFAULT}")


def zone_hint(name: str) -> Phrase | None:
    """Return what to do about the zone *name*, None for one that can be used."""
    if name == DEFAULT:
        return None
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return _hint(name, zoneinfo.available_timezones())
    return None


def _hint(name: str, known: set[str]) -> Phrase:
    from relay.configuration.suggest import did_you_mean

    if not known:
        return _NO_DATA
    if name.lower() in _WORDS:
        return _MEANT_DEFAULT
    found = did_you_mean(name, sorted(known))
    return found if found != NOTHING else _WRITE
