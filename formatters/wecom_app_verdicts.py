"""What WeCom's errcodes stand for when an application asks for a token, or writes.

`reference/wecom.md` B.1, B.5 and C; `wecom_codes` reads the tables.
"""

from collections.abc import Mapping

from formatters.verdicts import Verdict
from formatters.wecom_verdicts import (
    BUSY,
    CODES_PAGE,
    CONCURRENT,
    CONFLICT,
    NEW_CODES_PAGE,
    NO_GROUP,
    REQUEST_CODES,
)
from relay.errors import Misconfigured, Rejected, Throttled, TokenRefused
from relay.words import Phrase

_LIMITS_PAGE = "https://developer.work.weixin.qq.com/document/path/90454"
_SEND_PAGE = "https://developer.work.weixin.qq.com/document/path/90236"
_CHATS_PAGE = "https://developer.work.weixin.qq.com/document/path/90248"

_COPY_SECRET = Phrase(
    "在管理后台的“应用管理”里重新复制这个应用的 Secret。",
    "Copy the Secret of this application again from App Management in the admin console.",
)
_PERMISSIONS = Phrase(
    "在管理后台看这个应用的权限；很久没用的权限要重新开启。",
    "Look at the application's permissions in the admin console; one not used for long may have to "
    "be enabled again.",
)
_CHECK_PEOPLE = Phrase(
    "检查 people 里的 wecom（通讯录里的“账号”，不是姓名），并确认这些人在应用的可见范围内。",
    "Check the wecom user ids under people (the account in the address book, not the name), and "
    "that these people are within the application's visible range.",
)
_FEWER_PEOPLE = Phrase(
    "一条消息最多 1000 人：用 @all，或减少角色。",
    "One message goes to at most 1000 people: use @all, or fewer roles.",
)
_NO_CHATS = Phrase(
    "本程序不发应用群聊：请报告 errcode；发到群里请用群机器人。",
    "This relay does not write to an application's group chats: report it with the errcode, and "
    "use a robot for groups.",
)

