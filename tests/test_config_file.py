"""From the text of a configuration file to a `Config`: what is taken, and as what."""

import base64
import copy
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from damage import paths

from relay.config import Config, Person, Policy, Receiver, Route, Secret, TimeInterval, Times
from relay.configuration.environment import configuration
from relay.configuration.fields import MOST_TEMPLATE, TABLES
from relay.configuration.loading import load, load_from
from relay.configuration.notes import MOST_PROBLEMS
from relay.configuration.origins import Loaded, Origin
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.secrets import Store
from relay.configuration.snippets import told
from relay.errors import ConfigError
from relay.facts import FACTS
from relay.policy import known_patterns
from workbench.showing import shown

EXAMPLES = Path(__file__).parent.parent / "examples"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token="
TOKEN = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ENVIRON = {
    "WEBHOOK_SECRET": "the-secret",
    "WECOM_URL": "key-1",
    "SEVERAL": "key-1, key-2，key-3",
    "DINGTALK_URL": "token-1",
    "DINGTALK_SECRET": "SEC1",
    "SECRETS": "SEC1,,SEC3",
    "THREE": "token-1,token-2,token-3",
    "LEVEL": "en",
}
STORED = {"ssm:///robot": "key-stored", "file:///run/secret": '{"inner": "key-of-field"}'}
BASE = """\
version: 1
receivers:
  backend: { type: wecom_robot, url: "${WECOM_URL}" }
"""


def stored(places: Sequence[str]) -> dict[str, "str | SecretError"]:
    return {place: STORED.get(place) or fault("no_cloud", reference=place) for place in places}


def read(text: str, *, folder: Path | None = None, **options: bool) -> Loaded:
    store = Store(ENVIRON, clock=lambda: 0.0, fetchers={"ssm": stored, "file": stored})
    return load(text, "config.yml", ENVIRON, store, folder=folder, **options)


def config(text: str, *, folder: Path | None = None) -> Config:
    """Return what *text* stands for, which has no problem at all."""
    found = read(text, folder=folder)
    assert [] == [problem.told("en") for problem in found.problems]
    return found.usable()


