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
from relay.configuration.stores import Found, name_of, quiet, vendor_code

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_CURRENT = "SSM_Current"
_TIMEOUTS_S = (1, 2)  # to connect, to read
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
    try:
        client = _Client(environ, endpoint, scheme)
    except ImportError:
        return lambda name, version: _Answer(kind="no_sdk")
    return client.read


class _Client:
    """The vendor's SDK, imported here and not before."""

    def __init__(self, environ: Mapping[str, str], endpoint: str, scheme: str) -> None:
        from tencentcloud.common.credential import (  # type: ignore[import-untyped]  # has no types
            Credential,
        )
        from tencentcloud.common.exception import (  # type: ignore[import-untyped]
            TencentCloudSDKException,
        )
        from tencentcloud.common.profile.client_profile import (  # type: ignore[import-untyped]
            ClientProfile,
        )
        from tencentcloud.common.profile.http_profile import (  # type: ignore[import-untyped]
            HttpProfile,
        )
        from tencentcloud.ssm.v20190923 import models, ssm_client  # type: ignore[import-untyped]

        quiet("tencentcloud_sdk_common")
        profile = HttpProfile(protocol=scheme, endpoint=endpoint or None, reqTimeout=_TIMEOUTS_S)
        # Not the SDK's own search for credentials: it reads names that a function does not have.
        credential = Credential(
            environ["TENCENTCLOUD_SECRETID"].strip(),
            environ["TENCENTCLOUD_SECRETKEY"].strip(),
            environ.get("TENCENTCLOUD_SESSIONTOKEN"),
        )
        self._error: type[Exception] = TencentCloudSDKException
        self._models = models
        self._client = ssm_client.SsmClient(
            credential, environ["TENCENTCLOUD_REGION"].strip(), ClientProfile(httpProfile=profile)
        )
        _without_environment(self._client)

    def read(self, name: str, version: str) -> _Answer:
        """Return the value of a secret: of *version*, or else of the current or newest one."""
        answer = self._value(name, version or _CURRENT)
        if version or answer.kind not in ("missing", "refused"):
            return answer
        newest = self._newest(name)
        return newest if newest.kind else self._value(name, newest.value)

    def _value(self, name: str, version: str) -> _Answer:
        request = self._models.GetSecretValueRequest()
        request.SecretName = name
        request.VersionId = version
        return self._ask(lambda: _text(self._client.GetSecretValue(request)))

    def _newest(self, name: str) -> _Answer:
        request = self._models.ListSecretVersionIdsRequest()
        request.SecretName = name
        answer = self._ask(lambda: _newest(self._client.ListSecretVersionIds(request)))
        return answer if answer.value or answer.kind else _Answer(kind="missing")

    def _ask(self, call: Callable[[], str]) -> _Answer:
        """Call, a second time if nobody could be reached; no text of an error is looked at."""
        answer = _Answer()
        for _ in range(_ATTEMPTS):
            try:
                return _Answer(call())
            except self._error as error:
                answer = _trouble(error)
            if answer.kind != "unreachable":
                break
        return answer


def _trouble(error: Exception) -> _Answer:
    code = vendor_code(getattr(error, "code", ""))
    kind = _TROUBLES.get(code) or _TROUBLES.get(code.partition(".")[0]) or "refused"
    return _Answer(kind=kind, code=code)


def _text(response: Any) -> str:
    """Return the value in the answer to GetSecretValue, which may be binary."""
    if response.SecretString or not response.SecretBinary:
        return str(response.SecretString or "")
    with suppress(ValueError):
        return base64.b64decode(response.SecretBinary).decode()
    return ""  # no text: of no use as a secret


def _newest(response: Any) -> str:
    versions = response.Versions or []
    return str(max(versions, key=lambda one: one.CreateTime or 0).VersionId) if versions else ""


def _without_environment(client: Any) -> None:
    """Let no proxy and no .netrc of the environment have an effect, as with every call of ours."""
    connection = client.request.conn
    connection.proxy = None
    if session := getattr(connection, "_session", None):
        session.trust_env = False
