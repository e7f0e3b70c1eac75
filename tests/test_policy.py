"""Which events go out: the default set, patterns, quiet ones, and which pattern is nearest."""

import pytest

from relay.events import Event, Job, Notice, Ping, Pipeline
from relay.kinds import KINDS
from relay.patterns import UnknownEventError, event_pattern
from relay.policy import QUIET, SENT, decide, known_patterns, most_specific

NOTHING = Notice("x")


def event(name: str, **fields: object) -> Event:
    kind, _, action = name.partition(".")
    return Event("gitlab", kind, action, NOTHING)._replace(**fields)


LOUD, LOW, NOT = (True, False), (True, True), (False, False)


def decided(
    of: Event, patterns: tuple[str, ...], quiet: tuple[str, ...] = (), **options: bool
) -> tuple[bool, bool]:
    """Return whether *of* is sent, and whether quietly."""
    return decide(of, patterns, quiet, **options)[:2]


def code(of: Event, *patterns: str) -> str:
    why = decide(of, patterns).reason
    return why.code if why else ""


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
def test_default_set(name: str, expected: tuple[bool, bool]) -> None:
    """What the table of messages.md section 4 sends, loud or as one line."""
    assert decided(event(name), ()) == expected


@pytest.mark.parametrize(
    "name",
    ["pipeline.running", "pipeline.pending", "pipeline.skipped", "job.success", "comment.edited",
     "deployment.running", "emoji.awarded", "project.updated"],
)  # fmt: skip
def test_silent_by_default(name: str) -> None:
    """Noise stays out, with reason R11 and the event's name."""
    decision = decide(event(name), ())

    assert not decision.send
    assert decision.reason is not None
    assert (decision.reason.code, name in decision.reason.text.en) == ("R11", True)


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
    assert decided(event("pipeline.running"), ("pipeline.*",)) == LOW


def test_allowed_failure_is_no_news() -> None:
    """A job that is allowed to fail is silent by default."""
    allowed = event("job.failed", subject=Job("lint", allow_failure=True))

    assert code(allowed) == "R11"
    assert decided(event("job.failed", subject=Job("lint")), ()) == LOUD


def test_confidential_stays_out_unless_asked_for() -> None:
    """No pattern sends a confidential item, only `confidential` does."""
    secret = event("issue.opened", confidential=True)

    assert code(secret, "*") == "R33"
    assert decided(secret, ("*",), confidential=True) == LOUD


def test_the_event_filter_comes_before_confidentiality() -> None:
    """What would not be sent anyhow is told as such."""
    assert code(event("issue.opened", confidential=True), "push") == "R11"


@pytest.mark.parametrize(
    ("quiet", "name", "expected"),
    [
        ("merge_request.updated", "merge_request.updated", LOW),
        ("pipeline.failed", "pipeline.failed", LOW),
        ("pipeline", "pipeline.failed", LOW),
        ("pipeline.*", "pipeline.failed", LOW),
        ("*", "push.pushed", LOW),
        ("*,!push", "push.pushed", LOUD),
        ("!push", "issue.opened", LOUD),
        ("pull_request.opened", "merge_request.opened", LOW),
        ("pipeline.failed", "push.pushed", LOUD),
        ("pipeline.running", "pipeline.running", NOT),
        ("pipeline.*", "pipeline.running", NOT),
    ],
)
def test_quiet_patterns(quiet: str, name: str, expected: tuple[bool, bool]) -> None:
    """They make one line of what is sent, and select nothing."""
    assert decided(event(name), (), tuple(quiet.split(","))) == expected


def test_why_it_is_quiet() -> None:
    """R27 tells the configuration's `quiet` from our own default."""
    chosen = decide(event("pipeline.failed"), (), ("pipeline",)).reason
    default = decide(event("pipeline.success"), ()).reason

    assert chosen is not None
    assert default is not None
    assert (chosen.code, default.code) == ("R27", "R27")
    assert "by default" in default.text.en
    assert "in quiet" in chosen.text.en


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("* pipeline pipeline.failed", "pipeline.failed"),
        ("pipeline.failed pipeline.* *", "pipeline.failed"),
        ("* pipeline.*", "pipeline.*"),
        ("pipeline pipeline.*", "pipeline"),
        ("pipeline.* pipeline", "pipeline.*"),
        ("*", "*"),
        ("push pipeline.success", None),
        ("", None),
    ],
)
def test_the_nearest_pattern_counts(patterns: str, expected: str | None) -> None:
    """One event before its kind, the kind before everything; of equals the first."""
    pairs = [(pattern, pattern) for pattern in patterns.split()]

    assert most_specific(pairs, event("pipeline.failed")) == expected


