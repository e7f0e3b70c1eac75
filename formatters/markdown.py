"""What both platforms' messages share: spans written as markup, and the order of the lines."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from formatters import escaping
from relay.notifications import Action, Line, Mention, More, Notification, Span
from relay.text import clean, cut_bytes

_COLON = {"zh-CN": "：", "en": ": "}
DOT = " · "
_NO_WORDS = {"zh-CN": "通知", "en": "Notification"}
_NO_LABEL = "↗"
_LABEL_BYTES = 90
_ACTIONS = 2
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-@.")
_LONGEST_ID = 64  # WeCom's limit of a userid


class Style(NamedTuple):
    """How one message type writes words.

    *escape* makes user text harmless; *colours* names a colour per tone (none: no colours);
    *address* makes an address fit for a link, or returns ``""``. Without *markup* only the escaped
    words are written.
    """

    escape: Callable[[str], str]
    colours: Mapping[str, str] = MappingProxyType({})
    bold: bool = True
    address: Callable[[str], str] = escaping.address
    markup: bool = True


class Pen:
    """Writes lines in one style and remembers them: fitting and layout ask for each one again."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self._written: dict[tuple[Span, ...], str] = {}

    def write(self, spans: tuple[Span, ...]) -> str:
        """Return *spans* as one line that cannot start a block; empty without words."""
        written = self._written.get(spans)
        if written is None:
            written = self._written[spans] = write(spans, self.style)
        return written


def write(spans: tuple[Span, ...], style: Style) -> str:
    """Return *spans* as one line of markup that cannot start a block; empty without words."""
    if not style.markup:
        return style.escape("".join(span.text for span in spans)).strip()
    written = ""
    for span in _merged(spans):
        written += _span(span, style, first=not written)
    return written.rstrip()


def plain(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def muted(text: str) -> Span:
    return Span(text, tone="muted")


def headline(notification: Notification) -> tuple[Span, ...]:
    """Return the first line, which is never empty: both platforms refuse a message without text."""
    if clean(notification.title):
        return notification.headline
    return (Span(_NO_WORDS.get(notification.lang, _NO_WORDS["en"])),)


def quiet_line(notification: Notification) -> tuple[Span, ...]:
    return (muted(plain(headline(notification))),)


def body_lines(notification: Notification) -> list[Line]:
    """Return the lines below the first, the count of what is missing after the last commit."""
    lines = list(notification.lines)
    if more := more_line(notification.more):
        commits = [at for at, line in enumerate(lines) if line.rank == "commit"]
        lines.insert(commits[-1] + 1 if commits else len(lines), more)
    return lines


def more_line(more: More | None) -> Line | None:
    """Return the count as a line; None as long as nothing is left out."""
    if more is None or more.hidden <= 0:
        return None
    return Line((muted(more.template.replace("{count}", str(more.hidden)) + more.detail),), "more")


def actions(notification: Notification) -> tuple[Action, ...]:
    """Return the links at the foot, labels bounded: at most two, one in the quiet form."""
    found = notification.actions[: 1 if notification.quiet else _ACTIONS]
    return tuple(
        Action(cut_bytes(action.label.strip(), _LABEL_BYTES) or _NO_LABEL, action.url)
        for action in found
    )


def links(notification: Notification, pen: Pen) -> list[str]:
    """Return the actions as links; one without a usable address is its label as plain text."""
    return [pen.write((Span(label, url),)) for label, url in actions(notification)]


def plain_message(notification: Notification, pen: Pen, foot: tuple[str, ...] = ()) -> str:
    """Return a message of type ``text``: the lines as they are, actions as ``label：address``."""
    lines = () if notification.quiet else body_lines(notification)
    parts = (
        pen.write(headline(notification)),
        *(pen.write(line.spans) for line in lines),
        *_labelled_addresses(notification, pen.style),
        *foot,
    )
    return "\n".join(filter(None, parts))


def pinged(notification: Notification) -> tuple[Mention, ...]:
    """Return who is to be mentioned: nobody in the quiet form."""
    return () if notification.quiet else notification.mentions


def usable_id(value: str) -> bool:
    """Tell whether *value* can be written as a mention; ``all`` only by `Mention.everyone`."""
    return (
        0 < len(value) <= _LONGEST_ID
        and _ID_CHARACTERS.issuperset(value)
        and value.lower() not in ("all", "@all")
    )


def usable_mobile(value: str) -> bool:
    digits = value.removeprefix("+")
    return digits.isascii() and digits.replace("-", "").isdigit() and 5 <= len(digits) <= 20


def within(texts: list[str], most_bytes: int) -> list[str]:
    """Return the first of *texts*, each once, that fit into *most_bytes* together."""
    kept: list[str] = []
    for text in dict.fromkeys(texts):
        most_bytes -= len(text) + 1
        if most_bytes < 0:
            break
        kept.append(text)
    return kept


def _labelled_addresses(notification: Notification, style: Style) -> list[str]:
    colon = _COLON.get(notification.lang, _COLON["en"])
    found = ((style.escape(label), style.address(url)) for label, url in actions(notification))
    return [f"{label}{colon}{address}" if address else label for label, address in found]


def _merged(spans: tuple[Span, ...]) -> list[Span]:
    """Join neighbours of the same look, so that a grey line is one grey run."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last and (last.url, last[1:]) == ("", span[1:]):
            merged[-1] = last._replace(text=last.text + span.text)
        else:
            merged.append(span)
    return merged


def _span(span: Span, style: Style, *, first: bool) -> str:
    """Write one span, the spaces at its ends outside of any markup."""
    address = style.address(span.url) if span.url else ""
    words = span.text.strip()
    escaped = style.escape(escaping.label(words) if address else words).strip()
    before = " " if span.text[:1].isspace() and not first else ""
    if not escaped:
        return before
    after = " " if span.text[-1:].isspace() else ""
    return f"{before}{_marked(escaped, span, style, address=address, first=first)}{after}"


def _marked(escaped: str, span: Span, style: Style, *, address: str, first: bool) -> str:
    """Put link, weight and colour around *escaped*; a link keeps its own colour."""
    bold = span.bold and style.bold
    colour = "" if address else style.colours.get(span.tone, "")
    text = f"[{escaped}]({address})" if address else escaped
    if bold:
        text = f"**{text}**"
    if colour:
        return f'<font color="{colour}">{text}</font>'
    return escaping.guard_start(text) if first and not bold and not address else text
