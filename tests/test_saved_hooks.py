"""Requests that were kept: what the function takes, the page and the commands take as well."""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import Result
from pages import HOST, Served
from verbs import CLEAN, WEBHOOK_SECRET, WECOM_KEY, project, run

import adapters
import handler
from adapters.decode import decode
from relay.errors import BadRequest
from workbench import samples
from workbench.local_server import LocalServer, create_app
from workbench.preview import encoded
from workbench.robots import RobotServer
from workbench.saved_hooks import HookError, hook
from workbench.stand_ins import DEV_SECRET

TASK = samples.load("gitee/job.failed")
PUSH = samples.load("gitlab/push.pushed")
ARRIVED = {"received": "1"}
CONFIG = """\
version: 1
lang: en
sources:
  gitlab: { type: gitlab, secret: "${SECRET}" }
  gitee: { type: gitee, secret: "${SECRET}", signature: hmac }
receivers:
  dev-group: { type: wecom_robot, url: "${ROBOT}" }
routes:
  - events: [push, job, merge_request]
    receivers: [dev-group]
"""


class Relay(NamedTuple):
    """A served function, whose configuration is in the current folder, and what it was given."""

    url: str
    robots: RobotServer
    events: list[dict[str, Any]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def relay(folder: Path) -> Iterator[Relay]:
    with RobotServer() as robots:
        values = {
            "SECRET": WEBHOOK_SECRET,
            "ROBOT": robots.add_wecom(WECOM_KEY),
            "RELAY_ALLOW_HOSTS": robots.host,
        }
        path = project(folder, CONFIG, values)
        handle = handler.build({**values, "CONFIG_FILE": str(path)})
        events: list[dict[str, Any]] = []

        def kept(event: dict[str, Any], context: object) -> Mapping[str, Any]:
            events.append(event)
            return handle(event, context)

        with LocalServer(create_app(kept)) as server:
            yield Relay(f":{server.port}", robots, events)


def cloud_event(body: bytes, headers: Mapping[str, str], path: str = "/hook") -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "requestContext": {"http": {"method": "POST", "path": path}},
        "headers": dict(headers),
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def flat(result: Result) -> str:
    return " ".join(result.output.split())


# A forge that is named by the proof in the headers, and by no header of the event.


def test_the_page_takes_an_event_without_its_header(page: Served) -> None:
    """What was sent is shown, repeated, copied and saved like any other event."""
    page.ask("send", event=TASK.name)
    shown = page.get("/?received=1&lang=en").text
    answers = [page.ask(name, **ARRIVED).get_json() or {} for name in ("replay", "curl")]
    first, second = page.local.page.trail.arrivals()

    assert (first.status, second.status) == (200, 200)
    assert [one for one in answers if one.get("failed")] == []
    assert len(first.messages) == len(second.messages) > 0
    assert "X-Gitee-Token" in answers[1]["text"]
    assert "Not sent" not in shown.partition("<main")[2]
    assert "data-platform" in shown


TASKS: dict[str, object] = {
    "as it came": {
        "headers": {"X-Gitee-Token": "old", "X-Gitee-Timestamp": "1"},
        "body": TASK.body,
    },
    "only the agent": {"headers": {"user-agent": "git-oschina-hook"}, "body": TASK.body},
    "sample": {"headers": TASK.headers, "body": TASK.body},
    "bare body": TASK.body,
}


@pytest.mark.parametrize("kind", TASKS)
def test_files_of_a_pipeline_task_are_gitee_s(folder: Path, relay: Relay, kind: str) -> None:
    """Every command knows the forge; the proof in the file is not sent again."""
    (folder / "task.json").write_text(json.dumps(TASKS[kind]), encoding="utf-8")
    told = json.loads(run("explain", "task.json", "--format", "json").output)
    rendered = json.loads(run("render", "task.json", "--format", "json").output)
    replayed = run("replay", "task.json", "--lang", "en")
    triggered = run("trigger", "task.json", "-u", relay.url, "-s", WEBHOOK_SECRET)

    assert (told["source"], told["event"]) == ("gitee", "job.failed")
    assert rendered["event"] == "job.failed"
    assert replayed.exit_code == 0, replayed.output
    assert triggered.exit_code == 0, triggered.output
    assert adapters.forges(relay.events[0]["headers"]) == ("gitee",)
    assert len(relay.robots.received) == 2


def test_what_the_page_saved_can_be_sent(folder: Path, page: Served, relay: Relay) -> None:
    """A fixture has lost the proof, and with it the last header that named the forge."""
    page.ask("send", event=TASK.name)
    path = page.local.page.save("1", folder / "kept")
    written = json.loads(path.read_text(encoding="utf-8"))
    written["headers"].pop("user-agent", None)
    path.write_text(json.dumps(written), encoding="utf-8")

    assert path.name == "gitee-job.failed-1.json"
    assert run("replay", str(path)).exit_code == 0
    assert run("trigger", str(path), "-u", relay.url, "-s", WEBHOOK_SECRET).exit_code == 0


@pytest.mark.parametrize("headers", [{"X-Gitlab-Token": "old"}, {}], ids=["token", "nothing"])
def test_gitlab_s_event_needs_no_header_either(
    folder: Path, relay: Relay, headers: dict[str, str]
) -> None:
    """A gateway may drop it; the body says what it is."""
    kept = {"headers": headers, "body": PUSH.body}
    (folder / "push.json").write_text(json.dumps(kept), encoding="utf-8")
    replayed = run("replay", "push.json", "--lang", "en")

    assert (replayed.exit_code, len(relay.robots.received)) == (0, 1), replayed.output


SIGNED = {
    "X-Gitlab-Event": "Push Hook",
    "X-Gitlab-Token": "old",
    "webhook-id": "msg-1",
    "webhook-timestamp": "1",
    "webhook-signature": "v1,old",
}


def test_an_old_proof_is_not_sent_again(folder: Path, relay: Relay) -> None:
    """The new one stands in its place; `--header` still wins over that."""
    (folder / "push.json").write_text(json.dumps({"headers": SIGNED, "body": PUSH.body}))
    to = ("-u", relay.url, "-s", WEBHOOK_SECRET)
    right = run("trigger", "push.json", *to)
    wrong = run("trigger", "push.json", *to, "--header", "X-Gitlab-Token: other")
    sent = [one["headers"] for one in relay.events]

    assert (right.exit_code, wrong.exit_code) == (0, 1)
    assert [one["x-gitlab-token"] for one in sent] == [WEBHOOK_SECRET, "other"]
    assert "webhook-signature" not in sent[0]
    assert sent[0]["webhook-id"] == sent[0]["idempotency-key"] != "msg-1"


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "say which it is with --source"), ("zh-CN", "用 --source 说明是哪个")]
)
def test_two_forges_are_told_apart_by_the_source(
    folder: Path, relay: Relay, lang: str, told: str
) -> None:
    """Nothing is guessed; whoever kept it knows."""
    both = {"headers": {"X-Gitlab-Event": "Push Hook", "X-Gitee-Token": "x"}, "body": PUSH.body}
    (folder / "both.json").write_text(json.dumps(both), encoding="utf-8")
    refused = run("replay", "both.json", "--lang", lang)
    taken = run("replay", "both.json", "--lang", lang, "--source", "gitlab")

    assert (refused.exit_code, taken.exit_code) == (2, 0), taken.output
    assert told in flat(refused)


