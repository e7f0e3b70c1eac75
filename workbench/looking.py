"""The verbs that only look: ``events`` and ``render``."""

from typing import Any

import click
from rich.style import Style
from rich.table import Table
from rich.text import Text

from relay.errors import RequestError
from workbench import bubbles, samples, terminal
from workbench.bubbles import pretty_json
from workbench.chosen import SOURCES
from workbench.cli import (
    LANGUAGES,
    Failure,
    Verb,
    change_options,
    chosen_sample,
    json_option,
    source_option,
)
from workbench.preview import MESSAGES, Preview, preview
from workbench.samples import Sample

_DIM = Style(dim=True)


@click.command("events", cls=Verb, example="python -m relay events --source gitee")
@source_option
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
@json_option
def events(source: str | None, lang: str, form: str) -> None:
    """List the sample events."""
    found = [samples.load(name) for name in samples.names()]
    found = [sample for sample in found if source in (None, sample.source)]
    if form == "json":
        keys = ("name", "source", "event", "about", "ignored")
        listed = [{key: getattr(sample, key) for key in keys} for sample in found]
        click.echo(pretty_json(listed))
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


@click.command("render", cls=Verb, example="python -m relay render pipeline.failed --lang en")
@click.argument("event")
@click.option("--receiver", type=click.Choice(list(MESSAGES)), help="Only this platform.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh-CN", show_default=True)
@click.option("--message", help="The message type, for example text or action_card.")
@source_option
@change_options
@json_option
def render(
    event: str,
    *,
    receiver: str | None,
    lang: str,
    message: str | None,
    source: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    form: str,
) -> None:
    """Show what an event becomes, unsent.

    EVENT is a name from `events`, or a file: a sample, or a body as a forge sent it.
    """
    sample = chosen_sample(event, source, settings, headers)
    receivers = _receivers(receiver, message)
    try:
        found = preview(sample, receivers, lang=lang, now_s=samples.NOW)
    except RequestError as error:
        raise Failure(f"{error.code} {error.fix}") from None
    if form == "json":
        click.echo(pretty_json(_as_json(sample, found)))
    else:
        _print(sample, found, lang)


def _about(sample: Sample, lang: str) -> Text:
    about = Text(terminal.printable(sample.about.get(lang, "")))
    if sample.ignored:
        about.append(f" ({sample.ignored})", _DIM)
    return about


def _receivers(vendor: str | None, message: str | None) -> dict[str, str]:
    """Return vendor → message type; a type that only one of them has selects that one."""
    vendors = [vendor] if vendor else list(MESSAGES)
    if message is None:
        return {name: MESSAGES[name][0] for name in vendors}
    found = {name: message for name in vendors if message in MESSAGES[name]}
    if not found:
        known = sorted({one for name in vendors for one in MESSAGES[name]})
        raise click.UsageError(f'no message type "{message}"; there are {", ".join(known)}')
    return found


def _as_json(sample: Sample, found: Preview) -> dict[str, Any]:
    return {
        "sample": sample.name,
        "event": found.event.name if found.event else None,
        "decision": found.decision._asdict(),
        "messages": {
            vendor: {
                "title": rendered.title,
                "text": rendered.text,
                "bytes": rendered.size,
                "limit": rendered.limit,
                "cut": rendered.cut,
                "request": rendered.body,
            }
            for vendor, rendered in found.messages.items()
        },
    }


def _print(sample: Sample, found: Preview, lang: str) -> None:
    console = terminal.console()
    console.print(
        Text.assemble(
            (terminal.printable(sample.name), Style(bold=True)), "  ", _about(sample, lang)
        )
    )
    if not found.decision.send:
        default = " by default" if found.event else ""
        why = f"{found.decision.reason} {found.decision.detail}"
        console.print(Text(f"not sent{default}: {why}", Style(color="yellow")))
    for vendor, rendered in found.messages.items():
        console.print()
        if rendered.title:
            console.print(terminal.folded(f"title: {rendered.title}", console.width))
        console.print(terminal.folded(rendered.text, console.width), style=_DIM)
        if rendered.cut:
            console.print(Text("cut to fit", Style(color="yellow")))
        bubbles.show(bubbles.of_rendered(vendor, rendered), console)
