"""A whole configuration at work: from a forge's request to what the robots and people see."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from conftest import REACHED, ROOT
from relays import (
    AGENT_ID,
    NOW,
    ROBOT_SECRET,
    SECRET,
    SIGNING_TOKEN,
    Answer,
    Relay,
    configured,
    now,
    request,
    signed_by_gitee,
    signed_by_gitlab,
)
from test_payloads import BODIES, FALLBACKS, HOLES, needs_payloads

from relay.configuration.loading import load
from relay.configuration.secrets import Store
from workbench import samples
from workbench.robot_book import Received
from workbench.robots import RobotServer

RECEIVERS = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  ops: { type: dingtalk_robot, url: "${DINGTALK_WEBHOOK_URL}", secret: "${DINGTALK_SECRET}" }
  app:
    type: wecom_app
    corp_id: ${CORP_ID}
    agent_id: ${AGENT_ID}
    secret: ${APP_SECRET}
    api_base: ${API_BASE}
    to: [author, reviewers, assignees, mentioned]
people:
  zhangsan: { name: 张三, wecom: ZhangSan, dingtalk: manager4021, mobile: "13800001111" }
  lisi: { name: 李四, wecom: LiSi, aliases: [lisi@example.com] }
  wangwu: { name: 王五, mobile: "13800002222" }
"""


def routed(robots: RobotServer, routes: str, **options: Any) -> Relay:
    """Return a relay to all three kinds of receivers with *routes*."""
    return configured(robots, f"{RECEIVERS}{routes}", **options)


TO_BOTH = "routes: [{ receivers: [dev, ops] }]\n"


def vendors(answer: Answer) -> list[str]:
    return [message.vendor for message in answer.shown]


def only(answer: Answer, vendor: str) -> Received:
    """Return the one message that *vendor* took."""
    found = [message for message in answer.shown if message.vendor == vendor]

    assert len(found) == 1
    return found[0]


def skipped(answer: Answer) -> dict[str, str]:
    """Return the reason of each route that sent nothing."""
    return {entry["route"]: entry["reason"] for entry in answer.report.get("skipped", ())}


def notes(answer: Answer) -> list[tuple[str, str]]:
    return [(entry["reason"], entry["detail"]) for entry in answer.report.get("notes", ())]


# --- sources

SOURCES = """\
version: 1
sources:
  shop: { type: gitlab, secret: "${SHOP}", projects: ["shop/**"] }
  platform: { type: gitlab, secret: ["${PLATFORM}", "${PLATFORM_OLD}"] }
  signed: { type: gitlab, signing_token: "${SIGNED}" }
  acme: { type: gitee, secret: "${ACME}", signature: password }
  oss: { type: gitee, secret: "${OSS}", signature: hmac }
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  ops: { type: dingtalk_robot, url: "${DINGTALK_WEBHOOK_URL}", secret: "${DINGTALK_SECRET}" }
routes:
  - { name: gitlab, sources: [shop, platform, signed], receivers: [dev] }
  - { name: gitee, sources: [acme, oss], receivers: [ops] }
"""
KEYS = {
    "SHOP": "shop-1",
    "PLATFORM": "platform-1",
    "PLATFORM_OLD": "platform-0",
    "SIGNED": SIGNING_TOKEN,
    "ACME": "acme-1",
    "OSS": "oss-1",
}
GITLAB = json.dumps(samples.load("gitlab/pipeline.failed").body, ensure_ascii=False)
GITEE = json.dumps(samples.load("gitee/push.pushed").body, ensure_ascii=False)


def with_token(token: str) -> dict[str, str]:
    return {"X-Gitlab-Event": "Pipeline Hook", "X-Gitlab-Token": token}


def with_password(token: str) -> dict[str, str]:
    return {"X-Gitee-Event": "Push Hook", "X-Gitee-Token": token}


def with_signature(secret: str) -> dict[str, str]:
    return {"X-Gitee-Event": "Push Hook", **signed_by_gitee(secret)}


@pytest.fixture
def tenants(robots: RobotServer) -> Relay:
    return Relay(robots, CONFIG_YAML=SOURCES, **KEYS)


CALLS = {
    "own-address": ("/hook/platform", GITLAB, with_token("platform-1"), 200),
    "B9-old-secret": ("/hook/platform", GITLAB, with_token("platform-0"), 200),
    "stage-before-it": ("/prod/hook/platform", GITLAB, with_token("platform-1"), 200),
    "another-tenants-secret": ("/hook/platform", GITLAB, with_token("shop-1"), 401),
    "no-secret": ("/hook/platform", GITLAB, with_token(""), 401),
    "signed": ("/hook/signed", GITLAB, signed_by_gitlab(GITLAB), 200),
    "signed-needs-its-signature": ("/hook/signed", GITLAB, with_token(SIGNING_TOKEN), 401),
    "password": ("/hook/acme", GITEE, with_password("acme-1"), 200),
    "password-only": ("/hook/acme", GITEE, with_signature("acme-1"), 401),
    "signature": ("/hook/oss", GITEE, with_signature("oss-1"), 200),
    "signature-only": ("/hook/oss", GITEE, with_password("oss-1"), 401),
    "other-forges-address": ("/hook/acme", GITLAB, with_token("acme-1"), 401),
    "bare-second-gitlab": ("/", GITLAB, with_token("platform-1"), 200),
    "bare-third-gitlab": ("/", GITLAB, signed_by_gitlab(GITLAB), 200),
    "bare-first-gitee": ("/", GITEE, with_password("acme-1"), 200),
    "bare-second-gitee": ("/", GITEE, with_signature("oss-1"), 200),
    "bare-nobodys-secret": ("/", GITLAB, with_token("acme-1"), 401),
    "unknown-name": ("/hook/nobody", GITLAB, with_token("platform-1"), 404),
    "name-in-other-case": ("/hook/Platform", GITLAB, with_token("platform-1"), 404),
    "name-encoded": ("/hook/pl%61tform", GITLAB, with_token("platform-1"), 200),
    "prefix-of-a-name": ("/hook/plat", GITLAB, with_token("platform-1"), 404),
}


