"""The dead-letter queue of an SQS queue, looked at and emptied without ever losing a message.

Whatever is received stays in the queue until it is removed on purpose. It is hidden from others for
`HIDDEN_S` at most, and shown again as soon as this side is done with it.

A FIFO queue gives at most ten messages of a group (a receiver) at a time: those behind them come
only when the first ones are gone. SQS has no way around that.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, NamedTuple

from relay.configuration.stores import quiet
from relay.queues.items import Item, read
from relay.queues.sqs import legal_id
from relay.text import clean
from relay.words import Phrase
from workbench.queue_faults import QueueFault, code_of, translated

HIDDEN_S = 30
WAIT_S = 1  # for the next messages: with 0, SQS asks only some of its servers
_BATCH = 10  # of one call
_NOT_IN_SQS = re.compile("[\ud800-\udfff\ufffe\uffff]")  # SQS refuses a message that has one
# What SQS answers when the fault is the message's: the next one may be taken.
_OF_THE_LETTER = ("InvalidMessageContents", "InvalidParameterValue", "MessageTooLong")
_REGION = re.compile(r"https://(?:sqs\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.", re.ASCII)

UNREADABLE = Phrase("内容无法解析", "its body cannot be read")
_REFUSED = Phrase("SQS 不接受这条消息（{code}）", "SQS refuses it ({code})")


class Unsendable(Exception):
    """One letter cannot be sent, whatever the queue; *why* holds nothing of it."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why.en)
        self.why = why


class Letter(NamedTuple):
    """A dead letter. *text* is its body, *item* what was read from it, None if that failed.

    *attributes*: ``code``, ``detail`` … as the relay wrote them; SQS writes none when it moves a
    message there itself. *receives*: how often it was received, by whomever, before this time.
    """

    message_id: str
    receipt: str
    group: str
    attributes: dict[str, str]
    receives: int
    text: str
    item: Item | None

    @property
    def id(self) -> str:
        """Return the delivery's id, fit to show and to type; else the queue message's."""
        known = self.item.delivery.id if self.item else self.attributes.get("delivery_id", "")
        return clean(known) or self.message_id

    @property
    def receiver(self) -> str:
        """Return the receiver's name, fit to show."""
        known = self.item.delivery.receiver if self.item else self.attributes.get("receiver", "")
        return clean(known)


class Queues(NamedTuple):
    """A queue and its dead-letter queue."""

    client: Any
    url: str
    dead_url: str

    @property
    def name(self) -> str:
        return name_of(self.url)

    @property
    def dead_name(self) -> str:
        return name_of(self.dead_url)


def name_of(address: str) -> str:
    """Return the name in ``sqs://name`` or in a queue's https address."""
    return address.rstrip("/").rpartition("/")[2]


def connected(address: str, environ: Mapping[str, str]) -> Queues:
    """Return the queue at *address* (``sqs://name`` or https) and its dead-letter queue.

    The region is the address's or that of *environ*. Raises QueueFault.
    """
    name = name_of(address)
    with translated(name):
        client = _client(address, environ)
        url = address if address.startswith("https://") else _url(client, name)
        policy = _attributes(client, url, "RedrivePolicy").get("RedrivePolicy", "{}")
    target = json.loads(policy).get("deadLetterTargetArn", "")
    if not target:
        raise QueueFault("no_dead_letters", name)
    # always one of the same account and region
    return Queues(client, url, f"{url.rpartition('/')[0]}/{target.rpartition(':')[2]}")


