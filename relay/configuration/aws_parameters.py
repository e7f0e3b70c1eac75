"""Secrets in AWS Systems Manager Parameter Store: ``ssm:///path/name``.

``:3`` or ``:label`` after the name picks a version, as everywhere on AWS.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from relay.configuration.fault_kinds import AWS
from relay.configuration.references import SSM
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.stores import Found, name_of, quiet, vendor_code

_MOST_NAMES = 10  # of one GetParameters
# AWS error codes and botocore's own errors, and what they come to
_TROUBLES = {
    "AccessDeniedException": "denied",
    "403": "denied",
    "InvalidKeyId": "unusable",
    "UnrecognizedClientException": "bad_credentials",
    "InvalidClientTokenId": "bad_credentials",
    "InvalidSignatureException": "bad_credentials",
    "ExpiredTokenException": "bad_credentials",
    "ExpiredToken": "bad_credentials",
    "ThrottlingException": "busy",
    "InternalServerError": "busy",
    "ServiceUnavailable": "busy",
    "NoRegionError": "no_region",
    "NoCredentialsError": "no_credentials",
    "PartialCredentialsError": "no_credentials",
    "ProfileNotFound": "no_credentials",
    "TokenRetrievalError": "bad_credentials",
    "SSOTokenLoadError": "bad_credentials",
    "UnauthorizedSSOTokenError": "bad_credentials",
    "ConnectTimeoutError": "unreachable",
    "ReadTimeoutError": "unreachable",
    "EndpointConnectionError": "unreachable",
    "ConnectionClosedError": "unreachable",
    "SSLError": "unreachable",
    "HTTPClientError": "unreachable",
}
_OF_THE_NAME = ("denied", "unusable", "refused")  # others of the same call may be readable


def aws_fetcher(
    environ: Mapping[str, str], connect: Callable[[], Any] | None = None
) -> Callable[[Sequence[str]], Found]:
    """Return what reads from AWS Parameter Store, ten names a call, SecureString decrypted.

    Needs ``ssm:GetParameters``. *connect* returns the client; the default is boto3's, with its
    own search for credentials.
    """
    clients: list[Any] = []

    def fetch(locations: Sequence[str]) -> Found:
        names = {place: name_of(place) for place in locations}
        found: Found = {place: fault("name") for place, name in names.items() if not name}
        known = {place: name for place, name in names.items() if name}
        if not known:
            return found
        try:
            clients[:] = clients or [connect() if connect else client(environ)]
            answers = _ask(clients[0], sorted(set(known.values())))
        except ImportError:
            answers = _all(known.values(), "no_sdk")
        except sdk_errors() as error:
            answers = _all(known.values(), *trouble(error))
        return found | {place: answers[name] for place, name in known.items()}

    return fetch


def client(environ: Mapping[str, str]) -> Any:
    """Return boto3's client, with short time-outs; it searches for credentials by itself."""
    import boto3  # type: ignore[import-untyped]  # has no types
    from botocore.config import Config  # type: ignore[import-untyped]

    quiet("botocore")
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None
    options = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"total_max_attempts": 2, "mode": "standard"},
        proxies={},  # this and `verify`: as with every call of ours, the environment has no say
    )
    session = boto3.Session(region_name=region)  # not boto3's global one, which others may use
    return session.client("ssm", config=options, verify=True)


def sdk_errors() -> tuple[type[Exception], ...]:
    """Return what boto3 raises for all that can go wrong outside of it."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
    except ImportError:
        return ()
    return BotoCoreError, ClientError


def _ask(client: Any, names: Sequence[str]) -> Found:
    found: Found = {}
    for start in range(0, len(names), _MOST_NAMES):
        found.update(_ask_batch(client, names[start : start + _MOST_NAMES]))
    return found


def _ask_batch(client: Any, names: Sequence[str]) -> Found:
    """Ask in one call; where it is refused for one of the names, in one for each.

    Raises what has nothing to do with the names.
    """
    try:
        answer = client.get_parameters(Names=list(names), WithDecryption=True)
    except sdk_errors() as error:
        kind, code = trouble(error)
        if kind not in _OF_THE_NAME:
            raise
        if len(names) == 1:
            return _all(names, kind, code)
        return {name: _ask_batch(client, [name])[name] for name in names}
    values = {_key(p["Name"] + p.get("Selector", "")): p["Value"] for p in answer["Parameters"]}
    return {name: values.get(_key(name), _fault(name, "missing")) for name in names}


def _key(name: str) -> str:
    return name.removeprefix("/")  # what was asked for as ``/name`` may be answered as ``name``


def trouble(error: Exception) -> tuple[str, str]:
    """Return the kind of *error* and the vendor's code; its text is not looked at."""
    response = getattr(error, "response", None)
    given = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    code = vendor_code(given or type(error).__name__)
    return _TROUBLES.get(code, "refused"), code


def _all(names: Iterable[str], kind: str, code: str = "") -> Found:
    return {name: _fault(name, kind, code) for name in names}


def _fault(name: str, kind: str, code: str = "") -> SecretError:
    return fault(f"{AWS}.{kind}", reference=f"{SSM}{name}", vendor_code=code)
