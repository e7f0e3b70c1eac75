"""Issues, work items and comments of GitLab (`reference/gitlab.md` sections 7.3, 7.4, 7.12)."""

from typing import Any

import pytest

from adapters.fields import Fields
from adapters.gitlab import convert
from adapters.mentions import mentioned
from relay.errors import Ignored
from relay.events import Change, Comment, Emoji, Event, Issue, Person, Project
from workbench.samples import load

PAGES = "https://git.example.com/platform/api/-"
DESCRIPTION = "复现步骤：1. 清缓存 2. 用手机号登录 3. 等待跳转…"
ZHANGSAN = Person("张三", "zhangsan", "zhangsan@example.com")
LISI = Person("李四", "lisi", "lisi@example.com")
WANGWU = Person("王五", "wangwu", "wangwu@example.com")


def event(name: str, attributes: dict[str, Any] | None = None, **changes: Any) -> Event:
    """Convert the sample *name* with *changes* at its top level and in object_attributes."""
    sample = load(f"gitlab/{name}")
    body = sample.body | changes
    body["object_attributes"] |= attributes or {}
    return convert({"x-gitlab-event": sample.headers["X-Gitlab-Event"]}, Fields(body))


def issue(name: str, attributes: dict[str, Any] | None = None, **changes: Any) -> Issue:
    subject = event(name, attributes, **changes).subject
    assert isinstance(subject, Issue)
    return subject


def comment(name: str, attributes: dict[str, Any] | None = None, **changes: Any) -> Comment:
    subject = event(name, attributes, **changes).subject
    assert isinstance(subject, Comment)
    return subject


def test_a_new_issue_has_all_its_facts() -> None:
    """Number, people, labels and dates of an opened issue."""
    found = event("issue.opened")

    assert found.subject == Issue(
        number="#231",
        title="iOS 端登录后白屏",
        description=DESCRIPTION,
        state="opened",
        author=LISI,
        assignees=(ZHANGSAN,),
        labels=("bug", "P1"),
        due="2026-11-25",
    )
    assert (LISI, f"{PAGES}/issues/231") == (found.actor, found.url)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("issue.closed", ()),
        ("issue.reopened", ()),
        ("issue.assigned", (Change("assignees", "张三", "王五"),)),
        ("issue.unassigned", (Change("assignees", "张三", ""),)),
        ("issue.updated", (Change("labels", "P2", "P1"),)),
        (
            "issue.updated-several",
            (
                Change("title", "iOS 端登录白屏", "iOS 端登录后白屏"),
                Change("milestone"),
                Change("due", "2026-11-30", "2026-11-25"),
            ),
        ),
    ],
)
def test_an_update_lists_what_changed(name: str, expected: tuple[Change, ...]) -> None:
    """Only what a person would see, lists as removed and added."""
    assert expected == issue(name).changes


@pytest.mark.parametrize(
    ("action", "state", "expected"),
    [
        (None, "opened", "issue.opened"),
        (None, "closed", "issue.closed"),
        (None, "reopened", "issue.reopened"),
        ("open", "closed", "issue.opened"),
    ],
)
def test_old_test_bodies_have_a_state_only(action: Any, state: str, expected: str) -> None:
    """Without an action the state tells what to say."""
    assert expected == event("issue.opened", {"action": action, "state": state}).name


@pytest.mark.parametrize(
    ("ids", "expected"),
    [((1, 2), "issue.closed"), ((2, 1), "issue.reopened")],
    ids=["archived", "reopened"],
)
def test_a_requirement_is_closed_by_an_update(ids: tuple[int, int], expected: str) -> None:
    """Requirements change their state_id in an update."""
    changes = {"state_id": {"previous": ids[0], "current": ids[1]}}

    assert expected == event("issue.updated", {"type": "Requirement"}, changes=changes).name


NOISE = {
    "empty": {},
    "absent": None,
    "position": {"relative_position": {"previous": 1, "current": 2}},
    "stamps": {
        "updated_at": {"previous": "a", "current": "b"},
        "last_edited_by_id": {"previous": None, "current": 4},
    },
    "time-null-to-0": {"total_time_spent": {"previous": None, "current": 0}},
    "same": {"title": {"previous": "a", "current": "a"}},
    "null-to-empty": {"description": {"previous": None, "current": ""}},
    "label-colour": {
        "labels": {"previous": [{"title": "bug", "color": "a"}], "current": [{"title": "bug"}]}
    },
    "number": 7,
    "not-sides": {"title": "a", "labels": [1], "due_date": {}},
}


@pytest.mark.parametrize("changes", NOISE.values(), ids=NOISE)
def test_noise_is_ignored(changes: Any) -> None:
    """An update that shows nothing to a person is ignored with R32."""
    with pytest.raises(Ignored, match="R32"):
        event("issue.updated", changes=changes)


