"""What is in a bundle: the project's own code and its packages, as little as will run."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from deploy.archives import File
from deploy.libraries import stripped
from deploy.targets import BuildError, Target
from relay.words import Phrase

BOOTSTRAP = "scf_bootstrap"
_FOLDERS = ("adapters", "formatters", "relay")
_COMMANDS = "relay/__main__.py"  # they need the workbench, which stays here
_WEB = ("deploy/__init__.py", "deploy/web.py")
_NEVER_READ = (".pyc", ".pyi", ".pyx", ".pxd", ".c", ".h")
_NEVER_USED = {"__pycache__", "tests", "py.typed"}
_SCRIPTS = "bin"
_LIBRARY = ".so"
_METADATA = "METADATA"
# Faster ways to guess a charset, which nothing here ever asks for, another kind of machine, and
# what only works with packages that are not here.
_NO_USE_FOR = (
    "charset_normalizer/*.so",
    "urllib3/contrib/emscripten/*",
    "urllib3/contrib/pyopenssl.py",
    "urllib3/contrib/socks.py",
)
_LEGAL = ("license", "licence", "copying", "notice", "authors")
_MISSING = Phrase(
    "没有 {file}，打不了 {target} 的包：项目不完整",
    "there is no {file}, which {target} needs: the project is not complete",
)


def files(project: Path, packages: Path, target: Target) -> dict[str, File]:
    """Return the files of *target* by their names in the bundle; raises BuildError."""
    return {
        **{str(path): File(_package_file(packages / path)) for path in _used(packages)},
        **dict(_ours(project, target)),
    }


def _ours(project: Path, target: Target) -> Iterator[tuple[str, File]]:
    sources = [path for folder in _FOLDERS for path in (project / folder).rglob("*.py")]
    names = [path.relative_to(project).as_posix() for path in sources if path.is_file()]
    names = [name for name in names if "/." not in name]  # an editor's, a tool's
    names = ["handler.py", *(name for name in names if name != _COMMANDS)]
    for name in (*names, *(_WEB if target.serves else ())):
        yield name, File(_content(project, name, target))
    if target.serves:
        content = _content(project, f"deploy/{BOOTSTRAP}", target)
        # A shell takes the carriage return of "#!/bin/bash\r\n" for a part of the name.
        yield BOOTSTRAP, File(content.replace(b"\r\n", b"\n"), executable=True)


def _content(project: Path, name: str, target: Target) -> bytes:
    try:
        return (project / name).read_bytes()
    except FileNotFoundError:
        raise BuildError(_MISSING.filled(file=name, target=target.name)) from None


def _package_file(path: Path) -> bytes:
    content = path.read_bytes()
    if path.name == _METADATA:
        return content.partition(b"\n\n")[0] + b"\n"  # what stands below is the package's readme
    return stripped(content) if path.suffix == _LIBRARY else content


def _used(packages: Path) -> Iterator[PurePosixPath]:
    """Yield the files of installed packages that are needed, or that their licences ask for."""
    for path in packages.rglob("*"):
        name = PurePosixPath(path.relative_to(packages).as_posix())
        if path.is_file() and _is_used(name):
            yield name


def _is_used(path: PurePosixPath) -> bool:
    first = path.parts[0]
    if first.endswith(".dist-info"):
        is_legal = path.name.lower().startswith(_LEGAL) or "licenses" in path.parts
        return is_legal or path.name == _METADATA
    if first == _SCRIPTS or any(path.match(pattern) for pattern in _NO_USE_FOR):
        return False
    return path.suffix not in _NEVER_READ and not _NEVER_USED.intersection(path.parts)
