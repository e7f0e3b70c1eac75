"""Group D of `design/faults.md` end to end: what a payload's content can do to a message.

The number of a case stands in the test's name. The rules by which one text is cut and escaped have
tests of their own in `test_fitting`, `test_formatters` and `test_words`.
"""

import copy
import itertools
import json
import os
import random
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from conftest import ROOT
from damage import paths, without
from effort import steps
from formatter_cases import EVERY_RECEIVER, GOOD_URLS, SOME, R, hostile_text
from hypothesis import given
from hypothesis import strategies as st
from relays import Answer, Relay, configured
from test_formatters import FONT, MARKUP_RECEIVERS, addresses
from test_golden import PLATFORMS, SENT

import adapters
import formatters
from adapters.fields import Fields
from formatters import escaping
from relay.config import DINGTALK_ROBOT, Receiver
from relay.describe import describe
from relay.errors import Ignored
from relay.notifications import Action, Line, Notification, Span
from workbench import samples
from workbench.robots import RobotServer

HOSTILE = (
    "<@all> @all @13800000000 [x](http://evil.example) ![i](http://evil.example/i.png)"
    ' **b** `c` <font color="warning">f</font>'
)
PLACES_PER_SAMPLE = 25


ISSUE = "gitlab/issue.opened"


def sent(robots: RobotServer, body: Any, event: str = "Issue Hook", **environ: str) -> Answer:
    """Send *body* as GitLab does to one robot of each vendor, every event being asked for."""
    return Relay(robots, NOTIFY_EVENTS="*", **environ).gitlab(body, X_Gitlab_Event=event)


def issue(**attributes: Any) -> dict[str, Any]:
    """Return the body of an issue with these attributes."""
    body: dict[str, Any] = copy.deepcopy(samples.load(ISSUE).body)
    body["object_attributes"].update(attributes)
    return body


# D1 to D3: what is too long

UNITS = {
    "ascii": "a",
    "accent": "é",
    "chinese": "长",
    "emoji": "👍",
    "skin-tone": "👍🏽",
    "family": "👨\u200d👩\u200d👧\u200d👦",
    "combining-mark": "e\u0301\u0323",
    "spacing-mark": "\u0915\u093f",
    "variation": "❤\ufe0f",
    "keycap": "1\ufe0f\u20e3",
    "flag": "🇨🇳",
}


WECOM = [one for one in EVERY_RECEIVER if one.type != DINGTALK_ROBOT]


@SOME
@given(
    receiver=st.sampled_from(WECOM),
    units=st.lists(st.sampled_from(sorted(UNITS)), min_size=1, max_size=5).filter(
        lambda found: set(found) != {"ascii"}  # 4 000 characters, as many as are looked at, fit
    ),
    begin=st.text("abc", max_size=7),
)
def test_d1_random_text_is_cut_between_whole_characters(
    receiver: Receiver, units: list[str], begin: str
) -> None:
    """Whatever the text is made of, what is left of it ends with a whole character and a mark."""
    words = [*begin, *(UNITS[unit] for unit in units * 4000)][:4000]
    note = Line((Span("".join(words)),), "note")
    notification = Notification((Span("x"),), (note,), (Action("y", R),))
    rendered = formatters.formatter(receiver).render(notification, receiver)
    line = next(one for one in rendered.text.split("\n") if "…" in one)
    shown = FONT.sub("", line.removeprefix("> ")).replace("\u200b", "").partition("…")[0]

    assert rendered.cut
    assert rendered.size <= rendered.limit
    assert shown == "".join(words)[: len(shown)]
    assert len(shown) in set(itertools.accumulate(map(len, words)))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("field", ["title", "description"])
def test_d1_robots_take_every_long_text(field: str, unit: str, robots: RobotServer) -> None:
    """Nothing in a body makes a message longer than WeCom's 4 096 bytes of content."""
    answer = sent(robots, issue(**{field: UNITS[unit] * 6000}))
    wecom, dingtalk = answer.shown

    assert (answer.status, len(answer.report["sent"])) == (200, 2)
    assert len(wecom.text.encode()) <= 4096
    assert len(dingtalk.body) <= 20_000
    assert "…" in wecom.text
    assert "…" in dingtalk.text


