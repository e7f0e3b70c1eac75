"""Group C of `design/faults.md`, as far as it holds without retries: what robots do wrong.

The number of a case stands in the test's name.
"""

import contextlib
import datetime
import logging
import socket
import ssl
import sys
import threading
import time
import warnings

import pytest
import requests
import trustme
from relays import Relay

import handler
from relay.config import WECOM_ROBOT, Receiver, Secret
from relay.delivery import MAX_ANSWER_BYTES, Outcome, deliver_all, new_session, send
from relay.delivery import Post as Request
from relay.dispatch import without_secrets
from relay.errors import BadAnswer, Unreachable
from relay.notifications import Delivery, Notification, Span
from workbench.robots import RobotServer

HEALTHY_MS = 350  # some 5 in fact: far below the budget, far above a busy machine's noise
BUDGET = "0.5"  # seconds; the shortest that may be configured


def three(robots: RobotServer, faults: str) -> Relay:
    """Return a relay to three robots, the second of which has *faults*."""
    relay = Relay(robots, wecom=2, dingtalk=1, DELIVERY_TIMEOUT=BUDGET)
    robots.set_faults("wecom-key-1", faults)
    return relay


def failed(relay: Relay) -> dict[str, str]:
    """Send one event; return the report on the only robot that failed, two others having it."""
    answer = relay.gitlab()

    assert (answer.status, len(answer.report["sent"])) == (200, 2)
    assert max(entry["ms"] for entry in answer.report["sent"]) < HEALTHY_MS
    assert [entry["receiver"] for entry in answer.report["failed"]] == ["wecom#2"]
    report: dict[str, str] = answer.report["failed"][0]
    return report


def test_c1_one_of_three_is_dead(robots: RobotServer) -> None:
    """A robot that refuses the connection is reported; the other two have the message."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"127.0.0.1:{taken.getsockname()[1]}"
    alive = Relay(robots).wecom[0]
    relay = Relay(
        robots,
        WECOM_WEBHOOK_URL=f"{alive},http://{dead}/cgi-bin/webhook/send?key=abc",
        RELAY_ALLOW_HOSTS=f"{robots.host},{dead}",
    )
    report = failed(relay)

    assert (report["status"], report["code"]) == ("unreachable", "E530")


@pytest.mark.parametrize("fault", ["hang", "slow:5", "trickle:0.1"])
def test_c2_c3_slow_robot_holds_nobody(fault: str, robots: RobotServer) -> None:
    """A robot that hangs, is slow or trickles costs the budget, not the others their message."""
    relay = three(robots, fault)
    began = time.monotonic()
    report = failed(relay)

    assert report["status"] == "timeout"
    assert time.monotonic() - began < 2 * float(BUDGET)


def test_platform_time_bounds_the_budget(robots: RobotServer) -> None:
    """With little platform time left, the answer goes out before that time ends."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    robots.set_faults("wecom-key-0", "hang")
    began = time.monotonic()
    answer = relay.gitlab(context={"time_limit_in_ms": 500})

    assert answer.report["failed"][0]["status"] == "timeout"
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    ("fault", "status", "code", "vendor_code"),
    [
        ("badkey", "misconfigured", "E501", "93000"),
        ("throttle", "throttled", "E502", "45009"),
        ("busy", "busy", "E505", "-1"),
        ("http:500", "busy", "E505", "500"),
        ("http:429", "busy", "E505", "429"),
        ("http:404", "rejected", "E533", "404"),
        ("nonjson", "bad_answer", "E534", None),
        ("empty", "bad_answer", "E534", None),
        ("array", "bad_answer", "E534", None),
        ("cut", "bad_answer", "E537", None),
        ("accepted_then_reset", "bad_answer", "E537", None),
    ],
)
def test_c9_c11_faults_have_a_class_and_a_code(
    fault: str, status: str, code: str, vendor_code: str | None, robots: RobotServer
) -> None:
    """Each fault is reported with its class, our code and the vendor's."""
    report = failed(three(robots, fault))

    assert (report["status"], report["code"], report.get("vendor_code")) == (
        status,
        code,
        vendor_code,
    )


