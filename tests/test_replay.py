"""The verb ``replay``: what a log says was not sent, or a webhook that was kept, once more."""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from relays import Clock
from verbs import (
    CONFIG,
    DINGTALK_TOKEN,
    MOBILE,
    PLANTED,
    ROBOT_SECRET,
    SIGNING_TOKEN,
    VALUES,
    WEBHOOK_SECRET,
    WECOM_KEY,
    project,
    run,
    widest,
)

from relay import log
from relay.config import Config, Receiver, Secret
from relay.delivery import new_session
from relay.notifications import Delivery, Mention, Notification, Span
from relay.pacing import MOST_A_MINUTE, Pace
from relay.queues.items import Item, write
from relay.tokens import Tokens
from workbench import samples
from workbench.commands import main
from workbench.posting_again import Sender, post
from workbench.robots import RobotServer
from workbench.saved_logs import records, unsent

HAPPENED = 1795170600.0
STAMP = "2026-11-20T10:30:{second:02}.000Z"


@pytest.fixture
def robots() -> Iterator[RobotServer]:
    """Robots by the real clock, as the command signs with it."""
    with RobotServer() as server:
        yield server


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, robots: RobotServer) -> Path:
    values = {
        **VALUES,
        "WECOM_DEV_URL": robots.add_wecom(WECOM_KEY),
        "DINGTALK_OPS_URL": robots.add_dingtalk(DINGTALK_TOKEN, secret=ROBOT_SECRET),
        "RELAY_ALLOW_HOSTS": robots.host,
    }
    monkeypatch.chdir(tmp_path)
    project(tmp_path, CONFIG, values)
    return tmp_path


def item(number: int = 1, receiver: str = "dev-group", mention: Mention | None = None) -> str:
    said = Notification((Span(f"Event {number}"),), mentions=(mention,) if mention else ())
    happened = HAPPENED + number
    delivery = Delivery(f"gl-{number:04}.{receiver}", receiver, "push.pushed", happened, said)
    return write(Item(delivery, happened), 10_000)


def failed(number: int = 1, receiver: str = "dev-group", **fields: object) -> dict[str, Any]:
    """Return the record of a delivery that was not sent, of second *number*."""
    return {
        "ts": STAMP.format(second=number),
        "level": "ERROR",
        "event": "delivery.failed",
        "delivery_id": f"gl-{number:04}.{receiver}",
        "receiver": receiver,
        "code": "E505",
        "delivery": item(number, receiver),
        **fields,
    }


def sent(number: int, second: int, receiver: str = "dev-group") -> dict[str, Any]:
    known = {"event": "delivery.sent", "delivery_id": f"gl-{number:04}.{receiver}"}
    return {"ts": STAMP.format(second=second), "level": "INFO", **known}


def lines(*found: object) -> str:
    return "".join(json.dumps(one) + "\n" for one in found)


def titles(robots: RobotServer) -> list[str]:
    return [message.text.splitlines()[0] for message in robots.received]


def as_json(*words: str) -> Any:
    return json.loads(run("replay", *words, "--format", "json").stdout)


# logs


def test_what_was_not_sent_goes_out_once(folder: Path, robots: RobotServer) -> None:
    """Each delivery to its own receiver, the oldest first; the text tells when it happened."""
    text = lines(failed(2), failed(1), failed(3, "ops-group"), failed(2))
    (folder / "app.log").write_text(text)
    result = run("replay", "app.log", "--lang", "en")
    shown = {message.key: message.text for message in robots.received}

    assert result.exit_code == 0, result.output
    assert [one.splitlines()[0] for one in shown.values()][:1] == ["Event 2"]
    assert titles(robots)[:2] == ["Event 1", "Event 2"]
    assert [message.key for message in robots.received] == [WECOM_KEY, WECOM_KEY, DINGTALK_TOKEN]
    assert "发生于" in robots.received[0].text
    assert result.output.startswith("✓ gl-0001.dev-group  dev-group  Event 1  ")
    assert "3 sent, 0 not sent, 0 skipped" in result.output
    assert widest(result) <= 80


def test_e6_replayed_twice_it_is_sent_once(folder: Path, robots: RobotServer) -> None:
    """What was sent is remembered beside the log, and the second time skipped."""
    (folder / "app.log").write_text(lines(failed(1), failed(2)))
    first, second = run("replay", "app.log"), run("replay", "app.log", "--lang", "en")

    assert (first.exit_code, second.exit_code, len(robots.received)) == (0, 0, 2)
    assert "skipped gl-0001.dev-group: it was sent later" in second.output


