"""Pushes, branches and tags of GitLab (`reference/gitlab.md` sections 7.1, 7.2)."""

from typing import Any

import pytest

from adapters.fields import Fields
from adapters.gitlab import convert
from relay.errors import Ignored
from relay.events import Branch, Commit, Event, Person, Project, Push, Tag
from workbench.samples import load

WEB = "https://git.example.com/platform/api"
BEFORE = load("gitlab/push.pushed").body["before"]
AFTER = load("gitlab/push.pushed").body["after"]
ZEROS = "0" * 40


def event(name: str, header: str = "Push Hook", **changes: Any) -> Event:
    """Convert the sample *name* with *changes* at its top level."""
    return convert({"x-gitlab-event": header}, Fields(load(f"gitlab/{name}").body | changes))


def push(name: str, **changes: Any) -> Push:
    subject = event(name, **changes).subject
    assert isinstance(subject, Push)
    return subject


def tag(name: str, **changes: Any) -> Tag:
    subject = event(name, "Tag Push Hook", **changes).subject
    assert isinstance(subject, Tag)
    return subject


def test_a_push_tells_who_where_and_what() -> None:
    """Actor, project, branch page and comparison come from the body or are built from it."""
    found = event("push.pushed")

    assert Person("张三", "zhangsan") == found.actor
    assert Project("platform/api", WEB, "main") == found.project
    assert f"{WEB}/-/tree/main" == found.url
    assert found.occurred_at is None
    assert push("push.pushed")._replace(commits=(), paths=()) == Push(
        branch="main",
        before=Commit(BEFORE, url=f"{WEB}/-/commit/{BEFORE}"),
        after=Commit(AFTER, url=f"{WEB}/-/commit/{AFTER}"),
        total=3,
        compare_url=f"{WEB}/-/compare/{BEFORE}...{AFTER}",
    )


def test_commits_come_newest_first() -> None:
    """GitLab lists the oldest first; titles are first lines, authors those of the commits."""
    commits = push("push.pushed").commits

    assert ["a1b2c3d", "9f8e7d6", "0c1d2e3"] == [one.sha[:7] for one in commits]
    assert commits[2] == Commit(
        sha=commits[2].sha,
        title="升级 requests 到 2.34",
        author=Person("李四", "", "lisi@example.com"),
        url=f"{WEB}/-/commit/{commits[2].sha}",
    )
    assert (
        push("push.pushed-merge").commits[0].title == "Merge branch 'fix/login-timeout' into 'main'"
    )


def test_changed_files_are_listed_once() -> None:
    """The paths of all listed commits serve the filters."""
    paths = push("push.pushed").paths

    assert paths == (
        "src/auth/login.py",
        "src/auth/session.py",
        "tests/test_token.py",
        "requirements.txt",
    )


def test_at_most_2000_changed_files_are_kept() -> None:
    """A commit over a whole tree does not fill the memory."""
    commits = [{"id": AFTER, "message": "x", "added": [f"file{n}" for n in range(9000)]}]

    assert len(push("push.pushed", commits=commits).paths) == 2000


@pytest.mark.parametrize(
    ("listed", "count", "expected"),
    [(17, 17, 17), (20, 345, 345), (3, None, 3), (3, 0, 3), (3, "345", 345), (3, "many", 3)],
)
def test_the_total_counts_commits_that_are_not_listed(
    listed: int, count: Any, expected: int
) -> None:
    """total_commits_count is the real number, the list its newest part."""
    commits = [{"id": f"{number:040x}", "message": "x"} for number in range(1, listed + 1)]
    found = push("push.pushed", commits=commits, total_commits_count=count)

    assert (expected, listed) == (found.total, len(found.commits))


def test_the_long_push_lists_all_its_commits() -> None:
    """All 17 commits of a push are there for the count by author."""
    found = push("push.pushed-many")

    assert (17, 17) == (found.total, len(found.commits))
    assert found.commits[3].title == "Merge branch 'feat/order-fsm'"


@pytest.mark.parametrize("zeros", ["0" * 40, "0" * 64], ids=["sha1", "sha256"])
def test_a_new_branch_with_commits_is_a_push(zeros: str) -> None:
    """There is nothing to compare with on a new branch."""
    found = push("push.pushed-new_branch", before=zeros)

    assert (True, 2, "") == (found.new_branch, found.total, found.compare_url)


@pytest.mark.parametrize("zeros", ["0" * 40, "0" * 64], ids=["sha1", "sha256"])
def test_a_branch_from_an_old_commit_is_created(zeros: str) -> None:
    """A new branch without new commits tells where it starts."""
    found = event("branch.created", before=zeros)

    head = Commit(AFTER, url=f"{WEB}/-/commit/{AFTER}")
    assert ("branch.created", Branch("release/2.8", head)) == (found.name, found.subject)
    assert found.url == f"{WEB}/-/tree/release/2.8"


