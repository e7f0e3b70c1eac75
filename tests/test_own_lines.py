"""Lines of the user's own: their markup as it is, and words that cannot join in."""

import json
import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from formatter_cases import (
    BAD_URLS,
    EVERY_RECEIVER,
    GOOD_URLS,
    HOSTILE,
    SOME,
    R,
    address,
    dingtalk,
    hostile_text,
    markup,
    receiver_id,
    wecom,
    wecom_app,
)
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from formatters import escaping, formatter
from relay.config import Receiver
from relay.notifications import Action, Line, Notification, Span
from relay.text import clean

MARKUP_RECEIVERS = [
    *(wecom(message) for message in ("markdown", "markdown_v2")),
    wecom_app(),
    *(dingtalk(message) for message in ("markdown", "action_card")),
]
every_receiver = pytest.mark.parametrize("receiver", EVERY_RECEIVER, ids=receiver_id)
every_markup = pytest.mark.parametrize("receiver", MARKUP_RECEIVERS, ids=receiver_id)
PLAIN_PARSER = MarkdownIt("commonmark", {"html": True})
FULL_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
GAP = escaping.GAP


def line(template: str, *values: Span | str) -> Line:
    """Return *template* as a line, its ``{}`` filled with *values*: addresses, or words."""
    spans: list[Span] = []
    for at, piece in enumerate(template.split("{}")):
        if at:
            value = values[at - 1]
            spans.append(Span(value) if isinstance(value, str) else value)
        spans += [markup(piece)] if piece else []
    return Line(tuple(spans))


def shown(receiver: Receiver, *lines: Line) -> str:
    """Return the message whose template is *lines*."""
    notification = Notification((Span("head"),), actions=(Action("go", R),), whole=lines)
    return formatter(receiver).render(notification, receiver).text


@pytest.mark.parametrize(
    ("template", "values", "in_wecom", "in_dingtalk"),
    [
        ("**b** `c` <@all> _i_ [x](y)", (), None, None),
        ("  - a\tb", (), "  - a b", "  - a b"),
        ("a\x07b\u202ec\ud800d", (), "abcd", "abcd"),
        ("{}", ("# a <b>",), f"{GAP}# a ＜b＞", f"{GAP}# a &lt;b&gt;"),
        ("> {}", ("# a",), f"> {GAP}# a", f"> {GAP}# a"),
        ("{}. {}", ("1", "- a"), f"1. {GAP}- a", f"1. {GAP}- a"),
        ("a {}", ("# b",), "a # b", "a # b"),
        ("`{}`", ("a`b",), "`a'b`", "`a'b`"),
        ("@{} <@{}>", ("all", "ZhangSan"), f"@{GAP}all <@{GAP}ZhangSan>", None),
        ("<{}>", ("http://evil.test",), f"<{GAP}http://evil.test>", None),
        ("[bug]{}", ("(http://evil.test)",), f"[bug]{GAP}(http://evil.test)", None),
        ("[{}]({})", ("a](b) c", address()), f"[a］(b) c]({R})", None),
        ("[{}]({})", ("[x] y", address()), f"[［x］ y]({R})", None),
        ("{}[see]({})", ("wip [", address()), f"wip [[see]({R})", None),
        ("{} - {}", ("wip [", "[fix] a"), "wip [ - [fix] a", None),
        ("{} - {}", ("a <b", '"c"'), "a ＜b - \"c\"", "a &lt;b - \"c\""),
        ("[x]({})", (R,), "x", None),
        ("[x](https:{})", ("//evil.test",), "[x](https:--evil-test)", None),
        ("[x](https:///{})", ("evil.test",), "[x](https:///evil-test)", None),
        ("[x](//{}.h.test)", ("evil.test/x",), "[x](//evil-test-x.h.test)", None),
        ("[x](//h/{}/y)", ("../a/./b/..",), "[x](//h/a/b/y)", None),
        ("[x]({}/{})", (address(), ".."), f"[x]({R}/)", None),
        ("[x](//h/?q={})", ("..",), "[x](//h/?q=..)", None),
        ('<a href="{}">x</a>', ("https://evil.test",), '<a href="">x</a>', None),
        ('<a href="https:{}">x</a>', ("//a.b",), '<a href="https:--a-b">x</a>', None),
        ("[x](//h/{})", ("a/b) [c](d",), "[x](//h/a/b%29%20%5Bc%5D%28d)", None),
        ("[x]({}/diffs)", (address(),), f"[x]({R}/diffs)", None),
        ("{} · {}", (address(), "a"), f"{R} · a", None),
        ('<font color="{}">a</font>', ('" onclick="b',), '<font color=" onclickb">a</font>', None),
        ("| {} | {} |", ("a|b", "c"), "| a｜b | c |", None),
        ("**{}**", ("a*b",), "**a∗b**", None),
        ("{} {} b", ("", " "), "  b", "  b"),
    ],
)  # fmt: skip
def test_forms(
    template: str, values: tuple[Any, ...], in_wecom: str | None, in_dingtalk: str | None
) -> None:
    """Markup as written, words made harmless for the place where they stand."""
    expected = template if in_wecom is None else in_wecom
    told = [shown(receiver, line(template, *values)) for receiver in (wecom(), dingtalk())]

    assert [expected, in_dingtalk or expected] == [
        text.partition(f"\n\n{R}")[0].rstrip("\n") for text in told
    ]


