"""Commands as a person types them, in a folder of their own, with secrets that may never show."""

import base64
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result
from rich.cells import cell_len

from workbench.commands import main

# What a developer's own shell may have set.
CLEAN: dict[str, str | None] = dict.fromkeys(
    (
        "WEBHOOK_SECRET", "WEBHOOK_SECRET_OLD", "GITLAB_SIGNING_TOKEN", "COLUMNS", "LC_ALL",
        "LC_MESSAGES", "LANG", "CONFIG_YAML", "CONFIG_FILE", "WECOM_WEBHOOK_URL", "LOG_LEVEL",
        "DINGTALK_WEBHOOK_URL", "DINGTALK_SECRET", "RELAY_ALLOW_HOSTS", "NOTIFY_LANG",
        "NOTIFY_EVENTS", "ALLOW_UNSIGNED", "RELAY_QUEUE", "RELAY_STATE",
        "RELAY_SECRETS",
    )
)  # fmt: skip

WEBHOOK_SECRET = "planted-webhook-secret"
WECOM_KEY = "7d1f0c52-planted-4c11-9a6e-wecomkey0001"
DINGTALK_TOKEN = "planted0dingtalk0token" + "ab12" * 10
ROBOT_SECRET = "SECplanted" + "0cd34" * 8
CORP_SECRET = "planted-corp-secret-Zx81Qw"
SIGNING_TOKEN = "whsec_" + base64.b64encode(b"planted signing token, 32 bytes.").decode()
PLANTED = (WEBHOOK_SECRET, WECOM_KEY, DINGTALK_TOKEN, ROBOT_SECRET, CORP_SECRET, SIGNING_TOKEN)
MOBILE = "13800001111"

VALUES = {
    "GITLAB_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "GITLAB_TOKEN": SIGNING_TOKEN,
    "WECOM_DEV_URL": WECOM_KEY,
    "DINGTALK_OPS_URL": DINGTALK_TOKEN,
    "DINGTALK_OPS_SECRET": ROBOT_SECRET,
    "WECOM_APP_SECRET": CORP_SECRET,
}

CONFIG = """\
version: 1
sources:
  gitlab:
    type: gitlab
    secret: ${GITLAB_WEBHOOK_SECRET}
    signing_token: ${GITLAB_TOKEN}
    signature: optional
    projects: [platform/**]
  gitee: { type: gitee, secret: "${GITLAB_WEBHOOK_SECRET}" }
receivers:
  dev-group: { type: wecom_robot, url: "${WECOM_DEV_URL}" }
  ops-group:
    type: dingtalk_robot
    url: ${DINGTALK_OPS_URL}
    secret: ${DINGTALK_OPS_SECRET}
    lang: en
  to-person:
    type: wecom_app
    corp_id: ww0123456789abcdef
    agent_id: "1000002"
    secret: ${WECOM_APP_SECRET}
    to: [author, reviewers]
people:
  zhangsan: { name: 张三, wecom: ZhangSan, mobile: "13800001111" }
routes:
  - name: backend
    projects: [platform/*]
    branches: [develop, release/**]
    receivers: [dev-group]
  - name: frontend
    projects: [web/**]
    receivers: [dev-group]
  - name: ops
    events: [pipeline.failed, deployment]
    mention:
      pipeline.failed: [author]
    receivers: [ops-group]
  - name: personal
    events: [pipeline.failed, merge_request, comment]
    receivers: [to-person]
"""


def written_out(text: str = CONFIG) -> str:
    """Return *text* with the secrets themselves instead of references."""
    for name, value in VALUES.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def project(
    folder: Path, text: str = CONFIG, env: Mapping[str, str] = VALUES, name: str = "config.yml"
) -> Path:
    """Write a configuration and its ``.env`` into *folder*; return the configuration's path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    lines = [f"{key}={value}\n" for key, value in env.items()]
    (folder / ".env").write_text("".join(lines), encoding="utf-8")
    return path


def run(*arguments: str, **environ: str) -> Result:
    """Run ``python -m relay`` with *arguments*; only *environ* of the relay's variables is set."""
    return CliRunner().invoke(main, arguments, env={**CLEAN, **environ}, prog_name="relay")


def widest(result: Result) -> int:
    return max(map(cell_len, result.output.splitlines()), default=0)
