"""Who is calling: Gitee's password or its signature, both in one header (section 2)."""

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from relay.config import Source
from relay.errors import Unauthorized
from relay.signing import same_secret, timestamp_signature

WINDOW_S = 3600  # both ways; the help page names one hour
_MOST_DIGITS = 15  # of a timestamp in milliseconds: the year 33658 has as many


def verify(headers: Mapping[str, str], body: bytes, source: Source, now_s: float) -> None:
    """Raise Unauthorized unless ``X-Gitee-Token`` proves a secret of *source*.

    *now_s* is Unix seconds. The header holds the password or a signature, and nothing tells which,
    so `Source.signature` decides what is tried: ``hmac``, ``password``, or both (``any`` or empty).
    Neither of them covers *body*: a signature proves only that the sender knew the secret within
    the hour.
    """
    token = headers.get("x-gitee-token", "")
    if not token:
        raise Unauthorized(log="X-Gitee-Token is missing or empty")
    proofs = _PROOFS.get(source.signature, ())
    if not any(proof(headers, token, source, now_s) for proof in proofs):
        raise Unauthorized(log=_refusal(headers))


def _is_password(headers: Mapping[str, str], token: str, source: Source, now_s: float) -> bool:
    return any(same_secret(token, secret.reveal()) for secret in source.secrets)


def _is_signature(headers: Mapping[str, str], token: str, source: Source, now_s: float) -> bool:
    """Tell whether *token* signs ``X-Gitee-Timestamp``; raise Unauthorized if it is stale.

    Plain base64 on the wire. A percent-encoded value is decoded first; ``+`` stays ``+``.
    """
    stamp = _timestamp_ms(headers)
    if not stamp:
        return False
    given = unquote(token) if "%" in token else token
    secrets = [secret.reveal() for secret in source.secrets]
    right = [same_secret(given, timestamp_signature(key, stamp)) for key in secrets if key]
    ahead_s = int(stamp) / 1000 - now_s
    if any(right) and abs(ahead_s) > WINDOW_S:
        side = "ahead of" if ahead_s > 0 else "behind"
        raise Unauthorized(
            log=f"the signature is right, but X-Gitee-Timestamp is {abs(ahead_s):.0f} s {side}"
            f" this clock; {WINDOW_S} s are allowed",
            wrong_clock=True,
        )
    return any(right)


def _timestamp_ms(headers: Mapping[str, str]) -> str:
    """Return the digits that were signed; ``""`` for anything that is no such number."""
    stamp = headers.get("x-gitee-timestamp", "")
    fits = stamp.isascii() and stamp.isdigit() and len(stamp) <= _MOST_DIGITS
    return stamp if fits else ""


def _refusal(headers: Mapping[str, str]) -> str:
    if _timestamp_ms(headers):
        return "X-Gitee-Token matches no configured secret"
    return "X-Gitee-Token matches no configured secret, and X-Gitee-Timestamp is no number"


_Proof = Callable[[Mapping[str, str], str, Source, float], bool]

_PROOFS: dict[str, tuple[_Proof, ...]] = {
    "": (_is_password, _is_signature),
    "any": (_is_password, _is_signature),
    "hmac": (_is_signature,),
    "password": (_is_password,),
}
