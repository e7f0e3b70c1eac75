"""What is the user's own in a bundle: the configuration and its templates, never a secret."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePath

import click
import yaml

from deploy.archives import File
from deploy.targets import BuildError
from relay.config import Config, Secret
from relay.configuration.origins import NAMES
from relay.configuration.references import MASK, parts
from relay.configuration.secret_errors import SecretError
from relay.configuration.template_files import ENDINGS, is_file_name
from relay.words import Phrase
from workbench import configured, env_file
from workbench.checking import check

CONFIG = "config.yml"  # what the function looks for where it stands
TEMPLATES = "templates"
_WRITTEN_OUT = "W201"
# The key in a robot's address, DingTalk's signing secret, GitLab's signing token.
_KEYS = re.compile(
    rb"[?&](?:key|access_token)=[0-9A-Za-z-]{16,}|\bSEC[0-9A-Za-z]{16,}|\bwhsec_[0-9A-Za-z+/=]{16,}"
)
_SECRET_NAME = re.compile(r"SECRET|TOKEN|KEY|PASSWORD|WEBHOOK_URL")
_SHORTEST_SECRET = 8  # characters: anything shorter may stand in a file by chance

_HAS_SECRET = Phrase(
    "{file} 里直接写着密钥，不打包：改成 ${{NAME}}，密钥放在函数的环境变量或密钥服务里",
    "A secret stands in {file} itself, and a bundle holds none: write ${{NAME}}, and give the\n"
    "function the value as a variable or keep it in the cloud's secret store.",
)
_HAS_KEY = Phrase(
    "{file} 第 {line} 行有一个密钥（注释里的也算），不打包：删掉它，或改成 ${{NAME}}",
    "{file}, line {line} has a secret, if only in a comment, and a bundle holds none: take it out, "
    "or write ${{NAME}}",
)
_HIDDEN = Phrase(
    "{file} 不能打包：以 . 开头的文件和目录里常有密钥；换个名字",
    "{file} cannot be bundled: what begins with a dot often hides secrets; give it another name",
)
_OUTSIDE = Phrase(
    "{file} 不在配置文件的目录里，函数里就没有它：放到配置文件旁边，用相对路径写",
    "{file} is not in the configuration's folder, so the function would not have it:\n"
    "put it beside the configuration and name it by its path from there",
)


def find(config: str | None) -> Path | None:
    """Return the configuration: *config*, or the usual file of this folder; None without one."""
    if config is not None:
        return Path(config)
    return next((Path(name) for name in NAMES if Path(name).is_file()), None)


def files(config: Path, lang: str) -> dict[str, File]:
    """Return what goes into a bundle with *config*, once `check` finds nothing wrong with it.

    Secrets are not there yet, so those that are missing are not wrong. What is wrong is printed as
    `check` does, and ends the command: exit code 1. Raises BuildError for what may not go out.
    """
    name = str(config)
    click.get_current_context().invoke(check, file=name, offline=True, lang=lang)
    loaded = configured.read(configured.setting(name, lang), lenient=True, offline=True)
    has_secret = any(problem.code == _WRITTEN_OUT for problem in loaded.problems)
    if has_secret or any(MASK in one.reference for one in _secrets(loaded.usable())):
        raise BuildError(_HAS_SECRET.filled(file=name))
    folder = config.parent
    names = dict.fromkeys([*_named(loaded.text), *_lying_about(folder)])
    own = {name: config.read_bytes(), **{one: _content(folder, one) for one in names}}
    known = _known_secrets(folder)
    for one, content in own.items():
        _check_keys(one, content, known)
    return {CONFIG: File(own.pop(name)), **{one: File(text) for one, text in own.items()}}


def needed(text: str) -> list[str]:
    """Return the variables that a configuration's *text* names and gives no default for."""
    written = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but texts of it
    if isinstance(written, dict):
        written.pop(TEMPLATES, None)  # `${` means nothing there
    return sorted({name for one in _texts(written) for name in _names(one)})


def _names(value: str) -> Iterator[str]:
    with suppress(SecretError):  # `check` has told of it
        yield from (part.name for part in parts(value) if part.name and part.default is None)


def _texts(written: object) -> Iterator[str]:
    if isinstance(written, str):
        yield written
    elif isinstance(written, dict | list):
        for one in written.values() if isinstance(written, dict) else written:
            yield from _texts(one)


def _secrets(config: Config) -> Iterator[Secret]:
    for receiver in config.receivers:
        yield from filter(None, (receiver.url, receiver.secret))
    for source in config.sources:
        yield from (*source.secrets, *source.signing_tokens)


def _named(text: str) -> Iterator[str]:
    """Yield the template files that a configuration names, which `check` has found."""
    written = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but texts of it
    templates = written.get(TEMPLATES) if isinstance(written, dict) else None
    for value in (templates or {}).values():
        if is_file_name(value):
            yield Path(os.path.normpath(value)).as_posix()


def _lying_about(folder: Path) -> Iterator[str]:
    """Yield the files of the templates' folder that can be templates."""
    for path in sorted((folder / TEMPLATES).rglob("*")):
        name = path.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and path.name.endswith(ENDINGS) and not is_hidden:
            yield name.as_posix()


def _known_secrets(folder: Path) -> list[bytes]:
    """Return the secrets that stand in the ``.env`` of *folder*."""
    return [
        value.encode()
        for name, value in env_file.present(folder).items()
        if len(value) >= _SHORTEST_SECRET and _SECRET_NAME.search(name)
    ]


def _check_keys(name: str, content: bytes, known: Sequence[bytes]) -> None:
    """Raise BuildError when *content* shows a secret, wherever in it; it is not told which."""
    places = [match.start() for match in [_KEYS.search(content)] if match]
    places += [at for at in map(content.find, known) if at >= 0]
    if places:
        line = content.count(b"\n", 0, min(places)) + 1
        raise BuildError(_HAS_KEY.filled(file=name, line=line))


def _content(folder: Path, name: str) -> bytes:
    """Return a file of the user's *folder*; raises BuildError for one that may not go out."""
    real = (folder / name).resolve()
    if PurePath(name).is_absolute() or not real.is_relative_to(folder.resolve()):
        raise BuildError(_OUTSIDE.filled(file=name))
    parts = (*PurePath(name).parts, *real.relative_to(folder.resolve()).parts)
    if any(part.startswith(".") for part in parts):
        raise BuildError(_HIDDEN.filled(file=name))
    return real.read_bytes()
