"""The verb ``check``, and where commands find the configuration."""

import json
from pathlib import Path

import pytest
from verbs import CONFIG, PLANTED, VALUES, project, run, widest, written_out

ROBOT = "11111111-2222-3333-4444-555555555555"
ENVIRONMENT = {"WECOM_WEBHOOK_URL": ROBOT, "WEBHOOK_SECRET": "a webhook secret"}
BROKEN = CONFIG.replace("branches:", "branchs:").replace("[ops-group]", "[ops-grup]")
WARNED = CONFIG.replace("[pipeline.failed, deployment]", "[pipeline.failed, pipeline.fixed]")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "lang, line",
    [
        ("zh-CN", "config.yml：没有问题（3 个接收者，4 条路由，1 个人，摘要 "),
        ("en", "config.yml: no problems (receivers: 3, routes: 4, people: 1, digest "),
    ],
)
def test_a_good_configuration_is_one_line(folder: Path, lang: str, line: str) -> None:
    """Nothing wrong: the counts and the digest, exit code 0."""
    project(folder)
    result = run("check", "--lang", lang)

    assert (result.exit_code, result.output.startswith(line)) == (0, True), result.output
    assert len(result.output.splitlines()) == 1
    assert widest(result) <= 80


def test_all_problems_are_shown_with_their_lines(folder: Path) -> None:
    """Each fault has its place, its line with a caret and a hint; then the sum; exit code 1."""
    project(folder, BROKEN)
    result = run("check", "config.yml", "--lang", "zh-CN")

    assert result.exit_code == 1
    assert "config.yml:28:5: E101 routes[0] 里没有 “branchs” 这个键\n" in result.output
    assert "   28 |     branchs: [develop, release/**]\n      |     ^\n" in result.output
    assert "      = 提示：你是不是想写 branches？" in result.output
    assert "你是不是想写 ops-group？" in result.output
    assert result.output.splitlines()[-1] == "2 个错误"
    assert widest(result) <= 80


def test_problems_as_json(folder: Path) -> None:
    """``--format json`` gives every problem with code, place, path, message, hint and docs."""
    project(folder, BROKEN)
    result = run("check", "--format", "json", "--lang", "en")
    found = json.loads(result.output)

    assert result.exit_code == 1
    assert [(one["code"], one["line"], one["path"]) for one in found] == [
        ("E101", 28, "routes[0].branchs"),
        ("E120", 37, "routes[2].receivers[0]"),
    ]
    assert set(found[0]) == {
        "code", "level", "file", "line", "column", "path", "message", "hint", "docs",
    }  # fmt: skip


@pytest.mark.parametrize(
    "form, good, bad",
    [
        ("github", "", "::error file=config.yml,line=28,"),
        ("gitlab", "[]\n", '"check_name": "E101"'),
    ],
)
def test_problems_for_a_pipeline(folder: Path, form: str, good: str, bad: str) -> None:
    """The forms for a pipeline hold the problems only, and nothing when there is none."""
    path = project(folder)
    fine = run("check", "--format", form)
    path.write_text(BROKEN, encoding="utf-8")
    wrong = run("check", "--format", form)

    assert (fine.exit_code, fine.output) == (0, good)
    assert (wrong.exit_code, bad in wrong.output) == (1, True)


def test_warnings_fail_only_when_strict(folder: Path) -> None:
    """A warning is shown with exit code 0; ``--strict`` makes it 1."""
    project(folder, WARNED)
    lax, strict = run("check"), run("check", "--strict")

    assert (lax.exit_code, strict.exit_code) == (0, 1)
    assert "W104" in lax.output
    assert lax.output == strict.output
    assert lax.output.splitlines()[-1] == "1 warning"


def test_a_template_that_fails_is_a_problem(folder: Path) -> None:
    """Templates are rendered while checking: a misspelt variable is found."""
    project(folder, CONFIG + "templates:\n  push: '{{ projct.name }}'\n")
    result = run("check")

    assert (result.exit_code, "E60" in result.output) == (1, True)


def test_a_file_that_is_missing_is_a_usage_error() -> None:
    """Exit code 2, in the language asked for."""
    result = run("check", "confg.yml", "--lang", "zh-CN")

    assert (result.exit_code, "没有文件 “confg.yml”" in result.output) == (2, True)


# Secrets that are not here.


def test_secrets_that_are_not_set_are_errors(folder: Path) -> None:
    """Without the variables there is one E201 for each reference."""
    project(folder, env={})
    result = run("check", "--format", "json")

    assert (result.exit_code, {one["code"] for one in json.loads(result.output)}) == (1, {"E201"})


