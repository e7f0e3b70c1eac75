"""The rehearsal of a deployment to AWS: osls, moto, and messages through what was deployed."""

import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from deploy import aws_rehearsal, aws_stand_in
from deploy.aws_stand_in import Osls, RehearsalError
from deploy.sqs_poller import poll
from relay import log

PAGES = {"en": "quickstart-aws.md", "zh-CN": "quickstart-aws.zh-CN.md"}
ARN = "arn:aws:sqs:ap-southeast-1:123456789012:relay.fifo"


def rehearse(code: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, or *code* in its place."""
    command = ["-c", code] if code else ["-m", "deploy.aws_rehearsal", "--lang", "en"]
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80", **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def needs_osls() -> None:
    if lacking := aws_stand_in.missing(ROOT):
        pytest.skip(lacking.en)
    if importlib.util.find_spec("flask_cors") is None:
        pytest.skip("moto's server is missing: pip install -r requirements-dev.txt")


def page(lang: str) -> str:
    return (ROOT / "docs" / PAGES[lang]).read_text(encoding="utf-8")


def steps(lang: str) -> str:
    """Return what the page shows as the command's output."""
    shown = re.search(r"```console rehearsal\n\$ [^\n]*\n(.*?)```", page(lang), re.DOTALL)
    assert shown
    return shown[1]


def test_all_of_it_goes_well() -> None:
    """Deployed, one webhook in, one message out and one dead letter, removed: as the page shows.

    Whatever account and endpoint this machine knows is not used.
    """
    needs_osls()
    before = (ROOT / ".serverless").exists()
    done = rehearse(AWS_PROFILE="of-somebody", AWS_ENDPOINT_URL_SQS="http://127.0.0.1:9")

    assert done.returncode == 0, done.stderr
    assert done.stdout == steps("en")
    assert (ROOT / ".serverless").exists() == before


def test_chinese_page_shows_the_same_steps() -> None:
    """Its output is the one of ``--lang zh-CN``."""
    told = {"stage": aws_rehearsal.STAGE, "good": "wecom", "bad": "dingtalk", "code": "E525"}
    phrases = (
        aws_rehearsal.DEPLOYED.filled(**told, count=14),
        aws_rehearsal.OPEN,
        aws_rehearsal.ANSWERED.filled(count=2),
        aws_rehearsal.POSTED.filled(**told, count=2),
        aws_rehearsal.KNOWN.filled(count=5),
        aws_rehearsal.REMOVED.filled(**told),
    )

    assert steps("zh-CN") == "".join(f"✓ {phrase.zh}\n" for phrase in phrases)


def test_fewer_entries_have_their_reason() -> None:
    """A busy machine's table is slow; the relay then does without it, and the number is smaller."""
    told = io.StringIO()
    log.configure("INFO", told)
    before = aws_rehearsal.known(5, told.getvalue())
    log.warning("state.failed", code="E545", vendor_code="SlowError")
    after = aws_rehearsal.known(1, told.getvalue())

    assert before == aws_rehearsal.KNOWN.filled(count=5)
    assert after == aws_rehearsal.KNOWN_IN_PART.filled(count=1)


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    """A stack that is not as the code needs it ends the rehearsal, with the difference."""
    needs_osls()
    text = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    line = "          functionResponseType: ReportBatchItemFailures\n"
    (tmp_path / "serverless.yml").write_text(text.replace(line, "", 1), encoding="utf-8")
    shutil.copy(ROOT / "handler.py", tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    code = f"from deploy.aws_rehearsal import *; rehearse(print, Path({str(tmp_path)!r}))"
    done = rehearse(code)

    assert done.returncode == 1
    assert "list-event-source-mappings" in done.stderr.splitlines()[-1]
    assert "was expected" in done.stderr.splitlines()[-1]


def test_missing_tools_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Node, and without osls, the command says what to install."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    without_node = aws_stand_in.missing(tmp_path)
    node = tmp_path / "node"
    node.touch(mode=0o755)
    without_osls = aws_stand_in.missing(tmp_path)

    assert without_node
    assert "Node 20.19" in without_node.en
    assert "Node 20.19" in without_node.zh
    assert without_osls
    assert "npm ci" in without_osls.en
    assert "npm ci" in without_osls.zh


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Path]:
    """A project whose osls prints a lot and fails."""
    tool = tmp_path / "node_modules" / "osls" / "bin" / "serverless.js"
    tool.parent.mkdir(parents=True)
    tool.write_text("import sys\nprint('line\\n' * 40 + 'the reason')\nsys.exit(1)\n")
    for name in ("serverless.yml", "handler.py"):
        shutil.copy(ROOT / name, tmp_path)
    yield tmp_path


def test_failure_of_osls_shows_its_end(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what osls prints, the last lines are shown: the reason stands there."""
    monkeypatch.setattr(aws_stand_in, "_node", lambda: sys.executable)
    folder = broken / "copy"
    folder.mkdir()
    with pytest.raises(RehearsalError) as raised:
        Osls(broken, folder, {}).run("deploy")

    assert raised.value.phrase.en.startswith("osls deploy failed:\nline")
    assert raised.value.phrase.en.endswith("the reason")
    assert len(raised.value.phrase.en.splitlines()) < 20


class FakeSqs:
    """A queue of three messages, given out two at a time; what is deleted is noted."""

    def __init__(self) -> None:
        self.given = [["a", "b"], ["c"]]
        self.deleted: list[str] = []

    def receive_message(self, **asked: object) -> Mapping[str, Any]:
        ids = self.given.pop(0) if self.given else []
        return {"Messages": [self.message(one) for one in ids]} if ids else {}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803 - boto3's
        self.deleted.append(ReceiptHandle)

    @staticmethod
    def message(message_id: str) -> Mapping[str, Any]:
        return {
            "MessageId": message_id,
            "ReceiptHandle": f"receipt {message_id}",
            "Body": "text",
            "Attributes": {"MessageGroupId": "wecom", "ApproximateReceiveCount": "1"},
            "MD5OfBody": "",
        }


def test_poller_keeps_what_failed() -> None:
    """As Lambda does: all of a batch is deleted but what the answer names."""
    seen: list[Sequence[Mapping[str, Any]]] = []

    def handle(event: Any, context: object) -> Mapping[str, Any]:
        seen.append(event["Records"])
        return {"batchItemFailures": [{"itemIdentifier": "b"}]}

    sqs = FakeSqs()

    assert poll(sqs, "address", ARN, handle) == 3
    assert sqs.deleted == ["receipt a", "receipt c"]
    assert [[one["messageId"] for one in batch] for batch in seen] == [["a", "b"], ["c"]]
    assert {one["eventSource"] for one in seen[0]} == {"aws:sqs"}
    assert {one["awsRegion"] for one in seen[0]} == {"ap-southeast-1"}
    assert {one["eventSourceARN"] for one in seen[0]} == {ARN}
