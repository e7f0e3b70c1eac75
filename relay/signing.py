"""The two signature schemes; time comes in as an argument, keys never go out."""

import base64
import binascii
import hashlib
import hmac


def timestamp_signature(secret: str, timestamp_ms: str) -> str:
    """Sign as DingTalk and Gitee both define it: plain base64, which the HTTP client encodes.

    `reference/dingtalk.md` section 2.1, `reference/gitee.md` section 2.1.
    """
    key = secret.encode("utf-8", "surrogateescape")  # odd bytes of an environment variable
    digest = hmac.new(key, timestamp_ms.encode() + b"\n" + key, hashlib.sha256)
    return base64.b64encode(digest.digest()).decode("ascii")


def standard_webhook_signature(token: str, message_id: str, timestamp_s: str, body: bytes) -> str:
    """Sign as Standard Webhooks does (GitLab 19.0 and later), without the ``v1,`` in front.

    *token* as in `signing_key`; the decoded bytes are the key. `reference/gitlab.md` section 2.2.
    """
    content = f"{message_id}.{timestamp_s}.".encode() + body
    digest = hmac.new(signing_key(token), content, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def signing_key(token: str) -> bytes:
    """Return the key in a signing token, base64 with or without ``whsec_`` and padding.

    Raises ValueError if it is not base64.
    """
    text = token.removeprefix("whsec_").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the signing token is not base64") from None


def same_secret(given: str, expected: str) -> bool:
    """Compare in constant time, as bytes: text beyond ASCII would raise a TypeError.

    An empty *expected* never matches.
    """
    same = hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
    return same and bool(expected)
