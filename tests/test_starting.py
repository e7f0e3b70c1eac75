"""What a cold start does beside importing: it reads the CA bundle, and collects no garbage."""

import os
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from relay import tls
from relay.delivery import new_session

ROOT = Path(__file__).parent.parent


def printed(script: str) -> str:
    """Return what *script* prints in a process of its own."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize(("before", "expected"), [("", "True"), ("gc.disable()", "False")])
def test_garbage_is_collected_again_if_it_was_before(before: str, expected: str) -> None:
    """While the modules are imported it is not; afterwards all is as whoever imports us had it."""
    assert printed(f"import gc\n{before}\nimport handler\nprint(gc.isenabled())") == expected


def test_garbage_is_not_collected_while_modules_are_imported() -> None:
    """Every module behind the first one is imported without a collection."""
    script = """
import gc
runs = []
gc.callbacks.append(lambda phase, info: runs.append(phase))
from relay import starting
runs.clear()
import requests, handler
print(len(runs) <= 2)
"""
    assert printed(script) == "True"


def test_all_sessions_share_one_context() -> None:
    """The bundle is read once in a process, and whoever is named in a certificate is checked."""
    contexts = {id(new_session().get_adapter("https://x")._context) for _ in range(3)}
    context = tls.context()

    assert contexts == {id(context)}
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.cert_store_stats()["x509_ca"] > 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_child_of_a_fork_does_not_wait_for_the_thread_it_has_not() -> None:
    """The process forked while the bundle was being read."""
    script = """
import os
from relay import tls
child = os.fork()
if child == 0:
    os._exit(0 if tls.context().cert_store_stats()["x509_ca"] > 100 else 1)
print(os.waitpid(child, 0)[1])
"""
    assert printed(script) == "0"


def test_bundle_is_read_when_no_thread_was_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine at its limit: whoever needs the context first reads the bundle."""

    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)

    assert tls._Early().context().cert_store_stats()["x509_ca"] > 100


def test_broken_bundle_is_told_to_whoever_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread fails silently; the caller gets the error each time, and the process lives."""
    monkeypatch.setattr("certifi.where", lambda: "/nowhere/cacert.pem")
    early = tls._Early()

    for _ in range(2):
        with pytest.raises(OSError):
            early.context()
