"""``python -m deploy.bundles``: what is in the zips, and that they are the same each time.

What is built is a copy of the project with packages of two lines, so that no network is needed.
"""

import hashlib
import io
import marshal
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from bundling import Project
from conftest import ROOT
from test_faults_requests import SECRET_LOOKING
from verbs import CONFIG, PLANTED, VALUES, written_out

from deploy import archives, bytecode, libraries, own_files, wheels
from deploy.targets import TARGETS

NO_PYTHON = "3.99"  # none here: such a bundle has no byte code, and is made faster
OUR_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
KEPT = (
    "requests-1.0.dist-info/METADATA", "requests-1.0.dist-info/NOTICE",
    "requests-1.0.dist-info/licenses/LICENSE", "requests/__init__.py", "requests/tests.py",
)  # fmt: skip
TEMPLATED = "templates:\n  push: {file}\n"
AWS_BARE = TARGETS["aws"]._replace(python=NO_PYTHON)
BARE = ("--python", NO_PYTHON, "--offline")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that can be bundled for AWS, without byte code."""
    return Project(tmp_path / "project").tiny(AWS_BARE)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- what is in it


def test_only_what_runs_is_in_a_bundle(project: Project) -> None:
    """Our four parts and what packages need; no command, test, tool, stub, script or old cache."""
    assert project.build("aws", *BARE).code == 0
    names = project.zip().namelist()
    ours = [name for name in names if not name.startswith("requests")]
    sources = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("relay/**/*.py")}

    assert [name for name in names if name.startswith("requests")] == sorted(KEPT)
    assert {name.split("/")[0] for name in ours} == {
        "handler.py",
        "adapters",
        "formatters",
        "relay",
    }
    assert {name for name in ours if name.startswith("relay/")} == sources - {"relay/__main__.py"}
    assert names == sorted(names)


def test_every_file_of_our_packages_is_code() -> None:
    """Only ``.py`` files are bundled, so nothing else may be needed."""
    listed = subprocess.run(
        ["git", "ls-files", "relay", "adapters", "formatters"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert [name for name in listed.stdout.splitlines() if not name.endswith(".py")] == []


def test_entries_depend_on_nothing_but_their_content(project: Project) -> None:
    """Every entry has the earliest date and mode 0644, whatever the files on the disk have."""
    (project.folder / "handler.py").chmod(0o777)
    project.build("aws", *BARE)
    entries = project.zip().infolist()

    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.create_system for entry in entries} == {3}


def test_web_bundle_brings_its_server(project: Project) -> None:
    """The Web function's has its server and an executable start file with a shell's line ends."""
    project.tiny(TARGETS["tencent-web"]._replace(python=NO_PYTHON))
    project.put("deploy/web.py", "serve = 1\n")
    project.put("deploy/scf_bootstrap", "")
    start = project.folder / "deploy" / "scf_bootstrap"
    start.write_bytes(b"#!/bin/bash\r\nexec python3.10\r\n")
    assert project.build("tencent-web", *BARE).code == 0
    archive = project.zip("tencent-web")
    modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}

    assert archive.read("scf_bootstrap") == b"#!/bin/bash\nexec python3.10\n"
    assert [name for name, mode in modes.items() if mode == 0o100755] == ["scf_bootstrap"]
    assert [name for name in modes if name.startswith("deploy/")] == [
        "deploy/__init__.py", "deploy/web.py",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["deploy/web.py", "deploy/scf_bootstrap", "requirements-web.txt"])
def test_incomplete_project_is_told(name: str, project: Project) -> None:
    """A file that is not there is named; there is no bundle."""
    project.tiny(TARGETS["tencent-web"]._replace(python=NO_PYTHON))
    (project.folder / name).unlink()
    done = project.build("tencent-web", *BARE)

    assert (done.code, f"there is no {name}" in done.errors) == (1, True), done
    assert not (project.folder / "build" / "tencent-web.zip").exists()


def test_report(project: Project) -> None:
    """The output has what somebody wants to compare: size, digest, platform, count, own files."""
    project.put("config.yml", CONFIG)
    done = project.build("aws", *BARE, "--lang", "en")
    path = project.folder / "build" / "aws.zip"
    told = dict(re.findall(r"^  (\S+) +(.+)$", done.output, re.MULTILINE))

    assert str(Path("build", "aws.zip")) in done.output.splitlines()
    assert told == {
        "size": f"{path.stat().st_size / 1_000_000:.2f} MB",
        "SHA-256": digest(path),
        "for": f"Python {NO_PYTHON}, manylinux2014_aarch64",
        "files": str(len(project.zip().namelist())),
        "yours": "config.yml",
        "needs": told["needs"],
        ".pyc": f"none: no Python {NO_PYTHON} here to make them; cold starts take 0.1 s longer",
    }
    assert told["needs"].split(", ")[:2] == ["DINGTALK_OPS_SECRET", "DINGTALK_OPS_URL"]
    assert max(map(len, done.output.splitlines())) <= 80


def test_failure_says_which_zips_are_the_former_ones(project: Project) -> None:
    """Somebody may deploy what lies there: a build that failed says that it is not the new one."""
    project.build("aws", *BARE)
    project.put("config.yml", "version: 2")
    done = project.build("aws", *BARE, "--lang", "en")

    assert done.code == 1
    assert "no bundle was made: build/aws.zip is still the former one" in done.errors


def test_needed_variables_are_those_without_a_default() -> None:
    """Of lists and nested keys too; not those of templates, of comments, or written literally."""
    text = """
    a: ${ONE}
    b: [ "${TWO}x${THREE}", "${FOUR:-4}", "$${FIVE}" ]  # ${SIX}
    templates: { push: "${SEVEN}" }
    """
    assert own_files.needed(text) == ["ONE", "THREE", "TWO"]
    assert own_files.needed("") == []


def test_report_in_chinese(project: Project) -> None:
    """The output speaks the language of the person."""
    done = project.build("aws", *BARE, LC_ALL="zh_CN.UTF-8")

    assert "没有 config.yml：函数用环境变量配置" in done.output
    assert f"没有：这里没有 Python {NO_PYTHON}" in done.output


# --- the same each time


def test_same_files_give_the_same_zip(tmp_path: Path) -> None:
    """In another folder, under another umask, with other times and another hash seed: one digest.

    With byte code, made by the Python that runs this.
    """
    target = TARGETS["aws"]._replace(python=OUR_PYTHON)
    here = Project(tmp_path / "here").tiny(target)
    there = Project(tmp_path / "quite" / "another" / "place", here.folder).tiny(target)
    for path in there.folder.rglob("*.py"):
        os.utime(path, (1, 1))
    options = ("aws", "--python", OUR_PYTHON, "--offline")
    first = here.build(*options, umask=0o022, PYTHONHASHSEED="1")
    second = there.build(*options, umask=0o077, PYTHONHASHSEED="2", PYTHONOPTIMIZE="1")
    archive = here.zip()
    code = [name for name in archive.namelist() if name.endswith(".pyc")]

    assert (first.code, second.code) == (0, 0), first + second
    assert digest(here.folder / "build" / "aws.zip") == digest(there.folder / "build" / "aws.zip")
    assert len(code) == sum(name.endswith(".py") for name in archive.namelist())
    assert "Python " + sys.version.split()[0] in first.output


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project and its bundle with byte code of the Python that runs this."""
    project = Project(tmp_path_factory.mktemp("compiled") / "project")
    project.tiny(TARGETS["aws"]._replace(python=OUR_PYTHON))
    done = project.build("aws", "--python", OUR_PYTHON, "--offline")
    assert done.code == 0, done
    return project


