"""From a prepared post to the vendor's answer, to all robots at once, within one budget.

`design/delivery.md` sections 2, 3 and 6: the answer's ``errcode`` decides (the formatter reads it),
redirects are not followed, certificates are always verified, and no exception that leaves this
module carries an address. Waits and retries are not made here.
"""

import json
import logging
import queue
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple

import requests
import urllib3
from requests.adapters import HTTPAdapter

from relay.errors import (
    NOTHING,
    BadAnswer,
    Busy,
    DeliveryError,
    Rejected,
    TimedOut,
    Unreachable,
)
from relay.notifications import Delivery
from relay.words import Phrase

MAX_ANSWER_BYTES = 65536  # of a robot's answer; the real ones are below 1 KB
_MOST_CONNECTIONS = 32
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
    person whom the application may not write to). *bytes* as the receiver's platform counts them.
    *abandoned*: nobody waited for it any longer, or it was not started; nothing is logged yet.
    """

    delivery: Delivery
    error: DeliveryError | None = None
    bytes: int = 0
    ms: int = 0
    abandoned: bool = False
    remark: Phrase = NOTHING


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
    session.mount(
        "https://",
        _OneContext(ssl.create_default_context(cafile=requests.utils.DEFAULT_CA_BUNDLE_PATH)),
    )
    session.mount("http://", HTTPAdapter(_MOST_CONNECTIONS, _MOST_CONNECTIONS))
    return session


def send(session: requests.Session, post: Post, timeout_s: float) -> Mapping[str, Any]:
    """Make one request and return the vendor's answer, a JSON object, for the formatter to judge.

    *timeout_s* bounds connecting and every single read; the budget of the whole event is
    `deliver_all`'s. Raises a DeliveryError when there is no such answer.
    """
    try:
        request = session.prepare_request(
            requests.Request(
                post.method, post.url, params=post.params, data=post.body, headers=_HEADERS
            )
        )
        with session.send(
            request,
            stream=True,
            timeout=max(timeout_s, 0.001),
            allow_redirects=False,
            verify=True,
            proxies={},
        ) as response:
            raw = response.raw.read(MAX_ANSWER_BYTES)
            status = response.status_code
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise _without_address(error) from None
    return _answer(status, raw)


def deliver_all(
    deliveries: Sequence[Delivery],
    deliver: Callable[[Delivery], Outcome],
    deadline: float,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> list[Outcome]:
    """Run *deliver* for every delivery at the same time; return their outcomes in the same order.

    Returns at *deadline* (by *clock*) at the latest: what has no outcome by then counts as timed
    out, although its thread may still finish. One thread per delivery, because neither name
    resolution nor a robot that sends a byte now and then can be stopped from outside.
    """
    found: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()

    def run(index: int, delivery: Delivery) -> None:
        found.put((index, deliver(delivery)))

    if clock() >= deadline:
        return [_abandoned(delivery, _not_started("no time was left")) for delivery in deliveries]
    for index, delivery in enumerate(deliveries):
        name = f"deliver {delivery.id}"
        thread = threading.Thread(target=run, args=(index, delivery), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the machine has no thread to give
            refusal = _not_started("no thread could be started")
            found.put((index, _abandoned(delivery, refusal)))
    outcomes: dict[int, Outcome] = {}
    while len(outcomes) < len(deliveries):
        try:
            index, outcome = found.get(timeout=max(deadline - clock(), 0.001))
        except queue.Empty:
            break
        outcomes[index] = outcome
    return [
        outcomes.get(index) or _abandoned(delivery, _timed_out())
        for index, delivery in enumerate(deliveries)
    ]


def _answer(status: int, raw: bytes) -> Mapping[str, Any]:
    if 300 <= status < 400:
        raise BadAnswer("E535", f"answered with a redirect ({status})", vendor_code=str(status))
    if status == 429 or status >= 500:
        raise Busy("E505", f"answered HTTP {status}", vendor_code=str(status))
    if status != 200:
        raise Rejected("E533", f"answered HTTP {status}", vendor_code=str(status))
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadAnswer("E534", "the answer is not a JSON object", hint=_PROXY_HINT)
    return answer


_NETWORK_HINT = "check the address, and whether this function may reach it (network, firewall)"
_PROXY_HINT = "a gateway or proxy answered instead of the robot; look at the network between"


def _without_address(error: Exception) -> DeliveryError:
    """Return our error for one of the HTTP library, whose text holds the robot's address."""
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable("E532", "TLS: the certificate or the handshake was refused")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable("E530", "no connection within the time", hint=_NETWORK_HINT)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return _timed_out()
    if _nothing_was_sent(error):
        return Unreachable("E530", "no connection: name, network or port", hint=_NETWORK_HINT)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Rejected("E536", "the robot's address cannot be used")
    return BadAnswer("E537", "the connection broke before the answer was complete")


def _nothing_was_sent(error: Exception) -> bool:
    """Tell whether no connection came about, from the reason urllib3 gave."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), urllib3.exceptions.NewConnectionError)


def _abandoned(delivery: Delivery, error: DeliveryError) -> Outcome:
    return Outcome(delivery, error, abandoned=True)


def _not_started(why: str) -> Unreachable:
    return Unreachable("E538", f"not started: {why}", hint="send the event again from the forge")


def _timed_out() -> TimedOut:
    return TimedOut("E531", "no answer within the time", hint="it may have arrived all the same")
