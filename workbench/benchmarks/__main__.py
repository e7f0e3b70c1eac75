"""`make bench`: measure everything, write docs/benchmarks.md."""

import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import click
from rich.console import Console

from workbench.benchmarks import machine, measuring
from workbench.benchmarks.figures import FIGURES, RTT_S, Found, Spread, met, spread
from workbench.benchmarks.page import page
from workbench.benchmarks.processes import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


def measured(size: measuring.Size, say: Callable[[str], None]) -> Found:
    """Measure everything; *say* hears what is being measured."""
    found: dict[str, dict[str, Spread]] = {}
    with measuring.place(size, RTT_S) as place:
        for measurement in measuring.MEASUREMENTS:
            began = time.monotonic()
            values = measurement.values(place)
            say(f"{', '.join(measurement.keys)}: {time.monotonic() - began:.0f} s")
            found |= {
                key: {column: spread(each) for column, each in columns.items()}
                for key, columns in values.items()
            }
    return found


@click.command()
@click.option("--quick", is_flag=True, help="One round of each; the figures mean nothing.")
@click.option("--date", default="", help="The date to write; today.")
@click.option(
    "--to", "target", default=PAGE, type=click.Path(path_type=Path), help="The page to write."
)
def main(quick: bool, date: str, target: Path) -> None:
    """Measure the budgets beside the alternatives; takes some minutes and stays on loopback."""
    console = Console(highlight=False)
    began = time.monotonic()
    found = measured(measuring.QUICK if quick else measuring.Size(), console.print)
    today = date or datetime.now(timezone.utc).date().isoformat()
    target.write_text(
        page(found, machine.facts(), today, time.monotonic() - began), encoding="utf-8"
    )
    for figure in FIGURES:
        if met(figure, found.get(figure.key, {})) is False:
            console.print(f"not met: {figure.title} ({figure.budget})")
    console.print(f"written: {target.name}")


if __name__ == "__main__":
    main()
