"""Groups A, B and G of `design/faults.md`: what arrives, who sends it, what must not get out.

The number of a case stands in the test's name.
"""

import ast
import base64
import itertools
import json
import logging
import re
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from conftest import REACHED, ROOT
from effort import steps
from relays import (
    BODY,
    NOW,
    ROBOT_SECRET,
    SECRET,
    SIGNING_TOKEN,
    Answer,
    Relay,
    request,
    signed_by_gitee,
    signed_by_gitlab,
)

import handler
from relay.clouds import MAX_BODY_BYTES
from relay.delivery import Post, new_session, send
from relay.errors import DeliveryError
from relay.log import MAX_LINE_BYTES
from relay.signing import same_secret, standard_webhook_signature
from relay.version import VERSION
from workbench import faults, samples
from workbench.robots import RobotServer

HEADERS = {"X-Gitlab-Event": "Pipeline Hook", "X-Gitlab-Token": SECRET}
TEXT = json.dumps(BODY, ensure_ascii=False)
BASE64 = base64.b64encode(TEXT.encode()).decode()
LISTED = {name: [value] for name, value in HEADERS.items()}  # multiValueHeaders
MOST_STEPS = 1500  # of a refusal: fewer than 300 in fact


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

    assert (known.status, known.report["reason"], known.shown) == (400, "bad_body", [])
    assert (stranger.status, stranger.shown) == (401, [])


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
    """A request without a body is 400 and reaches nobody."""
    answer = relay.call(event(body=body))

    assert (answer.status, answer.shown) == (400, [])


@pytest.mark.parametrize("body", ["[]", "7", "null", '"text"', "true", "1.5", "[{}]"])
def test_a5_body_that_is_no_object_is_refused(body: str, relay: Relay) -> None:
    """JSON that is not an object is 400 and reaches nobody."""
    answer = relay.call(event(body=body))

    assert (answer.status, answer.shown) == (400, [])


