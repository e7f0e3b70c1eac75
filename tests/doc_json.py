"""JSON of the documentation: answers, log lines, policies; their keys are those of the code."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from conftest import ROOT
from doc_aws import check_answer, is_action
from doc_blocks import Block, last_command

import handler
from relay.configuration.variables import NAMES
from relay.reasons import SENTENCES
from workbench.codes import codes

_CODE = re.compile(r"[EWR]\d{2,3}")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_OWN_FIELDS = {"ts", "level", "event", "error", "trace", "dropped"}
# Which functions of relay/reports.py write the entries of each list of an answer.
_ENTRIES = {
    "sent": ("_sent",),
    "failed": ("_failed",),
    "skipped": ("_not_now", "_told", "ignored"),
    "notes": ("_told",),
}
_REPORTS = ("refused", "ignored", "delivered")


def check_json(block: Block) -> None:
    """One value, or one log line on each line; then by what it is."""
    try:
        values = [json.loads(block.text)]
    except json.JSONDecodeError:
        values = [json.loads(line) for line in block.text.splitlines()]
    for value in values:
        check_value(value, block)


def check_value(value: Any, block: Block) -> None:
    kinds = [check for is_one, check in _SHAPES if isinstance(value, dict) and is_one(value)]
    words = last_command(block.commands).split()
    if kinds:
        kinds[0](value)
    else:
        assert words[:1] == ["aws"], f"what is it? {value}"
        check_answer(words[1:], value)


def check_answer_of_ours(answer: Mapping[str, Any]) -> None:
    """An answer has the keys that relay/reports.py writes, and codes that exist."""
    assert answer.keys() <= keys_in("relay/reports.py", *_REPORTS), answer.keys()
    for name, functions in _ENTRIES.items():
        for entry in answer.get(name, []):
            assert entry.keys() <= keys_in("relay/reports.py", *functions), (name, entry)
    check_codes(answer)


def _check_health(answer: Mapping[str, Any]) -> None:
    """GET / has the keys of the handler's own answer, all of them where it is well."""
    written = keys_in("handler.py", "_health")
    refused = keys_in("relay/reports.py", "refused")

    assert answer.keys() <= written | refused, answer.keys()
    assert not answer["ok"] or answer.keys() == written, f"missing: {written - answer.keys()}"
    assert answer["service"] == handler._SERVICE
    check_codes(answer)


def check_codes(value: Any) -> None:
    """Every ``code`` and ``reason`` in *value* is one that the relay knows."""
    if isinstance(value, list):
        for inner in value:
            check_codes(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            check_codes(inner)
            if key in ("code", "reason") and isinstance(inner, str) and _CODE.fullmatch(inner):
                assert inner in codes() or inner in SENTENCES, inner


def check_log_line(line: Mapping[str, Any]) -> None:
    """A line of the log: an event that the code writes, with fields that it names."""
    words, fields = _said_by_the_code()

    assert line["level"] in _LEVELS
    assert line["event"] in words, line["event"]
    assert line.keys() <= _OWN_FIELDS | words | fields, line.keys() - _OWN_FIELDS - words - fields
    check_codes(line)


def _check_policy(policy: Mapping[str, Any]) -> None:
    """AWS: each action is one of serverless.yml, or an operation of the service."""
    own = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    for one in policy["Statement"]:
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        for action in actions:
            assert action in own or is_action(action), action


def _check_cam_policy(policy: Mapping[str, Any]) -> None:
    """Tencent: each action is an operation that the code calls."""
    words, _ = _said_by_the_code()
    for one in policy["statement"]:
        for action in one["action"]:
            assert action.split(":")[1] in words or action.startswith("name/"), action


def _check_variables(values: Mapping[str, Any]) -> None:
    """What `RELAY_SECRETS` reads: texts by the names of variables."""
    assert all(isinstance(value, str) for value in values.values())
    known = {name for name in values if name in NAMES or re.fullmatch(r"[A-Z]+(_[A-Z]+)+", name)}
    assert known == set(values)


def _check_findings(answer: Mapping[str, Any]) -> None:
    assert answer.keys() == {"check", "status", "found", "remedy"}


_Shape = tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any]], None]]
_SHAPES: tuple[_Shape, ...] = (
    (lambda value: "service" in value and "ok" in value, _check_health),
    (lambda value: "ok" in value, check_answer_of_ours),
    (lambda value: {"ts", "level", "event"} <= value.keys(), check_log_line),
    (lambda value: "Statement" in value, _check_policy),
    (lambda value: "statement" in value, _check_cam_policy),
    (lambda value: {"check", "status"} <= value.keys(), _check_findings),
    (lambda value: bool(value) and all(key.isupper() for key in value), _check_variables),
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
def _said_by_the_code() -> tuple[frozenset[str], frozenset[str]]:
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
