"""`docs/delivery.md` and `docs/delivery.zh-CN.md` show what really happens.

Every block is made anew and compared. Both have the same commands (`test_doc_blocks`): those for
the cloud are run from the English page.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import scenes
from botocore import xform_name
from click.testing import CliRunner
from conftest import ROOT
from doc_console import serving as speaking
from doc_console import until
from moto import mock_aws
from relays import NOW, Clock
from scenes import (
    AWS,
    CONFIG,
    QUEUE,
    REGION,
    Served,
    play,
    run_cloud_commands,
    serving,
    settled,
)

from workbench import dead_letter_queue, dead_letters
from workbench.commands import main
from workbench.faults import WORDS, parse
from workbench.robots import RobotServer

pytestmark = [  # the SDK's own
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]

PAGES = {"en": ROOT / "docs" / "delivery.md", "zh-CN": ROOT / "docs" / "delivery.zh-CN.md"}
LOCALES = {"en": "en_US.UTF-8", "zh-CN": "zh_CN.UTF-8"}
BLOCK = re.compile(r"```(\w+)(?: ([\w.-]+))?\n(.*?)```", re.DOTALL)
COMMAND = "$ .venv/bin/python -m relay "
SUMMARY = "━━ one project · wecom_robot text · {lang}\n"
CALLS = {  # where the function calls AWS, and what
    "sqs": ("relay/queues/sqs.py", "send_message get_queue_url get_queue_attributes "
            "change_message_visibility"),
    "dynamodb": ("relay/stores/table.py", "put_item get_item delete_item"),
}  # fmt: skip
POLLED = {"sqs:ReceiveMessage", "sqs:DeleteMessage"}  # Lambda does it, as the function's role


def page(lang: str = "en") -> str:
    return PAGES[lang].read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return [found[3] for found in BLOCK.finditer(page()) if found[1] == kind and not found[2]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the page's configuration, and an account that is none."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "RELAY_QUEUE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(dead_letter_queue, "WAIT_S", 0)
    monkeypatch.setattr(dead_letters, "_clock", lambda: NOW + 600)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


@pytest.fixture
def cloud() -> Iterator[list[str]]:
    """What the commands of the page have made."""
    with mock_aws():
        yield [
            done
            for block in blocks("sh")
            for done in run_cloud_commands(block, only_check=("lambda", "logs", "cloudwatch"))
        ]


def test_the_commands_for_the_cloud_make_what_the_relay_needs(cloud: list[str]) -> None:
    """AWS takes every one of them; the queue has its dead letters, the table its key."""
    sqs = boto3.client("sqs", region_name=REGION)
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    address = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["All"])["Attributes"]
    timeout_s = int(page().split("time-out (")[1].split(" s here")[0])
    table = dynamodb.describe_table(TableName="relay")["Table"]

    assert told["FifoQueue"] == "true"
    assert int(told["VisibilityTimeout"]) >= 6 * timeout_s
    assert json.loads(told["RedrivePolicy"])["maxReceiveCount"] == 5
    assert table["KeySchema"] == [{"AttributeName": "key", "KeyType": "HASH"}]
    assert "aws lambda create-event-source-mapping" in cloud


def test_the_role_may_do_what_the_function_does_and_no_more() -> None:
    """The policy has an action for each call in the code, and those of Lambda's poller."""
    (policy,) = [json.loads(block) for block in blocks("json") if '"Statement"' in block]
    allowed = {action for one in policy["Statement"] for action in one["Action"]}
    called = set()
    for service, (path, methods) in CALLS.items():
        source = (ROOT / path).read_text(encoding="utf-8")
        names = {xform_name(name): name for name in boto3_operations(service)}
        made = {re.sub("_batch$", "", name) for name in names if f".{name}(" in source}

        assert made == set(methods.split())
        called |= {f"{service}:{names[name]}" for name in made}

    assert allowed == called | POLLED


def boto3_operations(service: str) -> list[str]:
    client = boto3.client(service, region_name=REGION)
    return list(client.meta.service_model.operation_names)