@pytest.mark.parametrize("call", CALLS)
def test_source_is_the_one_that_verifies(call: str, tenants: Relay) -> None:
    """At its own address a source is alone, at the bare URL the one whose secret fits is taken."""
    path, body, headers, status = CALLS[call]
    answer = tenants.call(request(body, headers, path))
    sent = {200: 1}.get(status, 0)

    assert (answer.status, len(answer.shown)) == (status, sent)


def test_source_decides_the_route(tenants: Relay) -> None:
    """What a route asks of sources is the name of the one that verified."""
    gitlab = tenants.call(request(GITLAB, with_token("platform-1")))
    gitee = tenants.call(request(GITEE, with_password("acme-1")))

    assert (vendors(gitlab), skipped(gitlab)) == (["wecom"], {"gitee": "R20"})
    assert (vendors(gitee), skipped(gitee)) == (["dingtalk"], {"gitlab": "R20"})


@pytest.mark.parametrize("path", ["/", "/hook/shop"])
def test_e401_project_that_a_source_may_not_speak_for(path: str, tenants: Relay) -> None:
    """A payload that claims another tenant's project is 403 and reaches nobody."""
    answer = tenants.call(request(GITLAB, with_token("shop-1"), path))

    assert (answer.status, answer.report["code"], answer.shown) == (403, "E401", [])
    assert "shop" in answer.report["fix"]


def test_project_that_a_source_may_speak_for(tenants: Relay) -> None:
    """Its own projects pass, whatever the case of their letters."""
    body = GITLAB.replace("platform/api", "Shop/cart")

    assert len(tenants.call(request(body, with_token("shop-1"))).shown) == 1


def test_event_without_a_project_is_not_for_a_tenant(tenants: Relay) -> None:
    """What names no project is refused where projects are listed: nothing says whose it is."""
    body = json.loads(GITLAB)
    del body["project"]
    answer = tenants.call(request(body, with_token("shop-1")))

    assert (answer.status, answer.shown) == (403, [])


def test_allow_unsigned_opens_one_source_only(robots: RobotServer) -> None:
    """A source that is open on purpose takes calls without a secret; its neighbour does not."""
    text = SOURCES.replace('secret: "${ACME}", signature: password', "allow_unsigned: true")
    relay = Relay(robots, CONFIG_YAML=text, **KEYS)
    headers: dict[str, str | None] = {"X-Gitee-Event": "Push Hook"}

    assert relay.call(request(GITEE, headers, "/hook/acme")).status == 200
    assert relay.call(request(GITEE, headers, "/hook/oss")).status == 401
    assert relay.call(request(GITLAB, {"X-Gitlab-Event": "Pipeline Hook"})).status == 401


@pytest.mark.parametrize("name", ["gitlab", "gitee"])
def test_without_sources_both_forges_have_an_address(name: str, robots: RobotServer) -> None:
    """A file without sources takes WEBHOOK_SECRET, at the bare URL and at /hook/<forge>."""
    relay = routed(robots, "")
    sample = {"gitlab": "gitlab/pipeline.failed", "gitee": "gitee/push.pushed"}[name]

    assert relay.sample(sample, f"/hook/{name}").status == 200
    assert relay.sample(sample).status == 200


def test_test_button_of_one_source_stays_with_it(robots: RobotServer) -> None:
    """The forge's test message reaches the routes of its source, whatever their other filters."""
    text = SOURCES.replace("receivers: [ops] }", "receivers: [ops], events: [release] }")
    relay = Relay(robots, CONFIG_YAML=text, **KEYS)
    answer = relay.sample("gitee/test.ping", "/hook/acme", X_Gitee_Token="acme-1")

    assert vendors(answer) == ["dingtalk"]


# --- routes: which events, in which form

