"""DingTalk messages as they are posted, and what DingTalk's answers stand for."""

import json
import re
from typing import Any

import pytest
from formatter_cases import ISSUE, PIPELINE, PUSH_3, PUSH_17, QUIET, ZHANG, R, dingtalk

from formatters import dingtalk as formatter
from relay.config import Secret
from relay.errors import BadAnswer, Misconfigured, Throttled
from relay.notifications import Action, Line, Mention, Notification, Span
from relay.text import cells

BREAK = "  \n"  # two spaces end a line of the quote

# The messages of design/messages.md sections 3.1, 3.2, 3.5, 3.8 and 3.10.
DESIGNED = [
    pytest.param(
        PUSH_3["zh-CN"],
        "🔨 推送 3 个提交 · platform/api main · 张三",
        f"""\
#### 🔨 推送 3 个提交 · platform/api main · 张三

> [a1b2c3d]({R}/commit/a1b2c3d) 修复登录超时后未跳转{BREAK}\
> [9f8e7d6]({R}/commit/9f8e7d6) 补充 token 过期单测{BREAK}\
> [0c1d2e3]({R}/commit/0c1d2e3) 升级 requests 到 2.34 <font color="#888888">李四</font>

[查看对比]({R}/compare/7a6b5c4...a1b2c3d)""",
        id="push-zh",
    ),
    pytest.param(
        PUSH_3["en"],
        "🔨 3 commits · platform/api main · zhangsan",
        f"""\
#### 🔨 3 commits · platform/api main · zhangsan

> [a1b2c3d]({R}/commit/a1b2c3d) Fix missing redirect after login timeout{BREAK}\
> [9f8e7d6]({R}/commit/9f8e7d6) Add tests for token expiry{BREAK}\
> [0c1d2e3]({R}/commit/0c1d2e3) Bump requests to 2.34 <font color="#888888">lisi</font>

[Compare changes]({R}/compare/7a6b5c4...a1b2c3d)""",
        id="push-en",
    ),
    pytest.param(
        PUSH_17["zh-CN"],
        "🔨 推送 17 个提交 · platform/api develop · 张三",
        f"""\
#### 🔨 推送 17 个提交 · platform/api develop · 张三

> [a1b2c3d]({R}/commit/a1b2c3d) 重构订单状态机{BREAK}\
> [9f8e7d6]({R}/commit/9f8e7d6) 订单超时任务改为延迟队列{BREAK}\
> [0c1d2e3]({R}/commit/0c1d2e3) 删除旧的轮询代码 <font color="#888888">王五</font>{BREAK}\
> [4b5a697]({R}/commit/4b5a697) Merge branch 'feat/order-fsm'{BREAK}\
> [8877665]({R}/commit/8877665) 修正金额四舍五入 <font color="#888888">李四</font>{BREAK}\
> <font color="#888888">… 还有 12 个提交（张三 9，王五 3）</font>

[查看对比]({R}/compare/7a6b5c4...a1b2c3d)""",
        id="long-push-zh",
    ),
    pytest.param(
        PUSH_17["en"],
        "🔨 17 commits · platform/api develop · zhangsan",
        f"""\
#### 🔨 17 commits · platform/api develop · zhangsan

> [a1b2c3d]({R}/commit/a1b2c3d) Refactor order state machine{BREAK}\
> [9f8e7d6]({R}/commit/9f8e7d6) Use delay queue for order timeout{BREAK}\
> [0c1d2e3]({R}/commit/0c1d2e3) Remove old polling code <font color="#888888">wangwu</font>{BREAK}\
> [4b5a697]({R}/commit/4b5a697) Merge branch 'feat/order-fsm'{BREAK}\
> [8877665]({R}/commit/8877665) Fix amount rounding <font color="#888888">lisi</font>{BREAK}\
> <font color="#888888">… and 12 more commits (zhangsan 9, wangwu 3)</font>

[Compare changes]({R}/compare/7a6b5c4...a1b2c3d)""",
        id="long-push-en",
    ),
    pytest.param(
        ISSUE["zh-CN"],
        "🐛 新议题 #231 · platform/api · 李四",
        f"""\
#### 🐛 新议题 #231 · platform/api · 李四

> [iOS 端登录后白屏]({R}/issues/231){BREAK}\
> 标签：<font color="#D93026">bug</font>、P1 · 里程碑：2.8.1{BREAK}\
> 指派给：张三 · 截止 11-25{BREAK}\
> <font color="#888888">复现步骤：1. 清缓存 2. 用手机号登录 3. 等待跳转…</font>

[查看议题]({R}/issues/231) @13800001111""",
        id="issue-zh",
    ),
    pytest.param(
        ISSUE["en"],
        "🐛 New issue #231 · platform/api · lisi",
        f"""\
#### 🐛 New issue #231 · platform/api · lisi

> [Blank screen after login on iOS]({R}/issues/231){BREAK}\
> Labels: <font color="#D93026">bug</font>, P1 · Milestone: 2.8.1{BREAK}\
> Assignee: zhangsan · due Nov 25{BREAK}\
> <font color="#888888">Steps: 1. clear cache 2. sign in by phone 3. wait for redirect…</font>

[View issue]({R}/issues/231) @13800001111""",
        id="issue-en",
    ),
    pytest.param(
        PIPELINE["zh-CN"],
        "❌ 流水线失败 · platform/api main · 张三",
        f"""\
#### <font color="#D93026">❌ 流水线失败</font> · platform/api main · 张三

> 失败：[unit-test]({R}/jobs/9912)（test）、[lint]({R}/jobs/9913)（test）{BREAK}\
> 提交：[a1b2c3d]({R}/commit/a1b2c3d) 修复登录超时后未跳转{BREAK}\
> 触发：推送 · 用时 3分12秒

[查看流水线 #4521]({R}/pipelines/4521) @13800001111""",
        id="pipeline-zh",
    ),
    pytest.param(
        PIPELINE["en"],
        "❌ Pipeline failed · platform/api main · zhangsan",
        f"""\
#### <font color="#D93026">❌ Pipeline failed</font> · platform/api main · zhangsan

> Failed: [unit-test]({R}/jobs/9912) (test), [lint]({R}/jobs/9913) (test){BREAK}\
> Commit: [a1b2c3d]({R}/commit/a1b2c3d) Fix missing redirect after login timeout{BREAK}\
> Source: push · took 3m 12s

[View pipeline #4521]({R}/pipelines/4521) @13800001111""",
        id="pipeline-en",
    ),
    pytest.param(
        QUIET["zh-CN"],
        "↻ !42 有 2 个新提交 · platform/api · 张三",
        '<font color="#888888">↻ !42 有 2 个新提交 · platform/api · 张三</font>'
        f" [查看]({R}/merge_requests/42)",
        id="quiet-zh",
    ),
    pytest.param(
        QUIET["en"],
        "↻ !42: 2 new commits · platform/api · zhangsan",
        '<font color="#888888">↻ !42: 2 new commits · platform/api · zhangsan</font>'
        f" [View]({R}/merge_requests/42)",
        id="quiet-en",
    ),
]


