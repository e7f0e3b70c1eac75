"""What `show` chooses: the facts named, in their order, and nothing else."""

import pytest

from relay.describe import _FACTS, describe, drafted
from relay.describe.draft import View
from relay.events import Commit, Event, Person, Push
from relay.examples import bare, full
from relay.facts import FACTS
from relay.kinds import KINDS
from relay.notifications import Notification
from relay.on_demand import on_demand
from relay.words import Words

NOW_S = 1_795_170_600.0


def lines(notification: Notification) -> list[str]:
    return ["".join(span.text for span in line.spans) for line in notification.lines]


def shown(event: Event, *show: str, lang: str = "zh-CN", **options: object) -> list[str]:
    return lines(describe(event, lang=lang, now_s=NOW_S, show=show, **options))


# kind, action, fact → its line in both languages; together every fact there is
LINES = [
    ("push", "pushed", "compare", "从 7a6b5c4 补充单测 变为 a1b2c3d 修复登录超时后未跳转",
     "from 7a6b5c4 补充单测 to a1b2c3d 修复登录超时后未跳转"),
    ("push", "pushed", "authors", "作者：张三 1，李四 1", "Author: zhangsan 1, lisi 1"),
    ("branch", "created", "commit", "起点 a1b2c3d 修复登录超时后未跳转",
     "starts at a1b2c3d 修复登录超时后未跳转"),
    ("branch", "deleted", "commit", "删除前 a1b2c3d 修复登录超时后未跳转",
     "was at a1b2c3d 修复登录超时后未跳转"),
    ("tag", "created", "commit", "指向 a1b2c3d 修复登录超时后未跳转",
     "at a1b2c3d 修复登录超时后未跳转"),
    ("tag", "created", "message", "说明：2.8.0 正式版", "Message: 2.8.0 正式版"),
    ("issue", "closed", "labels", "标签：bug、P1", "Labels: bug, P1"),
    ("issue", "closed", "milestone", "里程碑：2.8.1", "Milestone: 2.8.1"),
    ("issue", "closed", "assignees", "指派给：张三", "Assignee: zhangsan"),
    ("issue", "closed", "due", "截止 11-25", "due Nov 25"),
    ("issue", "closed", "description", "复现步骤：清缓存，登录", "复现步骤：清缓存，登录"),
    ("issue", "closed", "severity", "严重程度：高", "Severity: high"),
    ("issue", "closed", "author", "创建人：李四", "Author: lisi"),
    ("issue", "closed", "state", "状态：opened", "State: opened"),
    ("merge_request", "merged", "branches", "fix/login-timeout → main", "fix/login-timeout → main"),
    ("merge_request", "opened", "author", "作者：张三", "Author: zhangsan"),
    ("merge_request", "merged", "reviewers", "评审：李四", "Reviewer: lisi"),
    ("merge_request", "opened", "assignees", "指派给：张三", "Assignee: zhangsan"),
    ("merge_request", "merged", "labels", "标签：bugfix", "Labels: bugfix"),
    ("merge_request", "merged", "description", "登录接口返回 302 时前端没有读 Location",
     "登录接口返回 302 时前端没有读 Location"),
    ("merge_request", "opened", "age", "历时 2小时1分", "open 2h 1m"),
    ("merge_request", "merged", "testers", "测试：李四", "Tester: lisi"),
    ("merge_request", "merged", "milestone", "里程碑：2.8.1", "Milestone: 2.8.1"),
    ("merge_request", "merged", "commit", "提交：a1b2c3d 修复登录超时后未跳转",
     "Commit: a1b2c3d 修复登录超时后未跳转"),
    ("merge_request", "merged", "size", "+12 −3 · 2 个文件", "+12 −3 · 2 files"),
    ("comment", "created", "target", "修复登录超时后未跳转", "修复登录超时后未跳转"),
    ("comment", "created", "text", "这里要处理 307 吗？", "这里要处理 307 吗？"),
    ("comment", "created", "place", "src/auth/login.py 第 88 行", "src/auth/login.py line 88"),
    ("pipeline", "success", "failed_jobs", "失败：unit-test（test）、lint（test）",
     "Failed: unit-test (test), lint (test)"),
    ("pipeline", "failed", "stages", "阶段：build、test、deploy", "Stages: build, test, deploy"),
    ("pipeline", "failed", "branch", "分支：main", "Branch: main"),
    ("pipeline", "failed", "commit", "提交：a1b2c3d 修复登录超时后未跳转",
     "Commit: a1b2c3d 修复登录超时后未跳转"),
    ("pipeline", "success", "trigger", "触发：推送", "Source: push"),
    ("pipeline", "failed", "duration", "用时 3分12秒", "took 3m 12s"),
    ("pipeline", "failed", "queued", "排队 3秒", "queued 3s"),
    ("pipeline", "failed", "merge_request", "合并请求 !42", "Merge request !42"),
    ("pipeline", "failed", "history", "连续失败 2 次，共 41分", "failed 2 times in a row, 41m"),
    ("job", "failed", "stage", "阶段：deploy", "Stage: deploy"),
    ("job", "failed", "branch", "分支：main", "Branch: main"),
    ("job", "failed", "commit", "提交：a1b2c3d 修复登录超时后未跳转",
     "Commit: a1b2c3d 修复登录超时后未跳转"),
    ("job", "failed", "reason", "原因：脚本失败", "Reason: script failed"),
    ("job", "failed", "duration", "用时 45秒", "took 45s"),
    ("job", "failed", "runner", "Runner：shared-02", "Runner: shared-02"),
    ("job", "failed", "pipeline", "流水线 #4521", "pipeline #4521"),
    ("job", "failed", "queued", "排队 3秒", "queued 3s"),
    ("job", "failed", "retries", "重试 1 次", "retried once"),
    ("release", "created", "assets", "附件 3 个", "3 assets"),
    ("release", "created", "commit", "提交：a1b2c3d 修复登录超时后未跳转",
     "Commit: a1b2c3d 修复登录超时后未跳转"),
    ("deployment", "failed", "version", "版本：v2.8.0 a1b2c3d 修复登录超时后未跳转",
     "Version: v2.8.0 a1b2c3d 修复登录超时后未跳转"),
    ("deployment", "failed", "branch", "分支：v2.8.0", "Branch: v2.8.0"),
    ("deployment", "failed", "commit", "提交：a1b2c3d 修复登录超时后未跳转",
     "Commit: a1b2c3d 修复登录超时后未跳转"),
    ("deployment", "failed", "duration", "用时 1分30秒", "took 1m 30s"),
    ("deployment", "failed", "approver", "审批人：李四", "Approver: lisi"),
    ("deployment", "failed", "comment", "意见：可以上线", "Comment: 可以上线"),
    ("wiki", "updated", "message", "说明：补充回滚步骤", "Message: 补充回滚步骤"),
]  # fmt: skip
# Facts of several lines.
MANY = {
    ("push", "commits"): ["a1b2c3d 修复登录超时后未跳转", "7a6b5c4 补充单测 李四"],
    ("issue", "changes"): ["标签：+P1 −P2", "标题：登录 → 登录超时"],
    ("merge_request", "changes"): ["标签：+P1 −P2", "标题：登录 → 登录超时"],
    ("release", "notes"): ["· 订单状态机重写", "· 修复 iOS 登录白屏"],
}


