"""What the fallback receiver is told about another one, and what it gets in its place."""

from typing import Any

import pytest
from formatter_cases import PUSH_3, ZHANG, dingtalk, wecom, wecom_app

from formatters import formatter
from relay.config import Config, Person, Policy, Receiver, Secret
from relay.delivery import Outcome
from relay.errors import (
    NOTHING,
    Busy,
    DeliveryError,
    Misconfigured,
    Rejected,
    Throttled,
    Unreachable,
)
from relay.fallback import QUIET_S, fallback_of, forget, instead, notice
from relay.notifications import Delivery
from relay.stores.memory import MemoryStore
from relay.words import Phrase

NOW = 1_795_170_600.0
DEV = wecom()._replace(name="dev")
OPS = dingtalk()._replace(name="ops")
GONE = Misconfigured(
    "E501",
    Phrase("企业微信不认识这个机器人的 key", "WeCom does not know this robot's key"),
    vendor_code="93000",
    hint=Phrase("在群里重新添加机器人", "add the robot to the group again"),
)


def config(*receivers: Receiver, fallback: str = "ops", **options: Any) -> Config:
    known = receivers or (DEV, OPS)
    return Config((), known, (), delivery=Policy(fallback=fallback), **options)


def failure(error: DeliveryError = GONE, lang: str = "zh-CN") -> Outcome:
    said = PUSH_3[lang]._replace(mentions=(ZHANG,))
    return Outcome(Delivery("gl-1.dev", "dev", "push.pushed", NOW - 5, said), error)


def told(error: DeliveryError = GONE, **options: Any) -> tuple[Receiver, Delivery]:
    found = notice(failure(error), DEV, config(**options), MemoryStore(), NOW)
    assert found
    return found


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (
            "zh-CN",
            "⚠️ 消息发不出去 · dev\n"
            "原因：企业微信不认识这个机器人的 key（93000、E501）\n"
            "怎么办：在群里重新添加机器人\n"
            "没有送达：🔨 推送 3 个提交 · platform/api main · 张三",
        ),
        (
            "en",
            "⚠️ Messages are refused · dev\n"
            "Reason: WeCom does not know this robot's key (93000, E501)\n"
            "What to do: add the robot to the group again\n"
            "Not delivered: 🔨 推送 3 个提交 · platform/api main · 张三",
        ),
    ],
)
def test_words(lang: str, text: str) -> None:
    """Whose messages are refused, why, what helps, and which was lost, in the receiver's words."""
    receiver, delivery = told(lang=lang)
    said = delivery.notification
    lines = ["".join(span.text for span in line.spans) for line in said.lines]

    assert text.splitlines() == [said.title, *lines]
    assert ("ops", "ops", "refusal") == (receiver.name, delivery.receiver, delivery.event)
    assert (lang, ()) == (said.lang, said.mentions)
    assert PUSH_3["zh-CN"].actions[:1] == said.actions


def test_words_on_both_platforms() -> None:
    """As a person sees them: a first line in the colour of failures, a line for each fact."""
    for lang in ("zh-CN", "en"):
        _, delivery = told(lang=lang)
        for receiver in (DEV, OPS, wecom_app()):
            shown = formatter(receiver).render(delivery.notification, receiver)
            assert "E501" in shown.text
            assert not shown.cut


def test_receivers_own_language() -> None:
    """It is the fallback's that counts."""
    _, delivery = told(lang="zh-CN")
    english = config(DEV, OPS._replace(lang="en"))
    found = notice(failure(), DEV, english, MemoryStore(), NOW)

    assert "消息发不出去" in delivery.notification.title
    assert found
    assert "Messages are refused" in found[1].notification.title


def test_plain_style_has_no_sign() -> None:
    """Who wants no emoji gets none here either."""
    plain = config(DEV, OPS)
    plain = plain._replace(delivery=plain.delivery._replace(style="plain"))
    found = notice(failure(), DEV, plain, MemoryStore(), NOW)

    assert found
    assert "消息发不出去 · dev" == found[1].notification.title


def test_refusal_without_advice_has_no_empty_line() -> None:
    """What is not known is left out."""
    _, delivery = told(Rejected("E512", Phrase("拒绝", "no"), hint=NOTHING))

    assert 2 == len(delivery.notification.lines)


