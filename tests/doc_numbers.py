"""Sentences of the pages with numbers of our own, made from the code's constants.

`SAID` has them by page. One that is not on its page any more was reworded, or has a number that is
not the code's.
"""

import re
from collections.abc import Mapping

import yaml
from doc_blocks import text
from doc_code import serverless

from adapters.gitee.verification import WINDOW_S
from adapters.gitlab.authenticity import TOLERANCE_S
from deploy.web import Limits
from formatters.dingtalk import MAX_BODY_BYTES as DINGTALK_BYTES
from formatters.wecom import MAX_MARKDOWN_BYTES
from relay import claims, consumer, dispatch, fallback, pacing
from relay.answers import MAX_ANSWER_BYTES
from relay.clouds import MAX_BODY_BYTES
from relay.config import Policy
from relay.configuration.secrets import KEPT_S as SECRETS_KEPT_S

_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ZH = "零一二三四五六七八九十"


def _en(number: float) -> str:
    return _EN[int(number)]


def _zh(number: float) -> str:
    return _ZH[int(number)]


_STACK = yaml.safe_load(re.sub(r"!(\w+)", "", serverless()))
_MADE = _STACK["resources"]["Resources"]
_PROVIDER = _STACK["provider"]
_QUEUE = _MADE["Deliveries"]["Properties"]
_RECEIVES = _QUEUE["RedrivePolicy"]["maxReceiveCount"]
_KEPT_DAYS = _MADE["DeadLetters"]["Properties"]["MessageRetentionPeriod"] // 86400
_TIMES = _QUEUE["VisibilityTimeout"] // _PROVIDER["timeout"]
_LIMITS, _POLICY = Limits(), Policy()
_MIB = MAX_BODY_BYTES // 1024**2
_A_MINUTE = pacing.MOST_A_MINUTE
_LONGEST_MIN = f"{consumer._LONGEST_PAUSE_S / 60:g}"
_PAUSE_S = f"{consumer.FIRST_PAUSE_S / 2:g}", f"{consumer.FIRST_PAUSE_S:g}"
_SAME_S = claims.SAME_BODY_S
_ONE = {3600: "an hour", 86400: "a day"}
_ONE_ZH = {3600: "一小时", 86400: "一天"}
_THOUSANDS = f"{DINGTALK_BYTES:_}".replace("_", " ")
_TWICE = (
    f"up to `retries` times ({_POLICY.retries}), after pauses of at most "
    f"{dispatch.FIRST_PAUSE_S:g} s, {dispatch.FIRST_PAUSE_S * 2:g} s …"
)

