"""From an event to the words about it: `describe`, one describer per kind of subject.

A new event is one function in the module of its family and one row in `_DESCRIBERS`; what `show`
may choose from it is a table there, one row in `_FACTS` and one in `relay.facts`.
"""

from collections.abc import Callable
from typing import Any

from relay.describe.draft import Draft, Facts, Head, View, action, lines_of, muted, usable
from relay.describe.phrases import VIEW, VIEW_PROJECT
from relay.describe.when import happened_at, year_at
from relay.events import (
    AccessToken,
    Account,
    Branch,
    Comment,
    Deployment,
    Emoji,
    Event,
    FeatureFlag,
    Issue,
    Job,
    Member,
    MergeRequest,
    Milestone,
    Notice,
    Ping,
    Pipeline,
    Place,
    Push,
    Release,
    Tag,
    Vulnerability,
    WikiPage,
)
from relay.notifications import Action, Line, Notification, Span
from relay.on_demand import on_demand
from relay.words import Words, project_name

# Which function of which module words an event with that subject.
_DESCRIBERS: dict[type, str] = {
    Push: "code.push",
    Branch: "code.branch",
    Tag: "code.tag",
    Issue: "issues.issue",
    MergeRequest: "merge_requests.merge_request",
    Comment: "comments.comment",
    Emoji: "comments.emoji",
    Pipeline: "ci.pipeline",
    Job: "ci.job",
    Deployment: "deployments.deployment",
    Release: "releases.release",
    WikiPage: "releases.wiki",
    Milestone: "releases.milestone",
    Member: "places.member",
    FeatureFlag: "security.feature_flag",
    AccessToken: "security.access_token",
    Vulnerability: "security.vulnerability",
    Place: "places.place",
    Account: "places.account",
    Ping: "notices.ping",
    Notice: "notices.notice",
}

# What `show` chooses from; the designed lines are made of the same functions.
_FACTS: dict[type, str] = {
    Push: "code.PUSH_FACTS",
    Branch: "code.BRANCH_FACTS",
    Tag: "code.TAG_FACTS",
    Issue: "issues.ISSUE_FACTS",
    MergeRequest: "merge_requests.MERGE_REQUEST_FACTS",
    Comment: "comments.COMMENT_FACTS",
    Pipeline: "ci.PIPELINE_FACTS",
    Job: "ci.JOB_FACTS",
    Release: "releases.RELEASE_FACTS",
    Deployment: "deployments.DEPLOYMENT_FACTS",
    WikiPage: "releases.WIKI_FACTS",
}


def describe(
    event: Event,
    *,
    lang: str = "zh-CN",
    quiet: bool = False,
    now_s: float | None = None,
    timezone: str = "Asia/Shanghai",
    max_commits: int = 5,
    show: tuple[str, ...] | None = None,
    emoji: bool = True,
) -> Notification:
    """Return what to say about *event*: words in *lang*, no markup (`design/messages.md`).

    *now_s* (Unix seconds) decides whether the time of the event is worth a line: without it, it
    never is. *quiet* gives the one-line form. *show* are the facts (`relay.facts`) that replace the
    designed ones, in their order: first line, subject and links stay, names that the event has no
    fact for leave no trace, and a kind without facts keeps its design. Without *emoji* the first
    line has no sign.
    """
    words = Words(lang, event.source)
    view = View(words, year_at(now_s if now_s is not None else event.occurred_at), max_commits)
    draft = drafted(event, view)
    if show is not None and type(event.subject) in _FACTS:
        draft = _with_facts(draft, event, show, view)
    if not emoji:
        draft = draft._replace(head=draft.head._replace(emoji=""))
    headline = _headline(draft.head, event, words)
    actions = _actions(draft, event, words)
    if quiet:
        link = usable(event.url) or (actions[0].url if actions else "")
        short = (Action(words.say(VIEW), link),) if link else ()
        return Notification(headline, actions=short, quiet=True, lang=words.lang)
    when = muted(happened_at(event.occurred_at, now_s, timezone, chinese=words.chinese))
    lines = tuple(line for line in (*draft.lines, when) if line.spans)
    return Notification(headline, lines, actions, draft.more, lang=words.lang)


def drafted(event: Event, view: View) -> Draft:
    """Return the designed parts of the message about *event*."""
    found: Callable[[Event, Any, View], Draft] = on_demand(
        __name__, _DESCRIBERS[type(event.subject)]
    )
    return found(event, event.subject, view)


def _with_facts(draft: Draft, event: Event, show: tuple[str, ...], view: View) -> Draft:
    """Exchange the lines of *draft* but the subject for the facts in *show*, each once.

    A comment's subject is a fact of its own (``target``). The count of commits that are not listed
    goes with the list.
    """
    known: Facts = on_demand(__name__, _FACTS[type(event.subject)])
    kept = [line for line in draft.lines if line.rank == "subject" and "target" not in known]
    found: list[Line] = [
        line
        for name in dict.fromkeys(show)
        if name in known
        for line in lines_of(known[name](event, event.subject, view))
    ]
    more = draft.more if "commits" in show else None
    return draft._replace(lines=(*kept, *found), more=more)


def _headline(head: Head, event: Event, words: Words) -> tuple[Span, ...]:
    """Return ``{emoji} {status} {what} · {place} {ref} · {who}`` (rule 1)."""
    place = head.place or project_name(event.project.path)
    prefix = f"{head.place_word} " if head.place and head.place_word else ""
    who = words.name(event.actor) if head.who is None else head.who
    start = Span(f"{head.emoji} {head.status}".lstrip(), tone=head.tone)
    gap = "" if head.status.endswith("）") else " "  # a full-width bracket brings its own space
    spans = [start, Span(f"{gap}{head.what}" if head.what else "")]
    dot = " · " if head.what else f"{gap}· "
    if place:
        spans += [
            Span(dot + prefix),
            Span(place, bold=True),
            Span(f" {head.ref}" if head.ref else ""),
        ]
    elif head.ref:
        spans.append(Span(dot + head.ref))
    if who:
        spans.append(Span(f" · {who}"))
    return tuple(span for span in spans if span.text)


def _actions(draft: Draft, event: Event, words: Words) -> tuple[Action, ...]:
    """Return at most two links, the most useful first; the project's page where there is none."""
    found = tuple(link for link in draft.actions if link.url)[:2]
    if found or not usable(event.project.url):
        return found
    return (action(words, VIEW_PROJECT, event.project.url),)
