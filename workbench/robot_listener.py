"""A listening socket with one thread for each connection, which leaves nothing behind."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

from workbench.robot_wire import Wire

_BACKLOG = 128


class Listener:
    """Listens on loopback; calls *converse* with each connection and its number, from 1."""

    def __init__(
        self,
        converse: Callable[[Wire, int], None],
        *,
        port: int = 0,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._converse = converse
        self._ssl_context = ssl_context
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._wires: dict[int, Wire] = {}
        self._threads: list[threading.Thread] = []
        self._count = 0
        self.port = port
        self.closing = threading.Event()

    def start(self) -> None:
        """Listen; raises OSError if the port is taken."""
        self._socket = socket.create_server(("127.0.0.1", self.port), backlog=_BACKLOG)
        self.port = self._socket.getsockname()[1]
        self._spawn(self._accept, self._socket)

    def close(self) -> None:
        """End every connection and wait for every thread."""
        if self._socket is None or self.closing.is_set():
            return
        self.closing.set()
        with contextlib.suppress(OSError):  # wakes `accept`
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._threads[0].join()
        self._socket.close()
        for wire in self.wires():
            wire.abort()
        for thread in self._threads[1:]:
            thread.join()

    def wires(self) -> list[Wire]:
        """Return the open connections."""
        with self._lock:
            return list(self._wires.values())

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            connection, _ = listening.accept()
            if self.closing.is_set():
                connection.close()
                return
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(OSError):
                if self._ssl_context is None:
                    self._run(connection)
                    return
                with self._ssl_context.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                ) as secured:
                    self._run(secured)

    def _run(self, connection: socket.socket) -> None:
        wire = Wire(connection, self.closing)
        with self._lock:
            self._count += 1
            number = self._count
            self._wires[number] = wire
        try:
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            self._converse(wire, number)
        except (OSError, ValueError):
            pass  # the peer left, or `close` ended the wait
        finally:
            with self._lock:
                del self._wires[number]
            wire.close()
