"""Which sources a request may be from, before anything in it is believed, and what they may say."""

import hashlib
from collections.abc import Callable

from relay.config import Config, Source
from relay.errors import BadRequest, Forbidden, NotConfigured, NotFound, Unauthorized
from relay.events import Event
from relay.globs import matches
from relay.words import Phrase

_PREFIXES = {"gitlab": "gl", "gitee": "ge"}
_ID_DIGITS = 12
_NO_SUCH = Phrase(
    "没有这个来源：地址以 /hook/<sources 里的名字> 结尾，或直接用函数地址",
    "no such source: the address ends in /hook/ and a name of sources, or is the bare URL",
)
_CLOSED = Phrase(
    "{name} 没有密钥：在这里和 {name} 里都设置 WEBHOOK_SECRET（或配置里的 secret）",
    "no secret for {name}: set WEBHOOK_SECRET (or secret in the file) here and in the forge",
)
_NO_FORGE = Phrase(
    "没有 X-Gitlab-Event 或 X-Gitee-Event 请求头：这是 GitLab 或 Gitee 的 Webhook 吗？",
    "no X-Gitlab-Event or X-Gitee-Event header: is this a webhook of GitLab or Gitee?",
)
_NO_TYPE = Phrase("没有配置 {forge} 类型的来源", "no source of type {forge} is configured")
_BOTH = Phrase(
    "同一个请求里有 GitLab 和 Gitee 的请求头", "headers of GitLab and of Gitee in one request"
)
_PROJECT = Phrase(
    "这个项目不在来源 {name} 的 projects 里：加上它，或换一个来源的地址",
    "this project is not in projects of source {name}: add it, or use another source's address",
)


def candidates(config: Config, name: str, forges: tuple[str, ...]) -> tuple[Source, ...]:
    """Return the sources that *name* (from the path, may be empty) or the headers point to.

    With a name it is that one; without, every source of the forge that the headers speak of. Raises
    NotFound for a name nobody configured, BadRequest when the headers speak of no forge or of two,
    NotConfigured when none of them has a secret or was opened on purpose.
    """
    if name:
        found = tuple(source for source in config.sources if source.name == name)
        if not found:
            raise NotFound(_NO_SUCH)
    else:
        found = _by_headers(config, forges)
    able = tuple(source for source in found if _is_open(source))
    if not able:
        raise NotConfigured(_CLOSED.filled(name=found[0].type))
    return able


def verified(found: tuple[Source, ...], verify: Callable[[Source], None]) -> tuple[Source, ...]:
    """Return those of *found* that *verify* lets pass: whose secret was proven, else open ones.

    Raises Unauthorized when none does: the one about the clock, which a person can mend, if any.
    """
    passed: list[Source] = []
    refusals = []
    for source in found:
        try:
            verify(source)
        except Unauthorized as refusal:
            refusals.append(refusal)
        else:
            passed.append(source)
    if not passed:
        raise next((one for one in refusals if one.wrong_clock), refusals[0])
    proven = tuple(source for source in passed if source.secrets or source.signing_tokens)
    return proven or tuple(passed)


def speaking(found: tuple[Source, ...], event: Event) -> Source:
    """Return the first of *found* that may speak for the project of *event*.

    Raises Forbidden when none may. An event without a project (of a group, of a person) is refused
    as well where projects are listed, a test is not.
    """
    for source in found:
        if not source.projects or event.kind == "test" or _may_speak(source, event):
            return source
    raise Forbidden(_PROJECT.filled(name=found[0].name))


def _may_speak(source: Source, event: Event) -> bool:
    """Tell whether the project's path matches; one that forges cannot have never does.

    ``shop/../pay`` is shown as another project than it matches, and so may odd letters be.
    """
    path = event.project.path or getattr(event.subject, "path", "")
    is_plain = path.isprintable() and path.casefold() == path.lower()
    if not is_plain or any(part in ("", ".", "..") for part in path.split("/")):
        return False
    return matches(source.projects, (path,), ignore_case=True)


def event_id(source: Source, key: bytes) -> str:
    """Return a short id for the delivery with *key*: ``gl-`` or ``ge-`` and 12 digits."""
    digest = hashlib.sha256(source.name.encode() + b"\n" + key).hexdigest()
    return f"{_PREFIXES.get(source.type, 'ev')}-{digest[:_ID_DIGITS]}"


def _by_headers(config: Config, forges: tuple[str, ...]) -> tuple[Source, ...]:
    if not forges:
        raise BadRequest(_NO_FORGE, reason="unknown_sender")
    found = tuple(source for source in config.sources if source.type in forges)
    if not found:
        raise NotFound(_NO_TYPE.filled(forge=" / ".join(forges)))
    if len(forges) > 1 and len({source.type for source in found if _is_open(source)}) != 1:
        raise BadRequest(_BOTH, reason="two_senders")
    return found


def _is_open(source: Source) -> bool:
    return bool(source.secrets or source.signing_tokens or source.allow_unsigned)
