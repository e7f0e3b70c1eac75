"""What is remembered of a branch's pipelines: the first failure, how often, and what mends it."""

import json
from typing import Any

import pytest

import adapters
from relay.events import Event, Job, Person, Pipeline, Project
from relay.history import KEPT_S, told
from relay.policy import decide
from relay.stores.memory import MemoryStore
from workbench import samples

NOW = 1_795_170_600.0
KEY = 'pipeline:["gitlab", "platform/api", "main"]'


class Watched(MemoryStore):
    """A memory that counts its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = self.written = 0

    def get(self, key: str, *, now_s: float) -> str:
        self.asked += 1
        return super().get(key, now_s=now_s)

    def put(self, key: str, text: str, *, until_s: float) -> None:
        self.written += 1
        super().put(key, text, until_s=until_s)


@pytest.fixture
def store() -> Watched:
    return Watched()


def pipeline(number: int | str, status: str, at_s: float = NOW, **fields: Any) -> Event:
    """Return the event of a pipeline on main that ended at *at_s*."""
    text = number if isinstance(number, str) else f"#{number}"
    subject = Pipeline(text, "main", trigger="push")._replace(**fields)
    place = Project("platform/api", "https://git.example.com/platform/api", "main")
    return Event("gitlab", "pipeline", status, subject, place, Person("张三"), occurred_at=at_s)


def seen(store: MemoryStore, event: Event, *, source: str = "gitlab", now_s: float = NOW) -> Event:
    return told(event, store, source=source, now_s=now_s + 5)


def short(event: Event) -> tuple[str, int, float | None, bool]:
    """Return the action and what the history adds to it."""
    found = event.subject
    assert isinstance(found, Pipeline)
    return event.action, found.failures, found.failing_s, found.changed


def run(store: MemoryStore, *results: tuple[int, str]) -> list[tuple[str, int, float | None, bool]]:
    """Tell the *results* one after the other, ten minutes apart."""
    return [
        short(seen(store, pipeline(number, status, NOW + 600 * step), now_s=NOW + 600 * step))
        for step, (number, status) in enumerate(results)
    ]


def sample_event(name: str) -> Event:
    """Return the event in a sample, as its adapter reads it."""
    sample = samples.load(name)
    headers = {key.lower(): value for key, value in sample.headers.items()}
    return adapters.parse(sample.source, headers, json.dumps(sample.body).encode())


PLAIN = ("success", 0, None, False)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param([(1, "success")], [PLAIN], id="first-success"),
        pytest.param([(1, "failed")], [("failed", 1, 0, True)], id="first-failure"),
        pytest.param(
            [(1, "success"), (2, "success")], [PLAIN, PLAIN], id="success-is-never-a-change"
        ),
        pytest.param(
            [(1, "success"), (2, "failed"), (3, "failed"), (4, "success"), (5, "success")],
            [
                PLAIN,
                ("failed", 1, 0, True),
                ("failed", 2, 600, False),
                ("fixed", 2, 1200, True),
                PLAIN,
            ],
            id="broken-still-failing-fixed",
        ),
        pytest.param(
            [(1, "failed"), (2, "canceled"), (3, "skipped"), (4, "success")],
            [
                ("failed", 1, 0, True),
                ("canceled", 0, None, False),
                ("skipped", 0, None, False),
                ("fixed", 1, 1800, True),
            ],
            id="canceled-and-skipped-change-nothing",
        ),
        pytest.param(
            [(1, "failed"), (2, "success"), (3, "failed"), (4, "success")],
            [
                ("failed", 1, 0, True),
                ("fixed", 1, 600, True),
                ("failed", 1, 0, True),
                ("fixed", 1, 600, True),
            ],
            id="each-row-counts-anew",
        ),
        pytest.param(
            [(1, "failed"), (1, "running"), (1, "success")],
            [("failed", 1, 0, True), ("running", 0, None, False), ("fixed", 1, 1200, True)],
            id="retried",
        ),
        pytest.param(
            [(1, "failed"), (2, "failed"), (2, "failed"), (3, "failed")],
            [
                ("failed", 1, 0, True),
                ("failed", 2, 600, False),
                ("failed", 2, 600, False),
                ("failed", 3, 1800, False),
            ],
            id="one-pipeline-counts-once",
        ),
        pytest.param(
            [(1, "failed"), (1, "failed"), (2, "success"), (2, "success")],
            [
                ("failed", 1, 0, True),
                ("failed", 1, 0, True),
                ("fixed", 1, 1200, True),
                ("fixed", 1, 1200, True),
            ],
            id="repeats-say-the-same",
        ),
        pytest.param(
            [(1, "success"), (1, "failed"), (1, "success")],
            [PLAIN, ("failed", 1, 0, True), ("fixed", 1, 600, True)],
            id="a-manual-job-fails-later",
        ),
        pytest.param(
            [(5, "failed"), (4, "success"), (6, "success")],
            [("failed", 1, 0, True), PLAIN, ("fixed", 1, 1200, True)],
            id="a-late-success-fixes-nothing",
        ),
        pytest.param(
            [(5, "success"), (4, "failed"), (6, "success")],
            [PLAIN, ("failed", 0, None, False), PLAIN],
            id="a-late-failure-breaks-nothing",
        ),
    ],
)
def test_history(
    results: list[tuple[int, str]], expected: list[tuple[str, int, float | None, bool]]
) -> None:
    """A branch's state is that of its newest pipeline that has finished."""
    assert expected == run(MemoryStore(), *results)


