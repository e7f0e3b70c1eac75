"""Groups A, B and G of `design/faults.md`: what arrives, who sends it, what must not get out.

The number of a case stands in the test's name.
"""

import ast
import base64
import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest import REACHED, ROOT
from relays import (
    BODY,
    NOW,
    ROBOT_SECRET,
    SECRET,
    SIGNING_TOKEN,
    Relay,
    request,
    signed_by_gitee,
    signed_by_gitlab,
)

import handler
from relay.clouds import MAX_BODY_BYTES
from relay.signing import same_secret, standard_webhook_signature
from workbench import samples
from workbench.robots import RobotServer

HEADERS = {"X-Gitlab-Event": "Pipeline Hook", "X-Gitlab-Token": SECRET}
TEXT = json.dumps(BODY, ensure_ascii=False)
BASE64 = base64.b64encode(TEXT.encode()).decode()
LISTED = {name: [value] for name, value in HEADERS.items()}  # multiValueHeaders


def event(**changes: Any) -> dict[str, Any]:
    return {**request(TEXT, HEADERS), **changes}


def titled(title: str) -> str:
    """Return the body of an issue whose title is the JSON text *title*."""
    body = json.dumps(samples.load("gitlab/issue.opened").body)
    return re.sub(r'("title": )"[^"]*"', lambda found: f"{found[1]}{title}", body, count=1)


# A. Envelope and body


def test_a1_body_that_is_not_utf8_is_refused_after_verification(relay: Relay) -> None:
    """Broken bytes are 400, but only for who knows the secret."""
    broken = base64.b64encode(b"\xff\xfe{}").decode()
    known = relay.call(event(body=broken, isBase64Encoded=True))
    stranger = relay.call(event(body=broken, isBase64Encoded=True, headers={"X-Gitlab-Token": "x"}))

    assert (known.status, known.report["reason"]) == (400, "bad_body")
    assert stranger.status == 401


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"body": TEXT, "isBase64Encoded": True}, id="flag-without-base64"),
        pytest.param({"body": BASE64}, id="base64-without-flag"),
    ],
)
def test_a2_base64_flag_is_believed(changes: dict[str, Any], relay: Relay) -> None:
    """The body is decoded as the flag says; nothing is guessed."""
    answer = relay.call(event(**changes))

    assert (answer.status, answer.shown) == (400, [])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"body": BASE64, "isBase64Encoded": True}, id="base64"),
        pytest.param({"body": "\ufeff" + TEXT}, id="byte-order-mark"),
        pytest.param({"body": TEXT.encode()}, id="bytes"),
        pytest.param({"body": BODY}, id="dict-of-a-console-test"),
    ],
)  # fmt: skip
def test_a3_every_form_of_the_body_is_read(changes: dict[str, Any], relay: Relay) -> None:
    """Base64, a byte-order mark, bytes and a dict all become one message per robot."""
    assert len(relay.call(event(**changes)).shown) == 2


@pytest.mark.parametrize("body", [None, "null", "", "   ", "\ufeff"], ids=repr)
def test_a4_missing_body_is_refused(body: str | None, relay: Relay) -> None:
    """A request without a body is 400."""
    assert relay.call(event(body=body)).status == 400


@pytest.mark.parametrize("body", ["[]", "7", "null", '"text"', "true", "1.5", "[{}]"])
def test_a5_body_that_is_no_object_is_refused(body: str, relay: Relay) -> None:
    """JSON that is not an object is 400."""
    assert relay.call(event(body=body)).status == 400


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * 100_000, id="open-brackets"),
        pytest.param('{"a":' * 100_000, id="open-objects"),
        pytest.param("[" * 100_000 + "]" * 100_000, id="nested-arrays"),
        pytest.param('{"object_kind":"push","n":' + "9" * 300_000 + "}", id="huge-integer"),
    ],
)
def test_a6_hostile_json_is_refused(body: str, relay: Relay) -> None:
    """Nesting and numbers that break parsers are 400, not a crash."""
    assert relay.call(event(body=body)).status == 400


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param(titled("NaN"), "#231", id="nan"),
        pytest.param(titled("1e400"), "#231", id="infinity"),
        pytest.param(titled('"first", "title": "second"'), "second", id="duplicate-key"),
        pytest.param(titled('"lone \\ud800 surrogate"'), "lone \ufffd surrogate", id="surrogate"),
    ],
)
def test_a7_odd_json_still_makes_valid_messages(body: str, shown: str, relay: Relay) -> None:
    """NaN, infinity, duplicate keys and lone surrogates reach the robots as strict JSON."""
    answer = relay.gitlab(body, X_Gitlab_Event="Issue Hook")

    assert answer.status == 200
    assert len(answer.shown) == 2
    for message in answer.shown:
        assert shown in message.text
        assert json.loads(message.body.decode("utf-8"), parse_constant=pytest.fail)


