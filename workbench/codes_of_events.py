"""The codes of a running relay: of requests, of what a robot or application answers, of waiting."""

from relay.words import Phrase
from workbench.code_rows import Family, row

# Gitee documents no redelivery; what was refused is in the log.
_AGAIN = (
    "有队列会自动重试；没有就补发：GitLab 点 Resend，Gitee 用 replay，见 docs/delivery.zh-CN.md",
    "a queue sends it again by itself; without one GitLab: Resend, Gitee: replay, see "
    "docs/delivery.md",
)
_LOOK_FIRST = (
    "先看群里，可能已经到了；没有再补发：GitLab 点 Resend，Gitee 用 replay，见 "
    "docs/delivery.zh-CN.md",
    "look into the group first: it may be there. If not, GitLab: Resend, Gitee: replay, see "
    "docs/delivery.md",
)

_REQUESTS = {
    "E300": row("请求不能接受", "the request is not acceptable", "看 fix", "read the answer's fix"),
    "E301": row(
        "请求无法解析（400）：来源、内容或调用方式不对",
        "cannot be read (400): not a webhook's sender, body or way",
        "看 reason 和 fix",
        "read reason and fix",
    ),
    "E302": row(
        "密钥或签名不对（401）",
        "the secret or signature does not match (401)",
        "两边重新填一遍；日志会说时钟不准，或网址是另一个平台的（/hook/gitlab 与 /hook/gitee）",
        "enter it again on both sides; the log tells of a wrong clock, and of an address for the "
        "other forge (/hook/gitlab, /hook/gitee)",
    ),
    "E304": row(
        "没有这个路径或来源（404）",
        "no such path or source (404)",
        "用裸网址或 /hook/<来源>",
        "use the bare address or /hook/<source>",
    ),
    "E305": row("不是 POST（405）", "not a POST (405)", "用 POST", "use POST"),
    "E306": row(
        "超过 6 MB（413）", "more than 6 MB (413)", "这种事件不会发送", "such events are not sent"
    ),
    "E307": row(
        "表单数据（415）", "form data (415)", "把 Webhook 设成 JSON", "let the webhook send JSON"
    ),
    "E399": row(
        "中继自己的错误（500）",
        "an error of the relay itself (500)",
        "日志里有堆栈，请报告",
        "report it with the trace in the log",
    ),
    "E401": row(
        "来源不能替这个项目说话（403）",
        "this source may not speak for that project (403)",
        "把项目写进 sources.*.projects",
        "add the project to sources.*.projects",
    ),
}

