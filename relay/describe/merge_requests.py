"""Merge requests, which Gitee calls pull requests."""

from relay.describe.changes import change_lines, updated
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
    labelled,
    note,
    same_person,
    subject,
    usable,
    value,
)
from relay.describe.issues import labels
from relay.describe.phrases import ASSIGNEES, AUTHOR, COMMIT, MILESTONE, VIEW_COMMIT, VIEW_NOUN
from relay.describe.plain import prose
from relay.events import Event, MergeRequest
from relay.notifications import Action, Line
from relay.words import Phrase, Words

_NOTE_CELLS = 100

# Status in words; where the number is not part of it, it follows outside the colour.
_HEADS = {
    "opened": ("🔀", Phrase("新{noun} {number}", "New {noun} {number}"), ""),
    "merged": ("✅", Phrase("已合并", "Merged"), "success"),
    "closed": ("🚫", Phrase("已关闭{noun}", "Closed {noun}"), "muted"),
    "reopened": ("🔁", Phrase("重新开启{noun} {number}", "Reopened {noun} {number}"), ""),
    "approved": ("👍", Phrase("已批准", "Approved"), "success"),
    "unapproved": ("🚫", Phrase("撤销批准", "Approval withdrawn"), "danger"),
    "changes_requested": ("🚫", Phrase("要求修改", "Changes requested"), "danger"),
    "review_requested": ("👉", Phrase("请求评审", "Review requested"), ""),
    "review_removed": ("👉", Phrase("调整评审人", "Reviewers changed"), ""),
    "test_requested": ("👉", Phrase("请求测试", "Test requested"), ""),
    "test_removed": ("👉", Phrase("调整测试人", "Testers changed"), ""),
    "tested": ("👍", Phrase("测试通过", "Test passed"), "success"),
    "assigned": ("👉", Phrase("指派{noun} {number}", "Assigned {noun} {number}"), ""),
    "unassigned": ("👉", Phrase("取消指派{noun} {number}", "Unassigned {noun} {number}"), ""),
    "ready": ("🔀", Phrase("可以评审", "Ready for review"), ""),
    "draft": ("🔀", Phrase("转为草稿", "Back to draft"), ""),
}
_DRAFT = Phrase("（草稿）", " (draft)")
_RESET_BY_PUSH = Phrase("新提交使批准失效", "Approval reset by new commits")
_MORE_APPROVALS = Phrase("还需要其他人批准", "more approvals are needed")
_NEW_COMMITS = Phrase("{number} 有新提交", "{number}: new commits")
_AGE = Phrase("历时 {age}", "open {age}")
_REVIEWERS = Phrase("评审", "Reviewer")
_TESTERS = Phrase("测试", "Tester")
_REQUESTED = Phrase("邀请", "Asked")
_FILES = Phrase("{count} 个文件", "{count} files", "1 file")
_REVIEW = Phrase("去评审", "Review")
_TEST = Phrase("去测试", "Test")
_VIEW_CHANGES = Phrase("查看改动", "View changes")

_ASKS = ("opened", "reopened", "review_requested", "ready", "assigned")


def merge_request(event: Event, found: MergeRequest, view: View) -> Draft:
    words = view.words
    detail = _DETAILS.get(event.action, _who_and_where)
    lines = (
        subject(found.title or found.number, event.url),
        *detail(event, found, view),
    )
    return Draft(_head(event, found, words), lines, (_link(event, found, words),))


def _head(event: Event, found: MergeRequest, words: Words) -> Head:
    number = value(found.number, 20)
    if event.action == "updated":
        return Head("↻", _updated(found, words, number))
    emoji, phrase, tone = _HEADS[event.action]
    if found.by_system and event.action == "unapproved":
        phrase = _RESET_BY_PUSH
    noun = words.noun("merge_request")
    status = words.say(phrase, noun=noun, number=number)
    if event.action == "opened" and found.draft:
        status += words.say(_DRAFT)
    ref = value(found.target_branch, REF_CELLS) if event.action == "merged" else ""
    return Head(emoji, status, tone, number if "{number}" not in phrase.zh else "", ref)


def _updated(found: MergeRequest, words: Words, number: str) -> str:
    if found.pushed:
        return words.say(_NEW_COMMITS, number=number)
    return updated(number, found.changes, words)


def _opened(event: Event, found: MergeRequest, view: View) -> tuple[Line, ...]:
    return (
        facts(_branches(event, found, view), _size(event, found, view)),
        facts(*_people(event, found, view), _labels(event, found, view)),
        facts(_milestone(event, found, view)),
        *_description(event, found, view),
    )


def _merged(event: Event, found: MergeRequest, view: View) -> tuple[Line, ...]:
    age = _age(event, found, view) if (found.age_s or 0) >= 1 else ""
    return (facts(_other_author(event, found, view), age),)


