"""The configuration as values; `relay.configuration` makes them, from variables or a YAML file.

Nothing here reads the environment or a file. Every secret is a `Secret`, which never shows itself.
Words and defaults are those of `design/config.md` section 2.
"""

from typing import NamedTuple

GITLAB, GITEE = "gitlab", "gitee"
WECOM_ROBOT, DINGTALK_ROBOT, WECOM_APP = "wecom_robot", "dingtalk_robot", "wecom_app"
LANGUAGES = ("zh-CN", "en")
EVERYONE = "@all"
ROLES = ("author", "committer", "assignees", "reviewers", "mentioned")

Patterns = tuple[str, ...]


class Secret:
    """Key material. ``str()``, ``repr()`` and formatting show ``***``; only `reveal` gives it.

    *reference* says where it came from (``${NAME}``, ``ssm:///…``) and may be shown; it is empty
    for a value that stood in the configuration itself. Two secrets are equal when their values are.
    """

    __slots__ = ("_value", "reference")

    def __init__(self, value: str, reference: str = "") -> None:
        self._value = value
        self.reference = reference

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


class Source(NamedTuple):
    """Who may call. *type* is the forge; several *secrets* or *signing_tokens* allow rotation.

    *signature*: for GitLab ``required`` (the default once a signing token is known) or ``optional``
    (a request without signature headers may show the secret token instead); for Gitee ``any``,
    ``hmac`` or ``password``. *allow_unsigned* opens a source that has no secret. *projects* are
    globs: another project is refused with 403; empty allows all.
    """

    name: str
    type: str
    secrets: tuple[Secret, ...] = ()
    signing_tokens: tuple[Secret, ...] = ()
    signature: str = ""
    allow_unsigned: bool = False
    projects: Patterns = ()


class Receiver(NamedTuple):
    """Where it goes: one robot in one group, or one WeCom application.

    *url* is a robot's whole webhook address and as such its credential; of an application it is
    where its API is (``https://qyapi.weixin.qq.com``). *secret* is DingTalk's 加签 key or the
    application's. *message*: WeCom ``markdown markdown_v2 text`` (application ``markdown text``),
    DingTalk ``markdown action_card text``; *open_links* (DingTalk) ``sidebar`` or ``browser``;
    *lang* empty: the route's or the configuration's. *to*: user ids, `ROLES`, keys of `people` or
    ``@all``. A receiver with a list of addresses becomes several, named ``name``, ``name#2`` …; in
    routes ``name`` means all of them.
    """

    name: str
    type: str
    url: Secret
    secret: Secret | None = None
    keywords: tuple[str, ...] = ()
    message: str = "markdown"
    open_links: str = "sidebar"
    lang: str = ""
    description: str = ""
    corp_id: str = ""
    agent_id: str = ""
    to: tuple[str, ...] = ()


class Person(NamedTuple):
    """Somebody's chat identities; *username* is the one of the forge, the key in `people`.

    *wecom* is a userid, *dingtalk* a userId, *mobile* a phone number (never shown), *aliases* other
    user names and e-mail addresses. *mute*: never mentioned, never messaged.
    """

    username: str
    name: str = ""
    wecom: str = ""
    dingtalk: str = ""
    mobile: str = ""
    aliases: tuple[str, ...] = ()
    mute: bool = False

    def __repr__(self) -> str:
        return f"Person({self.username!r})"


class Times(NamedTuple):
    """Part of a day in minutes from midnight, *end* exclusive; *end* <= *start* goes over midnight.

    ``Times(0, 1440)`` is the whole day.
    """

    start: int
    end: int


class TimeInterval(NamedTuple):
    """When, as Alertmanager's: *weekdays* 0 (Monday) to 6, *times* of the day; empty: always.

    A span over midnight belongs to the weekday on which it begins. *location* is an IANA name;
    empty: the configuration's time zone.
    """

    name: str
    weekdays: tuple[int, ...] = ()
    times: tuple[Times, ...] = ()
    location: str = ""


class Route(NamedTuple):
    """A rule choosing receivers. Filters are globs: OR inside one, AND between them; empty: any.

    *events*: patterns as in `relay.policy.decide`; empty: the default set. *quiet*: patterns of
    events that come as one grey line. *mention*, *show*, *append*: pairs of an event pattern and
    what it gets (roles and keys of `people`; names of facts; a text), the most specific pattern
    counts. *confidential* lets confidential items through; *drafts* False keeps drafts out.
    *active*, *mute*: names of time intervals; *outside* ``drop``, ``quiet`` or ``send``. *place* is
    where it stands, ``config.yml:21``.
    """

    name: str
    receivers: tuple[str, ...]
    events: Patterns = ()
    lang: str = ""
    sources: Patterns = ()
    projects: Patterns = ()
    branches: Patterns = ()
    tags: Patterns = ()
    authors: Patterns = ()
    labels: Patterns = ()
    paths: Patterns = ()
    environments: Patterns = ()
    confidential: bool = False
    drafts: bool = True
    quiet: Patterns = ()
    mention: tuple[tuple[str, tuple[str, ...]], ...] = ()
    show: tuple[tuple[str, tuple[str, ...]], ...] = ()
    append: tuple[tuple[str, str], ...] = ()
    active: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    outside: str = "drop"
    continues: bool = True
    place: str = ""


class Policy(NamedTuple):
    """How deliveries are made; *timeout_s* is the budget of one event, all receivers together."""

    timeout_s: float = 4.0
    retries: int = 2
    on_rate_limit: str = "summary"
    on_error: str = "ok"
    max_commits: int = 5
    style: str = "emoji"
    fallback: str = ""


class Config(NamedTuple):
    """*unmatched* is ``drop`` or a receiver's name; *templates* pairs of an event and its text.

    *origin* names what it was read from; *digest* is short and changes with the configuration.
    """

    sources: tuple[Source, ...]
    receivers: tuple[Receiver, ...]
    routes: tuple[Route, ...]
    lang: str = "zh-CN"
    timezone: str = "Asia/Shanghai"
    people: tuple[Person, ...] = ()
    templates: tuple[tuple[str, str], ...] = ()
    time_intervals: tuple[TimeInterval, ...] = ()
    delivery: Policy = Policy()
    allow_hosts: tuple[str, ...] = ()
    queue: str = ""
    state: str = ""
    unmatched: str = "drop"
    origin: str = "environment"
    digest: str = ""
