"""The preview page of `serve`, without a browser: what it shows, whom it answers, what it saves."""

import json
import re
import shlex
import subprocess
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import requests
from pages import HOST, Served, served
from verbs import CLEAN, CONFIG, MOBILE, PLANTED, VALUES

from formatters.dingtalk import MAX_BODY_BYTES
from formatters.wecom import MAX_MARKDOWN_BYTES
from relay.pacing import MOST_A_MINUTE
from workbench import samples
from workbench.local_server import LocalServer, create_app
from workbench.preview_page import saving
from workbench.preview_page.trail import Trail

ARRIVED = {"received": "1"}
STRICT = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HANGING = 40
TOKEN = "glpat-" + "made_up1" * 3


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def filed(folder: Path) -> Iterator[Served]:
    """The page for a configuration with secrets and a phone number in it."""
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    with served(str(folder / "config.yml"), VALUES) as found:
        yield found


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


# Who is answered.


def test_browsers_get_the_page_and_monitors_the_health_answer(page: Served) -> None:
    """The address is the webhook's: only who asks for HTML gets the page."""
    shown = page.get()
    health = page.local.app.test_client().get("/", base_url=HOST)

    assert shown.mimetype == "text/html"
    assert health.get_json()["service"] == "git-chat-relay"


@pytest.mark.parametrize("host", ["evil.example.com", "localhost.evil.com", "evil-localhost"])
@pytest.mark.parametrize("path", ["/", "/_preview/live", "/_preview/static/page.js"])
def test_other_host_names_are_refused(page: Served, path: str, host: str) -> None:
    """A name that somebody pointed at this machine reads nothing (DNS rebinding)."""
    assert page.get(path, base_url=f"http://{host}:9000").status_code == 403


@pytest.mark.parametrize("name", ["show", "send", "replay", "save", "curl", "test"])
def test_what_another_page_sends_is_refused(page: Served, name: str) -> None:
    """A form or a script of another origin cannot add the header without asking first."""
    client = page.local.app.test_client()
    ours = {"X-Preview": "1"}
    path = f"/_preview/{name}"
    answers = [
        client.post(path, base_url=HOST, json={"event": "gitlab/push.pushed"}),
        client.post(path, base_url=HOST, data={"event": "x"}, headers=ours),
        client.post(path, base_url=HOST, data="{}", content_type="text/plain", headers=ours),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert page.local.page.trail.count == 0


@pytest.mark.parametrize("path", ["/", "/_preview/live", "/_preview/static/page.css"])
def test_nothing_from_elsewhere_may_be_loaded(page: Served, path: str) -> None:
    """Every answer has the strict policy, and the page names no other host to load from."""
    answer = page.get(path)
    told = {name: answer.headers[name] for name in STRICT}

    assert told == STRICT
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert not re.search(r"(?:src|action)=[\"']?https?:|url\(|@import|<style|\sstyle=", answer.text)
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=", answer.text)


# What is shown.


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_sample_is_listed_and_shown(page: Served, lang: str) -> None:
    """Each has its entry, and a bubble for each platform or the reason for none."""
    listed = page.get(f"/?lang={lang}").text
    for name in samples.names():
        shown = page.ask("show", event=name, lang=lang).get_json()
        platforms = re.findall(r'data-platform="(\w+)"', shown["cards"])

        assert f'data-name="{name}"' in listed
        if samples.load(name).ignored:
            assert platforms == []
            assert samples.load(name).ignored in shown["cards"]
        else:
            assert platforms == ["wecom", "dingtalk"], name


def test_the_bar_is_amber_from_half_and_red_from_nine_tenths(page: Served) -> None:
    """Of the limit: 4096 bytes in WeCom."""
    shown = page.ask("show", event="gitlab/push.pushed").get_json()["cards"]

    assert 'max="4096" low="2048" high="3687" optimum="0"' in shown


def test_what_a_robot_got_in_the_last_minute_is_counted(page: Served) -> None:
    """Each stand-in has its own 20."""
    before = page.ask("show", event="gitlab/push.pushed", lang="en").get_json()["cards"]
    page.ask("send", event="gitlab/push.pushed")
    page.ask("send", event="gitlab/issue.opened")
    after = page.ask("show", event="gitlab/push.pushed", lang="en").get_json()["cards"]

    assert re.findall(r"(\d+) used in the last minute", before) == ["0", "0"]
    assert re.findall(r"(\d+) used in the last minute", after) == ["2", "2"]


@pytest.mark.parametrize(("ago_s", "used"), [(30, "1"), (61, "0")])
def test_what_a_robot_got_before_that_minute_is_not_counted(
    page: Served, ago_s: int, used: str
) -> None:
    """It may be posted to again by then."""
    page.ask("send", event="gitlab/push.pushed")
    taken = page.robots.received
    taken[:] = [one._replace(time=one.time - ago_s) for one in taken]
    shown = page.ask("show", event="gitlab/push.pushed", lang="en").get_json()["cards"]

    assert re.findall(r"(\d+) used in the last minute", shown) == [used, used]


def test_bytes_are_those_of_render(page: Served) -> None:
    """The page and the command count the same (`tests/golden` is what `render` gives)."""
    from workbench.preview import MESSAGES, preview

    sample = samples.load("gitlab/push.pushed-many")
    receivers = {name: kinds[0] for name, kinds in MESSAGES.items()}
    rendered = preview(sample, receivers, lang="en", now_s=samples.NOW).messages.values()
    shown = page.ask("show", event=sample.name, lang="en").get_json()["cards"]

    assert re.findall(r'class="bytes">(\d+)', shown) == [str(one.rendered.size) for one in rendered]


NO_ID = """\
version: 1
sources:
  gitlab: { type: gitlab, secret: dev-secret }
receivers:
  group: { type: wecom_robot, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x" }
people:
  zhangsan: { name: 张三, dingtalk: zhangsan }
routes:
  - receivers: [group]
    mention: { pipeline.failed: [author] }
"""


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "mentions nobody · not mentioned, no id: 张三"),
     ("zh-CN", "不提醒任何人 · 没有账号，不提醒：张三")],
)  # fmt: skip
def test_who_cannot_be_mentioned_is_told(folder: Path, lang: str, told: str) -> None:
    """Somebody with an account on the other platform only."""
    (folder / "config.yml").write_text(NO_ID, encoding="utf-8")
    with served(str(folder / "config.yml")) as page:
        shown = page.ask("show", event="gitlab/pipeline.failed", lang=lang).get_json()["cards"]

    assert told in text_of(shown)


