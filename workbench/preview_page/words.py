"""What the preview page says, in both languages."""

from relay.words import Phrase

WORDS = {
    "title": Phrase("预览", "Preview"),
    "skip": Phrase("跳到消息", "Skip to the message"),
    "config": Phrase("配置", "Configuration"),
    "counts": Phrase(
        "接收者 {receivers}，路由 {routes}", "receivers: {receivers}, routes: {routes}"
    ),
    "lang": Phrase("语言", "Language"),
    "theme": Phrase("外观", "Theme"),
    "theme-": Phrase("跟随系统", "System"),
    "theme-light": Phrase("浅色", "Light"),
    "theme-dark": Phrase("深色", "Dark"),
    "width": Phrase("手机宽度", "Phone width"),
    "width-": Phrase("电脑", "Desktop"),
    "problems": Phrase("配置有问题", "The configuration has problems"),
    "note": Phrase("提示", "Note"),
    "missing": Phrase("这里没有 {what}。", "There is no {what} here."),
    "kept": Phrase(
        "有错误时继续用之前的配置。", "While there are errors the one before stays in use."
    ),
    "events": Phrase("事件", "Events"),
    "filter": Phrase("筛选事件（/）", "Filter events (/)"),
    "none": Phrase("没有匹配的事件", "No event matches"),
    "example": Phrase(
        "例如：\n**{{{{ project.name }}}}** {{{{ ref }}}}\n> [查看]({{{{ url }}}})",
        "For example:\n**{{{{ project.name }}}}** {{{{ ref }}}}\n> [View]({{{{ url }}}})",
    ),
    "restart": Phrase(
        "{name} 是启动以后才有的：重新启动 serve 才会用它。",
        "{name} was made after the start: start serve again to use it.",
    ),
    "received": Phrase("收到的请求", "Received"),
    "nothing-yet": Phrase(
        "还没有。发到 {url}，或按“发给本机函数”。",
        "Nothing yet. Send to {url}, or press “Send to the function here”.",
    ),
    "samples": Phrase("样例", "Samples"),
    "badge-on": Phrase("默认发", "on"),
    "badge-quiet": Phrase("一行", "one line"),
    "badge-off": Phrase("默认不发", "off"),
    "replayed": Phrase("重放自 #{number}", "replay of #{number}"),
    "sent-count": Phrase("发 {count}", "{count} sent"),
    "failed-count": Phrase("失败 {count}", "{count} failed"),
    "view": Phrase("接收者", "Receivers"),
    "view-": Phrase("按配置", "As configured"),
    "view-both": Phrase("企业微信和钉钉各一个", "One WeCom, one DingTalk"),
    "messages": Phrase("消息语言", "Messages in"),
    "messages-": Phrase("按配置", "As configured"),
    "form": Phrase("形式", "Form"),
    "form-": Phrase("默认", "Default"),
    "form-full": Phrase("完整", "Full"),
    "form-quiet": Phrase("一行灰字", "One grey line"),
    "type-": Phrase("默认", "Default"),
    "wecom": Phrase("企业微信", "WeCom"),
    "dingtalk": Phrase("钉钉", "DingTalk"),
    "apply": Phrase("应用", "Apply"),
    "send-here": Phrase("发给本机函数", "Send to the function here"),
    "replay": Phrase("重放", "Replay"),
    "curl": Phrase("复制为 curl", "Copy as curl"),
    "fixture": Phrase("存为样例文件", "Save as fixture"),
    "fixture-where": Phrase(
        "去掉密钥和个人信息后写入 tests/fixtures/webhooks/",
        "into tests/fixtures/webhooks/, without secrets and personal data",
    ),
    "test": Phrase("发送测试消息", "Send a test message"),
    "copied": Phrase("已复制", "Copied"),
    "copy-failed": Phrase(
        "浏览器不让复制，请手动复制：", "The browser refuses to copy; copy it here:"
    ),
    "saved": Phrase("已写入 {path}", "Written to {path}"),
    "sent-here": Phrase("已发送，结果在“收到的请求”里", "Sent; the result is under Received"),
    "failed": Phrase("没有成功：", "It did not work: "),
    "notification": Phrase("会话列表", "Chat list"),
    "bytes": Phrase("{size} / {limit} 字节", "{size} / {limit} bytes"),
    "lines": Phrase("{count} 行", "{count} lines"),
    "line": Phrase("1 行", "1 line"),
    "whole": Phrase("没有截短", "complete"),
    "cut": Phrase("放不下，已截短", "cut to fit"),
    "hidden": Phrase("另有 {count} 条未列出", "{count} more not listed"),
    "mentioned": Phrase("提醒 {names}", "mentions {names}"),
    "unresolved": Phrase("没有账号，不提醒：{names}", "not mentioned, no id: {names}"),
    "no-mention": Phrase("不提醒任何人", "mentions nobody"),
    "posts": Phrase("计 {posts} 条，上限每分钟 {most} 条", "{posts} of {most} posts a minute"),
    "used": Phrase("最近一分钟已发 {used} 条", "{used} used in the last minute"),
    "not-sent": Phrase("不发送：{why}", "Not sent: {why}"),
    "others": Phrase("不发给（{count}）", "Not sent to ({count})"),
    "no-message": Phrase("没有消息", "No message"),
    "source": Phrase("消息源码", "Markdown source"),
    "request": Phrase("发出的请求", "JSON request"),
    "payload": Phrase("Webhook 内容", "Payload"),
    "template": Phrase("模板", "Template"),
    "decision": Phrase("为什么", "Decision"),
    "unsure": Phrase(
        "同时到了几个请求：{names} 收到的消息里，分不清哪一条是它的，这里没有列出。",
        "Requests came at the same time: which message {names} got for this one is not certain, "
        "so it is left out.",
    ),
    "unsure-preview": Phrase(
        "下面是它该有的消息，不是收到的。", "Below is what it should be, not what arrived."
    ),
    "outcome": Phrase("结果", "Outcome"),
    "would-be": Phrase(
        "没有收到消息。下面是按现在的配置会发的。",
        "No message arrived. Below is what the configuration of now would send.",
    ),
    "tree-now": Phrase(
        "按现在的配置，同样的事件会这样处理：", "With the configuration of now the same event goes:"
    ),
    "answer": Phrase("给仓库平台的响应", "Answer to the forge"),
    "masked": Phrase("密钥和手机号已隐去。", "Keys and phone numbers are masked."),
    "edit-payload": Phrase("改这里，上面的消息跟着变。", "Change it; the message above follows."),
    "edit-template": Phrase(
        "写一个模板试试，上面的消息跟着变。写好后放进配置的 templates。",
        "Try a template; the message above follows. It belongs under `templates` of the file.",
    ),
    "template-help": Phrase(
        "变量和过滤器见 docs/templates.md。", "Variables and filters: docs/templates.md."
    ),
    "reset": Phrase("恢复原样", "Reset"),
    "keys": Phrase(
        "↑ ↓ 选事件 · / 筛选 · l 换语言 · ← → 换标签页",
        "↑ ↓ event · / filter · l language · ← → tab",
    ),
    "foot": Phrase("仅为示意，实际效果以手机上为准", "Approximate: phones may differ"),
    "live": Phrase(
        "真实发送：请求会发到真的群里", "Live: what arrives is really sent to the groups"
    ),
    "offline": Phrase("和本机函数的连接断了", "The connection to the local server is gone"),
}
