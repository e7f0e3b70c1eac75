"""A request that arrived, as a fixture: without tokens, e-mail addresses and phone numbers."""

import re
from pathlib import Path
from typing import Any

from workbench.bubbles import pretty_json
from workbench.samples import Sample

FOLDER = Path(__file__).parents[2] / "tests" / "fixtures" / "webhooks"

_HIDDEN = "***"
_SECRET_NAMES = re.compile(
    r"(?:^|_)(?:token|secret|password|passwd|sign|signature|private_key|api_key)$", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
_TOKEN = re.compile(
    r"\b(?:gl[a-z]{2,5}-[\w-]{16,}|gh[a-z]_\w{16,}|whsec_[\w+/=]{8,}|SEC[0-9a-f]{16,}"
    r"|(?:AKIA|AKID)\w{12,})"
)
_IN_ADDRESS = re.compile(r"((?:key|token|access_token|secret|password|sign)=)[^&\s\"']+", re.I)
_USER_INFO = re.compile(r"(https?://)[^/\s@\"']+@")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_KEPT_MAILS = ("example.com", "example.org", "users.noreply.gitee.com")


class _Names:
    """Gives the same stand-in for the same original, so that equal things stay equal."""

    def __init__(self) -> None:
        self._mails: dict[str, str] = {}

    def mail(self, match: re.Match[str]) -> str:
        found = match[0].lower()
        if found.endswith(_KEPT_MAILS):
            return match[0]
        return self._mails.setdefault(found, f"user{len(self._mails) + 1}@example.com")


def scrubbed(value: Any, names: "_Names | None" = None) -> Any:
    """Return *value*, JSON, with what is nobody else's business replaced.

    That is values under names of secrets, tokens wherever they stand, e-mail addresses (each by the
    same one everywhere), mobile numbers, and user names in addresses. Numbers that are ids stay.
    """
    names = names or _Names()
    if isinstance(value, dict):
        return {
            _text(key, names): _HIDDEN if _is_secret(key, item) else scrubbed(item, names)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [scrubbed(item, names) for item in value]
    return _text(value, names) if isinstance(value, str) else value


def save(sample: Sample, event: str, folder: Path = FOLDER) -> Path:
    """Write *sample* as a file in *folder*, which no other has, and return where; raises OSError.

    *event* is what the relay calls it, for the name. Times stay: `trigger` sends the file as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {"headers": scrubbed(sample.headers), "body": scrubbed(sample.body)}
    stem = _UNSAFE.sub("-", f"{sample.source}-{event or 'unknown'}".lower()).strip("-.")
    for number in range(1, 10_000):
        path = folder / f"{stem}-{number}.json"
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(f"{pretty_json(written)}\n")
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{stem}: too many")


def _is_secret(key: object, value: object) -> bool:
    return bool(isinstance(value, str) and value and _SECRET_NAMES.search(str(key)))


def _text(text: str, names: _Names) -> str:
    text = _USER_INFO.sub(r"\g<1>", text)
    text = _IN_ADDRESS.sub(rf"\g<1>{_HIDDEN}", text)
    text = _TOKEN.sub(_HIDDEN, text)
    return _PHONE.sub("13800000000", _MAIL.sub(names.mail, text))
