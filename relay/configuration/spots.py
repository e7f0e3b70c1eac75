"""Where things stand in the document, and the mappings that were read from it."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from relay.configuration.messages import quoted

Node: TypeAlias = Any  # yaml.nodes.Node: PyYAML is imported only where a file is read


class Spot(NamedTuple):
    """Where in the document: a key or number, and what it is in; written only for a problem.

    A *strange* key may be anything, a secret too.
    """

    key: str | int
    above: Spot | None = None
    strange: bool = False

    def __str__(self) -> str:
        above = "" if self.above is None else str(self.above)
        if isinstance(self.key, int):
            return f"{above}[{self.key}]"
        key = quoted(self.key) if self.strange else self.key
        return f"{above}.{key}" if above else key


TOP = Spot("")


class Section:
    """A mapping of the document: its values by key, and the nodes that they and the keys are.

    A key without a value, or with an empty list or mapping, counts as absent.
    """

    __slots__ = ("key_node", "key_nodes", "node", "nodes", "spot", "values")

    def __init__(self, spot: Spot, node: Node, key_node: Node | None) -> None:
        self.spot = spot
        self.node = node
        self.key_node = key_node
        self.values: dict[str, Any] = {}
        self.nodes: dict[str, Node] = {}
        self.key_nodes: dict[str, Node] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of *key*; *default* where it is absent, empty or was wrong."""
        found = self.values.get(key)
        return default if found is None else found


class Mapped(dict[str, Any]):
    """The values of a mapping whose keys the user chose, with the *nodes* that they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[str, Node] = {}
