"""The verb ``init``: a first configuration, from a few answers or from options alone."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from relay.config import GITEE, GITLAB, LANGUAGES
from relay.configuration.addresses import DINGTALK, WECOM
from relay.words import Phrase
from workbench import env_file, first_config
from workbench.asking import HOSTS, Form
from workbench.bubbles import pretty_json
from workbench.cli import json_option
from workbench.first_config import (
    DINGTALK_SECRET,
    DINGTALK_URL,
    WEBHOOK_SECRET,
    WECOM_URL,
    Robot,
    config_text,
)
from workbench.interpreter import python
from workbench.languages import language
from workbench.verb import Verb, choice, option
from workbench.weak_values import DOUBTFUL_KEY, LONGER, SHORT, is_doubtful_key, is_short

CONFIG_FILE = "config.yml"
_SECRET_BYTES = 24
_OURS = (WECOM_URL, DINGTALK_URL, DINGTALK_SECRET, WEBHOOK_SECRET)

_ASK_WECOM = Phrase(
    "企业微信机器人的 Webhook 地址（没有就按回车）", "WeCom robot's webhook URL (Enter: none)"
)
_ASK_DINGTALK = Phrase(
    "钉钉机器人的 Webhook 地址（没有就按回车）", "DingTalk robot's webhook URL (Enter: none)"
)
_ASK_SIGNING = Phrase(
    "钉钉机器人的加签密钥 SEC…（没开加签就按回车）",
    "DingTalk robot's 加签 secret SEC… (Enter: none)",
)
_ASK_WEBHOOK = Phrase("Webhook 密钥（按回车随机生成一个）", "Webhook secret (Enter: a random one)")
_NO_ROBOT = Phrase(
    "没有机器人：用 --wecom 或 --dingtalk 给出地址",
    "no robot: give its webhook URL with --wecom or --dingtalk",
)
_NO_DINGTALK = Phrase("--secret 要和 --dingtalk 一起给", "--secret needs --dingtalk")
_THERE = Phrase("{what} 已存在；要覆盖请加 --force", "{what} is there already: --force replaces it")
_SET = Phrase(
    "{what} 已存在。写出等价的 config.yml：\n  {show} > config.yml\n要覆盖请加 --force",
    "{what} is there already. To write the config.yml that stands for the same:\n"
    "  {show} > config.yml\n--force replaces it",
)
_CANNOT = Phrase("{file} 读写不了（{why}）", "{file} cannot be read or written ({why})")

_NOTE = Phrase("注意：{what}", "note: {what}")
_WROTE = Phrase("已写入 {file}", "wrote {file}")
_WROTE_ENV = Phrase(
    "已写入 .env：密钥在里面，只有你能读，不要提交",
    "wrote .env: it holds the secrets, only you can read it, never commit it",
)
_IGNORED = Phrase("已把 .env 加进 .gitignore", "added .env to .gitignore")
_TRY = Phrase("先在这里试：", "First, try it here:")
_SEE = Phrase("看页面，消息发给模拟机器人", "the page; messages go to stand-in robots")
_SEND = Phrase("真发一条", "one real message")
_PASTE = (
    Phrase("", ""),
    Phrase(
        "再部署：按所用的云的指南操作（.env 里的变量放在哪里，见指南）：",
        "Then deploy, by your cloud's guide. It says where the variables in .env go:",
    ),
    Phrase(
        "  腾讯云  docs/quickstart-tencent.zh-CN.md",
        "  Tencent Cloud  docs/quickstart-tencent.md",
    ),
    Phrase(
        "  AWS     docs/quickstart-aws.zh-CN.md",
        "  AWS            docs/quickstart-aws.md",
    ),
    Phrase("", ""),
    Phrase(
        "最后到仓库里填 Webhook。网址：函数 URL；密钥：.env 里的 WEBHOOK_SECRET",
        "Last, add the webhook. URL: the function URL. Secret: WEBHOOK_SECRET in .env",
    ),
    Phrase(
        "  GitLab  Settings → Webhooks  密钥填在 Secret token",
        "  GitLab  Settings → Webhooks  the secret is its Secret token",
    ),
    Phrase(
        "  Gitee   管理 → WebHooks      密钥填在 密码 / 签名密钥",
        "  Gitee   管理 → WebHooks      the secret is its 密码 / 签名密钥",
    ),
)
_ABOUT = Phrase("写出第一份 config.yml 和 .env。", "Write a first config.yml and .env.")
_MORE = Phrase(
    "在终端里，选项没有写的会问。密钥写进 .env，config.yml 里没有密钥。"
    "用 --format json 时什么都不问。",
    "On a terminal it asks for what the options do not say, but never with --format json. Values "
    "go to .env, config.yml holds no secret.",
)
_WECOM = Phrase(
    "企业微信机器人的 Webhook 地址，或其中的 key", "The WeCom robot's webhook URL, or its key"
)
_DINGTALK = Phrase(
    "钉钉机器人的 Webhook 地址，或其中的 access_token", "The DingTalk robot's webhook URL or token"
)
_SECRET = Phrase("钉钉机器人的加签密钥", "The DingTalk robot's secret (加签)")
_LANG = Phrase("注释、消息和回答的语言", "Of comments, messages and answers")


class Refusal(click.ClickException):
    """Nothing was written: exit code 2."""

    exit_code = 2


@click.command(
    "init",
    cls=Verb,
    example="python -m relay init --wecom URL --lang zh-CN",
    about=_ABOUT,
    more=_MORE,
)
@option("--wecom", metavar="URL", about=_WECOM)
@option("--dingtalk", metavar="URL", about=_DINGTALK)
@option("--secret", metavar="SEC…", about=_SECRET)
@choice("--lang", known=LANGUAGES, about=_LANG)
@option("--force", is_flag=True, about=Phrase("替换已有的", "Replace what is there"))
@json_option
def init(
    *,
    wecom: str | None,
    dingtalk: str | None,
    secret: str | None,
    lang: str | None,
    force: bool,
    form: str,
) -> None:
    """Write both files; nothing is written unless all answers are right."""
    is_json = form == "json"
    asked = Form(language(lang, os.environ), os.environ, silent=is_json)
    folder = Path.cwd()
    try:
        there = _there(folder, asked, force=force)
        values = _values(asked, wecom, dingtalk, secret)
        known = there.get(WEBHOOK_SECRET) or os.environ.get(WEBHOOK_SECRET)
        values[WEBHOOK_SECRET] = known or _webhook_secret(asked)
        robots = list(_robots(values))
        is_ignored = _write(folder, asked, values, robots)
    except OSError as error:
        file = Path(str(error.filename or CONFIG_FILE)).name
        raise Refusal(asked.say(_CANNOT, file=file, why=error.strerror or "?")) from None
    for doubt in _doubts(values):
        click.echo(asked.say(_NOTE, what=asked.say(doubt)), err=True)
    if is_json:
        click.echo(pretty_json(_as_json(robots, is_ignored=is_ignored)))
        return
    for line in _lines(asked, robots, is_ignored=is_ignored):
        click.echo(line)


def _there(folder: Path, form: Form, *, force: bool) -> dict[str, str]:
    """Return the variables that ``.env`` has; raises Refusal where something would be replaced."""
    found = env_file.present(folder)
    if not force:
        names = [name for name in _OURS if name in found]
        if (folder / CONFIG_FILE).exists():
            raise Refusal(form.say(_THERE, what=CONFIG_FILE))
        if names:
            show = f"{python()} -m relay show"
            raise Refusal(form.say(_SET, what=f"{names[0]} (.env)", show=show))
    return found


def _values(
    form: Form, wecom: str | None, dingtalk: str | None, secret: str | None
) -> dict[str, str]:
    """Return the robots' variables, asked for only when no option names a robot."""
    asks = form.asks and wecom is None and dingtalk is None
    if secret is not None and dingtalk is None:
        raise click.UsageError(form.say(_NO_DINGTALK))
    values = {
        WECOM_URL: _value(
            form, "--wecom", wecom, form.address(WECOM), _ASK_WECOM if asks else None
        ),
        DINGTALK_URL: _value(
            form, "--dingtalk", dingtalk, form.address(DINGTALK), _ASK_DINGTALK if asks else None
        ),
    }
    if not any(values.values()):
        raise click.UsageError(form.say(_NO_ROBOT))
    asks = form.asks and bool(values[DINGTALK_URL])  # also where an option named it
    values[DINGTALK_SECRET] = _value(
        form, "--secret", secret, form.signing, _ASK_SIGNING if asks else None, hidden=True
    )
    return {name: value for name, value in values.items() if value}


