"""`RELAY_SECRETS`: variables that are kept elsewhere, on both clouds, from the store to the robot.

AWS is moto and botocore's stubs, Tencent a stand-in on loopback; the SDKs are the real ones.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.config import Config as ClientConfig
from botocore.stub import Stubber
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from lambdas import CREDENTIALS
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count
from queues import REGION
from relays import (
    ROBOT_SECRET,
    SECRET,
    SIGNING_TOKEN,
    Clock,
    carefree,
    now,
    request,
    signed_by_gitlab,
)
from test_serving import end
from verbs import CLEAN, CONFIG, VALUES, project, run, written_out

import handler
from relay.config import Config
from relay.configuration.aws_paths import aws_path_fetcher
from relay.configuration.live import Live
from relay.configuration.parameter_store import parameter_store
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.secret_variables import SecretVariables
from relay.configuration.secrets import FIRST_RETRY_S, KEPT_S, RETRY_S, Fetch
from relay.configuration.tencent_secrets import tencent_fetcher
from relay.errors import ConfigError, Problem
from workbench import configured, samples
from workbench.robots import RobotServer
from workbench.tencent_stand_in import ENVIRON as TENCENT
from workbench.tencent_stand_in import SecretsManager

PATH = "ssm:///git-chat-relay/prod/"
LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "relay", "AWS_REGION": REGION}
MARK = "pl4nted-mark"
ROBOT = "11111111-2222-3333-4444-555555555555"
LEAST = {"WECOM_WEBHOOK_URL": ROBOT, "WEBHOOK_SECRET": "first"}
PUSH = json.dumps(samples.load("gitlab/push.pushed").body)

pytestmark = [  # the SDKs' own: one calls what Python 3.12 deprecates, one counts old Pythons out
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]


@pytest.fixture(autouse=True)
def aws_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are none, and no files or metadata service to find others in."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


class Shelf:
    """A store of one text: *text* None fails; *asked* counts; *gate* holds it up."""

    def __init__(self, variables: Mapping[str, object] | str | None) -> None:
        self.asked = 0
        self.gate = threading.Event()
        self.gate.set()
        self.put(variables)

    def put(self, variables: Mapping[str, object] | str | None) -> None:
        is_text = variables is None or isinstance(variables, str)
        self.text = variables if is_text else json.dumps(variables)

    def __call__(self, places: Sequence[str]) -> Mapping[str, str | SecretError]:
        self.asked += 1
        self.gate.wait(5)
        text = self.text if isinstance(self.text, str) else fault("file_missing", reference="x")
        return dict.fromkeys(places, text)


def found(
    variables: Mapping[str, object] | str | None, where: str = "ssm:///relay", **environ: str
) -> tuple[SecretVariables, tuple[Problem, ...]]:
    """Return the variables of a process with *environ* and those in its store, and the problems."""
    fetchers: dict[str, Fetch] = {"ssm": Shelf(variables)}
    kept = SecretVariables({"RELAY_SECRETS": where, **environ}, Clock(), fetchers)
    return kept, kept.read()


def only(problems: tuple[Problem, ...]) -> Problem:
    [problem] = problems
    return problem


def words(problems: tuple[Problem, ...]) -> str:
    return "\n".join(
        f"{one.told(lang)} {one.hint.of(lang)}" for one in problems for lang in ("en", "zh-CN")
    )


# --- which variables count


@pytest.mark.parametrize(
    ("own", "value"),
    [
        pytest.param({}, "kept", id="not-set"),
        pytest.param({"WEBHOOK_SECRET": ""}, "kept", id="empty"),
        pytest.param({"WEBHOOK_SECRET": ' "" '}, "kept", id="empty-in-quotes"),
        pytest.param({"WEBHOOK_SECRET": "own"}, "own", id="set"),
    ],
)
def test_what_the_environment_has_counts_more(own: dict[str, str], value: str) -> None:
    """A variable that is really set wins; an empty one does not."""
    variables, problems = found({"WEBHOOK_SECRET": "kept"}, **own)

    assert (variables["WEBHOOK_SECRET"], problems) == (value, ())


def test_it_is_a_mapping_of_both() -> None:
    """Every variable is there once; one that nobody has is missing; no value is shown."""
    variables, _ = found({"A": "1", "B": MARK}, B="", C="3")

    assert dict(variables) == {"RELAY_SECRETS": "ssm:///relay", "A": "1", "B": MARK, "C": "3"}
    assert (len(variables), "D" in variables, variables.get("D", "none")) == (4, False, "none")
    assert MARK not in repr(variables)


def test_own_variables_are_those_of_now() -> None:
    """The clouds renew their credentials in the environment while a process lives."""
    environ = {"RELAY_SECRETS": "ssm:///relay", "AWS_SESSION_TOKEN": "old"}
    variables = SecretVariables(environ, Clock(), {"ssm": Shelf({"A": "1"})})
    variables.read()
    environ["AWS_SESSION_TOKEN"] = "new"

    assert variables["AWS_SESSION_TOKEN"] == "new"


NOT_TAKEN = [
    "webhook_secret", "Webhook", "A-B", "A B", "1A", "_A", "", "密钥", "A\n", "X" * 129,
    "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "LAMBDA_TASK_ROOT",
    "TENCENTCLOUD_REGION", "TENCENTCLOUD_SECRETID", "SCF_X", "QCLOUD_X", "PATH", "PYTHONPATH",
    "LD_PRELOAD", "HOME",
    "RELAY_SECRETS", "RELAY_QUEUE", "RELAY_STATE", "LOG_LEVEL",
]  # fmt: skip


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_names_that_are_no_variables_are_left_out(name: str) -> None:
    """What is no name, or is the deployment's or the platform's, is told once and not used."""
    variables, problems = found({name: MARK, "A": "1"})

    assert (set(variables), only(problems).code) == ({"RELAY_SECRETS", "A"}, "W206")
    assert MARK not in words(problems)


def test_names_that_are_left_out_are_named() -> None:
    """One warning has all names, except what may be a secret in the wrong place."""
    names = ["webhook-secret", "AWS_REGION", "https://x.example/?key=1", "a\nb", MARK * 5]
    problem = only(found(dict.fromkeys(names, "x"))[1])

    assert problem.told("en") == (
        "W206 RELAY_SECRETS: names in ssm:///relay that are not taken as variables: "
        "AWS_REGION, webhook-secret, …"
    )
    assert "RELAY_QUEUE" in problem.hint.zh


def test_many_odd_names_make_one_short_line() -> None:
    """However many there are, the warning is bounded."""
    problem = only(found({f"name-{number}": "x" for number in range(1000)})[1])

    assert len(problem.told("en")) < 300


# --- what is no such text


@pytest.mark.parametrize(
    "text",
    [MARK, "[]", '"text"', "null", "1", f'{{"A": "{MARK}"', f'["{MARK}"]', "[" * 100_000, "{]"],
    ids=str,
)
def test_text_that_is_no_object_is_told(text: str) -> None:
    """Anything but a JSON object is refused, with what to write."""
    problem = only(found(text)[1])

    assert (problem.code, problem.where) == ("E208", "RELAY_SECRETS")
    assert '{"WEBHOOK_SECRET": "…"}' in problem.hint.en
    assert MARK not in words((problem,))


@pytest.mark.parametrize("value", ["true", "null", "4.5", "[]", "{}", r'"\u0000"', r'"a\ud800"'])
def test_value_that_is_no_text_is_told(value: str) -> None:
    """A value of another type, or that no request could carry, is refused by its name."""
    variables, problems = found(f'{{"A": "1", "ALLOW_UNSIGNED": {value}}}')

    assert (only(problems).code, "A" in variables) == ("E208", False)
    assert "“ALLOW_UNSIGNED”" in words(problems)


def test_number_is_a_text() -> None:
    """`{"DELIVERY_TIMEOUT": 3}` is what it looks like."""
    assert found({"DELIVERY_TIMEOUT": 3})[0]["DELIVERY_TIMEOUT"] == "3"


@pytest.mark.parametrize("text", ["", "  ", '""'])
def test_empty_text_is_told(text: str) -> None:
    """A secret that exists and is empty is named."""
    assert only(found(text)[1]).told("en") == "E201 RELAY_SECRETS: ssm:///relay is empty"


@pytest.mark.parametrize(
    ("where", "code", "hint"),
    [
        pytest.param(MARK, "E206", "ssm:///git-chat-relay/prod/", id="a-secret"),
        pytest.param("/git-chat-relay/prod/", "E206", "ssm:///git-chat-relay/prod/", id="path"),
        pytest.param(f"https://{MARK}.example", "E206", "ssm:///", id="address"),
        pytest.param("${NONE}", "E201", "environment variables", id="unset"),
        pytest.param("ssm:///${NONE", "E209", "${NAME}", id="notation"),
        pytest.param("file://relative", "E207", "file:///run/secrets/name", id="file"),
    ],
)
def test_where_it_cannot_be_is_told(where: str, code: str, hint: str) -> None:
    """What is no place is refused with what to write, and never shown: it may be a secret."""
    kept = SecretVariables({"RELAY_SECRETS": where}, Clock())
    problem = only(kept.read())

    assert (problem.code, problem.where) == (code, "RELAY_SECRETS")
    assert hint in problem.hint.en
    assert MARK not in words((problem,))


def test_place_may_have_variables_of_its_own() -> None:
    """One setting serves all stages."""
    shelf = Shelf({"A": "1"})
    environ = {"RELAY_SECRETS": " 'ssm:///relay-${STAGE:-prod}' ", "STAGE": "test"}
    variables = SecretVariables(environ, Clock(), {"ssm": shelf})

    assert (variables.read(), variables["A"]) == ((), "1")
    assert "ssm:///relay-test" in variables.store._kept


def test_file_holds_variables_as_well(tmp_path: Path) -> None:
    """Where neither cloud is, a file that only the service may read is the place."""
    file = tmp_path / "secrets.json"
    file.write_text('{"WEBHOOK_SECRET": "kept"}', encoding="utf-8")
    kept = SecretVariables({"RELAY_SECRETS": f"file://{file}"}, Clock())

    assert (kept.read(), kept["WEBHOOK_SECRET"]) == ((), "kept")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text().map(f"{MARK}{{}}".format),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
names_of_variables = st.text() | st.from_regex(r"[A-Z_]{1,9}", fullmatch=True)


@settings(deadline=None)
@given(st.dictionaries(names_of_variables, json_values, max_size=5))
def test_whatever_it_holds_is_taken_or_told(variables: dict[str, object]) -> None:
    """No content raises; what is wrong is told in clean lines that hold no value."""
    kept, problems = found(variables)
    told = words(problems)

    assert {one.code for one in problems} <= {"E208", "W206"}
    assert MARK not in told
    assert all(line.isprintable() for line in told.splitlines())
    assert all(isinstance(value, str) for value in kept.values())


# --- all parameters below a path of AWS


@pytest.fixture
def aws() -> Iterator[Any]:
    """A client of an empty account."""
    with mock_aws():
        yield boto3.client("ssm", region_name=REGION)


def put(client: Any, variables: Mapping[str, str], path: str = "/git-chat-relay/prod") -> None:
    for name, value in variables.items():
        client.put_parameter(
            Name=f"{path}/{name}", Value=value, Type="SecureString", Overwrite=True
        )


def below(client: Any, place: str = PATH) -> dict[str, str] | SecretError:
    """Return what is read at *place*."""
    answer = aws_path_fetcher(LAMBDA, lambda: client)([place])[place]
    return answer if isinstance(answer, SecretError) else json.loads(answer)


def error_of(answer: object) -> SecretError:
    assert isinstance(answer, SecretError)
    return answer


def test_aws_all_pages_below_the_path_are_read(aws: Any) -> None:
    """27 parameters, encrypted or not, are three pages; the path is asked for as AWS writes it."""
    wanted = {f"NAME_{number:02}": f"s-{number}" for number in range(26)}
    put(aws, wanted)
    aws.put_parameter(Name="/git-chat-relay/prod/PLAIN", Value="p-1", Type="String")
    asked: list[dict[str, Any]] = []
    aws.meta.events.register(
        "before-parameter-build.ssm.GetParametersByPath",
        lambda params, **_: asked.append(dict(params)),
    )

    assert below(aws) == {**wanted, "PLAIN": "p-1"}
    assert [sorted(one) for one in asked[1:]] == [
        ["MaxResults", "NextToken", "Path", "WithDecryption"]
    ] * 2
    assert asked[0] == {"Path": "/git-chat-relay/prod", "WithDecryption": True, "MaxResults": 10}


def test_aws_neighbours_and_deeper_ones_are_not_read(aws: Any) -> None:
    """Only what is right below counts: not another stage, not a level further down."""
    put(aws, {"A": "1"})
    put(aws, {"A": "2", "B": "2"}, "/git-chat-relay/production")
    put(aws, {"C": "3"}, "/git-chat-relay/prod/deeper")
    aws.put_parameter(Name="/git-chat-relay/prod-D", Value="4", Type="SecureString")

    assert below(aws) == {"A": "1"}


@pytest.mark.parametrize("place", ["ssm:///a/b/", "ssm://a/b/", "ssm:///a/b//"])
def test_aws_path_may_be_written_with_two_slashes(aws: Any, place: str) -> None:
    """As with a single parameter."""
    put(aws, {"A": "1"}, "/a/b")

    assert below(aws, place) == {"A": "1"}


def test_aws_first_level_is_a_path(aws: Any) -> None:
    """A path of one level has a slash before it, however it is written."""
    put(aws, {"A": "1"}, "/relay")

    assert below(aws, "ssm://relay/") == below(aws, "ssm:///relay/") == {"A": "1"}


def test_aws_empty_path_is_told_with_the_command(aws: Any) -> None:
    """Nothing below the path is an error that says how to put the first one there."""
    put(aws, {"A": "1"}, "/git-chat-relay/dev")
    error = error_of(below(aws))

    assert (error.code, error.message.en) == ("E206", f"no parameters right below {PATH}")
    for hint in (error.hint.en, error.hint.zh):
        assert "aws ssm put-parameter --name /git-chat-relay/prod/WEBHOOK_SECRET " in hint


@pytest.mark.parametrize("place", ["ssm:///", "ssm:////", f"ssm:///{MARK} x/", "ssm:///a:3/"])
def test_aws_impossible_path_is_not_sent(place: str) -> None:
    """What cannot be a path is refused here and not shown; nor is all that an account has read."""
    connected: list[None] = []
    fetch = aws_path_fetcher(LAMBDA, lambda: connected.append(None))
    error = error_of(fetch([place])[place])

    assert (error.code, MARK in repr((error, error.hint)), connected) == ("E206", False, [])


def stubbed(answers: Sequence[Any]) -> Any:
    """Return a client that gives *answers* in turn: pages, or the code of an error."""
    options = ClientConfig(retries={"total_max_attempts": 1})
    client = boto3.client("ssm", region_name=REGION, config=options)
    stubber = Stubber(client)
    for answer in answers:
        if isinstance(answer, str):
            stubber.add_client_error("get_parameters_by_path", answer, MARK)
        else:
            stubber.add_response("get_parameters_by_path", answer)
    stubber.activate()
    return client


def test_aws_empty_page_is_not_the_end() -> None:
    """AWS may answer with nothing and a token: only the token tells."""
    page = {"Parameters": [{"Name": "/git-chat-relay/prod/A", "Value": "1"}]}

    assert below(stubbed([{"Parameters": [], "NextToken": "t"}, page])) == {"A": "1"}


def test_aws_pages_without_an_end_are_given_up() -> None:
    """Hundreds of parameters are not what this path is for: it ends, and is told."""
    page = {"Parameters": [{"Name": "/git-chat-relay/prod/A", "Value": MARK}], "NextToken": "t"}
    error = error_of(below(stubbed([page] * 50)))

    assert (error.code, "500" in error.message.zh) == ("E206", True)


def test_aws_slow_pages_end_in_time() -> None:
    """After four seconds no further page is asked for: an event waits for them."""
    passed = Clock()
    page = {"Parameters": [{"Name": "/git-chat-relay/prod/A", "Value": MARK}], "NextToken": "t"}
    client, asked = stubbed([page] * 50), []

    def clock() -> float:
        asked.append(passed.now)
        passed.now += 1.5
        return passed.now

    error = error_of(aws_path_fetcher(LAMBDA, lambda: client, clock)([PATH])[PATH])

    assert error.code == "E206"
    assert 3 <= len(asked) <= 5


def test_aws_answer_without_values_is_no_crash() -> None:
    """What is not there is empty; nothing is raised that is no fault of the configuration."""

    class Odd:
        def get_parameters_by_path(self, **_: Any) -> dict[str, Any]:
            return {"Parameters": [{"Name": "/git-chat-relay/prod/A"}]}

    assert aws_path_fetcher(LAMBDA, Odd)([PATH])[PATH] == '{"A": ""}'


@pytest.mark.parametrize(
    ("code", "words", "remedy"),
    [
        ("AccessDeniedException", "no permission", "GetParametersByPath on parameter/git-chat-rel"),
        ("InvalidKeyId", "cannot be used", "KMS"),
        ("ExpiredTokenException", "wrong or have expired", "log in"),
        ("ThrottlingException", "busy", "by itself"),
        ("ValidationException", "refused", "documentation"),
        (f"{MARK} !", "(?)", ""),
    ],
)
def test_aws_error_codes_are_told_apart(code: str, words: str, remedy: str) -> None:
    """Each kind of refusal has its words and its remedy; the vendor's text is not among them."""
    error = error_of(below(stubbed([code])))

    assert (error.code, words in error.message.en) == ("E206", True)
    assert remedy in error.hint.en
    assert MARK not in repr((error, error.message, error.hint))


