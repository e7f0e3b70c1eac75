"""The measurements: each fills in its figures, a list of values for each column.

The alternatives take turns in every round, so that a machine that grows slower or faster meanwhile
is as unfair to all. A message that does not arrive, or arrives twice, ends the run.
"""

import contextlib
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from deploy.targets import BuildError
from relay.stores.memory import MOST
from relay.warm import MOST_FINISHED
from workbench.benchmarks import bundles, configuration, processes
from workbench.benchmarks.alternatives import Setup
from workbench.benchmarks.figures import (
    APPRISE,
    COLUMNS,
    FLASK,
    FLOOR,
    HANG_BUDGET_S,
    OURS,
    PLAIN,
)
from workbench.benchmarks.processes import Stand, Subject, Trust

MODULES = {
    FLOOR: "floor",
    PLAIN: "plain",
    FLASK: "flask_relay",
    APPRISE: "apprise_relay",
    OURS: "ours",
}
ROBOTS = 10
_SLOW = (FLASK, APPRISE)  # a fifth of the events is enough of them
_SEND = "delivery: {{ on_rate_limit: send, timeout: {}s }}"  # one robot gets many events
_MIB = 2**20
_BLOCK = 100
_KINDS = (*("pipeline",) * 12, *("push",) * 4, "large", *("ignored",) * 2, "refused")
_FAULTS = (
    "slow:0*20,badkey*1,slow:0*20,busy*1",
    "slow:0*20,nonjson*1,slow:0*20,badkey*1",
    "slow:0*20,reset*1,slow:0*20,waf*1",
    "slow:0*20,http:500*1,slow:0*20,cut*1",
    "slow:0*20,empty*1,slow:0*20,accepted_then_reset*1",
    "slow:0*20,redirect:https://example.com/*1",
    "slow:0*20,badkey*1,busy*1",
    "slow:0*20,huge:1*1,nonjson*1",
    "slow:0*20,array*1,strcode*1",
    "slow:0.01*20,hang*1",
)

Values = dict[str, dict[str, list[float]]]


class Size(NamedTuple):
    """How many rounds of each measurement, and how many events in a block of one round."""

    cold: int = 12
    first: int = 6
    warm: int = 12
    block: int = 50
    far: int = 6
    faults: int = 6
    hang: int = 3
    fill: int = max(MOST, 2 * MOST_FINISHED)  # every other event is sent and leaves 2 and 1 entries
    kept: int = 1000
    mixed: int = 10_000
    loading: int = 60


QUICK = Size(1, 1, 1, 10, 1, 1, 1, 100, 100, 100, 3)


class Place(NamedTuple):
    """Where it happens; *far_port* leads to the robots with a round trip."""

    trusted: Trust
    stand: Stand
    far_port: int
    size: Size

    def setup(self, count: int, *, far: bool = False, timeout_s: float = 4.0) -> Setup:
        """Return the set-up of a warm process: our own budget of 18 a minute is off."""
        return self.stand.setup(
            self.trusted,
            count,
            port=self.far_port if far else 0,
            timeout_s=timeout_s,
            config=_SEND.format(timeout_s),
        )


def cold(place: Place, values: Values) -> None:
    """Fresh processes, configured as in the first ten minutes: by variables."""
    plain = place.stand.setup(place.trusted, 1)
    for number in range(place.size.cold):
        for column, setup in (*((column, plain) for column in COLUMNS), ("file", place.setup(1))):
            one = _cold(place, "ours" if column == "file" else MODULES[column], setup, number)
            took_ms = 1000 * (one.import_s + one.event_s)
            if column == "file":
                _add(values["cold_file"], OURS, [took_ms])
                continue
            _add(values["cold"], column, [took_ms])
            _add(values["peak"], column, [one.peak_bytes / _MIB])


def importing(place: Place, values: Values) -> None:
    """Our import against that of the two packages it needs."""
    for _ in range(place.size.cold):
        for column, names in ((PLAIN, "requests, yaml"), (OURS, "handler")):
            code = (
                f"import time; began = time.perf_counter()\nimport {names}\n"
                "print(time.perf_counter() - began)"
            )
            done = subprocess.run(  # noqa: S603 - our own interpreter
                [sys.executable, "-c", code],
                cwd=processes.ROOT,
                env=place.trusted.environ,
                stdout=subprocess.PIPE,
                check=True,
            )
            _add(values["import"], column, [1000 * float(done.stdout)])


