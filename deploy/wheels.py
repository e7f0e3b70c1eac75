"""The packages of a bundle: installed by pip for another Python and platform, once.

What was installed is kept in a folder of its own for every platform, Python, and text of the
requirements and constraints, so that the next build needs no network.
"""

import csv
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy.targets import BuildError, Target
from relay.words import Phrase
from workbench.interpreter import python

CONSTRAINTS = "deploy/constraints.txt"
_CACHE = "build/wheels"
_MOST_SAID = 3  # lines of pip's errors
_LOGIN = re.compile(r"//[^/@\s]*@")

_GETTING = Phrase(
    "用 pip 下载依赖：Python {python}，{platform}",
    "getting the packages with pip: Python {python}, {platform}",
)
_OFFLINE = Phrase(
    "Python {python}（{platform}）的依赖包还没有下载过，{folder} 里没有。\n联网运行一次：{command}",
    "The packages for Python {python}, {platform} are not in {folder} yet.\n"
    "Once, with a network, run: {command}",
)
_FAILED = Phrase(
    "pip 取不到 Python {python}（{platform}）的依赖包。\n{said}\n"
    "检查网络后再试；用镜像就设 PIP_INDEX_URL，用代理就设 HTTPS_PROXY。\n"
    "自己加的包要有这个平台的 wheel。",
    "pip could not get the packages for Python {python}, {platform}.\n{said}\n"
    "Look at the network and try again; PIP_INDEX_URL names a mirror, HTTPS_PROXY a proxy.\n"
    "A package that you added needs a wheel for this platform.",
)
_MISSING = Phrase("没有 {file}：项目不完整", "there is no {file}: the project is not complete")


def packages(
    project: Path, target: Target, *, offline: bool, say: Callable[[Phrase], None]
) -> Path:
    """Return the folder in which the packages of *target* are installed; raises BuildError.

    *say* hears of it when pip is asked.
    """
    found = folder(project, target)
    if _is_whole(found):
        return found
    told = {"python": target.python, "platform": target.platform}
    if offline:
        command = f"{python()} -m deploy.bundles {target.name} --arch {target.arch}"
        place = str(found.parent.relative_to(project))
        told |= {"folder": place, "command": f"{command} --python {target.python}"}
        raise BuildError(_OFFLINE.filled(**told))
    say(_GETTING.filled(**told))
    found.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=found.parent) as name:
        new = Path(name) / "packages"
        done = subprocess.run(  # noqa: S603 - our own interpreter
            _command(project, target, new), capture_output=True, text=True, errors="replace"
        )
        if done.returncode:
            raise BuildError(_FAILED.filled(**told, said=_said(done.stderr)))
        if not _is_whole(found):  # another build may have been faster
            shutil.rmtree(found, ignore_errors=True)
            new.rename(found)
    return found


def _is_whole(found: Path) -> bool:
    """Tell whether all that pip installed in the folder *found* is still there.

    A package whose half is missing would be noticed in the cloud and not before.
    """
    records = list(found.glob("*.dist-info/RECORD"))
    lines = [line for one in records for line in one.read_text(encoding="utf-8").splitlines()]
    return bool(records) and all(_is_there(found / row[0], row[-1]) for row in csv.reader(lines))


def _is_there(path: Path, size: str) -> bool:
    in_scripts = ".." in path.parts  # pip puts these elsewhere
    return in_scripts or (path.is_file() and (not size or path.stat().st_size == int(size)))


def folder(project: Path, target: Target) -> Path:
    """Return where the packages of *target* are, or will be; raises BuildError."""
    digest = hashlib.sha256()
    for name in (*target.requirements, CONSTRAINTS):
        try:
            digest.update((project / name).read_bytes())
        except FileNotFoundError:
            raise BuildError(_MISSING.filled(file=name)) from None
    name = f"{target.platform}-{target.python}-{digest.hexdigest()[:12]}"
    return project / _CACHE / name


def _command(project: Path, target: Target, place: Path) -> list[str]:
    """https://pip.pypa.io/en/stable/cli/pip_install/"""
    required = [f"--requirement={project / name}" for name in target.requirements]
    return [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--no-compile"),
        "--disable-pip-version-check",
        f"--target={place}",
        f"--platform={target.platform}",
        f"--python-version={target.python}",
        "--implementation=cp",
        "--only-binary=:all:",
        f"--constraint={project / CONSTRAINTS}",
        *required,
    ]


def _said(errors: str) -> str:
    """Return the end of what pip said, without the login that an index's address may have."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    wrong = [line for line in lines if line.startswith("ERROR")] or lines
    return "\n".join(f"  {_LOGIN.sub('//***@', line)}" for line in wrong[-_MOST_SAID:])
