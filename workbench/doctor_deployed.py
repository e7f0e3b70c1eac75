"""What `doctor --url` finds: is the deployed function ours, new enough, and configured alike?"""

from collections.abc import Iterator, Mapping
from typing import Any

from relay.config import Source
from relay.text import clean, cut_cells
from relay.words import Phrase
from workbench.asking_url import Answer, Silence, host_of, is_open_line
from workbench.doctor_function import REFUSED, SERVICE
from workbench.doctor_machine import numbers
from workbench.doctor_scene import ERROR, OK, SKIPPED, WARNING, Finding, Proven, Scene

_SHOWN_CELLS = 200
_CHECK = "deployed"

_UNASKED = Phrase("没有检查云上的函数", "the deployed function was not asked")
_ADD_URL = Phrase("加上 --url 和它的地址", "add --url and its address")
_UNREACHED = Phrase("函数没有回答：{why.zh}", "the function does not answer: {why.en}")
_STRANGER = Phrase(
    "{host} 回答了 HTTP {status}，不是这个程序",
    "{host} answered HTTP {status}; it is not the relay",
)
_STRANGERS: dict[int, Phrase] = {
    403: Phrase(
        "函数 URL 不放行：鉴权要设为无，AWS 上两条权限都要有（重新部署就会有）",
        "the function URL lets nobody in: it must ask for no authorisation and, on AWS, have both "
        "permissions (deploying again sets them)",
    ),
    404: Phrase("核对地址：要函数自己的网址", "check the address: the function's own is wanted"),
}
_CRASHED = Phrase(
    "看函数的日志：它没能启动，或超时、内存不够",
    "look at the function's log: it did not start, took too long or had too little memory",
)
_LOOK_AT_URL = Phrase(
    "核对地址；中间有网关，就看它转到了哪里",
    "check the address; with a gateway before the function, look where it leads",
)
_RUNS = Phrase("{host} 在运行，版本 {there}", "{host} runs version {there}")
_OLDER = Phrase(
    "{host} 是旧版本 {there}，这里是 {here}", "{host} runs {there}, older than {here} here"
)
_NEWER = Phrase(
    "{host} 是新版本 {there}，这里是 {here}", "{host} runs {there}, newer than {here} here"
)
_DEPLOY = Phrase("重新部署：先 make bundle", "deploy again, beginning with make bundle")
_UPDATE = Phrase("更新这里：git pull，make setup", "update this copy: git pull, make setup")
_UNUSABLE = Phrase("云上的配置不能用：{code}", "its configuration cannot be used: {code}")
_MEND = Phrase(
    "{fix}（在函数的环境变量或配置里改，再部署）",
    "{fix} (in the function's variables or configuration; then deploy)",
)
_SAME = Phrase("云上的配置和这里一样（摘要 {here}）", "its configuration is the one here ({here})")
_OTHER = Phrase(
    "云上的配置（摘要 {there}）和这里的（{here}）不同",
    "its configuration ({there}) is not the one here ({here})",
)
_COMPARE = Phrase(
    "重新部署，并比较两边的变量；RELAY_ALLOW_HOSTS 也算在内",
    "deploy again, and compare the variables of both; RELAY_ALLOW_HOSTS counts, too",
)
_NOT_COMPARED = Phrase("没有比较配置：{why.zh}", "configurations not compared: {why.en}")
_NO_LOCAL = Phrase("这里没有能用的配置", "there is no usable one here")
_NOT_TOLD = Phrase("那个版本不告诉摘要", "that version does not tell")
_RIGHT = Phrase("来源 {name}：{what.zh}一致", "source {name}: the {what.en} is the same")
_WRONG = Phrase(
    "来源 {name}：{what.zh}不一致（401）",
    "source {name}: the {what.en} is not the same (HTTP 401)",
)
_TAKES_ALL = Phrase(
    "来源 {name}：密钥不对的请求它也收（HTTP {status}），谁都能发",
    "source {name}: it takes requests without the secret (HTTP {status})",
)
_CLOSE = Phrase(
    "在函数里设置 WEBHOOK_SECRET（或来源的 secret），去掉 ALLOW_UNSIGNED，重新部署",
    "set WEBHOOK_SECRET there (or the source's secret), remove ALLOW_UNSIGNED, and deploy",
)
_OPEN_LINE = Phrase(
    "{host} 的地址是 http://：路上的人能看到密钥",
    "the address of {host} is http://: anybody on the way can read the secret",
)
_USE_TLS = Phrase("用 https:// 的地址，GitLab / Gitee 里也是", "use https://, in the forge, too")
_SECRET = Phrase("密钥", "secret")
_TOKEN = Phrase("签名令牌", "signing token")  # where there is one, GitLab's secret does not count
_SET_SECRET = Phrase(
    "把函数里的密钥改成这里的（或反过来），重新部署；GitLab / Gitee 里也填同一个",
    "give the function the secret that is here (or the other way round) and deploy; the forge "
    "needs the same",
)
_NO_SOURCE = Phrase(
    "来源 {name}：云上的配置里没有", "source {name}: the deployed configuration has none"
)
_ODD = Phrase("来源 {name}：回答了 HTTP {status} {code}", "source {name}: HTTP {status} {code}")
_LOG = Phrase("看函数的日志", "look at the function's log")
_NOT_TRIED = Phrase("来源 {name}：没有检查，{why.zh}", "source {name}: not tried, {why.en}")
_UNSEEN = Phrase("它的密钥这里取不到", "its secret cannot be had here")
_OPEN = Phrase("它没有密钥", "it has no secret")
_UNUSABLE_TOKEN = Phrase("它的签名令牌不是 base64", "its signing token is not base64")
_KEPT = Phrase("密钥不在 http:// 上发", "for no secret is sent over http://")
_SILENT = Phrase("来源 {name}：{why.zh}", "source {name}: {why.en}")