def test_aws_failing_second_page_is_a_failure() -> None:
    """Half of the variables are worse than the old ones."""
    page = {"Parameters": [{"Name": "/git-chat-relay/prod/A", "Value": "1"}], "NextToken": "t"}

    assert "busy" in error_of(below(stubbed([page, "ThrottlingException"]))).message.en


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (exceptions.NoRegionError(), "no region is set"),
        (exceptions.NoCredentialsError(), "no cloud credentials"),
        (exceptions.ConnectTimeoutError(endpoint_url=MARK), "cannot be reached"),
        (ImportError(MARK), "not installed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_aws_sdk_errors_are_told_apart(trouble: Exception, words: str) -> None:
    """What fails before an answer comes is told with its remedy and without the SDK's text."""

    def connect() -> Any:
        raise trouble

    error = error_of(aws_path_fetcher(LAMBDA, connect)([PATH])[PATH])

    assert words in error.message.en
    assert MARK not in repr((error, error.message, error.hint))


@set_initial_no_auth_action_count(3)
def test_aws_role_without_permission_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that may not read says which permission it needs (moto checks the policies)."""
    with mock_aws():
        iam = boto3.client("iam", region_name=REGION)
        iam.create_user(UserName="relay")
        key = iam.create_access_key(UserName="relay")["AccessKey"]
        put(boto3.client("ssm", region_name=REGION), {"WEBHOOK_SECRET": MARK})
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        [problem] = SecretVariables({"RELAY_SECRETS": PATH, **LAMBDA}, Clock()).read()

    assert problem.told("zh-CN") == f"E206 RELAY_SECRETS: 没有权限读取 {PATH}"
    assert "ssm:GetParametersByPath" in problem.hint.zh


def test_aws_one_secret_holds_all_variables(aws: Any) -> None:
    """Without the slash it is one parameter with a JSON object."""
    aws.put_parameter(Name="/relay", Value=json.dumps(LEAST), Type="SecureString")
    kept = SecretVariables({"RELAY_SECRETS": "ssm:///relay", **LAMBDA}, Clock())

    assert (kept.read(), kept["WEBHOOK_SECRET"]) == ((), "first")


def test_path_in_a_configuration_file_stays_an_error(aws: Any) -> None:
    """A path is many values: of `RELAY_SECRETS` only, never of one secret."""
    put(aws, LEAST)
    [error] = parameter_store(LAMBDA)([PATH]).values()

    assert error_of(error).code == "E206"


def test_no_cloud_is_told_with_a_way_out() -> None:
    """On a person's machine without credentials the variables themselves are the way."""
    problem = only(SecretVariables({"RELAY_SECRETS": PATH}, Clock()).read())

    assert (problem.code, "set the variables" in problem.hint.en) == ("E206", True)


# --- Tencent Cloud


def on_tencent(cloud: SecretsManager, where: str) -> SecretVariables:
    """Return the variables of a function there, whose Secrets Manager is *cloud*."""
    fetchers = {"ssm": tencent_fetcher(TENCENT, cloud.host, "http")}
    return SecretVariables({**TENCENT, "RELAY_SECRETS": where}, Clock(), fetchers)


def test_tencent_one_secret_holds_all_variables() -> None:
    """The real SDK fetches one secret, whose name has no slash there."""
    with SecretsManager() as cloud:
        cloud.put("git-chat-relay-prod", json.dumps(LEAST))
        kept = on_tencent(cloud, "ssm:///git-chat-relay/prod")

        assert (kept.read(), kept["WEBHOOK_SECRET"]) == ((), "first")
        assert cloud.actions == ["GetSecretValue"]


def test_tencent_refusal_is_told() -> None:
    """A role without the permission is told which."""
    with SecretsManager() as cloud:
        cloud.refuse = "AuthFailure.UnauthorizedOperation"
        problem = only(on_tencent(cloud, "ssm:///relay").read())

    assert (problem.code, "ssm:GetSecretValue" in problem.hint.en) == ("E206", True)


def test_tencent_has_no_paths() -> None:
    """A path there is refused, without a call, with what to write instead."""
    problem = only(SecretVariables({**TENCENT, "RELAY_SECRETS": PATH}, Clock()).read())

    assert problem.code == "E206"
    for hint in (problem.hint.en, problem.hint.zh):
        assert "ssm:///git-chat-relay/prod" in hint and PATH not in hint
        assert '{"WEBHOOK_SECRET": "…"}' in hint


# --- in a running process


class Served:
    """A process whose variables lie on a shelf."""

    def __init__(self, shelf: Shelf, **environ: str) -> None:
        self.shelf = shelf
        self.clock = Clock()
        known = {"RELAY_SECRETS": "ssm:///relay", "CONFIG_FILE": "", **environ}
        self.live = Live(known, self.clock, kept=SecretVariables(known, self.clock, {"ssm": shelf}))

    def later(self, seconds: float = 0.0) -> Config:
        self.clock.now += seconds
        return self.live.current()

    def secret(self, later_s: float = 0.0) -> str:
        return self.later(later_s).sources[0].secrets[0].reveal()

    def refused(self, later_s: float = 0.0) -> list[str]:
        """Return the codes of what is wrong."""
        with pytest.raises(ConfigError) as caught:
            self.later(later_s)
        return [problem.code for problem in caught.value.problems]


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_two_variables_there_are_enough() -> None:
    """What two variables do, they also do from there."""
    config = Served(Shelf(LEAST)).later()

    assert (config.origin, [one.name for one in config.receivers]) == ("environment", ["wecom"])


def test_text_of_a_configuration_may_be_there() -> None:
    """CONFIG_YAML counts from there, with variables from there; a changed one is taken over."""
    text = 'version: 1\nreceivers:\n  {}: {{ type: wecom_robot, url: "${{WECOM_WEBHOOK_URL}}" }}\n'
    served = Served(Shelf({**LEAST, "CONFIG_YAML": text.format("one")}))
    before = served.later()
    served.shelf.put({**LEAST, "CONFIG_YAML": text.format("two")})
    after = served.later(KEPT_S + 1)

    assert (before.origin, before.receivers[0].name) == ("CONFIG_YAML", "one")
    assert after.receivers[0].name == "two"


def test_file_refers_to_variables_from_there(tmp_path: Path) -> None:
    """``${NAME}`` in config.yml is found there, and a new value is taken over."""
    file = project(tmp_path, CONFIG, {})
    served = Served(Shelf(VALUES), CONFIG_FILE=str(file))
    before = served.later().receivers[0].url.reveal()
    served.shelf.put({**VALUES, "WECOM_DEV_URL": ROBOT})

    assert (before[-8:], served.later(KEPT_S + 1).receivers[0].url.reveal()[-8:]) == (
        VALUES["WECOM_DEV_URL"][-8:],
        ROBOT[-8:],
    )


def test_secret_there_may_lead_on() -> None:
    """A variable may itself say ``ssm://…``: it is read as if it stood in the environment."""
    text = 'version: 1\nreceivers: { dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" } }\n'
    variables = {**LEAST, "WECOM_WEBHOOK_URL": "file:///run/none/of/these", "CONFIG_YAML": text}

    assert Served(Shelf(variables)).refused() == ["E207"]


def test_new_value_is_taken_over_after_five_minutes() -> None:
    """It is asked for again when it is five minutes old, and not before."""
    served = Served(Shelf(LEAST))
    first = served.secret()
    served.shelf.put({**LEAST, "WEBHOOK_SECRET": "second"})

    assert (first, served.secret(KEPT_S - 1), served.shelf.asked) == ("first", "first", 1)
    assert (served.secret(2), served.shelf.asked) == ("second", 2)


def test_unchanged_values_change_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The same values do not load the configuration again; a day of events asks 288 times."""
    served = Served(Shelf(LEAST))
    before = served.later()
    for _ in range(24 * 60):
        assert served.later(60) is before

    assert served.shelf.asked <= 1 + 24 * 60 * 60 / KEPT_S
    assert [line["event"] for line in told(capsys)] == ["config.loaded"]


@pytest.mark.parametrize(
    ("new", "event"),
    [
        pytest.param(None, "secret.kept", id="fails"),
        pytest.param("", "secret.kept", id="empty"),
        pytest.param(MARK, "config.kept", id="no-json"),
        pytest.param({"A": "1"}, "config.kept", id="all-gone"),
        pytest.param({**LEAST, "WEBHOOK_SECRET": [MARK]}, "config.kept", id="no-text"),
        pytest.param({**LEAST, "NOTIFY_LANG": MARK}, "config.kept", id="wrong"),
    ],
)
def test_what_worked_is_kept(new: Any, event: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever becomes of the store, the last good values stay, told once, until it is mended."""
    served = Served(Shelf(LEAST))
    served.secret()
    served.shelf.put(new)
    kept = [served.secret(KEPT_S + 1), *(served.secret(RETRY_S + 1) for _ in range(3))]
    output = capsys.readouterr().out
    lines = [json.loads(line)["event"] for line in output.splitlines()]
    served.shelf.put({**LEAST, "WEBHOOK_SECRET": "third"})

    assert kept == ["first"] * 4
    assert (lines.count(event), MARK in output) == (1, False)
    assert served.secret(KEPT_S + 1) == "third"


def test_slow_store_does_not_hold_up_an_event() -> None:
    """An event goes on with the old values while the store takes its time; the next has the new."""
    served = Served(Shelf(LEAST))
    served.secret()
    served.shelf.gate.clear()
    served.shelf.put({**LEAST, "WEBHOOK_SECRET": "second"})
    while_slow = served.secret(KEPT_S + 1)
    served.shelf.gate.set()

    assert while_slow == "first"
    assert served.secret(2) == "second"
    assert served.shelf.asked == 2


def test_values_of_two_times_are_never_mixed() -> None:
    """What a thread fetches counts from the next `read` on, and then all of it."""
    shelf, clock = Shelf({"A": "1", "B": "1"}), Clock()
    variables = SecretVariables({"RELAY_SECRETS": "ssm:///relay"}, clock, {"ssm": shelf})
    variables.read()
    shelf.put({"A": "2"})
    clock.now += KEPT_S
    assert variables.store.refresh()
    before = (variables["A"], variables["B"])
    variables.read()

    assert (before, variables["A"], variables.get("B")) == (("1", "1"), "2", None)


def test_cold_start_of_eight_threads_asks_once() -> None:
    """Eight events that arrive together have one configuration, fetched once."""
    served = Served(Shelf(LEAST))
    results = at_once(8, served.live.current)

    assert (len(results), len({id(one) for one in results}), served.shelf.asked) == (8, 1, 1)


def test_refresh_under_eight_threads_asks_once() -> None:
    """Eight events five minutes later ask once as well, and all have the new values then."""
    served = Served(Shelf(LEAST))
    served.secret()
    served.shelf.put({**LEAST, "WEBHOOK_SECRET": "second"})
    served.clock.now += KEPT_S + 1
    results = at_once(8, served.secret)

    assert (set(results), served.shelf.asked) == ({"second"}, 2)


def at_once(count: int, work: Callable[[], object]) -> list[object]:
    """Run *work* in *count* threads that begin together; return what each of them gave."""
    barrier = threading.Barrier(count)
    results: list[object] = []

    def go() -> None:
        barrier.wait(5)
        results.append(work())

    threads = [threading.Thread(target=go) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return results


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        pytest.param(None, ["E207"], id="fails"),
        pytest.param(MARK, ["E208"], id="no-json"),
        pytest.param({"WEBHOOK_SECRET": "first"}, ["E201"], id="robot-forgotten"),
        pytest.param({**LEAST, "GITLAB_SIGNING_TOKEN": "%%"}, ["E204"], id="wrong-value"),
    ],
)
def test_cold_start_that_fails_recovers_soon(wrong: Any, codes: list[str]) -> None:
    """Nothing can be used: the store is asked again after seconds, not for every event."""
    served = Served(Shelf(wrong))
    refused = [served.refused() for _ in range(5)] + [served.refused(1) for _ in range(3)]
    asked = served.shelf.asked
    served.shelf.put(LEAST)

    assert (refused, asked) == ([codes] * 8, 1)
    assert served.secret(FIRST_RETRY_S) == "first"


