"""Calls of DynamoDB that take a bounded time, and none for a while after one that failed."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from relay import log
from relay.stores import client

BOUND_S = 0.9  # of one call; botocore's own time-outs do not hold for a resolver that hangs
SLOW_S = 0.5  # a table that takes longer is left alone: it would use up an event's budget
PAUSE_S = 30.0

Call = Callable[[Any], str]


class SlowError(Exception):
    """There was an answer, and it took longer than `SLOW_S`."""


class Asking:
    """Makes the calls to one *table*; safe to use from several threads.

    *environ* and *connect*: as `relay.stores.client.connect`. *clock* is monotonic.
    """

    def __init__(
        self,
        table: str,
        environ: Mapping[str, str],
        connect: Callable[[Mapping[str, str]], Any] = client.connect,
        *,
        bound_s: float = BOUND_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._environ = environ
        self._connect = connect
        self._bound_s = bound_s
        self._clock = clock
        self._lock = threading.Lock()
        self._connecting = threading.Lock()
        self._clients: list[Any] = []
        self._hung: threading.Thread | None = None
        self._seen_s = 0.0
        self._paused_until_s = 0.0

    def ask(self, call: Call, now_s: float | None = None) -> str | None:
        """Return what *call* gives for the client; never raises.

        None when there is no answer: then there is one line E545, and for `PAUSE_S` no further
        call. *now_s*: None stands for that of the call before.
        """
        self._seen_s = now_s = self._seen_s if now_s is None else now_s
        if now_s < self._paused_until_s or (self._hung and self._hung.is_alive()):
            return None
        try:
            answer, took_s = self._answer(call)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not cost a message
            self._pause(error, now_s)
            return None
        if took_s > SLOW_S:
            self._pause(SlowError(), now_s)
        return answer

    def _answer(self, call: Call) -> tuple[str, float]:
        """Return the answer and how long it took; raises TimeoutError, and what *call* raises."""
        if self._environ.get("AWS_ACCESS_KEY_ID"):
            self._client()  # work for our own processor, which may be slow; nothing is looked up
        worker = _Worker(lambda: self._timed(call))
        worker.start()
        worker.join(self._bound_s)
        if worker.is_alive():
            self._hung = worker
            raise TimeoutError
        if worker.error:
            raise worker.error
        return worker.answer

    def _timed(self, call: Call) -> tuple[str, float]:
        from botocore.exceptions import ConnectionClosedError  # type: ignore[import-untyped]

        dynamodb = self._client()
        began = self._clock()
        try:
            answer = call(dynamodb)
        except ConnectionClosedError:  # a kept connection that ended while the process was frozen
            dynamodb.close()  # the other kept ones with it
            answer = call(dynamodb)
        return answer, self._clock() - began

    def _client(self) -> Any:
        with self._connecting:
            if not self._clients:
                self._clients.append(self._connect(self._environ))
            return self._clients[0]

    def _pause(self, error: Exception, now_s: float) -> None:
        with self._lock:
            if now_s < self._paused_until_s:
                return  # another thread has told it
            self._paused_until_s = now_s + PAUSE_S
        code, detail = client.trouble(error, self._table)
        log.warning("state.failed", code="E545", vendor_code=code, detail=detail)


class _Worker(threading.Thread):
    """A call on a thread of its own; *error* is what it raised."""

    def __init__(self, call: Callable[[], tuple[str, float]]) -> None:
        super().__init__(daemon=True, name="state")
        self._call = call
        self.answer = ("", 0.0)
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.answer = self._call()
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            self.error = error
