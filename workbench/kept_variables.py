"""The variables that `RELAY_SECRETS` leads to, for commands."""

from collections.abc import Mapping

from relay.configuration.origins import SECRETS
from relay.configuration.pasted import trimmed
from relay.configuration.references import shown
from relay.configuration.secret_errors import SecretError
from relay.configuration.secret_variables import SecretVariables
from relay.errors import Problem
from relay.words import Phrase

_NOT_ASKED = Phrase("变量没有去取", "the variables were not fetched")


def fetched(
    environ: Mapping[str, str], *, offline: bool = False
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return *environ* with those variables, and what is wrong with them.

    `RELAY_SECRETS` itself is not among them any more. *offline*: they are not fetched, which is
    what is wrong with them.
    """
    others = {name: value for name, value in environ.items() if name != SECRETS}
    if not trimmed(environ.get(SECRETS, "")):
        return others, ()
    if offline:
        return others, (Problem("E206", SECRETS, _NOT_ASKED),)
    variables = SecretVariables(environ)
    told = variables.read()
    return {name: value for name, value in variables.items() if name != SECRETS}, told


def place(environ: Mapping[str, str]) -> str:
    """Return where the variables are kept, as it may be shown; empty if it is no such place."""
    try:
        return shown(trimmed(environ.get(SECRETS, "")))
    except SecretError:
        return ""
