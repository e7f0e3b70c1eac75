"""One markdown text for an event, as short scripts make it: no escaping, no limits."""

from typing import Any


def markdown(event: dict[str, Any]) -> str:
    project = event["project"]["path_with_namespace"]
    match event.get("object_kind"):
        case "pipeline":
            run = event["object_attributes"]
            return f"**{project}** pipeline #{run['id']} {run['status']} on {run['ref']}"
        case "push":
            lines = [f"**{project}** {event['user_name']} pushed to {event['ref']}"]
            for commit in event["commits"][:5]:
                title = commit["message"].splitlines()[0]
                lines.append(f"> [{commit['id'][:8]}]({commit['url']}) {title}")
            return "\n".join(lines)
        case kind:
            return f"**{project}** {kind}"
