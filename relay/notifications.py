"""What to say, without any platform's markup, and the unit that is sent, queued and retried.

A `Notification` is made once per event and language (`relay.describe`) and turned into markup by a
formatter. All its texts are on one line, free of control characters, bounded in length, and **not**
escaped: escaping belongs to the platform. All its links are http(s) and bounded.
"""

from collections.abc import Sequence
from typing import NamedTuple

MAX_URL_BYTES = 1024  # so that one first line and one link fit into any platform's limit
OWN = "own"
_COMMITS_KEPT_LONG = 3


class Span(NamedTuple):
    """A run of text. *tone*: ``success``, ``danger``, ``muted`` or empty; *url* makes a link.

    *form* is empty for words, which are escaped. Spans made from the user's own configuration also
    have ``markup``, written as it is, and ``address``, a link's target, made safe for one.
    """

    text: str
    url: str = ""
    tone: str = ""
    bold: bool = False
    form: str = ""


class Line(NamedTuple):
    """One line below the first. *rank* says what goes first when bytes run out.

    ``note`` (a description) goes before ``commit`` lines beyond the third, these before ``fact``
    lines from the last, these before the ``subject`` line (`design/messages.md` rule 6).
    """

    spans: tuple[Span, ...]
    rank: str = "fact"


class More(NamedTuple):
    """The line that counts what is not listed; *hidden* grows when ``commit`` lines are dropped.

    *template* holds ``{count}``; *detail* follows it and is true only as long as nothing more is
    dropped. With nothing hidden there is no such line.
    """

    template: str
    hidden: int = 0
    detail: str = ""


class Action(NamedTuple):
    """A link with a verb as its label, at the foot of the message or as a button."""

    label: str
    url: str


class Mention(NamedTuple):
    """Somebody to ping, by the ids a receiver's platform knows; *everyone* stands for ``@all``.

    Does not show the phone number.
    """

    name: str = ""
    wecom: str = ""
    dingtalk: str = ""
    mobile: str = ""
    everyone: bool = False

    def __repr__(self) -> str:
        return "Mention(everyone)" if self.everyone else f"Mention({self.name!r})"


class Notification(NamedTuple):
    """*headline* is the first line; *actions* holds one primary link and at most one more.

    *more*, when set, stands after the ``commit`` lines. A *quiet* notification is one grey line:
    headline and first action only; nobody is mentioned in it. *own* are the user's lines under the
    message (`append`). *whole* are the lines of the user's template, which then are the message:
    headline, lines, more and actions are not written, but the headline still is the title and what
    is left to say when nothing else fits. *unresolved* names people to mention who have no id.
    """

    headline: tuple[Span, ...]
    lines: tuple[Line, ...] = ()
    actions: tuple[Action, ...] = ()
    more: More | None = None
    mentions: tuple[Mention, ...] = ()
    quiet: bool = False
    lang: str = "zh-CN"
    own: tuple[Line, ...] = ()
    whole: tuple[Line, ...] = ()
    unresolved: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return the first line as plain text."""
        return "".join(span.text for span in self.headline)


class Delivery(NamedTuple):
    """One notification to one receiver; *id* is the same for every attempt.

    *receiver* is a name, never a credential; *event* is the event's name, for logs; *received_at*
    Unix seconds of the request.
    """

    id: str
    receiver: str
    event: str
    received_at: float
    notification: Notification


class Parcel(NamedTuple):
    """One post: its *delivery*, and the *members* it stands for, oldest first."""

    delivery: Delivery
    members: tuple[Delivery, ...]


def by_importance(lines: Sequence[Line]) -> list[int]:
    """Return the places of *lines*, the most important first (`design/messages.md` rule 6).

    What comes last is left out first. `OWN` is the rank of the user's own lines while they are
    weighed against the others; an unknown rank counts as ``fact``.
    """
    places: dict[str, list[int]] = {"subject": [], "commit": [], "fact": [], OWN: [], "note": []}
    for at, line in enumerate(lines):
        places.get(line.rank, places["fact"]).append(at)
    commits = places["commit"]
    return [
        *places["subject"],
        *commits[:_COMMITS_KEPT_LONG],
        *places["fact"],
        *places[OWN],
        *commits[_COMMITS_KEPT_LONG:],
        *places["note"],
    ]


def is_failure(notification: Notification) -> bool:
    """Tell whether the first line has the colour of failures."""
    return any(span.tone == "danger" for span in notification.headline)
