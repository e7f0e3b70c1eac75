"""From PyYAML's events to nodes, with limits, and without PyYAML's guesses at types.

`yaml.compose` recurses with the nesting of the text, stops at the first unknown alias, and lets
every tag pass; events show all this before anything is built.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from relay.configuration.draft import Draft
from relay.configuration.sayings import saying
from relay.errors import Problem

if TYPE_CHECKING:
    import yaml

MAX_NODES = 50_000  # as a walk counts them that follows every alias
MAX_DEPTH = 30
_TAGS = "tag:yaml.org,2002:"
_STR, _NULL, _SEQ, _MAP = f"{_TAGS}str", f"{_TAGS}null", f"{_TAGS}seq", f"{_TAGS}map"
_NULLS = ("", "~", "null", "Null", "NULL")
_CORE = ("str", "int", "float", "bool", "null", "map", "seq", "timestamp")
_CURLY = "“”„‟＂‘’‚‛＇"
_COMMAS = "，、"
# white space and marks that look like nothing, or like a space, and are part of the text
_UNSEEN = "\u00a0\u3000\u00ad\u200b\u200e\u200f\u2060\ufeff"
_ODD = frozenset(_CURLY + _COMMAS + _UNSEEN)


def is_merge(key: "yaml.Node") -> bool:
    return bool(key.value == "<<") and not getattr(key, "style", None)


class Composer:
    """One parse of a draft. *root* is the first document; *fault* is PyYAML's, where it stopped.

    *problems* are certain; *doubts* a second look may name better (`relay.configuration.traps`).
    *refused*: a limit was passed, and reading ended there.
    """

    def __init__(self, draft: Draft, file: str) -> None:
        self.root: yaml.Node | None = None
        self.problems: list[Problem] = []
        self.doubts: list[Problem] = []
        self.fault: Exception | None = None
        self.refused = False
        self._draft = draft
        self._file = file
        self._frames: list[_Frame] = []
        self._anchors: dict[str, yaml.Node] = {}
        self._sizes: dict[int, int] = {}
        self._merges: list[yaml.Node] = []
        self._count = 0
        self._documents = 0
        self._odd = False
        self._watchful = False  # the text has a character that is sometimes a slip
        self._nodes: Any = None  # the module, which is imported when there is something to read

    @property
    def looks_odd(self) -> bool:
        is_text = self.root is not None and isinstance(self.root.value, str) and self.root.value
        return bool(self.fault or self.doubts or self._odd or is_text) and not self.refused

    def run(self, loader: "type[Any]") -> None:
        """Read the draft's text with *loader*, one of PyYAML's."""
        import yaml

        self._nodes = yaml
        text = self._draft.text
        self._watchful = not text.isascii() and bool(set(text) & _ODD)
        steps: dict[type, Callable[[Any], None]] = {
            yaml.DocumentStartEvent: self._document,
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._sequence,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
            yaml.AliasEvent: self._alias,
        }
        try:
            for event in yaml.parse(text, loader):
                step = steps.get(type(event))
                if step:
                    step(event)
        except _Enough:
            pass
        except (yaml.YAMLError, ValueError, OverflowError) as fault:  # pure PyYAML: "\Uffffffff"
            self.fault = fault
        self._check_merges()

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._tell("documents", event.start_mark)
            raise _Enough

    def _scalar(self, event: Any) -> None:
        value = self._draft.restored(event.value)
        style = event.style or None
        tag = event.tag or (_NULL if not style and value in _NULLS else _STR)
        node = self._nodes.ScalarNode(tag, value, event.start_mark, event.end_mark, style=style)
        if not style and (self._watchful or not value):
            self._look_at(event, value)
        self._mark(event, node)
        self._add(node)

    def _sequence(self, event: Any) -> None:
        make = self._nodes.SequenceNode
        node = make(event.tag or _SEQ, [], event.start_mark, None, event.flow_style)
        self._begin(event, node, is_mapping=False)

    def _mapping(self, event: Any) -> None:
        make = self._nodes.MappingNode
        node = make(event.tag or _MAP, [], event.start_mark, None, event.flow_style)
        self._begin(event, node, is_mapping=True)

    def _begin(self, event: Any, node: "yaml.CollectionNode", *, is_mapping: bool) -> None:
        self._mark(event, node)
        self._add(node)
        if len(self._frames) == MAX_DEPTH:
            self._refuse("deep", event.start_mark, most=MAX_DEPTH)
        self._frames.append(_Frame(node, is_mapping, self._count))

    def _end(self, event: Any) -> None:
        frame = self._frames.pop()
        frame.node.end_mark = event.end_mark
        self._sizes[id(frame.node)] = self._count - frame.count

    def _alias(self, event: Any) -> None:
        node = self._anchors.get(event.anchor)
        if node is None:
            name = self._draft.restored(event.anchor)
            self._doubt("alias", event.start_mark, text="…", quoted='"*…"')
            node = self._nodes.ScalarNode(_STR, f"*{name}", event.start_mark, event.end_mark)
        elif any(frame.node is node for frame in self._frames):
            self._refuse("endless", event.start_mark)
        self._count += self._sizes.get(id(node), 0)
        self._add(node, event.start_mark)

    def _mark(self, event: Any, node: "yaml.Node") -> None:
        """Remember an anchor, doubt a tag."""
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        if event.tag is not None and event.tag.removeprefix(_TAGS) not in _CORE:
            name = "tag" if event.tag.startswith(_TAGS) else "bang"
            self._doubt(name, event.start_mark, text='"!…"')

    def _add(self, node: "yaml.Node", mark: Any = None) -> None:
        """Put *node* where it belongs: an item, a key, or the value of the last key."""
        self._count += 1
        if self._count > MAX_NODES:
            self._refuse("many", mark or node.start_mark, most=MAX_NODES)
        if not self._frames:
            self.root = self.root or node
            return
        frame = self._frames[-1]
        if not frame.is_mapping:
            frame.node.value.append(node)
        elif frame.key is None:
            frame.key = node
            self._check_key(frame, node)
        else:
            frame.node.value.append((frame.key, node))
            if is_merge(frame.key):
                self._merges.append(node)
            frame.key = None

    def _check_key(self, frame: "_Frame", key: "yaml.Node") -> None:
        if not isinstance(key.value, str):
            self._tell("key", key.start_mark)
            return
        if key.value not in frame.lines:
            frame.lines[key.value] = key.start_mark.line + 1
            return
        from relay.configuration.masking import shown

        name = shown(key.value, key.value)
        first = frame.lines[key.value]
        self._tell("twice", key.start_mark, key=name, first=first, where=self._path(name))

    def _check_merges(self) -> None:
        for node in self._merges:
            parts = node.value if isinstance(node, self._nodes.SequenceNode) else [node]
            if not all(isinstance(part, self._nodes.MappingNode) for part in parts):
                self._tell("merge", node.start_mark)

    def _look_at(self, event: Any, value: str) -> None:
        """Doubt a plain value that is odd in a way that only its author can have meant."""
        if not value:
            if event.anchor is not None:
                self._tell("ampersand", event.start_mark)
            return
        if value[0] in _CURLY:
            self._odd = True
        if value[0] in _UNSEEN or value[-1] in _UNSEEN:
            self._tell_unseen(event, value)
        frame = self._frames[-1] if self._frames else None
        if frame and frame.in_list and any(comma in value for comma in _COMMAS):
            self._odd = True

    def _tell_unseen(self, event: Any, value: str) -> None:
        char, mark = value[0], event.start_mark
        column = mark.column
        if char not in _UNSEEN:
            char, mark = value[-1], event.end_mark
            column = mark.column - 1
        self.problems.append(
            saying("invisible", self._file, mark.line + 1, column + 1, char=f"U+{ord(char):04X}")
        )

    def _path(self, last: str) -> str:
        from relay.configuration.masking import shown

        parts = []
        for frame in self._frames[:-1]:
            if not frame.is_mapping:
                parts.append(f"[{len(frame.node.value) - 1}]")
            elif frame.node.value:
                key = str(frame.node.value[-1][0].value)
                parts.append(f".{shown(key, key)}")
        return "".join([*parts, f".{last}"]).lstrip(".")

    def _refuse(self, name: str, mark: Any, **values: Any) -> None:
        self.refused = True
        self._tell(name, mark, **values)
        raise _Enough

    def _doubt(self, name: str, mark: Any, **values: Any) -> None:
        self.doubts.append(saying(name, self._file, mark.line + 1, mark.column + 1, **values))

    def _tell(self, name: str, mark: Any, **values: Any) -> None:
        self.problems.append(saying(name, self._file, mark.line + 1, mark.column + 1, **values))


class _Frame:
    """A list or mapping that is still open."""

    __slots__ = ("count", "in_list", "is_mapping", "key", "lines", "node")

    def __init__(self, node: "yaml.CollectionNode", is_mapping: bool, count: int) -> None:
        self.node = node
        self.is_mapping = is_mapping
        self.in_list = not is_mapping and bool(node.flow_style)
        self.count = count
        self.key: yaml.Node | None = None
        self.lines: dict[str, int] = {}


class _Enough(Exception):
    """Reading has ended early."""
