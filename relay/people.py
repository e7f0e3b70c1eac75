"""From roles and names to people and their ids on a chat platform."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from relay import events
from relay.config import DINGTALK_ROBOT, EVERYONE, ROLES, WECOM_APP, WECOM_ROBOT, Person
from relay.events import Event
from relay.notifications import Mention
from relay.reasons import Reason
from relay.roles import doer, meant
from relay.text import clean, cut_cells
from relay.words import NAME_CELLS, Phrase

# Of one message: a push of a hundred authors is no reason to call them all. Those of an application
# are whom it writes to, and WeCom takes so many (`reference/wecom.md` part B).
MOST_PEOPLE = {WECOM_ROBOT: 50, WECOM_APP: 1000, DINGTALK_ROBOT: 50}
_MENTIONED = "mentioned"
# The ids a platform knows, its own first.
_IDS = {
    WECOM_ROBOT: ("wecom", "mobile"),
    WECOM_APP: ("wecom",),
    DINGTALK_ROBOT: ("dingtalk", "mobile"),
}
_NO_ID = {
    WECOM_ROBOT: Phrase(
        "{who} 没有 wecom userid 或 mobile，请写进 people.{who}",
        "{who} has no wecom userid or mobile: add one to people.{who}",
    ),
    WECOM_APP: Phrase(
        "{who} 没有 wecom userid，请写进 people.{who}",
        "{who} has no wecom userid: add it to people.{who}",
    ),
    DINGTALK_ROBOT: Phrase(
        "{who} 没有 dingtalk userId 或 mobile，请写进 people.{who}",
        "{who} has no dingtalk userId or mobile: add one to people.{who}",
    ),
}
_NOT_THERE = Phrase(
    "{who} 不在 people 里，请加上这个用户名", "{who} is not in people: add that user name"
)
# A commit tells a name and an e-mail address, and addresses are not shown.
_NO_MATCH = Phrase(
    "提交者 {who} 不在 people 里，请把提交邮箱写进 aliases",
    "the committer {who} is not in people: add the commit e-mail to somebody's aliases",
)
_TOO_MANY = Phrase(
    "超过 {most} 人，其余 {count} 人没有提醒",
    "more than {most} people: the other {count} are not called",
)
_WORD = Phrase("@{who} 不在 people 里", "@{who} is not in people")
# The addresses that keep an e-mail address private hold the user name: GitLab's, of any
# installation, and Gitee's.
_PRIVATE = r"\d+(?:-(.+)@users\.noreply\.|\+(.+)@user\.noreply\.gitee\.com$)"


class Resolved(NamedTuple):
    """*mentions* have an id on the platform; *unresolved* are the names of those who have none."""

    mentions: tuple[Mention, ...] = ()
    unresolved: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


class _Index(NamedTuple):
    """*words* are user names and aliases, *names* those that only one has; all folded."""

    words: dict[str, Person]
    names: dict[str, Person]
    userids: dict[str, Person]


class _Somebody(NamedTuple):
    """One who is meant. *key* is the same for all ways to mean them.

    *name* and *why*, the reason, count only without *person*; both may be empty.
    """

    key: str
    person: Person | None = None
    name: str = ""
    why: Phrase | None = None


def resolve(
    event: Event, names: Sequence[str], people: Sequence[Person], receiver_type: str
) -> Resolved:
    """Return whom *names* (roles, keys of `people`, ``@all``) mean, for one kind of receiver.

    Each person once, in the order of *names*; never who did it (`relay.roles.doer`), and nobody
    muted. A mention holds the one id that the platform knows. Those who have none there, or are
    not in *people*, are unresolved, each with a reason R30; a word after ``@`` that is nobody's
    name has only the reason. Of an application *names* may hold user ids as well. At most
    `MOST_PEOPLE`; one more R30 tells how many are left out, unless ``@all`` calls them anyway.
    """
    index = _index(tuple(people))
    found: dict[str, _Somebody] = {}
    for name in names:
        for one in _called(name, event, index, receiver_type):
            found.setdefault(one.key, one)
    if own := doer(event):
        found.pop(_somebody(own, index).key, None)
    shown = [one for one in found.values() if not (one.person and one.person.mute)]
    most = MOST_PEOPLE[receiver_type]
    resolved = _sorted(shown[:most], receiver_type)
    if EVERYONE in names:
        return resolved._replace(mentions=(*resolved.mentions, Mention(everyone=True)))
    if len(shown) <= most:
        return resolved
    cut = Reason("R30", _TOO_MANY.filled(most=most, count=len(shown) - most))
    return resolved._replace(reasons=(*resolved.reasons, cut))


def _sorted(found: Iterable[_Somebody], receiver_type: str) -> Resolved:
    mentions, unresolved, reasons = [], [], []
    for one in found:
        mention = _mention(one.person, receiver_type) if one.person else None
        if mention:
            mentions.append(mention)
            continue
        name = shown_name(one.person.name or one.person.username) if one.person else one.name
        why = _NO_ID[receiver_type].filled(who=one.person.username) if one.person else one.why
        unresolved += [name] if name else []
        reasons += [Reason("R30", why)] if why else []
    return Resolved(tuple(mentions), tuple(unresolved), tuple(reasons))


def _mention(person: Person, receiver_type: str) -> Mention | None:
    for field in _IDS[receiver_type]:
        if value := getattr(person, field):
            known: dict[str, Any] = {field: value}
            return Mention(shown_name(person.name or person.username), **known)
    return None


def _called(name: str, event: Event, index: _Index, receiver_type: str) -> Iterator[_Somebody]:
    """Yield everybody whom one entry of a list means; ``@all`` is nobody in particular."""
    if name in ROLES:
        for one in meant(event, name):
            found = _somebody(_with_account(one, event.actor), index)
            is_word = name == _MENTIONED and not one.name and not found.person
            yield _unknown(one.username, _WORD)._replace(name="") if is_word else found
    elif name != EVERYONE:
        yield _listed(name, index, receiver_type)


def _listed(name: str, index: _Index, receiver_type: str) -> _Somebody:
    """Return who stands in the list by key, or for an application by user id."""
    word = name.casefold()
    person = index.words.get(word)
    if receiver_type == WECOM_APP:
        person = person or index.userids.get(word) or Person(name, wecom=name)
    return _known(person) if person else _unknown(name, _NOT_THERE)


def _with_account(one: events.Person, actor: events.Person | None) -> events.Person:
    """Return *actor* for a commit's author who is the same: the commit tells no user name."""
    if one.username or actor is None:
        return one
    pairs = ((one.email, actor.email), (one.name, actor.name))
    return actor if any(a and a.casefold() == b.casefold() for a, b in pairs) else one


