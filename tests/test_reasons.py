"""Reasons: one sentence per code, in both languages, whatever is filled in."""

import re

import pytest

from relay.reasons import SENTENCES, reason
from relay.text import cells

CODES = [f"R{number}" for number in (10, 11, *range(20, 37))]


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence(code: str) -> None:
    """Each code of config.md section 8 can be told without saying what it is about."""
    assert code in SENTENCES


@pytest.mark.parametrize("key", SENTENCES)
def test_both_languages(key: str) -> None:
    """Chinese is Chinese, English has none of it, and both have the same gaps."""
    zh, en, _ = SENTENCES[key]

    assert re.search("[一-鿿]{2}", zh)
    assert en.isascii()
    assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en))


@pytest.mark.parametrize("key", SENTENCES)
def test_chinese_has_a_space_beside_latin(key: str) -> None:
    """Latin words and gaps stand off from Chinese characters."""
    assert not re.search(r"[一-鿿][A-Za-z{]|[A-Za-z}][一-鿿]", SENTENCES[key].zh)


@pytest.mark.parametrize("key", SENTENCES)
def test_every_gap_is_filled(key: str) -> None:
    """No brace is left over when everything is given."""
    code, _, about = key.partition(" ")
    found = reason(code, about, value="v", name="n", patterns=("p",))

    assert found.code == code
    assert "{" not in found.text.zh + found.text.en


def test_what_config_md_shows() -> None:
    """The sentences of its section 8, to the letter."""
    found = reason("R22", value="main", patterns=("develop", "release/**"))

    assert found.text.zh == "分支 main 不在 [develop, release/**]"
    assert found.text.en == "branch main not in [develop, release/**]"


def test_what_waits_says_when_it_goes_out() -> None:
    """R29 tells that a later event takes the message along: nothing else would, inline."""
    found = reason("R29", name="ops").text

    assert found.zh == "ops 的条数用完了，稍后再发"
    assert found.en == "ops: its limit of messages is reached; goes out later"


def test_payload_text_is_cleaned_and_cut() -> None:
    """A value is one line of at most 60 cells, and what looks like a gap in it stays."""
    found = reason("R22", value="{name}\n\u202e" + "长" * 100, patterns=("*",)).text.en
    value = found.removeprefix("branch ").removesuffix(" not in [*]")

    assert value.startswith("{name} 长")
    assert cells(value) <= 60


def test_long_lists_are_cut() -> None:
    """Four patterns are named, of at most 30 cells each, and the rest counted."""
    patterns = ("a" * 200, *(f"release/{number}" for number in range(6)))
    found = reason("R22", value="main", patterns=patterns).text.en

    assert found.endswith(", release/0, release/1, release/2, … (+3)]")
    assert cells(found) <= 200
