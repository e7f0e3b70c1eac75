"""Asynchronous invocations on Tencent SCF: the engine, and the stand-in that takes them.

The vendor's SDK is the real one; the stand-in checks its signatures on loopback.
"""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from patience import BUSY_S
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.scf.v20180416 import models
from tencentcloud.scf.v20180416.scf_client import ScfClient

from relay.config import Person
from relay.notifications import Action, Delivery, Line, Mention, Notification, Span
from relay.queues.items import Item, read
from relay.queues.scf import MAX_EVENT_BYTES, ScfQueue, invocation
from workbench import tencent_functions, tencent_stand_in
from workbench.robot_wire import response
from workbench.tencent_functions import Functions
from workbench.tencent_stand_in import ENVIRON, REGION

NOW_S = 1_700_000_000.5
MARK = "pl4nted-mark"
MOBILE = "13800001234"
ROOT = Path(__file__).parent.parent
ENVELOPE = {"relay": {"version": 1, "item": "text"}}

pytestmark = [  # the SDK's own: it calls what Python 3.12 deprecates
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]


@pytest.fixture
def cloud() -> Iterator[Functions]:
    with Functions() as functions:
        yield functions


def delivery(name: str = "a", **notification: Any) -> Delivery:
    """Return a delivery to the receiver ``team-<name>``."""
    words = Notification(
        headline=(Span(f"构建失败 {name}", tone="danger"),),
        actions=(Action("查看", "https://gitlab.example.com/shop/-/pipelines/1"),),
        **notification,
    )
    return Delivery(f"id-{name}", f"team-{name}", "pipeline.failed", NOW_S - 1, words)


def queue(cloud: Functions, **changed: str) -> ScfQueue:
    """Return the queue of a function whose variables are *changed*."""
    return ScfQueue({**ENVIRON, **changed}, endpoint=cloud.host, protocol="http")


def put(cloud: Functions, *deliveries: Delivery, **options: Any) -> list[str]:
    """Put *deliveries*; return the ids of those that were not taken."""
    refused = queue(cloud).put(deliveries, cloud.context, now_s=NOW_S, **options)
    return [one.id for one in refused]


def items(cloud: Functions) -> list[Item]:
    """Return what waits to be handed to the function, by receiver."""
    texts = [invocation(event) or "" for event in cloud.invocations]
    return sorted(map(read, texts), key=lambda item: item.delivery.receiver)


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# --- whose event it is


def test_own_event_is_known() -> None:
    """The envelope that the queue writes is read back as the item's text."""
    assert "text" == invocation(ENVELOPE)


@pytest.mark.parametrize(
    "event",
    [
        None,
        "relay",
        b"{}",
        [],
        {},
        {"relay": None},
        {"relay": "text"},
        {"relay": {}},
        {"relay": {"version": 1}},
        {"relay": {"version": 1, "item": None}},
        {"relay": {"version": 1, "item": {"id": "a"}}},
        {"relay": {"version": 2, "item": "text"}},
        {"relay": {"version": "1", "item": "text"}},
        {"version": 1, "item": "text"},
        {"Type": "Timer", "TriggerName": "t", "Time": "2026-01-01T00:00:00Z", "Message": ""},
        {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(ENVELOPE)}]},
    ],
)
def test_other_events_are_no_invocations(event: object) -> None:
    """Everything but the envelope is somebody else's event, and nothing raises."""
    assert None is invocation(event)


@pytest.mark.parametrize(
    "http",
    [
        {"httpMethod": "POST"},
        {"requestContext": {"http": {"method": "POST"}}},
        {"headers": {}},
        {"multiValueHeaders": {}},
        {"body": None},
        {"path": "/"},
        {"rawPath": "/"},
        {"queryString": {}},
        {"isBase64Encoded": False},
    ],
    ids=lambda http: next(iter(http)),
)
def test_http_requests_are_never_invocations(http: dict[str, Any]) -> None:
    """A caller of the URL cannot forge one: not in the body, and not if a key slipped through."""
    forged = {**http, **({"body": json.dumps(ENVELOPE)} if "body" in http else {})}

    assert (None, None) == (invocation(forged), invocation({**forged, **ENVELOPE}))


# --- handing over


def test_every_delivery_is_one_invocation(cloud: Functions) -> None:
    """The real SDK signs, the stand-in checks and takes, and the items read as they were put."""
    deliveries = [delivery("a"), delivery("b"), delivery("c")]

    assert put(cloud, *deliveries) == []
    assert [Item(one, NOW_S) for one in deliveries] == items(cloud)
    assert [("Invoke", REGION)] * 3 == [call[:2] for call in cloud.calls]


