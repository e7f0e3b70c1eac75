"""The sample events: well formed, what they say they are, and as fresh as one wants."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

import adapters
from relay.errors import Ignored
from workbench import samples
from workbench.preview import encoded
from workbench.samples import NOW, Sample

HOUR = 3600
LATER = NOW + 100 * 24 * HOUR + 12 * HOUR + 7  # in Shanghai: the 101st day after


def made(**body: Any) -> Sample:
    return Sample("gitlab/x", "gitlab", "x", {}, {}, body)


def times(value: Any) -> Iterator[datetime]:
    """Yield every time in a body that names its zone."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from times(item)
    elif isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", value):
        yield datetime.fromisoformat(value.replace(" UTC", "+00:00").replace("Z", "+00:00"))


@pytest.mark.parametrize("name", samples.names())
def test_a_sample_is_what_it_says(name: str) -> None:
    """Both descriptions are there, and the adapter calls the event by the sample's name."""
    sample = samples.load(name)
    headers = {key.lower(): value for key, value in sample.headers.items()}

    assert all(sample.about[lang].strip() for lang in ("en", "zh-CN"))
    if sample.ignored:
        with pytest.raises(Ignored) as caught:
            adapters.parse(sample.source, headers, encoded(sample.body))
        assert caught.value.reason == sample.ignored
    else:
        event = adapters.parse(sample.source, headers, encoded(sample.body))
        assert (event.source, event.name) == (sample.source, sample.event)


@pytest.mark.parametrize("name", samples.names())
def test_a_sample_keeps_its_shape_when_it_is_freshened(name: str) -> None:
    """Moving to the sample's own time changes nothing; moving on changes times and only these."""
    sample = samples.load(name)
    moved = samples.fresh(sample, LATER)

    assert samples.fresh(sample, NOW) == sample
    assert [(then - before).total_seconds() for before, then in zip(
        times(sample.body), times(moved.body), strict=True
    )] == [LATER - NOW] * len(list(times(sample.body)))  # fmt: skip
    digits = re.compile(r"[0-9]")
    assert digits.sub("9", json.dumps(moved.body)) == digits.sub("9", json.dumps(sample.body))


def test_an_unknown_sample_is_a_key_error() -> None:
    """A name that is no sample's, or leads out of the folder, is not found."""
    for name in ("gitlab/nothing", "", "../samples", "gitlab/../gitlab/push.pushed"):
        with pytest.raises(KeyError):
            samples.load(name)


FORMS = {
    "iso-zone": ("2026-11-20T18:30:00+08:00", "2027-03-01T06:30:07+08:00"),
    "iso-z": ("2026-11-20T10:30:00Z", "2027-02-28T22:30:07Z"),
    "iso-fraction": ("2026-11-20T10:30:00.123Z", "2027-02-28T22:30:07.123Z"),
    "iso-bare": ("2026-11-20T10:30:00", "2027-02-28T22:30:07"),
    "utc": ("2026-11-20 10:30:00 UTC", "2027-02-28 22:30:07 UTC"),
    "offset": ("2026-11-20 18:30:00 +0800", "2027-03-01 06:30:07 +0800"),
    "day": ("2026-11-25", "2027-03-06"),
    "milliseconds": ("1795170600000", str(LATER * 1000)),
    "id": ("1234567890123", "1234567890123"),
    "sentence": ("due 2026-11-25", "due 2026-11-25"),
    "branch": ("release-2026-11-20", "release-2026-11-20"),
    "no-day": ("2026-13-45", "2026-13-45"),
    "no-time": ("2026-11-20T99:00:00Z", "2026-11-20T99:00:00Z"),
    "full-width": ("２０２６-11-20", "２０２６-11-20"),
    "end-of-time": ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
}


@pytest.mark.parametrize("written, moved", FORMS.values(), ids=FORMS)
def test_times_keep_their_form(written: str, moved: str) -> None:
    """Each form of time moves by the same amount; texts that only resemble one stay."""
    sample = made(a=[{"b": written}])

    assert samples.fresh(sample, LATER).body == {"a": [{"b": moved}]}


def test_numbers_stay() -> None:
    """Numbers may be ids, so none is moved; the sample given is not changed."""
    sample = made(id=NOW, at=float(NOW), none=None, time="2026-11-20T10:30:00Z")
    moved = samples.fresh(sample, LATER)

    assert (moved.body["id"], moved.body["at"], moved.body["none"]) == (NOW, float(NOW), None)
    assert sample.body["time"] == "2026-11-20T10:30:00Z"
