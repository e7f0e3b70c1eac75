"""The configuration that a command works with: where it stands, read, or all that is wrong with it.

Commands also read ``.env`` beside the configuration; values of the environment win. The function
itself never does.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from relay.config import Config, Receiver, Route
from relay.configuration.live import Live
from relay.configuration.loading import load_from
from relay.configuration.origins import ENVIRONMENT, Loaded, Origin, from_variables, origin
from relay.configuration.secrets import SecretError, Store, default_fetchers
from relay.configuration.suggest import did_you_mean
from relay.errors import Problem
from relay.events import Event
from relay.words import Phrase
from workbench import env_file, kept_variables, own_log, terminal
from workbench.bubbles import pretty_json
from workbench.cli import Failure
from workbench.first_config import WEBHOOK_SECRET, WECOM_URL
from workbench.interpreter import python
from workbench.languages import listed
from workbench.problem_formats import formatted
from workbench.weak_values import short_secrets

if TYPE_CHECKING:
    from relay.configuration.live import Read

QUEUE_VARIABLE = "RELAY_QUEUE"
UNSEEN = "W208"  # a secret that cannot be had here
_ABSENT = ("E201", "E202")  # a variable that is needed and not set
_KEPT_ELSEWHERE = "://"  # in a text about a value of ssm:// or file://

_NO_FILE = Phrase("没有文件 “{file}”", "there is no file “{file}”")
_NO_ENV = Phrase("{file} 读不了（{why}）", "{file} cannot be read ({why})")
_NOT_ASKED = Phrase("{place} 没有去取", "{place} was not fetched")
_NO_RECEIVER = Phrase("receivers 里没有 “{name}”；{hint.zh}", 'no receiver "{name}"; {hint.en}')
_THERE_ARE = Phrase("可选：{names.zh}", "there are {names.en}")
_ENVIRONMENT = Phrase("环境变量", "environment variables")
_IN_ENV = Phrase(
    "{hint.zh}；在这台机器上：在 .env 里写一行 名字=值",
    "{hint.en}; on this machine: a line NAME=value in .env",
)
_BEGIN = Phrase(
    "{hint.zh}；在这台机器上：运行 {init}，或在 .env 里写一行 名字=值",
    "{hint.en}; on this machine: {init}, or a line NAME=value in .env",
)
# Neither a robot nor a secret: nobody has set anything up here.
_NOTHING_YET = {("E201", WECOM_URL), ("E202", WEBHOOK_SECRET)}


class Setting(NamedTuple):
    """Where the configuration stands, and the variables that go with it, those of ``.env`` too."""

    found: Origin
    environ: dict[str, str]

    @property
    def is_file(self) -> bool:
        return self.found.name != ENVIRONMENT

    def name(self, lang: str) -> str:
        """Return what to call it: a file's name, ``CONFIG_YAML``, or the environment's."""
        return self.found.name if self.is_file else _ENVIRONMENT.of(lang)


def setting(file: str | None, lang: str, environ: Mapping[str, str] = os.environ) -> Setting:
    """Return where *file*, or else what *environ* names or holds, stands; reads ``.env``.

    The variables found lead the function to the same configuration. A *file* that is not there is
    a usage error (exit code 2).
    """
    if file is not None and not Path(file).is_file():
        raise click.UsageError(_NO_FILE.filled(file=file).of(lang))
    told = _told(file, environ) if file else {**_variables(Path(), lang), **environ}
    found = origin(told)
    if found.path is None:
        return Setting(found, told)
    beside = _variables(found.path.parent, lang)
    return Setting(found, _told(str(found.path), {**beside, **told}))


def read(
    given: Setting, *, thorough: bool = False, lenient: bool = False, offline: bool = False
) -> Loaded:
    """Read the configuration; *thorough* and *lenient* as in `relay.configuration.loading`.

    A thorough reading also warns of secrets that can be guessed.
    *offline*: no parameter store is asked. Without a file, `RELAY_SECRETS` may hold all there is:
    a lenient reading does without it only offline.
    """
    given, told = fetched(given, offline=offline)
    is_missing = any(one.is_error for one in told)
    if is_missing and lenient and (offline or given.is_file):
        told = tuple(one._replace(code=UNSEEN) for one in told)
    loaded = _read(given, thorough=thorough, lenient=lenient, offline=offline)
    problems = loaded.problems
    if is_missing and not given.is_file:
        problems = tuple(one for one in problems if one.code not in _ABSENT)
    config = None if any(one.is_error for one in told) else loaded.config
    weak = _weak(loaded) if thorough else ()
    return loaded._replace(config=config, problems=(*told, *problems, *weak))


def fetched(given: Setting, *, offline: bool = False) -> tuple[Setting, tuple[Problem, ...]]:
    """Return *given* with the variables that `RELAY_SECRETS` leads to, and what is wrong with them.

    It is not set any more then. A file that was found stays the configuration, whatever they are.
    """
    environ, told = kept_variables.fetched(given.environ, offline=offline)
    if given.found.path is not None:
        return Setting(given.found, _told(str(given.found.path), environ)), told
    return Setting(origin(environ), environ), told


def _read(given: Setting, *, thorough: bool, lenient: bool, offline: bool) -> Loaded:
    if not given.is_file:
        return from_variables(given.environ)
    fetchers = {**default_fetchers(given.environ), "ssm": _not_asked} if offline else None
    store = Store(given.environ, fetchers=fetchers)
    return load_from(given.found, given.environ, store, thorough=thorough, lenient=lenient)


def _weak(loaded: Loaded) -> tuple[Problem, ...]:
    """Return the warnings for short secrets, but for those whose value is a stand-in."""
    if loaded.config is None:
        return ()
    real = [one for one in loaded.config.sources if not _is_unseen(one.name, loaded)]
    return tuple(short_secrets(loaded.config._replace(sources=tuple(real)), loaded.file))


def _is_unseen(source: str, loaded: Loaded) -> bool:
    return unseen(loaded.problems, f"sources.{source}")


def queueless(environ: Mapping[str, str], read: "Read" = load_from) -> Live:
    """Return the configuration of *environ*, with *read* for a file, but without its queue.

    Beside a process on a person's machine nobody takes out what it would put in.
    """

    def without(found: Origin, environ: Mapping[str, str], store: Store) -> Loaded:
        loaded = read(found, environ, store)
        return loaded._replace(config=loaded.config and loaded.config._replace(queue=""))

    others = {name: value for name, value in environ.items() if name != QUEUE_VARIABLE}
    return Live(others, read=without)


def looked_at(given: Setting, lang: str, form: str = "text", *, stderr: bool = False) -> Config:
    """Return the configuration for a command that only looks, as `read_to_look` reads it.

    *stderr* as in `usable`.
    """
    return usable(read_to_look(given), lang, form, stderr=stderr)


def read_to_look(given: Setting) -> Loaded:
    """Read the configuration without fetching secrets, unless these are all there is of it."""
    return read(given, lenient=True, offline=given.is_file)


def usable(loaded: Loaded, lang: str, form: str = "text", *, stderr: bool = False) -> Config:
    """Return the configuration, or print its problems as ``check`` does and end: exit code 1.

    *stderr*: their text goes there, as the output is a file.
    """
    if loaded.config is None:
        show_problems(loaded, seen(loaded.problems), lang, form, stderr=stderr)
        raise click.exceptions.Exit(1)
    return loaded.config


def seen(problems: Sequence[Problem]) -> list[Problem]:
    """Return *problems* without the secrets that could not be looked at."""
    return [problem for problem in problems if problem.code != UNSEEN]


def show_problems(
    loaded: Loaded, problems: Sequence[Problem], lang: str, form: str, *, stderr: bool = False
) -> None:
    """Print *problems* in one of the forms of `problem_formats`; *stderr*: where text goes."""
    text = problems_text(loaded, problems, lang, form)
    if form == "text":
        terminal.show_wrapped(text, terminal.console(stderr=stderr))
    elif text:
        click.echo(text)


def problems_text(
    loaded: Loaded, problems: Sequence[Problem], lang: str, form: str = "text"
) -> str:
    """Return *problems* as ``check`` prints them; no secret is in it.

    The form ``text`` is for a person at a machine, who is told of ``.env`` as well.
    """
    is_new = {(one.code, one.where) for one in problems} >= _NOTHING_YET
    if form == "text":
        problems = [on_this_machine(one, is_new=is_new) for one in problems]
    texts, secrets = {loaded.file: loaded.text}, {loaded.file: loaded.spans}
    return terminal.printable(formatted(problems, form, lang, texts, secrets))


def on_this_machine(problem: Problem, *, is_new: bool = False) -> Problem:
    """Return *problem* with where to set a variable here in its hint, if it lacks one.

    *is_new*: nothing is set up here, so `init` comes first.
    """
    is_variable = problem.code == "E201" or (problem.code == "E202" and not problem.line)
    if not is_variable or _KEPT_ELSEWHERE in problem.message.en:
        return problem
    where = _BEGIN.filled(hint=problem.hint, init=f"{python()} -m relay init")
    return problem._replace(hint=where if is_new else _IN_ENV.filled(hint=problem.hint))


def unseen(problems: Sequence[Problem], place: str) -> bool:
    """Tell whether a secret below *place* (``receivers.backend``) could not be had here."""
    return any(one.code == UNSEEN and one.where.startswith(f"{place}.") for one in problems)


def base(name: str) -> str:
    """Return the name that a receiver has in the file: ``dev`` for ``dev#2``."""
    return name.partition("#")[0]


