"""What every errcode of the reference sheets stands for, by a list written down by hand."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from conftest import ROOT

from formatters import (
    dingtalk_codes,
    dingtalk_verdicts,
    wecom_app_verdicts,
    wecom_codes,
    wecom_verdicts,
)
from formatters.verdicts import Verdict
from relay.errors import (
    Busy,
    DeliveryError,
    Misconfigured,
    Rejected,
    Throttled,
    TokenRefused,
    Unsuitable,
)

SHEETS = ROOT.parent / "shared" / "reference"
Row = tuple[type[DeliveryError], str]

WECOM_REQUEST: dict[int, Row] = {
    40058: (Rejected, "E503"),
    45002: (Rejected, "E503"),
    40008: (Rejected, "E504"),
    40033: (Rejected, "E506"),
    40035: (Rejected, "E506"),
    40063: (Rejected, "E506"),
    44004: (Rejected, "E506"),
    45034: (Rejected, "E506"),
    85002: (Unsuitable, "E508"),
}
WECOM_ROBOT: dict[int, Row] = {
    -1: (Busy, "E505"),
    6000: (Busy, "E505"),
    301070: (Busy, "E505"),
    45033: (Busy, "E505"),
    45009: (Throttled, "E502"),
    93000: (Misconfigured, "E501"),
    93004: (Misconfigured, "E507"),
    93008: (Misconfigured, "E507"),
    49008: (Misconfigured, "E507"),
    **WECOM_REQUEST,
    40006: (Rejected, "E506"),
    40007: (Rejected, "E506"),
    40009: (Rejected, "E506"),
    45001: (Rejected, "E506"),
    45007: (Rejected, "E506"),
    45008: (Rejected, "E506"),
    301016: (Rejected, "E506"),
    301017: (Rejected, "E506"),
    301019: (Rejected, "E506"),
}
WECOM_BOTH: dict[int, Row] = {
    -1: (Busy, "E505"),
    6000: (Busy, "E505"),
    45033: (Busy, "E505"),
    45009: (Throttled, "E518"),
    40013: (Misconfigured, "E511"),
    2000002: (Misconfigured, "E511"),
    60020: (Misconfigured, "E513"),
    48002: (Misconfigured, "E514"),
    48005: (Misconfigured, "E514"),
    48006: (Misconfigured, "E514"),
    50003: (Misconfigured, "E517"),
}
WECOM_TOKEN: dict[int, Row] = {
    **WECOM_BOTH,
    40001: (Misconfigured, "E510"),
    40091: (Misconfigured, "E510"),
    41002: (Misconfigured, "E511"),
    41004: (Misconfigured, "E510"),
}
WECOM_APP: dict[int, Row] = {
    **WECOM_BOTH,
    **WECOM_REQUEST,
    40001: (TokenRefused, "E512"),
    40014: (TokenRefused, "E512"),
    41001: (TokenRefused, "E512"),
    42001: (TokenRefused, "E512"),
    40056: (Misconfigured, "E515"),
    41011: (Misconfigured, "E515"),
    301002: (Misconfigured, "E515"),
    301042: (Misconfigured, "E513"),
    40003: (Rejected, "E516"),
    40031: (Rejected, "E516"),
    46004: (Rejected, "E516"),
    50002: (Rejected, "E516"),
    60011: (Rejected, "E516"),
    60021: (Rejected, "E516"),
    60111: (Rejected, "E516"),
    81013: (Rejected, "E516"),
    82001: (Rejected, "E516"),
    40032: (Rejected, "E519"),
    82002: (Rejected, "E519"),
    82003: (Rejected, "E519"),
    40050: (Misconfigured, "E507"),
    86001: (Misconfigured, "E507"),
    86003: (Misconfigured, "E507"),
    86008: (Misconfigured, "E507"),
    49008: (Misconfigured, "E507"),
}
DINGTALK: dict[int, Row] = {
    -1: (Busy, "E528"),
    90002: (Busy, "E528"),
    90018: (Busy, "E528"),
    130101: (Throttled, "E524"),
    410100: (Throttled, "E524"),
    660026: (Throttled, "E524"),
    90020: (Misconfigured, "E524"),
    90030: (Misconfigured, "E524"),
    310000: (Misconfigured, "E520"),
    88: (Misconfigured, "E525"),
    300001: (Misconfigured, "E525"),
    300005: (Misconfigured, "E525"),
    400101: (Misconfigured, "E525"),
    400106: (Misconfigured, "E525"),
    400102: (Misconfigured, "E526"),
    400013: (Misconfigured, "E526"),
    430101: (Unsuitable, "E527"),
    430102: (Unsuitable, "E527"),
    430103: (Unsuitable, "E527"),
    430104: (Unsuitable, "E527"),
    460101: (Rejected, "E529"),
    400105: (Rejected, "E529"),
    400401: (Rejected, "E529"),
    40035: (Rejected, "E529"),
    43002: (Rejected, "E529"),
    43004: (Rejected, "E529"),
}
LEAST_WAITS = {45009: 60.0, 130101: 600.0, 410100: 600.0, 660026: 600.0}


class Table(NamedTuple):
    """What *codes* of a formatter must say, what reads them, and which code is in none."""

    wanted: Mapping[int, Row]
    codes: Mapping[int, Verdict]
    check: Callable[[Mapping[str, Any]], object]
    unknown: Row
    remedy: Verdict


_NO_WECOM = ((Rejected, "E506"), wecom_verdicts.UNKNOWN)
TABLES = {
    "robot": Table(WECOM_ROBOT, wecom_verdicts.CODES, wecom_codes.check, *_NO_WECOM),
    "app": Table(WECOM_APP, wecom_app_verdicts.APP_CODES, wecom_codes.check_app, *_NO_WECOM),
    "token": Table(WECOM_TOKEN, wecom_app_verdicts.TOKEN_CODES, wecom_codes.read_token, *_NO_WECOM),
    "dingtalk": Table(
        DINGTALK,
        dingtalk_verdicts.CODES,
        dingtalk_codes.check,
        (Rejected, "E529"),
        dingtalk_verdicts.UNKNOWN,
    ),
}
EVERY = [(name, code) for name, table in TABLES.items() for code in table.wanted]
VERDICTS = {
    **{
        f"{name} {code}": row for name, table in TABLES.items() for code, row in table.codes.items()
    },
    **{f"310000 {row.message.en}": row for row, _ in dingtalk_verdicts.WORDINGS},
    "wecom unknown": wecom_verdicts.UNKNOWN,
    "wecom 41xxx": wecom_verdicts.MISSING,
    "dingtalk unknown": dingtalk_verdicts.UNKNOWN,
    "dingtalk 1111": dingtalk_verdicts.BLOCKED,
}


def refusal(table: Table, code: int, errmsg: str = "what the vendor says") -> DeliveryError:
    """Return the error for an answer with *code*."""
    with pytest.raises(DeliveryError) as raised:
        table.check({"errcode": code, "errmsg": errmsg})
    return raised.value


@pytest.mark.parametrize(("name", "code"), EVERY)
def test_c9_every_code_has_its_class(name: str, code: int) -> None:
    """A documented errcode is raised as its class, with our code and its least wait."""
    error = refusal(TABLES[name], code)
    wait_s = LEAST_WAITS.get(code, 0.0)

    assert (*TABLES[name].wanted[code], str(code), wait_s) == (
        type(error),
        error.code,
        error.vendor_code,
        error.wait_s,
    )


@pytest.mark.parametrize("name", TABLES)
def test_tables_and_list_have_the_same_codes(name: str) -> None:
    """No code of a formatter's table is missing in the list above, and none of the list there."""
    assert set(TABLES[name].wanted) == set(TABLES[name].codes)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("code", [1, 424242, -999, 10**9])