def route(text: str) -> Route:
    """Return a route that has the lines of *text* as well."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return config(f"{BASE}routes:\n  - receivers: [backend]\n{lines}").routes[0]


def receivers(text: str) -> tuple[Receiver, ...]:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return config(f"version: 1\nreceivers:\n  robot:\n{lines}").receivers


def codes(text: str, **options: Any) -> list[str]:
    return [problem.code for problem in read(text, **options).problems]


# The text of a value is what counts


@pytest.mark.parametrize(
    "word",
    ["on", "no", "22:00", "1.10", "13800001111", "1e3", "0x10", "010", "2026-11-20", "=", "1_000"],
)
def test_yaml_guesses_nothing(word: str) -> None:
    """What YAML 1.1 takes for a boolean, a number or a date is the text that was written."""
    found = route(f"labels: [{word}]\ntags: {word}\npaths: '{word}'")

    assert ((word,), (word,), (word,)) == (found.labels, found.tags, found.paths)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("True", True),
        ("yes", True),
        ("ON", True),
        ("'true'", True),
        ("false", False),
        ("no", False),
        ("Off", False),
    ],
)
def test_words_for_yes_and_no(written: str, value: bool) -> None:
    """A flag is read from its text, in any case of letters."""
    assert value is route(f"drafts: {written}").drafts


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("5s", 5.0), ("500ms", 0.5), ("1m", 60.0), ("4", 4.0), ("2.5", 2.5), ("3 s", 3.0)],
)
def test_times_are_read_with_their_unit(written: str, seconds: float) -> None:
    """Seconds unless another unit is named."""
    found = config(f"{BASE}delivery: {{ timeout: {written}, retries: '3' }}\n").delivery

    assert Policy(timeout_s=seconds, retries=3) == found


@pytest.mark.parametrize("written", ["", " ~", " null", " []", ' ["*"]', " '*'"])
def test_a_key_without_a_value_counts_as_absent(written: str) -> None:
    """Also an empty list: somebody has commented out what stood below."""
    assert (("*",) if "*" in written else ()) == route(f"events:{written}").events


def test_keys_without_a_value_may_stand_anywhere() -> None:
    """Whole sections without content change nothing."""
    empty = (
        "lang:\nroutes: []\nsources: {}\npeople:\ndelivery: {}\ntemplates:\n  push:\nunmatched:\n"
    )

    assert config(BASE)._replace(digest="") == config(BASE + empty)._replace(digest="")


def test_one_value_stands_for_a_list_of_one() -> None:
    """Brackets may be left out."""
    several = (
        "events: [push]\nbranches: [main]\nmention: { push: [author] }\nshow: { push: [commits] }"
    )

    assert route(several) == route(several.replace("[", "").replace("]", ""))


def test_a_variable_may_stand_in_any_value() -> None:
    """Not only secrets: ``$${`` is a plain ``${``."""
    found = config(f"{BASE}lang: ${{LEVEL}}\nqueue: sqs://${{LEVEL:-x}}-${{NONE:-q}}.fifo\n")

    assert ("en", "sqs://en-q.fifo") == (found.lang, found.queue)
    assert ("${main}",) == route("branches: ['$${main}']").branches


def test_templates_keep_their_braces() -> None:
    """In a template nothing but the template's own variables is filled in."""
    assert (("push", "${WECOM_URL} {{ ref }}"),) == route(
        'append: { push: "${WECOM_URL} {{ ref }}" }'
    ).append


def test_windows_files_are_read() -> None:
    """A byte-order mark and Windows line ends are no fault, and move nothing."""
    text = f"{BASE}routes:\n  - receivers: [backend]\n    branches: main\n"

    found = config("\ufeff" + text.replace("\n", "\r\n"))
    assert config(text) == found
    assert "config.yml:5" == found.routes[0].place


# Parts that are written once


def test_anchors_and_merge_keys() -> None:
    """Own keys win over merged ones."""
    found = config(
        "version: 1\nreceivers:\n"
        '  one: &one { type: dingtalk_robot, url: "${DINGTALK_URL}", message: text }\n'
        "  two: { <<: *one, url: token-of-two-${WECOM_URL}, message: action_card }\n".replace(
            "token-of-two-${WECOM_URL}", '"${WECOM_URL}"'
        )
    ).receivers

    assert [("one", "text"), ("two", "action_card")] == [(one.name, one.message) for one in found]
    assert [DINGTALK + "token-1", DINGTALK + "key-1"] == [one.url.reveal() for one in found]


def test_lists_behind_an_alias() -> None:
    """One list of branches for several routes."""
    found = config(
        f"{BASE}routes:\n"
        "  - { name: a, receivers: [backend], branches: &main [main, release/**] }\n"
        "  - { name: b, receivers: [backend], branches: *main }\n"
    ).routes

    assert [("main", "release/**")] * 2 == [one.branches for one in found]


def test_a_fault_behind_an_alias_is_told_once() -> None:
    """However many routes use it: it is to be mended in one place."""
    routes = "".join("  - { receivers: [backend], branches: *b, <<: *m }\n" for _ in range(5))
    first = "  - &m { receivers: [backend], branches: &b [refs/heads/main], drafts: perhaps }\n"

    assert ["E107", "E106"] == codes(f"{BASE}routes:\n{first}{routes}")


# Receivers


def test_a_robot_is_named_by_its_whole_address_or_only_the_key() -> None:
    """What the robot's page shows may be pasted as it is; its other parameters go."""
    assert WECOM + "key-1" == receivers("type: wecom_robot\nurl: ${WECOM_URL}")[0].url.reveal()
    found = receivers(f'type: wecom_robot\nurl: "{WECOM}${{WECOM_URL}}&debug=1"')
    assert WECOM + "key-1" == found[0].url.reveal()


@pytest.mark.parametrize(
    "url", ["${SEVERAL}", '["${WECOM_URL}", "key-2${NONE:-}", "key-3${NONE:-}"]']
)
def test_several_addresses_make_several_receivers(url: str) -> None:
    """By a list or by commas in one variable: ``robot``, ``robot#2`` …; a route names them once."""
    text = f"version: 1\nreceivers:\n  robot: {{ type: wecom_robot, url: {url} }}\n".replace(
        "${SEVERAL}", '"${SEVERAL}"'
    )
    found = config(text + "routes:\n  - receivers: [robot]\n")

    names = ("robot", "robot#2", "robot#3")
    assert names == tuple(one.name for one in found.receivers)
    assert [WECOM + f"key-{n}" for n in (1, 2, 3)] == [one.url.reveal() for one in found.receivers]
    assert ("robot",) == found.routes[0].receivers


def test_an_address_that_is_there_twice_counts_once() -> None:
    """A group never gets a message twice."""
    found = receivers('type: wecom_robot\nurl: ["${WECOM_URL}", "${SEVERAL}"]')

    assert ["robot", "robot#2", "robot#3"] == [one.name for one in found]


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ("${SECRETS}", ["SEC1", None, "SEC3"]),
        ('["${DINGTALK_SECRET}", "SEC2${NONE:-}", "SEC3${NONE:-}"]', ["SEC1", "SEC2", "SEC3"]),
        ("", [None, None, None]),
    ],
)
def test_secrets_belong_to_addresses_by_their_place(
    secret: str, expected: list[str | None]
) -> None:
    """An empty place in a variable is a robot without 加签."""
    found = receivers(f"type: dingtalk_robot\nurl: ${{THREE}}\nsecret: {secret}")

    assert expected == [one.secret.reveal() if one.secret else None for one in found]


