"""Words inside an address that somebody else began: they may name a page there, never its host."""

import re
from urllib.parse import quote

_NAMED_HOST = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//[^\s/?#\\]+[/?#]", re.IGNORECASE)
_NOT_IN_LABEL = re.compile(r"[^A-Za-z0-9-]")


def has_host(begun: str) -> bool:
    """Tell whether the host of the address *begun* is complete, whatever comes after it."""
    return bool(_NAMED_HOST.match(begun))


def continued(begun: str, words: str) -> str:
    """Return *words* as they go on in the address *begun*; nothing in them can end it.

    Before the host is complete they are part of one label of it (``a.b/c`` is ``a-b-c``). Behind
    it they are percent-encoded, without the segments ``.`` and ``..`` of a path.
    """
    if not has_host(begun):
        return _NOT_IN_LABEL.sub("-", words)
    if not {"?", "#"} & set(begun):
        # Browsers obey "%2e%2e" as well, so these segments cannot be encoded.
        words = "/".join(part for part in words.split("/") if not part or part.strip("."))
    return quote(words, safe="/", errors="replace")