DRAFT, CONFIDENTIAL = "gitlab/merge_request.opened-draft", "gitlab/issue.opened-confidential"
# sample, fields of the only route, reason or None for sent
FILTERS: dict[str, tuple[str, str, str | None]] = {
    "project": ("gitlab/push.pushed", "projects: [platform/*]", None),
    "project-case": ("gitlab/push.pushed", "projects: [Platform/API]", None),
    "project-other": ("gitlab/push.pushed", "projects: [web/**]", "R21"),
    "project-excluded": ("gitlab/push.pushed", 'projects: ["platform/**", "!*/api"]', "R21"),
    "branch": ("gitlab/push.pushed", "branches: [main]", None),
    "branch-other": ("gitlab/push.reset", "branches: [main]", "R22"),
    "branch-deep": ("gitlab/push.reset", "branches: [release/**]", None),
    "default-branch": ("gitlab/push.pushed", "branches: [$default]", None),
    "not-default-branch": ("gitlab/push.pushed-many", "branches: [$default]", "R22"),
    "target-branch": ("gitlab/merge_request.opened", "branches: [main]", None),
    "issue-has-no-branch": ("gitlab/issue.opened", "branches: [develop]", None),
    "tag": ("gitlab/tag.created", 'tags: ["v*"]', None),
    "tag-other": ("gitlab/tag.created", "tags: [release-*]", "R22"),
    "tag-has-no-branch": ("gitlab/tag.created", "branches: [main]", None),
    "release-is-of-a-tag": ("gitlab/release.created", "tags: [nightly-*]", "R22"),
    "author": ("gitlab/push.pushed", "authors: [zhangsan]", None),
    "author-excluded": ("gitlab/push.pushed", 'authors: ["!zhang*"]', "R23"),
    "label": ("gitlab/issue.opened", "labels: [P*]", None),
    "label-other": ("gitlab/issue.opened", "labels: [frontend]", "R24"),
    "label-none": ("gitlab/merge_request.opened-draft", "labels: [P*]", "R24"),
    "path-other": ("gitlab/push.pushed", "paths: [docs/**]", "R25"),
    "environment": ("gitlab/deployment.failed", "environments: [prod*]", None),
    "environment-other": ("gitlab/deployment.failed", "environments: [staging]", "R34"),
    "draft": (DRAFT, "drafts: true", None),
    "draft-kept-out": (DRAFT, "drafts: false", "R35"),
    "no-draft": ("gitlab/merge_request.opened", "drafts: false", None),
    "confidential": (CONFIDENTIAL, "confidential: true", None),
    "confidential-by-default": (CONFIDENTIAL, 'events: ["*"]', "R33"),
    "confidential-said-no": (CONFIDENTIAL, "confidential: false", "R33"),
    "internal-comment": ("gitlab/comment.created-internal", 'events: ["*"]', "R33"),
    "event": ("gitlab/pipeline.failed", "events: [pipeline.failed]", None),
    "event-other": ("gitlab/pipeline.failed", "events: [pipeline.fixed, push]", "R11"),
    "event-alias": ("gitee/merge_request.opened", "events: [pull_request]", None),
    "event-excluded": ("gitlab/job.failed", 'events: ["*", "!job"]', "R11"),
    "all-keys-must-fit": (
        "gitlab/push.pushed",
        "projects: [platform/*], branches: [develop]",
        "R22",
    ),
}


@pytest.mark.parametrize("case", FILTERS)
def test_filters(case: str, robots: RobotServer) -> None:
    """A route sends what fits every filter, and says by which one something was kept out."""
    sample, fields, code = FILTERS[case]
    relay = routed(robots, f"routes: [{{ name: r, receivers: [dev], {fields} }}]\n")
    answer = relay.sample(sample)

    assert answer.status == 200
    assert (vendors(answer), skipped(answer)) == (([], {"r": code}) if code else (["wecom"], {}))


HOURS = """\
routes:
  - name: r
    receivers: [dev]
    events: ["*"]
    {kind}_time_intervals: [week]
    outside: {outside}
time_intervals:
  week:
    weekdays: ["monday:friday"]
    times: [{{ start_time: 09:00, end_time: "21:00" }}]
"""
# The samples' time is Friday 18:30 in Shanghai.
TIMES = [
    (0, "active", "drop", "loud"),
    (2.45, "active", "drop", "loud"),
    (2.5, "active", "drop", "R26"),
    (2.5, "active", "quiet", "quiet"),
    (2.5, "active", "send", "loud"),
    (24, "active", "drop", "R26"),
    (62.4, "active", "drop", "R26"),
    (62.5, "active", "drop", "loud"),
    (0, "mute", "drop", "R26"),
    (0, "mute", "quiet", "quiet"),
    (24, "mute", "drop", "loud"),
]


@pytest.mark.parametrize(("hours", "kind", "outside", "expected"), TIMES)
def test_time_intervals(
    hours: float, kind: str, outside: str, expected: str, robots: RobotServer
) -> None:
    """The clock decides whether a route sends, sends one grey line, or not."""
    relay = routed(
        robots,
        HOURS.format(kind=kind, outside=outside),
        clock=lambda: NOW + hours * 3600,
        dingtalk=0,
        DINGTALK_WEBHOOK_URL="abc-def",
        DINGTALK_SECRET=ROBOT_SECRET,
    )
    answer = relay.sample("gitlab/pipeline.failed")

    if expected == "R26":
        assert (answer.shown, skipped(answer)) == ([], {"r": "R26"})
    else:
        assert ("\n" not in only(answer, "wecom").text) == (expected == "quiet")


def test_every_matching_route_sends_and_a_receiver_gets_it_once(robots: RobotServer) -> None:
    """Routes are subscriptions; whom an earlier one has served is told nothing twice."""
    routes = """\
routes:
  - { name: one, receivers: [dev] }
  - { name: two, receivers: [dev, ops] }
  - { name: three, receivers: [ops] }
"""
    answer = routed(robots, routes).sample("gitlab/pipeline.failed")

    assert vendors(answer) == ["wecom", "dingtalk"]
    assert skipped(answer) == {"three": "R36"}
    assert [code for code, _ in notes(answer)] == ["R36"]


def test_continue_false_stops_after_a_match(robots: RobotServer) -> None:
    """A route that does not continue is the last one, but only where it matches."""
    routes = """\
routes:
  - { name: stop, receivers: [dev], events: [push], continue: false }
  - { name: next, receivers: [ops] }
"""
    relay = routed(robots, routes)

    assert vendors(relay.sample("gitlab/push.pushed")) == ["wecom"]
    assert vendors(relay.sample("gitlab/pipeline.failed")) == ["dingtalk"]


