"""What a block that is not run has to be, by its language. Each check asserts."""

import ast
import configparser
import importlib.util
import json
import re
from collections.abc import Callable, Mapping
from functools import cache

from conftest import ROOT
from doc_blocks import Block, exists
from doc_code import meant, variables_of, words_in
from doc_console import SLIPS
from doc_json import check_json, check_value
from doc_programs import check_event_header
from doc_shell import check_commands
from doc_values import check_settings
from doc_yaml import check_yaml

from relay.clouds import MAX_BODY_BYTES
from relay.configuration.variables import NAMES
from relay.templating.engine import program

GOLDEN = ROOT / "tests" / "golden"

# Text.


def check_text(block: Block) -> None:
    """An approved message, an answer with its status, paths, or what ``<!-- from: … -->`` says."""
    content = block.text.rstrip("\n")
    answer = re.fullmatch(r"(\d{3}) (\{.*\})", content)
    if block.origin:
        assert block.origin in ORIGINS, f"no check is called {block.origin}"
        ORIGINS[block.origin](block)
    elif answer:
        check_value(json.loads(answer[2]), block)
    elif content not in messages():
        check_paths(block)


def check_paths(block: Block) -> None:
    """Every path in a picture of the project exists; ``<…>`` stands for any name."""
    named = re.findall(r"(?<![\w/<>.-])((?:[\w.-]+|<\w+>)/[\w./<>-]*|[\w-]+\.(?:py|yml|md))",
                       block.text)  # fmt: skip

    lines = [line for line in block.text.splitlines() if line.strip()]
    with_path = [line for line in lines if any(path in line for path in named)]
    assert 2 * len(with_path) > len(lines), "no approved message, and no picture of folders"
    for path in named:
        known = exists(re.sub(r"<\w+>", "*", path).rstrip("/"))
        assert known, f"no approved message, and {path} is no path"


@cache
def messages() -> frozenset[str]:
    """Return every approved message: as it goes out, without markup, and with its first line cut.

    Two spaces at the end of a line, which DingTalk needs, do not count.
    """
    found: set[str] = set()
    for path in GOLDEN.rglob("*.txt"):
        for part in path.read_text(encoding="utf-8").split("━━ ")[1:]:
            message = part.split("\n", 1)[1].rstrip("\n")
            found |= {message, without_markup(message), re.sub(r"(?m) +$", "", message)}
    return frozenset(found)


def without_markup(message: str) -> str:
    plain = re.sub(r"</?font[^>]*>|\*\*", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", message))
    return plain.replace("\n> ", "\n▌ ")


# The others.


def check_spelling(block: Block) -> None:
    """No word is one of the code, a sample or the prose with a slip, but those shown as such."""
    shown = words_in(" ".join(wrong for _, wrong in SLIPS))
    slips = {word: meant(word) for word in sorted(words_in(block.text) - shown) if meant(word)}

    assert slips == {}, f"{block.at}: {slips}"


def check_sh(block: Block) -> None:
    check_commands(block.text, block.page)


def check_jinja(block: Block) -> None:
    """A template that the relay would take."""
    program(block.text.rstrip("\n"))


def check_python(block: Block) -> None:
    """It compiles, and what it imports exists; names of our modules, too."""
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Import):
            for one in node.names:
                assert importlib.util.find_spec(one.name), one.name
        elif isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            assert [one.name for one in node.names if not hasattr(module, one.name)] == []


def check_http(block: Block) -> None:
    """A request or an answer: its first line, headers that are known, a body that is JSON."""
    head, _, body = block.text.partition("\n\n")
    first, *headers = head.splitlines()

    assert re.fullmatch(r"(GET|POST) /\S* HTTP/1\.1|(GET|POST) /\S*|HTTP/1\.1 \d{3}.*", first), (
        first
    )
    named = dict(line.split(": ", 1) for line in headers)
    for name, value in named.items():
        check_event_header(name, value)
    if body.strip():
        json.loads(body)


_NGINX = {
    "server", "listen", "server_name", "ssl_certificate", "ssl_certificate_key", "location",
    "client_max_body_size", "proxy_pass", "proxy_read_timeout", "proxy_set_header", "return",
}  # fmt: skip


def check_nginx(block: Block) -> None:
    """Known directives, braces that match, our port and our limit of a body."""
    plain = re.sub(r"#.*", "", block.text)
    named = re.findall(r"(?:^|[;{}])\s*(\w+)", plain)
    size = re.findall(r"client_max_body_size (\d+)m;", plain)

    assert set(named) <= _NGINX, set(named) - _NGINX
    assert plain.count("{") == plain.count("}") > 0
    assert re.findall(r"proxy_pass http://127\.0\.0\.1:(\d+)", plain) in (["9000"], [])
    assert [int(one) * 1024**2 for one in size] in ([MAX_BODY_BYTES], [])


def check_ini(block: Block) -> None:
    """A part of a systemd unit with settings that ours has, or ``NAME=value`` lines."""
    if "[" not in block.text:
        check_environment(block)
        return
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(block.text)
    unit = (ROOT / "deploy" / "git-chat-relay.service").read_text(encoding="utf-8")
    for section in parser.sections():
        assert f"[{section}]" in unit, section
        for name in parser[section]:
            assert re.search(rf"(?m)^{name}=", unit), name


def check_environment(block: Block) -> None:
    """``NAME=value`` lines: what the relay reads, or the page's YAML as ``${NAME}``."""
    lines = [line.removeprefix("export ") for line in block.text.splitlines()]
    pairs = [line.partition("=") for line in lines if line.strip() and not line.startswith("#")]
    for name, sign, _ in pairs:
        assert sign and re.fullmatch(r"[A-Z][A-Z_]+", name), name
        assert name in NAMES or name in variables_of(block.page), f"nothing reads {name}"
    check_settings({name: value for name, _, value in pairs})


def check_dockerfile(block: Block) -> None:
    """Instructions that ours has, and files that exist."""
    ours = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    for line in block.text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            name, *words = line.split()
            assert re.search(rf"(?m)^{name} ", ours), name
            if name == "COPY":
                assert [word for word in words[:-1] if not exists(word)] == []


# What a text is whose mark ``<!-- from: … -->`` says it.
ORIGINS: Mapping[str, Callable[[Block], None]] = {
    "the project's folders": check_paths,
    "variables": check_environment,
}

CHECKS: Mapping[str, Callable[[Block], None]] = {
    "yaml": check_yaml,
    "json": check_json,
    "sh": check_sh,
    "text": check_text,
    "jinja": check_jinja,
    "python": check_python,
    "http": check_http,
    "nginx": check_nginx,
    "ini": check_ini,
    "dockerfile": check_dockerfile,
}
