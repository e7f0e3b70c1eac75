"""Commands to copy, checked without running them; what a program takes is in `doc_programs`."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator

from doc_blocks import Block
from doc_programs import ASSIGNMENT, PROGRAMS, Words, check_variable

_HEREDOC = re.compile(r"<<-?\s*'?(\w+)'?(.*)\n(?:.*\n)*?\s*\1\n")
_SUBSTITUTED = re.compile(r"\$\(([^()]*)\)")
_SEPARATORS = ";&|()<>\n"
_KEYWORDS = ("do", "then", "else", "!", "{", "time")
_LOOPS = ("for", "done", "fi", "}", "esac")
_SUDO_OPTIONS = ("-E", "-H")


def check_commands(text: str, page: str = "") -> None:
    """Assert that bash can read *text*, and that each command in it could run.

    What *page* configures is known to them.
    """
    bash = shutil.which("bash") or shutil.which("sh")
    assert bash
    done = subprocess.run(  # noqa: S603 - reads, does not run
        [bash, "-n"], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for words in commands(text):
        check_command(words, Block(page, 0, "sh", "", text))


def commands(text: str) -> Iterator[Words]:
    """Yield the words of each simple command of *text*, those of substitutions included."""
    text = re.sub(r"(?m)(^|\s)#.*$", r"\1", _HEREDOC.sub(r"\2\n", text.replace("\\\n", " ")))
    while inner := _SUBSTITUTED.search(text):
        yield from commands(inner[1])
        text = f"{text[: inner.start()]}$SUBSTITUTED{text[inner.end() :]}"
    words: Words = []
    into_file = False
    for token in _tokens(text):
        if token and not token.strip("<>&0123456789") and set(token) & set("<>"):
            into_file = True
            words = words[:-1] if words and words[-1] in ("1", "2") else words
        elif into_file:
            into_file = False
        elif not token.strip(_SEPARATORS):
            yield from _command(words)
            words = []
        else:
            words.append(token)
    yield from _command(words)


def _tokens(text: str) -> Iterator[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=_SEPARATORS)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    return iter(lexer)


def _command(words: Words) -> Iterator[Words]:
    while words and words[0] in _KEYWORDS:
        words = words[1:]
    if words and words[0] not in _LOOPS:
        yield words


def check_command(words: Words, block: Block) -> None:
    """Assert that *words*, one command of *block*, could run."""
    while words and ASSIGNMENT.match(words[0]):
        check_variable(words[0], block)
        words = words[1:]
    if not words:
        return
    if words[0] == "sudo":
        check_command([word for word in words[1:] if word not in _SUDO_OPTIONS], block)
        return
    program, arguments = _program(words[0]), words[1:]

    assert program in PROGRAMS, f"no check for {program}: add one to tests/doc_programs.py"
    PROGRAMS[program](arguments, block)


def _program(word: str) -> str:
    assert "/bin/" in word or "/" not in word, f"{word}: what is it?"
    return re.sub(r"^python3?(\.\d+)?$", "python", word.rpartition("/")[2])
