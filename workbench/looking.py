"""The verbs that only look: ``events`` and ``render``."""

import os
from typing import Any

import click
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from relay.config import LANGUAGES, Config, Receiver
from relay.configuration.fields import MESSAGES as MESSAGES_OF_TYPES
from relay.errors import RequestError
from relay.words import Phrase
from workbench import bubbles, configured, samples, terminal
from workbench.chosen import SOURCES
from workbench.cli import (
    EVENT,
    Failure,
    change_options,
    chosen_sample,
    config_option,
    json_option,
    lang_option,
    source_option,
)
from workbench.languages import language, listed
from workbench.preview import MESSAGES, Preview, Shown, configured_preview, preview
from workbench.samples import Sample
from workbench.verb import Verb, choice, option

_DIM = Style(dim=True)
_YELLOW = Style(color="yellow")
_NO_MESSAGE = Phrase(
    "没有消息类型 “{message}”；可选：{known.zh}",
    'no message type "{message}"; there are {known.en}',
)
_NOT_SENT = Phrase("不发送：{why}", "not sent: {why}")
_NOT_BY_DEFAULT = Phrase("默认不发送：{why}", "not sent by default: {why}")
_TITLE = Phrase("标题：{title}", "title: {title}")
_CUT = Phrase("放不下，已截短", "cut to fit")

_MORE = Phrase(
    f"{EVENT.zh}写了 --config，或写了配置里的接收者，就按那份配置显示。",
    f"{EVENT.en} With --config, or the name of a configured receiver, it is shown as that "
    "configuration words it.",
)
_RECEIVER = Phrase(
    "wecom、dingtalk，或配置里的一个接收者", "wecom, dingtalk, or one of the configuration"
)
_LANG = Phrase(
    "消息的语言；默认 zh-CN，或配置里的", "Of the message; default: zh-CN, or as configured"
)
_MESSAGE = Phrase(
    "消息类型，例如 text 或 action_card", "The message type, for example text or action_card"
)


@click.command(
    "events",
    cls=Verb,
    example="python -m relay events --source gitee",
    about=Phrase("列出样例事件。", "List the sample events."),
)
@source_option
@lang_option
@json_option
def events(source: str | None, lang: str, form: str) -> None:
    """List the sample events."""
    found = [samples.load(name) for name in samples.names()]
    found = [sample for sample in found if source in (None, sample.source)]
    if form == "json":
        keys = ("name", "source", "event", "about", "ignored")
        listed = [{key: getattr(sample, key) for key in keys} for sample in found]
        configured.echo_json(listed)
        return
    console = terminal.console()
    for forge in SOURCES:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), title_justify="left")
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for sample in found:
            if sample.source == forge:
                table.add_row(Text(sample.name.partition("/")[2]), _about(sample, lang))
        if table.row_count:
            console.print(Text(forge, Style(bold=True)))
            console.print(table)


@click.command(
    "render",
    cls=Verb,
    example="python -m relay render pipeline.failed --lang en",
    about=Phrase("预览事件对应的消息，不发送。", "Show what an event becomes, unsent."),
    more=_MORE,
)
@click.argument("event")
@option("--receiver", metavar="NAME", about=_RECEIVER)
@config_option
@choice("--lang", known=LANGUAGES, about=_LANG)
@option("--message", metavar="TYPE", about=_MESSAGE)
@source_option
@change_options
@json_option
def render(
    event: str,
    *,
    receiver: str | None,
    config: str | None,
    lang: str | None,
    message: str | None,
    source: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    form: str,
) -> None:
    """Show what an event becomes: built in, or as the configuration words it."""
    spoken = language(lang, os.environ)
    configured.begin(spoken)
    sample = chosen_sample(event, source, settings, headers, spoken)
    try:
        if config is not None or receiver not in (None, *MESSAGES):
            given = configured.setting(config, spoken)
            known = configured.looked_at(given, spoken, form)
            found = _by_configuration(sample, known, receiver, lang, message)
        else:
            receivers = _receivers(receiver, message, spoken)
            found = preview(sample, receivers, lang=lang or "zh-CN", now_s=samples.NOW)
    except RequestError as error:
        raise Failure(f"{error.code} {error.fix.of(spoken)}") from None
    if form == "json":
        configured.echo_json(_as_json(sample, found, spoken))
    else:
        _print(sample, found, spoken)


