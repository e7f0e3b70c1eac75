"""What somebody probably meant; imported and called only where an error is reported.

What an input method changes unasked does not count: full-width letters and stops, ``-`` for ``_``,
capitals.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from posixpath import commonprefix
from unicodedata import normalize

from relay.errors import NOTHING
from relay.words import Phrase

_LONGEST = 80  # characters compared; the comparison is quadratic
_MOST_EDITS = 2  # counted one by one; what is farther off is judged by what both have in common
USUAL = 0.6
_SAME = str.maketrans({"-": "_", "。": ".", "—": "_"})
_DID_YOU_MEAN = Phrase("你是不是想写 {name}？", "did you mean {name}?")


def nearest(word: str, known: Iterable[str], *, likeness: float = USUAL) -> str:
    """Return the entry of *known* most like *word*, or ``""``.

    A letter left out, added, wrong or exchanged with its neighbour comes before anything else.
    *likeness*, from 0 to 1, is the least part that both must have in common; at the usual one a
    single such mistake is always forgiven, however short the word.
    """
    by_folded: dict[str, str] = {}
    for name in known:
        by_folded.setdefault(_folded(name), name)
    folded = _folded(word)
    if not folded:
        return ""
    if found := by_folded.get(folded) or by_folded.get(_by_edits(folded, by_folded, likeness)):
        return found
    close = get_close_matches(folded, by_folded, n=1, cutoff=likeness)
    return by_folded[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str], *, likeness: float = USUAL) -> Phrase:
    """Return a question that names the nearest of *known* (as `nearest`), or `NOTHING`.

    *word* itself is never in it.
    """
    name = nearest(word, known, likeness=likeness)
    return _DID_YOU_MEAN.filled(name=name) if name else NOTHING


def _folded(text: str) -> str:
    return normalize("NFKC", text[:_LONGEST]).casefold().translate(_SAME)[:_LONGEST].strip()


def _by_edits(word: str, known: Iterable[str], likeness: float) -> str:
    """Return the one of *known* that the fewest edits make of *word*, ``""`` if that takes many."""
    limit = min(_MOST_EDITS, max(1, len(word) // 4))
    counted = [(_edits(word, name, limit), name) for name in known]
    fewest = min((edits for edits, _ in counted), default=limit + 1)
    if fewest > limit:
        return ""
    (share, _), found = max(
        (_alike(word, name), name) for edits, name in counted if edits == fewest
    )
    forgiven = fewest == 1 and likeness <= USUAL and share > 0
    return found if forgiven or share >= likeness else ""


def _alike(word: str, name: str) -> tuple[float, int]:
    """Return what two words have in common: the part of all letters, and how they begin."""
    return SequenceMatcher(None, word, name).ratio(), len(commonprefix((word, name)))


def _edits(word: str, name: str, most: int) -> int:
    """Return how many letters must be added, removed, replaced or exchanged with a neighbour.

    Counting ends above *most*, with the number after it.
    """
    if abs(len(word) - len(name)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(name) + 1))
    for at, letter in enumerate(word):
        earlier, before, row = before, row, [at + 1]
        for to, other in enumerate(name):
            count = min(before[to] + (letter != other), before[to + 1] + 1, row[to] + 1)
            if at and to and letter == name[to - 1] and word[at - 1] == other:
                count = min(count, earlier[to - 1] + 1)
            row.append(count)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
