"""The configuration from environment variables alone (`design/config.md` section 3).

One route sends the chosen events to every robot. All problems are reported at once; no message
holds a value, since any variable may hold a secret pasted into the wrong place, but for what is
almost the name of an event.
"""

from collections.abc import Mapping

from relay.config import GITEE, GITLAB, Config, Policy, Secret, Source
from relay.configuration.digest import digest
from relay.configuration.robot_variables import robots
from relay.configuration.robots import everything
from relay.configuration.tokens import COPY_TOKEN, signing_token_fault
from relay.configuration.variables import Variables, form_fault
from relay.configuration.zone_names import DEFAULT as DEFAULT_ZONE
from relay.configuration.zone_names import zone_hint
from relay.errors import ConfigError
from relay.patterns import UnknownEventError, event_pattern
from relay.policy import known_patterns
from relay.text import clean, cut_cells
from relay.words import Phrase

_LOG_LEVELS = ("debug", "info", "warn", "warning", "error")
_LANGUAGES = {
    "zh": "zh-CN",
    "zh-cn": "zh-CN",
    "zh-hans": "zh-CN",
    "zh-hans-cn": "zh-CN",
    "en": "en",
    "en-us": "en",
    "en-gb": "en",
}

_NOBODY = Phrase("{zh}，所有请求都会被拒绝", "nobody may call: {en}")
_SET_SECRET = Phrase(
    "写上 Webhook 里填的 Secret token（GitLab）或密码（Gitee）",
    "set it to the text that the webhook has as its secret token or password",
)
_NO_TOKEN = Phrase("要求签名，但 {zh}", "signatures are required and {en}")
_NO_EVENT = Phrase("没有这个事件", "no such event")
_NO_EVENT_LIKE = Phrase("没有事件 “{text}”", "no event “{text}”")
_EVENT_LIKE = 0.85
_MOST_CELLS = 40
_NO_ZONE = Phrase("这里不认识这个时区", "this time zone is not known here")


def configuration(environ: Mapping[str, str]) -> Config:
    """Return what the variables stand for; raises ConfigError with every problem found."""
    variables = Variables(environ)
    hosts = allowed_hosts(variables)
    receivers = robots(variables, hosts)
    sources = default_sources(variables)
    events = _events(variables)
    config = Config(
        sources=sources,
        receivers=receivers,
        routes=(everything(receivers, events),),
        lang=_lang(variables),
        timezone=_timezone(variables),
        delivery=Policy(timeout_s=variables.seconds("DELIVERY_TIMEOUT", 4.0, least=0.5, most=60)),
        allow_hosts=hosts,
        queue=deployed(variables, "queue"),
        state=deployed(variables, "state"),
        origin="environment",
    )
    variables.choice("LOG_LEVEL", _LOG_LEVELS, "info")  # used by the entry point
    if not variables.problems:  # a variable that is missing has named its misspelt twin already
        variables.note_misspelt()
    if variables.problems:
        raise ConfigError(tuple(variables.problems))
    return config._replace(digest=digest(config))


def allowed_hosts(variables: Variables) -> tuple[str, ...]:
    """Return the hosts of `RELAY_ALLOW_HOSTS` in lower case, as `addresses.robot_address` takes."""
    hosts = [host.lower() for host in variables.items("RELAY_ALLOW_HOSTS")]
    faults = [form_fault("host", host) for host in hosts]
    variables.wrong_entries("E106", "RELAY_ALLOW_HOSTS", faults)
    return tuple(dict.fromkeys(hosts))


def deployed(variables: Variables, name: str) -> str:
    """Return what the deployment set as the ``queue`` or ``state``, as it was written."""
    variable = f"RELAY_{name.upper()}"
    text = variables.text(variable)
    if text:
        variables.wrong_entries("E106", variable, [form_fault(name, text)])
    return text


def default_sources(variables: Variables) -> tuple[Source, ...]:
    """Return GitLab and Gitee as sources, both with the secret of the variables."""
    names = ("WEBHOOK_SECRET", "WEBHOOK_SECRET_OLD")
    # a secret on several lines: GitLab sends it on one
    texts = {name: "".join(variables.text(name).splitlines()) for name in names}
    secrets = tuple(dict.fromkeys(_secret(text, name) for name, text in texts.items() if text))
    tokens = _signing_tokens(variables)
    unsigned = variables.switch("ALLOW_UNSIGNED")
    if not (secrets or tokens or unsigned):
        message = _NOBODY.filled(**variables.absence(names[0])._asdict())
        hint = variables.misspelt(names[0], otherwise=_SET_SECRET)
        variables.wrong("E202", names[0], message, hint)
    gitee = variables.choice("GITEE_SIGNATURE", ("any", "hmac", "password"), "any")
    return (
        Source(GITLAB, GITLAB, secrets, tokens, _gitlab_signature(variables, tokens), unsigned),
        Source(GITEE, GITEE, secrets, signature=gitee, allow_unsigned=unsigned),
    )


def _secret(text: str, name: str) -> Secret:
    return Secret(text, f"${{{name}}}")


def _signing_tokens(variables: Variables) -> tuple[Secret, ...]:
    name = "GITLAB_SIGNING_TOKEN"
    tokens = variables.items(name)
    variables.wrong_entries("E204", name, map(signing_token_fault, tokens))
    return tuple(_secret(token, name) for token in tokens)


def _gitlab_signature(variables: Variables, tokens: tuple[Secret, ...]) -> str:
    default = "required" if tokens else ""
    chosen = variables.choice("GITLAB_SIGNATURE", ("required", "optional"), default)
    if chosen == "required" and not tokens:
        message = _NO_TOKEN.filled(**variables.absence("GITLAB_SIGNING_TOKEN")._asdict())
        hint = variables.misspelt("GITLAB_SIGNING_TOKEN", otherwise=COPY_TOKEN)
        variables.wrong("E201", "GITLAB_SIGNATURE", message, hint)
    return chosen


def _events(variables: Variables) -> tuple[str, ...]:
    given = variables.items("NOTIFY_EVENTS")
    found, faults = [], []
    for text in given:
        fault = None
        try:
            found.append(event_pattern(text))
        except UnknownEventError as unknown:
            fault = (_no_event(text), unknown.hint)
        faults.append(fault)
    variables.wrong_entries("E110", "NOTIFY_EVENTS", faults)
    return tuple(dict.fromkeys(found))


def _no_event(text: str) -> Phrase:
    """Say that there is no event *text*, naming it only where it cannot be a secret."""
    from relay.configuration.suggest import nearest

    if not nearest(text, known_patterns(), likeness=_EVENT_LIKE):
        return _NO_EVENT
    return _NO_EVENT_LIKE.filled(text=cut_cells(clean(text), _MOST_CELLS))


def _lang(variables: Variables) -> str:
    given = variables.text("NOTIFY_LANG")
    spelt = given.lower().replace("_", "-").partition(".")[0]
    if given and spelt not in _LANGUAGES:
        variables.unknown("NOTIFY_LANG", given, ("zh-CN", "en"))
    return _LANGUAGES.get(spelt, "zh-CN")


def _timezone(variables: Variables) -> str:
    name = variables.text("NOTIFY_TIMEZONE") or DEFAULT_ZONE
    if hint := zone_hint(name):
        variables.wrong("E103", "NOTIFY_TIMEZONE", _NO_ZONE, hint)
    return name
