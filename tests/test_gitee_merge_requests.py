"""Gitee's pull requests and pipeline tasks (`reference/gitee.md` sections 9 and 13.1)."""

from typing import Any

import pytest

from adapters import gitee
from adapters.fields import Fields
from relay.errors import Ignored
from relay.events import Change, Commit, Event, Job, MergeRequest, Person, Project
from workbench import samples

API = "https://gitee.com/platform/api"
PAGE = f"{API}/pulls/42"
ZHANGSAN = Person("张三", "zhangsan", "zhangsan@example.com")
LISI = Person("李四", "lisi", "lisi@example.com")
WANGWU = Person("王五", "wangwu", "wangwu@example.com")
HEAD = "a1b2c3de5b61f6ae984412a919e66e3249cca770"


def convert(name: str, **changed: Any) -> Event:
    """Convert the sample *name*; keys of its pull request are changed with a leading ``_``."""
    sample = samples.load(f"gitee/{name}")
    inner = {key[1:]: value for key, value in changed.items() if key.startswith("_")}
    outer = {key: value for key, value in changed.items() if not key.startswith("_")}
    whole = {**sample.body, **outer}
    if inner:
        whole["pull_request"] = {**sample.body["pull_request"], **inner}
    headers = {key.lower(): value for key, value in sample.headers.items()}
    return gitee.convert(headers, Fields(whole))


def merge_request(name: str, **changed: Any) -> MergeRequest:
    subject = convert(name, **changed).subject
    assert isinstance(subject, MergeRequest)
    return subject


def test_a_new_pull_request_tells_all_it_has() -> None:
    """Branches, people, labels, size and text, as the payload has them."""
    event = convert("merge_request.opened")

    assert (
        MergeRequest(
            number="!42",
            title="修复登录超时后未跳转",
            description="登录接口返回 302 时前端没有读 Location…",
            source_branch="fix/login-timeout",
            target_branch="main",
            author=ZHANGSAN,
            reviewers=(LISI,),
            testers=(WANGWU,),
            labels=("bugfix",),
            age_s=0.0,
            last_commit=Commit(HEAD, url=f"{API}/commit/{HEAD}"),
            diff_url=f"{PAGE}/files",
            additions=36,
            deletions=8,
            changed_files=3,
        )
        == event.subject
    )
    assert (ZHANGSAN, PAGE, samples.NOW - 45) == (event.actor, event.url, event.occurred_at)


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("open", "opened"),
        ("update", "updated"),
        ("merge", "merged"),
        ("close", "closed"),
        ("reopen", "reopened"),
        ("assign", "review_requested"),
        ("unassign", "review_removed"),
        ("test", "test_requested"),
        ("untest", "test_removed"),
        ("approved", "approved"),
        ("tested", "tested"),
        ("set_draft", "draft"),
        ("cancel_draft", "ready"),
    ],
)
@pytest.mark.parametrize(
    "stale", [None, "open", "merge", "target_branch_changed", "source_branch_changed"]
)
def test_action_desc_overrides_no_action(action: str, name: str, stale: str | None) -> None:
    """The description is left over from before on everything but an update."""
    event = convert("merge_request.opened", action=action, action_desc=stale)

    assert f"merge_request.{name}" == event.name
    assert (action == "update" and stale == "source_branch_changed") == event.subject.pushed


@pytest.mark.parametrize(
    ("desc", "name", "requested"),
    [("assign", "review_requested", (LISI,)), ("test", "test_requested", (WANGWU,))],
)
def test_the_extra_requests_of_a_creation_are_no_creations(
    desc: str, name: str, requested: tuple[Person, ...]
) -> None:
    """A pull request with reviewers and testers is announced once."""
    event = convert("merge_request.review_requested-on_open", action_desc=desc)

    assert (f"merge_request.{name}", requested) == (event.name, event.subject.requested)


@pytest.mark.parametrize(
    ("name", "requested"),
    [
        ("review_requested", (LISI,)),
        ("test_requested", (WANGWU,)),
        ("approved", ()),
        ("opened", ()),
    ],
)
def test_only_a_request_asks_somebody(name: str, requested: tuple[Person, ...]) -> None:
    """Reviewers are the list `assignees`, testers the list `testers`."""
    assert requested == merge_request(f"merge_request.{name}").requested


def test_a_merge_tells_commit_and_age() -> None:
    """Who merged is not who wrote it."""
    event = convert("merge_request.merged")
    sha = samples.load("gitee/merge_request.merged").body["merge_commit_sha"]

    assert (LISI, ZHANGSAN) == (event.actor, event.subject.author)
    assert Commit(sha, url=f"{API}/commit/{sha}") == event.subject.merge_commit
    assert (28 * 3600.0, samples.NOW - 30) == (event.subject.age_s, event.occurred_at)


