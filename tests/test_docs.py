"""The documentation says what the code does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from conftest import ROOT
from test_golden import golden

from relay.configuration.loading import load
from relay.configuration.secrets import Store
from relay.configuration.variables import NAMES
from workbench.commands import main
from workbench.reference import events_page
from workbench.robots import RobotServer
from workbench.schema import schema

READMES = ("README.md", "README.zh-CN.md")
LOCALES = {"README.md": "en_US.UTF-8", "README.zh-CN.md": "zh_CN.UTF-8"}
PAGES = (*READMES, *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
COMMAND = "$ .venv/bin/python -m relay "
# The slips that the readme speaks of, in its own example.
SLIPS = (("branches:", "branchs:"), ("merge_request,", "merge_requst,"))
KEY = "11111111-2222-3333-4444-555555555555"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("variable", NAMES)
def test_every_variable_is_documented(variable: str, readme: str) -> None:
    """A variable that can be set has a row in both readmes."""
    assert f"| `{variable}` |" in text(readme)


@pytest.mark.parametrize("readme", READMES)
def test_no_variable_is_invented(readme: str) -> None:
    """A variable with a row in a readme is one that the code reads."""
    assert set(re.findall(r"^\| `([A-Z][A-Z_]+)` \|", text(readme), re.MULTILINE)) == set(NAMES)


def test_events_page_is_the_code_s_own(update_golden: bool) -> None:
    """docs/events.md is what the tables say."""
    page = ROOT / "docs" / "events.md"
    if update_golden:
        page.write_text(events_page(), encoding="utf-8")

    assert page.read_text(encoding="utf-8") == events_page()


@pytest.mark.parametrize("readme", READMES)
def test_message_in_the_readme_is_real(readme: str) -> None:
    """The message at the top is the approved text of a sample, without its markup."""
    shown = text(readme).split("```text\n", 1)[1].split("```", 1)[0]
    wecom = golden("gitlab/pipeline.failed").split("━━ ")[1].split("\n", 1)[1]
    plain = re.sub(r"</?font[^>]*>|\*\*", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", wecom))

    assert shown == plain.replace("\n> ", "\n▌ ")


def blocks_of(readme: str) -> list[tuple[str, str]]:
    """Return the code blocks; of a console's only the commands, their output is in one language."""
    found = re.findall(r"```(\w*)\n(.*?)```", text(readme), re.DOTALL)
    return [
        (kind, "\n".join(re.findall(r"^ *\$ .*", block, re.MULTILINE)))
        if kind == "console"
        else (kind, block)
        for kind, block in found
    ]


def outline(readme: str) -> list[int]:
    """Return the levels of the headings outside of code."""
    prose = re.sub(r"```.*?```", "", text(readme), flags=re.DOTALL)
    return [len(mark) for mark in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def test_readmes_have_the_same_shape() -> None:
    """Both languages have the same headings, code blocks and tables in the same order."""
    blocks = [blocks_of(readme) for readme in READMES]
    tables = [
        re.findall(r"^\| `?([A-Z_]{4,}|E\d{3})", text(readme), re.MULTILINE) for readme in READMES
    ]

    assert outline(READMES[0]) == outline(READMES[1])
    assert blocks[0] == blocks[1]
    assert tables[0] == tables[1]


def anchors(content: str) -> set[str]:
    """Return what a link may name behind ``#``: headings, and places marked with an id."""
    headings = re.findall(r"^#+ (.+)$", content, re.MULTILINE)
    slugs = {re.sub(r"[^\w一-鿿 -]", "", one.lower()).strip().replace(" ", "-") for one in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', content))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link names a file, every anchor a heading or a marked place in it."""
    content = re.sub(r"```.*?```|`[^`]*`", "", text(page), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)]+)\)", content):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page

        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), target


def test_reasons_are_documented() -> None:
    """Every reason code that an answer can carry stands in the readme."""
    sources = [*(ROOT / "adapters").rglob("*.py"), *(ROOT / "relay").rglob("*.py")]
    used = {
        code
        for path in sources
        for code in re.findall(r'"(R\d\d)"', Path(path).read_text(encoding="utf-8"))
    }

    assert [code for code in sorted(used) if code not in text("README.md")] == []


