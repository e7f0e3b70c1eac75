"""What a person would see of a message: styled lines, buttons, the line in the chat list."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from workbench import bubbles, markup, markup_runs
from workbench.bubbles import Bubble

FORGED = "a\nT <-- fine\u2028\u202eb"
GOLDEN = sorted((Path(__file__).parent / "golden").rglob("*.txt"))


def seen(text: str, syntax: markup_runs.Syntax, **options: Any) -> list[str]:
    """Return rows as ``> `` for a quote, ``# `` for a heading, and marks around styled runs."""
    lines = []
    for row in markup.rows(text, syntax, **options):
        prefix = "> " * row.quote + "# " * row.heading
        lines.append(prefix + "".join(marked(run) for run in row.runs))
    return lines


def marked(run: markup_runs.Run) -> str:
    marks = [
        run.color,
        "b" * run.bold,
        "i" * run.italic,
        "c" * run.code,
        "m" * run.mention,
        run.url,
    ]
    style = ",".join(filter(None, marks))
    return f"{{{style}:{run.text}}}" if style else run.text


WECOM_VIEWS = {
    "bold": ("a **b** c", ["a {b:b} c"]),
    "lonely-bold": ("a ** b", ["a ** b"]),
    "colour": ('<font color="info">a **b**</font> c', ["{info:a }{info,b:b} c"]),
    "unknown-colour": ('<font color="red">a</font>', ['<font color="red">a</font>']),
    "hex-colour": ('<font color="#ff0000">a</font>', ['<font color="#ff0000">a</font>']),
    "open-colour": ('<font color="info">a', ['<font color="info">a']),
    "crossed": ('</font><font color="info">a', ['</font><font color="info">a']),
    "bold-beside-words": ("**项目：**a**（b）**c", ["{b:项目：}a{b:（b）}c"]),
    "masked-numbers": ("@138****1111 @+86138******22", ["@138****1111 @+86138******22"]),
    "link": ("[a](https://e/x) b", ["{https://e/x:a} b"]),
    "link-of-a-request": ("[!42](http://e/42)", ["{http://e/42:!42}"]),
    "link-in-bold": ("**[a](https://e)**", ["{b,https://e:a}"]),
    "no-link": ("[a] (https://e) [b]()", ["[a] (https://e) [b]()"]),
    "code": ("`**a**` b", ["{c:**a**} b"]),
    "mention": ("> x <@ZhangSan>", ["> x {m:@ZhangSan}"]),
    "lines": ("a\n> b\nc", ["a", "> b", "c"]),
    "heading": ("## a", ["# a"]),
    "no-list": ("- a\n1. b\n---", ["- a", "1. b", "---"]),
    "no-image": ("![a](https://e)", ["![a](https://e)"]),
    "entity": ("&lt;a", ["&lt;a"]),
}  # fmt: skip
DINGTALK_VIEWS = {
    "folded": ("a\nb", ["a b"]),
    "two-spaces": ("a  \nb", ["a", "b"]),
    "paragraph": ("a\n\nb", ["a", "", "b"]),
    "quote": ("> a  \n> b\n\nc", ["> a", "> b", "", "c"]),
    "folded-quote": ("> a\n> b", ["> a b"]),
    "pulled-in": ("> a  \nb", ["> a", "> b"]),
    "heading": ("#### a\nb", ["# a", "b"]),
    "list": ("- a\n- b", ["- a", "- b"]),
    "hex-colour": ('<font color="#888888">a</font>', ["{#888888:a}"]),
    "no-quotes": ("<font color=#888888>a</font>", ["<font color=#888888>a</font>"]),
    "name-colour": ('<font color="info">a</font>', ['<font color="info">a</font>']),
    "italic": ("*a* * b", ["{i:a} * b"]),
    "entities": ("&lt;a&gt; &amp;lt; [&lt;b](https://e)", ["<a> &lt; {https://e:<b}"]),
    "mention": ("@13800001111 @13800002222", ["{m:@13800001111} @13800002222"]),
    "wecom-mention": ("<@ZhangSan>", ["<@ZhangSan>"]),
    "masked-numbers": ("@138****1111 *a*", ["@138****1111 {i:a}"]),
    "bold-italic": ("***a*** *b **c***", ["{b,i:a} {i:b }{b,i:c}"]),
    "image": ("![a](https://e) ![](https://e)", ["{https://e:[a]} {https://e:[image]}"]),
    "in-the-browser": ("[a](dingtalk://x?url=y)", ["{dingtalk://x?url=y:a}"]),
    "dangerous-entities": ("&#27;[2J &#x202e; &nbsp;", ["&#27;[2J &#x202e; &nbsp;"]),
    "empty": ("\n\n", []),
    "quote-in-parts": ("> a\n>\n> # b\n- c\nd", ["> a", "> ", "> # b", "- c d"]),
}  # fmt: skip


