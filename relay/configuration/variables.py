"""Environment variables read leniently, as people paste them; what is wrong is gathered.

Spaces, invisible marks, straight and curly quotes around a value do not count; a list may be
separated by commas, full-width commas or line breaks.
"""

from collections.abc import Iterable, Mapping

from relay.errors import Problem

NAMES = (
    "WECOM_WEBHOOK_URL",
    "WECOM_MESSAGE",
    "DINGTALK_WEBHOOK_URL",
    "DINGTALK_SECRET",
    "DINGTALK_KEYWORDS",
    "DINGTALK_MESSAGE",
    "DINGTALK_OPEN_LINKS",
    "WEBHOOK_SECRET",
    "WEBHOOK_SECRET_OLD",
    "GITLAB_SIGNING_TOKEN",
    "GITLAB_SIGNATURE",
    "GITEE_SIGNATURE",
    "ALLOW_UNSIGNED",
    "NOTIFY_EVENTS",
    "NOTIFY_LANG",
    "NOTIFY_TIMEZONE",
    "DELIVERY_TIMEOUT",
    "RELAY_ALLOW_HOSTS",
    "LOG_LEVEL",
)
# \u3000 and \u00a0 come with text copied from pages, the zero-width ones from chats
_EDGES = " \t\r\n\v\f\u00a0\u3000\u200b\u200e\u200f\u2060\ufeff"
_QUOTES = "\"'`“”„‟‘’‚‛＂＇"
_ON = ("true", "yes", "on", "1")
_OFF = ("false", "no", "off", "0")


class Variables:
    """An environment; *problems* holds what was found wrong, in the order of reading."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[Problem] = []

    def wrong(self, code: str, name: str, message: str, hint: str = "") -> None:
        """Note a problem of variable *name*; no text given here may hold a value."""
        self.problems.append(Problem(code, name, message, hint))

    def text(self, name: str) -> str:
        """Return the value without what surrounds it; one pair of quotes is taken off."""
        text = self._environ.get(name, "").strip(_EDGES)
        if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
            text = text[1:-1].strip(_EDGES)
        return text

    def places(self, name: str) -> list[str]:
        """Return a list whose empty places count, except at the end: ``a,,b``."""
        text = ""
        for line in self._environ.get(name, "").replace("，", ",").splitlines():
            if part := line.strip(_EDGES):
                joined = not text or text.endswith(",") or part.startswith(",")
                text += part if joined else f",{part}"
        found = [part.strip(_EDGES + _QUOTES) for part in text.split(",")]
        while found and not found[-1]:
            found.pop()
        return found

    def items(self, name: str) -> list[str]:
        """Return a list without its empty places."""
        return [item for item in self.places(name) if item]

    def absence(self, *names: str) -> str:
        """Say of each of *names* whether it is missing or empty."""
        said = (f"{name} is {'empty' if name in self._environ else 'not set'}" for name in names)
        return " and ".join(said)

    def misspelt(self, *names: str) -> str:
        """Return a hint on variables that look like *names* and are none of ours; may be empty."""
        from relay.configuration.suggest import nearest

        others = [name for name in self._environ if name not in NAMES and self.text(name)]
        hints = []
        for name in names:
            if found := nearest(name, others, likeness=0.7):
                hints.append(f"{found} is set: did you mean {name}?")
        return " ".join(hints)

    def choice(self, name: str, words: Iterable[str], default: str) -> str:
        """Return one of *words*, in any case of letters and with ``-`` for ``_``."""
        given = self.text(name)
        spelt = given.lower().replace("-", "_")
        if not given or spelt in words:
            return spelt or default
        self.unknown(name, given, words)
        return default

    def unknown(self, name: str, given: str, words: Iterable[str]) -> None:
        """Note that *given* is none of *words*."""
        from relay.configuration.suggest import did_you_mean

        known = list(words)
        listed = f"write one of: {', '.join(known)}"
        hint = did_you_mean(given, known)
        self.wrong("E103", name, "the value is none of those known", f"{hint} {listed}".strip())

    def switch(self, name: str) -> bool:
        """Return whether a word for yes is set; nothing set is no."""
        given = self.text(name).lower()
        if given and given not in _ON + _OFF:
            self.unknown(name, given, ("true", "false"))
        return given in _ON

    def seconds(self, name: str, default: float, *, least: float, most: float) -> float:
        """Return a number of seconds, written ``4``, ``4.5`` or ``4s``."""
        given = self.text(name).lower()
        if not given:
            return default
        digits = given.removesuffix("s").rstrip()
        is_number = digits.isascii() and digits.replace(".", "", 1).isdigit() and len(digits) < 10
        if is_number and least <= float(digits) <= most:
            return float(digits)
        hint = f"write seconds from {least:g} to {most:g}, such as {default:g} or {default:g}s"
        self.wrong("E106", name, "the value is not a time in that range", hint)
        return default
