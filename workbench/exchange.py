"""A webhook request and its answer, as a person and as a program reads them."""

from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from relay.config import GITEE
from relay.words import Phrase
from workbench.bubbles import pretty_json
from workbench.terminal import printable, single_line
from workbench.triggering import Credentials, Outgoing

_PROOFS = {
    "secret_token": Phrase("Secret token", "secret token"),
    "signing_token": Phrase("签名令牌", "signing token"),
    "signature": Phrase("签名密钥", "signature"),
    "password": Phrase("密码", "password"),
}
_UNSIGNED = Phrase("没有密钥", "unsigned")


class Exchange(NamedTuple):
    """*proofs* are keys of the table above; *body* is JSON that was read, or text.

    *url* is what may be shown of it.
    """

    sample: str
    url: str
    request: Outgoing
    proofs: tuple[str, ...]
    status: int
    body: Any
    ms: int
    reason: str = ""


def proofs(forge: str, credentials: Credentials) -> tuple[str, ...]:
    """Return by what *forge* proves with *credentials* who sends a request."""
    if forge == GITEE:
        kind = "password" if credentials.password else "signature"
        return (kind,) if credentials.secret else ()
    pairs = (("secret_token", credentials.secret), ("signing_token", credentials.signing_token))
    return tuple(name for name, value in pairs if value)


def show(exchange: Exchange, console: Console, lang: str) -> None:
    """Print the request without its secrets, and the answer.

    The answer's lines stay whole, so that what is copied from the screen is still JSON.
    """
    request = exchange.request
    proven = " + ".join(_PROOFS[one].of(lang) for one in exchange.proofs) or _UNSIGNED.of(lang)
    head = single_line(f"--> POST {exchange.url}  {exchange.sample}  {len(request.body)} B")
    is_long = cell_len(f"{head}  ({proven})") > console.width
    gap = "\n    " if is_long else "  "
    console.print(Text(f"{head}{gap}({proven})"))
    for header, value in request.shown_headers().items():
        console.print(Text(f"    {single_line(header)}: {single_line(value)}", "dim"))
    status = f"{exchange.status} {exchange.reason}".rstrip()
    console.print(Text(single_line(f"<-- {status}  {exchange.ms} ms")))
    body = exchange.body
    text = body if isinstance(body, str) else pretty_json(body)
    console.print(Text(printable(text)), soft_wrap=True)


def as_json(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    return {
        "sample": exchange.sample,
        "url": exchange.url,
        "request": {
            "headers": request.shown_headers(),
            "bytes": len(request.body),
            "proofs": list(exchange.proofs),
        },
        "status": exchange.status,
        "answer": exchange.body,
    }
