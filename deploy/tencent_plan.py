"""What has to be done so that the cloud has what is wanted: decided from values alone.

A function's runtime and type cannot be changed, and a fixed outbound address that is on stays on
unless somebody says otherwise: whoever lost it would have to ask the owner of a WeCom application.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from deploy.settings import Settings
from deploy.tencent_bundle import EVENT, WEB, Bundle
from deploy.tencent_cloud import Fields, Step, Trigger, part
from deploy.tencent_parts import SettingsError
from deploy.tencent_variables import Variables
from relay.words import Phrase

TRIGGER_NAME = "url-trigger"
ON, OFF = "ENABLE", "DISABLE"

_OTHER = Phrase(
    "云上已有的 {name} 是另一种函数（{there}），改不了：用 --name 换一个名字，或先在控制台删掉它",
    "{name} exists and is another kind of function ({there}), which cannot be changed: choose "
    "another --name, or delete it in the console first",
)


class Wanted(NamedTuple):
    """The function as it is to be; *eip* and *role* are None and empty where nobody chose."""

    settings: Settings
    kind: str
    bundle: Bundle
    eip: bool | None
    role: str

    @property
    def handler(self) -> str:
        return "scf_bootstrap" if self.kind == WEB else self.settings.handler


def creation(wanted: Wanted, variables: Variables) -> Step:
    """Return the step that makes the function."""
    settings = wanted.settings
    parameters: dict[str, Any] = {
        "Type": wanted.kind,
        "Runtime": settings.runtime,
        "Handler": wanted.handler,
        "MemorySize": settings.memory_mb,
        "Timeout": settings.timeout_s,
        "Environment": _environment(variables),
        "PublicNetConfig": _network(wanted_eip(wanted, {})),
        "Code": {"ZipFile": wanted.bundle.encoded},
    }
    if wanted.role:
        parameters["Role"] = wanted.role
    return Step("CreateFunction", parameters)


def changes(wanted: Wanted, variables: Variables, found: Fields, digest: str) -> list[Step]:
    """Return the steps that make of the function *found*, whose code has *digest*, the wanted one.

    Raises SettingsError for one that cannot become it.
    """
    _check_kind(wanted, found)
    steps = []
    if found.get("Handler") != wanted.handler or not wanted.bundle.is_digest(digest):
        code = {"Handler": wanted.handler, "ZipFile": wanted.bundle.encoded}
        steps.append(Step("UpdateFunctionCode", code))
    if different := _configuration(wanted, variables, found):
        steps.append(Step("UpdateFunctionConfiguration", different))
    return steps


def trigger_steps(settings: Settings, there: Sequence[Trigger]) -> list[Step]:
    """Return the step that makes one of *there*, or a new one, a public function URL, if needed."""
    if any(_fits(one) for one in there):
        return []
    if not there:
        found = Trigger(TRIGGER_NAME, settings.qualifier, True, {})
        return [_trigger_step("CreateTrigger", found, intranet=settings.intranet)]
    # A new trigger would have a new address, which stands in nobody's webhook settings.
    chosen = _ours(there)
    intranet = bool(part(chosen.settings, "NetConfig").get("EnableIntranet"))
    return [_trigger_step("UpdateTrigger", chosen, intranet=intranet)]


def fitting(there: Sequence[Trigger]) -> Trigger | None:
    """Return the function URL to tell."""
    fit = [one for one in there if _fits(one)]
    return _ours(fit) if fit else None


def wanted_eip(wanted: Wanted, found: Fields) -> bool:
    """Return whether the function is to have a fixed outbound address."""
    if wanted.eip is not None:
        return wanted.eip
    return wanted.settings.eip or _eip(found) == ON


def _check_kind(wanted: Wanted, found: Fields) -> None:
    kind, runtime = found.get("Type") or EVENT, found.get("Runtime") or wanted.settings.runtime
    if (kind, runtime) != (wanted.kind, wanted.settings.runtime):
        told = {"name": wanted.settings.name, "there": f"{kind}, {runtime}"}
        raise SettingsError(_OTHER.filled(**told))


def _configuration(wanted: Wanted, variables: Variables, found: Fields) -> dict[str, Any]:
    """Return what has to be changed; what is not named in the request stays as it is."""
    settings = wanted.settings
    different: dict[str, Any] = {}
    if found.get("MemorySize") != settings.memory_mb:
        different["MemorySize"] = settings.memory_mb
    if found.get("Timeout") != settings.timeout_s:
        different["Timeout"] = settings.timeout_s
    if variables.differ:
        different["Environment"] = _environment(variables)
    network = _network(wanted_eip(wanted, found))
    if network != _network(_eip(found) == ON, part(found, "PublicNetConfig")):
        different["PublicNetConfig"] = network
    if wanted.role and wanted.role != found.get("Role"):
        different["Role"] = wanted.role
    return different


def _environment(variables: Variables) -> Fields:
    pairs = variables.values.items()
    return {"Variables": [{"Key": name, "Value": value} for name, value in pairs]}


def _network(eip: bool, there: Fields | None = None) -> Fields:
    status = (there or {}).get("PublicNetStatus") or ON
    return {"PublicNetStatus": status, "EipConfig": {"EipStatus": ON if eip else OFF}}


def _eip(found: Fields) -> str:
    return str(part(part(found, "PublicNetConfig"), "EipConfig").get("EipStatus") or OFF)


def _fits(trigger: Trigger) -> bool:
    is_public = bool(part(trigger.settings, "NetConfig").get("EnableExtranet"))
    return trigger.is_open and is_public and trigger.settings.get("AuthType") == "NONE"


def _ours(triggers: Sequence[Trigger]) -> Trigger:
    return next((one for one in triggers if one.name == TRIGGER_NAME), triggers[0])


def _trigger_step(action: str, trigger: Trigger, *, intranet: bool) -> Step:
    """Return the step that makes *trigger* public; of its settings what we do not need stays."""
    there = trigger.settings
    settings = {
        "AuthType": "NONE",
        "NetConfig": {"EnableIntranet": intranet, "EnableExtranet": True},
        "CorsConfig": there.get("CorsConfig") or {"Enable": False},
        "ApiGwCompatible": there.get("ApiGwCompatible", True),
        "EnableSimpleMode": there.get("EnableSimpleMode", False),
    }
    parameters = {
        "TriggerName": trigger.name,
        "Type": "http",
        "Qualifier": trigger.qualifier,
        "Enable": "OPEN",
        "TriggerDesc": json.dumps(settings),
    }
    return Step(action, parameters)
