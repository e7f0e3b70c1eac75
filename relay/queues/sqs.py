"""Waiting in an SQS FIFO queue: one message per delivery, one group per receiver.

`design/delivery.md` section 2, `reference/platforms.md` section 1.6. The function's role needs
``sqs:SendMessage`` on the queue and on its dead-letter queue, ``sqs:ChangeMessageVisibility`` and
``sqs:GetQueueAttributes`` on the queue, and ``sqs:GetQueueUrl`` for an address ``sqs://name.fifo``.
"""

import hashlib
import json
import math
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from relay import log
from relay.configuration.stores import quiet, vendor_code
from relay.notifications import Delivery
from relay.queues.items import Item, write

LONGEST_HOLD_S = 43200  # SQS's limit, counted from when the message was received

_MOST_ENTRIES = 10  # of one batch call
# SQS takes 1 MiB since 2025, and 256 KiB where that has not arrived; few batches come near it.
_MOST_BATCH_BYTES = 262_144
_MOST_ITEM_BYTES = 200_000
_MOST_ID = 128
_MOST_DETAIL = 200
_MOST_ATTRIBUTE = 512
_MOST_NUMBER = 10**9
_NAME = re.compile(r"[A-Za-z0-9_-]{1,75}\.fifo")
_ADDRESS = re.compile(r"(?:sqs://|https://[^/?#@\s]+/(?:[^/?#\s]+/)+)([^/?#\s]+)")
_REGION = re.compile(r"https://(?:[^/]*\.)?sqs\.([a-z]+(?:-[a-z]+)+-[0-9]+)\.")
_ARN = re.compile(r"arn:[^:]*:sqs:[^:]*:[^:]*:([A-Za-z0-9_.-]+)")
_DIGITS = re.compile(r"[0-9]{1,9}")  # as many as `_MOST_NUMBER` allows
_ILLEGAL_IN_ID = re.compile(r"[^!-~]")
_HASHED = re.compile(r"~[0-9a-f]{32}\Z")
_ILLEGAL_IN_TEXT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Record(NamedTuple):
    """One message as Lambda hands it over; *receives* counts this time as well.

    What the event lacks is ``""``, or 1 for *receives*.
    """

    message_id: str
    receipt: str
    group: str
    receives: int
    text: str


class _Entry(NamedTuple):
    """A delivery ready to be put, *at* its place among those given."""

    at: int
    delivery: Delivery
    text: str


class _Redrive(NamedTuple):
    """Where dead letters go (``""``: nowhere), and after how many receives (0: never)."""

    address: str = ""
    most_receives: int = 0


def records(event: object) -> tuple[Record, ...] | None:
    """Return the messages of a Lambda event, in their order; None if it is no event of SQS."""
    listed = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(listed, list):
        return None
    found = [one for one in listed if isinstance(one, Mapping)]
    found = [one for one in found if one.get("eventSource") == "aws:sqs"]
    return tuple(_record(one) for one in found) if found else None


def address(event: object, configured: str = "") -> str:
    """Return the address of the queue that *event* came from.

    That is *configured* where it names the same queue (an https address saves a call), else
    ``sqs://name.fifo``.
    """
    first = event["Records"][0] if isinstance(event, dict) and event.get("Records") else {}
    name = _str(first.get("eventSourceARN")).rpartition(":")[2]
    return configured if configured.rpartition("/")[2] == name else f"sqs://{name}"


def failures(message_ids: Iterable[str]) -> dict[str, Any]:
    """Return the answer after which Lambda deletes all messages of the batch but these.

    An empty id, of a record that had none, brings the whole batch back: rather twice than never.
    """
    ids = dict.fromkeys(message_ids)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in ids]}


