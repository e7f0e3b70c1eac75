"""Notifications and deliveries as values that can be written down and read again."""

import json

import pytest
from test_golden import SENT, read

from relay.describe import describe
from relay.notifications import MAX_URL_BYTES, Delivery, Mention, Notification, Span
from workbench import samples


@pytest.mark.parametrize("name", SENT)
@pytest.mark.parametrize("quiet", [False, True], ids=["loud", "quiet"])
def test_delivery_survives_json(name: str, quiet: bool) -> None:
    """A delivery of every sample reads back the same from JSON."""
    notification = describe(read(name), quiet=quiet, now_s=samples.NOW)
    mentioned = notification._replace(mentions=(Mention("张三", wecom="ZhangSan"),))
    delivery = Delivery("gl-1.wecom", "wecom", "push.pushed", 1.5, mentioned)

    assert Delivery.from_json(json.loads(json.dumps(delivery.to_json()))) == delivery


@pytest.mark.parametrize(
    "damage",
    [{"version": 2}, {"notification": None}, {"notification": {}}, {"id": None, "version": None}],
)
def test_odd_delivery_is_refused_by_name(damage: dict[str, object]) -> None:
    """What is no delivery of this version raises ValueError, whatever is wrong with it."""
    delivery = Delivery("a", "b", "c", 0.0, Notification((Span("x"),)))

    with pytest.raises(ValueError, match="not a delivery"):
        Delivery.from_json({**delivery.to_json(), **damage})


@pytest.mark.parametrize("name", SENT)
def test_words_are_bounded_and_clean(name: str) -> None:
    """Every text of a notification is one line without controls, every link http(s) and bounded."""
    for lang in ("zh-CN", "en"):
        notification = describe(read(name), lang=lang, now_s=samples.NOW)
        spans = [
            *notification.headline,
            *(span for line in notification.lines for span in line.spans),
        ]
        links = [span.url for span in spans] + [action.url for action in notification.actions]

        assert all(span.text.isprintable() or "\u200d" in span.text for span in spans)
        assert all(len(span.text) <= 400 for span in spans)
        assert all(link == "" or link.startswith(("https://", "http://")) for link in links)
        assert all(len(link.encode()) <= MAX_URL_BYTES for link in links)
        assert all(action.label and action.url for action in notification.actions)


@pytest.mark.parametrize("name", SENT)
def test_first_line_stands_alone(name: str) -> None:
    """The first line starts with its sign and names the project or place within 60 cells."""
    title = describe(read(name), now_s=samples.NOW).title

    assert not title[0].isalnum()
    assert "  " not in title
    assert title == title.strip()
