"""Stand-in robots: a local HTTP server that answers as WeCom's and DingTalk's robots do.

It also answers WeCom applications: ``gettoken`` and ``message/send``.

    with RobotServer() as robots:
        url = robots.add_wecom(faults="busy*2")
        ...
        assert [message.text for message in robots.received] == ["…"]

It listens on loopback only. What it enforces is in `workbench.robot_rules`, what it can do wrong
in `workbench.faults`.
"""

import ssl
import time
from collections.abc import Callable
from types import TracebackType
from urllib.parse import parse_qsl, quote, urlsplit

from workbench import robot_rules, wecom_api_rules
from workbench.robot_book import Attempt, Book, Received
from workbench.robot_listener import Listener
from workbench.robot_replies import reply
from workbench.robot_terms import DINGTALK, WECOM, App, Request, Robot
from workbench.robot_wire import BrokenRequestError, Head, Wire, page


class RobotServer:
    """Serves until `close`; every robot has its own key.

    *on_message* is called in a connection's thread before the sender gets its answer. *clock* gives
    Unix seconds.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        ssl_context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
        on_message: Callable[[Received], None] | None = None,
    ) -> None:
        self._scheme = "https" if ssl_context else "http"
        self._on_message = on_message
        self._book = Book(clock)
        self._listener = Listener(self._converse, port=port, ssl_context=ssl_context)

    def __enter__(self) -> "RobotServer":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> "RobotServer":
        """Listen; raises OSError if the port is taken."""
        self._listener.start()
        return self

    def close(self) -> None:
        """End every connection and thread; answers still due are not sent."""
        self._listener.close()

    @property
    def host(self) -> str:
        """Return ``127.0.0.1:port``; the port is known once the server has started."""
        return f"127.0.0.1:{self._listener.port}"

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self.host}"

    @property
    def received(self) -> list[Received]:
        """The messages that were taken, oldest first."""
        return self._book.received

    @property
    def attempts(self) -> list[Attempt]:
        """Every request to a robot's path, oldest first."""
        return self._book.attempts

    @property
    def open_connections(self) -> int:
        return len(self._listener.wires())

    def add_wecom(self, key: str = "", *, faults: str = "") -> str:
        """Add a robot and return its webhook address; raises FaultError."""
        key = key or f"wecom-{len(self._book) + 1}"
        self._book.add(Robot(WECOM, key), faults)
        return f"{self.url}/cgi-bin/webhook/send?key={quote(key)}"

    def add_dingtalk(
        self,
        token: str = "",
        *,
        secret: str = "",
        keywords: tuple[str, ...] = (),
        faults: str = "",
    ) -> str:
        """Add a robot and return its webhook address, not yet signed; raises FaultError."""
        token = token or f"dingtalk-{len(self._book) + 1}"
        self._book.add(Robot(DINGTALK, token, secret, tuple(keywords)), faults)
        return f"{self.url}/robot/send?access_token={quote(token)}"

    def add_wecom_app(
        self,
        corp_id: str = "ww0123456789abcdef",
        agent_id: str = "1000002",
        *,
        secret: str,
        users: tuple[str, ...] = ("ZhangSan", "LiSi"),
        trusted_ip: bool = True,
        faults: str = "",
        token_faults: str = "",
    ) -> str:
        """Add a WeCom application and return the address of its API; raises FaultError.

        Its key is *agent_id* for messages, and ``agent_id/gettoken`` for tokens.
        """
        app = App(corp_id, agent_id, secret, tuple(users), trusted_ip)
        self._book.add_app(app, faults, token_faults)
        return self.url

    def expire_tokens(self, code: int = wecom_api_rules.EXPIRED) -> None:
        """Withdraw all tokens given out: the next message with one is answered with *code*."""
        self._book.expire_tokens(code)

    def set_faults(self, key: str, faults: str) -> None:
        """Replace the faults of the robot *key*; raises KeyError or FaultError."""
        self._book.set_faults(key, faults)

    def drop_connections(self, *, reset: bool = False) -> None:
        """End every open connection from this side, as a robot does with idle ones."""
        for wire in self._listener.wires():
            wire.abort(reset=reset)

    def _converse(self, wire: Wire, number: int) -> None:
        while not self._listener.closing.is_set() and self._exchange(wire, number):
            pass

    def _exchange(self, wire: Wire, number: int) -> bool:
        """Answer one request; tell whether the connection stays open."""
        try:
            head = wire.read_head()
            if head is None:
                return False
            self._answer(wire, head, number)
        except BrokenRequestError as error:
            wire.send(page(error.status))
            return False
        return head.keep_alive and not wire.gone

    def _answer(self, wire: Wire, head: Head, number: int) -> None:
        address = urlsplit(head.target)
        vendor = robot_rules.PATHS.get(address.path)
        if vendor is None:
            wire.read_body(head)
            wire.send(page(404))
            return
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        key = self._book.key(vendor, address.path, query)
        fault = self._book.take_fault(vendor, key)
        body = b"" if fault.word == "refuse" else wire.read_body(head)
        content_type = head.headers.get("Content-Type", "")
        request = Request(head.method, query, content_type, body, address.path)
        answer, received = self._book.decide(vendor, key, request, fault=fault, connection=number)
        if received and self._on_message:
            self._on_message(received)
        reply(wire, fault, answer)
