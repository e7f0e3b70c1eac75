"""The examples: what people copy must load, check in an editor, and do what it says."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values
from jsonschema import Draft7Validator

import adapters
import formatters
from relay.config import Config
from relay.configuration.environment import configuration
from relay.configuration.loading import load_from
from relay.configuration.origins import Loaded, Origin
from relay.configuration.secrets import Store
from relay.platforms import Rendered
from relay.routing import select
from relay.wording import deliveries
from workbench import samples
from workbench.schema import schema

FOLDER = Path(__file__).parent.parent / "examples"
PIPELINE = "gitlab-ci.yml"  # the end of a name: GitLab's own language, not ours
NAMES = sorted(path.name for path in FOLDER.glob("*.yml") if not path.name.endswith(PIPELINE))
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
VARIABLE = re.compile(r"\$\{([A-Z_]+)\}")
ROBOT_SECRET = "SECexample"
# `pipeline.fixed` needs a state, which a deployment names.
NEED_STATE = {"typical.yml": ["W104"]}
DESIGNED = {"tiny.env", "typical.yml", "advanced.yml", "multi-tenant.yml"}


def value(name: str) -> str:
    """Return a value as the variable *name* may have it."""
    if name.startswith("DINGTALK") and name.endswith("SECRET"):
        return ROBOT_SECRET
    return f"example-{name}"


def stored(places: Sequence[str]) -> Mapping[str, str]:
    """A parameter store, or files, that have whatever is asked for."""
    robot = json.dumps({"url": "example-token", "secret": ROBOT_SECRET})
    return {place: robot if "dingtalk" in place else "example-value" for place in places}


def loaded(name: str, **more: str) -> Loaded:
    path = FOLDER / name
    environ = {one: value(one) for one in VARIABLE.findall(path.read_text("utf-8"))}
    environ |= {"WEBHOOK_SECRET": "example-secret", **more}
    store = Store(environ, clock=lambda: 0.0, fetchers={"ssm": stored, "file": stored})
    return load_from(Origin(name, path=path), environ, store, thorough=True)


def test_the_four_of_the_design_are_there() -> None:
    """The sizes of a configuration: variables only, typical, advanced, several tenants."""
    assert DESIGNED <= {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_loads_without_problems(name: str) -> None:
    """Every reference leads somewhere, and every template renders for every event."""
    found = loaded(name)

    assert NEED_STATE.get(name, []) == [problem.code for problem in found.problems]
    assert found.usable().receivers


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_valid_in_an_editor(name: str) -> None:
    """The JSON Schema has no complaint about it."""
    document = yaml.safe_load((FOLDER / name).read_text("utf-8"))

    errors = Draft7Validator(schema()).iter_errors(document)
    assert [] == [f"{list(error.absolute_path)}: {error.message}" for error in errors]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_tells_editors_where_the_schema_is(name: str) -> None:
    """The modeline is the first line, and its path leads to the committed schema."""
    found = MODELINE.match((FOLDER / name).read_text("utf-8"))

    assert found
    assert (FOLDER / found[1]).resolve() == FOLDER.parent / "schema" / "config.schema.json"


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_no_secret(name: str) -> None:
    """What people copy shows references only: they would keep the habit."""
    config = loaded(name).usable()

    secrets = [secret for one in config.sources for secret in one.secrets]
    secrets += [one.url for one in config.receivers if one.type != "wecom_app"]
    secrets += [one.secret for one in config.receivers if one.secret]
    assert all(secret.reference for secret in secrets)


def test_the_tiny_one_works_once_it_is_filled_in() -> None:
    """Two values are missing in tiny.env, and nothing else."""
    written = {name: text or "" for name, text in dotenv_values(FOLDER / "tiny.env").items()}
    empty = [name for name, text in written.items() if not text]
    config = configuration({**written, **{name: value(name) for name in empty}})

    assert ["WECOM_WEBHOOK_URL", "WEBHOOK_SECRET"] == empty
    assert ("wecom",) == config.routes[0].receivers
    assert ("push", "tag", "merge_request", "pipeline.failed") == config.routes[0].events


# The pipeline step of Gitee: states x fields x own text x mentions, on both platforms.


def shown(config: Config, name: str) -> dict[str, Rendered]:
    """Return what each receiver of *config* gets for the sample *name*."""
    sample = samples.load(name)
    headers = {key.lower(): text for key, text in sample.headers.items()}
    event = adapters.parse(sample.source, headers, json.dumps(sample.body).encode())
    selected = select(event, config, source=sample.source, now_s=samples.NOW).selected
    found = deliveries(event, "id", selected, config, now_s=samples.NOW)
    pairs = zip(found, selected, strict=True)
    return {
        one.receiver.name: formatters.formatter(one.receiver).render(
            delivery.notification, one.receiver
        )
        for delivery, one in pairs
    }


STEP = "gitee-pipeline-step.yml"
RUNS_MENTION = {"ci-wecom": "<@ZhangSan> <@LiSi>", "ci-dingtalk": "@manager4021 @manager4022"}
JOB_MENTION = {"ci-wecom": "<@LiSi>", "ci-dingtalk": "@manager4022"}
OWN_TEXT = "platform/api 的 main 坏了，用时 3分12秒，请 李四 处理"
# sample → state, the facts in the order asked for, own text, whom
STEPS: dict[str, tuple[str, list[str], str, dict[str, str]]] = {
    "gitlab/pipeline.failed": (
        "❌ 流水线失败",
        ["分支：main", "提交：", "失败：", "触发：推送", "用时 3分12秒"],
        OWN_TEXT,
        RUNS_MENTION,
    ),
    "gitlab/pipeline.canceled": (
        "🚫 流水线已取消",
        ["分支：main", "提交：", "触发：推送", "用时 1分10秒"],
        "",
        {},
    ),
    "gitlab/job.failed": (
        "❌ 作业失败",
        ["阶段：deploy", "分支：main", "提交：", "原因：脚本失败", "流水线 "],
        "platform/api 的 main 坏了，请 李四 处理",
        JOB_MENTION,
    ),
    "gitee/job.failed": (
        "❌ 任务失败",
        ["阶段：deploy", "分支：main", "提交：", "流水线 主干构建 #4521"],
        "platform/api 的 main 坏了，请 李四 处理",
        JOB_MENTION,
    ),
    "gitlab/pipeline.success": ("✅ 流水线成功", [], "", {}),
    "gitee/job.success": ("✅ 任务成功", [], "", {}),
}


@pytest.mark.parametrize("platform", ["ci-wecom", "ci-dingtalk"])
@pytest.mark.parametrize("name", STEPS)
def test_the_pipeline_step_shows_what_was_chosen(name: str, platform: str) -> None:
    """State, chosen facts in their order, own text with its variables filled in, and mentions."""
    state, facts, own, mentions = STEPS[name]
    message = shown(loaded(STEP).usable(), name)[platform]

    lines = [line.strip("> ") for line in message.text.split("\n") if line.startswith(">")]
    told = [line for line in lines if not line.startswith("[")]
    expected = [*facts, *filter(None, [own])]
    assert state in message.text.split("\n")[0]
    assert len(expected) == len(told)
    assert all(line.startswith(start) for start, line in zip(expected, told, strict=True))
    assert message.text.endswith(mentions.get(platform, ")"))
    assert ("@" in message.text) is bool(mentions)


def test_on_dingtalk_the_mentioned_are_called() -> None:
    """A name in the text alone rings nobody: the ids stand in the request as well."""
    message = shown(loaded(STEP).usable(), "gitlab/pipeline.failed")["ci-dingtalk"]

    assert ["manager4021", "manager4022"] == message.body["at"]["atUserIds"]


@pytest.mark.parametrize("name", ["gitlab/pipeline.running", "gitlab/pipeline.manual"])
def test_states_that_were_not_chosen_are_not_sent(name: str) -> None:
    """The events of the route are the step's check boxes."""
    assert {} == shown(loaded(STEP).usable(), name)


# What the recipes say of an example and no single event shows.


def receivers(name: str, sample: str) -> list[str]:
    return list(shown(loaded(name).usable(), sample))


# The forge's test button asks every robot.
SENDING = [
    one.name
    for one in map(samples.load, samples.names())
    if not one.ignored and one.event != "test.ping"
]


@pytest.mark.parametrize("sample", SENDING)
def test_several_robots_share_without_loss(sample: str) -> None:
    """An event goes to one of the two, and to neither only where one robot would not get it."""
    alone = receivers("quiet-pushes.yml", sample)

    assert len(alone) == len(receivers("several-robots.yml", sample))


def test_a_push_without_files_goes_to_every_directory() -> None:
    """No path is known of a system hook's push: the filter does not apply."""
    found = receivers("group-per-directory.yml", "gitlab/push.pushed-system_hook")

    assert ["web-group", "api-group", "docs-group"] == found
