"""Pages of the documentation that are made from the code's own tables: they cannot drift."""

from relay.kinds import KINDS
from relay.policy import QUIET, SENT

_HEAD = """# Events

Made from the code's tables; `python -m pytest tests/test_docs.py --update-golden` writes it anew.

`NOTIFY_EVENTS` takes a list of: a kind (`push`: what is sent of it by default), one event
(`pipeline.failed`), every event of a kind (`pipeline.*`), everything (`*`), each with `!` in front
to leave it out. `pull_request` means `merge_request`. Unset: the two middle columns.

| kind | sent | sent as one grey line | only when asked for |
|---|---|---|---|
"""

_FOOT = """
- `push.reset`: the branch moved and no commit is new (a reset or force push; no forge says which).
- `branch.created` is a branch without new commits; a new branch with commits is a `push.pushed` on
  GitLab. Gitee does not tell the two apart: there it is always `branch.created`.
- `job.failed` of a job that may fail (`allow_failure`) counts as "only when asked for".
- `pipeline.fixed` and `pipeline.status_changed` need a store of earlier states, which this version
  does not have.
- `test.ping` answers the forge's test button, whatever the filter says. `other.received` is an
  event without a design of its own.
- Confidential items never go out (R33). Updates that changed nothing visible never do either (R32).
"""


def events_page() -> str:
    """Return `docs/events.md`."""
    rows = []
    for kind, actions in KINDS.items():
        sent, quiet = SENT.get(kind, ()), QUIET.get(kind, ())
        rest = tuple(action for action in actions if action not in (*sent, *quiet))
        rows.append(f"| `{kind}` | {_listed(sent)} | {_listed(quiet)} | {_listed(rest)} |\n")
    return _HEAD + "".join(rows) + _FOOT


def _listed(actions: tuple[str, ...]) -> str:
    return " ".join(f"`{action}`" for action in actions)