@pytest.mark.parametrize("name", ["opened", "closed", "approved", "updated-edited"])
def test_a_trial_merge_is_not_told(name: str) -> None:
    """The merge commit's id is there long before the merge."""
    assert samples.load(f"gitee/merge_request.{name}").body["merge_commit_sha"]
    assert merge_request(f"merge_request.{name}").merge_commit is None


@pytest.mark.parametrize("name", ["updated-new_commits", "approved", "tested", "ready"])
def test_a_time_in_doubt_is_not_told(name: str) -> None:
    """`updated_at` stays behind on pushes, and nobody has seen what reviews do to it."""
    assert convert(f"merge_request.{name}").occurred_at is None


@pytest.mark.parametrize(
    ("changed", "branch"),
    [
        pytest.param({}, "wangwu:fix/login-timeout", id="as-sent"),
        pytest.param({"source_branch": None}, "wangwu:fix/login-timeout", id="from-head"),
        pytest.param({"_head": None}, "fix/login-timeout", id="source-gone"),
        pytest.param({"_head": None, "source_branch": None}, "", id="nothing-left"),
        pytest.param({"_base": None}, "fix/login-timeout", id="base-unknown"),
    ],
)
def test_a_fork_stands_in_front_of_its_branch(changed: dict[str, Any], branch: str) -> None:
    """Two repositories' ids differ; without both nothing is claimed."""
    assert branch == merge_request("merge_request.opened-fork", **changed).source_branch


def test_the_target_branch_may_come_from_the_base() -> None:
    """Either place names it."""
    assert "main" == merge_request("merge_request.opened", target_branch=None).target_branch


@pytest.mark.parametrize(
    ("changed", "draft"),
    [
        ({"action": "set_draft"}, True),
        ({"action": "cancel_draft", "_draft": True}, False),
        ({"_draft": True}, True),
        ({}, False),
    ],
)
def test_a_draft_is_what_was_made_one(changed: dict[str, Any], draft: bool) -> None:
    """The action decides before the flag, which the REST interface has and hooks may get."""
    assert draft == merge_request("merge_request.opened", **changed).draft


def test_new_commits_are_not_counted() -> None:
    """The payload says that there are some; the head is where they end."""
    subject = merge_request("merge_request.updated-new_commits")

    assert (True, (), HEAD) == (subject.pushed, subject.changes, subject.last_commit.sha)


LABEL = {"id": 1, "name": "a", "color": "000000"}
OTHER = {"id": 2, "name": "b", "color": "000000"}


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        pytest.param([LABEL], [], Change("labels", "", "a"), id="added"),
        pytest.param([], [LABEL], Change("labels", "a", ""), id="removed"),
        pytest.param([OTHER], [LABEL], Change("labels", "a", "b"), id="both"),
        pytest.param([OTHER, LABEL], [], Change("labels", "", "b, a"), id="several"),
        pytest.param([LABEL], None, Change("labels"), id="before-2022"),
        pytest.param(None, [LABEL], Change("labels"), id="null"),
    ],
)
def test_changed_labels_are_told_by_comparison(now: Any, before: Any, expected: Change) -> None:
    """One action for adding and removing; where one side is missing it is not known which."""
    subject = merge_request("merge_request.updated-labels", _labels=now, _stale_labels=before)

    assert (expected,) == subject.changes


@pytest.mark.parametrize(
    ("now", "before"), [([], []), ([LABEL], [LABEL]), ([LABEL, OTHER], [OTHER, LABEL])]
)
def test_labels_that_are_the_same_are_ignored(now: Any, before: Any) -> None:
    """R32: nothing changed that a person would see."""
    with pytest.raises(Ignored) as caught:
        convert("merge_request.updated-labels_same", _labels=now, _stale_labels=before)

    assert "R32" == caught.value.reason


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Change("issues", "", "#I8K2QF")),
        ({"_issues": [], "_stale_issues": [{"number": "I1"}]}, Change("issues", "#I1", "")),
        ({"_issues": None}, Change("issues")),
    ],
)
def test_linked_issues_are_told_by_their_numbers(changed: dict[str, Any], expected: Change) -> None:
    """Compared like labels."""
    assert (expected,) == merge_request("merge_request.updated-linked_issue", **changed).changes


def test_linked_issues_that_are_the_same_are_ignored() -> None:
    """R32 here as well."""
    with pytest.raises(Ignored) as caught:
        convert("merge_request.updated-linked_issue", _issues=[], _stale_issues=[])

    assert "R32" == caught.value.reason


def test_a_new_target_branch_is_told() -> None:
    """Only the new one is in the payload."""
    subject = merge_request("merge_request.updated-edited", action_desc="target_branch_changed")

    assert (Change("target_branch", "", "main"),) == subject.changes


