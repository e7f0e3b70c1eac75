"""What the deployment to Tencent Cloud prints: names of variables, never a value."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from deploy.own_files import needed
from deploy.tencent_bundle import KINDS
from deploy.tencent_cloud import Step
from deploy.tencent_deployment import Outcome
from deploy.tencent_plan import Wanted
from relay.words import Phrase

DONE, PLANNED = "✓", "·"

_OPENING = {"CreateTrigger", "UpdateTrigger"}  # after these somebody has an address to paste
_NEEDING_ROLE = {"RELAY_QUEUE": "scf-async", "RELAY_SECRETS": "ssm:"}

_HEAD = Phrase("{name} · {region} · {file}（{size}）", "{name} · {region} · {file} ({size})")
_STEPS = {
    "DeleteFunction": Phrase("删除没有建成的函数", "delete the function that could not be made"),
    "CreateFunction": Phrase(
        "创建{kind.zh}：{runtime}，{handler}，{memory} MB，超时 {timeout} 秒",
        "create the {kind.en}: {runtime}, {handler}, {memory} MB, time-out {timeout} s",
    ),
    "UpdateFunctionCode": Phrase("更新代码（{size}）", "update the code ({size})"),
    "UpdateFunctionConfiguration": Phrase("更新配置：{what.zh}", "update settings: {what.en}"),
    "CreateTrigger": Phrase(
        "创建函数 URL：公网访问，平台不鉴权", "create the function URL: public, no platform check"
    ),
    "UpdateTrigger": Phrase(
        "打开函数 URL：公网访问，平台不鉴权", "open the function URL: public, no platform check"
    ),
}
_PARTS = {
    "MemorySize": Phrase("内存", "memory"),
    "Timeout": Phrase("超时", "time-out"),
    "Environment": Phrase("变量", "variables"),
    "PublicNetConfig": Phrase("出口 IP", "outbound address"),
    "Role": Phrase("角色", "role"),
}
_NOTHING = Phrase("没有要改的", "nothing to change")
_ADDED = Phrase("新的变量：{names.zh}", "new variables: {names.en}")
_CHANGED = Phrase("改了的变量：{names.zh}", "changed variables: {names.en}")
_KEPT = Phrase("保留的变量（文件里没有）：{names.zh}", "kept variables (in no file): {names.en}")
_NO_VARIABLES = Phrase(
    "还没有变量：把 WEBHOOK_SECRET 和机器人的地址写进 .env（python -m relay init），再运行一次",
    "no variables yet: put WEBHOOK_SECRET and a robot's address into .env (python -m relay init), "
    "then run this again",
)
_UNSET = Phrase(
    "包里的 config.yml 要用 {names.zh}，.env 和云上都没有：写进 .env，再运行一次",
    "the bundle's config.yml needs {names.en}, which neither .env nor the cloud has: put them into "
    ".env, then run this again",
)
_STALE = Phrase(
    "这里的 config.yml 和 {file} 里的不一样：要带上它，先运行 make bundle",
    "config.yml here is not the one in {file}: to take it along, run make bundle first",
)
_NO_ROLE = Phrase(
    "{name} 要函数有角色：在 CAM 里建好，再用 --role 加上",
    "{name} needs a role of the function: make one in CAM and give it with --role",
)
_ADDRESSES = Phrase(
    "固定出口 IP：{addresses.zh}（填到企业微信应用的「企业可信IP」）",
    "fixed outbound address: {addresses.en} (for the WeCom application's 企业可信IP)",
)
_EMPTY_ACCOUNT = Phrase(
    "没有密钥，未查询云端；以下按空账号列出步骤",
    "without a key nothing was looked at: this is what would be done in an empty account",
)
_NEXT = (
    Phrase("下一步：", "Next:"),
    Phrase(
        "  GitLab  Settings → Webhooks  网址 {url}/hook/gitlab",
        "  GitLab  Settings → Webhooks  URL {url}/hook/gitlab",
    ),
    Phrase(
        "  Gitee   管理 → WebHooks      网址 {url}/hook/gitee",
        "  Gitee   管理 → WebHooks      URL {url}/hook/gitee",
    ),
    Phrase(
        "  两边的密钥都填 WEBHOOK_SECRET 的值；看看通不通：",
        "  The secret of both is the value of WEBHOOK_SECRET. To see if it is up:",
    ),
    Phrase("  curl {url}/", "  curl {url}/"),
)


class View(NamedTuple):
    """How to tell it: *dry*, nothing was done; *looked*, somebody asked the cloud.

    *stale*: this folder's configuration is another than the bundle's.
    """

    dry: bool
    looked: bool
    lang: str
    stale: bool = False


def head(wanted: Wanted, lang: str) -> str:
    file, size = wanted.bundle.name, wanted.bundle.size
    name, region = wanted.settings.name, wanted.settings.region
    return _HEAD.filled(name=name, region=region, file=file, size=size).of(lang)


def line(step: Step, wanted: Wanted, view: View) -> str:
    """Return a line about *step*, done or only planned."""
    return f"{PLANNED if view.dry else DONE} {_words(step, wanted).of(view.lang)}"


def rest(wanted: Wanted, outcome: Outcome, view: View) -> Iterator[str]:
    """Yield what is to be told after the steps."""
    lang = view.lang
    if not outcome.steps:
        yield _NOTHING.of(lang)
    yield from (one.of(lang) for one in _remarks(wanted, outcome, view))
    if not view.looked:
        yield _EMPTY_ACCOUNT.of(lang)
    if outcome.url:
        yield from ("", outcome.url)
    if outcome.url and not view.dry and _OPENING & {step.action for step in outcome.steps}:
        yield ""
        yield from (one.filled(url=outcome.url.rstrip("/")).of(lang) for one in _NEXT)


def as_json(wanted: Wanted, outcome: Outcome, view: View) -> Any:
    variables = outcome.variables
    return {
        "function": wanted.settings.name,
        "region": wanted.settings.region,
        "url": outcome.url,
        "dry_run": view.dry,
        "looked": view.looked,
        "steps": [
            {"action": step.action, "does": _words(step, wanted).of(view.lang)}
            for step in outcome.steps
        ],
        "variables": {
            "added": variables.added, "changed": variables.changed, "kept": variables.kept,
        },
        "addresses": outcome.addresses,
        "remarks": [one.of(view.lang) for one in _remarks(wanted, outcome, view)],
    }  # fmt: skip


def _words(step: Step, wanted: Wanted) -> Phrase:
    named = [_PARTS[name] for name in step.parameters if name in _PARTS]
    what = Phrase("、".join(one.zh for one in named), ", ".join(one.en for one in named))
    return _STEPS[step.action].filled(
        kind=KINDS[wanted.kind],
        runtime=wanted.settings.runtime,
        handler=wanted.handler,
        memory=wanted.settings.memory_mb,
        timeout=wanted.settings.timeout_s,
        size=wanted.bundle.size,
        what=what,
    )


def _remarks(wanted: Wanted, outcome: Outcome, view: View) -> Iterator[Phrase]:
    variables = outcome.variables
    if view.stale:
        yield _STALE.filled(file=wanted.bundle.name)
    for phrase, names in (
        (_ADDED, variables.added),
        (_CHANGED, variables.changed),
        (_KEPT, variables.kept),
    ):
        if names:
            yield phrase.filled(names=_listed(names))
    yield from _missing(wanted.bundle.config.decode(), variables.values)
    for name, start in _NEEDING_ROLE.items():
        if variables.values.get(name, "").startswith(start) and not outcome.has_role:
            yield _NO_ROLE.filled(name=name)
    if outcome.addresses:
        yield _ADDRESSES.filled(addresses=_listed(outcome.addresses))


def _missing(config: str, values: Mapping[str, str]) -> Iterator[Phrase]:
    """Yield what to say of variables that the bundle's *config* needs and nobody has."""
    unset = [name for name in needed(config) if name not in values]
    if unset and "RELAY_SECRETS" not in values:
        yield _UNSET.filled(names=_listed(unset))
    elif set(values) <= {"LOG_LEVEL"}:
        yield _NO_VARIABLES


def _listed(names: Sequence[str]) -> Phrase:
    return Phrase("、".join(names), ", ".join(names))
