"""G1 of `design/faults.md`: six planted secrets and the phone numbers, and no way out for any.

Every fault of the stand-ins' vocabulary, every bad configuration, every refusal: no mark may be in
an answer, in a log line at any level, in the text of an error, or in what is shown of a file.
"""

import io
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from relays import (
    AGENT_ID,
    NOW,
    Answer,
    Relay,
    now,
    request,
    signed_by_gitee,
    signed_by_gitlab,
)

import handler
from relay import log
from relay.config import Config
from relay.configuration import digest
from relay.configuration.document import decode
from relay.configuration.live import Live
from relay.configuration.loading import load
from relay.configuration.secrets import Store
from relay.configuration.snippets import summary, told
from relay.errors import ConfigError
from workbench import faults, samples
from workbench.robots import RobotServer

BAD_CONFIGS = sorted((Path(__file__).parent / "fixtures" / "bad_configs").glob("*.yml"))
# In the form that each has in life; what is never shown of one is its middle.
MARKS = {
    "HOOK": "Hk7-LEAKMARK1-x9Qz-R4tW-webhook",
    "PASSWORD": "short1LEAK",
    "WECOM": "693a91f6-7LEAKMARK2-4bc4-97a0-0ec2d1f4",
    "DINGTALK": "6f1b" * 8 + "LEAKMARK3" + "d2c7" * 5,
    "SIGN": "SEC1a2bLEAKMARK4" + "9f8e" * 10,
    "CORP": "Ab3dLEAKMARK5_e6Fg7Hi8Jk9Lm0No1Pq2Rs3Tu4",
    "TOKEN": "whsec_MDEyLEAKMARKMARK6789abcdefghijklmnopqrstuvw=",
}
PHONES = ("13899990001", "13899990002")
CORP_ID = "ww0LEAKMARK7abcd"
SECRET_PARTS = ("LEAK", *PHONES, "693a91f6-7", "6f1b6f1b", "9f8e9f8e", "Hi8Jk9Lm")

CONFIG = f"""\
version: 1
sources:
  hub: {{ type: gitlab, secret: "${{HOOK}}" }}
  signed: {{ type: gitlab, signing_token: "${{TOKEN}}" }}
  gitee: {{ type: gitee, secret: "${{PASSWORD}}" }}
receivers:
  dev: {{ type: wecom_robot, url: "${{WECOM_URL}}" }}
  ops: {{ type: dingtalk_robot, url: "${{DINGTALK_URL}}", secret: "${{SIGN}}" }}
  app:
    type: wecom_app
    corp_id: ${{CORP_ID}}
    agent_id: "{AGENT_ID}"
    secret: ${{CORP}}
    api_base: ${{API_BASE}}
    to: [author]
people:
  zhangsan: {{ name: 张三, wecom: ZhangSan, mobile: "{PHONES[0]}" }}
  lisi: {{ name: 李四, mobile: "{PHONES[1]}" }}
routes:
  - name: all
    mention: {{ "*": [author, lisi, "@all"] }}
    append: {{ "*": "{{{{ people.lisi.name }}}}" }}
    receivers: [dev, ops, app]
delivery: {{ timeout: 2s }}
"""


class Watched:
    """Everything that is written while it lasts: our log at DEBUG, all other logs, both outputs.

    The root handler stands for the one that a cloud's runtime brings.
    """

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd
        self._log, self._others = io.StringIO(), io.StringIO()
        self._root = logging.StreamHandler(self._others)
        self._level = logging.getLogger().level

    def __enter__(self) -> "Watched":
        log.configure("DEBUG", self._log)
        logging.getLogger().addHandler(self._root)
        logging.getLogger().setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().setLevel(self._level)
        logging.getLogger().removeHandler(self._root)

    def written(self) -> str:
        """Return all that was written so far."""
        captured = self._capfd.readouterr()
        return captured.out + captured.err + self._log.getvalue() + self._others.getvalue()


@pytest.fixture
def watched(capfd: pytest.CaptureFixture[str]) -> Iterator[Watched]:
    with Watched(capfd) as found:
        yield found


