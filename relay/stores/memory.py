"""What one process remembers, and forgets when it ends."""

import threading
from collections import OrderedDict

from relay.stores.keys import stored_key

MOST = 5_000  # entries, some 3 MB: an event has one for its body and one for each receiver


class MemoryStore:
    """A `relay.state.Store` of at most *most* entries; the one written longest ago goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[str, float]] = OrderedDict()  # oldest first

    def add(self, key: str, text: str, *, until_s: float, now_s: float) -> str:
        key = stored_key(key)
        with self._lock:
            found = self._living(key, now_s)
            if not found:
                self._write(key, text, until_s)
            return found

    def get(self, key: str, *, now_s: float) -> str:
        with self._lock:
            return self._living(stored_key(key), now_s)

    def put(self, key: str, text: str, *, until_s: float) -> None:
        with self._lock:
            self._write(stored_key(key), text, until_s)

    def remove(self, key: str) -> None:
        with self._lock:
            self._entries.pop(stored_key(key), None)

    def __repr__(self) -> str:
        return f"MemoryStore({len(self._entries)})"

    def _living(self, key: str, now_s: float) -> str:
        text, until_s = self._entries.get(key, ("", 0.0))
        return text if until_s > now_s else ""

    def _write(self, key: str, text: str, until_s: float) -> None:
        self._entries.pop(key, None)  # so that it is the newest again
        while len(self._entries) >= self._most:
            self._entries.popitem(last=False)
        self._entries[key] = (text, until_s)