def test_secrets_know_where_they_came_from() -> None:
    """`show` prints references: of an address with a key in a variable everything but the key."""
    found = receivers(
        f'type: dingtalk_robot\nurl: "{DINGTALK}${{DINGTALK_URL}}"\nsecret: ${{DINGTALK_SECRET}}'
    )[0]

    assert DINGTALK + "${DINGTALK_URL}" == found.url.reference
    assert "${DINGTALK_SECRET}" == (found.secret or Secret("")).reference


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("ssm:///robot", "key-stored"),
        ("file:///run/secret#inner", "key-of-field"),
        ("${NONE:-key-9}", "key-9"),
    ],
)
def test_secrets_are_kept_elsewhere(url: str, key: str) -> None:
    """A parameter store, a field of a file, a default."""
    assert WECOM + key == receivers(f"type: wecom_robot\nurl: {url}")[0].url.reveal()


def test_a_lenient_load_goes_on_without_secrets() -> None:
    """For commands that only look: a warning, and a stand-in of the right form."""
    text = (
        "version: 1\nsources:\n  forge: { type: gitlab, signing_token: 'ssm:///none' }\n"
        "receivers:\n"
        "  robot: { type: dingtalk_robot, url: 'ssm:///none', secret: 'file:///none' }\n"
        "  app: { type: wecom_app, corp_id: 'ssm:///c', agent_id: 'ssm:///a', secret: 'ssm:///s',"
        " to: author }\n"
    )

    assert {"E206"} == set(codes(text))
    assert ["W208"] * 6 == codes(text, lenient=True)
    robot, app = read(text, lenient=True).usable().receivers
    assert "ssm:///none" == robot.url.reference
    assert (app.corp_id, app.agent_id) == ("ssm:///c", "ssm:///a")  # as `show` prints them


def test_an_application_as_receiver() -> None:
    """Its ids may be shown and may stand in the file; its API may be elsewhere."""
    text = (
        "version: 1\nallow_hosts: [WeCom.example.com]\nreceivers:\n  person:\n"
        "    type: wecom_app\n    corp_id: ww1\n    agent_id: 1000002\n"
        "    secret: ${WEBHOOK_SECRET}\n    to: [author, ZhangSan]\n"
        "    api_base: https://wecom.example.com/api/\n    message: text\n"
    )
    (found,) = config(text).receivers

    assert ("ww1", "1000002", ("author", "ZhangSan")) == (found.corp_id, found.agent_id, found.to)
    assert "https://wecom.example.com/api" == found.url.reveal()


def test_hosts_of_a_private_deployment() -> None:
    """`allow_hosts` lets a robot's address be anywhere; in capitals or not."""
    robot = (
        'robot: { type: wecom_robot, url: "http://Chat.example.com:8080/hook?key=${WECOM_URL}" }'
    )
    text = f"version: 1\nreceivers:\n  {robot}\n"

    assert ["E203"] == codes(text)
    found = config(text + "allow_hosts: [chat.example.com:8080, CHAT.example.com]\n")
    assert ("chat.example.com:8080", "chat.example.com") == found.allow_hosts


# Sources