@pytest.mark.parametrize(
    ("size", "status"), [(MAX_BODY_BYTES + 1, 413), (25 * 1024 * 1024, 413), (MAX_BODY_BYTES, 200)]
)
def test_a8_body_over_the_limit_is_refused(size: int, status: int, relay: Relay) -> None:
    """One byte too many is 413; the limit itself is read."""
    body = TEXT + " " * (size - len(TEXT.encode()))

    assert relay.call(event(body=body)).status == status


@pytest.mark.parametrize("encoded", [False, True], ids=["text", "base64"])
def test_a8_refusing_takes_no_memory(encoded: bool) -> None:
    """A body of 25 MB is refused before it is decoded: memory grows by less than twice that."""
    script = f"""
import resource, handler
body = "A" * (25 * 1024 * 1024)
event = {{"httpMethod": "POST", "path": "/", "body": body, "isBase64Encoded": {encoded}}}
handle = handler.build({{}})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
status = handle(event, None)["statusCode"]
print(status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    status, grown_kib = map(int, done.stdout.split()[-2:])

    assert status == 413
    assert grown_kib <= 2 * 25 * 1024


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; x=y"]
)
def test_a9_json_is_read_under_any_content_type(content_type: str, relay: Relay) -> None:
    """What is JSON is read as JSON."""
    assert len(relay.gitlab(Content_Type=content_type or None).shown) == 2


def test_a9_form_data_is_refused_with_the_fix(relay: Relay) -> None:
    """A form body is 415, and the answer says what to set."""
    answer = relay.gitee("hook=%7B%7D", Content_Type="application/x-www-form-urlencoded")

    assert answer.status == 415
    assert "JSON" in answer.report["fix"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"headers": {name.upper(): HEADERS[name] for name in HEADERS}}, id="any-case"),
        pytest.param({"headers": None, "multiValueHeaders": LISTED}, id="multi-value"),
        pytest.param(
            {"headers": {**HEADERS, "X-Null": None, "X-List": ["a", "b"]}}, id="odd-values"
        ),
    ],
)
def test_a10_header_forms_are_all_read(changes: dict[str, Any], relay: Relay) -> None:
    """Header case, lists and nulls do not matter."""
    assert len(relay.call(event(**changes)).shown) == 2


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            {"multiValueHeaders": {**LISTED, "X-Gitlab-Token": ["x", SECRET]}}, id="twice"
        ),
        pytest.param({"headers": {**HEADERS, "X-Gitlab-Token": f"x, {SECRET}"}}, id="joined"),
        pytest.param({"headers": {**HEADERS, "x-gitlab-token": "x"}}, id="two-cases"),
        pytest.param({"headers": {**HEADERS, "X-Gitlab-Token": [SECRET, "x"]}}, id="list"),
    ],
)
def test_a11_two_tokens_are_none(changes: dict[str, Any], relay: Relay) -> None:
    """Two different tokens in one request are refused, although one of them is right."""
    assert relay.call(event(**changes)).status == 401


CLOUDS = sorted((Path(__file__).parent / "fixtures" / "clouds").glob("*.json"))


@pytest.mark.parametrize("path", CLOUDS, ids=lambda path: path.stem)
def test_a12_one_body_through_every_envelope(path: Path, relay: Relay) -> None:
    """The same webhook in each cloud's envelope makes the same messages; no envelope breaks."""
    envelope = json.loads(path.read_text(encoding="utf-8"))
    is_http = "httpMethod" in json.dumps(envelope) or "requestContext" in envelope
    key = "multiValueHeaders" if "headers" not in envelope else "headers"
    wrap = (lambda value: [value]) if key == "multiValueHeaders" else (lambda value: value)
    envelope[key] = {**(envelope.get(key) or {}), **{n: wrap(v) for n, v in HEADERS.items()}}
    encoded = envelope.get("isBase64Encoded") is True
    envelope["body"] = base64.b64encode(TEXT.encode()).decode() if encoded else TEXT
    if "multiValueHeaders" in envelope:
        envelope["multiValueHeaders"] = {**envelope["multiValueHeaders"], **LISTED}
    answer = relay.call(envelope)

    assert (answer.status, len(answer.shown)) == ((200, 2) if is_http else (400, 0))


