"""Every code block of the documentation is run, or is what a check of its language asks for."""

import ast
import configparser
import contextlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from doc_aws import check_aws, check_filter
from doc_blocks import (
    Block,
    blocks_of,
    every_block,
    found,
    outline,
    pages,
    same_in_both_languages,
    steps_of,
    text,
    without_blocks,
)
from doc_checks import CHECKS, check_spelling
from doc_click import commands_named
from doc_code import variables_of
from doc_console import LEFT_OUT, Scene, check_osls, is_like, play, rewritten
from doc_json import check_value
from doc_programs import OSLS, OSLS_COMMON, PROGRAMS, check_variable
from doc_shell import check_commands

from relay.configuration.variables import NAMES
from relay.templating.faults import TemplateFault
from workbench.commands import main
from workbench.robots import RobotServer

# Blocks that another test makes anew and compares: page and language, or a block's name, → test.
OWNERS = {
    ("docs/delivery.md", "console"): "test_delivery_page.py::test_every_block_is_real",
    ("docs/delivery.md", "try-serve"): "test_delivery_page.py::test_the_first_try_is_real",
    ("docs/delivery.md", "try-trigger"): "test_delivery_page.py::test_the_first_try_is_real",
    ("docs/delivery.md", "try-replay"): "test_delivery_page.py::test_the_first_try_is_real",
    ("docs/delivery.zh-CN.md", "console"): "test_delivery_page.py::test_every_block_is_real",
    ("docs/delivery.zh-CN.md", "try-serve"): "test_delivery_page.py::test_the_first_try_is_real",
    ("docs/delivery.zh-CN.md", "try-trigger"): "test_delivery_page.py::test_the_first_try_is_real",
    ("docs/delivery.zh-CN.md", "try-replay"): "test_delivery_page.py::test_the_first_try_is_real",
    ("docs/quickstart-aws.md", "rehearsal"): "test_aws_rehearsal.py::test_all_of_it_goes_well",
    ("docs/quickstart-aws.zh-CN.md", "rehearsal"): (
        "test_aws_rehearsal.py::test_chinese_page_shows_the_same_steps"
    ),
    ("docs/quickstart-tencent.md", "console"): (
        "test_deploy_tencent.py::test_output_in_the_page_is_real"
    ),
    ("docs/quickstart-tencent.zh-CN.md", "console"): (
        "test_deploy_tencent.py::test_output_in_the_page_is_real"
    ),
    ("docs/self-hosting.md", "console"): (
        "test_web_files.py::test_the_output_on_the_page_is_real"
    ),
    ("docs/self-hosting.zh-CN.md", "console"): (
        "test_web_files.py::test_the_output_on_the_page_is_real"
    ),
}  # fmt: skip
CONFIGURATION = """\
version: 1
receivers:
  backend-group: { type: wecom_robot, url: "${WECOM_BACKEND_URL}" }
"""
INLINE = re.compile(
    r"`((?:(?:\.venv/bin/)?python -m|make|npx|npm|aws|docker|git|curl|sudo|systemctl) [^`]+)`"
)
PAIRS = [(page.replace(".zh-CN.md", ".md"), page) for page in pages() if page.endswith(".zh-CN.md")]


def has_owner(block: Block) -> bool:
    return bool({(block.page, block.name), (block.page, block.language)} & OWNERS.keys())


def with_consoles() -> list[str]:
    """Return the pages with a console block that no other test makes anew."""
    mine = [one.page for one in every_block() if one.language == "console" and not has_owner(one)]
    return list(dict.fromkeys(mine))


# The pages.


@pytest.mark.parametrize("page", pages())
def test_blocks_can_be_read(page: str) -> None:
    """Every block has an end and names its language, one that is checked."""
    unknown = [one.at for one in blocks_of(page) if one.language not in {*CHECKS, "console"}]

    assert unknown == []


def checked() -> list[Block]:
    return [one for one in every_block() if one.language in CHECKS]


