"""Which source a request is for, before anything in it is believed."""

import hashlib

from relay.config import Config, Source
from relay.errors import BadRequest, NotConfigured, NotFound

_PREFIXES = {"gitlab": "gl", "gitee": "ge"}
_ID_DIGITS = 12


def find_source(config: Config, name: str, forges: tuple[str, ...]) -> Source:
    """Return the source that *name* (from the path, may be empty) or the headers point to.

    Raises NotFound for a name nobody configured, BadRequest when the headers speak of no forge or
    of two, NotConfigured when the source has no secret and was not opened on purpose.
    """
    if name:
        found = next((source for source in config.sources if source.name == name), None)
        if found is None:
            raise NotFound("no such source: the address ends in /hook/gitlab or /hook/gitee")
    else:
        found = _by_headers(config, forges)
    if not (found.secrets or found.signing_tokens or found.allow_unsigned):
        raise NotConfigured(f"no secret for {found.type}: set WEBHOOK_SECRET here and in the forge")
    return found


def _by_headers(config: Config, forges: tuple[str, ...]) -> Source:
    if not forges:
        raise BadRequest(
            "no X-Gitlab-Event or X-Gitee-Event header: is this a webhook of GitLab or Gitee?",
            reason="unknown_sender",
        )
    candidates = [source for source in config.sources if source.type in forges]
    if not candidates:
        raise NotFound(f"no source of type {' or '.join(forges)} is configured")
    able = [one for one in candidates if one.secrets or one.signing_tokens or one.allow_unsigned]
    if len(forges) > 1 and len(able) != 1:
        raise BadRequest("headers of GitLab and of Gitee in one request", reason="two_senders")
    return (able or candidates)[0]


def event_id(source: Source, key: bytes) -> str:
    """Return a short id for the delivery with *key*: ``gl-`` or ``ge-`` and 12 digits."""
    digest = hashlib.sha256(source.name.encode() + b"\n" + key).hexdigest()
    return f"{_PREFIXES.get(source.type, 'ev')}-{digest[:_ID_DIGITS]}"
