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
from workbench.cli import Failure, Verb, Verbs, config_option, json_option, lang_option
from workbench.dead_letter_choice import Acted, Place, acted, choice_of, place_of, planned, seen
from workbench.dead_letter_queue import Hold, Letter
from workbench.queue_faults import QueueFault

_NAME_SOME = Phrase("写出编号，或用 --all", "name some ids, or use --all")
_NOT_BOTH = Phrase("编号和 --all 只能用一个", "either ids or --all, not both")
_NO_YES = Phrase(
    "删除前要确认：加上 --yes，或在终端里运行", "asks first: add --yes, or run it in a terminal"
)
_ASK = Phrase("永久删除这 {count} 条死信？", "Delete these {count} dead letters for good?")
_ASK_ONE = Phrase("永久删除这条死信？", "Delete this dead letter for good?")
_SENT = Phrase("已送回队列", "sent back to the queue")
_DROPPED = Phrase("已删除", "dropped")
_WOULD = Phrase("会送回队列", "would be sent back to the queue")
_LEFT = Phrase("没有送回：{why.zh}", "not sent: {why.en}")
_SOME_LEFT = Phrase("完成 {count} 条后停下：{why}", "stopped after {count}: {why}")
_NEXT = Phrase(
    "重新发送：python -m relay dead-letters resend 编号 | --all",
    "send again: python -m relay dead-letters resend ID | --all",
)


_clock = time.time
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _queue_options(function: _Function) -> _Function:
    """Add ``--queue``, ``--config``, ``--lang`` and ``--format``."""
    queue = click.option("--queue", metavar="sqs://NAME", help="Default: the configuration's.")
    return queue(config_option(lang_option(json_option(function))))


@click.group("dead-letters", cls=Verbs, example="python -m relay dead-letters list")
def dead_letters() -> None:
    """List what could not be delivered, send it again, or drop it."""


@dead_letters.command("list", cls=Verb, example="python -m relay dead-letters list")
@_queue_options
def list_(queue: str | None, config: str | None, lang: str, form: str) -> None:
    """List the dead letters: what, for whom, since when, and why.

    Nothing is changed; they are hidden from others for a few seconds.
    """
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


@dead_letters.command("resend", cls=Verb, example="python -m relay dead-letters resend --all")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
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
    """Send dead letters back to the queue, and delete them here.

    ID is a delivery's id, or a beginning that only it has. The age limit counts anew; the message
    still tells when it happened.
    """
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


@dead_letters.command("drop", cls=Verb, example="python -m relay dead-letters drop gl-3f2a --yes")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
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
    """Delete dead letters for good; asks first.

    ID is a delivery's id, or a beginning that only it has; of an unreadable message its own id.
    """
    _check_ids(ids, everything, lang)
    if not yes and not (_is_terminal() and form == "text"):
        raise click.UsageError(_NO_YES.of(lang))
    with _told(lang):
        place = place_of(queue, config, lang, form)
        choice = choice_of(place, ids, lang)
    if choice.letters and not yes:
        _show([report.one_line(one, lang) for one in choice.letters])
        click.confirm((_ASK if choice.most > 1 else _ASK_ONE).filled(count=choice.most).of(lang),
                      abort=True)  # fmt: skip
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
