"""`doctor`: what it finds, what it advises, and that nothing is sent by it."""

import base64
import gzip
import io
import json
import os
import shutil
import socket
import ssl
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
import urllib3
from conftest import ROOT
from fake_chat import FakeChat
from verbs import (
    CLEAN,
    CORP_SECRET,
    DINGTALK_TOKEN,
    MOBILE,
    PLANTED,
    ROBOT_SECRET,
    SIGNING_TOKEN,
    WEBHOOK_SECRET,
    WECOM_KEY,
    run,
    widest,
)

import adapters
import handler
from deploy.regions import TENCENT
from relay.config import Source
from relay.delivery import new_session
from relay.errors import Ignored
from relay.version import VERSION
from workbench import asking_url, samples
from workbench.asking_url import Answer, Silence
from workbench.doctor import CHECKS, asked, examined
from workbench.doctor_deployed import deployed
from workbench.doctor_files import files
from workbench.doctor_function import NEVER_SENT, function
from workbench.doctor_machine import clocks, packages, proxies, python, regions
from workbench.doctor_robots import heard, robots
from workbench.doctor_scene import (
    ERROR,
    OK,
    SKIPPED,
    WARNING,
    Finding,
    Function,
    Machine,
    Proven,
    Scene,
    looked_at,
)
from workbench.local_server import LocalServer, create_app
from workbench.preview import event_of
from workbench.robots import RobotServer
from workbench.wrapping import wrapped

CONFIG = """\
version: 1
sources:
  gitlab:
    type: gitlab
    secret: ${GITLAB_WEBHOOK_SECRET}
    signing_token: ${GITLAB_TOKEN}
  gitee: { type: gitee, secret: "${GITLAB_WEBHOOK_SECRET}" }
receivers:
  dev-group: { type: wecom_robot, url: "${WECOM_DEV_URL}" }
  ops-group:
    type: dingtalk_robot
    url: ${DINGTALK_OPS_URL}
    secret: ${DINGTALK_OPS_SECRET}
  to-person:
    type: wecom_app
    api_base: ${WECOM_API}
    corp_id: ww0123456789abcdef
    agent_id: "1000002"
    secret: ${WECOM_APP_SECRET}
    to: [zhangsan]
people:
  zhangsan: { name: 张三, wecom: ZhangSan, mobile: "13800001111" }
routes:
  - events: ["*"]
    receivers: [dev-group, ops-group, to-person]
"""
_APPLICATION = CONFIG[CONFIG.index("  to-person:") : CONFIG.index("people:")]
ROBOTS = CONFIG.replace(_APPLICATION, "").replace(", to-person", "")
OTHER_TOKEN = "whsec_" + base64.b64encode(b"another signing token, 32 bytes.").decode()
NOW = 1_795_170_600.0
BOTH = pytest.mark.parametrize("lang", ["zh-CN", "en"])


@pytest.fixture
def stand_ins() -> Iterator[RobotServer]:
    """Robots by the real clock, as what is sent to them is signed with it."""
    with RobotServer() as server:
        yield server


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [*CLEAN, "AWS_REGION", "AWS_DEFAULT_REGION", "TENCENTCLOUD_REGION"]:
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def variables(robots: RobotServer, **changes: str) -> dict[str, str]:
    """Return what `CONFIG` needs, with the stand-ins that fit added to *robots*."""
    return {
        "RELAY_ALLOW_HOSTS": robots.host,
        "GITLAB_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "GITLAB_TOKEN": SIGNING_TOKEN,
        "WECOM_DEV_URL": robots.add_wecom(WECOM_KEY),
        "DINGTALK_OPS_URL": robots.add_dingtalk(DINGTALK_TOKEN, secret=ROBOT_SECRET),
        "DINGTALK_OPS_SECRET": ROBOT_SECRET,
        "WECOM_API": robots.add_wecom_app(secret=CORP_SECRET),
        "WECOM_APP_SECRET": CORP_SECRET,
        **changes,
    }


def machine(**changes: Any) -> Machine:
    known = {"requests": "2.34.2", "PyYAML": "6.0.3", "Jinja2": "3.1.6"}
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    usual = Machine((3, 11, 7), "linux", lambda name: known.get(name, ""), text, libyaml=True)
    return usual._replace(**changes)


def scene(environ: Mapping[str, str] = {}, file: str | None = None, **changes: Any) -> Scene:
    return looked_at(file, "en", environ, machine(**changes), VERSION)


def spoken(robots: RobotServer, limit_s: float = 5.0, **changes: str) -> list[Finding]:
    """Return what is found about the receivers of `CONFIG`."""
    given = scene(variables(robots, **changes))
    with new_session() as session:
        return list(checked(given, session, limit_s))


def only_robots(robots: RobotServer, **changes: str) -> Scene:
    """Return the scene of a configuration without the application."""
    Path("config.yml").write_text(ROBOTS, encoding="utf-8")
    return scene(variables(robots, **changes))


def checked(given: Scene, session: requests.Session, limit_s: float = 5.0) -> Iterator[Finding]:
    yield from robots(given._replace(robots=heard(given, session, lambda: NOW, limit_s)))


def only(findings: list[Finding], name: str) -> Finding:
    (found,) = (one for one in findings if one.found.en.startswith(name))
    return found


# All is well.


@BOTH
def test_nothing_is_wrong_and_nothing_is_sent(
    stand_ins: RobotServer, folder: Path, lang: str
) -> None:
    """A right configuration, its robots, and the same function running: no error, no message."""
    shutil.copy(ROOT / "serverless.yml", folder)
    environ = {**variables(stand_ins), "CONFIG_FILE": "config.yml"}
    with LocalServer(create_app(handler.build(environ))) as server:
        result = run("doctor", "--url", f":{server.port}", "--lang", lang, **environ)

    assert result.exit_code == 0
    *findings, last = result.output.splitlines()
    assert {line[0] for line in findings} == {"✓", " "}  # of those, lines that go on
    assert last == {"zh-CN": "没有发现问题", "en": "nothing is wrong"}[lang]
    assert stand_ins.received == []
    assert len(stand_ins.attempts) == 4  # one each, and the application's token
    assert widest(result) <= 80


