"""What `doctor` finds about the receivers: are they reachable, and are address and secret right?

No message reaches anybody: what is posted is empty, and an application's goes to nobody besides.
Both vendors refuse that (`reference/wecom.md` A.5, `reference/dingtalk.md` section 5). That they
look at key and signature *before* the content is what the stand-ins do and was not verified with
a real robot; nor whether a refused post counts towards the 20 a minute.
"""

import shlex
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

import formatters
from formatters import Formatter
from formatters.dingtalk_verdicts import WORDINGS
from relay.config import DINGTALK_ROBOT, WECOM_APP, WECOM_ROBOT, Receiver
from relay.dispatch import without_secrets
from relay.errors import BadAnswer, Busy, DeliveryError, Misconfigured, Throttled, TokenRefused
from relay.parallel import Missing, at_once
from relay.words import Phrase
from workbench.asking_url import TIME, Answer, Silence, ask, call_of, host_of
from workbench.configured import base
from workbench.decision_tree import PLATFORMS
from workbench.doctor_scene import ERROR, LIMIT_S, OK, SKIPPED, WARNING, Finding, Heard, Scene
from workbench.interpreter import python
from workbench.weak_values import DOUBTFUL_KEY, is_doubtful_key

# Refused for its content: nothing else was wrong. WeCom's 41xxx is one code per parameter;
# DingTalk's 400402 is in no table, but in third-party logs as a parameter that is missing.
_CONTENT: dict[str, tuple[int, ...]] = {
    WECOM_ROBOT: (40035, 40058, 40063, 44004, *range(41000, 42000)),
    DINGTALK_ROBOT: (40035, 400401, 400402),
    WECOM_APP: (
        40003, 40031, 40035, 40058, 40063, 44004, 46004, 60111, 81013, 82001,
        *range(41000, 42000),
    ),
}  # fmt: skip
_OF_ADDRESS = ("E513", "E523")  # it is this machine's address that is not allowed
_KEYWORD = "E521"

_NONE = Phrase(
    "接收者没有检查：配置不能用", "receivers not asked: the configuration cannot be used"
)
_UNASKED = Phrase(
    "{name.zh}：没有检查，它的密钥这里取不到",
    "{name.en}: not asked, for its secret cannot be had here",
)
_GOOD = Phrase(
    "{name.zh}：{ms} 毫秒内回答；空消息按预期被拒（{code}），什么也没发出",
    "{name.en}: answers in {ms} ms, and refuses an empty message as it should ({code})",
)
_KEYWORD_GOOD = Phrase(
    "{name.zh}：{ms} 毫秒内回答；它要求关键词，配置里的词对不对没有检查",
    "{name.en}: answers in {ms} ms; it wants a keyword, and yours was not tried",
)
_KEYWORD_UNSEEN = Phrase(
    "{name.zh}：{ms} 毫秒内回答；这里没有它的 secret，也没有 keywords，而它要不要关键词，"
    "用空消息看不出来",
    "{name.en}: answers in {ms} ms, but has neither secret nor keywords here; an empty message "
    "does not tell whether it wants a keyword",
)
_TAKEN = Phrase("{name.zh}：收下了空消息", "{name.en}: took an empty message")
_LOOK = Phrase("看一眼群里，再发一条测试消息：{send}", "look into the group, then try {send}")
_SILENT = Phrase("{name.zh}：{why.zh}", "{name.en}: {why.en}")
_SAYS = Phrase("{name.zh}：{code} {words.zh}", "{name.en}: {code} {words.en}")
_HERE = Phrase(
    "被拒的是这台机器的地址，函数的可能不同。{hint.zh}",
    "It is this machine's address; the function's may be another. {hint.en}",
)
_ALSO = Phrase("{remedy.zh}；{doubt.zh}", "{remedy.en}; {doubt.en}")
_OTHER = Phrase("用一条测试消息确认：{send}。{hint.zh}", "Make sure with {send}. {hint.en}")


def heard(
    scene: Scene, session: requests.Session, clock: Callable[[], float], limit_s: float = LIMIT_S
) -> tuple[Heard, ...]:
    """Ask every receiver, all at the same time, each address once; never raises."""
    config = scene.config
    receivers = (
        [one for one in config.receivers if not scene.unseen(f"receivers.{base(one.name)}")]
        if config
        else []
    )
    once = {_address(one): one for one in receivers}
    asked = list(once.values())

    def work(receiver: Receiver) -> Heard:
        return _asked(receiver, session, clock, limit_s)

    found = at_once(asked, work, time.monotonic() + limit_s, key=lambda one: one.name)
    told = {
        _address(receiver): Heard(receiver, Silence(TIME)) if isinstance(one, Missing) else one
        for receiver, one in zip(asked, found, strict=True)
    }
    return tuple(told[_address(one)]._replace(receiver=one) for one in receivers)


def robots(scene: Scene) -> Iterator[Finding]:
    yield from map(_finding, scene.robots)
    receivers = scene.config.receivers if scene.config else ()
    for one in receivers:
        if scene.unseen(f"receivers.{base(one.name)}"):
            yield Finding("robots", SKIPPED, _UNASKED.filled(name=_name(one)))
    if not receivers:
        yield Finding("robots", SKIPPED, _NONE)


