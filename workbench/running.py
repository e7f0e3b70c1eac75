"""The verbs that do something: ``serve`` and ``trigger``."""

import time
import uuid
from typing import Any
from urllib.parse import quote, urlsplit

import click
import requests

from relay.config import GITEE, Source
from relay.configuration.suggest import nearest
from relay.words import Phrase
from workbench import configured, samples, terminal
from workbench.bubbles import pretty_json
from workbench.cli import (
    Failure,
    Verb,
    change_options,
    chosen_sample,
    config_option,
    json_option,
    lang_option,
    source_option,
)
from workbench.faults import WORDS, FaultError, parse
from workbench.robot_terms import DINGTALK, WECOM
from workbench.terminal import folded, printable
from workbench.triggering import Credentials, Outgoing, outgoing

_TIMEOUT_S = 30
_NO_SECRET = Phrase(
    "没有密钥：用 --secret 给出，或把 WEBHOOK_SECRET 设成函数的那一个",
    "no secret: give --secret, or set WEBHOOK_SECRET to what the function has",
)
_NO_BASE64 = Phrase(
    "签名令牌不是 base64；它以 whsec_ 开头",
    "the signing token is not base64; it begins with whsec_",
)
_NO_SOURCE = Phrase(
    "{file} 里没有 {name} 的密钥，或这里取不到",
    "{file} has no secret for {name}, or it cannot be had here",
)
_NO_ADDRESS = Phrase(
    "“{url}” 不是地址；写 https://…，本机写 :9000",
    '"{url}" is no address; write https://… or :9000 for this machine',
)
_NO_ANSWER = Phrase("{url} 没有回答：{why.zh}", "no answer from {url}: {why.en}")
_REASONS: tuple[tuple[type[Exception], Phrase], ...] = (
    (requests.exceptions.SSLError, Phrase("证书不受信任", "its certificate is not trusted")),
    (requests.ConnectionError, Phrase("连不上；它在运行吗？", "no connection; is it running?")),
    (requests.Timeout, Phrase(f"超过 {_TIMEOUT_S} 秒", f"it took longer than {_TIMEOUT_S} s")),
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("serve", cls=Verb, example="python -m relay serve --port 9000")
@click.option("--port", type=click.IntRange(0, 65535), default=9000, show_default=True)
@config_option
@click.option("--live", is_flag=True, help="Send to the real robots of the configuration.")
@click.option(
    "--robot-faults",
    default="",
    metavar="ROBOT=FAULTS",
    help="How the stand-ins fail, for example wecom=busy*2,slow:1,dingtalk=hang. *2: two posts; "
    f"@30: for 30 s. Faults: {' '.join(WORDS)}.",
)
@lang_option
def serve(port: int, config: str | None, live: bool, robot_faults: str, lang: str) -> None:
    """Run the function here, with stand-in robots for the receivers of the configuration."""
    from workbench.serving import Options, ServeError
    from workbench.serving import serve as run

    faults = _robot_faults(robot_faults)
    if live and faults:
        raise click.UsageError("--robot-faults is for the stand-ins; real robots take none")
    given = configured.setting(config, lang)
    try:
        run(Options(port, live, faults, lang), given, terminal.console())
    except ServeError as error:
        raise Failure(str(error)) from None


@click.command(
    "trigger", cls=Verb, example="python -m relay trigger push.pushed -u :9000 -s dev-secret"
)
@click.argument("event")
@click.option("--url", "-u", required=True, help="The function's address; :9000 is this machine.")
@click.option("--hook", metavar="NAME", help="The source, as in /hook/NAME.")
@click.option("--secret", "-s", help="Default: the source's with --config, or WEBHOOK_SECRET.")
@click.option("--signing-token", help="GitLab's, whsec_…; or GITLAB_SIGNING_TOKEN.")
@click.option("--password", is_flag=True, help="Gitee: send the password, not a signature.")
@click.option("--config", metavar="FILE", help="The configuration with the source's secret.")
@source_option
@change_options
@lang_option
@json_option
def trigger(
    event: str,
    *,
    url: str,
    hook: str | None,
    secret: str | None,
    signing_token: str | None,
    password: bool,
    config: str | None,
    source: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    lang: str,
    form: str,
) -> None:
    """Send an event as its forge would.

    EVENT is a name from `events`, or a file: a sample, or a body as a forge sent it. It goes out
    with the right secret or signature, its times moved so that it happened now.
    """
    configured.begin(lang)
    now_s = time.time()
    sample = samples.fresh(chosen_sample(event, source, settings, headers, lang), now_s)
    given = Credentials(secret or "", signing_token or "", password)
    credentials = _credentials(given, sample.source, hook, config, lang)
    if not credentials.secret and (sample.source == GITEE or not credentials.signing_token):
        raise click.UsageError(_NO_SECRET.of(lang))
    try:
        request = outgoing(sample, credentials, delivery_id=str(uuid.uuid4()), now_s=now_s)
    except ValueError:
        raise click.UsageError(_NO_BASE64.of(lang)) from None
    address = _address(url, hook, lang)
    answer = _post(address, request, lang)
    if form == "json":
        click.echo(pretty_json(_as_json(sample.name, address, request, answer)))
    else:
        _print(sample.name, address, request, answer)
    if not 200 <= answer.status_code < 300:
        raise click.exceptions.Exit(1)


def _credentials(
    given: Credentials, forge: str, hook: str | None, file: str | None, lang: str
) -> Credentials:
    """Return *given*, or what the configuration or the environment have in its place."""
    if given.secret or given.signing_token:
        return given
    found = configured.setting(file, lang)
    if file is None:
        environ = configured.fetched(found)[0].environ
        secret = environ.get("WEBHOOK_SECRET", "").strip()
        token = environ.get("GITLAB_SIGNING_TOKEN", "").strip()
        return given._replace(secret=secret, signing_token=token)
    loaded = configured.read(found, lenient=True)
    sources = configured.usable(loaded, lang).sources
    source = next((one for one in sources if _is_meant(one, forge, hook)), None)
    if source is None or configured.unseen(loaded.problems, f"sources.{source.name}"):
        raise Failure(_NO_SOURCE.filled(file=file, name=hook or forge).of(lang))
    return Credentials(
        source.secrets[0].reveal() if source.secrets else "",
        source.signing_tokens[0].reveal() if source.signing_tokens else "",
        given.password or source.signature == "password",
    )


def _is_meant(source: Source, forge: str, hook: str | None) -> bool:
    return source.type == forge and hook in (None, source.name)


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


def _address(url: str, hook: str | None, lang: str) -> str:
    """Return the whole address; ``:9000`` is this machine. Raises UsageError for no address."""
    address = f"http://127.0.0.1{url}" if url.startswith(":") else url
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise click.UsageError(_NO_ADDRESS.filled(url=url).of(lang))
    return f"{address.rstrip('/')}/hook/{quote(hook)}" if hook else address


def _post(url: str, request: Outgoing, lang: str) -> requests.Response:
    """Send *request*; raises Failure when there is no answer."""
    headers = {name: value.encode() for name, value in request.headers.items()}
    with requests.Session() as session:
        session.trust_env = urlsplit(url).hostname not in _LOOPBACK  # a proxy is for elsewhere
        try:
            return session.post(
                url, data=request.body, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            why = _reason(error)
            raise Failure(_NO_ANSWER.filled(url=url, why=why).of(lang)) from None


def _reason(error: requests.RequestException) -> Phrase:
    for kind, phrase in _REASONS:
        if isinstance(error, kind):
            return phrase
    name = type(error).__name__  # a malformed address, an answer cut off
    return Phrase(name, name)


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
