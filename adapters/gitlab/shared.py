"""The objects that many bodies share (`reference/gitlab.md` section 6)."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from adapters.fields import Fields
from adapters.links import quoted, web_url
from adapters.times import timestamp
from relay.events import Commit, Person, Project
from relay.text import first_line

NOBODY = Person()


class Pages(NamedTuple):
    """Where a project's pages lie; *old* routes (before GitLab 12) have no ``/-/``, section 6.7."""

    base: str
    old: bool = False

    def link(self, *parts: str) -> str:
        """Return the page at *parts*, or ``""`` when the place or a part is unknown."""
        if not self.base or not all(parts):
            return ""
        dash = [] if self.old and parts[0] != "jobs" else ["-"]  # jobs have had it since 9
        return web_url("/".join((self.base, *dash, *map(quoted, parts))))


def pages(project: Project, found_link: str = "") -> Pages:
    """Return where *project*'s pages lie; *found_link* is a link to one of them, if any."""
    old = found_link.startswith(project.url + "/") and "/-/" not in found_link
    return Pages(project.url, old)


def project(payload: Fields, page: str = "") -> Project:
    """Return whose event it is; without a project object (epics), whose page *page* is."""
    found = payload.sub("project")
    repository = payload.sub("repository")
    link = web_url(found.text("web_url", "homepage")) or web_url(repository.text("homepage"))
    url = link.rstrip("/")
    path = found.text("path_with_namespace") or place_path(url)
    path = path or payload.text("project_name").replace(" / ", "/")
    return Project(path, url, found.text("default_branch")) if path else project_of(page)


def project_of(url: str) -> Project:
    """Return the project or group whose page *url* (``…/-/…``) is; empty without ``/-/``."""
    place, dash, _ = web_url(url).partition("/-/")
    return Project(path=place_path(place), url=place) if dash else Project()


def placed(instance: str, path: str) -> Project:
    """Return the project at *path* of an *instance*, for bodies that hold no link."""
    known = instance and path
    return Project(path=path, url=web_url(f"{instance}/{quoted(path)}") if known else "")


def group(instance: str, path: str) -> Project:
    """Return the group at *path*, as `placed`; its pages lie below ``/groups``."""
    return placed(instance, f"groups/{path}")._replace(path=path) if path else Project()


def place_path(url: str) -> str:
    """Return the path of a project or group from its *url*, ``""`` when there is none."""
    try:
        path = urlsplit(url).path.strip("/")
    except ValueError:
        return ""
    return path.removeprefix("groups/").removesuffix(".git")


def person(found: Fields) -> Person | None:
    return _person(found.text("name"), found.text("username"), found.text("email"))


def flat_person(payload: Fields) -> Person | None:
    """Read the ``user_…`` fields of push, tag and member bodies."""
    return _person(
        payload.text("user_name"), payload.text("user_username"), payload.text("user_email")
    )


def people(found: Iterable[Fields]) -> tuple[Person, ...]:
    return tuple(one for one in map(person, found) if one)


def assignees(payload: Fields) -> list[Fields]:
    """Return ``assignees``, or before GitLab 12 the one ``assignee``."""
    one = payload.sub("assignee")
    return payload.objects("assignees") or ([one] if one else [])


def author(attributes: Fields, known: Iterable[Fields]) -> Person | None:
    """Return the one of *known* that ``author_id`` names; bodies hold no author's name."""
    wanted = attributes.integer("author_id")
    if wanted is None:
        return None
    return next((person(one) for one in known if one.integer("id") == wanted), None)


def shown(who: Person) -> str:
    return who.name or who.username


def labels(payload: Fields) -> tuple[str, ...]:
    """Return the titles of ``labels``, wherever this version of GitLab puts them."""
    found = payload.objects("labels") or payload.sub("object_attributes").objects("labels")
    return tuple(title for label in found if (title := label.text("title")))


def commit(found: Fields, of: Pages) -> Commit | None:
    """Read a commit object (section 6.3); ``None`` without an id."""
    sha = found.text("id")
    if not sha:
        return None
    return Commit(
        sha=sha,
        title=first_line(found.text("message", "title")),
        author=person(found.sub("author")) or NOBODY,
        url=web_url(found.text("url")) or of.link("commit", sha),
    )


def bare_commit(sha: str, of: Pages) -> Commit | None:
    return Commit(sha, url=of.link("commit", sha)) if sha else None


def numbered(sign: str, found: Fields, key: str = "iid") -> str:
    """Return ``!42``, ``#231``; ``""`` without a number."""
    number = found.integer(key)
    return "" if number is None else f"{sign}{number}"


def day(text: str) -> str:
    """Return the date in front of a time, or ``""``."""
    return text[:10] if timestamp(text[:10]) is not None else ""


def _person(name: str, username: str, email: str) -> Person | None:
    if not name and not username:
        return None
    return Person(name, username, email if "@" in email else "")
