"""The user's own text: what templates may say, what it becomes, and what cannot be done to us."""

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from formatters import escaping
from formatters.own import write_own
from formatters.spans import Style
from relay.config import Person
from relay.events import Commit, Event, Issue, JobSummary, MergeRequest, Pipeline, Push
from relay.events import Person as ForgePerson
from relay.examples import bare, examples, full
from relay.kinds import KINDS
from relay.notifications import Line, Span
from relay.templates import MOST_BYTES, TemplateFault, fault, lines
from relay.templating.checks import TESTS
from relay.templating.engine import program
from relay.templating.filters import FILTERS
from relay.templating.run import MOST_WORK
from relay.templating.variables import NAMES, VARIABLES
from workbench.reference import templates_page

FAILED = full("pipeline", "failed")
OPENED = full("merge_request", "opened")
PEOPLE = (Person("zhangsan", "张三", wecom="ZhangSan", dingtalk="m1", mobile="13800001111"),)
EXAMPLE = """\
❌ 流水线失败 {{ project.name }} **{{ ref }}**
> {{ failed_jobs | map(attribute="name") | join("、") }}
> 提交 {{ commit | sha_link }} {{ commit.title | truncate(40) }}
> [查看日志]({{ url }})  用时 {{ duration | human }}
"""


def markup(text: str) -> Span:
    return Span(text, form="markup")


def address(url: str) -> Span:
    return Span(url, form="address")


def spans(text: str, event: Event = FAILED, **options: Any) -> tuple[Span, ...]:
    """Return the spans of a template of one line."""
    return tuple(span for line in lines(text, event, **options) for span in line.spans)


def said(text: str, event: Event = FAILED, **options: Any) -> list[str]:
    """Return the lines as plain text."""
    return ["".join(span.text for span in line.spans) for line in lines(text, event, **options)]


def broken(text: str, event: Event = FAILED) -> TemplateFault:
    with pytest.raises(TemplateFault) as raised:
        lines(text, event)
    return raised.value


def test_example_of_the_configuration() -> None:
    """The template of config.md section 5 works as it stands: own text is markup, values words."""
    sha, url = "a1b2c3d", "https://git.example.com/platform/api"

    assert lines(EXAMPLE, FAILED) == (
        Line(
            (
                markup("❌ 流水线失败 "),
                Span("platform/api"),
                markup(" **"),
                Span("main"),
                markup("**"),
            )
        ),
        Line((markup("> "), Span("unit-test、lint"))),
        Line(
            (
                markup("> 提交 "),
                Span(sha, url=f"{url}/commit/a1b2c3d4"),
                markup(" "),
                Span("修复登录超时后未跳转"),
            )
        ),
        Line(
            (
                markup("> [查看日志]("),
                address(f"{url}/things/1"),
                markup(")  用时 "),
                Span("3分12秒"),
            )
        ),
    )
    assert fault(EXAMPLE, "pipeline.failed") is None


