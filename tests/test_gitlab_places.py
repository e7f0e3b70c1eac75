"""Wiki, milestones, flags, tokens, vulnerabilities and the flat events (sections 7.10 to 8)."""

from typing import Any

import pytest

from adapters.fields import Fields
from adapters.gitlab import convert
from relay.errors import Ignored
from relay.events import (
    AccessToken,
    Account,
    Event,
    FeatureFlag,
    Member,
    Milestone,
    Notice,
    Person,
    Place,
    Project,
    Vulnerability,
    WikiPage,
)
from workbench.samples import load

GROUP = Project("platform", "https://git.example.com/groups/platform")
API = Project("platform/api", "https://git.example.com/platform/api", "main")
PAGES = f"{API.url}/-"
ZHAOLIU = Person("赵六", "zhaoliu", "zhaoliu@example.com")


def event(name: str, attributes: dict[str, Any] | None = None, **changes: Any) -> Event:
    """Convert the sample *name* with *changes* at its top level and in object_attributes."""
    sample = load(f"gitlab/{name}")
    body = sample.body | changes
    if attributes:
        body["object_attributes"] |= attributes
    headers = {key.lower(): value for key, value in sample.headers.items()}
    return convert(headers, Fields(body))


def test_a_wiki_page() -> None:
    """Title, message and difference of a changed page."""
    found = event("wiki.updated")

    assert (found.project, found.url) == (API, f"{PAGES}/wikis/deploy")
    assert isinstance(found.subject, WikiPage)
    assert ("部署手册", "补充回滚步骤") == (found.subject.title, found.subject.message)
    assert found.subject.diff_url.startswith(f"{PAGES}/wikis/deploy/diff?version_id=a1b2c3d")


def test_a_deleted_wiki_page_links_to_the_wiki() -> None:
    """The page is gone, and so is what it could be compared with."""
    found = event("wiki.deleted")

    assert found.url == f"{PAGES}/wikis/home"
    assert found.subject == WikiPage("部署手册", "删除部署手册")


def test_a_group_wiki_has_no_project() -> None:
    """Its place comes from its link."""
    url = f"{GROUP.url}/-/wikis/deploy"

    assert event("wiki.updated", {"url": url}, project=None).project == GROUP


def test_a_milestone() -> None:
    """Dates, description and a built link."""
    found = event("milestone.created")

    assert found.url == f"{PAGES}/milestones/3"
    assert found.subject == Milestone("2.8.1", "登录与订单的修正", "2026-11-16", "2026-11-30")


@pytest.mark.parametrize(
    ("action", "state", "expected"),
    [
        ("create", "active", "created"),
        ("close", "closed", "closed"),
        ("reopen", "active", "reopened"),
        ("delete", "active", "deleted"),
        (None, "active", "created"),
        (None, "closed", "closed"),
    ],
)
def test_the_action_of_a_milestone(action: Any, state: str, expected: str) -> None:
    """The action is at the top; without one the state tells."""
    assert expected == event("milestone.created", {"state": state}, action=action).action


def test_a_feature_flag() -> None:
    """Switching on or off is all that is told."""
    found = event("feature_flag.enabled")

    assert (found.subject, found.url) == (
        FeatureFlag("new-checkout", "新结算流程"),
        f"{PAGES}/feature_flags",
    )
    assert event("feature_flag.enabled", {"active": False}).action == "disabled"
    with pytest.raises(Ignored, match="R10"):
        event("feature_flag.enabled", {"active": None})


@pytest.mark.parametrize(
    ("case", "place", "url", "expected"),
    [
        (
            "",
            API,
            f"{PAGES}/settings/access_tokens",
            AccessToken("ci-deploy", "2026-11-27", "access", "", "2026-11-20"),
        ),
        (
            "-group",
            GROUP,
            f"{GROUP.url}/-/settings/access_tokens",
            AccessToken("group-bot", "2026-11-27", "access", "platform", "2026-11-20"),
        ),
        (
            "-deploy",
            API,
            f"{PAGES}/settings/repository",
            AccessToken("registry-pull", "2026-11-27", "deploy"),
        ),
    ],
)
def test_a_token_about_to_expire(
    case: str, place: Project, url: str, expected: AccessToken
) -> None:
    """Whose token it is, when it ends, and where to make a new one."""
    found = event(f"access_token.expiring{case}")

    assert (expected, place, url) == (found.subject, found.project, found.url)