@pytest.mark.parametrize("text, lines", WECOM_VIEWS.values(), ids=WECOM_VIEWS)
def test_wecom_markdown_is_read(text: str, lines: list[str]) -> None:
    """What WeCom supports is shown in its style; everything else stays visible as it is."""
    assert seen(text, markup.WECOM_MARKDOWN) == lines


@pytest.mark.parametrize("text, lines", DINGTALK_VIEWS.values(), ids=DINGTALK_VIEWS)
def test_dingtalk_markdown_is_read(text: str, lines: list[str]) -> None:
    """As for WeCom; line breaks are markdown's, and only ids in ``at`` are pings."""
    assert seen(text, markup.DINGTALK_MARKDOWN, mentioned=["13800001111"]) == lines


def test_v2_has_neither_colour_nor_mention() -> None:
    """``markdown_v2`` shows font tags and mentions as raw characters."""
    text = '<font color="info">a</font> <@b> *c*'

    assert seen(text, markup.WECOM_MARKDOWN_V2) == ['<font color="info">a</font> <@b> {i:c}']


SYNTAXES = {
    "wecom": markup.WECOM_MARKDOWN,
    "wecom-v2": markup.WECOM_MARKDOWN_V2,
    "dingtalk": markup.DINGTALK_MARKDOWN,
}
HOSTILE = (
    "[", "![", "[a](", "[a](https://e", "*", "**", "*a **", "`a", "&", "&lt;", "<@", "<font",
    '<font color="info">', '<font color="#888888">', "</font>", "> ", "x\n", "> x  \n",
)  # fmt: skip
every_syntax = pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)


@pytest.mark.parametrize("form", ["[a]({})", "![a]({})"], ids=["link", "image"])
@pytest.mark.parametrize(
    "address",
    ["javascript:x", "JavaScript:x", "java&#115;cript:x", "data:text/html,x", "file:///x",
     "vbscript:x", "//e", "/e", "mailto:a@e", " javascript:x", "", "http:x"],
)  # fmt: skip
@every_syntax
def test_only_known_schemes_are_links(syntax: markup_runs.Syntax, address: str, form: str) -> None:
    """Any other address stays visible as it is, so that no click can run it."""
    text = form.format(address)

    assert seen(text, syntax) == [text]


@pytest.mark.parametrize("mark", HOSTILE)
@every_syntax
def test_d11_hostile_markup_loses_nothing(mark: str, syntax: markup_runs.Syntax) -> None:
    """A hundred kilobytes of one mark are read in time, and every letter is still there."""
    times = 50_000 // len(mark)
    rows = markup.rows(f"{mark}X" * times + mark * times, syntax)

    assert "".join(map(markup.plain, rows)).count("X") == times


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_messages_are_read_as_by_commonmark(path: Path) -> None:
    """A library reads the same words, bold words and links in every approved message."""
    for block in path.read_text(encoding="utf-8").split("━━ ")[1:]:
        head, _, text = block.partition("\n")
        wecom = head.startswith("WeCom ") or "wecom_robot" in head
        rows = markup.rows(text, markup.WECOM_MARKDOWN if wecom else markup.DINGTALK_MARKDOWN)
        runs = [run for row in rows for run in row.runs]

        assert read_by_library(text) == (
            "".join("".join(run.text for run in runs).split()),
            [run.text for run in runs if run.bold],
            [(run.text, run.url) for run in runs if run.url],
        )


def read_by_library(text: str) -> tuple[str, list[str], list[tuple[str, str]]]:
    """Return the words without spaces, the bold ones, and the links with their addresses."""
    bare = re.sub(r"</?font[^>]*>|^> ?|^#### ", "", re.sub(r"<(@\w+)>", r"\1", text), flags=re.M)
    parser = MarkdownIt("zero").enable(["emphasis", "link"])
    words, bold, links = "", [], []
    within: list[str] = []
    for token in parser.inline.parse(bare, parser, {}, []):
        if token.nesting > 0:
            within.append(str(token.attrGet("href") or token.tag))
        elif token.nesting < 0:
            within.pop()
        words += token.content
        bold += [token.content] if token.content and "strong" in within else []
        links += [(token.content, url) for url in within if token.content and "://" in url]
    return "".join(words.split()), bold, links


def drawn(bubble: Bubble, **options: Any) -> str:
    stream = io.StringIO()
    bubbles.show(bubble, Console(file=stream, width=80, markup=False, emoji=False, **options))
    return stream.getvalue()