def count(queues: Queues) -> int:
    """Return about how many dead letters there are; raises QueueFault."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    with translated(queues.dead_name):
        found = _attributes(queues.client, queues.dead_url, *names)
    return sum(int(found.get(name, 0)) for name in names)


class Hold:
    """The dead letters that were received; at the end of the ``with`` the others see them again.

    Methods raise QueueFault.
    """

    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        self._held: dict[str, Letter] = {}
        self._seen: set[str] = set()

    def __enter__(self) -> "Hold":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(QueueFault):  # then they are seen again when their time is over
            self._release()

    def letters(self) -> Iterator[Letter]:
        """Yield every dead letter once, as far as the queue gives them.

        Those of one group come in their order. What is removed on the way makes room for more.
        """
        while received := self._received():
            self._held.update((one.message_id, one) for one in received)  # the newest receipt
            batch = [one for one in received if one.message_id not in self._seen]
            if not batch:  # only those whose time was over
                return
            self._seen.update(one.message_id for one in batch)
            yield from batch

    def resend(self, letter: Letter, now_s: float) -> None:
        """Put a letter back into the main queue, then remove it here.

        Its age there counts from *now_s*. A second try within five minutes sends nothing twice.
        Raises Unsendable for what is wrong with this letter alone; it stays.
        """
        if letter.item is None:
            raise Unsendable(UNREADABLE)
        try:
            body = _renewed(letter.text, now_s)
        except (ValueError, RecursionError):
            raise Unsendable(UNREADABLE) from None
        order = {"MessageGroupId": letter.group, "MessageDeduplicationId": repeat_id(letter)}
        queues = self._queues
        with translated(queues.name), _of_the_letter():
            queues.client.send_message(
                QueueUrl=queues.url, MessageBody=body, **(order if _is_fifo(queues.url) else {})
            )
        self.remove(letter)

    def remove(self, letter: Letter) -> None:
        queues = self._queues
        with translated(queues.dead_name):
            queues.client.delete_message(QueueUrl=queues.dead_url, ReceiptHandle=letter.receipt)
        self._held.pop(letter.message_id, None)

    def _received(self) -> list[Letter]:
        with translated(self._queues.dead_name):
            answer = self._queues.client.receive_message(
                QueueUrl=self._queues.dead_url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=HIDDEN_S,
                WaitTimeSeconds=WAIT_S,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return [_letter(message) for message in answer.get("Messages", ())]

    def _release(self) -> None:
        held = list(self._held.values())
        for start in range(0, len(held), _BATCH):
            entries = [
                {"Id": str(index), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                for index, letter in enumerate(held[start : start + _BATCH])
            ]
            with translated(self._queues.dead_name):
                self._queues.client.change_message_visibility_batch(
                    QueueUrl=self._queues.dead_url, Entries=entries
                )


def repeat_id(letter: Letter) -> str:
    """Return what is the same whenever this very dead letter is sent again, and for nothing else.

    SQS takes it as a deduplication id.
    """
    return legal_id(f"{letter.id}~{letter.message_id.replace('-', '')[:12]}")


def _renewed(text: str, now_s: float) -> str:
    """Return an item's *text* waiting since *now_s*; all else, also what `read` skips, stays."""
    renewed = {**json.loads(text), "since_s": now_s}
    plain = json.dumps(renewed, ensure_ascii=False, separators=(",", ":"))
    return _NOT_IN_SQS.sub(lambda found: f"\\u{ord(found[0]):x}", plain)


@contextmanager
def _of_the_letter() -> Iterator[None]:
    """Tell what SQS has against one message from what keeps it from taking any."""
    try:
        yield
    except Exception as error:
        code = code_of(error)
        if code in _OF_THE_LETTER:
            raise Unsendable(_REFUSED.filled(code=code)) from None
        raise


def _letter(message: Mapping[str, Any]) -> Letter:
    given = message.get("MessageAttributes", {})
    about = message.get("Attributes", {})
    try:
        item = read(message["Body"])
    except ValueError:
        item = None
    return Letter(
        message_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        group=about.get("MessageGroupId", ""),
        attributes={name: str(value.get("StringValue", "")) for name, value in given.items()},
        receives=int(about.get("ApproximateReceiveCount", 1)) - 1,
        text=message["Body"],
        item=item,
    )


def _client(address: str, environ: Mapping[str, str]) -> Any:
    try:
        import boto3  # type: ignore[import-untyped]  # has no types
        from botocore.config import Config  # type: ignore[import-untyped]
    except ImportError:
        raise QueueFault("no_sdk") from None
    quiet("botocore")
    told = _REGION.match(address)
    region = told[1] if told else environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    options = Config(
        connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3, "mode": "standard"}
    )
    endpoint = environ.get("AWS_ENDPOINT_URL_SQS") or environ.get("AWS_ENDPOINT_URL")
    session = boto3.Session(region_name=region or None)
    return session.client("sqs", config=options, endpoint_url=endpoint or None)


def _url(client: Any, name: str) -> str:
    return str(client.get_queue_url(QueueName=name)["QueueUrl"])


def _attributes(client: Any, url: str, *names: str) -> dict[str, str]:
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
    return dict(found.get("Attributes", {}))


def _is_fifo(url: str) -> bool:
    return url.endswith(".fifo")