def test_unmatched_receiver_gets_what_no_route_takes(robots: RobotServer) -> None:
    """What no route's filters chose goes to one receiver, unless it is off by default."""
    text = "unmatched: ops\nroutes: [{ name: r, receivers: [dev], events: [push] }]\n"
    relay = routed(robots, text)

    assert vendors(relay.sample("gitlab/push.pushed")) == ["wecom"]
    assert vendors(relay.sample("gitlab/pipeline.failed")) == ["dingtalk"]
    assert vendors(relay.sample("gitlab/pipeline.running")) == []
    assert vendors(relay.sample(CONFIDENTIAL)) == []


def test_quiet_event_is_one_grey_line_and_mentions_nobody(robots: RobotServer) -> None:
    """What is quiet has no second line, no mention and no own lines, on both platforms."""
    routes = """\
routes:
  - name: r
    receivers: [dev, ops]
    quiet: [pipeline.failed]
    mention: { pipeline.failed: [author, "@all"] }
    append: { pipeline.failed: own line }
"""
    answer = routed(robots, routes).sample("gitlab/pipeline.failed")

    assert vendors(answer) == ["wecom", "dingtalk"]
    for message in answer.shown:
        assert len(message.text.splitlines()) == 1
        assert "own line" not in message.text
        assert "ZhangSan" not in message.text
        assert not message.raw.get("at", {}).get("isAtAll")
    assert notes(answer)[0][0] == "R27"


def test_language_of_receiver_before_route_before_file(robots: RobotServer) -> None:
    """One event, three languages chosen: the nearest one counts."""
    routes = """\
lang: zh-CN
routes:
  - { name: r, receivers: [dev, ops], lang: en }
"""
    text = f"{RECEIVERS}{routes}".replace("dingtalk_robot,", "dingtalk_robot, lang: zh-CN,")
    answer = configured(robots, text).sample("gitlab/pipeline.failed")

    assert "Pipeline failed" in only(answer, "wecom").text
    assert "流水线失败" in only(answer, "dingtalk").text


def test_list_of_addresses_under_one_name(robots: RobotServer) -> None:
    """A receiver with several addresses posts to every group; each has a name in the answer."""
    text = """\
version: 1
receivers:
  groups: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  ops:
    type: dingtalk_robot
    url: ["${FIRST}", "${SECOND}"]
    secret: ["${DINGTALK_SECRET}", "${DINGTALK_SECRET}"]
routes:
  - { name: r, receivers: [groups, ops] }
"""
    first = robots.add_dingtalk(token="dingtalk-token-0", secret=ROBOT_SECRET)
    second = robots.add_dingtalk(token="dingtalk-token-1", secret=ROBOT_SECRET)
    relay = configured(
        robots,
        text,
        wecom=2,
        dingtalk=0,
        FIRST=first,
        SECOND=second,
        DINGTALK_SECRET=ROBOT_SECRET,
    )
    answer = relay.sample("gitlab/pipeline.failed")

    assert [entry["receiver"] for entry in answer.report["sent"]] == [
        "groups",
        "groups#2",
        "ops",
        "ops#2",
    ]
    assert len({message.key for message in answer.shown}) == 4


def test_c18_one_robot_in_two_receivers_gets_one_message(robots: RobotServer) -> None:
    """C18: the same address under two names, chosen by two routes, is posted to once."""
    text = """\
version: 1
receivers:
  a: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  b: { type: wecom_robot, url: ["${WECOM_WEBHOOK_URL}", "${WECOM_WEBHOOK_URL}"] }
routes:
  - { name: one, receivers: [a, b] }
  - { name: two, receivers: [b] }
"""
    answer = configured(robots, text).sample("gitlab/pipeline.failed")

    assert len(answer.shown) == 1


@pytest.mark.parametrize(("on_error", "status"), [("fail", 502), ("ok", 200)])
def test_on_error_fail_answers_502(on_error: str, status: int, robots: RobotServer) -> None:
    """A failed delivery is 502 only where that is asked for; the good one still arrives."""
    relay = routed(robots, f"{TO_BOTH}delivery: {{ on_error: {on_error} }}\n")
    robots.set_faults("wecom-key-0", "badkey")
    answer = relay.sample("gitlab/pipeline.failed")

    assert (answer.status, answer.report["ok"]) == (status, False)
    assert vendors(answer) == ["dingtalk"]
    assert answer.report["failed"][0]["receiver"] == "dev"


# --- mentions

MENTION = """\
routes:
  - name: r
    receivers: [dev, ops]
    mention: {{ "*": [{whom}] }}
"""


def mentioned(answer: Answer) -> dict[str, Any]:
    """Return whom the messages ping: WeCom's markdown, its text after it, DingTalk's ``at``."""
    wecom = [message.raw for message in answer.shown if message.vendor == "wecom"]
    follow_up: Mapping[str, Any] = next((raw["text"] for raw in wecom if "text" in raw), {})
    at = only(answer, "dingtalk").raw.get("at", {})
    everybody = ["@all"] if at.get("isAtAll") else []
    return {
        "wecom": re.findall(r"<@(\w+)>", wecom[0]["markdown"]["content"]),
        "text": follow_up.get("mentioned_list", []) + follow_up.get("mentioned_mobile_list", []),
        "dingtalk": at.get("atUserIds", []) + at.get("atMobiles", []) + everybody,
    }