@pytest.mark.parametrize("strict", [[], ["--strict"]], ids=["", "strict"])
@pytest.mark.parametrize(
    "lang, told",
    [
        ("zh-CN", "7 个密钥没有检查：这里取不到"),
        ("en", "7 secrets were not looked at"),
    ],
)
def test_offline_does_not_need_secrets(
    folder: Path, lang: str, told: str, strict: list[str]
) -> None:
    """``--offline``: they are counted, not complained about; everything else is checked."""
    path = project(folder, env={})
    fine = run("check", "--offline", "--lang", lang, *strict)
    path.write_text(BROKEN, encoding="utf-8")
    wrong = run("check", "--offline", "--lang", lang)

    assert (fine.exit_code, wrong.exit_code) == (0, 1)
    assert "没有问题" in fine.output or "no problems" in fine.output
    assert told in fine.output
    assert "E101" in wrong.output
    assert "W208" not in fine.output + wrong.output


@pytest.mark.parametrize("environ", [{}, {"GITLAB_SIGNATURE": "required"}], ids=["", "signed"])
def test_offline_does_not_need_the_secret_of_the_variables(
    folder: Path, environ: dict[str, str]
) -> None:
    """A file without ``sources``: who may call is set where the function runs."""
    text = "version: 1\nreceivers:\n  a: { type: wecom_robot, url: '${WECOM_DEV_URL}' }\n"
    project(folder, text, env={})
    offline = run("check", "--offline", "--lang", "en", **environ)
    strict = run("check", "--lang", "en", **environ)

    assert (offline.exit_code, strict.exit_code) == (0, 1)
    assert f"{2 + len(environ)} secrets were not looked at" in offline.output
    assert "E202" in strict.output


def test_offline_asks_no_parameter_store(folder: Path) -> None:
    """``ssm://`` is not fetched, so no cloud has to be reachable."""
    text = CONFIG.replace('"${WECOM_DEV_URL}"', '"ssm:///relay/dev"')
    project(folder, text)
    result = run("check", "--offline", "--lang", "en")

    assert result.exit_code == 0
    assert "1 secret was not looked at" in " ".join(result.output.split())


# What is said to a person at a machine only, and of values that are doubtful.


@pytest.mark.parametrize(
    "lang, told", [("zh-CN", "在 .env 里写一行 名字=值"), ("en", "a line NAME=value in .env")]
)
def test_a_missing_variable_may_stand_in_the_environment_file(
    folder: Path, lang: str, told: str
) -> None:
    """Said with each E201 in the text; programs, a pipeline's among them, have no such file."""
    project(folder, env={})
    text = run("check", "--lang", lang).output
    others = [run("check", "--lang", lang, "--format", one).output for one in ("json", "github")]

    assert "".join(text.split()).count("".join(told.split())) == text.count("E201")
    assert [".env" in one for one in others] == [False, False]


@pytest.mark.parametrize("verb", [("check",), ("show",), ("explain", "push.pushed")])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("env", "told"),
    [({}, 2), ({"WEBHOOK_SECRET": "a webhook secret"}, 0), ({"WECOM_WEBHOOK_URL": ROBOT}, 0)],
)
def test_where_nothing_is_set_up_init_is_named(
    folder: Path, verb: tuple[str, ...], lang: str, env: dict[str, str], told: int
) -> None:
    """With each of the two variables; not where one is set: `init` would refuse to replace it."""
    lines = [f"{name}={value}\n" for name, value in env.items()]
    (folder / ".env").write_text("".join(lines), encoding="utf-8")
    text = " ".join(run(*verb, "--lang", lang).output.split())

    assert text.count("-m relay init") == told


def test_what_is_empty_elsewhere_is_not_sent_to_the_environment_file(folder: Path) -> None:
    """An empty file of a secret is E207, an empty field E201: neither is a variable here."""
    (folder / "kept.json").write_text('{"key": ""}', encoding="utf-8")
    project(folder, CONFIG.replace("${WECOM_DEV_URL}", f"file://{folder}/kept.json#key"))
    result = run("check")

    assert ("E201" in result.output, ".env" in result.output) == (True, False)


SHORT = {**VALUES, "GITLAB_WEBHOOK_SECRET": "1234567"}


def test_a_short_webhook_secret_is_a_warning(folder: Path) -> None:
    """Once for the variable that two sources share, and never with the value."""
    project(folder, env=SHORT)
    lax, strict = run("check"), run("check", "--strict")

    assert (lax.exit_code, strict.exit_code) == (0, 1)
    assert lax.output.count("W209 GITLAB_WEBHOOK_SECRET: ") == 1
    assert "1234567" not in lax.output


