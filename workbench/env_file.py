"""``.env``: variables for a person's machine, readable by nobody else and kept out of git."""

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import TypedDict

from dotenv import dotenv_values
from dotenv.parser import parse_stream

ENV_FILE = ".env"


class _Form(TypedDict):
    encoding: str
    errors: str
    newline: str


_OWNER_ONLY = 0o600
# Whatever line ends and bytes somebody's file has, they stay.
_AS_IT_IS: _Form = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""}
_COVERING = {".env", "/.env", "**/.env", ".env*", "/.env*", "*.env", "/*.env"}


def present(folder: Path) -> dict[str, str]:
    """Return the variables with a value that ``.env`` in *folder* sets; none without the file."""
    found = dotenv_values(stream=StringIO(_text(folder / ENV_FILE)), interpolate=False)
    return {name: value for name, value in found.items() if value}


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


def _text(path: Path) -> str:
    if not path.exists():
        return ""
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
