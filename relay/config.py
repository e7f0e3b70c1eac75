"""The configuration as values; `relay.configuration.environment` makes them, later a YAML file as well.

Nothing here reads the environment or a file. Every secret is a `Secret`, which never shows itself.
"""

from typing import NamedTuple

GITLAB, GITEE = "gitlab", "gitee"
WECOM_ROBOT, DINGTALK_ROBOT = "wecom_robot", "dingtalk_robot"
LANGUAGES = ("zh-CN", "en")


class Secret:
    """Key material. ``str()``, ``repr()`` and formatting show ``***``; only `reveal` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

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
    ``hmac`` or ``password``. *allow_unsigned* opens a source that has no secret.
    """

    name: str
    type: str
    secrets: tuple[Secret, ...] = ()
    signing_tokens: tuple[Secret, ...] = ()
    signature: str = ""
    allow_unsigned: bool = False


class Receiver(NamedTuple):
    """Where it goes: one robot in one group.

    *url* is the whole webhook address and as such the credential; *secret* DingTalk's 加签 key;
    *message* WeCom ``markdown markdown_v2 text`` or DingTalk ``markdown action_card text``;
    *open_links* (DingTalk) ``sidebar`` or ``browser``; *lang* empty: the configuration's.
    """

    name: str
    type: str
    url: Secret
    secret: Secret | None = None
    keywords: tuple[str, ...] = ()
    message: str = "markdown"
    open_links: str = "sidebar"
    lang: str = ""


class Route(NamedTuple):
    """*events* as in `NOTIFY_EVENTS`; empty means the default set."""

    name: str
    receivers: tuple[str, ...]
    events: tuple[str, ...] = ()
    lang: str = ""


class Config(NamedTuple):
    sources: tuple[Source, ...]
    receivers: tuple[Receiver, ...]
    routes: tuple[Route, ...]
    lang: str = "zh-CN"
    timezone: str = "Asia/Shanghai"
    timeout_s: float = 4.0
    max_commits: int = 5
    origin: str = "environment"
