"""From the nodes of a YAML document to plain values, checked against the table of fields.

Mappings and lists are read here, what stands in them by `relay.configuration.scalars`. Everything
wrong is noted with its place, and reading goes on: one run finds all problems.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from relay.configuration import fields, messages
from relay.configuration.context import Context
from relay.configuration.document import items
from relay.configuration.forms import FormError, formed
from relay.configuration.messages import placed, quoted
from relay.configuration.names import Names
from relay.configuration.notes import Notes
from relay.configuration.scalars import SCALARS, event_name
from relay.configuration.secrets import Store
from relay.configuration.spots import TOP, Mapped, Node, Section, Spot
from relay.errors import NOTHING, Problem

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_SURE = 0.8  # how alike a key and a misspelt one must be for its value to be read as that key's
_SHAPES = {fields.ListOf: "sequence", fields.MapOf: "mapping", fields.Table: "mapping"}


class Reader:
    """Reads one document; *problems* and *spans* (of secrets) grow on the way, as in `Notes`.

    *known* are the problems of its text: what only comes from one of them is not told. *lenient*
    puts a stand-in where a secret cannot be had.
    """

    def __init__(
        self, file: str, store: Store, *, known: Iterable[Problem] = (), lenient: bool = False
    ) -> None:
        self.notes = Notes(file, known)
        self.file = file
        self.problems = self.notes.problems
        self.spans = self.notes.spans
        self.wrong = self.notes.wrong
        self.unknown_word = self.notes.unknown_word
        self._names = Names(self.notes)
        self._context = Context(self.notes, self._names, store, lenient=lenient)

    def read(self, node: Node) -> Section:
        """Return the whole document, its references checked."""
        found = self._table(fields.Table("config"), node, TOP, None)
        self._names.check()
        return found

    def _value(self, kind: fields.Kind, node: Node, spot: Spot, key_node: Node | None) -> Any:
        of = type(kind)
        if of in SCALARS:
            return SCALARS[of](self._context, kind, node, spot)
        return _NESTED[of](self, kind, node, spot, key_node)

    # Mappings whose keys are ours

    def _table(self, kind: fields.Table, node: Node, spot: Spot, key_node: Node | None) -> Section:
        section = Section(spot, node, key_node)
        if not self._is_mapping(node, spot):
            return section
        table = fields.TABLES[kind.name]
        pairs = items(node)
        written = {key.value for key, _ in pairs}
        for key, value_node in pairs:
            name = key.value
            if name not in table:
                name = self._unknown_key(name, table, key, spot)
                if not name or name in written:
                    continue
                written.add(name)
            if self._is_value(value_node, table[name]):
                section.nodes[name], section.key_nodes[name] = value_node, key
                at = Spot(name, spot)
                section.values[name] = self._value(table[name].kind, value_node, at, key)
        self._check_required(section, table)
        self._check_types(section, table)
        return section

    def _is_value(self, node: Node, field: fields.Field) -> bool:
        """Tell whether *node* is more than nothing, or would be if YAML had not misread it."""
        is_hollow = node.id == _SHAPES.get(type(field.kind)) and not node.value
        is_empty = _is_null(node) or (is_hollow and not field.may_be_empty)
        mark = node.start_mark
        return not is_empty or self.notes.is_misread(mark.line + 1, mark.column + 1, 0)

    def _unknown_key(
        self, name: str, table: Mapping[str, fields.Field], key: Node, spot: Spot
    ) -> str:
        """Note the key *name*; return the one it surely was to be, so that its value is read."""
        from relay.configuration.suggest import did_you_mean, nearest

        other = fields.OTHER_WORDS.get(name.lower(), "")
        known = other if other in table else name
        hint = did_you_mean(known, table)
        if hint == NOTHING:
            hint = messages.KNOWN_KEYS.filled(known=", ".join(table))
        message = messages.UNKNOWN_KEY.filled(place="{place}", key=quoted(name))
        at = Spot(name, spot, strange=True)
        self.wrong("E101", at, placed(message, str(spot)), hint, node=key)
        return nearest(known, table, likeness=_SURE)

    def _check_required(self, section: Section, table: Mapping[str, fields.Field]) -> None:
        for name, field in table.items():
            if field.required and name not in section.nodes:
                message = messages.MISSING.filled(place="{place}", key=name)
                hint = messages.ADD_IT.filled(key=name, zh=field.about.zh, en=field.about.en)
                if value := _example(field):
                    hint = messages.WRITE_IT.filled(key=name, value=value)
                message = placed(message, str(section.spot))
                self.notes.wrong_in("E102", section, message, hint)

    def _check_types(self, section: Section, table: Mapping[str, fields.Field]) -> None:
        found = section.values.get("type")
        if not found:
            return
        for name, key in section.key_nodes.items():
            types = table[name].types
            if types and found not in types:
                message = messages.OF_OTHER_TYPE.filled(type=found, key=name)
                hint = messages.REMOVE.filled(types=", ".join(types))
                self.wrong("E105", Spot(name, section.spot), message, hint, node=key)

    # Mappings whose keys the user chooses, and lists

    def _map(self, kind: fields.MapOf, node: Node, spot: Spot, key_node: Node | None) -> Mapped:
        found = Mapped()
        if not self._is_mapping(node, spot):
            return found
        defined = self._names.defined(str(spot.key))
        for key, value_node in items(node):
            name = self._key(kind.key, key, spot)
            if name is None:
                continue
            at = Spot(key.value, spot)
            defined[name] = key
            self._context.event = name
            if not _is_null(value_node):
                value = self._value(kind.item, value_node, at, key)
                if value is not None:
                    found[name], found.nodes[name] = value, value_node
            elif isinstance(kind.item, fields.Table):
                self.notes.wrong_shape(at, messages.A_MAPPING, messages.MAPPING_HINT, node=key)
        return found

    def _key(self, kind: fields.Kind, key: Node, spot: Spot) -> str | None:
        at = Spot(key.value, spot, strange=True)
        if isinstance(kind, fields.EventName):
            return event_name(self._context, kind, key, at)
        form = getattr(kind, "form", "")
        try:
            return str(formed(form, key.value))
        except FormError as fault:
            message = messages.KEY_FORM.filled(place=spot, value=quoted(key.value))
            self.wrong("E106", at, message, fault.expected, node=key)
            return None

    def _list(
        self, kind: fields.ListOf, node: Node, spot: Spot, key_node: Node | None
    ) -> tuple[Any, ...]:
        if node.id == "sequence":
            found = (
                self._value(kind.item, item, Spot(at, spot), None)
                for at, item in enumerate(node.value)
                if not _is_null(item)
            )
            return tuple(one for one in found if one is not None)
        if node.id == "mapping" or isinstance(kind.item, fields.Table):
            self.notes.wrong_shape(spot, messages.A_LIST, messages.LIST_HINT, node=node)
            return ()
        one = self._value(kind.item, node, spot, key_node)
        return () if one is None else (one,)

    def _is_mapping(self, node: Node, spot: Spot) -> bool:
        """Tell whether *node* is a mapping; note it where it is not."""
        if node.id == "mapping":
            return True
        self.notes.wrong_shape(spot, messages.A_MAPPING, messages.MAPPING_HINT, node=node)
        return False


_NESTED: Mapping[type, Callable[..., Any]] = {
    fields.ListOf: Reader._list,
    fields.MapOf: Reader._map,
    fields.Table: Reader._table,
}


def _is_null(node: Node) -> bool:
    return node.id == "scalar" and node.style is None and node.value in _NULLS


def _example(field: fields.Field) -> str:
    if isinstance(field.kind, fields.Choice):
        return " | ".join(field.kind.words)
    return field.examples[0] if field.examples else ""