def leaks(*texts: str) -> list[str]:
    """Return the parts of secrets that stand in *texts*, also where JSON escapes them."""
    whole = "\n".join(texts)
    return [part for part in SECRET_PARTS if part in whole]


def configuration(robots: RobotServer, **changes: str) -> dict[str, str]:
    """Return the variables of a function with all six secrets, and add their robots."""
    base = robots.add_wecom_app(CORP_ID, AGENT_ID, secret=MARKS["CORP"])
    environ = {
        **MARKS,
        "CONFIG_FILE": "",
        "CONFIG_YAML": CONFIG,
        "WECOM_URL": robots.add_wecom(key=MARKS["WECOM"]),
        "DINGTALK_URL": robots.add_dingtalk(token=MARKS["DINGTALK"], secret=MARKS["SIGN"]),
        "API_BASE": base,
        "CORP_ID": CORP_ID,
        "RELAY_ALLOW_HOSTS": f"{robots.host},127.0.0.1:9",
    }
    return {**environ, **changes}


class Marked(Relay):
    """A relay all of whose secrets are marked."""

    def __init__(self, robots: RobotServer, **changes: str) -> None:
        self.robots = robots
        self.environ = configuration(robots, **changes)
        self.handle = handler.build(self.environ, clock=now)

    def failed_pipeline(self) -> Answer:
        return self.gitlab(X_Gitlab_Token=MARKS["HOOK"])


def told_of(answer: Answer) -> str:
    return json.dumps(answer.report, ensure_ascii=False)


# --- robots and applications that do wrong

ARGUMENTS = {
    "slow": "slow:4",
    "trickle": "trickle:0.1",
    "http": "http:500",
    "redirect": "redirect:http://127.0.0.1:9/x",
    "huge": "huge:1",
}
VOCABULARY = [ARGUMENTS.get(word, word) for word in faults.WORDS]
KEYS = {
    "wecom": (MARKS["WECOM"],),
    "dingtalk": (MARKS["DINGTALK"],),
    "application": (AGENT_ID,),
    "token-of-the-application": (f"{AGENT_ID}/gettoken",),
}
SLOW = ("slow", "hang", "trickle")  # these end with the event's budget: one run for all robots


@pytest.mark.parametrize("fault", VOCABULARY)
def test_g1_no_fault_of_a_robot_tells_a_secret(
    fault: str, robots: RobotServer, watched: Watched
) -> None:
    """Whatever the robots and the application do wrong, alone or together."""
    together = [tuple(key for keys in KEYS.values() for key in keys)]
    alone = [] if fault.startswith(SLOW) else list(KEYS.values())
    answers = []
    for keys in together + alone:
        relay = Marked(robots)
        for key in keys:
            robots.set_faults(key, fault)
        answers.append(relay.failed_pipeline())
    written = watched.written()

    assert [answer.status for answer in answers] == [200] * len(answers)
    assert "delivery." in written
    assert leaks(written, *map(told_of, answers)) == []


@pytest.mark.parametrize("code", [400, 401, 403, 404, 413, 429, 502, 503])
def test_g1_no_status_of_a_gateway_tells_a_secret(
    code: int, robots: RobotServer, watched: Watched
) -> None:
    """A proxy in between that answers with a page instead of the robot."""
    relay = Marked(robots)
    for keys in KEYS.values():
        for key in keys:
            robots.set_faults(key, f"http:{code}")
    answer = relay.failed_pipeline()

    assert len(answer.report["failed"]) == 3
    assert leaks(watched.written(), told_of(answer)) == []


@pytest.mark.parametrize("where", ["dead", "unknown-host", "tls"])
def test_g1_no_connection_tells_no_secret(
    where: str, robots: RobotServer, watched: Watched
) -> None:
    """A port where nobody listens, a name that nobody knows, TLS that is none."""
    place = {
        "dead": "http://127.0.0.1:9",
        "unknown-host": "http://localhost.invalid",
        "tls": f"https://{robots.host}",
    }[where]
    environ = configuration(robots)
    moved = {
        name: environ[name].replace(robots.url, place)
        for name in ("WECOM_URL", "DINGTALK_URL", "API_BASE")
    }
    hosts = f"{robots.host},127.0.0.1:9,localhost.invalid"
    answer = Marked(robots, **moved, RELAY_ALLOW_HOSTS=hosts).failed_pipeline()

    assert [entry["receiver"] for entry in answer.report["failed"]] == ["dev", "ops", "app"]
    assert leaks(watched.written(), told_of(answer)) == []


