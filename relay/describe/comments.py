"""Comments and reactions."""

from collections.abc import Callable, Mapping

from relay.describe.draft import Draft, Head, View, action, either, muted, subject, value
from relay.describe.phrases import VIEW
from relay.describe.plain import prose
from relay.events import Comment, Emoji, Event
from relay.notifications import Line, Span
from relay.words import Phrase, Words

_TEXT_CELLS = 200
_GONE_CELLS = 60

# What a comment is on, when its number does not already say so ("!42", "#231").
_TARGETS = {
    "commit": Phrase("提交 {number}", "commit {number}"),
    "snippet": Phrase("代码片段 {number}", "snippet {number}"),
    "repository": Phrase("仓库", "the repository"),
    "comment": Phrase("评论 {number}", "comment {number}"),
    "other": Phrase("{number}", "{number}"),
}
_HEADS = {
    "created": ("💬", Phrase("评论{noun}", "Comment on {noun}"), ""),
    "edited": ("💬", Phrase("修改评论{noun}", "Comment edited on {noun}"), ""),
    "deleted": ("🗑️", Phrase("删除评论{noun}", "Comment deleted on {noun}"), "danger"),
}
_BARE = {
    "created": Phrase("新评论", "New comment"),
    "edited": Phrase("修改评论", "Comment edited"),
    "deleted": Phrase("删除评论", "Comment deleted"),
}
_PLACE = Phrase("{path} 第 {line} 行", "{path} line {line}")
_REPLY = Phrase("回复", "Reply")
_AWARDED = Phrase("回应 :{name}: {target}", "Reacted :{name}: to {target}")
_REVOKED = Phrase("撤回回应 :{name}: {target}", "Took back :{name}: from {target}")


def comment(event: Event, found: Comment, view: View) -> Draft:
    words, gone = view.words, event.action == "deleted"
    lines = tuple(line for fact in COMMENT_FACTS.values() for line in fact(event, found, view))
    reply = action(words, _REPLY, event.url if event.action == "created" else "")
    page = action(words, VIEW, found.target_url if gone else event.url or found.target_url)
    return Draft(_head(event, found, words), lines, (either(reply, page),))


def emoji(event: Event, found: Emoji, view: View) -> Draft:
    words = view.words
    phrase = _REVOKED if event.action == "revoked" else _AWARDED
    name = value(found.name, 30)
    status = words.say(phrase, name=name, target=_target(found.target, found.number, words))
    return Draft(
        Head("💬", status.strip()),
        (subject(found.title, event.url),),
        (action(words, VIEW, event.url),),
    )


def _head(event: Event, found: Comment, words: Words) -> Head:
    emoji, phrase, tone = _HEADS[event.action]
    target = _target(found.target, found.number, words)
    status = words.say(phrase, noun=target) if target else words.say(_BARE[event.action])
    return Head(emoji, status, tone)


def _target(kind: str, number: str, words: Words) -> str:
    number = value(number, 20)
    phrase = _TARGETS.get(kind)
    return words.say(phrase, number=number).strip() if phrase else number


def _title(event: Event, found: Comment, view: View) -> list[Line]:
    return [subject(found.title, found.target_url)]


def _text(event: Event, found: Comment, view: View) -> list[Line]:
    text = prose(found.text, _GONE_CELLS if event.action == "deleted" else _TEXT_CELLS)
    return [Line((Span(text),) if text else (), "note")]


def _place(event: Event, found: Comment, view: View) -> list[Line]:
    return [muted(place(found, view.words))]


def place(found: Comment, words: Words) -> str:
    """Return the file and line of a comment on a change, or ``""``."""
    path = value(found.path, _GONE_CELLS)
    if not path or found.line is None:
        return path
    return words.say(_PLACE, path=path, line=found.line)


# All of what is designed, the subject line as well: a comment without its title reads on.
COMMENT_FACTS: Mapping[str, Callable[[Event, Comment, View], list[Line]]] = {
    "target": _title,
    "text": _text,
    "place": _place,
}
