"""From the received bytes to one JSON object: one parser for routing and for text."""

import json

from adapters.fields import Fields
from relay.errors import BadRequest, FormBody

_MULTIPART = "multipart/form-data"


def decode(body: bytes, content_type: str) -> Fields:
    """Return the JSON object in *body*, whatever the content type says.

    Raises BadRequest when it is not one, FormBody for form data (Gitee hooks before 2016).
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None
    if not text.strip():
        raise BadRequest("the body is empty; the webhook must send JSON")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        if _is_form(text, content_type.lower()):
            raise FormBody("form data received; set the webhook to send JSON") from None
        raise BadRequest("the body is not JSON") from None
    if not isinstance(value, dict):
        raise BadRequest("the body is not a JSON object")
    return Fields(value)


def _is_form(text: str, content_type: str) -> bool:
    """Tell form data from JSON with a fault in it, whatever the content type claims."""
    name, equals, _ = text[:100].partition("=")
    is_pair = bool(equals) and name.replace("_", "").isalnum()
    return is_pair or content_type.startswith(_MULTIPART)
