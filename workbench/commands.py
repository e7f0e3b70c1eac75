"""``python -m relay <verb>``: the commands (`design/workbench.md` section 1)."""

import click

from relay.version import VERSION
from workbench.cli import SETTINGS, Verbs
from workbench.looking import events, render
from workbench.running import serve, trigger


@click.group(
    cls=Verbs,
    context_settings=SETTINGS,
    example="python -m relay serve",
    subcommand_metavar="VERB ...",
)
@click.version_option(VERSION, "--version", prog_name="git-chat-relay")
def main() -> None:
    """GitLab and Gitee events in WeCom and DingTalk."""


for _verb in (serve, events, render, trigger):
    main.add_command(_verb)