class Repeating(BaseHTTPRequestHandler):
    """A vendor that refuses everything, and repeats in its refusal all that it was sent.

    Once in pieces, as a text for people might hold it, and once as it came.
    """

    code = 0
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        pieces = " ".join(re.findall(r"[A-Za-z0-9]+", self.path))
        said = f"you sent {pieces} {self.path} {self.rfile.read(length).decode()}"
        body = json.dumps({"errcode": self.code, "errmsg": said}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        """Write nothing."""


@pytest.fixture
def repeating() -> Iterator[str]:
    """The address of a vendor that repeats what it was sent."""
    Repeating.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Repeating) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("code", [-1, 310000, 93000, 45009, 40001, 40014, 40058, 60020, 99999])
def test_g1_a_vendor_that_repeats_secrets_does_not_get_them_into_the_log(
    code: int,
    robots: RobotServer,
    repeating: str,
    watched: Watched,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refusal that holds the whole request is told without key, token, secret and signature."""
    monkeypatch.setattr(Repeating, "code", code)
    environ = configuration(robots)
    moved = {
        name: environ[name].replace(robots.url, repeating)
        for name in ("WECOM_URL", "DINGTALK_URL", "API_BASE")
    }
    answer = Marked(robots, **moved, RELAY_ALLOW_HOSTS="127.0.0.1").failed_pipeline()
    written = watched.written()
    signed = next(path for path in Repeating.asked if "sign=" in path)
    signature = parse_qs(urlsplit(signed).query)["sign"][0]

    waiting = [one for one in answer.report.get("skipped", ()) if one["reason"] == "R29"]
    assert len(answer.report.get("failed", ())) + len(waiting) == 3
    assert "you sent" in written
    assert leaks(written, told_of(answer)) == []
    for text in (written, told_of(answer)):
        assert signature not in text
        assert quote(signature, safe="") not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("SIGN", "SEC1a2bLEAKMARKx" + "9f8e" * 10, id="dingtalk-secret"),
        pytest.param("CORP", "Ab3dLEAKMARKx_e6Fg7Hi8Jk9Lm0No1Pq2Rs3Tu4", id="corp-secret"),
        pytest.param("CORP_ID", "wwLEAKMARKx", id="corp-id"),
    ],
)
def test_g1_wrong_credentials_are_not_told(
    name: str, value: str, robots: RobotServer, watched: Watched
) -> None:
    """A secret that the vendor refuses is a secret all the same."""
    answer = Marked(robots, **{name: value}).failed_pipeline()

    assert len(answer.report["failed"]) == 1
    assert leaks(watched.written(), told_of(answer)) == []


# --- refusals

BODY = json.dumps(samples.load("gitlab/pipeline.failed").body, ensure_ascii=False)


def headers(token: str) -> dict[str, str | None]:
    return {"X-Gitlab-Event": "Pipeline Hook", "X-Gitlab-Token": token}


HOOK = MARKS["HOOK"]
REFUSALS: dict[str, tuple[object, int]] = {
    "prefix": (request(BODY, headers(HOOK[:-1])), 401),
    "longer": (request(BODY, headers(HOOK + "x")), 401),
    "other-case": (request(BODY, headers(HOOK.swapcase())), 401),
    "another-source's": (request(BODY, headers(MARKS["PASSWORD"])), 401),
    "twice": (request(BODY, headers(f"{HOOK}, {HOOK}")), 401),
    "at-another-address": (request(BODY, headers(HOOK), "/hook/signed"), 401),
    "in-the-path": (request(BODY, headers(HOOK), f"/hook/{HOOK}"), 404),
    "unknown-source": (request(BODY, headers(HOOK), "/hook/nobody"), 404),
    "no-json": (request("{", headers(HOOK)), 400),
    "secret-in-the-body": (request(f'{{"token": "{HOOK}"', headers(HOOK)), 400),
    "form": (
        request("hook=1", {**headers(HOOK), "Content-Type": "application/x-www-form-urlencoded"}),
        415,
    ),
    "too-large": (request("x" * 7_000_000, headers(HOOK)), 413),
    "no-forge": (request(BODY, {"X-Token": HOOK}), 400),
    "signed-wrongly": (request(BODY, signed_by_gitlab("x", token=MARKS["TOKEN"])), 401),
    "signed-too-late": (
        request(BODY, signed_by_gitlab(BODY, NOW - 900, MARKS["TOKEN"]), "/hook/signed"),
        401,
    ),
    "signed-by-gitee-too-late": (
        request(
            "{}",
            {"X-Gitee-Event": "Push Hook", **signed_by_gitee(MARKS["PASSWORD"], NOW - 9000)},
        ),
        401,
    ),
    "get": ({"httpMethod": "GET", "path": f"/{HOOK}", "headers": headers(HOOK)}, 404),
    "put": ({"httpMethod": "PUT", "path": "/", "headers": headers(HOOK)}, 405),
    "health": ({"httpMethod": "GET", "path": "/", "headers": {}}, 200),
    "no-request": ({"token": HOOK}, 400),
    "odd-event": ({"httpMethod": "POST", "body": {HOOK}, "headers": headers(HOOK)}, 400),
}


@pytest.mark.parametrize("cause", REFUSALS)
def test_g1_no_refusal_tells_a_secret(cause: str, robots: RobotServer, watched: Watched) -> None:
    """Not to the caller, and not to the log, whatever the request holds."""
    event, status = REFUSALS[cause]
    answer = Marked(robots).handle(event, None)

    assert answer["statusCode"] == status
    assert leaks(watched.written(), json.dumps(answer, default=str)) == []


def test_g1_a_broken_body_does_not_tell_the_secret_in_it(
    robots: RobotServer, watched: Watched
) -> None:
    """Gitee's password stands in the body as well; an odd body is answered without it."""
    password = MARKS["PASSWORD"]
    body = json.dumps({"password": password, "hook_name": [password], "project": password})
    event = request(body, {"X-Gitee-Event": "Push Hook", "X-Gitee-Token": password})
    answer = Marked(robots).handle(event, None)

    assert answer["statusCode"] == 200
    assert leaks(watched.written(), answer["body"]) == []


# --- configurations that are wrong

# What stands in the files for a secret, and what somebody would have pasted there.
PASTED = {
    "WECOM_URL": MARKS["WECOM"],
    "WECOM_WHOLE_URL": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={MARKS['WECOM']}",
    "DINGTALK_URL": f"https://oapi.dingtalk.com/robot/send?access_token={MARKS['DINGTALK']}",
    "DINGTALK_SECRET": MARKS["SIGN"],
    "TWO_SECRETS": f"{MARKS['SIGN']},{MARKS['SIGN'][:-1]}0",
    "WEBHOOK_SECRET": MARKS["HOOK"],
    "GITLAB_WEBHOOK_SECRET": MARKS["PASSWORD"],
}
_REFERENCE = re.compile(r"\$\{(\w+)\}", re.ASCII)
_EXPECTATION = re.compile(r"^# expect:.*\n", re.MULTILINE)


def planted(path: Path, *, pasted: bool) -> tuple[str, dict[str, str]]:
    """Return the text of a bad file and the variables for it.

    *pasted*: secrets stand in the text itself, as people write them; else in the variables.
    """
    text, problem = decode(path.read_bytes(), path.name)
    if problem:
        text = f"version: 1\nreceivers: [{MARKS['WECOM']}\n"
    text = _EXPECTATION.sub("", text)
    text = text.replace("planted-", "planLEAKted-").replace("138 0000 1111", f"{PHONES[0]} x")
    if pasted:
        text = _REFERENCE.sub(lambda found: PASTED.get(found[1], found[0]), text)
    return text, {**PASTED, "CONFIG_FILE": "", "CONFIG_YAML": text}


@pytest.mark.parametrize("pasted", [False, True], ids=["in-variables", "in-the-file"])
@pytest.mark.parametrize("path", BAD_CONFIGS, ids=lambda path: str(path.stem))
def test_g1_no_bad_configuration_tells_a_secret(path: Path, pasted: bool, watched: Watched) -> None:
    """Answer, log, error, problem and what is shown of the file, in both languages."""
    text, environ = planted(path, pasted=pasted)
    answer = handler.build(environ, clock=now)(request(BODY, headers(HOOK)), None)
    loaded = load(text, "config.yml", environ, Store(environ), thorough=True)
    shown = [
        told(problem, loaded.text, lang, loaded.spans)
        for problem in loaded.problems
        for lang in ("zh-CN", "en")
    ]

    assert loaded.problems
    assert leaks(watched.written(), json.dumps(answer)) == []
    assert leaks(*shown, repr(loaded.problems), summary(loaded.problems, "en")) == []


@pytest.mark.parametrize("path", BAD_CONFIGS, ids=lambda path: str(path.stem))
def test_g1_no_error_holds_a_secret_of_the_configuration(path: Path) -> None:
    """The text, the repr and the traceback of the error, also of those behind it."""
    _, environ = planted(path, pasted=True)
    texts = []
    try:
        Live(environ).current()
    except ConfigError as error:
        texts = [*traceback.format_exception(error), repr(error), repr(error.args)]

    assert leaks(*texts) == []


# Where somebody's hand may slip: the secret stands where something else is meant.
SLIPS = (
    "{}: x",
    "version: {}",
    "lang: {}",
    "timezone: {}",
    "unmatched: {}",
    "queue: {}",
    "state: {}",
    "allow_hosts: ['http://{}']",
    "sources: {{ hub: {{ type: {} }} }}",
    "sources: {{ hub: {{ type: gitlab, {}: x }} }}",
    "sources: {{ hub: {{ type: gitlab, secret: x, signature: {} }} }}",
    "sources: {{ hub: {{ type: gitlab, secret: x, projects: ['[{}'] }} }}",
    "sources: {{ 'a {}': {{ type: gitlab, secret: x }} }}",
    "sources: {{ hub: {{ type: gitlab, signing_token: 'x{}' }} }}",
    "sources: {{ hub: {{ type: gitlab, secret: '${{{}}}' }} }}",
    "sources: {{ hub: {{ type: gitlab, secret: '${{{}' }} }}",
    "people: {{ a: {{ mobile: {} }} }}",
    "people: {{ a: {{ wecom: 'a {}' }} }}",
    "people: {{ a: {} }}",
    "routes: {}",
    "routes: [{}]",
    "routes: [{{ receivers: [{}] }}]",
    "routes: [{{ receivers: [dev], events: [{}] }}]",
    "routes: [{{ receivers: [dev], quiet: [{}] }}]",
    "routes: [{{ receivers: [dev], sources: [{}] }}]",
    "routes: [{{ receivers: [dev], branches: ['[{}'] }}]",
    "routes: [{{ receivers: [dev], mention: {{ {}: [author] }} }}]",
    "routes: [{{ receivers: [dev], mention: {{ push: [{}] }} }}]",
    "routes: [{{ receivers: [dev], show: {{ push: [{}] }} }}]",
    "routes: [{{ receivers: [dev], append: {{ push: '{{{{ \"{}\" | x }}}}' }} }}]",
    "routes: [{{ receivers: [dev], outside: {} }}]",
    "routes: [{{ receivers: [dev], drafts: {} }}]",
    "routes: [{{ receivers: [dev], mute_time_intervals: [{}] }}]",
    "time_intervals: {{ a: {{ weekdays: [{}] }} }}",
    "time_intervals: {{ a: {{ times: [{{ start_time: {}, end_time: '10:00' }}] }} }}",
    "delivery: {{ timeout: {} }}",
    "delivery: {{ retries: {} }}",
    "delivery: {{ fallback: {} }}",
    "delivery: {}",
    "templates: {{ {}: x }}",
    "secret {}",
    "url： {}",
    "a: [{}",
    'a: "{}',
    "a: !{} x",
    "a: *{}",
    "a: &{}",
    "\t- {}",
    "a: b: {}",
    "{0}: 1\n{0}: 2",
    "routes: [{{ receivers: [dev], append: {{ push: '{{{{ {} }}}}' }} }}]",
    "templates: {{ push: '{}.md' }}",
    "templates: {{ push: '{{% {} %}}' }}",
    "templates: {{ push: '{{{{ title | {} }}}}' }}",
    "templates: {{ push: '{{{{ project.{} }}}}' }}",
)


@pytest.mark.parametrize("slip", SLIPS)
def test_g1_a_secret_in_the_wrong_place_is_not_told(slip: str, watched: Watched) -> None:
    """What is told of a wrong value never is the value, if it could be a secret."""
    receivers = 'receivers: { dev: { type: wecom_robot, url: "${WECOM_URL}" } }\n'
    begin = receivers if slip.startswith("version") else f"version: 1\n{receivers}"
    told_of_it = []
    marks = [value for name, value in MARKS.items() if name != "PASSWORD"]
    for mark in (*marks, PHONES[0], f"+86 {PHONES[1]}"):
        text = f"{begin}{slip.format(mark)}\n"
        environ = {"WECOM_URL": "abc-def", "CONFIG_YAML": text, "WEBHOOK_SECRET": "x"}
        answer = handler.build(environ, clock=now)(request(BODY, headers(HOOK)), None)
        loaded = load(text, "config.yml", environ, Store(environ), thorough=True)
        told_of_it += [json.dumps(answer), repr(loaded.problems)]
        for problem in loaded.problems:
            told_of_it += [told(problem, text, lang, loaded.spans) for lang in ("zh-CN", "en")]

        assert loaded.problems or mark not in marks  # a number may be right there
    assert leaks(watched.written(), *told_of_it) == []


# --- what is kept and shown of a configuration that is right


def usable(robots: RobotServer) -> Config:
    return Live(configuration(robots)).current()


def test_g1_values_of_the_configuration_show_nothing(robots: RobotServer) -> None:
    """The text form of every value masks secrets, addresses and phone numbers; the digest too."""
    config = usable(robots)

    assert config.receivers[0].url.reveal().endswith(MARKS["WECOM"])
    assert leaks(repr(config.sources), str(config.people)) == []
    assert leaks(repr([one._replace(corp_id="") for one in config.receivers])) == []
    assert leaks(digest.digest(config), config.origin) == []


def test_g1_digest_does_not_depend_on_the_values_of_secrets(robots: RobotServer) -> None:
    """What the answer shows of the configuration cannot be used to try out guesses."""
    other = Live(configuration(robots, HOOK="another-one", SIGN="SEC123")).current()

    assert usable(robots).digest == other.digest


@pytest.mark.parametrize("name", ["gitlab/pipeline.failed", "gitlab/tag.created"])
def test_g1_a_message_that_arrives_tells_nothing_either(
    name: str, robots: RobotServer, watched: Watched
) -> None:
    """Answer and log of a good delivery have no secret; phone numbers are only where they ping."""
    answer = Marked(robots).sample(name, X_Gitlab_Token=HOOK)
    shown = [
        message.text.replace(f"@{number}", "") for number in PHONES for message in answer.shown
    ]
    pinged = [message.raw.get("at", {}).get("atMobiles", []) for message in answer.shown]

    assert answer.report["sent"]
    assert any(pinged)
    assert leaks(watched.written(), told_of(answer)) == []
    assert [text for text in shown if "LEAK" in text] == []


@pytest.mark.parametrize("way", ["our-log", "other-log", "standard-error"])
def test_g1_a_leak_would_be_noticed(way: str, watched: Watched) -> None:
    """A secret in our log, in that of a library or on standard error is found."""
    ways = {
        "our-log": lambda: log.debug("x", text=MARKS["SIGN"]),
        "other-log": lambda: logging.getLogger("other").debug("key=%s", MARKS["SIGN"]),
        "standard-error": lambda: sys.stderr.write(MARKS["SIGN"]),
    }
    before = leaks(watched.written())
    ways[way]()

    assert (before, leaks(watched.written())) == ([], ["LEAK", "9f8e9f8e"])
