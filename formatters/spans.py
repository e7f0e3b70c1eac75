"""Spans of words written as markup: escaped, linked, in bold, in a colour."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from formatters import escaping
from relay.notifications import Span


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


def write_words(spans: tuple[Span, ...], style: Style) -> str:
    """Return *spans* as one line of markup that cannot start a block; empty without words."""
    if not style.markup:
        return style.escape(plain(spans)).strip()
    written = ""
    for span in merged(spans):
        written += write_span(span, style, first=not written)
    return written.rstrip()


def write_span(span: Span, style: Style, *, first: bool) -> str:
    """Write one span, the spaces at its ends outside of any markup.

    The *first* of a line loses the space before it and cannot start a block.
    """
    address = style.address(span.url) if span.url else ""
    words = span.text.strip()
    escaped = style.escape(escaping.label(words) if address else words).strip()
    before = " " if span.text[:1].isspace() and not first else ""
    if not escaped:
        return before
    after = " " if span.text[-1:].isspace() else ""
    return f"{before}{_marked(escaped, span, style, address=address, first=first)}{after}"


def merged(spans: tuple[Span, ...]) -> list[Span]:
    """Join neighbours of the same look, so that a grey line is one grey run."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if last and (last.url, last[1:]) == ("", span[1:]):
            found[-1] = last._replace(text=last.text + span.text)
        else:
            found.append(span)
    return found


def plain(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def muted(text: str) -> Span:
    return Span(text, tone="muted")


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
