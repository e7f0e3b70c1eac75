"""The verb ``replay``: what a log says was not sent, or a webhook that was kept, once more.

`design/workbench.md` section 1, `design/delivery.md` section 5, `design/faults.md` E6.
"""

import codecs
import json
import sys
from pathlib import Path
from typing import NamedTuple

import click

from relay.words import Phrase
from workbench import configured
from workbench.chosen import SOURCES
from workbench.cli import config_option, json_option, lang_option
from workbench.replaying_hooks import replay_hook
from workbench.replaying_logs import replay_log
from workbench.saved_hooks import Hook, HookError, hook
from workbench.saved_logs import Record, records
from workbench.verb import Verb, choice, option

_STDIN = "-"
_NO_FILE = Phrase("没有文件 “{name}”", 'no file "{name}"')
_CANNOT_READ = Phrase("{name} 读不了（{why}）", "{name} cannot be read ({why})")
_NEITHER = Phrase(
    "{name} 里既没有函数的日志，也不是保存的 Webhook。可以是：(1) 函数的日志，每行一个 JSON，前面"
    "可以有时间等文字，也可以是 CloudWatch 或 CLS 导出的 JSON；(2) 保存的 Webhook：样例文件、"
    '{{"headers": …, "body": …}} 或云函数的事件；(3) 只有请求体时加上 '
    '--event "Push Hook" --source gitlab',
    "{name} is neither a log of the function nor a webhook that was kept. It may be: (1) the "
    "function's log, one JSON object a line, with other text before it, or exported from "
    "CloudWatch or CLS as JSON; (2) a webhook: a sample file, "
    '{{"headers": …, "body": …}} or the event of a cloud function; (3) a bare body, with '
    '--event "Push Hook" --source gitlab',
)
_ONLY_LOGS = Phrase(
    "编号只用于日志；{name} 是一个 Webhook", "ids are for logs; {name} is a webhook"
)
_MORE = Phrase(
    "FILE 是函数的日志：没有发出的每条消息各发一次，只发给它自己的接收者。"
    "ID 是投递编号或它的开头，只发这些。\n"
    "FILE 也可以是保存下来的 Webhook，在这里走一遍同样的流程。`-` 读标准输入。\n"
    "消息真的发给配置里的机器人。要发给 `serve` 的模拟机器人，用：trigger FILE --url :9000",
    "FILE is a log of the function: every delivery that it says was not sent goes out once, to "
    "its own receiver. ID picks some of them, by a delivery's id or its beginning.\n"
    "Or FILE is a webhook that was kept, which goes through the relay here. `-` reads standard "
    "input.\n"
    "It really writes to the configured robots. For the stand-ins of `serve`: "
    "trigger FILE --url :9000",
)
_EVENT = Phrase(
    '只有请求体时，请求头的事件："Push Hook"', 'Of a bare body, as the header: "Push Hook"'
)
_SOURCE = Phrase("只有请求体时：哪个代码平台", "Of a bare body: the forge")
_HOOK = Phrase("来源的名字，同 /hook/NAME", "The source, as in /hook/NAME")


class Saved(NamedTuple):
    """What a file holds: the records of a log, or else one request."""

    name: str
    path: Path | None
    records: list[Record]
    hook: Hook | None = None


@click.command(
    "replay",
    cls=Verb,
    example="python -m relay replay function.log --dry-run",
    about=Phrase("重新发送文件里的消息。", "Send again what is in a file."),
    more=_MORE,
)
@click.argument("file")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@option("--dry-run", is_flag=True, about=Phrase("只列出会发送什么", "Only say what would be sent"))
@option("--event", metavar="NAME", about=_EVENT)
@choice("--source", known=SOURCES, about=_SOURCE)
@option("--hook", "source_name", metavar="NAME", about=_HOOK)
@config_option
@lang_option
@json_option
def replay(
    file: str,
    ids: tuple[str, ...],
    *,
    dry_run: bool,
    event: str | None,
    source: str | None,
    source_name: str | None,
    config: str | None,
    lang: str,
    form: str,
) -> None:
    """Send what a log says was not sent, or one webhook that was kept."""
    configured.begin(lang)
    found = _saved(file, event or "", source or "", lang)
    given = configured.setting(config, lang)
    if found.hook is None:
        replay_log(found.name, found.path, found.records, ids, given, lang, form, dry_run=dry_run)
        return
    if ids:
        raise click.UsageError(_ONLY_LOGS.filled(name=found.name).of(lang))
    wanted = found.hook._replace(source=source_name or found.hook.source)
    replay_hook(wanted, given, lang, form, named=bool(source_name), dry_run=dry_run)


def _saved(file: str, event: str, source: str, lang: str) -> Saved:
    """Return what *file* holds; everything else is a usage error that says what is expected."""
    path = None if file == _STDIN else Path(file)
    name = path.name if path else "stdin"
    text = _text(path, name, lang)
    try:
        request = hook(_json(text), name, event=event, forge=source)
    except HookError as error:
        raise click.UsageError(error.phrase.of(lang)) from None
    if request:
        return Saved(name, path, [], request)
    found = records(text)
    if not found:
        raise click.UsageError(_NEITHER.filled(name=name).of(lang))
    return Saved(name, path, found)


def _text(path: Path | None, name: str, lang: str) -> str:
    if path and not path.is_file():
        raise click.UsageError(_NO_FILE.filled(name=name).of(lang))
    try:
        raw = path.read_bytes() if path else sys.stdin.buffer.read()
    except OSError as error:
        told = _CANNOT_READ.filled(name=name, why=error.strerror)
        raise click.UsageError(told.of(lang)) from None
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # as PowerShell's > writes
    return raw.decode("utf-16" if is_wide else "utf-8-sig", "replace")


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
