"""What the preview page can ask of the local server."""

import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from relay import policy, sources
from relay.config import Config, Receiver, Source
from relay.configuration.live import Live
from relay.configuration.origins import origin
from relay.errors import Ignored, NotConfigured, RequestError
from relay.pacing import Pace
from relay.version import VERSION
from relay.words import Phrase
from relay.wsgi import Handle
from workbench import configured, hiding, samples
from workbench.configured import Setting, base
from workbench.hiding import Hiding
from workbench.one_message import posted, refusal
from workbench.preview import event_of
from workbench.preview_page import cards, curl, saving, views
from workbench.preview_page.options import Options
from workbench.preview_page.trail import Arrival, Trail
from workbench.preview_page.views import Edit, View
from workbench.preview_page.words import WORDS
from workbench.robots import RobotServer
from workbench.samples import Sample
from workbench.saved_hooks import Hook, HookError, hook
from workbench.triggering import credentials_of, outgoing, proof

_MINUTE_S = 60
_PROVEN = (200, 202, 502)  # with any other answer it is not certain that the secret was right
_FIRST = "gitlab/pipeline.failed"  # what is shown where nothing was chosen
_PROOF_HEADERS = ("x-gitlab-token", "webhook-signature", "webhook-timestamp", "x-gitee-token",
                  "x-gitee-timestamp")  # fmt: skip

_IDS = ("webhook-id", "idempotency-key", "x-gitlab-webhook-uuid", "x-gitlab-event-uuid")

_TOO_DEEP = Phrase("嵌套太深，存不了", "it is nested too deeply to be saved")
_REFUSED_BEFORE = Phrase(
    "它被拒绝了（{status}），没有证明是谁发的，不能重放：带上对的密钥再发一次",
    "it was refused ({status}), so nobody is proven to have sent it: send it again with the right "
    "secret",
)
_NO_SUCH = Phrase("已经不在列表里了", "it is not in the list any more")
_NOT_SENT = Phrase("{code} {why}", "{code} {why}")
_TOO_LONG = Phrase(
    "内容太长，放不进一行命令：先存为样例文件，再用 trigger 发送",
    "too long for a command line: save it as a fixture and send that with trigger",
)
_NO_SECRET = Phrase(
    "这里没有 {forge} 的密钥，发不了", "no secret for {forge} here: it cannot be sent"
)
_NOT_WRITTEN = Phrase("写不了 {name}（{why}）", "{name} cannot be written ({why})")
_SENT = Phrase("✓ 已发送，{bytes} B，{ms} ms", "✓ sent, {bytes} B, {ms} ms")
_REFUSED = Phrase("✗ {codes}：{means}。{remedy}", "✗ {codes}: {means}. {remedy}")
_NO_RECEIVER = Phrase("没有接收者 {name}", "there is no receiver {name}")
_NOBODY = Phrase("{name} 没有可发送的人", "{name} has nobody to write to")


