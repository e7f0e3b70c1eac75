"""`ssm://` on both clouds: AWS in moto and botocore's stubs, Tencent in a stand-in on loopback.

The SDKs are the real ones. No test of these leaves the machine.
"""

import json
import logging
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.config import Config
from botocore.stub import Stubber
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from relay.configuration.aws_parameters import aws_fetcher
from relay.configuration.parameter_store import cloud_of, parameter_store
from relay.configuration.secret_errors import SecretError
from relay.configuration.secrets import KEPT_S, Store
from relay.configuration.stores import name_of
from relay.configuration.tencent_secrets import tencent_fetcher
from workbench import tencent_stand_in
from workbench.tencent_stand_in import ENVIRON, SecretsManager

MARK = "pl4nted-mark"
REGION = "cn-north-1"
AWS_ENVIRON = {"AWS_REGION": REGION}

pytestmark = [  # the SDKs' own: one calls what Python 3.12 deprecates, one counts old Pythons out
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]


def told(found: Mapping[str, str | SecretError]) -> dict[str, str]:
    """Return values as they are, errors as their English text."""
    return {
        place: answer.message.en if isinstance(answer, SecretError) else answer
        for place, answer in found.items()
    }


def only(found: Mapping[str, str | SecretError]) -> SecretError:
    [error] = found.values()
    assert isinstance(error, SecretError)
    return error


@pytest.fixture(autouse=True)
def aws_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are none, and no files or metadata service to find others in."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL_SSM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"test-{MARK}")
    monkeypatch.setenv("AWS_SESSION_TOKEN", f"token-{MARK}")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")


# --- which cloud, which name


@pytest.mark.parametrize(
    ("names", "cloud"),
    [
        pytest.param(["AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION"], "aws", id="lambda"),
        pytest.param(["TENCENTCLOUD_RUNENV", "TENCENTCLOUD_REGION"], "tencent", id="scf"),
        pytest.param(["TENCENTCLOUD_RUNENV", "AWS_ACCESS_KEY_ID"], "tencent", id="scf-with-keys"),
        pytest.param(["AWS_LAMBDA_FUNCTION_NAME", "TENCENTCLOUD_SECRETID"], "aws", id="lambda-2"),
        pytest.param(["AWS_PROFILE"], "aws", id="own-machine"),
        pytest.param(["AWS_WEB_IDENTITY_TOKEN_FILE"], "aws", id="kubernetes"),
        pytest.param(["TENCENTCLOUD_SECRETID"], "tencent", id="own-machine-tencent"),
        pytest.param(["HOME"], "", id="none"),
    ],
)
def test_cloud_is_told_by_the_environment(names: list[str], cloud: str) -> None:
    """Where the function runs decides; elsewhere, whose credentials there are."""
    assert cloud_of(dict.fromkeys(names, "x")) == cloud


def test_no_cloud_is_an_error_with_a_way_out() -> None:
    """Without a cloud every reference fails with what to do instead."""
    error = only(parameter_store({"HOME": "/"})(["ssm:///notify/key"]))

    assert (error.code, "${NAME}" in error.hint.en) == ("E206", True)
    assert "ssm:///notify/key" in error.message.zh


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("ssm:///notify/key", "/notify/key"),
        ("ssm:///key", "/key"),
        ("ssm://key", "key"),
        ("ssm://notify/key", "/notify/key"),
        ("ssm:///notify/key:3", "/notify/key:3"),
        ("ssm:///a.b_c-d/e", "/a.b_c-d/e"),
        ("ssm:///", ""),
        ("ssm://", ""),
        ("ssm:/key", ""),
        ("ssm:///notify/", ""),
        ("ssm:///a b", ""),
        ("ssm:///密钥", ""),
        ("ssm:///a:b:c", ""),
        ("ssm:///a?x=1", ""),
    ],
)
def test_location_names_a_parameter(location: str, name: str) -> None:
    """Three slashes or two, one level or more; what no store could hold is no name."""
    assert name_of(location) == name


# --- AWS


