"""What the deployed function is asked: its health, and whether it takes the secrets that are here.

A secret is tried with a signed event that is never sent to anybody, whatever the configuration:
the adapter itself drops it, after the secret was looked at.
"""

import time
import uuid
from collections.abc import Callable
from urllib.parse import quote

import requests

from relay.config import GITEE, GITLAB, Source
from relay.parallel import Missing, at_once
from workbench import samples
from workbench.asking_url import TIME, Answer, Call, Silence, ask
from workbench.doctor_machine import ahead_of
from workbench.doctor_scene import LIMIT_S, Function, Proven, Scene
from workbench.triggering import credentials_of, outgoing

SERVICE = "git-chat-relay"
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
    now_s = clock() - (ahead_of([health]) or 0.0)  # a wrong clock here is no wrong secret
    sources = config.sources

    def work(source: Source) -> Proven:
        event = _event(scene, source, address, now_s)
        if event is None:
            return Proven(source)
        return Proven(source, ask(session, event, limit_s=limit_s, clock=clock))

    proven = at_once(sources, work, time.monotonic() + limit_s, key=lambda one: one.name)
    told = (
        Proven(source, Silence(TIME)) if isinstance(one, Missing) else one
        for source, one in zip(sources, proven, strict=True)
    )
    return found._replace(proven=tuple(told))


def _event(scene: Scene, source: Source, address: str, now_s: float) -> Call | None:
    """Return a signed event of *source* that is never sent; None if it cannot be signed here."""
    if scene.unseen(f"sources.{source.name}") or not (source.secrets or source.signing_tokens):
        return None
    sample = samples.fresh(samples.load(NEVER_SENT[source.type]), now_s)
    try:
        made = outgoing(sample, credentials_of(source), delivery_id=str(uuid.uuid4()), now_s=now_s)
    except ValueError:  # a signing token that is not base64: the configuration's check says so
        return None
    return Call(f"{address}hook/{quote(source.name)}", "POST", made.headers, made.body)


def _in_time(work: Callable[[], Answer | Silence], limit_s: float) -> Answer | Silence:
    """Return what *work* does, or silence when it takes longer: names resolve without a limit."""
    found = at_once([""], lambda _: work(), time.monotonic() + limit_s)[0]
    return Silence(TIME) if isinstance(found, Missing) else found


def _is_usable(health: Answer) -> bool:
    return health.status == 200 and health.report.get("service") == SERVICE
