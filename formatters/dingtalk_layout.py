"""The texts of DingTalk messages, with whom they mention and which keyword they show.

`reference/dingtalk.md` sections 2, 3 and 6; `design/messages.md` section 3.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from formatters import escaping
from formatters.markdown import (
    DOT,
    Pen,
    actions,
    all_within,
    body_lines,
    headline,
    links,
    names,
    pinged,
    plain_message,
    quiet_line,
    usable_id,
    usable_mobile,
    whole_message,
    within,
    write,
)
from relay.notifications import Notification

COLOURS = {"success": "#2E7D32", "danger": "#D93026", "muted": "#888888"}
QUOTE_BREAK = "  \n> "  # between lines of the quote
_LINE_BREAK, _PARAGRAPH = "  \n", "\n\n"
_MENTION_BYTES = 4096
_EVERYONE = {"zh-CN": "@所有人", "en": "@all"}
_TARGET_OR_TAG = re.compile(r"\]\([^()]*\)|<[^<>]*>")


class Sheet(NamedTuple):
    """One message in the making: its ``msgtype``, how it is written, a keyword it must show."""

    kind: str
    pen: Pen
    keyword: str = ""


def text(notification: Notification, sheet: Sheet) -> str:
    """Return the text of the message, in the layout of its kind."""
    return _LAYOUTS[sheet.kind](notification, sheet)


def shows_any(notification: Notification, keywords: list[str], sheet: Sheet) -> bool:
    """Tell whether one of *keywords* stands in the visible words of the message.

    Addresses and markup are not looked at: it is not known whether DingTalk does (section 2).
    """
    whole = text(notification, sheet)
    shown = list(_shown(notification, sheet))
    return any(keyword in whole and any(keyword in one for one in shown) for keyword in keywords)


def at(notification: Notification) -> dict[str, Any]:
    """Return the ``at`` object; empty when nobody is mentioned."""
    people, everyone = _people(notification), _everyone(notification)
    if not people and not everyone:
        return {}
    listed = {
        name: [value for field, value in people if field == name]
        for name in ("atMobiles", "atUserIds")
    }
    return {**listed, "isAtAll": everyone}


def mentions_all(notification: Notification) -> bool:
    """Tell whether all who are to be mentioned are, in the text and in `at`."""
    return all_within([value for _, value in _called(notification)], _MENTION_BYTES)


def _markdown(notification: Notification, sheet: Sheet) -> str:
    listed = [] if notification.whole else links(notification, sheet.pen)
    foot = DOT.join([*listed, *_keyword(sheet)])
    if notification.quiet:
        return f"{sheet.pen.write(quiet_line(notification))} {foot}".rstrip()
    pings = _pings(notification)
    if _everyone(notification):
        pings.append(_EVERYONE.get(notification.lang, _EVERYONE["en"]))
    foot = " ".join(filter(None, [foot, *pings, names(notification, sheet.pen)]))
    return _PARAGRAPH.join(filter(None, [*_blocks(notification, sheet), foot]))


def _card(notification: Notification, sheet: Sheet) -> str:
    foot = " ".join(filter(None, [*_keyword(sheet), names(notification, sheet.pen)]))
    return _PARAGRAPH.join(filter(None, [*_blocks(notification, sheet), foot]))


def _plain(notification: Notification, sheet: Sheet) -> str:
    called = " ".join(filter(None, [*_pings(notification), names(notification, sheet.pen)]))
    return plain_message(notification, sheet.pen, (sheet.keyword, called))


_LAYOUTS = {"markdown": _markdown, "actionCard": _card, "text": _plain}


def _blocks(notification: Notification, sheet: Sheet) -> list[str]:
    """Return heading and quote, or the user's own message.

    Two spaces make a line break, an empty line ends the quote.
    """
    if notification.whole:
        return [whole_message(notification, sheet.pen, _LINE_BREAK, _PARAGRAPH)]
    heading = write(headline(notification), sheet.pen.style._replace(bold=False))
    written = (sheet.pen.write(line.spans) for line in body_lines(notification))
    quoted = QUOTE_BREAK.join(filter(None, written))
    return [f"#### {escaping.guard_end(heading)}", *([f"> {quoted}"] if quoted else [])]


def _keyword(sheet: Sheet) -> list[str]:
    """Return the keyword in grey, unescaped so that it occurs; it comes from the configuration."""
    if not sheet.keyword:
        return []
    return [f'<font color="{COLOURS["muted"]}">{sheet.keyword}</font>']


def _shown(notification: Notification, sheet: Sheet) -> Iterator[str]:
    """Yield the words to be seen, escaped: of the user's own lines what is no target and no tag."""
    escape, write_line = sheet.pen.style.escape, sheet.pen.write
    for line in (*notification.whole, *notification.own):
        yield _TARGET_OR_TAG.sub("", write_line(line.spans))
    if sheet.kind != "actionCard" and not notification.whole:
        yield from (escape(action.label) for action in actions(notification))
    if notification.whole:
        return
    built_in = notification._replace(own=())
    lines = () if notification.quiet else body_lines(built_in)
    for spans in (headline(notification), *(line.spans for line in lines)):
        yield from (escape(span.text) for span in spans)


def _pings(notification: Notification) -> list[str]:
    """Return ``@id`` for everybody in ``at``: without it in the text, nobody is highlighted."""
    return [f"@{value}" for _, value in _people(notification)]


def _people(notification: Notification) -> list[tuple[str, str]]:
    """Return who is mentioned: as many as leave room for the rest."""
    people = _called(notification)
    kept = within([value for _, value in people], _MENTION_BYTES)
    return [(field, value) for field, value in dict.fromkeys(people) if value in kept]


def _called(notification: Notification) -> list[tuple[str, str]]:
    """Return who to mention: the field of ``at`` and the id, the platform's own id preferred."""
    people: list[tuple[str, str]] = []
    for one in pinged(notification):
        if usable_id(one.dingtalk):
            people.append(("atUserIds", one.dingtalk))
        elif usable_mobile(one.mobile):
            people.append(("atMobiles", one.mobile))
    return people


def _everyone(notification: Notification) -> bool:
    return any(one.everyone for one in pinged(notification))