_BAD_SECRET = Verdict(
    Misconfigured,
    "E510",
    Phrase("企业微信不接受应用的 Secret", "WeCom does not take the application's secret"),
    _COPY_SECRET,
    CODES_PAGE,
)
_BAD_CORP = Verdict(
    Misconfigured,
    "E511",
    Phrase("企业微信不认识这个 corp_id", "WeCom does not know this corp_id"),
    Phrase(
        "在管理后台“我的企业 → 企业信息”复制企业ID，一般以 ww 开头。",
        "Copy the corporation's ID from My Company in the admin console; it usually begins with "
        "ww.",
    ),
    CODES_PAGE,
)
_BAD_TOKEN = Verdict(
    TokenRefused,
    "E512",
    Phrase(
        "企业微信不接受 access_token，换了新的也不行",
        "WeCom refuses the access token, also a new one",
    ),
    Phrase(
        "确认 corp_id、agent_id、secret 属于同一个应用，并且没有别的程序重置它的 Secret。",
        "Check that corp_id, agent_id and secret belong to one and the same application, and that "
        "nothing else resets its secret.",
    ),
    CODES_PAGE,
)
BAD_ADDRESS = Verdict(
    Misconfigured,
    "E513",
    Phrase("函数的出口 IP 不在企业可信IP里", "WeCom does not trust this function's address"),
    Phrase(
        "在管理后台把“from ip”后面的地址加进应用的企业可信IP；函数要有固定的出口 IP。",
        "Add the address after “from ip” to the application's trusted IP addresses in the admin "
        "console; a function needs a fixed outgoing address for that.",
    ),
    CODES_PAGE,
)
TRUST = Phrase(
    "在管理后台把 {address} 加进应用的企业可信IP；它必须是函数固定的出口 IP，否则还会变。",
    "Add {address} to the application's trusted IP addresses in the admin console; it must be the "
    "function's fixed outgoing address, or it changes again.",
)
_ARCHIVE_ADDRESS = Verdict(
    Misconfigured,
    "E513",
    Phrase(
        "会话存档接口的 IP 白名单拒绝了请求",
        "the allow-list of the session archive, another API, refused the address",
    ),
    Phrase(
        "本程序不用这个接口：检查 api_base 指向哪里，并请报告。",
        "This relay does not use that API: check where api_base leads, and report it.",
    ),
    CODES_PAGE,
)
_NOT_PERMITTED = Verdict(
    Misconfigured,
    "E514",
    Phrase("应用没有这个接口的权限", "the application may not use this API"),
    _PERMISSIONS,
    CODES_PAGE,
)
_WITHDRAWN = _NOT_PERMITTED._replace(
    message=Phrase("这个接口已停用", "this API was withdrawn"),
    hint=Phrase(
        "先改用群机器人，并请报告 errcode。",
        "Use a robot in a group instead, and report it with the errcode.",
    ),
)
_UNUSED = _NOT_PERMITTED._replace(
    message=Phrase(
        "应用很久没用这个接口，权限被收回", "the permission lapsed, for it was not used for long"
    ),
    page=NEW_CODES_PAGE,
)
_BAD_AGENT = Verdict(
    Misconfigured,
    "E515",
    Phrase("agent_id 不是这个应用的", "agent_id is not that of this application"),
    Phrase(
        "在管理后台的应用页面复制 AgentId，它和 Secret 在同一页。",
        "Copy AgentId from the application's page in the admin console; secret and AgentId stand "
        "there side by side.",
    ),
    CODES_PAGE,
)
_NOBODY = Verdict(
    Rejected,
    "E516",
    Phrase("没有一个人能收到", "nobody whom the message is for can be reached"),
    _CHECK_PEOPLE,
    _SEND_PAGE,
)
_NO_SUCH_USER = _NOBODY._replace(
    message=Phrase("没有这样的 userid", "there is no such user id"), page=CODES_PAGE
)
_OUT_OF_RANGE = _NOBODY._replace(
    message=Phrase(
        "收件人不在应用的可见范围内", "the people are outside the application's visible range"
    ),
    page=CODES_PAGE,
)
_APP_DISABLED = Verdict(
    Misconfigured,
    "E517",
    Phrase("应用被停用", "the application is disabled"),
    Phrase("在管理后台启用这个应用。", "Enable the application in the admin console."),
    CODES_PAGE,
)
_TOO_FAST = Verdict(
    Throttled,
    "E518",
    Phrase("这个应用的调用太频繁", "too many calls for this application"),
    Phrase(
        "等一等：按分钟、小时、天都有上限；少选几种事件。",
        "Wait: limits are by the minute, the hour and the day. Send it fewer kinds of events.",
    ),
    _LIMITS_PAGE,
    wait_s=60.0,
)
_TOO_MANY_PEOPLE = Verdict(
    Rejected,
    "E519",
    Phrase("一条消息的人太多", "too many people for one message"),
    _FEWER_PEOPLE,
    _SEND_PAGE,
)
_NO_CHAT = Verdict(
    Misconfigured,
    "E507",
    Phrase("没有这个应用群聊", "there is no such group chat of the application"),
    _NO_CHATS,
    _CHATS_PAGE,
)
_BAD_CHAT = _NO_CHAT._replace(message=Phrase("chatid 不合法", "the chatid is invalid"))
_OTHERS_CHAT = _NO_CHAT._replace(
    message=Phrase("群聊不是这个应用建的", "another application made the group chat")
)

_FOR_BOTH: Mapping[int, Verdict] = {
    -1: BUSY,
    6000: CONFLICT,
    45033: CONCURRENT,
    45009: _TOO_FAST,
    40013: _BAD_CORP,
    2000002: _BAD_CORP,
    60020: BAD_ADDRESS,
    48002: _NOT_PERMITTED,
    48005: _WITHDRAWN,
    48006: _UNUSED,
    50003: _APP_DISABLED,
}
TOKEN_CODES: Mapping[int, Verdict] = {
    **_FOR_BOTH,
    40001: _BAD_SECRET,
    40091: _BAD_SECRET._replace(page="third-party logs (unverified)"),
    41002: _BAD_CORP,
    41004: _BAD_SECRET,
}
APP_CODES: Mapping[int, Verdict] = {
    **_FOR_BOTH,
    40001: _BAD_TOKEN,
    40014: _BAD_TOKEN,
    41001: _BAD_TOKEN,
    42001: _BAD_TOKEN,
    40056: _BAD_AGENT,
    41011: _BAD_AGENT,
    301002: _BAD_AGENT,
    301042: _ARCHIVE_ADDRESS,
    40003: _NO_SUCH_USER,
    40031: _NO_SUCH_USER,
    46004: _NO_SUCH_USER,
    60111: _NO_SUCH_USER,
    50002: _OUT_OF_RANGE,
    60011: _OUT_OF_RANGE,
    60021: _OUT_OF_RANGE,
    81013: _NOBODY,
    82001: _NOBODY,
    40032: _TOO_MANY_PEOPLE,
    82002: _TOO_MANY_PEOPLE,
    82003: _TOO_MANY_PEOPLE,
    **REQUEST_CODES,
    # Of group chats, which nothing here writes to.
    40050: _NO_CHAT,
    86003: _NO_CHAT,
    86001: _BAD_CHAT,
    86008: _OTHERS_CHAT,
    49008: NO_GROUP,
}