def at(mobiles: list[str], users: list[str], *, everyone: bool = False) -> dict[str, Any]:
    return {"atMobiles": mobiles, "atUserIds": users, "isAtAll": everyone}


@pytest.mark.parametrize(("notification", "title", "text"), DESIGNED)
def test_markdown_reads_as_designed(notification: Notification, title: str, text: str) -> None:
    """A markdown message is, to the character, the one written down in the design."""
    rendered = formatter.render(notification, dingtalk())

    assert (title, text) == (rendered.title, rendered.text)
    assert {"title": title, "text": text} == rendered.body["markdown"]
    assert not rendered.cut


def test_mentions_are_in_the_text_and_in_at() -> None:
    """A person is highlighted only if the id stands in both; the platform's own id is preferred."""
    people = (
        ZHANG,
        Mention(dingtalk="user123", mobile="13900002222"),
        Mention(wecom="LiSi"),
        Mention(mobile="not a number"),
        ZHANG,
    )
    rendered = formatter.render(PUSH_3["en"]._replace(mentions=people), dingtalk())

    assert rendered.text.endswith("a1b2c3d) @13800001111 @user123")
    assert at(["13800001111"], ["user123"]) == rendered.body["at"]


@pytest.mark.parametrize("message", ["markdown", "action_card", "text"])
@pytest.mark.parametrize(("count", "is_cut"), [(341, False), (342, True)])
def test_message_without_all_its_mentions_is_cut(message: str, count: int, is_cut: bool) -> None:
    """Who is left out of the text and of `at` is something left out; the others are in both."""
    mobiles = [f"139{at:08}" for at in range(count)]
    people = tuple(Mention(mobile=one) for one in mobiles * 2)
    rendered = formatter.render(PUSH_3["en"]._replace(mentions=people), dingtalk(message))

    assert is_cut == rendered.cut
    assert mobiles[:341] == rendered.body["at"]["atMobiles"]
    assert 341 == len(re.findall(r"@139\d{8}", rendered.text))


