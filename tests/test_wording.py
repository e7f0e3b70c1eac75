"""From who gets an event to what each is told: forms, own text, what happens on faults."""

import json
from typing import Any

import pytest

from relay.config import WECOM_ROBOT, Config, Person, Policy, Receiver, Secret
from relay.describe import describe
from relay.events import Event, Notice, Pipeline
from relay.examples import full
from relay.notifications import Line, Mention, Notification, Span
from relay.routing import Selected
from relay.wording import deliveries

NOW_S = 1_795_170_600.0
FAILED = full("pipeline", "failed")
PEOPLE = (Person("zhangsan", "张三", mobile="13800001111"),)


def receiver(name: str = "one") -> Receiver:
    return Receiver(name, WECOM_ROBOT, Secret(f"https://wecom.example.com/{name}"))


def config(**fields: Any) -> Config:
    return Config(sources=(), receivers=(), routes=(), people=PEOPLE, **fields)


def told(
    *selected: Selected, event: Event = FAILED, configured: Config | None = None
) -> list[Notification]:
    chosen = selected or (Selected(receiver(), "zh-CN"),)
    found = deliveries(event, "gl-1", chosen, configured or config(), now_s=NOW_S)
    return [one.notification for one in found]


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def text(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(span.text for span in line.spans) for line in lines]


def test_delivery_is_named_for_event_and_receiver() -> None:
    """The id is the same for every attempt: the event's and the receiver's."""
    chosen = [Selected(receiver("a"), "zh-CN"), Selected(receiver("b#2"), "en")]
    found = deliveries(FAILED, "gl-1", chosen, config(), now_s=NOW_S)

    assert [(one.id, one.receiver, one.event, one.received_at) for one in found] == [
        ("gl-1.a", "a", "pipeline.failed", NOW_S),
        ("gl-1.b#2", "b#2", "pipeline.failed", NOW_S),
    ]


def test_plain_configuration_is_the_designed_message() -> None:
    """Without templates, facts or own lines the words are those of `describe`."""
    assert told() == [describe(FAILED, now_s=NOW_S)]


def test_form_of_the_route_is_used() -> None:
    """Language, quiet form and facts come from who was selected."""
    english, quiet, few = told(
        Selected(receiver("a"), "en"),
        Selected(receiver("b"), "zh-CN", quiet=True, show=("branch",), append="x"),
        Selected(receiver("c"), "zh-CN", show=("branch",)),
    )

    assert english == describe(FAILED, lang="en", now_s=NOW_S)
    assert quiet == describe(FAILED, quiet=True, now_s=NOW_S)
    assert few == describe(FAILED, show=("branch",), now_s=NOW_S)


def test_same_words_are_made_once() -> None:
    """Receivers of one form share one wording; only whom to ping is their own."""
    mention = Mention("张三", wecom="ZhangSan")
    one, other = told(
        Selected(receiver("a"), "zh-CN", mentions=(mention,)),
        Selected(receiver("b"), "zh-CN", unresolved=("李四",)),
    )

    assert one.lines is other.lines
    assert (one.mentions, one.unresolved) == ((mention,), ())
    assert (other.mentions, other.unresolved) == ((), ("李四",))


def test_settings_of_the_delivery_are_used() -> None:
    """`max_commits` and `style: plain` reach the words."""
    policy = Policy(max_commits=1, style="plain")
    (found,) = told(event=full("push"), configured=config(delivery=policy))

    assert len(found.lines) == 1
    assert found.title.startswith("推送")


@pytest.mark.parametrize(
    ("templates", "expected"),
    [
        ((("*", "any"), ("pipeline", "kind"), ("pipeline.failed", "exact")), ["exact"]),
        ((("*", "any"), ("pipeline.*", "kind")), ["kind"]),
        ((("*", "any"), ("push", "other")), ["any"]),
        ((("push", "other"),), []),
    ],
)
def test_nearest_template_counts(
    templates: tuple[tuple[str, str], ...], expected: list[str]
) -> None:
    """A template of the event comes before one of its kind, that before one of all."""
    (found,) = told(configured=config(templates=templates))

    assert text(found.whole) == expected


def test_template_and_own_lines_are_beside_the_built_in_words() -> None:
    """The built-in message stays complete: it is the title, and what is left when text fails."""
    templates = (("pipeline", "{{ ref }}"),)
    chosen = Selected(receiver(), "zh-CN", append="负责人 {{ people.zhangsan.name }}")
    (found,) = told(chosen, configured=config(templates=templates))

    assert found._replace(whole=(), own=()) == describe(FAILED, now_s=NOW_S)
    assert found.whole == (Line((Span("main"),)),)
    assert found.own == (Line((Span("负责人 ", form="markup"), Span("张三"))),)


def test_quiet_line_has_no_text_of_the_user() -> None:
    """One grey line stays one grey line, whatever templates there are."""
    templates = (("*", "{{ ref }}"),)
    chosen = Selected(receiver(), "zh-CN", quiet=True, append="x")
    (found,) = told(chosen, configured=config(templates=templates))

    assert (found.quiet, found.whole, found.own) == (True, (), ())


@pytest.mark.parametrize(
    ("template", "code", "line"),
    [("a\n{{ nmae }}", "E602", 2), ("{{ a", "E601", 1), ("{{ title - 1 }}", "E605", 1)],
)
def test_failing_template_is_never_silence(
    template: str, code: str, line: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The built-in message goes out, and the log says which template failed where."""
    (found,) = told(configured=config(templates=(("*", template),)))

    assert found == describe(FAILED, now_s=NOW_S)
    (entry,) = logged(capsys)
    assert (entry["event"], entry["level"]) == ("template.failed", "ERROR")
    assert (entry["code"], entry["what"], entry["line"]) == (code, "pipeline.failed", line)


def test_failing_own_line_costs_only_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """An `append` that fails is left out; the template of the event stays."""
    chosen = Selected(receiver(), "zh-CN", append="{{ nmae }}")
    (found,) = told(chosen, configured=config(templates=(("*", "{{ ref }}"),)))

    assert (text(found.whole), found.own) == (["main"], ())
    assert [entry["code"] for entry in logged(capsys)] == ["E602"]


def test_template_that_says_nothing_leaves_the_built_in_message() -> None:
    """A template whose lines are all empty is as if it were not there."""
    event = FAILED._replace(subject=Pipeline("#1"))
    (found,) = told(event=event, configured=config(templates=(("*", "{{ runner }}"),)))

    assert found == describe(event, now_s=NOW_S)


def test_fault_of_ours_leaves_a_notice(capsys: pytest.CaptureFixture[str]) -> None:
    """An event that cannot be described is told by its name, and the log has the trace."""
    odd = FAILED._replace(action="no such action")
    (found,) = told(event=odd)

    assert found == describe(odd._replace(subject=Notice("pipeline.no such action")), now_s=NOW_S)
    assert [entry["event"] for entry in logged(capsys)] == ["event.undescribed"]


def test_no_phone_number_reaches_the_words() -> None:
    """People are names in templates; their numbers travel in mentions only."""
    chosen = Selected(receiver(), "zh-CN", append="{{ people }} {{ people.zhangsan }}")
    (found,) = told(chosen)

    assert "138" not in repr(found)