def test_json_has_every_finding(stand_ins: RobotServer) -> None:
    """Programs get the same findings, with four texts each."""
    result = run("doctor", "--format", "json", "--lang", "en", **variables(stand_ins))

    found = json.loads(result.output)

    assert result.exit_code == 0
    assert all(set(one) == {"check", "status", "found", "remedy"} for one in found)
    assert {one["status"] for one in found} == {"ok", "skipped"}
    assert [one["check"] for one in found if one["check"] == "robots"] == ["robots"] * 3
    assert found[-1]["remedy"] == "add --url and its address"


@BOTH
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_shown(stand_ins: RobotServer, lang: str, form: str) -> None:
    """Not when every robot refuses and quotes the request, nor of the people."""
    environ = variables(stand_ins)
    for key in (WECOM_KEY, DINGTALK_TOKEN, "1000002"):
        stand_ins.set_faults(key, "badkey")
    with LocalServer(create_app(handler.build({}))) as server:
        url = f"http://127.0.0.1:{server.port}/hook/gitlab?key={WECOM_KEY}"
        result = run("doctor", "-u", url, "--lang", lang, "--format", form, **environ)

    assert result.exit_code == 1
    assert [secret for secret in (*PLANTED, MOBILE) if secret in result.output] == []


@pytest.mark.parametrize("status", [OK, WARNING, ERROR, SKIPPED])
def test_only_an_error_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, stand_ins: RobotServer, status: str
) -> None:
    """Warnings and what was skipped are no reason to stop a script."""
    if status == WARNING:
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com")
    given = variables(stand_ins)
    if status == ERROR:
        del given["WECOM_DEV_URL"]

    assert run("doctor", **given).exit_code == (1 if status == ERROR else 0)


def test_a_check_that_fails_hides_no_other(stand_ins: RobotServer) -> None:
    """A fault of ours is a finding like others, without what it held."""

    def broken(scene: Scene) -> list[Finding]:
        raise ValueError(WECOM_KEY)

    found = examined(scene(), [broken, proxies])

    assert [(one.check, one.status) for one in found] == [("broken", ERROR), ("proxy", OK)]
    assert "ValueError" in found[0].found.en
    assert WECOM_KEY not in found[0].found.en


def test_an_address_that_is_none_is_a_usage_error() -> None:
    """``--url`` without a scheme ends with exit code 2, as in `trigger`."""
    result = run("doctor", "--url", "relay.example.com", "--lang", "en")

    assert result.exit_code == 2
    assert ":9000" in result.output


@pytest.mark.parametrize(
    "url", ["http://a b/", "https://relay.example.com\t.evil.org", "http://*/"]
)
def test_a_host_that_cannot_be_is_no_address(url: str) -> None:
    """It is not the connection that is broken."""
    for verb in (("doctor", "--url", url), ("trigger", "push.pushed", "-u", url, "-s", "x")):
        result = run(*verb, "--lang", "en")

        assert result.exit_code == 2
        assert "is no address" in " ".join(result.output.split())


@pytest.mark.parametrize("url", ["", "  "])
@pytest.mark.parametrize(
    ("lang", "told"), [("en", "or leave --url out"), ("zh-CN", "或去掉 --url")]
)
def test_an_empty_address_is_not_none(url: str, lang: str, told: str) -> None:
    """A pipeline whose variable is not set must not take the function for examined."""
    result = run("doctor", "--url", url, "--lang", lang)

    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


# A wrong Python, packages.


@pytest.mark.parametrize(
    ("version", "status"), [((3, 9, 25), ERROR), ((3, 10, 0), OK), ((3, 14, 1), OK)]
)
def test_wrong_python(version: tuple[int, ...], status: str) -> None:
    """Below 3.10 is an error with what to install; else the clouds' versions are told."""
    (found,) = python(scene(python=version))

    assert found.status == status
    assert ".".join(map(str, version)) in found.found.en
    assert ("AWS 3.13, Tencent Cloud 3.10" in found.found.en) == (status == OK)
    assert ("make clean setup" in found.remedy.en) == (status == ERROR)


@pytest.mark.parametrize(
    ("here", "told"),
    [
        ("", "requests is not installed"),
        ("2.9.1", "requests is 2.9.1, needs >=2.31,<3"),
        ("3.0", "requests is 3.0, needs"),
    ],
)
def test_packages_that_do_not_fit(here: str, told: str) -> None:
    """Missing, too old and too new: each named with what is needed, and the command."""
    installed = {"requests": here, "PyYAML": "6.0.1", "Jinja2": "3.1.6"}
    wrong, fine = packages(scene(installed=lambda name: installed[name], libyaml=False))

    assert (wrong.status, wrong.remedy.en) == (ERROR, "make setup")
    assert told in wrong.found.en
    assert fine.found.en == "packages: PyYAML 6.0.1 (pure Python), Jinja2 3.1.6"


# Variables, secrets, files.


@BOTH
def test_missing_variables_are_named_one_by_one(stand_ins: RobotServer, lang: str) -> None:
    """Each with its place and where to set it here."""
    environ = variables(stand_ins)
    del environ["WECOM_DEV_URL"], environ["WECOM_APP_SECRET"]
    result = run("doctor", "--lang", lang, "--format", "json", **environ)

    found = [one for one in json.loads(result.output) if one["check"] == "variables"]

    assert [one["status"] for one in found] == ["error", "error"]
    names = ("WECOM_DEV_URL", "WECOM_APP_SECRET")
    assert all(name in one["found"] for name, one in zip(names, found, strict=True))
    assert all("E201" in one["found"] and ".env" in one["remedy"] for one in found)


def test_without_a_file_the_variables_are_named() -> None:
    """Nothing is configured at all: both variables to set."""
    Path("config.yml").unlink()

    result = run("doctor", "--lang", "en")

    assert result.exit_code == 1
    assert "E201 WECOM_WEBHOOK_URL" in result.output
    assert "E202 WEBHOOK_SECRET" in result.output
    assert "relay init asks" in result.output


