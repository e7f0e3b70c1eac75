"""``python -m deploy.component``: the function as a file for Tencent Cloud's own CLI, ``scf``.

It writes ``build/tencent/serverless.yml`` from ``custom.tencent`` of ours, beside the unpacked
bundle. That CLI takes no YAML tags, and of references only ``${env:…}``: values from the
environment stay such references, so the file holds no secret. `reference/platforms.md` section 3.2.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import click
import yaml

from deploy import settings, tencent_bundle
from deploy.settings import Settings
from deploy.tencent_parts import SettingsError
from deploy.tencent_variables import from_file, merged
from relay.words import Phrase
from workbench import terminal
from workbench.cli import SETTINGS, lang_option
from workbench.env_file import ENV_FILE
from workbench.verb import Verb, option

FOLDER = Path("build/tencent")
CODE = "code"

_HEAD = (
    "# Made by python -m deploy.component from serverless.yml: change that file, not this one.\n"
)
_WROTE = Phrase("已写入 {file}，代码在 {code}", "wrote {file}, the code is in {code}")
_NEXT = Phrase(
    "下一步：cd {folder} && scf deploy（变量要在环境里：{names}）",
    "next: cd {folder} && scf deploy (with these variables set: {names})",
)
_UNWRITABLE = Phrase("{file} 写不了（{why}）", "{file} cannot be written ({why})")


@click.command(
    cls=Verb,
    example="python -m deploy.component",
    context_settings=SETTINGS,
    about=Phrase(
        "为厂商的命令行写 build/tencent/serverless.yml，把部署包解开放在旁边。",
        "Write build/tencent/serverless.yml for the vendor's CLI, with the bundle unpacked beside "
        "it.",
    ),
    more=Phrase(
        ".env 里的变量只写名字：运行 `scf deploy` 以前先设好。",
        "Of the variables in .env only the names are written: set them before `scf deploy`.",
    ),
)
@option(
    "--zip",
    "file",
    default="build/tencent.zip",
    metavar="FILE",
    about=Phrase("默认：build/tencent.zip", "Default: build/tencent.zip"),
)
@option(
    "--env-file",
    metavar="FILE",
    about=Phrase("用它里面的变量名；默认：.env", "Whose names count. Default: .env"),
)
@lang_option
def main(*, file: str, env_file: str | None, lang: str) -> None:
    """Write the vendor's description from ours; no value of a variable is in it."""
    try:
        names = from_file(Path(env_file or ENV_FILE), required=env_file is not None)
        described = settings.load(Path(settings.FILE), os.environ)
        merged({**described.variables, **names}, {})
        written = variables(Path(settings.FILE), os.environ, names)
        tencent_bundle.bundle(Path(file), tencent_bundle.EVENT)
        _unpack(Path(file), FOLDER / CODE)
        target = FOLDER / settings.FILE
        target.write_text(_HEAD + text(described, written), encoding="utf-8")
    except SettingsError as error:
        raise click.ClickException(error.phrase.of(lang)) from None
    except OSError as error:
        told = _UNWRITABLE.filled(file=error.filename, why=error.strerror)
        raise click.ClickException(told.of(lang)) from None
    told = _WROTE.filled(file=target.as_posix(), code=(FOLDER / CODE).as_posix())
    needed = sorted(name for name, value in written.items() if "${" in value)
    after = _NEXT.filled(folder=FOLDER.as_posix(), names=", ".join(needed) or "–")
    for phrase in (told, after):
        terminal.show_wrapped(phrase.of(lang), terminal.console())


def variables(path: Path, environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return the function's variables, those from the environment and *names* as references."""
    references = {name: f"${{env:{name}}}" for name in (*environ, *names)}
    found = settings.variables(path, references)
    return {**found, **{name: references[name] for name in names}}


def text(described: Settings, written: Mapping[str, str]) -> str:
    """Return the component file."""
    network = {"enableIntranet": described.intranet, "enableExtranet": True}
    http = {"authType": "NONE", "qualifier": described.qualifier, "netConfig": network}
    inputs: dict[str, Any] = {
        "name": described.name,
        "src": f"./{CODE}",
        "handler": described.handler,
        "runtime": described.runtime,
        "region": described.region,
        "memorySize": described.memory_mb,
        "timeout": described.timeout_s,
        "eip": described.eip,
        **({"role": described.role} if described.role else {}),
        "environment": {"variables": dict(sorted(written.items()))},
        "events": [{"http": {"parameters": http}}],
    }
    whole = {"component": "scf", "name": described.name, "inputs": inputs}
    return str(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=100))


def _unpack(bundle: Path, folder: Path) -> None:
    """Put the files of *bundle* into *folder*, in place of all that was there."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    with ZipFile(bundle) as archive:
        archive.extractall(folder)  # it leaves out what would land outside


if __name__ == "__main__":
    main()
