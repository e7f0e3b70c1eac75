"""The fields of a secret that is a JSON object: ``ssm:///notify/dingtalk#url``."""

import json
import re
from collections.abc import Mapping

from relay.configuration.pasted import trimmed
from relay.configuration.secret_errors import SecretError, fault

_HALF = re.compile("[\ud800-\udfff]")  # of a surrogate pair: JSON can write it, UTF-8 cannot


def field_of(value: str, key: str, reference: str) -> str:
    """Return the text of field *key* in *value*, a JSON object; raises SecretError (E208)."""
    fields = fields_of(value)
    if fields is None:
        raise fault("no_json", reference=reference, key=key)
    if key not in fields:
        raise _no_field(fields, key, reference)
    text = trimmed(text_of(fields, key, reference))
    if not text:
        raise fault("empty_value", reference=f"{reference}#{key}")
    return text


def text_of(fields: Mapping[str, object], key: str, reference: str) -> str:
    """Return the text, or the number, that stands under *key*; raises SecretError (E208)."""
    found = fields[key]
    if isinstance(found, str | int) and not isinstance(found, bool):
        text = str(found)
        if "\0" not in text and not _HALF.search(text):
            return text
    raise fault("no_text_field", reference=reference, key=key)


def fields_of(value: str) -> dict[str, object] | None:
    """Return the JSON object that *value* is, or None."""
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