def test_quiet_message_leaves_nobody_out() -> None:
    """The grey line calls nobody, so it is complete without them."""
    people = tuple(Mention(mobile=f"139{at:08}") for at in range(400))

    assert not formatter.render(QUIET["en"]._replace(mentions=people), dingtalk()).cut


@pytest.mark.parametrize(("lang", "shown"), [("zh-CN", " @所有人"), ("en", " @all")])
def test_everyone_is_mentioned_only_when_configured(lang: str, shown: str) -> None:
    """`isAtAll` comes from a configured mention, and the text says so."""
    everyone = PUSH_3[lang]._replace(mentions=(Mention(everyone=True),))
    rendered = formatter.render(everyone, dingtalk())

    assert rendered.text.endswith(f"a1b2c3d){shown}")
    assert at([], [], everyone=True) == rendered.body["at"]


def test_quiet_form_mentions_nobody() -> None:
    """The quiet form has no `at`, whatever its message type."""
    bodies = [
        formatter.render(QUIET["en"], dingtalk(message)).body
        for message in ("markdown", "action_card", "text")
    ]

    assert ["markdown", "markdown", "text"] == [body["msgtype"] for body in bodies]
    assert not any("at" in body for body in bodies)


def test_text_is_plain_words_and_addresses() -> None:
    """A text message has no markup; addresses are left as they are so that they can be read."""
    rendered = formatter.render(PIPELINE["zh-CN"], dingtalk("text", open_links="browser"))

    expected = (
        "❌ 流水线失败 · platform/api main · 张三\n"
        "失败：unit-test（test）、lint（test）\n"
        "提交：a1b2c3d 修复登录超时后未跳转\n"
        "触发：推送 · 用时 3分12秒\n"
        f"查看流水线 #4521：{R}/pipelines/4521\n"
        "@13800001111"
    )
    assert {
        "msgtype": "text",
        "text": {"content": expected},
        "at": at(["13800001111"], []),
    } == rendered.body


TWO_ACTIONS = (
    Action("查看流水线 #4521", f"{R}/pipelines/4521"),
    Action("查看提交", f"{R}/commit/a1b2c3d"),
)


