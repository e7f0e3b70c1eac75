"""The configuration from environment variables alone (`design/config.md` section 3).

One route sends the chosen events to every robot. All problems are reported at once; no message
holds a value, since any variable may hold a secret pasted into the wrong place.
"""

from collections.abc import Mapping

from relay.config import GITEE, GITLAB, Config, Policy, Route, Secret, Source
from relay.configuration.addresses import is_host
from relay.configuration.robots import robots
from relay.configuration.variables import NAMES, Variables
from relay.errors import ConfigError
from relay.patterns import event_pattern

_LOG_LEVELS = ("debug", "info", "warn", "warning", "error")
_OWN_PREFIXES = ("WECOM_", "DINGTALK_", "NOTIFY_")  # nobody else's variables begin like this
_ALIKE = 0.85  # NOTIFY_EVENT, WECOM_WEBHOOK_URL_2
_DEFAULT_TIMEZONE = "Asia/Shanghai"
_LANGUAGES = {
    "zh": "zh-CN",
    "zh-cn": "zh-CN",
    "zh-hans": "zh-CN",
    "zh-hans-cn": "zh-CN",
    "en": "en",
    "en-us": "en",
    "en-gb": "en",
}
_ZONE_WORDS = {"asia/beijing", "beijing", "china", "cst", "gmt+8", "utc+8", "utc+08:00"}
_SIGNING_KEY_BYTES = 32  # `reference/gitlab.md` section 2.2
_COPY_TOKEN = "copy the signing token whole, from whsec_ on, as GitLab showed it"


def configuration(environ: Mapping[str, str]) -> Config:
    """Return what the variables stand for; raises ConfigError with every problem found."""
    variables = Variables(environ)
    hosts = _allowed_hosts(variables)
    receivers = robots(variables, hosts)
    sources = _sources(variables)
    events = _events(variables)
    config = Config(
        sources=sources,
        receivers=receivers,
        routes=(Route("all", tuple(receiver.name for receiver in receivers), events),),
        lang=_lang(variables),
        timezone=_timezone(variables),
        delivery=Policy(timeout_s=variables.seconds("DELIVERY_TIMEOUT", 4.0, least=0.5, most=60)),
    )
    variables.choice("LOG_LEVEL", _LOG_LEVELS, "info")  # used by the entry point
    if not variables.problems:  # a variable that is missing has named its misspelt twin already
        _misspelt(variables, environ)
    if variables.problems:
        raise ConfigError(tuple(variables.problems))
    return config


def _misspelt(variables: Variables, environ: Mapping[str, str]) -> None:
    """Note every variable that is almost one of ours: unread, it would change nothing."""
    for name in environ:
        if name.startswith(_OWN_PREFIXES) and name not in NAMES:
            from relay.configuration.suggest import nearest

            if near := nearest(name, NAMES, likeness=_ALIKE):
                variables.wrong("E101", name, "no such variable", f"did you mean {near}?")


def _allowed_hosts(variables: Variables) -> frozenset[str]:
    hosts = [host.lower() for host in variables.items("RELAY_ALLOW_HOSTS")]
    for number, host in enumerate(hosts, 1):
        if not is_host(host):
            message, hint = f"entry {number} is no host", "write host or host:port, without http://"
            variables.wrong("E106", "RELAY_ALLOW_HOSTS", message, hint)
    return frozenset(hosts)


def _sources(variables: Variables) -> tuple[Source, ...]:
    names = ("WEBHOOK_SECRET", "WEBHOOK_SECRET_OLD")
    texts = ("".join(variables.text(name).splitlines()) for name in names)  # as GitLab sends it
    secrets = tuple(Secret(text) for text in dict.fromkeys(texts) if text)
    tokens = _signing_tokens(variables)
    unsigned = variables.switch("ALLOW_UNSIGNED")
    if not (secrets or tokens or unsigned):
        message = f"nobody may call: {variables.absence(names[0])}"
        hint = variables.misspelt(names[0])
        hint = hint or "set it to the text that the webhook has as its secret token or password"
        variables.wrong("E202", names[0], message, hint)
    return (
        Source(GITLAB, GITLAB, secrets, tokens, _gitlab_signature(variables, tokens), unsigned),
        Source(
            GITEE,
            GITEE,
            secrets,
            signature=variables.choice("GITEE_SIGNATURE", ("any", "hmac", "password"), "any"),
            allow_unsigned=unsigned,
        ),
    )


def _signing_tokens(variables: Variables) -> tuple[Secret, ...]:
    from relay.signing import signing_key

    tokens = variables.items("GITLAB_SIGNING_TOKEN")
    for number, token in enumerate(tokens, 1):
        try:
            is_token = len(signing_key(token)) == _SIGNING_KEY_BYTES
        except ValueError:
            is_token = False
        if not is_token:
            message = f"token {number} is none of GitLab's: base64 of {_SIGNING_KEY_BYTES} bytes"
            variables.wrong("E204", "GITLAB_SIGNING_TOKEN", message, _COPY_TOKEN)
    return tuple(map(Secret, tokens))


def _gitlab_signature(variables: Variables, tokens: tuple[Secret, ...]) -> str:
    default = "required" if tokens else ""
    chosen = variables.choice("GITLAB_SIGNATURE", ("required", "optional"), default)
    if chosen == "required" and not tokens:
        message = f"it is required and {variables.absence('GITLAB_SIGNING_TOKEN')}"
        hint = variables.misspelt("GITLAB_SIGNING_TOKEN") or _COPY_TOKEN
        variables.wrong("E201", "GITLAB_SIGNATURE", message, hint)
    return chosen


def _events(variables: Variables) -> tuple[str, ...]:
    found = []
    for number, text in enumerate(variables.items("NOTIFY_EVENTS"), 1):
        try:
            found.append(event_pattern(text))
        except ValueError as hint:
            message = f"entry {number} is no known event"
            variables.wrong("E110", "NOTIFY_EVENTS", message, str(hint))
    return tuple(dict.fromkeys(found))


def _lang(variables: Variables) -> str:
    given = variables.text("NOTIFY_LANG")
    spelt = given.lower().replace("_", "-").partition(".")[0]
    if given and spelt not in _LANGUAGES:
        variables.unknown("NOTIFY_LANG", given, ("zh-CN", "en"))
    return _LANGUAGES.get(spelt, "zh-CN")


def _timezone(variables: Variables) -> str:
    name = variables.text("NOTIFY_TIMEZONE") or _DEFAULT_TIMEZONE
    if name == _DEFAULT_TIMEZONE:
        return name
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = _zone_hint(name, zoneinfo.available_timezones())
        variables.wrong("E103", "NOTIFY_TIMEZONE", "this time zone is not known here", hint)
    return name


def _zone_hint(name: str, known: set[str]) -> str:
    from relay.configuration.suggest import did_you_mean

    if not known:
        return f"this system has no time zone data; without the variable it is {_DEFAULT_TIMEZONE}"
    if name.lower() in _ZONE_WORDS:
        return f"did you mean {_DEFAULT_TIMEZONE}?"
    return did_you_mean(name, sorted(known)) or f"write a name such as {_DEFAULT_TIMEZONE}"
