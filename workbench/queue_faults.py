"""What can go wrong between a person's machine and SQS, and what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from relay.configuration.stores import vendor_code
from relay.words import Phrase

# AWS error codes and botocore's own errors, and what they come to
_KINDS = {
    "AWS.SimpleQueueService.NonExistentQueue": "missing",
    "QueueDoesNotExist": "missing",
    "InvalidAddress": "missing",
    "AccessDenied": "denied",
    "AccessDeniedException": "denied",
    "AuthorizationError": "denied",
    "InvalidClientTokenId": "bad_credentials",
    "UnrecognizedClientException": "bad_credentials",
    "SignatureDoesNotMatch": "bad_credentials",
    "InvalidSecurity": "bad_credentials",
    "ExpiredToken": "bad_credentials",
    "ExpiredTokenException": "bad_credentials",
    "TokenRetrievalError": "bad_credentials",
    "SSOTokenLoadError": "bad_credentials",
    "UnauthorizedSSOTokenError": "bad_credentials",
    "NoCredentialsError": "no_credentials",
    "PartialCredentialsError": "no_credentials",
    "ProfileNotFound": "no_credentials",
    "NoRegionError": "no_region",
    "ConnectTimeoutError": "unreachable",
    "ReadTimeoutError": "unreachable",
    "EndpointConnectionError": "unreachable",
    "ConnectionClosedError": "unreachable",
    "ProxyConnectionError": "unreachable",
    "SSLError": "unreachable",
    "HTTPClientError": "unreachable",
    "RequestThrottled": "busy",
    "ThrottlingException": "busy",
    "InternalFailure": "busy",
    "ServiceUnavailable": "busy",
}
_SAYINGS = {
    "no_sdk": Phrase(
        "没有安装 boto3，没法读 SQS。运行：pip install boto3",
        "boto3 is not installed, so SQS cannot be read. Run: pip install boto3",
    ),
    "no_region": Phrase(
        "没有设置地域。设置 AWS_REGION，或用 --queue 写出队列的 https 地址",
        "no region is set. Set AWS_REGION, or give the queue's https address with --queue",
    ),
    "no_credentials": Phrase(
        "没有 AWS 凭证。运行 aws configure，或设置 AWS_PROFILE",
        "there are no AWS credentials. Run aws configure, or set AWS_PROFILE",
    ),
    "bad_credentials": Phrase(
        "AWS 凭证无效或已过期（{code}）。重新登录；环境里有旧的 AWS_ACCESS_KEY_ID 就删掉",
        "the AWS credentials are wrong or have expired ({code}). Log in again; remove an old "
        "AWS_ACCESS_KEY_ID from the environment",
    ),
    "missing": Phrase(
        "没有队列 {queue}。检查名字、地域（AWS_REGION）和账号（AWS_PROFILE）",
        "there is no queue {queue}. Check its name, the region (AWS_REGION) and the account "
        "(AWS_PROFILE)",
    ),
    "denied": Phrase(
        "没有权限：{queue}。主队列需要 sqs:GetQueueUrl、GetQueueAttributes、SendMessage，死信队列"
        "需要 sqs:GetQueueAttributes、ReceiveMessage、ChangeMessageVisibility、DeleteMessage",
        "no permission: {queue}. The main queue needs sqs:GetQueueUrl, GetQueueAttributes and "
        "SendMessage; the dead-letter queue sqs:GetQueueAttributes, ReceiveMessage, "
        "ChangeMessageVisibility and DeleteMessage",
    ),
    "unreachable": Phrase(
        "连不上 SQS。检查网络、代理和地域（AWS_REGION）",
        "SQS cannot be reached. Check the network, the proxy and the region (AWS_REGION)",
    ),
    "busy": Phrase(
        "SQS 正忙（{code}），过一会儿再试", "SQS is busy ({code}): try again in a while"
    ),
    "refused": Phrase(
        "SQS 拒绝了 {queue}（{code}）。在 AWS 的文档里查这个错误码",
        "SQS refused {queue} ({code}). Look this code up in the documentation of AWS",
    ),
    "no_dead_letters": Phrase(
        "队列 {queue} 没有死信队列。在它的 RedrivePolicy 里设置 deadLetterTargetArn；"
        "serverless.yml 自带一个",
        "queue {queue} has no dead-letter queue. Set deadLetterTargetArn in its RedrivePolicy; "
        "serverless.yml brings one",
    ),
}


class QueueFault(Exception):
    """SQS cannot be used; *phrase* says why and what to do. It holds no address and no secret."""

    def __init__(self, kind: str, queue: str = "", code: str = "") -> None:
        self.phrase = _SAYINGS[kind].filled(queue=queue, code=code)
        super().__init__(self.phrase.en)


@contextmanager
def translated(queue: str) -> Iterator[None]:
    """Turn boto3's errors about the queue called *queue* into a `QueueFault`.

    Their texts are not looked at.
    """
    try:
        yield
    except _errors() as error:
        code = code_of(error)
        raise QueueFault(_KINDS.get(code, "refused"), queue, code) from None


def code_of(error: Exception) -> str:
    """Return the vendor's code of an *error* of boto3, or the name of its class."""
    response = getattr(error, "response", None)
    given = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return vendor_code(given or type(error).__name__)


def _errors() -> tuple[type[Exception], ...]:
    """Return what boto3 raises for all that can go wrong outside of it."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
    except ImportError:
        return ()
    return BotoCoreError, ClientError
