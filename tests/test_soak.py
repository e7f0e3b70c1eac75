"""Case E11: many mixed events with random faults; afterwards everything is accounted for.

From the answers and the log alone: `in = delivered + ignored + kept + failed`. The clock moves,
nobody sleeps. `make bench` measures memory over 10 000 events; here it is over fewer.
"""

import gc
import json
import math
import random
import re
import threading
import tracemalloc
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from fake_chat import OK, FakeChat, Posted, Robots
from leftovers import descriptors, let_end, others
from marked import tell, written
from relays import NOW, SECRET, Clock, Relay, request

import adapters
from relay import dispatch, log
from relay.notifications import Delivery
from relay.pacing import MOST_WAITING
from relay.stores.memory import MemoryStore
from relay.warm import Warm
from workbench import samples
from workbench.robots import RobotServer

EVENTS = 1000
KEYS = ("wecom-key-0", "wecom-key-1", "dingtalk-token-0")
TOKENS = {"gitlab": "X-Gitlab-Token", "gitee": "X-Gitee-Token"}
FAULTS = (
    *("", "", "", "refuse*2", "reset*1", "accepted_then_reset*1", "cut*2", "busy*2", "busy*9"),
    *("http:500*1", "http:503*4", "http:404*1", "nonjson*1", "empty*3", "array*1", "waf*1"),
    *("strcode*2", "badkey*2", "throttle*1", "sign*1", "keyword*1", "accepted_then_reset*3"),
)
AMBIGUOUS = frozenset({"accepted_then_reset", "cut"})
_PLACE = re.compile(r"soak/e(\d+)e")


class Coming(NamedTuple):
    """One request; *number* tells its event from others in the groups, if it has a project."""

    number: int
    event: dict[str, Any]
    context: object


class FakeQueue:
    """Takes each delivery or not, as chance has it."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.taken: Counter[str] = Counter()

    def put(self, found: Sequence[Delivery], *, now_s: float) -> Sequence[Delivery]:
        left = [one for one in found if self._chance.random() < 0.3]
        self.taken.update(one.id for one in found if one not in left)
        return left


class Process(Warm):
    """A warm process whose queue is *fake*."""

    def __init__(self, fake: FakeQueue) -> None:
        super().__init__()
        self._fake = fake

    def queue(self, address: str, environ: Mapping[str, str]) -> Any:
        return self._fake if address else None


def bodies() -> dict[str, tuple[samples.Sample, str]]:
    """Return every sample with its body as text, in which ``soak/e0e`` stands for the project."""
    found = {}
    for name in samples.names():
        sample = samples.load(name)
        text = json.dumps(sample.body, ensure_ascii=False)
        headers = {key.lower(): value for key, value in sample.headers.items()}
        try:
            path = adapters.parse(sample.source, headers, text.encode()).project.path
        except Exception:  # noqa: BLE001 - what is ignored has no project to replace
            path = ""
        found[name] = (sample, text.replace(path, "soak/e0e") if path else text)
    return found


class Story:
    """The requests of a soak, always the same for the same *seed*."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - always the same story
        self._bodies = bodies()
        self._past: list[Coming] = []

    def next(self, number: int) -> Coming:
        """Return a new event, or now and then one that has come before."""
        if self._past and self._chance.random() < 0.15:
            return self._chance.choice(self._past[-40:])
        name = self._chance.choice(sorted(self._bodies))
        sample, text = self._bodies[name]
        key = "X-Gitee-Timestamp" if sample.source == "gitee" else "Idempotency-Key"
        headers = {**sample.headers, TOKENS[sample.source]: SECRET, key: f"{number:013d}"}
        if self._chance.random() < 0.03:
            headers[f"X-{sample.source.title()}-Event"] = "Strange Hook"
        body = text.replace("soak/e0e", f"soak/e{number}e").replace(
            '": ', '":' + " " * (number % 9), 1
        )
        left_ms = self._chance.choice([None, None, 3000, 2000, 300])
        context = {"time_limit_in_ms": left_ms} if left_ms else None
        coming = Coming(number, request(body, headers), context)
        self._past.append(coming)
        return coming


