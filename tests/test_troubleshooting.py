"""Whatever the relay can tell is explained on the page of troubleshooting, in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from test_answer_tables import EVERY, TABLES

from formatters.dingtalk_verdicts import WORDINGS
from relay import errors
from relay.errors import Problem
from relay.words import Phrase
from workbench.codes import codes, families
from workbench.codes_of_reasons import REASONS
from workbench.problem_formats import DOCS, docs
from workbench.troubleshooting_page import troubleshooting_page
from workbench.weak_values import CODE

SHIPPED = ("adapters", "formatters", "relay")
TITLES = {  # of the tables of errcodes, in the order of the page
    "en": dict(zip(TABLES, ("WeCom robots", "WeCom applications: messages",
                            "WeCom applications: tokens", "DingTalk robots"), strict=True)),
    "zh-CN": dict(zip(TABLES, ("企业微信群机器人", "企业微信应用：发消息",
                               "企业微信应用：取令牌", "钉钉机器人"), strict=True)),
}  # fmt: skip
EXPLAINED = {**codes(), **REASONS}


def text(lang: str) -> str:
    return (ROOT / DOCS[lang]).read_text(encoding="utf-8")


def told_by(*folders: str) -> set[str]:
    """Return the codes that stand as texts of their own in the code of *folders*."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return {code for path in paths for code in codes_in(path)}


def codes_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = re.fullmatch(r"([EW]\d{3}|R\d\d)( [a-z]+)?", node.value)
            if found:
                yield found[1]


def rows(lang: str, title: str) -> list[list[str]]:
    """Return the cells of the table below *title*, without its head."""
    part = re.split(rf"\n#+ {re.escape(title)}\n", text(lang))[1].split("\n#")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [re.split(r"(?<!\\) \| ", line[2:-2]) for line in lines[1:]]


def unescaped(cell: str) -> str:
    return re.sub(r"\\([\\`*|$])", r"\1", cell).replace("&lt;", "<")


@pytest.mark.parametrize("lang", DOCS)
def test_page_is_the_code_s_own(lang: str, update_golden: bool) -> None:
    """Both pages are what the words and the tables say."""
    if update_golden:
        (ROOT / DOCS[lang]).write_text(troubleshooting_page(lang), encoding="utf-8")

    assert text(lang) == troubleshooting_page(lang)


@pytest.mark.parametrize("lang", DOCS)
def test_every_code_of_the_sources_is_on_the_page_and_no_other(lang: str) -> None:
    """Each code has one row; each row's code is one that the function or `check` can tell."""
    told = told_by(*SHIPPED) | set(codes_in(ROOT / "handler.py")) | {CODE}
    marked = re.findall(r'^\| <a id="(\w+)"></a>(\w+) \|', text(lang), re.MULTILINE)

    assert sorted(code for _, code in marked) == sorted(told)
    assert all(place == code.lower() for place, code in marked)


def test_commands_invent_no_code() -> None:
    """What the commands tell is explained as well."""
    assert told_by("workbench", "deploy") <= set(EXPLAINED)


def test_codes_stand_in_order() -> None:
    """Within a family codes go by their number, and so do the reasons."""
    assert all(list(one.codes) == sorted(one.codes) for one in families())
    assert list(REASONS) == sorted(REASONS)


def test_every_reason_is_given() -> None:
    """Each code in the table of sentences is one that some other code gives."""
    paths = [path for folder in SHIPPED for path in (ROOT / folder).rglob("*.py")]
    given = {code for path in paths if path.name != "reasons.py" for code in codes_in(path)}

    assert set(REASONS) <= given


@pytest.mark.parametrize("code", EXPLAINED)
def test_every_code_speaks_both_languages(code: str) -> None:
    """Meaning and remedy are there in Chinese and in English."""
    row = EXPLAINED[code]

    assert re.search("[一-鿿]", row.means.zh)
    assert all((row.means.en, row.do.zh, row.do.en))
    assert not re.search("[一-鿿]", row.means.en)


@pytest.mark.parametrize("lang", DOCS)
@pytest.mark.parametrize("code", codes())
def test_every_code_has_the_place_that_check_names(code: str, lang: str) -> None:
    """The `docs` of `check --format json` lead to the code's row, in the reader's language."""
    file, _, anchor = docs(Problem(code, "", Phrase("", "")), lang).partition("#")

    assert f'| <a id="{anchor}"></a>{code} |' in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", DOCS)
@pytest.mark.parametrize(("name", "errcode"), EVERY)
def test_every_errcode_has_its_row(name: str, errcode: int, lang: str) -> None:
    """An errcode of the tables leads to our code, with meaning and remedy, each in one language."""
    (row,) = [cells for cells in rows(lang, TITLES[lang][name]) if cells[0] == str(errcode)]
    verdict, (_, code) = TABLES[name].codes[errcode], TABLES[name].wanted[errcode]

    assert row[2] == f"[{code}](#{code.lower()})"
    assert unescaped(row[3]) == verdict.message.of(lang)
    assert unescaped(row[4]) == verdict.hint.of(lang)


@pytest.mark.parametrize("lang", DOCS)
@pytest.mark.parametrize("name", TABLES)
def test_no_errcode_is_invented(name: str, lang: str) -> None:
    """Besides the tables' own errcodes only the patterns that the readers know have rows."""
    found = [cells[0] for cells in rows(lang, TITLES[lang][name])]
    own = [cell for cell in found if not re.fullmatch(r"-?\d+", cell)]
    patterns = [f"310000: {' '.join(f'`{word}`' for word in words)}" for _, words in WORDINGS]
    other = {"en": "any other", "zh-CN": "其他"}[lang]

    assert {int(cell) for cell in found if cell not in own} == set(TABLES[name].codes)
    assert own == [
        *([*patterns, "`status` 1111"] if name == "dingtalk" else ["41xxx"]),
        other,
    ]


@pytest.mark.parametrize("lang", DOCS)
def test_every_refusal_of_a_request_is_among_what_is_seen(lang: str) -> None:
    """Status and reason of each kind of refusal begin a row of the first table."""
    title = {"en": "In GitLab or Gitee", "zh-CN": "在 GitLab 或 Gitee 里"}[lang]
    seen = [cells[0] for cells in rows(lang, title)]
    kinds = [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.RequestError)
    ]
    wanted = {f"{one.status} `{one.reason}`" for one in kinds if one is not errors.RequestError}
    sources = (ROOT / "relay").rglob("*.py")
    named = {
        reason
        for path in sources
        for reason in re.findall(r'BadRequest\(.*reason="(\w+)"', path.read_text(encoding="utf-8"))
    }

    assert wanted | {f"400 `{reason}`" for reason in named} <= set(seen)


def test_both_languages_have_the_same_shape() -> None:
    """The same headings, and in each table as many rows about the same codes."""
    shapes = [
        [
            re.findall(r"^#+(?= )|^\|(?= )|(?<=\(#)[erw]\d+(?=\))", line)
            for line in text(lang).splitlines()
            if line.startswith(("#", "|"))
        ]
        for lang in DOCS
    ]

    assert shapes[0] == shapes[1]
