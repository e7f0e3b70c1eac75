"""Filters that write one value in another form."""

from relay.notifications import Span
from relay.templating.faults import too_much_work, wrong_argument
from relay.templating.run import Run
from relay.templating.values import MOST_TEXT, Address, Record, Rich, is_number, member, spans_of
from relay.text import cut_cells

_SHA_LENGTH = 7
_TONES = ("success", "danger", "muted")
_MOST_CELLS = 2000


def human(run: Run, value: object) -> str:
    return run.words.duration(value) if is_number(value) else ""


def sha_link(run: Run, value: object) -> Rich:
    if isinstance(value, Record):
        sha, url = str(member(value, "short_sha")), str(member(value, "url"))
        return Rich((Span(sha, url=url),) if sha else ())
    return Rich(spans_of(run.text(value)[:_SHA_LENGTH], run.words))


def link(run: Run, value: object, label: object = "") -> Rich:
    url = value.values.get("url", "") if isinstance(value, Record) else value
    text = run.text(label) or run.text(value)
    address = str(url) if isinstance(url, Address) else ""
    return Rich((Span(text, url=address),) if text else ())


def bold(run: Run, value: object) -> Rich:
    return Rich(tuple(span._replace(bold=True) for span in spans_of(value, run.words)))


def coloured(run: Run, value: object, name: object = "") -> Rich:
    if name not in _TONES:
        raise wrong_argument("colour")
    return Rich(tuple(span._replace(tone=str(name)) for span in spans_of(value, run.words)))


def truncate(run: Run, value: object, cells: object = 40) -> str:
    if not isinstance(cells, int) or not 1 <= cells <= _MOST_CELLS:
        raise wrong_argument("truncate")
    text = run.text(value)[: 4 * cells + 40]  # enough, even with characters that take no column
    run.spend(len(text) // 4)  # each of them is looked at by itself
    return cut_cells(text, cells)


def default(run: Run, value: object, other: object = "", boolean: object = False) -> object:
    return value if value or (is_number(value) and not boolean) else other


def replaced(run: Run, value: object, old: object = "", new: object = "") -> str:
    text, before, after = run.text(value), run.text(old), run.text(new)
    if not before:
        raise wrong_argument("replace")
    if len(text) + text.count(before) * (len(after) - len(before)) > MOST_TEXT:
        raise too_much_work()
    return text.replace(before, after)


def rounded(run: Run, value: object, digits: object = 0) -> object:
    if not isinstance(value, int | float) or not isinstance(digits, int) or abs(digits) > 6:
        raise wrong_argument("round")
    return round(value, digits) if is_number(value) else value
