"""The YAML text: its nodes, its traps by name, its limits; alike with both parsers of PyYAML."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.configuration.document import MAX_BYTES, MOST_PROBLEMS, compose, decode, items
from relay.configuration.sayings import SAYINGS
from relay.configuration.traps import lookalike
from relay.errors import NOTHING, Problem

ROOT = Path(__file__).parent.parent
LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]
CJK = re.compile("[\u4e00-\u9fff]")

EXAMPLE = """\
# 三个群
version: 1
sources:
  gitlab: { type: gitlab, secret: "${GITLAB_SECRET}" }
receivers:
  backend-group:
    type: wecom_robot   # 企业微信，“群机器人”
    url: ${WECOM_URL}
routes:
  - name: backend
    branches: [$default, release/**]
    events: [push, pipeline.*, "!job"]
    receivers: [backend-group]
templates:
  push: |
    ❌ {{ project.name }}，`{{ ref }}`
    * not an alias: @all, !not, a tag
"""


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request: pytest.FixtureRequest) -> Any:
    return request.param


def value(node: yaml.Node | None) -> Any:
    """Return *node* as texts in dictionaries and lists."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: value(child) for key, child in items(node)}
    if isinstance(node, yaml.SequenceNode):
        return [value(child) for child in node.value]
    return None if node is None else node.value


def places(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{one.line}:{one.column} {one.code}" for one in problems]


def test_a_good_file_has_all_its_texts_and_no_problem(loader: Any) -> None:
    """Values are raw text, and nothing that is meant as it is written is called a problem."""
    root, problems = compose(EXAMPLE, "config.yml", loader=loader)

    assert problems == ()
    assert value(root)["routes"][0]["branches"] == ["$default", "release/**"]
    assert value(root)["version"] == "1"
    assert value(root)["templates"]["push"].endswith("* not an alias: @all, !not, a tag\n")


SAYS = [
    ("events: [push，tag]", "1:14 E018", "这里的逗号是全角 “，”，改成半角 “,”"),
    ("events: [push、tag]", "1:14 E018", "这里的分隔符是顿号 “、”，改成半角 “,”"),
    ("events: [*]", "1:10 E011", '以 * 开头的模式要加引号："*"'),
    ("projects: [**/x]", "1:12 E011", '以 * 开头的模式要加引号："**/x"'),
    ("events: *", "1:9 E011", '以 * 开头的模式要加引号："*"'),
    ("show:\n  *: [a]", "2:3 E011", '以 * 开头的模式要加引号："*"'),
    ("events: [!job, push]", "1:10 E013", "以 ! 开头要加引号"),
    ("projects: [!x/**]", "1:12 E013", "以 ! 开头要加引号"),
    ("events: ! job", "1:9 E013", "以 ! 开头要加引号"),
    ("a: { secret: ${X} }", "1:14 E015", "花括号里写 ${…} 要加引号，或换成多行写法"),
    ("url: [${X}, ssm:///x]", "1:7 E015", "花括号里写 ${…} 要加引号，或换成多行写法"),
    ("to: @all", "1:5 E016", "以 @ 开头要加引号"),
    ("to: %a", "1:5 E016", "以 % 开头要加引号"),
    ("to: `x`", "1:5 E016", "以 ` 开头要加引号"),
    ("to: &all", "1:5 E016", "以 & 开头要加引号"),
    ("a:\n\tb: 1", "2:1 E010", "第 2 行用了 Tab，改成空格"),
    ("a: *push", "1:4 E012", "“*” 是引用别名，但没有名叫 push 的锚点"),
    ("a: !!python/object:os.system {}", "1:4 E014", "不支持 “!!” 类型标记"),
    ("lang: en\nname：x", "2:5 E017", "这里的冒号是全角 “：”，改成半角 “:” 加空格"),
    ("lang: en\nname:x", "2:5 E020", "冒号后面要有一个空格"),
    ("lang: en\nname:\u3000x", "2:5 E020", "冒号后面要有一个空格"),
    ("to: “x”", "1:5 E019", '这里的引号是 “ ” 这样的弯引号，改成直引号 "'),
    ("a: 1\n\u3000b: 2", "2:1 E003", "这里有看不见的字符 U+3000"),
    ("a: x\u200b", "1:5 E003", "这里有看不见的字符 U+200B"),
    ("a: \x01", "1:4 E003", "这里有控制字符 U+0001"),
    ("", "1:1 E004", "配置是空的"),
    ("# only this\n", "1:1 E004", "配置是空的"),
    ("---\n", "1:1 E004", "配置是空的"),
    ("- a", "1:1 E005", "最外层要写成 “键: 值”"),
    ("hello", "1:1 E005", "最外层要写成 “键: 值”"),
    ("a: 1\n---\nb: 2", "2:1 E006", "一个文件里只能有一份配置"),
    ("name: a\nname: b", "2:1 E104", "键 “name” 重复，第 1 行已写过一次"),
    ("a: b: c", "1:5 E020", "值里面又有 “: ”"),
    ("a: - b", "1:4 E020", "键和 “- ” 不能写在同一行"),
    ("a: [1, 2\nb: 3", "1:4 E021", "这个 “[” 没有配对的 “]”"),
    ('a: ["b" "c"]', "1:9 E021", "这里缺少 “,” 或 “]”"),
    ('a: "x\nb: 3', "1:4 E022", "引号没有结束"),
    ('a: "\\d"', "1:4 E022", "双引号里的 “\\” 用法不对"),
    ('a: "x" y', "1:8 E022", "引号结束后还有别的内容"),
    ("a:\n   b: 1\n  c: 2", "3:3 E023", "缩进和上面的行对不上"),
    ("a: 1\nhello\n", "2:1 E024", "这一行不是 “键: 值”"),
    ("hello\nb: 1\n", "1:1 E024", "这一行不是 “键: 值”"),
    ("a: {{ b }}", "1:5 E025", "键只能是一个词，不能是列表或映射"),
    ("a:\n  <<: b", "2:7 E026", "“<<” 后面要跟一个映射的别名"),
    ("a: }", "1:4 E029", "这里不符合 YAML 语法"),
]