def test_nothing_tells_where_it_was_made(compiled: Project) -> None:
    """No file and no byte code holds a path of the machine that built it."""
    archive = compiled.zip()
    places = [str(place).encode() for place in (ROOT, compiled.folder, Path.home(), sys.prefix)]
    places = [place for place in places if len(place) > 6]
    found = [
        (name, place)
        for name in archive.namelist()
        for place in places
        if place in archive.read(name)
    ]

    assert len(places) >= 3
    assert found == []


def test_byte_code_is_read_without_looking_at_the_source(compiled: Project) -> None:
    """It is of the kind that Python never compares with anything, and names the cloud's folder."""
    tag = sys.implementation.cache_tag
    raw = compiled.zip().read(f"relay/__pycache__/words.{tag}.pyc")
    code = marshal.loads(raw[16:])  # noqa: S302 - our own

    assert int.from_bytes(raw[4:8], "little") == 0b01  # PEP 552: by hash, unchecked
    assert code.co_filename == "/var/task/relay/words.py"


def test_code_that_does_not_compile_is_no_bundle(project: Project) -> None:
    """What the cloud's Python cannot read is an error here and not there."""
    project.tiny(TARGETS["aws"]._replace(python=OUR_PYTHON))
    project.put("relay/broken.py", "def x(:\n")
    done = project.build("aws", "--python", OUR_PYTHON, "--offline")

    assert done.code == 1
    assert f"Python {sys.version.split()[0]} cannot compile" in done.errors
    assert str(Path("relay", "broken.py")) in done.errors
    assert not (project.folder / "build" / "aws.zip").exists()


