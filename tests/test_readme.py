"""What the readmes take over from the code."""

import re

import pytest
from conftest import ROOT

from workbench.reference import events_table

READMES = {"README.md": "en", "README.zh-CN.md": "zh-CN"}
MOST_LINES = 250
_EVENTS = re.compile(r"(?s)(<!-- events -->\n).*?(<!-- /events -->)")


@pytest.mark.parametrize("readme", READMES)
def test_events_are_the_code_s_own(readme: str, update_golden: bool) -> None:
    """The table between the marks is what the code's tables say; `--update-golden` writes it."""
    path = ROOT / readme
    text = path.read_text(encoding="utf-8")
    meant = _EVENTS.sub(rf"\g<1>{events_table(READMES[readme])}\g<2>", text)
    if update_golden:
        path.write_text(meant, encoding="utf-8")
        text = meant

    assert "<!-- events -->" in text
    assert text == meant


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_stays_short(readme: str) -> None:
    """At most 250 lines, and one screen to the first result (`design/workbench.md` section 7)."""
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()

    assert len(lines) <= MOST_LINES
    assert lines.index("make run") <= 20


@pytest.mark.parametrize("readme", READMES)
def test_a_language_links_the_other_first(readme: str) -> None:
    """The first line leads to the same page in the other language."""
    (other,) = set(READMES) - {readme}
    first = (ROOT / readme).read_text(encoding="utf-8").splitlines()[0]

    assert first.endswith(f"]({other})")