@pytest.mark.parametrize("lang", PAGES)
def test_every_block_is_real(
    lang: str,
    cloud: list[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    update_golden: bool,
) -> None:
    """Answers, log lines, the summary, and what commands print are what happens now."""
    monkeypatch.setattr(scenes, "CONFIG", CONFIG.replace("lang: en", f"lang: {lang}"))
    clock = Clock(NOW)
    with RobotServer(clock=clock) as robots:
        answers = play(robots, clock)
        written = capsys.readouterr().out
        (folder / "function.log").write_text(written, encoding="utf-8")
        shown = {
            **{name: answer_block(one.status, one.report) for name, one in answers.items()},
            "log": log_block(written) if lang == "en" else of_english_bytes(log_block(written)),
            "summary": summary(lang),
        }
        environ = {
            **AWS,
            "RELAY_QUEUE": f"sqs://{QUEUE}",
            "WECOM_WEBHOOK_URL": robots.add_wecom("wecom-key-0"),
            "RELAY_ALLOW_HOSTS": robots.host,
            "WEBHOOK_SECRET": "a secret of the forge",
            "LC_ALL": LOCALES[lang],
            "COLUMNS": "80",
        }
        found = BLOCK.sub(lambda block: made_anew(block, shown, environ), page(lang))
    if update_golden:
        PAGES[lang].write_text(found, encoding="utf-8")

    assert page(lang) == found


@pytest.mark.parametrize("lang", PAGES)
def test_the_first_try_is_real(
    lang: str,
    folder: Path,
    robots: RobotServer,
    monkeypatch: pytest.MonkeyPatch,
    update_golden: bool,
) -> None:
    """`serve` with a fault, `trigger` and `replay` print what "Try it" shows, in a bare folder."""
    (folder / "config.yml").unlink()
    monkeypatch.delenv("CONFIG_FILE", raising=False)
    consoles = {
        found[2]: found[3].split("\n")[0] for found in BLOCK.finditer(page(lang)) if found[2]
    }
    environ = {
        "WEBHOOK_SECRET": "a secret of the forge",
        "WECOM_WEBHOOK_URL": robots.add_wecom(),
        "RELAY_ALLOW_HOSTS": robots.host,
        "NOTIFY_LANG": "en",
        "LC_ALL": LOCALES[lang],
        "COLUMNS": "80",
    }
    with serving(consoles["try-serve"], ROOT, folder) as served:
        told = {"try-serve": served.welcome if lang == "en" else welcome(consoles, folder)}
        told["try-trigger"] = answer_of(consoles["try-trigger"], served, environ)
        told["try-replay"] = printed_by(consoles["try-replay"], environ)
        limited = last_of(consoles["try-limit"], served, environ)
    found = page(lang)
    for name, output in told.items():
        block = f"```console {name}\n{consoles[name]}\n{plain(output)}\n```"
        found = re.sub(rf"```console {name}\n.*?```", lambda _, new=block: new, found, flags=re.S)
    if update_golden:
        PAGES[lang].write_text(found, encoding="utf-8")

    assert page(lang) == found
    assert "dingtalk: its limit of messages is reached" in " ".join(limited.split())


def welcome(consoles: dict[str, str], folder: Path) -> str:
    """Return what the page's `serve` begins with where the shell speaks Chinese."""
    arguments = consoles["try-serve"].split(" -m relay ")[1].split(" 2> ")[0].split()
    with speaking(arguments, folder, {"LC_ALL": LOCALES["zh-CN"]}) as running:
        assert running.stdout
        text = "".join(until(running.stdout, "Ctrl-C")).rstrip()
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9000", text)


def last_of(loop: str, served: Served, environ: dict[str, str]) -> str:
    """Return what the last command of *loop*, ``for n in $(seq 20); do …; done``, prints."""
    times, command = re.findall(r"for n in \$\(seq (\d+)\); do (.*); done", loop)[0]
    for number in range(1, int(times) + 1):
        last = answer_of(f"$ {command}".replace("$n", str(number)), served, environ)
    return last


def answer_of(command: str, served: Served, environ: dict[str, str]) -> str:
    """Return the answer that *command* prints; the request above it is left out."""
    printed = printed_by(command.replace(":9000", f":{served.port}"), environ)
    return f"…\n<-- {printed.split('<-- ')[1]}"


def printed_by(command: str, environ: dict[str, str]) -> str:
    words = command.removeprefix(COMMAND).split()
    return CliRunner().invoke(main, words, env=environ).output.rstrip()


def plain(text: str) -> str:
    """Return *text* with what differs from run to run as it is on the page."""
    text = re.sub(r"gl-[0-9a-f]{12}", "gl-1d12962436b9", settled(text))
    return re.sub(r"\d+ ms", "212 ms", text)


@pytest.mark.parametrize(("lang", "heading"), [("en", "Try it"), ("zh-CN", "试一试")])
def test_every_fault_is_told(lang: str, heading: str) -> None:
    """A page has one row for each word, written as it can be typed, in the words' order."""
    table = page(lang).split(f"## {heading}\n")[1].split("\n## ")[0]
    typed = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)

    assert [parse(one)[0].word for one in typed] == list(WORDS)


def made_anew(block: "re.Match[str]", shown: dict[str, str], environ: dict[str, str]) -> str:
    """Return *block* with what happens now; what is neither named nor a console stays,
    and so do the blocks of "Try it".
    """
    kind, name, text = block[1], block[2], block[3]
    if (name or "").startswith("try-"):
        return block[0]
    if kind == "console":
        command = text.split("\n")[0].removeprefix(COMMAND)
        printed = CliRunner().invoke(main, command.split(), env=environ).output.rstrip()
        printed = re.sub(r"\d+ B  \d+ ms", "480 B  212 ms", printed)
        return f"```console\n{COMMAND}{command}\n{printed}\n```"
    return f"```{kind} {name}\n{shown[name]}\n```" if name else block[0]


def answer_block(status: int, report: Any) -> str:
    return settled(f"{status} {json.dumps(report, ensure_ascii=False)}")


def log_block(written: str) -> str:
    """Return the first line of each event about deliveries, repeats, the queue and the state."""
    lines: dict[str, str] = {}
    for line in written.splitlines():
        event = json.loads(line)["event"]
        if event.startswith(("delivery.", "event.ignored", "queue.", "state.")):
            lines.setdefault(event, settled(line))
    return "\n".join(lines.values())


def of_english_bytes(log: str) -> str:
    """Return *log* with the English message's size: but for that it is the same in any language."""
    return re.sub(r'"bytes":\d+', re.findall(r'"bytes":\d+', page())[0], log)


def summary(lang: str) -> str:
    text = (ROOT / "tests" / "golden" / "summary.txt").read_text(encoding="utf-8")
    return text.split(SUMMARY.format(lang=lang))[1].split("\n━━")[0]
