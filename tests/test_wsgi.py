"""The handler as a WSGI application: the cloud's event goes in, an HTTP answer comes out."""

import base64
import http.client
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from wsgiref.validate import validator

import pytest

from relay import clouds, wsgi
from workbench.local_server import LocalServer, create_app

LIMIT = 6 * 1024 * 1024


class Recorder:
    """A handler that keeps its events and answers with what it was given."""

    def __init__(self, answer: Mapping[str, Any] | None = None) -> None:
        self.events: list[dict[str, Any]] = []
        self.answer = answer or {"statusCode": 200, "headers": {}, "body": "ok"}

    def __call__(self, event: dict[str, Any], context: object) -> Mapping[str, Any]:
        self.events.append(event)
        return self.answer


class Counter(io.RawIOBase):
    """A body of endless bytes that counts how many were read."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        self.count += size
        return b"x" * size


def environ(body: bytes = b"", **changes: Any) -> dict[str, Any]:
    """Return the WSGI environ of a POST with a JSON body."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/hook/gitlab",
        "QUERY_STRING": "a=1&b=%20",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "203.0.113.7",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "9000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **changes,
    }


def call(
    handle: wsgi.Handle, given: dict[str, Any], *, wrap: Callable[[Any], Any] = lambda app: app
) -> tuple[str, dict[str, str], bytes]:
    """Run the application once; return status line, headers and body."""
    started: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> object:
        started.append((status, dict(headers)))
        return lambda data: None

    answer = wrap(wsgi.application(handle))(given, start_response)
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    ((status, headers),) = started
    return status, headers, body


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def connection(recorder: Recorder) -> Iterator[http.client.HTTPConnection]:
    """A connection to the recorder behind Flask and waitress."""
    with LocalServer(create_app(recorder)) as server:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        yield client
        client.close()


def test_the_event_is_that_of_a_function_url() -> None:
    """Method, path, query, headers, address and body stand where payload format 2.0 has them."""
    event = wsgi.event(
        environ(b'{"a":"\xe4\xb8\x80"}', HTTP_X_GITLAB_EVENT="Push Hook", HTTP_USER_AGENT="GitLab")
    )

    assert event == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/hook/gitlab",
        "rawQueryString": "a=1&b=%20",
        "headers": {
            "content-type": "application/json",
            "content-length": "11",
            "x-gitlab-event": "Push Hook",
            "user-agent": "GitLab",
        },
        "requestContext": {
            "http": {
                "method": "POST",
                "path": "/hook/gitlab",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "GitLab",
            },
            "requestId": "",
            "routeKey": "$default",
            "stage": "$default",
        },
        "body": '{"a":"一"}',
        "isBase64Encoded": False,
    }


def test_a12_the_relay_reads_its_own_event() -> None:
    """`clouds.read_request` finds everything again."""
    given = environ(b"\xff{}", PATH_INFO="/hook/\xe4\xb8\x80", SCRIPT_NAME="/stage")
    request = clouds.read_request(wsgi.event(given), None)

    assert (request.method, request.path, request.body) == (
        "POST",
        "/stage/hook/%E4%B8%80",
        b"\xff{}",
    )
    assert clouds.hook_name(request.path) == "一"
    assert request.query == {"a": "1", "b": " "}


@pytest.mark.parametrize(
    "content_type, body, encoded",
    [
        ("application/json", b"{}", False),
        ("application/json; charset=utf-8", b"{}", False),
        ("text/plain", b"{}", False),
        ("application/x-www-form-urlencoded", b"a=b", True),
        ("", b"{}", True),
        ("application/json", b"\xff\xfe", True),
    ],
    ids=["json", "charset", "text", "form", "none", "not-utf8"],
)
def test_bodies_are_coded_as_the_cloud_codes_them(
    content_type: str, body: bytes, encoded: bool
) -> None:
    """JSON and text come as text, every other type and what is no UTF-8 as base64."""
    event = wsgi.event(environ(body, CONTENT_TYPE=content_type))
    text = event["body"]

    assert event["isBase64Encoded"] is encoded
    assert (base64.b64decode(text) if encoded else text.encode()) == body


def test_no_body_is_no_key() -> None:
    """A request without a body has no ``body``, as in the cloud."""
    assert "body" not in wsgi.event(environ(REQUEST_METHOD="GET", CONTENT_LENGTH=""))


def test_credentials_of_a_web_function_are_dropped() -> None:
    """``X-Scf-*`` headers never reach the handler; the request's id is kept as the cloud's."""
    event = wsgi.event(
        environ(
            HTTP_X_SCF_SECRET_KEY="s3cret", HTTP_X_SCF_SESSION_TOKEN="s3cret",
            HTTP_X_SCF_REQUEST_ID="id-1",
        )
    )  # fmt: skip

    assert "s3cret" not in json.dumps(event)
    assert set(event["headers"]) == {"content-type", "content-length"}
    assert event["requestContext"]["requestId"] == "id-1"


@pytest.mark.parametrize(
    "raw, text",
    [("s3cret", "s3cret"), ("密钥".encode().decode("latin-1"), "密钥"), ("\xff", "\xff")],
    ids=["ascii", "utf8", "latin1"],
)
def test_b1_header_values_are_read_as_utf8(raw: str, text: str) -> None:
    """A secret with any characters arrives as it was configured; other bytes stay as they are."""
    assert wsgi.event(environ(HTTP_X_GITLAB_TOKEN=raw))["headers"]["x-gitlab-token"] == text