@pytest.mark.parametrize(("bytes_over", "is_cut"), [(-1, False), (0, False), (1, True)])
def test_d1_template_of_4096_bytes_arrives_whole(
    bytes_over: int, is_cut: bool, robots: RobotServer
) -> None:
    """4 095 and 4 096 bytes of content arrive as they are, 4 097 are cut, with a mark."""
    body = "长" * 1300 + "b" * 100
    text = f"""\
version: 1
receivers:
  dev: {{ type: wecom_robot, url: "${{WECOM_WEBHOOK_URL}}" }}
templates:
  issue: |
    {body}
    {"c" * (4096 - 4000 - 1 + bytes_over)}
"""
    answer = configured(robots, text).sample(ISSUE)
    (message,) = answer.shown

    assert message.text.startswith(body)
    assert message.text.endswith("…") == is_cut
    assert is_cut or len(message.text.encode()) == 4096 + bytes_over


long_spans = st.builds(
    lambda words, times, url, tone, bold: Span(words * times, url, tone, bold),
    hostile_text,
    st.sampled_from([1, 40, 900]),
    st.sampled_from(["", *GOOD_URLS]),
    st.sampled_from(["", "success", "danger", "muted"]),
    st.booleans(),
)
long_lines = st.builds(
    Line,
    st.lists(long_spans, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["subject", "commit", "fact", "note"]),
)
ALLOWED = {escaping.address(url) for url in (*GOOD_URLS, R)}


