"""The documentation says what the code does. Its code blocks: `test_doc_blocks`."""

import importlib
import re
from pathlib import Path

import click
import pytest
from conftest import ROOT
from doc_blocks import pages, text, without_blocks
from doc_click import commands_named
from doc_numbers import SAID, plain

from relay.config import Policy
from relay.configuration.variables import NAMES
from relay.kinds import KINDS
from workbench.commands import main
from workbench.commands_page import commands_page
from workbench.reference import events_page

READMES = ("README.md", "README.zh-CN.md")
PAIRS = [(page.replace(".zh-CN.md", ".md"), page) for page in pages() if page.endswith(".zh-CN.md")]
DEPLOYING = {
    f"deploy.{module.stem}": importlib.import_module(f"deploy.{module.stem}").main
    for module in (ROOT / "deploy").glob("*.py")
    if "@click.command" in module.read_text(encoding="utf-8")
}
VERBS = [
    (name, option)
    for name, command in (*commands_named(main), *DEPLOYING.items())
    for parameter in command.params
    if isinstance(parameter, click.Option)
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--")
]


# Tables.


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("variable", NAMES)
def test_every_variable_is_documented(variable: str, readme: str) -> None:
    """A variable that can be set has a row in both readmes."""
    assert f"| `{variable}` |" in text(readme)


@pytest.mark.parametrize("readme", READMES)
def test_no_variable_is_invented(readme: str) -> None:
    """A variable with a row in a readme is one that the code reads."""
    assert set(re.findall(r"^\| `([A-Z][A-Z_]+)` \|", text(readme), re.MULTILINE)) == set(NAMES)


def test_events_page_is_the_code_s_own(update_golden: bool) -> None:
    """docs/events.md is what the tables say."""
    page = ROOT / "docs" / "events.md"
    if update_golden:
        page.write_text(events_page(), encoding="utf-8")

    assert page.read_text(encoding="utf-8") == events_page()


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_has_its_place(kind: str) -> None:
    """Each kind has one row with each of its actions once, in one of the three columns."""
    (row,) = re.findall(rf"(?m)^\| `{kind}` \|(.*)\|$", text("docs/events.md"))

    assert sorted(re.findall(r"`(\w+)`", row)) == sorted(KINDS[kind])


def test_commands_page_is_the_code_s_own(update_golden: bool) -> None:
    """docs/commands.md is what the commands themselves say."""
    page = ROOT / "docs" / "commands.md"
    if update_golden:
        page.write_text(commands_page(), encoding="utf-8")

    assert page.read_text(encoding="utf-8") == commands_page()


def section(verb: str) -> str:
    """Return what docs/commands.md says about *verb*."""
    return re.split(r"\n#+ ", text("docs/commands.md").split(f"# `{verb}`\n")[1])[0]


@pytest.mark.parametrize(("verb", "option"), VERBS)
def test_every_option_is_explained(verb: str, option: str) -> None:
    """Every option of every verb, and of what deploys, has a row in its section, with words."""
    (row,) = [
        line for line in section(verb).splitlines() if re.search(rf"`.*{option}\b.*` \|", line)
    ]

    assert re.search(r"[a-z]{3}", row.rpartition("` |")[2])


@pytest.mark.parametrize("page", pages())
def test_verbs_in_the_documentation_exist(page: str) -> None:
    """Every verb that a page names, in its prose, too, is one."""
    named = re.findall(r"(?:python -m|`…) relay ([a-z-]+)", text(page))

    assert set(named) <= set(main.commands)


# Form.


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_tables_have_the_same_rows(english: str, chinese: str) -> None:
    """In both languages as many rows in the same order; codes and variables are the same."""
    rows = [
        [
            re.findall(r'^(?:<a id="\w+"></a>)?(`[A-Z][A-Z_]+`|[EWR]\d{2,3}\b)', cell)
            for cell in re.findall(r"(?m)^ *\| *([^|]*)", without_blocks(page))
        ]
        for page in (english, chinese)
    ]

    assert rows[0] == rows[1]


def anchors(page: str) -> set[str]:
    """Return what a link may name behind ``#``: headings, and places marked with an id."""
    content = without_blocks(page)
    headings = re.findall(r"^#+ (.+)$", content, re.MULTILINE)
    slugs = {re.sub(r"[^\w一-鿿 -]", "", one.lower()).strip().replace(" ", "-") for one in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', content))


def _name(path: Path) -> str:
    return path.resolve().relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link names a file, every anchor a heading or a marked place in it."""
    content = re.sub(r"`[^`\n]*`", "", without_blocks(page))
    for target in re.findall(r"\]\(([^)]+)\)", content):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page

        assert path.exists(), target
        assert not anchor or anchor in anchors(_name(path)), target


@pytest.mark.parametrize("page", pages())
def test_tables_are_whole(page: str) -> None:
    """Every row of a table has as many cells as its head: no text breaks out of its cell."""
    width = 0
    for line in map(str.strip, without_blocks(page).splitlines()):
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        width = (width or cells) if cells else 0

        assert cells == width, line


# Numbers.


@pytest.mark.parametrize(("page", "said"), [(page, one) for page in SAID for one in SAID[page]])
def test_number_is_the_code_s_own(page: str, said: str) -> None:
    """A sentence with a limit, a pause or a time of ours has the one that the code has."""
    assert said in plain(page)


@pytest.mark.parametrize("page", pages())
def test_budget_is_the_default(page: str) -> None:
    """Wherever the time for an event is told, it is the one that counts when nobody sets it."""
    told = re.findall(r"`DELIVERY_TIMEOUT`[ ,(（]+([\d.]+) ?(?:s\b|秒)", plain(page))

    assert {float(one) for one in told} <= {Policy().timeout_s}
