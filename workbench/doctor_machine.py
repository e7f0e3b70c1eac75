"""What `doctor` finds about this machine: Python, packages, regions, proxies, the clock."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from statistics import median

from deploy import settings
from deploy.errors import DeployError
from deploy.regions import TENCENT, likely_slip
from deploy.targets import TARGETS
from relay.words import Phrase
from workbench.asking_url import Answer
from workbench.doctor_scene import ERROR, OK, SKIPPED, WARNING, Finding, Scene

OLDEST = (3, 10)
OFF_S, WRONG_S = 60.0, 300.0
_REGIONS = (
    ("AWS_REGION", "aws"),
    ("AWS_DEFAULT_REGION", "aws"),
    ("TENCENTCLOUD_REGION", "tencent"),
)
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_SET_CLOCK = {
    "linux": "sudo timedatectl set-ntp true",
    "darwin": "sudo sntp -sS time.apple.com",
    "win32": "w32tm /resync",
}
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z][\w.-]*)\s*(?P<bounds>[^#;]*)")
_BOUND = re.compile(r"(>=|<)\s*([\d.]+)")

_SETUP = Phrase("make setup", "make setup")
_PYTHON = Phrase("Python {here}（云上：{clouds}）", "Python {here} (in the clouds: {clouds})")
_OLD_PYTHON = Phrase("Python {here} 太旧", "Python {here} is too old")
_NEW_PYTHON = Phrase(
    "安装 Python 3.10 或更新的，然后 make clean setup PYTHON=/path/to/python3",
    "install Python 3.10 or newer, then make clean setup PYTHON=/path/to/python3",
)
_PACKAGES = Phrase("依赖：{names}", "packages: {names}")
_NO_PACKAGE = Phrase("没有安装 {name}（需要 {bounds}）", "{name} is not installed (needs {bounds})")
_BAD_PACKAGE = Phrase("{name} 是 {here}，需要 {bounds}", "{name} is {here}, needs {bounds}")
_REGION = Phrase("地域：{names}", "regions: {names}")
_NO_REGION = Phrase("没有设置地域", "no region is set")
_BAD_REGION = Phrase("{place}：不认识地域 “{name}”", "{place}: the region “{name}” is not known")
_NEAR = Phrase("你是不是想写 {near}？", "did you mean {near}?")
_LOOK_UP = Phrase(
    "在云厂商的控制台核对；这里的列表可能旧了",
    "look it up in the cloud's console; the list here may be out of date",
)
_NO_PROXY = Phrase("没有设置代理", "no proxy is set")
_PROXY = Phrase(
    "设置了 {names}，但发给机器人的请求不走代理",
    "{names}: set, but posts to robots do not use a proxy",
)
_DIRECT = Phrase(
    "让这台机器直接访问机器人的域名；下面的机器人都通，就不用管",
    "let this machine reach the robots' hosts directly; nothing to do if the robots below answer",
)
_NO_TIME = Phrase(
    "时钟：无法核对，没有服务器返回时间", "clock: not checked, no server told the time"
)
_CLOCK = Phrase("时钟准确（相差 {off} 秒）", "the clock is right ({off} s off)")
_AHEAD = Phrase("时钟快了 {off} 秒", "the clock is {off} s ahead")
_BEHIND = Phrase("时钟慢了 {off} 秒", "the clock is {off} s behind")
_SYNC = Phrase(
    "校准：{command}。GitLab 的签名差 5 分钟、Gitee 和钉钉的差 1 小时就不被接受",
    "set it: {command}. Signatures are refused: GitLab's from 5 minutes on, Gitee's and "
    "DingTalk's from an hour on",
)


def python(scene: Scene) -> Iterator[Finding]:
    here = scene.machine.python
    told = ".".join(map(str, here))
    if here < OLDEST:
        yield Finding("python", ERROR, _OLD_PYTHON.filled(here=told), _NEW_PYTHON)
        return
    names = {"aws": "AWS", "tencent": "Tencent Cloud"}
    clouds = ", ".join(f"{name} {TARGETS[key].python}" for key, name in names.items())
    yield Finding("python", OK, _PYTHON.filled(here=told, clouds=clouds))


def packages(scene: Scene) -> Iterator[Finding]:
    """Compare with ``requirements.txt``; what cannot be read there is left out."""
    fine = []
    for name, bounds in requirements(scene.machine.requirements):
        here = scene.machine.installed(name)
        if not here:
            missing = _NO_PACKAGE.filled(name=name, bounds=bounds)
            yield Finding("packages", ERROR, missing, _SETUP)
        elif not fits(here, bounds):
            wrong = _BAD_PACKAGE.filled(name=name, here=here, bounds=bounds)
            yield Finding("packages", ERROR, wrong, _SETUP)
        else:
            fine.append(f"{name} {here}{_part_in_c(name, scene)}")
    if fine:
        yield Finding("packages", OK, _PACKAGES.filled(names=", ".join(fine)))


def _part_in_c(name: str, scene: Scene) -> str:
    """Return what tells whether PyYAML reads with its part in C, which is a lot faster."""
    if name != "PyYAML":
        return ""
    return " (libyaml)" if scene.machine.libyaml else " (pure Python)"


def requirements(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and bounds (``>=2.31,<3``) of each line that has a package."""
    for line in text.splitlines():
        if found := _REQUIREMENT.match(line.strip()):
            yield found["name"], found["bounds"].strip()


