"""Issues and work items."""

from relay.describe.changes import change_lines, updated
from relay.describe.draft import (
    Draft,
    Facts,
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
from relay.describe.phrases import (
    ASSIGNEES,
    DUE,
    LABELS,
    MILESTONE,
    SEVERITY,
    STATE,
    VIEW_NOUN,
)
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
_STATE_IS = Phrase("{number} 状态改为 {state}", "{number} is now {state}")
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
        *_details(event, found, view),
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
        return words.say(_STATE_IS, number=number, state=value(state, 20))
    return updated(number, found.changes, words)


def _details(event: Event, found: Issue, view: View) -> tuple[Line, ...]:
    """Return what a reader needs at this moment: all of it when it is new, else who is next."""
    if event.action == "updated":
        return tuple(_changes(event, found, view))
    people, due = _assigned(event, found, view), _due(event, found, view)
    if event.action == "opened":
        return (
            facts(_labels(event, found, view), _milestone(event, found, view)),
            facts(people, due, _severity(event, found, view)),
            *_description(event, found, view),
        )
    if event.action in ("closed", "deleted"):
        other = not same_person(found.author, event.actor)
        return (facts(_author(event, found, view) if other else "", people),)
    if event.action == "assigned":
        return (facts(_assignees(event, found, view), due),)
    return (facts(people, due),)


def _assigned(event: Event, found: Issue, view: View) -> Part:
    """Return who it is assigned to, unless that is only its author (rule 4)."""
    others = [one for one in found.assignees if not same_person(one, found.author)]
    return _assignees(event, found, view) if others else ""


def _assignees(event: Event, found: Issue, view: View) -> Part:
    return view.words.labelled(ASSIGNEES, view.words.names(found.assignees))


def _author(event: Event, found: Issue, view: View) -> Part:
    return view.words.labelled(_AUTHOR, view.words.name(found.author))


def _changes(event: Event, found: Issue, view: View) -> list[Line]:
    return change_lines(found.changes, view.words)


def _description(event: Event, found: Issue, view: View) -> list[Line]:
    return [note(prose(found.description, _NOTE_CELLS))]


def _due(event: Event, found: Issue, view: View) -> Part:
    return view.words.filled(DUE, day=view.day(found.due))


def _labels(event: Event, found: Issue, view: View) -> Part:
    return labels(found.labels, view.words)


def _milestone(event: Event, found: Issue, view: View) -> Part:
    return view.words.labelled(MILESTONE, value(found.milestone, 40))


def _severity(event: Event, found: Issue, view: View) -> Part:
    return view.words.labelled(SEVERITY, severity(found.severity, view.words))


def _state(event: Event, found: Issue, view: View) -> Part:
    return view.words.labelled(STATE, value(found.state_name or found.state, 20))


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


ISSUE_FACTS: Facts = {
    "labels": _labels,
    "milestone": _milestone,
    "assignees": _assignees,
    "due": _due,
    "description": _description,
    "severity": _severity,
    "changes": _changes,
    "author": _author,
    "state": _state,
}
