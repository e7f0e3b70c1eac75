"""The processes of a run, as the run sees them: robots, the slow wire, what is measured.

All of them end with the block that started them, also when it fails.
"""

import compileall
import contextlib
import json
import marshal
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import certifi
import trustme

from workbench.benchmarks.alternatives import Setup
from workbench.benchmarks.calls import SECRET, calls, numbered

ROOT = Path(__file__).parent.parent.parent
_PACKAGE = "workbench.benchmarks"
_SHIPPED = ("adapters", "formatters", "relay", "workbench/benchmarks")


class Trust(NamedTuple):
    """*certificate* is the robots' own; *environ* lets a process of Python trust it.

    It does so without a switch in the product: it finds a copy of certifi whose bundle has one
    authority more, so that everybody reads a whole bundle, as in life.
    """

    certificate: Path
    bundle: Path
    environ: dict[str, str]


@contextlib.contextmanager
def trust() -> Iterator[Trust]:
    """Make a certificate for loopback, and the copy of certifi that goes with it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = trustme.CA()
        certificate = folder / "robots.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
        copy = folder / "packages" / "certifi"
        shutil.copytree(Path(certifi.__file__).parent, copy)
        bundle = copy / "cacert.pem"
        bundle.chmod(0o600)
        with bundle.open("ab") as file:
            file.write(authority.cert_pem.bytes())
        # `requests` imports it where it lies about, as the development tools have it here.
        (copy.parent / "simplejson.py").write_text("raise ImportError\n", encoding="utf-8")
        compileall.compile_dir(copy, quiet=1)
        yield Trust(certificate, bundle, {**_environ(), "PYTHONPATH": str(copy.parent)})


def compile_all() -> None:
    """Compile what is measured, as a deployment does; installed packages are compiled already."""
    for folder in _SHIPPED:
        compileall.compile_dir(ROOT / folder, quiet=1)
    compileall.compile_file(ROOT / "handler.py", quiet=1)


class Cold(NamedTuple):
    """What one fresh process took."""

    import_s: float
    event_s: float
    peak_bytes: int


def cold(name: str, setup: Setup, trusted: Trust, serial: str) -> Cold:
    """Let a fresh process import the alternative *name* and answer one event."""
    call = numbered(calls()["pipeline"], serial)
    told = marshal.dumps((name, tuple(setup), call))
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", f"{_PACKAGE}.cold"],
        cwd=ROOT,
        env=trusted.environ,
        input=told,
        stdout=subprocess.PIPE,
        check=True,
    )
    status, import_s, event_s, peak = done.stdout.split()
    if status != b"200":
        raise RuntimeError(f"{name} answered {status.decode()}")
    return Cold(float(import_s), float(event_s), int(peak))


class Subject:
    """A warm process of the alternative *name*."""

    def __init__(self, name: str, talk: "_Talk") -> None:
        self.name = name
        self._talk = talk

    def run(
        self, what: str | Sequence[str], count: int = 1, *, repeat: bool = False
    ) -> dict[str, Any]:
        """Have *count* requests answered; *what* names them, or each of them.

        Returns ``began`` (monotonic), ``took``, ``statuses`` of each, ``cpu`` of all; in seconds.
        """
        names = [what] * count if isinstance(what, str) else list(what)
        return self._talk.ask({"do": "run", "names": names, "repeat": repeat})

    def crowd(self, names: Sequence[str], callers: int) -> dict[str, Any]:
        """Have a request of each name answered by *callers* threads: ``took``, ``statuses``."""
        return self._talk.ask({"do": "crowd", "names": list(names), "callers": callers})

    def used(self) -> dict[str, int]:
        """Return ``resident`` and ``traced`` bytes, ``threads``, ``descriptors``."""
        return self._talk.ask({"do": "used"})


@contextlib.contextmanager
def subject(name: str, setup: Setup, trusted: Trust, *, trace: bool = False) -> Iterator[Subject]:
    with _talk([f"{_PACKAGE}.steady"], trusted.environ) as talk:
        talk.ask({"name": name, "setup": setup, "trace": trace})
        yield Subject(name, talk)


class Taken(NamedTuple):
    """*came*: the key of each message and when (monotonic); *attempts*: all requests there were."""

    came: list[tuple[str, float]]
    attempts: int


class Stand:
    """The robots; `url` of the n-th has the key ``bench-n``."""

    def __init__(self, talk: "_Talk", urls: list[str], host: str) -> None:
        self._talk = talk
        self._urls = urls
        self._host = host

    def setup(self, trusted: Trust, count: int, *, port: int = 0, **more: Any) -> Setup:
        """Return the set-up for the first *count* robots, behind *port* if it is given."""
        host = f"127.0.0.1:{port}" if port else self._host
        urls = tuple(url.replace(self._host, host) for url in self._urls[:count])
        return Setup(urls, host, SECRET, str(trusted.bundle), **more)

    @property
    def port(self) -> int:
        return int(self._host.split(":")[1])

    def taken(self) -> Taken:
        """Return what came since this was asked last."""
        return _taken(self._talk.ask({}))

    def set_faults(self, number: int, faults: str) -> None:
        self._talk.ask({"key": f"bench-{number}", "faults": faults})


@contextlib.contextmanager
def stand(trusted: Trust, count: int) -> Iterator[Stand]:
    """Start *count* robots."""
    with _talk([f"{_PACKAGE}.stand", str(trusted.certificate), str(count)], _environ()) as talk:
        found = talk.read()
        yield Stand(talk, found["urls"], found["host"])


@contextlib.contextmanager
def slow_wire(port: int, rtt_s: float) -> Iterator[int]:
    """Yield a port that leads to *port* with a round trip of *rtt_s*."""
    with _talk([f"{_PACKAGE}.wire", str(port), str(rtt_s)], _environ()) as talk:
        yield talk.read()["port"]


class _Talk:
    """One JSON value a line, there and back."""

    def __init__(self, there: IO[str], back: IO[str]) -> None:
        self._there = there
        self._back = back

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self._there.write(f"{json.dumps(question)}\n")
        self._there.flush()
        return self.read()

    def read(self) -> dict[str, Any]:
        """Return the next answer; raises EOFError if the process ended instead."""
        line = self._back.readline()
        if not line:
            raise EOFError("the measured process ended; its own message is above")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.contextmanager
def _talk(arguments: list[str], environ: dict[str, str]) -> Iterator[_Talk]:
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin  # noqa: S101 - both are pipes
        assert process.stdout  # noqa: S101
        try:
            yield _Talk(process.stdin, process.stdout)
            process.stdin.close()
            process.wait(10)
        except (Exception, KeyboardInterrupt):
            process.kill()
            raise


def _taken(answer: dict[str, Any]) -> Taken:
    return Taken([(key, at) for key, at in answer["came"]], answer["attempts"])


def _environ() -> dict[str, str]:
    """Return our environment without what would change the figures."""
    changes = ("PYTHON", "REQUESTS_", "CURL_", "SSL_", "RELAY_", "CONFIG_")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(changes) and not name.lower().endswith("_proxy")
    }
