"""The real bundles, unpacked and run with nothing beside them, by the Python that the cloud has.

The packages are those that `make bundle` and `.ci/run` left in ``build/wheels``; without them, or
without that Python, the tests of a bundle are skipped.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from bundling import Done, Project
from conftest import ROOT
from queues import lambda_event
from relays import SECRET, request

from deploy import bytecode, wheels
from deploy.targets import TARGETS, Target
from workbench import samples
from workbench.robots import RobotServer

CONSTRAINTS = ROOT / wheels.CONSTRAINTS
VARIANTS = {  # the second is AWS's for machines like this one; the third falls back on pure Python
    "tencent": TARGETS["tencent"],
    "aws-x86_64": TARGETS["aws"]._replace(arch="x86_64"),
    "aws-arm64": TARGETS["aws"],
    "tencent-web": TARGETS["tencent-web"],
}
CONFIG = """\
version: 1
sources:
  gitlab: { type: gitlab, secret: "${WEBHOOK_SECRET}" }
receivers:
  dev: { type: wecom_robot, url: "${DEV_URL}" }
  ops: { type: dingtalk_robot, url: "${OPS_URL}" }
routes:
  - { receivers: [dev, ops] }
templates:
  push: templates/push.md.j2
"""
TEMPLATE = "{{ actor }} pushed to **{{ branch }}**"
# Prints the answers, and every module that is neither the bundle's nor Python's own.
RUN = """
import json, os, sys
folder, events = sys.argv[1], json.load(sys.stdin)
sys.path.insert(0, folder)
import handler
answers = [handler.handler(event, None) for event in events]
import yaml
standard = os.path.dirname(os.__file__) + os.sep
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
strange = [
    name for name, file in files.items()
    if file and not file.startswith((folder + os.sep, standard)) or "site-packages" in file
]
own = sorted(name for name, file in files.items() if file.startswith(folder) and "." not in name)
told = {"answers": answers, "strange": strange, "own": own, "c": yaml.__with_libyaml__}
print("\\n" + json.dumps(told))
"""


class Ran(NamedTuple):
    told: dict[str, Any]
    output: str


class Bundle(NamedTuple):
    """A bundle that was built and unpacked in *folder*; *python* is the cloud's."""

    target: Target
    built: Done
    zipped: Path
    folder: Path
    python: str

    def run(self, events: list[Any], environ: Mapping[str, str], folder: Path | None = None) -> Ran:
        done = subprocess.run(  # noqa: S603 - an interpreter of this machine
            [self.python, "-I", "-S", "-B", "-c", RUN, str(folder or self.folder)],
            cwd="/",
            env=dict(environ),
            input=json.dumps(events),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        output, _, told = done.stdout.rstrip("\n").rpartition("\n")
        return Ran(json.loads(told), output)


@pytest.fixture(scope="module", params=VARIANTS.values(), ids=VARIANTS)
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    target: Target = request.param
    python = bytecode.interpreter(target.python)
    if python is None:
        pytest.skip(f"there is no Python {target.python} here")
    if not wheels.folder(ROOT, target).is_dir():
        command = f"python -m deploy.bundles {target.name} --arch {target.arch}"
        pytest.skip(f"the packages were not fetched: {command}")
    project = Project(tmp_path_factory.mktemp("real") / "project").real()
    project.put("config.yml", CONFIG)
    project.put("templates/push.md.j2", TEMPLATE)
    built = project.build(target.name, "--arch", target.arch, "--offline", "--lang", "en")
    assert built.code == 0, built
    zipped, folder = project.folder / "build" / f"{target.name}.zip", project.folder / "unpacked"
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(folder)
    return Bundle(target, built, zipped, folder, python.path)


@pytest.fixture
def group() -> Iterator[RobotServer]:
    with RobotServer() as server:
        yield server


def environ(group: RobotServer) -> dict[str, str]:
    return {
        "WEBHOOK_SECRET": SECRET,
        "DEV_URL": group.add_wecom(),
        "OPS_URL": group.add_dingtalk(),
        "RELAY_ALLOW_HOSTS": group.host,
    }


def hook(name: str) -> dict[str, Any]:
    sample = samples.load(name)
    return request(sample.body, {**sample.headers, "X-Gitlab-Token": SECRET})


def check_delivery(ran: Ran, group: RobotServer) -> None:
    """Both robots were told of the push in the words of the template, and of the pipeline."""
    assert [answer["statusCode"] for answer in ran.told["answers"]] == [200, 200], ran
    pushed, failed = group.received[:2], group.received[2:]

    assert sorted(one.vendor for one in pushed) == ["dingtalk", "wecom"]
    assert {one.text for one in pushed} == {"张三 pushed to **main**"}
    assert len(failed) == 2
    assert all("platform/api" in one.text for one in failed)


def test_a_bundle_serves_an_event_alone(bundle: Bundle, group: RobotServer) -> None:
    """A push and a pipeline in, the right posts out, and no module from anywhere else."""
    ran = bundle.run([hook("gitlab/push.pushed"), hook("gitlab/pipeline.failed")], environ(group))

    check_delivery(ran, group)
    assert ran.told["strange"] == []
    assert {"requests", "yaml", "jinja2", "markupsafe", "certifi"} <= set(ran.told["own"])
    assert ran.told["c"] is (bundle.target.arch == "x86_64")  # else it is for another machine


def test_a_bundle_needs_no_compiled_library(
    bundle: Bundle, group: RobotServer, tmp_path: Path
) -> None:
    """Without every library in machine code it does the same."""
    folder = tmp_path / "pure"
    shutil.copytree(bundle.folder, folder, ignore=shutil.ignore_patterns("*.so"))
    events = [hook("gitlab/push.pushed"), hook("gitlab/pipeline.failed")]
    ran = bundle.run(events, environ(group), folder)

    assert len([*bundle.folder.rglob("*.so")]) == 2
    check_delivery(ran, group)
    assert ran.told["c"] is False


def test_byte_code_is_what_runs(bundle: Bundle, group: RobotServer, tmp_path: Path) -> None:
    """Sources are there for tracebacks only: with nonsense in them everything still works."""
    folder = tmp_path / "garbled"
    shutil.copytree(bundle.folder, folder)
    for path in folder.rglob("*.py"):
        path.write_text("this is no Python", encoding="utf-8")
    events = [hook("gitlab/push.pushed"), hook("gitlab/pipeline.failed")]
    ran = bundle.run(events, environ(group), folder)

    check_delivery(ran, group)


def test_a_queue_without_its_package_is_told(bundle: Bundle, group: RobotServer) -> None:
    """A batch of SQS where there is no boto3: the log names it, the message stays in the queue."""
    event = lambda_event([{"MessageId": "m-1", "ReceiptHandle": "r-1", "Body": "{}"}])
    ran = bundle.run([event], environ(group))
    lines = [json.loads(line) for line in ran.output.splitlines()]
    (told,) = [line for line in lines if line["event"] == "queue.not_read"]

    assert ran.told["answers"] == [{"batchItemFailures": [{"itemIdentifier": "m-1"}]}]
    assert "ModuleNotFoundError" in json.dumps(told)
    assert "Traceback" not in ran.output


def test_a_bundle_has_nothing_of_this_machine(bundle: Bundle) -> None:
    """No test, tool, secret store's SDK or ``.env``, and no path of the machine that built it."""
    with zipfile.ZipFile(bundle.zipped) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    tops = {name.split("/")[0] for name in contents}
    places = [str(place).encode() for place in (ROOT, bundle.zipped.parent.parent, Path.home())]
    found = [
        (name, place)
        for name, content in contents.items()
        for place in places
        if place + b"/" in content
    ]

    assert tops & {"tests", "workbench", "boto3", "botocore", "bin", "build", ".env"} == set()
    assert [
        name for name in contents if "/tests/" in name or name.endswith((".pyi", ".typed"))
    ] == []
    assert ("deploy" in tops) is bundle.target.serves
    assert found == []


def test_a_second_build_is_the_same(bundle: Bundle, tmp_path: Path) -> None:
    """Elsewhere, later, by another process and under another umask: the same digest."""
    project = Project(tmp_path / "else" / "where", bundle.zipped.parent.parent).real()
    project.put("config.yml", CONFIG)
    project.put("templates/push.md.j2", TEMPLATE)
    for path in project.folder.glob("relay/*.py"):
        os.utime(path, (1, 1))
    options = (bundle.target.name, "--arch", bundle.target.arch, "--offline")
    assert project.build(*options, umask=0o077).code == 0
    content = (project.folder / "build" / bundle.zipped.name).read_bytes()
    digests = [hashlib.sha256(one).hexdigest() for one in (bundle.zipped.read_bytes(), content)]

    assert digests[0] == digests[1]
    assert digests[0] in bundle.built.output


def test_a_bundle_fits(bundle: Bundle) -> None:
    """The zip is within the issue's 3 MB, byte code included."""
    assert bundle.zipped.stat().st_size <= 3_000_000
    assert re.search(
        rf"^  \.pyc +\d+, made by Python {bundle.target.python}\.", bundle.built.output, re.M
    )


def test_constraints_are_what_is_bundled(bundle: Bundle) -> None:
    """Every package has an exact version in the constraints, and nothing is in there for nobody."""
    installed = dict(_installed(wheels.folder(ROOT, bundle.target)))
    written = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    known = dict(line.lower().split("==") for line in written if not line.startswith("#"))
    every = {path for target in TARGETS.values() for path in target.requirements}
    others = {one for path in every - set(bundle.target.requirements) for one in named(path)}

    assert {name: known[name] for name in known if name not in others} == installed


def named(requirements: str) -> Iterator[str]:
    """Yield the packages that a file of requirements names itself."""
    for line in (ROOT / requirements).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-")):
            yield re.split("[<>=]", line.lower())[0]


def _installed(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.glob("*.dist-info/METADATA"):
        text = path.read_text(encoding="utf-8")
        found = {key: re.search(rf"^{key}: (.+)$", text, re.M) for key in ("Name", "Version")}
        name, version = (match[1].lower() if match else "" for match in found.values())
        yield name, version
