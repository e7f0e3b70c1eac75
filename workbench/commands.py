"""``python -m relay <verb>``: the commands (`design/workbench.md` section 1)."""

import click

from relay.version import VERSION
from relay.words import Phrase
from workbench.checking import check
from workbench.cli import SETTINGS
from workbench.dead_letters import dead_letters
from workbench.doctor import doctor
from workbench.explaining import explain
from workbench.initialising import init
from workbench.looking import events, render
from workbench.printing import schema, show
from workbench.replaying import replay
from workbench.running import serve
from workbench.sending import send
from workbench.trigger import trigger
from workbench.verb import Verbs

_ABOUT = Phrase(
    "把 GitLab 和 Gitee 的事件发到企业微信和钉钉。",
    "GitLab and Gitee events in WeCom and DingTalk.",
)
_MORE = Phrase(
    "退出码：0 成功，1 失败，2 命令用法错误。用 --format json 时，成功的输出是一个 JSON；"
    "配置有问题时是 `check --format json` 的列表；别的错误仍是 stderr 上的文字。",
    "Exit codes: 0 done, 1 not done, 2 a wrong command line. With --format json the output is one "
    "JSON value; for a configuration with problems it is the list of `check --format json`; other "
    "errors stay text, on stderr.",
)


@click.group(
    cls=Verbs,
    context_settings=SETTINGS,
    example="python -m relay serve",
    about=_ABOUT,
    more=_MORE,
)
@click.version_option(
    VERSION, "--version", prog_name="git-chat-relay", message="%(prog)s %(version)s"
)
def main() -> None:
    """Run one of the verbs."""


for _verb in (
    serve,
    init,
    check,
    show,
    events,
    render,
    explain,
    send,
    trigger,
    replay,
    dead_letters,
    doctor,
    schema,
):
    main.add_command(_verb)
