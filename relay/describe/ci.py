"""Pipelines and jobs."""

from relay.describe.draft import (
    REF_CELLS,
    Draft,
    Facts,
    Head,
    Part,
    View,
    action,
    facts,
    joined,
    labelled,
    linked,
    value,
)
from relay.describe.phrases import VIEW_LOG
from relay.describe.runs import branch, duration, queued, ran_commit
from relay.events import Event, Job, JobSummary, Pipeline
from relay.notifications import Span
from relay.words import Phrase, Words, capital

_JOBS_SHOWN = 5

# action → emoji, word after the noun (流水线失败 / Pipeline failed), tone
_STATUS = {
    "failed": ("❌", Phrase("失败", "failed"), "danger"),
    "success": ("✅", Phrase("成功", "passed"), "success"),
    "fixed": ("✅", Phrase("恢复", "fixed"), "success"),
    "status_changed": ("↻", Phrase("状态变化", "status changed"), ""),
    "canceled": ("🚫", Phrase("已取消", "canceled"), "muted"),
    "canceling": ("🚫", Phrase("取消中", "canceling"), "muted"),
    "skipped": ("🚫", Phrase("已跳过", "skipped"), "muted"),
    "manual": ("⏳", Phrase("等待手动操作", "waiting for a manual action"), ""),
    "created": ("⏳", Phrase("已创建", "created"), ""),
    "waiting_for_resource": ("⏳", Phrase("等待资源", "waiting for a resource"), ""),
    "waiting_for_callback": ("⏳", Phrase("等待回调", "waiting for a callback"), ""),
    "preparing": ("⏳", Phrase("准备中", "preparing"), ""),
    "pending": ("⏳", Phrase("等待中", "pending"), ""),
    "running": ("⏳", Phrase("运行中", "running"), ""),
    "scheduled": ("⏳", Phrase("已排期", "scheduled"), ""),
    "unknown": ("↻", Phrase("有更新", "updated"), ""),
}
_WARNED = Phrase("成功（有警告）", "passed with warnings")
_FAILED_ALLOWED = Phrase("失败（允许失败）", "failed (allowed)")
_TRIGGERS = {
    "push": Phrase("推送", "push"),
    "web": Phrase("手动", "web"),
    "schedule": Phrase("定时", "schedule"),
    "api": Phrase("API", "API"),
    "trigger": Phrase("触发器", "trigger"),
    "pipeline": Phrase("上游流水线", "upstream pipeline"),
    "parent_pipeline": Phrase("父流水线", "parent pipeline"),
    "merge_request_event": Phrase("合并请求", "merge request"),
    "external": Phrase("外部", "external"),
    "chat": Phrase("聊天命令", "chat"),
    "webide": Phrase("Web IDE", "Web IDE"),
}
_REASONS = {
    "script_failure": Phrase("脚本失败", "script failed"),
    "runner_system_failure": Phrase("Runner 系统故障", "runner system failure"),
    "stuck_or_timeout_failure": Phrase("卡住或超时", "stuck or timed out"),
    "job_execution_timeout": Phrase("执行超时", "job timed out"),
    "missing_dependency_failure": Phrase("缺少依赖", "missing dependency"),
    "runner_unsupported": Phrase("Runner 不支持", "runner not supported"),
    "api_failure": Phrase("API 失败", "API failure"),
    "scheduler_failure": Phrase("调度失败", "scheduler failure"),
    "archived_failure": Phrase("作业已归档", "job archived"),
    "unmet_prerequisites": Phrase("前提条件不满足", "unmet prerequisites"),
    "data_integrity_failure": Phrase("数据不一致", "data integrity failure"),
    "user_blocked": Phrase("用户被禁用", "user blocked"),
    "project_deleted": Phrase("项目已删除", "project deleted"),
    "ci_quota_exceeded": Phrase("CI 配额用尽", "CI quota exceeded"),
    "environment_creation_failure": Phrase("环境创建失败", "environment could not be created"),
    "no_matching_runner": Phrase("没有匹配的 Runner", "no matching runner"),
    "unknown_failure": Phrase("原因不明", "unknown"),
}
_PIPELINE_IS = Phrase("{noun}{status}", "{noun} {status}")
_FAILED_JOBS = Phrase("失败", "Failed")
_TRIGGER = Phrase("触发", "Source")
_BEFORE = Phrase("此前失败 {count} 次", "after {count} failures", "after 1 failure")
_FOR = Phrase("，共 {time}", " over {time}")
_IN_A_ROW = Phrase("连续失败 {count} 次", "failed {count} times in a row")
_SO_FAR = Phrase("，共 {time}", ", {time}")
_VIEW_PIPELINE = Phrase("查看{noun} {number}", "View {noun} {number}")
_STAGE = Phrase("阶段", "Stage")
_STAGES = Phrase("阶段", "Stages")
_IN_PIPELINE = Phrase("流水线 ", "pipeline ")
_REASON = Phrase("原因", "Reason")
_RETRIED = Phrase("重试 {count} 次", "retried {count} times", "retried once")
_RUNNER = Phrase("Runner", "Runner")


