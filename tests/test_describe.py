"""Words that no sample event brings up: loud forms of updates, history, odd values."""

import pytest

from relay.describe import describe
from relay.events import (
    Change,
    Comment,
    Commit,
    Event,
    Issue,
    MergeRequest,
    Notice,
    Person,
    Pipeline,
    Project,
    Push,
)
from relay.notifications import Notification
from workbench import samples

PROJECT = Project("company/platform/api", "https://git.example.com/company/platform/api")
ZHANG = Person("张三", "zhangsan")
URL = "https://git.example.com/company/platform/api/-/x/1"


def event(kind: str, action: str, subject: object, **fields: object) -> Event:
    made = Event("gitlab", kind, action, Notice(""), PROJECT, ZHANG, URL)
    return made._replace(subject=subject, **fields)


def lines(notification: Notification) -> list[str]:
    return ["".join(span.text for span in line.spans) for line in notification.lines]


def test_fixed_pipeline_tells_its_history() -> None:
    """The first success after failures says how many and for how long (messages.md 3.11)."""
    subject = Pipeline(
        "#4523",
        "main",
        commit=Commit("c3d4e5f00000", "修复 lint 与单测"),
        trigger="push",
        duration_s=178,
        failures=2,
        failing_s=2460,
    )
    zh = describe(event("pipeline", "fixed", subject))
    en = describe(event("pipeline", "fixed", subject), lang="en")

    assert zh.title == "✅ 流水线恢复 · platform/api main · 张三"
    assert lines(zh) == ["提交：c3d4e5f 修复 lint 与单测", "用时 2分58秒 · 此前失败 2 次，共 41分"]
    assert en.title == "✅ Pipeline fixed · platform/api main · zhangsan"
    assert lines(en)[1] == "took 2m 58s · after 2 failures over 41m"


@pytest.mark.parametrize(
    ("failures", "failing_s", "zh", "en"),
    [
        (0, None, "", ""),
        (1, 0.0, "", ""),
        (2, 600.0, " · 连续失败 2 次，共 10分", " · failed 2 times in a row, 10m"),
        (3, None, " · 连续失败 3 次", " · failed 3 times in a row"),
    ],
)
def test_repeated_failure_is_counted(
    failures: int, failing_s: float | None, zh: str, en: str
) -> None:
    """From the second one on, in grey."""
    subject = Pipeline("#4522", "main", duration_s=192, failures=failures, failing_s=failing_s)
    failed = event("pipeline", "failed", subject)
    found = describe(failed)

    assert [f"用时 3分12秒{zh}"] == lines(found)
    assert [f"took 3m 12s{en}"] == lines(describe(failed, lang="en"))
    assert ("muted" if failures > 1 else "") == found.lines[-1].spans[-1].tone


def test_one_failure_before_is_singular() -> None:
    """A failure that was mended at once."""
    subject = Pipeline("#4523", "main", failures=1, failing_s=60.0)
    fixed = event("pipeline", "fixed", subject)

    assert ["此前失败 1 次，共 1分"] == lines(describe(fixed))
    assert ["after 1 failure over 1m"] == lines(describe(fixed, lang="en"))


def test_loud_update_lists_its_changes() -> None:
    """An update in its full form has one line per change; lists show what came and went."""
    subject = MergeRequest(
        "!42",
        "修复登录",
        changes=(
            Change("labels", "P2", "P1, bug"),
            Change("target_branch", "main", "develop"),
            Change("description"),
        ),
    )
    found = describe(event("merge_request", "updated", subject))

    assert found.title == "↻ !42 更新了标签、目标分支、描述 · platform/api · 张三"
    assert lines(found) == ["修复登录", "标签：+P1, bug −P2", "目标分支：main → develop"]


def test_old_event_tells_when_it_happened() -> None:
    """A message about something older than five minutes has its time as the last line."""
    closed = event("issue", "closed", Issue("#1", "标题"))
    fresh, old = (
        describe(closed._replace(occurred_at=samples.NOW - age_s), now_s=samples.NOW)
        for age_s in (10.0, 3600.0)
    )

    assert lines(fresh) == ["标题"]
    assert lines(old) == ["标题", "发生于 11-20 17:30（GMT+8）"]


@pytest.mark.parametrize("most", [1, 3, 5])
def test_commits_beyond_the_maximum_are_counted(most: int) -> None:
    """*max_commits* lines of commits, and the rest as a number."""
    commits = tuple(Commit(f"{n:040x}", f"c{n}", Person("李四")) for n in range(8))
    found = describe(
        event("push", "pushed", Push("main", commits=commits, total=8)), max_commits=most
    )

    assert len(found.lines) == most
    assert found.more is not None
    assert found.more.hidden == 8 - most
    assert found.more.detail == f"（李四 {8 - most}）"


def test_authors_are_not_counted_when_the_payload_hides_some() -> None:
    """With more commits than the payload lists, only their number is told."""
    commits = tuple(Commit(f"{n:040x}", f"c{n}", Person("李四")) for n in range(8))
    found = describe(event("push", "pushed", Push("main", commits=commits, total=50)))

    assert found.more is not None
    assert (found.more.hidden, found.more.detail) == (45, "")


def test_author_who_pushed_is_not_repeated() -> None:
    """A commit of the pusher carries no name, whether known by name or by e-mail (rule 4)."""
    commits = (
        Commit("a" * 40, "by name", Person("张三")),
        Commit("b" * 40, "by mail", Person("Zhang", email="z@example.com")),
        Commit("c" * 40, "other", Person("李四")),
    )
    pusher = ZHANG._replace(email="z@example.com")
    found = describe(event("push", "pushed", Push("main", commits=commits, total=3), actor=pusher))

    assert lines(found) == ["aaaaaaa by name", "bbbbbbb by mail", "ccccccc other 李四"]


def test_message_without_a_link_has_no_action() -> None:
    """Where neither the thing nor its project has a page, there is no empty link."""
    bare = event("comment", "created", Comment("issue", "文字", "#1"), project=Project(), url="")
    found = describe(bare)

    assert found.actions == ()
    assert found.title == "💬 评论 #1 · 张三"


def test_link_that_is_too_long_gives_way_to_the_project() -> None:
    """An address over 1024 bytes is not shown; the project's page stands in."""
    found = describe(event("issue", "closed", Issue("#1", "标题"), url=URL + "x" * 2000))

    assert [action.url for action in found.actions] == [PROJECT.url]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_long_names_leave_room(lang: str) -> None:
    """Project, branch and person of any length keep the first line within 200 cells."""
    endless = "长" * 5000
    found = describe(
        event(
            "push",
            "pushed",
            Push(endless, total=1),
            project=Project(f"{endless}/{endless}", PROJECT.url),
            actor=Person(endless, endless),
        ),
        lang=lang,
    )

    assert len(found.title) <= 200