@pytest.fixture
def aws() -> Iterator[Any]:
    """A client of an empty account."""
    with mock_aws():
        yield boto3.client("ssm", region_name=REGION)


def put(client: Any, **values: str) -> None:
    for name, value in values.items():
        client.put_parameter(Name=f"/notify/{name}", Value=value, Type="SecureString")


def test_aws_secure_string_is_decrypted(aws: Any) -> None:
    """A SecureString comes as what was put there, a plain String too."""
    put(aws, key="s-1")
    aws.put_parameter(Name="plain", Value="p-1", Type="String")
    places = ["ssm:///notify/key", "ssm://plain", "ssm:///plain"]

    assert list(aws_fetcher(AWS_ENVIRON, lambda: aws)(places).values()) == ["s-1", "p-1", "p-1"]


def test_aws_missing_parameter_is_told(aws: Any) -> None:
    """A parameter that does not exist is an error of its own; the others come."""
    put(aws, key="s-1")

    assert told(
        aws_fetcher(AWS_ENVIRON, lambda: aws)(["ssm:///notify/none", "ssm:///notify/key"])
    ) == {
        "ssm:///notify/none": "ssm:///notify/none does not exist",
        "ssm:///notify/key": "s-1",
    }


def test_aws_region_is_the_functions_own(aws: Any) -> None:
    """A parameter of another region is not there."""
    put(aws, key="s-1")

    error = only(aws_fetcher({"AWS_REGION": "eu-west-1"})(["ssm:///notify/key"]))
    assert "region" in error.hint.en


def test_aws_default_region_counts(aws: Any) -> None:
    """Outside of Lambda the region is often called AWS_DEFAULT_REGION."""
    put(aws, key="s-1")

    found = aws_fetcher({"AWS_DEFAULT_REGION": REGION})(["ssm:///notify/key"])
    assert found == {"ssm:///notify/key": "s-1"}


def test_aws_is_asked_ten_names_at_a_time(aws: Any) -> None:
    """23 secrets of a cold start are three calls, and a name written twice is asked for once."""
    put(aws, **{f"key-{number}": f"s-{number}" for number in range(23)})
    places = [f"ssm:///notify/key-{number}" for number in range(23)]
    sizes: list[int] = []
    aws.meta.events.register(
        "before-parameter-build.ssm.GetParameters",
        lambda params, **_: sizes.append(len(params["Names"])),
    )
    found = aws_fetcher(AWS_ENVIRON, connect=lambda: aws)([*places, "ssm://notify/key-0"])

    assert [found[place] for place in places] == [f"s-{number}" for number in range(23)]
    assert (found["ssm://notify/key-0"], sizes) == ("s-0", [10, 10, 3])


def test_aws_json_field_through_the_store(aws: Any) -> None:
    """One parameter with a JSON object gives address and secret, in one call."""
    put(aws, dingtalk=json.dumps({"url": "https://a.example", "secret": "SECx"}))
    environ = {"AWS_LAMBDA_FUNCTION_NAME": "relay", "AWS_REGION": REGION}
    store = Store(environ)
    texts = ["ssm:///notify/dingtalk#url", "ssm:///notify/dingtalk#secret"]
    store.fetch(texts)

    assert [store.secret(text).reveal() for text in texts] == ["https://a.example", "SECx"]


def test_aws_new_value_is_seen_after_five_minutes(aws: Any) -> None:
    """A rotated parameter is picked up by a warm process."""
    put(aws, key="s-1")
    times = [0.0]
    store = Store({"AWS_LAMBDA_FUNCTION_NAME": "relay", **AWS_ENVIRON}, clock=lambda: times[0])
    before = store.secret("ssm:///notify/key").reveal()
    aws.put_parameter(Name="/notify/key", Value="s-2", Type="SecureString", Overwrite=True)
    times[0] += KEPT_S

    assert (before, store.refresh()) == ("s-1", True)
    assert store.secret("ssm:///notify/key").reveal() == "s-2"