# Texts that UTF-8 has no bytes for.


MERGE = samples.load("gitlab/merge_request.opened")
HALF = {
    **MERGE.body,
    "object_attributes": {**MERGE.body["object_attributes"], "title": "half \ud800 \\ude00 end"},
}


def test_half_a_character_is_rendered_as_it_is_sent(page: Served, folder: Path) -> None:
    """JSON may escape it: the function sends, so the page shows, repeats, saves, and names it."""
    client = page.local.app.test_client()
    headers = {"X-Gitlab-Event": "Merge Request Hook", "X-Gitlab-Token": DEV_SECRET}
    answer = client.post("/hook", base_url=HOST, data=json.dumps(HALF), headers=headers)
    shown = page.get("/?received=1&lang=en").text
    payload = json.loads(json.dumps(HALF))
    edited = page.ask("show", event=MERGE.name, payload=json.dumps(payload)).get_json()
    (arrival,) = page.local.page.trail.arrivals()

    assert answer.status_code == 200
    assert len(arrival.messages) == 2
    assert "E301" not in shown
    assert "E301" not in edited["cards"]
    assert "half" in edited["cards"]
    assert not (page.ask("replay", **ARRIVED).get_json() or {}).get("failed")
    assert page.local.page.save("1", folder).name == "gitlab-merge_request.opened-1.json"


