"""Errors of a command line in the language of who made them, with the nearest right word."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
from rich.text import Text

from relay.configuration.suggest import did_you_mean, nearest
from relay.errors import NOTHING
from relay.words import Phrase
from workbench import help_page, terminal
from workbench.languages import listed
from workbench.wrapping import wrapped

_ERROR = Phrase("错误：{message}", "Error: {message}")
_HELP = Phrase("帮助：{command} -h", "Help: {command} -h")
_ABORTED = Phrase("已取消。", "Aborted.")
_NO_OPTION = Phrase("没有选项 {name}；{hint.zh}", "no option {name}; {hint.en}")
_DID_YOU_MEAN = Phrase("你是不是想写 {name}？", "did you mean {name}?")
_LISTED = Phrase("-h 列出全部", "-h lists them")
_THERE_ARE = Phrase("可选：{names.zh}", "there are {names.en}")
_NO_CHOICE = Phrase("{option} 没有 “{value}”；{hint.zh}", '{option} has no "{value}"; {hint.en}')
_BAD_VALUE = Phrase(
    "{name} 的值不对；可选：{names.zh}", "{name}: no such value; there are {names.en}"
)
_NO_ARGUMENT = Phrase("缺少 {name}", "{name} is missing")
_NO_VALUE = Phrase("{name} 后面要写一个值", "{name} needs a value")
_TAKES_NONE = Phrase("{name} 后面不写值", "{name} takes no value")
_TOO_MANY = Phrase("多余的参数：{words}", "too many arguments: {words}")
_NO_VERB = Phrase("没有子命令 “{name}”；{hint.zh}", 'no verb "{name}"; {hint.en}')


class Misuse(click.UsageError):
    """A usage error in both languages."""

    def __init__(self, phrase: Phrase, ctx: click.Context | None = None) -> None:
        super().__init__(phrase.en, ctx)
        self.phrase = phrase


class Told(click.ClickException):
    """A failure as it is shown: nothing is left to translate."""

    def show(self, file: IO[Any] | None = None) -> None:
        text = Text(terminal.printable(self.message))
        terminal.console(stderr=True).print(text, soft_wrap=True)


class ToldMisuse(Told):
    exit_code = 2


# What a group without a verb raises to show its help; an older click just shows it.
_HELP_SHOWN: type[click.ClickException] = getattr(click.exceptions, "NoArgsIsHelpError", Told)


@contextmanager
def told_in(lang: str) -> Iterator[None]:
    """Turn what click and the verbs raise into what is shown in *lang*, with its exit code.

    A message of several lines stays as it was laid out: it has commands to copy.
    """
    try:
        yield
    except (Told, _HELP_SHOWN):
        raise
    except click.ClickException as error:
        kind = ToldMisuse if error.exit_code == ToldMisuse.exit_code else Told
        raise kind("\n".join(_lines(error, lang))) from None
    except (click.Abort, KeyboardInterrupt):
        raise Told(f"\n{_ABORTED.of(lang)}") from None


def no_choice(option: str, value: str, known: Iterable[str]) -> Misuse:
    """Return the error for a *value* of *option* that is none of *known*."""
    names = list(known)
    hint = did_you_mean(value, names)
    hint = _THERE_ARE.filled(names=listed(names)) if hint == NOTHING else hint
    return Misuse(_NO_CHOICE.filled(option=option, value=value, hint=hint))


def no_verb(name: str, known: Iterable[str], context: click.Context) -> Misuse:
    hint = did_you_mean(name, known)
    hint = _LISTED if hint == NOTHING else hint
    return Misuse(_NO_VERB.filled(name=name, hint=hint), context)


def too_many(words: Iterable[str], context: click.Context) -> Misuse:
    return Misuse(_TOO_MANY.filled(words=" ".join(words)), context)


def _lines(error: click.ClickException, lang: str) -> Iterator[str]:
    context = getattr(error, "ctx", None)
    if context:
        yield from help_page.usage(context, lang)
        yield _HELP.filled(command=context.command_path).of(lang)
        yield ""
    said = next((say(error) for kind, say in _SAID.items() if isinstance(error, kind)), None)
    message = _ERROR.of(lang).format(message=said.of(lang) if said else error.format_message())
    yield from [message] if "\n" in message else wrapped(message, _width(), 2)


def _width() -> int:
    return terminal.console(stderr=True).width


def _no_option(error: click.NoSuchOption) -> Phrase:
    """Name the nearest long option; a short one is like too many others."""
    name = error.option_name
    known: dict[str, str] = {}
    if error.ctx and name.startswith("--"):
        found = (one for each in error.ctx.command.get_params(error.ctx) for one in each.opts)
        known = {one.lstrip("-"): one for one in found if one.startswith("--")}
    near = known.get(nearest(name.lstrip("-"), known))
    hint = _DID_YOU_MEAN.filled(name=near) if near else _LISTED
    return _NO_OPTION.filled(name=name, hint=hint)


def _missing(error: click.MissingParameter) -> Phrase:
    parameter = error.param
    if parameter is None:
        return Phrase(error.format_message(), error.format_message())
    is_option = isinstance(parameter, click.Option)
    name = parameter.opts[0] if is_option else parameter.human_readable_name
    return _NO_ARGUMENT.filled(name=name)


def _bad_use(error: click.BadOptionUsage) -> Phrase:
    params = error.ctx.command.get_params(error.ctx) if error.ctx else []
    is_flag = any(getattr(one, "is_flag", False) for one in params if error.option_name in one.opts)
    return (_TAKES_NONE if is_flag else _NO_VALUE).filled(name=error.option_name)


def _bad_value(error: click.BadParameter) -> Phrase:
    """Say which values there are, where click knows them; verbs have `verb.OneOf` for that."""
    choices = getattr(error.param and error.param.type, "choices", ())
    if not choices or error.param is None:
        return Phrase(error.format_message(), error.format_message())
    is_option = isinstance(error.param, click.Option)
    name = error.param.opts[0] if is_option else (error.param.name or "").upper()
    return _BAD_VALUE.filled(name=name, names=listed(map(str, choices)))


_SAID: dict[type[click.ClickException], Callable[[Any], Phrase]] = {
    Misuse: lambda error: error.phrase,
    click.NoSuchOption: _no_option,
    click.MissingParameter: _missing,
    click.BadParameter: _bad_value,
    click.BadOptionUsage: _bad_use,
}
