"""From what a person names on the command line to one sample: an event or a file, and changes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from relay.config import GITEE, GITLAB
from relay.configuration.suggest import nearest
from workbench import samples
from workbench.samples import Sample

SOURCES = (GITLAB, GITEE)

# A saved body has lost its headers: GitLab's event header by the body's `object_kind`.
_GITLAB_HEADERS = {
    "push": "Push Hook",
    "tag_push": "Tag Push Hook",
    "issue": "Issue Hook",
    "work_item": "Issue Hook",
    "note": "Note Hook",
    "merge_request": "Merge Request Hook",
    "wiki_page": "Wiki Page Hook",
    "pipeline": "Pipeline Hook",
    "build": "Job Hook",
    "deployment": "Deployment Hook",
    "feature_flag": "Feature Flag Hook",
    "release": "Release Hook",
    "milestone": "Milestone Hook",
    "emoji": "Emoji Hook",
    "access_token": "Resource Access Token Hook",
    "deploy_token": "Resource Deploy Token Hook",
    "vulnerability": "Vulnerability Hook",
}
_MOST_NAMED = 5
_MEMBER_EVENTS = ("user_add_to_", "user_update_for_", "user_remove_from_", "user_access_request_")


class ChoiceError(ValueError):
    """What was named is not there; the message says what is."""


def sample(name: str, source: str = "") -> Sample:
    """Return the sample event or the file called *name*; raises ChoiceError.

    A bare ``pipeline.failed`` is looked for in *source*, else in the one source that has it, else
    in GitLab's. A file is a sample, or a body as a forge sent it.
    """
    known = samples.names()
    for candidate in (name, *(f"{one}/{name}" for one in ([source] if source else SOURCES))):
        if candidate in known:
            return samples.load(candidate)
    path = Path(name)
    if path.is_file():
        return _from_file(path, source)
    if path.suffix == ".json" or path.is_absolute():
        raise ChoiceError(f'no file "{name}"')
    raise ChoiceError(f'no event "{name}"; {_hint(name, source, known)}')


def changed(found: Sample, settings: Sequence[str], headers: Sequence[str]) -> Sample:
    """Apply ``path=value`` to the body and ``Name: value`` to the headers; raises ChoiceError.

    A value that is JSON counts as such, anything else is text.
    """
    body = json.loads(json.dumps(found.body))
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals or not path:
            raise ChoiceError(f'"{setting}": write path=value, for example user_name=zhangsan')
        _put(body, path.split("."), _value(value))
    named = dict(found.headers)
    for header in headers:
        name, colon, text = header.partition(":")
        if not colon or not name.strip():
            raise ChoiceError(f'"{header}": write Name: value')
        named = {key: value for key, value in named.items() if key.lower() != name.strip().lower()}
        named[name.strip()] = text.strip()
    return found._replace(body=body, headers=named)


def _hint(name: str, source: str, known: list[str]) -> str:
    in_reach = [one for one in known if not source or one.startswith(f"{source}/")]
    bare = list(dict.fromkeys(one.partition("/")[2] for one in in_reach))
    of_kind = [one for one in bare if one.startswith(f"{name}.") and "-" not in one]
    if of_kind:
        return f"there are {', '.join(of_kind[:_MOST_NAMED])}"
    close = nearest(name, in_reach if "/" in name else bare)
    return f"did you mean {close}?" if close else "`events` lists them"


def _from_file(path: Path, source: str) -> Sample:
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ChoiceError(f"{path.name} is no JSON file: {type(error).__name__}") from None
    if not isinstance(written, dict):
        raise ChoiceError(f"{path.name} holds no JSON object")
    headers, body = written.get("headers"), written.get("body")
    if not (isinstance(headers, dict) and isinstance(body, dict)):
        headers, body = _guessed_headers(written), written
    texts = {str(key): str(value) for key, value in headers.items()}
    lower = {key.lower() for key in texts}
    forge = source or (GITEE if lower & {"x-gitee-event", "x-git-oschina-event"} else GITLAB)
    return Sample(path.name, forge, "", {}, texts, body)


def _guessed_headers(body: Mapping[str, Any]) -> dict[str, str]:
    if hook := body.get("hook_name"):
        return {"X-Gitee-Event": str(hook)}
    if isinstance(body.get("job"), dict):  # a task of a Gitee pipeline names no hook
        return {"X-Gitee-Event": "pipeline_hooks"}
    event = str(body.get("event_name", ""))
    if event.startswith(_MEMBER_EVENTS) and event.endswith("_group"):
        return {"X-Gitlab-Event": "Member Hook"}
    name = _GITLAB_HEADERS.get(str(body.get("object_kind", "")), "System Hook")
    return {"X-Gitlab-Event": name}


def _put(body: Any, path: list[str], value: Any) -> None:
    """Set one value in nested objects and lists; objects on the way are made when missing."""
    for at, key in enumerate(path):
        last = at == len(path) - 1
        if isinstance(body, list):
            index = int(key) if key.isascii() and key.isdigit() else len(body)
            if index >= len(body):
                raise ChoiceError(f'"{".".join(path)}": the list has entries 0 to {len(body) - 1}')
            key_or_index: Any = index
        elif isinstance(body, dict):
            key_or_index = key
            if not last and not isinstance(body.get(key), dict | list):
                body[key] = {}
        else:
            raise ChoiceError(f'"{".".join(path)}": {".".join(path[:at])} is no object')
        if last:
            body[key_or_index] = value
        else:
            body = body[key_or_index]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
