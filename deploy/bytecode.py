"""Byte code made ahead: it halves the time until a function is ready.

In the cloud the code's folder is read-only, so that Python would compile everything at every cold
start. Only the same minor version can make what is read there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from deploy.archives import File, Files
from deploy.targets import BuildError, Target
from relay.words import Phrase

_LEVEL = "2"  # without docstrings, which nothing reads there; the name is that of any other level
_ASK = "import sys; print(sys.implementation.name, sys.version.split()[0])"
_ASK_S = 20
_BROKEN = Phrase(
    "Python {python} 编译不了打包的代码：\n{said}",
    "Python {python} cannot compile what is bundled:\n{said}",
)


class Interpreter(NamedTuple):
    path: str
    version: str


def interpreter(python: str, environ: Mapping[str, str] = os.environ) -> Interpreter | None:
    """Return a Python of the minor version *python* that is installed here, None without one."""
    for candidate in _candidates(python, environ):
        version = _version(candidate)
        if version.startswith(f"{python}."):
            return Interpreter(candidate, version)
    return None


def compiled(files: Files, target: Target, made_by: Interpreter) -> dict[str, File]:
    """Return the ``.pyc`` files of the ``.py`` files among *files*; raises BuildError.

    The same sources give the same bytes: no time is in them, and no path of this machine.
    """
    with tempfile.TemporaryDirectory() as name:
        place = Path(name).resolve()
        code = place / "code"
        for path, file in files.items():
            if path.endswith(".py"):
                (code / path).parent.mkdir(parents=True, exist_ok=True)
                (code / path).write_bytes(file.content)
        done = subprocess.run(  # noqa: S603 - an interpreter of this machine
            [
                *(made_by.path, "-S", "-m", "compileall", "-q", "-f"),
                *("-o", _LEVEL, "--invalidation-mode", "unchecked-hash"),
                *("-s", str(code), "-p", target.root, str(code)),
            ],
            cwd=place,  # where no module lies about that it would take for its own
            env=_environ(),
            capture_output=True,
            text=True,
            errors="replace",
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip().replace(f"{code}{os.sep}", "")
            raise BuildError(_BROKEN.filled(python=made_by.version, said=said))
        return {
            path.relative_to(code).as_posix().replace(f".opt-{_LEVEL}", ""): File(path.read_bytes())
            for path in code.rglob("*.pyc")
        }


def _candidates(python: str, environ: Mapping[str, str]) -> Iterator[str]:
    yield sys.executable
    if found := shutil.which(f"python{python}", path=environ.get("PATH")):
        yield found
    versions = Path(environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    yield from sorted(map(str, versions.glob(f"{python}.*/bin/python")))


def _version(path: str) -> str:
    """Return the version of CPython that runs as *path*, ``""`` for what does not run.

    A version manager's stand-in may be there only to say that it has no such version.
    """
    try:
        done = subprocess.run(  # noqa: S603 - an interpreter of this machine
            [path, "-S", "-c", _ASK], env=_environ(), capture_output=True, text=True, timeout=_ASK_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    name, _, version = done.stdout.strip().partition(" ")
    return version if name == "cpython" and done.returncode == 0 else ""


def _environ() -> dict[str, str]:
    """Return our environment without what changes Python's ways, and with the same hashes always.

    The order of a set in byte code follows the hashes.
    """
    others = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**others, "PYTHONHASHSEED": "0"}
