"""JSON of the documentation: answers, log lines, policies; their keys are those of the code."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from doc_aws import check_answer, check_names, is_action
from doc_blocks import Block, last_command
from doc_code import EVENTS, STATUSES, keys_in, names, said, serverless

import handler
from relay.configuration.variables import NAMES
from relay.reasons import SENTENCES
from workbench.codes import codes

_FINDINGS = ("ok", "warning", "error", "skipped")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_OWN_FIELDS = {"ts", "level", "event", "error", "trace", "dropped"}
# Which functions of relay/reports.py write the entries of each list of an answer.
_ENTRIES = {
    "sent": ("_sent",),
    "failed": ("_failed",),
    "skipped": ("_not_now", "_told", "ignored"),
    "notes": ("_told",),
}
_STATEMENT = {"Sid", "Effect", "Action", "Resource", "Condition"}
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
        check_words(value, block.page)
        check_names(json.dumps(value), block.page)
    else:
        assert words[:1] == ["aws"], f"what is it? {value}"
        check_answer(words[1:], value)


def check_answer_of_ours(answer: Mapping[str, Any]) -> None:
    """An answer has the keys that relay/reports.py writes, and codes that exist."""
    assert answer.keys() <= keys_in("relay/reports.py", *_REPORTS), answer.keys()
    for name, functions in _ENTRIES.items():
        for entry in answer.get(name, []):
            assert entry.keys() <= keys_in("relay/reports.py", *functions), (name, entry)


def _check_health(answer: Mapping[str, Any]) -> None:
    """GET / has the keys of the handler's own answer, all of them where it is well."""
    written = keys_in("handler.py", "_health")
    refused = keys_in("relay/reports.py", "refused")

    assert answer.keys() <= written | refused, answer.keys()
    assert not answer["ok"] or answer.keys() == written, f"missing: {written - answer.keys()}"
    assert answer["service"] == handler._SERVICE


def check_words(value: Any, page: str) -> None:
    """Every value in *value* of a key that has a vocabulary of ours is one of its words."""
    if isinstance(value, list):
        for inner in value:
            check_words(inner, page)
    elif isinstance(value, dict):
        for key, inner in value.items():
            check_words(inner, page)
            for one in inner if isinstance(inner, list) else [inner]:
                is_known = _WORDS.get(key)
                known = not is_known or not isinstance(one, str) or is_known(one, page)
                assert known, f"{key}: {one} is no word of ours"


def _is_event(name: str, page: str) -> bool:
    return name in EVENTS or (name in said()[0] and "." in name)


def _is_code(code: str, page: str) -> bool:
    return code in codes() or code in SENTENCES


def _is_reason(reason: str, page: str) -> bool:
    return _is_code(reason, page) or (reason in said()[0] and "_" in reason)


def _is_id(text: str, page: str) -> bool:
    found = re.fullmatch(r"(?:gl|ge)-[0-9a-f]{12}(?:\.([\w-]+)(?:#\w+)?)?", text)
    return bool(found) and (not found[1] or _is_receiver(found[1], page))


def _is_receiver(name: str, page: str) -> bool:
    return name.partition("#")[0] in names(page, "receivers")


_WORDS: Mapping[str, Callable[[str, str], bool]] = {
    "event": _is_event,
    "what": lambda name, page: name in EVENTS,
    "code": _is_code,
    "reason": _is_reason,
    "status": lambda status, page: status in STATUSES or status in _FINDINGS,
    "level": lambda level, page: level in _LEVELS,
    "source": lambda name, page: name in names(page, "sources"),
    "forge": lambda name, page: name in names(page, "sources"),
    "receiver": _is_receiver,
    "via": _is_receiver,
    "queued": _is_receiver,
    "route": lambda name, page: name in names(page, "routes"),
    "id": _is_id,
    "delivery_id": _is_id,
    "delivery_ids": _is_id,
}


def check_log_line(line: Mapping[str, Any]) -> None:
    """A line of the log: an event that the code writes, with fields that it names."""
    words, fields = said()

    assert line["level"] in _LEVELS
    assert line["event"] in words, line["event"]
    assert line.keys() <= _OWN_FIELDS | words | fields, line.keys() - _OWN_FIELDS - words - fields


def _check_policy(policy: Mapping[str, Any]) -> None:
    """AWS: the grammar's own keys; actions of serverless.yml or the services; whole ARNs."""
    assert policy == {"Version": "2012-10-17", "Statement": policy["Statement"]}
    for one in policy["Statement"]:
        assert one.keys() <= _STATEMENT, one.keys() - _STATEMENT
        assert one["Effect"] in ("Allow", "Deny"), one["Effect"]
        for action in _listed(one["Action"]):
            assert action in serverless() and is_action(action), action
        for resource in _listed(one["Resource"]):
            assert resource == "*" or resource.startswith("arn:"), resource


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _check_cam_policy(policy: Mapping[str, Any]) -> None:
    """Tencent: each action is an operation that the code calls."""
    words, _ = said()
    for one in policy["statement"]:
        for action in one["action"]:
            assert action.split(":")[1] in words or action.startswith("name/"), action


def _check_variables(values: Mapping[str, Any]) -> None:
    """What `RELAY_SECRETS` reads: texts by the names of variables."""
    assert all(isinstance(value, str) for value in values.values())
    assert values.keys() <= {*NAMES}, f"nothing reads {values.keys() - {*NAMES}}"


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