def _value(
    form: Form,
    option: str,
    given: str | None,
    read: Callable[[str], str],
    question: Phrase | None,
    *,
    hidden: bool = False,
) -> str:
    if given is not None:
        return form.given(option, given, read)
    return form.answer(question, read, hidden=hidden) if question else ""


def _webhook_secret(form: Form) -> str:
    answer = form.answer(_ASK_WEBHOOK, form.secret, hidden=True) if form.asks else ""
    return answer or secrets.token_urlsafe(_SECRET_BYTES)


def _robots(values: Mapping[str, str]) -> Iterator[Robot]:
    if WECOM_URL in values:
        yield first_config.WECOM
    if DINGTALK_URL in values:
        signed = DINGTALK_SECRET in values
        yield first_config.DINGTALK if signed else first_config.DINGTALK._replace(secret="")


def _write(folder: Path, form: Form, values: dict[str, str], robots: Sequence[Robot]) -> bool:
    """Write everything; return whether .gitignore got a line.

    The file with secrets is kept out of git first.
    """
    hosts = {HOSTS: ",".join(form.hosts)} if form.hosts else {}
    ignored = env_file.keep_out_of_git(folder)
    env_file.write(folder, values | hosts)
    (folder / CONFIG_FILE).write_text(config_text(list(robots), form.lang), encoding="utf-8")
    return bool(ignored)


