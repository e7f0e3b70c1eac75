"""What AWS's command line takes and answers, by the SDK's own models."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

_COMMON = {"--query", "--output", "--region", "--profile", "--endpoint-url", "--no-cli-pager"}
# Commands of the tool itself, with their options.
_OWN = {
    ("configure",): {"--profile"},
    ("configure", "sso"): {"--profile"},
    ("logs", "tail"): {"--follow", "--since", "--format", "--filter-pattern", "--log-stream-names"},
}
# The tool has another name for a parameter: its `--endpoint-url` stands in the way.
_RENAMED = {("sns", "subscribe", "--notification-endpoint"): "Endpoint"}


def check_aws(words: Sequence[str]) -> None:
    """Assert that ``aws`` *words* names a service, an operation and parameters that exist."""
    own = next((_OWN[key] for size in (2, 1) if (key := tuple(words[:size])) in _OWN), None)
    if own is not None:
        assert {word for word in words if word.startswith("--")} <= own | _COMMON, words
        return
    operation = operation_of(words)
    given = {_member(operation, words, word) for word in words[2:] if word.startswith("--")}
    needed = operation.input_shape.required_members if operation.input_shape else []

    assert set(needed) <= given, f"aws {words[0]} {words[1]} needs {sorted(set(needed) - given)}"


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
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict), where
        for name, inner in value.items():
            assert name in shape.members, f"{where} has no {name}"
            _check_shape(inner, shape.members[name], f"{where}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), where
        for inner in value:
            _check_shape(inner, shape.member, where)
    else:
        assert isinstance(value, str | int | float | bool | dict), where
