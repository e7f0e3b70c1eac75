"""One field of a secret that is a JSON object: ``ssm:///notify/dingtalk#url``."""

import json
from collections.abc import Mapping

from relay.configuration.pasted import trimmed
from relay.configuration.secret_errors import SecretError, fault


def field_of(value: str, key: str, reference: str) -> str:
    """Return the text of field *key* in *value*, a JSON object; raises SecretError (E208)."""
    fields = _fields(value)
    if fields is None:
        raise fault("no_json", reference=reference, key=key)
    if key not in fields:
        raise _no_field(fields, key, reference)
    found = fields[key]
    if not isinstance(found, str | int) or isinstance(found, bool):
        raise fault("no_text_field", reference=reference, key=key)
    text = trimmed(str(found))
    if not text:
        raise fault("empty_value", reference=f"{reference}#{key}")
    return text


def _fields(value: str) -> dict[str, object] | None:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):  # never raised further: it carries the value
        return None
    return found if isinstance(found, dict) else None


def _no_field(fields: Mapping[str, object], key: str, reference: str) -> SecretError:
    from relay.configuration.suggest import nearest

    if near := nearest(key, fields):
        return fault("no_field_near", reference=reference, key=key, near=near)
    return fault("no_field", reference=reference, key=key)