@pytest.mark.parametrize(
    ("lang", "cut", "whole", "hidden"),
    [("en", "cut to fit", "complete", "12 more not listed"),
     ("zh-CN", "放不下，已截短", "没有截短", "另有 12 条未列出")],
)  # fmt: skip
def test_what_is_left_out_is_told(
    page: Served, lang: str, cut: str, whole: str, hidden: str
) -> None:
    """What the limit of WeCom cost, not that of DingTalk; the commits that are not listed."""
    many = page.ask("show", event="gitlab/push.pushed-many", lang=lang).get_json()["cards"]
    long = "\n".join(["x" * 150] * 40)
    asked = {"event": "gitlab/push.pushed", "lang": lang, "template": long}
    shown = page.ask("show", **asked).get_json()["cards"]

    assert [text_of(many).count(one) for one in (cut, whole, hidden)] == [0, 2, 2]
    assert re.findall(f"{cut}|{whole}|{hidden}", text_of(shown)) == [cut, whole]


def test_user_text_stays_text(page: Served) -> None:
    """Markup in a title is shown as its characters, wherever it stands."""
    sample = samples.load("gitlab/push.pushed").body
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>"
    sample["commits"][0]["title"] = sample["commits"][0]["message"] = hostile
    sample["user_name"] = hostile
    shown = page.ask("show", event="gitlab/push.pushed", payload=json.dumps(sample)).get_json()
    html = shown["cards"] + shown["derived"]

    assert "<script" not in html
    assert "<img" not in html
    assert "<script>alert(1)</script>" in text_of(shown["cards"])