_WECOM = {
    "E501": row(
        "地址里的 key 不对，或机器人已移除（93000）",
        "wrong key, or the robot was removed (93000)",
        "重新复制机器人的地址",
        "copy the robot's address again",
    ),
    "E502": row(
        "每分钟超过 20 条（45009）",
        "more than 20 messages a minute (45009)",
        "少选几种事件，或加一个机器人",
        "fewer events, or a second robot",
    ),
    "E503": row("消息太长（40058）", "the message is too long (40058)", "请报告", "report it"),
    "E504": row(
        "不支持这种消息类型（40008）",
        "does not take this message type (40008)",
        "message: markdown",
        "message: markdown",
    ),
    "E505": row(
        "对方繁忙（-1）；两家的 HTTP 429、5xx",
        "busy (-1); of both vendors HTTP 429 and 5xx",
        *_AGAIN,
    ),
    "E506": row(
        "拒绝了请求",
        "refused the request",
        "按 errcode 查，或报告",
        "look the errcode up, or report it",
    ),
    "E507": row(
        "机器人被停用、已移出群，或群已解散",
        "robot disabled or out of the group, or no group",
        "启用它，或换一个机器人",
        "enable it, or add another robot",
    ),
    "E508": row(
        "内容里有敏感词（85002）",
        "forbidden words (85002)",
        "看事件的标题和文字",
        "look at the event's texts",
    ),
    "E510": row(
        "应用的 Secret 不对（40001）",
        "wrong secret of the application (40001)",
        "在应用管理里重新复制",
        "copy it again from 应用管理",
    ),
    "E511": row("corp_id 不对（40013）", "wrong corp_id (40013)", "复制企业 ID", "copy 企业ID"),
    "E512": row(
        "access_token 不被接受（40014、42001）",
        "the access token is refused (40014, 42001)",
        "corp_id、agent_id、secret 要属于同一个应用",
        "corp_id, agent_id and secret must be one application's",
    ),
    "E513": row(
        "出口 IP 不在企业可信 IP 里（60020）",
        "the outgoing address is not trusted (60020)",
        "给函数固定出口 IP，并加进企业可信 IP",
        "give the function a fixed address and add it to 企业可信IP",
    ),
    "E514": row(
        "应用没有这个接口的权限（48002）",
        "the application may not use this API (48002)",
        "看应用的权限",
        "look at its permissions",
    ),
    "E515": row("agent_id 不对（40056）", "wrong agent_id (40056)", "复制 AgentId", "copy AgentId"),
    "E516": row(
        "没有一个人能收到（81013）",
        "nobody can be reached (81013)",
        "检查 people 的 wecom 和应用的可见范围",
        "check wecom under people and 可见范围",
    ),
    "E517": row(
        "应用被停用（50003）", "the application is disabled (50003)", "启用它", "enable it"
    ),
    "E518": row(
        "应用调用太频繁（45009）",
        "too many calls of the application (45009)",
        "少选几种事件",
        "fewer events",
    ),
    "E519": row(
        "一条消息的人太多（82002）",
        "too many people for one message (82002)",
        "用 @all 或更少的角色",
        "use @all, or fewer roles",
    ),
}

_DINGTALK = {
    "E520": row(
        "安全设置拒绝了消息（310000）",
        "the security settings refuse it (310000)",
        "用加签，填 secret",
        "use 加签 and set secret",
    ),
    "E521": row(
        "消息里没有关键词（310000）",
        "no keyword in the message (310000)",
        "写 keywords，或改用加签",
        "set keywords, or use 加签",
    ),
    "E522": row(
        "签名或时间戳不对（310000）",
        "wrong signature or timestamp (310000)",
        "用这个机器人的 SEC…；检查时钟",
        "use this robot's SEC…; check the clock",
    ),
    "E523": row(
        "IP 不在白名单（310000）",
        "not from its IP ranges (310000)",
        "去掉 IP 段，用加签",
        "remove the ranges, use 加签",
    ),
    "E524": row(
        "每分钟超过 20 条，静默十分钟（130101）；或月度额度用完",
        "over 20 a minute: silent for ten (130101); or the monthly quota",
        "少选几种事件，或加一个机器人",
        "fewer events, or a second robot",
    ),
    "E525": row(
        "access_token 不对，或机器人已删除（300001）",
        "wrong access_token, or the robot is gone (300001)",
        "重新复制地址",
        "copy the address again",
    ),
    "E526": row(
        "机器人被停用，或群已解散",
        "the robot is stopped, or no group",
        "启用它，或换一个",
        "enable it, or add another",
    ),
    "E527": row(
        "链接或内容被判为不安全（430101）",
        "a link or text is held unsafe (430101)",
        "让管理员信任域名，或 open_links: browser",
        "have the domain trusted, or open_links: browser",
    ),
    "E528": row("对方繁忙，或暂时封禁出口 IP", "busy, or the address is blocked", *_AGAIN),
    "E529": row("拒绝了请求", "refused the request", "请报告", "report it with the errcode"),
}

