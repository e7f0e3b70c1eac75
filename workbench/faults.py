"""The words for faults (`design/faults.md` section 2), as the stand-in robots speak them.

``busy*2,slow:0.1@30`` means: the first two attempts are answered with "busy"; after that, every
attempt within 30 seconds of setting it is answered slowly. Without a count or a time a fault stays
for good, so what follows it is never reached.
"""

import difflib
import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple


class FaultError(ValueError):
    """A text that is not in the vocabulary; the message says what would be."""


class Fault(NamedTuple):
    """*argument* as written after the colon; *times* attempts or *lasts_s* seconds, or neither."""

    word: str
    argument: str = ""
    times: int | None = None
    lasts_s: float | None = None

    @property
    def number(self) -> float:
        return float(self.argument)


_TAIL = re.compile(r"([*@])([0-9.]+)$", re.ASCII)
_MOST_HUGE_MB = 200


def parse(text: str) -> tuple[Fault, ...]:
    """Read comma-separated faults; raises FaultError naming the nearest word."""
    return tuple(_parse_one(item.strip()) for item in text.split(",") if item.strip())


class Plan:
    """Faults that wear off: hands out the one for the next attempt."""

    def __init__(self, faults: Sequence[Fault], started: float) -> None:
        self._faults = list(faults)
        self._started = started

    def take(self, now: float) -> Fault | None:
        """Return the fault for an attempt at *now*, and count it."""
        while self._faults:
            fault = self._faults[0]
            if fault.lasts_s is not None and now - self._started >= fault.lasts_s:
                del self._faults[0]
            elif fault.times is None:
                return fault
            else:
                rest = fault._replace(times=fault.times - 1)
                self._faults[:1] = [rest] if rest.times else []
                return fault
        return None


def _parse_one(item: str) -> Fault:
    times, lasts_s = None, None
    if tail := _TAIL.search(item):
        item = item[: tail.start()]
        if tail[1] == "*":
            times = _whole(tail[2], f"{item}*{tail[2]}")
        else:
            lasts_s = _seconds(tail[2], f"{item}@{tail[2]}")
    word, colon, argument = item.partition(":")
    if word not in WORDS:
        raise FaultError(_unknown(word))
    check = WORDS[word]
    if check is None and colon:
        raise FaultError(f"{word} takes no value; write {word}, {word}*2 or {word}@30")
    if check is not None:
        check(argument, item)
    return Fault(word, argument, times, lasts_s)


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word, WORDS, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"known: {' '.join(WORDS)}"
    return f'unknown fault "{word}"; {hint}'


def _whole(text: str, item: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise FaultError(f'"{item}": the count after * is a whole number from 1')
    return int(text)


def _seconds(text: str, item: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise FaultError(f'"{item}" needs seconds, for example slow:0.2 or busy@30')
    return value


def _status(text: str, item: str) -> None:
    if not (text.isascii() and text.isdigit() and 200 <= int(text) <= 599):
        raise FaultError(f'"{item}" needs a status from 200 to 599, for example http:500')


def _address(text: str, item: str) -> None:
    if not text or not text.isascii() or any(char <= " " for char in text):
        raise FaultError(f'"{item}" needs an address, for example redirect:http://127.0.0.1/')


def _megabytes(text: str, item: str) -> None:
    if _seconds(text, item) > _MOST_HUGE_MB:
        raise FaultError(f'"{item}": at most huge:{_MOST_HUGE_MB}')


WORDS: dict[str, Callable[[str, str], object] | None] = {
    "slow": _seconds,
    "hang": None,
    "trickle": _seconds,
    "refuse": None,
    "reset": None,
    "accepted_then_reset": None,
    "cut": None,
    "http": _status,
    "redirect": _address,
    "nonjson": None,
    "empty": None,
    "array": None,
    "huge": _megabytes,
    "waf": None,
    "strcode": None,
    "busy": None,
    "badkey": None,
    "throttle": None,
    "sign": None,
    "keyword": None,
}
