"""Gitee's issues and the comments on everything (`reference/gitee.md` sections 8 and 10)."""

from typing import Any

import pytest

from adapters import gitee
from adapters.fields import Fields
from adapters.mentions import mentioned
from relay.events import Change, Comment, Event, Issue, Person
from workbench import samples

API = "https://gitee.com/platform/api"
PAGE = f"{API}/issues/I8K2QF"
ZHANGSAN = Person("张三", "zhangsan", "zhangsan@example.com")
LISI = Person("李四", "lisi", "lisi@example.com")
WANGWU = Person("王五", "wangwu", "wangwu@example.com")
TITLE = "iOS 端登录后白屏"


def convert(name: str, inside: str = "issue", **changed: Any) -> Event:
    """Convert the sample *name*; keys of the object *inside* are changed with a leading ``_``."""
    sample = samples.load(f"gitee/{name}")
    inner = {key[1:]: value for key, value in changed.items() if key.startswith("_")}
    outer = {key: value for key, value in changed.items() if not key.startswith("_")}
    whole = {**sample.body, **outer}
    if inner:
        whole[inside] = {**sample.body[inside], **inner}
    headers = {key.lower(): value for key, value in sample.headers.items()}
    return gitee.convert(headers, Fields(whole))


def issue(name: str, **changed: Any) -> Issue:
    subject = convert(name, **changed).subject
    assert isinstance(subject, Issue)
    return subject


def test_a_new_issue_tells_all_it_has() -> None:
    """Number, type, people, labels, milestone and text, as the payload has them."""
    event = convert("issue.opened")

    assert (
        Issue(
            number="#I8K2QF",
            title=TITLE,
            type="issue",
            type_name="缺陷",
            description="复现步骤：\r\n1. 清缓存\r\n2. 用手机号登录\r\n3. 等待跳转…",
            state="open",
            state_name="待办的",
            author=LISI,
            assignees=(ZHANGSAN,),
            labels=("bug", "P1"),
            milestone="2.8.1",
        )
        == event.subject
    )
    assert (LISI, PAGE, False) == (event.actor, event.url, event.confidential)
    assert samples.NOW - 40 == event.occurred_at


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"_state": "closed"}, "issue.closed"),
        ({"_state": "rejected", "state": "closed"}, "issue.closed"),
        ({"_state": "open"}, "issue.reopened"),
        ({"_state": "progressing"}, "issue.started"),
        ({"_state": "testing"}, "issue.updated"),
        ({"_state": None, "state": "closed"}, "issue.closed"),
        ({"_state": None, "state": None}, "issue.updated"),
        ({"action": "close"}, "issue.closed"),
        ({"action": "reopen"}, "issue.reopened"),
        ({"action": "open", "_state": "closed"}, "issue.opened"),
    ],
)
def test_the_state_decides_what_a_state_change_was(changed: dict[str, Any], name: str) -> None:
    """Gitee sends one action for closing, reopening and starting."""
    assert name == convert("issue.closed", **changed).name


def test_a_rejected_issue_keeps_its_own_state() -> None:
    """The top-level state calls it closed; the issue's own does not."""
    subject = issue("issue.closed-rejected")

    assert ("rejected", "已拒绝") == (subject.state, subject.state_name)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, (Change("state", "", "待验收"),)),
        ({"_state_name": None}, (Change("state", "", "custom_state"),)),
        ({"_state_name": None, "_state": None, "state": None}, ()),
    ],
)
def test_a_state_of_the_enterprises_own_is_named(
    changed: dict[str, Any], expected: tuple[Change, ...]
) -> None:
    """The state before is not in the payload, so only the new one is told."""
    assert expected == issue("issue.updated-custom_state", **changed).changes


@pytest.mark.parametrize(
    ("changed", "name", "assignees"),
    [
        pytest.param({}, "issue.assigned", (ZHANGSAN,), id="as-sent"),
        pytest.param({"_assignee": None}, "issue.assigned", (ZHANGSAN,), id="top-level"),
        pytest.param({"_assignee": None, "assignee": None}, "issue.unassigned", (), id="nobody"),
    ],
)
def test_an_assignment_to_nobody_takes_it_away(
    changed: dict[str, Any], name: str, assignees: tuple[Person, ...]
) -> None:
    """The action is `assign` either way; the assignee tells."""
    event = convert("issue.assigned", **changed)

    assert (name, assignees) == (event.name, event.subject.assignees)


