"""The verb ``init``: what it asks, writes, refuses and says."""

import io
import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from dotenv import dotenv_values
from rich.cells import cell_len

from relay.config import Config
from relay.configuration.loading import load
from relay.configuration.secrets import Store
from workbench.commands import main
from workbench.interpreter import python
from workbench.languages import language

ROOT = Path(__file__).resolve().parents[1]
KEY = "11111111-2222-3333-4444-555555555555"
WECOM_URL = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
DINGTALK_URL = f"https://oapi.dingtalk.com/robot/send?access_token={'ab12' * 16}"
SECRET = "SEC" + "cd34" * 16
CLEAN: dict[str, str | None] = dict.fromkeys(
    ("WEBHOOK_SECRET", "RELAY_ALLOW_HOSTS", "LC_ALL", "LC_MESSAGES", "LANG")
)
BOTH = ("--wecom", WECOM_URL, "--dingtalk", DINGTALK_URL, "--secret", SECRET)


class Terminal(io.BytesIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, typed: str | None = None, **environ: str) -> Result:
    """Run ``init``, at a terminal when something is *typed*."""
    lines = None if typed is None else Terminal(typed.encode())
    return CliRunner().invoke(main, ["init", *arguments], input=lines, env={**CLEAN, **environ})


def variables(folder: Path) -> Mapping[str, str | None]:
    return dotenv_values(folder / ".env")


def loaded(folder: Path) -> Config:
    """Read what was written as the relay does; there is nothing wrong with it."""
    environ = {name: value or "" for name, value in variables(folder).items()}
    text = (folder / "config.yml").read_text(encoding="utf-8")
    found = load(text, "config.yml", environ, Store(environ))
    assert () == found.problems
    assert found.config is not None
    return found.config


ROBOTS = [
    (("--wecom", WECOM_URL), [("wecom-group", "wecom_robot", WECOM_URL, None)]),
    (("--wecom", KEY), [("wecom-group", "wecom_robot", WECOM_URL, None)]),
    (("--wecom", f" “{WECOM_URL}” "), [("wecom-group", "wecom_robot", WECOM_URL, None)]),
    (("--dingtalk", DINGTALK_URL), [("dingtalk-group", "dingtalk_robot", DINGTALK_URL, None)]),
    (
        ("--dingtalk", f"{DINGTALK_URL}&timestamp=1&sign=x", "--secret", SECRET),
        [("dingtalk-group", "dingtalk_robot", DINGTALK_URL, SECRET)],
    ),
    (
        BOTH,
        [
            ("wecom-group", "wecom_robot", WECOM_URL, None),
            ("dingtalk-group", "dingtalk_robot", DINGTALK_URL, SECRET),
        ],
    ),
]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(("options", "expected"), ROBOTS)
def test_options_alone_make_a_configuration_that_loads(
    folder: Path, options: tuple[str, ...], expected: list[Any], lang: str
) -> None:
    """The robots, both forges with one secret, and one route to all; nobody was asked."""
    result = run(*options, "--lang", lang)
    config = loaded(folder)

    assert 0 == result.exit_code
    assert expected == [
        (one.name, one.type, one.url.reveal(), one.secret.reveal() if one.secret else None)
        for one in config.receivers
    ]
    secret = variables(folder)["WEBHOOK_SECRET"]
    assert [("gitlab", [secret]), ("gitee", [secret])] == [
        (one.type, [each.reveal() for each in one.secrets]) for one in config.sources
    ]
    assert [tuple(row[0] for row in expected)] == [route.receivers for route in config.routes]
    assert lang == config.lang


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_configuration_holds_no_secret(folder: Path, lang: str) -> None:
    """References only, under the line that tells editors the schema; small, and commented."""
    result = run(*BOTH, "--lang", lang)
    text = (folder / "config.yml").read_text(encoding="utf-8")

    assert "# yaml-language-server: $schema=./schema/config.schema.json" == text.splitlines()[0]
    assert len(text.splitlines()) <= 32
    assert max(map(cell_len, text.splitlines())) <= 100
    assert ("谁可以调用" in text, "who may call" in text) == (lang == "zh-CN", lang == "en")
    for value in (KEY, "ab12", "cd34", variables(folder)["WEBHOOK_SECRET"]):
        assert value not in text
        assert value not in result.output


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_lines_that_are_commented_out_are_right_too(folder: Path, lang: str) -> None:
    """Whoever removes the ``#`` has a configuration that loads."""
    run("--dingtalk", DINGTALK_URL, "--lang", lang)
    path = folder / "config.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^    # (\w+: )", r"    \1", text), encoding="utf-8")
    config = loaded(folder)

    assert (("研发通知",), ("$default", "release/**")) == (
        config.receivers[0].keywords,
        config.routes[0].branches,
    )


