"""What the tables of faults of secrets are made of."""

from typing import NamedTuple

from relay.words import Phrase

AWS, TENCENT = "aws", "tencent"


class Fault(NamedTuple):
    """A kind of error; the texts have places for names and references."""

    code: str
    message: Phrase
    hint: Phrase
