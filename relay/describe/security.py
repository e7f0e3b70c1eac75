"""Tokens about to expire, vulnerabilities, feature flags."""

from relay.describe.draft import Draft, Head, View, action, facts, note, subject, value
from relay.describe.issues import severity
from relay.describe.phrases import EXPIRES, GROUP, SEVERITY
from relay.describe.plain import prose
from relay.events import AccessToken, Event, FeatureFlag, Vulnerability
from relay.words import Phrase, project_name

_FLAG = {
    "enabled": ("✅", Phrase("功能标志已开启", "Feature flag on"), "success"),
    "disabled": ("🚫", Phrase("功能标志已关闭", "Feature flag off"), "muted"),
}
_VIEW_FLAG = Phrase("查看功能标志", "View feature flag")
_ACCESS_TOKEN = Phrase("访问令牌即将到期", "Access token expires soon")
_DEPLOY_TOKEN = Phrase("部署令牌即将到期", "Deploy token expires soon")
_LAST_USED = Phrase("上次使用 {day}", "last used {day}")
_VIEW_TOKENS = Phrase("查看令牌", "View tokens")
_VULNERABILITY = {
    "detected": ("🔔", Phrase("发现漏洞", "Vulnerability detected"), "danger"),
    "confirmed": ("🔔", Phrase("漏洞已确认", "Vulnerability confirmed"), "danger"),
    "dismissed": ("🚫", Phrase("漏洞已忽略", "Vulnerability dismissed"), "muted"),
    "resolved": ("✅", Phrase("漏洞已解决", "Vulnerability resolved"), "success"),
    "updated": ("🔔", Phrase("漏洞有更新", "Vulnerability updated"), ""),
}
_FOUND_BY = Phrase("来源", "Found by")
_VIEW_VULNERABILITY = Phrase("查看漏洞", "View vulnerability")


def feature_flag(event: Event, found: FeatureFlag, view: View) -> Draft:
    emoji, status, tone = _FLAG[event.action]
    return Draft(
        Head(emoji, view.words.say(status), tone, value(found.name, 40)),
        (note(prose(found.description, 100)),),
        (action(view.words, _VIEW_FLAG, event.url),),
    )


def access_token(event: Event, found: AccessToken, view: View) -> Draft:
    words = view.words
    status = _DEPLOY_TOKEN if found.token_kind == "deploy" else _ACCESS_TOKEN
    head = Head(
        "🔑",
        words.say(status),
        "danger",
        value(found.name, 40),
        place=project_name(found.place),
        place_word=words.say(GROUP),
    )
    expires = words.filled(EXPIRES, day=value(found.expires[:10], 20))
    used = words.filled(_LAST_USED, day=view.day(found.last_used))
    return Draft(head, (facts(expires, used),), (action(words, _VIEW_TOKENS, event.url),))


def vulnerability(event: Event, found: Vulnerability, view: View) -> Draft:
    words = view.words
    emoji, status, tone = _VULNERABILITY[event.action]
    return Draft(
        Head(emoji, words.say(status), tone),
        (
            subject(found.title, event.url),
            facts(
                words.labelled(SEVERITY, severity(found.severity, words)),
                words.labelled(_FOUND_BY, value(found.report.replace("_", " "), 30)),
            ),
            facts(words.listed([value(name, 40) for name in found.identifiers], most=4)),
        ),
        (action(words, _VIEW_VULNERABILITY, event.url),),
    )
