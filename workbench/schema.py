"""The JSON Schema of the configuration file, made from the loader's own table of fields.

Editors check and complete with it. It cannot say that a name exists (E120) or what a secret holds
(E2xx): the loader stays the authority.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import yaml

from relay.config import EVERYONE, ROLES
from relay.configuration import fields
from relay.configuration.fields import Field, Kind
from relay.facts import EVERY_FACT, FACTS
from relay.kinds import KINDS
from relay.policy import ALIASES, known_patterns
from relay.version import VERSION

Schema = dict[str, Any]

# What PyYAML makes of words that are no text in YAML 1.1: the loader takes all of them as written.
_SCALAR = ["string", "number", "boolean"]
_PATTERNS = {
    "name": r"^[^\s,，#]{1,64}$",
    "receiver": r"^[^\s,，#]{1,64}$",
    "line": r"^[^\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f]*$",
    "source": r"^[A-Za-z0-9_.-]{1,64}$",
    "username": r"^\S{1,255}$",
    "userid": r"^(?![Aa][Ll][Ll]$)[A-Za-z0-9_.@-]{1,64}$",
    "mobile": r"^\+?[0-9-]{5,26}$",
    "keyword": r"^[^<>&\[\]*`\\]{1,40}$",
    "queue": r"^(scf-async|sqs://.+|https://.+)$",
    "state": r"^(memory|dynamodb://.+)$",
    "host": r"^[A-Za-z0-9_.-]+(:[0-9]{1,5})?$",
    "time": r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$",
}
_DAY = r"(mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_PATTERNS["weekdays"] = rf"^{_DAY}(:{_DAY})?$"
_REFERENCE = r"\$\{[A-Za-z_]"  # a value may come from a variable anywhere
# a pattern as relay.glob_parts takes it, with every [ closed
_GLOB = r"^(?:!(?!!)|(?!!))(?!/|refs/(?:heads|tags)/|@[^/]*$|\$(?!default$)[A-Za-z]|.*://)(?:\\.|[^\\\[]|\[(?:\\.|[^\]\\])+\])+$"
_FLAGS = ("true", "false", "yes", "no", "on", "off")
_SPELLINGS = (str.lower, str.upper, str.capitalize)


def schema() -> Schema:
    """Return the whole schema (draft-07)."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"urn:git-chat-relay:config:{VERSION}",
        "title": "config.yml",
        **_table(fields.CONFIG),
        "definitions": {
            **{name: _table(table) for name, table in fields.TABLES.items() if name != "config"},
            **_typed_definitions(),
            **{_fact_name(kind): _words(names) for kind, names in _facts_by_kind().items()},
            "glob": {"type": _SCALAR, "pattern": f"{_GLOB}|{_REFERENCE}"},
            "event": {"enum": sorted(known_patterns())},
            "event_or_not": _event_or_not(),
        },
    }


def _typed_definitions() -> Schema:
    """Return the two mappings whose keys depend on their `type`."""
    receiver = _table(fields.RECEIVER)
    receiver["allOf"] = [
        _when(kind, fields.RECEIVER, fields.NEEDED[kind], {"message": fields.MESSAGES[kind]})
        for kind in fields.NEEDED
    ]
    source = _table(fields.SOURCE)
    source["allOf"] = [
        _when(forge, fields.SOURCE, (), {"signature": words})
        for forge, words in fields.SIGNATURES.items()
    ]
    required = {"properties": {"signature": {"const": "required"}}, "required": ["signature"]}
    source["allOf"].append({"if": required, "then": {"required": ["signing_token"]}})
    return {"receiver": receiver, "source": source}


