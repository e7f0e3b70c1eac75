"""Robots without a network: an adapter for the HTTP client that answers as it is told."""

import io
import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter

OK = {"errcode": 0, "errmsg": "ok"}


class Posted(NamedTuple):
    """One request as it would go over the wire; *key* is the robot's."""

    key: str
    query: dict[str, str]
    text: str
    timeout_s: float


class FakeChat(BaseAdapter):
    """Lets *reply* answer every post: with the JSON object, or the exception to raise."""

    def __init__(self, reply: Callable[[Posted], Any] = lambda posted: OK) -> None:
        super().__init__()
        self.reply = reply
        self.posted: list[Posted] = []

    def send(self, request: Any, *arguments: Any, **options: Any) -> requests.Response:
        query = dict(parse_qsl(urlsplit(request.url).query))
        key = query.get("key") or query.get("access_token", "")
        posted = Posted(key, query, request.body.decode(), options["timeout"])
        self.posted.append(posted)
        answer = self.reply(posted)
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code = 200
        response.raw = io.BytesIO(json.dumps(answer).encode())
        return response

    def close(self) -> None:
        """Keep nothing."""

    def session(self) -> requests.Session:
        """Return a client whose every request comes here."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, self)
        return session


def in_turn(*answers: Any) -> Callable[[Posted], Any]:
    """Return a reply that gives *answers* one after the other, the last one for ever."""
    left = list(answers)
    return lambda posted: left.pop(0) if len(left) > 1 else left[0]


class Robots:
    """Takes the stand-in robots' place in `relays.Relay`: the real addresses, behind *chat*."""

    host = "127.0.0.1"

    def __init__(self, chat: FakeChat) -> None:
        self.chat = chat
        self.received: list[Any] = []

    def add_wecom(self, key: str) -> str:
        return f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key}"

    def add_dingtalk(self, token: str, secret: str = "") -> str:
        return f"https://oapi.dingtalk.com/robot/send?access_token={token}"

    def add_wecom_app(self, *ids: str, secret: str) -> str:
        return "https://qyapi.weixin.qq.com"