def pipeline(event: Event, found: Pipeline, view: View) -> Draft:
    words, noun = view.words, view.words.noun("pipeline")
    emoji, phrase, tone = _STATUS[event.action]
    warned = found.warning and event.action == "success"
    told = words.say(_WARNED if warned else phrase)
    status = capital(words.say(_PIPELINE_IS, noun=noun, status=told))
    name = words.quoted(value(found.name, 40))
    # A push is worth a word only where somebody looks for a cause.
    usual = found.trigger == "push" and event.action != "failed"
    lines = (
        facts(_failed_jobs(event, found, view)),
        facts(ran_commit(event, found, view)),
        facts(
            _merge_request(event, found, view),
            "" if usual else _trigger(event, found, view),
            duration(event, found, view),
            _history(event, found, view),
        ),
    )
    link = action(words, _VIEW_PIPELINE, event.url, noun=noun, number=value(found.number, 20))
    return Draft(Head(emoji, status, tone, name, value(found.ref, REF_CELLS)), lines, (link,))


def job(event: Event, found: Job, view: View) -> Draft:
    words, noun = view.words, view.words.noun("job")
    emoji, phrase, tone = _STATUS[event.action]
    if event.action == "failed" and found.allow_failure:
        phrase, tone = _FAILED_ALLOWED, "muted"
    told = value(found.status_name, 20) if event.action == "unknown" else ""
    status = capital(words.say(_PIPELINE_IS, noun=noun, status=told or words.say(phrase)))
    head = Head(emoji, status, tone, value(found.name, 40), value(found.ref, REF_CELLS))
    lines = (
        facts(_stage(event, found, view), _pipeline_of(event, found, view)),
        facts(ran_commit(event, found, view) if event.source == "gitee" else ""),
        facts(
            _reason(event, found, view),
            duration(event, found, view),
            queued(event, found, view) if (found.queued_s or 0) >= 1 else "",
            _retries(event, found, view),
        ),
        facts(_runner(event, found, view)),
    )
    return Draft(head, lines, (action(words, VIEW_LOG, event.url),))


def state_word(event: Event, words: Words) -> str:
    """Return how a pipeline or job stands in one word (``失败``), ``""`` for another event."""
    known = _STATUS.get(event.action) if isinstance(event.subject, Pipeline | Job) else None
    return words.say(known[1]) if known else ""


def trigger_word(trigger: str, words: Words) -> str:
    """Return the forge's word for what started a pipeline, translated where it is known."""
    known = _TRIGGERS.get(trigger)
    return words.say(known) if known else value(trigger, 30)


def reason_word(reason: str, words: Words) -> str:
    """Return the forge's word for why a job failed, translated where it is known."""
    known = _REASONS.get(reason)
    return words.say(known) if known else value(reason.replace("_", " "), 60)


def _jobs(jobs: tuple[JobSummary, ...], words: Words) -> tuple[Span, ...]:
    shown: list[Part] = []
    for one in jobs[:_JOBS_SHOWN]:
        stage = words.bracketed(value(one.stage, 30))
        shown.append((*linked(value(one.name, 40), one.url), *((Span(stage),) if stage else ())))
    more = f"… (+{len(jobs) - _JOBS_SHOWN})" if len(jobs) > _JOBS_SHOWN else ""
    return joined("、" if words.chinese else ", ", *shown, more)


def _failed_jobs(event: Event, found: Pipeline, view: View) -> Part:
    return labelled(view.words, _FAILED_JOBS, _jobs(found.failed_jobs, view.words))


def _stages(event: Event, found: Pipeline, view: View) -> Part:
    names = [value(stage, 30) for stage in found.stages]
    return view.words.labelled(_STAGES, view.words.listed(names, most=8))


def _trigger(event: Event, found: Pipeline, view: View) -> Part:
    return view.words.labelled(_TRIGGER, trigger_word(found.trigger, view.words))


def _merge_request(event: Event, found: Pipeline, view: View) -> Part:
    number = linked(value(found.merge_request, 20), found.merge_request_url)
    label = view.words.noun("merge_request")
    return (Span(f"{capital(label)} "), *number) if number else ""


def _history(event: Event, found: Pipeline, view: View) -> Part:
    is_failed = event.action == "failed"
    if found.failures < (2 if is_failed else 1):
        return ""
    many, long = (_IN_A_ROW, _SO_FAR) if is_failed else (_BEFORE, _FOR)
    time = view.words.duration(found.failing_s)
    text = view.words.say(many, count=found.failures) + view.words.filled(long, time=time)
    return Span(text, tone="muted")


def _stage(event: Event, found: Job, view: View) -> Part:
    return view.words.labelled(_STAGE, value(found.stage, 40))


def _pipeline_of(event: Event, found: Job, view: View) -> Part:
    number = linked(value(found.pipeline, 60), found.pipeline_url)
    return joined("", view.words.say(_IN_PIPELINE), number) if number else ""


def _reason(event: Event, found: Job, view: View) -> Part:
    return view.words.labelled(_REASON, reason_word(found.reason, view.words))


def _retries(event: Event, found: Job, view: View) -> Part:
    return view.words.filled(_RETRIED, count=found.retries)


def _runner(event: Event, found: Job, view: View) -> Part:
    return view.words.labelled(_RUNNER, value(found.runner, 40))


PIPELINE_FACTS: Facts = {
    "failed_jobs": _failed_jobs,
    "stages": _stages,
    "branch": branch,
    "commit": ran_commit,
    "trigger": _trigger,
    "duration": duration,
    "queued": queued,
    "merge_request": _merge_request,
    "history": _history,
}
JOB_FACTS: Facts = {
    "stage": _stage,
    "branch": branch,
    "commit": ran_commit,
    "reason": _reason,
    "duration": duration,
    "runner": _runner,
    "pipeline": _pipeline_of,
    "queued": queued,
    "retries": _retries,
}
