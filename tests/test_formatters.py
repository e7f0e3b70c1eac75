"""What both formatters promise alike: nothing a user writes becomes markup; nothing leaks."""

import json
import re
import unicodedata
from typing import Any
from urllib.parse import quote

import pytest
from formatter_cases import (
    BAD_URLS,
    EVERY_RECEIVER,
    GOOD_URLS,
    HOSTILE,
    PIPELINE,
    PUSH_3,
    SOME,
    R,
    dingtalk,
    hostile_text,
    notifications,
    receiver_id,
    wecom,
)
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from formatters import dingtalk_codes, escaping, formatter, wecom_codes
from relay.config import Receiver, Secret
from relay.errors import (
    BadAnswer,
    Busy,
    DeliveryError,
    Misconfigured,
    Rejected,
    Throttled,
    Unsuitable,
)
from relay.notifications import Action, Line, Mention, Notification, Span
from relay.text import clean

every_receiver = pytest.mark.parametrize("receiver", EVERY_RECEIVER, ids=receiver_id)
MARKUP_RECEIVERS = [one for one in EVERY_RECEIVER if one.message != "text"]
every_markup = pytest.mark.parametrize("receiver", MARKUP_RECEIVERS, ids=receiver_id)
both = pytest.mark.parametrize("receiver", [wecom(), dingtalk()], ids=["wecom", "dingtalk"])
PLAIN_PARSER = MarkdownIt("commonmark", {"html": True})
FULL_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
receivers = st.sampled_from(EVERY_RECEIVER)
markup_receivers = st.sampled_from(MARKUP_RECEIVERS)
FONT = re.compile(r'<font color="(?:info|warning|comment|#2E7D32|#D93026|#888888)">|</font>')
OURS = {"<@ZhangSan>", "@13800001111", "@所有人", "@all"}
ALLOWED = {escaping.address(url) for url in GOOD_URLS}


def shown(receiver: Receiver, notification: Notification) -> str:
    return formatter(receiver).render(notification, receiver).text


def addresses(text: str) -> list[str]:
    """Return every link target as the simplest parser would see it, unwrapped and decoded."""
    found = re.findall(r"\]\(([^)]*)\)", text)
    wrapper = "dingtalk://dingtalkclient/page/link?url="
    return [unwrap(url) if url.startswith(wrapper) else url for url in found]


def unwrap(url: str) -> str:
    encoded = url.partition("?url=")[2].removesuffix("&pc_slide=false")
    return bytes.fromhex(
        re.sub(r"%(..)|(.)", lambda m: m[1] or f"{ord(m[2]):02x}", encoded)
    ).decode()


def tokens(text: str, receiver: Receiver) -> list[Any]:
    """Parse as ordinary markdown; block and inline tokens in one list.

    WeCom's first markdown has neither tables nor strikethrough.
    """
    has_more = receiver.type == "dingtalk_robot" or receiver.message == "markdown_v2"
    found = (FULL_PARSER if has_more else PLAIN_PARSER).parse(text)
    return [*found, *(child for token in found for child in token.children or ())]


@SOME
@given(receiver=receivers, notification=notifications)
def test_d1_any_message_fits_and_keeps_what_matters(
    receiver: Receiver, notification: Notification
) -> None:
    """Within the limit, strict UTF-8, never empty, and the first action's link is there."""
    rendered = formatter(receiver).render(notification, receiver)
    body = formatter(receiver).prepare(rendered.body, receiver, 0).body

    assert rendered.size <= rendered.limit
    assert rendered.text.strip()
    assert rendered.body == json.loads(body.decode("utf-8"))
    url = escaping.address(notification.actions[0].url) if notification.actions else ""
    browser = receiver.open_links == "browser" and receiver.message != "text"
    assert (quote(url, safe="") if browser else url) in json.dumps(
        rendered.body, ensure_ascii=False
    )


