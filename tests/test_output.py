"""``python -m relay`` where its output cannot be written: nobody sees a trace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from verbs import CLEAN, project

ROOT = Path(__file__).resolve().parents[1]
FULL = Path("/dev/full")  # takes nothing: every write ends with "no space left"
VERBS = {
    "help": ("-h",),
    "events": ("events",),
    "schema": ("schema",),  # more than a buffer holds
    "render": ("render", "push.pushed"),
    "explain": ("explain", "push.pushed", "--format", "json"),
    "show": ("show",),
    "check": ("check",),
    "serve": ("serve", "--port", "0"),
}
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def ran(
    folder: Path, arguments: tuple[str, ...], *, stdout: int, stderr: int = subprocess.PIPE,
    unbuffered: str = "",
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    others = {name: text for name, text in os.environ.items() if name not in CLEAN}
    environ = {**others, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered, "COLUMNS": "80"}
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "relay", *arguments],
        cwd=folder,
        env=environ,
        stdout=stdout,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


@needs_full
@pytest.mark.parametrize("name", VERBS)
def test_a_full_disk_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    """Exit code 1, as for other failures."""
    project(tmp_path)
    with FULL.open("wb") as full:
        done = ran(tmp_path, VERBS[name], stdout=full.fileno())

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Error: the output cannot be written (")


@needs_full
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told_in_chinese(tmp_path: Path, unbuffered: str) -> None:
    """With and without a buffer between."""
    with FULL.open("wb") as full:
        done = ran(
            tmp_path, ("events", "--lang", "zh-CN"), stdout=full.fileno(), unbuffered=unbuffered
        )

    assert done.returncode == 1
    assert done.stderr.startswith("错误：输出写不出去（")
    assert len(done.stderr.splitlines()) == 1


@needs_full
def test_an_error_that_cannot_be_written_ends_as_quietly(tmp_path: Path) -> None:
    """Python's own end would make it exit code 120."""
    with FULL.open("wb") as full:
        done = ran(tmp_path, ("nope",), stdout=subprocess.PIPE, stderr=full.fileno())

    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("name", ["events", "schema", "show"])
def test_a_reader_that_has_gone_is_no_error_to_tell(tmp_path: Path, name: str) -> None:
    """As with ``| head``, for short and for long output."""
    project(tmp_path)
    read, write = os.pipe()
    os.close(read)
    try:
        done = ran(tmp_path, VERBS[name], stdout=write)
    finally:
        os.close(write)

    assert (done.returncode, done.stderr) == (1, "")


def test_a_closed_output_ends_quietly(tmp_path: Path) -> None:
    """As with ``>&-``: there is nothing to write to, and nothing to tell."""
    command = 'exec "$0" -m relay events >&-'
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", command, sys.executable],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
