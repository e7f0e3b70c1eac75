"""The verbs that print for other programs: ``show`` and ``schema``."""

import os
from collections.abc import Iterator

import click

from relay.words import Phrase
from workbench import configured, kept_variables, terminal
from workbench.bubbles import pretty_json
from workbench.cli import config_option, json_option, lang_option
from workbench.configured import Setting
from workbench.first_config import MODELINE
from workbench.schema import schema as config_schema
from workbench.showing import as_document, shown
from workbench.verb import Verb

_FROM = Phrase("来源：{name}，摘要 {digest}", "from {name}, digest {digest}")
_KEPT = Phrase(
    "变量也来自 {place}（RELAY_SECRETS）", "variables also come from {place} (RELAY_SECRETS)"
)
_ABOUT = Phrase(
    "打印当前生效的配置（可直接存为 config.yml）。", "Print the configuration in effect, as a file."
)
_MORE = Phrase(
    "默认值已填上；密钥写成引用或打码。只用环境变量时，打印等价的 config.yml。",
    "Defaults are filled in; secrets are references, or masked. Of environment variables it is "
    "the config.yml that stands for the same.",
)
_SCHEMA = Phrase(
    "打印配置文件的 JSON Schema，给编辑器用。",
    "Print the JSON Schema of the configuration file, for editors.",
)


@click.command(
    "show", cls=Verb, example="python -m relay show > first.yml", about=_ABOUT, more=_MORE
)
@config_option
@lang_option
@json_option
def show(config: str | None, lang: str, form: str) -> None:
    """Print the configuration in effect; no secret is in it."""
    configured.begin(lang)
    given = _setting(config, lang)
    found = configured.looked_at(given, lang, form, stderr=True)
    place = kept_variables.place(given.environ)
    if form == "json":
        about = {"origin": found.origin, "digest": found.digest}
        about |= {"secrets": place} if place else {}
        configured.echo_json({**about, "config": as_document(found)})
        return
    click.echo(MODELINE)
    for comment in _comments(given.name(lang), found.digest, place):
        click.echo(f"# {terminal.printable(comment.of(lang))}")
    click.echo(terminal.printable(shown(found)), nl=False)


def _setting(config: str | None, lang: str) -> Setting:
    """Return where the configuration stands; an empty file that nobody named does not count.

    ``show > config.yml`` has made one before it begins.
    """
    given = configured.setting(config, lang)
    path = given.found.path
    is_named = bool(config or os.environ.get("CONFIG_FILE", "").strip())
    if is_named or path is None or path.stat().st_size:
        return given
    return configured.setting(None, lang, {**os.environ, "CONFIG_FILE": ""})


def _comments(name: str, digest: str, place: str) -> Iterator[Phrase]:
    yield _FROM.filled(name=name, digest=digest)
    if place:
        yield _KEPT.filled(place=place)


@click.command(
    "schema", cls=Verb, example="python -m relay schema > config.schema.json", about=_SCHEMA
)
def schema() -> None:
    """Print the JSON Schema of the configuration file."""
    click.echo(pretty_json(config_schema()))