@SOME
@given(receiver=markup_receivers, notification=notifications)
def test_d5_user_text_never_becomes_markup(receiver: Receiver, notification: Notification) -> None:
    """An ordinary markdown parser finds our structure only: no block, link or tag of a user's."""
    text = shown(receiver, notification)
    found = tokens(text, receiver)

    kinds = {token.type for token in found}
    forbidden = {"image", "code_inline", "code_block", "fence", "hr", "table_open", "s_open"}
    assert not kinds & (forbidden | {"bullet_list_open", "ordered_list_open", "html_block"})
    if receiver.message != "markdown" or receiver.type == "dingtalk_robot":
        assert "em_open" not in kinds  # WeCom's first markdown has no emphasis by `_`
    is_dingtalk = receiver.type == "dingtalk_robot" and not notification.quiet
    assert is_dingtalk == ("heading_open" in kinds)
    assert sum(token.type == "heading_open" for token in found) <= 1
    assert sum(token.type == "blockquote_open" for token in found) <= 1
    assert all(FONT.fullmatch(one.content) for one in found if one.type == "html_inline")


@SOME
@given(receiver=markup_receivers, notification=notifications)
def test_d5_links_lead_only_where_we_say(receiver: Receiver, notification: Notification) -> None:
    """Whether a parser is strict or simple, it finds no link target but the given ones."""
    text = shown(receiver, notification)
    parsed = {token.attrs["href"] for token in tokens(text, receiver) if token.type == "link_open"}

    assert set(addresses(text)) <= ALLOWED
    assert len(parsed) <= len(set(addresses(text)))
    assert "]()" not in text


@SOME
@given(receiver=markup_receivers, notification=notifications)
def test_d2_markup_is_balanced(receiver: Receiver, notification: Notification) -> None:
    """Every colour that is opened is closed on its line, and bold comes in pairs."""
    for line in shown(receiver, notification).splitlines():
        tags = FONT.findall(line)

        assert ["<font" if at % 2 == 0 else "</fon" for at in range(len(tags))] == [
            tag[:5] for tag in tags
        ]
        assert len(tags) % 2 == 0
        assert line.count("**") % 2 == 0


@SOME
@given(receiver=receivers, notification=notifications)
def test_d4_user_text_never_mentions(receiver: Receiver, notification: Notification) -> None:
    """Only configured mentions stand in the text, at its end; no other `@` has a name behind it."""
    text = shown(receiver, notification)
    *_, last = text.rstrip().split(" ")
    last = last.rpartition("\n")[2]
    if notification.mentions and last in OURS:
        text = text[: -len(last)]

    assert not re.search(r"@\w", text)
    assert "<@" not in text


