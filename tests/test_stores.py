"""What is remembered: in memory, in a table of DynamoDB (moto, or a stand-in on loopback), or not.

The SDK is the real one. No test of these leaves the machine.
"""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from conftest import ROOT
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from relay.state import Store
from relay.stores import asking, client, store
from relay.stores.asking import PAUSE_S, Asking
from relay.stores.dynamodb import DynamoStore
from relay.stores.keys import MOST_BYTES, stored_key
from relay.stores.memory import MOST, MemoryStore
from relay.stores.table import Table
from relay.warm import Warm

NOW = 1_795_170_600.0
MARK = "pl4nted-mark"
REGION = "cn-north-1"
ENVIRON = {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "test-id"}

pytestmark = [  # the SDK's own: it calls what Python 3.12 deprecates, and counts old Pythons out
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Boto3 will no longer support"),
]


@pytest.fixture(autouse=True)
def aws_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are none, and no files or metadata service to find others in."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"test-{MARK}")
    monkeypatch.setenv("AWS_SESSION_TOKEN", f"token-{MARK}")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")


def create(dynamodb: Any, name: str = "notify") -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture(scope="module")
def one_client() -> Any:
    """Making a client takes longer than all its calls in a test."""
    keys = {"aws_access_key_id": "test-id", "aws_secret_access_key": f"test-{MARK}"}
    return boto3.client("dynamodb", region_name=REGION, **keys)


@pytest.fixture
def dynamodb(one_client: Any) -> Iterator[Any]:
    """A client of an account that has the table ``notify``."""
    with mock_aws():
        create(one_client)
        yield one_client


def instance(dynamodb: Any, memory: MemoryStore | None = None) -> DynamoStore:
    """Return the store of another process."""
    return DynamoStore(Table("notify", Asking("notify", {}, lambda environ: dynamodb)), memory)


@pytest.fixture(params=["memory", "dynamodb", "table-alone"])
def any_store(request: pytest.FixtureRequest) -> Store:
    """Each store; the table also with a memory that keeps nothing in front of it."""
    if request.param == "memory":
        return store("memory", {})
    memory = Forgetful() if request.param == "table-alone" else None
    return instance(request.getfixturevalue("dynamodb"), memory)


class Forgetful(MemoryStore):
    def put(self, key: str, text: str, *, until_s: float) -> None:
        """Keep nothing: the table alone answers."""


def add(one: Store, key: str = "k", text: str = "t", *, after_s: float = 0.0) -> str:
    """Add *text* for a minute, *after_s* from the beginning of the test."""
    return one.add(key, text, until_s=NOW + after_s + 60, now_s=NOW + after_s)


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["event"] == "state.failed"]


# --- every store


def test_the_first_one_adds(any_store: Store) -> None:
    """The others are told what is there."""
    assert ["", "first", "first"] == [
        add(any_store, text=text) for text in ("first", "second", "third")
    ]
    assert "first" == any_store.get("k", now_s=NOW + 1)


def test_keys_do_not_mix(any_store: Store) -> None:
    """One is not the other, however long, and in whatever script."""
    keys = ["k", "K", "k ", "", "x" * 2000, "x" * 2001, "键" * 400, "a\nb", "\ud800", "\ud801"]

    assert [""] * len(keys) == [add(any_store, key, f"text of {n}") for n, key in enumerate(keys)]
    found = [any_store.get(key, now_s=NOW) for key in keys]
    assert [f"text of {n}" for n in range(len(keys))] == found


def test_what_ends_is_not_there(any_store: Store) -> None:
    """An entry lives until its time, also where the table has not deleted it yet."""
    add(any_store, text="first")

    assert ("first", "") == (
        any_store.get("k", now_s=NOW + 59.5),
        any_store.get("k", now_s=NOW + 60.5),
    )
    assert "" == add(any_store, text="second", after_s=61)
    assert "second" == any_store.get("k", now_s=NOW + 62)


def test_put_writes_over(any_store: Store) -> None:
    """Text and time are the new ones."""
    add(any_store, text="busy")
    any_store.put("k", "sent", until_s=NOW + 999)

    assert "sent" == any_store.get("k", now_s=NOW + 900)
    assert "sent" == add(any_store, text="again", after_s=900)


def test_removed_is_free(any_store: Store) -> None:
    """What is removed may be added again; removing what is not there does nothing."""
    add(any_store, text="busy")
    any_store.remove("k")
    any_store.remove("k")

    assert "" == any_store.get("k", now_s=NOW)
    assert "" == add(any_store, text="next")


