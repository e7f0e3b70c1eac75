"""A stand-in for the part of Tencent SCF's API that makes and changes functions.

    with Deployments() as cloud:
        cloud.slow = 3  # looks until a change is through
        ... python -m deploy.tencent, with PERSONAL in its environment, and cloud.host ...
        assert cloud.actions == ["GetFunction", "CreateFunction", …]

It refuses what the vendor refuses: parameters that are not known, are missing or wrong, changes of
a function that is not ready, names that are taken, more than there may be. Parameters and codes are
those of the vendor's SDK; which code it is in each case is a guess where a comment says so.
"""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from workbench.robot_wire import Head
from workbench.tencent_stand_in import (
    REGION,
    SECRET_ID,
    SECRET_KEY,
    TOKEN,
    Api,
    Parameters,
    Refusal,
)

URL = f"https://1250000000-abcdefghij.{REGION}.tencentscf.com"
EIP = "203.0.113.7"
PERSONAL = {  # as somebody's own environment has it
    "TENCENTCLOUD_SECRET_ID": SECRET_ID,
    "TENCENTCLOUD_SECRET_KEY": SECRET_KEY,
}

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_MOST_VARIABLE_BYTES = 4096
_CONFIGURATION = {"MemorySize", "Timeout", "Environment", "PublicNetConfig", "Role"}
# Of each action the parameters that it needs, and those that it may have, of those that we use.
_PARAMETERS: Mapping[str, tuple[set[str], set[str]]] = {
    "GetFunction": ({"FunctionName"}, set()),
    "GetFunctionAddress": ({"FunctionName"}, set()),
    "CreateFunction": ({"FunctionName", "Code", "Handler"}, {"Runtime", "Type", *_CONFIGURATION}),
    "UpdateFunctionCode": ({"FunctionName"}, {"Handler", "ZipFile"}),
    "UpdateFunctionConfiguration": ({"FunctionName"}, _CONFIGURATION),
    "DeleteFunction": ({"FunctionName"}, set()),
    "ListTriggers": ({"FunctionName"}, {"Limit", "Offset"}),
    "CreateTrigger": (
        {"FunctionName", "TriggerName", "Type"},
        {"Qualifier", "Enable", "TriggerDesc"},
    ),
    "UpdateTrigger": (
        {"FunctionName", "TriggerName", "Type"},
        {"Qualifier", "Enable", "TriggerDesc"},
    ),
}


