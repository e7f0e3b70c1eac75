"""Figures, each as a ratio in one run against the plain alternative: machines differ, ratios less.

``make bench`` prints them beside their budgets; nothing here is a test. Every request goes to a
stand-in robot on loopback, and every loop is bounded.
"""

import compileall
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

import handler
from relay import log
from workbench import bench_configuration, samples

ROOT = Path(__file__).parent.parent
SECRET = "bench-secret"
RTT_S = 0.03
PROCESSES = 15
ROUNDS = 60


# Robots in a process of their own, as they are in life; their minute never fills.
_ROBOTS = """
import itertools, sys
from workbench.robots import RobotServer
count, faults = int(sys.argv[1]), sys.argv[2]
with RobotServer(clock=itertools.count(1e9, 60).__next__) as robots:
    print(",".join(robots.add_wecom(key=f"bench-{n}", faults=faults) for n in range(count)))
    print(robots.host, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def robots(count: int, faults: str = "") -> Iterator[tuple[list[str], str]]:
    """Yield the addresses of *count* stand-in robots and their host."""
    command = [sys.executable, "-c", _ROBOTS, str(count), faults]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin  # noqa: S101
        assert process.stdout  # noqa: S101
        urls, host = process.stdout.readline().split(",")[:count], process.stdout.readline()
        yield [url.strip() for url in urls], host.strip()
        process.stdin.close()


def main() -> None:
    log.configure("ERROR")
    table = Table("figure", "alternative", "ours", "ratio", "budget")
    rows = (import_time(), warm(), refused(), ignored(), *fan_out(), large_push())
    for row in (*rows, loading(), *routing()):
        table.add_row(*row)
    Console().print(table)


def import_time() -> tuple[str, ...]:
    """Compare fresh processes, byte code compiled for both as the clouds have it."""
    for folder in ("adapters", "formatters", "relay"):
        compileall.compile_dir(ROOT / folder, quiet=1)
    compileall.compile_file(ROOT / "handler.py", quiet=1)
    plain, ours = _processes("import requests, yaml", "import handler")
    return _row("import in a fresh process", plain, ours, "≤ 1.15")


def warm() -> tuple[str, ...]:
    """One event to one robot, against one bare post with a kept connection."""
    body = json.dumps({"msgtype": "text", "text": {"content": "x"}})
    headers = {"Content-Type": "application/json"}
    with robots(1) as (urls, host), requests.Session() as session:
        plain = _median(lambda: session.post(urls[0], data=body, headers=headers, timeout=2))
        handle, call = _relay(urls, host), _call()
        return _row(
            "warm event, 1 robot, p50", plain, _median(lambda: handle(call, None)), "+ ≤ 1.0 ms"
        )


def refused() -> tuple[str, ...]:
    handle = _relay(["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"], "")
    wrong = {**_call(), "headers": {"x-gitlab-token": "wrong"}}
    return _row("401, warm", None, _median(lambda: handle(wrong, None)), "≤ 0.15 ms")


def ignored() -> tuple[str, ...]:
    handle = _relay(["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"], "")
    call = _call("gitlab/pipeline.running")
    return _row("ignored event, warm", None, _median(lambda: handle(call, None)), "≤ 0.15 ms")


def fan_out() -> list[tuple[str, ...]]:
    """Several robots at RTT 30 ms, against one robot."""
    rows = []
    one = _to_robots(1)
    for count, budget in ((3, "≤ 1.08"), (10, "≤ 1.22")):
        rows.append(_row(f"{count} robots at RTT 30 ms", one, _to_robots(count), budget))
    return rows


def large_push() -> tuple[str, ...]:
    """A body of 300 KB against one of 3 KB, both on their way to a robot that answers at once."""
    small = samples.load("gitlab/push.pushed").body
    files = [f"src/package/module_{number:05}/file.py" for number in range(2000)]
    commits = [{**commit, "added": files} for commit in small["commits"]]
    with robots(1) as (urls, host):
        handle = _relay(urls, host)

        def send(body: dict[str, Any]) -> Callable[[], object]:
            call = _call("gitlab/push.pushed") | {"body": json.dumps(body)}
            return lambda: handle(call, None)

        little, large = _median(send(small)), _median(send({**small, "commits": commits}))
        return _row("300 KB push against 3 KB", little, large, "+ ≤ 4 ms")


def loading() -> tuple[str, ...]:
    """A file of 100 routes, against reading its YAML alone with the C loader."""
    yaml_alone, ours = bench_configuration.loading()
    return _row("loading 100 routes", _median(yaml_alone), _median(ours), "≤ 15 ms")


def routing() -> list[tuple[str, ...]]:
    """One event over 100 routes, of which none or all take it."""
    return [
        _row(f"routing over 100 routes, {what}", None, _median(run), "≤ 1 ms")
        for what, run in (
            ("no match", bench_configuration.routing(matching=False)),
            ("all match", bench_configuration.routing(matching=True)),
        )
    ]


def _to_robots(count: int) -> float:
    with robots(count, f"slow:{RTT_S}") as (urls, host):
        handle, call = _relay(urls, host), _call()
        return _median(lambda: handle(call, None))


def _relay(urls: list[str], host: str) -> handler.Handle:
    environ = {
        "WECOM_WEBHOOK_URL": ",".join(urls),
        "WEBHOOK_SECRET": SECRET,
        "RELAY_ALLOW_HOSTS": host,
        "CONFIG_FILE": "",
    }
    return handler.build(environ)


def _call(name: str = "gitlab/pipeline.failed") -> dict[str, Any]:
    sample = samples.load(name)
    return {
        "httpMethod": "POST",
        "path": "/",
        "headers": {**sample.headers, "X-Gitlab-Token": SECRET},
        "body": json.dumps(sample.body),
    }


def _median(run: Callable[[], object]) -> float:
    """Return the median seconds of one call, after some that do not count."""
    times = []
    for round_number in range(ROUNDS + 5):
        began = time.perf_counter()
        run()
        if round_number >= 5:
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def _processes(*codes: str) -> list[float]:
    """Return the median seconds of a process for each of *codes*, less an empty one's.

    They take turns, so that a machine that grows slower or faster meanwhile is as unfair to all.
    """

    def run(text: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True)  # noqa: S603
        return time.perf_counter() - began

    rounds = [[run(code) for code in ("pass", *codes)] for _ in range(PROCESSES)]
    empty, *medians = (statistics.median(times) for times in zip(*rounds, strict=True))
    return [median - empty for median in medians]


def _row(figure: str, plain: float | None, ours: float, budget: str) -> tuple[str, ...]:
    ratio = f"{ours / plain:.2f}" if plain else ""
    return (
        figure,
        f"{plain * 1000:.2f} ms" if plain else "",
        f"{ours * 1000:.2f} ms",
        ratio,
        budget,
    )


if __name__ == "__main__":
    main()
