"""The fenced blocks of the documentation, and what a block of each language has to be.

A validator takes a `Block` and asserts. What only a run can prove is elsewhere: commands that
print something in `doc_console`, commands to copy in `doc_shell`.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import NamedTuple

from conftest import ROOT
from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARK = re.compile(r"<!-- from: (.+?) -->\s*$")
_FENCE = ("```", "~~~")
_CODE = {"sh", "bash", "console", "text", "json", "http"}


class Block(NamedTuple):
    """One fence: its *page*, the *line* of its first backtick, what is written behind these.

    *origin* is the text of the comment ``<!-- from: … -->`` right above it; *heading* what it
    stands under; *commands* what the last `sh` block above it under that heading says.
    """

    page: str
    line: int
    language: str
    name: str
    text: str
    heading: str = ""
    origin: str = ""
    commands: str = ""

    @property
    def at(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_chinese(self) -> bool:
        return self.page.endswith(".zh-CN.md")


def pages() -> list[str]:
    """Return every page of the documentation, by its path in the project."""
    found = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in found]


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def blocks_of(page: str) -> tuple[Block, ...]:
    """Return the blocks of *page*; raises ValueError for what would not be read as one."""
    return tuple(found(page, text(page)))


def every_block() -> list[Block]:
    """Return the blocks of all pages; a page that cannot be read has none."""
    every = []
    for page in pages():
        with suppress(ValueError):
            every += blocks_of(page)
    return every


def found(page: str, content: str) -> Iterator[Block]:
    """Yield the blocks of *content*; raises ValueError, with the place, for a broken one."""
    lines = content.splitlines()
    heading = origin = commands = ""
    previous: Token | None = None
    for token in MarkdownIt("commonmark").parse(content):
        if token.type == "inline" and previous and previous.type == "heading_open":
            heading, commands = token.content, ""
        elif token.type == "html_block":
            origin = _origin(page, token)
        elif token.type == "code_block":
            raise ValueError(f"{page}:{_line(token)}: code that is indented, not fenced")
        elif token.type == "fence":
            block = _block(page, token, lines)
            yield block._replace(heading=heading, origin=origin, commands=commands)
            commands = block.text if block.language in ("sh", "bash") else commands
            origin = ""
        previous = token


def _block(page: str, token: Token, lines: list[str]) -> Block:
    at, end = token.map or [0, 0]
    if not lines[end - 1].lstrip(" >").startswith(token.markup) or end - 1 == at:
        raise ValueError(f"{page}:{at + 1}: this block has no end")
    language, _, name = token.info.strip().partition(" ")
    if not language:
        raise ValueError(f"{page}:{at + 1}: this block names no language")
    return Block(page, at + 1, language, name.strip(), token.content)


def _origin(page: str, token: Token) -> str:
    if any(mark in token.content for mark in _FENCE):
        raise ValueError(f"{page}:{_line(token)}: a block within HTML; leave a line free above it")
    mark = _MARK.search(token.content)
    return mark[1] if mark else ""


def _line(token: Token) -> int:
    return (token.map or [0])[0] + 1


def without_blocks(page: str) -> str:
    """Return *page* with each block as empty lines."""
    lines = text(page).splitlines()
    for block in blocks_of(page):
        for number in range(block.line - 1, block.line + len(block.text.splitlines()) + 1):
            lines[number] = ""
    return "\n".join(lines)


def outline(page: str) -> list[int]:
    """Return the levels of the headings of *page*."""
    return [len(mark) for mark in re.findall(r"^(#+) ", without_blocks(page), re.MULTILINE)]


def same_in_both_languages(block: Block) -> str:
    """Return what a block and its translation have in common.

    Of a console the commands; of other code all but remarks and quoted words; of text nothing.
    """
    if block.language == "text":
        return ""
    if block.language == "console":
        return "\n".join(commands_of(block))
    plain = re.sub(r"(?m)^\s*#.*\n|\s+#\s.*$", "", block.text)
    return re.sub(r"'.*?'", "''", plain) if block.language in _CODE else plain


def commands_of(block: Block) -> list[str]:
    """Return the commands of a console block, as they are typed."""
    return [command for command, _ in steps_of(block)]


def steps_of(block: Block) -> list[tuple[str, str]]:
    """Return each command of a console block with what it prints.

    A block that only prints shows what the last command above it prints.
    """
    parts = re.split(r"(?m)^\$ ", block.text)
    steps = []
    if parts[0].strip():
        steps.append((last_command(block.commands), parts[0]))
    for part in parts[1:]:
        command, _, printed = part.partition("\n")
        while command.endswith("\\"):
            more, _, printed = printed.partition("\n")
            command = f"{command[:-1].rstrip()} {more.strip()}"
        steps.append((command, printed))
    return steps


def last_command(commands: str) -> str:
    lines = commands.replace("\\\n", " ").strip().splitlines()
    return lines[-1].strip() if lines else ""


def exists(path: str) -> bool:
    """Tell whether the project has *path*, which may be a pattern."""
    inside = bool(path) and not path.startswith(("/", "~"))
    return inside and ((ROOT / path).exists() or any(ROOT.glob(path)))