def test_the_env_file_is_for_its_owner_only(folder: Path) -> None:
    """Mode 0600, also where there was one that everybody could read."""
    (folder / ".env").write_text("OTHER=1\n")
    (folder / ".env").chmod(0o644)
    run(*BOTH)

    assert 0o600 == stat.S_IMODE((folder / ".env").stat().st_mode)
    assert "1" == variables(folder)["OTHER"]


def test_each_random_secret_is_another(folder: Path) -> None:
    """Long, and fit for a header and a form."""
    found = []
    for name in ("a", "b"):
        (folder / name).mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder / name)
            run("--wecom", KEY)
        found.append(str(variables(folder / name)["WEBHOOK_SECRET"]))

    assert found[0] != found[1]
    assert all(re.fullmatch(r"[\w-]{32}", one) for one in found)


# What is asked.


ANSWERS = {
    "all": (f"{WECOM_URL}\n{DINGTALK_URL}\n{SECRET}\nhook secret\n", 4),
    "one robot": (f"{KEY}\n\n\n", 3),
    "the other robot": (f"\n{DINGTALK_URL}\n\n\n", 4),
}


@pytest.mark.parametrize(("typed", "questions"), ANSWERS.values(), ids=ANSWERS)
def test_a_terminal_is_asked_at_most_four_questions(
    folder: Path, typed: str, questions: int
) -> None:
    """Robots, DingTalk's secret if there is such a robot, the webhook's; Enter is an answer."""
    result = run("--lang", "en", typed=typed)

    assert 0 == result.exit_code
    assert questions == result.output.count("(Enter: ")
    assert loaded(folder).receivers
    assert SECRET not in result.output


def test_answers_go_where_they_belong(folder: Path) -> None:
    """The values of ``.env`` are those that were typed, whatever characters they have."""
    hook = "it's \\ #1 “密”"
    run(typed=f"{WECOM_URL}\n{DINGTALK_URL}\n{SECRET}\n{hook}\n")

    assert {
        "WECOM_WEBHOOK_URL": WECOM_URL,
        "DINGTALK_WEBHOOK_URL": DINGTALK_URL,
        "DINGTALK_SECRET": SECRET,
        "WEBHOOK_SECRET": hook,
    } == variables(folder)


def test_a_wrong_answer_is_asked_again(folder: Path) -> None:
    """It says what is wrong, without the value."""
    result = run("--lang", "zh-CN", typed=f"https://example.com/?key={KEY}\n{KEY}\n\n\n")

    assert 0 == result.exit_code
    assert "错误：地址的主机不是 qyapi.weixin.qq.com" in result.output
    assert WECOM_URL == variables(folder)["WECOM_WEBHOOK_URL"]


def test_a_wrong_secret_is_asked_again_with_the_reason(folder: Path) -> None:
    """What was typed unseen is not shown, but what is wrong with it is."""
    typed = f"\n{DINGTALK_URL}\n{SECRET[:9]}\n{SECRET}\n\n"
    result = run("--lang", "en", typed=typed)

    assert 0 == result.exit_code
    assert "Error: the secret is not whole: copy all of it" in result.output
    assert SECRET[:9] not in result.output
    assert SECRET == variables(folder)["DINGTALK_SECRET"]


def test_ctrl_d_ends_it_with_nothing_written(folder: Path) -> None:
    """In the language of the rest; exit code 1."""
    result = run("--lang", "zh-CN", typed=f"{KEY}\n")

    assert (1, "\n已取消。\n") == (result.exit_code, result.stderr)
    assert [] == list(folder.iterdir())


def test_options_are_not_asked_for(folder: Path) -> None:
    """Who names one robot has no other; the secrets are still open."""
    result = run("--dingtalk", DINGTALK_URL, "--lang", "en", typed=f"{SECRET}\n\n")

    assert 2 == result.output.count("(Enter: ")
    assert {"DINGTALK_WEBHOOK_URL", "DINGTALK_SECRET", "WEBHOOK_SECRET"} == set(variables(folder))


def test_a_known_webhook_secret_is_kept(folder: Path) -> None:
    """That of the environment: the webhooks of the repositories have it already."""
    result = run("--wecom", KEY, typed="", WEBHOOK_SECRET="known")

    assert 0 == result.exit_code
    assert "known" == variables(folder)["WEBHOOK_SECRET"]