@pytest.mark.parametrize("fault", ["waf", "refuse", "reset"])
def test_c11_other_faults_never_count_as_sent(fault: str, robots: RobotServer) -> None:
    """A gateway's answer or a broken connection is a failure, told as such."""
    assert failed(three(robots, fault))["code"].startswith("E5")


@pytest.mark.parametrize("fault", ["badkey", "sign", "keyword", "throttle", "http:500"])
def test_c9_c10_nothing_is_posted_twice(fault: str, robots: RobotServer) -> None:
    """A refused message is posted once: there is no hidden retry."""
    relay = Relay(robots, wecom=0, dingtalk=1)
    robots.set_faults("dingtalk-token-0", fault)
    before = len(robots.attempts)
    relay.gitlab()

    assert len(robots.attempts) - before == 1


def test_c9_error_names_the_robot_and_the_fix(robots: RobotServer) -> None:
    """The report gives the receiver's name and something a person can do."""
    report = failed(three(robots, "badkey"))

    assert report["receiver"] == "wecom#2"
    assert "robot" in report["detail"]


def test_c10_sign_and_keyword_are_told_apart(robots: RobotServer) -> None:
    """DingTalk's one code for four causes becomes different advice."""
    relay = Relay(robots, wecom=0, dingtalk=1)
    told = []
    for fault in ("sign", "keyword"):
        robots.set_faults("dingtalk-token-0", fault)
        told.append(relay.gitlab().report["failed"][0])

    assert [entry["vendor_code"] for entry in told] == ["310000", "310000"]
    assert [entry["code"] for entry in told] == ["E522", "E521"]


def test_c12_errcode_as_text_counts_as_sent(robots: RobotServer) -> None:
    """``"errcode": "0"`` is a success."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    robots.set_faults("wecom-key-0", "strcode")

    assert len(relay.gitlab().report["sent"]) == 1


def test_c13_redirects_are_not_followed(robots: RobotServer) -> None:
    """A redirect is a failure, and nothing connects to where it points."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        target = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        report = failed(three(robots, f"redirect:{target}"))
        with pytest.raises(BlockingIOError):
            trap.accept()

    assert report["code"] == "E535"


def test_c14_huge_answer_is_read_up_to_a_limit(robots: RobotServer) -> None:
    """Of a 50 MB answer no more than 64 KB are looked at."""
    assert failed(three(robots, "huge:50"))["code"] == "E534"

    with EndlessRobot() as robot, pytest.raises(BadAnswer):
        send(new_session(), Request(robot.url, {}, b"{}"), 2.0)
    assert robot.sent < MAX_ANSWER_BYTES + 8 * 1024 * 1024  # what the sockets' buffers hold


AUTHORITY = trustme.CA()
STRANGER = trustme.CA()
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


def tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> requests.Session:
    """Return the session the relay uses, told to trust *authority* as well."""
    session = new_session()
    authority.configure_trust(session.get_adapter("https://")._context)  # type: ignore[attr-defined]
    return session


@pytest.mark.parametrize(
    "certificate",
    [
        pytest.param(STRANGER.issue_cert("127.0.0.1"), id="self-signed"),
        pytest.param(AUTHORITY.issue_cert("127.0.0.1", not_after=PAST), id="expired"),
        pytest.param(AUTHORITY.issue_cert("robot.example.com"), id="wrong-host"),
    ],
)
def test_c15_bad_certificates_are_refused(certificate: trustme.LeafCert) -> None:
    """A certificate that is unknown, expired or another host's ends the delivery."""
    with RobotServer(ssl_context=tls(certificate)) as robots:
        post = Request(robots.add_wecom(), {}, b"{}")
        with pytest.raises(Unreachable) as caught:
            send(trusting(AUTHORITY), post, 2.0)

    assert caught.value.code == "E532"
    assert robots.attempts == []


def test_c15_good_certificate_is_taken() -> None:
    """The same session takes a valid certificate of the same authority."""
    with RobotServer(ssl_context=tls(AUTHORITY.issue_cert("127.0.0.1"))) as robots:
        body = b'{"msgtype":"text","text":{"content":"x"}}'
        answer = send(trusting(AUTHORITY), Request(robots.add_wecom(), {}, body), 2.0)

    assert answer["errcode"] == 0


