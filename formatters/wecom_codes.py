"""What WeCom's answers mean: to a robot's post, to an application's, to its wish for a token.

`reference/wecom.md` A.5, B.1 and B.5; the tables of errcodes are `wecom_verdicts` and
`wecom_app_verdicts`.
"""

import re
from collections.abc import Mapping
from typing import Any

from formatters.verdicts import Verdict, errcode, no_errcode, wording
from formatters.wecom_app_verdicts import APP_CODES, BAD_ADDRESS, TOKEN_CODES, TRUST
from formatters.wecom_verdicts import CODES, MISSING, PARAMETER_MISSING, TOO_LONG, UNKNOWN
from relay.errors import NOTHING, BadAnswer, DeliveryError
from relay.text import clean, cut_cells
from relay.words import Phrase

_MOST_TOKEN_CHARACTERS = 2048  # WeCom asks to make room for 512
_LONGEST_LIFETIME_S = 86400
_FROM = re.compile(r"from ip: ?([0-9a-f.:]{3,45})")
_NO_TOKEN = Phrase(
    "回答的 errcode 是 0，却没有 access_token",
    "the answer has errcode 0 and no access token",
)
_LOOK_AT_API = Phrase(
    "检查 api_base 指向哪里，以及中间的网关或代理。",
    "Check where api_base leads, and gateways and proxies between.",
)
_MOST_NAMES = 5
_NAME_CELLS = 32
_NOT_REACHED = {
    "invaliduser": Phrase(
        "没有送达：{names}（不在应用可见范围或不存在）",
        "not delivered to {names} (outside the application's visible range, or no such user id)",
    ),
    "unlicenseduser": Phrase(
        "没有送达：{names}（没有接口许可）",
        "not delivered to {names} (no licence for this API)",
    ),
}


def check(answer: Mapping[str, Any]) -> Phrase:
    """Return NOTHING if *answer*, to a robot's post, has errcode 0.

    Raises what the errcode stands for, BadAnswer without one.
    """
    _succeeded(answer, CODES)
    return NOTHING


def check_app(answer: Mapping[str, Any]) -> Phrase:
    """Return NOTHING, or who did not get the message, if *answer* to ``message/send`` is 0.

    Raises what another errcode stands for: TokenRefused when a new token may help.
    """
    _succeeded(answer, APP_CODES)
    missed = [
        (phrase, names)
        for field, phrase in _NOT_REACHED.items()
        if (names := _names(answer.get(field)))
    ]
    return Phrase(
        "；".join(phrase.zh.format(names="、".join(names)) for phrase, names in missed),
        "; ".join(phrase.en.format(names=", ".join(names)) for phrase, names in missed),
    )


def read_token(answer: Mapping[str, Any]) -> tuple[str, float]:
    """Return the token of a ``gettoken`` *answer* and its lifetime in seconds.

    The lifetime is 0 when the answer has none that can be used. Raises a DeliveryError.
    """
    _succeeded(answer, TOKEN_CODES)
    token = answer.get("access_token")
    if not (isinstance(token, str) and 0 < len(token) <= _MOST_TOKEN_CHARACTERS and _plain(token)):
        raise BadAnswer("E534", _NO_TOKEN, hint=_LOOK_AT_API)
    lifetime_s = answer.get("expires_in")
    if not isinstance(lifetime_s, int | float) or not lifetime_s > 0:  # not a number: not > 0
        return token, 0.0
    return token, float(min(lifetime_s, _LONGEST_LIFETIME_S))


def _succeeded(answer: Mapping[str, Any], codes: Mapping[int, Verdict]) -> None:
    """Return if *answer* has errcode 0; else raise what *codes* says, BadAnswer without one."""
    found = errcode(answer)
    if found == 0:
        return
    if found is None:
        raise no_errcode("E505")
    raise _refusal(found, answer, codes)


def _refusal(found: int, answer: Mapping[str, Any], codes: Mapping[int, Verdict]) -> DeliveryError:
    words = wording(answer)
    verdict = codes.get(found, UNKNOWN)
    if "exceed max length" in words:  # In 2019 it came with 93000.
        verdict = TOO_LONG
    elif found in PARAMETER_MISSING and found not in codes:
        verdict = MISSING
    elif verdict is BAD_ADDRESS and (address := _address(words)):
        verdict = verdict._replace(hint=TRUST.filled(address=address))
    return verdict.refused(answer)


def _address(words: str) -> str:
    """Return the IP address from which WeCom says the call came, ``""`` if it is none."""
    import ipaddress

    found = _FROM.search(words)
    try:
        return str(ipaddress.ip_address(found[1].rstrip(".:"))) if found else ""
    except ValueError:
        return ""


def _plain(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token


def _names(value: object) -> list[str]:
    """Return user ids, which WeCom joins (``a|b``) and writes in lower case: a few, and ``…``."""
    if not isinstance(value, str):
        return []
    cleaned = (cut_cells(clean(name), _NAME_CELLS) for name in value.split("|"))
    found = [name for name in cleaned if name]
    return found[:_MOST_NAMES] + ["…"] * (len(found) > _MOST_NAMES)