def test_function_is_named_by_the_context() -> None:
    """Name, namespace and version are the running function's own, and nothing else is asked for."""
    with Functions(name="relay-2", namespace="ops", versions=("$LATEST", "7")) as cloud:
        refused = put(cloud, delivery())
        [call] = cloud.calls

    assert [] == refused
    assert {
        "FunctionName": "relay-2",
        "Namespace": "ops",
        "Qualifier": "7",
        "InvocationType": "Event",
        "ClientContext": call.parameters["ClientContext"],
    } == call.parameters


def test_all_are_asked_for_at_the_same_time(cloud: Functions) -> None:
    """No invocation waits for the answer to another."""
    together = threading.Barrier(8)
    cloud.on_call = lambda: together.wait(5) and None

    assert [] == put(cloud, *(delivery(str(n)) for n in range(8)))


def test_nothing_to_put_asks_for_nothing(
    cloud: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without deliveries there is no call and no log line, not even where nothing could be put."""
    refused = ScfQueue({}).put([], None, now_s=NOW_S)

    assert ((), [], []) == (refused, put(cloud), cloud.calls)
    assert [] == logged(capsys)


@pytest.mark.parametrize(
    "text", ["中" * 300, '"' * 300, "\\" * 300, "\U0001f600" * 300], ids=["zh", "quote", "\\", "4"]
)
def test_large_delivery_is_shortened_to_what_is_taken(cloud: Functions, text: str) -> None:
    """However much there is to say, and however it is escaped, the event stays within 128 KB."""
    large = delivery("large", lines=tuple(Line((Span(text),), "commit") for _ in range(1000)))

    assert [] == put(cloud, large)
    size = len(cloud.calls[0].parameters["ClientContext"].encode())
    assert MAX_EVENT_BYTES // 4 < size <= MAX_EVENT_BYTES
    assert "id-large" == items(cloud)[0].delivery.id


def test_delivery_that_cannot_be_written_costs_no_other(
    cloud: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """One with an id too long for any event comes back; the others go."""
    huge = delivery("x" * 200_000)

    assert [huge.id] == put(cloud, delivery("a"), huge, delivery("b"))
    assert ["team-a", "team-b"] == [item.delivery.receiver for item in items(cloud)]
    assert ["queue.broken", "queue.refused"] == [line["event"] for line in logged(capsys)]


# --- what is not taken


@pytest.mark.parametrize(
    ("code", "hinted"),
    [
        ("UnauthorizedOperation.CAM", True),
        ("UnauthorizedOperation", True),
        ("AuthFailure.UnauthorizedOperation", True),
        ("AuthFailure.TokenFailure", True),
        ("ResourceNotFound.Function", False),
        ("FailedOperation.FunctionStatusError", False),
        ("ResourceUnavailable.InsufficientBalance", False),
        ("RequestLimitExceeded", False),
    ],
)
def test_refused_delivery_comes_back(
    cloud: Functions, capsys: pytest.CaptureFixture[str], code: str, hinted: bool
) -> None:
    """Only what was refused is returned, with the vendor's code; a missing permission is named."""
    cloud.only, cloud.refuse = "team-b", code
    refused = put(cloud, delivery("a"), delivery("b"), delivery("c"))
    [line] = logged(capsys)

    assert ["id-b"] == refused
    assert ["team-a", "team-c"] == [item.delivery.receiver for item in items(cloud)]
    assert ("queue.refused", "ERROR", "E540") == (line["event"], line["level"], line["code"])
    assert ("id-b", "team-b", code) == (line["delivery_id"], line["receiver"], line["vendor_code"])
    assert hinted == ("scf:InvokeFunction" in line["hint"])
    assert "may have" not in line["detail"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 502}, "ServerNetworkError"),
        ({"refuse": "InternalError"}, "InternalError"),
        ({"refuse": "InternalError.System"}, "InternalError.System"),
    ],
)
def test_doubtful_answer_is_told_as_such(
    cloud: Functions, capsys: pytest.CaptureFixture[str], fault: dict[str, Any], code: str
) -> None:
    """Where the platform may have taken it, the delivery comes back and the log says so."""
    vars(cloud).update(fault)
    refused = put(cloud, delivery())
    [line] = logged(capsys)

    assert (["id-a"], code) == (refused, line["vendor_code"])
    assert "may have taken it" in line["detail"]