def first(place: Place, values: Values) -> None:
    """Fresh processes, 10 robots, and a round trip to them."""
    setup = place.stand.setup(place.trusted, ROBOTS, port=place.far_port)
    for number in range(place.size.first):
        for column in COLUMNS:
            one = _cold(place, MODULES[column], setup, number)
            _add(values["first"], column, [1000 * one.event_s])


def warm(place: Place, values: Values) -> None:
    """One robot that answers at once."""
    with _subjects(place, place.setup(1)) as subjects:
        for _ in range(place.size.warm):
            for column, subject in subjects.items():
                count = _share(column, place.size.block)
                ran = delivered(place, subject, "pipeline", count, robots=1)
                took = ran["took"]
                middle = statistics.median(took)
                _add(values["warm"], column, (1000 * one for one in took))
                _add(values["tail"], column, [_p95(took) / middle])
                _add(values["cpu_1"], column, [1000 * ran["cpu"] / count])
                _add(values["rate"], column, [count / sum(took)])
                _add(values["refused"], column, _without_robots(place, subject, "refused", 401))
                if column != FLOOR:  # one caller at a time is all it can take
                    crowd = subject.crowd(["pipeline"] * count, 4)
                    _arrived(place, column, count, robots=1)
                    _add(values["rate_4"], column, [count / crowd["took"]])


def unsent(place: Place, values: Values) -> None:
    """What only the product knows to leave alone."""
    with processes.subject(MODULES[OURS], place.setup(1), place.trusted) as subject:
        subject.run("pipeline", repeat=True)
        place.stand.taken()
        for _ in range(place.size.warm):
            _add(values["ignored"], OURS, _without_robots(place, subject, "ignored", 200))
            again = _without_robots(place, subject, "pipeline", 200, repeat=True)
            _add(values["repeat"], OURS, again)


def cpu(place: Place, values: Values) -> None:
    """CPU of events to 10 robots, and of large bodies to one."""
    with _subjects(place, place.setup(ROBOTS)) as many, _subjects(place, place.setup(1)) as one:
        for _ in range(place.size.far):
            for column in COLUMNS:
                count = _share(column, 10)
                ran = delivered(place, many[column], "pipeline", count, robots=ROBOTS)
                _add(values["cpu_10"], column, [1000 * ran["cpu"] / count])
                small = delivered(place, one[column], "push", 5, robots=1)
                large = delivered(place, one[column], "large", 5, robots=1)
                more = 1000 * (large["cpu"] - small["cpu"]) / 5
                _add(values["large"], column, [more])


def far(place: Place, values: Values) -> None:
    """1, 3 and 10 robots behind a round trip."""
    with contextlib.ExitStack() as stack:
        subjects = {
            count: stack.enter_context(_subjects(place, place.setup(count, far=True)))
            for count in (1, 3, ROBOTS)
        }
        for _ in range(place.size.far):
            for column in COLUMNS:
                events = _share(column, 10)
                took = {
                    count: delivered(place, found[column], "pipeline", events, robots=count)["took"]
                    for count, found in subjects.items()
                }
                _add(values["far"], column, (1000 * each for each in took[1]))
                single = statistics.median(took[1])
                for count in (3, ROBOTS):
                    times = statistics.median(took[count]) / single
                    _add(values[f"fan_{count}"], column, [times])


def faults(place: Place, values: Values) -> None:
    """The second of three robots refuses, or hangs, while the other two are well."""
    rounds = {"refuse": place.size.faults, "hang": place.size.hang}
    for fault, count in rounds.items():
        setup = place.setup(3, far=True, timeout_s=HANG_BUDGET_S if fault == "hang" else 4.0)
        with _subjects(place, setup) as subjects:
            for _ in range(count):
                for column, subject in subjects.items():
                    _, usual_s = _healthy(place, subject)
                    place.stand.set_faults(1, fault)
                    took_s, ill_s = _healthy(place, subject)
                    place.stand.set_faults(1, "")
                    subject.run("pipeline")  # it is well again, and connected
                    place.stand.taken()
                    _add(values[fault], column, [1000 * took_s])
                    _add(values[f"{fault}_others"], column, [ill_s / usual_s])


