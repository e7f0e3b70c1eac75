"""``python -m deploy.bundles``: the zip files that the clouds run, made without a cloud's tools.

The same files give the same zip, so that an unchanged function need not be deployed again.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from rich.cells import set_cell_size

from deploy import bytecode, contents, own_files, wheels
from deploy.archives import Files, write, zipped
from deploy.targets import PLATFORMS, TARGETS, BuildError, Target
from relay.words import Phrase
from workbench import terminal
from workbench.cli import SETTINGS, Failure, lang_option
from workbench.verb import OneOf, Verb, choice, option

PROJECT = Path(__file__).resolve().parent.parent
MOST_BYTES = 3_000_000
_MB = 1_000_000
_VERSION = re.compile(r"3\.\d{1,2}")

_AS_CLOUD = Phrase("默认：和云上一样", "Default: what the cloud has")
_BAD_VERSION = Phrase(
    "--python 写成 3.13 这样的版本号，不是 “{given}”",
    "--python is a version like 3.13, not “{given}”",
)
_CANNOT = Phrase("{file} 读写不了（{why}）", "{file} cannot be read or written ({why})")
_LABEL_CELLS = 8
_LABELS = (
    Phrase("大小", "size"),
    Phrase("SHA-256", "SHA-256"),
    Phrase("运行在", "for"),
    Phrase("文件", "files"),
    Phrase("你的", "yours"),
    Phrase("要设置", "needs"),
    Phrase("预编译", ".pyc"),
)
_FITS = Phrase("{size} MB", "{size} MB")
_OVER = Phrase("{size} MB，超过 {most} MB", "{size} MB, more than {most} MB")
_FORMER = Phrase(
    "没有打出新的包：{files} 还是以前的", "no bundle was made: {files} is still the former one"
)
_NOTHING = Phrase(
    "没有 config.yml：函数用环境变量配置", "no config.yml: the function's variables configure it"
)
_COMPILED = Phrase("有 {count} 个，Python {version} 编译", "{count}, made by Python {version}")
_BARE = Phrase(
    "没有：这里没有 Python {python}，冷启动要慢约 0.1 秒",
    "none: no Python {python} here to make them; cold starts take 0.1 s longer",
)


class Built(NamedTuple):
    """A bundle; *made_by* is what compiled it, None for one without byte code."""

    target: Target
    files: Files
    own: Files
    made_by: bytecode.Interpreter | None

    def zipped(self) -> bytes:
        return zipped(self.files)


def build(
    target: Target,
    own: Files,
    *,
    offline: bool,
    say: Callable[[Phrase], None],
    project: Path = PROJECT,
) -> Built:
    """Return the bundle of *target* with the user's *own* files; raises BuildError, OSError."""
    packages = wheels.packages(project, target, offline=offline, say=say)
    files = {**own, **contents.files(project, packages, target)}
    made_by = bytecode.interpreter(target.python)
    if made_by:
        files |= bytecode.compiled(files, target, made_by)
    return Built(target, files, own, made_by)


@click.command(
    "bundles",
    cls=Verb,
    context_settings=SETTINGS,
    example="python -m deploy.bundles aws",
    about=Phrase("打出各个云的部署包（zip）。", "Make the zip files for the clouds."),
    more=Phrase(
        "NAMES 默认全部。配置和模板在 `check` 没有问题时一起打包；密钥从不打包。",
        "NAMES: by default all of them. Your configuration and templates go in once `check` finds "
        "nothing wrong with them; a secret never does.",
    ),
)
@click.argument("names", nargs=-1, type=OneOf(TARGETS))
@choice("--arch", known=PLATFORMS, about=_AS_CLOUD)
@option("--python", metavar="X.Y", about=_AS_CLOUD)
@option(
    "--to",
    default="build",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    about=Phrase("默认：build", "Default: build"),
)
@option(
    "--config",
    metavar="FILE",
    about=Phrase("默认：config.yml，如果有", "Default: config.yml, if there is one"),
)
@option(
    "--offline",
    is_flag=True,
    about=Phrase("只用这里已有的依赖包", "Use only packages that are here already"),
)
@lang_option
def main(
    names: tuple[str, ...],
    *,
    arch: str | None,
    python: str | None,
    to: Path,
    config: str | None,
    offline: bool,
    lang: str,
) -> None:
    """Make the bundles that *names* mean; exit code 1 with every fault for one that cannot be."""
    if python and not _VERSION.fullmatch(python):
        raise click.UsageError(_BAD_VERSION.filled(given=python).of(lang))
    console = terminal.console()
    left = list(dict.fromkeys(names or TARGETS))
    try:
        found = own_files.find(config)
        own = own_files.files(found, lang) if found else {}
        while left:
            target = TARGETS[left[0]]
            target = target._replace(arch=arch or target.arch, python=python or target.python)
            built = build(
                target, own, offline=offline, say=lambda phrase: console.print(phrase.of(lang))
            )
            path, content = to / f"{target.name}.zip", built.zipped()
            write(path, content)
            terminal.show_wrapped(_report(path, built, content, lang), console)
            del left[0]
    except BuildError as error:
        raise Failure(error.phrase.of(lang)) from None
    except OSError as error:
        told = _CANNOT.filled(file=error.filename or to, why=error.strerror)
        raise Failure(told.of(lang)) from None
    finally:
        _tell_former([to / f"{name}.zip" for name in left], lang)


def _tell_former(paths: Sequence[Path], lang: str) -> None:
    """Warn of zips that were to be made anew and were not: somebody may deploy them."""
    if there := [path.as_posix() for path in paths if path.is_file()]:
        click.echo(_FORMER.filled(files=", ".join(there)).of(lang), err=True)


def _report(path: Path, built: Built, content: bytes, lang: str) -> str:
    target = built.target
    size = _FITS if len(content) <= MOST_BYTES else _OVER
    values = (
        size.filled(size=f"{len(content) / _MB:.2f}", most=MOST_BYTES / _MB).of(lang),
        hashlib.sha256(content).hexdigest(),
        f"Python {target.python}, {target.platform}",
        str(len(built.files)),
        terminal.single_line(", ".join(built.own)) or _NOTHING.of(lang),
        ", ".join(_needed(built.own)) or "–",
        _byte_code(built).of(lang),
    )
    labels = [set_cell_size(label.of(lang), _LABEL_CELLS) for label in _LABELS]
    lines = [f"  {label}{value}" for label, value in zip(labels, values, strict=True)]
    return "\n".join([str(path), *lines])


def _needed(own: Files) -> list[str]:
    """Return the variables that the function has to have for the user's configuration."""
    return own_files.needed(own[own_files.CONFIG].content.decode()) if own else []


def _byte_code(built: Built) -> Phrase:
    if built.made_by is None:
        return _BARE.filled(python=built.target.python)
    count = sum(name.endswith(".pyc") for name in built.files)
    return _COMPILED.filled(count=count, version=built.made_by.version)


if __name__ == "__main__":
    main()
