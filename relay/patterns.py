"""How events are named where they are chosen: ``*``, ``push``, ``pipeline.failed``, ``!job.*``."""

from relay.kinds import KINDS
from relay.policy import ALIASES, known_patterns

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


def event_pattern(text: str) -> str:
    """Return the pattern in *text* as `relay.policy.decide` takes it, its alias replaced.

    Case and spaces do not matter. Raises ValueError with a hint, which never holds *text*.
    """
    spelt = "".join(text.lower().split())
    kind, dot, action = spelt.removeprefix("!").partition(".")
    name = f"{ALIASES.get(kind, kind)}{dot}{action}"
    if name not in known_patterns():
        raise ValueError(_hint(kind, name))
    return f"!{name}" if spelt.startswith("!") else name


def _hint(kind: str, name: str) -> str:
    from relay.configuration.suggest import did_you_mean

    if word := _OTHER_WORDS.get(kind):
        return f"did you mean {word}?"
    return did_you_mean(name, known_patterns()) or f"known are *, {', '.join(KINDS)}"
