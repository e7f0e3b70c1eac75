"""WeCom messages as they are posted, and what WeCom's answers stand for."""

import json
import re
from typing import Any

import pytest
from formatter_cases import ISSUE, PIPELINE, PUSH_3, PUSH_17, QUIET, ZHANG, R, wecom

from formatters import wecom as formatter
from relay.errors import BadAnswer, Rejected, Throttled
from relay.notifications import Action, Line, Mention, Notification, Span
from relay.text import cells

# The messages of design/messages.md sections 3.1, 3.2, 3.5, 3.8 and 3.10.
DESIGNED = [
    pytest.param(
        PUSH_3["zh-CN"],
        f"""\
🔨 推送 3 个提交 · **platform/api** main · 张三
> [a1b2c3d]({R}/commit/a1b2c3d) 修复登录超时后未跳转
> [9f8e7d6]({R}/commit/9f8e7d6) 补充 token 过期单测
> [0c1d2e3]({R}/commit/0c1d2e3) 升级 requests 到 2.34 <font color="comment">李四</font>
> [查看对比]({R}/compare/7a6b5c4...a1b2c3d)""",
        id="push-zh",
    ),
    pytest.param(
        PUSH_3["en"],
        f"""\
🔨 3 commits · **platform/api** main · zhangsan
> [a1b2c3d]({R}/commit/a1b2c3d) Fix missing redirect after login timeout
> [9f8e7d6]({R}/commit/9f8e7d6) Add tests for token expiry
> [0c1d2e3]({R}/commit/0c1d2e3) Bump requests to 2.34 <font color="comment">lisi</font>
> [Compare changes]({R}/compare/7a6b5c4...a1b2c3d)""",
        id="push-en",
    ),
    pytest.param(
        PUSH_17["zh-CN"],
        f"""\
🔨 推送 17 个提交 · **platform/api** develop · 张三
> [a1b2c3d]({R}/commit/a1b2c3d) 重构订单状态机
> [9f8e7d6]({R}/commit/9f8e7d6) 订单超时任务改为延迟队列
> [0c1d2e3]({R}/commit/0c1d2e3) 删除旧的轮询代码 <font color="comment">王五</font>
> [4b5a697]({R}/commit/4b5a697) Merge branch 'feat/order-fsm'
> [8877665]({R}/commit/8877665) 修正金额四舍五入 <font color="comment">李四</font>
> <font color="comment">… 还有 12 个提交（张三 9，王五 3）</font>
> [查看对比]({R}/compare/7a6b5c4...a1b2c3d)""",
        id="long-push-zh",
    ),
    pytest.param(
        PUSH_17["en"],
        f"""\
🔨 17 commits · **platform/api** develop · zhangsan
> [a1b2c3d]({R}/commit/a1b2c3d) Refactor order state machine
> [9f8e7d6]({R}/commit/9f8e7d6) Use delay queue for order timeout
> [0c1d2e3]({R}/commit/0c1d2e3) Remove old polling code <font color="comment">wangwu</font>
> [4b5a697]({R}/commit/4b5a697) Merge branch 'feat/order-fsm'
> [8877665]({R}/commit/8877665) Fix amount rounding <font color="comment">lisi</font>
> <font color="comment">… and 12 more commits (zhangsan 9, wangwu 3)</font>
> [Compare changes]({R}/compare/7a6b5c4...a1b2c3d)""",
        id="long-push-en",
    ),
    pytest.param(
        ISSUE["zh-CN"],
        f"""\
🐛 新议题 #231 · **platform/api** · 李四
> [iOS 端登录后白屏]({R}/issues/231)
> 标签：<font color="warning">bug</font>、P1 · 里程碑：2.8.1
> 指派给：张三 · 截止 11-25
> <font color="comment">复现步骤：1. 清缓存 2. 用手机号登录 3. 等待跳转…</font>
> [查看议题]({R}/issues/231) <@ZhangSan>""",
        id="issue-zh",
    ),
    pytest.param(
        ISSUE["en"],
        f"""\
🐛 New issue #231 · **platform/api** · lisi
> [Blank screen after login on iOS]({R}/issues/231)
> Labels: <font color="warning">bug</font>, P1 · Milestone: 2.8.1
> Assignee: zhangsan · due Nov 25
> <font color="comment">Steps: 1. clear cache 2. sign in by phone 3. wait for redirect…</font>
> [View issue]({R}/issues/231) <@ZhangSan>""",
        id="issue-en",
    ),
    pytest.param(
        PIPELINE["zh-CN"],
        f"""\
<font color="warning">❌ 流水线失败</font> · **platform/api** main · 张三
> 失败：[unit-test]({R}/jobs/9912)（test）、[lint]({R}/jobs/9913)（test）
> 提交：[a1b2c3d]({R}/commit/a1b2c3d) 修复登录超时后未跳转
> 触发：推送 · 用时 3分12秒
> [查看流水线 #4521]({R}/pipelines/4521) <@ZhangSan>""",
        id="pipeline-zh",
    ),
    pytest.param(
        PIPELINE["en"],
        f"""\
<font color="warning">❌ Pipeline failed</font> · **platform/api** main · zhangsan
> Failed: [unit-test]({R}/jobs/9912) (test), [lint]({R}/jobs/9913) (test)
> Commit: [a1b2c3d]({R}/commit/a1b2c3d) Fix missing redirect after login timeout
> Source: push · took 3m 12s
> [View pipeline #4521]({R}/pipelines/4521) <@ZhangSan>""",
        id="pipeline-en",
    ),
    pytest.param(
        QUIET["zh-CN"],
        '<font color="comment">↻ !42 有 2 个新提交 · platform/api · 张三</font>'
        f" [查看]({R}/merge_requests/42)",
        id="quiet-zh",
    ),
    pytest.param(
        QUIET["en"],
        '<font color="comment">↻ !42: 2 new commits · platform/api · zhangsan</font>'
        f" [View]({R}/merge_requests/42)",
        id="quiet-en",
    ),
]


