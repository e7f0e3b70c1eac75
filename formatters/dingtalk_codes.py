"""What DingTalk's answers mean (`reference/dingtalk.md` sections 2, 4 and 5).

The table of errcodes is `dingtalk_verdicts`.
"""

import re
from collections.abc import Mapping
from typing import Any

from formatters.dingtalk_verdicts import (
    BLOCKED,
    CODES,
    SECURITY,
    SECURITY_CODE,
    UNKNOWN,
    WORDINGS,
)
from formatters.verdicts import Verdict, errcode, no_errcode, wording
from relay.errors import DeliveryError
from relay.words import Phrase

_BLOCK_STATUS = "1111"
_BLOCK_SAID = Phrase("status 1111", "status 1111")
# The newer wordings go on with advice about everything that can be wrong:
# "description:…;solution:…", or "错误描述:…;解决方案:…".
_ADVICE = re.compile("solution|解决方案")


def check(answer: Mapping[str, Any]) -> None:
    """Return if *answer* has errcode 0; else raise what it stands for.

    Without an errcode: Throttled if the gateway says that it blocks this address, else BadAnswer.
    """
    found = errcode(answer)
    if found == 0:
        return
    if found is None:
        raise _gateway(answer)
    verdict = CODES.get(found, UNKNOWN)
    if found == SECURITY_CODE:
        verdict = _security(wording(answer))
    raise verdict.refused(answer)


def _gateway(answer: Mapping[str, Any]) -> DeliveryError:
    """Return the error for an answer that is not the robot's.

    The unit of ``wait`` in a block is not documented; that it lasts five minutes is.
    """
    status = answer.get("status") if isinstance(answer, Mapping) else None
    if str(status) == _BLOCK_STATUS:
        return BLOCKED.raised(_BLOCK_STATUS, _BLOCK_SAID)
    return no_errcode("E528")


def _security(text: str) -> Verdict:
    """Tell the causes of 310000 apart: the class is the same, only code and hint differ."""
    described = _ADVICE.split(text, maxsplit=1)[0]
    for verdict, words in WORDINGS:
        if any(word in described for word in words):
            return verdict
    return SECURITY
