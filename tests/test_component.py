"""The component file for Tencent Cloud's own CLI, read by the rules of that CLI's loader."""

import os
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import ROOT

from deploy.component import main

SECRET = "planted-webhook-secret"
OTHER = "planted-other-secret"
# What that CLI knows of a string, and refuses without a default; read from its source at 1.3.0.
REFUSED = re.compile(r"\$\{(?:self|opt|sls|cf|s3|ssm|file)\s*[:(][^,}]*\}")


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [one for pair in value.items() for part in pair for one in strings(part)]
    if isinstance(value, list):
        return [one for part in value for one in strings(part)]
    return [value] if isinstance(value, str) else []


def load_as_the_cli(path: Path) -> dict[str, Any]:
    """Return what the CLI makes of *path*; raises AssertionError or YAMLError where it stops."""
    assert path.name in ("serverless.yml", "serverless.yaml")
    found = yaml.safe_load(path.read_text(encoding="utf-8"))  # a tag is an error
    assert isinstance(found, dict)
    assert isinstance(found.get("component"), str)
    assert isinstance(found.get("name"), str)
    assert [one for one in strings(found) if REFUSED.search(one)] == []
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
    (tmp_path / ".env").write_text(f"WEBHOOK_SECRET={SECRET}\n", encoding="utf-8")
    (tmp_path / "build").mkdir()
    with ZipFile(tmp_path / "build" / "tencent.zip", "w") as archive:
        archive.writestr("handler.py", "x")
        archive.writestr("relay/__init__.py", "")
    return tmp_path


def run(*options: str, **environ: str) -> Result:
    env = {**dict.fromkeys(os.environ), **environ}
    result = CliRunner().invoke(main, ["--lang", "en", *options], env=env)
    assert SECRET not in result.output
    assert OTHER not in result.output
    return result


def written(folder: Path, **environ: str) -> dict[str, Any]:
    """Run the command with success; return the component file as the CLI reads it."""
    result = run(**environ)
    assert (0, "") == (result.exit_code, result.stderr)
    return load_as_the_cli(folder / "build" / "tencent" / "serverless.yml")


@pytest.mark.parametrize(
    "text",
    [
        "component: scf\nname: a\ninputs: {a: !Ref b}\n",
        "component: scf\nname: a\ninputs: {a: '${self:service}'}\n",
        "component: scf\nname: a\ninputs: {a: '${opt:stage}'}\n",
        "component: scf\nname: a\ninputs: {a: '${file(./x.yml)}'}\n",
        "name: a\n",
        "component: scf\n",
    ],
)
def test_rules_refuse_what_the_cli_refuses(tmp_path: Path, text: str) -> None:
    """The rules that the tests below rely on can fail; our own AWS file breaks them as well."""
    path = tmp_path / "serverless.yml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises((AssertionError, yaml.YAMLError)):
        load_as_the_cli(path)
    with pytest.raises((AssertionError, yaml.YAMLError)):
        load_as_the_cli(ROOT / "serverless.yml")


def test_component_says_what_the_block_says(folder: Path) -> None:
    """The inputs are those of custom.tencent, with the place of the code."""
    found = written(folder)
    inputs = found["inputs"]
    http = inputs["events"][0]["http"]["parameters"]

    assert ("scf", "git-chat-relay") == (found["component"], found["name"])
    assert ("git-chat-relay", "./code", "handler.handler", "Python3.10", "ap-guangzhou") == tuple(
        inputs[name] for name in ("name", "src", "handler", "runtime", "region")
    )
    assert (128, 20, False) == tuple(inputs[name] for name in ("memorySize", "timeout", "eip"))
    assert {
        "authType": "NONE",
        "qualifier": "$DEFAULT",
        "netConfig": {"enableIntranet": False, "enableExtranet": True},
    } == http


def test_no_secret_is_written(folder: Path) -> None:
    """Values from .env and from the environment stay references; defaults are written."""
    path = folder / "serverless.yml"
    text = path.read_text(encoding="utf-8")
    more = "          OTHER: ${env:OTHER}\n          LOG_LEVEL: "
    path.write_text(text.replace("          LOG_LEVEL: ", more, 1), encoding="utf-8")
    found = written(folder, OTHER=OTHER)
    whole = (folder / "build" / "tencent" / "serverless.yml").read_text(encoding="utf-8")

    assert {
        "LOG_LEVEL": "INFO",
        "OTHER": "${env:OTHER}",
        "WEBHOOK_SECRET": "${env:WEBHOOK_SECRET}",
    } == found["inputs"]["environment"]["variables"]
    assert SECRET not in whole
    assert OTHER not in whole
    assert "OTHER, WEBHOOK_SECRET" in " ".join(run(OTHER=OTHER).output.split())


def test_code_is_that_of_the_bundle(folder: Path) -> None:
    """The unpacked bundle replaces what was there before."""
    code = folder / "build" / "tencent" / "code"
    code.mkdir(parents=True)
    (code / "old.py").write_text("", encoding="utf-8")
    written(folder)

    names = sorted(path.relative_to(code).as_posix() for path in code.rglob("*.*"))
    assert ["handler.py", "relay/__init__.py"] == names


@pytest.mark.parametrize(
    ("name", "told"),
    [("build/tencent.zip", "make bundle"), ("serverless.yml", "root folder")],
)
def test_what_is_missing_is_told(folder: Path, name: str, told: str) -> None:
    """Without the bundle or the file there is nothing to write."""
    (folder / name).unlink()
    result = run()

    assert 1 == result.exit_code
    assert told in result.stderr


def test_reserved_variables_are_told(folder: Path) -> None:
    """The cloud's rules for variables hold here as well."""
    (folder / ".env").write_text("SCF_A=1\n", encoding="utf-8")

    assert "SCF_A" in run().stderr


def test_folder_that_cannot_be_written(folder: Path) -> None:
    """Where something else stands in the way, its name is told."""
    (folder / "build" / "tencent").write_text("", encoding="utf-8")
    result = run()

    assert 1 == result.exit_code
    assert "tencent" in result.stderr
