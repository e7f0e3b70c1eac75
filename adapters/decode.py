"""From the received bytes to one JSON object: one parser for routing and for text."""

import json
from codecs import BOM_UTF8

from adapters.fields import Fields
from relay.errors import BadRequest, FormBody
from relay.words import Phrase

_MULTIPART = "multipart/form-data"

_NOT_UTF8 = Phrase("请求体不是 UTF-8", "the body is not UTF-8")
_EMPTY = Phrase(
    "请求体是空的；Webhook 应发送 JSON", "the body is empty; the webhook must send JSON"
)
_NOT_JSON = Phrase("请求体不是 JSON", "the body is not JSON")
_NO_OBJECT = Phrase("请求体不是 JSON 对象", "the body is not a JSON object")
_FORM = Phrase(
    "收到的是表单数据；请把 Webhook 改为发送 JSON",
    "form data received; set the webhook to send JSON",
)


def decode(body: bytes, content_type: str) -> Fields:
    """Return the JSON object in *body*, whatever the content type says.

    Raises BadRequest when it is not one, FormBody for form data (Gitee hooks before 2016).
    """
    try:
        text = body.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError:
        raise BadRequest(_NOT_UTF8) from None
    if not text.strip():
        raise BadRequest(_EMPTY)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        if _is_form(text, content_type.lower()):
            raise FormBody(_FORM) from None
        raise BadRequest(_NOT_JSON) from None
    if not isinstance(value, dict):
        raise BadRequest(_NO_OBJECT)
    return Fields(value)


def _is_form(text: str, content_type: str) -> bool:
    """Tell form data from JSON with a fault in it, whatever the content type claims."""
    name, equals, _ = text[:100].partition("=")
    is_pair = bool(equals) and name.replace("_", "").isalnum()
    return is_pair or content_type.startswith(_MULTIPART)
