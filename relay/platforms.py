"""What a chat platform's formatter offers; `formatters` has one module for each."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from relay.config import Receiver
from relay.delivery import Post
from relay.notifications import Notification
from relay.words import Phrase


class Rendered(NamedTuple):
    """A message as a platform will show it, and the JSON object that is posted for it.

    *title* is what a chat list shows (DingTalk; empty on WeCom), *text* the markup, *size* of
    *limit* bytes as the platform counts them, *cut* tells that something was left out to fit.
    *follow_up* is a second, small body, posted once the first was taken: mentions that the
    receiver's message type cannot carry.
    """

    title: str
    text: str
    body: dict[str, Any]
    size: int
    limit: int
    cut: bool = False
    follow_up: dict[str, Any] | None = None


class Formatter(Protocol):
    def render(self, notification: Notification, receiver: Receiver) -> Rendered:
        """Turn words into markup that fits; pure."""

    def prepare(
        self, body: Mapping[str, Any], receiver: Receiver, now_ms: int, token: str = ""
    ) -> Post:
        """Make the request that posts *body*, signed for *now_ms*; pure.

        *token* is what `read_token` gave, empty where `token_request` is None.
        """

    def check(self, answer: Mapping[str, Any]) -> Phrase:
        """Return NOTHING, or a remark about a message that not everybody got.

        Raises a DeliveryError unless the vendor's *answer* says that it took the message:
        TokenRefused when a new token may help.
        """

    def token_request(self, receiver: Receiver) -> Post | None:
        """Make the request that fetches a token; None where posts need none. Pure."""

    def read_token(self, answer: Mapping[str, Any]) -> tuple[str, float]:
        """Return the token in *answer* and its lifetime in seconds; raises a DeliveryError."""