def test_a_vulnerability() -> None:
    """The project comes from the link: there is no project object."""
    found = event("vulnerability.detected")

    assert found.project == Project("platform/api", API.url)
    assert found.subject == Vulnerability(
        "REXML 拒绝服务漏洞", "high", "dependency_scanning", ("CVE-2024-41123",)
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("confirmed", "confirmed"),
        ("dismissed", "dismissed"),
        ("resolved", "resolved"),
        ("needs_triage", "updated"),
        (None, "updated"),
    ],
)
def test_the_state_of_a_vulnerability(state: Any, expected: str) -> None:
    """An unknown state is an update."""
    assert expected == event("vulnerability.detected", {"state": state}).action


def test_a_new_member_of_a_group() -> None:
    """Who, in which role, until when; who did it is not said."""
    found = event("member.added")

    assert (GROUP, None, f"{GROUP.url}/-/group_members") == (found.project, found.actor, found.url)
    assert found.subject == Member(ZHAOLIU, "group", "platform", "Developer", "2027-03-31")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user_add_to_group", "added"),
        ("user_update_for_group", "updated"),
        ("user_remove_from_group", "removed"),
        ("user_access_request_to_group", "requested"),
        ("user_access_request_denied_for_group", "request_denied"),
        ("user_access_request_revoked_for_group", "request_denied"),
        ("user_add_to_team", "added"),
        ("user_update_for_team", "updated"),
        ("user_remove_from_team", "removed"),
        ("user_access_request_to_project", "requested"),
        ("user_access_request_revoked_for_project", "request_denied"),
    ],
)
def test_every_member_event(name: str, expected: str) -> None:
    """Group and project members have the same actions."""
    sample = "member.added" if name.endswith("group") else "member.added-project"
    found = event(sample, event_name=name)

    assert f"member.{expected}" == found.name
    assert isinstance(found.subject, Member)
    assert ("group" if name.endswith("group") else "project") == found.subject.place_kind


def test_a_new_member_of_a_project() -> None:
    """The system hook names the project's full path."""
    found = event("member.added-project")

    assert found.project == Project("platform/api", API.url)
    assert found.subject == Member(ZHAOLIU, "project", "platform/api", "Developer")
    assert found.url == f"{PAGES}/project_members"


def test_without_an_instance_there_is_no_link() -> None:
    """Instances before GitLab 15 do not say where they are."""
    found = convert({"x-gitlab-event": "Member Hook"}, Fields(load("gitlab/member.added").body))

    assert ("", Project("platform")) == (found.url, found.project)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("subgroup_create", "group.created"),
        ("subgroup_destroy", "group.deleted"),
        ("group_create", "group.created"),
        ("group_destroy", "group.deleted"),
        ("group_rename", "group.renamed"),
    ],
)
def test_every_group_event(name: str, expected: str) -> None:
    """Groups and subgroups are one kind; what is gone has no link."""
    found = event("group.created", event_name=name)

    url = "https://git.example.com/groups/platform/payment"
    assert (expected, "" if "destroy" in name else url) == (found.name, found.url)
    assert found.subject == Place("platform/payment")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("project_create", "created"),
        ("project_destroy", "deleted"),
        ("project_rename", "renamed"),
        ("project_transfer", "transferred"),
        ("project_update", "updated"),
    ],
)
def test_every_project_event(name: str, expected: str) -> None:
    """Projects of group hooks and of system hooks."""
    assert f"project.{expected}" == event("project.created", event_name=name).name


@pytest.mark.parametrize("visibility", ["private", "visibilitylevel|private"])
def test_a_renamed_project(visibility: str) -> None:
    """Old and new path, the owner, and the visibility in either way of writing it."""
    found = event("project.renamed", project_visibility=visibility)

    owner = Person("张三", "", "zhangsan@example.com")
    assert found.subject == Place("platform/billing", "platform/bill", "private", owner)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user_create", "created"),
        ("user_destroy", "deleted"),
        ("user_rename", "renamed"),
        ("user_failed_login", "login_failed"),
        ("key_create", "key_added"),
        ("key_destroy", "key_removed"),
    ],
)
def test_every_account_event(name: str, expected: str) -> None:
    """Accounts and their keys."""
    found = event("user.created", event_name=name, old_username="zhao6", key="ssh-ed25519 AAAA x@y")

    assert f"user.{expected}" == found.name
    assert found.subject == Account(ZHAOLIU, "zhao6")
    url = "https://git.example.com/zhaoliu"
    assert ("" if name == "user_destroy" else url) == found.url


def test_a_failed_login_tells_the_state() -> None:
    """Why the account cannot sign in."""
    assert event("user.login_failed").subject == Account(ZHAOLIU, state="blocked")


@pytest.mark.parametrize("kind", ["", "s"])
def test_a_paid_seat_is_a_notice(kind: str) -> None:
    """Events without a design become one generic line."""
    name = f"gitlab_subscription_member_approval{kind}"

    assert event("other.received", object_kind=name).subject == Notice(f"{name} enqueue")