def test_the_nearest_may_be_empty() -> None:
    """An empty value of a nearer pattern takes away what a wider one gives."""
    pairs = [("*", ("author",)), ("push", ())]

    assert most_specific(pairs, event("push.pushed")) == ()


FIRST = event("pipeline.failed", subject=Pipeline("#1", failures=1, changed=True))
AGAIN = event("pipeline.failed", subject=Pipeline("#2", failures=2))
FIXED = event("pipeline.fixed", subject=Pipeline("#3", failures=2, changed=True))
PASSED = event("pipeline.success", subject=Pipeline("#4"))


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("pipeline.status_changed", [LOUD, NOT, LOUD, NOT]),
        ("pipeline.failed", [LOUD, LOUD, NOT, NOT]),
        ("pipeline.fixed", [NOT, NOT, LOUD, NOT]),
        ("pipeline.success", [NOT, NOT, LOUD, LOW]),
        ("pipeline", [LOUD, LOUD, LOUD, LOW]),
        ("pipeline,!pipeline.success", [LOUD, LOUD, LOUD, NOT]),
        ("pipeline,!pipeline.fixed", [LOUD, LOUD, NOT, LOW]),
        ("pipeline,!pipeline.status_changed", [NOT, LOUD, NOT, LOW]),
        ("pipeline.status_changed,!pipeline.fixed", [LOUD, NOT, NOT, NOT]),
        ("job.success", [NOT] * 4),
        ("", [LOUD, LOUD, LOUD, LOW]),
    ],
)
def test_what_a_branch_was_before(patterns: str, expected: list[tuple[bool, bool]]) -> None:
    """A change has two names; a fixed pipeline is a success to who asks for those."""
    chosen = tuple(filter(None, patterns.split(",")))

    assert [decided(one, chosen) for one in (FIRST, AGAIN, FIXED, PASSED)] == expected


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        ("pipeline.status_changed", [LOW, LOUD, LOW, LOW]),
        ("pipeline.success", [LOUD, LOUD, LOUD, LOW]),
    ],
)
def test_changes_may_be_quiet(quiet: str, expected: list[tuple[bool, bool]]) -> None:
    """A grey line for successes is none for the one that ends a row of failures."""
    assert [decided(one, (), (quiet,)) for one in (FIRST, AGAIN, FIXED, PASSED)] == expected


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("pipeline.success pipeline.fixed", "pipeline.fixed"),
        ("pipeline pipeline.success *", "pipeline.success"),
        ("pipeline.status_changed pipeline.fixed", "pipeline.fixed"),
        ("pipeline.status_changed pipeline", "pipeline.status_changed"),
        ("pipeline.success pipeline.status_changed", "pipeline.success"),
        ("pipeline.failed", None),
    ],
)
def test_its_own_name_is_the_nearest(patterns: str, expected: str | None) -> None:
    """Then what it also is, then its kind: whom a success calls, a fixed pipeline calls."""
    assert most_specific([(one, one) for one in patterns.split()], FIXED) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("push", "push"),
        (" Pull_Request.Opened ", "merge_request.opened"),
        ("!pull_request", "!merge_request"),
        ("! job", "!job"),
        ("*", "*"),
    ],
)
def test_how_events_are_written(text: str, expected: str) -> None:
    """Case, spaces and the other forge's word do not matter."""
    assert event_pattern(text) == expected


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("merge_requst.opened", "merge_request.opened"),
        ("mr", "merge_request"),
        ("note", "comment"),
        ("pipeline.fail", "pipeline.failed"),
        ("!pusch", "push"),
    ],
)
def test_what_was_meant(text: str, meant: str) -> None:
    """A misspelt event and the forges' own words are answered with ours, in both languages."""
    with pytest.raises(UnknownEventError) as caught:
        event_pattern(text)

    assert caught.value.hint == (f"你是不是想写 {meant}？", f"did you mean {meant}?", "")


def test_nothing_like_it_lists_what_is_known() -> None:
    """A word like no other is answered with the kinds, and never repeated."""
    with pytest.raises(UnknownEventError) as caught:
        event_pattern("hunter2-0xc0ffee")

    assert "push, branch, tag" in caught.value.hint.en
    assert "hunter2" not in str(caught.value)


def test_test_messages_pass_every_filter() -> None:
    """Somebody waits for the message of the test button."""
    assert decided(event("test.ping", subject=Ping()), ("release",), ("*",)) == LOUD


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
