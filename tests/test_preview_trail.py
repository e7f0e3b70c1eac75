"""The preview page's list of what arrived: each request with its own messages, no stranger's."""

import re
import threading
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pages import HOST, Served, served
from verbs import CLEAN

import adapters
from workbench import samples
from workbench.robot_book import Book

PUSH = "gitlab/push.pushed"
FAILED = "gitlab/pipeline.failed"
HOOKS = {PUSH: "Push Hook", FAILED: "Pipeline Hook"}
AT_ONCE = 14  # below what a robot takes in a minute
MENTIONS = """\
version: 1
sources:
  gitlab: { type: gitlab, secret: dev-secret }
receivers:
  group: { type: wecom_robot, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x" }
people:
  zhangsan: { mobile: "13800001111" }
routes:
  - receivers: [group]
    mention: { pipeline.failed: [author] }
"""


TWO = """\
version: 1
sources:
  gitlab: { type: gitlab, secret: dev-secret }
receivers:
  told: { type: wecom_robot, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x" }
  short: { type: dingtalk_robot, url: "https://oapi.dingtalk.com/robot/send?access_token=x" }
routes:
  - receivers: [told]
  - receivers: [short]
    quiet: [pipeline]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def push(who: str) -> dict[str, Any]:
    return {
        **samples.load(PUSH).body,
        "user_username": who,
        "user_name": who,
        "after": who.encode().hex()[:40],
    }


def failure(project: str, number: int) -> dict[str, Any]:
    body = samples.load(FAILED).body
    body["project"]["path_with_namespace"] = f"platform/{project}"
    body["object_attributes"].update(id=number, iid=number)
    return body


def post(page: Served, event: str, body: dict[str, Any]) -> None:
    headers = {"X-Gitlab-Event": HOOKS[event], "X-Gitlab-Token": "dev-secret"}
    answer = page.local.app.test_client().post("/hook", base_url=HOST, json=body, headers=headers)
    assert answer.status_code == 200, answer.text


def post_at_once(
    page: Served,
    monkeypatch: pytest.MonkeyPatch,
    event: str,
    bodies: Sequence[dict[str, Any]],
    messages: int = 2,
) -> None:
    """Post *bodies* so that none is answered before the robots have *messages* of each."""
    count = len(bodies) * messages
    together, first = threading.Barrier(count, timeout=60), threading.Semaphore(count)
    usual = Book.decide

    def decide(book: Book, *given: Any, **more: Any) -> Any:
        is_first = first.acquire(blocking=False)
        if is_first:
            together.wait()  # all requests have begun
        found = usual(book, *given, **more)
        if is_first:
            together.wait()  # none has been answered
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Book, "decide", decide)
        threads = [threading.Thread(target=post, args=(page, event, body)) for body in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not first.acquire(blocking=False)


def shown(page: Served, names: Sequence[str], last: int) -> dict[str, list[list[str]]]:
    """Return, for the *last* requests by their own names, the names in each of their messages."""
    found = {}
    for one in page.local.page.trail.arrivals()[-last:]:
        (own,) = (name for name in names if name in one.body.decode())
        found[own] = [[name for name in names if name in sent.text] for sent in one.messages]
    return found


def test_each_of_many_at_once_has_its_own_messages(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same robots, same size, same moment: the words decide."""
    names = [f"somebody{number:02}" for number in range(AT_ONCE)]
    post_at_once(page, monkeypatch, PUSH, [push(name) for name in names])

    assert shown(page, names, AT_ONCE) == {name: [[name], [name]] for name in names}


def fail_again(page: Served, monkeypatch: pytest.MonkeyPatch, projects: Sequence[str]) -> None:
    """Let pipelines of *projects* fail again at the same time: their words are not known here."""
    for project in projects:
        post(page, FAILED, failure(project, 4601))
    post_at_once(page, monkeypatch, FAILED, [failure(one, 4602) for one in projects])