SAID: Mapping[str, tuple[str, ...]] = {
    "docs/self-hosting.md": (
        f"| body | {_MIB} MiB; above it 413,",
        f"| at once | {_LIMITS.threads} requests;",
        f"| connections | {_LIMITS.connections}, silent ones included |",
        f"| a request must have arrived whole | {_LIMITS.request_s} s after its first byte,",
        f"| a connection without a request | {_LIMITS.request_s} s |",
        f"| goes out by itself within {_LIMITS.waiting_s:g} s after the robot takes",
        f"| the end | {_LIMITS.end_s:g} s for what is under way;",
        f"the body is above {_MIB} MiB:",
        f"client_max_body_size {_MIB}m;",
    ),
    "docs/self-hosting.zh-CN.md": (
        f"| 请求体 | {_MIB} MiB，超过返回 413",
        f"| 同时处理 | {_LIMITS.threads} 个请求，",
        f"| 连接数 | {_LIMITS.connections}，包括不发数据的 |",
        f"| 一个请求必须收完 | 从第一个字节起 {_LIMITS.request_s} 秒内，",
        f"| 没有请求的连接 | 保留 {_LIMITS.request_s} 秒 |",
        f"机器人又能收的时候，{_LIMITS.waiting_s:g} 秒内自己发出去",
        f"| 停止时 | 最多等 {_LIMITS.end_s:g} 秒；",
        f"请求体超过 {_MIB} MiB：",
        f"client_max_body_size {_MIB}m;",
    ),
    "docs/delivery.md": (
        f"| what is over {_A_MINUTE} a minute |",
        f"| up to {_POLICY.retries} repeats at once, then the log |",
        f"## {_A_MINUTE} a minute",
        f"So the relay sends {_A_MINUTE}.",
        f"shows the limit of {_A_MINUTE} a minute:",
        f"within {_en(_SAME_S)} seconds is a repeat, R28",
        f"hook and a group's within {_en(_SAME_S)} seconds is one event",
        f"is known for {_ONE[claims.KEPT_S]}:",
        f"| {_TWICE} |",
        f"| after {_PAUSE_S[0]} to {_PAUSE_S[1]} s, then twice as long each time, at most "
        f"{_LONGEST_MIN} min |",
        f"waited for more than {_en(consumer.STALE_S / 3600)} hours is a dead letter",
        f"at most once in {_en(fallback.QUIET_S / 60)} minutes for each",
        f"is kept for {_KEPT_DAYS} days,",
        f"at least {_en(_TIMES)} times the function's time-out",
        f"your own looks every {_en(_LIMITS.waiting_s)} seconds",
        f"a message up after {_en(_RECEIVES)} receives",
    ),
    "docs/delivery.zh-CN.md": (
        f"| 每分钟超过 {_A_MINUTE} 条的 |",
        f"| 最多马上重试 {_POLICY.retries} 次，",
        f"再由队列重试，总共{_zh(_RECEIVES)}次",
        f"每分钟 {_A_MINUTE} 条的限制",
        f"{_zh(_SAME_S)}秒内内容完全相同算重复",
        f"最多 `retries` 次（默认 {_POLICY.retries}），间隔依次不超过 "
        f"{dispatch.FIRST_PAUSE_S:g} 秒、{dispatch.FIRST_PAUSE_S * 2:g} 秒",
        f"| {_PAUSE_S[0]} 到 {_PAUSE_S[1]} 秒之后，每次加倍，最多隔 {_LONGEST_MIN} 分钟 |",
        f"等了{_zh(consumer.STALE_S / 3600)}小时以上的也进死信",
        f"每个接收者{_zh(fallback.QUIET_S / 60)}分钟内最多通知一次",
        f"## 每分钟 {_A_MINUTE} 条",
        f"所以中继只发 {_A_MINUTE} 条",
        f"发过的投递记{_ONE_ZH[claims.KEPT_S]}",
        f"的内容在{_zh(_SAME_S)}秒内从项目和群组",
        f"发不出去的保留 {_KEPT_DAYS} 天",
        f"（这里 10 秒）的{_zh(_TIMES)}倍",
        f"每{_zh(_LIMITS.waiting_s)}秒看一次",
        f"被取出{_zh(_RECEIVES)}次还没成功",
    ),
    "docs/quickstart-aws.md": (
        f", {_PROVIDER['logRetentionInDays']} days of logs and an alarm",
        f"comes again after {_PAUSE_S[0]} s to {_LONGEST_MIN} min;",
        f"what failed {_en(_RECEIVES)} times, is a dead letter, kept for {_KEPT_DAYS} days",
        f"of the function's {_PROVIDER['timeout']} s; visibility is {_en(_TIMES)} times that",
        f"count within {_en(SECRETS_KEPT_S / 60)} minutes",
    ),
    "docs/quickstart-aws.zh-CN.md": (
        f"保留 {_PROVIDER['logRetentionInDays']} 天的日志",
        f"{_PAUSE_S[0]} 秒到 {_LONGEST_MIN} 分钟后重试；",
        f"失败 {_RECEIVES} 次的，进入死信队列，保留 {_KEPT_DAYS} 天",
        f"函数超时 {_PROVIDER['timeout']} 秒，可见性超时是它的{_zh(_TIMES)}倍",
        f"{_zh(SECRETS_KEPT_S / 60)}分钟内生效",
    ),
    "docs/dingtalk.md": (
        f"keeps the whole request within {_THOUSANDS},",
        f"sends {_A_MINUTE} at most",
    ),
    "docs/dingtalk.zh-CN.md": (f"最多发 {_A_MINUTE} 条",),
    "docs/wecom.zh-CN.md": (f"最多发 {_A_MINUTE} 条",),
    "README.md": (
        f"the relay sends {_A_MINUTE} and",
        f"{MAX_MARKDOWN_BYTES} bytes (WeCom)",
    ),
    "README.zh-CN.md": (
        f"这里发 {_A_MINUTE} 条",
        f"企业微信的 {MAX_MARKDOWN_BYTES} 字节",
        f"只证明对方{_ONE_ZH[WINDOW_S]}内知道密钥",
    ),
    "docs/gitlab.md": (
        f"hook and a group's within {_en(_SAME_S)} seconds is sent once",
        f"at most {_en(TOLERANCE_S / 60)} minutes ago",
    ),
    "docs/gitlab.zh-CN.md": (f"不超过{_zh(TOLERANCE_S / 60)}分钟",),
    "docs/gitee.md": (f"at most {MAX_ANSWER_BYTES} bytes",),
    "docs/explain.md": (f"an answer has at most {MAX_ANSWER_BYTES // 1024} KB",),
    "docs/faq.md": (
        f"is dropped for {_ONE[claims.KEPT_S]} (R28)",
        f"a group's webhook, within {_en(_SAME_S)} seconds",
    ),
}  # fmt: skip


def plain(page: str) -> str:
    """Return *page* with its lines joined and its links without their targets."""
    joined = re.sub(r"\s+", " ", text(page))
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", joined)
