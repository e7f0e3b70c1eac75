"""Times as forges write them."""

import pytest

from adapters.times import timestamp


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-16 05:56:22 UTC", 1768542982.0),
        ("2025-06-05 13:16:35 +0800", 1749100595.0),
        ("2013-12-03T17:15:43Z", 1386090943.0),
        ("2026-05-28T05:54:03.097Z", 1779947643.097),
        ("2026-08-02T10:41:35.000+00:00", 1785667295.0),
        ("2012-01-03T23:36:29+02:00", 1325626589.0),
        ("2012-01-03T17:06:29-04:30", 1325626589.0),
        ("2024-01-26", 1706227200.0),
        ("2024-01-26 00:00:00", 1706227200.0),
        ("1970-01-01T00:00:00Z", 0.0),
        ("9999-12-31T23:59:59Z", 253402300799.0),
    ],
)
def test_every_format_is_read(text: str, expected: float) -> None:
    """All formats of `reference/gitlab.md` section 6.6 give Unix seconds."""
    assert expected == timestamp(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-11-20T",
        "2026-13-01",
        "2026-02-30T10:00:00Z",
        "2026-11-20T24:00:01Z",
        "2026-11-20T10:00:60Z",
        "2026-11-20T10:00:00+99:00",
        "2026-11-20T10:00:00 CST",
        "2026-11-20T10:00:00Z and more",
        "２０２６-11-20",
        "0000-01-01",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+08:00",
        "2026-11-20T10:00:00Z\n",
        "1795170600",
        "9" * 100_000,
    ],
)
def test_a_surprise_is_no_time(text: str) -> None:
    """What is no time, or stands for "never", gives None and raises nothing."""
    assert timestamp(text) is None