def test_env_file_counts(stand_ins: RobotServer, folder: Path) -> None:
    """What ``.env`` sets is not missing."""
    lines = [f"{name}={value}\n" for name, value in variables(stand_ins).items()]
    (folder / ".env").write_text("".join(lines), encoding="utf-8")

    assert run("doctor").exit_code == 0


def test_a_secret_that_is_kept_elsewhere(stand_ins: RobotServer) -> None:
    """One that cannot be fetched here is an error, and who needs it is not asked."""
    changes = {"WECOM_DEV_URL": "ssm:///relay/wecom", "GITLAB_WEBHOOK_SECRET": "ssm:///relay/hook"}
    environ = variables(stand_ins, **changes)
    with LocalServer(create_app(handler.build(variables(stand_ins)))) as server:
        given = asked(scene(environ), f"http://127.0.0.1:{server.port}/")
    found = examined(given)

    secrets = [one for one in found if one.check == "secrets"]
    assert {one.status for one in secrets} == {ERROR}
    assert all("E206" in one.found.en and one.remedy.en for one in secrets)
    skipped = [one.found.en for one in found if one.status == SKIPPED]
    assert "dev-group · WeCom: not asked, for its secret cannot be had here" in skipped
    assert "source gitee: not tried, its secret cannot be had here" in skipped


def test_other_faults_are_counted(stand_ins: RobotServer) -> None:
    """The first of several, and the command that shows them all."""
    text = CONFIG.replace("    to: [zhangsan]\n", "    tu: [zhangsan]\n").replace(
        "[all]", "[pusch]"
    )
    Path("config.yml").write_text(text, encoding="utf-8")
    (found,) = (
        one for one in examined(scene(variables(stand_ins))) if one.check == "configuration"
    )

    assert found.status == ERROR
    assert found.found.en.startswith("config.yml: errors: ")
    assert "config.yml:" in found.found.en.partition("the first: ")[2]
    assert found.remedy.en.endswith("-m relay check config.yml")


def a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def a_pipe(path: Path) -> None:
    """Nobody writes to it: who opens it waits for ever."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def a_circle(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def large(path: Path) -> None:
    path.write_text("# nothing\n" * 30_000, encoding="utf-8")


def latin(path: Path) -> None:
    path.write_bytes("NAME=Schlüssel\n".encode("latin-1"))


def a_dead_link(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("nowhere")


UNREADABLE = {
    ".env a folder": (".env", a_folder, ".env is a folder"),
    ".env not UTF-8": (".env", latin, ".env is no UTF-8 text"),
    ".env a dead link": (".env", a_dead_link, ".env is a link that leads nowhere"),
    ".env a pipe": (".env", a_pipe, ".env is no regular file"),
    ".env a circle": (".env", a_circle, ".env is a link that leads to itself"),
    ".env too large": (".env", large, ".env is larger than 256 KB and was not read"),
    "configuration a pipe": ("config.yml", a_pipe, "config.yml is no regular file"),
    "configuration a circle": ("config.yml", a_circle, "config.yml is a link that leads to itself"),
    "configuration a folder": ("config.yml", a_folder, "config.yml is a folder"),
    "configuration not UTF-8": ("config.yml", latin, "E002"),
    "configuration a dead link": ("config.yml", a_dead_link, "config.yml is a link"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_unreadable_files(case: str) -> None:
    """Named with what is wrong with them and the remedy."""
    name, spoil, told = UNREADABLE[case]
    spoil(Path(name))
    (found,) = files(scene())

    assert found.status == ERROR
    assert told in found.found.en
    assert found.remedy.zh
    assert found.remedy.en


@pytest.mark.parametrize("spoil", [a_pipe, a_circle, large])
def test_no_command_reads_such_an_env_file(folder: Path, spoil: Callable[[Path], None]) -> None:
    """`init` would have written to it; it ends with a reason."""
    spoil(folder / ".env")
    (folder / "config.yml").unlink()
    result = run("init", "--wecom", WECOM_KEY, "--lang", "en")

    assert result.exit_code == 2
    assert ".env cannot be read or written (" in result.output
    assert not (folder / "config.yml").exists()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('A=1\n\n\n  SECRET="planted\nB=2\n', [4]),
        ("A=\"x\nB='planted\r\nC=3\r\n", [1, 2]),
        ("A=\"one\ntwo\"\n# it's fine\nexport B='2'\nC=don't\n", []),
    ],
    ids=["quote", "two", "fine"],
)
def test_lines_of_the_env_file_that_set_nothing(folder: Path, text: str, lines: list[int]) -> None:
    """Each is a warning with its number; what stands there is not shown."""
    (folder / ".env").write_bytes(text.encode())
    found = list(files(scene()))

    told = [f".env, line {line} is not understood and sets nothing" for line in lines]
    assert [one.found.en for one in found] == (told or ["all files can be read"])
    assert {one.status for one in found} == {WARNING if lines else OK}


def test_a_file_without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that gives the right stands in the remedy. (An administrator may read all.)"""
    Path(".env").write_text("NAME=value\n", encoding="utf-8")
    given = scene()

    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == ".env":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (found,) = files(given)

    assert (found.found.en, found.remedy.en) == ("no permission to read .env", "chmod u+r .env")


def test_unreadable_templates_and_secrets(stand_ins: RobotServer, folder: Path) -> None:
    """Files that the configuration names count, too."""
    Path("config.yml").write_text(
        f"{CONFIG}templates:\n  - {{ event: push.pushed, file: templates/gone.md }}\n",
        encoding="utf-8",
    )
    environ = variables(stand_ins, WECOM_DEV_URL=f"file://{folder}")
    found = [one.found.en for one in files(scene(environ))]

    assert [text for text in found if "E207" in text and "no regular file" in text]
    assert len(found) >= 1