def _changed(event: Event, found: MergeRequest, view: View) -> tuple[Line, ...]:
    if found.pushed:
        return (facts(_commit(event, found, view)),)
    return tuple(_changes(event, found, view))


def _asked(event: Event, found: MergeRequest, view: View) -> tuple[Line, ...]:
    asked = view.words.labelled(_REQUESTED, view.words.names(found.requested))
    return (
        facts(_branches(event, found, view)),
        facts(_other_author(event, found, view), asked),
    )


def _approved(event: Event, found: MergeRequest, view: View) -> tuple[Line, ...]:
    pending = view.words.say(_MORE_APPROVALS) if found.approvals_pending else ""
    return (
        facts(_branches(event, found, view)),
        facts(_other_author(event, found, view), pending),
    )


def _who_and_where(event: Event, found: MergeRequest, view: View) -> tuple[Line, ...]:
    return (
        facts(_branches(event, found, view)),
        facts(_other_author(event, found, view), *_people(event, found, view)),
    )


_DETAILS = {
    "opened": _opened,
    "merged": _merged,
    "updated": _changed,
    "review_requested": _asked,
    "test_requested": _asked,
    "approved": _approved,
}


def _other_author(event: Event, found: MergeRequest, view: View) -> Part:
    """Return the author, unless that is who acted (rule 4)."""
    other = not same_person(found.author, event.actor) or found.by_system
    return _author(event, found, view) if other else ""


def _people(event: Event, found: MergeRequest, view: View) -> tuple[Part, ...]:
    """Return who is asked to do something; an assignee who is the author repeats (rule 4)."""
    news = event.action == "assigned"
    shown = tuple(one for one in found.assignees if news or not same_person(one, found.author))
    return (
        _reviewers(event, found, view),
        _testers(event, found, view),
        _assignees(event, found._replace(assignees=shown), view),
    )


def _age(event: Event, found: MergeRequest, view: View) -> Part:
    return view.words.filled(_AGE, age=view.words.duration(found.age_s))


def _assignees(event: Event, found: MergeRequest, view: View) -> Part:
    return view.words.labelled(ASSIGNEES, view.words.names(found.assignees))


def _author(event: Event, found: MergeRequest, view: View) -> Part:
    return view.words.labelled(AUTHOR, view.words.name(found.author))


def _branches(event: Event, found: MergeRequest, view: View) -> Part:
    source, target = value(found.source_branch, REF_CELLS), value(found.target_branch, REF_CELLS)
    return f"{source} → {target}" if source and target else source or target


def _changes(event: Event, found: MergeRequest, view: View) -> list[Line]:
    return change_lines(found.changes, view.words)


def _commit(event: Event, found: MergeRequest, view: View) -> Part:
    return labelled(view.words, COMMIT, commit(found.last_commit))


def _description(event: Event, found: MergeRequest, view: View) -> list[Line]:
    return [note(prose(found.description, _NOTE_CELLS))]


def _labels(event: Event, found: MergeRequest, view: View) -> Part:
    return labels(found.labels, view.words)


def _milestone(event: Event, found: MergeRequest, view: View) -> Part:
    return view.words.labelled(MILESTONE, value(found.milestone, 40))


def _reviewers(event: Event, found: MergeRequest, view: View) -> Part:
    return view.words.labelled(_REVIEWERS, view.words.names(found.reviewers))


def _size(event: Event, found: MergeRequest, view: View) -> Part:
    if found.additions is None or found.deletions is None or not found.changed_files:
        return ""
    files = view.words.say(_FILES, count=found.changed_files)
    return joined(" · ", f"+{found.additions} −{found.deletions}", files)


def _testers(event: Event, found: MergeRequest, view: View) -> Part:
    return view.words.labelled(_TESTERS, view.words.names(found.testers))


def _link(event: Event, found: MergeRequest, words: Words) -> Action:
    page = action(words, VIEW_NOUN, event.url, noun=words.noun("merge_request"))
    if event.action == "merged" and found.merge_commit:
        return either(action(words, VIEW_COMMIT, found.merge_commit.url), page)
    if event.action == "updated" and found.pushed:
        return either(action(words, _VIEW_CHANGES, found.compare_url), page)
    if event.action == "test_requested":
        return action(words, _TEST, event.url)
    if event.action in _ASKS:
        review = found.diff_url if event.url and usable(found.diff_url) else event.url
        return action(words, _REVIEW, review)
    return page


MERGE_REQUEST_FACTS: Facts = {
    "branches": _branches,
    "author": _author,
    "reviewers": _reviewers,
    "assignees": _assignees,
    "labels": _labels,
    "description": _description,
    "changes": _changes,
    "age": _age,
    "testers": _testers,
    "milestone": _milestone,
    "commit": _commit,
    "size": _size,
}
