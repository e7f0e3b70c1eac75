"""What the verbs share: failures, the sample that is meant, common options."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from relay.config import LANGUAGES
from relay.words import Phrase
from workbench.chosen import SOURCES, ChoiceError, changed, sample
from workbench.languages import language
from workbench.samples import Sample
from workbench.verb import HELP_NAMES, choice, option

SETTINGS = {"help_option_names": list(HELP_NAMES)}
EVENT = Phrase(
    "EVENT 是 `events` 列出的名字，或一个文件：样例，或代码平台发来的请求体。",
    "EVENT is a name from `events`, or a file: a sample, or a body as a forge sent it.",
)

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Failure(click.ClickException):
    """Something that did not work although it was asked for in the right way: exit code 1."""

    exit_code = 1


def chosen_sample(
    name: str,
    source: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    lang: str,
) -> Sample:
    """Return the sample a person means; a wrong name is a usage error (exit code 2) in *lang*."""
    try:
        return changed(sample(name, source or ""), settings, headers)
    except ChoiceError as error:
        raise click.UsageError(error.phrase.of(lang)) from None


def json_option(function: _Function) -> _Function:
    about = Phrase(
        "json：给程序用；错误仍是文字，在 stderr", "json: for programs; errors stay text, on stderr"
    )
    return choice("--format", "form", known=("text", "json"), default="text", about=about)(function)


def lang_option(function: _Function) -> _Function:
    """Add ``--lang``; the function gets the language to speak, also when nobody named one."""
    return choice(
        "--lang",
        known=LANGUAGES,
        callback=lambda context, parameter, value: language(value, os.environ),
        about=Phrase("默认跟随系统语言", "Default: as the locale"),
    )(function)


def config_option(function: _Function) -> _Function:
    about = Phrase(
        "默认：CONFIG_FILE、config.yml 或环境变量",
        "Default: CONFIG_FILE, config.yml, or the environment",
    )
    return option("--config", metavar="FILE", about=about)(function)


def source_option(function: _Function) -> _Function:
    return choice("--source", known=SOURCES, about=Phrase("哪个代码平台", "The forge"))(function)


def change_options(function: _Function) -> _Function:
    """Add ``--set`` and ``--header``."""
    body = Phrase("先改请求体里的一个值", "Change a value of the body first")
    header = Phrase("先改一个请求头", "Change a header first")
    for add in (
        option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", about=header),
        option("--set", "settings", multiple=True, metavar="PATH=VALUE", about=body),
    ):
        function = add(function)
    return function
