"""With what `trigger` proves who sends: what was given, or what the configuration has."""

import uuid

from relay.config import GITEE, Source
from relay.words import Phrase
from workbench import configured
from workbench.cli import Failure
from workbench.samples import Sample
from workbench.triggering import Credentials, Outgoing, credentials_of, outgoing
from workbench.usage_errors import Misuse

_UNSIGNED = Credentials(password=True)  # of Gitee's two ways the one that computes nothing
_NO_SECRET = Phrase(
    "没有密钥：用 --secret 给出，或把 WEBHOOK_SECRET 设成函数的那一个",
    "no secret: give --secret, or set WEBHOOK_SECRET to what the function has",
)
_NOT_BOTH = Phrase("--unsigned 不能和 {name} 一起用", "--unsigned sends no proof: leave out {name}")
_NO_BASE64 = Phrase(
    "签名令牌不是 base64；它以 whsec_ 开头",
    "the signing token is not base64; it begins with whsec_",
)
_NO_SOURCE = Phrase(
    "{file} 里没有 {name} 的密钥，或这里取不到",
    "{file} has no secret for {name}, or it cannot be had here",
)


def unsigned(given: Credentials) -> Credentials:
    """Return credentials that prove nothing; a usage error where *given* has some."""
    names = ("--secret", "--signing-token", "--password")
    for name, value in zip(names, given, strict=True):
        if value:
            raise Misuse(_NOT_BOTH.filled(name=name))
    return _UNSIGNED


def chosen(
    given: Credentials, forge: str, hook: str | None, file: str | None, lang: str
) -> Credentials:
    """Return *given*, or what the configuration or the environment have in its place.

    Raises UsageError when that is nothing.
    """
    found = given if given.secret or given.signing_token else _known(given, forge, hook, file, lang)
    if not found.secret and (forge == GITEE or not found.signing_token):
        raise Misuse(_NO_SECRET)
    return found


def _known(
    given: Credentials, forge: str, hook: str | None, file: str | None, lang: str
) -> Credentials:
    setting = configured.setting(file, lang)
    if file is None:
        environ = configured.fetched(setting)[0].environ
        secret = environ.get("WEBHOOK_SECRET", "").strip()
        token = environ.get("GITLAB_SIGNING_TOKEN", "").strip()
        return given._replace(secret=secret, signing_token=token)
    loaded = configured.read(setting, lenient=True)
    sources = configured.usable(loaded, lang).sources
    source = next((one for one in sources if _is_meant(one, forge, hook)), None)
    if source is None or configured.unseen(loaded.problems, f"sources.{source.name}"):
        raise Failure(_NO_SOURCE.filled(file=file, name=hook or forge).of(lang))
    found = credentials_of(source)
    return found._replace(password=given.password or found.password)


def _is_meant(source: Source, forge: str, hook: str | None) -> bool:
    return source.type == forge and hook in (None, source.name)


def request_of(sample: Sample, credentials: Credentials, now_s: float) -> Outgoing:
    """Return the request; without a proof its header is left out, too."""
    try:
        found = outgoing(sample, credentials, delivery_id=str(uuid.uuid4()), now_s=now_s)
    except ValueError:
        raise Misuse(_NO_BASE64) from None
    return found._replace(headers={name: text for name, text in found.headers.items() if text})