@pytest.mark.parametrize("place", ["ssm:///a b", "ssm:/key", "ssm:///", f"ssm:///{MARK}?x"])
def test_aws_impossible_name_is_not_sent(place: str) -> None:
    """What cannot be a name is refused here, and not shown: it may be a pasted secret."""
    connected: list[None] = []
    error = only(aws_fetcher(AWS_ENVIRON, lambda: connected.append(None))([place]))

    assert (error.code, MARK in repr(error), connected) == ("E206", False, [])


@set_initial_no_auth_action_count(3)
def test_aws_role_without_permission_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that may not read says which permission it needs (moto checks the policies)."""
    with mock_aws():
        iam = boto3.client("iam", region_name=REGION)
        iam.create_user(UserName="relay")
        key = iam.create_access_key(UserName="relay")["AccessKey"]
        boto3.client("ssm", region_name=REGION).put_parameter(
            Name="/notify/key", Value=MARK, Type="SecureString"
        )
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        monkeypatch.delenv("AWS_SESSION_TOKEN")
        error = only(aws_fetcher(AWS_ENVIRON)(["ssm:///notify/key"]))

    assert error.message.zh == "没有权限读取 ssm:///notify/key"
    assert "ssm:GetParameters" in error.hint.en


def stubbed(answers: Sequence[tuple[list[str], Any]]) -> Callable[[], Any]:
    """Return a client that gives *answers* in turn, each to a call with just these names.

    An answer is the parameters, or an error code.
    """
    options = Config(retries={"total_max_attempts": 1})
    client = boto3.client("ssm", region_name=REGION, config=options)
    stubber = Stubber(client)
    for names, answer in answers:
        expected = {"Names": names, "WithDecryption": True}
        if isinstance(answer, str):
            stubber.add_client_error("get_parameters", answer, MARK, expected_params=expected)
        else:
            stubber.add_response("get_parameters", {"Parameters": answer}, expected)
    stubber.activate()
    return lambda: client


def test_aws_one_forbidden_name_costs_no_other() -> None:
    """A call refused for one of its names is made again for each, and the right one is blamed."""
    readable = [{"Name": "/a", "Value": "s-1"}]
    answers = [
        (["/a", "/b"], "AccessDeniedException"),
        (["/a"], readable),
        (["/b"], "AccessDeniedException"),
    ]
    found = aws_fetcher(AWS_ENVIRON, stubbed(answers))(["ssm:///a", "ssm:///b"])

    assert told(found) == {"ssm:///a": "s-1", "ssm:///b": "no permission to read ssm:///b"}


def test_aws_version_or_label_is_part_of_the_name() -> None:
    """`:3` and `:label` go to the store as they are, and its answers find their place."""
    answer = [
        {"Name": "/a", "Value": "live", "Selector": ":live"},
        {"Name": "/a", "Value": "newest"},
    ]
    connect = stubbed([(["/a", "/a:live"], answer)])
    found = aws_fetcher(AWS_ENVIRON, connect)(["ssm:///a", "ssm:///a:live"])

    assert found == {"ssm:///a": "newest", "ssm:///a:live": "live"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "no permission"),
        ("InvalidKeyId", "cannot be used"),
        ("UnrecognizedClientException", "wrong or have expired"),
        ("ExpiredTokenException", "wrong or have expired"),
        ("ThrottlingException", "busy"),
        ("InternalServerError", "busy"),
        ("SomethingNew", "refused ssm:///a (SomethingNew)"),
        (f"{MARK} !", "refused ssm:///a (?)"),
    ],
)
def test_aws_error_codes_are_told_apart(code: str, words: str) -> None:
    """Each kind of refusal has its own words; the vendor's text is never among them."""
    error = only(aws_fetcher(AWS_ENVIRON, stubbed([(["/a"], code)]))(["ssm:///a"]))

    assert (error.code, MARK in repr(error)) == ("E206", False)
    assert words in error.message.en


