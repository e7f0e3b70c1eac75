"""How much work something is, counted instead of timed: machines differ, steps do not."""

import sys
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def steps(work: Callable[[], Found]) -> tuple[int, Found]:
    """Return how many functions *work* called in this thread, and what it gave."""
    count = 0

    def count_calls(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(count_calls)
    try:
        found = work()
    finally:
        sys.setprofile(None)
    return count, found
