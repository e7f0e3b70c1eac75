"""What goes, and in which order, when a message is too long for its platform."""

import json
import re
import time

import pytest
from formatter_cases import (
    EVERY_RECEIVER,
    SOME,
    ZHANG,
    R,
    commit,
    dingtalk,
    hostile_text,
    markup,
    push,
    receiver_id,
    wecom,
)
from hypothesis import given
from hypothesis import strategies as st

from formatters import formatter
from relay.config import Receiver
from relay.notifications import Action, Line, More, Notification, Span

every_receiver = pytest.mark.parametrize("receiver", EVERY_RECEIVER, ids=receiver_id)
LINK = Action("查看", f"{R}/issues/1")


def text(notification: Notification, receiver: Receiver) -> str:
    return formatter(receiver).render(notification, receiver).text


def filled(size: int, char: str = "a", rank: str = "note") -> Notification:
    """A notification whose WeCom markdown takes *size* bytes if it is not cut."""
    frame = Notification((Span("x"),), (Line((Span("b"),), rank),), (LINK,))
    room = size - len(text(frame, wecom()).encode()) + 1
    words = char * (room // len(char.encode())) + "b" * (room % len(char.encode()))
    return frame._replace(lines=(Line((Span(words),), rank),))


@pytest.mark.parametrize(("size", "is_cut"), [(4095, False), (4096, False), (4097, True)])
@pytest.mark.parametrize("char", ["a", "长", "👍"], ids=["ascii", "chinese", "emoji"])
def test_d1_limit_is_counted_in_bytes_of_content(size: int, is_cut: bool, char: str) -> None:
    """Content of exactly the limit is left alone; one byte more is cut, with a mark."""
    rendered = formatter(wecom()).render(filled(size, char), wecom())

    assert is_cut == rendered.cut
    assert is_cut == ("…" in rendered.text)
    assert rendered.size == (len(rendered.text.encode()) if is_cut else size)
    assert 4096 - 10 <= rendered.size <= 4096 or not is_cut


@pytest.mark.parametrize(("size", "is_kept"), [(4096, True), (4097, False)])
def test_d1_line_that_just_fits_is_kept(size: int, is_kept: bool) -> None:
    """A line that may not be shortened is kept to the last byte, and dropped one byte later."""
    notification = filled(size, rank="fact")

    assert is_kept == ("aaa" in text(notification, wecom()))


def test_d1_1366_chinese_characters_are_4098_bytes() -> None:
    """A title of 1 366 Chinese characters alone is over the limit, and is cut to fit."""
    rendered = formatter(wecom()).render(Notification((Span("长" * 1366),)), wecom())

    assert rendered.cut
    assert "长" * 99 + "…" == rendered.text


@pytest.mark.parametrize(
    "unit",
    ["长", "👍", "👍🏽", "👨‍👩‍👧‍👦", "e\u0301"],
    ids=["chinese", "emoji", "skin-tone", "family", "accent"],
)
@pytest.mark.parametrize("shift", range(6))
def test_d1_cut_leaves_whole_characters(unit: str, shift: int) -> None:
    """Wherever the cut falls, no character is torn from what belongs to it."""
    line = Line((Span("-" * shift + unit * 3000),), "note")
    note = text(Notification((Span("x"),), (line,)), wecom()).splitlines()[1]

    kept = note.removeprefix("> ").removeprefix("\u200b").removeprefix("-" * shift)
    assert unit * ((len(kept) - 1) // len(unit)) + "…" == kept


@pytest.mark.parametrize(
    "span",
    [
        pytest.param(Span("长" * 2000, f"{R}/issues/231"), id="link"),
        pytest.param(Span("长" * 2000, tone="muted"), id="colour"),
        pytest.param(Span("长" * 2000, bold=True), id="bold"),
    ],
)
def test_d2_cut_never_falls_inside_markup(span: Span) -> None:
    """A shortened note keeps its markup whole."""
    note = Notification((Span("x"),), (Line((span,), "note"),), (LINK,))
    shown = text(note, wecom()).splitlines()[1]

    start, end = (
        text(note._replace(lines=(Line((span._replace(text="长"),)),)), wecom())
        .splitlines()[1]
        .split("长")
    )
    assert shown.startswith(f"{start}长")
    assert shown.endswith(f"长…{end}")


@pytest.mark.parametrize(
    "unit", ['"', "\\n ", "长", "&", "<", "👍"], ids=lambda unit: repr(unit)[1:-1]
)
@pytest.mark.parametrize("message", ["markdown", "action_card", "text"])
def test_d3_dingtalk_counts_the_body_really_sent(unit: str, message: str) -> None:
    """JSON escapes, entities and multi-byte characters all count; the body stays below 20 000."""
    receiver = dingtalk(message)
    lines = tuple(Line((Span(f"{at} " + unit * 400),)) for at in range(100))
    notification = Notification((Span(unit * 40 + "x"),), lines, (LINK,))
    rendered = formatter(receiver).render(notification, receiver)
    body = formatter(receiver).prepare(rendered.body, receiver, 0).body

    assert rendered.cut
    assert len(body) == rendered.size <= rendered.limit < 20_000
    assert rendered.size > 17_000
    assert rendered.body == json.loads(body)


def ranked(size: int) -> Notification:
    """One subject, five commits, two facts and a note, each line of about *size* bytes."""
    filler = "x" * size
    return Notification(
        (Span("head"),),
        (
            Line((Span(f"subject {filler}"),), "subject"),
            *(commit(f"c{at}", f"title {filler}") for at in range(5)),
            Line((Span(f"fact-1 {filler}"),)),
            Line((Span(f"fact-2 {filler}"),)),
            Line((Span(f"note {filler}"),), "note"),
        ),
        (LINK, Action("second", f"{R}/2")),
        More("… {count} more", 7, " (who)"),
    )


MARKS = ("subject", "[c0]", "[c1]", "[c2]", "[c3]", "[c4]", "fact-1", "fact-2", "note", "second")


@pytest.mark.parametrize(
    ("size", "kept", "count"),
    [
        pytest.param(350, MARKS, "7 more (who)", id="all"),
        pytest.param(400, MARKS, "7 more (who)", id="note-shortened"),
        pytest.param(445, set(MARKS) - {"note"}, "7 more (who)", id="no-note"),
        pytest.param(500, set(MARKS) - {"note", "[c4]"}, "8 more<", id="four-commits"),
        pytest.param(560, set(MARKS) - {"note", "[c4]", "[c3]"}, "9 more<", id="three-commits"),
        pytest.param(
            650, {"subject", "[c0]", "[c1]", "[c2]", "fact-1", "second"}, "9 more<", id="one-fact"
        ),
        pytest.param(780, {"subject", "[c0]", "[c1]", "[c2]", "second"}, "9 more<", id="no-fact"),
        pytest.param(1000, {"subject", "[c0]", "[c1]", "second"}, "10 more<", id="two-commits"),
        pytest.param(3500, {"subject", "second"}, "12 more<", id="no-commit"),
        pytest.param(4000, {"second"}, "12 more<", id="no-subject"),
    ],
)
def test_lines_go_in_the_order_of_rule_6(size: int, kept: set[str], count: str) -> None:
    """Description, commits beyond three, facts from the last, commits, subject; counts follow."""
    shown = text(ranked(size), wecom())

    assert set(kept) == {mark for mark in MARKS if mark in shown}
    assert f"… {count}" in shown
    assert shown.startswith("head\n")
    assert f"[查看]({LINK.url})" in shown


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        pytest.param(340, {"note", "own-2", "own-1", "[c4]", "fact-2"}, id="all"),
        pytest.param(400, {"note", "own-2", "own-1", "[c4]", "fact-2"}, id="note-cut"),
        pytest.param(420, {"own-2", "own-1", "fact-2"}, id="no-fifth-commit"),
        pytest.param(500, {"own-1", "fact-2"}, id="no-second-own"),
        pytest.param(580, {"fact-2"}, id="no-own"),
    ],
)
def test_own_lines_go_after_descriptions_and_before_facts(size: int, kept: set[str]) -> None:
    """`append` is worth more than a description or a fourth commit, less than a fact."""
    own = tuple(Line((markup(f"own-{at} "), Span("x" * size))) for at in (1, 2))
    lines = tuple(line for line in ranked(size).lines if "c3" not in line.spans[0].text)
    shown = text(ranked(size)._replace(lines=lines, own=own, more=None), wecom())
    marks = ("[c4]", "fact-2", "note", "own-1", "own-2")

    assert kept == {mark for mark in marks if mark in shown}