def test_card_has_two_buttons_side_by_side() -> None:
    """Buttons replace the action line; their labels lose their last words to stay short."""
    notification = PIPELINE["zh-CN"]._replace(mentions=(), actions=TWO_ACTIONS)
    rendered = formatter.render(notification, dingtalk("action_card"))

    expected = {
        "title": "❌ 流水线失败 · platform/api main · 张三",
        "text": (
            '#### <font color="#D93026">❌ 流水线失败</font> · platform/api main · 张三\n\n'
            f"> 失败：[unit-test]({R}/jobs/9912)（test）、[lint]({R}/jobs/9913)（test）{BREAK}"
            f"> 提交：[a1b2c3d]({R}/commit/a1b2c3d) 修复登录超时后未跳转{BREAK}"
            "> 触发：推送 · 用时 3分12秒"
        ),
        "btnOrientation": "1",
        "btns": [
            {"title": "查看流水线", "actionURL": f"{R}/pipelines/4521"},
            {"title": "查看提交", "actionURL": f"{R}/commit/a1b2c3d"},
        ],
    }
    assert {"msgtype": "actionCard", "actionCard": expected} == rendered.body


def test_card_with_one_action_is_one_link() -> None:
    """A single action makes the whole card a link."""
    rendered = formatter.render(PUSH_3["en"], dingtalk("action_card"))
    card = rendered.body["actionCard"]

    assert ("Compare", f"{R}/compare/7a6b5c4...a1b2c3d", "0") == (
        card["singleTitle"],
        card["singleURL"],
        card["btnOrientation"],
    )
    assert "btns" not in card


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("View pipeline #4521", "View pipeline"),
        ("去评审", "去评审"),
        ("查看合并请求的全部改动", "查看合并请求…"),
        ("Compare with v2.7.3", "Compare with"),
        ("Review !42", "Review !42"),
    ],
)
def test_button_labels_are_short(label: str, shown: str) -> None:
    """A button shows at most six Chinese characters or as much Latin text."""
    notification = PUSH_3["en"]._replace(actions=(Action(label, R),))
    rendered = formatter.render(notification, dingtalk("action_card"))

    assert shown == rendered.body["actionCard"]["singleTitle"]
    assert cells(shown) <= 13


@pytest.mark.parametrize(
    "notification",
    [
        pytest.param(PIPELINE["en"], id="mention"),
        pytest.param(PUSH_3["en"]._replace(actions=()), id="no-action"),
        pytest.param(PUSH_3["en"]._replace(actions=(Action("x", "ftp://x"),)), id="bad-address"),
    ],
)
def test_card_falls_back_to_markdown(notification: Notification) -> None:
    """What a card cannot do is done by markdown."""
    rendered = formatter.render(notification, dingtalk("action_card"))

    assert "markdown" == rendered.body["msgtype"]


def test_links_open_in_the_browser() -> None:
    """`open_links: browser` wraps every link of markdown and cards, its address encoded once."""
    notification = PIPELINE["en"]._replace(mentions=(), actions=TWO_ACTIONS)
    receiver = dingtalk("action_card", open_links="browser")
    card = formatter.render(notification, receiver).body["actionCard"]

    start = "dingtalk://dingtalkclient/page/link?url="
    address = "https%3A%2F%2Fgit.example.com%2Fplatform%2Fapi%2F-%2F"
    assert f"[unit-test]({start}{address}jobs%2F9912&pc_slide=false)" in card["text"]
    assert f"{start}{address}commit%2Fa1b2c3d&pc_slide=false" == card["btns"][1]["actionURL"]
    assert "](https://" not in card["text"]


NAMED = {"unresolved": ("李四", "<b>")}


@pytest.mark.parametrize(
    ("message", "mentions", "end"),
    [
        ("markdown", (ZHANG,), "4521) @13800001111 李四、&lt;b&gt;"),
        ("markdown", (), "4521) 李四、&lt;b&gt;"),
        ("action_card", (), "3分12秒\n\n李四、&lt;b&gt;"),
        ("text", (ZHANG,), "4521\n@13800001111 李四、<b>"),
        ("text", (), "4521\n李四、<b>"),
    ],
)
def test_people_without_an_id_appear_by_name(
    message: str, mentions: tuple[Mention, ...], end: str
) -> None:
    """Rule 9: whom nobody could mention is named after the mentions, and is in no `at`."""
    named = PIPELINE["zh-CN"]._replace(mentions=mentions, **NAMED)
    rendered = formatter.render(named, dingtalk(message))

    assert rendered.text.endswith(end)
    assert bool(mentions) == ("at" in rendered.body)
    assert ("actionCard" == rendered.body["msgtype"]) == (message == "action_card")


