"""Pushes, branches and tags."""

from collections import Counter

from relay.describe.draft import (
    REF_CELLS,
    Draft,
    Head,
    View,
    action,
    commit,
    either,
    facts,
    joined,
    labelled,
    same_person,
    value,
)
from relay.describe.phrases import MESSAGE, VIEW_COMMIT
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
        return Draft(Head("🔨", words.say(_RESET), ref=ref), (_moved(found, words),), links)
    if found.new_branch:
        links = (either(action(words, _VIEW_BRANCH, event.url), links[0]),)
    shown = found.commits[: view.max_commits]
    count = f"{found.total}+" if found.at_least else found.total
    status = words.say(_PUSHED_NEW if found.new_branch else _PUSHED, count=count)
    return Draft(
        Head("🔨", status, ref=ref),
        tuple(_commit_line(one, event, words) for one in shown),
        links,
        _more(found, len(shown), words),
    )


def branch(event: Event, found: Branch, view: View) -> Draft:
    words, name = view.words, value(found.name, REF_CELLS)
    if event.action == "deleted":
        head = Head("🗑️", words.say(_BRANCH_DELETED), "danger", name)
        return Draft(head, (_at(_ENDED_AT, found.head, words),))
    return Draft(
        Head("✨", words.say(_NEW_BRANCH), what=name),
        (_at(_STARTS_AT, found.head, words),),
        (action(words, _VIEW_BRANCH, event.url),),
    )


def tag(event: Event, found: Tag, view: View) -> Draft:
    words = view.words
    emoji, status, tone = _TAG_HEADS[event.action]
    head = Head(emoji, words.say(status), tone, value(found.name, REF_CELLS))
    lines = (
        _at(_ENDED_AT if event.action == "deleted" else _POINTS_AT, found.commit, words),
        Line(labelled(words, MESSAGE, prose(found.message, 120))),
    )
    link = action(words, _VIEW_TAG, event.url)
    return Draft(head, lines, () if event.action == "deleted" else (link,))


def _commit_line(one: Commit, event: Event, words: Words) -> Line:
    spans = commit(one)
    author = "" if same_person(one.author, event.actor) else words.name(one.author)
    if author and author != words.name(event.actor):
        spans += (Span(" "), Span(author, tone="muted"))
    return Line(spans, "commit")


def _more(found: Push, shown: int, words: Words) -> More | None:
    """Return the line for the commits that are not listed, with who wrote how many of them.

    Authors are named only when the payload lists every commit.
    """
    if not found.commits:
        return None
    hidden = max(found.total - shown, 0)
    template = words.template(_MORE, hidden)
    authors = Counter(words.name(one.author) for one in found.commits[shown:])
    known = len(found.commits) >= found.total and not found.at_least and "" not in authors
    detail = words.comma.join(f"{name} {count}" for name, count in authors.most_common(3))
    return More(template, hidden, words.bracketed(detail) if known and hidden else "")


def _moved(found: Push, words: Words) -> Line:
    before, after = commit(found.before), commit(found.after)
    if not before or not after:
        return Line(())
    return facts(joined("", words.say(_FROM), before, words.say(_TO), after))


def _at(word: Phrase, found: Commit | None, words: Words) -> Line:
    spans = commit(found)
    return Line((Span(words.say(word)), *spans) if spans else ())


def _newest(found: Push, words: Words) -> Action:
    newest = next((one for one in (*found.commits[:1], found.after) if one and one.url), None)
    return action(words, VIEW_COMMIT, newest.url if newest else "")
