"""The console blocks of a page, run one after the other in a folder of its own.

The folder has what a reader has there: the page's last configuration as ``config.yml``, the
examples, and stand-in robots behind the variables that the configuration names.
"""

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import requests
import yaml
from click.testing import CliRunner
from conftest import ROOT
from doc_blocks import Block, blocks_of, steps_of, text
from doc_json import check_value
from doc_shell import commands
from doc_yaml import is_configuration
from verbs import CLEAN, SIGNING_TOKEN

from workbench.commands import main
from workbench.robots import RobotServer

LINES = "…"  # alone on a line: some lines are left out here
LEFT_OUT = re.compile(rf"(?m)^{LINES}\n")
SECRET = "a secret of the forge"
DEV = "http://127.0.0.1:9000"
_OF_APPLICATION = {"corp_id": "ww0123456789abcdef", "agent_id": "1000002"}
# The slips that a page speaks of where it checks a file called slips.yml.
SLIPS = (("branches:", "branchs:"), ("merge_request,", "merge_requst,"))
# What differs from run to run or from machine to machine.
_VARYING = (
    (r" *\d+ ms\b", " 5 ms"),
    (r'("ms": ?)\d+', r"\g<1>5"),
    (r"\b(gl|ge)-[0-9a-f]{12}\b", r"\1-0123456789ab"),
    (r'("(?:config|digest)": ?)"[^"]*"', r'\1"1c0b"'),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:9000"),
    (r" :\d{4,5}\b", " :9000"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "2026-11-20T10:30:00.500Z"),
    (r"(?m)^\d\d:\d\d:\d\d\b", "18:30:00"),
    (r"Python 3\.\d+(\.\d+)?", "Python 3.13"),
    (r"(?m)[ \t]+$", ""),
)
_OSLS = (  # what osls prints, with the names of serverless.yml
    r"(Deploying|Removing) (?P<service>\S+) (to|from) stage \w+ \([a-z0-9-]+\)",
    r"✔ Service deployed to stack (?P<service>\S+)-\w+ \(\d+s\)",
    r"✔ Service (?P<service>\S+) has been successfully removed \(\d+s\)",
    r"No changes to deploy\. Deployment skipped\. \(\d+s\)",
    r"endpoint: https://\w+\.lambda-url\.[a-z0-9-]+\.on\.aws/",
    r"functions:",
    r"  (?P<function>\w+): (?P<service>\S+)-\w+-(?P=function) \(\d+(\.\d+)? MB\)",
    r"",
)


