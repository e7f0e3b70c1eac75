"""Reading a secret, or what refers to one; for commands that only look, a stand-in for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from relay.config import Secret
from relay.configuration import messages
from relay.configuration.context import Context, harmless
from relay.configuration.fields import MOST_TEXT, Credential
from relay.configuration.references import is_remote, parts
from relay.configuration.secrets import SecretError
from relay.configuration.spots import Node, Spot

# What stands for a secret that is not there, in the form that is asked of it.
_STAND_INS = {
    "secret": "SEC{name}",
    "signing_token": f"whsec_{'A' * 43}=",
    "corp_id": "{reference}",
    "agent_id": "{reference}",
}


def credential(context: Context, kind: Credential, node: Node, spot: Spot) -> Secret | None:
    """Return the secret; None where it cannot be had, or a stand-in if *context* is lenient."""
    text = context.text(node, spot, MOST_TEXT, substituted=False)
    if text is None:
        return None
    try:
        secret = context.store.secret(text, several=kind.several)
    except SecretError as fault:
        return _unresolved(context, harmless(fault, text), text, node, spot)
    if not secret.reference and not kind.public:
        context.notes.hide(node)
        message = messages.LITERAL.filled(place=spot)
        context.notes.wrong("W201", spot, message, messages.REFER, node=node)
    return secret


def _unresolved(
    context: Context, fault: SecretError, text: str, node: Node, spot: Spot
) -> Secret | None:
    if fault.code == "E209" or not _is_reference(text):
        context.notes.hide(node)
    context.unresolved(fault, "W208" if context.lenient else fault.code, node, spot)
    key = next(one for one in _keys(spot) if isinstance(one, str))
    return Secret(_stand_in(key, text), text) if context.lenient else None


def _is_reference(text: str) -> bool:
    """Tell whether *text* only says where the secret is, and holds nothing of it."""
    return is_remote(text) or all(part.name and not part.default for part in parts(text))


def _keys(spot: Spot) -> Iterator[str | int]:
    """Yield the key of *spot* and of all that it is in, the innermost first."""
    at: Spot | None = spot
    while at is not None:
        yield at.key
        at = at.above


def _stand_in(key: str, reference: str) -> str:
    """Return a value of the right form for *key*, another for each *reference*."""
    name = re.sub(r"[^A-Za-z0-9]", "", reference)
    return _STAND_INS.get(key, "{name}").format(name=name, reference=reference)
