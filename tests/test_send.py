"""The verb ``send``: one real message, the vendor's answer, and what to do about it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from verbs import (
    CONFIG,
    CORP_SECRET,
    DINGTALK_TOKEN,
    MOBILE,
    PLANTED,
    ROBOT_SECRET,
    VALUES,
    WECOM_KEY,
    project,
    run,
    widest,
    written_out,
)

from workbench.robots import RobotServer


@pytest.fixture
def robots() -> Iterator[RobotServer]:
    """Robots by the real clock, as the command signs with it."""
    with RobotServer() as server:
        yield server


@pytest.fixture
def values(robots: RobotServer) -> dict[str, str]:
    """The variables of `CONFIG`, with the addresses of stand-ins."""
    return {
        **VALUES,
        "WECOM_DEV_URL": robots.add_wecom(WECOM_KEY),
        "DINGTALK_OPS_URL": robots.add_dingtalk(DINGTALK_TOKEN, secret=ROBOT_SECRET),
        "API": robots.add_wecom_app(secret=CORP_SECRET),
        "RELAY_ALLOW_HOSTS": robots.host,
    }


def with_api(values: dict[str, str], text: str = CONFIG) -> str:
    return text.replace("agent_id:", f"api_base: {values['API']}\n    agent_id:")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> Path:
    monkeypatch.chdir(tmp_path)
    project(tmp_path, with_api(values), values)
    return tmp_path


@pytest.mark.parametrize(
    "receiver, arguments, about, title",
    [
        ("dev-group", (), "dev-group · 企业微信", "测试消息"),
        ("ops-group", (), "ops-group · 钉钉", "Test message"),
        ("to-person", ("--to", "ZhangSan"), "to-person · 企业微信应用", "测试消息"),
    ],
    ids=["robot", "signed", "application"],
)
def test_a_test_message_arrives(
    robots: RobotServer, receiver: str, arguments: tuple[str, ...], about: str, title: str
) -> None:
    """Through formatter, signature and token, in the receiver's own language; exit code 0."""
    result = run("send", receiver, *arguments, "--lang", "zh-CN")
    (message,) = robots.received

    assert (result.exit_code, result.output.startswith(f"✓ {about}  ")) == (0, True), result.output
    assert f"{title} · " in message.text
    assert f"  {len(message.text.encode())} B  " in result.output or receiver == "ops-group"


def test_an_event_goes_out_as_its_route_words_it(folder: Path, robots: RobotServer) -> None:
    """A named event has the form of the receiver's route, whatever the filters say."""
    text = CONFIG.replace(
        "    branches: [develop", "    append: { push: 自己的一行 }\n    branches: [develop"
    )
    project(folder, text, {**VALUES, "WECOM_DEV_URL": robots.add_wecom(WECOM_KEY),
                           "RELAY_ALLOW_HOSTS": robots.host})  # fmt: skip
    result = run("send", "dev-group", "push.pushed", "--set", "user_name=王小明")

    assert result.exit_code == 0
    assert "王小明" in robots.received[0].text
    assert "自己的一行" in robots.received[0].text


def test_all_addresses_of_a_name_get_it(folder: Path, robots: RobotServer) -> None:
    """A receiver of two groups sends two messages; ``name#2`` is the second alone."""
    text = CONFIG.replace('"${WECOM_DEV_URL}"', '["${WECOM_DEV_URL}", "${OTHER}"]')
    values = {"WECOM_DEV_URL": robots.add_wecom("one"), "OTHER": robots.add_wecom("two"),
              "RELAY_ALLOW_HOSTS": robots.host}  # fmt: skip
    project(folder, text, {**VALUES, **values})
    codes = [run("send", name).exit_code for name in ("dev-group", "dev-group#2")]

    assert codes == [0, 0]
    assert sorted(message.key for message in robots.received) == ["one", "two", "two"]


# By fault: receiver, its key, the codes, and words of the remedy in Chinese and in English.
REFUSALS = {
    "throttle": ("dev-group", WECOM_KEY, "45009 E502", "再加一个群机器人", "second robot"),
    "badkey": ("dev-group", WECOM_KEY, "93000 E501", "重新复制地址", "copy the address again"),
    "sign": ("ops-group", DINGTALK_TOKEN, "310000 E522", "加签密钥", "signing secret"),
    "keyword": ("ops-group", DINGTALK_TOKEN, "310000 E521", "自定义关键词", "custom keywords"),
    "http:500": ("dev-group", WECOM_KEY, "500 E505", "HTTP 500", "HTTP 500"),
}


@pytest.mark.parametrize("fault", REFUSALS)
@pytest.mark.parametrize("lang, hint", [("zh-CN", "  提示："), ("en", "  hint: ")])
def test_a_refusal_is_explained(robots: RobotServer, fault: str, lang: str, hint: str) -> None:
    """The vendor's code, ours, what it means and the fix, in the caller's language; exit code 1."""
    receiver, key, codes, chinese, english = REFUSALS[fault]
    robots.set_faults(key, fault)
    result = run("send", receiver, "--lang", lang)
    output = " ".join(result.output.split())
    words = english if lang == "en" else chinese

    assert result.exit_code == 1
    assert f"✗ {receiver} · " in output
    assert codes in output
    assert words.replace(" ", "") in output.replace(" ", "")  # Chinese breaks anywhere
    assert hint in result.output
    assert ("errcode" in output) == (fault != "http:500")
    assert bool(re.search("[一-鿿]", told_by(result))) == (lang != "en")
    assert widest(result) <= 80


def told_by(result: Result) -> str:
    """Return what *result* says of a refusal, without the line that names the receiver."""
    return result.output.partition("\n")[2]


def test_as_json(robots: RobotServer) -> None:
    """``--format json`` is the answer the function gives for an event."""
    sent = json.loads(run("send", "dev-group", "--format", "json").output)
    robots.set_faults(WECOM_KEY, "badkey")
    failed = run("send", "dev-group", "--format", "json")

    assert (sent["ok"], sent["event"], sent["sent"][0]["receiver"]) == (
        True, "test.ping", "dev-group",
    )  # fmt: skip
    (one,) = json.loads(failed.output)["failed"]
    assert (failed.exit_code, one["vendor_code"], one["code"]) == (1, "93000", "E501")


def test_a_remark_of_the_vendor_is_shown() -> None:
    """Somebody outside of the application's range is named, although others got the message."""
    result = run("send", "to-person", "--to", "ZhangSan", "--to", "Nobody", "--lang", "zh-CN")

    assert result.exit_code == 0
    assert "没有送达：nobody" in result.output.lower()


def test_nobody_to_write_to_is_a_usage_error(robots: RobotServer) -> None:
    """Roles mean nobody in a test message: ``--to`` is asked for, nothing is sent."""
    result = run("send", "to-person")

    assert (result.exit_code, "name somebody with --to USERID" in result.output) == (2, True)
    assert robots.attempts == []


def test_roles_find_people_in_a_real_event(robots: RobotServer) -> None:
    """With an event, the application's own list decides."""
    result = run("send", "to-person", "pipeline.failed")

    assert result.exit_code == 0
    assert robots.received[0].raw["touser"] == "ZhangSan"


WRONG = {
    "dev-grup": 'no receiver "dev-grup"; did you mean dev-group?',
    "xyzzy": 'no receiver "xyzzy"; there are dev-group, ops-group, to-person',
    "dev-group --to ZhangSan": "dev-group is a robot",
    "dev-group pipline.failed": "did you mean pipeline.failed?",
    "dev-group --config other.yml": "there is no file",
}


@pytest.mark.parametrize("line, hint", WRONG.items(), ids=WRONG)
def test_wrong_words_are_usage_errors(robots: RobotServer, line: str, hint: str) -> None:
    """Exit code 2 with the nearest name, and nothing is sent."""
    result = run("send", *line.split())

    assert (result.exit_code, hint in " ".join(result.output.split())) == (2, True), result.output
    assert robots.attempts == []


def test_an_event_that_is_never_sent_is_a_failure(robots: RobotServer) -> None:
    """What the adapter leaves out cannot be sent; the reason is given."""
    result = run("send", "dev-group", "gitlab/issue.updated-noise")

    assert (result.exit_code, "not sent: R32" in result.output) == (1, True)
    assert robots.attempts == []


def test_only_the_secrets_of_the_receiver_are_needed(
    folder: Path, robots: RobotServer, values: dict[str, str]
) -> None:
    """Another receiver's variable may be missing; its own is a problem with its place."""
    del values["DINGTALK_OPS_URL"], values["GITLAB_WEBHOOK_SECRET"]
    project(folder, with_api(values), values)
    fine, wrong = run("send", "dev-group"), run("send", "ops-group")

    assert (fine.exit_code, wrong.exit_code, len(robots.received)) == (0, 1, 1)
    assert "E201 environment variable DINGTALK_OPS_URL is not set" in wrong.output
    assert "GITLAB_WEBHOOK_SECRET" not in wrong.output


def test_a_broken_configuration_is_told_as_check_does(
    folder: Path, robots: RobotServer, values: dict[str, str]
) -> None:
    """The problems and exit code 1; nothing is sent."""
    project(folder, with_api(values).replace("branches:", "branchs:"), values)
    result = run("send", "dev-group")

    assert (result.exit_code, result.output) == (1, run("check").output)
    assert robots.attempts == []


def test_a_robot_of_the_environment_is_sent_to(folder: Path, robots: RobotServer) -> None:
    """Without a file the receivers are called wecom and dingtalk."""
    (folder / "config.yml").unlink()
    (folder / ".env").unlink()
    result = run("send", "wecom", WECOM_WEBHOOK_URL=robots.add_wecom("one"), WEBHOOK_SECRET="x",
                 RELAY_ALLOW_HOSTS=robots.host)  # fmt: skip

    assert (result.exit_code, len(robots.received)) == (0, 1)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "fault", ["", "badkey", "sign", "reset", "http:500", "waf", "redirect:http://127.0.0.1:1/"]
)
@pytest.mark.parametrize("receiver", ["dev-group", "ops-group", "to-person"])
def test_g1_no_secret_is_shown(
    folder: Path, robots: RobotServer, values: dict[str, str], receiver: str, fault: str, form: str
) -> None:
    """Whatever the vendor answers, and whether secrets are references or written out."""
    keys = {"dev-group": WECOM_KEY, "ops-group": DINGTALK_TOKEN, "to-person": "1000002"}
    if fault:
        robots.set_faults(keys[receiver], fault)
    to = ["--to", "ZhangSan"] if receiver == "to-person" else []
    text = CONFIG
    for name in ("WECOM_DEV_URL", "DINGTALK_OPS_URL"):
        text = text.replace(f"${{{name}}}", values[name])
    project(folder, written_out(with_api(values, text)), {"RELAY_ALLOW_HOSTS": robots.host})
    result = run("send", receiver, *to, "--format", form)

    assert [secret for secret in (*PLANTED, MOBILE) if secret in result.output] == []
    assert result.exit_code == bool(fault), result.output
