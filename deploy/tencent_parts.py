"""A block of ``serverless.yml``, read strictly: each fault names its place and what to write.

Of the rest of the file nothing is looked at: it may hold tags of CloudFormation.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.errors import DeployError
from relay.configuration.suggest import nearest
from relay.words import Phrase

_REFERENCE = re.compile(
    r"""\$\{\s*env:\s*(?P<name>\w+)\s*(?:,\s*(?:'(?P<one>[^']*)'|"(?P<two>[^"]*)"|(?P<bare>[\w.-]+))\s*)?\}"""
)
_FLAGS = {"true": True, "false": False}

_NO_FILE = Phrase(
    "没有 {file}：请在项目根目录下运行", "there is no {file}: run this in the project's root folder"
)
_NO_YAML = Phrase("{file} 第 {line} 行：不是正确的 YAML", "{file}, line {line}: not valid YAML")
_WRONG = Phrase("{file}：{place} 要写成{what.zh}", "{file}: {place} must be {what.en}")
_UNKNOWN = Phrase(
    "{file}：{place} 里没有 {name} 这个键（{hint.zh}）",
    "{file}: {place} knows no key {name} ({hint.en})",
)
_NEAR = Phrase("是不是想写 {near}？", "did you mean {near}?")
_KNOWN = Phrase("可以写 {known}", "it may have {known}")
_UNSET = Phrase(
    "{file}：{place} 用到的环境变量 {name} 没有设置；先设置它，或写上默认值："
    "${{env:{name}, '默认值'}}",
    "{file}: {place} needs the environment variable {name}, which is not set: set it, or write a "
    "default: ${{env:{name}, 'default'}}",
)

_A_MAPPING = Phrase("若干个键", "a mapping of keys")
_A_FLAG = Phrase(" true 或 false", "true or false")
_REFERENCES = Phrase(
    "文字，其中只能引用 ${env:NAME} 或 ${env:NAME, '默认值'}",
    "a text whose only references are ${env:NAME} and ${env:NAME, 'default'}",
)


class SettingsError(DeployError):
    """Something on this machine that has to be put right first."""


class Part:
    """A mapping in the file; *place* says where, references are filled in from *environ*."""

    def __init__(self, value: object, file: str, place: str, environ: Mapping[str, str]) -> None:
        self.file = file
        self.place = place
        self.environ = environ
        if not isinstance(value, dict):
            raise self.wrong(_A_MAPPING)
        self.values: dict[Any, Any] = value

    def wrong(self, what: Phrase, name: str = "") -> SettingsError:
        return SettingsError(_WRONG.filled(file=self.file, place=self.at(name), what=what))

    def at(self, name: str) -> str:
        return f"{self.place}.{name}" if name else self.place

    def only(self, *known: str) -> None:
        for name in self.values:
            if name not in known:
                near = nearest(str(name), known)
                hint = _NEAR.filled(near=near) if near else _KNOWN.filled(known=", ".join(known))
                told = {"file": self.file, "place": self.place, "name": name, "hint": hint}
                raise SettingsError(_UNKNOWN.filled(**told))

    def part(self, name: str) -> "Part":
        value = self.values.get(name)
        return Part({} if value is None else value, self.file, self.at(name), self.environ)

    def text(self, name: str, default: str, allowed: Callable[[str], object], what: Phrase) -> str:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.wrong(what, name)
        found = self.filled(value, name)
        if not allowed(found):
            raise self.wrong(what, name)
        return found

    def number(self, name: str, default: int, allowed: Callable[[int], bool], what: Phrase) -> int:
        value = self.values.get(name, default)
        written = self.filled(value, name) if isinstance(value, str) else str(value)
        if not (written.isascii() and written.isdigit() and allowed(int(written[:9]))):
            raise self.wrong(what, name)
        return int(written)

    def flag(self, name: str, default: bool) -> bool:
        value = self.values.get(name, default)
        written = self.filled(value, name) if isinstance(value, str) else str(value)
        if written.lower() not in _FLAGS:
            raise self.wrong(_A_FLAG, name)
        return _FLAGS[written.lower()]

    def filled(self, text: str, name: str) -> str:
        """Return *text* with its references filled in."""
        if "${" in _REFERENCE.sub("", text):
            raise self.wrong(_REFERENCES, name)

        def value(found: re.Match[str]) -> str:
            default = next(
                (one for one in found.group("one", "two", "bare") if one is not None), None
            )
            known = self.environ.get(found["name"], default)
            if known is None:
                told = {"file": self.file, "place": self.at(name), "name": found["name"]}
                raise SettingsError(_UNSET.filled(**told))
            return known

        return _REFERENCE.sub(value, text)


def block(path: Path, place: str, environ: Mapping[str, str]) -> Part:
    """Return the mapping at *place* in *path*, its references filled in from *environ*."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe one
    except OSError:
        raise SettingsError(_NO_FILE.filled(file=path.name)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else "?"
        raise SettingsError(_NO_YAML.filled(file=path.name, line=line)) from None
    except UnicodeDecodeError:
        raise SettingsError(_NO_YAML.filled(file=path.name, line="?")) from None
    for name in place.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return Part(found, path.name, place, environ)


class _Loader(yaml.SafeLoader):
    """Reads a file whose other parts have tags that only CloudFormation knows."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