class Scene:
    """A reader at a page: *folder*, *robots*, and what was run so far. Close it."""

    def __init__(self, page: str, folder: Path, robots: RobotServer) -> None:
        lang = "zh_CN.UTF-8" if page.endswith(".zh-CN.md") else "en_US.UTF-8"
        self.page = page
        self._folder = folder
        self._robots = robots
        self._spoken = {"LC_ALL": lang, "COLUMNS": "80"}
        self._environ = {
            "WEBHOOK_SECRET": SECRET,
            "WECOM_WEBHOOK_URL": robots.add_wecom(),
            "DINGTALK_WEBHOOK_URL": robots.add_dingtalk(),
            "RELAY_ALLOW_HOSTS": robots.host,
        }
        self._serve: Sequence[str] = ("serve",)
        self._served = contextlib.ExitStack()
        self._port = 0
        self._code = 0
        for name in ("examples", "schema", "workbench"):
            (folder / name).symlink_to(ROOT / name)

    def close(self) -> None:
        self._served.close()

    def read(self, block: Block) -> None:
        """Do what a reader does with *block*: keep a configuration, start the server."""
        if is_configuration(block):
            self._configure(block.text)
        if block.language == "sh":
            for words in commands(block.text):
                self._remember(words)

    def _remember(self, words: Sequence[str]) -> None:
        found = _serving(words)
        if found:
            self._serve, self._port = found, 0

    def _configure(self, content: str) -> None:
        (self._folder / "config.yml").write_text(content, encoding="utf-8")
        self._environ |= secrets_of(content, self._robots)
        for right, wrong in SLIPS:
            content = content.replace(right, wrong, 1)
        (self._folder / "slips.yml").write_text(content, encoding="utf-8")

    def run(self, command: str) -> str:
        """Return what *command* prints; asserts that it is one that can be run here."""
        words = shlex.split(command)
        given = [words.pop(0) for _ in range(len(words)) if re.match(r"[A-Z_]+=", words[0])]
        environ = dict(one.split("=", 1) for one in given)
        self._remember(words)
        if _serving(words):
            return self._start(environ)
        run = next((run for start, run in self._runs() if words[: len(start)] == start), None)
        assert run, f"no run for {command}: add one to tests/doc_console.py"
        return run(words, environ)

    def _runs(self) -> "tuple[tuple[list[str], Callable[..., str]], ...]":
        return (
            ([".venv/bin/python", "-m", "relay"], self._relay),
            (["curl"], self._curl),
            (["make", "help"], _make),
            (["cat"], self._cat),
            (["echo", "$?"], lambda words, environ: f"{self._code}\n"),
        )

    def _relay(self, words: list[str], environ: Mapping[str, str]) -> str:
        command = shlex.join(words[3:])
        if ":9000" in command:
            command = command.replace(":9000", f":{self._listening()}")
        known = {**CLEAN, **self._spoken, **self._environ, **environ}
        done = CliRunner().invoke(main, shlex.split(command), env=known, prog_name="relay")
        assert not done.exception or isinstance(done.exception, SystemExit), done.exception
        self._code = done.exit_code
        return self._plain(done.output)

    def _curl(self, words: list[str], environ: Mapping[str, str]) -> str:
        (address,) = [word for word in words if word.startswith("http")]
        assert address.startswith(DEV), f"{address} does not answer here"
        url = address.replace(":9000", f":{self._listening()}")
        named = dict(value.split(": ", 1) for name, value in pairwise(words) if name == "-H")
        sent = [value for name, value in pairwise(words)
                if name in ("-d", "--data", "--data-binary")]  # fmt: skip
        body = self._body(sent[0]) if sent else None
        answer = requests.request("POST" if sent else "GET", url, headers=named, data=body,
                                  timeout=20)  # fmt: skip
        return self._plain(answer.text + "\n")

    def _body(self, given: str) -> bytes:
        if given.startswith("@"):
            return (self._folder / given[1:]).read_bytes()
        return given.encode()

    def _cat(self, words: list[str], environ: Mapping[str, str]) -> str:
        return (self._folder / words[1]).read_text(encoding="utf-8")

    def _listening(self) -> int:
        if not self._port:
            self._start({})
        return self._port

    def _start(self, environ: Mapping[str, str]) -> str:
        """Start what the page last showed of `serve`; return what it prints until it is ready."""
        self._served.close()
        process = self._served.enter_context(
            serving(self._serve, self._folder, {**self._spoken, **environ})
        )
        assert process.stdout
        lines = list(until(process.stdout, "Ctrl-C"))
        self._port = int(re.findall(r"127\.0\.0\.1:(\d+)", "".join(lines))[0])
        return self._plain("".join(lines))

    def _plain(self, printed: str) -> str:
        if self._port:
            printed = printed.replace(f":{self._port}", ":9000")
        return printed.replace(sys.executable, ".venv/bin/python").replace(
            f"{self._folder}{os.sep}", ""
        )


def _serving(words: Sequence[str]) -> list[str]:
    """Return the arguments of `serve` in *words*, nothing if they are something else."""
    if list(words[:2]) == ["make", "run"]:
        return ["serve"]
    if list(words[1:3]) == ["-m", "relay"] and "serve" in words[3:4]:
        return list(words[3:])
    return []