def template(lines: int, size: int, own: int = 0) -> Notification:
    """The user's own message of *lines* lines of *size* bytes each, and *own* under it."""
    whole, under = (
        tuple(Line((markup(f"{name}{at:04} " + "长" * ((size - 6) // 3)),)) for at in range(count))
        for name, count in (("L", lines), ("U", own))
    )
    return Notification((Span("head"),), actions=(LINK,), mentions=(ZHANG,), whole=whole, own=under)


@pytest.mark.parametrize(("extra", "is_cut"), [(0, False), (1, True)])
def test_d1_template_of_exactly_the_limit_is_whole(extra: int, is_cut: bool) -> None:
    """With one byte more the last line goes, and an ellipsis stands in its place."""
    frame = template(3, 999)
    size = len(text(frame, wecom()).encode())
    last = Line((markup("z" * (4096 - size - 1 + extra)),))
    rendered = formatter(wecom()).render(frame._replace(whole=(*frame.whole, last)), wecom())

    assert is_cut == rendered.cut
    assert is_cut == rendered.text.endswith("\n… <@ZhangSan>")
    assert is_cut != ("zzz" in rendered.text)
    assert is_cut or rendered.size == 4096


@pytest.mark.parametrize(
    ("lines", "own", "last"),
    [
        pytest.param(2, 20, "U0001", id="own-lines-first"),
        pytest.param(4, 1, "L0003", id="all-own-lines"),
        pytest.param(20, 5, "L0003", id="then-the-template"),
    ],
)
def test_template_loses_its_last_lines(lines: int, own: int, last: str) -> None:
    """Lines under the template go before its own, from the end; what stays stays in order."""
    shown = text(template(lines, 906, own), wecom())

    first = [line.split(" ")[0] for line in shown.splitlines()]
    assert [last, "…"] == first[-2:]
    assert sorted(first[:-1]) == first[:-1]


@every_receiver
def test_d9_template_of_thousands_of_lines_costs_little(receiver: Receiver) -> None:
    """A template's output has at most some thousand lines; finding what fits takes no time."""
    notification = template(8000, 6)
    start = time.process_time()
    rendered = formatter(receiver).render(notification, receiver)

    assert time.process_time() - start < 1.0
    assert rendered.cut
    assert rendered.limit - 20 <= rendered.size <= rendered.limit


users_lines = st.lists(
    st.builds(
        lambda start, words, times: Line((markup(start), Span(words * times))),
        st.sampled_from(["", "> ", "**", "[", "](", "- ", "<font>"]),
        hostile_text,
        st.sampled_from([0, 1, 1, 40, 900]),
    ),
    max_size=12,
).map(tuple)


@SOME
@given(
    receiver=st.sampled_from(EVERY_RECEIVER),
    whole=users_lines,
    own=users_lines,
    lines=users_lines,
    names=st.lists(hostile_text, max_size=12).map(tuple),
    url=st.sampled_from([f"{R}/1", R + "/" + "(" * 400]),
)
def test_d1_any_own_message_fits_and_is_not_empty(
    receiver: Receiver,
    whole: tuple[Line, ...],
    own: tuple[Line, ...],
    lines: tuple[Line, ...],
    names: tuple[str, ...],
    url: str,
) -> None:
    """Whatever the user's lines are: within the limit, UTF-8, never empty, the mention is there."""
    notification = Notification(
        (Span("head" * 50),),
        lines,
        (Action("go", url),),
        mentions=(ZHANG,),
        own=own,
        whole=whole,
        unresolved=names,
    )
    rendered = formatter(receiver).render(notification, receiver)
    body = formatter(receiver).prepare(rendered.body, receiver, 0).body.decode()

    assert rendered.size <= rendered.limit
    assert rendered.body == json.loads(body)
    assert rendered.text.strip()
    assert re.search("ZhangSan|@?13800001111", body + json.dumps(rendered.follow_up))


def test_second_action_goes_before_the_first_line_is_cut() -> None:
    """When the first line and both links are too long, the second link goes; then words."""
    long_url = R + "/" + "x" * 900
    notification = Notification(
        (Span("头" * 900),),
        (Line((Span("fact"),)),),
        (Action("one", long_url), Action("two", long_url)),
    )
    shown = text(notification, wecom())

    assert shown == f"{'头' * 900}\n> [one]({long_url})"


def test_names_go_before_the_first_line_is_cut() -> None:
    """People without an id are named as long as there is room beside first line and link."""
    notification = Notification((Span("头" * 600),), actions=(LINK,), unresolved=("张三",) * 2)
    rendered = formatter(wecom("text")).render(notification, wecom("text"))
    longer = notification._replace(headline=(Span("头" * 663),))

    assert rendered.text.endswith("\n张三")
    assert not rendered.cut
    assert text(longer, wecom("text")) == f"{'头' * 663}\n查看：{LINK.url}"


def test_count_appears_when_commits_had_to_go() -> None:
    """Where every commit was listed and some do not fit, the line that counts them appears."""
    rendered = formatter(wecom()).render(push(100), wecom())
    shown = rendered.text.count("/commit/")

    assert rendered.cut
    assert f"… 还有 {100 - shown} 个提交" in rendered.text.splitlines()[shown + 1]
    assert rendered.size > 4096 - 120


def test_nothing_is_said_about_nothing_left_out() -> None:
    """A message that fits has no line that counts what is missing."""
    rendered = formatter(wecom()).render(push(5), wecom())

    assert "还有" not in rendered.text
    assert not rendered.cut


def test_blank_lines_are_left_out() -> None:
    """A line without words takes no room and shows nothing, in whichever rank."""
    blank = tuple(
        Line(spans, rank)
        for rank in ("subject", "commit", "fact", "note")
        for spans in ((), (Span(" "),))
    )

    assert "x" == text(Notification((Span("x"),), blank), wecom())


@every_receiver
def test_blank_notes_of_an_overlong_message(receiver: Receiver) -> None:
    """A blank note beside a first line that is too long is no obstacle."""
    notification = Notification((Span("长" * 9000),), (Line((), "note"),))
    rendered = formatter(receiver).render(notification, receiver)

    assert rendered.size <= rendered.limit


@every_receiver
def test_worst_of_everything_fits(receiver: Receiver) -> None:
    """Longest link, label, first line and unknown rank at once: it fits, and the link is there."""
    url = R + "/" + "(" * 400
    notification = Notification(
        tuple(Span("&<@a]*" * 300, tone="danger", bold=True) for _ in range(9)),
        tuple(Line((Span("[@a" * 1000),), rank) for rank in ("subject", "new", "commit", "note")),
        (Action("&[@a" * 200, url), Action("&" * 3000, url)),
        More("{count}" * 500, 3, "&" * 4000),
    )
    rendered = formatter(receiver).render(notification, receiver)

    assert rendered.size <= rendered.limit
    assert rendered.cut
    assert "%28" * 400 in json.dumps(rendered.body).replace("%2528", "%28")


@every_receiver
@pytest.mark.parametrize(
    "unit", ["a", "[", "](", "\n> ", " ", "*", "_a", "&a", "@", "\\", "~", "长", "`", "!", "("]
)
def test_d11_time_grows_with_the_length(receiver: Receiver, unit: str) -> None:
    """300 KB of any character through every pattern stays far below a second."""
    notification = Notification(
        (Span("x"),),
        (Line((Span(unit * (300_000 // len(unit))),), "note"),),
        (Action("y", R),),
    )
    start = time.process_time()
    rendered = formatter(receiver).render(notification, receiver)

    assert time.process_time() - start < 1.5
    assert rendered.size <= rendered.limit


@every_receiver
def test_d9_hundreds_of_lines_cost_little(receiver: Receiver) -> None:
    """A push of 300 lines takes a few milliseconds (generous here: machines differ)."""
    notification = push(300)
    start = time.process_time()
    for _ in range(10):
        rendered = formatter(receiver).render(notification, receiver)

    assert (time.process_time() - start) / 10 < 0.03
    assert rendered.size <= rendered.limit