def _doubts(values: Mapping[str, str]) -> Iterator[Phrase]:
    """Yield what is odd about *values*, all of which may still be right."""
    if WECOM_URL in values and is_doubtful_key(values[WECOM_URL]):
        yield DOUBTFUL_KEY
    if is_short(values[WEBHOOK_SECRET]):
        yield Phrase(f"{SHORT.zh}。{LONGER.zh}", f"{SHORT.en}. {LONGER.en}")


def _lines(form: Form, robots: Sequence[Robot], *, is_ignored: bool) -> list[str]:
    return [
        form.say(_WROTE, file=CONFIG_FILE),
        form.say(_WROTE_ENV),
        *([form.say(_IGNORED)] if is_ignored else []),
        "",
        form.say(_TRY),
        *_tries(form, robots),
        *(phrase.of(form.lang) for phrase in _PASTE),
    ]


def _tries(form: Form, robots: Sequence[Robot]) -> list[str]:
    """Return what can be done before anything is deployed, the page between `check` and `send`."""
    check, *sends = _next(robots)
    said = [(check, ""), ("make run", form.say(_SEE)), *((one, form.say(_SEND)) for one in sends)]
    return [f"  {command}{f'  # {why}' if why else ''}" for command, why in said]


def _as_json(robots: Sequence[Robot], *, is_ignored: bool) -> dict[str, Any]:
    """Return what was written and where to paste it; no secret is in it."""
    return {
        "wrote": [CONFIG_FILE, ".env", *([".gitignore"] if is_ignored else [])],
        "receivers": [robot.name for robot in robots],
        "hooks": {forge: f"/hook/{forge}" for forge in (GITLAB, GITEE)},
        "secret": WEBHOOK_SECRET,
        "next": _next(robots),
    }


def _next(robots: Sequence[Robot]) -> list[str]:
    verbs = ("check", *(f"send {robot.name}" for robot in robots))
    return [f"{python()} -m relay {verb}" for verb in verbs]
