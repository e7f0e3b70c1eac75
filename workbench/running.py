"""The verb ``serve``."""

import click

from relay.configuration.suggest import did_you_mean
from relay.errors import NOTHING
from relay.words import Phrase
from workbench import configured, terminal
from workbench.cli import Failure, config_option, lang_option
from workbench.faults import WORDS, FaultError, parse
from workbench.robot_terms import DINGTALK, WECOM
from workbench.usage_errors import Misuse
from workbench.verb import Port, Verb, option

_ABOUT = Phrase(
    "在本机运行函数，机器人用模拟的。",
    "Run the function here, with stand-in robots for the receivers of the configuration.",
)
_PORT = Phrase("端口；默认 9000，0 是任一空闲端口", "Default: 9000; 0: any free one")
_LIVE = Phrase("发给配置里的真机器人", "Send to the real robots of the configuration")
_WORDS = " ".join(WORDS)
_FAULTS = Phrase(
    "让模拟机器人出错，例如 wecom=busy*2,slow:1,dingtalk=hang。*2：两次；@30：30 秒内。"
    f"可选：{_WORDS}",
    "How the stand-ins fail, for example wecom=busy*2,slow:1,dingtalk=hang. *2: two posts; "
    f"@30: for 30 s. Faults: {_WORDS}",
)
_NO_FAULTS = Phrase(
    "--robot-faults 只用于模拟机器人，不能和 --live 一起用",
    "--robot-faults is for the stand-ins; real robots take none",
)
_NO_ROBOT = Phrase("没有机器人 “{name}”；{hint.zh}", 'no robot "{name}"; {hint.en}')
_WRITE = Phrase("写成 wecom=busy*2,dingtalk=hang", "write wecom=busy*2,dingtalk=hang")


@click.command("serve", cls=Verb, example="python -m relay serve --port 9000", about=_ABOUT)
@option("--port", type=Port(), metavar="PORT", default=9000, about=_PORT)
@config_option
@option("--live", is_flag=True, about=_LIVE)
@option("--robot-faults", default="", metavar="ROBOT=FAULTS", about=_FAULTS)
@lang_option
def serve(port: int, config: str | None, live: bool, robot_faults: str, lang: str) -> None:
    """Run until Ctrl-C."""
    from workbench.serving import Options, ServeError
    from workbench.serving import serve as run

    faults = _robot_faults(robot_faults)
    if live and faults:
        raise Misuse(_NO_FAULTS)
    given = configured.setting(config, lang)
    try:
        run(Options(port, live, faults, lang), given, terminal.console())
    except ServeError as error:
        raise Failure(str(error)) from None


def _robot_faults(text: str) -> dict[str, str]:
    """Read ``wecom=busy*2,slow:1,dingtalk=hang``: vendor → faults; a usage error if wrong."""
    found: dict[str, list[str]] = {}
    vendor = ""
    for item in filter(None, text.split(",")):
        name, equals, fault = item.partition("=")
        if equals and ":" not in name:
            vendor = name.strip()
            item = fault
        if vendor not in (WECOM, DINGTALK):
            hint = did_you_mean(vendor, (WECOM, DINGTALK))
            hint = _WRITE if hint == NOTHING else hint
            raise Misuse(_NO_ROBOT.filled(name=vendor or item, hint=hint))
        found.setdefault(vendor, []).append(item)
    try:
        for faults in found.values():
            parse(",".join(faults))
    except FaultError as error:
        raise Misuse(error.phrase) from None
    return {name: ",".join(faults) for name, faults in found.items()}