@pytest.mark.parametrize("address", ["javascript://%0apwned=1", "data://text/html,x", "https://x"])
def test_only_known_schemes_can_be_clicked(page: Served, address: str) -> None:
    """What somebody writes into a template is no way to run something here."""
    asked = {"event": "gitlab/push.pushed", "template": f"[here]({address})"}
    shown = page.ask("show", **asked).get_json()["cards"]

    assert "here" in shown
    assert (f'href="{address}"' in shown) is address.startswith("https")


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"form": "quiet"}, 'data-color="comment"'),
        ({"wecom": "text"}, "wecom · text"),
        ({"dingtalk": "action_card"}, "dingtalk · actionCard"),
        ({"wecom": "markdown_v2"}, "wecom · markdown_v2"),
    ],
)
def test_forms_can_be_chosen(page: Served, chosen: dict[str, str], found: str) -> None:
    """One grey line, and each message type."""
    usual = page.ask("show", event="gitlab/pipeline.failed").get_json()["cards"]
    shown = page.ask("show", event="gitlab/pipeline.failed", **chosen).get_json()["cards"]

    assert found not in usual
    assert found in shown


def test_a_file_s_receivers_are_shown(filed: Served) -> None:
    """Each that gets it with its people, the others with the reason; both platforms on demand."""
    shown = filed.ask("show", event="gitlab/pipeline.failed", lang="en").get_json()
    both = filed.ask("show", event="gitlab/pipeline.failed", lang="en", view="both").get_json()

    assert re.findall(r'data-receiver="([\w-]+)"', shown["cards"])[:1] == ["ops-group"]
    assert "mentions 张三" in shown["cards"]
    assert "Not sent: R" in shown["cards"]
    assert "config.yml:" in shown["derived"]
    assert re.findall(r'data-platform="(\w+)"', both["cards"]) == ["wecom", "dingtalk"]


def test_no_secret_and_no_phone_number_is_shown(filed: Served) -> None:
    """Neither in what is shown, nor in what arrived, nor in a command to copy."""
    filed.ask("send", event="gitlab/pipeline.failed")
    filed.ask("send", event="gitee/push.pushed")
    everything = [filed.get("/?event=gitlab/pipeline.failed"), filed.get("/_preview/live")]
    for number in ("1", "2"):
        everything.append(filed.get(f"/?received={number}"))
        everything += [filed.ask(name, received=number) for name in ("show", "curl")]
    texts = [unescape(answer.text) for answer in everything]

    assert filed.local.page.trail.count == 2
    assert [bad for bad in (*PLANTED, MOBILE) for text in texts if bad in text] == []
    assert any("138****1111" in text for text in texts)


# Editing.


def test_a_payload_can_be_changed(page: Served) -> None:
    """The message follows; what is no JSON is told with its place."""
    body = {
        **samples.load("gitlab/push.pushed").body,
        "user_name": "赵六",
        "user_username": "zhaoliu",
    }
    shown = page.ask("show", event="gitlab/push.pushed", payload=json.dumps(body)).get_json()
    wrong = page.ask("show", event="gitlab/push.pushed", payload='{\n"a": ,').get_json()
    listed = page.ask("show", event="gitlab/push.pushed", payload="[]").get_json()

    assert "zhaoliu" in shown["cards"]
    assert (wrong["where"], wrong["line"]) == ("payload", 2)
    assert "line 2, column 6" in wrong["told"]
    assert "must be a JSON object" in listed["told"]


def test_a_changed_request_is_still_of_its_source(folder: Path) -> None:
    """Whose address it came to decides, as for the request itself: not the first of its forge."""
    other = CONFIG.replace("sources:\n", "sources:\n  first: { type: gitlab, secret: other }\n")
    (folder / "config.yml").write_text(other, encoding="utf-8")
    with served(str(folder / "config.yml"), VALUES) as page:
        client = page.local.app.test_client()
        body = samples.load("gitlab/push.pushed").body
        headers = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "x"}
        client.post("/hook/gitlab", base_url=HOST, json=body, headers=headers)
        told = [
            page.ask("show", **ARRIVED, **edit, lang="en").get_json()["derived"]
            for edit in ({}, {"payload": json.dumps({**body, "user_name": "x"})})
        ]

    assert all("source gitlab" in one for one in told)


