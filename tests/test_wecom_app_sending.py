"""WeCom application messages from `dispatch.deliver` to the stand-in, and what can go wrong."""

import io
import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
from patience import BUSY_S
from relays import Clock
from rich.console import Console

from formatters import wecom, wecom_app, wecom_codes
from relay.config import WECOM_APP, WECOM_ROBOT, Receiver, Secret
from relay.delivery import Outcome, Post, new_session
from relay.dispatch import Run, deliver, tell, without_secrets
from relay.errors import BadAnswer, Busy, DeliveryError, Misconfigured, Rejected
from relay.notifications import Delivery, Mention, Notification, Span
from relay.tokens import Tokens
from relay.words import Phrase
from workbench import bubbles
from workbench.robots import RobotServer

SECRET = "s3cretOfTheApplication-x9"
CORP = "ww0123456789abcdef"
AGENT = "1000002"
GET_TOKEN = f"{AGENT}/gettoken"
OURS = "test-delivery"


@pytest.fixture
def clock() -> Clock:
    return Clock(1_700_000_000.0)


@pytest.fixture
def robots(clock: Clock) -> Iterator[RobotServer]:
    with RobotServer(clock=clock) as server:
        yield server


class Sender:
    """One process that sends to one application; every delivery has words of its own."""

    def __init__(self, robots: RobotServer, clock: Clock, **changes: Any) -> None:
        base = robots.add_wecom_app(CORP, AGENT, secret=SECRET)
        app = Receiver(
            "to-person", WECOM_APP, Secret(base), Secret(SECRET), corp_id=CORP, agent_id=AGENT
        )
        self.receiver = app._replace(**changes)
        self.robots = robots
        self.session = new_session()
        self.tokens = Tokens(clock)
        self.clock = clock
        self.count = 0

    def send(self, *people: str, budget_s: float = 10.0) -> Outcome:
        """Deliver one message to *people* (default: zhangsan)."""
        self.count += 1
        mentions = tuple(Mention(name, wecom=name) for name in people or ("ZhangSan",))
        words = Notification((Span(f"message {self.count}"),), mentions=mentions)
        run = Run(self.session, time.monotonic() + budget_s, self.clock, {}, self.tokens)
        return told(deliver(delivery(words), self.receiver, wecom_app, run))

    def asked(self, key: str) -> int:
        """Return how many requests the stand-in got for *key*."""
        return sum(attempt.key == key for attempt in self.robots.attempts)


def told(outcome: Outcome) -> Outcome:
    """Log what became of it, as the callers of `deliver` do."""
    tell(outcome)
    return outcome


def delivery(words: Notification) -> Delivery:
    return Delivery(OURS, "to-person", "pipeline.failed", 0.0, words)


@pytest.fixture
def sender(robots: RobotServer, clock: Clock) -> Sender:
    return Sender(robots, clock)


def failure(outcome: Outcome) -> DeliveryError:
    assert outcome.error is not None
    return outcome.error


# Tokens on the way.


def test_token_is_fetched_once_for_many_messages(sender: Sender, robots: RobotServer) -> None:
    """Five messages cost one gettoken, and each arrives as an application's."""
    outcomes = [sender.send() for _ in range(5)]

    assert [None] * 5 == [outcome.error for outcome in outcomes]
    assert (1, 5) == (sender.asked(GET_TOKEN), sender.asked(AGENT))
    assert {("wecom_app", AGENT)} == {(one.vendor, one.key) for one in robots.received}


@pytest.mark.parametrize("code", [40001, 40014, 41001, 42001])
def test_refused_token_is_replaced_once(sender: Sender, robots: RobotServer, code: int) -> None:
    """A token withdrawn early costs one gettoken more, and the message arrives once."""
    sender.send()
    robots.expire_tokens(code)
    outcomes = [sender.send(), sender.send()]

    assert [None, None] == [outcome.error for outcome in outcomes]
    assert (2, 4) == (sender.asked(GET_TOKEN), sender.asked(AGENT))
    assert 3 == len(robots.received)


