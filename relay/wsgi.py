"""The handler as a WSGI application, for the local server, a Web function and self-hosting.

It hands the handler the event a function URL would (`reference/platforms.md` section 1.1), so that
what works here works in the cloud.
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, BinaryIO, NoReturn, TypeAlias
from urllib.parse import quote

from relay import log
from relay.clouds import MAX_BODY_BYTES, TOO_LARGE, write_response
from relay.errors import TooLarge
from relay.reports import refused

Handle: TypeAlias = Callable[[dict[str, Any], object], Mapping[str, Any]]
Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], object]

_BLOCK_BYTES = 65_536
# What a function URL hands over as text; every other body comes as base64.
_TEXT_TYPES = ("application/json", "application/javascript", "application/xml")
# A Web function's proxy adds temporary credentials under this prefix.
_PRIVATE = "x-scf-"


def application(
    handle: Handle, lang: str = "en"
) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """Return the WSGI application that answers with ``handle(event, None)``.

    A body above 6 MiB is answered 413, in *lang*, and never held in memory as a whole.
    """

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = handle(event(environ), None)
        except TooLarge as error:
            told = {"code": error.code, "status": error.status, "detail": error.fix.en}
            log.warning("request.refused", **told, request_id=_request_id(environ))
            answer = write_response(error.status, refused(error, lang))
        return _respond(answer, start_response)

    return app


def event(environ: Environ) -> dict[str, Any]:
    """Return the request in *environ* as payload format 2.0; raises TooLarge.

    Header names are lower case; ``X-Scf-*`` headers are left out. A request without a body has no
    ``body`` key.
    """
    headers = _headers(environ)
    path = quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), encoding="latin-1")
    found: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path or "/",
        "rawQueryString": environ.get("QUERY_STRING", ""),
        "headers": headers,
        "requestContext": {
            "http": {
                "method": environ["REQUEST_METHOD"],
                "path": path or "/",
                "protocol": environ.get("SERVER_PROTOCOL", ""),
                "sourceIp": environ.get("REMOTE_ADDR", ""),
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": _request_id(environ),
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if body := _read_body(environ):
        found["body"], found["isBase64Encoded"] = _coded(body, headers.get("content-type", ""))
    return found


def _request_id(environ: Environ) -> str:
    return str(environ.get("HTTP_X_SCF_REQUEST_ID", ""))


def _headers(environ: Environ) -> dict[str, str]:
    found = {}
    for key, value in environ.items():
        name = key.removeprefix("HTTP_").replace("_", "-").lower()
        named = key.startswith("HTTP_") or (key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
        if named and not name.startswith(_PRIVATE):
            found[name] = _utf8(value)
    return found


def _utf8(value: str) -> str:
    """Undo WSGI's Latin-1 where the sender wrote UTF-8: a secret may hold any characters."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _read_body(environ: Environ) -> bytes:
    """Read what the client announced; without a length only a body whose end the server marks."""
    stream: BinaryIO = environ["wsgi.input"]
    announced = environ.get("CONTENT_LENGTH") or ""
    if not announced:
        return _read(stream, MAX_BODY_BYTES + 1) if environ.get("wsgi.input_terminated") else b""
    length = int(announced[:20]) if announced.isascii() and announced.isdigit() else 0
    if length > MAX_BODY_BYTES:
        _too_large()
    return _read(stream, length)


def _read(stream: BinaryIO, most: int) -> bytes:
    blocks: list[bytes] = []
    left = most
    while left and (block := stream.read(min(left, _BLOCK_BYTES))):
        blocks.append(block)
        left -= len(block)
    if most > MAX_BODY_BYTES and not left:
        _too_large()
    return b"".join(blocks)


def _too_large() -> NoReturn:
    raise TooLarge(TOO_LARGE)


def _coded(body: bytes, content_type: str) -> tuple[str, bool]:
    """Return the body as a function URL gives it: text, or base64 and true."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _TEXT_TYPES or kind.startswith("text/"):
        try:
            return body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode("ascii"), True


def _respond(answer: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    text: str = answer.get("body") or ""
    body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    status = int(answer["statusCode"])
    headers = [(name, str(value)) for name, value in (answer.get("headers") or {}).items()]
    start_response(f"{status} {_phrase(status)}", [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