def test_a_template_can_be_tried(page: Served) -> None:
    """The message is what it says; a fault is told with its line and what was meant."""
    asked = {"event": "gitlab/push.pushed", "lang": "en"}
    shown = page.ask("show", **asked, template="Pushed to {{ ref }}").get_json()
    wrong = page.ask("show", **asked, template="one\n{{ projct.name }}").get_json()

    assert "Pushed to main" in shown["cards"]
    assert (wrong["where"], wrong["line"], wrong["code"]) == ("template", 2, "E602")
    assert "project" in wrong["told"]


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "null",
        "{}",
        "[" * 100_000,
        '{"object_kind": 7}',
        '{"commits": "x"}',
        "\ud800",
        "9" * 5000,
    ],
)
def test_no_payload_breaks_the_page(page: Served, payload: str) -> None:
    """Whatever is typed there is an answer of the page's own."""
    answer = page.ask("show", event="gitlab/push.pushed", payload=payload)

    assert answer.status_code == 200
    assert {"cards", "told"} & set(answer.get_json())


@pytest.mark.parametrize("name", ["show", "send", "curl"])
def test_what_is_gone_is_told(page: Served, name: str) -> None:
    """An entry of before the restart, a sample that is none."""
    assert page.ask(name, event="gitlab/nothing").get_json()["failed"]
    assert page.get("/?received=77").status_code == 200
    assert page.ask("replay", received="77").get_json()["told"] == "it is not in the list any more"


# What arrives.


def test_what_arrives_is_listed_with_what_groups_got(page: Served) -> None:
    """The list grows; the request is shown with the stand-ins' messages and the answer."""
    before = page.get("/_preview/live").get_json()
    page.ask("send", event="gitlab/merge_request.opened")
    after = page.get("/_preview/live").get_json()
    shown = page.get("/?received=1&lang=en").text

    assert (before["count"], after["count"]) == (0, 1)
    assert "merge_request.opened" in after["received"]
    assert page.get(f"/_preview/live?seen={after['seen']}").status_code == 204
    assert re.findall(r'data-platform="(\w+)"', shown) == ["wecom", "dingtalk"]
    assert "Answer to the forge: HTTP 200" in shown


def test_what_arrived_is_measured_as_what_would(page: Served) -> None:
    """DingTalk's stand-in takes a little more than is ever sent: the bar shows our limit."""
    page.ask("send", event="gitlab/push.pushed")
    limits = re.findall(r'max="(\d+)"', page.get("/?received=1").text)

    assert limits == [str(MAX_MARKDOWN_BYTES), str(MAX_BODY_BYTES)]


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "1 sent · 1 failed · E501"), ("zh-CN", "发 1 · 失败 1 · E501")]
)
def test_a_failure_is_listed(lang: str, told: str) -> None:
    """A robot that refused: in the list, beside the one that took it."""
    with served(faults={"wecom": "badkey"}) as page:
        page.ask("send", event="gitlab/push.pushed")
        listed = page.get(f"/_preview/live?lang={lang}").get_json()["received"]

    assert text_of(listed).strip().endswith(told)


def test_what_was_not_sent_is_listed_with_its_code(page: Served) -> None:
    """A 200 without a message is no success: the list says why, as it does for a refusal."""
    quiet = next(one.name for one in page.local.page.listed if one.badge == "off")
    page.ask("send", event=quiet)
    page.local.app.test_client().post("/hook", json={}, headers={"X-Gitlab-Event": "Push Hook"})
    listed = text_of(page.get("/_preview/live?lang=en").get_json()["received"])

    assert re.findall(r"· (\d+) ·(?: [\w/-]+ ·)* (\w\d+)", listed) == [
        ("401", "E302"),
        ("200", "R11"),
    ]


def test_an_unknown_sample_is_named(page: Served) -> None:
    """A slip in the address: what is shown is not what was asked for."""
    assert "There is no gitlab/nosuch here." in text_of(
        page.get("/?event=gitlab/nosuch&lang=en").text
    )
    assert "这里没有 #77。" in text_of(page.get("/?received=77&lang=zh-CN").text)
    assert "There is no" not in page.get("/?lang=en").text


@pytest.mark.parametrize(
    "event", ["gitlab/push.pushed", "gitee/push.pushed", "gitlab/pipeline.failed"]
)
def test_a_replay_sends_the_same_bytes(page: Served, event: str) -> None:
    """The function gets the same body, and the groups get the same messages once more."""
    page.ask("send", event=event)
    page.ask("replay", **ARRIVED)
    first, second = page.local.page.trail.arrivals()

    assert first.body == second.body
    assert second.replayed == 1
    assert [one.text for one in first.messages] == [one.text for one in second.messages]
    assert len(page.robots.received) == 4


