"""The gallery shows every sample event, in the very words that were approved."""

import re

import pytest
from conftest import ROOT
from test_golden import GOLDEN, LANGUAGES, PLATFORMS, SENT

from workbench import samples
from workbench.messages_page import messages_page

PAGE = ROOT / "docs" / "messages.md"
BLOCK = re.compile(
    r"^\*\*(\w+) · ([\w-]+)\*\* · (\d+) of \d+ B(?:, title `([^\n]*)`)?\n\n```text\n(.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def entry(page: str, name: str) -> str:
    """Return what the page has about the sample *name*."""
    return page.split(f"\n### {name} — ")[1].split("\n### ")[0].split("\n## ")[0]


def test_page_is_the_code_s_own(update_golden: bool) -> None:
    """docs/messages.md is what the samples become now."""
    made = messages_page()
    if update_golden:
        PAGE.write_text(made, encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == made


@pytest.mark.parametrize("name", SENT)
def test_the_messages_are_the_approved_ones(page: str, name: str) -> None:
    """Platform, language, title and text of the four blocks are those of tests/golden."""
    blocks = BLOCK.findall(entry(page, name))
    golden = "".join(
        f"━━ {platform} · {lang}{f' · title: {title}' if title else ''}\n{text}\n"
        for platform, lang, _, title, text in blocks
    )

    assert [block[:2] for block in blocks] == [(one, two) for one in PLATFORMS for two in LANGUAGES]
    assert golden == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(samples.names()) - set(SENT)))
def test_a_sample_that_sends_nothing_is_listed_with_its_reason(page: str, name: str) -> None:
    """It has a row with the reason's code, and no message."""
    (row,) = re.findall(rf"^\| `{re.escape(name)}` \| .*", page, re.MULTILINE)

    assert f"[{samples.load(name).ignored}](troubleshooting.md#" in row
    assert f"### {name} " not in page


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("gitlab/pipeline.failed", "Sent by default"),
        ("gitlab/pipeline.success", "Sent as one grey line by default"),
        ("gitlab/pipeline.running", "Only when asked for"),
        ("gitlab/issue.opened-confidential", "R33"),
    ],
)
def test_an_entry_says_whether_it_goes_out(page: str, name: str, when: str) -> None:
    """What happens without any configuration stands right below the heading."""
    assert when in entry(page, name).splitlines()[2]