class AskError(ValueError):
    """What was asked for cannot be done; *phrase* says why."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase


class Listed(NamedTuple):
    """A sample in the list: *badge* is ``on``, ``quiet`` or ``off``, by default settings."""

    name: str
    source: str
    event: str
    about: Mapping[str, str]
    badge: str


class Page:
    """The page's view of the server. *handle* takes a request, *again* one that is repeated.

    *robots* is None where messages are really sent, at *pace*; *given* is where the configuration
    stands.
    """

    def __init__(
        self,
        given: Setting,
        live: Live,
        trail: Trail,
        handle: Handle,
        again: Callable[[int], Handle],
        robots: RobotServer | None,
        pace: Pace,
    ) -> None:
        self.given = given
        self.trail = trail
        self.listed = [_listed(samples.load(name)) for name in samples.names()]
        self._live = live
        self._handle = handle
        self._again = again
        self._robots = robots
        self._pace = pace
        self._banner = _Banner(given)
        self._known = _Known(given, live)

    @property
    def is_live(self) -> bool:
        return self._robots is None

    def head(self, lang: str) -> dict[str, Any]:
        """Return what stands at the top: the configuration in use, counts, the version."""
        config = self._live.current()
        return {
            "config": self.given.name(lang),
            "receivers": len({base(one.name) for one in config.receivers}),
            "routes": len(config.routes),
            "version": VERSION,
        }

    def banner(self, lang: str) -> str:
        """Return what ``check`` would say of the file as it is now; ``""`` when all is well."""
        return self._banner.text(lang)

    def hiding(self) -> Hiding:
        """Return what hides the secrets and mobiles of now, and those from before a change."""
        return self._known.hiding()

    def selected(self, options: Options) -> Listed | Arrival | None:
        """Return what is looked at: an entry of one of the two lists."""
        if options.received:
            return self.trail.arrival(options.received)
        name = options.event or _FIRST
        return next((one for one in self.listed if one.name == name), None)

    def view(self, options: Options, edit: Edit) -> View:
        """Return what is to be shown; raises EditError, and AskError for what is not there."""
        config = self._live.current()
        options = self._spoken(options)
        if options.received:
            arrival = self._arrival(options.received)
            if edit == Edit():
                return views.arrived(arrival, config, options, self._used, self.hiding())
            sample, now_s = _sample(arrival), arrival.at
            name = _hook(arrival.event, options.received).source
        else:
            sample, now_s, name = self._sample(options.event), samples.NOW, ""
        return views.view(
            sample,
            config,
            options,
            now_s=now_s,
            used=self._used,
            hiding=self.hiding(),
            edit=edit,
            hook_name=name,
        )

    def replay(self, number: str) -> None:
        """Give the request *number* to the function again, proven anew; raises AskError."""
        arrival = self._arrival(number)
        event = dict(arrival.event)
        found = _hook(event, number)
        if arrival.status not in _PROVEN:  # a replay would prove it with the secret from here
            raise AskError(_REFUSED_BEFORE.filled(status=arrival.status))
        headers = {
            name: value for name, value in arrival.headers.items() if name not in _PROOF_HEADERS
        }
        source = self._source(found.sample.source, found.source)
        if source:
            made = proof(
                source.type,
                credentials_of(source),
                arrival.body,
                delivery_id=found.delivery_id,
                now_s=time.time(),
            )
            headers.update({name.lower(): value for name, value in made.items()})
        self._again(arrival.number)({**event, "headers": headers}, None)

    def trigger(self, options: Options, edit: Edit) -> None:
        """Send the sample, or what became of it, to the function here, as its forge would.

        Raises AskError, EditError.
        """
        sample = self._current(options._replace(received=""), edit)
        source = self._source(sample.source, "")
        if source is None:
            raise AskError(_NO_SECRET.filled(forge=sample.source))
        request = outgoing(
            sample,
            credentials_of(source),
            delivery_id=str(uuid.uuid4()),
            now_s=time.time(),
        )
        self._handle(request.event(f"/hook/{source.name}"), None)

    def save(self, number: str, folder: Path = saving.FOLDER) -> Path:
        """Write the request *number* as a fixture and return where; raises AskError."""
        sample = _sample(self._arrival(number))
        try:
            event = event_of(sample).name
        except (Ignored, RequestError):
            event = ""
        try:
            return saving.save(sample, event, folder, self.hiding())
        except RecursionError:
            raise AskError(_TOO_DEEP) from None
        except OSError as error:
            told = _NOT_WRITTEN.filled(name=folder.name, why=error.strerror or error)
            raise AskError(told) from None

    def curl(self, options: Options, edit: Edit, address: str) -> str:
        """Return the command that sends it to *address*; raises AskError, EditError."""
        sample = self._current(options, edit)
        source = self._source(sample.source, "")
        try:
            return curl.command(sample, address, source, self.hiding())
        except (ValueError, RecursionError):
            raise AskError(_TOO_LONG) from None

    def test(self, name: str, options: Options, edit: Edit) -> str:
        """Really send it to the receiver *name*; return what the vendor said and its remedy.

        Raises AskError, EditError.
        """
        config, lang = self._live.current(), options.lang
        receivers = [one for one in config.receivers if one.name == name]
        if not receivers:
            raise AskError(_NO_RECEIVER.filled(name=name))
        try:
            event = event_of(self._current(options, edit))
        except Ignored as error:
            told = _NOT_SENT.filled(code=error.reason, why=error.detail.of(lang))
            raise AskError(told) from None
        except RequestError as error:
            raise AskError(_NOT_SENT.filled(code=error.code, why=error.fix.of(lang))) from None
        outcomes = posted(event, config, receivers, time.time(), self._pace).outcomes
        if not outcomes:
            raise AskError(_NOBODY.filled(name=name))
        (outcome,) = outcomes
        if outcome.error is None:
            return _SENT.filled(bytes=outcome.bytes, ms=outcome.ms).of(lang)
        why = refusal(outcome.error, receivers[0])
        told = _REFUSED.filled(
            codes=why.codes, means=why.means.of(lang), remedy=why.remedy.of(lang)
        )
        return told.of(lang)

    def _current(self, options: Options, edit: Edit) -> Sample:
        """Return the request that is looked at, a sample as if it happened now."""
        if options.received:
            sample = _sample(self._arrival(options.received))
        else:
            sample = samples.fresh(self._sample(options.event), time.time())
        return views.edited(sample, edit)

    def _arrival(self, number: str) -> Arrival:
        arrival = self.trail.arrival(number)
        if arrival is None:
            raise AskError(_NO_SUCH)
        return arrival

    def _sample(self, name: str) -> Sample:
        try:
            return samples.load(name or _FIRST)
        except KeyError:
            raise AskError(_NO_SUCH) from None

    def _source(self, forge: str, name: str) -> Source | None:
        """Return the source that a request of *forge* is from; None where none has a secret."""
        config = self._live.current()
        known = name if any(one.name == name for one in config.sources) else ""
        try:
            return sources.candidates(config, known, (forge,))[0]
        except (NotConfigured, RequestError):
            return None

    def _spoken(self, options: Options) -> Options:
        """Without a file nothing says in which language messages are: the page's."""
        if self.given.is_file or options.messages:
            return options
        return options._replace(messages=options.lang)

    def _used(self, receiver: Receiver) -> int | None:
        if self._robots is None:
            return None
        since, key = time.time() - _MINUTE_S, cards.key(receiver)
        return len([one for one in self._robots.received if one.key == key and one.time > since])