def test_wrong_secret_of_a_file_recovers_soon_as_well(tmp_path: Path) -> None:
    """A secret that ``ssm://`` gives and that is wrong at the cold start is asked for again."""
    secret = tmp_path / "token"
    secret.write_text("%%", encoding="utf-8")
    text = f"""\
version: 1
sources: {{ gitlab: {{ type: gitlab, signing_token: "file://{secret}" }} }}
receivers: {{ dev: {{ type: wecom_robot, url: "${{WECOM_WEBHOOK_URL}}" }} }}
"""
    clock = Clock()
    live = Live({**LEAST, "CONFIG_YAML": text}, clock)
    with pytest.raises(ConfigError):
        live.current()
    secret.write_text(SIGNING_TOKEN, encoding="utf-8")
    clock.now += FIRST_RETRY_S

    assert live.current().sources[0].signing_tokens[0].reveal() == SIGNING_TOKEN


def test_names_that_are_left_out_are_logged_once(capsys: pytest.CaptureFixture[str]) -> None:
    """One record names them, however often the values change."""
    served = Served(Shelf({**LEAST, "webhook-secret": MARK}))
    served.later()
    served.shelf.put({**LEAST, "webhook-secret": MARK, "NOTIFY_LANG": "en"})
    lang = served.later(KEPT_S + 1).lang
    lines = [line for line in told(capsys) if line["event"] == "config.problem"]

    assert (lang, [(line["level"], line["code"]) for line in lines]) == (
        "en",
        [("WARNING", "W206")],
    )
    assert "webhook-secret" in lines[0]["detail"]
    assert MARK not in str(lines)