@pytest.mark.parametrize("code", ["ThrottlingException", "ExpiredTokenException"])
def test_aws_is_not_asked_on_when_all_calls_fail(code: str) -> None:
    """What has nothing to do with the names ends it: 11 secrets do not take 2 or 12 calls."""
    names = [f"/key-{number:02}" for number in range(11)]
    connect = stubbed([(names[:10], code)])  # a second call would be an error of the stub's
    found = aws_fetcher(AWS_ENVIRON, connect)([f"ssm://{name}" for name in names])

    assert {type(answer) for answer in found.values()} == {SecretError}
    assert len(found) == 11


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (exceptions.NoRegionError(), "no region is set"),
        (exceptions.NoCredentialsError(), "no cloud credentials"),
        (exceptions.ProfileNotFound(profile=MARK), "no cloud credentials"),
        (exceptions.ConnectTimeoutError(endpoint_url=MARK), "cannot be reached"),
        (exceptions.ReadTimeoutError(endpoint_url=MARK), "cannot be reached"),
        (exceptions.EndpointConnectionError(endpoint_url=MARK), "cannot be reached"),
        (exceptions.SSLError(endpoint_url=MARK, error=MARK), "cannot be reached"),
        (exceptions.UnknownServiceError(service_name=MARK, known_service_names=[]), "refused"),
        (ImportError(MARK), "not installed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_aws_sdk_errors_are_told_apart(trouble: Exception, words: str) -> None:
    """What fails before an answer comes is told with its remedy and without the SDK's text."""

    def connect() -> Any:
        raise trouble

    error = only(aws_fetcher(AWS_ENVIRON, connect)(["ssm:///a"]))

    assert (error.code, MARK in repr((error, error.hint))) == ("E206", False)
    assert words in error.message.en


def test_aws_without_region_or_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 itself finds neither: both are told."""
    assert "AWS_REGION" in only(aws_fetcher({})(["ssm:///a"])).hint.en
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    assert "credentials" in only(aws_fetcher(AWS_ENVIRON)(["ssm:///a"])).message.en


def test_aws_proxy_of_the_environment_has_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS_PROXY is not ours to follow: the client is connected without one (fault case F7)."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.01)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "https://127.0.0.1:9")  # nobody listens there
        error = only(aws_fetcher(AWS_ENVIRON)(["ssm:///a"]))

        assert "cannot be reached" in error.message.en
        with pytest.raises(TimeoutError):
            proxy.accept()


# --- Tencent Cloud


@pytest.fixture
def cloud() -> Iterator[SecretsManager]:
    with SecretsManager() as manager:
        yield manager


def ask(cloud: SecretsManager, *places: str, **changed: str) -> dict[str, str | SecretError]:
    """Read *places* as a function whose variables are *changed* would."""
    return tencent_fetcher({**ENVIRON, **changed}, cloud.host, "http")(places)


def test_tencent_secret_is_read(cloud: SecretsManager) -> None:
    """The real SDK signs, the stand-in checks the signature, the value comes back."""
    cloud.put("notify-shop-gitlab", "s-1")

    assert ask(cloud, "ssm:///notify/shop/gitlab") == {"ssm:///notify/shop/gitlab": "s-1"}
    assert cloud.calls == [
        tencent_stand_in.Call(
            "GetSecretValue",
            tencent_stand_in.REGION,
            {"SecretName": "notify-shop-gitlab", "VersionId": "SSM_Current"},
        )
    ]


@pytest.mark.parametrize(
    ("place", "value", "calls"),
    [
        pytest.param("ssm:///own", "new", 3, id="newest"),
        pytest.param("ssm:///own:v1", "old", 1, id="version"),
        pytest.param("ssm://own:v2", "new", 1, id="version-two-slashes"),
        pytest.param("ssm:///both", "current", 1, id="current-before-newest"),
        pytest.param("ssm:///binary", "b-1", 1, id="binary"),
    ],
)
def test_tencent_version(cloud: SecretsManager, place: str, value: str, calls: int) -> None:
    """The named version, else the current one, else the newest; binary secrets are text."""
    cloud.put("own", "old", version="v1")
    cloud.put("own", "new", version="v2")
    cloud.put("both", "current")
    cloud.put("both", "later", version="v2")
    cloud.put("binary", b"b-1")

    assert (ask(cloud, place), len(cloud.calls)) == ({place: value}, calls)


@pytest.mark.parametrize("place", ["ssm:///none", "ssm:///own:v9"])
def test_tencent_missing_secret_is_told(cloud: SecretsManager, place: str) -> None:
    """The hint gives the name as it has to stand in the console."""
    cloud.put("own", MARK, version="v1")
    error = only(ask(cloud, place))

    assert error.message.zh == f"{place} 不存在"
    assert ("none" if "none" in place else "own") in error.hint.zh


def test_tencent_binary_that_is_no_text_is_empty(cloud: SecretsManager) -> None:
    """Bytes that are no UTF-8 are of no use as a secret: the store says so."""
    cloud.put("binary", b"\xff\xfe")
    store = Store({}, fetchers={"ssm": tencent_fetcher(ENVIRON, cloud.host, "http")})

    with pytest.raises(SecretError, match="E201 ssm:///binary is empty"):
        store.secret("ssm:///binary")


@pytest.mark.parametrize("place", ["ssm:///a.b", "ssm:///-a", f"ssm:///{'x' * 129}"])
def test_tencent_impossible_name_is_not_sent(cloud: SecretsManager, place: str) -> None:
    """What Tencent has no secret for is told with its rule, without a call."""
    error = only(ask(cloud, place))

    assert (error.code, cloud.calls) == ("E206", [])
    assert "128" in error.hint.en


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("UnauthorizedOperation", "no permission"),
        ("AuthFailure.UnauthorizedOperation", "no permission"),
        ("UnauthorizedOperation.AccessKmsError", "no permission"),
        ("AuthFailure.TokenFailure", "wrong or have expired"),
        ("ResourceNotFound", "does not exist"),
        ("ResourceNotFound.SecretNotExist", "does not exist"),
        ("ResourceUnavailable.NotPurchased", "cannot be used"),
        ("ResourceUnavailable.ResourceDisabled", "cannot be used"),
        ("RequestLimitExceeded", "busy"),
        ("InternalError", "busy"),
        ("UnsupportedRegion", "no region"),
        ("FailedOperation.AccessKmsError", "(FailedOperation.AccessKmsError)"),
        (f"{MARK} !", "(?)"),
    ],
)
def test_tencent_error_codes_are_told_apart(cloud: SecretsManager, code: str, words: str) -> None:
    """Each kind of refusal has its own words; the vendor's text is never among them."""
    cloud.put("key", MARK)
    cloud.refuse = code
    error = only(ask(cloud, "ssm:///key"))

    assert (error.code, MARK in repr((error, error.hint))) == ("E206", False)
    assert words in error.message.en


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"TENCENTCLOUD_SECRETID": "somebody-else"}, "wrong or have expired"),
        ({"TENCENTCLOUD_SECRETKEY": MARK}, "wrong or have expired"),
        ({"TENCENTCLOUD_SESSIONTOKEN": "old"}, "wrong or have expired"),
        ({"TENCENTCLOUD_SECRETID": " "}, "no cloud credentials"),
        ({"TENCENTCLOUD_SECRETKEY": ""}, "no cloud credentials"),
        ({"TENCENTCLOUD_REGION": ""}, "no region is set"),
    ],
)
def test_tencent_credentials_are_told(
    cloud: SecretsManager, changed: dict[str, str], words: str
) -> None:
    """Keys that are wrong, old or missing, and a missing region, are told and not shown."""
    cloud.put("key", "s-1")
    error = only(ask(cloud, "ssm:///key", **changed))

    assert words in error.message.en
    assert MARK not in repr((error, error.hint))


