"""Waiting deliveries as text: exact, small enough, and safe to read whatever the text is."""

import json
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_golden import SENT, read

from relay.config import DINGTALK_ROBOT, Person
from relay.describe import describe
from relay.events import Comment, Event
from relay.notifications import (
    Action,
    Delivery,
    Line,
    Mention,
    More,
    Notification,
    Span,
)
from relay.people import resolve
from relay.queues import items
from relay.queues.items import Item
from workbench import samples

MOBILE = "13800001111"
PLENTY = 200_000
LEAST = 4096
WORDS = Notification((Span("标题"),))


def item(notification: Notification = WORDS, **changes: Any) -> Item:
    delivery = Delivery("gl-1.dev", "dev", "push.pushed", 1.5, notification)
    return Item(delivery._replace(**changes), 2.5)


def written(notification: Notification, most_bytes: int = PLENTY) -> Notification:
    """Return *notification* as it comes out of at most *most_bytes*."""
    text = items.write(item(notification), most_bytes)
    assert len(text.encode()) <= most_bytes
    return items.read(text).delivery.notification


def line(text: str, rank: str = "fact") -> Line:
    return Line((Span(text),), rank)


def texts(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(span.text for span in one.spans) for one in lines]


# --- there and back


@pytest.mark.parametrize("name", SENT)
@pytest.mark.parametrize("quiet", [False, True], ids=["loud", "quiet"])
def test_every_sample_comes_back(name: str, quiet: bool) -> None:
    """A delivery of every sample reads back the same."""
    notification = describe(read(name), quiet=quiet, now_s=samples.NOW)
    mentioned = notification._replace(mentions=(Mention("张三", wecom="ZhangSan"),))

    assert items.read(items.write(item(mentioned), PLENTY)) == item(mentioned)


WORD = st.text(max_size=30)
SPANS = st.lists(st.builds(Span, WORD, WORD, WORD, st.booleans(), WORD), max_size=3).map(tuple)
RANKS = st.sampled_from(["fact", "note", "commit", "subject", "own", "other"])
LINES = st.lists(st.builds(Line, SPANS, RANKS), max_size=4).map(tuple)
COUNTS = st.integers(0, 10**12)
TIMES = st.floats(0, 10**12)
NOTIFICATIONS = st.builds(
    Notification,
    headline=SPANS,
    lines=LINES,
    actions=st.lists(st.builds(Action, WORD, WORD), max_size=3).map(tuple),
    more=st.none() | st.builds(More, WORD, COUNTS, WORD),
    mentions=st.lists(
        st.builds(Mention, WORD, WORD, WORD, st.just(""), st.booleans()), max_size=3
    ).map(tuple),
    quiet=st.booleans(),
    lang=st.sampled_from(["zh-CN", "en"]),
    own=LINES,
    whole=LINES,
    unresolved=st.lists(WORD, max_size=3).map(tuple),
)
ITEMS = st.builds(Item, st.builds(Delivery, WORD, WORD, WORD, TIMES, NOTIFICATIONS), TIMES)


@given(ITEMS)
@settings(max_examples=150, deadline=None)
def test_every_item_comes_back(one: Item) -> None:
    """What is written is read back exactly, whatever its texts are, and can go through SQS."""
    text = items.write(one, PLENTY)

    assert items.read(text) == one
    assert not {"\ufffe", "\uffff"} & set(text)
    assert all(char >= " " for char in text)


LONG = st.text(max_size=40).map(lambda text: (text or "长") * 30)
LONG_LINES = st.lists(
    st.builds(Line, st.lists(st.builds(Span, LONG, LONG), max_size=3).map(tuple), RANKS),
    max_size=20,
).map(tuple)