def fits(version: str, bounds: str) -> bool:
    """Tell whether *version* is within *bounds*, of which ``>=`` and ``<`` are understood."""
    here = numbers(version)
    return all(
        here >= numbers(limit) if sign == ">=" else here < numbers(limit)
        for sign, limit in _BOUND.findall(bounds)
    )


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that *version* begins with, at least three: (2, 31, 0)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    parts = [int(part[:9]) for part in found[0].split(".")] if found else []
    return (*parts, *[0] * (3 - len(parts)))


def regions(scene: Scene) -> Iterator[Finding]:
    """Look at the regions that the relay, its deployment and the clouds' tools read."""
    fine = []
    for place, name, cloud in _named_regions(scene):
        known = aws_regions() if cloud == "aws" else TENCENT
        if not known or name in known:
            fine.append(f"{name} ({place})")
            continue
        near = likely_slip(name, known)
        told = _BAD_REGION.filled(place=place, name=name)
        remedy = _NEAR.filled(near=near) if near else _LOOK_UP
        is_sure = bool(near) or cloud == "aws"
        yield Finding("region", ERROR if is_sure else WARNING, told, remedy)
    if fine:
        yield Finding("region", OK, _REGION.filled(names=", ".join(fine)))
    elif not any(_named_regions(scene)):
        yield Finding("region", SKIPPED, _NO_REGION)


def aws_regions() -> tuple[str, ...]:
    """Return the regions that AWS's SDK knows, none without it."""
    try:
        from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]
        from botocore.loaders import Loader  # type: ignore[import-untyped]
    except ImportError:
        return ()
    with suppress(BotoCoreError, LookupError):
        partitions = Loader().load_data("endpoints")["partitions"]
        return tuple(name for one in partitions for name in one["regions"])
    return ()


def proxies(scene: Scene) -> Iterator[Finding]:
    names = [name for name in _PROXIES if scene.environ.get(name, "").strip()]
    if names:
        yield Finding("proxy", WARNING, _PROXY.filled(names=", ".join(names)), _DIRECT)
    else:
        yield Finding("proxy", OK, _NO_PROXY)


def clocks(scene: Scene) -> Iterator[Finding]:
    """Compare this clock with those of everybody who answered."""
    ahead_s = ahead_of(_answers(scene))
    if ahead_s is None:
        yield Finding("clock", SKIPPED, _NO_TIME)
        return
    off = round(abs(ahead_s))
    if off <= OFF_S:
        yield Finding("clock", OK, _CLOCK.filled(off=off))
        return
    status = WARNING if off <= WRONG_S else ERROR
    command = _SET_CLOCK.get(scene.machine.system, "ntp")
    told = (_AHEAD if ahead_s > 0 else _BEHIND).filled(off=off)
    yield Finding("clock", status, told, _SYNC.filled(command=command))


def ahead_of(answers: Iterable[object]) -> float | None:
    """Return how far this clock is ahead of the others, the one in their middle; None if none."""
    found = [one.ahead_s for one in answers if isinstance(one, Answer)]
    known = [one for one in found if one is not None]
    return median(known) if known else None


def _answers(scene: Scene) -> list[object]:
    function = [scene.function.health] if scene.function else []
    return [*(one.answer for one in scene.robots), *function]


def _named_regions(scene: Scene) -> Iterator[tuple[str, str, str]]:
    """Yield where a region stands, its name, and of which cloud it is."""
    for variable, cloud in _REGIONS:
        if name := scene.environ.get(variable, "").strip():
            yield variable, name, cloud
    path = scene.folder / settings.FILE
    if not path.is_file():  # a pipe would never end
        return
    with suppress(DeployError, OSError):
        yield settings.FILE, settings.load(path, scene.environ).region, "tencent"
