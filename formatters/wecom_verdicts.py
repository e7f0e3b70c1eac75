"""What WeCom's errcodes stand for when a robot is posted to; `wecom_codes` reads them.

`reference/wecom.md` A.5. An application's codes are in `wecom_app_verdicts`.
"""

from collections.abc import Mapping

from formatters.verdicts import Verdict
from relay.errors import Busy, Misconfigured, Rejected, Throttled, Unsuitable
from relay.words import Phrase

_DOCUMENTS = "https://developer.work.weixin.qq.com/document/path"
ROBOT_PAGE = f"{_DOCUMENTS}/91770"
CODES_PAGE = f"{_DOCUMENTS}/90313"  # global table of codes
NEW_CODES_PAGE = f"{_DOCUMENTS}/90455"  # its newer twin, with codes that the older one lacks
_LOOK_UP = "https://open.work.weixin.qq.com/devtool/query"

_REPORT = Phrase(
    "不是设置造成的：请报告 errcode 和事件名。",
    "No setting causes this: report it with the errcode and the event's name.",
)
_REPORT_LENGTH = Phrase(
    "内置消息不会超长：请报告事件名；自己写的模板请改短。",
    "Built-in messages always fit: report it with the event's name; make a template of your own "
    "shorter.",
)
_NO_MEDIA = Phrase(
    "本程序不发文件和图片：检查中间有没有网关改动请求。",
    "This relay sends none: check whether something between changes the request.",
)
_ENABLE = Phrase(
    "在群设置里启用它，或添加新的群机器人并换成它的地址。",
    "Enable the robot in the group's settings, or add a new one and configure its address.",
)