@pytest.mark.parametrize(("text", "place", "message"), SAYS, ids=[row[0][:20] for row in SAYS])
def test_each_trap_is_told_by_name_at_its_place(
    text: str, place: str, message: str, loader: Any
) -> None:
    """One mistake gives one problem, at the character to change, with both parsers."""
    _, problems = compose(text, "c.yml", loader=loader)

    assert places(problems) == [place]
    assert problems[0].message.zh == message
    assert problems[0].file == "c.yml"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start_time: 22:00", {"start_time": "22:00"}),
        ("on: no", {"on": "no"}),
        ("tags: [1.10]", {"tags": ["1.10"]}),
        ("mobile: 13800001111", {"mobile": "13800001111"}),
        (
            'events: ["*", "!job", "@all", "push，tag"]',
            {"events": ["*", "!job", "@all", "push，tag"]},
        ),
        ("description: 你好，世界：“一”、二", {"description": "你好，世界：“一”、二"}),
        ("a: { description: 你好，世界 }", {"a": {"description": "你好，世界"}}),
        ("labels:\n  - type：bug", {"labels": ["type：bug"]}),
        ("a: “一” 和 “二”", {"a": "“一” 和 “二”"}),
        ("a:\tb", {"a": "b"}),
        ("\ufeffa: 1\r\nb: 2\r\n", {"a": "1", "b": "2"}),
        ("a: 😀 b\u2028c", {"a": "😀 b\u2028c"}),
        ("a: !!str 1", {"a": "1"}),
        ("a: &x [b]\nc: *x", {"a": ["b"], "c": ["b"]}),
        ("a: |\n  *x\n  !y\n  \tz\n  @z: `\n", {"a": "*x\n!y\n\tz\n@z: `\n"}),
    ],
)
def test_what_is_fine_is_read_as_text(text: str, expected: Any) -> None:
    """Times, numbers, switches and Chinese punctuation in texts are no problem at all."""
    root, problems = compose(text, "c.yml")

    assert (value(root), problems) == (expected, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("events: [*, !job, push，tag]", {"events": ["*", "!job", "push", "tag"]}),
        ("a: { b: ${X:-d, e}, c: 1 }", {"a": {"b": "${X:-d, e}", "c": "1"}}),
        ("a: { b: x，c: ${Y} }", {"a": {"b": "x", "c": "${Y}"}}),
        ("to: @all\nname：x\nurl: “${U}”", {"to": "@all", "name": "x", "url": "${U}"}),
        ("a:\n\tbranches:[x, *]\n", {"a": {"branches": ["x", "*"]}}),
        ("a: *x", {"a": "*x"}),
    ],
)
def test_a_trap_is_read_as_it_was_meant(text: str, expected: Any, loader: Any) -> None:
    """The nodes of a mended text are whole, so that everything else can be checked in one run."""
    root, problems = compose(text, "c.yml", loader=loader)

    assert value(root) == expected
    assert problems


