"""`docs/messages.md`: every sample event as it goes out, both platforms, both languages."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from formatters import Rendered
from relay.config import LANGUAGES
from relay.policy import Decision
from relay.words import Phrase
from workbench import samples
from workbench.page_tables import code, head, line, page, plain
from workbench.preview import Preview, preview
from workbench.robot_terms import DINGTALK, WECOM
from workbench.samples import Sample

_FORGES = {"gitlab": "GitLab", "gitee": "Gitee"}
_VENDORS = {WECOM: "WeCom", DINGTALK: "DingTalk"}
_SENT = Phrase("默认发送", "Sent by default")
_QUIET = Phrase("默认只发一行灰字", "Sent as one grey line by default")
_ASKED = Phrase("写了才发", "Only when asked for")


class Shown(NamedTuple):
    """A sample with its messages by vendor and language, and whether it goes out by default."""

    sample: Sample
    messages: dict[tuple[str, str], Rendered]
    decision: Decision

    @property
    def kind(self) -> str:
        return self.sample.event.partition(".")[0]


def messages_page() -> str:
    """Return `docs/messages.md`."""
    found = [shown(name) for name in samples.names()]
    sent = [one for one in found if one.messages]
    parts = {
        "contents": lambda: _contents(sent),
        "messages": lambda: "\n".join(_forges(sent)),
        "silent": lambda: _silent([one for one in found if not one.messages]),
    }
    return page("messages.md", parts)


def shown(name: str) -> Shown:
    """Return the sample *name* as markdown for both vendors; without messages it is never sent."""
    sample = samples.load(name)
    found = {lang: _preview(sample, lang) for lang in LANGUAGES}
    messages = {
        (vendor, lang): found[lang].messages[vendor].rendered
        for vendor in _VENDORS
        for lang in LANGUAGES
        if vendor in found[lang].messages
    }
    return Shown(sample, messages, found[LANGUAGES[0]].decision)


def _preview(sample: Sample, lang: str) -> Preview:
    return preview(sample, dict.fromkeys(_VENDORS, "markdown"), lang=lang, now_s=samples.NOW)


def _contents(sent: list[Shown]) -> str:
    """Return a line for each forge: its kinds of events, linked."""
    lines = []
    for forge, name in _FORGES.items():
        kinds = dict.fromkeys(one.kind for one in sent if one.sample.source == forge)
        linked = " · ".join(f"[{kind}](#{forge}-{kind})" for kind in kinds)
        lines.append(f"- **[{name}](#{forge})**: {linked}\n")
    return "".join(lines)


def _forges(sent: list[Shown]) -> Iterator[str]:
    for forge, name in _FORGES.items():
        yield f"## {name}\n"
        own = [one for one in sent if one.sample.source == forge]
        for kind, group in groupby(own, key=lambda one: one.kind):
            yield f'<a id="{forge}-{kind}"></a>\n'
            yield from map(_entry, group)


def _entry(one: Shown) -> str:
    """Return heading, what it is, the chat list's lines, and folded away the four messages."""
    about = one.sample.about
    titles = (one.messages[DINGTALK, lang].title for lang in LANGUAGES)
    sizes = ", ".join(f"{name} {_size(one, vendor)} B" for vendor, name in _VENDORS.items())
    blocks = "\n".join(_block(key, one.messages[key]) for key in one.messages)
    return (
        f"### {one.sample.name} — {plain(about['en'])}\n\n"
        f"{plain(about['zh-CN'])} · {_when(one.decision)} · {sizes}\n\n"
        f"{'<br>'.join(map(plain, titles))}\n\n"
        f"<details><summary>markdown</summary>\n\n{blocks}\n</details>\n"
    )


def _size(one: Shown, vendor: str) -> str:
    """Return the bytes of the Chinese and of the English message."""
    return " / ".join(str(one.messages[vendor, lang].size) for lang in LANGUAGES)


def _when(decision: Decision) -> str:
    """Return whether the event goes out by default."""
    if decision.send:
        return _both(_QUIET if decision.quiet else _SENT)
    why = decision.reason.code if decision.reason else ""
    return f"{_both(_ASKED)} ({_linked(why)})"


def _block(key: tuple[str, str], rendered: Rendered) -> str:
    vendor, lang = key
    title = f", title `{rendered.title}`" if rendered.title else ""
    size = f"{rendered.size} of {rendered.limit} B"
    return f"**{_VENDORS[vendor]} · {lang}** · {size}{title}\n\n```text\n{rendered.text}\n```\n"


def _silent(found: list[Shown]) -> str:
    rows = []
    for one in found:
        why = one.decision.reason
        told = f"{_linked(why.code)} {why.text.en}<br>{why.text.zh}" if why else ""
        about = f"{plain(one.sample.about['en'])}<br>{plain(one.sample.about['zh-CN'])}"
        rows.append(line(code(one.sample.name), about, told))
    return head("sample 样例", "what happened 发生了什么", "reason 原因") + "".join(rows)


def _both(phrase: Phrase) -> str:
    return f"{phrase.en} {phrase.zh}"


def _linked(reason: str) -> str:
    return f"[{reason}](troubleshooting.md#{reason.lower()})"
