"""What was edited, in words: one list for the first line, one line per change below it."""

from relay.describe.draft import facts, value
from relay.events import Change
from relay.notifications import Line
from relay.words import Phrase, Words, capital

_SHOWN = 4
_SIDE_CELLS = 40

_FIELDS = {
    "title": Phrase("标题", "title"),
    "description": Phrase("描述", "description"),
    "labels": Phrase("标签", "labels"),
    "milestone": Phrase("里程碑", "milestone"),
    "assignees": Phrase("指派人", "assignees"),
    "reviewers": Phrase("评审人", "reviewers"),
    "due": Phrase("截止日期", "due date"),
    "target_branch": Phrase("目标分支", "target branch"),
    "draft": Phrase("草稿状态", "draft status"),
    "weight": Phrase("权重", "weight"),
    "severity": Phrase("严重程度", "severity"),
    "confidential": Phrase("机密性", "confidentiality"),
    "type": Phrase("类型", "type"),
    "state": Phrase("状态", "state"),
    "auto_merge": Phrase("自动合并", "auto-merge"),
    "threads": Phrase("讨论", "threads"),
    "issues": Phrase("关联 Issue", "linked issues"),
    "time": Phrase("工时", "time tracking"),
}
# Fields whose sides are what was removed and what was added, not two states of one value.
_LISTS = frozenset(("labels", "assignees", "reviewers", "issues"))
_UPDATED = Phrase("{number} 更新了{fields}", "{number}: {fields} changed")
_TOUCHED = Phrase("{number} 有更新", "{number} updated")
_OTHER = Phrase("其他内容", "other details")


def updated(number: str, changes: tuple[Change, ...], words: Words) -> str:
    """Return the first line's words for an update: ``!42 更新了标签、标题``."""
    fields = words.listed([field_name(change, words) for change in changes], most=3)
    return words.say(_UPDATED if fields else _TOUCHED, number=number, fields=fields)


def change_lines(changes: tuple[Change, ...], words: Words) -> list[Line]:
    """Return one line per change that has something to show beyond the first line's words."""
    found = [(change, _sides(change)) for change in changes if change.field != "state"]
    return [
        facts(capital(field_name(change, words)) + words.colon + sides)
        for change, sides in found
        if sides
    ][:_SHOWN]


def field_name(change: Change, words: Words) -> str:
    """Return what was edited: ``目标分支``."""
    return words.say(_FIELDS.get(change.field, _OTHER))


def _sides(change: Change) -> str:
    before, after = value(change.before, _SIDE_CELLS), value(change.after, _SIDE_CELLS)
    if change.field in _LISTS:
        return " ".join(f"{sign}{side}" for sign, side in (("+", after), ("−", before)) if side)
    return f"{before} → {after or '—'}" if before else after