@given(
    st.builds(
        Notification,
        headline=st.lists(st.builds(Span, LONG, LONG), max_size=4).map(tuple),
        lines=LONG_LINES,
        actions=st.lists(st.builds(Action, LONG, LONG), max_size=3).map(tuple),
        more=st.none() | st.builds(More, LONG, COUNTS, LONG),
        mentions=st.lists(st.builds(Mention, LONG, LONG), max_size=20).map(tuple),
        own=LONG_LINES,
        whole=st.just(()) | LONG_LINES,
        unresolved=st.lists(LONG, max_size=9).map(tuple),
    )
)
@settings(max_examples=60, deadline=None)
def test_four_kilobytes_always_do(notification: Notification) -> None:
    """4096 bytes hold every delivery: its first line and first link stay, something to read."""
    kept = written(notification, LEAST)

    assert bool(kept.title) == bool(notification.title)
    assert len(kept.actions) >= min(1, len(notification.actions))


def test_text_is_compact_and_readable() -> None:
    """Defaults are left out, characters are not escaped, and the version stands first."""
    expected = (
        '{"version":1,"since_s":2.5,"id":"gl-1.dev","receiver":"dev","event":"push.pushed",'
        '"received_at":1.5,"notification":{"headline":[{"text":"标题"}]}}'
    )

    assert items.write(item(), PLENTY) == expected


def test_half_characters_are_replaced() -> None:
    """A lone surrogate, which UTF-8 does not know, is U+FFFD on both sides."""
    half = Notification((Span("a\ud800"),))
    hostile = items.write(item(), PLENTY).replace("标题", "\\udfff")

    assert written(half).title == "a\ufffd"
    assert items.read(hostile).delivery.notification.title == "\ufffd"


def test_absurd_numbers_come_through() -> None:
    """A payload that counts 10^30 commits is no reason to lose the message."""
    kept = written(WORDS._replace(more=More("{count}", 10**30)))

    assert kept.more == More("{count}", 10**12)


def test_keys_of_a_newer_writer_are_ignored() -> None:
    """What this reader does not know does no harm, at any place."""
    plain = json.loads(items.write(item(), PLENTY))
    plain["new"] = {"x": [None]}
    plain["notification"]["headline"][0]["new"] = 1

    assert items.read(json.dumps(plain)) == item()


# --- people


PEOPLE = (
    Person("zhangsan", "张三", wecom="ZhangSan", mobile="13900000000"),
    Person("lisi", "李四", mobile=MOBILE),
    Person("li-si", "李四", dingtalk="manager1"),
    Person("muted", "静音", mobile="13700000000", mute=True),
    Person("twin1", "双胞胎", mobile="13600000001"),
    Person("twin2", "双胞胎", mobile="13600000002"),
    Person("plain", mobile="13500000000"),
)


@pytest.mark.parametrize(
    ("mention", "mobile"),
    [
        pytest.param(Mention("李四", mobile=MOBILE), MOBILE, id="by-name"),
        pytest.param(Mention("plain", mobile="1"), "13500000000", id="number-has-changed"),
        pytest.param(Mention("张三", wecom="ZhangSan"), "", id="had-no-number"),
        pytest.param(Mention("张三", "ZhangSan", mobile="1"), "13900000000", id="name-and-id"),
        pytest.param(Mention("张三", "Other", mobile="1"), "", id="another-id"),
        pytest.param(Mention("王五", mobile=MOBILE), "", id="unknown"),
        pytest.param(Mention("双胞胎", mobile="13600000001"), "", id="two-of-one-name"),
        pytest.param(Mention("静音", mobile="13700000000"), "", id="muted-since"),
        pytest.param(Mention(everyone=True), "", id="everyone"),
    ],
)
def test_phone_number_is_looked_up(mention: Mention, mobile: str) -> None:
    """No number is written; it is the one that the configuration has when the text is read."""
    text = items.write(item(WORDS._replace(mentions=(mention,))), PLENTY)
    found = items.read(text, PEOPLE).delivery.notification.mentions

    assert found == (mention._replace(mobile=mobile),)
    assert not any(person.mobile in text for person in PEOPLE if person.mobile)
    assert items.read(text).delivery.notification.mentions == (mention._replace(mobile=""),)


