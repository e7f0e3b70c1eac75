"""What one process remembers, and forgets when it ends."""

import threading
from hashlib import blake2b
from itertools import islice

# An event leaves one entry for its body, one for each receiver and, if it is a pipeline, one for
# its branch, which every pipeline makes the newest again. With three robots this is 600 events;
# three times as many would cost every process 1 MiB more.
MOST = 2_500
_KEY_BYTES = 16  # of a hash: no two keys have the same one
_AT_ONCE = 16  # what is full drops a sixteenth: finding the oldest takes longer than dropping it


class MemoryStore:
    """A `relay.state.Store` of at most *most* entries; what was written longest ago goes first.

    A plain dictionary of hashed keys takes half the memory of an `OrderedDict` of readable ones.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._entries: dict[bytes, tuple[str, float]] = {}  # oldest first

    def add(self, key: str, text: str, *, until_s: float, now_s: float) -> str:
        name = _hashed(key)
        with self._lock:
            found = self._living(name, now_s)
            if not found:
                self._write(name, text, until_s)
            return found

    def get(self, key: str, *, now_s: float) -> str:
        name = _hashed(key)
        with self._lock:
            return self._living(name, now_s)

    def put(self, key: str, text: str, *, until_s: float) -> None:
        name = _hashed(key)
        with self._lock:
            self._write(name, text, until_s)

    def remove(self, key: str) -> None:
        name = _hashed(key)
        with self._lock:
            self._entries.pop(name, None)

    def __repr__(self) -> str:
        return f"MemoryStore({len(self._entries)})"

    def _living(self, name: bytes, now_s: float) -> str:
        text, until_s = self._entries.get(name, ("", 0.0))
        return text if until_s > now_s else ""

    def _write(self, name: bytes, text: str, until_s: float) -> None:
        self._entries.pop(name, None)  # so that it is the newest again
        if len(self._entries) >= self._most:
            for oldest in list(islice(self._entries, self._most // _AT_ONCE + 1)):
                del self._entries[oldest]
        self._entries[name] = (text, until_s)


def _hashed(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass")).digest()[:_KEY_BYTES]
