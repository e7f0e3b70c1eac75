"""Every rule of the configuration file: one bad file each, and exactly what is said about it.

The first lines of a file in `tests/fixtures/bad_configs` hold all that must be said, nothing more:
``# expect: CODE LINE:COLUMN | the hint in zh-CN``. Whatever is secret there has "planted" in it.
"""

import functools
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from relay.configuration.document import MAX_BYTES, compose, decode
from relay.configuration.fields import MOST_TEMPLATE
from relay.configuration.files import read_at_most
from relay.configuration.loading import load_from
from relay.configuration.origins import Loaded, Origin
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.secrets import Store, default_fetchers
from relay.configuration.snippets import summary, told
from relay.text import clean
from workbench.schema import schema

HEAD = 'version: 1\nreceivers:\n  backend: { type: wecom_robot, url: "${WECOM_URL}" }\n'
ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "fixtures" / "bad_configs"
NAMES = sorted(path.name for path in FOLDER.glob("*.yml"))
EXPECTED = re.compile(r"# expect: ([EW]\d{3}) (\d+):(\d+) \|(?: (.*))?$", re.MULTILINE)
ENVIRON = {
    "WEBHOOK_SECRET": "planted-secret-of-the-webhook",
    "GITLAB_WEBHOOK_SECRET": "planted-secret-of-gitlab",
    "WECOM_URL": "planted-key-of-wecom",
    "DINGTALK_URL": "planted-token-of-dingtalk",
    "DINGTALK_SECRET": "SECplantedsecretofdingtalk",
    "TWO_SECRETS": "SECplantedfirst,SECplantedsecond",
    "WECOM_WHOLE_URL": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=planted-key-in-url",
    "EMPTY": "",
}
STORED = {"ssm:///notify/robots": '{"wecom": "planted-key-stored", "number": 1}'}


def parameter_store(places: Sequence[str]) -> dict[str, "str | SecretError"]:
    """A parameter store that has what is in `STORED` and denies all the rest."""
    return {
        place: STORED.get(place) or fault("aws.denied", reference=place, name=place)
        for place in places
    }


def loaded(path: Path, name: str = "") -> Loaded:
    fetchers = {**default_fetchers(ENVIRON), "ssm": parameter_store}
    store = Store(ENVIRON, clock=lambda: 0.0, fetchers=fetchers)
    return load_from(Origin(name or path.name, path=path), ENVIRON, store, thorough=True)


def expected(path: Path) -> list[tuple[str, int, int, str]]:
    raw = path.read_bytes()
    text = raw.decode("utf-16" if raw.startswith(b"\xff\xfe") else "utf-8", errors="replace")
    found = EXPECTED.findall(text)
    return [(code, int(line), int(column), hint) for code, line, column, hint in found]


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_file_is_told_exactly(name: str) -> None:
    """Code, line, column and suggestion of every problem, and no other problem."""
    found = loaded(FOLDER / name)

    told_of = [(one.code, one.line, one.column, one.hint.zh) for one in found.problems]
    assert expected(FOLDER / name) == told_of
    assert told_of
    assert (found.config is None) == any(code.startswith("E") for code, *_ in told_of)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_unsaid_and_no_secret_told(name: str, lang: str) -> None:
    """Every problem has its words in both languages; no line shown holds a part of a secret."""
    found = loaded(FOLDER / name)

    for problem in found.problems:
        block = told(problem, found.text, lang, found.spans)
        assert problem.message.of(lang)
        assert bool(problem.hint.zh) == bool(problem.hint.of(lang))
        assert "{" not in problem.message.of(lang).replace("${", "").replace("{{", "")
        assert "planted" not in block
        assert "planted" not in repr(problem)


@pytest.mark.parametrize("name", NAMES)
def test_both_parsers_say_the_same(name: str) -> None:
    """PyYAML with and without libyaml: the same problems at the same places."""
    text, _ = decode((FOLDER / name).read_bytes(), name)

    _, fast = compose(text, name, loader=yaml.CSafeLoader)
    _, plain = compose(text, name, loader=yaml.SafeLoader)

    assert fast == plain


DESIGNED = """\
bad.yml:5:13: E201 环境变量 GITLAB_WEBHOOK_SECRT 没有设置（用于 sources.gitlab.secret）
    5 |     secret: ${GITLAB_WEBHOOK_SECRT}
      |             ^
      = 提示：已设置的相近变量：GITLAB_WEBHOOK_SECRET

bad.yml:8:11: E103 receivers.backend.type 的值 “wecom_robt” 不在可选范围里
    8 |     type: wecom_robt
      |           ^
      = 提示：你是不是想写 wecom_robot？

bad.yml:9:10: W201 receivers.backend.url 把密钥直接写在文件里
    9 |     url: ***
      |          ^
      = 提示：改用 ${NAME}，值放在环境变量里

bad.yml:15:5: E101 routes[0] 里没有 “branchs” 这个键
   15 |     branchs: [main]
      |     ^
      = 提示：你是不是想写 branches？

bad.yml:16:20: E110 未知事件 “merge_requst.opened”
   16 |     events: [push, merge_requst.opened]
      |                    ^
      = 提示：你是不是想写 merge_request.opened？

bad.yml:17:17: E120 receivers 里没有叫 “backned” 的机器人
   17 |     receivers: [backned]
      |                 ^
      = 提示：你是不是想写 backend？

bad.yml:21:5: E104 键 “name” 重复，第 18 行已写过一次
   21 |     name: ops2
      |     ^
      = 提示：删掉其中一个；YAML 会悄悄用后面的值

bad.yml:24:44: E106 time_intervals.night.times[0].end_time 的值 “7:00” 格式不对
   24 |     times: [{ start_time: 22:00, end_time: 7:00 }]
      |                                            ^
      = 提示：时间写成 "07:00"（两位小时，加引号）

7 个错误，1 个警告"""


