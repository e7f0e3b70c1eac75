"""From what a person names on the command line to one sample: an event or a file, and changes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from relay.config import GITEE, GITLAB
from relay.configuration.suggest import did_you_mean
from relay.errors import NOTHING
from relay.words import Phrase
from workbench import samples
from workbench.languages import listed
from workbench.samples import Sample
from workbench.saved_hooks import PROOFS, forges

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
_GITEE_EVENTS = {"x-gitee-event", "x-git-oschina-event"}
_MOST_NAMED = 5
_FOLDERS = ("./", "../", "~", ".\\", "..\\")
_SUFFIXES = (".json", ".jsonl", ".log", ".txt", ".yml", ".yaml")
_OF_OLD_PROOF = (*PROOFS, "webhook-id")  # a request is proven anew, and that is signed, too
_MEMBER_EVENTS = ("user_add_to_", "user_update_for_", "user_remove_from_", "user_access_request_")


_NO_FILE = Phrase("没有文件 “{name}”", 'no file "{name}"')
_NO_EVENT = Phrase("没有事件 “{name}”；{hint.zh}", 'no event "{name}"; {hint.en}')
_OF_KIND = Phrase("可选：{names.zh}", "there are {names.en}")
_LISTED = Phrase("用 `events` 列出全部", "`events` lists them")
_WRITE = Phrase(
    "“{setting}” 写成 path=value，例如 user_name=zhangsan",
    '"{setting}": write path=value, for example user_name=zhangsan',
)
_WRITE_HEADER = Phrase("“{header}” 写成 Name: value", '"{header}": write Name: value')
_NO_JSON = Phrase("{name} 不是 JSON 文件：{why}", "{name} is no JSON file: {why}")
_NO_OBJECT = Phrase("{name} 的内容不是 JSON 对象", "{name} holds no JSON object")
_ENTRIES = Phrase(
    "“{path}”：列表里有第 0 到 {last} 项", '"{path}": the list has entries 0 to {last}'
)
_NO_KEY = Phrase("“{path}”：没有 {key}；{hint.zh}", '"{path}": there is no {key}; {hint.en}')
_NOT_INSIDE = Phrase("“{path}”：{above} 不是对象", '"{path}": {above} is no object')


class ChoiceError(ValueError):
    """What was named is not there; *phrase* says what is."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase


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
    hint = _hint(name, source, known)
    if _is_path(name) or ("/" in name and hint == _LISTED):
        raise ChoiceError(_NO_FILE.filled(name=name))
    raise ChoiceError(_NO_EVENT.filled(name=name, hint=hint))


def _is_path(name: str) -> bool:
    return name.startswith(_FOLDERS) or Path(name).is_absolute() or Path(name).suffix in _SUFFIXES


def changed(found: Sample, settings: Sequence[str], headers: Sequence[str]) -> Sample:
    """Apply ``path=value`` to the body and ``Name: value`` to the headers; raises ChoiceError.

    A value that is JSON counts as such, anything else is text.
    """
    body = json.loads(json.dumps(found.body))
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals or not path:
            raise ChoiceError(_WRITE.filled(setting=setting))
        _put(body, path.split("."), _value(value))
    named = dict(found.headers)
    for header in headers:
        name, colon, text = header.partition(":")
        if not colon or not name.strip():
            raise ChoiceError(_WRITE_HEADER.filled(header=header))
        named = {key: value for key, value in named.items() if key.lower() != name.strip().lower()}
        named[name.strip()] = text.strip()
    return found._replace(body=body, headers=named)


def _hint(name: str, source: str, known: list[str]) -> Phrase:
    in_reach = [one for one in known if not source or one.startswith(f"{source}/")]
    bare = list(dict.fromkeys(one.partition("/")[2] for one in in_reach))
    of_kind = [one for one in bare if one.startswith(f"{name}.") and "-" not in one]
    if of_kind:
        return _OF_KIND.filled(names=listed(of_kind[:_MOST_NAMED]))
    close = did_you_mean(name, in_reach if "/" in name else bare)
    return _LISTED if close == NOTHING else close


def _from_file(path: Path, source: str) -> Sample:
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ChoiceError(_NO_JSON.filled(name=path.name, why=type(error).__name__)) from None
    if not isinstance(written, dict):
        raise ChoiceError(_NO_OBJECT.filled(name=path.name))
    headers, body = written.get("headers"), written.get("body")
    if not (isinstance(headers, dict) and isinstance(body, dict)):
        headers, body = _guessed_headers(written), written
    texts = {str(key): str(value) for key, value in headers.items()}
    forge = source or _forge(texts, body)
    kept = {name: text for name, text in texts.items() if name.lower() not in _OF_OLD_PROOF}
    return Sample(path.name, forge, "", {}, kept, body)


def _forge(headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """Return the one forge that a file speaks of; of two it is that of the event's header."""
    found = forges(headers, body)
    if len(found) == 1:
        return found[0]
    return GITEE if _GITEE_EVENTS & {name.lower() for name in headers} else GITLAB


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
    """Set one value in nested objects and lists.

    What has no keys yet, an empty object or a value that is none, takes any.
    """
    for at, key in enumerate(path):
        last = at == len(path) - 1
        if isinstance(body, list):
            index = int(key) if key.isascii() and key.isdigit() else len(body)
            if index >= len(body):
                raise ChoiceError(_ENTRIES.filled(path=".".join(path), last=len(body) - 1))
            key_or_index: Any = index
        elif isinstance(body, dict):
            key_or_index = _known(key, body, path)
            if not last and not isinstance(body.get(key), dict | list):
                body[key] = {}
        else:
            raise ChoiceError(_NOT_INSIDE.filled(path=".".join(path), above=".".join(path[:at])))
        if last:
            body[key_or_index] = value
        else:
            body = body[key_or_index]


def _known(key: str, body: Mapping[str, Any], path: list[str]) -> str:
    """Return *key*; raises ChoiceError when *body* has others only."""
    if not body or key in body:
        return key
    close = did_you_mean(key, body)
    names = [*list(body)[:_MOST_NAMED], *["…"][: len(body) > _MOST_NAMED]]
    hint = _OF_KIND.filled(names=listed(names)) if close == NOTHING else close
    raise ChoiceError(_NO_KEY.filled(path=".".join(path), key=key, hint=hint))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
