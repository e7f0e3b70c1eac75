"""The verbs that do something: ``serve`` and ``trigger``."""

import os
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import click
import requests

from relay.config import GITEE
from relay.configuration.suggest import nearest
from workbench import samples, terminal
from workbench.bubbles import pretty_json
from workbench.cli import Failure, Verb, change_options, chosen_sample, json_option, source_option
from workbench.faults import FaultError, parse
from workbench.robot_terms import DINGTALK, WECOM
from workbench.terminal import folded, printable
from workbench.triggering import Credentials, Outgoing, outgoing

_TIMEOUT_S = 30
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("serve", cls=Verb, example="python -m relay serve --port 9000")
@click.option("--port", type=click.IntRange(0, 65535), default=9000, show_default=True)
@click.option("--live", is_flag=True, help="Send to the robots of the environment.")
@click.option(
    "--robot-faults", default="", metavar="ROBOT=FAULTS", help="For example wecom=busy*2,slow:1."
)
def serve(port: int, live: bool, robot_faults: str) -> None:
    """Run the function here, with stand-in robots."""
    from workbench.serving import Options, ServeError
    from workbench.serving import serve as run

    faults = _robot_faults(robot_faults)
    if live and faults:
        raise click.UsageError("--robot-faults is for the stand-ins; real robots take none")
    try:
        run(Options(port, live, faults), os.environ, terminal.console())
    except ServeError as error:
        raise Failure(str(error)) from None


@click.command(
    "trigger", cls=Verb, example="python -m relay trigger push.pushed -u :9000 -s dev-secret"
)
@click.argument("event")
@click.option("--url", "-u", required=True, help="The function's address; :9000 is this machine.")
@click.option("--secret", "-s", envvar="WEBHOOK_SECRET", help="Default: $WEBHOOK_SECRET.")
@click.option("--signing-token", envvar="GITLAB_SIGNING_TOKEN", help="GitLab's, whsec_…")
@click.option("--password", is_flag=True, help="Gitee: send the password, not a signature.")
@source_option
@change_options
@json_option
def trigger(
    event: str,
    *,
    url: str,
    secret: str | None,
    signing_token: str | None,
    password: bool,
    source: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    form: str,
) -> None:
    """Send an event as its forge would.

    EVENT is a name from `events`, or a file: a sample, or a body as a forge sent it. It goes out
    with the right secret or signature, its times moved so that it happened now.
    """
    now_s = time.time()
    sample = samples.fresh(chosen_sample(event, source, settings, headers), now_s)
    credentials = Credentials(secret or "", signing_token or "", password)
    if not credentials.secret and (sample.source == GITEE or not credentials.signing_token):
        raise click.UsageError(
            "no secret: give --secret, or set WEBHOOK_SECRET to what the function has"
        )
    try:
        request = outgoing(sample, credentials, delivery_id=str(uuid.uuid4()), now_s=now_s)
    except ValueError:
        raise click.UsageError("the signing token is not base64; it begins with whsec_") from None
    answer = _post(_address(url), request)
    if form == "json":
        click.echo(pretty_json(_as_json(sample.name, _address(url), request, answer)))
    else:
        _print(sample.name, _address(url), request, answer)
    if not 200 <= answer.status_code < 300:
        raise click.exceptions.Exit(1)


def _robot_faults(text: str) -> dict[str, str]:
    """Read ``wecom=busy*2,slow:1,dingtalk=hang``: vendor → faults; a usage error if wrong."""
    found: dict[str, list[str]] = {}
    vendor = ""
    for item in filter(None, text.split(",")):
        name, equals, fault = item.partition("=")
        if equals and ":" not in name:
            vendor = name.strip()
            item = fault
        if vendor not in (WECOM, DINGTALK):
            near = nearest(vendor, (WECOM, DINGTALK))
            hint = f"did you mean {near}?" if near else "write wecom=busy*2,dingtalk=hang"
            raise click.UsageError(f'no robot "{vendor or item}"; {hint}')
        found.setdefault(vendor, []).append(item)
    try:
        for faults in found.values():
            parse(",".join(faults))
    except FaultError as error:
        raise click.UsageError(str(error)) from None
    return {name: ",".join(faults) for name, faults in found.items()}


def _address(url: str) -> str:
    """Return the whole address; ``:9000`` is this machine. Raises UsageError for no address."""
    address = f"http://127.0.0.1{url}" if url.startswith(":") else url
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise click.UsageError(f'"{url}" is no address; write https://… or :9000 for this machine')
    return address


def _post(url: str, request: Outgoing) -> requests.Response:
    """Send *request*; raises Failure when there is no answer."""
    headers = {name: value.encode() for name, value in request.headers.items()}
    with requests.Session() as session:
        session.trust_env = urlsplit(url).hostname not in _LOOPBACK  # a proxy is for elsewhere
        try:
            return session.post(
                url, data=request.body, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            raise Failure(f"no answer from {url}: {_reason(error)}") from None


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.ConnectionError):
        return "no connection; is it running?"
    if isinstance(error, requests.Timeout):
        return f"it took longer than {_TIMEOUT_S} s"
    return type(error).__name__  # a malformed address, an answer cut off


def _answer_body(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text


def _as_json(name: str, url: str, request: Outgoing, answer: requests.Response) -> dict[str, Any]:
    return {
        "sample": name,
        "url": url,
        "request": {"headers": request.shown_headers(), "bytes": len(request.body)},
        "status": answer.status_code,
        "answer": _answer_body(answer),
    }


def _print(name: str, url: str, request: Outgoing, answer: requests.Response) -> None:
    console = terminal.console()
    console.print(f"--> POST {printable(url)}  {printable(name)}  {len(request.body)} B")
    for header, value in request.shown_headers().items():
        console.print(f"    {printable(header)}: {printable(value)}", style="dim")
    ms = int(answer.elapsed.total_seconds() * 1000)
    console.print(f"<-- {answer.status_code} {printable(str(answer.reason))}  {ms} ms")
    body = _answer_body(answer)
    text = body if isinstance(body, str) else pretty_json(body)
    console.print(folded(text, console.width))
