"""What somebody probably meant."""

import random
from collections.abc import Iterator

import pytest

from relay.configuration.fields import TABLES
from relay.configuration.suggest import did_you_mean, nearest
from relay.configuration.variables import NAMES
from relay.errors import NOTHING
from relay.policy import known_patterns

LETTERS = "abcdefghijklmnopqrstuvwxyz_.-"
TYPOS_PER_WORD = 4
KEYS = {key for table in TABLES.values() for key in table}
SETS = {
    "events": known_patterns(),
    "variables": list(NAMES),
    "keys": sorted(KEYS),
    "receivers": ["backend-group", "frontend-group", "ops-group", "release-group", "to-person"],
    **{f"keys of {name}": list(table) for name, table in TABLES.items()},
}


def typos(word: str, choose: random.Random) -> Iterator[str]:
    """Make all kinds of single mistakes in *word*, at places and with letters by *choose*."""
    for _ in range(TYPOS_PER_WORD // 4):
        at = choose.randrange(len(word))
        letter = choose.choice(LETTERS)
        yield word[:at] + word[at + 1 :]
        yield word[:at] + letter + word[at:]
        yield word[:at] + letter + word[at + 1 :]
        yield word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


@pytest.mark.parametrize("name", SETS)
def test_nine_of_ten_single_mistakes_are_understood(name: str) -> None:
    """A letter left out, added, wrong or exchanged: the word that was meant is named."""
    known = SETS[name]
    choose = random.Random(name)  # noqa: S311 - the same mistakes in every run
    made = [(typo, word) for word in known for typo in typos(word, choose)]
    counted = [(typo, word) for typo, word in made if typo and typo not in known]
    right = sum(nearest(typo, known) == word for typo, word in counted)

    assert len(counted) >= TYPOS_PER_WORD * len(known) * 0.8
    assert right / len(counted) >= 0.9


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ALPHA", "Alpha"),
        ("ａｌｐｈａ", "Alpha"),
        ("backend_group", "backend-group"),
        ("Backend－Group", "backend-group"),
        ("pipeline。failed", "pipeline.failed"),
        ("pipeline．failed", "pipeline.failed"),
        ("　alpha ", "Alpha"),
    ],
)
def test_what_an_input_method_changes_does_not_count(word: str, expected: str) -> None:
    """Full-width letters and stops, dashes for underscores and capitals are no mistake at all."""
    known = ["alpine", "Alpha", "backend-groups", "backend-group", "pipeline.failed"]

    assert nearest(word, known, likeness=1.0) == expected


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("ot", ["to", "url", "type"], "to"),
        ("nme", ["time", "name"], "name"),
        ("job.crated", ["job.canceled", "job.created"], "job.created"),
        ("pipeline.fial", ["pipeline.*", "pipeline.failed", "pipeline.fixed"], "pipeline.failed"),
        ("actionCard", ["text", "markdown", "action_card"], "action_card"),
        ("push.", ["push", "push.*", "push.reset"], "push.*"),
    ],
)
def test_a_single_mistake_comes_before_what_looks_alike(
    word: str, known: list[str], expected: str
) -> None:
    """Short words and exchanged letters, where a share of common letters misleads."""
    assert nearest(word, known) == expected


@pytest.mark.parametrize(
    ("word", "likeness", "expected"),
    [("ab", 0.6, "ad"), ("ab", 0.7, ""), ("xy", 0.6, ""), ("x", 0.6, ""), ("", 0.6, "")],
)
def test_what_is_not_like_enough_is_nothing(word: str, likeness: float, expected: str) -> None:
    """A strict caller gets nothing for half a word; two different words are never alike."""
    assert nearest(word, ["ad", "q", ""], likeness=likeness) == expected


@pytest.mark.parametrize("word", ["x" * 100_000, "\ufdfa" * 100, "\ud800", "*", "\n"])
def test_any_text_is_taken(word: str) -> None:
    """Nothing is too long or too odd; nothing like it is known."""
    assert did_you_mean(word, NAMES) == NOTHING


def test_the_question_in_both_languages() -> None:
    """The question names what is known, never the word itself."""
    assert did_you_mean("betta", ["Alpha", "beta"]) == (
        "你是不是想写 beta？",
        "did you mean beta?",
        "",
    )


def test_nothing_is_known() -> None:
    """Without anything to choose from there is no question."""
    assert did_you_mean("beta", ()) == NOTHING
