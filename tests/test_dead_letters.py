"""The verb ``dead-letters``: what could not be delivered is listed, sent again once, or dropped."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result
from moto import mock_aws
from queues import NAME, REGION, Queues, make_queues, received
from verbs import CONFIG, MOBILE, PLANTED, VALUES, project, run, widest

from relay.notifications import Delivery, Mention, Notification, Span
from relay.queues.items import Item, read, write
from workbench import dead_letter_queue, dead_letters, queue_faults
from workbench.commands import main
from workbench.dead_letter_queue import Hold

pytestmark = [  # the SDK's own
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]

HAPPENED = 1795170600.0  # 2026-11-20 18:30 in Shanghai
NOW = HAPPENED + 7500  # two hours and five minutes later
QUEUE = f"sqs://{NAME}"
HELP = ["receive_message", "send_message", "delete_message", "change_message_visibility_batch"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, an account that is none, and the time of the dead letters."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "RELAY_QUEUE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", PLANTED[0])
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setattr(dead_letter_queue, "WAIT_S", 0)
    monkeypatch.setattr(dead_letters, "_clock", lambda: NOW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sqs", region_name=REGION)


@pytest.fixture
def queues(client: Any) -> Queues:
    return make_queues(client)


def text_of(number: int = 1, receiver: str = "dev-group", mention: Mention | None = None) -> str:
    said = Notification(
        (Span(f"流水线失败 {number}"),), mentions=(mention,) if mention else (), lang="zh-CN"
    )
    happened = HAPPENED + number
    delivery = Delivery(f"gl-{number:04}.{receiver}", receiver, "pipeline.failed", happened, said)
    return write(Item(delivery, happened), 10_000)


def bury(client: Any, queues: Queues, text: str, group: str = "dev-group", **told: str) -> str:
    """Put a dead letter as the relay does; without *told* as SQS does. Return its message id."""
    attributes = {
        name: {"DataType": "String", "StringValue": value} for name, value in told.items()
    }
    answer = client.send_message(
        QueueUrl=queues.dead,
        MessageBody=text,
        MessageGroupId=group,
        MessageDeduplicationId=f"{hash(text)}",
        MessageAttributes=attributes,
    )
    return str(answer["MessageId"])


def buried(client: Any, queues: Queues, number: int = 1, receiver: str = "dev-group") -> str:
    told = {"receiver": receiver, "delivery_id": f"gl-{number:04}.{receiver}"}
    refusal = {"code": "E501", "vendor_code": "93000", "detail": "invalid webhook url"}
    return bury(client, queues, text_of(number, receiver), receiver, **told, **refusal)


def relay(*words: str, **environ: str) -> Result:
    return run("dead-letters", *words, **{"RELAY_QUEUE": QUEUE, **environ})


def as_json(*words: str) -> Any:
    return json.loads(relay(*words, "--format", "json").output)


def titles(messages: Any) -> list[str]:
    return [read(message["Body"]).delivery.notification.title for message in messages]


def left(client: Any, queues: Queues) -> list[str]:
    """Return the titles of the dead letters that anybody can receive now."""
    return titles(received(client, queues.dead))


# list


@pytest.mark.parametrize(
    "lang, lines",
    [
        (
            "zh-CN",
            [
                "relay-dead-letters.fifo 里有 1 条死信",
                "",
                "gl-0001.dev-group  dev-group  pipeline.failed",
                "  流水线失败 1",
                "  2026-11-20 18:30 · 2小时4分前",
                "  E501 93000 地址里的 key 不对，或机器人已移除（93000）",
                "  invalid webhook url",
                "  提示：重新复制机器人的地址",
            ],
        ),
        (
            "en",
            [
                "1 dead letter in relay-dead-letters.fifo",
                "",
                "gl-0001.dev-group  dev-group  pipeline.failed",
                "  流水线失败 1",
                "  2026-11-20 18:30 · 2h 4m ago",
                "  E501 93000 wrong key, or the robot was removed (93000)",
                "  invalid webhook url",
                "  hint: copy the robot's address again",
            ],
        ),
    ],
)
def test_e5_the_list_tells_what_why_and_what_to_do(
    client: Any, queues: Queues, lang: str, lines: list[str]
) -> None:
    """Id, receiver, event, title, time and age, code with its meaning, and the remedy."""
    buried(client, queues)
    result = relay("list", "--lang", lang)

    assert result.exit_code == 0
    assert lines == result.output.splitlines()[:8]
    assert widest(result) <= 80


def test_the_list_as_json(client: Any, queues: Queues) -> None:
    """All of it for programs, times in Unix seconds."""
    message_id = buried(client, queues)
    found = as_json("list")

    assert (found["queue"], found["total"]) == (NAME, 1)
    assert found["letters"] == [
        {
            "id": "gl-0001.dev-group",
            "message_id": message_id,
            "receiver": "dev-group",
            "event": "pipeline.failed",
            "title": "流水线失败 1",
            "received_at": HAPPENED + 1,
            "age_s": 7499,
            "receives": 0,
            "code": "E501",
            "vendor_code": "93000",
            "reason": "wrong key, or the robot was removed (93000)",
            "detail": "invalid webhook url",
            "remedy": "copy the robot's address again",
            "readable": True,
        }
    ]


def test_what_sqs_moved_itself_was_received_too_often(client: Any, queues: Queues) -> None:
    """Without attributes the list says so, and where the reason is."""
    bury(client, queues, text_of())
    words = " ".join(relay("list", "--lang", "en").output.split())

    assert "gl-0001.dev-group dev-group pipeline.failed" in words
    assert "received too often without success, so SQS moved it here" in words


def test_e5_an_unreadable_body_is_listed_by_its_message_and_not_shown(
    client: Any, queues: Queues
) -> None:
    """It may hold anything, so nothing of it is printed; it can be dropped, not sent."""
    message_id = bury(client, queues, f"not an item {PLANTED[1]}", code="E542")
    listed = relay("list", "--lang", "en")
    sent = relay("resend", message_id, "--lang", "en")
    dropped = relay("drop", message_id[:8], "--yes", "--lang", "en")

    assert message_id in listed.output
    assert "E542 a queue message that cannot be read" in listed.output
    assert PLANTED[1] not in listed.output + sent.output + dropped.output
    assert (sent.exit_code, "its body cannot be read" in sent.output) == (1, True)
    assert (dropped.exit_code, received(client, queues.dead)) == (0, [])


def test_an_empty_queue_is_no_failure(queues: Queues) -> None:
    """Exit code 0 and one line."""
    results = [
        relay(*words) for words in (("list",), ("resend", "--all"), ("drop", "--all", "--yes"))
    ]

    assert [(one.exit_code, one.output) for one in results] == [
        (0, "no dead letters in relay-dead-letters.fifo\n")
    ] * 3


def test_listing_hides_nothing_afterwards(client: Any, queues: Queues) -> None:
    """Every message of every group can be received at once, in its order."""
    for number in (1, 2, 3):
        buried(client, queues, number)
    buried(client, queues, 4, "ops-group")
    relay("list")

    assert sorted(left(client, queues)) == [f"流水线失败 {number}" for number in (1, 2, 3, 4)]


def test_ctrl_c_hides_nothing_either(
    client: Any, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted between two rounds, what was received is visible again."""
    for number in range(1, 4):
        buried(client, queues, number)
    rounds = iter([Hold._received])

    def interrupted(hold: Hold) -> Any:
        for receive in rounds:
            return receive(hold)
        raise KeyboardInterrupt

    monkeypatch.setattr(Hold, "_received", interrupted)
    result = relay("list")
    monkeypatch.undo()

    assert (result.exit_code, len(received(client, queues.dead))) == (1, 3)


