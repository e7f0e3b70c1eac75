"""What the programs take that the documentation tells to run: a check each of what can be checked.

A program, a sub-command or an option that is in no table here is refused: somebody then decides
how it is checked.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

from conftest import ROOT
from doc_aws import check_aws
from doc_blocks import Block, exists
from doc_click import FILE, check_own_command
from doc_values import check_address, check_setting

from deploy import tencent
from relay.configuration.variables import NAMES
from workbench import samples

Words = list[str]
Check = Callable[[Words, Block], None]

ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
_OF_OTHERS = {
    "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "HTTPS_PROXY", "PIP_INDEX_URL", "PATH",
    "LC_ALL", "LANG", "NO_COLOR", "COLUMNS", *tencent.KEYS, tencent.SESSION,
}  # fmt: skip
# What a reader has and the repository has not.
_READERS_OWN = (
    "config.yml", "config", ".env", "body.json", "function.log", "first.yml", "templates",
    "report.json", "gl-code-quality-report.json",
)  # fmt: skip
_FORGES_HEADERS = ("x-gitlab-event", "x-gitlab-token", "x-gitee-event", "x-gitee-token")
_CURL = {"-H": 1, "-d": 1, "--data": 1, "--data-binary": 1, "-X": 1, "-o": 1, "-w": 1, "-m": 1,
         "-i": 0, "-s": 0, "-S": 0, "-sS": 0, "-f": 0, "-fsS": 0, "-v": 0, "-L": 0}  # fmt: skip
_GIT = ("archive", "clone", "pull", "add", "commit", "push", "switch", "diff", "status", "init",
        "checkout", "config", "tag", "fetch", "log")  # fmt: skip
_SYSTEMCTL = ("enable", "restart", "start", "stop", "status", "daemon-reload", "disable")
_PYTEST = ("-q", "-n", "-k", "-x", "--update-golden", "--dist", "-p")
# osls 4.3; `test_osls_has_these_options` compares.
OSLS_COMMON = ("stage", "region", "aws-profile", "verbose", "debug", "config", "param")
OSLS: Mapping[str, tuple[str, ...]] = {
    "deploy": ("force", "package", "conceal"),
    "remove": (),
    "info": ("conceal",),
    "logs": ("function", "tail", "startTime", "filter", "interval"),
    "print": ("format", "path"),
}
_DOCKER: Mapping[str, tuple[str, ...]] = {
    "build": ("-f", "-t", "--build-arg"),
    "run": ("-d", "--name", "--restart", "-p", "--env-file", "--read-only", "--tmpfs", "--cap-drop",
            "--security-opt", "-v", "-e", "--rm", "-it"),
    "logs": ("-f", "--tail"),
    "stop": (), "rm": ("-f",), "ps": (), "restart": (),
}  # fmt: skip
_DOCKER_FLAGS = ("-d", "--read-only", "--rm", "-it")


def check_variable(given: str, block: Block) -> None:
    """Assert that something reads the variable of ``NAME=value``, and could read the value."""
    name, _, value = given.partition("=")
    known = {*NAMES, *_OF_OTHERS} | _named_in_makefile()

    assert name in known or re.search(rf"\$\{{?{name}\b", block.text), f"nothing reads {name}"
    check_setting(name, value)


def _named_in_makefile() -> set[str]:
    return set(re.findall(r"(?m)^(\w+) \?=", (ROOT / "Makefile").read_text(encoding="utf-8")))


def targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^([a-z]+):", text))


def _make(arguments: Words, block: Block) -> None:
    for word in arguments:
        if found := ASSIGNMENT.match(word):
            assert found[1] in _named_in_makefile(), word
            _check_paths(word[found.end() :].split())
        else:
            assert word in targets(), f"no target {word}"


def _check_paths(words: Words) -> None:
    """Assert that those of *words* exist that look like paths."""
    for word in words:
        ours = "/" in word[1:] or word.endswith(".py")
        assert not ours or word.startswith("/") or exists(word), f"there is no {word}"


def _python(arguments: Words, block: Block) -> None:
    if arguments[:1] == ["-c"]:
        compile(arguments[1], "-c", "exec")
        return
    if arguments[:1] != ["-m"]:
        assert not arguments or arguments == ["--version"] or exists(arguments[0]), arguments
        return
    module, rest = arguments[1], arguments[2:]
    if module in _MODULES:
        _MODULES[module](rest, block)
    else:
        for word in rest:
            if FILE.fullmatch(word.rpartition("=")[2]):
                _check_readable(word.rpartition("=")[2], block)
        check_own_command(module, rest, block.page)


def _venv(arguments: Words, block: Block) -> None:
    assert len(arguments) == 1 and not arguments[0].startswith("-"), arguments


def _pip(arguments: Words, block: Block) -> None:
    assert arguments[0] == "install", arguments
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if option in ("-r", "-c"):
            assert exists(value), value


def _pytest(arguments: Words, block: Block) -> None:
    for word in arguments:
        if word.startswith("-"):
            assert word in _PYTEST, word
        else:
            _check_paths([word])


def _checker(arguments: Words, block: Block) -> None:
    assert all(word in ("check", "format", "--fix", "--check", ".") or exists(word)
               for word in arguments), arguments  # fmt: skip


def _curl(arguments: Words, block: Block) -> None:
    words, addresses = list(arguments), []
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            addresses.append(word)
            continue
        assert word in _CURL, f"curl {word}"
        value = words.pop(0) if _CURL[word] else ""
        if word == "-H":
            _check_header(value)
        if value.startswith("@"):
            _check_readable(value[1:], block)
    assert addresses, "curl without an address"
    for address in addresses:
        check_address(address)


def _check_header(header: str) -> None:
    name, _, value = header.partition(": ")
    if name.lower().startswith("x-git"):
        assert name.lower() in _FORGES_HEADERS, name
    check_event_header(name, value)


def check_event_header(name: str, value: str) -> None:
    """Assert that a header which names an event has a value that a forge sends."""
    known = {
        value
        for sample in samples.names()
        for key, value in samples.load(sample).headers.items()
        if key.lower() == name.lower()
    }

    assert not name.lower().endswith("-event") or value in known, f"{name} is never {value}"


def _check_readable(path: str, block: Block) -> None:
    """Assert that *path* is in the project, the reader's own, or made by *block*."""
    made = re.findall(r"(?:>|-o|--output) *(\S+)", block.text)

    assert path.rstrip("/") in (*_READERS_OWN, *made) or exists(path) or "$" in path, (
        f"there is no {path}"
    )


