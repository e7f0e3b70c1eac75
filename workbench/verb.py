"""Verbs, groups of verbs and their options, whose help and errors speak two languages."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import click

from relay.config import LANGUAGES
from relay.words import Phrase
from workbench import help_page
from workbench.languages import language
from workbench.usage_errors import Misuse, no_choice, no_verb, told_in, too_many

HELP_NAMES = ("-h", "--help")
_LANG = "workbench.lang"
_MOST_PORT = 65535
_NO_PORT = Phrase(
    f"“{{value}}” 不是端口：写 0 到 {_MOST_PORT}",
    f'"{{value}}" is no port: write one from 0 to {_MOST_PORT}',
)

_Function = TypeVar("_Function", bound=Callable[..., Any])
if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    _Type = click.ParamType  # the oldest click that will do has no types of types


def told_language(arguments: Sequence[str]) -> str:
    """Return the language that ``--lang`` names, wherever it stands, or else the locale's."""
    words = [part for word in arguments for part in word.split("=", 1)]
    named = dict(pairwise(words)).get("--lang", "")
    return language(named if named in LANGUAGES else None, os.environ)


class Option(click.Option):
    """An option with a phrase *about* it."""

    def __init__(self, *args: Any, about: Phrase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about


class OneOf(_Type):
    """A word of a list; a wrong one is answered with the nearest."""

    name = "choice"

    def __init__(self, known: Iterable[str]) -> None:
        self.known = tuple(known)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value not in self.known:
            raise no_choice(param.opts[0] if param else "", str(value), self.known)
        return value


class Port(_Type):
    """A number of a TCP port; 0 is any free one."""

    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = str(value)
        if not (text.isascii() and text.isdigit() and int(text) <= _MOST_PORT):
            raise Misuse(_NO_PORT.filled(value=text))
        return int(text)


def option(*names: str, about: Phrase, **more: Any) -> Callable[[_Function], _Function]:
    """Return a decorator that adds an option, as click's does, with a phrase *about* it."""
    return click.option(*names, cls=Option, about=about, **more)


def choice(
    *names: str, known: Iterable[str], about: Phrase, **more: Any
) -> Callable[[_Function], _Function]:
    """Return a decorator that adds an option whose value is one of *known*."""
    kind = OneOf(known)
    return option(*names, about=about, type=kind, metavar=f"[{'|'.join(kind.known)}]", **more)


class _Speaking(click.Command):
    """What verbs and groups share.

    *about* is what it does, *more* what else there is to know, a paragraph a line.
    """

    def __init__(
        self,
        *args: Any,
        example: str = "",
        about: Phrase,
        more: Phrase | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.example = example
        self.about, self.more = about, more

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        with told_in(told_language(args)):
            return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_LANG] = told_language(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click forgets it where a value is missing
            raise

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        return list(HELP_NAMES)  # whatever context asks first: click keeps the option it made

    def invoke(self, ctx: click.Context) -> Any:
        with told_in(_lang(ctx)):
            return super().invoke(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("".join(f"{line}\n" for line in self._page(ctx, _lang(ctx))))

    def _page(self, ctx: click.Context, lang: str) -> Iterator[str]:
        told = [one.of(lang) for one in (self.about, self.more) if one]
        paragraphs = [line for text in told for line in text.splitlines()]
        yield from help_page.page(ctx, self.example, paragraphs, lang)
        yield from help_page.options(ctx, lang)


class Verb(_Speaking):
    """A command whose help begins with an example."""

    allow_extra_args = True  # told here, in both languages

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            raise too_many(left, ctx)
        return left


class Verbs(_Speaking, click.Group):
    """A group that names the nearest verb, and lists verbs in the order in which they came."""

    command_class = Verb

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, subcommand_metavar="VERB ...", **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands:
            raise no_verb(name, self.commands, ctx)
        return super().resolve_command(ctx, args)

    def _page(self, ctx: click.Context, lang: str) -> Iterator[str]:
        yield from super()._page(ctx, lang)
        rows = [(name, _about(self.commands[name], lang)) for name in self.list_commands(ctx)]
        yield from help_page.verbs(rows, lang)


def _lang(context: click.Context) -> str:
    return context.meta.get(_LANG) or told_language(())


def _about(command: click.Command, lang: str) -> str:
    about = getattr(command, "about", None)
    return about.of(lang) if about else command.get_short_help_str()
