"""Reading single values: one function for each kind of scalar in the table of fields.

Each takes the raw text of a node, whatever YAML made of it, and returns the value; None, and a
problem, where that cannot be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from relay.config import EVERYONE, ROLES
from relay.configuration import fields, messages
from relay.configuration.context import Context
from relay.configuration.credentials import credential
from relay.configuration.forms import FormError, formed
from relay.configuration.messages import meant, quoted
from relay.configuration.spots import Node, Spot
from relay.facts import EVERY_FACT, FACTS
from relay.globs import fault as glob_fault
from relay.patterns import UnknownEventError, event_pattern

_TRUE = frozenset(("true", "yes", "on"))
_FALSE = frozenset(("false", "no", "off"))
_UNITS = (("ms", 0.001), ("s", 1.0), ("m", 60.0))
_WILDCARDS = frozenset("*?[+")
_HIDDEN_FORMS = ("mobile",)  # whose values no text shows


def event_name(context: Context, kind: fields.EventName, node: Node, spot: Spot) -> str | None:
    """Return the pattern of an event; also for the keys of mappings by event."""
    text = context.text(node, spot)
    if text is None:
        return None
    try:
        pattern = event_pattern(text)
    except UnknownEventError as unknown:
        message = messages.EVENT.filled(value=quoted(text))
        context.notes.wrong("E110", spot, message, unknown.hint, node=node)
        return None
    if pattern.startswith("!") and not kind.negated:
        context.notes.wrong_form(text, spot, messages.NOT_NEGATED, node=node)
        return None
    return pattern


def _text(context: Context, kind: fields.Text, node: Node, spot: Spot) -> Any:
    text = context.text(node, spot, kind.most)
    if text is None:
        return None
    try:
        return formed(kind.form, text)
    except FormError as fault:
        if kind.form in _HIDDEN_FORMS:
            context.notes.hide(node)
            message = messages.HIDDEN_FORM.filled(place=spot)
            context.notes.wrong("E106", spot, message, fault.expected, node=node)
        else:
            context.notes.wrong_form(text, spot, fault.expected, node=node)
        return None


def _template(context: Context, kind: fields.Template, node: Node, spot: Spot) -> str | None:
    return context.text(node, spot, fields.MOST_TEMPLATE, substituted=False)


def _choice(context: Context, kind: fields.Choice, node: Node, spot: Spot) -> str | None:
    text = context.text(node, spot)
    if text is None or text in kind.words:
        return text
    context.notes.unknown_word(text, kind.words, node, spot)
    return None


def _flag(context: Context, kind: fields.Flag, node: Node, spot: Spot) -> bool | None:
    text = context.text(node, spot)
    if text is None:
        return None
    if text.lower() in _TRUE or text.lower() in _FALSE:
        return text.lower() in _TRUE
    context.notes.wrong_form(text, spot, messages.FLAG_HINT, node=node)
    return None


def _whole(context: Context, kind: fields.Whole, node: Node, spot: Spot) -> int | None:
    text = context.text(node, spot)
    if text is None:
        return None
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    if is_number and kind.least <= int(text) <= kind.most:
        return int(text)
    hint = messages.WHOLE_HINT.filled(least=kind.least, most=kind.most)
    context.notes.wrong_form(text, spot, hint, node=node)
    return None


def _seconds(context: Context, kind: fields.Seconds, node: Node, spot: Spot) -> float | None:
    text = context.text(node, spot)
    if text is None:
        return None
    number, unit = text.lower(), 1.0
    for ending, seconds in _UNITS:
        if number.endswith(ending):
            number, unit = number.removesuffix(ending).rstrip(), seconds
            break
    is_number = number.isascii() and number.replace(".", "", 1).isdigit() and len(number) < 10
    if is_number and kind.least <= float(number) * unit <= kind.most:
        return float(number) * unit
    hint = messages.SECONDS_HINT.filled(least=kind.least, most=kind.most)
    context.notes.wrong_form(text, spot, hint, node=node)
    return None


def _zone(context: Context, kind: fields.Zone, node: Node, spot: Spot) -> str | None:
    from relay.configuration.zone_names import zone_hint

    text = context.text(node, spot)
    hint = zone_hint(text) if text else None
    if text is None or hint is None:
        return text
    message = messages.CHOICE.filled(place=spot, value=quoted(text))
    context.notes.wrong("E103", spot, message, hint, node=node)
    return None


def _glob(context: Context, kind: fields.Glob, node: Node, spot: Spot) -> str | None:
    text = context.text(node, spot)
    if text is None:
        return None
    if fault := glob_fault(text):
        message = messages.PATTERN.filled(value=quoted(text))
        context.notes.wrong("E107", spot, message, fault, node=node)
        return None
    if kind.of and not set(text) & _WILDCARDS:
        context.names.use(kind.of, text.removeprefix("!"), node, spot)
    return text


def _fact(context: Context, kind: fields.Fact, node: Node, spot: Spot) -> str | None:
    text = context.text(node, spot)
    of = context.event.partition(".")[0]
    known = EVERY_FACT if of == "*" else FACTS.get(of, ())
    if text is None or text in known:
        return text
    message = messages.FACT.filled(event=of, value=quoted(text))
    context.notes.wrong("E111", spot, message, meant(text, known, messages.WORDS), node=node)
    return None


def _name(context: Context, kind: fields.Name, node: Node, spot: Spot) -> str | None:
    text = context.text(node, spot)
    if text is not None and text not in kind.also:
        context.names.use(kind.of, text, node, spot, kind.also)
    return text


def _whom(context: Context, kind: fields.Whom, node: Node, spot: Spot) -> str | None:
    text = context.text(node, spot)
    if text is not None and text not in (*ROLES, EVERYONE):
        context.names.mention(text, node, spot, ids=kind.ids)
    return text


SCALARS: Mapping[type, Callable[[Context, Any, Node, Spot], Any]] = {
    fields.Text: _text,
    fields.Credential: credential,
    fields.Template: _template,
    fields.Choice: _choice,
    fields.Flag: _flag,
    fields.Whole: _whole,
    fields.Seconds: _seconds,
    fields.Zone: _zone,
    fields.EventName: event_name,
    fields.Glob: _glob,
    fields.Fact: _fact,
    fields.Name: _name,
    fields.Whom: _whom,
}