def test_own_lines_of_the_configuration() -> None:
    """The `append` example of config.md section 2: a person by user name, a value in an address."""
    text = "负责人 {{ people.zhangsan.name }} · 手册 https://wiki.example.com/{{ project.name }}"

    assert spans(text, people=PEOPLE) == (
        markup("负责人 "),
        Span("张三"),
        markup(" · 手册 https://wiki.example.com/platform/api"),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_variable_exists_for_every_event(kind: str) -> None:
    """A known name is never an error: what an event does not have is empty."""
    text = "".join(f"{name}: {{{{ {name} }}}}\n" for name in NAMES)

    for event in (full(kind), bare(kind)):
        assert len(lines(text, event, people=PEOPLE)) == len(NAMES)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_exists(kind: str) -> None:
    """The fields of the documentation are there, of a missing record and an empty list as well."""
    fields = [
        f"({one.name} | first).{field}" if one.many else f"{one.name}.{field}"
        for one in VARIABLES
        if one.shape
        for field, _ in one.shape.fields
    ]

    assert fault("".join(f"x{{{{ {field} }}}}\n" for field in fields), kind) is None


@pytest.mark.parametrize("name", FILTERS)
def test_example_of_every_filter_works(name: str) -> None:
    """What the documentation shows of a filter can be written for any event."""
    assert fault(f"x{{{{ {FILTERS[name].example} }}}}", "*") is None


@pytest.mark.parametrize(
    ("text", "event", "expected"),
    [
        ("{{ event }} {{ kind }} {{ action }}", FAILED, "pipeline.failed pipeline failed"),
        ("{{ status }}", FAILED, "失败"),
        ("{{ status }}", full("merge_request", "merged"), "已合并"),
        ("{{ headline }}", FAILED, "❌ 流水线失败 「每日构建」 · platform/api main · 张三"),
        ("{{ project.path }} {{ project }}", FAILED, "platform/api platform/api"),
        ("{{ actor }} {{ actor.username }}", FAILED, "张三 zhangsan"),
        ("{{ time }}", FAILED, "11-20 18:30"),
        ("{{ branch }}|{{ tag }}", FAILED, "main|"),
        ("{{ branch }}|{{ tag }}", full("release"), "|v2.8.0"),
        ("{{ trigger }}", FAILED, "推送"),
        ("{{ reason }}", full("job", "failed"), "脚本失败"),
        ("{{ number }} {{ title }}", OPENED, "!42 修复登录超时后未跳转"),
        ("{{ commits[0].short_sha }} {{ total }}", full("push"), "a1b2c3d 7"),
        ("{{ commits[1:][0].title }}", full("push"), "补充单测"),
        ("{{ commits[9].title }}x", full("push"), "x"),
        ("{{ (commits | first).author.name }}", full("push"), "张三"),
        ("{{ commits | map(attribute='author.name') | join }}", full("push"), "张三、李四"),
        ("{{ labels }}", full("issue"), "bug、P1"),
        ("{{ merge_request.number }}", FAILED, "!42"),
        ("{{ pipeline.number }}", full("job"), "#4521"),
        ("{{ notes | length }} {{ notes[0] }}", full("release"), "2 订单状态机重写"),
        ("{{ comment }} {{ place }}", full("comment"),
         "这里要处理 307 吗？ src/auth/login.py 第 88 行"),
        ("{% for one in changes %}{{ one.name }} {% endfor %}", full("issue"), "标签 标题"),
        ("{{ member }} {{ role }}", full("member"), "李四 Developer"),
        ("{{ people['zhangsan'].name }}", FAILED, "张三"),
    ],
)  # fmt: skip
def test_variable(text: str, event: Event, expected: str) -> None:
    """A variable is what the documentation says of it."""
    assert said(text, event, people=PEOPLE) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ duration | human }}", "3分12秒"),
        ("{{ 3900 | human }}", "1小时5分"),
        ("{{ retries | human }}x", "x"),
        ("{{ '修复登录超时后未跳转' | truncate(10) }}", "修复登录…"),
        ("{{ 'abc' | upper }}{{ 'DEF' | lower }}", "ABCdef"),
        ("{{ stages | join(' > ') }}", "build > test > deploy"),
        ("{{ stages | map('upper') | join('/') }}", "BUILD/TEST/DEPLOY"),
        ("{{ stages | first }} {{ stages | last }} {{ stages | count }}", "build deploy 3"),
        ("{{ stages | select('startingwith', 'b') | join }}", "build"),
        ("{{ stages | reject('in', ['build', 'test']) | join }}", "deploy"),
        ("{{ failed_jobs | selectattr('name', 'eq', 'lint') | map(attribute='stage') | join }}",
         "test"),
        ("{{ failed_jobs | rejectattr('name', 'eq', 'lint') | join }}", "unit-test"),
        ("{{ failed_jobs | map(attribute='stage') | unique | join }}", "test"),
        ("{{ runner | default('无') }}", "无"),
        ("{{ 0 | default('无') }}", "0"),
        ("{{ ref | replace('ai', 'oo') }}", "moon"),
        ("{{ (duration / 60) | round(1) }}", "3.20"),
        ("{{ ref ~ '-' ~ number }}", "main-#4521"),
        ("{{ 'yes' if duration > 60 and ref == 'main' else 'no' }}", "yes"),
        ("{{ 7 // 2 }} {{ 7 % 2 }} {{ 7 - 2 * 3 }} {{ -1 }}", "3 1 1 -1"),
        ("{% if stages | length is odd %}odd{% endif %}", "odd"),
        ("{% if 'bug' not in labels %}none{% endif %}", "none"),
        ("{% for i in range(3) %}{{ loop.index }}{% if not loop.last %},{% endif %}{% endfor %}",
         "1,2,3"),
        ("{% set where = ref %}{{ where[:2] }}", "ma"),
        ("{# nothing #}{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{% for one in testers %}x{% else %}nobody{% endfor %}", "nobody"),
    ],
)  # fmt: skip
def test_expression(text: str, expected: str) -> None:
    """Filters, tests, arithmetic, loops and conditions do what they say."""
    assert said(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ title | bold }}", (Span("修复登录超时后未跳转", bold=True),)),
        ("{{ title | colour('danger') }}", (Span("修复登录超时后未跳转", tone="danger"),)),
        ("{{ url | link('看') }}", (Span("看", url="https://git.example.com/platform/api/things/1"),)),
        ("{{ compare_url | link }}", (Span("https://git.example.com/platform/api/compare/main...fix",
                                           url="https://git.example.com/platform/api/compare/main...fix"),)),
        ("{{ title | link('x') }}", (Span("x"),)),
        ("{{ commit | link('a') | bold }}",
         (Span("a", url="https://git.example.com/platform/api/commit/a1b2c3d4", bold=True),)),
        ("{{ ('a' | bold) ~ 'b' }}", (Span("a", bold=True), Span("b"))),
        ("{{ reviewers | map('bold') | join('+') }}", (Span("李四", bold=True),)),
        ("[x]({{ url }})", (markup("[x]("), address("https://git.example.com/platform/api/things/1"),
                            markup(")"))),
    ],
)  # fmt: skip
def test_form(text: str, expected: tuple[Span, ...]) -> None:
    """Links, weight and colour are spans, which every platform writes in its own way."""
    assert spans(text, OPENED) == expected


