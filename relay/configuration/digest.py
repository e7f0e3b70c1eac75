"""A short mark of a configuration: is the one that runs the one I wrote?"""

import hashlib
import json

from relay.config import Config, Secret

_DIGITS = 4


def digest(config: Config) -> str:
    """Return 4 hexadecimal digits, the same in every process for the same configuration.

    They change with everything but the places where it stands, queue and state, which only the
    cloud has, and the values of secrets: of a secret only count whether there is one and its
    reference.
    """
    routes = tuple(route._replace(place="") for route in config.routes)
    placeless = config._replace(origin="", digest="", queue="", state="", routes=routes)
    text = json.dumps(placeless, separators=(",", ":"), default=_of_secret)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _of_secret(value: object) -> object:
    if not isinstance(value, Secret):
        raise TypeError(type(value).__name__)
    return {"secret": [bool(value.reveal()), value.reference]}
