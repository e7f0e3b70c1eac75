"""Pages of the documentation that are made from the code's own tables: they cannot drift."""

from relay.config import GITEE, GITLAB
from relay.events import Event
from relay.examples import full
from relay.facts import FACTS
from relay.kinds import KINDS
from relay.policy import QUIET, SENT
from relay.templating.checks import TESTS
from relay.templating.filters import FILTERS
from relay.templating.scenes import Scene
from relay.templating.variables import VARIABLES, Variable
from relay.words import Phrase, Words
from workbench import samples

_HEAD = """# Events · 事件

Made from the code's tables; `python -m pytest tests/test_docs.py --update-golden` writes it again.

`NOTIFY_EVENTS` and the `events` of a [route](configuration.md#route) take a list of: a kind
(`push`: what is sent of it by default), one event (`pipeline.failed`), every event of a kind
(`pipeline.*`), everything (`*`), each with `!` in front to leave it out. `pull_request` means
`merge_request`. Unset: the two middle columns.
`NOTIFY_EVENTS` 和路由的 `events` 可以写：种类（它默认发送的那些）、单个事件、某种的全部
（`pipeline.*`）、全部（`*`），前面加 `!` 就是排除。不写就是中间两列。

| kind 种类 | sent 发送 | sent as one grey line 只发一行灰字 | only when asked for 写了才发 |
|---|---|---|---|
"""

_FOOT = """
- `push.reset`: the branch moved and no commit is new (a reset or force push; no forge says which).
- `branch.created` is a branch without new commits; a new branch with commits is a `push.pushed` on
  GitLab. Gitee does not tell the two apart: there it is always `branch.created`.
- Gitee sends pushes, branches, tags, issues, pull requests and comments; a task of its pipelines
  comes as `job.*`. It sends no pipeline, deployment, release, wiki, milestone or member events.
  Gitee 没有流水线、部署、发布、Wiki、里程碑、成员事件；它的流水线任务是 `job.*`。
- `job.failed` of a job that may fail (`allow_failure`) counts as "only when asked for".
- `pipeline.fixed` is the first success after failures on the same branch, `pipeline.status_changed`
  that success and the first failure. The last result is kept in `state` for 30 days (in memory: for
  as long as one instance lives; then the next failure counts as the first). Asking for
  `pipeline.success` includes `pipeline.fixed`; excluding it does not. Pipelines of tags and merge
  requests, child pipelines, and canceled and skipped ones change nothing.
  `pipeline.fixed` 是同一分支失败后第一次成功，`pipeline.status_changed` 还包括第一次失败；
  标签、合并请求的流水线和子流水线不算。
- Gitee reports single tasks and never how a whole pipeline ended, so it has neither of the two.
  Gitee 只报告单个任务，所以没有这两种。
- `test.ping` answers the forge's test button, whatever the filter says. `other.received` is an
  event without a design of its own.
- Confidential items stay in (R33) unless a route says `confidential: true`. Updates that changed
  nothing visible never go out (R32). 机密内容只有路由写了 `confidential: true` 才发送。
"""


def events_page() -> str:
    """Return `docs/events.md`."""
    rows = []
    for kind, actions in KINDS.items():
        sent, quiet = SENT.get(kind, ()), QUIET.get(kind, ())
        rest = tuple(action for action in actions if action not in (*sent, *quiet))
        rows.append(f"| `{kind}` | {_listed(sent)} | {_listed(quiet)} | {_listed(rest)} |\n")
    return _HEAD + "".join(rows) + _FOOT


# What people call the kinds.
_NAMES = {
    "push": Phrase("推送", "push"),
    "branch": Phrase("分支", "branch"),
    "tag": Phrase("标签", "tag"),
    "issue": Phrase("议题", "issue"),
    "merge_request": Phrase("合并请求、Pull Request", "merge request, pull request"),
    "comment": Phrase("评论", "comment"),
    "pipeline": Phrase("流水线", "pipeline"),
    "job": Phrase("作业、流水线任务", "job, pipeline task"),
    "deployment": Phrase("部署", "deployment"),
    "release": Phrase("发布", "release"),
    "wiki": Phrase("Wiki", "wiki"),
    "milestone": Phrase("里程碑", "milestone"),
    "member": Phrase("成员", "member"),
    "feature_flag": Phrase("功能开关", "feature flag"),
    "access_token": Phrase("访问令牌到期", "access token expires"),
    "vulnerability": Phrase("漏洞", "vulnerability"),
    "emoji": Phrase("表情", "emoji"),
    "project": Phrase("项目（系统钩子）", "project (system hook)"),
    "group": Phrase("群组（系统钩子）", "group (system hook)"),
    "user": Phrase("用户（系统钩子）", "user (system hook)"),
    "test": Phrase("测试按钮", "test button"),
    "other": Phrase("其他事件", "any other event"),
}
_EVENTS_HEAD = Phrase(
    "| 事件 | 写法 | 来自 | 发送 | 只发一行 |\n|---|---|---|---|---|\n",
    "| event | name | from | sent | one grey line |\n|---|---|---|---|---|\n",
)


