"""The two languages: durations, names, dates, nouns, and texts made fit to show."""

import sys

import pytest

from relay import text
from relay.describe.plain import items, prose
from relay.describe.when import happened_at
from relay.events import Person
from relay.text import cells, clean, cut_bytes, cut_cells, first_line
from relay.words import Phrase, Words, project_name

ZH, EN = Words("zh-CN", "gitlab"), Words("en", "gitlab")


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0秒", "0s"),
        (0.4, "0秒", "0s"),
        (59, "59秒", "59s"),
        (60, "1分", "1m"),
        (192, "3分12秒", "3m 12s"),
        (3599, "59分59秒", "59m 59s"),
        (3600, "1小时", "1h"),
        (3900, "1小时5分", "1h 5m"),
        (3605, "1小时", "1h"),
        (86400, "1天", "1d"),
        (100_800, "1天4小时", "1d 4h"),
        (86_460, "1天", "1d"),
        (None, "", ""),
    ],
)
def test_duration_has_two_units_and_no_zeros(seconds: float | None, zh: str, en: str) -> None:
    """A duration reads in at most two neighbouring units, none of them zero."""
    assert (ZH.duration(seconds), EN.duration(seconds)) == (zh, en)


@pytest.mark.parametrize(
    ("person", "zh", "en"),
    [
        (Person("张三", "zhangsan"), "张三", "zhangsan"),
        (Person("John Smith", "jsmith"), "John Smith", "John Smith"),
        (Person("", "jsmith"), "jsmith", "jsmith"),
        (Person("张三"), "张三", "张三"),
        (Person(), "", ""),
        (None, "", ""),
        (Person("A\n\u202eB"), "A B", "A B"),
    ],
)
def test_people_are_called_by_a_name_the_reader_can_read(
    person: Person | None, zh: str, en: str
) -> None:
    """English readers get the user name where the name is not Latin."""
    assert (ZH.name(person), EN.name(person)) == (zh, en)


@pytest.mark.parametrize(
    ("date", "zh", "en"),
    [
        ("2026-11-25", "11-25", "Nov 25"),
        ("2027-03-31", "2027-03-31", "2027-03-31"),
        ("soon", "soon", "soon"),
        ("2026-13-01", "2026-13-01", "2026-13-01"),
        ("", "", ""),
    ],
)
def test_day_leaves_out_this_year(date: str, zh: str, en: str) -> None:
    """A date of this year needs no year; what is no date stays as it is."""
    assert (ZH.day(date, 2026), EN.day(date, 2026)) == (zh, en)


def test_nouns_are_the_forge_s_own() -> None:
    """GitLab's 合并请求 is a Pull Request on Gitee, with a space beside Chinese letters."""
    new = Phrase("新{noun} {number}", "New {noun} {number}")
    gitee = Words("zh-CN", "gitee")

    assert ZH.say(new, noun=ZH.noun("merge_request"), number="!1") == "新合并请求 !1"
    assert gitee.say(new, noun=gitee.noun("merge_request"), number="!1") == "新 Pull Request !1"
    assert EN.say(new, noun=EN.noun("merge_request"), number="!1") == "New merge request !1"
    assert Words("en", "gitee").noun("merge_request") == "pull request"


def test_singular_is_worded() -> None:
    """One commit is not "1 commits"."""
    phrase = Phrase("{count} 个提交", "{count} commits", "1 commit")

    assert [EN.say(phrase, count=n) for n in (1, 2)] == ["1 commit", "2 commits"]


