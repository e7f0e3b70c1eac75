"""`serve`: the function here, with stand-in robots, and what arrives on the screen."""

import contextlib
import errno
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from flask import Flask
from rich.console import Console

import handler
from relay.config import Config, Source
from relay.configuration.live import Live
from relay.configuration.loading import load_from
from relay.configuration.origins import Loaded, Origin
from relay.configuration.secrets import Store
from relay.errors import ConfigError, Problem
from relay.pacing import Pace
from relay.stores.memory import MemoryStore
from relay.text import cut_cells
from relay.warm import Warm
from relay.words import Phrase
from relay.wsgi import Handle
from workbench import configured, env_file, own_log, terminal
from workbench.configured import Setting, base, queueless
from workbench.local_server import LocalServer, create_app
from workbench.preview_page.page import Page
from workbench.preview_page.trail import Trail
from workbench.robot_terms import DINGTALK, WECOM
from workbench.robots import RobotServer
from workbench.screen import Screen
from workbench.stand_ins import DEV_SECRET, StandIns
from workbench.terminal import printable

_ROBOT_SECRET = "SECdevsecret"
_ROBOT_VARIABLES = ("WECOM_WEBHOOK_URL", "DINGTALK_WEBHOOK_URL", "DINGTALK_SECRET")
_KEYS = {WECOM: "wecom-dev", DINGTALK: "dingtalk-dev"}
_SHOWN_CELLS = 24  # of the name of a file

_UNUSABLE = Phrase("{name} 不能用：", "{name}: this configuration cannot be used")
_READ_AGAIN = Phrase(
    "{name} 已重新读取：{receivers} 个接收者，{routes} 条路由",
    "{name} read again: {receivers} receivers, {routes} routes",
)
_KEPT = Phrase(
    "{name} 有错，继续用之前的配置", "{name} has errors: the configuration before it stays"
)
_PORT = Phrase(
    "端口 {port} 不能用（{why}）：是不是已经有一个 serve 在运行？停掉它，或换一个端口：{other}",
    "port {port} cannot be used ({why}): is another serve running? Stop it, or take another "
    "port: {other}",
)
_TAKEN = Phrase("已被占用", "it is taken")
_OTHER = Phrase("make run PORT={port} 或 --port {port}", "make run PORT={port}, or --port {port}")
_PAGE = Phrase("页面    {url}", "Page     {url}")
_WEBHOOK = Phrase("Webhook {url}  密钥：{secret}", "Webhook  {url}  secret: {secret}")
_YOURS = Phrase("你的 WEBHOOK_SECRET", "your WEBHOOK_SECRET")
_IN_ENV = Phrase(".env 里的 {name}", "{name} in .env")
_AS_IN = Phrase("{name} 里的", "as in {name}")
_BUT = Phrase("（{names} 用 {secret}）", " ({names}: {secret})")
_ROBOTS = Phrase(
    "机器人  模拟的企业微信和钉钉；消息显示在页面和这里",
    "Robots   WeCom and DingTalk stand-ins; messages show on the page and here",
)
_OF_FILE = Phrase(
    "机器人  {name} 里 {count} 个接收者的模拟机器人",
    "Robots   stand-ins for the receivers of {name} ({count})",
)
_LIVE = Phrase(
    "机器人  {name} 里的真机器人：消息会真的发出去",
    "Robots   those of {name}: messages are really sent",
)
_STOP = Phrase("停止    Ctrl-C", "Stop     Ctrl-C")
_NO_QUEUE = Phrase(
    "队列    这里不用 RELAY_QUEUE（queue）：消息直接发送",
    "Queue    RELAY_QUEUE (queue) is not used here: messages are sent at once",
)
_NO_SECRETS = Phrase(
    "密钥    这里不用 RELAY_SECRETS 的变量（{why}）",
    "Secrets  the variables of RELAY_SECRETS are not used here ({why})",
)
_STOPPED = Phrase("已停止。", "Stopped.")


class ServeError(Exception):
    """Why it cannot start, with the fix."""


class Options(NamedTuple):
    """*faults*: vendor → faults of its stand-in; *live*: the robots of the configuration."""

    port: int = 9000
    live: bool = False
    faults: Mapping[str, str] = {}
    lang: str = "en"


class Local(NamedTuple):
    """The function and its page as one application; *robots* is None where it really sends."""

    app: Flask
    page: Page
    robots: RobotServer | None
    config: Config


class _Served(NamedTuple):
    """*config* is the one to start with; *live* gives the one of each moment."""

    config: Config
    live: Live


def serve(options: Options, given: Setting, console: Console) -> None:
    """Run until Ctrl-C or SIGTERM; raises ServeError."""
    lang = options.lang
    told: tuple[Problem, ...] = ()
    if not options.live:  # stand-ins can do without the secrets
        given, told = configured.fetched(given)
    with prepared(options, given, console) as local, _listening(local.app, options) as server:
        with _interruptible() as ended:
            for line in _welcome(server, given, local.config, options, told):
                console.print(printable(line), soft_wrap=True)
            ended.wait()
        console.print(_STOPPED.of(lang))


@contextlib.contextmanager
def prepared(options: Options, given: Setting, console: Console) -> Iterator[Local]:
    """Yield all that `serve` serves, not yet listening; raises ServeError."""
    own_log.configure(given.environ, console, options.lang)
    screen = Screen(console, named=given.is_file, lang=options.lang)
    with contextlib.ExitStack() as stack:
        robots = None
        if not options.live:
            robots = stack.enter_context(RobotServer(on_message=screen.message))
        served = _served(options, given, robots, console)
        handle, page = _watched(given, served, robots, screen)
        yield Local(create_app(handle, page, options.lang), page, robots, served.config)


def _watched(
    given: Setting, served: _Served, robots: RobotServer | None, screen: Screen
) -> tuple[Handle, Page]:
    """Return the function with what arrives on the screen and on the page, and the page."""
    trail = Trail(served.live.current, lambda: robots.received if robots else ())
    pace = Pace()  # the robots' limits count for what is repeated, too

    def handle(warm: Warm, replayed: int = 0) -> Handle:
        made = handler.build(given.environ, live=served.live, warm=warm)
        return trail.watch(screen.watch(made), replayed)

    def again(number: int) -> Handle:
        return handle(Warm(pace=pace, remembered=MemoryStore()), number)  # a repeat is meant

    first = handle(Warm(pace=pace))
    page = Page(given, served.live, trail, first, again, robots, pace)
    screen.hiding = page.hiding
    return first, page


def _served(
    options: Options, given: Setting, robots: RobotServer | None, console: Console
) -> _Served:
    """Return what the handler is to be configured with; raises ServeError.

    Without *robots* that is what *given* says; with them, a file's receivers or the environment's
    robots are stand-ins.
    """
    reports = Reports(given, console, options.lang)
    if robots and not given.is_file:
        live = queueless(stand_in_environ(given.environ, robots, options.faults))
    elif robots:
        stand_ins = StandIns(robots, options.faults, reports.told)
        live = queueless(_with_secret(given.environ), stand_ins.read)
    else:
        live = queueless(given.environ, reports.read)
    try:
        return _Served(live.current(), live)
    except ConfigError as error:
        loaded = reports.first or Loaded(None, error.problems)
        problems = configured.seen(loaded.problems)
        told = configured.problems_text(loaded, problems, options.lang)
        name = given.name(options.lang)
        raise ServeError(f"{_UNUSABLE.filled(name=name).of(options.lang)}\n{told}") from None


class Reports:
    """Tells what was read: nothing the first time, then what ``check`` would say."""

    def __init__(self, given: Setting, console: Console, lang: str) -> None:
        self._name = given.name(lang)
        self._console = console
        self._lang = lang
        self.first: Loaded | None = None

    def read(self, found: Origin, environ: Mapping[str, str], store: Store) -> Loaded:
        loaded = load_from(found, environ, store)
        self.told(loaded)
        return loaded

    def told(self, loaded: Loaded) -> None:
        if self.first is None:
            self.first = loaded
            return
        problems = configured.seen(loaded.problems)
        if problems:
            text = configured.problems_text(loaded, problems, self._lang)
            terminal.show_wrapped(text, self._console)
        phrase, counts = _KEPT, {}
        if config := loaded.config:
            counts = {"receivers": _count(config), "routes": len(config.routes)}
            phrase = _READ_AGAIN
        self._console.print(phrase.filled(name=printable(self._name), **counts).of(self._lang))