def own(template: str, word: str = "") -> Line:
    return Line((Span(template, form="markup"), Span(word)))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("markdown", "# a\n\nb  \nc\n\nown\n\n@13800001111"),
        ("action_card", "# a\n\nb  \nc\n\nown\n\n@13800001111"),
        ("text", "# a\n\nb\nc\nown\n@13800001111"),
    ],
)
def test_mentions_follow_the_users_own_message(message: str, text: str) -> None:
    """A template is followed by own lines and mentions, and the title stays the headline's."""
    notification = PIPELINE["en"]._replace(
        whole=(own("# ", "a"), own(""), own("", "b"), own("c")), own=(own("own"),)
    )
    rendered = formatter.render(notification, dingtalk(message))

    assert text == rendered.text
    assert "❌ Pipeline failed · platform/api main · zhangsan" == rendered.title
    assert at(["13800001111"], []) == rendered.body["at"]


def test_card_of_a_template_keeps_its_buttons() -> None:
    """Without a button it were no card; the template is its text."""
    notification = PUSH_3["en"]._replace(whole=(own("**a**"),))
    card = formatter.render(notification, dingtalk("action_card")).body["actionCard"]

    assert ("**a**", "Compare") == (card["text"], card["singleTitle"])


@pytest.mark.parametrize(
    ("line", "is_shown"),
    [
        (own("研发通知"), True),
        (own("a ", "研发通知"), True),
        (own("[研发通知](https://x.test)"), True),
        (own("[a](https://x.test/研发通知)"), False),
        (own('<font color="研发通知">a</font>'), False),
        (own("a"), False),
    ],
)
@pytest.mark.parametrize("field", ["whole", "own"])
def test_d10_keyword_is_looked_for_in_the_users_lines(
    field: str, line: Line, is_shown: bool
) -> None:
    """What is to be seen of the user's own lines counts; targets and tags do not."""
    notification = Notification((Span("head"),))._replace(**{field: (line,)})
    rendered = formatter.render(notification, dingtalk(keywords=("研发通知",)))

    assert is_shown == (not rendered.text.endswith(KEYWORD))


def test_d10_keyword_of_what_a_template_replaces_does_not_count() -> None:
    """The headline is not written beside a template, so its words are not shown."""
    notification = PUSH_3["zh-CN"]._replace(whole=(own("[a](https://x.test/推送)"),))
    text = formatter.render(notification, dingtalk(keywords=("推送", "查看对比"))).text

    assert text.endswith('\n\n<font color="#888888">推送</font>')


KEYWORD = '<font color="#888888">研发通知</font>'


@pytest.mark.parametrize(
    ("notification", "message", "end"),
    [
        pytest.param(PUSH_3["en"], "markdown", f"a1b2c3d) · {KEYWORD}", id="markdown"),
        pytest.param(
            PIPELINE["en"], "markdown", f"4521) · {KEYWORD} @13800001111", id="before-mentions"
        ),
        pytest.param(QUIET["en"], "markdown", f"requests/42) · {KEYWORD}", id="quiet"),
        pytest.param(PUSH_3["en"], "action_card", f"lisi</font>\n\n{KEYWORD}", id="card"),
        pytest.param(PUSH_3["en"], "text", "a1b2c3d\n研发通知", id="text"),
        pytest.param(Notification((Span("x"),)), "markdown", f"#### x\n\n{KEYWORD}", id="bare"),
    ],
)
def test_d10_absent_keyword_is_added(notification: Notification, message: str, end: str) -> None:
    """Where the message shows none of the robot's keywords, the first is added in grey."""
    rendered = formatter.render(notification, dingtalk(message, keywords=("研发通知", "构建")))

    assert rendered.text.endswith(end)