def test_deployment_s_settings_do_not_come_from_there() -> None:
    """Queue, state and log level are the deployment's: there they are left out."""
    other = {"RELAY_QUEUE": "sqs://q.fifo", "RELAY_STATE": "dynamodb://t", "LOG_LEVEL": "x"}
    config = Served(Shelf({**LEAST, **other})).later()

    assert (config.queue, config.state) == ("", "")


# --- the whole way


class Deployed:
    """The function in an account of AWS, with nothing but `RELAY_SECRETS` of ours set."""

    def __init__(self, robots: RobotServer, client: Any, variables: Mapping[str, str]) -> None:
        self.robots = robots
        self.client = client
        self.clock = Clock()
        robot = {
            "WECOM_WEBHOOK_URL": robots.add_wecom(key="wecom-key-0"),
            "DINGTALK_WEBHOOK_URL": robots.add_dingtalk(
                token="dingtalk-token-0", secret=ROBOT_SECRET
            ),
            "DINGTALK_SECRET": ROBOT_SECRET,
            "RELAY_ALLOW_HOSTS": robots.host,
        }
        put(client, {**robot, **variables})
        environ = {"RELAY_SECRETS": PATH, "CONFIG_FILE": "", **LAMBDA}
        self.handle = handler.build(
            environ, clock=now, live=Live(environ, self.clock), warm=carefree()
        )

    def post(self, headers: Mapping[str, str]) -> tuple[int, int]:
        """Send a push; return the answer's status and how many robots got it."""
        before = len(self.robots.received)
        answer = self.handle(request(PUSH, {"X-Gitlab-Event": "Push Hook", **headers}), None)
        return answer["statusCode"], len(self.robots.received) - before

    def settle(self) -> None:
        """Let five minutes pass, and what is fetched then arrive."""
        self.clock.now += KEPT_S
        for _ in range(20):
            self.clock.now += 1
            self.post({})


