"""From roles and names to people: whom an event calls, by which id, and who is left out."""

from typing import Any

import pytest

from relay import events
from relay.config import DINGTALK_ROBOT, WECOM_APP, WECOM_ROBOT, Person
from relay.events import (
    Branch,
    Comment,
    Commit,
    Deployment,
    Event,
    Issue,
    Job,
    MergeRequest,
    Pipeline,
    Push,
    Release,
    Subject,
    Tag,
    WikiPage,
)
from relay.notifications import Mention
from relay.people import MOST_PEOPLE, resolve

PEOPLE = (
    Person("zhangsan", "张三", wecom="ZhangSan", dingtalk="manager4021", mobile="13800001111"),
    Person("lisi", "李四", wecom="LiSi", aliases=("lisi@example.com", "Li-Si")),
    Person("wangwu", "王五", mobile="13900002222"),
    Person("zhaoliu", "赵六"),
    Person("bot-ci", "机器人", wecom="Bot", mute=True),
    Person("chen1", "陈晨", wecom="Chen1"),
    Person("chen2", "陈晨", wecom="Chen2"),
    Person("sunqi", wecom="SunQi"),
)
ZHANGSAN = events.Person("张三", "zhangsan", "zhangsan@example.com")
LISI = events.Person("李四", "lisi", "lisi@example.com")
WANGWU = events.Person("王五", "wangwu")
BOT = events.Person("CI", "bot-ci")
STRANGER = events.Person("钱八", "qianba", "qianba@example.com")


def by(name: str, email: str = "", sha: str = "a1b2c3d") -> Commit:
    """A commit as forges tell it: its author has no user name."""
    return Commit(sha, author=events.Person(name, "", email))


def event(name: str, subject: Subject, actor: events.Person | None = None) -> Event:
    kind, _, action = name.partition(".")
    return Event("gitlab", kind, action, subject, actor=actor)


def called(found: Event, *names: str, people: Any = PEOPLE, platform: str = WECOM_ROBOT) -> str:
    """Return who is mentioned, then after a bar the unresolved: ``张三 李四 | 赵六``."""
    resolved = resolve(found, names, people, platform)
    words = ["@all" if one.everyone else one.name for one in resolved.mentions]
    return " ".join([*words, *(["|", *resolved.unresolved] if resolved.unresolved else [])])


MR = MergeRequest(
    "!42",
    author=ZHANGSAN,
    assignees=(WANGWU,),
    reviewers=(LISI, WANGWU),
    testers=(events.Person("", "sunqi"),),
    mentioned=("lisi",),
)
ISSUE = Issue("#231", author=LISI, assignees=(ZHANGSAN, WANGWU), mentioned=("wangwu",))
COMMENT = Comment("merge_request", target_author=ZHANGSAN, mentioned=("lisi", "张三"))
FAILED = Pipeline("#4521", "main", commit=by("张三", "zhangsan@example.com"))