def test_what_stands_behind_ten_of_a_group_is_counted(client: Any, queues: Queues) -> None:
    """SQS gives ten of a FIFO group at a time: the list says how many more there are."""
    for number in range(1, 14):
        buried(client, queues, number)
    buried(client, queues, 99, "ops-group")
    found = as_json("list")
    words = " ".join(relay("list", "--lang", "en").output.split())

    assert (found["total"], len(found["letters"])) == (14, 11)
    assert "about 3 more cannot be seen now" in words


# resend


def test_e6_resend_puts_it_back_and_keeps_when_it_happened(client: Any, queues: Queues) -> None:
    """The age limit counts anew, id and time of the event stay; the dead letter is gone."""
    buried(client, queues)
    result = relay("resend", "gl-0001", "--lang", "en")
    (message,) = received(client, queues.address)
    item = read(message["Body"])

    assert (result.exit_code, result.output) == (
        0, "✓ gl-0001.dev-group  dev-group  流水线失败 1  sent back to the queue\n",
    )  # fmt: skip
    assert (item.since_s, item.delivery.received_at) == (NOW, HAPPENED + 1)
    assert item.delivery.id == "gl-0001.dev-group"
    assert message["Attributes"]["MessageGroupId"] == "dev-group"
    assert received(client, queues.dead) == []