def test_project_is_its_last_two_segments() -> None:
    """company/dept/platform/api reads platform/api (rule 13)."""
    assert project_name("company/dept/platform/api") == "platform/api"
    assert project_name("api") == "api"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\r\n\tb", "a b", id="D6-white-space"),
        pytest.param("a\x00\x1b[31mb", "a[31mb", id="D6-controls"),
        pytest.param("\u202eevil\u2066", "evil", id="D6-bidi"),
        pytest.param("a\u200bb\ufeff", "ab", id="D6-zero-width"),
        pytest.param("e" + "\u0301" * 10_000, "e\u0301\u0301\u0301…", id="D6-marks"),
        pytest.param("👨‍👩‍👧 家", "👨‍👩‍👧 家", id="emoji-family-stays"),
        pytest.param("fix" + "\u200c" * 4000, "fix" + "\u200c" * 3 + "…", id="D6-non-joiners"),
        pytest.param("e" + "\u0301\u0301\u200c" * 900, "e\u0301\u0301\u200c", id="D6-mixed-marks"),
    ],
)
def test_d6_text_is_cleaned(text: str, expected: str) -> None:
    """Invisible and mark-tower characters go; what people write stays."""
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("短", 2, "短"),
        ("一二三四", 8, "一二三四"),
        ("一二三四五", 8, "一二三…"),
        ("abcdef", 4, "abc…"),
        ("a👨‍👩‍👧b", 8, "a👨‍👩‍👧b"),
        ("ab👨‍👩‍👧cde", 9, "ab👨‍👩‍👧…"),
        ("ab👨‍👩‍👧cde", 8, "ab…"),
        ("ab👍🏽cde", 6, "ab…"),
    ],
)
def test_cutting_by_cells_keeps_characters_whole(text: str, most: int, expected: str) -> None:
    """A cut stays within the cells and never separates what is one character to a reader."""
    assert cut_cells(text, most) == expected
    assert cells(cut_cells(text, most)) <= most


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("漢字漢", 9, "漢字漢"),
        ("漢字漢字", 9, "漢字…"),
        ("漢字漢字", 8, "漢…"),
        ("😀😀😀", 11, "😀😀…"),
        ("e\u0301e\u0301e\u0301", 8, "e\u0301…"),
        ("abc", 2, ""),
        ("abcd", 3, "…"),
    ],
)
def test_d1_cutting_by_bytes_keeps_characters_whole(text: str, most: int, expected: str) -> None:
    """A cut by bytes ends on a whole character and counts its own mark."""
    assert cut_bytes(text, most) == expected
    assert len(cut_bytes(text, most).encode()) <= most


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## 标题\n\n正文 **粗体** 和 [链接](https://x.example.com)", "标题 正文 粗体 和 链接"),
        ("![图](/uploads/a.png){width=10} 见图", "见图"),
        ("<!-- 模板\n说明 -->\n- [ ] 一\n- [x] 二", "一 二"),
        ("步骤：\n1. 清缓存\n2. 登录", "步骤：1. 清缓存 2. 登录"),
        ("a<br>b<details><summary>更多</summary>c</details>", "ab更多c"),
        ("List<String> 返回 a < b", "List<String> 返回 a < b"),
        ("---\n***\n\n|---|---|", ""),
        ("`code` 和 snake_case __init__", "`code` 和 snake_case __init__"),
        ("> 引用\n>> 再引", "引用 再引"),
        ("", ""),
    ],
)
def test_descriptions_become_prose(text: str, expected: str) -> None:
    """Markdown and HTML of a description are gone, its words stay."""
    assert prose(text, 200) == expected


def test_release_notes_keep_their_items() -> None:
    """Every line stands behind a dot, headings are left out."""
    assert items("## 更新\n- 一\n- 二\n\n文字") == ["· 一", "· 二", "· 文字"]


@pytest.mark.parametrize(
    "filler", ["a", "[", "\n> ", " ", "![", "<", "<!--", "](", "**", "- ", "`"]
)
def test_d11_long_hostile_text_is_cut_first(filler: str) -> None:
    """300 KB of anything is as quick as 3 KB: only the beginning is looked at."""
    long = filler * (300_000 // len(filler))

    assert len(prose(long, 100)) <= 101
    assert len(items(long)) <= 3000
    assert len(first_line(long)) <= 4000
    assert len(clean(long)) <= 4000


NOW = 1795170600  # 2026-11-20 18:30 in Shanghai


@pytest.mark.parametrize(
    ("then", "zh", "en"),
    [
        (NOW - 299, "", ""),
        (NOW - 301, "发生于 11-20 18:24（GMT+8）", "happened Nov 20 18:24 (GMT+8)"),
        (
            NOW - 86400 * 365,
            "发生于 2025-11-20 18:30（GMT+8）",
            "happened Nov 20, 2025 18:30 (GMT+8)",
        ),
        (NOW + 900, "", ""),
        (None, "", ""),
        (-5.0, "", ""),
    ],
)
def test_only_old_events_tell_their_time(then: float | None, zh: str, en: str) -> None:
    """The time of an event shows from five minutes on, in the configured zone."""
    assert happened_at(then, NOW, "Asia/Shanghai", chinese=True) == zh
    assert happened_at(then, NOW, "Asia/Shanghai", chinese=False) == en


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "happened Nov 20 09:30 (GMT+0)"),
        ("Asia/Kolkata", "happened Nov 20 15:00 (GMT+5:30)"),
        ("America/New_York", "happened Nov 20 04:30 (GMT-5)"),
        ("No/Such", "happened Nov 20 09:30 (GMT+0)"),
    ],
)
def test_time_zones(zone: str, expected: str) -> None:
    """Zones with half hours and west of Greenwich are written as offsets."""
    assert happened_at(NOW - 3600, NOW, zone, chinese=False) == expected


def test_shortcuts_of_cleaning_leave_nothing_out() -> None:
    """What `clean` does not look at for speed holds neither attached nor invisible characters."""
    every = [chr(code) for code in range(sys.maxunicode + 1)]

    attached = [one for one in every if text._is_attached(one)]

    assert [] == [one for one in attached if not text._MAY_BE_ATTACHED.search(one)]
    assert [] == [one for one in every if text._INVISIBLE.search(one) and one.isprintable()]
