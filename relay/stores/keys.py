"""The form that keys have in every store."""

import hashlib

MOST_BYTES = 1024  # DynamoDB takes 2048 bytes of a partition key


def stored_key(key: str) -> str:
    """Return *key* as it is stored: a hash of one that is long, empty or not printable."""
    raw = key.encode("utf-8", "surrogatepass")
    if raw and len(raw) <= MOST_BYTES and key.isprintable():
        return key
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"
