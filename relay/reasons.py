"""Why something was not sent, or sent in a lesser form: one sentence per code, in both languages.

`design/config.md` section 8. Codes beyond those there: R34 environment, R35 draft, R36 already sent
by another route.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from relay.text import clean, cut_cells
from relay.words import VALUE_CELLS, Phrase

_MOST_PATTERNS = 4
_PATTERN_CELLS = 30


class Reason(NamedTuple):
    """*code* R10 to R36, *text* the filled sentence."""

    code: str
    text: Phrase


# By code, or by code and what exactly it is about.
SENTENCES: dict[str, Phrase] = {
    "R10": Phrase("不支持的事件 {value}", "event {value} is not supported"),
    "R11": Phrase("事件 {value} 不在 {patterns}", "event {value} not in {patterns}"),
    "R11 default": Phrase("事件 {value} 默认不发送", "event {value} is off by default"),
    "R20": Phrase("来源 {value} 不在 {patterns}", "source {value} not in {patterns}"),
    "R21": Phrase("项目 {value} 不在 {patterns}", "project {value} not in {patterns}"),
    "R22": Phrase("分支 {value} 不在 {patterns}", "branch {value} not in {patterns}"),
    "R22 tag": Phrase("Git 标签 {value} 不在 {patterns}", "tag {value} not in {patterns}"),
    "R23": Phrase("操作人 {value} 不在 {patterns}", "author {value} not in {patterns}"),
    "R24": Phrase("标签 {value} 不在 {patterns}", "label {value} not in {patterns}"),
    "R24 none": Phrase("没有标签，要求 {patterns}", "no label; wanted {patterns}"),
    "R25": Phrase("改动的文件都不在 {patterns}", "no changed file in {patterns}"),
    "R26": Phrase("现在不在发送时段 {patterns}", "outside the sending hours {patterns}"),
    "R26 muted": Phrase("现在是静音时段 {patterns}", "in the muted hours {patterns}"),
    "R27": Phrase(
        "{value} 在 quiet 里，只发一行灰字", "{value} is in quiet: sent as one grey line"
    ),
    "R27 default": Phrase(
        "{value} 默认只发一行灰字", "{value} is sent as one grey line by default"
    ),
    "R28": Phrase("重复的投递，已经发过", "duplicate delivery: already sent"),
    "R28 busy": Phrase("重复的投递，正在发送", "duplicate delivery: it is being sent"),
    "R28 body": Phrase(
        "和刚才的投递 {value} 内容完全相同", "the same body as delivery {value} a moment ago"
    ),
    "R29": Phrase(
        "{name} 的条数用完了，稍后再发",
        "{name}: its limit of messages is reached; goes out later",
    ),
    "R30": Phrase("{name} 没有可发送的人", "nobody to send to at {name}"),
    "R31": Phrase("{name} 拒绝了消息（{value}）", "{name} refused the message ({value})"),
    "R32": Phrase("没有看得见的变化", "nothing changed that a person would see"),
    "R33": Phrase(
        "机密内容不发到群里，除非写 confidential: true",
        "confidential items stay out of chats unless confidential: true",
    ),
    "R34": Phrase("环境 {value} 不在 {patterns}", "environment {value} not in {patterns}"),
    "R35": Phrase("草稿不发送（drafts: false）", "drafts stay out (drafts: false)"),
    "R36": Phrase("{name} 已由路由 {value} 发送", "{name} already got it from route {value}"),
}


def reason(
    code: str, about: str = "", *, value: str = "", name: str = "", patterns: Sequence[str] = ()
) -> Reason:
    """Return *code*'s sentence, in the wording *about* (``tag`` under R22), filled.

    *value* and *name* may come from a payload: they are cleaned and cut to 60 cells. Of *patterns*
    four are named, and how many more there are. Raises KeyError for what is not in `SENTENCES`.
    """
    sentence = SENTENCES[f"{code} {about}" if about else code]
    return Reason(
        code,
        sentence.filled(value=_shown(value), name=_shown(name), patterns=_listed(tuple(patterns))),
    )


def _shown(text: str) -> str:
    return cut_cells(clean(text), VALUE_CELLS) if text else ""


@lru_cache(maxsize=512)  # of the configuration, not of a payload
def _listed(patterns: tuple[str, ...]) -> str:
    """Return ``[develop, release/**]``; of a long list ``[a, b, c, d, … (+3)]``."""
    shown = [cut_cells(clean(pattern), _PATTERN_CELLS) for pattern in patterns[:_MOST_PATTERNS]]
    if len(patterns) > _MOST_PATTERNS:
        shown.append(f"… (+{len(patterns) - _MOST_PATTERNS})")
    return f"[{', '.join(shown)}]"