def test_values_are_words_whatever_they_hold() -> None:
    """A title cannot become markup, a line of its own, or one of our marks."""
    title = "**a**\n> b\n[c](d) \ufdd00\ufdd1 <@all> {{ url }}"
    event = OPENED._replace(subject=MergeRequest("!1", title))

    assert spans("> {{ title }}!", event) == (
        markup("> "),
        Span("**a** > b [c](d) \ufdd00\ufdd1 <@all> {{ url }}"),
        markup("!"),
    )


def test_marks_in_the_template_are_dropped() -> None:
    """The author cannot name a value by our own marks either."""
    assert spans("\ufdd00\ufdd1{{ ref }}") == (markup("0"), Span("main"))


@pytest.mark.parametrize("target", ["javascript:alert(1)", "https://evil.test/a", "//evil.test"])
def test_words_are_no_link_s_target(target: str) -> None:
    """Where a link leads is not for a title to say: the link becomes its label."""
    event = OPENED._replace(subject=MergeRequest("!1", target))

    assert written("[x]({{ title }})", event) == ["x"]


PREVIEW = "https://evil-test-x.preview.example.com"
PAGE = "https://git.example.com/platform/api/things/1"
ESCAPES = (escaping.wecom, escaping.dingtalk)


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](https://{{ ref }}.preview.example.com)", f"[x]({PREVIEW})"),
        ("https://{{ ref }}.preview.example.com", PREVIEW),
        ("https://{{ ref }}.preview.example.com/{{ ref }}", f"{PREVIEW}/evil.test/x"),
        ("<https://{{ ref | bold }}.preview.example.com>", f"<{PREVIEW}>"),
        ("[x](https://a.example.com{{ ref }})", "[x](https://a.example.comevil-test-x)"),
        ("[x](https:{{ '//' ~ ref }})", "[x](https:--evil-test-x)"),
        ("[x]({{ 'https://' ~ ref ~ '.example.com' }})", "x"),
        ("[x]({{ 'https://' + ref + '/' }})", "x"),
        ("[x]({{ 'https://H' | replace('H', ref) }})", "x"),
        ("[x]({{ 'https://a.example.com' ~ ref }})", "x"),
        ("[x]({{ 'https://a.example.com/b/' ~ '../..' }})", "x"),
        ("[x]({{ ('https://' ~ ref) | link('y') }})", "x"),
        ("{{ ('https://' ~ ref) | link('y') }}", "y"),
        ("[x]({{ 'https://a.example.com/' ~ ref }})", "[x](https://a.example.com/evil.test/x)"),
        ("[x]({{ 'https://a.example.com' ~ '/' ~ ref }})", "[x](https://a.example.com/evil.test/x)"),
        ("[x]({{ url ~ '/diffs?a=1' }})", f"[x]({PAGE}/diffs?a=1)"),
        ("[x]({{ url + '/diffs' }})", f"[x]({PAGE}/diffs)"),
        ("{% set wiki = 'https://wiki.example.com' %}[x]({{ wiki }}/{{ ref }})",
         "[x](https://wiki.example.com/evil.test/x)"),
        ("{{ url ~ ' (1)' }}", f"{PAGE} (1)"),
        ("[x](https://a.example.com/{{ '../a/./..' }}/b)", "[x](https://a.example.com/a/b)"),
    ],
)  # fmt: skip
def test_words_name_no_host(text: str, expected: str, escape: Callable[[str], str]) -> None:
    """Whose page a link opens is the author's to say; words are a part of a name or a path."""
    event = FAILED._replace(subject=Pipeline("#1", ref="evil.test/x"))

    assert written(text, event, escape) == [expected]


