"""Commands whose output goes where not every character can."""

import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT


def printed(encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environ = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONUTF8"},
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": encoding,
        "CONFIG_FILE": "",
    }
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "relay", *arguments], cwd=ROOT, env=environ, capture_output=True
    )


# Click takes a stream that says ASCII for one of UTF-8: that is what nobody set.
@pytest.mark.parametrize("encoding, written", [("gbk", "gbk"), ("ascii", "utf-8")])
def test_a_mark_that_the_encoding_lacks_ends_no_command(encoding: str, written: str) -> None:
    """It is replaced, as on a Chinese Windows or where the locale is C; JSON stays JSON."""
    shown = printed(encoding, "render", "pipeline.failed")
    as_json = printed(encoding, "render", "pipeline.failed", "--format", "json")

    assert (shown.returncode, as_json.returncode) == (0, 0)
    assert b"Traceback" not in shown.stderr + as_json.stderr
    assert json.loads(as_json.stdout.decode(written))["event"] == "pipeline.failed"
