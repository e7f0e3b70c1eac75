"""The filters of templates, each bounded: one table with what the docs say about them.

A filter gets the `Run` of its rendering, the value and its arguments.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from relay.templating import formats
from relay.templating.checks import TESTS, passed
from relay.templating.faults import NO_FILTER, NO_TEST, unknown, wrong_argument
from relay.templating.run import Run, bounded
from relay.templating.values import (
    Items,
    Rich,
    joined,
    member,
)
from relay.words import Phrase


class Filter(NamedTuple):
    """*call* takes (run, value, arguments…); *example* is what the docs show."""

    call: Callable[..., object]
    example: str
    about: Phrase


def _join(run: Run, value: object, separator: object = None, attribute: object = None) -> object:
    between = ("、" if run.words.chinese else ", ") if separator is None else run.text(separator)
    items = _items(run, value, "join")
    if attribute is not None:
        items = Items([_attribute(one, attribute) for one in items])
    for one in items:
        run.spend_on(run.text(one))
    spans = joined(items, between, run.words)
    text = bounded("".join(span.text for span in spans))
    return Rich(spans) if any(isinstance(one, Rich) for one in items) else text


def _length(run: Run, value: object) -> int:
    return len(value) if isinstance(value, list) else len(run.text(value))


def _first(run: Run, value: object) -> object:
    return _items(run, value, "first").at(0)


def _last(run: Run, value: object) -> object:
    return _items(run, value, "last").at(-1)


def _list(run: Run, value: object) -> Items:
    return _items(run, value, "list")


def _unique(run: Run, value: object) -> Items:
    items = _items(run, value, "unique")
    return Items(list({run.text(one): one for one in reversed(items)}.values())[::-1], items.blank)


def _map(
    run: Run, value: object, name: object = None, *arguments: object, attribute: object = None
) -> Items:
    items = _items(run, value, "map")
    if (name is None) is (attribute is None):
        raise wrong_argument("map")
    if attribute is not None:
        return Items([_attribute(one, attribute) for one in items])
    if name not in FILTERS or name in _OF_LISTS:
        raise unknown(NO_FILTER, str(name), sorted(set(FILTERS) - _OF_LISTS))
    found = [applied(str(name), run, one, *arguments) for one in items]
    if any(isinstance(one, list) for one in found):
        raise wrong_argument("map")  # lists of lists would grow faster than they are counted
    return Items(found)


def _chosen(*, by: bool, wanted: bool) -> Callable[..., Items]:
    """Return ``select`` or ``reject``, with *by* its form that looks at an attribute."""

    def choose(run: Run, value: object, *arguments: Any) -> Items:
        items = _items(run, value, "select")
        attribute, test = (arguments[:1], arguments[1:]) if by else ((), arguments)
        if by and not attribute:
            raise wrong_argument("selectattr")
        return Items(
            [
                one
                for one in items
                if _passes(run, _attribute(one, attribute[0]) if by else one, test) is wanted
            ],
            items.blank,
        )

    return choose


def _passes(run: Run, value: object, test: Sequence[Any]) -> bool:
    if not test:
        return bool(value)
    if test[0] not in TESTS:
        raise unknown(NO_TEST, str(test[0]), TESTS)
    return passed(test[0], run, value, *test[1:])


def _items(run: Run, value: object, name: str) -> Items:
    if not isinstance(value, list):
        raise wrong_argument(name)
    run.spend(len(value))
    return value if isinstance(value, Items) else Items(value)


def _attribute(value: object, path: object) -> object:
    for name in str(path).split("."):
        value = member(value, name)
    return value


def applied(name: str, run: Run, value: object, *arguments: Any, **named: Any) -> object:
    """Return what the filter *name* makes of *value*, its work counted."""
    for part in (value, *arguments, *named.values()):
        run.spend_on(part)
    try:
        return FILTERS[name].call(run, value, *arguments, **named)
    except TypeError:
        raise wrong_argument(name) from None


FILTERS: dict[str, Filter] = {
    "human": Filter(
        formats.human, "duration | human", Phrase("秒数写成 3分12秒", "seconds as 3m 12s")
    ),
    "sha_link": Filter(
        formats.sha_link,
        "commit | sha_link",
        Phrase("短 sha，带链接", "the short sha as a link"),
    ),
    "link": Filter(
        formats.link,
        'url | link("日志")',
        Phrase(
            "把地址（或带 url 的值）写成链接；没有地址就只写文字",
            "an address, or a value with a url, as a link; only the label where there is none",
        ),
    ),
    "bold": Filter(formats.bold, "title | bold", Phrase("加粗", "bold")),
    "colour": Filter(
        formats.coloured,
        'status | colour("danger")',
        Phrase("颜色：success、danger 或 muted", "a colour: success, danger or muted"),
    ),
    "truncate": Filter(
        formats.truncate,
        "title | truncate(40)",
        Phrase(
            "最多这么宽（默认 40，一个汉字算 2），截断处写 …",
            "at most so many columns (40; a CJK character takes 2), … where it was cut",
        ),
    ),
    "default": Filter(
        formats.default,
        'milestone | default("-")',
        Phrase("没有值时用它代替", "instead of nothing"),
    ),
    "join": Filter(
        _join,
        'labels | join("、")',
        Phrase("把列表连成一行；可以加 attribute=", "a list as one text; takes attribute= as well"),
    ),
    "map": Filter(
        _map,
        'failed_jobs | map(attribute="name")',
        Phrase("对列表里的每一个取一项或用过滤器", "a field, or a filter, of every item"),
    ),
    "select": Filter(
        _chosen(by=False, wanted=True),
        'labels | select("startingwith", "P")',
        Phrase("只留下符合的", "only the items that pass a test"),
    ),
    "reject": Filter(
        _chosen(by=False, wanted=False),
        'labels | reject("eq", "wip")',
        Phrase("去掉符合的", "without the items that pass a test"),
    ),
    "selectattr": Filter(
        _chosen(by=True, wanted=True),
        'failed_jobs | selectattr("stage", "eq", "test")',
        Phrase("按某一项只留下符合的", "only the items whose field passes a test"),
    ),
    "rejectattr": Filter(
        _chosen(by=True, wanted=False),
        'commits | rejectattr("title", "startingwith", "Merge")',
        Phrase("按某一项去掉符合的", "without the items whose field passes a test"),
    ),
    "first": Filter(_first, "commits | first", Phrase("第一个", "the first item")),
    "last": Filter(_last, "commits | last", Phrase("最后一个", "the last item")),
    "unique": Filter(_unique, "stages | unique", Phrase("去掉重复", "each item once")),
    "list": Filter(_list, "labels | list", Phrase("列表", "a list")),
    "length": Filter(_length, "commits | length", Phrase("个数或字数", "how many, or how long")),
    "count": Filter(_length, "labels | count", Phrase("同 length", "the same as length")),
    "upper": Filter(
        lambda run, value: bounded(run.text(value).upper()),
        "action | upper",
        Phrase("大写", "in capitals"),
    ),
    "lower": Filter(
        lambda run, value: bounded(run.text(value).lower()),
        "ref | lower",
        Phrase("小写", "in small letters"),
    ),
    "trim": Filter(
        lambda run, value: run.text(value).strip(),
        "title | trim",
        Phrase("去掉两边的空格", "without spaces around it"),
    ),
    "replace": Filter(
        formats.replaced,
        'ref | replace("release/", "")',
        Phrase("替换文字", "one text for another"),
    ),
    "round": Filter(
        formats.rounded,
        "(duration / 60) | round(1)",
        Phrase("四舍五入", "rounded to so many digits"),
    ),
}
_OF_LISTS = frozenset(
    ("map", "select", "reject", "selectattr", "rejectattr", "first", "last", "unique", "list")
)
