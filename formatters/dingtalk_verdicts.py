"""What DingTalk's errcodes stand for; `dingtalk_codes` reads them.

`reference/dingtalk.md` sections 2, 4 and 5.
"""

from collections.abc import Mapping

from formatters.verdicts import Verdict
from relay.errors import Busy, Misconfigured, Rejected, Throttled, Unsuitable
from relay.words import Phrase

_DOCUMENTS = "https://open.dingtalk.com/document/orgapp"
_ROBOT_PAGE = f"{_DOCUMENTS}/custom-robots-send-group-messages"
_SECURITY_PAGE = f"{_DOCUMENTS}/customize-robot-security-settings"
_GLOBAL_PAGE = "open.dingtalk.com: global table of error codes"
_LIMITS_PAGE = "open.dingtalk.com: how-to on API throttling"
_LOGS = "third-party logs (unverified)"

_REPORT = Phrase(
    "不是设置造成的：请报告 errcode 和事件名。",
    "No setting causes this: report it with the errcode and the event's name.",
)

_BUSY = Verdict(
    Busy,
    "E528",
    Phrase("钉钉繁忙", "DingTalk is busy"),
    Phrase(
        "不用改设置：重要的话再发一次，GitLab 用 Resend，Gitee 用 replay。",
        "Nothing to mend: if it matters send it again, by Resend in GitLab, `replay` for Gitee.",
    ),
    _GLOBAL_PAGE,
)
_MANY_CALLS = _BUSY._replace(
    message=Phrase("整个组织每秒的调用太多", "too many calls a second of the whole organisation"),
    page=_LIMITS_PAGE,
)
_TOO_FAST = Verdict(
    Throttled,
    "E524",
    Phrase(
        "每分钟超过 20 条消息，钉钉让这个机器人静默十分钟",
        "more than 20 messages a minute: DingTalk silences this robot for ten minutes",
    ),
    Phrase(
        "十分钟内什么也发不出去：少选几种事件，或再加一个机器人分担。",
        "Nothing gets through until then: send it fewer kinds of events, or add a second robot for "
        "some of them.",
    ),
    _ROBOT_PAGE,
    wait_s=600.0,
)
_QUOTA = Verdict(
    Misconfigured,
    "E524",
    Phrase("组织的月度额度用完了", "the organisation's monthly quota is used up"),
    Phrase(
        "请钉钉管理员提高额度，或等到下个月。",
        "Ask the DingTalk administrator to raise the quota, or wait for the next month.",
    ),
    _LIMITS_PAGE,
)
BLOCKED = Verdict(
    Throttled,
    "E528",
    Phrase(
        "钉钉暂时封禁这个函数的出口 IP",
        "DingTalk blocks this function's network address for a while",
    ),
    Phrase(
        "云函数共用出口 IP 时会这样：五分钟后自动解除；想避免就用固定的出口 IP。",
        "Shared addresses of cloud functions cause this; it ends by itself after five minutes, and "
        "a fixed outgoing address avoids it.",
    ),
    _LIMITS_PAGE,
    wait_s=300.0,
)
SECURITY = Verdict(
    Misconfigured,
    "E520",
    Phrase("机器人的安全设置拒绝了消息", "the robot's security settings refuse the message"),
    Phrase(
        "打开机器人的安全设置：用加签，把密钥（SEC…）填进 secret（DINGTALK_SECRET）；"
        "或把自定义关键词填进 keywords（DINGTALK_KEYWORDS）；去掉 IP地址（段）。",
        "Open the robot's security settings: use signing and put its secret (SEC…) into secret "
        "(DINGTALK_SECRET), or the keyword into keywords (DINGTALK_KEYWORDS); remove IP ranges.",
    ),
    _SECURITY_PAGE,
)
_KEYWORD = SECURITY._replace(
    code="E521",
    message=Phrase(
        "消息里没有机器人的自定义关键词", "the message holds none of the robot's keywords"
    ),
    hint=Phrase(
        "把机器人的一个自定义关键词填进 keywords（DINGTALK_KEYWORDS），或改用加签。",
        "Put one of the robot's custom keywords into keywords (DINGTALK_KEYWORDS), or let the "
        "robot use signing.",
    ),
)
_SIGN = SECURITY._replace(
    code="E522",
    message=Phrase("加签的签名不匹配", "the signature does not match"),
    hint=Phrase(
        "把这个机器人自己的加签密钥（SEC…）复制到 secret（DINGTALK_SECRET）。",
        "Copy the signing secret (SEC…) of this very robot into secret (DINGTALK_SECRET).",
    ),
)
_TIMESTAMP = SECURITY._replace(
    code="E522",
    message=Phrase("签名的时间戳不被接受", "the signature's timestamp is not accepted"),
    hint=Phrase(
        "时钟差了一小时以上：把运行这个程序的机器校准。",
        "The clock is off by more than an hour: set the time of the machine this runs on.",
    ),
)
_IP = SECURITY._replace(
    code="E523",
    message=Phrase(
        "机器人只接受某些 IP 发来的消息", "the robot takes messages from certain IP addresses only"
    ),
    hint=Phrase(
        "在机器人的安全设置里去掉 IP地址（段），改用加签：云函数的出口 IP 会变。",
        "Remove the IP ranges from the robot's security settings and use signing: a cloud "
        "function's address changes.",
    ),
)
_BAD_TOKEN = Verdict(
    Misconfigured,
    "E525",
    Phrase("钉钉不认识这个机器人", "DingTalk does not know this robot"),
    Phrase(
        "access_token 不对，或机器人已被删除：重新复制 Webhook 地址。",
        "The access_token is wrong or the robot was deleted: copy the webhook address again.",
    ),
    _ROBOT_PAGE,
)
_STOPPED = Verdict(
    Misconfigured,
    "E526",
    Phrase("机器人被停用", "the robot is stopped"),
    Phrase("在群设置里启用这个机器人。", "Enable the robot in the group's settings."),
    _ROBOT_PAGE,
)
_NO_GROUP = Verdict(
    Misconfigured,
    "E526",
    Phrase("群已解散", "the group was dissolved"),
    Phrase(
        "在别的群里添加机器人并换成它的地址，或删掉这个接收者。",
        "Add a robot to another group and configure its address, or remove this receiver.",
    ),
    _ROBOT_PAGE,
)
_UNSAFE_TEXT = Verdict(
    Unsuitable,
    "E527",
    Phrase("钉钉认为消息的内容不合适", "DingTalk refused the content of the message"),
    Phrase(
        "看看这个事件的标题和文字：这些内容不能发到这个群。",
        "Look at the event's titles and texts; what they say cannot be sent to this group.",
    ),
    _ROBOT_PAGE,
)
_UNSAFE_LINK = _UNSAFE_TEXT._replace(
    message=Phrase(
        "钉钉认为消息里的链接不安全", "DingTalk holds a link in the message to be unsafe"
    ),
    hint=Phrase(
        "请钉钉管理员信任 GitLab / Gitee 的域名，或试试 open_links: browser。",
        "Ask the DingTalk administrator to trust the forge's domain, or try open_links: browser.",
    ),
)
_UNSAFE_PICTURE = _UNSAFE_TEXT._replace(
    message=Phrase(
        "钉钉认为消息里的图片不合适", "DingTalk holds a picture in the message to be improper"
    ),
    hint=Phrase(
        "本程序不发图片：检查自己写的模板里有没有图片。",
        "This relay sends no pictures: look for one in a template of your own.",
    ),
)
_TOO_LONG = Verdict(
    Rejected,
    "E529",
    Phrase("消息超过 20 000 字节", "the message is longer than 20 000 bytes"),
    Phrase(
        "内置消息不会超长：请报告事件名；自己写的模板请改短。",
        "Built-in messages always fit: report it with the event's name; make a template of your "
        "own shorter.",
    ),
    _LOGS,
)
_BAD_TYPE = Verdict(
    Rejected,
    "E529",
    Phrase("钉钉不支持这种消息类型", "DingTalk does not take this message type"),
    Phrase("把这个接收者设成 message: markdown。", "Set message: markdown for this receiver."),
    _ROBOT_PAGE,
)
_MISSING = Verdict(
    Rejected,
    "E529",
    Phrase("请求缺少参数", "a parameter of the request is missing"),
    _REPORT,
    _ROBOT_PAGE,
)
_NOT_POST = _MISSING._replace(message=Phrase("请求要用 POST", "the request must be a POST"))
_BAD_HEADER = _MISSING._replace(
    message=Phrase("请求的 Content-Type 不对", "the request's Content-Type is wrong")
)
UNKNOWN = _MISSING._replace(message=Phrase("钉钉拒绝了请求", "DingTalk refused the request"))

