"""WeCom application messages: to whom, in which form, and how they are posted."""

import json
from typing import Any

import pytest
from formatter_cases import PIPELINE, PUSH_3, QUIET, ZHANG, R, push, wecom, wecom_app

from formatters import formatter as formatter_of
from formatters import wecom as robot
from formatters import wecom_app as formatter
from relay.config import Secret
from relay.notifications import Action, Line, Mention, Notification, Span

FRAME = {"enable_duplicate_check": 1, "duplicate_check_interval": 600, "agentid": 1000002}


def test_markdown_reads_as_a_robots_without_mentions() -> None:
    """The layout is the robot's; whom that would mention is whom this is sent to."""
    rendered = formatter.render(PIPELINE["zh-CN"], wecom_app())
    text = robot.render(PIPELINE["zh-CN"]._replace(mentions=()), wecom()).text

    assert text == rendered.text
    assert {
        "touser": "ZhangSan",
        "msgtype": "markdown",
        "markdown": {"content": text},
        **FRAME,
    } == rendered.body
    assert (len(text.encode()), 2048, False, "", None) == (
        rendered.size,
        rendered.limit,
        rendered.cut,
        rendered.title,
        rendered.follow_up,
    )


def test_text_is_plain_words_and_addresses() -> None:
    """For people who read in personal WeChat, which does not show markdown."""
    rendered = formatter.render(PUSH_3["en"]._replace(mentions=(ZHANG,)), wecom_app("text"))

    assert "text" == rendered.body["msgtype"]
    assert rendered.body["text"] == {"content": rendered.text}
    assert rendered.text.endswith(f"\nCompare changes: {R}/compare/7a6b5c4...a1b2c3d")
    assert "ZhangSan" == rendered.body["touser"]


@pytest.mark.parametrize(
    ("people", "users"),
    [
        ((), ""),
        ((ZHANG, ZHANG, Mention(wecom="li.si")), "ZhangSan|li.si"),
        ((ZHANG, Mention(everyone=True)), "@all"),
        ((Mention(name="张三", mobile="13800001111"), ZHANG), "ZhangSan"),
        ((Mention(wecom="a|b"), Mention(wecom="@all"), Mention(wecom="ALL"), ZHANG), "ZhangSan"),
        (
            tuple(Mention(wecom=f"u{at}") for at in range(1001)),
            "|".join(f"u{at}" for at in range(1000)),
        ),
    ],
    ids=["nobody", "each-once", "everyone", "mobile-only", "no-userids", "a-thousand"],
)
def test_goes_to_the_mentions(people: tuple[Mention, ...], users: str) -> None:
    """Userids joined by `|`, at most 1000; `@all` by a configured mention only."""
    for words in (PUSH_3["en"], QUIET["en"]):
        assert (
            users == formatter.render(words._replace(mentions=people), wecom_app()).body["touser"]
        )


@pytest.mark.parametrize("message", ["markdown", "text"])
def test_names_nobody(message: str) -> None:
    """People without an id are not named to those who have one."""
    named = PIPELINE["en"]._replace(unresolved=("李四",))

    assert "李四" not in formatter.render(named, wecom_app(message)).text


def test_unknown_message_type_means_markdown() -> None:
    """Applications have no `markdown_v2`."""
    assert "markdown" == formatter.render(PUSH_3["en"], wecom_app("markdown_v2")).body["msgtype"]


def test_d1_half_of_a_robots_bytes() -> None:
    """A push that a robot can tell whole is cut at 2048 bytes here, and counts what is missing."""
    rendered = formatter.render(push(30), wecom_app())

    assert rendered.cut
    assert 2048 - 120 < rendered.size <= 2048
    assert "… 还有" in rendered.text


def test_longest_link_and_worst_headline_fit() -> None:
    """Where a headline's look-alikes and one address use everything up, the link stays."""
    url = R + "/" + "(" * 453 + "aa"
    words = Notification((Span("<" * 900),) * 9, actions=(Action("<" * 900, url),))
    for quiet in (False, True):
        rendered = formatter.render(words._replace(quiet=quiet), wecom_app())

        assert rendered.size <= 2048
        assert "%28" * 453 + "aa" in rendered.text


@pytest.mark.parametrize("base", ["https://qyapi.weixin.qq.com", "https://proxy.example.com/wx/"])
def test_posts_with_the_token_as_a_parameter(base: str) -> None:
    """The token is in no address, so no text that shows one can show it."""
    receiver = wecom_app()._replace(url=Secret(base))
    body = formatter.render(PIPELINE["zh-CN"], receiver).body
    post = formatter.prepare(body, receiver, 0, "made-up-token")

    assert f"{base.rstrip('/')}/cgi-bin/message/send" == post.url
    assert ({"access_token": "made-up-token"}, "POST") == (post.params, post.method)
    assert body == json.loads(post.body)
    assert "流水线".encode() in post.body
    assert "made-up-token" not in repr(post)


def test_repeated_post_is_the_same_to_the_byte() -> None:
    """WeCom recognises a second attempt by its bytes, whenever and with what token it is made."""
    receiver = wecom_app()
    bodies = {
        formatter.prepare(
            formatter.render(PIPELINE["en"], receiver).body, receiver, now_ms, token
        ).body
        for now_ms, token in ((0, "a"), (1700000000000, "b"))
    }

    assert 1 == len(bodies)


def test_asks_for_a_token_with_the_applications_secret() -> None:
    """Corporation and secret are parameters of a GET."""
    post = formatter.token_request(wecom_app())

    assert post is not None
    assert "https://qyapi.weixin.qq.com/cgi-bin/gettoken" == post.url
    assert {"corpid": "ww-made-up-corp", "corpsecret": "made-up-secret"} == post.params
    assert (b"", "GET") == (post.body, post.method)
    assert "made-up" not in repr(post)


def test_reads_the_token_and_its_lifetime() -> None:
    """The answer to that request."""
    answer = {"errcode": 0, "errmsg": "ok", "access_token": "made-up-token", "expires_in": 7200}

    assert ("made-up-token", 7200.0) == formatter.read_token(answer)


def test_people_who_got_nothing_are_remarked() -> None:
    """errcode 0 with `invaliduser` is a success that has something to say."""
    answer = {"errcode": 0, "errmsg": "ok", "invaliduser": "lisi"}

    assert "lisi" in formatter.check(answer).zh
    assert not formatter.check({"errcode": 0, "errmsg": "ok"}).zh


def test_own_lines_read_as_on_a_robot() -> None:
    """Templates and `append` work in application messages."""
    lines: dict[str, Any] = {
        "whole": (Line((Span("**", form="markup"), Span("a*b"), Span("**", form="markup"))),),
        "own": (Line((Span("own"),)),),
    }
    told = formatter.render(PIPELINE["en"]._replace(**lines), wecom_app()).text

    assert "**a∗b**\nown" == told


def test_is_chosen_by_the_receivers_type() -> None:
    """The table knows applications."""
    assert formatter_of(wecom_app()) is formatter