def test_second_refusal_is_told_with_its_remedy(sender: Sender, robots: RobotServer) -> None:
    """A new token that is refused as well ends the delivery; nothing refused is kept."""
    robots.set_faults(AGENT, "badkey*2")
    error = failure(sender.send())

    assert (Misconfigured, "E512", "40001") == (type(error), error.code, error.vendor_code)
    assert "same application" in error.hint.en
    assert (2, 2) == (sender.asked(GET_TOKEN), sender.asked(AGENT))
    assert sender.send().error is None
    assert 3 == sender.asked(GET_TOKEN)


def test_token_expires_by_the_clock(sender: Sender, clock: Clock) -> None:
    """Five minutes before a token's end a new one is asked for, before anything is refused."""
    sender.send()
    clock.now += 6899
    sender.send()
    before = sender.asked(GET_TOKEN)
    clock.now += 1
    sender.send()

    assert (1, 2) == (before, sender.asked(GET_TOKEN))
    assert 3 == sender.asked(AGENT)


def test_stampede_is_one_gettoken(sender: Sender, robots: RobotServer) -> None:
    """Eight deliveries at once, without a token, ask for one and all arrive."""
    robots.set_faults(GET_TOKEN, "slow:0.05")
    outcomes: list[Outcome] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(sender.send("LiSi"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert [None] * 8 == [outcome.error for outcome in outcomes]
    assert 1 == sender.asked(GET_TOKEN)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"secret": Secret("another")}, "E510", id="secret"),
        pytest.param({"corp_id": "ww-of-nobody"}, "E511", id="corp"),
        pytest.param({"agent_id": "1000003"}, "E515", id="agent"),
    ],
)
def test_wrong_credentials_are_told_apart(
    robots: RobotServer, clock: Clock, changes: Mapping[str, Any], code: str
) -> None:
    """Each wrong setting has its own code and hint, and is not tried again."""
    sender = Sender(robots, clock, **changes)
    error = failure(sender.send())

    assert (Misconfigured, code) == (type(error), error.code)
    assert error.hint.en
    assert len(robots.attempts) <= 2
    assert [] == robots.received


def test_untrusted_address_is_named(robots: RobotServer, clock: Clock) -> None:
    """60020 names the address to add to 企业可信IP, although the token was fine."""
    sender = Sender(robots, clock)
    robots.add_wecom_app(CORP, AGENT, secret=SECRET, trusted_ip=False)
    error = failure(sender.send())

    assert (Misconfigured, "E513", "60020") == (type(error), error.code, error.vendor_code)
    assert "127.0.0.1" in error.hint.en
    assert "企业可信IP" in error.hint.zh


@pytest.mark.parametrize(
    ("errmsg", "named"),
    [
        ("not allow to access from your ip, from ip: 203.0.113.9, more info at …", "203.0.113.9"),
        ("not allow to access from your ip, from ip: 2001:db8::1, more", "2001:db8::1"),
        ("not allow, from ip: 999.1.2.3, more", ""),
        ("not allow, from ip: evil.example", ""),
        ("not allow, from ip: ::::::", ""),
        ("not allow to access", ""),
        (None, ""),
    ],
)
def test_only_an_address_is_named(errmsg: str | None, named: str) -> None:
    """What stands after "from ip" gets into the hint only if it is an IP address."""
    with pytest.raises(Misconfigured) as caught:
        wecom_codes.check_app({"errcode": 60020, "errmsg": errmsg})

    address = named or "the address after “from ip”"
    assert caught.value.hint.en.startswith(f"Add {address} to the application's trusted IP")


# The budget.


@pytest.mark.parametrize("key", [GET_TOKEN, AGENT], ids=["gettoken", "send"])
def test_hang_ends_inside_the_budget(sender: Sender, robots: RobotServer, key: str) -> None:
    """Whichever call hangs, the outcome is there before the budget ends."""
    robots.set_faults(key, "hang")
    began = time.monotonic()
    error = failure(sender.send(budget_s=0.5))

    assert "E531" == error.code
    assert time.monotonic() - began < 0.5 + BUSY_S


@pytest.mark.parametrize("fault", ["hang", "cut", "nonjson", "reset"])
def test_trouble_with_the_token_leaves_no_doubt(
    sender: Sender, robots: RobotServer, fault: str
) -> None:
    """A token call that fails in an unclear way is still clear about the message: not sent."""
    robots.set_faults(GET_TOKEN, fault)
    error = failure(sender.send(budget_s=0.3))

    assert (True, False) == (error.retryable, error.ambiguous)
    assert "no token" in error.message.en
    assert 0 == sender.asked(AGENT)


