"""One HTTP request and what came of it: an answer of any kind, or why there was none.

No exception leaves this module, and nothing here shows an address: it may be a robot's.
"""

import json
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

import requests
import urllib3

from relay.delivery import Post
from relay.words import Phrase

MOST_BYTES = 65_536
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SHOWN = "***"
_USER = re.compile(r"^([\w+.-]*://)?.*@")
# What zlib is to look for: a header of gzip or of its own, or none at all, as some send `deflate`.
_WRAPPED, _BARE = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS
_PACKED: Mapping[str, tuple[int, ...]] = {
    "gzip": (_WRAPPED,),
    "x-gzip": (_WRAPPED,),
    "deflate": (_WRAPPED, _BARE),
}
PROXY, NAME, REFUSED, TIME = "proxy", "name", "refused", "time"
TLS, AWAY, BROKEN = "tls", "away", "broken"

_KINDS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    (PROXY, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)),
    (TLS, (ssl.SSLError, requests.exceptions.SSLError)),
    (NAME, (socket.gaierror, urllib3.exceptions.NameResolutionError)),
    (TIME, (TimeoutError, requests.Timeout, urllib3.exceptions.ReadTimeoutError)),
    (REFUSED, (ConnectionRefusedError,)),
    (AWAY, (urllib3.exceptions.NewConnectionError,)),
)
_WHY = {
    PROXY: Phrase("到 {host} 的代理不通", "the proxy on the way to {host} does not work"),
    NAME: Phrase("域名 {host} 解析不到", "the name {host} cannot be resolved"),
    REFUSED: Phrase("{host} 拒绝连接", "{host} refuses the connection"),
    TIME: Phrase("{host} 没有在时间内回答", "{host} did not answer in time"),
    TLS: Phrase(
        "{host} 的证书或 TLS 握手有问题", "{host}: the certificate or the TLS handshake is wrong"
    ),
    AWAY: Phrase("从这台机器到不了 {host}", "{host} cannot be reached from this machine"),
    BROKEN: Phrase("和 {host} 的连接断了", "the connection to {host} broke"),
}
_REMEDY = {
    PROXY: Phrase(
        "检查 HTTPS_PROXY，或为这个域名设置 NO_PROXY",
        "check HTTPS_PROXY, or name this host in NO_PROXY",
    ),
    NAME: Phrase(
        "检查域名的拼写，以及这台机器的 DNS 和网络",
        "check how the name is spelt, and this machine's DNS and network",
    ),
    REFUSED: Phrase(
        "检查端口，以及那边的程序是否在运行",
        "check the port, and whether the program there is running",
    ),
    TIME: Phrase(
        "检查网络和防火墙：从这台机器能不能访问它",
        "check network and firewall: may this machine reach it?",
    ),
    TLS: Phrase(
        "检查时钟，以及中间有没有拆开 TLS 的代理；证书校验不能关",
        "check the clock, and proxies between that open TLS; certificates are always verified",
    ),
    AWAY: Phrase("检查网络和防火墙", "check network and firewall"),
    BROKEN: Phrase(
        "再试一次；一直这样就检查中间的网关或代理",
        "try again; if it stays, look at gateways and proxies between",
    ),
}


