"""Routes: who gets an event, in which form, and why the others do not."""

from typing import Any

import pytest

from relay.config import (
    DINGTALK_ROBOT,
    WECOM_APP,
    WECOM_ROBOT,
    Config,
    Person,
    Receiver,
    Route,
    Secret,
    TimeInterval,
    Times,
)
from relay.events import (
    Branch,
    Comment,
    Deployment,
    Event,
    Issue,
    Job,
    Member,
    MergeRequest,
    Ping,
    Pipeline,
    Project,
    Push,
    Release,
    Subject,
    Tag,
    WikiPage,
)
from relay.events import Person as Actor
from relay.routing import Decision, Selected, Step, select

FRIDAY_NOON = 1_795_147_200.0  # 2026-11-20 12:00 in Shanghai
HOUR = 3600
PROJECT = Project("platform/api", default_branch="main")
ZHANG = Actor("张三", "zhangsan", "zhangsan@example.com")


def event(name: str, subject: Subject | None = None, **fields: Any) -> Event:
    kind, _, action = name.partition(".")
    found = Event("gitlab", kind, action, subject or Push("main"), PROJECT, ZHANG)
    return found._replace(**fields)


PUSH = event("push.pushed", Push("main", paths=("src/a.py", "docs/b.md")))
BRANCH = event("branch.deleted", Branch("feature/x"))
TAG = event("tag.created", Tag("v1.2.0"))
RELEASE = event("release.created", Release("v1.2.0"))
ISSUE = event("issue.opened", Issue("#1", labels=("bug", "P1")))
BARE_ISSUE = event("issue.opened", Issue("#2"))
SECRET_ISSUE = event("issue.opened", Issue("#3"), confidential=True)
MR = event("merge_request.opened", MergeRequest("!1", source_branch="fix", target_branch="main"))
DRAFT = event("merge_request.opened", MergeRequest("!2", target_branch="main", draft=True))
UPDATED = event("merge_request.updated", MergeRequest("!1", target_branch="main"))
COMMENT = event("comment.created", Comment("issue"))
FAILED = event("pipeline.failed", Pipeline("#1", "main"))
SUCCESS = event("pipeline.success", Pipeline("#1", "main"))
TAG_FAILED = event("pipeline.failed", Pipeline("#2", "v1.2.0", tag=True))
RUNNING = event("pipeline.running", Pipeline("#1", "main"))
JOB = event("job.failed", Job("test", ref="release/1"))
TAG_JOB = event("job.failed", Job("test", ref="v1.2.0", tag=True))
DEPLOYED = event("deployment.success", Deployment("prod-eu", "main", tier="production"))
WIKI = event("wiki.updated", WikiPage("Home"))
TEST = event("test.ping", Ping(), project=Project(), actor=None)
MEMBER = event("member.added", Member(ZHANG, "group"), project=Project("platform"))
NOBODYS = event("pipeline.failed", Pipeline("#1", "main"), actor=None)
DEVELOP = event("push.pushed", Push("develop"), project=Project("p/q", default_branch="develop"))
UNKNOWN_DEFAULT = event("job.failed", Job("test", ref="master"), project=Project("p/q"))
GROUPLESS = event("push.pushed", Push("main"), project=Project())

WORKDAYS = (0, 1, 2, 3, 4)
INTERVALS = (
    TimeInterval("work", WORKDAYS, (Times(9 * 60, 21 * 60),)),
    TimeInterval("week-end", (5, 6)),
    TimeInterval("friday-night", (4,), (Times(22 * 60, 6 * 60),)),
    TimeInterval("berlin-morning", WORKDAYS, (Times(5 * 60, 6 * 60),), "Europe/Berlin"),
)
PEOPLE = (
    Person("zhangsan", "张三", wecom="ZhangSan", dingtalk="manager1"),
    Person("lisi", "李四", wecom="LiSi", mobile="13800001111"),
    Person("wangwu", "王五", dingtalk="manager2"),
)


def robot(name: str, type: str = WECOM_ROBOT, url: str = "", **fields: Any) -> Receiver:
    return Receiver(name, type, Secret(url or f"https://robots.example.com/{name}"), **fields)


