"""How a value names where it is kept: ``${NAME}``, ``${NAME:-default}``, ``ssm://…``, ``file://…``.

Only the notation: nothing here looks anything up.
"""

import re
from typing import NamedTuple

from relay.configuration.secret_errors import fault

SSM, FILE = "ssm://", "file://"

MASK = "***"
_VARIABLE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")
_REMOTE = re.compile(r"(ssm|file):/", re.IGNORECASE)
_QUERY_VALUE = re.compile(r"=[^&#]+")


class Part(NamedTuple):
    """A piece of *text*, or the variable *name*; *default* is ``None`` where none is written."""

    text: str = ""
    name: str = ""
    default: str | None = None


def parts(text: str) -> list[Part]:
    """Return *text* in pieces, ``$${`` as a literal ``${``; raises SecretError (E209)."""
    found = []
    end = 0
    for match in _VARIABLE.finditer(text):
        found.append(Part(text[end : match.start()]))
        end = match.end()
        if match[0] == "$${":
            found.append(Part("${"))
        elif match[1]:
            found.append(Part(name=match[1], default=match[2]))
        else:
            raise fault("notation")
    found.append(Part(text[end:]))
    return [part for part in found if part.text or part.name]


def is_remote(text: str) -> bool:
    """Tell whether *text* as a whole is kept elsewhere; ``ssm:/x``, a slip of the pen, counts."""
    return bool(_REMOTE.match(text))


def location(reference: str) -> tuple[str, str]:
    """Return where a remote *reference* points to, and the JSON field after ``#`` or ``""``."""
    scheme, _, rest = reference.partition(":")
    place, _, key = rest.partition("#")
    return f"{scheme.lower()}:{place.strip()}", key.strip()


def shown(text: str) -> str:
    """Return *text* as it may be shown: its references, with ``***`` for anything else.

    Of an address the part before the query stands and the names in the query: a literal value
    there is a key. ``""`` if *text* refers to nothing.
    """
    pieces = parts(text)
    if is_remote(text):
        return "".join(_shown(part, part.text) for part in pieces)
    if not any(part.name for part in pieces):
        return ""
    is_address = text.startswith(("https://", "http://"))
    first = _QUERY_VALUE.sub(f"={MASK}", pieces[0].text) if is_address else MASK
    return _shown(pieces[0], first) + "".join(_shown(part, MASK) for part in pieces[1:])


def _shown(part: Part, literal: str) -> str:
    if not part.name:
        return literal
    default = f":-{MASK}" if part.default else ":-"
    return f"${{{part.name}{'' if part.default is None else default}}}"