def test_without_sources_the_variables_name_them() -> None:
    """GitLab and Gitee with WEBHOOK_SECRET; routes may name them."""
    found = config(f"{BASE}routes:\n  - {{ sources: [gitee], receivers: [backend] }}\n")

    assert [("gitlab", ["the-secret"]), ("gitee", ["the-secret"])] == [
        (one.name, [secret.reveal() for secret in one.secrets]) for one in found.sources
    ]


def test_sources_of_the_file() -> None:
    """Two secrets while one is changed, a signing token, an allow-list, the way to sign."""
    text = BASE + (
        "sources:\n"
        '  shop: { type: gitlab, secret: ["${WEBHOOK_SECRET}", "${LEVEL}"], projects: shop/** }\n'
        f'  pay: {{ type: gitlab, signing_token: "{TOKEN}${{NONE:-}}", signature: optional }}\n'
        "  oss: { type: gitee, secret: '${WEBHOOK_SECRET}', signature: hmac }\n"
        "  open: { type: gitee, allow_unsigned: yes }\n"
    )
    shop, pay, oss, unsigned = config(text).sources

    assert ["the-secret", "en"] == [secret.reveal() for secret in shop.secrets]
    assert ("shop/**",) == shop.projects
    assert ("", "optional", "hmac", "any") == (
        shop.signature,
        pay.signature,
        oss.signature,
        unsigned.signature,
    )
    assert unsigned.allow_unsigned


def test_a_signing_token_must_be_shown_unless_said_otherwise() -> None:
    """The default once a token is known."""
    text = f'{BASE}sources:\n  pay: {{ type: gitlab, signing_token: "{TOKEN}${{NONE:-}}" }}\n'

    assert "required" == config(text).sources[0].signature


# Routes


def test_without_routes_everybody_gets_the_default_events() -> None:
    """One route to all receivers, without filters."""
    assert (Route("all", ("backend",)),) == config(BASE).routes


def test_a_route_with_everything() -> None:
    """Every key of a route comes to its place."""
    text = (
        "name: dev\nevents: [Pull_Request, '!job.*']\nlang: en\nsources: [git*]\nprojects: [a/**]\n"
        "branches: [$default]\ntags: ['v*']\nauthors: ['!bot']\nlabels: [bug]\npaths: [docs/**]\n"
        "environments: [prod]\nconfidential: true\ndrafts: false\nquiet: pipeline.success\n"
        "mention: { 'pull_request.opened': [reviewers, '@all'] }\nshow: { '*': [commit] }\n"
        "append: { push: '{{ ref }}' }\noutside: quiet\ncontinue: false\n"
    )

    assert Route(
        "dev",
        ("backend",),
        events=("merge_request", "!job.*"),
        lang="en",
        sources=("git*",),
        projects=("a/**",),
        branches=("$default",),
        tags=("v*",),
        authors=("!bot",),
        labels=("bug",),
        paths=("docs/**",),
        environments=("prod",),
        confidential=True,
        drafts=False,
        quiet=("pipeline.success",),
        mention=(("merge_request.opened", ("reviewers", "@all")),),
        show=(("*", ("commit",)),),
        append=(("push", "{{ ref }}"),),
        outside="quiet",
        continues=False,
        place="config.yml:5",
    ) == route(text)


def test_a_route_without_a_name_is_called_by_its_place() -> None:
    """A log line must name it somehow."""
    assert "route-1" == route("events: push").name


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("continue: false, events: ['*']", "events: push", ["W105"]),
        ("continue: false, events: ['*']", "confidential: true", []),
        ("continue: false, events: ['*', '!job']", "events: push", []),
        ("continue: false, events: ['*'], drafts: no", "events: push", []),
        ("continue: false, events: ['*'], branches: main", "events: push", []),
        ("continue: false", "events: push", []),
        ("events: ['*']", "events: push", []),
    ],
)
def test_a_route_that_is_never_reached(first: str, second: str, expected: list[str]) -> None:
    """Only behind one that takes everything and stops."""
    routes = f"  - {{ receivers: [backend], {first} }}\n  - {{ receivers: [backend], {second} }}\n"

    assert expected == codes(f"{BASE}routes:\n{routes}")


