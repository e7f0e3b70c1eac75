"""The verbs that print for other programs: ``show`` and ``schema``."""

import click

from relay.words import Phrase
from workbench import configured, terminal
from workbench.bubbles import pretty_json
from workbench.cli import Verb, config_option, json_option, lang_option
from workbench.first_config import MODELINE
from workbench.schema import schema as config_schema
from workbench.showing import as_document, shown

_FROM = Phrase("来自 {name}，摘要 {digest}", "from {name}, digest {digest}")


@click.command("show", cls=Verb, example="python -m relay show > first.yml")
@config_option
@lang_option
@json_option
def show(config: str | None, lang: str, form: str) -> None:
    """Print the configuration in effect, as a file.

    Defaults are filled in; secrets are references, or masked. Of environment variables it is the
    config.yml that stands for the same.
    """
    configured.begin(lang)
    given = configured.setting(config, lang)
    found = configured.looked_at(given, lang, form, stderr=True)
    if form == "json":
        about = {"origin": given.found.name, "digest": found.digest}
        configured.echo_json({**about, "config": as_document(found)})
        return
    comment = _FROM.filled(name=given.name(lang), digest=found.digest).of(lang)
    click.echo(MODELINE)
    click.echo(f"# {terminal.printable(comment)}")
    click.echo(terminal.printable(shown(found)), nl=False)


@click.command("schema", cls=Verb, example="python -m relay schema > config.schema.json")
def schema() -> None:
    """Print the JSON Schema of the configuration file, for editors."""
    click.echo(pretty_json(config_schema()))