@pytest.mark.parametrize(
    "odd", [{}, None, [], "text", 7, {"Records": []}, {"Type": "Timer"}], ids=repr
)
def test_a12_what_is_no_request_is_400(odd: object, relay: Relay) -> None:
    """An event that is no HTTP request gets an answer that says so."""
    answer = relay.call(odd)

    assert answer.status == 400
    assert "HTTP" in answer.report["fix"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("OPTIONS", "/", 405),
        ("PUT", "/", 405),
        ("GET", "/admin", 404),
        ("POST", "/hook/nobody", 404),
        ("POST", "/anything/else", 200),
    ],
)
def test_a13_methods_and_paths(method: str, path: str, status: int, relay: Relay) -> None:
    """Webhooks are POST; GET / is the health answer; HEAD has no body."""
    call = event(rawPath=path, requestContext={"http": {"method": method, "path": path}})
    answer = relay.call(call)

    assert answer.status == status
    assert (answer.report == {}) == (method == "HEAD")


def test_a14_headers_of_both_forges_are_refused(relay: Relay) -> None:
    """With both forges configured, a request that claims to be both is 400."""
    answer = relay.gitlab(X_Gitee_Event="Push Hook", X_Gitee_Token=SECRET)

    assert (answer.status, answer.report["reason"]) == (400, "two_senders")


def test_a14_the_only_configured_forge_is_taken(robots: RobotServer) -> None:
    """When only GitLab can be verified, its verification decides."""
    relay = Relay(robots, WEBHOOK_SECRET="", GITLAB_SIGNING_TOKEN=SIGNING_TOKEN)
    headers = {**signed_by_gitlab(TEXT), "X-Gitlab-Event": "Pipeline Hook", "X-Gitee-Token": "x"}

    assert relay.call(request(TEXT, headers)).status == 200


# B. Who is calling

WRONG = {
    "none": None,
    "empty": "",
    "first-byte": "x" + SECRET[1:],
    "last-byte": SECRET[:-1] + "x",
    "shorter": SECRET[:-1],
    "longer": SECRET + "x",
    "non-ascii": "密钥",
    "surrogate": "\ud800",
    "huge": "x" * 100_000,
}


@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("forge", ["gitlab", "gitee"])
def test_b1_wrong_token_is_refused_in_one_wording(
    forge: str, token: str | None, relay: Relay
) -> None:
    """Every wrong token is 401 with the same answer; the body is not looked at."""
    if forge == "gitlab":
        answer = relay.gitlab("not even JSON", X_Gitlab_Token=token)
    else:
        answer = relay.gitee("not even JSON", X_Gitee_Token=token)

    assert (answer.status, answer.shown) == (401, [])
    assert answer.report == {
        "ok": False,
        "reason": "unauthorized",
        "code": "E302",
        "fix": "密钥或签名不匹配",
    }


def test_b1_an_empty_secret_matches_nothing() -> None:
    """Not even an empty token is the same as no secret."""
    assert same_secret("", "") is False
    assert same_secret("a", "a") is True


def test_b2_no_secret_is_compared_with_equals() -> None:
    """Secrets are compared in constant time: the verifying modules use no ``==`` beside them."""
    names = ("token", "secret", "signature", "password", "expected", "given")
    found = []
    for path in (
        "adapters/gitlab/authenticity.py",
        "adapters/gitee/verification.py",
        "relay/signing.py",
    ):
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                text = ast.unparse(node)
                if any(name in text for name in names) and "source.signature" not in text:
                    found.append(f"{path}: {text}")

    assert found == []


@pytest.mark.parametrize("secret", ["", "   ", '""'], ids=["missing", "spaces", "quotes"])
def test_b3_without_a_secret_nobody_enters(secret: str, robots: RobotServer) -> None:
    """No secret configured: 503 that names the variable, even for an empty token."""
    answer = Relay(robots, WEBHOOK_SECRET=secret).gitlab(X_Gitlab_Token="")

    assert (answer.status, answer.report["reason"]) == (503, "not_configured")
    assert "WEBHOOK_SECRET" in answer.report["fix"]


