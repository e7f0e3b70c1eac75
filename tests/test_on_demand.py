"""Converters and describers that are imported with the first event they are for."""

import subprocess
import sys

import pytest
from conftest import ROOT

from adapters import gitlab
from adapters.gitee import conversion
from relay import describe, events
from relay.on_demand import on_demand

TABLES = {
    "adapters.gitlab": {*gitlab.CONVERTERS.values(), gitlab._OTHERS},
    "adapters.gitee": set(conversion.FAMILIES.values()),
    "relay.describe": set(describe._DESCRIBERS.values()),
}
EVERY = [(package, where) for package, table in TABLES.items() for where in sorted(table)]
# What a push has no use for, by package.
OTHERS = {
    package: {where.partition(".")[0] for where in table} - {"pushes", "code"}
    for package, table in TABLES.items()
}
ONE_PUSH = """
import json, sys
import adapters
from relay.describe import describe
sample = json.load(open("workbench/samples/{forge}/push.pushed.json", encoding="utf-8"))
headers = {{name.lower(): value for name, value in sample["headers"].items()}}
event = adapters.parse({forge!r}, headers, json.dumps(sample["body"]).encode())
describe(event)
print(event.name, *sys.modules)
"""


@pytest.mark.parametrize(("package", "where"), EVERY, ids=".".join)
def test_every_row_names_a_function(package: str, where: str) -> None:
    """A row of a table is only a name; here each is looked up."""
    assert callable(on_demand(package, where))


def test_every_subject_has_a_describer() -> None:
    """The table has a row for each type that an event's subject can have."""
    assert set(describe._DESCRIBERS) == set(events.Subject.__args__)


@pytest.mark.parametrize("forge", ["gitlab", "gitee"])
def test_one_event_imports_its_own_family_only(forge: str) -> None:
    """After a push, nothing that reads or words another kind of event is there."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", ONE_PUSH.format(forge=forge)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    name, *modules = done.stdout.split()
    others = {
        f"{package}.{module}"
        for package in (f"adapters.{forge}", "relay.describe")
        for module in OTHERS[package]
    }

    assert name == "push.pushed"
    assert {f"adapters.{forge}.pushes", "relay.describe.code"} <= set(modules)
    assert not others & set(modules)
