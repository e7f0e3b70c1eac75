"""What has no design of its own: test requests (section 3.1) and unknown events (section 11)."""

from adapters.fields import Fields
from adapters.gitee.objects import first_person, full_path, is_confidential, page, project
from adapters.links import web_url
from relay.errors import Ignored
from relay.events import Event, Notice, Ping
from relay.words import Phrase

# Of these the test button's bodies tell, whoever presses it: since 2021, and in 2020.
_CANNED = frozenset({"oschina/git-osc", "oschina/gitee"})

_NAMELESS = Phrase(
    "请求正文没有事件名、动作和标题", "the body names no event, no action and no title"
)
_OBJECTS = ("pull_request", "issue", "milestone")


def ping(payload: Fields, hook: str) -> Event:
    """Return ``test.ping``; *hook* is the tested event's name.

    The body is about another repository, so only what concerns the hook itself is taken from it.
    """
    return Event(
        source="gitee",
        kind="test",
        action="ping",
        subject=Ping(
            hook=hook,
            hook_id=payload.text("hook_id"),
            host=_host(web_url(payload.text("hook_url"))),
        ),
    )


def is_canned(payload: Fields) -> bool:
    """Tell whether the body is the test button's although no header says so."""
    repository = payload.sub("repository", "project")
    if full_path(repository) not in _CANNED:
        return False
    hook, home = web_url(payload.text("hook_url")), page(repository)
    return bool(hook and home) and _repository_path(hook) != _repository_path(home)


def notice(payload: Fields, names: tuple[str, ...]) -> Event:
    """Return ``other.received``: one generic line for an event or action that is not known.

    *names* are the event's names, the body's own last. Raises Ignored (R10) when nothing says what
    happened.
    """
    hook = payload.text("hook_name") or next(filter(None, names), "")
    what = " ".join(filter(None, (hook, payload.text("action"))))
    about = payload.sub(*_OBJECTS)
    title = payload.text("title") or about.text("title")
    if not (what or title):
        raise Ignored("R10", _NAMELESS)
    return Event(
        source="gitee",
        kind="other",
        action="received",
        subject=Notice(what, title),
        project=project(payload),
        actor=first_person(payload, "sender", "updated_by"),
        url=web_url(payload.text("url")) or page(about),
        confidential=is_confidential(payload),
    )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _repository_path(url: str) -> str:
    """Return ``namespace/path`` of a repository's page or of its hook's settings page."""
    path = url.partition("://")[2].partition("/")[2]
    return path.partition("/hooks/")[0].strip("/").lower()
