"""From a cloud event to the robots and back: the way of the data, end to end."""

import pytest
from conftest import ROOT
from relays import SECRET, Relay, request

import handler
from relay.config import Config
from relay.events import Event
from relay.version import VERSION
from relay.wording import Form, words
from workbench import samples
from workbench.robots import RobotServer


@pytest.mark.parametrize("name", samples.names())
def test_every_sample_ends_as_a_message_or_a_reason(name: str, robots: RobotServer) -> None:
    """Each sample event is taken by both robots under its own name, or the answer says why not."""
    sample = samples.load(name)
    answer = Relay(robots, NOTIFY_EVENTS="*").sample(name)
    skipped = [entry["reason"] for entry in answer.report.get("skipped", ())]
    hidden = "confidential" in name or "internal" in name

    assert (answer.status, answer.report["ok"]) == (200, True)
    assert skipped == ([sample.ignored] if sample.ignored else ["R33"] if hidden else [])
    assert [message.vendor for message in answer.shown] == (
        [] if skipped else ["wecom", "dingtalk"]
    )
    assert answer.report.get("event", sample.event) == sample.event


def test_answer_tells_what_was_sent(relay: Relay) -> None:
    """The answer names the event, the receivers and their bytes, and nothing that is a secret."""
    report = relay.gitlab().report

    assert report["event"] == "pipeline.failed"
    assert report["project"] == "platform/api"
    assert report["ref"] == "main"
    assert [entry["receiver"] for entry in report["sent"]] == ["wecom", "dingtalk"]
    assert all(entry["bytes"] > 100 for entry in report["sent"])
    assert report["id"].startswith("gl-")


def test_same_delivery_has_the_same_id(relay: Relay) -> None:
    """A repeat of a delivery is recognisable by its id, a new one is not mistaken for it."""
    first = relay.gitlab(Idempotency_Key="one").report["id"]
    again = relay.gitlab(Idempotency_Key="one").report["id"]
    other = relay.gitlab(Idempotency_Key="two").report["id"]

    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("lang", "detail"),
    [
        ("zh-CN", "事件 pipeline.running 默认不发送"),
        ("en", "event pipeline.running is off by default"),
    ],
)
def test_event_off_by_default_is_answered_with_its_reason(
    lang: str, detail: str, robots: RobotServer
) -> None:
    """What is not selected is acknowledged, and the answer says which reason it had."""
    answer = Relay(robots, NOTIFY_LANG=lang).sample("gitlab/pipeline.running")

    assert answer.status == 200
    assert answer.report["sent"] == []
    assert answer.report["skipped"] == [{"route": "all", "reason": "R11", "detail": detail}]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param("Brand New Hook", {"object_kind": "brand_new", "project": {}}, id="new-event"),
        pytest.param("Push Hook", {"text": "hello", "msgtype": "x"}, id="custom-template"),
        pytest.param("Push Hook", {}, id="empty-object"),
    ],
)
def test_d8_unknown_event_is_ignored_by_name(header: str, body: object, relay: Relay) -> None:
    """An event we do not know is answered 200 with R10 and sends nothing."""
    answer = relay.gitlab(body, X_Gitlab_Event=header)

    assert (answer.status, answer.shown) == (200, [])
    assert answer.report["skipped"][0]["reason"] == "R10"


def test_routine_event_is_one_grey_line(relay: Relay) -> None:
    """A successful pipeline is one muted line with one link."""
    text = relay.sample("gitlab/pipeline.success").shown[0].text

    assert text.count("\n") == 0
    assert text.startswith('<font color="comment">')


def test_confidential_item_stays_out(robots: RobotServer) -> None:
    """A confidential issue is not sent even when every event is asked for."""
    answer = Relay(robots, NOTIFY_EVENTS="*").sample("gitlab/issue.opened-confidential")

    assert answer.shown == []
    assert answer.report["skipped"][0]["reason"] == "R33"


def test_test_button_is_answered_whatever_the_filter(robots: RobotServer) -> None:
    """The forge's test message arrives although no event but releases is selected."""
    answer = Relay(robots, NOTIFY_EVENTS="release").sample("gitee/test.ping")

    assert len(answer.shown) == 2


