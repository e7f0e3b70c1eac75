"""Secrets that stand for several: one variable may hold a whole list."""

from collections.abc import Callable, Iterable, Iterator

from relay.config import Secret


def each(found: Iterable[Secret], split: Callable[[str], list[str]]) -> Iterator[Secret]:
    """Yield each secret of *found*; *split* makes of the text behind one reference one or more."""
    for one in found:
        for text in split(one.reveal()):
            yield Secret(text, one.reference)