def test_late_result_of_a_retried_pipeline(store: Watched) -> None:
    """Webhooks come in no order: the failure before the retry is not a new one."""
    run(store, (1, "failed"))
    seen(store, pipeline(1, "success", NOW + 60), now_s=NOW + 60)
    late = seen(store, pipeline(1, "failed", NOW), now_s=NOW + 61)

    assert ("failed", 0, None, False) == short(late)
    assert PLAIN == short(seen(store, pipeline(2, "success", NOW + 90), now_s=NOW + 90))


def test_time_of_the_event_counts(store: Watched) -> None:
    """How long it failed is told by the forge's times, not by when we heard of it."""
    seen(store, pipeline(1, "failed", NOW - 2460), now_s=NOW)
    fixed = seen(store, pipeline(2, "success", NOW), now_s=NOW + 500)

    assert ("fixed", 1, 2460, True) == short(fixed)


def test_without_a_time_ours_counts(store: Watched) -> None:
    """A payload without ``finished_at`` is timed by its arrival; the future counts as now."""
    told(pipeline(1, "failed")._replace(occurred_at=None), store, source="gitlab", now_s=NOW)
    fixed = told(pipeline(2, "success", NOW + 9e9), store, source="gitlab", now_s=NOW + 60)

    assert ("fixed", 1, 60, True) == short(fixed)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"ref": "develop"}, id="branch"),
        pytest.param({"project": Project("platform/web")}, id="project"),
        pytest.param({"source": "other-gitlab"}, id="source"),
    ],
)
def test_others_do_not_mix(store: Watched, other: dict[str, Any]) -> None:
    """One source, one project, one branch."""
    run(store, (1, "failed"))
    event = pipeline(2, "success", ref=other.get("ref", "main"))
    event = event._replace(project=other.get("project", event.project))

    assert PLAIN == short(seen(store, event, source=other.get("source", "gitlab")))


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(pipeline(2, "failed", tag=True), id="tag"),
        pytest.param(pipeline(2, "failed", trigger="merge_request_event"), id="merge-request"),
        pytest.param(pipeline(2, "failed", merge_request="!42"), id="of-a-merge-request"),
        pytest.param(pipeline(2, "failed", trigger="parent_pipeline"), id="child"),
        pytest.param(pipeline(2, "failed", trigger="ondemand_dast_scan"), id="scan"),
        pytest.param(pipeline(2, "failed", ref=""), id="no-branch"),
        pytest.param(pipeline(2, "failed")._replace(project=Project()), id="no-project"),
        pytest.param(pipeline("", "failed"), id="no-number"),
        pytest.param(pipeline("#" + "9" * 19, "failed"), id="number-too-long"),
        pytest.param(pipeline("#１２", "failed"), id="other-digits"),
        pytest.param(pipeline(2, "running"), id="running"),
        pytest.param(pipeline(2, "canceled"), id="canceled"),
        pytest.param(
            pipeline(2, "failed")._replace(kind="job", subject=Job("lint", ref="main")), id="job"
        ),
    ],
)
def test_what_has_no_history(store: Watched, event: Event) -> None:
    """It is returned as it is, and the store is not asked."""
    run(store, (1, "success"))
    before = store.asked

    assert seen(store, event) is event
    assert (before, 1) == (store.asked, store.written)