class Deployments(Api):
    """An account with *functions* by name; a function has its fields and its triggers.

    *slow* is how often one looks at a function until a change is through, *late* how often at its
    triggers until a new one has an address. *fails* lets creations end as CreateFailed, *quota* is
    how many functions there may be, and *tells_digest* whether the code's digest is told.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        actions = {
            "GetFunction": self._get,
            "GetFunctionAddress": self._address,
            "CreateFunction": self._create,
            "UpdateFunctionCode": self._update_code,
            "UpdateFunctionConfiguration": self._update_configuration,
            "DeleteFunction": self._delete,
            "ListTriggers": self._triggers,
            "CreateTrigger": self._create_trigger,
            "UpdateTrigger": self._update_trigger,
        }
        super().__init__("scf", "2018-04-16", actions, clock=clock)
        self.functions: dict[str, dict[str, Any]] = {}
        self.slow = 1
        self.late = 0
        self.fails = False
        self.quota = 50
        self.tells_digest = True

    def variables(self, name: str) -> dict[str, str]:
        """Return the variables of a function."""
        listed = self.functions[name]["fields"]["Environment"]["Variables"]
        return {one["Key"]: one["Value"] for one in listed}

    def _check(self, head: Head, body: bytes) -> None:
        if head.headers.get("X-TC-Token") is None:  # a permanent key has none
            head.headers["X-TC-Token"] = TOKEN
        super()._check(head, body)

    def _act(self, head: Head, parameters: Parameters, refuse: str) -> dict[str, Any]:
        needed, possible = _PARAMETERS.get(head.headers["X-TC-Action"], (set(), set(parameters)))
        answer = super()._act  # it notes the call, whatever is wrong with it
        if not refuse and not needed <= {name for name, value in parameters.items() if value}:
            refuse = "MissingParameter"
        if not refuse and not parameters.keys() <= needed | possible:
            refuse = "UnknownParameter"
        return answer(head, parameters, refuse)

    # --- functions

    def _get(self, parameters: Parameters) -> dict[str, Any]:
        function = self._known(parameters)
        if function["looks"] > 0:
            function["looks"] -= 1
        if function["looks"] == 0:
            function["fields"]["Status"] = function["then"]
        return dict(function["fields"])

    def _address(self, parameters: Parameters) -> dict[str, Any]:
        digest = hashlib.sha256(self._known(parameters)["code"]).hexdigest()
        return {"Url": f"{URL}/code.zip", "CodeSha256": digest if self.tells_digest else ""}

    def _create(self, parameters: Parameters) -> dict[str, Any]:
        name = parameters["FunctionName"]
        if not _NAME.fullmatch(name):
            raise Refusal("InvalidParameterValue.FunctionName")
        if name in self.functions:
            raise Refusal("ResourceInUse.Function")
        if len(self.functions) >= self.quota:
            raise Refusal("LimitExceeded.Function")
        fields = {
            "FunctionName": name,
            "Type": parameters.get("Type", "Event"),
            "Runtime": parameters.get("Runtime", "Python2.7"),
            "Handler": parameters["Handler"],
            "MemorySize": 128,
            "Timeout": 3,
            "Environment": {"Variables": []},
            "Role": "",
            "StatusReasons": [],
        }
        code = _code(parameters["Code"].get("ZipFile", ""))
        function = {"fields": fields, "triggers": {}, "code": code, "looks": 0, "then": "Active"}
        self._configure(function, parameters)
        self.functions[name] = function
        self._begin(function, "Creating", "CreateFailed" if self.fails else "Active")
        if self.fails:
            reason = {"ErrorCode": "FailedOperation.ClsServiceUnregistered", "ErrorMessage": "…"}
            fields["StatusReasons"] = [reason]
        return {}

    def _update_code(self, parameters: Parameters) -> dict[str, Any]:
        function = self._ready(parameters, "FailedOperation.FunctionStatusError")
        function["code"] = _code(parameters.get("ZipFile", ""))
        function["fields"]["Handler"] = parameters.get("Handler", function["fields"]["Handler"])
        self._begin(function, "Updating")
        return {}

    def _update_configuration(self, parameters: Parameters) -> dict[str, Any]:
        function = self._ready(parameters, "FailedOperation.FunctionStatusError")
        self._configure(function, parameters)
        self._begin(function, "Updating")
        return {}

    def _delete(self, parameters: Parameters) -> dict[str, Any]:
        self._known(parameters)
        del self.functions[parameters["FunctionName"]]
        return {}

    def _configure(self, function: dict[str, Any], parameters: Parameters) -> None:
        _check_configuration(parameters)
        given = {name: parameters[name] for name in _CONFIGURATION if name in parameters}
        if "PublicNetConfig" in given:
            given["PublicNetConfig"] = _with_address(given["PublicNetConfig"])
        function["fields"].update(given)

    def _begin(self, function: dict[str, Any], status: str, then: str = "Active") -> None:
        """Let a change take *slow* looks; it is through at once where that is 0."""
        function["looks"] = self.slow
        function["then"] = then
        function["fields"]["Status"] = status if self.slow else then

    def _known(self, parameters: Parameters) -> dict[str, Any]:
        function = self.functions.get(parameters["FunctionName"])
        if function is None:
            raise Refusal("ResourceNotFound.FunctionName")
        return function

    def _ready(self, parameters: Parameters, code: str) -> dict[str, Any]:
        """Return a function that can be changed; that *code* is the right one is not verified."""
        function = self._known(parameters)
        if function["fields"]["Status"] not in ("Active", "UpdateFailed"):
            raise Refusal(code)
        return function

    # --- triggers

    def _triggers(self, parameters: Parameters) -> dict[str, Any]:
        found = list(self._known(parameters)["triggers"].values())
        for trigger in found:
            _come_closer(trigger)
        listed = [{name: one[name] for name in one if name != "looks"} for one in found]
        return {"TotalCount": len(listed), "Triggers": listed}

    def _create_trigger(self, parameters: Parameters) -> dict[str, Any]:
        function = self._ready(parameters, "FailedOperation.CreateTrigger")
        name = parameters["TriggerName"]
        if name in function["triggers"]:
            raise Refusal("ResourceInUse.TriggerName")
        if len(function["triggers"]) >= 10:
            raise Refusal("LimitExceeded.Trigger")
        trigger = {"TriggerName": name, "Type": _type(parameters), "looks": self.late}
        function["triggers"][name] = trigger
        _set_trigger(trigger, parameters)
        return {"TriggerInfo": {"TriggerName": name, "TriggerDesc": trigger["TriggerDesc"]}}

    def _update_trigger(self, parameters: Parameters) -> dict[str, Any]:
        function = self._ready(parameters, "FailedOperation.UpdateTrigger")
        trigger = function["triggers"].get(parameters["TriggerName"])
        if trigger is None or trigger["Qualifier"] != parameters.get("Qualifier", "$LATEST"):
            raise Refusal("ResourceNotFound.Trigger")
        _set_trigger(trigger, parameters)
        return {}


def _code(encoded: str) -> bytes:
    try:
        content = base64.b64decode(encoded, validate=True)
        ZipFile(BytesIO(content)).close()
    except (ValueError, BadZipFile):
        raise Refusal("InvalidParameterValue.ZipFileBase64BinasciiError") from None
    return content


def _check_configuration(parameters: Parameters) -> None:
    memory, timeout = parameters.get("MemorySize", 128), parameters.get("Timeout", 3)
    if memory != 64 and (memory % 128 or not 128 <= memory <= 3072):
        raise Refusal("InvalidParameterValue.Memory")
    if not 1 <= timeout <= 900:
        raise Refusal("InvalidParameterValue.Timeout")  # a guess
    listed = parameters.get("Environment", {}).get("Variables", [])
    for one in listed:
        if not (one["Value"] and _VARIABLE.fullmatch(one["Key"])):
            raise Refusal("InvalidParameterValue.Environment")
        reserved = one["Key"].startswith(("SCF_", "QCLOUD_", "TENCENTCLOUD_"))
        if reserved or one["Key"] == "PYTHONPATH":
            raise Refusal("InvalidParameterValue.EnvironmentSystemProtect")
    if sum(len(f"{one['Key']}{one['Value']}".encode()) for one in listed) > _MOST_VARIABLE_BYTES:
        raise Refusal("InvalidParameterValue.EnvironmentExceededLimit")


def _with_address(network: Mapping[str, Any]) -> dict[str, Any]:
    is_fixed = network["EipConfig"]["EipStatus"] == "ENABLE"
    return {**network, "EipConfig": {**network["EipConfig"], "EipAddress": [EIP] * is_fixed}}


def _type(parameters: Parameters) -> str:
    if parameters["Type"] != "http":  # others exist, but are not for webhooks
        raise Refusal("InvalidParameterValue.Type")
    return "http"


def _set_trigger(trigger: dict[str, Any], parameters: Parameters) -> None:
    try:
        settings = json.loads(parameters["TriggerDesc"])
        network = settings["NetConfig"]
    except (KeyError, TypeError, ValueError):
        raise Refusal("InvalidParameterValue.TriggerDesc") from None
    if settings.get("AuthType") not in ("NONE", "CAM"):
        raise Refusal("InvalidParameterValue.TriggerDesc")
    network["ExtranetUrl"] = URL if network.get("EnableExtranet") and not trigger["looks"] else ""
    trigger["Qualifier"] = parameters.get("Qualifier", "$LATEST")
    trigger["Enable"] = int(parameters.get("Enable", "OPEN") == "OPEN")
    trigger["TriggerDesc"] = json.dumps(settings)


def _come_closer(trigger: dict[str, Any]) -> None:
    """Give a new trigger its address when it was looked at often enough."""
    if trigger["looks"] > 0:
        trigger["looks"] -= 1
        if trigger["looks"] == 0:
            settings = json.loads(trigger["TriggerDesc"])
            settings["NetConfig"]["ExtranetUrl"] = URL
            trigger["TriggerDesc"] = json.dumps(settings)
