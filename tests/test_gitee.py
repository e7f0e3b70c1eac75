"""The Gitee adapter as a whole: recognition, test requests, unknown events, every sample."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from adapters import gitee
from adapters.fields import Fields
from relay.config import Secret, Source
from relay.errors import Ignored
from relay.events import Event, Notice, Person, Ping, Project
from relay.kinds import KINDS
from workbench import samples

NAMES = [name for name in samples.names() if name.startswith("gitee/")]
RECORDED = Path(__file__).parents[2] / "shared" / "payloads" / "gitee"
ZHAOLIU = Person("赵六", "zhaoliu", "zhaoliu@example.com")
API = Project("platform/api", "https://gitee.com/platform/api", "main")
WRONG_TYPES = (None, 7, "text", [7], {"a": 1})


def convert(name: str, **changed: Any) -> Event:
    """Convert the sample *name* with some top-level keys of its body changed."""
    sample = samples.load(f"gitee/{name}")
    return of(sample.headers, {**sample.body, **changed})


def of(headers: dict[str, str], body: dict[str, Any]) -> Event:
    return gitee.convert({key.lower(): value for key, value in headers.items()}, Fields(body))


def outcome(headers: dict[str, str], body: dict[str, Any]) -> str:
    """Return the event's name or the reason why it is ignored; anything else raised is a fault."""
    try:
        event = of(headers, body)
    except Ignored as ignored:
        return ignored.reason
    assert event.action in KINDS[event.kind]
    assert event.source == "gitee"
    json.dumps(event, ensure_ascii=False, allow_nan=False).encode()
    return event.name


def slots(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) inside *value*."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], dict | list):
            found += slots(value[key])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_becomes_the_event_it_is_named_after(name: str) -> None:
    """A sample's file name is its event's, and an ignored one gives its reason."""
    sample = samples.load(name)

    assert (sample.ignored or sample.event) == outcome(sample.headers, sample.body)


@pytest.mark.parametrize("name", NAMES)
def test_d7_no_key_of_a_sample_is_needed(name: str) -> None:
    """Any single key, at any depth, may be missing or of another type."""
    sample = samples.load(name)
    for holder, key in slots(sample.body):
        before = holder[key]
        for wrong in WRONG_TYPES:
            holder[key] = wrong
            outcome(sample.headers, sample.body)
        if isinstance(holder, dict):
            del holder[key]
            outcome(sample.headers, sample.body)
        holder[key] = before

    assert sample.body == samples.load(name).body


@pytest.mark.parametrize(
    "nasty",
    [
        pytest.param(float("nan"), id="A7-nan"),
        pytest.param(float("inf"), id="A7-infinity"),
        pytest.param(10**400, id="A6-huge-integer"),
        pytest.param(-1, id="negative"),
        pytest.param("\ud800", id="A7-lone-surrogate"),
        pytest.param("[" * 5000, id="A6-nested-brackets"),
        pytest.param("javascript:alert(1)", id="D5-script-link"),
        pytest.param("https://u:p@gitee.com/x", id="D5-credentials-in-a-link"),
        pytest.param("0001-13-99T99:99:99+99:99", id="impossible-time"),
        pytest.param("@" * 20000, id="D11-many-at-signs"),
        pytest.param("a" * 300_000, id="D9-long-text"),
        pytest.param([[[]]] * 50, id="nested-lists"),
        pytest.param([{"id": []}, {"name": {}}, None, 3], id="list-of-anything"),
        pytest.param(True, id="true"),
    ],
)
def test_d7_a_nasty_value_anywhere_is_survived(nasty: Any) -> None:
    """Whatever a value is, the outcome is an event or a reason, and its texts can be encoded."""
    for name in ("issue.opened", "comment.created-merge_request", "push.pushed", "job.failed"):
        sample = samples.load(f"gitee/{name}")
        for holder, key in slots(sample.body):
            before, holder[key] = holder[key], nasty
            outcome(sample.headers, sample.body)
            holder[key] = before