def legal_id(name: str) -> str:
    """Return *name* as SQS takes it for a group or a deduplication id: 128 of printable ASCII.

    What cannot stand there as it is gets a hash behind what can: two names never become one.
    """
    is_legal = 0 < len(name) <= _MOST_ID and not _ILLEGAL_IN_ID.search(name)
    if is_legal and not _HASHED.search(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{_ILLEGAL_IN_ID.sub('', name)[:64]}~{digest}"


class SqsQueue:
    """One queue, for all threads of the process. Nothing here raises; what fails is logged.

    Log lines have the error's class and code and the ids of deliveries or messages.
    """

    def __init__(self, address: str, environ: Mapping[str, str], client: Any = None) -> None:
        """*address* is ``sqs://name.fifo`` or the queue's https address; no call is made yet.

        *environ* may name the region (that of an https address counts more) and another endpoint
        (``AWS_ENDPOINT_URL_SQS``, ``AWS_ENDPOINT_URL``).
        """
        self._address = address
        self._environ = environ
        self._client = client
        self._url = address if address.startswith("https://") else ""
        self._redrive: _Redrive | None = None
        self._lock = threading.Lock()

    def put(self, deliveries: Sequence[Delivery], *, now_s: float) -> tuple[Delivery, ...]:
        """Put *deliveries* in and return those that the queue did not take.

        SQS drops a repeat within five minutes, which counts as taken. When a call fails as a whole
        the rest is not tried: the webhook waits for the answer. One call takes at most about 7 s.
        """
        taken: set[int] = set()
        is_up = self._is_usable()
        for batch in _batches(_entries(deliveries, now_s)):
            if not is_up:
                _tell_refused(batch, "not_tried")
                continue
            answered = self._sent(batch)
            is_up = answered is not None
            taken |= answered or set()
        return tuple(one for at, one in enumerate(deliveries) if at not in taken)

    def hold(self, records: Sequence[Record], delay_s: float) -> None:
        """Let *records* come back after *delay_s*, 0 to `LONGEST_HOLD_S`, and not before."""
        timeout_s = math.ceil(min(LONGEST_HOLD_S, max(0, delay_s)))
        for start in range(0, len(records), _MOST_ENTRIES):
            self._hold(records[start : start + _MOST_ENTRIES], timeout_s)

    def bury(
        self,
        record: Record,
        *,
        code: str,
        detail: str,
        delivery: Delivery | None = None,
        vendor_code: str = "",
    ) -> bool:
        """Put the text of *record* into the dead-letter queue, with the reason as attributes.

        *delivery* is what was read from it, if it could be read. True once it is there: then
        *record* may be acknowledged. The group stays. The same message buried twice is there once;
        told by its own id, since a delivery that is sent again may come here again.
        """
        told = {
            "code": code,
            "detail": detail[:_MOST_DETAIL],
            "receiver": delivery.receiver if delivery else "",
            "delivery_id": delivery.id if delivery else "",
            "vendor_code": vendor_code,
        }
        redrive = self._read_redrive()
        if redrive is None or not redrive.address:
            reason = "unread" if redrive is None else "no_dead_letter_queue"
            log.error("queue.not_buried", vendor_code=reason, message_id=record.message_id)
            return False
        answer = _tried(
            lambda: self._connected().send_message(
                QueueUrl=redrive.address,
                MessageBody=_ILLEGAL_IN_TEXT.sub("\ufffd", record.text) or "-",
                MessageGroupId=record.group or legal_id(told["receiver"]),
                MessageDeduplicationId=legal_id(record.message_id or record.text),
                MessageAttributes=_attributes(told),
            ),
            "queue.not_buried",
            message_id=record.message_id,
        )
        return answer is not None

    @property
    def most_receives(self) -> int:
        """How often a message is received before SQS buries it; 0 if that cannot be read."""
        redrive = self._read_redrive()
        return redrive.most_receives if redrive else 0

    def _is_usable(self) -> bool:
        """Tell whether the address is one of a FIFO queue; otherwise say so in the log."""
        found = _ADDRESS.fullmatch(self._address)
        if found and _NAME.fullmatch(found[1]):
            return True
        log.error(
            "queue.unusable",
            code="E540",
            detail="the queue's address is sqs://name.fifo or https://…/name.fifo: FIFO only",
        )
        return False

    def _sent(self, batch: Sequence[_Entry]) -> set[int] | None:
        """Return the places of those of *batch* that were taken; None if the call failed."""
        answer = _tried(
            lambda: self._connected().send_message_batch(
                QueueUrl=self._queue_url(),
                Entries=[_message(entry) for entry in batch],
            ),
            "queue.refused",
            code="E540",
            delivery_ids=[entry.delivery.id for entry in batch],
        )
        if answer is None:
            return None
        taken = {str(entry.get("Id")) for entry in answer.get("Successful") or ()}
        codes = {str(entry.get("Id")): entry.get("Code") for entry in answer.get("Failed") or ()}
        for entry in batch:
            if str(entry.at) not in taken:
                _tell_refused([entry], codes.get(str(entry.at)))
        return {entry.at for entry in batch if str(entry.at) in taken}

    def _hold(self, records: Sequence[Record], timeout_s: int) -> None:
        ids = {str(at): record.message_id for at, record in enumerate(records)}
        answer = _tried(
            lambda: self._connected().change_message_visibility_batch(
                QueueUrl=self._queue_url(),
                Entries=[
                    {"Id": str(at), "ReceiptHandle": one.receipt, "VisibilityTimeout": timeout_s}
                    for at, one in enumerate(records)
                ],
            ),
            "queue.not_held",
            message_ids=list(ids.values()),
        )
        for entry in (answer or {}).get("Failed") or ():
            code, message_id = (
                vendor_code(entry.get("Code") or ""),
                ids.get(str(entry.get("Id")), ""),
            )
            log.error("queue.not_held", vendor_code=code, message_ids=[message_id])

    def _read_redrive(self) -> _Redrive | None:
        """Return the queue's redrive policy, read once; None if it cannot be read."""
        if self._redrive is None and self._is_usable():
            answer = _tried(self._asked_policy, "queue.not_read")
            if answer is not None:
                policy = (answer.get("Attributes") or {}).get("RedrivePolicy")
                self._redrive = _redrive(policy, self._url)
        return self._redrive

    def _asked_policy(self) -> Any:
        return self._connected().get_queue_attributes(
            QueueUrl=self._queue_url(), AttributeNames=["RedrivePolicy"]
        )

    def _queue_url(self) -> str:
        if not self._url:  # two threads may both ask, to the same end
            name = self._address.removeprefix("sqs://")
            self._url = self._connected().get_queue_url(QueueName=name)["QueueUrl"]
        return self._url

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _client(self._url, self._environ)
            return self._client


def _client(url: str, environ: Mapping[str, str]) -> Any:
    import boto3  # type: ignore[import-untyped]  # has no types
    from botocore.config import Config  # type: ignore[import-untyped]

    quiet("botocore")
    named = _REGION.match(url)
    region = named[1] if named else environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    endpoint = environ.get("AWS_ENDPOINT_URL_SQS") or environ.get("AWS_ENDPOINT_URL")
    options = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"total_max_attempts": 2, "mode": "standard"},
        proxies={},  # this, `verify` and the next: as everywhere, only what is documented counts
        ignore_configured_endpoint_urls=True,
    )
    session = boto3.Session(region_name=region or None)  # not the global one, others may use it
    return session.client("sqs", config=options, verify=True, endpoint_url=endpoint or None)


