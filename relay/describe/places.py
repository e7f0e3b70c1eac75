"""Members, projects, groups, accounts: what administrators want to hear of."""

from relay.describe.draft import Draft, Head, View, action, facts, value
from relay.describe.phrases import EXPIRES, GROUP, STATE, VIEW_NOUN
from relay.events import (
    Account,
    Event,
    Member,
    Place,
)
from relay.words import Phrase, Words, project_name

_PROJECT = Phrase("项目", "project")
_MEMBER = {
    "added": Phrase("新成员", "New member"),
    "updated": Phrase("成员角色变更", "Member changed"),
    "removed": Phrase("移除成员", "Member removed"),
    "requested": Phrase("申请加入", "Access requested"),
    "request_denied": Phrase("加入申请未通过", "Access request declined"),
}
_ROLE = Phrase("角色", "Role")
_VIEW_MEMBERS = Phrase("查看成员", "View members")
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
_ACCOUNT = {
    "created": Phrase("新用户", "New user"),
    "deleted": Phrase("删除用户", "User deleted"),
    "renamed": Phrase("用户改名", "User renamed"),
    "login_failed": Phrase("登录失败", "Login failed"),
    "key_added": Phrase("新 SSH 密钥", "SSH key added"),
    "key_removed": Phrase("移除 SSH 密钥", "SSH key removed"),
}
_OLD_NAME = Phrase("原用户名", "Was")
_KEY = Phrase("密钥", "Key")
_VIEW_USER = Phrase("查看用户", "View user")


def member(event: Event, found: Member, view: View) -> Draft:
    words = view.words
    word = words.say(GROUP if found.place_kind == "group" else _PROJECT)
    expires = words.filled(EXPIRES, day=value(found.expires[:10], 20))
    head = Head(
        "👤",
        words.say(_MEMBER[event.action]),
        what=words.name(found.person),
        place=project_name(found.place),
        place_word=word,
    )
    line = facts(words.labelled(_ROLE, value(found.role, 30)), expires)
    return Draft(head, (line,), (action(words, _VIEW_MEMBERS, event.url),))


def place(event: Event, found: Place, view: View) -> Draft:
    words = view.words
    noun = words.say(GROUP if event.kind == "group" else _PROJECT)
    emoji, phrase, tone = _PLACE[event.action]
    head = Head(emoji, words.say(phrase, noun=noun), tone, place=project_name(found.path))
    line = facts(
        words.labelled(_WAS, value(found.old_path)),
        words.labelled(_OWNER, words.name(found.owner)),
        words.labelled(_VISIBILITY, _visibility(found, words)),
    )
    links = () if event.action == "deleted" else (action(words, VIEW_NOUN, event.url, noun=noun),)
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
        words.labelled(STATE, value(found.state.replace("_", " "), 30)),
        words.labelled(_KEY, value(found.key_title, 60)),
    )
    return Draft(head, (line,), (action(words, _VIEW_USER, event.url),))