@SOME
@given(
    receiver=st.sampled_from(MARKUP_RECEIVERS),
    headline=st.lists(long_spans, min_size=1, max_size=3).map(tuple),
    lines=st.lists(long_lines, max_size=8).map(tuple),
)
def test_d2_no_cut_breaks_a_link_a_colour_or_bold(
    receiver: Receiver, headline: tuple[Span, ...], lines: tuple[Line, ...]
) -> None:
    """However much is left out: tags are closed, bold comes in pairs, links lead where we say."""
    notification = Notification(headline, lines, (Action("y", R),))
    rendered = formatters.formatter(receiver).render(notification, receiver)

    assert rendered.size <= rendered.limit
    assert set(addresses(rendered.text)) <= ALLOWED
    for line in rendered.text.splitlines():
        tags = [tag[:5] for tag in FONT.findall(line)]
        assert tags == ["<font", "</fon"] * (len(tags) // 2)
        assert line.count("**") % 2 == 0
        assert line.count("`") == 0
        assert line.count("](") == len(addresses(line))


@pytest.mark.parametrize(
    "unit", ['"', "\\", "\n", "\t", "\x01", "长", "😀", "<", "&", "/", "\u2028", '"\\\n😀']
)
@pytest.mark.parametrize("field", ["title", "description"])
@pytest.mark.parametrize("message", ["markdown", "action_card", "text"])
def test_d3_dingtalk_body_fits_with_everything_escaped(
    message: str, field: str, unit: str, robots: RobotServer
) -> None:
    """Quotes, line breaks and characters that JSON escapes never make a body too long."""
    answer = sent(robots, issue(**{field: f"x{unit * 30_000}"}), DINGTALK_MESSAGE=message)

    assert answer.report.get("failed") is None
    assert len(answer.shown) == 2
    assert len(answer.shown[1].body) <= 20_000


# D4 to D6: what is meant to be more than text


def leaves(body: Any) -> list[tuple[Any, ...]]:
    """Return the path of every text in *body*."""
    found = []
    for path in paths(body):
        value: Any = body
        for key in path:
            value = value[key]
        if isinstance(value, str):
            found.append(path)
    return found


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return *body* with *value* at *path*."""
    whole = copy.deepcopy(body)
    parent = whole
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return whole


def rendered_texts(source: str, headers: dict[str, str], body: Any) -> list[str]:
    """Return the message for each platform; none for what is ignored."""
    lower = {key.lower(): value for key, value in headers.items()}
    try:
        event = adapters.parse(source, lower, json.dumps(body).encode())
    except Ignored:
        return []
    notification = describe(event, now_s=samples.NOW)
    return [
        formatters.formatter(platform).render(notification, platform).text
        for platform in PLATFORMS.values()
    ]


@pytest.mark.parametrize("name", SENT)
def test_d4_d5_no_single_field_has_power(name: str) -> None:
    """Each text of a sample in turn, names of branches and people included, mentions nobody."""
    sample = samples.load(name)
    for path in leaves(sample.body):
        body = changed(sample.body, path, HOSTILE)
        for text in rendered_texts(sample.source, sample.headers, body):
            assert not re.search(r"<@|@all|@13800000000|]\(http://evil", text), (path, text)
            assert text.count("<font") == text.count("</font>"), path


@pytest.mark.parametrize(
    "who", ["<@all>", "<@zhangsan>", "@13800000000", "@all", "@所有人", "&lt;@all&gt;"]
)
def test_d4_nobody_is_mentioned_who_is_not_configured(who: str, robots: RobotServer) -> None:
    """In message, branch and user name alike; neither in the text nor in what asks for a ping."""
    body = copy.deepcopy(samples.load("gitlab/push.pushed").body)
    body.update(ref=f"refs/heads/{who}", user_name=who, user_username=who)
    body["commits"][0].update(message=who, title=who, author={"name": who, "email": who})
    answer = sent(robots, body, "Push Hook")

    assert len(answer.shown) == 2
    for message in answer.shown:
        assert not re.search(r"<@|@\w", message.text)
        assert not re.search(r"isAtAll\W+true|mentioned|[1-9]\d{10}\W*\]", json.dumps(message.raw))


INVISIBLE = "\u202e\u2066\u200b\ufeff\u00ad\u2060\x00\x07\x1b[31m\x7f\x85\U000e0041"


@pytest.mark.parametrize("field", ["title", "description"])
def test_d6_invisible_characters_do_not_arrive(field: str, robots: RobotServer) -> None:
    """Controls, overrides of direction and zero-width characters are gone, the words stay."""
    answer = sent(robots, issue(**{field: f"修复{INVISIBLE}登录"}))

    assert len(answer.shown) == 2
    for message in answer.shown:
        assert not [char for char in message.text if unicodedata.category(char) == "Cc"] or (
            set(re.findall(r"[\x00-\x1f\x7f-\x9f]", message.text)) == {"\n"}
        )
        assert not set(message.text) & set("\u202e\u2066\ufeff\u00ad\u2060\U000e0041")
        assert re.search("修复.{0,5}登录", message.text.replace("\u200b", ""))


@pytest.mark.parametrize("field", ["title", "description"])
def test_d6_towers_of_marks_are_bounded(field: str, robots: RobotServer) -> None:
    """10 000 combining marks become three."""
    answer = sent(robots, issue(**{field: "e" + "\u0301" * 10_000}))

    assert len(answer.shown) == 2
    for message in answer.shown:
        assert message.text.count("\u0301") == 3


# D7 and D8: what is missing


@pytest.mark.parametrize("name", SENT)
def test_d7_no_field_is_assumed(name: str) -> None:
    """With any one value gone or null, a sample is still a message, or ignored by name."""
    sample = samples.load(name)
    chance = random.Random(name)  # noqa: S311 - repeatable damage, no secret
    places = list(paths(sample.body))
    headers = {key.lower(): value for key, value in sample.headers.items()}
    for path in chance.sample(places, min(PLACES_PER_SAMPLE, len(places))):
        body = without(sample.body, path, removed=chance.random() < 0.5)
        try:
            event = adapters.parse(sample.source, headers, json.dumps(body).encode())
        except Ignored as ignored:
            assert ignored.reason in ("R10", "R32")
            continue
        for platform in PLATFORMS.values():
            notification = describe(event, now_s=samples.NOW)
            rendered = formatters.formatter(platform).render(notification, platform)

            assert notification.title.strip(), path
            assert 0 < rendered.size <= rendered.limit, path
            assert "None" not in rendered.text, path


def texts(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every text that is no link, date, id or word of the forge's own."""
    for path in paths(value, at):
        found: Any = value
        for key in path:
            found = found[key]
        if isinstance(found, str) and (" " in found or not found.isascii()):
            yield path


@pytest.mark.parametrize("name", SENT)
def test_d4_d5_user_text_has_no_power(name: str) -> None:
    """Hostile words in every text of a sample mention nobody, link nowhere and break no line."""
    sample = samples.load(name)
    body = copy.deepcopy(sample.body)
    for number, path in enumerate(list(texts(body))):
        parent: Any = body
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = f"{HOSTILE} {number}"  # two sides of a change stay different
    headers = {key.lower(): value for key, value in sample.headers.items()}
    event = adapters.parse(sample.source, headers, json.dumps(body).encode())
    for lang in ("zh-CN", "en"):
        for platform in PLATFORMS.values():
            notification = describe(event, lang=lang, now_s=samples.NOW)
            text = formatters.formatter(platform).render(notification, platform).text

            assert "<@" not in text
            assert "@all" not in text
            assert "@13800000000" not in text
            assert "](http://evil" not in text
            assert text.count("<font") == text.count("</font>")
            assert all(line.startswith((">", "[")) for line in text.split("\n")[1:] if line)


def large_push(commits: int, files: int) -> dict[str, Any]:
    body = copy.deepcopy(samples.load("gitlab/push.pushed").body)
    first = body["commits"][0]
    changed = [f"src/package/module_{number:05}/file.py" for number in range(files)]
    body["commits"] = [{**first, "added": changed} for _ in range(commits)]
    body["total_commits_count"] = commits
    return body


@pytest.mark.parametrize(("commits", "files"), [(3, 2000), (2000, 1), (20, 20)])
def test_d9_large_push_is_one_short_message(commits: int, files: int, robots: RobotServer) -> None:
    """A push of hundreds of kilobytes is one message per robot that counts what it leaves out."""
    answer = Relay(robots).gitlab(large_push(commits, files), X_Gitlab_Event="Push Hook")

    assert (answer.status, len(answer.shown)) == (200, 2)
    assert f"推送 {commits} 个提交" in answer.shown[0].text
    assert len(answer.shown[0].text.splitlines()) <= 8
    if commits > 5:
        assert f"还有 {commits - 5} 个提交" in answer.shown[0].text


@pytest.mark.parametrize(("commits", "files"), [(3, 2000), (2000, 1), (100, 100)])
def test_d9_work_grows_no_faster_than_the_push(commits: int, files: int) -> None:
    """Reading and rendering take no more steps for each byte of a push than for a small one."""

    def work(body: dict[str, Any]) -> int:
        again = partial(rendered_texts, "gitlab", {"X-Gitlab-Event": "Push Hook"}, body)
        again()
        return steps(again)[0]

    large = large_push(commits, files)
    small = large_push(max(commits // 10, 3), max(files // 10, 1))

    size, growth = len(json.dumps(large)), work(large) / work(small)

    assert size > 200_000
    assert growth <= 1.2 * size / len(json.dumps(small))


def test_d10_keyword_is_added_where_the_robot_wants_one(robots: RobotServer) -> None:
    """A robot that demands a keyword takes every message, in every form."""
    for message in ("markdown", "action_card", "text"):
        url = robots.add_dingtalk(token="keyword", secret="SECtest123", keywords=("研发通知",))
        relay = Relay(
            robots,
            wecom=0,
            DINGTALK_WEBHOOK_URL=url,
            DINGTALK_KEYWORDS="研发通知,其他",
            DINGTALK_MESSAGE=message,
        )
        answers = [
            relay.sample(name) for name in ("gitlab/pipeline.failed", "gitlab/pipeline.success")
        ]

        assert [len(answer.shown) for answer in answers] == [1, 1]
        assert all("研发通知" in answer.shown[0].text for answer in answers)


def test_d10_without_the_keyword_the_robot_refuses(robots: RobotServer) -> None:
    """The stand-in really wants the keyword: without it the answer names the setting."""
    url = robots.add_dingtalk(token="strict", secret="SECtest123", keywords=("研发通知",))
    answer = Relay(robots, wecom=0, DINGTALK_WEBHOOK_URL=url).gitlab()

    assert answer.report["failed"][0]["code"] == "E521"


PUSH = samples.load("gitlab/push.pushed").body
DELETED = {"after": "0" * 40, "checkout_sha": None, "commits": [], "total_commits_count": 0}
OWN_TEXT = """\
version: 1
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
  ops: { type: dingtalk_robot, url: "${DINGTALK_WEBHOOK_URL}", secret: "${DINGTALK_SECRET}" }
routes:
  - receivers: [dev, ops]
    events: ["*"]
templates:
  push: "{{ project.name }} {{ ref }} {{ actor.name }} {{ commits | length }} [x]({{ url }})"
"""
INCOMPLETE: dict[str, dict[str, Any]] = {
    "branch-deleted": {**PUSH, **DELETED},
    "no-commits": {**PUSH, "commits": [], "total_commits_count": 0},
    "null-commits": {**PUSH, "commits": None},
    "null-user": {**PUSH, "user_name": None, "user_username": None},
    "no-project": {key: PUSH[key] for key in PUSH if key not in ("project", "repository")},
    "null-project": {**PUSH, "project": None, "repository": None},
    "numbers-for-text": {
        **PUSH,
        "user_name": 7,
        "ref": 8,
        "project": {**PUSH["project"], "name": 9},
    },
    "text-for-lists": {**PUSH, "commits": "none"},
    "null-everywhere": {**dict.fromkeys(PUSH), "object_kind": "push", "event_name": "push"},
}


@pytest.mark.parametrize("own", ["", OWN_TEXT], ids=["built-in", "own-template"])
@pytest.mark.parametrize("case", INCOMPLETE)
def test_d7_incomplete_push_is_one_sensible_message(
    case: str, own: str, robots: RobotServer
) -> None:
    """One message to each robot, without holes in it, or ignored with a reason."""
    relay = configured(robots, own) if own else Relay(robots, NOTIFY_EVENTS="*")
    answer = relay.gitlab(INCOMPLETE[case], X_Gitlab_Event="Push Hook")

    assert answer.status == 200
    assert answer.report.get("failed") is None
    assert len(answer.shown) == 2 or answer.report["skipped"][0]["reason"]
    for message in answer.shown:
        assert re.search(r"\w", message.text)
        assert not re.search(r"\bNone\b|\bnull\b|\{\{|\bnan\b|Undefined", message.text)


BRIEF: dict[str, tuple[Any, str]] = {
    "unknown-event": ({"object_kind": "brand_new"}, "Brand New Hook"),
    "unknown-kind": ({"object_kind": "brand_new"}, "Push Hook"),
    "no-kind": ({}, "Issue Hook"),
    "empty-attributes": ({"object_kind": "issue", "object_attributes": {}}, "Issue Hook"),
    "tag": (samples.load("gitlab/tag.created").body, "Tag Push Hook"),
    "tag-without-names": (
        {"object_kind": "tag_push", "ref": "", "after": "1" * 40},
        "Tag Push Hook",
    ),
    "job-success": (samples.load("gitlab/job.success").body, "Job Hook"),
    "job-without-names": ({"object_kind": "build", "build_status": "success"}, "Job Hook"),
}


@pytest.mark.parametrize("events", ["", "*"], ids=["default", "all"])
@pytest.mark.parametrize("case", BRIEF)
def test_d8_no_message_is_ever_empty(case: str, events: str, robots: RobotServer) -> None:
    """An event that says little is a message with words in it, or ignored with a reason."""
    body, header = BRIEF[case]
    answer = Relay(robots, NOTIFY_EVENTS=events).gitlab(body, X_Gitlab_Event=header)

    assert answer.status == 200
    assert len(answer.shown) == 2 or answer.report["skipped"][0]["reason"]
    for message in answer.shown:
        assert re.search(r"\w", message.text)
        assert message.title.strip() or message.vendor == "wecom"


# D11: what makes patterns run away

FILLERS = (
    "a", "[", "](", "\n> ", " ", "*", "_a", "&a", "@", "\\", "~", "长", "`", "!", "(", "<", "![",
    "<!--", "- ", "1", "/", ".", "a ", "\n", "{{", "#", "http://", "\u0301", "a@", ":", "=", "%",
)  # fmt: skip


@pytest.mark.parametrize("filler", FILLERS)
def test_d11_work_grows_no_faster_than_the_text(filler: str) -> None:
    """300 KB of anything in every text of an event takes at most 12 times the steps of 30 KB."""

    def work(size: int) -> int:
        text = (filler * size)[:size]
        body = issue(title=text, description=text)
        body["user"]["name"] = body["project"]["name"] = body["labels"][0]["title"] = text
        again = partial(rendered_texts, "gitlab", {"X-Gitlab-Event": "Issue Hook"}, body)
        again()
        return steps(again)[0]

    assert work(300_000) <= 12 * work(30_000)


FLOODED = (
    "gitlab/push.pushed",
    "gitlab/issue.opened",
    "gitlab/merge_request.opened",
    "gitlab/pipeline.failed",
    "gitee/merge_request.opened",
)
RENDER_EACH = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from test_faults_content import FILLERS, FLOODED, flooded, rendered_texts
for name in FLOODED:
    for filler in FILLERS:
        print(*map(len, rendered_texts(*flooded(name, filler))))
"""


def flooded(name: str, filler: str) -> tuple[str, dict[str, str], Any]:
    """Return a sample with 300 KB of *filler* behind the beginning of every text for people."""
    sample = samples.load(name)
    body = sample.body
    for path in texts(sample.body):
        body = changed(body, path, "x" + (filler * 300_000)[:300_000])
    return sample.source, dict(sample.headers), body


def test_d11_no_pattern_runs_away() -> None:
    """300 KB of anything in every text goes through all patterns within seconds of CPU.

    A pattern that looks at every pair of characters needs minutes for one such text; the system
    ends the process before.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", RENDER_EACH],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(done.stdout.splitlines()) == len(FLOODED) * len(FILLERS)


@pytest.mark.parametrize("value", [7, True, ["x"], {"k": "v"}, None, "", 1e300, [[]], [None]])
@pytest.mark.parametrize("forge", ["gitlab", "gitee"])
def test_d7_wrong_types_at_the_top(forge: str, value: Any, robots: RobotServer) -> None:
    """A payload whose every top-level value is of a wrong type is answered 200."""
    relay = Relay(robots)
    name = "gitlab/push.pushed" if forge == "gitlab" else "gitee/push.pushed"
    body = dict.fromkeys(samples.load(name).body, value)
    answer = relay.gitlab(body) if forge == "gitlab" else relay.gitee(body)

    assert answer.status == 200


@pytest.mark.parametrize("key", ["", "a.b", "𝕂", "__class__", "0"])
def test_fields_never_raise(key: str) -> None:
    """Whatever is asked of whatever there is, a view of JSON has an answer."""
    for value in (None, 7, "x", [], [{}], {}, {key: None}, {key: {key: [1, {key: 2}]}}, 10**400):
        found = Fields(value)

        assert isinstance(found.text(key), str)
        assert found.number(key) is None or isinstance(found.number(key), float | int)
        assert isinstance(found.objects(key), list)
        assert isinstance(found.texts(key), list)
        assert isinstance(found.sub(key), Fields)
        assert isinstance(found.flag(key), bool)
