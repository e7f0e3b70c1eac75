"""What happened, in neither forge's words.

An adapter turns one webhook request into one `Event`; nothing behind the adapter sees a payload.
The types are named tuples: immutable like frozen dataclasses, and a seventh of their cost at a cold
start. Every field but the first ones may be empty (``""``, ``None``, ``()``): a fact the payload
lacks stays empty and is never guessed. Texts are as the user wrote them, valid Unicode and not yet
escaped, shortened or put on one line.
"""

from typing import NamedTuple, TypeAlias


class Person(NamedTuple):
    """Somebody on the forge; *email* is for matching only and is never shown."""

    name: str = ""
    username: str = ""
    email: str = ""


class Project(NamedTuple):
    """Where it happened; *path* is the full path with the namespace, ``company/platform/api``."""

    path: str = ""
    url: str = ""
    default_branch: str = ""


class Commit(NamedTuple):
    sha: str
    title: str = ""
    author: Person = Person()
    url: str = ""


class Change(NamedTuple):
    """One attribute that was edited, as words to show; a side may be empty.

    *field* is one of ``title description labels milestone assignees reviewers due target_branch
    draft weight severity confidential type state auto_merge threads issues time``. For the list
    fields *before* and *after* hold what was removed and what was added.
    """

    field: str
    before: str = ""
    after: str = ""


class Push(NamedTuple):
    """Commits on a branch. *commits* is newest first; *total* counts those not listed as well."""

    branch: str
    before: Commit | None = None  # where the branch stood, None for a new one
    after: Commit | None = None
    commits: tuple[Commit, ...] = ()
    total: int = 0
    at_least: bool = False  # *total* is a lower bound ("10+")
    new_branch: bool = False
    compare_url: str = ""
    paths: tuple[str, ...] = ()  # changed files, for filters


class Branch(NamedTuple):
    """A branch made without new commits, or deleted; *head* is where it starts or ended."""

    name: str
    head: Commit | None = None


class Tag(NamedTuple):
    name: str
    commit: Commit | None = None
    message: str = ""


class Issue(NamedTuple):
    """An issue or a work item. *type* is neutral (``issue task incident epic …``).

    *type_name* is the forge's own name of the type when the payload sends one (Gitee: 缺陷).
    """

    number: str  # "#231", "#I4CYEO"
    title: str = ""
    type: str = "issue"
    type_name: str = ""
    description: str = ""
    state: str = ""
    state_name: str = ""
    author: Person | None = None
    assignees: tuple[Person, ...] = ()
    labels: tuple[str, ...] = ()
    milestone: str = ""
    due: str = ""  # "2026-11-25"
    severity: str = ""
    changes: tuple[Change, ...] = ()
    mentioned: tuple[str, ...] = ()  # user names after @ in the description


class MergeRequest(NamedTuple):
    number: str  # "!42"
    title: str = ""
    description: str = ""
    source_branch: str = ""  # with the fork's namespace in front, "fork:branch", when it is one
    target_branch: str = ""
    author: Person | None = None
    assignees: tuple[Person, ...] = ()
    reviewers: tuple[Person, ...] = ()
    testers: tuple[Person, ...] = ()
    requested: tuple[Person, ...] = ()  # whom this event asks to review or test
    labels: tuple[str, ...] = ()
    milestone: str = ""
    draft: bool = False
    age_s: float | None = None  # from creation to this event
    pushed: bool = False  # an update that brought commits; no forge says how many
    last_commit: Commit | None = None
    merge_commit: Commit | None = None
    compare_url: str = ""
    diff_url: str = ""
    additions: int | None = None
    deletions: int | None = None
    changed_files: int | None = None
    approvals_pending: bool = False  # one approval of several
    by_system: bool = False  # the forge did it (approvals reset by a push), not the actor
    changes: tuple[Change, ...] = ()
    mentioned: tuple[str, ...] = ()  # user names after @ in the description


class Comment(NamedTuple):
    """*target* is ``issue merge_request commit snippet repository`` or ``other``."""

    target: str
    text: str = ""
    number: str = ""  # "!42", "#231", short sha of a commit
    title: str = ""
    target_url: str = ""
    target_author: Person | None = None
    path: str = ""
    line: int | None = None
    mentioned: tuple[str, ...] = ()  # user names after @ in the text
    assignees: tuple[Person, ...] = ()  # of the thing commented on, as are reviewers and testers
    reviewers: tuple[Person, ...] = ()
    testers: tuple[Person, ...] = ()
    branch: str = ""  # the target branch of the merge request commented on


class JobSummary(NamedTuple):
    name: str
    stage: str = ""
    url: str = ""


