"""Group C of `design/faults.md`: what robots do wrong when the relay posts at once.

The number of a case stands in the test's name. What a queue makes of it is in `test_faults_queue`.
"""

import contextlib
import copy
import datetime
import gzip
import ipaddress
import json
import logging
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import requests
import trustme
from conftest import REACHED, ROOT
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from leftovers import descriptors, let_end, others
from patience import BUSY_S
from relays import NOW, Answer, Clock, Relay, configured, now

import handler
from formatters import formatter
from relay.config import DINGTALK_ROBOT, WECOM_APP, WECOM_ROBOT, Receiver, Secret
from relay.delivery import MAX_ANSWER_BYTES, Outcome, deliver_all, new_session, send
from relay.delivery import Post as Request
from relay.dispatch import Run, deliver, without_secrets
from relay.errors import BadAnswer, Throttled, Unreachable
from relay.notifications import Delivery, Notification, Span
from relay.warm import Warm
from workbench import samples
from workbench.robots import RobotServer

NOTE = Delivery("1", "wecom", "push.pushed", 0.0, Notification((Span("x"),)))
SHORT = {"time_limit_in_ms": 3000}  # some 2.8 s are left for posting
SCHEMA = "config.schema.json"
BUDGET = "2"  # seconds, where a robot uses all of it up


def three(robots: RobotServer, faults: str, budget: str = "") -> Relay:
    """Return a relay to three robots, the second of which has *faults*."""
    relay = Relay(robots, wecom=2, dingtalk=1, DELIVERY_TIMEOUT=budget)
    robots.set_faults("wecom-key-1", faults)
    return relay


def failed(relay: Relay) -> dict[str, str]:
    """Send one event; return the report on the only robot that failed, two others having it."""
    answer = relay.gitlab()

    assert (answer.status, len(answer.report["sent"])) == (200, 2)
    assert [entry["receiver"] for entry in answer.report["failed"]] == ["wecom#2"]
    report: dict[str, str] = answer.report["failed"][0]
    return report


def test_c1_one_of_three_is_dead(robots: RobotServer) -> None:
    """A robot that refuses the connection is reported; the other two have the message."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"127.0.0.1:{taken.getsockname()[1]}"
    alive = Relay(robots).wecom[0]
    REACHED.clear()
    relay = Relay(
        robots,
        WECOM_WEBHOOK_URL=f"{alive},http://{dead}/cgi-bin/webhook/send?key=abc",
        RELAY_ALLOW_HOSTS=f"{robots.host},{dead}",
    )
    report = failed(relay)

    assert (report["status"], report["code"]) == ("unreachable", "E530")
    tries = REACHED.count(("127.0.0.1", int(dead.partition(":")[2]))) / 2  # look-up, connection
    assert tries <= 2


@pytest.mark.parametrize("fault", ["hang", "slow:30", "trickle:0.3"])
def test_c2_c3_slow_robot_holds_nobody(fault: str, robots: RobotServer) -> None:
    """A robot that hangs, is slow or trickles costs the budget, not the others their message."""
    relay = three(robots, fault, BUDGET)
    began = time.monotonic()
    report = failed(relay)

    assert report["status"] == "timeout"
    assert time.monotonic() - began < float(BUDGET) + BUSY_S


def test_platform_time_bounds_the_budget(robots: RobotServer) -> None:
    """With little platform time left, the answer goes out before that time ends."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    robots.set_faults("wecom-key-0", "hang")
    began = time.monotonic()
    answer = relay.gitlab(context={"time_limit_in_ms": 1000})

    assert answer.report["failed"][0]["status"] == "timeout"
    assert time.monotonic() - began < 1.0 + BUSY_S


DEAD = ("wecom-key-0", "wecom-key-1", "dingtalk-token-0")
NAMES = ["wecom", "wecom#2", "dingtalk"]