def test_one_of_many_threads_adds(any_store: Store) -> None:
    """Case E2 within a process: one writes, all others are told the same."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: add(any_store, text=f"by {n}"), range(24)))

    assert 1 == found.count("")
    assert {f"by {found.index('')}"} == set(found) - {""}


def test_text_of_any_language(any_store: Store) -> None:
    """Texts come back as they were, half characters as a question mark."""
    any_store.put("k", '["中文 👍", "\\n"]', until_s=NOW + 60)

    assert '["中文 👍", "\\n"]' == any_store.get("k", now_s=NOW)


# --- which store


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("", MemoryStore),
        ("memory", MemoryStore),
        ("dynamodb://notify", DynamoStore),
        ("dynamodb://notify/", DynamoStore),
    ],
)
def test_state_names_the_store(state: str, kind: type) -> None:
    """Nothing is connected to yet, and no SDK is needed yet."""
    assert isinstance(store(state, {}), kind)


@pytest.mark.parametrize("state", ["redis://x", "dynamodb://", "dynamodb:notify", "notify"])
def test_another_state_is_a_fault_of_ours(state: str) -> None:
    """The configuration has checked it before."""
    with pytest.raises(ValueError, match="memory or dynamodb://table"):
        store(state, {})


@pytest.mark.parametrize("state", ["memory", "dynamodb://notify"])
def test_nothing_heavy_is_imported(state: str) -> None:
    """The SDK costs 0.2 s: it is imported when the table is asked for the first time."""
    script = (
        f"import sys; from relay.stores import store; store({state!r}, {{}}); "
        "print({'boto3', 'botocore', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "set()" == done.stdout.strip()


# --- memory


def test_memory_is_bounded() -> None:
    """The one written longest ago goes first; what is written again is new."""
    memory = MemoryStore(3)
    for key in ("a", "b", "c"):
        add(memory, key)
    memory.put("a", "again", until_s=NOW + 60)
    add(memory, "d")

    assert ["again", "", "t", "t"] == [memory.get(key, now_s=NOW) for key in "abcd"]


def test_memory_holds_the_newest() -> None:
    """A full one drops some of its oldest entries at once, and no other."""
    memory = MemoryStore()
    for number in range(2 * MOST + 5):
        add(memory, str(number))
    known = [number for number in range(2 * MOST + 5) if memory.get(str(number), now_s=NOW)]

    assert f"MemoryStore({len(known)})" == repr(memory)
    assert 0.9 * MOST < len(known) <= MOST
    assert known == list(range(2 * MOST + 5))[-len(known) :]


def test_memory_knows_a_thousand_events() -> None:
    """The quick way for repeats holds them with a part dropped, too."""
    finished = Warm().finished
    for number in range(5000):
        add(finished, str(number))

    assert ["t"] * 1000 == [finished.get(str(number), now_s=NOW) for number in range(4000, 5000)]


@pytest.mark.parametrize("key", ["k", "键", "x" * MOST_BYTES])
def test_short_keys_stay_readable(key: str) -> None:
    """A person who looks into the table knows what is what."""
    assert key == stored_key(key)


@pytest.mark.parametrize("key", ["x" * (MOST_BYTES + 1), "键" * 342, "a\0b", "\ud800", ""])
def test_other_keys_are_hashed(key: str) -> None:
    """Nothing that a payload holds makes a key that DynamoDB refuses."""
    assert stored_key(key).startswith("sha256:")
    assert len(stored_key(key)) == 71


# --- the table


def items(dynamodb: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dynamodb.scan(TableName="notify")["Items"]
    return found


def test_what_stands_in_the_table(dynamodb: Any) -> None:
    """Key, text and the time of its end in whole seconds, as TTL wants it."""
    found = store("dynamodb://notify", ENVIRON)
    found.add("k1", "t1", until_s=NOW + 60.2, now_s=NOW)
    found.put("k2", "t2", until_s=NOW + 60)
    one, two = sorted(items(dynamodb), key=lambda item: item["key"]["S"])

    until = {"N": str(int(NOW) + 61)}
    mark = one.pop("mark")["S"]
    assert ({"key": {"S": "k1"}, "text": {"S": "t1"}, "until": until}, 16) == (one, len(mark))
    assert {"key": {"S": "k2"}, "text": {"S": "t2"}, "until": {"N": str(int(NOW) + 60)}} == two


def test_two_instances(dynamodb: Any) -> None:
    """Case E2: what one has added the other is told, and cold starts know it too."""
    one, two = instance(dynamodb), instance(dynamodb)

    assert ("", "by one") == (add(one, text="by one"), add(two, text="by two"))
    one.put("k", "sent", until_s=NOW + 60)
    assert ("sent", "sent") == (add(two, text="by two"), two.get("k", now_s=NOW))


def test_an_owner_who_dies_loses_it(dynamodb: Any) -> None:
    """Case E3: what was claimed and not settled is free when its time has come."""
    one, two = instance(dynamodb), instance(dynamodb)
    add(one, text="busy")

    assert "" == add(two, text="busy", after_s=61)
    assert "" == add(one, key="other", after_s=61)
    assert "busy" == add(one, text="busy", after_s=62)


def test_the_newest_is_read(dynamodb: Any) -> None:
    """`get` asks every time: another instance may have written."""
    one, two = instance(dynamodb), instance(dynamodb)
    one.put("k", "by one", until_s=NOW + 60)
    two.put("k", "by two", until_s=NOW + 60)

    assert "by two" == one.get("k", now_s=NOW)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"until": {"N": "99999999999"}}, id="no-text"),
        pytest.param({"until": {"N": "99999999999"}, "text": {"N": "1"}}, id="number"),
        pytest.param({"until": {"S": "soon"}, "text": {"S": "t"}}, id="time-as-text"),
        pytest.param({"text": {"S": "t"}}, id="no-time"),
    ],
)
def test_a_damaged_item_is_not_there(dynamodb: Any, item: dict[str, Any]) -> None:
    """What somebody else wrote into the table stops nothing."""
    dynamodb.put_item(TableName="notify", Item={"key": {"S": "k"}, **item})
    found = instance(dynamodb)

    assert ("", "") == (found.get("k", now_s=NOW), add(found, "other"))


class Fake:
    """A client that answers from a list and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def _answer(self, name: str, request: dict[str, Any]) -> Any:
        self.calls.append((name, request))
        answer = self.answers.pop(0) if self.answers else {}
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def put_item(self, **request: Any) -> Any:
        return self._answer("put", request)

    def get_item(self, **request: Any) -> Any:
        return self._answer("get", request)

    def delete_item(self, **request: Any) -> Any:
        return self._answer("delete", request)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


