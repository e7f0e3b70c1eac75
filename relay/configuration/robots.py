"""What holds for every robot, whether variables or a file name it. Nothing said holds a value."""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from relay.config import Receiver, Route, Secret
from relay.words import Phrase

Fault: TypeAlias = tuple[Phrase, Phrase]  # what is wrong, and what to do

_NO_SECRET = Phrase("这不是钉钉机器人的加签密钥", "this is no secret of a DingTalk robot")
_COPY_SECRET = Phrase(
    "从机器人的安全设置「加签」里复制，SEC 开头",
    "copy it from the robot's security settings (加签): it begins with SEC",
)
_SHOWN_SECRET = Phrase(
    "这个关键词是密钥，会出现在每条消息里",
    "this keyword is a secret: it would be shown in every message",
)
_WRITE_KEYWORD = Phrase("写机器人的自定义关键词", "write the robot's 自定义关键词")
_UNEQUAL = Phrase(
    "密钥有 {secrets} 个，机器人有 {urls} 个", "secrets given: {secrets}, robots: {urls}"
)
_IN_ORDER = Phrase(
    "按同样的顺序给每个机器人写一个；没有的留空，逗号照写",
    "write one for each robot in the same order, and nothing between the commas for none",
)


class PairingError(ValueError):
    """Robots and secrets do not match in number; its *args* are the message and the hint."""


def secret_fault(text: str) -> Fault | None:
    """Return what is wrong with a DingTalk robot's secret; an empty one is none and fine."""
    return (_NO_SECRET, _COPY_SECRET) if text and not _is_secret(text) else None


def keyword_fault(keyword: str, secrets: Collection[str]) -> Fault | None:
    """Return what is wrong with *keyword*, which everybody sees, if it is one of *secrets*."""
    is_secret = keyword in secrets or _is_secret(keyword)
    return (_SHOWN_SECRET, _WRITE_KEYWORD) if is_secret else None


def paired(
    urls: Sequence[Secret], secrets: Sequence[Secret]
) -> tuple[tuple[Secret, Secret | None], ...]:
    """Return each address once, with the secret at its place, None where that is empty.

    *secrets* is empty or as long as *urls*; anything else raises PairingError: a secret is never
    guessed to be another robot's. Of an address given twice the first secret counts.
    """
    if secrets and len(secrets) != len(urls):
        raise PairingError(_UNEQUAL.filled(secrets=len(secrets), urls=len(urls)), _IN_ORDER)
    found: dict[Secret, Secret | None] = {}
    for at, url in enumerate(urls):
        secret = secrets[at] if secrets and secrets[at].reveal() else None
        found[url] = found.get(url) or secret
    return tuple(found.items())


def numbered(name: str, at: int) -> str:
    """Return what the robot at place *at* under *name* is called: ``name``, ``name#2`` …."""
    return f"{name}#{at + 1}" if at else name


def everything(receivers: Iterable[Receiver], events: tuple[str, ...] = ()) -> Route:
    """Return the route of a configuration without routes: *events* go to all *receivers*."""
    names = dict.fromkeys(receiver.name.partition("#")[0] for receiver in receivers)
    return Route("all", tuple(names), events)


def _is_secret(text: str) -> bool:
    return text.startswith("SEC") and text.isascii() and text.isalnum()
