"""Every error of the relay; each carries the decision its catcher needs.

RelayError
├── RequestError             the request is not acceptable; *status* is the HTTP answer
│   ├── BadRequest           400  the cloud event or the body cannot be read
│   ├── Unauthorized         401  secret missing or wrong; one wording for every cause
│   ├── Forbidden            403  this source may not speak for that project
│   ├── NotFound             404  no such path or source
│   ├── MethodNotAllowed     405
│   ├── TooLarge             413
│   ├── FormBody             415  form-encoded instead of JSON
│   └── NotConfigured        503  nothing can be decided; names the variable to set
├── Ignored                  understood, and nothing to send: a reason code, answered with 200
├── ConfigError              one or more `Problem`s in the configuration
├── SecretError              a secret that cannot be had (relay.configuration.secret_errors)
├── TemplateFault            a template that cannot be used (relay.templating.faults)
├── NotDelivered             a queued delivery that is to come again
└── DeliveryError            a receiver did not take the message
    ├── Unreachable          nothing was sent: name, connection, TLS
    ├── TimedOut             the budget ended; the message may have arrived
    ├── BadAnswer            an answer that is not the vendor's JSON
    │   └── CutOff               the connection broke; the message may have arrived
    ├── Busy                 the vendor asks to try again
    ├── Throttled            too many messages; carries the least wait
    ├── Rejected             this message will never be taken
    │   └── Unsuitable           because of its words; another text may be
    ├── Misconfigured        this receiver will never take any, until a person mends it
    └── TokenRefused         an application's token is not valid (any more); a new one may be

No message of these errors holds a secret, a robot's address or text from a payload.
"""

from typing import ClassVar, NamedTuple

from relay.words import Phrase

NOTHING = Phrase("", "")
# One sentence for every cause: a stranger learns nothing about how close a guess was.
_NO_MATCH = Phrase("密钥或签名不匹配", "the secret or signature does not match")


class RelayError(Exception):
    """Base of all errors of the relay."""


class RequestError(RelayError):
    """A request that is not acceptable; *fix* says in one sentence what to do about it.

    It stands in an answer that strangers may see: at most 200 bytes in either language.
    """

    status: ClassVar[int] = 400
    reason: ClassVar[str] = "bad_request"
    code: str = "E300"

    def __init__(self, fix: Phrase, *, reason: str = "") -> None:
        super().__init__(fix.en)
        self.fix = fix
        self.why = reason or self.reason


class BadRequest(RequestError):
    code = "E301"
    reason = "bad_body"


class Unauthorized(RequestError):
    status = 401
    code = "E302"
    reason = "unauthorized"

    def __init__(self, *, log: str = "", wrong_clock: bool = False) -> None:
        """*log* tells the operator's log, never the caller, what was wrong.

        *wrong_clock*: the secret was right and only the two clocks disagree.
        """
        super().__init__(_NO_MATCH)
        self.log = log
        self.wrong_clock = wrong_clock


class Forbidden(RequestError):
    status = 403
    code = "E401"
    reason = "project_not_allowed"


class NotFound(RequestError):
    status = 404
    code = "E304"
    reason = "not_found"


class MethodNotAllowed(RequestError):
    status = 405
    code = "E305"
    reason = "method_not_allowed"


class TooLarge(RequestError):
    status = 413
    code = "E306"
    reason = "too_large"


class FormBody(RequestError):
    status = 415
    code = "E307"
    reason = "form_body"


class NotConfigured(RequestError):
    status = 503
    code = "E202"
    reason = "not_configured"

    def __init__(self, fix: Phrase, *, code: str = "") -> None:
        """*code*: of the first problem of a configuration that cannot be used."""
        super().__init__(fix)
        self.code = code or self.code


class Ignored(RelayError):
    """An event that is understood and deliberately not sent.

    *reason* is a code of `design/config.md` section 8 (R10 not supported, R32 nothing changed …),
    *detail* one short sentence in both languages, without text from the payload.
    """

    def __init__(self, reason: str, detail: Phrase) -> None:
        super().__init__(f"{reason}: {detail.en}")
        self.reason = reason
        self.detail = detail


class Problem(NamedTuple):
    """One fault of the configuration, in both languages; no text of it holds a secret.

    *code* begins with E, or with W for what only deserves a look. *where* names the variable, or
    the key with all above it (``routes[0].branches``). *line* and *column* count from 1, in
    characters; 0: it stands in no file. *size* is how many characters the fault has there.
    """

    code: str
    where: str
    message: Phrase
    hint: Phrase = NOTHING
    file: str = ""
    line: int = 0
    column: int = 0
    size: int = 1

    @property
    def is_error(self) -> bool:
        return self.code.startswith("E")

    def told(self, lang: str) -> str:
        """Return the problem on one line: ``config.yml:5:13: E201 …``, without the hint."""
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else ""
        name = f"{self.where}: " if not self.line and self.where else ""
        return f"{place}{self.code} {name}{self.message.of(lang)}"


class ConfigError(RelayError):
    """The configuration cannot be used; *problems* holds the warnings as well."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(problem.told("en") for problem in problems))
        self.problems = problems


class NotDelivered(RelayError):
    """What the platform handed over could not be delivered now; it is to call again."""

    def __init__(self) -> None:
        super().__init__("not delivered yet: the platform calls again; the log says why")


class DeliveryError(RelayError):
    """A receiver did not take the message.

    *code* is ours (E5xx), *vendor_code* the vendor's ``errcode`` as text (or the HTTP status, or
    empty), *message* what happened, *hint* what a person should do, both in both languages.
    *wait_s*: the least time until another message has a chance. *retryable*: the same message may
    be taken later; *repeats*: how often at most it is posted again at once. *ambiguous*: it may
    have arrived although no answer came.
    """

    retryable: ClassVar[bool] = False
    repeats: ClassVar[int] = 0
    ambiguous: ClassVar[bool] = False
    status: ClassVar[str] = "failed"

    def __init__(
        self,
        code: str,
        message: Phrase,
        *,
        vendor_code: str = "",
        hint: Phrase = NOTHING,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(f"{code} {message.en}")
        self.code = code
        self.message = message
        self.vendor_code = vendor_code
        self.hint = hint
        self.wait_s = wait_s


class Unreachable(DeliveryError):
    retryable = True
    repeats = 1
    status = "unreachable"


class TimedOut(DeliveryError):
    retryable = True
    repeats = 1
    ambiguous = True
    status = "timeout"


class BadAnswer(DeliveryError):
    retryable = True
    repeats = 1
    status = "bad_answer"


class CutOff(BadAnswer):
    ambiguous = True


class Busy(DeliveryError):
    retryable = True
    repeats = 9  # as often as the configuration allows
    status = "busy"


class Throttled(DeliveryError):
    retryable = True
    status = "throttled"


class Rejected(DeliveryError):
    status = "rejected"


class Unsuitable(Rejected):
    """The vendor's moderation does not like the words."""


class Misconfigured(DeliveryError):
    status = "misconfigured"


class TokenRefused(DeliveryError):
    status = "misconfigured"