def test_values_in_an_address_are_encoded() -> None:
    """In an address that the author began nothing of a value can end it or its link."""
    event = OPENED._replace(subject=MergeRequest("!1", "a b)](http://evil) &x=1"))

    assert spans("[手册](https://w.example.com/?q={{ title }}&v={{ number }})", event) == (
        markup("[手册](https://w.example.com/?q=a%20b%29%5D%28http%3A//evil%29%20%26x%3D1&v=%211)"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[查看]({{ url }})", ["查看"]),
        ("> [查看]({{ url }}) 用时", ["> 查看 用时"]),
        ("[看 {{ ref }}]({{ url }})", ["看 main"]),
        ("[a](https://a.example.com) [b]({{ url }})", ["[a](https://a.example.com) b"]),
        ("{{ url }}", []),
        ("x {{ url | link('y') }}", ["x y"]),
    ],
)
def test_link_without_an_address_is_its_label(text: str, expected: list[str]) -> None:
    """Where there is no page, there is no empty link."""
    assert written(text, FAILED._replace(url="")) == expected


def written(text: str, event: Event, escape: Callable[[str], str] = escaping.wecom) -> list[str]:
    """Return the lines as a platform's markdown has them, WeCom's if nothing else is said."""
    style = Style(escape)
    return [write_own(line.spans, style) for line in lines(text, event)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\n\n\nb\n\n", ["a", "", "b"]),
        ("\n\na", ["a"]),
        ("a\n> {{ runner }}\nb", ["a", "b"]),
        ("a\n- {{ runner }}{{ labels }}\nb", ["a", "b"]),
        ("a\n> 机器 {{ runner }}\nb", ["a", "> 机器", "b"]),
        ("a\n---\nb", ["a", "---", "b"]),
        ("{% if ref == 'main' %}\na\n{% endif %}\nb", ["a", "b"]),
        ("{% for one in stages %}\n- {{ one }}\n{% endfor %}", ["- build", "- test", "- deploy"]),
        ("a\r\nb", ["a", "b"]),
        ("  {{ runner }}  ", []),
        ("", []),
    ],
)
def test_lines(text: str, expected: list[str]) -> None:
    """Tags leave no empty line, lines of empty values none at all; one empty line divides."""
    assert said(text) == expected


def test_language_is_the_reader_s() -> None:
    """Words, lists and durations follow the language of the message."""
    text = "{{ status }} {{ stages | join }} {{ duration | human }} {{ lang }} {{ actor }}"

    assert said(text, lang="en") == ["failed build, test, deploy 3m 12s en zhangsan"]


