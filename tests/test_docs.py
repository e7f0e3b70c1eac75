"""The documentation says what the code does."""

import re
from pathlib import Path

import pytest
from conftest import ROOT
from test_golden import golden

from relay.configuration.variables import NAMES
from workbench.reference import events_page

READMES = ("README.md", "README.zh-CN.md")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


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


@pytest.mark.parametrize("readme", READMES)
def test_message_in_the_readme_is_real(readme: str) -> None:
    """The message at the top is the approved text of a sample, without its markup."""
    shown = text(readme).split("```text\n", 1)[1].split("```", 1)[0]
    wecom = golden("gitlab/pipeline.failed").split("━━ ")[1].split("\n", 1)[1]
    plain = re.sub(r"</?font[^>]*>|\*\*", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", wecom))

    assert shown == plain.replace("\n> ", "\n▌ ")


def outline(readme: str) -> list[int]:
    """Return the levels of the headings outside of code."""
    prose = re.sub(r"```.*?```", "", text(readme), flags=re.DOTALL)
    return [len(mark) for mark in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def test_readmes_have_the_same_shape() -> None:
    """Both languages have the same headings, code blocks and tables in the same order."""
    blocks = [re.findall(r"```(\w*)\n(.*?)```", text(readme), re.DOTALL) for readme in READMES]
    tables = [
        re.findall(r"^\| `?([A-Z_]{4,}|E\d{3})", text(readme), re.MULTILINE) for readme in READMES
    ]

    assert outline(READMES[0]) == outline(READMES[1])
    assert blocks[0] == blocks[1]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_somewhere(readme: str) -> None:
    """Every relative link of a readme names a file, every anchor a heading."""
    content = text(readme)
    anchors = {
        re.sub(r"[^\w一-鿿 -]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", content, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", content):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif "://" not in target:
            assert (ROOT / target).exists(), target


def test_reasons_are_documented() -> None:
    """Every reason code that an answer can carry stands in the readme."""
    sources = [*(ROOT / "adapters").rglob("*.py"), *(ROOT / "relay").rglob("*.py")]
    used = {
        code
        for path in sources
        for code in re.findall(r'"(R\d\d)"', Path(path).read_text(encoding="utf-8"))
    }

    assert {code for code in used if code not in text("README.md")} == set()
