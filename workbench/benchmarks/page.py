"""docs/benchmarks.md: tables of what a run found, and fixed words on how."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.benchmarks.causes import CAUSES
from workbench.benchmarks.figures import (
    APPRISE,
    COLUMNS,
    FIGURES,
    FLASK,
    FLOOR,
    GROUPS,
    OURS,
    PLAIN,
    Figure,
    Found,
    Group,
    Spread,
    met,
    ratio,
)

NAMES = {
    FLOOR: "floor",
    PLAIN: "plain `requests`",
    FLASK: "Flask relay",
    APPRISE: "Apprise",
    OURS: "ours",
}
_SHORT = NAMES | {PLAIN: "plain", FLASK: "Flask"}
_VERDICTS = {True: "met", False: "**not met**", None: ""}
_UNKNOWN = "not looked into yet"

_PLACES = ((100, 0), (10, 1), (0.1, 2), (0.01, 3), (0.00005, 4))  # from this on, so many
_HEAD = """# Benchmarks

Made by `make bench`; do not edit. Times differ from machine to machine, ratios less: every row was
measured in one run, the alternatives taking turns in each round. A cell is the median and, in
brackets, the quartiles.
"""
_METHOD = Path(__file__).with_name("method.md")


def page(found: Found, machine: Sequence[tuple[str, str]], date: str, took_s: float) -> str:
    """Return the page for what was *found* on *date* by a run of *took_s* seconds."""
    facts = [("Date", date), *machine, ("Run", f"{took_s:.0f} s")]
    parts = [
        _HEAD,
        "\n".join(("| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in facts))),
        f"\n{_summary(found)}\n",
        *(_table(group, found) for group in GROUPS),
        _missed(found),
        _METHOD.read_text(encoding="utf-8"),
    ]
    return "\n".join(part for part in parts if part)


def title(figure: Figure) -> str:
    """Return a row's first cell."""
    return ", ".join(filter(None, (figure.title, figure.unit.strip("×"))))


def _summary(found: Found) -> str:
    verdicts = [met(figure, found.get(figure.key, {})) for figure in FIGURES if figure.budget]
    return (
        f"{verdicts.count(True)} of {len(verdicts)} budgets are met, "
        f"{verdicts.count(False)} are not, {verdicts.count(None)} could not be measured."
    )


def _table(group: Group, found: Found) -> str:
    head = ("", *(NAMES[column] for column in COLUMNS), "ratio", "budget", "")
    rows = [head, ("---",) * len(head)]
    rows += [_row(figure, found.get(figure.key, {})) for figure in group.figures]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"## {group.title}\n\n{table}\n"


def _row(figure: Figure, columns: Mapping[str, Spread]) -> tuple[str, ...]:
    share = None if figure.unit == "×" or figure.worst else ratio(figure, columns)
    times = "" if share is None else f"{_number(share)} × {_SHORT[figure.of or FLOOR]}"
    cells = (_cell(columns.get(column), worst=figure.worst) for column in COLUMNS)
    return (title(figure), *cells, times, figure.budget, _VERDICTS[met(figure, columns)])


def _cell(found: Spread | None, *, worst: bool) -> str:
    if found is None:
        return "–"
    if worst:
        return _number(found.most)
    if found.low == found.high:
        return _number(found.median)
    return f"{_number(found.median)} ({_number(found.low)}–{_number(found.high)})"


def _number(value: float) -> str:
    """Return *value* with three digits that count, and no more than four behind the point."""
    size = abs(value)
    places = next((places for least, places in _PLACES if size >= least), 0)
    return f"{value:.{places}f}"


def _missed(found: Found) -> str:
    """Name every budget that is not met, or was not measured, with its cause."""
    lines = [
        f"- {group.title}, {figure.title} ({figure.budget}): {CAUSES.get(figure.key, _UNKNOWN)}."
        for group in GROUPS
        for figure in group.figures
        if figure.budget and not met(figure, found.get(figure.key, {}))
    ]
    return "\n".join(("## Budgets that are not met\n", *lines, "")) if lines else ""