_NETWORK = {
    "E530": row(
        "连不上：域名解析不到、端口不通，或被防火墙挡住",
        "no connection: the name cannot be resolved, the port is closed, or a firewall is between",
        "检查域名的拼写，以及从发送的地方（函数或这台机器）能不能访问它；发送不走 HTTPS_PROXY",
        "check how the name is spelt, and that whatever posts (the function, this machine) can "
        "reach it; HTTPS_PROXY has no effect on posts",
    ),
    "E531": row(
        "时间内没有响应，可能已送达", "no answer in time; it may have arrived", *_LOOK_FIRST
    ),
    "E532": row(
        "TLS 证书或握手失败",
        "certificate or TLS handshake",
        "检查发送的机器的时钟、私有部署的证书是否过期；中间解密 TLS 的网关要放行",
        "check the sending machine's clock, and a private host's certificate; a gateway that "
        "decrypts TLS has to let this host pass",
    ),
    "E533": row(
        "HTTP 状态不是 200",
        "an HTTP status other than 200",
        "看 vendor_code 里的状态码：404 是路径不对，重新复制地址；403、407 多半是网关或代理",
        "vendor_code is the status: 404 is a wrong path, copy the address again; 403 and 407 come "
        "most likely from a gateway or proxy",
    ),
    "E534": row(
        "响应不是机器人的",
        "an answer that is not the robot's",
        "看中间的网关或代理",
        "look at gateways and proxies between",
    ),
    "E535": row("被重定向", "a redirect", "写最终地址", "write the final address"),
    "E536": row("地址不能用", "an unusable address", "重新复制地址", "copy the address again"),
    "E537": row("连接中断，可能已送达", "the connection broke; it may have arrived", *_LOOK_FIRST),
    "E538": row("时间用完，没有开始", "not started: no time left", *_AGAIN),
    "E599": row("中继自己的错误", "an error of the relay itself", "请报告", "report it"),
}

_WAITING = {
    "E540": row(
        "队列不收这条消息，改为直接发送",
        "the queue did not take a delivery: it was posted directly",
        "检查队列的地址、权限和配额；直接发送也失败就返回 502：GitLab 点 Resend，Gitee 用 replay，"
        "见 docs/delivery.zh-CN.md",
        "check the queue's address, permission and quota; if that failed too, the answer is 502: "
        "GitLab: Resend, Gitee: replay, see docs/delivery.md",
    ),
    "E541": row(
        "在队列里等了六小时以上，已作废",
        "it waited in the queue for more than six hours: stale",
        "还需要的话，用 dead-letters resend 再发",
        "if it still matters, send it with dead-letters resend",
    ),
    "E542": row(
        "队列里的消息无法解析",
        "a queue message that cannot be read",
        "不是中继写的，或来自别的版本；用 dead-letters drop 删掉",
        "not the relay's own, or of another version; dead-letters drop deletes it",
    ),
    "E543": row(
        "配置里已经没有它的接收者",
        "its receiver is not in the configuration any more",
        "把接收者加回来，再用 dead-letters resend（没有队列时用 replay）",
        "add the receiver, then use dead-letters resend (without a queue: replay)",
    ),
    "E544": row(
        "机器人这一分钟的 18 条用完了，先等着",
        "the robot had its 18 messages of this minute: it waits",
        "稍后发出，攒多了就合并；没有队列时只在内存和日志里",
        "it goes out later, merged if many wait; without a queue only memory and log hold it",
    ),
    "E545": row(
        "状态表读写失败，照常发送",
        "the state store fails; messages go out all the same",
        "检查表名和权限；修好以前可能重复，也可能认不出 pipeline.fixed",
        "check the table's name and permission; until then repeats are possible, and "
        "pipeline.fixed may not be told",
    ),
    "E546": row(
        "排在失败的消息后面，退回太多次",
        "returned too often behind a message that failed",
        "用 dead-letters resend 重发",
        "send it again with dead-letters resend",
    ),
}

FAMILIES = (
    Family(Phrase("请求", "Requests"), _REQUESTS),
    Family(Phrase("企业微信", "WeCom"), _WECOM),
    Family(Phrase("钉钉", "DingTalk"), _DINGTALK),
    Family(Phrase("网络", "Network"), _NETWORK),
    Family(Phrase("排队和等待", "Queue and waiting"), _WAITING),
)
