"""The Tencent part of ``serverless.yml``: what stands under ``custom.tencent``.

It has the shape of the vendor's component files, because `deploy.component` makes one of it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from deploy.tencent_parts import Part, block
from relay.words import Phrase

FILE = "serverless.yml"
RUNTIME = "Python3.10"  # the newest there; the bundle's wheels are for it
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]", re.ASCII)

_PLACE = "custom.tencent"
_HANDLER = re.compile(r"[A-Za-z][\w-]*\.[A-Za-z][\w-]*", re.ASCII)
_WORD = re.compile(r"[\w$.-]{1,60}", re.ASCII)
_INPUTS = (
    "handler", "runtime", "region", "memorySize", "timeout", "eip", "role", "environment", "events",
)  # fmt: skip

_A_NUMBER_OR_TEXT = Phrase("文字或数字", "a text or a number")
_A_NAME = Phrase(
    " 2 到 60 个字符的名称：字母开头，字母或数字结尾，中间可以有 - 和 _",
    "a name of 2 to 60 characters: letters, digits, - and _, beginning with a letter and "
    "ending with a letter or digit",
)
_A_HANDLER = Phrase("「文件.函数」，例如 handler.handler", "file.function, such as handler.handler")
_A_RUNTIME = Phrase(f" {RUNTIME}：部署包是为它打的", f"{RUNTIME}: the bundle is made for it")
_A_REGION = Phrase("地域，例如 ap-guangzhou", "a region, such as ap-guangzhou")
_A_ROLE = Phrase("角色名", "the name of a role")
_A_SIZE = Phrase(" 64，或 128 的倍数，最大 3072", "64, or a multiple of 128 up to 3072")
_A_TIME = Phrase(" 1 到 900 的秒数", "seconds from 1 to 900")
_ONE_HTTP = Phrase("只有一个 http 触发器的列表", "a list of one trigger, http")
_NO_AUTH = Phrase(
    " NONE：代码托管平台不会用腾讯云的方式签名，Webhook 的密钥就是鉴权",
    "NONE: no forge signs as Tencent Cloud asks, the webhook's secret is what protects it",
)
_OPEN = Phrase(" true：否则没有公网地址", "true: else there is no public address")
_A_QUALIFIER = Phrase("版本或别名，例如 $DEFAULT", "a version or an alias, such as $DEFAULT")


class Settings(NamedTuple):
    """The function as the file describes it; *eip*: a fixed address outwards."""

    name: str
    region: str
    handler: str
    runtime: str
    memory_mb: int
    timeout_s: int
    eip: bool
    role: str
    variables: Mapping[str, str]
    qualifier: str
    intranet: bool


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Return what *path* says, its ``${env:…}`` filled in from *environ*.

    Raises SettingsError, which shows no value.
    """
    whole = block(path, _PLACE, environ)
    whole.only("name", "inputs")
    inputs = whole.part("inputs")
    inputs.only(*_INPUTS)
    trigger = _trigger(inputs)
    network = trigger.part("netConfig")
    network.only("enableIntranet", "enableExtranet")
    trigger.text("authType", "NONE", "NONE".__eq__, _NO_AUTH)
    if not network.flag("enableExtranet", True):
        raise network.wrong(_OPEN, "enableExtranet")
    return Settings(
        name=whole.text("name", "git-chat-relay", NAME.fullmatch, _A_NAME),
        region=inputs.text("region", "ap-guangzhou", _WORD.fullmatch, _A_REGION),
        handler=inputs.text("handler", "handler.handler", _HANDLER.fullmatch, _A_HANDLER),
        runtime=inputs.text("runtime", RUNTIME, RUNTIME.__eq__, _A_RUNTIME),
        memory_mb=inputs.number("memorySize", 128, _is_size, _A_SIZE),
        timeout_s=inputs.number("timeout", 20, range(1, 901).__contains__, _A_TIME),
        eip=inputs.flag("eip", False),
        role=inputs.text("role", "", _WORD.fullmatch, _A_ROLE),
        variables=_variables(inputs),
        qualifier=trigger.text("qualifier", "$DEFAULT", _WORD.fullmatch, _A_QUALIFIER),
        intranet=network.flag("enableIntranet", False),
    )


def variables(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the function's variables of *path* alone, as `load` does."""
    return _variables(block(path, _PLACE, environ).part("inputs"))


def _trigger(inputs: Part) -> Part:
    """Return the parameters of the one trigger; empty ones if the file has no ``events``."""
    events = inputs.values.get("events")
    if events is None:
        return Part({}, inputs.file, inputs.at("events"), inputs.environ)
    if not (isinstance(events, list) and len(events) == 1 and isinstance(events[0], dict)):
        raise inputs.wrong(_ONE_HTTP, "events")
    place = inputs.at("events[0]")
    event = Part(events[0], inputs.file, place, inputs.environ)
    event.only("http")
    http = event.part("http")
    http.only("parameters")
    parameters = http.part("parameters")
    parameters.only("authType", "qualifier", "netConfig")
    return parameters


def _variables(inputs: Part) -> dict[str, str]:
    """Return the variables that have a value: there are no empty ones in the cloud."""
    environment = inputs.part("environment")
    environment.only("variables")
    part = environment.part("variables")
    found = {str(name): _value(part, str(name), value) for name, value in part.values.items()}
    return {name: value for name, value in found.items() if value}


def _value(part: Part, name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise part.wrong(_A_NUMBER_OR_TEXT, name)
    return part.filled(value, name)


def _is_size(megabytes: int) -> bool:
    return megabytes == 64 or (128 <= megabytes <= 3072 and megabytes % 128 == 0)
