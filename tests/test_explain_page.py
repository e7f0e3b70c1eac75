"""`docs/explain.md` shows what really happens, and leaves no field and no option out.

Its console blocks are run with those of all pages, in `test_doc_blocks`.
"""

import ast
import json
import re

import pytest
from conftest import ROOT
from relays import configured
from scenes import settled

from relay.warm import Warm
from workbench.explaining import explain
from workbench.robots import RobotServer

PAGE = ROOT / "docs" / "explain.md"
BLOCK = "<!-- {name} -->\n```json\n{text}\n```\n"


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def config() -> str:
    return page().split("```yaml\n")[1].split("```")[0]


def field_names(path: str) -> set[str]:
    """Return the keys of the dictionaries that the module at *path* writes out."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    dictionaries = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    return {key.value for one in dictionaries for key in one.keys if isinstance(key, ast.Constant)}


def one_field_a_line(report: dict[str, object]) -> str:
    fields = (f'  "{key}": {json.dumps(value)}' for key, value in report.items())
    return "{\n" + ",\n".join(fields) + "\n}"


def test_answer_and_log_are_real(
    robots: RobotServer, capsys: pytest.CaptureFixture[str], update_golden: bool
) -> None:
    """A failed pipeline is answered and logged as the page shows."""
    relay = configured(
        robots,
        config(),
        warm=Warm(),
        WECOM_BACKEND_URL=robots.add_wecom(),
        WECOM_REVIEW_URL=robots.add_wecom(),
    )
    capsys.readouterr()
    answer = relay.sample("gitlab/pipeline.failed")
    log = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [line for line in log if line["event"].startswith(("event.", "delivery."))]
    lines = (json.dumps(line, ensure_ascii=False) for line in told)
    shown = {
        "answer": settled(one_field_a_line(answer.report)),
        "log": settled("\n".join(lines)),
    }
    found = page()
    for name, text in shown.items():
        pattern = BLOCK.format(name=name, text=r"[^`]*?")
        found = re.sub(pattern, lambda _, n=name, t=text: BLOCK.format(name=n, text=t), found)
    if update_golden:
        PAGE.write_text(found, encoding="utf-8")

    assert answer.status == 200
    assert {"sent", "notes", "skipped"} <= answer.report.keys()
    assert page() == found


def test_every_field_of_an_answer_is_explained_and_no_other() -> None:
    """The table names what the reports write, and what shortening them adds."""
    table = page().split("| field | holds |\n|---|---|\n")[1].split("\n\n")[0]
    named = set(re.findall(r"`([a-z_]+)`", re.sub(r"\[`.*?`\]|`fallback`|`false`|`explain.*?`",
                                                  "", table)))  # fmt: skip

    assert named == field_names("relay/reports.py") | {"more"}


@pytest.mark.parametrize("option", [one.opts[0] for one in explain.params if one.opts[0][0] == "-"])
def test_every_option_is_explained(option: str) -> None:
    """Each option of the command is in the table, or beside another one."""
    table = page().split("| option | does |\n|---|---|\n")[1].split("\n\n")[0]

    assert f"`{option}" in table