def test_a_secret_of_eight_characters_is_long_enough(folder: Path) -> None:
    """Nor is one that cannot be had here, whose stand-in may be short."""
    project(folder, env={**SHORT, "GITLAB_WEBHOOK_SECRET": "12345678"})
    long = run("check", "--strict")
    project(folder, CONFIG.replace("GITLAB_WEBHOOK_SECRET", "S"), env=VALUES)
    absent = run("check", "--strict", "--offline")

    assert (long.exit_code, absent.exit_code) == (0, 0)


def test_a_short_secret_in_the_file_has_its_place(folder: Path) -> None:
    """It stands in no variable."""
    project(folder, CONFIG.replace("${GITLAB_WEBHOOK_SECRET}\n", "short\n"))

    assert "W209 sources.gitlab.secret: " in run("check").output


# Where the configuration stands.


def test_without_a_file_the_variables_are_checked() -> None:
    """Only the environment: it is named, and its variables are where problems stand."""
    fine = run("check", "--lang", "zh-CN", **ENVIRONMENT)
    wrong = run("check", "--lang", "zh-CN", WECOM_WEBHOOK_URL=ROBOT)

    assert (fine.exit_code, wrong.exit_code) == (0, 1)
    assert fine.output.startswith("环境变量：没有问题（1 个接收者，1 条路由，0 个人")
    assert "E202 WEBHOOK_SECRET: " in wrong.output


def test_the_environment_file_is_read_and_loses(folder: Path) -> None:
    """``.env`` beside the configuration counts, but what is set already wins."""
    (folder / "sub").mkdir()
    project(folder / "sub", env={**VALUES, "WECOM_DEV_URL": ROBOT})
    from_file = run("check", "sub/config.yml")
    overridden = run("check", "sub/config.yml", WECOM_DEV_URL="not an address")

    assert from_file.exit_code == 0
    assert (overridden.exit_code, "E203" in overridden.output) == (1, True)


def test_the_environment_file_of_another_folder_does_not_count(folder: Path) -> None:
    """With a named file it is the one beside that file, not the one here."""
    (folder / "sub").mkdir()
    (folder / "sub" / "config.yml").write_text(CONFIG, encoding="utf-8")
    project(folder)

    assert run("check", "sub/config.yml").exit_code == 1


def test_a_named_file_comes_before_everything(folder: Path) -> None:
    """``check FILE`` reads that file whatever CONFIG_YAML says, also one in ``.env``."""
    project(folder, env={**VALUES, "CONFIG_YAML": "version"})
    named = run("check", "config.yml", CONFIG_YAML="version: 2")
    inline = run("check", CONFIG_YAML="version: 2")

    assert named.exit_code == 0
    assert (inline.exit_code, inline.output.startswith("CONFIG_YAML:1:")) == (1, True)


def test_the_environment_may_name_the_file(folder: Path) -> None:
    """CONFIG_FILE is followed; empty, there is no file."""
    project(folder, name="mine.yml")
    found = run("check", CONFIG_FILE="mine.yml")
    missing = run("check", CONFIG_FILE="other.yml")
    (folder / ".env").unlink()
    none = run("check", CONFIG_FILE="", **ENVIRONMENT)

    assert found.output.startswith("mine.yml: no problems")
    assert (missing.exit_code, "other.yml" in missing.output) == (1, True)
    assert none.output.startswith("environment variables: no problems")


def test_an_environment_file_that_cannot_be_read_is_explained(folder: Path) -> None:
    """A folder called ``.env`` is a message, not a traceback."""
    (folder / ".env").mkdir()
    result = run("check")

    assert (result.exit_code, ".env cannot be read" in result.output) == (1, True)


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab"])
@pytest.mark.parametrize("break_it", ["", "receivers: [", "\t", "  secret: {"], ids=ascii)
@pytest.mark.parametrize("old, new", [("", ""), ("url:", "ulr:"), ("secret:", "secrt:")])
def test_g1_no_secret_is_shown(folder: Path, form: str, break_it: str, old: str, new: str) -> None:
    """Secrets written into the file show in no form, also where the file does not parse."""
    project(folder, written_out(CONFIG.replace(old, new) if old else CONFIG) + break_it)
    output = run("check", "--format", form).output

    assert "W201" in output or "E0" in output
    assert [secret for secret in PLANTED if secret in output] == []