def test_a_broken_env_file_does_not_end_it(folder: Path, stand_ins: RobotServer) -> None:
    """The other checks go on without its variables."""
    a_folder(folder / ".env")
    result = run("doctor", "--lang", "en", "--config", "config.yml", **variables(stand_ins))

    assert result.exit_code == 1
    assert "✗ .env is a folder" in result.output
    assert "✓ dev-group" in result.output


# Regions, proxies.


@pytest.mark.parametrize(
    ("variable", "name", "status", "told"),
    [
        ("AWS_REGION", "us-esat-1", ERROR, "did you mean us-east-1?"),
        ("AWS_DEFAULT_REGION", "guangzhou", ERROR, "look it up"),
        ("TENCENTCLOUD_REGION", "ap-guangzou", ERROR, "did you mean ap-guangzhou?"),
        ("TENCENTCLOUD_REGION", "xx-atlantis", WARNING, "look it up"),
        ("AWS_REGION", "cn-northwest-1", OK, ""),
        ("TENCENTCLOUD_REGION", "ap-shanghai", OK, ""),
    ],
)
def test_unknown_region(variable: str, name: str, status: str, told: str) -> None:
    """The nearest name, where one is near; what only this list lacks is a warning."""
    (found,) = regions(scene({variable: name}))

    assert found.status == status
    assert name in found.found.en
    assert variable in found.found.en
    assert found.remedy.en.startswith(told)


def test_aws_regions_without_its_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows the names then: whatever is set is taken."""
    monkeypatch.setitem(sys.modules, "botocore.loaders", None)
    (found,) = regions(scene({"AWS_REGION": "us-esat-1"}))

    assert found.status == OK


def test_region_of_the_deployment(folder: Path) -> None:
    """That of ``serverless.yml`` is looked at, and it is no fault to have none."""
    assert [one.status for one in regions(scene())] == [SKIPPED]
    a_pipe(folder / "serverless.yml")
    assert [one.status for one in regions(scene())] == [SKIPPED]
    (folder / "serverless.yml").unlink()
    text = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    (folder / "serverless.yml").write_text(
        text.replace("region: ap-guangzhou", "region: ap-guangzuo"), encoding="utf-8"
    )

    (found,) = regions(scene())

    assert (found.status, found.remedy.en) == (ERROR, "did you mean ap-guangzhou?")


def test_tencents_regions_have_the_form_of_one() -> None:
    """The table holds what its API calls a region, each once."""
    assert all(name == name.lower() and "-" in name for name in TENCENT)
    assert len(set(TENCENT)) == len(TENCENT)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_has_no_effect(name: str) -> None:
    """Told by the variable's name: its value may hold a password."""
    (found,) = proxies(scene({name: "http://user:planted@proxy.example.com:3128"}))

    assert found.status == WARNING
    assert found.found.en == f"{name}: set, but posts to robots do not use a proxy"


# Robots.


def test_unreachable_vendor_refuses_or_hangs(stand_ins: RobotServer) -> None:
    """A closed port and a robot that never answers are told apart."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host = f"127.0.0.1:{closed.getsockname()[1]}"
    environ = variables(
        stand_ins,
        RELAY_ALLOW_HOSTS=f"{stand_ins.host},{host}",
        WECOM_DEV_URL=f"http://{host}/cgi-bin/webhook/send?key=dev",
    )
    stand_ins.set_faults(DINGTALK_TOKEN, "hang")
    with new_session() as session:
        found = list(checked(scene(environ), session, 0.3))

    dev, ops = only(found, "dev-group"), only(found, "ops-group")
    assert dev == Finding("robots", ERROR, dev.found, asking_url.Silence("refused").remedy)
    assert dev.found.en == f"dev-group · WeCom: {host} refuses the connection"
    assert ops.found.en == f"ops-group · DingTalk: {stand_ins.host} did not answer in time"


def test_a_certificate_that_is_not_trusted() -> None:
    """TLS is tried as the relay does it, and the remedy is not to turn it off."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with RobotServer(ssl_context=context) as strange:
        (found, *_) = spoken(strange)

    assert found.status == ERROR
    assert "certificate" in found.found.en
    assert "always verified" in found.remedy.en


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            urllib3.exceptions.NameResolutionError(
                "h", urllib3.connection.HTTPConnection("h"), socket.gaierror(-2, "unknown")
            ),
            "cannot be resolved",
        ),
        (
            urllib3.exceptions.NewConnectionError(
                urllib3.connection.HTTPConnection("h"), "[Errno 101] Network is unreachable"
            ),
            "cannot be reached from this machine",
        ),
        (urllib3.exceptions.ProtocolError("aborted", ConnectionResetError(104)), "broke"),
    ],
    ids=["name", "network", "reset"],
)
def test_other_kinds_of_silence(stand_ins: RobotServer, error: Exception, told: str) -> None:
    """The HTTP library's errors are told by what is behind them; no address is in the text."""
    wrapped = requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/?key=x", error))  # type: ignore[arg-type]
    session = FakeChat(lambda posted: wrapped).session()
    (found, *_) = checked(only_robots(stand_ins), session)

    assert told in found.found.en
    assert WECOM_KEY not in str(found)