SECURITY_CODE = 310000
CODES: Mapping[int, Verdict] = {
    -1: _BUSY,
    90002: _MANY_CALLS,
    90018: _MANY_CALLS,
    130101: _TOO_FAST._replace(page="https://github.com/ccfos/nightingale/issues/369"),
    410100: _TOO_FAST,
    660026: _TOO_FAST._replace(page="no page found (unverified)"),
    90020: _QUOTA,
    90030: _QUOTA._replace(page="one third-party source (unverified)"),
    SECURITY_CODE: SECURITY,
    88: _BAD_TOKEN._replace(page=_LOGS),
    300001: _BAD_TOKEN._replace(page=_LOGS),
    300005: _BAD_TOKEN._replace(page=_LOGS),
    400101: _BAD_TOKEN,
    400106: _BAD_TOKEN,
    400102: _STOPPED,
    400013: _NO_GROUP,
    430101: _UNSAFE_LINK,
    430102: _UNSAFE_TEXT,
    430103: _UNSAFE_PICTURE,
    430104: _UNSAFE_TEXT,
    460101: _TOO_LONG,
    400105: _BAD_TYPE,
    400401: _MISSING._replace(page=_LOGS),
    40035: _MISSING,
    43002: _NOT_POST,
    43004: _BAD_HEADER,
}
# The four causes of 310000 by words of its errmsg, in lower case, whichever is found first. That
# about keywords may speak of nothing else; that about the timestamp mentions the signature.
WORDINGS = (
    (_KEYWORD, ("keyword", "关键词", "关键字")),
    (_IP, ("whitelist", "white list", "白名单", "ip地址", "ip段", "ip 地址")),
    (_TIMESTAMP, ("timestamp", "时间戳")),
    (_SIGN, ("sign", "签名", "加签")),
)