def test_interpreter_that_only_complains_is_none(tmp_path: Path) -> None:
    """A version manager's stand-in for a Python that is not installed does not count."""
    for name, text in {"python3.99": "exit 127", "python3.98": "echo cpython 3.98.1"}.items():
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
    environ = {"PATH": str(tmp_path), "PYENV_ROOT": str(tmp_path)}
    found = bytecode.interpreter("3.98", environ)

    assert found is not None
    assert (Path(found.path).name, found.version) == ("python3.98", "3.98.1")
    assert bytecode.interpreter("3.99", environ) is None
    assert bytecode.interpreter("3.9", environ) is None


# --- the user's own files


def test_own_configuration_and_templates_go_in(project: Project) -> None:
    """`config.yml`, the files that it names, and what lies in ``templates/``; variables not set."""
    project.put("config.yml", CONFIG + TEMPLATED.format(file="texts/push.md.j2"))
    project.put("texts/push.md.j2", "pushed")
    project.put("texts/old.md.j2", "nobody names this")
    project.put("templates/merge.md.j2", "{{ title }}")
    project.put("templates/.draft.md.j2", "hidden")
    project.put("templates/photo.png", "large")
    done = project.build("aws", *BARE, "--lang", "en")
    archive = project.zip()

    assert done.code == 0, done
    assert "config.yml: no problems" in done.output
    assert "yours   config.yml, texts/push.md.j2, templates/merge.md.j2" in done.output
    assert archive.read("config.yml").decode().startswith(CONFIG)
    assert [name for name in archive.namelist() if name.startswith(("te", "config"))] == [
        "config.yml", "templates/merge.md.j2", "texts/push.md.j2",
    ]  # fmt: skip


def test_another_configuration_becomes_the_function_s(project: Project) -> None:
    """``--config`` chooses the file; in the bundle it has the name that the function looks for."""
    project.put("config.yml", "nonsense")
    project.put("prod/relay.yml", CONFIG)
    done = project.build("aws", *BARE, "--config", str(Path("prod", "relay.yml")))

    assert done.code == 0, done
    assert project.zip().read("config.yml").decode() == CONFIG


def test_wrong_configuration_is_no_bundle(project: Project) -> None:
    """What `check` finds is printed as it does, exit code 1, and the old bundle stays."""
    project.put("config.yml", CONFIG.replace("branches:", "branchs:"))
    old = project.put("build/aws.zip", "old")
    done = project.build("aws", *BARE, "--lang", "en")

    assert done.code == 1
    assert "config.yml:28:5: E101 " in done.output
    assert "did you mean branches?" in done.output
    assert old.read_text(encoding="utf-8") == "old"


def test_no_such_configuration(project: Project) -> None:
    """A file that is not there is a wrong command line."""
    done = project.build("aws", *BARE, "--config", "nowhere.yml", "--lang", "en")

    assert (done.code, "there is no file" in done.errors) == (2, True), done


@pytest.mark.parametrize(
    "file, expected",
    [
        ("../text.md.j2", "E608"),
        ("{here}/templates/text.md.j2", "is not in the configuration's folder"),
        ("templates/linked.md.j2", "E608"),
        ("templates/.text.md.j2", "begins with a dot"),
        ("templates/absent.md.j2", "E607"),
    ],
)
def test_templates_that_the_function_would_not_have(
    file: str, expected: str, project: Project, tmp_path: Path
) -> None:
    """A template file that is elsewhere, hidden or not there stops the build."""
    (tmp_path / "text.md.j2").write_text("outside", encoding="utf-8")
    for name in ("text.md.j2", ".text.md.j2"):
        project.put(f"templates/{name}", "inside")
    if "linked" in file:
        (project.folder / file).symlink_to(tmp_path / "text.md.j2")
    named = file.replace("{here}", str(project.folder))
    project.put("config.yml", CONFIG + TEMPLATED.format(file=named))
    done = project.build("aws", *BARE, "--lang", "en")

    assert (done.code, expected in done.output + done.errors) == (1, True), done
    assert not (project.folder / "build" / "aws.zip").exists()


ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + "0123abcd-" * 4 + "0123"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("config.yml", f"# url: {ROBOT}\n", id="commented-out"),
        pytest.param("config.yml", "# SEC" + "0a" * 20, id="dingtalk-secret"),
        pytest.param("config.yml", "# whsec_" + "0a" * 20, id="signing-token"),
        pytest.param("config.yml", "# it was: from-the-env-file", id="known"),
        pytest.param("templates/push.md.j2", f"{{# {ROBOT} #}}", id="template"),
    ],
)
def test_g5_secret_in_any_line_stops_the_build(name: str, text: str, project: Project) -> None:
    """Also where nothing reads it: what was commented out, what a template says."""
    project.put("config.yml", CONFIG)
    project.put(".env", "WEBHOOK_SECRET=from-the-env-file\nNOTIFY_TIMEZONE=Asia/Shanghai\n")
    there = project.folder / name
    before = there.read_text(encoding="utf-8") if there.is_file() else ""
    project.put(name, f"{before}\n{text}\n")
    done = project.build("aws", *BARE, "--lang", "en")
    said = " ".join(done.errors.split())
    line = before.count("\n") + 2

    assert (done.code, f"{name}, line {line} has a secret" in said) == (1, True), done
    assert not [one for one in ("from-the-env-file", "0123abcd", "0a0a") if one in said]
    assert not (project.folder / "build" / "aws.zip").exists()


