"""From a prepared post to the vendor's answer, to all robots at once, within one budget.

`design/delivery.md` sections 2, 3 and 6: the answer's ``errcode`` decides (the formatter reads it),
redirects are not followed, certificates are always verified, and no exception that leaves this
module carries an address. Waits and retries are `relay.dispatch`'s.
"""

import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlencode

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from relay import tls
from relay.errors import (
    NOTHING,
    BadAnswer,
    Busy,
    CutOff,
    DeliveryError,
    Rejected,
    TimedOut,
    Unreachable,
)
from relay.notifications import Delivery
from relay.parallel import Late, Missing, at_once
from relay.reasons import Reason
from relay.words import Phrase

MAX_ANSWER_BYTES = 65536  # of a robot's answer; the real ones are below 1 KB
_MOST_CONNECTIONS = 32
_AGAIN = Phrase(
    "稍后再发一次：GitLab 用 Resend，Gitee 用 replay",
    "send it again later: Resend in GitLab, `replay` for Gitee",
)
_NETWORK = Phrase(
    "检查地址，以及这台机器能不能访问它（网络、防火墙）",
    "check the address, and whether this machine can reach it (network, firewall)",
)
_PROXY = Phrase(
    "回答的是网关或代理，不是机器人：检查两者之间的网络",
    "a gateway or proxy answered instead of the robot; look at the network between",
)
_STATUS = Phrase("回答了 HTTP {status}", "answered HTTP {status}")
_REDIRECT = Phrase("回答了重定向（{status}）", "answered with a redirect ({status})")
_FINAL_ADDRESS = Phrase("写重定向以后的最终地址", "write the final address")
_NO_JSON = Phrase("回答不是 JSON 对象", "the answer is not a JSON object")
_TLS = Phrase("TLS：证书或握手被拒绝", "TLS: the certificate or the handshake was refused")
_NO_CONNECTION = Phrase("连不上：域名、网络或端口", "no connection: name, network or port")
_CONNECTING = Phrase("时间内没有连上", "no connection within the time")
_UNUSABLE = Phrase("机器人的地址不能用", "the robot's address cannot be used")
_COPY = Phrase("重新复制机器人的地址", "copy the robot's address again")
_BROKE = Phrase("回答没有收完，连接就断了", "the connection broke before the answer was complete")
_NO_ANSWER = Phrase("时间内没有回答", "no answer within the time")
_MAYBE = Phrase("消息可能已经送达", "it may have arrived all the same")
_NOT_STARTED = Phrase("没有开始发送：{why}", "not started: {why}")
_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Accept-Encoding": "identity",
    "User-Agent": "git-chat-relay",
}


class Post(NamedTuple):
    """One HTTP request to a robot or an application's API, signed when it is made.

    Shows neither address nor parameters: both may hold key material.
    """

    url: str
    params: dict[str, str]
    body: bytes
    method: str = "POST"

    def __repr__(self) -> str:
        return f"Post({len(self.body)} bytes)"


class Outcome(NamedTuple):
    """What became of one delivery.

    *error* is None when the robot took the message; *remark* then says what of it did not work (a
    person whom the application may not write to). *bytes* as the receiver's platform counts them,
    *tries* how often it was posted. *abandoned*: nobody waited for it any longer, or it was not
    started; nothing is logged yet. *merged*: how many notifications the message stood for.
    *repeat*: it was not sent, for it was sent before (R28). *via*: the fallback that got it.
    *waits*: the robot's limit stands in the way, and it goes out later. *doubtful*: it
    may have arrived although it has an error, which may be that of a later try.
    """

    delivery: Delivery
    error: DeliveryError | None = None
    bytes: int = 0
    ms: int = 0
    abandoned: bool = False
    remark: Phrase = NOTHING
    tries: int = 1
    merged: int = 1
    repeat: Reason | None = None
    via: str = ""
    waits: bool = False
    doubtful: bool = False


class _OneContext(HTTPAdapter):
    """Connections that share one TLS context: reading the CA bundle costs some 20 ms each time."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=_MOST_CONNECTIONS, pool_maxsize=_MOST_CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the check to the context, which requires a valid certificate for the host."""


