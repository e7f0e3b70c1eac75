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
from workbench.dead_letter_choice import Place, acted, choice_of, place_of, seen
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
_SKIPPED = Phrase("没有送回：内容读不懂", "not sent: its body cannot be read")
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
    readable = tuple(one for one in choice.letters if one.item)
    skipped = [one for one in choice.letters if not one.item]
    if dry_run:
        done, fault = list(readable), None
    else:

        def send(hold: Hold, letter: Letter) -> None:
            hold.resend(letter, now_s)

        done, fault = acted(place, choice, send, only_readable=True)
    _tell(form, lang, place, _WOULD if dry_run else _SENT, done, skipped)
    _end(len(done), fault, lang, failed=bool(skipped))


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
    done, fault = acted(place, choice, Hold.remove)
    _tell(form, lang, place, _DROPPED, done, [])
    _end(len(done), fault, lang)


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


def _tell(
    form: str,
    lang: str,
    place: Place,
    what: Phrase,
    done: list[Letter],
    skipped: list[Letter],
) -> None:
    if form == "json":
        ids = {"done": [one.id for one in done], "skipped": [one.id for one in skipped]}
        configured.echo_json({**_names(place), "what": what.en, **ids})
        return
    lines = [f"✓ {report.one_line(one, lang)}  {what.of(lang)}" for one in done]
    lines += [f"✗ {one.id}  {_SKIPPED.of(lang)}" for one in skipped]
    _show(lines or [report.heading(place.queues.dead_name, 0, lang)])


def _end(done: int, fault: QueueFault | None, lang: str, *, failed: bool = False) -> None:
    """End with exit code 1 when something was not done."""
    if fault:
        told = Phrase(fault.phrase.zh, fault.phrase.en).of(lang)
        raise Failure(_SOME_LEFT.filled(count=done, why=told).of(lang))
    if failed:
        raise click.exceptions.Exit(1)


def _names(place: Place) -> dict[str, str]:
    return {"queue": place.queues.name, "dead_letter_queue": place.queues.dead_name}


def _show(lines: list[str]) -> None:
    terminal.show_wrapped(terminal.printable("\n".join(lines)), terminal.console())


def _is_terminal() -> bool:
    return sys.stdin.isatty()
