"""A configuration of 100 routes: loading it, and routing one event over it."""

import json
from collections.abc import Callable

import yaml

import adapters
from relay.config import Config
from relay.configuration.loading import load
from relay.configuration.secrets import Store
from relay.events import Event
from relay.routing import select
from workbench import samples

ROUTES = 100
_GROUPS = 20
_ENVIRON = {"GITLAB": "bench-secret", **{f"ROBOT_{n}": f"bench-{n}" for n in range(_GROUPS)}}
_HEAD = """version: 1
sources:
  gitlab: { type: gitlab, secret: "${GITLAB}" }
people:
  zhangsan: { name: 张三, wecom: ZhangSan }
receivers:
"""
_RECEIVER = """  group-{n}:
    type: wecom_robot
    url: ${{ROBOT_{n}}}
"""
_ROUTE = """  - name: route-{n}
    projects: [platform/api-{n}-*, platform/core-{n}, {project}]
    branches: [main, develop, release/**]
    events: [push, merge_request, comment, pipeline.failed, tag]
    quiet: [merge_request.updated]
    mention:
      pipeline.failed: [author]
    receivers: [group-{group}]
"""


def text(*, matching: bool) -> str:
    """Return the file; *matching* lets every route take an event of ``platform/api``."""
    project = "platform/**" if matching else "web/**"
    receivers = "".join(_RECEIVER.format(n=n) for n in range(_GROUPS))
    routes = "".join(_ROUTE.format(n=n, project=project, group=n % _GROUPS) for n in range(ROUTES))
    return f"{_HEAD}{receivers}routes:\n{routes}"


def loading() -> tuple[Callable[[], object], Callable[[], object]]:
    """Return what to time: PyYAML's C loader alone, and the whole loader, on the same text."""
    found = text(matching=False)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return lambda: yaml.load(found, Loader=loader), lambda: _loaded(found)  # noqa: S506


def routing(*, matching: bool) -> Callable[[], object]:
    """Return what to time: one failed pipeline over the routes."""
    config, event = _loaded(text(matching=matching)), _event()
    return lambda: select(event, config, source="gitlab", now_s=samples.NOW)


def _loaded(found: str) -> Config:
    return load(found, "config.yml", _ENVIRON, Store(_ENVIRON)).usable()


def _event() -> Event:
    sample = samples.load("gitlab/pipeline.failed")
    headers = {name.lower(): value for name, value in sample.headers.items()}
    return adapters.parse(sample.source, headers, json.dumps(sample.body).encode())