def test_a_replay_is_proven_anew(filed: Served) -> None:
    """Signatures of the configured secrets, as if the forge had sent it now."""
    filed.ask("send", event="gitlab/pipeline.failed")
    filed.ask("send", event="gitee/push.pushed")
    filed.ask("replay", received="1")
    filed.ask("replay", received="2")

    assert [one.status for one in filed.local.page.trail.arrivals()] == [200] * 4


def test_a_replay_leaves_the_old_proof_out(page: Served) -> None:
    """Beside the new one it would be a second one, and stale."""
    old = {"webhook-signature": "v1,old", "webhook-timestamp": "1"}
    headers = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "dev-secret", **old}
    client = page.local.app.test_client()
    body = samples.load("gitlab/push.pushed").body
    client.post("/hook", base_url=HOST, json=body, headers=headers)
    page.ask("replay", **ARRIVED)
    first, second = page.local.page.trail.arrivals()

    assert (first.status, second.status) == (200, 200)
    assert old.items() <= first.headers.items()
    assert not old.items() & second.headers.items()


def test_what_proved_nobody_is_not_proven_by_a_replay(page: Served) -> None:
    """Else whoever reaches the port could have it sent with the secret from here."""
    client = page.local.app.test_client()
    body = samples.load("gitlab/push.pushed").body
    client.post("/hook", base_url=HOST, json=body, headers={"X-Gitlab-Event": "Push Hook"})
    told = page.ask("replay", **ARRIVED).get_json()

    assert "it was refused (401)" in told["told"]
    assert page.robots.received == []


def test_a_refused_request_is_listed(page: Served) -> None:
    """With its status; what it would have become is shown all the same."""
    client = page.local.app.test_client()
    headers = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "wrong"}
    body = samples.load("gitlab/push.pushed").body
    client.post("/hook", base_url=HOST, json=body, headers=headers)
    shown = page.get("/?received=1&lang=en").text

    assert "HTTP 401" in shown
    assert 'data-platform="wecom"' in shown
    assert "wrong" not in shown.partition("<main")[2]


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b"\xff\xfe", b"a=b"])
def test_anything_that_arrives_can_be_looked_at(page: Served, body: bytes) -> None:
    """Also what no forge sent; none of the buttons breaks on it."""
    client = page.local.app.test_client()
    client.post("/hook", base_url=HOST, data=body, headers={"X-Gitlab-Event": "Push Hook"})

    assert page.get("/?received=1").status_code == 200
    assert "cards" in page.ask("show", **ARRIVED).get_json()
    for name in ("replay", "curl", "save"):
        assert page.ask(name, **ARRIVED).get_json()["failed"]


def test_the_page_answers_while_robots_hang(page: Served) -> None:
    """Requests that wait for their robots leave it a thread."""
    begun = threading.Barrier(HANGING + 1, timeout=60)
    mended = threading.Event()

    def hanging(event: object, context: object) -> dict[str, object]:
        begun.wait()
        mended.wait()
        return {"statusCode": 200, "headers": {}, "body": "{}"}

    with LocalServer(create_app(hanging, page.local.page)) as server:
        address = f"{server.url}hook"
        posts = [threading.Thread(target=requests.post, args=(address,)) for _ in range(HANGING)]
        for one in posts:
            one.start()
        try:
            begun.wait()
            answer = requests.get(f"{server.url}_preview/live", timeout=30)
        finally:
            mended.set()
            for one in posts:
                one.join()

    assert answer.json()["count"] == 0


def test_the_list_stays_small() -> None:
    """Fifty requests, and no more bytes than a machine has to spare."""
    answer = {"statusCode": 200, "body": "{}"}
    trail = Trail(lambda: None, tuple, lambda: 0.0)  # type: ignore[arg-type, return-value]
    handle = trail.watch(lambda event, context: answer)
    http = {"http": {"method": "POST"}}
    for _ in range(60):
        handle({"requestContext": http, "headers": {}, "body": "x"}, None)
    small = len(trail.arrivals())
    for _ in range(20):
        handle({"requestContext": http, "headers": {}, "body": "x" * 6_000_000}, None)

    assert (small, trail.count) == (50, 80)
    assert sum(len(one.body) for one in trail.arrivals()) <= 32 * 1024 * 1024


# Copies.


