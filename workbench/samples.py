"""The sample events: hand-written webhook requests, one per event and notable action.

``samples/<source>/<event>[-<case>].json`` holds one object:

- ``about``: ``{"en": …, "zh-CN": …}``, one short line each
- ``headers``: what the forge sends beside the usual ones, at least the event header
- ``body``: the payload, written after `reference/gitlab.md` and `reference/gitee.md`
- ``ignored``: the reason code, only where the event is understood and nothing is to be sent

Their clock stands at `NOW`.
"""

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "samples"
NOW = 1795170600  # 2026-11-20 18:30 in Shanghai, Unix seconds


class Sample(NamedTuple):
    """*name* is ``gitlab/pipeline.failed``; *event* what the adapter must call it."""

    name: str
    source: str
    event: str
    about: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]
    ignored: str = ""


def names() -> list[str]:
    return sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in _files())


def load(name: str) -> Sample:
    """Return the sample *name*; raises KeyError if there is none."""
    path = FOLDER / f"{name}.json"
    if path not in _files():
        raise KeyError(name)
    written = json.loads(path.read_text(encoding="utf-8"))
    return Sample(
        name=name,
        source=path.parent.name,
        event=path.stem.split("-")[0],
        about=written["about"],
        headers=written["headers"],
        body=written["body"],
        ignored=written.get("ignored", ""),
    )


def fresh(sample: Sample, now_s: float) -> Sample:
    """Return *sample* as if it happened now: `NOW` becomes *now_s* (Unix seconds).

    Every text that is a time and nothing else moves by the same amount and keeps its form: ISO 8601
    and GitLab's ``2026-11-20 10:30:00 UTC`` with whatever zone they name, milliseconds near `NOW`.
    Days (``2026-11-25``) move by as many days as today did in Shanghai. Numbers stay.
    """
    moved: dict[str, Any] = _moved(sample.body, int(now_s - NOW))
    return sample._replace(body=moved)


_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)((?:\.\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MILLISECONDS = re.compile(r"\d{13}", re.ASCII)
_NEAR_MS = 400 * 86_400_000  # other numbers of 13 digits are ids
_SHANGHAI = timezone(timedelta(hours=8))


def _moved(value: Any, by_s: int) -> Any:
    if isinstance(value, dict):
        return {key: _moved(item, by_s) for key, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, by_s) for item in value]
    if not isinstance(value, str):
        return value
    try:
        return _moved_text(value, by_s)
    except (ValueError, OverflowError):
        return value  # looks like a time and is none, or would leave the calendar


def _moved_text(text: str, by_s: int) -> str:
    if time := _TIME.fullmatch(text):
        then = datetime.fromisoformat(f"{time[1]}T{time[3]}") + timedelta(seconds=by_s)
        return f"{then.isoformat(time[2])}{time[4]}"
    if _DAY.fullmatch(text):
        today, then_today = (
            datetime.fromtimestamp(at, _SHANGHAI).date() for at in (NOW, NOW + by_s)
        )
        return (datetime.fromisoformat(text).date() + (then_today - today)).isoformat()
    if _MILLISECONDS.fullmatch(text) and abs(int(text) - NOW * 1000) < _NEAR_MS:
        return str(int(text) + by_s * 1000)
    return text


def _files() -> list[Path]:
    return list(FOLDER.glob("*/*.json"))