@pytest.mark.parametrize(
    ("text", "code", "line", "zh", "hint"),
    [
        ("a\n{{ nmae }}", "E602", 2, "没有 nmae 这个变量", "你是不是想写 name？"),
        ("{{ project.nmae }}", "E602", 1, "project 里没有 nmae", "你是不是想写 name？"),
        ("\n\n{{ commits[0].titel }}", "E602", 3, "commit 里没有 titel", "你是不是想写 title？"),
        ("{{ people.lisi }}", "E602", 1, "people 里没有 lisi", ""),
        ("{{ title | trunkate(3) }}", "E602", 1, "没有 trunkate 这个过滤器",
         "你是不是想写 truncate？"),
        ("{{ stages | map('uper') }}", "E602", 1, "没有 uper 这个过滤器", "你是不是想写 upper？"),
        ("{% if ref is strng %}{% endif %}", "E602", 1, "没有 is strng 这种判断",
         "你是不是想写 string？"),
        ("{% if false %}{{ nmae }}{% endif %}", "E602", 1, "没有 nmae 这个变量",
         "你是不是想写 name？"),
        ("{% for one in stages %}{% endfor %}{{ one }}", "E602", 1, "没有 one 这个变量", ""),
        ("{{ title.nmae }}", "E602", 1, "text 里没有 nmae", ""),
        ("x\n{% for one in title %}{% endfor %}", "E605", 2, "for 后面要是一个列表", ""),
        ("{{ title | first }}", "E605", 1, "过滤器 first 的参数不对", ""),
        ("{{ title | truncate('x') }}", "E605", 1, "过滤器 truncate 的参数不对", ""),
        ("{{ title | upper(1, 2) }}", "E605", 1, "过滤器 upper 的参数不对", ""),
        ("{{ title | colour('red') }}", "E605", 1, "过滤器 colour 的参数不对", ""),
        ("\n{{ 1 / 0 }}", "E605", 2, "这一行算不出来（ZeroDivisionError）", ""),
    ],
)  # fmt: skip
def test_fault_names_line_and_remedy(text: str, code: str, line: int, zh: str, hint: str) -> None:
    """A template that cannot work is told with its line and the nearest name."""
    found = fault(text, "push")

    assert found is not None
    assert (found.code, found.line, found.message.zh) == (code, line, zh)
    assert found.hint.zh == hint or (hint == "" and "nmae" not in found.hint.zh)
    assert found.message.en.isascii()


@pytest.mark.parametrize(
    ("text", "line"),
    [("{{ a", 1), ("x\n{% if %}", 2), ("{% if a %}", 1), ("{% nothing %}", 1), ("{{ 'a }}", 1),
     ("a\n\n{{ 1 2 }}", 3), ("{{ a | }}", 1), ("{% endfor %}", 1)],
)  # fmt: skip
def test_syntax_error_has_its_line(text: str, line: int) -> None:
    """What Jinja2 cannot read is E601 with the line."""
    found = fault(text, "push")

    assert found is not None
    assert (found.code, found.line) == ("E601", line)


FORBIDDEN = [
    "{% macro f() %}{% endmacro %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% set x %}{% endset %}",
    "{% with %}{% endwith %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% for x in stages recursive %}{% endfor %}",
    "{% for a, b in stages %}{% endfor %}",
    "{% set a, b = stages %}",
    "{{ title.upper() }}",
    "{{ title.format(1) }}",
    "{{ '%s' | format(1) }}",
    "{{ self }}",
    "{{ self.x() }}",
    "{{ namespace(a=1) }}",
    "{{ lipsum(100) }}",
    "{{ cycler(1) }}",
    "{{ joiner() }}",
    "{{ dict(a=1) }}",
    "{{ {'a': 1} }}",
    "{{ [title] }}",
    "{{ [[1], [2]] }}",
    "{{ range }}",
    "{{ loop.cycle(1, 2) }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ project.__class__ }}",
    "{{ project['__class__'] }}",
    "{{ project.values }}",
    "{{ people.zhangsan.mobile }}",
    "{{ people.zhangsan.wecom }}",
    "{{ title['__class__'] }}",
    "{{ commits.append }}",
    "{{ commits | map(attribute='__class__') | list }}",
    "{{ commits | map(attribute='sha.__class__') | list }}",
    "{{ commits | attr('__class__') }}",
    "{{ url.__class__ }}",
    "{% for c in commits %}{{ loop.__class__ }}{% endfor %}",
    "{% for c in commits %}{{ loop._iterator }}{% endfor %}",
    "{{ stages | map(*stages) }}",
    "{{ 2 ** 8 }}",
]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_closed(text: str) -> None:
    """No way leads to Python, to other files, to methods or to what we keep to ourselves."""
    found = [fault(text, kind, people=PEOPLE) for kind in ("push", "pipeline")]

    assert any(one and one.code in ("E601", "E602", "E603", "E605") for one in found), found


