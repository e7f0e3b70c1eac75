"""What ``is`` and ``select`` can ask about a value."""

from collections.abc import Callable

from relay.templating.run import Run
from relay.templating.values import NoNumber, is_number


def passed(name: str, run: Run, value: object, *arguments: object) -> bool:
    """Tell whether *value* passes the test *name*, its work counted."""
    for part in (value, *arguments):
        run.spend_on(part)
    if name in _OF_TEXTS:
        return bool(TESTS[name](run.text(value), *map(run.text, arguments)))
    return TESTS[name](value, *arguments)


def _contains(container: object, value: object) -> bool:
    return isinstance(container, str | list) and value in container


TESTS: dict[str, Callable[..., bool]] = {
    "defined": lambda value: True,
    "none": lambda value: value is None or isinstance(value, NoNumber),
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "even": lambda value: value % 2 == 0,
    "odd": lambda value: value % 2 == 1,
    "divisibleby": lambda value, other: value % other == 0,
    "eq": lambda value, other: value == other,
    "equalto": lambda value, other: value == other,
    "ne": lambda value, other: value != other,
    "gt": lambda value, other: value > other,
    "ge": lambda value, other: value >= other,
    "lt": lambda value, other: value < other,
    "le": lambda value, other: value <= other,
    "in": lambda value, container: _contains(container, value),
    "startingwith": lambda text, start: text.startswith(start),
    "endingwith": lambda text, end: text.endswith(end),
}
_OF_TEXTS = ("startingwith", "endingwith")
