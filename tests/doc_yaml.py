"""YAML of the documentation: our configuration, or a file of another kind known by its keys."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema
import yaml
from conftest import ROOT
from doc_blocks import Block, exists
from doc_shell import check_commands

from relay.configuration.loading import load
from relay.configuration.secrets import Store
from workbench.schema import schema

Tree = Mapping[Any, Any]


def check_yaml(block: Block) -> None:
    """A configuration of ours without fault or warning, or a file of a kind known by its keys."""
    tree = yaml.safe_load(block.text)
    assert isinstance(tree, dict), "no mapping"
    kind = _kind(tree)
    if kind:
        kind(tree)
    else:
        check_configuration(block.page, block.text)


def check_configuration(name: str, text: str) -> None:
    """Every secret may be unset; nothing else may be wrong."""
    environ = {"WEBHOOK_SECRET": "a secret of the forge"}
    loaded = load(
        text, name, environ, Store(environ), folder=ROOT / "examples", thorough=True, lenient=True
    )

    assert [one.told("en") for one in loaded.problems if one.code != "W208"] == []
    assert loaded.config
    jsonschema.validate(yaml.safe_load(text), schema())


def is_configuration(block: Block) -> bool:
    if block.language != "yaml":
        return False
    tree = yaml.safe_load(block.text)
    return isinstance(tree, dict) and not _kind(tree)


def _part_of_serverless(tree: Tree) -> None:
    """Every key stands in serverless.yml at the same place, and no value is of another type."""
    told = re.sub(r"!(\w+)", "", (ROOT / "serverless.yml").read_text(encoding="utf-8"))
    _assert_part(tree, yaml.safe_load(told), "")


def _assert_part(part: Any, whole: Any, where: str) -> None:
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        assert isinstance(whole, dict) and key in whole, f"serverless.yml has no {where}{key}"
        assert isinstance(value, type(whole[key])), f"{where}{key}"
        _assert_part(value, whole[key], f"{where}{key}.")


def _compose(tree: Tree) -> None:
    """Services are built from our Dockerfile, or have an image; ports are the server's."""
    known = {"image", "build", "ports", "env_file", "environment", "volumes", "restart",
             "read_only", "tmpfs", "cap_drop", "security_opt", "depends_on"}  # fmt: skip
    for service in tree["services"].values():
        assert service.keys() <= known, service.keys() - known
        assert {"image", "build"} & service.keys()
        build = service.get("build", {})
        file = build.get("dockerfile") if isinstance(build, dict) else None
        assert file is None or exists(file), file


def _workflow(tree: Tree) -> None:
    """GitHub's: each job runs somewhere, each step does something, commands could run."""
    for job in tree["jobs"].values():
        assert job["runs-on"]
        for step in job["steps"]:
            assert {"run", "uses"} & step.keys(), step
            if "run" in step:
                check_commands(step["run"])


def _gitlab_job(tree: Tree) -> None:
    """GitLab's: every job has a script, and its commands could run."""
    known = {"stages", "variables", "default", "workflow", "include", "image", "cache"}
    for name, job in tree.items():
        if name not in known:
            assert isinstance(job, dict) and job.get("script"), name
            script = job["script"] if isinstance(job["script"], list) else [job["script"]]
            check_commands("\n".join([*job.get("before_script", []), *script]))


def _hooks(tree: Tree) -> None:
    """pre-commit's: every hook is one of the project's own file."""
    own = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))

    assert _hook_ids(tree) <= _hook_ids(own)


def _hook_ids(tree: Tree) -> set[str]:
    return {hook["id"] for repo in tree["repos"] for hook in repo["hooks"]}


def _gitee_go(tree: Tree) -> None:
    """Gitee Go's: every step's commands could run."""
    for stage in tree["stages"]:
        for job in stage.get("jobs", stage.get("steps", [])):
            for step in job.get("steps", [job]):
                check_commands("\n".join(step.get("commands", [])))


def _is_gitlab(tree: Tree) -> bool:
    return any(isinstance(value, dict) and "script" in value for value in tree.values())


_KINDS: tuple[tuple[Callable[[Tree], bool], Callable[[Tree], None]], ...] = (
    (lambda tree: "jobs" in tree and True in tree, _workflow),  # YAML reads "on" as true
    (lambda tree: "services" in tree, _compose),
    (lambda tree: "repos" in tree, _hooks),
    (lambda tree: "stages" in tree and "triggers" in tree, _gitee_go),
    (_is_gitlab, _gitlab_job),
    (lambda tree: bool({"custom", "provider", "functions"} & tree.keys()), _part_of_serverless),
)


def _kind(tree: Tree) -> Callable[[Tree], None] | None:
    return next((check for is_one, check in _KINDS if is_one(tree)), None)