def signed() -> dict[str, str]:
    return {**signed_by_gitlab(PUSH), "X-Gitlab-Event": "Push Hook"}


def test_signed_push_arrives_with_nothing_but_the_path(
    robots: RobotServer, aws: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signing token and robots are parameters: a signed push is posted, a forged one refused."""
    deployed = Deployed(robots, aws, {"GITLAB_SIGNING_TOKEN": SIGNING_TOKEN})
    forged = {**signed(), "webhook-signature": "v1,AAAA"}

    assert deployed.post(signed()) == (200, 2)
    assert deployed.post(forged) == (401, 0)
    output = capsys.readouterr().out
    assert not [
        secret for secret in (SIGNING_TOKEN, ROBOT_SECRET, "wecom-key-0") if secret in output
    ]


def test_changed_secret_counts_after_five_minutes(robots: RobotServer, aws: Any) -> None:
    """A new secret in the store is accepted five minutes later, and the old one is not any more."""
    deployed = Deployed(robots, aws, {"WEBHOOK_SECRET": SECRET})
    old, new = {"X-Gitlab-Token": SECRET}, {"X-Gitlab-Token": "changed"}
    first = deployed.post(old), deployed.post(new)
    put(aws, {"WEBHOOK_SECRET": "changed"})
    before = deployed.post(old), deployed.post(new)
    deployed.settle()

    assert first == before == ((200, 2), (401, 0))
    assert (deployed.post(old), deployed.post(new)) == ((401, 0), (200, 2))


def test_file_of_the_function_wins_no_secret_is_in_its_environment(
    robots: RobotServer, aws: Any, tmp_path: Path
) -> None:
    """A config.yml with ``${NAME}`` works the same: every name is a parameter."""
    file = tmp_path / "config.yml"
    file.write_text(
        "version: 1\nsources: { gitlab: { type: gitlab, secret: '${OWN_SECRET}' } }\n"
        "receivers: { dev: { type: wecom_robot, url: '${OWN_ROBOT}' } }\n",
        encoding="utf-8",
    )
    own = {
        "OWN_SECRET": "file-secret",
        "OWN_ROBOT": robots.add_wecom(key="of-file"),
        "RELAY_ALLOW_HOSTS": robots.host,
    }
    put(aws, own)
    environ = {"RELAY_SECRETS": PATH, "CONFIG_FILE": str(file), **LAMBDA}
    handle = handler.build(environ, clock=now, warm=carefree())
    push = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "file-secret"}

    assert handle(request(PUSH, push), None)["statusCode"] == 200


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "no parameters right below ssm:///git-chat-relay/prod/; aws ssm put-parameter"),
        ("zh-CN", "ssm:///git-chat-relay/prod/ 下面没有参数；aws ssm put-parameter"),
    ],
)
def test_nothing_there_is_answered_with_the_remedy(aws: Any, lang: str, words: str) -> None:
    """The first call says 503 with what to run, in the language that the environment names."""
    environ = {"RELAY_SECRETS": PATH, "CONFIG_FILE": "", "NOTIFY_LANG": lang, **LAMBDA}
    answer = handler.build(environ)(request(PUSH, {"X-Gitlab-Event": "Push Hook"}), None)
    report = json.loads(answer["body"])

    assert (answer["statusCode"], report["code"]) == (503, "E206")
    assert words in report["fix"]
    assert "/git-chat-relay/prod/WEBHOOK_SECRET" in report["fix"]


# --- what it costs who does not use it

LAZY = (
    "boto3", "botocore", "relay.configuration.secret_variables", "relay.configuration.aws_paths",
    "relay.configuration.secrets",
)  # fmt: skip


@pytest.mark.parametrize(
    "environ", [LEAST, {**LEAST, "RELAY_SECRETS": " "}], ids=["unset", "blank"]
)
def test_without_it_nothing_more_is_imported(environ: dict[str, str]) -> None:
    """A process with plain variables never sees this code."""
    done = after(
        f"import handler; handler.build({ {'CONFIG_FILE': '', **environ}!r})"
        "({'httpMethod': 'GET', 'path': '/'}, None)"
    )

    assert done == []


def test_boto3_is_imported_when_it_is_asked() -> None:
    """Not when the function is built: the platform's time for that is short."""
    assert after(f"import handler; handler.build({ {'RELAY_SECRETS': PATH, **LAMBDA}!r})") == [
        "relay.configuration.secret_variables", "relay.configuration.secrets",
    ]  # fmt: skip


def after(code: str) -> list[str]:
    """Return which of `LAZY` a process has after *code*."""
    script = f"import sys\n{code}\nprint(*[name for name in {LAZY!r} if name in sys.modules])"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1].split()