@pytest.mark.parametrize("name", ["push.pushed", "comment.created-issue", "issue.opened"])
def test_links_are_http_or_absent(name: str) -> None:
    """No address of another scheme comes out of a payload."""
    sample = samples.load(f"gitee/{name}")
    for holder, key in slots(sample.body):
        if isinstance(holder[key], str) and holder[key].startswith("http"):
            holder[key] = "javascript:alert(1)"
    event = of(sample.headers, sample.body)

    assert "" == event.url
    assert "javascript" not in repr(event)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Gitee-Event": "Issue Hook"}, id="classic"),
        pytest.param({"X-Gitee-Event": "issue_hooks"}, id="since-2023"),
        pytest.param({"x-git-oschina-event": "Issue Hook"}, id="older-header"),
        pytest.param({"x-gitee-event": "?", "x-git-oschina-event": "issue_hooks"}, id="one-known"),
        pytest.param({"x-gitee-event": "Issue Hook, Issue Hook"}, id="A11-sent-twice"),
        pytest.param({}, id="only-in-the-body"),
    ],
)
def test_the_event_is_found_in_either_spelling_of_either_header(headers: dict[str, str]) -> None:
    """A header that says nothing known leaves the word to the body."""
    body = samples.load("gitee/issue.opened").body

    assert "issue.opened" == of(headers, body).name


@pytest.mark.parametrize("name", ["push.pushed", "tag.created", "branch.deleted", "issue.opened"])
def test_a_header_decides_before_the_body(name: str) -> None:
    """The header's event stands even where the body names another."""
    sample = samples.load(f"gitee/{name}")

    assert sample.event == of(sample.headers, {**sample.body, "hook_name": "note_hooks"}).name


@pytest.mark.parametrize(
    "name",
    [
        "push.pushed",
        "branch.created",
        "tag.deleted",
        "issue.assigned",
        "merge_request.merged",
        "comment.created-commit",
        "comment.created-issue",
        "comment.created-merge_request",
        "job.failed",
    ],
)
def test_without_any_name_the_shape_decides(name: str) -> None:
    """A body with neither header nor hook_name is known by its keys."""
    sample = samples.load(f"gitee/{name}")
    body = {key: value for key, value in sample.body.items() if key != "hook_name"}

    assert sample.event == of({}, body).name


def test_a_pipeline_task_is_one_under_any_header() -> None:
    """The pipeline's webhook has no event of its own, so its body decides."""
    body = samples.load("gitee/job.failed").body

    assert "job.failed" == of({"X-Gitee-Event": "Push Hook"}, body).name


@pytest.mark.parametrize("odd", ["\ud800", "\ud83d Hook", "Hook" * 50_000, "ｐｕｓｈ Hook"])
@pytest.mark.parametrize("ping", ["true", "false"])
def test_an_odd_header_makes_an_event_that_can_be_encoded(odd: str, ping: str) -> None:
    """What stands in a header is not trusted more than the body."""
    headers = {"X-Gitee-Event": odd, "X-Git-Oschina-Event": odd, "X-Gitee-Ping": ping}

    assert outcome(headers, {"hook_name": None}) in ("other.received", "test.ping")


def test_gitee_names_no_delivery() -> None:
    """There is no delivery id, and the timestamp is too coarse to be one: the body joins it."""
    keys = {
        gitee.delivery_key({"x-gitee-timestamp": stamp}, body)
        for stamp in ("1700000000000", "1700000000001")
        for body in (b"a", b"b")
    }

    assert len(keys) == 4


@pytest.mark.parametrize(
    ("name", "hook"), [("test.ping", "push_hooks"), ("test.ping-issue", "Issue Hook")]
)
def test_a_ping_tells_nothing_of_the_canned_body(name: str, hook: str) -> None:
    """A test request names hook, id and host; its repository is not the user's."""
    expected = Event("gitee", "test", "ping", Ping(hook, "1024768", "gitee.com"))

    assert expected == convert(name)


@pytest.mark.parametrize("value", ["true", "True", "TRUE", " true "])
def test_the_ping_header_is_decisive(value: str) -> None:
    """Any body under the header is a test, in any case of letters."""
    body = samples.load("gitee/merge_request.opened").body

    assert "test.ping" == of({"X-Gitee-Ping": value}, body).name