def test_the_answer_is_written(recorder: Recorder) -> None:
    """Status, headers and body of the handler's answer go out with the length in bytes."""
    headers = {"content-type": "text/plain"}
    recorder.answer = {"statusCode": 404, "headers": headers, "body": "一"}

    assert call(recorder, environ(b"{}"), wrap=validator) == (
        "404 Not Found",
        {"content-type": "text/plain", "Content-Length": "3"},
        "一".encode(),
    )


def test_a8_an_announced_size_over_the_limit_is_refused_unread(recorder: Recorder) -> None:
    """Above 6 MiB the answer is 413, nothing is read and the handler is not called."""
    stream = Counter()
    status, _, body = call(
        recorder, environ(CONTENT_LENGTH=str(LIMIT + 1), **{"wsgi.input": stream})
    )

    assert status.startswith("413 ")
    assert json.loads(body)["reason"] == "too_large"
    assert (stream.count, recorder.events) == (0, [])


def test_a8_reading_stops_at_the_limit(recorder: Recorder) -> None:
    """A body without a length is read up to the limit and one byte, and refused."""
    stream = Counter()
    given = environ(CONTENT_LENGTH="", **{"wsgi.input": stream, "wsgi.input_terminated": True})
    status, _, _ = call(recorder, given)

    assert status.startswith("413 ")
    assert (stream.count, recorder.events) == (LIMIT + 1, [])


def test_a_body_of_the_limit_is_taken(recorder: Recorder) -> None:
    """Exactly 6 MiB reach the handler."""
    call(recorder, environ(b"x" * LIMIT))

    assert len(recorder.events[0]["body"]) == LIMIT


@pytest.mark.parametrize(
    "length",
    ["", "-1", "x", "９", "1" * 5000],
    ids=["none", "negative", "word", "full-width", "5000-digits"],
)
def test_a_body_without_a_usable_length_does_not_block(recorder: Recorder, length: str) -> None:
    """Without a length, or with none that is a number, nothing is read; a huge one is refused."""
    stream = Counter()
    status, _, _ = call(recorder, environ(CONTENT_LENGTH=length, **{"wsgi.input": stream}))

    assert status.startswith("413 " if length.startswith("1") else "200 ")
    assert stream.count == 0


def test_chunked_bodies_arrive(recorder: Recorder, connection: http.client.HTTPConnection) -> None:
    """A chunked request reaches the handler whole, at any path, through waitress and Flask."""
    headers = {"Content-Type": "application/json"}
    chunks = iter([b'{"a":', "一".encode()[:2], "一".encode()[2:], b"}"])
    connection.request("POST", "/hook//gitlab", chunks, headers, encode_chunked=True)
    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (200, b"ok")
    assert recorder.events[0]["body"] == '{"a":一}'
    assert recorder.events[0]["rawPath"] == "/hook//gitlab"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_a13_every_method_reaches_the_handler(
    recorder: Recorder, connection: http.client.HTTPConnection, method: str
) -> None:
    """The server answers nothing on its own: health and refusals are the handler's."""
    connection.request(method, "/")
    answer = connection.getresponse()
    answer.read()

    assert answer.status == 200
    assert recorder.events[0]["requestContext"]["http"]["method"] == method


def test_a8_a_large_body_is_refused_in_the_language_of_the_configuration() -> None:
    """Whoever reads the answer in the forge reads Chinese elsewhere, too."""
    given = environ(CONTENT_LENGTH=str(6 * 1024 * 1024 + 1))
    answers = []
    for lang in ("en", "zh-CN"):
        app = wsgi.application(lambda event, context: {}, lang)
        answers.append(json.loads(b"".join(app(given, lambda *_: None)))["fix"])

    assert ["the body is larger than 6 MiB", "请求体超过 6 MiB"] == answers


def test_a8_a_large_body_through_the_server_is_413(
    recorder: Recorder, connection: http.client.HTTPConnection
) -> None:
    """7 MB get the relay's own answer."""
    connection.request("POST", "/", b"x" * 7_000_000, {"Content-Type": "application/json"})
    answer = connection.getresponse()

    assert (answer.status, json.loads(answer.read())["code"]) == (413, "E306")
    assert recorder.events == []


def test_a11_repeated_headers_are_joined(
    recorder: Recorder, connection: http.client.HTTPConnection
) -> None:
    """A token sent twice shows both values, so that neither can hide behind the other."""
    connection.putrequest("POST", "/")
    connection.putheader("X-Gitlab-Token", "one")
    connection.putheader("X-Gitlab-Token", "two")
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    connection.getresponse().read()

    assert recorder.events[0]["headers"]["x-gitlab-token"] == "one, two"


def test_the_server_leaves_nothing(recorder: Recorder) -> None:
    """After `close` the port is free again, with a connection still open."""
    with LocalServer(create_app(recorder)) as server:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        client.request("GET", "/")
        client.getresponse().read()

    with LocalServer(create_app(recorder), port=server.port) as again:
        assert again.port == server.port
    client.close()