@pytest.mark.parametrize("desc", [None, "", "update_title", 7])
def test_any_other_update_is_sent_without_saying_what(desc: Any) -> None:
    """A title, a text or a milestone: the payload has no name for it."""
    subject = merge_request("merge_request.updated-edited", action_desc=desc)

    assert (False, ()) == (subject.pushed, subject.changes)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, LISI),
        ({"sender": None, "updated_by": {"login": "wangwu"}}, Person("wangwu", "wangwu")),
        ({"sender": None, "updated_by": None}, None),
    ],
)
def test_the_actor_is_not_the_author(changed: dict[str, Any], expected: Person | None) -> None:
    """Who wrote a pull request did not merge it by that."""
    assert expected == convert("merge_request.merged", **changed).actor


def test_the_author_opened_it() -> None:
    """For the creation itself the author is the actor."""
    assert ZHANGSAN == convert("merge_request.opened", sender=None, updated_by=None).actor


def test_an_old_body_has_no_labels() -> None:
    """The key was null or absent in 2020."""
    assert () == merge_request("merge_request.opened", _labels=None).labels


def test_a_body_without_the_object_tells_what_the_top_level_has() -> None:
    """Number, title, text, branches, author and link are there twice."""
    event = convert("merge_request.opened", pull_request=None)

    assert (
        MergeRequest(
            number="!42",
            title="修复登录超时后未跳转",
            description="登录接口返回 302 时前端没有读 Location…",
            source_branch="fix/login-timeout",
            target_branch="main",
            author=ZHANGSAN,
            diff_url=f"{PAGE}/files",
        )
        == event.subject
    )
    assert PAGE == event.url


def test_a_missing_page_is_built_from_the_number() -> None:
    """The repository's page is the base."""
    assert PAGE == convert("merge_request.opened", _html_url=None, url=None).url


def test_a_failed_task_tells_pipeline_and_code() -> None:
    """Stage, run, branch and commit; there is no person, no time and no page of the repository."""
    event = convert("job.failed")

    assert (
        Event(
            source="gitee",
            kind="job",
            action="failed",
            subject=Job(
                name="deploy-staging",
                stage="deploy",
                ref="main",
                pipeline="主干构建 #4521",
                commit=Commit(HEAD),
                status_name="执行失败",
            ),
            project=Project("platform/api"),
            url=samples.load("gitee/job.failed").body["job"]["pipelineUrl"],
        )
        == event
    )


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("SUCC", "success"),
        ("FAIL", "failed"),
        ("CANCEL", "canceled"),
        ("SKIP", "skipped"),
        ("succ", "success"),
        ("TIMEOUT", "unknown"),
        (None, "unknown"),
        (7, "unknown"),
    ],
)
def test_a_tasks_status_is_translated(code: Any, action: str) -> None:
    """An unknown code keeps Gitee's own words for it."""
    task = {**samples.load("gitee/job.failed").body["job"], "statusCode": code}
    event = convert("job.failed", job=task)

    assert (f"job.{action}", "执行失败") == (event.name, event.subject.status_name)


ABOVE = {
    "sourceType": "PIPELINE",
    "upParams": '{"GITEE_REPO": "platform/api", "GITEE_BRANCH": "dev", "GITEE_COMMIT": "ab12"}',
}
CODE = {"sourceType": "GITEE_GO", "repoPath": "platform/web", "branch": "main", "commitId": "cd34"}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        pytest.param([ABOVE, CODE], ("platform/web", "main", "cd34"), id="the-code-first"),
        pytest.param([CODE, {**CODE, "repoPath": "x"}], ("platform/web", "main", "cd34"), id="two"),
        pytest.param([ABOVE], ("platform/api", "dev", "ab12"), id="handed-on"),
    ],
)
def test_the_code_source_tells_repository_branch_and_commit(
    sources: Any, expected: tuple[str, str, str]
) -> None:
    """A pipeline started by another one has them from there."""
    event = convert("job.failed", sources=sources)
    subject = event.subject

    assert isinstance(subject, Job)
    assert expected == (event.project.path, subject.ref, subject.commit.sha)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "null", "[" * 100_000, "9" * 100_000, '{"GITEE_REPO": {}}', "{a}"]
)
def test_parameters_that_cannot_be_read_leave_the_code_unknown(text: str) -> None:
    """JSON inside JSON is written by hand, and may be anything."""
    source = {"sourceType": "PIPELINE", "upParams": text}
    event = convert("job.failed", sources=[source])

    assert ("", "", None) == (event.project.path, event.subject.ref, event.subject.commit)


def test_g1_global_parameters_are_never_read() -> None:
    """They may hold secrets."""
    event = convert("job.failed", globalParams=[{"key": "TOKEN", "value": "s3cret-token"}])

    assert "s3cret-token" not in repr(event)


def test_a_pull_request_tells_whom_its_description_speaks_to() -> None:
    """The names after ``@``, as a comment's."""
    assert ("lisi",) == merge_request("merge_request.opened", _body="请 @lisi 看一下").mentioned
