"""`python -m deploy.web` in a process of its own, through real sockets on loopback."""

import contextlib
import http.client
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import ROOT
from relays import SECRET, SIGNING_TOKEN, signed_by_gitlab

from deploy.web import Limits, _Body, _within_files, main
from relay.clouds import MAX_BODY_BYTES as LIMIT
from workbench import samples
from workbench.robot_book import Received
from workbench.robots import RobotServer

PATIENCE_S = 20.0  # for what must happen; nothing below waits that long when all is well
HEADERS = {
    "Content-Type": "application/json",
    "X-Gitlab-Event": "Pipeline Hook",
    "X-Gitlab-Token": SECRET,
}
ALONE = {"WECOM_WEBHOOK_URL": "wecom-key", "WEBHOOK_SECRET": SECRET}
GET = b"GET / HTTP/1.1\r\nHost: relay\r\n\r\n"
# A process with other limits, or with something else done first.
SCRIPT = """\
import sys
{before}
from deploy import web
sys.exit(web.main(["--port", "0"], web.Limits(**{limits})))
"""


class Web:
    """The server in a process; *told* is what it has logged, in order.

    *command* is the one to start, instead of `python -m deploy.web`, and *folder* where.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        before: str = "",
        command: Sequence[str] = (),
        folder: Path | None = None,
        **limits: float,
    ) -> None:
        script = SCRIPT.format(before=before, limits=limits)
        usual = ["-c", script] if before or limits else ["-m", "deploy.web", "--port", "0"]
        self.told: list[dict[str, Any]] = []
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [*(command or [sys.executable, *usual])],
            cwd=folder,
            env=surroundings(environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Web":
        try:
            address = urlsplit(self.wait("web.started")["address"])
        except queue.Empty:
            self.process.kill()
            raise
        assert address.hostname == "127.0.0.1" and address.port
        self.port = address.port
        return self

    def __exit__(self, *_: object) -> None:
        """End it as systemd does, and keep how it ended: *code*, *errors*."""
        if self.process.poll() is None:
            self.process.terminate()
        self.code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        assert self.process.stdout and self.process.stderr
        with self.process.stdout, self.process.stderr:
            self.errors = self.process.stderr.read()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.told.append(json.loads(line))
            self._events.put(self.told[-1])

    def wait(self, event: str) -> dict[str, Any]:
        """Return the next line called *event*."""
        while (found := self._events.get(timeout=PATIENCE_S))["event"] != event:
            pass
        return found

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def raw(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def get(self, method: str = "GET") -> tuple[int, http.client.HTTPMessage, bytes]:
        with contextlib.closing(self.connect()) as client:
            client.request(method, "/")
            answer = client.getresponse()
            return answer.status, answer.headers, answer.read()

    def post(self, body: Any, headers: Mapping[str, str] = HEADERS) -> tuple[int, dict[str, Any]]:
        """Send *body*: bytes, or an iterator of bytes for a chunked one."""
        with contextlib.closing(self.connect()) as client:
            chunked = not isinstance(body, bytes)
            client.request("POST", "/", body, dict(headers), encode_chunked=chunked)
            answer = client.getresponse()
            return answer.status, json.loads(answer.read())


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR")
            if name in os.environ}  # fmt: skip
    return {**kept, "PYTHONPATH": str(ROOT), "CONFIG_FILE": "", **environ}


def pipeline(number: int = 1, project: str = "", pad_to: int = 0) -> bytes:
    """Return the failed pipeline *number*, of *project*, made long with blanks if that is asked."""
    body = samples.load("gitlab/pipeline.failed").body
    body["object_attributes"]["id"] = body["object_attributes"]["iid"] = number
    if project:
        body["project"]["path_with_namespace"] = project
    return json.dumps(body).encode().ljust(pad_to)


def to_end(client: socket.socket) -> bytes:
    """Return what comes until the server closes the connection."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.fixture(scope="module")
def alone() -> Iterator[Web]:
    """A server whose robot nobody ever reaches."""
    with Web(ALONE) as web:
        yield web

    assert (web.code, web.errors) == (0, "")


