"""The recipes: each is a whole configuration, and sends to whom its commands say.

That the Chinese page has the same ones is compared with every other pair of pages.
"""

import json
import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from conftest import ROOT
from doc_blocks import Block, blocks_of, commands_of
from test_examples import VARIABLE, value
from verbs import project, run

from relay.configuration.loading import load
from relay.configuration.secrets import Store

PAGE = "docs/recipes.md"
EXAMPLE = re.compile(r"# (examples/[a-z-]+\.yml)\n")
RELAY = ".venv/bin/python -m relay "
LEAST = 14


class Recipe(NamedTuple):
    """What stands under one *heading*; *commands* without ``python -m relay``."""

    heading: str
    text: str
    commands: tuple[tuple[str, ...], ...]

    @property
    def explains(self) -> list[tuple[str, ...]]:
        return [words for words in self.commands if words[0] == "explain"]


def recipes() -> Iterator[Recipe]:
    own = (block for block in blocks_of(PAGE) if block.language != "sh")  # of the introduction
    for heading, grouped in groupby(own, key=lambda block: block.heading):
        blocks: list[Block] = list(grouped)
        (text,) = (block.text for block in blocks if block.language == "yaml")
        typed = (
            one for block in blocks if block.language == "console" for one in commands_of(block)
        )
        commands = tuple(tuple(shlex.split(one.removeprefix(RELAY))) for one in typed)
        yield Recipe(heading, text, commands)


EVERY = list(recipes())
each = pytest.mark.parametrize("recipe", EVERY, ids=lambda one: one.heading)


def variables(text: str) -> dict[str, str]:
    """Return a value for every variable in *text*."""
    return {"WEBHOOK_SECRET": "example-secret"} | {
        one: value(one) for one in VARIABLE.findall(text)
    }


def expected(words: tuple[str, ...]) -> set[str]:
    """Return the receivers that ``--expect`` names; raises if a command claims nothing."""
    at = next(at for at, word in enumerate(words) if word.startswith("--expect"))
    _, equals, names = words[at].partition("=")
    return set(filter(None, (names if equals else words[at + 1]).split(",")))


def ordered(text: str) -> str:
    """Return what *text* says as YAML; the order of keys counts."""
    return json.dumps(yaml.safe_load(text), ensure_ascii=False)


def test_there_are_enough() -> None:
    """As many as were promised, each under a heading of its own."""
    assert len({one.heading for one in EVERY}) >= LEAST


@each
def test_a_recipe_loads_without_problems(recipe: Recipe) -> None:
    """Every secret given, there is neither a fault nor a warning."""
    environ = variables(recipe.text)
    loaded = load(recipe.text, PAGE, environ, Store(environ), thorough=True)

    assert [] == [problem.told("en") for problem in loaded.problems]


@each
def test_a_recipe_is_its_example(recipe: Recipe) -> None:
    """The file that the first line names means the same, in the same order; it has comments."""
    named = EXAMPLE.match(recipe.text)
    assert named
    text = (ROOT / named[1]).read_text(encoding="utf-8")

    assert ordered(text) == ordered(recipe.text)
    assert text.count("#") > recipe.text.count("#")


@each
def test_a_recipe_proves_both_sides(recipe: Recipe) -> None:
    """Every `explain` claims its receivers; one event reaches somebody, another one nobody."""
    claims = [bool(expected(words)) for words in recipe.explains]

    assert {True, False} == set(claims)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [(recipe, words) for recipe in EVERY for words in recipe.explains],
    ids=lambda one: one.heading if isinstance(one, Recipe) else one[1],
)
def test_a_recipe_sends_to_whom_it_says(
    recipe: Recipe, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all its secrets: the event reaches exactly the receivers that the command expects."""
    monkeypatch.chdir(tmp_path)
    project(tmp_path, recipe.text, variables(recipe.text))
    result = run(*words, "--format", "json")
    told = json.loads(result.output)

    names = {one["receiver"].partition("#")[0] for one in told["sent"]}
    assert expected(words) == names
    assert result.exit_code == 0
