"""Pushes, branches and tags."""

from collections import Counter

from relay.describe.draft import (
    REF_CELLS,
    Draft,
    Facts,
    Head,
    Part,
    View,
    action,
    commit,
    either,
    facts,
    joined,
    same_person,
    value,
)
from relay.describe.phrases import AUTHOR, MESSAGE, VIEW_COMMIT
from relay.describe.plain import prose
from relay.events import Branch, Commit, Event, Push, Tag
from relay.notifications import Action, Line, More, Span
from relay.words import Phrase, Words

_PUSHED = Phrase("推送 {count} 个提交", "{count} commits", "1 commit")
_PUSHED_NEW = Phrase(
    "推送 {count} 个提交到新分支", "{count} commits to a new branch", "1 commit to a new branch"
)
_RESET = Phrase(
    "更新分支（没有新提交，可能是回退或强制推送）",
    "Branch updated (no new commits; a reset or force push)",
)
_MORE = Phrase("… 还有 {count} 个提交", "… and {count} more commits", "… and {count} more commit")
_FROM = Phrase("从 ", "from ")
_TO = Phrase(" 变为 ", " to ")
_COMPARE = Phrase("查看对比", "Compare changes")
_NEW_BRANCH = Phrase("新分支", "New branch")
_BRANCH_DELETED = Phrase("删除分支", "Branch deleted")
_STARTS_AT = Phrase("起点 ", "starts at ")
_ENDED_AT = Phrase("删除前 ", "was at ")
_VIEW_BRANCH = Phrase("查看分支", "View branch")
_NEW_TAG = Phrase("新标签", "New tag")
_TAG_MOVED = Phrase("标签改指", "Tag moved")
_TAG_DELETED = Phrase("删除标签", "Tag deleted")
_POINTS_AT = Phrase("指向 ", "at ")
_VIEW_TAG = Phrase("查看标签", "View tag")

_TAG_HEADS = {
    "created": ("🏷️", _NEW_TAG, ""),
    "moved": ("🏷️", _TAG_MOVED, ""),
    "deleted": ("🗑️", _TAG_DELETED, "danger"),
}


def push(event: Event, found: Push, view: View) -> Draft:
    words = view.words
    ref = value(found.branch, REF_CELLS)
    links = (either(action(words, _COMPARE, found.compare_url), _newest(found, words)),)
    if event.action == "reset":
        head = Head("🔨", words.say(_RESET), ref=ref)
        return Draft(head, (facts(_compare(event, found, view)),), links)
    if found.new_branch:
        links = (either(action(words, _VIEW_BRANCH, event.url), links[0]),)
    count = f"{found.total}+" if found.at_least else found.total
    status = words.say(_PUSHED_NEW if found.new_branch else _PUSHED, count=count)
    return Draft(
        Head("🔨", status, ref=ref),
        tuple(_commits(event, found, view)),
        links,
        _more(found, view),
    )


def branch(event: Event, found: Branch, view: View) -> Draft:
    words, name = view.words, value(found.name, REF_CELLS)
    if event.action == "deleted":
        head = Head("🗑️", words.say(_BRANCH_DELETED), "danger", name)
        return Draft(head, (facts(_head(event, found, view)),))
    return Draft(
        Head("✨", words.say(_NEW_BRANCH), what=name),
        (facts(_head(event, found, view)),),
        (action(words, _VIEW_BRANCH, event.url),),
    )


def tag(event: Event, found: Tag, view: View) -> Draft:
    words = view.words
    emoji, status, tone = _TAG_HEADS[event.action]
    head = Head(emoji, words.say(status), tone, value(found.name, REF_CELLS))
    lines = (facts(_tagged(event, found, view)), facts(_message(event, found, view)))
    link = action(words, _VIEW_TAG, event.url)
    return Draft(head, lines, () if event.action == "deleted" else (link,))


def _commits(event: Event, found: Push, view: View) -> list[Line]:
    shown = found.commits[: view.max_commits]
    return [_commit_line(one, event, view.words) for one in shown]


def _commit_line(one: Commit, event: Event, words: Words) -> Line:
    spans = commit(one)
    author = "" if same_person(one.author, event.actor) else words.name(one.author)
    if author and author != words.name(event.actor):
        spans += (Span(" "), Span(author, tone="muted"))
    return Line(spans, "commit")


def _more(found: Push, view: View) -> More | None:
    """Return the line for the commits that are not listed, with who wrote how many of them.

    Authors are named only when the payload lists every commit.
    """
    if not found.commits:
        return None
    words, rest = view.words, found.commits[view.max_commits :]
    hidden = max(found.total - min(len(found.commits), view.max_commits), 0)
    known = len(found.commits) >= found.total and not found.at_least
    named = known and hidden and all(words.name(one.author) for one in rest)
    detail = words.bracketed(_counted(rest, words)) if named else ""
    return More(words.template(_MORE, hidden), hidden, detail)


def _counted(commits: tuple[Commit, ...], words: Words) -> str:
    """Return who wrote how many of *commits*: ``张三 9，王五 3``."""
    authors = Counter(name for one in commits if (name := words.name(one.author)))
    return words.comma.join(f"{name} {count}" for name, count in authors.most_common(3))


def _compare(event: Event, found: Push, view: View) -> Part:
    words, before, after = view.words, commit(found.before), commit(found.after)
    if not before or not after:
        return ""
    return joined("", words.say(_FROM), before, words.say(_TO), after)


def _authors(event: Event, found: Push, view: View) -> Part:
    return view.words.labelled(AUTHOR, _counted(found.commits, view.words))


def _head(event: Event, found: Branch, view: View) -> Part:
    return _at(_ENDED_AT if event.action == "deleted" else _STARTS_AT, found.head, view.words)


def _tagged(event: Event, found: Tag, view: View) -> Part:
    return _at(_ENDED_AT if event.action == "deleted" else _POINTS_AT, found.commit, view.words)


def _message(event: Event, found: Tag, view: View) -> Part:
    return view.words.labelled(MESSAGE, prose(found.message, 120))


def _at(word: Phrase, found: Commit | None, words: Words) -> Part:
    spans = commit(found)
    return (Span(words.say(word)), *spans) if spans else ()


def _newest(found: Push, words: Words) -> Action:
    newest = next((one for one in (*found.commits[:1], found.after) if one and one.url), None)
    return action(words, VIEW_COMMIT, newest.url if newest else "")


PUSH_FACTS: Facts = {"commits": _commits, "compare": _compare, "authors": _authors}
BRANCH_FACTS: Facts = {"commit": _head}
TAG_FACTS: Facts = {"commit": _tagged, "message": _message}
