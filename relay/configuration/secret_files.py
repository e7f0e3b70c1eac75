"""Secrets in files: ``file:///run/secrets/name``."""

from collections.abc import Iterable
from pathlib import Path

from relay.configuration.pasted import trimmed
from relay.configuration.references import FILE
from relay.configuration.secret_errors import SecretError, fault

MAX_FILE_BYTES = 65_536


def read_files(locations: Iterable[str]) -> dict[str, str | SecretError]:
    """Return the text of each file, at most `MAX_FILE_BYTES`, or why there is none (E207)."""
    return {location: _read(location) for location in locations}


def _read(location: str) -> str | SecretError:
    path = Path(location.removeprefix(FILE))
    if not location.startswith(FILE) or not path.is_absolute():
        return fault("file_path")
    try:
        kind, text = _content(path)
    except FileNotFoundError:
        kind, text = "file_missing", ""
    except PermissionError:
        kind, text = "file_denied", ""
    except (OSError, ValueError):  # ValueError: a NUL in the path
        kind, text = "file_broken", ""
    return fault(kind, reference=location) if kind else text


def _content(path: Path) -> tuple[str, str]:
    """Return what is wrong with the file, or ``""``, and its text."""
    path.stat()  # says why, where `is_file` says only no
    if not path.is_file():
        return "file_kind", ""
    with path.open("rb") as file:
        raw = file.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        return "file_large", ""
    text = raw.decode(errors="replace")
    if "\ufffd" in text or "\0" in text:
        return "file_text", ""
    return "" if trimmed(text) else "file_empty", text
