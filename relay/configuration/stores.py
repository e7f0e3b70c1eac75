"""What the parameter stores of both clouds have in common."""

import logging
import re

from relay.configuration.references import SSM
from relay.configuration.secret_errors import SecretError

Found = dict[str, "str | SecretError"]

_NAME = re.compile(r"[\w.\-/]+(:[\w.\-]+)?", re.ASCII)
_VENDOR_CODE = re.compile(r"[\w.]{1,60}", re.ASCII)


def name_of(location: str) -> str:
    """Return the name in ``ssm:///path/name`` with its slash, or ``""`` if it cannot be one.

    ``ssm://name`` is a parameter without a slash; ``ssm://path/name`` gets the one it lacks.
    ``:version`` (on AWS also ``:label``) may follow.
    """
    name = location.removeprefix(SSM)
    if name == location or not _NAME.fullmatch(name) or name.endswith("/"):
        return ""
    return f"/{name}" if "/" in name[1:] and name[0] != "/" else name


def quiet(logger: str) -> None:
    """Silence an SDK's logger: its debug lines hold the values."""
    logging.getLogger(logger).setLevel(logging.CRITICAL)


def vendor_code(text: object) -> str:
    """Return a cloud's error code if it looks like one: nothing else of its answers is shown."""
    return str(text) if _VENDOR_CODE.fullmatch(str(text)) else "?"
