"""What all platforms' messages share: the order of the lines, who is mentioned, who is named."""

from itertools import groupby

from formatters.spans import Style, muted, plain, write_words
from relay.notifications import Action, Line, Mention, More, Notification, Span
from relay.text import ELLIPSIS, clean, cut_bytes, cut_cells
from relay.words import NAME_CELLS

_COLON = {"zh-CN": "：", "en": ": "}
_COMMA = {"zh-CN": "、", "en": ", "}
DOT = " · "
_NO_WORDS = {"zh-CN": "通知", "en": "Notification"}
_NO_LABEL = "↗"
_TITLE_CELLS, _TITLE_BYTES = 60, 300
_LABEL_BYTES = 90
_ACTIONS = 2
_NAMES = 10
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-@.")
_LONGEST_ID = 64  # WeCom's limit of a userid


class Pen:
    """Writes lines in one style and remembers them: fitting and layout ask for each one again."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self._written: dict[tuple[Span, ...], str] = {}

    def write(self, spans: tuple[Span, ...]) -> str:
        """Return *spans* as one line that cannot start a block; empty without words.

        A line of the user's own may start one: `formatters.own`.
        """
        written = self._written.get(spans)
        if written is None:
            written = self._written[spans] = write(spans, self.style)
        return written


def write(spans: tuple[Span, ...], style: Style) -> str:
    """Return *spans* as one line of markup, by `formatters.own` if they hold the user's own."""
    if any(span.form for span in spans):
        from formatters.own import write_own

        return write_own(spans, style)
    return write_words(spans, style)


def headline(notification: Notification) -> tuple[Span, ...]:
    """Return the first line, which is never empty: both platforms refuse a message without text."""
    if clean(notification.title):
        return notification.headline
    return (Span(_NO_WORDS.get(notification.lang, _NO_WORDS["en"])),)


def title(notification: Notification) -> str:
    """Return the first line in plain words, in at most 60 cells and 300 bytes, not escaped."""
    return cut_bytes(cut_cells(clean(plain(headline(notification))), _TITLE_CELLS), _TITLE_BYTES)


def quiet_line(notification: Notification) -> tuple[Span, ...]:
    return (muted(plain(headline(notification))),)


def body_lines(notification: Notification) -> list[Line]:
    """Return the lines below the first, the user's own last.

    The count of what is missing stands after the last commit.
    """
    lines = list(notification.lines)
    if more := more_line(notification.more):
        commits = [at for at, line in enumerate(lines) if line.rank == "commit"]
        lines.insert(commits[-1] + 1 if commits else len(lines), more)
    return [*lines, *notification.own]


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


def whole_message(notification: Notification, pen: Pen, line_break: str, gap: str) -> str:
    """Return the user's template, *line_break* between its lines, and *gap* before `own` lines.

    An empty line ends a paragraph.
    """
    written = (pen.write(line.spans) for line in notification.whole)
    paragraphs = [line_break.join(lines) for is_text, lines in groupby(written, bool) if is_text]
    own = line_break.join(filter(None, (pen.write(line.spans) for line in notification.own)))
    return gap.join(filter(None, ["\n\n".join(paragraphs), own]))


def plain_message(notification: Notification, pen: Pen, foot: tuple[str, ...] = ()) -> str:
    """Return a message of type ``text``: the lines as they are, actions as ``label：address``."""
    if notification.whole:
        return "\n".join(filter(None, (whole_message(notification, pen, "\n", "\n"), *foot)))
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


def names(notification: Notification, pen: Pen) -> str:
    """Return the names of those who have no id to mention them by, at most ten."""
    found = [cut_cells(clean(name), NAME_CELLS) for name in dict.fromkeys(notification.unresolved)]
    shown = [name for name in found if name]
    listed = shown[:_NAMES] + [ELLIPSIS] * (len(shown) > _NAMES)
    return pen.write((Span(_COMMA.get(notification.lang, _COMMA["en"]).join(listed)),))


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


def all_within(texts: list[str], most_bytes: int) -> bool:
    """Tell whether `within` returns each of *texts*."""
    return len(within(texts, most_bytes)) == len(set(texts))


def _labelled_addresses(notification: Notification, style: Style) -> list[str]:
    colon = _COLON.get(notification.lang, _COLON["en"])
    found = ((style.escape(label), style.address(url)) for label, url in actions(notification))
    return [f"{label}{colon}{address}" if address else label for label, address in found]
