"""Group F of `design/faults.md`: faults of the configuration and of its secrets.

The number of a case stands in the test's name. What a running process does about a file that breaks
(F1) is in `test_live`.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import ROOT
from effort import steps
from relays import (
    AGENT_ID,
    APP_SECRET,
    BODY,
    CORP_ID,
    NOW,
    SECRET,
    Answer,
    Relay,
    configured,
    request,
)

import handler
from relay.delivery import new_session
from workbench import samples
from workbench.robots import RobotServer

GOOD = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
"""
BOTH = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  ops: { type: dingtalk_robot, url: "${DINGTALK_WEBHOOK_URL}", secret: "${DINGTALK_SECRET}" }
"""


def refused(relay: Relay) -> str:
    """Send one event, which must be refused with 503 and reach nobody; return what to do."""
    answer = relay.gitlab()

    assert (answer.status, answer.report["reason"]) == (503, "not_configured")
    assert answer.shown == []
    fix: str = answer.report["fix"]
    return fix


# F1: not a configuration

F1 = {
    "not-yaml": ("receivers: [\n", "1:13: E021", "]"),
    "only-a-comment": ("# soon\n", "1:1: E004", "version"),
    "no-mapping": ("- a\n", "1:1: E005", "version: 1"),
    "tab": ("version: 1\n\treceivers: {}\n", "2:1: E010", "Tab"),
    "duplicate-key": (GOOD + "version: 1\n", "4:1: E104", "第 1 行"),
    "list-for-a-mapping": (GOOD + "delivery: [a]\n", "4:11: E105", "delivery"),
    "value-for-a-list": (GOOD + "routes: 7\n", "4:9: E105", "列表"),
    "unknown-top-key": (GOOD + "routs: []\n", "4:1: E101", "routes？"),
    "unknown-route-key": (
        GOOD + "routes:\n  - receivers: [dev]\n    branchs: [main]\n",
        "6:5: E101",
        "branches？",
    ),
    "word-of-another-system": (
        GOOD + "routes:\n  - receivers: [dev]\n    on: [push]\n",
        "6:5: E101",
        "events？",
    ),
    "unknown-type": (
        GOOD.replace("wecom_robot", "wecom_robt"),
        "3:16: E103",
        "wecom_robot？",
    ),
    "unknown-event": (
        GOOD + "routes:\n  - receivers: [dev]\n    events: [pipelin.failed]\n",
        "6:14: E110",
        "pipeline.failed？",
    ),
    "unknown-receiver": (GOOD + "routes:\n  - receivers: [dve]\n", "5:17: E120", "dev？"),
    "no-receivers": ("version: 1\n", "1:1: E102", "receivers"),
}


@pytest.mark.parametrize("way", ["CONFIG_YAML", "CONFIG_FILE"])
@pytest.mark.parametrize("fault", F1)
def test_f1_what_is_no_configuration_is_refused(
    fault: str, way: str, robots: RobotServer, tmp_path: Path
) -> None:
    """The answer names the file, the place, the code and the nearest right word."""
    text, place, word = F1[fault]
    file = tmp_path / "c.yml"
    file.write_text(text, encoding="utf-8")
    relay = Relay(robots, **{way: text if way == "CONFIG_YAML" else str(file)})
    fix = refused(relay)

    assert f"{'CONFIG_YAML' if way == 'CONFIG_YAML' else file.name}:{place} " in fix
    assert word in fix


def test_f1_empty_file_is_refused_and_not_replaced_by_variables(
    robots: RobotServer, tmp_path: Path
) -> None:
    """A file that is empty is a fault, although the variables alone would do."""
    file = tmp_path / "config.yml"
    file.write_text("", encoding="utf-8")

    assert "E004" in refused(Relay(robots, CONFIG_FILE=str(file)))


def test_f1_all_codes_are_named(robots: RobotServer) -> None:
    """The first fault stands in the answer in full, the others by code, and how many there are."""
    text = GOOD + "routs: []\nlang: fr\ndelivery: { retries: 99 }\n"
    fix = refused(Relay(robots, CONFIG_YAML=text))

    assert fix.endswith("(+2: E103, E106)")


def test_f1_every_fault_is_in_the_log_once(
    robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each fault has a line of its own with its remedy; a second event does not repeat them."""
    relay = Relay(robots, CONFIG_YAML=GOOD + "routs: []\nlang: fr\n")
    for _ in range(3):
        relay.gitlab()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [line for line in lines if line["event"] == "config.problem"]

    assert [line["code"] for line in told] == ["E101", "E103"]
    assert "did you mean routes?" in told[0]["hint"]


