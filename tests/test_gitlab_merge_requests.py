"""Merge requests of GitLab (`reference/gitlab.md` section 7.5)."""

from typing import Any

import pytest

from adapters.fields import Fields
from adapters.gitlab import convert
from relay.errors import Ignored
from relay.events import Change, Commit, Event, MergeRequest, Person
from workbench.samples import load

PAGES = "https://git.example.com/platform/api/-"
HEAD = load("gitlab/push.pushed").body["after"]
ZHANGSAN = Person("张三", "zhangsan", "zhangsan@example.com")
LISI = Person("李四", "lisi", "lisi@example.com")
WANGWU = Person("王五", "wangwu", "wangwu@example.com")


def event(name: str, attributes: dict[str, Any] | None = None, **changes: Any) -> Event:
    """Convert ``merge_request.<name>`` with changes at its top level and in object_attributes."""
    sample = load(f"gitlab/merge_request.{name}")
    body = sample.body | changes
    body["object_attributes"] |= attributes or {}
    return convert({"x-gitlab-event": sample.headers["X-Gitlab-Event"]}, Fields(body))


def request(name: str, attributes: dict[str, Any] | None = None, **changes: Any) -> MergeRequest:
    subject = event(name, attributes, **changes).subject
    assert isinstance(subject, MergeRequest)
    return subject


def reviewers(before: list[Any], after: list[Any]) -> dict[str, Any]:
    return {"reviewers": {"previous": before, "current": after}}


def reviewer(username: str, state: str = "unreviewed", *, again: bool = False) -> dict[str, Any]:
    return {"username": username, "name": username, "state": state, "re_requested": again}


def test_a_new_merge_request_has_all_its_facts() -> None:
    """Branches, people, labels and links of an opened merge request."""
    found = event("opened")

    assert (ZHANGSAN, f"{PAGES}/merge_requests/42") == (found.actor, found.url)
    assert request("opened") == MergeRequest(
        number="!42",
        title="修复登录超时后未跳转",
        description=load("gitlab/merge_request.opened").body["object_attributes"]["description"],
        source_branch="fix/login-timeout",
        target_branch="main",
        author=ZHANGSAN,
        assignees=(ZHANGSAN,),
        reviewers=(LISI,),
        labels=("bugfix",),
        last_commit=Commit(
            HEAD,
            "修复登录超时后未跳转",
            Person("张三", "", "zhangsan@example.com"),
            f"{PAGES}/commit/{HEAD}",
        ),
        diff_url=f"{PAGES}/merge_requests/42/diffs",
    )


def test_a_merge_tells_commit_author_and_age() -> None:
    """The author is known through the assignees; open for a day and four hours."""
    found = request("merged")

    assert (ZHANGSAN, 100_800.0) == (found.author, found.age_s)
    assert found.merge_commit
    assert found.merge_commit.sha.startswith("5d4c3b2")
    assert found.merge_commit.url == f"{PAGES}/commit/{found.merge_commit.sha}"
    assert event("merged").actor == LISI


@pytest.mark.parametrize(
    ("shas", "expected"),
    [
        ({"merge_commit_sha": "aaa", "squash_commit_sha": "bbb"}, "aaa"),
        ({"merge_commit_sha": None, "squash_commit_sha": "bbb"}, "bbb"),
        ({"merge_commit_sha": None, "squash_commit_sha": None}, None),
    ],
    ids=["merge", "squash", "fast-forward"],
)
def test_the_merge_commit(shas: dict[str, Any], expected: str | None) -> None:
    """The merge commit, else the squashed one, else none."""
    found = request("merged", shas).merge_commit

    assert expected == (found and found.sha)


@pytest.mark.parametrize(
    ("merged_at", "expected"),
    [(None, 100_800.0), ("2026-11-19 06:28:31 UTC", 1.0), ("2026-11-18 00:00:00 UTC", None)],
    ids=["updated_at", "merged_at", "before-creation"],
)
def test_the_age_of_a_merge(merged_at: Any, expected: float | None) -> None:
    """Up to merged_at, in old versions updated_at; never negative."""
    assert expected == request("merged", {"merged_at": merged_at}).age_s


@pytest.mark.parametrize(
    ("action", "expected", "pending"),
    [
        ("approved", "approved", False),
        ("approval", "approved", True),
        ("unapproved", "unapproved", False),
        ("unapproval", "unapproved", False),
        ("close", "closed", False),
        ("reopen", "reopened", False),
        ("merge", "merged", False),
        ("open", "opened", False),
    ],
)
def test_each_action(action: str, expected: str, pending: bool) -> None:
    """Every action of the sheet; "approval" is one of several."""
    found = event("opened", {"action": action})

    assert isinstance(found.subject, MergeRequest)
    assert (expected, pending) == (found.action, found.subject.approvals_pending)


