"""Which queue a person means, and which of its dead letters."""

from collections.abc import Callable
from typing import NamedTuple

import click

from relay.config import Config
from relay.configuration.suggest import did_you_mean
from relay.words import Phrase
from workbench import configured
from workbench.cli import Failure
from workbench.dead_letter_queue import (
    UNREADABLE,
    Hold,
    Letter,
    Queues,
    Unsendable,
    connected,
    count,
)
from workbench.queue_faults import QueueFault

_SCF_ASYNC = "scf-async"
_TIMEZONE = Config((), (), ()).timezone

_NO_QUEUE = Phrase(
    "没有配置队列：设置 RELAY_QUEUE 或配置里的 queue，或用 --queue sqs://名字.fifo 指定。"
    "不用队列时，没有发出的消息在函数日志里：python -m relay replay 日志文件",
    "no queue is configured: set RELAY_QUEUE or `queue` in the file, or name one with "
    "--queue sqs://name.fifo. Without a queue, what was not sent is in the function's log: "
    "python -m relay replay LOG",
)
_NO_ADDRESS = Phrase(
    "--queue “{text}” 不是队列：写 sqs://名字.fifo 或队列的 https 地址",
    '--queue "{text}" is no queue: write sqs://name.fifo or its https address',
)
_SCF = Phrase(
    "scf-async 没有可以在这里列出的死信队列：腾讯云重试两次后，把事件放进函数的死信队列"
    "（云函数控制台 → 函数 → 函数配置 → 异步调用 / 死信队列，没有配置就丢弃）。"
    "每条没有发出的消息也在函数日志里：导出日志，运行 python -m relay replay 日志文件",
    "scf-async has no dead-letter queue that could be listed here: after two retries Tencent puts "
    "the event into the function's own one (SCF console → function → configuration → asynchronous "
    "invocation / dead-letter queue; without one it is gone). What was not sent is also in the "
    "function's log: export it and run python -m relay replay LOG",
)
_NO_ID = Phrase(
    "没有编号以 “{text}” 开头的死信；{hint.zh}", 'no dead letter begins with "{text}"; {hint.en}'
)
_SEE_LIST = Phrase("用 `dead-letters list` 列出", "`dead-letters list` lists them")
_SEVERAL = Phrase(
    "“{text}” 是 {count} 条死信的开头，再多写几位：{ids}",
    '"{text}" begins {count} dead letters, write more of it: {ids}',
)


class Place(NamedTuple):
    """The queues, and the time zone in which their times are told."""

    queues: Queues
    timezone: str


class Choice(NamedTuple):
    """The dead letters that are meant. *letters* were seen; *most* may be more of them (--all)."""

    letters: tuple[Letter, ...]
    most: int

    def takes(self, letter: Letter) -> bool:
        known = {one.message_id for one in self.letters}
        return self.most > len(known) or letter.message_id in known


class Acted(NamedTuple):
    """What became of the letters: *done*; *left*, each with the reason; *fault* ended it early."""

    done: list[Letter]
    left: list[tuple[Letter, Phrase]]
    fault: QueueFault | None = None


def place_of(queue: str | None, file: str | None, lang: str, form: str) -> Place:
    """Return the queues of ``--queue``, or else of the configuration; raises QueueFault."""
    configured.begin(lang)
    given = configured.setting(file, lang)
    loaded = configured.read(given, lenient=True, offline=True)
    known = loaded.config
    if queue is None and known is None and given.is_file:
        configured.usable(loaded, lang, form)  # ends here
    address = queue or (known.queue if known else given.environ.get("RELAY_QUEUE", "").strip())
    if not address:
        raise Failure(_NO_QUEUE.of(lang))
    if address == _SCF_ASYNC:
        raise Failure(_SCF.of(lang))
    scheme, _, rest = address.partition("://")
    if scheme not in ("sqs", "https") or not rest:
        raise click.UsageError(_NO_ADDRESS.filled(text=address).of(lang))
    return Place(connected(address, given.environ), known.timezone if known else _TIMEZONE)


def seen(place: Place) -> tuple[list[Letter], int]:
    """Return the dead letters that can be seen, and about how many there are."""
    total = count(place.queues)
    with Hold(place.queues) as hold:
        letters = list(hold.letters())
    return letters, max(total, len(letters))


def choice_of(place: Place, ids: tuple[str, ...], lang: str) -> Choice:
    """Return those that *ids* mean, or all; raises UsageError, QueueFault."""
    letters, total = seen(place)
    if not ids:
        return Choice(tuple(letters), total)
    wanted = {_meant(text, letters, lang) for text in ids}
    chosen = tuple(one for one in letters if one.id in wanted)
    return Choice(chosen, len(chosen))


def _meant(text: str, letters: list[Letter], lang: str) -> str:
    """Return the one id that *text* is or begins; a usage error otherwise."""
    known = list(dict.fromkeys(one.id for one in letters))
    found = [text] if text in known else [one for one in known if one.startswith(text)]
    if len(found) == 1:
        return found[0]
    if found:
        told = _SEVERAL.filled(text=text, count=len(found), ids=", ".join(found[:5]))
        raise click.UsageError(told.of(lang))
    hint = did_you_mean(text, known)
    hint = hint if hint.en else _SEE_LIST
    raise click.UsageError(_NO_ID.filled(text=text, hint=hint).of(lang))


def acted(place: Place, choice: Choice, act: Callable[[Hold, Letter], None]) -> Acted:
    """Do *act* with each letter that is meant, in order, until the queue fails.

    A letter for which *act* raises Unsendable is left, and the others go on.
    """
    found = Acted([], [])
    if not choice.most:
        return found
    try:
        with Hold(place.queues) as hold:
            for letter in hold.letters():
                if len(found.done) + len(found.left) >= choice.most:
                    break
                if choice.takes(letter):
                    _act(act, hold, letter, found)
    except QueueFault as fault:
        return found._replace(fault=fault)
    return found


def planned(choice: Choice) -> Acted:
    """Return what `acted` would do, without doing it."""
    done = [one for one in choice.letters if one.item]
    return Acted(done, [(one, UNREADABLE) for one in choice.letters if not one.item])


def _act(act: Callable[[Hold, Letter], None], hold: Hold, letter: Letter, found: Acted) -> None:
    try:
        act(hold, letter)
        found.done.append(letter)
    except Unsendable as error:
        found.left.append((letter, error.why))