def test_c15_old_tls_is_refused() -> None:
    """A server that speaks nothing newer than TLS 1.1 gets no message."""
    old = tls(AUTHORITY.issue_cert("127.0.0.1"))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with RobotServer(ssl_context=old) as robots, pytest.raises(Unreachable):
        send(trusting(AUTHORITY), Request(robots.add_wecom(), {}, b"{}"), 2.0)
    assert robots.attempts == []


def test_c15_verification_cannot_be_switched_off() -> None:
    """The relay's own context speaks TLS 1.2 and newer only, and always verifies."""
    context = new_session().get_adapter("https://")._context  # type: ignore[attr-defined]

    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname is True


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_c16_connection_closed_while_frozen(reset: bool) -> None:
    """A kept connection that died between two events is replaced, and nothing is posted twice."""
    session = new_session()
    with OneShotRobot(reset) as robot:
        post = Request(robot.url, {}, b"{}")
        first = send(session, post, 2.0)
        robot.closed.wait(2)
        second = send(session, post, 2.0)

    assert (first["errcode"], second["errcode"]) == (0, 0)
    assert robot.posts == 2


def test_connections_are_kept(robots: RobotServer) -> None:
    """Several events to one robot share one connection."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    connections = {relay.gitlab().shown[0].connection for _ in range(3)}

    assert len(connections) == 1


def test_c19_ten_robots_ten_outcomes(robots: RobotServer) -> None:
    """Ten robots with mixed faults: the healthy five have the message, ten outcomes are told."""
    relay = Relay(robots, wecom=5, dingtalk=5, DELIVERY_TIMEOUT=BUDGET)
    for key, fault in {
        "wecom-key-0": "refuse",
        "wecom-key-1": "hang",
        "wecom-key-2": "badkey",
        "dingtalk-token-0": "throttle",
        "dingtalk-token-1": "nonjson",
    }.items():
        robots.set_faults(key, fault)
    began = time.monotonic()
    answer = relay.gitlab()

    assert answer.status == 200
    assert (len(answer.report["sent"]), len(answer.report["failed"])) == (5, 5)
    assert len(answer.shown) == 5
    assert time.monotonic() - began < 2 * float(BUDGET)


def test_outcomes_keep_the_order_of_deliveries() -> None:
    """Whoever finishes first, outcomes stand as the deliveries stood."""
    gate = threading.Event()
    deliveries = [
        Delivery(name, name, "push.pushed", 0.0, Notification((Span("x"),))) for name in "abc"
    ]

    def deliver(delivery: Delivery) -> Outcome:
        if delivery.id == "a":
            gate.wait(2)
        else:
            gate.set()
        return Outcome(delivery)

    outcomes = deliver_all(deliveries, deliver, time.monotonic() + 5)

    assert [outcome.delivery.id for outcome in outcomes] == ["a", "b", "c"]
    assert [outcome.error for outcome in outcomes] == [None, None, None]


def test_no_thread_is_left_behind(robots: RobotServer) -> None:
    """After the answer no thread of a healthy delivery goes on."""
    report = Relay(robots).gitlab(Idempotency_Key="a delivery of its own").report
    left = [one for one in threading.enumerate() if f"deliver {report['id']}" in one.name]
    for one in left:
        one.join(2)

    assert [one for one in left if one.is_alive()] == []


def test_errors_of_the_http_library_lose_their_address() -> None:
    """The error for a dead address holds neither host nor key, and no chained original."""
    with pytest.raises((Unreachable, BadAnswer)) as caught:
        send(new_session(), Request("http://127.0.0.1:9/send?key=LEAKMARK", {}, b"{}"), 1.0)

    assert "LEAKMARK" not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ is True


def test_environment_does_not_change_the_way_out(
    robots: RobotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxy variables of the machine have no effect on where messages go."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert len(Relay(robots).gitlab().shown) == 2


def test_handler_is_independent_of_the_process_environment() -> None:
    """`build` reads only the mapping it is given."""
    assert handler.build({})({"httpMethod": "GET", "path": "/"}, None)["statusCode"] == 503


@pytest.mark.parametrize(
    "line",
    [b": no name\r\n", b"no colon\r\n", b" folded\r\n"],
    ids=["no-name", "no-colon", "folded"],
)
def test_g1_odd_header_of_a_robot_logs_no_address(
    line: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """The HTTP library's own warnings hold the address: none of them is written."""
    root = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(root)
    with OneShotRobot(reset=False, header=line) as robot, contextlib.suppress(BadAnswer):
        send(new_session(), Request(f"{robot.url}&LEAKMARK", {}, b"{}"), 2.0)
    logging.getLogger().removeHandler(root)
    written = capfd.readouterr()

    assert "LEAKMARK" not in written.out + written.err