@pytest.mark.parametrize("event", ["gitlab/push.pushed", "gitee/push.pushed"])
def test_the_command_really_sends_it(event: str) -> None:
    """`curl` as copied, of a sample and of what arrived, is accepted and no repeat."""
    with served() as page, LocalServer(page.local.app) as server:
        client = page.local.app.test_client()
        headers = {"X-Preview": "1"}
        texts = [
            client.post("/_preview/curl", base_url=server.url, json=asked, headers=headers)
            for asked in ({"event": event},)
        ]
        page.ask("send", event=event)
        texts.append(
            client.post("/_preview/curl", base_url=server.url, json=ARRIVED, headers=headers)
        )
        for answer in texts:
            command = shlex.split(answer.get_json()["text"].replace("\\\n", ""))
            done = subprocess.run(  # noqa: S603 - the command we made
                [*command, "-s"], capture_output=True, text=True, check=True
            )
            assert json.loads(done.stdout)["ok"]


def test_a_command_names_the_variable_of_a_secret(filed: Served) -> None:
    """The user's own secret is not written out."""
    text = filed.ask("curl", event="gitlab/push.pushed").get_json()["text"]

    assert "-H 'X-Gitlab-Token: '\"$WEBHOOK_SECRET\"" in text


def test_a_long_body_is_no_command(page: Served) -> None:
    """A shell would refuse it: the page says what to do instead."""
    body = {**samples.load("gitlab/push.pushed").body, "long": "x" * 100_000}
    told = page.ask("curl", event="gitlab/push.pushed", payload=json.dumps(body)).get_json()

    assert "save it as a fixture" in told["told"]


def test_a_fixture_can_be_sent_again(filed: Served, folder: Path) -> None:
    """It is a sample file without proofs and ids, and each has its own name."""
    from workbench.chosen import sample

    filed.ask("send", event="gitlab/push.pushed")
    paths = [filed.local.page.save("1", folder / "kept") for _ in range(2)]
    written = paths[0].read_text(encoding="utf-8")
    found = sample(str(paths[0]))

    assert [path.name for path in paths] == [f"gitlab-push.pushed-{n}.json" for n in (1, 2)]
    assert found.source == "gitlab"
    assert not {"x-gitlab-token", "webhook-signature", "webhook-id"} & set(found.headers)
    assert [bad for bad in PLANTED if bad in written] == []


def test_a_fixture_holds_nobody_s_data() -> None:
    """Equal ones are replaced by equal ones; ids, words and our own examples stay."""
    kept = {
        "id": 13800001111,
        "sha": "a1b2c3d4e5f6" * 3 + "a1b2",
        "mail": "noreply@example.com",
        "title": "Fix the token of a signed key",
        "url": "https://git.example.com/platform/api/-/jobs/9912?tab=1",
        "protected": True,
        "token": "",
        "confidential": False,
    }
    found = saving.scrubbed(
        {
            **kept,
            "author": {"email": "Zhang.San@corp.cn"},
            "text": "ask zhang.san@corp.cn or li@my-example.com",
            "variables": [{"key": "DB_HOST", "value": "db.corp"}],
        }
    )

    assert {name: found[name] for name in kept} == kept
    assert found["author"]["email"] == "user1@example.com"
    assert found["text"] == "ask user1@example.com or user2@example.com"
    assert found["variables"] == [{"key": "DB_HOST", "value": "***"}]


SECRET = "s3cr3tValue" + "0" * 16
SECRETS = [
    *(
        {name: SECRET}
        for name in (
            "token",
            "runnerToken",
            "private-token",
            "Authorization",
            "cookie",
            "secretKey",
            "access_key",
            "API_TOKEN_PROD",
            "passphrase",
            "sign",
            "x-gitlab-token",
            "密码",
        )
    ),
    {"token": [SECRET]},
    {"secret": {"value": SECRET}},
    {"variables": {"A": SECRET}},
    *(
        text.replace("~", SECRET)
        for text in (
            "PRIVATE-TOKEN: ~",
            "Bearer ~",
            "password: ~",
            "密码：~",
            "https://u:~@git.corp.cn/x",
            "postgres://u:~@db/x",
            "redis://:~@db",
            "https://x.cn/?private_token=~&a=1",
            "X-Amz-Signature=~",
            "token%3D~",
            "glpat-~",
            "ghp_~",
            "github_pat_~",
            "npm_~",
            "whsec_~",
            "SEC~",
            "AKIA~",
            "AKID~",
            "ASIA~",
            "LTAI~",
            "AIza~",
            "xoxb-~",
            "sk-~",
            "eyJ~.eyJ~.~",
            "GR1348941~",
            "https://hooks.example.com/services/T0/~",
            "-----BEGIN RSA PRIVATE KEY-----\n~\n-----END RSA PRIVATE KEY-----",
        )
    ),
]