def subject(event: Event) -> list[str]:
    """Return the subject line that every message of the kind begins with."""
    designed = drafted(event, View(Words("zh-CN", event.source), 2026)).lines
    return [
        "".join(span.text for span in line.spans)
        for line in designed
        if line.rank == "subject" and event.kind != "comment"
    ]


@pytest.mark.parametrize(("kind", "action", "fact", "zh", "en"), LINES)
def test_fact_is_one_line(kind: str, action: str, fact: str, zh: str, en: str) -> None:
    """A single fact is told on one line, whatever the design would say of that action."""
    event = full(kind, action)

    assert shown(event, fact) == [*subject(event), zh]
    assert shown(event, fact, lang="en") == [*subject(event), en]


@pytest.mark.parametrize(("kind", "fact"), MANY)
def test_fact_of_several_lines(kind: str, fact: str) -> None:
    """A list of commits, changes or notes keeps its lines."""
    event = full(kind)

    assert shown(event, fact) == [*subject(event), *MANY[kind, fact]]


def test_every_fact_is_tested() -> None:
    """The two tables above miss no fact."""
    tested = {(kind, fact) for kind, _, fact, _, _ in LINES} | set(MANY)

    assert tested == {(kind, fact) for kind, names in FACTS.items() for fact in names}


def test_table_of_names_is_the_functions_own() -> None:
    """Names that the configuration takes are those that can be told, in the same order."""
    told = {full(kind).subject.__class__: names for kind, names in FACTS.items()}

    assert {
        subject: tuple(on_demand("relay.describe", where)) for subject, where in _FACTS.items()
    } == told