@pytest.mark.parametrize(("notification", "text"), DESIGNED)
def test_markdown_reads_as_designed(notification: Notification, text: str) -> None:
    """A markdown message is, to the character, the one written down in the design."""
    rendered = formatter.render(notification, wecom())

    assert text == rendered.text
    assert {"msgtype": "markdown", "markdown": {"content": text}} == rendered.body
    assert (len(text.encode()), 4096, False, "") == (
        rendered.size,
        rendered.limit,
        rendered.cut,
        rendered.title,
    )


def test_markdown_v2_has_no_colour_and_no_mention() -> None:
    """markdown_v2 knows neither, and needs two spaces where a line ends inside the quote."""
    rendered = formatter.render(PIPELINE["en"], wecom("markdown_v2"))

    expected = (
        "❌ Pipeline failed · **platform/api** main · zhangsan\n"
        "\n"
        f"> Failed: [unit-test]({R}/jobs/9912) (test), [lint]({R}/jobs/9913) (test)  \n"
        f"> Commit: [a1b2c3d]({R}/commit/a1b2c3d) Fix missing redirect after login timeout  \n"
        "> Source: push · took 3m 12s  \n"
        f"> [View pipeline #4521]({R}/pipelines/4521)"
    )
    assert {"msgtype": "markdown_v2", "markdown_v2": {"content": expected}} == rendered.body


def test_text_is_plain_words_and_addresses() -> None:
    """A text message has no markup: lines as they are, links written out behind their labels."""
    rendered = formatter.render(PIPELINE["zh-CN"], wecom("text"))

    expected = (
        "❌ 流水线失败 · platform/api main · 张三\n"
        "失败：unit-test（test）、lint（test）\n"
        "提交：a1b2c3d 修复登录超时后未跳转\n"
        "触发：推送 · 用时 3分12秒\n"
        f"查看流水线 #4521：{R}/pipelines/4521"
    )
    assert {
        "msgtype": "text",
        "text": {"content": expected, "mentioned_list": ["ZhangSan"]},
    } == rendered.body


def test_text_mentions_by_userid_mobile_and_everyone() -> None:
    """In text, a userid is preferred to a mobile, and @all comes from a configured mention only."""
    people = (ZHANG, ZHANG, Mention(mobile="13900002222"), Mention(everyone=True))
    rendered = formatter.render(PUSH_3["en"]._replace(mentions=people), wecom("text"))

    assert ["@all", "ZhangSan"] == rendered.body["text"]["mentioned_list"]
    assert ["13900002222"] == rendered.body["text"]["mentioned_mobile_list"]


