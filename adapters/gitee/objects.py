"""The objects that Gitee's events share (section 5): people, repository, commits, labels."""

from adapters.commits import is_zero
from adapters.fields import Fields
from adapters.links import quoted, web_url
from relay.events import Commit, Person, Project
from relay.text import first_line


def person(user: Fields) -> Person | None:
    """Return somebody, or None when the object names nobody.

    *remark* is the name given inside an enterprise, often the only real one.
    """
    username = user.text("login", "username", "user_name")
    email = user.text("email")
    found = Person(
        name=user.text("remark", "name") or username,
        username=username,
        email=email if "@" in email else "",
    )
    return found if any(found) else None


def people(holder: Fields, key: str) -> tuple[Person, ...]:
    found = [person(user) for user in holder.objects(key)]
    return tuple(dict.fromkeys(one for one in found if one))


def first_person(payload: Fields, *keys: str) -> Person | None:
    """Return the first of *keys* that names somebody."""
    found = (person(payload.sub(key)) for key in keys)
    return next((one for one in found if one), None)


def project(payload: Fields) -> Project:
    """Return the repository; for work items without one, the enterprise they belong to."""
    repository = payload.sub("repository", "project")
    if not repository:
        repository = payload.sub("pull_request").sub("base").sub("repo")
    if repository:
        return Project(
            path=full_path(repository),
            url=page(repository),
            default_branch=repository.text("default_branch"),
        )
    enterprise = payload.sub("enterprise")
    return Project(path=enterprise.text("name"), url=page(enterprise))


def full_path(repository: Fields) -> str:
    """Return ``namespace/path``; ``full_name`` holds display names in the help page's samples."""
    whole = repository.text("path_with_namespace", "full_name")
    if whole:
        return whole
    parts = (repository.text("namespace"), repository.text("path", "name"))
    return "/".join(part for part in parts if part)


def page(thing: Fields) -> str:
    """Return the page of a repository, issue, pull request or comment; ``""`` without one."""
    return web_url(thing.text("html_url")) or web_url(thing.text("url"))


def below(place: Project, *parts: str) -> str:
    """Return the page below the repository's own; ``""`` if it has none or a part is empty."""
    if not place.url or not all(parts):
        return ""
    return web_url("/".join([place.url.rstrip("/"), *(quoted(part) for part in parts)]))


def commit(found: Fields, place: Project) -> Commit | None:
    """Return a commit, or None without an id; its title is the first line of the message."""
    sha = found.text("id")
    if not sha:
        return None
    return Commit(
        sha=sha,
        title=first_line(found.text("message")),
        author=person(found.sub("author")) or Person(),
        url=web_url(found.text("url")) or below(place, "commit", sha),
    )


def bare_commit(sha: str, place: Project) -> Commit | None:
    """Return the commit of which only the id is known; None for no id and for all zeros."""
    if not sha or is_zero(sha):
        return None
    return Commit(sha, url=below(place, "commit", sha))


def labels(holder: Fields, key: str = "labels") -> tuple[str, ...]:
    found = (label.text("name") for label in holder.objects(key))
    return tuple(dict.fromkeys(name for name in found if name))


def is_confidential(payload: Fields) -> bool:
    """Tell whether the issue is hidden from a part of the project's readers.

    A private repository is not: who sees its messages is a matter of the configuration.
    """
    issue = payload.sub("issue")
    return issue.flag("security_hole") or issue.flag("private")


def are_lists(holder: Fields, *keys: str) -> bool:
    return all(isinstance(holder.raw(key), list) for key in keys)