def _git(arguments: Words, block: Block) -> None:
    assert arguments[0] in _GIT, arguments
    for word in arguments:
        if "://" in word:
            check_address(word)


def _npx(arguments: Words, block: Block) -> None:
    assert arguments[0] == "osls", arguments
    verb, options = arguments[1], arguments[2:]

    assert verb in OSLS, f"osls {verb}"
    named = [word[2:].partition("=")[0] for word in options if word.startswith("-")]
    assert set(named) <= {*OSLS[verb], *OSLS_COMMON}, options
    for option, value in pairwise(options):
        if option == "--function":
            own = (ROOT / "serverless.yml").read_text(encoding="utf-8")
            assert f"\n  {value}:\n" in own, f"serverless.yml has no function {value}"


def _npm(arguments: Words, block: Block) -> None:
    assert arguments == ["ci"] and exists("package-lock.json"), arguments


def _docker(arguments: Words, block: Block) -> None:
    verb, words = arguments[0], arguments[1:]
    assert verb in _DOCKER, f"docker {verb}"
    while words and words[0].startswith("-"):
        option, words = words[0], words[1:]
        assert option in _DOCKER[verb], f"docker {verb} {option}"
        if option in _DOCKER_FLAGS or (verb, option) == ("logs", "-f"):
            continue
        value, words = words[0], words[1:]
        if option in ("--env-file", "-f") and verb != "rm":
            _check_readable(value, block)
        if option == "-p":
            assert value.endswith(f":{_exposed()}"), value
    assert words == ["."] if verb == "build" else words in ([], ["git-chat-relay"]), words


def _exposed() -> str:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    return re.findall(r"(?m)^EXPOSE (\d+)", dockerfile)[0]


def _systemctl(arguments: Words, block: Block) -> None:
    assert arguments[0] in _SYSTEMCTL, arguments
    units = [word for word in arguments[1:] if not word.startswith("-")]
    assert all(exists(f"deploy/{Path(unit).stem}.service") for unit in units), units


def _journalctl(arguments: Words, block: Block) -> None:
    assert exists(f"deploy/{arguments[arguments.index('-u') + 1]}.service"), arguments


def _copy(arguments: Words, block: Block) -> None:
    words = [word for word in arguments if not re.fullmatch(r"-\w+|[0-7]{3,4}", word)]
    *sources, _ = words
    for path in sources:
        _check_readable(path, block)


def _apt(arguments: Words, block: Block) -> None:
    assert arguments[0] in ("install", "update"), arguments
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+|-q?y|-q|--no-install-recommends", word)
               for word in arguments[1:]), arguments  # fmt: skip


def _export(arguments: Words, block: Block) -> None:
    for word in arguments:
        check_variable(word, block)


def _source(arguments: Words, block: Block) -> None:
    _check_readable(arguments[0].removeprefix("./"), block)


def _read(arguments: Words, block: Block) -> None:
    for word in arguments:
        if not word.startswith("-"):
            _check_readable(word.removeprefix("./"), block)


def _anything(arguments: Words, block: Block) -> None:
    """The shell's own, with nothing in it that could be wrong."""


def _aws(arguments: Words, block: Block) -> None:
    check_aws(arguments, block.page)


_MODULES: Mapping[str, Check] = {
    "venv": _venv, "pip": _pip, "pytest": _pytest, "ruff": _checker, "mypy": _checker,
}  # fmt: skip
PROGRAMS: Mapping[str, Check] = {
    "make": _make, "python": _python, "pip": _pip, "pytest": _pytest, "ruff": _checker,
    "mypy": _checker, "curl": _curl, "git": _git, "npx": _npx, "npm": _npm, "aws": _aws,
    "docker": _docker, "systemctl": _systemctl, "journalctl": _journalctl,
    "apt": _apt, "apt-get": _apt, "cp": _copy, "install": _copy, "export": _export, ".": _source,
    "cat": _read, "tail": _read, "seq": _anything, "mkdir": _anything, "cd": _anything,
    "set": _anything, "tar": _anything, "echo": _anything, "sleep": _anything,
    "unset": _export, "chmod": _anything, "date": _anything,
}  # fmt: skip