def test_b3_unsigned_calls_need_an_explicit_switch(robots: RobotServer) -> None:
    """ALLOW_UNSIGNED=true, and nothing else, lets a request without any secret in."""
    relay = Relay(robots, WEBHOOK_SECRET="", ALLOW_UNSIGNED="true")

    assert relay.gitlab(X_Gitlab_Token=None).status == 200


def test_b3_the_switch_does_not_weaken_a_secret(robots: RobotServer) -> None:
    """ALLOW_UNSIGNED opens only what has no secret: with one, a wrong token is still refused."""
    relay = Relay(robots, ALLOW_UNSIGNED="true")

    assert relay.gitlab(X_Gitlab_Token="wrong").status == 401


def test_b3_one_forge_may_lack_a_secret(robots: RobotServer) -> None:
    """With only GitLab's signing token known, a Gitee request is 503 and says what to set."""
    answer = Relay(robots, WEBHOOK_SECRET="", GITLAB_SIGNING_TOKEN=SIGNING_TOKEN).gitee()

    assert answer.status == 503
    assert "WEBHOOK_SECRET" in answer.report["fix"]


def signing(robots: RobotServer, token: str = SIGNING_TOKEN, **environ: str) -> Relay:
    return Relay(robots, GITLAB_SIGNING_TOKEN=token, **environ)


@pytest.mark.parametrize(
    ("configured", "change", "status"),
    [
        pytest.param(SIGNING_TOKEN, {}, 200, id="right"),
        pytest.param(SIGNING_TOKEN.removeprefix("whsec_"), {}, 200, id="without-prefix"),
        pytest.param(SIGNING_TOKEN.rstrip("="), {}, 200, id="unpadded"),
        pytest.param(SIGNING_TOKEN, {"bad": "v1,AAAA {}"}, 200, id="bad-then-good"),
        pytest.param(SIGNING_TOKEN, {"bad": "v2{}"}, 401, id="unknown-version"),
        pytest.param(SIGNING_TOKEN, {"bad": ""}, 401, id="empty"),
    ],
)
def test_b4_gitlab_signature(
    configured: str, change: dict[str, str], status: int, robots: RobotServer
) -> None:
    """One right v1 signature among several is enough; other versions count for nothing."""
    headers = signed_by_gitlab(TEXT)
    if change:
        good = headers["webhook-signature"]
        form = change["bad"]
        headers["webhook-signature"] = form.format(
            good.removeprefix("v1") if "v2" in form else good
        )
    call = request(TEXT, {"X-Gitlab-Event": "Pipeline Hook", **headers})

    assert (
        signing(robots).call(call).status == status
        if configured == SIGNING_TOKEN
        else (signing(robots, configured).call(call).status == status)
    )


@pytest.mark.parametrize(
    "body",
    [TEXT.replace("main", "Main", 1), json.dumps(BODY, indent=1)],
    ids=["one-bit", "rewritten"],
)
def test_b4_signature_covers_the_raw_body(body: str, robots: RobotServer) -> None:
    """A changed body, or the same JSON written anew, does not verify."""
    headers = {"X-Gitlab-Event": "Pipeline Hook", **signed_by_gitlab(TEXT)}

    assert signing(robots).call(request(body, headers)).status == 401


def test_b4_signature_cannot_be_skipped(robots: RobotServer) -> None:
    """Once a signing token is known, the plain token alone is refused, unless that was allowed."""
    strict = signing(robots).gitlab()
    lenient = signing(robots, GITLAB_SIGNATURE="optional").gitlab()

    assert (strict.status, lenient.status) == (401, 200)


@pytest.mark.parametrize(
    ("age_s", "status"),
    [(299, 200), (301, 401), (-299, 200), (-301, 401)],
    ids=["in-time", "too-old", "ahead", "too-far-ahead"],
)
def test_b5_gitlab_time_window(age_s: int, status: int, robots: RobotServer) -> None:
    """Signed requests count for five minutes in either direction."""
    headers = signed_by_gitlab(TEXT, NOW - age_s)

    assert signing(robots).call(request(TEXT, headers)).status == status


@pytest.mark.parametrize(
    "stamp", ["soon", "", "1e9", "-5", "9" * 400, "１７９５１７０６００"], ids=repr
)
def test_b5_bad_timestamp_is_refused(stamp: str, robots: RobotServer) -> None:
    """A timestamp that is no number is 401, although the signature over it is right."""
    signature = standard_webhook_signature(SIGNING_TOKEN, "delivery-1", stamp, TEXT.encode())
    headers = {
        **signed_by_gitlab(TEXT),
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }

    assert signing(robots).call(request(TEXT, headers)).status == 401


