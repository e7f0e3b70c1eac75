"""Every code of the relay: what it means and what to do, for the documentation.

A table of its own, because the texts that a user sees are filled with what was found: one code has
several wordings. A test compares it with the codes that the sources use.
"""

from collections.abc import Mapping
from typing import NamedTuple

from relay.words import Phrase


class Code(NamedTuple):
    """What a code *means*, and what to *do* about it."""

    means: Phrase
    do: Phrase


class Family(NamedTuple):
    """The codes that begin alike, and what they have in common."""

    title: Phrase
    codes: Mapping[str, Code]


def row(means_zh: str, means_en: str, do_zh: str, do_en: str) -> Code:
    return Code(Phrase(means_zh, means_en), Phrase(do_zh, do_en))


def families() -> tuple[Family, ...]:
    """Return all codes, in their order."""
    from workbench import codes_of_events, codes_of_files

    return (*codes_of_files.FAMILIES, *codes_of_events.FAMILIES)


def codes() -> dict[str, Code]:
    """Return every code with its row."""
    return {code: found for family in families() for code, found in family.codes.items()}