def new_session() -> requests.Session:
    """Return the one session of a process: kept connections, one TLS context, no environment.

    Proxies, ``.netrc`` and CA bundles named by the environment have no effect. urllib3's own log is
    silenced: its warnings hold the whole address, and a platform's runtime may write them.
    """
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # nothing is remembered
    session.mount("https://", _OneContext(tls.context()))
    session.mount("http://", HTTPAdapter(_MOST_CONNECTIONS, _MOST_CONNECTIONS))
    return session


def send(session: requests.Session, post: Post, timeout_s: float) -> Mapping[str, Any]:
    """Make one request and return the vendor's answer, a JSON object, for the formatter to judge.

    *timeout_s* bounds connecting and every single read; the budget of the whole event is
    `deliver_all`'s. Raises a DeliveryError when there is no such answer.
    """
    try:
        adapter = session.get_adapter(post.url)
        with adapter.send(
            _request(post), stream=True, timeout=max(timeout_s, 0.001), verify=True
        ) as response:
            raw = response.raw.read(MAX_ANSWER_BYTES)
            status = response.status_code
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise _without_address(error) from None
    return _answer(status, raw)


def _request(post: Post) -> requests.PreparedRequest:
    """Return *post* as an adapter takes it.

    `Session.prepare_request` and `Session.send` do the same with cookies, hooks, proxies and
    redirects, none of which there is here, and take half the time of a whole post for it.
    """
    request = requests.PreparedRequest()
    request.method = post.method
    before = ("&" if "?" in post.url else "?") if post.params else ""
    request.url = f"{post.url}{before}{urlencode(post.params)}"
    request.body = post.body or None
    request.headers = CaseInsensitiveDict(_HEADERS)
    request.headers["Content-Length"] = str(len(post.body))
    return request


def deliver_all(
    deliveries: Sequence[Delivery],
    deliver: Callable[[Delivery], Outcome],
    deadline: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    late: Late | None = None,
    key: Callable[[Delivery], str] = lambda delivery: delivery.receiver,
) -> list[Outcome]:
    """Run *deliver* for every delivery as `at_once` does; return an outcome for each, in order.

    What has none at *deadline* counts as timed out, although its thread may still finish.
    """
    found = at_once(deliveries, deliver, deadline, clock=clock, late=late, key=key)
    return [
        _abandoned(delivery, outcome) if isinstance(outcome, Missing) else outcome
        for delivery, outcome in zip(deliveries, found, strict=True)
    ]


def _abandoned(delivery: Delivery, missing: Missing) -> Outcome:
    error = unstarted(missing.why) if missing.why else timed_out()
    return Outcome(delivery, error, abandoned=True)


def unstarted(why: Phrase) -> Unreachable:
    """Return the error of a post that was not even begun, because of *why*."""
    told = Phrase(_NOT_STARTED.zh.format(why=why.zh), _NOT_STARTED.en.format(why=why.en))
    return Unreachable("E538", told, hint=_AGAIN)


def timed_out() -> TimedOut:
    return TimedOut("E531", _NO_ANSWER, hint=_MAYBE)


def _answer(status: int, raw: bytes) -> Mapping[str, Any]:
    code = str(status)
    if 300 <= status < 400:
        told = _REDIRECT.filled(status=status)
        raise BadAnswer("E535", told, vendor_code=code, hint=_FINAL_ADDRESS)
    if status == 429 or status >= 500:
        raise Busy("E505", _STATUS.filled(status=status), vendor_code=code, hint=_AGAIN)
    if not 200 <= status < 300:
        raise Rejected("E533", _STATUS.filled(status=status), vendor_code=code, hint=_NETWORK)
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadAnswer("E534", _NO_JSON, hint=_PROXY)
    return answer


def _without_address(error: Exception) -> DeliveryError:
    """Return our error for one of the HTTP library, whose text holds the robot's address."""
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable("E532", _TLS, hint=_NETWORK)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable("E530", _CONNECTING, hint=_NETWORK)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return timed_out()
    if _nothing_was_sent(error):
        return Unreachable("E530", _NO_CONNECTION, hint=_NETWORK)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Rejected("E536", _UNUSABLE, hint=_COPY)
    return CutOff("E537", _BROKE, hint=_MAYBE)


def _nothing_was_sent(error: Exception) -> bool:
    """Tell whether no connection came about, from the reason urllib3 gave."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), urllib3.exceptions.NewConnectionError)
