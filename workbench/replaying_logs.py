"""``replay`` of a log: what was not sent goes out, once, each to its own receiver."""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.style import Style
from rich.text import Text

from relay.config import Config, Receiver
from relay.configuration.suggest import did_you_mean
from relay.delivery import Outcome, new_session
from relay.errors import DeliveryError
from relay.notifications import Delivery
from relay.pacing import MOST_A_MINUTE, Pace
from relay.text import clean, cut_cells
from relay.tokens import Tokens
from relay.words import Phrase
from workbench import configured, terminal
from workbench.configured import Setting, base
from workbench.posting_again import Journal, Sender, by_receiver, is_crowded, post
from workbench.saved_logs import Record, Skipped, records, unsent
from workbench.wrapping import wrapped

_TITLE_CELLS = 60
_GOOD, _BAD, _DIM = Style(color="green"), Style(color="red", bold=True), Style(dim=True)

_NO_ID = Phrase(
    "{name} 里没有编号以 “{text}” 开头的投递；{hint.zh}",
    '{name} has no delivery that begins with "{text}"; {hint.en}',
)
_DRY_RUN = Phrase("用 --dry-run 列出", "--dry-run lists them")
_GONE = Phrase(
    "E543 配置里没有接收者 {receiver}：加回这个名字，或用 --config 指定另一个配置",
    "E543 the configuration has no receiver {receiver}: bring the name back, or name another "
    "configuration with --config",
)
_NOTHING = Phrase("{name} 里没有要补发的消息", "nothing in {name} is left to send")
_WOULD = Phrase("会发送", "would be sent")
_SKIPPED = Phrase("跳过 {id}：{why.zh}", "skipped {id}: {why.en}")
_MANY = Phrase(
    f"{{receiver}} 有 {{count}} 条，一分钟只发 {MOST_A_MINUTE} 条：合并成摘要发送",
    f"{{count}} for {{receiver}}, at most {MOST_A_MINUTE} a minute: merged into summaries",
)
_WAITS = Phrase("{receiver}：等 {seconds} 秒再发", "{receiver}: waiting {seconds} s")
_MERGED = Phrase("（在 {count} 条的摘要里）", " (in a summary of {count})")
_NOT_TRIED = Phrase("没有再试", "not tried any more")
_HINT = Phrase("提示：", "hint: ")
_NOT_KEPT = Phrase(
    "{file} 写不了：再运行一次会重复发送", "{file} cannot be written: another run would send again"
)
_COUNTS = Phrase(
    "{sent} 条已发送，{failed} 条没有发出，{skipped} 条跳过",
    "{sent} sent, {failed} not sent, {skipped} skipped",
)


class Plan(NamedTuple):
    """*deliveries* go out; *skipped* do not."""

    deliveries: tuple[Delivery, ...]
    skipped: tuple[Skipped, ...]


def replay_log(
    name: str,
    path: Path | None,
    found: Sequence[Record],
    ids: Sequence[str],
    given: Setting,
    lang: str,
    form: str,
    *,
    dry_run: bool,
) -> None:
    """Send what *found*, the records of the log *name*, say was not sent; print what became of it.

    Ends with exit code 1 when something was not sent.
    """
    journal = Journal(path)
    config = configured.usable(configured.read(given, lenient=True), lang, form)
    plan = _plan([*found, *records(journal.text())], config, _beginnings(ids, found, name, lang))
    receivers = _receivers(plan, config, given, lang, form)
    console = terminal.console(stderr=form == "json")
    outcomes: list[Outcome] = []
    if dry_run:
        _print_plan(plan, console, lang, name)
    else:
        _print_skipped(plan, console, lang)
        outcomes = _sent(plan, receivers, config, journal, console, lang)
        _print_end(outcomes, plan, console, lang, name)
    if form == "json":
        configured.echo_json(_as_json(name, plan, outcomes, lang, dry_run=dry_run))
    if any(one.error for one in outcomes) or any(one.is_lost for one in plan.skipped):
        raise click.exceptions.Exit(1)


def _beginnings(
    ids: Sequence[str], found: Sequence[Record], name: str, lang: str
) -> tuple[str, ...]:
    """Return *ids*; one that begins no delivery of the log, as it is shown, is a usage error."""
    given = (str(one["delivery_id"]) for one in found if one.get("delivery_id"))
    known = list(dict.fromkeys(map(clean, given)))
    for text in ids:
        if not any(one.startswith(text) for one in known):
            hint = did_you_mean(text, known)
            hint = hint if hint.en else _DRY_RUN
            raise click.UsageError(_NO_ID.filled(name=name, text=text, hint=hint).of(lang))
    return tuple(ids)


def _plan(found: Sequence[Record], config: Config, beginnings: tuple[str, ...]) -> Plan:
    """Return what goes out: asked for, not sent later, to a receiver that there is."""
    told = unsent(found, config.people)
    known = {one.name for one in config.receivers}
    wanted = [
        item.delivery
        for item in told.items
        if not beginnings or clean(item.delivery.id).startswith(beginnings)
    ]
    gone = [
        Skipped(one.id, _GONE.filled(receiver=clean(one.receiver)), is_lost=True)
        for one in wanted
        if one.receiver not in known
    ]
    left = [one for one in told.skipped if not beginnings or clean(one.id).startswith(beginnings)]
    return Plan(tuple(one for one in wanted if one.receiver in known), (*left, *gone))