@pytest.mark.parametrize(
    ("state", "variable", "expected"),
    [
        ("", "", ["W104"]),
        ("state: memory\n", "", ["W104"]),
        ("state: dynamodb://table\n", "", []),
        ("", "dynamodb://table", []),
        ("", "memory", ["W104"]),
        ("state: memory\n", "dynamodb://table", ["W104"]),
    ],
)
@pytest.mark.parametrize("event", ["[push, Pipeline.Fixed]", "pipeline.status_changed"])
def test_an_event_that_needs_a_state(
    event: str, state: str, variable: str, expected: list[str]
) -> None:
    """Memory does for one instance only; the file counts before the variable."""
    text = f"{BASE}routes:\n  - {{ receivers: [backend], events: {event} }}\n{state}"
    environ = {**ENVIRON, "RELAY_STATE": variable}

    found = load(text, "config.yml", environ, Store(environ, fetchers={}))
    assert expected == [problem.code for problem in found.problems]


def test_the_default_set_needs_no_state() -> None:
    """It has `pipeline.fixed`, and nothing is missing where that never comes."""
    assert codes(f"{BASE}routes:\n  - {{ receivers: [backend], events: [pipeline] }}\n") == []


def test_state_may_be_set_by_the_deployment() -> None:
    """RELAY_STATE counts where the file says nothing."""
    environ = {**ENVIRON, "RELAY_STATE": "dynamodb://table"}

    found = load(BASE, "config.yml", environ, Store(environ, fetchers={}))
    assert "dynamodb://table" == found.usable().state


def test_receivers_by_which_nothing_goes_out_are_noted() -> None:
    """Not those for what is left over, or for failures."""
    spare = '  spare: { type: wecom_robot, url: "${WECOM_URL}2" }\n'
    text = f"{BASE}{spare}routes:\n  - receivers: backend\n"

    assert {"W106", "W201"} >= set(codes(text)) >= {"W106"}
    assert "W106" not in codes(text + "unmatched: spare\n")
    assert "W106" not in codes(text + "delivery: { fallback: spare }\n")


# People and times


def test_people() -> None:
    """Ids, other names, a phone number as it is written; nothing of it is needed."""
    found = config(
        f"{BASE}people:\n"
        "  zhangsan: { name: 张三, wecom: ZhangSan, dingtalk: manager4021, mobile: 13800001111 }\n"
        "  li-si: { aliases: [lisi@example.com, 李四] }\n"
        "  bot: { mute: true }\n"
    ).people

    assert (
        Person("zhangsan", "张三", "ZhangSan", "manager4021", "13800001111"),
        Person("li-si", aliases=("lisi@example.com", "李四")),
        Person("bot", mute=True),
    ) == found


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("weekdays: [monday:friday]", TimeInterval("t", (0, 1, 2, 3, 4))),
        ("weekdays: [saturday:monday]", TimeInterval("t", (0, 5, 6))),
        ("weekdays: [Sat, sunday, sun]", TimeInterval("t", (5, 6))),
        (
            "times: [{ start_time: 22:00, end_time: 06:30 }]",
            TimeInterval("t", (), (Times(1320, 390),)),
        ),
        (
            "times: [{ start_time: 00:00, end_time: 24:00 }]",
            TimeInterval("t", (), (Times(0, 1440),)),
        ),
        ("location: Europe/Berlin", TimeInterval("t", (), (), "Europe/Berlin")),
        ("", TimeInterval("t")),
    ],
)
def test_time_intervals(written: str, expected: TimeInterval) -> None:
    """Weekdays and ranges that wrap, times over midnight and to the end of the day."""
    assert (expected,) == config(f"{BASE}time_intervals:\n  t: {{ {written} }}\n").time_intervals


# Template files


