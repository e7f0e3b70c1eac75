"""Gitee's pushes, branches and tags (`reference/gitee.md` sections 6 and 7)."""

from typing import Any

import pytest

from adapters import gitee
from adapters.fields import Fields
from relay.events import Branch, Commit, Event, Person, Project, Push, Tag
from workbench import samples

API = "https://gitee.com/platform/api"
ZHANGSAN = Person("张三", "zhangsan", "zhangsan@example.com")
LISI = Person("李四", "lisi", "lisi@example.com")
ZEROS = "0" * 40


def convert(name: str, **changed: Any) -> Event:
    sample = samples.load(f"gitee/{name}")
    headers = {key.lower(): value for key, value in sample.headers.items()}
    return gitee.convert(headers, Fields({**sample.body, **changed}))


def pushed(name: str, **changed: Any) -> Push:
    subject = convert(name, **changed).subject
    assert isinstance(subject, Push)
    return subject


def body(name: str) -> dict[str, Any]:
    return samples.load(f"gitee/{name}").body


def bare(sha: str) -> Commit:
    return Commit(sha, url=f"{API}/commit/{sha}")


def test_a_push_tells_its_commits() -> None:
    """Branch, commits with first lines and links, count, comparison, files and pusher."""
    sample = body("push.pushed")
    event = convert("push.pushed")
    subject = event.subject

    assert Project("platform/api", API, "main") == event.project
    assert ZHANGSAN == event.actor
    assert event.occurred_at is None
    assert isinstance(subject, Push)
    assert ("main", 3, False, False) == (
        subject.branch,
        subject.total,
        subject.at_least,
        subject.new_branch,
    )
    assert (
        Commit(sample["after"], "修复登录超时后未跳转", ZHANGSAN, f"{API}/commit/{sample['after']}")
        == subject.commits[0]
    )
    assert [ZHANGSAN, ZHANGSAN, LISI] == [commit.author for commit in subject.commits]
    assert sample["compare"] == subject.compare_url == event.url
    assert ("src/auth/login.py", "tests/test_token.py", "requirements.txt") == subject.paths
    assert (bare(sample["before"]), bare(sample["after"])) == (subject.before, subject.after)


def test_the_newest_commit_comes_first() -> None:
    """A list that ends with the head is turned round, one that starts with it is left."""
    oldest_first = body("push.pushed-many")["commits"]
    newest_first = [commit["id"] for commit in reversed(oldest_first)]

    assert newest_first == [one.sha for one in pushed("push.pushed-many").commits]
    assert newest_first == [
        one.sha for one in pushed("push.pushed-many", commits=oldest_first[::-1]).commits
    ]


def test_a_head_in_the_middle_is_moved_to_the_front() -> None:
    """Nothing but the head changes its place."""
    one, two, three = body("push.pushed")["commits"]
    subject = pushed("push.pushed", commits=[two, one, three])

    assert [one["id"], two["id"], three["id"]] == [commit.sha for commit in subject.commits]


def test_an_order_that_nothing_explains_is_left_alone() -> None:
    """Without the head in the list there is no reason to touch it."""
    commits = body("push.pushed")["commits"]
    subject = pushed("push.pushed", commits=commits[1:])

    assert [one["id"] for one in commits[1:]] == [one.sha for one in subject.commits]


def test_without_a_head_commit_the_new_state_of_the_branch_decides() -> None:
    """`after` names the same commit."""
    commits = body("push.pushed")["commits"]
    subject = pushed("push.pushed", commits=commits[::-1], head_commit=None)

    assert [one["id"] for one in commits] == [one.sha for one in subject.commits]