@pytest.mark.parametrize(
    ("key", "before", "after", "expected"),
    [
        ("title", "a", "b", Change("title", "a", "b")),
        ("description", "a", "b", Change("description")),
        ("milestone_id", None, 4, Change("milestone")),
        ("due_date", None, "2026-11-25", Change("due", "", "2026-11-25")),
        ("weight", None, 3, Change("weight", "", "3")),
        ("severity", "unknown", "high", Change("severity", "unknown", "high")),
        ("confidential", False, True, Change("confidential")),
        ("type", "Issue", "Incident", Change("type", "Issue", "Incident")),
        ("status", {"name": "To do"}, {"name": "Done"}, Change("state", "To do", "Done")),
        ("total_time_spent", 0, 3600, Change("time")),
        ("human_total_time_spent", None, "1h", Change("time", "", "1h")),
        ("labels", [], [{"title": "a"}, {"title": "b"}], Change("labels", "", "a, b")),
    ],
)
@pytest.mark.parametrize("shape", ["object", "pair"])
def test_each_visible_change(
    key: str, before: Any, after: Any, *, expected: Change, shape: str
) -> None:
    """Each attribute is read from {previous, current} and from a list of two."""
    sides = [before, after] if shape == "pair" else {"previous": before, "current": after}

    assert issue("issue.updated", changes={key: sides}).changes == (expected,)


def test_assignees_beside_other_changes_are_an_update() -> None:
    """Only a change of nothing but assignees is an assignment."""
    changes = {
        "assignees": {"previous": [], "current": [{"name": "王五", "username": "wangwu"}]},
        "title": {"previous": "a", "current": "b"},
    }
    found = event("issue.updated", changes=changes)

    assert found.name == "issue.updated"
    assert isinstance(found.subject, Issue)
    assert ["title", "assignees"] == [change.field for change in found.subject.changes]


@pytest.mark.parametrize(
    ("assignee", "expected"),
    [(13, ("issue.assigned", "王五")), (None, ("issue.unassigned", ""))],
)
def test_old_bodies_tell_an_assignment_by_id(assignee: Any, expected: tuple[str, str]) -> None:
    """With assignee_id only, whoever is assigned now was added."""
    people = [{"name": "王五", "username": "wangwu"}] if assignee else []
    changes = {"assignee_id": {"previous": 11, "current": assignee}}
    found = event("issue.updated", changes=changes, assignees=people)

    assert isinstance(found.subject, Issue)
    assert expected == (found.name, found.subject.changes[0].after)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Issue", "issue"),
        ("Task", "task"),
        ("Incident", "incident"),
        ("Epic", "epic"),
        ("Test Case", "test_case"),
        ("Objective", "objective"),
        ("Key Result", "key_result"),
        ("Requirement", "requirement"),
        ("Ticket", "ticket"),
        ("Something New", "issue"),
        (None, "issue"),
    ],
)
def test_the_type_is_neutral(name: Any, expected: str) -> None:
    """Types are lower-case words; what we do not know is an issue."""
    assert expected == issue("issue.opened-task", {"type": name}).type


def test_an_epic_belongs_to_its_group() -> None:
    """Without a project the place comes from the link."""
    found = event("issue.opened-epic")

    group = Project("platform", "https://git.example.com/groups/platform")
    assert (group, "https://git.example.com/groups/platform/-/work_items/7") == (
        found.project,
        found.url,
    )


@pytest.mark.parametrize(("severity", "expected"), [("critical", "critical"), ("unknown", "")])
def test_an_unknown_severity_is_none(severity: str, expected: str) -> None:
    """ "unknown" is GitLab's word for not set."""
    assert expected == issue("issue.opened-incident", {"severity": severity}).severity


def test_the_author_is_known_only_by_id() -> None:
    """Nobody at hand with that id: no author, rather than a guess."""
    assert issue("issue.opened", {"author_id": 99}).author is None
    assert issue("issue.closed", {"author_id": 11}).author == ZHANGSAN


def test_a_link_is_built_when_it_is_missing() -> None:
    """Without a url of its own the page is built from the project's."""
    assert event("issue.opened", {"url": None}).url == f"{PAGES}/issues/231"


def test_an_issue_tells_whom_its_description_speaks_to() -> None:
    """The names after ``@``, as a comment's."""
    assert ("lisi",) == issue("issue.opened", {"description": "请 @lisi 看一下"}).mentioned


def test_a_comment_tells_who_cares_for_its_target() -> None:
    """Assignees and reviewers of what was commented on, where the body has them."""
    zhangsan, lisi = ({"name": one.name, "username": one.username} for one in (ZHANGSAN, LISI))
    target = {"iid": 42, "assignee": zhangsan, "reviewers": [lisi]}
    found = comment("comment.created-merge_request", merge_request=target)

    assert ("zhangsan",) == tuple(one.username for one in found.assignees)
    assert ("lisi",) == tuple(one.username for one in found.reviewers)


