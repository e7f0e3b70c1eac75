"""The configuration that `init` writes: small, commented, and without any secret."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from relay.config import DINGTALK_ROBOT, WECOM_ROBOT
from relay.text import cells
from relay.words import Phrase

WECOM_URL, DINGTALK_URL = "WECOM_WEBHOOK_URL", "DINGTALK_WEBHOOK_URL"
DINGTALK_SECRET, WEBHOOK_SECRET = "DINGTALK_SECRET", "WEBHOOK_SECRET"
MODELINE = "# yaml-language-server: $schema=./schema/config.schema.json"
_COMMENTS_AT = 40
_NONE = Phrase("", "")


class Robot(NamedTuple):
    """A receiver by name; *url* and *secret* are names of variables, *secret* empty for none."""

    name: str
    type: str
    url: str
    secret: str = ""


class _Row(NamedTuple):
    text: str = ""
    comment: Phrase = _NONE


WECOM = Robot("wecom-group", WECOM_ROBOT, WECOM_URL)
DINGTALK = Robot("dingtalk-group", DINGTALK_ROBOT, DINGTALK_URL, DINGTALK_SECRET)

_SOURCES = (
    _Row(),
    _Row("sources:", Phrase("谁可以调用", "who may call")),
    _Row("  gitlab:", Phrase("网址：<函数地址>/hook/gitlab", "URL: <function URL>/hook/gitlab")),
    _Row("    type: gitlab"),
    _Row(
        f"    secret: ${{{WEBHOOK_SECRET}}}",
        Phrase("GitLab 的「Secret token」", "GitLab's Secret token"),
    ),
    _Row("  gitee:", Phrase("网址：<函数地址>/hook/gitee", "URL: <function URL>/hook/gitee")),
    _Row("    type: gitee"),
    _Row(
        f"    secret: ${{{WEBHOOK_SECRET}}}",
        Phrase(
            "Gitee 的「密码」或「签名密钥」", "Gitee's 密码 (password) or 签名密钥 (signing key)"
        ),
    ),
    _Row(),
    _Row("receivers:", Phrase("发到哪里", "where it goes")),
)
_KEYWORDS = _Row(
    "    # keywords: [研发通知]",
    Phrase("机器人用「自定义关键词」时", "for a robot with custom keywords"),
)
_SIGNED = Phrase("机器人的「加签」，SEC 开头", "the robot's 加签, begins with SEC")
_ROUTES = (
    _Row(),
    _Row(
        "routes:",
        Phrase(
            "匹配的路由都会发送，每个机器人一个事件只收一次",
            "every matching route sends, a receiver gets an event once",
        ),
    ),
    _Row("  - name: all"),
)
_FILTERS = (
    _Row("    # projects: [platform/**]", Phrase("只要这些项目", "only these projects")),
    _Row("    # branches: [$default, release/**]", Phrase("只要这些分支", "only these branches")),
    _Row(
        "    # events: [push, pipeline.failed]",
        Phrase("不写：默认集合", "without: the default set"),
    ),
)


def config_text(robots: Sequence[Robot], lang: str) -> str:
    """Return ``config.yml`` for *robots*, with comments in *lang*, which is the messages' too."""
    names = ", ".join(robot.name for robot in robots)
    rows = (
        _Row(MODELINE),
        _Row(
            "#",
            Phrase(
                "这里不写密钥：${…} 取自环境变量，命令行也读 .env",
                "no secrets here: ${…} are environment variables; commands also read .env",
            ),
        ),
        _Row("version: 1"),
        _Row(
            f"lang: {lang}",
            Phrase("消息的语言：zh-CN 或 en", "the messages' language: zh-CN or en"),
        ),
        *_SOURCES,
        *(row for robot in robots for row in _receiver(robot)),
        *_ROUTES,
        _Row(f"    receivers: [{names}]"),
        *_FILTERS,
    )
    return "".join(f"{line}\n" for line in _written(rows, lang))


def _receiver(robot: Robot) -> Iterable[_Row]:
    yield _Row(f"  {robot.name}:")
    yield _Row(f"    type: {robot.type}")
    yield _Row(f"    url: ${{{robot.url}}}")
    if robot.secret:
        yield _Row(f"    secret: ${{{robot.secret}}}", _SIGNED)
    elif robot.type == DINGTALK_ROBOT:
        yield _KEYWORDS


def _written(rows: Iterable[_Row], lang: str) -> Iterable[str]:
    for text, comment in rows:
        said = comment.of(lang)
        if text == "#":
            yield f"# {said}"
        elif said:
            yield f"{text}{' ' * max(_COMMENTS_AT - cells(text), 2)}# {said}"
        else:
            yield text