def application(name: str, *to: str, agent_id: str = "1000002", **fields: Any) -> Receiver:
    url = "https://qyapi.example.com"
    return robot(name, WECOM_APP, url, corp_id="ww1", agent_id=agent_id, to=to, **fields)


A, B = robot("a"), robot("b", DINGTALK_ROBOT)


def decide(
    what: Event,
    *routes: Route,
    receivers: tuple[Receiver, ...] = (A, B),
    source: str = "gitlab",
    now_s: float = FRIDAY_NOON,
    **fields: Any,
) -> Decision:
    config = Config(
        (), receivers, routes, people=PEOPLE, time_intervals=INTERVALS, digest="9c1e", **fields
    )
    return select(what, config, source=source, now_s=now_s)


def only(decision: Decision) -> Selected:
    (found,) = decision.selected
    return found


def codes(step: Step) -> str:
    return " ".join(reason.code for reason in step.reasons)


@pytest.mark.parametrize(
    ("what", "filters", "expected"),
    [
        # sources, projects
        (PUSH, {"sources": ("gitlab",)}, ""),
        (PUSH, {"sources": ("gitee",)}, "R20"),
        (PUSH, {"sources": ("!gitlab",)}, "R20"),
        (PUSH, {"projects": ("platform/*",)}, ""),
        (PUSH, {"projects": ("Platform/API",)}, ""),
        (PUSH, {"projects": ("web/**",)}, "R21"),
        (PUSH, {"projects": ("platform/**", "!platform/a*")}, "R21"),
        (PUSH, {"projects": ("!web/**",)}, ""),
        (MEMBER, {"projects": ("platform/**",)}, ""),
        (MEMBER, {"projects": ("web/**",)}, "R21"),
        (GROUPLESS, {"projects": ("web/**",)}, ""),
        # events, confidentiality
        (PUSH, {"events": ("tag",)}, "R11"),
        (PUSH, {"events": ("push", "tag")}, ""),
        (RUNNING, {}, "R11"),
        (RUNNING, {"events": ("pipeline.*",)}, "R27"),
        (SUCCESS, {}, "R27"),
        (FAILED, {"quiet": ("pipeline",)}, "R27"),
        (RUNNING, {"quiet": ("pipeline.running",)}, "R11"),
        (SECRET_ISSUE, {}, "R33"),
        (SECRET_ISSUE, {"events": ("*",)}, "R33"),
        (SECRET_ISSUE, {"confidential": True}, ""),
        (ISSUE, {"confidential": True}, ""),
        # branches and tags
        (PUSH, {"branches": ("main", "release/**")}, ""),
        (PUSH, {"branches": ("develop",)}, "R22"),
        (PUSH, {"branches": ("MAIN",)}, "R22"),
        (PUSH, {"branches": ("$default",)}, ""),
        (DEVELOP, {"branches": ("$default",)}, ""),
        (DEVELOP, {"branches": ("!$default",)}, "R22"),
        (UNKNOWN_DEFAULT, {"branches": ("$default",)}, ""),
        (BRANCH, {"branches": ("main",)}, "R22"),
        (MR, {"branches": ("main",)}, ""),
        (MR, {"branches": ("fix",)}, "R22"),
        (FAILED, {"branches": ("release/**",)}, "R22"),
        (JOB, {"branches": ("release/**",)}, ""),
        (DEPLOYED, {"branches": ("release/**",)}, "R22"),
        (ISSUE, {"branches": ("develop",)}, ""),
        (COMMENT, {"branches": ("develop",)}, ""),
        (WIKI, {"branches": ("develop",)}, ""),
        (TAG, {"branches": ("develop",)}, ""),
        (TAG, {"tags": ("v*",)}, ""),
        (TAG, {"tags": ("v[2-9]*",)}, "R22"),
        (RELEASE, {"tags": ("v[2-9]*",)}, "R22"),
        (RELEASE, {"branches": ("develop",)}, ""),
        (TAG_FAILED, {"branches": ("develop",)}, ""),
        (TAG_FAILED, {"tags": ("v2*",)}, "R22"),
        (TAG_JOB, {"tags": ("v1.*",), "branches": ("develop",)}, ""),
        (PUSH, {"tags": ("v2*",)}, ""),
        # authors
        (PUSH, {"authors": ("ZhangSan",)}, ""),
        (PUSH, {"authors": ("张三",)}, ""),
        (PUSH, {"authors": ("*@example.com",)}, ""),
        (PUSH, {"authors": ("lisi",)}, "R23"),
        (PUSH, {"authors": ("!zhang*",)}, "R23"),
        (PUSH, {"authors": ("!renovate-bot",)}, ""),
        (NOBODYS, {"authors": ("lisi",)}, ""),
        # labels
        (ISSUE, {"labels": ("bug",)}, ""),
        (ISSUE, {"labels": ("feature", "P[01]")}, ""),
        (ISSUE, {"labels": ("feature",)}, "R24"),
        (ISSUE, {"labels": ("!P1",)}, "R24"),
        (BARE_ISSUE, {"labels": ("bug",)}, "R24"),
        (BARE_ISSUE, {"labels": ("!bug",)}, ""),
        (PUSH, {"labels": ("bug",)}, ""),
        # paths
        (PUSH, {"paths": ("docs/**",)}, ""),
        (PUSH, {"paths": ("!docs/**",)}, ""),
        (PUSH, {"paths": ("web/**",)}, "R25"),
        (PUSH, {"paths": ("!docs/**", "!src/**")}, "R25"),
        (event("push.pushed", Push("main")), {"paths": ("web/**",)}, ""),
        (ISSUE, {"paths": ("web/**",)}, ""),
        # environments
        (DEPLOYED, {"environments": ("prod-*",)}, ""),
        (DEPLOYED, {"environments": ("production",)}, ""),
        (DEPLOYED, {"environments": ("staging",)}, "R34"),
        (DEPLOYED, {"environments": ("!production",)}, "R34"),
        (FAILED, {"environments": ("staging",)}, ""),
        # drafts
        (DRAFT, {}, ""),
        (DRAFT, {"drafts": False}, "R35"),
        (MR, {"drafts": False}, ""),
        # keys are ANDed, the first that fails is told
        (PUSH, {"projects": ("platform/*",), "branches": ("develop",)}, "R22"),
        (PUSH, {"projects": ("web/*",), "branches": ("develop",), "sources": ("x",)}, "R20"),
        (PUSH, {"projects": ("web/*",), "events": ("tag",)}, "R21"),
        (PUSH, {"events": ("tag",), "branches": ("develop",)}, "R11"),
        (PUSH, {"branches": ("develop",), "authors": ("lisi",), "paths": ("web",)}, "R22"),
        (DRAFT, {"drafts": False, "authors": ("lisi",)}, "R23"),
        (DRAFT, {"drafts": False, "active": ("week-end",)}, "R35"),
        # a test message passes every filter but that of the sources
        (
            TEST,
            {"projects": ("x",), "events": ("push",), "branches": ("x",), "mute": ("work",)},
            "",
        ),
        (TEST, {"sources": ("gitee",)}, "R20"),
    ],
)
def test_filters(what: Event, filters: dict[str, Any], expected: str) -> None:
    """OR in a list, AND between keys; a filter that an event has no value for does not apply."""
    decision = decide(what, Route("r", ("a",), **filters))
    is_sent = expected in ("", "R27")

    assert [one.receiver.name for one in decision.selected] == (["a"] if is_sent else [])
    assert decision.steps[0][:4] == ("r", "", is_sent, ("a",) if is_sent else ())
    assert codes(decision.steps[0]) == expected


