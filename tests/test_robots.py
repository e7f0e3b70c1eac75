"""The stand-in robots: what they enforce, what they can do wrong, and that they leave nothing."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import trustme
from relays import Clock

from relay.signing import timestamp_signature
from workbench import faults, robot_rules
from workbench.robot_terms import WECOM, Request, Robot
from workbench.robots import RobotServer

NOW = 1_700_000_000.0
NOW_MS = "1700000000000"
TEXT = {"msgtype": "text", "text": {"content": "构建失败"}}
MARKDOWN = {"msgtype": "markdown", "markdown": {"title": "标题", "text": "正文"}}


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def robots(clock: Clock) -> Iterator[RobotServer]:
    with RobotServer(clock=clock) as server:
        yield server


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def post(http: requests.Session, url: str, body: object, **params: str) -> requests.Response:
    """Send *body* (an object, or bytes as they are) as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return http.post(
        url, data=raw, params=params, headers=headers, timeout=5, allow_redirects=False
    )


def code(answer: requests.Response) -> int:
    found: int = answer.json()["errcode"]
    return found


# What is taken.


def test_a_wecom_message_is_recorded(robots: RobotServer, http: requests.Session) -> None:
    """An accepted message is answered with errcode 0 and kept with its text, JSON and time."""
    answer = post(http, robots.add_wecom("key-1"), TEXT)

    assert answer.json() == {"errcode": 0, "errmsg": "ok"}
    assert [message[:7] for message in robots.received] == [
        ("wecom", "key-1", "", "构建失败", TEXT, NOW, 1)
    ]


def test_a_dingtalk_message_is_recorded(robots: RobotServer, http: requests.Session) -> None:
    """DingTalk's title is kept apart from the text."""
    post(http, robots.add_dingtalk("token-1"), MARKDOWN)

    (message,) = robots.received
    assert (message.vendor, message.key, message.title, message.text) == (
        "dingtalk",
        "token-1",
        "标题",
        "正文",
    )


def test_the_callback_sees_a_message_before_the_sender_gets_its_answer(
    clock: Clock, http: requests.Session
) -> None:
    """``on_message`` is called once for each message that was taken, and not for refusals."""
    seen: list[str] = []
    with RobotServer(clock=clock, on_message=lambda message: seen.append(message.text)) as robots:
        url = robots.add_wecom()
        post(http, url, TEXT)
        post(http, url, {"msgtype": "text"})

    assert seen == ["构建失败"]


def test_connections_are_kept_and_numbered(robots: RobotServer, http: requests.Session) -> None:
    """Two messages over one session share a connection; a new session makes a new one."""
    url = robots.add_wecom()
    post(http, url, TEXT)
    post(http, url, TEXT)
    with requests.Session() as other:
        post(other, url, TEXT)

    assert [message.connection for message in robots.received] == [1, 1, 2]


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_c16_kept_connections_can_be_dropped(
    robots: RobotServer, http: requests.Session, reset: bool
) -> None:
    """After `drop_connections` a raw client sees the end; the server serves new connections."""
    url = robots.add_wecom()
    with socket.create_connection(("127.0.0.1", int(robots.host.split(":")[1])), 5) as client:
        client.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 404 ")
        robots.drop_connections(reset=reset)
        if reset:
            with pytest.raises(ConnectionResetError):
                client.recv(1)
        else:
            assert client.recv(1) == b""

    assert code(post(http, url, TEXT)) == 0


# What is refused.

LONG = "一" * 1366  # 4098 bytes


def wecom(kind: str, **part: Any) -> dict[str, Any]:
    return {"msgtype": kind, kind: part}


CARD: dict[str, Any] = {
    "card_type": "text_notice",
    "main_title": {"title": "t"},
    "card_action": {"type": 1, "url": "https://example.com"},
}
ARTICLE = {"title": "t", "url": "https://example.com"}