@SOME
@given(receiver=receivers, notification=notifications)
def test_d5_user_text_never_breaks_lines(receiver: Receiver, notification: Notification) -> None:
    """The message has the lines of its notification and no control characters."""
    text = shown(receiver, notification)
    extra = 6  # heading, empty lines, count, action line, keyword, second address

    assert len(text.splitlines()) <= len(notification.lines + notification.own) + extra
    assert not [char for char in text if unicodedata.category(char) == "Cc" and char != "\n"]
    assert not set(text) & set("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("piece", HOSTILE)
@every_markup
def test_d5_each_piece_is_shown_not_obeyed(receiver: Receiver, piece: str) -> None:
    """Each dangerous piece, alone, twice and around our own link, stays text."""
    text = shown(
        receiver,
        Notification(
            (Span(piece), Span("head", bold=True), Span(piece)),
            (
                Line((Span(piece),)),
                Line((Span(piece), Span("a1b2c3d", R), Span(piece), Span("x", tone="muted"))),
                Line((Span(f"{piece}x{piece}", tone="danger"), Span(piece + piece))),
            ),
            (Action(f"{piece}go{piece}", R), Action("b", R)),
        ),
    )
    found = tokens(text, receiver)

    links = [token.attrs["href"] for token in found if token.type == "link_open"]
    assert len(links) == (1 if receiver.message == "action_card" else 3)
    assert len(set(links)) == 1
    assert {R} == set(addresses(text))
    assert all(FONT.fullmatch(one.content) for one in found if one.type == "html_inline")
    assert not {token.type for token in found} & {"image", "code_inline", "s_open", "hr"}


@SOME
@given(hostile_text)
def test_dingtalk_text_reads_as_it_was_written(text: str) -> None:
    """After a parser has read the escaped text, the words are the user's, but for look-alikes."""
    words = clean(text)
    if not words:
        return
    written = shown(dingtalk(), Notification((Span("x"),), (Line((Span(words),)),)))
    found = [one for one in tokens(written, dingtalk()) if one.type in ("text", "text_special")]
    read = "".join(one.content for one in found).removeprefix("x").replace("\u200b", "")

    assert look_alike(words) == look_alike(read)


def look_alike(text: str) -> str:
    table = str.maketrans({"`": "'", "*": "∗", "＿": "_", "～": "~", "＼": "\\", "\u200b": None})
    return " ".join(text.translate(table).split())


@pytest.mark.parametrize(
    "text",
    [
        "fix: snake_case in src/my_module_2.py",
        "[fix] 修复登录 (#12) & more",
        "a -> b, 2 * 3, 50%, ~1h, R&D",
        r"C:\temp, \n and \d+",
        "see https://example.com/x?a=1&b=2 for more",
        "hello! 你好！",
        "v1.2.3 · 1.5h — “quoted” 'it''s' {x} $y ^z",
    ],
)
def test_ordinary_titles_stay_as_they_are(text: str) -> None:
    """What is harmless is not touched: WeCom titles with everyday punctuation."""
    line = shown(wecom(), Notification((Span("x"),), (Line((Span(text),)),))).splitlines()[1]

    assert f"> {text}" == line


@pytest.mark.parametrize(
    ("text", "wecom_text", "dingtalk_text"),
    [
        ("<@all>", "＜@\u200ball＞", "&lt;@\u200ball&gt;"),
        ("List<String>", "List＜String＞", "List&lt;String&gt;"),
        ("`code`", "'code'", "'code'"),
        ("**/*.py", "∗∗/∗.py", "∗∗/∗.py"),
        ("__init__.py", "__init__.py", "＿＿init＿＿.py"),
        ("[a](b) [c]", "[a]\u200b(b) [c]\u200b", "[a]\u200b(b) [c]\u200b"),
        ("# a", "\u200b# a", "\u200b# a"),
        ("1. a", "\u200b1. a", "\u200b1. a"),
        ("> a", "\u200b> a", "&gt; a"),
        ("- a", "\u200b- a", "\u200b- a"),
        ("mail a@b.c", "mail a@\u200bb.c", "mail a@\u200bb.c"),
        ("&lt;b&gt;", "&\u200blt;b&\u200bgt;", "&amp;lt;b&amp;gt;"),
        ("a\\", "a＼", "a＼"),
        ("a~~b~~", "a~~b~~", "a～～b～～"),
        ("two\nlines\x07", "two lines", "two lines"),
        ("a\u202eb", "a b", "a b"),
        ("a* b *c * d", "a∗ b ∗c * d", "a∗ b ∗c * d"),
        ("x @", "x @\u200b", "x @\u200b"),
    ],
)
def test_escaped_forms(text: str, wecom_text: str, dingtalk_text: str) -> None:
    """The form each platform gets of text that would mean something."""
    notification = Notification((Span("x"),), (Line((Span(text),)),))
    lines = [
        shown(receiver, notification).splitlines()[-1].removeprefix("> ")
        for receiver in (wecom(), dingtalk())
    ]

    assert [wecom_text, dingtalk_text] == lines


@both
def test_invisible_words_do_not_hide_the_start_of_a_line(receiver: Receiver) -> None:
    """Words that come to nothing leave no markup, and what follows them is still guarded."""
    line = Line((Span("\x07", bold=True), Span("\x07", tone="muted"), Span("# a")))
    written = shown(receiver, Notification((Span("x"),), (line,)))

    assert "> \u200b# a" == written.splitlines()[-1]


@every_receiver
def test_quiet_form_has_one_link_and_no_lines(receiver: Receiver) -> None:
    """Quiet is the first line and the first action; what else is given is not cut but not asked."""
    words = Notification((Span("x"),), actions=(Action("a", R),), quiet=True)
    more = words._replace(
        lines=(Line((Span("长" * 9000),)),), actions=(Action("a", R), Action("b", R))
    )
    rendered = formatter(receiver).render(more, receiver)

    assert formatter(receiver).render(words, receiver) == rendered
    assert "card" not in rendered.body["msgtype"].lower()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://h.test/a(b)c d", "https://h.test/a%28b%29c%20d"),
        ("HTTP://h.test", "http://h.test"),
        ("https://h.test:8443/特/x%20y?a=1&b=#n_1", "https://h.test:8443/%E7%89%B9/x%20y?a=1&b=#n_1"),
        ("https://h.test/\"'<>|`[]", "https://h.test/%22%27%3C%3E%7C%60%5B%5D"),
        ("https://h.test/*\\^{};@\n", "https://h.test/%2A%5C%5E%7B%7D%3B%40"),
        ("https://例子.test/x", "https://%E4%BE%8B%E5%AD%90.test/x"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("https://h.test/a\x00b\u202e", "https://h.test/a%00b%E2%80%AE"),
        ("https://u:p@h.test/", ""),
        ("https://good.test\\@evil.test/", ""),
        ("https:///x", ""),
        ("https://", ""),
        ("https:/h.test", ""),
        ("//h.test/x", ""),
        ("javascript:alert(1)//https://h.test", ""),
        ("ftp://h.test", ""),
        ("https://h.test:99999999/", ""),
        ("https://h.test/" + "x" * 1400, ""),
        ("https://h.test/" + "长" * 200, ""),
    ],
)  # fmt: skip
def test_addresses_are_encoded_or_refused(url: str, address: str) -> None:
    """An address in a link is http(s), has a host, no user name, and nothing that ends the link."""
    assert address == escaping.address(url)


