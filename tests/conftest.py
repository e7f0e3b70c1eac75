"""What the tests share."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from relay import log

ROOT = Path(__file__).parent.parent
PAYLOADS = ROOT.parent / "shared" / "payloads"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew; review the diff"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def _stay_on_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every connection and every look-up of a name beyond this machine (case G2)."""
    if event == "socket.connect":
        address = arguments[1]
        host = str(address[0]) if isinstance(address, tuple) else "unix"
    elif event == "socket.getaddrinfo":
        host = str(arguments[0])
    else:
        return
    if not host.startswith(("127.", "::1", "localhost", "unix", "None")):
        raise OSError(f"a test went out to {host!r}; tests stay on loopback")


sys.addaudithook(_stay_on_loopback)


class _Stdout(io.TextIOBase):
    """Whatever standard output is at the moment: the capturing fixtures exchange it."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture(autouse=True)
def log_to_stdout() -> None:
    """Log lines go where `capsys` finds them."""
    log.configure("DEBUG", _Stdout())