@pytest.mark.parametrize(
    ("hours_later", "fields", "expected"),
    [
        (0, {"active": ("work",)}, "loud"),
        (0, {"active": ("week-end",)}, "R26"),
        (9, {"active": ("work",)}, "R26"),
        (9, {"active": ("work",), "outside": "quiet"}, "quiet R26"),
        (9, {"active": ("work",), "outside": "send"}, "loud"),
        (9, {"active": ("work", "week-end")}, "R26"),
        (24, {"active": ("work", "week-end")}, "loud"),
        (24, {"mute": ("week-end",)}, "R26"),
        (24, {"mute": ("week-end",), "outside": "quiet"}, "quiet R26"),
        (0, {"mute": ("week-end",)}, "loud"),
        (11, {"active": ("friday-night",)}, "loud"),
        (17, {"active": ("friday-night",)}, "loud"),
        (18, {"active": ("friday-night",)}, "R26"),
        (-7, {"active": ("friday-night",)}, "R26"),
        (0, {"active": ("berlin-morning",)}, "loud"),
        (1, {"active": ("berlin-morning",)}, "R26"),
        (9, {"active": ("work",), "outside": "quiet", "quiet": ("push",)}, "quiet R26"),
    ],
)
def test_hours(hours_later: int, fields: dict[str, Any], expected: str) -> None:
    """Outside its hours a route drops, whispers or sends, as `outside` says."""
    route = Route("r", ("a",), **fields)
    decision = decide(PUSH, route, now_s=FRIDAY_NOON + hours_later * HOUR)
    form = "".join("quiet " if one.quiet else "loud " for one in decision.selected)

    assert (form + codes(decision.steps[0])).strip() == expected


