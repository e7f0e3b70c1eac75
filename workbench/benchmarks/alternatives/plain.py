"""A plain good design: one ``requests.Session``, one thread for each robot, simple text."""

import hmac
import json
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter

from workbench.benchmarks.alternatives import Answer, Call, Setup
from workbench.benchmarks.alternatives.text import markdown


def build(setup: Setup) -> Answer:
    session = requests.Session()
    session.mount("https://", HTTPAdapter(pool_connections=32, pool_maxsize=32))
    pool = ThreadPoolExecutor(32)
    secret = setup.secret.encode()

    def post(url: str, body: object) -> bool:
        try:
            response = session.post(url, json=body, timeout=setup.timeout_s)
            return response.ok and response.json().get("errcode") == 0
        except (requests.RequestException, ValueError):
            return False

    def answer(call: Call) -> int:
        if not hmac.compare_digest(call["headers"].get("X-Gitlab-Token", "").encode(), secret):
            return 401
        content = markdown(json.loads(call["body"]))
        body = {"msgtype": "markdown", "markdown": {"content": content}}
        list(pool.map(lambda url: post(url, body), setup.urls))
        return 200

    return answer
