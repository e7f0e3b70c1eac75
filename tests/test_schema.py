"""The JSON Schema: made from the loader's own table, and committed as editors read it."""

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from relay.configuration.fields import TABLES, Field
from relay.policy import known_patterns
from relay.version import VERSION
from workbench.schema import schema

COMMITTED = Path(__file__).parent.parent / "schema" / "config.schema.json"
MOST_BYTES = 80_000
KEYS = [(table, key) for table, keys in TABLES.items() for key in keys]
CHINESE = re.compile("[\u4e00-\u9fff]")
RECEIVERS = {"backend": {"type": "wecom_robot", "url": "${WECOM_URL}"}}
FLAGS = ["true", "True", "yes", "on", "off", "NO", True, "${DRAFTS}"]


def field_of(table: str, key: str) -> Field:
    return TABLES[table][key]


@functools.cache
def validator() -> Draft7Validator:
    return Draft7Validator(schema())


def described(table: str, key: str) -> Any:
    found = validator().schema
    place = found if table == "config" else found["definitions"][table]
    return place["properties"][key]


def complaints(**written: Any) -> list[str]:
    """Return what the schema says about a small configuration that has *written* as well."""
    document = {"version": 1, "receivers": RECEIVERS, **written}
    return [error.message for error in validator().iter_errors(document)]


def route(**keys: Any) -> list[str]:
    return complaints(routes=[{"receivers": ["backend"], **keys}])


def test_the_committed_schema_is_what_the_command_prints(*, update_golden: bool) -> None:
    """`schema/config.schema.json` is generated: --update-golden writes it anew."""
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if update_golden:
        COMMITTED.write_text(text, "utf-8")

    assert text == COMMITTED.read_text("utf-8")


def test_it_is_a_schema_of_draft_07() -> None:
    """Editors know draft-07; the version of the language stands in its id."""
    found = schema()

    Draft7Validator.check_schema(found)
    assert "http://json-schema.org/draft-07/schema#" == found["$schema"]
    assert found["$id"].endswith(VERSION)


def test_its_size_is_sane() -> None:
    """An editor fetches it each time: nothing is written out twice that could be named once."""
    assert COMMITTED.stat().st_size < MOST_BYTES


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_every_key_is_described_in_both_languages(table: str, key: str) -> None:
    """What an editor shows for a key: Chinese and English, default and examples of the table."""
    found, field = described(table, key), field_of(table, key)

    zh, _, en = found["description"].partition(" / ")
    assert CHINESE.search(field.about.zh)
    assert found["description"] == f"{field.about.zh} / {field.about.en}"
    assert zh
    assert en
    assert bool(field.default) == ("default" in found)
    assert len(field.examples) == len(found.get("examples", ()))


def test_no_key_is_known_that_the_loader_does_not_know() -> None:
    """Every mapping with keys of ours refuses others, and has exactly those of the table."""
    tables = {"config": schema(), **schema()["definitions"]}

    for name, keys in TABLES.items():
        assert list(keys) == list(tables[name]["properties"])
        assert tables[name]["additionalProperties"] is False
    assert ["version", "receivers"] == schema()["required"]


def test_every_table_is_used() -> None:
    """A definition that nothing refers to is a mistake in the generator."""
    text = json.dumps(schema())

    unused = [name for name in schema()["definitions"] if f'"#/definitions/{name}"' not in text]
    assert [] == unused


def examples() -> Iterator[tuple[str, Any]]:
    for table, key in KEYS:
        found = described(table, key)
        for value in (
            *found.get("examples", ()),
            *([found["default"]] if "default" in found else ()),
        ):
            yield f"{table}.{key}", (table, key, value)


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [value for _, value in examples()],
    ids=[name for name, _ in examples()],
)
def test_what_it_recommends_is_valid(table: str, key: str, value: Any) -> None:
    """Defaults and examples that an editor offers are taken by the schema itself."""
    found = described(table, key)

    part = {**found, "definitions": schema()["definitions"]}
    assert [] == [error.message for error in Draft7Validator(part).iter_errors(value)]


@pytest.mark.parametrize("event", known_patterns())
def test_every_event_is_known_to_it(event: str) -> None:
    """Alone, in a list, excluded, and as a key."""
    assert [] == route(events=event)
    assert [] == route(events=[event, f"!{event}"], quiet=[event])
    assert [] == route(mention={event: ["author"]})


@pytest.mark.parametrize("event", ["psuh", "push.merged", "!", "!psuh", "push.", "on", True, 1])
def test_an_unknown_event_is_refused(event: object) -> None:
    """Typing mistakes in events are underlined in the editor."""
    assert route(events=[event])
    assert route(events=event)


@pytest.mark.parametrize("value", FLAGS)
def test_words_for_yes_and_no_are_taken_as_the_loader_takes_them(value: object) -> None:
    """YAML 1.1 and 1.2 read `on` differently, and both are right."""
    assert [] == route(drafts=value)


@pytest.mark.parametrize(
    "pattern", ["main", "$default", "!web/**", "v[0-9]+", "\\[wip\\]*", "*.jsx?", 1.10, "${BRANCH}"]
)
def test_patterns_are_taken(pattern: object) -> None:
    """Whatever the globs of the loader take; a number is the text as it is written."""
    assert [] == route(branches=[pattern])
    assert [] == route(branches=pattern)


@pytest.mark.parametrize(
    "pattern",
    ["", "!", "!!main", "/main", "refs/heads/main", "!refs/tags/v1", "v[0-9", "[]", "a\\"],
)
def test_patterns_that_cannot_be_used_are_refused(pattern: str) -> None:
    """What the loader says as E107 is underlined in the editor."""
    assert route(branches=[pattern])


@pytest.mark.parametrize(
    "written",
    [
        {"lang": "${LANGUAGE}"},
        {"version": "1"},
        {"delivery": {"retries": "${RETRIES}", "timeout": 5, "max_commits": "3"}},
        {"delivery": {"timeout": "500ms", "fallback": "backend"}},
        {"routes": None, "people": None, "templates": {"push": None}},
        {"people": {"zhangsan": {"mobile": 13800001111, "aliases": "zs@example.com"}}},
        {"time_intervals": {"night": {"times": [{"start_time": "22:00", "end_time": "24:00"}]}}},
    ],
)
def test_what_the_loader_takes_is_taken(written: dict[str, Any]) -> None:
    """Variables in any value, text for numbers, one value for a list, keys without a value."""
    assert [] == complaints(**written)


@pytest.mark.parametrize(
    "receiver",
    [
        {"type": "wecom_robot"},
        {"type": "wecom_robot", "url": []},
        {"type": "wecom_robot", "url": "a", "secret": "SECa"},
        {"type": "wecom_robot", "url": "a", "message": "action_card"},
        {"type": "dingtalk_robot", "url": "a", "message": "markdown_v2"},
        {"type": "dingtalk_robot", "url": "a", "to": ["author"]},
        {"type": "wecom_app", "corp_id": "a", "agent_id": 1, "secret": "b"},
        {"type": "wecom_app", "corp_id": "a", "agent_id": 1, "secret": "b", "to": []},
        {"url": "a"},
        None,
    ],
)
def test_a_receiver_must_fit_its_type(receiver: object) -> None:
    """Keys that a type needs, and keys and words that it has not."""
    assert complaints(receivers={"backend": receiver})
