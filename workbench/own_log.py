"""The function's own log while a command runs it: only what a person must know is shown."""

import logging
import sys
from collections.abc import Mapping

from rich.console import Console

from relay import log
from relay.words import Phrase
from workbench.terminal import single_line

_TEMPLATE = Phrase(
    "模板出错（{code}），用内置消息代替：{detail}",
    "a template failed ({code}), the built-in message stands in: {detail}",
)
_REFUSED = Phrase("          401：{detail}", "          401 because {detail}")
_SHOWN = {"template.failed": _TEMPLATE, "request.refused": _REFUSED}


def configure(environ: Mapping[str, str], console: Console, lang: str) -> None:
    """Keep the log off the screen unless LOG_LEVEL asks for it.

    Two things are shown on *console* all the same: that a template failed, and why a request was
    answered with 401. The caller is not told that, but this is your own machine.
    """
    if level := environ.get("LOG_LEVEL"):
        log.configure(level, sys.stderr)
        return
    log.configure("WARNING", sys.stderr)  # silences the libraries, too
    logging.getLogger("relay").handlers[:] = [_Notes(console, lang)]


class _Notes(logging.Handler):
    def __init__(self, console: Console, lang: str) -> None:
        super().__init__()
        self._console = console
        self._lang = lang

    def emit(self, record: logging.LogRecord) -> None:
        fields = getattr(record, "fields", {})
        phrase = _SHOWN.get(str(record.msg))
        if phrase is None or (phrase is _REFUSED and fields.get("code") != "E302"):
            return
        told = {"code": fields.get("code", ""), "detail": fields.get("detail", "")}
        self._console.print(single_line(phrase.filled(**told).of(self._lang)))
