"""The reference of the configuration is complete, and made from the code."""

import re

import pytest
from conftest import ROOT

from relay.configuration import fields
from relay.configuration.fields import Field
from relay.facts import FACTS
from relay.kinds import KINDS
from workbench.configuration_page import configuration_page, notation

PAGE = ROOT / "docs" / "configuration.md"
KEYS = [(name, key) for name, table in fields.TABLES.items() for key in table]


def section(name: str) -> str:
    """Return the part of the page about the table *name*."""
    return PAGE.read_text(encoding="utf-8").split(f'<a id="{name}"></a>')[1].split("\n\n<a id")[0]


def test_page_is_the_code_s_own(update_golden: bool) -> None:
    """docs/configuration.md is what the tables say."""
    if update_golden:
        PAGE.write_text(configuration_page(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == configuration_page()


@pytest.mark.parametrize(("name", "key"), KEYS, ids=".".join)
def test_every_key_is_explained_in_both_languages(name: str, key: str) -> None:
    """A key of the loader stands in its section, with English and Chinese."""
    row = next(line for line in section(name).splitlines() if line.startswith(f"| `{key}` |"))
    meaning, chinese = row.replace("\\|", "/").strip("| ").split(" | ")[-2:]

    assert re.search("[a-z]{3}", meaning)
    assert re.search("[一-鿿]", chinese)


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("url", "**required 必填**<br>only 仅 `wecom_robot` `dingtalk_robot`"),
        ("secret", "**required 必填**: `wecom_app`<br>only 仅 `dingtalk_robot` `wecom_app`"),
        ("open_links", "`sidebar`<br>only 仅 `dingtalk_robot`"),
        ("type", "**required 必填**"),
        ("lang", ""),
    ],
)
def test_a_key_tells_when_it_is_needed(key: str, wanted: str) -> None:
    """A default, that a key is required, and for which types, stand in one cell."""
    row = next(line for line in section("receiver").splitlines() if line.startswith(f"| `{key}`"))

    assert row.replace("\\|", "/").split(" | ")[2].strip() == wanted


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (fields.ROUTE["events"], "`[event, …]`"),
        (fields.ROUTE["mention"], "`event: [whom, …]`"),
        (fields.ROUTE["sources"], "`[name in sources, or glob, …]`"),
        (fields.RECEIVER["to"], "`[whom or userid, …]`"),
        (fields.CONFIG["sources"], "`name:` [source](#source)"),
        (fields.CONFIG["routes"], "`-` [route](#route)"),
        (fields.CONFIG["unmatched"], r"`drop \| name in receivers`"),
        (fields.DELIVERY["timeout"], "`0.5s to 60s`"),
        (fields.DELIVERY["retries"], "`0 to 5`"),
        (fields.PERSON["wecom"], "`userid`"),
    ],
)
def test_notation_says_how_a_value_is_written(field: Field, wanted: str) -> None:
    """Each kind of value has a notation, lists and mappings the file's own."""
    assert notation(field.kind) == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_and_fact_is_listed(kind: str) -> None:
    """The table of events has every action, and every fact that `show` takes."""
    page = PAGE.read_text(encoding="utf-8")
    wanted = " | ".join(
        " ".join(f"`{word}`" for word in words) for words in (KINDS[kind], FACTS.get(kind, ()))
    )

    assert f"| `{kind}` | {wanted} |" in page
