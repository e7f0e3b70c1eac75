"""From the nodes of a YAML document to plain values, checked against the table of fields.

Values are converted from the raw text of each scalar by the kind its field declares. Everything
wrong is noted with its place, and reading goes on: one run finds all problems.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from relay.config import EVERYONE, GITEE, GITLAB, ROLES, Secret
from relay.configuration import fields
from relay.configuration.document import items
from relay.configuration.forms import FormError, formed
from relay.configuration.references import is_remote, parts
from relay.configuration.secret_errors import fault as secret_fault
from relay.configuration.secrets import SecretError, Store
from relay.errors import NOTHING, Problem
from relay.facts import FACTS
from relay.globs import fault as glob_fault
from relay.patterns import UnknownEventError, event_pattern
from relay.words import Phrase

Node: TypeAlias = Any  # yaml.nodes.Node: PyYAML is imported only where a file is read

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "yes", "on"))
_FALSE = frozenset(("false", "no", "off"))
_UNITS = (("ms", 0.001), ("s", 1.0), ("m", 60.0))
_MOST_SHOWN = 60  # characters of a value that a message quotes
_WILDCARDS = frozenset("*?[+")
_SURE = 0.8  # how alike a key and a misspelt one must be for its value to be read as that key's
# Where a value is none of those known it may be a slip of a Chinese keyboard; by our code, whether
# a hidden colon counts as well.
_SLIPS = {"E103": False, "E105": True, "E110": False, "E111": False, "E120": False, "E121": False}
_COLONS = ("E017", "E020")
_DEFAULT_SOURCES = (GITLAB, GITEE)  # the names of those that variables make

_UNKNOWN_KEY = Phrase("{place} 里没有 “{key}” 这个键", "{place} has no key “{key}”")
_TOP = Phrase("最外层", "the top level")
_KNOWN_KEYS = Phrase("这里可以写：{known}", "known here: {known}")
_MISSING = Phrase("{place} 缺少 {key}", "{place} lacks {key}")
_WRITE_IT = Phrase("补上 {key}: {value}", "add {key}: {value}")
_ADD_IT = Phrase("补上 {key}（{zh}）", "add {key} ({en})")
_CHOICE = Phrase(
    "{place} 的值 “{value}” 不在可选范围里", "{place}: “{value}” is none of the known values"
)
_WORDS = Phrase("可以写：{known}", "write one of: {known}")
_SHAPE = Phrase("{place} 应该是{expected}", "{place} should be {expected}")
_ONE_VALUE = Phrase("一个值，不是列表或映射", "one value, not a list or a mapping")
_A_LIST = Phrase("列表", "a list")
_A_MAPPING = Phrase("一组 “键: 值”", "a mapping of keys and values")
_MAPPING_HINT = Phrase("下一行缩进后写 键: 值", "write key: value on the next line, indented")
_LIST_HINT = Phrase("写成 [a, b]，或每行一个 “- ”", "write [a, b], or one per line behind “- ”")
_VALUE_HINT = Phrase(
    "去掉方括号或缩进的内容，只写一个值", "write one value, without brackets or lines below it"
)
_FORM = Phrase("{place} 的值 “{value}” 格式不对", "{place}: “{value}” has the wrong form")
_HIDDEN_FORM = Phrase("{place} 的值格式不对", "{place} has the wrong form")
_HIDDEN_FORMS = ("mobile",)  # whose values no text shows
_KEY_FORM = Phrase(
    "{place} 下面的名字 “{value}” 格式不对", "{place}: the name “{value}” has the wrong form"
)
_TOO_LONG = Phrase(
    "{place} 太长（最多 {most} 个字符）", "{place} is too long (at most {most} characters)"
)
_SHORTEN = Phrase("缩短它", "shorten it")
_FLAG_HINT = Phrase("写 true 或 false", "write true or false")
_WHOLE_HINT = Phrase("写 {least} 到 {most} 的整数", "write a whole number from {least} to {most}")
_SECONDS_HINT = Phrase(
    "写 {least:g} 到 {most:g} 秒，例如 4s", "write {least:g} to {most:g} seconds, such as 4s"
)
_EVENT = Phrase("未知事件 “{value}”", "unknown event “{value}”")
_NOT_NEGATED = Phrase("这里不能用 “!” 排除", "“!” cannot be used here")
_FACT = Phrase("{event} 没有 “{value}” 这项内容", "{event} has no fact “{value}”")
_PATTERN = Phrase("模式 “{value}” 不能用", "the pattern “{value}” cannot be used")
_NOBODY = Phrase("“{value}” 不是角色，people 里也没有", "“{value}” is no role and not in people")
_WHOM = Phrase(
    '可以写：{known}，people 里的用户名或 "@all"', 'write {known}, a key of people or "@all"'
)
_LIKE_ROLE = Phrase("“{value}” 会被当作 userid", "“{value}” is taken as a user id")
_UNDEFINED = {
    "receivers": Phrase("receivers 里没有叫 “{value}” 的机器人", "receivers has no “{value}”"),
    "time_intervals": Phrase("time_intervals 里没有 “{value}”", "time_intervals has no “{value}”"),
    "sources": Phrase("sources 里没有 “{value}”", "sources has no “{value}”"),
}
_DEFINED = Phrase("可以写：{known}", "known here: {known}")
_NONE_DEFINED = Phrase("先在 {of} 里写上它", "define it under {of} first")
_LITERAL = Phrase("{place} 把密钥直接写在文件里", "{place} holds the secret itself")
_REFER = Phrase("改用 ${{NAME}}，值放在环境变量里", "write ${{NAME}} and set the variable instead")
_OF_OTHER_TYPE = Phrase("{type} 没有 “{key}” 这个键", "“{key}” is not for {type}")
_REMOVE = Phrase("删掉它；它用于 {types}", "remove it; it is for {types}")


# What stands for a secret that is not there, in the form that is asked of it.
_STAND_INS = {
    "secret": "SEC{name}",
    "signing_token": f"whsec_{'A' * 43}=",
    "corp_id": "{reference}",
    "agent_id": "{reference}",
}


class Spot(NamedTuple):
    """Where in the document: a key or number, and what it is in; written only for a problem.

    A *strange* key may be anything, a secret too.
    """

    key: str | int
    above: Spot | None = None
    strange: bool = False

    def __str__(self) -> str:
        above = "" if self.above is None else str(self.above)
        if isinstance(self.key, int):
            return f"{above}[{self.key}]"
        key = _quoted(self.key) if self.strange else self.key
        return f"{above}.{key}" if above else key


TOP = Spot("")


class Section:
    """A mapping of the document: its values by key, and the nodes that they and the keys are.

    A key without a value, or with an empty list or mapping, counts as absent.
    """

    __slots__ = ("key_node", "key_nodes", "node", "nodes", "spot", "values")

    def __init__(self, spot: Spot, node: Node, key_node: Node | None) -> None:
        self.spot = spot
        self.node = node
        self.key_node = key_node
        self.values: dict[str, Any] = {}
        self.nodes: dict[str, Node] = {}
        self.key_nodes: dict[str, Node] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of *key*; *default* where it is absent, empty or was wrong."""
        found = self.values.get(key)
        return default if found is None else found


