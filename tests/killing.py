"""A relay in a process of its own that kills itself at a named step.

As a script: reads orders, one JSON text a line, has a child carry out each, and writes how the
child ended. `Mortal` starts it and gives the orders.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from patience import be_patient

HERE = Path(__file__).parent


class Step(NamedTuple):
    """Before or *after* the call number *count* of *name*, a function of *owner*.

    *only*: calls that do not have it in what they are called with never return.
    """

    owner: str
    name: str
    after: bool = False
    count: int = 1
    only: str = ""


STEPS = {
    "before the claim": Step("relay.claims:Claims", "take"),
    "after the claim": Step("relay.claims:Claims", "take", after=True),
    "before the post": Step("relay.dispatch", "send"),
    "after the post": Step("relay.dispatch", "send", after=True),
    "before the second post": Step("relay.dispatch", "send", count=2),
    "after the second post": Step("relay.dispatch", "send", after=True, count=2),
    "after the first settle": Step("relay.claims:Claims", "settle", after=True),
    "after the last settle": Step("relay.claims:Claims", "settle", after=True, count=3),
    "after the burial": Step("relay.queues.sqs:SqsQueue", "bury", after=True),
    "before the queue": Step("relay.queues.sqs:SqsQueue", "put"),
    "after the queue": Step("relay.queues.sqs:SqsQueue", "put", after=True),
}


class Mortal:
    """Makes processes that are killed; a ``with`` ends what they are forked from.

    That one has imported everything and does nothing else, so that a new one takes no second.
    """

    def __enter__(self) -> "Mortal":
        self._parent = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, __file__],
            env={**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._parent.communicate()

    def killed_at(
        self, step: str, environ: Mapping[str, str], event: object, now_s: float, *, only: str = ""
    ) -> None:
        """Let a new process handle *event* at *now_s*; return once it has died at *step*.

        *only* is a part of the one address that is posted to before; posts to others hang.
        """
        order = Order(step, dict(environ), event, now_s, only)
        assert self._parent.stdin and self._parent.stdout
        self._parent.stdin.write(json.dumps(order) + "\n")
        self._parent.stdin.flush()
        assert int(self._parent.stdout.readline()) == -signal.SIGKILL, step


class Order(NamedTuple):
    step: str
    environ: dict[str, str]
    event: Any
    now_s: float
    only: str


def _main() -> None:
    import boto3

    import handler  # noqa: F401 - for the processes made here, as are the clients
    import relay.consumer
    import relay.queues.sqs
    import relay.stores.dynamodb  # noqa: F401

    for name in ("sqs", "dynamodb"):
        boto3.client(name, region_name="cn-north-1")
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _live(Order(*json.loads(line)))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(order: Order) -> None:
    """Handle the order's event in this process, and end it."""
    import handler
    from relay.warm import Warm

    os.dup2(2, 1)
    sys.addaudithook(_stay_on_loopback)
    patch = pytest.MonkeyPatch()
    patch.setattr("os.environ", {**os.environ, **order.environ})
    be_patient(patch)
    if order.only:
        _hook(patch, Step("relay.dispatch", "send", count=0, only=order.only))
    _hook(patch, STEPS[order.step])
    handle = handler.build(order.environ, clock=lambda: order.now_s, warm=Warm())
    with contextlib.suppress(BaseException):
        handle(order.event, None)
    os._exit(0)  # alive: whoever gave the order expects something else


def _hook(patch: pytest.MonkeyPatch, step: Step) -> None:
    module, _, name = step.owner.partition(":")
    owner: Any = sys.modules.get(module) or __import__(module, fromlist=["*"])
    if name:
        owner = getattr(owner, name)
    work, calls, lock = getattr(owner, step.name), [], threading.Lock()

    def hooked(*arguments: Any, **options: Any) -> Any:
        if step.only and not any(step.only in str(getattr(one, "url", "")) for one in arguments):
            threading.Event().wait()
        with lock:
            calls.append(None)
            is_it = len(calls) == step.count
        if is_it and not step.after:
            _die()
        found = work(*arguments, **options)
        if is_it:
            _die()
        return found

    patch.setattr(owner, step.name, hooked)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()  # the signal may take a moment


def _stay_on_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        assert str(arguments[1][0]).startswith(("127.", "::1")), arguments


if __name__ == "__main__":
    _main()
