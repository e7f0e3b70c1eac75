"""What the tests share."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from patience import be_patient, collect_once
from relays import Relay, now

from relay import log
from workbench.robots import RobotServer

ROOT = Path(__file__).parent.parent
PAYLOADS = ROOT.parent / "shared" / "payloads"


# Words are compared: a person's own language must not decide which. Processes inherit it.
for _name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(_name, None)
os.environ["LANG"] = "C.UTF-8"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew; review the diff"
    )


def pytest_collection_finish() -> None:
    collect_once()


@pytest.fixture(autouse=True)
def patient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clouds are waited for as long as it takes, but in tests marked `hurried`."""
    if not request.node.get_closest_marker("hurried"):
        be_patient(monkeypatch)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


REACHED: list[tuple[str, object]] = []  # every (host, port) looked up or connected to


def _stay_on_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """Note every connection and look-up of a name; refuse those beyond this machine (case G2)."""
    if event == "socket.connect":
        address = arguments[1]
        host, port = address[:2] if isinstance(address, tuple) else ("unix", None)
    elif event == "socket.getaddrinfo":
        host, port = str(arguments[0]), arguments[1]
    else:
        return
    REACHED.append((host, port))
    if not host.startswith(("127.", "::1", "localhost", "unix", "None")):
        raise OSError(f"a test went out to {host!r}; tests stay on loopback")


sys.addaudithook(_stay_on_loopback)


class _Stdout(io.TextIOBase):
    """Whatever standard output is at the moment: the capturing fixtures exchange it."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture(scope="module")
def robots() -> Iterator[RobotServer]:
    """Stand-in robots at the samples' time; tests add those they need."""
    with RobotServer(clock=now) as server:
        yield server


@pytest.fixture
def relay(robots: RobotServer) -> Relay:
    """A handler in front of one WeCom and one DingTalk robot."""
    return Relay(robots)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The preview page (`pages.Served`) in a folder without a configuration."""
    from pages import served

    monkeypatch.chdir(tmp_path)
    with served() as found:
        yield found


@pytest.fixture(autouse=True)
def log_to_stdout() -> None:
    """Log lines go where `capsys` finds them."""
    log.configure("DEBUG", _Stdout())
