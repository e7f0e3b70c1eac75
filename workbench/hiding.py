"""What nobody may read off a screen: this configuration's secrets, proofs, people's mobiles."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from relay.config import WECOM_APP, Config, Receiver
from workbench.bubbles import Bubble, pretty_json
from workbench.stand_ins import DEV_SECRET

HIDDEN = "***"
# Gitee repeats its proof in the body; a form or a broken body may hold a header's, too.
PROOFS = ("password", "sign", "x-gitee-token", "x-gitlab-token")
_LEAST = 4  # characters of a secret: a shorter one would take letters out of every word
_LOOPBACK = "127.0.0.1"  # where stand-ins are: their keys are the names of groups
_SHOWN_DIGITS = 7  # of a phone number
_CHINA = "86"

# A proof in a body that is no JSON, or in JSON that is a text: in quotes, a form's, or a part's.
_PROOF = re.compile(
    rf"((?:(?<![A-Za-z0-9_-])|(?<=%22))(?:{'|'.join(PROOFS)})"
    r"(?:(?:\\*[\"']|%22)(?:\s{0,9}(?::|%3A)\s{0,9}|\r?\n\r?\n)|\s{0,9}(?:=|%3D)\s{0,9}))"
    r"(?:(\")(?:[^\"\\\n]|\\.)+|(\\+[\"'])(?:(?!\\+[\"'])[^\n])+|(')[^'\n]+|(%22)(?:(?!%22)[^\s&])+"
    r"|(?!(?:null|false|0)\b|[\[{])(?:[^\s&\"'\\]|&(?![\w.%-]{1,40}=))+)",
    re.IGNORECASE,
)
# Between two digits: anything but letters, also as JSON or an address writes it. No quote and no
# line end: those end a value.
_WRITTEN_GAP = r"%(?:2[0-9A-Fa-f]|[CcEe]2|80|9[0-9]|[Aa]0)|\\u[0-9A-Fa-f]{4}"
_DIGITS = re.compile(rf'\d(?:(?:{_WRITTEN_GAP}|[^\w"\n]|_){{0,4}}\d){{4,}}')
_DIGIT = re.compile(rf"{_WRITTEN_GAP}|(\d)")


class Hiding:
    """Hides *secrets*, however a body writes them, proofs, and *mobiles* in any spelling."""

    def __init__(self, secrets: Iterable[str] = (), mobiles: Iterable[str] = ()) -> None:
        known = {way for one in secrets if len(one) >= _LEAST for way in _ways(one)}
        self._secrets = sorted(known - {DEV_SECRET}, key=len, reverse=True)
        self._mobiles = {_national(one) for one in mobiles if one}
        self._lengths = sorted({len(one) for one in self._mobiles}, reverse=True)
        self._begins = re.compile(rf"(?={'|'.join({one[:3] for one in self._mobiles})})")

    def text(self, text: str, phone: str = "") -> str:
        """Return *text* without any of it.

        *phone* stands for a number; by default some of its digits do.
        """
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        if self._mobiles:
            text = _DIGITS.sub(lambda match: self._without_mobiles(match[0], phone), text)
        return _PROOF.sub(_without_proof, text)

    def value(self, value: Any) -> Any:
        """Return *value*, JSON, of the same form; raises RecursionError."""
        return json.loads(json.dumps({"": value}), object_hook=self._object)[""]

    def json(self, value: Any) -> str:
        """Return *value*, JSON, as readable text; raises RecursionError."""
        return pretty_json(self.value(value))

    def body(self, text: str) -> str:
        """Return what arrived, readable if it is JSON."""
        try:
            return self.json(json.loads(text))
        except (ValueError, RecursionError):
            return self.text(text)

    def bubble(self, bubble: Bubble) -> Bubble:
        """Return *bubble*, of the size it has."""
        title, text = self.text(bubble.title), self.text(bubble.text)
        return bubble._replace(title=title, text=text, raw=self.value(bubble.raw))

    def _without_mobiles(self, run: str, phone: str) -> str:
        """Return *run*, digits with what stands between them, without the numbers in it."""
        places = [found.start() for found in _DIGIT.finditer(run) if found[1]]
        digits = "".join(str(int(run[place])) for place in places)
        parts, done, last = [], 0, 0
        for found in self._begins.finditer(digits):
            at = found.start()
            ends = (at + length for length in self._lengths)
            end = next((one for one in ends if digits[at:one] in self._mobiles), 0)
            if end and at >= last:
                parts += [run[done : places[at]], phone or _shown(digits[at:end])]
                done, last = places[end - 1] + 1, end
        return "".join([*parts, run[done:]])

    def _object(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return *found*, the objects in which are done already."""
        return {
            self.text(key): HIDDEN if one and key.lower() in PROOFS else self._item(one)
            for key, one in found.items()
        }

    def _item(self, item: Any) -> Any:
        if isinstance(item, list):
            return [self._item(one) for one in item]
        if isinstance(item, str):
            return self.text(item)
        if isinstance(item, int) and not isinstance(item, bool):
            return item if self.text(str(item)) == str(item) else self.text(str(item))
        return item


def secrets_of(config: Config) -> Iterator[str]:
    """Yield every text that is a secret of *config*."""
    for source in config.sources:
        yield from (one.reveal() for one in (*source.secrets, *source.signing_tokens))
    for receiver in config.receivers:
        yield from _keys(receiver)
        yield receiver.secret.reveal() if receiver.secret else ""


def _keys(receiver: Receiver) -> Iterator[str]:
    """Yield what in a robot's address is its credential; an application's has none."""
    address = urlsplit(receiver.url.reveal())
    if receiver.type != WECOM_APP and address.hostname != _LOOPBACK:
        yield from (value for _, value in parse_qsl(address.query))


def _ways(secret: str) -> set[str]:
    """Return *secret* as a text, a form, an address and JSON may have it."""
    written = (json.dumps(secret, ensure_ascii=ascii)[1:-1] for ascii in (True, False))
    escaped = (quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace"))
    return {secret, *escaped, *written}


def _national(mobile: str) -> str:
    """Return the digits of *mobile*, without China's code."""
    digits = re.sub(r"\D", "", mobile)
    is_chinese = digits.startswith(_CHINA) and len(digits) == len(_CHINA) + 11
    return digits.removeprefix(_CHINA) if is_chinese else digits


def _shown(digits: str) -> str:
    if len(digits) <= _SHOWN_DIGITS:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * len(digits[3:-4])}{digits[-4:]}"


def _without_proof(match: re.Match[str]) -> str:
    """Return the name of a proof with the quote before its value."""
    return f"{match[1]}{next(filter(None, match.groups()[1:]), '')}{HIDDEN}"