def _somebody(one: events.Person, index: _Index) -> _Somebody:
    """Match by user name, e-mail address, and last by a name that only one person has."""
    private = re.match(_PRIVATE, one.email)
    account = one.username or (private and (private[1] or private[2])) or one.name
    for word in filter(None, (account, one.email)):
        if found := index.words.get(word.casefold()):
            return _known(found)
    if found := index.names.get((one.name or one.username).casefold()):
        return _known(found)
    if one.username:
        name = shown_name(one.name or one.username)
        return _unknown(one.username, _NOT_THERE)._replace(name=name)
    return _unknown(one.name, _NO_MATCH)


def _known(person: Person) -> _Somebody:
    return _Somebody(person.username.casefold(), person)


def _unknown(name: str, why: Phrase) -> _Somebody:
    """Return somebody who is not in `people`; without a name there is nothing to tell."""
    shown = shown_name(name)
    return _Somebody(name.casefold(), None, shown, why.filled(who=shown) if shown else None)


def shown_name(name: str) -> str:
    """Return *name* as messages write it."""
    return cut_cells(clean(name), NAME_CELLS)


@lru_cache(maxsize=4)
def _index(people: tuple[Person, ...]) -> _Index:
    """A user name counts more than somebody else's alias; of two who share one, the first."""
    backwards = people[::-1]
    words = {word.casefold(): one for one in backwards for word in one.aliases}
    words.update((one.username.casefold(), one) for one in backwards)
    count = Counter(one.name.casefold() for one in people if one.name)
    names = {name: one for one in people if count[name := one.name.casefold()] == 1}
    userids = {one.wecom.casefold(): one for one in backwards if one.wecom}
    return _Index(words, names, userids)
