"""The verb ``trigger`` against a served function: every kind of proof, what is told at the end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from verbs import PLANTED, SIGNING_TOKEN, WEBHOOK_SECRET, WECOM_KEY, project, run, widest

import handler
from workbench.local_server import LocalServer, create_app
from workbench.robots import RobotServer

CONFIG = """\
version: 1
lang: en
sources:
  token: { type: gitlab, secret: "${SECRET}" }
  signed: { type: gitlab, signing_token: "${TOKEN}" }
  both: { type: gitlab, secret: "${SECRET}", signing_token: "${TOKEN}" }
  hmac: { type: gitee, secret: "${SECRET}", signature: hmac }
  password: { type: gitee, secret: "${SECRET}", signature: password }
receivers:
  dev-group: { type: wecom_robot, url: "${ROBOT}" }
routes:
  - events: [push]
    receivers: [dev-group]
"""
FORGES = {name: "gitee" if name in ("hmac", "password") else "gitlab"
          for name in ("token", "signed", "both", "hmac", "password")}  # fmt: skip
SECRET, TOKEN = ("-s", WEBHOOK_SECRET), ("--signing-token", SIGNING_TOKEN)
# By proof: its options, how the summary calls it, and which sources take it.
PROOFS: dict[str, tuple[tuple[str, ...], str, str, tuple[str, ...]]] = {
    "secret token": (SECRET, "gitlab", "(secret token)", ("token",)),
    "signing token": (TOKEN, "gitlab", "(signing token)", ("signed", "both")),
    "both": ((*SECRET, *TOKEN), "gitlab", "(secret token + signing token)",
             ("token", "signed", "both")),
    "signature": (SECRET, "gitee", "(signature)", ("hmac",)),
    "password": ((*SECRET, "--password"), "gitee", "(password)", ("password",)),
    "nothing to gitlab": (("--unsigned",), "gitlab", "(unsigned)", ()),
    "nothing to gitee": (("--unsigned",), "gitee", "(unsigned)", ()),
}  # fmt: skip
CASES = [
    (proof, source) for proof, row in PROOFS.items() for source, forge in FORGES.items()
    if forge == row[1]
]  # fmt: skip


@pytest.fixture
def robots() -> Iterator[RobotServer]:
    with RobotServer() as server:
        yield server


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, robots: RobotServer) -> Iterator[str]:
    """Serve a function whose configuration, with all its secrets, is in the current folder."""
    monkeypatch.chdir(tmp_path)
    values = {
        "SECRET": WEBHOOK_SECRET,
        "TOKEN": SIGNING_TOKEN,
        "ROBOT": robots.add_wecom(WECOM_KEY),
        "RELAY_ALLOW_HOSTS": robots.host,
    }
    path = project(tmp_path, CONFIG, values)
    handle = handler.build({**values, "CONFIG_FILE": str(path)})
    with LocalServer(create_app(handle)) as server:
        yield f":{server.port}"


def sent_to(url: str, source: str, *options: str, event: str = "push.pushed") -> Result:
    return run("trigger", f"{FORGES[source]}/{event}", "-u", url, "--hook", source, *options)


@pytest.mark.parametrize(("proof", "source"), CASES)
def test_each_proof_opens_the_sources_that_ask_for_it(
    url: str, robots: RobotServer, proof: str, source: str
) -> None:
    """And no other: 401, exit code 1. The summary names the proof, not its value."""
    options, _, told, takers = PROOFS[proof]
    result = sent_to(url, source, *options)
    is_taken = source in takers

    assert (result.exit_code, len(robots.received)) == ((0, 1) if is_taken else (1, 0))
    assert ("<-- 200 OK" if is_taken else "<-- 401 Unauthorized") in result.output
    assert told in result.output.partition("\n    Content-Type")[0]
    assert [one for one in PLANTED if one in result.output] == []


@pytest.mark.parametrize("source", FORGES)
def test_the_configuration_has_the_right_proof(url: str, robots: RobotServer, source: str) -> None:
    """With ``--config`` and ``--hook`` alone every source takes it."""
    result = sent_to(url, source, "--config", "config.yml")

    assert (result.exit_code, len(robots.received)) == (0, 1), result.output


def test_json_names_the_proofs(url: str) -> None:
    """For programs, in words that stay."""
    found = [
        json.loads(sent_to(url, source, *options, "--format", "json").stdout)["request"]["proofs"]
        for source, options in (("both", (*SECRET, *TOKEN)), ("hmac", SECRET),
                                ("password", (*SECRET, "--password")), ("token", ("--unsigned",)))
    ]  # fmt: skip

    assert found == [["secret_token", "signing_token"], ["signature"], ["password"], []]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_silence_has_its_reason_and_the_next_command_at_the_end(url: str, lang: str) -> None:
    """Accepted, and nobody gets it: why, and how to see the whole decision."""
    result = sent_to(
        url, "token", *SECRET, "--lang", lang, "--config", "config.yml", event="issue.opened"
    )
    *_, why, command = result.output.splitlines()
    begin = {
        "zh-CN": ("没有发出消息：R11 ", "详情："),
        "en": ("nothing was sent: R11 ", "details: "),
    }
    explained = run(*command.partition(" -m relay ")[2].split())

    assert (result.exit_code, why.startswith(begin[lang][0])) == (0, True)
    assert command.startswith(begin[lang][1])
    assert command.endswith("explain gitlab/issue.opened --source token --config config.yml")
    assert (explained.exit_code, "✗" in explained.output) == (0, True)


def test_without_a_configuration_here_no_command_is_named(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`explain` could say nothing: the reason alone is the last line."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    result = sent_to(url, "token", *SECRET, event="issue.opened")

    assert result.output.splitlines()[-1].startswith("nothing was sent: R11 ")


@pytest.mark.parametrize("options", [SECRET, ("--unsigned",)], ids=["sent", "refused"])
def test_other_answers_end_with_the_answer(url: str, options: tuple[str, ...]) -> None:
    """What was sent needs no reason, and a refusal brings its own."""
    assert sent_to(url, "token", *options).output.splitlines()[-1] == "}"


LONG = {"ok": False, "fix": "a sentence of some words, " * 8, "中文": "一句很长的话，" * 20}


def test_the_answer_can_be_copied_as_it_stands() -> None:
    """JSON stays JSON: no line of it is folded; the lines of the request fit the screen."""

    def answer(event: dict[str, Any], context: object) -> dict[str, Any]:
        return {"statusCode": 200, "headers": {}, "body": json.dumps(LONG)}

    with LocalServer(create_app(answer)) as server:
        output = run("trigger", "push.pushed", "-u", f":{server.port}", "-s", "x").output
    head, _, body = output.partition("\n{")

    assert json.loads("{" + body) == LONG
    assert max(map(len, head.splitlines())) <= 80


def test_an_answer_that_is_no_json_is_shown_harmless() -> None:
    """A gateway's page, whatever it holds."""

    def answer(event: dict[str, Any], context: object) -> dict[str, Any]:
        return {"statusCode": 502, "headers": {}, "body": "<html>\x1b[2J no function"}

    with LocalServer(create_app(answer)) as server:
        result = run("trigger", "push.pushed", "-u", f":{server.port}", "-s", "x")

    assert result.output.endswith("<html>\ufffd[2J no function\n")
    assert (result.exit_code, widest(result) <= 80) == (1, True)