def _tried(call: Callable[[], Any], failed: str, **told: Any) -> Any:
    """Return what *call* returns; None when it raises, which is logged as *failed*.

    An SDK fails in many ways (no SDK, no region, a bad address), and none may stop a message. Its
    texts hold addresses, so only class and code are told.
    """
    try:
        return call()
    except Exception as failure:  # noqa: BLE001
        response = getattr(failure, "response", None)
        code = response.get("Error", {}).get("Code") if isinstance(response, dict) else ""
        log.error(failed, failure=failure, vendor_code=vendor_code(code) if code else "", **told)
        return None


def _entries(deliveries: Sequence[Delivery], now_s: float) -> Iterator[_Entry]:
    for at, delivery in enumerate(deliveries):
        work = partial(write, Item(delivery, now_s), _MOST_ITEM_BYTES)
        text = _tried(work, "queue.refused", code="E540", delivery_ids=[delivery.id])
        if text is not None:
            yield _Entry(at, delivery, text)


def _batches(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    batch: list[_Entry] = []
    room = _MOST_BATCH_BYTES
    for entry in entries:
        size = len(entry.text.encode())
        if batch and (size > room or len(batch) == _MOST_ENTRIES):
            yield batch
            batch, room = [], _MOST_BATCH_BYTES
        batch.append(entry)
        room -= size
    if batch:
        yield batch


def _message(entry: _Entry) -> dict[str, str]:
    return {
        "Id": str(entry.at),
        "MessageBody": entry.text,
        "MessageGroupId": legal_id(entry.delivery.receiver),
        "MessageDeduplicationId": legal_id(entry.delivery.id),
    }


def _tell_refused(batch: Sequence[_Entry], code: object) -> None:
    ids = [entry.delivery.id for entry in batch]
    log.error("queue.refused", code="E540", vendor_code=vendor_code(code or ""), delivery_ids=ids)


def _attributes(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return *texts* as message attributes, those that are empty left out: SQS takes none."""
    return {
        name: {
            "DataType": "String",
            "StringValue": _ILLEGAL_IN_TEXT.sub("\ufffd", text[:_MOST_ATTRIBUTE]),
        }
        for name, text in texts.items()
        if text
    }


def _redrive(policy: object, url: str) -> _Redrive:
    """Read a RedrivePolicy; the dead-letter queue is always one of the same account and region."""
    try:
        written = json.loads(policy) if isinstance(policy, str) else {}
    except (ValueError, RecursionError):
        written = {}
    if not isinstance(written, dict):
        return _Redrive()
    arn = _ARN.fullmatch(str(written.get("deadLetterTargetArn")))
    address = f"{url.rpartition('/')[0]}/{arn[1]}" if arn else ""
    return _Redrive(address, _natural(written.get("maxReceiveCount"), 0))


def _record(one: Mapping[str, Any]) -> Record:
    attributes = one.get("attributes")
    known = attributes if isinstance(attributes, Mapping) else {}
    return Record(
        message_id=_str(one.get("messageId")),
        receipt=_str(one.get("receiptHandle")),
        group=_str(known.get("MessageGroupId")),
        receives=_natural(known.get("ApproximateReceiveCount"), 1),
        text=_str(one.get("body")),
    )


def _str(value: object) -> str:
    return value if isinstance(value, str) else ""


def _natural(value: object, otherwise: int) -> int:
    """Return a number written as one or as text; *otherwise* for everything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < _MOST_NUMBER else otherwise
    return int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else otherwise