WECOM_REFUSALS: dict[str, tuple[object, int, str]] = {
    "not-json": (b'{"msgtype": ', 40008, "wrong json format"),
    "not-utf8": (b"\xff\xfe", 40008, "wrong json format"),
    "nan": (b'{"msgtype":"text","text":{"content":"x"},"n":NaN}', 40008, "wrong json format"),
    "deep": (b"[" * 100_000, 40008, "wrong json format"),
    "list": ([], 40008, "wrong json format"),
    "lone-surrogate": (
        b'{"msgtype":"text","text":{"content":"\\ud800"}}',
        40033,
        "invalid charset",
    ),
    "no-type": ({"text": {"content": "x"}}, 40008, "invalid message type"),
    "unknown-type": (wecom("markdwon", content="x"), 40008, "invalid message type"),
    "type-is-a-list": ({"msgtype": ["text"]}, 40008, "invalid message type"),
    "no-part": ({"msgtype": "markdown"}, 40058, "markdown is missing"),
    "no-content": (wecom("markdown"), 40058, "markdown.content is missing"),
    "content-is-a-number": (wecom("markdown", content=1), 40058, "not a string"),
    "empty": (wecom("markdown", content=" \n"), 44004, "empty content"),
    "markdown-4098": (
        wecom("markdown", content=LONG),
        40058,
        "markdown.content exceed max length 4096. invalid Request Parameter",
    ),
    "v2-4098": (wecom("markdown_v2", content=LONG), 40058, "exceed max length 4096"),
    "text-2049": (wecom("text", content="x" * 2049), 40058, "text.content exceed max length 2048"),
    "card-type": (wecom("template_card", **{**CARD, "card_type": "x"}), 40058, "card_type"),
    "card-action": (wecom("template_card", **{**CARD, "card_action": None}), 40058, "card_action"),
    "card-title": (wecom("template_card", **{**CARD, "main_title": {}}), 40058, "main_title"),
    "no-articles": (wecom("news", articles=[]), 40058, "articles is missing"),
    "9-articles": (wecom("news", articles=[ARTICLE] * 9), 45008, "article count"),
    "article-url": (wecom("news", articles=[{"title": "t", "url": "x"}]), 45034, "http://"),
    "no-media": (wecom("file"), 40058, "media_id is missing"),
}

WECOM_TAKEN: dict[str, object] = {
    "markdown-4096": wecom("markdown", content="x" * 4096),
    "text-2048": wecom("text", content="x" * 2048),
    "ascii-escapes": b'{"msgtype":"text","text":{"content":"\\u4e00"}}',
    "card": wecom("template_card", **CARD),
    "news": wecom("news", articles=[ARTICLE] * 8),
    "image": wecom("image", base64="x", md5="y"),
}


@pytest.mark.parametrize("body, errcode, text", WECOM_REFUSALS.values(), ids=WECOM_REFUSALS)
def test_wecom_refuses(
    robots: RobotServer, http: requests.Session, body: object, errcode: int, text: str
) -> None:
    """What WeCom would not take is answered with HTTP 200 and its own code and wording."""
    answer = post(http, robots.add_wecom(), body)

    assert (200, errcode) == (answer.status_code, code(answer))
    assert text in answer.json()["errmsg"]
    assert f"devtool/query?e={errcode}" in answer.json()["errmsg"]
    assert robots.received == []


@pytest.mark.parametrize("body", WECOM_TAKEN.values(), ids=WECOM_TAKEN)
def test_wecom_takes(robots: RobotServer, http: requests.Session, body: object) -> None:
    """Messages exactly at a limit, and each of the types, are taken."""
    assert code(post(http, robots.add_wecom(), body)) == 0


def dingtalk(kind: str, **part: Any) -> dict[str, Any]:
    return {"msgtype": kind, kind: part}


BUTTON = {"title": "b", "actionURL": "https://example.com"}
DINGTALK_REFUSALS: dict[str, tuple[object, int, str]] = {
    "not-json": (b"{", 40035, "json"),
    "unknown-type": (dingtalk("image", x="y"), 400105, "msgtype"),
    "no-part": ({"msgtype": "markdown"}, 400401, "miss param : markdown"),
    "no-title": (dingtalk("markdown", text="x"), 400401, "miss param : title"),
    "empty-text": (dingtalk("markdown", title="x", text=" "), 400401, "miss param : text"),
    "no-content": (dingtalk("text"), 400401, "miss param : content"),
    "no-buttons": (dingtalk("actionCard", title="t", text="x"), 400401, "miss param : btns"),
    "button-without-address": (
        dingtalk("actionCard", title="t", text="x", btns=[BUTTON, {"title": "b"}]),
        400401,
        "miss param : actionURL",
    ),
    "single-without-address": (
        dingtalk("actionCard", title="t", text="x", singleTitle="s", btns=[BUTTON]),
        400401,
        "miss param : singleURL",
    ),
    "link-without-address": (dingtalk("link", title="t", text="x"), 400401, "messageUrl"),
    "feed-without-links": (dingtalk("feedCard"), 400401, "miss param : links"),
    "20001-bytes": (
        b'{"msgtype":"text","text":{"content":"' + b"x" * 19_961 + b'"}}',
        460101,
        "message too long, exceed 20000 bytes",
    ),
}
DINGTALK_TAKEN: dict[str, object] = {
    "20000-bytes": b'{"msgtype":"text","text":{"content":"' + b"x" * 19_960 + b'"}}',
    "single": dingtalk("actionCard", title="t", text="x", singleTitle="s", singleURL="https://e"),
    "buttons": dingtalk("actionCard", title="t", text="x", btns=[BUTTON]),
    "link": dingtalk("link", title="t", text="x", messageUrl="https://e"),
    "feed": dingtalk("feedCard", links=[{"title": "t", "messageURL": "https://e"}]),
}


