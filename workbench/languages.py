"""In which language the commands speak."""

from collections.abc import Mapping

from relay.config import LANGUAGES

CHINESE, ENGLISH = LANGUAGES
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # POSIX: the first that is set decides


def language(option: str | None, environ: Mapping[str, str]) -> str:
    """Return ``zh-CN`` or ``en``: *option* when it is given, else the locale's, else English."""
    if option:
        return option
    locale = next((found for name in _VARIABLES if (found := environ.get(name))), "")
    return CHINESE if locale.lower().startswith("zh") else ENGLISH
