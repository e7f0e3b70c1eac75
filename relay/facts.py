"""The facts of a message by name: what `show` chooses from (`design/messages.md` section 5).

A table of names only, so that reading a configuration loads no words; `relay.describe` has the
functions, and a test holds both together. Kinds that are not here always have their designed lines.
"""

# kind → the facts it can carry
FACTS: dict[str, tuple[str, ...]] = {
    "push": ("commits", "compare", "authors"),
    "branch": ("commit",),
    "tag": ("commit", "message"),
    "issue": (
        "labels",
        "milestone",
        "assignees",
        "due",
        "description",
        "severity",
        "changes",
        "author",
        "state",
    ),
    "merge_request": (
        "branches",
        "author",
        "reviewers",
        "assignees",
        "labels",
        "description",
        "changes",
        "age",
        "testers",
        "milestone",
        "commit",
        "size",
    ),
    "comment": ("target", "text", "place"),
    "pipeline": (
        "failed_jobs",
        "stages",
        "branch",
        "commit",
        "trigger",
        "duration",
        "queued",
        "merge_request",
        "history",
    ),
    "job": (
        "stage",
        "branch",
        "commit",
        "reason",
        "duration",
        "runner",
        "pipeline",
        "queued",
        "retries",
    ),
    "release": ("notes", "assets", "commit"),
    "deployment": ("version", "branch", "commit", "duration", "approver", "comment"),
    "wiki": ("message",),
}
EVERY_FACT = tuple(dict.fromkeys(name for names in FACTS.values() for name in names))
