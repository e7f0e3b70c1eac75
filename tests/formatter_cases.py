"""Notifications and receivers that the formatter tests share, and text that means harm."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from relay.config import DINGTALK_ROBOT, WECOM_APP, WECOM_ROBOT, Receiver, Secret
from relay.notifications import Action, Line, Mention, More, Notification, Span

R = "https://git.example.com/platform/api/-"
ZHANG = Mention(name="张三", wecom="ZhangSan", mobile="13800001111")
DOT = Span(" · ")
SOME = settings(deadline=None, derandomize=True, max_examples=120)


def wecom(message: str = "markdown") -> Receiver:
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=made-up-key"
    return Receiver("group", WECOM_ROBOT, Secret(url), message=message)


def wecom_app(message: str = "markdown") -> Receiver:
    return Receiver(
        "person",
        WECOM_APP,
        Secret("https://qyapi.weixin.qq.com"),
        Secret("made-up-secret"),
        message=message,
        corp_id="ww-made-up-corp",
        agent_id="1000002",
    )


def dingtalk(message: str = "markdown", **options: Any) -> Receiver:
    url = "https://oapi.dingtalk.com/robot/send?access_token=made-up-token"
    return Receiver("group", DINGTALK_ROBOT, Secret(url), message=message, **options)


EVERY_RECEIVER = [
    *(wecom(message) for message in ("markdown", "markdown_v2", "text")),
    *(wecom_app(message) for message in ("markdown", "text")),
    *(dingtalk(message) for message in ("markdown", "action_card", "text")),
    dingtalk("action_card", keywords=("研发通知",), open_links="browser"),
    dingtalk("markdown", keywords=("研发通知",), open_links="browser"),
]


def receiver_id(receiver: Receiver) -> str:
    extra = "-keyword-browser" if receiver.keywords else ""
    return f"{receiver.type}-{receiver.message}{extra}"


def commit(sha: str, title: str, author: str = "") -> Line:
    spans: tuple[Span, ...] = (Span(sha, f"{R}/commit/{sha}"), Span(f" {title}"))
    if author:
        spans += (Span(" "), Span(author, tone="muted"))
    return Line(spans, "commit")


def pushed(count: str, ref: str, who: str) -> tuple[Span, ...]:
    return (Span(f"🔨 {count}"), DOT, Span("platform/api", bold=True), Span(f" {ref} · {who}"))


def push(commits: int, title: str = "修复登录超时后未跳转") -> Notification:
    """A push with *commits* lines and a link to compare."""
    return Notification(
        pushed(f"推送 {commits} 个提交", "main", "张三"),
        tuple(commit(f"{at:07x}", title) for at in range(commits)),
        (Action("查看对比", f"{R}/compare/7a6b5c4...a1b2c3d"),),
        More("… 还有 {count} 个提交"),
    )


PUSH_3 = {
    "zh-CN": Notification(
        pushed("推送 3 个提交", "main", "张三"),
        (
            commit("a1b2c3d", "修复登录超时后未跳转"),
            commit("9f8e7d6", "补充 token 过期单测"),
            commit("0c1d2e3", "升级 requests 到 2.34", "李四"),
        ),
        (Action("查看对比", f"{R}/compare/7a6b5c4...a1b2c3d"),),
    ),
    "en": Notification(
        pushed("3 commits", "main", "zhangsan"),
        (
            commit("a1b2c3d", "Fix missing redirect after login timeout"),
            commit("9f8e7d6", "Add tests for token expiry"),
            commit("0c1d2e3", "Bump requests to 2.34", "lisi"),
        ),
        (Action("Compare changes", f"{R}/compare/7a6b5c4...a1b2c3d"),),
        lang="en",
    ),
}
PUSH_17 = {
    "zh-CN": Notification(
        pushed("推送 17 个提交", "develop", "张三"),
        (
            commit("a1b2c3d", "重构订单状态机"),
            commit("9f8e7d6", "订单超时任务改为延迟队列"),
            commit("0c1d2e3", "删除旧的轮询代码", "王五"),
            commit("4b5a697", "Merge branch 'feat/order-fsm'"),
            commit("8877665", "修正金额四舍五入", "李四"),
        ),
        (Action("查看对比", f"{R}/compare/7a6b5c4...a1b2c3d"),),
        More("… 还有 {count} 个提交", 12, "（张三 9，王五 3）"),
    ),
    "en": Notification(
        pushed("17 commits", "develop", "zhangsan"),
        (
            commit("a1b2c3d", "Refactor order state machine"),
            commit("9f8e7d6", "Use delay queue for order timeout"),
            commit("0c1d2e3", "Remove old polling code", "wangwu"),
            commit("4b5a697", "Merge branch 'feat/order-fsm'"),
            commit("8877665", "Fix amount rounding", "lisi"),
        ),
        (Action("Compare changes", f"{R}/compare/7a6b5c4...a1b2c3d"),),
        More("… and {count} more commits", 12, " (zhangsan 9, wangwu 3)"),
        lang="en",
    ),
}
ISSUE = {
    "zh-CN": Notification(
        (Span("🐛 新议题 #231"), DOT, Span("platform/api", bold=True), Span(" · 李四")),
        (
            Line((Span("iOS 端登录后白屏", f"{R}/issues/231"),), "subject"),
            Line((Span("标签："), Span("bug", tone="danger"), Span("、P1 · 里程碑：2.8.1"))),
            Line((Span("指派给：张三 · 截止 11-25"),)),
            Line((Span("复现步骤：1. 清缓存 2. 用手机号登录 3. 等待跳转…", tone="muted"),), "note"),
        ),
        (Action("查看议题", f"{R}/issues/231"),),
        mentions=(ZHANG,),
    ),
    "en": Notification(
        (Span("🐛 New issue #231"), DOT, Span("platform/api", bold=True), Span(" · lisi")),
        (
            Line((Span("Blank screen after login on iOS", f"{R}/issues/231"),), "subject"),
            Line((Span("Labels: "), Span("bug", tone="danger"), Span(", P1 · Milestone: 2.8.1"))),
            Line((Span("Assignee: zhangsan · due Nov 25"),)),
            Line(
                (
                    Span(
                        "Steps: 1. clear cache 2. sign in by phone 3. wait for redirect…",
                        tone="muted",
                    ),
                ),
                "note",
            ),
        ),
        (Action("View issue", f"{R}/issues/231"),),
        mentions=(ZHANG,),
        lang="en",
    ),
}
PIPELINE = {
    "zh-CN": Notification(
        (
            Span("❌ 流水线失败", tone="danger"),
            DOT,
            Span("platform/api", bold=True),
            Span(" main · 张三"),
        ),
        (
            Line(
                (
                    Span("失败："),
                    Span("unit-test", f"{R}/jobs/9912"),
                    Span("（test）、"),
                    Span("lint", f"{R}/jobs/9913"),
                    Span("（test）"),
                )
            ),
            Line(
                (
                    Span("提交："),
                    Span("a1b2c3d", f"{R}/commit/a1b2c3d"),
                    Span(" 修复登录超时后未跳转"),
                )
            ),
            Line((Span("触发：推送 · 用时 3分12秒"),)),
        ),
        (Action("查看流水线 #4521", f"{R}/pipelines/4521"),),
        mentions=(ZHANG,),
    ),
    "en": Notification(
        (
            Span("❌ Pipeline failed", tone="danger"),
            DOT,
            Span("platform/api", bold=True),
            Span(" main · zhangsan"),
        ),
        (
            Line(
                (
                    Span("Failed: "),
                    Span("unit-test", f"{R}/jobs/9912"),
                    Span(" (test), "),
                    Span("lint", f"{R}/jobs/9913"),
                    Span(" (test)"),
                )
            ),
            Line(
                (
                    Span("Commit: "),
                    Span("a1b2c3d", f"{R}/commit/a1b2c3d"),
                    Span(" Fix missing redirect after login timeout"),
                )
            ),
            Line((Span("Source: push · took 3m 12s"),)),
        ),
        (Action("View pipeline #4521", f"{R}/pipelines/4521"),),
        mentions=(ZHANG,),
        lang="en",
    ),
}
QUIET = {
    "zh-CN": Notification(
        (
            Span("↻ !42 有 2 个新提交"),
            DOT,
            Span("platform/api", bold=True),
            Span(" · 张三"),
        ),
        actions=(Action("查看", f"{R}/merge_requests/42"),),
        mentions=(ZHANG,),
        quiet=True,
    ),
    "en": Notification(
        (
            Span("↻ !42: 2 new commits"),
            DOT,
            Span("platform/api", bold=True),
            Span(" · zhangsan"),
        ),
        actions=(Action("View", f"{R}/merge_requests/42"),),
        mentions=(ZHANG,),
        quiet=True,
        lang="en",
    ),
}

# Every piece of markup that one of the platforms, or a simpler parser, might understand.
HOSTILE = [
    *("<@all>", "<@ZhangSan>", "@all", "@所有人", "@13800001111", "@", "＠all", "&lt;@all&gt;"),
    *('<font color="info">', "</font>", "<b>", "<", ">", "> ", "\n> ", "\r\n# ", "&", "&amp;"),
    *("&#64;", "](javascript:alert(1))", "[x](http://evil.test)", "![](http://evil.test/p.png)"),
    *("[", "]", "(", ")", "[a]: http://evil.test", "[a][b]", "!", "<http://evil.test>"),
    *("http://evil.test", "`", "``", "```", "*", "**", "***", "_", "__", "__init__", "snake_case"),
    *(
        "~",
        "~~",
        "\\",
        "\\[",
        "# ",
        "#",
        "- ",
        "+ ",
        "1. ",
        "2) ",
        "---",
        "===",
        "|",
        "|-|-|",
        ":-",
    ),
    *(
        "\t",
        "    ",
        "\u2028",
        "\u202e",
        "\u200d",
        "👨\u200d👩\u200d👧",
        "👍🏽",
        "e\u0301\u0301\u0301",
    ),
    *("修复登录超时", '"', "'", "{count}", "a", " "),
]
hostile_text = st.lists(
    st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    max_size=6,
).map("".join)
GOOD_URLS = [f"{R}/issues/231", f"{R}/compare/a(b)...c d", f"{R}/tree/特性/x?a=1&b=2#n_1"]
BAD_URLS = ["", "javascript:alert(1)", "data:text/html,x", "https://", "https://u:p@evil.test/x"]
urls = st.sampled_from([*GOOD_URLS, *BAD_URLS])
spans = st.builds(
    Span,
    hostile_text,
    st.just("") | urls,
    st.sampled_from(["", "success", "danger", "muted"]),
    st.booleans(),
    st.just(""),
)
lines = st.builds(
    Line,
    st.lists(spans, max_size=3).map(tuple),
    st.sampled_from(["subject", "commit", "fact", "note"]),
)


def markup(text: str) -> Span:
    return Span(text, form="markup")


def address(url: str = R) -> Span:
    return Span(url, form="address")


own_lines = st.builds(
    lambda words, url: Line((markup("负责人 "), *words, markup(" · "), address(url))),
    st.lists(spans, max_size=2),
    urls,
)
notifications = st.builds(
    Notification,
    headline=st.lists(spans, min_size=1, max_size=3).map(tuple),
    lines=st.lists(lines, max_size=4).map(tuple),
    actions=st.lists(st.builds(Action, hostile_text, urls), max_size=2).map(tuple),
    more=st.none() | st.builds(More, st.just("… {count}"), st.integers(0, 99), hostile_text),
    mentions=st.sampled_from([(), (ZHANG,), (Mention(everyone=True),)]),
    quiet=st.booleans(),
    lang=st.sampled_from(["zh-CN", "en"]),
    own=st.lists(own_lines | lines, max_size=2).map(tuple),
    whole=st.just(()),
    unresolved=st.just(()),
)
