"""What the readmes take over from the code."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from pages import served

from relay.config import Config
from relay.configuration.environment import configuration
from workbench import samples
from workbench.local_server import LocalServer
from workbench.reference import events_table

READMES = {"README.md": "en", "README.zh-CN.md": "zh-CN"}
MOST_LINES = 250
_EVENTS = re.compile(r"(?s)(<!-- events -->\n).*?(<!-- /events -->)")


@pytest.mark.parametrize("readme", READMES)
def test_events_are_the_code_s_own(readme: str, update_golden: bool) -> None:
    """The table between the marks is what the code's tables say; `--update-golden` writes it."""
    path = ROOT / readme
    text = path.read_text(encoding="utf-8")
    meant = _EVENTS.sub(rf"\g<1>{events_table(READMES[readme])}\g<2>", text)
    if update_golden:
        path.write_text(meant, encoding="utf-8")
        text = meant

    assert "<!-- events -->" in text
    assert text == meant


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_stays_short(readme: str) -> None:
    """At most 250 lines, and one screen to the first result (`design/workbench.md` section 7)."""
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()

    assert len(lines) <= MOST_LINES
    assert lines.index("make run") <= 20


@pytest.mark.parametrize("readme", READMES)
def test_a_language_links_the_other_first(readme: str) -> None:
    """The first line leads to the same page in the other language."""
    (other,) = set(READMES) - {readme}
    first = (ROOT / readme).read_text(encoding="utf-8").splitlines()[0]

    assert first.endswith(f"]({other})")


# What a variable is when it is not set, in the words of the readme.
DEFAULTS: dict[str, Callable[[Config], str]] = {
    "NOTIFY_LANG": lambda config: config.lang,
    "NOTIFY_TIMEZONE": lambda config: config.timezone,
    "WECOM_MESSAGE": lambda config: config.receivers[0].message,
    "DINGTALK_MESSAGE": lambda config: config.receivers[1].message,
    "DINGTALK_OPEN_LINKS": lambda config: config.receivers[1].open_links,
    "GITEE_SIGNATURE": lambda config: next(
        one.signature or "any" for one in config.sources if one.type == "gitee"
    ),
    "ALLOW_UNSIGNED": lambda config: str(config.sources[0].allow_unsigned).lower(),
    "DELIVERY_TIMEOUT": lambda config: f"{config.delivery.timeout_s:g}s",
}


@pytest.mark.parametrize("readme", READMES)
def test_defaults_are_the_code_s_own(readme: str) -> None:
    """A variable that is not set counts as what its row says."""
    least = {"WECOM_WEBHOOK_URL": "key", "DINGTALK_WEBHOOK_URL": "token", "WEBHOOK_SECRET": "x"}
    config = configuration(least)
    rows = re.findall(
        r"^\| `(\w+)` \| `?([^`|]*?)`? \|",
        (ROOT / readme).read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    told = {name: default.strip() for name, default in rows if name in DEFAULTS}

    assert told == {name: default(config) for name, default in DEFAULTS.items()}


@pytest.mark.parametrize("readme", READMES)
def test_the_first_commands_really_send(readme: str, tmp_path: Path) -> None:
    """What stands below the page's picture reaches both stand-ins, as it is written there."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(curl .*?)```", text, re.DOTALL)
    body = samples.load("gitlab/push.pushed").body
    (tmp_path / "body.json").write_text(json.dumps(body), encoding="utf-8")
    with served() as page, LocalServer(page.local.app) as server:
        for line in block.splitlines():
            words = shlex.split(line.replace(":9000", f":{server.port}"))
            if words[0] == ".venv/bin/python":
                words[0] = sys.executable
            known = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
            done = subprocess.run(  # noqa: S603 - the readme's own commands
                words, cwd=tmp_path, env=known, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr

        assert len(page.robots.received) == 4
