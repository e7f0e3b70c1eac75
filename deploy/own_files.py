"""What is the user's own in a bundle: the configuration and its templates, never a secret."""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePath

import click
import yaml

from deploy.archives import File
from deploy.targets import BuildError
from relay.config import Config, Secret
from relay.words import Phrase
from workbench import configured
from workbench.checking import check

CONFIG = "config.yml"  # what the function looks for where it stands
TEMPLATES = "templates"
_NAMES = (CONFIG, "config.yaml")
# Of a template file, as `relay.configuration.template_files` knows it.
_ENDINGS = (".j2", ".jinja", ".jinja2", ".md", ".txt")
_REFERENCE = re.compile(r"(?<!\$)\$\{(\w+)\}")
_WRITTEN_OUT = "W201"
_MASKED_DEFAULT = ":-***}"

_HAS_SECRET = Phrase(
    "{file} 里直接写着密钥，不打包：改成 ${{NAME}}，密钥放在函数的环境变量或密钥服务里",
    "A secret stands in {file} itself, and a bundle holds none: write ${{NAME}}, and give the\n"
    "function the value as a variable or keep it in the cloud's secret store.",
)
_HIDDEN = Phrase(
    "{file} 不能打包：以 . 开头的文件里常有密钥；换个名字",
    "{file} cannot be bundled: files whose name begins with a dot often hold secrets; rename it",
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
    return next((Path(name) for name in _NAMES if Path(name).is_file()), None)


def files(config: Path, lang: str) -> dict[str, File]:
    """Return what goes into a bundle with *config*, once `check` finds nothing wrong with it.

    Secrets are not there yet, so those that are missing are not wrong. What is wrong is printed as
    `check` does, and ends the command: exit code 1. Raises BuildError for what may not go out.
    """
    name = str(config)
    click.get_current_context().invoke(check, file=name, offline=True, lang=lang)
    loaded = configured.read(configured.setting(name, lang), lenient=True, offline=True)
    has_secret = any(problem.code == _WRITTEN_OUT for problem in loaded.problems)
    if has_secret or any(_MASKED_DEFAULT in one.reference for one in _secrets(loaded.usable())):
        raise BuildError(_HAS_SECRET.filled(file=name))
    folder = config.parent
    names = dict.fromkeys([*_named(loaded.text), *_lying_about(folder)])
    own = {one: File(_content(folder, one)) for one in names}
    return {CONFIG: File(config.read_bytes()), **own}


def needed(text: str) -> list[str]:
    """Return the variables that a configuration's *text* names and gives no default for."""
    written = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but texts of it
    if isinstance(written, dict):
        written.pop(TEMPLATES, None)  # `${` means nothing there
    return sorted({name for one in _texts(written) for name in _REFERENCE.findall(one)})


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
        if value.endswith(_ENDINGS) and "\n" not in value and "{" not in value:
            yield Path(os.path.normpath(value)).as_posix()


def _lying_about(folder: Path) -> Iterator[str]:
    """Yield the files of the templates' folder that can be templates."""
    for path in sorted((folder / TEMPLATES).rglob("*")):
        if path.is_file() and path.name.endswith(_ENDINGS) and not path.name.startswith("."):
            yield path.relative_to(folder).as_posix()


def _content(folder: Path, name: str) -> bytes:
    """Return a file of the user's *folder*; raises BuildError for one that may not go out."""
    real = (folder / name).resolve()
    if PurePath(name).is_absolute() or not real.is_relative_to(folder.resolve()):
        raise BuildError(_OUTSIDE.filled(file=name))
    if real.name.startswith("."):
        raise BuildError(_HIDDEN.filled(file=name))
    return real.read_bytes()
