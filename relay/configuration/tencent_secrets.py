"""Secrets in Tencent Cloud's Secrets Manager (凭据管理系统, SSM): ``ssm:///path/name``.

A secret's name there has no ``/``: ``ssm:///notify/shop/gitlab`` is the secret
``notify-shop-gitlab``. ``:version`` picks a version; without it the one named ``SSM_Current``,
which a secret has unless its author named its versions, or else the newest.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from relay.configuration.fault_kinds import TENCENT
from relay.configuration.secret_errors import fault
from relay.configuration.stores import Found, name_of
from relay.tencent_api import Call, caller

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_CURRENT = "SSM_Current"
_ATTEMPTS = 2
_NEEDED = (
    ("TENCENTCLOUD_REGION", "no_region"),
    ("TENCENTCLOUD_SECRETID", "no_credentials"),
    ("TENCENTCLOUD_SECRETKEY", "no_credentials"),
)
# The vendor's codes, or what stands before their dot, and what they come to; then the SDK's own.
_TROUBLES = {
    "AuthFailure.UnauthorizedOperation": "denied",
    "UnauthorizedOperation": "denied",
    "OperationDenied": "denied",
    "AuthFailure": "bad_credentials",
    "UnsupportedRegion": "no_region",
    "ResourceNotFound": "missing",
    "ResourceUnavailable": "unusable",
    "InternalError": "busy",
    "RequestLimitExceeded": "busy",
    "LimitExceeded": "busy",
    "ClientNetworkError": "unreachable",
    "ServerNetworkError": "unreachable",
    "JSONDecodeError": "unreachable",
}
_OF_ALL = ("unreachable", "bad_credentials", "no_region")  # asking for the next one is no use


class _Answer(NamedTuple):
    """A *value*, or what *kind* of trouble there was, with the vendor's *code*."""

    value: str = ""
    kind: str = ""
    code: str = ""


def tencent_fetcher(
    environ: Mapping[str, str], endpoint: str = "", scheme: str = "https"
) -> Callable[[Sequence[str]], Found]:
    """Return what reads from Secrets Manager as the function's role, with a call for each.

    Needs ``ssm:GetSecretValue``, and ``ssm:ListSecretVersionIds`` where the newest version is to be
    found. The role's credentials are taken from *environ* each time: they expire. *endpoint*,
    ``host:port``, and *scheme* are for tests.
    """

    def fetch(locations: Sequence[str]) -> Found:
        read = _reader(environ, endpoint, scheme)
        found: Found = {}
        last = _Answer()
        for place in locations:
            name, version = _secret(place)
            if not name:
                unfit = "tencent_name" if name_of(place) else "name"
                found[place] = fault(unfit, reference=place)
                continue
            if last.kind not in _OF_ALL:
                last = read(name, version)
            texts = {"reference": place, "name": name, "vendor_code": last.code}
            found[place] = fault(f"{TENCENT}.{last.kind}", **texts) if last.kind else last.value
        return found

    return fetch


def _secret(location: str) -> tuple[str, str]:
    """Return the name and the version (or ``""``) that a location means; no name: it is none."""
    name, _, version = name_of(location).partition(":")
    name = name.removeprefix("/").replace("/", "-")
    return (name, version) if _NAME.fullmatch(name) else ("", "")


def _reader(
    environ: Mapping[str, str], endpoint: str, scheme: str
) -> Callable[[str, str], _Answer]:
    """Return what reads one version of a secret; or, where nothing can be read, says why."""
    if kind := next((kind for name, kind in _NEEDED if not environ.get(name, "").strip()), ""):
        return lambda name, version: _Answer(kind=kind)
    region = environ["TENCENTCLOUD_REGION"].strip()
    try:
        call = caller("ssm", "2019-09-23", environ, region, endpoint=endpoint, protocol=scheme)
    except ImportError:
        return lambda name, version: _Answer(kind="no_sdk")
    return lambda name, version: _read(call, name, version)


def _read(call: Call, name: str, version: str) -> _Answer:
    """Return the value of a secret: of *version*, or else of the current or newest one."""

    def value(which: str) -> _Answer:
        found = {"SecretName": name, "VersionId": which}
        return _asked(call, "GetSecretValue", found, _text)

    answer = value(version or _CURRENT)
    if version or answer.kind not in ("missing", "refused"):
        return answer
    newest = _asked(call, "ListSecretVersionIds", {"SecretName": name}, _newest)
    if newest.kind:
        return newest
    return value(newest.value) if newest.value else _Answer(kind="missing")


def _asked(
    call: Call,
    action: str,
    parameters: Mapping[str, str],
    take: Callable[[Mapping[str, Any]], str],
) -> _Answer:
    """Return what *take* finds in the answer; asks a second time if nobody could be reached."""
    kind = code = ""
    for _ in range(_ATTEMPTS):
        answer = call(action, parameters)
        if not answer.code:
            return _Answer(take(answer.fields))
        code = answer.code
        kind = _TROUBLES.get(code) or _TROUBLES.get(code.partition(".")[0]) or "refused"
        if kind != "unreachable":
            break
    return _Answer(kind=kind, code=code)


def _text(answer: Mapping[str, Any]) -> str:
    """Return the value in the answer to GetSecretValue, which may be binary."""
    text, binary = answer.get("SecretString"), answer.get("SecretBinary")
    if text or not binary:
        return str(text or "")
    with suppress(ValueError):
        return base64.b64decode(binary).decode()
    return ""  # no text: of no use as a secret


def _newest(answer: Mapping[str, Any]) -> str:
    versions = answer.get("Versions") or []
    if not versions:
        return ""
    return str(max(versions, key=lambda one: one.get("CreateTime") or 0).get("VersionId"))
