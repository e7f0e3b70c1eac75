"""The variables of templates: one table, from which values, checks and the docs are made.

Every variable exists for every event; what an event does not have is empty.
"""

from typing import NamedTuple

from relay.describe.ci import reason_word, trigger_word
from relay.describe.issues import severity
from relay.templating import records, scenes
from relay.templating.records import PERSON, Shape
from relay.templating.scenes import Make, Scene
from relay.words import Phrase


class Variable(NamedTuple):
    """*shape* are the fields of a record, or of each item of a list (*many*)."""

    name: str
    about: Phrase
    make: Make
    shape: Shape | None = None
    many: bool = False


def variables(scene: Scene) -> dict[str, object]:
    """Return every variable with its value for this event."""
    return {variable.name: variable.make(scene) for variable in VARIABLES}


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "event",
        Phrase("事件名，如 pipeline.failed", "the event's name, like pipeline.failed"),
        lambda scene: scene.event.name,
    ),
    Variable("kind", Phrase("事件的种类", "the event's kind"), lambda scene: scene.event.kind),
    Variable("action", Phrase("发生了什么", "what happened"), lambda scene: scene.event.action),
    Variable("status", Phrase("状态，一个词：失败", "the status in words: failed"), scenes.status),
    Variable(
        "headline", Phrase("内置消息的第一行", "the first line as it is built in"), scenes.headline
    ),
    Variable("source", Phrase("gitlab 或 gitee", "gitlab or gitee"), lambda s: s.event.source),
    Variable("lang", Phrase("zh-CN 或 en", "zh-CN or en"), lambda scene: scene.words.lang),
    Variable("time", Phrase("发生的时间", "when it happened"), scenes.happened),
    Variable(
        "project",
        Phrase("项目", "the project"),
        lambda scene: records.project(scene.event.project),
        records.PROJECT,
    ),
    Variable(
        "actor",
        Phrase("做这件事的人", "who did it"),
        lambda scene: records.person(scene.event.actor, scene.words),
        PERSON,
    ),
    Variable(
        "url",
        Phrase("这件事的页面", "the page of the thing itself"),
        lambda scene: records.address(scene.event.url),
    ),
    Variable("ref", Phrase("分支或标签", "the branch or tag"), scenes.ref),
    Variable(
        "branch", Phrase("分支（合并请求：目标分支）", "the branch (target branch)"), scenes.branch
    ),
    Variable("tag", Phrase("标签名", "the tag"), scenes.tag),
    Variable(
        "number",
        Phrase("编号，如 !42、#231", "the number, like !42 or #231"),
        scenes.text_of("number"),
    ),
    Variable("title", Phrase("标题", "the title"), scenes.text_of("title", "name")),
    Variable(
        "name", Phrase("名称（流水线、作业……）", "the name (of a job …)"), scenes.text_of("name")
    ),
    Variable("description", Phrase("描述", "the description"), scenes.prose_of("description")),
    Variable(
        "message",
        Phrase("标签或 Wiki 的说明", "a tag or wiki's message"),
        scenes.prose_of("message"),
    ),
    Variable(
        "comment", Phrase("评论的内容", "the text of a comment"), scenes.prose_of("text", "comment")
    ),
    Variable("place", Phrase("评论在哪个文件哪一行", "file and line of a comment"), scenes.place),
    Variable("commit", Phrase("最新的提交", "the newest commit"), scenes.commit, records.COMMIT),
    Variable(
        "commits",
        Phrase("推送的提交，新的在前", "the commits of a push, newest first"),
        lambda scene: records.commits(scene.of("commits", ()), scene.words),
        records.COMMIT,
        many=True,
    ),
    Variable("total", Phrase("提交总数", "how many commits"), scenes.number_of("total")),
    Variable("author", Phrase("作者", "the author"), scenes.author, PERSON),
    Variable(
        "assignees", Phrase("指派给谁", "assignees"), scenes.persons_of("assignees"), PERSON, True
    ),
    Variable(
        "reviewers", Phrase("评审人", "reviewers"), scenes.persons_of("reviewers"), PERSON, True
    ),
    Variable("testers", Phrase("测试人", "testers"), scenes.persons_of("testers"), PERSON, True),
    Variable("labels", Phrase("标签（议题的）", "labels"), scenes.texts_of("labels")),
    Variable("milestone", Phrase("里程碑", "the milestone"), scenes.text_of("milestone")),
    Variable(
        "due", Phrase("截止日期，2026-11-25", "the due date, 2026-11-25"), scenes.text_of("due")
    ),
    Variable(
        "severity",
        Phrase("严重程度", "how bad it is"),
        lambda scene: severity(scene.of("severity"), scene.words),
    ),
    Variable(
        "changes",
        Phrase("改了哪些内容", "what was edited"),
        lambda scene: records.changes(scene.of("changes", ()), scene.words),
        records.CHANGE,
        many=True,
    ),
    Variable(
        "source_branch", Phrase("源分支", "the source branch"), scenes.text_of("source_branch")
    ),
    Variable(
        "target_branch", Phrase("目标分支", "the target branch"), scenes.text_of("target_branch")
    ),
    Variable(
        "merge_request",
        Phrase("合并请求", "the merge request"),
        scenes.merge_request,
        records.NUMBERED,
    ),
    Variable("additions", Phrase("增加的行数", "lines added"), scenes.number_of("additions")),
    Variable("deletions", Phrase("删除的行数", "lines removed"), scenes.number_of("deletions")),
    Variable(
        "changed_files", Phrase("改动的文件数", "files changed"), scenes.number_of("changed_files")
    ),
    Variable(
        "compare_url",
        Phrase("对比页面", "the page that compares"),
        scenes.address_of("compare_url"),
    ),
    Variable(
        "diff_url", Phrase("差异页面", "the page of the changes"), scenes.address_of("diff_url")
    ),
    Variable("pipeline", Phrase("流水线", "the pipeline"), scenes.pipeline, records.NUMBERED),
    Variable(
        "failed_jobs",
        Phrase("失败的作业", "the jobs that failed"),
        lambda scene: records.jobs(scene.of("failed_jobs", ())),
        records.JOB,
        many=True,
    ),
    Variable("stages", Phrase("所有阶段", "all stages"), scenes.texts_of("stages")),
    Variable("stage", Phrase("作业的阶段", "a job's stage"), scenes.text_of("stage")),
    Variable(
        "trigger",
        Phrase("由什么触发", "what started it"),
        lambda scene: trigger_word(scene.of("trigger"), scene.words),
    ),
    Variable(
        "reason",
        Phrase("作业失败的原因", "why a job failed"),
        lambda scene: reason_word(scene.of("reason"), scene.words),
    ),
    Variable("runner", Phrase("Runner 名称", "the runner"), scenes.text_of("runner")),
    Variable(
        "duration",
        Phrase("用时，秒", "how long it took, in seconds"),
        scenes.number_of("duration_s"),
    ),
    Variable(
        "queued", Phrase("排队，秒", "how long it waited, in seconds"), scenes.number_of("queued_s")
    ),
    Variable("age", Phrase("合并请求历时，秒", "its age, in seconds"), scenes.number_of("age_s")),
    Variable(
        "retries", Phrase("重试次数", "how often it was retried"), scenes.number_of("retries")
    ),
    Variable("environment", Phrase("部署环境", "the environment"), scenes.text_of("environment")),
    Variable(
        "environment_url", Phrase("环境的地址", "its address"), scenes.address_of("environment_url")
    ),
    Variable(
        "version", Phrase("部署或发布的版本", "what was deployed or released"), scenes.version
    ),
    Variable(
        "notes",
        Phrase("发布说明，一行一个", "release notes, one item a line"),
        scenes.notes,
        many=True,
    ),
    Variable(
        "download_url", Phrase("下载地址", "where to download"), scenes.address_of("download_url")
    ),
    Variable("member", Phrase("成员或用户", "the member or user"), scenes.member, PERSON),
    Variable("role", Phrase("成员的角色", "the member's role"), scenes.text_of("role")),
    Variable("expires", Phrase("到期日期", "when it expires"), scenes.text_of("expires")),
    Variable(
        "people",
        Phrase("配置里的 people，按用户名", "people of the configuration, by user name"),
        lambda scene: records.people(scene.people),
    ),
)
NAMES = tuple(variable.name for variable in VARIABLES)
