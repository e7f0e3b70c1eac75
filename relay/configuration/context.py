"""What reading one scalar needs of the document around it."""

from __future__ import annotations

from relay.configuration import messages
from relay.configuration.fields import MOST_TEXT
from relay.configuration.messages import used_for
from relay.configuration.names import Names
from relay.configuration.notes import Notes
from relay.configuration.secret_errors import fault as secret_fault
from relay.configuration.secrets import SecretError, Store
from relay.configuration.spots import Node, Spot


class Context:
    """What all scalars of one document share; *event* is the one whose value is being read.

    *lenient*: where a secret cannot be had a stand-in takes its place.
    """

    __slots__ = ("event", "lenient", "names", "notes", "store")

    def __init__(self, notes: Notes, names: Names, store: Store, *, lenient: bool) -> None:
        self.notes = notes
        self.names = names
        self.store = store
        self.lenient = lenient
        self.event = ""

    def text(
        self, node: Node, spot: Spot, most: int = MOST_TEXT, *, substituted: bool = True
    ) -> str | None:
        """Return the text of a scalar with its variables filled in; None, and a problem, else.

        *most* counts characters, before anything is filled in.
        """
        if node.id != "scalar":
            self.notes.wrong_shape(spot, messages.ONE_VALUE, messages.VALUE_HINT, node=node)
            return None
        text = str(node.value)
        if len(text) > most:
            message = messages.TOO_LONG.filled(place=spot, most=most)
            self.notes.wrong("E106", spot, message, messages.SHORTEN, node=node)
            return None
        if not substituted or "${" not in text:
            return text
        try:
            return self.store.substituted(text)
        except SecretError as fault:
            shown = harmless(fault, text)
            self.unresolved(shown, shown.code, node, spot)
            return None

    def unresolved(self, fault: SecretError, code: str, node: Node, spot: Spot) -> None:
        """Note as *code* why a reference in *node* leads to nothing."""
        message, offset = used_for(fault.message, str(spot)), _offset(node)
        self.notes.wrong(code, spot, message, fault.hint, node=node, offset=offset)


def harmless(fault: SecretError, text: str) -> SecretError:
    """Return *fault*, which names what stands between braces, unless that is the secret itself."""
    from relay.configuration.snippets import masked_text

    if fault.code != "E201" or "${" not in text or masked_text(text) == text:
        return fault
    return secret_fault("notation")


def _offset(node: Node) -> int:
    """Return where in a scalar its first reference begins, counted in the file."""
    if node.style in ("|", ">") or node.start_mark.line != node.end_mark.line:
        return 0
    at = str(node.value).find("${")
    return max(at, 0) + (1 if node.style in ("'", '"') and at >= 0 else 0)