def test_failed_gettoken_is_not_remembered(sender: Sender, robots: RobotServer) -> None:
    """After a busy answer to gettoken the next event asks again and is sent."""
    robots.set_faults(GET_TOKEN, "busy*1")
    outcomes = [sender.send(), sender.send()]

    assert isinstance(outcomes[0].error, Busy)
    assert outcomes[1].error is None


# Not everybody.


def test_partial_success_is_remarked(
    sender: Sender, robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person who cannot be reached is named in both languages; the others got the message."""
    outcome = sender.send("ZhangSan", "WangWu")

    assert outcome.error is None
    assert "没有送达：wangwu（不在应用可见范围或不存在）" == outcome.remark.zh
    assert outcome.remark.en.startswith("not delivered to wangwu (")
    assert '"remark":"not delivered to wangwu (' in capsys.readouterr().out
    assert 1 == len(robots.received)


def test_nobody_reached_is_a_failure(sender: Sender) -> None:
    """When no user id is known the delivery failed, with what to check."""
    error = failure(sender.send("WangWu"))

    assert (Rejected, "E516", "81013") == (type(error), error.code, error.vendor_code)
    assert "people" in error.hint.en


@pytest.mark.parametrize(
    ("answer", "zh"),
    [
        ({}, ""),
        ({"invaliduser": ""}, ""),
        ({"invaliduser": "||"}, ""),
        ({"invaliduser": 7, "unlicenseduser": ["a"]}, ""),
        ({"invaliduser": "a|b"}, "没有送达：a、b（不在应用可见范围或不存在）"),
        ({"unlicenseduser": "c"}, "没有送达：c（没有接口许可）"),
        (
            {"invaliduser": "a", "unlicenseduser": "c"},
            "没有送达：a（不在应用可见范围或不存在）；没有送达：c（没有接口许可）",
        ),
        ({"invaliduser": "{x}|\x1b[31m\nb"}, "没有送达：{x}、[31m b（不在应用可见范围或不存在）"),
        (
            {"invaliduser": "|".join("abcdefgh")},
            "没有送达：a、b、c、d、e、…（不在应用可见范围或不存在）",
        ),
    ],
)
def test_who_was_missed_is_cleaned_and_bounded(answer: Mapping[str, Any], zh: str) -> None:
    """Ids are the vendor's text: no control characters, five at most, other types ignored."""
    assert zh == wecom_codes.check_app({"errcode": 0, **answer}).zh


def test_a_remark_is_bounded() -> None:
    """A thousand long ids make no long remark."""
    remark = wecom_codes.check_app({"errcode": 0, "invaliduser": "|".join(["x" * 500] * 1000)})

    assert len(remark.zh.encode()) < 300
    assert len(remark.en.encode()) < 300


# Codes: `test_answer_tables` has them all.

GOOD = {"errcode": 0, "errmsg": "ok", "access_token": "abc", "expires_in": 7200}


@pytest.mark.parametrize(
    ("expires_in", "lifetime_s"),
    [
        (7200, 7200),
        (1.5, 1.5),
        (None, 0),
        ("7200", 0),
        (-1, 0),
        (float("nan"), 0),
        (10**400, 86400),
    ],
    ids=["usual", "part", "missing", "text", "negative", "nan", "huge"],
)
def test_lifetime_is_never_guessed(expires_in: object, lifetime_s: float) -> None:
    """A lifetime that is none means that the token is not kept; a huge one is bounded."""
    assert ("abc", lifetime_s) == wecom_codes.read_token({**GOOD, "expires_in": expires_in})


@pytest.mark.parametrize("token", [None, "", 7, "a b", "a\nb", "令牌", "x" * 2049])
def test_answer_without_a_token_is_a_bad_answer(token: object) -> None:
    """errcode 0 without a usable token is no success."""
    with pytest.raises(BadAnswer):
        wecom_codes.read_token({**GOOD, "access_token": token})


def test_gateway_answer_is_a_bad_answer() -> None:
    """An answer without errcode is not WeCom's own, for a token and for a message."""
    for check in (wecom_codes.check_app, wecom_codes.read_token):
        with pytest.raises(BadAnswer):
            check({"status": 1111})


# The second post of a robot: mentions that its markdown cannot carry.


class Group:
    """A WeCom robot and a message that mentions everyone, which takes a second post."""

    def __init__(self, robots: RobotServer, faults: str) -> None:
        url = robots.add_wecom("group-key", faults=faults)
        self.receiver = Receiver("group", WECOM_ROBOT, Secret(url))
        self.words = Notification((Span("流水线失败"),), mentions=(Mention(everyone=True),))

    def send(self, budget_s: float = 10.0) -> Outcome:
        run = Run(new_session(), time.monotonic() + budget_s, time.time, {})
        return told(deliver(delivery(self.words), self.receiver, wecom, run))


def test_mentions_follow_the_message(robots: RobotServer) -> None:
    """The message comes first, the mention second, and there is nothing to remark."""
    outcome = Group(robots, "").send()

    assert (None, "") == (outcome.error, outcome.remark.en)
    assert ["markdown", "text"] == [one.raw["msgtype"] for one in robots.received]
    assert ["@all"] == robots.received[1].raw["text"]["mentioned_list"]


@pytest.mark.parametrize("fault", ["throttle", "badkey", "http:500", "cut", "nonjson"])
def test_failed_mention_is_remarked(
    robots: RobotServer, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    """A message whose mention failed counts as sent; remark and log say what is missing."""
    outcome = Group(robots, f"slow:0*1,{fault}").send()
    logged = capsys.readouterr().out

    assert outcome.error is None
    assert "@ 提醒没有送达" in outcome.remark.zh
    assert "not the @ mentions" in outcome.remark.en
    assert '"event":"delivery.mention_failed"' in logged
    assert '"event":"delivery.sent"' in logged
    assert "delivery.failed" not in logged


@pytest.mark.parametrize("fault", ["hang", "trickle:0.1"])
def test_slow_mention_does_not_undo_the_message(robots: RobotServer, fault: str) -> None:
    """However the second post dawdles, the first is reported as sent before the budget ends."""
    group = Group(robots, f"slow:0*1,{fault}")
    began = time.monotonic()
    outcome = group.send(budget_s=1.5)

    assert outcome.error is None
    assert "not the @ mentions" in outcome.remark.en
    assert time.monotonic() - began < 1.5 + BUSY_S


def test_no_mention_without_its_message(robots: RobotServer) -> None:
    """When the message itself was refused, nothing follows it."""
    outcome = Group(robots, "busy").send()

    assert isinstance(outcome.error, Busy)
    assert 1 == len(robots.attempts)


# Secrets.


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (AGENT, "badkey"),
        (AGENT, "busy"),
        (AGENT, "hang"),
        (AGENT, "reset"),
        (AGENT, "http:500"),
        (AGENT, "nonjson"),
        (GET_TOKEN, "badkey"),
        (GET_TOKEN, "hang"),
        (GET_TOKEN, "reset"),
        (GET_TOKEN, "http:404"),
        (GET_TOKEN, "redirect:http://127.0.0.1:9/"),
    ],
)
def test_g1_no_credential_in_log_or_error(
    sender: Sender, robots: RobotServer, capfd: pytest.CaptureFixture[str], key: str, fault: str
) -> None:
    """Corp id, secret and token are in no line of the log and in no error, whatever fails."""
    sender.send()
    sender.tokens = Tokens(sender.clock)
    robots.set_faults(key, fault)
    outcome = sender.send(budget_s=0.3)
    error = failure(outcome)
    written = capfd.readouterr()
    told = written.out + written.err + repr(error) + str(error) + repr(outcome) + str(error.message)

    assert "delivery.failed" in told
    assert [] == [part for part in planted(robots) if part in told]
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def planted(robots: RobotServer) -> set[str]:
    """Return every credential and its telling parts: those configured and those given out."""
    given = {one.answer.get("access_token", "") for one in robots.attempts} - {""}
    assert given
    return {SECRET, SECRET[:8], CORP, CORP[2:], *given, *(token[:12] for token in given)}


def test_vendor_words_lose_corp_id_secret_and_token() -> None:
    """A vendor that repeats credentials in pieces does not get them into the log."""
    receiver = Receiver(
        "app", WECOM_APP, Secret("https://h"), Secret("abcd-12345"), corp_id="wwCORP1"
    )
    told = without_secrets("wwCORP1 [12345] tok9-Zz88 hint 16", receiver, ("tok9-Zz88",))

    assert "… […] …-… hint 16" == told


def test_remark_loses_credentials(sender: Sender) -> None:
    """A user id that is a credential (a slip in the configuration) is not shown."""
    outcome = sender.send("ZhangSan", CORP)

    assert CORP not in outcome.remark.zh + outcome.remark.en
    assert "…" in outcome.remark.zh


class Echoing:
    """The application's formatter in front of a vendor that repeats the token in its refusal."""

    render = staticmethod(wecom_app.render)
    token_request = staticmethod(wecom_app.token_request)
    read_token = staticmethod(wecom_app.read_token)

    def prepare(
        self, body: Mapping[str, Any], receiver: Receiver, now_ms: int, token: str = ""
    ) -> Post:
        self._token = token
        return wecom_app.prepare(body, receiver, now_ms, token)

    def check(self, answer: Mapping[str, Any]) -> Phrase:
        raise Rejected("E506", Phrase(f"拒绝：{self._token}", f"refused: {self._token}"))