@every_receiver
@pytest.mark.parametrize("url", [*BAD_URLS, "text", "//evil.test", "https://good.test\\@evil.test"])
@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a [b **c**]({}) d", "a b **c** d"),
        ("![b]({}) d", "b d"),
        ("[b]({}/diffs?x=1) d", "b d"),
        ("[b]( {} ) d", "b d"),
        ("a {} b", "a  b"),
        ("a](({}) d", "a](() d"),
    ],
)
@pytest.mark.parametrize("form", ["address", ""])
def test_link_without_a_usable_address_is_its_label(
    receiver: Receiver, url: str, template: str, text: str, form: str
) -> None:
    """What may not be a link's target leaves the label in plain text, never an empty link."""
    if form == "" and text in ("a  b", "a](() d"):
        return  # there words are words
    written = shown(receiver, line(template, Span(url, form=form)))

    assert text == written.splitlines()[0]


def test_words_between_two_links_keep_the_second() -> None:
    """After a link was taken apart, the rest of the line is written as it stands."""
    told = line("[a]({}){}[b]({})", address("ftp://x"), " and ", address())

    assert f"a and [b]({R})" == shown(wecom(), told)


def test_only_whole_targets_open_in_the_browser() -> None:
    """A wrapped address cannot go on, and would be unreadable outside of a link."""
    receiver = dingtalk(open_links="browser")
    told = shown(receiver, line("[a]({}) {} [b]({}/x)", address(), address(), address()))

    start = "dingtalk://dingtalkclient/page/link?url=https%3A%2F%2F"
    assert told.startswith(f"[a]({start}")
    assert told.endswith(f" {R} [b]({R}/x)")
    assert 1 == told.count("dingtalk://")


def test_link_of_a_value_is_a_link() -> None:
    """A value that is a link of its own (a commit's) is written as one, but not inside a label."""
    commit = Span("a1b2c3d", f"{R}/commit/a1b2c3d")

    assert f"see [a1b2c3d]({R}/commit/a1b2c3d)" == shown(wecom(), line("see {}", commit))
    assert f"[see a1b2c3d]({R})" == shown(wecom(), line("[see {}]({})", commit, address()))


def test_values_keep_their_look() -> None:
    """Bold and coloured values look as in our own lines."""
    told = line("a {}{} c", Span("b", bold=True), Span("!", tone="danger"))

    assert 'a **b**<font color="warning">!\u200b</font> c' == shown(wecom(), told)


# Lines that users write, with words where payloads have their say.
TEMPLATES = [
    "{}",
    "❌ {} `{}`",
    "> {} · [{}]({address})",
    "# {}",
    "- {} {}",
    "1. {} (by {})",
    "**{}** a",
    "[x]{} and [y]({address}) {}",
    "a]{}[{}]",
    "[{} **b** {}]({address}){}",
    "![{}]({address}) {}",
    "[x](https://ci.example.com/{}/run?q={}#{}) {}",
    'a <font color="{}">b {}</font>',
    "a <{}> &{}; @{} <@{}> a@{}",
    "| {} | {} | [{}]({address}) |",
    "{}: {address} {}",
]
some_words = hostile_text.map(clean).filter(bool)  # as every text of a notification is


