"""The markup each chat platform shows, read back: what it does not support stays as it is.

`reference/wecom.md` A.6, `reference/dingtalk.md` section 6, `design/messages.md` section 1.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workbench.markup_runs import Run, Syntax, read_runs


class Row(NamedTuple):
    runs: tuple[Run, ...]
    quote: bool = False
    heading: bool = False


TEXT = Syntax(frozenset({"at"}), blocks=False)
WECOM_MARKDOWN = Syntax(frozenset({"font_name", "end", "bold", "link", "code", "at"}))
WECOM_MARKDOWN_V2 = Syntax(frozenset({"bold", "italic", "link", "code", "image"}), folds=True)
DINGTALK_MARKDOWN = Syntax(
    frozenset({"font_hex", "end", "bold", "italic", "link", "image", "entity"}), folds=True
)

_HEADING = re.compile(r"#{1,6} +")
_ITEM = re.compile(r"(?:[-+*]|[0-9]{1,9}\.) ")


def rows(text: str, syntax: Syntax, *, mentioned: Iterable[str] = ()) -> list[Row]:
    """Return the lines a person sees; *mentioned* are the ids that ``@id`` really pings."""
    lines = text.split("\n")
    if not syntax.blocks:
        return [Row(read_runs(line, syntax, mentioned)) for line in lines]
    split = _folded(lines) if syntax.folds else map(_quoted, lines)
    return [_row(quote, content, syntax, mentioned) for quote, content in split]


def plain(row: Row) -> str:
    return "".join(run.text for run in row.runs)


def _row(quote: bool, content: str, syntax: Syntax, mentioned: Iterable[str]) -> Row:
    heading = _HEADING.match(content)
    if heading:
        content = content[heading.end() :]
    return Row(read_runs(content, syntax, mentioned), quote, bool(heading))


def _quoted(line: str) -> tuple[bool, str]:
    quote = line.startswith(">")
    return quote, line[1:].removeprefix(" ") if quote else line


def _folded(lines: Sequence[str]) -> list[tuple[bool, str]]:
    """Join lines as markdown does: two spaces at the end or an empty line break them."""
    found: list[tuple[bool, list[str]]] = []
    within = broken = False
    for line in lines:
        quote, content = _quoted(line.strip())
        quoted = within and found[-1][0]
        starts = bool(_HEADING.match(content) or _ITEM.match(content))
        if within and not content:
            found.append((quote and quoted, []))
        elif within and not (broken or starts or (quote and not quoted)):
            found[-1][1].append(content)
        elif content:
            found.append((quote or (quoted and not starts), [content]))
        within = bool(content)
        broken = line.endswith("  ") or bool(_HEADING.match(content))
    return [(quote, " ".join(parts)) for quote, parts in found]
