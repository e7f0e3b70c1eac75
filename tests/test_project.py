"""Rules of the project that no single module can keep alone."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

SHIPPED = ("adapters", "formatters", "relay")
# What runs on a person's machine or starts the rest; product.md section 3.1.
ENTRIES = {"handler.py", "relay/__main__.py"}
ALLOWED = {
    "relay": {"relay"},
    "adapters": {"relay", "adapters"},
    "formatters": {"relay", "formatters"},
}
OURS = {"relay", "adapters", "formatters", "deploy", "workbench", "handler"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", list(sources(*SHIPPED)), ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    """Adapters and formatters know relay, relay knows itself, and nobody knows the workbench."""
    if name_of(path) in ENTRIES:
        return
    found = {name.split(".")[0] for name in imports(path)} & OURS

    assert found <= ALLOWED[path.relative_to(ROOT).parts[0]]


# What only some set-ups need, by the one place that may import it, and only inside a function.
LAZY = {
    "relay/configuration/aws_parameters.py": {"boto3", "botocore"},
    "relay/queues/sqs.py": {"boto3", "botocore"},
    "relay/stores": {"boto3", "botocore"},
    "relay/templating": {"jinja2", "markupsafe"},
    "relay/tencent_api.py": {"tencentcloud"},
}


def lazy(path: Path) -> set[str]:
    name = path.relative_to(ROOT)
    return LAZY.get(name.as_posix(), LAZY.get(name.parent.as_posix(), set()))


@pytest.mark.parametrize("path", [ROOT / "handler.py", *sources(*SHIPPED)], ids=name_of)
def test_shipped_code_uses_few_packages(path: Path) -> None:
    """What runs in the cloud needs the standard library, requests with its own, and PyYAML."""
    if name_of(path) == "relay/__main__.py":
        return
    known = OURS | {"requests", "urllib3", "certifi", "yaml"} | set(sys.stdlib_module_names)

    assert {name.split(".")[0] for name in imports(path)} <= known | lazy(path)


@pytest.mark.parametrize("path", [path for path in sources(*SHIPPED) if lazy(path)], ids=name_of)
def test_rare_packages_are_imported_late(path: Path) -> None:
    """No module imports at its top what only some set-ups have."""
    top = ast.parse(path.read_text(encoding="utf-8")).body
    named = {
        alias.name.split(".")[0]
        for node in top
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {(node.module or "").split(".")[0] for node in top if isinstance(node, ast.ImportFrom)}

    assert not named & lazy(path)


@pytest.mark.parametrize("path", list(sources(*SHIPPED, "deploy", "workbench")), ids=name_of)
def test_functions_are_short(path: Path) -> None:
    """No function has more than 40 lines, its docstring not counted."""
    long = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            docstring = node.body[0] if ast.get_docstring(node) else None
            lines = (node.end_lineno or 0) - node.lineno + 1
            if docstring:
                lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
            if lines > 40:
                long.append(f"{node.name}: {lines}")

    assert long == []


def test_nothing_happens_at_import() -> None:
    """Importing the handler opens no file of ours beside code, no connection and no process."""
    script = """
import os, sys
watched = ("socket.connect", "socket.getaddrinfo", "subprocess.Popen")
root = os.getcwd()
def hook(event, arguments):
    if event in watched:
        seen.append(event)
    if event == "open" and str(arguments[0]).startswith(root + os.sep):
        if not str(arguments[0]).endswith((".py", ".pyc", ".so")) and ".venv" not in arguments[0]:
            seen.append(arguments[0])
seen = []
sys.addaudithook(hook)
import handler
print(sorted(set(seen)))
"""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "module",
    ["boto3", "botocore", "tencentcloud", "jinja2", "flask", "click", "rich", "argparse", "difflib",
     "http.server", "markdown_it", "yaml", "dataclasses", "zoneinfo", "workbench",
     "adapters.gitlab", "adapters.gitee", "relay.configuration.reader",
     "relay.configuration.secrets", "relay.templates", "relay.templating"],
)  # fmt: skip
def test_handler_import_is_lean(module: str) -> None:
    """What a cold start does not need is not imported by it."""
    script = f"import sys, handler; print({module!r} in sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def tracked() -> list[Path]:
    """Return the files of the project as git would take them."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_file_names_a_machine_or_a_registry() -> None:
    """No path of one machine and no package registry's host stands in the project."""
    forbidden = re.compile(
        r"/work/|/root/|/home/\w|\bpypi\.org|pythonhosted|registry\.npmjs|/opt/pypi"
    )
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in tracked()
        if path != Path(__file__) and path.suffix != ".png"
        for match in forbidden.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]

    assert found == []


def test_no_real_looking_secret_is_committed() -> None:
    """No robot key, token or signing secret of the real form stands in the project."""
    real = re.compile(
        r"key=[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|access_token=[0-9a-f]{64}|SEC[0-9a-f]{60}|glpat-\w{20}"
    )
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in tracked()
        if path.suffix != ".png"
        for match in real.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]

    assert found == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "workbench" / "samples").rglob("*.json")), ids=name_of
)
def test_samples_are_anonymous(path: Path) -> None:
    """Samples name only hosts and e-mail addresses that belong to nobody."""
    text = path.read_text(encoding="utf-8")
    json.loads(text)
    hosts = {match.lower() for match in re.findall(r"https?://([\w.-]+)", text)}
    mails = {match.lower() for match in re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text)}
    ours = ("example.com", "gitee.com", "example.org")

    assert [host for host in hosts | mails if not host.endswith(ours)] == []
