"""The deployment to Tencent Cloud against the stand-in of its API, through the vendor's own SDK."""

import json
import logging
import os
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from conftest import ROOT
from tencentcloud.scf.v20180416 import errorcodes, models

from deploy import tencent_bundle, tencent_remedies
from deploy.settings import load
from deploy.tencent import Surroundings, main
from deploy.tencent_cloud import ADDRESS_S, MOST_S, POLL_S
from deploy.tencent_parts import SettingsError
from relay.tencent_api import Reach, caller
from workbench.tencent_deployments import EIP, PERSONAL, URL, Deployments
from workbench.tencent_stand_in import ENVIRON, REGION, SECRET_KEY, TOKEN

NAME = "git-chat-relay"
SECRET = "planted-webhook-secret"
ROBOT = "planted-robot-address"
ELSEWHERE = "planted-value-set-in-the-console"
PLANTED = (SECRET, ROBOT, ELSEWHERE, SECRET_KEY, "planted-wrong-key")
ENV = f"WEBHOOK_SECRET={SECRET}\nWECOM_WEBHOOK_URL={ROBOT}\nEMPTY=\n"
READS = {"GetFunction", "GetFunctionAddress", "ListTriggers"}
CREATION = [
    "GetFunction",
    "CreateFunction",
    "GetFunction",
    "ListTriggers",
    "CreateTrigger",
    "ListTriggers",
]
LOOK = ["GetFunction", "GetFunctionAddress", "ListTriggers"]

pytestmark = [  # the SDK's own: it calls what Python 3.12 deprecates
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]


class Time:
    """A clock that only sleeping moves; *on_sleep* may do something meanwhile."""

    def __init__(self) -> None:
        self.now = 0.0
        self.on_sleep: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.on_sleep()

    def clock(self) -> float:
        return self.now


class Person:
    """Somebody at a terminal, in a project folder that holds a bundle and a ``.env``."""

    def __init__(self, folder: Path, cloud: Deployments, log: pytest.LogCaptureFixture) -> None:
        self.folder = folder
        self.cloud = cloud
        self.log = log
        self.time = Time()
        self.environ = dict(PERSONAL)
        self.endpoint = cloud.host

    def run(self, *options: str, lang: str = "en") -> Result:
        """Run the command and see that it shows no secret, whatever comes of it."""
        around = Surroundings(self.endpoint, "http", self.time.sleep, self.time.clock)
        env = {**dict.fromkeys(os.environ), **self.environ, "COLUMNS": "80"}
        arguments = [*options, "--lang", lang]
        result = CliRunner().invoke(main, arguments, obj=around, env=env)
        shown = f"{result.output}{result.stderr}{self.log.text}{result.exception!r}"

        assert [secret for secret in PLANTED if secret in shown] == []
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    def deployed(self, *options: str) -> list[str]:
        """Run the command with success; return the actions it asked for."""
        self.cloud.calls.clear()
        result = self.run(*options)

        assert (0, "") == (result.exit_code, result.stderr)
        return self.cloud.actions

    def parameters(self, action: str) -> dict[str, Any]:
        """Return what the last call of *action* said."""
        return dict([call.parameters for call in self.cloud.calls if call.action == action][-1])

    def change(self, old: str, new: str) -> None:
        """Change serverless.yml."""
        path = self.folder / "serverless.yml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    @property
    def function(self) -> dict[str, Any]:
        return dict(self.cloud.functions[NAME]["fields"])

    @property
    def trigger(self) -> dict[str, Any]:
        (found,) = self.cloud.functions[NAME]["triggers"].values()
        return dict(found)


def put_zip(path: Path, *names: str, content: str = "x") -> None:
    path.parent.mkdir(exist_ok=True)
    with ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, content)


@pytest.fixture
def person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Person]:
    monkeypatch.chdir(tmp_path)
    for name in ("", "tencentcloud_sdk_common", "urllib3"):  # whatever they would say is heard
        caplog.set_level(logging.DEBUG, logger=name)
    text = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
    (tmp_path / ".env").write_text(ENV, encoding="utf-8")
    put_zip(tmp_path / "build" / "tencent.zip", "handler.py", "relay/__init__.py")
    put_zip(tmp_path / "build" / "tencent-web.zip", "handler.py", "scf_bootstrap")
    with Deployments() as cloud:
        yield Person(tmp_path, cloud, caplog)


# --- the first time


def test_first_run_makes_function_and_url(person: Person) -> None:
    """In an empty account the function is made, waited for, and given a public URL."""
    actions = person.deployed()

    assert CREATION == actions
    assert "Active" == person.function["Status"]
    assert ("NONE", 1, "$DEFAULT") == (
        json.loads(person.trigger["TriggerDesc"])["AuthType"],
        person.trigger["Enable"],
        person.trigger["Qualifier"],
    )


def test_function_is_as_the_file_says(person: Person) -> None:
    """Handler, runtime, memory, time-out and region are those of custom.tencent."""
    person.deployed()
    sent = person.parameters("CreateFunction")

    assert ("Event", "handler.handler", "Python3.10", 128, 20) == tuple(
        sent[name] for name in ("Type", "Handler", "Runtime", "MemorySize", "Timeout")
    )
    assert {REGION} == {call.region for call in person.cloud.calls}
    assert "Role" not in sent


def test_variables_come_from_both_files(person: Person) -> None:
    """Those of .env with a value, and those of serverless.yml, of which .env wins."""
    path = person.folder / ".env"
    path.write_text(f"{ENV}LOG_LEVEL=DEBUG\n", encoding="utf-8")
    person.deployed()

    expected = {"WEBHOOK_SECRET": SECRET, "WECOM_WEBHOOK_URL": ROBOT, "LOG_LEVEL": "DEBUG"}
    assert expected == person.cloud.variables(NAME)


def test_url_and_next_step_are_told(person: Person) -> None:
    """The output ends with the URL, alone on its line, and where it goes."""
    lines = person.run().output.splitlines()

    assert URL in lines
    assert "✓ create the function URL: public, no platform check" in lines
    assert f"  GitLab  Settings → Webhooks  URL {URL}/hook/gitlab" in lines
    assert "new variables: LOG_LEVEL, WEBHOOK_SECRET, WECOM_WEBHOOK_URL" in lines