def test_tencent_sdks_own_credential_names_do_not_count(
    cloud: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK looks for names with other underscores; a function has none of them."""
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "somebody-else")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "something-else")
    cloud.put("key", "s-1")

    assert ask(cloud, "ssm:///key") == {"ssm:///key": "s-1"}


def test_tencent_credentials_are_read_each_time(cloud: SecretsManager) -> None:
    """The role's keys expire and are renewed in the environment of a warm process."""
    cloud.put("key", "s-1")
    environ = {**ENVIRON, "TENCENTCLOUD_SESSIONTOKEN": "old"}
    fetch = tencent_fetcher(environ, cloud.host, "http")
    before = only(fetch(["ssm:///key"]))
    environ.update(ENVIRON)

    assert (before.code, fetch(["ssm:///key"])) == ("E206", {"ssm:///key": "s-1"})


def test_tencent_is_not_asked_on_when_it_cannot_be_reached() -> None:
    """With the network gone, ten secrets do not take ten time-outs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
    found = tencent_fetcher(ENVIRON, host, "http")([f"ssm:///key-{n}" for n in range(10)])

    assert set(told(found).values()) == {
        f"ssm:///key-{n} cannot be read: the cloud's API cannot be reached" for n in range(10)
    }


def test_tencent_one_bad_answer_is_forgiven(cloud: SecretsManager) -> None:
    """A gateway's error page makes a second try, and no third."""
    cloud.put("key", "s-1")
    statuses = [502, 200]
    cloud.on_call = lambda: setattr(cloud, "status", statuses.pop(0))

    assert ask(cloud, "ssm:///key") == {"ssm:///key": "s-1"}
    statuses[:] = [502, 502, 200]
    assert "cannot be reached" in only(ask(cloud, "ssm:///key")).message.en


def test_tencent_one_refusal_costs_no_other(cloud: SecretsManager) -> None:
    """A secret that does not exist leaves the others readable."""
    cloud.put("key", "s-1")
    found = ask(cloud, "ssm:///none", "ssm:///key")

    assert told(found) == {"ssm:///none": "ssm:///none does not exist", "ssm:///key": "s-1"}


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "NETRC"])
def test_tencent_environment_has_no_say_in_the_connection(
    cloud: SecretsManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, name: str
) -> None:
    """No proxy and no .netrc of the environment has an effect (fault case F7)."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password b\n")
    monkeypatch.setenv(name, str(netrc) if name == "NETRC" else "http://127.0.0.1:9")
    cloud.put("key", "s-1")

    assert ask(cloud, "ssm:///key") == {"ssm:///key": "s-1"}


def test_tencent_through_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SCF the store asks Tencent; without its SDK in the package it says what to add."""
    monkeypatch.setitem(sys.modules, "tencentcloud.common.common_client", None)

    with pytest.raises(SecretError, match="SDK is not installed") as caught:
        Store(ENVIRON).secret("ssm:///key")
    assert "tencentcloud-sdk-python-common" in caught.value.hint.zh


