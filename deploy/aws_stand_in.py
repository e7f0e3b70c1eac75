"""A stand-in for an account of AWS: moto on loopback, and osls, which deploys to it.

Nothing of this machine's own account is used: the credentials are made up, and no file of AWS's
tools is read.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import boto3  # type: ignore[import-untyped]  # has no types

from deploy.errors import DeployError
from relay.words import Phrase

REGION = "ap-southeast-1"

_OSLS = Path("node_modules/osls/bin/serverless.js")
_OSLS_S = 120  # a deployment takes 2 s
_MOST_LINES = 12
# moto's server on a port of its own choice, for as long as somebody holds its standard input.
_SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""

_NO_MOTO = Phrase(
    "缺少 moto 的服务器：运行 make rehearse，它会装好所需的",
    "moto's server is missing: run make rehearse, which installs what it needs",
)
_NO_NODE = Phrase(
    "没有 Node：安装 Node 20.19、22.13 或 24 以上版本",
    "there is no Node: install Node 20.19, 22.13, or 24 and later",
)
_NO_OSLS = Phrase("没有 osls：先运行 npm ci", "there is no osls: run npm ci first")
_OSLS_FAILED = Phrase("osls {verb} 失败：\n{output}", "osls {verb} failed:\n{output}")
_OSLS_HANGS = Phrase(
    "osls {verb} 超过 {seconds} 秒没有结束", "osls {verb} did not end within {seconds} s"
)


class RehearsalError(DeployError):
    """Something is missing, or not as it should be."""


class Account(NamedTuple):
    """*environ* is what makes the tools of AWS use this account, *session* is boto3's."""

    environ: Mapping[str, str]
    session: Any

    def client(self, service: str) -> Any:
        return self.session.client(service)


@contextmanager
def account() -> Iterator[Account]:
    """Serve an empty account; within, this process knows no other. Raises RehearsalError."""
    server = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE,  # its end is the server's
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line for every request
        env={name: value for name, value in os.environ.items() if not _is_of_aws(name)},
        text=True,
    )
    with server:
        port = server.stdout.readline().strip() if server.stdout else ""
        if not port:
            raise RehearsalError(_NO_MOTO)
        environ = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        with _only(environ):
            yield Account(environ, boto3.Session(region_name=REGION))


@contextmanager
def _only(environ: Mapping[str, str]) -> Iterator[None]:
    """Let this process have *environ* and no other variable of AWS."""
    before = {name: os.environ.pop(name) for name in list(os.environ) if _is_of_aws(name)}
    os.environ.update(environ)
    try:
        yield
    finally:
        for name in environ:
            os.environ.pop(name, None)
        os.environ.update(before)


def _is_of_aws(variable: str) -> bool:
    return variable.startswith("AWS_")


class Osls:
    """osls for a copy in *folder* of the project at *root*, so that nothing is written into it.

    *within*: a command that runs it, such as one that takes the network away.
    """

    def __init__(
        self, root: Path, folder: Path, environ: Mapping[str, str], within: Sequence[str] = ()
    ) -> None:
        self._command = [*within, _node(), str(_osls(root))]
        self._folder = folder
        self._environ = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),  # osls reads a file of its own there
            "NO_COLOR": "1",
            "NODE_NO_WARNINGS": "1",
            "SLS_AWS_MONITORING_FREQUENCY": "300",  # ms; it looks every 5 s otherwise
            **environ,
        }
        shutil.copy(root / "serverless.yml", folder)
        artifact = folder / "build" / "aws.zip"
        artifact.parent.mkdir()
        with zipfile.ZipFile(artifact, "w") as made:  # nothing here runs what is in it
            made.write(root / "handler.py", "handler.py")

    def run(self, verb: str, *words: str) -> str:
        """Return what ``osls verb words`` prints; raises RehearsalError."""
        try:
            done = subprocess.run(  # noqa: S603 - the project's own tool
                [*self._command, verb, *words],
                cwd=self._folder,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                timeout=_OSLS_S,
            )
        except subprocess.TimeoutExpired:
            raise RehearsalError(_OSLS_HANGS.filled(verb=verb, seconds=_OSLS_S)) from None
        if done.returncode:
            output = "\n".join(done.stdout.strip().splitlines()[-_MOST_LINES:])
            raise RehearsalError(_OSLS_FAILED.filled(verb=verb, output=output))
        return done.stdout


def missing(root: Path) -> Phrase | None:
    """Return what the project at *root* lacks to run osls, None if nothing."""
    try:
        _node()
        _osls(root)
    except RehearsalError as error:
        return error.phrase
    return None


def _node() -> str:
    """Return Node's path: the machine's, or one that pip put beside this Python."""
    found = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if not found:
        raise RehearsalError(_NO_NODE)
    return found


def _osls(root: Path) -> Path:
    if not (root / _OSLS).is_file():
        raise RehearsalError(_NO_OSLS)
    return root / _OSLS