def kept(place: Place, values: Values) -> None:
    """What stays behind after many events, and after many with faults.

    The warm-up is of the same kind and fills what the process remembers on purpose; for resident
    memory with faults it is three times as long, until the C allocator has what it will ever take.
    """
    size = place.size
    with _ours(place, 1) as subject:
        _plain_events(place, subject, _BLOCK)
        full = _growth(subject, lambda: _plain_events(place, subject, size.fill))
        few = _growth(subject, lambda: _plain_events(place, subject, size.kept))
    many = _mixed_growth(place, 3 * size.fill, size.mixed)
    traced = _mixed_growth(place, size.fill, size.kept, trace=True)
    _add(values["full"], OURS, [full["resident"] / _MIB])
    _add(values["kept"], OURS, [few["resident"] / _MIB])
    _add(values["mixed"], OURS, [many["resident"] / _MIB])
    _add(values["mixed_traced"], OURS, [traced["traced"] / _MIB])
    for what in ("threads", "descriptors"):
        _add(values[what], OURS, [many[what], traced[what]])


def configured(place: Place, values: Values) -> None:
    """Loading and routing, in the process of the run itself."""
    alone, ours = configuration.loading()
    works = (
        (values["loading"], PLAIN, alone),
        (values["loading"], OURS, ours),
        (values["routing_none"], OURS, configuration.routing(matching=False)),
        (values["routing_all"], OURS, configuration.routing(matching=True)),
    )
    for number in range(place.size.loading + 3):
        for columns, column, work in works:
            began = time.perf_counter()
            work()
            if number >= 3:
                _add(columns, column, [1000 * (time.perf_counter() - began)])


def bundled(place: Place, values: Values) -> None:
    """The bundles, and the start of AWS's; nothing where packages or a Python are not to be had."""
    with contextlib.suppress(BuildError):
        _add(values["bundle"], OURS, [bundles.size_mb("aws")])
        _add(values["bundle_tencent"], OURS, [bundles.size_mb("tencent")])
    with contextlib.suppress(BuildError), bundles.unpacked() as found:
        for _ in range(place.size.cold):
            _add(values["init"], OURS, [1000 * bundles.init_s(found.compiled)])
            _add(values["init_bare"], OURS, [1000 * bundles.init_s(found.bare)])


class Measurement(NamedTuple):
    """*run* fills in the figures *keys*."""

    run: Callable[[Place, Values], None]
    keys: tuple[str, ...]

    def values(self, place: Place) -> Values:
        found: Values = {key: {} for key in self.keys}
        self.run(place, found)
        return found


MEASUREMENTS = (
    Measurement(
        cold,
        (
            "cold",
            "peak",
            "cold_file",
        ),
    ),
    Measurement(importing, ("import",)),
    Measurement(first, ("first",)),
    Measurement(
        warm,
        (
            "warm",
            "tail",
            "cpu_1",
            "rate",
            "rate_4",
            "refused",
        ),
    ),
    Measurement(
        unsent,
        (
            "ignored",
            "repeat",
        ),
    ),
    Measurement(
        cpu,
        (
            "cpu_10",
            "large",
        ),
    ),
    Measurement(
        far,
        (
            "far",
            "fan_3",
            "fan_10",
        ),
    ),
    Measurement(
        faults,
        (
            "refuse",
            "refuse_others",
            "hang",
            "hang_others",
        ),
    ),
    Measurement(
        kept,
        (
            "full",
            "kept",
            "mixed",
            "mixed_traced",
            "threads",
            "descriptors",
        ),
    ),
    Measurement(
        configured,
        (
            "loading",
            "routing_none",
            "routing_all",
        ),
    ),
    Measurement(bundled, ("bundle", "bundle_tencent", "init", "init_bare")),
)


@contextlib.contextmanager
def place(size: Size, rtt_s: float) -> Iterator[Place]:
    """Start the robots and the slow wire to them."""
    processes.compile_all()
    with (
        processes.trust() as trusted,
        processes.stand(trusted, ROBOTS) as robots,
        processes.slow_wire(robots.port, rtt_s) as port,
    ):
        yield Place(trusted, robots, port, size)


def _add(columns: dict[str, list[float]], column: str, values: Iterable[float]) -> None:
    columns.setdefault(column, []).extend(values)


