"""A handler between made-up forges and stand-in robots, as most tests of the whole need it."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import handler
from relay.pacing import Pace
from relay.signing import standard_webhook_signature, timestamp_signature
from relay.warm import Warm
from workbench import samples
from workbench.robot_book import Received
from workbench.robots import RobotServer

NOW = samples.NOW + 0.5
SECRET = "s3cret-token"
SIGNING_TOKEN = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ROBOT_SECRET = "SECtest123"
CORP_ID, AGENT_ID, APP_SECRET = "ww0123456789abcdef", "1000002", "AppSecret-0123456789"
# Two robots, of which `ops` is told what `dev` refuses.
WITH_FALLBACK = """\
version: 1
sources:
  gitlab: { type: gitlab, secret: "${WEBHOOK_SECRET}" }
receivers:
  dev: { type: wecom_robot, url: "${DEV_URL}" }
  ops: { type: wecom_robot, url: "${OPS_URL}" }
routes:
  - { receivers: [dev] }
delivery: { fallback: ops }
"""
BODY = samples.load("gitlab/pipeline.failed").body


def now() -> float:
    """The time of every test: that of the samples."""
    return NOW


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Forgetful:
    """A store that remembers nothing: every event is a new one."""

    def add(self, key: str, text: str, *, until_s: float, now_s: float) -> str:
        return ""

    def get(self, key: str, *, now_s: float) -> str:
        return ""

    def put(self, key: str, text: str, *, until_s: float) -> None:
        pass

    def remove(self, key: str) -> None:
        pass


class Unhurried(Pace):
    """A pace without a limit of its own; what the vendor says still counts."""

    def free(self, robot: str, *, now_s: float) -> int:
        return 0 if self.blocked(robot, now_s=now_s) else 1000

    def take(self, robot: str, *, now_s: float) -> bool:
        return not self.blocked(robot, now_s=now_s)


def carefree() -> Warm:
    """Return the memory of a process that takes every event for new and posts at any pace.

    The time of most tests stands still, and they send the same body more than once.
    """
    return Warm(pace=Unhurried(), remembered=Forgetful())


class Answer(NamedTuple):
    """*shown* is what the robots took because of this request, WeCom's first."""

    status: int
    report: dict[str, Any]
    shown: list[Received]


class Relay:
    """A handler configured with the stand-in robots of *robots*, from the environment only.

    With ``CONFIG_YAML`` among *environ* it is that text, which may refer to the other variables.
    *warm* is what the process remembers; without one, it is `carefree`.
    """

    def __init__(
        self,
        robots: RobotServer,
        wecom: int = 1,
        dingtalk: int = 1,
        *,
        clock: Callable[[], float] = now,
        warm: Warm | None = None,
        **environ: str,
    ) -> None:
        self.robots = robots
        self.wecom = [robots.add_wecom(key=f"wecom-key-{n}") for n in range(wecom)]
        self.dingtalk = [
            robots.add_dingtalk(token=f"dingtalk-token-{n}", secret=ROBOT_SECRET)
            for n in range(dingtalk)
        ]
        known = {
            "WECOM_WEBHOOK_URL": ",".join(self.wecom),
            "DINGTALK_WEBHOOK_URL": ",".join(self.dingtalk),
            "DINGTALK_SECRET": ",".join([ROBOT_SECRET] * dingtalk),
            "WEBHOOK_SECRET": SECRET,
            "RELAY_ALLOW_HOSTS": robots.host,
        }
        found = {name: value for name, value in {**known, **environ}.items() if value}
        self.environ = {"CONFIG_FILE": "", **found}  # no file that lies about here
        self.clock = clock
        self.warm = warm or carefree()
        self.handle = handler.build(self.environ, clock=clock, warm=self.warm)

    def call(self, event: object, context: object = None) -> Answer:
        """Hand *event* to the handler as the cloud would."""
        before = len(self.robots.received)
        answer = self.handle(event, context)
        body = answer["body"]
        report = json.loads(body) if body else {}
        shown = sorted(self.robots.received[before:], key=lambda one: one.vendor, reverse=True)
        return Answer(answer["statusCode"], report, shown)

    def gitlab(self, body: Any = None, context: object = None, **headers: str | None) -> Answer:
        """Send *body* (default: a failed pipeline) as GitLab does; a header of None is left out."""
        usual = {"X-Gitlab-Event": "Pipeline Hook", "X-Gitlab-Token": SECRET}
        return self.call(request(body, {**usual, **dashed(headers)}), context)

    def gitee(self, body: Any = None, context: object = None, **headers: str | None) -> Answer:
        usual = {"X-Gitee-Event": "Push Hook", "X-Gitee-Token": SECRET}
        found = samples.load("gitee/push.pushed").body if body is None else body
        return self.call(request(found, {**usual, **dashed(headers)}), context)

    def sample(self, name: str, path: str = "/", **headers: str | None) -> Answer:
        """Send the sample *name* with the secret of its forge."""
        found = samples.load(name)
        token = {"gitlab": "X-Gitlab-Token", "gitee": "X-Gitee-Token"}[found.source]
        usual = {**found.headers, token: SECRET}
        return self.call(request(found.body, {**usual, **dashed(headers)}, path))


def configured(
    robots: RobotServer,
    text: str,
    *,
    wecom: int = 1,
    dingtalk: int = 1,
    clock: Callable[[], float] = now,
    warm: Warm | None = None,
    **environ: str,
) -> Relay:
    """Return a relay with the configuration *text* and one WeCom application beside its robots.

    Besides the variables of `Relay` the text may name those of the application.
    """
    base = robots.add_wecom_app(CORP_ID, AGENT_ID, secret=APP_SECRET)
    app = {"API_BASE": base, "CORP_ID": CORP_ID, "AGENT_ID": AGENT_ID, "APP_SECRET": APP_SECRET}
    known = {**app, "CONFIG_YAML": text, **environ}
    return Relay(robots, wecom, dingtalk, clock=clock, warm=warm, **known)


def request(body: Any, headers: Mapping[str, str | None], path: str = "/") -> dict[str, Any]:
    """Return a function URL event; *body* is text, or JSON to be written, or None for the usual."""
    found = BODY if body is None else body
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "requestContext": {"http": {"method": "POST", "path": path, "sourceIp": "203.0.113.7"}},
        "headers": {
            "Content-Type": "application/json",
            **{name: value for name, value in headers.items() if value is not None},
        },
        "body": found if isinstance(found, str) else json.dumps(found),
        "isBase64Encoded": False,
    }


def dashed(headers: Mapping[str, str | None]) -> dict[str, str | None]:
    """Write ``X_Gitlab_Token`` as ``X-Gitlab-Token``, so that headers can be keyword arguments."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def signed_by_gitlab(body: str, at_s: float = NOW, token: str = SIGNING_TOKEN) -> dict[str, str]:
    """Return the headers with which GitLab 19 signs *body*."""
    stamp = str(int(at_s))
    signature = standard_webhook_signature(token, "delivery-1", stamp, body.encode())
    return {
        "X-Gitlab-Event": "Pipeline Hook",
        "webhook-id": "delivery-1",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }


def signed_by_gitee(secret: str = SECRET, at_s: float = NOW) -> dict[str, str]:
    stamp = str(int(at_s * 1000))
    return {"X-Gitee-Timestamp": stamp, "X-Gitee-Token": timestamp_signature(secret, stamp)}
