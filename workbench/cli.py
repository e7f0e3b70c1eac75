"""What the commands share: help that begins with an example, hints, common options."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from relay.config import LANGUAGES
from relay.configuration.suggest import nearest
from workbench.chosen import SOURCES, ChoiceError, changed, sample
from workbench.languages import language
from workbench.samples import Sample

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Verb(click.Command):
    """A command whose help begins with an example."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(f"Example: {self.example}\n\n")
        super().format_help(ctx, formatter)


class Verbs(click.Group):
    """A group that names the nearest verb, and lists verbs in the order in which they came."""

    command_class = Verb

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(f"Example: {self.example}\n\n")
        super().format_help(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            near = nearest(name, self.commands)
            ctx.fail(f'no verb "{name}"; {f"did you mean {near}?" if near else "-h lists them"}')
        return super().resolve_command(ctx, args)


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
    choice = click.Choice(["text", "json"])
    option = click.option("--format", "form", type=choice, default="text", help="For programs.")
    return option(function)


def lang_option(function: _Function) -> _Function:
    """Add ``--lang``; the function gets the language to speak, also when nobody named one."""
    option = click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        callback=lambda context, parameter, value: language(value, os.environ),
        help="Default: as the locale.",
    )
    return option(function)


def config_option(function: _Function) -> _Function:
    option = click.option(
        "--config", metavar="FILE", help="Default: CONFIG_FILE, config.yml, or the environment."
    )
    return option(function)


def source_option(function: _Function) -> _Function:
    return click.option("--source", type=click.Choice(SOURCES), help="The forge.")(function)


def change_options(function: _Function) -> _Function:
    """Add ``--set`` and ``--header``."""
    for option in (
        click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'"),
        click.option(
            "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change the body first."
        ),
    ):
        function = option(function)
    return function
