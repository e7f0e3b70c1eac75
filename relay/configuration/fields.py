"""Every key of the configuration file, once: the loader, the JSON Schema and the reference read it.

`design/config.md` section 2 is the contract. A kind says how the text of a value is read; YAML's
own guesses (``on`` is true, ``22:00`` is 1320) play no part.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from relay.config import DINGTALK_ROBOT, GITEE, GITLAB, LANGUAGES, WECOM_APP, WECOM_ROBOT
from relay.words import Phrase

MOST_TEXT = 2000  # characters of an ordinary value
MOST_TEMPLATE = 20_000


class Text(NamedTuple):
    """Words. *form* names a rule of `relay.configuration.forms`; *most* counts characters."""

    form: str = ""
    most: int = MOST_TEXT


class Credential(NamedTuple):
    """A secret or a reference to one (``${NAME}``, ``ssm://…``, ``file://…``).

    A *public* one may stand in the file and be shown. *several*: one reference may stand for a
    list, separated by commas or line breaks.
    """

    public: bool = False
    several: bool = False


class Template(NamedTuple):
    """Text with variables, or the name of a file that holds it (*may_be_file*)."""

    may_be_file: bool = False


class Choice(NamedTuple):
    words: tuple[str, ...]


class Flag(NamedTuple):
    """True or false."""


class Whole(NamedTuple):
    """A whole number from *least* to *most*."""

    least: int
    most: int


class Seconds(NamedTuple):
    """A time such as ``5s``, ``500ms`` or ``1m``, from *least* to *most* seconds."""

    least: float
    most: float


class Zone(NamedTuple):
    """An IANA time zone."""


class EventName(NamedTuple):
    """``push``, ``pipeline.failed``, ``job.*``, ``*``; *negated* allows ``!`` in front."""

    negated: bool = True


class Glob(NamedTuple):
    """A pattern with ``*``, ``**`` and ``!``; without these, a name defined under *of*."""

    of: str = ""


class Fact(NamedTuple):
    """The name of a fact that the event in the key above can carry."""


class Name(NamedTuple):
    """A name defined elsewhere in the file, under *of*; *also* is allowed as well."""

    of: str
    also: tuple[str, ...] = ()


class Whom(NamedTuple):
    """A role, a key of `people` or ``@all``; with *ids* anything else is a user id."""

    ids: bool = False


class ListOf(NamedTuple):
    """A list; one value alone counts as a list of one."""

    item: "Kind"


class MapOf(NamedTuple):
    """A mapping whose keys the user chooses; *key* says how they are read."""

    item: "Kind"
    key: "Kind" = Text("name")


class Table(NamedTuple):
    """A mapping with the keys of `TABLES[name]`."""

    name: str


Kind: TypeAlias = (
    Text
    | Credential
    | Template
    | Choice
    | Flag
    | Whole
    | Seconds
    | Zone
    | EventName
    | Glob
    | Fact
    | Name
    | Whom
    | ListOf
    | MapOf
    | Table
)


class Field(NamedTuple):
    """One key. *default* and *examples* are written as in the file.

    *types*: only where the mapping's `type` is one of these; empty: always. *may_be_empty*: an
    empty list counts as given.
    """

    kind: Kind
    about: Phrase
    required: bool = False
    default: str = ""
    examples: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    may_be_empty: bool = False


_GLOBS = ListOf(Glob())
_EVENTS = ListOf(EventName())
_ROBOTS = (WECOM_ROBOT, DINGTALK_ROBOT)
_LANG = Choice(LANGUAGES)

CONFIG: Mapping[str, Field] = {
    "version": Field(
        Choice(("1",)), Phrase("配置语言的版本", "version of this language"), True, examples=("1",)
    ),
    "lang": Field(_LANG, Phrase("消息的语言", "language of the messages"), default="zh-CN"),
    "timezone": Field(
        Zone(),
        Phrase("显示时间和时间段所用的时区", "zone of the times shown and of time intervals"),
        default="Asia/Shanghai",
        examples=("Asia/Shanghai", "UTC"),
    ),
    "sources": Field(
        MapOf(Table("source"), Text("source")),
        Phrase(
            "谁可以调用；地址是 <函数地址>/hook/<名称>，直接用函数地址也可以。省略时用环境变量",
            "who may call, at <function URL>/hook/<name> or at the bare URL; without it the "
            "environment variables say so",
        ),
    ),
    "receivers": Field(
        MapOf(Table("receiver"), Text("receiver")),
        Phrase("发到哪里：机器人或企业微信应用", "where to send: robots and WeCom applications"),
        True,
    ),
    "routes": Field(
        ListOf(Table("route")),
        Phrase(
            "什么发给谁：所有匹配的路由都会发，一个接收者一个事件只收一次。省略时默认事件发给所有接收者",
            "who gets what: every matching route sends, one receiver gets one event once; without "
            "routes everybody gets the default events",
        ),
    ),
    "people": Field(
        MapOf(Table("person"), Text("username")),
        Phrase("GitLab / Gitee 用户名对应的人", "people by their GitLab / Gitee user names"),
    ),
    "templates": Field(
        MapOf(Template(may_be_file=True), EventName(negated=False)),
        Phrase(
            "自己的消息模板（Jinja2）：事件 → 正文或文件",
            "own messages (Jinja2): event → text or file",
        ),
        examples=("pipeline.failed: templates/failed.md.j2",),
    ),
    "time_intervals": Field(
        MapOf(Table("time_interval")), Phrase("有名字的时间段", "named times of the week")
    ),
    "delivery": Field(Table("delivery"), Phrase("怎样发送", "how messages are sent")),
    "allow_hosts": Field(
        ListOf(Text("host")),
        Phrase(
            "除官方地址外允许的主机（私有部署、测试），也允许 http",
            "hosts other than the vendors' own that receivers may use, also with plain http",
        ),
        examples=("[wecom.example.com, 127.0.0.1:8000]",),
    ),
    "queue": Field(
        Text("queue"),
        Phrase(
            "消息在哪里排队等待发送，通常由部署设置（RELAY_QUEUE）；不写就直接发送",
            "where messages wait to be sent, usually set by the deployment (RELAY_QUEUE); "
            "without one they are sent at once",
        ),
        examples=("sqs://notify.fifo", "scf-async"),
    ),
    "state": Field(
        Text("state"),
        Phrase(
            "记住发过什么、流水线上次的结果，通常由部署设置（RELAY_STATE）；"
            "memory 只在一个实例里有效",
            "remembers what was sent and how pipelines ended, usually set by the deployment "
            "(RELAY_STATE); memory lasts as long as one instance",
        ),
        examples=("dynamodb://notify", "memory"),
    ),
    "unmatched": Field(
        Name("receivers", also=("drop",)),
        Phrase("没有路由匹配的事件发给谁", "who gets events that no route matches"),
        default="drop",
    ),
}

SOURCE: Mapping[str, Field] = {
    "type": Field(Choice((GITLAB, GITEE)), Phrase("代码平台", "the forge"), True),
    "secret": Field(
        ListOf(Credential()),
        Phrase(
            "GitLab「Secret token」或 Gitee「密码 / 签名密钥」；更换期间可以写两个",
            "GitLab's secret token, Gitee's password or signing key; a list while you change it",
        ),
        examples=("${GITLAB_WEBHOOK_SECRET}", "ssm:///notify/gitlab"),
    ),
    "signing_token": Field(
        ListOf(Credential(several=True)),
        Phrase("GitLab 19 起的签名令牌，whsec_ 开头", "GitLab's signing token (19+), whsec_…"),
        types=(GITLAB,),
    ),
    "signature": Field(
        Choice(("required", "optional", "any", "hmac", "password")),
        Phrase(
            "GitLab：required（有签名令牌时默认）或 optional；Gitee：any（默认）、hmac 或 password",
            "GitLab: required (default with a signing token) or optional; Gitee: any (default), "
            "hmac or password",
        ),
    ),
    "projects": Field(
        _GLOBS,
        Phrase("只接受这些项目，其他返回 403", "only these projects; others are answered 403"),
        examples=("[shop/**]",),
    ),
    "allow_unsigned": Field(
        Flag(),
        Phrase("没有密钥也接受请求（不建议）", "accept requests without any secret (unwise)"),
        default="false",
    ),
}
SIGNATURES = {GITLAB: ("required", "optional"), GITEE: ("any", "hmac", "password")}

RECEIVER: Mapping[str, Field] = {
    "type": Field(
        Choice((WECOM_ROBOT, DINGTALK_ROBOT, WECOM_APP)),
        Phrase(
            "企业微信群机器人、钉钉群机器人或企业微信应用",
            "a WeCom group robot, a DingTalk group robot or a WeCom application",
        ),
        True,
    ),
    "description": Field(Text("note"), Phrase("给人看的说明", "a note for people")),
    "url": Field(
        ListOf(Credential(several=True)),
        Phrase(
            "机器人的 Webhook 地址，或只写 key / access_token；写多个就发到多个群",
            "the robot's webhook address, or only its key or token; a list posts to several groups",
        ),
        examples=("${WECOM_BACKEND_URL}",),
        types=_ROBOTS,
    ),
    "secret": Field(
        ListOf(Credential(several=True)),
        Phrase(
            "钉钉「加签」密钥（SEC 开头），或应用的 Secret",
            "DingTalk's 加签 key (SEC…), or the application's secret",
        ),
        types=(DINGTALK_ROBOT, WECOM_APP),
    ),
    "keywords": Field(
        ListOf(Text("keyword")),
        Phrase(
            "机器人的自定义关键词；消息里没有时自动加上第一个",
            "the robot's 自定义关键词; the first is added where none occurs",
        ),
        types=(DINGTALK_ROBOT,),
    ),
    "message": Field(
        Choice(("markdown", "markdown_v2", "text", "action_card")),
        Phrase(
            "消息类型：企业微信 markdown、markdown_v2、text；应用 markdown、text；"
            "钉钉 markdown、action_card、text",
            "message type: WeCom markdown, markdown_v2, text; application markdown, text; DingTalk "
            "markdown, action_card, text",
        ),
        default="markdown",
    ),
    "open_links": Field(
        Choice(("sidebar", "browser")),
        Phrase("钉钉里链接在侧边栏还是浏览器打开", "where DingTalk opens links"),
        default="sidebar",
        types=(DINGTALK_ROBOT,),
    ),
    "lang": Field(_LANG, Phrase("这个接收者的语言", "language for this receiver")),
    "corp_id": Field(Credential(public=True), Phrase("企业 ID", "the corp id"), types=(WECOM_APP,)),
    "agent_id": Field(
        Credential(public=True),
        Phrase("应用的 AgentId", "the application's AgentId"),
        examples=('"1000002"',),
        types=(WECOM_APP,),
    ),
    "to": Field(
        ListOf(Whom(ids=True)),
        Phrase(
            '发给谁：角色、people 里的名字、企业微信 userid 或 "@all"',
            'who gets it: roles, keys of people, WeCom user ids or "@all"',
        ),
        examples=("[author, reviewers]",),
        types=(WECOM_APP,),
    ),
    "api_base": Field(
        Text(),
        Phrase("私有部署的企业微信 API 地址", "where the API of a private deployment is"),
        default="https://qyapi.weixin.qq.com",
        types=(WECOM_APP,),
    ),
}
NEEDED = {
    WECOM_ROBOT: ("url",),
    DINGTALK_ROBOT: ("url",),
    WECOM_APP: ("corp_id", "agent_id", "secret", "to"),
}
MESSAGES = {
    WECOM_ROBOT: ("markdown", "markdown_v2", "text"),
    DINGTALK_ROBOT: ("markdown", "action_card", "text"),
    WECOM_APP: ("markdown", "text"),
}

ROUTE: Mapping[str, Field] = {
    "name": Field(
        Text("line", most=100), Phrase("名字，用在日志和 explain 里", "a name for logs and explain")
    ),
    "receivers": Field(
        ListOf(Name("receivers")),
        Phrase("发给这些接收者", "the receivers"),
        True,
        may_be_empty=True,
    ),
    "events": Field(
        _EVENTS,
        Phrase("哪些事件；省略时用默认集合", "which events; without it the default set"),
        examples=("[push, merge_request, pipeline.failed]", '["*", "!job"]'),
    ),
    "sources": Field(
        ListOf(Glob("sources")),
        Phrase("只要这些来源", "only from these sources"),
        examples=("[gitlab]",),
    ),
    "projects": Field(
        _GLOBS,
        Phrase("只要这些项目", "only these projects"),
        examples=("[platform/api-*, web/**]",),
    ),
    "branches": Field(
        _GLOBS,
        Phrase(
            "分支：推送、流水线、部署的分支，合并请求的目标分支；$default 是默认分支",
            "branches: of a push, pipeline or deployment, the target of a merge request; $default "
            "is the default branch",
        ),
        examples=("[main, release/**]", "[$default]"),
    ),
    "tags": Field(_GLOBS, Phrase("Git 标签", "tags"), examples=('["v*"]',)),
    "authors": Field(
        _GLOBS,
        Phrase("操作者的用户名", "who acted, by user name"),
        examples=('["!renovate-bot"]',),
    ),
    "labels": Field(_GLOBS, Phrase("议题或合并请求的标签", "labels of an issue or merge request")),
    "paths": Field(
        _GLOBS, Phrase("推送里改动的文件", "files that a push changed"), examples=("[docs/**]",)
    ),
    "environments": Field(
        _GLOBS, Phrase("部署的环境", "environments of deployments"), examples=("[prod-*]",)
    ),
    "confidential": Field(
        Flag(), Phrase("机密议题和评论也发", "also confidential items"), default="false"
    ),
    "drafts": Field(
        Flag(), Phrase("草稿合并请求也发", "also draft merge requests"), default="true"
    ),
    "quiet": Field(
        _EVENTS,
        Phrase("这些事件只发一行灰字，不提醒人", "events that come as one grey line"),
        examples=("[pipeline.success]",),
    ),
    "mention": Field(
        MapOf(ListOf(Whom()), EventName(negated=False)),
        Phrase("事件 → 提醒谁", "event → whom to mention"),
        examples=("pipeline.failed: [author]",),
    ),
    "show": Field(
        MapOf(ListOf(Fact()), EventName(negated=False)),
        Phrase("事件 → 显示哪些内容，按这个顺序", "event → which facts to show, in this order"),
        examples=("pipeline: [branch, commit, failed_jobs, duration]",),
    ),
    "append": Field(
        MapOf(Template(), EventName(negated=False)),
        Phrase("事件 → 加在消息下面的文字，可用变量", "event → own lines under the message"),
        examples=('pipeline.failed: "值班手册 https://wiki.example.com/{{ project.name }}"',),
    ),
    "lang": Field(_LANG, Phrase("这条路由的语言", "language of this route")),
    "continue": Field(
        Flag(),
        Phrase("false：匹配后不再看后面的路由", "false: look at no later route after a match"),
        default="true",
    ),
    "active_time_intervals": Field(
        ListOf(Name("time_intervals")), Phrase("只在这些时间段发", "send only within these")
    ),
    "mute_time_intervals": Field(
        ListOf(Name("time_intervals")), Phrase("在这些时间段不发", "do not send within these")
    ),
    "outside": Field(
        Choice(("drop", "quiet", "send")),
        Phrase("时间段之外怎么办", "what to do outside of these times"),
        default="drop",
    ),
}

PERSON: Mapping[str, Field] = {
    "name": Field(Text("line", most=100), Phrase("显示的名字", "the name shown")),
    "wecom": Field(Text("userid"), Phrase("企业微信 userid", "WeCom userid")),
    "dingtalk": Field(Text("userid"), Phrase("钉钉 userId", "DingTalk userId")),
    "mobile": Field(Text("mobile"), Phrase("手机号，从不显示", "phone number, never shown")),
    "aliases": Field(
        ListOf(Text(most=200)), Phrase("其他用户名和邮箱", "other user names and e-mail addresses")
    ),
    "mute": Field(
        Flag(), Phrase("从不提醒，也不发私信", "never mentioned, never messaged"), default="false"
    ),
}

TIME_INTERVAL: Mapping[str, Field] = {
    "weekdays": Field(
        ListOf(Text("weekdays")),
        Phrase("星期，monday 到 sunday，可写范围", "weekdays, or ranges of them"),
        examples=('["monday:friday"]',),
    ),
    "times": Field(
        ListOf(Table("times")),
        Phrase("一天里的时间，可以跨午夜", "times of the day; they may go over midnight"),
        examples=('[{ start_time: "09:00", end_time: "21:00" }]',),
    ),
    "location": Field(Zone(), Phrase("时区", "the time zone"), default="timezone"),
}
TIMES: Mapping[str, Field] = {
    "start_time": Field(Text("time"), Phrase("开始", "begin"), True, examples=('"09:00"',)),
    "end_time": Field(
        Text("time"), Phrase("结束，不含", "end, exclusive"), True, examples=('"21:00"',)
    ),
}

DELIVERY: Mapping[str, Field] = {
    "timeout": Field(
        Seconds(0.5, 60),
        Phrase("一个事件的总时间，全部接收者合计", "time for one event, all receivers together"),
        default="4s",
    ),
    "retries": Field(
        Whole(0, 5),
        Phrase(
            "发送失败后最多马上重试几次，总时间不超过 timeout",
            "how often at most a failed post is tried again at once, within timeout",
        ),
        default="2",
    ),
    "on_rate_limit": Field(
        Choice(("summary", "send")),
        Phrase(
            "超过每分钟 18 条时把等待的合并成一条，或照发",
            "over 18 a minute: merge what waits into one message, or send all the same",
        ),
        default="summary",
    ),
    "on_error": Field(
        Choice(("ok", "fail")),
        Phrase("发送失败时返回 200 还是 502", "answer 200 or 502 for a failed delivery"),
        default="ok",
    ),
    "max_commits": Field(
        Whole(1, 20), Phrase("最多列出几个提交", "how many commits are listed"), default="5"
    ),
    "style": Field(
        Choice(("emoji", "plain")), Phrase("plain 去掉表情符号", "plain: no emoji"), default="emoji"
    ),
    "fallback": Field(
        Name("receivers"),
        Phrase(
            "其他接收者发不出去时通知谁，每个机器人 10 分钟最多一次；"
            "没有队列时，要等的消息也发给它",
            "a receiver told when another one takes nothing, once per robot and 10 minutes; "
            "without a queue it also gets what would have to wait",
        ),
    ),
}

TABLES: Mapping[str, Mapping[str, Field]] = {
    "config": CONFIG,
    "source": SOURCE,
    "receiver": RECEIVER,
    "route": ROUTE,
    "person": PERSON,
    "time_interval": TIME_INTERVAL,
    "times": TIMES,
    "delivery": DELIVERY,
}
# What people write who know another system, and what it is called here.
OTHER_WORDS = {
    "on": "events",
    "event": "events",
    "branch": "branches",
    "channels": "receivers",
    "targets": "receivers",
    "webhook": "url",
    "webhook_url": "url",
    "token": "secret",
    "sign": "secret",
    "at": "mention",
    "mentions": "mention",
    "users": "people",
    "language": "lang",
    "tz": "timezone",
    "time_zone": "timezone",
}