# --- on a person's machine


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def kept_in_a_file(folder: Path) -> Callable[[Mapping[str, str]], str]:
    """Return what keeps variables in a file and tells where."""

    def keep(variables: Mapping[str, str]) -> str:
        (folder / "kept.json").write_text(json.dumps(variables), encoding="utf-8")
        return f"file://{folder / 'kept.json'}"

    return keep


def start(folder: Path, *arguments: str, **environ: str) -> subprocess.Popen[str]:
    """Run ``python -m relay`` in *folder* with *environ* and nothing of a developer's own."""
    usual = {key: value for key, value in os.environ.items() if key not in CLEAN}
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "relay", *arguments],
        cwd=folder,
        env={**usual, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


Keep = Callable[[Mapping[str, str]], str]


def test_check_reads_what_is_there(folder: Path, kept_in_a_file: Keep) -> None:
    """With a file or without one, `check` fetches them and finds everything in order."""
    alone = run("check", RELAY_SECRETS=kept_in_a_file(LEAST))
    project(folder, CONFIG, {})
    file = run("check", RELAY_SECRETS=kept_in_a_file(VALUES))

    assert (alone.exit_code, file.exit_code) == (0, 0)
    assert "config.yml" in file.output


def test_check_tells_what_cannot_be_read(folder: Path) -> None:
    """Without the cloud's credentials it says so and what to do; other faults are told as well."""
    project(folder, CONFIG.replace("branches:", "branchs:"), {})
    result = run("check", RELAY_SECRETS=PATH, AWS_REGION="", AWS_ACCESS_KEY_ID="", LANG="en_US")

    assert result.exit_code == 1
    assert "E206 RELAY_SECRETS: ssm:///git-chat-relay/prod/ cannot be read" in result.output
    assert "E101" in result.output


@pytest.mark.parametrize("has_file", [True, False], ids=["file", "variables"])
def test_check_offline_does_without(folder: Path, has_file: bool) -> None:
    """`--offline` fetches nothing, and says that something was not looked at."""
    if has_file:
        project(folder, CONFIG, {})
    result = run("check", "--offline", RELAY_SECRETS="file:///none/of/these", LANG="en_US")

    assert result.exit_code == 0
    assert "not looked at" in result.output


def test_check_offline_still_finds_what_is_wrong(folder: Path) -> None:
    """What is set here is looked at as ever."""
    result = run("check", "--offline", RELAY_SECRETS=PATH, NOTIFY_LANG="fr")

    assert (result.exit_code, "E103" in result.output) == (1, True)


def test_check_warns_of_names_that_do_not_count(folder: Path, kept_in_a_file: Keep) -> None:
    """A name in small letters is told; with `--strict` it fails."""
    where = kept_in_a_file({**LEAST, "webhook-secret": "x"})
    result = run("check", RELAY_SECRETS=where)

    assert (result.exit_code, "W206" in result.output) == (0, True)
    assert run("check", "--strict", RELAY_SECRETS=where).exit_code == 1


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "# variables also come from {where} (RELAY_SECRETS)"),
        ("zh-CN", "# 变量也来自 {where}（RELAY_SECRETS）"),
    ],
)
def test_show_says_where_variables_come_from(
    folder: Path, kept_in_a_file: Keep, lang: str, line: str
) -> None:
    """Its third line names the place; secrets stay references, no value is shown."""
    where = kept_in_a_file(LEAST)
    result = run("show", "--lang", lang, RELAY_SECRETS=where)

    assert (result.exit_code, result.output.splitlines()[2]) == (0, line.format(where=where))
    assert "secret: ${WEBHOOK_SECRET}" in result.output
    assert ROBOT not in result.output


