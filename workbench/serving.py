"""`serve`: the function here, with stand-in robots, and what arrives on the screen."""

import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from rich.console import Console

import handler
from relay import log
from relay.configuration.environment import configuration
from relay.errors import ConfigError
from workbench.local_server import LocalServer, create_app
from workbench.robot_terms import DINGTALK, WECOM
from workbench.robots import RobotServer
from workbench.screen import Screen
from workbench.terminal import printable

DEV_SECRET = "dev-secret"
_ROBOT_SECRET = "SECdevsecret"
_ROBOT_VARIABLES = ("WECOM_WEBHOOK_URL", "DINGTALK_WEBHOOK_URL", "DINGTALK_SECRET")
_KEYS = {WECOM: "wecom-dev", DINGTALK: "dingtalk-dev"}


class ServeError(Exception):
    """Why it cannot start, with the fix."""


class Options(NamedTuple):
    """*faults*: vendor → faults of its stand-in; *live*: the robots of the environment."""

    port: int = 9000
    live: bool = False
    faults: Mapping[str, str] = {}


def serve(options: Options, environ: Mapping[str, str], console: Console) -> None:
    """Run until Ctrl-C or SIGTERM; raises ServeError."""
    _set_log(environ, console)
    screen = Screen(console)
    with contextlib.ExitStack() as stack:
        settings = dict(environ)
        if not options.live:
            robots = stack.enter_context(RobotServer(on_message=screen.message))
            settings = stand_in_environ(environ, robots, options.faults)
        _check(settings)
        app = create_app(screen.watch(handler.build(settings)))
        server = stack.enter_context(_listening(app, options.port))
        with _interruptible() as ended:
            for line in _welcome(server, settings, live=options.live):
                console.print(line, soft_wrap=True)
            ended.wait()
        console.print("Stopped.")


def stand_in_environ(
    environ: Mapping[str, str], robots: RobotServer, faults: Mapping[str, str]
) -> dict[str, str]:
    """Add the stand-ins to *robots* and return *environ* with these and nothing of real robots.

    Without a secret in *environ* it is `DEV_SECRET`. Raises FaultError.
    """
    settings = {name: value for name, value in environ.items() if name not in _ROBOT_VARIABLES}
    if not settings.get("WEBHOOK_SECRET", "").strip():
        settings["WEBHOOK_SECRET"] = DEV_SECRET
    settings["RELAY_ALLOW_HOSTS"] = robots.host
    settings["WECOM_WEBHOOK_URL"] = robots.add_wecom(_KEYS[WECOM], faults=faults.get(WECOM, ""))
    settings["DINGTALK_WEBHOOK_URL"] = robots.add_dingtalk(
        _KEYS[DINGTALK], secret=_ROBOT_SECRET, faults=faults.get(DINGTALK, "")
    )
    settings["DINGTALK_SECRET"] = _ROBOT_SECRET
    return settings


def _check(settings: Mapping[str, str]) -> None:
    try:
        configuration(settings)
    except ConfigError as error:
        lines = [f"{p.code} {p.where}: {p.message}. {p.hint}".strip() for p in error.problems]
        raise ServeError("the environment cannot be used:\n" + "\n".join(lines)) from None


def _listening(app: object, port: int) -> LocalServer:
    try:
        return LocalServer(app, port=port)
    except OSError as error:
        raise ServeError(
            f"port {port} cannot be used ({error.strerror or error}): is another serve running? "
            f"Stop it, or take another port: {_other_port(port)}"
        ) from None


def _other_port(port: int) -> str:
    other = port + 1 if 0 < port < 65535 else 9001
    return f"make run PORT={other}, or --port {other}"


def _welcome(server: LocalServer, settings: Mapping[str, str], *, live: bool) -> Iterator[str]:
    secret = settings.get("WEBHOOK_SECRET", "")
    known = secret == DEV_SECRET
    yield f"Webhook  {server.url}  secret: {DEV_SECRET if known else 'your WEBHOOK_SECRET'}"
    robots = "those of your environment: messages are really sent"
    yield f"Robots   {robots if live else 'WeCom and DingTalk stand-ins; messages show here'}"
    option = f" -s {DEV_SECRET}" if known else ""
    yield f"Try      {_python()} -m relay trigger push.pushed -u :{server.port}{option}"
    yield "Stop     Ctrl-C"


def _python() -> str:
    """Return how this interpreter is called from here."""
    with contextlib.suppress(ValueError):
        return str(Path(sys.executable).relative_to(Path.cwd()))
    return sys.executable or "python"


def _set_log(environ: Mapping[str, str], console: Console) -> None:
    """Keep the function's own log off the screen unless LOG_LEVEL asks for it."""
    if level := environ.get("LOG_LEVEL"):
        log.configure(level, sys.stderr)
        return
    logger = logging.getLogger("relay")
    logger.handlers[:] = [_Refusals(console)]
    logger.propagate = False
    logger.setLevel(logging.WARNING)


class _Refusals(logging.Handler):
    """Shows why a request was refused: the caller is not told, but this is your own machine."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        fields = getattr(record, "fields", {})
        if record.msg == "request.refused" and fields.get("code") == "E302":
            self._console.print(f"          401 because {printable(str(fields['detail']))}")


@contextlib.contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set; outside the main thread only its owner can."""
    ended = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield ended
        return

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield ended
    except KeyboardInterrupt:
        pass
    finally:
        for number, old in before.items():
            signal.signal(number, old)
