"""The forms that words in the configuration must have: text in, value out, or what is expected."""

from collections.abc import Callable
from typing import Any

from relay.config import Times
from relay.text import clean
from relay.words import Phrase

_MOST_NAME = 64
_MOST_KEYWORD = 40
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SOURCE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_USERID_CHARACTERS = _SOURCE_CHARACTERS | {"@"}
_MARKUP = frozenset("<>&[]*`\\")
_NAME = Phrase(
    f"名字最多 {_MOST_NAME} 个字符，不含空格、逗号和 #",
    f"a name has at most {_MOST_NAME} characters, no space, comma or #",
)
_SOURCE = Phrase(
    "来源的名字会出现在地址里，只用字母、数字和 - _ .",
    "the name stands in an address: only letters, digits and - _ .",
)
_USERNAME = Phrase("写 GitLab / Gitee 的用户名", "write the GitLab / Gitee user name")
_USERID = Phrase(
    "写通讯录里的账号（字母、数字和 - _ . @），不是姓名",
    "write the account of the directory (letters, digits and - _ . @), not the name",
)
_MOBILE = Phrase("只写数字，例如 13800001111", "digits only, for example 13800001111")
_TIME = Phrase(
    '时间写成 "07:00"（两位小时，加引号）', 'write "07:00": two digits for the hour, in quotes'
)
_WEEKDAYS = Phrase(
    '写英文星期或范围，例如 "monday:friday"、saturday',
    'write English weekdays or a range, such as "monday:friday" or saturday',
)
_LINE = Phrase(
    "写成一行，不含控制字符和看不见的字符",
    "one line, without control characters and invisible ones",
)
_HOST = Phrase("写主机或主机:端口，不写 http://", "write host or host:port, without http://")
_KEYWORD = Phrase(
    f"关键词最多 {_MOST_KEYWORD} 个字符，不含 < > & [ ] * ` \\",
    f"a keyword has at most {_MOST_KEYWORD} characters, none of < > & [ ] * ` \\",
)
_QUEUE = Phrase(
    "写 sqs://队列名.fifo、队列的 https 地址或 scf-async",
    "write sqs://name.fifo, the queue's https address, or scf-async",
)
_STATE = Phrase("写 dynamodb://表名 或 memory", "write dynamodb://table or memory")


class FormError(ValueError):
    """What form is expected; holds no part of the value."""

    def __init__(self, expected: Phrase) -> None:
        super().__init__(expected.en)
        self.expected = expected


def formed(form: str, text: str) -> Any:
    """Return the value that *text* stands for under *form*; raises FormError."""
    return _FORMS[form](text)


def minutes(text: str) -> int:
    """Return ``07:00`` as minutes from midnight; ``24:00`` is the end of the day."""
    hour, colon, minute = text.partition(":")
    digits = hour + minute
    if colon and len(hour) == len(minute) == 2 and digits.isascii() and digits.isdigit():
        found = int(hour) * 60 + int(minute)
        if int(minute) < 60 and found <= 1440:
            return found
    raise FormError(_TIME)


def span(start: int, end: int) -> Times:
    """Return the time from *start* to *end*; raises FormError for one of no length."""
    if start == end or start == 1440:
        raise FormError(
            Phrase(
                "开始和结束不能相同；全天写 00:00 到 24:00",
                "begin and end are the same; a whole day is 00:00 to 24:00",
            )
        )
    return Times(start, end)


def weekdays(text: str) -> tuple[int, ...]:
    """Return the days of ``monday:friday`` or ``saturday``, Monday as 0; a range may wrap."""
    first, colon, last = text.lower().partition(":")
    start = _day(first)
    end = _day(last) if colon else start
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def _day(text: str) -> int:
    word = text.strip()
    for number, day in enumerate(_DAYS):
        if word in (day, day[:3]):
            return number
    raise FormError(_WEEKDAYS)


def _matching(allowed: Callable[[str], bool], expected: Phrase) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not allowed(text):
            raise FormError(expected)
        return text

    return read


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _MOST_NAME and text.isprintable() and not set(text) & set(" ,，#")


def _is_line(text: str) -> bool:
    is_clean = "".join(clean(text).split()) == "".join(text.split())
    return is_clean and text.splitlines() in ([text], [])


def _is_source(text: str) -> bool:
    return 0 < len(text) <= _MOST_NAME and _SOURCE_CHARACTERS.issuperset(text)


def _is_username(text: str) -> bool:
    return 0 < len(text) <= 255 and text.isprintable() and " " not in text


def _is_userid(text: str) -> bool:
    usable = 0 < len(text) <= _MOST_NAME and _USERID_CHARACTERS.issuperset(text)
    return usable and text.lower() not in ("all", "@all")


def _is_mobile(text: str) -> bool:
    digits = text.removeprefix("+").replace("-", "")
    return digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 20


def _is_keyword(text: str) -> bool:
    return 0 < len(text) <= _MOST_KEYWORD and text.isprintable() and not set(text) & _MARKUP


def _is_queue(text: str) -> bool:
    """SQS keeps the order of a group only in a queue whose name ends in ``.fifo``."""
    scheme, slashes, rest = text.partition("://")
    is_sqs = scheme in ("sqs", "https") and slashes and rest.endswith(".fifo")
    return text == "scf-async" or bool(is_sqs)


def _is_state(text: str) -> bool:
    return text == "memory" or (text.startswith("dynamodb://") and len(text) > 11)


def _host(text: str) -> str:
    from relay.configuration.addresses import is_host

    if not is_host(text.lower()):
        raise FormError(_HOST)
    return text.lower()


_FORMS: dict[str, Callable[[str], Any]] = {
    "": str,
    "note": clean,
    "name": _matching(_is_name, _NAME),
    "receiver": _matching(_is_name, _NAME),
    "line": _matching(_is_line, _LINE),
    "source": _matching(_is_source, _SOURCE),
    "username": _matching(_is_username, _USERNAME),
    "userid": _matching(_is_userid, _USERID),
    "mobile": _matching(_is_mobile, _MOBILE),
    "keyword": _matching(_is_keyword, _KEYWORD),
    "queue": _matching(_is_queue, _QUEUE),
    "state": _matching(_is_state, _STATE),
    "host": _host,
    "time": minutes,
    "weekdays": weekdays,
}
