"""A stand-in for Tencent SCF: takes asynchronous invocations, and calls the function with them.

    with Functions() as cloud:
        queue = ScfQueue(ENVIRON, endpoint=cloud.host, protocol="http")
        assert queue.put(deliveries, cloud.context, now_s=now) == ()
        assert cloud.deliver(handle, cloud.context) == []  # nothing dropped

Sources: the vendor's page of Invoke (``document/product/583/17243``), its page of function status
codes (``583/35311``), the one of retries (``583/39851``), and the codes that its SDKs list.
"""

import json
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from workbench.tencent_stand_in import REGION, Api, Parameters, Refusal

MAX_EVENT_BYTES = 128 * 1024  # of an asynchronous invocation; the vendor writes "128 KB"

NAME, NAMESPACE, LATEST = "git-chat-relay", "default", "$LATEST"
_EMPTY = {  # what the SDK documents as empty for an asynchronous invocation
    "Log": "",
    "RetMsg": "",
    "ErrMsg": "",
    "MemUsage": 0,
    "Duration": 0,
    "BillDuration": 0,
}


class Functions(Api):
    """One function in its namespace, with the *versions* that are published.

    *invocations* are the events that wait to be handed to it, in the order they came.
    """

    def __init__(
        self,
        *,
        name: str = NAME,
        namespace: str = NAMESPACE,
        versions: Sequence[str] = (LATEST,),
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("scf", "2018-04-16", {"Invoke": self._invoke}, clock=clock)
        self._name = name
        self._namespace = namespace
        self._versions = tuple(versions)
        self._numbers = count(1)
        self.invocations: list[dict[str, Any]] = []

    @property
    def context(self) -> dict[str, Any]:
        """What the platform hands over beside an event; of the last version."""
        return {
            "request_id": "a1b2c3d4-0000-4000-8000-000000000001",
            "memory_limit_in_mb": 128,
            "time_limit_in_ms": 30_000,
            "function_name": self._name,
            "function_version": self._versions[-1],
            "namespace": self._namespace,
            "tencentcloud_region": REGION,
            "tencentcloud_appid": "1250000000",
            "tencentcloud_uin": "100000000000",
            "environment": "{}",
            "environ": "",
        }

    def deliver(
        self, handle: Callable[[object, object], object], context: object, *, attempts: int = 3
    ) -> list[dict[str, Any]]:
        """Call *handle* with each waiting event; return the events that are dropped.

        As the platform does: one that raises is called again, *attempts* times in all, each time
        with the event as it was; what it returns does not matter. Without a dead-letter queue an
        event is lost then. What *handle* itself asks for waits for the next `deliver`.
        """
        waiting, self.invocations = self.invocations, []
        return [event for event in waiting if not _succeeds(handle, event, context, attempts)]

    def _invoke(self, parameters: Parameters) -> dict[str, Any]:
        self._check_target(parameters)
        # Any JSON is an event to the vendor; here it has to be an object, as all of ours are.
        event = _event(parameters.get("ClientContext") or "{}")
        self.invocations.append(event)
        number = next(self._numbers)
        return {"Result": {**_EMPTY, "FunctionRequestId": f"5f0e0000-0000-4000-8000-{number:012}"}}

    def _check_target(self, parameters: Parameters) -> None:
        """Refuse another function than ours; the code is listed for Invoke where not noted."""
        if not parameters.get("FunctionName"):
            raise Refusal("InvalidParameterValue.Param")  # which one it is for this: not verified
        if parameters["FunctionName"] != self._name:
            raise Refusal("ResourceNotFound.Function")
        if parameters.get("Namespace", NAMESPACE) != self._namespace:
            raise Refusal("ResourceNotFound.Namespace")  # in the SDK, not listed for Invoke
        if parameters.get("Qualifier", LATEST) not in self._versions:
            raise Refusal("ResourceNotFound.Qualifier")  # listed for InvokeFunction only
        if parameters.get("InvocationType") != "Event":  # the vendor would run it at once
            raise Refusal("UnsupportedOperation")


def _event(written: str) -> dict[str, Any]:
    """Read the ClientContext of an asynchronous invocation."""
    if len(written.encode("utf-8", "surrogatepass")) > MAX_EVENT_BYTES:
        # Status 406 RequestTooLarge, says the page of status codes, above 128 KB; the SDK lists
        # this code for InvokeFunction. That Invoke answers with it is not verified.
        raise Refusal("InvalidParameter.RequestTooLarge")
    try:
        event = json.loads(written)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise Refusal("InvalidParameterValue")  # status 400 "not of the JSON type"
    return event


def _succeeds(
    handle: Callable[[object, object], object],
    event: dict[str, Any],
    context: object,
    attempts: int,
) -> bool:
    for _ in range(attempts):
        try:
            handle(json.loads(json.dumps(event)), context)
        except Exception:  # noqa: BLE001, S112 - whatever it raises, the platform calls again
            continue
        return True
    return False