@pytest.fixture
def chats() -> Iterator[RobotServer]:
    """Robots by the real clock, as the server's own process has no other."""
    with RobotServer() as server:
        yield server


def beside(chats: RobotServer, **environ: str) -> dict[str, str]:
    """Return the variables for one WeCom and one DingTalk robot."""
    return {
        "WECOM_WEBHOOK_URL": chats.add_wecom("wecom"),
        "DINGTALK_WEBHOOK_URL": chats.add_dingtalk("dingtalk", secret="SECtest"),
        "DINGTALK_SECRET": "SECtest",
        "WEBHOOK_SECRET": SECRET,
        "RELAY_ALLOW_HOSTS": chats.host,
        **environ,
    }


# What it answers.


def test_health(alone: Web) -> None:
    """GET / says that it runs and is configured, and nothing about what it is made of."""
    status, headers, body = alone.get()
    report = json.loads(body)

    assert (status, report["ok"], report["receivers"]) == (200, True, 1)
    assert "Server" not in headers and "Via" not in headers


def test_head(alone: Web) -> None:
    """HEAD is answered as GET, without a body."""
    status, _, body = alone.get("HEAD")

    assert (status, body) == (200, b"")


def test_the_start_is_one_line(alone: Web) -> None:
    """Address, version and receivers; the configuration has been read by then."""
    started = alone.told[1]

    assert [line["event"] for line in alone.told[:2]] == ["config.loaded", "web.started"]
    assert started["address"] == f"http://127.0.0.1:{alone.port}/"
    assert (started["version"], started["receivers"]) == ("0.1.0", 1)


def test_without_a_configuration_it_runs_and_says_so() -> None:
    """Nothing can be decided: 503 with the code, which the first line has, too."""
    with Web({"WEBHOOK_SECRET": SECRET}) as web:
        status, _, body = web.get()
        started = next(line for line in web.told if line["event"] == "web.started")

    assert status == 503
    assert json.loads(body)["code"] == started["code"]
    assert "receivers" not in started


@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
def test_a_signed_webhook_is_delivered(chats: RobotServer, chunked: bool) -> None:
    """A push of GitLab's 19 arrives in both groups."""
    body = pipeline()
    headers = {**HEADERS, **signed_by_gitlab(body.decode(), at_s=time.time())}
    del headers["X-Gitlab-Token"]
    pieces = iter([body[:10], body[10:3000], body[3000:]])
    with Web(beside(chats, GITLAB_SIGNING_TOKEN=SIGNING_TOKEN)) as web:
        status, report = web.post(pieces if chunked else body, headers)

    assert (status, [one["receiver"] for one in report["sent"]]) == (200, ["wecom", "dingtalk"])
    assert {one.vendor for one in chats.received} == {"wecom", "dingtalk"}


def test_a_wrong_secret_is_refused(alone: Web) -> None:
    """401 as the function answers it; the log says so in the function's own form."""
    status, report = alone.post(pipeline(), {**HEADERS, "X-Gitlab-Token": "wrong"})

    assert (status, report["code"]) == (401, "E302")
    assert alone.wait("request.refused")["status"] == 401


def test_credentials_of_a_web_function_stay_unseen(chats: RobotServer) -> None:
    """``X-Scf-*`` headers come into no line of the log; the request's id does."""
    keys = {f"X-Scf-{name}": "top-s3cret" for name in ("Secret-Id", "Secret-Key", "Session-Token")}
    wrong = {**HEADERS, **keys, "X-Gitlab-Token": "wrong", "X-Scf-Request-Id": "id-7"}
    with Web(beside(chats, LOG_LEVEL="DEBUG")) as web:
        web.post(pipeline(), wrong)
        web.post(pipeline(), {**HEADERS, **keys})
        web.post(b"x" * (LIMIT + 1), wrong)

    refused = [line for line in web.told if line["event"] == "request.refused"]

    assert [(line["status"], line["request_id"]) for line in refused] == [
        (401, "id-7"),
        (413, "id-7"),
    ]
    assert len(chats.received) == 2
    assert "top-s3cret" not in json.dumps(web.told)