def test_options_choose(person: Person) -> None:
    """Name, region, zip, variables and role can be chosen for one run."""
    put_zip(person.folder / "other.zip", "handler.py")
    (person.folder / "other.env").write_text("A=1\n", encoding="utf-8")
    options = ("--name", "relay-2", "--region", "ap-hongkong", "--zip", "other.zip")
    person.deployed(*options, "--env-file", "other.env", "--role", "relay-role")

    assert ["relay-2"] == list(person.cloud.functions)
    assert {"A": "1", "LOG_LEVEL": "INFO"} == person.cloud.variables("relay-2")
    assert {"ap-hongkong"} == {call.region for call in person.cloud.calls}
    assert "relay-role" == person.parameters("CreateFunction")["Role"]


def test_session_token_is_used(person: Person) -> None:
    """A temporary key has a token, which goes along."""
    person.environ["TENCENTCLOUD_SESSION_TOKEN"] = TOKEN

    assert CREATION == person.deployed()


def test_web_function(person: Person) -> None:
    """With --web it is a Web function, from its own bundle."""
    person.deployed("--web", "--name", "relay-web")
    sent = person.parameters("CreateFunction")

    assert ("HTTP", "scf_bootstrap") == (sent["Type"], sent["Handler"])
    told = person.run("--web", "--name", "another", "--dry-run", lang="zh-CN").output
    assert "· 创建 Web 函数：" in told


def test_every_request_is_one_of_the_vendor_s_model(person: Person) -> None:
    """The vendor's SDK knows each parameter that is sent, also those deep inside."""
    person.deployed()
    person.change("memorySize: 128", "memorySize: 256")
    put_zip(person.folder / "build" / "tencent.zip", "handler.py", content="other")
    seen = list(person.cloud.calls)
    person.deployed("--eip", "--role", "a-role")
    person.cloud.functions[NAME]["triggers"]["url-trigger"]["Enable"] = 0
    seen += person.cloud.calls
    person.deployed()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # "fields are useless": what the model does not know
        for call in (*seen, *person.cloud.calls):
            model = getattr(models, f"{call.action}Request")()
            model.from_json_string(json.dumps(call.parameters))


# --- again


def test_second_run_changes_nothing(person: Person) -> None:
    """The same files again: the run only looks, and tells the same URL."""
    person.deployed()

    assert LOOK == person.deployed()
    output = person.run().output
    assert ["nothing to change", "", URL] == output.splitlines()[1:]


def test_code_is_sent_again_where_its_digest_is_not_told(person: Person) -> None:
    """Without a digest the code is always updated, and nothing else."""
    person.cloud.tells_digest = False
    person.deployed()
    actions = person.deployed()

    assert [*LOOK[:2], "UpdateFunctionCode", "GetFunction", "ListTriggers"] == actions


def test_new_code_is_sent(person: Person) -> None:
    """Another bundle is another digest."""
    person.deployed()
    put_zip(person.folder / "build" / "tencent.zip", "handler.py", content="new")
    actions = person.deployed()

    assert [*LOOK[:2], "UpdateFunctionCode", "GetFunction", "ListTriggers"] == actions
    assert (person.folder / "build/tencent.zip").read_bytes() == person.cloud.functions[NAME][
        "code"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("memorySize: 128", "memorySize: 256", {"MemorySize": 256}),
        ("timeout: 20", "timeout: 30", {"Timeout": 30}),
        (
            "eip: false",
            "eip: true",
            {
                "PublicNetConfig": {
                    "PublicNetStatus": "ENABLE",
                    "EipConfig": {"EipStatus": "ENABLE"},
                }
            },
        ),
    ],
    ids=["memory", "time-out", "eip"],
)
def test_only_what_differs_is_changed(
    person: Person, old: str, new: str, expected: dict[str, Any]
) -> None:
    """A setting that changed is sent alone; what is not named stays as it is."""
    person.deployed()
    person.change(old, new)
    actions = person.deployed()

    assert [*LOOK[:2], "UpdateFunctionConfiguration", "GetFunction", "ListTriggers"] == actions
    assert {"FunctionName": NAME, **expected} == person.parameters("UpdateFunctionConfiguration")
    assert LOOK == person.deployed()


def test_changed_handler_goes_with_the_code(person: Person) -> None:
    """The API changes a handler only together with the code."""
    person.deployed()
    person.change("handler: handler.handler", "handler: handler.other")
    person.deployed()

    assert "handler.other" == person.function["Handler"]


def test_variables_of_the_console_are_kept(person: Person) -> None:
    """What only the cloud has stays there, and is told by name."""
    person.deployed()
    listed = person.cloud.functions[NAME]["fields"]["Environment"]["Variables"]
    listed.append({"Key": "FROM_CONSOLE", "Value": ELSEWHERE})
    (person.folder / ".env").write_text(f"{ENV}NEW=1\nLOG_LEVEL=DEBUG\n", encoding="utf-8")
    output = person.run().output

    assert ELSEWHERE == person.cloud.variables(NAME)["FROM_CONSOLE"]
    assert "kept variables (in no file): FROM_CONSOLE" in output
    assert "new variables: NEW" in output
    assert "changed variables: LOG_LEVEL" in output


def test_kept_variables_count_too(person: Person) -> None:
    """Together with what the cloud has it may be too much: told before anything is changed."""
    person.deployed()
    listed = person.cloud.functions[NAME]["fields"]["Environment"]["Variables"]
    listed.append({"Key": "LARGE", "Value": "x" * 4000})
    (person.folder / ".env").write_text(f"{ENV}NEW={'y' * 100}\n", encoding="utf-8")
    person.cloud.calls.clear()
    result = person.run()

    assert 1 == result.exit_code
    assert "LARGE" in result.stderr
    assert set(person.cloud.actions) <= READS


def test_role_is_kept_unless_given(person: Person) -> None:
    """A function's role stays when nobody names one, and is changed when somebody does."""
    person.deployed("--role", "first")
    person.deployed()
    assert "first" == person.function["Role"]
    person.deployed("--role", "second")

    assert "second" == person.function["Role"]


