"""Every code of the relay: what it means and what to do, for the documentation.

A table of its own, because the texts that a user sees are filled with what was found: one code has
several wordings. A test compares it with the codes that the sources use.
"""

from workbench import codes_of_events, codes_of_files
from workbench.code_rows import Code, Family


def families() -> tuple[Family, ...]:
    """Return all codes, in their order."""
    return (*codes_of_files.FAMILIES, *codes_of_events.FAMILIES)


def codes() -> dict[str, Code]:
    """Return every code with its row."""
    return {code: found for family in families() for code, found in family.codes.items()}
