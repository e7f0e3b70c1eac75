"""A request that arrived, as a fixture: without tokens, e-mail addresses and phone numbers.

What a secret looks like is endless: better too much is hidden than too little. A rule begins with a
word of its own and is bounded, or it always ends in a hit: so a body of 6 MB takes no longer than
its size asks for.
"""

import re
from pathlib import Path
from typing import Any

from workbench.bubbles import pretty_json
from workbench.hiding import HIDDEN, Hiding
from workbench.samples import Sample
from workbench.terminal import printable

FOLDER = Path(__file__).parents[2] / "tests" / "fixtures" / "webhooks"

_PHONE = "13800000000"
_SECRET_WORDS = (
    "token", "secret", "passw", "passphrase", "pwd", "credential", "authorization", "cookie",
    "privatekey", "apikey", "accesskey", "signature", "密码", "密钥", "口令", "令牌",
)  # fmt: skip
_SECRET_NAME = re.compile(r"(?:.*[_-])?(?:sign|sig|auth|pass)", re.IGNORECASE | re.DOTALL)
_PLAIN = frozenset({"signatureverified", "gpgsignature"})
_PHONE_WORDS = ("phone", "mobile", "手机")
_LETTERS = re.compile(r"[^a-z0-9\u4e00-\u9fff]+")
_VARIABLES = "variables"  # a pipeline's: whatever somebody typed as their values

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}(?:@|%40)((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})")
_KEPT_MAILS = ("example.com", "example.org", "users.noreply.gitee.com")

# What a rule is made of. A name may have anything before it, and `_more` after it.
_NAME = (
    r"(?:token|secret(?:access)?key|secret|passw(?:or)?d|pwd|passphrase|credentials?|signature"
    r"|authorization|(?:api|access|private|app|master|signing|encryption)[_-]?key"
    r"|cookie(?=\\*[\"'])|密码|口令|令牌|密钥|(?<=[_-])pass"
    r"|(?<![a-z])(?:key(?==|%3D)|si(?:g|gn)(?==|%3D)|(?:pass|auth)(?=[=\"'\\])))"
)
_MORE = r"(?:[_.-]?\d{1,3}|[_.-][\w.-]{1,40})?"
_FIELD = r"(?:amp;)?[\w.%-]{1,40}="
_IS = r"\\{0,4}[\"']?[ \t\u00a0]{0,9}(?:=>|[:：=]|%3D|%3A)[ \t\u00a0]{0,9}"
# After a name and a colon these begin a title, no secret.
_PROSE = (
    r"(?!(?:\*\*\*|(?:null|none|nil|true|false|how|what|when|where|why|who|the|an?|to|is|are|was|not"
    r"|no|in|on|of|for|and|or|with|from|add|fix|use|allow|change|check|clean|create|drop|handle"
    r"|improve|make|move|refactor|remove|rename|replace|reset|rotate|set|show|support|update|page"
    r"|expired|expires|invalid|missing|required|must|should|can|cannot)(?![\w-])))"
)
_VALUE = (
    r"(?:\\{1,4}[\"'](?:(?!\\{1,4}[\"'])[^\n]){1,4000}(?:\\{1,4}[\"'])?"
    r"|\"(?:[^\"\\\n]|\\.){1,4000}\"?|'(?:[^'\\\n]|\\.){1,4000}'?"
    rf"|{_PROSE}[^\s\"'<>()，。；、）\\]{{1,4000}})"
)
_LINE = r"(?:=\"[^\"\r\n]{0,4000}\"|[^\r\n\"']){1,4000}"  # up to the quote of a whole line
_SP = r"[ .()\-_/·\u00a0\u2010-\u2015\u2212\u3000]{0,3}"


def _rule(pattern: str, instead: str = HIDDEN) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern), instead


