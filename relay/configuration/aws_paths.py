"""All parameters below a path of AWS Parameter Store, for `RELAY_SECRETS`: ``ssm:///path/``."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from relay.configuration.aws_parameters import client, sdk_errors, trouble
from relay.configuration.fault_kinds import AWS
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.stores import Found, name_of

_MOST_OF_A_PAGE = 10  # of one GetParametersByPath
_MOST_PAGES = 50
_MOST_S = 4.0  # for all pages; no further one is asked for then
_OF_THE_PATH = {"denied": "denied_below"}  # told with another remedy than that of a name


def aws_path_fetcher(
    environ: Mapping[str, str],
    connect: Callable[[], Any] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[Sequence[str]], Found]:
    """Return what reads the parameters right below each path, SecureString decrypted.

    They come as one JSON object of texts, named by the last part of their names. Needs
    ``ssm:GetParametersByPath`` for the path, which is asked for without its last slash. *connect*
    as in `aws_fetcher`; *clock* gives monotonic seconds.
    """
    clients: list[Any] = []

    def read(place: str) -> str | SecretError:
        path = name_of(place.rstrip("/"))
        if not path or ":" in path:
            return fault("name")
        path = f"/{path.removeprefix('/')}"
        try:
            clients[:] = clients or [connect() if connect else client(environ)]
            values, kind, code = _below(clients[0], path, clock)
        except ImportError:
            values, kind, code = {}, "no_sdk", ""
        except sdk_errors() as error:
            values, (kind, code) = {}, trouble(error)
        if not kind:
            return json.dumps(values, sort_keys=True)
        told = f"{AWS}.{_OF_THE_PATH.get(kind, kind)}"
        return fault(told, reference=place, name=path, vendor_code=code)

    return lambda places: {place: read(place) for place in places}


def _below(
    connected: Any, path: str, clock: Callable[[], float]
) -> tuple[dict[str, str], str, str]:
    """Return the values by name; or, where they are none or too many, the kind of fault."""
    found: dict[str, str] = {}
    more: dict[str, str] = {}
    until = clock() + _MOST_S
    for _ in range(_MOST_PAGES):
        if clock() > until:
            return {}, "unreachable", ""
        answer = connected.get_parameters_by_path(
            Path=path, WithDecryption=True, MaxResults=_MOST_OF_A_PAGE, **more
        )
        for one in answer.get("Parameters") or ():
            found[str(one.get("Name")).rpartition("/")[2]] = str(one.get("Value") or "")
        if not answer.get("NextToken"):  # a page may be empty although others follow
            return found, "" if found else "none_below", ""
        more = {"NextToken": answer["NextToken"]}
    return {}, "too_many", ""