def test_people_are_named_as_when_they_were_mentioned() -> None:
    """Whoever `relay.people` mentions by number is found again, however long the name is."""
    person = Person("long", "很长的名字" * 9, mobile=MOBILE)
    comment = Comment("issue", "@long 看一下", mentioned=("long",))
    mentions = resolve(
        Event("gitlab", "comment", "created", comment), ["long"], (person,), DINGTALK_ROBOT
    ).mentions
    text = items.write(item(WORDS._replace(mentions=mentions)), PLENTY)

    assert [mention.mobile for mention in mentions] == [MOBILE]
    assert items.read(text, (person,)).delivery.notification.mentions == mentions


# --- what does not fit


COMMITS = tuple(line(f"commit {number} {'c' * 400}", "commit") for number in range(9))
FULL = Notification(
    headline=(Span("🚀 headline"),),
    lines=(
        line("subject", "subject"),
        *COMMITS,
        *(line(f"fact {number} {'f' * 400}") for number in range(3)),
        line("note " + "n" * 400, "note"),
    ),
    actions=(Action("first", "https://git.example.com/1"), Action("second", "https://x.io/2")),
    more=More("{count} more", 2, " by A"),
    own=(line("own " + "o" * 400),),
)


def kept_of(most_bytes: int) -> tuple[list[str], int]:
    """Return the first words of what stays of FULL, and how many commits are counted as hidden."""
    kept = written(FULL, most_bytes)
    lines = [" ".join(text.split()[:2]) for text in texts((*kept.lines, *kept.own))]
    return [text[:8] for text in lines], kept.more.hidden if kept.more else 0


FIRST = ["subject", "commit 0", "commit 1", "commit 2"]
OTHERS = [f"commit {number}" for number in range(3, 9)]
FACTS = ["fact 0", "fact 1", "fact 2"]


def test_whole_item_stays_whole() -> None:
    """As long as it fits nothing is left out."""
    size = len(items.write(item(FULL), PLENTY).encode())

    assert written(FULL, size) == FULL
    assert written(FULL, size - 1) != FULL


@pytest.mark.parametrize(
    ("most_bytes", "lines", "hidden"),
    [
        pytest.param(
            6400, [*FIRST, *OTHERS, *FACTS, "…", "own"], 2, id="notes",
        ),
        pytest.param(
            5200, [*FIRST, *OTHERS[:3], *FACTS, "…", "own"], 5, id="commits-from-the-last",
        ),
        pytest.param(3900, [*FIRST, *FACTS, "…", "own"], 8, id="commits-beyond-the-third"),
        pytest.param(3200, [*FIRST, *FACTS, "…"], 8, id="own-lines"),
        pytest.param(2500, [*FIRST, *FACTS[:1], "…"], 8, id="facts-from-the-last"),
        pytest.param(1200, ["subject", "commit 0", "…"], 10, id="first-commits"),
        pytest.param(500, ["subject", "…"], 11, id="subject"),
    ],
)  # fmt: skip
def test_least_important_lines_go_first(most_bytes: int, lines: list[str], hidden: int) -> None:
    """The order is that of a message fitted into a platform's limit; commits stay counted."""
    found, count = kept_of(most_bytes)

    assert ([text[: len(name)] for text, name in zip(found, lines, strict=True)], count) == (
        lines,
        hidden,
    )


def test_detail_of_the_count_goes_with_the_first_commit() -> None:
    """What is told about the hidden commits is not true any more once there are others."""
    assert written(FULL, 6400).more == FULL.more
    assert written(FULL, 5200).more == More("{count} more", 5)