REAL_FORM = "11111111-2222-3333-4444-555555555555"
WRONG = {
    "wecom key": ({"WECOM_DEV_URL": "/cgi-bin/webhook/send?key=other"}, "dev-group", "E501"),
    "dingtalk secret": ({"DINGTALK_OPS_SECRET": "SECother"}, "ops-group", "E522"),
    "dingtalk token": ({"DINGTALK_OPS_URL": "/robot/send?access_token=x"}, "ops-group", "E525"),
    "application's secret": ({"WECOM_APP_SECRET": "other"}, "to-person", "E510"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_secret_of_a_robot(stand_ins: RobotServer, case: str) -> None:
    """An error with the code and the remedy; the others are fine, and no group has a message."""
    changes, name, code = WRONG[case]
    changes = {
        key: f"{stand_ins.url}{value}" if value.startswith("/") else value
        for key, value in changes.items()
    }
    given = scene(variables(stand_ins, **changes))
    found = [one for one in examined(asked(given, "")) if one.check == "robots"]

    wrong = only(found, name)
    assert wrong.status == ERROR
    assert code in wrong.found.en
    assert wrong.remedy.en
    assert [one.status for one in found if one != wrong] == [OK, OK]
    assert stand_ins.received == []


@pytest.mark.parametrize("key, is_told", [("other", True), (REAL_FORM, False)])
def test_a_wrong_key_that_has_not_the_form_of_one(
    stand_ins: RobotServer, key: str, is_told: bool
) -> None:
    """Probably it is not whole: the remedy says what one looks like."""
    url = f"{stand_ins.url}/cgi-bin/webhook/send?key={key}"
    given = scene(variables(stand_ins, WECOM_DEV_URL=url))
    found = [one for one in examined(asked(given, "")) if one.check == "robots"]

    assert ("8-4-4-4-12" in only(found, "dev-group").remedy.en) == is_told


def reply(code: int, text: str) -> requests.Session:
    """Return a client to which every robot says the same."""
    return FakeChat(lambda posted: {"errcode": code, "errmsg": text}).session()


@pytest.mark.parametrize(
    ("code", "text", "status", "told"),
    [
        (310000, "keywords not in content", ERROR, "E521"),
        (310000, "ip 192.0.2.7 not in whitelist", WARNING, "E523"),
        (310000, "invalid timestamp", ERROR, "E522"),
        (130101, "send too fast, exceed 20 times per minute", WARNING, "E524"),
        (-1, "busy", WARNING, "E528"),
        (400102, "stopped", ERROR, "E526"),
        (987654, "what nobody knows", WARNING, "E529"),
        (400401, "miss param : text", OK, "400401"),
        (0, "ok", WARNING, "took an empty message"),
    ],
)
def test_what_a_robot_may_say(
    stand_ins: RobotServer, code: int, text: str, status: str, told: str
) -> None:
    """DingTalk's answers: only a refusal of the content says that the rest is right."""
    found = only(list(checked(only_robots(stand_ins), reply(code, text))), "ops-group")

    assert found.status == status
    assert told in found.found.en
    assert bool(found.remedy.en) == (status != OK)


def test_no_keyword_in_nothing(stand_ins: RobotServer) -> None:
    """A robot that wants keywords cannot find one in nothing: fine where some are configured."""
    text = ROBOTS.replace("    secret: ${DINGTALK_OPS_SECRET}\n", "    keywords: [构建]\n")
    Path("config.yml").write_text(text, encoding="utf-8")
    url = stand_ins.add_dingtalk("worded", keywords=("构建",))
    session = reply(310000, "keywords not in content")
    found = only(list(checked(scene(variables(stand_ins, DINGTALK_OPS_URL=url)), session)), "ops")

    assert found.status == OK
    assert "yours was not tried" in found.found.en


def test_a_keyword_that_is_missing_here_cannot_be_seen(stand_ins: RobotServer) -> None:
    """A robot that misses the content first says nothing of its keyword: no reason to be content.

    With signing it does not need one.
    """
    environ = variables(stand_ins)
    bare = ROBOTS.replace("    secret: ${DINGTALK_OPS_SECRET}\n", "")
    Path("config.yml").write_text(bare, encoding="utf-8")
    environ["DINGTALK_OPS_URL"] = stand_ins.add_dingtalk("worded", keywords=("构建",))
    with new_session() as session:
        found = only(list(checked(scene(environ), session)), "ops-group")

    assert found.status == WARNING
    assert "neither secret nor keywords" in found.found.en
    assert "send ops-group. Put one of the robot's custom keywords" in found.remedy.en
    assert stand_ins.received == []


def test_an_answer_that_is_no_robots(stand_ins: RobotServer) -> None:
    """A gateway's page is an error: nothing would arrive."""
    given = only_robots(stand_ins)
    stand_ins.set_faults(WECOM_KEY, "waf")
    with new_session() as session:
        found = only(list(checked(given, session)), "dev-group")

    assert found.status == ERROR
    assert "E505" in found.found.en


def test_an_address_that_is_not_trusted(stand_ins: RobotServer) -> None:
    """WeCom's list of trusted addresses is the function's matter: here it is a warning."""
    environ = variables(stand_ins)
    environ["WECOM_API"] = stand_ins.add_wecom_app(secret=CORP_SECRET, trusted_ip=False)
    with new_session() as session:
        found = only(list(checked(scene(environ), session)), "to-person")

    assert found.status == WARNING
    assert "E513" in found.found.en
    assert found.remedy.en.startswith("It is this machine's address")


def test_one_robot_is_asked_once(stand_ins: RobotServer) -> None:
    """Two names for one group are two findings and one request."""
    text = CONFIG.replace(
        "  ops-group:", '  twin: { type: wecom_robot, url: "${WECOM_DEV_URL}" }\n  ops-group:'
    )
    Path("config.yml").write_text(text, encoding="utf-8")
    found = spoken(stand_ins)

    assert [one.status for one in found if " · WeCom:" in one.found.en] == [OK, OK]
    assert sum(one.key == WECOM_KEY for one in stand_ins.attempts) == 1


def test_without_receivers_nobody_is_asked() -> None:
    """A configuration that cannot be read has nobody to ask."""
    Path("config.yml").write_text("version: [", encoding="utf-8")
    found = examined(asked(scene(), ""))

    told = {one.check: one.status for one in found}
    assert told["robots"] == told["secrets"] == SKIPPED
    assert told["configuration"] == ERROR


# The clock.


def answer(body: object = None, status: int = 200, ahead_s: float = 0.0) -> Answer:
    told = json.dumps(body if body is not None else {}).encode()
    return Answer(status, told, NOW - ahead_s - 0.5, NOW, 12)


@pytest.mark.parametrize(
    ("ahead_s", "status", "told"),
    [
        (2, OK, "the clock is right (2 s off)"),
        (-60, OK, "the clock is right (60 s off)"),
        (61, WARNING, "the clock is 61 s ahead"),
        (-300, WARNING, "the clock is 300 s behind"),
        (301, ERROR, "the clock is 301 s ahead"),
    ],
)
def test_clock_skew(ahead_s: float, status: str, told: str) -> None:
    """More than a minute is a warning, more than five an error, with the command to mend it."""
    function = Function("http://127.0.0.1/", answer(ahead_s=ahead_s))
    (found,) = clocks(scene()._replace(function=function))

    assert (found.status, found.found.en) == (status, told)
    assert ("timedatectl" in found.remedy.en) == (status != OK)


def test_the_middle_of_all_clocks_counts(stand_ins: RobotServer) -> None:
    """One wrong clock among those who answer does not make ours wrong."""
    given = scene(variables(stand_ins))
    with new_session() as session:
        (one, *_) = heard(given, session, lambda: NOW)
    robots = tuple(one._replace(answer=answer(ahead_s=off)) for off in (1, 4000, 2))
    (found,) = clocks(given._replace(robots=robots))

    assert found.status == OK


def test_a_clock_without_others() -> None:
    """Nobody answered: it was not compared."""
    function = Function("http://127.0.0.1/", Silence("time"))
    (found,) = clocks(scene()._replace(function=function))

    assert found.status == SKIPPED


def test_a_wrong_clock_is_not_taken_for_a_wrong_secret(stand_ins: RobotServer) -> None:
    """Signatures are made with the function's time, so that only the secret is judged."""
    environ = {**variables(stand_ins), "CONFIG_FILE": "config.yml"}
    with LocalServer(create_app(handler.build(environ))) as server:
        address = f"http://127.0.0.1:{server.port}/"
        given = asked(scene(environ), address, clock=lambda: time.time() + 7200)
    found = examined(given)

    assert [one.status for one in found if one.check == "clock"] == [ERROR]
    assert [one.status for one in found if one.check == "source"] == [OK, OK]


# The deployed function.


def report(**changes: Any) -> dict[str, Any]:
    usual = {"ok": True, "service": "git-chat-relay", "version": VERSION, "receivers": 3}
    return {**usual, **changes}


def told_by(given: Scene, health: Answer | Silence) -> list[Finding]:
    return list(deployed(given._replace(function=Function("https://relay.example.com/", health))))


@pytest.mark.parametrize(
    ("version", "status", "remedy"),
    [
        (VERSION, OK, ""),
        ("0.0.9", WARNING, "deploy again"),
        ("0.10.0", WARNING, "update this copy"),
        ("", WARNING, "deploy again"),
        (None, WARNING, "deploy again"),
    ],
)
def test_old_version(version: object, status: str, remedy: str) -> None:
    """An older function is to be deployed again, a newer one means that this copy is old."""
    (found, *_) = told_by(scene(), answer(report(version=version)))

    assert (found.check, found.status) == ("version", status)
    assert found.remedy.en.startswith(remedy)


@pytest.mark.parametrize(
    ("status", "body", "remedy"),
    [
        (200, {"ok": True}, "check the address"),
        (403, {"Message": "Forbidden"}, "the function URL lets nobody in"),
        (404, {}, "check the address: the function's own"),
        (502, {}, "look at the function's log"),
    ],
)
def test_something_else_answers(status: int, body: object, remedy: str) -> None:
    """What is not the relay is told by its status, and nothing more is concluded."""
    (found,) = told_by(scene(), answer(body, status))

    assert found.status == ERROR
    assert f"HTTP {status}" in found.found.en
    assert found.remedy.en.startswith(remedy)


def test_nobody_answers() -> None:
    """Without an answer there is one finding, with its reason."""
    (found,) = told_by(scene(), Silence("name"))

    why = "the name relay.example.com cannot be resolved"
    assert found.found.en == f"the function does not answer: {why}"


def test_a_proxy_on_the_way_to_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """The function is asked through the environment's proxy, whose fault is told as that."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    function = asked(scene(), "http://relay.example.com/").function

    assert function is not None
    assert function.health == Silence("proxy")


def test_the_deployed_configuration_cannot_be_used(stand_ins: RobotServer) -> None:
    """The function's own code and fix are shown, and its sources are not tried."""
    with LocalServer(create_app(handler.build({}))) as server:
        given = asked(scene(variables(stand_ins)), f"http://127.0.0.1:{server.port}/")
    found = list(deployed(given))

    assert [one.status for one in found] == [OK, ERROR]
    assert found[1].found.en == "its configuration cannot be used: E201"
    assert "GITLAB_WEBHOOK_SECRET" in found[1].remedy.en


@pytest.mark.parametrize(
    ("there", "status", "told"),
    [("same", OK, "is the one here"), ("ffff!", WARNING, "is not the one"), ("", SKIPPED, "not")],
)
def test_configurations_are_compared(
    stand_ins: RobotServer, there: str, status: str, told: str
) -> None:
    """By their digests, which the health answer has."""
    given = scene(variables(stand_ins))
    config = given.strict.config
    digest = config.digest if config and there == "same" else there
    found = told_by(given, answer(report(config=digest)))[1]

    assert found.status == status
    assert told in found.found.en


def test_without_a_configuration_here_nothing_is_compared() -> None:
    """The function may be fine although there is nothing here."""
    found = told_by(scene(), answer(report(config="abcd")))[1]

    assert (found.status, found.found.en) == (
        SKIPPED,
        "configurations not compared: there is no usable one here",
    )


def tried(stand_ins: RobotServer, **there: str) -> list[Finding]:
    """Return what is found about secrets when the function has the variables *there*."""
    environ = {**variables(stand_ins), "CONFIG_FILE": "config.yml"}
    with LocalServer(create_app(handler.build({**environ, **there}))) as server:
        given = asked(scene(environ), f"http://127.0.0.1:{server.port}/")
    return [one for one in examined(given) if one.check == "source"]


def test_wrong_secret_of_the_function(stand_ins: RobotServer) -> None:
    """Every source whose secret the function does not accept is named."""
    found = tried(stand_ins, GITLAB_WEBHOOK_SECRET="another")  # GitLab's requests are signed

    assert [one.status for one in found] == [OK, ERROR]
    assert found[1].found.en == "source gitee: the secret is not the same (HTTP 401)"
    assert "deploy" in found[1].remedy.en


def test_wrong_signing_token_of_the_function(stand_ins: RobotServer) -> None:
    """GitLab's signing token is tried like its secret token."""
    found = tried(stand_ins, GITLAB_TOKEN=OTHER_TOKEN)

    assert [one.status for one in found] == [ERROR, OK]


def test_a_source_that_the_function_does_not_have(stand_ins: RobotServer, folder: Path) -> None:
    """Another configuration is deployed: told as that, not as a wrong secret."""
    other = folder / "other.yml"
    other.write_text(CONFIG.replace("  gitee: {", "  mirror: {"), encoding="utf-8")
    found = tried(stand_ins, CONFIG_FILE=str(other))

    assert [one.status for one in found] == [OK, ERROR]
    assert found[1].found.en == "source gitee: the deployed configuration has none"


def other_there(stand_ins: RobotServer, *changes: tuple[str, str]) -> list[Finding]:
    """Return what is found about secrets when the function's configuration has *changes*."""
    text = CONFIG
    for old, new in changes:
        text = text.replace(old, new)
    other = Path("other.yml").resolve()
    other.write_text(text, encoding="utf-8")
    return tried(stand_ins, CONFIG_FILE=str(other))


OPEN = (
    (
        "    secret: ${GITLAB_WEBHOOK_SECRET}\n    signing_token: ${GITLAB_TOKEN}\n",
        "    allow_unsigned: true\n",
    ),
    ('secret: "${GITLAB_WEBHOOK_SECRET}"', "allow_unsigned: true"),
)


def test_a_function_that_is_open_to_everybody(stand_ins: RobotServer) -> None:
    """It takes the right secret, too, but that is not what it goes by."""
    found = other_there(stand_ins, *OPEN)

    assert [one.status for one in found] == [ERROR, ERROR]
    told = "source gitlab: it takes requests without the secret (HTTP 200)"
    assert found[0].found.en == told
    assert "remove ALLOW_UNSIGNED" in found[0].remedy.en


def test_a_signing_token_that_is_not_deployed(stand_ins: RobotServer) -> None:
    """That the secret token is right does not hide it."""
    found = other_there(stand_ins, ("    signing_token: ${GITLAB_TOKEN}\n", ""))

    assert [one.status for one in found] == [ERROR, OK]
    assert found[0].found.en == "source gitlab: the signing token is not the same (HTTP 401)"


class Stranger(requests.adapters.BaseAdapter):
    """Says that it is the relay, and answers every event with *status*."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: Any, *arguments: Any, **options: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = 200 if request.method == "GET" else self.status
        response.raw = io.BytesIO(json.dumps(report()).encode())
        self.asked.append(request)
        return response

    def close(self) -> None:
        """Keep nothing."""

    @property
    def events(self) -> list[str]:
        """Return the events that came, each with its headers."""
        return [f"{one.headers} {one.body!r}" for one in self.asked if one.method == "POST"]


PLAIN = """\
version: 1
sources:
  gitlab: { type: gitlab, secret: "${GITLAB_WEBHOOK_SECRET}" }
  gitee: { type: gitee, secret: "${GITLAB_WEBHOOK_SECRET}", signature: password }
"""


def asked_of(stand_ins: RobotServer, stranger: Stranger, address: str) -> list[Finding]:
    """Return what is found at *address*, where *stranger* answers."""
    text = PLAIN + CONFIG[CONFIG.index("receivers:") :]
    Path("config.yml").write_text(text, encoding="utf-8")
    given = scene(variables(stand_ins))
    with requests.Session() as session:
        session.mount("http://", stranger)
        session.mount("https://", stranger)
        told = function(given, address, session, lambda: NOW)
    return list(deployed(given._replace(function=told)))


@pytest.mark.parametrize(
    ("status", "requests_each", "told"),
    [
        (200, 1, "it takes requests without the secret (HTTP 200)"),
        (302, 1, "HTTP 302"),
        (404, 1, "HTTP 404"),
        (500, 1, "HTTP 500"),
        (401, 2, "the secret is not the same (HTTP 401)"),
    ],
)
def test_a_stranger_does_not_get_the_secret(
    stand_ins: RobotServer, status: int, requests_each: int, told: str
) -> None:
    """Only who refuses a made-up one (401) is shown the right one."""
    stranger = Stranger(status)
    found = asked_of(stand_ins, stranger, "https://relay.example.com/")

    assert [one.found.en.rstrip() for one in found if one.status == ERROR] == [
        f"source {name}: {told}" for name in ("gitlab", "gitee")
    ]
    assert len(stranger.events) == 2 * requests_each
    shown = [one for one in stranger.events if WEBHOOK_SECRET in one]
    assert len(shown) == 2 * (requests_each - 1)


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("http://relay.example.com/", True),
        ("https://relay.example.com/", False),
        ("http://localhost:9000/", False),
        ("http://[::1]:9000/", False),
    ],
)
def test_no_secret_goes_over_an_open_line(
    stand_ins: RobotServer, address: str, is_open: bool
) -> None:
    """Nothing but the health is asked there, which is told; this machine is no line."""
    stranger = Stranger(401)
    found = asked_of(stand_ins, stranger, address)

    assert (stranger.events == []) == is_open
    assert [one.found.en for one in found if "is http://" in one.found.en] == (
        ["the address of relay.example.com is http://: anybody on the way can read the secret"]
        if is_open
        else []
    )
    wanted = SKIPPED if is_open else ERROR
    assert [one.status for one in found if one.check == "source"] == [wanted, wanted]


def test_a_password_source_is_tried_with_its_password(stand_ins: RobotServer) -> None:
    """Gitee's password mode refuses signatures, which are not sent then."""
    text = CONFIG.replace("{ type: gitee,", "{ type: gitee, signature: password,")
    Path("config.yml").write_text(text, encoding="utf-8")

    assert [one.status for one in tried(stand_ins)] == [OK, OK]


def test_an_open_source_has_nothing_to_try(stand_ins: RobotServer) -> None:
    """One that is open on purpose has no secret that could be wrong."""
    gitee = '  gitee: { type: gitee, secret: "${GITLAB_WEBHOOK_SECRET}" }'
    text = CONFIG.replace(gitee, "  gitee: { type: gitee, allow_unsigned: true }")
    Path("config.yml").write_text(text, encoding="utf-8")

    assert tried(stand_ins)[1].found.en == "source gitee: not tried, it has no secret"


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        (answer({"code": "E399"}, 500), WARNING, "source gitee: HTTP 500 E399"),
        (answer(None, 502), WARNING, "source gitee: HTTP 502"),
        (
            Silence("time"),
            ERROR,
            "source gitee: relay.example.com did not answer in time",
        ),
    ],
    ids=["our fault", "gateway", "silence"],
)
def test_other_answers_to_a_secret(said: Answer | Silence, status: str, told: str) -> None:
    """What tells nothing about the secret is told as it is."""
    proven = Proven(Source("gitee", "gitee"), said)
    function = Function("https://relay.example.com/", answer(report()), (proven,))
    *_, found = deployed(scene()._replace(function=function))

    assert (found.status, found.found.en.rstrip()) == (status, told)
    assert found.remedy.en