# sample, whom, expected in WeCom's markdown, its text message, DingTalk's `at`
MENTIONS: dict[str, tuple[str, str, list[str], list[str], list[str]]] = {
    "author-of-the-commit": (
        "gitlab/pipeline.failed",
        "author",
        ["ZhangSan"],
        [],
        ["manager4021"],
    ),
    "everybody": ("gitlab/pipeline.failed", '"@all"', [], ["@all"], ["@all"]),
    "phone-number": (
        "gitlab/issue.assigned",
        "assignees",
        [],
        ["13800002222"],
        ["13800002222"],
    ),
    "key-of-people": ("gitlab/pipeline.failed", "lisi", ["LiSi"], [], []),
    "mixed": (
        "gitlab/pipeline.failed",
        'author, wangwu, "@all"',
        ["ZhangSan"],
        ["@all", "13800002222"],
        ["manager4021", "13800002222", "@all"],
    ),
    "word-in-a-comment": (
        "gitlab/comment.created-merge_request",
        "mentioned",
        ["ZhangSan"],
        [],
        ["manager4021"],
    ),
    "never-the-actor": ("gitlab/merge_request.opened", "author, assignees", [], [], []),
    "nobody-there": ("gitlab/pipeline.failed", "reviewers", [], [], []),
}


@pytest.mark.parametrize("case", MENTIONS)
def test_mentions_on_both_platforms(case: str, robots: RobotServer) -> None:
    """Each platform pings by the id it knows; a phone number costs WeCom a text message more."""
    sample, whom, wecom, text, dingtalk = MENTIONS[case]
    answer = routed(robots, MENTION.format(whom=whom)).sample(sample)

    assert mentioned(answer) == {"wecom": wecom, "text": text, "dingtalk": dingtalk}
    for message in answer.shown:
        for number in ("13800001111", "13800002222"):
            assert number not in message.text.replace(f"@{number}", "")


def test_muted_person_is_never_pinged(robots: RobotServer) -> None:
    """Who is muted is neither mentioned nor written to."""
    text = f"{RECEIVERS}{MENTION.format(whom='author').replace('[dev, ops]', '[dev, ops, app]')}"
    answer = configured(robots, text.replace("{ name: 张三,", "{ mute: true, name: 张三,")).sample(
        "gitlab/pipeline.failed"
    )

    assert vendors(answer) == ["wecom", "dingtalk"]
    assert mentioned(answer) == {"wecom": [], "text": [], "dingtalk": []}


def test_who_has_no_id_is_named_and_told_in_the_answer(robots: RobotServer) -> None:
    """Without an id somebody appears by name, and R30 says which entry is missing."""
    answer = routed(robots, MENTION.format(whom="lisi")).sample("gitlab/pipeline.failed")

    assert only(answer, "dingtalk").text.endswith("李四")
    assert "at" not in only(answer, "dingtalk").raw
    assert notes(answer) == [("R30", "lisi 没有 dingtalk userId 或 mobile，请写进 people.lisi")]


def test_mention_of_the_nearest_event_counts(robots: RobotServer) -> None:
    """``pipeline.failed`` is nearer than ``pipeline``, that nearer than ``*``."""
    routes = """\
routes:
  - name: r
    receivers: [dev, ops]
    mention: { "*": ["@all"], pipeline: [wangwu], pipeline.failed: [lisi] }
"""
    relay = routed(robots, routes)

    assert mentioned(relay.sample("gitlab/pipeline.failed"))["wecom"] == ["LiSi"]
    assert mentioned(relay.sample("gitlab/pipeline.canceled"))["text"] == ["13800002222"]
    assert mentioned(relay.sample("gitlab/push.pushed"))["dingtalk"] == ["@all"]


# --- contents of the user's own

OWN = """\
routes:
  - name: r
    receivers: [dev, ops]
    show:
      pipeline: [duration, branch]
    append:
      pipeline.failed: |
        负责人 {{ people.zhangsan.name }} · [手册](https://wiki.example.com/{{ project.name }})
"""


def test_show_chooses_facts_and_their_order(robots: RobotServer) -> None:
    """Only the facts that are named stand there, in that order, on both platforms."""
    for message in routed(robots, OWN).sample("gitlab/pipeline.failed").shown:
        assert "unit-test" not in message.text
        assert message.text.index("3分12秒") < message.text.index("main", message.text.index("\n"))


def test_append_adds_own_lines(robots: RobotServer) -> None:
    """Own lines keep their markup and have their variables filled in."""
    for message in routed(robots, OWN).sample("gitlab/pipeline.failed").shown:
        assert "负责人 张三 · [手册](https://wiki.example.com/platform/api)" in message.text


def test_template_takes_the_place_of_the_message(robots: RobotServer) -> None:
    """A template is the whole message; mentions still stand in it."""
    text = """\
routes:
  - { name: r, receivers: [dev, ops], mention: { pipeline.failed: [author] } }
templates:
  pipeline.failed: |
    坏了：{{ project.name }} `{{ ref }}`
    > {{ failed_jobs | map(attribute="name") | join("、") }}
    > {{ commit | sha_link }} 用时 {{ duration | human }} [日志]({{ url }})
"""
    answer = routed(robots, text).sample("gitlab/pipeline.failed")

    for message in answer.shown:
        assert "坏了：platform/api `main`" in message.text
        assert "unit-test、lint" in message.text
        assert "3分12秒" in message.text
        assert "流水线失败" not in message.text
    assert mentioned(answer)["wecom"] == ["ZhangSan"]
    assert mentioned(answer)["dingtalk"] == ["manager4021"]