def test_a_deleted_branch_links_to_the_project() -> None:
    """A branch that is gone has no page."""
    found = event("branch.deleted")

    assert ("branch.deleted", WEB) == (found.name, found.url)
    assert isinstance(found.subject, Branch)
    assert found.subject.head
    assert BEFORE == found.subject.head.sha


def test_a_branch_that_moved_without_commits_is_reset() -> None:
    """No commit is new although the ids differ: a reset or force push."""
    found = event("push.reset")

    assert found.name == "push.reset"
    assert push("push.reset").compare_url == f"{WEB}/-/compare/{BEFORE}...{AFTER}"


def test_a_branch_that_did_not_move_is_ignored() -> None:
    """Equal ids and no commits are no news."""
    with pytest.raises(Ignored, match="R32"):
        event("push.reset", before=AFTER)


def test_a_system_hook_push_has_a_count_only() -> None:
    """Without the list the count still makes it a push, not a reset."""
    found = push("push.pushed-system_hook")

    assert ((), 3) == (found.commits, found.total)


def test_a_system_hook_push_without_object_kind_is_a_push() -> None:
    """The documentation's own example names its kind in event_name only."""
    assert event("push.pushed-system_hook", "System Hook", object_kind=None).name == "push.pushed"


@pytest.mark.parametrize(
    "branch", ["feat/#12 a%b", "主干", "a|b`c`", "x?y"], ids=["hash", "chinese", "pipe", "query"]
)
def test_branch_names_are_encoded_in_links(branch: str) -> None:
    """The name stays as it is, the link holds none of the characters that would end it."""
    found = event("push.pushed", ref=f"refs/heads/{branch}")

    assert isinstance(found.subject, Push)
    assert branch == found.subject.branch
    assert found.url.startswith(f"{WEB}/-/tree/")
    assert not set("#?|` ") & set(found.url)


def test_old_instances_have_no_dash_in_their_routes() -> None:
    """Before GitLab 12 pages lie directly below the project, as the commit's link shows."""
    commits = [{"id": AFTER, "message": "x", "url": f"{WEB}/commit/{AFTER}"}]

    assert event("push.pushed", commits=commits).url == f"{WEB}/tree/main"
    assert push("push.pushed", commits=commits).compare_url == f"{WEB}/compare/{BEFORE}...{AFTER}"


def test_the_oldest_bodies_have_only_a_repository() -> None:
    """GitLab 8: no project object; the repository's home page gives place and path."""
    found = event("push.pushed", object_kind=None, event_name=None, project=None)

    assert Project("platform/api", WEB) == found.project


@pytest.mark.parametrize(
    ("name", "email"),
    [("", ""), ("[REDACTED]", ""), ("zhangsan@example.com", "zhangsan@example.com")],
)
def test_only_an_address_is_an_email(name: str, email: str) -> None:
    """Redacted and empty addresses are dropped."""
    actor = event("push.pushed", user_email=name).actor

    assert actor
    assert email == actor.email


def test_a_commit_without_the_branch_ref_is_foreign() -> None:
    """A push body without ref and ids is not GitLab's own."""
    with pytest.raises(Ignored, match="R10"):
        event("push.pushed", ref=None)


def test_an_annotated_tag_points_to_its_commit() -> None:
    """after is the tag object; checkout_sha the commit; message the annotation."""
    found = tag("tag.created")

    assert (found.name, found.message) == ("v2.8.0", "2.8.0 正式版")
    assert found.commit
    assert (AFTER, "修复登录超时后未跳转") == (found.commit.sha, found.commit.title)
    assert event("tag.created").url == f"{WEB}/-/tags/v2.8.0"


def test_a_lightweight_tag_has_no_message() -> None:
    """Without a commit in the body its id and link are enough."""
    found = tag("tag.created-lightweight")

    assert found == Tag("v2.8.0", Commit(AFTER, url=f"{WEB}/-/commit/{AFTER}"))


@pytest.mark.parametrize(
    "ids",
    [
        {"before": BEFORE, "after": ZEROS, "checkout_sha": None},
        {"before": ZEROS, "after": BEFORE, "checkout_sha": None},
        {"before": BEFORE, "after": "0" * 64, "checkout_sha": None},
    ],
    ids=["now", "gitlab-8", "sha256"],
)
def test_a_deleted_tag_is_told_in_every_version(ids: dict[str, Any]) -> None:
    """checkout_sha of null is the sign that holds even where the ids are the wrong way round."""
    found = event("tag.deleted", **ids)

    assert ("tag.deleted", Tag("v2.8.0"), WEB) == (found.name, found.subject, found.url)


def test_a_tag_with_two_ids_moved() -> None:
    """A tag that pointed elsewhere before is moved, not created."""
    assert event("tag.moved").name == "tag.moved"


def test_the_old_test_button_sends_a_push_as_a_tag() -> None:
    """A tag push whose ref is a branch is a push."""
    found = event("push.pushed", "Tag Push Hook", object_kind="tag_push")

    assert found.name == "push.pushed"
