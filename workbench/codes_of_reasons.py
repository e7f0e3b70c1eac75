"""Why something was not sent, or sent in a lesser form: what each reason means and what to do.

The sentences that an answer carries are in `relay.reasons`; a test compares the two tables.
"""

from collections.abc import Mapping

from workbench.code_rows import Code, row

_EXPLAIN = ("要发就改这个过滤条件", "change that filter if it should go out")
_NOTHING = ("不用处理", "nothing")

REASONS: Mapping[str, Code] = {
    "R10": row(
        "不认识的事件或动作，或 Webhook 用了自定义模板",
        "an event or action that is not known, or a custom template in the webhook",
        "去掉自定义模板；不需要的事件在 GitLab / Gitee 里取消勾选",
        "remove the custom template; untick in GitLab or Gitee what nobody needs",
    ),
    "R11": row(
        "不在路由的 events（NOTIFY_EVENTS）里；没写 events 时，是默认不发的事件",
        "not among the route's events (NOTIFY_EVENTS); without events: off by default",
        "要发就写进 events；见 docs/events.md",
        "name it in events if it should go out; see docs/events.md",
    ),
    "R20": row(
        "路由的 sources 不要这个来源", "the route's sources do not want this source", *_EXPLAIN
    ),
    "R21": row("路由的 projects 不要这个项目", "the route's projects leave it out", *_EXPLAIN),
    "R22": row(
        "路由的 branches 或 tags 不要它；合并请求看目标分支",
        "the route's branches or tags leave it out; of a merge request the target counts",
        *_EXPLAIN,
    ),
    "R23": row("路由的 authors 不要这个人", "the route's authors leave this person out", *_EXPLAIN),
    "R24": row("路由的 labels 不要它", "the route's labels leave it out", *_EXPLAIN),
    "R25": row(
        "路由的 paths 里没有改动的文件", "no changed file is among the route's paths", *_EXPLAIN
    ),
    "R26": row(
        "在路由的时间段之外：不发，或只发一行灰字（在 notes 里）",
        "outside of the route's hours: not sent, or sent as one grey line (then in notes)",
        "改时间段，或改 outside",
        "change the hours, or outside",
    ),
    "R27": row(
        "发了，但只是一行灰字：在 quiet 里，或是日常事件",
        "it was sent, as one grey line: it is in quiet, or routine",
        "从 quiet 里去掉；日常事件要发完整消息，就在 show、append、mention 或 templates 里"
        "写上这个事件",
        "take it out of quiet; a routine event comes in full where show, append, mention or "
        "templates names that very event",
    ),
    "R28": row(
        "这个接收者已经收到过，正在发给它，或十秒内有内容完全相同的请求（项目和群组两个 Webhook）",
        "this receiver has it, another call is just sending it, or the same body came within ten "
        "seconds (a project's and a group's webhook)",
        *_NOTHING,
    ),
    "R29": row(
        "机器人这一分钟的 18 条用完了，或平台说太快；消息先等着",
        "the robot had its 18 messages of this minute, or the vendor said so: it waits",
        "没有队列时和之后的第一个事件一起发，自己的服务器上会自动发；常见就少选事件，或再加一个机器人",
        "without a queue it goes out with the first event after that, on a server of your own by "
        "itself; if this is frequent send fewer events, or add a robot",
    ),
    "R30": row(
        "要提醒或私信的人没有那边的账号，或设了 mute",
        "who is to be mentioned or written to has no id there, or is muted",
        "把 detail 里的人写进 people，填上 wecom、dingtalk 或 mobile",
        "add whom detail names to people, with wecom, dingtalk or mobile",
    ),
    "R31": row(
        "机器人或应用拒绝了消息，或没有送到",
        "the robot or application refused the message, or it did not get there",
        "看旁边的 code、vendor_code 和 detail；改好以后补发：GitLab 点 Resend，Gitee 用 replay，"
        "有队列用 dead-letters resend；见 docs/delivery.zh-CN.md",
        "see code, vendor_code and detail beside it; once that is mended, GitLab: Resend, Gitee: "
        "replay, with a queue: dead-letters resend; see docs/delivery.md",
    ),
    "R32": row("没有看得见的变化", "nothing changed that a person would see", *_NOTHING),
    "R33": row(
        "机密的议题、评论等不发到群里",
        "confidential issues, comments and the like stay out of groups",
        "群里的人都可以看时，才在路由里写 confidential: true",
        "confidential: true in the route, if everybody in the group may read them",
    ),
    "R34": row(
        "路由的 environments 不要这个环境",
        "the route's environments leave it out",
        *_EXPLAIN,
    ),
    "R35": row("路由写了 drafts: false", "the route says drafts: false", *_EXPLAIN),
    "R36": row(
        "另一条路由已经发给这个接收者；一个接收者一个事件只收一次",
        "another route has sent it there: a receiver gets an event once",
        *_NOTHING,
    ),
}