def test_a_failure_of_ours_shows_no_traceback() -> None:
    """A client learns that something went wrong, the log where."""
    broken = """\
import handler
usual = handler.handler
handler.handler = lambda event, context: usual(event, context) if "rawPath" not in event else 1 / 0
"""
    with Web(ALONE, before=broken) as web, contextlib.closing(web.connect()) as client:
        client.request("GET", "/")
        answer = client.getresponse()
        text = answer.read().decode()
        line = web.wait("Exception while serving /")

    assert answer.status == 500
    assert not any(word in text for word in ("Traceback", "ZeroDivision", "waitress", ".py"))
    assert (line["level"], line["error"]) == ("ERROR", "ZeroDivisionError")


# How much it takes.


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
@pytest.mark.parametrize(
    "before",
    ["", "import tempfile; tempfile.tempdir = '/dev/null/none'"],
    ids=["spooled", "no-temporary-files"],
)
def test_6_mib_are_taken_and_not_a_byte_more(
    chats: RobotServer, chunked: bool, before: str
) -> None:
    """The limit is that of the clouds; beyond it the answer is the relay's 413, and logged."""

    def body(size: int) -> Any:
        whole = pipeline(pad_to=size)
        return iter([whole[:5], whole[5:LIMIT], whole[LIMIT:]]) if chunked else whole

    with Web(beside(chats), before=before or "pass") as web:
        taken = web.post(body(LIMIT))
        refused = web.post(body(LIMIT + 1))
        line = web.wait("request.refused")

    assert (taken[0], len(taken[1]["sent"])) == (200, 2)
    assert (refused[0], refused[1]["code"]) == (413, "E306")
    assert (line["status"], line["code"]) == (413, "E306")


@pytest.mark.parametrize("size", [LIMIT + 1, 30 * 1024 * 1024], ids=["7 MB", "30 MB"])
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_who_sends_too_much_gets_the_answer(alone: Web, size: int, chunked: bool) -> None:
    """The rest is read and thrown away, so that nobody is cut off before the answer."""
    block = b"x" * 1024 * 1024
    blocks = [block] * (size // len(block)) + [b"x" * (size % len(block) or 1)]
    status, report = alone.post(iter(blocks) if chunked else b"".join(blocks))

    assert (status, report["code"]) == (413, "E306")


def test_what_is_too_much_is_not_kept() -> None:
    """Neither memory nor disk holds more of a body than may be taken, and one piece of it."""
    body = _Body(overflow=2**30)
    for _ in range(20):
        body.append(bytes(1024 * 1024))

    assert len(body) == 20 * 1024 * 1024
    assert len(body.getfile().read()) == 7 * 1024 * 1024


def test_what_is_announced_as_huge_is_refused_at_once(alone: Web) -> None:
    """413 without waiting for a body that may never come; the connection ends."""
    with alone.raw() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 9999999999\r\n\r\n{")
        answer = to_end(client)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["code"] == "E306"


def test_a_chunked_body_without_end_is_cut_off(alone: Web) -> None:
    """It is read up to 32 MiB; the server goes on."""
    piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with alone.raw() as client, contextlib.suppress(ConnectionError):
        client.sendall(b"POST / HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(1000):
            client.sendall(piece)
        pytest.fail("1 GB was taken")

    assert alone.get()[0] == 200


def test_expect_continue(alone: Web) -> None:
    """A client that asks first, as curl does for a large body, is told to go on."""
    body = pipeline()
    head = f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with alone.raw() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: relay\r\n" + head.encode())
        first = client.recv(65536)
        client.sendall(body)
        answer = to_end(client)

    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.startswith(b"HTTP/1.1 400 ")  # no header of a forge


# What clients do wrong.


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
    ],
    ids=["tls", "words", "header", "lengths", "negative", "chunk", "gzip", "long"],
)
def test_garbage_is_refused(alone: Web, sent: bytes) -> None:
    """What is no HTTP gets an error and the end of the connection; the server goes on."""
    with alone.raw() as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(sent)
        answer = to_end(client)

    assert answer == b"" or answer.split(b" ")[1] in (b"400", b"431", b"501")
    assert b"Traceback" not in answer and b"waitress" not in answer
    assert alone.get()[0] == 200


def test_a_length_that_is_too_small_hides_nothing(alone: Web) -> None:
    """What follows the announced body is another request, and no valid one."""
    with alone.raw() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}{}{}\r\n\r\n")
        answer = to_end(client)

    assert answer.count(b"HTTP/1.") == 2
    assert b"Start line is invalid" in answer


