"""``python -m deploy.tencent``: the function on Tencent Cloud SCF, created or updated, and its URL.

With the vendor's API and a person's own key, which stands in the environment under the names of the
vendor's SDK. The function's own variables come from ``.env`` and ``serverless.yml``.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import click
from rich.text import Text

from deploy import own_files, settings, tencent_report
from deploy.regions import TENCENT, likely_slip
from deploy.settings import NAME
from deploy.tencent_bundle import EVENT, WEB, Bundle, bundle
from deploy.tencent_cloud import SERVICE, VERSION, Cloud, Step
from deploy.tencent_deployment import deploy, plan
from deploy.tencent_faults import Refused
from deploy.tencent_parts import SettingsError
from deploy.tencent_plan import Wanted
from deploy.tencent_report import View
from deploy.tencent_variables import from_file, merged
from relay.tencent_api import KEY_NAMES, Call, Reach, caller
from relay.words import Phrase
from workbench import terminal
from workbench.cli import SETTINGS, json_option, lang_option
from workbench.env_file import ENV_FILE
from workbench.verb import Verb, option

KEYS = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
SESSION = "TENCENTCLOUD_SESSION_TOKEN"
ZIPS = {EVENT: "build/tencent.zip", WEB: "build/tencent-web.zip"}

_REACH = Reach(connect_s=10, read_s=120, proxied=True)  # an upload takes its time

_NO_KEY = Phrase(
    "没有密钥：在 https://console.cloud.tencent.com/cam 建子用户和它的密钥，"
    "然后在终端里设置 export TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=…"
    "（只看不做：--dry-run）",
    "no key: make a sub-user and its key at "
    "https://console.cloud.tencent.com/cam, then in the shell: "
    "export TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=… (just looking: --dry-run)",
)
_HALF_KEY = Phrase(
    "密钥不完整：{found} 已设置，{missing} 没有设置；两个都要设置",
    "half a key: {found} is set and {missing} is not; set both",
)
_NO_SDK = Phrase(
    "没有腾讯云的 SDK：运行 pip install -r requirements-workbench.txt",
    "the vendor's SDK is missing: pip install -r requirements-workbench.txt",
)
_BAD_NAME = Phrase(
    "--name 要有 2 到 60 个字符：字母开头，字母或数字结尾，中间可以有 - 和 _",
    "--name has 2 to 60 characters: letters, digits, - and _, beginning with a letter and ending "
    "with a letter or digit",
)
_BAD_REGION = Phrase(
    "不认识地域 “{name}”；你是不是想写 {near}？",
    'the region "{name}" is not known; did you mean {near}?',
)
_DO = Phrase("怎么办：", "what to do: ")


class Surroundings(NamedTuple):
    """What a test exchanges."""

    endpoint: str = ""
    protocol: str = "https"
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class _Asked(NamedTuple):
    wanted: Wanted
    variables: Mapping[str, str]
    replace_failed: bool
    dry: bool
    lang: str
    form: str


_AS_FILE = Phrase("默认：serverless.yml 里的", "Default: as in serverless.yml")
_NAME = Phrase(
    "函数名；默认：serverless.yml 里的", "Of the function. Default: as in serverless.yml"
)
_ITS_VARIABLES = Phrase(
    "函数的变量；默认：.env，如果有", "Its variables. Default: .env, if there is one"
)
_ROLE = Phrase("scf-async 和凭据管理要用的角色", "For scf-async and Secrets Manager")
_REPLACE = Phrase("先删掉没建成的", "Delete one that could not be created first")
_ONLY_LOOK = Phrase("只看，说明会做什么", "Only look, and say what would be done")


@click.command(
    cls=Verb,
    example="python -m deploy.tencent --dry-run",
    context_settings=SETTINGS,
    about=Phrase(
        "在腾讯云 SCF 上创建或更新函数，打印它的网址。",
        "Create or update the function on Tencent Cloud SCF, and print its URL.",
    ),
    more=Phrase(
        "可以反复运行。读 serverless.yml 的 custom.tencent。密钥放在环境变量 "
        "TENCENTCLOUD_SECRET_ID 和 TENCENTCLOUD_SECRET_KEY 里。",
        "Run it as often as you like. Reads custom.tencent of serverless.yml. Your key: "
        "TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY in the environment.",
    ),
)
@option(
    "--zip",
    "file",
    metavar="FILE",
    about=Phrase(f"默认：{ZIPS[EVENT]}", f"Default: {ZIPS[EVENT]}"),
)
@option("--region", metavar="R", about=_AS_FILE)
@option("--name", metavar="N", about=_NAME)
@option("--env-file", metavar="FILE", about=_ITS_VARIABLES)
@option("--eip/--no-eip", default=None, about=Phrase("固定的出口地址", "A fixed outbound address"))
@option("--role", default="", metavar="NAME", about=_ROLE)
@option(
    "--web",
    is_flag=True,
    about=Phrase(f"Web 函数，用 {ZIPS[WEB]}", f"A Web function, from {ZIPS[WEB]}"),
)
@option("--replace-failed", is_flag=True, about=_REPLACE)
@option("--dry-run", is_flag=True, about=_ONLY_LOOK)
@lang_option
@json_option
@click.pass_obj
def main(
    surroundings: Surroundings | None,
    *,
    file: str | None,
    region: str | None,
    name: str | None,
    env_file: str | None,
    eip: bool | None,
    role: str,
    web: bool,
    replace_failed: bool,
    dry_run: bool,
    lang: str,
    form: str,
) -> None:
    """Bring the function to what is wanted; exit code 1 with the remedy where that fails."""
    try:
        kind = WEB if web else EVENT
        described = _described(region, name, lang)
        code = bundle(Path(file or ZIPS[kind]), kind)
        wanted = Wanted(described, kind, code, eip, role or described.role)
        own = from_file(Path(env_file or ENV_FILE), required=env_file is not None)
        variables = {**described.variables, **own}
        merged(variables, {})  # what the cloud would refuse is told before anything is sent
        asked = _Asked(wanted, variables, replace_failed, dry_run, lang, form)
        _run(asked, surroundings or Surroundings())
    except (SettingsError, Refused) as error:
        _fail(error, lang, form)


def _described(region: str | None, name: str | None, lang: str) -> settings.Settings:
    found = settings.load(Path(settings.FILE), os.environ)
    if name is not None and not NAME.fullmatch(name):
        raise click.UsageError(_BAD_NAME.of(lang))
    found = found._replace(name=name or found.name, region=region or found.region)
    if near := likely_slip(found.region, TENCENT):
        raise SettingsError(_BAD_REGION.filled(name=found.region, near=near))
    return found


def _run(asked: _Asked, around: Surroundings) -> None:
    wanted = asked.wanted
    cloud = _cloud(wanted.settings, around)
    if cloud is None and not asked.dry:
        raise SettingsError(_NO_KEY)
    view = View(asked.dry, cloud is not None, asked.lang, _is_stale(wanted.bundle))
    say = _print if asked.form == "text" else _keep_quiet

    def tell(step: Step) -> None:
        say(tencent_report.line(step, wanted, view))

    say(tencent_report.head(wanted, view.lang))
    if cloud is None or asked.dry:
        outcome = plan(cloud, wanted, asked.variables, replace_failed=asked.replace_failed)
        for step in outcome.steps:
            tell(step)
    else:
        outcome = deploy(cloud, wanted, asked.variables, tell, replace_failed=asked.replace_failed)
    for line in tencent_report.rest(wanted, outcome, view):
        say(line)
    if asked.form == "json":
        _echo_json(tencent_report.as_json(wanted, outcome, view))


def _is_stale(code: Bundle) -> bool:
    here = own_files.find(None)
    return (here.read_bytes() if here else b"") != code.config


def _cloud(described: settings.Settings, around: Surroundings) -> Cloud | None:
    call = _call(described.region, around)
    return call and Cloud(call, described.name, sleep=around.sleep, clock=around.clock)


def _call(region: str, around: Surroundings) -> Call | None:
    """Return what asks the API with the person's key, None without one.

    Half of one raises SettingsError.
    """
    found = {name: os.environ.get(name, "").strip() for name in (*KEYS, SESSION)}
    missing = [name for name in KEYS if not found[name]]
    if len(missing) == len(KEYS):
        return None
    if missing:
        (there,) = set(KEYS) - set(missing)
        raise SettingsError(_HALF_KEY.filled(found=there, missing=missing[0]))
    environ = {ours: found[theirs] for ours, theirs in zip(KEY_NAMES, KEYS, strict=True)}
    if found[SESSION]:
        environ["TENCENTCLOUD_SESSIONTOKEN"] = found[SESSION]
    way = {"endpoint": around.endpoint, "protocol": around.protocol}
    try:
        return caller(SERVICE, VERSION, environ, region, _REACH, **way)
    except ImportError:
        raise SettingsError(_NO_SDK) from None


def _fail(error: SettingsError | Refused, lang: str, form: str) -> None:
    remedy = error.remedy.of(lang) if isinstance(error, Refused) else ""
    if form == "json":
        code = error.code if isinstance(error, Refused) else ""
        told = {"code": code, "what": error.phrase.of(lang), "remedy": remedy}
        _echo_json({"error": told})
    else:
        lines = [error.phrase.of(lang), *([f"{_DO.of(lang)}{remedy}"] if remedy else [])]
        terminal.show_wrapped("\n".join(lines), terminal.console(stderr=True))
    raise click.exceptions.Exit(1)


def _print(line: str) -> None:
    console, text = terminal.console(), terminal.single_line(line)
    if "://" in text or not text:  # an address is to be copied whole
        console.print(Text(text), soft_wrap=True)
    else:
        terminal.show_wrapped(text, console)


def _keep_quiet(line: str) -> None:
    """What is for people is not for programs."""


def _echo_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
