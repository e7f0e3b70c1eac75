"""Events that can be told apart in a group, and what the groups and the log say about them."""

import copy
import json
import re
from collections import Counter
from typing import Any

import pytest
from relays import Answer, Relay

from workbench import samples
from workbench.robots import RobotServer

_MARK = re.compile(r"mark-(\d+)\.")


def issue(number: int) -> dict[str, Any]:
    """Return the body of an issue whose author's name holds *number*, for `marks` to find.

    The author stands in the first line, which is all that a summary tells of it.
    """
    body: dict[str, Any] = copy.deepcopy(samples.load("gitlab/issue.opened").body)
    body["user"]["name"] = f"mark-{number}."
    return body


def tell(relay: Relay, number: int, **headers: str | None) -> Answer:
    """Send the event *number*; its delivery has an id of its own."""
    usual = {"X_Gitlab_Event": "Issue Hook", "Idempotency_Key": f"key-{number}"}
    return relay.gitlab(issue(number), **{**usual, **headers})


def marks(robots: RobotServer, key: str) -> list[int]:
    """Return which events the group of the robot *key* was told of, one line after the other."""
    return [
        int(number)
        for message in robots.received
        if message.key == key
        for number in _MARK.findall(message.text)
    ]


def tries(robots: RobotServer) -> dict[str, int]:
    """Return how often each robot was posted to."""
    return dict(Counter(one.key for one in robots.attempts))


def written(capsys: pytest.CaptureFixture[str], *events: str) -> list[dict[str, Any]]:
    """Return the log's lines since the last call; of *events*, if any are named."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if not events or line["event"] in events]


def reasons(answer: Answer) -> dict[str, str]:
    """Return why which receiver has not got the message now; ``""`` stands for all of them."""
    return {
        entry.get("receiver", ""): entry["reason"]
        for part in ("skipped", "failed")
        for entry in answer.report.get(part, ())
        if "route" not in entry
    }


ALL_REPEATED = {"": "R28"}  # `reasons` of an event that every receiver has


def sent(answer: Answer) -> list[str]:
    return [entry["receiver"] for entry in answer.report["sent"]]
