"""What AWS's command line takes and answers, by the SDK's own models."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)
from doc_code import queues, said, serverless
from doc_values import regions

_COMMON = {"--query", "--output", "--region", "--profile", "--endpoint-url", "--no-cli-pager"}
# Commands of the tool itself, with their options.
_OWN = {
    ("configure",): {"--profile"},
    ("configure", "sso"): {"--profile"},
    ("logs", "tail"): {"--follow", "--since", "--format", "--filter-pattern", "--log-stream-names"},
}
# The tool has another name for a parameter: its `--endpoint-url` stands in the way.
# Plain texts for the SDK's models, but the ones that the stack has, too.
_WORDS_OF_STACK = {"MetricName", "Namespace", "TreatMissingData"}
_PROTOCOLS = ("email", "email-json", "http", "https", "sms", "sqs", "lambda")
_RENAMED = {("sns", "subscribe", "--notification-endpoint"): "Endpoint"}


def check_aws(words: Sequence[str], page: str = "") -> None:
    """Assert that ``aws`` *words* names a service, an operation, and parameters that it takes."""
    own = next((_OWN[key] for size in (2, 1) if (key := tuple(words[:size])) in _OWN), None)
    if own is not None:
        assert {word for word in words if word.startswith("--")} <= own | _COMMON, words
        return
    operation = operation_of(words)
    given = {}
    for option, values in _options(words[2:]):
        member = _member(operation, words, option)
        given[member] = values
        if member:
            _check_values(values, operation.input_shape.members[member], option, page)
        else:
            _check_common(option, values, operation)
    needed = operation.input_shape.required_members if operation.input_shape else []
    for member in _WORDS_OF_STACK & given.keys() if words[0] == "cloudwatch" else ():
        assert f" {given[member][0]}\n" in serverless(), f"serverless.yml has no {given[member]}"

    assert set(needed) <= given.keys(), f"aws {words[:2]} needs {set(needed) - given.keys()}"
    check_filter("".join(given.get("filterPattern", [])))


def _options(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each option of *words* with its values."""
    starts = [at for at, word in enumerate(words) if word.startswith("--")]
    for start, end in pairwise([*starts, len(words)]):
        yield words[start], list(words[start + 1 : end])


def check_filter(pattern: str) -> None:
    """Assert that what a filter of log lines looks for is what the code logs."""
    words, fields = said()
    for field, word in re.findall(r'\$?\.?(\w+) ?[=:] ?"([^"]*)"', pattern):
        assert field in {"level", "event"} | words | fields, f"no log line has {field}"
        assert word in words | {"ERROR", "WARNING", "INFO"}, f"no log line says {word}"


def _check_common(option: str, values: Sequence[str], operation: OperationModel) -> None:
    if option == "--output":
        assert values[0] in ("json", "text", "table", "yaml"), values
    if option == "--query":
        named = re.split(r"\W", values[0])[0]
        assert named in operation.output_shape.members, f"{operation.name} answers no {named}"


def _check_values(values: Sequence[str], shape: Shape, where: str, page: str) -> None:
    for text in values:
        if text.startswith(("{", "[")) and not isinstance(shape, StringShape):
            _check_shape(json.loads(text), shape, where)
        elif isinstance(shape, ListShape):
            _check_text(text, shape.member, where)
        else:
            _check_text(text, shape, where)
        check_names(text, page)


def _check_text(text: str, shape: Shape, where: str) -> None:
    """Assert that *text* is a *shape* as the tool writes it: ``Name=value,Other=value``."""
    if isinstance(shape, StructureShape | MapShape):
        pairs = [pair.partition("=") for pair in text.split(",")]
        _check_shape({name: value for name, _, value in pairs}, shape, where)
    elif not text.startswith("$"):
        _check_shape(text, shape, where)


def check_names(text: str, page: str) -> None:
    """Assert that an ARN in *text* is a whole one, and that a queue of that name is made."""
    for service, region, account in re.findall(r"arn:aws:(\w+):([^:]*):([^:]*):[\w/$]", text):
        assert _service(service)
        assert region in regions() or "$" in region, f"AWS has no region {region}"
        assert re.fullmatch(r"\d{12}|\$\w+", account), f"no account: {account}"
    assert text.count("arn:") == len(re.findall(r"arn:aws:\w+:[^:]*:[^:]*:[\w/$]", text)), text
    for queue in re.findall(r"([\w-]+\.fifo)\b", text):
        assert queue in queues(page), f"nothing makes the queue {queue}"


def _member(operation: OperationModel, words: Sequence[str], option: str) -> str:
    if option in _COMMON:
        return ""
    if name := _RENAMED.get((words[0], words[1], option)):
        return name
    members = operation.input_shape.members if operation.input_shape else {}
    named = {f"--{xform_name(name, '-')}": name for name in members}
    flags = {f"--no-{option[2:]}": name for option, name in named.items()}

    assert option in {**named, **flags}, f"aws {words[0]} {words[1]} has no {option}"
    return {**named, **flags}[option]


def operation_of(words: Sequence[str]) -> OperationModel:
    """Return the operation that ``aws`` *words* calls; asserts that there is one."""
    service = _service(words[0])
    names = {xform_name(name, "-"): name for name in service.operation_names}

    assert words[1] in names, f"aws {words[0]} has no {words[1]}"
    return service.operation_model(names[words[1]])


def is_action(action: str) -> bool:
    """Tell whether *action*, ``sqs:SendMessage``, is an operation of the service."""
    service, _, name = action.partition(":")
    return name in _service(service).operation_names


@cache
def _service(name: str) -> ServiceModel:
    try:
        return botocore.session.get_session().get_service_model(name)
    except UnknownServiceError:
        raise AssertionError(f"aws has no service {name}") from None


def check_answer(words: Sequence[str], answer: Any) -> None:
    """Assert that ``aws`` *words* can answer *answer*."""
    _check_shape(answer, operation_of(words).output_shape, "answer")


def _check_shape(value: Any, shape: Shape | None, where: str) -> None:
    """Assert that *value* is a *shape*; numbers may be texts, as the tool's shorthand has them."""
    if isinstance(shape, StructureShape | MapShape):
        assert isinstance(value, dict), where
        for name, inner in value.items():
            _check_shape(inner, _inner(shape, name, where), f"{where}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), where
        for inner in value:
            _check_shape(inner, shape.member, where)
    else:
        assert isinstance(value, str | int | float | bool | dict), where
        _check_scalar(str(value), shape, where)


def _inner(shape: StructureShape | MapShape, name: str, where: str) -> Shape:
    if isinstance(shape, MapShape):
        _check_scalar(name, shape.key, where)
        return shape.value
    assert name in shape.members, f"{where} has no {name}"
    return shape.members[name]


def _check_scalar(text: str, shape: Shape | None, where: str) -> None:
    enum = shape.enum if isinstance(shape, StringShape) else []
    if shape is not None and shape.type_name in ("integer", "long"):
        assert text.isdigit(), f"{where}: {text} is no number"
    if where == "--protocol":
        enum = _PROTOCOLS
    if text.startswith('{"'):
        _check_inner_json(json.loads(text), where)

    assert not enum or text in enum, f"{where}: {text} is none of {enum}"


def _check_inner_json(tree: Mapping[str, Any], where: str) -> None:
    """Of JSON within a text, a redrive policy, the stack has the same keys."""
    for name in tree:
        assert f" {name}:" in serverless(), f"{where} has no {name}"