def test_show_of_a_file_fetches_nothing(folder: Path) -> None:
    """Of a file the references are shown, wherever the values are."""
    project(folder, CONFIG, {})
    result = run("show", RELAY_SECRETS="file:///none/of/these")
    as_json = json.loads(run("show", "--format", "json", RELAY_SECRETS=PATH).output)

    assert (result.exit_code, "url: ${WECOM_DEV_URL}" in result.output) == (0, True)
    assert (as_json["origin"], as_json["secrets"]) == ("config.yml", PATH)


def test_show_without_a_file_tells_what_cannot_be_read(folder: Path) -> None:
    """Variables are all there is: what they are cannot be guessed."""
    result = run("show", RELAY_SECRETS="file:///none/of/these")

    assert (result.exit_code, "E207" in result.output) == (1, True)


def test_show_never_shows_what_is_no_place(folder: Path) -> None:
    """A secret pasted there stays where it is."""
    project(folder, CONFIG, {})

    assert MARK not in run("show", RELAY_SECRETS=MARK).output


def test_named_file_stays_the_configuration(folder: Path, kept_in_a_file: Keep) -> None:
    """For a command, a text that is kept elsewhere does not take the place of the file it names."""
    file = project(folder, CONFIG, {}, "own.yml")
    where = kept_in_a_file({**VALUES, "CONFIG_YAML": "nonsense"})

    assert run("check", str(file), RELAY_SECRETS=where).exit_code == 0


