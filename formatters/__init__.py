"""Outbound: one module per chat platform, chosen by the receiver's type."""

from collections.abc import Callable, Mapping

from relay.config import DINGTALK_ROBOT, WECOM_APP, WECOM_ROBOT, Receiver
from relay.platforms import Formatter, Rendered

__all__ = ["Formatter", "Rendered", "formatter"]


def formatter(receiver: Receiver) -> Formatter:
    """Return the formatter for *receiver*'s type, imported when the first message needs it."""
    return _FORMATTERS[receiver.type]()


def _wecom_robot() -> Formatter:
    from formatters import wecom

    return wecom


def _wecom_app() -> Formatter:
    from formatters import wecom_app

    return wecom_app


def _dingtalk_robot() -> Formatter:
    from formatters import dingtalk

    return dingtalk


_FORMATTERS: Mapping[str, Callable[[], Formatter]] = {
    WECOM_ROBOT: _wecom_robot,
    WECOM_APP: _wecom_app,
    DINGTALK_ROBOT: _dingtalk_robot,
}
