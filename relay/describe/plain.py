"""Markdown that people wrote, as plain lines: no images, no HTML, no markers.

Only the first part of a text is looked at, and every pattern is bounded, so that the time stays
linear whatever the text holds.
"""

import re

from relay.text import clean, cut_cells

_FENCES = ("```", "~~~")
_WIDE_STOPS = "，。：；！？、）」』】"  # bring their own space
_LOOKED_AT = 3000  # characters
_COMMENT = re.compile(r"<!--(?:(?!-->).)*(?:-->|\Z)", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]\n]{0,120}\]\([^)\n]{0,300}\)(?:\{[^}\n]{0,60}\})?")
_LINK = re.compile(r"\[([^\[\]\n]{1,120})\]\([^)\n]{0,300}\)")
# Only what forges render as HTML: List<String> in a sentence stays as it is.
_TAG = re.compile(
    r"</?(?:a|b|i|p|br|hr|em|h[1-6]|li|ol|ul|td|th|tr|img|div|pre|sub|sup|kbd|code|span|font|table"
    r"|tbody|thead|center|strong|details|summary)(?:[ /][^<>\n]{0,200})?>",
    re.IGNORECASE,
)
_MARKER = re.compile(r"^\s{0,8}(?:[-*+•]\s+(?:\[[ xX]\]\s+)?|#{1,6}\s+|(?:>\s?){1,5})")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_RULE = re.compile(r"^[\s\-*_=|:`~]{0,400}$")


def prose(text: str, most_cells: int) -> str:
    """Return *text* as one line of at most *most_cells* cells, or ``""``."""
    joined = ""
    for line, _ in read(text):
        joined += line if not joined or joined[-1] in _WIDE_STOPS else f" {line}"
    return cut_cells(joined, most_cells)


def items(text: str) -> list[str]:
    """Return the readable lines of release notes, each behind "· ", headings left out.

    Behind the dot, no line of theirs can be taken for one of ours.
    """
    return [f"· {line}" for line, is_heading in read(text) if not is_heading]


def read(text: str) -> list[tuple[str, bool]]:
    """Return the readable lines of *text*, each with whether it is a heading."""
    text = _COMMENT.sub("", text[:_LOOKED_AT])
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    found = []
    for raw in text.splitlines():
        if raw.lstrip().startswith(_FENCES):
            continue
        line = clean(_MARKER.sub("", _TAG.sub("", raw), count=1))
        line = line.replace("**", "")
        if line and not _RULE.match(line):
            found.append((line, bool(_HEADING.match(raw))))
    return found