def test_commands_render_half_a_character(folder: Path, relay: Relay) -> None:
    """In a file it is an escape as well."""
    kept = {"headers": MERGE.headers, "body": HALF}
    (folder / "half.json").write_text(json.dumps(kept), encoding="utf-8")
    explained = json.loads(run("explain", "half.json", "--format", "json").output)
    rendered = run("render", "half.json", "--lang", "en")
    triggered = run("trigger", "half.json", "-u", relay.url, "-s", WEBHOOK_SECRET)

    assert (explained["event"], "refused" in explained) == ("merge_request.opened", False)
    assert (rendered.exit_code, triggered.exit_code) == (0, 0), triggered.output
    assert "half" in relay.robots.received[0].text


@pytest.mark.parametrize("text", ["\ud800", "\\\ud800", "\udfff\ud800", '"\\\\\udc00"', "中😀"])
def test_encoded_is_read_as_what_it_was(text: str) -> None:
    """Whatever stands before it, and every other character as itself."""
    raw = encoded({text: [text]})

    assert json.loads(raw.decode()) == {text: [text]}
    assert encoded({"a": "中😀é"}) == '{"a":"中😀é"}'.encode()


BODIES = {
    "plain": b'{"a": 1}',
    "mark": b'\xef\xbb\xbf{"a": 1}',
    "escaped half": b'{"a": "\\ud800"}',
    "half in bytes": b'{"a": "\xed\xa0\x80"}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "latin": b'{"a": "\xff"}',
    "list": b"[1]",
    "nothing": b"",
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_is_read_exactly_where_the_function_reads_it(kind: str) -> None:
    """A page that shows messages of a request that was refused would mislead."""
    refused = []
    for read in (
        lambda: decode(BODIES[kind], ""),
        lambda: hook(cloud_event(BODIES[kind], {"x-gitlab-event": "Push Hook"}), "x"),
    ):
        try:
            read()
        except (BadRequest, HookError):
            refused.append(True)
        else:
            refused.append(False)

    assert refused[0] == refused[1]


# What a replay may prove.


@pytest.mark.parametrize(
    ("status", "is_proven"),
    [*((one, True) for one in (200, 202, 502)),
     *((one, False) for one in (400, 401, 403, 404, 500, 503))],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_only_what_was_proven_is_replayed(
    page: Served, status: int, is_proven: bool, lang: str
) -> None:
    """Else a change of the configuration, or its secret from here, would open the way."""
    event = cloud_event(encoded(PUSH.body), {"x-gitlab-event": "Push Hook"})
    page.local.page.trail.watch(lambda event, context: {"statusCode": status, "body": "{}"})(
        event, None
    )
    answer = page.ask("replay", lang=lang, **ARRIVED).get_json() or {}

    assert len(page.robots.received) == (2 if is_proven else 0)
    assert bool(answer.get("failed")) is not is_proven
    word = "nobody is proven to have sent it" if lang == "en" else "没有证明是谁发的"
    assert (word in answer.get("told", "")) is not is_proven


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/hook/other", {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": DEV_SECRET}, 404),
        ("/hook", {}, 400),
    ],
    ids=["no such source", "no forge"],
)
def test_nobody_s_request_is_not_proven_later(
    page: Served, path: str, headers: dict[str, str], status: int
) -> None:
    """The body alone tells a forge, which is enough to look at it and no proof of anybody."""
    client = page.local.app.test_client()
    client.post(path, base_url=HOST, json=TASK.body if not headers else PUSH.body, headers=headers)
    answer = page.ask("replay", **ARRIVED).get_json()
    (arrival,) = page.local.page.trail.arrivals()

    assert (arrival.status, answer.get("failed")) == (status, True)
    assert page.robots.attempts == []