@pytest.mark.parametrize(
    "there",
    [{"Type": "HTTP"}, {"Runtime": "Python3.9"}],
    ids=["type", "runtime"],
)
def test_another_kind_of_function_is_left_alone(person: Person, there: dict[str, str]) -> None:
    """What cannot be changed is told, not tried."""
    person.deployed()
    person.cloud.functions[NAME]["fields"].update(there)
    person.cloud.calls.clear()
    result = person.run()

    assert 1 == result.exit_code
    assert "--name" in result.stderr
    assert set(person.cloud.actions) <= READS


# --- the fixed outbound address


def test_eip_is_told(person: Person) -> None:
    """With --eip the address is fixed, and told for the application's list."""
    output = person.run("--eip").output

    assert EIP in output
    assert (
        "ENABLE" == person.parameters("CreateFunction")["PublicNetConfig"]["EipConfig"]["EipStatus"]
    )


def test_eip_that_is_on_stays_on(person: Person) -> None:
    """`eip: false` in the file takes no address away; only --no-eip does."""
    person.deployed("--eip")
    assert LOOK == person.deployed()
    person.deployed("--no-eip")

    assert [] == person.function["PublicNetConfig"]["EipConfig"]["EipAddress"]


def test_public_network_is_switched_on_again(person: Person) -> None:
    """Without it no robot can be reached."""
    person.deployed()
    person.cloud.functions[NAME]["fields"]["PublicNetConfig"]["PublicNetStatus"] = "DISABLE"
    person.deployed()

    assert "ENABLE" == person.function["PublicNetConfig"]["PublicNetStatus"]


# --- the function URL


@pytest.mark.parametrize(
    "change",
    [
        lambda trigger, settings: trigger.update(Enable=0),
        lambda trigger, settings: settings["NetConfig"].update(EnableExtranet=False),
        lambda trigger, settings: settings.update(AuthType="CAM"),
    ],
    ids=["closed", "not public", "with authentication"],
)
def test_function_url_is_opened(
    person: Person, change: Callable[[dict[str, Any], dict[str, Any]], None]
) -> None:
    """One that nobody could call is changed, not made anew: its address stays the same."""
    person.deployed()
    trigger = person.cloud.functions[NAME]["triggers"]["url-trigger"]
    settings = json.loads(trigger["TriggerDesc"])
    settings["CorsConfig"] = {"Enable": True}
    change(trigger, settings)
    trigger["TriggerDesc"] = json.dumps(settings)
    actions = person.deployed()
    found = json.loads(person.trigger["TriggerDesc"])

    assert [*LOOK, "UpdateTrigger", "ListTriggers"] == actions
    assert (1, "NONE", True) == (
        person.trigger["Enable"],
        found["AuthType"],
        found["NetConfig"]["EnableExtranet"],
    )
    assert {"Enable": True} == found["CorsConfig"]


def test_function_url_of_the_console_is_used(person: Person) -> None:
    """One that was made by hand has another name and version; it is as good."""
    person.deployed()
    triggers = person.cloud.functions[NAME]["triggers"]
    triggers["by-hand"] = {**triggers.pop("url-trigger"), "TriggerName": "by-hand"}
    triggers["by-hand"]["Qualifier"] = "$LATEST"
    assert LOOK == person.deployed()
    triggers["by-hand"]["Enable"] = 0
    person.deployed()

    assert ("by-hand", 1) == (person.trigger["TriggerName"], person.trigger["Enable"])


def test_other_triggers_are_not_looked_at(person: Person) -> None:
    """A timer is no function URL, and one with a description that is no JSON is not public."""
    person.cloud.slow = 0
    person.deployed()
    triggers = person.cloud.functions[NAME]["triggers"]
    triggers["url-trigger"].update(Type="timer", TriggerDesc="0 0 2 * * * *")
    person.cloud.refuse, person.cloud.only = "ResourceInUse.TriggerName", "TriggerDesc"
    result = person.run()

    assert "CreateTrigger did not work (ResourceInUse.TriggerName)" in result.stderr


def test_address_that_is_late_is_waited_for(person: Person) -> None:
    """A new function URL may have its address a little later."""
    person.cloud.late = 3
    actions = person.deployed()

    assert [*CREATION[:-1], *["ListTriggers"] * 3] == actions
    assert 2 * POLL_S == person.time.now


def test_address_that_never_comes(person: Person) -> None:
    """The wait has an end, and the next run finds the address."""
    person.cloud.late = 1000
    result = person.run()

    assert 1 == result.exit_code
    assert "NoAddress" in result.stderr
    assert ADDRESS_S == person.time.now
    person.cloud.functions[NAME]["triggers"]["url-trigger"]["looks"] = 2
    assert URL in person.run().output


# --- waiting


def test_function_is_waited_for(person: Person) -> None:
    """No trigger is made before the function is Active."""
    person.cloud.slow = 4
    actions = person.deployed()

    assert ["GetFunction"] * 4 == actions[2:6]
    assert "CreateTrigger" == actions[7]
    assert 3 * POLL_S == person.time.now


def test_wait_has_an_end(person: Person) -> None:
    """A function that never becomes ready ends the run after three minutes, with what to do."""
    person.cloud.slow = 10_000
    result = person.run()

    assert 1 == result.exit_code
    assert "CreateFunction did not work (TimedOut)" in result.stderr
    assert MOST_S == person.time.now


def test_failed_look_is_repeated(person: Person) -> None:
    """While waiting, a look that fails by itself says nothing about the function."""
    person.cloud.slow = 3
    calls = iter(range(100))
    person.cloud.on_call = lambda: setattr(person.cloud, "status", 500 if next(calls) == 3 else 200)

    assert 0 == person.run().exit_code


def test_change_waits_for_another_one(person: Person) -> None:
    """A function that is busy refuses; the change is tried again."""
    person.deployed()
    person.change("timeout: 20", "timeout: 30")
    person.cloud.only, person.cloud.refuse = '"Timeout"', "FailedOperation.FunctionStatusError"

    def free() -> None:
        person.cloud.refuse = ""

    person.time.on_sleep = free
    actions = person.deployed()

    assert 2 == actions.count("UpdateFunctionConfiguration")
    assert 30 == person.function["Timeout"]