def doubled(statement: str, times: int = 60) -> str:
    return "{% set a = 'abcdefghij' %}" + statement * times + "{{ a }}"


LOOP = "{% for x in range(100) %}"
END = "{% endfor %}"
HOSTILE = {
    "loops in loops": LOOP * 3 + "x" + END * 3,
    "many loops": (LOOP + LOOP + "{{ title }}" + END + END) * 9,
    "loops over commits": "{% for a in commits %}" * 20 + "x" + END * 20,
    "power": "{{ 10 ** 10 ** 10 }}",
    "text by number": "{{ 'a' * 1000000000 }}",
    "list by number": "{{ ['a'] * 1000000000 }}",
    "format": "{{ '%1000000000d' % 1 }}",
    "huge range": "{{ range(1000000000) }}",
    "endless range": "{{ range(10, 1000000000, 1) | join }}",
    "doubled by ~": doubled("{% set a = a ~ a %}"),
    "doubled by +": doubled("{% set a = a + a %}"),
    "doubled by replace": doubled("{% set a = a | replace('a', a) %}"),
    "doubled by join": doubled("{% set a = range(9) | join(a) %}"),
    "squared": "{% set a = 99999 %}" + "{% set a = a * a %}" * 60 + "{{ a }}",
    "long number": "{{ " + "9" * 19_000 + " }}",
    "brackets": "{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}",
    "nots": "{{ " + "not " * 4000 + "1 }}",
    "signs": "{{ " + "-" * 19_000 + "1 }}",
    "filters": "{{ title" + " | upper" * 2000 + " }}",
    "attributes": "{{ title" + ".a" * 9000 + " }}",
    "sums": "{{ 1" + " + 1" * 4000 + " }}",
    "ifs": "{% if 1 %}" * 300 + "{% endif %}" * 300,
    "braces": "{" * 20_000,
    "open tags": "{% " * 6000,
    "comments": "{#" * 9000,
    "long": "x" * 20_481,
    "long search": LOOP + LOOP + "{{ 'aaaaaaaab' in description }}" + END + END,
    "long filters": LOOP + "{{ description | upper | lower | truncate(40) }}" * 30 + END,
    "map of map": "{{ range(100)" + " | map('upper')" * 30 + " | join }}" * 1,
    "join of all": LOOP + LOOP + "{{ range(100) | join }}" + END + END,
}


