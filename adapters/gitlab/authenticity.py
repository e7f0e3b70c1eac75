"""Is it the GitLab we know (`reference/gitlab.md` section 2)?"""

from collections.abc import Mapping

from relay.config import Secret, Source
from relay.errors import Unauthorized
from relay.signing import same_secret, standard_webhook_signature

TOLERANCE_S = 300  # GitLab names none; a repeat from its page is signed anew
_VERSION = "v1,"


def verify(headers: Mapping[str, str], body: bytes, source: Source, now_s: float) -> None:
    """Raise Unauthorized unless the request proves a secret of *source*.

    With a signing token the signature decides: a wrong one is not made good by a right secret
    token, and a missing one only if *source* says ``optional``. *body* is what came over the wire.
    """
    if source.signing_tokens and "webhook-signature" in headers:
        _verify_signature(headers, body, source.signing_tokens)
        _verify_time(headers, now_s)
        return
    if source.signing_tokens and source.signature != "optional":
        raise Unauthorized(log="a signing token is configured, and the request is not signed")
    _verify_token(headers, source.secrets)


def delivery_key(headers: Mapping[str, str], body: bytes) -> bytes:
    """Return GitLab's id of this delivery, the same on a resend; before 17.4 there is none."""
    key = headers.get("webhook-id", "").strip() or headers.get("idempotency-key", "").strip()
    return key.encode("utf-8", "replace")


def _verify_signature(headers: Mapping[str, str], body: bytes, tokens: tuple[Secret, ...]) -> None:
    message_id = headers.get("webhook-id", "")
    moment = headers.get("webhook-timestamp", "")
    if not message_id or not moment:
        raise Unauthorized(log="webhook-id or webhook-timestamp is missing")
    given = headers["webhook-signature"].split(" ")
    for token in tokens:
        expected = _signature(token.reveal(), message_id, moment, body)
        if any([same_secret(entry, expected) for entry in given]):  # noqa: C419 - every entry
            return
    raise Unauthorized(log="webhook-signature does not match any signing token")


def _signature(token: str, message_id: str, moment: str, body: bytes) -> str:
    """Return the expected entry, or ``""``, which nothing matches, for a token that is no key."""
    if not token.removeprefix("whsec_").rstrip("="):
        return ""
    try:
        return _VERSION + standard_webhook_signature(token, message_id, moment, body)
    except ValueError:  # not base64; or a header that is no text
        return ""


def _verify_time(headers: Mapping[str, str], now_s: float) -> None:
    moment = headers.get("webhook-timestamp", "")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        raise Unauthorized(log="webhook-timestamp is not a number of seconds")
    ahead = int(moment) - now_s
    if abs(ahead) > TOLERANCE_S:
        side = "ahead of" if ahead > 0 else "behind"
        raise Unauthorized(
            log=f"signed well, but the sender's clock is {abs(ahead):.0f} s {side} ours"
            f" (at most {TOLERANCE_S})",
            wrong_clock=True,
        )


def _verify_token(headers: Mapping[str, str], secrets: tuple[Secret, ...]) -> None:
    given = headers.get("x-gitlab-token", "")
    if not any([same_secret(given, secret.reveal()) for secret in secrets]):  # noqa: C419 - every one
        missing = "does not match" if given else "is missing"
        # Signed requests that can be checked do not come here without a token.
        signed = "webhook-signature" in headers and not given
        remark = "; it is signed, but no signing token is configured" if signed else ""
        raise Unauthorized(log=f"X-Gitlab-Token {missing}{remark}")