OVERWHELMING: dict[str, Callable[[int], str]] = {
    "open-brackets": lambda size: "[" * size,
    "open-objects": lambda size: '{"a":' * (size // 5),
    "nested-arrays": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "huge-integer": lambda size: f'{{"object_kind":"push","n":{"9" * size}}}',
}


@pytest.mark.parametrize("kind", OVERWHELMING)
def test_a6_hostile_json_is_refused(kind: str, relay: Relay) -> None:
    """Nesting and numbers that break parsers are 400, not a crash, and cost next to nothing."""
    body = OVERWHELMING[kind](500_000)
    relay.call(event(body=""))  # the first call reads the configuration
    count, answer = steps(lambda: relay.call(event(body=body)))

    assert (answer.status, answer.shown) == (400, [])
    assert count < MOST_STEPS


REFUSE_EACH = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
import handler
call = json.load(sys.stdin)
handle = handler.build(call["environ"])
print(*(handle(event, None)["statusCode"] for event in call["events"]))
"""


def test_a6_hostile_json_of_the_largest_size_takes_no_time(relay: Relay) -> None:
    """Bodies as large as a cloud hands over are refused within seconds of CPU, all together.

    Reading such a number as such takes minutes; the system would end the process before.
    """
    events = [event(body=body(MAX_BODY_BYTES - 100)) for body in OVERWHELMING.values()]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", REFUSE_EACH],
        input=json.dumps({"environ": relay.environ, "events": events}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split()[-len(events) :] == ["400"] * len(events)


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
    ("size", "status", "messages"),
    [(MAX_BODY_BYTES + 1, 413, 0), (25 * 1024 * 1024, 413, 0), (MAX_BODY_BYTES, 200, 2)],
)
def test_a8_body_over_the_limit_is_refused(
    size: int, status: int, messages: int, relay: Relay
) -> None:
    """One byte too many is 413; the limit itself is read."""
    body = TEXT + " " * (size - len(TEXT.encode()))
    answer = relay.call(event(body=body))

    assert (answer.status, len(answer.shown)) == (status, messages)


@pytest.mark.parametrize("headers", [HEADERS, {}], ids=["known", "stranger"])
@pytest.mark.parametrize("encoded", [False, True], ids=["text", "base64"])
def test_a8_body_over_the_limit_is_not_looked_at(
    encoded: bool, headers: dict[str, str], relay: Relay
) -> None:
    """413 comes before verifying, decoding and parsing, after a handful of steps."""
    call = event(body="x" * 25 * 1024 * 1024, isBase64Encoded=encoded, headers=headers)
    count, answer = steps(lambda: relay.call(call))

    assert (answer.status, answer.shown) == (413, [])
    assert count < MOST_STEPS


def test_a8_limit_is_in_bytes(relay: Relay) -> None:
    """Characters of three bytes count as three, however the body comes."""
    body = json.dumps({"text": "长" * (MAX_BODY_BYTES // 3)}, ensure_ascii=False)

    assert len(body) < MAX_BODY_BYTES
    assert [relay.call(event(body=text)).status for text in (body, body.encode())] == [413, 413]


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
    answer = relay.call(event(**changes))

    assert (answer.status, answer.shown) == (401, [])


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
    "odd", [{}, None, [], "text", 7, {"Type": "Timer"}, {"Records": []}], ids=repr
)
def test_a12_what_is_no_request_is_400(odd: object, relay: Relay) -> None:
    """An event that is no HTTP request gets an answer that says so."""
    answer = relay.call(odd)

    assert answer.status == 400
    assert "HTTP" in answer.report["fix"]


ENVELOPES = {
    "alb",
    "alb_multi_value",
    "direct_invoke",
    "lambda_http_api",
    "lambda_rest_api",
    "lambda_url",
    "lambda_url_base64",
    "scf_gateway",
    "scf_timer",
    "scf_url",
    "sqs_batch",
}


def test_a12_every_envelope_is_there() -> None:
    """Both clouds' gateways, function URLs and load balancers, a queue's batch, a timer."""
    assert {path.stem for path in CLOUDS} >= ENVELOPES


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
    assert len(answer.shown) == (2 if (method, status) == ("POST", 200) else 0)


def test_a13_health_answer_tells_no_configuration(robots: RobotServer) -> None:
    """Who opens the address learns that it runs: no name, address, rule or variable of it."""
    relay = Relay(robots, NOTIFY_EVENTS="pipeline")
    answer = relay.call({"httpMethod": "GET", "path": "/", "headers": {}})
    told = json.dumps(answer.report).lower()

    assert (answer.status, answer.shown) == (200, [])
    assert set(answer.report) <= {"ok", "service", "version", "receivers", "config"}
    assert re.fullmatch("[0-9a-f]{4}", answer.report["config"])  # only whether it is the same one
    for word in ("wecom", "dingtalk", "gitlab", "gitee", "all", *relay.environ.values()):
        assert not word or word.lower() not in told


def test_a14_headers_of_both_forges_are_refused(relay: Relay) -> None:
    """With both forges configured, a request that claims to be both is 400."""
    answer = relay.gitlab(X_Gitee_Event="Push Hook", X_Gitee_Token=SECRET)

    assert (answer.status, answer.report["reason"], answer.shown) == (400, "two_senders", [])


def test_a14_the_only_configured_forge_is_taken(robots: RobotServer) -> None:
    """When only GitLab can be verified, its verification decides."""
    relay = Relay(robots, WEBHOOK_SECRET="", GITLAB_SIGNING_TOKEN=SIGNING_TOKEN)
    headers = {**signed_by_gitlab(TEXT), "X-Gitlab-Event": "Pipeline Hook", "X-Gitee-Token": "x"}

    assert relay.call(request(TEXT, headers)).status == 200


# B. Who is calling

VERIFYING = (
    "adapters/gitlab/authenticity.py",
    "adapters/gitee/verification.py",
    "relay/signing.py",
    "relay/sources.py",
)

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
    """Every wrong token is 401 with the same answer; no body is read, nobody is connected to."""
    REACHED.clear()
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
    assert REACHED == []


def test_b1_an_empty_secret_matches_nothing() -> None:
    """Not even an empty token is the same as no secret."""
    assert same_secret("", "") is False
    assert same_secret("a", "a") is True


GUESSED = {
    "gitlab": ({"X-Gitlab-Event": "Push Hook"}, "X-Gitlab-Token", SECRET, 0),
    "gitee": ({"X-Gitee-Event": "Push Hook"}, "X-Gitee-Token", SECRET, 0),
    "gitlab-signature": (
        signed_by_gitlab(TEXT),
        "webhook-signature",
        signed_by_gitlab(TEXT)["webhook-signature"],
        len("v1,"),
    ),
    "gitee-signature": (
        {"X-Gitee-Event": "Push Hook", **signed_by_gitee()},
        "X-Gitee-Token",
        signed_by_gitee()["X-Gitee-Token"],
        0,
    ),
}


@pytest.mark.parametrize("way", GUESSED)
def test_b2_every_refusal_takes_the_same_work(way: str, robots: RobotServer) -> None:
    """A guess that is wrong in its first character takes as many steps as one wrong in its last."""
    headers, name, right, first = GUESSED[way]
    relay = signing(robots) if way == "gitlab-signature" else Relay(robots)

    def refused(at: int) -> tuple[int, Answer]:
        """Return the least work of a few tries: the interpreter tidies up in between."""
        guess = right[:at] + ("A" if right[at] != "A" else "B") + right[at + 1 :]
        call = request(TEXT, {**headers, name: guess})
        return min((steps(lambda: relay.call(call)) for _ in range(5)), key=lambda one: one[0])

    refused(first)  # what is made once is made
    (work_of_first, answer), (work_of_last, other) = refused(first), refused(len(right) - 2)

    assert (answer.status, other.status) == (401, 401)
    assert work_of_first == work_of_last


def test_b2_no_secret_is_compared_with_equals() -> None:
    """Secrets are compared in constant time: the verifying modules use no ``==`` beside them."""
    names = ("token", "secret", "signature", "password", "expected", "given")
    plain = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
    harmless = ("source.signature", "in headers", "in token")
    found = []
    for path in VERIFYING:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], plain):
                text = ast.unparse(node)
                if any(name in text for name in names) and not any(one in text for one in harmless):
                    found.append(f"{path}: {text}")

    assert found == []


def test_b2_secrets_are_compared_as_bytes() -> None:
    """Every comparison is the library's constant-time one, which is given bytes only."""
    calls = [
        node
        for path in VERIFYING
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("compare_digest")
    ]

    assert len(calls) == 1
    assert all("encode(" in ast.unparse(argument) for argument in calls[0].args)


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

    answer = signing(robots, configured).call(call)

    assert (answer.status, len(answer.shown)) == (status, 2 if status == 200 else 0)


@pytest.mark.parametrize(
    "body",
    [TEXT.replace("main", "Main", 1), json.dumps(BODY, indent=1)],
    ids=["one-bit", "rewritten"],
)
def test_b4_signature_covers_the_raw_body(body: str, robots: RobotServer) -> None:
    """A changed body, or the same JSON written anew, does not verify."""
    headers = {"X-Gitlab-Event": "Pipeline Hook", **signed_by_gitlab(TEXT)}

    answer = signing(robots).call(request(body, headers))

    assert (answer.status, answer.shown) == (401, [])


def test_b4_signature_cannot_be_skipped(robots: RobotServer) -> None:
    """Once a signing token is known, the plain token alone is refused, unless that was allowed."""
    strict = signing(robots).gitlab()
    lenient = signing(robots, GITLAB_SIGNATURE="optional").gitlab()

    assert (strict.status, lenient.status) == (401, 200)


@pytest.mark.parametrize(
    ("age_s", "status"),
    [(299, 200), (301, 401), (-299, 200), (-301, 401), (10**9, 401)],
    ids=["in-time", "too-old", "ahead", "too-far-ahead", "years"],
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


@pytest.mark.parametrize(
    ("page", "words"),
    [("README.md", "does not cover the body"), ("README.zh-CN.md", "不覆盖请求内容")],
)
def test_b6_documents_say_that_the_signature_covers_no_body(page: str, words: str) -> None:
    """Gitee's signature proves less than GitLab's, and who sets it up is told so."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if "Gitee" in line and words in line]


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


ARGUMENTS = {
    "slow": "slow:1",
    "trickle": "trickle:0.05",
    "http": "http:500",
    "redirect": "redirect:http://127.0.0.1:9/x",
    "huge": "huge:1",
}
VOCABULARY = [ARGUMENTS.get(word, word) for word in faults.WORDS]


@pytest.mark.parametrize("fault", [*VOCABULARY, "http:404", "dead"])
def test_g1_no_secret_in_answers_or_logs(
    fault: str, robots: RobotServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """Marked keys, tokens and secrets appear nowhere, whatever a robot does wrong.

    A root log handler stands for the one that a cloud's runtime brings.
    """
    root = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(root)
    planned = "" if fault == "dead" else fault
    wecom = robots.add_wecom(key=f"key-{MARK}", faults=planned)
    dingtalk = robots.add_dingtalk(token=f"token-{MARK}", secret=f"SEC{MARK}", faults=planned)
    if fault == "dead":
        wecom, dingtalk = (url.replace(robots.host, "127.0.0.1:9") for url in (wecom, dingtalk))
    relay = Relay(
        robots,
        WECOM_WEBHOOK_URL=wecom,
        DINGTALK_WEBHOOK_URL=dingtalk,
        DINGTALK_SECRET=f"SEC{MARK}",
        WEBHOOK_SECRET=f"hook-{MARK}",
        RELAY_ALLOW_HOSTS=f"{robots.host},127.0.0.1:9",
        DELIVERY_TIMEOUT="" if fault == "strcode" else "0.5",
    )
    answers = [
        relay.gitlab(X_Gitlab_Token=f"hook-{MARK}"),
        relay.gitlab(X_Gitlab_Token=f"wrong-{MARK}"),
        relay.gitlab("{", X_Gitlab_Token=f"hook-{MARK}"),
    ]
    logging.getLogger().removeHandler(root)
    written = capfd.readouterr()

    assert [answer.status for answer in answers] == [200, 401, 400]
    assert len(answers[0].report["sent"]) == (2 if fault == "strcode" else 0)
    assert MARK not in json.dumps([answer.report for answer in answers])
    assert "delivery." in written.out
    assert MARK not in written.out + written.err


@pytest.mark.parametrize("fault", [*VOCABULARY, "dead"])
def test_g1_no_secret_in_what_an_error_says(fault: str, robots: RobotServer) -> None:
    """Neither the text of the error that a post ends with nor its traceback has the address."""
    planned = "" if fault == "dead" else fault.replace("0.05", "0.001")
    url = robots.add_wecom(key=f"key-{MARK}", faults=planned)
    url = url.replace(robots.host, "127.0.0.1:9") if fault == "dead" else url
    told = []
    try:
        told.append(repr(send(new_session(), Post(url, {"sign": MARK}, b"{}"), 0.2)))
    except DeliveryError as error:
        told += [*traceback.format_exception(error), repr(error), repr(error.args)]
        told += [repr(error.message), repr(error.hint)]

    assert told
    assert [text for text in told if MARK in text] == []


def test_g1_configuration_never_shows_its_secrets(robots: RobotServer) -> None:
    """The text form of every configuration value masks secrets and addresses."""
    from relay.configuration.environment import configuration

    shown = repr(configuration(Relay(robots).environ))

    assert SECRET not in shown
    assert ROBOT_SECRET not in shown
    assert "wecom-key-0" not in shown


EVIL = (
    "http://169.254.169.254/",
    "http://127.0.0.1:1/",
    "file:///etc/passwd",
    "http://db.internal/",
)


@pytest.mark.parametrize("name", samples.names())
def test_g2_no_address_in_a_payload_is_ever_called(name: str, robots: RobotServer) -> None:
    """A payload full of addresses makes no look-up and no connection but to the robots."""
    sample = samples.load(name)
    token = {"gitlab": "X-Gitlab-Token", "gitee": "X-Gitee-Token"}[sample.source]
    evil = itertools.cycle(EVIL)
    body = re.sub(r"https?://[^\"\\]*", lambda _: next(evil), json.dumps(sample.body))
    relay = Relay(robots, NOTIFY_EVENTS="*")
    REACHED.clear()
    answer = relay.call(request(body, {**sample.headers, token: SECRET}))

    assert answer.status == 200
    assert bool(answer.shown) == bool(answer.report["sent"])
    assert {(host, str(port)) for host, port in REACHED} <= {tuple(robots.host.split(":"))}
    assert all("file:" not in message.text for message in answer.shown)


UNTIDY = "a\n\x1b[31m\r\u2028\x07\x7f" * 150_000  # 1 MB


def damaged(*path: str) -> dict[str, Any]:
    """Return a call whose body has `UNTIDY` at *path*."""
    body: dict[str, Any] = json.loads(TEXT)
    place = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = UNTIDY
    return event(body=json.dumps(body))


UNTIDY_CALLS = {
    "project": lambda: damaged("project", "path_with_namespace"),
    "project-name": lambda: damaged("project", "name"),
    "branch": lambda: damaged("object_attributes", "ref"),
    "status": lambda: damaged("object_attributes", "status"),
    "kind": lambda: damaged("object_kind"),
    "user": lambda: damaged("user", "name"),
    "commit": lambda: damaged("commit", "message"),
    "event": lambda: event(headers={**HEADERS, "X-Gitlab-Event": UNTIDY}),
    "delivery-key": lambda: event(headers={**HEADERS, "Idempotency-Key": UNTIDY}),
    "token": lambda: event(headers={**HEADERS, "X-Gitlab-Token": UNTIDY}),
    "request-id": lambda: event(headers={**HEADERS, "X-Scf-Request-Id": UNTIDY}),
    "path": lambda: event(rawPath=f"/hook/{UNTIDY}"),
    "method": lambda: event(requestContext={"http": {"method": UNTIDY}}),
}


@pytest.mark.parametrize("place", UNTIDY_CALLS)
def test_g3_user_text_cannot_break_the_log(
    place: str, robots: RobotServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line breaks, escape sequences and a megabyte of text leave bounded JSON lines."""
    Relay(robots, NOTIFY_EVENTS="*").call(UNTIDY_CALLS[place]())
    lines = capsys.readouterr().out.removesuffix("\n").split("\n")

    for line in lines:
        assert len(line) <= MAX_LINE_BYTES
        assert line.isascii()
        assert line.isprintable()
        assert json.loads(line)["event"]


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(request(TEXT, {"X-Gitlab-Event": "Push Hook"}), id="401"),
        pytest.param(request(TEXT, {}), id="400"),
        pytest.param(request(TEXT, HEADERS, "/hook/x"), id="404"),
        pytest.param(request(TEXT, HEADERS, f"/hook/{'x' * 5000}"), id="404-long"),
        pytest.param({"httpMethod": "GET", "path": "/admin"}, id="404-get"),
        pytest.param({"httpMethod": "PUT"}, id="405"),
        pytest.param(event(body="x" * (MAX_BODY_BYTES + 1)), id="413"),
        pytest.param(event(headers={**HEADERS, "X-Gitee-Event": "Push Hook"}), id="two-forges"),
        pytest.param(event(body="%", isBase64Encoded=True), id="base64"),
        pytest.param(None, id="no-request"),
    ],
)
def test_g4_strangers_learn_nothing(call: Any, relay: Relay) -> None:
    """An answer to somebody without the secret is at most 200 bytes, without version or names."""
    answer = relay.handle(call, None)

    assert answer["statusCode"] >= 400
    assert len(answer["body"].encode()) <= 200
    for word in ("version", VERSION, "route", "wecom", "dingtalk", "Traceback"):
        assert word not in answer["body"]
    assert set(answer["headers"]) == {"content-type", "x-content-type-options", "cache-control"}


