"""Stand-ins for Tencent Cloud's API 3.0 on loopback, as its SDK speaks it; here Secrets Manager.

    with SecretsManager() as cloud:
        cloud.put("notify-key", "…", version="v1")
        ... tencent_fetcher(environ, cloud.host, "http") ...
        assert cloud.actions == ["GetSecretValue"]

They check the signature (TC3-HMAC-SHA256), the action and the API's version, and refuse in the
shapes and with the error codes of the vendor. `workbench.tencent_functions` has the one for cloud
functions.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from workbench.robot_listener import Listener
from workbench.robot_wire import Head, Wire, page, response

SECRET_ID, SECRET_KEY, TOKEN = "stand-in-id", "stand-in-key", "stand-in-token"
REGION = "ap-guangzhou"
ENVIRON = {  # as a function with a role has it
    "TENCENTCLOUD_RUNENV": "SCF",
    "TENCENTCLOUD_REGION": REGION,
    "TENCENTCLOUD_SECRETID": SECRET_ID,
    "TENCENTCLOUD_SECRETKEY": SECRET_KEY,
    "TENCENTCLOUD_SESSIONTOKEN": TOKEN,
}

_CURRENT = "SSM_Current"
_LONGEST_DIFFERENCE_S = 300
_REQUEST_ID = "b8e6b67f-0000-4000-8000-000000000000"
_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>\w+)/"
    r"tc3_request, SignedHeaders=content-type;host, Signature=(?P<signature>[0-9a-f]{64})"
)

Parameters = Mapping[str, Any]
_Self = TypeVar("_Self", bound="Api")


class Refusal(Exception):
    """An error answer; *code* is the vendor's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Call(NamedTuple):
    action: str
    region: str
    parameters: Parameters


class Api:
    """One *service* in one *version*; serves its *actions* until `close`.

    *clock* gives Unix seconds. *calls* holds every request that was signed as it should be. For all
    further requests, or those whose body holds *only*: *refuse* is an error code, *status* another
    HTTP status than 200, and *hang* leaves them without an answer. *on_call* is called before each
    and may change these.
    """

    def __init__(
        self,
        service: str,
        version: str,
        actions: Mapping[str, Callable[[Parameters], dict[str, Any]]],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._version = version
        self._actions = actions
        self._clock = clock
        self._listener = Listener(self._converse)
        self.calls: list[Call] = []
        self.only = ""
        self.refuse = ""
        self.status = 200
        self.hang = False
        self.on_call: Callable[[], None] = lambda: None

    def __enter__(self: _Self) -> _Self:
        self._listener.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._listener.close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._listener.port}"

    @property
    def actions(self) -> list[str]:
        return [call.action for call in self.calls]

    def _converse(self, wire: Wire, number: int) -> None:
        while not self._listener.closing.is_set():
            head = wire.read_head()
            if head is None:
                return
            body = wire.read_body(head)
            self.on_call()
            chosen = self.only.encode() in body
            if chosen and self.hang:
                wire.wait_until_gone()
                return
            failing = chosen and self.status != 200
            wire.send(page(self.status) if failing else self._answer(head, body, chosen))

    def _answer(self, head: Head, body: bytes, chosen: bool) -> bytes:
        try:
            self._check(head, body)
            answer = self._act(head, json.loads(body), self.refuse if chosen else "")
        except Refusal as refusal:
            answer = {"Error": {"Code": refusal.code, "Message": f"refused: {refusal.code}"}}
        whole = {"Response": {**answer, "RequestId": _REQUEST_ID}}
        return response(200, "application/json", json.dumps(whole).encode())

    def _check(self, head: Head, body: bytes) -> None:
        for name in ("X-TC-Action", "X-TC-Region", "X-TC-Timestamp", "X-TC-Version"):
            if not head.headers.get(name):
                raise Refusal("MissingParameter")
        given = _AUTHORIZATION.fullmatch(head.headers.get("Authorization", ""))
        if not given or head.method != "POST" or given["service"] != self._service:
            raise Refusal("AuthFailure.InvalidAuthorization")
        if given["id"] != SECRET_ID:
            raise Refusal("AuthFailure.SecretIdNotFound")
        if head.headers.get("X-TC-Token") != TOKEN:
            raise Refusal("AuthFailure.TokenFailure")
        if given["signature"] != signature(head, body, given["date"], self._service):
            raise Refusal("AuthFailure.SignatureFailure")
        if abs(int(head.headers["X-TC-Timestamp"]) - self._clock()) > _LONGEST_DIFFERENCE_S:
            raise Refusal("AuthFailure.SignatureExpire")

    def _act(self, head: Head, parameters: Parameters, refuse: str) -> dict[str, Any]:
        action = head.headers["X-TC-Action"]
        self.calls.append(Call(action, head.headers["X-TC-Region"], parameters))
        if refuse:
            raise Refusal(refuse)
        if head.headers["X-TC-Version"] != self._version:
            raise Refusal("NoSuchVersion")
        if action not in self._actions:
            raise Refusal("InvalidAction")
        return self._actions[action](parameters)


class SecretsManager(Api):
    """Keeps what is `put` into it."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        actions = {"GetSecretValue": self._value, "ListSecretVersionIds": self._versions}
        super().__init__("ssm", "2019-09-23", actions, clock=clock)
        self._secrets: dict[str, dict[str, str | bytes]] = {}

    def put(self, name: str, value: str | bytes, *, version: str = _CURRENT) -> None:
        """Keep *value*, text or binary; a later version is newer."""
        self._secrets.setdefault(name, {})[version] = value

    def _value(self, parameters: Parameters) -> dict[str, Any]:
        versions = self._known(parameters)
        if not parameters.get("VersionId"):
            raise Refusal("MissingParameter")
        if parameters["VersionId"] not in versions:
            raise Refusal("ResourceNotFound")
        value = versions[parameters["VersionId"]]
        return {
            "SecretName": parameters["SecretName"],
            "VersionId": parameters["VersionId"],
            "SecretString": value if isinstance(value, str) else "",
            "SecretBinary": "" if isinstance(value, str) else base64.b64encode(value).decode(),
        }

    def _versions(self, parameters: Parameters) -> dict[str, Any]:
        versions = [
            {"VersionId": version, "CreateTime": 1_700_000_000 + age}
            for age, version in enumerate(self._known(parameters))
        ]
        return {"SecretName": parameters["SecretName"], "Versions": versions[::-1]}

    def _known(self, parameters: Parameters) -> dict[str, str | bytes]:
        versions = self._secrets.get(parameters["SecretName"])
        if versions is None:
            raise Refusal("ResourceNotFound.SecretNotExist")
        return versions


def signature(head: Head, body: bytes, date: str, service: str) -> str:
    """Return what the vendor's method makes of a request to *service*, with `SECRET_KEY`."""
    headers = f"content-type:{head.headers['Content-Type']}\nhost:{head.headers['Host']}\n"
    request = f"POST\n/\n\n{headers}\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{date}/{service}/tc3_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{head.headers['X-TC-Timestamp']}\n{scope}\n{digest}"
    key = f"TC3{SECRET_KEY}".encode()
    for word in (date, service, "tc3_request"):
        key = _hmac(key, word)
    return _hmac(key, text).hex()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