def test_f1_health_answer_names_the_fault_too(robots: RobotServer) -> None:
    """Who opens the function's address in a browser reads what is wrong."""
    relay = Relay(robots, CONFIG_YAML=GOOD + "routs: []\n")
    answer = relay.call({"httpMethod": "GET", "path": "/", "headers": {}})

    assert (answer.status, answer.report["ok"]) == (503, False)
    assert "E101" in answer.report["fix"]


@pytest.mark.parametrize(("lang", "word"), [("en", "did you mean"), ("zh-CN", "你是不是")])
def test_f1_the_answer_is_in_the_files_language(lang: str, word: str, robots: RobotServer) -> None:
    """A file that says ``lang: en`` is refused in English."""
    assert word in refused(Relay(robots, CONFIG_YAML=f"{GOOD}lang: {lang}\nrouts: []\n"))


def test_f1_cold_start_recovers_with_the_next_event(robots: RobotServer, tmp_path: Path) -> None:
    """Once the file is mended the same process serves; it need not be started again."""
    file = tmp_path / "config.yml"
    file.write_text(GOOD + "routs: []\n", encoding="utf-8")
    relay = Relay(robots, CONFIG_FILE=str(file))
    refused(relay)
    file.write_text(GOOD, encoding="utf-8")
    answer = relay.gitlab()

    assert (answer.status, len(answer.shown)) == (200, 1)


# F2: hostile files

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
F2 = {
    "billion-laughs": (BOMB + GOOD, "E008"),
    "merged-laughs": (
        "a: &a {x: 1}\n"
        + "".join(
            f"{name}: &{name} {{p: *{before}, q: *{before}, r: *{before}, s: *{before}}}\n"
            for before, name in zip("abcdefghij", "bcdefghijk", strict=True)
        )
        + GOOD,
        "E008",
    ),
    "alias-to-itself": (GOOD + "people: &p { a: *p }\n", "E008"),
    "python-object": (
        GOOD.replace("version: 1", 'version: !!python/object/apply:os.system ["true"]'),
        "E014",
    ),
    "python-name": (GOOD.replace("1\n", "!!python/name:os.system\n", 1), "E014"),
    "deep": (GOOD + "people: " + "[" * 5000 + "]" * 5000 + "\n", "E007"),
    "10-mb-of-comment": (GOOD + "#" + "x" * 10_000_000, "E001"),
    "10-mb-of-keys": (
        GOOD + "people:\n" + "".join(f"  u{n}: {{name: a}}\n" for n in range(500_000)),
        "E001",
    ),
    "binary": (GOOD + "\x00\x01\x02" * 100, "E002"),
}
MOST_STEPS = 100_000  # calls of functions; a bomb that goes off makes some 10 ** 9


@pytest.mark.parametrize("fault", F2)
def test_f2_hostile_file_is_refused_with_little_work(
    fault: str, robots: RobotServer, tmp_path: Path
) -> None:
    """Bombs, Python objects and huge files end in a code, after a bounded number of steps."""
    text, code = F2[fault]
    file = tmp_path / "config.yml"
    file.write_text(text, encoding="utf-8")
    relay = Relay(robots, CONFIG_FILE=str(file))
    count, answer = steps(relay.gitlab)

    assert (answer.status, answer.shown) == (503, [])
    assert code in answer.report["fix"]
    assert count < MOST_STEPS


def test_f2_no_tag_of_yaml_runs_anything(robots: RobotServer, tmp_path: Path) -> None:
    """A ``!!python`` tag that would write a file does not."""
    trace = tmp_path / "ran"
    text = f'people: !!python/object/apply:os.system ["touch {trace}"]\n'
    refused(Relay(robots, CONFIG_YAML=GOOD + text))

    assert not trace.exists()


# F3: secrets that are not there

SOURCES = """\
sources:
  hub: { type: gitlab, secret: "${HOOK}" }
"""


