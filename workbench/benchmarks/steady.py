"""A warm process: answers requests when told to, and tells what they took.

``python -m workbench.benchmarks.steady`` reads one JSON object a line. The first holds the
alternative's ``name``, its ``setup`` and whether to ``trace`` allocations; the others are told in
`workbench.benchmarks.processes.Subject`.
"""

import gc
import importlib
import itertools
import json
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from workbench.benchmarks import process
from workbench.benchmarks.alternatives import Answer, Call, Setup
from workbench.benchmarks.calls import calls, numbered


def main() -> None:
    told = json.loads(sys.stdin.readline())
    module = importlib.import_module(f"workbench.benchmarks.alternatives.{told['name']}")
    if told["trace"]:
        tracemalloc.start()
    worker = _Worker(module.build(Setup(*told["setup"])))
    works: dict[str, Callable[..., Any]] = {
        "run": worker.run,
        "crowd": worker.crowd,
        "used": worker.used,
    }
    _say({})
    for line in sys.stdin:
        command = json.loads(line)
        _say(works[command.pop("do")](**command))


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


class _Worker:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._calls = calls()
        self._serials = itertools.count(1)

    def run(self, names: list[str], *, repeat: bool = False) -> dict[str, Any]:
        """Answer a request of each name, one after the other; *repeat*: the same ones again.

        Each is made just before: many large ones at once would show as memory of the answering.
        """
        began, took, statuses = [], [], []
        used, making = time.process_time(), 0.0
        for name in names:
            since = time.thread_time()
            call = self._made(name, "again" if repeat else "")
            making += time.thread_time() - since
            start = time.monotonic()
            statuses.append(self._answer(call))
            took.append(time.monotonic() - start)
            began.append(start)
        used = time.process_time() - used - making
        return {"began": began, "took": took, "cpu": used, "statuses": statuses}

    def crowd(self, names: list[str], callers: int) -> dict[str, Any]:
        """Answer a request of each name, *callers* at a time; tell how long all of them took."""
        found = [self._made(name) for name in names]
        with ThreadPoolExecutor(callers) as pool:
            list(pool.map(time.sleep, [0.01] * callers))  # all threads are there
            start = time.monotonic()
            statuses = list(pool.map(self._answer, found))
            return {"took": time.monotonic() - start, "statuses": statuses}

    def used(self) -> dict[str, int]:
        """Tell what the process holds now, garbage collected."""
        gc.collect()
        traced = tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0
        return {
            "resident": process.resident_bytes(),
            "traced": traced,
            "threads": threading.active_count(),
            "descriptors": process.descriptors(),
        }

    def _made(self, name: str, serial: str = "") -> Call:
        return numbered(self._calls[name], serial or f"{next(self._serials):09}")


if __name__ == "__main__":
    main()
