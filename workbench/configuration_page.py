"""`docs/configuration.md`: the words of `pages/configuration.md` and the loader's own tables."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from relay.config import ROLES
from relay.configuration import fields
from relay.configuration.fields import Field, Kind
from relay.configuration.forms import FormError, formed
from relay.facts import FACTS
from relay.kinds import KINDS
from relay.words import Phrase
from workbench.page_tables import code, line, listed, page, plain

_TITLES = {
    "config": "The file · 最外层",
    "source": "`sources.<name>` · 来源",
    "receiver": "`receivers.<name>` · 接收者",
    "route": "`routes[]` · 路由",
    "person": "`people.<username>` · 人",
    "time_interval": "`time_intervals.<name>` · 时间段",
    "times": "`time_intervals.<name>.times[]` · 时间",
    "delivery": "`delivery` · 投递",
}
_KEYS = "| key | value | default 默认 | meaning | 含义 |\n|---|---|---|---|---|\n"
_REQUIRED = "**required 必填**"
_UNFORMED = "< ,#"  # has the form of nothing


def configuration_page() -> str:
    """Return `docs/configuration.md`."""
    return page("configuration.md", _PARTS)


# Keys


def _tables() -> str:
    return "".join(_table(name, table) for name, table in fields.TABLES.items())


def _table(name: str, table: Mapping[str, Field]) -> str:
    rows = "".join(_row(key, field) for key, field in table.items())
    return f'\n<a id="{name}"></a>\n\n### {_TITLES[name]}\n\n{_KEYS}{rows}'


def _row(key: str, field: Field) -> str:
    cells = (code(key), _value(field), _default(key, field))
    return line(*cells, plain(field.about.en), plain(field.about.zh))


def _value(field: Field) -> str:
    """Return how a value is written, with its examples below."""
    written = notation(field.kind)
    examples = [found for one in field.examples if (found := code(one)) != written]
    return "<br>".join([written, *examples])


def _default(key: str, field: Field) -> str:
    only = f"only 仅 {listed(field.types)}" if field.types else ""
    return "<br>".join(filter(None, [_needed(key, field), only]))


def _needed(key: str, field: Field) -> str:
    needing = tuple(kind for kind, keys in fields.NEEDED.items() if key in keys)
    if field.required or (field is fields.RECEIVER.get(key) and needing == field.types != ()):
        return _REQUIRED
    if field is fields.RECEIVER.get(key) and needing:
        return f"{_REQUIRED}: {listed(needing)}"
    return code(field.default) if field.default else ""


def notation(kind: Kind) -> str:
    """Return how a value of *kind* is written, or where its keys are listed."""
    if isinstance(kind, fields.Table):
        return f"[{kind.name}](#{kind.name})"
    if isinstance(kind, fields.ListOf) and isinstance(kind.item, fields.Table):
        return f"`-` {notation(kind.item)}"
    if isinstance(kind, fields.MapOf) and isinstance(kind.item, fields.Table):
        return f"`{_key(kind.key)}` {notation(kind.item)}"
    return code(_written(kind))


def _written(kind: Any) -> str:
    return _NOTATIONS[type(kind)](kind)


def _key(kind: Kind) -> str:
    return f"{_written(kind)}:" if isinstance(kind, fields.EventName) else "name:"


_NOTATIONS: dict[type, Callable[[Any], str]] = {
    fields.Text: lambda kind: str(kind.form or "text"),
    fields.Credential: lambda kind: "text or secret" if kind.public else "secret",
    fields.Template: lambda kind: "template or file" if kind.may_be_file else "template",
    fields.Choice: lambda kind: " | ".join(kind.words),
    fields.Flag: lambda _: "true | false",
    fields.Whole: lambda kind: f"{kind.least} to {kind.most}",
    fields.Seconds: lambda kind: f"{kind.least:g}s to {kind.most:g}s",
    fields.Zone: lambda _: "zone",
    fields.EventName: lambda _: "event",
    fields.Glob: lambda kind: f"name in {kind.of}, or glob" if kind.of else "glob",
    fields.Fact: lambda _: "fact",
    fields.Name: lambda kind: " | ".join((*kind.also, f"name in {kind.of}")),
    fields.Whom: lambda kind: "whom or userid" if kind.ids else "whom",
    fields.ListOf: lambda kind: f"[{_written(kind.item)}, …]",
    fields.MapOf: lambda kind: f"{_key(kind.key)} {_written(kind.item)}",
}


def _forms() -> str:
    """Return a row for each form of words that the tables use."""
    every = (field.kind for table in fields.TABLES.values() for field in table.values())
    kinds = (part for kind in every for part in _made_of(kind))
    forms = dict.fromkeys(kind.form for kind in kinds if isinstance(kind, fields.Text))
    expected = {form: _expected(form) for form in forms}
    return "".join(
        line(code(form), plain(told.en), plain(told.zh)) for form, told in expected.items() if told
    )


def _made_of(kind: Any) -> Iterable[Any]:
    yield kind
    for part in ("key", "item"):
        if hasattr(kind, part):
            yield from _made_of(getattr(kind, part))


def _expected(form: str) -> Phrase | None:
    """Return what a text of *form* must be, None where any will do."""
    try:
        formed(form, _UNFORMED)
    except FormError as error:
        return error.expected
    return None


# Events


def _events() -> str:
    return "".join(
        line(code(kind), listed(actions), listed(FACTS.get(kind, ())))
        for kind, actions in KINDS.items()
    )


_PARTS: Mapping[str, Callable[[], str]] = {
    "keys": _tables,
    "forms": _forms,
    "roles": lambda: listed(ROLES),
    "events": _events,
}
