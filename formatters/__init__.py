"""Outbound: one module per chat platform, chosen by the receiver's type."""

from relay.config import DINGTALK_ROBOT, WECOM_ROBOT, Receiver
from relay.platforms import Formatter, Rendered

__all__ = ["Formatter", "Rendered", "formatter"]


def formatter(receiver: Receiver) -> Formatter:
    """Return the formatter for *receiver*'s type, imported when the first message needs it."""
    from formatters import dingtalk, wecom

    table: dict[str, Formatter] = {WECOM_ROBOT: wecom, DINGTALK_ROBOT: dingtalk}
    return table[receiver.type]
