"""`docs/commands.md`: every command and option, in the words of the commands' own help."""

import re
from collections.abc import Iterator, Mapping

import click

from deploy import aws_rehearsal, bundles, component, tencent
from relay.words import Phrase
from workbench.commands import main
from workbench.page_tables import code, head, line, page, plain

_DEPLOYING: Mapping[str, click.Command] = {
    "deploy.bundles": bundles.main,
    "deploy.tencent": tencent.main,
    "deploy.component": component.main,
    "deploy.aws_rehearsal": aws_rehearsal.main,
}


def commands_page() -> str:
    """Return `docs/commands.md`."""
    parts = {
        "codes": lambda: "\n\n".join(_paragraphs(main)[1:]) + "\n",
        "verbs": lambda: _table(dict(verbs_of(main))),
        "deploying": lambda: _table(_DEPLOYING),
        "sections": _sections,
    }
    return page("commands.md", parts)


def verbs_of(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield each verb of *group* by its full name; of a group in it the verbs."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from verbs_of(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def _table(commands: Mapping[str, click.Command]) -> str:
    rows = (
        line(f"[{code(name)}](#{_anchor(name)})", _paragraphs(command)[0])
        for name, command in commands.items()
    )
    return head("command", "does") + "".join(rows)


def _anchor(name: str) -> str:
    return name.replace(" ", "-").replace(".", "")


def _sections() -> str:
    every = {**dict(verbs_of(main)), **_DEPLOYING}
    return "".join(_section(name, command) for name, command in every.items())


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    usage = " ".join((name, *command.collect_usage_pieces(context)))
    text = "\n\n".join(_paragraphs(command))
    return (
        f"\n## {code(name)}\n\n{text}\n\n```sh\n.venv/bin/{_example(name, command)}\n```\n\n"
        f"Usage: {code(usage)}\n{_options(command, context)}"
    )


def _example(name: str, command: click.Command) -> str:
    usual = f"python -m {name}" if name in _DEPLOYING else f"python -m relay {name}"
    return getattr(command, "example", "") or usual


def _options(command: click.Command, context: click.Context) -> str:
    rows = [
        line(code(found[0]), _told(one, found[1]))
        for one in command.params
        if isinstance(one, click.Option) and (found := one.get_help_record(context))
    ]
    return f"\n{head('option', 'does')}{''.join(rows)}" if rows else ""


def _told(option: click.Option, otherwise: str) -> str:
    about = getattr(option, "about", None)
    return _prose(about.en if isinstance(about, Phrase) else otherwise)


def _paragraphs(command: click.Command) -> list[str]:
    """Return what *command* says about itself: its phrases, or else its docstring."""
    written = [" ".join(one.split()) for one in re.split(r"\n\s*\n", command.help or "")]
    told = [getattr(command, name, None) for name in ("about", "more")]
    phrases = [line for one in told if isinstance(one, Phrase) for line in one.en.split("\n")]
    return [_prose(one) for one in (written if phrases in ([], written[:1]) else phrases)]


def _prose(text: str) -> str:
    """Return *text* as Markdown; what stands between backticks stays as it is."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else plain(part) for part in parts)