# --- nothing leaks (fault case G1)


def test_sdk_logs_hold_no_value(
    aws: Any, cloud: SecretsManager, caplog: pytest.LogCaptureFixture
) -> None:
    """Even with every logger at DEBUG, no value and no credential is logged by an SDK."""
    put(aws, key=f"value-{MARK}")
    cloud.put("notify-key", f"value-{MARK}")
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    clouds = (aws_fetcher(AWS_ENVIRON), tencent_fetcher(ENVIRON, cloud.host, "http"))
    found = [fetch(["ssm:///notify/key"]) for fetch in clouds]

    assert found == [{"ssm:///notify/key": f"value-{MARK}"}] * 2
    assert MARK not in caplog.text
    assert tencent_stand_in.SECRET_KEY not in caplog.text
    assert tencent_stand_in.TOKEN not in caplog.text


def test_tracebacks_hold_nothing_of_the_cloud(cloud: SecretsManager) -> None:
    """The error that reaches a caller has no SDK's error behind it, whose text is the vendor's."""
    cloud.put("key", MARK)
    cloud.refuse = "InternalError"
    store = Store({}, fetchers={"ssm": tencent_fetcher(ENVIRON, cloud.host, "http")})

    with pytest.raises(SecretError) as caught:
        store.secret("ssm:///key")
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert "TencentCloud" not in "".join(traceback.format_exception(caught.value))