def test_eight_faults_in_one_run_read_as_designed() -> None:
    """The eight faults of `design/config.md` section 7 come out word for word, each in its line."""
    found = loaded(FOLDER / "all-at-once.yml", name="bad.yml")

    blocks = [told(problem, found.text, "zh-CN", found.spans) for problem in found.problems]
    assert DESIGNED == "\n\n".join([*blocks, summary(found.problems, "zh-CN")])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"# " + b"x" * MAX_BYTES, "E001"),
        (b"\x00\x01\x02" * 100, "E002"),
        (b"\xff\xfe\x00\x00\x76\x00\x00\x00", "E002"),
    ],
)
def test_what_is_no_configuration_is_refused_unread(raw: bytes, code: str, tmp_path: Path) -> None:
    """Too large, binary, or of another encoding: one problem, and nothing of it is shown."""
    path = tmp_path / "config.yml"
    path.write_bytes(raw)

    found = loaded(path)

    assert [code] == [problem.code for problem in found.problems]
    assert found.config is None


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A CONFIG_FILE that names nothing is told by its name, without a place in it."""
    (problem,) = loaded(tmp_path / "missing.yml").problems

    assert ("E009", "missing.yml", 0) == (problem.code, problem.where, problem.line)
    assert "CONFIG_FILE" in problem.hint.en


@pytest.mark.parametrize("link", ["config.yml", "templates.j2"])
def test_what_is_no_regular_file_is_not_read(link: str, tmp_path: Path) -> None:
    """A pipe would never end: the configuration is told as E009, a template as E607."""
    (tmp_path / "config.yml").write_text(f"{HEAD}templates: {{ push: templates.j2 }}\n", "utf-8")
    (tmp_path / link).unlink(missing_ok=True)
    os.mkfifo(tmp_path / link)

    codes = [problem.code for problem in loaded(tmp_path / "config.yml").problems]

    assert codes == [{"config.yml": "E009", "templates.j2": "E607"}[link]]


@pytest.mark.parametrize("text", ["x" * (4 * MOST_TEMPLATE + 4), "字" * (MOST_TEMPLATE + 1)])
def test_a_template_file_is_read_up_to_its_limit(text: str, tmp_path: Path) -> None:
    """Too many bytes or too many characters: E608 either way."""
    (tmp_path / "config.yml").write_text(f"{HEAD}templates: {{ push: templates.j2 }}\n", "utf-8")
    (tmp_path / "templates.j2").write_text(text, "utf-8")

    assert ["E608"] == [one.code for one in loaded(tmp_path / "config.yml").problems]


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    """Of a larger file one byte more than the limit, which tells that it is larger."""
    path = tmp_path / "large"
    path.write_bytes(b"x" * 100)

    assert (11, 100) == (len(read_at_most(path, 10)), len(read_at_most(path, 100)))


@pytest.mark.parametrize(
    ("names", "message", "code", "count"),
    [
        ("receivers: [backend, {}]", "none{}", "E109", 103),
        ("receivers: [backend]\n    mention: {{ push: [{}] }}", "none{}", "E109", 103),
        ("receivers: [backend, {}]", "none{}", "", 100),
    ],
)
def test_what_is_too_much_to_list_is_counted(
    names: str, message: str, code: str, count: int, tmp_path: Path
) -> None:
    """A hundred problems are listed; how many more there are is the last one."""
    many = ", ".join(message.format(number) for number in range(count))
    path = tmp_path / "config.yml"
    path.write_text(f"{HEAD}routes:\n  - {names.format(many)}\n", "utf-8")
    found = loaded(path)

    assert found.config is None
    assert [one.code for one in found.problems[100:]] == ([code] if code else [])
    assert f"{count - 100} more" in found.problems[-1].message.en or not code


def test_warnings_that_are_too_many_stay_warnings(tmp_path: Path) -> None:
    """A configuration with warnings only can be used, however many there are."""
    robots = "".join(
        f'  robot{number}: {{ type: wecom_robot, url: "${{WECOM_URL}}" }}\n'
        for number in range(103)
    )
    path = tmp_path / "config.yml"
    path.write_text(f"{HEAD}{robots}routes: [{{ receivers: [backend] }}]\n", "utf-8")
    found = loaded(path)

    assert ["W106"] * 100 + ["W109"] == [one.code for one in found.problems]
    assert found.config is not None


# What a value may hold that a terminal or a log would obey.
ODD = ("q\\n::stop-commands::zz", "\\u001b[31mred", "\\u202eltr", "a\\u2028b", "a\\rb", "a\\x85b")


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize(
    "text",
    [
        'routes: [{{ name: "{}", receivers: [backend] }}]',
        'routes: [{{ receivers: ["{}"] }}]',
        'routes: [{{ receivers: [backend], sources: ["{}"] }}]',
        'routes: [{{ receivers: [backend], branches: ["[{}"] }}]',
        'routes: [{{ receivers: [backend], mention: {{ push: ["{}"] }} }}]',
        'routes: [{{ receivers: [backend], "{}": x }}]',
        'sources: {{ "{}": {{ type: gitlab, secret: "${{WEBHOOK_SECRET}}" }} }}',
        'people: {{ "a{}": {{ wecom: A }} }}',
        'people: {{ a: {{ wecom: "{}" }} }}',
        'unmatched: "{}"',
        'timezone: "{}"',
        'lang: "{}"',
        'templates: {{ push: "{}.j2", nothing: x }}',
        'allow_hosts: ["{}"]',
    ],
)
def test_no_value_makes_a_line_of_its_own(text: str, value: str, tmp_path: Path) -> None:
    """Line breaks, control characters and marks of direction are in no message."""
    path = tmp_path / "config.yml"
    path.write_text(HEAD + text.format(value) + "\n", "utf-8")
    found = loaded(path)
    said = [one.told(lang) for one in found.problems for lang in ("zh-CN", "en")]
    said += [phrase for one in found.problems for phrase in (*one.hint, one.where)]

    assert found.problems
    assert [one for one in said if clean(one) != one.rstrip()] == []


def test_a_description_is_cleaned(tmp_path: Path) -> None:
    """A note over several lines is fine, and becomes one."""
    path = tmp_path / "config.yml"
    path.write_text(HEAD.replace("url:", 'description: "a\\n\\u202eb", url:'), "utf-8")
    config = loaded(path).config

    assert config is not None
    assert "a b" == config.receivers[0].description


# Codes that no file here can have, and why.
ELSEWHERE = {
    "E001": "generated above: 256 KB",
    "E009": "no file at all, above",
    "E109": "generated above: more problems than are listed",
    "W109": "generated above: more warnings than are listed",
    "E606": "Jinja2 is installed where tests run",
    "W206": "of RELAY_SECRETS only; tests/test_secret_variables.py",
    "W208": "of a lenient load only; tests/test_config_file.py",
}


def test_every_rule_has_its_bad_file() -> None:
    """Each code that the loader's sources name is expected by a file here."""
    folders = (ROOT / "relay" / "configuration", ROOT / "relay" / "templating")
    sources = [path.read_text("utf-8") for folder in folders for path in folder.glob("*.py")]
    named = set(re.findall(r'"([EW]\d{3})"', "".join(sources)))
    covered = {code for name in NAMES for code, *_ in expected(FOLDER / name)}

    assert named == covered | ELSEWHERE.keys()


