"""A decision as a tree of text: one branch per route, what it sends or why not, and its place."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len

from relay.config import ROLES, WECOM_APP, Config, Route, Source
from relay.events import Event
from relay.notifications import Mention
from relay.people import resolve
from relay.policy import most_specific
from relay.reasons import Reason
from relay.routing import Decision, Selected, Step
from relay.text import clean, cut_cells
from relay.words import NAME_CELLS, VALUE_CELLS, Phrase, Words
from workbench.explained import Explained
from workbench.preview import VENDORS
from workbench.robot_terms import NAMES
from workbench.wrapping import wrapped

PLATFORMS = {kind: NAMES[vendor] for kind, vendor in VENDORS.items()}

_NAME_CELLS = 16
_LEAST_BODY = 34  # a narrower column for reasons is no use: the place then gets its own line
_NOTES = ("R26", "R27")  # reasons of something that is sent all the same
_GAP = "  "

_EVENT = Phrase("事件   ", "Event  ")
_SOURCE = Phrase("来源 {name}（{secret}）", "source {name} ({secret})")
_SECRET = Phrase("密钥 ✓", "secret ✓")
_NO_SECRET = Phrase("这里没有密钥", "no secret here")
_UNSIGNED = Phrase("不验证", "unsigned")
_QUIET = Phrase("，一行灰字", ", one grey line")
_NOT_ASKED = Phrase(
    "continue: false，后面 {count} 条路由不再看",
    "continue: false: {count} more routes are not asked",
    "continue: false: one more route is not asked",
)
_RESULT = Phrase(
    "结果：发送 {sent} 条，跳过 {skipped} 条", "Result: {sent} sent, {skipped} skipped"
)
_IGNORED = Phrase("结果：不发送，{code} {why}", "Result: not sent, {code} {why}")
_REFUSED = Phrase(
    "结果：拒绝（HTTP {status}），{code} {why}", "Result: refused (HTTP {status}), {code} {why}"
)


class _Row(NamedTuple):
    """One route: each of *items* begins on a line of its own."""

    name: str
    items: list[str]
    place: str


def tree(found: Explained, config: Config, lang: str, width: int) -> list[str]:
    """Return *found* as lines of at most *width* cells; no phone number is in it."""
    lines = _head(found, lang, width)
    if found.event and found.decision:
        asked = _asked(config, found.decision)
        rows = [_row(one, found.event, found.decision, config, lang) for one in asked]
        lines += _branches(rows, width)
    return [*lines, *wrapped(_result(found, lang), width)]


def _head(found: Explained, lang: str, width: int) -> list[str]:
    """Return what happened, and where there is room beside it the source."""
    facts = _facts(found.event, lang) if found.event else [found.sample]
    label = _EVENT.of(lang)
    lines = wrapped(label + " · ".join(facts), width, indent=cell_len(label))
    if not found.source:
        return lines
    source = _source(found.source, lang, has_secret=found.has_secret)
    beside = f"{lines[0]}{8 * ' '}{source}"
    if len(lines) == 1 and cell_len(beside) <= width:
        return [beside]
    return [*lines, *wrapped(" " * cell_len(label) + source, width, indent=cell_len(label))]


def _facts(event: Event, lang: str) -> list[str]:
    found = (event.name, event.project.path, event.ref, Words(lang, event.source).name(event.actor))
    return [cut_cells(clean(fact), VALUE_CELLS) for fact in found if fact]


def _source(source: Source, lang: str, *, has_secret: bool) -> str:
    secret = _SECRET if has_secret else _NO_SECRET
    if source.allow_unsigned and not (source.secrets or source.signing_tokens):
        secret = _UNSIGNED
    return _SOURCE.filled(name=source.name, secret=secret.of(lang)).of(lang)


class _Asked(NamedTuple):
    """A step with its route, and how many routes were not asked because of it."""

    step: Step
    route: Route
    left: int = 0


def _asked(config: Config, decision: Decision) -> Iterator[_Asked]:
    """Yield each step with its route; the one for what nobody chose has a route of its own."""
    for at, step in enumerate(decision.steps):
        if at < len(config.routes):
            is_last = at == len(decision.steps) - 1
            left = len(config.routes) - at - 1 if is_last else 0
            yield _Asked(step, config.routes[at], left)
        else:
            yield _Asked(step, Route(step.route, step.sent))


def _row(asked: _Asked, event: Event, decision: Decision, config: Config, lang: str) -> _Row:
    step = asked.step
    chosen = [one for one in decision.selected if _is_of(one, step)]
    items = [_sent(one, _roles(one, asked.route, event, config), lang) for one in chosen]
    items += [_why(reason, lang, sends=bool(chosen)) for reason in step.reasons]
    if asked.left:
        template = _NOT_ASKED.one if asked.left == 1 and lang == "en" else _NOT_ASKED.of(lang)
        items.append(f"· {template.format(count=asked.left)}")
    return _Row(cut_cells(step.route, _NAME_CELLS), items or ["✗"], step.place)


def _is_of(one: Selected, step: Step) -> bool:
    return one.route == step.route and one.receiver.name in step.sent


def _roles(one: Selected, route: Route, event: Event, config: Config) -> dict[Mention, str]:
    """Return by which role each person is meant; somebody named otherwise has none."""
    kind = one.receiver.type
    found: dict[Mention, str] = {}
    names = one.receiver.to if kind == WECOM_APP else most_specific(route.mention, event) or ()
    for name in names:
        for person in resolve(event, (name,), config.people, kind).mentions:
            found.setdefault(person, name if name in ROLES else "")
    return found


def _sent(one: Selected, roles: dict[Mention, str], lang: str) -> str:
    words = Words(lang, "")
    platform = PLATFORMS[one.receiver.type].of(lang)
    about = f"{platform}{_QUIET.of(lang) if one.quiet else ''}"
    people = [
        f"{_GAP}{_called(person)}{words.bracketed(roles.get(person, ''))}"
        for person in one.mentions
    ]
    return f"✓ → {one.receiver.name}{words.bracketed(about)}{''.join(people)}"


def _called(mention: Mention) -> str:
    name = "all" if mention.everyone else mention.name or mention.wecom or mention.dingtalk
    return f"@{cut_cells(clean(name), NAME_CELLS)}"


def _why(reason: Reason, lang: str, *, sends: bool) -> str:
    mark = "·" if sends and reason.code in _NOTES else "✗"
    return f"{mark} {reason.text.of(lang)}"


def _branches(rows: list[_Row], width: int) -> Iterator[str]:
    """Yield every row's lines: branch, name, what it says, and to the right where it stands."""
    names = max((cell_len(row.name) for row in rows), default=0)
    places = max((cell_len(row.place) for row in rows), default=0)
    room = width - 3 - names - len(_GAP)
    beside = bool(places) and room - places - len(_GAP) >= _LEAST_BODY
    body = room - places - len(_GAP) if beside else room
    for at, row in enumerate(rows):
        is_last = at == len(rows) - 1
        lines = [line for item in row.items for line in wrapped(item, body, indent=2)]
        if row.place and not beside:
            lines += wrapped(row.place, body)
        for number, line in enumerate(lines):
            branch = ("   " if is_last else "│  ") if number else ("└─ " if is_last else "├─ ")
            text = f"{branch}{_padded('' if number else row.name, names)}{_GAP}"
            if beside and not number:
                text += f"{_padded(line, body)}{_GAP}{row.place}"
            else:
                text += line
            yield text.rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _result(found: Explained, lang: str) -> str:
    if found.refusal:
        error = found.refusal
        told = {"status": error.status, "code": error.code, "why": error.fix.of(lang)}
        return _REFUSED.filled(**told).of(lang)
    if found.ignored:
        why = {"code": found.ignored.reason, "why": found.ignored.detail.of(lang)}
        return _IGNORED.filled(**why).of(lang)
    skipped = sum(not step.sent for step in found.decision.steps) if found.decision else 0
    return _RESULT.filled(sent=len(found.receivers), skipped=skipped).of(lang)
