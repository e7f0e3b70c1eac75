"""The floor: HTTP by hand over ``socket`` and ``ssl``, on kept connections, all written to at once.

Nothing that does the same job in Python can be much faster; nobody would want to maintain it.
"""

import hmac
import json
import socket
import ssl
import threading
from collections.abc import Callable

from workbench.benchmarks.alternatives import Answer, Call, Setup
from workbench.benchmarks.alternatives.text import markdown


class Line:
    """A kept connection to one robot."""

    def __init__(self, url: str, context: ssl.SSLContext, timeout_s: float) -> None:
        _, _, self._host, self._path = url.split("/", 3)
        self._context = context
        self._timeout_s = timeout_s
        self._socket: ssl.SSLSocket | None = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        """Connect; raises OSError, as all that follows does."""
        name, port = self._host.split(":")
        plain = socket.create_connection((name, int(port)), self._timeout_s)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = self._context.wrap_socket(plain, server_hostname=name)

    def write(self, body: bytes) -> None:
        head = (
            f"POST /{self._path} HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._connection().sendall(head.encode() + body)

    def read(self) -> bool:
        """Return whether the robot took the message."""
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += self._more()
        head, _, body = raw.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return b" 200 " in head.split(b"\r\n")[0] and json.loads(body).get("errcode") == 0

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    def _more(self) -> bytes:
        part = self._connection().recv(65536)
        if not part:
            raise ConnectionAbortedError("the robot left")
        return part

    def _connection(self) -> ssl.SSLSocket:
        if self._socket is None:
            raise ConnectionError("not connected")
        return self._socket


def lines_to(setup: Setup) -> list[Line]:
    """Return a line to each robot, not connected yet."""
    context = ssl.create_default_context(cafile=setup.bundle)
    return [Line(url, context, setup.timeout_s) for url in setup.urls]


def build(setup: Setup) -> Answer:
    lines = lines_to(setup)
    secret = setup.secret.encode()

    def answer(call: Call) -> int:
        if not hmac.compare_digest(call["headers"].get("X-Gitlab-Token", "").encode(), secret):
            return 401
        content = markdown(json.loads(call["body"]))
        raw = json.dumps({"msgtype": "markdown", "markdown": {"content": content}}).encode()
        _open([line for line in lines if not line.is_open])
        written = [line for line in lines if _tried(line, lambda line: line.write(raw))]
        for line in written:
            _tried(line, Line.read)
        return 200

    return answer


def _open(lines: list[Line]) -> None:
    """Open several connections at the same time; one needs no thread."""
    threads = [threading.Thread(target=_tried, args=(line, Line.open)) for line in lines[1:]]
    for thread in threads:
        thread.start()
    for line in lines[:1]:
        _tried(line, Line.open)
    for thread in threads:
        thread.join()


def _tried(line: Line, work: Callable[[Line], object]) -> bool:
    try:
        work(line)
    except (OSError, ValueError):
        line.close()
        return False
    return True