def test_what_failed_again_is_sent_by_the_next_run(folder: Path, robots: RobotServer) -> None:
    """Exit code 1 with the vendor's code; then only the rest goes out."""
    (folder / "app.log").write_text(lines(failed(1), failed(2, "ops-group")))
    robots.set_faults(WECOM_KEY, "badkey")
    first = run("replay", "app.log", "--lang", "en")
    robots.set_faults(WECOM_KEY, "")
    second = run("replay", "app.log")

    assert (first.exit_code, second.exit_code) == (1, 0)
    assert "93000 E501" in first.output
    assert "1 sent, 1 not sent" in first.output
    assert titles(robots)[1:] == ["Event 1"]


def test_what_was_sent_later_is_left_out(folder: Path, robots: RobotServer) -> None:
    """The last word counts, in time, also where an export begins with the newest line."""
    text = lines(sent(1, 50), failed(2, ts=STAMP.format(second=59)), sent(2, 40), failed(1))
    (folder / "app.log").write_text(text)
    result = run("replay", "app.log", "--lang", "en")

    assert (result.exit_code, titles(robots)) == (0, ["Event 2"])
    assert "skipped gl-0001.dev-group: it was sent later" in result.output


@pytest.mark.parametrize("event", ["delivery.failed", "delivery.waiting", "delivery.dead"])
def test_every_record_with_a_delivery_counts(event: str) -> None:
    """Whatever the reason why it was not sent."""
    found = unsent([failed(event=event)])

    assert [one.delivery.id for one in found.items] == ["gl-0001.dev-group"]


def _wrapped(key: str) -> str:
    return lines(*({key: json.dumps(one), "timestamp": 1} for one in (failed(1), sent(7, 8))))