@pytest.mark.parametrize(
    ("environ", "code", "word"),
    [
        pytest.param({}, "E201", "HOOK", id="missing"),
        pytest.param({"HOOOK": "x"}, "E201", "HOOOK", id="misspelt"),
        pytest.param({"HOOK": ""}, "E201", "HOOK", id="empty"),
        pytest.param({"HOOK": " \n"}, "E201", "HOOK", id="only-spaces"),
    ],
)
def test_f3_secret_that_is_missing_is_named(
    environ: dict[str, str], code: str, word: str, robots: RobotServer
) -> None:
    """The variable is named, also one that looks like it; the place in the file as well."""
    relay = Relay(robots, CONFIG_YAML=GOOD + SOURCES)
    relay.environ |= environ
    relay.handle = handler.build(relay.environ)
    fix = refused(relay)

    assert code in fix
    assert word in fix
    assert "sources.hub.secret" in fix


@pytest.mark.parametrize("ending", ["\n", "\r\n", "  \n", "\n\n"])
@pytest.mark.parametrize("text", ["", GOOD, GOOD + SOURCES], ids=["variables", "file", "sources"])
def test_f3_trailing_newline_is_stripped(text: str, ending: str, robots: RobotServer) -> None:
    """A secret pasted with a line break at its end is the same secret."""
    pasted = SECRET + ending
    relay = Relay(robots, CONFIG_YAML=text, WEBHOOK_SECRET=pasted, HOOK=pasted)

    assert relay.gitlab().status == 200
    assert relay.gitlab(X_Gitlab_Token="other").status == 401


def test_f3_secret_in_a_file_loses_its_newline(robots: RobotServer, tmp_path: Path) -> None:
    """A mounted secret, which editors end with a line break, is the same secret."""
    secret = tmp_path / "hook"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    text = GOOD + SOURCES.replace("${HOOK}", f"file://{secret}")

    assert Relay(robots, CONFIG_YAML=text).gitlab().status == 200


def test_f3_robots_address_may_end_with_a_newline(robots: RobotServer) -> None:
    """So may an address and a DingTalk secret."""
    relay = Relay(robots)
    environ = {name: f"{value}\n" for name, value in relay.environ.items() if value}
    answer = Relay(robots, **{**environ, "CONFIG_YAML": BOTH}).gitlab()

    assert [message.vendor for message in answer.shown] == ["wecom", "dingtalk"]


@pytest.mark.parametrize("kind", ["missing", "empty", "folder"])
def test_f3_file_with_a_secret_that_cannot_be_read(
    kind: str, robots: RobotServer, tmp_path: Path
) -> None:
    """A mounted secret that is not there, empty or no file is named by its path."""
    secret = tmp_path / "hook"
    if kind == "folder":
        secret.mkdir()
    elif kind == "empty":
        secret.write_text("\n", encoding="utf-8")
    text = GOOD + SOURCES.replace("${HOOK}", f"file://{secret}")

    assert "E207" in refused(Relay(robots, CONFIG_YAML=text))


@pytest.mark.parametrize("text", ["", GOOD], ids=["variables", "file"])
def test_b3_no_secret_at_all_opens_nothing(text: str, robots: RobotServer) -> None:
    """B3: a file without sources does not make the relay open where WEBHOOK_SECRET is missing."""
    fix = refused(Relay(robots, CONFIG_YAML=text, WEBHOOK_SECRET=""))

    assert "E202" in fix
    assert "WEBHOOK_SECRET" in fix


def test_b3_source_without_a_secret_opens_nothing(robots: RobotServer) -> None:
    """B3: a source needs a secret, or must be opened on purpose."""
    fix = refused(Relay(robots, CONFIG_YAML=GOOD + "sources: { hub: { type: gitlab } }\n"))

    assert "E202" in fix
    assert "allow_unsigned" in fix


# F4: addresses