def test_language_is_the_configured_one(robots: RobotServer) -> None:
    """NOTIFY_LANG=en makes English messages."""
    shown = Relay(robots, NOTIFY_LANG="en").gitlab().shown

    assert all("Pipeline failed" in message.text for message in shown)


def test_same_robot_twice_gets_one_message_c18(robots: RobotServer) -> None:
    """C18: an address that is configured twice is posted to once."""
    url = robots.add_wecom(key="wecom-key-0")
    answer = Relay(robots, dingtalk=0, WECOM_WEBHOOK_URL=f"{url},{url}").gitlab()

    assert len(answer.shown) == 1


def test_health_answer_shows_nothing_secret(relay: Relay) -> None:
    """GET / tells version, number of receivers and which configuration, as other answers do."""
    answer = relay.call({"httpMethod": "GET", "path": "/", "headers": {}})

    assert answer.status == 200
    assert answer.report == {
        "ok": True,
        "service": "git-chat-relay",
        "version": VERSION,
        "receivers": 2,
        "config": relay.gitlab().report["config"],
    }


def test_health_names_what_is_missing() -> None:
    """Without configuration the health answer is 503 and names the variable to set."""
    answer = handler.build({})({"httpMethod": "GET", "path": "/"}, None)

    assert answer["statusCode"] == 503
    assert "WECOM_WEBHOOK_URL" in answer["body"]


def test_version_is_the_same_everywhere() -> None:
    """The project's metadata and the code name one version."""
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_fault_of_ours_still_makes_a_notice(capsys: pytest.CaptureFixture[str]) -> None:
    """When the code that words an event fails, a bare notice goes out and the log has the trace."""
    config = Config(sources=(), receivers=(), routes=())
    odd = Event("gitlab", "push", "pushed", "payload text that must not be logged")  # type: ignore[arg-type]
    notice = words(odd, config, Form("en"), 0.0)

    assert notice.title == "🔔 push.pushed"
    logged = capsys.readouterr().out
    assert "event.undescribed" in logged
    assert "must not be logged" not in logged


def test_handler_keeps_nothing_between_calls(relay: Relay) -> None:
    """Two different events one after the other each get their own message."""
    first = relay.sample("gitlab/push.pushed").shown[0].text
    second = relay.sample("gitlab/issue.opened").shown[0].text
    third = relay.sample("gitlab/push.pushed").shown[0].text

    assert first == third != second


def test_both_clouds_contexts_are_understood(relay: Relay) -> None:
    """An AWS context object and a Tencent context dict both bound the time for delivery."""

    class Context:
        aws_request_id = "aws-1"

        def get_remaining_time_in_millis(self) -> int:
            return 3000

    for context in (Context(), {"request_id": "scf-1", "time_limit_in_ms": 3000}, None):
        assert len(relay.gitlab(context=context).report["sent"]) == 2


def test_hook_path_names_the_source(relay: Relay) -> None:
    """/hook/gitlab needs no event header to know the forge; another name is 404."""
    headers = {"X-Gitlab-Token": SECRET}
    named = relay.call(request(None, headers, "/hook/gitlab"))
    unknown = relay.call(request(None, headers, "/hook/nobody"))

    assert (named.status, named.report["event"]) == (200, "pipeline.failed")
    assert unknown.status == 404


# --- time


@pytest.mark.parametrize(
    ("took_s", "left_ms", "expected_s"),
    [
        pytest.param(0.0, 60_000, 4.0, id="at-once"),
        pytest.param(1.0, 60_000, 3.0, id="some-of-it-is-gone"),
        pytest.param(9.0, 60_000, 2.0, id="all-of-it-is-gone"),
        pytest.param(9.0, 1_000, 0.8, id="but-never-beyond-the-platform"),
    ],
)
def test_fetching_the_configuration_leaves_time_to_post(
    took_s: float, left_ms: int, expected_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow parameter store at a cold start must not cost the event."""
    monkeypatch.setattr("time.monotonic", lambda: 100.0 + took_s)

    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return left_ms

    deadline = handler.Call(Context(), 100.0).deadline(4.0)

    assert round(deadline - 100.0 - took_s, 3) == expected_s