def structure(text: str, receiver: Receiver) -> list[tuple[str, str]]:
    """Return what an ordinary markdown parser makes of *text*, without the words.

    Links and pictures with the host they lead to, tags without their values. To it are added the
    targets that the simplest parser would see.
    """
    has_more = receiver.type == "dingtalk_robot" or receiver.message == "markdown_v2"
    if not has_more:
        text = text.replace("_", "x")  # it means nothing in WeCom's first markdown
    found = (FULL_PARSER if has_more else PLAIN_PARSER).parse(text)
    tokens = [*found, *(child for token in found for child in token.children or ())]
    aside = {"text", "text_special", "softbreak", "hardbreak", "inline"}
    targets = re.findall(r"\]\(([^)]*)\)", text)
    return [
        *((token.type, detail(token)) for token in tokens if token.type not in aside),
        *(("target", urlsplit(url).netloc) for url in targets),
    ]


def detail(token: Any) -> str:
    if "html" in token.type:
        return re.sub('"[^"]*"', "", token.content)
    return urlsplit(str(token.attrs.get("href", token.attrs.get("src", "")))).netloc


def filled(template: str, given: list[str]) -> Line:
    pieces = template.replace("{address}", "\0").split("{}")
    spans: list[Span] = []
    for at, piece in enumerate(pieces):
        spans += [Span(given[at - 1])] if at else []
        for turn, rest in enumerate(piece.split("\0")):
            spans += [address()] if turn else []
            spans += [markup(rest)] if rest else []
    return Line(tuple(spans))


@SOME
@given(
    receiver=st.sampled_from(MARKUP_RECEIVERS),
    template=st.sampled_from(TEMPLATES),
    given=st.lists(some_words, min_size=5, max_size=5),
    is_whole=st.booleans(),
)
def test_d5_words_change_nothing_about_a_template(
    receiver: Receiver, template: str, given: list[str], is_whole: bool
) -> None:
    """A parser finds the same blocks, links and tags whatever the words are."""
    head = Notification((Span("head"),))
    told = []
    for values in (given, ["word"] * 5):
        lines = (line("start"), line(""), filled(template, values))
        notification = head._replace(whole=lines) if is_whole else head._replace(own=lines)
        told.append(formatter(receiver).render(notification, receiver).text)
    harmful, harmless = told

    assert structure(harmless, receiver) == structure(harmful, receiver)
    assert not re.search(r"@\w", harmful)
    assert len(harmless.splitlines()) == len(harmful.splitlines())


@pytest.mark.parametrize("piece", HOSTILE)
@every_markup
def test_d5_each_piece_is_shown_not_obeyed(receiver: Receiver, piece: str) -> None:
    """Each dangerous piece alone in each template leaves the template what it is."""
    if not (words := clean(piece)):
        return
    for template in TEMPLATES:
        harmful, harmless = (
            shown(receiver, line("start"), line(""), filled(template, [text] * 5))
            for text in (words, "word")
        )

        assert structure(harmless, receiver) == structure(harmful, receiver), template
        assert not re.search(r"@\w", harmful), template


@SOME
@given(url=hostile_text | st.sampled_from(GOOD_URLS + BAD_URLS))
def test_d5_no_address_ends_its_link(url: str) -> None:
    """Whatever an address holds, it is one link or none."""
    text = shown(wecom(), line("[a]({}) b", address(url)))

    found = re.fullmatch(r"\[a\]\((https?://[^\s()]+)\) b|a b", text)
    assert found
    assert (found[1] or "") == escaping.address(url)


def test_application_text_has_no_link_of_a_users() -> None:
    """In an application's text `<a href=…>` is a link: the user may write one, a payload not."""
    told = shown(
        wecom_app("text"), line('<a href="{}">x</a> {}', address(), f'<a href="{R}">y</a>')
    )

    assert f'<a href="{R}">x</a> ＜a href="{R}"＞y＜/a＞' == told


@every_receiver
def test_own_lines_stand_above_the_links(receiver: Receiver) -> None:
    """`append` comes under the facts and the description, above the action line."""
    notification = Notification(
        (Span("head"),),
        (Line((Span("fact"),)), Line((Span("note"),), "note")),
        (Action("go", R),),
        own=(line("**Duty** {}", "<li>"), line(""), line("next")),
    )
    text = formatter(receiver).render(notification, receiver).text
    places = [text.find(part) for part in ("head", "fact", "note", "**Duty** ", "next", "go")]

    if receiver.message == "action_card":
        assert -1 == places.pop()  # it is a button
    assert sorted(places) == places
    assert -1 not in places
    assert "<li>" not in text or receiver.message == "text"