def _share(column: str, count: int) -> int:
    return max(count // 5, 1) if column in _SLOW else count


def _p95(took: Sequence[float]) -> float:
    return sorted(took)[int(0.95 * (len(took) - 1) + 0.5)]


def _cold(place: Place, name: str, setup: Setup, number: int) -> processes.Cold:
    one = processes.cold(name, setup, place.trusted, f"cold-{number}")
    _arrived(place, name, 1, robots=len(setup.urls))
    return one


@contextlib.contextmanager
def _subjects(place: Place, setup: Setup) -> Iterator[dict[str, Subject]]:
    """Start every alternative, and let it answer its first events."""
    with contextlib.ExitStack() as stack:
        found = {
            column: stack.enter_context(processes.subject(name, setup, place.trusted))
            for column, name in MODULES.items()
        }
        for column, subject in found.items():
            for name in ("pipeline", "push"):
                subject.run(name, _share(column, 5))
        place.stand.taken()
        yield found


@contextlib.contextmanager
def _ours(place: Place, robots: int, *, trace: bool = False) -> Iterator[Subject]:
    setup = place.setup(robots, timeout_s=HANG_BUDGET_S)
    with processes.subject(MODULES[OURS], setup, place.trusted, trace=trace) as subject:
        yield subject


def delivered(
    place: Place, subject: Subject, name: str, count: int, *, robots: int
) -> dict[str, Any]:
    """Have *count* requests answered and make sure that every robot got each of them once."""
    ran = subject.run(name, count)
    _arrived(place, subject.name, count, robots=robots)
    return ran


def _arrived(place: Place, who: str, count: int, *, robots: int) -> None:
    came = Counter(key for key, _ in place.stand.taken().came)
    if came != {f"bench-{number}": count for number in range(robots)}:
        raise RuntimeError(f"{who}: {count} messages to each of {robots} robots; {dict(came)}")


def _without_robots(
    place: Place, subject: Subject, name: str, status: int, *, repeat: bool = False
) -> list[float]:
    """Return the milliseconds of requests that are answered without asking a robot."""
    ran = subject.run(name, place.size.block, repeat=repeat)
    attempts = place.stand.taken().attempts
    if attempts or set(ran["statuses"]) != {status}:
        raise RuntimeError(f"{name}: {set(ran['statuses'])}, {attempts} requests")
    return [1000 * took for took in ran["took"]]


def _healthy(place: Place, subject: Subject) -> tuple[float, float]:
    """Return how long an event took, and until both healthy robots had it."""
    ran = subject.run("pipeline")
    came = dict(place.stand.taken().came)
    last = max(came[f"bench-{number}"] for number in (0, 2))
    return ran["took"][0], last - ran["began"][0]


def _growth(subject: Subject, work: Callable[[], None]) -> dict[str, int]:
    before = subject.used()
    work()
    after = subject.used()
    return {what: after[what] - before[what] for what in after}


def _mixed_growth(place: Place, fill: int, count: int, *, trace: bool = False) -> dict[str, int]:
    with _ours(place, 3, trace=trace) as subject:
        _mixed_events(place, subject, fill)
        return _growth(subject, lambda: _mixed_events(place, subject, count))


def _plain_events(place: Place, subject: Subject, count: int) -> None:
    for names in _blocks(("pipeline",), count):
        delivered(place, subject, "pipeline", len(names), robots=1)


def _mixed_events(place: Place, subject: Subject, count: int) -> None:
    """Let requests of all kinds come while one robot of three has a fault now and then."""
    for number, names in enumerate(_blocks(_KINDS, count)):
        place.stand.set_faults(1, _FAULTS[number % len(_FAULTS)])
        ran = subject.run(names)
        if set(ran["statuses"]) - {200, 401}:
            raise RuntimeError(f"answered {set(ran['statuses'])}")
        came = Counter(key for key, _ in place.stand.taken().came)
        sent = sum(name not in ("ignored", "refused") for name in names)
        if not came["bench-0"] == came["bench-2"] == sent:
            raise RuntimeError(f"{sent} events to healthy robots; arrived: {dict(came)}")
    place.stand.set_faults(1, "")
    time.sleep(2 * HANG_BUDGET_S)  # whatever still waits for a robot has given up by then


def _blocks(kinds: Sequence[str], count: int) -> Iterator[list[str]]:
    """Yield the names of *count* requests, a hundred at a time."""
    for begin in range(0, count, _BLOCK):
        yield [kinds[number % len(kinds)] for number in range(min(_BLOCK, count - begin))]