class Mapped(dict[str, Any]):
    """The values of a mapping whose keys the user chose, with the *nodes* that they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[str, Node] = {}


class _Use(NamedTuple):
    """A name that must be defined elsewhere, or be one of *also*."""

    of: str
    name: str
    node: Node
    spot: Spot
    also: tuple[str, ...] = ()


class Reader:
    """Reads one document; *problems*, *spans* (of secrets) and *defined* names grow on the way.

    *known* are the problems of its text: what only comes from one of them is not told.
    """

    def __init__(
        self, file: str, store: Store, *, known: Iterable[Problem] = (), lenient: bool = False
    ) -> None:
        self.problems: list[Problem] = []
        self.spans: list[tuple[int, int, int]] = []
        self.defined: dict[str, dict[str, Node]] = {}
        self.file = file
        self._store = store
        self._lenient = lenient
        self._uses: list[_Use] = []
        self._people: list[tuple[str, Node, Spot, bool]] = []
        self._event = ""  # the event whose value is being read, for its facts
        self._told: set[tuple[str, int, int, str]] = set()
        self._misread = [(one.line, one.column) for one in known if one.code.startswith("E0")]

    def read(self, node: Node) -> Section:
        """Return the whole document, its references checked."""
        found = self._table(fields.Table("config"), node, TOP, None)
        for use in self._uses:
            self._check_use(use)
        for name, at, spot, ids in self._people:
            self._check_whom(name, at, spot, ids=ids)
        return found

    def wrong(
        self,
        code: str,
        spot: Spot,
        message: Phrase,
        hint: Phrase = NOTHING,
        *,
        node: Node | None = None,
        offset: int = 0,
        down: int = 0,
    ) -> None:
        """Note a problem at *node*, *offset* characters behind or *down* lines below its begin.

        What an alias repeats is told once.
        """
        if slip := self._slip(code, node):
            self.problems.append(slip._replace(where=str(spot)))
            return
        line = column = 0
        if node is not None:
            line, column = node.start_mark.line + 1 + down, node.start_mark.column + 1 + offset
        if down:
            column = 1
        size = len(node.value) if node is not None and isinstance(node.value, str) else 1
        said = (code, line, column, _without(message.en, spot))
        if line and (said in self._told or self._is_misread(line, column, size)):
            return
        self._told.add(said)
        self.problems.append(
            Problem(code, str(spot), message, hint, self.file, line, column, max(size - offset, 1))
        )

    def _is_misread(self, line: int, column: int, size: int) -> bool:
        """Tell whether YAML itself has read what stands there otherwise than it was meant."""
        return any(line == at and column <= to <= column + size for at, to in self._misread)

    def _slip(self, code: str, node: Node | None) -> Problem | None:
        """Return what a Chinese keyboard has put into *node*, None where that is not the fault."""
        if code not in _SLIPS or node is None or node.id != "scalar":
            return None
        from relay.configuration.traps import lookalike

        slip = lookalike(node, self.file)
        return None if slip and slip.code in _COLONS and not _SLIPS[code] else slip

    def _value(self, kind: fields.Kind, node: Node, spot: Spot, key_node: Node | None) -> Any:
        return _READERS[type(kind)](self, kind, node, spot, key_node)

    # Mappings and lists

    def _table(self, kind: Any, node: Node, spot: Spot, key_node: Node | None) -> Section:
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
        return not is_empty or self._is_misread(mark.line + 1, mark.column + 1, 0)

    def _unknown_key(
        self, name: str, table: Mapping[str, fields.Field], key: Node, spot: Spot
    ) -> str:
        """Note the key *name*; return the one it surely was to be, so that its value is read."""
        from relay.configuration.suggest import did_you_mean, nearest

        other = fields.OTHER_WORDS.get(name.lower(), "")
        known = other if other in table else name
        hint = did_you_mean(known, table)
        if hint == NOTHING:
            hint = _KNOWN_KEYS.filled(known=", ".join(table))
        message = _UNKNOWN_KEY.filled(place="{place}", key=_quoted(name))
        at = Spot(name, spot, strange=True)
        self.wrong("E101", at, _placed(message, spot), hint, node=key)
        return nearest(known, table, likeness=_SURE)

    def _check_required(self, section: Section, table: Mapping[str, fields.Field]) -> None:
        for name, field in table.items():
            if field.required and name not in section.nodes:
                message = _MISSING.filled(place="{place}", key=name)
                hint = _ADD_IT.filled(key=name, zh=field.about.zh, en=field.about.en)
                if value := _example(field):
                    hint = _WRITE_IT.filled(key=name, value=value)
                where = section.key_node or section.node
                self.wrong("E102", section.spot, _placed(message, section.spot), hint, node=where)

    def _check_types(self, section: Section, table: Mapping[str, fields.Field]) -> None:
        found = section.values.get("type")
        if not found:
            return
        for name, key in section.key_nodes.items():
            types = table[name].types
            if types and found not in types:
                message = _OF_OTHER_TYPE.filled(type=found, key=name)
                hint = _REMOVE.filled(types=", ".join(types))
                self.wrong("E105", Spot(name, section.spot), message, hint, node=key)

    def _map(self, kind: Any, node: Node, spot: Spot, key_node: Node | None) -> Mapped:
        found = Mapped()
        if not self._is_mapping(node, spot):
            return found
        defined = self.defined.setdefault(str(spot.key), {})
        for key, value_node in items(node):
            name = self._key(kind.key, key, spot)
            if name is None:
                continue
            at = Spot(key.value, spot)
            defined[name] = key
            self._event = name
            if not _is_null(value_node):
                self._put(found, name, kind.item, value_node, at, key)
            elif isinstance(kind.item, fields.Table):
                self._shape(value_node, at, _A_MAPPING, _MAPPING_HINT, key)
        return found

    def _put(
        self, found: Mapped, name: str, kind: fields.Kind, node: Node, at: Spot, key: Node
    ) -> None:
        value = self._value(kind, node, at, key)
        if value is not None:
            found[name], found.nodes[name] = value, node

    def _key(self, kind: fields.Kind, key: Node, spot: Spot) -> str | None:
        at = Spot(key.value, spot, strange=True)
        if isinstance(kind, fields.EventName):
            return self._event_name(kind, key, at, None)
        form = getattr(kind, "form", "")
        try:
            return str(formed(form, key.value))
        except FormError as fault:
            message = _KEY_FORM.filled(place=spot, value=_quoted(key.value))
            self.wrong("E106", at, message, fault.expected, node=key)
            return None

    def _list(self, kind: Any, node: Node, spot: Spot, key_node: Node | None) -> tuple[Any, ...]:
        if node.id == "scalar" or (node.id == "mapping" and not _takes_mappings(kind.item)):
            if node.id == "mapping":
                self._shape(node, spot, _A_LIST, _LIST_HINT)
                return ()
            if isinstance(kind.item, fields.Table):
                self._shape(node, spot, _A_LIST, _LIST_HINT)
                return ()
            one = self._value(kind.item, node, spot, key_node)
            return () if one is None else (one,)
        if node.id == "mapping":
            self._shape(node, spot, _A_LIST, _LIST_HINT)
            return ()
        found = (
            self._value(kind.item, item, Spot(at, spot), None)
            for at, item in enumerate(node.value)
            if not _is_null(item)
        )
        return tuple(one for one in found if one is not None)

    # Scalars

    def _text(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> Any:
        text = self._scalar(node, spot, kind.most)
        if text is None:
            return None
        try:
            return formed(kind.form, text)
        except FormError as fault:
            if kind.form in _HIDDEN_FORMS:
                message = _HIDDEN_FORM.filled(place=spot)
                self.spans.append(_span(node))
                self.wrong("E106", spot, message, fault.expected, node=node)
            else:
                self._misformed(text, node, spot, fault.expected)
            return None

    def _credential(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> Any:
        text = self._scalar(node, spot, fields.MOST_TEXT, substituted=False)
        if text is None:
            return None
        try:
            secret = self._store.secret(text, several=kind.several)
        except SecretError as fault:
            return self._unresolved(fault, text, node, spot)
        if not secret.reference and not kind.public:
            self.spans.append(_span(node))
            self.wrong("W201", spot, _LITERAL.filled(place=spot), _REFER.filled(), node=node)
        return secret

    def _unresolved(self, fault: SecretError, text: str, node: Node, spot: Spot) -> Secret | None:
        """Note a secret that cannot be had here; a lenient reader goes on with a stand-in."""
        fault = _harmless(fault, text)
        if fault.code == "E209" or not _is_reference(text):
            self.spans.append(_span(node))
        message, offset = _used_for(fault.message, spot), _offset(node)
        code = "W208" if self._lenient else fault.code
        self.wrong(code, spot, message, fault.hint, node=node, offset=offset)
        key = next(one for one in _keys(spot) if isinstance(one, str))
        return Secret(_stand_in(key, text), text) if self._lenient else None

    def _template(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> Any:
        return self._scalar(node, spot, fields.MOST_TEMPLATE, substituted=False)

    def _choice(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> Any:
        text = self._scalar(node, spot)
        if text is None or text in kind.words:
            return text
        self.unknown_word(text, kind.words, node, spot)
        return None

    def unknown_word(self, text: str, words: tuple[str, ...], node: Node, spot: Spot) -> None:
        """Note that *text* is none of *words*."""
        message = _CHOICE.filled(place=spot, value=_quoted(text))
        self.wrong("E103", spot, message, _meant(text, words, _WORDS), node=node)

    def _flag(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> bool | None:
        text = self._scalar(node, spot)
        if text is None:
            return None
        if text.lower() in _TRUE or text.lower() in _FALSE:
            return text.lower() in _TRUE
        self._misformed(text, node, spot, _FLAG_HINT)
        return None

    def _whole(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> int | None:
        text = self._scalar(node, spot)
        if text is None:
            return None
        is_number = text.isascii() and text.isdigit() and len(text) < 10
        if is_number and kind.least <= int(text) <= kind.most:
            return int(text)
        hint = _WHOLE_HINT.filled(least=kind.least, most=kind.most)
        self._misformed(text, node, spot, hint)
        return None

    def _seconds(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> float | None:
        text = self._scalar(node, spot)
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
        hint = _SECONDS_HINT.filled(least=kind.least, most=kind.most)
        self._misformed(text, node, spot, hint)
        return None

    def _zone(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> str | None:
        from relay.configuration.zone_names import zone_hint

        text = self._scalar(node, spot)
        hint = zone_hint(text) if text else None
        if text is None or hint is None:
            return text
        message = _CHOICE.filled(place=spot, value=_quoted(text))
        self.wrong("E103", spot, message, hint, node=node)
        return None

    def _event_name(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> str | None:
        text = self._scalar(node, spot)
        if text is None:
            return None
        try:
            pattern = event_pattern(text)
        except UnknownEventError as unknown:
            message = _EVENT.filled(value=_quoted(text))
            self.wrong("E110", spot, message, unknown.hint, node=node)
            return None
        if pattern.startswith("!") and not kind.negated:
            self._misformed(text, node, spot, _NOT_NEGATED)
            return None
        return pattern

    def _glob(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> str | None:
        text = self._scalar(node, spot)
        if text is None:
            return None
        if fault := glob_fault(text):
            message = _PATTERN.filled(value=_quoted(text))
            self.wrong("E107", spot, message, fault, node=node)
            return None
        if kind.of and not set(text) & _WILDCARDS:
            self._uses.append(_Use(kind.of, text.removeprefix("!"), node, spot))
        return text

    def _fact(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> str | None:
        text = self._scalar(node, spot)
        of = self._event.partition(".")[0]
        every = tuple(dict.fromkeys(name for names in FACTS.values() for name in names))
        known = every if of == "*" else FACTS.get(of, ())
        if text is None or text in known:
            return text
        message = _FACT.filled(event=of, value=_quoted(text))
        self.wrong("E111", spot, message, _meant(text, known, _WORDS), node=node)
        return None

    def _name(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> str | None:
        text = self._scalar(node, spot)
        if text is not None and text not in kind.also:
            self._uses.append(_Use(kind.of, text, node, spot, kind.also))
        return text

    def _whom(self, kind: Any, node: Node, spot: Spot, _: Node | None) -> str | None:
        text = self._scalar(node, spot)
        if text is not None and text not in (*ROLES, EVERYONE):
            self._people.append((text, node, spot, kind.ids))
        return text

    # What stands elsewhere

    def _check_use(self, use: _Use) -> None:
        known = self.defined.get(use.of, {})
        if use.of == "sources" and not known:
            known = dict.fromkeys(_DEFAULT_SOURCES)
        if use.name in known:
            return
        listed = _DEFINED if known else _NONE_DEFINED.filled(of=use.of)
        message = _UNDEFINED[use.of].filled(value=_quoted(use.name))
        hint = _meant(use.name, (*use.also, *known), listed)
        self.wrong("E120", use.spot, message, hint, node=use.node)

    def _check_whom(self, name: str, node: Node, spot: Spot, *, ids: bool) -> None:
        from relay.configuration.suggest import did_you_mean

        people = self.defined.get("people", {})
        if name in people:
            return
        known = (*ROLES, *people)
        if not ids:
            message = _NOBODY.filled(value=_quoted(name))
            listed = _WHOM.filled(known=", ".join(ROLES))
            self.wrong("E121", spot, message, _meant(name, known, listed), node=node)
        elif (near := did_you_mean(name, ROLES)) != NOTHING:
            self.wrong("W121", spot, _LIKE_ROLE.filled(value=_quoted(name)), near, node=node)

    # Parts

    def _scalar(
        self, node: Node, spot: Spot, most: int = fields.MOST_TEXT, *, substituted: bool = True
    ) -> str | None:
        """Return the text of a scalar with its variables filled in; None, and a problem, else."""
        if node.id != "scalar":
            self._shape(node, spot, _ONE_VALUE, _VALUE_HINT)
            return None
        text = str(node.value)
        if len(text) > most:
            message = _TOO_LONG.filled(place=spot, most=most)
            self.wrong("E106", spot, message, _SHORTEN, node=node)
            return None
        if not substituted or "${" not in text:
            return text
        try:
            return self._store.substituted(text)
        except SecretError as error:
            fault = _harmless(error, text)
            message = _used_for(fault.message, spot)
            self.wrong(fault.code, spot, message, fault.hint, node=node, offset=_offset(node))
            return None

    def _is_mapping(self, node: Node, spot: Spot) -> bool:
        if node.id == "mapping":
            return True
        self._shape(node, spot, _A_MAPPING, _MAPPING_HINT)
        return False

    def _shape(
        self, node: Node, spot: Spot, expected: Phrase, hint: Phrase, at: Node | None = None
    ) -> None:
        message = Phrase(
            _SHAPE.zh.format(place="{place}", expected=expected.zh),
            _SHAPE.en.format(place="{place}", expected=expected.en),
        )
        self.wrong("E105", spot, _placed(message, spot), hint, node=at or node)

    def _misformed(self, text: str, node: Node, spot: Spot, hint: Phrase) -> None:
        message = _FORM.filled(place=spot, value=_quoted(text))
        self.wrong("E106", spot, message, hint, node=node)


_READERS: dict[type, Callable[..., Any]] = {
    fields.Text: Reader._text,
    fields.Credential: Reader._credential,
    fields.Template: Reader._template,
    fields.Choice: Reader._choice,
    fields.Flag: Reader._flag,
    fields.Whole: Reader._whole,
    fields.Seconds: Reader._seconds,
    fields.Zone: Reader._zone,
    fields.EventName: Reader._event_name,
    fields.Glob: Reader._glob,
    fields.Fact: Reader._fact,
    fields.Name: Reader._name,
    fields.Whom: Reader._whom,
    fields.ListOf: Reader._list,
    fields.MapOf: Reader._map,
    fields.Table: Reader._table,
}


_SHAPES = {fields.ListOf: "sequence", fields.MapOf: "mapping", fields.Table: "mapping"}


def _is_null(node: Node) -> bool:
    return node.id == "scalar" and node.style is None and node.value in _NULLS


def _without(text: str, spot: Spot) -> str:
    """Return *text* without the names of the place: for two aliases of one thing it is the same."""
    for place in filter(None, (spot, spot.above)):
        text = text.replace(str(place), "") if str(place) else text
    return text


def _is_reference(text: str) -> bool:
    """Tell whether *text* only says where the secret is, and holds nothing of it."""
    return is_remote(text) or all(part.name and not part.default for part in parts(text))


def _harmless(fault: SecretError, text: str) -> SecretError:
    """Return *fault*, which names what stands between braces, unless that is the secret itself."""
    from relay.configuration.snippets import masked_text

    if fault.code != "E201" or "${" not in text or masked_text(text) == text:
        return fault
    return secret_fault("notation")


def _placed(message: Phrase, spot: Spot) -> Phrase:
    """Fill in the place; the top of the document has no name of its own."""
    if not str(spot):
        zh = message.zh.replace("{place} ", _TOP.zh)  # no space between Chinese characters
        return Phrase(zh, message.en.replace("{place}", _TOP.en))
    return Phrase(*(text.replace("{place}", str(spot)) for text in message))


def _quoted(text: str) -> str:
    """Return *text* as a message may quote it: bounded, and nothing that looks like a secret."""
    from relay.configuration.snippets import masked_text

    shown = masked_text(text[: 4 * _MOST_SHOWN])
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"


def _meant(text: str, known: Any, listed: Phrase) -> Phrase:
    """Return what was probably meant, else *listed* with all that is known."""
    from relay.configuration.suggest import did_you_mean

    near = did_you_mean(text, known)
    return near if near != NOTHING else listed.filled(known=", ".join(known))


def _example(field: fields.Field) -> str:
    if isinstance(field.kind, fields.Choice):
        return " | ".join(field.kind.words)
    return field.examples[0] if field.examples else ""


def _used_for(message: Phrase, spot: Spot) -> Phrase:
    return Phrase(f"{message.zh}（用于 {spot}）", f"{message.en} (for {spot})")


def _keys(spot: Spot) -> Iterator[str | int]:
    at: Spot | None = spot
    while at is not None:
        yield at.key
        at = at.above


def _stand_in(key: str, reference: str) -> str:
    """Return a value of the right form for *key*, another for each *reference*."""
    name = re.sub(r"[^A-Za-z0-9]", "", reference)
    return _STAND_INS.get(key, "{name}").format(name=name, reference=reference)


def _offset(node: Node) -> int:
    """Return where in a scalar its first reference begins, counted in the file."""
    if node.style in ("|", ">") or node.start_mark.line != node.end_mark.line:
        return 0
    at = str(node.value).find("${")
    return max(at, 0) + (1 if node.style in ("'", '"') and at >= 0 else 0)


def _span(node: Node) -> tuple[int, int, int]:
    """Return line, column and length of a scalar in the file, from 1."""
    start, end = node.start_mark, node.end_mark
    size = end.column - start.column if end.line == start.line else MOST_COLUMNS
    return start.line + 1, start.column + 1, size


MOST_COLUMNS = 10_000  # a scalar over several lines is masked to the end of each


def _takes_mappings(kind: fields.Kind) -> bool:
    return isinstance(kind, fields.Table)
