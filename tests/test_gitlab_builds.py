"""Pipelines, jobs, deployments and releases of GitLab (sections 7.6 to 7.9)."""

from typing import Any

import pytest

from adapters.fields import Fields
from adapters.gitlab import convert
from relay.events import Commit, Deployment, Event, Job, JobSummary, Person, Pipeline, Release
from workbench.samples import load

PAGES = "https://git.example.com/platform/api/-"
HEAD = load("gitlab/push.pushed").body["after"]
ZHANGSAN = Person("张三", "zhangsan", "zhangsan@example.com")
STATUSES = (
    "created",
    "waiting_for_resource",
    "preparing",
    "waiting_for_callback",
    "pending",
    "running",
    "success",
    "failed",
    "canceling",
    "canceled",
    "skipped",
    "manual",
    "scheduled",
)


def event(name: str, attributes: dict[str, Any] | None = None, **changes: Any) -> Event:
    """Convert the sample *name* with *changes* at its top level and in object_attributes."""
    sample = load(f"gitlab/{name}")
    body = sample.body | changes
    if attributes:
        body["object_attributes"] |= attributes
    return convert({"x-gitlab-event": sample.headers["X-Gitlab-Event"]}, Fields(body))


def pipeline(name: str, attributes: dict[str, Any] | None = None, **changes: Any) -> Pipeline:
    subject = event(name, attributes, **changes).subject
    assert isinstance(subject, Pipeline)
    return subject


def job(name: str, **changes: Any) -> Job:
    subject = event(name, **changes).subject
    assert isinstance(subject, Job)
    return subject


def deployment(name: str, **changes: Any) -> Deployment:
    subject = event(name, **changes).subject
    assert isinstance(subject, Deployment)
    return subject


def release(name: str, **changes: Any) -> Release:
    subject = event(name, **changes).subject
    assert isinstance(subject, Release)
    return subject


def test_a_failed_pipeline_has_all_its_facts() -> None:
    """Failed jobs in the order they ran, without those that may fail."""
    found = event("pipeline.failed")

    assert (ZHANGSAN, f"{PAGES}/pipelines/4521") == (found.actor, found.url)
    assert found.subject == Pipeline(
        number="#4521",
        ref="main",
        commit=Commit(
            HEAD,
            "修复登录超时后未跳转",
            Person("张三", "", "zhangsan@example.com"),
            f"{PAGES}/commit/{HEAD}",
        ),
        failed_jobs=(
            JobSummary("unit-test", "test", f"{PAGES}/jobs/9912"),
            JobSummary("lint", "test", f"{PAGES}/jobs/9913"),
        ),
        stages=("build", "test", "deploy"),
        trigger="push",
        duration_s=192,
        queued_s=3,
    )


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", ["pipeline.failed", "job.failed"])
def test_every_status_is_an_action(name: str, status: str) -> None:
    """Pipelines and jobs are called by their status."""
    found = event(name, build_status=status) if name[0] == "j" else event(name, {"status": status})

    assert status == found.action


@pytest.mark.parametrize("status", ["fixed", "status_changed", "exploded", "", None, 7])
def test_another_status_is_unknown(status: Any) -> None:
    """A status of a later GitLab is no error, and no word of ours slips through."""
    assert event("pipeline.failed", {"status": status}).action == "unknown"
    assert event("job.failed", build_status=status).action == "unknown"


def test_jobs_are_sorted_by_stage_then_id() -> None:
    """builds is in no order; a stage that is not listed comes last."""
    builds = [
        {"id": number, "name": str(number), "stage": stage, "status": "failed"}
        for number, stage in ((5, "deploy"), (9, "build"), (7, "?"), (2, "test"), (8, "build"))
    ]
    found = pipeline("pipeline.failed", builds=builds)

    assert ["8", "9", "2", "5", "7"] == [one.name for one in found.failed_jobs]


@pytest.mark.parametrize(
    ("name", "attributes", "expected"),
    [
        ("success", {}, False),
        ("success", {"detailed_status": "passed with warnings"}, True),
        ("success-warning", {}, True),
        ("success-warning", {"detailed_status": None}, True),
        ("failed", {"detailed_status": "passed with warnings"}, False),
    ],
    ids=["plain", "english", "chinese", "by-jobs", "failed"],
)
def test_passed_with_warnings(name: str, attributes: dict[str, Any], expected: bool) -> None:
    """Success whose shown status says so, in any language, or whose allowed jobs failed."""
    assert expected == pipeline(f"pipeline.{name}", attributes).warning


def test_the_pipeline_of_a_merge_request_links_to_it() -> None:
    """Number and page of the merge request."""
    found = pipeline("pipeline.failed-merge_request")

    assert ("!42", f"{PAGES}/merge_requests/42") == (found.merge_request, found.merge_request_url)
    assert found.trigger == "merge_request_event"


def test_variables_never_leave() -> None:
    """Pipeline variables may hold secrets."""
    variables = [{"key": "DEPLOY_KEY", "value": "s3cret-token"}]

    assert "s3cret" not in repr(event("pipeline.failed", {"variables": variables}))


def test_an_old_pipeline_has_its_link_built() -> None:
    """Before GitLab 16 there is no url; a commit that is gone leaves its id."""
    found = event("pipeline.failed", {"url": None}, commit=None, user=None)

    assert (None, f"{PAGES}/pipelines/4521") == (found.actor, found.url)
    assert isinstance(found.subject, Pipeline)
    assert found.subject.commit == Commit(HEAD, url=f"{PAGES}/commit/{HEAD}")


