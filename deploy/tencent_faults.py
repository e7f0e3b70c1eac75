"""What Tencent Cloud did not do, as the deployment's modules tell each other."""

from deploy.tencent_remedies import remedy
from relay.words import Phrase

_WHAT = Phrase("{action} 没有成功（{code}）", "{action} did not work ({code})")


class Refused(Exception):
    """The cloud did not do what *action* asked for; *code* is the vendor's, or a state's name.

    *reason* is the vendor's code for that state. Nothing else of an answer is kept: it may repeat
    what was sent.
    """

    def __init__(self, action: str, code: str, *, reason: str = "", unsure: bool = False) -> None:
        super().__init__(f"{action}: {code}")
        self.action = action
        self.code = code
        self.phrase = _WHAT.filled(action=action, code=", ".join(filter(None, (code, reason))))
        self.remedy = remedy(code, unsure=unsure)
