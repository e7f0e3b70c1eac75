"""What the tables of codes are made of."""

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
