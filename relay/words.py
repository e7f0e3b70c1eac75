"""The two languages: phrases, product words, names, lists, durations, dates.

A phrase stands where it is used, both languages side by side, so that they cannot drift apart.
`design/messages.md` rules 10, 13, 14 and section 6 decide the wording.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from relay.events import Person
from relay.text import clean, cut_cells

NAME_CELLS = 24
VALUE_CELLS = 60

_NOUNS_ZH = {
    "issue": "议题",
    "task": "任务",
    "incident": "事件",
    "epic": "史诗",
    "test_case": "测试用例",
    "objective": "目标",
    "key_result": "关键结果",
    "requirement": "需求",
    "ticket": "工单",
    "merge_request": "合并请求",
    "pipeline": "流水线",
    "job": "作业",
}
# What Gitee itself writes on its Chinese pages.
_NOUNS_GITEE_ZH = {"issue": "Issue", "merge_request": "Pull Request", "job": "任务"}
_NOUNS_GITEE_EN = {"merge_request": "pull request"}

_UNITS = ((86400, "天", "d"), (3600, "小时", "h"), (60, "分", "m"), (1, "秒", "s"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Phrase(NamedTuple):
    """One wording in both languages; *one* is the English form for exactly one."""

    zh: str
    en: str
    one: str = ""

    def filled(self, **values: object) -> "Phrase":
        """Return both wordings with their ``{…}`` filled in."""
        return Phrase(self.zh.format(**values), self.en.format(**values))

    def of(self, lang: str) -> str:
        """Return the wording in *lang*: ``en``, or anything else for zh-CN."""
        return self.en if lang == "en" else self.zh


class Words:
    """How one language speaks about one forge."""

    def __init__(self, lang: str, source: str) -> None:
        self.lang = lang
        self.chinese = lang != "en"
        self._gitee = source == "gitee"

    def say(self, phrase: Phrase, **values: object) -> str:
        """Return *phrase* with *values* filled in; ``count=1`` picks the singular.

        A ``noun`` that begins or ends in Latin letters gets its space beside Chinese characters.
        """
        if not self.chinese:
            return self.template(phrase, values.get("count")).format(**values)
        if noun := values.get("noun"):
            values["noun"] = _spaced(str(noun))
            return " ".join(phrase.zh.format(**values).split())
        return phrase.zh.format(**values)

    def filled(self, phrase: Phrase, **values: object) -> str:
        """Return *phrase* as `say` does, or ``""`` when one of its *values* is missing."""
        return self.say(phrase, **values) if all(values.values()) else ""

    def template(self, phrase: Phrase, count: object = None) -> str:
        """Return *phrase* with its ``{…}`` still to be filled, worded for *count*."""
        if self.chinese:
            return phrase.zh
        return phrase.one if phrase.one and count == 1 else phrase.en

    def noun(self, kind: str) -> str:
        """Return the forge's own word for *kind*, for the middle of a sentence."""
        if self.chinese:
            return (self._gitee and _NOUNS_GITEE_ZH.get(kind)) or _NOUNS_ZH.get(kind, kind)
        return (self._gitee and _NOUNS_GITEE_EN.get(kind)) or kind.replace("_", " ")

    def name(self, person: Person | None) -> str:
        """Return how *person* is called: in English the user name when the name is not Latin."""
        if person is None:
            return ""
        name, username = clean(person.name), clean(person.username)
        latin = self.chinese or name.isascii()
        return cut_cells((name or username) if latin else (username or name), NAME_CELLS)

    def names(self, people: Iterable[Person]) -> str:
        return self.listed([self.name(person) for person in people])

    def listed(self, items: Iterable[str], most: int = 5) -> str:
        """Return *items* as a list, the first *most* of them with "…" for the rest."""
        found = [item for item in items if item]
        shown = found[:most] + (["…"] if len(found) > most else [])
        return ("、" if self.chinese else ", ").join(shown)

    def labelled(self, label: Phrase, value: str) -> str:
        """Return ``label：value``, or ``""`` when there is no value."""
        return f"{self.say(label)}{self.colon}{value}" if value else ""

    @property
    def colon(self) -> str:
        return "：" if self.chinese else ": "

    @property
    def comma(self) -> str:
        return "，" if self.chinese else ", "

    def bracketed(self, text: str) -> str:
        if not text:
            return ""
        return f"（{text}）" if self.chinese else f" ({text})"

    def quoted(self, text: str) -> str:
        """Return a proper name in quotation marks, or ``""``."""
        if not text:
            return ""
        return f"「{text}」" if self.chinese else f"“{text}”"

    def duration(self, seconds: float | None) -> str:
        """Return *seconds* in at most two units without zero units; ``""`` for None."""
        if seconds is None:
            return ""
        left, parts = int(seconds), []
        for size, zh, en in _UNITS:
            count, left = divmod(left, size)
            if count:
                parts.append(f"{count}{zh if self.chinese else en}")
            if parts and (len(parts) == 2 or not count):
                break  # two neighbouring units say enough
        return ("" if self.chinese else " ").join(parts) or ("0秒" if self.chinese else "0s")

    def day(self, date: str, now_year: int) -> str:
        """Return ``2026-11-25`` as 11-25 / Nov 25, with the year when it is not *now_year*.

        Anything that is no such date is returned as it is, cleaned and bounded.
        """
        digits = date[:10].split("-")
        if len(digits) != 3 or not all(part.isdigit() and part.isascii() for part in digits):
            return cut_cells(clean(date), 20)
        year, month, day = (int(part) for part in digits)
        if year != now_year or not 1 <= month <= 12:
            return date[:10]
        return date[5:10] if self.chinese else f"{MONTHS[month - 1]} {day}"


def spoken(environ: Mapping[str, str]) -> str:
    """Return the language of a person's terminal: ``zh-CN`` or ``en``.

    The first of POSIX's variables that is set decides.
    """
    found = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh-CN" if found.lower().startswith("zh") else "en"


def project_name(path: str) -> str:
    """Return the last two segments of *path* (rule 13): ``platform/api``."""
    return cut_cells(clean("/".join(path.strip("/").split("/")[-2:])), VALUE_CELLS)


def capital(text: str) -> str:
    """Return *text* with its first letter as a capital, the others as they are."""
    return text[:1].upper() + text[1:]


def _spaced(noun: str) -> str:
    return f"{' ' if noun[0].isascii() else ''}{noun}{' ' if noun[-1].isascii() else ''}"
