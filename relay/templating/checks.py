"""What ``is`` and ``select`` can ask about a value."""

from collections.abc import Callable

from relay.templating.values import NoNumber, is_number


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
    "startingwith": lambda value, start: str(value).startswith(str(start)),
    "endingwith": lambda value, end: str(value).endswith(str(end)),
}
