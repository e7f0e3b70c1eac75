"""One function of Tencent Cloud SCF, as its API shows and changes it; every wait has an end.

`reference/platforms.md` section 2.9. Whatever the API refuses is raised as Refused.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from deploy.tencent_faults import Refused
from relay.configuration.stores import vendor_code
from relay.tencent_api import Answer, Call

SERVICE, VERSION = "scf", "2018-04-16"
MOST_S = 180.0  # for a function to become ready after each change
ADDRESS_S = 30.0  # for a new function URL to get its address
POLL_S = 2.0

Fields = Mapping[str, Any]

_ABSENT = ("ResourceNotFound.Function", "ResourceNotFound.FunctionName", "ResourceNotFound")
_ON_THE_WAY = ("Creating", "Updating", "Publishing")
_STOPPED = ("CreateFailed", "Deleting", "DeleteFailed")
# What is refused only because the last change, of whomever, is not through yet.
_BUSY = (
    "FailedOperation.FunctionNameStatusError",
    "FailedOperation.FunctionStatusError",
    "FailedOperation.FunctionVersionStatusNotActive",
    "FailedOperation.OperationConflict",
    "RequestLimitExceeded",
)


class Step(NamedTuple):
    """A change: an *action* of the API with its *parameters*."""

    action: str
    parameters: Fields


class Trigger(NamedTuple):
    """A function URL as the API lists it; *settings* is its description, read."""

    name: str
    qualifier: str
    is_open: bool
    settings: Fields

    @property
    def address(self) -> str:
        return str(part(self.settings, "NetConfig").get("ExtranetUrl") or "")


class Cloud:
    """The function called *name*; *call* asks the API."""

    def __init__(
        self,
        call: Call,
        name: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call = call
        self._name = name
        self._sleep = sleep
        self._clock = clock

    def function(self) -> Fields | None:
        """Return what the cloud knows of the function, or None if there is none."""
        answer = self._ask("GetFunction")
        return None if answer.code in _ABSENT else _fields("GetFunction", answer)

    def settled(self, found: Fields, action: str = "GetFunction") -> Fields:
        """Return *found*, or what has become of it when nothing is under way with it any more.

        *action* is what is waited for.
        """
        return self._ready(action) if found.get("Status") in _ON_THE_WAY else _usable(found, action)

    def digest(self) -> str:
        """Return the SHA-256 of the code that is there, ``""`` if the cloud does not tell."""
        return str(self._ask("GetFunctionAddress").fields.get("CodeSha256") or "")

    def change(self, step: Step) -> Fields:
        """Do *step*, again while the function is busy, and return it when it is ready."""
        for _ in self._until(MOST_S):
            answer = self._ask(step.action, step.parameters)
            if answer.code not in _BUSY:
                break
        _fields(step.action, answer)
        return _working(self._ready(step.action), step.action)

    def delete(self) -> None:
        """Delete the function, with all that belongs to it, and wait until it is gone."""
        _fields("DeleteFunction", self._ask("DeleteFunction"))
        for _ in self._until(MOST_S):
            if self.function() is None:
                return
        raise Refused("DeleteFunction", "TimedOut")

    def triggers(self) -> list[Trigger]:
        """Return the function's URLs, which are triggers of the type http."""
        fields = _fields("ListTriggers", self._ask("ListTriggers", {"Limit": 100}))
        return [_trigger(one) for one in fields.get("Triggers") or () if one.get("Type") == "http"]

    def open(self, step: Step) -> Trigger:
        """Make or change a function URL, and return it when it has an address."""
        _fields(step.action, self._ask(step.action, step.parameters))
        return self.addressed(step.parameters["TriggerName"], step.action)

    def addressed(self, name: str, action: str = "ListTriggers") -> Trigger:
        """Return the function URL called *name* when it has an address."""
        for _ in self._until(ADDRESS_S):
            for trigger in self.triggers():
                if trigger.address and trigger.name == name:
                    return trigger
        raise Refused(action, "NoAddress")

    def _ready(self, action: str) -> Fields:
        for _ in self._until(MOST_S):
            answer = self._ask("GetFunction")
            if answer.unsure or answer.code == "RequestLimitExceeded":
                continue  # a look that failed tells nothing about what is looked at
            found = _fields("GetFunction", answer)
            if found.get("Status") not in _ON_THE_WAY:
                return _usable(found, action)
        raise Refused(action, "TimedOut")

    def _ask(self, action: str, parameters: Fields | None = None) -> Answer:
        return self._call(action, {"FunctionName": self._name, **(parameters or {})})

    def _until(self, most_s: float) -> Iterator[None]:
        """Yield at once and then every few seconds, for *most_s*."""
        end = self._clock() + most_s
        yield
        while self._clock() < end:
            self._sleep(POLL_S)
            yield


def part(fields: Fields, name: str) -> Fields:
    """Return the object called *name*, empty if there is none: the API writes null for many."""
    found = fields.get(name)
    return found if isinstance(found, dict) else {}


def _fields(action: str, answer: Answer) -> Fields:
    if answer.code:
        raise Refused(action, answer.code, unsure=answer.unsure)
    return answer.fields


def _usable(found: Fields, action: str) -> Fields:
    """Return *found* unless it is in a state that no change gets it out of."""
    if found.get("Status") in _STOPPED:
        raise _stopped(found, action)
    return found


def _working(found: Fields, action: str) -> Fields:
    if found.get("Status") != "Active":
        raise _stopped(found, action)
    return found


def _stopped(found: Fields, action: str) -> Refused:
    reasons = found.get("StatusReasons") or [{}]
    code = reasons[0].get("ErrorCode")
    reason = vendor_code(code) if code else ""
    return Refused(action, vendor_code(found.get("Status")), reason=reason)


def _trigger(listed: Fields) -> Trigger:
    try:
        settings = json.loads(listed.get("TriggerDesc") or "{}")
    except (TypeError, ValueError):
        settings = {}
    return Trigger(
        name=str(listed.get("TriggerName")),
        qualifier=str(listed.get("Qualifier") or "$DEFAULT"),
        is_open=listed.get("Enable") in (1, "1", "OPEN"),
        settings=settings if isinstance(settings, dict) else {},
    )