def test_resend_loses_no_mention(client: Any, queues: Queues) -> None:
    """The mark of a phone number stays, although this command knows no people."""
    text = text_of(mention=Mention("张三", mobile=MOBILE))
    bury(client, queues, text)
    relay("resend", "--all")
    (message,) = received(client, queues.address)

    assert json.loads(message["Body"]) == {**json.loads(text), "since_s": NOW}
    assert MOBILE not in message["Body"]


def test_all_of_a_long_group_are_sent_in_order(client: Any, queues: Queues) -> None:
    """``--all`` includes what the list could not show."""
    for number in range(1, 24):
        buried(client, queues, number)
    result = relay("resend", "--all")
    found: list[str] = []
    while batch := received(client, queues.address):
        found += titles(batch)
        for message in batch:
            handle = message["ReceiptHandle"]
            client.delete_message(QueueUrl=queues.address, ReceiptHandle=handle)

    assert (result.exit_code, result.output.count("✓")) == (0, 23)
    assert found == [f"流水线失败 {number}" for number in range(1, 24)]
    assert received(client, queues.dead) == []


def test_only_those_that_are_meant_are_sent(client: Any, queues: Queues) -> None:
    """The others stay and can be received."""
    for number in (1, 2, 3):
        buried(client, queues, number)
    result = relay("resend", "gl-0002")

    assert (result.exit_code, titles(received(client, queues.address))) == (0, ["流水线失败 2"])
    assert left(client, queues) == ["流水线失败 1", "流水线失败 3"]


def test_a_dry_run_sends_nothing(client: Any, queues: Queues) -> None:
    """It says what would be sent; both queues stay as they are."""
    buried(client, queues)
    result = relay("resend", "--all", "--dry-run", "--lang", "en")

    assert (result.exit_code, "would be sent back" in result.output) == (0, True)
    assert received(client, queues.address) == []
    assert left(client, queues) == ["流水线失败 1"]


def failing(monkeypatch: pytest.MonkeyPatch, call: str, times: int) -> None:
    """Let *call* of SQS fail after it worked *times* times, as if the process had been killed."""
    real = dead_letter_queue._client
    done: list[str] = []

    def connect(*arguments: Any) -> Any:
        client = real(*arguments)
        work = getattr(client, call)

        def counted(**given: Any) -> Any:
            if len(done) >= times:
                told = {"Error": {"Code": "ServiceUnavailable", "Message": PLANTED[0]}}
                raise ClientError(told, call)
            done.append(call)
            return work(**given)

        setattr(client, call, counted)
        return client

    monkeypatch.setattr(dead_letter_queue, "_client", connect)


@pytest.mark.parametrize("call", ["send_message", "delete_message"])
@pytest.mark.parametrize("times", [0, 1, 2])
def test_e6_stopped_anywhere_nothing_is_lost_and_nothing_sent_twice(
    client: Any, queues: Queues, monkeypatch: pytest.MonkeyPatch, call: str, times: int
) -> None:
    """After any call fails, a second run sends the rest: each is sent once, in order."""
    for number in (1, 2, 3):
        buried(client, queues, number)
    with monkeypatch.context() as patch:
        failing(patch, call, times)
        first = relay("resend", "--all", "--lang", "en")
    second = relay("resend", "--all")

    assert (first.exit_code, f"stopped after {times}: SQS is busy" in first.output) == (1, True)
    assert (second.exit_code, PLANTED[0] in first.output) == (0, False)
    assert titles(received(client, queues.address)) == [f"流水线失败 {n}" for n in (1, 2, 3)]
    assert received(client, queues.dead) == []