@pytest.mark.parametrize(
    ("key", "secret", "notes"),
    [
        (KEY, "12345678", []),
        (KEY.upper(), "", []),
        (KEY[:-1], "", ["key"]),
        ("planted-key", "1234567", ["key", "secret"]),
    ],
)
def test_doubtful_values_are_taken_with_a_note(
    folder: Path, key: str, secret: str, notes: list[str]
) -> None:
    """On standard error, without the value; a program's output stays JSON."""
    result = run(
        "--wecom",
        key,
        "--format",
        "json",
        "--lang",
        "en",
        **({"WEBHOOK_SECRET": secret} if secret else {}),
    )
    told = result.stderr.splitlines()

    assert (result.exit_code, ".env" in json.loads(result.stdout)["wrote"]) == (0, True)
    assert [word for word, line in zip(notes, told, strict=True) if word in line] == notes
    assert "planted" not in result.stderr


# What is refused: exit code 2, and nothing is written.


REFUSED = {
    "no robot": ((), "no robot", "没有机器人"),
    "foreign": (("--wecom", f"https://example.com/?key={KEY}"), "is not at qyapi", "的主机不是"),
    "other's": (("--wecom", DINGTALK_URL), "of a DingTalk robot", "钉钉机器人的"),
    "secret as key": (("--wecom", SECRET), "is a signing secret", "是签名密钥"),
    "empty": (("--wecom", ""), "nor only the key", "也不是单独的 key"),
    "bad secret": (("--dingtalk", DINGTALK_URL, "--secret", KEY), "begins with SEC", "SEC 开头"),
    "cut key": (("--wecom", KEY[:7]), "not whole", "不完整"),
    "cut secret": (("--dingtalk", DINGTALK_URL, "--secret", "SECab12cd"), "not whole", "不完整"),
    "lone secret": (("--wecom", KEY, "--secret", SECRET), "needs --dingtalk", "要和 --dingtalk"),
}


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(("options", "english", "chinese"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_a_usage_error(
    folder: Path, options: tuple[str, ...], english: str, chinese: str, lang: str
) -> None:
    """Said in the language asked for, without the value."""
    result = run(*options, "--lang", lang)

    assert 2 == result.exit_code
    assert (english if lang == "en" else chinese) in result.output
    assert [] == list(folder.iterdir())
    assert KEY not in result.output
    assert "cd34" not in result.output


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("config.yml", "version: 1\n", "config.yml"),
        (".env", "WEBHOOK_SECRET=x\n", "WEBHOOK_SECRET"),
    ],
)
def test_nothing_is_replaced_without_force(folder: Path, name: str, text: str, told: str) -> None:
    """A configuration or one of the variables is there: exit code 2, before any question."""
    (folder / name).write_text(text)
    result = run("--lang", "en", typed="")

    assert 2 == result.exit_code
    assert told in result.output
    assert "--force" in result.output
    assert ("show > config.yml" in result.output) == (name == ".env")
    assert {name: text} == {one.name: one.read_text() for one in folder.iterdir()}


def test_force_keeps_the_webhook_secret_and_strange_lines(folder: Path) -> None:
    """Of ``.env`` only the robots change; comments, other bytes and line ends stay."""
    (folder / "config.yml").write_text("version: 1\n")
    before = b"# \xff mine\r\nWEBHOOK_SECRET='old'\r\nOTHER=\"a\nb\"\nWECOM_WEBHOOK_URL=x"
    (folder / ".env").write_bytes(before)
    result = run("--wecom", KEY, "--force")
    after = (folder / ".env").read_bytes()

    assert 0 == result.exit_code
    assert (
        b'# \xff mine\r\nOTHER="a\nb"\n'
        + f"WECOM_WEBHOOK_URL={WECOM_URL}\nWEBHOOK_SECRET=old\n".encode()
    ) == after
    assert "wecom-group" in (folder / "config.yml").read_text(encoding="utf-8")


def test_what_cannot_be_written_is_said_without_a_trace(folder: Path) -> None:
    """The name of the file and the system's reason; exit code 2."""
    (folder / ".env").mkdir()
    result = run("--wecom", KEY, "--lang", "en")

    assert 2 == result.exit_code
    assert ".env cannot be read or written (Is a directory)" in result.output
    assert str(folder) not in result.output


# git


@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        (None, ".env\n"),
        ("", ".env\n"),
        ("build/", "build/\n.env\n"),
        ("build/\r\n", "build/\r\n.env\n"),
        ("# .env\n!.env.example\n", "# .env\n!.env.example\n.env\n"),
        (".env\n", ".env\n"),
        ("/.env\r\nx", "/.env\r\nx"),
        ("*.env\n", "*.env\n"),
    ],
)
def test_the_env_file_stays_out_of_git(folder: Path, ignored: str | None, expected: str) -> None:
    """In a work tree ``.gitignore`` names it afterwards, once; the rest of it stays."""
    (folder / ".git").mkdir()
    if ignored is not None:
        (folder / ".gitignore").write_bytes(ignored.encode())
    result = run("--wecom", KEY, "--lang", "en")

    assert expected == (folder / ".gitignore").read_bytes().decode()
    assert (ignored != expected) == ("added .env to .gitignore" in result.output)