MESSAGE = Bubble(
    "wecom",
    "",
    '<font color="warning">❌ x</font> · **b**\n> [log](https://e/1) <@ZhangSan>',
    {"msgtype": "markdown"},
    47,
    4096,
)


def test_a_bubble_in_colour() -> None:
    """On a terminal the colour, the bold, the link and the mention are really styled."""
    output = drawn(MESSAGE, force_terminal=True, color_system="truecolor", _environ={})

    assert "38;5;208m❌ x" in output  # dark orange
    assert "\x1b[1mb\x1b[0m" in output
    assert "https://e/1\x1b\\" in output  # a link one can click
    assert "\x1b[1;36m@ZhangSan" in output


def test_a_bubble_without_colours() -> None:
    """``NO_COLOR`` leaves no colour; a pipe leaves no escape sequence at all."""
    colourless = drawn(MESSAGE, force_terminal=True, _environ={"NO_COLOR": "1"})

    assert not re.search(r"\x1b\[[0-9;]*(3[0-9]|9[0-7])[;m]", colourless)
    assert "\x1b" not in drawn(MESSAGE)
    assert "WeCom: ❌ x · b" in drawn(MESSAGE)
    assert "▌ log @ZhangSan" in drawn(MESSAGE)
    assert "47 / 4096 B" in drawn(MESSAGE)


def test_a_bubble_shows_a_link_as_the_chat_does() -> None:
    """The label stands there, its address does not, however short it is."""
    linked = MESSAGE._replace(text="[log](https://e/xxx)")

    assert "xxx" not in drawn(linked)
    assert "│ log " in drawn(linked)


def test_a_bubble_shows_who_is_pinged_and_what_can_be_pressed() -> None:
    """Mention lists of a text message, ``isAtAll`` and buttons are part of what people see."""
    text = MESSAGE._replace(
        text="hi", raw={"msgtype": "text", "text": {"mentioned_mobile_list": ["138", "@all"]}}
    )
    card = Bubble(
        "dingtalk", "t", "x",
        {"msgtype": "actionCard", "at": {"isAtAll": True},
         "actionCard": {"btns": [{"title": "查看"}, {"title": 5}, 6]}},
        1, 20000,
    )  # fmt: skip

    assert "@138 @all" in drawn(text)
    assert "@all" in drawn(card)
    assert "[ 查看 ]" in drawn(card)
    assert "DingTalk: t" in drawn(card)


@pytest.mark.parametrize("raw", [{}, {"msgtype": 5}, {"msgtype": "text", "text": [], "at": 3}])
def test_a_bubble_of_odd_json(raw: dict[str, Any]) -> None:
    """Whatever the JSON holds, the text is shown, and no control character is obeyed."""
    output = drawn(MESSAGE._replace(raw=raw, text="a\x1b[2Jb [/red] :smile:"))

    assert "a\ufffd[2Jb [/red] :smile:" in output


def test_what_a_page_shows_of_a_bubble() -> None:
    """The chat list's line is plain and uncut; people of the lists follow the text; labels."""
    long = "**长** " * 60
    text = MESSAGE._replace(
        text=f"\n{long}\nb", raw={"msgtype": "markdown", "markdown": {"mentioned_list": ["x"]}}
    )
    card = Bubble(
        "dingtalk", "t", "x", {"msgtype": "actionCard", "actionCard": {"singleTitle": "看"}}, 1, 9
    )

    assert bubbles.notification(text) == "长 " * 60
    assert bubbles.notification(card) == "t"
    assert [markup.plain(row) for row in bubbles.rows(text)] == ["", "长 " * 60, "b", "@x"]
    assert bubbles.rows(text)[-1].runs[0].mention
    assert (bubbles.buttons(card), bubbles.buttons(text)) == (["看"], [])


@pytest.mark.parametrize(
    "change",
    [
        {"name": FORGED},
        {"title": FORGED},
        {"raw": {"msgtype": FORGED}},
        {"raw": {"msgtype": "text", "touser": FORGED}},
        {"raw": {"msgtype": "text", "text": {"mentioned_list": [FORGED]}}},
        {"raw": {"msgtype": "actionCard", "actionCard": {"singleTitle": FORGED}}},
    ],
    ids=["group", "title", "type", "people", "mentioned", "button"],
)
def test_g3_no_name_begins_another_line(change: dict[str, Any]) -> None:
    """A line end or bidirectional control in a name or label is shown, not obeyed."""
    output = drawn(MESSAGE._replace(text="x", **change))

    assert "a\ufffdT <-- fine\ufffd\ufffdb" in output
    assert not re.search("[\u2028\u202e]", output)