def test_own_message_loses_its_last_lines() -> None:
    """What a template's message would not show anyway goes first, then its last lines."""
    whole = tuple(line(f"line {number} {'x' * 400}") for number in range(20))
    own = FULL._replace(whole=whole)
    kept = written(own, LEAST)
    size = len(items.write(item(own._replace(lines=(), more=None)), PLENTY).encode())

    assert (kept.lines, kept.more, kept.own, kept.headline) == ((), None, (), FULL.headline)
    assert kept.whole[:-1] == whole[: len(kept.whole) - 1]
    assert texts(kept.whole)[-1] == "…"
    assert written(own, size).whole == whole


def test_first_line_and_first_link_stay_last() -> None:
    """Where only little fits, the headline, cut, and the first action are what is left."""
    long = FULL._replace(
        headline=tuple(Span("长" * 130, "https://git.example.com/" + "x" * 900) for _ in "1234"),
        mentions=tuple(Mention(f"名字{n}", wecom=f"User{n}") for n in range(50)),
    )
    kept = written(long, 900)

    assert kept.title.startswith("长长长")
    assert kept.title.endswith("…")
    assert (kept.actions, kept.lines) == (FULL.actions[:1], (line("…"),))


def test_counted_commits_need_no_other_mark() -> None:
    """Where only commits are left out, their count says so; without a count an ellipsis does."""
    commits = Notification((Span("x"),), COMMITS, more=More("{count} more"))
    counted, uncounted = (
        written(commits._replace(more=more), 2500) for more in (More("{count}"), None)
    )

    assert (counted.lines, counted.more) == (COMMITS[:5], More("{count}", 4))
    assert (uncounted.lines, uncounted.more) == ((*COMMITS[:5], line("…")), None)


def test_own_message_that_does_not_fit_at_all_is_gone() -> None:
    """Not even its first line fits: the first line and the link say what there is to say."""
    huge = FULL._replace(whole=(line("x" * 5000), line("y")))
    kept = written(huge, LEAST)

    assert (kept.whole, kept.own) == ((), ())
    assert (kept.headline, kept.actions) == (FULL.headline, FULL.actions)


def test_absurd_texts_are_cut_at_last() -> None:
    """Labels, links and half characters that no adapter makes do not stop a message."""
    absurd = Notification(
        headline=(Span("\ud800" * 5000),),
        actions=(Action("l" * 5000, "https://x.io/" + "x" * 5000),),
    )
    kept = written(absurd, LEAST)

    assert kept.title.endswith("…")
    assert kept.actions == (Action("l" * 87 + "…", ""),)


def test_everyone_is_the_last_mention_to_go() -> None:
    """Mentions go after all lines, the last first, `@all` never before another."""
    mentions = (*(Mention(f"名{n}", wecom=f"U{n}") for n in range(200)), Mention(everyone=True))
    kept = written(FULL._replace(mentions=mentions), LEAST)

    assert kept.lines == (line("…"),)
    assert len(kept.mentions) > 50
    assert kept.mentions == (mentions[-1], *mentions[: len(kept.mentions) - 1])


def test_quiet_line_loses_nothing_that_shows() -> None:
    """Of a quiet notification the first line, its link and the mentions are kept."""
    quiet = FULL._replace(quiet=True, mentions=(Mention("张三", "ZhangSan"),))

    assert written(quiet, LEAST) == quiet._replace(lines=(), more=None, own=())


def test_impossible_size_is_an_error() -> None:
    """A limit that not even the names fit into is refused, not exceeded."""
    with pytest.raises(ValueError, match="more than 100 bytes"):
        items.write(item(FULL), 100)


# --- what is no item


NOT_ITEMS = [
    "",
    "null",
    "[]",
    "1",
    '"x"',
    "{}",
    "{",
    "not json",
    "[" * 100_000,
    '{"version":1,"x":' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"version":' + "1" * 300_000 + "}",
    '{"version":1,"since_s":1e400}',
    '{"version":1}',
    "\ud800",
    "\x00",
]