def test_template_in_a_file_beside_the_configuration(robots: RobotServer, tmp_path: Any) -> None:
    """``templates/x.md.j2`` is looked for where the configuration stands."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "push.md.j2").write_text("推了 {{ total }} 个\n", encoding="utf-8")
    file = tmp_path / "config.yml"
    text = "routes: [{ receivers: [dev, ops] }]\ntemplates: { push: templates/push.md.j2 }\n"
    file.write_text(f"{RECEIVERS}{text}", encoding="utf-8")
    answer = configured(robots, "", CONFIG_FILE=str(file)).sample("gitlab/push.pushed")

    assert [message.text for message in answer.shown] == ["推了 3 个", "推了 3 个"]


HOSTILE = {
    "link": "x](http://evil.example.com) [y",
    "everybody": "<@all> @all",
    "person": "<@ZhangSan> @13800000000",
    "tag": '<font color="warning">red</font>',
    "block": "\n> quote\n# head\n\n---",
    "template": "{{ 7 * 7 }}{% for x in y %}${HOME}",
    "code": "`x` ``` **b** ~~s~~ _u_",
    "image": "![p](http://evil.example.com/p.png)",
    "scheme": "[a](javascript:alert(1))",
    "mark": "\ufdd00\ufdd1 \u202e\u200b",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("way", ["template", "append", "label"])
def test_d4_d5_hostile_words_inside_own_text_stay_words(
    kind: str, way: str, robots: RobotServer
) -> None:
    """Whatever an issue's title says, in a template it links, mentions and formats nothing."""
    own = {
        "template": "templates:\n  issue: '题目：{{ title }} 完'\n",
        "append": "",
        "label": "templates:\n  issue: '[{{ title }}](https://wiki.example.com/) 完'\n",
    }[way]
    append = "append: { issue: '题目：{{ title }} 完' }" if way == "append" else "drafts: true"
    relay = routed(robots, f"routes: [{{ receivers: [dev, ops], {append} }}]\n{own}")
    body = samples.load("gitlab/issue.opened").body
    body["object_attributes"]["title"] = f"T {HOSTILE[kind]}"
    answer = relay.gitlab(body, X_Gitlab_Event="Issue Hook")

    assert vendors(answer) == ["wecom", "dingtalk"]
    for message in answer.shown:
        assert "](http://evil" not in message.text
        assert "](javascript" not in message.text
        assert "<@" not in message.text
        assert "@all" not in message.text.replace("@\u200ball", "")
        assert "@13800000000" not in message.text
        assert '<font color="warning">red' not in message.text
        assert "\n# " not in message.text
        assert "49" not in message.text
        assert not message.raw.get("at")
        assert "\u202e" not in message.text


BROKEN_TEMPLATES = {
    "loops": "{% for a in range(100) %}" * 3 + "x" + "{% endfor %}" * 3,
    "growing-text": "{% set x = title %}" + "{% set x = x + x %}" * 25 + "{{ x }}",
    "attributes": "{{ ''.__class__.__mro__ }}",
    "attributes-of-a-value": "{{ project.__init__.__globals__ }}",
    "calls": "{{ cycler.__init__.__globals__.os.popen('id') }}",
    "raises": "{{ 1 // 0 }}",
    "wrong-type": "{{ title + 7 }}",
    "unknown-name": "{{ nothing_like_this }}",
    "unknown-filter": "{{ title | nothing }}",
    "syntax": "{% if %}",
    "include": "{% include 'config.yml' %}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
}


