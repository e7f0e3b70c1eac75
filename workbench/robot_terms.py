"""The words the stand-in robots share: a robot, an application, a request, a message, a refusal."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from relay.words import Phrase

WECOM, DINGTALK, WECOM_APP = "wecom", "dingtalk", "wecom_app"
NAMES = {
    WECOM: Phrase("企业微信", "WeCom"),
    DINGTALK: Phrase("钉钉", "DingTalk"),
    WECOM_APP: Phrase("企业微信应用", "WeCom app"),
}


class Robot(NamedTuple):
    """One stand-in robot; *key* is WeCom's ``key`` or DingTalk's ``access_token``."""

    vendor: str
    key: str
    secret: str = ""
    keywords: tuple[str, ...] = ()


class App(NamedTuple):
    """One stand-in WeCom application; *users* are the user ids within its visible range.

    *trusted_ip* False: the caller's address is not among its 企业可信IP.
    """

    corp_id: str
    agent_id: str
    secret: str
    users: tuple[str, ...]
    trusted_ip: bool = True


class Request(NamedTuple):
    method: str
    query: Mapping[str, str]
    content_type: str
    body: bytes
    path: str = ""


class Message(NamedTuple):
    """What a person would see. *title* is the chat list's line where the vendor has one."""

    title: str
    text: str
    raw: dict[str, Any]


class Refusal(NamedTuple):
    """The robot's own "no": an errcode and its wording."""

    code: int
    text: str


class RefusedError(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.refusal = Refusal(code, text)


def strict_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in *body*.

    Raises ValueError for anything else: not UTF-8, ``NaN``, lone surrogates, a list, deep nesting.
    """
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")