@pytest.mark.parametrize("given", SECRETS, ids=str)
def test_no_secret_gets_into_a_fixture(given: object) -> None:
    """By the name of its key, or by its look in any text."""
    assert SECRET not in json.dumps(saving.scrubbed({"body": given}), ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "13912345678", "139-1234-5678", "139 1234 5678", "+8613912345678", "8613912345678",
        "电话13912345678。", "11010519491231002X", "zhang@corp.cn", "zhang@my-example.com",
        "zhang%40corp.cn", "zhang@公司.中国", "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "ab12" * 16,
    ],
)  # fmt: skip
def test_no_person_and_no_robot_gets_into_a_fixture(text: str) -> None:
    """Phone numbers, identity cards, e-mail addresses, and what has the form of a robot's key."""
    assert text not in saving.scrubbed({"body": f"see {text} there"})["body"]


def test_what_is_secret_here_gets_into_no_fixture(filed: Served, folder: Path) -> None:
    """Whatever it looks like and wherever it stands: header, key or text."""
    body = {**samples.load("gitlab/push.pushed").body, "note": " ".join((*PLANTED, MOBILE))}
    filed.ask("send", event="gitlab/push.pushed", payload=json.dumps(body))
    written = filed.local.page.save("1", folder).read_text(encoding="utf-8")

    assert [bad for bad in (*PLANTED, MOBILE) if bad in written] == []


