"""A FIFO queue with its dead-letter queue in moto, and what Lambda makes of its messages.

``received`` ▸ ``lambda_event`` ▸ the handler ▸ ``settle``: one round of Lambda's poller.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

REGION = "cn-north-1"
ACCOUNT = "123456789012"  # moto's
NAME, DEAD_NAME = "relay-deliveries.fifo", "relay-dead-letters.fifo"
ARN = f"arn:aws-cn:sqs:{REGION}:{ACCOUNT}:{NAME}"

Message = Mapping[str, Any]


class Queues(NamedTuple):
    """The https addresses of both queues."""

    address: str
    dead: str


def make_queues(client: Any, *, most_receives: int = 5, visibility_s: int = 60) -> Queues:
    """Make the two queues that `serverless.yml` ships; *client* is boto3's of SQS.

    With *visibility_s* 0 a received message is there again at once.
    """
    dead = client.create_queue(QueueName=DEAD_NAME, Attributes={"FifoQueue": "true"})["QueueUrl"]
    asked = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    policy = {
        "deadLetterTargetArn": asked["Attributes"]["QueueArn"],
        "maxReceiveCount": most_receives,
    }
    made = client.create_queue(
        QueueName=NAME,
        Attributes={
            "FifoQueue": "true",
            "VisibilityTimeout": str(visibility_s),
            "RedrivePolicy": json.dumps(policy),
        },
    )
    return Queues(made["QueueUrl"], dead)


def received(client: Any, address: str, most: int = 10) -> list[Message]:
    """Receive up to *most* messages, with all their attributes."""
    answer = client.receive_message(
        QueueUrl=address,
        MaxNumberOfMessages=most,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    )
    found: list[Message] = answer.get("Messages", [])
    return found


def lambda_event(messages: Sequence[Message], *, arn: str = ARN) -> dict[str, Any]:
    """Return the event in which Lambda hands *messages* of `received` to a function.

    The shape is AWS's: system attributes as texts, keys in lower case. A key that a message lacks
    is left out, so that ``lambda_event([{"Body": "x"}])`` is an odd record.
    """
    return {"Records": [_record(message, arn) for message in messages]}


def settle(
    client: Any, address: str, messages: Sequence[Message], answer: Mapping[str, Any]
) -> None:
    """Delete those of *messages* that *answer* does not name, as Lambda does after a batch."""
    kept = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    for message in messages:
        if message["MessageId"] not in kept:
            client.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])


def _record(message: Message, arn: str) -> dict[str, Any]:
    names = {
        "MessageId": "messageId",
        "ReceiptHandle": "receiptHandle",
        "Body": "body",
        "Attributes": "attributes",
        "MD5OfBody": "md5OfBody",
    }
    given = message.get("MessageAttributes", {})
    return {
        **{ours: message[theirs] for theirs, ours in names.items() if theirs in message},
        "messageAttributes": {name: _attribute(value) for name, value in given.items()},
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stringValue": value["StringValue"],
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }
