"""From the sections of a checked document to the `Config`; checks what only shows together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from relay.config import (
    DINGTALK_ROBOT,
    GITLAB,
    WECOM_APP,
    WECOM_ROBOT,
    Config,
    Person,
    Policy,
    Receiver,
    Route,
    Secret,
    Source,
    TimeInterval,
)
from relay.configuration import fields
from relay.configuration.addresses import (
    DINGTALK,
    WECOM,
    AddressError,
    api_base,
    robot_address,
)
from relay.configuration.forms import FormError, span
from relay.configuration.pasted import items, places
from relay.configuration.reader import Reader, Section, Spot
from relay.configuration.robots import (
    PairingError,
    everything,
    keyword_fault,
    numbered,
    paired,
    secret_fault,
)
from relay.configuration.tokens import signing_token_fault
from relay.errors import NOTHING, Problem
from relay.words import Phrase

_VENDORS = {WECOM_ROBOT: WECOM, DINGTALK_ROBOT: DINGTALK}
_ROBOTS = {service: kind for kind, service in _VENDORS.items()}

_NOBODY_MAY = Phrase(
    "来源 {name} 没有 secret，谁也不能调用", "source {name} has no secret: nobody may call"
)
_SET_SECRET = Phrase(
    "写上 secret: ${{…}}，和 {forge} 里填的相同；确实要放开就写 allow_unsigned: true",
    "write secret: ${{…}} with what {forge} has; to open it on purpose: allow_unsigned: true",
)
_ADDRESS = Phrase("{place} 的地址{zh}", "{place}: the address {en}")
_COPY_ADDRESS = Phrase(
    "从机器人的设置里重新复制整个 Webhook 地址", "copy the robot's whole webhook address again"
)
_CHANGE_TYPE = Phrase("改成 type: {type}，或换一个地址", "write type: {type}, or another address")
_ALLOW = Phrase(
    "私有部署的主机写进 allow_hosts", "a private deployment's host belongs in allow_hosts"
)
_LACKS = Phrase("{place} 缺少 {key}", "{place} lacks {key}")
_NEEDED_FOR = Phrase("{type} 需要它：{zh}", "{type} needs it: {en}")
_TO_NOBODY = Phrase("{place} 没有接收者，什么也不会发", "{place} has no receiver and sends nothing")
_NAME_ONE = Phrase("在 receivers 里写上接收者", "name receivers in it")
_UNUSED = Phrase("没有路由用到接收者 {name}", "no route uses the receiver {name}")
_USE_IT = Phrase("在某条路由的 receivers 里写上它，或删掉它", "name it in a route, or remove it")
_AGENT = Phrase("{place} 应该是一串数字", "{place} should be digits")
_AGENT_HINT = Phrase("在 应用管理 里复制 AgentId", "copy the AgentId from the application's page")
_NEEDS_STATE = Phrase(
    "{event} 要有状态存储才会出现，这个版本还没有",
    "{event} needs a state store, which this version does not have",
)
_STATE_HINT = Phrase(
    "现在用 pipeline.failed 和 pipeline.success",
    "for now use pipeline.failed and pipeline.success",
)
_AFTER_STOP = Phrase(
    "前面的路由 {name} 匹配一切并且 continue: false，这条永远用不到",
    "the route {name} above matches everything and stops: this one is never reached",
)
_MOVE_UP = Phrase("把它移到 {name} 前面，或删掉它", "move it above {name}, or remove it")
_NO_TOKEN = Phrase(
    "{place} 要求签名，但没有 signing_token",
    "{place} requires signatures and has no signing_token",
)
_SET_TOKEN = Phrase(
    "写上 signing_token（whsec_ 开头），或删掉 signature",
    "add signing_token (whsec_…), or remove signature",
)
_NEED_STATE = ("pipeline.fixed", "pipeline.status_changed")


class Builder:
    """Builds from what *reader* has read; problems go to the reader."""

    def __init__(
        self, reader: Reader, *, allowed: Iterable[str], default_sources: tuple[Source, ...]
    ) -> None:
        self._reader = reader
        self._allowed = tuple(allowed)
        self._default_sources = default_sources

    def build(self, top: Section, *, origin: str, queue: str, state: str) -> Config:
        """Return the configuration; only of use when the reader has no error."""
        hosts = top.get("allow_hosts", ())
        self._allowed = tuple(dict.fromkeys((*self._allowed, *hosts)))
        receivers = tuple(self._receivers(top.get("receivers", {})))
        config = Config(
            sources=self._sources(top),
            receivers=receivers,
            routes=self._routes(top, receivers),
            lang=top.get("lang", "zh-CN"),
            timezone=top.get("timezone", "Asia/Shanghai"),
            people=tuple(_person(*pair) for pair in top.get("people", {}).items()),
            templates=tuple(top.get("templates", {}).items()),
            time_intervals=tuple(self._intervals(top.get("time_intervals", {}))),
            delivery=self._policy(top.get("delivery")),
            allow_hosts=self._allowed,
            queue=top.get("queue", queue),
            state=top.get("state", state),
            unmatched=top.get("unmatched", "drop"),
            origin=origin,
        )
        self._note_unused(top, config)
        return config

    # Sources

    def _sources(self, top: Section) -> tuple[Source, ...]:
        if "sources" not in top.nodes:
            return self._default_sources
        return tuple(self._source(*pair) for pair in top.get("sources", {}).items())

    def _source(self, name: str, section: Section) -> Source:
        forge = section.get("type", "")
        unsigned = section.get("allow_unsigned", False)
        secrets = tuple(secret for secret in section.get("secret", ()) if secret.reveal())
        tokens = tuple(_each(section.get("signing_token", ()), items))
        given = {"secret", "signing_token"} & section.nodes.keys()
        if forge and not (given or unsigned):
            product = "GitLab" if forge == GITLAB else "Gitee"
            self._wrong(
                "E202",
                section,
                _NOBODY_MAY.filled(name=name),
                _SET_SECRET.filled(forge=product),
            )
        if section.get("signature") == "required" and "signing_token" not in section.nodes:
            message = _NO_TOKEN.filled(place=section.spot)
            self._wrong("E102", section, message, _SET_TOKEN, key="signature")
        for token in tokens:
            if fault := signing_token_fault(token.reveal()):
                self._wrong("E204", section, *fault, key="signing_token")
        return Source(
            name,
            forge,
            secrets,
            tokens,
            self._signature(section, forge, has_token=bool(tokens)),
            unsigned,
            section.get("projects", ()),
        )

    def _signature(self, section: Section, forge: str, *, has_token: bool) -> str:
        default = ("required" if has_token else "") if forge == GITLAB else "any"
        chosen = str(section.get("signature", default))
        words = fields.SIGNATURES.get(forge, ())
        if "signature" in section.values and words and chosen not in words:
            node, spot = section.nodes["signature"], Spot("signature", section.spot)
            self._reader.unknown_word(chosen, words, node, spot)
        return chosen

    # Receivers

    def _receivers(self, sections: dict[str, Section]) -> Iterable[Receiver]:
        for name, section in sections.items():
            yield from self._receiver(name, section)

    def _receiver(self, name: str, section: Section) -> list[Receiver]:
        kind = section.get("type", "")
        needed = fields.NEEDED.get(kind, ())
        missing = [key for key in needed if key not in section.nodes]
        for key in missing:
            about = fields.RECEIVER[key].about
            hint = _NEEDED_FOR.filled(type=kind, zh=about.zh, en=about.en)
            self._wrong("E102", section, _LACKS.filled(place=section.spot, key=key), hint)
        self._check_message(section, kind)
        plain = Receiver(
            name,
            kind,
            Secret(""),
            keywords=section.get("keywords", ()),
            message=section.get("message", "markdown"),
            open_links=section.get("open_links", "sidebar"),
            lang=section.get("lang", ""),
            description=section.get("description", ""),
        )
        if missing or not needed:
            return []
        return (
            self._application(plain, section) if kind == WECOM_APP else self._robots(plain, section)
        )

    def _check_message(self, section: Section, kind: str) -> None:
        chosen, words = section.get("message"), fields.MESSAGES.get(kind, ())
        if chosen and words and chosen not in words:
            node, spot = section.nodes["message"], Spot("message", section.spot)
            self._reader.unknown_word(chosen, words, node, spot)

    def _robots(self, plain: Receiver, section: Section) -> list[Receiver]:
        """Return one receiver per address; secrets belong to addresses by their place."""
        urls = self._addresses(plain, section)
        secrets = list(_each(section.get("secret", ()), places))
        for secret in secrets:
            if fault := secret_fault(secret.reveal()):
                self._wrong("E204", section, *fault, key="secret")
        self._check_keywords(plain, section, secrets)
        try:
            pairs = paired(urls, secrets)
        except PairingError as fault:
            self._wrong("E205", section, *fault.args, key="secret")
            return []
        return [
            plain._replace(name=numbered(plain.name, at), url=url, secret=secret)
            for at, (url, secret) in enumerate(pairs)
        ]

    def _addresses(self, plain: Receiver, section: Section) -> list[Secret]:
        found: list[Secret] = []
        for one in _each(section.get("url", ()), items):
            try:
                address = robot_address(one.reveal(), _VENDORS[plain.type], self._allowed)
            except AddressError as fault:
                self._refuse(section, "url", fault)
                address = ""
            found.append(Secret(address, one.reference))
        return found

    def _refuse(self, section: Section, key: str, fault: AddressError) -> None:
        place, said = Spot(key, section.spot), fault.phrase
        message = _ADDRESS.filled(place=place, zh=said.zh, en=said.en)
        hint = NOTHING if key == "api_base" else _COPY_ADDRESS
        if fault.belongs and key == "url":
            hint = _CHANGE_TYPE.filled(type=_ROBOTS[fault.belongs])
        elif fault.foreign:
            hint = _ALLOW
        self._wrong("E203", section, message, hint, key=key)

    def _check_keywords(self, plain: Receiver, section: Section, secrets: list[Secret]) -> None:
        for keyword in plain.keywords:
            if fault := keyword_fault(keyword, [secret.reveal() for secret in secrets]):
                self._wrong("E204", section, *fault, key="keywords")

    def _application(self, plain: Receiver, section: Section) -> list[Receiver]:
        found = section.get("agent_id", Secret(""))
        agent_id = found.reveal()
        is_stand_in = agent_id == found.reference
        if not (is_stand_in or (agent_id.isascii() and agent_id.isdigit())):
            place = Spot("agent_id", section.spot)
            self._wrong("E106", section, _AGENT.filled(place=place), _AGENT_HINT, key="agent_id")
        try:
            base = api_base(section.get("api_base", "https://qyapi.weixin.qq.com"), self._allowed)
        except AddressError as fault:
            self._refuse(section, "api_base", fault)
            return []
        secrets = section.get("secret", ())
        return [
            plain._replace(
                url=Secret(base),
                secret=secrets[0] if secrets else None,
                corp_id=section.get("corp_id", Secret("")).reveal(),
                agent_id=agent_id,
                to=section.get("to", ()),
            )
        ]

    # Routes

    def _routes(self, top: Section, receivers: tuple[Receiver, ...]) -> tuple[Route, ...]:
        if "routes" not in top.nodes:
            return (everything(receivers),)
        sections = [one for one in top.get("routes", ()) if isinstance(one, Section)]
        routes = tuple(self._route(at, section) for at, section in enumerate(sections))
        self._note_unreachable(sections, routes)
        return routes

    def _route(self, at: int, section: Section) -> Route:
        get = section.get
        events = get("events", ())
        self._note_stateless(section)
        if section.values.get("receivers") == ():
            message = _TO_NOBODY.filled(place=section.spot)
            self._wrong("W107", section, message, _NAME_ONE, key="receivers")
        return Route(
            name=get("name", f"route-{at + 1}"),
            receivers=get("receivers", ()),
            events=events,
            lang=get("lang", ""),
            **{name: get(name, ()) for name in _FILTERS},
            confidential=get("confidential", False),
            drafts=get("drafts", True),
            quiet=get("quiet", ()),
            mention=tuple(get("mention", {}).items()),
            show=tuple(get("show", {}).items()),
            append=tuple(get("append", {}).items()),
            active=get("active_time_intervals", ()),
            mute=get("mute_time_intervals", ()),
            outside=get("outside", "drop"),
            continues=get("continue", True),
            place=f"{self._reader.file}:{section.node.start_mark.line + 1}",
        )

    def _note_stateless(self, section: Section) -> None:
        """Note the events that need a state store, each where it stands."""
        node, spot = section.nodes.get("events"), Spot("events", section.spot)
        listed = node.value if node is not None and node.id == "sequence" else [node]
        for one in listed:
            event = str(getattr(one, "value", "")).lower().strip()
            if event in _NEED_STATE:
                message = _NEEDS_STATE.filled(event=event)
                self._reader.wrong("W104", spot, message, _STATE_HINT, node=one)

    def _note_unreachable(self, sections: list[Section], routes: tuple[Route, ...]) -> None:
        stop = next((route for route in routes if _takes_everything(route)), None)
        if stop is None:
            return
        first = next(at for at, route in enumerate(routes) if route is stop) + 1
        for section, route in zip(sections[first:], routes[first:], strict=True):
            if not (route.confidential and not stop.confidential):
                message, hint = (one.filled(name=stop.name) for one in (_AFTER_STOP, _MOVE_UP))
                self._wrong("W105", section, message, hint)

    def _note_unused(self, top: Section, config: Config) -> None:
        if "routes" not in top.nodes:
            return  # every receiver gets everything
        if any(one.is_error and one.where.startswith("routes") for one in self._reader.problems):
            return  # what is wrong there may be the very name
        used = {name for route in config.routes for name in route.receivers}
        used |= {config.unmatched, config.delivery.fallback}
        for name, section in top.get("receivers", {}).items():
            if name not in used:
                self._wrong("W106", section, _UNUSED.filled(name=name), _USE_IT)

    # The rest

    def _intervals(self, sections: dict[str, Section]) -> Iterable[TimeInterval]:
        for name, section in sections.items():
            times = []
            for one in section.get("times", ()):
                start, end = one.get("start_time"), one.get("end_time")
                if start is None or end is None:
                    continue
                try:
                    times.append(span(start, end))
                except FormError as fault:
                    message = Phrase(f"{one.spot} 没有长度", f"{one.spot} has no length")
                    self._wrong("E106", one, message, fault.expected, key="end_time")
            days = sorted({day for days in section.get("weekdays", ()) for day in days})
            yield TimeInterval(name, tuple(days), tuple(times), section.get("location", ""))

    def _policy(self, section: Section | None) -> Policy:
        if section is None:
            return Policy()
        plain = Policy()
        return Policy(
            timeout_s=section.get("timeout", plain.timeout_s),
            retries=section.get("retries", plain.retries),
            on_rate_limit=section.get("on_rate_limit", plain.on_rate_limit),
            on_error=section.get("on_error", plain.on_error),
            max_commits=section.get("max_commits", plain.max_commits),
            style=section.get("style", plain.style),
            fallback=section.get("fallback", ""),
        )

    def _wrong(
        self, code: str, section: Section, message: Phrase, hint: Phrase, *, key: str = ""
    ) -> None:
        """Note a problem of *key* in *section*, of the whole section without a key."""
        node = section.nodes.get(key) if key else None
        spot = Spot(key, section.spot) if key else section.spot
        at = node or section.key_node or section.node
        self._reader.wrong(code, spot, message, hint, node=at)


_FILTERS = (
    "sources",
    "projects",
    "branches",
    "tags",
    "authors",
    "labels",
    "paths",
    "environments",
)


def _each(found: Iterable[Secret], split: Callable[[str], list[str]]) -> Iterable[Secret]:
    """Yield each secret of *found*; one reference may lead to several, separated by commas."""
    for one in found:
        for text in split(one.reveal()):
            yield Secret(text, one.reference)


def errors(problems: Iterable[Problem]) -> bool:
    return any(problem.is_error for problem in problems)


def _takes_everything(route: Route) -> bool:
    narrowed = any(getattr(route, name) for name in (*_FILTERS, "active", "mute"))
    return not route.continues and route.events == ("*",) and route.drafts and not narrowed


def _person(username: str, section: Section) -> Person:
    get: Any = section.get
    return Person(
        username,
        name=get("name", ""),
        wecom=get("wecom", ""),
        dingtalk=get("dingtalk", ""),
        mobile=get("mobile", ""),
        aliases=get("aliases", ()),
        mute=get("mute", False),
    )
