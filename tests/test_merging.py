"""Waiting notifications become summaries in which every event still has its line."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from formatter_cases import (
    EVERY_RECEIVER,
    ISSUE,
    PIPELINE,
    PUSH_3,
    QUIET,
    SOME,
    ZHANG,
    R,
    dingtalk,
    markup,
    notifications,
    receiver_id,
    wecom,
    wecom_app,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from formatters import Rendered, formatter
from formatters.escaping import GAP
from relay.config import Receiver
from relay.merging import MOST, SUMMARY, Parcel, parcels
from relay.notifications import Action, Delivery, Line, Mention, Notification, Span, is_failure

NOW = 1_795_170_600.0
GOLDEN = Path(__file__).parent / "golden"
LI = Mention(name="李四", wecom="LiSi")
every_receiver = pytest.mark.parametrize("receiver", EVERY_RECEIVER, ids=receiver_id)
SHA = "7a6b5c492df04a1a4df8dad6cbaef229850fb173"


def deliveries(*said: Notification, age_s: float = 50.0) -> list[Delivery]:
    """Deliveries a second apart, the first *age_s* old."""
    return [
        Delivery(f"gl-{at:012}.group", "group", "push.pushed", NOW - age_s + at, one)
        for at, one in enumerate(said)
    ]


def fitting(receiver: Receiver) -> Callable[[Notification], bool]:
    return lambda said: not formatter(receiver).render(said, receiver).cut


def merged(
    *said: Notification, receiver: Receiver | None = None, lang: str = "zh-CN", **options: Any
) -> list[Parcel]:
    fits = fitting(receiver or wecom())
    return parcels(deliveries(*said), fits, **{"lang": lang, "now_s": NOW, **options})


def summary(*said: Notification, **options: Any) -> Notification:
    """Return the only summary of *said*."""
    (parcel,) = merged(*said, **options)
    return parcel.delivery.notification


def rendered(parcel: Parcel, receiver: Receiver) -> Rendered:
    return formatter(receiver).render(parcel.delivery.notification, receiver)


def text(*said: Notification, receiver: Receiver | None = None, **options: Any) -> str:
    """Return the only summary of *said* as the receiver shows it."""
    receiver = receiver or wecom()
    (parcel,) = merged(*said, receiver=receiver, **options)
    return rendered(parcel, receiver).text


def event_lines(said: Notification) -> list[str]:
    return ["".join(s.text for s in line.spans) for line in said.lines if line.rank != "note"]


def fact_lines(said: Notification) -> list[str]:
    return ["".join(s.text for s in line.spans) for line in said.lines if line.rank == "note"]


def headed(
    status: str,
    what: str = "",
    ref: str = "",
    who: str = "张三",
    *,
    tone: str = "",
    project: str = "platform/api",
    url: str = f"{R}/issues/1",
    label: str = "查看",
    **parts: Any,
) -> Notification:
    """Return a notification whose first line is made as `relay.describe` makes it."""
    gap = "" if status.endswith("）") else " "
    dot = " · " if what else f"{gap}· "
    head = [
        Span(status, tone=tone),
        Span(f"{gap}{what}" if what else ""),
        Span(dot if project else ""),
        Span(project, bold=True),
        Span(f" {ref}" if ref else ""),
        Span(f" · {who}" if who else ""),
    ]
    links = (Action(label, url),) if url else ()
    return Notification(tuple(span for span in head if span.text), actions=links, **parts)


def push(at: int = 1) -> Notification:
    url = f"{R}/compare/{SHA}...{at:040x}"
    return headed(f"🔨 推送 {at} 个提交", ref="main", url=url, label="查看对比")


def failure(number: int = 1, facts: int = 3) -> Notification:
    lines = (Line((Span("失败："), Span("unit-test", f"{R}/jobs/{number}"), Span("（test）"))),)
    lines += tuple(Line((Span(f"事实 {number}.{at}"),)) for at in range(1, facts))
    return headed(
        "❌ 流水线失败",
        ref="main",
        tone="danger",
        url=f"{R}/pipelines/{number}",
        label=f"查看流水线 #{number}",
        lines=lines,
    )


# -- golden texts ------------------------------------------------------------------------------

OTHER = {
    "zh-CN": headed("🚀 发布", "v2.8.0", project="platform/web", url=f"{R}/releases/v2.8.0"),
    "en": headed("🚀 Released", "v2.8.0", project="platform/web", url=f"{R}/releases/v2.8.0"),
}
TEMPLATE = {
    lang: failure._replace(whole=(Line((markup("**build broken**"),)),))
    for lang, failure in PIPELINE.items()
}
MIXED = ("one project", [PUSH_3, ISSUE, PIPELINE, QUIET, TEMPLATE, PUSH_3])
PROJECTS = ("two projects", [PUSH_3, PIPELINE, OTHER, QUIET])


def golden() -> str:
    parts = []
    for about, said in (MIXED, PROJECTS):
        for receiver in (wecom(), wecom("text"), dingtalk(), dingtalk("text")):
            for lang in ("zh-CN", "en"):
                (parcel,) = merged(*(one[lang] for one in said), receiver=receiver, lang=lang)
                found = rendered(parcel, receiver)
                title = f" · title: {found.title}" if found.title else ""
                name = f"{receiver.type} {receiver.message}"
                parts.append(f"━━ {about} · {name} · {lang}{title}\n{found.text}\n")
    return "".join(parts)


def test_summary_is_the_approved_one(update_golden: bool) -> None:
    """A summary reads as it did when somebody last read it."""
    path = GOLDEN / "summary.txt"
    if update_golden:
        path.write_text(golden(), encoding="utf-8")

    assert golden() == path.read_text(encoding="utf-8")


def test_card_without_a_button_is_markdown() -> None:
    """A summary has no action of its own, so a receiver of cards gets the same text as others."""
    said = [one["zh-CN"] for one in MIXED[1]]

    assert text(*said, receiver=dingtalk()) == text(*said, receiver=dingtalk("action_card"))


# -- what becomes one post ---------------------------------------------------------------------


def test_nothing_gives_nothing() -> None:
    """No delivery, no post."""
    assert [] == merged()


def test_single_delivery_stays_as_it_is() -> None:
    """What is alone needs no summary, and nobody asks whether it fits."""
    (one,) = deliveries(push())

    assert [Parcel(one, (one,))] == parcels([one], lambda said: 1 / 0 > 0, lang="en", now_s=NOW)


def test_summary_is_a_delivery_of_its_own() -> None:
    """Its id tells the first event and how many others; it is as old as the oldest."""
    given = deliveries(push(), push(), push())
    given[0] = given[0]._replace(received_at=NOW - 10)
    (parcel,) = parcels(given, fitting(wecom()), lang="zh-CN", now_s=NOW)
    made = parcel.delivery

    assert ("gl-000000000000.group+2", "group", SUMMARY) == made[:3]
    assert NOW - 49 == made.received_at
    assert tuple(given) == parcel.members
    assert [parcel] == parcels(given, fitting(wecom()), lang="zh-CN", now_s=NOW)


def test_summary_made_earlier_is_not_merged_again() -> None:
    """Its lines are the events; as one line of another summary they would be lost."""
    given = deliveries(*[push()] * 5)
    given[2] = given[2]._replace(event=SUMMARY)
    found = parcels(given, fitting(wecom()), lang="zh-CN", now_s=NOW)

    assert [given[:2], given[2:3], given[3:]] == [list(parcel.members) for parcel in found]
    assert given[2] == found[1].delivery


@pytest.mark.parametrize("most", [1, 2, 3, 7, 40])
def test_summary_has_at_most_so_many_events(most: int) -> None:
    """More become several posts of about the same length."""
    sizes = [len(p.members) for p in merged(*[push()] * 10, receiver=dingtalk(), most=most)]

    assert -(-10 // most) == len(sizes)
    assert max(sizes) - min(sizes) <= 1
    assert 10 == sum(sizes)


@pytest.mark.parametrize(
    ("receiver", "most"),
    [
        pytest.param(wecom(), 7, id="wecom"),
        pytest.param(wecom("text"), 3, id="wecom-text"),
        pytest.param(dingtalk(), 3, id="dingtalk"),
        pytest.param(dingtalk("text"), 3, id="dingtalk-text"),
    ],
)
def test_hundred_pushes_are_a_handful_of_posts(receiver: Receiver, most: int) -> None:
    """C8: what waits from a busy two seconds goes out within one minute's budget."""
    found = merged(*map(push, range(100)), receiver=receiver)

    assert len(found) <= most
    assert [f"gl-{at:012}.group" for at in range(100)] == [m.id for p in found for m in p.members]