_KEPT = rf"\g<1>{HIDDEN}"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # Keys in lines, also with headers and without an end.
    _rule(
        r"-----BEGIN [A-Z0-9 ]{3,40}-----(?:(?!-----END)[\s\S]){0,20000}"
        r"(?:-----END [A-Z0-9 ]{3,40}-----)?"
    ),
    # Headers: all that stands in the line.
    _rule(rf"(?i)(authorization{_IS}){_PROSE}{_LINE}", _KEPT),
    _rule(rf"(?i)(cookie{_IS})(?=[^\r\n\"'=]{{1,200}}=){_LINE}", _KEPT),
    _rule(r"((?<!\w)(?i:bearer|basic) )(?=[a-z.]{0,200}[A-Z0-9+/=_~-])[\w.~+/=-]{6,4000}", _KEPT),
    # Addresses: a user's name, what stands behind "?" and "&", the addresses of robots.
    _rule(r"(://)[^/\s@\"'?#]{1,300}@", r"\g<1>"),
    _rule(
        rf"(?i)([?&][\w.-]{{0,40}}{_NAME}{_MORE}(?:=|%3D))"
        rf"(?:[^&\s\"'#()<>\\]|&(?!{_FIELD})){{1,4000}}",
        _KEPT,
    ),
    _rule(r"(/(?:services|hook)/)[\w/-]{8,300}", _KEPT),
    _rule(r"(/(?:webhooks/\d{1,30}|webhookb2)/)[\w/@%.-]{1,600}", _KEPT),
    _rule(r"((?<!\w)bot|(?<![\w:])(?=\d{6,12}:[\w-]{30}))\d{3,12}:[\w-]{6,300}", _KEPT),
    # Names with values: in a program's options, in XML, in files of variables, in JSON and prose.
    _rule(r"((?<!\S)(?:-u|--user)[ =]?[\"']?)[^\s:\"']{1,200}:[^\s\"']{1,400}", _KEPT),
    _rule(rf"(?i)((?<![\w-])--[\w-]{{0,40}}{_NAME}{_MORE} {{1,9}})(?!-){_VALUE}", _KEPT),
    _rule(rf"(?i)({_NAME}{_MORE}>)[^<>]{{1,4000}}(?=</)", _KEPT),
    _rule(rf"(?i)({_NAME}{_MORE}{_IS}){_VALUE}", _KEPT),
    _rule(r"((?:密码|口令|令牌|密钥) ?(?:是|为) ?)[!-~]{1,4000}", _KEPT),
    _rule(r"(?i)(password is )(?=[^\s\d]{0,200}\d)[^\s\"']{1,4000}", _KEPT),
    # Tokens that begin with whose they are.
    _rule(
        r"(?<![A-Za-z0-9])(?:gl[a-z]{2,8}-[\w.-]{6,300}|gh[a-z]_\w{8,300}|github_pat_\w{8,300}"
        r"|npm_\w{8,300}|whsec_[\w+/=-]{6,300}|SEC[0-9a-zA-Z]{12,300}|GR1348941[\w-]{6,300}"
        r"|(?:AKIA|AKID|ASIA|LTAI|AIza)[\w-]{8,300}|(?:xox[a-z]|xapp)-[\w-]{8,300}"
        r"|sk-[\w-]{12,300}|[a-z]k_(?:live|test)_\w{6,300}|dckr_[a-z]{2,8}_[\w-]{6,300}"
        r"|pypi-[\w-]{6,300}|ya29\.[\w.-]{6,300}|SG\.[\w.-]{12,300}|hf_\w{16,300}|ATATT[\w=-]{12,300}"
        r"|eyJ[\w.-]{16,4000})"
    ),
    # Tokens that are only digits of some base; a commit has forty.
    _rule(r"(?<![\w-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![\w-])"),
    _rule(r"(?<!\w)(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{32})(?!\w)"),  # DingTalk's access_token has 64
    # People: an identity card, a mobile in groups of any size. Behind "s/" stands an id.
    _rule(r"(?<!\d)\d{17}[\dXx](?!\w)"),
    _rule(
        rf"(?<!\d)(?<!s/)(?:(?:\+|00)?86{_SP})?[1１][3-9３-９]\d"
        rf"(?:{_SP}\d{{4}}{_SP}\d{{4}}|{_SP}\d{{3}}{_SP}\d{{5}}"
        r"|(?P<gap>[ .-])(?:\d\d(?:(?P=gap)\d\d){3}|\d{3}[ -]\d{3}[ -]\d\d))(?!\d)",
        _PHONE,
    ),
)
_UNSAFE = re.compile(r"[^a-z0-9._-]+")


class _Scrubber:
    """Gives the same stand-in for the same original, so that equal things stay equal."""

    def __init__(self, hiding: Hiding) -> None:
        self._mails: dict[str, str] = {}
        self._hiding = hiding

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.text(str(key)): self._entry(str(key), one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if isinstance(value, int) and not isinstance(value, bool):
            return value if self._hiding.text(str(value)) == str(value) else _PHONE
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        text = self._hiding.text(text, _PHONE)
        for pattern, instead in _RULES:
            text = pattern.sub(instead, text)
        return _MAIL.sub(self._mail, text)

    def _entry(self, key: str, value: Any) -> Any:
        name = _LETTERS.sub("", key.lower())
        if name == _VARIABLES:
            return _emptied(value)
        is_secret = name not in _PLAIN and (
            bool(_SECRET_NAME.fullmatch(key)) or any(word in name for word in _SECRET_WORDS)
        )
        if is_secret and not isinstance(value, bool) and value:
            return HIDDEN if not isinstance(value, dict) else _emptied(value)
        if any(word in name for word in _PHONE_WORDS) and value:
            return _PHONE
        return self.value(value)

    def _mail(self, match: re.Match[str]) -> str:
        found = match[0].lower()
        if match[1].lower() in _KEPT_MAILS:
            return match[0]
        return self._mails.setdefault(found, f"user{len(self._mails) + 1}@example.com")


def scrubbed(value: Any, hiding: Hiding = Hiding()) -> Any:  # noqa: B008 - never changes
    """Return *value*, JSON, with what is nobody else's business replaced.

    That is values under names of secrets, a pipeline's variables, tokens wherever they stand,
    e-mail addresses (each by the same one everywhere), phone numbers, user names in addresses, and
    what *hiding* hides here. Ids stay. Raises RecursionError for JSON that is nested too deeply.
    """
    return _Scrubber(hiding).value(value)


def save(sample: Sample, event: str, folder: Path, hiding: Hiding) -> Path:
    """Write *sample* as a file in *folder*, which no other has, and return where.

    *event* is what the relay calls it, for the name; *hiding* as in `scrubbed`. Raises OSError, and
    RecursionError. Times stay: `trigger` sends the file as it is.
    """
    written = scrubbed({"headers": sample.headers, "body": sample.body}, hiding)
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
    return value if isinstance(value, bool) or not value else HIDDEN