def test_the_configurations_time_zone_counts() -> None:
    """Noon in Shanghai is before nine in Berlin."""
    route = Route("r", ("a",), active=("work",))

    assert decide(PUSH, route).selected
    assert not decide(PUSH, route, timezone="Europe/Berlin").selected


def test_every_matching_route_sends() -> None:
    """Routes are independent; what each says is a step, with its place."""
    decision = decide(
        PUSH,
        Route("one", ("a",), place="config.yml:21"),
        Route("other", ("b",), branches=("develop",), place="config.yml:27"),
        Route("two", ("b",)),
    )

    assert [one.receiver.name for one in decision.selected] == ["a", "b"]
    assert [step[:4] for step in decision.steps] == [
        ("one", "config.yml:21", True, ("a",)),
        ("other", "config.yml:27", False, ()),
        ("two", "", True, ("b",)),
    ]
    assert decision.steps[1].reasons[0].text.zh == "分支 main 不在 [develop]"


def test_a_receiver_gets_an_event_once() -> None:
    """The first route that names it decides the form; the other says who was first."""
    decision = decide(PUSH, Route("x", ("a",), lang="en"), Route("y", ("a", "b"), quiet=("push",)))

    assert [(one.receiver.name, one.lang, one.quiet, one.route) for one in decision.selected] == [
        ("a", "en", False, "x"),
        ("b", "zh-CN", True, "y"),
    ]
    assert codes(decision.steps[1]) == "R27 R36"
    assert decision.steps[1].reasons[1].text.en == "a already got it from route x"


def test_a_route_whose_receivers_all_have_it_matched() -> None:
    """It sent nothing, and says why."""
    step = decide(PUSH, Route("x", ("a",)), Route("y", ("a",))).steps[1]

    assert (step.matched, step.sent, codes(step)) == (True, (), "R36")


def test_c18_one_address_under_two_names_gets_one_message() -> None:
    """C18: the address counts, not the name."""
    same = robot("same", url=A.url.reveal())
    decision = decide(PUSH, Route("x", ("a", "same", "b")), receivers=(A, same, B))

    assert [one.receiver.name for one in decision.selected] == ["a", "b"]


def test_a_receiver_with_several_addresses() -> None:
    """The name of a list stands for all of its addresses, a numbered one for itself."""
    receivers = (A, robot("a#2"), robot("a#3"), B)
    every = decide(PUSH, Route("x", ("a", "a#2")), receivers=receivers)
    one = decide(PUSH, Route("x", ("a#2",)), receivers=receivers)

    assert every.steps[0].sent == ("a", "a#2", "a#3")
    assert codes(every.steps[0]) == ""
    assert one.steps[0].sent == ("a#2",)


def test_a_route_that_does_not_continue_is_the_last() -> None:
    """The routes after it are not asked; before it matches they are."""
    last = Route("last", ("a",), events=("push",), continues=False)
    after = Route("after", ("b",))

    assert [step.route for step in decide(PUSH, last, after).steps] == ["last"]
    assert [step.route for step in decide(ISSUE, last, after).steps] == ["last", "after"]


def test_a_test_message_reaches_every_route() -> None:
    """Whoever presses the button wants to see every group."""
    decision = decide(TEST, Route("x", ("a",), continues=False), Route("y", ("b",)))

    assert [one.receiver.name for one in decision.selected] == ["a", "b"]