def fake_store(fake: Any, **options: Any) -> DynamoStore:
    asking = Asking("notify", {}, lambda environ: fake, **options)
    return DynamoStore(Table("notify", asking))


def refusal(code: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": MARK}, **more}, "PutItem")


def taken(**more: Any) -> ClientError:
    return refusal("ConditionalCheckFailedException", **more)


def test_a_repeat_that_was_seen_costs_no_call() -> None:
    """What this process added and what lives is known here."""
    fake = Fake()
    found = fake_store(fake)
    answers = [add(found, text=text) for text in ("busy", "again", "again")]
    found.put("k", "sent", until_s=NOW + 60)
    answers.append(add(found))

    assert (["", "busy", "busy", "sent"], ["put", "put"]) == (answers, fake.names)


def test_what_another_instance_holds_is_asked_again() -> None:
    """It may be settled or free any moment."""
    item = {"text": {"S": "busy"}, "mark": {"S": "of another"}}
    fake = Fake(taken(Item=item), taken(Item={**item, "text": {"S": "sent"}}), {})

    assert ["busy", "sent", ""] == [add(found) for found in [fake_store(fake)] * 3]


def test_an_answer_without_the_item_is_looked_up() -> None:
    """Older endpoints refuse without telling what is there; the reading is consistent."""
    fake = Fake(taken(), {"Item": {"text": {"S": "theirs"}}})

    assert "theirs" == add(fake_store(fake))
    assert ["put", "get"] == fake.names
    assert fake.calls[1][1]["ConsistentRead"] is True


def test_our_own_item_is_ours() -> None:
    """A write that arrived, and whose answer did not, is not taken for another's."""
    from botocore.exceptions import ConnectionClosedError

    class Stale(Fake):
        closed = 0

        def close(self) -> None:
            self.closed += 1

    lost = ConnectionClosedError(endpoint_url="https://example.com")
    fake = Stale(lost, lambda request: taken(Item=request["Item"]))

    assert ("", 1, ["put", "put"]) == (add(fake_store(fake)), fake.closed, fake.names)


# --- failures


CODES = {
    "AccessDeniedException": "dynamodb:PutItem",
    "ResourceNotFoundException": "no table notify",
    "ValidationException": "partition key",
    "UnrecognizedClientException": "credentials",
    "ExpiredTokenException": "credentials",
    "ProvisionedThroughputExceededException": "capacity",
    "ThrottlingException": "capacity",
    "InternalServerError": "table notify",
    f"{MARK} !": "table notify",
}


@pytest.mark.parametrize("code", CODES)
def test_a_failure_is_told_once_and_stops_nothing(
    code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case E8: as if nothing were remembered, one line, and no call for half a minute."""
    fake = Fake(*[refusal(code)] * 9)
    found = fake_store(fake)

    assert "" == found.get("k", now_s=NOW)
    assert "" == add(found, after_s=1)
    found.put("other", "t", until_s=NOW + 60)
    found.remove("other")
    assert 1 == len(fake.calls)
    [line] = logged(capsys)
    assert ("E545", "WARNING") == (line["code"], line["level"])
    assert CODES[code] in line["detail"]
    assert MARK not in json.dumps(line)


def test_while_it_fails_memory_remembers(capsys: pytest.CaptureFixture[str]) -> None:
    """A warm instance still drops its own repeats, and knows what it wrote."""
    found = fake_store(Fake(*[refusal("ThrottlingException")] * 9))

    assert ["", "busy"] == [add(found, text="busy"), add(found, text="again")]
    found.put("k", "sent", until_s=NOW + 60)
    assert "sent" == found.get("k", now_s=NOW)
    found.remove("k")
    assert "" == found.get("k", now_s=NOW)
    assert 1 == len(logged(capsys))


def test_it_is_asked_again_after_the_pause(capsys: pytest.CaptureFixture[str]) -> None:
    """Half a minute later it may be well; if not, that is one more line."""
    fake = Fake(refusal("ThrottlingException"), refusal("ThrottlingException"), {})
    found = fake_store(fake)
    for after_s in (0, PAUSE_S - 1, PAUSE_S, PAUSE_S + 1, 2 * PAUSE_S):
        add(found, f"at {after_s}", after_s=after_s)

    assert (3, 2) == (len(fake.calls), len(logged(capsys)))


def test_many_threads_tell_it_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Deliveries to several robots ask at the same time."""
    together = threading.Barrier(6)

    def fail(request: dict[str, Any]) -> Exception:
        together.wait(10)
        return refusal("ThrottlingException")

    found = fake_store(Fake(*[fail] * 6), bound_s=20)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: add(found, f"k{n}"), range(6)))

    assert ([""] * 6, 1) == (answers, len(logged(capsys)))


