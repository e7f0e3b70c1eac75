"""Notifications as values: bounded, clean, and weighed line by line."""

import pytest
from test_golden import SENT, read

from relay.describe import describe
from relay.notifications import (
    MAX_URL_BYTES,
    OWN,
    Delivery,
    Line,
    Mention,
    Notification,
    Span,
    by_importance,
)
from workbench import samples


def test_lines_are_weighed() -> None:
    """Subject and three commits first, then facts, own lines, other commits and notes, in order."""
    ranks = ["note", "commit", "fact", OWN, "commit", "subject", "commit", "commit", "odd"]

    assert by_importance([Line((), rank) for rank in ranks]) == [5, 1, 4, 6, 2, 8, 3, 7, 0]


@pytest.mark.parametrize("mention", [Mention("张三", mobile="13800001111"), Mention(everyone=True)])
def test_mention_does_not_show_its_number(mention: Mention) -> None:
    """What is printed of a delivery tells who is mentioned and never a phone number."""
    words = Notification((Span("x"),), mentions=(mention,))

    assert "13800001111" not in repr(Delivery("a", "b", "c", 0.0, words))
    assert (mention.name or "everyone") in repr(words)


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