# --- cut off, and run again


def test_run_after_one_that_was_cut_off(person: Person) -> None:
    """Stopped between function and URL, the next run makes the URL."""
    person.cloud.only, person.cloud.refuse = "TriggerDesc", "InternalError"
    assert 1 == person.run().exit_code
    person.cloud.refuse = ""

    assert [*LOOK, "CreateTrigger", "ListTriggers"] == person.deployed()


def test_run_after_one_that_was_stopped_while_waiting(person: Person) -> None:
    """Stopped by Ctrl-C while the function is being made, the next run waits for it."""

    def stop() -> None:
        raise KeyboardInterrupt

    person.cloud.slow = 5
    person.time.on_sleep = stop
    assert 1 == person.run().exit_code
    assert "Creating" == person.function["Status"]
    person.time.on_sleep = lambda: None

    assert "CreateTrigger" in person.deployed()


# --- what the cloud refuses


@pytest.mark.parametrize(
    ("code", "en", "zh"),
    [
        ("AuthFailure.SecretIdNotFound", "TENCENTCLOUD_SECRET_ID", "没有这个 SecretId"),
        ("AuthFailure.SignatureFailure", "TENCENTCLOUD_SECRET_KEY", "检查 TENCENTCLOUD_SECRET_KEY"),
        ("AuthFailure.SignatureExpire", "clock", "时钟"),
        ("AuthFailure.TokenFailure", "TENCENTCLOUD_SESSION_TOKEN", "令牌"),
        ("AuthFailure.MFAFailure", "wrong key", "密钥不对"),
        ("AuthFailure.UnauthorizedOperation", "QcloudSCFFullAccess", "QcloudSCFFullAccess"),
        ("UnauthorizedOperation.CAM", "QcloudSCFFullAccess", "QcloudSCFFullAccess"),
        ("UnauthorizedOperation.Region", "--region", "--region"),
        ("UnsupportedRegion", "--region", "--region"),
        ("LimitExceeded.Function", "quota", "配额"),
        ("ResourceLimitReached.Function", "quota", "配额"),
        ("LimitExceeded.Eip", "--no-eip", "--no-eip"),
        ("RequestSizeLimitExceeded", "too large", "太大"),
        ("FailedOperation.ClsServiceUnregistered", "cloud.tencent.com/cls", "日志服务没有开通"),
        ("FailedOperation.UnOpenedService", "not activated", "没有开通"),
        ("FailedOperation.InsufficientBalance", "out of money", "欠费"),
        ("FailedOperation.UpdateFunctionCode", "in a minute", "等一分钟"),
        ("ResourceNotFound.Role", "--role", "--role"),
        ("ResourceInUse.Function", "run this again", "再运行一次"),
        ("ResourceInUse.Cos", "busy", "函数正忙"),
        ("InvalidParameterValue.Runtime", "--region", "--region"),
        ("InvalidParameterValue.EnvironmentSystemProtect", "4 KB", "4 KB"),
        ("InvalidParameterValue.ZipFileBase64BinasciiError", "make bundle", "make bundle"),
        ("InvalidParameterValue.Handler", "tell us the code", "告诉我们这个代码"),
        ("InternalError.System", "goes on from where it", "接着做完"),
        ("SomethingNew.Entirely", "use the console", "改用控制台"),
    ],
)
def test_refusal_has_its_remedy(person: Person, code: str, en: str, zh: str) -> None:
    """Each refusal is told by the vendor's code, with what to do, in both languages."""
    person.cloud.refuse, person.cloud.only = code, "ZipFile"
    english, chinese = person.run(), person.run(lang="zh-CN")

    assert (1, 1) == (english.exit_code, chinese.exit_code)
    assert f"CreateFunction did not work ({code})" in unwrapped(english.stderr)
    assert in_words(en) in in_words(english.stderr)
    assert in_words(zh) in in_words(chinese.stderr)
    assert f"refused: {code}" not in english.stderr  # the vendor's own text


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def in_words(text: str) -> str:
    """Return *text* without spaces: between Chinese and Latin words a line may end at one."""
    return "".join(text.split())


def test_too_many_calls(person: Person) -> None:
    """Too many calls are tried again for a while, then told."""
    person.cloud.refuse, person.cloud.only = "RequestLimitExceeded", "ZipFile"
    result = person.run()

    assert "in a minute" in result.stderr
    assert MOST_S == person.time.now


def test_full_account(person: Person) -> None:
    """The stand-in's own quota is met with the same words."""
    person.cloud.quota = 0

    assert "quota" in person.run().stderr


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"TENCENTCLOUD_SECRET_KEY": "planted-wrong-key"}, "AuthFailure.SignatureFailure"),
        ({"TENCENTCLOUD_SECRET_ID": "unknown"}, "AuthFailure.SecretIdNotFound"),
        ({"TENCENTCLOUD_SESSION_TOKEN": "expired"}, "AuthFailure.TokenFailure"),
    ],
    ids=["key", "id", "token"],
)
def test_wrong_key(person: Person, changed: dict[str, str], code: str) -> None:
    """A wrong key is refused at the first look, so nothing is sent to anybody."""
    person.environ |= changed
    result = person.run()

    assert code in result.stderr
    assert [] == person.cloud.calls


def test_wrong_clock(person: Person) -> None:
    """A clock that is an hour off is named as what it is."""
    with Deployments(clock=lambda: 1_000_000_000.0) as cloud:
        person.endpoint = cloud.host

        assert "clock is more than five minutes off" in unwrapped(person.run().stderr)


def test_no_connection(person: Person) -> None:
    """Where nobody answers, network and proxy are named."""
    person.cloud.close()
    result = person.run()

    assert "GetFunction did not work (ClientNetworkError)" in result.stderr
    assert "HTTPS_PROXY" in result.stderr


def test_function_that_could_not_be_made(person: Person) -> None:
    """CreateFailed: the log service, and the option that allows to delete the dead function."""
    person.cloud.fails = True
    first, second = person.run(), person.run(lang="zh-CN")

    told = "CreateFunction did not work (CreateFailed, FailedOperation.ClsServiceUnregistered)"
    assert told in unwrapped(first.stderr)
    assert "--replace-failed" in first.stderr
    assert "日志服务" in second.stderr
    assert "DeleteFunction" not in person.cloud.actions