def test_g4_answers_stay_small(robots: RobotServer) -> None:
    """With ten robots, each failing differently, the answer is within 2 KB."""
    relay = Relay(robots, wecom=5, dingtalk=5)
    for number in range(5):
        robots.set_faults(f"wecom-key-{number}", "badkey")
        robots.set_faults(f"dingtalk-token-{number}", "sign")
    answer = relay.handle(request(TEXT, HEADERS), None)

    assert len(answer["body"].encode()) <= 2048
    assert len(json.loads(answer["body"])["failed"]) == 10


PACKAGED = ("handler.py", "adapters/**/*", "formatters/**/*", "relay/**/*", "examples/**/*")
SECRET_LOOKING = {
    "wecom-key": r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    "dingtalk-token": r"\b[0-9a-f]{64}\b",
    "dingtalk-secret": r"\bSEC[0-9a-f]{32,}",
    "in-an-address": r"[?&](?:key|access_token|secret|sign)=[A-Za-z0-9_%-]{12,}",
    "signing-token": r"\bwhsec_[A-Za-z0-9+/]{20,}",
    "gitlab-token": r"\bgl(?:pat|ptt|dt|rt|agent)-[A-Za-z0-9_-]{16,}",
    "aws-key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "tencent-key": r"\bAKID[A-Za-z0-9]{13,}\b",
    "aliyun-key": r"\bLTAI[A-Za-z0-9]{12,}\b",
    "private-key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
}


