"""The verbs ``show`` and ``schema``: the configuration in effect, and what editors check with."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from verbs import CONFIG, MOBILE, PLANTED, VALUES, project, run, written_out

from relay.config import Config
from relay.configuration.environment import configuration
from relay.configuration.loading import load
from relay.configuration.secrets import Store
from workbench.first_config import MODELINE
from workbench.schema import schema
from workbench.showing import shown

ROBOT = "11111111-2222-3333-4444-555555555555"
ENVIRONMENT = {"WECOM_WEBHOOK_URL": ROBOT, "WEBHOOK_SECRET": "x"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(text: str, environ: dict[str, str]) -> Config:
    return load(text, "config.yml", environ, Store(environ)).usable()


def placeless(config: Config) -> Config:
    routes = tuple(route._replace(place="") for route in config.routes)
    return config._replace(origin="", routes=routes)


@pytest.mark.parametrize("lang, start", [("zh-CN", "# 来源：config.yml，摘要 "), ("en", "# from ")])
def test_the_first_lines_say_what_and_where_from(folder: Path, lang: str, start: str) -> None:
    """The schema for editors; then the origin and the digest, which is the loader's."""
    project(folder)
    result = run("show", "--lang", lang)
    modeline, origin = result.output.splitlines()[:2]

    assert result.exit_code == 0
    assert modeline == MODELINE
    assert origin.startswith(start)
    assert origin.endswith(read(CONFIG, VALUES).digest)


def test_what_is_shown_stands_for_the_same(folder: Path) -> None:
    """Read again, the output is the same configuration but for masked phone numbers."""
    project(folder)
    again = read(run("show").output.replace("138****1111", MOBILE), VALUES)

    assert placeless(again) == placeless(read(CONFIG, VALUES))


def test_defaults_are_filled_in(folder: Path) -> None:
    """What the file leaves out is there: language, zone, budget, message types."""
    project(folder)
    found = yaml.safe_load(run("show").output)

    assert (found["lang"], found["timezone"], found["unmatched"]) == (
        "zh-CN", "Asia/Shanghai", "drop",
    )  # fmt: skip
    assert found["delivery"]["timeout"] == "4s"
    assert found["receivers"]["dev-group"]["message"] == "markdown"


def test_as_json(folder: Path) -> None:
    """``--format json`` gives origin, digest and the same document."""
    project(folder)
    found = json.loads(run("show", "--format", "json").output)

    assert found["config"] == yaml.safe_load(run("show").output)
    assert (found["origin"], found["digest"]) == ("config.yml", read(CONFIG, VALUES).digest)


def test_secrets_need_not_be_here(folder: Path) -> None:
    """The references are shown although nothing is set; nothing complains."""
    project(folder, env={})
    result = run("show")

    assert result.exit_code == 0
    assert "url: ${DINGTALK_OPS_URL}" in result.output


def test_faults_never_become_the_file(folder: Path) -> None:
    """What is redirected stays empty: the faults go to the other stream."""
    project(folder, CONFIG.replace("branches:", "branchs:"))
    result = run("show")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "E101" in result.stderr


def test_times_are_quoted(folder: Path) -> None:
    """All alike: YAML would take some of them for numbers."""
    times = "time_intervals:\n  day:\n    times: [{ start_time: 09:00, end_time: 21:00 }]\n"
    project(folder, CONFIG + times)
    output = run("show").output

    assert "start_time: '09:00'" in output
    assert "end_time: '21:00'" in output


ENVIRONMENTS: dict[str, dict[str, str]] = {
    "tiny": ENVIRONMENT,
    "both": {
        **ENVIRONMENT,
        "DINGTALK_WEBHOOK_URL": "ab12" * 16,
        "DINGTALK_SECRET": "SEC" + "cd34" * 16,
        "DINGTALK_KEYWORDS": "研发通知",
        "NOTIFY_EVENTS": "push,!tag,pipeline.failed",
        "NOTIFY_LANG": "en",
    },
    "several": {**ENVIRONMENT, "WECOM_WEBHOOK_URL": f"{ROBOT},{ROBOT[::-1]}"},
    "unsigned": {"WECOM_WEBHOOK_URL": ROBOT, "ALLOW_UNSIGNED": "true"},
}