def test_a_comment_on_a_line_of_a_merge_request() -> None:
    """Target, place in the file and mentioned names of a diff note."""
    found = event("comment.created-merge_request")

    assert found.url == f"{PAGES}/merge_requests/42#note_7781"
    assert found.subject == Comment(
        target="merge_request",
        text="这里要不要处理 307？@张三 看一下",
        number="!42",
        title="修复登录超时后未跳转",
        target_url=f"{PAGES}/merge_requests/42",
        path="src/auth/login.py",
        line=88,
        mentioned=("张三",),
        branch="main",
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("issue", ("issue", "#231", "iOS 端登录后白屏", f"{PAGES}/issues/231")),
        ("snippet", ("snippet", "$53", "本地启动脚本", f"{PAGES}/snippets/53")),
        ("internal", ("issue", "#231", "iOS 端登录后白屏", f"{PAGES}/issues/231")),
    ],
)
def test_a_comment_names_its_target(name: str, expected: tuple[str, ...]) -> None:
    """Number, title and page of what was commented on."""
    found = comment(f"comment.created-{name}")

    assert expected == (found.target, found.number, found.title, found.target_url)


def test_a_comment_on_a_commit_names_its_author() -> None:
    """A commit has a short id for a number and an author in the body."""
    found = comment("comment.created-commit")

    assert ("commit", "a1b2c3d", "修复登录超时后未跳转") == (
        found.target,
        found.number,
        found.title,
    )
    assert Person("张三", "", "zhangsan@example.com") == found.target_author


def test_the_text_of_a_snippet_never_leaves() -> None:
    """snippet.content may hold secrets."""
    assert "docker" not in repr(event("comment.created-snippet"))


@pytest.mark.parametrize(
    ("noteable", "expected"),
    [("DesignManagement::Design", "other"), ("WorkItem", "issue"), (None, "issue")],
)
def test_the_list_of_targets_is_open(noteable: Any, expected: str) -> None:
    """An unknown target is "other"; a missing type is read from the object beside it."""
    assert expected == comment("comment.created-issue", {"noteable_type": noteable}).target


@pytest.mark.parametrize(
    ("action", "expected"),
    [("create", "comment.created"), (None, "comment.created"), ("update", "comment.edited")],
)
def test_a_missing_action_is_a_new_comment(action: Any, expected: str) -> None:
    """Before 16.11 there is no action."""
    assert expected == event("comment.created-issue", {"action": action}).name


def test_a_system_note_is_ignored() -> None:
    """Notes GitLab writes itself are no comments."""
    with pytest.raises(Ignored, match="R10"):
        event("comment.created-issue", {"system": True})


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"new_path": "b.py", "new_line": 3, "old_path": "a.py", "old_line": 2}, ("b.py", 3)),
        ({"new_path": "b.py", "new_line": None, "old_path": "a.py", "old_line": 2}, ("a.py", 2)),
        ({"new_path": "b.png", "position_type": "image"}, ("b.png", None)),
        (None, ("", None)),
    ],
    ids=["new", "removed-line", "image", "none"],
)
def test_the_place_of_a_diff_note(place: Any, expected: tuple[str, int | None]) -> None:
    """The new version's place, the old one's for removed lines."""
    attributes = {"position": place, "original_position": None}
    found = comment("comment.created-merge_request", attributes)

    assert expected == (found.path, found.line)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@zhangsan PTAL", ("zhangsan",)),
        ("请@zhangsan看一下。", ("zhangsan",)),
        ("看一下 @zhangsan，谢谢", ("zhangsan",)),
        ("（@li.si）和 @wang-wu.", ("li.si", "wang-wu")),
        ("@张三 看一下，@李四也是", ("张三", "李四也是")),
        ("@zhangsan看一下", ("zhangsan",)),
        ("@zhangsan @zhangsan", ("zhangsan",)),
        ("mail zhangsan@example.com", ()),
        ("@all @everyone", ("everyone",)),
        ("> @lisi said\nyes", ()),
        ("```\n@Override\n```\n@lisi", ("lisi",)),
        ("https://git.example.com/@lisi", ()),
        ("@ @@", ()),
    ],
)
def test_mentioned_names(text: str, expected: tuple[str, ...]) -> None:
    """Names after @, each once, not in addresses, quotations or code."""
    assert expected == mentioned(text)


def test_mentions_of_a_hostile_text_are_bounded() -> None:
    """A text of nothing but mentions gives fifty, in no time."""
    assert len(mentioned(" ".join(f"@user{n}" for n in range(100_000)))) == 50
    assert mentioned("@" * 1_000_000) == ()


def test_an_emoji_names_its_target() -> None:
    """An award on a merge request."""
    found = event("emoji.awarded")

    assert found.subject == Emoji("thumbsup", "merge_request", "!42", "修复登录超时后未跳转")
    assert (WANGWU, f"{PAGES}/merge_requests/42") == (found.actor, found.url)


def test_an_emoji_on_a_comment_names_what_the_comment_is_about() -> None:
    """event_type tells a revocation in versions without an action."""
    found = event(
        "emoji.awarded",
        {"action": None, "awardable_type": "Note"},
        event_type="revoke",
        note={"id": 7781},
    )

    assert (found.name, found.subject) == (
        "emoji.revoked",
        Emoji("thumbsup", "comment", "!42", "修复登录超时后未跳转"),
    )