def test_quiet_text_mentions_nobody() -> None:
    """The quiet form mentions nobody in any message type."""
    rendered = formatter.render(QUIET["en"], wecom("text"))

    content = f"↻ !42: 2 new commits · platform/api · zhangsan\nView: {R}/merge_requests/42"
    assert {"content": content} == rendered.body["text"]


@pytest.mark.parametrize(
    "mention",
    [
        pytest.param(Mention(mobile="13900002222"), id="mobile"),
        pytest.param(Mention(everyone=True), id="everyone"),
        pytest.param(Mention(wecom="all"), id="all-as-userid"),
        pytest.param(Mention(wecom="@ALL"), id="@all-as-userid"),
        pytest.param(Mention(wecom="x> <@all"), id="not-a-userid"),
        pytest.param(Mention(wecom="x" * 65), id="too-long"),
    ],
)
def test_markdown_mentions_userids_only(mention: Mention) -> None:
    """Whom markdown cannot mention does not stand in its text."""
    rendered = formatter.render(PUSH_3["en"]._replace(mentions=(mention,)), wecom())

    assert formatter.render(PUSH_3["en"], wecom()).text == rendered.text


LI = Mention(name="李四", mobile="13900002222")
EVERYONE = Mention(everyone=True)
NAMELESS = Mention(name="<@all>", wecom="not a userid", mobile="not a number")


@pytest.mark.parametrize(
    ("message", "people", "in_text", "lists"),
    [
        ("markdown", (ZHANG,), ["ZhangSan"], None),
        ("markdown", (LI,), [], {"mentioned_mobile_list": ["13900002222"]}),
        ("markdown", (ZHANG, LI, LI), ["ZhangSan"], {"mentioned_mobile_list": ["13900002222"]}),
        ("markdown", (ZHANG, EVERYONE), ["ZhangSan"], {"mentioned_list": ["@all"]}),
        ("markdown", (NAMELESS,), [], None),
        ("markdown_v2", (ZHANG,), [], {"mentioned_list": ["ZhangSan"]}),
        (
            "markdown_v2",
            (LI, EVERYONE, ZHANG),
            [],
            {"mentioned_list": ["@all", "ZhangSan"], "mentioned_mobile_list": ["13900002222"]},
        ),
        ("markdown_v2", (NAMELESS,), [], None),
        ("text", (ZHANG, LI, EVERYONE), [], None),
    ],
)
def test_follow_up_mentions_whom_the_message_cannot(
    message: str, people: tuple[Mention, ...], in_text: list[str], lists: dict[str, Any] | None
) -> None:
    """Only those whom the first message could not mention cost a second, which says what it is."""
    notification = PIPELINE["zh-CN"]._replace(mentions=people)
    rendered = formatter.render(notification, wecom(message))
    content = "❌ 流水线失败 · platform/api main · 张三"

    assert in_text == re.findall("<@([^>]*)>", rendered.text)
    assert rendered.follow_up == (
        None if lists is None else {"msgtype": "text", "text": {"content": content, **lists}}
    )


def test_quiet_form_has_no_follow_up() -> None:
    """The grey line mentions nobody, by no means."""
    quiet = QUIET["en"]._replace(mentions=(LI, EVERYONE))

    assert formatter.render(quiet, wecom()).follow_up is None


@pytest.mark.parametrize("unit", ["长", "@", "<@all>", "👨\u200d👩\u200d👧", "e\u0301\u0301\u0301"])
def test_follow_up_is_short_and_harmless(unit: str) -> None:
    """Its content is the first line in 60 cells, in which a payload mentions nobody."""
    people = tuple(Mention(mobile=f"139{at:08}") for at in range(300))
    notification = Notification((Span(unit * 900),), mentions=people)
    follow_up = formatter.render(notification, wecom()).follow_up

    assert follow_up is not None
    text = follow_up["text"]
    assert 0 < len(text["content"].encode()) <= 2048
    assert cells(text["content"].replace("\u200b", "")) <= 60 * 2
    assert not re.search(r"<@|@\w", text["content"])
    assert 50 < len(text["mentioned_mobile_list"]) < 100
    assert "**" not in text["content"]