FORMS = {
    "lines": lines(failed(1)),
    "aws logs tail": f"2026-11-20T10:30:01 2026/11/20/[$LATEST]ab {{x}} {lines(failed(1))}",
    "message": _wrapped("message"),
    "@message": _wrapped("@message"),
    "SCF_Message": _wrapped("SCF_Message"),
    "array": json.dumps([{"@message": json.dumps(failed(1))}], indent=2),
    "filter-log-events": json.dumps({"events": [{"message": lines(failed(1))}]}, indent=2),
    "insights": json.dumps({"results": [[{"field": "@message", "value": lines(failed(1))}]]}),
    "array of records": json.dumps([failed(1)]),
    "one record": json.dumps(failed(1), indent=2),
    "an object for the text": lines({**failed(1), "delivery": json.loads(item(1))}),
    "windows lines": lines(failed(1)).replace("\n", "\r\n"),
    "among others": f"START RequestId: 1\n{{broken\n{lines(failed(1))}END",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_log_is_read_however_it_was_exported(form: str) -> None:
    """Lines, lines behind other text, wrapped lines, one JSON value."""
    found = unsent(records(FORMS[form]))

    assert [one.delivery.id for one in found.items] == ["gl-0001.dev-group"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_log_in_other_encodings(folder: Path, robots: RobotServer, encoding: str) -> None:
    """PowerShell's redirection writes UTF-16."""
    (folder / "app.log").write_text(lines(failed(1)), encoding=encoding)

    assert (run("replay", "app.log").exit_code, titles(robots)) == (0, ["Event 1"])


def test_the_function_s_own_log_lines_are_read(robots: RobotServer) -> None:
    """What `relay.log` writes is what is read here, long deliveries as well."""
    stream = io.StringIO()
    log.configure("INFO", stream)
    log.error("delivery.failed", delivery_id="gl-0001.dev-group", delivery=item(1))
    found = unsent(records(stream.getvalue()))

    assert [one.delivery.id for one in found.items] == ["gl-0001.dev-group"]


@pytest.mark.parametrize("delivery", ['{"version":1,"id":"gl…', '{"version":99}', "", [], None])
def test_what_cannot_be_read_is_told_and_is_a_failure(
    folder: Path, robots: RobotServer, delivery: object
) -> None:
    """A text that was cut cannot be sent; the others are."""
    (folder / "app.log").write_text(lines(failed(1, delivery=delivery), failed(2)))
    result = run("replay", "app.log", "--lang", "en")

    assert (result.exit_code, titles(robots)) == (1, ["Event 2"])
    assert "skipped gl-0001.dev-group: its text in the log is cut" in result.output


def test_a_record_that_lost_its_delivery_is_told() -> None:
    """A line that was too long says so; one that never had a delivery is no concern."""
    cut = {**failed(1), "dropped": 1}
    del cut["delivery"]
    kept_by_the_queue = {key: value for key, value in failed(2).items() if key != "delivery"}
    found = unsent([cut, kept_by_the_queue])

    assert [(one.id, one.is_lost) for one in found.skipped] == [("gl-0001.dev-group", True)]
    assert found.items == ()


def test_a_receiver_that_is_gone_is_told(folder: Path, robots: RobotServer) -> None:
    """A delivery goes to nobody else; exit code 1."""
    (folder / "app.log").write_text(lines(failed(1, "old-group"), failed(2)))
    result = run("replay", "app.log", "--lang", "en")

    assert (result.exit_code, titles(robots)) == (1, ["Event 2"])
    assert "E543 the configuration has no receiver old-group" in " ".join(result.output.split())


def test_ids_pick_some(folder: Path, robots: RobotServer) -> None:
    """By their beginning; one that begins none is a usage error with the nearest."""
    (folder / "app.log").write_text(lines(failed(1), failed(2), failed(3)))
    some = run("replay", "app.log", "gl-0003", "gl-0001")
    none = run("replay", "app.log", "gl-0002.dev-grup", "--lang", "en")

    assert (some.exit_code, titles(robots)) == (0, ["Event 1", "Event 3"])
    assert (none.exit_code, "did you mean\n  gl-0002.dev-group?" in none.output) == (2, True)


def test_a_dry_run_sends_nothing(folder: Path, robots: RobotServer) -> None:
    """It names what would go out and what is skipped, and remembers nothing."""
    (folder / "app.log").write_text(lines(failed(1), failed(2), sent(2, 50)))
    result = run("replay", "app.log", "--dry-run", "--lang", "zh-CN")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "gl-0001.dev-group  dev-group  Event 1  会发送",
        "跳过 gl-0002.dev-group：后来已经发送成功",
    ]
    assert robots.attempts == []
    assert list(folder.glob("*.sent")) == []


def test_a_log_as_json(folder: Path, robots: RobotServer) -> None:
    """Sent, failed and skipped for programs."""
    text = lines(failed(1), failed(2, "ops-group"), failed(3), sent(3, 50))
    (folder / "app.log").write_text(text)
    robots.set_faults(DINGTALK_TOKEN, "badkey")
    found = as_json("app.log")

    assert [one["id"] for one in found["sent"]] == ["gl-0001.dev-group"]
    (refusal,) = found["failed"]
    assert (refusal["id"], refusal["vendor_code"], refusal["tried"]) == (
        "gl-0002.ops-group", "300005", True,
    )  # fmt: skip
    assert found["skipped"] == [
        {"id": "gl-0003.dev-group", "reason": "it was sent later", "lost": False}
    ]


def test_nothing_left_is_no_failure(folder: Path) -> None:
    """A log without failures: one line, exit code 0."""
    (folder / "app.log").write_text(lines(sent(1, 1)))
    result = run("replay", "app.log", "--lang", "en")

    assert (result.exit_code, result.output) == (0, "nothing in app.log is left to send\n")


def test_standard_input_is_read(robots: RobotServer) -> None:
    """``-``, as at the end of a pipe."""
    result = CliRunner().invoke(main, ["replay", "-"], input=lines(failed(1)))

    assert (result.exit_code, titles(robots)) == (0, ["Event 1"]), result.output


def test_phone_numbers_are_looked_up_again(folder: Path, robots: RobotServer) -> None:
    """The log has none, the configuration's people do; none is printed."""
    text = CONFIG.replace("wecom: ZhangSan, ", "")
    (folder / "config.yml").write_text(text)
    called = item(1, mention=Mention("张三", mobile=MOBILE))
    (folder / "app.log").write_text(lines(failed(1, delivery=called)))
    result = run("replay", "app.log", "--format", "json")

    assert MOBILE in json.dumps([message.raw for message in robots.received])
    assert MOBILE not in called + result.output


def test_more_than_a_minute_s_messages_are_merged(folder: Path, robots: RobotServer) -> None:
    """Said, and done without asking: every event's line, in order, in few messages."""
    many = MOST_A_MINUTE + 7
    (folder / "app.log").write_text(lines(*(failed(n) for n in range(1, many + 1))))
    result = run("replay", "app.log", "--lang", "en")
    text = "\n".join(message.text for message in robots.received)
    places = [text.index(f"Event {number}") for number in range(10, many + 1)]

    assert (result.exit_code, len(robots.received) < MOST_A_MINUTE) == (0, True), result.output
    assert f"{many} for dev-group, at most {MOST_A_MINUTE} a minute" in result.output
    assert places == sorted(places)
    assert f"{many} sent, 0 not sent" in result.output


def test_what_is_still_too_much_waits_for_the_minute(robots: RobotServer) -> None:
    """With the minute used up it says so, waits, and then sends: nothing is refused."""
    receiver = Receiver("dev-group", "wecom_robot", Secret(robots.add_wecom("slow")))
    config = Config((), (receiver,), ())
    clock, waits = Clock(HAPPENED), []

    def sleep(seconds: float) -> None:
        clock.now += seconds

    pace = Pace()
    said = Notification((Span("Event"),), lang="en")
    delivery = Delivery("gl-1.dev-group", "dev-group", "push.pushed", HAPPENED, said)
    with new_session() as session:
        sender = Sender(
            config, session, pace, Tokens(), clock, sleep, lambda *told: waits.append(told)
        )
        for number in range(MOST_A_MINUTE + 1):
            (outcome,) = post([delivery._replace(id=f"gl-{number}")], receiver, sender)
            assert outcome.error is None

    assert (len(robots.received), waits) == (MOST_A_MINUTE + 1, [("dev-group", 60.0)])


def test_the_vendor_s_block_is_not_waited_for(folder: Path, robots: RobotServer) -> None:
    """After one refusal for too many messages nothing more is tried; exit code 1."""
    (folder / "app.log").write_text(lines(failed(1), failed(2), failed(3)))
    robots.set_faults(WECOM_KEY, "throttle")
    result = run("replay", "app.log", "--lang", "en")

    assert (result.exit_code, len(robots.attempts)) == (1, 1)
    assert result.output.count("not tried any more") == 2
    assert "0 sent, 3 not sent" in result.output


def test_missing_secrets_of_the_receiver_are_told_first(folder: Path) -> None:
    """As `check` does, before anything is sent; others' do not matter."""
    (folder / ".env").write_text("")
    (folder / "app.log").write_text(lines(failed(1)))
    result = run("replay", "app.log")

    assert result.exit_code == 1
    assert "WECOM_DEV_URL is not set" in result.output
    assert "DINGTALK_OPS_URL" not in result.output


# webhooks


PUSH = samples.load("gitlab/push.pushed")
GITEE = samples.load("gitee/push.pushed")


def cloud_event(body: object, headers: dict[str, str], *, encoded: bool = False) -> str:
    text = json.dumps(body)
    return json.dumps(
        {
            "version": "2.0",
            "rawPath": "/stage/hook/gitlab",
            "requestContext": {"http": {"method": "POST", "path": "/"}},
            "headers": {**headers, "x-gitlab-token": PLANTED[1], "cookie": PLANTED[2]},
            "body": base64.b64encode(text.encode()).decode() if encoded else text,
            "isBase64Encoded": encoded,
        }
    )


OLD_PROOF = {
    "X-Gitlab-Event": "Push Hook",
    "webhook-id": "msg-1",
    "webhook-timestamp": "1",
    "webhook-signature": "v1,old",
}
HOOKS = {
    "sample": json.dumps({"headers": PUSH.headers, "body": PUSH.body}),
    "body as text": json.dumps({"headers": PUSH.headers, "body": json.dumps(PUSH.body)}),
    "cloud event": cloud_event(PUSH.body, {"x-gitlab-event": "Push Hook"}),
    "base64": cloud_event(PUSH.body, {"x-gitlab-event": "Push Hook"}, encoded=True),
    "old signature": cloud_event(PUSH.body, OLD_PROOF),
    "raw": json.dumps(PUSH.body),
    "gitee": json.dumps({"headers": GITEE.headers, "body": GITEE.body}),
    "raw gitee": json.dumps(GITEE.body),
}
OPEN = CONFIG.replace(
    "projects: [platform/*]\n    branches: [develop, release/**]", "events: [push]"
)


@pytest.fixture
def open_route(folder: Path) -> None:
    """Let every push through, whatever its project."""
    (folder / "config.yml").write_text(OPEN.replace("    projects: [platform/**]\n", ""))


@pytest.mark.parametrize("kind", HOOKS)
def test_a_webhook_goes_through_the_relay_here(
    folder: Path, robots: RobotServer, open_route: None, kind: str
) -> None:
    """Signed anew with the configured secrets, as old proofs are worth nothing."""
    (folder / "hook.json").write_text(HOOKS[kind])
    raw = {
        "raw": ["--event", "Push Hook"],
        "raw gitee": ["--event", "Push Hook", "--source", "gitee"],
    }
    result = run("replay", "hook.json", *raw.get(kind, []), "--lang", "en")

    assert (result.exit_code, len(robots.received)) == (0, 1), result.output
    assert f"--> POST /hook/{'gitee' if 'gitee' in kind else 'gitlab'}  hook.json" in result.output
    assert "<-- 200  " in result.output
    assert [one for one in PLANTED if one in result.output] == []


def test_the_forge_s_delivery_id_is_kept(
    folder: Path, robots: RobotServer, open_route: None
) -> None:
    """So that a shared store knows a repeat: the same event has the same id each time."""
    (folder / "hook.json").write_text(HOOKS["old signature"])
    found = [as_json("hook.json")["answer"]["id"] for _ in range(2)]
    (folder / "hook.json").write_text(HOOKS["sample"])

    assert found[0] == found[1]
    assert as_json("hook.json")["answer"]["id"] != found[0]


def test_a_refusal_of_the_robot_is_exit_code_1(
    folder: Path, robots: RobotServer, open_route: None
) -> None:
    """The answer says why."""
    (folder / "hook.json").write_text(HOOKS["sample"])
    robots.set_faults(WECOM_KEY, "badkey")
    result = run("replay", "hook.json")

    assert (result.exit_code, "E501" in result.output) == (1, True)


def test_what_would_wait_in_memory_is_exit_code_1(
    folder: Path, robots: RobotServer, open_route: None
) -> None:
    """This process ends, so nothing would send it later."""
    (folder / "hook.json").write_text(HOOKS["sample"])
    robots.set_faults(WECOM_KEY, "throttle")
    result = run("replay", "hook.json")

    assert (result.exit_code, "45009" in result.output) == (1, True), result.output


def test_a_dry_run_names_the_receivers(folder: Path, robots: RobotServer, open_route: None) -> None:
    """By the routes; nothing is sent."""
    (folder / "hook.json").write_text(HOOKS["sample"])
    result = run("replay", "hook.json", "--dry-run", "--lang", "en")

    assert (result.exit_code, result.output) == (0, "would be sent to: dev-group\n")
    assert robots.attempts == []


def test_a_configured_queue_is_passed_by(
    folder: Path, robots: RobotServer, open_route: None
) -> None:
    """A person waits for the robots' answer: it is posted here."""
    path = folder / "config.yml"
    path.write_text(f"queue: sqs://notify.fifo\n{path.read_text()}")
    (folder / "hook.json").write_text(HOOKS["sample"])
    result = run("replay", "hook.json", RELAY_QUEUE="sqs://other.fifo")

    assert (result.exit_code, len(robots.received)) == (0, 1), result.output


FORGED = "a\n✓ b\r\u202e\u2028c\x1b[31m\ud800"


def forged_records() -> str:
    """Return a log whose ids, receivers and titles would begin lines of their own."""
    known = json.loads(item(1))
    title = {"headline": [{"text": FORGED}]}
    whole = {**known, "id": f"1{FORGED}", "notification": title}
    gone = {**known, "id": f"2{FORGED}", "receiver": FORGED}
    return lines(
        failed(1, delivery_id=f"1{FORGED}", delivery=whole),
        failed(2, delivery_id=f"2{FORGED}", delivery=gone),
        failed(3, delivery_id=f"3{FORGED}", delivery="cut"),
    )


@pytest.mark.parametrize("words", [[], ["--dry-run"], ["1a ✓ b"], ["nothing-like-it"]])
def test_no_value_of_a_log_begins_a_line(
    folder: Path, robots: RobotServer, words: list[str]
) -> None:
    """Each is shown on the line that is its own, and picked by what is shown."""
    (folder / "app.log").write_text(forged_records())
    result = run("replay", "app.log", *words)

    assert isinstance(result.exception, SystemExit | None)
    assert [one for one in result.output.splitlines() if one.startswith(("✓ b", "b", "c"))] == []
    assert set(result.output) & set("\r\u202e\u2028\x1b\ud800") == set()
    assert len(robots.received) == (words in ([], ["1a ✓ b"]))


@pytest.mark.parametrize("fault", ["", "badkey"])
@pytest.mark.parametrize("received_at", [1e12, -1e12])
def test_a_time_out_of_range_ends_no_replay(
    folder: Path, robots: RobotServer, received_at: float, fault: str
) -> None:
    """Both deliveries are posted, or told as refused."""
    odd = {**json.loads(item(1)), "received_at": received_at}
    (folder / "app.log").write_text(lines(failed(1, delivery=odd), failed(2, "ops-group")))
    robots.set_faults(WECOM_KEY, fault)
    result = run("replay", "app.log")

    assert (result.exit_code, isinstance(result.exception, SystemExit | None)) == (
        bool(fault),
        True,
    )
    assert len(robots.received) == (1 if fault else 2)


def test_no_header_of_a_webhook_begins_a_line(
    folder: Path, robots: RobotServer, open_route: None
) -> None:
    """The request is shown with what was kept, whatever that is."""
    headers = {**PUSH.headers, "User-Agent": FORGED, f"X-Gitlab-{FORGED}": "x"}
    (folder / "hook.json").write_text(json.dumps({"headers": headers, "body": PUSH.body}))
    result = run("replay", "hook.json")

    assert (result.exit_code, len(robots.received)) == (0, 1), result.output
    assert [one for one in result.output.splitlines() if one.startswith(("✓ b", "c"))] == []
    assert set(result.output) & set("\r\u202e\u2028\x1b\ud800") == set()


# what it cannot do


NEITHER = {
    "empty": "",
    "text": "hello\nworld\n",
    "other json": '{"a": 1}',
    "raw body": json.dumps(PUSH.body),
    "other log": lines({"level": "INFO", "msg": "x"}),
    "array": "[1, 2]",
    "deep": "[" * 100_000,
    "binary": "\x00\x01{\x02",
}


@pytest.mark.parametrize("kind", NEITHER)
@pytest.mark.parametrize(
    "lang, words",
    [
        ("zh-CN", ("函数的日志", "保存的 Webhook")),
        ("en", ("one JSON object a line", "a bare body")),
    ],
)
def test_a_file_that_is_neither_is_told_what_is_expected(
    folder: Path, robots: RobotServer, kind: str, lang: str, words: tuple[str, ...]
) -> None:
    """Exit code 2, in both languages, without anything of the file."""
    (folder / "file").write_text(NEITHER[kind])
    result = run("replay", "file", "--lang", lang)

    assert result.exit_code == 2
    assert all(word in result.output for word in words), result.output
    assert robots.attempts == []


WRONG = {
    "missing.log": 'no file "missing.log"',
    "hook.json gl-1": "ids are for logs",
    "hook.json --hook other": "has no source of the type or name other",
    "text.json": "no JSON object",
    "bare.json": "add it with --event and --source",
    "app.log --config other.yml": "there is no file",
}


@pytest.mark.parametrize("line, hint", WRONG.items(), ids=WRONG)
def test_wrong_words_are_told(folder: Path, robots: RobotServer, line: str, hint: str) -> None:
    """What to write instead; nothing is sent."""
    (folder / "hook.json").write_text(HOOKS["sample"])
    (folder / "text.json").write_text('{"headers": {"X-Gitlab-Event": "x"}, "body": "not json"}')
    (folder / "bare.json").write_text('{"headers": {}, "body": {}}')
    (folder / "app.log").write_text(lines(failed(1)))
    result = run("replay", *line.split(), "--lang", "en")

    assert (result.exit_code > 0, hint in " ".join(result.output.split())) == (True, True)
    assert robots.attempts == []


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("fault", ["", "badkey", "reset", "http:500", "waf"])
@pytest.mark.parametrize("name", ["app.log", "hook.json"])
def test_g1_no_secret_is_shown(
    folder: Path, robots: RobotServer, open_route: None, name: str, fault: str, form: str
) -> None:
    """Whatever the vendor answers."""
    (folder / "app.log").write_text(lines(failed(1)))
    (folder / "hook.json").write_text(HOOKS["old signature"])
    if fault:
        robots.set_faults(WECOM_KEY, fault)
    result = run("replay", name, "--format", form)
    secrets = (*PLANTED, MOBILE, WEBHOOK_SECRET, SIGNING_TOKEN, robots.host)

    assert [one for one in secrets if one in result.output] == []
    assert result.exit_code == bool(fault), result.output
