"""The robots' own process: TLS on loopback, a minute that never fills, and when each message came.

Reads one JSON command a line and answers with one: see `Stand` in `workbench.benchmarks.processes`.
"""

import itertools
import json
import ssl
import sys
import time
from typing import Any

from workbench.robot_book import Received
from workbench.robots import RobotServer

KEY = "bench-{}"


def main() -> None:
    certificate, count = sys.argv[1], int(sys.argv[2])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    clock = itertools.count(1e9, 60).__next__  # every look at it is a minute later
    came: list[tuple[str, float]] = []

    def note(message: Received) -> None:
        came.append((message.key, time.monotonic()))

    with RobotServer(ssl_context=context, clock=clock, on_message=note) as robots:
        urls = [robots.add_wecom(KEY.format(n)) for n in range(count)]
        _say({"urls": urls, "host": robots.host})
        for line in sys.stdin:
            command = json.loads(line)
            if "faults" in command:
                robots.set_faults(command["key"], command["faults"])
            answer = {"came": list(came), "attempts": len(robots.attempts)}
            for record in (came, robots.received, robots.attempts):
                record.clear()  # before the answer: with it the next message may come
            _say(answer)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
