"""The stores behind `relay.state.Store`: the memory of the process, or a table of DynamoDB."""

from collections.abc import Mapping

from relay.state import Store
from relay.stores.memory import MemoryStore

_TABLE = "dynamodb://"


def store(state: str, environ: Mapping[str, str]) -> Store:
    """Return the store that *state* of the configuration names.

    ``""`` or ``memory``: this process, which forgets when it ends. ``dynamodb://table``: a table
    that all instances share, this process in front of it; *environ* tells region and endpoint
    (``AWS_REGION``, ``AWS_DEFAULT_REGION``, ``AWS_ENDPOINT_URL``). Nothing is asked yet. Raises
    ValueError for another *state*.
    """
    if state in ("", "memory"):
        return MemoryStore()
    name = state.removeprefix(_TABLE).strip("/")
    if not (state.startswith(_TABLE) and name):
        raise ValueError("not a state: memory or dynamodb://table")
    from relay.stores.asking import Asking
    from relay.stores.dynamodb import DynamoStore
    from relay.stores.table import Table

    return DynamoStore(Table(name, Asking(name, environ)))
