"""The facts of a message by name: what `show` chooses from (`design/messages.md` section 5)."""

# kind → the facts it can carry, in their designed order
FACTS: dict[str, tuple[str, ...]] = {
    "push": ("commits", "compare", "authors"),
    "tag": ("commit", "message"),
    "issue": (
        "labels",
        "milestone",
        "assignees",
        "due",
        "description",
        "severity",
        "changes",
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
    ),
    "job": ("stage", "branch", "commit", "reason", "duration", "runner"),
    "release": ("notes", "assets"),
    "deployment": ("version", "branch", "commit", "duration"),
    "wiki": ("message",),
}
