"""A table of DynamoDB with the memory of the process in front of it."""

from relay.stores.memory import MemoryStore
from relay.stores.table import Table


class DynamoStore:
    """A `relay.state.Store` that all instances share.

    What this process wrote and what still lives is known without a call to `add`. `get` always
    asks, because other instances write too. While the table does not answer, the memory does: what
    this process wrote is still known, and nothing else.
    """

    def __init__(self, table: Table, memory: MemoryStore | None = None) -> None:
        self._table = table
        self._memory = memory or MemoryStore()

    def add(self, key: str, text: str, *, until_s: float, now_s: float) -> str:
        if known := self._memory.get(key, now_s=now_s):
            return known
        found = self._table.add(key, text, until_s=until_s, now_s=now_s)
        if found is None:
            return self._memory.add(key, text, until_s=until_s, now_s=now_s)
        if not found:
            self._memory.put(key, text, until_s=until_s)
        return found  # another instance's is not kept: it may change any moment

    def get(self, key: str, *, now_s: float) -> str:
        found = self._table.get(key, now_s=now_s)
        return self._memory.get(key, now_s=now_s) if found is None else found

    def put(self, key: str, text: str, *, until_s: float) -> None:
        self._memory.put(key, text, until_s=until_s)
        self._table.put(key, text, until_s=until_s)

    def remove(self, key: str) -> None:
        self._memory.remove(key)
        self._table.remove(key)