def named(config: Config, name: str, lang: str) -> tuple[Receiver, ...]:
    """Return the receiver *name*, with all its addresses; a wrong name is a usage error."""
    found = tuple(one for one in config.receivers if name in (one.name, base(one.name)))
    if not found:
        names = list(dict.fromkeys(base(one.name) for one in config.receivers))
        hint = did_you_mean(name, names)
        hint = hint if hint.en else _THERE_ARE.filled(names=listed(names))
        raise click.UsageError(_NO_RECEIVER.filled(name=name, hint=hint).of(lang))
    return found


def alone(config: Config, receiver: Receiver, event: Event) -> Config:
    """Return *config* with only *receiver*, and one route that sends *event* to it whatever it is.

    The message has the form of the first route that names the receiver.
    """
    own = next((one for one in config.routes if _names(one, receiver)), Route("", ()))
    route = Route(
        own.name,
        (receiver.name,),
        events=(f"{event.kind}.*",),
        lang=own.lang,
        confidential=True,
        quiet=own.quiet,
        mention=own.mention,
        show=own.show,
        append=own.append,
    )
    return config._replace(receivers=(receiver,), routes=(route,), unmatched="drop")


def begin(lang: str) -> None:
    """Keep the function's log off the screen."""
    own_log.configure(os.environ, terminal.console(stderr=True), lang)


def echo_json(value: object) -> None:
    click.echo(terminal.printable(pretty_json(value)))


def _names(route: Route, receiver: Receiver) -> bool:
    return bool({receiver.name, base(receiver.name)}.intersection(route.receivers))


def _told(file: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* with *file* as what it names."""
    others = {name: value for name, value in environ.items() if name != "CONFIG_YAML"}
    return {**others, "CONFIG_FILE": file}


def _variables(folder: Path, lang: str) -> dict[str, str]:
    try:
        return env_file.present(folder)
    except OSError as error:
        raise Failure(_NO_ENV.filled(file=".env", why=error.strerror).of(lang)) from None


def _not_asked(places: Sequence[str]) -> dict[str, "str | SecretError"]:
    return {place: SecretError("E206", _NOT_ASKED.filled(place=place)) for place in places}