@pytest.mark.parametrize(
    ("total", "more", "expected"),
    [
        pytest.param(17, True, (17, False), id="total-known"),
        pytest.param("17", True, (17, False), id="total-as-text"),
        pytest.param(None, True, (10, True), id="more-than-ten"),
        pytest.param(None, False, (10, False), id="the-list-is-all"),
        pytest.param(None, None, (10, False), id="old-body"),
        pytest.param(2, False, (10, False), id="total-below-the-list"),
    ],
)
def test_the_count_is_gitees_or_a_lower_bound(
    total: Any, more: Any, expected: tuple[int, bool]
) -> None:
    """Ten of 17 commits are listed; without a total there are at least ten."""
    subject = pushed("push.pushed-many", total_commits_count=total, commits_more_than_ten=more)

    assert expected == (subject.total, subject.at_least)


def test_commits_that_are_not_listed_are_counted_and_the_head_is_shown() -> None:
    """`commits: null` with a count is a push all the same."""
    event = convert("push.pushed", commits=None)

    assert "push.pushed" == event.name
    assert isinstance(event.subject, Push)
    assert (3, [body("push.pushed")["after"]]) == (
        event.subject.total,
        [commit.sha for commit in event.subject.commits],
    )


def test_a_merge_is_an_ordinary_push() -> None:
    """The merge commit of a pull request is told as the commit it is."""
    head = {**body("push.pushed")["head_commit"], "message": "!42 修复\nMerge pull request !42\n"}
    event = convert("push.pushed", commits=[head], head_commit=head, total_commits_count=1)

    assert "push.pushed" == event.name
    assert "!42 修复" == event.subject.commits[0].title


@pytest.mark.parametrize("count", [0, None])
@pytest.mark.parametrize("commits", [[], None])
def test_a_branch_that_moved_without_commits_is_a_reset(count: Any, commits: Any) -> None:
    """No force push is claimed: the two ends are told."""
    sample = body("push.reset")
    event = convert("push.reset", total_commits_count=count, commits=commits)

    assert "push.reset" == event.name
    assert (
        Push(
            branch="release/2.8",
            before=bare(sample["before"]),
            after=bare(sample["after"]),
            compare_url=sample["compare"],
        )
        == event.subject
    )


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="as-sent"),
        pytest.param({"created": None}, id="zeros-alone"),
        pytest.param({"before": "00000000", "created": None}, id="eight-zeros"),
        pytest.param({"before": None}, id="flag-alone"),
    ],
)
def test_a_new_branch_is_a_branch_and_no_push(changed: dict[str, Any]) -> None:
    """Its 13 commits are history: only where it starts is told."""
    event = convert("branch.created", **changed)
    subject = event.subject

    assert "branch.created" == event.name
    assert isinstance(subject, Branch)
    assert ("release/2.8", "修复登录超时后未跳转") == (subject.name, subject.head.title)
    assert f"{API}/tree/release/2.8" == event.url


def test_a_new_branch_with_listed_commits_is_no_push_either() -> None:
    """The help page's sample fills the list; it is history there too."""
    commits = body("push.pushed")["commits"]

    assert "branch.created" == convert("branch.created", commits=commits).name


def test_a_new_branch_without_head_commit_starts_at_its_new_state() -> None:
    """The id is enough for a link."""
    sha = body("branch.created")["after"]
    subject = convert("branch.created", head_commit=None).subject

    assert Branch("release/2.8", Commit(sha, url=f"{API}/commit/{sha}")) == subject


@pytest.mark.parametrize("changed", [{}, {"deleted": None}, {"after": "00000000", "deleted": None}])
def test_a_deleted_branch_tells_where_it_ended(changed: dict[str, Any]) -> None:
    """The last commit restores it; there is no page any more."""
    sha = body("branch.deleted")["before"]
    event = convert("branch.deleted", **changed)

    assert "branch.deleted" == event.name
    assert Branch("feature/x", Commit(sha, url=f"{API}/commit/{sha}")) == event.subject
    assert "" == event.url


def test_a_new_tag_tells_its_commit() -> None:
    """The tagged commit, with a link to the tag; no annotation is sent."""
    event = convert("tag.created")
    subject = event.subject

    assert isinstance(subject, Tag)
    assert ("v2.8.0", "") == (subject.name, subject.message)
    assert (body("tag.created")["after"], "修复登录超时后未跳转") == subject.commit[:2]
    assert f"{API}/tree/v2.8.0" == event.url


