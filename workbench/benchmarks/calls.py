"""The requests of a run, every one with a body and a delivery id of its own."""

import json
from typing import Any

from workbench import samples
from workbench.benchmarks.alternatives import Call

SECRET = "bench-secret"
_SERIAL = "serial-of-the-run"  # becomes a number that no other request has
_FILES = 2000


def calls() -> dict[str, Call]:
    """Return the requests by name; `numbered` makes one of them different from the others."""
    small = samples.load("gitlab/push.pushed")
    files = [f"src/package/module_{number:05}/file.py" for number in range(_FILES)]
    commits = [{**commit, "added": files} for commit in small.body["commits"]]
    large = small._replace(body={**small.body, "commits": commits})
    pipeline = samples.load("gitlab/pipeline.failed")
    return {
        "pipeline": _call(pipeline),
        "push": _call(small),
        "large": _call(large),
        "ignored": _call(samples.load("gitlab/pipeline.running")),
        "refused": _call(pipeline, token="wrong"),
    }


def numbered(call: Call, serial: str) -> Call:
    """Return *call* as another event: the forge sent it for the first time."""
    headers = {**call["headers"], "Idempotency-Key": f"bench-{serial}"}
    return {**call, "headers": headers, "body": call["body"].replace(_SERIAL, serial)}


def _call(sample: samples.Sample, token: str = SECRET) -> Call:
    body: dict[str, Any] = {**sample.body, "bench": _SERIAL}
    return {
        "httpMethod": "POST",
        "path": "/",
        "headers": {**sample.headers, "X-Gitlab-Token": token},
        "body": json.dumps(body),
    }