def test_requests_in_a_row(alone: Web) -> None:
    """A connection stays open; requests sent without waiting are answered in order."""
    last = GET.replace(b"GET / ", b"GET /none ").replace(
        b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"
    )
    with alone.raw() as client:
        client.sendall(GET * 3 + last)
        answer = to_end(client)

    statuses = [part.split(b" ")[0] for part in answer.split(b"HTTP/1.1 ")[1:]]

    assert statuses == [b"200", b"200", b"200", b"404"]


def drip(client: socket.socket) -> int:
    """Send a byte whenever nothing has come for a moment; return how many, once it is cut off."""
    client.settimeout(0.1)
    sent = 0
    while sent < PATIENCE_S * 10:
        try:
            if not client.recv(1):
                return sent
        except TimeoutError:
            client.sendall(b"x")
            sent += 1
        except ConnectionError:
            return sent
    pytest.fail("it was not cut off")


HALF = b"POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 1000\r\n"


@pytest.mark.parametrize(
    "begun", [b"", b"PO", HALF, HALF + b"\r\n{"], ids=["nothing", "method", "headers", "body"]
)
@pytest.mark.parametrize("slow", [False, True], ids=["silent", "slow"])
def test_who_does_not_finish_is_cut_off(hasty: Web, begun: bytes, slow: bool) -> None:
    """Silence ends a connection, and so does a byte now and then; the others are served."""
    with hasty.raw() as client:
        client.sendall(begun)

        assert hasty.get()[0] == 200
        assert drip(client) if slow else to_end(client) == b""


@pytest.fixture(scope="module")
def hasty() -> Iterator[Web]:
    with Web(ALONE, request_s=1, look_s=1, connections=12) as web:
        yield web


def test_silent_clients_do_not_keep_others_out(hasty: Web) -> None:
    """With silent clients on every connection, the next one is served when they are cut off."""
    with contextlib.ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(hasty.raw())

        assert hasty.get()[0] == 200


# Many at once.

MANY = """\
version: 1
sources:
  gitlab: {{ type: gitlab, secret: "${{WEBHOOK_SECRET}}" }}
receivers:
{receivers}
routes:
{routes}
delivery: {{ timeout: 15s }}
"""


def test_50_requests_at_once(chats: RobotServer) -> None:
    """All are under way at the same time, each is answered, and each message goes out once."""
    together = threading.Barrier(50)
    with RobotServer(on_message=lambda message: meet(together)) as robots:
        names = [f"group-{number}" for number in range(5)]
        urls = {name: robots.add_wecom(name) for name in names}
        config = MANY.format(
            receivers="\n".join(f'  {name}: {{ type: wecom_robot, url: "{url}" }}'
                                for name, url in urls.items()),
            routes="\n".join(f"  - {{ projects: [{name}/api], receivers: [{name}] }}"
                             for name in names),
        )  # fmt: skip
        environ = {"CONFIG_YAML": config, "WEBHOOK_SECRET": SECRET,
                   "RELAY_ALLOW_HOSTS": robots.host}  # fmt: skip
        bodies = [pipeline(1000 + number, f"group-{number % 5}/api") for number in range(50)]
        with Web(environ) as web, ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(web.post, bodies))

    assert [(status, len(report["sent"])) for status, report in answers] == [(200, 1)] * 50
    assert not together.broken
    assert sorted(message.key for message in robots.received) == sorted(names * 10)
    assert len({message.text for message in robots.received}) == 50


