"""The relay as an HTTP server of its own: on one's own machine, and as a Tencent Web function.

    python -m deploy.web --host 0.0.0.0 --port 9000

The handler behind waitress. waitress itself decides when a client is too slow only by its silence,
and what it does with a body that is too large nobody sees; both are mended here.
"""

import argparse
import errno
import json
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from waitress import create_server, wasyncore  # type: ignore[import-untyped]  # has no types
from waitress.buffers import OverflowableBuffer  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from waitress.utilities import RequestEntityTooLarge  # type: ignore[import-untyped]

import handler
from relay import log
from relay.clouds import MAX_BODY_BYTES
from relay.configuration.origins import lang_of
from relay.words import Phrase, spoken
from relay.wsgi import Handle, application

_READ_BYTES = 64 * 1024
_SPOOLED_BYTES = 512 * 1024  # a larger body waits in a temporary file until it is whole
# Read from a client that sends too much, for one that is cut off while it sends sees no answer.
_DRAINED_BYTES = 32 * 1024 * 1024  # GitLab sends up to 25 MB

_ENDING = ("SIGTERM", "SIGINT", "SIGHUP")  # the last one when a terminal is closed
_OTHER_FILES = 100  # to robots, the log, a body in a temporary file now and then

_CANNOT_LISTEN = Phrase("不能监听 {host}:{port}：{why}", "cannot listen on {host}:{port}: {why}")
_WHY = {
    errno.EADDRINUSE: Phrase(
        "端口已被占用，换一个：--port {other}", "the port is taken; use another: --port {other}"
    ),
    errno.EACCES: Phrase(
        "1024 以下的端口要 root 权限，换一个：--port 9000",
        "ports below 1024 are for root; use another: --port 9000",
    ),
    errno.EADDRNOTAVAIL: Phrase(
        "本机没有这个地址；监听所有地址：--host 0.0.0.0",
        "this machine has no such address; for all it has: --host 0.0.0.0",
    ),
}


class Limits(NamedTuple):
    """*connections*: open at once, silent ones included, and two for the server itself.

    *request_s*: for a whole request to arrive, and for a connection without any; looked at every
    *look_s*. *waiting_s*: between two looks at what waits for a robot's limit. *end_s*: for the
    requests under way when the server is to end.
    """

    threads: int = 50
    connections: int = 300  # with those to the robots below 1024, the usual limit of open files
    request_s: int = 30
    look_s: int = 5
    waiting_s: float = 5.0
    end_s: float = 8.0  # Docker kills after 10


_LIMITS = Limits()


def main(argv: Sequence[str] | None = None, limits: Limits = _LIMITS) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    options = _parser().parse_args(argv)
    try:
        listener = _listening(options.host, options.port)
    except OSError as error:
        sys.stderr.write(f"{_why(error, options.host, options.port, spoken(os.environ))}\n")
        return 1
    server = Server(handler.handler, listener, _within_files(limits), handler.send_waiting)
    for name in _ENDING:
        if number := getattr(signal, name, None):
            signal.signal(number, lambda number, frame: server.end())
    _tell_start(server)
    server.run()
    log.info("web.ended")
    return 0


