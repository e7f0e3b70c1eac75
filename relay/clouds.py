"""Cloud events in, HTTP answers out: the only module that knows what either looks like.

Shapes and their sources: `reference/platforms.md` sections 1.1, 1.2, 2.2 and 2.3. Every lookup
tolerates an absent key, a null and a value of another type.
"""

import json
import math
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, NamedTuple

from relay.answers import MAX_ANSWER_BYTES, compact_json, fit
from relay.errors import BadRequest, TooLarge
from relay.words import Phrase

MAX_BODY_BYTES = 6 * 1024 * 1024  # what both clouds hand over in one synchronous event

_NO_HTTP = Phrase(
    "这不是 HTTP 请求：请通过函数 URL 调用，或用含 httpMethod、path、headers 和 body 的事件测试",
    "this is no HTTP request: call the function through its URL, or test it with an event that "
    "has httpMethod, path, headers and body",
)
_NO_TEXT = Phrase(
    "isBase64Encoded 为 true，但请求体不是文本", "isBase64Encoded is true and the body is not text"
)
_NO_BASE64 = Phrase(
    "isBase64Encoded 为 true，但请求体不是 base64",
    "isBase64Encoded is true and the body is not base64",
)
_NO_BODY = Phrase(
    "事件的 body 既不是文本也不是 JSON", "the body of the event is neither text nor JSON"
)
TOO_LARGE = Phrase(
    f"请求体超过 {MAX_BODY_BYTES // 1024 // 1024} MiB",
    f"the body is larger than {MAX_BODY_BYTES // 1024 // 1024} MiB",
)
_QUERY_KEYS = (
    "rawQueryString",
    "multiValueQueryStringParameters",
    "queryStringParameters",
    "queryString",
)
_LONGEST_NUMBER = 10**15  # above it, str() may refuse
_LONGEST_ID = 128
_ANSWER_HEADERS = {
    "content-type": "application/json; charset=utf-8",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Request(NamedTuple):
    """One HTTP request, the same whichever cloud brought it.

    *method* is upper case; *query* holds the first value of each name; *headers* have lower-case
    names, and a header that came more than once holds all its different values, joined by ``, ``;
    *body* is as the sender wrote it; *request_id* is the cloud's, or empty.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    request_id: str

    def __repr__(self) -> str:
        return f"Request({self.method}, {len(self.body)} bytes)"  # the headers hold secrets


def read_request(event: object, context: object) -> Request:
    """Return the HTTP request in a cloud's *event*.

    Raises BadRequest if there is none or its base64 is broken, TooLarge above `MAX_BODY_BYTES`.
    """
    fields = _object(event)
    around = _object(fields.get("requestContext"))
    http = _object(around.get("http"))
    headers = _headers(fields)
    method = _first(http.get("method"), fields.get("httpMethod"), around.get("httpMethod"))
    if not method:
        raise BadRequest(_NO_HTTP, reason="not_http")
    return Request(
        method=method.upper(),
        path=_first(fields.get("rawPath"), fields.get("path"), http.get("path")) or "/",
        query=_query(fields, encoded="elb" in around),
        headers=headers,
        body=_body(fields.get("body"), encoded=fields.get("isBase64Encoded") is True),
        request_id=_request_id(context, around, headers),
    )


def is_batch(event: object) -> bool:
    """Tell whether *event* is what a queue hands over (`reference/platforms.md` section 1.1)."""
    if not isinstance(event, dict) or _is_http(event):
        return False
    records = event.get("Records")
    first = _object(records[0]) if isinstance(records, list) and records else {}
    return first.get("eventSource") == "aws:sqs"


def is_invocation(event: object) -> bool:
    """Tell whether *event* is this function's own asynchronous invocation."""
    return isinstance(event, dict) and "relay" in event and not _is_http(event)


def _is_http(event: dict[str, Any]) -> bool:
    """What comes through a URL has these from the platform; the caller writes only the body."""
    return any(key in event for key in ("httpMethod", "requestContext", "headers", "body"))


def write_response(
    status: int,
    body: Mapping[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    method: str = "",
) -> dict[str, Any]:
    """Return the answer in the shape that every cloud takes, *body* fitted into 2048 bytes.

    A HEAD request gets no body. *headers*, with lower-case names, are added to the usual ones.
    """
    return {
        "statusCode": status,
        "headers": {**_ANSWER_HEADERS, **(headers or {})},
        "body": "" if method == "HEAD" else compact_json(fit(body, MAX_ANSWER_BYTES)).decode(),
        "isBase64Encoded": False,
    }


def remaining_s(context: Any, started: float, now: float) -> float | None:
    """Return how many seconds the platform still gives this call, or None if it does not tell.

    AWS tells what is left; Tencent's context is a dict that holds the limit, counted from
    *started* (both clocks monotonic, in seconds). Never raises.
    """
    try:
        if isinstance(context, dict):
            left = _seconds(context["time_limit_in_ms"]) - (now - started)
        else:
            left = _seconds(context.get_remaining_time_in_millis())
    except Exception:  # noqa: BLE001  an odd context must not cost the event
        return None
    return max(0.0, left)


def hook_name(path: str) -> str:
    """Return the source's name in a path that ends in ``/hook/<name>``; any other path has none.

    What stands before ``hook`` (the stage of an API) does not matter.
    """
    parts = [part for part in path.split("/") if part]
    if parts[-2:-1] != ["hook"]:
        return ""
    from urllib.parse import unquote

    return unquote(parts[-1])


def _seconds(told_ms: Any) -> float:
    seconds = float(told_ms) / 1000
    if isinstance(told_ms, bool) or not math.isfinite(seconds):
        raise ValueError("no time")
    return seconds


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(*values: object) -> str:
    return next((value for value in values if isinstance(value, str) and value), "")


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value) if abs(value) < _LONGEST_NUMBER else None


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [text for text in map(_text, items) if text is not None]


def _headers(event: dict[str, Any]) -> dict[str, str]:
    """Merge both header maps; of a repeated header no value may get lost (`design/faults.md` A11).

    REST APIs send every header in both maps, and only the last value in ``headers``.
    """
    found: dict[str, list[str]] = {}
    for key in ("multiValueHeaders", "headers"):
        for name, value in _object(event.get(key)).items():
            seen = found.setdefault(str(name).lower(), [])
            for text in _texts(value):
                if not seen or text not in (*seen, ", ".join(seen)):
                    seen.append(text)
    return {name: ", ".join(seen) for name, seen in found.items() if seen}


def _query(event: dict[str, Any], *, encoded: bool) -> dict[str, str]:
    """Return the first source of parameters that has any; *encoded*: still percent-encoded."""
    found = next(filter(None, (_parameters(event.get(key)) for key in _QUERY_KEYS)), {})
    if not encoded or not found:
        return found
    from urllib.parse import unquote_plus

    return {unquote_plus(name): unquote_plus(text) for name, text in found.items()}


def _parameters(value: object) -> dict[str, str]:
    if not isinstance(value, str):
        texts = {str(name): _texts(item) for name, item in _object(value).items()}
        return {name: values[0] for name, values in texts.items() if values}
    if not value:
        return {}
    from urllib.parse import parse_qsl

    return dict(reversed(parse_qsl(value, keep_blank_values=True)))


def _body(body: object, *, encoded: bool) -> bytes:
    if body is None:
        return b""
    if encoded:
        return _decoded(body)
    if isinstance(body, str):
        _refuse_above(MAX_BODY_BYTES, len(body))
        raw = body.encode("utf-8", "surrogatepass")  # invalid stays invalid, and is refused later
    else:
        raw = bytes(body) if isinstance(body, bytes | bytearray) else _console_json(body)
    _refuse_above(MAX_BODY_BYTES, len(raw))
    return raw


def _decoded(body: object) -> bytes:
    if not isinstance(body, str | bytes):
        raise BadRequest(_NO_TEXT)
    _refuse_above(MAX_BODY_BYTES // 3 * 4, len(body))  # before the decoder doubles the memory
    try:
        return b64decode(body, validate=True)
    except ValueError:
        raise BadRequest(_NO_BASE64) from None


def _console_json(body: object) -> bytes:
    """Write a body that somebody put into a console's test event as JSON instead of as text."""
    try:
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    except (TypeError, ValueError, RecursionError):
        raise BadRequest(_NO_BODY) from None


def _refuse_above(most: int, size: int) -> None:
    if size > most:
        raise TooLarge(TOO_LARGE)


def _request_id(context: object, around: dict[str, Any], headers: dict[str, str]) -> str:
    return _first(
        getattr(context, "aws_request_id", None),
        _object(context).get("request_id"),
        around.get("requestId"),
        headers.get("x-scf-request-id"),
    )[:_LONGEST_ID]
