"""Which stand-in robots and applications there are, what they were asked and what they took."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from workbench import robot_rules
from workbench.faults import Fault, Plan, parse
from workbench.robot_apps import TOKENS, Apps
from workbench.robot_replies import DELIVERING
from workbench.robot_terms import WECOM_APP, App, Message, Request, Robot

NO_FAULT = Fault("")


class Received(NamedTuple):
    """A message a group or a person would see; *connection* numbers the TCP connections from 1."""

    vendor: str
    key: str
    title: str
    text: str
    raw: dict[str, Any]
    time: float
    connection: int
    body: bytes = b""


class Attempt(NamedTuple):
    """Any request to a robot's path; *answer* is the JSON decided on, ``{}`` if there is none."""

    vendor: str
    key: str
    time: float
    connection: int
    fault: str
    body: bytes
    answer: dict[str, Any]


class _Stand:
    """A robot with what changes: its faults and its usage."""

    def __init__(self, robot: Robot, plan: Plan) -> None:
        self.robot = robot
        self.plan = plan
        self.usage = robot_rules.Usage()


class Book:
    """Robots by key, and the record; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stands: dict[str, _Stand] = {}
        self._apps = Apps()
        self.received: list[Received] = []
        self.attempts: list[Attempt] = []

    def __len__(self) -> int:
        return len(self._stands)

    def add(self, robot: Robot, faults: str) -> None:
        """Add *robot*, or replace the one with its key; raises FaultError."""
        stand = _Stand(robot, Plan(parse(faults), self._clock()))
        with self._lock:
            self._stands[robot.key] = stand

    def add_app(self, app: App, faults: str, token_faults: str) -> None:
        """Add *app*, with faults for messages and for tokens; raises FaultError."""
        for key, text in ((app.agent_id, faults), (app.agent_id + TOKENS, token_faults)):
            self.add(Robot(WECOM_APP, key), text)
        with self._lock:
            self._apps.add(app)

    def expire_tokens(self, code: int) -> None:
        with self._lock:
            self._apps.expire(code)

    def key(self, vendor: str, path: str, query: Mapping[str, str]) -> str:
        """Return the key of the robot or application a request is for; ``""`` without one."""
        if vendor != WECOM_APP:
            return query.get(robot_rules.KEY_NAMES[vendor], "")
        with self._lock:
            return self._apps.key(path, query)

    def set_faults(self, key: str, text: str) -> None:
        plan = Plan(parse(text), self._clock())
        with self._lock:
            self._stands[key].plan = plan

    def take_fault(self, vendor: str, key: str) -> Fault:
        """Return the fault for the next answer and count it; `NO_FAULT` if there is none."""
        with self._lock:
            stand = self._stand(vendor, key)
            return (stand.plan.take(self._clock()) if stand else None) or NO_FAULT

    def decide(
        self, vendor: str, key: str, request: Request, *, fault: Fault, connection: int
    ) -> tuple[dict[str, Any], Received | None]:
        """Judge *request* under *fault* and record it; return the answer and the message taken.

        The answer is empty for the faults that keep a robot from deciding anything.
        """
        now = self._clock()
        with self._lock:
            answer, message = self._judge(vendor, key, request, fault=fault, now=now)
            received = None
            if message:
                received = Received(
                    vendor, key, *message, time=now, connection=connection, body=request.body
                )
                self.received.append(received)
            self.attempts.append(
                Attempt(vendor, key, now, connection, fault.word, request.body, answer)
            )
        return answer, received

    def _judge(
        self, vendor: str, key: str, request: Request, *, fault: Fault, now: float
    ) -> tuple[dict[str, Any], Message | None]:
        if fault.word in robot_rules.CANNED:
            refusal = robot_rules.CANNED[fault.word][vendor]
            return robot_rules.refusal_json(vendor, refusal, now), None
        if fault.word not in DELIVERING:
            return {}, None
        if vendor == WECOM_APP:
            return self._apps.judge(key, request, now)
        stand = self._stand(vendor, key)
        if stand is None:
            nobody = robot_rules.Usage()
            return robot_rules.judge(vendor, None, request, nobody, now=now).answer, None
        verdict = robot_rules.judge(vendor, stand.robot, request, stand.usage, now=now)
        stand.usage = verdict.usage
        return verdict.answer, verdict.message

    def _stand(self, vendor: str, key: str) -> _Stand | None:
        stand = self._stands.get(key)
        return stand if stand and stand.robot.vendor == vendor else None
