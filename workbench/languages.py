"""In which language the commands speak."""

from collections.abc import Mapping

from relay.config import LANGUAGES
from relay.words import spoken

CHINESE, ENGLISH = LANGUAGES


def language(option: str | None, environ: Mapping[str, str]) -> str:
    """Return ``zh-CN`` or ``en``: *option* when it is given, else the locale's, else English."""
    return option or spoken(environ)
