"""Robot addresses: which ones a message may be sent to (`design/delivery.md` section 6).

Nothing raised here holds any part of an address: its key is the whole credential.
"""

from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

_KEY_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")
_SECRET_STARTS = ("SEC", "whsec_", "glpat-")  # pasted into the wrong variable
_PORTS = {"http": 80, "https": 443}


class Service(NamedTuple):
    """A chat platform's robots: the only address they have, and where it is configured."""

    name: str
    variable: str
    host: str
    path: str
    parameter: str


WECOM = Service("WeCom", "WECOM_WEBHOOK_URL", "qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key")
DINGTALK = Service(
    "DingTalk", "DINGTALK_WEBHOOK_URL", "oapi.dingtalk.com", "/robot/send", "access_token"
)
_SERVICES = (WECOM, DINGTALK)


def robot_address(text: str, service: Service, allowed: Collection[str]) -> str:
    """Return the address of one robot of *service*, from a pasted address or only the key.

    Parameters other than the key are left out (those of a signed address are stale by now).
    *allowed* holds hosts (``host`` or ``host:port``) where plain http and any path are fine.
    Raises ValueError, whose text fits after "the address …".
    """
    if text.startswith(_SECRET_STARTS):
        raise ValueError("is a signing secret, not the robot's address or key")
    if _is_key(text):
        return f"https://{service.host}{service.path}?{service.parameter}={text}"
    parts = _split(text)
    if not _is_allowed(parts, allowed):
        _refuse_foreign(parts, service)
    keys = [value for name, value in parse_qsl(parts.query) if name == service.parameter]
    if len(keys) != 1 or not _is_key(keys[0]):
        raise ValueError(f"must end in ?{service.parameter}=… with the robot's own key")
    return f"{parts.scheme}://{_place(parts)}{parts.path}?{service.parameter}={keys[0]}"


def is_host(text: str) -> bool:
    """Tell whether *text* is ``host`` or ``host:port``, in lower case, and nothing more."""
    host, colon, port = text.rpartition(":") if ":" in text else (text, "", "")
    has_port = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536
    return bool(host) and _HOST_CHARACTERS.issuperset(host) and (has_port or not colon)


def _is_key(text: str) -> bool:
    return bool(text) and _KEY_CHARACTERS.issuperset(text)


def _split(text: str) -> SplitResult:
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("holds a space or a character that no address has")
    try:
        parts = urlsplit(text)
        hostname, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("cannot be read as an address") from None
    if parts.scheme not in _PORTS or not hostname:
        raise ValueError("is neither a whole address that begins with https:// nor only the key")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password")
    return parts


def _is_allowed(parts: SplitResult, allowed: Collection[str]) -> bool:
    return parts.hostname in allowed or f"{parts.hostname}:{_port(parts)}" in allowed


def _refuse_foreign(parts: SplitResult, service: Service) -> None:
    """Raise ValueError unless *parts* is what the vendor documents."""
    for other in _SERVICES:
        if parts.hostname == other.host and other != service:
            raise ValueError(f"is one of {other.name}: it belongs in {other.variable}")
    if parts.hostname != service.host:
        raise ValueError(
            f"is not at {service.host}; RELAY_ALLOW_HOSTS names other hosts that may be used"
        )
    if parts.scheme != "https" or _port(parts) != _PORTS["https"]:
        raise ValueError("must begin with https:// and name no port")
    if parts.path != service.path:
        raise ValueError(f"must have the path {service.path}")


def _port(parts: SplitResult) -> int:
    return _PORTS[parts.scheme] if parts.port is None else parts.port


def _place(parts: SplitResult) -> str:
    """Return ``host`` or ``host:port``, the port only where it is not the usual one."""
    usual = _port(parts) == _PORTS[parts.scheme]
    return f"{parts.hostname}" if usual else f"{parts.hostname}:{_port(parts)}"
