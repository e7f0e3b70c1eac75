"""What a vendor's errcode means and what to do, from the formatters' tables, in one language."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from formatters.dingtalk_verdicts import BLOCKED, SECURITY_CODE, WORDINGS
from formatters.dingtalk_verdicts import CODES as DINGTALK_CODES
from formatters.dingtalk_verdicts import UNKNOWN as DINGTALK_UNKNOWN
from formatters.verdicts import Verdict
from formatters.wecom_app_verdicts import APP_CODES, TOKEN_CODES
from formatters.wecom_verdicts import CODES as ROBOT_CODES
from formatters.wecom_verdicts import MISSING
from formatters.wecom_verdicts import UNKNOWN as WECOM_UNKNOWN
from relay.errors import (
    Busy,
    DeliveryError,
    Misconfigured,
    Rejected,
    Throttled,
    TokenRefused,
    Unsuitable,
)
from relay.words import Phrase
from workbench.page_tables import head, line, plain

_TREATMENTS: Mapping[type[DeliveryError], tuple[Phrase, Phrase]] = {
    Busy: (
        Phrase("暂时", "temporary"),
        Phrase("过一会儿再发，次数有限", "posted again after a pause, a few times"),
    ),
    Throttled: (
        Phrase("限流", "throttled"),
        Phrase(
            "等到平台说的时间，其间不再发给它",
            "nothing is posted there until the time that the vendor names has passed",
        ),
    ),
    Unsuitable: (
        Phrase("永久，内容", "permanent, content"),
        Phrase("只用标题和链接再发一次", "posted once more as title and link only"),
    ),
    Rejected: (
        Phrase("永久，这条消息", "permanent, this message"),
        Phrase("不重发", "not posted again"),
    ),
    Misconfigured: (
        Phrase("永久，配置", "permanent, configuration"),
        Phrase(
            "不重发；有人改好以前，发给它的都不行",
            "not posted again; nothing gets there until somebody mends it",
        ),
    ),
    TokenRefused: (
        Phrase("令牌", "token"),
        Phrase(
            "换新令牌再发一次，还不行就是配置问题",
            "posted once more with a new token, then as configuration",
        ),
    ),
}
_KIND, _HANDLED = Phrase("种类", "kind"), Phrase("怎么处理", "what happens")
_COLUMNS = (
    Phrase("errcode", "errcode"),
    _KIND,
    Phrase("代码", "code"),
    Phrase("意思", "means"),
    Phrase("怎么办", "do"),
    Phrase("出处", "page"),
)
_OTHERS = Phrase("其他", "any other")
# Where a code was found that has no page of the vendor's.
_NOTES = {
    "no page: in none of WeCom's tables (unverified)": "企业微信的表里都没有（未验证）",
    "no page found (unverified)": "没有找到页面（未验证）",
    "one third-party source (unverified)": "只有一个第三方来源（未验证）",
    "third-party logs (unverified)": "第三方日志（未验证）",
    "open.dingtalk.com: global table of error codes": "open.dingtalk.com：全局错误码表",
    "open.dingtalk.com: how-to on API throttling": "open.dingtalk.com：接口限流的说明",
}


class _Row(NamedTuple):
    errcode: str
    verdict: Verdict


class _Table(NamedTuple):
    title: Phrase
    rows: tuple[_Row, ...]
    note: Phrase = Phrase("", "")


def treatments(lang: str) -> str:
    """Return the kinds of refusals, and how each is treated."""
    rows = (line(kind.of(lang), treated.of(lang)) for kind, treated in _TREATMENTS.values())
    return head(_KIND.of(lang), _HANDLED.of(lang)) + "".join(rows)


def refusals(lang: str) -> str:
    """Return a table for each kind of receiver, with every errcode that the formatters know."""
    return "\n".join(_table(one, lang) for one in _tables())


def _tables() -> Iterator[_Table]:
    wecom = (_Row("41xxx", MISSING), _Row("", WECOM_UNKNOWN))
    yield _Table(
        Phrase("企业微信群机器人", "WeCom robots"),
        (*_rows(ROBOT_CODES), *wecom),
        Phrase(
            "不管 errcode 是什么，文字里有 “exceed max length” 就当作 40058。",
            "Whatever the errcode, a text with “exceed max length” counts as 40058.",
        ),
    )
    yield _Table(
        Phrase("企业微信应用：发消息", "WeCom applications: messages"),
        (*_rows(APP_CODES), *wecom),
    )
    yield _Table(
        Phrase("企业微信应用：取令牌", "WeCom applications: tokens"),
        (*_rows(TOKEN_CODES), *wecom),
    )
    yield _Table(
        Phrase("钉钉机器人", "DingTalk robots"),
        (*_rows(DINGTALK_CODES), *_wordings(), _Row("", DINGTALK_UNKNOWN)),
        Phrase(
            "310000 的四种原因按文字（中文、英文）区分，种类一样。",
            "The four causes of 310000 are told apart by its text, in English and Chinese; the "
            "kind is the same.",
        ),
    )


def _rows(codes: Mapping[int, Verdict]) -> Iterator[_Row]:
    return (_Row(str(code), verdict) for code, verdict in codes.items())


def _wordings() -> Iterator[_Row]:
    for verdict, words in WORDINGS:
        yield _Row(f"{SECURITY_CODE}: {' '.join(f'`{word}`' for word in words)}", verdict)
    yield _Row("`status` 1111", BLOCKED)


def _table(table: _Table, lang: str) -> str:
    rows = "".join(_line(row, lang) for row in table.rows)
    note = table.note.of(lang)
    titles = head(*(one.of(lang) for one in _COLUMNS))
    return f"### {table.title.of(lang)}\n\n{titles}{rows}" + (f"\n{note}\n" if note else "")


def _line(row: _Row, lang: str) -> str:
    errcode, verdict = row
    return line(
        errcode or _OTHERS.of(lang),
        _kind(verdict, lang),
        f"[{verdict.code}](#{verdict.code.lower()})",
        plain(verdict.message.of(lang)),
        plain(verdict.hint.of(lang)),
        _linked(verdict.page, lang),
    )


def _kind(verdict: Verdict, lang: str) -> str:
    name = _TREATMENTS[verdict.error][0].of(lang)
    return f"{name}<br>{verdict.wait_s:g} s" if verdict.wait_s else name


def _linked(page: str, lang: str) -> str:
    """Return a link to *page*, labelled by its last part; a note that is no address as it is."""
    if page.startswith("https://"):
        return f"[{page.rpartition('/')[2]}]({page})"
    return plain(page if lang == "en" else _NOTES[page])