def test_text_kept_elsewhere_is_checked(folder: Path, kept_in_a_file: Keep) -> None:
    """Without a file, it is the configuration."""
    where = kept_in_a_file({"CONFIG_YAML": written_out() + "routs: []\n"})
    result = run("check", RELAY_SECRETS=where)

    assert (result.exit_code, "routs" in result.output) == (1, True)


@pytest.mark.parametrize("has_file", [True, False], ids=["file", "variables"])
def test_serve_does_without_what_cannot_be_had(folder: Path, has_file: bool) -> None:
    """With stand-ins for the robots it starts all the same, and says what it leaves out."""
    project(folder, CONFIG if has_file else "", {})
    none = {"AWS_REGION": "", "AWS_ACCESS_KEY_ID": "", "LANG": "en_US.UTF-8"}
    named = {} if has_file else {"CONFIG_FILE": ""}
    process = start(folder, "serve", "--port", "0", RELAY_SECRETS=PATH, **none, **named)
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(5)]
    rest = end(process)

    assert lines[3].startswith("Secrets  the variables of RELAY_SECRETS are not used here (ssm:///")
    assert (lines[4].split()[0], process.returncode, "Stopped." in rest) == ("Stop", 0, True)


def test_serve_live_needs_them(folder: Path) -> None:
    """The real robots are among them: it cannot start, and says why."""
    project(folder, CONFIG, {})
    where = "file:///none/of/these"
    result = run("serve", "--live", "--port", "0", RELAY_SECRETS=where)

    assert (result.exit_code, "E207 RELAY_SECRETS" in result.output) == (1, True)


def test_trigger_and_explain_know_the_variables(folder: Path, kept_in_a_file: Keep) -> None:
    """The secret to send with, and who would get it, come from there too."""
    where = kept_in_a_file(LEAST)
    given = configured.setting(None, "en", {"RELAY_SECRETS": where})
    environ = configured.fetched(given)[0].environ

    assert (environ["WEBHOOK_SECRET"], "RELAY_SECRETS" in environ) == ("first", False)
    assert run("explain", "push.pushed", "--expect", "wecom", RELAY_SECRETS=where).exit_code == 0