def test_an_unreadable_letter_does_not_hold_up_the_others(client: Any, queues: Queues) -> None:
    """The others of its group are sent; exit code 1, as it was not."""
    bury(client, queues, "not an item", code="E542")
    buried(client, queues)
    result = relay("resend", "--all")

    assert (result.exit_code, titles(received(client, queues.address))) == (1, ["流水线失败 1"])
    assert len(received(client, queues.dead)) == 1


# letters that nobody wrote properly


FORGED = "a\n✓ b\r\u202e\u2028c\x1b[31m"


def item_with(**changes: object) -> str:
    """Return an item's text with other values; a lone surrogate is written as an escape."""
    return json.dumps({**json.loads(text_of()), **changes})


@pytest.mark.parametrize("received_at", [1e12, -1e12, 253402300800.0])
def test_a_time_out_of_range_is_a_question_mark(
    client: Any, queues: Queues, received_at: float
) -> None:
    """The others are listed as ever; in JSON it stays a number."""
    bury(client, queues, item_with(received_at=received_at), code="E501")
    buried(client, queues, 2)
    result = relay("list", "--lang", "en")

    assert result.exit_code == 0, result.exception
    assert "  ?" in result.output.splitlines()
    assert "gl-0002.dev-group" in result.output
    assert as_json("list")["letters"][0]["received_at"] == received_at


def test_a_lone_surrogate_is_sent_as_it_is(client: Any, queues: Queues) -> None:
    """Half a character is no UTF-8: it goes as an escape, and those behind it go as well."""
    notification = {"headline": [{"text": "\ud800"}]}
    bury(client, queues, item_with(notification=notification, newer="\udfff"))
    buried(client, queues, 2)
    result = relay("resend", "--all")
    found = received(client, queues.address)

    assert (result.exit_code, titles(found)) == (0, ["\ufffd", "流水线失败 2"])
    assert json.loads(found[0]["Body"])["newer"] == "\udfff"
    assert received(client, queues.dead) == []


