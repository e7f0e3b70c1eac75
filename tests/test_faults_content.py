"""Group D of `design/faults.md` end to end: what a payload's content can do to a message.

The byte-exact rows (D1 to D3) and the escaping of every field are in `test_formatters.py`.
"""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from damage import paths, without
from relays import Relay
from test_golden import PLATFORMS, SENT

import adapters
import formatters
from adapters.fields import Fields
from relay.describe import describe
from relay.errors import Ignored
from workbench import samples
from workbench.robots import RobotServer

HOSTILE = (
    "<@all> @all @13800000000 [x](http://evil.example) ![i](http://evil.example/i.png)"
    ' **b** `c` <font color="warning">f</font>'
)
PLACES_PER_SAMPLE = 25


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


def test_d3_dingtalk_body_fits_with_everything_escaped(robots: RobotServer) -> None:
    """Quotes, line breaks and characters that JSON escapes never make a body too long."""
    body = copy.deepcopy(samples.load("gitlab/issue.opened").body)
    body["object_attributes"]["description"] = '"\\\n\t😀' * 20_000
    body["object_attributes"]["title"] = '"\\😀' * 5_000
    answer = Relay(robots).gitlab(body, X_Gitlab_Event="Issue Hook")

    assert answer.report.get("failed") is None
    assert len(answer.shown) == 2


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
