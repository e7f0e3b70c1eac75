"""The verb ``check``: everything that is wrong with a configuration, in one run."""

from collections.abc import Sequence

import click

from relay.config import Config
from relay.configuration.origins import Loaded
from relay.errors import Problem
from relay.words import Phrase
from workbench import configured, terminal
from workbench.cli import Verb, lang_option
from workbench.configured import UNSEEN, Setting, base, seen
from workbench.problem_formats import FORMS

_FINE = Phrase(
    "{name}：没有问题（{receivers} 个接收者，{routes} 条路由，{people} 个人，摘要 {digest}）",
    "{name}: no problems (receivers: {receivers}, routes: {routes}, people: {people}, "
    "digest {digest})",
)
_UNSEEN = Phrase(
    "{count} 个密钥没有检查：这里取不到",
    "{count} secrets were not looked at: they cannot be had here",
    "1 secret was not looked at: it cannot be had here",
)


@click.command("check", cls=Verb, example="python -m relay check config.yml --strict")
@click.argument("file", required=False)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--offline", is_flag=True, help="Secrets that cannot be had here are no errors.")
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="text")
@lang_option
def check(file: str | None, *, strict: bool, offline: bool, form: str, lang: str) -> None:
    """Say everything that is wrong with a configuration.

    FILE: by default CONFIG_FILE, config.yml, or the environment variables. Exit code 1 when
    something is wrong.
    """
    configured.begin(lang)
    given = configured.setting(file, lang)
    loaded = configured.read(given, thorough=True, lenient=offline, offline=offline)
    problems = seen(loaded.problems)
    if form == "text":
        _print(given, loaded, problems, lang)
    else:
        told = list(loaded.problems) if form == "json" else problems
        configured.show_problems(loaded, told, lang, form)
    if any(problem.is_error or strict for problem in problems):
        raise click.exceptions.Exit(1)


def _print(given: Setting, loaded: Loaded, problems: Sequence[Problem], lang: str) -> None:
    if problems:
        configured.show_problems(loaded, problems, lang, "text")
    elif loaded.config:
        terminal.console().print(terminal.printable(_fine(given.name(lang), loaded.config, lang)))
    count = sum(problem.code == UNSEEN for problem in loaded.problems)
    if count:
        template = _UNSEEN.one if count == 1 and lang == "en" else _UNSEEN.of(lang)
        terminal.console().print(template.format(count=count))


def _fine(name: str, config: Config, lang: str) -> str:
    counts = {
        "receivers": len({base(one.name) for one in config.receivers}),
        "routes": len(config.routes),
        "people": len(config.people),
    }
    return _FINE.filled(name=name, digest=config.digest, **counts).of(lang)