def test_dead_function_is_replaced(person: Person) -> None:
    """With --replace-failed it is deleted and made anew, with the variables it had."""
    person.cloud.fails = True
    person.run()
    listed = person.cloud.functions[NAME]["fields"]["Environment"]["Variables"]
    listed.append({"Key": "FROM_CONSOLE", "Value": ELSEWHERE})
    person.cloud.fails = False
    actions = person.deployed("--replace-failed")

    assert ["GetFunction", "DeleteFunction", "GetFunction", *CREATION[1:]] == actions
    assert ELSEWHERE == person.cloud.variables(NAME)["FROM_CONSOLE"]


def test_living_function_is_never_deleted(person: Person) -> None:
    """--replace-failed does nothing to a function that works."""
    person.deployed()

    assert LOOK == person.deployed("--replace-failed")


@pytest.mark.parametrize("status", ["Deleting", "DeleteFailed"])
def test_function_that_is_going_away(person: Person, status: str) -> None:
    """A function that is being deleted is not touched."""
    person.deployed()
    person.cloud.functions[NAME]["then"] = status

    assert f"GetFunction did not work ({status})" in person.run().stderr


def test_failed_update_is_repaired_by_the_next(person: Person) -> None:
    """After UpdateFailed the code is sent again."""
    person.deployed()
    person.cloud.functions[NAME]["then"] = "UpdateFailed"
    put_zip(person.folder / "build" / "tencent.zip", "handler.py", content="new")
    person.deployed()

    assert "Active" == person.function["Status"]


def test_codes_of_the_table_are_the_vendor_s() -> None:
    """Every code with a remedy is one the SDK lists, begins some, or is a common one."""
    listed = {value for name, value in vars(errorcodes).items() if name.isupper()}
    states = {"CreateFailed", "DeleteFailed", "Deleting", "UpdateFailed", "PublishFailed"}
    ours = {"TimedOut", "NoAddress"}
    common = {  # of every API of the vendor, and of its SDK; ResourceLimitReached is of older ones
        "AuthFailure", "AuthFailure.InvalidAuthorization", "AuthFailure.InvalidSecretId",
        "AuthFailure.SecretIdNotFound", "AuthFailure.SignatureExpire",
        "AuthFailure.SignatureFailure", "AuthFailure.TokenFailure",
        "AuthFailure.UnauthorizedOperation", "ClientNetworkError", "InvalidAction",
        "InvalidCredential", "NoSuchVersion", "RequestLimitExceeded", "RequestSizeLimitExceeded",
        "ResourceLimitReached", "ServerNetworkError", "UnknownParameter", "UnsupportedRegion",
    }  # fmt: skip
    known = listed | states | ours | common
    codes = [code for row, _ in tencent_remedies.REMEDIES for code in row]

    assert [
        code
        for code in codes
        if code not in known and not any(one.startswith(f"{code}.") for one in known)
    ] == []
    assert len(codes) == len(set(codes))


# --- what is wrong before anything is sent


def write_env(line: str) -> Callable[[Path], object]:
    return lambda folder: (folder / ".env").write_text(f"{ENV}{line}\n", encoding="utf-8")


def broken(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "options", "en", "zh"),
    [
        (lambda folder: (folder / "build/tencent.zip").unlink(), (), "make bundle", "make bundle"),
        (broken("build/tencent.zip", b"no zip"), (), "no handler.py in it", "没有 handler.py"),
        (
            lambda folder: None,
            ("--web", "--zip", "build/tencent.zip"),
            "no scf_bootstrap in it",
            "没有 scf_bootstrap",
        ),
        (lambda folder: (folder / "serverless.yml").unlink(), (), "root folder", "根目录"),
        (lambda folder: None, ("--env-file", "no.env"), "no file no.env", "没有文件 no.env"),
        (broken(".env", b"A=\xff\xfe"), (), "must be UTF-8", "UTF-8"),
        (write_env("TENCENTCLOUD_SECRET_ID=x"), (), "with export", "用 export"),
        (write_env("SCF_X=1\nQCLOUD_Y=1"), (), "SCF_X, QCLOUD_Y", "SCF_X, QCLOUD_Y"),
        (write_env("PYTHONPATH=/x"), (), "PYTHONPATH", "PYTHONPATH"),
        (write_env("_A=1\nB-C=2"), (), "_A, B-C", "_A, B-C"),
        (write_env(f"CONFIG_YAML={'y' * 4096}"), (), "CONFIG_YAML", "config.yml"),
    ],
    ids=[
        "no zip", "no bundle", "other bundle", "no serverless.yml", "no env file", "not UTF-8",
        "own key", "reserved", "PYTHONPATH", "names", "too long",
    ],
)  # fmt: skip
def test_what_is_wrong_here_is_told_first(
    person: Person,
    spoil: Callable[[Path], None],
    options: tuple[str, ...],
    en: str,
    zh: str,
) -> None:
    """What this machine has wrong is told in both languages, before any call."""
    spoil(person.folder)
    english, chinese = person.run(*options), person.run(*options, lang="zh-CN")

    assert (1, 1) == (english.exit_code, chinese.exit_code)
    assert in_words(en) in in_words(english.stderr)
    assert in_words(zh) in in_words(chinese.stderr)
    assert [] == person.cloud.calls


