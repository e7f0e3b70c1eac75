"""The client of DynamoDB, and what its failures mean (E545)."""

from collections.abc import Mapping
from typing import Any

from relay.configuration.stores import quiet, vendor_code

CONNECT_S, READ_S = 0.3, 0.5
_MOST_CONNECTIONS = 32  # as many as robots are posted to at the same time

# AWS error codes, and the classes of botocore's own errors, and what they come to
_TROUBLES = {
    "AccessDeniedException": "denied",
    "403": "denied",
    "ResourceNotFoundException": "missing",
    "ValidationException": "shape",
    "ParamValidationError": "shape",
    "UnrecognizedClientException": "credentials",
    "InvalidSignatureException": "credentials",
    "IncompleteSignatureException": "credentials",
    "ExpiredTokenException": "credentials",
    "NoCredentialsError": "credentials",
    "PartialCredentialsError": "credentials",
    "CredentialRetrievalError": "credentials",
    "ProfileNotFound": "credentials",
    "NoRegionError": "region",
    "ProvisionedThroughputExceededException": "busy",
    "RequestLimitExceeded": "busy",
    "ThrottlingException": "busy",
    "ConnectTimeoutError": "unreachable",
    "ReadTimeoutError": "unreachable",
    "EndpointConnectionError": "unreachable",
    "ConnectionClosedError": "unreachable",
    "TimeoutError": "unreachable",
    "SlowError": "slow",
    "ModuleNotFoundError": "sdk",
}
_DETAILS = {
    "denied": "allow the function's role dynamodb:GetItem, dynamodb:PutItem and "
    "dynamodb:DeleteItem on the table {table}",
    "missing": "there is no table {table} in this account and region",
    "shape": 'the table {table} needs the partition key "key" (S) and no sort key',
    "credentials": "no AWS credentials that are valid: give the function a role",
    "region": "no region: set AWS_REGION",
    "busy": "the capacity of the table {table} is used up; on-demand capacity has no such limit",
    "unreachable": "DynamoDB does not answer; a function in a VPC needs an endpoint for it",
    "slow": "DynamoDB answers too slowly; the table belongs into the function's own region",
    "sdk": "boto3 is not installed",
    "": "look at the table {table}",
}


def connect(environ: Mapping[str, str]) -> Any:
    """Return a client that tries once and waits for at most `CONNECT_S` and `READ_S`.

    Credentials are found by boto3's own search. Raises what boto3 raises.
    """
    import boto3  # type: ignore[import-untyped]  # has no types
    from botocore.config import Config  # type: ignore[import-untyped]

    quiet("botocore")
    options = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=_MOST_CONNECTIONS,
        proxies={},  # this, `verify` and the next: as everywhere, only what is documented counts
        ignore_configured_endpoint_urls=True,
    )
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None
    endpoint = environ.get("AWS_ENDPOINT_URL") or None
    session = boto3.Session(region_name=region)  # not boto3's global one, which others may use
    return session.client("dynamodb", endpoint_url=endpoint, config=options, verify=True)


def trouble(error: Exception, table: str) -> tuple[str, str]:
    """Return AWS's code for *error* (or its class) and what to look at; its text is not read."""
    response = getattr(error, "response", None)
    given = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    code = vendor_code(given or type(error).__name__)
    return code, _DETAILS[_TROUBLES.get(code, "")].format(table=table)
