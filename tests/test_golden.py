"""Every sample event on both platforms in both languages, as text that was read and approved."""

import json
import re
import statistics
from pathlib import Path

import pytest

import adapters
import formatters
from relay.config import DINGTALK_ROBOT, WECOM_ROBOT, Receiver, Secret
from relay.describe import describe
from relay.errors import Ignored
from relay.events import Event
from relay.kinds import KINDS
from relay.policy import decide
from workbench import samples

GOLDEN = Path(__file__).parent / "golden"
PLATFORMS = {
    "WeCom": Receiver("wecom", WECOM_ROBOT, Secret("https://wecom.example.com")),
    "DingTalk": Receiver("dingtalk", DINGTALK_ROBOT, Secret("https://dingtalk.example.com")),
}
LANGUAGES = ("zh-CN", "en")
SENT = [name for name in samples.names() if not samples.load(name).ignored]


def read(name: str) -> Event:
    sample = samples.load(name)
    headers = {key.lower(): value for key, value in sample.headers.items()}
    return adapters.parse(sample.source, headers, json.dumps(sample.body).encode())


def render(name: str, platform: str, lang: str) -> formatters.Rendered:
    """Render the sample as the default set sends it; what that keeps silent, as ``*`` would."""
    event = read(name)
    quiet = decide(event._replace(confidential=False), ("*",)).quiet
    notification = describe(event, lang=lang, quiet=quiet, now_s=samples.NOW)
    return formatters.formatter(PLATFORMS[platform]).render(notification, PLATFORMS[platform])


def golden(name: str) -> str:
    parts = []
    for platform in PLATFORMS:
        for lang in LANGUAGES:
            rendered = render(name, platform, lang)
            title = f" · title: {rendered.title}" if rendered.title else ""
            parts.append(f"━━ {platform} · {lang}{title}\n{rendered.text}\n")
    return "".join(parts)


@pytest.mark.parametrize("name", SENT)
def test_message_is_the_approved_one(name: str, update_golden: bool) -> None:
    """A sample event reads as it did when somebody last read it."""
    path = GOLDEN / f"{name}.txt"
    if update_golden:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(golden(name), encoding="utf-8")

    assert golden(name) == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    """Each approved text belongs to a sample that is still there."""
    written = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.glob("*/*")}

    assert written == set(SENT)


@pytest.mark.parametrize("name", samples.names())
def test_sample_is_named_for_its_event(name: str) -> None:
    """A sample's file name is the name of the event that the adapter makes of it."""
    sample = samples.load(name)
    if sample.ignored:
        with pytest.raises(Ignored, match=sample.ignored):
            read(name)
        return

    assert read(name).name == sample.event


@pytest.mark.parametrize("source", ["gitlab", "gitee"])
def test_every_kind_has_a_sample(source: str) -> None:
    """A kind that the forge can send cannot be forgotten by messages, commands and tests."""
    only_gitlab = {
        "pipeline", "deployment", "release", "wiki", "milestone", "member", "feature_flag",
        "access_token", "vulnerability", "emoji", "project", "group", "user",
    }  # fmt: skip
    expected = set(KINDS) - (only_gitlab if source == "gitee" else {"test"})

    assert {read(name).kind for name in SENT if name.startswith(source)} == expected


def visible_lines(text: str) -> int:
    return len([line for line in text.splitlines() if line.strip(" >")])


def test_messages_are_short() -> None:
    """Half of all messages have at most six lines, and none has more than ten."""
    counts = [
        visible_lines(render(name, platform, lang).text)
        for name in SENT
        for platform in PLATFORMS
        for lang in LANGUAGES
    ]

    assert statistics.median(counts) <= 6
    assert max(counts) <= 10


@pytest.mark.parametrize("name", SENT)
def test_message_has_no_hole(name: str) -> None:
    """No message shows a missing value, an empty pair of brackets or an empty link."""
    holes = re.compile(r"\bNone\b|\bnull\b|\{\}|\[\]|\(\)|（）|：\s*$|\]\(\s*\)", re.MULTILINE)

    assert holes.findall(golden(name)) == []
