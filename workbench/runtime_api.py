"""A stand-in for AWS Lambda's Runtime API on loopback, and AWS's own runtime client beside it.

    ran = run(folder, [event], environ)
    assert ran.answers[0].kind == "response"

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

_BASE = "/2018-06-01/runtime"
_ANSWER = re.compile(rf"{_BASE}/(?:invocation/(?P<id>[^/]+)|init)/(?P<kind>response|error)")
_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:relay"
_TIMEOUT_S = 25


class Answer(NamedTuple):
    """What the runtime answered: *kind* is ``response`` or ``error``.

    *event_id* is ``""`` for an error before any event; *error_type* is AWS's name for an error.
    """

    kind: str
    event_id: str
    body: Any
    error_type: str = ""


class Ran(NamedTuple):
    """*init_s*: from the start of the process until it asked for the first event, 0 if never."""

    answers: tuple[Answer, ...]
    output: str
    init_s: float


class RuntimeApi:
    """Hands out *events*, one after the other, as ``event-0``, ``event-1`` …

    The runtime waits for one more until `close`. *asked_at* is when it asked first (monotonic).
    """

    def __init__(self, events: Sequence[Any]) -> None:
        self._events = events
        self._given = 0
        self._ended = threading.Event()  # all is answered, or nothing ever will be
        self._closing = threading.Event()
        self.answers: list[Answer] = []
        self.asked_at = 0.0
        self._server = _Server(self)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @contextmanager
    def served(self) -> Iterator["RuntimeApi"]:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield self
        finally:
            self._closing.set()
            self._server.shutdown()
            self._server.server_close()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the runtime has nothing left to do; tell whether it got there."""
        return self._ended.wait(timeout_s)

    def next(self) -> tuple[str, bytes] | None:
        """Return the next event's id and text; when there is none, None at the very end."""
        self.asked_at = self.asked_at or time.monotonic()
        if self._given == len(self._events):
            self._ended.set()
            self._closing.wait()
            return None
        event_id = f"event-{self._given}"
        self._given += 1
        return event_id, json.dumps(self._events[self._given - 1]).encode()

    def take(self, path: str, body: bytes, error_type: str) -> bool:
        """Keep an answer; tell whether *path* is one for answers."""
        found = _ANSWER.fullmatch(path)
        if found is None:
            return False
        self.answers.append(Answer(found["kind"], found["id"] or "", json.loads(body), error_type))
        if not found["id"]:
            self._ended.set()
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.api = api

    def handle_error(self, *_: object) -> None:
        """A runtime that was ended is no error here."""


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        given = self.server.api.next() if self.path == f"{_BASE}/invocation/next" else None
        if given is None:
            self._reply(404, b"{}", {})
            return
        event_id, event = given
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event_id,
            "Lambda-Runtime-Deadline-Ms": str(int(1000 * (time.time() + _TIMEOUT_S))),
            "Lambda-Runtime-Invoked-Function-Arn": _ARN,
        }
        self._reply(200, event, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        error_type = self.headers.get("Lambda-Runtime-Function-Error-Type", "")
        taken = self.server.api.take(self.path, body, error_type)
        self._reply(202 if taken else 404, b'{"status": "OK"}', {})

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        told = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def run(
    folder: Path,
    events: Sequence[Any],
    environ: Mapping[str, str],
    *,
    handler: str = "handler.handler",
    patience_s: float = 30.0,
) -> Ran:
    """Let AWS's runtime client run *handler* of the code in *folder* on *events*.

    It needs ``awslambdaric``; *environ* is its whole environment beside what AWS sets. Raises
    TimeoutError.
    """
    with RuntimeApi(events).served() as api, TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "awslambdaric", handler],
            cwd=folder,
            env={**environ, **_of_aws(folder, api.host, handler)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            in_time = api.wait(patience_s)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        text = output.read().decode(errors="replace")
        if not in_time:
            raise TimeoutError(f"the runtime did not come to its end: {text}")
        init_s = api.asked_at - began if api.asked_at else 0.0
        return Ran(tuple(api.answers), text, init_s)


def _of_aws(folder: Path, host: str, handler: str) -> dict[str, str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""
    return {
        "AWS_LAMBDA_RUNTIME_API": host,
        "AWS_LAMBDA_FUNCTION_NAME": "relay",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/relay",
        "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
        "LAMBDA_TASK_ROOT": str(folder),
        "_HANDLER": handler,
        "PYTHONDONTWRITEBYTECODE": "1",  # the code's folder is read-only there
    }
