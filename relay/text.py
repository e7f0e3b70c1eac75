"""User text made fit to show: one line, no control characters, a bounded width."""

import re
import unicodedata

# Kept: letters, digits, punctuation, emoji with their joiners. Dropped: controls, bidirectional
# overrides and isolates, zero-width spaces, byte-order marks, interlinear and tag characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_JOINER = "\u200d"
_JOINERS = "\u200c\u200d"  # needed by Persian, Indic scripts and emoji; invisible by themselves
# Outside of these, which the common Chinese and Latin texts are, no character is attached.
_MAY_BE_ATTACHED = re.compile(
    "[\u0300-\u1fff\u200c\u200d\u20d0-\u20ff\u2cef-\u2dff\u302a-\u309f\ua66f-\uabff\ufb1e"
    "\ufe00-\ufe2f\U00010000-\U0010ffff]"
)
_MOST_MARKS = 3  # combining marks in a row: enough for every script, too few to climb out of a line
_LONGEST = 4000  # characters looked at in one text; far more than any message shows
ELLIPSIS = "…"


def clean(text: str) -> str:
    """Return *text* on one line: white space folded, invisible characters and mark towers gone."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + ELLIPSIS
    if not text.isprintable():  # nothing that `_INVISIBLE` names is
        text = _INVISIBLE.sub("", text)
    if not text.isascii() and _MAY_BE_ATTACHED.search(text):
        text = _bound_marks(text)
    return " ".join(text.split())


def lines(text: str) -> list[str]:
    """Return the non-empty lines of *text*, each cleaned."""
    found = [clean(line) for line in text[: _LONGEST * 4].splitlines()]
    return [line for line in found if line]


def first_line(text: str) -> str:
    return next(iter(lines(text)), "")


def cell_width(char: str) -> int:
    """Return how many columns of a fixed-width screen *char* takes: 0, 1 or 2 (CJK, emoji)."""
    if char.isascii():
        return 1
    if _is_attached(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(text: str) -> int:
    return len(text) if text.isascii() else sum(map(cell_width, text))


def cut_cells(text: str, most: int) -> str:
    """Return *text* in at most *most* cells, with ``…`` where something was cut off.

    The cut never separates a base character from its marks or an emoji from what is joined to it.
    """
    if len(text) * 2 <= most or cells(text) <= most:
        return text
    width, end = 0, 0
    for at, char in enumerate(text):
        width += cell_width(char)
        if width > most - 1:
            break
        end = at + 1
    return text[: _boundary(text, end)].rstrip() + ELLIPSIS


def cut_bytes(text: str, most: int) -> str:
    """Return *text* in at most *most* bytes of UTF-8, the ``…`` of a cut included.

    Cuts as `cut_cells` does. Returns ``""`` when not even the ``…`` fits.
    """
    raw = text.encode()
    if len(raw) <= most:
        return text
    room = most - len(ELLIPSIS.encode())
    if room < 0:
        return ""
    end = len(raw[:room].decode(errors="ignore"))
    return text[: _boundary(text, end)].rstrip() + ELLIPSIS


def _boundary(text: str, end: int) -> int:
    """Move *end* left until the character there does not belong to the one before it."""
    while 0 < end < len(text) and _continues(text, end):
        end -= 1
    return end


def _continues(text: str, at: int) -> bool:
    """Tell whether the character *at* belongs to the one before: as a mark, joined, in a flag."""
    if _is_flag_letter(text[at]):
        before = at
        while before and _is_flag_letter(text[before - 1]):
            before -= 1
        return (at - before) % 2 == 1
    return (
        text[at] == _JOINER
        or text[at - 1] == _JOINER
        or unicodedata.category(text[at]) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= text[at] <= "\U0001f3ff"  # skin tones
    )


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_attached(char: str) -> bool:
    """Tell whether *char* takes no place of its own: a mark on the one before, or a joiner."""
    return char in _JOINERS or unicodedata.category(char) in ("Mn", "Me")


def _bound_marks(text: str) -> str:
    """Return *text* with at most three attached characters in a row: more only hide or smear."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if _is_attached(char) else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)
