"""Deployments and their approvals."""

from relay.describe.draft import (
    REF_CELLS,
    Draft,
    Facts,
    Head,
    Part,
    View,
    action,
    commit,
    facts,
    joined,
    labelled,
    value,
)
from relay.describe.phrases import VIEW_LOG
from relay.describe.plain import prose
from relay.describe.runs import branch, duration, ran_commit
from relay.events import Deployment, Event
from relay.notifications import Action
from relay.words import Phrase, Words

_DEPLOYMENT = {
    "success": ("✅", Phrase("部署成功", "Deployed"), "success"),
    "failed": ("❌", Phrase("部署失败", "Deployment failed"), "danger"),
    "canceled": ("🚫", Phrase("部署已取消", "Deployment canceled"), "muted"),
    "blocked": ("⏳", Phrase("部署等待批准", "Deployment awaiting approval"), ""),
    "approved": ("👍", Phrase("部署已批准", "Deployment approved"), "success"),
    "rejected": ("🚫", Phrase("部署被拒绝", "Deployment rejected"), "danger"),
    "created": ("⏳", Phrase("部署已创建", "Deployment created"), ""),
    "running": ("⏳", Phrase("部署中", "Deploying"), ""),
    "unknown": ("↻", Phrase("部署有更新", "Deployment updated"), ""),
}
_VERSION = Phrase("版本", "Version")
_APPROVER = Phrase("审批人", "Approver")
_OPEN_ENVIRONMENT = Phrase("打开环境", "Open environment")
_DEPLOY_JOB = Phrase("部署任务", "Deploy job")
_VIEW_JOB = Phrase("查看部署任务", "View job")
_JOB_LABELS = {"success": _DEPLOY_JOB, "failed": VIEW_LOG, "blocked": Phrase("去审批", "Approve")}
_SAYS = Phrase("意见", "Comment")


def deployment(event: Event, found: Deployment, view: View) -> Draft:
    words = view.words
    emoji, phrase, tone = _DEPLOYMENT[event.action]
    lines = (
        facts(_version(event, found, view)),
        facts(
            _approver(event, found, view),
            _comment(event, found, view),
            duration(event, found, view),
        ),
    )
    head = Head(emoji, words.say(phrase), tone, value(found.environment, 40))
    return Draft(head, lines, _deployment_links(event, found, words))


def _deployment_links(event: Event, found: Deployment, words: Words) -> tuple[Action, ...]:
    """Return the place that helps at this moment first: the site after a success, else the job."""
    job_label = _JOB_LABELS.get(event.action, _VIEW_JOB)
    job_page = action(words, job_label, found.job_url)
    if event.action != "success":
        return (job_page,)
    return (action(words, _OPEN_ENVIRONMENT, found.environment_url), job_page)


def _version(event: Event, found: Deployment, view: View) -> Part:
    version = joined(" ", value(found.ref, REF_CELLS), commit(found.commit))
    return labelled(view.words, _VERSION, version)


def _approver(event: Event, found: Deployment, view: View) -> Part:
    return view.words.labelled(_APPROVER, view.words.name(found.approver))


def _comment(event: Event, found: Deployment, view: View) -> Part:
    return view.words.labelled(_SAYS, prose(found.comment, 80))


DEPLOYMENT_FACTS: Facts = {
    "version": _version,
    "branch": branch,
    "commit": ran_commit,
    "duration": duration,
    "approver": _approver,
    "comment": _comment,
}
