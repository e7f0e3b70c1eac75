"""One real message to receivers of a configuration: what other callers than `send` get."""

from collections.abc import Iterator

import pytest
from verbs import CORP_SECRET

from relay.config import Config, Receiver, Route, Secret
from relay.errors import DeliveryError
from relay.words import Phrase
from workbench.one_message import decided, ping, posted, refusal
from workbench.robots import RobotServer

KEY = "7d1f0c52-planted-key"
NOW_S = 1795170600.0


@pytest.fixture
def robots() -> Iterator[RobotServer]:
    with RobotServer() as server:
        yield server


def test_outcomes_come_in_the_order_of_the_decision(robots: RobotServer) -> None:
    """One for each receiver, whatever the routes say, refused or not."""
    first = Receiver("a", "wecom_robot", Secret(robots.add_wecom("one")))
    second = Receiver("b", "wecom_robot", Secret(robots.add_wecom("two")))
    robots.set_faults("one", "badkey")
    config = Config((), (first, second), (Route("none", ("a",), events=("push.*",)),))
    found = posted(ping(), config, config.receivers, NOW_S)

    assert [one.receiver.name for one in found.decision.selected] == ["a", "b"]
    assert [one.error and one.error.code for one in found.outcomes] == ["E501", None]
    assert [one.key for one in robots.received] == ["two"]
    assert all(one.delivery.id.startswith(found.event_id) for one in found.outcomes)


def test_who_has_nobody_to_write_to_is_not_selected() -> None:
    """So that a caller can tell before anything is sent."""
    app = Receiver("app", "wecom_app", Secret("https://example.com"), to=("author",))

    assert decided(ping(), Config((), (app,), ()), [app], NOW_S).selected == ()


def test_a_refusal_is_data_without_secrets() -> None:
    """The vendor's words may repeat a key; neither language does."""
    receiver = Receiver(
        "a", "wecom_app", Secret(f"https://example.com/?key={KEY}"), secret=Secret(CORP_SECRET)
    )
    said = Phrase(f"企业微信：{KEY}", f"WeCom: {CORP_SECRET}")
    hint = Phrase("重新复制地址", "copy it again")
    error = DeliveryError("E501", said, vendor_code="93000", hint=hint)
    found = refusal(error, receiver)

    assert (found.codes, found.remedy.en) == ("93000 E501", "copy it again")
    assert found.means.zh.startswith("企业微信：")
    assert [one for one in (KEY, CORP_SECRET) if one in "".join(found.means)] == []
