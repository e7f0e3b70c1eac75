"""The page that ``-h`` shows, in the language of who asks, within 80 columns."""

from collections.abc import Iterable, Iterator

import click
from rich.cells import cell_len

from relay.words import Phrase
from workbench import terminal
from workbench.wrapping import wrapped

_EXAMPLE = Phrase("例：", "Example: ")
_USAGE = Phrase("用法：", "Usage: ")
_ANY_OPTIONS = Phrase("[选项]", "[OPTIONS]")
_OPTIONS = Phrase("选项：", "Options:")
_VERBS = Phrase("子命令：", "Verbs:")
_USUAL = {  # what click adds by itself
    "--help": Phrase("显示这一页", "Show this page"),
    "--version": Phrase("显示版本", "Show the version"),
}
_MOST_LEFT = 28  # cells of what is explained, before its text begins on a line of its own
_GAP = 2


def page(
    context: click.Context, example: str, paragraphs: Iterable[str], lang: str
) -> Iterator[str]:
    """Yield the lines above the lists: an example first, then the usage, then what it does."""
    if example:
        yield f"{_EXAMPLE.of(lang)}{example}"
        yield ""
    yield from usage(context, lang)
    for paragraph in paragraphs:
        yield ""
        yield from (f"  {line}" for line in wrapped(paragraph, _width() - 2))


def usage(context: click.Context, lang: str) -> list[str]:
    command = context.command
    pieces = command.collect_usage_pieces(context)
    shown = [_ANY_OPTIONS.of(lang) if one == command.options_metavar else one for one in pieces]
    line = f"{_USAGE.of(lang)}{' '.join((context.command_path, *shown))}"
    return wrapped(line, _width(), 4)


def options(context: click.Context, lang: str) -> Iterator[str]:
    """Yield the list of options; those with a phrase *about* them show it."""
    rows = []
    for parameter in context.command.get_params(context):
        found = parameter.get_help_record(context)
        if found and isinstance(parameter, click.Option):
            about = getattr(parameter, "about", None) or _USUAL.get(max(parameter.opts, key=len))
            rows.append((found[0], about.of(lang) if about else found[1]))
    yield from _listed(_OPTIONS.of(lang), rows)


def verbs(rows: Iterable[tuple[str, str]], lang: str) -> Iterator[str]:
    yield from _listed(_VERBS.of(lang), rows)


def _listed(heading: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a list of two columns, the second wrapped."""
    known = list(rows)
    lefts = [cell_len(left) for left, _ in known]
    column = max((one for one in lefts if one <= _MOST_LEFT), default=0) + 2 * _GAP
    yield ""
    yield heading
    for left, text in known:
        begin = f"{'':{_GAP}}{left}"
        lines = wrapped(text, _width() - column)
        room = column - cell_len(begin)
        if room < _GAP:
            yield begin
            begin, room = "", column
        yield f"{begin}{' ' * room}{lines[0]}".rstrip()
        yield from (f"{'':{column}}{line}" for line in lines[1:])


def _width() -> int:
    return max(terminal.console().width, 40)
