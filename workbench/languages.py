"""In which language the commands speak."""

from collections.abc import Iterable, Mapping

from relay.config import LANGUAGES
from relay.words import Phrase, spoken

CHINESE, ENGLISH = LANGUAGES


def language(option: str | None, environ: Mapping[str, str]) -> str:
    """Return ``zh-CN`` or ``en``: *option* when it is given, else the locale's, else English."""
    return option or spoken(environ)


def listed(names: Iterable[str]) -> Phrase:
    """Return *names* one after the other, with each language's comma."""
    known = list(names)
    return Phrase("、".join(known), ", ".join(known))
