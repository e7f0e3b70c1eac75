"""Our own commands as their users type them, read by the real parsers and not run."""

import argparse
import importlib
import io
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout

import click
from doc_blocks import exists
from doc_values import check_parameters

from workbench.chosen import SOURCES, ChoiceError, changed, sample
from workbench.commands import main

FILE = re.compile(r"[\w./-]+\.(ya?ml|json|log|md|zip|env)")


def check_own_command(module: str, arguments: Sequence[str], page: str = "") -> None:
    """Assert that *module* of ours takes *arguments*, which *page* names; nothing is run."""
    assert module.split(".")[0] in ("relay", "deploy", "workbench"), f"-m {module}: what is it?"
    assert exists(f"{module.replace('.', '/')}.py") or exists(
        f"{module.replace('.', '/')}/__main__.py"
    ), f"there is no module {module}"
    if module == "relay":
        parse(main, arguments, page)
        return
    found = importlib.import_module(module)
    command, parser = getattr(found, "main", None), getattr(found, "_parser", None)
    if isinstance(command, click.Command):
        parse(command, arguments, page)
    elif parser:
        _parse_plainly(parser(), arguments)
    else:
        assert not arguments, f"{module} takes no arguments"


def parse(command: click.Command, arguments: Sequence[str], page: str = "") -> None:
    """Let *command* read *arguments* as if typed, without running it.

    Names are those of a configuration of *page*, of examples/, or built in.
    """
    words = list(arguments)
    if isinstance(command, click.Group):
        if not words:  # shows its help
            return
        inner = command.commands.get(words[0])
        assert inner or words[0].startswith("-"), f"no verb {words[0]}"
        if inner:
            parse(inner, words[1:], page)
            return
    try:
        with redirect_stdout(io.StringIO()):
            context = command.make_context(command.name, words)
    except click.exceptions.Exit:  # --help, --version
        return
    except click.ClickException as error:
        raise AssertionError(f"{shlex.join(arguments)}: {error.format_message()}") from None
    check_parameters(context.params, page)
    if any(isinstance(one, click.Argument) and one.name == "event" for one in command.params):
        _check_event(**{key: context.params.get(key) for key in ("event", *_OF_EVENTS)})


_OF_EVENTS = ("source", "settings", "headers")


def _check_event(
    event: str | None,
    source: str | None,
    settings: Sequence[str] | None,
    headers: Sequence[str] | None,
) -> None:
    """Assert that *event* is a sample that can be changed so; a file is looked at elsewhere.

    `EVENT` is any.
    """
    if event and event != "EVENT" and not FILE.fullmatch(event):
        forge = source if source in SOURCES else ""
        try:
            changed(sample(event, forge), settings or (), headers or ())
        except ChoiceError as error:
            raise AssertionError(error.phrase.en) from None


def _parse_plainly(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    errors = io.StringIO()
    try:
        with redirect_stderr(errors):
            parser.parse_args(list(arguments))
    except SystemExit:
        raise AssertionError(errors.getvalue()) from None


def commands_named(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every verb of *group* by its whole name, ``dead-letters list``."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands_named(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command