@every_receiver
def test_quiet_form_has_neither_template_nor_own_lines(receiver: Receiver) -> None:
    """The grey line wins over all that is the user's own, and nobody is named in it."""
    quiet = Notification((Span("head"),), actions=(Action("go", R),), quiet=True)
    more = quiet._replace(
        own=(line("own"),), whole=(line("whole"),), unresolved=("张三",), lines=(line("x"),)
    )

    assert formatter(receiver).render(quiet, receiver) == formatter(receiver).render(more, receiver)


@every_receiver
@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((line(""),), id="no-words"),
        pytest.param((line("> "), line("---")), id="frame-only"),
        pytest.param((line("{}", "\x07"), line("**{}**", "")), id="empty-values"),
        pytest.param((line("{}", address("ftp://x")),), id="refused-address"),
        pytest.param((line("长" * 9000),), id="first-line-too-long"),
        pytest.param((line("> "), line("长" * 9000)), id="rest-too-long"),
    ],
)
def test_d8_template_that_says_nothing_becomes_headline_and_link(
    receiver: Receiver, lines: tuple[Line, ...]
) -> None:
    """A message is never empty: what is left to say is the first line and where to look."""
    bare = Notification((Span("head"),), actions=(Action("go", R),))
    words = bare._replace(whole=lines, lines=(Line((Span("fact"),)),))
    rendered = formatter(receiver).render(words, receiver)

    assert formatter(receiver).render(bare, receiver).body == rendered.body


@every_receiver
def test_template_is_the_message(receiver: Receiver) -> None:
    """The user's lines are what is written: no headline, fact or link of ours (but a button)."""
    notification = Notification(
        (Span("head"),),
        (Line((Span("fact"),)),),
        (Action("go", R),),
        own=(line("own"),),
        whole=(line("one"), line(""), line("two"), line("three")),
    )
    rendered = formatter(receiver).render(notification, receiver)
    is_card = receiver.message == "action_card"

    assert ["one", "", "two", "three"] == [one.rstrip() for one in rendered.text.splitlines()[:4]]
    assert not {"head", "fact", "go"} & set(rendered.text.split())
    assert is_card == ('"go"' in json.dumps(rendered.body))
    assert "own" in rendered.text
    assert not rendered.cut


@pytest.mark.parametrize(
    ("receiver", "text"),
    [
        pytest.param(wecom(), "one\n\ntwo\nthree\nown\nrest", id="markdown"),
        pytest.param(wecom("markdown_v2"), "one\n\ntwo  \nthree\n\nown  \nrest", id="markdown_v2"),
        pytest.param(wecom("text"), "one\n\ntwo\nthree\nown\nrest", id="text"),
        pytest.param(wecom_app(), "one\n\ntwo\nthree\nown\nrest", id="application"),
        pytest.param(dingtalk(), "one\n\ntwo  \nthree\n\nown  \nrest", id="dingtalk"),
        pytest.param(dingtalk("text"), "one\n\ntwo\nthree\nown\nrest", id="dingtalk-text"),
    ],
)
def test_lines_break_as_the_platform_breaks_them(receiver: Receiver, text: str) -> None:
    """WeCom breaks at a line's end; ordinary markdown takes two spaces; blank lines stay."""
    lines = tuple(line(one) for one in ("", "one", "", "", "two", "three", ""))
    notification = Notification((Span("head"),), whole=lines, own=(line("own"), line("rest")))

    assert text == formatter(receiver).render(notification, receiver).text


@every_markup
def test_d11_time_grows_with_the_length(receiver: Receiver) -> None:
    """Thousands of values between any brackets take no more than a moment."""
    for piece in ("[", "](", "<a ", "!", "|", "> ", "]", "(x)"):
        told = line(piece + (piece + "{}") * 2000, *["a"] * 2000)
        notification = Notification((Span("x"),), whole=(told,) * 2)
        start = time.process_time()
        rendered = formatter(receiver).render(notification, receiver)

        assert time.process_time() - start < 1.5
        assert rendered.size <= rendered.limit
