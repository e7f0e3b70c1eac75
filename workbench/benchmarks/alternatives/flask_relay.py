"""A relay as they are found in the wild: one Flask route, ``requests.post`` to one robot at a time.

It is called through its WSGI interface, without a web server around it.
"""

import io
from collections.abc import Callable

import requests
from flask import Flask, request

from workbench.benchmarks.alternatives import Answer, Call, Setup
from workbench.benchmarks.alternatives.text import markdown


def build(setup: Setup) -> Answer:
    app = Flask("relay")

    @app.post("/")
    def hook() -> tuple[str, int]:
        if request.headers.get("X-Gitlab-Token") != setup.secret:
            return "forbidden", 401
        content = markdown(request.get_json())
        body = {"msgtype": "markdown", "markdown": {"content": content}}
        for url in setup.urls:
            try:
                requests.post(url, json=body, timeout=setup.timeout_s)
            except requests.RequestException as error:
                app.logger.debug("%s", error)
        return "ok", 200

    def answer(call: Call) -> int:
        found: list[int] = []

        def start(status: str, *rest: object) -> Callable[[bytes], object]:
            found.append(int(status[:3]))
            return bytes

        chunks = app(_environ(call), start)
        b"".join(chunks)
        chunks.close()  # type: ignore[attr-defined] # as every WSGI server does
        return found[0]

    return answer


def _environ(call: Call) -> dict[str, object]:
    raw = call["body"].encode()
    names = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in call["headers"]}
    return {
        "REQUEST_METHOD": call["httpMethod"],
        "PATH_INFO": call["path"],
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(raw),
        **{names[name]: value for name, value in call["headers"].items()},
    }