def steps(call: Callable[[], object]) -> int:
    """Return how many lines of Python *call* runs through, of Jinja2's and generated ones too."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_template_ends(name: str) -> None:
    """Whatever a template asks for, it takes less than 1.5 million steps and 16 MB."""
    event = OPENED._replace(
        subject=MergeRequest("!1", "长" * 5000, "a" * 50_000),
    )
    event = event if "commits" not in HOSTILE[name] else full("push")
    found: list[TemplateFault] = []

    def attempt() -> None:
        try:
            lines(HOSTILE[name], event, clock=lambda: 0.0)
        except TemplateFault as one:
            found.append(one)

    tracemalloc.start()
    taken = steps(attempt)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert taken < 1_500_000
    assert peak < 16_000_000


LISTS = "{% set more = labels | map('upper') %}" + LOOP
HEAVY = {
    "filters of lists": LISTS + "{% if labels | truncate(10) %}{% endif %}" * 20 + END,
    "tests of lists": LISTS + "{% if labels is startingwith(labels) %}{% endif %}" * 20 + END,
    "lists compared": LISTS + "{% if labels == more %}{% endif %}" * 20 + END,
    "lists selected": LISTS + "{{ labels | select('in', labels) | length }}" * 20 + END,
    "lists of lists": "{% set a = ['', ''] | map('default', labels) %}"
    + "{% set a = ['', ''] | map('default', a) %}" * 60 + "{{ a }}",
    "spans of nothing": "{% set a = ('' | bold) ~ compare_url ~ ('x' | bold) %}"
    + "{% set a = a ~ compare_url ~ a %}" * 60,
    "long formatted lists": "{% set a = labels | map('bold') %}" + LOOP + "{{ a | join }}" + END,
}  # fmt: skip


@pytest.mark.parametrize("name", HEAVY)
def test_lists_count_with_their_texts(name: str) -> None:
    """A hundred long labels are not a hundred steps: few looks at them are too much work."""
    event = full("issue")._replace(subject=Issue("#1", "x", labels=("长" * 255,) * 100))
    found: list[TemplateFault] = []

    def attempt() -> None:
        with pytest.raises(TemplateFault) as raised:
            lines(HEAVY[name], event, clock=lambda: 0.0)
        found.append(raised.value)

    program(HEAVY[name])  # compiling is not what is measured

    assert steps(attempt) < 500_000
    assert found[0].code in ("E604", "E605")


@pytest.mark.parametrize(("step_s", "ends"), [(0.0, True), (0.01, True), (0.3, False)])
def test_rendering_has_half_a_second(step_s: float, ends: bool) -> None:
    """Work that no count foresaw ends by the clock, and as what it is: too much."""
    ticks = iter(range(1000))
    text = "{% for one in stages %}{{ one | upper }}{% endfor %}"

    def attempt() -> object:
        return lines(text, FAILED, clock=lambda: 50 + step_s * next(ticks))

    if ends:
        assert attempt()
        return
    with pytest.raises(TemplateFault) as raised:
        attempt()
    assert raised.value.code == "E604"


def test_list_in_a_text_is_bounded() -> None:
    """Of a list that is written as words no more is put together than is looked at."""
    event = full("issue")._replace(subject=Issue("#1", "x", labels=("长" * 255,) * 100))

    assert len(said("{{ labels }}", event)[0]) == 4000


# These are harmless, or only long: their output is cut.
CUT = ("long search", "long filters", "map of map", "ifs", "comments", "braces", "join of all")


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in CUT])
def test_hostile_template_is_refused(name: str) -> None:
    """What is too much is told as such when the configuration is checked, not cut silently."""
    found = fault(HOSTILE[name], "push") or fault(HOSTILE[name], "pipeline")

    assert found is not None
    assert found.code in ("E601", "E603", "E604", "E605")


def test_work_is_counted_before_it_is_done() -> None:
    """A loop that is too long writes nothing at all."""
    loop = "{% for a in range(100) %}{% for b in range(100) %}{% if a > b %}{% endif %}"

    assert broken(loop + END * 2).code == "E604"
    assert MOST_WORK < 100 * 100 * 8


def test_output_is_cut_after_a_line() -> None:
    """More than 16 KB end with a whole line and an ellipsis."""
    text = "{% for a in range(100) %}\n" + "长" * 100 + "{{ a }}\n{% endfor %}\n"
    found = lines(text, FAILED)
    size = sum(len(span.text.encode()) for line in found for span in line.spans)

    assert found[-1] == Line((Span("…"),))
    assert all(line.spans[0] == markup("长" * 100) and len(line.spans) == 2 for line in found[:-1])
    assert MOST_BYTES - 400 < size <= MOST_BYTES + 3


def test_one_long_line_is_cut() -> None:
    """A single line without an end keeps what fits."""
    found = lines("长" * 6000 + "{{ ref }}", FAILED)

    assert found == (Line((markup("长" * (MOST_BYTES // 3 - 1) + "…"),)), Line((Span("…"),)))


def test_long_values_count_as_output() -> None:
    """Values are bounded together as the author's text is."""
    event = full("push")._replace(
        subject=Push("main", commits=tuple(Commit("a" * 40, "x" * 3000) for _ in range(50)))
    )
    found = lines("{% for c in commits %}\n{{ c.title }}\n{% endfor %}", event)

    assert len(found) <= 7


