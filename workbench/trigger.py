"""The verb ``trigger``: an event as its forge would send it, to a function anywhere."""

import shlex
import time
from typing import Any
from urllib.parse import quote

import click
import requests
from rich.text import Text

from relay.words import Phrase
from workbench import configured, exchange, proofs, samples, terminal
from workbench.asking_url import session_for, shown, whole_address
from workbench.cli import (
    EVENT,
    Failure,
    change_options,
    chosen_sample,
    json_option,
    lang_option,
    source_option,
)
from workbench.exchange import Exchange
from workbench.interpreter import python
from workbench.samples import Sample
from workbench.triggering import Credentials, Outgoing
from workbench.usage_errors import Misuse
from workbench.verb import Verb, option

_TIMEOUT_S = 30
_MORE = Phrase(
    f"{EVENT.zh}带上正确的密钥或签名，时间改成现在。没有发出消息时说明原因。",
    f"{EVENT.en} It goes out with the right secret or signature, its times moved so that it "
    "happened now. Where nothing was sent, the reason stands at the end.",
)
_URL = Phrase("函数的地址；:9000 是本机", "The function's address; :9000 is this machine")
_HOOK = Phrase("来源的名字，同 /hook/NAME", "The source, as in /hook/NAME")
_SECRET = Phrase(
    "默认：--config 里来源的密钥，或 WEBHOOK_SECRET",
    "Default: the source's with --config, or WEBHOOK_SECRET",
)
_TOKEN = Phrase(
    "GitLab 的签名令牌 whsec_…；或 GITLAB_SIGNING_TOKEN",
    "GitLab's, whsec_…; or GITLAB_SIGNING_TOKEN",
)
_PASSWORD = Phrase("Gitee：发密码，不签名", "Gitee: send the password, not a signature")
_NOTHING = Phrase(
    "不带密钥和签名：看函数怎样拒绝", "With no secret and no signature: see the refusal"
)
_CONFIG = Phrase("哪份配置里有来源的密钥", "The configuration with the source's secret")

_NO_ADDRESS = Phrase(
    "“{url}” 不是地址；写 https://…，本机写 :9000",
    '"{url}" is no address; write https://… or :9000 for this machine',
)
_NO_ANSWER = Phrase("{url} 没有回答：{why.zh}", "no answer from {url}: {why.en}")
_NOT_SENT = Phrase("没有发出消息：{why}", "nothing was sent: {why}")
_MORE_OF_IT = Phrase("详情：{command}", "details: {command}")
_NO_REASON = Phrase("没有说明原因", "no reason was given")
_REASONS: tuple[tuple[type[Exception], Phrase], ...] = (
    (requests.exceptions.SSLError, Phrase("证书不受信任", "its certificate is not trusted")),
    (requests.ConnectionError, Phrase("连不上；它在运行吗？", "no connection; is it running?")),
    (requests.Timeout, Phrase(f"超过 {_TIMEOUT_S} 秒", f"it took longer than {_TIMEOUT_S} s")),
)


@click.command(
    "trigger",
    cls=Verb,
    example="python -m relay trigger push.pushed -u :9000 -s dev-secret",
    about=Phrase("像代码平台那样发送一个事件。", "Send an event as its forge would."),
    more=_MORE,
)
@click.argument("event")
@option("--url", "-u", required=True, metavar="URL", about=_URL)
@option("--hook", metavar="NAME", about=_HOOK)
@option("--secret", "-s", metavar="SECRET", about=_SECRET)
@option("--signing-token", metavar="TOKEN", about=_TOKEN)
@option("--password", is_flag=True, about=_PASSWORD)
@option("--unsigned", is_flag=True, about=_NOTHING)
@option("--config", metavar="FILE", about=_CONFIG)
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
    unsigned: bool,
    config: str | None,
    source: str | None,
    settings: tuple[str, ...],
    headers: tuple[str, ...],
    lang: str,
    form: str,
) -> None:
    """Send one event, with a proof or without; ends with exit code 1 unless it was accepted."""
    configured.begin(lang)
    now_s = time.time()
    sample = samples.fresh(chosen_sample(event, source, settings, headers, lang), now_s)
    given = Credentials(secret or "", signing_token or "", password)
    if unsigned:
        credentials = proofs.unsigned(given)
    else:
        credentials = proofs.chosen(given, sample.source, hook, config, lang)
    request = proofs.request_of(sample, credentials, now_s)
    address = _address(url, hook)
    answer = _post(address, request, lang)
    found = _exchange(sample, address, request, credentials, answer)
    if form == "json":
        configured.echo_json(exchange.as_json(found))
    else:
        exchange.show(found, terminal.console(), lang)
        if why := _silence(found, lang):
            _tell(why, _explain(event, hook or source, config, lang), lang)
    if not 200 <= answer.status_code < 300:
        raise click.exceptions.Exit(1)


def _address(url: str, hook: str | None) -> str:
    """Return the whole address; ``:9000`` is this machine. Raises UsageError for no address."""
    address = whole_address(url)
    if not address:
        raise Misuse(_NO_ADDRESS.filled(url=shown(url)))
    return f"{address.rstrip('/')}/hook/{quote(hook)}" if hook else address


def _post(url: str, request: Outgoing, lang: str) -> requests.Response:
    """Send *request*; raises Failure when there is no answer."""
    headers = {name: value.encode() for name, value in request.headers.items()}
    with session_for(url) as session:
        try:
            return session.post(
                url, data=request.body, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            why = _reason(error)
            raise Failure(_NO_ANSWER.filled(url=shown(url), why=why).of(lang)) from None


def _reason(error: requests.RequestException) -> Phrase:
    for kind, phrase in _REASONS:
        if isinstance(error, kind):
            return phrase
    name = type(error).__name__  # a malformed address, an answer cut off
    return Phrase(name, name)


def _exchange(
    sample: Sample,
    url: str,
    request: Outgoing,
    credentials: Credentials,
    answer: requests.Response,
) -> Exchange:
    ms = int(answer.elapsed.total_seconds() * 1000)
    proven = exchange.proofs(sample.source, credentials)
    body = _body(answer)
    return Exchange(
        sample.name, shown(url), request, proven, answer.status_code, body, ms, str(answer.reason)
    )


def _body(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text


def _silence(found: Exchange, lang: str) -> str:
    """Return the first reason of an event that was accepted without a message, else ``""``."""
    body = found.body
    if not (isinstance(body, dict) and body.get("ok") and body.get("sent") == []):
        return ""
    if body.get("queued"):
        return ""
    skipped = [one for one in body.get("skipped") or () if isinstance(one, dict)]
    reasons = [f"{one.get('reason', '')} {one.get('detail', '')}".strip() for one in skipped]
    return next(filter(None, reasons), _NO_REASON.of(lang))


def _explain(event: str, source: str | None, file: str | None, lang: str) -> str:
    """Return the command that shows the whole decision, if there is a configuration here."""
    if configured.read_to_look(configured.setting(file, lang)).config is None:
        return ""
    words = [python(), "-m", "relay", "explain", shlex.quote(event)]
    for name, value in (("--source", source), ("--config", file)):
        words += [name, shlex.quote(value)] if value else []
    return " ".join(words)


def _tell(why: str, command: str, lang: str) -> None:
    """Print *why* nothing was sent, and the *command*, if any, on a line that can be copied."""
    console = terminal.console()
    terminal.show_wrapped(terminal.single_line(_NOT_SENT.filled(why=why).of(lang)), console)
    if command:
        told = _MORE_OF_IT.filled(command=command).of(lang)
        console.print(Text(terminal.single_line(told)), soft_wrap=True)
