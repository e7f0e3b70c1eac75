"""Issues and work items."""

from relay.describe.changes import change_lines, updated
from relay.describe.draft import (
    Draft,
    Head,
    Part,
    View,
    action,
    facts,
    joined,
    labelled,
    note,
    same_person,
    subject,
    value,
)
from relay.describe.phrases import ASSIGNEES, DUE, LABELS, MILESTONE, SEVERITY, VIEW_NOUN
from relay.describe.plain import prose
from relay.events import Event, Issue
from relay.notifications import Line, Span
from relay.words import Phrase, Words

_NOTE_CELLS = 100
# Labels that mean trouble in any team: the one place where a label gets a colour.
_ALARMING = frozenset(("bug", "缺陷", "故障", "critical", "严重", "紧急", "urgent", "security"))

_HEADS = {
    "opened": ("🐛", Phrase("新{noun} {number}", "New {noun} {number}"), ""),
    "closed": ("✅", Phrase("已关闭{noun}", "Closed {noun}"), "success"),
    "reopened": ("🔁", Phrase("重新开启{noun} {number}", "Reopened {noun} {number}"), ""),
    "deleted": ("🗑️", Phrase("删除{noun}", "Deleted {noun}"), "danger"),
    "assigned": ("👉", Phrase("指派{noun} {number}", "Assigned {noun} {number}"), ""),
    "unassigned": ("👉", Phrase("取消指派{noun} {number}", "Unassigned {noun} {number}"), ""),
    "started": ("⏳", Phrase("开始处理{noun} {number}", "Started {noun} {number}"), ""),
}
_REJECTED = ("🚫", Phrase("已拒绝", "Rejected"), "muted")  # a state of Gitee's, closed as well
_STATE = Phrase("{number} 状态改为 {state}", "{number} is now {state}")
_TYPES_EN = {"任务": "task", "缺陷": "bug", "需求": "requirement"}  # Gitee's own three
_AUTHOR = Phrase("创建人", "Author")
_SEVERITIES = {
    "info": Phrase("信息", "info"),
    "low": Phrase("低", "low"),
    "medium": Phrase("中", "medium"),
    "high": Phrase("高", "high"),
    "critical": Phrase("严重", "critical"),
}


def issue(event: Event, found: Issue, view: View) -> Draft:
    words = view.words
    noun = _noun(found, words)
    gone = event.action == "deleted"
    lines = (
        subject(found.title or found.number, "" if gone else event.url),
        *(change_lines(found.changes, words) if event.action == "updated" else ()),
        *_facts(event, found, view),
    )
    link = action(words, VIEW_NOUN, event.url, noun=noun)
    return Draft(_head(event, found, words, noun), lines, () if gone else (link,))


def _noun(found: Issue, words: Words) -> str:
    """Return the forge's own name of the type, unless an English reader could not read it."""
    name = value(found.type_name, 20)
    if words.chinese or name.isascii():
        return name or words.noun(found.type)
    return _TYPES_EN.get(name, words.noun(found.type))


def _head(event: Event, found: Issue, words: Words, noun: str) -> Head:
    number = value(found.number, 20)
    if event.action == "updated":
        return Head("↻", _updated(found, words, number))
    rejected = event.action == "closed" and found.state == "rejected"
    emoji, phrase, tone = _REJECTED if rejected else _HEADS[event.action]
    status = words.say(phrase, noun=noun, number=number)
    return Head(emoji, status, tone, number if "{number}" not in phrase.zh else "")


def _updated(found: Issue, words: Words, number: str) -> str:
    state = next((change.after for change in found.changes if change.field == "state"), "")
    if state:
        return words.say(_STATE, number=number, state=value(state, 20))
    return updated(number, found.changes, words)


def _facts(event: Event, found: Issue, view: View) -> tuple[Line, ...]:
    """Return what a reader needs at this moment: all of it when it is new, else who is next."""
    words = view.words
    people = _assignees(found, words)
    due = words.filled(DUE, day=view.day(found.due))
    if event.action == "opened":
        milestone = words.labelled(MILESTONE, value(found.milestone, 40))
        return (
            facts(labels(found.labels, words), milestone),
            facts(people, due, words.labelled(SEVERITY, severity(found.severity, words))),
            note(prose(found.description, _NOTE_CELLS)),
        )
    if event.action in ("closed", "deleted"):
        author = "" if same_person(found.author, event.actor) else words.name(found.author)
        return (facts(words.labelled(_AUTHOR, author), people),)
    if event.action == "assigned":
        return (facts(words.labelled(ASSIGNEES, words.names(found.assignees)), due),)
    return (facts(people, due),) if event.action != "updated" else ()


def _assignees(found: Issue, words: Words) -> str:
    """Return who it is assigned to, unless that is only its author (rule 4)."""
    others = [one for one in found.assignees if not same_person(one, found.author)]
    return words.labelled(ASSIGNEES, words.names(found.assignees) if others else "")


def severity(word: str, words: Words) -> str:
    """Return GitLab's word for how bad it is, translated; nothing for "unknown"."""
    known = _SEVERITIES.get(word.lower())
    return words.say(known) if known else value(word, 20) if word.lower() != "unknown" else ""


def labels(found: tuple[str, ...], words: Words) -> Part:
    """Return the fact with all labels, those that mean trouble coloured."""
    shown = [value(label, 30) for label in found[:5]]
    spans = [
        Span(label, tone="danger" if label.lower() in _ALARMING else "") for label in shown if label
    ]
    more = [Span("…")] if len(found) > len(shown) else []
    return labelled(words, LABELS, joined("、" if words.chinese else ", ", *spans, *more))