def test_lists_are_bounded() -> None:
    """Of a list at most a hundred items are within reach."""
    jobs = tuple(JobSummary(f"job {n}") for n in range(5000))
    event = FAILED._replace(subject=Pipeline("#1", failed_jobs=jobs))

    assert said("{{ failed_jobs | length }}", event) == ["100"]


def test_people_are_names_only() -> None:
    """No phone number and no id of a person can be reached or shown."""
    found = said(
        "{{ people }} {{ people.zhangsan }} {{ people['zhangsan'].username }}", people=PEOPLE
    )

    assert found == ["张三 zhangsan"] or found == [" 张三 zhangsan"]


def test_email_of_a_person_is_not_within_reach() -> None:
    """An e-mail address is for matching only."""
    event = FAILED._replace(actor=ForgePerson("张三", "zhangsan", "z@example.com"))

    assert broken("{{ actor.email }}", event).code == "E602"


def test_fault_shows_no_value_of_the_event() -> None:
    """An expression that fails on a real event says where, not on what."""
    event = OPENED._replace(subject=Issue("#1", "s3cret-title"))
    found = broken("{{ title - 1 }}", event)

    assert "s3cret" not in f"{found} {found.message} {found.hint}"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("pipeline.failed", {"pipeline.failed"}),
        ("pipeline", {"pipeline.fixed"}),
        ("pipeline.*", {"pipeline.fixed"}),
        ("pull_request.merged", {"merge_request.merged"}),
        ("*", {f"{kind}.{actions[0]}" for kind, actions in KINDS.items()}),
    ],
)
def test_examples_cover_what_a_pattern_names(pattern: str, names: set[str]) -> None:
    """A template is tried on the events that its pattern names: a full one and a bare one each."""
    found = list(examples(pattern))

    assert {event.name for event in found} == names
    assert len(found) == 2 * len(names)


@pytest.mark.parametrize("kind", KINDS)
def test_bare_example_has_nothing_optional(kind: str) -> None:
    """The bare event leaves out all that an event may lack, the full one nothing of note."""
    subject = bare(kind).subject

    assert all(getattr(subject, name) == blank for name, blank in subject._field_defaults.items())
    assert full(kind).subject != subject or not subject._field_defaults


@given(st.text(alphabet="{}%|()[]'\"~+.ax1 \n#-_:,=<*", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_lines_or_a_fault(text: str) -> None:
    """Nothing that can be written as a template raises anything but TemplateFault."""
    for event in (FAILED, bare("push")):
        try:
            found = lines(text, event)
        except TemplateFault as one:
            assert one.code in ("E601", "E602", "E603", "E604", "E605")
        else:
            assert all("\n" not in span.text for line in found for span in line.spans)


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_value_stays_a_word(title: str) -> None:
    """Whatever somebody writes into a title, the author's text around it is the same."""
    event = OPENED._replace(subject=MergeRequest("!1", title))
    found = lines("> **{{ title }}** · {{ number }}", event)

    assert len(found) == 1
    assert "".join(span.text for span in found[0].spans if span.form) == "> **** · "
    assert all("\n" not in span.text for span in found[0].spans)


def test_templates_page_is_the_code_s_own(update_golden: bool) -> None:
    """docs/templates.md is what the tables say, and names every variable, filter and test."""
    page = ROOT / "docs" / "templates.md"
    if update_golden:
        page.write_text(templates_page(), encoding="utf-8")
    text = page.read_text(encoding="utf-8")

    assert text == templates_page()
    assert all(f"`{name}`" in text for name in (*NAMES, *TESTS))
    assert EXAMPLE in text


def test_gitee_s_pipeline_step_can_be_had() -> None:
    """States, fields, own text with variables, platform markup: product.md section 2, in one."""
    text = '<font color="warning">{{ status }}</font> {{ branch }} {{ actor }} <@ZhangSan>'

    assert spans(text) == (
        markup('<font color="warning">'),
        Span("失败"),
        markup("</font> "),
        Span("main"),
        markup(" "),
        Span("张三"),
        markup(" <@ZhangSan>"),
    )
