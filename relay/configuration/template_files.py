"""Templates that stand in files of their own, and the check of all templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relay.config import Config
from relay.configuration.fields import MOST_TEMPLATE
from relay.configuration.files import read_at_most
from relay.configuration.messages import quoted
from relay.configuration.reader import Reader
from relay.configuration.spots import Section, Spot
from relay.words import Phrase

if TYPE_CHECKING:
    from relay.templates import TemplateFault

_MOST_BYTES = 4 * MOST_TEMPLATE + 3  # of UTF-8, and a byte-order mark
ENDINGS = (".j2", ".jinja", ".jinja2", ".md", ".txt")
_NO_FILE = Phrase("找不到模板文件 {file}", "there is no template file {file}")
_OUTSIDE = Phrase(
    "模板文件 {file} 不在配置文件的目录里",
    "the template file {file} is not beside the configuration",
)
_PUT_IT = Phrase("路径从配置文件所在的目录算起", "paths begin at the folder of the configuration")
_TOO_LONG = Phrase("模板文件 {file} 太大", "the template file {file} is too large")
_SHORTEN = Phrase(f"最多 {MOST_TEMPLATE} 个字符", f"at most {MOST_TEMPLATE} characters")
_UNREADABLE = Phrase("模板文件 {file} 读不出来", "the template file {file} cannot be read")
_LINE = Phrase("（模板第 {line} 行）", " (line {line} of the template)")
_AS_UTF8 = Phrase("存成 UTF-8 文本", "save it as UTF-8 text")


class _FileError(Exception):
    def __init__(self, code: str, message: Phrase, hint: Phrase) -> None:
        super().__init__(message.en)
        self.problem = (code, message, hint)


def read(top: Section, reader: Reader, folder: Path | None) -> None:
    """Put the text of each template file into *top*, in place of its name."""
    templates = top.get("templates")
    if templates is None:
        return
    for event, text in templates.items():
        if is_file_name(text):
            try:
                templates[event] = _content(text, folder)
            except _FileError as fault:
                code, message, hint = fault.problem
                spot = Spot(event, Spot("templates"))
                reader.wrong(code, spot, message, hint, node=templates.nodes[event])


def check(top: Section, reader: Reader, config: Config) -> None:
    """Note every template and every appended text that fails on an example event."""
    from relay.templates import fault

    written = [(Spot("templates"), top.get("templates"))]
    for at, route in enumerate(top.get("routes", ())):
        written.append((Spot("append", Spot(at, Spot("routes"))), route.get("append")))
    for above, texts in written:
        for event, text in (texts or {}).items():
            if found := fault(text, event, people=config.people, timezone=config.timezone):
                node, spot = texts.nodes[event], Spot(event, above)
                in_block = node.style == "|"  # its lines are the file's
                message = found.message if in_block or not found.line else _in_line(found)
                down = found.line if in_block else 0
                reader.wrong(found.code, spot, message, found.hint, node=node, down=down)


def _in_line(found: TemplateFault) -> Phrase:
    place = _LINE.filled(line=found.line)
    return Phrase(found.message.zh + place.zh, found.message.en + place.en)


def is_file_name(text: str) -> bool:
    return "\n" not in text and "{" not in text and text.endswith(ENDINGS)


def _content(name: str, folder: Path | None) -> str:
    root = (folder or Path()).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise _FileError("E608", _OUTSIDE.filled(file=quoted(name)), _PUT_IT)
    try:
        raw = read_at_most(path, _MOST_BYTES)
        text = "" if len(raw) > _MOST_BYTES else raw.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        message = (_NO_FILE if missing else _UNREADABLE).filled(file=quoted(name))
        raise _FileError("E607", message, _PUT_IT if missing else _AS_UTF8) from None
    if len(raw) > _MOST_BYTES or len(text) > MOST_TEMPLATE:
        raise _FileError("E608", _TOO_LONG.filled(file=quoted(name)), _SHORTEN)
    return text
