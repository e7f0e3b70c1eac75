"""Zip files that are the same bytes whenever the same files go in."""

import contextlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no earlier time
_UNIX = 3  # the system whose file modes the entries have
_REGULAR = 0o100000


class File(NamedTuple):
    content: bytes
    executable: bool = False

    @property
    def mode(self) -> int:
        return _REGULAR | (0o755 if self.executable else 0o644)


Files = Mapping[str, File]


def zipped(files: Files) -> bytes:
    """Return a zip of *files* by their names, whose bytes depend on nothing else.

    That is, with one build of zlib: another one may compress in another way.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, file in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.create_system = _UNIX
            entry.external_attr = file.mode << 16
            archive.writestr(entry, file.content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return stream.getvalue()


def write(path: Path, content: bytes) -> None:
    """Put *content* at *path*, wholly or not at all; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