BUSY = Verdict(
    Busy,
    "E505",
    Phrase("企业微信繁忙", "WeCom is busy"),
    Phrase(
        "不用改设置：重要的话再发一次，GitLab 用 Resend，Gitee 用 replay。",
        "Nothing to mend: if it matters send it again, by Resend in GitLab, `replay` for Gitee.",
    ),
    CODES_PAGE,
)
CONFLICT = BUSY._replace(
    message=Phrase("企业微信的数据版本冲突", "WeCom was changing the same data"),
    page=NEW_CODES_PAGE,
)
CONCURRENT = Verdict(
    Busy,
    "E505",
    Phrase("同时调用企业微信的次数太多", "too many calls to WeCom at once"),
    Phrase("如果一直这样，调低函数的并发数。", "If it stays, lower the function's concurrency."),
    CODES_PAGE,
)
_TOO_FAST = Verdict(
    Throttled,
    "E502",
    Phrase("这个机器人每分钟超过 20 条消息", "more than 20 messages a minute for this robot"),
    Phrase(
        "等一分钟；少选几种事件，或再加一个群机器人分担。",
        "A robot takes 20 messages a minute: wait a minute, send it fewer kinds of events, or add "
        "a second robot for some of them.",
    ),
    ROBOT_PAGE,
    wait_s=60.0,
)
_BAD_KEY = Verdict(
    Misconfigured,
    "E501",
    Phrase("企业微信不认识这个 Webhook 地址", "WeCom does not know this webhook address"),
    Phrase(
        "key 不对，或群机器人已被移除：在群里打开机器人的资料，重新复制地址。",
        "The key is wrong or the robot was removed: copy the address again from the robot's card "
        "in the group.",
    ),
    NEW_CODES_PAGE,
)
_DISABLED = Verdict(
    Misconfigured,
    "E507",
    Phrase("群机器人被停用", "the robot is disabled"),
    _ENABLE,
    NEW_CODES_PAGE,
)
_NOT_IN_GROUP = Verdict(
    Misconfigured,
    "E507",
    Phrase("群机器人已不在群里", "the robot is no longer in the group"),
    Phrase(
        "在群里重新添加群机器人，换成它的地址。",
        "Add a robot to the group again and configure its address.",
    ),
    NEW_CODES_PAGE,
)
NO_GROUP = Verdict(
    Misconfigured,
    "E507",
    Phrase("群已解散", "the group was dissolved"),
    Phrase(
        "在别的群里添加群机器人并换成它的地址，或删掉这个接收者。",
        "Add a robot to another group and configure its address, or remove this receiver.",
    ),
    NEW_CODES_PAGE,
)
TOO_LONG = Verdict(
    Rejected,
    "E503",
    Phrase(
        "参数不合法，一般是消息太长",
        "a parameter is invalid, usually because the message is too long",
    ),
    _REPORT_LENGTH,
    CODES_PAGE,
)
_TOO_LONG_TEXT = TOO_LONG._replace(message=Phrase("消息太长", "the message is too long"))
_BAD_TYPE = Verdict(
    Rejected,
    "E504",
    Phrase("企业微信不支持这种消息类型", "WeCom does not take this message type"),
    Phrase("把这个接收者设成 message: markdown。", "Set message: markdown for this receiver."),
    CODES_PAGE,
)
_BAD_REQUEST = Verdict(
    Rejected,
    "E506",
    Phrase("企业微信说参数不合法", "WeCom holds an argument to be invalid"),
    _REPORT,
    CODES_PAGE,
)
MISSING = _BAD_REQUEST._replace(
    message=Phrase(
        "请求缺少参数，或 HTTP 方法不对", "a parameter is missing, or the HTTP method is wrong"
    )
)
_ESCAPED = _BAD_REQUEST._replace(
    message=Phrase(r"请求里有 \uXXXX 形式的字符", r"the request has characters written as \uXXXX")
)
_EMPTY = _BAD_REQUEST._replace(message=Phrase("消息内容为空", "the message is empty"))
_BARE_LINK = _BAD_REQUEST._replace(
    message=Phrase("链接不以 http:// 或 https:// 开头", "a link lacks http:// or https://"),
    page=NEW_CODES_PAGE,
)
_BAD_MEDIA = Verdict(
    Rejected,
    "E506",
    Phrase("文件或图片的大小不对", "the size of a file or picture is wrong"),
    _NO_MEDIA,
    CODES_PAGE,
)
_NO_SUCH_MEDIA = _BAD_MEDIA._replace(
    message=Phrase("media_id 无效或已过期", "a media_id is invalid or has expired")
)
_BAD_VOICE = _BAD_MEDIA._replace(
    message=Phrase("语音太长、太大或不是 AMR", "a voice file is too long, too large or not AMR")
)
_MANY_ARTICLES = _BAD_MEDIA._replace(
    message=Phrase("图文超过 8 条", "there are more than 8 articles")
)
_FORBIDDEN = Verdict(
    Unsuitable,
    "E508",
    Phrase("企业微信认为消息里有敏感词", "WeCom found forbidden words in the message"),
    Phrase(
        "看看这个事件的标题和文字：这些内容不能发到这里。",
        "Look at the event's titles and texts; what they say cannot be sent there.",
    ),
    CODES_PAGE,
)
UNKNOWN = Verdict(
    Rejected,
    "E506",
    Phrase("企业微信拒绝了消息", "WeCom refused the message"),
    Phrase(
        f"在 {_LOOK_UP} 查这个 errcode，并请报告它和事件名。",
        f"Look the errcode up at {_LOOK_UP}, and report it with the event's name.",
    ),
    _LOOK_UP,
)
_UNLISTED = UNKNOWN._replace(page="no page: in none of WeCom's tables (unverified)")

# Those of the request itself, which an application's message shares.
REQUEST_CODES: Mapping[int, Verdict] = {
    40058: TOO_LONG,
    45002: _TOO_LONG_TEXT,
    40008: _BAD_TYPE,
    40033: _ESCAPED,
    40035: _BAD_REQUEST,
    40063: MISSING,
    44004: _EMPTY,
    45034: _BARE_LINK,
    85002: _FORBIDDEN,
}
CODES: Mapping[int, Verdict] = {
    -1: BUSY,
    6000: CONFLICT,
    301070: BUSY,
    45033: CONCURRENT,
    45009: _TOO_FAST,
    93000: _BAD_KEY,
    93004: _DISABLED,
    93008: _NOT_IN_GROUP,
    49008: NO_GROUP,
    **REQUEST_CODES,
    40006: _BAD_MEDIA,
    40007: _NO_SUCH_MEDIA,
    40009: _BAD_MEDIA,
    45001: _BAD_MEDIA,
    45007: _BAD_VOICE,
    45008: _MANY_ARTICLES,
    301016: _BAD_VOICE,
    301017: _BAD_VOICE,
    301019: _UNLISTED,
}
PARAMETER_MISSING = range(41000, 42000)  # 41xxx: one code per parameter