def test_zip_that_is_too_large(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond 50 MB there is no way by this API."""
    assert 50 * 1024 * 1024 == tencent_bundle.MAX_BYTES
    monkeypatch.setattr(tencent_bundle, "MAX_BYTES", 100)

    assert "50 at most" in unwrapped(person.run().stderr)
    assert [] == person.cloud.calls


def test_without_a_key(person: Person) -> None:
    """Without a key the person is told where to make one."""
    person.environ.clear()
    result = person.run()

    assert 1 == result.exit_code
    assert "console.cloud.tencent.com/cam" in result.stderr
    assert "TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=…" in unwrapped(result.stderr)


@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["deploy", "look"])
@pytest.mark.parametrize("there, missing", [("ID", "KEY"), ("KEY", "ID")])
def test_half_a_key(person: Person, there: str, missing: str, options: tuple[str, ...]) -> None:
    """Which of the two is missing, also where only looking would need neither."""
    person.environ.clear()
    person.environ[f"TENCENTCLOUD_SECRET_{there}"] = "x"
    result = person.run(*options, "--lang", "en")

    assert 1 == result.exit_code
    told = f"TENCENTCLOUD_SECRET_{there} is set and TENCENTCLOUD_SECRET_{missing} is not"
    assert told in unwrapped(result.stderr)


@pytest.mark.parametrize("in_file", [False, True], ids=["option", "file"])
def test_a_slip_in_the_region(person: Person, *, in_file: bool) -> None:
    """Told before anything is sent, with the region that was probably meant."""
    if in_file:
        person.change("region: ap-guangzhou", "region: ap-shanghia")
    result = person.run(*([] if in_file else ["--region", "ap-shanghia"]))

    assert 1 == result.exit_code
    assert "did you mean ap-shanghai?" in unwrapped(result.stderr)
    assert [] == person.cloud.calls


def test_a_region_like_none_we_know(person: Person) -> None:
    """The cloud decides: the list here is not all there is."""
    assert 0 == person.run("--dry-run", "--region", "me-somewhere").exit_code


@pytest.mark.parametrize("name", ["x", "1abc", "abc-", "a b", "a" * 61])
def test_bad_name_is_a_usage_error(person: Person, name: str) -> None:
    """A name that the cloud refuses is a wrong option."""
    assert 2 == person.run("--name", name).exit_code


# --- only looking


def test_dry_run_without_a_key(person: Person) -> None:
    """It tells the plan for an empty account, and says so."""
    person.environ.clear()
    result = person.run("--dry-run")

    assert 0 == result.exit_code
    assert "· create the event function" in result.output
    assert "without a key" in result.output
    assert [] == person.cloud.calls


def test_dry_run_changes_nothing(person: Person) -> None:
    """With a key it looks, and what it tells is what a run then does."""
    person.deployed()
    person.change("timeout: 20", "timeout: 30")
    person.cloud.functions[NAME]["triggers"]["url-trigger"]["Enable"] = 0
    before = json.dumps(person.cloud.functions, default=str)
    person.cloud.calls.clear()
    planned = person.run("--dry-run").output

    assert LOOK == person.cloud.actions
    assert before == json.dumps(person.cloud.functions, default=str)
    marked = [line[2:] for line in planned.splitlines() if line.startswith("· ")]
    done = [line[2:] for line in person.run().output.splitlines() if line.startswith("✓ ")]
    assert ["update settings: time-out", "open the function URL: public, no platform check"] == done
    assert done == marked


def test_dry_run_of_a_replacement(person: Person) -> None:
    """The deletion of a dead function stands in the plan, and is not done."""
    person.cloud.fails = True
    person.run()
    output = person.run("--dry-run", "--replace-failed").output

    assert "· delete the function that could not be made" in output
    assert NAME in person.cloud.functions


# --- for programs, and in Chinese


def test_json(person: Person) -> None:
    """For programs there is one object, and nothing else."""
    told = json.loads(person.run("--format", "json").output)

    assert (NAME, REGION, URL, False) == tuple(
        told[name] for name in ("function", "region", "url", "dry_run")
    )
    assert ["CreateFunction", "CreateTrigger"] == [step["action"] for step in told["steps"]]
    assert ["LOG_LEVEL", "WEBHOOK_SECRET", "WECOM_WEBHOOK_URL"] == told["variables"]["added"]


def test_json_of_a_refusal(person: Person) -> None:
    """A refusal is an object, too; the exit code is 1."""
    person.cloud.refuse = "LimitExceeded.Function"
    result = person.run("--format", "json")
    told = json.loads(result.stdout)["error"]

    assert (1, "LimitExceeded.Function") == (result.exit_code, told["code"])
    assert "quota" in told["remedy"]


def test_json_of_what_is_wrong_here(person: Person) -> None:
    """What has no code has words."""
    (person.folder / "build/tencent.zip").unlink()
    told = json.loads(person.run("--format", "json").stdout)["error"]

    assert "make bundle" in told["what"]


def test_chinese(person: Person) -> None:
    """In Chinese no English sentence is left."""
    output = person.run(lang="zh-CN").output

    assert "✓ 创建事件函数：Python3.10，handler.handler，128 MB，超时 20 秒" in output
    assert "新的变量：LOG_LEVEL、WEBHOOK_SECRET" in output
    assert not re.search(r"[a-z]{3,} (the|of|for|is) ", output)


# --- hints


def test_no_variables_is_a_hint(person: Person) -> None:
    """A function without any variable answers 503: that is said here already."""
    (person.folder / ".env").unlink()

    assert "no variables yet" in person.run().output


@pytest.mark.parametrize("line", ["RELAY_QUEUE=scf-async", "RELAY_SECRETS=ssm:///relay"])
def test_role_that_is_missing_is_a_hint(person: Person, line: str) -> None:
    """What calls the cloud needs a role; once it is there, nothing is said."""
    write_env(line)(person.folder)
    first, second = person.run().output, person.run("--role", "relay-role").output

    assert f"{line.split('=')[0]} needs a role" in first
    assert "needs a role" not in second
    assert "needs a role" not in person.run().output


# --- serverless.yml


def settings(tmp_path: Path, tencent: str, **environ: str) -> Any:
    """Return what the loader makes of a file with this under ``custom.tencent``."""
    path = tmp_path / "serverless.yml"
    lines = "".join(f"    {line}\n" for line in tencent.splitlines())
    path.write_text(f"x: !Sub a\ncustom:\n  tencent:\n{lines}", encoding="utf-8")
    return load(path, environ)


def test_everything_has_a_default(tmp_path: Path) -> None:
    """The block may say as little as its name."""
    found = settings(tmp_path, "name: relay-2")

    assert ("relay-2", "ap-guangzhou", "handler.handler", 128, 20, False) == found[:3] + found[4:7]
    assert ({}, "$DEFAULT", False) == found[8:]


def test_references_are_filled_in(tmp_path: Path) -> None:
    """An environment variable, else the default, also for numbers and switches."""
    block = """\
inputs:
  region: ${env:R, 'ap-beijing'}
  memorySize: ${env:M, 256}
  eip: ${env:E}
  environment: {variables: {A: "x-${env:A}-${env:B, \\"b\\"}", N: 5, T: true, EMPTY: "", NONE: }}
"""
    found = settings(tmp_path, block, E="true", A="a")

    assert ("ap-beijing", 256, True) == (found.region, found.memory_mb, found.eip)
    assert {"A": "x-a-b", "N": "5", "T": "true"} == found.variables


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("- a", "custom.tencent must be a mapping"),
        ("nmae: x", "knows no key nmae (did you mean name?)"),
        ("inputs: {vpcConfig: {}}", "custom.tencent.inputs knows no key vpcConfig (it may have"),
        ("name: -x", "custom.tencent.name must be a name of 2 to 60 characters"),
        ("name: 12", "custom.tencent.name must be"),
        ("inputs: {runtime: Python3.9}", "inputs.runtime must be Python3.10"),
        ("inputs: {handler: handler}", "inputs.handler must be file.function"),
        ("inputs: {memorySize: 200}", "inputs.memorySize must be 64, or a multiple of 128"),
        ("inputs: {memorySize: true}", "inputs.memorySize must be"),
        ("inputs: {timeout: 0}", "inputs.timeout must be seconds from 1 to 900"),
        ("inputs: {timeout: '20 s'}", "inputs.timeout must be"),
        ("inputs: {eip: maybe}", "inputs.eip must be true or false"),
        ("inputs: {region: '${env:UNSET}'}", "needs the environment variable UNSET"),
        ("inputs: {region: '${opt:region}'}", "references are ${env:NAME}"),
        ("inputs: {region: '${env:R, env:S}'}", "references are ${env:NAME}"),
        ("inputs: {environment: {A: b}}", "environment knows no key A"),
        ("inputs: {environment: {variables: {A: [b]}}}", "variables.A must be a text"),
        ("inputs: {events: {http: {}}}", "inputs.events must be a list of one trigger"),
        ("inputs: {events: [{timer: {}}]}", "events[0] knows no key timer"),
        (
            "inputs: {events: [{http: {parameters: {authType: CAM}}}]}",
            "parameters.authType must be NONE",
        ),
        (
            "inputs: {events: [{http: {parameters: {netConfig: {enableExtranet: false}}}}]}",
            "netConfig.enableExtranet must be true",
        ),
        ("a: [", "line 5: not valid YAML"),
    ],
)
def test_what_is_wrong_in_the_file(tmp_path: Path, block: str, told: str) -> None:
    """Each fault names its place and what to write, in both languages; no value is shown."""
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, block)

    assert told in caught.value.phrase.en
    assert "serverless.yml" in caught.value.phrase.zh


def test_no_tencent_part(tmp_path: Path) -> None:
    """A file without the block, or with something else in its place, is told as such."""
    for text in ("", "custom: {}\n", "custom: x\n", "[]\n"):
        (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError, match=r"custom\.tencent must be a mapping"):
            load(tmp_path / "serverless.yml", {})


# --- the SDK's connection


def test_command_takes_the_proxy(person: Person) -> None:
    """Who reaches the internet through a proxy only can deploy, too."""
    person.environ["HTTP_PROXY"] = f"http://{person.cloud.host}"
    person.endpoint = "scf.invalid:80"

    assert CREATION == person.deployed()


def test_proxy_of_a_person_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person may sit behind a proxy; the function's own calls never take one."""
    with Deployments() as cloud:
        monkeypatch.setenv("HTTP_PROXY", f"http://{cloud.host}")
        monkeypatch.setenv("NO_PROXY", "")
        way = {"endpoint": "scf.invalid:80", "protocol": "http"}
        proxied = caller("scf", "2018-04-16", ENVIRON, REGION, Reach(proxied=True), **way)
        direct = caller("scf", "2018-04-16", ENVIRON, REGION, Reach(), **way)

        assert "ResourceNotFound.FunctionName" == proxied("GetFunction", {"FunctionName": "a"}).code
        assert "ClientNetworkError" == direct("GetFunction", {"FunctionName": "a"}).code


# --- the stand-in refuses what the vendor refuses

ENCODED_ZIP = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="  # an empty one
A_FUNCTION = {"FunctionName": NAME, "Handler": "a.b", "Code": {"ZipFile": ENCODED_ZIP}}
A_TRIGGER = {
    "FunctionName": NAME,
    "TriggerName": "a",
    "Type": "http",
    "TriggerDesc": '{"AuthType": "NONE", "NetConfig": {}}',
}


def variable(name: str, value: str = "x") -> dict[str, Any]:
    return {"Environment": {"Variables": [{"Key": name, "Value": value}]}}


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("CreateFunction", A_FUNCTION, "ResourceInUse.Function"),
        (
            "CreateFunction",
            {**A_FUNCTION, "FunctionName": "1"},
            "InvalidParameterValue.FunctionName",
        ),
        ("CreateFunction", {**A_FUNCTION, "FunctionName": "more"}, "LimitExceeded.Function"),
        ("CreateFunction", {"FunctionName": "more"}, "MissingParameter"),
        ("GetFunction", {"FunctionName": "other"}, "ResourceNotFound.FunctionName"),
        ("GetFunction", {"FunctionName": NAME, "Nmae": 1}, "UnknownParameter"),
        (
            "UpdateFunctionCode",
            {"ZipFile": "no zip"},
            "InvalidParameterValue.ZipFileBase64BinasciiError",
        ),
        ("UpdateFunctionConfiguration", {"MemorySize": 200}, "InvalidParameterValue.Memory"),
        ("UpdateFunctionConfiguration", {"Timeout": 901}, "InvalidParameterValue.Timeout"),
        (
            "UpdateFunctionConfiguration",
            variable("SCF_A"),
            "InvalidParameterValue.EnvironmentSystemProtect",
        ),
        (
            "UpdateFunctionConfiguration",
            variable("PYTHONPATH"),
            "InvalidParameterValue.EnvironmentSystemProtect",
        ),
        ("UpdateFunctionConfiguration", variable("A", ""), "InvalidParameterValue.Environment"),
        (
            "UpdateFunctionConfiguration",
            variable("A", "x" * 4096),
            "InvalidParameterValue.EnvironmentExceededLimit",
        ),
        ("CreateTrigger", {**A_TRIGGER, "Type": "apigw"}, "InvalidParameterValue.Type"),
        ("CreateTrigger", {**A_TRIGGER, "TriggerDesc": "{}"}, "InvalidParameterValue.TriggerDesc"),
        ("CreateTrigger", {**A_TRIGGER, "TriggerName": "url-trigger"}, "ResourceInUse.TriggerName"),
        ("UpdateTrigger", A_TRIGGER, "ResourceNotFound.Trigger"),
        ("UpdateTrigger", {**A_TRIGGER, "TriggerName": "url-trigger"}, "ResourceNotFound.Trigger"),
        ("Invoke", {}, "InvalidAction"),
    ],
)
def test_stand_in_refuses(
    person: Person, action: str, parameters: dict[str, Any], code: str
) -> None:
    """Wrong names, values, orders and versions have the vendor's codes."""
    person.deployed()
    person.cloud.quota = 1 if parameters.get("FunctionName") == "more" else 50
    ask = caller("scf", "2018-04-16", ENVIRON, REGION, endpoint=person.endpoint, protocol="http")

    assert code == ask(action, {"FunctionName": NAME, **parameters}).code


