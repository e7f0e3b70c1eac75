"""A request that arrived, as a fixture: without tokens, e-mail addresses and phone numbers.

What a secret looks like is endless: better too much is hidden than too little. Every pattern begins
where a word does and is bounded, so that a body of 6 MB takes no longer than its size asks for.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.bubbles import pretty_json
from workbench.samples import Sample
from workbench.terminal import printable

FOLDER = Path(__file__).parents[2] / "tests" / "fixtures" / "webhooks"

_HIDDEN = "***"
_SECRET_WORDS = (
    "token", "secret", "passw", "passphrase", "pwd", "credential", "authorization", "cookie",
    "privatekey", "apikey", "accesskey", "signature", "密码", "密钥", "口令", "令牌",
)  # fmt: skip
_PLAIN = frozenset({"signatureverified", "gpgsignature"})
_PHONE_WORDS = ("phone", "mobile", "手机")
_LETTERS = re.compile(r"[^a-z0-9\u4e00-\u9fff]+")
_VARIABLES = "variables"  # a pipeline's: whatever somebody typed as their values

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}(?:@|%40)((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})")
_KEPT_MAILS = ("example.com", "example.org", "users.noreply.gitee.com")
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]{3,40}-----[^-]{1,20000}-----END [A-Z ]{3,40}-----"), _HIDDEN),
    (re.compile(r"(://)[^/\s@\"'?#]{1,300}@"), r"\g<1>"),
    (
        re.compile(
            r"((?<![\w.-])[\w.-]{0,40}(?:key|token|secret|password|passwd|pwd|sign|signature|sig)"
            r"(?:=|%3D))[^&\s\"'#]{1,4000}",
            re.IGNORECASE,
        ),
        rf"\g<1>{_HIDDEN}",
    ),
    (
        re.compile(
            r"((?<![\w-])(?:private-token|authorization|cookie|password|passwd|pwd|secret|token"
            r"|密码|口令|令牌|密钥) ?[:：=] ?)[^\s,;\"']{1,4000}",
            re.IGNORECASE,
        ),
        rf"\g<1>{_HIDDEN}",
    ),
    (
        re.compile(r"((?<!\w)(?:bearer|basic) )[\w.~+/=-]{6,4000}", re.IGNORECASE),
        rf"\g<1>{_HIDDEN}",
    ),
    (
        re.compile(
            r"(?<![A-Za-z0-9])(?:gl[a-z]{2,8}-[\w.-]{6,300}|gh[a-z]_\w{8,300}|github_pat_\w{8,300}"
            r"|npm_\w{8,300}|whsec_[\w+/=-]{6,300}|SEC[0-9a-zA-Z]{12,300}|GR1348941[\w-]{6,300}"
            r"|(?:AKIA|AKID|ASIA|LTAI|AIza)[\w-]{8,300}|xox[a-z]-[\w-]{8,300}|sk-[\w-]{12,300}"
            r"|eyJ[\w.-]{16,4000})"
        ),
        _HIDDEN,
    ),
    (re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])"), _HIDDEN),
    (re.compile(r"(?<!\w)[0-9a-f]{64}(?!\w)"), _HIDDEN),  # DingTalk's access_token looks like this
    (re.compile(r"(/(?:services|hook)/)[\w/-]{8,300}"), rf"\g<1>{_HIDDEN}"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\w)"), _HIDDEN),  # an identity card
    (re.compile(r"(?<![\d.-])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), "13800000000"),
)
_UNSAFE = re.compile(r"[^a-z0-9._-]+")


class _Scrubber:
    """Gives the same stand-in for the same original, so that equal things stay equal."""

    def __init__(self, known: Iterable[str]) -> None:
        self._mails: dict[str, str] = {}
        self._known = sorted({one for one in known if len(one) > 3}, key=len, reverse=True)

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.text(str(key)): self._entry(str(key), one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        for one in self._known:
            text = text.replace(one, _HIDDEN)
        for pattern, instead in _RULES:
            text = pattern.sub(instead, text)
        return _MAIL.sub(self._mail, text)

    def _entry(self, key: str, value: Any) -> Any:
        name = _LETTERS.sub("", key.lower())
        if name == _VARIABLES:
            return _emptied(value)
        is_secret = name not in _PLAIN and (
            name == "sign" or any(word in name for word in _SECRET_WORDS)
        )
        if is_secret and not isinstance(value, bool) and value:
            return _HIDDEN if not isinstance(value, dict) else _emptied(value)
        if any(word in name for word in _PHONE_WORDS) and value:
            return "13800000000"
        return self.value(value)

    def _mail(self, match: re.Match[str]) -> str:
        found = match[0].lower()
        if match[1].lower() in _KEPT_MAILS:
            return match[0]
        return self._mails.setdefault(found, f"user{len(self._mails) + 1}@example.com")


def scrubbed(value: Any, known: Iterable[str] = ()) -> Any:
    """Return *value*, JSON, with what is nobody else's business replaced.

    That is values under names of secrets, a pipeline's variables, tokens wherever they stand,
    e-mail addresses (each by the same one everywhere), phone numbers, user names in addresses, and
    *known*: the texts that are secrets here. Ids stay. Raises RecursionError for JSON that is
    nested too deeply.
    """
    return _Scrubber(known).value(value)


def save(sample: Sample, event: str, folder: Path, known: Iterable[str] = ()) -> Path:
    """Write *sample* as a file in *folder*, which no other has, and return where.

    *event* is what the relay calls it, for the name; *known* as in `scrubbed`. Raises OSError, and
    RecursionError. Times stay: `trigger` sends the file as it is.
    """
    written = scrubbed({"headers": sample.headers, "body": sample.body}, known)
    text = f"{printable(pretty_json(written))}\n"
    folder.mkdir(parents=True, exist_ok=True)
    stem = _UNSAFE.sub("-", f"{sample.source}-{event or 'unknown'}".lower()).strip("-.")
    for number in range(1, 10_000):
        path = folder / f"{stem}-{number}.json"
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{stem}: too many")


def _emptied(value: Any) -> Any:
    """Return *value* with its names, but for ``key`` none of its values."""
    if isinstance(value, dict):
        return {key: one if key == "key" else _emptied(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_emptied(one) for one in value]
    return value if isinstance(value, bool) or not value else _HIDDEN