class Pipeline(NamedTuple):
    """*ref* is a branch or tag name; *warning* means passed with failures that were allowed.

    *failures*, *failing_s* and *changed* come from `relay.history`: how many in a row failed on its
    branch (this one included, or before this success), for how long, and whether the branch was in
    another state before.
    """

    number: str  # "#4521"
    ref: str = ""
    tag: bool = False
    name: str = ""
    commit: Commit | None = None
    failed_jobs: tuple[JobSummary, ...] = ()
    stages: tuple[str, ...] = ()
    warning: bool = False
    trigger: str = ""  # the forge's word: push, schedule, merge_request_event …
    duration_s: float | None = None
    queued_s: float | None = None
    merge_request: str = ""  # "!42"
    merge_request_url: str = ""
    failures: int = 0
    failing_s: float | None = None
    changed: bool = False


class Job(NamedTuple):
    name: str
    stage: str = ""
    ref: str = ""
    tag: bool = False
    pipeline: str = ""  # "#4521", or the pipeline's name with its run number on Gitee
    pipeline_url: str = ""
    commit: Commit | None = None
    reason: str = ""  # the forge's word: script_failure …; empty unless it failed
    duration_s: float | None = None
    queued_s: float | None = None
    runner: str = ""
    allow_failure: bool = False
    retries: int = 0
    status_name: str = ""  # the forge's own localised status (Gitee)


class Deployment(NamedTuple):
    environment: str
    ref: str = ""
    commit: Commit | None = None
    duration_s: float | None = None
    environment_url: str = ""
    job_url: str = ""
    tier: str = ""
    approver: Person | None = None
    comment: str = ""


class Release(NamedTuple):
    tag: str
    name: str = ""
    notes: str = ""
    commit: Commit | None = None
    download_url: str = ""
    download_format: str = ""  # "zip"
    assets: int = 0
    upcoming: bool = False


class WikiPage(NamedTuple):
    title: str
    message: str = ""
    diff_url: str = ""


class Milestone(NamedTuple):
    title: str
    description: str = ""
    start: str = ""
    due: str = ""


class Member(NamedTuple):
    """*place_kind* is ``group`` or ``project``; *place* its full path or name."""

    person: Person
    place_kind: str
    place: str = ""
    role: str = ""
    expires: str = ""


class FeatureFlag(NamedTuple):
    name: str
    description: str = ""


class AccessToken(NamedTuple):
    """*token_kind* is ``access`` or ``deploy``; *place* the group's path when it is a group's."""

    name: str
    expires: str = ""
    token_kind: str = "access"
    place: str = ""
    last_used: str = ""


class Vulnerability(NamedTuple):
    title: str
    severity: str = ""
    report: str = ""
    identifiers: tuple[str, ...] = ()


class Emoji(NamedTuple):
    name: str
    target: str = ""  # as in Comment, or "comment"
    number: str = ""
    title: str = ""


class Place(NamedTuple):
    """A project or group that was created, deleted, renamed, transferred or updated."""

    path: str
    old_path: str = ""
    visibility: str = ""
    owner: Person | None = None


class Account(NamedTuple):
    """A user account of the instance (system hooks)."""

    person: Person
    old_username: str = ""
    state: str = ""  # "blocked" with a failed login
    key_title: str = ""


class Ping(NamedTuple):
    """A request of the forge's test button that shows nothing but that the way works."""

    hook: str = ""  # which event the test was for, in the forge's words
    hook_id: str = ""
    host: str = ""


class Notice(NamedTuple):
    """A known sender with an event we have no design for: one generic line."""

    what: str  # the forge's own words: "milestone_hooks create"
    title: str = ""


Subject: TypeAlias = (
    Push
    | Branch
    | Tag
    | Issue
    | MergeRequest
    | Comment
    | Pipeline
    | Job
    | Deployment
    | Release
    | WikiPage
    | Milestone
    | Member
    | FeatureFlag
    | AccessToken
    | Vulnerability
    | Emoji
    | Place
    | Account
    | Ping
    | Notice
)


class Event(NamedTuple):
    """One thing that happened on a forge.

    *source* is ``gitlab`` or ``gitee``; *kind* and *action* stand in `relay.kinds`; *url* is the
    page of the thing itself, *occurred_at* Unix seconds as the payload tells them (``None``: it
    does not).
    """

    source: str
    kind: str
    action: str
    subject: Subject
    project: Project = Project()
    actor: Person | None = None
    url: str = ""
    confidential: bool = False
    occurred_at: float | None = None

    @property
    def name(self) -> str:
        """Return ``kind.action``, as `NOTIFY_EVENTS` and routes write it."""
        return f"{self.kind}.{self.action}"

    @property
    def ref(self) -> str:
        """Return the branch or tag it is about (of a merge request the target), or ``""``."""
        subject = self.subject
        if isinstance(subject, Branch | Tag):
            return subject.name
        for field in ("branch", "ref", "target_branch"):
            if found := getattr(subject, field, ""):
                return str(found)
        return ""