def test_once_in_ten_minutes() -> None:
    """However many messages are refused; another receiver's trouble is told at once."""
    store = MemoryStore()
    both = config(DEV, DEV._replace(name="qa", url=Secret("https://example.com/qa")), OPS)

    def count(name: str, later: float) -> int:
        receiver = next(one for one in both.receivers if one.name == name)
        return int(bool(notice(failure(), receiver, both, store, NOW + later)))

    found = [count("dev", 0), count("dev", 1), count("qa", 2), count("dev", QUIET_S - 1)]
    assert [1, 0, 1, 0, 1] == [*found, count("dev", QUIET_S)]


@pytest.mark.parametrize(
    "error",
    [
        Busy("E505", NOTHING),
        Throttled("E510", NOTHING),
        Unreachable("E530", NOTHING),
        None,
    ],
)
def test_what_may_pass_is_not_told(error: DeliveryError | None) -> None:
    """A robot that is busy is no news, and neither is a message that arrived."""
    outcome = failure()._replace(error=error)

    assert notice(outcome, DEV, config(), MemoryStore(), NOW) is None


@pytest.mark.parametrize(
    ("receiver", "receivers", "fallback", "found"),
    [
        pytest.param(DEV, (DEV, OPS), "ops", "ops", id="another"),
        pytest.param(DEV, (DEV, OPS), "", "", id="none"),
        pytest.param(OPS, (DEV, OPS), "ops", "", id="itself"),
        pytest.param(DEV, (DEV, OPS), "qa", "", id="unknown"),
        pytest.param(OPS._replace(name="ops#2"), (DEV, OPS), "ops", "", id="one-of-several"),
        pytest.param(DEV, (DEV, DEV._replace(name="ops")), "ops", "", id="the-same-robot"),
        pytest.param(
            DEV,
            (DEV, DEV._replace(name="ops"), OPS._replace(name="ops#2")),
            "ops",
            "ops#2",
            id="first-other-robot",
        ),
    ],
)
def test_who_stands_in(
    receiver: Receiver, receivers: tuple[Receiver, ...], fallback: str, found: str
) -> None:
    """Never the robot itself, under whatever name: that would be a loop."""
    stand_in = fallback_of(receiver, config(*receivers, fallback=fallback))

    assert found == (stand_in.name if stand_in else "")


def test_language_of_our_own_words() -> None:
    """The fallback receiver's, else the configuration's."""
    spoken = [
        notice(failure(), DEV, config(DEV, ops, lang="en"), MemoryStore(), NOW)
        for ops in (OPS, OPS._replace(lang="zh-CN"))
    ]

    assert ["en", "zh-CN"] == [found[1].notification.lang for found in spoken if found]


def test_message_in_its_place() -> None:
    """The same words for another receiver, and for whom; nobody is mentioned."""
    delivery = failure().delivery
    moved = instead(delivery, OPS, config())

    assert ("gl-1.dev>ops", "ops") == (moved.id, moved.receiver)
    *lines, last = moved.notification.lines
    assert delivery.notification.lines == tuple(lines)
    assert "代 dev 转发" == last.spans[0].text
    assert () == moved.notification.mentions


def test_application_writes_to_those_it_names() -> None:
    """It has no group: without somebody to write to nobody would be told."""
    boss = wecom_app()._replace(name="ops", to=("boss",))
    people = (Person("boss", wecom="Boss"),)
    known = config(DEV, boss, people=people)
    moved = instead(failure().delivery, boss, known)
    found = notice(failure(), DEV, known, MemoryStore(), NOW)

    assert ["Boss"] == [one.wecom for one in moved.notification.mentions]
    assert found
    assert ["Boss"] == [one.wecom for one in found[1].notification.mentions]


@pytest.mark.parametrize("other", [{"agent_id": "1000009"}, {"corp_id": "ww99"}])
def test_applications_stand_in_for_each_other(other: dict[str, str]) -> None:
    """All of them have one address: it is company and application that tell them apart."""
    one = wecom_app()._replace(name="one")
    two = one._replace(name="two", **other)
    known = config(one, two, one._replace(name="same"), fallback="two")

    assert fallback_of(one, known) == two
    assert fallback_of(one, known._replace(delivery=Policy(fallback="same"))) is None


def test_notice_that_could_not_be_sent_is_told_next_time() -> None:
    """Ten minutes of silence begin with a notice that arrived."""
    store, known = MemoryStore(), config()
    found = [notice(failure(), DEV, known, store, NOW) is not None]
    forget(DEV, store)
    found += [notice(failure(), DEV, known, store, NOW + 1) is not None for _ in range(2)]

    assert [True, True, False] == found
