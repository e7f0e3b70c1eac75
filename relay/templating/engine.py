"""Jinja2, closed: what a template may say is checked before it is compiled, and counted as it runs.

Its sandbox keeps Python out of reach; the rest is ours. `relay.templating.grammar` takes a part of
the language only. Attributes and items go through `member` and `item`, which know records, lists
and texts and nothing else. Texts and numbers that grow are bounded, and each turn of a loop costs
as many units of work as its body has parts, so that loops in loops end soon. Jinja2 is imported
only when there is a template.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from operator import add, floordiv, mod, mul, sub, truediv
from typing import TYPE_CHECKING, Any

from relay.templating.checks import TESTS, passed
from relay.templating.faults import (
    INSTALL,
    NO_JINJA,
    NO_LIST,
    NO_VARIABLE,
    TOO_DEEP,
    TOO_LONG,
    TOO_MANY,
    TemplateFault,
    failed,
    too_much_work,
    unknown,
    unreadable,
)
from relay.templating.filters import FILTERS, applied
from relay.templating.grammar import MOST_NUMBER, check
from relay.templating.run import Run, bounded, concatenated
from relay.templating.values import MOST_ITEMS, Items, addressed, item, literal, member, spans_of
from relay.templating.variables import NAMES

if TYPE_CHECKING:
    from jinja2 import Template, nodes
    from jinja2.runtime import Context
    from jinja2.sandbox import SandboxedEnvironment

MOST_KB = 20
MARKS = "\ufdd0\ufdd1"  # never part of a text: around the number of a written value
_STRAY = re.compile(f"[{MARKS}]")
# One expression of that length is nothing a person writes, and slow to read.
_LONG_TAG = re.compile(r"\{[{%](?:(?![%}]\})[\s\S]){1000}")
_RUN = MARKS  # under which a rendering finds its own; no name in a template can be like it
# Filters of ours that no template can name.
_EACH, _CONCATENATED, _LITERAL, _COMPARED = "each item", "all parts", "own text", "one side"
_LOOP = ("index", "index0", "revindex", "revindex0", "first", "last", "length")


def rendered(text: str, run: Run, values: Mapping[str, object]) -> Iterator[str]:
    """Yield the template's output; values stand in it as their number in `Run.written`.

    Raises TemplateFault, with the line where that is known.
    """
    template = program(text)
    try:
        yield from template.root_render_func(template.new_context({**values, _RUN: run}))
    except TemplateFault as fault:
        fault.line = fault.line or _line_of(fault, template)
        raise
    except Exception as error:  # noqa: BLE001 - whatever a user's template does wrong
        raise _told(error, _line_of(error, template)) from None


@lru_cache(maxsize=64)
def program(text: str) -> "Template":
    """Return *text* compiled. Raises TemplateFault when it must not be used."""
    if len(text.encode(errors="replace")) > MOST_KB * 1024:
        raise TemplateFault("E604", TOO_LONG.filled(most=MOST_KB))
    if _LONG_TAG.search(text):
        raise TemplateFault("E604", TOO_DEEP)
    environment = _environment()
    from jinja2 import TemplateSyntaxError

    try:
        tree = environment.parse(_STRAY.sub("", text))
    except TemplateSyntaxError as error:
        raise unreadable(error.message or "", error.lineno) from None
    except (RecursionError, ValueError, OverflowError):
        raise TemplateFault("E604", TOO_DEEP) from None
    check(tree)
    return environment.from_string(_counted(tree, environment))


@lru_cache(maxsize=1)
def _environment() -> "SandboxedEnvironment":
    try:
        from jinja2 import StrictUndefined, pass_context
        from jinja2.runtime import LoopContext
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError:
        raise TemplateFault("E606", NO_JINJA, hint=INSTALL) from None

    class Closed(SandboxedEnvironment):
        intercepted_binops = frozenset(_ARITHMETIC)

        def getattr(self, obj: Any, attribute: str) -> Any:
            if isinstance(obj, LoopContext) and attribute in _LOOP:
                return getattr(obj, attribute)
            return member(obj, attribute)

        def getitem(self, obj: Any, argument: Any) -> Any:
            return item(obj, argument)

        def call_binop(self, context: "Context", operator: str, left: Any, right: Any) -> Any:
            return _calculated(operator, left, right)

    closed = Closed(
        undefined=StrictUndefined,
        finalize=pass_context(_written),
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,
        cache_size=0,
    )
    closed.filters = {name: pass_context(_with_run(call)) for name, call in _OURS.items()}
    closed.filters |= {name: pass_context(_filter(name)) for name in FILTERS}
    closed.tests = {name: pass_context(_test(name)) for name in TESTS}
    closed.globals = {"range": _range}
    return closed


def _with_run(call: Callable[..., object]) -> Callable[..., object]:
    return lambda context, *arguments: call(context[_RUN], *arguments)


def _filter(name: str) -> Callable[..., object]:
    return lambda context, *arguments, **named: applied(name, context[_RUN], *arguments, **named)


def _test(name: str) -> Callable[..., bool]:
    return lambda context, *arguments: passed(name, context[_RUN], *arguments)


def _compared(run: Run, value: object) -> object:
    run.spend_on(value)
    return value


def _written(context: "Context", value: object) -> str:
    run: Run = context[_RUN]
    run.spend_on(value)
    run.written.append(spans_of(value, run.words))
    return f"{MARKS[0]}{len(run.written) - 1}{MARKS[1]}"


def _each(run: Run, value: object, weight: int) -> list[object]:
    """Return what a loop goes over, its whole work counted before its first turn."""
    if not isinstance(value, list):
        raise TemplateFault("E605", NO_LIST)
    run.spend(weight * len(value))
    return value


_OURS: dict[str, Callable[..., object]] = {
    _EACH: _each,
    _CONCATENATED: concatenated,
    _LITERAL: lambda run, text: literal(text),
    _COMPARED: _compared,
}


def _range(*arguments: int) -> Items:
    found = range(*arguments)
    if len(found[: MOST_ITEMS + 1]) > MOST_ITEMS:
        raise TemplateFault("E604", TOO_MANY.filled(most=MOST_ITEMS))
    return Items(found)


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
    "//": floordiv,
    "%": mod,
}


def _calculated(operator: str, left: Any, right: Any) -> Any:
    """Return ``left operator right``: numbers, or two texts put together."""
    sides = (left, right)
    if operator == "+" and all(isinstance(side, str) for side in sides):
        return bounded(addressed(left, right))
    if not all(isinstance(side, int | float) for side in sides):
        names = " ".join(type(side).__name__ for side in (left, right))
        raise failed(TypeError(f"{operator}: {names}"))
    result = _ARITHMETIC[operator](left, right)
    if abs(result) > MOST_NUMBER:
        raise too_much_work()
    return result


def _counted(tree: "nodes.Template", environment: "SandboxedEnvironment") -> "nodes.Template":
    """Send what loops go over, compare and put together through filters that count."""
    from jinja2 import nodes
    from jinja2.visitor import NodeTransformer

    class Counting(NodeTransformer):
        def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja2's name
            weight = nodes.Const(1 + sum(1 for _ in node.find_all(nodes.Node)))
            self.generic_visit(node)
            node.iter = _ours(_EACH, node.iter, weight)
            return node

        def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
            self.generic_visit(node)
            return _ours(_CONCATENATED, nodes.List(node.nodes))

        def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:  # noqa: N802
            self.generic_visit(node)
            node.expr = _ours(_COMPARED, node.expr)
            for operand in node.ops:
                operand.expr = _ours(_COMPARED, operand.expr)
            return node

        def visit_Const(self, node: nodes.Const) -> nodes.Expr:  # noqa: N802
            return _ours(_LITERAL, node) if str(node.value)[:4].lower() == "http" else node

    def _ours(name: str, value: nodes.Node, *arguments: nodes.Expr) -> nodes.Filter:
        return nodes.Filter(value, name, list(arguments), [], None, None, lineno=value.lineno)

    counted: nodes.Template = Counting().visit(tree)
    return counted.set_environment(environment)  # type: ignore[return-value]


def _line_of(error: BaseException, template: "Template") -> int:
    """Return the template's line in which *error* was raised, 0 when it was in none."""
    line, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def _told(error: Exception, line: int) -> TemplateFault:
    from jinja2 import UndefinedError

    if isinstance(error, UndefinedError):
        name = (error.message or "").split("'")[1:2]
        return unknown(NO_VARIABLE, "".join(name), NAMES, line)
    return failed(error, line)