@pytest.mark.parametrize("headers", [{}, {"X-Gitee-Ping": ""}, {"X-Gitee-Ping": "true, true"}])
def test_a_ping_is_known_without_its_header(headers: dict[str, str]) -> None:
    """Where the header is lost, the canned repository under a foreign hook gives it away."""
    assert "test.ping" == of(headers, samples.load("gitee/test.ping").body).name


@pytest.mark.parametrize(
    ("headers", "changed"),
    [
        pytest.param({"X-Gitee-Ping": "false"}, {}, id="the-header-says-no"),
        pytest.param({}, {"hook_url": "https://gitee.com/oschina/git-osc/hooks/7/edit"}, id="own"),
        pytest.param({}, {"hook_url": None}, id="hook-unknown"),
    ],
)
def test_a_real_push_to_the_canned_repository_is_no_ping(
    headers: dict[str, str], changed: dict[str, Any]
) -> None:
    """Its own hook, or a header that says so, makes the push a real one."""
    body = {**samples.load("gitee/test.ping").body, **changed}

    assert "push.pushed" == of(headers, body).name


def test_an_enterprise_hook_of_another_page_is_no_ping() -> None:
    """Only the canned repositories count: enterprise hooks live on other pages than the code."""
    body = samples.load("gitee/push.pushed").body
    body["hook_url"] = "https://e.gitee.com/platform/settings/hooks/7"

    assert "push.pushed" == of({}, body).name


def test_an_unknown_event_makes_one_line() -> None:
    """An enterprise event is told by its names, title, link and enterprise."""
    event = convert("other.received")

    assert Notice("milestone_hooks create", "2.9 版本计划") == event.subject
    assert Project("示例科技", "https://gitee.com/platform") == event.project
    assert ZHAOLIU == event.actor
    assert "https://e.gitee.com/platform/milestones/147090" == event.url


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("issue.opened", "issue_hooks log_work"),
        ("merge_request.opened", "merge_request_hooks log_work"),
        ("comment.created-issue", "note_hooks log_work"),
    ],
)
def test_an_unknown_action_makes_one_line(name: str, what: str) -> None:
    """A known object with an unknown action is neither dropped nor taken for another."""
    event = convert(name, action="log_work")

    assert "other.received" == event.name
    assert what == event.subject.what
    assert API == event.project
    assert event.url.startswith("https://gitee.com/platform/api/")


def test_an_unknown_action_on_a_hidden_issue_stays_hidden() -> None:
    """A notice about a confidential issue is confidential too."""
    issue = {**samples.load("gitee/issue.opened").body["issue"], "security_hole": True}

    assert convert("issue.opened", action="log_work", issue=issue).confidential


@pytest.mark.parametrize("body", [{}, {"sender": {"login": "lisi"}}, {"repository": {}}])
def test_d8_a_body_that_says_nothing_is_ignored(body: dict[str, Any]) -> None:
    """Without event, action and title there is nothing to send: R10."""
    assert "R10" == outcome({}, body)


@pytest.mark.parametrize("hook", ["Push Hook", "tag_push_hooks", "pipeline_hooks", "Issue Hook"])
def test_d8_a_known_event_with_an_empty_body_makes_one_line(hook: str) -> None:
    """A name without anything else is still told, never with an empty message."""
    event = of({"X-Gitee-Event": hook}, {})

    assert ("other.received", Notice(hook)) == (event.name, event.subject)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"remark": "张三", "name": "zs", "login": "zhangsan"}, Person("张三", "zhangsan")),
        ({"remark": None, "name": "zs", "username": "zhangsan"}, Person("zs", "zhangsan")),
        ({"name": "", "user_name": "zhangsan"}, Person("zhangsan", "zhangsan")),
        ({"login": "a", "username": "b", "user_name": "c"}, Person("a", "a")),
        ({"name": "机器人", "email": "none"}, Person("机器人")),
        ({"id": 7}, None),
    ],
)
def test_people_are_called_by_the_name_their_colleagues_know(
    user: dict[str, Any], expected: Person | None
) -> None:
    """The enterprise's remark comes before the nickname, the nickname before the login."""
    assert (
        expected
        == convert("push.pushed", sender=user, user=None, pusher=None, user_name=None).actor
    )


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ({"full_name": "平台组/接口", "path_with_namespace": "platform/api"}, "platform/api"),
        ({"full_name": "platform/api"}, "platform/api"),
        ({"namespace": "platform", "path": "api", "name": "接口"}, "platform/api"),
        ({"name": "api"}, "api"),
        (None, "示例科技"),
    ],
)
def test_a_project_is_called_by_its_path(repository: dict[str, str] | None, expected: str) -> None:
    """Display names may be Chinese or shared; routes need the path."""
    event = convert("issue.opened", repository=repository, project=None)

    assert expected == event.project.path