def test_an_issue_taken_from_somebody_has_no_assignee() -> None:
    """Whatever the snapshot still says."""
    assert () == issue("issue.unassigned", assignee={"login": "zhangsan"}).assignees


def test_a_deleted_issue_has_no_page_and_no_time() -> None:
    """The body is the last snapshot: its time is that of an earlier edit."""
    event = convert("issue.deleted")

    assert ("issue.deleted", "", None) == (event.name, event.url, event.occurred_at)
    assert (TITLE, "缺陷", "待办的") == (
        event.subject.title,
        event.subject.type_name,
        event.subject.state_name,
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, ZHANGSAN, id="sender"),
        pytest.param({"sender": None}, ZHANGSAN, id="last-editor"),
        pytest.param({"sender": None, "updated_by": None}, None, id="never-the-creator"),
    ],
)
def test_the_actor_is_not_the_creator(changed: dict[str, Any], expected: Person | None) -> None:
    """`user` is who made the issue, not who closed it."""
    assert expected == convert("issue.closed", **changed).actor


def test_who_created_an_issue_opened_it() -> None:
    """For the creation itself the creator is the actor."""
    assert LISI == convert("issue.opened", sender=None, updated_by=None).actor


@pytest.mark.parametrize("key", ["_security_hole", "_private"])
def test_a_hidden_issue_is_confidential(key: str) -> None:
    """Both of the REST interface's marks are honoured, on issues and on comments."""
    assert convert("issue.opened", **{key: True}).confidential
    assert convert("comment.created-issue", **{key: True}).confidential
    assert not convert("issue.opened", **{key: "false"}).confidential


def test_an_issue_of_a_private_repository_is_not_confidential() -> None:
    """All samples are of one; routes decide who may read of it."""
    assert samples.load("gitee/issue.opened").body["repository"]["private"]
    assert not convert("issue.opened").confidential


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"_type_name": None}, ""),
        ({"_type_name": None, "_issue_type": "需求"}, "需求"),
        ({"_type_name": None, "_issue_type": {"title": "需求"}}, ""),
        ({"_type_name": 7, "_issue_type": 8}, ""),
    ],
)
def test_the_type_is_gitees_own_name(changed: dict[str, Any], expected: str) -> None:
    """Free text in the owner's language; no text, no name."""
    assert expected == issue("issue.opened", **changed).type_name


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [("2026-11-25T23:59:59+08:00", "2026-11-25"), ("2026-11-25", "2026-11-25"), ("soon", "")],
)
def test_a_deadline_is_a_date(deadline: str, expected: str) -> None:
    """The date as the forge's own zone has it."""
    assert expected == issue("issue.opened", _deadline=deadline).due


def test_a_flat_old_body_is_read() -> None:
    """Without an issue object the top level tells most of it."""
    event = convert("issue.opened", issue=None)

    assert (
        Issue(
            number="#I8K2QF",
            title=TITLE,
            description="复现步骤：\r\n1. 清缓存\r\n2. 用手机号登录\r\n3. 等待跳转…",
            state="open",
            author=LISI,
            assignees=(ZHANGSAN,),
            milestone="2.8.1",
        )
        == event.subject
    )
    assert PAGE == event.url


def test_an_issue_tells_whom_its_description_speaks_to() -> None:
    """The names after ``@``, as a comment's."""
    assert ("lisi",) == issue("issue.opened", _body="请 @lisi 看一下").mentioned


