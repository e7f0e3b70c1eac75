"""GitLab webhooks, versions 8 to 19 (`reference/gitlab.md`)."""

from collections.abc import Callable, Mapping

from adapters.fields import Fields
from adapters.gitlab.authenticity import delivery_key, verify
from adapters.gitlab.hooks import Hook, read_hook
from relay.errors import Ignored
from relay.events import Event
from relay.on_demand import on_demand
from relay.words import Phrase

__all__ = ["convert", "delivery_key", "verify"]

_REPEATED = Phrase(
    "repository_update 与推送事件重复", "repository_update repeats what the push event tells"
)

# Which function of which module reads a hook of that kind.
CONVERTERS = {
    "push": "pushes.push",
    "tag_push": "pushes.push",
    "issue": "issues.issue",
    "work_item": "issues.issue",
    "merge_request": "merge_requests.merge_request",
    "note": "notes.note",
    "emoji": "notes.emoji",
    "pipeline": "pipelines.pipeline",
    "build": "pipelines.job",
    "job": "pipelines.job",
    "deployment": "deliverables.deployment",
    "release": "deliverables.release",
    "wiki_page": "planning.wiki",
    "milestone": "planning.milestone",
    "feature_flag": "planning.feature_flag",
    "access_token": "security.access_token",
    "deploy_token": "security.access_token",
    "expiring_access_token": "security.access_token",
    "expiring_deploy_token": "security.access_token",
    "vulnerability": "security.vulnerability",
}
_OTHERS = "admin.flat"


def convert(headers: Mapping[str, str], payload: Fields) -> Event:
    """Return what happened, for any JSON object; *headers* have lower-case names.

    Raises Ignored: R10 for what is not supported, R32 where nothing changed that a person would
    see.
    """
    hook = read_hook(headers, payload)
    if hook.kind == "repository_update":
        raise Ignored("R10", _REPEATED)
    found: Callable[[Hook], Event] = on_demand(__name__, CONVERTERS.get(hook.kind, _OTHERS))
    return found(hook)._replace(confidential=hook.confidential)
