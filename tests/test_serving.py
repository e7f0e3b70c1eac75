"""`serve` with a configuration file: stand-ins for its receivers, what is told, what is re-read."""

import io
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
from relays import Clock
from rich.cells import cell_len
from verbs import (
    CLEAN,
    CONFIG,
    CORP_SECRET,
    PLANTED,
    ROBOT_SECRET,
    VALUES,
    WEBHOOK_SECRET,
    WECOM_KEY,
    project,
    run,
    written_out,
)

import handler
from relay.config import Config
from relay.configuration.live import Live
from relay.configuration.loading import load
from relay.configuration.origins import Loaded, origin
from relay.configuration.secrets import Store
from relay.errors import ConfigError
from workbench import configured
from workbench.local_server import LocalServer, create_app
from workbench.robots import RobotServer
from workbench.serving import Reports
from workbench.stand_ins import DEV_SECRET, StandIns
from workbench.terminal import console

ROOT = Path(__file__).parent.parent


@pytest.fixture
def robots() -> Iterator[RobotServer]:
    """Robots by the real clock, as what is sent to them is signed with it."""
    with RobotServer() as server:
        yield server


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def local(robots: RobotServer, text: str, environ: dict[str, str] = VALUES) -> Config:
    """Return what `StandIns` make of *text*."""
    environ = {**environ, "CONFIG_YAML": text}
    return StandIns(robots, {}).read(origin(environ), environ, Store(environ)).usable()


def real(text: str, environ: dict[str, str] = VALUES) -> Config:
    return load(text, "CONFIG_YAML", environ, Store(environ)).usable()


# Receivers and sources.


def test_every_receiver_has_a_stand_in(robots: RobotServer) -> None:
    """Addresses are those of the stand-ins; all else of a receiver and the digest stay."""
    found, meant = local(robots, CONFIG), real(CONFIG)

    pairs = zip(found.receivers, meant.receivers, strict=True)

    assert all(one._replace(url=other.url) == other for one, other in pairs)
    assert all(one.url.reveal().startswith(robots.url) for one in found.receivers)
    assert found._replace(receivers=()) == meant._replace(receivers=())


def test_the_same_address_stays_the_same(robots: RobotServer) -> None:
    """Two names for one group are one group here too, so that it gets an event once."""
    text = CONFIG.replace(
        "  ops-group:", '  twin: { type: wecom_robot, url: "${WECOM_DEV_URL}" }\n  ops-group:'
    )
    urls = {one.name: one.url for one in local(robots, text).receivers}

    assert urls["twin"] == urls["dev-group"]
    assert urls["twin"] != urls["ops-group"]


def test_applications_of_two_corporations_are_two(robots: RobotServer) -> None:
    """The same agent id at another corporation is another application."""
    other = """\
  other:
    type: wecom_app
    corp_id: ww9999999999999999
    agent_id: "1000002"
    secret: another-secret
    to: [LiSi]
people:
"""
    found = {one.name: one for one in local(robots, CONFIG.replace("people:\n", other)).receivers}

    assert found["to-person"].agent_id == "1000002"
    assert found["other"].agent_id != "1000002"


def test_an_application_reaches_the_users_of_all_its_receivers(
    folder: Path, robots: RobotServer
) -> None:
    """Two receivers of one application are one, whose range holds the people of both."""
    other = """\
  leads:
    type: wecom_app
    corp_id: ww0123456789abcdef
    agent_id: "1000002"
    secret: ${WECOM_APP_SECRET}
    to: [LiSi]
people:
"""
    text = CONFIG.replace("people:\n", other).replace("to: [author, reviewers]", "to: [WangWu]")
    project(folder, text.replace("[to-person]", "[to-person, leads]"))
    given = configured.setting("config.yml", "en")
    live = Live(given.environ, read=StandIns(robots, {}).read)
    with LocalServer(create_app(handler.build({}, live=live))) as server:
        run("trigger", "comment.created-issue", "-u", f":{server.port}", "--config", "config.yml")

    people = {one.raw["touser"] for one in robots.received if one.vendor == "wecom_app"}

    assert people == {"WangWu", "LiSi"}


def test_a_source_without_its_secret_is_opened(robots: RobotServer) -> None:
    """What cannot be had here becomes the secret that everybody knows; the others stay."""
    text = CONFIG.replace(
        'gitee, secret: "${GITLAB_WEBHOOK_SECRET}"', 'gitee, secret: "${NOT_SET}"'
    )
    gitlab, gitee = local(robots, text).sources

    assert [secret.reveal() for secret in gitee.secrets] == [DEV_SECRET]
    assert [secret.reveal() for secret in gitlab.secrets] == [WEBHOOK_SECRET]
    assert gitlab == real(CONFIG).sources[0]


@pytest.fixture
def served(robots: RobotServer, folder: Path) -> Iterator[str]:
    """The handler behind a local server, configured as `serve --config config.yml` does."""
    project(folder)
    given = configured.setting("config.yml", "en")
    live = Live(given.environ, read=StandIns(robots, {}).read)
    with LocalServer(create_app(handler.build({}, live=live))) as server:
        yield f":{server.port}"


def test_routes_can_be_tried(robots: RobotServer, served: str) -> None:
    """An event reaches the stand-ins of its receivers, signed and with a token."""
    result = run("trigger", "pipeline.failed", "-u", served, "--config", "config.yml")

    assert result.exit_code == 0, result.output
    assert {message.vendor for message in robots.received} == {"dingtalk", "wecom_app"}
    assert {message.key for message in robots.received} == {"ops-group", "1000002"}


@pytest.mark.parametrize(
    "hook, secret, code", [("gitlab", WEBHOOK_SECRET, 0), ("gitlab", "x", 1), ("gitlob", "x", 1)]
)
def test_trigger_calls_a_named_source(served: str, hook: str, secret: str, code: int) -> None:
    """``--hook NAME`` goes to /hook/NAME, where that source's own secret counts."""
    result = run("trigger", "push.pushed", "-u", served, "--hook", hook, "-s", secret)

    assert result.exit_code == code
    assert f"/hook/{hook}" in result.output


# What is told when the file changes.


def test_a_changed_file_is_told(folder: Path) -> None:
    """A fault is printed as ``check`` does and the old configuration stays; then the new counts."""
    path = project(folder)
    given = configured.setting("config.yml", "zh-CN")
    stream, clock = io.StringIO(), Clock(0.0)
    live = Live(given.environ, clock, read=Reports(given, console(stream), "zh-CN").read)
    before = live.current()
    told = [stream.getvalue()]
    for text in (CONFIG.replace("branches:", "branchs:"), CONFIG + "lang: en\n"):
        path.write_text(text, encoding="utf-8")
        clock.now += 10
        live.current()
        told.append(stream.getvalue().removeprefix("".join(told)))

    assert told[0] == ""
    assert "E101 routes[0] 里没有 “branchs” 这个键\n   28 |     branchs:" in told[1]
    assert told[1].endswith("config.yml 有错，继续用之前的配置\n")
    assert told[2] == "config.yml 已重新读取：3 个接收者，4 条路由\n"
    assert (before.lang, live.current().lang) == ("zh-CN", "en")


def test_a_broken_file_does_not_start(folder: Path) -> None:
    """The problems are printed as ``check`` does, with exit code 1; no secret among them."""
    project(folder, written_out(CONFIG.replace("branches:", "branchs:")))
    for options in ([], ["--live"]):
        result = run("serve", "--port", "0", *options)

        assert (result.exit_code, "config.yml:28:5: E101 " in result.output) == (1, True)
        assert [secret for secret in PLANTED if secret in result.output] == []


def test_missing_secrets_do_not_keep_it_from_starting(robots: RobotServer) -> None:
    """Live takes a configuration whose secrets are all missing; the strict way does not."""
    environ = {"CONFIG_YAML": CONFIG}
    seen: list[Loaded] = []
    config = Live(environ, read=StandIns(robots, {}, seen.append).read).current()

    assert len(config.receivers) == 3
    assert len(seen) == 1
    with pytest.raises(ConfigError):
        Live(environ).current()


# The whole command, in a process of its own.


def start(folder: Path, *options: str, **environ: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "relay", "serve", "--port", "0", "--config", "config.yml"]
    usual = {key: value for key, value in os.environ.items() if key not in CLEAN}
    return subprocess.Popen(  # noqa: S603
        [*arguments, *options],
        cwd=folder,
        env={
            **usual,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "COLUMNS": "80",
            **environ,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def welcome(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout
    return [process.stdout.readline() for _ in range(4)]


def port(lines: list[str]) -> str:
    found = re.search(r"127\.0\.0\.1(:\d+)", lines[0])
    assert found
    return found[1]


def end(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=20)
    return output + errors


@pytest.mark.parametrize(
    "lang, lines, groups",
    [
        (
            "zh-CN",
            (
                "页面",
                ".env 里的 GITLAB_WEBHOOK_SECRET",
                "config.yml 里 3 个接收者的模拟机器人",
                "停止    Ctrl-C",
            ),
            ("钉钉 markdown → ops-group", "企业微信应用 markdown → ZhangSan", "发送 2，跳过 "),
        ),
        (
            "en",
            (
                "Page",
                "GITLAB_WEBHOOK_SECRET in .env",
                "for the receivers of config.yml (3)",
                "Ctrl-C",
            ),
            ("DingTalk markdown → ops-group", "WeCom app markdown → ZhangSan", "2 sent, "),
        ),
    ],
)
def test_serve_shows_the_groups_of_a_file(
    folder: Path, lang: str, lines: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    """Four lines name the configuration; an event gets through; groups are named; no secret."""
    project(folder)
    with start(folder, "--lang", lang) as process:
        try:
            shown = welcome(process)
            tried = run("trigger", "push.pushed", "-u", port(shown), "--config", "config.yml")
            run("trigger", "pipeline.failed", "-u", port(shown), "--config", "config.yml")
            output = end(process)
        finally:
            process.kill()

    assert all(words in line for words, line in zip(lines, shown, strict=True)), shown
    assert max(cell_len(line.rstrip()) for line in (*shown, *output.splitlines())) <= 80
    assert tried.exit_code == 0, tried.output
    unwrapped = "".join(output.split())  # how long a line gets depends on the milliseconds in it
    assert [words for words in groups if "".join(words.split()) not in unwrapped] == []
    texts = "".join([*shown, output, tried.output])
    assert [secret for secret in PLANTED if secret in texts] == []


def test_serve_names_the_file_where_there_is_not_one_variable(folder: Path) -> None:
    """Two sources with secrets of their own: the start cannot say more than where to look."""
    text = CONFIG.replace(
        'gitee, secret: "${GITLAB_WEBHOOK_SECRET}"', 'gitee, secret: "${GITLAB_TOKEN}"'
    )
    project(folder, text)
    with start(folder, "--lang", "en") as process:
        try:
            shown = welcome(process)
            end(process)
        finally:
            process.kill()

    assert shown[1].rstrip().endswith("secret: as in config.yml")


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh-CN", "端口 {0} 不能用（已被占用）"),
        ("en", "port {0} cannot be used (it is taken)"),
    ],
)
def test_a_port_that_is_taken_is_named_and_another_one(lang: str, told: str) -> None:
    """In the person's own words, not in the system's."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        found = run("serve", "--port", str(number), "--lang", lang)
    shown = "".join(found.output.split())

    assert found.exit_code == 1
    assert "".join(told.format(number).split()) in shown
    assert f"PORT={number + 1 if number < 65535 else 9001}" in shown


def test_serve_uses_no_queue_and_says_so(folder: Path) -> None:
    """Nobody would take out what it puts in: the message is sent at once."""
    project(folder)
    with start(folder, "--lang", "en", RELAY_QUEUE="sqs://relay.fifo") as process:
        try:
            shown = welcome(process)
            given = ("-u", port(shown), "--config", "config.yml")
            tried = run("trigger", "gitlab/pipeline.failed", *given)
            end(process)
        finally:
            process.kill()

    assert "RELAY_QUEUE (queue) is not used here" in shown[3]
    assert tried.exit_code == 0, tried.output
    assert "200" in tried.output
    assert '"queued"' not in tried.output


def test_live_sends_to_the_robots_of_the_file(folder: Path, robots: RobotServer) -> None:
    """``--live`` keeps the receivers as they are, and says that messages are really sent."""
    values: dict[str, Any] = {
        **VALUES,
        "WECOM_DEV_URL": robots.add_wecom(WECOM_KEY),
        "DINGTALK_OPS_URL": robots.add_dingtalk("ops", secret=ROBOT_SECRET),
        "RELAY_ALLOW_HOSTS": robots.host,
    }
    api = robots.add_wecom_app(secret=CORP_SECRET)
    project(folder, CONFIG.replace("agent_id:", f"api_base: {api}\n    agent_id:"), values)
    with start(folder, "--live", "--lang", "en") as process:
        try:
            shown = welcome(process)
            result = run("trigger", "pipeline.failed", "-u", port(shown), "--config", "config.yml")
            output = end(process)
        finally:
            process.kill()

    assert "those of config.yml: messages are really sent" in shown[2]
    assert (result.exit_code, "2 sent" in output) == (0, True), output
    assert {message.vendor for message in robots.received} == {"dingtalk", "wecom_app"}
