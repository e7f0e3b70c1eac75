"""Why something was not sent, or sent in a lesser form: one sentence per code, in both languages.

`design/config.md` section 8.
"""

from typing import NamedTuple

from relay.words import Phrase


class Reason(NamedTuple):
    """*code* R10 to R33, *text* the filled sentence."""

    code: str
    text: Phrase