WECOM_ADDRESS = "qyapi.weixin.qq.com/cgi-bin/webhook/send?key=ABCD-1234-abcd"
ADDRESSES = {
    "http": f"http://{WECOM_ADDRESS}",
    "other-host": f"https://evil.example.com/?x={WECOM_ADDRESS}",
    "similar-host": f"https://{WECOM_ADDRESS.replace('.com', '.com.evil.example')}",
    "user-info": f"https://user:pass@{WECOM_ADDRESS}",
    "host-as-user": f"https://{WECOM_ADDRESS.partition('/')[0]}@evil.example.com/",
    "port": f"https://{WECOM_ADDRESS.replace('.com/', '.com:8443/')}",
    "ip": "https://203.0.113.7/cgi-bin/webhook/send?key=ABCD-1234-abcd",
    "metadata": "http://169.254.169.254/cgi-bin/webhook/send?key=ABCD-1234-abcd",
    "other-path": f"https://{WECOM_ADDRESS.replace('/webhook/send', '/message/send')}",
    "key-missing": f"https://{WECOM_ADDRESS.partition('?')[0]}",
    "key-empty": f"https://{WECOM_ADDRESS.partition('ABCD')[0]}",
    "two-keys": f"https://{WECOM_ADDRESS}&key=other",
    "line-break": f"https://{WECOM_ADDRESS[:30]}\u3000{WECOM_ADDRESS[30:]}",
    "dingtalks": "https://oapi.dingtalk.com/robot/send?access_token=ABCD-1234-abcd",
    "a-secret": "SECABCD1234abcd",
    "file": "file.txt",
}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_f4_address_that_is_not_the_vendors_is_refused(
    kind: str, robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever could send a message elsewhere is refused at load, and its key is not shown."""
    relay = Relay(robots, CONFIG_YAML=GOOD, WECOM_WEBHOOK_URL=ADDRESSES[kind])
    fix = refused(relay)

    assert "E203" in fix
    assert "receivers.dev.url" in fix
    assert "ABCD" not in fix + capsys.readouterr().out


@pytest.mark.parametrize(
    "base",
    [
        "http://qyapi.weixin.qq.com",
        "https://evil.example.com",
        "https://user@qyapi.weixin.qq.com",
        "https://qyapi.weixin.qq.com:444",
        "https://127.0.0.1",
        "https://qyapi.weixin.qq.com/cgi-bin",
        "https://qyapi.weixin.qq.com?x=1",
    ],
)
def test_f4_applications_address_that_is_not_the_vendors_is_refused(
    base: str, robots: RobotServer
) -> None:
    """The API's address of an application has the same rule: its secret goes there."""
    text = f"""\
version: 1
receivers:
  app:
    type: wecom_app
    corp_id: {CORP_ID}
    agent_id: "{AGENT_ID}"
    secret: ${{APP_SECRET}}
    api_base: {base}
    to: [author]
"""
    fix = refused(Relay(robots, CONFIG_YAML=text, APP_SECRET=APP_SECRET))

    assert "E203" in fix
    assert "receivers.app.api_base" in fix


@pytest.mark.parametrize("way", ["variable", "key"])
def test_f4_allowed_host_may_have_http_and_a_port(way: str, robots: RobotServer) -> None:
    """A host that is allowed on purpose is taken, from the variable or from the file."""
    allowed = f"allow_hosts: ['{robots.host}']\n"
    if way == "variable":
        relay = Relay(robots, CONFIG_YAML=GOOD)
    else:
        relay = Relay(robots, CONFIG_YAML=GOOD + allowed, RELAY_ALLOW_HOSTS="")

    assert len(relay.gitlab().shown) == 1


def test_f4_allowed_host_still_needs_a_key(robots: RobotServer) -> None:
    """Without its key an address is nobody's, wherever it is."""
    address = f"http://{robots.host}/cgi-bin/webhook/send"

    assert "E203" in refused(Relay(robots, CONFIG_YAML=GOOD, WECOM_WEBHOOK_URL=address))


def test_f4_allowing_one_host_allows_no_other(robots: RobotServer) -> None:
    """A host is allowed with its port; the same host at another port is not."""
    relay = Relay(robots, CONFIG_YAML=GOOD, RELAY_ALLOW_HOSTS="127.0.0.1:1")

    assert "E203" in refused(relay)


# F5: nobody to send to


def reasons(answer: Answer) -> list[str]:
    return [entry["reason"] for entry in answer.report.get("skipped", ())]


@pytest.mark.parametrize(
    ("route", "code"),
    [
        ("projects: [other/*]", "R21"),
        ("branches: [develop]", "R22"),
        ("events: [push]", "R11"),
        ('sources: ["!gitlab"]', "R20"),
    ],
)
def test_f5_no_route_matches(route: str, code: str, robots: RobotServer) -> None:
    """An event that no route takes is answered 200 with the reason of each."""
    text = GOOD + f"routes:\n  - {{ name: a, receivers: [dev], {route} }}\n"
    answer = Relay(robots, CONFIG_YAML=text).gitlab()

    assert (answer.status, answer.report["ok"], answer.shown) == (200, True, [])
    assert reasons(answer) == [code]


def test_f5_route_with_no_receivers(robots: RobotServer) -> None:
    """A route that sends to nobody is answered 200 with a reason."""
    answer = Relay(robots, CONFIG_YAML=GOOD + "routes:\n  - receivers: []\n").gitlab()

    assert (answer.status, answer.shown) == (200, [])
    assert reasons(answer) == ["R30"]


def test_f5_no_routes_at_all_sends_the_default_set(robots: RobotServer) -> None:
    """Without routes every receiver gets the default events, so a short file is enough."""
    relay = Relay(robots, CONFIG_YAML=BOTH)

    assert len(relay.gitlab().shown) == 2
    assert reasons(relay.sample("gitlab/pipeline.running")) == ["R11"]


HOSTILE_PATTERNS = (
    "*a" * 40 + "b",
    "**/" * 60 + "b",
    "[a-z]*" * 40 + "!",
    "?*" * 100,
    "(a|a)*$",
    r"(\w+\s?)*$",
    "{a,{a,{a,b}}}" * 20,
    "+(a)" * 30,
    "a" * 3000,
)


@pytest.mark.parametrize("pattern", HOSTILE_PATTERNS)
@pytest.mark.parametrize("key", ["branches", "projects", "authors", "paths"])
def test_d11_hostile_pattern_is_refused_or_bounded(
    key: str, pattern: str, robots: RobotServer
) -> None:
    """D11: a filter that would take for ever is refused at load, or answers all the same."""
    route = f"  - {{ name: a, receivers: [dev], {key}: [{json.dumps(pattern)}] }}\n"
    relay = Relay(robots, CONFIG_YAML=f"{GOOD}routes:\n{route}")
    body = json.dumps(samples.load("gitlab/push.pushed").body)
    long = "a" * 5000
    for old in ("refs/heads/main", "platform/api", "zhangsan"):
        body = body.replace(old, old[:11] + long)
    answer = relay.gitlab(body, X_Gitlab_Event="Push Hook")

    if answer.status == 503:
        assert "E10" in answer.report["fix"]
    else:
        assert answer.status == 200


# F6: surroundings

ALL_FEATURES = """\
version: 1
timezone: Asia/Shanghai
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
people:
  zhangsan: { name: 张三, wecom: ZhangSan }
routes:
  - receivers: [dev]
    mention: { pipeline.failed: [author] }
    append: { pipeline.failed: "负责人 {{ people.zhangsan.name }}" }
    active_time_intervals: [always]
time_intervals:
  always: { weekdays: ["monday:sunday"] }
"""
ONE_EVENT = """
import json, sys
if {read_only}:
    def refuse(event, arguments):
        if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            raise OSError(30, "Read-only file system")
        if event in ("os.mkdir", "os.rename", "os.remove", "tempfile.mkstemp"):
            raise OSError(30, "Read-only file system")
    sys.addaudithook(refuse)
if {no_zones}:
    import zoneinfo
    zoneinfo.reset_tzpath(to=())
    sys.modules["tzdata"] = None
import handler
call = json.loads(sys.stdin.buffer.read())
answer = handler.build(call["environ"], clock=lambda: call["now"])(call["event"], None)
sys.stdout.buffer.write(json.dumps(answer).encode())
"""
PLAIN = {"HOME": "/", "LANG": "C.UTF-8"}


def alone(
    relay: Relay,
    *options: str,
    surroundings: dict[str, str] | None = None,
    folder: Path = ROOT,
    read_only: bool = False,
    no_zones: bool = False,
) -> Answer:
    """Handle one event in a process of its own, with these *surroundings* and nothing else."""
    event = request(BODY, {"X-Gitlab-Event": "Pipeline Hook", "X-Gitlab-Token": SECRET})
    call = {"environ": relay.environ, "now": NOW, "event": event}
    before = len(relay.robots.received)
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *options, "-c", ONE_EVENT.format(read_only=read_only, no_zones=no_zones)],
        input=json.dumps(call).encode(),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), **(PLAIN if surroundings is None else surroundings)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answer = json.loads(done.stdout.splitlines()[-1])
    shown = relay.robots.received[before:]
    return Answer(answer["statusCode"], json.loads(answer["body"]), shown)


