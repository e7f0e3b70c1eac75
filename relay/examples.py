"""One example event per kind, to try templates on: with everything it can have, and bare."""

from collections.abc import Iterator

from relay.events import (
    AccessToken,
    Account,
    Branch,
    Change,
    Comment,
    Commit,
    Deployment,
    Emoji,
    Event,
    FeatureFlag,
    Issue,
    Job,
    JobSummary,
    Member,
    MergeRequest,
    Milestone,
    Notice,
    Person,
    Ping,
    Pipeline,
    Place,
    Project,
    Push,
    Release,
    Subject,
    Tag,
    Vulnerability,
    WikiPage,
)
from relay.kinds import KINDS
from relay.policy import ALIASES

_AT_S = 1_795_170_600.0  # 2026-11-20 18:30 in Shanghai
_HOME = "https://git.example.com/platform/api"
_ZHANG, _LI = Person("张三", "zhangsan"), Person("李四", "lisi")
_COMMIT = Commit("a1b2c3d4" * 5, "修复登录超时后未跳转", _ZHANG, f"{_HOME}/commit/a1b2c3d4")
_BEFORE = Commit("7a6b5c4d" * 5, "补充单测", _LI, f"{_HOME}/commit/7a6b5c4d")
_CHANGES = (Change("labels", "P2", "P1"), Change("title", "登录", "登录超时"))

_SUBJECTS: dict[str, Subject] = {
    "push": Push(
        "main", _BEFORE, _COMMIT, (_COMMIT, _BEFORE), 7, compare_url=f"{_HOME}/compare/7a6b...a1b2"
    ),
    "branch": Branch("release/2.8", _COMMIT),
    "tag": Tag("v2.8.0", _COMMIT, "2.8.0 正式版"),
    "issue": Issue(
        "#231",
        "iOS 端登录后白屏",
        description="复现步骤：清缓存，登录",
        state="opened",
        author=_LI,
        assignees=(_ZHANG,),
        labels=("bug", "P1"),
        milestone="2.8.1",
        due="2026-11-25",
        severity="high",
        changes=_CHANGES,
    ),
    "merge_request": MergeRequest(
        "!42",
        "修复登录超时后未跳转",
        "登录接口返回 302 时前端没有读 Location",
        "fix/login-timeout",
        "main",
        _ZHANG,
        (_ZHANG,),
        (_LI,),
        testers=(_LI,),
        requested=(_LI,),
        labels=("bugfix",),
        milestone="2.8.1",
        age_s=7260.0,
        last_commit=_COMMIT,
        merge_commit=_COMMIT,
        compare_url=f"{_HOME}/compare/main...fix",
        diff_url=f"{_HOME}/merge_requests/42/diffs",
        additions=12,
        deletions=3,
        changed_files=2,
        changes=_CHANGES,
    ),
    "comment": Comment(
        "merge_request",
        "这里要处理 307 吗？",
        "!42",
        "修复登录超时后未跳转",
        f"{_HOME}/merge_requests/42",
        _ZHANG,
        "src/auth/login.py",
        88,
    ),
    "pipeline": Pipeline(
        "#4521",
        "main",
        name="每日构建",
        commit=_COMMIT,
        failed_jobs=(
            JobSummary("unit-test", "test", f"{_HOME}/jobs/9912"),
            JobSummary("lint", "test", f"{_HOME}/jobs/9913"),
        ),
        stages=("build", "test", "deploy"),
        trigger="push",
        duration_s=192.0,
        queued_s=3.0,
        merge_request="!42",
        merge_request_url=f"{_HOME}/merge_requests/42",
        failures=2,
        failing_s=2460.0,
    ),
    "job": Job(
        "deploy-staging",
        "deploy",
        "main",
        pipeline="#4521",
        pipeline_url=f"{_HOME}/pipelines/4521",
        commit=_COMMIT,
        reason="script_failure",
        duration_s=45.0,
        queued_s=3.0,
        runner="shared-02",
        retries=1,
    ),
    "deployment": Deployment(
        "production",
        "v2.8.0",
        _COMMIT,
        90.0,
        "https://api.example.com",
        f"{_HOME}/jobs/9920",
        approver=_LI,
        comment="可以上线",
    ),
    "release": Release(
        "v2.8.0",
        "2.8.0 订单与登录改进",
        "- 订单状态机重写\n- 修复 iOS 登录白屏",
        _COMMIT,
        f"{_HOME}/archive/v2.8.0.zip",
        "zip",
        3,
    ),
    "wiki": WikiPage("部署手册", "补充回滚步骤", f"{_HOME}/wikis/deploy?diff=1"),
    "milestone": Milestone("2.8.1", "登录改进", "2026-11-01", "2026-11-30"),
    "member": Member(_LI, "group", "platform", "Developer", "2027-03-31"),
    "feature_flag": FeatureFlag("new-login", "新的登录流程"),
    "access_token": AccessToken("ci-read", "2026-12-01", last_used="2026-11-19"),
    "vulnerability": Vulnerability("SQL 注入", "high", "sast", ("CWE-89",)),
    "emoji": Emoji("thumbsup", "merge_request", "!42", "修复登录超时后未跳转"),
    "project": Place("platform/api", "platform/old", "private", _ZHANG),
    "group": Place("platform", "old", "private", _ZHANG),
    "user": Account(_LI, "li-si"),
    "test": Ping("push_hooks", "1001", "git.example.com"),
    "other": Notice("hook", "标题"),
}


def examples(pattern: str) -> Iterator[Event]:
    """Yield the examples of the kind and action that *pattern* names, of all kinds for ``*``."""
    kind, _, action = pattern.partition(".")
    name = ALIASES.get(kind, kind)
    for found in (name,) if name in KINDS else KINDS:
        known = action if action in KINDS[found] else KINDS[found][0]
        yield full(found, known)
        yield bare(found, known)


def full(kind: str, action: str = "") -> Event:
    """Return an event that has all that its *kind* can have."""
    return Event(
        "gitlab",
        kind,
        action or KINDS[kind][0],
        _SUBJECTS[kind],
        Project("platform/api", _HOME, "main"),
        _ZHANG,
        f"{_HOME}/things/1",
        occurred_at=_AT_S,
    )


def bare(kind: str, action: str = "") -> Event:
    """Return an event of which only is known what every event of its *kind* has."""
    subject = _SUBJECTS[kind]
    needed = [name for name in subject._fields if name not in subject._field_defaults]
    only = type(subject)(*(getattr(subject, name) for name in needed))
    return Event("gitlab", kind, action or KINDS[kind][0], only, occurred_at=_AT_S)
