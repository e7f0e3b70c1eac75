"""The commands as a person types them: what they print, ask for and return."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from rich.cells import cell_len
from verbs import CONFIG, PLANTED, WEBHOOK_SECRET, project, run, written_out

import handler
from relay.signing import standard_webhook_signature, timestamp_signature
from workbench import samples, serving
from workbench.local_server import LocalServer, create_app
from workbench.robots import RobotServer
from workbench.stand_ins import DEV_SECRET

ROOT = Path(__file__).parent.parent
TOKEN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class Catcher:
    """A handler that keeps its events and answers with *status*."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.events: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        self.events.append(event)
        return {"statusCode": self.status, "headers": {}, "body": '{"ok": true}'}


@pytest.fixture
def catcher() -> Catcher:
    return Catcher()


@pytest.fixture
def url(catcher: Catcher) -> Iterator[str]:
    with LocalServer(create_app(catcher)) as server:
        yield f":{server.port}"


# Hints.


WRONG_WORDS = {
    "rendr x": "did you mean render?",
    "xyzzy": "-h lists them",
    "render pipline.failed": "did you mean pipeline.failed?",
    "render gitlab/merge_request.open": "did you mean gitlab/merge_request.opened?",
    "render push": "there are push.pushed, push.reset",
    "render xyzzy": "`events` lists them",
    "render missing.json": 'no file "missing.json"',
    "render issue.opened --message card": "there are action_card, markdown",
    "render issue.opened --receiver wecom --message action_card": "there are markdown",
    "render issue.opened --set x": "write path=value",
    "render issue.opened --set projct.name=x": "there is no projct; did you mean project?",
    "render issue.opened --set xyzzy=1": "there are object_kind,",
    "render issue.opened --set labels.99.title=x": "the list has entries 0 to",
    "render issue.opened --header x": "write Name: value",
    "trigger push.pushed -u :1": "no secret: give --secret",
    f"trigger gitee/push.pushed -u :1 --signing-token {TOKEN}": "no secret",
    "trigger push.pushed -u :1 --signing-token é": "is not base64",
    "trigger push.pushed -u :1 --unsigned -s x": "leave out --secret",
    "trigger gitee/push.pushed -u :1 --unsigned --password": "leave out --password",
    "serve --robot-faults wecom=bussy": 'did you mean "busy"?',
    "serve --robot-faults wcom=busy": "did you mean wecom?",
    "serve --robot-faults busy": "write wecom=busy*2,dingtalk=hang",
    "serve --robot-faults wecom=busy --live": "for the stand-ins",
    "serve --config other.yml": "there is no file “other.yml”",
    "check --format xml": '--format has no "xml"; there are text, json, github, gitlab',
    "schemas": "did you mean schema?",
    "send": "RECEIVER is missing",
}


@pytest.mark.parametrize("line, hint", WRONG_WORDS.items(), ids=map(ascii, WRONG_WORDS))
def test_wrong_words_are_usage_errors_with_a_hint(line: str, hint: str) -> None:
    """What is not known ends with exit code 2 and says what was probably meant."""
    result = run(*line.split())

    assert result.exit_code == 2
    assert hint in " ".join(result.output.split())


CHINESE = {
    "render pipline.failed": "没有事件 “pipline.failed”；你是不是想写 pipeline.failed？",
    "render push": "可选：push.pushed、push.reset",
    "render missing.json": "没有文件 “missing.json”",
    "render ../hooks/nojson": "没有文件 “../hooks/nojson”",
    "render hooks/xyzzy": "没有文件 “hooks/xyzzy”",
    "render body.txt": "没有文件 “body.txt”",
    "render gitlb/push.pushed": "你是不是想写 gitlab/push.pushed？",
    "render issue.opened --message card": "没有消息类型 “card”；可选：action_card、markdown",
    "render issue.opened --set x": "写成 path=value",
    "trigger push.pushed -u :1": "没有密钥：用 --secret 给出",
    "trigger push.pushed -u nowhere -s x": "“nowhere” 不是地址",
    "explain push.pushed --at x": "“x” 写成 --at 2026-11-20T22:30",
    "serve --robot-faults wecom=bussy": "没有故障 “bussy”；你是不是想写 “busy”？",
    "serve --robot-faults wecom=http:99": "要写 200 到 599 的状态码",
    "serve --robot-faults wcom=busy": "没有机器人 “wcom”；你是不是想写 wecom？",
    "check other.yml": "没有文件 “other.yml”",
}