@pytest.mark.parametrize(
    "text", ["x", "https://a", "a@a.", "1", "://", "key=", "password: ", "-----BEGIN A-----"]
)
def test_a_long_text_is_scrubbed_in_the_time_of_its_size(text: str) -> None:
    """A pattern that looked back and forth would not end with a megabyte of it."""
    assert saving.scrubbed(text * (1_000_000 // len(text)))


def test_what_cannot_be_saved_leaves_nothing_behind(page: Served, folder: Path) -> None:
    """Half a character is replaced; what is nested too deeply is told."""
    client = page.local.app.test_client()
    headers = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "dev-secret"}
    deep = '{"a":' * 900 + "1" + "}" * 900
    for body in ('{"object_kind":"push","a":"\\ud800"}', deep):
        client.post("/hook", base_url=HOST, data=body, headers=headers)
    saved = page.local.page.save("1", folder / "kept")
    told = page.ask("save", received="2").get_json()

    assert json.loads(saved.read_text(encoding="utf-8"))["body"]["a"] == "\ufffd"
    assert "nested too deeply" in told["told"]
    assert len(list((folder / "kept").iterdir())) == 1


# The configuration.


def test_problems_are_told_as_check_tells_them(filed: Served, folder: Path) -> None:
    """Live on saving, the former configuration stays; gone once it is mended."""
    file = folder / "config.yml"
    before = filed.get("/_preview/live?lang=en").get_json()
    file.write_text(CONFIG.replace("branches:", "branchs:"), encoding="utf-8")
    broken = filed.get(f"/_preview/live?lang=en&seen={before['seen']}").get_json()
    still = filed.ask("show", event="gitlab/pipeline.failed").get_json()
    file.write_text(CONFIG, encoding="utf-8")
    mended = filed.get(f"/_preview/live?lang=en&seen={broken['seen']}").get_json()

    assert before["banner"] == mended["banner"] == ""
    assert "E101 routes[0] has no key “branchs”" in unescape(broken["banner"])
    assert "did you mean branches?" in broken["banner"]
    assert "cards" in still


def test_the_banner_follows_the_templates(folder: Path) -> None:
    """They stand in files of their own, and the configuration's does not change."""
    (folder / "templates").mkdir()
    template = folder / "templates" / "push.md.j2"
    template.write_text("{{ ref }}", encoding="utf-8")
    text = f"{CONFIG}templates:\n  push: templates/push.md.j2\n"
    (folder / "config.yml").write_text(text, encoding="utf-8")
    banners = []
    with served(str(folder / "config.yml"), VALUES) as page:
        for written in ("{{ ref }}", "{{ reff }} is wrong", "{{ ref }} is right"):
            template.write_text(written, encoding="utf-8")
            banners.append(page.get("/_preview/live?lang=en").get_json()["banner"])

    assert [bool(one) for one in banners] == [False, True, False]
    assert "E602" in banners[1]


def test_a_file_made_later_is_told(page: Served, folder: Path) -> None:
    """Without one at the start it is not watched for: the page says what to do."""
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    unnamed = {"CONFIG_FILE": "config.yml"}
    with served(environ={"CONFIG_FILE": ""}) as none:
        none.local.page.given.environ.update(unnamed)
        banner = none.get("/_preview/live?lang=en").get_json()["banner"]

    assert page.get("/_preview/live").get_json()["banner"] == ""
    assert "config.yml was made after the start: start serve again" in banner


def test_the_page_speaks_the_browser_s_language(page: Served) -> None:
    """Until the address names one; a browser that names neither gets the server's."""
    spoken = [page.get(**{"Accept-Language": name}).text for name in ("zh-CN,zh;q=0.9", "en", "fr")]

    assert [re.findall(r'<html lang="([\w-]+)"', text)[0] for text in spoken] == [
        "zh-CN",
        "en",
        "en",
    ]
    assert '<html lang="en"' in page.get("/?lang=en", **{"Accept-Language": "zh"}).text


def test_no_real_message_without_live(page: Served) -> None:
    """The button is not there, nor the warning, and its address does nothing."""
    assert "really sent" not in page.get("/?lang=en").text
    assert "data-test=" not in page.get().text
    assert page.ask("test", receiver="wecom", event="gitlab/push.pushed").status_code == 404


def test_live_sends_and_tells_what_the_vendor_said() -> None:
    """One real message to one receiver: the size, or the vendor's code and the remedy."""
    from workbench.robots import RobotServer

    with RobotServer() as robots:
        environ = {
            "WEBHOOK_SECRET": "a secret of the forge",
            "WECOM_WEBHOOK_URL": robots.add_wecom("live"),
            "DINGTALK_WEBHOOK_URL": robots.add_dingtalk("live-too", secret="SECright"),
            "DINGTALK_SECRET": "SECwrong",
            "RELAY_ALLOW_HOSTS": robots.host,
            "CONFIG_FILE": "",
        }
        with served(environ=environ, live=True) as page:
            asked = {"event": "gitlab/push.pushed", "lang": "en"}
            sent = page.ask("test", receiver="wecom", **asked).get_json()["told"]
            refused = page.ask("test", receiver="dingtalk", **asked).get_json()["told"]
            nobody = page.ask("test", receiver="x", **asked).get_json()["told"]
            shown = page.get("/?lang=en").text
            chinese = page.get("/?lang=zh-CN").text

        assert "Live: what arrives is really sent to the groups" in shown
        assert "真实发送：请求会发到真的群里" in chinese
        assert re.fullmatch(r"✓ sent, \d+ B, \d+ ms", sent)
        assert "E522" in refused
        assert "310000" in refused
        assert nobody == "there is no receiver x"
        assert shown.count("data-test=") == 2
        assert "key=***" in shown
        assert "access_token=***" in shown
        assert "sign=***" in shown
        assert len(robots.received) == 1


def test_live_tests_count_for_the_robots_minute() -> None:
    """What the page sends and what arrives share one minute: no robot is driven over its limit."""
    from workbench.robots import RobotServer

    with RobotServer() as robots:
        environ = {
            "WEBHOOK_SECRET": "a secret of the forge",
            "WECOM_WEBHOOK_URL": robots.add_wecom("live"),
            "RELAY_ALLOW_HOSTS": robots.host,
            "CONFIG_FILE": "",
        }
        with served(environ=environ, live=True) as page:
            asked = {"receiver": "wecom", "event": "gitlab/push.pushed", "lang": "en"}
            told = [page.ask("test", **asked).get_json()["told"] for _ in range(MOST_A_MINUTE + 1)]

        assert [True] * MOST_A_MINUTE + [False] == [one.startswith("✓") for one in told]
        assert "E544" in told[-1]
        assert len(robots.attempts) == MOST_A_MINUTE