def _about(sample: Sample, lang: str) -> Text:
    about = Text(terminal.printable(sample.about.get(lang, "")))
    if sample.ignored:
        about.append(f" ({sample.ignored})", _DIM)
    return about


def _receivers(vendor: str | None, message: str | None, lang: str) -> dict[str, str]:
    """Return vendor → message type; a type that only one of them has selects that one."""
    vendors = [vendor] if vendor else list(MESSAGES)
    if message is None:
        return {name: MESSAGES[name][0] for name in vendors}
    found = {name: message for name in vendors if message in MESSAGES[name]}
    if not found:
        known = sorted({one for name in vendors for one in MESSAGES[name]})
        raise click.UsageError(_NO_MESSAGE.filled(message=message, known=listed(known)).of(lang))
    return found


def _by_configuration(
    sample: Sample, config: Config, name: str | None, lang: str | None, message: str | None
) -> Preview:
    """Render for the receivers *name* (default: those that get it, or all) of *config*.

    *lang* and *message* count more than what the configuration says.
    """
    spoken = language(lang, os.environ)
    receivers = configured.named(config, name, spoken) if name else config.receivers
    changed = {one.name: _changed(one, lang, message, spoken) for one in receivers}
    everybody = tuple(changed.get(one.name, one) for one in config.receivers)
    config = config._replace(receivers=everybody)
    found = configured_preview(sample, config, changed.values(), now_s=samples.NOW)
    return found if name else _without_idle(found)


def _changed(receiver: Receiver, lang: str | None, message: str | None, spoken: str) -> Receiver:
    known = MESSAGES_OF_TYPES[receiver.type]
    if message and message not in known:
        told = _NO_MESSAGE.filled(message=message, known=listed(known))
        raise click.UsageError(told.of(spoken))
    return receiver._replace(lang=lang or receiver.lang, message=message or receiver.message)


def _without_idle(found: Preview) -> Preview:
    """Return *found* with those receivers only that get the event, if any does."""
    sent = {name: shown for name, shown in found.messages.items() if shown.reason is None}
    return found._replace(messages=sent or found.messages)


def _as_json(sample: Sample, found: Preview, lang: str) -> dict[str, Any]:
    send, quiet, reason = found.decision
    why = {"reason": reason.code, "detail": reason.text.of(lang)} if reason else {}
    return {
        "sample": sample.name,
        "event": found.event.name if found.event else None,
        "decision": {"send": send, "quiet": quiet, **why},
        "messages": {
            name: {
                "title": shown.rendered.title,
                "text": shown.rendered.text,
                "bytes": shown.rendered.size,
                "limit": shown.rendered.limit,
                "cut": shown.rendered.cut,
                "request": shown.rendered.body,
            }
            for name, shown in found.messages.items()
        },
    }


def _print(sample: Sample, found: Preview, lang: str) -> None:
    console = terminal.console()
    console.print(
        Text.assemble(
            (terminal.printable(sample.name), Style(bold=True)), "  ", _about(sample, lang)
        )
    )
    reason = found.decision.reason
    is_told = any(shown.reason for shown in found.messages.values())
    if not found.decision.send and reason and not is_told:
        phrase = _NOT_BY_DEFAULT if found.event else _NOT_SENT
        why = f"{reason.code} {reason.text.of(lang)}"
        console.print(Text(phrase.filled(why=why).of(lang), _YELLOW))
    for name, shown in found.messages.items():
        _print_message(name, shown, lang, console)


def _print_message(name: str, shown: Shown, lang: str, console: Console) -> None:
    rendered = shown.rendered
    console.print()
    if name != shown.vendor:
        console.print(Text(terminal.printable(name), Style(bold=True)))
    if shown.reason:
        why = f"{shown.reason.code} {shown.reason.text.of(lang)}".lstrip()
        console.print(Text(_NOT_SENT.filled(why=why).of(lang), _YELLOW))
    if rendered.title:
        title = _TITLE.filled(title=rendered.title).of(lang)
        console.print(terminal.folded(title, console.width))
    console.print(terminal.folded(rendered.text, console.width), style=_DIM)
    if rendered.cut:
        console.print(Text(_CUT.of(lang), _YELLOW))
    bubbles.show(bubbles.of_rendered(shown.vendor, rendered), console, lang)
