"""What WeCom's errcodes stand for: one table each for robots, applications and their tokens.

`reference/wecom.md` A.5 and B.5, developer.work.weixin.qq.com path/90313. `wecom_codes` reads them.
"""

from collections.abc import Mapping

from formatters.verdicts import Verdict
from relay.errors import Busy, Misconfigured, Rejected, Throttled, TokenRefused

_BUSY = Verdict(
    Busy,
    "E505",
    "WeCom is busy",
    "Nothing to mend: send the event again from the forge if it matters.",
)
_CONCURRENT = Verdict(
    Busy,
    "E505",
    "too many calls to WeCom at once",
    "If it stays, lower the function's concurrency.",
)
_TOO_FAST = Verdict(
    Throttled,
    "E502",
    "more than 20 messages a minute for this robot",
    "A robot takes 20 messages a minute: wait a minute, send it fewer kinds of events, or add a "
    "second robot for some of them.",
    wait_s=60.0,
)
_BAD_KEY = Verdict(
    Misconfigured,
    "E501",
    "WeCom does not know this webhook address",
    "The key is wrong or the robot was removed: copy the address again from the robot's card in "
    "the group.",
)
_DISABLED = Verdict(
    Misconfigured,
    "E507",
    "the robot is disabled",
    "Enable the robot in the group's settings, or add a new one and configure its address.",
)
_NOT_IN_GROUP = Verdict(
    Misconfigured,
    "E507",
    "the robot is no longer in the group",
    "Add a robot to the group again and configure its address.",
)
_NO_GROUP = Verdict(
    Misconfigured,
    "E507",
    "the group was dissolved",
    "Add a robot to another group and configure its address, or remove this receiver.",
)
TOO_LONG = Verdict(
    Rejected,
    "E503",
    "a parameter is invalid, usually because the message is too long",
    "Built-in messages always fit: report it with the event's name.",
)
_BAD_TYPE = Verdict(
    Rejected,
    "E504",
    "WeCom does not take this message type",
    "Set message: markdown for this receiver.",
)
BAD_REQUEST = Verdict(
    Rejected,
    "E506",
    "WeCom refused the request",
    "No setting causes this: report it with the errcode and the event's name.",
)
_BAD_MEDIA = Verdict(
    Rejected,
    "E506",
    "WeCom refused a file or picture",
    "This relay sends none: check whether something between changes the request.",
)
_FORBIDDEN = Verdict(
    Rejected,
    "E508",
    "WeCom found forbidden words in the message",
    "Look at the event's titles and texts; what they say cannot be sent to this group.",
)
UNKNOWN = Verdict(
    Rejected,
    "E506",
    "WeCom refused the message",
    "Look the errcode up at https://open.work.weixin.qq.com/devtool/query",
)

CODES: Mapping[int, Verdict] = {
    -1: _BUSY,
    6000: _BUSY,
    301070: _BUSY,
    45033: _CONCURRENT,
    45009: _TOO_FAST,
    93000: _BAD_KEY,
    93004: _DISABLED,
    93008: _NOT_IN_GROUP,
    49008: _NO_GROUP,
    40058: TOO_LONG,
    45002: TOO_LONG,
    40008: _BAD_TYPE,
    40033: BAD_REQUEST,
    40035: BAD_REQUEST,
    40063: BAD_REQUEST,
    44004: BAD_REQUEST,
    45034: BAD_REQUEST,
    40006: _BAD_MEDIA,
    40007: _BAD_MEDIA,
    40009: _BAD_MEDIA,
    45001: _BAD_MEDIA,
    45007: _BAD_MEDIA,
    45008: _BAD_MEDIA,
    301016: _BAD_MEDIA,
    301017: _BAD_MEDIA,
    301019: UNKNOWN,  # in no table consulted; seen in the wild
    85002: _FORBIDDEN,
}
PARAMETER_MISSING = range(41000, 42000)  # 41xxx: one code per parameter

_BAD_SECRET = Verdict(
    Misconfigured,
    "E510",
    "WeCom does not take the application's secret",
    "Copy the secret (Secret) of this application again from the admin console, 应用管理.",
)
_BAD_CORP = Verdict(
    Misconfigured,
    "E511",
    "WeCom does not know this corp_id",
    "Copy 企业ID from 我的企业 → 企业信息 in the admin console; it usually begins with ww.",
)
_BAD_TOKEN = Verdict(
    TokenRefused,
    "E512",
    "WeCom refuses the access token, also a new one",
    "Check that corp_id, agent_id and secret belong to one and the same application, and that "
    "nothing else resets its secret.",
)
BAD_ADDRESS = Verdict(
    Misconfigured,
    "E513",
    "WeCom does not trust this function's address",
    "Add the address after “from ip” to 企业可信IP of the application in the admin console; a "
    "function needs a fixed outgoing address for that.",
)
_NOT_PERMITTED = Verdict(
    Misconfigured,
    "E514",
    "the application may not use this API",
    "Look at the application's permissions in the admin console; one not used for long may have to "
    "be enabled again.",
)
_BAD_AGENT = Verdict(
    Misconfigured,
    "E515",
    "agent_id is not that of this application",
    "Copy AgentId from the application's page in the admin console; secret and AgentId stand there "
    "side by side.",
)
_NOBODY = Verdict(
    Rejected,
    "E516",
    "nobody whom the message is for can be reached",
    "Check the wecom user ids under people (账号 in the address book, not the name), and that "
    "these people are within the application's visible range (可见范围).",
)
_APP_DISABLED = Verdict(
    Misconfigured,
    "E517",
    "the application is disabled",
    "Enable the application in the admin console.",
)
_APP_TOO_FAST = Verdict(
    Throttled,
    "E518",
    "too many calls for this application",
    "Wait: limits are by the minute, the hour and the day. Send it fewer kinds of events.",
    wait_s=60.0,
)
_TOO_MANY_PEOPLE = Verdict(
    Rejected,
    "E519",
    "too many people for one message",
    "One message goes to at most 1000 people: use @all, or fewer roles.",
)

_FOR_BOTH: Mapping[int, Verdict] = {
    -1: _BUSY,
    6000: _BUSY,
    45033: _CONCURRENT,
    45009: _APP_TOO_FAST,
    40013: _BAD_CORP,
    2000002: _BAD_CORP,
    60020: BAD_ADDRESS,
    48002: _NOT_PERMITTED,
    48005: _NOT_PERMITTED,
    48006: _NOT_PERMITTED,
    50003: _APP_DISABLED,
}
TOKEN_CODES: Mapping[int, Verdict] = {
    **_FOR_BOTH,
    40001: _BAD_SECRET,
    40091: _BAD_SECRET,
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
    40003: _NOBODY,
    40031: _NOBODY,
    46004: _NOBODY,
    50002: _NOBODY,
    60011: _NOBODY,
    60021: _NOBODY,
    60111: _NOBODY,
    81013: _NOBODY,
    82001: _NOBODY,
    40032: _TOO_MANY_PEOPLE,
    82002: _TOO_MANY_PEOPLE,
    82003: _TOO_MANY_PEOPLE,
    **{
        code: CODES[code]
        for code in (40058, 45002, 40008, 40033, 40035, 40063, 44004, 45034, 85002)
    },
}
