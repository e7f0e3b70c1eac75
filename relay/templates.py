"""The user's own text: from a template and an event to lines, never more than is good for a chat.

What the author wrote is markup and goes out as it is; values of the event are words, which each
platform escapes. A line with nothing but markup left, because its values are empty, is left out.
"""

import re
import time
from collections.abc import Callable, Sequence

from relay.config import Person
from relay.events import Event
from relay.hosts import continued
from relay.notifications import Line, Span
from relay.templating.faults import TemplateFault
from relay.text import cut_bytes
from relay.words import Words

__all__ = ["TemplateFault", "fault", "lines"]

MOST_BYTES = 16 * 1024  # of output; more than any message can hold
_MARK = re.compile("\ufdd0([0-9]+)\ufdd1")
_STRAY = re.compile("[\ufdd0\ufdd1]")
_IN_ADDRESS = re.compile(r"https?://[^\s<>()\[\]]*\Z", re.IGNORECASE)
_ELLIPSIS = Line((Span("…"),))


def lines(
    text: str,
    event: Event,
    *,
    lang: str = "zh-CN",
    people: Sequence[Person] = (),
    now_s: float | None = None,
    timezone: str = "Asia/Shanghai",
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Line, ...]:
    """Return what the template *text* says about *event*; ``()`` when that is nothing.

    An empty line is one without spans. Output beyond 16 KB is cut after a whole line. Raises
    TemplateFault for a template that cannot be used (`relay.templating.faults` lists the codes),
    also when by *clock*, in seconds, it takes too long.
    """
    from relay.templating.engine import rendered
    from relay.templating.run import Run
    from relay.templating.scenes import Scene
    from relay.templating.variables import variables

    run = Run(Words(lang, event.source), clock)
    values = variables(Scene(event, run.words, people, now_s, timezone))
    pieces: list[str] = []
    size, counted = 0, 0
    for piece in rendered(text, run, values):
        pieces.append(piece)
        new, counted = run.written[counted:], len(run.written)
        size += len(_MARK.sub("", piece).encode()) + sum(map(_size, new))
        if size > MOST_BYTES:
            return _cut(_lines("".join(pieces), run.written))
    return _lines("".join(pieces), run.written)


def fault(
    text: str, pattern: str, *, people: Sequence[Person] = (), timezone: str = "Asia/Shanghai"
) -> TemplateFault | None:
    """Return what is wrong with the template of the events that *pattern* names, or None.

    It is rendered for example events of each kind: with everything an event can have, and bare.
    """
    from relay.examples import examples

    try:
        for event in examples(pattern):
            lines(text, event, people=people, now_s=event.occurred_at, timezone=timezone)
    except TemplateFault as found:
        return found
    return None


def _cut(found: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the whole lines within the bound, the last one not counted; of a single line a part.

    That is done after the output has been stopped, so there is not much to look at.
    """
    kept: list[Line] = []
    room = MOST_BYTES
    for line in found[:-1]:
        room -= _size(line.spans) + 1
        if room < 0:
            break
        kept.append(line)
    return (*(kept or [_shortened(line) for line in found[:1]]), _ELLIPSIS)


def _shortened(line: Line) -> Line:
    kept: list[Span] = []
    room = MOST_BYTES
    for span in line.spans:
        size = len(span.text.encode())
        if size > room:
            kept.append(span._replace(text=cut_bytes(span.text, room)))
            break
        kept.append(span)
        room -= size
    return Line(tuple(kept))


def _size(spans: tuple[Span, ...]) -> int:
    return sum(len(span.text.encode(errors="replace")) for span in spans)


def _lines(output: str, written: Sequence[tuple[Span, ...]]) -> tuple[Line, ...]:
    """Return the lines of *output*, empty ones only between others and one at a time."""
    found: list[Line] = []
    for raw in output.split("\n"):
        line = _line(raw.rstrip(), written)
        if line is not None and (line.spans or (found and found[-1].spans)):
            found.append(line)
    while found and not found[-1].spans:
        found.pop()
    return tuple(found)


def _line(raw: str, written: Sequence[tuple[Span, ...]]) -> Line | None:
    """Return one line, None for one whose values are empty and whose own text is only markup."""
    parts = _MARK.split(raw)
    own, values = parts[::2], [written[int(number)] for number in parts[1::2]]
    empty = not any(span.text for spans in values for span in spans)
    if values and empty and not any(char.isalnum() for char in "".join(own)):
        return None
    spans: list[Span] = []
    for at, text in enumerate(own):
        _add(spans, Span(_STRAY.sub("", text), form="markup"))
        for span in values[at] if at < len(values) else ():
            _add(spans, _fitted(span, spans[-1].text if spans and spans[-1].form else ""))
    return Line(tuple(_trimmed(spans)))


def _trimmed(spans: list[Span]) -> list[Span]:
    """Take away the spaces that an empty value left at the end of the line."""
    if not spans or spans[-1].form != "markup":
        return spans
    last = spans[-1]._replace(text=spans[-1].text.rstrip())
    return [*spans[:-1], last] if last.text else spans[:-1]


def _add(spans: list[Span], span: Span) -> None:
    """Put *span* at the end, as part of the markup there where both are markup."""
    if span.form == "markup" and spans and spans[-1].form == "markup":
        spans[-1] = spans[-1]._replace(text=spans[-1].text + span.text)
    elif span.text or span.form == "address":
        spans.append(span)


def _fitted(span: Span, before: str) -> Span:
    """Return *span* as it may stand behind the author's text *before*.

    In an address that the author began it is a part of it; in links formatters see to it.
    """
    if begun := _IN_ADDRESS.search(before):
        return Span(continued(begun[0], span.text), form="markup")
    return span
