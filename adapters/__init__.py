"""Inbound: one package per forge, chosen by the request's headers.

Verify first, then decode, then convert; a payload never leaves this package.
"""

from collections.abc import Mapping
from types import ModuleType

from adapters.decode import decode
from relay.config import GITEE, GITLAB, Source
from relay.errors import Unauthorized
from relay.events import Event

# Headers that only this forge sends. GitLab's event header is missing from nobody's requests, but a
# gateway may pass only some headers on.
_HEADERS = {
    GITLAB: ("x-gitlab-event", "x-gitlab-token", "x-gitlab-instance", "x-gitlab-event-uuid"),
    GITEE: ("x-gitee-event", "x-git-oschina-event", "x-gitee-token", "x-gitee-timestamp"),
}
_SAME_S = 10
_NAMES = {GITLAB: "GitLab", GITEE: "Gitee"}
_AGENTS = {"git-oschina-hook": GITEE}


def forges(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the forges that *headers* (lower-case names) speak of: none, one or both."""
    agent = _AGENTS.get(headers.get("user-agent", ""))
    return tuple(
        forge
        for forge, names in _HEADERS.items()
        if forge == agent or any(name in headers for name in names)
    )


def verify(headers: Mapping[str, str], body: bytes, source: Source, now_s: float) -> None:
    """Raise Unauthorized unless the request proves a secret of *source*.

    ``allow_unsigned`` opens a source that has no secret; it does not weaken one that has.
    """
    if source.allow_unsigned and not (source.secrets or source.signing_tokens):
        return
    try:
        _forge(source.type).verify(headers, body, source, now_s)
    except Unauthorized as error:
        sent = forges(headers)
        if error.wrong_clock or not sent or source.type in sent:
            raise
        named = f"the headers are {_NAMES[sent[0]]}'s, and this address takes {_NAMES[source.type]}"
        raise Unauthorized(log=f"{error.log}; {named}") from None


def parse(source: str, headers: Mapping[str, str], body: bytes) -> Event:
    """Read a verified request of the forge *source*.

    Raises BadRequest or FormBody when the body is no JSON object, Ignored when there is nothing to
    send. *body* is what was received, not yet decoded.
    """
    forge = _forge(source)
    event: Event = forge.convert(headers, decode(body, headers.get("content-type", "")))
    return event


def delivery_key(source: str, headers: Mapping[str, str], body: bytes, now_s: float) -> bytes:
    """Return what is the same for repeats of one delivery and for nothing else.

    That is the forge's own id. Where it tells none, it is the body within some seconds: a test
    button sends the same body whenever it is pressed, and is meant each time.
    """
    key: bytes = _forge(source).delivery_key(headers, body)
    return key or b"%d\n" % (now_s // _SAME_S) + body


def _forge(name: str) -> ModuleType:
    """Import the adapter when its first request comes: most deployments need only one."""
    if name == GITLAB:
        from adapters import gitlab

        return gitlab
    from adapters import gitee

    return gitee
