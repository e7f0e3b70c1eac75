"""The records of templates: which fields each has, and how one is made of what an event holds.

A record of nothing has every field, all of them empty.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from relay.config import Person as ConfiguredPerson
from relay.describe.changes import field_name
from relay.describe.draft import short_sha, usable
from relay.events import Change, Commit, JobSummary, Person, Project
from relay.templating.values import MOST_ITEMS, MOST_TEXT, Address, Items, Record
from relay.text import clean
from relay.words import Phrase, Words, project_name


class Shape(NamedTuple):
    """*fields* are the names with what each is; *shown* the one that stands for the whole."""

    name: str
    shown: str
    fields: tuple[tuple[str, Phrase], ...]

    def record(self, *values: object) -> Record:
        names = (name for name, _ in self.fields)
        return Record(self.name, dict(zip(names, values, strict=True)), self.shown)


_NAME = Phrase("名字", "the name")
_USERNAME = Phrase("用户名", "the user name")
_URL = Phrase("地址", "the address")

PROJECT = Shape(
    "project",
    "name",
    (
        ("name", Phrase("路径的最后两段", "the last two parts of the path")),
        ("path", Phrase("完整路径", "the whole path")),
        ("url", _URL),
        ("default_branch", Phrase("默认分支", "the default branch")),
    ),
)
PERSON = Shape("person", "name", (("name", _NAME), ("username", _USERNAME)))
COMMIT = Shape(
    "commit",
    "short_sha",
    (
        ("sha", Phrase("完整的 sha", "the whole sha")),
        ("short_sha", Phrase("前 7 位", "its first 7 characters")),
        ("title", Phrase("第一行", "the first line")),
        ("url", _URL),
        ("author", Phrase("作者（有 name、username）", "the author, with name and username")),
    ),
)
JOB = Shape("job", "name", (("name", _NAME), ("stage", Phrase("阶段", "its stage")), ("url", _URL)))
CHANGE = Shape(
    "change",
    "name",
    (
        ("name", Phrase("改了什么", "what was edited")),
        ("before", Phrase("原来（列表：去掉的）", "the old value; of a list what was removed")),
        ("after", Phrase("现在（列表：加上的）", "the new value; of a list what was added")),
    ),
)
NUMBERED = Shape("number", "number", (("number", Phrase("编号", "the number")), ("url", _URL)))


def text(value: object) -> str:
    """Return user text as one clean line."""
    return clean(str(value))[:MOST_TEXT] if value else ""


def address(url: object) -> Address:
    return Address(usable(str(url or "")))


def items(values: Sequence[Any], make: Callable[[Any], object], blank: object = "") -> Items:
    return Items([make(value) for value in values[:MOST_ITEMS]], blank)


def project(found: Project) -> Record:
    return PROJECT.record(
        project_name(found.path), text(found.path), address(found.url), text(found.default_branch)
    )


def person(found: Person | None, words: Words) -> Record:
    username = text(found.username) if found else ""
    return PERSON.record(words.name(found), username)


def persons(found: Sequence[Person], words: Words) -> Items:
    return items(found, lambda one: person(one, words), person(None, words))


def commit(found: Commit | None, words: Words) -> Record:
    one = found or Commit("")
    author = person(one.author if found else None, words)
    return COMMIT.record(
        text(one.sha), short_sha(one.sha), text(one.title), address(one.url), author
    )


def commits(found: Sequence[Commit], words: Words) -> Items:
    return items(found, lambda one: commit(one, words), commit(None, words))


def jobs(found: Sequence[JobSummary]) -> Items:
    return items(found, _job, _job(JobSummary("")))


def _job(found: JobSummary) -> Record:
    return JOB.record(text(found.name), text(found.stage), address(found.url))


def changes(found: Sequence[Change], words: Words) -> Items:
    def change(one: Change) -> Record:
        return CHANGE.record(field_name(one, words), text(one.before), text(one.after))

    return items(found, change, CHANGE.record("", "", ""))


def numbered(number: object, url: object) -> Record:
    return NUMBERED.record(text(number), address(url))


def people(found: Sequence[ConfiguredPerson]) -> Record:
    """Return the configured people by user name: their names, and nothing else of them."""
    known = {one.username: one.name or one.username for one in found}
    fields = {name: PERSON.record(text(shown), text(name)) for name, shown in known.items()}
    return Record("people", fields)