@pytest.mark.parametrize("kind", BROKEN_TEMPLATES)
@pytest.mark.parametrize("way", ["template", "append"])
def test_template_that_fails_leaves_the_built_in_message(
    kind: str, way: str, robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Looping, reaching out, raising: the designed message goes out, and the log has the code."""
    text = json.dumps(BROKEN_TEMPLATES[kind])
    own = f"templates: {{ issue: {text} }}\n" if way == "template" else ""
    append = f"append: {{ issue: {text} }}" if way == "append" else "drafts: true"
    plain = routed(robots, TO_BOTH).sample("gitlab/issue.opened")
    relay = routed(robots, f"routes: [{{ receivers: [dev, ops], {append} }}]\n{own}")
    capsys.readouterr()
    answer = relay.sample("gitlab/issue.opened")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    codes = [line["code"] for line in lines if line["event"] == "template.failed"]

    assert [one.text for one in answer.shown] == [one.text for one in plain.shown]
    assert len(plain.shown) == 2
    assert len(codes) == 1
    assert codes[0].startswith("E6")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("字" * 100, "…", id="lines-are-left-out"),
        pytest.param("字" * 4000, "新议题 #231", id="no-line-fits"),
    ],
)
def test_template_that_prints_a_megabyte_is_cut(
    line: str, expected: str, robots: RobotServer
) -> None:
    """A template full of text is cut to what the platform takes, or to its first line."""
    loop = "{% for a in range(100) %}{% for b in range(30) %}" + line + "\n{% endfor %}{% endfor %}"
    relay = routed(robots, f"{TO_BOTH}templates: {{ issue: {json.dumps(loop)} }}\n")
    answer = relay.sample("gitlab/issue.opened")

    assert vendors(answer) == ["wecom", "dingtalk"]
    assert len(only(answer, "wecom").text.encode()) <= 4096
    assert expected in only(answer, "wecom").text


def test_template_that_says_nothing_is_not_silence(robots: RobotServer) -> None:
    """An empty outcome leaves the designed message."""
    relay = routed(robots, TO_BOTH + "templates: { issue: '{% if false %}x{% endif %}' }\n")
    texts = [message.text for message in relay.sample("gitlab/issue.opened").shown]

    assert ["iOS" in text for text in texts] == [True, True]


# --- messages to individuals

ROLES = "[author, reviewers, assignees, mentioned]"
APP = 'routes: [{ name: r, receivers: [app], events: ["*"] }]\n'


def to_whom(answer: Answer) -> str:
    found: str = only(answer, "wecom_app").raw["touser"]
    return found


def test_application_writes_to_the_people_of_the_event(robots: RobotServer) -> None:
    """Each of them gets one message; who did it gets none."""
    relay = routed(robots, APP)

    assert to_whom(relay.sample("gitlab/pipeline.failed")) == "ZhangSan"
    assert to_whom(relay.sample("gitlab/comment.created-merge_request")) == "ZhangSan"
    assert to_whom(relay.sample("gitlab/push.pushed")) == "LiSi"


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ('["@all"]', "@all"),
        ('[author, "@all"]', "@all"),
        ("[ZhangSan, LiSi]", "ZhangSan|LiSi"),
        ("[zhangsan, lisi]", "ZhangSan|LiSi"),
        ("[zhangsan, ZhangSan, author]", "ZhangSan"),
    ],
)
def test_application_writes_to_whom_the_receiver_names(
    to: str, expected: str, robots: RobotServer
) -> None:
    """User ids, keys of people, roles and ``@all``; nobody twice."""
    text = f"{RECEIVERS}{APP}".replace(ROLES, to)
    answer = configured(robots, text).sample("gitlab/pipeline.failed")

    assert to_whom(answer) == expected


def test_unknown_user_is_remarked_in_the_answer(robots: RobotServer) -> None:
    """Who is not in the application's range is named; the others have the message."""
    text = f"{RECEIVERS}{APP}".replace(ROLES, "[ZhangSan, Nobody]")
    answer = configured(robots, text).sample("gitlab/pipeline.failed")

    assert answer.report["ok"]
    assert "nobody" in answer.report["sent"][0]["detail"].lower()


def test_nobody_to_write_to_posts_nothing(robots: RobotServer) -> None:
    """A role that means nobody here is R30, and the application is not even asked for a token."""
    relay = routed(robots, APP)
    before = len(robots.attempts)
    answer = relay.sample("gitlab/milestone.created")

    assert (answer.status, answer.shown) == (200, [])
    assert skipped(answer) == {"r": "R30"}
    assert len(robots.attempts) == before


def test_application_uses_one_token_for_many_messages(robots: RobotServer) -> None:
    """The handler keeps the token between events, and gets a new one when it is withdrawn."""
    relay = routed(robots, APP)
    before = len(robots.attempts)
    for sample in ("gitlab/pipeline.failed", "gitlab/push.pushed", "gitlab/issue.closed"):
        relay.sample(sample)
    asked = [one.key for one in robots.attempts[before:]]
    robots.expire_tokens()
    answer = relay.sample("gitlab/comment.created-merge_request")

    assert asked.count(f"{AGENT_ID}/gettoken") == 1
    assert to_whom(answer) == "ZhangSan"


def test_application_that_is_not_trusted_says_what_to_do(robots: RobotServer) -> None:
    """A refused IP address is told with its remedy, and costs the robots nothing."""
    relay = routed(robots, "routes: [{ name: r, receivers: [dev, app] }]\n")
    robots.add_wecom_app(secret=relay.environ["APP_SECRET"], trusted_ip=False)
    answer = relay.sample("gitlab/pipeline.failed")

    assert vendors(answer) == ["wecom"]
    assert answer.report["failed"][0]["vendor_code"] == "60020"


# --- everything at once

# Every message type that there is, one receiver each.
KINDS = """\
  v2: { type: wecom_robot, message: markdown_v2, url: "${WECOM_V2}" }
  plain: { type: wecom_robot, message: text, url: "${WECOM_TEXT}" }
  card: { type: dingtalk_robot, message: action_card, url: "${DINGTALK_CARD}", keywords: [研发] }
  words: { type: dingtalk_robot, message: text, url: "${DINGTALK_TEXT}", open_links: browser }
people:
"""
EVERYTHING = """\
unmatched: ops
delivery: { max_commits: 3, timeout: 5s }
routes:
  - name: dev
    projects: ["**", "!nobody/**"]
    branches: ["**", "$default"]
    authors: ["!renovate-bot"]
    events: ["*", "!emoji"]
    quiet: [merge_request.updated, issue.updated, pipeline.success]
    mention: { "*": [author, committer, assignees, reviewers, mentioned, "@all"] }
    show:
      push: [authors, commits, compare]
      merge_request: [labels, branches, author, description, changes]
      pipeline: [failed_jobs, stages, duration, commit]
      issue: [labels, assignees, description]
    append: { "*": "{{ headline }} · [{{ project.path }}]({{ project.url }}) {{ actor.name }}" }
    receivers: [dev, v2, words]
    active_time_intervals: [always]
    confidential: true
  - name: ops
    events: ["*"]
    confidential: true
    lang: en
    mention: { "*": [author, "@all"] }
    receivers: [ops, plain, card]
  - name: personal
    events: ["*"]
    receivers: [app]
templates:
  push: |
    {{ actor.name }} → {{ ref }} ({{ total }})
    {% for one in commits %}
    > {{ one | sha_link }} {{ one.title | truncate(40) }} {{ one.author.name }}
    {% endfor %}
    [{{ project.name }}]({{ compare_url }})
  comment: "{{ headline }}\\n> {{ comment | truncate(200) }}\\n[→]({{ url }})"
  merge_request.opened: |
    **{{ title }}** {{ number }} {{ source_branch }} → {{ target_branch }} {{ labels | join(", ") }}
    {{ description | truncate(100) }} [→]({{ url }})
time_intervals:
  always: { weekdays: ["monday:sunday"], times: [{ start_time: "00:00", end_time: "24:00" }] }
"""


@pytest.fixture(scope="module")
def everything() -> Iterator[Relay]:
    with RobotServer(clock=now) as robots:
        yield with_everything(robots)


def with_everything(robots: RobotServer) -> Relay:
    text = f"{RECEIVERS}{EVERYTHING}".replace("people:\n", KINDS)
    return configured(robots, text, **others(robots))


def others(robots: RobotServer) -> dict[str, str]:
    """Add the robots of `KINDS`; return their addresses by variable."""
    return {
        "WECOM_V2": robots.add_wecom(key="v2"),
        "WECOM_TEXT": robots.add_wecom(key="plain"),
        "DINGTALK_CARD": robots.add_dingtalk(token="card", keywords=("研发",)),
        "DINGTALK_TEXT": robots.add_dingtalk(token="words"),
    }


def refreshed(relay: Relay) -> Relay:
    """Give the stand-ins a whole minute again."""
    relay.robots.add_wecom(key="wecom-key-0")
    relay.robots.add_dingtalk(token="dingtalk-token-0", secret=ROBOT_SECRET)
    relay.robots.add_wecom_app(secret=relay.environ["APP_SECRET"])
    others(relay.robots)
    return relay


def unharmed(answer: Answer, log: str) -> None:
    """Assert that everything was taken, without a hole, a fallback or a failing template."""
    assert (answer.status, answer.report.get("failed")) == (200, None), answer.report
    assert [message.text for message in answer.shown if HOLES.search(message.text)] == []
    assert [word for word in (*FALLBACKS, "template.failed") if word in log] == []


@needs_payloads
@pytest.mark.parametrize(
    ("forge", "header", "body"),
    [pytest.param(one[0], one[2], one[3], id=f"{one[0]}-{one[1]}") for one in BODIES],
)
def test_recorded_body_through_every_feature(
    forge: str, header: str, body: bytes, everything: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every real body, with all features on, is taken by every stand-in or has a reason."""
    send: dict[str, Callable[..., Answer]] = {
        "gitlab": everything.gitlab,
        "gitee": everything.gitee,
    }
    refreshed(everything)
    name = f"X_{forge.capitalize()}_Event"
    answer = send[forge](body.decode(), **{name: header})

    unharmed(answer, capsys.readouterr().out)
    assert answer.report["sent"] or answer.report["skipped"][0]["reason"].startswith("R")


@pytest.mark.parametrize("name", samples.names())
def test_sample_through_every_feature(
    name: str, everything: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every sample event, with all features on, is taken by every stand-in or has a reason."""
    answer = refreshed(everything).sample(name)

    unharmed(answer, capsys.readouterr().out)
    assert answer.report["sent"] or answer.report["skipped"][0]["reason"].startswith("R")


@pytest.mark.parametrize("evil", ["http://169.254.169.254/", "file:///etc/passwd"])
def test_g2_no_address_in_a_payload_is_called(evil: str, everything: Relay) -> None:
    """G2: with templates, own lines and every kind of message only the receivers are called."""
    body = json.dumps(samples.load("gitlab/merge_request.opened").body)
    refreshed(everything)
    REACHED.clear()
    hostile = re.sub(r"https?://[^\"\\]*", evil, body)
    answer = everything.gitlab(hostile, X_Gitlab_Event="Merge Request Hook")

    assert answer.report["sent"]
    assert {f"{host}:{port}" for host, port in REACHED} <= {everything.robots.host}
    assert [message.text for message in answer.shown if "file:" in message.text] == []


def test_advanced_example_works_as_it_is_written(robots: RobotServer, tmp_path: Any) -> None:
    """``examples/advanced.yml`` against stand-ins: every receiver has its message."""
    secret = tmp_path / "wecom_app"
    text = (ROOT / "examples" / "advanced.yml").read_text(encoding="utf-8")
    text = text.replace("/run/secrets/wecom_app", str(secret)).replace(
        "    agent_id:", "    api_base: ${API_BASE}\n    agent_id:"
    )
    file = tmp_path / "config.yml"
    file.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "templates", tmp_path / "templates")
    relay = configured(robots, "")
    secret.write_text(relay.environ["APP_SECRET"], encoding="utf-8")
    environ = {
        **{name: value for name, value in relay.environ.items() if name != "CONFIG_YAML"},
        "CONFIG_FILE": str(file),
        "GITLAB_WEBHOOK_SECRET": SECRET,
        "WECOM_DEV_URL": relay.wecom[0],
        "DINGTALK_OPS_URL": relay.dingtalk[0],
        "DINGTALK_OPS_SECRET": ROBOT_SECRET,
        "WECOM_CORP_ID": relay.environ["CORP_ID"],
    }
    relay = configured(robots, "", **environ)
    failed = relay.sample("gitlab/pipeline.failed", "/hook/gitlab")
    pushed = relay.sample("gitlab/push.pushed")

    assert sorted(vendors(failed)) == ["dingtalk", "wecom", "wecom_app"]
    assert "流水线失败 platform/api main" in only(failed, "wecom").text
    assert "研发通知" in only(failed, "dingtalk").text
    assert vendors(pushed) == ["wecom"]


def test_configuration_of_all_features_has_no_warning(robots: RobotServer) -> None:
    """The configuration that these tests use is one that people could write."""
    environ = with_everything(robots).environ
    loaded = load(environ["CONFIG_YAML"], "config.yml", environ, Store(environ), thorough=True)

    assert [problem.told("en") for problem in loaded.problems] == []
