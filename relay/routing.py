"""Which receivers get an event, in which form, and why the others do not."""

from collections.abc import Iterator
from typing import NamedTuple

from relay import policy
from relay.addressees import Addressees
from relay.config import Config, Receiver, Route
from relay.events import Event
from relay.filters import Facts, draft_refusal, facts, first_refusal
from relay.intervals import Hours
from relay.notifications import Mention
from relay.people import Resolved
from relay.policy import most_specific
from relay.reasons import Reason, reason


class Selected(NamedTuple):
    """One receiver that gets the event, and in which form.

    *mentions* are the people to ping, of an application those it goes to; *unresolved* the names of
    people who should be and have no id there. *show* None is the designed set of facts; *append*
    the user's own lines, still with their variables.
    """

    receiver: Receiver
    lang: str
    quiet: bool = False
    mentions: tuple[Mention, ...] = ()
    unresolved: tuple[str, ...] = ()
    show: tuple[str, ...] | None = None
    append: str = ""
    route: str = ""


class Step(NamedTuple):
    """What one route says: *sent* to these receivers, and the *reasons* why not, or why less.

    A step that did not match has one reason and nothing sent. *place* is ``config.yml:21``.
    """

    route: str
    place: str = ""
    matched: bool = False
    sent: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


class Decision(NamedTuple):
    """Everything that was decided about one event: shown by `explain`, the answer and the log."""

    steps: tuple[Step, ...]
    selected: tuple[Selected, ...]


class _Choice(NamedTuple):
    route: Route
    policy: policy.Decision


def select(event: Event, config: Config, *, source: str, now_s: float) -> Decision:
    """Return who gets *event*, route by route.

    Every matching route sends, up to one that does not continue; one receiver, one address, and of
    an application one person, gets an event at most once, in the form of the first route that names
    it. Of a route that does not match the first filter that fails is the reason. Outside its hours
    a route sends nothing, or quietly. What no route's filters chose goes to ``unmatched``, if it is
    in the default set. *source* is the name of the source that was verified, *now_s* Unix seconds.
    """
    chosen = list(_chosen(event, config, source, now_s))
    if config.unmatched != "drop" and not any(map(_is_claimed, chosen)):
        chosen += _leftover(event, config)
    matching = [choice.route for choice in chosen if choice.policy.send]
    addressees = Addressees(event, config, matching)
    steps: list[Step] = []
    selected: list[Selected] = []
    for choice in chosen:
        step, sent = _step(event, config, choice, addressees)
        steps.append(step)
        selected += sent
    return Decision(tuple(steps), tuple(selected))


def _chosen(event: Event, config: Config, source: str, now_s: float) -> Iterator[_Choice]:
    """Yield what each route says, up to the last one that is asked."""
    found, hours = facts(event, source), Hours(config, now_s)
    is_routine = not policy.is_loud(event)
    for route in config.routes:
        in_full = is_routine and _is_described(event, route, config)
        decided = _decided(event, route, found, hours, in_full=in_full)
        yield _Choice(route, decided)
        if decided.send and not route.continues and event.kind != "test":
            return


def _is_described(event: Event, route: Route, config: Config) -> bool:
    """Tell whether somebody wrote, for this very event, what its message shows or whom it calls.

    A grey line would show nothing of that.
    """
    own = (route.show, route.append, route.mention, config.templates)
    return any(pattern == event.name for pairs in own for pattern, _ in pairs)


def _decided(
    event: Event, route: Route, found: Facts, hours: Hours, *, in_full: bool
) -> policy.Decision:
    if why := first_refusal(found.origin, route):
        return policy.Decision(False, reason=why)
    decided = policy.decide(
        event, route.events, route.quiet, confidential=route.confidential, in_full=in_full
    )
    if not decided.send or event.kind == "test":
        return decided
    if why := first_refusal(found.content, route) or draft_refusal(event, route):
        return policy.Decision(False, reason=why)
    if route.outside != "send" and (why := hours.refusal(route)):
        is_quiet = route.outside == "quiet"
        return policy.Decision(is_quiet, quiet=is_quiet, reason=why)
    return decided


def _is_claimed(choice: _Choice) -> bool:
    """Tell whether a route's filters chose the event, although it may be outside its hours."""
    send, _, why = choice.policy
    return send or (why is not None and why.code == "R26")


def _leftover(event: Event, config: Config) -> list[_Choice]:
    decided = policy.decide(event, ())
    route = Route("unmatched", (config.unmatched,))
    return [_Choice(route, decided)] if decided.send else []


def _step(
    event: Event, config: Config, choice: _Choice, addressees: Addressees
) -> tuple[Step, list[Selected]]:
    route, decided = choice
    reasons = [decided.reason] if decided.reason else []
    if not decided.send:
        return Step(route.name, route.place, reasons=tuple(reasons)), []
    sent = []
    for receiver in addressees.receivers(route):
        people, why = addressees.address(receiver, route, quiet=decided.quiet)
        reasons += why
        if people is not None:
            sent.append(_selected(event, config, choice, receiver, people))
    if not (sent or reasons):
        reasons.append(reason("R30", name=route.name))
    names = tuple(one.receiver.name for one in sent)
    return Step(route.name, route.place, True, names, tuple(reasons)), sent


def _selected(
    event: Event, config: Config, choice: _Choice, receiver: Receiver, people: Resolved
) -> Selected:
    """Return the form; a quiet one has no facts or lines of its own to choose."""
    route, quiet = choice.route, choice.policy.quiet
    return Selected(
        receiver=receiver,
        lang=receiver.lang or route.lang or config.lang,
        quiet=quiet,
        mentions=people.mentions,
        unresolved=people.unresolved,
        show=None if quiet else most_specific(route.show, event),
        append="" if quiet else most_specific(route.append, event) or "",
        route=route.name,
    )