def yaml_blocks() -> list[tuple[str, str]]:
    found = ((page, re.findall(r"```yaml\n(.*?)```", text(page), re.DOTALL)) for page in PAGES)
    return [(page, block) for page, blocks in found for block in blocks]


@pytest.mark.parametrize(("page", "block"), yaml_blocks())
def test_configurations_in_the_documentation_are_right(page: str, block: str) -> None:
    """Every YAML block loads without a fault, warnings included, and fits the schema."""
    environ = {"WEBHOOK_SECRET": "a secret of the forge"}
    loaded = load(block, page, environ, Store(environ), thorough=True, lenient=True)
    faults = [one.told("en") for one in loaded.problems if one.code != "W208"]

    assert faults == []
    assert loaded.config
    jsonschema.validate(yaml.safe_load(block), schema())


@pytest.mark.parametrize("page", PAGES)
def test_tables_are_whole(page: str) -> None:
    """Every row of a table has as many cells as its head: no text breaks out of its cell."""
    width = 0
    for line in re.sub(r"```.*?```", "", text(page), flags=re.DOTALL).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        width = (width or cells) if cells else 0

        assert cells == width, line


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_documentation_exist(page: str) -> None:
    """Every verb that a page names is one."""
    named = re.findall(r"(?:python -m|…) relay ([a-z-]+)", text(page))

    assert set(named) <= set(main.commands)


def with_real_output(readme: str, environ: dict[str, str]) -> str:
    """Return *readme* with what each command in a console block prints now."""

    def run(block: re.Match[str]) -> str:
        result = CliRunner().invoke(main, block[1].split(), env=environ)
        printed = re.sub(r"\d+ ms", "5 ms", result.output.rstrip())
        return f"```console\n{COMMAND}{block[1]}\n{printed}\n```"

    pattern = rf"```console\n{re.escape(COMMAND)}(.*?)\n.*?```"
    return re.sub(pattern, run, text(readme), flags=re.DOTALL)


@pytest.mark.parametrize("readme", READMES)
def test_start_in_the_readme_is_real(readme: str, tmp_path: Path) -> None:
    """`make run` prints what the readme shows, but for the port and where Python is."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environ = {**kept, "PYTHONPATH": str(ROOT), "LANG": LOCALES[readme]}
    with subprocess.Popen(
        [sys.executable, "-m", "relay", "serve", "--port", "0"],
        cwd=tmp_path,
        env={**environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        printed = "".join(process.stdout.readline() for _ in range(4))
        process.terminate()
    port = re.findall(r"127\.0\.0\.1:(\d+)", printed)[0]
    shown = text(readme).split("```console\n", 1)[1].split("```", 1)[0]

    printed = printed.replace(f":{port}", ":9000").replace(sys.executable, ".venv/bin/python")
    assert shown == printed


@pytest.mark.parametrize("readme", READMES)
def test_output_in_the_readme_is_real(
    readme: str,
    robots: RobotServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    update_golden: bool,
) -> None:
    """Each command prints what the readme shows, with the readme's own example."""
    example = dict(yaml_blocks())[readme]
    (tmp_path / "config.yml").write_text(example, encoding="utf-8")
    for right, wrong in SLIPS:
        assert right in example
        example = example.replace(right, wrong, 1)
    (tmp_path / "slips.yml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    environ = {
        "WEBHOOK_SECRET": "a secret of the forge",
        "WECOM_BACKEND_URL": robots.add_wecom(),
        "DINGTALK_RELEASE_URL": robots.add_dingtalk(),
        "DINGTALK_RELEASE_SECRET": "SEC" + "cd34" * 16,
        "RELAY_ALLOW_HOSTS": robots.host,
        "LC_ALL": LOCALES[readme],
        "COLUMNS": "80",
    }
    found = with_real_output(readme, environ)
    if update_golden:
        (ROOT / readme).write_text(found, encoding="utf-8")

    assert text(readme) == found
