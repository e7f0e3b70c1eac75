"""What is remembered from one event to the next: a small store of texts that expire.

`design/delivery.md` section 5: DynamoDB where the deployment names a table, else the memory of the
process. A store that fails never stops a message: `relay.stores` gives what is used, and that one
answers as if nothing were remembered.
"""

from typing import Protocol


class Store(Protocol):
    """Texts by key; each lives until *until_s*. All times are Unix seconds.

    Safe to use from several threads. Never raises: what cannot be read or written is logged once
    and counts as not there.
    """

    def add(self, key: str, text: str, *, until_s: float, now_s: float) -> str:
        """Write *text* if nothing lives under *key*; atomic across instances.

        Return ``""`` when it was written (or the store failed), else the text that is there.
        """

    def get(self, key: str, *, now_s: float) -> str:
        """Return the text that lives under *key*, or ``""``."""

    def put(self, key: str, text: str, *, until_s: float) -> None:
        """Write *text*, whatever is there."""

    def remove(self, key: str) -> None:
        """Forget *key*, if it is there."""
