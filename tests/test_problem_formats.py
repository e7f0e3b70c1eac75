"""The problems of a configuration for people, scripts, GitHub and GitLab."""

import json
import re
from typing import Any

import pytest

from relay.errors import Problem
from relay.words import Phrase
from workbench.problem_formats import FORMS, formatted

TEXT = "sources:\n  a:\n    secrt: hunter2\n    branchs: x\n"
KEY = Problem(
    "E101",
    "sources.a.branchs",
    Phrase("没有 “branchs” 这个键", "there is no key “branchs”"),
    Phrase("你是不是想写 branches？", "did you mean branches?"),
    "conf/my,config.yml",
    4,
    5,
    7,
)
WARNING = Problem(
    "W201",
    "sources.a.secrt",
    Phrase("100% 明文\n密钥", "100% plain\nkey"),
    file="conf/my,config.yml",
    line=3,
    column=12,
)
VARIABLE = Problem("E201", "WECOM_WEBHOOK_URL", Phrase("没有设置", "it is not set"))
ALL = [KEY, WARNING, VARIABLE]
TEXTS = {"conf/my,config.yml": TEXT}


def loaded(form: str, lang: str = "en", problems: list[Problem] = ALL) -> Any:
    return json.loads(formatted(problems, form, lang, TEXTS))


def test_text_shows_every_problem_and_counts_them() -> None:
    """People get the blocks of `told`, apart from each other, and the summary."""
    blocks = formatted(ALL, "text", "zh-CN", TEXTS).split("\n\n")

    assert blocks[0].startswith("conf/my,config.yml:4:5: E101 没有 “branchs” 这个键\n    4 | ")
    assert blocks[1].split("\n")[2] == "    3 |     secrt: ***"
    assert blocks[2:] == ["E201 WECOM_WEBHOOK_URL: 没有设置", "2 个错误，1 个警告"]


def test_told_places_of_secrets_are_masked() -> None:
    """The loader's knowledge reaches the snippets."""
    secrets = {KEY.file: [(4, 14, 1)]}

    assert "branchs: ***" in formatted([KEY], "text", "en", TEXTS, secrets)


def test_json_has_every_field() -> None:
    """A script finds code, level, place, path, message, hint and where it is explained."""
    first, _, last = loaded("json")

    assert first == {
        "code": "E101",
        "level": "error",
        "file": "conf/my,config.yml",
        "line": 4,
        "column": 5,
        "path": "sources.a.branchs",
        "message": "there is no key “branchs”",
        "hint": "did you mean branches?",
        "docs": "docs/troubleshooting.md#e101",
    }
    assert (last["file"], last["line"], last["column"]) == (None, None, None)
    assert loaded("json", "zh-CN")[0]["docs"] == "docs/troubleshooting.zh-CN.md#e101"


def test_github_gets_workflow_commands() -> None:
    """One command a line; what would end a property or the message is in percent notation."""
    assert formatted(ALL, "github", "en", TEXTS).split("\n") == [
        "::error file=conf/my%2Cconfig.yml,line=4,col=5,title=E101"
        "::there is no key “branchs”%0Adid you mean branches?",
        "::warning file=conf/my%2Cconfig.yml,line=3,col=12,title=W201::100%25 plain%0Akey",
        "::error title=E201::WECOM_WEBHOOK_URL: it is not set",
    ]


def test_gitlab_gets_a_code_quality_report() -> None:
    """Each entry has the fields that GitLab needs, a relative path, and a line from 1."""
    first, second, third = loaded("gitlab")

    assert first["description"] == "there is no key “branchs” — did you mean branches?"
    assert first["check_name"] == "E101"
    assert first["location"] == {"path": "conf/my,config.yml", "lines": {"begin": 4}}
    assert [one["severity"] for one in (first, second, third)] == ["major", "minor", "major"]
    assert third["location"]["lines"]["begin"] == 1
    assert all(re.fullmatch("[0-9a-f]{64}", one["fingerprint"]) for one in (first, second, third))


def test_a_fingerprint_stays_when_lines_move_and_is_never_shared() -> None:
    """GitLab compares reports by it: neither a moved line nor the language makes a new problem."""
    moved = KEY._replace(line=9)
    before = [one["fingerprint"] for one in loaded("gitlab", "zh-CN", [KEY, KEY, WARNING])]
    after = [one["fingerprint"] for one in loaded("gitlab", "en", [moved, moved, WARNING])]

    assert before == after
    assert len(set(before)) == 3


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_no_form_shows_a_secret(form: str, lang: str) -> None:
    """A key that stands in the file stays there."""
    assert "hunter2" not in formatted(ALL, form, lang, TEXTS)


@pytest.mark.parametrize(
    ("form", "expected"),
    [("text", "no problems"), ("json", "[]"), ("github", ""), ("gitlab", "[]")],
)
def test_nothing_to_tell(form: str, expected: str) -> None:
    """A good configuration gives an empty report that is still valid."""
    assert formatted([], form, "en", {}) == expected
