"""What `doctor` finds in files: the configuration, its variables and secrets, ``.env``."""

import errno
import stat
from collections.abc import Iterator
from pathlib import Path

from relay.configuration.origins import NAMES
from relay.errors import NOTHING, Problem
from relay.words import Phrase
from workbench import env_file
from workbench.configured import base, on_this_machine
from workbench.doctor_scene import ERROR, OK, SKIPPED, WARNING, Finding, Scene, env_files
from workbench.interpreter import python

_OF_FILES = ("E002", "E009", "E207", "E607")  # what cannot be read
_OF_VARIABLES = ("E201", "E202")
_OF_SECRETS = ("E206", "E208", "E209")
_BEFORE_ALL = ("E0",)  # with one of these, the rest of the file was not looked at
_APART = (*_OF_FILES, *_OF_VARIABLES, *_OF_SECRETS)

_READABLE = Phrase("文件都能读", "all files can be read")
_DENIED = Phrase("{file} 没有权限读", "no permission to read {file}")
_FOLDER = Phrase("{file} 是文件夹，不是文件", "{file} is a folder, not a file")
_NOWHERE = Phrase("{file} 是断开的链接", "{file} is a link that leads nowhere")
_CIRCLE = Phrase("{file} 是指向自己的链接", "{file} is a link that leads to itself")
_ODD = Phrase("{file} 不是普通文件", "{file} is no regular file")
_LARGE = Phrase("{file} 超过 {most} KB，没有读", "{file} is larger than {most} KB and was not read")
_PUT_FILE = Phrase("换成普通文件", "put a regular file in its place")
_MOVE = Phrase("里面应当只有 名字=值 的行", "only lines NAME=value belong there")
_DROPPED = Phrase(
    "{file} 第 {line} 行无法解析，没有生效",
    "{file}, line {line} is not understood and sets nothing",
)
_CLOSE_QUOTE = Phrase("写成 名字=值；引号要成对", "write it as NAME=value, and close every quote")
_NO_TEXT = Phrase("{file} 不是 UTF-8 文本", "{file} is no UTF-8 text")
_BROKEN = Phrase("{file} 读不了（{why}）", "{file} cannot be read ({why})")
_GIVE_RIGHTS = Phrase("chmod u+r {file}", "chmod u+r {file}")
_NO_FOLDER = Phrase(
    "删掉文件夹，放上文件（挂载的文件不存在时，容器会建文件夹）",
    "put the file in its place (containers make a folder where a mounted file is missing)",
)
_MEND_LINK = Phrase("改正链接，或删掉它", "correct the link, or remove it")
_SAVE = Phrase("另存为 UTF-8", "save it as UTF-8")
_LOOK = Phrase("检查它所在的磁盘或挂载", "check the disk or the mount that holds it")

_FINE = Phrase(
    "{name.zh}：没有错误（{receivers} 个接收者，{routes} 条路由，摘要 {digest}）",
    "{name.en}: no errors (receivers: {receivers}, routes: {routes}, digest {digest})",
)
_ERRORS = Phrase(
    "{name.zh}：{count} 个错误，第一个：{first.zh}",
    "{name.en}: errors: {count}; the first: {first.en}",
)
_WARNINGS = Phrase(
    "{name.zh}：{count} 个警告，第一个：{first.zh}",
    "{name.en}: warnings: {count}; the first: {first.en}",
)
_NOTHING_READ = Phrase("{name.zh} 读不出来", "{name.en} cannot be read")
_ELSEWHERE = Phrase("{name.zh}：其余没有问题", "{name.en}: nothing else is wrong")
_BEGIN = Phrase("{init} 会问几个问题，写好配置", "{init} asks a few questions and writes it")
_SECRETS = Phrase("需要的环境变量和密钥都有", "every variable and secret that is needed is there")
_NOT_LOOKED = Phrase(
    "环境变量和密钥没有检查：配置读不出来",
    "variables and secrets not checked: the configuration cannot be read",
)


def files(scene: Scene) -> Iterator[Finding]:
    """Name each file that is there and cannot be read."""
    found = [*_own_files(scene), *(_of(one, "files") for one in _problems(scene, _OF_FILES))]
    yield from found or [Finding("files", OK, _READABLE)]