def test_a_missing_page_is_built_from_the_number() -> None:
    """The repository's page is the base."""
    assert PAGE == convert("issue.opened", _html_url=None, url=None).url


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "comment.created-merge_request",
            Comment(
                target="merge_request",
                text="这里要不要处理 307？@张三 看一下",
                number="!42",
                title="修复登录超时后未跳转",
                target_url=f"{API}/pulls/42",
                target_author=ZHANGSAN,
                mentioned=("张三",),
                reviewers=(LISI,),
                testers=(WANGWU,),
                branch="main",
            ),
        ),
        (
            "comment.created-issue",
            Comment(
                target="issue",
                text="已在 17.5 上复现，日志见附件 @zhangsan",
                number="#I8K2QF",
                title=TITLE,
                target_url=PAGE,
                target_author=LISI,
                mentioned=("zhangsan",),
                assignees=(ZHANGSAN,),
            ),
        ),
        (
            "comment.created-commit",
            Comment(
                target="commit",
                text="超时时间建议放到配置里",
                number="a1b2c3d",
                target_url=f"{API}/commit/a1b2c3de5b61f6ae984412a919e66e3249cca770",
            ),
        ),
        (
            "comment.created-repository",
            Comment(
                target="repository",
                text="请问 2.8 计划什么时候发布？",
                target_url=API,
            ),
        ),
    ],
)
def test_a_comment_tells_what_it_is_on(name: str, expected: Comment) -> None:
    """Issue and pull request have a title and an author, a commit its short id."""
    assert expected == convert(name).subject


def test_a_comment_links_to_itself() -> None:
    """With who wrote it, and when."""
    event = convert("comment.created-merge_request")

    assert (LISI, f"{API}/pulls/42#note_7781", samples.NOW - 25) == (
        event.actor,
        event.url,
        event.occurred_at,
    )


def test_an_edited_comment_tells_the_time_of_the_edit() -> None:
    """Not that of the comment an hour before."""
    event = convert("comment.edited")

    assert ("comment.edited", samples.NOW - 25) == (event.name, event.occurred_at)


def test_a_deleted_comment_has_no_page_and_no_time() -> None:
    """What it was on still has one."""
    event = convert("comment.deleted")

    assert ("comment.deleted", "", None) == (event.name, event.url, event.occurred_at)
    assert f"{API}/pulls/42" == event.subject.target_url


@pytest.mark.parametrize("per_iid", ["#I8K2QF", "I8K2QF"])
def test_a_number_has_one_mark_in_front(per_iid: str) -> None:
    """Deliveries have the prefix, the help page has none."""
    event = convert("comment.created-issue", issue=None, per_iid=per_iid)

    assert ("#I8K2QF", PAGE) == (event.subject.number, event.subject.target_url)


@pytest.mark.parametrize("per_iid", ["!42", "42", 42])
def test_a_pull_requests_number_has_one_mark_in_front(per_iid: Any) -> None:
    """The same for pull requests, as text or number."""
    event = convert("comment.created-merge_request", pull_request=None, per_iid=per_iid)

    assert ("!42", f"{API}/pulls/42") == (event.subject.number, event.subject.target_url)


def test_a_commit_without_a_short_id_is_shortened() -> None:
    """Seven characters, as everywhere."""
    assert "a1b2c3d" == convert("comment.created-commit", short_commit_id=None).subject.number


@pytest.mark.parametrize(
    ("name", "told", "target"),
    [
        ("comment.created-issue", None, "issue"),
        ("comment.created-merge_request", "pull", "merge_request"),
        ("comment.created-repository", "Wiki", "other"),
    ],
)
def test_an_unknown_target_is_known_by_its_object(name: str, told: Any, target: str) -> None:
    """Or is something else, and the comment is told all the same."""
    assert target == convert(name, noteable_type=told).subject.target


def test_the_text_may_stand_beside_the_comment() -> None:
    """`note` holds the same text."""
    event = convert("comment.created-commit", "comment", _body=None)

    assert "超时时间建议放到配置里" == event.subject.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@lisi @wang-wu, @zhao.liu.", ("lisi", "wang-wu", "zhao.liu")),
        ("@lisi 和@lisi", ("lisi",)),
        ("请@zhangsan看", ("zhangsan",)),
        ("（@张三）", ("张三",)),
        ("mail li@example.com @ @- @@x", ()),
        ("", ()),
    ],
)
def test_names_after_an_at_sign_are_mentioned(text: str, expected: tuple[str, ...]) -> None:
    """Each once; no e-mail addresses, no punctuation at the end."""
    assert expected == mentioned(text)


@pytest.mark.parametrize("piece", ["@", "@a", "a@", "@a.", "@.-", "@_-_"])
def test_d11_mentions_are_found_in_linear_time(piece: str) -> None:
    """300 KB of any piece give a bounded number of names."""
    assert 50 >= len(mentioned(piece * 100_000))