def test_a_template_file_stands_beside_the_configuration(tmp_path: Path) -> None:
    """Its text is read, whatever its line ends; a text that is no file name is one itself."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "push.md.j2").write_bytes("\ufeff🔨 {{ ref }}\r\n".encode())
    text = f"{BASE}templates:\n  push: in/push.md.j2\n  tag: 'notes.txt {{{{ tag }}}}.md'\n"

    expected = (("push", "🔨 {{ ref }}\r\n"), ("tag", "notes.txt {{ tag }}.md"))
    assert expected == config(text, folder=tmp_path).templates


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("none.j2", None, "E607"),
        ("../outside.j2", b"{{ ref }}", "E608"),
        ("/etc/hostname.txt", None, "E608"),
        ("large.md", b"x" * (MOST_TEMPLATE + 1), "E608"),
        ("latin.txt", "f\u00fcr".encode("latin-1"), "E607"),
        ("folder.md", "folder", "E607"),
    ],
)
def test_template_files_that_cannot_be_used(
    name: str, content: "bytes | str | None", code: str, tmp_path: Path
) -> None:
    """Missing, outside of the folder, too large, of another encoding, or no file at all."""
    folder = tmp_path / "here"
    folder.mkdir()
    if content == "folder":
        (folder / name).mkdir()
    elif isinstance(content, bytes):
        (folder / name).write_bytes(content)

    assert [code] == codes(f"{BASE}templates:\n  push: {name}\n", folder=folder)


def test_a_link_does_not_lead_outside(tmp_path: Path) -> None:
    """A symbolic link counts as what it leads to."""
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / "outside.j2").write_text("{{ ref }}")
    (folder / "push.j2").symlink_to(tmp_path / "outside.j2")

    assert ["E608"] == codes(f"{BASE}templates:\n  push: push.j2\n", folder=folder)


def test_templates_are_rendered_only_by_a_thorough_load() -> None:
    """A cold start imports no Jinja2; the fault of a block text is told in its own line."""
    text = f"{BASE}templates:\n  push: |\n    {{{{ ref }}}}\n    {{{{ reff }}}}\n"

    assert [] == codes(text)
    (problem,) = read(text, thorough=True).problems
    assert ("E602", 7, "templates.push") == (problem.code, problem.line, problem.where)


def test_a_file_is_read_with_its_templates(tmp_path: Path) -> None:
    """`load_from` looks for them beside the file, not where the process runs."""
    (tmp_path / "push.j2").write_text("{{ ref }}")
    path = tmp_path / "config.yml"
    path.write_text(f"{BASE}templates: {{ push: push.j2 }}\n")

    found = load_from(Origin("config.yml", path=path), ENVIRON, Store(ENVIRON), thorough=True)

    assert (("push", "{{ ref }}"),) == found.usable().templates
    assert "config.yml" == found.usable().origin


# Of errors


def test_a_configuration_with_errors_cannot_be_used() -> None:
    """All problems come with the refusal, and the file's own language as far as it is known."""
    found = read(f"{BASE}lang: en\nrouts: []\nquue: x\n")

    assert found.config is None
    assert "en" == found.lang
    with pytest.raises(ConfigError) as raised:
        found.usable()
    assert ["E101", "E101", "E106"] == [problem.code for problem in raised.value.problems]


def test_what_is_wrong_with_variables_is_told_beside_it() -> None:
    """A file without sources depends on WEBHOOK_SECRET: its absence is the file's problem."""
    environ = {"WECOM_URL": "key-1", "RELAY_ALLOW_HOSTS": "http://x"}

    found = load(BASE, "config.yml", environ, Store(environ, fetchers={}))

    assert [("E106", "RELAY_ALLOW_HOSTS"), ("E202", "WEBHOOK_SECRET")] == [
        (problem.code, problem.where) for problem in found.problems
    ]


ODD: list[Any] = [
    None,
    {},
    [],
    "",
    "x",
    [[]],
    [None],
    {"a": None},
    "${",
    "${X}",
    "a，b",
    "【x",
    "*",
]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.stem)
def test_no_odd_value_breaks_the_loader(path: Path) -> None:
    """Whatever stands in the place of a value: problems are told, nothing is raised."""
    document = yaml.safe_load(path.read_text("utf-8"))

    for at, place in enumerate(paths(document)):
        changed = copy.deepcopy(document)
        parent = changed
        for key in place[:-1]:
            parent = parent[key]
        parent[place[-1]] = ODD[at % len(ODD)]
        found = read(yaml.safe_dump(changed), folder=EXAMPLES)
        for problem in found.problems:
            assert told(problem, found.text, "en", found.spans)
        assert (found.config is None) == any(one.is_error for one in found.problems)


def test_a_secret_is_never_told() -> None:
    """Wherever it was pasted, message, hint and the problem's own text do not hold it."""
    secret = "SECplantedplanted1"
    text = (
        f"version: 1\nreceivers:\n  robot: {{ type: {secret}, url: {secret}, secrt: {secret} }}\n"
        f"  other: {{ type: dingtalk_robot, url: '${{{secret}}}', message: {secret} }}\n"
        f"people: {{ lisi: {{ mobile: {secret}, wecom: 'u {secret}' }} }}\n"
        f"routes: [{{ receivers: {secret}, events: {secret}, {secret}: 1 }}]\n"
    )
    found = read(text, thorough=True)

    assert len(found.problems) >= 8
    assert secret not in repr(found.problems)