def test_all_problems_come_in_one_run(loader: Any) -> None:
    """A part that cannot be parsed hides no trap of another part."""
    text = """\
version: 1
sources: [
receivers:
  a:
    url: ${X}
    events: [*, push]
    "b": "c" d
routes:
  - name：a
    events: [push，tag, !job]
  - name: b
    name: c
"""
    root, problems = compose(text, "c.yml", loader=loader)

    assert root is None
    assert places(problems) == [
        "2:10 E021",
        "6:14 E011",
        "7:14 E022",
        "9:9 E017",
        "10:18 E018",
        "10:24 E013",
        "12:5 E104",
    ]


def test_an_unclosed_bracket_makes_nothing_else_look_wrong(loader: Any) -> None:
    """Lines after a forgotten bracket are not taken for part of the list."""
    _, problems = compose("a: [x\nb:\n  c: ${X}\n  d: 你好，再见\n", "c.yml", loader=loader)

    assert places(problems) == ["1:4 E021"]


def test_tabs_are_told_once(loader: Any) -> None:
    """The first line with a tab is the problem, the others stand in its hint."""
    _, problems = compose("a:\n\tb: 1\n\tc: 2\n", "c.yml", loader=loader)

    assert places(problems) == ["2:1 E010"]
    assert problems[0].hint == ("第 3 行也是", "so is line 3", "")


def test_a_key_that_is_there_twice_names_both_lines_and_its_path() -> None:
    """E104 stands at the second, names the first, and says where in the file it is."""
    text = "routes:\n  - name: a\n    to: x\n    name: b\n"
    _, problems = compose(text, "c.yml")

    [problem] = problems
    assert (problem.code, problem.line, problem.column) == ("E104", 4, 5)
    assert problem.where == "routes[0].name"
    assert problem.hint.zh == "删掉其中一个；YAML 会悄悄用后面的值"


def test_merged_keys_are_overridden_by_own_ones() -> None:
    """``<<`` brings keys in; own keys win over them, and earlier mappings over later ones."""
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2, d: 2}\nz:\n  <<: [*x, *y]\n  c: 3\n"
    root, problems = compose(text, "c.yml")

    assert problems == ()
    assert value(root)["z"] == {"a": "1", "b": "1", "c": "3", "d": "2"}


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
HOSTILE = [
    (BOMB, "E008"),
    ("a: &a [*a]", "E008"),
    ("a: &a\n  <<: *a\n", "E008"),
    ("a: [" + "x," * 60_000 + "]", "E008"),
    ("a: " + "[" * 100_000, "E007"),
    ("a: " + "[" * 100_000 + "]" * 100_000, "E007"),
    ("- " * 100_000, "E007"),
    ("a: " + "{a: " * 50_000, "E007"),
    ("\n".join(" " * n + "a:" for n in range(400)), "E007"),
    ("a" * (MAX_BYTES + 1), "E001"),
    ("中" * (MAX_BYTES // 3 + 1), "E001"),
    ("a: 1\n" + "\0" * 100, "E002"),
]


@pytest.mark.parametrize(("text", "code"), HOSTILE, ids=[row[0][:12] for row in HOSTILE])
def test_what_would_cost_too_much_is_refused(text: str, code: str) -> None:
    """Alias bombs, deep nesting and huge files end as one problem."""
    root, problems = compose(text, "c.yml")

    assert root is None
    assert [one.code for one in problems] == [code]


@pytest.mark.parametrize(
    "text",
    ["- *\n" * 5_000, "a：b\n" * 5_000, "\ta: b\n" * 5_000, "a: [" + "${X}, " * 5_000 + "]"],
)
def test_there_are_never_too_many_problems(text: str) -> None:
    """A file that is wrong everywhere gives a list that can still be read."""
    _, problems = compose(text, "c.yml")

    assert 1 <= len(problems) <= MOST_PROBLEMS


@pytest.mark.parametrize(
    ("raw", "text", "place", "code"),
    [
        (b"a: 1", "a: 1", "", ""),
        (b"\xef\xbb\xbfa: 1\r\n", "a: 1\r\n", "", ""),
        ("a: 中".encode("gbk"), "", "1:4", "E002"),
        ("中: 1\n二: ".encode() + b"\xff", "", "2:4", "E002"),
        (b"\xef\xbb\xbfab\xff", "", "1:3", "E002"),
        ("a: 1".encode("utf-16"), "", "1:1", "E002"),
        ("a: 1".encode("utf-32"), "", "1:1", "E002"),
        (b"a" * (MAX_BYTES + 1), "", "1:1", "E001"),
    ],
)
def test_a_file_is_utf8_text(raw: bytes, text: str, place: str, code: str) -> None:
    """Anything else is told with the line, never raised."""
    found, problem = decode(raw, "c.yml")

    assert found == text
    assert (problem.code if problem else "") == code
    assert (f"{problem.line}:{problem.column}" if problem else "") == place


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("events: 【push】", "1:9", "E018"),
        ("events: push，tag", "1:13", "E018"),
        ("routes:\n  - name：x", "2:9", "E017"),
        ("routes:\n  - name:x", "2:9", "E020"),
        ("events: push", "", ""),
        ('events: "push，tag"', "", ""),
    ],
)
def test_a_value_of_the_wrong_type_may_be_a_slip(text: str, place: str, code: str) -> None:
    """Where a list or a mapping should stand, the loader can ask what the author meant."""
    root, problems = compose(text, "c.yml")
    assert root is not None
    assert problems == ()
    node = root.value[0][1]
    node = node.value[0] if isinstance(node, yaml.SequenceNode) else node

    found = lookalike(node, "c.yml")

    assert (f"{found.line}:{found.column}" if found else "") == place
    assert (found.code if found else "") == code