def events_table(lang: str) -> str:
    """Return the short table of the readmes: what is sent unless something else is asked for."""
    forges: dict[str, list[str]] = {}
    for sample in map(samples.load, samples.names()):
        known = forges.setdefault(sample.event.partition(".")[0], [])
        name = {GITLAB: "GitLab", GITEE: "Gitee"}[sample.source]
        if name not in known:
            known.append(name)
    rows = [
        f"| {_NAMES[kind].of(lang)} | `{kind}` | {', '.join(sorted(forges.get(kind, ())))} |"
        f" {', '.join(SENT.get(kind, ()))} | {', '.join(QUIET.get(kind, ()))} |\n"
        for kind in KINDS
        if SENT.get(kind) or QUIET.get(kind)
    ]
    return _EVENTS_HEAD.of(lang) + "".join(rows)


def _listed(actions: tuple[str, ...]) -> str:
    return " ".join(f"`{action}`" for action in actions)


_TEMPLATES_HEAD = """# Templates

Made from the code's tables; `python -m pytest tests/test_templates.py --update-golden` writes it
again.

`templates:` replaces the message of an event, `append:` of a route adds lines under it. Both are
[Jinja2](https://jinja.palletsprojects.com/en/stable/templates/); what stands outside of `{{ … }}`
and `{% … %}` is written as it is, so WeCom and DingTalk markdown works, and every value is escaped
for the platform it goes to. 模板（`templates:`）替换一种事件的消息，`append:` 在消息下面加几行。
`{{ … }}` 以外的文字原样输出，可以写企业微信、钉钉的 markdown；变量的值会自动转义。

```jinja
❌ 流水线失败 {{ project.name }} **{{ ref }}**
> {{ failed_jobs | map(attribute="name") | join("、") }}
> 提交 {{ commit | sha_link }} {{ commit.title | truncate(40) }}
> [查看日志]({{ url }})  用时 {{ duration | human }}
```

- A name that does not exist is an error when the configuration is checked; a value that an event
  does not have is empty. 名字写错在检查配置时报错；事件没有的值是空的。
- A line whose values are all empty and that has no words of its own is left out; so is a link
  without an address, but for its label. 值都为空、又没有其他文字的行不输出。
- `[label]({{ url }})` makes a link; in an address that you begin yourself
  (`https://wiki.example.com/{{ project.name }}`) values are percent-encoded.
  自己写的网址里的变量会自动编码。
- One line stays one line: line breaks inside of a value become spaces. 值里的换行变成空格。
- Taken are `if`, `for`, `set`, filters, tests, arithmetic and `range` up to 100; not macros, other
  files, calls or methods. A template has up to 20 KB, its output up to 16 KB, and one that does too
  much ends (E604). 不能用宏、include、函数和方法调用。
- One that fails on a real event is logged (`template.failed`) and the built-in message goes out.
  真实事件上出错时记日志，并发送内置消息。

## Variables

| variable | filled for | meaning | 含义 |
|---|---|---|---|
"""


_COLUMNS = "| {first} | meaning | 含义 |\n|---|---|---|\n"
_TESTS_HEAD = "\n## Tests\n\nFor `{% if … is … %}`, `select` and `reject`: "
_FACTS_HEAD = """
## Facts

What `show:` of a route can choose from. The first line, the subject and the links stay; each fact
is a line of its own, in the order given. Kinds that are not listed always have their designed
lines. `show:` 可选的内容：第一行、标题和链接总在，每项内容一行，按写的顺序。

| kind | facts |
|---|---|
"""


def templates_page() -> str:
    """Return `docs/templates.md`."""
    parts = [_TEMPLATES_HEAD, *_variable_rows()]
    parts += ["\n## Fields\n\n", _COLUMNS.format(first="field"), *_field_rows()]
    parts += ["\n## Filters\n\n", _COLUMNS.format(first="example"), *_filter_rows()]
    parts += [_TESTS_HEAD, _listed(tuple(TESTS)), ".\n", _FACTS_HEAD]
    parts += [f"| `{kind}` | {_listed(names)} |\n" for kind, names in FACTS.items()]
    return "".join(parts)


def _variable_rows() -> list[str]:
    rows = []
    for one in VARIABLES:
        shape = f" ({'list of ' if one.many else ''}{one.shape.name})" if one.shape else ""
        rows.append(
            f"| `{one.name}`{shape} | {_filled_for(one)} | {one.about.en} | {one.about.zh} |\n"
        )
    return rows


def _filled_for(variable: Variable) -> str:
    """Return the kinds whose full example has a value for *variable*."""
    kinds = [kind for kind in KINDS if _has(full(kind), variable)]
    if variable.name == "people":
        return "every event"
    usual = {"test", "other"}  # these have hardly anything
    return "every event" if set(kinds) | usual == set(KINDS) else _listed(tuple(kinds))


def _has(event: Event, variable: Variable) -> bool:
    return bool(variable.make(Scene(event, Words("en", event.source), now_s=event.occurred_at)))


def _field_rows() -> list[str]:
    shapes = dict.fromkeys(one.shape for one in VARIABLES if one.shape)
    return [
        f"| `{shape.name}.{name}` | {about.en} | {about.zh} |\n"
        for shape in shapes
        for name, about in shape.fields
    ]


def _filter_rows() -> list[str]:
    found = FILTERS.values()
    escaped = [(one.example.replace("|", "\\|"), one.about) for one in found]
    return [f"| `{example}` | {about.en} | {about.zh} |\n" for example, about in escaped]