def test_follow_up_is_posted_as_the_message_is() -> None:
    """`prepare` takes any body: the second one goes to the same address."""
    follow_up = formatter.render(PUSH_3["zh-CN"]._replace(mentions=(LI,)), wecom()).follow_up
    assert follow_up is not None
    post = formatter.prepare(follow_up, wecom(), 0)

    assert follow_up == json.loads(post.body)
    assert wecom().url.reveal() == post.url


@pytest.mark.parametrize(
    ("message", "lang", "end"),
    [
        ("markdown", "zh-CN", "4521) <@ZhangSan> 李四、王五"),
        ("markdown", "en", "4521) <@ZhangSan> 李四, 王五"),
        ("markdown_v2", "zh-CN", "4521) 李四、王五"),
        ("text", "zh-CN", "4521\n李四、王五"),
    ],
)
def test_people_without_an_id_appear_by_name(message: str, lang: str, end: str) -> None:
    """Rule 9: whom nobody could mention is named after the mentions."""
    named = PIPELINE[lang]._replace(unresolved=("李四", "王五", "李四"))

    assert formatter.render(named, wecom(message)).text.endswith(end)


def test_names_are_bounded_and_harmless() -> None:
    """Ten names at most, each short and escaped."""
    unresolved = ("<@all>", " ", "x" * 99, *(f"n{at}" for at in range(20)))
    text = formatter.render(Notification((Span("h"),), unresolved=unresolved), wecom()).text

    names = ["＜@\u200ball＞", "x" * 23 + "…", *(f"n{at}" for at in range(8)), "…"]
    assert "h\n> " + "、".join(names) == text


def test_names_and_mentions_follow_the_users_own_message() -> None:
    """After a template the mentions end the last line, as they end the action line."""
    own = PIPELINE["zh-CN"]._replace(
        whole=(Line((Span("> ", form="markup"), Span("failed"))),), unresolved=("李四",)
    )
    told = [formatter.render(own, wecom(message)).text for message in ("markdown", "markdown_v2")]

    assert ["> failed <@ZhangSan> 李四", "> failed\n\n李四"] == told


def test_several_people_are_mentioned_once_each() -> None:
    """Everybody with a userid stands once at the end of the action line."""
    people = (ZHANG, Mention(wecom="li.si_2-x@corp"), ZHANG)
    rendered = formatter.render(PUSH_3["en"]._replace(mentions=people), wecom())

    assert rendered.text.endswith("...a1b2c3d) <@ZhangSan> <@li.si_2-x@corp>")


def test_hundreds_of_mentions_leave_the_link() -> None:
    """Mentions are cut off where they would push the first line and the link out."""
    people = tuple(Mention(wecom=f"user{at:060}") for at in range(300))
    rendered = formatter.render(PUSH_3["en"]._replace(mentions=people), wecom())

    assert rendered.size <= 4096
    assert f"[Compare changes]({R}/compare/7a6b5c4...a1b2c3d) <@user" in rendered.text


USERIDS = [f"user{at:06}" for at in range(100)]  # 14 bytes each with the brackets and a blank
MOBILES = [f"139{at:08}" for at in range(100)]  # 12 bytes each with the blank


@pytest.mark.parametrize(
    ("message", "people", "is_cut"),
    [
        ("markdown", [Mention(wecom=one) for one in USERIDS[:73]], False),
        ("markdown", [Mention(wecom=one) for one in USERIDS[:73] * 2], False),
        ("markdown", [Mention(wecom=one) for one in USERIDS[:74]], True),
        ("markdown", [Mention(mobile=one) for one in MOBILES[:85]], False),
        ("markdown", [Mention(mobile=one) for one in MOBILES[:85] * 2], False),
        ("markdown", [Mention(mobile=one) for one in MOBILES[:86]], True),
        ("markdown_v2", [Mention(wecom=one) for one in USERIDS[:93]], False),
        ("markdown_v2", [Mention(wecom=one) for one in USERIDS[:94]], True),
        ("text", [Mention(wecom=one) for one in USERIDS[:93]], False),
        ("text", [Mention(wecom=one) for one in USERIDS[:94]], True),
        ("text", [Mention(mobile=one) for one in MOBILES[:86]], True),
    ],
)
def test_message_without_all_its_mentions_is_cut(
    message: str, people: list[Mention], is_cut: bool
) -> None:
    """Who is left out of the text or of the follow-up is something left out."""
    rendered = formatter.render(PUSH_3["en"]._replace(mentions=tuple(people)), wecom(message))
    bodies = json.dumps([rendered.body, rendered.follow_up])
    called = {one for one in (*USERIDS, *MOBILES) if one in bodies}

    assert is_cut == rendered.cut
    assert is_cut == (len(called) < len(set(people)))