@SOME
@given(st.sampled_from(["", "https://h.test", "https://h.test/"]), hostile_text)
def test_addresses_of_any_text_are_safe(start: str, rest: str) -> None:
    """Whatever is in it, an accepted address has no character that could end a link."""
    address = escaping.address(start + rest)

    assert address.isascii()
    assert not set(address) & set(" ()<>\"'|`*\\\t\n;@")
    assert not address or address.startswith(("http://", "https://"))


@every_receiver
@pytest.mark.parametrize("url", BAD_URLS)
def test_label_without_a_usable_address_is_text(receiver: Receiver, url: str) -> None:
    """A link that may not be one leaves its label, never an empty link."""
    notification = Notification((Span("x"),), (Line((Span("label", url),)),), (Action("go", url),))
    text = shown(receiver, notification)

    assert "label" in text
    assert "go" in text
    assert "](" not in text


@every_receiver
def test_action_without_a_label_is_still_a_link(receiver: Receiver) -> None:
    """Where words are missing, an arrow leads to the page."""
    rendered = formatter(receiver).render(
        Notification((Span("x"),), actions=(Action(" ", R),)), receiver
    )

    assert "↗" in json.dumps(rendered.body, ensure_ascii=False)


@both
@pytest.mark.parametrize("code", [0, "0"], ids=["int", "strcode"])
def test_c12_errcode_zero_is_success(receiver: Receiver, code: object) -> None:
    """0 and "0" mean that the message was taken, whatever errmsg says."""
    answer = {"errcode": code, "errmsg": "anything"}

    formatter(receiver).check(answer)


@both
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({}, id="empty"),
        pytest.param({"errmsg": "ok"}, id="waf"),
        pytest.param({"errcode": None}, id="null"),
        pytest.param({"errcode": False}, id="bool"),
        pytest.param({"errcode": 0.0}, id="float"),
        pytest.param({"errcode": ""}, id="blank"),
        pytest.param({"errcode": "00"}, id="zeros"),
        pytest.param({"errcode": " 0"}, id="space"),
        pytest.param({"errcode": "٠"}, id="arabic"),
        pytest.param({"errcode": "²"}, id="superscript"),
        pytest.param({"errcode": "-0"}, id="minus-zero"),
        pytest.param({"errcode": "9" * 5000}, id="long"),
        pytest.param({"errcode": [0]}, id="list"),
        pytest.param([], id="array"),
        pytest.param("ok", id="text"),
        pytest.param(None, id="nothing"),
    ],
)
def test_c11_answers_without_an_errcode_are_not_success(receiver: Receiver, answer: Any) -> None:
    """What is not the vendor's JSON is a bad answer, to be tried again, and no other exception."""
    with pytest.raises(BadAnswer) as raised:
        formatter(receiver).check(answer)

    assert raised.value.hint.en


@both
def test_errcode_as_text_has_its_class(receiver: Receiver) -> None:
    """Digits in text are read as the code they are."""
    with pytest.raises(Busy):
        formatter(receiver).check({"errcode": "-1"})