def test_b5_missing_timestamp_is_refused(robots: RobotServer) -> None:
    """Without a timestamp there is nothing that bounds the signature's age."""
    headers = {**signed_by_gitlab(TEXT), "webhook-timestamp": None}

    assert signing(robots).call(request(TEXT, headers)).status == 401


def test_b6_gitee_password_and_signature(relay: Relay) -> None:
    """Gitee's password, its signature, and the signature percent-encoded are all taken."""
    signed = signed_by_gitee()
    encoded = {**signed, "X-Gitee-Token": quote(signed["X-Gitee-Token"], safe="")}

    assert [relay.gitee(**headers).status for headers in ({}, signed, encoded)] == [200, 200, 200]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(signed_by_gitee(at_s=NOW - 3601), id="stale"),
        pytest.param(signed_by_gitee(at_s=NOW + 3601), id="ahead"),
        pytest.param({**signed_by_gitee(), "X-Gitee-Timestamp": None}, id="no-time"),
        pytest.param({**signed_by_gitee(), "X-Gitee-Token": None}, id="signature-in-body-only"),
        pytest.param({**signed_by_gitee(), "X-Gitee-Token": ""}, id="empty-header"),
    ],
)
def test_b6_gitee_signature_out_of_place(headers: dict[str, str | None], relay: Relay) -> None:
    """A signature outside its hour, without its time, or only in the body is 401."""
    proof = {"sign": signed_by_gitee()["X-Gitee-Token"], "password": SECRET}
    body = {**samples.load("gitee/push.pushed").body, **proof}

    assert relay.gitee(body, **headers).status == 401


@pytest.mark.parametrize(("setting", "statuses"), [("hmac", [401, 200]), ("password", [200, 401])])
def test_b6_gitee_mode_can_be_insisted_on(
    setting: str, statuses: list[int], robots: RobotServer
) -> None:
    """GITEE_SIGNATURE restricts Gitee to one of its two ways."""
    relay = Relay(robots, GITEE_SIGNATURE=setting)

    assert [relay.gitee().status, relay.gitee(**signed_by_gitee()).status] == statuses