class _Banner:
    """Tells what is wrong with the file, read anew only when it or what it names has changed."""

    def __init__(self, given: Setting) -> None:
        self._given = given
        self._seen: tuple[object, ...] | None = None
        self._texts: dict[str, str] = {}

    def text(self, lang: str) -> str:
        if not self._given.is_file:
            made = origin(self._given.environ)
            return WORDS["restart"].filled(name=made.name).of(lang) if made.path else ""
        seen = self._state()
        if seen != self._seen:
            self._seen = seen
            self._texts.clear()
        if lang not in self._texts:
            self._texts[lang] = self._read(lang)
        return self._texts[lang]

    def _read(self, lang: str) -> str:
        loaded = configured.read(self._given, thorough=True, lenient=True, offline=True)
        problems = configured.seen(loaded.problems)
        return configured.problems_text(loaded, problems, lang) if problems else ""

    def _state(self) -> tuple[object, ...]:
        """Return what changes with the file, and with the templates beside it."""
        path = self._given.found.path
        if path is None:
            return ()
        beside = sorted((path.parent / "templates").glob("**/*"))
        return tuple(_stamp(one) for one in (path, *beside))


class _Known:
    """What is secret: of the configuration in use, with real robots, and of those before it."""

    def __init__(self, given: Setting, live: Live) -> None:
        self._given = given
        self._live = live
        self._seen: Config | None = None
        self._secrets: frozenset[str] = frozenset()
        self._mobiles: frozenset[str] = frozenset()
        self._hiding = Hiding()

    def hiding(self) -> Hiding:
        current = self._live.current()
        if current is not self._seen:
            real = configured.read(self._given, lenient=True, offline=True).config
            for config in filter(None, (current, real)):
                self._secrets |= {*hiding.secrets_of(config)}
                self._mobiles |= {person.mobile for person in config.people}
            self._hiding = Hiding(self._secrets, self._mobiles)
            self._seen = current
        return self._hiding


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size


def _listed(sample: Sample) -> Listed:
    badge = "off"
    if not sample.ignored:
        decision = policy.decide(event_of(sample), ())
        badge = ("quiet" if decision.quiet else "on") if decision.send else "off"
    return Listed(sample.name, sample.source, sample.event, sample.about, badge)


def _sample(arrival: Arrival) -> Sample:
    """Return what arrived without its proofs and ids: what is sent again would be a repeat."""
    sample = _hook(arrival.event, str(arrival.number)).sample
    headers = {name: value for name, value in sample.headers.items() if name not in _IDS}
    body = {key: "" if key in hiding.PROOFS else value for key, value in sample.body.items()}
    return sample._replace(headers=headers, body=body)


def _hook(event: Mapping[str, Any], number: str) -> Hook:
    """Return the request in *event*; raises AskError for one that no forge sent."""
    try:
        found = hook(dict(event), f"#{number}")
    except HookError as error:
        raise AskError(error.phrase) from None
    if found is None:
        raise AskError(_NO_SUCH)
    return found