def test_a_gitignore_further_up_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the root of the work tree and no further."""
    (folder / "tree" / "deep").mkdir(parents=True)
    (folder / "tree" / ".git").write_text("gitdir: elsewhere\n")
    (folder / ".gitignore").write_text(".env\n")
    monkeypatch.chdir(folder / "tree" / "deep")
    run("--wecom", KEY)

    assert ".env\n" == (folder / "tree" / "deep" / ".gitignore").read_text()
    (folder / "tree" / "deep" / ".gitignore").unlink()
    (folder / "tree" / ".gitignore").write_text(".env\n")
    run("--wecom", KEY, "--force")

    assert not (folder / "tree" / "deep" / ".gitignore").exists()


def test_without_git_there_is_no_gitignore(folder: Path) -> None:
    """Nothing but the two files."""
    run("--wecom", KEY)

    assert {"config.yml", ".env"} == {one.name for one in folder.iterdir()}


# What it says.


@pytest.mark.parametrize(
    ("lang", "readme", "url"),
    [
        ("zh-CN", "README.zh-CN.md", "：函数 URL"),
        ("en", "README.md", ": the function URL."),
    ],
)
def test_it_says_what_to_do_next(folder: Path, lang: str, readme: str, url: str) -> None:
    """What can be tried here, then the guides, then the webhook; within 80 columns.

    The address has the form of the readme: one source for each forge needs no path.
    """
    (folder / ".git").mkdir()
    output = run(*BOTH, "--lang", lang).output
    sends = [f"{python()} -m relay send {one}" for one in ("wecom-group", "dingtalk-group")]
    steps = [f"{python()} -m relay check\n", "make run  # ", *(f"{one}  # " for one in sends)]
    order = [*steps, "docs/quickstart-tencent", "docs/quickstart-aws", url, "GitLab", "Gitee"]

    guides = re.findall(r"docs/quickstart-\S*", output)
    assert all((ROOT / one).is_file() and ("zh-CN" in one) == (lang == "zh-CN") for one in guides)
    assert order == sorted(order, key=output.index)
    assert url in (ROOT / readme).read_text(encoding="utf-8")
    assert "/hook/" not in output
    shown = output.replace(python(), ".venv/bin/python")
    assert max(map(cell_len, shown.splitlines())) <= 80


def test_for_programs_it_is_json_and_asks_nothing(folder: Path) -> None:
    """What was written, where the webhook goes, what comes next; no secret."""
    (folder / ".git").mkdir()
    result = run("--wecom", KEY, "--format", "json", typed="")
    found = json.loads(result.stdout)

    assert {
        "wrote": ["config.yml", ".env", ".gitignore"],
        "receivers": ["wecom-group"],
        "hooks": {"gitlab": "/hook/gitlab", "gitee": "/hook/gitee"},
        "secret": "WEBHOOK_SECRET",
        "next": [f"{python()} -m relay {verb}" for verb in ("check", "send wecom-group")],
    } == found
    assert [one for one in variables(folder).values() if one and one in result.output] == []


def test_for_programs_nothing_is_asked_even_when_something_is_missing(folder: Path) -> None:
    """Without a robot it is a usage error, at a terminal, too."""
    result = run("--format", "json", "--lang", "en", typed=f"{KEY}\n\n\n")

    assert (2, "") == (result.exit_code, result.stdout)
    assert "no robot" in result.stderr


def test_allowed_hosts_go_with_the_addresses_that_need_them(folder: Path) -> None:
    """A private deployment's robot is taken where the environment allows its host."""
    url = f"http://chat.example.com:8080/send?key={KEY}"
    result = run("--wecom", url, RELAY_ALLOW_HOSTS="Chat.example.com:8080")

    assert 0 == result.exit_code
    assert url == loaded(folder).receivers[0].url.reveal()


@pytest.mark.parametrize(
    ("option", "environ", "expected"),
    [
        (None, {}, "en"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        (None, {"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW"}, "zh-CN"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-CN"),
        (None, {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh-CN"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("zh-CN", {}, "zh-CN"),
    ],
)
def test_the_language_is_the_option_s_or_the_locale_s(
    option: str | None, environ: dict[str, str], expected: str
) -> None:
    """The first variable that is set decides; without any it is English."""
    assert expected == language(option, environ)


def test_the_locale_chooses_the_language_of_everything(folder: Path) -> None:
    """Comments, messages and answers."""
    output = run("--wecom", KEY, LANG="zh_CN.UTF-8").output

    assert "已写入 config.yml" in output
    assert "zh-CN" == yaml.safe_load((folder / "config.yml").read_text("utf-8"))["lang"]
