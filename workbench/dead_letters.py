"""The verb ``dead-letters``: what could not be delivered, sent again or dropped.

`design/workbench.md` section 1, `design/delivery.md` section 5, `design/faults.md` E5, E6, E9.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from relay.words import Phrase
from relay.zones import zone
from workbench import configured, terminal
from workbench import dead_letter_report as report
from workbench.cli import Failure, config_option, json_option, lang_option
from workbench.dead_letter_choice import Acted, Place, acted, choice_of, place_of, planned, seen
from workbench.dead_letter_queue import Hold, Letter
from workbench.queue_faults import QueueFault
from workbench.verb import Verbs, option

_NAME_SOME = Phrase("写出编号，或用 --all", "name some ids, or use --all")
_NOT_BOTH = Phrase("编号和 --all 只能用一个", "either ids or --all, not both")
_NO_YES = Phrase(
    "删除前要确认：加上 --yes，或在终端里运行", "asks first: add --yes, or run it in a terminal"
)
_ASK = Phrase("永久删除这 {count} 条死信？", "Delete these {count} dead letters for good?")
_ASK_ONE = Phrase("永久删除这条死信？", "Delete this dead letter for good?")
_AGREED = ("y", "yes", "是")
_SENT = Phrase("已送回队列", "sent back to the queue")
_DROPPED = Phrase("已删除", "dropped")
_WOULD = Phrase("会送回队列", "would be sent back to the queue")
_LEFT = Phrase("没有送回：{why.zh}", "not sent: {why.en}")
_SOME_LEFT = Phrase("完成 {count} 条后停下：{why}", "stopped after {count}: {why}")
_NEXT = Phrase(
    "重新发送：python -m relay dead-letters resend 编号 | --all",
    "send again: python -m relay dead-letters resend ID | --all",
)


_QUEUE = Phrase("默认：配置里的队列", "Default: the configuration's")
_ABOUT = Phrase(
    "列出、重发或删除没能送达的消息。",
    "List what could not be delivered, send it again, or drop it.",
)
_LIST = Phrase(
    "列出死信：什么消息、给谁、多久了、为什么。",
    "List the dead letters: what, for whom, since when, and why.",
)
_LIST_MORE = Phrase(
    "只查看，不修改；列出的死信在几秒内对其他消费者不可见。",
    "Nothing is changed; they are hidden from others for a few seconds.",
)
_RESEND = Phrase(
    "把死信送回队列，并从这里删除。", "Send dead letters back to the queue, and delete them here."
)
_RESEND_MORE = Phrase(
    "ID 是投递编号，或只属于它的开头。时效重新计算；消息里仍写着原来的时间。",
    "ID is a delivery's id, or a beginning that only it has. The age limit starts again; the "
    "message still tells when it happened.",
)
_DROP = Phrase("永久删除死信；删除前会问。", "Delete dead letters for good; asks first.")
_DROP_MORE = Phrase(
    "ID 是投递编号，或只属于它的开头；无法解析的消息用它自己的编号。",
    "ID is a delivery's id, or a beginning that only it has; of an unreadable message its own id.",
)
_ALL = Phrase("全部", "All of them")
_DRY_RUN = Phrase("只列出会发送什么", "Only say what would be sent")
_YES = Phrase("不再询问", "Do not ask")

_clock = time.time
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _queue_options(function: _Function) -> _Function:
    """Add ``--queue``, ``--config``, ``--lang`` and ``--format``."""
    queue = option("--queue", metavar="sqs://NAME", about=_QUEUE)
    return queue(config_option(lang_option(json_option(function))))


@click.group("dead-letters", cls=Verbs, example="python -m relay dead-letters list", about=_ABOUT)
def dead_letters() -> None:
    """Do something with the dead letters."""


@dead_letters.command(
    "list", example="python -m relay dead-letters list", about=_LIST, more=_LIST_MORE
)
@_queue_options
def list_(queue: str | None, config: str | None, lang: str, form: str) -> None:
    """List those that can be seen, and say how many there are besides."""
    with _told(lang):
        place = place_of(queue, config, lang, form)
        letters, total = seen(place)
    hidden, now_s = report.counted(letters, total), _clock()
    if form == "json":
        listed = [report.as_json(one, now_s=now_s, lang=lang) for one in letters]
        configured.echo_json({**_names(place), "total": total, "letters": listed})
        return
    lines = [report.heading(place.queues.dead_name, len(letters), lang)]
    for one in letters:
        about = report.as_text(one, now_s=now_s, zone=zone(place.timezone), lang=lang)
        lines += ["", *about]
    lines += ["", report.hidden_note(hidden, lang)] if hidden else []
    lines += ["", _NEXT.of(lang)] if letters else []
    _show(lines)


@dead_letters.command(
    "resend",
    example="python -m relay dead-letters resend --all",
    about=_RESEND,
    more=_RESEND_MORE,
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@option("--all", "everything", is_flag=True, about=_ALL)
@option("--dry-run", is_flag=True, about=_DRY_RUN)
@_queue_options
def resend(
    ids: tuple[str, ...],
    *,
    everything: bool,
    dry_run: bool,
    queue: str | None,
    config: str | None,
    lang: str,
    form: str,
) -> None:
    """Send those that are meant back to the queue."""
    _check_ids(ids, everything, lang)
    with _told(lang):
        place = place_of(queue, config, lang, form)
        choice = choice_of(place, ids, lang)
    now_s = _clock()

    def send(hold: Hold, letter: Letter) -> None:
        hold.resend(letter, now_s)

    found = planned(choice) if dry_run else acted(place, choice, send)
    _tell(form, lang, place, _WOULD if dry_run else _SENT, found)
    _end(found, lang)


@dead_letters.command(
    "drop",
    example="python -m relay dead-letters drop gl-3f2a --yes",
    about=_DROP,
    more=_DROP_MORE,
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@option("--all", "everything", is_flag=True, about=_ALL)
@option("--yes", is_flag=True, about=_YES)
@_queue_options
def drop(
    ids: tuple[str, ...],
    *,
    everything: bool,
    yes: bool,
    queue: str | None,
    config: str | None,
    lang: str,
    form: str,
) -> None:
    """Delete those that are meant for good; asks unless told not to."""
    _check_ids(ids, everything, lang)
    if not yes and not (_is_terminal() and form == "text"):
        raise click.UsageError(_NO_YES.of(lang))
    with _told(lang):
        place = place_of(queue, config, lang, form)
        choice = choice_of(place, ids, lang)
    if choice.letters and not yes:
        _show([report.one_line(one, lang) for one in choice.letters])
        question = (_ASK if choice.most > 1 else _ASK_ONE).filled(count=choice.most).of(lang)
        answer = click.prompt(f"{question} [y/N]", default="", show_default=False)
        if answer.strip().lower() not in _AGREED:
            raise click.Abort
    found = acted(place, choice, Hold.remove)
    _tell(form, lang, place, _DROPPED, found)
    _end(found, lang)


def _check_ids(ids: tuple[str, ...], everything: bool, lang: str) -> None:
    if bool(ids) == everything:
        raise click.UsageError((_NOT_BOTH if ids else _NAME_SOME).of(lang))


@contextmanager
def _told(lang: str) -> Iterator[None]:
    """Turn a `QueueFault` into a failure of the command."""
    try:
        yield
    except QueueFault as fault:
        raise Failure(fault.phrase.of(lang)) from None


def _tell(form: str, lang: str, place: Place, what: Phrase, found: Acted) -> None:
    if form == "json":
        ids = {"done": [one.id for one in found.done], "skipped": [one.id for one, _ in found.left]}
        configured.echo_json({**_names(place), "what": what.en, **ids})
        return
    lines = [f"✓ {report.one_line(one, lang)}  {what.of(lang)}" for one in found.done]
    lines += [f"✗ {one.id}  {_LEFT.filled(why=why).of(lang)}" for one, why in found.left]
    _show(lines or [report.heading(place.queues.dead_name, 0, lang)])


def _end(found: Acted, lang: str) -> None:
    """End with exit code 1 when something was not done."""
    if found.fault:
        told = _SOME_LEFT.filled(count=len(found.done), why=found.fault.phrase.of(lang))
        raise Failure(told.of(lang))
    if found.left:
        raise click.exceptions.Exit(1)


def _names(place: Place) -> dict[str, str]:
    return {"queue": place.queues.name, "dead_letter_queue": place.queues.dead_name}


def _show(lines: list[str]) -> None:
    shown = "\n".join(map(terminal.single_line, lines))
    terminal.show_wrapped(shown, terminal.console())


def _is_terminal() -> bool:
    return sys.stdin.isatty()
