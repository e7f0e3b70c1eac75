"""How events are named where they are chosen: ``*``, ``push``, ``pipeline.failed``, ``!job.*``."""

from functools import cache, lru_cache

from relay.errors import NOTHING
from relay.kinds import KINDS
from relay.policy import ALIASES, known_patterns
from relay.words import Phrase

# The forges' words, and common ones, for what has another name here.
_OTHER_WORDS = {
    "build": "job",
    "mr": "merge_request",
    "note": "comment",
    "pr": "merge_request",
    "tag_push": "tag",
    "wiki_page": "wiki",
    "work_item": "issue",
}
_KNOWN = Phrase("可以写 *、{names}", "known are *, {names}")


class UnknownEventError(ValueError):
    """No such event; *hint* says what may be written, and never holds what was."""

    def __init__(self, hint: Phrase) -> None:
        super().__init__(hint.en)
        self.hint = hint


@lru_cache(maxsize=256)  # a hundred routes name the same few
def event_pattern(text: str) -> str:
    """Return the pattern in *text* as `relay.policy.decide` takes it, its alias replaced.

    Case and spaces do not matter. Raises UnknownEventError.
    """
    spelt = "".join(text.lower().split())
    kind, dot, action = spelt.removeprefix("!").partition(".")
    name = f"{ALIASES.get(kind, kind)}{dot}{action}"
    if name not in _known():
        raise UnknownEventError(_hint(kind, name))
    return f"!{name}" if spelt.startswith("!") else name


@cache
def _known() -> frozenset[str]:
    return frozenset(known_patterns())


def _hint(kind: str, name: str) -> Phrase:
    from relay.configuration.suggest import did_you_mean

    if word := _OTHER_WORDS.get(kind):
        return did_you_mean(word, (word,))
    found = did_you_mean(name, known_patterns())
    return found if found != NOTHING else _KNOWN.filled(names=", ".join(KINDS))