@pytest.mark.parametrize("environ", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_variables_become_a_file_to_paste(environ: dict[str, str]) -> None:
    """Of variables it is the file that stands for the same, ready for config.yml."""
    result = run("show", **environ)

    assert result.exit_code == 0
    assert result.output.startswith(f"{MODELINE}\n# from environment variables, digest ")
    assert placeless(read(result.output, environ)) == placeless(configuration(environ))


def test_the_shell_may_have_made_the_file_that_it_is_written_to(folder: Path) -> None:
    """``show > config.yml``: an empty file is there before `show` begins, and does not count.

    One that somebody named does.
    """
    before = run("show", **ENVIRONMENT).output
    (folder / "config.yml").touch()
    after = run("show", **ENVIRONMENT).output
    named = run("show", CONFIG_FILE="config.yml", **ENVIRONMENT)

    assert (before, "receivers:" in before) == (after, True)
    assert (named.exit_code, "E004" in named.stderr) == (1, True)


def test_a_broken_configuration_is_told_as_check_does(folder: Path) -> None:
    """The same text and exit code 1; with ``--format json`` the same list."""
    project(folder, CONFIG.replace("branches:", "branchs:"))
    told = [run(verb, "--format", form) for verb in ("show", "check") for form in ("text", "json")]

    assert [one.exit_code for one in told] == [1, 1, 1, 1]
    assert [one.output for one in told[:2]] == [one.output for one in told[2:]]
    assert "E101" in told[0].output


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("text", [CONFIG, written_out()], ids=["references", "literals"])
def test_g1_no_secret_is_shown(folder: Path, text: str, form: str) -> None:
    """Neither secrets nor phone numbers, wherever they stand."""
    project(folder, text)
    output = run("show", "--format", form).output

    assert [secret for secret in (*PLANTED, MOBILE) if secret in output] == []
    assert "138****1111" in output


def test_a_literal_secret_is_masked(folder: Path) -> None:
    """A long one shows its ends, a short one nothing."""
    project(folder, written_out().replace("planted-webhook-secret", "short"))
    found: dict[str, Any] = yaml.safe_load(run("show").output)

    assert found["sources"]["gitee"]["secret"] == "***"
    assert found["receivers"]["to-person"]["secret"] == "plan…Qw"


def test_g3_control_characters_are_not_obeyed(folder: Path) -> None:
    """Escape sequences in a description stay text."""
    project(
        folder, CONFIG.replace('"${WECOM_DEV_URL}"', '"${WECOM_DEV_URL}", description: "\\e[2J"')
    )

    assert "\x1b" not in run("show").output


def test_the_schema_is_printed() -> None:
    """``schema`` prints the whole schema, and nothing else."""
    result = run("schema")

    assert (result.exit_code, json.loads(result.output)) == (0, schema())


def test_show_keeps_the_value_of_every_setting() -> None:
    """No field of a route, receiver, person or interval is lost on the way to the file."""
    text = (Path(__file__).parent.parent / "examples" / "advanced.yml").read_text(encoding="utf-8")
    folder = Path(__file__).parent.parent / "examples"
    environ = {
        "GITLAB_WEBHOOK_SECRET": "x",
        "WECOM_DEV_URL": ROBOT,
        "DINGTALK_OPS_URL": "ab12" * 16,
        "DINGTALK_OPS_SECRET": "SEC" + "cd34" * 16,
        "WECOM_CORP_ID": "ww0123456789abcdef",
    }

    def loaded(found: str) -> Config:
        store = Store(environ, fetchers={"file": lambda names: dict.fromkeys(names, "s" * 20)})
        return load(found, "config.yml", environ, store, folder=folder).usable()

    config = loaded(text)
    masked = tuple(person._replace(mobile="") for person in config.people)
    config = config._replace(people=masked)
    again = loaded(shown(config))

    assert placeless(again)._replace(digest="") == placeless(config)._replace(digest="")
