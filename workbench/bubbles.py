"""A message as a person would read it on a phone, printed with rich.

An approximation: the device is the authority.
"""

import json
from typing import Any, NamedTuple

from rich.console import Console
from rich.panel import Panel
from rich.style import Style
from rich.text import Text

from formatters import Rendered
from workbench import markup, wecom_api_rules, wecom_rules
from workbench.dingtalk_rules import MAX_BODY_BYTES
from workbench.markup_runs import Run
from workbench.robot_book import Received
from workbench.robot_terms import DINGTALK, NAMES, WECOM, WECOM_APP
from workbench.terminal import printable, single_line

_LIMITS = {
    WECOM: wecom_rules.CONTENT_LIMITS,
    WECOM_APP: wecom_api_rules.CONTENT_LIMITS,
}
_WIDTH = 72
_BAR = "▌ "
_SYNTAXES = {
    (WECOM, "markdown"): markup.WECOM_MARKDOWN,
    (WECOM, "markdown_v2"): markup.WECOM_MARKDOWN_V2,
    (WECOM_APP, "markdown"): markup.WECOM_MARKDOWN,
    (DINGTALK, "markdown"): markup.DINGTALK_MARKDOWN,
    (DINGTALK, "actionCard"): markup.DINGTALK_MARKDOWN,
}
_COLORS = {"info": "green", "comment": "bright_black", "warning": "dark_orange"}
_PING = Style(color="cyan", bold=True)


class Bubble(NamedTuple):
    """*title* is the chat list's line where the vendor has one; *raw* the JSON that was posted.

    *name* is the group's, if it is known.
    """

    vendor: str
    title: str
    text: str
    raw: dict[str, Any]
    size: int
    limit: int
    name: str = ""


def of_received(message: Received) -> Bubble:
    """Return the bubble of a message that a stand-in robot or application took."""
    limit = _LIMITS.get(message.vendor, {}).get(str(message.raw.get("msgtype")), 0)
    size = len(message.text.encode())
    if message.vendor == DINGTALK:
        limit, size = MAX_BODY_BYTES, len(message.body)
    return Bubble(message.vendor, message.title, message.text, message.raw, size, limit)


def of_rendered(vendor: str, rendered: Rendered) -> Bubble:
    """Return the bubble of a message that was not sent."""
    return Bubble(
        vendor, rendered.title, rendered.text, rendered.body, rendered.size, rendered.limit
    )


def show(bubble: Bubble, console: Console, lang: str = "en") -> None:
    """Print the line of the chat list, the message, and its size."""
    name = NAMES[bubble.vendor].of(lang)
    width = min(console.width, _WIDTH)
    inner = width - 4
    body = Text("\n").join(line for row in rows(bubble) for line in _lines(row, console, inner))
    for label in buttons(bubble):
        body.append(f"\n[ {label} ]", Style(color="blue", bold=True))
    listed = Text(f"{name}: {notification(bubble)}", Style(bold=True))
    listed.truncate(console.width, overflow="ellipsis")
    console.print(listed)
    title = single_line(f"{name} {_kind(bubble)}{_to(bubble)}")
    console.print(Panel(body, width=width, title=Text(title)))
    limit = f" / {bubble.limit}" if bubble.limit else ""
    console.print(Text(f"{bubble.size}{limit} B", Style(dim=True)))


def notification(bubble: Bubble) -> str:
    """Return what the chat list shows: the title, or the first line without its markup."""
    lines = (markup.plain(row) for row in rows(bubble) if row.runs)
    return single_line(bubble.title or next(lines, ""))


def rows(bubble: Bubble) -> list[markup.Row]:
    """Return the message's lines, then who is pinged without standing in them."""
    kind = _kind(bubble)
    syntax = _SYNTAXES.get((bubble.vendor, kind), markup.TEXT)
    at = bubble.raw.get("at")
    ids = [*_texts(at, "atMobiles"), *_texts(at, "atUserIds")]
    everybody = isinstance(at, dict) and at.get("isAtAll") is True
    part = bubble.raw.get(kind)
    named = [*_texts(part, "mentioned_list"), *_texts(part, "mentioned_mobile_list")]
    extra = [f"@{name.removeprefix('@')}" for name in named] + ["@all"] * everybody
    found = markup.rows(printable(bubble.text), syntax, mentioned=ids)
    if extra:
        found.append(markup.Row((Run(single_line(" ".join(extra)), mention=True),)))
    return found


def buttons(bubble: Bubble) -> list[str]:
    """Return what stands on the buttons of an action card."""
    part = bubble.raw.get(_kind(bubble))
    if not isinstance(part, dict):
        return []
    found = part.get("btns")
    labels = [part.get("singleTitle")] if "singleTitle" in part else []
    if not labels and isinstance(found, list):
        labels = [button.get("title") for button in found if isinstance(button, dict)]
    return [single_line(label) for label in labels if isinstance(label, str)]


def _kind(bubble: Bubble) -> str:
    return str(bubble.raw.get("msgtype"))


def _to(bubble: Bubble) -> str:
    """Return to whom an application's message goes, or to which group a robot's."""
    people = bubble.raw.get("touser")
    name = people if isinstance(people, str) else bubble.name
    return f" → {name}" if name else ""


def _texts(part: object, name: str) -> list[str]:
    value = part.get(name) if isinstance(part, dict) else None
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _lines(row: markup.Row, console: Console, width: int) -> list[Text]:
    """Return *row* wrapped to *width*, each line of a quote with its bar."""
    room = width - len(_BAR) if row.quote else width
    wrapped = list(_styled(row).wrap(console, room)) or [Text()]
    if not row.quote:
        return wrapped
    return [Text.assemble((_BAR, Style(dim=True)), piece) for piece in wrapped]


def _styled(row: markup.Row) -> Text:
    """Return *row* as rich text; a link shows its label only, as in the chat."""
    line = Text()
    for run in row.runs:
        line.append(run.text, _style(run, heading=row.heading))
    return line


def _style(run: Run, *, heading: bool) -> Style:
    style = Style(
        color=_COLORS.get(run.color, run.color) or None,
        bold=run.bold or heading or None,
        italic=run.italic or None,
        reverse=run.code or None,
        underline=bool(run.url) or None,
        link=run.url or None,
    )
    return style + _PING if run.mention else style


def pretty_json(value: object) -> str:
    """Return *value* as readable JSON with its characters as they are."""
    return json.dumps(value, ensure_ascii=False, indent=2)