@every_receiver
def test_merging_asks_seldom_whether_it_fits(receiver: Receiver) -> None:
    """Drawing costs time: a dozen drawings per post are enough."""
    asked = 0

    def fits(said: Notification) -> bool:
        nonlocal asked
        asked += 1
        return fitting(receiver)(said)

    said = [failure(at) if at % 5 == 0 else push(at) for at in range(100)]
    found = parcels(deliveries(*said), fits, lang="zh-CN", now_s=NOW)

    assert asked <= 14 * len(found)


def test_what_never_fits_goes_out_one_by_one() -> None:
    """If not even two lines can be shown together, each event is its own message."""
    given = deliveries(push(1), failure(2), push(3))
    found = parcels(given, lambda said: False, lang="zh-CN", now_s=NOW)

    assert [Parcel(one, (one,)) for one in given] == found


# -- the first line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age_s", "zh", "en"),
    [
        (-300, "1 分钟", "minute"),
        (0, "1 分钟", "minute"),
        (60, "1 分钟", "minute"),
        (61, "2 分钟", "2 minutes"),
        (7200, "120 分钟", "120 minutes"),
        (7201, "3 小时", "3 hours"),
        (86400, "24 小时", "24 hours"),
    ],
)
def test_first_line_says_how_many_of_what_time(age_s: float, zh: str, en: str) -> None:
    """Time is rounded up, so that it holds for the oldest event as well."""
    given = deliveries(push(), push(), age_s=age_s)
    titles = [
        parcels(given, fitting(wecom()), lang=lang, now_s=NOW)[0].delivery.notification.title
        for lang in ("zh-CN", "en")
    ]

    assert f"🔔 过去 {zh}合并了 2 条通知 · platform/api" == titles[0]
    assert f"🔔 2 notifications of the last {en} · platform/api" == titles[1]