class Server:
    """Serves *handle* at *listener* in the thread that calls `run`, until somebody calls `end`.

    *send_waiting*, which never raises, is called now and then on a thread of its own.
    """

    def __init__(
        self,
        handle: Handle,
        listener: socket.socket,
        limits: Limits,
        send_waiting: Callable[[], None],
    ) -> None:
        self._send_waiting = send_waiting
        self._waiting_s = limits.waiting_s
        self._sockets: dict[int, object] = {}
        self._end_s = limits.end_s
        self._ends = False
        self._waitress = create_server(
            application(handle, lang_of(os.environ)),
            map=self._sockets,
            sockets=[listener],
            threads=limits.threads,
            connection_limit=limits.connections,
            channel_timeout=limits.request_s,
            cleanup_interval=limits.look_s,
            recv_bytes=_READ_BYTES,
            inbuf_overflow=_spooled_bytes(),
            max_request_body_size=_DRAINED_BYTES,
            log_socket_errors=False,  # clients that go away are nobody's fault here
            ident="",
        )
        self._waitress.channel_class = _Channel

    @property
    def address(self) -> str:
        host = self._waitress.effective_host
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self._waitress.effective_port}/"

    def end(self) -> None:
        """Let `run` return soon; for signal handlers and other threads."""
        self._ends = True
        self._waitress.pull_trigger()

    def run(self) -> None:
        """Serve; return when the requests that had arrived before `end` are answered."""
        over = threading.Event()
        looking = threading.Thread(target=self._look, args=(over,), daemon=True, name="waiting")
        looking.start()
        while not self._ends:
            self._turn(1.0)
        over.set()
        wasyncore.dispatcher.close(self._waitress)  # the listener alone: no new connections
        until = time.monotonic() + self._end_s
        quiet = 0  # a request may have arrived behind one that was just answered: look again
        while quiet < 2 and time.monotonic() < until:
            self._turn(0.2 if self._is_busy() else 0.0)
            quiet = 0 if self._is_busy() else quiet + 1
        looking.join(max(until - time.monotonic(), 0.0))
        self._waitress.task_dispatcher.shutdown(timeout=0.1)

    def _look(self, over: threading.Event) -> None:
        while not over.wait(self._waiting_s):
            self._send_waiting()

    def _turn(self, timeout_s: float) -> None:
        wasyncore.loop(timeout=timeout_s, use_poll=True, map=self._sockets, count=1)

    def _is_busy(self) -> bool:
        channels = self._waitress.active_channels.values()
        return any(
            channel.request or channel.requests or channel.total_outbufs_len for channel in channels
        )


class _Body(OverflowableBuffer):  # type: ignore[misc]
    """Keeps what may be taken; what comes after that is only counted."""

    _dropped = 0

    def append(self, block: bytes) -> None:
        if len(self) > MAX_BODY_BYTES:
            self._dropped += len(block)
        else:
            super().append(block)

    def __len__(self) -> int:
        return int(super().__len__()) + self._dropped


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Leaves it to the application to refuse a body that is too large, in its own words."""

    error: Any

    def parse_header(self, header: bytes) -> None:
        super().parse_header(header)
        if self.body_rcv is not None:
            self.body_rcv.buf = _Body(self.adj.inbuf_overflow)

    def received(self, data: bytes) -> int:
        consumed = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error = None
            self.headers["CONTENT_LENGTH"] = str(_DRAINED_BYTES)
            self.headers["CONNECTION"] = "close"  # the rest of it would be read as a request
        return int(consumed)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
    last_activity: float

    def handle_read(self) -> None:
        """Read on; a request under way gets no more time because another piece of it came."""
        under_way, since = self.request, self.last_activity
        super().handle_read()
        if under_way is not None and self.request is under_way:
            self.last_activity = since


def _within_files(limits: Limits) -> Limits:
    """Return *limits* with no more connections than this process may have open files.

    Without a file left the server would spin, and say nothing.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        return limits
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most == resource.RLIM_INFINITY:
        return limits
    return limits._replace(connections=max(min(limits.connections, most - _OTHER_FILES), 10))


def _spooled_bytes() -> int:
    """Return above which size a body becomes a temporary file: none, where no file can be made."""
    try:
        with tempfile.TemporaryFile():
            return _SPOOLED_BYTES
    except OSError:
        return _DRAINED_BYTES


def _tell_start(server: Server) -> None:
    """Read the configuration and say what came of it; waitress logs errors alone, as we do."""
    answer = handler.handler({"httpMethod": "GET", "path": "/"}, None)
    report = json.loads(answer["body"])
    waitress = logging.getLogger("waitress")
    waitress.handlers[:] = logging.getLogger("relay").handlers
    waitress.propagate = False
    waitress.setLevel(logging.ERROR)
    told = {name: report[name] for name in ("version", "receivers", "code") if name in report}
    log.info("web.started", address=server.address, **told)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _why(error: OSError, host: str, port: int, lang: str) -> str:
    other = (error.strerror or str(error)).partition(" (while")[0]
    why = _WHY.get(error.errno or 0, Phrase(other, other)).filled(other=port % 65535 + 1)
    return _CANNOT_LISTEN.filled(host=host, port=port, why=why.of(lang)).of(lang)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.web",
        description="Serve the relay over HTTP until SIGTERM or Ctrl-C.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="0.0.0.0: every address; default: 127.0.0.1"
    )
    parser.add_argument(
        "--port", type=_port, default=9000, help="0: any that is free; default: 9000"
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("0 to 65535")
    return port


if __name__ == "__main__":
    sys.exit(main())