@pytest.mark.parametrize("keyword", ["推送", "api", "查看对比", "李四"])
def test_d10_present_keyword_is_not_repeated(keyword: str) -> None:
    """A message whose visible words hold a keyword stays as it is."""
    plain = formatter.render(PUSH_3["zh-CN"], dingtalk())
    rendered = formatter.render(PUSH_3["zh-CN"], dingtalk(keywords=("研发通知", keyword)))

    assert plain == rendered


@pytest.mark.parametrize("keyword", ["https", "font", "git.example.com", "888888"])
def test_d10_keyword_in_an_address_or_markup_does_not_count(keyword: str) -> None:
    """Only words that are shown are sure to be looked at."""
    rendered = formatter.render(PUSH_3["zh-CN"], dingtalk(keywords=(keyword,)))

    assert rendered.text.endswith(f' · <font color="#888888">{keyword}</font>')


def test_d10_keyword_of_a_dropped_line_is_added() -> None:
    """The keyword is looked for in what is really sent, not in what had to go."""
    lines = (*(Line((Span("长" * 900),)),) * 8, Line((Span("研发通知"),), "note"))
    notification = Notification((Span("x"),), lines, PUSH_3["en"].actions)
    rendered = formatter.render(notification, dingtalk(keywords=("研发通知",)))

    assert rendered.cut
    assert rendered.text.endswith(KEYWORD)
    assert 1 == rendered.text.count("研发通知")


def test_d10_keyword_is_added_as_it_is_configured() -> None:
    """Escaping would hide a keyword with markup characters from DingTalk."""
    title = "C&R [x]"
    rendered = formatter.render(Notification((Span(title),)), dingtalk(keywords=("C&R",)))

    assert rendered.text.endswith(">C&R</font>")


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        pytest.param("x" * 200, "x" * 59 + "…", id="ascii"),
        pytest.param("长" * 100, "长" * 29 + "…", id="chinese"),
        pytest.param(" a <b> & [c] ", "a <b> & [c]", id="plain-words"),
        pytest.param("  ", "通知", id="blank"),
        pytest.param("\u200b\u202e", "通知", id="invisible"),
    ],
)
def test_title_is_short_plain_and_never_empty(headline: str, title: str) -> None:
    """The title is the first line as plain text in 60 cells; DingTalk refuses an empty one."""
    assert title == formatter.render(Notification((Span(headline),)), dingtalk()).title


def test_heading_keeps_its_last_hash() -> None:
    """A `#` at the end of a heading would be taken for the heading's own closing mark."""
    rendered = formatter.render(Notification((Span("issue #"),)), dingtalk())

    assert "#### issue #\u200b" == rendered.text


def test_prepare_signs_for_the_given_time() -> None:
    """Timestamp and plain base64 signature go out as parameters (reference/dingtalk.md 2.2)."""
    receiver = dingtalk()._replace(secret=Secret("SECtest123"))
    rendered = formatter.render(PUSH_3["zh-CN"], receiver)
    post = formatter.prepare(rendered.body, receiver, 1700000000000)

    sign = "w3RMHXzixTMdzr8OHJUmVLS4IoPJVdu+Ut1LE48MePE="
    assert {"timestamp": "1700000000000", "sign": sign} == post.params
    assert "https://oapi.dingtalk.com/robot/send?access_token=made-up-token" == post.url
    assert rendered.body == json.loads(post.body)


def test_prepare_without_secret_signs_nothing() -> None:
    """A robot secured by keywords or addresses needs no parameters."""
    rendered = formatter.render(PUSH_3["zh-CN"], dingtalk())

    assert {} == formatter.prepare(rendered.body, dingtalk(), 1700000000000).params


