"""Names that are defined in one place of the document and used in another.

They are checked when all has been read: a name may be used above its definition.
"""

from __future__ import annotations

from typing import NamedTuple

from relay.config import EVERYONE, GITEE, GITLAB, ROLES
from relay.configuration import messages
from relay.configuration.forms import FormError, formed
from relay.configuration.messages import meant, quoted
from relay.configuration.notes import Notes
from relay.configuration.spots import Node, Spot
from relay.errors import NOTHING
from relay.words import Phrase

_DEFAULT_SOURCES = (GITLAB, GITEE)  # the names of those that variables make


class _Use(NamedTuple):
    """A name that must be defined under *of*, or be one of *also*."""

    of: str
    name: str
    node: Node
    spot: Spot
    also: tuple[str, ...]


class _Mention(NamedTuple):
    """A key of `people`; with *ids* anything else is a user id."""

    name: str
    node: Node
    spot: Spot
    ids: bool


class Names:
    """The names of one document; what is not defined is noted by `check`."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._defined: dict[str, dict[str, Node]] = {}
        self._uses: list[_Use] = []
        self._mentions: list[_Mention] = []

    def defined(self, of: str) -> dict[str, Node]:
        """Return the names under *of*, with the nodes of their keys; to be added to."""
        return self._defined.setdefault(of, {})

    def use(self, of: str, name: str, node: Node, spot: Spot, also: tuple[str, ...] = ()) -> None:
        """Remember that *name* must be defined under *of*; a hint lists those of *also* as well."""
        self._uses.append(_Use(of, name, node, spot, also))

    def mention(self, name: str, node: Node, spot: Spot, *, ids: bool) -> None:
        """Remember that *name* must be a key of `people`, or with *ids* may be a user id."""
        self._mentions.append(_Mention(name, node, spot, ids))

    def check(self) -> None:
        """Note each name that is defined nowhere (E120, E121) or like a role's (W121)."""
        for use in self._uses:
            self._check_use(use)
        for mention in self._mentions:
            self._check_mention(mention)

    def _check_use(self, use: _Use) -> None:
        known = self._defined.get(use.of, {})
        if use.of == "sources" and not known:
            known = dict.fromkeys(_DEFAULT_SOURCES)
        if use.name in known:
            return
        listed = messages.DEFINED if known else messages.NONE_DEFINED.filled(of=use.of)
        message = messages.UNDEFINED[use.of].filled(value=quoted(use.name))
        hint = meant(use.name, (*use.also, *known), listed)
        self._notes.wrong("E120", use.spot, message, hint, node=use.node)

    def _check_mention(self, mention: _Mention) -> None:
        from relay.configuration.suggest import did_you_mean

        name, node, spot, ids = mention
        people = self._defined.get("people", {})
        if name in people:
            return
        if not ids:
            message = messages.NOBODY.filled(value=quoted(name))
            listed = messages.WHOM.filled(known=", ".join(ROLES))
            hint = meant(name, (*ROLES, *people), listed)
            self._notes.wrong("E121", spot, message, hint, node=node)
        elif expected := _userid_fault(name):
            self._notes.wrong_form(name, spot, expected, node=node)
        elif (near := did_you_mean(name, ROLES)) != NOTHING:
            message = messages.LIKE_ROLE.filled(value=quoted(name))
            self._notes.wrong("W121", spot, message, near, node=node)


def _userid_fault(name: str) -> Phrase | None:
    """Return what is expected where *name* has not the form of a userid, else None."""
    try:
        formed("userid", name)
    except FormError as fault:
        is_everyone = name.strip().lower().removeprefix("@") == EVERYONE.removeprefix("@")
        return messages.WRITE_EVERYONE if is_everyone else fault.expected
    return None
