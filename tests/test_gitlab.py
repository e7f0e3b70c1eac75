"""GitLab bodies as a whole: dispatch, samples, hostile values, recorded bodies."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.fields import Fields
from adapters.gitlab import CONVERTERS, convert
from adapters.gitlab.admin import ADMIN
from relay.errors import Ignored
from relay.events import Event
from relay.kinds import KINDS
from workbench.samples import NOW, load, names

SAMPLES = [name for name in names() if name.startswith("gitlab/")]
RECORDED = Path(__file__).parents[2] / "shared" / "payloads" / "gitlab"
HEADERS = (
    "Push Hook",
    "Tag Push Hook",
    "Issue Hook",
    "Confidential Issue Hook",
    "Note Hook",
    "Confidential Note Hook",
    "Merge Request Hook",
    "Job Hook",
    "Pipeline Hook",
    "Wiki Page Hook",
    "Deployment Hook",
    "Release Hook",
    "Feature Flag Hook",
    "Emoji Hook",
    "Resource Access Token Hook",
    "Resource Deploy Token Hook",
    "Milestone Hook",
    "Vulnerability Hook",
    "Member Hook",
    "Subgroup Hook",
    "Project Hook",
    "System Hook",
    "Service Hook",
    "Build Hook",
    "Test Hook",
    "Something Newer Hook",
    "",
)


def outcome(header: str, body: object) -> Event | Ignored:
    """Convert *body*; any error but Ignored fails the test, as does what `KINDS` does not know."""
    headers = {"x-gitlab-event": header, "x-gitlab-instance": "https://git.example.com"}
    try:
        event = convert(headers, Fields(body))
    except Ignored as ignored:
        assert ignored.reason in ("R10", "R32")
        return ignored
    assert event.source == "gitlab"
    assert event.action in KINDS[event.kind]
    return event


def refusal(header: str, body: object) -> str:
    found = outcome(header, body)
    assert isinstance(found, Ignored)
    return found.reason


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_the_event_its_name_says(name: str) -> None:
    """Every sample is the event of its file name, or is ignored for the reason it gives."""
    sample = load(name)

    found = outcome(sample.headers["X-Gitlab-Event"], sample.body)

    if isinstance(found, Ignored):
        assert sample.ignored == found.reason
    else:
        assert (sample.event, sample.ignored) == (found.name, "")
        assert found.occurred_at is None or 0 <= NOW - found.occurred_at <= 180


def test_the_samples_name_the_kinds_of_gitlab() -> None:
    """Every kind that GitLab can send has a sample, and so has every row of the table of kinds."""
    kinds = {load(name).event.split(".")[0] for name in SAMPLES}

    assert set(KINDS) - {"test"} == kinds


def bent(value: object, others: tuple[object, ...]) -> Iterator[Callable[[], object]]:
    """Yield, for every key at every depth, the ways to spoil it, and mend it afterwards.

    Of a list only the first entry is spoiled: the others are of the same kind.
    """
    items = value.items() if isinstance(value, dict) else enumerate(value[:1])  # type: ignore
    container: Any = value
    for key, kept in list(items):
        if isinstance(value, dict):
            yield lambda key=key: container.pop(key)
        for other in others:
            yield lambda key=key, other=other: container.__setitem__(key, other)
        container[key] = kept
        if isinstance(kept, dict | list):
            yield from bent(kept, others)


ODD: tuple[object, ...] = (None, 7, [[], {}, None, "x"], "text", {"a": {"b": []}})


@pytest.mark.parametrize("name", SAMPLES)
def test_a_body_with_one_odd_value_is_an_event_or_ignored(name: str) -> None:
    """Whatever single key is missing or of another type, nothing but Ignored is raised."""
    sample = load(name)
    count = 0
    for spoil in bent(sample.body, ODD):
        spoil()
        outcome(sample.headers["X-Gitlab-Event"], sample.body)
        count += 1

    assert sample.body == load(name).body
    assert count >= 6 * len(sample.body)


NASTY: tuple[object, ...] = (
    "\ud800\x00\u202e" + "0" * 2000,
    10**400,
    float("nan"),
    "https://[",
)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_body_with_one_nasty_value_is_an_event_or_ignored(name: str) -> None:
    """Lone surrogates, huge numbers, NaN and half URLs raise nothing and stay valid Unicode."""
    sample = load(name)
    for spoil in bent(sample.body, NASTY):
        spoil()
        found = outcome(sample.headers["X-Gitlab-Event"], sample.body)
        json.dumps(found, ensure_ascii=False, default=str).encode()

    assert sample.body == load(name).body


@pytest.mark.parametrize("kind", [*CONVERTERS, *ADMIN, "repository_update", "commit", ""])
@pytest.mark.parametrize(
    "filling",
    [
        {},
        {"object_attributes": {"action": "explode"}},
        {"object_attributes": {"action": "update"}, "changes": {"x": 1}, "action": "explode"},
        {"object_attributes": [1], "project": "p", "user": "u", "ref": 5, "before": 0},
        {"text": "a custom template"},
    ],
    ids=["empty", "unknown-action", "update", "wrong-types", "template"],
)
def test_a_kind_without_its_fields_is_an_event_or_ignored(kind: str, filling: Any) -> None:
    """A body that says its kind and little else never raises anything but Ignored."""
    outcome("System Hook", {"object_kind": kind} | filling)


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize(
    "body",
    [{}, {"text": "a custom template"}, [], "text", None, 7, {"object_kind": 5, "event_name": []}],
    ids=["empty", "template", "list", "text", "null", "number", "wrong-types"],
)
def test_a_body_that_says_nothing_is_ignored(header: str, body: object) -> None:
    """Under every header, a body without a known field is ignored as not supported."""
    assert refusal(header, body) == "R10"


@pytest.mark.parametrize(
    "body",
    [
        {"object_kind": "something_new", "object_attributes": {"action": "open"}},
        {"event_name": "something_new"},
        load("gitlab/push.pushed-repository_update").body,
    ],
    ids=["kind", "event-name", "repository_update"],
)
def test_an_unknown_kind_is_ignored(body: object) -> None:
    """Kinds we do not know, and the second report of a push, are not supported (R10)."""
    assert refusal("System Hook", body) == "R10"


@pytest.mark.parametrize("header", ["System Hook", "Service Hook", "Issue Hook", ""])
def test_the_body_wins_over_the_header(header: str) -> None:
    """A body that names its kind is that kind whatever the header says."""
    found = outcome(header, load("gitlab/pipeline.failed").body)

    assert isinstance(found, Event)
    assert found.name == "pipeline.failed"


@pytest.mark.parametrize(
    ("header", "sample"),
    [
        ("Push Hook", "push.pushed"),
        ("Test Hook", "push.pushed"),
        ("Tag Push Hook", "tag.created"),
        ("Issue Hook", "issue.opened"),
        ("Confidential Issue Hook", "issue.opened"),
        ("Note Hook", "comment.created-issue"),
        ("Merge Request Hook", "merge_request.merged"),
        ("Job Hook", "job.failed"),
        ("Build Hook", "job.failed"),
        ("Pipeline Hook", "pipeline.failed"),
        ("Wiki Page Hook", "wiki.created"),
        ("Deployment Hook", "deployment.success"),
        ("Release Hook", "release.created"),
        ("Feature Flag Hook", "feature_flag.enabled"),
        ("Emoji Hook", "emoji.awarded"),
        ("Resource Access Token Hook", "access_token.expiring"),
        ("Resource Deploy Token Hook", "access_token.expiring-deploy"),
        ("Milestone Hook", "milestone.created"),
        ("Vulnerability Hook", "vulnerability.detected"),
    ],
)
def test_the_header_helps_when_the_body_is_silent(header: str, sample: str) -> None:
    """Bodies without object_kind and event_name (GitLab 8) are told by their header."""
    body = load(f"gitlab/{sample}").body
    body.pop("object_kind", None)
    body.pop("event_name", None)

    found = outcome(header, body)

    assert isinstance(found, Event)
    assert sample.split("-")[0] == found.name


@pytest.mark.parametrize(
    ("header", "change"),
    [
        ("Confidential Note Hook", {}),
        ("Note Hook", {"event_type": "confidential_note"}),
        ("Note Hook", {"object_attributes": {"internal": True}}),
        ("Note Hook", {"object_attributes": {"confidential": True}}),
        ("Note Hook", {"object_attributes": {"confidential": "true"}}),
        ("Note Hook", {"issue": {"confidential": True}}),
    ],
)
def test_one_sign_makes_it_confidential(header: str, change: dict[str, Any]) -> None:
    """Header, event_type, and three places in the body each make an event confidential."""
    body = load("gitlab/comment.created-issue").body
    for key, value in change.items():
        body[key] = body[key] | value if isinstance(value, dict) else value

    found = outcome(header, body)

    assert isinstance(found, Event)
    assert found.confidential


@pytest.mark.parametrize(
    "name", ["comment.created-internal", "issue.opened-confidential"], ids=["note", "issue"]
)
def test_the_confidential_samples_are_confidential(name: str) -> None:
    """The samples of confidential events carry the mark."""
    sample = load(f"gitlab/{name}")
    found = outcome(sample.headers["X-Gitlab-Event"], sample.body)

    assert isinstance(found, Event)
    assert found.confidential


def test_an_ordinary_event_is_not_confidential() -> None:
    """Without any sign an event is public, as are emoji on an ordinary note."""
    found = outcome("Issue Hook", load("gitlab/issue.opened").body)

    assert isinstance(found, Event)
    assert not found.confidential


def test_an_emoji_on_an_internal_note_is_confidential() -> None:
    """The note an emoji was given to may be internal."""
    body = load("gitlab/emoji.awarded").body
    body["note"] = {"id": 1, "internal": True}

    found = outcome("Emoji Hook", body)

    assert isinstance(found, Event)
    assert found.confidential


def recorded() -> list[tuple[str, str]]:
    manifest = RECORDED / "manifest.json"
    if not manifest.exists():
        return []
    listed = json.loads(manifest.read_text(encoding="utf-8"))
    return [(entry["event_header"], entry["file"]) for entry in listed]


# What the folder of a recorded body says must come out, by the name of its file.
KIND_OF_FILE = {
    "push": "push",
    "issue": "issue",
    "note": "comment",
    "merge": "merge_request",
    "pull": "merge_request",
    "pipeline": "pipeline",
    "tag": "tag",
    "wiki": "wiki",
    "build": "job",
    "job": "job",
    "deployment": "deployment",
    "release": "release",
    "vulnerability": "vulnerability",
    "milestone": "milestone",
    "member": "member",
}


@pytest.mark.skipif(not recorded(), reason="no recorded bodies in ../shared/payloads/gitlab")
@pytest.mark.parametrize(("header", "file"), recorded() or [("", "")])
def test_a_recorded_body_is_understood(header: str, file: str) -> None:
    """Bodies recorded from GitLab 8 to 19 become events of their kind; only noise is ignored."""
    found = outcome(header, json.loads((RECORDED / file).read_text(encoding="utf-8")))

    if isinstance(found, Ignored):
        assert found.reason == "R32"
    else:
        name = Path(file).stem
        wanted = "comment" if "comment" in name else KIND_OF_FILE.get(name.split("_")[0])
        assert found.kind == (wanted or found.kind)
        assert found.project.path or found.kind == "user"