def test_unreachable_platform_takes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """With the network gone everything comes back, with the SDK's code and no address."""
    with Functions() as cloud:
        port = cloud.host.partition(":")[2]
    refused = put(cloud, delivery("a"), delivery("b"))
    out = capsys.readouterr().out

    assert ["id-a", "id-b"] == refused
    assert (2, False) == (out.count('"vendor_code":"ClientNetworkError"'), port in out)


def test_hanging_platform_is_not_waited_for(
    cloud: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """What has no answer in time comes back at the deadline; the others were taken."""
    cloud.only, cloud.hang = "team-b", True
    began = time.monotonic()
    refused = put(cloud, delivery("a"), delivery("b"), within_s=2.0)
    [line] = logged(capsys)

    assert (["id-b"], True) == (refused, time.monotonic() - began < 2.0 + BUSY_S)
    assert ["team-a"] == [item.delivery.receiver for item in items(cloud)]
    assert ("id-b", "") == (line["delivery_id"], line["vendor_code"])
    assert "may have taken it" in line["detail"]


def test_threads_do_not_pile_up(cloud: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """While one hand-over hangs, none is begun for the same receiver (fault case C20)."""
    asked: list[float] = []
    cloud.on_call = lambda: asked.append(time.monotonic())
    cloud.hang = True
    hanging = queue(cloud)
    for _ in range(3):
        refused = hanging.put([delivery()], cloud.context, now_s=NOW_S, within_s=1.0)
        assert ("id-a",) == tuple(one.id for one in refused)

    assert 1 == len(asked)
    assert "not asked for" in logged(capsys)[-1]["detail"]


def test_no_time_left_asks_for_nothing(
    cloud: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the end of the budget everything comes back at once."""
    assert ["id-a"] == put(cloud, delivery(), within_s=0)
    assert ([], 1) == (cloud.calls, len(logged(capsys)))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]",
        b'"Response"',
        b'{"Response": null}',
        b'{"Response": {"RequestId": "r"}}',
        b'{"Response": {"RequestId": "r", "Result": null}}',
        b"<html>captive portal</html>",
    ],
)
def test_only_a_result_counts_as_taken(
    cloud: Functions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: bytes,
) -> None:
    """HTTP 200 is not enough: without the answer that is documented nothing was taken for sure."""
    told = response(200, "application/json", answer)
    monkeypatch.setattr(cloud, "_answer", lambda *_: told)

    assert ["id-a"] == put(cloud, delivery())
    assert "may have taken it" in logged(capsys)[0]["detail"]


def test_error_is_seen_whatever_the_content_type(
    cloud: Functions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The SDK overlooks an error in an answer whose Content-Type names a charset; we do not."""
    error = {"Error": {"Code": "UnauthorizedOperation.CAM", "Message": MARK}, "RequestId": "r"}
    raw = json.dumps({"Response": error}).encode()
    told = response(200, "application/json; charset=utf-8", raw)
    monkeypatch.setattr(cloud, "_answer", lambda *_: told)

    assert ["id-a"] == put(cloud, delivery())
    assert "UnauthorizedOperation.CAM" == logged(capsys)[0]["vendor_code"]


# --- what has to be there


@pytest.mark.parametrize("name", ["function_name", "namespace", "function_version"])
@pytest.mark.parametrize("value", [None, "", " ", 7])
def test_function_must_be_known(
    cloud: Functions, capsys: pytest.CaptureFixture[str], name: str, value: object
) -> None:
    """A context that does not name the function is no reason to guess: all come back."""
    deliveries = (delivery("a"), delivery("b"))
    context = {**cloud.context, name: value}

    assert deliveries == queue(cloud).put(deliveries, context, now_s=NOW_S)
    [line] = logged(capsys)
    assert ("E540", ["id-a", "id-b"]) == (line["code"], line["delivery_ids"])
    assert f"{name} in the context missing" in line["detail"]
    assert [] == cloud.calls


@pytest.mark.parametrize("context", [None, {}, object(), "context"])
def test_elsewhere_nothing_is_taken(
    cloud: Functions, capsys: pytest.CaptureFixture[str], context: object
) -> None:
    """On another platform everything comes back, and the log names all that is missing."""
    refused = ScfQueue({}, endpoint=cloud.host, protocol="http").put(
        [delivery()], context, now_s=NOW_S
    )
    [line] = logged(capsys)

    assert ((delivery(),), []) == (refused, cloud.calls)
    for name in ("function_name", "namespace", "REGION", "SECRETID (no role?)", "SECRETKEY"):
        assert name in line["detail"]


@pytest.mark.parametrize("name", ["TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY"])
def test_role_is_asked_for(cloud: Functions, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A function without a role has no credentials; the SDK's other places are not searched."""
    refused = queue(cloud, **{name: " "}).put([delivery()], cloud.context, now_s=NOW_S)

    assert ((delivery(),), []) == (refused, cloud.calls)
    assert f"{name} (no role?) missing" in logged(capsys)[0]["detail"]


def test_region_may_come_from_the_context(cloud: Functions) -> None:
    """Where the environment has no region the context's is used."""
    refused = queue(cloud, TENCENTCLOUD_REGION="").put([delivery()], cloud.context, now_s=NOW_S)

    assert ((), REGION) == (refused, cloud.calls[0].region)


@pytest.mark.parametrize(
    "name", ["TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN"]
)
def test_credentials_are_read_each_time(cloud: Functions, name: str) -> None:
    """The role's keys expire and are renewed in the environment of a warm process."""
    environ = {**ENVIRON, name: "expired"}
    waiting = ScfQueue(environ, endpoint=cloud.host, protocol="http")
    before = waiting.put([delivery()], cloud.context, now_s=NOW_S)
    environ.update(ENVIRON)
    after = waiting.put([delivery()], cloud.context, now_s=NOW_S)

    assert ((delivery(),), ()) == (before, after)


def test_missing_sdk_is_named(
    cloud: Functions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package without the SDK says what to add, and everything comes back."""
    monkeypatch.setitem(sys.modules, "tencentcloud.common.common_client", None)

    assert ["id-a"] == put(cloud, delivery())
    assert "tencentcloud-sdk-python-common" in logged(capsys)[0]["detail"]


def test_sdk_that_does_not_start_is_told(
    cloud: Functions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the SDK objects to, put does not raise and shows nothing of it but the class."""

    def refuse(*_: object) -> None:
        raise TencentCloudSDKException("InvalidCredential", MARK)

    monkeypatch.setattr(Credential, "__init__", refuse)
    assert ["id-a"] == put(cloud, delivery())
    out = capsys.readouterr().out
    assert ("TencentCloudSDKException" in out, MARK in out) == (True, False)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "NETRC"])
def test_environment_has_no_say_in_the_connection(
    cloud: Functions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """No proxy and no .netrc of the environment has an effect (fault case F7)."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password b\n")
    monkeypatch.setenv(name, str(netrc) if name == "NETRC" else "http://127.0.0.1:9")

    assert [] == put(cloud, delivery())


def test_sdk_is_not_imported_before_it_is_used() -> None:
    """A cold start of the inline path does not pay for it."""
    code = "import sys, relay.queues.scf; print([n for n in sys.modules if 'tencentcloud' in n])"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "[]\n" == done.stdout


# --- nothing leaks (fault case G1)


def test_no_secret_is_in_an_event_or_a_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Credentials, phone numbers and the vendor's words are nowhere, with every logger at DEBUG."""
    caplog.set_level(logging.DEBUG)
    someone = Mention("李雷", wecom="lilei", mobile=MOBILE)
    with Functions() as cloud:
        taken = delivery("a", mentions=(someone,))
        assert [] == put(cloud, taken)
        for refuse in ("UnauthorizedOperation.CAM", f"{MARK} {tencent_stand_in.SECRET_KEY} !"):
            cloud.refuse = refuse
            assert ["id-a"] == put(cloud, taken)
        [event] = cloud.invocations
    shown = caplog.text + "".join(capsys.readouterr()) + json.dumps(event, ensure_ascii=False)

    assert "queue.refused" in shown
    secrets = (
        MOBILE,
        MARK,
        cloud.host,
        tencent_stand_in.SECRET_ID,
        tencent_stand_in.SECRET_KEY,
        tencent_stand_in.TOKEN,
    )
    assert [] == [secret for secret in secrets if secret in shown]
    person = Person("lilei", name="李雷", wecom="lilei", mobile=MOBILE)
    assert taken == read(invocation(event) or "", (person,)).delivery


# --- the stand-in: what the platform does with an invocation


def test_taken_invocations_are_delivered_once(cloud: Functions) -> None:
    """The function is called with each event and the context, whatever it returns."""
    put(cloud, delivery("a"), delivery("b"))
    waiting = list(cloud.invocations)
    seen: list[object] = []

    def handle(event: object, context: object) -> dict[str, int]:
        seen.append(event)
        return {"statusCode": 500}

    assert [] == cloud.deliver(handle, cloud.context)
    assert (waiting, []) == (seen, cloud.invocations)
    assert [] == cloud.deliver(handle, cloud.context)
    assert 2 == len(seen)


@pytest.mark.parametrize(("failures", "calls"), [(0, 1), (1, 2), (2, 3), (3, 3), (9, 3)])
def test_function_that_raises_is_called_again(cloud: Functions, failures: int, calls: int) -> None:
    """Twice more, with the event as it was; then the event is dropped, and named."""
    put(cloud, delivery())
    event = dict(cloud.invocations[0])
    seen: list[object] = []

    def handle(given: Any, context: object) -> None:
        seen.append(json.loads(json.dumps(given)))
        given.clear()
        if len(seen) <= failures:
            raise RuntimeError("not yet")

    assert ([event] if failures > 2 else []) == cloud.deliver(handle, cloud.context)
    assert [event] * calls == seen


def test_invocation_asked_for_meanwhile_waits(cloud: Functions) -> None:
    """What the function itself hands over is not delivered in the same round."""
    put(cloud, delivery("a"))

    def handle(event: object, context: object) -> None:
        put(cloud, delivery("b"))

    assert [] == cloud.deliver(handle, cloud.context)
    assert ["team-b"] == [item.delivery.receiver for item in items(cloud)]


# --- the stand-in: what it refuses


def vendors_client(cloud: Functions) -> ScfClient:
    """Return the vendor's own client of SCF, which is not what the queue uses."""
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=cloud.host))
    return ScfClient(vendors_credential(), REGION, profile)


def vendors_credential() -> Credential:
    names = (tencent_stand_in.SECRET_ID, tencent_stand_in.SECRET_KEY, tencent_stand_in.TOKEN)
    return Credential(*names)


def request(**changed: str) -> models.InvokeRequest:
    asked = models.InvokeRequest()
    asked.FunctionName = tencent_functions.NAME
    asked.InvocationType = "Event"
    asked.ClientContext = "{}"
    for name, value in changed.items():
        setattr(asked, name, value)
    return asked


def test_stand_in_answers_as_the_vendors_models_have_it(cloud: Functions) -> None:
    """The vendor's client reads an id, and all else empty; namespace and version have defaults."""
    answer = vendors_client(cloud).Invoke(request(ClientContext='{"key": "值"}'))

    assert [{"key": "值"}] == cloud.invocations
    assert answer.Result.FunctionRequestId
    assert ("", "", 0) == (answer.Result.RetMsg, answer.Result.ErrMsg, answer.Result.Duration)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"FunctionName": "another"}, "ResourceNotFound.Function"),
        ({"FunctionName": ""}, "InvalidParameterValue.Param"),
        ({"Namespace": "another"}, "ResourceNotFound.Namespace"),
        ({"Qualifier": "9"}, "ResourceNotFound.Qualifier"),
        ({"InvocationType": "RequestResponse"}, "UnsupportedOperation"),
        ({"ClientContext": "not JSON"}, "InvalidParameterValue"),
        ({"ClientContext": "[]"}, "InvalidParameterValue"),
        ({"ClientContext": f'"{"x" * 131_071}"'}, "InvalidParameter.RequestTooLarge"),
        ({"ClientContext": f'"{"中" * 43_691}"'}, "InvalidParameter.RequestTooLarge"),
    ],
)
def test_stand_in_refuses_what_the_platform_would(
    cloud: Functions, changed: dict[str, str], code: str
) -> None:
    """Another function, another kind of call, or an event that is none or too large."""
    with pytest.raises(TencentCloudSDKException) as caught:
        vendors_client(cloud).Invoke(request(**changed))
    assert (code, []) == (caught.value.code, cloud.invocations)


@pytest.mark.parametrize(
    ("service", "version", "action", "code"),
    [
        ("ssm", "2018-04-16", "Invoke", "AuthFailure.InvalidAuthorization"),
        ("scf", "2019-09-23", "Invoke", "NoSuchVersion"),
        ("scf", "2018-04-16", "GetSecretValue", "InvalidAction"),
    ],
)
def test_stand_in_is_of_one_service(
    cloud: Functions, service: str, version: str, action: str, code: str
) -> None:
    """A signature for another service, another version and another action are refused."""
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=cloud.host))
    client = CommonClient(service, version, vendors_credential(), REGION, profile)

    with pytest.raises(TencentCloudSDKException) as caught:
        client.call(action, {})
    assert code == caught.value.code


def test_stand_in_takes_an_event_of_exactly_128_kb(cloud: Functions) -> None:
    """The limit itself is allowed."""
    event = {"key": "x" * (131_072 - len('{"key": ""}'))}
    vendors_client(cloud).Invoke(request(ClientContext=json.dumps(event)))

    assert [event] == cloud.invocations
