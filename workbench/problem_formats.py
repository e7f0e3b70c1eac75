"""The problems of a configuration as people and machines read them: one function for each form."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from relay.configuration.snippets import summary, told
from relay.errors import Problem

# Where every code is explained, by language.
DOCS: Mapping[str, str] = {
    "zh-CN": "docs/troubleshooting.zh-CN.md",
    "en": "docs/troubleshooting.md",
}

Secrets = Collection[tuple[int, int, int]]


class _Context(NamedTuple):
    lang: str
    texts: Mapping[str, str]
    secrets: Mapping[str, Secrets]


def formatted(
    problems: Sequence[Problem],
    form: str,
    lang: str,
    texts: Mapping[str, str],
    secrets: Mapping[str, Secrets] | None = None,
) -> str:
    """Return *problems* in one of `FORMS`, worded in *lang*, without a line break at the end.

    *texts* are the files' texts by the name that a problem has as its file, *secrets* the places of
    secrets in them, as `relay.configuration.snippets.snippet` takes them; both are for snippets
    only, which the form ``text`` has. Raises KeyError for another form.
    """
    return FORMS[form](problems, _Context(lang, texts, secrets or {}))


def docs(problem: Problem, lang: str) -> str:
    """Return where *problem*'s code is explained in *lang*."""
    return f"{DOCS[lang]}#{problem.code.lower()}"


def _text(problems: Sequence[Problem], context: _Context) -> str:
    blocks = [
        told(one, context.texts.get(one.file, ""), context.lang, context.secrets.get(one.file, ()))
        for one in problems
    ]
    return "\n\n".join([*blocks, summary(problems, context.lang)])


def _json(problems: Sequence[Problem], context: _Context) -> str:
    return _dumped(
        [
            {
                "code": one.code,
                "level": _level(one),
                "file": one.file or None,
                "line": one.line or None,
                "column": one.column or None,
                "path": one.where,
                "message": one.message.of(context.lang),
                "hint": one.hint.of(context.lang),
                "docs": docs(one, context.lang),
            }
            for one in problems
        ]
    )


def _github(problems: Sequence[Problem], context: _Context) -> str:
    """Workflow commands: https://docs.github.com/actions/reference/workflow-commands"""
    return "\n".join(_command(one, context.lang) for one in problems)


def _command(problem: Problem, lang: str) -> str:
    place: dict[str, object] = {}
    if problem.file and problem.line:
        place = {"file": problem.file, "line": problem.line, "col": problem.column}
    properties = {**place, "title": problem.code}
    written = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{_level(problem)} {written}::{_escaped(_sentence(problem, lang))}"


def _escaped(value: object, also: str = "") -> str:
    """Return *value* with what would end it, or the command, in percent notation."""
    text = str(value)
    for char in f"%\r\n{also}":  # the percent sign first: the others bring new ones
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _gitlab(problems: Sequence[Problem], context: _Context) -> str:
    """A Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/"""
    seen: dict[tuple[str, ...], int] = {}
    report = []
    for one in problems:
        key = (one.file, one.code, one.where)
        seen[key] = seen.get(key, 0) + 1
        report.append(
            {
                "description": _sentence(one, context.lang).replace("\n", " — "),
                "check_name": one.code,
                "fingerprint": _fingerprint(*key, str(seen[key])),
                "severity": "major" if one.is_error else "minor",
                "location": {
                    "path": one.file.removeprefix("./") or DOCS[context.lang],
                    "lines": {"begin": max(one.line, 1)},
                },
            }
        )
    return _dumped(report)


def _fingerprint(*parts: str) -> str:
    """Return the same for the same problem when lines move or the language changes."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _sentence(problem: Problem, lang: str) -> str:
    """Return the message, with the variable if it stands in no file, and the hint below it."""
    name = f"{problem.where}: " if problem.where and not problem.line else ""
    message = f"{name}{problem.message.of(lang)}"
    hint = problem.hint.of(lang)
    return f"{message}\n{hint}" if hint else message


def _level(problem: Problem) -> str:
    return "error" if problem.is_error else "warning"


def _dumped(value: list[dict[str, Any]]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


FORMS: Mapping[str, Callable[[Sequence[Problem], _Context], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "gitlab": _gitlab,
}