ROLES = [
    # authors
    ("merge_request.merged", MR, LISI, "author", "张三"),
    ("merge_request.merged", MR._replace(author=None), LISI, "author", ""),
    ("issue.closed", ISSUE, ZHANGSAN, "author", "李四"),
    ("comment.created", COMMENT, LISI, "author", "张三"),
    ("comment.created", Comment("commit", target_author=LISI), ZHANGSAN, "author", "李四"),
    ("pipeline.failed", FAILED, LISI, "author", "张三"),
    ("pipeline.failed", Pipeline("#1"), LISI, "author", "李四"),
    ("job.failed", Job("lint", commit=by("李四")), ZHANGSAN, "author", "李四"),
    ("job.failed", Job("lint", commit=Commit("a1b2c3d")), None, "author", ""),
    ("deployment.failed", Deployment("prod", commit=Commit("a1")), ZHANGSAN, "author", "张三"),
    ("deployment.failed", Deployment("prod", commit=by("李四")), ZHANGSAN, "author", "李四"),
    ("tag.created", Tag("v1", by("李四")), ZHANGSAN, "author", "李四"),
    ("release.created", Release("v1", commit=by("李四")), None, "author", "李四"),
    (
        "push.pushed",
        Push("main", commits=(by("王五"), by("李四"))),
        ZHANGSAN,
        "author",
        "王五 李四",
    ),
    ("push.pushed", Push("main"), ZHANGSAN, "author", ""),
    ("wiki.updated", WikiPage("首页"), ZHANGSAN, "author", ""),
    # committers
    ("pipeline.failed", FAILED, LISI, "committer", "李四"),
    ("job.failed", Job("lint", commit=by("张三")), LISI, "committer", "李四"),
    ("deployment.success", Deployment("prod", commit=by("张三")), LISI, "committer", "李四"),
    ("merge_request.merged", MR, LISI, "committer", "张三"),
    ("push.pushed", Push("main", commits=(by("李四"),)), ZHANGSAN, "committer", ""),
    # assignees
    ("issue.opened", ISSUE, LISI, "assignees", "张三 王五"),
    ("merge_request.opened", MR, ZHANGSAN, "assignees", "王五"),
    ("comment.created", COMMENT._replace(assignees=(WANGWU,)), LISI, "assignees", "王五"),
    ("pipeline.failed", FAILED, LISI, "assignees", ""),
    # reviewers
    ("merge_request.opened", MR, ZHANGSAN, "reviewers", "李四 王五 sunqi"),
    (
        "merge_request.review_requested",
        MR._replace(requested=(WANGWU,)),
        ZHANGSAN,
        "reviewers",
        "王五",
    ),
    ("merge_request.test_requested", MR._replace(requested=(LISI,)), ZHANGSAN, "reviewers", "李四"),
    ("comment.created", COMMENT._replace(reviewers=(LISI,)), ZHANGSAN, "reviewers", "李四"),
    ("comment.created", COMMENT._replace(testers=(LISI,)), ZHANGSAN, "reviewers", "李四"),
    ("issue.opened", ISSUE, LISI, "reviewers", ""),
    # mentioned
    ("comment.created", COMMENT, WANGWU, "mentioned", "李四 张三"),
    ("comment.edited", COMMENT, WANGWU, "mentioned", "李四 张三"),
    ("comment.created", Comment("issue", mentioned=("LI-SI",)), WANGWU, "mentioned", "李四"),
    ("comment.created", Comment("issue", mentioned=("王五",)), LISI, "mentioned", "王五"),
    ("comment.created", Comment("issue", mentioned=("陈晨",)), WANGWU, "mentioned", ""),
    ("merge_request.opened", MR, ZHANGSAN, "mentioned", "李四"),
    ("merge_request.updated", MR, ZHANGSAN, "mentioned", ""),
    ("issue.opened", ISSUE, LISI, "mentioned", "王五"),
    ("issue.closed", ISSUE, LISI, "mentioned", ""),
    ("push.pushed", Push("main"), LISI, "mentioned", ""),
]


@pytest.mark.parametrize(("name", "subject", "actor", "role", "expected"), ROLES)
def test_a_role_means_people_of_the_event(
    name: str, subject: Subject, actor: events.Person | None, role: str, expected: str
) -> None:
    """Each role by event; a fact that is missing means nobody."""
    assert expected == called(event(name, subject, actor), role)


