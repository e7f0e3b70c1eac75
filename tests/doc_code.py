"""What the code itself says: its words, the keys of its answers, the names of its examples.

A page that shows a value is compared with these.
"""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT
from doc_blocks import blocks_of, pages, without_blocks

from relay import errors
from relay.config import GITEE, GITLAB
from relay.kinds import KINDS
from workbench import first_config
from workbench.preview import MESSAGES

EVENTS = frozenset(f"{kind}.{action}" for kind, actions in KINDS.items() for action in actions)
STATUSES = frozenset(
    one.status
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, errors.DeliveryError)
) | {"ok"}
_BUILT_IN = {  # of variables, of a first configuration
    "receivers": {*MESSAGES, first_config.WECOM.name, first_config.DINGTALK.name},
    "sources": {GITLAB, GITEE},
}


def names(page: str, section: str) -> set[str]:
    """Return what *section* of a configuration may hold: on *page*, in examples/, built in."""
    found = set(_BUILT_IN.get(section, ()))
    for tree in _configurations(page):
        for one in tree.get(section) or ():
            found.add(one if isinstance(one, str) else str(one.get("name", "")))
    return found


@cache
def _configurations(page: str) -> tuple[dict[str, Any], ...]:
    examples = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("examples/*.yml"))]
    trees = [yaml.safe_load(text) for text in (*examples, *_code_of(page, "yaml"))]
    return tuple(tree for tree in trees if isinstance(tree, dict))


def _code_of(page: str, language: str) -> list[str]:
    """Return the blocks of *page* in *language*; of no page, none."""
    known = (ROOT / page).is_file()
    return [one.text for one in blocks_of(page) if one.language == language] if known else []


@cache
def variables_of(page: str) -> frozenset[str]:
    """Return every ``${NAME}`` in the YAML of *page*."""
    return frozenset(re.findall(r"\$\{(\w+)", "\n".join(_code_of(page, "yaml"))))


@cache
def serverless() -> str:
    return (ROOT / "serverless.yml").read_text(encoding="utf-8")


@cache
def queues(page: str) -> frozenset[str]:
    """Return the queues that serverless.yml makes for stage `prod`, or commands of *page*."""
    service = re.findall(r"(?m)^service: (\S+)", serverless())[0]
    meant = serverless().replace("${self:service}", service).replace("${sls:stage}", "prod")
    made = "\n".join(_code_of(page, "sh"))
    return frozenset(
        re.findall(r"QueueName: (\S+)", meant)
        + re.findall(r"create-queue --queue-name (\S+)", made)
    )


@cache
def keys_in(path: str, *functions: str) -> frozenset[str]:
    """Return the keys that *functions* of a module write into dictionaries."""
    found: set[str] = set()
    for function in _functions(ROOT / path):
        if function.name in functions:
            found |= set(_keys(function))
    return frozenset(found)


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def _keys(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if _is_text(key))  # type: ignore[union-attr]
        elif isinstance(node, ast.Subscript) and _is_text(node.slice):
            yield node.slice.value  # type: ignore[attr-defined]


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@cache
def said() -> tuple[frozenset[str], frozenset[str]]:
    """Return every text and every name of a keyword argument in what is shipped, and deploy/."""
    words, fields = set(), set()
    for path in [ROOT / "handler.py", ROOT / "deploy" / "web.py", *_shipped()]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.keyword) and node.arg:
                fields.add(node.arg)
    return frozenset(words), frozenset(fields)


def _shipped() -> Iterator[Path]:
    for folder in ("adapters", "formatters", "relay"):
        yield from sorted((ROOT / folder).rglob("*.py"))


# Where words are spelt, beside the pages' prose. Not the tests: their code has slips on purpose.
_WRITTEN = (
    "handler.py", "serverless.yml", "Makefile", "pyproject.toml", "adapters/**/*.py",
    "deploy/**/*", "formatters/**/*.py", "relay/**/*.py", "workbench/**/*.py", "examples/**/*",
    "workbench/samples/**/*.json", "schema/*.json", ".gitlab-ci.yml", "tests/fixtures/**/*.json",
    "tests/golden/**/*.txt",
)  # fmt: skip
WORD = re.compile(r"(?<![A-Za-z0-9\\])[A-Za-z][A-Za-z_]{3,}(?![A-Za-z0-9])")


@cache
def vocabulary() -> frozenset[str]:
    """Return the words of the code, its samples, the approved messages, the pages' prose."""
    found = {word for page in pages() for word in words_in(without_blocks(page))}
    for pattern in _WRITTEN:
        for path in ROOT.glob(pattern):
            if path.is_file() and path.suffix not in (".zip", ".png", ".pyc"):
                found |= words_in(path.read_text(encoding="utf-8"))
    return frozenset(found)


def words_in(text: str) -> set[str]:
    whole = set(WORD.findall(text))
    return whole | {part for word in whole for part in word.split("_") if len(part) > 3}


def meant(word: str) -> str:
    """Return the word of the code that *word* is with a slip, "" if there is none.

    A slip is two letters swapped, or one within the word that is missing, too much or another.
    """
    lower = word.lower()
    if lower in _in_lower_case():
        return ""
    return next((one for one in _slips(lower) if one in _in_lower_case()), "")


@cache
def _in_lower_case() -> frozenset[str]:
    return frozenset(word.lower() for word in vocabulary())


def _slips(word: str) -> Iterator[str]:
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1 :]
        for letter in f"{string.ascii_lowercase}_":
            yield word[:at] + letter + word[at + 1 :]
            yield word[:at] + letter + word[at:]
    yield from (word[:-1] + letter + word[-1] for letter in string.ascii_lowercase)
