"""Releases, wiki pages, milestones: what is published or planned."""

from relay.describe.draft import (
    Draft,
    Facts,
    Head,
    Part,
    View,
    action,
    commit,
    either,
    facts,
    labelled,
    note,
    subject,
    value,
)
from relay.describe.phrases import COMMIT, DUE, MESSAGE
from relay.describe.plain import items, prose
from relay.events import Event, Milestone, Release, WikiPage
from relay.notifications import Line, Span
from relay.words import Phrase

_NOTES_SHOWN = 2
_NOTE_CELLS = 80

_RELEASED = Phrase("发布", "Released")
_RELEASE_UPDATED = Phrase("发布更新", "Release updated")
_RELEASE_DELETED = Phrase("删除发布", "Release deleted")
_UPCOMING = Phrase("预定发布", "Upcoming release")
_RELEASE_NOTES = Phrase("发布说明", "Release notes")
_DOWNLOAD = Phrase("下载 {format}", "Download {format}")
_ASSETS = Phrase("附件 {count} 个", "{count} assets", "1 asset")
_MORE_NOTES = Phrase("… 还有 {count} 条", "… and {count} more")
_WIKI = {
    "created": ("📝", Phrase("Wiki 新页面", "New wiki page"), ""),
    "updated": ("📝", Phrase("Wiki 更新", "Wiki updated"), ""),
    "deleted": ("🗑️", Phrase("删除 Wiki 页面", "Wiki page deleted"), "danger"),
}
_VIEW_DIFF = Phrase("查看差异", "View diff")
_VIEW_PAGE = Phrase("查看页面", "View page")
_MILESTONE = {
    "created": ("✨", Phrase("新里程碑", "New milestone"), ""),
    "closed": ("✅", Phrase("里程碑已完成", "Milestone closed"), "success"),
    "reopened": ("🔁", Phrase("里程碑重新开启", "Milestone reopened"), ""),
    "deleted": ("🗑️", Phrase("删除里程碑", "Milestone deleted"), "danger"),
    "updated": ("↻", Phrase("里程碑更新", "Milestone updated"), ""),
}
_STARTS = Phrase("开始 {day}", "starts {day}")
_VIEW_MILESTONE = Phrase("查看里程碑", "View milestone")

_RELEASE_HEADS = {
    "created": ("🚀", _RELEASED, ""),
    "updated": ("🚀", _RELEASE_UPDATED, ""),
    "deleted": ("🗑️", _RELEASE_DELETED, "danger"),
}


def release(event: Event, found: Release, view: View) -> Draft:
    words = view.words
    emoji, status, tone = _RELEASE_HEADS[event.action]
    if found.upcoming and event.action == "created":
        status = _UPCOMING
    head = Head(emoji, words.say(status), tone, value(found.tag))
    gone = event.action == "deleted"
    title = found.name if found.name != found.tag else ""
    lines = (
        subject(title, "" if gone else event.url),
        *(() if gone else _notes(event, found, view)),
        facts("" if found.notes else _commit(event, found, view)),
    )
    links = (
        action(words, _RELEASE_NOTES, "" if gone else event.url),
        action(words, _DOWNLOAD, found.download_url, format=value(found.download_format, 10)),
    )
    return Draft(head, lines, () if gone else links)


def _notes(event: Event, found: Release, view: View) -> list[Line]:
    """Return the first lines of the notes and how many follow."""
    notes = items(found.notes)
    shown = [Line((Span(value(line, _NOTE_CELLS)),), "note") for line in notes[:_NOTES_SHOWN]]
    hidden = len(notes) - len(shown)
    return [*shown, note(view.words.say(_MORE_NOTES, count=hidden) if hidden > 0 else "")]


def _assets(event: Event, found: Release, view: View) -> Part:
    return view.words.filled(_ASSETS, count=found.assets)


def _commit(event: Event, found: Release, view: View) -> Part:
    return labelled(view.words, COMMIT, commit(found.commit))


def wiki(event: Event, found: WikiPage, view: View) -> Draft:
    words = view.words
    emoji, status, tone = _WIKI[event.action]
    gone = event.action == "deleted"
    lines = (
        subject(found.title, "" if gone else event.url),
        facts(_message(event, found, view)),
    )
    links = (
        either(action(words, _VIEW_DIFF, found.diff_url), action(words, _VIEW_PAGE, event.url)),
    )
    return Draft(Head(emoji, words.say(status), tone), lines, () if gone else links)


def _message(event: Event, found: WikiPage, view: View) -> Part:
    return view.words.labelled(MESSAGE, prose(found.message, _NOTE_CELLS))


def milestone(event: Event, found: Milestone, view: View) -> Draft:
    words = view.words
    emoji, status, tone = _MILESTONE[event.action]
    start = words.filled(_STARTS, day=view.day(found.start))
    due = words.filled(DUE, day=view.day(found.due))
    gone = event.action == "deleted"
    return Draft(
        Head(emoji, words.say(status), tone),
        (
            subject(found.title, "" if gone else event.url),
            facts(start, due),
            note(prose(found.description, _NOTE_CELLS)),
        ),
        () if gone else (action(words, _VIEW_MILESTONE, event.url),),
    )


RELEASE_FACTS: Facts = {"notes": _notes, "assets": _assets, "commit": _commit}
WIKI_FACTS: Facts = {"message": _message}
