"""The verb ``doctor``: everything around the relay that may be wrong, each with its remedy."""

import os
import time
from collections.abc import Callable, Iterable, Iterator

import click
import yaml
from rich.console import Console
from rich.style import Style
from rich.text import Text

from relay import log
from relay.delivery import new_session
from relay.version import VERSION
from relay.words import Phrase
from workbench import configured, terminal
from workbench.asking_url import function_address, session_for, shown
from workbench.cli import config_option, json_option, lang_option
from workbench.doctor_deployed import deployed
from workbench.doctor_files import configuration, files, secrets
from workbench.doctor_function import function
from workbench.doctor_machine import clocks, packages, proxies, python, regions
from workbench.doctor_robots import heard, robots
from workbench.doctor_scene import (
    ERROR,
    LIMIT_S,
    OK,
    ROOT,
    SKIPPED,
    WARNING,
    Finding,
    Machine,
    Scene,
    looked_at,
)
from workbench.usage_errors import Misuse
from workbench.verb import Verb, option
from workbench.wrapping import wrapped

Check = Callable[[Scene], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    python, packages, files, secrets, configuration, regions, proxies, robots, clocks, deployed,
)  # fmt: skip
_MARKS = {
    OK: ("✓", Style(color="green")),
    WARNING: ("!", Style(color="yellow")),
    ERROR: ("✗", Style(color="red", bold=True)),
    SKIPPED: ("-", Style(dim=True)),
}
_REQUIREMENTS = "requirements.txt"

_NO_ADDRESS = Phrase(
    "“{url}” 不是地址；写 https://…，本机写 :9000",
    '"{url}" is no address; write https://… or :9000 for this machine',
)
_EMPTY_URL = Phrase(
    "--url 是空的（变量没有设置？）；写函数的地址 https://…，或去掉 --url",
    "--url is empty (a variable that is not set?); write the function's address, https://…, or "
    "leave --url out",
)
_FAILED = Phrase("检查 {name} 自己出错了：{error}", "the check {name} failed itself: {error}")
_REPORT = Phrase("请报告这一行", "report this line")
_SUM = Phrase("{errors} 个错误，{warnings} 个警告", "errors: {errors}, warnings: {warnings}")
_WELL = Phrase("没有发现问题", "nothing is wrong")
_ABOUT = Phrase(
    "检查各处可能的问题，说明怎么办。", "Look for what may be wrong, and say what to do about it."
)
_MORE = Phrase(
    "不向任何群发消息：对机器人只发一条空消息，它会拒绝。有错误时退出码是 1。",
    "Nothing is sent to a group: robots are asked with an empty message, which they refuse. Exit "
    "code 1 when there is an error.",
)
_URL = Phrase(
    "已部署的函数的地址；:9000 是本机", "The deployed function's address; :9000 is this machine"
)


@click.command(
    "doctor", cls=Verb, example="python -m relay doctor --url :9000", about=_ABOUT, more=_MORE
)
@option("--url", "-u", metavar="URL", about=_URL)
@config_option
@lang_option
@json_option
def doctor(url: str | None, config: str | None, lang: str, form: str) -> None:
    """Tell every finding; ends with exit code 1 where there is an error."""
    address = "" if url is None else _address(url)
    configured.begin(lang)
    scene = looked_at(config, lang, os.environ, _machine(), VERSION)
    findings = examined(asked(scene, address))
    if form == "json":
        configured.echo_json([_as_json(one, lang) for one in findings])
    else:
        _print(findings, terminal.console(), lang)
    if any(one.status == ERROR for one in findings):
        raise click.exceptions.Exit(1)


def _address(url: str) -> str:
    """Return the function's address; raises Misuse for none, also for an empty one."""
    if not url.strip():
        raise Misuse(_EMPTY_URL)
    address = function_address(url)
    if not address:
        raise Misuse(_NO_ADDRESS.filled(url=shown(url)))
    return address


def asked(
    scene: Scene,
    address: str,
    *,
    clock: Callable[[], float] = time.time,
    limit_s: float = LIMIT_S,
) -> Scene:
    """Return *scene* with what the robots said and, at *address* if there is one, the function.

    *clock* gives Unix seconds.
    """
    with new_session() as session:
        scene = scene._replace(robots=heard(scene, session, clock, limit_s))
    if not address:
        return scene
    with session_for(address) as session:
        return scene._replace(function=function(scene, address, session, clock, limit_s))


def examined(scene: Scene, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """Return what every check finds, in their order; never raises."""
    return [finding for check in checks for finding in _tried(check, scene)]


def _tried(check: Check, scene: Scene) -> list[Finding]:
    try:
        return list(check(scene))
    except Exception as bug:  # noqa: BLE001 - one check's fault must not hide what others find
        name = getattr(check, "__name__", "?")
        log.error("doctor.broken", failure=bug, check=name)
        told = _FAILED.filled(name=name, error=type(bug).__name__)
        return [Finding(name, ERROR, told, _REPORT)]


def _machine() -> Machine:
    path = ROOT / _REQUIREMENTS
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return Machine(requirements=text, libyaml=bool(getattr(yaml, "__with_libyaml__", False)))


def _as_json(one: Finding, lang: str) -> dict[str, str]:
    return {
        "check": one.check,
        "status": one.status,
        "found": one.found.of(lang),
        "remedy": one.remedy.of(lang),
    }


def _print(findings: list[Finding], console: Console, lang: str) -> None:
    for line, style in _lines(findings, console.width, lang):
        console.print(Text(line, style))


def _lines(findings: list[Finding], width: int, lang: str) -> Iterator[tuple[str, Style]]:
    """Yield a line for each finding, one for its remedy, and the sum."""
    for one in findings:
        mark, style = _MARKS[one.status]
        told = terminal.single_line(f"{mark} {one.found.of(lang)}")
        yield from ((line, style) for line in wrapped(told, width, 2))
        if remedy := one.remedy.of(lang):
            told = terminal.single_line(f"  → {remedy}")
            yield from ((line, Style()) for line in wrapped(told, width, 4))
    counts = {
        "errors": sum(one.status == ERROR for one in findings),
        "warnings": sum(one.status == WARNING for one in findings),
    }
    yield (_SUM.filled(**counts) if any(counts.values()) else _WELL).of(lang), Style(bold=True)
