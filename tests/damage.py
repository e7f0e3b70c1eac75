"""JSON documents with one value damaged."""

import copy
from collections.abc import Iterator
from typing import Any


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value in a JSON document."""
    if not isinstance(value, dict | list):
        return
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*at, key)
        yield from paths(child, (*at, key))


def without(body: dict[str, Any], path: tuple[Any, ...], *, removed: bool) -> dict[str, Any]:
    """Return *body* with the value at *path* removed or null."""
    changed = copy.deepcopy(body)
    parent: Any = changed
    for key in path[:-1]:
        parent = parent[key]
    if removed:
        del parent[path[-1]]
    else:
        parent[path[-1]] = None
    return changed