def meet(together: threading.Barrier) -> None:
    with contextlib.suppress(threading.BrokenBarrierError):
        together.wait(10)


# The end.


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionError as error:  # one that waited while the listener closed is reset
        return isinstance(error, ConnectionRefusedError)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
@pytest.mark.parametrize("threads", [50, 1], ids=["at-once", "one-after-the-other"])
def test_requests_under_way_are_answered_at_the_end(number: int, threads: int) -> None:
    """New connections are refused at once, what had arrived is delivered and answered, exit 0."""
    arrived = threading.Semaphore(0)
    goes_on = threading.Event()
    in_time = []

    def hold(message: Received) -> None:
        arrived.release()
        in_time.append(goes_on.wait(PATIENCE_S))

    bodies = [pipeline(number) for number in (1, 2, 3)]
    with RobotServer(on_message=hold) as robots, ThreadPoolExecutor(3) as pool:
        environ = {**ALONE, "WECOM_WEBHOOK_URL": robots.add_wecom(), "DELIVERY_TIMEOUT": "15s",
                   "RELAY_ALLOW_HOSTS": robots.host}  # fmt: skip
        with Web(environ, threads=threads, end_s=PATIENCE_S) as web:
            clients = [web.connect() for _ in bodies]
            for client, body in zip(clients, bodies, strict=True):
                client.request("POST", "/", body, HEADERS)
            for _ in range(min(threads, len(bodies))):
                assert arrived.acquire(timeout=PATIENCE_S)
            idle = web.raw()
            web.process.send_signal(number)
            while not refuses(web.port):
                pass
            goes_on.set()
            answers = list(pool.map(lambda client: client.getresponse().status, clients))
            web.process.wait(PATIENCE_S)
            for client in (*clients, idle):
                client.close()

    assert answers == [200, 200, 200]
    assert in_time == [True, True, True]
    assert (web.code, web.errors) == (0, "")
    assert web.told[-1]["event"] == "web.ended"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_large_request_that_has_arrived_is_answered_at_the_end(name: str) -> None:
    """It lies in the system's buffers when the signal comes, more than one reading takes."""
    with RobotServer() as robots:
        environ = {**ALONE, "WECOM_WEBHOOK_URL": robots.add_wecom(),
                   "RELAY_ALLOW_HOSTS": robots.host}  # fmt: skip
        with Web(environ, end_s=PATIENCE_S) as web, contextlib.closing(web.connect()) as client:
            client.request("GET", "/")
            client.getresponse().read()  # the connection is taken
            web.process.send_signal(signal.SIGSTOP)
            client.request("POST", "/", pipeline(pad_to=200_000), HEADERS)
            web.process.send_signal(getattr(signal, name))
            web.process.send_signal(signal.SIGCONT)
            status = client.getresponse().status
            web.process.wait(PATIENCE_S)

    assert (status, web.code, len(robots.received)) == (200, 0, 1)


def test_connections_stay_within_the_files_that_may_be_open() -> None:
    """Some are left for the robots, and a few connections there always are."""
    resource = pytest.importorskip("resource")
    limits = Limits()
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    found = _within_files(limits).connections
    few = _within_files(limits._replace(connections=5)).connections

    assert few == 10
    assert soft == resource.RLIM_INFINITY or found == max(min(300, soft - 100), 10)


def test_what_hangs_does_not_hold_up_the_end() -> None:
    """After its last moments it ends all the same, with exit code 0."""
    goes_on = threading.Event()
    arrived = threading.Event()

    def hold(message: Received) -> None:
        arrived.set()
        goes_on.wait(PATIENCE_S)

    with RobotServer(on_message=hold) as robots:
        environ = {**ALONE, "WECOM_WEBHOOK_URL": robots.add_wecom(), "DELIVERY_TIMEOUT": "20s",
                   "RELAY_ALLOW_HOSTS": robots.host}  # fmt: skip
        with Web(environ, end_s=0.1) as web, contextlib.closing(web.connect()) as client:
            client.request("POST", "/", pipeline(), HEADERS)
            assert arrived.wait(PATIENCE_S)
        goes_on.set()

    assert web.code == 0


