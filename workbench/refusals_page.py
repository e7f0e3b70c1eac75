"""`docs/refusals.md`: what a vendor's errcode means and what to do, from the formatters' tables."""

import re
from collections.abc import Iterator, Mapping

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

_HEAD = """# Refusals · 拒绝

Made from the code's tables; `python -m pytest tests/test_answer_tables.py --update-golden` writes
it anew.

Both vendors answer HTTP 200 whatever happened: the `errcode` decides. An answer to a webhook has it
as `vendor_code` beside `code`; `relay send` shows both. HTTP 429 and 5xx count as temporary.
两家平台不管成败都回答 HTTP 200，以 `errcode` 为准：它在回答里叫 `vendor_code`，我们的代码叫
`code`。HTTP 429、5xx 算暂时。

| kind 种类 | what happens 怎么处理 |
|---|---|
"""
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
_COLUMNS = """
| errcode | kind 种类 | code | meaning 意思 | do 怎么办 | page 出处 |
|---|---|---|---|---|---|
"""
_ROBOTS = Phrase("企业微信群机器人", "WeCom robots")
_APPS = Phrase("企业微信应用：发消息", "WeCom applications: messages")
_TOKENS = Phrase("企业微信应用：取令牌", "WeCom applications: tokens")
_DINGTALK = Phrase("钉钉机器人", "DingTalk robots")
_OTHERS = Phrase("其他", "any other")
_LENGTH_NOTE = """
Whatever the errcode, a text with “exceed max length” counts as 40058.
不管 errcode 是什么，文字里有 “exceed max length” 就当作 40058。
"""
_SECURITY_NOTE = """
The four causes of 310000 are told apart by its text, in English and Chinese; the kind is the same.
310000 的四种原因按文字（中文、英文）区分，种类一样。
"""


def refusals_page() -> str:
    """Return `docs/refusals.md`."""
    kinds = "".join(
        f"| {_both(name)} | {_both(treated)} |\n" for name, treated in _TREATMENTS.values()
    )
    missing, others = _line("41xxx", MISSING), _line(_both(_OTHERS), WECOM_UNKNOWN)
    parts = [_HEAD, kinds]
    parts += [_head(_ROBOTS), *_lines(ROBOT_CODES), missing, others, _LENGTH_NOTE]
    parts += [_head(_APPS), *_lines(APP_CODES), missing, others]
    parts += [_head(_TOKENS), *_lines(TOKEN_CODES), missing, others]
    parts += [_head(_DINGTALK), *_dingtalk(), _SECURITY_NOTE]
    return "".join(parts)


def _dingtalk() -> Iterator[str]:
    yield from _lines(DINGTALK_CODES)
    for verdict, words in WORDINGS:
        told = " ".join(f"`{word}`" for word in words)
        yield _line(f"{SECURITY_CODE}: {told}", verdict)
    yield _line("`status` 1111", BLOCKED)
    yield _line(_both(_OTHERS), DINGTALK_UNKNOWN)


def _head(title: Phrase) -> str:
    return f"\n## {title.en} · {title.zh}\n{_COLUMNS}"


def _lines(codes: Mapping[int, Verdict]) -> Iterator[str]:
    for code, verdict in codes.items():
        yield _line(str(code), verdict)


def _line(errcode: str, verdict: Verdict) -> str:
    code = f"[{verdict.code}](configuration.md#{verdict.code.lower()})"
    meaning, remedy = _both(verdict.message), _both(verdict.hint)
    cells = (errcode, _kind(verdict), code, meaning, remedy, _linked(verdict.page))
    return f"| {' | '.join(cells)} |\n"


def _kind(verdict: Verdict) -> str:
    name = _both(_TREATMENTS[verdict.error][0])
    return f"{name}<br>{verdict.wait_s:g} s" if verdict.wait_s else name


def _both(phrase: Phrase) -> str:
    return f"{_plain(phrase.en)}<br>{_plain(phrase.zh)}"


def _plain(text: str) -> str:
    """Return *text* so that Markdown shows it as it is."""
    return re.sub(r"([\\`*|$])", r"\\\1", text).replace("<", "&lt;")


def _linked(page: str) -> str:
    """Return a link to *page*, labelled by its last part; a note that is no address as it is."""
    if not page.startswith("https://"):
        return _plain(page)
    return f"[{page.rpartition('/')[2]}]({page})"
