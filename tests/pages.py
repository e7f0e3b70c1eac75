"""The preview page in a test: what `serve` serves, asked without a socket."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from werkzeug.test import TestResponse

from workbench import configured, terminal
from workbench.robots import RobotServer
from workbench.serving import Local, Options, prepared

HOST = "http://127.0.0.1:9000"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


class Served(NamedTuple):
    local: Local

    @property
    def robots(self) -> RobotServer:
        assert self.local.robots
        return self.local.robots

    def get(self, path: str = "/", base_url: str = HOST, **headers: str) -> TestResponse:
        client = self.local.app.test_client()
        return client.get(path, base_url=base_url, headers={**BROWSER, **headers}, buffered=True)

    def ask(self, name: str, **given: object) -> TestResponse:
        """Ask as the page's script does."""
        client = self.local.app.test_client()
        headers = {"X-Preview": "1"}
        return client.post(f"/_preview/{name}", base_url=HOST, json=given, headers=headers)


@contextmanager
def served(
    file: str | None = None, environ: Mapping[str, str] | None = None, **options: object
) -> Iterator[Served]:
    """Yield the page for the configuration in *file*, or for *environ* alone."""
    lang = str(options.get("lang", "en"))
    given = configured.setting(file, lang, environ or {"CONFIG_FILE": ""})
    console = terminal.console(io.StringIO())
    with prepared(Options(0, **{"lang": lang, **options}), given, console) as local:  # type: ignore[arg-type]
        local.app.testing = True
        yield Served(local)
