"""The line of a problem with its caret, and no secret in it whatever the text looks like."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.configuration.document import compose
from relay.configuration.masking import is_secret_key, shown
from relay.configuration.snippets import MAX_CELLS, masked, masked_text, snippet, summary, told
from relay.errors import NOTHING, Problem
from relay.text import cells
from relay.words import Phrase

PLANTED = "hunter2"
LONG = "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa"
SAID = Phrase("不对", "wrong")


def at(line: int, column: int, hint: Phrase = NOTHING) -> Problem:
    return Problem("E101", "a.b", SAID, hint, "c.yml", line, column)


def test_a_problem_is_a_block_of_lines() -> None:
    """Place and message, the line, the caret under its character, the hint."""
    text = "a:\n    branchs: [main]\n"
    problem = at(2, 5, Phrase("写 branches", "write branches"))

    assert told(problem, text, "zh-CN") == (
        "c.yml:2:5: E101 不对\n"
        "    2 |     branchs: [main]\n"
        "      |     ^\n"
        "      = 提示：写 branches"
    )
    assert told(problem, text, "en").endswith("      = hint: write branches")


def test_a_problem_of_a_variable_has_no_snippet() -> None:
    """What stands in no file is told with its name, and its hint."""
    problem = Problem("E201", "WECOM_WEBHOOK_URL", SAID, Phrase("设置", "set it"))

    assert told(problem, "", "en") == "E201 WECOM_WEBHOOK_URL: wrong\n      = hint: set it"


@pytest.mark.parametrize(
    ("line", "column", "width"),
    [
        ("abc", 1, 0),
        ("abc", 4, 3),
        ("abc", 99, 3),
        ("a中文b", 4, 5),
        ("e\u0301b", 3, 1),
        ("\ta", 2, 1),
        ("😀b", 2, 2),
        ("\x1b[31mb", 6, 5),
    ],
)
def test_the_caret_stands_under_its_character(line: str, column: int, width: int) -> None:
    """Chinese characters and emoji are two cells wide, marks none, tabs and controls one."""
    above, below = snippet(line, at(1, column)).split("\n")

    assert below == "      | " + " " * width + "^"
    assert "\x1b" not in above


@pytest.mark.parametrize("column", [1, 2, 40, 60, 70, 150, 290, 300, 301])
@pytest.mark.parametrize("char", ["a", "中", "e\u0301"])
def test_a_long_line_is_cut_around_the_caret(char: str, column: int) -> None:
    """However long the line, the caret and its character are on the screen."""
    line = char * (300 // len(char))
    marked = line[: column - 1] + "!" + line[column:]

    above, below = snippet(marked, at(1, column)).split("\n")

    assert max(cells(above), cells(below)) <= MAX_CELLS
    assert cells(above[: above.index("!")]) == below.index("^")
    assert "…" in above


@pytest.mark.parametrize(
    ("text", "problem"), [("", at(1, 1)), ("a", at(2, 1)), ("a", at(0, 0)), ("a\n", at(3, 1))]
)
def test_without_a_line_there_is_no_snippet(text: str, problem: Problem) -> None:
    """A problem that stands nowhere has nothing to show."""
    assert snippet(text, problem) == ""


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_are_numbered_as_an_editor_does(ends: str) -> None:
    """Windows and old Mac line ends count once; a byte-order mark is not there."""
    text = ends.join(["\ufeffa: 1", "b: x\u2028y", "c: 3"])

    assert snippet(text, at(3, 1)).startswith("    3 | c: 3\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", "***"), ("a" * 19, "***"), ("abcdefghijklmnopqrst", "abcd…st")],
)
def test_only_a_long_value_shows_its_ends(value: str, expected: str) -> None:
    """Twenty characters and more show the first four and the last two."""
    assert masked(value) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("secret: hunter2", "secret: ***"),
        ("secrt: hunter2", "secrt: ***"),
        ("    pasword: 'hunter2'", "    pasword: '***'"),
        ("密钥：hunter2", "密钥：***"),
        ("client_secret: hunter2", "client_secret: ***"),
        ("secret:hunter2", "secret:***"),
        ("secret = hunter2", "secret = ***"),
        ("secret hunter2", "secret ***"),
        ("SECRET=hunter2", "SECRET=***"),
        ("# secret: hunter2", "# secret: ***"),
        ("secret: #hunter2", "secret: ***"),
        ("secret: “hunter2”", "secret: “***”"),
        ("secret: hunter2 # a note", "secret: ***"),
        ("secret: ${A}  # a note", "secret: ${A}  # a note"),
        ("secret: ${A:-hunter2}", "secret: ${A:-***}"),
        ("other: ${A:-hunter2}", "other: ${A:-***}"),
        ("secret: ${A", "secret: ***"),
        ("url: ssm:///notify/shop#url", "url: ssm:///notify/shop#url"),
        ("secret: file:///run/secrets/a", "secret: file:///run/secrets/a"),
        (f"url: {LONG}", "url: 693a…aa"),
        ("{ secret: hunter2, lang: en }", "{ secret: ***, lang: en }"),
        ('{ secret: "a, hunter2", lang: en }', '{ secret: "***", lang: en }'),
        (f"- {LONG}", "- 693a…aa"),
        ("x: https://h/send?key=hunter2&a=1", "x: https://h/send?key=***&a=1"),
        ("x: https://me:hunter2@h/", "x: https://***@h/"),
        ("x: SEChunter2", "x: ***"),
        ("x: whsec_hunter2", "x: ***"),
        ("x: glpat-hunter2", "x: ***"),
        ("x: ${SEChunter2}", "x: ${***}"),
        ("keywords: [研发通知]", "keywords: [研发通知]"),
        ("receivers: [backend-group-production]", "receivers: [backend-group-production]"),
    ],
)
def test_a_secret_is_masked_by_its_look(line: str, expected: str) -> None:
    """Misspelt keys, defaults, addresses, comments: the value is hidden, a reference is not."""
    assert masked_text(line) == expected


@pytest.mark.parametrize(
    "text",
    [
        "secret: |\n  hunter2\n  more: hunter2\nname: x",
        "secret: >-\n\n  hunter2\nname: x",
        "secret:\n  hunter2\nname: x",
        "secret:\n  prod: hunter2\nname: x",
        "url:\n  - hunter2\nname: x",
        "url:\n- hunter2\nname: x",
        "url: abc\n  hunter2\nname: x",
        'secret: "abc\n  hunter2"\nname: x',
        "secret: 'abc\n\n  hunter2'\nname: x",
        'secret: "hunter2\nname: x',
    ],
)
def test_a_secret_of_several_lines_is_masked_whole(text: str) -> None:
    """Block texts, lists, and values that go on below; what comes after is shown again."""
    found = masked_text(text)

    assert PLANTED not in found
    assert found.count("\n") == text.count("\n")
    assert found.endswith("\nname: x")


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        ([(2, 4, 7)], "a: x\nb: ***\nc: hunter2"),
        ([(2, 4, 7), (3, 4, 7)], "a: x\nb: ***\nc: ***"),
        ([(2, 4, 18)], "a: x\nb: ***\n***"),
        ([(9, 1, 5), (0, 0, 5), (1, 99, 5)], "a: x\nb: hunter2\nc: hunter2"),
    ],
)
def test_places_that_are_told_are_masked(
    secrets: list[tuple[int, int, int]], expected: str
) -> None:
    """The loader knows where a secret stands, even over several lines; nonsense does no harm."""
    assert masked_text("a: x\nb: hunter2\nc: hunter2", secrets) == expected


@pytest.mark.parametrize(
    ("column", "width"), [(1, 0), (11, 10), (20, 10), (47, 17), (48, 18), (52, 22)]
)
def test_the_caret_follows_what_a_mask_moves(column: int, width: int) -> None:
    """Behind a masked value the caret moves with the text, inside it stands at its beginning."""
    text = f"{{ secret: {LONG}, lang: en }}"

    above, below = snippet(text, at(1, column)).split("\n")

    assert above == "    1 | { secret: 693a…aa, lang: en }"
    assert below == "      | " + " " * width + "^"


CONFIG_KEYS = (
    "version lang timezone sources type signature projects allow_unsigned receivers description"
    " keywords message open_links agent_id to routes name branches tags authors labels paths"
    " environments confidential drafts events quiet mention show append continue people wecom"
    " dingtalk aliases mute templates time_intervals weekdays times location outside delivery"
    " timeout retries on_rate_limit on_error max_commits fallback allow_hosts queue state style"
    " unmatched start_time end_time active_time_intervals mute_time_intervals pipeline.failed"
)
SECRET_KEYS = ["secret", "token", "signing_token", "password", "webhook", "url", "key", "corp_id"]


@pytest.mark.parametrize("key", CONFIG_KEYS.split())
def test_other_keys_of_the_configuration_are_shown(key: str) -> None:
    """A snippet is of use only when what is no secret can be read."""
    assert not is_secret_key(key)


@pytest.mark.parametrize("key", SECRET_KEYS)
def test_a_secret_key_is_known_when_it_is_misspelt(key: str) -> None:
    """One letter missing, doubled or exchanged with its neighbour changes nothing."""
    places = range(1, len(key))
    missing = {key[:n] + key[n + 1 :] for n in places}
    doubled = {key[:n] + key[n - 1] + key[n:] for n in places}
    exchanged = {key[: n - 1] + key[n] + key[n - 1] + key[n + 1 :] for n in places}

    assert [
        one for one in missing | doubled | exchanged | {key.upper()} if not is_secret_key(one)
    ] == []


@pytest.mark.parametrize(
    ("token", "line", "expected"),
    [
        ("*x", "events: [*x]", "*x"),
        ("*x", "secret: ***", "*…"),
        (LONG, LONG, "6…"),
        ("a\nb", "a\nb", "a b"),
        ("中" * 40, "中" * 40, "中" * 29 + "…"),
    ],
)
def test_a_message_quotes_only_what_is_shown(token: str, line: str, expected: str) -> None:
    """A word goes into a message only when its line shows it."""
    assert shown(token, line) == expected


@pytest.mark.parametrize(
    ("codes", "zh", "en"),
    [
        ("EEEEEEEW", "7 个错误，1 个警告", "7 errors, 1 warning"),
        ("EWW", "1 个错误，2 个警告", "1 error, 2 warnings"),
        ("E", "1 个错误", "1 error"),
        ("W", "1 个警告", "1 warning"),
        ("", "没有问题", "no problems"),
    ],
)
def test_the_summary_counts(codes: str, zh: str, en: str) -> None:
    """Errors and warnings, each in its singular, nothing of which there is none."""
    problems = [Problem(f"{letter}101", "", SAID) for letter in codes]

    assert (summary(problems, "zh-CN"), summary(problems, "en")) == (zh, en)


SIGNS = "\t，：“”*!@{}[]\"'\n-|&`%#,\\? $"
KEYS = st.sampled_from(["secret", "secrt", "token", "url", "pasword", "密码", "corp_id"])
WRITTEN = st.sampled_from(
    [
        "{k}: {s}",
        '{k}: "{s}"',
        "{k}：{s}",
        "{k}: |\n        {s}",
        "{k}:\n        - {s}",
        "{k}: *{s}",
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    key=KEYS,
    written=WRITTEN,
    secret=st.text("abcXYZ019_.$^~", min_size=8, max_size=30),
    before=st.text(SIGNS, max_size=4),
    after=st.text(SIGNS, max_size=4),
)
def test_no_planted_secret_is_ever_told(
    key: str, written: str, secret: str, before: str, after: str
) -> None:
    """Whatever damage stands around it, a secret is in no message and in no snippet."""
    field = written.format(k=key, s=secret)
    text = f"a: {before}\nb:\n    {field}\n    name: c{after}\nd: [*]\n"
    _, problems = compose(text, "c.yml")
    everywhere = (at(line, column) for line in range(1, 8) for column in (1, 9, 30))

    said = [told(one, text, "en") for one in [*problems, *everywhere]]

    assert secret not in "\n".join([*said, masked_text(text)])