def test_either_name_of_the_repository_will_do() -> None:
    """`repository` and `project` hold the same object, and either may be null."""
    assert API == convert("issue.opened", repository=None).project
    assert API == convert("issue.opened", project=None).project


def _recorded() -> list[dict[str, Any]]:
    if not RECORDED.is_dir():
        return []
    return json.loads((RECORDED / "manifest.json").read_text(encoding="utf-8"))


EXPECTED = {
    "issue_hook_assign": "issue.assigned",
    "issue_hook_delete": "issue.deleted",
    "issue_hook_open": "issue.opened",
    "issue_hook_state_change": "issue.started",
    "note_hook_issue_comment": "comment.created",
    "note_hook_pr_comment": "comment.created",
    "pr_close": "merge_request.closed",
    "pr_labeled": "merge_request.updated",
    "pr_merge": "merge_request.merged",
    "pr_open": "merge_request.opened",
    "pr_unlabeled": "merge_request.updated",
    "pr_update": "merge_request.updated",
    "push": "push.pushed",
    "push_branch_create": "branch.created",
    "push_branch_delete": "branch.deleted",
    "tag_create": "tag.created",
    "tag_delete": "tag.deleted",
}
# The help page's samples have no action, and most are what the test button sent in 2020: the
# canned repository under a hook of another one.
OF_THE_HELP_PAGE = {
    "issue": "test.ping",
    "note_issue": "test.ping",
    "pull_request": "other.received",
    "push": "test.ping",
    "pipeline_job": "job.success",
}


def test_recorded_deliveries_are_read_and_verified() -> None:
    """Every recorded body gives its event, and its own signature and time let it in."""
    if not _recorded():
        pytest.skip(f"the recorded payloads are not beside this repository: {RECORDED.name}")
    for entry in _recorded():
        path = Path(entry["file"])
        body = json.loads((RECORDED / path).read_text(encoding="utf-8"))
        header = {"X-Gitee-Event": entry["event_header"]} if entry["event_header"] else {}
        table = EXPECTED if entry["kind"] == "real" else OF_THE_HELP_PAGE

        assert (path.stem, table[path.stem]) == (path.stem, outcome(header, body))
        if "auth" in entry:
            _let_in(body, entry["auth"]["secret"])


def _let_in(body: dict[str, Any], secret: str) -> None:
    headers = {"x-gitee-token": body["sign"], "x-gitee-timestamp": body["timestamp"]}
    source = Source("gitee", "gitee", (Secret(secret),), signature="hmac")
    gitee.verify(headers, b"", source, int(body["timestamp"]) / 1000)


def test_d9_a_push_with_2000_files_is_read_quickly() -> None:
    """300 KB of commits take a few milliseconds at most."""
    sample = samples.load("gitee/push.pushed-many")
    commit = sample.body["commits"][0]
    files = [f"src/{number:04}/{'x' * 40}.py" for number in range(2000)]
    body = {**sample.body, "commits": [{**commit, "modified": files} for _ in range(3)]}
    started = time.process_time()
    event = of(sample.headers, body)

    assert 0.05 > time.process_time() - started
    assert 2000 == len(event.subject.paths)