@pytest.mark.parametrize("block", checked(), ids=lambda block: f"{block.at} {block.language}")
def test_block_is_right(block: Block) -> None:
    """What can be checked of it without running it is true."""
    CHECKS[block.language](block)


@pytest.mark.parametrize("page", pages())
def test_words_are_spelt_as_in_the_code(page: str) -> None:
    """Of remarks, names and what nobody parses, too: no letter is missing, other or swapped."""
    for block in blocks_of(page):
        check_spelling(block)


@pytest.fixture
def scene(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """A reader at the page of the test's parameter, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    with (
        RobotServer() as robots,
        contextlib.closing(Scene(request.param, tmp_path, robots)) as reader,
    ):
        yield reader


@pytest.mark.parametrize("scene", with_consoles(), indirect=True)
def test_console_is_real(scene: Scene, update_golden: bool) -> None:
    """Each command prints what its page shows, one after the other."""
    wrong, anew, changed = [], {}, set()
    for block, command, shown, printed in play(scene.page, scene, has_owner):
        typed = f"$ {command}\n" if block.text.lstrip().startswith("$ ") else ""
        if is_like(printed, shown):
            printed = shown
        elif not update_golden or LEFT_OUT.search(shown):  # what to leave out anew, a person knows
            wrong.append(f"{block.at}\n$ {command}\n{printed}")
        else:
            changed.add(block.line)
        anew[block.line] = f"{anew.get(block.line, '')}{typed}{printed.rstrip()}\n"
    if changed:
        now = {line: content for line, content in anew.items() if line in changed}
        (ROOT / scene.page).write_text(rewritten(scene.page, now), encoding="utf-8")
        blocks_of.cache_clear()

    assert wrong == [], "\n\n".join(wrong)


@pytest.mark.parametrize("owner", sorted(set(OWNERS.values())))
def test_owner_is_there(owner: str) -> None:
    """The test that makes a block anew exists, and reads that page."""
    file, _, name = owner.partition("::")
    source = (ROOT / "tests" / file).read_text(encoding="utf-8")
    tests = {one.name for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef)}

    assert name in tests
    assert [
        page for (page, _), one in OWNERS.items() if one == owner and Path(page).name not in source
    ] == []


def test_owned_blocks_are_there() -> None:
    """Each row of the table is about a block: what is gone from a page is gone from it."""
    here = {
        key for one in every_block() for key in ((one.page, one.name), (one.page, one.language))
    }

    assert set(OWNERS) - here == set()


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_have_the_same_shape(english: str, chinese: str) -> None:
    """The same levels of headings, and the same code, in the same order."""
    shapes = [
        [(one.language, same_in_both_languages(one)) for one in blocks_of(page)]
        for page in (english, chinese)
    ]

    assert outline(english) == outline(chinese)
    assert shapes[0] == shapes[1]


def in_prose() -> list[tuple[str, str]]:
    """Return the commands between backticks outside of blocks, of every page but the changelog."""
    return [
        (page, re.sub(r"\s+", " ", command))
        for page in pages()
        if page != "CHANGELOG.md"
        for command in INLINE.findall(without_blocks(page))
    ]


@pytest.mark.parametrize(("page", "command"), sorted(set(in_prose())))
def test_command_in_prose_is_right(page: str, command: str) -> None:
    """What a sentence or a table tells to run could run, too; a verb may stand for itself."""
    verbs = "|".join(name for name, _ in commands_named(main))
    alone = re.fullmatch(rf"\S*python -m relay ({verbs}|VERB -h)", command)
    if not alone:
        plain = re.sub(r"<[^<>]*>", "https://example.com", command.replace("\\|", "|"))
        check_commands(plain, page)


def settings_in_prose() -> list[tuple[str, str]]:
    """Return what stands as ``NAME=value`` between backticks outside of blocks."""
    return [
        (page, setting)
        for page in pages()
        if page != "CHANGELOG.md"
        for setting in re.findall(r"`((?!NAME=)[A-Z][A-Z_]+=[^`\s]*)`", without_blocks(page))
    ]


@pytest.mark.parametrize(("page", "setting"), sorted(set(settings_in_prose())))
def test_setting_in_prose_is_right(page: str, setting: str) -> None:
    """Something reads a variable that a sentence or a table sets, and takes its value."""
    check_variable(setting, Block(page, 0, "text", "", setting))


@pytest.mark.parametrize("page", pages())
def test_log_filter_in_prose_finds_something(page: str) -> None:
    """What a sentence tells to look for in the log is what the code writes there."""
    for pattern in re.findall(r"`([^`\n]*[=:] ?\"\w+\.\w+\"[^`\n]*)`", without_blocks(page)):
        check_filter(pattern)


# The checks themselves: each finds what it is for.

WRONG_SH = {
    "make deploy": "no target",
    "make run PROT=9001": "PROT",
    ".venv/bin/python -m relay sned x": "no verb",
    ".venv/bin/python -m relay send": "RECEIVER",
    ".venv/bin/python -m relay explain push.pushed --recever x": "--recever",
    ".venv/bin/python -m relay render pipline.failed": "pipline.failed",
    ".venv/bin/python -m relay check examples/tipycal.yml": "examples/tipycal.yml",
    ".venv/bin/python -m relay show --config=tipycal.yml": "tipycal.yml",
    ".venv/bin/python -m relay trigger push.pushed -u :9000 -x 1": "-x",
    ".venv/bin/python -m deploy.tensent": "no module",
    ".venv/bin/python -m deploy.web --prot 1": "--prot",
    ".venv/bin/python -m deploy.bundles --arch riscv": "riscv",
    ".venv/bin/python -m pip install -r requirements-prod.txt": "requirements-prod",
    "curl http://relay.internal.corp/": "not an example",
    "curl http://127.0.0.1:9000/ -H 'X-Gitlab-Event: Pipline Hook'": "Pipline",
    "curl --frobnicate http://127.0.0.1:9000/": "--frobnicate",
    "npx osls deploy --stge prod": "--stge",
    "npx osls logs --function realy": "realy",
    "aws sqs create-que --queue-name x": "create-que",
    "aws sqs create-queue --queue x": "--queue",
    "aws sqs create-queue": "QueueName",
    "docker run -p 9000:8000 git-chat-relay": "9000:8000",
    "docker build -f Dockerfile .": "Dockerfile",
    "sudo systemctl enable --now git-chat-rely": "git-chat-rely",
    "RELAY_QUEU=x make run": "RELAY_QUEU",
    "frobnicate --all": "no check for frobnicate",
    "for n in $(seq 3); do frobnicate; done": "no check for frobnicate",
    'URL=$(aws sqs get-queue-ulr --queue-name x)\necho "$URL"': "get-queue-ulr",
    "make unit TESTS=tests/test_godlen.py": "tests/test_godlen.py",
    ".venv/bin/python -m relay render push.pushed --message actio_ncard": "actio_ncard",
    ".venv/bin/python -m relay send dintgalk-group": "dintgalk-group",
    ".venv/bin/python -m relay explain push.pushed --expect=ops-gruop": "ops-gruop",
    ".venv/bin/python -m relay explain push.pushed --source gitalb": "gitalb",
    ".venv/bin/python -m relay explain push.pushed --at 2026-13-01": "month",
    ".venv/bin/python -m relay explain push.pushed --set project.nmae=x": "nmae",
    ".venv/bin/python -m relay trigger push.pushed --url htpts://relay.example.com/": "htpts",
    ".venv/bin/python -m relay doctor --url https://relay.exmaple.com/": "relay.exmaple.com",
    ".venv/bin/python -m relay dead-letters list --queue sqs://git-chat-realy-prod.fifo": "realy",
    ".venv/bin/python -m relay dead-letters drop lg-3f2a": "lg-3f2a",
    ".venv/bin/python -m relay serve --robot-faults wecmo=busy": "wecmo",
    ".venv/bin/python -m relay serve --robot-faults wecom=bsuy": "bsuy",
    "NOTIFY_EVENTS=push,job.falied make run": "job.falied",
    "DELIVERY_TIMEOUT=4h make run": "DELIVERY_TIMEOUT",
    "RELAY_QUEUE=sqs:git.fifo make run": "RELAY_QUEUE",
    "export AWS_REGION=ap-southaest-1": "ap-southaest-1",
    "curl htpt://127.0.0.1:9000/": "htpt",
    "aws sqs create-queue --queue-name x --attributes FifoQuuee=true": "FifoQuuee",
    "aws dynamodb update-time-to-live --table-name x "
    "--time-to-live-specification Enabled=true,AttriubteName=until": "AttriubteName",
    "aws lambda create-event-source-mapping --function-name relay "
    "--function-response-types RpeortBatchItemFailures": "RpeortBatchItemFailures",
    "aws lambda create-event-source-mapping --function-name relay --batch-size ten": "ten",
    "aws sts get-caller-identity --query Acocunt": "Acocunt",
    "aws sts get-caller-identity --output txet": "txet",
    "aws sns subscribe --protocol emial --topic-arn arn:aws:sns:us-east-1:123456789012:x": "emial",
    "aws sns subscribe --protocol email --topic-arn arn:asw:sns:us-east-1:123456789012:x": "asw",
    "aws sns subscribe --protocol email --topic-arn arn:aws:sns:us-eats-1:123456789012:x": "eats",
    "aws cloudwatch put-metric-alarm --alarm-name x --evaluation-periods 1 "
    "--comparison-operator GreaterThanThreshold --metric-name ApproximateNumber": "Approximate",
    "aws logs put-metric-filter --log-group-name x --filter-name x --metric-transformations "
    "metricName=a,metricNamespace=b,metricValue=1 "
    "--filter-pattern '{ $.event = \"delivery.fialed\" }'": "delivery.fialed",
    "aws logs put-metric-filter --log-group-name x --filter-name x --metric-transformations "
    "metricName=a,metricNamespace=b,metricValue=1 "
    "--filter-pattern '{ $.evnet = \"delivery.failed\" }'": "evnet",
    "cat missing.json | tail": "missing.json",
    "if then": "syntax error",
}


@pytest.mark.parametrize("command", WRONG_SH)
def test_wrong_command_is_found(command: str) -> None:
    """A slip of each sort is refused, and the message names it."""
    with pytest.raises(AssertionError) as raised:
        check_commands(command)

    assert WRONG_SH[command] in str(raised.value)


def test_redirections_and_pipes_are_read() -> None:
    """Files that a command makes may be read by the next one; quoted signs are no operators."""
    check_commands("make help 2>/dev/null > out.txt && cat out.txt | tail -f function.log")
    check_commands("echo 'a; frobnicate | b' # frobnicate\ncat > x <<'EOF'\nfrobnicate\nEOF\ncat x")


STATEMENT = (
    '{"Effect": "Allow", "Action": ["sqs:SendMessage"],'
    ' "Resource": "arn:aws:sqs:us-east-1:123456789012:git-chat-relay-prod.fifo"}'
)
REFUSALS = (
    AssertionError, ValueError, SyntaxError, yaml.YAMLError, TemplateFault, configparser.Error,
)  # fmt: skip
WRONG_BLOCKS: dict[str, list[str]] = {
    "yaml": [
        "version: 1\nreceivers: {a: {type: wecom_robot, ulr: x}}",
        "custom: {tencent: {nmae: x}}",
        "services: {a: {build: {dockerfile: Dockerfile.none}}}",
        "stages: [test]\nunit: {script: [make unti]}",
        "'on': push\njobs: {a: {runs-on: x, steps: [{run: make unti}]}}\ntrue: x",
        "- a list",
    ],
    "json": [
        '{"ok": true, "skiped": []}',
        '{"ok": true, "sent": [{"reciever": "a"}]}',
        '{"ok": false, "reason": "x", "code": "E998", "fix": "y"}',
        '{"ok": true, "service": "git-chat-relay", "version": "0.1.0"}',
        '{"ts": "x", "level": "INFO", "event": "delivery.sended"}',
        '{"ts": "x", "level": "INFO", "event": "delivery.sent", "recieverr": "a"}',
        f'{{"Version": "2012-10-17", "Statement": [{STATEMENT.replace("SendM", "Sendm")}]}}',
        f'{{"Version": "2012-10-17", "Statement": [{STATEMENT.replace("Effect", "Efefct")}]}}',
        f'{{"Version": "2012-10-17", "Statement": [{STATEMENT.replace("Allow", "Alolw")}]}}',
        f'{{"Version": "2012-10-17", "Statement": [{STATEMENT.replace("arn:aws", "arn:asw")}]}}',
        f'{{"Version": "2012-10-71", "Statement": [{STATEMENT}]}}',
        '{"ok": true, "event": "pipeline.fialed", "sent": []}',
        '{"ok": true, "sent": [{"receiver": "backend-gruop", "status": "ok"}]}',
        '{"ok": true, "sent": [{"receiver": "wecom", "status": "oky"}]}',
        '{"ok": true, "sent": [], "skipped": [{"route": "no-such-route", "reason": "R11"}]}',
        '{"ok": false, "reason": "not_configrued", "code": "E206", "fix": "y"}',
        '{"ts": "x", "level": "INFO", "event": "event.ignored", "source": "gitalb"}',
        '{"ts": "x", "level": "INFO", "event": "delivery.sent", "what": "push.psuhed"}',
        '{"ts": "x", "level": "INFO", "event": "delivery.sent", "delivery_id": "gl-x.wecom"}',
        '{"WECOM_EWBHOOK_URL": "x"}',
        '{"what": "is it?"}',
        "{",
    ],
    "text": ["❌ a message that nobody approved", "200 {\"ok\": true, \"skiped\": []}",
             "relay/no_such_module.py"],
    "jinja": ["{{ projcet.name }}", "{% if %}"],
    "python": ["import no_such_module_of_ours", "from relay.words import Frase", "def"],
    "http": ["GTE / HTTP/1.1\nHost: x", "POST /hook HTTP/1.1\nX-Gitlab-Event: Pusch Hook\n\n{}",
             "POST / HTTP/1.1\nHost: x\n\n{"],
    "nginx": ["server { lisen 80; }", "server { listen 80;",
              "server { location / { proxy_pass http://127.0.0.1:8000; } }"],
    "ini": ["[Service]\nExecStrat=x", "RELAY_QUEU=x", "not a line of it",
            "WECOM_EWBHOOK_URL=…", "NOTIFY_EVENTS=push,job.falied", "DELIVERY_TIMEOUT=soon",
            "GITEE_SIGNATURE=hmca", "ALLOW_UNSIGNED=ture", "NOTIFY_LANG=jp"],
    "dockerfile": ["COPY no-such-file /app", "FRM x"],
    "sh": ["make unti"],
}  # fmt: skip


def test_every_language_is_tried() -> None:
    assert WRONG_BLOCKS.keys() == CHECKS.keys()


@pytest.mark.parametrize(
    ("language", "content"),
    [(language, content) for language, all_of_it in WRONG_BLOCKS.items() for content in all_of_it],
)
def test_wrong_block_is_found(language: str, content: str) -> None:
    """A slip of each sort is refused."""
    with pytest.raises(REFUSALS):
        CHECKS[language](Block("docs/x.md", 1, language, "", content))


RIGHT_BLOCKS = {  # what the wrong ones differ from
    "json": f'{{"Version": "2012-10-17", "Statement": [{STATEMENT}]}}',
    "ini": "WECOM_WEBHOOK_URL=…\nNOTIFY_EVENTS=push,job.failed\nALLOW_UNSIGNED=no\n",
    "text": "200 {\"ok\": true, \"event\": \"pipeline.failed\", \"sent\": []}",
}  # fmt: skip


@pytest.mark.parametrize("language", RIGHT_BLOCKS)
def test_right_block_passes(language: str) -> None:
    CHECKS[language](Block("docs/x.md", 1, language, "", RIGHT_BLOCKS[language]))


SLIPS = {
    "tohers": "others", "goldn": "golden", "delivvery": "delivery", "wokrbench": "workbench",
    "RpeortBatchItemFailures": "reportbatchitemfailures", "evemt": "event",
    "actio_ncard": "action_card",
    "others": "", "receivers": "", "xylophone": "", "ReportBatchItemFailures": "", "x9": "",
}  # fmt: skip


@pytest.mark.parametrize("word", SLIPS)
def test_slip_of_a_word_is_found(word: str) -> None:
    """Of a word of the code, a sample or the prose; what is like none is one of its own."""
    block = Block("docs/x.md", 1, "yaml", "", f"version: 1  # {word}\n")
    if not SLIPS[word]:
        check_spelling(block)
        return
    with pytest.raises(AssertionError, match=f"'{word}': '{SLIPS[word]}'"):
        check_spelling(block)


def test_variable_of_the_page_is_known() -> None:
    """A name that nothing of ours reads may be one that the page's YAML refers to."""
    (page, name) = next(
        (page, name) for page in pages() for name in sorted(variables_of(page)) if name not in NAMES
    )
    CHECKS["ini"](Block(page, 1, "ini", "", f"{name}=…"))
    with pytest.raises(AssertionError, match="nothing reads"):
        CHECKS["ini"](Block("docs/x.md", 1, "ini", "", f"{name}=…"))


def test_mark_names_the_check() -> None:
    """Text that is neither a message nor an answer says by a mark what it is."""
    block = Block("docs/x.md", 1, "text", "", "RELAY_QUEUE=scf-async\n", origin="variables")
    CHECKS["text"](block)
    for wrong in (
        block._replace(text="RELAY_QUEU=scf-async\n"),
        block._replace(origin="somewhere"),
        block._replace(origin=""),
    ):
        with pytest.raises(AssertionError):
            CHECKS["text"](wrong)


BROKEN = {
    "names no language": "text\n\n```\ncode\n```\n",
    "has no end": "text\n\n```sh\nmake help\n",
    "not fenced": "text\n\n    indented code\n",
    "within HTML": "<details>\n```sh\nmake help\n```\n</details>\n",
}


@pytest.mark.parametrize("why", BROKEN)
def test_broken_block_is_found(why: str) -> None:
    """What a reader of Markdown would not take for that block fails with its place."""
    with pytest.raises(ValueError, match=rf"page\.md:\d+: .*{why}"):
        list(found("page.md", BROKEN[why]))


def test_blocks_are_found_wherever_they_are() -> None:
    """In lists and quotations, too, with the heading, the mark and the commands above."""
    page = (
        "# One\n\n1. item\n\n   ```sh\n   make \\\n     help\n   ```\n\n   ```console shown\n"
        "   help\n   ```\n\n## Two\n\n<!-- from: variables -->\n> ```text\n> A=b\n> ```\n"
    )
    sh, console, marked = found("page.md", page)

    assert (sh.line, sh.text, sh.heading) == (5, "make \\\n  help\n", "One")
    assert (console.name, steps_of(console)) == ("shown", [("make    help", "help\n")])
    assert (marked.at, marked.text, marked.origin) == ("page.md:17", "A=b\n", "variables")
    assert marked.commands == ""


def test_console_is_split_into_commands() -> None:
    """Each `$` begins a command, which may go on behind a backslash."""
    block = Block("x.md", 1, "console", "", "$ a \\\n  b\nout\n\nmore\n$ c\n")

    assert steps_of(block) == [("a b", "out\n\nmore\n"), ("c", "")]


@pytest.mark.parametrize(
    ("printed", "shown", "alike"),
    [
        ("✓ a  98 B  12 ms\n", "✓ a  98 B  5 ms\n", True),
        ("✓ a  98 B  12 ms\n", "✓ a  99 B  5 ms\n", False),
        ("a\nb\nc\nd\n", "a\n…\nd\n", True),
        ("a\nd\n", "a\n…\nd\n", False),
        ("a\nb\n", "a\n", False),
        ("gl-0123456789ab sent\n", "gl-ffffffffffff sent", True),
    ],
)
def test_only_what_varies_may_differ(printed: str, shown: str, alike: bool) -> None:
    """Times, ids and lines that are left out are alike; a number of bytes is not."""
    assert is_like(printed, shown) is alike


def test_reader_s_folder_has_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands see the page's configuration, the server that the page starts, the exit code."""
    monkeypatch.chdir(tmp_path)
    shown = Block("docs/x.md", 1, "yaml", "", CONFIGURATION)
    with RobotServer() as robots, contextlib.closing(Scene("docs/x.md", tmp_path, robots)) as one:
        one.read(shown)
        health = json.loads(one.run("curl http://127.0.0.1:9000/"))
        sent = one.run(".venv/bin/python -m relay trigger push.pushed -u :9000 -s dev-secret")
        wrong = one.run(".venv/bin/python -m relay explain push.pushed --expect=")
        code = one.run("echo $?")
        here = one.run("cat config.yml")
        with pytest.raises(AssertionError, match="no run for frobnicate"):
            one.run("frobnicate --all")

    assert health["receivers"] == 1
    assert '"receiver": "backend-group"' in sent
    assert "backend-group" in wrong
    assert (code, here) == ("1\n", CONFIGURATION)


def test_new_output_takes_the_place_of_the_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the block changes, and it keeps its indentation."""
    page = text("docs/quickstart-aws.md")
    block = next(one for one in blocks_of("docs/quickstart-aws.md") if one.language == "console")
    found_anew = rewritten("docs/quickstart-aws.md", {block.line: "new\n\nlines\n"})

    assert found_anew.count("\n   new\n\n   lines\n   ```\n") == 1
    assert found_anew.startswith(page[: page.index(block.text.splitlines()[0])].rstrip(" "))
    assert rewritten("docs/quickstart-aws.md", {}) == page


def test_output_of_osls_names_what_is_ours() -> None:
    """Another service, or a line that osls does not print, is found."""
    check_osls("Deploying git-chat-relay to stage prod (ap-southeast-1)\n")
    for wrong in (
        "Deploying relay to stage prod (ap-southeast-1)",
        "Done!",
        "  rely: git-chat-relay-prod-rely (2 MB)",
    ):
        with pytest.raises(AssertionError):
            check_osls(wrong)


def test_answer_of_aws_has_its_shape() -> None:
    """Of a command of AWS the answer is compared with the SDK's model."""
    block = Block("x.md", 1, "json", "", "", commands="aws ssm put-parameter --name x --value y")
    check_value({"Version": 1, "Tier": "Standard"}, block)
    with pytest.raises(AssertionError, match="Versoin"):
        check_value({"Versoin": 1}, block)


def test_tool_s_own_commands_of_aws() -> None:
    """What the tool has and the SDK has not is in a table, with its options."""
    check_aws(["logs", "tail", "/aws/lambda/x", "--follow"])
    with pytest.raises(AssertionError):
        check_aws(["logs", "tail", "/aws/lambda/x", "--folow"])


def test_osls_has_these_options() -> None:
    """Each option in the table is one of the installed osls."""
    folder = ROOT / "node_modules" / "osls" / "lib" / "cli" / "commands-schema"
    if not folder.exists():
        pytest.skip("osls is not installed: npm ci")
    script = (
        f"const all = require({json.dumps(str(folder / 'aws-service.js'))}); const told = {{}};"
        "for (const [name, one] of all) told[name] = Object.keys(one.options);"
        "console.log(JSON.stringify(told))"
    )
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)  # noqa: S603, S607
    known = json.loads(done.stdout)

    assert {
        (verb, option)
        for verb, options in OSLS.items()
        for option in (*options, *OSLS_COMMON)
        if option not in known[verb]
    } == set()


def test_every_program_has_a_check() -> None:
    """A table of checks, not of exceptions: those without one are the shell's own."""
    unchecked = {name for name, check in PROGRAMS.items() if check.__name__ == "_anything"}

    assert unchecked == {
        "cd", "chmod", "date", "echo", "mkdir", "seq", "set", "sleep", "tar",
    }  # fmt: skip
