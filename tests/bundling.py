"""A copy of the project from which tests make bundles, with real packages or tiny ones."""

import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from conftest import ROOT
from verbs import CLEAN

from deploy import wheels
from deploy.targets import Target

PARTS = ("adapters", "formatters", "relay", "deploy", "workbench")
FILES = ("handler.py", "requirements.txt", "requirements-tencent.txt", "requirements-web.txt")
TINY = {
    "requests/__init__.py": "import os\n",
    "requests/py.typed": "",
    "requests/parts.pyi": "x: int",
    "requests/__pycache__/__init__.cpython-310.pyc": "old",
    "requests/tests/test_it.py": "assert True",
    "requests/_fast.c": "int main;",
    "requests/tests.py": "NAMES = {'a', 'b', 'c', 'd'}\n",
    "requests-1.0.dist-info/METADATA": "Name: requests",
    "requests-1.0.dist-info/RECORD": "requests/__init__.py,,10\n../bin/normalizer,,9\n",
    "requests-1.0.dist-info/licenses/LICENSE": "free",
    "requests-1.0.dist-info/NOTICE": "hear",
    "bin/normalizer": "#!/usr/bin/python",
}


class Done(NamedTuple):
    code: int
    output: str
    errors: str


class Project:
    """A copy in *folder* of the project, or of one in *source*."""

    def __init__(self, folder: Path, source: Path = ROOT) -> None:
        self.folder = folder
        for part in PARTS:
            ignored = shutil.ignore_patterns("__pycache__", "samples", "benchmarks", "pages")
            shutil.copytree(source / part, folder / part, ignore=ignored)
        for name in FILES:
            shutil.copy(source / name, folder)

    def put(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def tiny(self, *targets: Target) -> "Project":
        """Have packages of two lines for *targets*."""
        for target in targets:
            place = wheels.folder(self.folder, target).relative_to(self.folder)
            for name, text in TINY.items():
                self.put(f"{place}/{name}", text)
        return self

    def real(self) -> "Project":
        """Have the packages that were fetched for the project itself."""
        (self.folder / "build").mkdir()
        (self.folder / "build" / "wheels").symlink_to(ROOT / "build" / "wheels")
        return self

    def build(self, *arguments: str, umask: int = 0o022, **environ: str) -> Done:
        """Run the command in English, without the variables of a developer's shell."""
        kept = {name: value for name, value in os.environ.items() if name not in CLEAN}
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "deploy.bundles", *arguments],
            cwd=self.folder,
            env={**kept, "COLUMNS": "80", "PYTHONUTF8": "1", "NO_COLOR": "1", **environ},
            capture_output=True,
            text=True,
            encoding="utf-8",
            umask=umask,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def zip(self, name: str = "aws") -> zipfile.ZipFile:
        content = (self.folder / "build" / f"{name}.zip").read_bytes()
        return zipfile.ZipFile(io.BytesIO(content))