def _receivers(
    plan: Plan, config: Config, given: Setting, lang: str, form: str
) -> dict[str, Receiver]:
    """Return those that *plan* needs; secrets of them that cannot be had here end the command."""
    needed = {one.receiver for one in plan.deliveries}
    strict = configured.read(given)
    places = tuple(f"receivers.{base(name)}." for name in needed)
    own = [one for one in strict.problems if one.is_error and one.where.startswith(places)]
    if places and own:
        configured.show_problems(strict, own, lang, form)
        raise click.exceptions.Exit(1)
    return {one.name: one for one in config.receivers if one.name in needed}


def _sent(
    plan: Plan,
    receivers: dict[str, Receiver],
    config: Config,
    journal: Journal,
    console: Console,
    lang: str,
) -> list[Outcome]:
    """Post everything, one receiver after the other, telling of each outcome at once."""

    def waits(receiver: str, seconds: float) -> None:
        _say(_WAITS.filled(receiver=receiver, seconds=round(seconds)), console, lang)

    outcomes = []
    is_kept = True
    with new_session() as session:
        sender = Sender(config, session, Pace(), Tokens(), waits=waits)
        for name, deliveries in by_receiver(plan.deliveries).items():
            if is_crowded(len(deliveries), receivers[name], sender):
                _say(_MANY.filled(receiver=name, count=len(deliveries)), console, lang)
            for outcome in post(deliveries, receivers[name], sender):
                outcomes.append(outcome)
                if outcome.error is None:
                    is_kept &= journal.add(outcome.delivery.id, time.time())
                _print_outcome(outcome, console, lang)
    if not is_kept and journal.path:
        _say(_NOT_KEPT.filled(file=journal.path.name), console, lang)
    return outcomes


def _print_plan(plan: Plan, console: Console, lang: str, name: str) -> None:
    for delivery in plan.deliveries:
        _line(f"{_about(delivery)}  {_WOULD.of(lang)}", console)
    _print_skipped(plan, console, lang)
    if not plan.deliveries:
        _say(_NOTHING.filled(name=name), console, lang)


def _print_skipped(plan: Plan, console: Console, lang: str) -> None:
    for one in plan.skipped:
        told = _SKIPPED.filled(id=clean(one.id), why=one.why).of(lang)
        _line(told, console, _BAD if one.is_lost else _DIM)


def _print_outcome(outcome: Outcome, console: Console, lang: str) -> None:
    about = _about(outcome.delivery)
    if outcome.error is None:
        many = _MERGED.filled(count=outcome.merged).of(lang) if outcome.merged > 1 else ""
        _line(f"✓ {about}{many}  {outcome.bytes} B  {outcome.ms} ms", console, _GOOD)
        if remark := outcome.remark.of(lang):
            _line(f"  {remark}", console)
        return
    for text, style in _refusal(about, outcome, outcome.error, lang):
        _line(text, console, style)


def _refusal(
    about: str, outcome: Outcome, error: DeliveryError, lang: str
) -> Iterator[tuple[str, Style]]:
    """Yield what was refused, why and what to do; of those behind it only that they wait."""
    codes = " ".join(filter(None, (clean(error.vendor_code), error.code)))
    if not outcome.tries:
        yield f"✗ {about}  {codes}  {_NOT_TRIED.of(lang)}", _BAD
        return
    yield f"✗ {about}  {codes}", _BAD
    yield f"  {error.message.of(lang)}", Style()
    if hint := error.hint.of(lang):
        yield f"  {_HINT.of(lang)}{hint}", Style()


def _print_end(
    outcomes: Sequence[Outcome], plan: Plan, console: Console, lang: str, name: str
) -> None:
    if not plan.deliveries and not any(one.is_lost for one in plan.skipped):
        _say(_NOTHING.filled(name=name), console, lang)
        return
    lost = sum(one.is_lost for one in plan.skipped)
    failed = sum(one.error is not None for one in outcomes)
    counts = {
        "sent": len(outcomes) - failed,
        "failed": failed + lost,
        "skipped": len(plan.skipped) - lost,
    }
    _say(_COUNTS.filled(**counts), console, lang)


def _about(delivery: Delivery) -> str:
    title = cut_cells(clean(delivery.notification.title), _TITLE_CELLS)
    return "  ".join((clean(delivery.id), clean(delivery.receiver), title))


def _say(phrase: Phrase, console: Console, lang: str) -> None:
    _line(phrase.of(lang), console)


def _line(text: str, console: Console, style: Style | str = "") -> None:
    for part in wrapped(terminal.single_line(text), console.width, 2):
        console.print(Text(part, style))


def _as_json(
    name: str, plan: Plan, outcomes: Iterable[Outcome], lang: str, *, dry_run: bool
) -> dict[str, Any]:
    done = list(outcomes)
    waiting = {"would_send": [_entry(one) for one in plan.deliveries]} if dry_run else {}
    return {
        "file": name,
        **waiting,
        "sent": [_result(one, lang) for one in done if one.error is None],
        "failed": [_result(one, lang) for one in done if one.error],
        "skipped": [
            {"id": one.id, "reason": one.why.of(lang), "lost": one.is_lost} for one in plan.skipped
        ],
    }


def _entry(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "receiver": delivery.receiver,
        "event": delivery.event,
        "title": delivery.notification.title,
        "received_at": delivery.received_at,
    }


def _result(outcome: Outcome, lang: str) -> dict[str, Any]:
    error = outcome.error
    told: dict[str, Any] = {"bytes": outcome.bytes, "ms": outcome.ms, "merged": outcome.merged}
    if error:
        told = {
            "status": error.status,
            "code": error.code,
            "vendor_code": error.vendor_code,
            "detail": error.message.of(lang),
            "hint": error.hint.of(lang),
            "tried": outcome.tries > 0,
        }
    return {**_entry(outcome.delivery), **told}
