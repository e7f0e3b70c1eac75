"""The bundles: their size, and how soon AWS's own runtime client is ready with one."""

import contextlib
import os
import platform
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import NamedTuple

from deploy.bundles import build
from deploy.targets import TARGETS, BuildError, Target
from relay.words import Phrase
from workbench.runtime_api import run

_MB = 1_000_000
_NO_PYTHON = Phrase("这里没有 Python {python}", "there is no Python {python} here")
_ARCHITECTURES = {"aarch64": "arm64"}  # as the clouds call it, where the kernel does not


class Unpacked(NamedTuple):
    """The folders of one bundle *with* byte code and *without*."""

    compiled: Path
    bare: Path


def size_mb(name: str) -> float:
    """Return the size of the bundle for the cloud *name*; raises BuildError.

    It has nothing of a user's. One that another build makes of other bytes ends the run; one
    without packages or byte code is none.
    """
    content = _zipped(TARGETS[name])
    if content != _zipped(TARGETS[name]):
        raise RuntimeError(f"two builds of {name} differ")
    return len(content) / _MB


@contextlib.contextmanager
def unpacked() -> Iterator[Unpacked]:
    """Unpack AWS's bundle as it is for this machine and this Python; raises BuildError."""
    machine = platform.machine()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    arch = _ARCHITECTURES.get(machine, machine)
    content = _zipped(TARGETS["aws"]._replace(python=version, arch=arch))
    with tempfile.TemporaryDirectory() as name:
        found = Unpacked(Path(name) / "compiled", Path(name) / "bare")
        with zipfile.ZipFile(BytesIO(content)) as archive:
            archive.extractall(found.compiled)
        copytree(found.compiled, found.bare, ignore=ignore_patterns("__pycache__"))
        yield found


def init_s(folder: Path) -> float:
    """Return the time from the start of a process until it asks for the first event."""
    return run(folder, [], {"PATH": os.environ.get("PATH", "")}).init_s


def _zipped(target: Target) -> bytes:
    built = build(target, {}, offline=False, say=lambda phrase: None)
    if built.made_by is None:
        raise BuildError(_NO_PYTHON.filled(python=target.python))
    return built.zipped()