@pytest.mark.parametrize("line, hint", CHINESE.items(), ids=map(ascii, CHINESE))
def test_hints_come_in_chinese_too(line: str, hint: str) -> None:
    """The language is the option's, or the locale's."""
    words = line.split()
    environ = {"WECOM_WEBHOOK_URL": "some-key", "WEBHOOK_SECRET": "x"} if "explain" in line else {}
    results = [
        run(*words, "--lang", "zh-CN", **environ),
        run(*words, LANG="zh_CN.UTF-8", **environ),
    ]

    assert [result.exit_code for result in results] == [2, 2]
    assert all(hint in result.output.replace("\n", "") for result in results), results[0].output


# events


@pytest.mark.parametrize("source", ["gitlab", "gitee"])
def test_events_lists_every_sample(source: str) -> None:
    """Each sample of the forge stands in the list with its description, within 80 columns."""
    result = run("events", "--source", source)
    words = " ".join(result.output.split())

    assert result.exit_code == 0
    assert max(map(cell_len, result.output.splitlines())) <= 80
    for name in samples.names():
        assert (f" {name.partition('/')[2]} " in words) or not name.startswith(source)
    assert ("gitee" if source == "gitlab" else "gitlab") != result.output.splitlines()[0]


def test_events_as_json() -> None:
    """``--format json`` gives every sample's name, event and both descriptions."""
    found = json.loads(run("events", "--format", "json").output)

    assert [one["name"] for one in found] == samples.names()
    assert set(found[0]) == {"name", "source", "event", "about", "ignored"}


# render


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("name", samples.names())
def test_render_shows_every_sample(name: str, lang: str) -> None:
    """Each sample is shown or its silence is explained, plain and within 80 columns."""
    result = run("render", name, "--lang", lang)

    assert result.exit_code == 0, result.output
    assert max(map(cell_len, result.output.splitlines())) <= 80
    assert "\x1b" not in result.output
    not_sent = {"zh-CN": "\n不发送：", "en": "\nnot sent: "}[lang]
    assert (not_sent in result.output) == bool(samples.load(name).ignored)


def test_render_shows_markup_view_and_bytes() -> None:
    """The markup, the line of the chat list, the message and its size stand one below another."""
    output = run("render", "gitlab/push.pushed", "--receiver", "wecom").output
    order = [
        "🔨 推送 3 个提交 · **platform/api** main · 张三\n> [a1b2c3d](https://",
        "WeCom: 🔨 推送 3 个提交 · platform/api main · 张三",
        "│ ▌ a1b2c3d 修复登录超时后未跳转",
        "/ 4096 B",
    ]

    assert sorted(order, key=output.index) == order
    assert "DingTalk" not in output


def test_render_as_json() -> None:
    """``--format json`` gives title, text, bytes, limit and the request for both platforms."""
    found = json.loads(run("render", "gitlab/push.pushed", "--format", "json").output)
    wecom = found["messages"]["wecom"]

    assert (found["event"], found["decision"]["send"]) == ("push.pushed", True)
    assert list(found["messages"]) == ["wecom", "dingtalk"]
    assert wecom["bytes"] == len(wecom["text"].encode())
    assert wecom["request"]["markdown"]["content"] == wecom["text"]


def test_render_takes_a_message_type() -> None:
    """A type that only one platform knows shows that one."""
    found = json.loads(
        run("render", "merge_request.opened", "--message", "action_card", "--format", "json").output
    )

    assert list(found["messages"]) == ["dingtalk"]
    assert found["messages"]["dingtalk"]["request"]["msgtype"] == "actionCard"


def test_render_changes_the_body_first() -> None:
    """``--set`` writes into the payload before it is read, text or JSON, also into lists."""
    result = run(
        "render", "gitlab/push.pushed", "--set", "user_name=王小明",
        "--set", "commits.2.title=第一", "--set", 'commits.2.message="第一"',
        "--set", "project.path_with_namespace=a/b",
    )  # fmt: skip

    assert "a/b" in result.output
    assert "王小明" in result.output
    assert "第一" in result.output


def test_render_explains_what_is_not_sent() -> None:
    """Events that are understood and stay silent show the reason; none is an error."""
    result = run("render", "gitlab/issue.updated-noise")

    assert (result.exit_code, "not sent: R32" in result.output) == (0, True)