def test_the_routes_of_old_instances() -> None:
    """Before GitLab 12 pipelines have no dash in their route, jobs always have one."""
    web = "https://git.example.com/platform/api"
    commit = {"id": HEAD, "message": "x", "url": f"{web}/commit/{HEAD}"}
    found = event("pipeline.failed", {"url": None}, commit=commit)

    assert f"{web}/pipelines/4521" == found.url
    assert isinstance(found.subject, Pipeline)
    assert found.subject.failed_jobs[0].url == f"{web}/-/jobs/9912"


def test_a_failed_job_has_all_its_facts() -> None:
    """The commit's id is commit.sha: commit.id is the pipeline's number."""
    found = event("job.failed")

    assert (ZHANGSAN, f"{PAGES}/jobs/9912") == (found.actor, found.url)
    assert found.subject == Job(
        name="deploy-staging",
        stage="deploy",
        ref="main",
        pipeline="#4521",
        pipeline_url=f"{PAGES}/pipelines/4521",
        commit=Commit(
            HEAD,
            "修复登录超时后未跳转",
            Person("张三", "", "zhangsan@example.com"),
            f"{PAGES}/commit/{HEAD}",
        ),
        reason="script_failure",
        duration_s=45.2,
        queued_s=3.1,
        runner="shared-02",
    )


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "failed"])
def test_a_job_that_did_not_fail_has_no_reason(status: str) -> None:
    """GitLab sends unknown_failure with jobs that are fine."""
    assert job("job.success", build_status=status).reason == ""


def test_an_allowed_failure_is_marked() -> None:
    """A job that may fail says so, and how often it was tried again."""
    found = job("job.failed-allowed")

    assert (True, 1) == (found.allow_failure, found.retries)


def test_an_old_job_has_no_project() -> None:
    """Before GitLab 17 the repository gives the place, and people have no user name."""
    user = {"id": None, "name": "张三", "email": "zhangsan@example.com"}
    found = event("job.failed", project=None, user=user)

    assert (found.project.path, found.url) == ("platform/api", f"{PAGES}/jobs/9912")
    assert found.actor == Person("张三", "", "zhangsan@example.com")
    assert event("job.failed", project=None, repository=None).project.path == "platform/api"
    assert event("job.failed", user={"name": None}).actor is None


def test_a_deployment_has_all_its_facts() -> None:
    """Environment, version and links of a deployment."""
    found = event("deployment.success")

    assert (ZHANGSAN, f"{PAGES}/jobs/9920") == (found.actor, found.url)
    assert found.subject == Deployment(
        environment="production",
        ref="v2.8.0",
        commit=Commit(HEAD[:8], "修复登录超时后未跳转", url=f"{PAGES}/commit/{HEAD}"),
        environment_url="https://api.example.com",
        job_url=f"{PAGES}/jobs/9920",
        tier="production",
    )


@pytest.mark.parametrize(
    ("name", "comment"), [("approved", "可以上线"), ("rejected", "等大促结束")]
)
def test_who_decided_on_a_deployment(name: str, comment: str) -> None:
    """The approver is not the person who deploys."""
    found = deployment(f"deployment.{name}")

    assert ("王五", comment) == (found.approver and found.approver.name, found.comment)


@pytest.mark.parametrize("status", ["created", "canceled", "exploded"])
def test_other_states_of_a_deployment(status: str) -> None:
    """What we do not know is unknown."""
    expected = "unknown" if status == "exploded" else status

    assert expected == event("deployment.success", status=status).action


def test_a_deployment_without_a_job_links_to_the_environments() -> None:
    """Deployments made through the API have no job."""
    assert event("deployment.success", deployable_url=None).url == f"{PAGES}/environments"


def test_a_release_has_all_its_facts() -> None:
    """Notes, assets, and the zip among the sources."""
    found = event("release.created")

    assert found.url == f"{PAGES}/releases/v2.8.0"
    subject = release("release.created")
    assert ("v2.8.0", "2.8.0 订单与登录改进", 5, False) == (
        subject.tag,
        subject.name,
        subject.assets,
        subject.upcoming,
    )
    assert subject.download_url == f"{PAGES}/archive/v2.8.0/api-v2.8.0.zip"
    assert subject.download_format == "zip"
    assert len(subject.notes.splitlines()) == 8


def test_without_a_zip_the_first_source_is_the_download() -> None:
    """Any archive is better than none."""
    sources = [{"format": "tar.gz", "url": "https://git.example.com/x.tar.gz"}]
    found = release("release.created", assets={"sources": sources})

    assert ("tar.gz", 0) == (found.download_format, found.assets)


@pytest.mark.parametrize(
    ("released_at", "expected"),
    [
        ("2026-11-20 10:28:30 UTC", False),
        ("2026-11-20 10:29:30 UTC", False),
        ("2026-11-20 10:29:31 UTC", True),
        ("2026-11-01", False),
        (None, False),
    ],
)
def test_an_upcoming_release(released_at: Any, expected: bool) -> None:
    """Dated more than a minute after it was made: not out yet."""
    assert expected == release("release.created", released_at=released_at).upcoming


@pytest.mark.parametrize(
    ("action", "attributes", "expected"),
    [
        ("create", {}, "created"),
        ("update", {}, "updated"),
        ("delete", {}, "deleted"),
        (None, {}, "created"),
        (None, {"action": "update"}, "updated"),
    ],
)
def test_the_action_of_a_release(action: Any, attributes: dict[str, Any], expected: str) -> None:
    """The action is at the top; the documentation's place is read as well."""
    found = event("release.created", action=action, object_attributes=attributes)

    assert expected == found.action
