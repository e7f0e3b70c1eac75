"""What the deployed function is asked: its health, and whether it takes the secrets that are here.

A secret is tried with a signed event that is never sent to anybody, whatever the configuration:
the adapter itself drops it, after the secret was looked at. Who does not refuse a made-up secret
first (HTTP 401) is not told the right one, nor does it go over a line that others can read.
"""

import base64
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

import requests

from relay.config import GITEE, GITLAB, Source
from relay.parallel import Missing, at_once
from workbench import samples
from workbench.asking_url import TIME, Answer, Call, Silence, ask, is_open_line
from workbench.doctor_machine import ahead_of
from workbench.doctor_scene import LIMIT_S, Function, Proven, Scene
from workbench.triggering import Credentials, credentials_of, outgoing

SERVICE = "git-chat-relay"
REFUSED = 401
NEVER_SENT = {
    GITLAB: "gitlab/push.pushed-repository_update",
    GITEE: "gitee/merge_request.updated-labels_same",
}


def function(
    scene: Scene,
    address: str,
    session: requests.Session,
    clock: Callable[[], float],
    limit_s: float = LIMIT_S,
) -> Function:
    """Ask the function at *address*, and then for each source here; never raises."""
    call = Call(address, headers={"Accept": "application/json"})
    health = _in_time(lambda: ask(session, call, limit_s=limit_s, clock=clock), limit_s)
    found = Function(address, health)
    config = scene.config
    if isinstance(health, Silence) or not config or not _is_usable(health):
        return found
    sources = config.sources
    if is_open_line(address):
        return found._replace(proven=tuple(map(Proven, sources)))
    now_s = clock() - (ahead_of([health]) or 0.0)  # a wrong clock here is no wrong secret

    def work(source: Source) -> Proven:
        events = _events(scene, source, address, now_s)
        return _tried(source, events, lambda call: ask(session, call, limit_s=limit_s, clock=clock))

    deadline = time.monotonic() + 2 * limit_s  # one request after the other
    proven = at_once(sources, work, deadline, key=lambda one: one.name)
    told = (
        Proven(source, Silence(TIME)) if isinstance(one, Missing) else one
        for source, one in zip(sources, proven, strict=True)
    )
    return found._replace(proven=tuple(told))


def _tried(
    source: Source, events: tuple[Call, ...], ask_with: Callable[[Call], Answer | Silence]
) -> Proven:
    """Send one event after the other, as long as they are refused for their proof."""
    proven = Proven(source)
    for event in events:
        answer = ask_with(event)
        proven = Proven(source, answer, is_wrong=event is not events[-1])
        if isinstance(answer, Silence) or answer.status != REFUSED:
            break
    return proven


def _events(scene: Scene, source: Source, address: str, now_s: float) -> tuple[Call, ...]:
    """Return an event of *source* that is never sent, with a made-up proof and with the right one.

    There is none if it cannot be signed here.
    """
    if scene.unseen(f"sources.{source.name}") or not (source.secrets or source.signing_tokens):
        return ()
    known = credentials_of(source)
    if known.signing_token:
        known = known._replace(secret="")  # it would do where no signing token is deployed
    with suppress(ValueError):  # a token that is not base64: the configuration's check says so
        return tuple(_event(source, one, address, now_s) for one in (_made_up(known), known))
    return ()


def _made_up(known: Credentials) -> Credentials:
    """Return credentials of the same kind that nobody knows."""
    secret = uuid.uuid4().hex
    token = "whsec_" + base64.b64encode(secret.encode()).decode()
    return known._replace(
        secret=secret if known.secret else "", signing_token=token if known.signing_token else ""
    )


def _event(source: Source, credentials: Credentials, address: str, now_s: float) -> Call:
    sample = samples.fresh(samples.load(NEVER_SENT[source.type]), now_s)
    made = outgoing(sample, credentials, delivery_id=str(uuid.uuid4()), now_s=now_s)
    return Call(f"{address}hook/{quote(source.name)}", "POST", made.headers, made.body)


def _in_time(work: Callable[[], Answer | Silence], limit_s: float) -> Answer | Silence:
    """Return what *work* does, or silence when it takes longer: names resolve without a limit."""
    found = at_once([""], lambda _: work(), time.monotonic() + limit_s)[0]
    return Silence(TIME) if isinstance(found, Missing) else found


def _is_usable(health: Answer) -> bool:
    return health.status == 200 and health.report.get("service") == SERVICE
