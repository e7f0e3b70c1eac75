"""A sample as the request its forge would send, authenticated in the forge's way.

`reference/gitlab.md` sections 1 and 2, `reference/gitee.md` sections 1 and 2.
"""

from typing import NamedTuple

from relay.config import GITEE
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


class Outgoing(NamedTuple):
    headers: dict[str, str]
    body: bytes

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


def _gitlab(sample: Sample, credentials: Credentials, delivery_id: str, now_s: float) -> Outgoing:
    body = encoded(sample.body)
    stamp = str(int(now_s))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/19.0.0",
        "X-Gitlab-Webhook-UUID": delivery_id,
        "X-Gitlab-Event-UUID": delivery_id,
        "Idempotency-Key": delivery_id,
        "webhook-id": delivery_id,
        "webhook-timestamp": stamp,
    }
    if credentials.secret:
        headers["X-Gitlab-Token"] = credentials.secret
    if credentials.signing_token:
        signature = standard_webhook_signature(credentials.signing_token, delivery_id, stamp, body)
        headers["webhook-signature"] = f"v1,{signature}"
    return Outgoing(_with(headers, sample.headers), body)


def _gitee(sample: Sample, credentials: Credentials, delivery_id: str, now_s: float) -> Outgoing:
    """Gitee has no delivery id; it repeats its proof in the body."""
    stamp = str(int(now_s * 1000))
    secret = credentials.secret
    sign = "" if credentials.password else timestamp_signature(secret, stamp)
    proof = {"password": secret if credentials.password else "", "sign": sign, "timestamp": stamp}
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "git-oschina-hook",
        "X-Gitee-Token": sign or secret,
        "X-Gitee-Timestamp": stamp,
    }
    return Outgoing(_with(headers, sample.headers), encoded({**sample.body, **proof}))


def _with(headers: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """Add a sample's headers, which count more than the usual ones."""
    named = {name.lower() for name in own}
    return {**{key: value for key, value in headers.items() if key.lower() not in named}, **own}
