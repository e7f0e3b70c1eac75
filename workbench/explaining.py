"""The verb ``explain``: which receivers an event would reach, and why not the others."""

import time
from datetime import datetime
from typing import Any

import click
from rich.text import Text

from relay.config import Config, Source
from relay.configuration.origins import Loaded
from relay.configuration.suggest import did_you_mean
from relay.routing import Step
from relay.words import Phrase
from relay.zones import zone
from workbench import configured, terminal
from workbench.cli import (
    EVENT,
    change_options,
    chosen_sample,
    config_option,
    json_option,
    lang_option,
)
from workbench.configured import Setting, base
from workbench.decision_tree import tree
from workbench.explained import Explained, explained
from workbench.languages import listed
from workbench.verb import Verb, option

_AT = "2026-11-20T22:30"
_NO_TIME = Phrase("“{text}” 写成 {example}", '"{text}": write it as {example}')
_NO_SOURCE = Phrase("没有来源 “{name}”；{hint.zh}", 'no source "{name}"; {hint.en}')
_NO_RECEIVER = Phrase("--expect：{what}", "--expect: {what}")
_THERE_ARE = Phrase("可选：{names.zh}", "there are {names.en}")
_UNEXPECTED = Phrase("期望：{expected}", "Expected: {expected}")
_ACTUAL = Phrase("实际：{actual}", "Actual: {actual}")
_NOBODY = Phrase("（没有）", "(nobody)")
_ABOUT = Phrase(
    "说明事件会发给谁，为什么不发给其他接收者。",
    "Show who would get an event, and why the others would not.",
)
_SOURCE = Phrase("配置里的一个来源，或代码平台", "A source of the configuration, or the forge")
_EXPECT = Phrase(
    "不是正好这些接收者，就以退出码 1 结束", "Exit code 1 unless exactly these receivers get it"
)
_WHEN = Phrase("什么时候发生；默认现在", "When it happens; default: now")


@click.command(
    "explain",
    cls=Verb,
    example="python -m relay explain pipeline.failed --expect ops-group",
    about=_ABOUT,
    more=EVENT,
)
@click.argument("event")
@option("--source", metavar="NAME", about=_SOURCE)
@option("--expect", metavar="A,B", about=_EXPECT)
@option("--at", metavar=_AT, about=_WHEN)
@config_option
@change_options
@lang_option
@json_option
def explain(
    event: str,
    *,
    source: str | None,
    expect: str | None,
    at: str | None,
    config: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    lang: str,
    form: str,
) -> None:
    """Show the decision about one event; ends with exit code 1 where it is not as expected."""
    configured.begin(lang)
    given = configured.setting(config, lang)
    loaded = configured.read_to_look(given)
    known = configured.usable(loaded, lang, form)
    hook, forge = _source(known, source, lang)
    expected = _expected(known, expect, lang)
    sample = chosen_sample(event, forge, settings, headers, lang)
    found = explained(sample, known, hook, _moment(at, known, lang))
    if found.source and not _is_secret_here(found.source, loaded):
        found = found._replace(has_secret=False)
    is_met = expected is None or expected == {base(name) for name in found.receivers}
    if form == "json":
        report = _as_json(found, known, given, lang)
        told = {} if expected is None else {"expected": sorted(expected), "as_expected": is_met}
        configured.echo_json({**report, **told})
    else:
        _print(found, known, lang)
        if expected is not None and not is_met:
            _print_difference(expected, found.receivers, lang)
    if not is_met:
        raise click.exceptions.Exit(1)


def _source(config: Config, name: str | None, lang: str) -> tuple[str, str | None]:
    """Return the source and the forge that *name* means; of a forge the source stays open."""
    if name is None:
        return "", None
    forges = {one.name: one.type for one in config.sources}
    if name in forges:
        return name, forges[name]
    if name in forges.values():
        return "", name
    names = list(dict.fromkeys([*forges, *forges.values()]))
    hint = did_you_mean(name, names)
    hint = hint if hint.en else _THERE_ARE.filled(names=listed(names))
    raise click.UsageError(_NO_SOURCE.filled(name=name, hint=hint).of(lang))


def _is_secret_here(source: Source, loaded: Loaded) -> bool:
    """Tell whether requests can be verified here: the secret of the file, or of the variables."""
    has_any = bool(source.secrets or source.signing_tokens or source.allow_unsigned)
    return has_any and not configured.unseen(loaded.problems, f"sources.{source.name}")


def _expected(config: Config, text: str | None, lang: str) -> set[str] | None:
    """Return the receivers in *text*; one that is not configured is a usage error."""
    if text is None:
        return None
    names = {base(name.strip()) for name in text.replace("，", ",").split(",") if name.strip()}
    for name in sorted(names):
        configured.named(config, name, lang)
    return names


def _moment(text: str | None, config: Config, lang: str) -> float:
    """Return *text* in Unix seconds; it is a time of the configuration's zone, or names its own."""
    if text is None:
        return time.time()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        told = _NO_TIME.filled(text=text, example=f"--at {_AT}")
        raise click.UsageError(told.of(lang)) from None
    return (found if found.tzinfo else found.replace(tzinfo=zone(config.timezone))).timestamp()


def _print(found: Explained, config: Config, lang: str) -> None:
    console = terminal.console()
    for line in tree(found, config, lang, console.width):
        text = Text(terminal.printable(line))
        text.highlight_regex("✓", "green")
        text.highlight_regex("✗", "red")
        console.print(text, soft_wrap=True)


def _print_difference(expected: set[str], receivers: tuple[str, ...], lang: str) -> None:
    console = terminal.console()
    actual = sorted({base(name) for name in receivers})
    for phrase, names in ((_UNEXPECTED, sorted(expected)), (_ACTUAL, actual)):
        listed = ", ".join(names) or _NOBODY.of(lang)
        told = phrase.filled(expected=listed, actual=listed).of(lang)
        console.print(Text(terminal.printable(told), "yellow"))


def _as_json(found: Explained, config: Config, given: Setting, lang: str) -> dict[str, Any]:
    event, decision = found.event, found.decision
    report: dict[str, Any] = {
        "sample": found.sample,
        "event": event.name if event else None,
        "project": event.project.path if event else "",
        "ref": event.ref if event else "",
        "source": found.source.name if found.source else None,
        "routes": [_step(step, lang) for step in decision.steps] if decision else [],
        "sent": [
            {
                "receiver": one.receiver.name,
                "type": one.receiver.type,
                "route": one.route,
                "lang": one.lang,
                "quiet": one.quiet,
                "mentions": ["@all" if to.everyone else to.name for to in one.mentions],
                "unresolved": list(one.unresolved),
            }
            for one in (decision.selected if decision else ())
        ],
        "config": config.digest,
        "origin": given.found.name,
    }
    if found.ignored:
        told = {"reason": found.ignored.reason, "detail": found.ignored.detail.of(lang)}
        report["ignored"] = told
    if found.refusal:
        error = found.refusal
        told = {"code": error.code, "fix": error.fix.of(lang)}
        report["refused"] = {"status": error.status, **told}
    return report


def _step(step: Step, lang: str) -> dict[str, Any]:
    reasons = [{"reason": one.code, "detail": one.text.of(lang)} for one in step.reasons]
    return {**step._asdict(), "sent": list(step.sent), "reasons": reasons}
