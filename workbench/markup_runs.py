"""One line of markup as runs of styled text; marks a message type does not know stay as text.

Not CommonMark's rules, which take no ``**`` for bold between Chinese punctuation and a word; tests
compare both on the relay's own messages.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple


class Syntax(NamedTuple):
    """Which marks a message type knows; *tokens* names those of `_TOKEN` it shows as markup.

    *folds*: a single line break is a space, as DingTalk has it. *blocks*: quotes and headings.
    """

    tokens: frozenset[str] = frozenset()
    folds: bool = False
    blocks: bool = True


class Run(NamedTuple):
    """Text in one style; *color* is a name of WeCom's or ``#rrggbb``."""

    text: str
    color: str = ""
    bold: bool = False
    italic: bool = False
    code: bool = False
    mention: bool = False
    url: str = ""


_ADDRESS = r"\((?:(?i:https?)|dingtalk)://[^()\s]{1,2000}\)"
_TOKEN = re.compile(
    r'(?P<font_name><font color="(?:info|comment|warning)">)'
    r'|(?P<font_hex><font color="#[0-9A-Fa-f]{6}">)'
    r"|(?P<end></font>)"
    r"|(?P<stars>\*{4,})"  # a masked number
    r"|(?P<bold>\*\*)"
    r"|(?P<italic>(?<!\s)\*|\*(?!\s))"
    rf"|(?P<image>!\[[^\[\]]{{0,300}}\]{_ADDRESS})"
    rf"|(?P<link>\[[^\[\]]{{1,300}}\]{_ADDRESS})"
    r"|(?P<code>`[^`]{1,300}`)"
    r"|(?P<at><@[^<>\s]{1,64}>)"
    r"|(?P<entity>&(?:lt|gt|amp|quot);)"
)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}
_PAIRED = ("bold", "italic")


def read_runs(text: str, syntax: Syntax, mentioned: Iterable[str]) -> tuple[Run, ...]:
    """Return *text* (one line) in its styles; *mentioned* are the ids that ``@id`` pings."""
    tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup in syntax.tokens]
    reader = _Reader(syntax, mentioned)
    end = 0
    for token in _usable(tokens):
        reader.text(text[end : token.start()])
        reader.mark(str(token.lastgroup), token[0])
        end = token.end()
    reader.text(text[end:])
    return tuple(_joined(reader.runs))


def _usable(tokens: list[re.Match[str]]) -> list[re.Match[str]]:
    """Leave out what has no partner: an odd ``**``, a tag that is not closed or not opened."""
    lonely = set()
    for kind in _PAIRED:
        found = [at for at, token in enumerate(tokens) if token.lastgroup == kind]
        lonely.update(found[len(found) - len(found) % 2 :])
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.lastgroup in ("font_name", "font_hex"):
            opened.append(at)
        elif token.lastgroup == "end":
            if opened:
                opened.pop()
            else:
                lonely.add(at)
    lonely.update(opened)
    return [token for at, token in enumerate(tokens) if at not in lonely]


def _joined(runs: Iterable[Run]) -> Iterator[Run]:
    """Make one run of neighbours in one style."""
    for style, same in groupby(runs, lambda run: run[1:]):
        yield Run("".join(run.text for run in same), *style)


class _Reader:
    """Collects runs while the style changes from mark to mark."""

    def __init__(self, syntax: Syntax, mentioned: Iterable[str]) -> None:
        self._entities = _ENTITIES if "entity" in syntax.tokens else {}
        self.runs: list[Run] = []
        self._colors: list[str] = []
        self._on = dict.fromkeys(_PAIRED, False)
        ids = sorted((re.escape(who) for who in mentioned if who), key=len, reverse=True)
        self._pinged = re.compile(f"(@(?:{'|'.join(ids)}))") if ids else None

    def text(self, text: str) -> None:
        pieces = self._pinged.split(text) if self._pinged else [text]
        for at, piece in enumerate(pieces):
            self._add(piece, mention=at % 2 == 1)

    def mark(self, kind: str, mark: str) -> None:
        if kind in self._on:
            self._on[kind] = not self._on[kind]
        elif kind in ("font_name", "font_hex"):
            self._colors.append(mark.split('"')[1])
        elif kind == "end":
            self._colors.pop()
        elif kind in ("link", "image"):
            label, _, url = mark.removesuffix(")").partition("](")
            name = label.removeprefix("!").removeprefix("[")
            for entity, char in self._entities.items():
                name = name.replace(entity, char)
            self._add(f"[{name or 'image'}]" if kind == "image" else name, url=url)
        else:
            self._inline(kind, mark)

    def _inline(self, kind: str, mark: str) -> None:
        if kind == "code":
            self._add(mark.strip("`"), code=True)
        elif kind == "at":
            self._add(f"@{mark[2:-1]}", mention=True)
        else:
            self._add(_ENTITIES[mark])

    def _add(self, text: str, *, url: str = "", code: bool = False, mention: bool = False) -> None:
        if not text:
            return
        self.runs.append(
            Run(
                text,
                color=self._colors[-1] if self._colors else "",
                bold=self._on["bold"],
                italic=self._on["italic"],
                code=code,
                mention=mention,
                url=url,
            )
        )
