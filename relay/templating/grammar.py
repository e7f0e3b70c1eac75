"""What a template may say: the parts of Jinja2's language that are taken, and the names known.

No macros, no other files, no calls but ``range``, no powers, no blocks that collect output, lists
only of fixed values: with what is left, work and memory can be counted before they are spent.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from relay.templating.checks import TESTS
from relay.templating.faults import (
    NO_FIELD,
    NO_FILTER,
    NO_TEST,
    NO_VARIABLE,
    TOO_DEEP,
    TOO_MUCH_WORK,
    TemplateFault,
    forbidden,
    unknown,
)
from relay.templating.filters import FILTERS
from relay.templating.variables import NAMES, VARIABLES

if TYPE_CHECKING:
    from jinja2 import nodes

MOST_NUMBER = 10**15
_MOST_DEEP = 40
_SHAPES = {one.name: one.shape for one in VARIABLES if one.shape and not one.many}

_PLAIN = frozenset(
    {"Template", "Output", "TemplateData", "If", "Compare", "Operand", "And", "Or", "Not", "Neg"}
    | {"Pos", "Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Concat", "CondExpr", "Getitem"}
    | {"Slice", "Keyword"}
)
# What people look for under another name than the class has.
_SPOKEN = {
    "Macro": "macro",
    "CallBlock": "call",
    "FilterBlock": "filter",
    "AssignBlock": "{% set %} … {% endset %}",
    "FromImport": "import",
    "Pow": "**",
    "Dict": "{…}",
}


def check(tree: "nodes.Template") -> None:
    """Raise TemplateFault for the first part that a template must not have."""
    every: list[Any] = sorted(_walk(tree), key=lambda node: node.lineno or 0)
    own = _assigned(every)
    called = {id(node.node) for node in every if _is_range(node)}
    for node in every:
        kind = type(node).__name__
        if id(node) in called:
            continue
        if rule := _RULES.get(kind):
            rule(node, own)
        elif kind not in _PLAIN:
            raise forbidden(_SPOKEN.get(kind, kind.lower()), node.lineno)


def _walk(tree: "nodes.Template") -> "Iterator[nodes.Node]":
    """Yield every node, without recursion. Raises TemplateFault for what is nested too deeply."""
    waiting: deque[tuple[nodes.Node, int]] = deque([(tree, 0)])
    while waiting:
        node, depth = waiting.popleft()
        if depth > _MOST_DEEP:
            raise TemplateFault("E604", TOO_DEEP, node.lineno)
        yield node
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())


def _assigned(every: "list[nodes.Node]") -> frozenset[str]:
    """Return the names a template gives itself, ``loop`` among them where there is one."""
    stored = {getattr(node, "name", "") for node in every if getattr(node, "ctx", "") == "store"}
    loops = any(type(node).__name__ == "For" for node in every)
    return frozenset(stored | ({"loop"} if loops else set()))


def _check_name(node: Any, own: frozenset[str]) -> None:
    if node.name not in own and node.name not in NAMES:
        raise unknown(NO_VARIABLE, node.name, (*NAMES, *sorted(own)), node.lineno)


def _check_field(node: Any, own: frozenset[str]) -> None:
    name = getattr(node.node, "name", "") if type(node.node).__name__ == "Name" else ""
    shape = None if name in own else _SHAPES.get(name)
    if shape and node.attr not in dict(shape.fields):
        raise unknown(NO_FIELD, node.attr, dict(shape.fields), node.lineno, of=name)


def _check_filter(node: Any, own: frozenset[str]) -> None:
    if node.node is None or node.dyn_args or node.dyn_kwargs:
        raise forbidden("filter", node.lineno)
    if node.name not in FILTERS:
        raise unknown(NO_FILTER, node.name, FILTERS, node.lineno)


def _check_test(node: Any, own: frozenset[str]) -> None:
    if node.dyn_args or node.dyn_kwargs:
        raise forbidden("*", node.lineno)
    if node.name not in TESTS:
        raise unknown(NO_TEST, node.name, TESTS, node.lineno)


def _is_range(node: Any) -> bool:
    is_call = type(node).__name__ == "Call" and type(node.node).__name__ == "Name"
    return is_call and node.node.name == "range"


def _check_call(node: Any, own: frozenset[str]) -> None:
    called = getattr(node.node, "name", getattr(node.node, "attr", ""))
    if not _is_range(node) or "range" in own or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise forbidden(f"{called}()", node.lineno)


def _check_target(node: Any, own: frozenset[str]) -> None:
    if type(node.target).__name__ != "Name" or getattr(node, "recursive", False):
        raise forbidden("recursive" if hasattr(node, "recursive") else "set", node.lineno)


def _check_constants(node: Any, own: frozenset[str]) -> None:
    if not all(type(one).__name__ == "Const" for one in node.items):
        raise forbidden("[…]", node.lineno)


def _check_number(node: Any, own: frozenset[str]) -> None:
    if isinstance(node.value, int | float) and abs(node.value) > MOST_NUMBER:
        raise TemplateFault("E604", TOO_MUCH_WORK, node.lineno)


_RULES: dict[str, Callable[[Any, frozenset[str]], None]] = {
    "Name": _check_name,
    "Getattr": _check_field,
    "Filter": _check_filter,
    "Test": _check_test,
    "Call": _check_call,
    "For": _check_target,
    "Assign": _check_target,
    "List": _check_constants,
    "Tuple": _check_constants,
    "Const": _check_number,
}