@both
@pytest.mark.parametrize("errmsg", [None, 5, ["x"], {"a": 1}, "", "\ud800"])
def test_errmsg_of_any_type_is_harmless(receiver: Receiver, errmsg: object) -> None:
    """The class comes from the code; an odd errmsg changes nothing."""
    with pytest.raises(Rejected) as raised:
        formatter(receiver).check({"errcode": 40035, "errmsg": errmsg})

    assert str(raised.value).encode()


SECRETS = [
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
    "key=short-key",
    "access_token=abc123",
    "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
    "SEC0123456789abcdef0123456789abcdef0123456789abcdef",
    "w3RMHXzixTMdzr8OHJUmVLS4IoPJVdu%2BUt1LE48MePE%3D",
]


@both
@pytest.mark.parametrize("code", [93000, 310000, 300001, 424242])
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("padding", [0, 560, 590])
def test_g1_errors_never_show_a_secret(
    receiver: Receiver, code: int, secret: str, padding: int
) -> None:
    """Addresses, parameters and tokens that the vendor quotes back are taken out."""
    errmsg = " ".join(["ab"] * (padding // 3)) + f" invalid url: {secret}, 请看{secret} end"
    with pytest.raises(DeliveryError) as raised:
        formatter(receiver).check({"errcode": code, "errmsg": errmsg})

    told = f"{raised.value} {raised.value.hint} {raised.value.args} {raised.value.message}"
    assert secret not in told
    assert secret.partition("=")[2][:10] not in told or "=" not in secret
    assert len(raised.value.message.en) < 330


@both
def test_g1_token_cut_off_in_the_middle_is_not_shown(receiver: Receiver) -> None:
    """Only the beginning of a long errmsg is read; a token that starts there goes as well."""
    errmsg = f"bad https://h.test/{'a' * 570} 693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
    with pytest.raises(DeliveryError) as raised:
        formatter(receiver).check({"errcode": 424242, "errmsg": errmsg})

    assert raised.value.message.en.endswith("(errcode 424242: bad …)")


@both
def test_errors_keep_what_support_asks_for(receiver: Receiver) -> None:
    """The hint number and the refused address of the function stay readable, on one line."""
    errmsg = (
        "invalid,\n hint: [1682675839120363590312340], from ip: 203.0.113.7, more at https://x.y/z"
    )
    with pytest.raises(DeliveryError) as raised:
        formatter(receiver).check({"errcode": 424242, "errmsg": errmsg})

    said = "invalid, hint: [1682675839120363590312340], from ip: 203.0.113.7, more at …"
    assert raised.value.message.en.endswith(f"(errcode 424242: {said})")


@every_receiver
def test_g1_nothing_made_shows_the_credentials(receiver: Receiver) -> None:
    """Neither the message nor the repr of the request holds the address or the secret."""
    signed = receiver._replace(secret=Secret("SECtest123"))
    rendered = formatter(signed).render(PIPELINE["zh-CN"], signed)
    post = formatter(signed).prepare(rendered.body, signed, 1700000000000)

    for told in (repr(rendered), repr(post), post.body.decode()):
        assert "made-up" not in told
        assert "SECtest123" not in told


@every_receiver
def test_rendering_is_pure(receiver: Receiver) -> None:
    """The same words give the same message, and the words stay as they are."""
    before = repr(PUSH_3)
    first, second = (formatter(receiver).render(PUSH_3["en"], receiver) for _ in range(2))

    assert first == second
    assert before == repr(PUSH_3)


@every_receiver
def test_mentions_of_nobody_known_change_nothing(receiver: Receiver) -> None:
    """A person without an id the platform knows is not mentioned and breaks nothing."""
    plain = formatter(receiver).render(PUSH_3["en"], receiver._replace(message="markdown"))
    unknown = PUSH_3["en"]._replace(mentions=(Mention(name="<@all>"),))
    rendered = formatter(receiver).render(unknown, receiver._replace(message="markdown"))

    assert plain == rendered


def test_errors_have_each_class() -> None:
    """The two tables together use every class a vendor's answer can have."""
    classes = {row.error for row in (*wecom_codes.CODES.values(), *dingtalk_codes.CODES.values())}

    assert {Busy, Throttled, Rejected, Unsuitable, Misconfigured} == classes