@pytest.mark.parametrize(
    ("state", "expected"),
    [("opened", "opened"), ("closed", "closed"), ("merged", "merged"), ("reopened", "reopened")],
)
@pytest.mark.parametrize("action", [None, ""])
def test_old_test_bodies_have_a_state_only(action: Any, state: str, expected: str) -> None:
    """Without an action the state tells what to say."""
    assert expected == event("opened", {"action": action, "state": state}, changes={}).action


def test_approvals_reset_by_the_forge_are_not_the_actors() -> None:
    """system: true marks what GitLab did itself."""
    assert request("unapproved-system").by_system
    assert not request("unapproved").by_system


def test_a_fork_shows_its_namespace() -> None:
    """The source branch of another project carries that project's namespace."""
    assert request("opened-fork").source_branch == "zhaoliu:fix/typo"
    assert request("opened-fork", {"source": None}).source_branch == "fix/typo"


@pytest.mark.parametrize(
    "attributes",
    [
        {"draft": True},
        {"work_in_progress": True},
        {"title": "Draft: x"},
        {"title": "WIP: x"},
        {"title": "[draft] x"},
    ],
)
def test_a_draft_is_told_in_every_version(attributes: dict[str, Any]) -> None:
    """draft, work_in_progress and the title's mark all count."""
    assert request("opened", attributes).draft
    assert not request("opened").draft


def test_1_new_commits_are_an_update() -> None:
    """oldrev goes before everything else; no body says how many commits."""
    old = load("gitlab/merge_request.updated-new_commits").body["object_attributes"]["oldrev"]
    changes = {"draft": {"previous": True, "current": False}}
    found = request("updated-new_commits", changes=changes)

    assert (True, ()) == (found.pushed, found.changes)
    assert found.compare_url == f"{PAGES}/compare/{old}...{HEAD}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"draft": {"previous": True, "current": False}}, "ready"),
        ({"draft": {"previous": False, "current": True}}, "draft"),
        ({"title": {"previous": "Draft: a", "current": "a"}}, "ready"),
        ({"title": {"previous": "a", "current": "WIP: a"}}, "draft"),
        ({"title": ["Draft: a", "a"]}, "ready"),
        ({"title": {"previous": "Draft: a", "current": "Draft: b"}}, "updated"),
        ({"title": {"previous": "Draft: a", "current": "b"}}, "updated"),
    ],
)
def test_2_ready_and_draft(changes: dict[str, Any], expected: str) -> None:
    """The flag, or before GitLab 15 a title where only the mark differs."""
    assert expected == event("updated-title", changes=changes).action


@pytest.mark.parametrize(
    ("name", "requested"),
    [("review_requested", (WANGWU,)), ("review_requested-again", (LISI,))],
)
def test_3_reviewers_who_are_asked(name: str, requested: tuple[Person, ...]) -> None:
    """Those who were added or asked once more, not those who were there before."""
    assert requested == request(name).requested


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [reviewer("a")], "review_requested"),
        ([reviewer("b")], [reviewer("a")], "review_requested"),
        ([reviewer("a", "approved")], [reviewer("a", again=True)], "review_requested"),
        ([reviewer("a")], [reviewer("a", "requested_changes")], "changes_requested"),
        ([reviewer("a"), reviewer("b")], [reviewer("a")], "review_removed"),
        ([reviewer("a")], [reviewer("a", "approved")], ""),
        ([reviewer("a")], [reviewer("a", "review_started")], ""),
        ([reviewer("a", "requested_changes")], [reviewer("a", "requested_changes")], ""),
    ],
    ids=[
        "added",
        "replaced",
        "asked-again",
        "requested-changes",
        "removed",
        "approved",
        "started",
        "unchanged",
    ],
)
@pytest.mark.parametrize("shape", ["object", "pair"])
def test_3_changes_of_reviewers(
    before: list[Any], after: list[Any], *, expected: str, shape: str
) -> None:
    """States other than requested changes are no news: an approval has its own event."""
    changes: dict[str, Any] = reviewers(before, after)
    if shape == "pair":
        changes = {"reviewers": [before, after]}
    if expected:
        assert expected == event("updated-title", changes=changes).action
    else:
        with pytest.raises(Ignored, match="R32"):
            event("updated-title", changes=changes)


