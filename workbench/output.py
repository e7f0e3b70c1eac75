"""A command whose output cannot be written: the disk is full, or the reader has gone."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TextIO

import click

from relay.words import Phrase
from workbench.cli import Failure
from workbench.usage_errors import told_in
from workbench.verb import told_language

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_NOT_WRITTEN = Phrase("输出写不出去（{why}）", "the output cannot be written ({why})")


def run(command: Callable[[], object], arguments: Sequence[str]) -> None:
    """Run *command*, which raises SystemExit, and write out all that it printed.

    What cannot be written ends it with exit code 1: with one line that says why, in the language
    of *arguments*, or quietly if nobody reads any more.
    """
    try:
        try:
            command()
        finally:
            if sys.stdout:  # a closed one is None
                sys.stdout.flush()
    except OSError as error:
        if error.filename or error.errno not in (*_FULL, errno.EPIPE):
            raise
        if error.errno != errno.EPIPE:
            _tell(error, told_language(arguments))
        for stream in (sys.stdout, sys.stderr):
            _empty(stream)
        sys.exit(Failure.exit_code)


def _tell(error: OSError, lang: str) -> None:
    why = error.strerror or type(error).__name__
    try:
        with told_in(lang):
            raise Failure(_NOT_WRITTEN.filled(why=why).of(lang))
    except click.ClickException as told:
        with suppress(OSError):  # it may be this very stream
            told.show()


def _empty(stream: TextIO | None) -> None:
    """Let what *stream* still holds go nowhere: Python would write it at its end, and fail."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
