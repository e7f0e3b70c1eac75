"""Files for other people's tools: CI, hooks, forms, and the pages for whoever works on it."""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import test_project
import yaml
from conftest import ROOT
from doc_blocks import exists
from doc_shell import check_commands

from deploy import contents, tencent
from deploy.targets import TARGETS
from workbench.codes import codes

GITHUB, GITLAB, GITEE = ".github/workflows/ci.yml", ".gitlab-ci.yml", ".workflow/ci.yml"
DEPLOY = "examples/deploy.gitlab-ci.yml"
PYTHONS = {target.python for target in TARGETS.values()}
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
PAGES = ("CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md")
PICTURE = ROOT / "docs/images/architecture.svg"
CHINESE, LATIN = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]{2}")
# GitHub's container belongs to another user than git; nobody else needs this.
ONLY_GITHUB = "git config --global --add safe.directory"
# What the others do by themselves.
ONLY_GITEE = ["set -e", "export CI=true"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tree(name: str) -> Any:
    return yaml.safe_load(text(name))


def lines(script: str) -> list[str]:
    """Return the commands of *script* without remarks."""
    return [line for one in script.splitlines() if (line := re.sub(r"\s+#.*", "", one.strip()))]


def of_github() -> tuple[set[str], list[list[str]]]:
    job = tree(GITHUB)["jobs"]["checks"]
    found = [line for step in job["steps"] for line in lines(step.get("run", ""))]
    return set(job["strategy"]["matrix"]["python"]), [
        [line for line in found if not line.startswith(ONLY_GITHUB)]
    ]


def of_gitlab() -> tuple[set[str], list[list[str]]]:
    job = tree(GITLAB)["checks"]
    versions = next(iter(job["parallel"]["matrix"][0].values()))
    return set(versions), [[*job["before_script"], *job["script"]]]


def of_gitee() -> tuple[set[str], list[list[str]]]:
    steps = tree(GITEE)["stages"][0]["steps"]
    versions = {re.findall(r"python:(\d\.\d+)-", step["image"])[0] for step in steps}
    scripts = [lines(step["command"]) for step in steps]
    assert [script[:2] for script in scripts] == [ONLY_GITEE] * len(steps)
    return versions, [script[2:] for script in scripts]


PIPELINES = {GITHUB: of_github, GITLAB: of_gitlab, GITEE: of_gitee}


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_run_on_the_pythons_of_the_clouds(name: str) -> None:
    """Every CI tests on each Python that a bundle is made for, and on no other."""
    versions, _ = PIPELINES[name]()

    assert versions == PYTHONS


def test_pipelines_are_alike() -> None:
    """The three CIs run the same commands in the same order, and these are real ones."""
    found = [script for name in PIPELINES for script in PIPELINES[name]()[1]]

    assert len(found) == 2 + len(PYTHONS)
    assert [script for script in found if script != found[0]] == []
    assert [line for line in found[0] if line.startswith("make")] == [
        "make lint", "make bundle", "make unit",
    ]  # fmt: skip
    check_commands("\n".join(found[0]))


@pytest.mark.parametrize("name", [GITHUB, GITLAB])
def test_pipelines_keep_the_bundles(name: str) -> None:
    """What a CI keeps is every zip of `make bundle`."""
    kept = re.findall(r"build/[^\s\]]+", text(name))

    assert [fnmatch.filter([f"build/{one}.zip" for one in TARGETS], path) for path in kept] == [
        [f"build/{one}.zip" for one in TARGETS]
    ]


# Deployment from a user's own GitLab.


def jobs() -> dict[str, Any]:
    keywords = ("stages", "default", "variables")
    return {name: job for name, job in tree(DEPLOY).items() if name not in keywords}


@pytest.mark.parametrize("name", jobs())
def test_deployment_runs_real_commands(name: str) -> None:
    """Every command of every job exists and takes these options."""
    job = jobs()[name]

    assert job["stage"] in tree(DEPLOY)["stages"]
    check_commands("\n".join([*job.get("before_script", []), *job["script"]]))


@pytest.mark.parametrize("cloud", ["tencent", "aws"])
def test_deployment_bundles_with_the_cloud_s_python(cloud: str) -> None:
    """The image has the Python that the cloud runs, without which a bundle has no byte code."""
    image = jobs()[cloud].get("image", tree(DEPLOY)["default"]["image"])

    assert f"python:{TARGETS[cloud].python}-" in image
    assert f".venv/bin/python -m deploy.bundles {cloud}" in jobs()[cloud]["script"]


def test_deployment_s_report_is_the_one_that_is_kept() -> None:
    """GitLab gets the very file that `check` writes."""
    check = jobs()["check"]

    assert check["script"][1].endswith(f"> {check['artifacts']['reports']['codequality']}")


def test_deployment_looks_where_the_secrets_are() -> None:
    """On AWS the secrets are asked for at the path that serverless.yml gives the function."""
    serverless = tree_of_serverless()
    path = serverless["provider"]["environment"]["RELAY_SECRETS"]
    expected = path.replace("${self:service}", serverless["service"])

    assert jobs()["verify-aws"]["variables"]["RELAY_SECRETS"] == expected.replace(
        "${sls:stage}", "$STAGE"
    )


def tree_of_serverless() -> Any:
    class Loader(yaml.SafeLoader):
        """Takes CloudFormation's short forms for what stands in them."""

    Loader.add_multi_constructor("!", lambda loader, _, node: getattr(node, "value", None))
    return yaml.load(text("serverless.yml"), Loader)  # noqa: S506 - a SafeLoader


def test_deployment_names_its_variables() -> None:
    """The head of the file lists each variable that a job uses, and none that nothing reads."""
    head, _, body = text(DEPLOY).partition("\nstages:")
    listed = set(re.findall(r"^#    ([A-Z][A-Z_]+) ", head, re.MULTILINE))
    used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", re.sub(r"(?m)^\s*#.*", "", body)))
    own = set(tree(DEPLOY)["variables"])
    of_tools = {*tencent.KEYS, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION",
                "AWS_DEFAULT_REGION"}  # fmt: skip

    assert {name for name in used - own if not name.startswith("CI_")} == listed - of_tools
    assert of_tools <= listed


def test_deployment_masks_its_keys() -> None:
    """Each key of a cloud is to be protected and masked."""
    rows = re.findall(r"^#    (\w*(?:SECRET|ACCESS_KEY)\w*) +(.*)", text(DEPLOY), re.MULTILINE)

    assert len(rows) == 4
    assert [name for name, how in rows if "protected, masked" not in how] == []


# Hooks.


def hooks() -> dict[str, Any]:
    repositories = tree(".pre-commit-config.yaml")["repos"]
    return {hook["id"]: {**hook, "repo": repository["repo"]}
            for repository in repositories for hook in repository["hooks"]}  # fmt: skip


@pytest.mark.parametrize("name", hooks())
def test_hook_fetches_nothing(name: str) -> None:
    """Every hook is the project's own and runs a tool of its environment."""
    hook = hooks()[name]
    script = re.sub(r"^sh -c '(.*)'(?: --)?$", r"\1", hook["entry"])

    assert (hook["repo"], hook["language"]) == ("local", "system")
    assert ".venv/bin/" in script


def test_hook_checks_every_configuration() -> None:
    """`check` runs on config.yml and each example, and not on files of CI."""
    hook = hooks()["configurations"]
    names = ["config.yml", *(f"examples/{path.name}" for path in (ROOT / "examples").iterdir())]
    matched = {name for name in names if re.search(hook["files"], name)}
    taken = {name for name in matched if not re.search(hook["exclude"], name)}
    ours = {name for name in names[1:] if name.endswith(".yml") and "$schema=" in text(name)}

    assert taken == {"config.yml", *ours}


def test_hook_runs_when_the_schema_may_change() -> None:
    """Each module that the schema is made of makes its hook run."""
    files = hooks()["schema"]["files"]
    imported = test_project.imports(ROOT / "workbench/schema.py")
    paths = [f"{name.replace('.', '/')}.py" for name in imported if name.startswith("relay")]

    assert [path for path in paths if exists(path) and not re.search(files, path)] == []
    assert re.search(files, "workbench/schema.py")
    assert re.search(files, "schema/config.schema.json")


def test_hook_selects_the_tests_of_secrets() -> None:
    """The hook's expression chooses the two tests that read every file, and no other."""
    words = re.findall(r'-k "(\w+) or (\w+)"', hooks()["secrets"]["entry"])[0]
    names = [name for name in vars(test_project) if name.startswith("test_")]

    assert sorted(name for name in names if any(word in name for word in words)) == [
        "test_no_file_names_a_machine_or_a_registry",
        "test_no_real_looking_secret_is_committed",
    ]


# Forms.


def shown(node: Any) -> Iterator[str]:
    """Yield the sentences that a form shows; single words and names are left out."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("name", "description", "label", "value") and isinstance(value, str):
                yield value
            else:
                yield from shown(value)
    elif isinstance(node, list):
        for one in node:
            yield from shown(one)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_form_speaks_both_languages(path: Path) -> None:
    """Whatever a form says, it says in Chinese and in English."""
    found = [one for one in shown(yaml.safe_load(path.read_text("utf-8"))) if one != "doctor"]

    assert [one for one in found if not (CHINESE.search(one) and LATIN.search(one))] == []


@pytest.mark.parametrize("path", [path for path in FORMS if path.stem != "config"],
                         ids=lambda path: path.stem)  # fmt: skip
def test_form_warns_of_secrets_first(path: Path) -> None:
    """The first thing on a form is that no secret belongs into it; ids occur once."""
    body = yaml.safe_load(path.read_text("utf-8"))["body"]
    ids = [one["id"] for one in body[1:]]

    assert body[0]["type"] == "markdown"
    assert "不要贴密钥" in body[0]["attributes"]["value"]
    assert "No secrets" in body[0]["attributes"]["value"]
    assert len(set(ids)) == len(ids)


def test_form_asks_for_real_commands() -> None:
    """The commands whose output a report should have exist."""
    named = re.findall(r"`(\.venv/bin/python [^`]+)`", text(".github/ISSUE_TEMPLATE/bug.yml"))

    assert [command.split()[3] for command in named] == ["doctor", "show"]
    check_commands("\n".join(named))


# Pages.


@pytest.mark.parametrize("page", PAGES)
def test_page_names_real_files(page: str) -> None:
    """Every path that a page names in code is one; ``<…>`` stands for any name."""
    prose = re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)
    named = {one for one in re.findall(r"`([\w.<>/-]+)`", prose)
             if "/" in one.strip("/") or one.endswith(("/", ".py"))}  # fmt: skip
    paths = {re.sub(r"<[^>]+>", "*", one) for one in named if not one.startswith(".venv")}
    loose = {one for one in paths if "/" not in one}  # modules of the folder named before

    assert [one for one in paths - loose if not exists(one.rstrip("/"))] == []
    assert [
        one for one in loose if not list(ROOT.glob(f"relay/**/{one}")) and not exists(one)
    ] == []


def test_tables_named_for_contributors_are_there() -> None:
    """Where CONTRIBUTING.md says that a name stands in a file, it does."""
    named = re.findall(r"`(\w+)`(?: \([^)]*\))? (?:of|in) `([\w./]+\.py)`", text("CONTRIBUTING.md"))

    assert len(named) >= 5
    assert [one for one in named if not re.search(rf"\b{one[0]}\b", text(one[1]))] == []


def test_codes_in_the_security_policy_exist() -> None:
    """An error code that somebody is told to expect is one."""
    assert set(re.findall(r"\bE\d{3}\b", text("SECURITY.md"))) <= set(codes())


def test_architecture_says_what_ships() -> None:
    """The folders marked as shipped are those that a bundle has."""
    rows = re.findall(r"^\| (`[\w/`, ]+) \| .* \| (yes|no|only .*) \|$",
                      text("docs/architecture.md"), re.MULTILINE)  # fmt: skip
    shipped = {name.rstrip("/") for names, ships in rows if ships == "yes"
               for name in re.findall(r"`([^`]+)`", names)}  # fmt: skip

    assert shipped == set(contents._FOLDERS)


def test_architecture_s_picture_is_harmless_and_true() -> None:
    """The picture is small, has no script and no outer reference, and names real places."""
    content = PICTURE.read_text(encoding="utf-8")
    root = ElementTree.fromstring(content)  # noqa: S314 - our own file
    words = ["".join(one.itertext()) for one in root.iter() if one.tag.endswith(("text", "tspan"))]
    paths = {path for one in words for path in re.findall(r"[a-z]+/[\w/<>.]*", one)}

    assert len(content.encode()) <= 12_000
    assert re.findall(r"<script|href|url\((?!#)|@import|\bon\w+=", content) == []
    assert len(paths) >= 8
    assert [one for one in paths if not exists(one.replace("<forge>", "*").rstrip("/"))] == []