def deployed(scene: Scene) -> Iterator[Finding]:
    """Compare what runs at the address with what is here."""
    if scene.function is None:
        yield Finding(_CHECK, SKIPPED, _UNASKED, _ADD_URL)
        return
    host, health = host_of(scene.function.address), scene.function.health
    if is_open_line(scene.function.address):
        yield Finding(_CHECK, ERROR, _OPEN_LINE.filled(host=host), _USE_TLS)
    if isinstance(health, Silence):
        why = _UNREACHED.filled(why=health.why(host))
        yield Finding(_CHECK, ERROR, why, health.remedy)
        return
    report = health.report
    if report.get("service") != SERVICE:
        remedy = _CRASHED if health.status >= 500 else _STRANGERS.get(health.status, _LOOK_AT_URL)
        told = _STRANGER.filled(host=host, status=health.status)
        yield Finding(_CHECK, ERROR, told, remedy)
        return
    yield _version(scene, host, _shown(report.get("version")))
    yield _configuration(scene, health, report)
    yield from (_source(scene, one) for one in scene.function.proven)


def _version(scene: Scene, host: str, there: str) -> Finding:
    told = {"host": host, "there": there or "?", "here": scene.version}
    if there == scene.version:
        return Finding("version", OK, _RUNS.filled(**told))
    is_older = numbers(there) <= numbers(scene.version)
    phrase, remedy = (_OLDER, _DEPLOY) if is_older else (_NEWER, _UPDATE)
    return Finding("version", WARNING, phrase.filled(**told), remedy)


def _configuration(scene: Scene, health: Answer, report: Mapping[str, Any]) -> Finding:
    there, here = _shown(report.get("config")), scene.strict.config
    if health.status != 200:
        code, fix = _shown(report.get("code")), _shown(report.get("fix"))
        return Finding(_CHECK, ERROR, _UNUSABLE.filled(code=code), _MEND.filled(fix=fix))
    if not here or not there:
        why = _NOT_TOLD if here else _NO_LOCAL
        return Finding(_CHECK, SKIPPED, _NOT_COMPARED.filled(why=why))
    told = {"here": here.digest, "there": there}
    if here.digest == there:
        return Finding(_CHECK, OK, _SAME.filled(**told))
    return Finding(_CHECK, WARNING, _OTHER.filled(**told), _COMPARE)


def _source(scene: Scene, one: Proven) -> Finding:
    name, answer = one.source.name, one.answer
    if answer is None:
        return Finding("source", SKIPPED, _NOT_TRIED.filled(name=name, why=_why_not(scene, one)))
    if isinstance(answer, Silence):
        why = answer.why(host_of(_address(scene)))
        return Finding("source", ERROR, _SILENT.filled(name=name, why=why), answer.remedy)
    return _judged(one.source, answer, is_wrong=one.is_wrong)


def _judged(source: Source, answer: Answer, *, is_wrong: bool) -> Finding:
    """Return what *answer* to an event means, whose proof was wrong on purpose or right."""
    name, what = source.name, _TOKEN if source.signing_tokens else _SECRET
    if is_wrong and answer.status < 300:
        told = _TAKES_ALL.filled(name=name, status=answer.status)
        return Finding("source", ERROR, told, _CLOSE)
    if answer.status == 200:
        return Finding("source", OK, _RIGHT.filled(name=name, what=what))
    if answer.status == REFUSED:
        return Finding("source", ERROR, _WRONG.filled(name=name, what=what), _SET_SECRET)
    report = answer.report
    if report.get("reason") == "not_found":
        return Finding("source", ERROR, _NO_SOURCE.filled(name=name), _DEPLOY)
    odd = _ODD.filled(name=name, status=answer.status, code=_shown(report.get("code")))
    remedy = _LOOK_AT_URL if answer.status < 400 else _LOG  # a redirection
    return Finding("source", ERROR if is_wrong else WARNING, odd, remedy)


def _why_not(scene: Scene, one: Proven) -> Phrase:
    """Return why a source was not tried."""
    if scene.unseen(f"sources.{one.source.name}"):
        return _UNSEEN
    if not (one.source.secrets or one.source.signing_tokens):
        return _OPEN
    return _KEPT if is_open_line(_address(scene)) else _UNUSABLE_TOKEN


def _address(scene: Scene) -> str:
    return scene.function.address if scene.function else ""


def _shown(value: object) -> str:
    """Return a text of the answer on one line: whoever answers may write anything."""
    return cut_cells(clean(value), _SHOWN_CELLS) if isinstance(value, str) else ""
