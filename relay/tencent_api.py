"""Tencent Cloud's API 3.0, called as the function's own role with the vendor's SDK.

Needs ``tencentcloud-sdk-python-common``, which every other package of that SDK brings along; it is
imported at the first call. `reference/platforms.md` sections 2.3 and 2.8.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from relay.configuration.stores import quiet, vendor_code

KEY_NAMES = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY")
SDK = "tencentcloud-sdk-python-common"

_UNSURE = ("ClientNetworkError", "ServerNetworkError", "InternalError")


class Answer(NamedTuple):
    """The *fields* of the answer to a call, or the *code* of what went wrong: nothing else of it.

    *code* is the vendor's, or the class of an error of the SDK. *unsure*: there is no answer that
    tells, so the call may have had its effect.
    """

    fields: Mapping[str, Any] = {}
    code: str = ""
    unsure: bool = False


Call = Callable[[str, Mapping[str, Any]], Answer]


class Reach(NamedTuple):
    """How the API is reached; *proxied*: through the proxy that the process's variables name."""

    connect_s: float = 1
    read_s: float = 2
    proxied: bool = False


_FROM_FUNCTION = Reach()


def caller(
    service: str,
    version: str,
    environ: Mapping[str, str],
    region: str,
    reach: Reach = _FROM_FUNCTION,
    /,
    *,
    endpoint: str = "",
    protocol: str = "https",
) -> Call:
    """Return what calls an action of *service* with parameters; usable from several threads.

    Takes the role's credentials from *environ* now: they expire, so do not keep it for long. Each
    has connections of its own: those that were open while a function was frozen may be dead.
    *endpoint*, ``host:port``, and *protocol* are for tests. The call never raises; this raises
    ImportError without the SDK, and the SDK's own error for credentials that cannot be any.
    """
    from tencentcloud.common.common_client import (  # type: ignore[import-untyped]  # has no types
        CommonClient,
    )
    from tencentcloud.common.credential import Credential  # type: ignore[import-untyped]
    from tencentcloud.common.profile.client_profile import (  # type: ignore[import-untyped]
        ClientProfile,
    )
    from tencentcloud.common.profile.http_profile import (  # type: ignore[import-untyped]
        HttpProfile,
    )

    quiet("tencentcloud_sdk_common")
    timeouts_s = (reach.connect_s, reach.read_s)
    profile = HttpProfile(protocol=protocol, endpoint=endpoint or None, reqTimeout=timeouts_s)
    # Not the SDK's own search for credentials: it reads names that a function does not have.
    secret_id, secret_key = (environ[name].strip() for name in KEY_NAMES)
    credential = Credential(secret_id, secret_key, environ.get("TENCENTCLOUD_SESSIONTOKEN"))
    client = CommonClient(service, version, credential, region, ClientProfile(httpProfile=profile))
    _without_environment(client, proxied=reach.proxied)
    return lambda action, parameters: _called(client, action, parameters)


def _called(client: Any, action: str, parameters: Mapping[str, Any]) -> Answer:
    try:
        fields = json.loads(client.call(action, dict(parameters)))["Response"]
        error = fields.get("Error")  # the SDK misses it if the Content-Type names a charset
        return _failed(error["Code"]) if error else Answer(fields)
    except Exception as trouble:  # noqa: BLE001 - the SDK converts some errors, and lets others out
        return _failed(getattr(trouble, "code", None), trouble)


def _failed(code: object, trouble: Exception | None = None) -> Answer:
    """Return the answer for a vendor's *code*; no text of an error is looked at."""
    if not code:
        return Answer(code=type(trouble).__name__, unsure=True)
    told = vendor_code(code)
    return Answer(code=told, unsure=told.partition(".")[0] in _UNSURE)


def _without_environment(client: Any, *, proxied: bool) -> None:
    """Let no .netrc and no proxy of the environment have an effect, as with every call of ours.

    *proxied* leaves the proxy.
    """
    connection = client.request.conn
    if not proxied:
        connection.proxy = None
    if session := getattr(connection, "_session", None):
        session.trust_env = False