def test_3_a_reviewer_state_does_not_hide_another_change() -> None:
    """A title changed together with a reviewer's state is still told."""
    changes = reviewers([reviewer("a")], [reviewer("a", "reviewed")])
    changes |= {"title": {"previous": "a", "current": "b"}}

    assert request("updated-title", changes=changes).changes == (Change("title", "a", "b"),)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("assigned", ("assigned", Change("assignees", "", "王五"))),
        ("unassigned", ("unassigned", Change("assignees", "王五", ""))),
    ],
)
def test_4_assignees(name: str, expected: tuple[str, Change]) -> None:
    """Somebody added is an assignment, only removals are the opposite."""
    found = event(name)

    assert isinstance(found.subject, MergeRequest)
    assert expected == (found.action, found.subject.changes[0])


@pytest.mark.parametrize(
    ("current", "expected"),
    [(13, ("assigned", "张三")), (None, ("unassigned", ""))],
)
def test_4_an_assignee_by_id(current: Any, expected: tuple[str, str]) -> None:
    """GitLab 10 tells an id; the name is that of who is assigned now."""
    found = event("updated-title", changes={"assignee_id": [11, current]})

    assert isinstance(found.subject, MergeRequest)
    assert expected == (found.action, found.subject.changes[0].after)


@pytest.mark.parametrize(
    ("key", "before", "after", "expected"),
    [
        ("labels", [{"title": "a"}], [], Change("labels", "a", "")),
        ("milestone_id", 1, 2, Change("milestone")),
        ("target_branch", "main", "develop", Change("target_branch", "main", "develop")),
        ("title", "a", "b", Change("title", "a", "b")),
        ("description", "a", "b", Change("description")),
        ("merge_when_pipeline_succeeds", False, True, Change("auto_merge")),
        ("merge_when_pipeline_succeeds", True, False, Change("auto_merge")),
        ("blocking_discussions_resolved", False, True, Change("threads")),
    ],
)
def test_5_to_7_other_changes(key: str, before: Any, after: Any, expected: Change) -> None:
    """Each other attribute makes an update that names it."""
    found = request("updated-title", changes={key: {"previous": before, "current": after}})

    assert found.changes == (expected,)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        None,
        {"updated_at": ["a", "b"], "merge_status": ["unchecked", "checking"]},
        {"merge_params": [{}, {"x": 1}], "head_pipeline_id": [None, 4521]},
        {"blocking_discussions_resolved": {"previous": True, "current": False}},
        {"assignees": [[{"username": "a"}], [{"username": "a"}]], "assignee_id": [1, 2]},
    ],
    ids=["empty", "absent", "status", "params", "thread-opened", "order"],
)
def test_8_noise_is_ignored(changes: Any) -> None:
    """Nothing that a person would see: R32."""
    with pytest.raises(Ignored, match="R32"):
        event("updated-title", changes=changes)


@pytest.mark.parametrize("name", ["updated-noise", "updated-reviewed"])
def test_8_the_samples_of_noise(name: str) -> None:
    """An empty change, and a reviewer's approval, are ignored."""
    with pytest.raises(Ignored, match="R32"):
        event(name)


def test_an_unknown_action_is_ignored() -> None:
    """An action of a later GitLab is not supported, and no error."""
    with pytest.raises(Ignored, match="R10"):
        event("opened", {"action": "explode"})


@pytest.mark.parametrize(
    ("author_id", "expected"),
    [(11, ZHANGSAN), (12, LISI), (99, None), (None, None)],
    ids=["assignee", "reviewer", "nobody", "missing"],
)
def test_the_author_is_known_only_by_id(author_id: Any, expected: Person | None) -> None:
    """The author is one of the people in the body, or unknown."""
    assert expected == request("closed", {"author_id": author_id}).author


def test_people_of_old_bodies() -> None:
    """Before GitLab 12 there is one assignee; absent keys mean nobody."""
    body = load("gitlab/merge_request.opened").body
    body["assignee"] = body.pop("assignees")[0]
    del body["reviewers"]
    found = convert({"x-gitlab-event": "Merge Request Hook"}, Fields(body)).subject

    assert isinstance(found, MergeRequest)
    assert ((ZHANGSAN,), ()) == (found.assignees, found.reviewers)


def test_the_time_is_that_of_the_action() -> None:
    """actioned_at, else updated_at; an approval does not touch updated_at."""
    stamps = {"actioned_at": None, "updated_at": "2026-11-20 10:00:00 UTC"}

    assert event("closed", stamps).occurred_at == 1795168800.0
    assert event("approved", stamps).occurred_at is None
    assert event("approved").occurred_at == 1795170510.0


def test_a_merge_request_tells_whom_its_description_speaks_to() -> None:
    """The names after ``@``, as a comment's."""
    assert ("lisi",) == request("opened", {"description": "请 @lisi 看一下"}).mentioned