def test_plain_style_has_no_sign() -> None:
    """Without emoji in the configuration there is none in the summary's own words."""
    assert summary(push(), push(), emoji=False).title.startswith("过去 1 分钟")


def test_common_project_is_said_once() -> None:
    """It stands in bold in the first line and in no other."""
    said = summary(push(), failure(), QUIET["zh-CN"])

    assert Span("platform/api", bold=True) == said.headline[-1]
    assert not any("platform/api" in line for line in event_lines(said))


def test_common_group_keeps_its_word() -> None:
    """A group is called one, so that nobody takes it for a project."""
    head = (Span("👤 新成员"), Span(" 赵六"), Span(" · 组 "), Span("platform", bold=True))
    said = Notification(head)

    assert summary(said, said).title.endswith("条通知 · 组 platform")
    assert ["👤 新成员 赵六"] * 2 == event_lines(summary(said, said))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(headed("🔨 x", project="platform/web"), id="another"),
        pytest.param(headed("🔨 x", project=""), id="none"),
        pytest.param(
            Notification((Span("👤 x"), Span(" · 组 "), Span("platform/api", bold=True))),
            id="group-of-that-name",
        ),
    ],
)
def test_different_projects_stand_in_their_lines(other: Notification) -> None:
    """As soon as one event is of another project, each line names its own."""
    said = summary(push(), other)

    assert said.title.endswith("条通知")
    assert "🔨 推送 1 个提交 · platform/api main · 张三" == event_lines(said)[0]
    assert other.title == event_lines(said)[1]


# -- a line for every event --------------------------------------------------------------------

URL = f"{R}/issues/1"
GREY = '<font color="comment">'