@pytest.mark.parametrize("body, errcode, text", DINGTALK_REFUSALS.values(), ids=DINGTALK_REFUSALS)
def test_dingtalk_refuses(
    robots: RobotServer, http: requests.Session, body: object, errcode: int, text: str
) -> None:
    """What DingTalk would not take is answered with HTTP 200 and its own code and wording."""
    answer = post(http, robots.add_dingtalk(), body)

    assert (200, errcode) == (answer.status_code, code(answer))
    assert text in answer.json()["errmsg"]
    assert robots.received == []


@pytest.mark.parametrize("body", DINGTALK_TAKEN.values(), ids=DINGTALK_TAKEN)
def test_dingtalk_takes(robots: RobotServer, http: requests.Session, body: object) -> None:
    """Messages exactly at the limit, and each of the types, are taken."""
    assert code(post(http, robots.add_dingtalk(), body)) == 0


def test_unknown_keys_are_refused(robots: RobotServer, http: requests.Session) -> None:
    """A key nobody has, or one of the other vendor's robots, is refused and still recorded."""
    wecom_url, dingtalk_url = robots.add_wecom("key-1"), robots.add_dingtalk("token-1")
    wrong_wecom = post(http, wecom_url.replace("key-1", "token-1"), TEXT)
    wrong_dingtalk = post(http, dingtalk_url.replace("token-1", "key-1"), TEXT)

    assert (code(wrong_wecom), code(wrong_dingtalk)) == (93000, 300005)
    assert "invalid webhook url, hint: [" in wrong_wecom.json()["errmsg"]
    assert wrong_dingtalk.json()["errmsg"] == "token is not exist"
    assert [attempt.key for attempt in robots.attempts] == ["token-1", "key-1"]


def test_wrong_method_content_type_and_path(robots: RobotServer, http: requests.Session) -> None:
    """GET has its own codes, DingTalk insists on JSON's content type, other paths are 404."""
    wecom_url, dingtalk_url = robots.add_wecom(), robots.add_dingtalk()

    assert code(http.get(wecom_url, timeout=5)) == 40063
    assert code(http.get(dingtalk_url, timeout=5)) == 43002
    assert code(http.post(dingtalk_url, data={"a": "b"}, timeout=5)) == 43004
    assert http.get(f"{robots.url}/robot", timeout=5).status_code == 404


SECRET = "SECtest123"
GOOD_SIGN = "w3RMHXzixTMdzr8OHJUmVLS4IoPJVdu+Ut1LE48MePE="
OLD_MS, EDGE_MS = "1699996399999", "1699996400000"
SIGNATURES = {
    "good": (NOW_MS, GOOD_SIGN, "ok"),
    "missing": ("", "", "sign not match"),
    "other-secret": (NOW_MS, timestamp_signature("SECother", NOW_MS), "sign not match"),
    "encoded-twice": (NOW_MS, GOOD_SIGN.replace("+", "%2B"), "sign not match"),
    "not-ascii": (NOW_MS, "签名", "sign not match"),
    "seconds": ("1700000000", timestamp_signature(SECRET, "1700000000"), "invalid timestamp"),
    "not-a-number": ("now", timestamp_signature(SECRET, "now"), "invalid timestamp"),
    "an-hour-old": (EDGE_MS, timestamp_signature(SECRET, EDGE_MS), "ok"),
    "over-an-hour-old": (OLD_MS, timestamp_signature(SECRET, OLD_MS), "invalid timestamp"),
}