@pytest.mark.parametrize(
    ("receiver", "route", "expected"),
    [("", "", "zh-CN"), ("", "en", "en"), ("en", "zh-CN", "en"), ("zh-CN", "en", "zh-CN")],
)
def test_language(receiver: str, route: str, expected: str) -> None:
    """The receiver's, else the route's, else the configuration's."""
    decision = decide(
        PUSH, Route("r", ("a",), lang=route), receivers=(A._replace(lang=receiver),), lang="zh-CN"
    )

    assert only(decision).lang == expected


@pytest.mark.parametrize(
    ("what", "routes", "expected"),
    [
        (PUSH, (), "b"),
        (PUSH, (Route("r", ("a",), branches=("x",)),), "b"),
        (PUSH, (Route("r", ("a",)),), "a"),
        (SUCCESS, (Route("r", ("a",), branches=("x",)),), "b quiet"),
        (RUNNING, (), ""),
        (SECRET_ISSUE, (), ""),
        (PUSH, (Route("r", ("a",), mute=("work",)),), ""),
        (PUSH, (Route("r", ("a",), drafts=False),), "a"),
        (DRAFT, (Route("r", ("a",), drafts=False),), "b"),
    ],
)
def test_unmatched(what: Event, routes: tuple[Route, ...], expected: str) -> None:
    """What no route's filters chose goes there, if it is sent by default; drop is the default."""
    found = decide(what, *routes, unmatched="b").selected

    assert "".join(one.receiver.name + " quiet" * one.quiet for one in found) == expected


def test_unmatched_has_a_step() -> None:
    """It is told like a route; without it nothing is added."""
    assert decide(PUSH, unmatched="b").steps == (Step("unmatched", "", True, ("b",)),)
    assert decide(PUSH) == Decision((), ())


def test_mentions_are_those_of_the_nearest_event() -> None:
    """Of the nearest pattern, for the receiver's platform, and not in a quiet message."""
    mention = (("*", ("lisi",)), ("pipeline.failed", ("zhangsan",)))
    routes = (
        Route("x", ("a",), mention=mention),
        Route("y", ("b",), mention=mention, quiet=("pipeline",)),
    )
    loud, quiet = decide(FAILED, *routes).selected

    assert [one.wecom for one in loud.mentions] == ["ZhangSan"]
    assert (quiet.mentions, quiet.unresolved) == ((), ())


def test_people_without_an_id_are_named() -> None:
    """They are unresolved, with a reason each, and the message goes out."""
    decision = decide(FAILED, Route("x", ("a",), mention=(("*", ("wangwu", "lisi")),)))

    assert [one.wecom for one in only(decision).mentions] == ["LiSi"]
    assert only(decision).unresolved == ("王五",)
    assert codes(decision.steps[0]) == "R30"
    assert decision.steps[0].matched


def test_facts_and_own_lines_are_those_of_the_nearest_event() -> None:
    """`show` and `append` by the nearest pattern; a quiet message has neither."""
    fields: dict[str, Any] = {
        "show": (("push", ("commits",)),),
        "append": (("*", "any"), ("push.pushed", "a push")),
    }
    loud = only(decide(PUSH, Route("r", ("a",), **fields)))
    other = only(decide(ISSUE, Route("r", ("a",), **fields)))
    quiet = only(decide(PUSH, Route("r", ("a",), quiet=("*",), **fields)))

    assert (loud.show, loud.append) == (("commits",), "a push")
    assert (other.show, other.append) == (None, "any")
    assert (quiet.show, quiet.append) == (None, "")


def wecom_ids(one: Selected) -> list[str]:
    return [mention.wecom or "@all" for mention in one.mentions]