OWN = [
    ("merge_request.merged", MR, ZHANGSAN, "author", ""),
    ("merge_request.unapproved", MR._replace(by_system=True), ZHANGSAN, "author", "张三"),
    ("comment.created", COMMENT, ZHANGSAN, "mentioned", "李四"),
    ("issue.assigned", ISSUE, WANGWU, "assignees", "张三"),
    ("issue.assigned", ISSUE, ZHANGSAN, "zhangsan", ""),
    ("push.pushed", Push("main", commits=(by("张三"), by("李四"))), ZHANGSAN, "author", "李四"),
    (
        "push.pushed",
        Push("main", commits=(by("Z", "ZHANGSAN@example.com"),)),
        ZHANGSAN,
        "author",
        "",
    ),
    ("branch.deleted", Branch("main"), ZHANGSAN, "committer", ""),
    ("pipeline.failed", FAILED, ZHANGSAN, "author", "张三"),
    ("pipeline.fixed", FAILED, ZHANGSAN, "author", "张三"),
    ("pipeline.success", FAILED, ZHANGSAN, "committer", "张三"),
    ("pipeline.canceled", FAILED, ZHANGSAN, "author", ""),
    ("pipeline.canceled", FAILED, LISI, "author", "张三"),
    ("job.failed", Job("lint", commit=by("张三")), ZHANGSAN, "author", "张三"),
    ("job.canceled", Job("lint", commit=by("张三")), ZHANGSAN, "author", ""),
    ("deployment.failed", Deployment("prod"), ZHANGSAN, "author", "张三"),
    ("deployment.approved", Deployment("prod", approver=LISI), ZHANGSAN, "author", "张三"),
    ("deployment.rejected", Deployment("prod", approver=ZHANGSAN), ZHANGSAN, "author", ""),
    ("issue.closed", ISSUE._replace(author=STRANGER), STRANGER, "author", ""),
]


@pytest.mark.parametrize(("name", "subject", "actor", "who", "expected"), OWN)
def test_nobody_is_called_for_their_own_action(
    name: str, subject: Subject, actor: events.Person, who: str, expected: str
) -> None:
    """The outcome of a run is nobody's own action, a stopped run is."""
    assert expected == called(event(name, subject, actor), who)


MATCHES = [
    (events.Person("", "ZhangSan"), "张三"),
    (events.Person("", "li-si"), "李四"),
    (events.Person("Si Li", "", "LISI@example.com"), "李四"),
    (events.Person("Si Li", "sili", "lisi@example.com"), "李四"),
    (events.Person("王五", "", "wangwu@example.com"), "王五"),
    (events.Person("王五", "ww"), "王五"),
    (events.Person("wangwu", "", "ww@example.com"), "王五"),
    (events.Person("x", "", "77-wangwu@users.noreply.git.example.com"), "王五"),
    (events.Person("x", "", "1550+wangwu@user.noreply.gitee.com"), "王五"),
    (events.Person("x", "", "1550+wangwu@users.noreply.github.com"), "| x"),
    (events.Person("陈晨", "", "chen@example.com"), "| 陈晨"),
    (events.Person("陈晨", "chen2"), "陈晨"),
    (STRANGER, "| 钱八"),
    (events.Person("", "qianba"), "| qianba"),
    (events.Person("", "", "qianba@example.com"), ""),
]


@pytest.mark.parametrize(("author", "expected"), MATCHES)
def test_a_person_of_the_forge_is_found_in_people(author: events.Person, expected: str) -> None:
    """By user name, alias, e-mail address, and by a name that only one has."""
    subject = Pipeline("#1", commit=Commit("a1", author=author))

    assert expected == called(event("pipeline.failed", subject), "author")


def test_a_user_name_counts_more_than_an_alias() -> None:
    """Two people lay claim to one word."""
    people = (Person("a", "甲", wecom="A", aliases=("b",)), Person("b", "乙", wecom="B"))
    subject = Comment("issue", mentioned=("b",))

    assert "乙" == called(event("comment.created", subject, LISI), "mentioned", people=people)


def test_a_commit_author_has_the_account_of_who_pushed() -> None:
    """Without an alias, the e-mail address that the event tells of its actor is enough."""
    people = (Person("zhangsan", wecom="ZhangSan"),)
    failed = Pipeline("#1", commit=by("Zhang", "zhangsan@example.com"))

    assert "zhangsan" == called(event("pipeline.failed", failed, ZHANGSAN), "author", people=people)


