"""Lines of the user's own, where markup from the configuration meets words from a payload.

A template or an `append` becomes spans of three forms (`relay.notifications.Span`). The markup is
written as it is. The words are escaped as everywhere else, and may not play a part in the markup
around them either: what a word may do depends on where the markup before it leaves off.

- Inside the label of a link (``[…``) words have full-width brackets and no link of their own.
- At the start of a link's target (``](…``) stands a usable address of the event or of the author.
  Words are none, for they would choose where the link leads. Without an address the link becomes
  its label in plain text (`design/messages.md` rule 8).
- In the middle of a target words cannot change the host (`relay.addresses`); an address is written
  without the wrapping for the browser, which holds only for a whole target.
- Inside a tag (``<font …``) words have no quotes, angles, brackets or equals signs. In its
  ``href`` or ``src`` they are what they are in a target.
- Behind ``@ < & ]`` a zero-width space stands before the words: nobody is mentioned, and no tag,
  entity or link begins, because of what a payload says.
- At the start of a line, also behind ``> - # 1.``, words cannot start a block.
- In a line whose markup has a ``|``, words have none: they cannot add cells to a table.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from formatters import escaping
from formatters.spans import Style, merged, write_span
from relay.hosts import continued
from relay.notifications import Span

MARKUP, ADDRESS = "markup", "address"

_BLOCK_PREFIX = re.compile(r"[\s>#*+|.)\d-]*")
_TAG = re.compile(r"<[A-Za-z/!]")
_TARGET_IN_TAG = re.compile(r"(?:href|src)\s*=\s*[\"']?([^\"'<>]*)\Z", re.IGNORECASE)
_NOT_IN_TAG = str.maketrans("", "", "\"'=<>&`[]()")
_JOINS = ("@", "<", "&", "]")
# Stands for a character of words in `_Draft.shape`; digits stay, for "1" and ". " make a list.
_MASKED = re.compile(r"[^\s\d]")
_MASK = "\0"


class _Draft(NamedTuple):
    """A line as far as it is *written*.

    *shape* is as long and has the markup only: everything that came from a payload is masked, so
    that brackets in a title are not taken for the user's. While *dropping*, the rest of a link's
    target is left out.
    """

    written: str = ""
    shape: str = ""
    dropping: bool = False

    def plus(self, text: str) -> "_Draft":
        """Add text that has no markup of the user's."""
        shape = self.shape + _MASKED.sub(_MASK, text)
        return self._replace(written=self.written + text, shape=shape)

    def target(self) -> int:
        """Return where the ``](`` of a target that is still open stands, or -1."""
        at = self.shape.rfind("](")
        return at if at >= 0 and ")" not in self.shape[at:] else -1

    def is_at_target(self) -> bool:
        """Tell whether a target is open and nothing of it is written yet."""
        at = self.target()
        return at >= 0 and not self.shape[at + 2 :].strip()

    def in_tag(self) -> bool:
        at = self.shape.rfind("<")
        return at >= 0 and ">" not in self.shape[at:] and bool(_TAG.match(self.shape, at))

    def in_label(self) -> bool:
        return self.shape.rfind("[") > self.shape.rfind("]")


def write_own(spans: tuple[Span, ...], style: Style) -> str:
    """Return *spans* as one line: markup as it is, words and addresses that stay what they are."""
    found = merged(spans)
    if style.markup and any("|" in span.text for span in found if span.form == MARKUP):
        style = style._replace(escape=_without_bars(style.escape))
    draft = _Draft()
    for span, after in zip(found, [*found[1:], Span("")], strict=True):
        if span.form == MARKUP:
            draft = _markup(draft, escaping.markup(span.text))
        elif not draft.dropping:
            draft = _value(draft, span, after, style)
    return draft.written.rstrip()


def _markup(draft: _Draft, text: str) -> _Draft:
    if draft.dropping:
        _, end, text = text.partition(")")
        draft = draft._replace(dropping=not end)
    return draft._replace(written=draft.written + text, shape=draft.shape + text)


def _value(draft: _Draft, span: Span, after: Span, style: Style) -> _Draft:
    """Add what came from a payload, words or an address."""
    if draft.is_at_target():
        is_whole = after.form == MARKUP and after.text.startswith(")")
        usable = style.address if is_whole else escaping.address
        address = usable(span.text) if span.form == ADDRESS else ""
        return draft.plus(address) if address else _unlinked(draft)
    if span.form == ADDRESS:
        return draft.plus(escaping.address(span.text))
    if (at := draft.target()) >= 0:
        return draft.plus(continued(draft.written[at + 2 :], span.text))
    words = _words(draft, span, style)
    joins = draft.shape.endswith(_JOINS) and words and not words[0].isspace()
    return draft.plus(escaping.GAP + words if joins else words)


def _unlinked(draft: _Draft) -> _Draft:
    """Turn a link that has no usable target into its label, a picture into its description."""
    end = draft.target()
    label = draft.shape.rfind("[", 0, end) + 1
    start = max(label - 1, 0)
    if draft.shape[:start].endswith("!"):
        start -= 1
    written, shape = (text[:start] + text[label:end] for text in (draft.written, draft.shape))
    return _Draft(written, shape, dropping=True)


def _words(draft: _Draft, span: Span, style: Style) -> str:
    if draft.in_tag():
        if found := _TARGET_IN_TAG.search(draft.written, draft.shape.rfind("<")):
            return continued(found[1], span.text) if found[1].strip() else ""
        return style.escape(span.text.translate(_NOT_IN_TAG))
    if draft.in_label():
        span = span._replace(text=escaping.label(span.text), url="")
    if not style.markup:
        return style.escape(span.text)
    return write_span(span, style, first=bool(_BLOCK_PREFIX.fullmatch(draft.shape)))


def _without_bars(escape: Callable[[str], str]) -> Callable[[str], str]:
    return lambda words: escape(words).replace("|", "｜")