def test_quiet_message_leaves_nobody_out() -> None:
    """The grey line calls nobody, so it is complete without them."""
    people = tuple(Mention(wecom=one, mobile="13900002222") for one in USERIDS)

    for message in ("markdown", "markdown_v2", "text"):
        quiet = QUIET["en"]._replace(mentions=people)
        assert not formatter.render(quiet, wecom(message)).cut


def test_two_actions_and_no_more() -> None:
    """The action line holds two links at most; one without a usable address is plain text."""
    links = (Action("A", f"{R}/a"), Action("B", "javascript:1"), Action("C", f"{R}/c"))
    rendered = formatter.render(Notification((Span("x"),), actions=links), wecom())

    assert f"x\n> [A]({R}/a) · B" == rendered.text


def test_mentions_without_an_action_have_their_own_line() -> None:
    """With no action, the mentions are a line of the quote of their own."""
    rendered = formatter.render(Notification((Span("x"),), mentions=(ZHANG,)), wecom())

    assert "x\n> <@ZhangSan>" == rendered.text


def test_neighbours_of_one_colour_are_one_run() -> None:
    """Spans of the same look are written as one, and a link keeps its own colour."""
    line = Line(
        (
            Span("a", tone="muted"),
            Span(" · ", tone="muted"),
            Span("b", f"{R}/b", tone="muted"),
            Span(" c ", tone="muted", bold=True),
            Span("d"),
        )
    )
    rendered = formatter.render(Notification((Span("x"),), (line,)), wecom())

    expected = f'> <font color="comment">a ·</font> [b]({R}/b) <font color="comment">**c**</font> d'
    assert expected == rendered.text.splitlines()[1]


@pytest.mark.parametrize(
    ("lang", "text"), [("zh-CN", "通知"), ("en", "Notification"), ("fr", "Notification")]
)
def test_d8_a_message_is_never_empty(lang: str, text: str) -> None:
    """A notification without words still says that it is one."""
    nothing = Notification((Span(" "),), (Line((Span(""),)),), lang=lang)

    assert text == formatter.render(nothing, wecom()).text


def test_unknown_message_type_means_markdown() -> None:
    """A type of the other platform falls back to markdown."""
    assert "markdown" == formatter.render(PUSH_3["en"], wecom("action_card")).body["msgtype"]


def test_prepare_posts_utf8_to_the_address() -> None:
    """The request goes to the whole address, unsigned, with Chinese left unescaped."""
    rendered = formatter.render(PUSH_3["zh-CN"], wecom())
    post = formatter.prepare(rendered.body, wecom(), 0)

    assert ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=made-up-key", {}) == (
        post.url,
        post.params,
    )
    assert rendered.body == json.loads(post.body)
    assert "推送".encode() in post.body


def test_throttled_waits_a_minute() -> None:
    """45009 names the least wait: one window."""
    with pytest.raises(Throttled) as raised:
        formatter.check({"errcode": 45009, "errmsg": "api freq out of limit"})

    assert 60.0 == raised.value.wait_s


@pytest.mark.parametrize("code", [93000, 40058, 45002, 12345])
def test_too_long_is_told_by_its_wording(code: int) -> None:
    """A message that is too long is rejected with E503, whatever code comes with it."""
    answer = {"errcode": code, "errmsg": "markdown.content exceed max length 4096."}
    with pytest.raises(Rejected) as raised:
        formatter.check(answer)

    assert "E503" == raised.value.code


def test_gateway_answer_is_a_bad_answer() -> None:
    """An answer without errcode is not WeCom's own and may be tried again."""
    with pytest.raises(BadAnswer) as raised:
        formatter.check({"status": 1111})

    assert "E505" == raised.value.code
