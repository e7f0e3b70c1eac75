"""What commands print is what they were given, and nothing that a terminal would obey."""

import pytest

from workbench.terminal import folded, printable, single_line

FORGING = {
    "escape": "\x1b",
    "c1": "\x9b",
    "return": "\r",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "override": "\u202e",
    "isolate": "\u2067",
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("char", FORGING.values(), ids=FORGING)
def test_what_a_terminal_would_obey_is_replaced(char: str) -> None:
    """Controls, other line ends, bidirectional controls, and what no stream can encode."""
    assert printable(f"a{char}b") == "a\ufffdb"


def test_lines_and_ordinary_scripts_stay() -> None:
    """Line feeds and tabs are part of many texts; joiners and marks of emoji and words."""
    text = "{\n\t“张三” 👩\u200d💻 می\u200cخواهم é\n}"

    assert printable(text) == text


@pytest.mark.parametrize("char", [*FORGING.values(), "\n", "\t"], ids=ascii)
def test_a_single_line_stays_one(char: str) -> None:
    """Nothing in a value begins another line."""
    assert single_line(f"  a{char}✓ b  c") == "  a\ufffd✓ b  c"


def test_folding_cuts_no_other_lines() -> None:
    """Only line feeds end a line."""
    assert folded("ab\ncd\u2028e", 4) == "ab\ncd\ufffde"
