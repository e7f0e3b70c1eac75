"""Tasks of Gitee's pipelines (section 13.1): a body of its own, without event, user or time."""

import json

from adapters.fields import Fields
from adapters.gitee.objects import bare_commit
from adapters.links import web_url
from relay.events import Event, Job, Project

_ACTIONS = {"SUCC": "success", "FAIL": "failed", "CANCEL": "canceled", "SKIP": "skipped"}


def job(payload: Fields) -> Event | None:
    """Return the event of one task, or None for a body without a task.

    ``globalParams`` may hold secrets and is never read.
    """
    task = payload.sub("job")
    if not task:
        return None
    path, branch, sha = _code(payload)
    place = Project(path=path)  # no address: the pipeline's page is on another host
    return Event(
        source="gitee",
        kind="job",
        action=_ACTIONS.get(task.text("statusCode").upper(), "unknown"),
        subject=Job(
            name=task.text("jobName", "stageName", "pipelineName"),
            stage=task.text("stageName"),
            ref=branch.removeprefix("refs/heads/"),
            pipeline=_pipeline(task),
            commit=bare_commit(sha, place),
            status_name=task.text("statusName", "statusCode"),
        ),
        project=place,
        url=web_url(task.text("pipelineUrl")),
    )


def _pipeline(task: Fields) -> str:
    number = task.text("buildNumber")
    return " ".join(filter(None, (task.text("pipelineName"), number and f"#{number}")))


def _code(payload: Fields) -> tuple[str, str, str]:
    """Return repository, branch and commit of the code source.

    A pipeline that another one started has none: then those the other one handed on.
    """
    sources = {one.text("sourceType"): one for one in reversed(payload.objects("sources"))}
    if code := sources.get("GITEE_GO"):
        return code.text("repoPath"), code.text("branch"), code.text("commitId")
    above = _parameters(sources.get("PIPELINE", Fields(None)).text("upParams"))
    return above.text("GITEE_REPO"), above.text("GITEE_BRANCH"), above.text("GITEE_COMMIT")


def _parameters(text: str) -> Fields:
    """Return the object written in *text*; an empty one for anything else."""
    try:
        return Fields(json.loads(text))
    except (ValueError, RecursionError):
        return Fields(None)