@pytest.mark.parametrize("timestamp, sign, text", SIGNATURES.values(), ids=SIGNATURES)
def test_dingtalk_checks_the_signature(
    robots: RobotServer, http: requests.Session, timestamp: str, sign: str, text: str
) -> None:
    """A robot with a secret takes only what is signed with it within the hour."""
    url = robots.add_dingtalk(secret=SECRET)
    answer = post(http, url, TEXT, timestamp=timestamp, sign=sign)

    assert (0 if text == "ok" else 310000) == code(answer)
    assert text in answer.json()["errmsg"]


def test_dingtalk_wants_a_keyword(robots: RobotServer, http: requests.Session) -> None:
    """With keywords, the text must hold one; a keyword in the title alone is not relied on."""
    url = robots.add_dingtalk(keywords=("部署", "失败"))

    assert code(post(http, url, TEXT)) == 0
    refused = post(http, url, dingtalk("markdown", title="失败", text="x"))
    assert (code(refused), "keywords not in content" in refused.text) == (310000, True)


def test_wecom_takes_20_messages_a_minute(
    robots: RobotServer, http: requests.Session, clock: Clock
) -> None:
    """The 21st within 60 seconds is refused; refused ones do not count; later ones are taken."""
    url = robots.add_wecom()
    codes = [code(post(http, url, TEXT)) for _ in range(22)]
    clock.now += 60
    codes.append(code(post(http, url, TEXT)))

    assert codes == [0] * 20 + [45009, 45009, 0]


def test_dingtalk_blocks_for_ten_minutes(
    robots: RobotServer, http: requests.Session, clock: Clock
) -> None:
    """The 21st silences the robot for 600 seconds; trying meanwhile does not lengthen it."""
    url = robots.add_dingtalk()
    codes = [code(post(http, url, TEXT)) for _ in range(21)]
    for wait_s in (300, 299, 1):
        clock.now += wait_s
        codes.append(code(post(http, url, TEXT)))

    assert codes == [0] * 20 + [130101, 130101, 130101, 0]


def test_robots_have_separate_limits(robots: RobotServer, http: requests.Session) -> None:
    """One robot's messages do not count for another."""
    first, second = robots.add_wecom(), robots.add_wecom()
    for _ in range(20):
        post(http, first, TEXT)

    assert (code(post(http, first, TEXT)), code(post(http, second, TEXT))) == (45009, 0)


def test_the_rules_are_pure() -> None:
    """The same question has the same answer, and the usage given is not changed."""
    usage = robot_rules.Usage()
    request = Request("POST", {"key": "k"}, "application/json", json.dumps(TEXT).encode())
    verdicts = [
        robot_rules.judge(WECOM, Robot(WECOM, "k"), request, usage, now=NOW) for _ in range(2)
    ]

    assert verdicts[0] == verdicts[1]
    assert robot_rules.Usage() == usage


# Faults.


@pytest.mark.parametrize(
    "word, wecom_code, dingtalk_code",
    [
        ("busy", -1, -1),
        ("badkey", 93000, 300005),
        ("throttle", 45009, 130101),
        ("sign", 310000, 310000),
        ("keyword", 310000, 310000),
    ],
)
def test_faults_with_a_code(
    robots: RobotServer, http: requests.Session, word: str, wecom_code: int, dingtalk_code: int
) -> None:
    """A fault named after a refusal answers with each vendor's code and takes nothing."""
    found = (
        code(post(http, robots.add_wecom(faults=word), TEXT)),
        code(post(http, robots.add_dingtalk(faults=word), TEXT)),
    )

    assert (wecom_code, dingtalk_code) == found
    assert robots.received == []


ANSWERS: dict[str, tuple[str, int, str]] = {
    "http:500": ("http:500", 500, "text/html"),
    "http:429": ("http:429", 429, "text/html"),
    "nonjson": ("nonjson", 200, "text/html"),
    "empty": ("empty", 200, "application/json"),
    "array": ("array", 200, "application/json"),
    "waf": ("waf", 200, "application/json"),
}


@pytest.mark.parametrize("word, status, content_type", ANSWERS.values(), ids=ANSWERS)
def test_faults_that_answer_something_else(
    robots: RobotServer, http: requests.Session, word: str, status: int, content_type: str
) -> None:
    """The answer has the fault's status and type, no errcode, and nothing is taken."""
    answer = post(http, robots.add_wecom(faults=word), TEXT)

    assert status == answer.status_code
    assert answer.headers["Content-Type"].startswith(content_type)
    assert "errcode" not in answer.text
    assert robots.received == []


