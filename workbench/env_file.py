"""``.env``: variables for a person's machine, readable by nobody else and kept out of git."""

import errno
import os
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import TypedDict

from dotenv import dotenv_values
from dotenv.parser import Original, parse_stream

ENV_FILE = ".env"
MOST_BYTES = 262_144


class _Form(TypedDict):
    encoding: str
    errors: str
    newline: str


_OWNER_ONLY = 0o600
_LINE_END = re.compile(r"\r\n|\n|\r")
# Whatever line ends and bytes somebody's file has, they stay.
_AS_IT_IS: _Form = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""}
_COVERING = {".env", "/.env", "**/.env", ".env*", "/.env*", "*.env", "/*.env"}


def present(folder: Path) -> dict[str, str]:
    """Return the variables with a value that ``.env`` in *folder* sets; none without the file.

    Raises OSError.
    """
    found = dotenv_values(stream=StringIO(_text(folder / ENV_FILE)), interpolate=False)
    return {name: value for name, value in found.items() if value}


def unread_lines(folder: Path) -> list[int]:
    """Return the lines of ``.env`` that set nothing, as a quote is not closed, say. Raises OSError.

    A setting of several lines counts by its first.
    """
    return [
        _line(one.original) for one in parse_stream(StringIO(_text(folder / ENV_FILE))) if one.error
    ]


def write(folder: Path, values: Mapping[str, str]) -> None:
    """Set *values* in ``.env``, of mode 0600; all else that stands in it stays. Raises OSError."""
    path = folder / ENV_FILE
    found = parse_stream(StringIO(_text(path)))
    kept = "".join(one.original.string for one in found if one.key not in values)
    own = "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", **_AS_IT_IS) as stream:
        path.chmod(_OWNER_ONLY)  # one that was there may have been open to others
        stream.truncate()
        stream.write(_ended(kept) + own)


def keep_out_of_git(folder: Path) -> bool:
    """Add ``.env`` to ``.gitignore`` in a git work tree where none names it; tell whether it did.

    Raises OSError.
    """
    above = _up_to_root(folder)
    if not above or any(_names_it(place / ".gitignore") for place in above):
        return False
    path = folder / ".gitignore"
    text = _ended(_text(path)) + f"{ENV_FILE}\n"
    with path.open("w", **_AS_IT_IS) as stream:
        stream.write(text)
    return True


def _up_to_root(folder: Path) -> list[Path]:
    """Return *folder* and those above it up to the root of its git work tree; [] outside of one."""
    above = [folder, *folder.parents]
    for count, place in enumerate(above, 1):
        if (place / ".git").exists():
            return above[:count]
    return []


def _names_it(ignored: Path) -> bool:
    return any(line.strip() in _COVERING for line in _text(ignored).splitlines())


def _line(original: Original) -> int:
    """Return where it begins: the parser counts empty lines before it as a part of it."""
    text = original.string
    return original.line + len(_LINE_END.findall(text[: len(text) - len(text.lstrip())]))


def _text(path: Path) -> str:
    """Return what stands in the file, ``""`` without one; raises OSError.

    Nobody may ever write to a pipe, and a device may never end: neither is opened.
    """
    if not path.exists():
        return ""
    if not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "no regular file", str(path))
    if path.stat().st_size > MOST_BYTES:
        raise OSError(errno.EFBIG, f"larger than {MOST_BYTES} bytes", str(path))
    with path.open(**_AS_IT_IS) as stream:
        return stream.read()


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _quoted(value: str) -> str:
    """Return *value* as it is where every reader of such files agrees on it, else in quotes."""
    if value.isascii() and not set(value) & set(" #'\"`$\\;&|<>()*!~\t"):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
