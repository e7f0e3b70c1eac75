"""What Lambda does with a queue of SQS: receives, calls the function, deletes what is done."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_MOST_MESSAGES = 10  # of one batch of a FIFO queue
_KEYS = {
    "MessageId": "messageId",
    "ReceiptHandle": "receiptHandle",
    "Body": "body",
    "Attributes": "attributes",
    "MD5OfBody": "md5OfBody",
}

Handle = Callable[[object, object], Mapping[str, Any]]


def poll(sqs: Any, address: str, arn: str, handle: Handle) -> int:
    """Hand over batch after batch until nothing is visible; return how many messages that were.

    *sqs* is boto3's client; *address* and *arn* are the queue's.
    """
    total = 0
    while messages := _received(sqs, address):
        total += len(messages)
        answer = handle(_event(messages, arn), None)
        kept = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in kept:
                sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
    return total


def _received(sqs: Any, address: str) -> Sequence[Mapping[str, Any]]:
    answer = sqs.receive_message(
        QueueUrl=address, MaxNumberOfMessages=_MOST_MESSAGES, AttributeNames=["All"]
    )
    found: Sequence[Mapping[str, Any]] = answer.get("Messages", ())
    return found


def _event(messages: Sequence[Mapping[str, Any]], arn: str) -> dict[str, Any]:
    about = {
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }
    records = ({ours: one[theirs] for theirs, ours in _KEYS.items()} for one in messages)
    return {"Records": [{**record, **about} for record in records]}