F6: dict[str, dict[str, Any]] = {
    "locale-c": {"surroundings": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}},
    "no-home": {"surroundings": {}},
    "read-only-disk": {"read_only": True},
    "no-time-zones": {"no_zones": True},
    "other-time-zone": {"surroundings": {"TZ": "America/New_York"}},
}


@pytest.mark.parametrize("case", F6)
def test_f6_surroundings_do_not_matter(case: str, robots: RobotServer, tmp_path: Path) -> None:
    """Locale, home, disk and time zone of the machine change nothing about the message."""
    file = tmp_path / "config.yml"
    file.write_text(ALL_FEATURES, encoding="utf-8")
    relay = Relay(robots, CONFIG_FILE=str(file))
    expected = relay.gitlab().shown
    answer = alone(relay, folder=tmp_path, **F6[case])

    assert (answer.status, answer.report["ok"]) == (200, True)
    assert [message.text for message in answer.shown] == [message.text for message in expected]
    assert "负责人 张三" in answer.shown[0].text


def test_f6_without_asserts_and_docstrings(robots: RobotServer) -> None:
    """``python -OO`` refuses and sends as ever: no check hangs on an assert."""
    relay = Relay(robots, CONFIG_YAML=ALL_FEATURES)
    broken = Relay(robots, CONFIG_YAML=ALL_FEATURES + "routs: []\n")

    assert len(alone(relay, "-OO").shown) == 1
    assert alone(broken, "-OO").status == 503


