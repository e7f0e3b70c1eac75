"""What somebody probably meant; imported and called only where an error is reported."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 80  # characters compared; the comparison is quadratic


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """Return the entry of *known* most like *word*, in any case of letters, or ``""``.

    *likeness* is the least that counts, from 0 to 1 (`difflib.SequenceMatcher.ratio`).
    """
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold()[:_LONGEST], by_folded, n=1, cutoff=likeness)
    return by_folded[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest of *known*, never *word* itself; may be empty."""
    name = nearest(word, known)
    return f"did you mean {name}?" if name else ""