def packaged() -> list[Path]:
    """Return the files of which a bundle is made, and those that people copy."""
    found = {path for pattern in PACKAGED for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if "__pycache__" not in path.parts)


def test_g5_no_secret_is_in_the_package() -> None:
    """No source and no example has anything that looks like a key, a token or a secret."""
    found = [
        f"{path.relative_to(ROOT)}: {kind}"
        for path in packaged()
        for kind, pattern in SECRET_LOOKING.items()
        if re.search(pattern, path.read_text(encoding="utf-8"))
    ]

    assert len(packaged()) > 100
    assert found == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("wecom-key", "key: 693a91f6-7aaa-4bc4-97a0-0ec2f1fa5aaa"),
        ("dingtalk-token", "'" + "6f1b" * 16 + "'"),
        ("dingtalk-secret", "SEC" + "1a2b" * 16),
        ("in-an-address", "https://h.example/send?key=Abcdefghij_12"),
        ("signing-token", f"token={SIGNING_TOKEN}"),
    ],
)
def test_g5_a_secret_would_be_noticed(kind: str, text: str) -> None:
    """What looks for secrets finds one of each of our kinds."""
    assert re.search(SECRET_LOOKING[kind], text)


SECRET_KEYS = ("url", "secret", "signing_token", "api_base")


def values(node: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a YAML document with the key under which it stands."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from values(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from values(value, key)
    elif isinstance(node, str):
        yield key, node


def test_g5_examples_refer_to_their_secrets() -> None:
    """In every example a secret is a reference: to the environment, a store, a mounted file."""
    found = [
        (path.name, value)
        for path in sorted((ROOT / "examples").glob("*.yml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        for key, value in values(document)
        if key in SECRET_KEYS
    ]

    assert len(found) > 20
    assert [one for one in found if not re.match(r"\$\{[A-Z0-9_]+\}|ssm://|file://", one[1])] == []


def test_every_refusal_says_what_to_do() -> None:
    """Without any configuration the answer still names the first variable to set."""
    answer = handler.build({})(request(TEXT, HEADERS), None)

    assert answer["statusCode"] == 503
    assert len(answer["body"].encode()) <= 300
    assert "WECOM_WEBHOOK_URL" in answer["body"]
