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

from relay.words import Phrase


class FaultError(ValueError):
    """A text that is not in the vocabulary; *phrase* says what would be."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase


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
_UNKNOWN = Phrase("没有故障 “{word}”；{hint.zh}", 'unknown fault "{word}"; {hint.en}')
_DID_YOU_MEAN = Phrase("你是不是想写 “{near}”？", 'did you mean "{near}"?')
_KNOWN = Phrase("可选：{words}", "known: {words}")
_NO_VALUE = Phrase(
    "{word} 后面不写值；写成 {word}、{word}*2 或 {word}@30",
    "{word} takes no value; write {word}, {word}*2 or {word}@30",
)
_WHOLE = Phrase(
    "“{item}”：* 后面是从 1 起的整数", '"{item}": the count after * is a whole number from 1'
)
_SECONDS = Phrase(
    "“{item}” 要写秒数，例如 slow:0.2 或 busy@30",
    '"{item}" needs seconds, for example slow:0.2 or busy@30',
)
_STATUS = Phrase(
    "“{item}” 要写 200 到 599 的状态码，例如 http:500",
    '"{item}" needs a status from 200 to 599, for example http:500',
)
_ADDRESS = Phrase(
    "“{item}” 要写地址，例如 redirect:http://127.0.0.1/",
    '"{item}" needs an address, for example redirect:http://127.0.0.1/',
)
_HUGE = Phrase("“{item}”：最多 huge:{most}", '"{item}": at most huge:{most}')


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
        raise FaultError(_NO_VALUE.filled(word=word))
    if check is not None:
        check(argument, item)
    return Fault(word, argument, times, lasts_s)


def _unknown(word: str) -> Phrase:
    near = difflib.get_close_matches(word, WORDS, n=1)
    hint = _DID_YOU_MEAN.filled(near=near[0]) if near else _KNOWN.filled(words=" ".join(WORDS))
    return _UNKNOWN.filled(word=word, hint=hint)


def _whole(text: str, item: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise FaultError(_WHOLE.filled(item=item))
    return int(text)


def _seconds(text: str, item: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise FaultError(_SECONDS.filled(item=item))
    return value


def _status(text: str, item: str) -> None:
    if not (text.isascii() and text.isdigit() and 200 <= int(text) <= 599):
        raise FaultError(_STATUS.filled(item=item))


def _address(text: str, item: str) -> None:
    if not text or not text.isascii() or any(char <= " " for char in text):
        raise FaultError(_ADDRESS.filled(item=item))


def _megabytes(text: str, item: str) -> None:
    if _seconds(text, item) > _MOST_HUGE_MB:
        raise FaultError(_HUGE.filled(item=item, most=_MOST_HUGE_MB))


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
