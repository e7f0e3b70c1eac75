"""What `doctor` looks at, and what a finding is.

Everything that was read and asked stands in a `Scene`; the checks are pure functions of it.
"""

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from relay.config import Config, Receiver, Source
from relay.configuration.origins import Loaded, origin
from relay.errors import NOTHING, DeliveryError
from relay.words import Phrase
from workbench import configured
from workbench.asking_url import Answer, Silence
from workbench.cli import Failure
from workbench.configured import Setting
from workbench.env_file import ENV_FILE
from workbench.interpreter import python

OK, WARNING, ERROR, SKIPPED = "ok", "warning", "error", "skipped"
LIMIT_S = 5.0  # for each receiver, and for each answer of the function
ROOT = Path(__file__).resolve().parents[1]


class Finding(NamedTuple):
    """*check* names the check for programs; *remedy* is what to do, empty where nothing is."""

    check: str
    status: str
    found: Phrase
    remedy: Phrase = NOTHING


def installed(name: str) -> str:
    """Return the version of the package *name*, ``""`` if it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


class Machine(NamedTuple):
    """What runs the relay here. *installed* gives a package's version, ``""`` if there is none.

    *requirements* is the text of the file; *libyaml*: PyYAML has its part in C.
    """

    python: tuple[int, ...] = sys.version_info[:3]
    system: str = sys.platform
    installed: Callable[[str], str] = installed
    requirements: str = ""
    libyaml: bool = False


class Heard(NamedTuple):
    """What a robot said to an empty message; *said* None: it took it. *tokens* may not show."""

    receiver: Receiver
    answer: Answer | Silence
    said: DeliveryError | None = None
    tokens: tuple[str, ...] = ()


class Proven(NamedTuple):
    """What the deployed function said to an event of *source*; None: it was not asked.

    *is_wrong*: the event had a wrong proof, which was not refused; the right one was not sent.
    """

    source: Source
    answer: Answer | Silence | None = None
    is_wrong: bool = False


class Function(NamedTuple):
    """The deployed function: its address, its health answer, and the tries of each secret."""

    address: str
    health: Answer | Silence
    proven: tuple[Proven, ...] = ()


class Scene(NamedTuple):
    """*strict* is what the function would read; *loose* the same with stand-ins for secrets."""

    machine: Machine
    folder: Path
    environ: Mapping[str, str]
    given: Setting
    strict: Loaded
    loose: Loaded
    robots: tuple[Heard, ...] = ()
    function: Function | None = None
    version: str = ""

    @property
    def config(self) -> Config | None:
        return self.strict.config or self.loose.config

    def unseen(self, place: str) -> bool:
        """Tell whether a secret below *place* (``receivers.backend``) could not be had here."""
        return configured.unseen(self.loose.problems, place)

    @property
    def check_command(self) -> str:
        """Return the command that tells all that is wrong with the configuration."""
        path = self.given.found.path
        return f"{python()} -m relay check" + (f" {shlex.quote(str(path))}" if path else "")


def looked_at(
    file: str | None, lang: str, environ: Mapping[str, str], machine: Machine, version: str
) -> Scene:
    """Return the scene before anybody was asked; a *file* that is not there is a usage error."""
    given = _given(file, lang, environ)
    strict = configured.read(given, thorough=True)
    loose = strict if strict.config else configured.read(given, lenient=True)
    return Scene(machine, Path(), given.environ, given, strict, loose, version=version)


def env_files(scene: Scene) -> list[Path]:
    """Return where a ``.env`` would be read: here, and beside the configuration."""
    path = scene.given.found.path
    folders = [scene.folder, *([path.parent] if path else [])]
    # A link that leads to itself makes `Path.resolve` raise.
    return list({os.path.realpath(one / ENV_FILE): one / ENV_FILE for one in folders}.values())


def _given(file: str | None, lang: str, environ: Mapping[str, str]) -> Setting:
    """Return where the configuration stands, without ``.env`` if that cannot be read."""
    try:
        return configured.setting(file, lang, environ)
    except Failure:
        others = {name: value for name, value in environ.items() if name != "CONFIG_YAML"}
        told = {**others, "CONFIG_FILE": file} if file else dict(environ)
        return Setting(origin(told), told)