def test_a_call_that_hangs_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    """A resolver knows no time-out: the call is left on its thread, and no other is begun."""
    released = threading.Event()
    fake = Fake(lambda request: released.wait(20) and {}, {}, {})
    found = fake_store(fake, bound_s=0.05)
    try:
        assert "" == add(found)
        assert "" == add(found, "much later", after_s=9 * PAUSE_S)
        assert 1 == len(fake.calls)
        [line] = logged(capsys)
        assert ("TimeoutError", "does not answer" in line["detail"]) == (line["vendor_code"], True)
    finally:
        released.set()
    [thread] = [one for one in threading.enumerate() if one.name == "state"] or [None]
    if thread:
        thread.join(10)
    assert "" == add(found, "well again", after_s=9 * PAUSE_S)
    assert 2 == len(fake.calls)


def test_a_slow_table_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Its answer counts, and the next events do not spend their time on it."""
    times = iter([0.0, asking.SLOW_S + 0.1])
    fake = Fake(taken(Item={"text": {"S": "sent"}}))
    found = fake_store(fake, clock=lambda: next(times))

    assert ("sent", "") == (add(found), add(found, "other"))
    assert (["put"], ["SlowError"]) == (
        fake.names,
        [line["vendor_code"] for line in logged(capsys)],
    )


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (NoCredentialsError(), "credentials"),
        (ModuleNotFoundError("boto3"), "not installed"),
        (RuntimeError(MARK), "table notify"),
    ],
)
@pytest.mark.parametrize("environ", [{}, ENVIRON], ids=["looked-up", "at-hand"])
def test_a_client_that_cannot_be_made(
    error: Exception, detail: str, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is missing, the event goes on."""

    def connect(environ: object) -> Any:
        raise error

    found = DynamoStore(Table("notify", Asking("notify", environ, connect)))

    assert ("", "") == (add(found), found.get("other", now_s=NOW))
    [line] = logged(capsys)
    assert (line["vendor_code"], detail in line["detail"]) == (type(error).__name__, True)
    assert MARK not in json.dumps(line)