def stand_in_environ(
    environ: Mapping[str, str], robots: RobotServer, faults: Mapping[str, str]
) -> dict[str, str]:
    """Add the stand-ins to *robots* and return *environ* with these and nothing of real robots.

    Without a secret in *environ* it is `DEV_SECRET`. Raises FaultError.
    """
    others = {name: value for name, value in environ.items() if name not in _ROBOT_VARIABLES}
    settings = _with_secret(others)
    settings["RELAY_ALLOW_HOSTS"] = robots.host
    settings["WECOM_WEBHOOK_URL"] = robots.add_wecom(_KEYS[WECOM], faults=faults.get(WECOM, ""))
    settings["DINGTALK_WEBHOOK_URL"] = robots.add_dingtalk(
        _KEYS[DINGTALK], secret=_ROBOT_SECRET, faults=faults.get(DINGTALK, "")
    )
    settings["DINGTALK_SECRET"] = _ROBOT_SECRET
    return settings


def _with_secret(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* with `DEV_SECRET` where it has no secret."""
    given = environ.get("WEBHOOK_SECRET", "").strip()
    return {**environ, "WEBHOOK_SECRET": given or DEV_SECRET}


def _listening(app: object, options: Options) -> LocalServer:
    port = options.port
    try:
        return LocalServer(app, port=port)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        if error.errno == errno.EADDRINUSE:
            why = _TAKEN.of(options.lang)
        told = {"why": why, "other": _other_port(port, options.lang)}
        raise ServeError(_PORT.filled(port=port, **told).of(options.lang)) from None


def _other_port(port: int, lang: str) -> str:
    return _OTHER.filled(port=port + 1 if 0 < port < 65535 else 9001).of(lang)


def _welcome(
    server: LocalServer,
    given: Setting,
    config: Config,
    options: Options,
    told: Sequence[Problem],
) -> Iterator[str]:
    """Yield some lines: where to look, where to send, who gets it, how to stop.

    *told* is what was wrong with the variables of `RELAY_SECRETS`.
    """
    lang, name = options.lang, cut_cells(given.name(options.lang), _SHOWN_CELLS)
    yield _PAGE.filled(url=server.url).of(lang)
    yield _WEBHOOK.filled(url=f"{server.url}hook", secret=_secret(given, name, config, lang)).of(
        lang
    )
    if options.live:
        yield _LIVE.filled(name=name).of(lang)
    elif given.is_file:
        yield _OF_FILE.filled(name=name, count=_count(config)).of(lang)
    else:
        yield _ROBOTS.of(lang)
    if _has_queue(given):
        yield _NO_QUEUE.of(lang)
    for one in told:
        if one.is_error:
            yield _NO_SECRETS.filled(why=one.message.of(lang)).of(lang)
    yield _STOP.of(lang)


def _has_queue(given: Setting) -> bool:
    config = configured.read(given, lenient=True).config
    return bool(config.queue if config else given.environ.get(configured.QUEUE_VARIABLE))


def _secret(given: Setting, name: str, config: Config, lang: str) -> str:
    """Return which secret to paste, never one that is the user's own."""
    open_ones = [one.name for one in config.sources if _is_open(one)]
    if len(open_ones) == len(config.sources):
        return DEV_SECRET
    if not given.is_file:
        return _YOURS.of(lang)
    if named := _named_beside(given, config):
        return _IN_ENV.filled(name=named).of(lang)
    but = _BUT.filled(names=", ".join(open_ones), secret=DEV_SECRET) if open_ones else None
    return _AS_IN.filled(name=name).of(lang) + (but.of(lang) if but else "")


def _named_beside(given: Setting, config: Config) -> str:
    """Return the one variable in `.env` that all secrets are from; ``""`` where it is not so."""
    named = {one.reference for source in config.sources for one in source.secrets}
    name = next(iter(named)).strip("${}").partition(":")[0] if len(named) == 1 else ""
    folder = given.found.path.parent if given.found.path else Path()
    return name if name in env_file.present(folder) and len(name) <= _SHOWN_CELLS else ""


def _is_open(source: Source) -> bool:
    return any(secret.reveal() == DEV_SECRET for secret in source.secrets)


def _count(config: Config) -> int:
    return len({base(one.name) for one in config.receivers})


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
