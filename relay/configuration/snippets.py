"""A problem as a person sees it: where, what, the line with a caret, what to do.

Every secret in a line is masked before anything else happens to it.
"""

import unicodedata
from collections.abc import Collection

from relay.configuration.masking import masked, masked_lines, masked_text
from relay.errors import Problem
from relay.text import ELLIPSIS, cell_width, cells, cut_cells
from relay.words import Phrase

__all__ = ["masked", "masked_text", "snippet", "summary", "told"]

MAX_CELLS = 76
_GUTTER = 5  # the line's number, to the right
_BEFORE_CARET = 44  # cells of a long line that are kept before the caret, at most
_JOINERS = "\u200c\u200d"
_HINT = Phrase("提示：", "hint: ")
_ERRORS = Phrase("{count} 个错误", "{count} errors", "{count} error")
_WARNINGS = Phrase("{count} 个警告", "{count} warnings", "{count} warning")
_NONE = Phrase("没有问题", "no problems")

Secrets = Collection[tuple[int, int, int]]


def told(problem: Problem, text: str, lang: str, secrets: Secrets = ()) -> str:
    """Return *problem* as a block of lines: place and message, snippet, hint.

    *text* is the file's text, empty if there is none; *secrets* as in `snippet`.
    """
    parts = [problem.told(lang), snippet(text, problem, secrets)]
    hint = problem.hint.of(lang)
    if hint:
        parts.append(f"{' ' * (_GUTTER + 1)}= {_HINT.of(lang)}{hint}")
    return "\n".join(part for part in parts if part)


def snippet(text: str, problem: Problem, secrets: Secrets = ()) -> str:
    """Return the line of *problem* with its number, and below it a caret under the column.

    *secrets* are places known to hold one: line and column from 1, length in characters. Others
    are found by their look. A line is at most `MAX_CELLS` cells wide. ``""`` without such a line.
    """
    if not text or problem.line < 1:
        return ""
    found = masked_lines(text, secrets)
    if problem.line > len(found):
        return ""
    line, masks = found[problem.line - 1]
    at = _moved(problem.column - 1, masks)
    line, at = _window("".join(map(_visible, line)), max(0, min(at, len(line))))
    gutter = f"{problem.line:>{_GUTTER}} | "
    return f"{gutter}{line}\n{' ' * (len(gutter) - 2)}| {' ' * cells(line[:at])}^"


def summary(problems: Collection[Problem], lang: str) -> str:
    """Return how many there are: ``7 个错误，1 个警告``, ``7 errors, 1 warning``."""
    errors = sum(problem.is_error for problem in problems)
    counts = ((_ERRORS, errors), (_WARNINGS, len(problems) - errors))
    parts = [_counted(phrase, count, lang) for phrase, count in counts if count]
    return ("，" if lang != "en" else ", ").join(parts) or _NONE.of(lang)


def _counted(phrase: Phrase, count: int, lang: str) -> str:
    if lang == "en" and count == 1:
        return phrase.one.format(count=count)
    return phrase.of(lang).format(count=count)


def _moved(at: int, masks: list[tuple[int, int, str]]) -> int:
    """Return where *at* is once the *masks* are in place; inside of one: its beginning."""
    shift = 0
    for begin, end, mask in masks:
        if at < begin:
            break
        if at < end:
            return begin + shift
        shift += len(mask) - (end - begin)
    return at + shift


def _visible(char: str) -> str:
    if char == "\t":
        return " "
    is_odd = unicodedata.category(char)[0] == "C" or char in "\u2028\u2029"
    return "?" if is_odd and char not in _JOINERS else char


def _window(line: str, at: int) -> tuple[str, int]:
    """Return the part of *line* around *at* that fits, and where *at* is in it."""
    room = MAX_CELLS - _GUTTER - 4  # a caret may stand after the last character
    if cells(line) <= room:
        return line, at
    begin = at
    width = 0
    while begin > 0 and width + cell_width(line[begin - 1]) <= _BEFORE_CARET:
        begin -= 1
        width += cell_width(line[begin])
    while 0 < begin < at and not cell_width(line[begin]):
        begin += 1  # a mark may not stand without its letter
    if begin:
        line, at = ELLIPSIS + line[begin:], at - begin + 1
    return cut_cells(line, room), at
