"""The zip that Tencent Cloud gets: read, and looked at before it is sent."""

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from deploy.own_files import CONFIG
from deploy.tencent_parts import SettingsError
from relay.words import Phrase

EVENT, WEB = "Event", "HTTP"  # the types of a function
# Its space is where Chinese meets Latin letters.
KINDS = {EVENT: Phrase("事件函数", "event function"), WEB: Phrase(" Web 函数", "Web function")}

MAX_BYTES = 50 * 1024 * 1024
_ENTRIES = {EVENT: "handler.py", WEB: "scf_bootstrap"}

_NO_ZIP = Phrase(
    "没有 {file}：先运行 make bundle", "there is no {file}: make it with make bundle first"
)
_BAD_ZIP = Phrase(
    "{file} 不是{kind.zh}的部署包（里面没有 {entry}）：重新运行 make bundle",
    "{file} is no bundle of an {kind.en} (there is no {entry} in it): run make bundle again",
)
_LARGE_ZIP = Phrase(
    "{file} 有 {size} MB，最多 50 MB：去掉 templates/ 等目录里不需要的文件，再运行 make bundle",
    "{file} has {size} MB, 50 at most: remove what is not needed, such as files in templates/, "
    "and run make bundle again",
)


class Bundle(NamedTuple):
    """A zip with the code; *digest* is its SHA-256, *config* the configuration in it, if any."""

    name: str
    content: bytes
    digest: bytes
    config: bytes = b""

    @property
    def size(self) -> str:
        return f"{len(self.content) / 1e6:.1f} MB"

    @property
    def encoded(self) -> str:
        return base64.b64encode(self.content).decode()

    def is_digest(self, told: str) -> bool:
        """Say if *told* is this one's digest; in which form the vendor writes it is not known."""
        return told.lower() == self.digest.hex() or told == base64.b64encode(self.digest).decode()


def bundle(path: Path, kind: str) -> Bundle:
    """Read a bundle of *kind*; raises SettingsError if it is none, or too large."""
    try:
        content = path.read_bytes()
    except OSError:
        raise SettingsError(_NO_ZIP.filled(file=path)) from None
    if len(content) > MAX_BYTES:
        raise SettingsError(_LARGE_ZIP.filled(file=path, size=f"{len(content) / 1e6:.0f}"))
    entry, config = _ENTRIES[kind], b""
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            config = archive.read(CONFIG) if CONFIG in names else b""
    except (BadZipFile, OSError):
        names = []
    if entry not in names:
        raise SettingsError(_BAD_ZIP.filled(file=path, kind=KINDS[kind], entry=entry))
    return Bundle(path.as_posix(), content, hashlib.sha256(content).digest(), config)
