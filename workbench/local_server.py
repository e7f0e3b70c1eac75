"""The function on loopback: waitress, the handler at every path, and the page for browsers."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any

from flask import Flask, request
from waitress import create_server, wasyncore  # type: ignore[import-untyped]  # has no types
from werkzeug import Response

from relay.wsgi import Handle, application
from workbench.preview_page.app import blueprint, whole
from workbench.preview_page.page import Page

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_MOST_BYTES = 64 * 1024 * 1024  # above it waitress itself answers 413; below, the relay does
# A post holds one for as long as its robot lets it wait: enough for the page to have one, too.
_THREADS = 64
_HOST = "127.0.0.1"


def create_app(handle: Handle, page: Page | None = None, lang: str = "en") -> Flask:
    """Return the Flask application that gives every request to *handle*.

    With *page* browsers, which ask for HTML, get that at `/`; *lang* is its language.
    """
    app = Flask("workbench", static_folder=None)
    app.url_map.merge_slashes = False
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    relay = application(handle)
    if page:
        app.register_blueprint(blueprint(page, lang))

    def hook(path: str = "") -> Response:
        if page and not path and _is_browser():
            return whole(page, lang)
        return Response.from_app(relay, request.environ)

    for rule in ("/", "/<path:path>"):
        app.add_url_rule(rule, "hook", hook, methods=_METHODS, provide_automatic_options=False)
    return app


def _is_browser() -> bool:
    """Tell whether somebody wants to look: a monitor or `curl` gets the function's own answer."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


class LocalServer:
    """Serves a WSGI application from a thread until `close`.

    Raises OSError if the port is taken.
    """

    def __init__(self, app: Any, *, port: int = 0) -> None:
        self._sockets: dict[int, Any] = {}
        if port:  # waitress would leave its sockets behind when it cannot bind
            socket.create_server((_HOST, port)).close()
        self._server = create_server(
            app,
            map=self._sockets,
            host=_HOST,
            port=port,
            threads=_THREADS,
            max_request_body_size=_MOST_BYTES,
            ident="",
        )
        self.port = int(self._server.effective_port)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> "LocalServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}/"

    def close(self) -> None:
        """Let running requests end, for up to 5 seconds, then close every socket."""
        self._server.task_dispatcher.shutdown()
        # In the loop's own thread: it ends when there is no socket left to watch. A loop that is
        # awake anyway may do it before it is woken, and the way to wake it is then closed.
        with contextlib.suppress(OSError):
            self._server.trigger.pull_trigger(
                lambda: wasyncore.close_all(self._sockets, ignore_all=True)
            )
        self._thread.join()
