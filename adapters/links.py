"""Links of a payload, and the parts of links that are built."""

import re
from urllib.parse import quote

from relay.notifications import MAX_URL_BYTES

# A host without user or password: credentials must not reach a chat, and a name in front of the
# host misleads its readers. Nowhere what ends a link in some markup.
_WEB = re.compile(r"""https?://[^/?#@ "'<>\\`]+(?:[/?#][^ "'<>\\`]*)?""", re.IGNORECASE)


def web_url(text: str) -> str:
    """Return *text* if it is an http(s) address that can stand in any markup, else ``""``.

    Refused are other schemes, credentials, white space, quotes, angle brackets, backslashes,
    characters that do not show, and more than `MAX_URL_BYTES` bytes.
    """
    if len(text) > MAX_URL_BYTES or not _WEB.fullmatch(text) or not text.isprintable():
        return ""
    return text if len(text.encode()) <= MAX_URL_BYTES else ""


def quoted(part: str) -> str:
    """Percent-encode *part* for a path, keeping ``/`` (branch names hold it)."""
    if part.isalnum() and part.isascii():  # most are an id
        return part
    return quote(part.encode("utf-8", "replace"), safe="/")