@pytest.mark.parametrize(
    ("fields", "templates", "expected"),
    [
        ({}, (), True),
        ({"show": (("pipeline.success", ("commit",)),)}, (), False),
        ({"append": (("pipeline.success", "x"),)}, (), False),
        ({"mention": (("pipeline.success", ("author",)),)}, (), False),
        ({}, (("pipeline.success", "x"),), False),
        ({"show": (("pipeline", ("commit",)),)}, (("*", "x"),), True),
        ({"append": (("pipeline.success", "x"),), "quiet": ("pipeline.success",)}, (), True),
    ],
)
def test_an_event_with_words_of_its_own_is_no_grey_line(
    fields: dict[str, Any], templates: tuple[tuple[str, str], ...], expected: bool
) -> None:
    """Who writes what this very event shows wants to see it, unless `quiet` names it as well."""
    found = decide(SUCCESS, Route("r", ("a",), **fields), templates=templates)

    assert only(found).quiet == expected


def test_a_route_to_nobody_says_so() -> None:
    """A route without receivers matched, sent nothing, and has a reason."""
    (step,) = decide(PUSH, Route("r", ())).steps

    assert (step.matched, step.sent, codes(step)) == (True, (), "R30")


def test_an_application_writes_to_its_people() -> None:
    """`to` decides, also when the message is quiet."""
    person = application("person", "zhangsan", "lisi")
    decision = decide(FAILED, Route("r", ("person",), quiet=("*",)), receivers=(person,))

    assert wecom_ids(only(decision)) == ["ZhangSan", "LiSi"]
    assert only(decision).quiet


def test_an_application_with_nobody_to_write_to_sends_nothing() -> None:
    """R30 says so, and who has no id."""
    silent = application("person", "reviewers")
    without_id = application("person", "wangwu")
    nobody = decide(FAILED, Route("r", ("person",)), receivers=(silent,))
    unknown = decide(FAILED, Route("r", ("person",)), receivers=(without_id,))

    for decision in (nobody, unknown):
        assert decision.selected == ()
        assert (decision.steps[0].matched, codes(decision.steps[0])) == (True, "R30")
    assert "nobody to send to at person" in nobody.steps[0].reasons[0].text.en
    assert "wangwu" in unknown.steps[0].reasons[0].text.en


@pytest.mark.parametrize(
    ("receivers", "expected"),
    [
        ((application("x", "zhangsan"), application("y", "zhangsan", "lisi")),
         {"x": ["ZhangSan"], "y": ["LiSi"]}),
        ((application("x", "zhangsan", "lisi"), application("y", "lisi")),
         {"x": ["ZhangSan", "LiSi"]}),
        ((application("x", "zhangsan"), application("y", "zhangsan", agent_id="1000003")),
         {"x": ["ZhangSan"], "y": ["ZhangSan"]}),
        ((application("x", "@all"), application("y", "zhangsan")), {"x": ["@all"]}),
        ((application("x", "zhangsan"), application("y", "@all")), {"y": ["@all"]}),
        ((application("x", "@all"), application("y", "@all")), {"x": ["@all"]}),
    ],
)  # fmt: skip
def test_one_application_writes_once_to_a_person(
    receivers: tuple[Receiver, ...], expected: dict[str, list[str]]
) -> None:
    """Nobody has the same event twice from one application, not even through everybody."""
    decision = decide(FAILED, Route("r", ("x",)), Route("s", ("y",)), receivers=receivers)

    assert {one.receiver.name: wecom_ids(one) for one in decision.selected} == expected
    missing = {"x": 0, "y": 1}
    for name in missing.keys() - expected.keys():
        assert codes(decision.steps[missing[name]]) == "R36"


def test_many_paths_do_not_count_without_end() -> None:
    """Of very many changed files the first decide: matching must stay quick."""
    paths = tuple(f"src/{'x' * 90}/{number}" for number in range(3000))
    what = event("push.pushed", Push("main", paths=(*paths, "docs/a.md")))

    assert decide(what, Route("r", ("a",), paths=("docs/**",))).selected == ()
    assert decide(what, Route("r", ("a",), paths=("src/**",))).selected != ()


def test_no_reason_holds_a_secret_or_a_phone_number() -> None:
    """What is decided can be shown: addresses and numbers are not in it."""
    decision = decide(
        FAILED,
        Route("r", ("a", "b"), mention=(("*", ("lisi", "wangwu")),)),
        Route("s", ("a",), branches=("x",)),
    )
    shown = repr(decision.steps)

    assert "13800001111" not in shown
    assert "robots.example.com" not in shown