def test_facts_stand_in_the_order_given() -> None:
    """The order is the reader's own; the same fact twice is told once."""
    event = full("pipeline", "failed")

    assert shown(event, "duration", "branch", "duration") == ["用时 3分12秒", "分支：main"]


def test_example_of_the_configuration() -> None:
    """`pipeline: [branch, commit, failed_jobs, duration]` reads as it says."""
    assert shown(full("pipeline", "failed"), "branch", "commit", "failed_jobs", "duration") == [
        "分支：main",
        "提交：a1b2c3d 修复登录超时后未跳转",
        "失败：unit-test（test）、lint（test）",
        "用时 3分12秒",
    ]


@pytest.mark.parametrize("kind", FACTS)
def test_missing_facts_leave_no_trace(kind: str) -> None:
    """An event that has none of the facts has no line for them, nor an empty one."""
    found = describe(bare(kind), show=FACTS[kind], now_s=NOW_S)

    assert all(line.spans for line in found.lines)
    assert not any(text.endswith(("：", "： ")) for text in lines(found))


def test_unknown_names_are_nothing() -> None:
    """A name that the kind has no fact for is skipped: one list may serve several kinds."""
    assert shown(full("pipeline", "failed"), "labels", "branch") == ["分支：main"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in FACTS])
def test_kind_without_facts_keeps_its_design(kind: str) -> None:
    """Where there is nothing to choose from, the choice changes nothing."""
    assert describe(full(kind), show=("branch",)) == describe(full(kind))


def test_nothing_chosen_is_the_first_line_and_the_link() -> None:
    """An empty list leaves headline, subject and action."""
    chosen = describe(full("merge_request", "merged"), show=())
    designed = describe(full("merge_request", "merged"))

    assert chosen == designed._replace(lines=designed.lines[:1])


@pytest.mark.parametrize(("show", "counted"), [(("commits",), True), (("authors",), False)])
def test_count_goes_with_the_commits(show: tuple[str, ...], counted: bool) -> None:
    """The line for commits that are not listed stands only where commits are."""
    assert (describe(full("push"), show=show).more is not None) is counted


def test_designed_lines_are_the_default() -> None:
    """Without `show` a failed pipeline reads as designed (messages.md 3.10)."""
    assert lines(describe(full("pipeline", "failed"), now_s=NOW_S)) == [
        "失败：unit-test（test）、lint（test）",
        "提交：a1b2c3d 修复登录超时后未跳转",
        "合并请求 !42 · 触发：推送 · 用时 3分12秒 · 连续失败 2 次，共 41分",
    ]


def test_old_event_keeps_its_time() -> None:
    """The line that says when it happened is no fact: it stays."""
    found = describe(full("pipeline", "failed"), show=("branch",), now_s=NOW_S + 3600)

    assert lines(found) == ["分支：main", "发生于 11-20 18:30（GMT+8）"]


def test_quiet_form_ignores_show() -> None:
    """One grey line is one grey line."""
    event = full("pipeline", "failed")

    assert describe(event, quiet=True, show=("branch",)) == describe(event, quiet=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("quiet", [False, True], ids=["loud", "quiet"])
def test_plain_style_has_no_emoji(kind: str, quiet: bool) -> None:
    """`style: plain` takes the sign away, and the first line begins with its words."""
    signed = describe(full(kind), quiet=quiet)
    plain = describe(full(kind), quiet=quiet, emoji=False)

    assert plain.title == signed.title.partition(" ")[2]
    assert plain._replace(headline=()) == signed._replace(headline=())


def test_commit_without_a_name_has_no_author_in_the_count() -> None:
    """Who is not known is left out of the list of authors."""
    commits = (Commit("a" * 40, "x", Person("李四")), Commit("b" * 40, "y"))
    event = full("push")._replace(subject=Push("main", commits=commits, total=2))

    assert shown(event, "authors") == ["作者：李四 1"]
