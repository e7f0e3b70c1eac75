"""What starts the server elsewhere: `scf_bootstrap`, the systemd unit, the image; and the page."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT
from test_web import ALONE, Web, surroundings

from deploy.web import _parser
from workbench.commands import main

BOOTSTRAP = ROOT / "deploy" / "scf_bootstrap"
UNIT = ROOT / "deploy" / "git-chat-relay.service"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
PAGES = ("docs/self-hosting.md", "docs/self-hosting.zh-CN.md")
HOME = "/opt/git-chat-relay"
VARIABLES = "/etc/git-chat-relay.env"
# What may lie in the project's folder and is no part of the server.
PRIVATE = (
    ".env",
    ".git/config",
    "build/aws.zip",
    "config.yaml",
    "config.yml",
    "deploy/tencent.py",
    "relay/__main__.py",
    "templates/push.md",
    "tests/conftest.py",
    "workbench/cli.py",
)


def asked_of_the_server(command: list[str]) -> tuple[str, int]:
    """Return host and port that *command* gives to `deploy.web`; it must be understood."""
    python, *arguments = command

    assert Path(python).name.startswith("python")
    where = arguments.index("deploy.web")
    assert arguments[where - 1] == "-m"
    options = _parser().parse_args(arguments[where + 1 :])
    return options.host, options.port


# The Web function.


def test_the_bootstrap_is_as_the_platform_wants_it() -> None:
    """Bash by its path, LF line ends, mode 755, Python by its path, port 9000 on every address."""
    content = BOOTSTRAP.read_bytes()
    lines = content.decode("ascii").splitlines()

    assert b"\r" not in content and content.endswith(b"\n")
    assert BOOTSTRAP.stat().st_mode & 0o777 == 0o755
    assert lines[0] == "#!/bin/bash"
    words = shlex.split(lines[1])
    assert words[:2] == ["exec", "/var/lang/python310/bin/python3.10"]
    assert asked_of_the_server(words[1:]) == ("0.0.0.0", 9000)  # noqa: S104


def test_git_keeps_its_line_ends() -> None:
    """A checkout on Windows has LF in it, too."""
    told = subprocess.run(
        ["git", "check-attr", "text", "eol", "--", "deploy/scf_bootstrap"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert re.findall(r": (\w+): (\w+)", told.stdout) == [("text", "set"), ("eol", "lf")]


def test_the_bootstrap_starts_the_server(tmp_path: Path) -> None:
    """With another interpreter and port it runs, and SIGTERM reaches Python, not the shell."""
    script = tmp_path / "scf_bootstrap"
    text = BOOTSTRAP.read_text(encoding="ascii")
    text = text.replace("/var/lang/python310/bin/python3.10", sys.executable)
    script.write_text(text.replace("9000", "0").replace("0.0.0.0", "127.0.0.1"), encoding="ascii")  # noqa: S104
    script.chmod(0o755)
    with Web(ALONE, command=[str(script)]) as web:
        status = web.get()[0]

    assert (status, web.code, web.errors) == (200, 0, "")


# systemd.


def unit() -> dict[str, list[str]]:
    """Return the settings of the unit, by name; one may come more than once."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_gives_little_away() -> None:
    """No user that lasts, nothing writable, no new rights; the variables are in a file of root."""
    wanted = {
        "CapabilityBoundingSet": "",
        "DynamicUser": "yes",
        "EnvironmentFile": VARIABLES,
        "NoNewPrivileges": "yes",
        "ProtectHome": "yes",
        "ProtectSystem": "strict",
        "Restart": "on-failure",
        "Type": "exec",
        "WorkingDirectory": HOME,
    }
    found = unit()

    assert {name: found.get(name) for name in wanted} == {
        name: [value] for name, value in wanted.items()
    }
    assert f"chmod 600 {VARIABLES}" in UNIT.read_text(encoding="utf-8")