def test_a_name_after_at_may_be_that_of_somebody_in_the_event() -> None:
    """The table of people has no display name, the event has."""
    people = (Person("zhangsan", wecom="ZhangSan"),)

    assert "zhangsan" == called(
        event("comment.created", COMMENT, WANGWU), "mentioned", people=people
    )


IDS = [
    (WECOM_ROBOT, "zhangsan", Mention("张三", wecom="ZhangSan")),
    (WECOM_ROBOT, "wangwu", Mention("王五", mobile="13900002222")),
    (WECOM_APP, "zhangsan", Mention("张三", wecom="ZhangSan")),
    (DINGTALK_ROBOT, "zhangsan", Mention("张三", dingtalk="manager4021")),
    (DINGTALK_ROBOT, "wangwu", Mention("王五", mobile="13900002222")),
    (WECOM_ROBOT, "@all", Mention(everyone=True)),
    (WECOM_APP, "SomebodyElse", Mention("SomebodyElse", wecom="SomebodyElse")),
    (WECOM_APP, "chen1", Mention("陈晨", wecom="Chen1")),
]


@pytest.mark.parametrize(("platform", "name", "expected"), IDS)
def test_a_mention_holds_one_id_of_its_platform(
    platform: str, name: str, expected: Mention
) -> None:
    """The platform's own id, else a phone number where it takes one; no other id leaves."""
    assert (expected,) == resolve(
        event("push.reset", Push("main")), [name], PEOPLE, platform
    ).mentions


MISSING = [
    (WECOM_ROBOT, "zhaoliu", "赵六", "zhaoliu 没有 wecom userid 或 mobile", "no wecom userid or"),
    (WECOM_APP, "wangwu", "王五", "wangwu 没有 wecom userid，", "no wecom userid:"),
    (DINGTALK_ROBOT, "lisi", "李四", "lisi 没有 dingtalk userId", "no dingtalk userId"),
    (WECOM_ROBOT, "nobody", "nobody", "nobody 不在 people 里", "nobody is not in people"),
]


@pytest.mark.parametrize(("platform", "name", "shown", "chinese", "english"), MISSING)
def test_who_has_no_id_is_named_with_a_remedy(
    platform: str, name: str, shown: str, chinese: str, english: str
) -> None:
    """By name in the message, and as reason R30 with what to do in both languages."""
    found = resolve(event("push.reset", Push("main")), [name], PEOPLE, platform)

    assert ((), (shown,)) == (found.mentions, found.unresolved)
    (reason,) = found.reasons
    assert ("R30", True, True) == (
        reason.code,
        chinese in reason.text.zh,
        english in reason.text.en,
    )


def test_a_stranger_is_told_by_user_name() -> None:
    """The reason names what to write into `people`, the message the person's name."""
    found = resolve(
        event("issue.closed", ISSUE._replace(author=STRANGER)), ["author"], PEOPLE, WECOM_ROBOT
    )

    assert ("钱八",) == found.unresolved
    assert "qianba is not in people: add that user name" == found.reasons[0].text.en


def test_a_commit_author_is_told_without_the_address() -> None:
    """The remedy speaks of the e-mail address and does not show it."""
    subject = Pipeline("#1", commit=by("钱八", "qianba@example.com"))
    found = resolve(event("pipeline.failed", subject), ["author"], PEOPLE, WECOM_ROBOT)

    assert "钱八 is not in people: add the commit e-mail" in found.reasons[0].text.en
    assert "@example.com" not in repr(found)


def test_a_stranger_of_the_event_who_is_mentioned_is_named() -> None:
    """The event itself says that the word is a person's user name."""
    subject = Comment("issue", target_author=STRANGER, mentioned=("qianba",))

    assert "| 钱八" == called(event("comment.created", subject, LISI), "mentioned")


