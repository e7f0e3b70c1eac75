"""From the sections under `sources` to the sources: who may call, and with what proof."""

from __future__ import annotations

from collections.abc import Mapping

from relay.config import GITLAB, Source
from relay.configuration import fields
from relay.configuration.notes import Notes
from relay.configuration.pasted import items
from relay.configuration.secret_lists import each
from relay.configuration.spots import Section
from relay.configuration.tokens import signing_token_fault
from relay.words import Phrase

_NOBODY_MAY = Phrase(
    "来源 {name} 没有 secret，所有请求都会被拒绝", "source {name} has no secret: nobody may call"
)
_SET_SECRET = Phrase(
    "写上 secret: ${{…}}，和 {forge} 里填的相同；确实要放开就写 allow_unsigned: true",
    "write secret: ${{…}} with what {forge} has; to open it on purpose: allow_unsigned: true",
)
_NO_TOKEN = Phrase(
    "{place} 要求签名，但没有 signing_token",
    "{place} requires signatures and has no signing_token",
)
_SET_TOKEN = Phrase(
    "写上 signing_token（whsec_ 开头），或删掉 signature",
    "add signing_token (whsec_…), or remove signature",
)


def built_sources(sections: Mapping[str, Section], notes: Notes) -> tuple[Source, ...]:
    """Return the sources; what is wrong with them goes to *notes* (E102, E103, E202, E204)."""
    return tuple(_source(name, section, notes) for name, section in sections.items())


def _source(name: str, section: Section, notes: Notes) -> Source:
    forge = section.get("type", "")
    unsigned = section.get("allow_unsigned", False)
    secrets = tuple(secret for secret in section.get("secret", ()) if secret.reveal())
    tokens = tuple(each(section.get("signing_token", ()), items))
    given = {"secret", "signing_token"} & section.nodes.keys()
    if forge and not (given or unsigned):
        hint = _SET_SECRET.filled(forge="GitLab" if forge == GITLAB else "Gitee")
        notes.wrong_in("E202", section, _NOBODY_MAY.filled(name=name), hint)
    if section.get("signature") == "required" and "signing_token" not in section.nodes:
        message = _NO_TOKEN.filled(place=section.spot)
        notes.wrong_in("E102", section, message, _SET_TOKEN, key="signature")
    notes.check_word(section, "signature", fields.SIGNATURES.get(forge, ()))
    for token in tokens:
        if fault := signing_token_fault(token.reveal()):
            notes.wrong_in("E204", section, *fault, key="signing_token")
    return Source(
        name,
        forge,
        secrets,
        tokens,
        section.get("signature", _usual_signature(forge, has_token=bool(tokens))),
        unsigned,
        section.get("projects", ()),
    )


def _usual_signature(forge: str, *, has_token: bool) -> str:
    """Return what proof a forge must give when the file does not say."""
    if forge == GITLAB:
        return "required" if has_token else ""
    return "any"
