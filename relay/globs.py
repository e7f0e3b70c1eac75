"""Filters of routes and sources: lists of globs, as GitHub's workflows have them.

In a list the last pattern that matches decides; ``!`` in front of one excludes. Exclusions that
stand before the first other pattern exclude whatever follows, and a list of nothing else means
everything but these. ``$default`` is the project's default branch.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from relay.config import Patterns
from relay.glob_machine import Test, compiled
from relay.glob_parts import MOST_WILDCARDS, GlobError, negation_fault, parts
from relay.words import Phrase

DEFAULT_BRANCH = "$default"
# Only few payloads do not name the default branch (Gitee's jobs): better one message too many than
# a failure on the main branch that nobody hears of.
_USUAL_DEFAULTS = ("main", "master")
# Names with a few stars, as most patterns are: nothing in these can be wrong.
_PLAIN = r"!?(?!refs/|[/@$])[\w.@$*/-]{1,100}"  # compiled when a file is read


class _Filter(NamedTuple):
    """*excluded* first; then the last of *rules* that matches. A test of None is ``$default``."""

    excluded: tuple[Test | None, ...]
    rules: tuple[tuple[bool, Test | None], ...]


def matches(
    patterns: Patterns,
    texts: Sequence[str],
    *,
    default_branch: str = "",
    ignore_case: bool = False,
    one_thing: bool = False,
) -> bool:
    """Tell whether *patterns* let *texts* through: at least one of them.

    *one_thing*: all *texts* are about the same thing (its labels, somebody's names); then a pattern
    that matches any of them decides about all, so that an exclusion counts. Without texts only a
    list of exclusions lets through. *default_branch* empty: ``$default`` is main or master.
    A pattern with a `fault` matches nothing. Takes time linear in the texts' length.
    """
    found = _filter(patterns, ignore_case)
    defaults = (default_branch,) if default_branch else _USUAL_DEFAULTS
    if ignore_case:
        texts = [text.casefold() for text in texts]
    if one_thing or len(texts) < 2:
        return _included(found, texts, defaults)
    return any(_included(found, (text,), defaults) for text in texts)


@lru_cache(maxsize=1024)
def fault(pattern: str) -> Phrase | None:
    """Return why *pattern* (with or without ``!``) cannot be used, None when it can."""
    if re.fullmatch(_PLAIN, pattern) and pattern.count("*") <= MOST_WILDCARDS:
        return None
    try:
        if found := negation_fault(pattern):
            return found
        parts(pattern.removeprefix("!"))
    except GlobError as error:
        return error.fault
    return None


def _included(found: _Filter, texts: Sequence[str], defaults: tuple[str, ...]) -> bool:
    for test in found.excluded:
        if _hits(test, texts, defaults):
            return False
    for includes, test in found.rules:
        if _hits(test, texts, defaults):
            return includes
    return not found.rules


def _hits(test: Test | None, texts: Sequence[str], defaults: tuple[str, ...]) -> bool:
    for text in texts:  # noqa: SIM110 - a generator takes twice as long, and this runs most of all
        if test(text) if test else text in defaults:
            return True
    return False


@lru_cache(maxsize=2048)  # of the configuration: a hundred routes have some three each
def _filter(patterns: Patterns, ignore_case: bool) -> _Filter:
    included = [not pattern.startswith("!") for pattern in patterns]
    first = included.index(True) if True in included else len(patterns)
    tests = [_test(pattern.removeprefix("!"), ignore_case) for pattern in patterns]
    rules = tuple(zip(included[first:], tests[first:], strict=True))
    return _Filter(tuple(tests[:first]), rules[::-1])


def _test(pattern: str, ignore_case: bool) -> Test | None:
    if pattern == DEFAULT_BRANCH:
        return None
    try:
        return compiled(parts(pattern.casefold() if ignore_case else pattern))
    except GlobError:
        return _nothing


def _nothing(text: str) -> bool:
    return False