@pytest.mark.parametrize("forge", NEVER_SENT)
def test_what_is_tried_can_never_be_sent(forge: str) -> None:
    """The adapter itself drops the event, before any configuration is looked at."""
    assert forge in adapters.forges({f"x-{forge}-event": "x"})
    with pytest.raises(Ignored):
        event_of(samples.load(NEVER_SENT[forge]))


# Addresses.


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (":9000", "http://127.0.0.1:9000/"),
        ("https://relay.example.com", "https://relay.example.com/"),
        ("https://relay.example.com/hook/gitlab?a=b#c", "https://relay.example.com/"),
        ("https://relay.example.com/prefix/", "https://relay.example.com/prefix/"),
        ("relay.example.com", ""),
        ("https://", ""),
        ("http://[", ""),
        ("http://a b/", ""),
        ("https://例子.example.com/", "https://例子.example.com/"),
        ("http://relay.example.com:99999/", ""),
    ],
)
def test_the_functions_address(url: str, address: str) -> None:
    """A webhook's address does as well; what is none is told so."""
    assert asking_url.function_address(url) == address


BODY = json.dumps(report()).encode()
DEFLATED = zlib.compress(BODY)
BARE = DEFLATED[2:-4]  # without zlib's own header, as some servers send it


@pytest.mark.parametrize(
    ("encoding", "packed", "body"),
    [
        ("gzip", gzip.compress(BODY), BODY),
        ("X-GZip", gzip.compress(BODY), BODY),
        ("deflate", DEFLATED, BODY),
        ("deflate", BARE, BODY),
        ("", BODY, BODY),
        ("br", BODY, BODY),
        ("gzip", BODY, BODY),
        ("gzip", gzip.compress(bytes(50_000_000)), bytes(asking_url.MOST_BYTES)),
    ],
    ids=["gzip", "x-gzip", "deflate", "bare", "plain", "unknown", "a lie", "bomb"],
)
def test_an_answer_that_is_packed(encoding: str, packed: bytes, body: bytes) -> None:
    """Some gateways pack although they were asked not to; what comes of it has a bound."""

    def gateway(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Encoding", encoding)] if encoding else [])
        return [packed]

    with LocalServer(gateway) as server, requests.Session() as session:
        call = asking_url.Call(f"http://127.0.0.1:{server.port}/")
        found = asking_url.ask(session, call, limit_s=5.0, clock=lambda: NOW)

    assert isinstance(found, Answer)
    assert found.body == body


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (":9000", ":9000"),
        ("https://relay.example.com/hook/gitlab", "https://relay.example.com/hook/gitlab"),
        ("http://u:p@ss@relay.example.com/?token=t#f", "http://***@relay.example.com/?***"),
        ("https://relay.example.com/?mail=a@b", "https://relay.example.com/?***"),
        ("u:planted@relay.example.com", "***@relay.example.com"),
        ("http://u:pl/anted@[", "http://***@["),
    ],
)
def test_what_is_shown_of_an_address(url: str, shown: str) -> None:
    """Neither who asks nor what a gateway asks for, even of what is no address."""
    assert asking_url.shown(url) == shown