@pytest.mark.parametrize(
    ("said", "line"),
    [
        pytest.param(
            headed("🔀 新合并请求 !42"), f"🔀 新合并请求 [!42]({URL}) · 张三", id="number"
        ),
        pytest.param(
            headed("✅ 已合并", "!42", "main", tone="success"),
            f'<font color="info">✅ 已合并</font> [!42]({URL}) · main · 张三',
            id="number-of-what",
        ),
        pytest.param(
            headed("❌ 作业失败", "deploy", "main", tone="danger"),
            f'<font color="warning">❌ 作业失败</font> [deploy]({URL}) · main · 张三',
            id="name",
        ),
        pytest.param(
            headed("❌ 流水线失败", ref="main", tone="danger", label="查看流水线 #45"),
            f'<font color="warning">❌ 流水线失败</font> [#45]({URL}) main · 张三',
            id="number-of-the-action",
        ),
        pytest.param(
            headed("❌ 发现漏洞", tone="danger", label="查看漏洞"),
            f'<font color="warning">❌ 发现漏洞</font> · 张三 [查看漏洞]({URL})',
            id="words-keep-their-colour",
        ),
        pytest.param(
            headed("🏷️ 推送 3 个提交", ref="main"),
            f"🏷️ [推送 3 个提交]({URL}) main · 张三",
            id="words",
        ),
        pytest.param(headed("推送", ref="main"), f"[推送]({URL}) main · 张三", id="no-emoji"),
        pytest.param(
            headed("🐛 新 Issue #I8K2QF", who=""), f"🐛 新 Issue [#I8K2QF]({URL})", id="ge"
        ),
        pytest.param(
            headed("✅ 成功（有警告）", ref="main", tone="success", label="查看 #45"),
            f'<font color="info">✅ 成功（有警告）</font>[#45]({URL}) main · 张三',
            id="full-width-bracket",
        ),
        pytest.param(headed("🔔 x", url=""), "🔔 x · 张三", id="no-link"),
        pytest.param(
            headed("↻ !42 有新提交", quiet=True),
            f"{GREY}↻</font> [!42]({URL}) {GREY}有新提交 · 张三</font>",
            id="quiet",
        ),
        pytest.param(
            headed("❌ 流水线失败", tone="danger", quiet=True),
            f"{GREY}❌</font> [流水线失败]({URL}) {GREY}· 张三</font>",
            id="quiet-failure",
        ),
    ],
)
def test_line_links_what_a_person_would_tap(said: Notification, line: str) -> None:
    """The number, else the name, else the words; colour and emoji stay."""
    assert line == text(said, push()).splitlines()[1].removeprefix("> ")


def test_event_without_words_has_a_line() -> None:
    """Even of an empty notification one sees that there was one."""
    said = summary(Notification((Span(" "),)), push())

    assert ["通知", "🔨 推送 1 个提交 · platform/api main · 张三"] == event_lines(said)


def test_first_line_of_another_make_is_kept_as_it_is() -> None:
    """A first line that is not put together as usual loses nothing."""
    heads = [
        (Span("a"), Span("b", bold=True), Span(" · c")),
        (Span(" · "), Span("d", bold=True)),
        (Span("e · f"),),
    ]
    said = [Notification(head) for head in heads]

    assert ["ab · c", "· d", "e · f"] == [
        "".join(span.text for span in line.spans) for line in summary(*said).lines
    ]


def test_users_template_is_told_by_its_first_line() -> None:
    """The user's own message has its headline in a summary, and no built-in facts."""
    said = failure()._replace(whole=(Line((markup("**broken**"),)),))
    found = summary(said, push())

    assert "❌ 流水线失败 #1 main · 张三" == event_lines(found)[0]
    assert [] == fact_lines(found)


# -- failures ----------------------------------------------------------------------------------


def test_failure_keeps_its_facts() -> None:
    """They stand below their own line, marked; notes and commits do not, nor facts of others."""
    note, commit = Line((Span("note"),), "note"), Line((Span("commit"),), "commit")
    subject, empty = Line((Span("subject", f"{R}/1"),), "subject"), Line((Span(" "),))
    said = failure()
    said = said._replace(lines=(subject, *said.lines, empty, note, commit))
    found = text(push(), said, ISSUE["zh-CN"]).splitlines()

    assert [
        f"> └ [subject]({R}/1)",
        f"> └ 失败：[unit-test]({R}/jobs/1)（test）",
        "> └ 事实 1.1",
        "> └ 事实 1.2",
        f"> 🐛 新议题 [#231]({R}/issues/231) · 李四",
        "> <@ZhangSan>",
    ] == found[3:]


def test_facts_go_before_the_run_is_split() -> None:
    """Where all lines fit without facts there is one post, with as many facts as fit."""
    said = [failure(at, facts=8) for at in range(15)]
    (parcel,) = merged(*said)
    found = parcel.delivery.notification
    fits_more = fitting(wecom())(
        found._replace(lines=(*found.lines, Line((Span("└ 事实 14.2"),), "note")))
    )

    assert 15 == len(event_lines(found))
    assert 0 < len(fact_lines(found)) < 15 * 8
    assert not fits_more


def test_first_fact_of_each_failure_goes_last() -> None:
    """What failed is worth more than who ran it: the later facts of all failures go first."""
    said = [failure(at, facts=8) for at in range(15)]
    facts = fact_lines(summary(*said))
    depths = [sum(f"事实 {at}." in fact for fact in facts) for at in range(15)]

    assert 15 == sum("失败：" in fact for fact in facts)
    assert max(depths) - min(depths) <= 1
    assert sorted(depths, reverse=True) == depths


