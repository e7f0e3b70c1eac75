"""Access tokens of applications, kept while they are valid: asking for each message gets blocked.

`reference/wecom.md` B.1. Nothing here knows how a token is fetched, and nothing shows one.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable

from relay.delivery import Post, unstarted
from relay.words import Phrase

MARGIN_S = 300.0  # a token is no longer used when less than this is left of its lifetime
MOST = 64  # applications; beyond that the one added first is forgotten

_NO_TOKEN = Phrase("时间内没有拿到 token", "no token within the time")

Fetch = Callable[[], tuple[str, float]]


class Tokens:
    """The tokens of one process, safe to use from several threads.

    *clock* is monotonic, in seconds. Where it stands still while a platform freezes the process, a
    token can outlive its end here: the vendor refuses it then, and `drop` makes room for a new one.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}

    def get(self, key: str, fetch: Fetch, wait_s: float) -> str:
        """Return the token for *key*, from *fetch* (token, lifetime in s) when none is valid.

        One thread at a time fetches for a key, the others wait for it, at most *wait_s*; raises
        Unreachable after that, and whatever *fetch* raises. A failure is not remembered.
        """
        entry = self._entry(key)
        if not entry.fetching.acquire(timeout=max(wait_s, 0.0)):
            raise unstarted(_NO_TOKEN)
        try:
            began, token = self._clock(), entry.token
            if token and began < entry.until:
                return token
            token, lifetime_s = fetch()
            with self._lock:
                margin_s = min(MARGIN_S, lifetime_s / 2)
                entry.token, entry.until = token, began + lifetime_s - margin_s
            return token
        finally:
            entry.fetching.release()

    def drop(self, key: str, token: str) -> None:
        """Forget *token*, which was refused; one that another thread fetched meanwhile stays."""
        entry = self._entry(key)
        with self._lock:
            if entry.token == token:
                entry.token = ""

    def __repr__(self) -> str:
        return f"Tokens({len(self._entries)})"

    def _entry(self, key: str) -> "_Entry":
        with self._lock:
            if key not in self._entries:
                while len(self._entries) >= MOST:
                    del self._entries[next(iter(self._entries))]
                self._entries[key] = _Entry()
            return self._entries[key]


class _Entry:
    """One application's token; *fetching* is held by the thread that looks after it."""

    __slots__ = ("fetching", "token", "until")

    def __init__(self) -> None:
        self.fetching = threading.Lock()
        self.token = ""
        self.until = 0.0


def key_of(request: Post) -> str:
    """Return the key for the token that *request* fetches: a hash of its address and parameters."""
    named = json.dumps([request.url, sorted(request.params.items())])
    return hashlib.sha256(named.encode()).hexdigest()