def test_c12_strcode_delivers(robots: RobotServer, http: requests.Session) -> None:
    """``strcode`` takes the message and gives the code as text."""
    answer = post(http, robots.add_wecom(faults="strcode"), TEXT)

    assert answer.json()["errcode"] == "0"
    assert len(robots.received) == 1


def test_redirect_names_its_address(robots: RobotServer, http: requests.Session) -> None:
    """``redirect`` answers 302 with the address as written."""
    url = robots.add_wecom(faults="redirect:http://169.254.169.254/")
    answer = post(http, url, TEXT)

    assert (answer.status_code, answer.headers["Location"]) == (302, "http://169.254.169.254/")


def test_huge_sends_that_much(robots: RobotServer, http: requests.Session) -> None:
    """``huge:0.2`` sends 200 000 bytes and takes nothing."""
    answer = post(http, robots.add_wecom(faults="huge:0.2"), TEXT)

    assert len(answer.content) == 200_000
    assert robots.received == []


@pytest.mark.parametrize(
    "word, taken",
    [("refuse", 0), ("reset", 0), ("accepted_then_reset", 1), ("cut", 1)],
)
def test_resets(robots: RobotServer, word: str, taken: int) -> None:
    """Each kind of reset is an RST, not an end of file; two of them come after delivery."""
    url = robots.add_wecom("k", faults=word)
    body = json.dumps(TEXT).encode()
    head = f"POST /cgi-bin/webhook/send?key=k HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(robots.host.split(":")[1])), 5) as client:
        client.sendall(head.encode() + body)
        with pytest.raises(ConnectionResetError):
            while client.recv(65_536):
                pass

    assert url.startswith(robots.url)
    assert taken == len(robots.received)
    assert [word] == [attempt.fault for attempt in robots.attempts]


def test_slow_answers_late(robots: RobotServer, http: requests.Session) -> None:
    """``slow:0.05`` delivers and answers, but not before the time is over."""
    answer = post(http, robots.add_wecom(faults="slow:0.05"), TEXT)

    assert code(answer) == 0
    assert answer.elapsed.total_seconds() >= 0.05


def test_c3_trickle_defeats_a_read_timeout(robots: RobotServer) -> None:
    """``trickle`` sends one byte at a time, each within the reader's time-out."""
    robots.add_wecom("k", faults="trickle:0.05")
    body = json.dumps(TEXT).encode()
    head = f"POST /cgi-bin/webhook/send?key=k HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(robots.host.split(":")[1])), 5) as client:
        client.sendall(head.encode() + body)
        pieces = [client.recv(65_536) for _ in range(4)]

    assert b"HTTP/1.1 200 OK\r\n".startswith(b"".join(pieces))


def test_a_hang_ends_when_the_server_closes(http: requests.Session) -> None:
    """``hang`` reads and never answers; closing the server ends it."""
    with RobotServer() as robots:
        url = robots.add_wecom(faults="hang")
        with pytest.raises(requests.ReadTimeout):
            http.post(url, json=TEXT, timeout=2.0)
        assert len(robots.attempts) == 1

    assert robots.received == []


def test_faults_wear_off_in_order(
    robots: RobotServer, http: requests.Session, clock: Clock
) -> None:
    """Counts and times are used up one fault after the other; then the robot is well."""
    url = robots.add_wecom("k", faults="busy*2, throttle@30")
    codes = [code(post(http, url, TEXT)) for _ in range(3)]
    clock.now += 30
    codes.append(code(post(http, url, TEXT)))
    robots.set_faults("k", "badkey*1")
    codes += [code(post(http, url, TEXT)) for _ in range(2)]

    assert codes == [-1, -1, 45009, 0, 93000, 0]


def test_every_word_of_the_document_is_known() -> None:
    """The vocabulary is the one of `design/faults.md` section 2."""
    words = (
        "slow hang trickle refuse reset accepted_then_reset cut http redirect nonjson empty array "
        "huge waf strcode busy badkey throttle sign keyword"
    )

    assert words.split() == list(faults.WORDS)


