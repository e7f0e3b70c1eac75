"""Whom a comment speaks to: the names after ``@``."""

import re

MAX_MENTIONED = 50
_LONGEST_TEXT = 20_000  # characters looked at for mentions
# A user name, or a name in other letters up to where these end; not what follows the @ of an
# address. Chinese puts no space around it: "请@zhangsan看一下".
_MENTION = re.compile(
    r"(?<![A-Za-z0-9_@./-])@([A-Za-z0-9_][A-Za-z0-9_.-]{0,254}|[^\W\x00-\x7f]{1,64})"
)


def mentioned(text: str) -> tuple[str, ...]:
    """Return the names after ``@``, each once; not those in quotations or fenced code."""
    found: dict[str, None] = {}
    for line in _own_lines(text[:_LONGEST_TEXT]):
        found.update(dict.fromkeys(name.rstrip(".-") for name in _MENTION.findall(line)))
    found.pop("all", None)
    return tuple(found)[:MAX_MENTIONED]


def _own_lines(text: str) -> list[str]:
    kept, fenced = [], False
    for line in text.splitlines():
        start = line.lstrip()
        if start.startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and not start.startswith(">"):
            kept.append(line)
    return kept
