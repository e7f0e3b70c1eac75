"""A request as a command to copy: the same body, and no secret of the user's in it."""

import shlex

from relay.config import GITEE, Source
from workbench.hiding import Hiding
from workbench.preview import encoded
from workbench.samples import Sample
from workbench.stand_ins import DEV_SECRET
from workbench.terminal import single_line

MOST_BYTES = 100_000  # of a body on a command line; Linux ends at 128 KiB for one argument
_VARIABLE = '"$WEBHOOK_SECRET"'
_TOKEN_HEADERS = {GITEE: "X-Gitee-Token"}


def command(sample: Sample, address: str, source: Source | None, hiding: Hiding) -> str:
    """Return what sends *sample* to *address*, without what *hiding* hides.

    Raises ValueError for a body that is too long, RecursionError for one too deeply nested.

    The secret is the one that everybody knows, or ``$WEBHOOK_SECRET``. A signature would be stale
    when somebody pastes it, so the request shows the secret itself: GitLab's token, Gitee's
    password.
    """
    body = encoded(hiding.value(sample.body))
    if len(body) > MOST_BYTES:
        raise ValueError("the body is too long for a command line")
    header = _TOKEN_HEADERS.get(sample.source, "X-Gitlab-Token")
    lines = [f"curl {shlex.quote(address)}"]
    headers = {name: single_line(hiding.text(text)) for name, text in sample.headers.items()}
    if "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "application/json"
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    if source and any(one.reveal() == DEV_SECRET for one in source.secrets):
        lines.append(f"-H '{header}: {DEV_SECRET}'")
    elif source is None or source.secrets:
        lines.append(f"-H '{header}: '{_VARIABLE}")
    lines.append(f"--data-binary {shlex.quote(body.decode('utf-8', 'replace'))}")
    return " \\\n  ".join(lines)