def test_b8_wrong_clock_is_told_once(
    robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A signature that is right but ten minutes off is 401; one log line says by how much."""
    relay = signing(robots)
    headers = signed_by_gitlab(TEXT, NOW - 600)
    statuses = [relay.call(request(TEXT, headers)).status for _ in range(3)]
    told = [line for line in capsys.readouterr().out.splitlines() if "clock" in line]

    assert statuses == [401, 401, 401]
    assert len(told) == 1
    assert re.search(r"(600|601) ?s", told[0])


def test_b9_two_secrets_during_rotation(robots: RobotServer) -> None:
    """The old secret is taken beside the new one while WEBHOOK_SECRET_OLD is set."""
    relay = Relay(robots, WEBHOOK_SECRET="new-one", WEBHOOK_SECRET_OLD="old-one")
    tokens = ("new-one", "old-one", "other-one")

    assert [relay.gitlab(X_Gitlab_Token=token).status for token in tokens] == [200, 200, 401]


# G. Leaks and reach

MARK = "LEAKMARK"


ROBOT_FAULTS = (
    "refuse", "reset", "cut", "http:500", "http:404", "redirect:http://127.0.0.1:9/x", "nonjson",
    "empty", "array", "waf", "busy", "badkey", "throttle", "sign", "keyword", "hang",
)  # fmt: skip


@pytest.mark.parametrize("fault", [*ROBOT_FAULTS, "dead"])
def test_g1_no_secret_in_answers_or_logs(
    fault: str, robots: RobotServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """Marked keys, tokens and secrets appear nowhere, whatever a robot does wrong.

    A root log handler stands for the one that a cloud's runtime brings.
    """
    root = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(root)
    faults = "" if fault == "dead" else fault
    wecom = robots.add_wecom(key=f"key-{MARK}", faults=faults)
    dingtalk = robots.add_dingtalk(token=f"token-{MARK}", secret=f"SEC{MARK}", faults=faults)
    if fault == "dead":
        wecom, dingtalk = (url.replace(robots.host, "127.0.0.1:9") for url in (wecom, dingtalk))
    relay = Relay(
        robots,
        WECOM_WEBHOOK_URL=wecom,
        DINGTALK_WEBHOOK_URL=dingtalk,
        DINGTALK_SECRET=f"SEC{MARK}",
        WEBHOOK_SECRET=f"hook-{MARK}",
        RELAY_ALLOW_HOSTS=f"{robots.host},127.0.0.1:9",
        DELIVERY_TIMEOUT="0.5",
    )
    answers = [
        relay.gitlab(X_Gitlab_Token=f"hook-{MARK}"),
        relay.gitlab(X_Gitlab_Token=f"wrong-{MARK}"),
        relay.gitlab("{", X_Gitlab_Token=f"hook-{MARK}"),
    ]
    logging.getLogger().removeHandler(root)
    written = capfd.readouterr()

    assert [answer.status for answer in answers] == [200, 401, 400]
    assert len(answers[0].report["failed"]) == 2
    assert MARK not in json.dumps([answer.report for answer in answers])
    assert fault == "hang" or "delivery.failed" in written.out
    assert MARK not in written.out + written.err


def test_g1_configuration_never_shows_its_secrets(robots: RobotServer) -> None:
    """The text form of every configuration value masks secrets and addresses."""
    from relay.configuration.environment import configuration

    shown = repr(configuration(Relay(robots).environ))

    assert SECRET not in shown
    assert ROBOT_SECRET not in shown
    assert "wecom-key-0" not in shown


@pytest.mark.parametrize(
    "evil",
    ["http://169.254.169.254/", "http://127.0.0.1:1/", "file:///etc/passwd", "http://db.internal/"],
)
def test_g2_no_address_in_a_payload_is_ever_called(
    evil: str, relay: Relay, robots: RobotServer
) -> None:
    """A payload full of addresses makes no look-up and no connection but to the robots."""
    hostile = re.sub(r"https?://[^\"\\]*", evil, json.dumps(BODY))
    REACHED.clear()
    answer = relay.gitlab(hostile)

    assert (answer.status, len(answer.shown)) == (200, 2)
    assert {(host, str(port)) for host, port in REACHED} <= {tuple(robots.host.split(":"))}
    assert all("file:" not in message.text for message in answer.shown)


def test_g3_user_text_cannot_break_the_log(
    relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line breaks, escape sequences and a megabyte of text leave bounded JSON lines."""
    project = {**BODY["project"], "path_with_namespace": "a\n\x1b[31m\r" * 200_000}
    body = {**BODY, "project": project}
    relay.gitlab(body)
    lines = capsys.readouterr().out.splitlines()

    assert lines
    for line in lines:
        assert len(line) <= 8192
        assert "\x1b" not in line
        json.loads(line)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(request(TEXT, {"X-Gitlab-Event": "Push Hook"}), id="401"),
        pytest.param(request(TEXT, {}), id="400"),
        pytest.param(request(TEXT, HEADERS, "/hook/x"), id="404"),
        pytest.param({"httpMethod": "PUT"}, id="405"),
        pytest.param(None, id="no-request"),
    ],
)
def test_g4_strangers_learn_nothing(call: Any, relay: Relay) -> None:
    """An answer to somebody without the secret is at most 200 bytes, without version or names."""
    answer = relay.handle(call, None)

    assert answer["statusCode"] >= 400
    assert len(answer["body"].encode()) <= 200
    for word in ("version", "route", "wecom", "dingtalk", "Traceback"):
        assert word not in answer["body"]


def test_g4_answers_stay_small(robots: RobotServer) -> None:
    """With ten robots, each failing differently, the answer is within 2 KB."""
    relay = Relay(robots, wecom=5, dingtalk=5)
    for number in range(5):
        robots.set_faults(f"wecom-key-{number}", "badkey")
        robots.set_faults(f"dingtalk-token-{number}", "sign")
    answer = relay.handle(request(TEXT, HEADERS), None)

    assert len(answer["body"].encode()) <= 2048
    assert len(json.loads(answer["body"])["failed"]) == 10


def test_every_refusal_says_what_to_do() -> None:
    """Without any configuration the answer still names the first variable to set."""
    answer = handler.build({})(request(TEXT, HEADERS), None)

    assert answer["statusCode"] == 503
    assert len(answer["body"].encode()) <= 300
    assert "WECOM_WEBHOOK_URL" in answer["body"]
