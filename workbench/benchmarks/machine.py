"""The machine in a few words that name nobody: what figures depend on."""

import os
import platform
import ssl
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("requests", "urllib3", "PyYAML", "Flask", "apprise")


def facts() -> list[tuple[str, str]]:
    """Return what to tell, as pairs of a name and a text."""
    return [
        ("Processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("Kernel", f"{platform.system()} {platform.release().partition('-')[0]}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("TLS", ssl.OPENSSL_VERSION),
        ("Packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
    ]


def _processor() -> str:
    try:
        return next(_models(), platform.machine())
    except OSError:  # not Linux
        return platform.processor() or platform.machine()


def _models() -> Iterator[str]:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            yield value.strip()
