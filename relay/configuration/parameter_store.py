"""Secrets in the parameter store of the cloud that the function runs on: ``ssm:///path/name``.

AWS Systems Manager Parameter Store on Lambda, 凭据管理系统 (Secrets Manager, also called SSM) on
Tencent SCF. Their SDKs are imported only when something is read.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence

from relay.configuration.references import SSM
from relay.configuration.secret_errors import AWS, TENCENT, SecretError, fault

Found = dict[str, "str | SecretError"]

_NAME = re.compile(r"[\w.\-/]+(:[\w.\-]+)?", re.ASCII)
_VENDOR_CODE = re.compile(r"[\w.]{1,60}", re.ASCII)
# Which variables tell where we are, the clearest first.
_SIGNS = (
    ("AWS_LAMBDA_FUNCTION_NAME", AWS),
    ("TENCENTCLOUD_RUNENV", TENCENT),
    ("TENCENTCLOUD_SECRETID", TENCENT),
    ("AWS_ACCESS_KEY_ID", AWS),
    ("AWS_PROFILE", AWS),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", AWS),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", AWS),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", AWS),
    ("AWS_REGION", AWS),
    ("AWS_DEFAULT_REGION", AWS),
)


def parameter_store(environ: Mapping[str, str]) -> Callable[[Sequence[str]], Found]:
    """Return what reads from the store of the cloud that *environ* tells of."""
    cloud = cloud_of(environ)
    if cloud == AWS:
        from relay.configuration.aws_parameters import aws_fetcher

        return aws_fetcher(environ)
    if cloud == TENCENT:
        from relay.configuration.tencent_secrets import tencent_fetcher

        return tencent_fetcher(environ)
    return lambda locations: {place: fault("no_cloud", reference=place) for place in locations}


def cloud_of(environ: Mapping[str, str]) -> str:
    """Return ``aws``, ``tencent`` or ``""``: where we run, or else whose credentials are there."""
    return next((cloud for name, cloud in _SIGNS if environ.get(name)), "")


def name_of(location: str) -> str:
    """Return the name in ``ssm:///path/name`` with its slash, or ``""`` if it cannot be one.

    ``ssm://name`` is a parameter without a slash; ``ssm://path/name`` gets the one it lacks.
    ``:version`` (on AWS also ``:label``) may follow.
    """
    name = location.removeprefix(SSM)
    if name == location or not _NAME.fullmatch(name) or name.endswith("/"):
        return ""
    return f"/{name}" if "/" in name[1:] and name[0] != "/" else name


def quiet(logger: str) -> None:
    """Silence an SDK's logger: its debug lines hold the values."""
    logging.getLogger(logger).setLevel(logging.CRITICAL)


def vendor_code(text: object) -> str:
    """Return a cloud's error code if it looks like one: nothing else of its answers is shown."""
    return str(text) if _VENDOR_CODE.fullmatch(str(text)) else "?"