@contextlib.contextmanager
def serving(
    arguments: Sequence[str], folder: Path, environ: Mapping[str, str]
) -> "Iterator[subprocess.Popen[str]]":
    """Run ``python -m relay`` *arguments* in *folder* on a free port, and end it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    fixed = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "relay", *arguments, "--port", "0"],
        cwd=folder,
        env={**kept, **fixed, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=20)


def until(lines: "Iterator[str]", word: str) -> Iterator[str]:
    """Yield *lines* up to the first that has *word* in it."""
    for line in lines:
        yield line
        if word in line:
            return


def secrets_of(content: str, robots: RobotServer) -> dict[str, str]:
    """Return a value for each ``${NAME}`` of a configuration; its robots are added to *robots*."""
    tree: Mapping[str, Any] = yaml.safe_load(content)
    found = dict.fromkeys(_named(content), SECRET)
    found |= {name: SIGNING_TOKEN for name in _named(tree.get("sources")) if "SIGNING" in name}
    for receiver in tree.get("receivers", {}).values():
        dingtalk = receiver["type"] == "dingtalk_robot"
        for name in _named(receiver.get("url")):
            found[name] = robots.add_dingtalk() if dingtalk else robots.add_wecom()
        if dingtalk:
            found |= dict.fromkeys(_named(receiver.get("secret")), "SEC" + "cd34" * 16)
        for key, value in _OF_APPLICATION.items():
            found |= dict.fromkeys(_named(receiver.get(key)), value)
    return found


def _named(value: Any) -> list[str]:
    return re.findall(r"\$\{(\w+)", value if isinstance(value, str) else json.dumps(value))


def _make(words: list[str], environ: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - only the targets of Scene
        words, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def masked(printed: str) -> str:
    """Return *printed* with what differs from run to run made alike."""
    for pattern, instead in _VARYING:
        printed = re.sub(pattern, instead, printed)
    return printed.strip("\n")


def is_like(printed: str, shown: str) -> bool:
    """Tell whether *shown* is what was *printed*, but for what varies and what it leaves out."""
    parts = (re.escape(part) for part in LEFT_OUT.split(masked(shown) + "\n"))
    pattern = r"(?:.*\n)+".join(parts)
    return re.fullmatch(pattern, masked(printed) + "\n") is not None


# What nothing here can run: its form is checked.


def check_osls(shown: str) -> None:
    """Lines that osls prints, with the names of serverless.yml in them."""
    own = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    for line in shown.splitlines():
        found = next((one for one in (re.fullmatch(form, line) for form in _OSLS) if one), None)
        assert found, f"osls prints no such line: {line}"
        named = found.groupdict()
        assert named.get("service", "") in ("", yaml_name(own)), line
        assert f"\n  {named['function']}:\n" in own if "function" in named else True, line


def yaml_name(serverless: str) -> str:
    return re.findall(r"(?m)^service: (\S+)", serverless)[0]


def check_json_lines(shown: str, block: Block) -> None:
    for line in shown.splitlines():
        check_value(json.loads(line), block)


def check_answer_shown(shown: str, block: Block) -> None:
    check_value(json.loads(shown), block)


FORMS: Mapping[str, Callable[[str, Block], None]] = {
    "npx osls": lambda shown, block: check_osls(shown),
    "curl https://": check_json_lines,
    "aws ": check_answer_shown,
}


def play(
    page: str, scene: Scene, skipped: Callable[[Block], bool]
) -> Iterator[tuple[Block, str, str, str]]:
    """Go through *page*; yield each command with what the page shows and what is printed now."""
    for block in blocks_of(page):
        scene.read(block)
        if block.language != "console" or skipped(block):
            continue
        for command, shown in steps_of(block):
            form = next(
                (check for start, check in FORMS.items() if command.startswith(start)), None
            )
            if form:
                form(shown, block)
            else:
                yield block, command, shown, scene.run(command)


def rewritten(page: str, anew: Mapping[int, str]) -> str:
    """Return *page* with the contents *anew* of the blocks at these lines."""
    lines = text(page).splitlines()
    for block in reversed(blocks_of(page)):
        if block.line in anew:
            fence = lines[block.line - 1]
            indent = fence[: len(fence) - len(fence.lstrip())]
            end = block.line + len(block.text.splitlines())
            lines[block.line : end] = [
                f"{indent}{line}" if line else "" for line in anew[block.line].splitlines()
            ]
    return "\n".join(lines) + "\n"
