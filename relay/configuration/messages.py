"""What the reader says of the document, and how places and values are put into it.

Only what `reader`, its scalars and its names say; phrases of a single other module stand there.
"""

from __future__ import annotations

from collections.abc import Iterable

from relay.errors import NOTHING
from relay.text import clean
from relay.words import Phrase

_MOST_SHOWN = 60  # characters of a value that a message quotes

UNKNOWN_KEY = Phrase("{place} 里没有 “{key}” 这个键", "{place} has no key “{key}”")
KNOWN_KEYS = Phrase("这里可以写：{known}", "known here: {known}")
MISSING = Phrase("{place} 缺少 {key}", "{place} lacks {key}")
WRITE_IT = Phrase("补上 {key}: {value}", "add {key}: {value}")
ADD_IT = Phrase("补上 {key}（{zh}）", "add {key} ({en})")
OF_OTHER_TYPE = Phrase("{type} 没有 “{key}” 这个键", "“{key}” is not for {type}")
REMOVE = Phrase("删掉它；它用于 {types}", "remove it; it is for {types}")

SHAPE = Phrase("{place} 应该是{expected}", "{place} should be {expected}")
ONE_VALUE = Phrase("一个值，不是列表或映射", "one value, not a list or a mapping")
VALUE_HINT = Phrase(
    "去掉方括号或缩进的内容，只写一个值", "write one value, without brackets or lines below it"
)
A_LIST = Phrase("列表", "a list")
LIST_HINT = Phrase("写成 [a, b]，或每行一个 “- ”", "write [a, b], or one per line behind “- ”")
A_MAPPING = Phrase("一组 “键: 值”", "a mapping of keys and values")
MAPPING_HINT = Phrase("下一行缩进后写 键: 值", "write key: value on the next line, indented")

CHOICE = Phrase(
    "{place} 的值 “{value}” 不在可选范围里", "{place}: “{value}” is none of the known values"
)
WORDS = Phrase("可以写：{known}", "write one of: {known}")
FORM = Phrase("{place} 的值 “{value}” 格式不对", "{place}: “{value}” has the wrong form")
HIDDEN_FORM = Phrase("{place} 的值格式不对", "{place} has the wrong form")
KEY_FORM = Phrase(
    "{place} 下面的名字 “{value}” 格式不对", "{place}: the name “{value}” has the wrong form"
)
TOO_LONG = Phrase(
    "{place} 太长（最多 {most} 个字符）", "{place} is too long (at most {most} characters)"
)
SHORTEN = Phrase("缩短它", "shorten it")
FLAG_HINT = Phrase("写 true 或 false", "write true or false")
WHOLE_HINT = Phrase("写 {least} 到 {most} 的整数", "write a whole number from {least} to {most}")
SECONDS_HINT = Phrase(
    "写 {least:g} 到 {most:g} 秒，例如 4s", "write {least:g} to {most:g} seconds, such as 4s"
)
EVENT = Phrase("未知事件 “{value}”", "unknown event “{value}”")
NOT_NEGATED = Phrase("这里不能用 “!” 排除", "“!” cannot be used here")
FACT = Phrase("{event} 没有 “{value}” 这项内容", "{event} has no fact “{value}”")
PATTERN = Phrase("模式 “{value}” 不能用", "the pattern “{value}” cannot be used")
LITERAL = Phrase("{place} 把密钥直接写在文件里", "{place} holds the secret itself")
REFER = Phrase("改用 ${NAME}，值放在环境变量里", "write ${NAME} and set the variable instead")

UNDEFINED = {
    "receivers": Phrase("receivers 里没有叫 “{value}” 的机器人", "receivers has no “{value}”"),
    "time_intervals": Phrase("time_intervals 里没有 “{value}”", "time_intervals has no “{value}”"),
    "sources": Phrase("sources 里没有 “{value}”", "sources has no “{value}”"),
}
DEFINED = Phrase("可以写：{known}", "known here: {known}")
NONE_DEFINED = Phrase("先在 {of} 里写上它", "define it under {of} first")
NOBODY = Phrase("“{value}” 不是角色，people 里也没有", "“{value}” is no role and not in people")
WHOM = Phrase(
    '可以写：{known}，people 里的用户名或 "@all"', 'write {known}, a key of people or "@all"'
)
WRITE_EVERYONE = Phrase('所有人写成 "@all"', 'write "@all" for everybody')
LIKE_ROLE = Phrase("“{value}” 会被当作 userid", "“{value}” is taken as a user id")

_TOP = Phrase("最外层", "the top level")
_USED_FOR = Phrase("（用于 {place}）", " (for {place})")


def quoted(text: str) -> str:
    """Return *text* as a message may quote it: bounded, on one line, no control characters, and
    nothing that looks like a secret or a phone number.
    """
    from relay.configuration.snippets import masked_text

    shown = masked_text(clean(text[: 4 * _MOST_SHOWN]))
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"


def placed(message: Phrase, place: str) -> Phrase:
    """Fill in the *place*; the top of the document has no name of its own."""
    if not place:
        zh = message.zh.replace("{place} ", _TOP.zh)  # no space between Chinese characters
        return Phrase(zh, message.en.replace("{place}", _TOP.en))
    return Phrase(message.zh.replace("{place}", place), message.en.replace("{place}", place))


def shaped(expected: Phrase, place: str) -> Phrase:
    """Return that *place* should be what is *expected*."""
    message = Phrase(
        SHAPE.zh.format(place="{place}", expected=expected.zh),
        SHAPE.en.format(place="{place}", expected=expected.en),
    )
    return placed(message, place)


def used_for(message: Phrase, place: str) -> Phrase:
    """Return *message* with the *place* that it matters for."""
    end = _USED_FOR.filled(place=place)
    return Phrase(message.zh + end.zh, message.en + end.en)


def meant(text: str, known: Iterable[str], listed: Phrase) -> Phrase:
    """Return what was probably meant, else *listed* with all that is *known*."""
    from relay.configuration.suggest import did_you_mean

    every = tuple(known)
    near = did_you_mean(text, every)
    return near if near != NOTHING else listed.filled(known=", ".join(every))
