"""What the pages that are made from the code's tables are put together of: Markdown."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

_WORDS = Path(__file__).parent / "pages"
_MARK = re.compile(r"<!-- (\w+) -->\n?")


def page(name: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """Return the words of `pages/` *name* with each ``<!-- part -->`` filled from *parts*.

    Raises KeyError for a mark that is none of *parts*.
    """
    words = (_WORDS / name).read_text(encoding="utf-8")
    return _MARK.sub(lambda mark: parts[mark[1]](), words)


def line(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |\n"


def head(*titles: str) -> str:
    """Return a table's head, and the line below it."""
    return f"{line(*titles)}|{'---|' * len(titles)}\n"


def anchor(name: str) -> str:
    """Return *name* (``E101``), to be linked as ``#e101``."""
    return f'<a id="{name.lower()}"></a>{name}'


def listed(words: Iterable[str]) -> str:
    return " ".join(map(code, words))


def code(text: str) -> str:
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`"


def plain(text: str) -> str:
    """Return *text* so that Markdown shows it as it is."""
    return re.sub(r"([\\`*|$])", r"\\\1", text).replace("<", "&lt;")
