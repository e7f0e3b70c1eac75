"""Environment variables read leniently, as people paste them; what is wrong is gathered."""

from collections.abc import Iterable, Mapping

from relay.configuration import pasted
from relay.configuration.forms import FormError, formed
from relay.errors import NOTHING, Problem
from relay.words import Phrase

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
    "CONFIG_YAML",
    "CONFIG_FILE",
    "RELAY_ALLOW_HOSTS",
    "RELAY_SECRETS",
    "RELAY_QUEUE",
    "RELAY_STATE",
    "LOG_LEVEL",
)
_ON = ("true", "yes", "on", "1")
_OFF = ("false", "no", "off", "0")
# Hardly anybody else's variables begin like this, and look so much like one of ours:
# NOTIFY_EVENT, WECOM_WEBHOOK_URL_2.
_OWN_PREFIXES = ("WECOM_", "DINGTALK_", "NOTIFY_", "RELAY_")
_ALIKE = 0.85

_NO_VARIABLE = Phrase("没有这个变量", "no such variable")
_ENTRY = Phrase("第 {number} 个：{zh}", "entry {number}: {en}")
_UNSET = Phrase("{name} 没有设置", "{name} is not set")
_EMPTY = Phrase("{name} 是空的", "{name} is empty")
_MISSPELT = Phrase("已设置 {found}：你是不是想写 {name}？", "{found} is set: did you mean {name}?")
_UNKNOWN = Phrase("这个值不在可选项里", "the value is none of those known")
_ONE_OF = Phrase("可以写：{zh}", "write one of: {en}")
_MISFORMED = Phrase("写法不对", "it is not written as it should be")
_NO_TIME = Phrase("这个值不是范围内的时间", "the value is not a time in that range")
_SECONDS = Phrase(
    "写 {least:g} 到 {most:g} 秒，例如 {default:g} 或 {default:g}s",
    "write seconds from {least:g} to {most:g}, such as {default:g} or {default:g}s",
)


class Variables:
    """An environment; *problems* holds what was found wrong, in the order of reading."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[Problem] = []

    def wrong(self, code: str, name: str, message: Phrase, hint: Phrase = NOTHING) -> None:
        """Note a problem of variable *name*; no text given here may hold a value."""
        self.problems.append(Problem(code, name, message, hint))

    def wrong_entries(
        self, code: str, name: str, faults: Iterable[tuple[Phrase, Phrase] | None]
    ) -> None:
        """Note what is wrong with each entry of a list, None for nothing: a message and a hint.

        Of several entries the number is told.
        """
        found = list(faults)
        for number, fault in enumerate(found, 1):
            if fault:
                message, hint = fault
                told = _ENTRY.filled(number=number, zh=message.zh, en=message.en)
                self.wrong(code, name, told if len(found) > 1 else message, hint)

    def text(self, name: str) -> str:
        """Return the value without what surrounds it (`pasted.trimmed`)."""
        return pasted.trimmed(self._environ.get(name, ""))

    def places(self, name: str) -> list[str]:
        """Return a list whose empty places count, except at the end: ``a,,b``."""
        return pasted.places(self._environ.get(name, ""))

    def items(self, name: str) -> list[str]:
        """Return a list without its empty places."""
        return pasted.items(self._environ.get(name, ""))

    def absence(self, *names: str) -> Phrase:
        """Say of each of *names* whether it is missing or empty."""
        said = [(_EMPTY if name in self._environ else _UNSET).filled(name=name) for name in names]
        return Phrase("，".join(one.zh for one in said), " and ".join(one.en for one in said))

    def misspelt(self, *names: str, otherwise: Phrase = NOTHING) -> Phrase:
        """Return a hint on variables that look like *names* and are none of ours.

        Without any the hint is *otherwise*.
        """
        from relay.configuration.suggest import nearest

        others = [name for name in self._environ if name not in NAMES and self.text(name)]
        found = [(nearest(name, others, likeness=0.7), name) for name in names]
        hints = [_MISSPELT.filled(found=one, name=name) for one, name in found if one]
        return _joined(*hints) if hints else otherwise

    def note_misspelt(self) -> None:
        """Note every variable that is almost one of ours: unread, it would change nothing."""
        for name in self._environ:
            if name.startswith(_OWN_PREFIXES) and name not in NAMES:
                from relay.configuration.suggest import did_you_mean

                hint = did_you_mean(name, NAMES, likeness=_ALIKE)
                if hint != NOTHING:
                    self.wrong("E101", name, _NO_VARIABLE, hint)

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
        listed = _ONE_OF.filled(zh="、".join(known), en=", ".join(known))
        self.wrong("E103", name, _UNKNOWN, _joined(did_you_mean(given, known), listed))

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
        hint = _SECONDS.filled(least=least, most=most, default=default)
        self.wrong("E106", name, _NO_TIME, hint)
        return default


def _joined(*phrases: Phrase) -> Phrase:
    """Return *phrases* one after the other, without the empty ones."""
    found = [phrase for phrase in phrases if phrase != NOTHING]
    return Phrase("".join(one.zh for one in found), " ".join(one.en for one in found))


def form_fault(form: str, text: str) -> tuple[Phrase, Phrase] | None:
    """Return a message and a hint if *text* has not the form of that name (`forms.formed`)."""
    try:
        formed(form, text)
    except FormError as error:
        return _MISFORMED, error.expected
    return None