@pytest.mark.parametrize("form", ["text", "json"])
def test_trigger_shows_no_password_of_an_address(form: str) -> None:
    """Neither with an answer nor without one."""
    with LocalServer(create_app(handler.build({"WEBHOOK_SECRET": "s"}))) as server:
        there = f"127.0.0.1:{server.port}/hook/gitlab"
        given = ("-u", f"http://u:planted@{there}?token=planted", "-s", "s", "--format", form)
        answered = run("trigger", "push.pushed", *given)
    silent = run("trigger", "push.pushed", *given)

    assert f"http://***@{there}?***" in answered.output
    assert f"http://***@{there}?***" in silent.output
    assert "planted" not in answered.output + silent.output


@pytest.mark.parametrize("columns", range(1, 11))
@BOTH
def test_a_terminal_with_hardly_a_column(columns: int, lang: str) -> None:
    """It is told all the same, in lines that are wider than it where they must be."""
    result = run("doctor", "--lang", lang, COLUMNS=str(columns))

    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "E201" in result.output.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("width", [-3, 0, 1, 2, 5])
@pytest.mark.parametrize("indent", [0, 4, 40])
def test_lines_of_no_width(width: int, indent: int) -> None:
    """Every word stays, whatever room there is."""
    lines = wrapped("✗ 中文（你）好 a-long-word", width, indent)

    assert "".join(lines).replace(" ", "") == "✗中文（你）好a-long-word"


def test_every_check_is_run_in_order() -> None:
    """From the machine to the cloud, so that the first error is the one to mend first."""
    names = [check.__name__ for check in CHECKS]

    assert names == [
        "python", "packages", "files", "secrets", "configuration", "regions", "proxies", "robots",
        "clocks", "deployed",
    ]  # fmt: skip