def test_token_repeated_by_the_vendor_is_not_logged(
    sender: Sender, robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log has the vendor's words without the token that was used."""
    words = Notification((Span("x"),), mentions=(Mention(wecom="LiSi"),))
    run = Run(sender.session, time.monotonic() + 10, sender.clock, {}, sender.tokens)
    told(deliver(delivery(words), sender.receiver, Echoing(), run))
    logged = capsys.readouterr().out

    assert '"detail":"refused: \\u2026"' in logged
    assert [] == [part for part in planted(robots) if part in logged]


def test_without_kept_tokens_each_delivery_fetches(sender: Sender) -> None:
    """`Run.tokens` is optional: a single delivery, as of a test message, needs no process."""
    words = Notification((Span("x"),), mentions=(Mention(wecom="LiSi"),))
    run = Run(sender.session, time.monotonic() + 10, sender.clock, {})
    outcome = deliver(delivery(words), sender.receiver, wecom_app, run)

    assert (None, 1) == (outcome.error, sender.asked(GET_TOKEN))


# The stand-in's own API.


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


class Api:
    """Speaks to the stand-in directly."""

    def __init__(self, robots: RobotServer, http: requests.Session) -> None:
        self.base = robots.add_wecom_app(CORP, AGENT, secret=SECRET)
        self.http = http

    def token(self, **changes: str) -> dict[str, Any]:
        query = {"corpid": CORP, "corpsecret": SECRET, **changes}
        answer = self.http.get(f"{self.base}/cgi-bin/gettoken", params=query, timeout=5)
        found: dict[str, Any] = answer.json()
        return found

    def send(self, raw: object = None, token: str | None = None, **changes: Any) -> dict[str, Any]:
        """Post the usual message with *changes*; a change to None leaves the field out."""
        found = self.token()["access_token"] if token is None else token
        body = json.dumps({**MESSAGE, **changes} if raw is None else raw)
        if raw is None:
            body = json.dumps({k: v for k, v in {**MESSAGE, **changes}.items() if v is not None})
        answer = self.http.post(
            f"{self.base}/cgi-bin/message/send",
            params={"access_token": found} if found else {},
            data=body.encode(),
            timeout=5,
        )
        told: dict[str, Any] = answer.json()
        return told


MESSAGE = {
    "touser": "ZhangSan",
    "msgtype": "markdown",
    "agentid": 1000002,
    "markdown": {"content": "构建失败"},
}


@pytest.fixture
def api(robots: RobotServer, http: requests.Session) -> Api:
    return Api(robots, http)


def test_stand_in_gives_one_token_inside_its_validity(api: Api, clock: Clock) -> None:
    """Asking again gives the same token with less time; after 7200 s a new one, the old expires."""
    first = api.token()
    clock.now += 7199
    again = api.token()
    clock.now += 1
    expired = api.send(token=first["access_token"])
    new = api.token()

    assert (7200, 1) == (first["expires_in"], again["expires_in"])
    assert first["access_token"] == again["access_token"] != new["access_token"]
    assert 42001 == expired["errcode"]
    assert 42001 == api.send(token=first["access_token"])["errcode"]


STAND_IN: dict[str, tuple[dict[str, Any], int]] = {
    "taken": ({}, 0),
    "text": ({"msgtype": "text", "text": {"content": "x"}}, 0),
    "everyone": ({"touser": "@all"}, 0),
    "case": ({"touser": "zhangsan|LISI"}, 0),
    "agent-missing": ({"agentid": None}, 41011),
    "agent-text": ({"agentid": "1000002"}, 40056),
    "agent-other": ({"agentid": 1000003}, 301002),
    "v2": ({"msgtype": "markdown_v2", "markdown_v2": {"content": "x"}}, 40008),
    "no-content": ({"markdown": {}}, 40058),
    "empty": ({"markdown": {"content": " "}}, 44004),
    "2048": ({"markdown": {"content": "x" * 2048}}, 0),
    "2049": ({"markdown": {"content": "x" * 2049}}, 40058),
    "nobody": ({"touser": ""}, 82001),
    "strangers": ({"touser": "a|b"}, 81013),
    "1001": ({"touser": "|".join(f"u{n}" for n in range(1001))}, 40032),
    "not-an-object": ({"raw": []}, 40008),
}


@pytest.mark.parametrize("changes, code", STAND_IN.values(), ids=STAND_IN)
def test_stand_in_judges_messages(
    api: Api, robots: RobotServer, changes: dict[str, Any], code: int
) -> None:
    """What WeCom would refuse is refused with its code, and only what it takes is recorded."""
    answer = api.send(**changes)

    assert code == answer["errcode"]
    assert (code == 0) == bool(robots.received)


def test_stand_in_names_unknown_users(api: Api) -> None:
    """Those out of range come back in lower case."""
    assert "wangwu" == api.send(touser="ZhangSan|WangWu")["invaliduser"]


def test_stand_in_cuts_long_text(api: Api, robots: RobotServer) -> None:
    """Text longer than 2048 bytes is shown cut, on a character."""
    api.send(msgtype="text", text={"content": "一" * 1000})

    assert 2046 == len(robots.received[0].text.encode())


def test_stand_in_drops_repeats(api: Api, robots: RobotServer, clock: Clock) -> None:
    """The same JSON inside the interval is answered with 0 and delivered once."""
    checked = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    codes = [api.send(**checked)["errcode"] for _ in range(2)]
    within = len(robots.received)
    clock.now += 600
    api.send(**checked)
    api.send()
    api.send()

    assert [0, 0] == codes
    assert (1, 4) == (within, len(robots.received))


def test_message_is_shown_with_its_people(api: Api, robots: RobotServer) -> None:
    """The terminal shows an application's message as WeCom's markdown, with who gets it."""
    api.send(touser="ZhangSan|LiSi", markdown={"content": "**粗体** [链接](https://e.com)"})
    out = io.StringIO()
    bubbles.show(bubbles.of_received(robots.received[0]), Console(file=out, width=80))
    shown = out.getvalue()

    assert "WeCom app markdown → ZhangSan|LiSi" in shown
    assert "粗体 链接" in shown
    assert "/ 2048 B" in shown


def test_stand_in_knows_credentials(api: Api) -> None:
    """A wrong secret, corp id or token each has its code."""
    assert 40001 == api.token(corpsecret="other")["errcode"]
    assert 40013 == api.token(corpid="other")["errcode"]
    assert 40014 == api.send(token="other")["errcode"]
    assert 41001 == api.send(token="")["errcode"]


def test_stand_in_wants_the_right_methods(api: Api, http: requests.Session) -> None:
    """gettoken is a GET, message/send a POST."""
    query = {"corpid": CORP, "corpsecret": SECRET}
    token = api.token()["access_token"]
    posted = http.post(f"{api.base}/cgi-bin/gettoken", params=query, timeout=5)
    got = http.get(f"{api.base}/cgi-bin/message/send?access_token={token}", timeout=5)

    assert (43001, 43002) == (posted.json()["errcode"], got.json()["errcode"])