class Soak:
    """What was answered, and what the log says of each delivery."""

    def __init__(self, robots: RobotServer, clock: Clock, seed: int) -> None:
        self.robots = robots
        self.chance = random.Random(seed)  # noqa: S311 - as above
        self.clock = clock
        self.queue = FakeQueue(self.chance)
        self.warm = Process(self.queue)
        names: dict[str, Any] = {"wecom": 2, "dingtalk": 1, "clock": clock, "warm": self.warm}
        self.inline = Relay(robots, **names)
        self.queued = Relay(robots, **names, RELAY_QUEUE="sqs://notify.fifo")
        self.statuses: Counter[int] = Counter()
        self.answers: list[dict[str, Any]] = []

    def send(self, coming: Coming) -> None:
        self.clock.now += self.chance.choice([0, 0, 0.2, 1, 5, 30])
        relay = self.queued if self.chance.random() < 0.25 else self.inline
        if self.chance.random() < 0.2:
            self.robots.set_faults(self.chance.choice(KEYS), self.chance.choice(FAULTS))
        answer = relay.handle(coming.event, coming.context)
        self.statuses[answer["statusCode"]] += 1
        self.answers.append(json.loads(answer["body"]))


class Account(NamedTuple):
    """How often each delivery, by its id, ended in which way."""

    begun: Counter[str]
    delivered: Counter[str]
    failed: Counter[str]
    queued: Counter[str]
    waiting: Counter[str]


def account(soak: Soak, lines: Sequence[Mapping[str, Any]]) -> Account:
    """Return what answers say was begun, and what the log says became of it."""

    def ids(event: str) -> Counter[str]:
        found = (line for line in lines if line["event"] == event and not line.get("late"))
        return Counter(line["delivery_id"] for line in found)

    begun: Counter[str] = Counter()
    for report in soak.answers:
        named = [entry["receiver"] for entry in report.get("sent", ())]
        named += [entry["receiver"] for entry in report.get("failed", ())]
        named += report.get("queued", ())
        named += [
            entry["receiver"] for entry in report.get("skipped", ()) if entry["reason"] == "R29"
        ]
        assert len(named) == len(set(named))
        begun.update(f"{report['id']}.{name}" for name in named)
    warm = soak.warm.waiting
    still = Counter(one.id for robot in warm.robots() for one in warm.take(robot))
    return Account(begun, ids("delivery.sent"), ids("delivery.failed"), soak.queue.taken, still)


def shown(robots: RobotServer) -> Counter[tuple[str, int]]:
    """Return how many messages told which group of which event's project."""
    return Counter(
        (message.key, int(number))
        for message in robots.received
        for number in set(_PLACE.findall(message.text))
    )


