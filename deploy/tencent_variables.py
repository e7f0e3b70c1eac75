"""The function's variables: from a file like ``.env``, checked as the cloud does, never lost there.

`reference/platforms.md` sections 2.3 and 2.4. No value of one is ever shown.
"""

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from dotenv.parser import parse_stream

from deploy.tencent_parts import SettingsError
from relay.words import Phrase

MAX_BYTES = 4096  # all names and values together

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_RESERVED = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")
_ALSO_RESERVED = ("PYTHONPATH",)

_NO_FILE = Phrase("没有文件 {file}", "there is no file {file}")
_UNREADABLE = Phrase("{file} 读不了：要是 UTF-8 的文本", "{file} cannot be read: it must be UTF-8")
_BAD_LINE = Phrase(
    "{file} 第 {line} 行无法解析：写成 NAME=值，引号要成对",
    "{file}, line {line} cannot be understood: write NAME=value, quotation marks in pairs",
)
_BAD_NAMES = Phrase(
    "变量名不行：{names}；要以字母开头，只有字母、数字和下划线",
    "variables cannot be called {names}: letters, digits and _ only, a letter first",
)
_RESERVED_NAMES = Phrase(
    "腾讯云不让设置这些变量：{names}（SCF_、QCLOUD_、TENCENTCLOUD_ 开头的和 PYTHONPATH）；"
    "请从 .env 和 serverless.yml 里去掉；自己的访问密钥用 export 设在终端里",
    "Tencent Cloud does not let anybody set {names} (SCF_…, QCLOUD_…, TENCENTCLOUD_…, PYTHONPATH): "
    "take them out of .env and serverless.yml; your own access key belongs in the shell, "
    "with export",
)
_TOO_LONG = Phrase(
    f"变量合计 {{size}} 字节，最多 {MAX_BYTES}；最长的是 {{names}}；"
    "配置请放进 config.yml（随部署包上传），不要放在 CONFIG_YAML 里",
    f"the variables have {{size}} bytes together, {MAX_BYTES} at most; the longest are {{names}}. "
    "Put the configuration into config.yml, which goes with the bundle, not into CONFIG_YAML",
)


class Variables(NamedTuple):
    """All *values* that the function is to have, and by name what becomes of them."""

    values: Mapping[str, str]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[str, ...]  # only the cloud has them

    @property
    def differ(self) -> bool:
        return bool(self.added or self.changed)


def from_file(path: Path, *, required: bool) -> dict[str, str]:
    """Return the variables with a value in *path*; none without the file, unless it is *required*.

    Raises SettingsError.
    """
    if not path.is_file():
        if required:
            raise SettingsError(_NO_FILE.filled(file=path.name))
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(_UNREADABLE.filled(file=path.name)) from None
    found = {}
    for one in parse_stream(StringIO(text)):
        if one.error:
            raise SettingsError(_BAD_LINE.filled(file=path.name, line=one.original.line))
        if one.key and one.value:
            found[one.key] = one.value
    return found


def merged(ours: Mapping[str, str], there: Mapping[str, str]) -> Variables:
    """Return *ours* over what is *there*; raises SettingsError where the cloud would refuse it."""
    _check_names(ours)
    values = {**there, **ours}
    _check_size(values)
    return Variables(
        dict(sorted(values.items())),
        added=tuple(sorted(ours.keys() - there.keys())),
        changed=tuple(sorted(name for name in ours.keys() & there if ours[name] != there[name])),
        kept=tuple(sorted(there.keys() - ours.keys())),
    )


def _check_names(names: Mapping[str, str]) -> None:
    reserved = [
        name for name in names if name.upper().startswith(_RESERVED) or name in _ALSO_RESERVED
    ]
    if reserved:
        raise SettingsError(_RESERVED_NAMES.filled(names=_listed(reserved)))
    bad = [name for name in names if not _NAME.fullmatch(name)]
    if bad:
        raise SettingsError(_BAD_NAMES.filled(names=_listed(bad)))


def _check_size(values: Mapping[str, str]) -> None:
    # Whether the vendor counts anything else than names and values is not documented.
    sizes = {name: len(f"{name}{value}".encode()) for name, value in values.items()}
    if sum(sizes.values()) > MAX_BYTES:
        longest = sorted(sizes, key=lambda name: -sizes[name])[:3]
        raise SettingsError(_TOO_LONG.filled(size=sum(sizes.values()), names=_listed(longest)))


def _listed(names: list[str]) -> str:
    return ", ".join(names)
