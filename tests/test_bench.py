"""`make bench`: its pieces work, and its page has every budget. No time is asserted here."""

from collections import Counter
from collections.abc import Iterator

import pytest
from conftest import ROOT

from workbench.benchmarks import measuring, page, processes
from workbench.benchmarks.figures import FIGURES, FLASK, FLOOR, OURS, Figure, Spread, met, spread
from workbench.benchmarks.measuring import MODULES, Place

ROBOTS = ("bench-0", "bench-1")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Stand-in robots over TLS, and a wire to them that takes a moment."""
    with measuring.place(measuring.QUICK, rtt_s=0.004) as found:
        yield found


@pytest.mark.parametrize("module", MODULES.values())
def test_everybody_delivers_once(module: str, place: Place) -> None:
    """Each alternative, and ours, brings each event to each robot once, and wants the token."""
    with processes.subject(module, place.setup(2, far=True), place.trusted) as subject:
        ran = subject.run(["pipeline", "refused", "push", "large"])
        taken = place.stand.taken()

    assert ran["statuses"] == [200, 401, 200, 200]
    assert Counter(key for key, _ in taken.came) == dict.fromkeys(ROBOTS, 3)
    assert taken.attempts == 6


@pytest.mark.parametrize("module", MODULES.values())
def test_everybody_starts_cold(module: str, place: Place) -> None:
    """A fresh process delivers its first event to both robots and tells what it took."""
    found = processes.cold(module, place.stand.setup(place.trusted, 2), place.trusted, "cold")

    assert sorted(key for key, _ in place.stand.taken().came) == list(ROBOTS)
    assert min(found) > 0


def test_one_ill_robot_does_not_stop_the_floor(place: Place) -> None:
    """The floor goes on with the others when one robot ends its connection, and connects again."""
    with processes.subject("floor", place.setup(2), place.trusted) as subject:
        place.stand.set_faults(0, "reset*1")
        subject.run("pipeline", 2)

    assert Counter(key for key, _ in place.stand.taken().came) == {"bench-0": 1, "bench-1": 2}


def test_ours_knows_repeats(place: Place) -> None:
    """The same request again is answered and asks no robot; a numbered one is new."""
    with processes.subject("ours", place.setup(1), place.trusted) as subject:
        first = subject.run("pipeline", 3, repeat=True)
        once = place.stand.taken()
        subject.run("pipeline", 3)

    assert first["statuses"] == [200] * 3
    assert once.attempts == 1
    assert place.stand.taken().attempts == 3


def test_several_callers_at_once(place: Place) -> None:
    """Requests from several threads all arrive."""
    with processes.subject("ours", place.setup(1), place.trusted) as subject:
        crowd = subject.crowd(["pipeline"] * 20, 4)

    assert crowd["statuses"] == [200] * 20
    assert len(place.stand.taken().came) == 20


def test_use_of_a_process_is_told(place: Place) -> None:
    """A warm process tells its memory, threads and descriptors."""
    with processes.subject("floor", place.setup(1), place.trusted, trace=True) as subject:
        subject.run("pipeline")
        used = subject.used()
    place.stand.taken()

    assert sorted(used) == ["descriptors", "resident", "threads", "traced"]
    assert used["threads"] == 1
    assert min(used.values()) > 0


def test_lost_messages_end_the_run(place: Place) -> None:
    """A round in which a message does not arrive is no figure."""
    with processes.subject("plain", place.setup(1), place.trusted) as subject:
        place.stand.set_faults(0, "badkey*1")

        with pytest.raises(RuntimeError, match="2 messages to each of 1 robots"):
            measuring.delivered(place, subject, "pipeline", 2, robots=1)


def test_a_broken_alternative_ends_the_run(place: Place) -> None:
    """A process that cannot start is an error, not a figure."""
    with (
        pytest.raises(EOFError, match="ended"),
        processes.subject("nothing", place.setup(1), place.trusted),
    ):
        pass


@pytest.mark.parametrize(
    ("figure", "values", "expected"),
    [
        (Figure("a", "most", "ms", "≤ 2", 2.0), {OURS: [1.0, 2.0, 9.0]}, True),
        (Figure("a", "most", "ms", "≤ 2", 2.0), {OURS: [2.1]}, False),
        (Figure("a", "worst", "ms", "≤ 2", 2.0, worst=True), {OURS: [1.0, 2.0, 9.0]}, False),
        (Figure("a", "least", "1/s", "≥ 2", least=2.0), {OURS: [2.0]}, True),
        (Figure("a", "ratio", "ms", "≤ 2 ×", 2.0, of=FLASK), {OURS: [8.0], FLASK: [4.0]}, True),
        (Figure("a", "ratio", "ms", "≤ 2 ×", 2.0, of=FLASK), {OURS: [9.0], FLASK: [4.0]}, False),
        (Figure("a", "no other", "ms", "≤ 2 ×", 2.0, of=FLASK), {OURS: [9.0]}, None),
        (Figure("a", "no budget", "ms"), {OURS: [9.0]}, None),
        (Figure("a", "not measured", "ms", "≤ 2", 2.0), {FLOOR: [1.0]}, None),
    ],
    ids=lambda value: value.title if isinstance(value, Figure) else "",
)
def test_budgets_are_judged(
    figure: Figure, values: dict[str, list[float]], expected: bool | None
) -> None:
    """The median is held against a bound, or the largest, or its ratio to another's median."""
    found = {column: spread(each) for column, each in values.items()}

    assert met(figure, found) is expected


def test_spread() -> None:
    """A spread has the median, the quartiles and the largest value."""
    assert spread([4.0, 1.0, 2.0, 3.0, 10.0]) == Spread(3.0, 2.0, 4.0, 10.0)
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0, 7.0)


def test_every_row_is_measured() -> None:
    """Each row is measured once, and nothing else is."""
    measured = [key for measurement in measuring.MEASUREMENTS for key in measurement.keys]

    assert sorted(measured) == sorted({figure.key for figure in FIGURES})


@pytest.mark.parametrize("measurement", measuring.MEASUREMENTS[3:5], ids=lambda one: one.keys[0])
def test_measurements_fill_their_rows(measurement: measuring.Measurement, place: Place) -> None:
    """A measurement has a value of ours for each of its rows."""
    values = measurement.values(place)

    assert [key for key in measurement.keys if not values[key].get(OURS)] == []


def test_page_names_what_is_missed() -> None:
    """A budget that is not met is marked, and named with its cause."""
    found = {"peak": {OURS: spread([40.0]), FLOOR: spread([20.0])}}
    text = page.page(found, [("Processor", "one")], "2026-11-20", 60.0)

    assert "| 20.0 | – | – | – | 40.0 | 2.00 × floor | ≤ 32 MiB | **not met** |" in text
    assert "- Cold start, peak memory after the first event (≤ 32 MiB):" in text


def test_page_has_every_budget() -> None:
    """docs/benchmarks.md has a row for every budget of the table."""
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    shown = {(row[0].removeprefix("| "), row[-2]) for row in rows if len(row) > 3}

    assert {(page.title(figure), figure.budget) for figure in FIGURES} - shown == set()