class Call(NamedTuple):
    """A request to make. Shows neither address nor headers: both may hold key material."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Call({self.method}, {len(self.body)} bytes)"


class Answer(NamedTuple):
    """*told_s* is the other side's clock (``Date``), *at_s* ours when it came: Unix seconds."""

    status: int
    body: bytes
    told_s: float | None
    at_s: float
    ms: int

    @property
    def ahead_s(self) -> float | None:
        """Return how far our clock is ahead, None if the other side does not tell the time."""
        # ``Date`` has whole seconds, cut off.
        return None if self.told_s is None else self.at_s - self.told_s - 0.5

    @property
    def report(self) -> Mapping[str, Any]:
        """Return the JSON object in the body, an empty one where it is something else."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            value = None
        return value if isinstance(value, dict) else {}


class Silence(NamedTuple):
    """No answer; *kind* is one of the constants of this module."""

    kind: str

    def why(self, host: str) -> Phrase:
        return _WHY[self.kind].filled(host=host)

    @property
    def remedy(self) -> Phrase:
        return _REMEDY[self.kind]


def ask(
    session: requests.Session, call: Call, *, limit_s: float, clock: Callable[[], float]
) -> Answer | Silence:
    """Make one request; redirects are not followed, certificates are verified; never raises.

    *limit_s* bounds connecting and every single read.
    """
    began = time.monotonic()
    headers = {"Accept-Encoding": "identity", **call.headers}  # some gateways pack all the same
    try:
        with session.request(
            call.method,
            call.url,
            headers={name: value.encode() for name, value in headers.items()},
            data=call.body or None,
            timeout=limit_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = response.raw.read(MOST_BYTES)
            ms = int((time.monotonic() - began) * 1000)
            told_s = _date(response.headers.get("Date", ""))
            body = unpacked(body, response.headers.get("Content-Encoding", ""))
            return Answer(response.status_code, body, told_s, clock(), ms)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        return Silence(kind_of(error))


def unpacked(body: bytes, encoding: str) -> bytes:
    """Return the beginning of *body* without its packing, *body* itself if that is not known.

    However much a few bytes stand for, no more than `MOST_BYTES` come of them.
    """
    for bits in _PACKED.get(encoding.strip().lower(), ()):
        with suppress(zlib.error):
            return zlib.decompressobj(bits).decompress(body, MOST_BYTES)
    return body


def call_of(post: Post) -> Call:
    """Return the request of a robot's *post*, as the relay makes it."""
    before = ("&" if "?" in post.url else "?") if post.params else ""
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "git-chat-relay"}
    url = f"{post.url}{before}{urlencode(post.params)}"
    return Call(url, post.method, headers, post.body)


def session_for(url: str) -> requests.Session:
    """Return a session that uses the environment's proxy, but not for this machine itself."""
    session = requests.Session()
    session.trust_env = urlsplit(url).hostname not in LOOPBACK
    return session


def whole_address(url: str) -> str:
    """Return *url*, where ``:9000`` is this machine; ``""`` if it is no address."""
    address = f"http://127.0.0.1{url}" if url.startswith(":") else url
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        requests.Request("GET", address).prepare()  # refuses names that no host can have
    except (ValueError, requests.RequestException):
        return ""
    return address if usable else ""


def function_address(url: str) -> str:
    """Return the address of the function, with ``/`` at its end; ``""`` if *url* is none.

    ``:9000`` is this machine. A path ``/hook/…``, a query and a fragment do not belong to it.
    """
    address = whole_address(url)
    if not address:
        return ""
    parts = urlsplit(address)
    path = parts.path.partition("/hook")[0].rstrip("/")
    return SplitResult(parts.scheme, parts.netloc, f"{path}/", "", "").geturl()


def is_open_line(url: str) -> bool:
    """Tell whether others on the way can read what is sent to *url*: no TLS, another machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in LOOPBACK


def shown(url: str) -> str:
    """Return *url*, which may be none, with its user and its query masked: both may be secret."""
    address, mark, _ = url.partition("#")[0].partition("?")
    query = f"?{_SHOWN}" if mark else ""
    return _USER.sub(rf"\1{_SHOWN}@", address) + query


def host_of(url: str) -> str:
    """Return the host and the port of *url*, which may be shown."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def kind_of(error: BaseException) -> str:
    """Return which kind of silence *error* stands for, from everything that led to it."""
    found = list(_causes(error))
    for kind, types in _KINDS:
        if any(isinstance(one, types) for one in found):
            return kind
    return BROKEN


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and what is behind it: the HTTP libraries wrap in several ways."""
    left: list[object] = [error]
    seen: list[object] = []
    while left:
        one = left.pop()
        if not isinstance(one, BaseException) or one in seen:
            continue
        seen.append(one)
        yield one
        left += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def _date(text: str) -> float | None:
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(text).timestamp()
    return None
