"""The verb ``check``: everything that is wrong with a configuration, in one run."""

from collections.abc import Sequence

import click

from relay.config import Config
from relay.configuration.origins import Loaded
from relay.errors import Problem
from relay.words import Phrase
from workbench import configured, terminal
from workbench.cli import lang_option
from workbench.configured import UNSEEN, Setting, base, seen
from workbench.problem_formats import FORMS
from workbench.verb import Verb, choice, option

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
_ABOUT = Phrase("检查配置，列出所有问题。", "Say everything that is wrong with a configuration.")
_MORE = Phrase(
    "FILE 默认是 CONFIG_FILE、config.yml 或环境变量。有错误时退出码是 1。",
    "FILE: by default CONFIG_FILE, config.yml, or the environment variables. Exit code 1 when "
    "something is wrong.",
)
_STRICT = Phrase("警告也算错误", "Warnings count as errors")
_OFFLINE = Phrase("这里取不到的密钥不算错误", "Secrets that cannot be had here are no errors")
_FORMAT = Phrase(
    "json、github、gitlab：给程序和 CI 用", "json, github, gitlab: for programs and CI"
)


@click.command(
    "check",
    cls=Verb,
    example="python -m relay check config.yml --strict",
    about=_ABOUT,
    more=_MORE,
)
@click.argument("file", required=False)
@option("--strict", is_flag=True, about=_STRICT)
@option("--offline", is_flag=True, about=_OFFLINE)
@choice("--format", "form", known=FORMS, default="text", about=_FORMAT)
@lang_option
def check(file: str | None, *, strict: bool, offline: bool, form: str, lang: str) -> None:
    """Tell all problems; ends with exit code 1 where there is an error."""
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
