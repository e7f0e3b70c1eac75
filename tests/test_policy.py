"""Which events go out: the default set, and the patterns of NOTIFY_EVENTS."""

import pytest

from relay.config import WECOM_ROBOT, Config, Receiver, Route, Secret
from relay.events import Event, Job, Notice, Ping
from relay.kinds import KINDS
from relay.policy import QUIET, SENT, Decision, decide, known_patterns
from relay.routing import select

NOTHING = Notice("x")


def event(name: str, **fields: object) -> Event:
    kind, _, action = name.partition(".")
    return Event("gitlab", kind, action, NOTHING)._replace(**fields)


LOUD, LOW = Decision(send=True), Decision(send=True, quiet=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("push.pushed", LOUD),
        ("branch.created", LOW),
        ("branch.deleted", LOUD),
        ("issue.updated", LOW),
        ("merge_request.updated", LOW),
        ("merge_request.opened", LOUD),
        ("pipeline.failed", LOUD),
        ("pipeline.success", LOW),
        ("pipeline.canceled", LOUD),
        ("release.created", LOUD),
        ("other.received", LOW),
    ],
)
def test_default_set(name: str, expected: Decision) -> None:
    """What the table of messages.md section 4 sends, loud or as one line."""
    assert decide(event(name), ()) == expected


@pytest.mark.parametrize(
    "name",
    ["pipeline.running", "pipeline.pending", "pipeline.skipped", "job.success", "comment.edited",
     "deployment.running", "emoji.awarded", "project.updated"],
)  # fmt: skip
def test_silent_by_default(name: str) -> None:
    """Noise stays out, with reason R11 and the event's name."""
    decision = decide(event(name), ())

    assert (decision.send, decision.reason) == (False, "R11")
    assert name in decision.detail


@pytest.mark.parametrize(
    ("patterns", "name", "sent"),
    [
        ("*", "pipeline.running", True),
        ("*", "emoji.awarded", True),
        ("pipeline", "pipeline.failed", True),
        ("pipeline", "pipeline.running", False),
        ("pipeline.*", "pipeline.running", True),
        ("pipeline.running", "pipeline.running", True),
        ("pipeline.failed", "pipeline.success", False),
        ("emoji", "emoji.awarded", True),
        ("pull_request", "merge_request.opened", True),
        ("pull_request.merged", "merge_request.merged", True),
        ("push,tag", "issue.opened", False),
        ("*,!job", "job.failed", False),
        ("*,!pipeline.running", "pipeline.running", False),
        ("*,!pipeline.running", "pipeline.failed", True),
        ("!push", "push.pushed", False),
        ("!push", "issue.opened", True),
        ("!push", "pipeline.running", False),
        ("!job,*", "job.failed", False),
        ("!*", "push.pushed", False),
    ],
)
def test_patterns(patterns: str, name: str, sent: bool) -> None:
    """Kinds, actions, stars and exclusions choose as the documentation says."""
    assert decide(event(name), tuple(patterns.split(","))).send is sent


def test_chosen_noise_is_one_line() -> None:
    """An event that is silent by default goes out quietly when it is asked for."""
    assert decide(event("pipeline.running"), ("pipeline.*",)) == LOW


def test_allowed_failure_is_no_news() -> None:
    """A job that is allowed to fail is silent by default."""
    allowed = event("job.failed", subject=Job("lint", allow_failure=True))

    assert decide(allowed, ()).reason == "R11"
    assert decide(event("job.failed", subject=Job("lint")), ()) == LOUD


def test_confidential_stays_out_of_everything() -> None:
    """No pattern sends a confidential item."""
    assert decide(event("issue.opened", confidential=True), ("*",)).reason == "R33"


def test_test_messages_pass_every_filter() -> None:
    """Somebody waits for the message of the test button."""
    assert decide(event("test.ping", subject=Ping()), ("release",)) == LOUD


def test_tables_name_known_events_only() -> None:
    """Every event of the two tables exists, and none stands in both."""
    for table in (SENT, QUIET):
        for kind, actions in table.items():
            assert set(actions) <= set(KINDS[kind])
    assert [
        (kind, action)
        for kind, actions in QUIET.items()
        for action in actions
        if action in SENT.get(kind, ())
    ] == []


def test_every_event_has_a_pattern() -> None:
    """Whatever may happen can be named in NOTIFY_EVENTS."""
    patterns = set(known_patterns())

    assert all(
        f"{kind}.{action}" in patterns for kind, actions in KINDS.items() for action in actions
    )


def config(*routes: Route) -> Config:
    receivers = tuple(
        Receiver(name, WECOM_ROBOT, Secret(f"https://wecom.example.com/{name[0]}"))
        for name in ("one", "other", "two")
    )
    return Config(sources=(), receivers=receivers, routes=routes)


def test_every_matching_route_sends_once_per_receiver() -> None:
    """Two routes to one receiver make one message; the first decides the language."""
    selected, skipped = select(
        event("push.pushed"),
        config(
            Route("a", ("one",), lang="en"),
            Route("b", ("one", "two")),
            Route("c", ("two",), events=("tag",)),
        ),
    )

    assert [(one.receiver.name, one.lang) for one in selected] == [("one", "en"), ("two", "zh-CN")]
    assert [(one.route, one.reason) for one in skipped] == [("c", "R11")]


def test_c18_one_address_under_two_names_gets_one_message() -> None:
    """C18: the address counts, not the name."""
    selected, _ = select(event("push.pushed"), config(Route("a", ("one", "other", "two"))))

    assert [one.receiver.name for one in selected] == ["one", "two"]
