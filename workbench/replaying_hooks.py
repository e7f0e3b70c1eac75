"""``replay`` of a webhook that was kept: through the relay here, with the configured secrets."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import click

import handler
from relay.config import Config, Source
from relay.words import Phrase
from workbench import configured, exchange, terminal
from workbench.cli import Failure
from workbench.configured import Setting
from workbench.explained import Explained, explained
from workbench.saved_hooks import Hook
from workbench.terminal import single_line
from workbench.triggering import credentials_of, outgoing

_WAITS = "R29"
_NO_SOURCE = Phrase(
    "{file} 里没有 {name} 类型或名字的来源", "{file} has no source of the type or name {name}"
)
_WOULD = Phrase("会发给：{names}", "would be sent to: {names}")
_NOBODY = Phrase("（没有：用 explain 看原因）", "(nobody: `explain` says why)")
_REFUSED = Phrase("会拒绝：{code} {why}", "would be refused: {code} {why}")
_IGNORED = Phrase("不发送：{code} {why}", "not sent: {code} {why}")


def replay_hook(
    hook: Hook, given: Setting, lang: str, form: str, *, named: bool, dry_run: bool
) -> None:
    """Hand *hook* to the relay with *given* as its configuration, and print the answer.

    *named*: its source was named on purpose. Ends with exit code 1 unless everything was sent.
    """
    config = configured.usable(configured.read(given), lang, form)
    given, _ = configured.fetched(given)
    source = _source(hook, config, given, lang, named=named)
    now_s = time.time()
    sample = hook.sample._replace(source=source.type)
    if dry_run:
        _tell_plan(explained(sample, config, source.name, now_s), lang, form)
        return
    credentials = credentials_of(source)
    request = outgoing(sample, credentials, delivery_id=hook.delivery_id, now_s=now_s)
    path = f"/hook/{quote(source.name)}"
    began = time.monotonic()
    handle = handler.build(given.environ, live=configured.queueless(given.environ))
    answer = handle(request.event(path), None)
    ms = int((time.monotonic() - began) * 1000)
    status, body = answer["statusCode"], _body(answer)
    proven = exchange.proofs(source.type, credentials)
    found = exchange.Exchange(sample.name, path, request, proven, status, body, ms)
    if form == "json":
        configured.echo_json(exchange.as_json(found))
    else:
        exchange.show(found, terminal.console(), lang)
    if not (200 <= status < 300 and _is_all_sent(body)):
        raise click.exceptions.Exit(1)


def _source(hook: Hook, config: Config, given: Setting, lang: str, *, named: bool) -> Source:
    """Return the source of the request's address if it is known here, else the forge's first."""
    forge = hook.sample.source
    for source in config.sources:
        if source.type == forge and source.name == hook.source:
            return source
    found = next((one for one in config.sources if one.type == forge and not named), None)
    if found is None:
        name = hook.source if named else forge
        raise Failure(_NO_SOURCE.filled(file=given.name(lang), name=name).of(lang))
    return found


def _body(answer: Mapping[str, Any]) -> dict[str, Any]:
    found = json.loads(answer["body"])
    return found if isinstance(found, dict) else {}


def _is_all_sent(body: Mapping[str, Any]) -> bool:
    """Tell whether nothing failed, and nothing waits for a limit in this process, which ends."""
    waits = any(one.get("reason") == _WAITS for one in body.get("skipped", ()))
    return bool(body.get("ok")) and not waits


def _tell_plan(found: Explained, lang: str, form: str) -> None:
    names = list(found.receivers)
    if form == "json":
        configured.echo_json(
            {"sample": found.sample, "would_send": names, "told": _told(found, lang)}
        )
        return
    console = terminal.console()
    terminal.show_wrapped(single_line(_told(found, lang)), console)


def _told(found: Explained, lang: str) -> str:
    if found.refusal:
        told = _REFUSED.filled(code=found.refusal.code, why=found.refusal.fix.of(lang))
    elif found.ignored:
        told = _IGNORED.filled(code=found.ignored.reason, why=found.ignored.detail.of(lang))
    else:
        told = _WOULD.filled(names=", ".join(found.receivers) or _NOBODY.of(lang))
    return told.of(lang)
