"""A sample as the request its forge would send, authenticated in the forge's way.

`reference/gitlab.md` sections 1 and 2, `reference/gitee.md` sections 1 and 2.
"""

import base64
from typing import Any, NamedTuple

from relay.config import GITEE, Source
from relay.signing import standard_webhook_signature, timestamp_signature
from workbench.preview import encoded
from workbench.samples import Sample

_SHOWN = "***"
_SECRET_HEADERS = ("X-Gitlab-Token", "X-Gitee-Token", "webhook-signature")


class Credentials(NamedTuple):
    """*password*: Gitee's password mode instead of its signature."""

    secret: str = ""
    signing_token: str = ""
    password: bool = False


def credentials_of(source: Source) -> Credentials:
    """Return what a forge that *source* stands for would know; empty where nothing is needed."""
    return Credentials(
        source.secrets[0].reveal() if source.secrets else "",
        source.signing_tokens[0].reveal() if source.signing_tokens else "",
        source.signature == "password",
    )


class Outgoing(NamedTuple):
    headers: dict[str, str]
    body: bytes

    def event(self, path: str) -> dict[str, Any]:
        """Return the request as a function URL hands it over (`reference/platforms.md` 1.1)."""
        return {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "requestContext": {"http": {"method": "POST", "path": path, "sourceIp": "127.0.0.1"}},
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": base64.b64encode(self.body).decode(),
            "isBase64Encoded": True,
        }

    def shown_headers(self) -> dict[str, str]:
        """Return the headers with everything secret masked."""
        return {
            name: _SHOWN if name in _SECRET_HEADERS else value
            for name, value in self.headers.items()
        }


def outgoing(
    sample: Sample, credentials: Credentials, *, delivery_id: str, now_s: float
) -> Outgoing:
    """Return the request for *sample*; raises ValueError if the signing token is not base64.

    *delivery_id* is the forge's id of this delivery, *now_s* the sender's clock in Unix seconds.
    """
    build = _gitee if sample.source == GITEE else _gitlab
    return build(sample, credentials, delivery_id, now_s)


def proof(
    forge: str, credentials: Credentials, body: bytes, *, delivery_id: str, now_s: float
) -> dict[str, str]:
    """Return the headers that prove who sends *body*; raises ValueError as `outgoing` does."""
    if forge == GITEE:
        return _gitee_proof(credentials, now_s)
    return _gitlab_proof(credentials, body, delivery_id, now_s)


def _gitlab(sample: Sample, credentials: Credentials, delivery_id: str, now_s: float) -> Outgoing:
    body = encoded(sample.body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/19.0.0",
        "X-Gitlab-Webhook-UUID": delivery_id,
        "X-Gitlab-Event-UUID": delivery_id,
        "Idempotency-Key": delivery_id,
        **_gitlab_proof(credentials, body, delivery_id, now_s),
    }
    return Outgoing(_with(headers, sample.headers), body)


def _gitlab_proof(
    credentials: Credentials, body: bytes, delivery_id: str, now_s: float
) -> dict[str, str]:
    stamp = str(int(now_s))
    headers = {"webhook-id": delivery_id, "webhook-timestamp": stamp}
    if credentials.secret:
        headers["X-Gitlab-Token"] = credentials.secret
    if credentials.signing_token:
        signature = standard_webhook_signature(credentials.signing_token, delivery_id, stamp, body)
        headers["webhook-signature"] = f"v1,{signature}"
    return headers


def _gitee(sample: Sample, credentials: Credentials, delivery_id: str, now_s: float) -> Outgoing:
    """Gitee has no delivery id; it repeats its proof in the body."""
    proven = _gitee_proof(credentials, now_s)
    token, stamp = proven["X-Gitee-Token"], proven["X-Gitee-Timestamp"]
    parts = (token, "") if credentials.password else ("", token)
    repeated = {"password": parts[0], "sign": parts[1], "timestamp": stamp}
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "git-oschina-hook",
        **proven,
    }
    return Outgoing(_with(headers, sample.headers), encoded({**sample.body, **repeated}))


def _gitee_proof(credentials: Credentials, now_s: float) -> dict[str, str]:
    stamp = str(int(now_s * 1000))
    secret = credentials.secret
    token = secret if credentials.password else timestamp_signature(secret, stamp)
    return {"X-Gitee-Token": token, "X-Gitee-Timestamp": stamp}


def _with(headers: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """Add a sample's headers, which count more than the usual ones."""
    named = {name.lower() for name in own}
    return {**{key: value for key, value in headers.items() if key.lower() not in named}, **own}