def _when(
    kind: str,
    table: Mapping[str, Field],
    needed: tuple[str, ...],
    choices: Mapping[str, tuple[str, ...]],
) -> Schema:
    """Return what holds for mappings whose `type` is *kind*."""
    properties: Schema = {
        name: False for name, field in table.items() if field.types and kind not in field.types
    }
    properties |= {name: _or_nothing(_words(words)) for name, words in choices.items()}
    properties |= {name: {"not": {"enum": [None, []]}} for name in needed}
    then: Schema = {"properties": properties}
    if needed:
        then["required"] = list(needed)
    return {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": then}


def _table(table: Mapping[str, Field]) -> Schema:
    return {
        "type": "object",
        "required": [name for name, field in table.items() if field.required],
        "additionalProperties": False,
        "properties": {name: _field(field) for name, field in table.items()},
    }


def _field(field: Field) -> Schema:
    found = _kind(field.kind)
    if not field.required:
        found = _or_nothing(found)
    elif not field.may_be_empty:
        found = _not_empty(found)
    found["description"] = f"{field.about.zh} / {field.about.en}"
    if field.default:
        found["default"] = yaml.safe_load(field.default)
    if field.examples:
        found["examples"] = [yaml.safe_load(example) for example in field.examples]
    return found


def _not_empty(found: Schema) -> Schema:
    """Refuse a list or mapping without content, which counts as absent."""
    if "anyOf" in found:
        return {"anyOf": [_not_empty(one) for one in found["anyOf"]]}
    least = {"array": "minItems", "object": "minProperties"}.get(str(found.get("type")))
    return {**found, least: 1} if least else found


def _or_nothing(found: Schema) -> Schema:
    """Allow a key without a value, which counts as absent."""
    if "anyOf" in found:
        return {"anyOf": [*found["anyOf"], {"type": "null"}]}
    if "enum" in found:
        return {"enum": [*found["enum"], None]}
    if "type" in found:
        types = found["type"] if isinstance(found["type"], list) else [found["type"]]
        return {**found, "type": [*types, "null"]}
    return {"anyOf": [found, {"type": "null"}]}


def _kind(kind: Kind) -> Schema:
    return _KINDS[type(kind)](kind)


def _text(kind: Any) -> Schema:
    found: Schema = {"type": _SCALAR}
    if pattern := _PATTERNS.get(kind.form):
        found["pattern"] = f"{pattern}|{_REFERENCE}"
    if kind.most < fields.MOST_TEXT:
        found["maxLength"] = kind.most
    return found


def _choice(kind: Any) -> Schema:
    return {"enum": [1, "1"]} if kind.words == ("1",) else _words(kind.words)


def _words(words: Iterable[str]) -> Schema:
    return {"anyOf": [{"enum": list(words)}, {"type": "string", "pattern": _REFERENCE}]}


def _flag(_: Any) -> Schema:
    words = "|".join(spell(word) for word in _FLAGS for spell in _SPELLINGS)
    return {"type": ["boolean", "string"], "pattern": f"^(?:{words})$|{_REFERENCE}"}


def _whole(kind: Any) -> Schema:
    """Return the schema of a number; one in quotes is taken as well, its size unseen."""
    bounds = {"minimum": kind.least, "maximum": kind.most}
    return {"type": ["integer", "string"], **bounds, "pattern": f"^[0-9]+$|{_REFERENCE}"}


def _seconds(kind: Any) -> Schema:
    bounds = {"minimum": kind.least, "maximum": kind.most}
    pattern = rf"^[0-9]*\.?[0-9]+ ?(ms|s|m)?$|{_REFERENCE}"
    return {"type": ["string", "number"], **bounds, "pattern": pattern}


def _event_name(kind: Any) -> Schema:
    return _defined("event_or_not" if kind.negated else "event")


def _event_or_not() -> Schema:
    """Return any event, with ``!`` in front of it or without; an editor lists those without."""
    kinds = {**KINDS, **{alias: KINDS[name] for alias, name in ALIASES.items()}}
    named = "|".join(
        rf"{re.escape(kind)}(\.(\*|{'|'.join(actions)}))?" for kind, actions in kinds.items()
    )
    excluded = {"type": "string", "pattern": rf"^!(\*|{named})$|^{_REFERENCE}"}
    return {"anyOf": [_defined("event"), excluded]}


def _whom(kind: Any) -> Schema:
    return {"type": _SCALAR, "examples": [*ROLES, EVERYONE]}


def _list_of(kind: Any) -> Schema:
    item = _kind(kind.item)
    listed = {"type": "array", "items": _or_nothing(item)}
    if isinstance(kind.item, fields.Table):
        return listed
    return {"anyOf": [*item.get("anyOf", [item]), listed]}


def _map_of(kind: Any) -> Schema:
    if isinstance(kind.item, fields.ListOf) and isinstance(kind.item.item, fields.Fact):
        return _facts()
    found: Schema = {"type": "object", "additionalProperties": _kind(kind.item)}
    if isinstance(kind.key, fields.EventName):
        found["propertyNames"] = _defined("event")
        found["additionalProperties"] = _or_nothing(_kind(kind.item))
    elif pattern := _PATTERNS.get(kind.key.form):
        found["propertyNames"] = {"pattern": pattern}
    return found


def _facts() -> Schema:
    """Return what `show` may hold: each kind of event has facts of its own."""
    known = {**{kind: kind for kind in FACTS}, **ALIASES}
    patterns = {
        rf"^{re.escape(kind)}(\.|$)": _list_of_facts(name)
        for kind, name in known.items()
        if name in FACTS
    }
    return {
        "type": "object",
        "propertyNames": _defined("event"),
        "patternProperties": {r"^\*$": _list_of_facts("*"), **patterns},
        "additionalProperties": {"type": "array", "maxItems": 0},
    }


def _facts_by_kind() -> Mapping[str, tuple[str, ...]]:
    return {"*": EVERY_FACT, **FACTS}


def _fact_name(kind: str) -> str:
    return f"fact_of_{'any' if kind == '*' else kind}"


def _list_of_facts(kind: str) -> Schema:
    item = _defined(_fact_name(kind))
    return {"anyOf": [item, {"type": "array", "items": _or_nothing(item)}, {"type": "null"}]}


def _defined(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _plain(_: Any) -> Schema:
    return {"type": _SCALAR}


_KINDS: dict[type, Callable[[Any], Schema]] = {
    fields.Text: _text,
    fields.Credential: _plain,
    fields.Template: _plain,
    fields.Choice: _choice,
    fields.Flag: _flag,
    fields.Whole: _whole,
    fields.Seconds: _seconds,
    fields.Zone: _plain,
    fields.EventName: _event_name,
    fields.Glob: lambda _: _defined("glob"),
    fields.Name: _plain,
    fields.Whom: _whom,
    fields.ListOf: _list_of,
    fields.MapOf: _map_of,
    fields.Table: lambda kind: _defined(kind.name),
}
