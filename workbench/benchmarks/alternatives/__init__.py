"""What is measured: the product and four ways to do the same job without it.

Each module has ``build(setup)``, which returns a function from a call (the event of an AWS function
URL) to an HTTP status, and works as somebody would write it for one repository and a few groups.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

Call = dict[str, Any]
Answer = Callable[[Call], int]


class Setup(NamedTuple):
    """*urls* of the robots, all on *host*; *bundle* is a file of certificates to trust.

    *timeout_s* bounds one post of an alternative, and one event of the product. *config* is what
    stands in the product's YAML file beside the receivers; without it there is no file.
    """

    urls: tuple[str, ...]
    host: str
    secret: str
    bundle: str
    timeout_s: float = 4.0
    config: str = ""