def test_another_size_is_another_message(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the words do not help, the answer's count of bytes may."""
    names = ["api-1", "interface"]
    fail_again(page, monkeypatch, names)

    assert shown(page, names, 2) == {name: [[name], [name]] for name in names}


def test_the_same_words_are_still_two_messages(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of two requests that say the same has a message of its own."""
    bodies = [{**push("somebody"), "user_id": number} for number in (1, 2)]
    post_at_once(page, monkeypatch, PUSH, bodies)
    first, second = (one.messages for one in page.local.page.trail.arrivals())

    assert [one.body for one in first] == [one.body for one in second]
    assert len({id(one) for one in (*first, *second)}) == 4


def test_what_was_left_out_is_nobody_s_later(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that was there before a request came is not its own, whatever it looks like."""
    fail_again(page, monkeypatch, ["api-1", "api-2"])
    for number in (4601, 4602):
        post(page, FAILED, failure("api-3", number))

    assert shown(page, ["api-1", "api-2", "api-3"], 1) == {"api-3": [["api-3"], ["api-3"]]}


@pytest.mark.parametrize(
    ("lang", "left_out", "preview"),
    [
        ("en", "is not certain, so it is left out", "Below is what it should be, not what arrived"),
        ("zh-CN", "分不清哪一条是它的，这里没有列出", "下面是它该有的消息，不是收到的"),
    ],
)
def test_what_stays_uncertain_is_told(
    page: Served, monkeypatch: pytest.MonkeyPatch, lang: str, left_out: str, preview: str
) -> None:
    """Nobody's message is shown as another's: the page names whose it cannot tell."""
    names = ["api-1", "api-2"]
    fail_again(page, monkeypatch, names)
    certain, _, *unsure = (
        unescape(page.get(f"/?received={number}&lang={lang}").text) for number in range(1, 5)
    )

    assert shown(page, names, 2) == {"api-1": [], "api-2": []}
    for text in unsure:
        (told,) = re.findall(rf"([^>]+){left_out}", text)
        assert "dingtalk, wecom" in told
        assert preview in text
    assert left_out not in certain
    assert preview not in certain


def test_a_message_that_is_certain_is_shown_beside_one_that_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is no preview."""
    (folder / "config.yml").write_text(TWO, encoding="utf-8")
    names = ["api-1", "api-2"]
    with served(str(folder / "config.yml"), {"CONFIG_FILE": "config.yml"}) as page:
        fail_again(page, monkeypatch, names)
        found = shown(page, names, 2)
        text = page.get("/?received=4&lang=en").text

    assert found == {name: [[name]] for name in names}
    assert "which message told got for this one is not certain" in text
    assert "Below is what it should be" not in text


def test_mentions_follow_their_message(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small message after it is the request's own, too."""
    (folder / "config.yml").write_text(MENTIONS, encoding="utf-8")
    names = ["api-1", "api-2"]
    with served(str(folder / "config.yml"), {"CONFIG_FILE": "config.yml"}) as page:
        bodies = [failure(name, 4602) for name in names]
        post_at_once(page, monkeypatch, FAILED, bodies, messages=1)
        found = shown(page, names, 2)
        kinds = [
            [sent.raw["msgtype"] for sent in one.messages]
            for one in page.local.page.trail.arrivals()
        ]

    assert found == {name: [[name], [name]] for name in names}
    assert kinds == [["markdown", "text"]] * 2


def test_a_text_message_of_another_is_no_mention(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A robot whose messages are plain text anyway: each request has one."""
    plain = MENTIONS.replace('key=x"', 'key=x", message: text')
    (folder / "config.yml").write_text(plain, encoding="utf-8")
    names = ["somebody01", "somebody02"]
    with served(str(folder / "config.yml"), {"CONFIG_FILE": "config.yml"}) as page:
        post_at_once(page, monkeypatch, PUSH, [push(name) for name in names], messages=1)
        found = shown(page, names, 2)

    assert found == {name: [[name]] for name in names}


def test_what_cannot_be_read_has_its_messages_all_the_same(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in reading an event costs neither the notice of it nor the answer."""

    def broken(*given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(adapters, "parse", broken)
    post(page, PUSH, push("somebody"))
    (found,) = page.local.page.trail.arrivals()

    assert [one.vendor for one in found.messages] == ["wecom", "dingtalk"]