def test_unknown_codes_are_permanent_and_to_be_reported(name: str, code: int) -> None:
    """A code of no table is not tried again, and the remedy asks to report it."""
    error = refusal(TABLES[name], code)

    assert TABLES[name].unknown == (type(error), error.code)
    assert TABLES[name].remedy.hint == error.hint
    assert not error.retryable
    assert "report it" in error.hint.en
    assert "请报告" in error.hint.zh


@pytest.mark.parametrize("name", ["robot", "app", "token"])
@pytest.mark.parametrize("code", [41003, 41999])
def test_a_missing_parameter_is_told_as_such(name: str, code: int) -> None:
    """Of 41xxx only some have rows of their own."""
    assert "a parameter is missing" in refusal(TABLES[name], code).message.en


@pytest.mark.parametrize("name", VERDICTS)
def test_every_verdict_speaks_both_languages(name: str) -> None:
    """What happened and the remedy are there in Chinese, with its punctuation, and in English."""
    verdict = VERDICTS[name]

    for phrase in (verdict.message, verdict.hint):
        assert re.search("[一-鿿]", phrase.zh)
        assert re.search("[a-z]{2}", phrase.en)
        assert not re.search("[\u3000-\u303f一-鿿\uff00-\uffef]", phrase.en)
        assert not re.search("[一-鿿][,;:!?()]|[,;:!?()][一-鿿]", phrase.zh)
    assert verdict.hint.zh.endswith("。")
    assert verdict.hint.en.endswith(".")


