"""What a chat platform's formatter offers; `formatters` has one module for each."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from relay.config import Receiver
from relay.delivery import Post
from relay.notifications import Notification


class Rendered(NamedTuple):
    """A message as a platform will show it, and the JSON object that is posted for it.

    *title* is what a chat list shows (DingTalk; empty on WeCom), *text* the markup, *size* of
    *limit* bytes as the platform counts them, *cut* tells that something was left out to fit.
    """

    title: str
    text: str
    body: dict[str, Any]
    size: int
    limit: int
    cut: bool = False


class Formatter(Protocol):
    def render(self, notification: Notification, receiver: Receiver) -> Rendered:
        """Turn words into markup that fits; pure."""

    def prepare(self, rendered: Rendered, receiver: Receiver, now_ms: int) -> Post:
        """Make the request, signed for *now_ms*; pure."""

    def check(self, answer: Mapping[str, Any]) -> None:
        """Raise a DeliveryError unless the vendor's *answer* says that it took the message."""
