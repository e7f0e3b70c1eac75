"""From the text of a configuration file to a `Config`, or to all that is wrong with it.

`design/config.md` is the contract. Nothing here keeps anything: `relay.configuration.live` does.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from relay.configuration import template_files
from relay.configuration.building import Builder, errors
from relay.configuration.digest import digest
from relay.configuration.document import MAX_BYTES, compose, decode
from relay.configuration.environment import allowed_hosts, default_sources, deployed
from relay.configuration.files import read_at_most
from relay.configuration.origins import Loaded, Origin
from relay.configuration.reader import Reader
from relay.configuration.secrets import Store
from relay.configuration.variables import Variables
from relay.errors import Problem
from relay.words import Phrase

_NO_FILE = Phrase("找不到配置文件 {file}", "there is no configuration file {file}")
_SET_FILE = Phrase(
    "改正 CONFIG_FILE，或删掉它改用环境变量", "correct CONFIG_FILE, or remove it to use variables"
)
_UNREADABLE = Phrase("配置文件 {file} 不能读", "the configuration file {file} cannot be read")
_ABSENT = ("E201", "E202")  # of variables: a secret that is not set here
_RIGHTS = Phrase("检查文件的权限", "look at the file's permissions")


def load_from(
    found: Origin,
    environ: Mapping[str, str],
    store: Store,
    *,
    thorough: bool = False,
    lenient: bool = False,
) -> Loaded:
    """Read the file or the text that *found* names, as `load` does; never raises.

    Template files are looked for beside the file; those of a text where the process runs.
    """
    text, folder = found.text, None
    if found.path is not None:
        text, problem = _text(found.path, found.name)
        if problem:
            return Loaded(None, (problem,), found.name, text)
        folder = found.path.parent
    options = {"thorough": thorough, "lenient": lenient}
    return load(text, found.name, environ, store, folder=folder, **options)


def _text(path: Path, name: str) -> tuple[str, Problem | None]:
    """Return a file's text, or ``""`` and why there is none (E002, E009)."""
    try:
        raw = read_at_most(path, MAX_BYTES)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        message = (_NO_FILE if missing else _UNREADABLE).filled(file=name)
        return "", Problem("E009", name, message, _SET_FILE if missing else _RIGHTS)
    return decode(raw, name)


def load(
    text: str,
    file: str,
    environ: Mapping[str, str],
    store: Store,
    *,
    folder: Path | None = None,
    thorough: bool = False,
    lenient: bool = False,
) -> Loaded:
    """Read *text*, called *file* in messages; never raises.

    Template files are looked for in *folder*. *thorough* also renders every template against
    example events, which imports Jinja2: for `check`, not for a cold start. *lenient* puts a
    stand-in (W208) where a secret cannot be had: for commands that only look. The sources of the
    variables then have no secret.
    """
    node, problems = compose(text, file)
    if node is None:
        return Loaded(None, problems, file, text)
    store.fetch(_scalars(node))
    reader = Reader(file, store, known=problems, lenient=lenient)
    top = reader.read(node)
    template_files.read(top, reader, folder)
    variables = Variables(environ)
    builder = Builder(
        reader,
        allowed=allowed_hosts(variables),
        default_sources=() if "sources" in top.nodes else default_sources(variables),
    )
    config = builder.build(
        top, origin=file, queue=deployed(variables, "queue"), state=deployed(variables, "state")
    )
    if thorough:
        template_files.check(top, reader, config)
    found = sorted((*problems, *reader.problems), key=lambda one: (one.line, one.column))
    found = [*dict.fromkeys(found), *reader.notes.left_out()]
    found += _of_variables(variables.problems, lenient=lenient)
    usable = None if errors(found) else config._replace(digest=digest(config))
    return Loaded(usable, tuple(found), file, text, tuple(reader.spans), config.lang)


def _of_variables(problems: Iterable[Problem], *, lenient: bool) -> Iterator[Problem]:
    """Yield *problems*, in a lenient load with W208 for a secret that is not set."""
    for one in problems:
        yield one._replace(code="W208") if lenient and one.code in _ABSENT else one


def _scalars(node: Any) -> Iterator[str]:
    """Yield the texts that refer to a parameter store or a file, for one fetch of them all."""
    if node.id == "scalar":
        if "://" in node.value or "${" in node.value:
            yield node.value
    else:
        for item in node.value:
            for part in item if isinstance(item, tuple) else (item,):
                yield from _scalars(part)