NOT_SENT = {"reason": "R11", "detail": "event job.running is off by default"}


def test_render_says_what_is_off_by_default() -> None:
    """It is shown all the same, with the reason above it or in the JSON."""
    result = run("render", "job.running")
    found = json.loads(run("render", "job.running", "--format", "json", "--lang", "en").output)

    assert "not sent by default: R11 event job.running is off by default" in result.output
    assert found["decision"] == {"send": False, "quiet": False, **NOT_SENT}
    assert len(found["messages"]) == 2


# render, as a configuration words it

OWN = (
    CONFIG
    + """\
templates:
  push: "{{ project.name }} 有新提交"
"""
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    project(tmp_path, OWN)
    return tmp_path


def rendered(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("render", *arguments, "--format", "json").output)
    return found


def test_render_uses_a_configuration(folder: Path) -> None:
    """Every receiver that gets it, in its type, its language and with its mentions."""
    found = rendered("pipeline.failed", "--config", "config.yml")
    messages = found["messages"]

    assert found["decision"]["send"] is True
    assert {name: one["request"]["msgtype"] for name, one in messages.items()} == {
        "ops-group": "markdown", "to-person": "markdown",
    }  # fmt: skip
    assert "Pipeline failed" in messages["ops-group"]["text"]
    assert "流水线失败" in messages["to-person"]["text"]
    assert messages["ops-group"]["request"]["at"]["atMobiles"] == ["13800001111"]
    assert messages["to-person"]["request"]["touser"] == "ZhangSan"


def test_render_uses_a_receiver_of_the_configuration(folder: Path) -> None:
    """Its name is enough; options count more than the configuration, own templates apply."""
    own = rendered("push.pushed", "--receiver", "dev-group")["messages"]
    changed = rendered(
        "issue.opened", "--receiver", "dev-group", "--lang", "en", "--message", "text"
    )["messages"]

    assert own["dev-group"]["text"] == "platform/api 有新提交"
    assert changed["dev-group"]["request"]["msgtype"] == "text"
    assert "New issue" in changed["dev-group"]["text"]


def test_render_takes_the_form_of_the_route_that_sends(folder: Path) -> None:
    """Of two routes to one receiver it is the one whose filters let the event through."""
    head = CONFIG.partition("routes:")[0]
    project(
        folder,
        f"""{head}routes:
  - {{ receivers: [dev-group], projects: [web/**], lang: zh-CN }}
  - {{ receivers: [dev-group], lang: en }}
""",
    )
    text = rendered("push.pushed", "--receiver", "dev-group")["messages"]["dev-group"]["text"]

    assert "3 commits" in text


def test_render_takes_a_failed_pipeline_for_the_first(folder: Path) -> None:
    """A route for changes of the result gets it, as from a function that has just started."""
    head = CONFIG.partition("routes:")[0]
    route = "{ receivers: [dev-group], events: [pipeline.status_changed] }"
    project(folder, f"{head}routes:\n  - {route}\n")

    assert rendered("pipeline.failed", "--config", "config.yml")["decision"]["send"] is True
    assert rendered("pipeline.success", "--config", "config.yml")["decision"]["send"] is False


@pytest.mark.parametrize(
    "receiver, why",
    [
        ("dev-group", "not sent: R22 branch main not in [develop, release/**]"),
        ("ops-group", "not sent: R11 event push.pushed not in [pipeline.failed, deployment]"),
    ],
)
def test_render_says_why_a_receiver_would_not_get_it(folder: Path, receiver: str, why: str) -> None:
    """The message is shown as it would be, below the first reason of the receiver's routes."""
    output = run("render", "push.pushed", "--receiver", receiver).output

    assert f"\n{receiver}\n{why}\n" in output
    assert "platform/api 有新提交" in output


def test_render_shows_everybody_when_nobody_gets_it(folder: Path) -> None:
    """Then each receiver has its reason; an application stands in with a made-up user."""
    found = rendered("push.pushed", "--config", "config.yml")

    assert list(found["messages"]) == ["dev-group", "ops-group", "to-person"]
    assert found["messages"]["to-person"]["request"]["touser"] == "userid"
    assert found["decision"]["send"] is False


def test_render_tells_of_a_template_that_fails(folder: Path) -> None:
    """The built-in message stands in, and the reason is said, not only logged."""
    project(folder, CONFIG + "templates: { push: '{{ projct.name }}' }\n")
    result = run("render", "push.pushed", "--receiver", "dev-group")

    assert "a template failed (E60" in " ".join(result.output.split())
    assert "推送 3 个提交" in result.output


def test_render_refuses_other_names(folder: Path) -> None:
    """A receiver that is neither a platform nor configured, or a type that it has not."""
    unknown = run("render", "push.pushed", "--receiver", "dev-grup")
    no_type = run("render", "push.pushed", "--receiver", "to-person", "--message", "markdown_v2")

    assert (unknown.exit_code, "did you mean dev-group?" in unknown.output) == (2, True)
    assert (no_type.exit_code, "there are markdown, text" in no_type.output) == (2, True)


def test_render_tells_problems_as_check_does(folder: Path) -> None:
    """A broken configuration ends it with exit code 1."""
    project(folder, CONFIG.replace("branches:", "branchs:"))
    result = run("render", "push.pushed", "--config", "config.yml")

    assert (result.exit_code, result.output) == (1, run("check").output)


@pytest.mark.parametrize("form", ["text", "json"])
def test_g1_render_shows_no_secret(folder: Path, form: str) -> None:
    """Not even those written into the file, in message or request."""
    project(folder, written_out())
    output = run("render", "pipeline.failed", "--config", "config.yml", "--format", form).output

    assert "Pipeline failed" in output
    assert [secret for secret in PLANTED if secret in output] == []


def test_render_reads_files(tmp_path: Path) -> None:
    """A file is a sample, or a bare body whose headers are guessed or given."""
    sample = samples.load("gitee/push.pushed")
    whole, bare = tmp_path / "sample.json", tmp_path / "body.json"
    whole.write_text(json.dumps({"headers": sample.headers, "body": sample.body}))
    bare.write_text(json.dumps(sample.body))
    outputs = [
        json.loads(run("render", *arguments, "--format", "json").output)["messages"]
        for arguments in (
            ["gitee/push.pushed"],
            [str(whole)],
            [str(bare)],
            [str(bare), "--source", "gitee", "--header", "X-Gitee-Event: Push Hook"],
        )
    ]

    assert outputs == [outputs[0]] * 4


@pytest.mark.parametrize(
    "text", ["[]", "{", "\xff", "[" * 100_000], ids=["list", "cut", "latin", "deep"]
)
def test_render_refuses_other_files(tmp_path: Path, text: str) -> None:
    """A file that holds no JSON object is a usage error that names it."""
    path = tmp_path / "x.json"
    path.write_bytes(text.encode("latin-1"))
    result = run("render", str(path))

    assert (result.exit_code, "x.json" in result.output) == (2, True)


def test_bare_names_prefer_gitlab_and_obey_source() -> None:
    """A name that both forges have is GitLab's unless ``--source`` says otherwise."""

    def first(*arguments: str) -> str:
        return run("render", *arguments).output.split()[0]

    assert first("push.pushed") == "gitlab/push.pushed"
    assert first("push.pushed", "--source", "gitee") == "gitee/push.pushed"
    assert first("merge_request.tested") == "gitee/merge_request.tested"


# trigger


def test_trigger_sends_gitlab_with_token_and_signature(catcher: Catcher, url: str) -> None:
    """The request carries the secret token and a signature over the very bytes of the body."""
    result = run("trigger", "push.pushed", "-u", url, "-s", "密钥", "--signing-token", TOKEN)
    (event,) = catcher.events
    headers = event["headers"]
    signed = standard_webhook_signature(
        TOKEN, headers["webhook-id"], headers["webhook-timestamp"], event["body"].encode()
    )

    assert result.exit_code == 0
    assert headers["x-gitlab-token"] == "密钥"
    assert headers["webhook-signature"] == f"v1,{signed}"
    assert headers["x-gitlab-event"] == "Push Hook"


@pytest.mark.parametrize("password", [False, True], ids=["signature", "password"])
def test_trigger_sends_gitee_in_both_modes(catcher: Catcher, url: str, password: bool) -> None:
    """Header and body carry the signature, or the password, as Gitee writes them."""
    mode = ["--password"] if password else []
    result = run("trigger", "gitee/push.pushed", "-u", url, "-s", "s3cret", *mode)
    (event,) = catcher.events
    headers, body = event["headers"], json.loads(event["body"])
    stamp = headers["x-gitee-timestamp"]
    sign = "" if password else timestamp_signature("s3cret", stamp)

    assert result.exit_code == 0
    assert headers["x-gitee-token"] == (sign or "s3cret")
    assert (body["password"], body["sign"], body["timestamp"]) == (
        "s3cret" if password else "",
        sign,
        stamp,
    )


def test_trigger_shows_what_it_sent_without_the_secret(url: str) -> None:
    """Headers and sizes are printed, secrets masked, then the answer."""
    output = run("trigger", "push.pushed", "-u", url, "-s", "s3cret").output

    assert "X-Gitlab-Token: ***" in output
    assert "<-- 200 OK" in output
    assert "s3cret" not in output
    assert max(map(cell_len, output.splitlines())) <= 80


def test_trigger_as_json(url: str) -> None:
    """``--format json`` gives request, status and answer; the secret may be a variable."""
    result = run("trigger", "push.pushed", "-u", url, "--format", "json", WEBHOOK_SECRET="s3cret")
    found = json.loads(result.output)

    assert (found["status"], found["answer"]) == (200, {"ok": True})
    assert found["request"]["headers"]["X-Gitlab-Token"] == "***"


def test_trigger_sends_a_new_delivery_each_time(catcher: Catcher, url: str) -> None:
    """Two runs have different delivery ids, so that none counts as a repeat."""
    for _ in range(2):
        run("trigger", "push.pushed", "-u", url, "-s", "x")

    assert len({event["headers"]["idempotency-key"] for event in catcher.events}) == 2


def test_trigger_fails_unless_2xx(catcher: Catcher, url: str) -> None:
    """A refusal is shown and ends with exit code 1."""
    catcher.status = 503
    result = run("trigger", "push.pushed", "-u", url, "-s", "x")

    assert (result.exit_code, "<-- 503 Service Unavailable" in result.output) == (1, True)


def test_trigger_without_a_server_says_so() -> None:
    """No answer is a message and exit code 1; an address that is none is a usage error."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refused = run("trigger", "push.pushed", "-u", f":{port}", "-s", "x")
    odd = run("trigger", "push.pushed", "-u", "nowhere", "-s", "x")

    assert (refused.exit_code, odd.exit_code) == (1, 2)
    assert "no connection; is it running?" in refused.output
    assert '"nowhere" is no address' in odd.output


def test_trigger_takes_the_secret_of_a_source(folder: Path, catcher: Catcher, url: str) -> None:
    """``--config`` gives the source's secret and signing token; ``.env`` counts, options win."""
    both = run("trigger", "push.pushed", "-u", url, "--config", "config.yml")
    own = run("trigger", "push.pushed", "-u", url, "--config", "config.yml", "-s", "mine")
    gitee = run("trigger", "gitee/push.pushed", "-u", url, "--config", "config.yml")
    first, second, third = (event["headers"] for event in catcher.events)

    assert [one.exit_code for one in (both, own, gitee)] == [0, 0, 0]
    assert (first["x-gitlab-token"], second["x-gitlab-token"]) == (WEBHOOK_SECRET, "mine")
    assert ("webhook-signature" in first, "webhook-signature" in second) == (True, False)
    assert third["x-gitee-token"] == timestamp_signature(WEBHOOK_SECRET, third["x-gitee-timestamp"])
    assert [
        secret for secret in PLANTED for one in (both, own, gitee) if secret in one.output
    ] == []


def test_trigger_reads_the_environment_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                            catcher: Catcher, url: str) -> None:  # fmt: skip
    """WEBHOOK_SECRET may stand in ``.env``; what is set wins."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("WEBHOOK_SECRET=from-file\n")
    run("trigger", "push.pushed", "-u", url)
    run("trigger", "push.pushed", "-u", url, WEBHOOK_SECRET="set")

    assert [event["headers"]["x-gitlab-token"] for event in catcher.events] == ["from-file", "set"]


def test_trigger_without_the_source_says_so(folder: Path, url: str) -> None:
    """A hook that the file has not, or a secret that is not here, is a failure."""
    unknown = run("trigger", "push.pushed", "-u", url, "--config", "config.yml", "--hook", "x")
    project(folder, env={})
    unset = run("trigger", "push.pushed", "-u", url, "--config", "config.yml")

    assert (unknown.exit_code, "has no secret for x" in unknown.output) == (1, True)
    assert (unset.exit_code, "has no secret for gitlab" in unset.output) == (1, True)


# serve


@pytest.fixture
def robots() -> Iterator[RobotServer]:
    with RobotServer() as server:
        yield server


def test_an_event_of_each_forge_reaches_both_stand_ins(robots: RobotServer) -> None:
    """The real handler, fed through the local server, delivers to both robots, signed."""
    environ = serving.stand_in_environ({"WECOM_WEBHOOK_URL": "real"}, robots, {})
    with LocalServer(create_app(handler.build(environ))) as server:
        results = [
            run("trigger", name, "-u", f":{server.port}", "-s", DEV_SECRET)
            for name in ("gitlab/push.pushed", "gitee/push.pushed")
        ]

    assert [result.exit_code for result in results] == [0, 0]
    assert sorted(message.vendor for message in robots.received) == ["dingtalk"] * 2 + ["wecom"] * 2


def test_serving_keeps_what_the_user_chose(robots: RobotServer) -> None:
    """Own settings stay, real robots never do; a blank secret counts as none."""
    chosen = {"NOTIFY_LANG": "en", "WEBHOOK_SECRET": "mine", "DINGTALK_SECRET": "SECreal"}
    environ = serving.stand_in_environ(chosen, robots, {})
    blank = serving.stand_in_environ({"WEBHOOK_SECRET": " "}, robots, {})

    assert (environ["NOTIFY_LANG"], environ["WEBHOOK_SECRET"]) == ("en", "mine")
    assert environ["DINGTALK_SECRET"] != "SECreal"
    assert environ["RELAY_ALLOW_HOSTS"] == robots.host
    assert blank["WEBHOOK_SECRET"] == DEV_SECRET


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    """``python -m relay serve`` on a free port, in a process of its own."""
    environ = {key: value for key, value in os.environ.items() if "SECRET" not in key}
    arguments = [sys.executable, "-m", "relay", "serve", "--port", "0"]
    with subprocess.Popen(  # noqa: S603
        [*arguments, "--robot-faults", "wecom=busy*1"],
        cwd=ROOT,
        env={**environ, "PYTHONWARNINGS": "ignore", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as running:
        yield running
        running.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_serve_runs_shows_and_ends_cleanly(
    process: subprocess.Popen[str], number: signal.Signals
) -> None:
    """Four lines to start with; an event of each forge becomes bubbles; then a clean end."""
    assert process.stdout
    start = [process.stdout.readline() for _ in range(4)]
    address = re.search(r"http://127\.0\.0\.1:\d+", start[0])
    assert address
    to = ("-u", address[0], "-s", "dev-secret")
    results = [run("trigger", event, *to) for event in ("push.pushed", "gitee/issue.opened")]
    health = requests.get(address[0], timeout=10)
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)

    assert ([result.exit_code for result in results], health.status_code) == ([0, 0], 200)
    assert "secret: dev-secret" in start[1]
    assert (process.returncode, errors, output.splitlines()[-1]) == (0, "", "Stopped.")
    assert "--> push.pushed  platform/api main" in output
    assert "WeCom: 🐛" in output
    assert "DingTalk: 🔨" in output
    assert "DingTalk: 🐛" in output
    assert max(map(cell_len, [*start, *output.splitlines()])) <= 81  # with its line break


def test_a_port_in_use_is_explained() -> None:
    """The message names the port and the option that helps; exit code 1, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))

    assert result.exit_code == 1
    assert f"port {port} cannot be used" in result.output
    assert f"--port {port + 1}" in " ".join(result.output.split()) or port == 65535
    assert "Traceback" not in result.output


def test_live_without_robots_is_explained() -> None:
    """``--live`` uses the environment's robots, and says which variable is missing."""
    result = run("serve", "--port", "0", "--live", WECOM_WEBHOOK_URL="", DINGTALK_WEBHOOK_URL="",
                 WEBHOOK_SECRET="x")  # fmt: skip

    assert (result.exit_code, "WECOM_WEBHOOK_URL" in result.output) == (1, True)


def test_missing_packages_are_explained() -> None:
    """Without click, ``python -m relay`` says what to install and shows no traceback."""
    code = (
        "import sys, runpy; sys.modules['click'] = None; "
        "runpy.run_module('relay', run_name='__main__')"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30
    )

    assert done.returncode == 1
    assert "requirements-workbench.txt" in done.stderr
    assert "Traceback" not in done.stderr
