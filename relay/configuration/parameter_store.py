"""Secrets in the parameter store of the cloud that the function runs on: ``ssm:///path/name``.

AWS Systems Manager Parameter Store on Lambda, 凭据管理系统 (Secrets Manager, also called SSM) on
Tencent SCF. Their SDKs are imported only when something is read.
"""

from collections.abc import Callable, Mapping, Sequence

from relay.configuration.fault_kinds import AWS, TENCENT
from relay.configuration.secret_errors import fault
from relay.configuration.stores import Found

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
