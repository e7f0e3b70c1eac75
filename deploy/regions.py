"""Which regions there are, and which one a slip of the pen stands for."""

from collections.abc import Collection

from relay.configuration.suggest import nearest

# Not verified: no sheet has Tencent Cloud's list and its SDK brings none. One that is not here and
# like none of these may well exist.
TENCENT = (
    "ap-guangzhou", "ap-shanghai", "ap-beijing", "ap-nanjing", "ap-chengdu", "ap-chongqing",
    "ap-hongkong", "ap-shenzhen-fsi", "ap-shanghai-fsi", "ap-beijing-fsi", "ap-singapore",
    "ap-tokyo", "ap-seoul", "ap-bangkok", "ap-jakarta", "ap-mumbai", "na-siliconvalley",
    "na-ashburn", "na-toronto", "eu-frankfurt", "sa-saopaulo",
)  # fmt: skip
_LIKENESS = 0.85


def likely_slip(name: str, known: Collection[str]) -> str:
    """Return the region of *known* that *name*, which is none of them, is almost; else ``""``."""
    return "" if name in known else nearest(name, known, likeness=_LIKENESS)
