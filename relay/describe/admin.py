"""People, places, tokens, switches, security: what administrators want to hear of."""

from relay.describe.draft import Draft, Head, View, action, facts, note, subject, value
from relay.describe.issues import SEVERITY, severity
from relay.describe.plain import prose
from relay.events import (
    AccessToken,
    Account,
    Event,
    FeatureFlag,
    Member,
    Notice,
    Ping,
    Place,
    Vulnerability,
)
from relay.words import Phrase, Words, project_name

_GROUP = Phrase("组", "group")
_PROJECT = Phrase("项目", "project")
_MEMBER = {
    "added": Phrase("新成员", "New member"),
    "updated": Phrase("成员角色变更", "Member changed"),
    "removed": Phrase("移除成员", "Member removed"),
    "requested": Phrase("申请加入", "Access requested"),
    "request_denied": Phrase("加入申请未通过", "Access request declined"),
}
_ROLE = Phrase("角色", "Role")
_EXPIRES = Phrase("到期 {day}", "expires {day}")
_VIEW_MEMBERS = Phrase("查看成员", "View members")
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
_PLACE = {
    "created": ("✨", Phrase("新{noun}", "New {noun}"), ""),
    "deleted": ("🗑️", Phrase("删除{noun}", "Deleted {noun}"), "danger"),
    "renamed": ("↻", Phrase("{noun}改名", "Renamed {noun}"), ""),
    "transferred": ("↻", Phrase("{noun}转移", "Transferred {noun}"), ""),
    "updated": ("↻", Phrase("{noun}设置变更", "Changed {noun} settings"), ""),
}
_WAS = Phrase("原路径", "Was")
_OWNER = Phrase("所有者", "Owner")
_VISIBILITY = Phrase("可见性", "Visibility")
_VISIBILITIES = {
    "private": Phrase("私有", "private"),
    "internal": Phrase("内部", "internal"),
    "public": Phrase("公开", "public"),
}
_VIEW_PLACE = Phrase("查看{noun}", "View {noun}")
_ACCOUNT = {
    "created": Phrase("新用户", "New user"),
    "deleted": Phrase("删除用户", "User deleted"),
    "renamed": Phrase("用户改名", "User renamed"),
    "login_failed": Phrase("登录失败", "Login failed"),
    "key_added": Phrase("新 SSH 密钥", "SSH key added"),
    "key_removed": Phrase("移除 SSH 密钥", "SSH key removed"),
}
_OLD_NAME = Phrase("原用户名", "Was")
_STATE = Phrase("状态", "State")
_KEY = Phrase("密钥", "Key")
_VIEW_USER = Phrase("查看用户", "View user")
_CONNECTED = Phrase("测试消息", "Test message")
_TEST_FOR = Phrase("{forge} 的 Webhook 已接通", "the {forge} webhook is connected")
_TEST_OF = Phrase("测试的事件", "Event tested")
_SEEN = Phrase(
    "看到这条消息说明网址和密钥都正确", "If you can read this, the URL and the secret are right"
)
_NOTICE = Phrase("{what}", "{what}")
_OPEN = Phrase("查看", "View")
_FORGES = {"gitlab": "GitLab", "gitee": "Gitee"}


def member(event: Event, found: Member, view: View) -> Draft:
    words = view.words
    word = words.say(_GROUP if found.place_kind == "group" else _PROJECT)
    expires = words.say(_EXPIRES, day=value(found.expires[:10], 20)) if found.expires else ""
    head = Head(
        "👤",
        words.say(_MEMBER[event.action]),
        what=words.name(found.person),
        place=project_name(found.place),
        place_word=word,
    )
    line = facts(words.labelled(_ROLE, value(found.role, 30)), expires)
    return Draft(head, (line,), (action(words, _VIEW_MEMBERS, event.url),))


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
        place_word=words.say(_GROUP),
    )
    expires = words.say(_EXPIRES, day=value(found.expires[:10], 20)) if found.expires else ""
    used = words.say(_LAST_USED, day=view.day(found.last_used)) if found.last_used else ""
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


def place(event: Event, found: Place, view: View) -> Draft:
    words = view.words
    noun = words.say(_GROUP if event.kind == "group" else _PROJECT)
    emoji, phrase, tone = _PLACE[event.action]
    head = Head(emoji, words.say(phrase, noun=noun), tone, place=project_name(found.path))
    line = facts(
        words.labelled(_WAS, value(found.old_path)),
        words.labelled(_OWNER, words.name(found.owner)),
        words.labelled(_VISIBILITY, _visibility(found, words)),
    )
    links = () if event.action == "deleted" else (action(words, _VIEW_PLACE, event.url, noun=noun),)
    return Draft(head, (line,), links)


def _visibility(found: Place, words: Words) -> str:
    known = _VISIBILITIES.get(found.visibility)
    return words.say(known) if known else value(found.visibility, 20)


def account(event: Event, found: Account, view: View) -> Draft:
    words = view.words
    emoji = "🔑" if event.action.startswith("key_") else "👤"
    head = Head(emoji, words.say(_ACCOUNT[event.action]), what=words.name(found.person), who="")
    line = facts(
        words.labelled(_OLD_NAME, value(found.old_username, 40)),
        words.labelled(_STATE, value(found.state.replace("_", " "), 30)),
        words.labelled(_KEY, value(found.key_title, 60)),
    )
    return Draft(head, (line,), (action(words, _VIEW_USER, event.url),))


def ping(event: Event, found: Ping, view: View) -> Draft:
    words = view.words
    forge = _FORGES.get(event.source, event.source)
    connected = words.say(_TEST_FOR, forge=forge)
    head = Head("🔔", words.say(_CONNECTED), place=connected, who="")
    return Draft(
        head,
        (
            facts(words.labelled(_TEST_OF, value(found.hook, 40)), value(found.host, 60)),
            facts(words.say(_SEEN)),
        ),
        (action(words, _OPEN, event.url),),
    )


def notice(event: Event, found: Notice, view: View) -> Draft:
    words: Words = view.words
    return Draft(
        Head("🔔", words.say(_NOTICE, what=value(found.what, 48))),
        (subject(found.title, event.url),),
        (action(words, _OPEN, event.url),),
    )
