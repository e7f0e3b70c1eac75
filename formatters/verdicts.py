"""What a vendor's answer means: the errcode decides, a table per vendor says what it stands for.

HTTP status plays no part; both vendors answer 200 whatever happened.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from relay.errors import BadAnswer, DeliveryError
from relay.text import clean, cut_cells
from relay.words import Phrase

_LARGEST_CODE = 10**10
_READ_CHARACTERS = 600
_SHOWN_CHARACTERS = 200
_SEARCHED_CHARACTERS = 2000
# An address, a name=value pair as in a query, or a run as long as keys and tokens are.
_PRIVATE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{0,20}://\S*|[A-Za-z_]{1,30}=[^\s,;，；]+|[A-Za-z0-9_+/=%-]{20,}"
)
_NO_ERRCODE = Phrase(
    "回答里没有 errcode，不是机器人自己的回答",
    "the answer has no errcode, so it is not the robot's own",
)
_GATEWAY = Phrase(
    "一般是网关或代理代替它回答了：检查这个函数和聊天平台之间的网络。",
    "Usually a gateway or proxy answered: look at what stands between this function and the chat "
    "service.",
)


class Verdict(NamedTuple):
    """What a code means: the *error* to raise, our *code*, what happened, what a person can do.

    *page* is the vendor's page that names the code, or the third party's note where no page does.
    *wait_s* is the least time until the next message has a chance.
    """

    error: type[DeliveryError]
    code: str
    message: Phrase
    hint: Phrase
    page: str
    wait_s: float = 0.0

    def raised(self, vendor_code: str, said: Phrase) -> DeliveryError:
        """Return the error; *said* is the vendor's own answer in a few words."""
        zh, en, _ = self.message
        told = Phrase(f"{zh}（{said.zh}）", f"{en} ({said.en})")  # braces in it stay as they are
        return self.error(
            self.code, told, vendor_code=vendor_code, hint=self.hint, wait_s=self.wait_s
        )

    def refused(self, answer: Mapping[str, Any]) -> DeliveryError:
        """Return the error for an *answer* that has an errcode."""
        found, words = errcode(answer), errmsg(answer)
        said = (f"errcode {found}：{words}", f"errcode {found}: {words}")
        bare = f"errcode {found}"
        return self.raised(str(found), Phrase(*said) if words else Phrase(bare, bare))


def errcode(answer: Mapping[str, Any]) -> int | None:
    """Return the answer's errcode, also when it is digits in text; None if it has none."""
    value = answer.get("errcode") if isinstance(answer, Mapping) else None
    if isinstance(value, str) and value.isascii() and len(value) <= 10:
        is_number = value.removeprefix("-").isdigit() and str(int(value)) == value
        value = int(value) if is_number else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) <= _LARGEST_CODE else None


def errmsg(answer: Mapping[str, Any]) -> str:
    """Return the answer's errmsg on one line of at most 200 characters.

    Addresses, query parameters and long tokens are taken out: the text can quote the request. Runs
    of digits stay, for WeCom's support asks for the ``hint`` number.
    """
    value = answer.get("errmsg")
    if not isinstance(value, str):
        return ""
    text = clean(value[:_READ_CHARACTERS].encode(errors="replace").decode())
    if len(value) > _READ_CHARACTERS:  # The last word may be the beginning of a token.
        text = text.rpartition(" ")[0]
    text = _PRIVATE.sub(lambda found: found[0] if found[0].isdigit() else "…", text)
    return cut_cells(text, _SHOWN_CHARACTERS)


def wording(answer: Mapping[str, Any]) -> str:
    """Return the errmsg in lower case, to look for words in it; never to be shown."""
    value = answer.get("errmsg")
    return value[:_SEARCHED_CHARACTERS].lower() if isinstance(value, str) else ""


def no_errcode(code: str) -> BadAnswer:
    """Return the error for an answer without an errcode; *code* is ours."""
    return BadAnswer(code, _NO_ERRCODE, hint=_GATEWAY)