def test_stand_in_refuses_changes_of_what_is_not_ready(person: Person) -> None:
    """A trigger has to wait until the function is Active, like every other change."""
    person.cloud.slow = 2
    ask = caller("scf", "2018-04-16", ENVIRON, REGION, endpoint=person.endpoint, protocol="http")
    ask("CreateFunction", A_FUNCTION)

    assert "FailedOperation.CreateTrigger" == ask("CreateTrigger", A_TRIGGER).code
    code = {"FunctionName": NAME, "ZipFile": ENCODED_ZIP}
    assert "FailedOperation.FunctionStatusError" == ask("UpdateFunctionCode", code).code


# --- the pages

PAGES = {"quickstart-tencent.md": "en", "quickstart-tencent.zh-CN.md": "zh-CN"}
CONSOLE = re.compile(
    r"^( *)```console\n *\$ \.venv/bin/python -m deploy\.tencent *(.*?)\n(.*?)^ *```\n",
    re.DOTALL | re.MULTILINE,
)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def put_large_zip(path: Path, content: str) -> None:
    """Put a bundle that has the size of the real one."""
    put_zip(path, "handler.py", content=content + "x" * 2_205_000)


def prepare(person: Person, options: str) -> None:
    """Bring about what the page speaks of where it shows a command."""
    person.cloud.fails = bool(options)
    put_large_zip(person.folder / "build" / "tencent.zip", f"{len(person.cloud.calls)}")


