"""The product as a cloud runs it, configured by variables or by a YAML file; its log is written."""

import os

import handler
from relay import log
from workbench.benchmarks.alternatives import Answer, Call, Setup


def build(setup: Setup) -> Answer:
    log.configure("INFO", open(os.devnull, "w", encoding="ascii"))  # noqa: PTH123, SIM115
    handle = handler.build(_environ(setup))

    def answer(call: Call) -> int:
        status: int = handle(call, None)["statusCode"]
        return status

    return answer


def _environ(setup: Setup) -> dict[str, str]:
    environ = {"WEBHOOK_SECRET": setup.secret, "RELAY_ALLOW_HOSTS": setup.host, "CONFIG_FILE": ""}
    if not setup.config:
        urls = ",".join(setup.urls)
        return {**environ, "WECOM_WEBHOOK_URL": urls, "DELIVERY_TIMEOUT": str(setup.timeout_s)}
    robots = [
        f"  robot-{n}: {{ type: wecom_robot, url: '${{ROBOT_{n}}}' }}\n"
        for n in range(len(setup.urls))
    ]
    head = "version: 1\nsources:\n  gitlab: { type: gitlab, secret: '${WEBHOOK_SECRET}' }\n"
    text = f"{head}receivers:\n{''.join(robots)}{setup.config}\n"
    addresses = {f"ROBOT_{n}": url for n, url in enumerate(setup.urls)}
    return {**environ, **addresses, "CONFIG_YAML": text}