def test_even_posts_leave_room_for_facts() -> None:
    """Thirty events that need two posts are divided evenly, so that the failure keeps its facts."""
    said = [failure(0), *map(push, range(1, 30))]
    found = merged(*said)

    assert [15, 15] == [len(parcel.members) for parcel in found]
    assert 3 == len(fact_lines(found[0].delivery.notification))


def test_long_events_do_not_cost_a_post_for_evenness() -> None:
    """Where posts of the same size do not fit, they are as long as they can be."""
    long = push()._replace(actions=(Action("查看", f"{R}/{'x' * 900}"),))
    found = merged(*[long] * 4, *map(push, range(12)))

    assert [4, 12] == [len(parcel.members) for parcel in found]


def test_summary_that_is_cut_all_the_same_drops_routine_first() -> None:
    """At a receiver with less room failures stay, and what is missing is counted."""
    said = summary(
        *[push(at) for at in range(1, 31)], failure(), *[push()] * 5, receiver=dingtalk()
    )
    found = formatter(wecom("text")).render(said._replace(lines=said.lines * 2), wecom("text"))

    assert found.cut
    assert 2 == found.text.count("❌ 流水线失败")
    assert re.search(r"^… 还有 \d+ 条$", found.text, re.MULTILINE)
    assert "└" not in found.text


@pytest.mark.parametrize(
    ("said", "is_one"), [(failure(), True), (push(), False), (QUIET["zh-CN"], False)]
)
def test_failure_is_told_by_its_colour(said: Notification, is_one: bool) -> None:
    """The first line's colour says what a person would call a failure."""
    assert is_one == is_failure(said)


# -- mentions ----------------------------------------------------------------------------------


def test_mentions_are_joined() -> None:
    """Everybody is mentioned once, and named once who cannot be."""
    said = summary(
        push()._replace(mentions=(ZHANG,), unresolved=("王五",)),
        push()._replace(mentions=(LI, ZHANG), unresolved=("赵六", "王五")),
    )

    assert (ZHANG, LI) == said.mentions
    assert ("王五", "赵六") == said.unresolved


def test_grey_line_mentions_nobody() -> None:
    """What is quiet alone is quiet among others."""
    said = summary(QUIET["zh-CN"], QUIET["zh-CN"]._replace(unresolved=("王五",)))

    assert ((), (), False) == (said.mentions, said.unresolved, said.quiet)


CALLING = [
    pytest.param(wecom(), lambda at: Mention(wecom=f"user-with-a-long-id-{at}"), id="userid"),
    pytest.param(wecom(), lambda at: Mention(mobile=f"139{at:08}"), id="follow-up"),
    pytest.param(wecom("markdown_v2"), lambda at: Mention(wecom=f"user{at:09}"), id="v2"),
    pytest.param(wecom("text"), lambda at: Mention(wecom=f"user{at:09}"), id="text"),
    pytest.param(dingtalk(), lambda at: Mention(dingtalk=f"u{at:060}"), id="dingtalk"),
]


def called(parcel: Parcel, receiver: Receiver, people: list[Mention]) -> set[Mention]:
    """Return whom of *people* the parcel's posts mention."""
    message = rendered(parcel, receiver)
    bodies = json.dumps([message.body, message.follow_up])
    ids = set(re.findall(r"[\w-]+", bodies))
    return {one for one in people if (one.wecom or one.dingtalk or one.mobile) in ids}


@pytest.mark.parametrize(("receiver", "person"), CALLING)
def test_nobody_is_lost_in_a_summary(receiver: Receiver, person: Callable[[int], Mention]) -> None:
    """More people than one post can mention take several posts, none of them of one event."""
    people = [person(at) for at in range(240)]
    said = [push(at)._replace(mentions=tuple(people[at * 6 :][:6])) for at in range(40)]
    found = merged(*said, receiver=receiver)

    assert 40 == sum(len(parcel.members) for parcel in found)
    assert 1 < len(found) <= 8
    for parcel in found:
        wanted = {one for member in parcel.members for one in member.notification.mentions}
        assert wanted == called(parcel, receiver, people)


@pytest.mark.parametrize(("receiver", "person"), CALLING)
def test_the_same_people_are_no_reason_for_more_posts(
    receiver: Receiver, person: Callable[[int], Mention]
) -> None:
    """Mentions that fit once fit into the summary of all that mention them."""
    people = tuple(person(at) for at in range(8))

    assert 1 == len(merged(*[push()._replace(mentions=people)] * 20, receiver=receiver))