def configuration(scene: Scene) -> Iterator[Finding]:
    """Say what ``check`` would, in one line; what other checks name is not counted."""
    others = [one for one in scene.strict.problems if one.code not in _APART]
    errors = [one for one in others if one.is_error]
    name = _name(scene)
    remedy = Phrase(scene.check_command, scene.check_command)
    if told := errors or others:
        phrase, status = (_ERRORS, ERROR) if errors else (_WARNINGS, WARNING)
        found = phrase.filled(name=name, count=len(told), first=_told(told[0]))
        yield Finding("configuration", status, found, remedy)
    elif config := scene.strict.config:
        counts = {
            "receivers": len({base(one.name) for one in config.receivers}),
            "routes": len(config.routes),
        }
        yield Finding("configuration", OK, _FINE.filled(name=name, digest=config.digest, **counts))
    else:
        phrase = _NOTHING_READ if _is_unread(scene) else _ELSEWHERE
        init = f"{python()} -m relay init"
        begin = NOTHING if scene.given.is_file else _BEGIN.filled(init=init)
        yield Finding("configuration", SKIPPED, phrase.filled(name=name), begin)


def secrets(scene: Scene) -> Iterator[Finding]:
    """Name each variable and each secret that cannot be had; those in files are told by `files`."""
    absent, kept = _problems(scene, _OF_VARIABLES), _problems(scene, _OF_SECRETS)
    yield from (_of(on_this_machine(one), "variables") for one in absent)
    yield from (_of(one, "secrets") for one in kept)
    if _is_unread(scene):
        yield Finding("secrets", SKIPPED, _NOT_LOOKED)
    elif not absent and not kept:
        yield Finding("secrets", OK, _SECRETS)


def _own_files(scene: Scene) -> Iterator[Finding]:
    """Look at ``.env``, and at what has the name of a configuration and is no file."""
    configurations = [scene.folder / name for name in NAMES]
    variables = env_files(scene)
    for path in [*variables, *(one for one in configurations if not one.is_file())]:
        fault = _fault(path)
        if fault:
            told, remedy = fault
            yield Finding("files", ERROR, told, remedy)
        elif path in variables:
            for line in env_file.unread_lines(path.parent):
                told = _DROPPED.filled(file=str(path), line=line)
                yield Finding("files", WARNING, told, _CLOSE_QUOTE)


def _fault(path: Path) -> tuple[Phrase, Phrase] | None:
    """Return what is wrong with the file at *path*, and the remedy; None if there is no file."""
    name = str(path)
    try:
        if fault := _unfit(path):
            return fault
        path.read_bytes().decode()
    except FileNotFoundError:
        return (_NOWHERE.filled(file=name), _MEND_LINK) if path.is_symlink() else None
    except PermissionError:
        return _DENIED.filled(file=name), _GIVE_RIGHTS.filled(file=name)
    except UnicodeDecodeError:
        return _NO_TEXT.filled(file=name), _SAVE
    except OSError as error:
        if error.errno == errno.ELOOP:
            return _CIRCLE.filled(file=name), _MEND_LINK
        return _BROKEN.filled(file=name, why=error.strerror), _LOOK
    return None


def _unfit(path: Path) -> tuple[Phrase, Phrase] | None:
    """Return why *path* is not even opened, and the remedy: a pipe may never end.

    Raises OSError.
    """
    name, found = str(path), path.stat()
    if stat.S_ISDIR(found.st_mode):
        return _FOLDER.filled(file=name), _NO_FOLDER
    if not stat.S_ISREG(found.st_mode):
        return _ODD.filled(file=name), _PUT_FILE
    if found.st_size > env_file.MOST_BYTES:
        return _LARGE.filled(file=name, most=env_file.MOST_BYTES // 1024), _MOVE
    return None


def _is_unread(scene: Scene) -> bool:
    """Tell whether the configuration could not be read to its end."""
    return any(one.code.startswith(_BEFORE_ALL) for one in scene.strict.problems)


def _problems(scene: Scene, codes: tuple[str, ...]) -> list[Problem]:
    return [one for one in scene.strict.problems if one.code in codes]


def _of(problem: Problem, check: str) -> Finding:
    return Finding(check, ERROR, _told(problem), problem.hint)


def _told(problem: Problem) -> Phrase:
    return Phrase(problem.told("zh-CN"), problem.told("en"))


def _name(scene: Scene) -> Phrase:
    return Phrase(scene.given.name("zh-CN"), scene.given.name("en"))