# The start.


def started(environ: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "deploy.web", *arguments],
        env=surroundings(environ),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("zh_CN.UTF-8", "不能监听 127.0.0.1:{port}：端口已被占用，换一个：--port {other}\n"),
        ("en_US.UTF-8",
         "cannot listen on 127.0.0.1:{port}: the port is taken; use another: --port {other}\n"),
    ],
)  # fmt: skip
def test_a_port_that_is_taken(alone: Web, locale: str, told: str) -> None:
    """One line in the language of the person, exit code 1."""
    found = started({"LC_ALL": locale, "PYTHONUTF8": "1"}, "--port", str(alone.port))

    assert found == (1, "", told.format(port=alone.port, other=alone.port + 1))


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("198.51.100.7", "this machine has no such address; for all it has: --host 0.0.0.0"),
        ("no.host.invalid", ""),
    ],
)
def test_a_host_that_is_not_ours(host: str, told: str) -> None:
    """An address of another machine, or a name that nobody knows: one line, exit code 1."""
    code, _, errors = started({"LC_ALL": "C"}, "--host", host)

    assert code == 1
    assert errors.startswith(f"cannot listen on {host}:9000: ") and errors.count("\n") == 1
    assert told in errors


@pytest.mark.parametrize("port", ["65536", "-1", "x"])
def test_a_port_that_is_none(port: str) -> None:
    """A wrong option is told as usual, exit code 2."""
    code, _, errors = started({}, "--port", port)

    assert code == 2
    assert "argument --port: " in errors


def test_without_permission(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """A port for root alone is told with the way out."""

    def refuse(*_: object, **__: object) -> socket.socket:
        raise PermissionError(13, "Permission denied (while attempting to bind on …)")

    monkeypatch.setattr(socket, "create_server", refuse)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")

    assert main(["--port", "80"]) == 1
    assert "ports below 1024 are for root; use another: --port 9000" in capsys.readouterr().err


# While it runs.

ONE = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: wecom-key }
"""


def until(condition: Callable[[], bool]) -> None:
    """Ask again and again, for as long as our patience lasts."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline


def test_what_waits_for_a_limit_goes_out_by_itself(chats: RobotServer) -> None:
    """R29, and no further event: the message comes once the robot takes messages again."""
    before = "import relay.dispatch; relay.dispatch.AFTER_BLOCK_S = -59.9  # of 60"
    with Web(beside(chats), before=before, waiting_s=0.02) as web:
        chats.set_faults("wecom", "throttle*1")
        status, report = web.post(pipeline(77))
        until(lambda: any(one.vendor == "wecom" for one in chats.received))
        web.wait("delivery.sent")

    told = [(one["receiver"], one["reason"]) for one in report["skipped"]]
    assert (200, [("wecom", "R29")]) == (status, told)
    assert ["wecom", "dingtalk"] == sorted((one.vendor for one in chats.received), reverse=True)
    assert 0 == web.code


def test_a_changed_file_is_taken_over(tmp_path: Path) -> None:
    """CONFIG_FILE is read again while it runs; a broken one leaves the last good one in use."""
    file = tmp_path / "config.yml"
    file.write_text(ONE, encoding="utf-8")

    def receivers() -> int:
        return int(json.loads(web.get()[2])["receivers"])

    with Web({"WEBHOOK_SECRET": SECRET, "CONFIG_FILE": str(file)}) as web:
        first = receivers()
        file.write_text(f"{ONE}  ops: {{ type: wecom_robot, url: other-key }}\n", encoding="utf-8")
        until(lambda: receivers() == 2)
        file.write_text(f"{ONE}  ops: broken\n", encoding="utf-8")
        until(lambda: any(line["event"] == "config.kept" for line in web.told) or receivers() != 2)
        last = receivers()

    assert (first, last) == (1, 2)