@pytest.mark.parametrize("code", [130101, 410100, 660026])
def test_throttled_waits_ten_minutes(code: int) -> None:
    """The 21st message of a minute silences the robot for ten minutes."""
    with pytest.raises(Throttled) as raised:
        formatter.check({"errcode": code})

    assert 600.0 == raised.value.wait_s


ADVICE = "请确认签名和生成签名的时间戳必须都放在调用的网址中，请确认机器人的密钥加密和填写正确"
NO_KEYWORD, BAD_SIGN, BAD_CLOCK, BAD_ADDRESS, OTHER = (
    ("E521", "自定义关键词", "custom keywords"),
    ("E522", "加签密钥（SEC…）", "signing secret (SEC…)"),
    ("E522", "时钟", "clock"),
    ("E523", "IP地址（段）", "IP ranges"),
    ("E520", "安全设置", "security settings"),
)
# Old and new wordings, English and Chinese; the newer ones go on with advice about every cause.
WORDINGS = [
    ("keywords not in content, more: [https://ding-doc.dingtalk.com/x]", NO_KEYWORD),
    ("Keywords Not In Content", NO_KEYWORD),
    ("description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词;", NO_KEYWORD),
    ("错误描述:关键词不匹配;解决方案:请联系群管理员，检查签名和IP地址;", NO_KEYWORD),
    ("sign not match, more: [https://ding-doc.dingtalk.com/x]", BAD_SIGN),
    (f"description:机器人发送签名不匹配;solution:{ADVICE};link:请参考本接口对应文档;", BAD_SIGN),
    (f"错误描述:机器人发送签名不匹配;解决方案:{ADVICE};", BAD_SIGN),
    ("机器人发送签名不匹配", BAD_SIGN),
    ("invalid timestamp, more: [https://ding-doc.dingtalk.com/x]", BAD_CLOCK),
    ("description:时间戳无效;solution:请重新生成签名;", BAD_CLOCK),
    ("错误描述:签名的时间戳已过期;解决方案:请重新生成签名;", BAD_CLOCK),
    ("ip 203.0.113.7 not in whitelist, more: [x]", BAD_ADDRESS),
    ("description:机器人发送IP不在白名单内;solution:请检查签名;", BAD_ADDRESS),
    ("错误描述:ip 不在白名单中;解决方案:请联系对应群的管理员,设置机器人安全ip地址段", BAD_ADDRESS),
    ("description:其他错误;solution:请检查签名;", OTHER),
    ("错误描述:其他错误;解决方案:请检查签名;", OTHER),
    ("nothing that anybody has seen before", OTHER),
    ("", OTHER),
    (None, OTHER),
]


@pytest.mark.parametrize(("errmsg", "wanted"), WORDINGS)
def test_c10_security_refusals_are_told_apart(
    errmsg: str | None, wanted: tuple[str, str, str]
) -> None:
    """310000 is a configuration error by its code; the wording only chooses the remedy."""
    with pytest.raises(Misconfigured) as raised:
        formatter.check({"errcode": 310000, "errmsg": errmsg})
    ours, zh, en = wanted

    assert ours == raised.value.code
    assert zh in raised.value.hint.zh
    assert en in raised.value.hint.en


@pytest.mark.parametrize("status", [1111, "1111"])
def test_c11_blocked_address_waits_five_minutes(status: object) -> None:
    """The gateway's answer without errcode, status 1111, is a block of our address."""
    answer = {"status": status, "wait": 5, "source": "x5", "punish": "deny", "uuid": "x"}
    with pytest.raises(Throttled) as raised:
        formatter.check(answer)

    assert (300.0, "1111", "E528") == (
        raised.value.wait_s,
        raised.value.vendor_code,
        raised.value.code,
    )


def test_c11_other_gateway_answers_are_bad_answers() -> None:
    """Any other answer without errcode may be tried again."""
    with pytest.raises(BadAnswer) as raised:
        formatter.check({"status": 200})

    assert "E528" == raised.value.code