def test_f6_other_zone_without_data_is_told(robots: RobotServer) -> None:
    """Where the system knows no time zones, one that is asked for is refused with the remedy."""
    text = ALL_FEATURES.replace("Asia/Shanghai", "Europe/Berlin")
    answer = alone(Relay(robots, CONFIG_YAML=text), no_zones=True)

    assert answer.status == 503
    assert "E103" in answer.report["fix"]
    assert "没有时区数据" in answer.report["fix"]


# F7: what else stands in the environment

F7 = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "REQUESTS_CA_BUNDLE": "/nonexistent/bundle.pem",
    "CURL_CA_BUNDLE": "/nonexistent/bundle.pem",
    "SSL_CERT_FILE": "/nonexistent/bundle.pem",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_PROFILE": "nobody",
    "AWS_CONFIG_FILE": "/nonexistent/config",
    "TENCENTCLOUD_SECRETID": "x",
    "PYTHONWARNINGS": "error",
}


def test_f7_environment_has_no_say_in_the_connection(robots: RobotServer, tmp_path: Path) -> None:
    """Proxies, CA bundles, a netrc and cloud settings of the machine change nothing."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login a password b\n", encoding="utf-8")
    surroundings = {**F7, "NETRC": str(netrc), "HOME": str(tmp_path)}
    relay = Relay(robots, CONFIG_YAML=ALL_FEATURES)
    relay.environ |= F7
    answer = alone(relay, surroundings=surroundings)

    assert (answer.status, answer.report["ok"], len(answer.shown)) == (200, True, 1)


def test_f7_netrc_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, robots: RobotServer
) -> None:
    """No request of ours carries a user name and password that a .netrc has for the host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    post = requests.Request("POST", f"http://{robots.host}/robot/send", data=b"{}")

    assert "Authorization" in requests.Session().prepare_request(post).headers
    assert "Authorization" not in new_session().prepare_request(post).headers


def test_f7_variables_of_the_tiny_form_do_not_leak_into_a_file(robots: RobotServer) -> None:
    """With a file, NOTIFY_EVENTS, NOTIFY_LANG and the robots' variables add nothing to it."""
    relay = configured(robots, GOOD, NOTIFY_EVENTS="push", NOTIFY_LANG="en")
    answer = relay.gitlab()

    assert [message.vendor for message in answer.shown] == ["wecom"]
    assert "流水线失败" in answer.shown[0].text
