"""Where the configuration stands, and what came of reading it.

`CONFIG_YAML` (inline text) comes before `CONFIG_FILE` (a path; unset: `config.yml` where the
function stands; empty: no file), and that before the variables (`design/config.md` section 3).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from relay.config import Config
from relay.errors import ConfigError, Problem

ENVIRONMENT = "environment"
SECRETS = "RELAY_SECRETS"  # names where more variables are (`secret_variables`)
NAMES = ("config.yml", "config.yaml")
_ROOT = Path(__file__).resolve().parents[2]


class Origin(NamedTuple):
    """*text* itself, or a file at *path*; neither: the variables."""

    name: str
    text: str = ""
    path: Path | None = None


class Loaded(NamedTuple):
    """*config* is None when one of *problems* is an error. *text* and *spans* are for snippets.

    *spans* says where secrets stand: line, column and length, from 1. *lang* is the file's own, as
    far as it could be read.
    """

    config: Config | None
    problems: tuple[Problem, ...] = ()
    file: str = ""
    text: str = ""
    spans: tuple[tuple[int, int, int], ...] = ()
    lang: str = "zh-CN"

    def usable(self) -> Config:
        """Return the configuration; raises ConfigError with every problem."""
        if self.config is None:
            raise ConfigError(self.problems)
        return self.config


def origin(environ: Mapping[str, str], folders: tuple[Path, ...] = (Path(), _ROOT)) -> Origin:
    """Return where the configuration stands; relative paths are looked for in *folders*."""
    if text := environ.get("CONFIG_YAML", "").strip():
        return Origin("CONFIG_YAML", text=text)
    named = environ.get("CONFIG_FILE")
    wanted = NAMES if named is None else tuple(filter(None, [named.strip()]))
    for name in wanted:
        for folder in folders:
            if (folder / name).is_file():
                return Origin(name, path=folder / name)
    if named is None or not wanted:
        return Origin(ENVIRONMENT)
    return Origin(wanted[0], path=folders[0] / wanted[0])


def from_variables(environ: Mapping[str, str]) -> Loaded:
    """Read the variables alone."""
    from relay.configuration.environment import configuration

    try:
        config = configuration(environ)
    except ConfigError as error:
        return Loaded(None, error.problems, lang=lang_of(environ))
    return Loaded(config, lang=config.lang)


def lang_of(environ: Mapping[str, str]) -> str:
    """Return the language for what is told while no configuration can be read."""
    return "en" if environ.get("NOTIFY_LANG", "").strip().lower().startswith("en") else "zh-CN"