def _asked(
    receiver: Receiver, session: requests.Session, clock: Callable[[], float], limit_s: float
) -> Heard:
    """Ask for a token if it takes one, then post nothing; what it says to the latter counts."""
    formatter = formatters.formatter(receiver)
    token, tokens = "", tuple[str, ...]()
    if request := formatter.token_request(receiver):
        answer = ask(session, call_of(request), limit_s=limit_s, clock=clock)
        if isinstance(answer, Silence):
            return Heard(receiver, answer)
        try:
            token, _ = formatter.read_token(answer.report)
        except DeliveryError as refusal:
            return Heard(receiver, answer, refusal)
        tokens = (token,)
    post = formatter.prepare(_empty(receiver), receiver, int(clock() * 1000), token)
    answer = ask(session, call_of(post), limit_s=limit_s, clock=clock)
    if isinstance(answer, Silence):
        return Heard(receiver, answer)
    return Heard(receiver, answer, _said(formatter, answer), tokens)


def _said(formatter: Formatter, answer: Answer) -> DeliveryError | None:
    try:
        formatter.check(answer.report)
    except DeliveryError as refusal:
        return refusal
    return None


def _empty(receiver: Receiver) -> dict[str, Any]:
    """Return a message without content; an application's is for nobody, too.

    DingTalk's lacks the whole part that it names, as in the refusal that was seen in logs.
    """
    if receiver.type == DINGTALK_ROBOT:
        return {"msgtype": "markdown"}
    body: dict[str, Any] = {"msgtype": "text", "text": {"content": ""}}
    if receiver.type == WECOM_APP:
        agent_id = int(receiver.agent_id) if receiver.agent_id.isdigit() else 0
        body |= {"touser": "", "agentid": agent_id}
    return body


def _finding(one: Heard) -> Finding:
    """Turn what a robot said into a finding; no secret of the receiver is in it."""
    name, answer, said = _name(one.receiver), one.answer, one.said
    if isinstance(answer, Silence):
        why = answer.why(host_of(one.receiver.url.reveal()))
        return Finding("robots", ERROR, _SILENT.filled(name=name, why=why), answer.remedy)
    if said is None:
        look = _LOOK.filled(send=_send(one.receiver))
        return Finding("robots", WARNING, _TAKEN.filled(name=name), look)
    if _is_content(one.receiver, said):
        return _answers(one.receiver, answer.ms, said.vendor_code)
    if said.code == _KEYWORD and one.receiver.keywords:
        return Finding("robots", OK, _KEYWORD_GOOD.filled(name=name, ms=answer.ms))
    status, remedy = _judged(one.receiver, said)
    if status == ERROR and _has_doubtful_key(one.receiver):
        remedy = _ALSO.filled(remedy=remedy, doubt=DOUBTFUL_KEY)
    words = _cleaned(said.message, one)
    told = _SAYS.filled(name=name, code=said.code, words=words)
    return Finding("robots", status, told, remedy)


def _answers(receiver: Receiver, ms: int, code: str) -> Finding:
    """Return what is told of a robot that minds nothing but the missing content.

    One of DingTalk's without signing wants a keyword or certain addresses; that it looks for the
    keyword before it misses the content was never seen, so its silence about it says nothing.
    """
    name = _name(receiver)
    if receiver.type != DINGTALK_ROBOT or receiver.secret or receiver.keywords:
        return Finding("robots", OK, _GOOD.filled(name=name, ms=ms, code=code))
    hint = next(one.hint for one, _ in WORDINGS if one.code == _KEYWORD)
    remedy = _OTHER.filled(send=_send(receiver), hint=hint)
    return Finding("robots", WARNING, _KEYWORD_UNSEEN.filled(name=name, ms=ms), remedy)


def _judged(receiver: Receiver, said: DeliveryError) -> tuple[str, Phrase]:
    """Return how bad a refusal is, and the remedy."""
    if said.code in _OF_ADDRESS:
        return WARNING, _HERE.filled(hint=said.hint)
    if isinstance(said, Misconfigured | TokenRefused | BadAnswer):
        return ERROR, said.hint
    if isinstance(said, Throttled | Busy):
        return WARNING, said.hint
    return WARNING, _OTHER.filled(send=_send(receiver), hint=said.hint)


def _has_doubtful_key(receiver: Receiver) -> bool:
    return receiver.type == WECOM_ROBOT and is_doubtful_key(receiver.url.reveal())


def _is_content(receiver: Receiver, said: DeliveryError) -> bool:
    """Tell whether nothing but the missing content was refused."""
    is_other = isinstance(said, Misconfigured | TokenRefused | Throttled | Busy)
    return not is_other and said.vendor_code in map(str, _CONTENT[receiver.type])


def _cleaned(phrase: Phrase, one: Heard) -> Phrase:
    zh, en, _ = (without_secrets(text, one.receiver, one.tokens) for text in phrase)
    return Phrase(zh, en)


def _name(receiver: Receiver) -> Phrase:
    platform = PLATFORMS[receiver.type]
    return Phrase(f"{receiver.name} · {platform.zh}", f"{receiver.name} · {platform.en}")


def _send(receiver: Receiver) -> str:
    return f"{python()} -m relay send {shlex.quote(base(receiver.name))}"


def _address(receiver: Receiver) -> tuple[object, ...]:
    """Return what is the same for receivers that are one robot."""
    return (receiver.type, receiver.url, receiver.secret, receiver.corp_id, receiver.agent_id)
