"""Facts of whatever runs on a branch or tag: pipelines, jobs, deployments."""

from relay.describe.draft import REF_CELLS, Part, View, commit, labelled, value
from relay.describe.phrases import COMMIT, TOOK
from relay.events import Deployment, Event, Job, Pipeline
from relay.words import Phrase

_BRANCH = Phrase("分支", "Branch")
_TAG = Phrase("标签", "Tag")
_QUEUED = Phrase("排队 {time}", "queued {time}")


def branch(event: Event, found: Pipeline | Job | Deployment, view: View) -> Part:
    """Return what it ran on: ``分支：main``, or the tag."""
    label = _TAG if getattr(found, "tag", False) else _BRANCH
    return view.words.labelled(label, value(found.ref, REF_CELLS))


def ran_commit(event: Event, found: Pipeline | Job | Deployment, view: View) -> Part:
    return labelled(view.words, COMMIT, commit(found.commit))


def duration(event: Event, found: Pipeline | Job | Deployment, view: View) -> Part:
    return view.words.filled(TOOK, time=view.words.duration(found.duration_s))


def queued(event: Event, found: Pipeline | Job, view: View) -> Part:
    return view.words.filled(_QUEUED, time=view.words.duration(found.queued_s))