@pytest.mark.parametrize("name", PAGES)
def test_output_in_the_page_is_real(person: Person, name: str, update_golden: bool) -> None:
    """Each command prints what the page shows, one after the other."""

    def run(block: re.Match[str]) -> str:
        indent, options = block[1], block[2]
        prepare(person, options)
        printed = person.run(*options.split(), lang=PAGES[name]).output.rstrip()
        command = f"$ .venv/bin/python -m deploy.tencent {options}".rstrip()
        lines = ["```console", command, *printed.splitlines(), "```"]
        return "".join(f"{indent}{line}".rstrip() + "\n" for line in lines)

    found = CONSOLE.sub(run, page(name))
    if update_golden:
        (ROOT / "docs" / name).write_text(found, encoding="utf-8")

    assert found.count("```console") == 3
    assert page(name) == found


@pytest.mark.parametrize("name", PAGES)
def test_options_of_the_page_exist(name: str) -> None:
    """Every option that a page names is one of the command."""
    known = {option for one in main.params for option in (*one.opts, *one.secondary_opts)}

    assert set(re.findall(r"(--[a-z][a-z-]+)", page(name))) <= known


@pytest.mark.parametrize("line", ['B="half', "B: 1", "="])
def test_line_of_env_that_cannot_be_read_stops_it(person: Person, line: str) -> None:
    """A variable that is dropped in silence keeps its old value in the cloud."""
    (person.folder / ".env").write_text(f"A=1\n{line}\n", encoding="utf-8")
    result = person.run("--lang", "en")

    assert (1, []) == (result.exit_code, person.cloud.actions)
    assert ".env, line 2 cannot be understood" in " ".join(result.stderr.split())


# --- the configuration in the bundle


def with_config(person: Person, text: str) -> None:
    """Let the bundle hold *text* as its configuration."""
    with ZipFile(person.folder / "build" / "tencent.zip", "a") as archive:
        archive.writestr("config.yml", text)


def test_another_configuration_than_the_bundles_is_told(person: Person) -> None:
    """Somebody changed config.yml, and forgot to make the bundle anew."""
    with_config(person, "version: 1")
    (person.folder / "config.yml").write_text("version: 1 # newer", encoding="utf-8")
    told = person.run("--dry-run", "--lang", "en").stdout

    assert "config.yml here is not the one in build/tencent.zip" in " ".join(told.split())


def test_the_bundles_own_configuration_is_not_told_of(person: Person) -> None:
    """The same file here and there is nothing to speak of; nor is none at all."""
    before = person.run("--dry-run", "--lang", "en").stdout
    with_config(person, "version: 1")
    (person.folder / "config.yml").write_text("version: 1", encoding="utf-8")

    assert "config.yml here" not in before + person.run("--dry-run", "--lang", "en").stdout


def test_missing_variables_of_the_configuration_are_told(person: Person) -> None:
    """What config.yml needs and nobody has would end in 503."""
    (person.folder / ".env").write_text("WEBHOOK_SECRET=x\n", encoding="utf-8")
    with_config(person, "a: ${WEBHOOK_SECRET}\nb: ${WECOM_OPS_URL}\nc: ${LANGUAGE:-en}")
    told = " ".join(person.run("--dry-run", "--lang", "en").stdout.split())

    assert "the bundle's config.yml needs WECOM_OPS_URL, which neither" in told
