"""How the value of a variable is found in an event."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from relay.config import Person as ConfiguredPerson
from relay.describe import describe, drafted
from relay.describe.ci import state_word
from relay.describe.comments import place as comment_place
from relay.describe.draft import View
from relay.describe.plain import prose, read
from relay.describe.when import moment
from relay.events import Comment, Event, MergeRequest, Pipeline, Release, Tag
from relay.templating import records
from relay.templating.values import NO_NUMBER, Items
from relay.words import Words

_PROSE_CELLS = 800


class Scene(NamedTuple):
    """What the values are made from; *now_s* is Unix seconds, *timezone* an IANA name."""

    event: Event
    words: Words
    people: Sequence[ConfiguredPerson] = ()
    now_s: float | None = None
    timezone: str = "Asia/Shanghai"

    def of(self, field: str, blank: Any = "") -> Any:
        """Return a field of the subject, *blank* where it has none such or it is None."""
        value = getattr(self.event.subject, field, None)
        return blank if value is None else value


Make: TypeAlias = Callable[[Scene], object]


def text_of(*fields: str) -> Make:
    """Return what makes a text of the first of *fields* that the subject has."""
    return lambda scene: next((found for f in fields if (found := records.text(scene.of(f)))), "")


def prose_of(*fields: str) -> Make:
    """Return what makes a line of prose of the first of *fields* that the subject has."""
    return lambda scene: prose(next(filter(None, map(scene.of, fields)), ""), _PROSE_CELLS)


def address_of(field: str) -> Make:
    return lambda scene: records.address(scene.of(field))


def number_of(field: str) -> Make:
    return lambda scene: scene.of(field, NO_NUMBER)


def texts_of(field: str) -> Make:
    return lambda scene: records.items(scene.of(field, ()), records.text)


def persons_of(field: str) -> Make:
    return lambda scene: records.persons(scene.of(field, ()), scene.words)


def status(scene: Scene) -> str:
    told = state_word(scene.event, scene.words)
    return told or drafted(scene.event, View(scene.words, 0)).head.status


def headline(scene: Scene) -> str:
    return describe(scene.event, lang=scene.words.lang).title


def is_tag(scene: Scene) -> bool:
    return isinstance(scene.event.subject, Tag | Release) or scene.of("tag", False) is True


def ref(scene: Scene) -> str:
    subject = scene.event.subject
    return records.text(subject.tag if isinstance(subject, Release) else scene.event.ref)


def branch(scene: Scene) -> str:
    return "" if is_tag(scene) else ref(scene)


def tag(scene: Scene) -> str:
    return ref(scene) if is_tag(scene) else ""


def commit(scene: Scene) -> object:
    fields = ("commit", "head", "after", "merge_commit", "last_commit")
    listed = scene.of("commits", ())[:1]
    found = next((one for one in (*listed, *map(scene.of, fields)) if one), None)
    return records.commit(found, scene.words)


def author(scene: Scene) -> object:
    found = scene.of("author", None) or scene.of("target_author", None)
    commit = scene.of("commit", None)
    return records.person(found or (commit.author if commit else None), scene.words)


def merge_request(scene: Scene) -> object:
    match scene.event.subject:
        case MergeRequest(number=number):
            return records.numbered(number, scene.event.url)
        case Pipeline(merge_request=number, merge_request_url=url):
            return records.numbered(number, url)
        case Comment(target="merge_request", number=number, target_url=url):
            return records.numbered(number, url)
    return records.numbered("", "")


def pipeline(scene: Scene) -> object:
    if isinstance(scene.event.subject, Pipeline):
        return records.numbered(scene.event.subject.number, scene.event.url)
    return records.numbered(scene.of("pipeline"), scene.of("pipeline_url"))


def notes(scene: Scene) -> object:
    return Items([line for line, _ in read(scene.of("notes"))])


def place(scene: Scene) -> str:
    subject = scene.event.subject
    if isinstance(subject, Comment):
        return comment_place(subject, scene.words)
    return records.text(scene.of("place") or scene.of("path"))


def version(scene: Scene) -> str:
    return ref(scene) if scene.event.kind in ("deployment", "release") else ""


def happened(scene: Scene) -> str:
    then_s = scene.event.occurred_at or scene.now_s
    return moment(then_s, scene.timezone, chinese=scene.words.chinese)


def member(scene: Scene) -> object:
    found = scene.of("person", None)
    return records.person(found, scene.words)
