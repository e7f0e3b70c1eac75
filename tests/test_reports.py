"""What answers say about routes and receivers, and that they fit and hold no secret."""

import json
from typing import Any

import pytest

from relay.answers import MAX_ANSWER_BYTES, compact_json, fit
from relay.config import WECOM_ROBOT, Config, Receiver, Route, Secret
from relay.delivery import Outcome
from relay.errors import Ignored, Rejected
from relay.events import Event, Pipeline, Project
from relay.notifications import Delivery, Notification
from relay.reasons import reason
from relay.reports import Sent, delivered, ignored
from relay.routing import Decision, Step
from relay.version import VERSION
from relay.words import Phrase

EVENT = Event("gitlab", "pipeline", "failed", Pipeline("#1", "main"), Project("platform/api"))
ROBOT = Receiver("ops-group", WECOM_ROBOT, Secret("https://robots.example.com/s3cret-key"))
CONFIG = Config((), (ROBOT,), (Route("ops", ("ops-group",)),), lang="en", digest="9c1e")
MISSED = Step("backend", reasons=(reason("R22", value="main", patterns=("develop",)),))
SENT = Step("ops", matched=True, sent=("ops-group",))


def outcome(receiver: str = "ops-group", **fields: Any) -> Outcome:
    delivery = Delivery(f"gl-1.{receiver}", receiver, EVENT.name, 0.0, Notification(()))
    return Outcome(delivery, bytes=612, ms=188)._replace(**fields)


def report(
    *steps: Step, outcomes: tuple[Outcome, ...] = (), config: Config = CONFIG
) -> dict[str, Any]:
    return delivered("gl-7f3a", EVENT, Sent(tuple(outcomes)), Decision(steps, ()), config)


def test_the_body_of_config_md() -> None:
    """Section 8's example: who got it, which route did not send, under which configuration."""
    assert report(MISSED, SENT, outcomes=(outcome(),)) == {
        "ok": True,
        "id": "gl-7f3a",
        "event": "pipeline.failed",
        "project": "platform/api",
        "ref": "main",
        "sent": [{"receiver": "ops-group", "status": "ok", "bytes": 612, "ms": 188}],
        "skipped": [
            {"route": "backend", "reason": "R22", "detail": "branch main not in [develop]"}
        ],
        "config": "9c1e",
        "version": VERSION,
    }


def test_details_are_in_the_configurations_language() -> None:
    """zh-CN for a configuration in Chinese."""
    found = report(MISSED, config=CONFIG._replace(lang="zh-CN"))

    assert found["skipped"][0]["detail"] == "分支 main 不在 [develop]"


def test_what_a_matching_route_left_out_is_a_note() -> None:
    """A route that sent less than it might has its reasons as notes, without being skipped."""
    quiet = SENT._replace(reasons=(reason("R27", "default", value="pipeline.success"),))
    found = report(quiet, outcomes=(outcome(),))

    assert "skipped" not in found
    assert found["notes"] == [
        {
            "route": "ops",
            "reason": "R27",
            "detail": "pipeline.success is sent as one grey line by default",
        }
    ]


def test_a_matching_route_that_sent_nothing_is_skipped() -> None:
    """Nobody to send to: every reason of it is told."""
    silent = Step("personal", matched=True, reasons=(reason("R30", name="to-person"),) * 2)
    found = report(silent)

    assert [(one["route"], one["reason"]) for one in found["skipped"]] == [("personal", "R30")] * 2
    assert found["sent"] == []
    assert "notes" not in found


def test_a_remark_about_a_sent_message_is_told() -> None:
    """What of a message did not work stands beside it, in the configuration's language."""
    remark = Phrase("没有送达：lisi", "not delivered: lisi")
    found = report(SENT, outcomes=(outcome(remark=remark),))

    assert found["sent"][0]["detail"] == "not delivered: lisi"


def test_a_refusal_makes_the_report_not_ok() -> None:
    """R31 with our code and the vendor's."""
    error = Rejected(
        "E503",
        Phrase("key 不对", "the key is wrong"),
        vendor_code="93000",
        hint=Phrase("重新复制", "copy it again"),
    )
    found = report(SENT, outcomes=(outcome(error=error),))

    assert (found["ok"], found["sent"]) == (False, [])
    assert found["failed"] == [
        {
            "receiver": "ops-group",
            "status": "rejected",
            "reason": "R31",
            "code": "E503",
            "vendor_code": "93000",
            "detail": "copy it again",
        }
    ]


@pytest.mark.parametrize(("lang", "expected"), [("en", "a system note"), ("zh-CN", "系统评论")])
def test_an_ignored_event_says_why(lang: str, expected: str) -> None:
    """Its reason in the language asked for, and nothing sent."""
    found = ignored("gl-1", Ignored("R10", Phrase("系统评论", "a system note")), lang)

    assert found["skipped"] == [{"reason": "R10", "detail": expected}]
    assert (found["ok"], found["sent"]) == (True, [])


def test_a_report_of_many_routes_fits() -> None:
    """A hundred skipped routes go with the answer's limit, the sent message stays."""
    missed = [MISSED._replace(route=f"route-{number}") for number in range(100)]
    fitted = fit(report(*missed, SENT, outcomes=(outcome(),)), MAX_ANSWER_BYTES)

    assert len(compact_json(fitted)) <= MAX_ANSWER_BYTES
    assert fitted["sent"] == [{"receiver": "ops-group", "status": "ok", "bytes": 612, "ms": 188}]
    assert fitted["more"] > 0


def test_no_address_in_a_report() -> None:
    """No key and no address, whatever became of it."""
    assert "s3cret" not in json.dumps(report(MISSED, SENT, outcomes=(outcome(),)))
