"""``python -m relay <verb>``: the commands (`design/workbench.md` section 1)."""

import click

from relay.version import VERSION
from workbench.checking import check
from workbench.cli import SETTINGS, Verbs
from workbench.dead_letters import dead_letters
from workbench.explaining import explain
from workbench.initialising import init
from workbench.looking import events, render
from workbench.printing import schema, show
from workbench.replaying import replay
from workbench.running import serve, trigger
from workbench.sending import send


@click.group(
    cls=Verbs,
    context_settings=SETTINGS,
    example="python -m relay serve",
    subcommand_metavar="VERB ...",
)
@click.version_option(VERSION, "--version", prog_name="git-chat-relay")
def main() -> None:
    """GitLab and Gitee events in WeCom and DingTalk."""


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
    schema,
):
    main.add_command(_verb)
