"""Which stand-in WeCom applications there are, and what each of them remembers."""

from collections.abc import Mapping
from typing import Any

from workbench import robot_rules, wecom_api_rules
from workbench.robot_terms import WECOM_APP, App, Message, RefusedError, Request

TOKENS = "/gettoken"  # after an application's key: its requests for a token


class Apps:
    """Applications by key, their agent id; for one thread at a time."""

    def __init__(self) -> None:
        self._apps: dict[str, App] = {}
        self._memories: dict[str, wecom_api_rules.Memory] = {}

    def add(self, app: App) -> None:
        """Add *app*, or replace the one with its agent id."""
        self._apps[app.agent_id] = app
        self._memories[app.agent_id] = wecom_api_rules.Memory()

    def expire(self, code: int) -> None:
        """Withdraw every token: from now on it is answered with *code*."""
        for key, memory in self._memories.items():
            self._memories[key] = wecom_api_rules.expire(memory, code)

    def key(self, path: str, query: Mapping[str, str]) -> str:
        """Return whose request it is, with `TOKENS` behind it for a token; ``""`` for nobody's."""
        for key, app in self._apps.items():
            if wecom_api_rules.owns(app, path, query, self._memories[key]):
                return key + TOKENS * (path == wecom_api_rules.GET_TOKEN)
        return ""

    def judge(
        self, key: str, request: Request, now: float
    ) -> tuple[dict[str, Any], Message | None]:
        """Return the answer to *request*, and the message if it was taken."""
        name = key.removesuffix(TOKENS)
        app = self._apps.get(name)
        if app is None:
            corp_ids = {app.corp_id for app in self._apps.values()}
            refusal = wecom_api_rules.stranger(request.path, request.query, corp_ids)
            return robot_rules.refusal_json(WECOM_APP, refusal, now), None
        try:
            verdict = wecom_api_rules.judge(app, request, self._memories[name], now=now)
        except RefusedError as refused:
            return robot_rules.refusal_json(WECOM_APP, refused.refusal, now), None
        self._memories[name] = verdict.memory
        return verdict.answer, verdict.message
