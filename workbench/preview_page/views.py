"""What the page shows of one event, as this configuration has it. Nothing here sends anything."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from relay import templates
from relay.config import Config, Receiver
from relay.errors import RequestError
from relay.templates import TemplateFault
from relay.words import Phrase
from workbench import bubbles
from workbench.decision_tree import tree
from workbench.explained import explained
from workbench.hiding import Hiding
from workbench.preview import Preview, Shown, configured_preview
from workbench.preview_page import cards
from workbench.preview_page.cards import Card
from workbench.preview_page.options import Options
from workbench.preview_page.trail import Arrival
from workbench.robot_book import Received
from workbench.samples import Sample
from workbench.saved_hooks import HookError, hook
from workbench.screen import answered
from workbench.terminal import printable

_TREE_CELLS = 72

_NO_JSON = Phrase(
    "第 {line} 行，第 {column} 列：这里不是 JSON 的写法", "line {line}, column {column}: {why}"
)
_NO_OBJECT = Phrase("要是一个 JSON 对象", "it must be a JSON object")
_TOO_LONG_NUMBER = Phrase("有一个数字太长", "a number in it is too long")
_TOO_DEEP = Phrase("嵌套太深", "it is nested too deeply")

Used = Callable[[Receiver], int | None]  # how many posts a stand-in had in the last minute


class EditError(ValueError):
    """What was typed cannot be used; *where* is ``payload`` or ``template``."""

    def __init__(self, where: str, phrase: Phrase, line: int = 0, code: str = "") -> None:
        super().__init__(phrase.en)
        self.where = where
        self.phrase = phrase
        self.line = line
        self.code = code


class Edit(NamedTuple):
    """What was typed on the page; None where nothing was."""

    payload: str | None = None
    template: str | None = None


class View(NamedTuple):
    """*event* is the relay's name for it, *note* why it is not sent by itself.

    *others* are the receivers that do not get it, each with the reason. For a request that arrived,
    *status* and *answer* are what the forge got, *outcome* sums it up, and *is_bad* tells whether
    somebody did not get it.
    """

    event: str = ""
    note: str = ""
    cards: Sequence[Card] = ()
    others: Sequence[Card] = ()
    payload: str = ""
    decision: str = ""
    status: int = 0
    answer: str = ""
    outcome: str = ""
    is_bad: bool = False


def edited(sample: Sample, edit: Edit) -> Sample:
    """Return *sample* with the body that was typed; raises EditError."""
    if edit.payload is None:
        return sample
    try:
        body = json.loads(edit.payload)
    except json.JSONDecodeError as error:
        told = _NO_JSON.filled(line=error.lineno, column=error.colno, why=error.msg)
        raise EditError("payload", told, error.lineno) from None
    except RecursionError:
        raise EditError("payload", _TOO_DEEP) from None
    except ValueError:  # the only other one: Python refuses numbers of thousands of digits
        raise EditError("payload", _TOO_LONG_NUMBER) from None
    if not isinstance(body, dict):
        raise EditError("payload", _NO_OBJECT, 1)
    return sample._replace(body=body)


def view(
    sample: Sample,
    config: Config,
    options: Options,
    *,
    now_s: float,
    used: Used,
    hiding: Hiding,
    edit: Edit = Edit(),  # noqa: B008 - a tuple
    hook_name: str = "",
) -> View:
    """Return what *sample* becomes at *now_s* (Unix seconds); raises EditError.

    *hook_name*: the source in its address. *hiding* hides what nobody may read.
    """
    sample = edited(sample, edit)
    found = explained(sample, config, hook_name, now_s)
    shown = View(
        event=found.event.name if found.event else "",
        payload=printable(_payload(sample.body, hiding)),
        decision=printable(hiding.text("\n".join(tree(found, config, options.lang, _TREE_CELLS)))),
    )
    config = _with_template(config, edit.template, shown.event)
    config, receivers = cards.as_chosen(
        config,
        lang=options.messages,
        both=options.view == "both",
        messages={one.type: options.message(one.type) for one in config.receivers},
    )
    try:
        preview = configured_preview(sample, config, receivers, now_s=now_s, quiet=options.quiet)
    except RequestError as error:
        return shown._replace(note=f"{error.code} {error.fix.of(options.lang)}")
    made = list(_cards(preview, receivers, options, used, hiding))
    sent = [one for one in made if not one.reason]
    return shown._replace(
        note="" if sent else hiding.text(_note(preview, options.lang)),
        cards=sent or made,
        others=[one for one in made if one.reason] if sent else (),
    )


def arrived(arrival: Arrival, config: Config, options: Options, used: Used, hiding: Hiding) -> View:
    """Return what became of *arrival*: the messages that groups got, else what they would get."""
    shown = _arrived(arrival, config, options, used, hiding)
    answer = printable(hiding.json(arrival.answer)) if arrival.answer else ""
    told, counts = answered(arrival.status, hiding.value(arrival.answer), options.lang)
    is_whole = bool(arrival.answer.get("sent")) and not arrival.answer.get("failed")
    return shown._replace(
        status=arrival.status,
        answer=answer,
        outcome=" · ".join(filter(None, (told.plain, counts))),
        is_bad=not is_whole,
    )


def _arrived(
    arrival: Arrival, config: Config, options: Options, used: Used, hiding: Hiding
) -> View:
    try:
        found = hook(dict(arrival.event), f"#{arrival.number}")
    except HookError as error:
        raw = hiding.body(arrival.body.decode("utf-8", "replace"))
        return View(note=error.phrase.of(options.lang), payload=printable(raw))
    if found is None:
        return View()
    sample = found.sample
    shown = view(
        sample,
        config,
        options,
        now_s=arrival.at,
        used=used,
        hiding=hiding,
        hook_name=found.source,
    )
    if not arrival.messages:
        return shown
    return shown._replace(cards=list(_received(arrival, config, options, used, hiding)))


def _payload(body: object, hiding: Hiding) -> str:
    """Return *body* for a person to read and change."""
    try:
        return hiding.json(body)
    except RecursionError:
        return hiding.text(json.dumps(body, ensure_ascii=False))


def _cards(
    preview: Preview,
    receivers: Iterable[Receiver],
    options: Options,
    used: Used,
    hiding: Hiding,
) -> Iterable[Card]:
    for one in receivers:
        if shown := preview.messages.get(one.name):
            hidden = _hidden_shown(shown, hiding)
            card = cards.of_shown(hidden, one, options.lang, used(one))
            yield card._replace(reason=hiding.text(card.reason))


def _received(
    arrival: Arrival, config: Config, options: Options, used: Used, hiding: Hiding
) -> Iterable[Card]:
    known = {cards.key(one): one for one in reversed(config.receivers)}
    for message in arrival.messages:
        if receiver := known.get(message.key):
            bubble = bubbles.of_received(message)
            card = cards.of_received(
                _hidden_received(message, hiding), receiver, options.lang, used(receiver)
            )
            yield card._replace(size=bubble.size)


def _hidden_shown(shown: Shown, hiding: Hiding) -> Shown:
    made = shown.rendered
    title, text = hiding.text(made.title), hiding.text(made.text)
    rendered = made._replace(title=title, text=text, body=hiding.value(made.body))
    unresolved = tuple(map(hiding.text, shown.unresolved))
    return shown._replace(rendered=rendered, unresolved=unresolved)


def _hidden_received(message: Received, hiding: Hiding) -> Received:
    title, text = hiding.text(message.title), hiding.text(message.text)
    return message._replace(title=title, text=text, raw=hiding.value(message.raw))


def _note(preview: Preview, lang: str) -> str:
    reason = preview.decision.reason
    return f"{reason.code} {reason.text.of(lang)}".strip() if reason else ""


def _with_template(config: Config, template: str | None, event: str) -> Config:
    """Return *config* with *template* for *event*; raises EditError for one that has a fault."""
    if not template or not template.strip() or not event:
        return config
    fault: TemplateFault | None = templates.fault(
        template, event, people=config.people, timezone=config.timezone
    )
    if fault:
        hint = fault.hint
        told = Phrase(
            "；".join(filter(None, (fault.message.zh, hint.zh))),
            "; ".join(filter(None, (fault.message.en, hint.en))),
        )
        raise EditError("template", told, fault.line, fault.code)
    others = tuple(pair for pair in config.templates if pair[0] != event)
    return config._replace(templates=((event, template), *others))