def doubtful(robots: RobotServer) -> Counter[tuple[str, int]]:
    """Return how many messages were taken although the sender could not know it."""
    return Counter(
        (attempt.key, int(number))
        for attempt in robots.attempts
        if attempt.fault in AMBIGUOUS
        for number in set(_PLACE.findall(json.dumps(json.loads(attempt.body), ensure_ascii=False)))
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_e11_thousand_mixed_events(
    seed: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every accepted event is accounted for exactly once, none is posted twice without need."""
    monkeypatch.setattr(dispatch, "FIRST_PAUSE_S", 0.0)  # repeats are made, nobody waits for them
    clock, story = Clock(NOW), Story(seed)
    before = others()
    with RobotServer(clock=clock) as robots:
        soak = Soak(robots, clock, seed)
        for number in range(1, 101):
            soak.send(story.next(number))
        grown = descriptors()
        for number in range(101, EVENTS + 1):
            soak.send(story.next(number))
        grown = descriptors() - grown
        let_end(before)
        lines = written(capsys)
        found = account(soak, lines)
        posted, excused = shown(robots), doubtful(robots)

    assert EVENTS == len(soak.answers) == soak.statuses.total()
    assert {200, 202, 502} == set(soak.statuses)
    ended = found.delivered + found.failed + found.queued + found.waiting
    assert found.begun == ended
    assert {1} == set(found.delivered.values())
    assert set(found.waiting.values()) <= {1}
    assert [] == [key for key, times in posted.items() if times > 1 + excused[key]]
    assert min(map(Counter.total, found[1:4])) > 50  # each ending was met
    assert [line for line in lines if line["event"].endswith((".broken", "un.readable"))] == []
    assert (set(), True) == (others() - before, grown < 10)


def test_e11_what_is_not_begun_is_ignored_by_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event without a delivery has a reason in its answer and a line in the log."""
    monkeypatch.setattr(dispatch, "FIRST_PAUSE_S", 0.0)
    clock, story = Clock(NOW), Story(3)
    with RobotServer(clock=clock) as robots:
        soak = Soak(robots, clock, 3)
        for number in range(1, 301):
            soak.send(story.next(number))
        lines = written(capsys, "event.ignored", "event.skipped")
    silent = [
        report
        for report in soak.answers
        if not (report.get("sent") or report.get("failed") or report.get("queued"))
    ]
    told = {line["id"]: line["reason"] for line in lines}
    reported = {entry["reason"] for report in silent for entry in report["skipped"]}

    assert len(silent) > 30
    assert {"R11", "R28", "R32", "R33"} <= reported
    assert [] == [
        report["id"]
        for report in silent
        if report["id"] not in told
        and not {"R28", "R29"} & {entry["reason"] for entry in report["skipped"]}
    ]


def _reply(posted: Posted) -> Any:
    """Answer as a robot that is well, busy, refuses, or asks for a pause, by the text's length."""
    kind = len(posted.text) % 11
    if kind == 1:
        return ConnectionResetError("reset")
    codes = {2: -1, 3: 93000, 4: 45009, 5: 40058, 6: 85002}
    return {"errcode": codes[kind], "errmsg": "no"} if kind in codes else OK


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is kept."""


def test_e11_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a warm-up in which every bounded memory fills, 1 200 events leave at most 0.5 MiB."""
    monkeypatch.setattr(dispatch, "FIRST_PAUSE_S", 0.0)
    log.configure("ERROR", _Nowhere())  # type: ignore[arg-type]
    chat = FakeChat(_reply)
    clock, story = Clock(NOW), Story(4)
    memory = MemoryStore(500)  # the usual ones are bounded as well
    memory.put("first", "there", until_s=math.inf)
    warm = Warm(remembered=memory)
    warm.session = chat.session()
    robots: Any = Robots(chat)
    relay = Relay(robots, 2, 1, clock=clock, warm=warm)

    def send(first: int, last: int) -> None:
        for number in range(first, last):
            clock.now += 5
            relay.handle(story.next(number).event, None)
            chat.posted.clear()
            del story._past[:-40]

    before = others()
    send(0, 400)
    is_full = not memory.get("first", now_s=NOW)
    tracemalloc.start()
    send(400, 500)  # what the measuring itself needs
    gc.collect()
    first, _ = tracemalloc.get_traced_memory()
    send(500, 1700)
    gc.collect()
    last, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    let_end(before)

    assert is_full
    assert last - first <= 512 * 1024
    assert others() <= before
    assert sum(warm.waiting.count(robot) for robot in warm.waiting.robots()) <= MOST_WAITING


def test_e11_calls_from_several_threads_are_accounted_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A local server answers at the same time: each event once to each robot, or named."""
    clock = Clock(NOW)
    with RobotServer(clock=clock) as robots:
        relay = Relay(robots, 1, 1, clock=clock, warm=Warm())
        statuses: list[int] = []

        def work(first: int) -> None:
            for number in range(first, first + 30):
                statuses.append(tell(relay, number).status)

        workers = [threading.Thread(target=work, args=(30 * at,)) for at in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        clock.now += 61
        tell(relay, 999)
        lines = written(capsys, "delivery.sent", "delivery.failed")
    ids = Counter(line["delivery_id"] for line in lines if line["event"] == "delivery.sent")
    failed = [line for line in lines if line["event"] == "delivery.failed"]

    assert [200] * 120 == statuses
    assert (2 * 121, {1}) == (ids.total() + len(failed), set(ids.values()))
    assert {"E544"} >= {line["code"] for line in failed}