def test_a_word_after_at_that_is_nobody_has_only_a_reason() -> None:
    """The comment itself shows ``@Override``; the message does not call it a person."""
    subject = Comment("issue", mentioned=("Override",))
    found = resolve(event("comment.created", subject, LISI), ["mentioned"], PEOPLE, WECOM_ROBOT)

    assert ((), ()) == (found.mentions, found.unresolved)
    assert ["@Override is not in people"] == [reason.text.en for reason in found.reasons]


@pytest.mark.parametrize("names", [("bot-ci",), ("author",), ("mentioned",)])
def test_the_muted_are_neither_called_nor_named(names: tuple[str, ...]) -> None:
    """Neither by role nor by name, nor by an application's user id."""
    subject = Comment("issue", target_author=BOT, mentioned=("bot-ci",))

    for platform in (WECOM_ROBOT, WECOM_APP, DINGTALK_ROBOT):
        found = resolve(event("comment.created", subject, LISI), names, PEOPLE, platform)

        assert ((), (), ()) == found
    by_id = resolve(event("comment.created", subject, LISI), ["bot"], PEOPLE, WECOM_APP)
    assert () == by_id.mentions


def test_each_person_is_called_once_in_the_order_of_the_names() -> None:
    """By role, key, alias and name, and ``@all`` at the end."""
    subject = MR._replace(mentioned=("li-si", "王五", "lisi"))
    found = event("merge_request.opened", subject, STRANGER)

    assert "李四 王五 张三 sunqi @all" == called(
        found, "@all", "mentioned", "author", "assignees", "lisi", "reviewers"
    )


@pytest.mark.parametrize(
    ("platform", "authors", "named", "left_out"),
    [(WECOM_ROBOT, 100, 50, 50), (DINGTALK_ROBOT, 51, 50, 1), (WECOM_ROBOT, 50, 50, 0),
     (WECOM_APP, 1000, 1000, 0), (WECOM_APP, 1003, 1000, 3)],
)  # fmt: skip
def test_a_crowd_is_bounded(platform: str, authors: int, named: int, left_out: int) -> None:
    """Of many strangers the first are named, and once how many are left out."""
    commits = tuple(by(f"p{n}", sha=str(n)) for n in range(authors))
    push = event("push.pushed", Push("main", commits=commits), LISI)
    found = resolve(push, ["author"], PEOPLE, platform)
    told = [one.text.en for one in found.reasons if one.text.en.startswith("more than")]

    assert (named, named + len(told)) == (len(found.unresolved), len(found.reasons))
    expected = f"more than {named} people: the other {left_out} are not called"
    assert told == ([expected] if left_out else [])


def test_nobody_is_left_out_when_all_are_called() -> None:
    """With @all the rest of a crowd is called as well, so there is nothing to tell."""
    commits = tuple(by(f"p{n}", sha=str(n)) for n in range(60))
    push = event("push.pushed", Push("main", commits=commits), LISI)
    found = resolve(push, ["author", "@all"], PEOPLE, WECOM_ROBOT)

    assert MOST_PEOPLE[WECOM_ROBOT] == len(found.reasons)
    assert found.mentions[-1].everyone


def test_names_of_strangers_are_fit_to_show() -> None:
    """No line breaks, no marks of direction, no endless names; braces are only braces."""
    stranger = events.Person("{who}\n\u202e" + "长" * 200, "{0}")
    subject = ISSUE._replace(author=stranger)
    found = resolve(event("issue.closed", subject), ["author"], PEOPLE, WECOM_ROBOT)

    assert "{who} " + "长" * 8 + "…" == found.unresolved[0]
    assert "{0} is not in people: add that user name" == found.reasons[0].text.en


def test_no_phone_number_stands_in_a_reason() -> None:
    """Whoever has one, on whichever platform."""
    names = ["author", "assignees", *(person.username for person in PEOPLE)]
    for platform in (WECOM_ROBOT, WECOM_APP, DINGTALK_ROBOT):
        found = resolve(event("issue.opened", ISSUE), names, PEOPLE, platform)

        assert "13" not in repr((found.unresolved, found.reasons))