@pytest.mark.parametrize("digits", [9, 12, 400, 4000])
def test_c11_errcode_of_any_size_leaves_the_report_whole(digits: int, robots: RobotServer) -> None:
    """A robot that answers an absurd errcode is one failed entry beside the one that was sent."""
    with OneShotRobot(reset=False, body=b'{"errcode":' + b"7" * digits + b"}") as odd:
        relay = Relay(robots, WECOM_WEBHOOK_URL=odd.url, RELAY_ALLOW_HOSTS="127.0.0.1")
        report = relay.gitlab().report

    assert [entry["receiver"] for entry in report["sent"]] == ["dingtalk"]
    assert [entry["receiver"] for entry in report["failed"]] == ["wecom"]


def test_no_cookie_is_kept() -> None:
    """What a robot's answer wants remembered is not: events share connections and nothing else."""
    session = new_session()
    with OneShotRobot(reset=False, header=b"Set-Cookie: a=b\r\n") as robot:
        send(session, Request(robot.url, {}, b"{}"), 2.0)

    assert list(session.cookies) == []


def test_no_time_left_starts_nothing(robots: RobotServer) -> None:
    """With the platform's time all but used up, nothing is posted whose fate nobody would know."""
    before = len(robots.attempts)
    answer = Relay(robots).gitlab(context={"time_limit_in_ms": 100})

    assert len(robots.attempts) == before
    assert [entry["code"] for entry in answer.report["failed"]] == ["E538", "E538"]


def test_abandoned_delivery_is_in_the_log(
    robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A delivery that nobody waits for any longer is logged before the answer goes out."""
    failed(three(robots, "trickle:0.05"))

    assert '"event":"delivery.failed"' in capsys.readouterr().out


def test_vendor_words_lose_every_part_of_a_secret() -> None:
    """A robot that repeats its key in pieces does not get it into the log."""
    receiver = Receiver(
        "wecom", WECOM_ROBOT, Secret("https://h/send?key=abcd1234-ef56"), secret=Secret("SECxyz9")
    )
    told = without_secrets("E501 errmsg: [abcd1234] [ef56] SECxyz9 hint 1600", receiver)

    assert told == "E501 errmsg: […] […] … hint 1600"


class EndlessRobot:
    """Announces 200 MB of an answer and counts what it gets rid of."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/cgi-bin/webhook/send?key=k"
        self.sent = 0

    def __enter__(self) -> "EndlessRobot":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
        self._server.close()

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
            for _ in range(3000):
                connection.sendall(b"x" * 65536)
                self.sent += 65536


class OneShotRobot:
    """Answers one request per connection, promises to keep it, and closes it all the same."""

    def __init__(self, reset: bool, header: bytes = b"", body: bytes = b'{"errcode":0}') -> None:
        self._reset = reset
        self._header = header
        self._body = body
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/cgi-bin/webhook/send?key=k"
        self.posts = 0
        self.closed = threading.Event()

    def __enter__(self) -> "OneShotRobot":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self._thread.join(2)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                self.posts += 1
                length = b"Content-Length: %d\r\n" % len(self._body)
                head = b"HTTP/1.1 200 OK\r\n" + length + self._header + b"\r\n"
                connection.sendall(head + self._body)
                if self._reset:
                    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.closed.set()
