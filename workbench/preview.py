"""What a sample would become, without sending it: the function's own steps, one after another."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import adapters
import formatters
from formatters import Rendered
from relay.config import DINGTALK_ROBOT, WECOM_ROBOT, Receiver, Secret
from relay.describe import describe
from relay.errors import Ignored
from relay.events import Event
from relay.policy import Decision, decide
from workbench.robot_terms import DINGTALK, WECOM
from workbench.samples import Sample

RECEIVER_TYPES = {WECOM: WECOM_ROBOT, DINGTALK: DINGTALK_ROBOT}
MESSAGES = {
    WECOM: ("markdown", "markdown_v2", "text"),
    DINGTALK: ("markdown", "action_card", "text"),
}


class Preview(NamedTuple):
    """*event* is ``None`` when the adapter ignored it: then *decision* has its reason."""

    event: Event | None
    decision: Decision
    messages: dict[str, Rendered]


def preview(
    sample: Sample, receivers: Mapping[str, str], *, lang: str, now_s: float | None = None
) -> Preview:
    """Render *sample* for *receivers* (vendor → message type); raises BadRequest, FormBody.

    *lang* is ``zh-CN`` or ``en``. An event that is not sent by default is shown as it would be if
    it were asked for.
    """
    headers = {name.lower(): value for name, value in sample.headers.items()}
    try:
        event = adapters.parse(sample.source, headers, encoded(sample.body))
    except Ignored as error:
        return Preview(None, Decision(False, reason=error.reason, detail=error.detail), {})
    decision = decide(event, ())
    quiet = (decision if decision.send else decide(event, (f"{event.kind}.*",))).quiet
    notification = describe(event, lang=lang, quiet=quiet, now_s=now_s)
    messages = {}
    for vendor, message in receivers.items():
        receiver = Receiver(vendor, RECEIVER_TYPES[vendor], Secret(""), message=message)
        messages[vendor] = formatters.formatter(receiver).render(notification, receiver)
    return Preview(event, decision, messages)


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return *body* as the forges write it: UTF-8, not escaped, without spaces."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