def test_kept_for_thirty_days(store: Watched) -> None:
    """After that nothing is known: the next success is a plain one."""
    run(store, (1, "failed"))

    assert PLAIN == short(seen(store, pipeline(2, "success"), now_s=NOW + KEPT_S + 6))


def test_a_repeat_writes_nothing(store: Watched) -> None:
    """One call is enough for what is known."""
    run(store, (1, "failed"), (1, "failed"))

    assert (2, 1) == (store.asked, store.written)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "{}",
        "null",
        "[]",
        "[1]",
        '[1,"failed",1,0,0,0]',
        '["1","failed",1,0,0]',
        '[true,"failed",1,0,0]',
        '[1,"fixed",1,0,0]',
        '[1,["failed"],1,0,0]',
        '[1,"failed",0,0,0]',
        '[1,"failed",-3,0,0]',
        '[1,"success",-1,0,0]',
        '[1,"failed",1e3,0,0]',
        '[1,"failed",9999999,0,0]',
        '[1,"failed",1,NaN,0]',
        '[1,"failed",1,0,Infinity]',
        '[1,"failed",1,null,0]',
        '[0,"failed",1,0,0]',
        "[" * 250,
        '[1,"failed",1,0,0]' + " " * 300,
        "\ud800",
    ],
)
def test_damaged_text_is_ignored(store: Watched, text: str) -> None:
    """Whatever stands in the table, the event goes on, and the next text is a good one."""
    store.put(KEY, text, until_s=NOW + 99)
    first = seen(store, pipeline(2, "success"))
    second = seen(store, pipeline(3, "failed"))

    assert (PLAIN, ("failed", 1, 0, True)) == (short(first), short(second))


def test_what_is_written(store: Watched) -> None:
    """A short list under a key that a person can read, and nothing of the payload beside it."""
    run(store, (1, "failed"))

    assert [1, "failed", 1, NOW, NOW] == json.loads(store.get(KEY, now_s=NOW))


def test_status_changed_is_the_first_failure_and_the_fix(store: Watched) -> None:
    """A route that names it sends these two, and not what is in between."""
    results = [(1, "success"), (2, "failed"), (3, "failed"), (4, "success"), (5, "success")]
    events = [seen(store, pipeline(*result)) for result in results]

    sent = [decide(event, ("pipeline.status_changed",)) for event in events]
    assert [False, True, False, True, False] == [one.send for one in sent]
    assert not any(one.quiet for one in sent)


def test_pipelines_of_gitlab_as_they_come(store: Watched) -> None:
    """The sample of a failed pipeline, then one that passed on the same branch."""
    failed, passed = (sample_event(f"gitlab/pipeline.{name}") for name in ("failed", "success"))
    assert isinstance(passed.subject, Pipeline)
    later = passed.subject._replace(number="#999999", ref=failed.ref)
    first = told(failed, store, source="gitlab", now_s=samples.NOW)
    second = told(
        passed._replace(subject=later, project=failed.project),
        store,
        source="gitlab",
        now_s=samples.NOW,
    )

    assert ("failed", "fixed") == (first.action, second.action)


@pytest.mark.parametrize(
    "name",
    ["gitlab/pipeline.failed-merge_request", "gitlab/pipeline.running", "gitlab/job.failed",
     "gitee/job.failed", "gitee/job.success"],
)  # fmt: skip
def test_samples_without_a_history(store: Watched, name: str) -> None:
    """Merge requests, what still runs, and single tasks, which are all that Gitee tells."""
    event = sample_event(name)

    assert seen(store, event) is event
    assert 0 == store.asked
