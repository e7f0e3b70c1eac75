"""One HTTP/1.1 connection of the stand-in robots, down to the socket, so that it can misbehave."""

import contextlib
import http.client
import socket
import struct
import threading
from http import HTTPStatus
from typing import NamedTuple

MAX_BODY_BYTES = 8_000_000
_MAX_LINE_BYTES = 65_536


class Head(NamedTuple):
    method: str
    target: str
    headers: http.client.HTTPMessage
    keep_alive: bool


class BrokenRequestError(Exception):
    """A request that no robot would read: *status* is the HTTP answer."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Wire:
    """A connection; *closing* is set when the server goes away, and ends every wait."""

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self._socket = connection
        self._reader = connection.makefile("rb")
        self._closing = closing
        self.gone = False

    def read_head(self) -> Head | None:
        """Return the next request's head, or ``None`` at the end of the connection."""
        line = self._reader.readline(_MAX_LINE_BYTES)
        if not line:
            return None
        words = line.decode("latin-1").split()
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise BrokenRequestError(400)
        try:
            headers = http.client.parse_headers(self._reader)
        except http.client.HTTPException:
            raise BrokenRequestError(431) from None
        close = "close" in headers.get("Connection", "").lower()
        return Head(words[0], words[1], headers, words[2] == "HTTP/1.1" and not close)

    def read_body(self, head: Head) -> bytes:
        if head.headers.get("Transfer-Encoding"):
            raise BrokenRequestError(411)
        length = head.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            raise BrokenRequestError(400)
        if int(length[:12]) > MAX_BODY_BYTES:
            raise BrokenRequestError(413)
        if "100-continue" in head.headers.get("Expect", "").lower():
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._reader.read(int(length))
        if len(body) < int(length):
            raise ConnectionAbortedError("the peer left inside the body")
        return body

    def send(self, raw: bytes) -> None:
        self._socket.sendall(raw)

    def pause(self, seconds: float) -> None:
        """Wait *seconds*; raises ConnectionAbortedError when the server closes meanwhile."""
        if self._closing.wait(seconds):
            raise ConnectionAbortedError("the server closes")

    def wait_until_gone(self) -> None:
        """Read and never answer, until either side ends the connection."""
        while self._socket.recv(65_536):
            pass
        self.gone = True

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        self._linger_not()
        self.close()

    def close(self) -> None:
        self.gone = True
        self._reader.close()
        self._socket.close()

    def abort(self, *, reset: bool = False) -> None:
        """End the connection from another thread, with RST if *reset*; its waits end."""
        with contextlib.suppress(OSError):
            if reset:
                self._linger_not()
            self._socket.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)

    def _linger_not(self) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def response(status: int, content_type: str, body: bytes, *, location: str = "") -> bytes:
    """Return a whole HTTP response with its length."""
    lines = [
        f"HTTP/1.1 {status} {_phrase(status)}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
    ]
    if location:
        lines.append(f"Location: {location}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def page(status: int, *, location: str = "") -> bytes:
    """Return an HTML page as a gateway in front of the robots would."""
    body = f"<html><head><title>{status}</title></head><body>gateway</body></html>\r\n".encode()
    return response(status, "text/html; charset=utf-8", body, location=location)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