def test_c4_all_robots_are_dead(robots: RobotServer, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer has every robot's reason, the log one ERROR record for each, by name only."""
    relay = Relay(robots, wecom=2, dingtalk=1)
    for key in DEAD:
        robots.set_faults(key, "refuse")
    answer = relay.gitlab()
    written = capsys.readouterr().out
    lines = [json.loads(line) for line in written.splitlines()]
    records = [line for line in lines if line["level"] == "ERROR"]

    assert (answer.status, answer.report["ok"], answer.shown) == (200, False, [])
    assert [entry["receiver"] for entry in answer.report["failed"]] == NAMES
    assert all(entry["code"] and entry["detail"] for entry in answer.report["failed"])
    assert sorted(record["receiver"] for record in records) == sorted(NAMES)
    assert all(json.loads(record["delivery"])["notification"] for record in records)
    assert [key for key in DEAD if key in written + json.dumps(answer.report)] == []


def test_c4_failure_can_be_told_to_the_forge(robots: RobotServer) -> None:
    """With ``on_error: fail`` the answer to an event that did not arrive is 502."""
    text = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  ops: { type: dingtalk_robot, url: "${DINGTALK_WEBHOOK_URL}", secret: "${DINGTALK_SECRET}" }
delivery: { on_error: fail }
"""
    relay = configured(robots, text)
    good = relay.gitlab().status
    robots.set_faults("wecom-key-0", "badkey")
    partly = relay.gitlab()
    robots.set_faults("dingtalk-token-0", "sign")
    wholly = relay.gitlab()

    assert (good, partly.status, wholly.status) == (200, 502, 502)
    assert len(partly.report["sent"]) == 1
    assert [entry["receiver"] for entry in wholly.report["failed"]] == ["dev", "ops"]


def issue(number: int) -> dict[str, Any]:
    """Return the body of an issue whose title holds *number*, for `marks` to find."""
    body: dict[str, Any] = copy.deepcopy(samples.load("gitlab/issue.opened").body)
    body["object_attributes"]["title"] = f"mark-{number}."
    return body


def marks(robots: RobotServer, key: str) -> dict[int, int]:
    """Return how often the group of the robot *key* has been told of each issue."""
    told = " ".join(message.text for message in robots.received if message.key == key)
    return dict(Counter(int(number) for number in re.findall(r"mark-(\d+)\.", told)))


def posts(robots: RobotServer, relay: Relay) -> tuple[int, Answer]:
    """Send one event; return how many requests came, and the answer."""
    before = len(robots.attempts)
    answer = relay.gitlab()
    return len(robots.attempts) - before, answer


@pytest.mark.parametrize(
    ("fault", "messages"), [("reset*1", 1), ("accepted_then_reset*1", 2), ("cut*1", 2)]
)
def test_c5_broken_connection_gets_one_more_try(
    fault: str, messages: int, robots: RobotServer
) -> None:
    """The message arrives at least once; twice where the robot took it and could not say so."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    robots.set_faults("wecom-key-0", fault)
    tries, answer = posts(robots, relay)

    assert (answer.status, len(answer.report["sent"])) == (200, 1)
    assert (tries, len(answer.shown)) == (2, messages)


@pytest.mark.parametrize("fault", ["reset", "accepted_then_reset", "cut"])
def test_c5_broken_connection_is_marked_as_doubtful(
    fault: str, robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the second try it has failed; answer and log say that it may have arrived."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    robots.set_faults("wecom-key-0", fault)
    tries, answer = posts(robots, relay)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (record,) = (line for line in lines if line["level"] == "ERROR")

    assert (answer.status, tries, answer.report["sent"]) == (200, 2, [])
    assert answer.report["failed"][0]["detail"] == "消息可能已经送达"
    assert (record["ambiguous"], record["tries"]) == (True, 2)


def test_c5_what_was_not_sent_is_not_doubtful(
    robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal that is clear has no such mark."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    robots.set_faults("wecom-key-0", "badkey")
    relay.gitlab()

    assert "ambiguous" not in capsys.readouterr().out


@pytest.mark.parametrize("fault", ["http:500*2", "busy*2", "http:429*2", "http:503*1,busy*1"])
def test_c6_robot_that_recovers_gets_the_message(fault: str, robots: RobotServer) -> None:
    """The third try is taken, once."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    robots.set_faults("wecom-key-0", fault)
    tries, answer = posts(robots, relay)

    assert (answer.status, len(answer.report["sent"])) == (200, 1)
    assert (tries, len(answer.shown)) == (3, 1)


@pytest.mark.parametrize("fault", ["http:500", "busy"])
def test_c6_no_more_than_three_tries(fault: str, robots: RobotServer) -> None:
    """A robot that stays busy has failed after the third; nobody else's message waits for it."""
    relay = Relay(robots, wecom=1, dingtalk=1)
    robots.set_faults("wecom-key-0", fault)
    tries, answer = posts(robots, relay)

    assert (answer.status, tries) == (200, 3 + 1)
    assert [entry["receiver"] for entry in answer.report["sent"]] == ["dingtalk"]
    assert answer.report["failed"][0]["status"] == "busy"


def test_c6_pauses_are_random_and_grow(robots: RobotServer) -> None:
    """The pause before a try is between none and the longest, which doubles (0.2 s, 0.4 s)."""
    relay = Relay(robots, wecom=1, dingtalk=0)
    receiver = Receiver("wecom", WECOM_ROBOT, Secret(relay.wecom[0]))
    paused: list[float] = []
    for chance in (0.0, 0.5, 1.0):
        robots.set_faults("wecom-key-0", "busy*2")
        run = Run(
            new_session(),
            time.monotonic() + 60,
            now,
            {},
            retries=2,
            sleep=paused.append,
            chance=lambda found=chance: found,
        )
        outcome = deliver(NOTE, receiver, formatter(receiver), run)

        assert (outcome.error, outcome.tries) == (None, 3)
    assert paused == [0.0, 0.0, 0.1, 0.2, 0.2, 0.4]


@pytest.mark.parametrize(
    ("key", "other", "least_s"),
    [
        pytest.param("wecom-key-0", "dingtalk-token-0", 60, id="wecom"),
        pytest.param("dingtalk-token-0", "wecom-key-0", 600, id="dingtalk"),
    ],
)
def test_c7_throttled_robot_gets_exactly_one_try(key: str, other: str, least_s: int) -> None:
    """While its limit lasts it is left alone and the other has its messages; then it has them all.

    The vendors name a minute and ten minutes.
    """
    clock = Clock(NOW)
    with RobotServer(clock=clock) as robots:
        relay = Relay(robots, clock=clock, warm=Warm())
        robots.set_faults(key, "throttle@30")

        def tries() -> int:
            return sum(one.key == key for one in robots.attempts)

        found = []
        for number, pause_s in ((1, 0), (2, least_s - 1), (3, 30)):
            clock.now += pause_s
            answer = relay.gitlab(issue(number), X_Gitlab_Event="Issue Hook")
            found.append((answer.status, len(answer.report["sent"]), tries()))

        assert found[:2] == [(200, 1, 1), (200, 1, 1)]
        assert found[2][:2] == (200, 2)
        assert marks(robots, key) == {1: 1, 2: 1, 3: 1}
        assert marks(robots, other) == {1: 1, 2: 1, 3: 1}


@pytest.mark.parametrize(
    ("vendor", "code", "least_s"),
    [
        (WECOM_ROBOT, 45009, 60),
        (WECOM_APP, 45009, 60),
        (DINGTALK_ROBOT, 130101, 600),
        (DINGTALK_ROBOT, 410100, 600),
        (DINGTALK_ROBOT, 660026, 600),
    ],
)
def test_c7_every_code_for_too_many_names_its_wait(vendor: str, code: int, least_s: int) -> None:
    """The codes that ask for a pause are one class, with the least time until another try."""
    receiver = Receiver("group", vendor, Secret("https://example.com"))
    with pytest.raises(Throttled) as raised:
        formatter(receiver).check({"errcode": code, "errmsg": "api freq out of limit"})

    assert raised.value.wait_s >= least_s
    assert (raised.value.retryable, raised.value.repeats) == (True, 0)


def test_c8_more_events_than_a_minute_takes() -> None:
    """25 events at once: none is refused or lost, and what waits goes out a minute later."""
    clock = Clock(NOW)
    with RobotServer(clock=clock) as robots:
        relay = Relay(robots, wecom=1, dingtalk=0, clock=clock, warm=Warm())
        answers = {
            number: relay.gitlab(issue(number), X_Gitlab_Event="Issue Hook")
            for number in range(1, 26)
        }
        now_shown = marks(robots, "wecom-key-0")
        told = {
            number
            for number, answer in answers.items()
            for entry in answer.report.get("skipped", ())
            if entry["reason"] == "R29"
        }
        clock.now += 61
        relay.gitlab(issue(26), X_Gitlab_Event="Issue Hook")

        assert [answer.status for answer in answers.values()] == [200] * 25
        assert 15 <= len(now_shown) <= 20
        assert set(now_shown) | told == set(range(1, 26))
        assert not set(now_shown) & told
        assert [one.answer["errcode"] for one in robots.attempts] == [0] * len(robots.attempts)
        assert marks(robots, "wecom-key-0") == dict.fromkeys(range(1, 27), 1)


@pytest.mark.parametrize(
    ("fault", "status", "code", "vendor_code"),
    [
        ("badkey", "misconfigured", "E501", "93000"),
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


@pytest.mark.parametrize("fault", ["badkey", "sign", "keyword", "throttle", "http:404"])
def test_c9_c10_nothing_is_posted_twice(fault: str, robots: RobotServer) -> None:
    """What a person has to mend is posted once: there is no hidden retry."""
    relay = Relay(robots, wecom=0, dingtalk=1)
    robots.set_faults("dingtalk-token-0", fault)
    tries, answer = posts(robots, relay)

    assert (tries, answer.report["sent"]) == (1, [])


@pytest.mark.parametrize(
    "code", [300005, 300001, 400101, 400102, 400013, 310000, 430101, 40035, 99999]
)
def test_c9_lasting_refusals_are_told_and_not_repeated(code: int, robots: RobotServer) -> None:
    """Each code of DingTalk's that no retry heals: one post, the receiver's name, what to do."""
    body = b'{"errcode":%d,"errmsg":"no"}' % code
    with OneShotRobot(reset=False, body=body, path="/robot/send?access_token=k") as robot:
        relay = Relay(
            robots, DINGTALK_WEBHOOK_URL=robot.url, RELAY_ALLOW_HOSTS="127.0.0.1", NOTIFY_LANG="en"
        )
        answer = relay.gitlab()
    (report,) = answer.report["failed"]

    assert (answer.status, [entry["receiver"] for entry in answer.report["sent"]]) == (
        200,
        ["wecom"],
    )
    assert (report["receiver"], report["vendor_code"]) == ("dingtalk", str(code))
    assert report["detail"]
    assert robot.posts == (2 if code == 430101 else 1)  # its words are refused: once more without


@pytest.mark.parametrize(("lang", "word"), [("zh-CN", "机器人"), ("en", "robot")])
def test_c9_error_names_the_robot_and_the_fix(lang: str, word: str, robots: RobotServer) -> None:
    """The report gives the receiver's name and something a person can do."""
    relay = Relay(robots, wecom=2, dingtalk=1, NOTIFY_LANG=lang)
    robots.set_faults("wecom-key-1", "badkey")
    report = failed(relay)

    assert report["receiver"] == "wecom#2"
    assert word in report["detail"]


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
    tries, answer = posts(robots, relay)

    assert (len(answer.report["sent"]), tries, len(answer.shown)) == (1, 1, 1)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/",
        "https://127.0.0.1:9/",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=other",
        "file:///etc/passwd",
        "//169.254.169.254/",
        "/cgi-bin/webhook/send?key=wecom-key-0",
    ],
)
def test_c13_no_redirect_is_followed(target: str, robots: RobotServer) -> None:
    """Wherever it points: no name is looked up, nothing is connected to, nobody gets more."""
    relay = three(robots, f"redirect:{target}")
    REACHED.clear()
    report = failed(relay)

    assert (report["status"], report["code"]) == ("bad_answer", "E535")
    assert {(host, str(port)) for host, port in REACHED} <= {tuple(robots.host.split(":"))}


def test_c13_redirects_reach_no_port(robots: RobotServer) -> None:
    """Where a redirect points nobody knocks."""
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


POST_TO_EACH = """
import resource, sys
from relay.delivery import Post, new_session, send
from relay.errors import BadAnswer
session = new_session()
for url in sys.argv[1:]:
    try:
        send(session, Post(url, {}, b"{}"), 10.0)
    except BadAnswer:
        pass
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_c14_huge_answer_takes_no_memory(robots: RobotServer) -> None:
    """After a small bad answer, one of 50 MB makes the process grow by 1 MiB at most."""
    urls = [
        robots.add_wecom(key=f"huge-{number}", faults=fault)
        for number, fault in enumerate(("huge:0.1", "huge:50", "huge:50"))
    ]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", POST_TO_EACH, *urls],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    first_kib, *_, last_kib = map(int, done.stdout.split())

    assert last_kib - first_kib <= 1024


def test_c14_packed_answer_is_not_unpacked() -> None:
    """An answer that would become huge when unpacked is judged as it came."""
    packed = gzip.compress(b'{"errcode":0,"errmsg":"' + b"x" * 50_000_000 + b'"}')
    with (
        OneShotRobot(reset=False, header=b"Content-Encoding: gzip\r\n", body=packed) as robot,
        pytest.raises(BadAnswer) as raised,
    ):
        send(new_session(), Request(robot.url, {}, b"{}"), 2.0)

    assert raised.value.code == "E534"


AUTHORITY = trustme.CA()
STRANGER = trustme.CA()
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


class SelfSigned:
    """A certificate that vouches for itself, for the right host."""

    def configure_cert(self, context: ssl.SSLContext) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(PAST)
            .not_valid_after(datetime.datetime(2100, 1, 1, tzinfo=datetime.timezone.utc))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem, text = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        with tempfile.NamedTemporaryFile() as file:
            file.write(key.private_bytes(pem, text, serialization.NoEncryption()))
            file.write(certificate.public_bytes(pem))
            file.flush()
            context.load_cert_chain(file.name)


def tls(certificate: trustme.LeafCert | SelfSigned) -> ssl.SSLContext:
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
        pytest.param(STRANGER.issue_cert("127.0.0.1"), id="unknown-authority"),
        pytest.param(SelfSigned(), id="self-signed"),
        pytest.param(AUTHORITY.issue_cert("127.0.0.1", not_after=PAST), id="expired"),
        pytest.param(AUTHORITY.issue_cert("robot.example.com"), id="wrong-host"),
    ],
)
def test_c15_bad_certificates_are_refused(certificate: trustme.LeafCert | SelfSigned) -> None:
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


def speaking(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    """Return *context* limited to one *version* of TLS, however old."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
        context.minimum_version = context.maximum_version = version
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_c15_old_tls_is_refused(version: ssl.TLSVersion) -> None:
    """A server that speaks nothing newer than TLS 1.1 gets no message; others could talk to it."""
    old = speaking(tls(AUTHORITY.issue_cert("127.0.0.1")), version)
    careless = speaking(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), version)
    AUTHORITY.configure_trust(careless)
    with RobotServer(ssl_context=old) as robots:
        host, port = robots.host.split(":")
        with (
            socket.create_connection((host, int(port)), timeout=2) as plain,
            careless.wrap_socket(plain, server_hostname=host) as talking,
        ):
            spoken = talking.version()
        with pytest.raises(Unreachable) as raised:
            send(trusting(AUTHORITY), Request(robots.add_wecom(), {}, b"{}"), 2.0)

    assert spoken == {"TLSv1": "TLSv1", "TLSv1_1": "TLSv1.1"}[version.name]
    assert raised.value.code == "E532"
    assert robots.attempts == []


def test_c15_bad_certificate_is_told_by_the_handler(robots: RobotServer) -> None:
    """The report on a robot whose certificate is not good; the other has its message."""
    with RobotServer(ssl_context=tls(STRANGER.issue_cert("127.0.0.1"))) as strange:
        url = strange.add_wecom()
        relay = Relay(
            robots, WECOM_WEBHOOK_URL=url, RELAY_ALLOW_HOSTS=f"{robots.host},{strange.host}"
        )
        answer = relay.gitlab()

    assert (answer.status, [entry["receiver"] for entry in answer.report["sent"]]) == (
        200,
        ["dingtalk"],
    )
    assert [entry["code"] for entry in answer.report["failed"]] == ["E532"]
    assert strange.attempts == []


UNSAFE = re.compile(
    r"verify\s*=\s*False|CERT_NONE|CERT_OPTIONAL|check_hostname\s*=\s*False|_unverified_context"
    r"|InsecureRequestWarning|disable_warnings|--insecure|assert_hostname"
)


def test_c15_there_is_no_switch_to_skip_verification() -> None:
    """No source switches the check off, and no variable or key of the configuration offers it."""
    sources = [
        path
        for folder in ("relay", "adapters", "formatters", "workbench")
        for path in (ROOT / folder).rglob("*.py")
    ]
    unsafe = [
        path.name
        for path in [ROOT / "handler.py", *sources]
        if UNSAFE.search(path.read_text(encoding="utf-8"))
    ]
    offered = re.findall(r'"([^"]*)": \{', (ROOT / "schema" / SCHEMA).read_text(encoding="utf-8"))

    assert unsafe == []
    assert len(offered) > 20
    assert [one for one in offered if re.search("verify|insecure|tls|ssl|cert|ca_", one)] == []


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


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_c16_nobody_notices_a_connection_that_died(reset: bool, robots: RobotServer) -> None:
    """The event after the freeze is answered as any other, and each robot has it once."""
    relay = Relay(robots)
    relay.gitlab()
    robots.drop_connections(reset=reset)
    tries, answer = posts(robots, relay)

    assert (answer.status, len(answer.report["sent"]), len(answer.shown)) == (200, 2, 2)
    assert tries == 2


def looking_up(monkeypatch: pytest.MonkeyPatch, look_up: Callable[[], object]) -> list[str]:
    """Let *look_up* happen where ``robot.test`` is looked up; return who was asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if host == "robot.test":
            asked.append(host)
            look_up()
        return real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def with_named_robot(robots: RobotServer) -> Relay:
    """Return a relay to three robots, the second of which has a name instead of an address."""
    alive = robots.add_wecom(key="wecom-key-0")
    return Relay(
        robots,
        WECOM_WEBHOOK_URL=f"{alive},http://robot.test/cgi-bin/webhook/send?key=k",
        RELAY_ALLOW_HOSTS=f"{robots.host},robot.test",
        DELIVERY_TIMEOUT=BUDGET,
    )


def test_c17_name_that_does_not_resolve(
    robots: RobotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as unreachable after one more try; the others have the message."""

    def nobody() -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    asked = looking_up(monkeypatch, nobody)
    report = failed(with_named_robot(robots))

    assert (report["status"], report["code"]) == ("unreachable", "E530")
    assert len(asked) <= 2


def test_c17_resolver_that_hangs_holds_nobody(
    robots: RobotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up cannot be given a time: the answer goes out without it, the others are served."""
    gate = threading.Event()
    asked = looking_up(monkeypatch, lambda: gate.wait(60))
    before = others()
    relay = with_named_robot(robots)
    began = time.monotonic()
    report = failed(relay)
    took_s = time.monotonic() - began
    gate.set()
    let_end(before)

    assert report["status"] == "timeout"
    assert took_s < float(BUDGET) + BUSY_S
    assert asked == ["robot.test"]


TWO_RULES = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  same: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
routes:
  - { name: a, receivers: [dev] }
  - { name: b, receivers: [dev, same], events: [pipeline.failed] }
"""


def test_c18_robot_of_two_rules_gets_one_message(robots: RobotServer) -> None:
    """Two routes, and two names of one address, are one message."""
    tries, answer = posts(robots, configured(robots, TWO_RULES))

    assert (answer.status, tries, len(answer.shown)) == (200, 1, 1)


def test_c18_address_listed_twice_gets_one_message(robots: RobotServer) -> None:
    """Once in a variable's list is as good as twice."""
    url = robots.add_wecom(key="wecom-key-0")
    tries, answer = posts(robots, Relay(robots, dingtalk=0, WECOM_WEBHOOK_URL=f"{url},{url}"))

    assert (answer.status, tries, len(answer.shown)) == (200, 1, 1)


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
    assert [len(answer.report[part]) for part in ("sent", "failed", "skipped")] == [5, 4, 1]
    assert len(answer.shown) == 5
    assert time.monotonic() - began < float(BUDGET) + BUSY_S


class Flood:
    """200 events for a robot that hangs and a healthy one, which takes 20 a minute.

    *grown* is by how many threads and descriptors the process grew after the first event.
    """

    def __init__(self, relay: Relay, clock: Clock) -> None:
        before = others()
        self.answers = [relay.gitlab(context=SHORT)]
        for thread in others() - before:
            thread.join(0.2)
        self.hanging = len(others() - before)
        first = len(others()), descriptors()
        for _ in range(200):
            clock.now += 4
            self.answers.append(relay.gitlab(context=SHORT))
        self.grown = len(others()) - first[0], descriptors() - first[1]

    @property
    def told(self) -> set[tuple[int, tuple[str, ...], tuple[str, ...]]]:
        """Return the different answers: status, who has it, who has it not."""
        return {
            (
                answer.status,
                tuple(entry["receiver"] for entry in answer.report["sent"]),
                tuple(entry["receiver"] for entry in answer.report["failed"]),
            )
            for answer in self.answers
        }


@pytest.mark.parametrize("kind", ["answer", "header", "interim"])
def test_c20_robot_whose_answer_never_ends_holds_one_thread(kind: str) -> None:
    """One thread and one socket for it, however many events come; all are told as failed."""
    clock = Clock(NOW)
    with RobotServer(clock=clock) as robots, DrippingRobot(kind) as robot:
        flood = Flood(robot.beside(robots, clock), clock)

    assert flood.hanging == 1
    assert max(flood.grown) < 10  # of 200; what is about to end still counts
    assert robot.connections == 1
    assert flood.told == {(200, ("dingtalk",), ("wecom",))}


def test_c20_name_that_never_resolves_holds_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as a look-up hangs, no other one for that robot is begun."""
    clock, gate = Clock(NOW), threading.Event()
    asked = looking_up(monkeypatch, lambda: gate.wait(60))
    with RobotServer(clock=clock) as robots:
        host = f"{robots.host},robot.test"
        url = "http://robot.test/cgi-bin/webhook/send?key=k"
        relay = Relay(robots, clock=clock, WECOM_WEBHOOK_URL=url, RELAY_ALLOW_HOSTS=host)
        flood = Flood(relay, clock)
        gate.set()

    assert flood.hanging == 1
    assert max(flood.grown) < 10  # of 200; what is about to end still counts
    assert asked == ["robot.test"]
    assert flood.told == {(200, ("dingtalk",), ("wecom",))}


def test_c20_robot_that_hangs_leaves_nothing_behind() -> None:
    """Where the thread ends with its time, nothing stays, and the next event is posted."""
    before = others()
    with RobotServer(clock=now) as robots:
        relay = Relay(robots, wecom=1, dingtalk=0)
        robots.set_faults("wecom-key-0", "hang*3")
        found = []
        for _ in range(3):
            found.append(relay.gitlab(context={"time_limit_in_ms": 1500}))
            let_end(before)
        last = relay.gitlab()
        let_end(before)

        assert [answer.report["failed"][0]["status"] for answer in found] == ["timeout"] * 3
        assert len(last.report["sent"]) == 1
        assert others() <= before


def test_c20_robot_that_is_well_again_is_posted_to(robots: RobotServer) -> None:
    """Once the thread that hung has ended, the robot has its messages again."""
    with DrippingRobot("answer") as robot:
        relay = robot.beside(robots, now)
        before = others()
        stuck = relay.gitlab(context=SHORT)
        robot.mend()
        let_end(before)
        well = relay.gitlab()

    assert len(stuck.report["failed"]) == 1
    assert len(well.report["sent"]) == 2


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
    relay, before = Relay(robots), others()
    relay.gitlab()
    left = others() - before
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
    failed(three(robots, "trickle:0.1", BUDGET))

    assert '"event":"delivery.failed"' in capsys.readouterr().out


def test_vendor_words_lose_every_part_of_a_secret() -> None:
    """A robot that repeats its key in pieces does not get it into the log."""
    receiver = Receiver(
        "wecom", WECOM_ROBOT, Secret("https://h/send?key=abcd1234-ef56"), secret=Secret("SECxyz9")
    )
    told = without_secrets("E501 errmsg: [abcd1234] [ef56] SECxyz9 hint 1600", receiver)

    assert told == "E501 errmsg: […] […] … hint 1600"


def read_request(connection: socket.socket) -> bytes:
    """Read one request to its end: bytes left unread would become a reset."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        found = connection.recv(65536)
        if not found:
            return raw
        raw += found
    head, _, body = raw.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head


class DrippingRobot:
    """Sends an answer that never ends: of its body, of one header, or of interim answers."""

    _BEGIN: ClassVar[dict[str, bytes]] = {
        "answer": b'HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n{"errcode":0,"errmsg":"',
        "header": b"HTTP/1.1 200 OK\r\nX-Long: ",
        "interim": b"",
    }
    _DRIP: ClassVar[dict[str, bytes]] = {
        "answer": b"x",
        "header": b"x",
        "interim": b"HTTP/1.1 100 Continue\r\n\r\n",
    }

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._server = socket.create_server(("127.0.0.1", 0), backlog=200)
        self._ended = threading.Event()
        self._mended = threading.Event()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._threads = [self._accepting]
        self.host = f"127.0.0.1:{self._server.getsockname()[1]}"
        self.connections = 0

    def __enter__(self) -> "DrippingRobot":
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._mended.set()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    def beside(self, robots: RobotServer, clock: Callable[[], float]) -> Relay:
        """Return a relay to this robot and to a healthy one."""
        url = f"http://{self.host}/cgi-bin/webhook/send?key=k"
        hosts = f"{robots.host},{self.host}"
        return Relay(robots, clock=clock, WECOM_WEBHOOK_URL=url, RELAY_ALLOW_HOSTS=hosts)

    def mend(self) -> None:
        """Give up the answers that have begun, and answer well from now on."""
        self._mended.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._ended.is_set():
                connection, _ = self._server.accept()
                self.connections += 1
                talking = threading.Thread(target=self._talk, args=(connection,), daemon=True)
                self._threads.append(talking)
                talking.start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            read_request(connection)
            if self._mended.is_set():
                connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"errcode":0}')
                return
            connection.sendall(self._BEGIN[self._kind])
            while not self._mended.wait(0.02):
                connection.sendall(self._DRIP[self._kind])


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

    def __init__(
        self,
        reset: bool,
        header: bytes = b"",
        body: bytes = b'{"errcode":0}',
        path: str = "/cgi-bin/webhook/send?key=k",
    ) -> None:
        self._reset = reset
        self._header = header
        self._body = body
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}{path}"
        self.posts = 0
        self.closed = threading.Event()

    def __enter__(self) -> "OneShotRobot":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._server.close()
        self._thread.join(2)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                read_request(connection)
                self.posts += 1
                length = b"Content-Length: %d\r\n" % len(self._body)
                head = b"HTTP/1.1 200 OK\r\n" + length + self._header + b"\r\n"
                connection.sendall(head + self._body)
                if self._reset:
                    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.closed.set()