@pytest.mark.parametrize("secret", ["hunter2${S}", "${S}hunter2", "${S:-hunter2}x${T}"])
def test_g5_part_of_a_secret_stops_the_build(secret: str, project: Project) -> None:
    """What stands beside a variable is a secret as well."""
    source = f"sources: {{ gitlab: {{ type: gitlab, secret: '{secret}' }} }}"
    robot = "receivers: { dev: { type: wecom_robot, url: '${U}' } }"
    project.put("config.yml", f"version: 1\n{source}\n{robot}\n")
    done = project.build("aws", *BARE, "--lang", "en", S="a-secret-text", T="b-secret-text")

    assert (done.code, "hunter2" in done.output + done.errors) == (1, False), done


@pytest.mark.parametrize("place", [".aws/credentials.txt", "texts/.env.d/prod.txt"])
def test_g5_hidden_folders_stay_out(place: str, project: Project) -> None:
    """A link into one stops the build."""
    project.put("config.yml", CONFIG)
    there = project.put(place, "token")
    (project.folder / "templates").mkdir(exist_ok=True)
    (project.folder / "templates" / "x.txt").symlink_to(there)
    done = project.build("aws", *BARE, "--lang", "en")

    assert (done.code, "begins with a dot" in " ".join(done.errors.split())) == (1, True), done


def test_link_to_a_hidden_file_is_not_followed(project: Project) -> None:
    """A template that is another name for ``.env`` stops the build."""
    project.put("config.yml", CONFIG)
    project.put(".env", "A=b\n")
    project.put("templates/push.md.j2", "x").unlink()
    (project.folder / "templates" / "push.md.j2").symlink_to(project.folder / ".env")
    done = project.build("aws", *BARE, "--lang", "en")

    assert (done.code, "cannot be bundled" in done.errors) == (1, True), done


def test_g5_no_secret_is_in_the_built_zip(tmp_path: Path) -> None:
    """Secrets of the environment, of ``.env`` and beside the templates do not get into a bundle."""
    project = Project(tmp_path / "project").tiny(TARGETS["aws"]._replace(python=OUR_PYTHON))
    project.put("config.yml", CONFIG + TEMPLATED.format(file="templates/push.md.j2"))
    project.put("templates/push.md.j2", "pushed")
    variables = "".join(f"{name}={value}\n" for name, value in VALUES.items())
    for name in (".env", "templates/.env", "templates/.env.txt", "relay/.env", "templates/a.env"):
        project.put(name, variables)
    done = project.build("aws", "--python", OUR_PYTHON, "--offline", **VALUES)
    archive = project.zip()
    contents = {name: archive.read(name) for name in archive.namelist()}
    everything = b"".join(contents.values()) + (done.output + done.errors).encode()

    assert done.code == 0, done
    assert [secret for secret in PLANTED if secret.encode() in everything] == []
    assert [name for name in contents if ".env" in name] == []
    assert [
        (name, kind)
        for name, content in contents.items()
        for kind, pattern in SECRET_LOOKING.items()
        if not name.endswith(".pyc") and re.search(pattern.encode(), content)
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(written_out(), id="literal"),
        pytest.param(CONFIG.replace("${WECOM_DEV_URL}", f"${{X:-{PLANTED[1]}}}"), id="default"),
    ],
)
def test_g5_a_written_out_secret_is_no_bundle(text: str, project: Project) -> None:
    """A configuration that holds a secret itself is not bundled, and the secret not shown."""
    project.put("config.yml", text)
    done = project.build("aws", *BARE, "--lang", "en")

    assert (done.code, "A secret stands in config.yml itself" in done.errors) == (1, True), done
    assert [secret for secret in PLANTED if secret in done.output + done.errors] == []
    assert not (project.folder / "build" / "aws.zip").exists()


