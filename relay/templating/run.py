"""One rendering of a template: how much it may do, and what it has written."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from relay.notifications import Span
from relay.templating.faults import too_much_work
from relay.templating.values import MOST_TEXT, Rich, addressed, size_of, spans_of, text_of
from relay.words import Words

Text = TypeVar("Text", bound=str)

MOST_WORK = 50_000  # units; one stands for one small step
MOST_SECONDS = 0.5  # should the count of work miss something
_CHARACTERS_PER_UNIT = 16


class Run:
    """One rendering: its language, the work done so far, and the values that were written.

    *clock* tells seconds; they count from the first work, for compiling may take its time.
    """

    def __init__(self, words: Words, clock: Callable[[], float] = time.monotonic) -> None:
        self.words = words
        self.spent = 0
        self._clock = clock
        self._end_s: float | None = None
        self.written: list[tuple[Span, ...]] = []

    def spend(self, units: int) -> None:
        """Count *units* of work. Raises TemplateFault (E604) when that is too much in all."""
        now_s = self._clock()
        if self._end_s is None:
            self._end_s = now_s + MOST_SECONDS
        self.spent += units
        if self.spent > MOST_WORK or now_s > self._end_s:
            raise too_much_work()

    def spend_on(self, value: object) -> None:
        """Count the work of looking at all of *value*."""
        self.spend(1 + size_of(value) // _CHARACTERS_PER_UNIT)

    def text(self, value: object) -> str:
        return text_of(value, self.words)


def bounded(text: Text) -> Text:
    """Return *text*, if a template may make one of that length."""
    if len(text) > MOST_TEXT:
        raise too_much_work()
    return text


def concatenated(run: Run, parts: Sequence[object]) -> object:
    """Return ``a ~ b ~ c``; what is formatted keeps its form, an address that goes on is one."""
    for part in parts:
        run.spend_on(part)
    if any(isinstance(part, Rich) for part in parts):
        spans = tuple(span for part in parts for span in spans_of(part, run.words) if span.text)
        bounded("".join(span.text for span in spans))
        return Rich(spans)
    first = parts[0] if isinstance(parts[0], str) else run.text(parts[0])
    return bounded(addressed(first, "".join(run.text(part) for part in parts[1:])))