def test_faults_are_read() -> None:
    """Values, counts and times are read from the right, so that an address may hold signs."""
    text = "http:500*2,redirect:http://a@b/*x,slow:0.2@1.5,, hang "

    assert (
        faults.Fault("http", "500", times=2),
        faults.Fault("redirect", "http://a@b/*x"),
        faults.Fault("slow", "0.2", lasts_s=1.5),
        faults.Fault("hang"),
    ) == faults.parse(text)


FAULT_ERRORS = {
    "bussy": 'did you mean "busy"',
    "xyzzy": "known: slow hang",
    "slow": 'slow" needs seconds',
    "slow:-1": "needs seconds",
    "slow:nan": "needs seconds",
    "hang:3": "hang takes no value",
    "busy*0": "whole number from 1",
    "busy*1.5": "whole number from 1",
    "busy@1.2.3": "needs seconds",
    "http:99": "needs a status",
    "http:ok": "needs a status",
    "redirect:": "needs an address",
    "redirect:http://a\r\nX": "needs an address",
    "huge:1000": "at most huge:200",
}


@pytest.mark.parametrize(
    "text, message", FAULT_ERRORS.items(), ids=[ascii(k) for k in FAULT_ERRORS]
)
def test_unknown_faults_are_explained(text: str, message: str) -> None:
    """What is not in the vocabulary is refused with the nearest word or an example."""
    with pytest.raises(faults.FaultError) as caught:
        faults.parse(text)

    assert message in str(caught.value)


# The wire.


@pytest.mark.parametrize(
    "request_text, status",
    [
        ("nonsense\r\n\r\n", 400),
        ("POST /robot/send HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        ("POST /robot/send HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n", 413),
        ("POST /robot/send HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        ("GET / HTTP/1.1\r\n" + "A: b\r\n" * 200 + "\r\n", 431),
    ],
    ids=["nonsense", "length", "too-large", "chunked", "headers"],
)
def test_broken_requests_get_a_page(robots: RobotServer, request_text: str, status: int) -> None:
    """What is no request a robot could read is answered with a status, then the end."""
    with socket.create_connection(("127.0.0.1", int(robots.host.split(":")[1])), 5) as client:
        client.sendall(request_text.encode())
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as reader:
            first = reader.readline()

    assert f"HTTP/1.1 {status} ".encode() in first


def test_a_half_sent_body_is_not_judged(robots: RobotServer, http: requests.Session) -> None:
    """A sender that leaves inside its body has sent nothing."""
    url = robots.add_wecom("k")
    with socket.create_connection(("127.0.0.1", int(robots.host.split(":")[1])), 5) as client:
        client.sendall(b"POST /cgi-bin/webhook/send?key=k HTTP/1.1\r\nContent-Length: 50\r\n\r\n{}")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""

    assert code(post(http, url, TEXT)) == 0
    assert len(robots.attempts) == 1


def test_tls(clock: Clock, http: requests.Session) -> None:
    """With an SSL context the robots speak TLS; a client that does not trust it gets nowhere."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with RobotServer(ssl_context=context, clock=clock) as robots:
        url = robots.add_wecom()
        with pytest.raises(requests.exceptions.SSLError):
            post(http, url, TEXT)
        with authority.cert_pem.tempfile() as path:
            http.verify = path
            answers = [code(post(http, url, TEXT)) for _ in range(2)]

    assert url.startswith("https://127.0.0.1:")
    assert answers == [0, 0]


def last_bytes(client: socket.socket) -> bytes:
    """Return what the server still sent before it ended the connection."""
    with client:
        try:
            return client.recv(65_536)
        except ConnectionResetError:
            return b""


def test_nothing_is_left_after_close() -> None:
    """Idle, hung, slow and half-open connections end with the server, and so do their threads."""
    before = set(threading.enumerate())
    robots = RobotServer().start()
    port = int(robots.host.split(":")[1])
    robots.add_wecom("hung", faults="hang")
    robots.add_wecom("slow", faults="slow:60")
    body = json.dumps(TEXT).encode()
    clients = []
    for key in ("hung", "slow", ""):
        client = socket.create_connection(("127.0.0.1", port), 5)
        head = f"POST /cgi-bin/webhook/send?key={key} HTTP/1.1\r\nContent-Length: {len(body)}\r\n"
        client.sendall(head.encode() + b"\r\n" + body if key else b"POST /half")
        clients.append(client)
    robots.close()
    robots.close()

    assert before == set(threading.enumerate())
    assert robots.open_connections == 0
    assert [last_bytes(client) for client in clients] == [b"", b"", b""]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)
