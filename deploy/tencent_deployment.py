"""The deployment itself: look, do what is missing, tell.

Every step is decided from what is there: a run that was cut off is finished by the next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from deploy import tencent_plan
from deploy.tencent_cloud import Cloud, Fields, Step, Trigger, part
from deploy.tencent_plan import Wanted
from deploy.tencent_variables import Variables, merged

CREATE_FAILED = "CreateFailed"

_DELETION = Step("DeleteFunction", {})

Tell = Callable[[Step], None]


class Outcome(NamedTuple):
    """What there is now, or would be; *addresses* are those that the function calls from."""

    variables: Variables
    steps: tuple[Step, ...]
    url: str = ""
    addresses: tuple[str, ...] = ()
    has_role: bool = False


class _Found(NamedTuple):
    """The function that is there, None if none; *dead*: one to be deleted first was there."""

    function: Fields | None
    variables: Mapping[str, str]
    dead: bool = False


def deploy(
    cloud: Cloud, wanted: Wanted, ours: Mapping[str, str], tell: Tell, *, replace_failed: bool
) -> Outcome:
    """Make the function what is *wanted*, with *ours* among its variables; *tell* each step done.

    *replace_failed* allows to delete one that could not be created. Raises Refused and
    SettingsError.
    """
    there = _look(cloud, replace_failed=replace_failed)
    variables = merged(ours, there.variables)
    function: Fields = there.function or {}
    done: list[Step] = []

    def did(step: Step) -> None:
        done.append(step)
        tell(step)

    if there.dead:
        cloud.delete()
        did(_DELETION)
    for step in _function_steps(cloud, wanted, variables, there):
        function = cloud.change(step)
        did(step)
    triggers = cloud.triggers()
    trigger = tencent_plan.fitting(triggers)
    for step in tencent_plan.trigger_steps(wanted.settings, triggers):
        trigger = cloud.open(step)
        did(step)
    if trigger and not trigger.address:
        trigger = cloud.addressed(trigger.name)
    return _outcome(wanted, variables, done, function, trigger)


def plan(
    cloud: Cloud | None, wanted: Wanted, ours: Mapping[str, str], *, replace_failed: bool
) -> Outcome:
    """Return what `deploy` would do; it only looks. Without a *cloud*, in an empty account."""
    there = _look(cloud, replace_failed=replace_failed) if cloud else _Found(None, {})
    variables = merged(ours, there.variables)
    function = there.function or {}
    steps = [_DELETION] if there.dead else []
    steps += _function_steps(cloud, wanted, variables, there)
    triggers = cloud.triggers() if cloud and there.function else []
    trigger = tencent_plan.fitting(triggers)
    steps += tencent_plan.trigger_steps(wanted.settings, triggers)
    return _outcome(wanted, variables, steps, function, trigger)


def _outcome(
    wanted: Wanted,
    variables: Variables,
    steps: Sequence[Step],
    function: Fields,
    trigger: Trigger | None,
) -> Outcome:
    url = trigger.address if trigger else ""
    has_role = bool(wanted.role or function.get("Role"))
    return Outcome(variables, tuple(steps), url, tuple(_addresses(function)), has_role)


def _look(cloud: Cloud, *, replace_failed: bool) -> _Found:
    found = cloud.function()
    if found is None:
        return _Found(None, {})
    if found.get("Status") == CREATE_FAILED and replace_failed:
        return _Found(None, _variables(found), dead=True)
    found = cloud.settled(found)
    return _Found(found, _variables(found))


def _function_steps(
    cloud: Cloud | None, wanted: Wanted, variables: Variables, there: _Found
) -> list[Step]:
    if cloud is None or there.function is None:
        return [tencent_plan.creation(wanted, variables)]
    return tencent_plan.changes(wanted, variables, there.function, cloud.digest())


def _variables(function: Fields) -> dict[str, str]:
    listed = part(function, "Environment").get("Variables") or ()
    return {str(one.get("Key")): str(one.get("Value") or "") for one in listed}


def _addresses(function: Fields) -> Iterator[str]:
    eip = part(part(function, "PublicNetConfig"), "EipConfig")
    for address in eip.get("EipAddress") or part(function, "EipConfig").get("Eips") or ():
        yield str(address)