def test_a_table_that_is_not_there(dynamodb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The real answer, read by the real SDK."""
    found = store("dynamodb://other", ENVIRON)

    assert ("", "t") == (add(found), add(found))
    assert ["ResourceNotFoundException"] == [line["vendor_code"] for line in logged(capsys)]


@set_initial_no_auth_action_count(3)
def test_no_permission(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The line names what the role needs (moto checks the policies)."""
    with mock_aws():
        iam = boto3.client("iam", region_name=REGION)
        iam.create_user(UserName="relay")
        key = iam.create_access_key(UserName="relay")["AccessKey"]
        create(boto3.client("dynamodb", region_name=REGION))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        monkeypatch.delenv("AWS_SESSION_TOKEN")
        assert "" == add(store("dynamodb://notify", ENVIRON))

    [line] = logged(capsys)
    assert "dynamodb:PutItem" in line["detail"]


def test_no_region(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither variable is set: nothing is guessed."""
    assert "" == add(store("dynamodb://notify", {}))
    assert ["no region: set AWS_REGION"] == [line["detail"] for line in logged(capsys)]


# --- over a real connection


class Endpoint(ThreadingHTTPServer):
    """Speaks as much of DynamoDB as a put needs; may end connections instead of answering."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.targets: list[str] = []
        self.hang_up_on: set[int] = set()  # numbers of requests

    @property
    def environ(self) -> dict[str, str]:
        return {**ENVIRON, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server_port}"}


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint
    kept: ClassVar[bool] = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.targets.append(self.headers["X-Amz-Target"].split(".")[-1])
        if len(self.server.targets) in self.server.hang_up_on:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_endpoint_of_the_environment(endpoint: Endpoint) -> None:
    """AWS_ENDPOINT_URL is where it goes: a stand-in, or a private address."""
    found = store("dynamodb://notify", endpoint.environ)
    add(found)
    found.remove("k")

    assert ["PutItem", "DeleteItem"] == endpoint.targets


def test_endpoint_of_the_process_does_not_count(
    dynamodb: Any, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the variables that the store was given have a say."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.environ["AWS_ENDPOINT_URL"])
    add(store("dynamodb://notify", ENVIRON))

    assert (1, []) == (len(items(dynamodb)), endpoint.targets)


def test_a_connection_that_ended_while_frozen(
    endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case C16 for the store: a warm start after an hour is not taken for a failure."""
    endpoint.hang_up_on = {2}
    found = store("dynamodb://notify", endpoint.environ)
    answers = [add(found, key) for key in ("a", "b", "c")]

    assert ([""] * 3, ["PutItem"] * 4, []) == (answers, endpoint.targets, logged(capsys))


def test_an_endpoint_that_never_answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK's own time-out ends the call, once; the second add costs nothing."""
    monkeypatch.setattr(client, "READ_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        found = store("dynamodb://notify", {**ENVIRON, "AWS_ENDPOINT_URL": url})

        assert ("", "") == (add(found, "a"), add(found, "b"))
    assert ["ReadTimeoutError"] == [line["vendor_code"] for line in logged(capsys)]


def test_an_endpoint_that_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    """Down: one try, one line."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    found = store("dynamodb://notify", {**ENVIRON, "AWS_ENDPOINT_URL": url})

    assert ("", "") == (add(found, "a"), add(found, "b"))
    assert ["EndpointConnectionError"] == [line["vendor_code"] for line in logged(capsys)]


@pytest.mark.hurried
def test_time_outs_add_up_to_less_than_a_second(dynamodb: Any) -> None:
    """Connecting and reading, one try: what the first failing call costs at most."""
    config = client.connect(ENVIRON).meta.config

    assert (config.connect_timeout, config.read_timeout) == (client.CONNECT_S, client.READ_S)
    assert config.connect_timeout + config.read_timeout < 1
    assert config.retries == {"total_max_attempts": 1, "mode": "standard"}
