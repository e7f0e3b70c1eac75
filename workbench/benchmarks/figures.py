"""The budgets of `design/product.md` section 4, one row each, and how a figure is held against one.

A figure is a number for each of `COLUMNS`: what people use instead, and ours.
"""

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

FLOOR, PLAIN, FLASK, APPRISE, OURS = "floor", "plain", "flask", "apprise", "ours"
COLUMNS = (FLOOR, PLAIN, FLASK, APPRISE, OURS)
RTT_S = 0.03
HANG_BUDGET_S = 1.0  # for one event in this run; 4 s by default


class Spread(NamedTuple):
    """The median of many rounds, the quartiles around it, and the largest."""

    median: float
    low: float
    high: float
    most: float


Found = Mapping[str, Mapping[str, Spread]]  # figure → column → what was measured


class Figure(NamedTuple):
    """A row: *key* of what is measured, and its budget in words and as a bound.

    *most* bounds our median, *least* does from below; with *of* it bounds our median divided by
    that column's. *worst*: it bounds the largest value instead of the median. Without a bound the
    row has no budget.
    """

    key: str
    title: str
    unit: str
    budget: str = ""
    most: float | None = None
    least: float | None = None
    of: str = ""
    worst: bool = False


class Group(NamedTuple):
    title: str
    figures: tuple[Figure, ...]


def spread(values: Sequence[float]) -> Spread:
    """Return what stands for *values*, at least one."""
    if len(values) == 1:
        (only,) = values
        return Spread(only, only, only, only)
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high, max(values))


def ratio(figure: Figure, found: Mapping[str, Spread]) -> float | None:
    """Return ours divided by the column the budget names, or by the floor; None without one."""
    other = found.get(figure.of or FLOOR)
    if OURS not in found or other is None or other.median <= 0:
        return None
    return found[OURS].median / other.median


def met(figure: Figure, found: Mapping[str, Spread]) -> bool | None:
    """Tell whether the budget is met; None when there is none, or nothing was measured."""
    if OURS not in found or (figure.most is None and figure.least is None):
        return None
    ours = found[OURS].most if figure.worst else found[OURS].median
    if figure.least is not None:
        return ours >= figure.least
    if figure.of:
        share = ratio(figure, found)
        return None if share is None else share <= (figure.most or 0)
    return ours <= (figure.most or 0)


GROUPS = (
    Group(
        "Cold start",
        (
            Figure("cold", "import + first event to 1 robot", "ms", "≤ 4.5 × floor", 4.5, of=FLOOR),
            Figure(
                "cold", "the same, against the Flask relay", "ms", "≤ 0.62 × Flask", 0.62, of=FLASK
            ),
            Figure(
                "cold", "the same, against Apprise", "ms", "≤ 0.42 × Apprise", 0.42, of=APPRISE
            ),
            Figure(
                "import", "`import handler`; plain: `import requests, yaml`", "ms",
                "≤ 1.15 × plain", 1.15, of=PLAIN,
            ),
            Figure("cold_file", "import + first event, configured by a YAML file", "ms"),
            Figure("peak", "peak memory after the first event", "MiB", "≤ 32 MiB", 32),
            Figure(
                "first", "first event to 10 robots at RTT 30 ms, after import", "ms",
                "≤ 3 RTT + 20 ms", 3000 * RTT_S + 20,
            ),
        ),
    ),
    Group(
        "Warm, RTT 0",
        (
            Figure("warm", "an event to 1 robot, p50", "ms", "≤ 1.0 ms", 1.0),
            Figure("tail", "p95 of it, divided by p50", "×", "≤ 1.5 × p50", 1.5),
            Figure("cpu_1", "CPU for an event to 1 robot", "ms", "≤ 0.9 ms", 0.9),
            Figure("cpu_10", "CPU for an event to 10 robots", "ms", "≤ 9 ms", 9.0),
            Figure(
                "large", "more CPU for a body of 300 KB than for one of 3 KB", "ms", "≤ 4 ms", 4.0
            ),
            Figure("rate", "events per second, 1 robot, one after the other", "1/s", "≥ 1 000",
                   least=1000.0),
            Figure("rate_4", "the same, 4 at a time (the floor cannot)", "1/s"),
            Figure("refused", "401", "ms", "≤ 0.15 ms", 0.15),
            Figure("ignored", "an event that is ignored", "ms", "≤ 0.15 ms", 0.15),
            Figure("repeat", "an event that came before", "ms", "≤ 0.15 ms", 0.15),
        ),
    ),
    Group(
        "Warm, RTT 30 ms",
        (
            Figure("far", "an event to 1 robot, p50", "ms", "≤ RTT + 3 ms", 1000 * RTT_S + 3),
            Figure("fan_3", "3 robots, divided by 1 robot", "×", "≤ 1.08 ×", 1.08),
            Figure("fan_10", "10 robots, divided by 1 robot", "×", "≤ 1.22 ×", 1.22),
        ),
    ),
    Group(
        "One of three robots at fault, RTT 30 ms",
        (
            Figure(
                "refuse", "it refuses: the slowest answer", "ms",
                "≤ 200 ms + its one retry (200 ms)", 400.0, worst=True,
            ),
            Figure(
                "refuse_others", "it refuses: the healthy two, divided by their time without fault",
                "×", "≤ 1.1 ×", 1.1,
            ),
            Figure(
                "hang", "it hangs: the slowest answer", "ms", "within the budget of 1 000 ms",
                1000 * HANG_BUDGET_S, worst=True,
            ),
            Figure(
                "hang_others", "it hangs: the healthy two, divided by their time without fault",
                "×", "≤ 1.1 ×", 1.1,
            ),
        ),
    ),
    Group(
        "Growth while running",
        (
            Figure("full", "the memory of what was sent, when it is full", "MiB"),
            Figure("kept", "resident memory over 1 000 events", "MiB", "≤ 0.5 MiB", 0.5),
            Figure("mixed", "resident memory over 10 000 mixed with faults", "MiB", "≤ 0.5 MiB",
                   0.5),
            Figure("mixed_traced", "allocated by Python over 1 000 mixed with faults", "MiB",
                   "≤ 0.5 MiB", 0.5),
            Figure("threads", "threads left after the mixed ones", "", "none", 0),
            Figure("descriptors", "descriptors left after the mixed ones", "", "none", 0),
        ),
    ),
    Group(
        "Configuration of 100 routes",
        (
            Figure("loading", "loading it; plain: PyYAML's C loader alone", "ms", "≤ 15 ms", 15.0),
            Figure("routing_none", "routing one event, no route takes it", "ms", "≤ 1 ms", 1.0),
            Figure("routing_all", "routing one event, every route takes it", "ms", "≤ 1 ms", 1.0),
        ),
    ),
    Group(
        "Bundle",
        (
            Figure(
                "bundle", "AWS's, zipped, with `.pyc` files, byte-identical when rebuilt", "MB",
                "≤ 2.6 MB", 2.6,
            ),
            Figure("bundle_tencent", "Tencent's, likewise", "MB", "≤ 2.6 MB", 2.6),
            Figure("init", "AWS's runtime client, from its start until it asks for an event", "ms"),
            Figure("init_bare", "the same without `.pyc` files", "ms"),
        ),
    ),
)  # fmt: skip
FIGURES = tuple(figure for group in GROUPS for figure in group.figures)
