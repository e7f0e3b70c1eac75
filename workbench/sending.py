"""The verb ``send``: one real message to one receiver of the configuration."""

import time
from collections.abc import Iterable

import click
from rich.style import Style
from rich.text import Text

from relay.config import WECOM_APP, Config, Receiver
from relay.delivery import Outcome
from relay.errors import Ignored, RequestError
from relay.events import Event
from relay.reports import Sent, delivered
from relay.routing import Decision
from relay.words import Phrase
from workbench import configured, samples, terminal
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
from workbench.configured import base
from workbench.decision_tree import PLATFORMS
from workbench.one_message import Refusal, decided, ping, posted, refusal
from workbench.preview import event_of
from workbench.verb import Verb, option

_GOOD, _BAD = Style(color="green"), Style(color="red", bold=True)

_TO_ROBOT = Phrase(
    "--to 只用于 wecom_app：{name} 是机器人，发到它的群里",
    "--to is for a wecom_app: {name} is a robot and writes to its group",
)
_NOBODY = Phrase(
    "{name} 没有可发送的人：用 --to USERID 指定一个",
    "{name} has nobody to write to: name somebody with --to USERID",
)
_NOT_SENT = Phrase("不发送：{code} {why}", "not sent: {code} {why}")
_HINT = Phrase("提示：", "hint: ")
_MORE = Phrase(
    f"RECEIVER 是配置里的名字。{EVENT.zh}不写就发一条测试消息，和代码平台的测试按钮一样。"
    "这里不看路由的过滤条件。",
    f"RECEIVER is a name of the configuration. {EVENT.en} Without it, a test message goes out as "
    "the forge's test button makes one. Filters of routes do not count.",
)
_TO = Phrase("wecom_app：发给哪个成员", "Of a wecom_app: whom to write to")


@click.command(
    "send",
    cls=Verb,
    example="python -m relay send backend-group",
    about=Phrase("向真实的群发送一条消息。", "Send one real message."),
    more=_MORE,
)
@click.argument("receiver")
@click.argument("event", required=False)
@option("--to", multiple=True, metavar="USERID", about=_TO)
@config_option
@source_option
@change_options
@lang_option
@json_option
def send(
    receiver: str,
    event: str | None,
    *,
    to: tuple[str, ...],
    config: str | None,
    source: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    lang: str,
    form: str,
) -> None:
    """Send one real message; ends with exit code 1 where it was refused."""
    configured.begin(lang)
    chosen, known = _receivers(receiver, to, config, lang, form)
    now_s = time.time()
    found = _event(event, source, settings, headers, now_s, lang)
    if len(decided(found, known, chosen, now_s).selected) < len(chosen):
        raise click.UsageError(_NOBODY.filled(name=receiver).of(lang))
    event_id, decision, outcomes = posted(found, known, chosen, now_s)
    if form == "json":
        sent = Sent(tuple(outcomes))
        configured.echo_json(delivered(event_id, found, sent, decision, known))
    else:
        _print(outcomes, decision, lang)
    if any(outcome.error for outcome in outcomes):
        raise click.exceptions.Exit(1)


def _receivers(
    name: str, to: tuple[str, ...], file: str | None, lang: str, form: str
) -> tuple[tuple[Receiver, ...], Config]:
    """Return the receivers called *name* and the configuration.

    Of secrets that cannot be had only their own are a problem.
    """
    given = configured.setting(file, lang)
    loaded = configured.read(given, lenient=True)
    config = configured.usable(loaded, lang, form)
    found = configured.named(config, name, lang)
    place = f"receivers.{base(name)}"
    if configured.unseen(loaded.problems, place):
        strict = configured.read(given)
        own = [one for one in strict.problems if one.where.startswith(f"{place}.")]
        configured.show_problems(strict, own, lang, form)
        raise click.exceptions.Exit(1)
    if not to:
        return found, config
    if any(one.type != WECOM_APP for one in found):
        raise click.UsageError(_TO_ROBOT.filled(name=name).of(lang))
    return tuple(one._replace(to=to) for one in found), config


def _event(
    name: str | None,
    source: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    now_s: float,
    lang: str,
) -> Event:
    """Return the event to send, as if it happened now; raises Failure for one that never is."""
    if name is None:
        return ping()
    sample = chosen_sample(name, source, settings, headers, lang)
    try:
        return event_of(samples.fresh(sample, now_s))
    except RequestError as error:
        raise Failure(f"{error.code} {error.fix.of(lang)}") from None
    except Ignored as error:
        told = _NOT_SENT.filled(code=error.reason, why=error.detail.of(lang))
        raise Failure(told.of(lang)) from None


def _print(outcomes: list[Outcome], decision: Decision, lang: str) -> None:
    console = terminal.console()
    for outcome, one in zip(outcomes, decision.selected, strict=True):
        name = f"{one.receiver.name} · {PLATFORMS[one.receiver.type].of(lang)}"
        if outcome.error is None:
            told = f"✓ {name}  {outcome.bytes} B  {outcome.ms} ms"
            lines = [(told, _GOOD), (f"  {outcome.remark.of(lang)}", Style())]
        else:
            lines = list(_refusal(name, refusal(outcome.error, one.receiver), lang))
        for text, style in lines:
            if text.strip():
                console.print(Text(terminal.printable(text), style))


def _refusal(name: str, told: Refusal, lang: str) -> Iterable[tuple[str, Style]]:
    """Yield the vendor's code, what it means, and what to do about it."""
    yield f"✗ {name}  {told.codes}", _BAD
    yield f"  {told.means.of(lang)}", Style()
    if hint := told.remedy.of(lang):
        yield f"  {_HINT.of(lang)}{hint}", Style()
