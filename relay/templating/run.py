"""One rendering of a template: how much it may do, and what it has written."""

from collections.abc import Sequence

from relay.notifications import Span
from relay.templating.faults import too_much_work
from relay.templating.values import MOST_TEXT, Rich, spans_of, text_of
from relay.words import Words

MOST_WORK = 50_000  # units; one stands for one small step
_CHARACTERS_PER_UNIT = 16


class Run:
    """One rendering: its language, the work done so far, and the values that were written."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.spent = 0
        self.written: list[tuple[Span, ...]] = []

    def spend(self, units: int) -> None:
        """Count *units* of work. Raises TemplateFault (E604) when that is too much in all."""
        self.spent += units
        if self.spent > MOST_WORK:
            raise too_much_work()

    def spend_on(self, value: object) -> None:
        """Count the work of looking at all of *value*."""
        self.spend(1 + (len(value) if isinstance(value, str | list) else 0) // _CHARACTERS_PER_UNIT)

    def text(self, value: object) -> str:
        return text_of(value, self.words)


def bounded(text: str) -> str:
    """Return *text*, if a template may make one of that length."""
    if len(text) > MOST_TEXT:
        raise too_much_work()
    return text


def concatenated(run: Run, parts: Sequence[object]) -> object:
    """Return ``a ~ b ~ c``; what is formatted keeps its form."""
    for part in parts:
        run.spend_on(part)
    if any(isinstance(part, Rich) for part in parts):
        spans = tuple(span for part in parts for span in spans_of(part, run.words))
        bounded("".join(span.text for span in spans))
        return Rich(spans)
    return bounded("".join(run.text(part) for part in parts))