def test_the_unit_starts_the_server() -> None:
    """The command is one that `deploy.web` understands, and it is given time to end."""
    settings = unit()
    command = shlex.split(settings["ExecStart"][0])

    assert command[0] == f"{HOME}/.venv/bin/python"
    assert asked_of_the_server(command) == ("0.0.0.0", 9000)  # noqa: S104
    assert int(settings["TimeoutStopSec"][0]) > 8


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing to say."""
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd-analyze is not installed here")
    here = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace(f"{HOME}/.venv/bin/python", sys.executable)
    here.write_text(text.replace(HOME, str(ROOT)), encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - systemd's own checker
        [analyze, "verify", str(here)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# The image.


def instructions() -> Iterator[tuple[str, str]]:
    """Yield the instructions of the Dockerfile, continued lines joined."""
    text = re.sub(r"(?m)^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"))
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def only(name: str) -> str:
    (found,) = [rest for word, rest in instructions() if word == name]
    return found


def copied() -> Iterator[tuple[str, str]]:
    """Yield what is copied into the image, and to where in it."""
    for name, rest in instructions():
        if name == "COPY":
            *sources, target = rest.split()
            yield from ((source, target) for source in sources)


def is_left_out(path: str) -> bool:
    """Tell whether `.dockerignore` keeps *path* from Docker: the last pattern that fits decides."""
    left_out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!").rstrip("/")
        parts = Path(path).parts
        above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        names = parts if pattern.startswith("**/") else above
        if line and line[0] != "#" and any(_fits(name, pattern) for name in names):
            left_out = not line.startswith("!")
    return left_out


def _fits(name: str, pattern: str) -> bool:
    """Tell whether *pattern* names it; a star goes no further than the next slash."""
    pattern = pattern.removeprefix("**/")
    return name.count("/") == pattern.count("/") and fnmatch(name, pattern)


def test_the_image_is_small_and_runs_as_nobody() -> None:
    """A pinned minor version, no root, nothing through a shell, the port told."""
    names = [name for name, _ in instructions()]

    assert re.fullmatch(r"BASE=python:3\.1[0-9]-slim", next(instructions())[1])
    assert only("FROM") == "${BASE}"
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", only("USER"))
    assert names.index("USER") > max(at for at, name in enumerate(names) if name in ("RUN", "COPY"))
    assert asked_of_the_server(json.loads(only("CMD"))) == ("0.0.0.0", int(only("EXPOSE")))  # noqa: S104


def test_the_image_has_what_it_needs(tmp_path: Path) -> None:
    """What the Dockerfile copies, and nothing else, is enough to run the server."""
    for source, target in copied():
        assert not is_left_out(source), source
        place = tmp_path / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=lambda folder, names: {
                name for name in names
                if is_left_out((Path(folder) / name).relative_to(ROOT).as_posix())
            })  # fmt: skip
        else:
            place = place if not target.endswith("/") else place / Path(source).name
            place.parent.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / source, place)
    command = [sys.executable, *json.loads(only("CMD"))[1:]]
    command = [{"9000": "0", "0.0.0.0": "127.0.0.1"}.get(word, word) for word in command]  # noqa: S104
    with Web({**ALONE, "PYTHONPATH": ""}, command=command, folder=tmp_path) as web:
        status = web.get()[0]

    assert (status, web.code) == (200, 0)
    assert not (tmp_path / "relay" / "__main__.py").exists()


@pytest.mark.parametrize("path", PRIVATE)
def test_docker_sees_nothing_private(path: str) -> None:
    """Configuration, variables and what is no part of the server are kept from the build."""
    assert is_left_out(path)


def test_the_image_is_made_of_known_versions() -> None:
    """The packages are those of requirements-web.txt, in the versions of the bundles."""
    (install,) = [rest for name, rest in instructions() if name == "RUN" and "pip" in rest]

    assert "-r requirements-web.txt -c deploy/constraints.txt" in install
    assert "requirements-dev" not in DOCKERFILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("environ", "code"), [(ALONE, 0), ({}, 1)], ids=["healthy", "not-configured"]
)
def test_the_health_check_asks_the_server(environ: dict[str, str], code: int) -> None:
    """It ends with 0 when GET / is answered 200, past any proxy, and with 1 otherwise."""
    command = json.loads(only("HEALTHCHECK").split(" CMD ")[1])
    with Web(environ) as web:
        words = [word.replace("9000", str(web.port)) for word in command[1:]]
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, *words],
            env=surroundings({"http_proxy": "http://127.0.0.1:9"}),
            capture_output=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (code, b"")


def test_the_server_needs_one_package_more() -> None:
    """requirements-web.txt is what the function needs, and waitress."""
    lines = (ROOT / "requirements-web.txt").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if not line.startswith("#")]

    assert packages[0] == "-r requirements.txt"
    assert [re.split(r"[<>=]", line)[0] for line in packages[1:]] == ["waitress"]
    assert "-r requirements-web.txt" in (ROOT / "requirements-workbench.txt").read_text("utf-8")


# The page.


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_speaks_of_the_files(name: str) -> None:
    """Paths are those of the unit; every file of ours that a command names exists."""
    text = page(name)
    named = set(re.findall(r"\b(?:deploy/[\w.-]+|requirements[\w.-]*\.txt)", text))

    assert HOME in text and f"sudo install -m 600 .env {VARIABLES}" in text
    assert [path for path in named if not (ROOT / path.rstrip(".")).exists()] == []


@pytest.mark.parametrize(("name", "lang"), [(PAGES[0], "en"), (PAGES[1], "zh-CN")])
def test_the_output_on_the_page_is_real(
    name: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the files of `init` that is what is printed at the start and for GET /, but the time."""
    shown = re.findall(r"(?m)^ *(\{\".*\})$", page(name))
    monkeypatch.chdir(tmp_path)
    made = CliRunner().invoke(main, ["init", "--wecom", "wecom-key", "--lang", lang])
    start = page(name).split("```sh\n")[2].split("```")[0]
    command = ["sh", "-c", start.replace(".venv/bin/python -m", f"exec {sys.executable} -m")]
    command[2] = command[2].replace("deploy.web", "deploy.web --port 0")
    environ = {"CONFIG_FILE": "config.yml"}
    with Web(environ, command=command, folder=tmp_path) as web:
        answer = web.get()[2].decode()
    real = [json.dumps(line, separators=(",", ":")) for line in web.told]
    real = [re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9000", line) for line in real]

    def timeless(line: str) -> str:
        return re.sub(r'"ts":"[^"]+"', '"ts":"…"', line)

    assert made.exit_code == 0, made.output
    assert [timeless(line) for line in shown] == [
        *map(timeless, real[:2]), answer, timeless(real[-1])
    ]  # fmt: skip