def test_what_cannot_be_written_again_is_told(
    client: Any, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1; the others are sent and it stays."""
    for number in (1, 2, 3):
        buried(client, queues, number, f"group-{number}")
    real = dead_letter_queue._renewed

    def renewed(text: str, now_s: float) -> str:
        if "gl-0002" in text:
            raise RecursionError
        return real(text, now_s)

    monkeypatch.setattr(dead_letter_queue, "_renewed", renewed)
    result = relay("resend", "--all", "--lang", "en")

    assert result.exit_code == 1
    assert "✗ gl-0002.group-2  not sent: its body cannot be read" in result.output
    assert sorted(titles(received(client, queues.address))) == ["流水线失败 1", "流水线失败 3"]
    assert left(client, queues) == ["流水线失败 2"]


@pytest.mark.parametrize(
    "code", ["InvalidMessageContents", "InvalidParameterValue", "MessageTooLong"]
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_letter_that_sqs_refuses_does_not_hold_up_the_others(
    client: Any, queues: Queues, monkeypatch: pytest.MonkeyPatch, code: str, form: str
) -> None:
    """It is told with the code of SQS, and stays; exit code 1."""
    for number in (1, 2, 3):
        buried(client, queues, number)
    real = dead_letter_queue._client

    def connect(*arguments: Any) -> Any:
        client = real(*arguments)
        work = client.send_message

        def send(**given: Any) -> Any:
            if "gl-0001" in given["MessageBody"]:
                raise ClientError({"Error": {"Code": code, "Message": PLANTED[0]}}, "SendMessage")
            return work(**given)

        client.send_message = send
        return client

    monkeypatch.setattr(dead_letter_queue, "_client", connect)
    result = relay("resend", "--all", "--lang", "en", "--format", form)

    told = f"✗ gl-0001.dev-group  not sent: SQS refuses it ({code})"
    assert (result.exit_code, PLANTED[0] in result.output) == (1, False)
    if form == "json":
        assert json.loads(result.output)["skipped"] == ["gl-0001.dev-group"]
    else:
        assert told in " ".join(result.output.splitlines())
    assert titles(received(client, queues.address)) == ["流水线失败 2", "流水线失败 3"]
    assert left(client, queues) == ["流水线失败 1"]


def test_no_value_begins_a_line(
    client: Any, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids, names, codes and titles of a letter are each shown on the line that is theirs."""
    notification = {"headline": [{"text": FORGED}]}
    forged = item_with(id=FORGED, receiver=FORGED, event=FORGED, notification=notification)
    bury(client, queues, forged, code=FORGED, vendor_code=FORGED, detail=FORGED)
    bury(client, queues, "nothing", receiver=FORGED, delivery_id=f"x{FORGED}", code="E542")
    monkeypatch.setattr(dead_letters, "_is_terminal", lambda: True)
    environ = {"RELAY_QUEUE": QUEUE}
    asked = CliRunner().invoke(main, ["dead-letters", "drop", "--all"], input="n\n", env=environ)
    results = [
        relay("list"), relay("resend", "nothing-like-it"), asked, relay("resend", "--all"),
        relay("drop", "--all", "--yes"),
    ]  # fmt: skip
    shown = "".join(one.output for one in results)

    assert [line for line in shown.splitlines() if line.startswith(("✓ b", "c"))] == []
    assert set(shown) & set("\r\u202e\u2028\x1b") == set()
    assert [one.exit_code for one in results] == [0, 2, 1, 1, 0]


def test_a_letter_is_meant_by_the_id_that_is_shown(client: Any, queues: Queues) -> None:
    """What is invisible in an id need not be typed."""
    bury(client, queues, item_with(id="gl-\u202e1\n2"))
    shown = as_json("list")["letters"][0]["id"]

    assert (shown, relay("resend", shown).exit_code) == ("gl-1 2", 0)
    assert received(client, queues.dead) == []


# drop


def test_drop_deletes_those_that_are_meant(client: Any, queues: Queues) -> None:
    """With ``--yes`` it does not ask."""
    for number in (1, 2):
        buried(client, queues, number)
    result = relay("drop", "gl-0001", "--yes", "--lang", "en")

    assert (result.exit_code, result.output) == (
        0, "✓ gl-0001.dev-group  dev-group  流水线失败 1  dropped\n",
    )  # fmt: skip
    assert left(client, queues) == ["流水线失败 2"]


def test_drop_without_a_terminal_needs_yes(client: Any, queues: Queues) -> None:
    """It cannot ask, so it deletes nothing: exit code 2."""
    buried(client, queues)
    result = relay("drop", "--all", "--lang", "zh-CN")

    assert (result.exit_code, "加上 --yes" in result.output) == (2, True)
    assert left(client, queues) == ["流水线失败 1"]


@pytest.mark.parametrize(
    "answer, code, count",
    [("y", 0, 0), (" YES", 0, 0), ("是", 0, 0), ("n", 1, 1), ("", 1, 1), ("yy", 1, 1)],
)
def test_drop_asks(
    client: Any,
    queues: Queues,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
    count: int,
) -> None:
    """On a terminal it shows what is meant first; only a yes deletes."""
    buried(client, queues)
    monkeypatch.setattr(dead_letters, "_is_terminal", lambda: True)
    words = ("dead-letters", "drop", "--all", "--lang", "en")
    result = CliRunner().invoke(main, words, input=f"{answer}\n", env={"RELAY_QUEUE": QUEUE})

    assert (result.exit_code, len(received(client, queues.dead))) == (code, count)
    assert "gl-0001.dev-group" in result.output.splitlines()[0]
    assert ("Aborted." in result.stderr) == bool(code)


# what is meant


WRONG = {
    "resend": "name some ids, or use --all",
    "drop --yes": "name some ids, or use --all",
    "resend gl-0001 --all": "either ids or --all",
    "resend gl-00": "begins 2 dead letters, write more of it: gl-0001.dev-group",
    "resend gl-0001.dev-grup": "did you mean gl-0001.dev-group?",
    "resend xyzzy": "`dead-letters list` lists them",
    "list --queue notify.fifo": "write sqs://name.fifo",
    "lst": "did you mean list?",
}


@pytest.mark.parametrize("line, hint", WRONG.items(), ids=WRONG)
def test_wrong_words_are_usage_errors(client: Any, queues: Queues, line: str, hint: str) -> None:
    """Exit code 2 with what to write instead; nothing is moved."""
    for number in (1, 2):
        buried(client, queues, number)
    result = relay(*line.split(), "--lang", "en") if line != "lst" else relay(line)

    assert (result.exit_code, hint in " ".join(result.output.split())) == (2, True), result.output
    assert len(received(client, queues.dead)) == 2


def test_help_begins_with_an_example() -> None:
    """Of the verb and of its three parts."""
    parts = ("list", "resend", "drop")
    results = [relay(*words, "-h") for words in ((), *((part,) for part in parts))]

    assert all(one.output.startswith("Example: python -m relay dead-letters ") for one in results)


# which queue


@pytest.mark.parametrize("where", ["variable", "file", "option", "https", "env file"])
def test_the_queue_is_found(client: Any, queues: Queues, folder: Path, where: str) -> None:
    """In the configuration, the environment or ``.env``, or as the option says."""
    buried(client, queues)
    words, environ = ["list"], {"RELAY_QUEUE": ""}
    if where == "variable":
        environ = {"RELAY_QUEUE": QUEUE}
    elif where == "file":
        project(folder, f"queue: {QUEUE}\n{CONFIG}", {"AWS_REGION": REGION})
    elif where == "env file":
        project(folder, CONFIG, {**VALUES, "RELAY_QUEUE": QUEUE})
        del environ["RELAY_QUEUE"]
    else:
        words += ["--queue", QUEUE if where == "option" else queues.address]
    result = run("dead-letters", *words, **environ)

    assert (result.exit_code, "gl-0001.dev-group" in result.output) == (0, True), result.output


def fault(kind: str, client: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Bring about what *kind* means and return the variables to run with."""
    if kind == "no boto3":
        monkeypatch.setitem(sys.modules, "boto3", None)
    elif kind == "no region":
        monkeypatch.delenv("AWS_REGION")
    elif kind == "no dead-letter queue":
        client.create_queue(QueueName=NAME, Attributes={"FifoQueue": "true"})
    elif kind in ("AccessDenied", "ExpiredToken", "Odd"):

        def refuse(*arguments: Any) -> Any:
            raise ClientError({"Error": {"Code": kind, "Message": PLANTED[0]}}, "GetQueueUrl")

        monkeypatch.setattr(dead_letter_queue, "_url", refuse)
    return {"no queue": {"RELAY_QUEUE": ""}, "scf-async": {"RELAY_QUEUE": "scf-async"}}.get(
        kind, {}
    )


FAULTS = {
    "no queue": ("没有配置队列", "no queue is configured: set RELAY_QUEUE"),
    "scf-async": ("scf-async 没有可以在这里列出的死信队列", "run python -m relay replay LOG"),
    "no boto3": ("pip install boto3", "pip install boto3"),
    "no region": ("设置 AWS_REGION", "Set AWS_REGION"),
    "not found": (f"没有队列 {NAME}", f"there is no queue {NAME}"),
    "no dead-letter queue": ("没有死信队列", "has no dead-letter queue"),
    "AccessDenied": ("没有权限", "sqs:GetQueueUrl"),
    "ExpiredToken": ("凭证无效或已过期（ExpiredToken）", "have expired (ExpiredToken)"),
    "Odd": ("SQS 拒绝了", f"SQS refused {NAME} (Odd)"),
}


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_what_is_wrong_is_told_with_its_remedy(
    client: Any, monkeypatch: pytest.MonkeyPatch, kind: str, lang: str
) -> None:
    """Exit code 1, in both languages, and nothing of the SDK's own text."""
    environ = fault(kind, client, monkeypatch)
    result = relay("list", "--lang", lang, **environ)
    words = FAULTS[kind][lang == "en"]

    assert (result.exit_code, words in result.output.replace("\n", "")) == (1, True), result.output
    assert PLANTED[0] not in result.output


def test_without_credentials_it_says_how_to_get_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call leaves the machine."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    result = relay("list", "--lang", "en")

    assert (result.exit_code, "Run aws configure" in result.output) == (1, True), result.output


def test_a_broken_configuration_is_told_as_check_does(folder: Path) -> None:
    """Its queue is not known; exit code 1."""
    project(folder, CONFIG.replace("branches:", "branchs:"))
    result = run("dead-letters", "list")

    assert (result.exit_code, result.output) == (1, run("check").output)


def test_every_saying_is_complete_in_both_languages() -> None:
    """No placeholder stays unfilled, no error without both wordings."""
    for kind in queue_faults._SAYINGS:
        phrase = queue_faults.QueueFault(kind, "q.fifo", "Code").phrase
        assert all(text and "{" not in text for text in (phrase.zh, phrase.en))