# Variables and file are two ways to write the same


ROBOT = {"WECOM_WEBHOOK_URL": "key-1", "WEBHOOK_SECRET": "the-secret"}
DING = {"DINGTALK_WEBHOOK_URL": "t1", "WEBHOOK_SECRET": "the-secret"}
ENVIRONMENTS: list[Mapping[str, str]] = [
    ROBOT,
    DING,
    {**ROBOT, **DING},
    {**DING, "DINGTALK_SECRET": "SEC1"},
    {**ROBOT, "WECOM_WEBHOOK_URL": "key-1,key-2，key-3"},
    {**ROBOT, "WECOM_WEBHOOK_URL": f"{WECOM}key-1,{WECOM}key-1&x=1"},
    {**DING, "DINGTALK_WEBHOOK_URL": "t1,t2,t3", "DINGTALK_SECRET": "SEC1,,SEC3"},
    {**DING, "DINGTALK_WEBHOOK_URL": "t1,t2", "DINGTALK_SECRET": "SEC1,SEC1"},
    {**ROBOT, "NOTIFY_EVENTS": "push,tag,pull_request,!job,pipeline.*"},
    {**ROBOT, "NOTIFY_EVENTS": "*"},
    {**ROBOT, "NOTIFY_LANG": "en", "NOTIFY_TIMEZONE": "UTC"},
    {**ROBOT, "WEBHOOK_SECRET_OLD": "old"},
    {**ROBOT, "GITLAB_SIGNING_TOKEN": TOKEN},
    {**ROBOT, "GITLAB_SIGNING_TOKEN": f"{TOKEN},{TOKEN}"},
    {**ROBOT, "GITLAB_SIGNING_TOKEN": TOKEN, "GITLAB_SIGNATURE": "optional"},
    {**ROBOT, "GITEE_SIGNATURE": "hmac"},
    {**ROBOT, "WEBHOOK_SECRET": "", "ALLOW_UNSIGNED": "true"},
    {**ROBOT, "DELIVERY_TIMEOUT": "2.5s"},
    {**ROBOT, "WECOM_MESSAGE": "markdown_v2"},
    {**DING, "DINGTALK_MESSAGE": "action_card", "DINGTALK_OPEN_LINKS": "browser"},
    {**DING, "DINGTALK_KEYWORDS": "通知,研发"},
    {**ROBOT, "RELAY_ALLOW_HOSTS": "W.Example.com,127.0.0.1:8000"},
    {**ROBOT, "RELAY_QUEUE": "sqs://q.fifo", "RELAY_STATE": "memory"},
    {**ROBOT, "WEBHOOK_SECRET": '"quoted"', "WECOM_WEBHOOK_URL": " “key-1”\n"},
]


def placeless(found: Config) -> Config:
    routes = tuple(one._replace(place="") for one in found.routes)
    return found._replace(origin="", routes=routes)


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=lambda one: " ".join(one))
def test_what_is_shown_of_the_variables_stands_for_the_same(environ: Mapping[str, str]) -> None:
    """Growing into a file is copy and paste: `show` prints it, and it means the same."""
    variables = configuration(environ)
    text = shown(variables)

    found = load(text, "config.yml", environ, Store(environ, fetchers={}))

    assert () == found.problems
    assert placeless(variables) == placeless(found.usable())


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=lambda one: " ".join(one))
def test_what_is_shown_holds_no_value_of_a_variable(environ: Mapping[str, str]) -> None:
    """Only references: it will be committed."""
    text = shown(configuration(environ))

    assert all(part not in text for part in ("the-secret", "key-1", "t1", "SEC1", TOKEN, "quoted"))


# Typing mistakes, through the whole loader


LETTERS = "abcdefghijklmnopqrstuvwxyz_.-"
MEANT = "你是不是想写 {}？"