@pytest.mark.parametrize("name", VERDICTS)
def test_every_verdict_names_its_page(name: str) -> None:
    """A page of the vendor's, or a note where only third parties tell the code."""
    page = VERDICTS[name].page

    assert re.fullmatch(r"https://[a-z.]+/\S+|open\.dingtalk\.com: .+|.*\(unverified\)", page), page


@pytest.mark.parametrize("name", TABLES)
def test_the_vendors_words_stand_in_both_languages(name: str) -> None:
    """The vendor's text is told as it is, braces and percent signs included."""
    said = "broken {code} {0} %s {"
    message = refusal(TABLES[name], 40035, said).message

    assert message.zh.endswith(f"（errcode 40035：{said}）")
    assert message.en.endswith(f" (errcode 40035: {said})")


@pytest.mark.parametrize("name", TABLES)
def test_an_answer_without_words_has_none_in_its_message(name: str) -> None:
    """Only the errcode is told where the vendor says nothing."""
    message = refusal(TABLES[name], -1, "").message

    assert message.zh.endswith("繁忙（errcode -1）")
    assert message.en.endswith(" busy (errcode -1)")


# The sheets themselves, where they are at hand.

needs_sheets = pytest.mark.skipif(not SHEETS.is_dir(), reason="the reference sheets are not here")
# The sheet's word for a class, the longest first, and what it may be here.
CLASSES: dict[str, tuple[type[DeliveryError], ...]] = {
    "retryable, slow": (Throttled,),
    "retryable": (Busy,),
    "permanent / configuration": (Rejected, Misconfigured),
    "permanent": (Rejected, Unsuitable),
    "configuration": (Misconfigured,),
    "refresh once": (TokenRefused,),
    "unverified": (Rejected,),
    "—": (Misconfigured,),  # another API's
}
# Nothing gets through any more, whatever the message is: the receiver has to change.
CALLED_OTHERWISE = {48005: "configuration"}


def section(sheet: str, begin: str, end: str) -> str:
    text = (SHEETS / sheet).read_text(encoding="utf-8")
    return text.split(begin, 1)[1].split(end, 1)[0]


def rows(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield what the first cell says, each errcode of it, and its class."""
    for line in text.splitlines():
        found = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if not line.startswith("| ") or len(found) < 3 or found[0].startswith(("no ", "HTTP ")):
            continue
        also = re.findall(r"(\d{5}) > ", found[1])  # three codes share one row
        for code in (*re.findall(r"(?<!\d)-?\d{1,7}(?![\dx])", found[0]), *also):
            if code != "0":
                yield found[0], int(code), found[2].strip("* ")


def wanted_classes(
    code: int, called: str, request: bool = False
) -> tuple[type[DeliveryError], ...]:
    """Return what a code may be that the sheet calls so."""
    called = CALLED_OTHERWISE.get(code, called)
    return next(classes for word, classes in CLASSES.items() if called.startswith(word))


@needs_sheets
@pytest.mark.parametrize(
    ("sheet", "begin", "end", "name"),
    [
        ("wecom.md", "#### Error codes for the bot endpoint", "Sources:", "robot"),
        ("wecom.md", "### B.5", "### B.6", "app"),
        ("dingtalk.md", "## 5. Error codes", "The 4301xx family", "dingtalk"),
    ],
)
def test_sheets_and_list_agree(sheet: str, begin: str, end: str, name: str) -> None:
    """Every code of a sheet's table is in the list, in the class that the sheet gives it."""
    found = list(rows(section(sheet, begin, end)))

    assert len(found) > 20
    for cell, code, called in found:
        listed = WECOM_TOKEN if "gettoken" in cell else TABLES[name].wanted

        assert listed[code][0] in wanted_classes(code, called), (code, called)


@needs_sheets
@pytest.mark.parametrize(
    ("sheet", "begin", "end", "least", "wanted"),
    [
        ("wecom.md", "### B.1", "### B.2", 6, {**WECOM_APP, **WECOM_TOKEN}),
        ("wecom.md", "| Codes |", "| Mentions |", 5, WECOM_APP),
        ("dingtalk.md", "## 2. Security", "### 2.1", 1, DINGTALK),
        ("dingtalk.md", "## 4. Limits", "## 5.", 7, DINGTALK),
    ],
)
def test_codes_elsewhere_in_the_sheets_are_listed(
    sheet: str, begin: str, end: str, least: int, wanted: Mapping[int, Row]
) -> None:
    """Codes that only a paragraph or a table of limits names are there as well."""
    text = section(sheet, begin, end)
    found = {int(code) for code in re.findall(r"(?<![\w/#])\d{5,7}(?!\d| byte)", text)}

    assert len(found) >= least
    assert found <= set(wanted)