# --- getting the packages


def test_without_network_the_cache_is_all_there_is(project: Project) -> None:
    """``--offline`` says what to run once, where nothing was fetched before."""
    done = project.build("aws", "--offline", "--lang", "en")

    assert done.code == 1
    assert "are not in build/wheels yet" in done.errors.replace(os.sep, "/")
    assert "-m deploy.bundles aws --arch arm64 --python 3.13" in done.errors


def test_packages_that_cannot_be_had(project: Project) -> None:
    """pip's own words, what to do, no login of an index, and nothing half in the cache."""
    kept = {"PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    index = "http://reader:hunter2-pass@127.0.0.1:9/simple"
    done = project.build("aws", "--lang", "en", PIP_INDEX_URL=index, PIP_NO_INDEX="", **kept)
    cached = [path.name for path in (project.folder / "build" / "wheels").iterdir()]

    assert done.code == 1
    assert "getting the packages with pip: Python 3.13, manylinux2014_aarch64" in done.output
    assert "could not get the packages for Python 3.13" in done.errors
    assert "  ERROR: " in done.errors
    assert "PIP_INDEX_URL names a mirror" in done.errors
    assert "hunter2" not in done.output + done.errors
    assert cached == [wheels.folder(project.folder, AWS_BARE).name]


def test_what_pip_said_is_shown_in_part() -> None:
    """Of pip's errors the last lines are shown, without the login that an address may have."""
    errors = "WARNING: slow\nERROR: 1\nERROR: 2\n\nERROR: 3\nERROR: https://me:word@host/x\n"

    assert wheels._said(errors) == "  ERROR: 2\n  ERROR: 3\n  ERROR: https://***@host/x"
    assert wheels._said("No module named pip\n") == "  No module named pip"


@pytest.mark.parametrize("damage", ["gone", "shorter"])
def test_damaged_packages_are_not_bundled(damage: str, project: Project) -> None:
    """A package that lost a file would fail in the cloud, and nowhere before."""
    found = wheels.folder(project.folder, AWS_BARE) / "requests" / "__init__.py"
    if damage == "gone":
        found.unlink()
    else:
        found.write_text("", encoding="utf-8")
    done = project.build("aws", *BARE, "--lang", "en")

    assert (done.code, "are not in build/wheels yet" in " ".join(done.errors.split())) == (1, True)


def test_other_requirements_are_other_packages(project: Project) -> None:
    """What was fetched for other requirements or constraints is not used."""
    before = wheels.folder(project.folder, AWS_BARE)
    found = set()
    for name in ("requirements.txt", "deploy/constraints.txt"):
        path = project.folder / name
        path.write_text(f"{path.read_text(encoding='utf-8')}\n# another\n", encoding="utf-8")
        found.add(wheels.folder(project.folder, AWS_BARE))

    assert len(found - {before}) == 2


# --- writing


def test_a_build_that_fails_leaves_the_old_zip(tmp_path: Path) -> None:
    """When the disk takes only half of it, the old one is whole and nothing else is left."""
    resource = pytest.importorskip("resource", reason="limits of POSIX")
    path = tmp_path / "aws.zip"
    path.write_bytes(b"old")
    script = (
        "import pathlib, resource, sys\nfrom deploy import archives\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "archives.write(pathlib.Path(sys.argv[1]), bytes(5000))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, str(path)], cwd=ROOT, capture_output=True, text=True
    )

    assert resource
    assert "File too large" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["aws.zip"]
    assert path.read_bytes() == b"old"


def test_target_that_cannot_be_written(project: Project) -> None:
    """A folder that is no folder is named."""
    project.put("taken/aws.zip/file", "")
    done = project.build("aws", *BARE, "--to", "taken", "--lang", "en")

    assert (done.code, "cannot be read or written" in done.errors) == (1, True), done
    assert [path.name for path in (project.folder / "taken").iterdir()] == ["aws.zip"]


def test_an_archive_reads_back() -> None:
    """What goes in comes out."""
    files = {"b/c.txt": archives.File(b"2"), "a.sh": archives.File(b"1", executable=True)}
    archive = zipfile.ZipFile(io.BytesIO(archives.zipped(files)))

    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "a.sh": b"1",
        "b/c.txt": b"2",
    }


def test_only_libraries_are_stripped() -> None:
    """Text, and what is for another kind of machine, stays as it is."""
    for content in (b"", b"text", b"\x7fELF\x01\x01 of 32 bits", b"MZ\x90"):
        assert libraries.stripped(content) == content