@pytest.mark.parametrize(("receiver", "person"), CALLING)
def test_event_with_too_many_mentions_stays_alone(
    receiver: Receiver, person: Callable[[int], Mention]
) -> None:
    """No post holds them: it is sent with as many as fit, and its neighbours are merged."""
    people = [person(at) for at in range(400)]
    crowd = push()._replace(mentions=tuple(people))
    found = merged(push(), push(), crowd, push(), push(), receiver=receiver)

    assert [2, 1, 2] == [len(parcel.members) for parcel in found]
    assert crowd is found[1].delivery.notification
    assert 20 < len(called(found[1], receiver, people)) < 400


# -- any deliveries ----------------------------------------------------------------------------

WORD = st.text(st.sampled_from("abc修复登录 "), min_size=1, max_size=12).map(str.strip).filter(bool)
NAME = st.sampled_from(["v2.8.0", "deploy", "!42", "#231", "release/2.8", ""])
HEADED = st.builds(
    headed,
    st.tuples(st.sampled_from(["🔨", "❌", "🏷️", "↻"]), WORD).map(" ".join),
    NAME,
    st.sampled_from(["", "main", "fix/login"]),
    st.sampled_from(["", "张三", "lisi"]),
    tone=st.sampled_from(["", "danger", "success", "muted"]),
    project=st.sampled_from(["platform/api", "platform/api", "platform/web", ""]),
    url=st.sampled_from(["", URL, f"{R}/{'long' * 200}"]),
    label=st.sampled_from(["查看", "View pipeline #4521"]),
    quiet=st.booleans(),
    lines=st.lists(st.builds(lambda word: Line((Span(word),)), WORD), max_size=4).map(tuple),
)
run_of = st.lists(HEADED, max_size=6) | st.lists(HEADED, max_size=3).map(lambda some: some * 25)
_TARGET = re.compile(r"\]\((?:https?|dingtalk)://[^)]*\)|</?font[^>]*>|\*\*|\[")


def shown(message: str) -> list[str]:
    """Return the lines of a message as a person sees them."""
    lines = (_TARGET.sub("", line).removeprefix("> ").strip() for line in message.splitlines())
    return [line.replace(GAP, "") for line in lines if line]


def words_of(line: str) -> list[str]:
    return [word for word in re.split(r"[\s·]+", line) if word]


def is_told(headline: str, line: str, first: str) -> bool:
    """Tell whether all words of *headline* are in *line* in their order, or in the first line."""
    found = iter(words_of(line))
    return all(word in found for word in words_of(headline) if word not in words_of(first))


@SOME
@given(run_of, st.sampled_from(EVERY_RECEIVER), st.sampled_from(["zh-CN", "en"]))
def test_every_event_is_told_once_in_order(
    said: list[Notification], receiver: Receiver, lang: str
) -> None:
    """Each delivery is in one post, and its first line's words are a line of that post."""
    given = deliveries(*said)
    found = parcels(given, fitting(receiver), lang=lang, now_s=NOW)

    assert given == [member for parcel in found for member in parcel.members]
    for parcel in found:
        if len(parcel.members) == 1:
            assert parcel.members[0] is parcel.delivery
            continue
        message = rendered(parcel, receiver)
        first, *lines = shown(message.text)
        events = [line for line in lines if not line.startswith("└")]
        titles = [member.notification.title for member in parcel.members]
        assert not message.cut
        assert len(parcel.members) <= MOST
        pairs = zip(titles, events, strict=False)
        assert all(is_told(title, line, first) for title, line in pairs)
        assert len(events) >= len(titles)


@settings(SOME, max_examples=60)
@given(st.lists(notifications, max_size=4), st.sampled_from(EVERY_RECEIVER))
def test_hostile_events_are_told_as_well(said: list[Notification], receiver: Receiver) -> None:
    """Whatever the words are: nothing raises, every event has its line, and no line is cut."""
    given = deliveries(*said)
    found = parcels(given, fitting(receiver), lang="en", now_s=NOW)

    assert given == [member for parcel in found for member in parcel.members]
    for parcel in found:
        if len(parcel.members) > 1:
            assert not rendered(parcel, receiver).cut
            assert len(parcel.members) == len(event_lines(parcel.delivery.notification))


def test_application_has_half_the_room() -> None:
    """Also in 2048 bytes no line is lost, should somebody merge for an application."""
    found = merged(*map(push, range(30)), receiver=wecom_app())

    assert all(not rendered(parcel, wecom_app()).cut for parcel in found)
    assert 30 == sum(len(parcel.members) for parcel in found)