@pytest.mark.parametrize("text", NOT_ITEMS, ids=range(len(NOT_ITEMS)))
def test_other_texts_are_refused(text: str) -> None:
    """E5: whatever stands in a queue, only ValueError comes of it, without any of its text."""
    with pytest.raises(ValueError, match=r"^not a waiting delivery: [\w ,]+$"):
        items.read(text)


def test_huge_number_is_refused_wherever_it_stands() -> None:
    """A6: digits beyond any count are not even converted, which takes long for very many."""
    text = items.write(item(), PLENTY)

    with pytest.raises(ValueError, match="not a waiting delivery"):
        items.read(f'{text[:-1]},"new":{"1" * 4000}}}')


@pytest.mark.parametrize("version", [2, 0, 1.0, "1", True, None, [1], -1, "missing"])
def test_other_versions_are_refused(version: Any) -> None:
    """Only the number 1 is this version; none at all is none."""
    plain = json.loads(items.write(item(), PLENTY))
    if version == "missing":
        del plain["version"]
    else:
        plain["version"] = version

    with pytest.raises(ValueError, match="not a waiting delivery"):
        items.read(json.dumps(plain))


@pytest.mark.parametrize("text", [None, 1, b"{}", {"version": 1}, []])
def test_what_is_no_text_is_refused(text: Any) -> None:
    """A body that is no text at all is no item either."""
    with pytest.raises(ValueError, match="not a waiting delivery"):
        items.read(text)


EVERYTHING = FULL._replace(
    mentions=(Mention("张三", "ZhangSan", "manager1", MOBILE, True),),
    quiet=True,
    lang="en",
    whole=(line("whole"),),
    unresolved=("王五",),
    headline=(Span("a", "https://x.io", "danger", True, "markup"),),
)
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, "x", [], {}, [None], [[]], [{}], {"text": None}, 10**15, float("inf"),
)  # fmt: skip


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value inside *value*, of lists only the first."""
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = list(enumerate(value[:1])) if isinstance(value, list) else []
    for key, inner in pairs:
        yield (*path, key)
        yield from spots(inner, (*path, key))


def has_right_types(value: Any, hint: Any) -> bool:
    """Tell whether every field of a named tuple, and of those in it, is of the type it names."""
    text = str(hint)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        hints = get_type_hints(type(value))
        return all(has_right_types(getattr(value, name), of) for name, of in hints.items())
    if text.startswith("tuple["):
        return isinstance(value, tuple) and all(has_right_types(v, hint.__args__[0]) for v in value)
    if hint is float:
        return type(value) is float
    return type(value) is hint or ("None" in text and value is None)


PLAIN = json.loads(items.write(item(EVERYTHING), PLENTY))
PATHS = list(spots(PLAIN))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_wrong_type_at_any_place_is_refused(path: tuple[Any, ...]) -> None:
    """An odd value at every place is an error, or an item whose parts all have their types."""
    refused = 0
    for odd in ODD:
        plain = json.loads(json.dumps(PLAIN))
        inner = plain
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = odd
        try:
            found = items.read(json.dumps(plain), PEOPLE)
        except ValueError as error:
            refused += str(error).startswith("not a waiting delivery")
            continue
        assert has_right_types(found, Item), (path, odd)
    assert refused >= len(ODD) - 3


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_missing_part_is_usual_or_refused(path: tuple[Any, ...]) -> None:
    """Without a key there is the default, or, where there is none, ValueError."""
    plain = json.loads(json.dumps(PLAIN))
    inner = plain
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    needed = {"version", "since_s", "id", "receiver", "event", "received_at", "notification",
              "headline", "spans", "text", "label", "url", "template"}  # fmt: skip
    is_needed = path[-1] in needed and path[-3:-1] != ("headline", 0)

    if is_needed or path[-1] == "text":
        with pytest.raises(ValueError, match="not a waiting delivery"):
            items.read(json.dumps(plain))
    else:
        assert has_right_types(items.read(json.dumps(plain)), Item)
