"""Addresses: which ones a message may be sent to (`design/delivery.md` section 6).

Nothing raised here holds any part of an address: its key is the whole credential. The texts suit an
environment variable as well as a key of a file; the caller says which it is.
"""

from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from relay.words import Phrase

_KEY_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")
_SECRET_STARTS = ("SEC", "whsec_", "glpat-")  # pasted into the wrong place
_PORTS = {"http": 80, "https": 443}


class Service(NamedTuple):
    """A chat platform's robots: the only address they have."""

    name: Phrase
    host: str
    path: str
    parameter: str


WECOM = Service(Phrase("企业微信", "WeCom"), "qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key")
DINGTALK = Service(Phrase("钉钉", "DingTalk"), "oapi.dingtalk.com", "/robot/send", "access_token")
API_BASE = f"https://{WECOM.host}"
_SERVICES = (WECOM, DINGTALK)

# Each fits after "the address" and 「地址」.
_SECRET = Phrase(
    "是签名密钥，不是机器人的地址或 key", "is a signing secret, not the robot's address or key"
)
_NO_KEY = Phrase(
    "要以 ?{parameter}=… 结尾，后面是机器人自己的 key",
    "must end in ?{parameter}=… with the robot's own key",
)
_CHARACTERS = Phrase(
    "里有空格或地址里不会有的字符", "holds a space or a character that no address has"
)
_UNREADABLE = Phrase("读不出来", "cannot be read as an address")
_NO_ADDRESS = Phrase(
    "既不是 https:// 开头的完整地址，也不是单独的 key",
    "is neither a whole address that begins with https:// nor only the key",
)
_USER = Phrase("里不能有用户名或密码", "must not hold a user name or password")
_OTHER = Phrase("是{zh}机器人的", "is one of a {en} robot")
_FOREIGN = Phrase(
    "的主机不是 {host}，也不在允许的主机里", "is not at {host}, nor at one of the allowed hosts"
)
_PLAIN = Phrase("要以 https:// 开头，不写端口", "must begin with https:// and name no port")
_PATH = Phrase("的路径应该是 {path}", "must have the path {path}")
_NO_BASE = Phrase("应该以 https:// 开头", "must begin with https://")
_WHOLE_BASE = Phrase("只写到主机为止：{base}", "must end after the host: {base}")
_QUERY = Phrase("里不要写 ? 或 # 和后面的部分", "must end before ? and #")


class AddressError(ValueError):
    """An address that cannot be used; *phrase* fits after "the address" and 「地址」.

    *belongs* is the platform whose robot it is, if it is another's; *foreign*: its host is neither
    the vendor's nor allowed.
    """

    def __init__(
        self, phrase: Phrase, *, belongs: Service | None = None, foreign: bool = False
    ) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase
        self.belongs = belongs
        self.foreign = foreign


def robot_address(text: str, service: Service, allowed: Collection[str]) -> str:
    """Return the address of one robot of *service*, from a pasted address or only the key.

    Parameters other than the key are left out (those of a signed address are stale by now).
    *allowed* holds hosts (``host`` or ``host:port``, lower case) where plain http and any path are
    fine. Raises AddressError.
    """
    if text.startswith(_SECRET_STARTS):
        raise AddressError(_SECRET)
    if _is_key(text):
        return f"https://{service.host}{service.path}?{service.parameter}={text}"
    parts = _split(text, _NO_ADDRESS)
    if not _is_allowed(parts, allowed):
        _refuse_foreign(parts, service)
        if parts.path != service.path:
            raise AddressError(_PATH.filled(path=service.path))
    keys = [value for name, value in parse_qsl(parts.query) if name == service.parameter]
    if len(keys) != 1 or not _is_key(keys[0]):
        raise AddressError(_NO_KEY.filled(parameter=service.parameter))
    return f"{parts.scheme}://{_place(parts)}{parts.path}?{service.parameter}={keys[0]}"


def api_base(text: str, allowed: Collection[str]) -> str:
    """Return where the WeCom application API is, without a slash at the end.

    Empty *text* means `API_BASE`. Of a host in *allowed* (as in `robot_address`) the path is kept
    and http is fine; the vendor's own has neither. Raises AddressError.
    """
    if not text:
        return API_BASE
    parts = _split(text, _NO_BASE)
    path = parts.path.rstrip("/")
    if not _is_allowed(parts, allowed):
        _refuse_foreign(parts, WECOM)
        if path:
            raise AddressError(_WHOLE_BASE.filled(base=API_BASE))
    if "?" in text or "#" in text:
        raise AddressError(_QUERY)
    return f"{parts.scheme}://{_place(parts)}{path}"


def is_host(text: str) -> bool:
    """Tell whether *text* is ``host`` or ``host:port``, in lower case, and nothing more."""
    host, colon, port = text.rpartition(":") if ":" in text else (text, "", "")
    has_port = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536
    return bool(host) and _HOST_CHARACTERS.issuperset(host) and (has_port or not colon)


def _is_key(text: str) -> bool:
    return bool(text) and _KEY_CHARACTERS.issuperset(text)


def _split(text: str, expected: Phrase) -> SplitResult:
    """Return the parts of *text*; raise AddressError with *expected* where it is no address."""
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise AddressError(_CHARACTERS)
    try:
        parts = urlsplit(text)
        hostname, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressError(_UNREADABLE) from None
    if parts.scheme not in _PORTS or not hostname:
        raise AddressError(expected)
    if "@" in parts.netloc:
        raise AddressError(_USER)
    return parts


def _is_allowed(parts: SplitResult, allowed: Collection[str]) -> bool:
    return parts.hostname in allowed or f"{parts.hostname}:{_port(parts)}" in allowed


def _refuse_foreign(parts: SplitResult, service: Service) -> None:
    """Raise AddressError unless *parts* is at the host of *service*, as the vendor documents it."""
    for other in _SERVICES:
        if parts.hostname == other.host and other != service:
            raise AddressError(_OTHER.filled(zh=other.name.zh, en=other.name.en), belongs=other)
    if parts.hostname != service.host:
        raise AddressError(_FOREIGN.filled(host=service.host), foreign=True)
    if parts.scheme != "https" or _port(parts) != _PORTS["https"]:
        raise AddressError(_PLAIN)


def _port(parts: SplitResult) -> int:
    return _PORTS[parts.scheme] if parts.port is None else parts.port


def _place(parts: SplitResult) -> str:
    """Return ``host`` or ``host:port``, the port only where it is not the usual one."""
    usual = _port(parts) == _PORTS[parts.scheme]
    return f"{parts.hostname}" if usual else f"{parts.hostname}:{_port(parts)}"