def typos(words: Sequence[str], each: int, seed: str) -> Iterator[tuple[str, str]]:
    """Yield *each* different single mistakes in every one of *words*, and the word."""
    choose = random.Random(seed)  # noqa: S311 - the same mistakes in every run
    known = set(words)
    for word in (one for one in words if len(one) > 1):
        for _ in range(each):
            at, letter = choose.randrange(len(word)), choose.choice(LETTERS)
            typo = choose.choice(
                [
                    word[:at] + word[at + 1 :],
                    word[:at] + letter + word[at:],
                    word[:at] + letter + word[at + 1 :],
                    word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
                ]
            )
            if typo not in known:
                known.add(typo)
                yield typo, word


# table → a file with a mapping of it, in which the keys are to stand
AROUND = {
    "config": "{keys}\n",
    "source": "sources: {{ gitlab: {{ type: gitlab, allow_unsigned: yes, {keys} }} }}\n",
    "receiver": '  other: {{ type: wecom_robot, url: "${{WECOM_URL}}", {keys} }}\n',
    "route": "routes: [{{ receivers: [backend], {keys} }}]\n",
    "person": "people: {{ lisi: {{ {keys} }} }}\n",
    "time_interval": "time_intervals: {{ night: {{ {keys} }} }}\n",
    "times": "time_intervals: {{ night: {{ times: [{{ {keys} }}] }} }}\n",
    "delivery": "delivery: {{ {keys} }}\n",
}
NAMES = ["backend-group", "frontend-group", "ops-group", "release-group", "to-person"]
ENOUGH = 0.9


def share(text: str, code: str, made: list[tuple[str, str]]) -> float:
    """Return the part of *made* whose word is named by the hint of the problem of that *code*."""
    hints = [problem.hint.zh for problem in read(text).problems if problem.code == code]
    assert len(hints) == min(len(made), MOST_PROBLEMS)
    pairs = list(zip(hints, made, strict=False))  # the first hundred are listed
    return sum(MEANT.format(word) == hint for hint, (_, word) in pairs) / len(pairs)


def listed(made: list[tuple[str, str]]) -> str:
    return ", ".join(json.dumps(typo) for typo, _ in made)


def test_every_table_has_its_mapping_here() -> None:
    """A new table must be tried below."""
    assert TABLES.keys() == AROUND.keys()


@pytest.mark.parametrize("table", AROUND)
def test_a_key_with_one_mistake_is_understood(table: str) -> None:
    """The suggestion is right for nine of ten single mistakes in the keys of every table."""
    made = list(typos(list(TABLES[table]), 8, table))
    ends = "\n" if table == "config" else ", "
    keys = ends.join(f"{json.dumps(typo)}: ~" for typo, _ in made)

    assert share(BASE + AROUND[table].format(keys=keys), "E101", made) >= ENOUGH


def test_an_event_with_one_mistake_is_understood() -> None:
    """The suggestion is right for nine of ten single mistakes in every pattern of events."""
    made = list(typos(known_patterns(), 2, "events"))
    text = f"{BASE}routes: [{{ receivers: [backend], events: [{listed(made)}] }}]\n"

    assert share(text, "E110", made) >= ENOUGH


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("E120", "routes: [{{ receivers: [{typed}] }}]\n{people}", NAMES),
        (
            "E121",
            "routes: [{{ receivers: ops-group, mention: {{ push: [{typed}] }} }}]\n{people}",
            ["zhangsan", "lisi", "author", "assignees", "reviewers", "mentioned", "committer"],
        ),
        (
            "E111",
            "routes: [{{ receivers: ops-group, show: {{ pipeline: [{typed}] }} }}]\n{people}",
            list(FACTS["pipeline"]),
        ),
    ],
)
def test_a_name_with_one_mistake_is_understood(code: str, text: str, words: list[str]) -> None:
    """Receivers, people, roles and facts."""
    robots = "".join(
        f'  {name}: {{ type: wecom_robot, url: "${{WECOM_URL}}" }}\n' for name in NAMES
    )
    made = list(typos(words, 20, code))
    people = "people: { zhangsan: { mute: yes }, lisi: { mute: yes } }\n"
    filled = text.format(typed=listed(made), people=people)

    assert share(f"version: 1\nreceivers:\n{robots}{filled}", code, made) >= ENOUGH


def test_a_value_under_a_misspelt_key_is_read_as_that_key() -> None:
    """Its names are known and its faults told: one mistake brings no others with it."""
    text = (
        BASE.replace("receivers", "recievers") + "routes:\n  - { receivrs: [backend], lang: xx }\n"
    )

    assert ["E101", "E101", "E103"] == codes(text)