SEEN_BY_THE_SCHEMA = {"E101", "E102", "E103", "E105", "E106", "E107", "E110", "E111"}
# What a schema cannot say, and why.
UNSEEN = {
    "timezone.yml": "which zones there are depends on the system",
    "timezone-that-is-no-name.yml": "which zones there are depends on the system",
    "time-without-length.yml": "two values that are equal",
    "userid-of-application.yml": "what is in people needs no such form",
    "agent-id.yml": "a reference to a parameter store or a file may stand there",
}


def seen(name: str) -> bool:
    codes = {code for code, *_ in expected(FOLDER / name)}
    return bool(codes & SEEN_BY_THE_SCHEMA) and name.partition("-")[2] not in UNSEEN


def unseen(name: str) -> bool:
    codes = {code for code, *_ in expected(FOLDER / name)}
    told_of = {code for code in codes if code.startswith("E0")} | codes & SEEN_BY_THE_SCHEMA
    return not told_of or name.partition("-")[2] in UNSEEN


@functools.cache
def validator() -> Draft7Validator:
    return Draft7Validator(schema())


def complaints(name: str) -> list[str]:
    """Return where an editor with the JSON Schema marks the file: ``routes[0]``."""
    document = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    errors = validator().iter_errors(document)
    steps = [
        [f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path]
        for error in errors
    ]
    return ["".join(one).removeprefix(".") for one in steps]


@pytest.mark.parametrize("name", [*filter(seen, NAMES)])
def test_an_editor_sees_what_a_schema_can_see(name: str) -> None:
    """A fault of form or of words is marked by the JSON Schema as well, there or around it."""
    places = [problem.where for problem in loaded(FOLDER / name).problems]

    pairs = [(mark, place) for mark in complaints(name) for place in places]
    assert any(place.startswith(mark) or mark.startswith(place) for mark, place in pairs)


@pytest.mark.parametrize("name", [*filter(unseen, NAMES)])
def test_an_editor_marks_nothing_that_the_loader_takes(name: str) -> None:
    """Where only warnings, names or secrets are at fault, the JSON Schema has no complaint."""
    assert complaints(name) == []