@pytest.mark.parametrize(
    "text",
    [
        "secret: *hunter2/x",
        "secret: @hunter2",
        "secret: !hunter2",
        "secret: *hunter2",
        "url:\n  - *hunter2",
        "a: { secret: ${X:-hunter2} }",
        "hunter2SECabc123def4567890: 1\nhunter2SECabc123def4567890: 2",
        'secret: "hunter2',
        'secret: "\\hunter2"',
        "!hunter2SECabc123def456 x",
    ],
)
def test_no_secret_is_in_a_problem(text: str) -> None:
    """What a problem quotes is left out where it may be a secret."""
    _, problems = compose(text, "c.yml")

    assert problems
    assert "hunter2" not in repr(problems)


@pytest.mark.parametrize("name", sorted(SAYINGS))
def test_each_saying_speaks_both_languages(name: str) -> None:
    """Chinese is Chinese, English is English, and the codes are of the families E0 and E1."""
    row = SAYINGS[name]

    assert re.fullmatch("E0[0-9]{2}|E104", row.code)
    for phrase in (row.message, row.hint):
        if phrase != NOTHING and phrase.zh != "{others}":
            assert CJK.search(phrase.zh)
            assert not CJK.search(phrase.en)
            assert set(re.findall("{[a-z]+}", phrase.zh)) >= set(re.findall("{[a-z]+}", phrase.en))


def test_importing_is_cheap() -> None:
    """PyYAML is imported when there is a text to read, not before."""
    code = "import relay.configuration.document, sys; print('yaml' in sys.modules)"
    ran = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert ran.stdout.strip() == "False"


SIGNS = [*"[]{}\"'*!@|>#,%?\\：，“”", "\n", "\t", "\r", "\x85", "\u2028", "\u3000", "\ufeff"]
WORDS = ["a", "b: ", "  ", "- ", "&a", "*a", "!!int ", "${X}", ": ", "<<: ", "---\n", "中", "😀"]
PIECES = st.sampled_from([*SIGNS, *WORDS, "\ue000", "\x00", "\ud800"])


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    """Whatever the text, there is an answer: nodes, or a problem that stands inside of it."""
    root, problems = compose(text, "c.yml")

    assert root is not None or problems
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for one in problems:
        assert 1 <= one.line <= len(lines)
        assert 1 <= one.column <= len(lines[one.line - 1]) + 2
    assert list(problems) == sorted(problems, key=lambda one: (one.line, one.column))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(EXAMPLE)), st.integers(0, 3), PIECES)
def test_a_file_that_pyyaml_refuses_is_never_accepted(at: int, cut: int, piece: str) -> None:
    """One edit of a good file: where PyYAML sees an error, so do we."""
    text = EXAMPLE[:at] + piece + EXAMPLE[at + cut :]
    try:
        seen = text.removeprefix("\ufeff").translate({0x85: "x", 0x2028: "x", 0xFEFF: "x"})
        yaml.compose(seen, yaml.SafeLoader)  # what is no line break to an editor is text
        refused = False
    except yaml.YAMLError:
        refused = "\t" not in text and "?" not in text  # valid YAML that pure PyYAML refuses

    _, problems = compose(text, "c.yml")

    assert problems or not refused