def test_a_deleted_tag_has_no_page() -> None:
    """The commit it was at is told."""
    sha = body("tag.deleted")["before"]
    event = convert("tag.deleted")

    assert Tag("v2.8.0-rc1", Commit(sha, url=f"{API}/commit/{sha}")) == event.subject
    assert "" == event.url


def test_a_tag_that_is_neither_new_nor_gone_has_moved() -> None:
    """Both ends are real commits."""
    event = convert("tag.created", before="a" * 40, created=False)

    assert "tag.moved" == event.name
    assert f"{API}/tree/v2.8.0" == event.url


def test_an_old_tag_body_has_eight_zeros() -> None:
    """The body of 2016 says "new" by them alone, and its times lack the plus."""
    head = {**body("tag.created")["head_commit"], "timestamp": "2016-12-09T17:28:02 08:00"}
    event = convert("tag.created", before="0" * 8, created=None, head_commit=head, commits=None)

    assert "tag.created" == event.name


@pytest.mark.parametrize("event", ["Push Hook", "push_hooks"])
def test_the_ref_decides_between_branch_and_tag(event: str) -> None:
    """A tag stays a tag under the push event's name, and a branch under the tag event's."""
    tag = Fields(body("tag.created"))
    branch = Fields(body("push.pushed"))

    assert "tag.created" == gitee.convert({"x-gitee-event": event}, tag).name
    assert "push.pushed" == gitee.convert({"x-gitee-event": "Tag Push Hook"}, branch).name


def test_an_old_body_has_a_bare_branch_name() -> None:
    """Before 2018 `ref` came without its prefix."""
    assert "main" == pushed("push.pushed", ref="main").branch


def test_a_pusher_without_an_object_is_called_by_the_nickname() -> None:
    """`user_name` is a nickname here, not a login."""
    event = convert("push.pushed", sender=None, user=None, pusher=None, user_name="三哥")

    assert Person("三哥") == event.actor


@pytest.mark.parametrize("key", ["user", "pusher"])
def test_without_sender_the_short_objects_name_the_pusher(key: str) -> None:
    """They lack the enterprise's remark, so the nickname shows."""
    short = {"name": "小李", "username": "lisi", "user_name": "lisi", "email": "lisi@example.com"}
    others = {"sender": None, "user": None, "pusher": None, key: short}

    assert Person("小李", "lisi", "lisi@example.com") == convert("push.pushed", **others).actor


def test_missing_links_are_built_and_names_in_them_encoded() -> None:
    """The repository's page is the base; a branch may hold slashes and anything else."""
    event = convert("branch.created", ref="refs/heads/feat/登录 #1", compare=None)

    assert f"{API}/tree/feat/%E7%99%BB%E5%BD%95%20%231" == event.url

    sample = body("push.pushed")
    built = pushed("push.pushed", compare="ftp://x").compare_url

    assert f"{API}/compare/{sample['before']}...{sample['after']}" == built


def test_without_a_repository_page_there_are_no_built_links() -> None:
    """An empty link is never sent."""
    event = convert("branch.created", repository={"full_name": "platform/api"})

    assert "" == event.url


def test_an_author_unknown_to_gitee_has_name_and_address_only() -> None:
    """Everything else of the object is null when the address is bound to no account."""
    author = dict.fromkeys(("id", "url", "username", "user_name", "remark"))
    commit = body("push.pushed")["head_commit"]
    commit["author"] = {**author, "name": "Ling", "email": "ling@example.com"}
    subject = pushed("push.pushed", commits=[commit])

    assert Person("Ling", "", "ling@example.com") == subject.commits[0].author


def test_changed_files_may_be_null() -> None:
    """`added`, `removed` and `modified` are lists or null."""
    commit = {**body("push.pushed")["head_commit"], "added": None, "removed": ["a", "a"]}

    assert ("a", "src/auth/login.py") == pushed("push.pushed", commits=[commit]).paths
